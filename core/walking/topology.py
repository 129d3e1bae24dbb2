# SPDX-License-Identifier: GPL-2.0-or-later
"""Where ways meet: vertices they share, ends within the tolerance, and the edges between such nodes."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import shapely
from scipy.sparse import coo_matrix
from scipy.sparse.csgraph import connected_components

from ..run import Run
from .graph import Flags, Objects, Reals
from .order import lexsort, ranges
from .ways import NO_ID, Longs, Ways

LINES = 50_000  # made between two looks at the cancel flag: under 100 ms
SAME_M = 0.001  # vertices are the same when they agree to the millimetre
BAND_M = 200.0  # own choice: how wide the bands are in which neighbours are looked for
MOST_BANDS = 2**15 - 1  # numpy sorts numbers of 16 bits by counting


@dataclass(frozen=True, eq=False)
class Spots:
    """Places where vertices lie, 0…s-1 by x, y, storey. `of` (v,) the spot of each vertex; `x_mm`, `y_mm` (s,);
    `storey` (s,) counts spots one above the other: other node ids, own Z apart by more than a passage's clear height,
    or vertices inside ways of other levels; `z_m` (s,) NaN = no Z; `has_id` (s,) the source says which node it is.
    `apart_n`: places where only their levels keep ways apart.
    """

    of: Longs
    x_mm: Longs
    y_mm: Longs
    storey: Longs
    z_m: Reals
    has_id: Flags
    apart_n: int


@dataclass(frozen=True, eq=False)
class Topology:
    """Nodes 0…n-1 by x, y, storey and edges 0…m-1 by way and place along it.

    `node_ids`, `x_m`, `y_m` (n,), `own_z_m` (n,) mean own Z of the vertices there; `way` (m,), `along` (m,) number of
    the edge along its road; `start`, `end` (m,) nodes; `first`, `last` (m,) vertices of the ways; `lines` (m,)
    LineStrings from node to node; `length_m` (m,).
    """

    node_ids: Objects
    x_m: Reals
    y_m: Reals
    own_z_m: Reals
    way: Longs
    along: Longs
    start: Longs
    end: Longs
    first: Longs
    last: Longs
    lines: Objects
    length_m: Reals


def way_ends(way: Longs) -> tuple[Flags, Flags]:
    """Return flags of the first and of the last vertex of each way."""
    first, last = np.ones(len(way), dtype=bool), np.ones(len(way), dtype=bool)
    first[1:] = last[:-1] = way[1:] != way[:-1]
    return first, last


def find_spots(ways: Ways, same_height_m: float, run: Run) -> Spots:
    """Return the spots of all vertices.

    Vertices of one node id are one spot, of different ids never. Vertices without id share a spot when they lie at the
    same place and storey (those without Z in the lowest), unless they are all inside ways of different levels (one
    passes over the other); where a node id lies too, they belong to it, the lowest one.
    """
    place, x_mm, y_mm, storey = _places(ways, same_height_m, run)
    run.check()
    first, last = way_ends(ways.way)
    bare = ways.node == NO_ID
    level, apart_n = _levels_apart(ways, bare, (place, storey), first | last, run)
    run.check()
    name = np.zeros(len(place), dtype=np.int64)  # of the node id, from 1 on; 0 = none
    ids, number = np.unique(ways.node[~bare], return_inverse=True)
    home = np.full(len(ids), len(x_mm), dtype=np.int64)
    np.minimum.at(home, number, place[~bare])
    lowest = np.full(len(x_mm), len(ids), dtype=np.int64)
    np.minimum.at(lowest, home[number], number)
    name[~bare] = number + 1
    known = lowest[place] < len(ids)
    name[bare & known] = lowest[place[bare & known]] + 1
    storey[name > 0], level[name > 0] = 0, 0
    place[~bare] = home[number]
    run.check()
    order = lexsort((level, storey, name, place), run)
    new = np.ones(len(order), dtype=bool)
    for key in (place, storey, name, level):
        run.check()
        listed = key[order]
        new[1:] &= listed[1:] == listed[:-1]
    new[1:] = ~new[1:]
    of = np.empty(len(order), dtype=np.int64)
    of[order] = np.cumsum(new) - 1
    heads = order[new]
    at = place[heads]
    fresh = np.ones(len(at), dtype=bool)
    fresh[1:] = at[1:] != at[:-1]
    count = np.arange(len(at))
    storeys = count - count[fresh][np.cumsum(fresh) - 1] if len(at) else count
    return Spots(of, x_mm[at], y_mm[at], storeys, _means(of, ways.z_m, len(at)), name[heads] > 0, apart_n)


def _places(ways: Ways, same_height_m: float, run: Run) -> tuple[Longs, Longs, Longs, Longs]:
    """Return (v,) the place of each vertex, its millimetres by place (sorted by x, y), and (v,) its storey by own Z."""
    x = np.rint(ways.x_m / SAME_M).astype(np.int64)
    y = np.rint(ways.y_m / SAME_M).astype(np.int64)
    run.check()
    order = lexsort((ways.z_m, y, x), run)  # NaN is last
    xs, ys, zs = x[order], y[order], ways.z_m[order]
    fresh = np.ones(len(order), dtype=bool)
    fresh[1:] = (xs[1:] != xs[:-1]) | (ys[1:] != ys[:-1])
    above = np.zeros(len(order), dtype=bool)
    above[1:] = ~fresh[1:] & (zs[1:] - zs[:-1] > same_height_m)
    run.check()
    number = np.cumsum(fresh) - 1
    rise = np.cumsum(above)
    stacked = rise - rise[np.flatnonzero(fresh)][number] if len(order) else rise
    stacked[np.isnan(zs)] = 0
    place, storey = np.empty(len(order), dtype=np.int64), np.empty(len(order), dtype=np.int64)
    place[order], storey[order] = number, stacked
    return place, xs[fresh], ys[fresh], storey


def _levels_apart(ways: Ways, bare: Flags, where: tuple[Longs, Longs], is_end: Flags, run: Run) -> tuple[Longs, int]:
    """Return (v,) the level of vertices that only their levels keep apart (0 for all others), and at how many places.

    Where an end, a lift or a node id lies among them, all of them meet: bridges are left there.
    """
    order = lexsort((where[1], where[0]), run)
    fresh = np.zeros(len(order), dtype=bool)
    fresh[:1] = True
    for key in where:
        listed = key[order]
        fresh[1:] |= listed[1:] != listed[:-1]
    run.check()
    group = np.empty(len(order), dtype=np.int64)
    group[order] = np.cumsum(fresh) - 1
    count = int(fresh.sum())
    level = ways.level[ways.way]
    low, high = np.full(count, np.iinfo(np.int64).max), np.full(count, np.iinfo(np.int64).min)
    np.minimum.at(low, group, level)
    run.check()
    np.maximum.at(high, group, level)
    run.check()
    meets = is_end | ~bare | (ways.base[ways.way] == "lift")
    apart = (low != high) & (np.bincount(group[meets], minlength=count) == 0)
    return np.where(apart[group], level - low[group], 0), int(apart.sum())


def merge_spots(ways: Ways, spots: Spots, tolerance_m: float, same_height_m: float, run: Run) -> Longs:
    """Return (s,) the spot that stands for each spot: itself, or the one an end within the tolerance is joined to.

    Two ends meet whatever their levels; an end meets the nearest vertex inside another way only on the same level.
    Where own Z says that one lies above the other, at lifts, and where both have node ids and other levels, nothing is
    merged.
    """
    count = len(spots.x_mm)
    uses = np.bincount(spots.of, minlength=count)
    pairs = _close_pairs(ways, spots, tolerance_m, same_height_m, run)
    run.check()
    joined = coo_matrix((np.ones(len(pairs)), (pairs[:, 0], pairs[:, 1])), shape=(count, count))
    _, group = connected_components(joined, directed=False)
    order = np.lexsort((np.arange(count), -uses, group))  # the spot with most vertices stays where it is
    lead = np.ones(count, dtype=bool)
    lead[1:] = group[order][1:] != group[order][:-1]
    leader = np.empty(int(lead.sum()), dtype=np.int64)
    leader[group[order][lead]] = order[lead]
    merged: Longs = leader[group]
    return merged


def _close_pairs(ways: Ways, spots: Spots, tolerance_m: float, same_height_m: float, run: Run) -> Longs:
    nothing = np.empty((0, 2), dtype=np.int64)
    count = len(spots.x_mm)
    if tolerance_m <= 0 or count < 2:
        return nothing
    xy = np.column_stack([spots.x_mm, spots.y_mm]) * SAME_M
    first, last = way_ends(ways.way)
    is_end, is_lift = np.zeros(count, dtype=bool), np.zeros(count, dtype=bool)
    is_end[spots.of[first | last]] = True
    run.check()
    pairs = _near_ends(spots, is_end, tolerance_m, run)
    is_lift[spots.of[ways.base[ways.way] == "lift"]] = True
    a, b = pairs[:, 0], pairs[:, 1]
    apart = np.abs(spots.z_m[a] - spots.z_m[b]) > same_height_m  # False where a Z is missing
    level = np.zeros(count, dtype=np.int64)
    level[spots.of] = ways.level[ways.way]
    apart |= spots.has_id[a] & spots.has_id[b] & (level[a] != level[b])
    pairs = pairs[(is_end[a] | is_end[b]) & ~is_lift[a] & ~is_lift[b] & ~apart]
    both = is_end[pairs[:, 0]] & is_end[pairs[:, 1]]
    ends = pairs[both]
    mixed = pairs[~both]
    mixed = np.where(is_end[mixed[:, :1]], mixed, mixed[:, ::-1])  # end, inner vertex
    mixed = mixed[_may_meet(ways, spots, mixed)]
    gap = np.rint(np.hypot(*(xy[mixed[:, 0]] - xy[mixed[:, 1]]).T) / SAME_M)
    mixed = mixed[np.lexsort((mixed[:, 1], gap, mixed[:, 0]))]
    nearest = np.ones(len(mixed), dtype=bool)
    nearest[1:] = mixed[1:, 0] != mixed[:-1, 0]
    return np.concatenate([ends, mixed[nearest]])


def _near_ends(spots: Spots, is_end: Flags, tolerance_m: float, run: Run) -> Longs:
    """Return (k, 2) pairs of spots within the tolerance of which at least one is an end, each pair once, band by band.

    The bands run from west to east; in each the spots keep their order by x, so that whoever is near stands near.
    """
    most = tolerance_m / SAME_M
    low = spots.y_mm.min()
    band_mm = max(BAND_M / SAME_M, float(spots.y_mm.max() - low) / MOST_BANDS)
    band = ((spots.y_mm - low) // band_mm).astype(np.int16)
    order = np.argsort(band, kind="stable")
    stops = np.concatenate([[0], np.cumsum(np.bincount(band))])
    found = [np.empty((0, 2), dtype=np.int64)]
    for number in range(len(stops) - 1):
        run.check()
        some = order[stops[max(number - 1, 0)] : stops[min(number + 2, len(stops) - 1)]]  # with both neighbours
        some = np.sort(some[np.abs(spots.y_mm[some] - low - (number + 0.5) * band_mm) <= band_mm / 2 + most + 1])
        mine = order[stops[number] : stops[number + 1]]
        ends = mine[is_end[mine]]
        x, y = spots.x_mm[some], spots.y_mm[some]
        item, hit = ranges(
            np.searchsorted(x, spots.x_mm[ends] - most), np.searchsorted(x, spots.x_mm[ends] + most, "right")
        )
        a, b = ends[item], some[hit]
        near = (spots.x_mm[a] - x[hit]) ** 2 + (spots.y_mm[a] - y[hit]) ** 2 <= most**2 * (1 + 1e-12)
        near &= (a < b) | ((a > b) & ~is_end[b])
        found.append(np.column_stack([a, b])[near])
    return np.concatenate(found)


def _may_meet(ways: Ways, spots: Spots, pairs: Longs) -> Flags:
    """Say which (end, inner) spots are of different ways on the same level."""
    count, total = len(spots.x_mm), len(ways.road)
    has = np.unique(spots.of * total + ways.way)  # (spot, way) that occur
    owner = np.full(count, -1, dtype=np.int64)
    owner[has // total] = has % total  # the last way there; spots of several ways share their level or are portals
    several = np.bincount(has // total, minlength=count) > 1
    end_way = owner[pairs[:, 0]]
    own = np.isin(pairs[:, 1] * total + end_way, has)
    level = ways.level[end_way] == ways.level[owner[pairs[:, 1]]]
    meet: Flags = ~own & (level | several[pairs[:, 1]])
    return meet


def split_ways(ways: Ways, spots: Spots, leader: Longs, tolerance_m: float, run: Run) -> tuple[Topology, Longs]:
    """Return nodes and edges, and the ways of edges that were so short that both ends fell together (left out)."""
    at = leader[spots.of]
    first, last = way_ends(ways.way)
    uses = np.bincount(at, minlength=len(leader))
    breaks = np.flatnonzero(first | last | (uses[at] > 1))
    same = ways.way[breaks[1:]] == ways.way[breaks[:-1]]
    head, tail = breaks[:-1][same], breaks[1:][same]
    run.check()
    lines = _lines(ways, spots, at, head, tail, run)
    run.check()
    length = shapely.length(lines)
    lift = ways.base[ways.way[head]] == "lift"
    gone = (at[head] == at[tail]) & ((length <= max(2 * tolerance_m, SAME_M)) | lift)
    collapsed = ways.way[head[gone]]
    head, tail, lines, length = head[~gone], tail[~gone], lines[~gone], length[~gone]
    run.check()
    used = np.flatnonzero(np.bincount(np.concatenate([at[head], at[tail]]), minlength=len(leader)))
    node = np.full(len(leader), -1, dtype=np.int64)
    node[used] = np.arange(len(used))
    own = _means(at, ways.z_m, len(leader))[used]
    run.check()
    x, y, storey = spots.x_mm[used], spots.y_mm[used], spots.storey[used]
    names = [f"{a}_{b}" if not c else f"{a}_{b}_{c}" for a, b, c in zip(x.tolist(), y.tolist(), storey.tolist())]
    run.check()
    way = ways.way[head]
    topology = Topology(
        np.array(names, dtype=object), x * SAME_M, y * SAME_M, own, way, _along(ways.road[way]),
        node[at[head]], node[at[tail]], head, tail, lines, length,
    )  # fmt: skip
    return topology, collapsed


def _lines(ways: Ways, spots: Spots, at: Longs, head: Longs, tail: Longs, run: Run) -> Objects:
    """Return the line of vertices head…tail of each edge, its ends moved onto the nodes."""
    sizes = tail - head + 1
    edge = np.repeat(np.arange(len(head)), sizes)
    offset = np.cumsum(sizes) - sizes
    row = np.arange(len(edge)) - offset[edge] + head[edge]
    run.check()
    xy = np.column_stack([ways.x_m[row], ways.y_m[row]])
    for place, vertex in ((offset, head), (offset + sizes - 1, tail)):
        spot = at[vertex]
        xy[place] = np.column_stack([spots.x_mm[spot], spots.y_mm[spot]]) * SAME_M
    return make_lines(xy, sizes, run)


def make_lines(xy: Reals, sizes: Longs, run: Run) -> Objects:
    """Return the lines of so many vertices each, that stand one after another in `xy`."""
    ends = np.concatenate([[0], np.cumsum(sizes)])
    parts: list[Objects] = [np.empty(0, dtype=object)]
    for begin in range(0, len(sizes), LINES):
        run.check()
        some = sizes[begin : begin + LINES]
        stretch = xy[ends[begin] : ends[begin + len(some)]]
        parts.append(shapely.linestrings(stretch, indices=np.repeat(np.arange(len(some)), some)))
    return np.concatenate(parts)


def _along(road: Objects) -> Longs:
    """Return 0, 1, 2 … along each road; its edges stand together."""
    fresh = np.ones(len(road), dtype=bool)
    fresh[1:] = road[1:] != road[:-1]
    starts = np.flatnonzero(fresh)
    return np.arange(len(road)) - starts[np.cumsum(fresh) - 1] if len(road) else starts


def _means(group: Longs, values: Reals, count: int) -> Reals:
    known = np.isfinite(values)
    counts = np.bincount(group[known], minlength=count)
    sums = np.bincount(group[known], weights=values[known], minlength=count)
    return np.where(counts > 0, sums / np.maximum(counts, 1), np.nan)
