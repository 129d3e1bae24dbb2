"""The profile of a walk, worked out by hand on a station with three edges."""

import math

import pandas as pd
import pytest
import shapely
from urban_renewal.core.delivery.profile import choose_exaggeration, longest_walk, steps_of


def edge(edge_id, points, length_m, heights, there_s, back_s, kind="street"):
    made = {"edge_id": edge_id, "kind": kind, "length_m": length_m, "z_from_m": heights[0], "z_to_m": heights[1]}
    return {
        **made,
        "elder_fwd_ms": there_s * 1000,
        "elder_back_ms": back_s * 1000,
        "geometry": shapely.LineString(points),
    }


EDGES = pd.DataFrame(
    [
        edge("a", [(0, 0), (100, 0)], 100.0, (200.0, 210.0), 150, 120),
        edge("b", [(200, 0), (100, 0)], 100.0, (225.0, 210.0), 200, 300, "stairs"),  # drawn towards the station
        edge("c", [(100, 0), (100, 50)], 50.0, (210.0, 210.0), 60, 60),
    ]
)


def branch(edge_id, points, kind="street", petal="P1"):
    return {"zone_id": "Z", "petal_id": petal, "edge_id": edge_id, "kind": kind, "geometry": shapely.LineString(points)}


BRANCHES = pd.DataFrame(
    [
        branch("a", [(0, 0), (100, 0)]),
        branch("b", [(150, 0), (100, 0)], "stairs"),  # half of it is walked
        branch("c", [(100, 0), (100, 50)]),
    ]
)


@pytest.mark.parametrize("order", [[0, 1, 2], [2, 1, 0]])
def test_longest_walk(order):
    walk = longest_walk(BRANCHES.iloc[order], EDGES, shapely.Point(-3, 1))
    assert [item.kind for item in walk.stretches] == ["street", "stairs"]  # 150 + 150 s beats 150 + 60 s
    assert walk.length_m == pytest.approx(150)
    first, stairs = walk.stretches
    assert (first.z_from_m, first.z_to_m) == (200, 210)
    assert (stairs.z_from_m, stairs.z_to_m) == (210, 217.5)  # half of 15 m
    assert walk.seconds("elder") == pytest.approx(150 + 150)  # against its line: half of 300 s
    assert walk.seconds("elder", back=True) == pytest.approx(120 + 100)
    assert walk.climb_m == pytest.approx(17.5)
    assert walk.drop_m == 0
    assert steps_of(stairs) == walk.steps_n == 50  # 7.5 m by 0.15 m
    assert walk.has_heights


def test_unknown_heights_and_profiles_stay_unknown():
    edges = EDGES.assign(z_to_m=[math.nan, 210.0, 210.0])
    walk = longest_walk(BRANCHES, edges, shapely.Point(0, 0), ("elder", "wheelchair"))
    assert not walk.has_heights
    assert math.isnan(walk.seconds("wheelchair"))
    assert walk.seconds("elder") == pytest.approx(300)


def test_branches_that_pass_the_core_begin_at_their_end():
    """The core lies where three branches meet: within 400 s the walk begins at the nearest end, within 200 s there."""
    core = shapely.Point(100, -2)
    short = longest_walk(BRANCHES, EDGES, core, most_s=200)
    assert [item.kind for item in short.stretches] == ["street"]  # 150 s back to (0, 0) or 150 s of stairs
    assert short.seconds("elder", back=True) == pytest.approx(150)
    whole = longest_walk(BRANCHES, EDGES, core, most_s=400)
    assert whole.length_m == pytest.approx(150)  # from (150, 0), 50.04 m off the core, to (0, 0)
    assert whole.seconds("elder", back=True) == pytest.approx(150 + 150)


def test_no_branch_no_walk():
    assert longest_walk(BRANCHES.iloc[:0], EDGES, shapely.Point(0, 0)) is None
    assert longest_walk(BRANCHES.assign(edge_id="gone"), EDGES, shapely.Point(0, 0)) is None


@pytest.mark.parametrize(
    ("length", "rise", "factor"),
    [(700, 64, 1.0), (1000, 10, 4.0), (1000, 50, 2.0), (100, 0, 1.0)],
)
def test_exaggeration(length, rise, factor):
    """230 × 24 mm: at 700 m a metre is 0.33 mm and 64 m are 21 mm; at 1000 m 50 m are 11.5 mm, twice fits."""
    assert choose_exaggeration(length, rise, 230, 24) == factor
