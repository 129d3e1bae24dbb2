# SPDX-License-Identifier: GPL-2.0-or-later
"""Which pieces of land belong together: by name, by walls, across a gap, by the form of a village."""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd
import shapely
from scipy.sparse import coo_matrix
from scipy.sparse.csgraph import connected_components

from ... import frames
from ...inputs.values import numbers
from ...run import Run
from ..morphology import nearest_on_same_parcel

Rows = npt.NDArray[np.int64]
Objects = npt.NDArray[np.object_]
Flags = npt.NDArray[np.bool_]

LANE_M = 7.0  # own choice: two lanes; a wider road parts compounds (unknown width: by its class)
WIDE_CLASSES = ("motorway", "trunk", "primary", "secondary", "tertiary", "busway")  # 城市道路, with their links
ENCLOSED_SHARE = 0.5  # own choice: a piece belongs to the enclosure that holds more than half of it
VILLAGE_FOOT_M2 = (40.0, 200.0)  # median footprint of a village house 60–200 m² (heuristic), small annexes allowed for
VILLAGE_FLOORS = 8.0  # heuristic: village houses have 3–8 storeys
VILLAGE_COVERAGE = 0.45  # heuristic from the literature on southern cities (0.5–0.8)
VILLAGE_GAP_M = 4.4  # ISPRS IJGI 2024, 13(6), 198: spacing of at most about 4.4 m
PATCH_M2, PATCH_HOUSES = 5_000.0, 20  # own choice: a patch has at least 0.5 ha and 20 buildings
FILL_M2 = 2_000.0  # heuristic: smaller land amid a village is part of it
MIDDLE = 0.5


class Groups:
    """Pieces joined one pair after the other; two names never come together unless they are told to."""

    def __init__(self, names: Objects) -> None:
        self._parent = list(range(len(names)))
        self._names = names.tolist()

    def find(self, piece: int) -> int:
        """Return the first piece of the group."""
        while self._parent[piece] != piece:
            self._parent[piece] = self._parent[self._parent[piece]]
            piece = self._parent[piece]
        return piece

    def join(self, one: int, other: int, any_name: bool = False) -> bool:
        """Join the groups of two pieces unless they bear two names; the lower piece leads."""
        first, second = sorted((self.find(one), self.find(other)))
        a, b = self._names[first], self._names[second]
        if first == second or (a and b and a != b and not any_name):
            return first == second
        self._parent[second] = first
        self._names[first] = a or b
        return True

    def labels(self) -> Rows:
        """Return the group of each piece as the number of its first piece."""
        return np.array([self.find(piece) for piece in range(len(self._parent))], dtype=np.int64)


def wide_roads(roads: pd.DataFrame | None) -> pd.DataFrame | None:
    """Return the roads wider than a lane, None when there are no roads at all."""
    if roads is None:
        return None
    width = numbers(frames.optional(roads, "width", "real"))
    kind = frames.optional(roads, "highway").astype(frames.TEXT).str.removesuffix("_link")
    by_class = np.isnan(width) & kind.isin(WIDE_CLASSES).to_numpy(dtype=bool, na_value=False)
    below = frames.optional(roads, "tunnel").astype(frames.TEXT).isin(["yes", "1", "是", "building_passage"])
    keep = ((width > LANE_M) | by_class) & ~below.to_numpy(dtype=bool, na_value=False)
    found: pd.DataFrame = roads[keep].reset_index(drop=True)
    return found


def enclosures(walls: pd.DataFrame | None, shapes: Objects, run: Run) -> Rows:
    """Return for each shape the number of the enclosure of walls that holds more than half of it, -1 for none."""
    owner = np.full(len(shapes), -1, dtype=np.int64)
    if walls is None or not len(walls):
        return owner
    run.check()
    drawn = frames.geometries(walls)
    flat = shapely.get_dimensions(drawn) == 2
    lines = shapely.union_all(np.where(flat, shapely.boundary(drawn), drawn))
    rings = shapely.get_parts(shapely.polygonize(shapely.get_parts(lines)))
    if not len(rings):
        return owner
    row, ring = shapely.STRtree(rings).query(shapes, predicate="intersects")
    inside = shapely.area(shapely.intersection(shapes[row], rings[ring])) > ENCLOSED_SHARE * shapely.area(shapes[row])
    owner[row[inside]] = ring[inside]
    return owner


def village_patches(land: pd.DataFrame, houses: pd.DataFrame, links: Rows, run: Run) -> Rows:
    """Return the patch of each parcel, -1 where it is in none.

    Parameters: `land` rows of parcels with `area_m2`, `covered_m2` (footprints), `foot_med_m2`, `floors_med`;
    `houses` the main buildings with `parcel` (row) and `geometry`; `links` (k, 2) parcels that nothing parts.
    Densely covered parcels of small low houses that are linked make a patch when together they have at least 0.5 ha,
    20 houses, the coverage, and façades at most 4.4 m apart (median). Small land all of whose neighbours are in one
    patch is filled in. Form alone says no more than that it looks like a village.
    """
    n = len(land)
    area, covered = land["area_m2"].to_numpy(np.float64), land["covered_m2"].to_numpy(np.float64)
    foot, floors = land["foot_med_m2"].to_numpy(np.float64), land["floors_med"].to_numpy(np.float64)
    small = (foot >= VILLAGE_FOOT_M2[0]) & (foot <= VILLAGE_FOOT_M2[1]) & ~(floors > VILLAGE_FLOORS)
    looks = small & (covered >= VILLAGE_COVERAGE * area)
    between = links[looks[links].all(axis=1)] if len(links) else links
    graph = coo_matrix((np.ones(len(between)), (between[:, 0], between[:, 1])), shape=(n, n))
    count, patch = connected_components(graph, directed=False)
    house_patch = patch[houses["parcel"].to_numpy(np.int64)]
    mine = looks[houses["parcel"].to_numpy(np.int64)]
    enough = np.bincount(house_patch[mine], minlength=count) >= PATCH_HOUSES
    enough &= _sums(patch, np.where(looks, area, 0), count) >= PATCH_M2
    run.check()
    rows = np.flatnonzero(mine & enough[house_patch])
    rows = rows[np.argsort(house_patch[rows], kind="stable")]
    gaps = nearest_on_same_parcel(frames.geometries(houses)[rows], house_patch[rows], run)
    median = pd.Series(gaps).groupby(house_patch[rows]).median().reindex(np.arange(count)).to_numpy(np.float64)
    found = np.where(looks & enough[patch] & (median[patch] <= VILLAGE_GAP_M), patch, -1).astype(np.int64)
    return _filled(found, area, links, n)


def _filled(patch: Rows, area: npt.NDArray[np.float64], links: Rows, n: int) -> Rows:
    """Give small land to the one patch that all of its neighbours are in."""
    if not len(links):
        return patch
    both = np.concatenate([links, links[:, ::-1]])
    lowest, highest = np.full(n, np.iinfo(np.int64).max), np.full(n, -2, dtype=np.int64)
    np.minimum.at(lowest, both[:, 0], patch[both[:, 1]])
    np.maximum.at(highest, both[:, 0], patch[both[:, 1]])
    fill = (patch < 0) & (area < FILL_M2) & (lowest == highest) & (highest >= 0)
    return np.where(fill, highest, patch)


def _sums(group: Any, values: npt.NDArray[np.float64], count: int) -> npt.NDArray[np.float64]:
    """Return sums per group that do not depend on the order: whole thousandths first."""
    return np.bincount(group, weights=np.rint(values * 1000), minlength=count) / 1000
