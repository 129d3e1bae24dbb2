# SPDX-License-Identifier: GPL-2.0-or-later
"""How many metres the quickest walk to the nearest facility is long; legs and partial edges included."""

from __future__ import annotations

from weakref import WeakKeyDictionary

import numpy as np

from ..run import Run
from .graph import CLOSED, Reals, WalkGraph
from .join import Joined
from .order import lexsort
from .profiles import Profile
from .reach import Nearest
from .search import Ends, Search
from .waves import NEVER, comes_from, first_arrivals
from .ways import Longs

_ARCS: WeakKeyDictionary[WalkGraph, dict[str, tuple[Longs, Reals]]] = WeakKeyDictionary()


def nearest_lengths(
    graph: WalkGraph, profile: Profile, places: Joined, facilities: Joined, found: Nearest, cap_ms: int, run: Run
) -> Reals:
    """Return metres in plan of the walks that `nearest` found, one per place owner, NaN where it found none.

    Of several equally quick walks the length is that of one of them, always the same.
    """
    search, count = Search(graph, profile, True), max(facilities.owners, 1)
    starts, homes = search.ends(facilities, False), search.ends(places, True)
    run.progress(0.0)
    packed = starts.ms * count + facilities.owner[starts.row]
    arcs = graph.arcs(profile.id, True)
    far = first_arrivals(arcs, starts.node, packed, (cap_ms + 1) * count - 1, count, run.part(0, 0.4))
    onward = comes_from(arcs, far, starts.node, packed, count, run.part(0.4, 0.6))
    last, metres = _lengths_from_nodes(graph, profile, onward, run)
    run.progress(0.8)
    arrival = _arrivals(graph, facilities, starts, packed, far)
    total = metres + np.where(last == NEVER, np.nan, arrival[last])
    wanted = found.ms.astype(np.int64) * count + found.facility
    length = np.full(places.owners, np.nan)
    reached = far[homes.node] != NEVER
    rows = np.flatnonzero(reached)
    owner = places.owner[homes.row[rows]]
    cost = far[homes.node[rows]] + homes.ms[rows] * count
    good = rows[cost == wanted[owner]]
    walked = total[homes.node[good]] + _part_m(graph, places, homes.row[good], homes.node[good])
    _keep_first(length, places.owner[homes.row[good]], walked)
    run.progress(0.9)
    f_row, p_row, ms = search.on_one_edge(facilities, np.arange(len(facilities.edge)), places, homes)
    direct = ms * count + facilities.owner[f_row] == wanted[places.owner[p_row]]
    f_row, p_row = f_row[direct], p_row[direct]
    edge_m = graph.length_m[places.edge[p_row]] * np.abs(places.share[p_row] - facilities.share[f_row])
    _keep_first(length, places.owner[p_row], edge_m + places.leg_m[p_row] + facilities.leg_m[f_row])
    length[found.facility < 0] = np.nan
    run.progress(1.0)
    return length


def _keep_first(length: Reals, owner: Longs, metres: Reals) -> None:
    """Fill what is still missing, the first candidate of each owner."""
    who, first = np.unique(owner, return_index=True)
    missing = np.isnan(length[who])
    length[who[missing]] = metres[first[missing]]


def _part_m(graph: WalkGraph, joined: Joined, row: Longs, node: Longs) -> Reals:
    """Return metres between a joined point and one end of its edge, the leg included."""
    edge, share = joined.edge[row], joined.share[row]
    along = np.where(graph.start[edge] == node, share, 1 - share)
    along = np.where(graph.start[edge] == graph.end[edge], np.minimum(share, 1 - share), along)
    metres: Reals = graph.length_m[edge] * along + joined.leg_m[row]
    return metres


def _arrivals(graph: WalkGraph, facilities: Joined, starts: Ends, packed: Longs, far: Longs) -> Reals:
    """Return (nodes,) metres from each node to the facility point it was searched from, NaN elsewhere."""
    metres = np.full(len(far), np.nan)
    chosen = np.flatnonzero(packed == far[starts.node])
    values = _part_m(graph, facilities, starts.row[chosen], starts.node[chosen])
    who, first = np.unique(starts.node[chosen], return_index=True)
    metres[who] = values[first]
    return metres


def _lengths_from_nodes(graph: WalkGraph, profile: Profile, onward: Longs, run: Run) -> tuple[Longs, Reals]:
    """Return for each node the last node before the facility (NEVER = not reached) and the metres walked to it."""
    here = np.arange(len(onward))
    last = onward
    moving = (onward != NEVER) & (onward != here)
    metres = np.zeros(len(onward))
    metres[moving] = _quickest_m(graph, profile, here[moving], onward[moving], run)
    while True:  # pointer jumping: every round doubles the stretch that is summed up
        run.check()
        ahead = np.where(last >= 0, last, 0)
        further = np.where(last >= 0, last[ahead], -1)
        add = np.where((last >= 0) & (further != last), metres[ahead], 0.0)
        if (further == last).all():
            return last, metres
        metres, last = metres + add, further


def _quickest_m(graph: WalkGraph, profile: Profile, tail: Longs, head: Longs, run: Run) -> Reals:
    """Return the plan length of the quickest edge from each tail to its head; of equally quick ones the shortest."""
    key, metres = _sorted_arcs(graph, profile, run)
    found: Reals = metres[np.searchsorted(key, tail.astype(np.int64) * len(graph.node_ids) + head)]
    return found


def _sorted_arcs(graph: WalkGraph, profile: Profile, run: Run) -> tuple[Longs, Reals]:
    """Return (tail · n + head, metres) of all open arcs in order, made once a graph and profile: kinds share it."""
    known = _ARCS.setdefault(graph, {})
    if profile.id in known:
        return known[profile.id]
    n = len(graph.node_ids)
    start, end = graph.start.astype(np.int64), graph.end.astype(np.int64)  # n² does not fit into int32
    key = np.concatenate([start * n + end, end * n + start])
    ms = np.concatenate([graph.fwd_ms[profile.id], graph.back_ms[profile.id]])
    metres = np.tile(graph.length_m, 2)
    open_way = ms != CLOSED
    key, ms, metres = key[open_way], ms[open_way], metres[open_way]
    order = lexsort((metres, ms, key), run)
    known[profile.id] = key[order], metres[order]
    return known[profile.id]
