# SPDX-License-Identifier: GPL-2.0-or-later
"""One search from many places over the whole network, in short steps between which the user may stop.

scipy's Dijkstra does the same in one call, which at a million nodes keeps the window still for seconds.
"""

from __future__ import annotations

import numpy as np

from ..run import Run
from .graph import Arcs
from .order import least_by_key, ranges
from .ways import Longs

WAVE_MS = 40_000  # own choice: nodes within so much of the nearest open one are looked at together
STEP_NODES = 40_000  # nodes looked at in one step: some 20 ms
NEVER = -1  # of a node that is not reached
_FAR = np.iinfo(np.int64).max


def first_arrivals(arcs: Arcs, nodes: Longs, costs: Longs, limit: int, scale: int, run: Run) -> Longs:
    """Return (n,) the least cost of every node, NEVER beyond `limit`: cost of a start + `scale` × ms of the arcs.

    `nodes`, `costs` (k,) where the search starts (costs ≥ 0). Costs are whole numbers: what order the nodes are looked
    at in changes nothing (label correcting in waves: Meyer & Sanders 2003, delta-stepping).
    """
    count = len(arcs.indptr) - 1
    best, seen = np.full(count, _FAR, dtype=np.int64), np.full(count, _FAR, dtype=np.int64)
    inside = costs <= limit
    open_nodes, least = least_by_key(nodes[inside], costs[inside])
    best[open_nodes] = least
    while len(open_nodes):
        run.check()
        at = best[open_nodes]
        run.report_share(float(at.min()) / max(limit, 1))
        near = at < at.min() + WAVE_MS * scale
        wave = open_nodes[near][:STEP_NODES]
        open_nodes = np.concatenate([open_nodes[near][STEP_NODES:], open_nodes[~near]])
        seen[wave] = best[wave]
        reached = _look_around(arcs, wave, best, limit, scale)
        open_nodes = np.unique(np.concatenate([open_nodes, reached]))
        open_nodes = open_nodes[best[open_nodes] < seen[open_nodes]]
    run.progress(1.0)
    return np.where(best == _FAR, NEVER, best)


def _look_around(arcs: Arcs, wave: Longs, best: Longs, limit: int, scale: int) -> Longs:
    """Lower the costs of the nodes behind these, in place, and return those that got lower."""
    item, arc = ranges(arcs.indptr[wave], arcs.indptr[wave + 1])
    head, cost = arcs.head[arc].astype(np.int64), best[wave][item] + arcs.ms[arc].astype(np.int64) * scale
    lower = (cost <= limit) & (cost < best[head])
    head, cost = least_by_key(head[lower], cost[lower])
    best[head] = cost
    return head


def comes_from(arcs: Arcs, arrival: Longs, nodes: Longs, costs: Longs, scale: int, run: Run) -> Longs:
    """Return (n,) the node from which each node was reached: itself where the search starts there, NEVER if not at all.

    Of several nodes that explain the cost the lowest.
    """
    count = len(arrival)
    before = np.full(count, count, dtype=np.int64)
    for begin in range(0, count, STEP_NODES):
        run.progress(begin / count)
        tail = np.arange(begin, min(begin + STEP_NODES, count))
        tail = tail[arrival[tail] != NEVER]
        item, arc = ranges(arcs.indptr[tail], arcs.indptr[tail + 1])
        head = arcs.head[arc].astype(np.int64)
        fits = arrival[head] == arrival[tail][item] + arcs.ms[arc].astype(np.int64) * scale
        head, least = least_by_key(head[fits], tail[item][fits])
        before[head] = np.minimum(before[head], least)
    here = nodes[arrival[nodes] == costs]
    before[here] = here
    run.progress(1.0)
    return np.where(before == count, NEVER, before)
