# SPDX-License-Identifier: GPL-2.0-or-later
"""The ground: a plan in which straight lines u, v are streets, its bend into map metres, hills, two rivers, the DEM."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from ..run import Run

Reals = npt.NDArray[np.float64]

EAST_M, NORTH_M = 360_000.0, 3_270_000.0  # EPSG:4545, near the place where the two rivers of a real city meet
CELL_M = 12.5
DEM_NOISE_M = 0.8  # own choice: what a good photogrammetric DEM leaves between houses
INVERSE_ROUNDS = 16  # the bend changes by < 0.35 of a step: 0.35^16 × 100 m is far under 1 mm
CELLS_AT_ONCE = 60_000  # some tens of milliseconds


@dataclass(frozen=True)
class Ground:
    """Bend and hills of one city. `river_u`, `river_v` are the middle lines of the rivers in plan metres."""

    phases: tuple[float, ...]
    turn: float
    river_u: float
    river_v: float

    def to_map(self, u: Reals, v: Reals) -> tuple[Reals, Reals]:
        """Return map metres (EPSG:4545) of plan metres; same shape."""
        p = self.phases
        x = u + 90 * np.sin(2 * np.pi * v / 1900 + p[0]) + 30 * np.sin(2 * np.pi * u / 1300 + p[1])
        y = v + 70 * np.sin(2 * np.pi * u / 1700 + p[2])
        cos, sin = np.cos(self.turn), np.sin(self.turn)
        return EAST_M + cos * x - sin * y, NORTH_M + sin * x + cos * y

    def to_plan(self, east: Reals, north: Reals) -> tuple[Reals, Reals]:
        """Return plan metres of map metres: the inverse of to_map, by fixed-point steps."""
        cos, sin = np.cos(self.turn), np.sin(self.turn)
        x = cos * (east - EAST_M) + sin * (north - NORTH_M)
        y = -sin * (east - EAST_M) + cos * (north - NORTH_M)
        p, u, v = self.phases, x.copy(), y.copy()
        for _ in range(INVERSE_ROUNDS):
            v = y - 70 * np.sin(2 * np.pi * u / 1700 + p[2])
            u = x - 90 * np.sin(2 * np.pi * v / 1900 + p[0]) - 30 * np.sin(2 * np.pi * u / 1300 + p[1])
        return u, v

    def height(self, u: Reals, v: Reals) -> Reals:
        """Return metres above sea level at plan metres: ridges along u, low beside both rivers, their beds below."""
        p = self.phases
        ridge = 30 * (1 - np.cos(2 * np.pi * (v - self.river_v) / 1500))
        valley = 1 - 0.85 * np.exp(-(((u - self.river_u) / 650) ** 2))
        roll = 5 * np.sin(2 * np.pi * u / 900 + p[3]) * np.sin(2 * np.pi * v / 1100 + p[4])
        beds = -16 * np.exp(-(((v - self.river_v) / 75) ** 2)) - 16 * np.exp(-(((u - self.river_u) / 65) ** 2))
        return np.asarray(200 + ridge * valley + roll + beds, dtype=np.float64)


@dataclass(frozen=True, eq=False)
class Dem:
    """Heights (rows, columns) float32, the first row in the north; `west_m`, `north_m` are its outer corner."""

    heights: npt.NDArray[np.float32]
    west_m: float
    north_m: float
    cell_m: float


def make_ground(generator: np.random.Generator, river_u: float, river_v: float) -> Ground:
    """Return bend and hills for this city; `river_u`, `river_v` where its two rivers run, metres on the plan."""
    phases = tuple(float(value) for value in generator.uniform(0, 2 * np.pi, 5))
    return Ground(phases, float(generator.uniform(0.2, 0.45)), river_u, river_v)


def make_dem(ground: Ground, bounds: tuple[float, float, float, float], seed: int, run: Run) -> Dem:
    """Return the DEM over `bounds` (x_min, y_min, x_max, y_max) and 150 m around, with a little noise."""
    west, north = np.floor(bounds[0] - 150), np.ceil(bounds[3] + 150)
    columns = int(np.ceil((bounds[2] + 150 - west) / CELL_M))
    rows = int(np.ceil((north - bounds[1] + 150) / CELL_M))
    generator: Any = np.random.Generator(np.random.PCG64([seed, 90]))
    heights = np.empty((rows, columns), dtype=np.float32)
    x = west + (np.arange(columns) + 0.5) * CELL_M
    step = max(1, CELLS_AT_ONCE // columns)
    for low in range(0, rows, step):
        run.progress(low / rows)
        y = north - (np.arange(low, min(rows, low + step)) + 0.5) * CELL_M
        east, high = np.meshgrid(x, y)
        u, v = ground.to_plan(east, high)
        heights[low : low + len(y)] = ground.height(u, v) + generator.normal(0, DEM_NOISE_M, u.shape)
    return Dem(heights, float(west), float(north), CELL_M)
