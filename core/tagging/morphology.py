# SPDX-License-Identifier: GPL-2.0-or-later
"""How buildings stand: gaps between façades, directions, roads within reach, patches of village plots."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
import numpy.typing as npt
import pandas as pd
import shapely
from scipy.sparse import coo_matrix
from scipy.sparse.csgraph import connected_components

from .. import frames
from ..inputs.values import numbers
from ..run import Run
from .intervals import Flags, Interval, Reals, Rows, between, exact, total
from .parts import Parts

FEW = 48  # up to so many buildings on a parcel, all pairs are measured
SLICE = 10_000  # shapes between two looks at Cancel
HOUSES = 5_000  # buildings whose gaps are measured between two looks at Cancel: about 0.1 s
TURNED = 10_000  # outlines whose edges are held at once
LEAST_TURNED = 3  # buildings; fewer have no disorder


def measure_morphology(
    parcels: pd.DataFrame, parts: Parts, roads: pd.DataFrame | None, lived: tuple[Flags, Interval],
    limits: Mapping[str, float], run: Run,
) -> dict[str, Interval]:  # fmt: skip
    """Return gap_med_m, orientation_sd, far_from_road and patch_m2, patch_bldg_n, patch_coverage per parcel.

    `lived`: where (n,) people surely live in houses of a village's size, and 1 where they do, 0 where not: the
    former within `patch_join_m` of each other are one patch, any other parcel is a patch by itself; where nobody lives
    there is no patch, and its figures are 0. Gaps and directions are of the buildings a parcel mainly
    holds, sheds aside; unknown with one building (gap) or fewer than three (direction).
    """
    if not parts.given:
        return {}
    main = np.flatnonzero(parts.houses())
    shapes = parts.house[frames.GEOMETRY].to_numpy(dtype=object)[main]
    row = parts.parcel[main]
    gaps = nearest_on_same_parcel(shapes, row, run)
    median = pd.Series(gaps).groupby(row).median().reindex(np.arange(parts.n)).to_numpy(np.float64)
    run.check()
    spread = orientation_spread(shapes, row, parts.n, run)
    run.check()
    found = {"gap_med_m": exact(np.round(median, 6)), "orientation_sd": exact(np.round(spread, 6))}
    if roads is not None:
        found["far_from_road"] = far_from_road(shapes, row, parts.n, roads, limits, run)
    return {**found, **patches(parcels, parts, lived, limits["patch_join_m"], run)}


def nearest_on_same_parcel(shapes: npt.NDArray[np.object_], row: Rows, run: Run) -> Reals:
    """Return each building's distance to the nearest other one of the same `row`, NaN when it stands alone.

    `row` is sorted: buildings of a parcel stand together.
    """
    starts = np.flatnonzero(np.r_[True, row[1:] != row[:-1]]) if len(row) else np.zeros(0, dtype=np.int64)
    wanted = np.searchsorted(starts, np.arange(HOUSES, len(row), HOUSES))
    bounds = np.unique(np.r_[0, starts[wanted[wanted < len(starts)]], len(row)])
    parts = [(shapes[start:end], row[start:end]) for start, end in zip(bounds[:-1].tolist(), bounds[1:].tolist())]
    return np.concatenate([np.zeros(0), *run.map(measure_gaps, parts)])


def measure_gaps(task: tuple[npt.NDArray[np.object_], Rows]) -> Reals:
    """Return the distances of nearest_on_same_parcel for some whole parcels."""
    shapes, row = task
    nearest = np.full(len(shapes), np.inf)
    starts = np.flatnonzero(np.r_[True, row[1:] != row[:-1]])
    ends = np.r_[starts[1:], len(row)]
    few = (ends - starts > 1) & (ends - starts <= FEW)
    for size in np.unique((ends - starts)[few]):
        one, other = np.triu_indices(int(size), k=1)
        block = starts[ends - starts == size]
        left, right = (block[:, None] + one).ravel(), (block[:, None] + other).ravel()
        gap = shapely.distance(shapes[left], shapes[right])
        np.minimum.at(nearest, left, gap)
        np.minimum.at(nearest, right, gap)
    for start, end in zip(starts[ends - starts > FEW], ends[ends - starts > FEW]):
        here = shapes[start:end]
        (one, _), gap = shapely.STRtree(here).query_nearest(
            here, exclusive=True, return_distance=True, all_matches=False
        )
        nearest[start + one] = gap
    return np.where(np.isfinite(nearest), nearest, np.nan)


def orientation_spread(shapes: npt.NDArray[np.object_], row: Rows, n: int, run: Run) -> Reals:
    """Return the circular standard deviation (degrees, modulo 90°) of the buildings' directions per row.

    A building's direction is the length-weighted mean of its edges' directions, taken four times so that the two sides
    of a rectangle agree; the spread √(−2 ln R) ÷ 4 is that of directional statistics (Mardia & Jupp 2000).
    """
    east, north = np.zeros(len(shapes)), np.zeros(len(shapes))
    for start in range(0, len(shapes), TURNED):
        run.check()
        east[start : start + TURNED], north[start : start + TURNED] = _directions(shapes[start : start + TURNED])
    length = np.hypot(east, north)
    turned = length > 1e-9
    with np.errstate(divide="ignore", invalid="ignore"):
        east, north = np.where(turned, east / length, 0), np.where(turned, north / length, 0)
        count = total(row, turned.astype(float), n)
        unity = np.hypot(total(row, east, n), total(row, north, n)) / count
        spread = np.degrees(np.sqrt(-2 * np.log(np.clip(unity, 1e-12, 1)))) / 4
    return np.where(count >= LEAST_TURNED, spread + 0.0, np.nan)


def _directions(shapes: npt.NDArray[np.object_]) -> tuple[Reals, Reals]:
    """Return the sum of each outline's edges, turned by four times their direction."""
    rings = shapely.get_exterior_ring(shapely.get_geometry(shapes, 0))
    xy, owner = shapely.get_coordinates(rings, return_index=True)
    step = np.diff(xy, axis=0)
    inside = owner[1:] == owner[:-1]
    angle = 4 * np.arctan2(step[:, 1], step[:, 0])
    weight = np.where(inside, np.hypot(step[:, 0], step[:, 1]), 0.0)
    n = len(shapes)
    return total(owner[1:], weight * np.cos(angle), n), total(owner[1:], weight * np.sin(angle), n)


def far_from_road(
    shapes: npt.NDArray[np.object_], row: Rows, n: int, roads: pd.DataFrame, limits: Mapping[str, float], run: Run
) -> Interval:
    """Return the share of buildings farther than `road_reach_m` from a road at least `fire_road_m` wide.

    A road of unknown width may be wide enough: buildings that only such a road reaches count at the high end.
    """
    width = numbers(frames.optional(roads, "width", "real"))
    count = total(row, np.ones(len(row)), n)
    may_do = ~(width < limits["fire_road_m"])
    does = width[may_do] >= limits["fire_road_m"]
    tree = shapely.STRtree(frames.geometries(roads)[may_do])
    building, road = _within(tree, shapes, limits["road_reach_m"], run)
    ends = []
    for reached in (building, building[does[road]]):
        near = np.zeros(len(shapes), dtype=bool)
        near[reached] = True
        with np.errstate(divide="ignore", invalid="ignore"):
            ends.append(np.where(count > 0, total(row, (~near).astype(float), n) / count, np.nan))
    return between(ends[0], ends[1])


def patches(
    parcels: pd.DataFrame, parts: Parts, lived: tuple[Flags, Interval], join_m: float, run: Run
) -> dict[str, Interval]:
    """Return area, buildings and coverage of the patch each parcel belongs to; 0 at least where it may be none."""
    village, homes = lived
    land = frames.geometries(parcels)
    plots = np.flatnonzero(village)
    one, other = _within(shapely.STRtree(land[plots]), land[plots], join_m, run)
    links = coo_matrix((np.ones(len(one)), (plots[one], plots[other])), shape=(parts.n, parts.n))
    count, patch = connected_components(links, directed=False)
    area = total(patch, np.rint(shapely.area(land) * 1000), count)[patch] / 1000
    covered = total(patch, np.rint(parts.sum_m2(parts.real("foot_m2")) * 1000), count)[patch] / 1000
    houses = total(patch, parts.only_main(parts.houses().astype(float)), count)[patch]
    with np.errstate(divide="ignore", invalid="ignore"):
        coverage = np.where(area > 0, np.round(covered / area, 9), np.nan)
    found = {"patch_m2": area, "patch_bldg_n": houses, "patch_coverage": coverage}
    return {
        name: between(np.where(homes.lo == 1, value, 0.0), np.where(homes.hi == 1, value, 0.0))
        for name, value in found.items()
    }


def _within(
    tree: shapely.STRtree, shapes: npt.NDArray[np.object_], metres: float, run: Run
) -> tuple[npt.NDArray[np.intp], npt.NDArray[np.intp]]:
    """Return pairs (shape, member of the tree) within a distance, asking for cancel between slices."""
    found = [np.zeros((2, 0), dtype=np.intp)]
    for start in range(0, len(shapes), SLICE):
        run.check()
        pairs = tree.query(shapes[start : start + SLICE], predicate="dwithin", distance=metres)
        found.append(pairs + np.array([[start], [0]]))
    both = np.concatenate(found, axis=1)
    return both[0], both[1]
