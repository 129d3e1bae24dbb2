# SPDX-License-Identifier: GPL-2.0-or-later
"""Where a missing link could be: pairs of network points that are near as the crow flies and far on foot."""

from __future__ import annotations

from dataclasses import dataclass, fields, replace

import numpy as np
import pandas as pd
import shapely
from scipy.sparse import csr_matrix
from scipy.sparse.csgraph import dijkstra
from scipy.spatial import cKDTree

from ..run import Run
from ..trees import Tree
from .graph import CLOSED, Flags, Objects, Reals, WalkGraph
from .join import GROUND, Joined, barrier_tree
from .order import ranges
from .profiles import Profile
from .times import link_times, whole_ms
from .ways import Longs

STEP_M = 60.0  # own choice: along edges a link may begin every so many metres
LEAST_M = 5.0  # own choice: what is nearer is a fault of the drawing (see near misses), not a missing link
TILE_M = 500.0  # own choice; no result depends on it
DETOUR = 3.0  # own choice: today's walk takes at least this many times as long as the link
SAVED_MS = 60_000  # own choice: and at least a minute longer
STAIRS_SLOPE = 0.5  # own choice: stairs rise at most one in two (steps of 0.15 m on treads of 0.30 m)
TRIM_M = 0.5  # of a link's ends, where it touches the streets that it joins


@dataclass(frozen=True, eq=False)
class Candidates:
    """Possible links, all (k,). `a`, `b` positions in `spots`; `line` LineString a → b; `length_m` plan length;
    `climb_m` rise from a to b (NaN unknown); `is_stairs`; `there_ms`, `back_ms` the walk over the link a → b, b → a;
    `now_ms` today's walk a → b, the limit where it is longer.
    """

    spots: Joined
    a: Longs
    b: Longs
    line: Objects
    length_m: Reals
    climb_m: Reals
    is_stairs: Flags
    there_ms: Longs
    back_ms: Longs
    now_ms: Longs

    def take(self, rows: Longs | Flags) -> Candidates:
        """Return some of the candidates."""
        parts = {item.name: getattr(self, item.name)[rows] for item in fields(self) if item.name != "spots"}
        return replace(self, **parts)


def find_candidates(
    graph: WalkGraph, profile: Profile, barriers: pd.DataFrame | None, max_link_m: float, limit_ms: int, run: Run
) -> Candidates:
    """Return all links worth a closer look, by the position of their ends.

    Ends are nodes and points every STEP_M along streets, paths and stairs that the profile may use both ways. A link is
    straight, 5 m to `max_link_m` long, meets no barrier and no street between its ends (a shorter link would do), and
    today's walk takes at least three times as long and a minute more. Steeper than 12 % from end to end it is stairs
    (walked at their speeds), steeper than 50 % there is none, and none that the profile could not use: stairs for
    wheels, a path steeper than its limit. Where heights are unknown links are flat.
    """
    spots = _spots(graph, profile)
    known = _Known(graph, profile, spots, *_locate(graph, spots), *_nets(graph, barriers))
    cells = np.stack([known.x_m // TILE_M, known.y_m // TILE_M], axis=1).astype(np.int64)
    tiles, of = np.unique(cells, axis=0, return_inverse=True)
    parts = [_empty(spots)]
    if not len(of):
        return parts[0]
    tree = cKDTree(np.column_stack([known.x_m, known.y_m]))
    for number in range(len(tiles)):
        run.progress(number / len(tiles))
        rows = np.flatnonzero(of.reshape(-1) == number)
        parts.append(_in_tile(known, rows, tree, max_link_m, limit_ms))
    run.progress(1.0)
    columns = [item.name for item in fields(Candidates) if item.name != "spots"]
    return replace(parts[0], **{name: np.concatenate([getattr(part, name) for part in parts]) for name in columns})


@dataclass(frozen=True, eq=False)
class _Known:
    """The spots, where they are, and what a link may not meet."""

    graph: WalkGraph
    profile: Profile
    spots: Joined
    x_m: Reals
    y_m: Reals
    z_m: Reals
    streets: Tree
    barriers: shapely.STRtree | None


def _spots(graph: WalkGraph, profile: Profile) -> Joined:
    """Return nodes, then points along edges, as joined points without legs. A node lies on its lowest edge."""
    both_ways = (graph.fwd_ms[profile.id] != CLOSED) & (graph.back_ms[profile.id] != CLOSED)
    edges = np.flatnonzero(np.isin(graph.kind.astype(str), GROUND) & both_ways)
    node = np.concatenate([graph.start[edges], graph.end[edges]])
    order = np.lexsort((np.tile(edges, 2), node))
    _, first = np.unique(node[order], return_index=True)
    ends = order[first]
    parts = np.ceil(graph.length_m[edges] / STEP_M).astype(np.int64)
    row, number = ranges(np.ones_like(parts), np.maximum(parts, 1))
    edge = np.concatenate([np.tile(edges, 2)[ends], edges[row]])
    share = np.concatenate([(ends >= len(edges)).astype(np.float64), number / np.maximum(parts, 1)[row]])
    count, nothing = len(edge), np.zeros(len(edge))
    owner = np.arange(count, dtype=np.int32)
    zero = np.zeros(count, dtype=np.int32)
    words = np.full(count, "", dtype=object)
    return Joined(words, owner, count, edge.astype(np.int32), share, nothing, nothing, zero, zero, words)


def _locate(graph: WalkGraph, spots: Joined) -> tuple[Reals, Reals, Reals]:
    points = shapely.line_interpolate_point(graph.geometry[spots.edge], spots.share, normalized=True)
    z = graph.z_m[graph.start[spots.edge]] * (1 - spots.share) + graph.z_m[graph.end[spots.edge]] * spots.share
    return shapely.get_x(points), shapely.get_y(points), z


def _nets(graph: WalkGraph, barriers: pd.DataFrame | None) -> tuple[Tree, shapely.STRtree | None]:
    return graph.tree(frozenset(GROUND))[0], barrier_tree(barriers)


def _empty(spots: Joined) -> Candidates:
    whole, real = np.empty(0, dtype=np.int64), np.empty(0)
    line = np.empty(0, dtype=object)
    return Candidates(spots, whole, whole, line, real, real, real.astype(bool), whole, whole, whole)


def _in_tile(known: _Known, rows: Longs, tree: cKDTree, max_link_m: float, limit_ms: int) -> Candidates:
    """Return the candidates whose earlier end is one of `rows`."""
    near = tree.query_ball_point(tree.data[rows], max_link_m, return_sorted=True)
    a = np.repeat(rows, [len(item) for item in near])
    b = np.array([number for item in near for number in item], dtype=np.int64)
    a, b = a[b > a], b[b > a]
    length = np.hypot(known.x_m[b] - known.x_m[a], known.y_m[b] - known.y_m[a])
    climb = known.z_m[b] - known.z_m[a]
    slope = np.abs(np.nan_to_num(climb)) / np.maximum(length, 0.001)
    steepest = known.profile.rules.street_slope_share  # of a path, as of streets for vehicles; steeper links are stairs
    there, back = link_times(length, climb, slope > steepest, known.profile)
    keep = (length >= LEAST_M) & (slope <= STAIRS_SLOPE) & (there != CLOSED)
    a, b, length, climb, slope = a[keep], b[keep], length[keep], climb[keep], slope[keep]
    there, back = there[keep], back[keep]
    now = _times_now(known, a, b, limit_ms)
    long_way = (now >= DETOUR * there) & (now - there >= SAVED_MS)
    line, none = _lines(known, a, b, 0.0), np.full(len(a), False)
    found = Candidates(known.spots, a, b, line, length, climb, none | (slope > steepest), there, back, now)
    found = found.take(long_way)
    return found.take(_is_clear(known, found.a, found.b))


def _times_now(known: _Known, a: Longs, b: Longs, limit_ms: int) -> Longs:
    """Return today's milliseconds a → b, at most `limit_ms`, over a cut-out that holds every such walk."""
    graph, name = known.graph, known.profile.id
    if not len(a):
        return np.empty(0, dtype=np.int64)
    reach = graph.top_speed(name) * limit_ms
    x, y = known.x_m[a], known.y_m[a]
    bounds = (x.min() - reach, y.min() - reach, x.max() + reach, y.max() + reach)
    stretches = graph.grid.ranges(bounds)
    local = ranges(stretches[:, 0], stretches[:, 1])[1]
    place = np.full(len(graph.node_ids), -1, dtype=np.int64)
    place[local] = np.arange(len(local))
    arcs = graph.arcs(name, False)
    count = len(graph.node_ids)
    whole = csr_matrix((arcs.ms.astype(np.float64), arcs.head, arcs.indptr), shape=(count, count))
    starts, ends = _ends(known, a, leaving=True), _ends(known, b, leaving=False)
    nodes = np.unique(np.concatenate([node for node, _ in starts]))
    far = dijkstra(whole[local][:, local], indices=place[nodes], limit=float(limit_ms))
    best = np.full(len(a), float(limit_ms))
    for node_a, ms_a in starts:
        row = np.searchsorted(nodes, node_a)
        for node_b, ms_b in ends:
            inside = place[node_b] >= 0
            walk = np.where(inside, far[row, np.where(inside, place[node_b], 0)], np.inf)
            best = np.minimum(best, ms_a + walk + ms_b)
    return np.minimum(best, _along_one_edge(known, a, b)).astype(np.int64)


def _ends(known: _Known, rows: Longs, leaving: bool) -> list[tuple[Longs, Longs]]:
    """Return (node, ms) between spots and the start, then the end, of their edges: on the way out, or the way in."""
    graph, name = known.graph, known.profile.id
    edge, share = known.spots.edge[rows], known.spots.share[rows]
    fwd, back = (ways[name][edge].astype(np.int64) for ways in (graph.fwd_ms, graph.back_ms))
    along, against = (whole_ms(np.asarray(share * ms, dtype=np.float64)) for ms in (fwd, back))
    start, end = graph.start[edge].astype(np.int64), graph.end[edge].astype(np.int64)
    return [(start, against if leaving else along), (end, fwd - along if leaving else back - against)]


def _along_one_edge(known: _Known, a: Longs, b: Longs) -> Reals:
    """Return the milliseconds between spots of the same edge, infinite for others."""
    graph, name, spots = known.graph, known.profile.id, known.spots
    fwd, back = (ways[name][spots.edge[a]].astype(np.float64) for ways in (graph.fwd_ms, graph.back_ms))
    along = whole_ms(spots.share[b] * fwd) - whole_ms(spots.share[a] * fwd)
    against = whole_ms(spots.share[a] * back) - whole_ms(spots.share[b] * back)
    ms = np.where(spots.share[b] >= spots.share[a], along, against)
    return np.where(spots.edge[a] == spots.edge[b], ms, np.inf)


def _lines(known: _Known, a: Longs, b: Longs, trim_m: float) -> Objects:
    """Return the straight lines a → b, both ends shortened."""
    first = np.column_stack([known.x_m[a], known.y_m[a]])
    last = np.column_stack([known.x_m[b], known.y_m[b]])
    step = (last - first) * (trim_m / np.maximum(np.hypot(*(last - first).T), 0.001))[:, None]
    lines: Objects = shapely.linestrings(np.stack([first + step, last - step], axis=1))
    return lines if len(a) else np.empty(0, dtype=object)


def _is_clear(known: _Known, a: Longs, b: Longs) -> Flags:
    """Say which links meet neither a street nor a barrier between their ends."""
    lines = _lines(known, a, b, TRIM_M)
    clear = np.ones(len(lines), dtype=bool)
    for tree in (known.streets, known.barriers):
        if tree is not None and len(lines):
            clear[tree.query(lines, predicate="intersects")[0]] = False
    return clear
