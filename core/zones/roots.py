# SPDX-License-Identifier: GPL-2.0-or-later
"""Cores: stations near each other on foot become one; their entrances choose the parcels that a zone grows from."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import shapely

from ..contiguity import Objects
from ..trees import Tree
from ..walking.join import Points


@dataclass(frozen=True)
class Core:
    """One core: `id` is its smallest station id, `stations` rows of the station table, `roots` parcel positions."""

    id: str
    stations: tuple[int, ...]
    roots: frozenset[int]


def find_roots(points: Points, shapes: Objects, limit_m: float) -> list[set[int]]:
    """Return for each owner of entrance points the parcels that hold or lie nearest its entrances.

    Of several at the same distance (overlaps, a corner) the first; an entrance farther than `limit_m` has none.
    """
    roots: list[set[int]] = [set() for _ in range(points.owners)]
    if not len(points.x_m) or not len(shapes):
        return roots
    spots = shapely.points(points.x_m, points.y_m)
    which, parcel = Tree(shapes).query_nearest(spots, max_distance=max(limit_m, 1e-9))
    best: dict[int, int] = {}
    for i, p in zip(which.tolist(), parcel.tolist()):
        best[i] = min(p, best.get(i, p))
    for i, p in best.items():
        roots[int(points.owner[i])].add(p)
    return roots


def merge_stations(
    ids: list[str], metres: dict[tuple[int, int], float], roots: list[set[int]], part: npt.NDArray[np.int64]
) -> list[Core]:
    """Return the cores, by id: groups of stations that are all within the limit of each other.

    `metres` holds the pairs within the limit, `part` (parcels,) the contiguous part each parcel lies in. Stations whose
    roots lie in different parts (a river between them) stay apart: no zone could hold both. Nearest pairs first, so a
    line of stations does not chain into one.
    """
    group = {i: [i] for i in range(len(ids))}
    linked = {pair for pair in metres if _share_part(roots[pair[0]], roots[pair[1]], part)}
    for a, b in sorted(linked, key=lambda pair: (metres[pair], pair)):
        first, second = group[a], group[b]
        if first is second:
            continue
        if all((min(i, j), max(i, j)) in linked for i in first for j in second):
            merged = sorted(first + second)
            for i in merged:
                group[i] = merged
    found = {tuple(stations) for stations in group.values()}
    cores = [
        Core(min(ids[i] for i in stations), stations, frozenset().union(*(roots[i] for i in stations)))
        for stations in found
    ]
    return sorted(cores, key=lambda core: core.id)


def _share_part(first: set[int], second: set[int], part: npt.NDArray[np.int64]) -> bool:
    return bool({int(part[i]) for i in first} & {int(part[i]) for i in second})
