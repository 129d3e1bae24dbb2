"""Questions asked by clicking on the walk network, on a line of three edges counted by hand."""

import pytest

from .helpers import write_edges


@pytest.fixture
def ground(qgis_app, tmp_path):
    from urban_renewal.dialogs.explore.walk_ground import read_ground

    write_edges(tmp_path / "edges.gpkg")
    return read_ground(str(tmp_path / "edges.gpkg"))


def test_reach_up_the_stairs(ground):
    """From the street's start: A ends at 120 s, B at 220 s, C at 340 s: of it 80 of 120 s within five minutes."""
    from urban_renewal.core.walking.around import reach_of
    from urban_renewal.dialogs.explore.walk_ground import times_around

    found = reach_of(times_around(ground, 0.0, 0.0, "elder", 5.0))
    assert sorted(zip((round(60 * item) for item in found.minutes), found.kinds)) == [
        (120, "street"), (220, "stairs"), (300, "street")
    ]  # fmt: skip
    assert sorted(round(line.length, 6) for line in found.lines) == [60.0, 80.0, 120.0]
    assert found.length_m == pytest.approx(260.0)
    assert len(reach_of(times_around(ground, 0.0, 0.0, "elder", 6.0)).lines) == 3


def test_reach_of_a_minute_in_the_middle_of_a_street(ground):
    """60 m to both sides of the middle of A are more than a minute: 30 s give 30 m each, no node is reached."""
    from urban_renewal.core.walking.around import reach_of
    from urban_renewal.dialogs.explore.walk_ground import times_around

    found = reach_of(times_around(ground, 60.0, 0.0, "elder", 0.5))
    assert [(line.bounds[0], line.bounds[2]) for line in found.lines] == [(30.0, 90.0)]
    assert found.minutes == [pytest.approx(0.5)]


def test_walking_to_a_place_is_not_walking_from_it(ground):
    """To the foot of the stairs from above: 80 s down; from it up: 100 s. Known points say the same."""
    import numpy as np
    from urban_renewal.core.run import Run
    from urban_renewal.core.walking.around import reach_of, times_at
    from urban_renewal.core.walking.join import JoinOptions, Points, join_points
    from urban_renewal.dialogs.explore.walk_ground import times_around

    x, y = np.array([120.0, 240.0, 120.0]), np.array([60.0, 60.0, 30.0])
    points = Points(np.array(["up", "far", "half"], dtype=object), x, y, np.arange(3, dtype=np.int32), 3)
    homes = join_points(points, ground.graph, ground.profiles["elder"], None, None, JoinOptions(), Run())
    for toward, top_s, half_s in ((False, 100, 50), (True, 80, 40)):
        times = times_around(ground, 120.0, 0.0, "elder", 3.0, toward)
        stairs = reach_of(times)
        assert (top_s / 60, "stairs") in [(pytest.approx(at), kind) for at, kind in zip(stairs.minutes, stairs.kinds)]
        assert times_at(times, homes).tolist() == [1000 * top_s, -1, 1000 * half_s]


def test_reach_from_nowhere(ground):
    from urban_renewal.core.walking.around import reach_of
    from urban_renewal.dialogs.explore.walk_ground import times_around

    times = times_around(ground, 0.0, 5000.0, "elder", 5.0)
    assert not times.is_joined and reach_of(times).lines == []


def test_profile_of_the_way(ground):
    """60 m street at 0 m, 60 m stairs up to 10 m, 60 m street: after one minute the stairs begin, after two 36 m of
    them are walked, after three 140 s in all … 220 s: 0.6 m/s on the stairs, 1 m/s on the street.
    """
    from urban_renewal.dialogs.explore.walk_ground import way_to

    way = way_to(ground, (60.0, 0.0), [(180.0, 60.0)], "elder")
    assert way.heights == (
        (0.0, 0.0, "street"),
        (60.0, 0.0, "street"),
        (120.0, 10.0, "stairs"),
        (180.0, 10.0, "street"),
    )
    assert way.minutes == pytest.approx((60.0, 96.0, 140.0))
    assert way.steps_n == 67  # 10 m by 0.15 m a step


def test_way_with_stairs_and_climb(ground):
    """From 60 m along A to 60 m along C: 60 + 100 + 60 s there, 60 + 80 + 60 s back."""
    from urban_renewal.dialogs.explore.walk_ground import way_to

    way = way_to(ground, (60.0, 0.0), [(180.0, 60.0)], "elder")
    assert (way.there_s, way.back_s) == (220.0, 200.0)
    assert (way.length_m, way.stairs_m, way.climb_m, way.drop_m) == (180.0, 60.0, 10.0, 0.0)
    coordinates = list(dict.fromkeys(way.line.coords))
    assert coordinates == [(60.0, 0.0), (120.0, 0.0), (120.0, 60.0), (180.0, 60.0)]
    assert [list(line.coords) for line in way.stairs] == [[(120.0, 0.0), (120.0, 60.0)]]


def test_way_down_is_turned_round(ground):
    from urban_renewal.dialogs.explore.walk_ground import way_to

    way = way_to(ground, (180.0, 60.0), [(60.0, 0.0)], "elder")
    assert way.drop_m == 10.0
    assert list(dict.fromkeys(way.line.coords))[-1] == (60.0, 0.0)


def test_nearest_of_several_points(ground):
    from urban_renewal.dialogs.explore.walk_ground import way_to

    assert way_to(ground, (60.0, 0.0), [(180.0, 60.0), (20.0, 0.0)], "elder").there_s == 40.0
