"""Routes: their milliseconds are those of reach, they hang together, and their figures add up."""

import numpy as np
import pytest
from urban_renewal.core.run import Run
from urban_renewal.core.walking.join import JoinOptions, join_points
from urban_renewal.core.walking.profiles import load_profiles
from urban_renewal.core.walking.reach import reach_pairs
from urban_renewal.core.walking.route import routes_between

from .helpers import graph_of, points, random_town, roads

PROFILES = load_profiles(["elder"])
ELDER = PROFILES[0]


@pytest.mark.parametrize("direction", ["there", "back"])
@pytest.mark.parametrize("seed", range(4))
def test_routes_take_what_reach_says_and_hang_together(seed, direction):
    graph, places, facilities = random_town(seed)
    limit = 400_000
    pairs = reach_pairs(graph, ELDER, places, facilities, limit, direction, Run())
    drawn = 0
    for owner in range(facilities.owners):
        some = facilities.take(facilities.owner == owner)
        routes = routes_between(graph, ELDER, places, some, limit, direction, Run())
        mine = pairs.facility == owner
        wanted = dict(zip(pairs.place[mine].tolist(), pairs.cost_ms[mine].tolist()))
        assert {place: route.ms for place, route in enumerate(routes) if route is not None} == wanted
        for route in filter(None, routes):
            drawn += 1
            fwd, back = graph.fwd_ms["elder"][route.edge], graph.back_ms["elder"][route.edge]
            times = np.where(route.share_to > route.share_from, fwd, back)
            assert (times > 0).all()
            whole = np.abs(route.share_to - route.share_from) == 1
            assert (route.edge_ms[whole] == times[whole]).all()
            out = np.where(route.share_to == 1, graph.end[route.edge], graph.start[route.edge])[:-1]
            into = np.where(route.share_from == 0, graph.start[route.edge], graph.end[route.edge])[1:]
            assert out.tolist() == into.tolist()
            assert route.edge_ms.sum() <= route.ms
    assert drawn > 30


def test_figures_of_a_route():
    """100 m flat, 40 m of stairs, half of a 60 m path; both ends joined 9 m off."""
    stairs, path = ("s", "steps", [(140, 0), (100, 0)]), ("c", "footway", [(140, 0), (200, 0)])
    graph = graph_of(roads(("a", "footway", [(0, 0), (100, 0)]), stairs, path), PROFILES)

    def at(x, y):
        return join_points(points([(x, y)]), graph, ELDER, None, None, JoinOptions(), Run())

    (route,) = routes_between(graph, ELDER, at(0, 9), at(170, 9), 10**6, "there", Run())
    assert [graph.edge_ids[edge] for edge in route.edge] == ["a#0", "s#0", "c#0"]
    assert (route.share_from.tolist(), route.share_to.tolist()) == ([0, 1, 0], [1, 0, 0.5])
    assert route.edge_ms.tolist() == [111_111, 100_000, 33_334]
    assert route.ms == 10_000 + 111_111 + 100_000 + 33_334 + 10_000
    assert (route.length_m, route.stairs_m, route.climb_m, route.drop_m) == (170.0, 40.0, 0.0, 0.0)
    (home,) = routes_between(graph, ELDER, at(0, 9), at(170, 9), 10**6, "back", Run())
    assert home.edge.tolist() == route.edge.tolist()[::-1]
    assert home.share_from.tolist() == route.share_to.tolist()[::-1]
    assert routes_between(graph, ELDER, at(0, 9), at(170, 9), route.ms - 1, "there", Run()) == [None]
    with pytest.raises(ValueError, match="both"):
        routes_between(graph, ELDER, at(0, 9), at(170, 9), 10, "both", Run())
