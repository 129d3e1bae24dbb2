# SPDX-License-Identifier: GPL-2.0-or-later
"""Calls of shapely over many geometries, in slices; one long call, done beside.

Whatever makes geometries or reads their coordinates holds Python's lock from beginning to end: for half a million
buildings a second in which the window stands still and Cancel is not heard. Predicates and measures (area, is_valid,
intersects) let go of it and need no slices.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator, Sequence
from typing import Any, TypeVar

import numpy as np
import numpy.typing as npt

from .run import Run

T = TypeVar("T")
LOOK_S = 0.1  # between two looks at Cancel while one long call works
MOST_FREED = 5_000  # objects that are freed in one go: geometries some 5 ms
PIECE = 5_000  # small pieces of bytes that are joined in one go
ROWS = 5_000  # own choice: under 50 ms a slice for buildings on a slow machine, also for reading WKB


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


def aside(work: Callable[[], T], run: Run) -> T:
    """Return work(), done in a thread while `run` is asked for Cancel.

    For one long call that cannot be cut into slices and lets go of Python's lock: a union, a buffer, a solver. One that
    is called off ends by itself, and nobody asks for what it found. Raises Cancelled, and what `work` raises.
    """
    run.check()
    found: list[T] = []
    faults: list[BaseException] = []

    def inside() -> None:
        """Keep the result, or the fault, for who waits."""
        try:
            found.append(work())
        except BaseException as fault:  # it is raised again by who waits for it
            faults.append(fault)

    thread = threading.Thread(target=inside, daemon=True)
    thread.start()
    while True:
        thread.join(LOOK_S)
        if not thread.is_alive():
            break
        run.check()
    if faults:
        raise faults[0]
    return found[0]


def let_go(columns: list[Any]) -> None:
    """Empty a list of long lists one by one: all at once a city's cells hold Python's lock for half a second."""
    while columns:
        rows = columns.pop()
        while isinstance(rows, list) and len(rows) > MOST_FREED:
            del rows[-MOST_FREED:]


def in_pieces(parts: Sequence[bytes], size: int = PIECE) -> Iterator[bytes]:
    """Yield the parts, `size` of them joined at a time: joined all at once they would hold Python's lock."""
    for start in range(0, len(parts), size):
        yield b"".join(parts[start : start + size])
