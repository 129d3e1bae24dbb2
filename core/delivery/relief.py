# SPDX-License-Identifier: GPL-2.0-or-later
"""Relief for the maps: a grid over the ground, smoothed, its shade and how far apart its contours stand."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from scipy.ndimage import gaussian_filter

Reals = npt.NDArray[np.float64]
Box = tuple[float, float, float, float]  # x_min, y_min, x_max, y_max in metres

LEAST_CELL_M = 5.0  # own choice: finer than this no A3 sheet shows it
MOST_CELLS = 2400  # along the longer side: 2400 × 2400 bytes at most, far less once packed
LEAST_SIGMA_M = 15.0  # own choice: heights that leave the house are smoothed by at least this
REACH_SIGMAS = 3.0
SUN_AZIMUTH, SUN_HEIGHT = 315.0, 45.0  # degrees: light from the north-west, as maps have it
STEEPER = 1.5  # heights in the shade are this many times as high: own choice, flat cities show too
FULL_DARK = 0.45  # shade below the brightness of flat ground that is drawn darkest: own choice
CONTOURS = ((400.0, 10.0), (1000.0, 20.0), (math.inf, 50.0))  # relief up to … metres: metres between contours
INDEX_EVERY = 5  # every fifth contour is thick and bears its height


@dataclass(frozen=True)
class Grid:
    """Heights (rows, columns) in metres, row 0 in the north, NaN = not known; cells of `cell_m` from the corner on."""

    x_min: float
    y_max: float
    cell_m: float
    values: Reals

    @property
    def box(self) -> Box:
        """Return the ground under the cells."""
        rows, columns = self.values.shape
        return self.x_min, self.y_max - rows * self.cell_m, self.x_min + columns * self.cell_m, self.y_max


def lay_grid(box: Box) -> Grid:
    """Return an empty grid (all NaN) over the box: cells of 5 m, or larger ones so that no side has more than 2400.

    The corner lies on whole cells of the system, so that two grids of one city meet.
    """
    longest = max(box[2] - box[0], box[3] - box[1], 1.0)
    cell = max(LEAST_CELL_M, math.ceil(longest / MOST_CELLS))
    left, top = math.floor(box[0] / cell) * cell, math.ceil(box[3] / cell) * cell
    columns, rows = math.ceil((box[2] - left) / cell), math.ceil((top - box[1]) / cell)
    return Grid(left, top, cell, np.full((max(rows, 2), max(columns, 2)), np.nan))


def cell_centres(grid: Grid, row: int) -> tuple[Reals, Reals]:
    """Return x and y (columns,) of the middles of the cells of a row."""
    columns = grid.values.shape[1]
    x = grid.x_min + (np.arange(columns) + 0.5) * grid.cell_m
    return x, np.full(columns, grid.y_max - (row + 0.5) * grid.cell_m)


def smooth(grid: Grid, source_cell_m: float) -> Grid:
    """Return the grid after a Gaussian of the source's cell (at least 15 m), normalised over what is known.

    What is not known stays unknown.
    """
    sigma = max(source_cell_m, LEAST_SIGMA_M) / grid.cell_m
    known = np.isfinite(grid.values)
    middle = float(grid.values[known].mean()) if known.any() else 0.0
    filled = np.where(known, grid.values - middle, 0.0)
    weights = gaussian_filter(known.astype(float), sigma, mode="constant", truncate=REACH_SIGMAS)
    sums = gaussian_filter(filled, sigma, mode="constant", truncate=REACH_SIGMAS)
    values = np.full(grid.values.shape, np.nan)
    values[known] = sums[known] / weights[known] + middle
    return Grid(grid.x_min, grid.y_max, grid.cell_m, values)


def shade(grid: Grid) -> npt.NDArray[np.uint8]:
    """Return how dark each cell is drawn, 0 (lit or flat, or not known) to 255 (turned away from the light).

    Brightness is the cosine between the slope's normal and the sun; flat ground has sin 45°. Source: Horn 1981, Hill
    shading and the reflectance map; the gradient is the central difference.
    """
    down, right = np.gradient(grid.values, grid.cell_m)
    east, north = STEEPER * right, -STEEPER * down
    azimuth, height = math.radians(SUN_AZIMUTH), math.radians(SUN_HEIGHT)
    sun = (math.sin(azimuth) * math.cos(height), math.cos(azimuth) * math.cos(height), math.sin(height))
    bright = (-east * sun[0] - north * sun[1] + sun[2]) / np.sqrt(1 + east**2 + north**2)
    dark = np.clip((sun[2] - bright) / FULL_DARK, 0, 1)
    dark = np.where(np.isfinite(grid.values), np.nan_to_num(dark), 0.0)
    drawn: npt.NDArray[np.uint8] = np.rint(dark * 255).astype(np.uint8)
    return drawn


def contour_step(grid: Grid) -> float:
    """Return the metres between contours: 10 where the relief is at most 400 m, then 20, then 50."""
    known = grid.values[np.isfinite(grid.values)]
    relief = float(known.max() - known.min()) if len(known) else 0.0
    return next(step for most, step in CONTOURS if relief <= most)
