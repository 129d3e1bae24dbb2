"""Joining: the nearest edge that can be walked to; walls, barriers, bridges, entrances."""

import math
from dataclasses import replace

import numpy as np
import pandas as pd
import pytest
import shapely
from urban_renewal.core.run import Run
from urban_renewal.core.walking import join as join_module
from urban_renewal.core.walking.heights import make_surface
from urban_renewal.core.walking.join import JoinOptions, entrance_points, join_points, not_joined_reason, points_of
from urban_renewal.core.walking.profiles import load_profiles

from .helpers import graph_of, places, plane_raster, roads

PROFILES = load_profiles(["elder"])
ELDER = PROFILES[0]
STREETS = roads(
    ("a", "footway", [(0, 0), (400, 0)]), ("b", "footway", [(0, 100), (400, 100)]),
    ("l", "elevator", [(0, 0), (0, 100)]),
    ("br", "footway", [(400, 0), (800, 0)], {"bridge": "yes"}), ("c", "footway", [(800, 0), (900, 0)]),
)  # fmt: skip


def join(layer, surface=None, barriers=None, **options):
    run = Run()
    graph = graph_of(STREETS, PROFILES, surface)
    return (
        join_points(points_of(layer, "place_id"), graph, ELDER, surface, barriers, JoinOptions(**options), run),
        graph,
        run,
    )


def names(joined, graph):
    return [graph.edge_ids[edge] if edge >= 0 else status for edge, status in zip(joined.edge, joined.status)]


def test_nearest_edge_share_leg_and_status():
    joined, graph, run = join(
        places(("p", 100, 30), ("q", 100, 60), ("far", 100, 201), ("edge", 100, 200), ("on", 5, 0))
    )
    assert names(joined, graph) == ["a#0", "b#0", "NOT_SNAPPED", "b#0", "a#0"]
    assert joined.share[[0, 1, 3]].tolist() == [0.25, 0.25, 0.25]
    assert joined.leg_to_ms.tolist() == [33333, 44444, -1, 111111, 0]
    assert joined.leg_from_ms.tolist() == joined.leg_to_ms.tolist()
    assert run.facts == {"legs_flat_n": 4, "legs_steep_n": 0, "legs_none_n": 1, **run.facts}
    again = points_of(places(("p", 100, 30), ("far", 0, 900)), "place_id")
    join_points(again, graph, ELDER, None, None, JoinOptions(), run)
    assert (run.facts["legs_flat_n"], run.facts["legs_none_n"]) == (5, 2)  # all that the run has joined
    assert not_joined_reason(joined).tolist() == ["", "", "NOT_SNAPPED", "", ""]


def test_places_never_join_bridges_facilities_do_when_near():
    layer = places(("under", 600, 10), ("beside", 420, 14), ("off", 600, 16))
    joined, graph, _ = join(layer)
    assert names(joined, graph) == ["NOT_SNAPPED", "a#0", "NOT_SNAPPED"]
    joined, graph, _ = join(layer, structures_m=15.0)
    assert names(joined, graph) == ["br#0", "br#0", "NOT_SNAPPED"]


def test_a_wall_sends_the_leg_to_the_next_best_edge():
    """Ground falls 1 in 2 south of y = 50 ± and is level to the north: the nearer street a lies behind the wall."""
    surface = make_surface(plane_raster(lambda x, y: 0 * x + 200 + 0.5 * np.minimum(y, 45)), None, ELDER.rules, Run())
    joined, graph, _ = join(places(("p", 200, 45)), surface)
    assert names(joined, graph) == ["b#0"]
    joined, graph, _ = join(places(("p", 200, 45)), surface, snap_limit_m=50.0)
    assert names(joined, graph) == ["SNAP_STEEP"]
    assert not_joined_reason(joined).tolist() == ["SNAP_STEEP"]
    joined, graph, _ = join(places(("p", 200, 45)), surface, snap_max_climb_m=50.0)
    assert names(joined, graph) == ["a#0"]


def test_barriers_are_not_crossed():
    river = pd.DataFrame({"geometry": [shapely.LineString([(-50, 20), (900, 20)])]})
    joined, graph, _ = join(places(("p", 100, 30), ("q", 100, 10)), None, river)
    assert names(joined, graph) == ["b#0", "a#0"]
    pond = pd.DataFrame({"geometry": [shapely.box(90, 5, 110, 25)]})
    joined, graph, _ = join(places(("p", 100, 30), ("q", 200, 30)), None, pond)
    assert names(joined, graph) == ["b#0", "a#0"]


def test_a_polygon_that_holds_the_whole_leg_is_not_crossed():
    island = pd.DataFrame({"geometry": [shapely.box(50, -20, 150, 60)]})
    joined, graph, _ = join(places(("p", 100, 30)), None, island)
    assert names(joined, graph) == ["a#0"]


def test_feet_are_found_once_for_walkers_that_are_alike(monkeypatch):
    """A carer is open to the same edges as an elder; to whom stairs are shut meets the network by himself."""
    elder, carer, wheelchair = load_profiles(["elder", "carer", "wheelchair"])
    streets = roads(("a", "footway", [(0, 0), (400, 0)]), ("s", "steps", [(0, 60), (400, 60)]))
    graph = graph_of(streets, [elder, carer, wheelchair], None)
    river = pd.DataFrame({"geometry": [shapely.LineString([(150, 20), (500, 20)])]})
    rng = np.random.default_rng(3)
    layer = places(*((f"p{i}", *rng.uniform(-50, 450, 2)) for i in range(300)))
    points, searched = points_of(layer, "place_id"), []
    find = join_module._join_slice
    monkeypatch.setattr(join_module, "_join_slice", lambda *given: searched.append(given) or find(*given))

    def joins(points, profile):
        """Join points with the river between."""
        return join_points(points, graph, profile, None, river, JoinOptions(), Run())

    first, second = joins(points, elder), joins(points, carer)
    assert len(searched) == 1 and second.edge.tolist() == first.edge.tolist()
    third = joins(points, wheelchair)
    assert len(searched) == 2 and third.edge.tolist() != first.edge.tolist()
    for found, profile in ((first, elder), (second, carer), (third, wheelchair)):
        alone = joins(points_of(layer, "place_id"), profile)  # points of its own: nothing is known of them
        for name in ("edge", "share", "leg_m", "leg_to_ms", "leg_from_ms"):
            np.testing.assert_array_equal(getattr(found, name), getattr(alone, name))
        assert found.status.tolist() == alone.status.tolist()
    back = joins(points_of(layer.iloc[::-1].reset_index(drop=True), "place_id"), elder)
    np.testing.assert_array_equal(back.edge[::-1], first.edge)  # squares do not show


def test_leg_with_climb_takes_longer_up_than_down():
    surface = make_surface(plane_raster(lambda x, y: 0 * x + 200 + 0.1 * y), None, ELDER.rules, Run())
    joined, _, _ = join(places(("p", 100, 40)), surface)
    assert joined.leg_climb_m[0] == pytest.approx(-4, abs=0.01)
    up, down = (math.exp(-3.5 * abs(s + 0.05)) / math.exp(-3.5 * 0.05) for s in (0.1, -0.1))
    assert joined.leg_to_ms[0] == pytest.approx(40_000 / 0.9 / min(1, down), abs=2)
    assert joined.leg_from_ms[0] == pytest.approx(40_000 / 0.9 / up, abs=2)


def test_entrances_stand_for_their_owner():
    owners = places(("f1", 0, 0), ("f2", 50, 50), ("f3", 9, 9), name="facility_id")
    entrances = pd.DataFrame({"entrance_of": ["f2", "f2", "nobody"], "entrance_id": ["e2", "e1", "e9"]}).astype(
        "string"
    )
    entrances["geometry"] = [shapely.Point(60, 50), shapely.Point(40, 50), shapely.Point(0, 0)]
    run = Run()
    points = entrance_points(owners, "facility_id", entrances, run)
    assert points.owner.tolist() == [0, 1, 1, 2]
    assert points.ids.tolist() == ["f1", "e1", "e2", "f3"]
    assert [(row.feature_id, row.code) for row in run.left_out] == [("e9", "entrance_of_nobody")]
    assert points.owners == 3


def test_a_facility_in_several_rows_has_one_set_of_doors():
    """A nursery and a canteen of one id and place; what bears such an id elsewhere has its own point."""
    owners = places(("f2", 50, 50), ("f2#0a1b2c", 50, 50), ("f2#ffffff", 90, 90), name="facility_id")
    entrances = pd.DataFrame({"entrance_of": ["f2", "f2"], "entrance_id": ["e2", "e1"]}).astype("string")
    entrances["geometry"] = [shapely.Point(60, 50), shapely.Point(40, 50)]
    points = entrance_points(owners, "facility_id", entrances, Run())
    assert points.owner.tolist() == [0, 0, 1, 1, 2]
    assert points.ids.tolist() == ["e1", "e2", "e1", "e2", "f2#ffffff"]


def test_an_entrance_that_names_no_station_is_of_the_nearest_one():
    """499 m off: taken; 501 m: not; in the middle of two: of the lower row; one that names another owner is lost."""
    owners = places(("s1", 0, 0), ("s2", 1000, 0), name="station_id")
    layer = pd.DataFrame({"entrance_id": ["a", "b", "c", "d"], "entrance_of": [None, "", None, "s9"]}).astype("string")
    layer["geometry"] = [shapely.Point(-499, 0), shapely.Point(-501, 0), shapely.Point(500, 0), shapely.Point(0, 1)]
    run = Run()
    points = entrance_points(owners, "station_id", layer, run, near_m=500, layer="STATION_ENTRANCES")
    assert points.ids.tolist() == ["a", "c", "s2"]
    assert points.owner.tolist() == [0, 0, 1]
    lost = [(row.layer, row.feature_id, row.code) for row in run.left_out]
    assert lost == [("STATION_ENTRANCES", name, "entrance_of_nobody") for name in ("b", "d")]
    assert [message.values["n"] for message in run.messages if message.code == "entrances_by_nearest"] == [2]
    nameless = layer.drop(columns="entrance_of")
    assert entrance_points(owners, "station_id", nameless, Run(), near_m=500).ids.tolist() == ["a", "d", "c", "s2"]


def test_points_of_any_geometry():
    shape = shapely.Polygon([(0, 0), (10, 0), (10, 10), (8, 10), (8, 2), (0, 2)])
    layer = pd.DataFrame({"place_id": ["a", "b", "c", "d"]}).astype("string")
    layer["geometry"] = [shape, shapely.LineString([(0, 0), (10, 0)]), None, shapely.Point(1, 2)]
    points = points_of(layer, "place_id")
    assert points.owner.tolist() == [0, 1, 3]
    assert shape.contains(shapely.Point(points.x_m[0], points.y_m[0]))
    assert (points.x_m[1], points.y_m[1], points.owners) == (5.0, 0.0, 4)


def test_an_entrance_far_from_its_station_is_told_and_used():
    stations = pd.DataFrame({"station_id": ["S1", "S2"]})
    stations["geometry"] = np.array([shapely.Point(0, 0), shapely.Point(5000, 0)], dtype=object)
    doors = pd.DataFrame({"entrance_of": ["S1", "S1", "S2"], "entrance_id": ["near", "far", "ok"]})
    doors["geometry"] = np.array([shapely.Point(300, 0), shapely.Point(4990, 0), shapely.Point(5100, 0)], dtype=object)
    run = Run()
    points = entrance_points(stations, "station_id", doors, run)
    assert sorted(points.x_m.tolist()) == [300, 4990, 5100]
    assert [(row.feature_id, row.code, row.values["metres"]) for row in run.left_out] == [("far", "entrance_far", 4990)]


@pytest.mark.parametrize("rise", [0.0, 0.05, -0.12])
def test_a_network_of_another_walker_is_told_once(rise):
    both = load_profiles(["elder", "adult"])
    surface = None if rise == 0 else make_surface(plane_raster(lambda x, y: rise * x), None, ELDER.rules, Run())
    graph = graph_of(STREETS, both, surface)
    layer, run = points_of(places(("p", 100, 30)), "place_id"), Run()
    for profile in both:
        join_points(layer, graph, profile, surface, None, JoinOptions(), run)
    assert [message.code for message in run.messages] == []
    slow = replace(ELDER, flat_m_s=0.75)  # as a profile file says that the network was not built with
    for _ in range(2):
        join_points(layer, graph, slow, surface, None, JoinOptions(), run)
    (told,) = run.messages
    assert (told.code, told.values["speed"], told.values["flat"]) == ("network_other_speed", "0.90", "0.75")


def test_large_grounds_are_entered_at_their_rim():
    """A park of 300 m × 300 m, a strip of 400 m × 20 m along the river, a house: streets pass 5 m from each."""
    shapes = [shapely.box(0, 0, 300, 300), shapely.box(0, 400, 400, 420), shapely.box(500, 0, 540, 20)]
    owners = pd.DataFrame({"facility_id": ["park", "strip", "house"]}).astype("string")
    owners["geometry"] = np.array(shapes, dtype=object)
    run = Run()
    points = entrance_points(owners, "facility_id", None, run)
    assert [int((points.owner == row).sum()) for row in range(3)] == [24, 17, 1]  # 1200 ÷ 50, 840 ÷ 50 rounded up
    spots = shapely.points(points.x_m, points.y_m)
    rims = shapely.boundary(owners["geometry"].to_numpy(dtype=object))[points.owner]
    assert (shapely.distance(spots, rims)[points.owner < 2] < 1e-9).all()
    assert [row.values["n"] for row in run.messages if row.code == "entered_by_rim"] == [2]
    street = roads(("s", "residential", [(-50, -5), (600, -5)]), ("r", "residential", [(-50, 425), (450, 425)]))
    joined = join_points(points, graph_of(street, [ELDER]), ELDER, None, None, JoinOptions(), Run())
    assert not_joined_reason(joined).tolist() == ["", "", ""]  # the middle of the park is 155 m from the street
    gate = pd.DataFrame({"entrance_of": ["park"], "entrance_id": ["gate"]}).astype("string")
    gate["geometry"] = np.array([shapely.Point(150, 0)], dtype=object)
    told = entrance_points(owners, "facility_id", gate, Run())
    assert told.ids[told.owner == 0].tolist() == ["gate"]  # who says where the gate is is believed
    turned = owners.assign(geometry=np.array([shapely.reverse(shape) for shape in shapes], dtype=object))
    again = entrance_points(turned, "facility_id", None, Run())
    assert np.array_equal(points.x_m, again.x_m) and np.array_equal(points.y_m, again.y_m)
