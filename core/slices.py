# SPDX-License-Identifier: GPL-2.0-or-later
"""Calls of shapely over many geometries, in slices.

Whatever makes geometries or reads their coordinates holds Python's lock from beginning to end: for half a million
buildings a second in which the window stands still and Cancel is not heard. Predicates and measures (area, is_valid,
intersects) let go of it and need no slices.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import numpy.typing as npt

from .run import Run

ROWS = 20_000  # own choice: under 100 ms a slice for buildings, also for reading WKB


def sliced(
    function: Callable[..., Any],
    shapes: npt.ArrayLike,
    *more: Any,
    run: Run | None = None,
    rows: int = ROWS,
    **named: Any,
) -> npt.NDArray[Any]:
    """Return function(shapes, *more, **named), computed in slices of `rows`; `run` is asked for Cancel between them.

    Parameters: `function` works row by row: an array (n, …) in, an array (n, …) out; `shapes` an array (n,), `more` and
    `named` go to each call as they are.
    Returns the same array as one call. Raises Cancelled.
    """
    whole = np.asarray(shapes)
    if len(whole) <= rows:
        return np.asarray(function(whole, *more, **named))
    parts = []
    for start in range(0, len(whole), rows):
        if run is not None:
            run.check()
        parts.append(np.asarray(function(whole[start : start + rows], *more, **named)))
    return np.concatenate(parts)
