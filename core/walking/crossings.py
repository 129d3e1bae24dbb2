# SPDX-License-Identifier: GPL-2.0-or-later
"""Roads that cross on one level without a vertex in common: listed, and made a node when asked.

Drawings and topographic maps often have a whole street in one line, and nothing meets where two of them cross.
"""

from __future__ import annotations

from dataclasses import dataclass, fields

import numpy as np
import shapely

from ..run import Run
from ..trees import Tree
from .graph import Flags, Reals
from .nearmiss import Misses, measures, with_vertices
from .topology import SAME_M, Topology
from .ways import NO_ID, Longs, Ways

SLICE = 10_000  # edges looked at between two looks at the cancel flag
BESIDE_M = 5.0  # own choice: edges that meet and cross once more so near to it are a drawing's slip, no way to save


@dataclass(frozen=True, eq=False)
class Crossings:
    """Places where two ways cross and do not meet, sorted by ways and place.

    `way`, `other` (k,) ways, `way` ≤ `other`; `measure_m`, `other_m` (k,) metres along each; `x_m`, `y_m` (k,) the
    place; `z_m`, `other_z_m` (k,) own Z of each there, NaN = none.
    """

    way: Longs
    other: Longs
    measure_m: Reals
    other_m: Reals
    x_m: Reals
    y_m: Reals
    z_m: Reals
    other_z_m: Reals

    def take(self, rows: Flags | Longs) -> Crossings:
        """Return some of them."""
        return Crossings(*(getattr(self, item.name)[rows] for item in fields(self)))


def find_crossings(ways: Ways, topology: Topology, same_height_m: float, run: Run) -> Crossings:
    """Return where edges cross without a node: on one level (layer, bridge, tunnel) and, where both have own Z, no more
    than `same_height_m` one above the other. Lifts cross nothing, nor does an edge itself.
    """
    lines, boxes = topology.lines, shapely.bounds(topology.lines)
    level, lift = ways.level[topology.way], ways.base[topology.way] == "lift"
    ends = np.column_stack([topology.start, topology.end])
    bent = topology.last - topology.first > 1
    tree = Tree(lines)
    pairs = [np.empty((0, 2), dtype=np.int64)]
    for begin in range(0, len(lines), SLICE):
        run.progress(begin / len(lines))
        a, b = tree.query(lines[begin : begin + SLICE])
        a = a + begin
        keep = (a < b) & (level[a] == level[b]) & ~lift[a] & ~lift[b]
        a, b = a[keep], b[keep]
        common = np.minimum(boxes[a, 2:], boxes[b, 2:]) - np.maximum(boxes[a, :2], boxes[b, :2])
        meet = np.zeros(len(a), dtype=bool)
        for one, other in ((0, 0), (0, 1), (1, 0), (1, 1)):
            meet |= ends[a, one] == ends[b, other]
        again = (common > BESIDE_M).any(axis=1) & (bent[a] | bent[b])  # most neighbours have little but their node
        keep = ~meet | again
        pair = np.column_stack([a[keep], b[keep]])
        pairs.append(pair[shapely.crosses(lines[pair[:, 0]], lines[pair[:, 1]])])
    found = _places(ways, topology, np.concatenate(pairs))
    run.progress(1.0)
    return found.take(~(np.abs(found.z_m - found.other_z_m) > same_height_m))  # a missing Z keeps nothing apart


def _places(ways: Ways, topology: Topology, pairs: Longs) -> Crossings:
    """Return the points where these edges cross, those at nodes of both left out."""
    a, b = topology.lines[pairs[:, 0]], topology.lines[pairs[:, 1]]
    xy, row = shapely.get_coordinates(shapely.intersection(a, b), return_index=True)
    xy = np.rint(xy / SAME_M) * SAME_M
    edges = pairs[row]
    at_node = np.ones(len(edges), dtype=bool)
    for side in (0, 1):
        ends = np.stack([topology.start[edges[:, side]], topology.end[edges[:, side]]], axis=1)
        gap = np.hypot(topology.x_m[ends] - xy[:, :1], topology.y_m[ends] - xy[:, 1:])
        at_node &= (gap <= 2 * SAME_M).any(axis=1)
    xy, edges = xy[~at_node], edges[~at_node]
    edges = np.where((topology.way[edges[:, 0]] <= topology.way[edges[:, 1]])[:, None], edges, edges[:, ::-1])
    points, total = shapely.points(xy), measures(ways)
    told = []
    bent = np.ones(len(edges), dtype=bool)  # both have a vertex there: the source says that these are two nodes
    for side in (0, 1):
        edge = edges[:, side]
        first = topology.first[edge]
        along = total[first] + shapely.line_locate_point(topology.lines[edge], points)
        z, vertex = _look_along(ways, total, (first, topology.last[edge]), along)
        told.append((topology.way[edge], along, z))
        bent &= vertex
    (way, measure, z), (other, other_m, other_z) = told
    order = np.lexsort((xy[:, 1], xy[:, 0], other, way))
    found = Crossings(way, other, measure, other_m, xy[:, 0], xy[:, 1], z, other_z)
    return found.take(order[~bent[order]])


def _look_along(ways: Ways, total: Reals, vertices: tuple[Longs, Longs], along: Reals) -> tuple[Reals, Flags]:
    """Return own Z at so many metres along ways (NaN where a vertex beside has none), and whether a vertex is there.

    `vertices`: the first and the last of the stretch.
    """
    z, vertex = np.full(len(along), np.nan), np.zeros(len(along), dtype=bool)
    for row, (low, high, at) in enumerate(zip(vertices[0].tolist(), vertices[1].tolist(), along.tolist())):
        stretch = slice(low, high + 1)
        z[row] = np.interp(at, total[stretch], ways.z_m[stretch])
        vertex[row] = np.abs(total[stretch] - at).min() <= 2 * SAME_M
    return z, vertex


def without_misses(crossings: Crossings, misses: Misses, near_m: float) -> Crossings:
    """Return the crossings but those of an end that shoots over the other way: it is told as a near miss of both.

    `misses`: told by way, `vertex` is the way of the end.
    """
    low, high = np.minimum(misses.vertex, misses.target), np.maximum(misses.vertex, misses.target)
    near: dict[tuple[int, int], list[tuple[float, float]]] = {}
    for pair, x, y in zip(zip(low.tolist(), high.tolist()), misses.x_m.tolist(), misses.y_m.tolist()):
        near.setdefault(pair, []).append((x, y))
    keep = [
        all(np.hypot(x - a, y - b) > near_m for a, b in near.get(pair, ()))
        for pair, x, y in zip(
            zip(crossings.way.tolist(), crossings.other.tolist()), crossings.x_m.tolist(), crossings.y_m.tolist()
        )
    ]
    return crossings.take(np.array(keep, dtype=bool))


def join_crossings(ways: Ways, crossings: Crossings) -> Ways:
    """Return the ways with a vertex in both where they cross."""
    if not len(crossings.way):
        return ways
    new = 2 * len(crossings.way)
    way = np.concatenate([ways.way, crossings.way, crossings.other])
    measure = np.concatenate([measures(ways), crossings.measure_m, crossings.other_m])
    order = np.lexsort((np.arange(len(way)), measure, way))
    xs, ys, zs, nodes = (
        np.concatenate([old, *added])[order]
        for old, added in (
            (ways.x_m, (crossings.x_m, crossings.x_m)), (ways.y_m, (crossings.y_m, crossings.y_m)),
            (ways.z_m, (crossings.z_m, crossings.other_z_m)), (ways.node, (np.full(new, NO_ID),)),
        )
    )  # fmt: skip
    return with_vertices(ways, way[order], xs, ys, zs, nodes)
