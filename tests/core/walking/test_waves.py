"""The search in waves against a heap of our own, and the nodes it says one comes from."""

import heapq

import numpy as np
import pytest
from urban_renewal.core.errors import Cancelled
from urban_renewal.core.run import Run
from urban_renewal.core.walking import waves
from urban_renewal.core.walking.graph import Arcs
from urban_renewal.core.walking.waves import NEVER, comes_from, first_arrivals


def random_arcs(seed, count=300):
    """A sparse directed graph with long and short arcs; nodes without arcs among them."""
    rng = np.random.default_rng(seed)
    tail = np.sort(rng.integers(0, count - 20, 3 * count))
    head = rng.integers(0, count, len(tail)).astype(np.int32)
    ms = rng.choice([1, 7, 900, 60_000, 500_000], len(tail)).astype(np.int32)
    return Arcs(np.searchsorted(tail, np.arange(count + 1)), head, ms)


def by_heap(arcs, nodes, costs, limit, scale):
    count = len(arcs.indptr) - 1
    best, heap = np.full(count, NEVER), list(zip(costs.tolist(), nodes.tolist()))
    heapq.heapify(heap)
    while heap:
        cost, node = heapq.heappop(heap)
        if cost > limit or best[node] != NEVER:
            continue
        best[node] = cost
        for arc in range(arcs.indptr[node], arcs.indptr[node + 1]):
            heapq.heappush(heap, (cost + scale * int(arcs.ms[arc]), int(arcs.head[arc])))
    return best


@pytest.mark.parametrize("wave_ms", [1, 40_000, 10**9])
@pytest.mark.parametrize("seed", range(4))
def test_waves_find_what_a_heap_finds(seed, wave_ms, monkeypatch):
    monkeypatch.setattr(waves, "WAVE_MS", wave_ms)
    monkeypatch.setattr(waves, "STEP_NODES", 7)
    arcs, rng = random_arcs(seed), np.random.default_rng(seed)
    nodes = rng.integers(0, 300, 6)
    nodes[1] = nodes[0]
    for scale, limit in ((1, 10**12), (1, 1_000_000), (5, 5_000_004)):
        costs = rng.integers(0, 900, 6) * scale + np.arange(6) % scale
        found = first_arrivals(arcs, nodes, costs, limit, scale, Run())
        assert found.tolist() == by_heap(arcs, nodes, costs, limit, scale).tolist()
        before = comes_from(arcs, found, nodes, costs, scale, Run())
        assert ((before == NEVER) == (found == NEVER)).all()
        for node in np.flatnonzero((before != NEVER) & (before != np.arange(300))):
            out = slice(arcs.indptr[before[node]], arcs.indptr[before[node] + 1])
            ways = arcs.ms[out][arcs.head[out] == node].astype(np.int64) * scale
            assert found[node] in (found[before[node]] + ways).tolist()
        own = np.flatnonzero(before == np.arange(300))
        assert set(own.tolist()) <= set(nodes.tolist())


def test_it_stops_at_once_when_asked_and_between_waves():
    arcs, asked = random_arcs(1), []

    def stop():
        asked.append(1)
        return len(asked) > 3

    with pytest.raises(Cancelled):
        first_arrivals(arcs, np.array([0]), np.array([0]), 10**12, 1, Run(is_cancelled=stop))
    assert len(asked) == 4
