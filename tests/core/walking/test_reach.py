"""Reach against a search by hand on a graph in which every joined point is a node of its own."""

import heapq
import math

import numpy as np
import pytest
from urban_renewal.core.errors import Cancelled
from urban_renewal.core.run import Run
from urban_renewal.core.walking import cuts, reach, search
from urban_renewal.core.walking import graph as walk_graph
from urban_renewal.core.walking.reach import cost_all, nearest, reach_pairs

from .helpers import ELDER, PROFILES, as_dict, graph_of, join, random_town, roads


def by_hand(graph, places, facilities):  # noqa: C901
    """Least ms from every place owner to every facility owner and back: all points cut their edges, then Dijkstra."""
    arcs = {}

    def arc(a, b, ms):
        arcs.setdefault(a, []).append((b, int(ms)))

    fwd, back = graph.fwd_ms["elder"], graph.back_ms["elder"]
    on_edge = {}
    for word, joined in (("p", places), ("f", facilities)):
        for row in np.flatnonzero(joined.edge >= 0):
            name = (word, int(row))
            on_edge.setdefault(int(joined.edge[row]), []).append((float(joined.share[row]), name))
            arc((*name, "door"), name, joined.leg_to_ms[row])
            arc(name, (*name, "door"), joined.leg_from_ms[row])
    for edge in range(len(graph.edge_ids)):
        inner = sorted(on_edge.get(edge, []))
        stops = [(0.0, int(graph.start[edge])), *inner, (1.0, int(graph.end[edge]))]
        for (s, a), (t, b) in zip(stops, stops[1:]):
            if fwd[edge] >= 0:
                arc(a, b, math.floor(t * fwd[edge] + 0.5) - math.floor(s * fwd[edge] + 0.5))
            if back[edge] >= 0:
                arc(b, a, math.floor(t * back[edge] + 0.5) - math.floor(s * back[edge] + 0.5))

    def run(source):
        best, heap = {}, [(0, repr(source), source)]
        while heap:
            ms, _, node = heapq.heappop(heap)
            if node not in best:
                best[node] = ms
                for other, more in arcs.get(node, []):
                    heapq.heappush(heap, (ms + more, repr(other), other))
        return best

    there, home = {}, {}
    rows_p, rows_f = np.flatnonzero(places.edge >= 0), np.flatnonzero(facilities.edge >= 0)
    for table, a_rows, b_rows, a_word, b_word in ((there, rows_p, rows_f, "p", "f"), (home, rows_f, rows_p, "f", "p")):
        for a in a_rows:
            best = run((a_word, int(a), "door"))
            for b in b_rows:
                ms = best.get((b_word, int(b), "door"))
                p, f = (a, b) if a_word == "p" else (b, a)
                key = (int(facilities.owner[f]), int(places.owner[p]))
                if ms is not None:
                    table[key] = min(ms, table.get(key, ms))
    return there, home


@pytest.mark.parametrize("share", [0.5, 0.15])
@pytest.mark.parametrize("cell_m", [500, 35])
@pytest.mark.parametrize("seed", range(6))
def test_reach_equals_the_search_by_hand(seed, cell_m, share, monkeypatch):
    monkeypatch.setattr(reach, "CHUNK", 3)
    monkeypatch.setattr(cuts, "TILE_M", cell_m / 2)
    monkeypatch.setattr(walk_graph, "CELL_M", float(cell_m))
    graph, places, facilities = random_town(seed)
    there, home = by_hand(graph, places, facilities)
    assert len(there) > 50
    limit = sorted(there.values())[int(len(there) * share)]  # it occurs: a pair exactly at the limit is inside
    inside = {key: ms for key, ms in there.items() if ms <= limit}
    assert limit in inside.values()
    pairs = reach_pairs(graph, ELDER, places, facilities, limit, "there", Run())
    assert as_dict(pairs, pairs.there_ms) == inside == as_dict(pairs, pairs.cost_ms)
    assert (pairs.back_ms == -1).all()
    keys = pairs.facility.astype(np.int64) * places.owners + pairs.place
    assert (np.diff(keys) > 0).all()
    pairs = reach_pairs(graph, ELDER, places, facilities, limit, "back", Run())
    assert as_dict(pairs, pairs.back_ms) == {key: ms for key, ms in home.items() if ms <= limit}
    pairs = reach_pairs(graph, ELDER, places, facilities, limit, "both", Run())
    assert as_dict(pairs, pairs.cost_ms) == {
        key: (ms + home[key] + 1) // 2 for key, ms in inside.items() if home.get(key, limit + 1) <= limit
    }
    least = nearest(graph, ELDER, places, facilities, 10**7, Run())
    for place in range(places.owners):
        found = sorted((ms, f) for (f, p), ms in there.items() if p == place)
        assert (least.ms[place], least.facility[place]) == (found[0] if found else (-1, -1))


def test_limits_by_facility_and_smaller_limits_are_the_same_as_new_searches():
    graph, places, facilities = random_town(11)
    limits = np.arange(1, facilities.owners + 1) * 40_000
    wide = reach_pairs(graph, ELDER, places, facilities, int(limits.max()), "both", Run())
    for limit in (limits, 120_000):
        one, two = wide.within(limit), reach_pairs(graph, ELDER, places, facilities, limit, "both", Run())
        for name in ("place", "facility", "there_ms", "back_ms", "cost_ms"):
            assert getattr(one, name).tolist() == getattr(two, name).tolist()
            assert getattr(two, name).dtype == np.int32


def test_a_small_memory_budget_changes_nothing():
    graph, places, facilities = random_town(12)
    wide = reach_pairs(graph, ELDER, places, facilities, 400_000, "both", Run())
    small = reach_pairs(graph, ELDER, places, facilities, 400_000, "both", Run(memory_bytes=1))
    assert len(wide.place) > 20
    for name in ("place", "facility", "there_ms", "back_ms", "cost_ms"):
        assert getattr(wide, name).tolist() == getattr(small, name).tolist()


def test_same_edge_is_walked_along_it_and_around_when_that_is_shorter():
    square = roads(
        ("a", "footway", [(0, 0), (90, 0)]),
        ("long", "footway", [(0, 0), (0, 200), (90, 200), (90, 0)]),
    )
    graph = graph_of(square, PROFILES)
    places, facilities = join(graph, [(20, -9), (0, 80)]), join(graph, [(50, -9), (90, 80)])
    pairs = reach_pairs(graph, ELDER, places, facilities, 10**6, "there", Run())
    cost = as_dict(pairs, pairs.there_ms)
    assert cost[0, 0] == pytest.approx(2 * 10_000 + 30_000 / 0.9, abs=1)
    assert cost[1, 1] == pytest.approx((80 + 90 + 80) * 1000 / 0.9, abs=2)  # around by a, not 330 m along


def test_equal_times_go_to_the_lower_position():
    table = roads(("a", "footway", [(0, 0), (50, 0), (100, 0)]), ("b", "footway", [(50, 0), (50, 50)]))
    graph = graph_of(table, PROFILES)
    places, facilities = join(graph, [(50, 25), (50, 0)]), join(graph, [(90, 0), (10, 0), (90, 0)])
    least = nearest(graph, ELDER, places, facilities, 10**6, Run())
    assert least.facility.tolist() == [0, 0]
    assert least.ms.tolist() == [27_778 + 44_445, 44_445]  # whole edges take 55,556 ms; 0.5 and 0.8 of it
    assert nearest(graph, ELDER, places, facilities, 60_000, Run()).facility.tolist() == [-1, 0]


def test_times_to_all_nodes():
    escalator = ("e", "escalator", [(90, 0), (133, 0)], {"conveying": "forward"})
    graph = graph_of(roads(("a", "footway", [(0, 0), (90, 0)]), escalator), PROFILES)
    origin = join(graph, [(45, 0)])
    times = cost_all(graph, ELDER, origin, None, "both", Run())
    by_id = {name: (int(a), int(b)) for name, a, b in zip(graph.node_ids, times.there_ms, times.back_ms)}
    assert by_id == {"0_0": (50_000, 50_000), "90000_0": (50_000, 50_000), "133000_0": (-1, 150_000)}
    limited = cost_all(graph, ELDER, origin, 50_000, "back", Run())
    assert sorted(limited.back_ms.tolist()) == [-1, 50_000, 50_000]
    assert set(limited.there_ms.tolist()) == {-1}


def test_nothing_joined_gives_nothing():
    graph = graph_of(roads(("a", "footway", [(0, 0), (90, 0)])), PROFILES)
    far = join(graph, [(5000, 5000)])
    near = join(graph, [(10, 0)])
    for places, facilities in ((far, near), (near, far), (far, far)):
        assert not len(reach_pairs(graph, ELDER, places, facilities, 10**6, "both", Run()).place)
        assert nearest(graph, ELDER, places, facilities, 10**6, Run()).facility.tolist() == [-1]


def test_cancel_stops_the_search():
    graph, places, facilities = random_town(2)
    with pytest.raises(Cancelled):
        reach_pairs(graph, ELDER, places, facilities, 10**6, "there", Run(is_cancelled=lambda: True))


def test_a_square_reaches_as_far_as_the_limit(monkeypatch):
    """A flat street of 2 km, squares of 100 m: an elder at 0.9 m/s comes from 899 m in the 1,000 s, from 901 m not."""
    monkeypatch.setattr(cuts, "TILE_M", 100.0)
    monkeypatch.setattr(cuts, "TILE_REACHES", 0.05)
    monkeypatch.setattr(cuts, "AROUND_M", 10.0)
    graph = graph_of(roads(*((f"s{x}", "footway", [(x, 0), (x + 50, 0)]) for x in range(0, 2000, 50))), PROFILES)
    facility, places = join(graph, [(10, 0)]), join(graph, [(500, 0), (909, 0), (911, 0)])
    found = reach_pairs(graph, ELDER, places, facility, 1_000_000, "there", Run())
    assert found.place.tolist() == [0, 1]
    assert found.there_ms.tolist() == pytest.approx([490_000 / 0.9, 899_000 / 0.9], abs=20)  # a millisecond an edge


@pytest.mark.parametrize("memory_bytes", [2**31, 40_000, 16])
def test_what_is_kept_of_one_question_changes_no_other(memory_bytes, monkeypatch):
    """Kinds ask one network after the other, for other facilities, places, limits, directions; each as if alone."""
    monkeypatch.setattr(cuts, "TILE_M", 150.0)
    monkeypatch.setattr(cuts, "TILE_REACHES", 0.05)
    monkeypatch.setattr(cuts, "AROUND_M", 60.0)  # entrances of some facilities lie outside
    graph, places, facilities = random_town(5)
    others = join(graph, np.random.default_rng(9).uniform(0, 420, (25, 2)))
    fresh, total = random_town(5)[0], 0
    for homes in (places, others, places):
        for limit in (250_000, 120_000, 250_000):
            for rows in (facilities.owner < 4, facilities.owner >= 3):
                for direction in ("there", "both", "back"):
                    some, run = facilities.take(rows), Run(memory_bytes=memory_bytes)
                    found = reach_pairs(graph, ELDER, homes, some, limit, direction, run)
                    for kept in (cuts._KEPT, search._ENDS):
                        kept.pop(fresh, None)
                    alone = reach_pairs(fresh, ELDER, homes, some, limit, direction, Run())
                    total += len(alone.place)
                    for name in ("place", "facility", "there_ms", "back_ms"):
                        assert np.array_equal(getattr(found, name), getattr(alone, name))
    kept = cuts._KEPT[graph]
    assert total > 500
    assert kept.room >= 0 and (len(kept.tiles) > 10) == (memory_bytes == 2**31)


@pytest.mark.parametrize("seed", range(3))
def test_a_turned_graph_walks_to_a_place_what_the_other_walks_from_it(seed):
    """Also over one-way escalators; the rounding of the edge that is joined aside (1 ms). Trees are not made again."""
    graph, _, _ = random_town(seed)
    graph.tree(frozenset({"path"}))
    turned = graph.turned("elder")
    assert turned is graph.turned("elder")
    origin = join(graph, [(200.0, 210.0)])
    back = cost_all(graph, ELDER, origin, None, "back", Run()).back_ms
    there = cost_all(turned, ELDER, origin, None, "there", Run()).there_ms
    assert ((back < 0) == (there < 0)).all() and (back >= 0).sum() > 10
    assert np.abs(back - there).max() <= 1
    other = cost_all(graph, ELDER, origin, None, "there", Run()).there_ms
    assert (other != there).any()  # the original keeps its own arcs
    assert turned.tree(frozenset({"path"}))[0] is graph.tree(frozenset({"path"}))[0]
