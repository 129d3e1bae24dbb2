# SPDX-License-Identifier: GPL-2.0-or-later
"""Ends that miss a line by little: touching ones are joined, near ones are listed, and joined when asked."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
import shapely

from ..run import Run
from ..trees import Tree
from .graph import Flags, Objects, Reals
from .topology import SAME_M, Spots, make_lines, way_ends
from .ways import NO_ID, Longs, Ways

SLICE = 2000  # ends looked at between two looks at the cancel flag


@dataclass(frozen=True, eq=False)
class Misses:
    """Ends of ways and the point of another way that they miss, by vertex.

    `vertex` (k,) the end; `target` (k,) the other way; `measure_m` (k,) metres along it; `x_m`, `y_m` (k,) that point;
    `gap_m` (k,).
    """

    vertex: Longs
    target: Longs
    measure_m: Reals
    x_m: Reals
    y_m: Reals
    gap_m: Reals

    def take(self, rows: Flags) -> Misses:
        """Return some of them."""
        return Misses(*(getattr(self, name)[rows] for name in ("vertex", "target", "measure_m", "x_m", "y_m", "gap_m")))


def measures(ways: Ways) -> Reals:
    """Return (v,) metres from the start of its way to each vertex."""
    first, _ = way_ends(ways.way)
    steps = np.hypot(np.diff(ways.x_m, prepend=ways.x_m[:1]), np.diff(ways.y_m, prepend=ways.y_m[:1]))
    steps[first] = 0.0
    total = np.cumsum(steps)
    along: Reals = total - total[first][ways.way]
    return along


def find_misses(ways: Ways, spots: Spots, leader: Longs, limits: tuple[float, float], run: Run) -> Misses:
    """Return for every end that meets nothing the nearest other way on its level within reach, if there is one.

    `limits`: how far to look, and the difference in own Z that tells two storeys apart. A way that the end's own way
    meets within twice that reach is no miss (short stubs). Of two ends that miss each other one is told.
    """
    reach_m = limits[0]
    first, last = way_ends(ways.way)
    at = leader[spots.of]
    uses = np.bincount(at, minlength=len(leader))
    ends = np.flatnonzero((first | last) & (uses[at] == 1) & (ways.base[ways.way] != "lift"))
    bounds = np.append(np.flatnonzero(first), len(ways.way))
    whole = np.diff(bounds) > 1
    lines = np.full(len(bounds) - 1, None, dtype=object)
    xy = np.column_stack([ways.x_m, ways.y_m])
    lines[whole] = make_lines(xy[whole[ways.way]], np.diff(bounds)[whole], run)
    run.check()
    tree = Tree(lines)
    run.check()
    found: list[tuple[int, int, float]] = []
    for begin in range(0, len(ends), SLICE):
        run.progress(begin / len(ends))
        part = ends[begin : begin + SLICE]
        points = shapely.points(xy[part])
        place, other = tree.query(points, predicate="dwithin", distance=reach_m)
        keep = (ways.way[part[place]] != other) & (ways.level[ways.way[part[place]]] == ways.level[other])
        place, other = place[keep], other[keep]
        gap = np.rint(shapely.distance(points[place], lines[other]) / SAME_M) * SAME_M
        order = np.lexsort((other, gap, place))
        found += _first_good(_Scene(ways, at, bounds, lines, limits), part[place[order]], other[order], gap[order])
    return _settle(xy, lines, found)


@dataclass(frozen=True, eq=False)
class _Scene:
    ways: Ways
    at: Longs
    bounds: Longs
    lines: Objects
    limits: tuple[float, float]


def _first_good(scene: _Scene, vertices: Longs, others: Longs, gaps: Reals) -> list[tuple[int, int, float]]:
    """Return for each end (they stand together) the first candidate that is no neighbour and on the same storey."""
    found: list[tuple[int, int, float]] = []
    done = -1
    for vertex, other, gap in zip(vertices.tolist(), others.tolist(), gaps.tolist()):
        if vertex != done and _is_miss(scene, vertex, other):
            found.append((vertex, other, gap))
            done = vertex
    return found


def _is_miss(scene: _Scene, vertex: int, other: int) -> bool:
    ways, bounds = scene.ways, scene.bounds
    reach_m, same_height_m = scene.limits
    own = slice(bounds[ways.way[vertex]], bounds[ways.way[vertex] + 1])
    near = np.hypot(ways.x_m[own] - ways.x_m[vertex], ways.y_m[own] - ways.y_m[vertex]) <= 2 * reach_m
    theirs = slice(bounds[other], bounds[other + 1])
    if np.isin(scene.at[own][near], scene.at[theirs]).any():
        return False
    z = ways.z_m[theirs]
    if np.isnan(ways.z_m[vertex]) or np.isnan(z).any():
        return True
    along = shapely.line_locate_point(scene.lines[other], shapely.Point(ways.x_m[vertex], ways.y_m[vertex]))
    steps = np.hypot(np.diff(ways.x_m[theirs]), np.diff(ways.y_m[theirs]))
    there = np.interp(along, np.concatenate([[0.0], np.cumsum(steps)]), z)
    return bool(abs(there - ways.z_m[vertex]) <= same_height_m)


def _settle(xy: Reals, lines: Objects, found: list[tuple[int, int, float]]) -> Misses:
    """Return the misses with the point they miss; two ends that miss each other once, by the lower vertex."""
    vertex = np.array([item[0] for item in found], dtype=np.int64)
    target = np.array([item[1] for item in found], dtype=np.int64)
    gap = np.array([item[2] for item in found], dtype=np.float64)
    points = shapely.points(xy[vertex]) if len(vertex) else np.empty(0, dtype=object)
    along = np.asarray(shapely.line_locate_point(lines[target], points), dtype=np.float64).reshape(-1)
    spot = shapely.get_coordinates(shapely.line_interpolate_point(lines[target], along)).reshape(-1, 2)
    order = np.lexsort((target, vertex))
    misses = Misses(vertex, target, along, spot[:, 0], spot[:, 1], gap).take(order)
    here = np.rint(xy[misses.vertex] / SAME_M).astype(np.int64).tolist()
    there = np.rint(np.column_stack([misses.x_m, misses.y_m]) / SAME_M).astype(np.int64).tolist()
    told: set[tuple[tuple[int, ...], tuple[int, ...]]] = set()
    keep = np.ones(len(misses.vertex), dtype=bool)
    for row, (a, b) in enumerate(zip(map(tuple, here), map(tuple, there))):
        keep[row] = (b, a) not in told
        told.add((a, b))
    return misses.take(keep)


def join_misses(ways: Ways, misses: Misses, tolerance_m: float) -> Ways:
    """Return the ways with the missed points joined: touched lines get a vertex there, other ends are drawn on to it.

    Ends within the tolerance stay where they are and the line gets a vertex at the end itself.
    """
    if not len(misses.vertex):
        return ways
    touch = misses.gap_m <= tolerance_m
    at, end = measures(ways), misses.vertex
    x = np.where(touch, ways.x_m[end], misses.x_m)
    y = np.where(touch, ways.y_m[end], misses.y_m)
    first, _ = way_ends(ways.way)
    drawn = ~touch
    ahead = np.where(first[end], -1.0, at[end] + 1.0)
    way = np.concatenate([ways.way, misses.target, ways.way[end][drawn]])
    measure = np.concatenate([at, misses.measure_m, ahead[drawn]])
    order = np.lexsort((np.arange(len(way)), measure, way))
    xs = np.concatenate([ways.x_m, x, x[drawn]])[order]
    ys = np.concatenate([ways.y_m, y, y[drawn]])[order]
    zs = np.concatenate([ways.z_m, ways.z_m[end], ways.z_m[end][drawn]])[order]
    new = np.full(int(drawn.sum()), NO_ID)
    nodes = np.concatenate([ways.node, np.where(touch, ways.node[end], NO_ID), new])[order]
    return with_vertices(ways, way[order], xs, ys, zs, nodes)


def with_vertices(ways: Ways, way: Longs, x_m: Reals, y_m: Reals, z_m: Reals, node: Longs) -> Ways:
    """Return the ways with other vertices, way by way and along each; of equal neighbours the first stays.

    Those of a lift all stay: its storeys lie above one another.
    """
    repeated = np.zeros(len(way), dtype=bool)
    repeated[1:] = (way[1:] == way[:-1]) & (x_m[1:] == x_m[:-1]) & (y_m[1:] == y_m[:-1])
    repeated &= (ways.base != "lift")[way]
    keep = ~repeated
    return replace(ways, way=way[keep], x_m=x_m[keep], y_m=y_m[keep], z_m=z_m[keep], node=node[keep])
