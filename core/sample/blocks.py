# SPDX-License-Identifier: GPL-2.0-or-later
"""Blocks between the streets, each in a district, cut into parcels that tile it; communities of whole blocks."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd
import shapely

from .. import frames
from .grid import Grid, Longs, block_cells, place_in
from .names import stems
from .terrain import Reals

DISTRICTS = ("centre", "housing", "industry", "village")
PARCELS = {"centre": (2, 4), "housing": (2, 5), "industry": (1, 3), "village": (4, 8)}  # a block, own choice
BLOCK_MAX = 8
GROUP_I, GROUP_J = 4, 6  # blocks of a community


@dataclass(frozen=True, eq=False)
class Blocks:
    """Blocks 0…b-1: cell (i, j), district (index in DISTRICTS), number of parcels, corners (b, 4, 2) of the ground."""

    i: Longs
    j: Longs
    district: Longs
    parcel_n: Longs
    quads: Reals


@dataclass(frozen=True, eq=False)
class Parcels:
    """Parcels 0…p-1: block, corners (p, 4, 2), size along and across the block in metres."""

    block: Longs
    quads: Reals
    width_m: Reals
    depth_m: Reals


def make_blocks(grid: Grid, parcel_n: int, seed: int) -> Blocks:
    """Return all blocks with exactly `parcel_n` parcels in all."""
    generator = np.random.Generator(np.random.PCG64([seed, 3]))
    i, j = block_cells(grid)
    cells = grid.quads(i, j)
    wide = np.minimum(_span(cells, 0, 1), _span(cells, 3, 2))
    deep = np.minimum(_span(cells, 0, 3), _span(cells, 1, 2))
    s0, s1 = grid.half_i[i] / wide, 1 - grid.half_i[i + 1] / wide
    t0, t1 = grid.half_j[j] / deep, 1 - grid.half_j[j + 1] / deep
    s, t = np.stack([s0, s1, s1, s0], axis=1), np.stack([t0, t0, t1, t1], axis=1)
    district = _districts(grid, i, j, generator)
    low, high = (np.array([PARCELS[name][end] for name in DISTRICTS])[district] for end in (0, 1))
    n = generator.integers(low, high + 1).astype(np.int64)
    missing = parcel_n - int(n.sum())
    while missing:
        can = np.flatnonzero(n < BLOCK_MAX if missing > 0 else n > 1)
        picked = generator.permutation(can)[: abs(missing)]
        n[picked] += np.sign(missing)
        missing = parcel_n - int(n.sum())
    return Blocks(i, j, district, n, place_in(cells, s, t))


def _span(quads: Reals, a: int, b: int) -> Reals:
    return np.asarray(np.hypot(*(quads[:, a] - quads[:, b]).T), dtype=np.float64)


def _districts(grid: Grid, i: Longs, j: Longs, generator: np.random.Generator) -> Longs:
    """Return the district of each block: patches from smooth random fields, the centre by the rivers' meeting."""
    x, y = i * 200.0, j * 105.0

    def field(length: float) -> Reals:
        """Return a value by block that changes slowly over `length` metres, with a little noise."""
        total = np.zeros(len(i))
        for _ in range(5):
            angle, phase = generator.uniform(0, 2 * np.pi, 2)
            total += np.sin(2 * np.pi * (x * np.cos(angle) + y * np.sin(angle)) / length + phase)
        return total + generator.normal(0, 0.7, len(i))

    village, industry = field(1500), field(2100)
    far = np.hypot(x - grid.river_i * 200.0, y - grid.river_j * 105.0)
    rank = far / max(1.0, float(far.max()))
    district = np.ones(len(i), dtype=np.int64)
    district[_top(industry + rank, 0.24)] = 2
    district[_top(village + 1.5 * rank, 0.15)] = 3
    district[_top(-far, 0.14)] = 0
    return district


def _top(values: Reals, share: float) -> Longs:
    return np.argsort(-values, kind="stable")[: max(1, round(share * len(values)))].astype(np.int64)


def make_parcels(blocks: Blocks, seed: int) -> Parcels:
    """Cut each block into one or two rows of parcels; edges are lines of equal s or t, so nothing overlaps."""
    generator = np.random.Generator(np.random.PCG64([seed, 4]))
    n = blocks.parcel_n
    middle = np.where(n >= 3, generator.uniform(0.42, 0.58, len(n)), 1.0)
    below = np.where(n >= 3, (n + 1) // 2, n)
    block = np.repeat(np.arange(len(n)), n)
    order = np.arange(len(block)) - np.repeat(np.cumsum(n) - n, n)
    upper = order >= below[block]
    row = block * 2 + upper
    weight = generator.uniform(0.75, 1.25, len(block))
    total = np.bincount(row, weight, minlength=2 * len(n))[row]
    running = np.cumsum(weight)
    first = np.flatnonzero(np.concatenate([[True], row[1:] != row[:-1]]))
    before = running - np.repeat(running[first] - weight[first], np.diff(np.concatenate([first, [len(row)]])))
    s1 = before / total
    s0 = s1 - weight / total
    s0[first] = 0.0
    last = np.concatenate([first[1:] - 1, [len(row) - 1]])
    s1[last] = 1.0
    s0[1:] = np.where(row[1:] == row[:-1], s1[:-1], 0.0)
    t0, t1 = np.where(upper, middle[block], 0.0), np.where(upper, 1.0, middle[block])
    quads = place_in(blocks.quads[block], np.stack([s0, s1, s1, s0], axis=1), np.stack([t0, t0, t1, t1], axis=1))
    return Parcels(block, quads, _span(quads, 0, 1), _span(quads, 0, 3))


def community_of(grid: Grid, blocks: Blocks) -> tuple[Longs, pd.DataFrame]:
    """Return each block's community (0…c-1) and the communities' outlines: whole cells, rivers left out."""
    columns, rows = grid.shape
    left, i_low, i_high = _groups(columns - 1, grid.river_i, GROUP_I)
    below, j_low, j_high = _groups(rows - 1, grid.river_j, GROUP_J)
    number = below[blocks.j] * (len(i_low)) + left[blocks.i]
    used, community = np.unique(number, return_inverse=True)
    shapes = []
    for key in used:
        a, b = int(key) % len(i_low), int(key) // len(i_low)
        i0, i1, j0, j1 = i_low[a], i_high[a] + 1, j_low[b], j_high[b] + 1
        i = [*range(i0, i1), *[i1] * (j1 - j0), *range(i1, i0, -1), *[i0] * (j1 - j0)]
        j = [*[j0] * (i1 - i0), *range(j0, j1), *[j1] * (i1 - i0), *range(j1, j0, -1)]
        shapes.append(shapely.Polygon(np.stack([grid.x_m[i, j], grid.y_m[i, j]], axis=-1)))
    generator = np.random.Generator(np.random.PCG64([0, len(used)]))
    frame = pd.DataFrame({"community_id": frames.texts(f"C{number:05d}" for number in range(1, len(used) + 1))})
    frame["name"] = frames.texts(f"{stem}社区" for stem in stems(generator, len(used)))
    part = (used % len(i_low)) // 3 * 1000 + used // len(i_low) // 3
    towns, at = np.unique(part, return_inverse=True)
    frame["subdistrict"] = frames.texts(np.array([f"{stem}街道" for stem in stems(generator, len(towns))])[at])
    frame[frames.GEOMETRY] = shapes
    return community.astype(np.int64), frame


def _groups(cells: int, river: int, size: int) -> tuple[Longs, list[int], list[int]]:
    """Return the group of each cell along one direction, with the first and last cell of each; rivers part groups."""
    group = np.full(cells, -1, dtype=np.int64)
    low: list[int] = []
    high: list[int] = []
    for start, stop in ((0, river), (river + 1, cells)):
        parts = max(1, round((stop - start) / size))
        for piece in np.array_split(np.arange(start, stop), parts):
            if len(piece):
                group[piece] = len(low)
                low.append(int(piece[0]))
                high.append(int(piece[-1]))
    return group, low, high
