# SPDX-License-Identifier: GPL-2.0-or-later
"""Heights of the ground: surveyed points first, then a low-passed raster. One surface for nodes and joining legs."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd

from ..run import Run
from .graph import Reals
from .profiles import WalkRules

ToCell = Callable[[Reals, Reals], "tuple[Reals, Reals]"]


@dataclass(frozen=True)
class Raster:
    """A height raster, or the window of one that is needed.

    `values` (rows, columns) float64, row 0 in the north, NaN = no data. `to_cell(x, y)` gives column and row (whole
    numbers at cell centres) of working coordinates; the raster may be in another CRS. `cell_m`: width and height of a
    cell in working metres.
    """

    values: npt.NDArray[np.float64]
    to_cell: ToCell
    cell_m: tuple[float, float]


@dataclass(frozen=True, eq=False)
class Surface:
    """The ground: a net of triangles through surveyed points where they stand close, a low-passed raster elsewhere."""

    raster: Raster | None
    survey: Any

    def sample(self, x_m: Reals, y_m: Reals) -> Reals:
        """Return the height in metres at (n,) working coordinates: surveyed, else raster, else NaN."""
        raise NotImplementedError

    def sample_survey(self, x_m: Reals, y_m: Reals) -> Reals:
        """Return the surveyed height, NaN outside the net of surveyed points."""
        raise NotImplementedError

    def sample_raster(self, x_m: Reals, y_m: Reals) -> Reals:
        """Return the low-passed raster's height (bilinear), NaN outside it or where it has no data."""
        raise NotImplementedError


def make_surface(
    raster: Raster | None, height_points: pd.DataFrame | None, rules: WalkRules, run: Run
) -> Surface | None:
    """Return the ground from a raster and surveyed points (columns `z`, `geometry`), None when there is neither."""
    raise NotImplementedError
