# SPDX-License-Identifier: GPL-2.0-or-later
"""Streets along the contours, streets and stairs across them, alleys, bridges, a tunnel, an escalator, a lift."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
import pandas as pd
import shapely

from .. import frames
from ..run import Run
from .grid import Flags, Grid, Longs
from .names import street_names
from .terrain import Reals

STAIRS_GRADE = 0.085  # own choice: steeper links across the slope are stairs
MAJOR_GRADE = 0.11  # … of the wide ones
STEP_RISE_M = 0.16
COLUMNS = (
    "highway", "bridge", "tunnel", "layer", "incline", "step_count", "width", "conveying", "foot", "name",
)  # fmt: skip


def make_roads(grid: Grid, alley_i: Longs, alley_j: Longs, seed: int, run: Run) -> pd.DataFrame:
    """Return the street lines, one a stretch between two junctions; junctions are shared vertices.

    `alley_i`, `alley_j` are the blocks with a footway through their middle.
    """
    generator = np.random.Generator(np.random.PCG64([seed, 2]))
    parts = [_along(grid), _across(grid, generator), _alleys(grid, alley_i, alley_j)]
    run.progress(0.5)
    parts.append(_oddities(grid))
    roads = pd.concat(parts, ignore_index=True)
    names = street_names(generator, roads.pop("line").to_numpy("int64"), roads["highway"])
    roads["name"] = frames.texts(name or None for name in names)
    roads.insert(0, "road_id", frames.texts(f"R{number:07d}" for number in range(1, len(roads) + 1)))
    for name in COLUMNS[:5] + COLUMNS[7:9]:
        roads[name] = frames.texts(value or None for value in roads[name])
    run.progress(1.0)
    return roads[["road_id", *COLUMNS, frames.GEOMETRY]]


def _frame(lines: Reals, highway: list[str], width: Reals, line: Longs) -> pd.DataFrame:
    n = len(lines)
    frame = pd.DataFrame({name: pd.Series([""] * n, dtype=object) for name in COLUMNS[:9]})
    frame["highway"], frame["width"], frame["line"] = highway, np.round(width, 1), line
    frame["step_count"] = np.full(n, np.nan)
    frame[frames.GEOMETRY] = shapely.linestrings(lines)
    return frame


def _xy(grid: Grid, i: Longs, j: Longs) -> Reals:
    return np.stack([grid.x_m[i, j], grid.y_m[i, j]], axis=-1)


def _along(grid: Grid) -> pd.DataFrame:
    """Return the streets along the contours (equal j); over the river only where there is a bridge."""
    columns, rows = grid.shape
    j, i = (part.ravel() for part in np.meshgrid(np.arange(rows), np.arange(columns - 1), indexing="ij"))
    wet = i == grid.river_i
    banks = np.isin(j, (grid.river_j, grid.river_j + 1))
    bridge_rows = (j % 8 == 0) | (j == rows - 2) | (j == 2)
    keep = ~wet | (bridge_rows & ~banks)
    i, j, wet = i[keep], j[keep], wet[keep]
    a, b = _xy(grid, i, j), _xy(grid, i + 1, j)
    lines = np.stack([a, (a + b) / 2, b], axis=1)
    words = np.where(j % 6 == 0, "secondary", np.where(j % 3 == 0, "tertiary", "residential"))
    frame = _frame(lines, words.tolist(), 2 * grid.half_j[j] - 2, j)
    return _as_bridges(frame, wet)


def _across(grid: Grid, generator: np.random.Generator) -> pd.DataFrame:
    """Return the links across the slope (equal i): stairs where they are steep, some missing, bridges every fifth."""
    columns, rows = grid.shape
    i, j = (part.ravel() for part in np.meshgrid(np.arange(columns), np.arange(rows - 1), indexing="ij"))
    major = (i % 5 == 0) | np.isin(i, (grid.river_i, grid.river_i + 1, columns - 1))
    wet = j == grid.river_j
    bridge = (i % 5 == 0) & ~np.isin(i, (grid.river_i, grid.river_i + 1))
    keep = np.where(wet, bridge, major | (generator.random(len(i)) > 0.12))
    i, j, major, wet = i[keep], j[keep], major[keep], wet[keep]
    a, b = _xy(grid, i, j), _xy(grid, i, j + 1)
    rise = grid.z_m[i, j + 1] - grid.z_m[i, j]
    grade = np.abs(rise) / np.hypot(*(b - a).T)
    stairs = ~wet & (grade > np.where(major, MAJOR_GRADE, STAIRS_GRADE))
    words = np.where(stairs, "steps", np.where(i % 5 == 0, "tertiary", "residential"))
    width = np.where(stairs, 3.0, 2 * grid.half_i[i] - 2)
    frame = _frame(np.stack([a, b], axis=1), words.tolist(), width, 10_000 + i)
    frame["incline"] = np.where(stairs & (generator.random(len(i)) < 0.8), np.where(rise > 0, "up", "down"), "")
    counted = stairs & (generator.random(len(i)) < 0.6)
    frame["step_count"] = np.where(counted, np.round(np.abs(rise) / STEP_RISE_M), np.nan)
    return _as_bridges(frame, wet)


def _as_bridges(frame: pd.DataFrame, wet: Flags) -> pd.DataFrame:
    frame["bridge"], frame["layer"] = np.where(wet, "yes", ""), np.where(wet, "1", "")
    return frame


def clear_alleys(grid: Grid, i: Longs, j: Longs, buildings: npt.NDArray[np.object_]) -> tuple[Longs, Longs]:
    """Return the blocks (i, j) whose middle is free of buildings."""
    low, high = _alley_ends(grid, i, j)
    taken, _ = shapely.STRtree(buildings).query(
        shapely.linestrings(np.stack([low, high], axis=1)), "dwithin", distance=1.5
    )
    free = ~np.isin(np.arange(len(i)), taken)
    return i[free], j[free]


def _alley_ends(grid: Grid, i: Longs, j: Longs) -> tuple[Reals, Reals]:
    low = (_xy(grid, i, j) + _xy(grid, i + 1, j)) / 2
    high = (_xy(grid, i, j + 1) + _xy(grid, i + 1, j + 1)) / 2
    return low, high


def _alleys(grid: Grid, i: Longs, j: Longs) -> pd.DataFrame:
    """Return footways through blocks, from the middle of the street below to the middle of the one above."""
    low, high = _alley_ends(grid, i, j)
    steep = np.abs(_middle_z(grid, i, j + 1) - _middle_z(grid, i, j)) / np.hypot(*(high - low).T) > STAIRS_GRADE
    words = np.where(steep, "steps", "footway")
    return _frame(np.stack([low, high], axis=1), words.tolist(), np.full(len(i), 2.5), np.full(len(i), -1))


def _middle_z(grid: Grid, i: Longs, j: Longs) -> Reals:
    return np.asarray((grid.z_m[i, j] + grid.z_m[i + 1, j]) / 2, dtype=np.float64)


def _oddities(grid: Grid) -> pd.DataFrame:
    """Return one tunnel, one escalator (lower end first), one lift with its two landings."""
    rows = grid.shape[1]
    rise = grid.z_m[:, 1:] - grid.z_m[:, :-1]
    flat = rise.copy()
    flat[:, grid.river_j] = 0  # no escalator over the river
    order = np.argsort(-np.abs(flat), axis=None, kind="stable")
    steep = [(int(k // (rows - 1)), int(k % (rows - 1))) for k in order[:2]]
    ridge_i = max(0, grid.river_i - 2)
    above = np.arange(grid.river_j + 1, rows - 3)
    ridge_j = int(above[np.argmax(grid.z_m[ridge_i, above + 1])]) if len(above) else 0
    ends = np.array([[ridge_i, ridge_j], [ridge_i + 1, min(rows - 1, ridge_j + 3)]])
    shapes = [_xy(grid, ends[:, 0], ends[:, 1])]
    kinds = [("tertiary", "", "yes", "-1", "", "")]
    (lower, upper), side = _ends(grid, rise, *steep[0])
    shapes.append(np.stack([lower, lower + 0.1 * (upper - lower) + side, upper - 0.1 * (upper - lower) + side, upper]))
    kinds.append(("steps", "", "", "", "up", "forward"))
    (lower, upper), side = _ends(grid, rise, *steep[1])
    foot, top = lower + side, lower + side * 1.5
    shapes += [np.stack([lower, foot]), np.stack([foot, top]), np.stack([top, upper])]
    kinds += [("footway", "", "", "", "", ""), ("elevator", "", "", "", "", ""), ("footway", "yes", "", "1", "", "")]
    frame = _frame(np.zeros((len(kinds), 2, 2)), [kind[0] for kind in kinds], np.full(len(kinds), 3.0), np.full(5, -1))
    names = ("bridge", "tunnel", "layer", "incline", "conveying")
    for place, name in enumerate(names, start=1):
        frame[name] = [kind[place] for kind in kinds]
    frame[frames.GEOMETRY] = [shapely.LineString(shape) for shape in shapes]
    frame["foot"] = np.where(frame["tunnel"] == "yes", "yes", "")
    return frame


def _ends(grid: Grid, rise: Reals, i: int, j: int) -> tuple[tuple[Reals, Reals], Reals]:
    """Return the lower and the upper end of a link, and four metres to its side."""
    a, b = (np.array([grid.x_m[i, row], grid.y_m[i, row]]) for row in (j, j + 1))
    lower, upper = (a, b) if rise[i, j] > 0 else (b, a)
    way = (upper - lower) / np.hypot(*(upper - lower))
    return (lower, upper), np.array([-4 * way[1], 4 * way[0]], dtype=np.float64)
