# SPDX-License-Identifier: GPL-2.0-or-later
"""Between joined points and nodes: partial edges, virtual sources, and the direct walk along one edge."""

from __future__ import annotations

from dataclasses import dataclass
from weakref import WeakKeyDictionary

import numpy as np
from scipy.sparse import csr_matrix

from .graph import CLOSED, Flags, Ints, Reals, WalkGraph
from .join import Joined
from .order import argsort_two, ranges
from .profiles import Profile
from .times import whole_ms
from .ways import Longs


@dataclass(frozen=True, eq=False)
class Ends:
    """Ways between joined points and the nodes at the ends of their edges: `node`, `ms` (partial edge and leg), `row`
    of the joined point; sorted by node, then row. `by_edge` rows of the joined points sorted by `edge`. `at_end`: the
    node is the end of the edge, not its start. `first` (n + 1,), of places: the ways of node k are
    `first[k]`…`first[k + 1]`.
    """

    node: Longs
    ms: Longs
    row: Longs
    by_edge: Longs
    edge: Longs
    at_end: Flags
    first: Longs


_ENDS: WeakKeyDictionary[WalkGraph, WeakKeyDictionary[Joined, dict[tuple[str, bool, bool], Ends]]] = WeakKeyDictionary()


@dataclass(frozen=True, eq=False)
class Search:
    """A search from facilities over the network. With `toward` people walk to the facility: all arcs turned round."""

    graph: WalkGraph
    profile: Profile
    toward: bool

    def ends(self, joined: Joined, home: bool) -> Ends:
        """Return the ways between facilities (`home`: places) and nodes, in the direction people walk.

        Made once for each Joined: the kinds of a study ask for the same places over and over.
        """
        known = _ENDS.setdefault(self.graph, WeakKeyDictionary()).setdefault(joined, {})
        key = self.profile.id, self.toward, home
        if key not in known:
            known[key] = self._make_ends(joined, home)
        return known[key]

    def _make_ends(self, joined: Joined, home: bool) -> Ends:
        graph, rows = self.graph, np.flatnonzero(joined.edge >= 0)
        edge = joined.edge[rows]
        along, against, open_along, open_against = self.parts(joined, rows)
        if self.toward == home:  # people leave the point: leg to the edge, then on to its start or end
            leg = joined.leg_to_ms[rows].astype(np.int64)
            by_start, by_end = (against, open_against), (graph.fwd_ms[self.profile.id][edge] - along, open_along)
        else:  # they arrive: from start or end to the point, then the leg
            leg = joined.leg_from_ms[rows].astype(np.int64)
            by_start, by_end = (along, open_along), (graph.back_ms[self.profile.id][edge] - against, open_against)
        node = np.concatenate([graph.start[edge], graph.end[edge]]).astype(np.int64)
        ms = np.concatenate([by_start[0] + leg, by_end[0] + leg])
        row = np.tile(rows, 2)
        use = np.concatenate([by_start[1], by_end[1]])
        order = argsort_two(node[use], row[use])
        by_edge = rows[np.argsort(edge, kind="stable")]
        at_end = np.repeat([False, True], len(rows))[use][order]
        edges = joined.edge[by_edge].astype(np.int64)
        node = node[use][order]
        counts = np.bincount(node, minlength=len(graph.node_ids) if home else 0)
        first = np.concatenate([[0], np.cumsum(counts)])
        return Ends(node, ms[use][order], row[use][order], by_edge, edges, at_end, first)

    def parts(self, joined: Joined, rows: Longs) -> tuple[Longs, Longs, Flags, Flags]:
        """Return ms from the edge's start to the point, from the point to the start, and whether each way is open.

        The linear share of that direction, halves up; the other part of the edge is what remains.
        """
        edge, share = joined.edge[rows], joined.share[rows]
        fwd, back = self.graph.fwd_ms[self.profile.id][edge], self.graph.back_ms[self.profile.id][edge]
        return whole_ms(share * fwd), whole_ms(share * back), fwd != CLOSED, back != CLOSED

    def on_one_edge(self, facilities: Joined, f_rows: Longs, places: Joined, ends: Ends) -> tuple[Longs, Longs, Longs]:
        """Return (position in `f_rows`, row of `places`, ms) of all walks along a single edge, both legs included."""
        edge = facilities.edge[f_rows].astype(np.int64)
        item, hit = ranges(np.searchsorted(ends.edge, edge, "left"), np.searchsorted(ends.edge, edge, "right"))
        item, hit = item[edge[item] >= 0], hit[edge[item] >= 0]
        f, p = f_rows[item], ends.by_edge[hit]
        first, last = ((places, p), (facilities, f)) if self.toward else ((facilities, f), (places, p))
        along_a, against_a, open_along, open_against = self.parts(*first)
        along_b, against_b, _, _ = self.parts(*last)
        onward = last[0].share[last[1]] - first[0].share[first[1]]
        legs = first[0].leg_to_ms[first[1]].astype(np.int64) + last[0].leg_from_ms[last[1]]
        ms = legs + np.where(onward > 0, along_b - along_a, np.where(onward < 0, against_a - against_b, 0))
        can = np.where(onward > 0, open_along, np.where(onward < 0, open_against, open_along | open_against))
        return item[can], p[can], ms[can]


@dataclass(frozen=True, eq=False)
class Tile:
    """A part of the directed graph: `nodes` (t,) positions in the whole, ascending; arcs as in Arcs, heads local."""

    nodes: Longs
    indptr: Longs
    head: Ints
    ms: Reals

    def matrix(self, nodes: Ints, costs: Longs, sizes: Longs) -> csr_matrix:
        """Return the part with virtual sources behind its nodes: the k-th has arcs to the next `sizes[k]` of `nodes`.

        `nodes` are local; `costs` must be positive (a 0 may be taken for no arc).
        """
        count = len(self.nodes) + len(sizes)
        data = np.concatenate([self.ms, costs.astype(np.float64)])
        starts = np.concatenate([self.indptr, self.indptr[-1] + np.cumsum(sizes)])
        return csr_matrix((data, np.concatenate([self.head, nodes]), starts), shape=(count, count))


def cut_tile(search: Search, around: tuple[float, float, float, float], limit_ms: int, local: Ints) -> Tile:
    """Return the part of the graph that walks of `limit_ms` from nodes in this box (x_min, y_min, x_max, y_max) touch.

    Nobody comes farther in a straight line than the limit at the top speed of any edge, so the search on the part
    finds the same as on the whole. `local` (n,) scratch, -1 everywhere before and after.
    """
    graph = search.graph
    arcs = graph.arcs(search.profile.id, search.toward)
    reach_m = limit_ms * graph.top_speed(search.profile.id) + 1.0  # a metre for the last bits
    box = (around[0] - reach_m, around[1] - reach_m, around[2] + reach_m, around[3] + reach_m)
    stretches = graph.grid.ranges(box)
    nodes = np.concatenate([np.arange(a, b) for a, b in stretches] or [np.empty(0, dtype=np.int64)])
    local[nodes] = np.arange(len(nodes), dtype=np.int32)
    cut = [slice(int(arcs.indptr[a]), int(arcs.indptr[b])) for a, b in stretches]
    head = local[np.concatenate([arcs.head[part] for part in cut] or [np.empty(0, dtype=np.int32)])]
    ms = np.concatenate([arcs.ms[part] for part in cut] or [np.empty(0, dtype=np.int32)])
    local[nodes] = -1
    inside = head >= 0
    sizes = arcs.indptr[nodes + 1] - arcs.indptr[nodes]
    kept = np.concatenate([[0], np.cumsum(inside)])
    indptr = kept[np.concatenate([[0], np.cumsum(sizes)])]
    return Tile(nodes.astype(np.int64), indptr.astype(np.int64), head[inside], ms[inside].astype(np.float64))
