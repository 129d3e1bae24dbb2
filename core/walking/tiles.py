# SPDX-License-Identifier: GPL-2.0-or-later
"""One tile's search as a task of its own: plain arrays in, plain arrays out, on this machine or another."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from scipy.sparse.csgraph import dijkstra

from .graph import Ints
from .order import least_by_key, ranges
from .search import Tile
from .ways import Longs


@dataclass(frozen=True, eq=False)
class TileHomes:
    """Who lives where in a tile: `node` (h,) local nodes with ways to places, ascending; those of the k-th are
    `first[k]`…`first[k + 1]` of `ms` (to the place) and `owner`.
    """

    node: Longs
    first: Longs
    ms: Longs
    owner: Ints


@dataclass(frozen=True, eq=False)
class TileTask:
    """The search of a few facilities over their tile.

    The k-th facility `facility[k]` starts at the next `sizes[k]` of `starts` (local nodes) with `ms`; its own limit is
    `limits[k]`, `limit_ms` the largest of the tile.
    """

    tile: Tile
    homes: TileHomes
    starts: Ints
    ms: Longs
    sizes: Longs
    facility: Longs
    limits: Longs
    limit_ms: int


def walk_tile(task: TileTask) -> tuple[Longs, Longs, Longs]:
    """Return (facility, place owner, least milliseconds) of all pairs of the task within their limits."""
    count = len(task.tile.nodes)
    arcs = task.tile.matrix(task.starts, task.ms, task.sizes)
    found = dijkstra(arcs, indices=np.arange(count, count + len(task.facility)), limit=task.limit_ms + 1.0)
    far = found[:, task.homes.node].ravel()  # nobody asks when the others are reached
    reached = np.flatnonzero(far <= task.limit_ms + 1.0)
    time = far[reached].astype(np.int64) - 1
    item, node = np.divmod(reached, max(len(task.homes.node), 1))
    at, hit = ranges(task.homes.first[node], task.homes.first[node + 1])
    ms = time[at] + task.homes.ms[hit]
    inside = ms <= task.limits[item[at]]
    most = int(task.homes.owner.max(initial=0)) + 1
    key, ms = least_by_key((item[at].astype(np.int64) * most + task.homes.owner[hit])[inside], ms[inside])
    return task.facility[key // most], key % most, ms
