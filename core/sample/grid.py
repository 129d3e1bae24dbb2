# SPDX-License-Identifier: GPL-2.0-or-later
"""The street grid: lines in plan metres, widths, rivers between two lines, nodes bent into map metres."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from .terrain import Ground, Reals, make_ground

Longs = npt.NDArray[np.int64]
Flags = npt.NDArray[np.bool_]

PARCELS_A_BLOCK = 3.1  # own choice: blocks of about 2 ha, so that a parcel takes about 0.7 ha with its streets
JITTER_M = 5.0


@dataclass(frozen=True, eq=False)
class Grid:
    """Lines i (along v) and j (along u) cross in nodes (i, j). `x_m`, `y_m`, `z_m` (lines i, lines j).

    `half_i`, `half_j` are half street widths in metres. Between lines `river_i` and `river_i` + 1 (`river_j` …) flows
    a river; every other cell is a block.
    """

    ground: Ground
    x_m: Reals
    y_m: Reals
    z_m: Reals
    half_i: Reals
    half_j: Reals
    river_i: int
    river_j: int

    @property
    def shape(self) -> tuple[int, int]:
        """Return the number of lines i and j."""
        return self.x_m.shape[0], self.x_m.shape[1]

    def quads(self, i: Longs, j: Longs) -> Reals:
        """Return the corners (n, 4, 2) of cells, in map metres, in the order (0,0) (1,0) (1,1) (0,1)."""
        corners = [(i, j), (i + 1, j), (i + 1, j + 1), (i, j + 1)]
        return np.stack([np.stack([self.x_m[a, b], self.y_m[a, b]], axis=-1) for a, b in corners], axis=1)


def make_grid(seed: int, block_n: int) -> Grid:
    """Return a grid with at least `block_n` blocks, nearly square on the map."""
    generator = np.random.Generator(np.random.PCG64([seed, 1]))
    rows = max(6, round(float(np.sqrt(1.9 * block_n))))
    columns = max(4, -(-block_n // rows))
    river_i, river_j = columns // 2 + int(generator.integers(0, 2)), rows // 2 - int(generator.integers(0, 3))
    steps_i, steps_j = generator.uniform(160, 215, columns + 1), generator.uniform(84, 120, rows + 1)
    steps_i[river_i], steps_j[river_j] = 150.0, 190.0
    u, v = np.concatenate([[0.0], np.cumsum(steps_i)]), np.concatenate([[0.0], np.cumsum(steps_j)])
    ground = make_ground(generator, float(u[river_i] + 75), float(v[river_j] + 95))
    plan_u, plan_v = np.meshgrid(u, v, indexing="ij")
    plan_u = plan_u + generator.uniform(-JITTER_M, JITTER_M, plan_u.shape)
    plan_v = plan_v + generator.uniform(-JITTER_M, JITTER_M, plan_v.shape)
    x, y = ground.to_map(plan_u, plan_v)
    i, j = np.arange(columns + 2), np.arange(rows + 2)
    half_i = np.where(i % 5 == 0, 8.0, 5.0)
    half_j = np.where(j % 6 == 0, 13.0, np.where(j % 3 == 0, 9.0, 6.0))
    return Grid(ground, x, y, ground.height(plan_u, plan_v), half_i, half_j, river_i, river_j)


def block_cells(grid: Grid) -> tuple[Longs, Longs]:
    """Return (i, j) of all cells that are no river, in the order of j, then i."""
    columns, rows = grid.shape
    j, i = np.meshgrid(np.arange(rows - 1), np.arange(columns - 1), indexing="ij")
    dry = (i != grid.river_i) & (j != grid.river_j)
    return i[dry].astype(np.int64), j[dry].astype(np.int64)


def place_in(quads: Reals, s: Reals, t: Reals) -> Reals:
    """Return map points of bilinear places: quads (n, 4, 2), s and t (n, k) in 0–1 → (n, k, 2).

    Lines of equal s or t stay straight, so parcels that meet in a T share their edge exactly.
    """
    a, b, c, d = (quads[:, None, corner, :] for corner in range(4))
    s, t = s[..., None], t[..., None]
    return np.asarray(a * (1 - s) * (1 - t) + b * s * (1 - t) + c * s * t + d * (1 - s) * t, dtype=np.float64)


def draw(generator: np.random.Generator, table: dict[str, float], n: int) -> npt.NDArray[Any]:
    """Return n words drawn from {word: weight}; the word "" stands for missing."""
    words = np.array(list(table), dtype=object)
    weights = np.array(list(table.values()), dtype=np.float64)
    edges = np.cumsum(weights) / weights.sum()
    return np.asarray(words[np.minimum(np.searchsorted(edges, generator.random(n), "right"), len(words) - 1)])


def blank(gaps: npt.NDArray[Any], words: Any) -> npt.NDArray[Any]:
    """Return the words as objects, None where `gaps` is true and for empty words."""
    column = np.array(words, dtype=object)
    column[np.asarray(gaps, dtype=np.bool_) | (column == "")] = None
    return column
