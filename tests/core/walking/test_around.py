"""How far one walks from or to a place: a ring of four streets of 100 m at a metre a second, counted by hand."""

import numpy as np
import pandas as pd
import pytest
import shapely
from urban_renewal.core.run import Run
from urban_renewal.core.walking.around import reach_of, times_around, times_at
from urban_renewal.core.walking.graph import graph_from_edges
from urban_renewal.core.walking.join import JoinOptions, Points, join_points
from urban_renewal.core.walking.profiles import load_profiles

(ELDER,) = load_profiles(["elder"])
CORNERS = [(0, 0), (100, 0), (100, 100), (0, 100)]
S = 100_000


def ring(forth=(S, S, S, S), back=(S, S, S, S)):
    """Edges A, B, C, D from corner to corner; None = closed that way."""
    ends = [(CORNERS[n], CORNERS[(n + 1) % 4]) for n in range(4)]
    table = pd.DataFrame({
        "edge_id": list("ABCD"), "from_node": ["n0", "n1", "n2", "n3"], "to_node": ["n1", "n2", "n3", "n0"],
        "kind": "street", "length_m": 100.0, "elder_fwd_ms": pd.array(forth, "Int64"),
        "elder_back_ms": pd.array(back, "Int64"), "geometry": [shapely.LineString(pair) for pair in ends],
    })  # fmt: skip
    return graph_from_edges(table, ["elder"], Run())


def joined(graph, *places):
    x, y = (np.array(values, dtype="float64") for values in zip(*places))
    points = Points(np.array([str(n) for n in range(len(x))], dtype=object), x, y, np.arange(len(x), dtype=np.int32),
                    len(x))  # fmt: skip
    return join_points(points, graph, ELDER, None, None, JoinOptions(), Run())


def around(graph, place, seconds, toward=False):
    return times_around(graph, ELDER, joined(graph, place), seconds / 60, toward, Run())


def told(reach):
    """Return (length, second of its last point) of each stretch."""
    return sorted((round(line.length, 3), round(60 * at, 3)) for line, at in zip(reach.lines, reach.minutes))


@pytest.mark.parametrize(
    ("seconds", "stretches"),
    [
        (40, [(80, 40)]),  # 40 m to both sides of the middle of A
        (180, [(30, 180), (30, 180), (100, 50), (100, 150), (100, 150)]),  # C from both ends
        (250, [(100, 50), (100, 150), (100, 150), (100, 200)]),  # on C both ways meet in the middle
    ],
)
def test_streets_are_cut_where_the_seconds_end(seconds, stretches):
    reach = reach_of(around(ring(), (50, 0), seconds))
    assert told(reach) == stretches
    assert reach.length_m == pytest.approx(sum(length for length, _ in stretches))


@pytest.mark.parametrize(("seconds", "last"), [(180, (30, 180)), (260, (100, 250))])
def test_a_street_closed_one_way_is_walked_from_its_other_end(seconds, last):
    """C is walked from D to B alone: it ends 250 s after the middle of A, and from B nobody comes."""
    reach = reach_of(around(ring(forth=(S, S, None, S)), (50, 0), seconds))
    assert last in told(reach) and len(reach.lines) == 4
    far = reach.lines[[round(60 * at, 3) for at in reach.minutes].index(last[1])]
    assert far.bounds[0] == 0  # the end at D


def test_uphill_there_is_downhill_back():
    """A takes 200 s from n0 to n1 and 50 s back: from its middle to n1 100 s, from n1 to its middle 25 s."""
    graph = ring(forth=(2 * S, S, S, S), back=(S // 2, S, S, S))
    homes = joined(graph, (100, 0), (100, 50))
    for toward, seconds in ((False, [100, 150]), (True, [25, 75])):
        assert times_at(around(graph, (50, 0), 160, toward), homes).tolist() == [1000 * item for item in seconds]


def test_places_on_the_same_street_and_beyond_the_limit():
    graph = ring()
    homes = joined(graph, (80, 0), (50, 0), (50, 100))
    assert times_at(around(graph, (50, 0), 250), homes).tolist() == [30_000, 0, 200_000]
    assert times_at(around(graph, (50, 0), 199), homes).tolist() == [30_000, 0, -1]
    nowhere = around(graph, (5000, 0), 250)
    assert not nowhere.is_joined and reach_of(nowhere).lines == [] and times_at(nowhere, homes).tolist() == [-1] * 3
