"""From lines to reach on towns whose answers are formulas: flat grid, one slope, stairs, bridge, escalator, lift."""

import math

import numpy as np
import pytest
from urban_renewal.core.run import Run
from urban_renewal.core.walking.heights import make_surface
from urban_renewal.core.walking.join import JoinOptions, join_points
from urban_renewal.core.walking.profiles import load_profiles
from urban_renewal.core.walking.reach import reach_pairs

from .helpers import graph_of, plane_raster, points, roads

PROFILES = load_profiles(["adult", "elder"])
ADULT, ELDER = PROFILES
SIDE, STEP = 5, 90.0  # crossings each way, metres between them
EVERY = [(STEP * i, STEP * j) for i in range(SIDE) for j in range(SIDE)]


def grid(kind="footway"):
    rows = [(f"r{j}", kind, [(STEP * i, STEP * j) for i in range(SIDE)]) for j in range(SIDE)]
    return rows + [(f"c{i}", kind, [(STEP * i, STEP * j) for j in range(SIDE)]) for i in range(SIDE)]


def times(table, profile, homes, shops, height=None):
    """(homes, shops) whole milliseconds there and back, -1 = not reached."""
    surface = None
    if height is not None:
        surface = make_surface(plane_raster(height), None, profile.rules, Run())
    graph = graph_of(table, PROFILES, surface)
    places, facilities = (
        join_points(points(xy), graph, profile, surface, None, JoinOptions(), Run()) for xy in (homes, shops)
    )
    found = []
    for direction in ("there", "back"):
        pairs = reach_pairs(graph, profile, places, facilities, 10**7, direction, Run())
        ms = np.full((len(homes), len(shops)), -1)
        ms[pairs.place, pairs.facility] = pairs.cost_ms
        found.append(ms)
    return found


def whole(seconds):
    return math.floor(1000 * seconds + 0.5)


def tobler(slope, gains):
    factor = math.exp(-3.5 * abs(slope + 0.05)) / math.exp(-3.5 * 0.05)
    return factor if gains else min(1.0, factor)


@pytest.mark.parametrize("profile", PROFILES)
def test_a_flat_grid_is_manhattan(profile):
    there, back = times(roads(*grid()), profile, EVERY, EVERY)
    edge = whole(STEP / profile.flat_m_s)
    steps = [[round((abs(a - c) + abs(b - d)) / STEP) for c, d in EVERY] for a, b in EVERY]
    assert (there == edge * np.array(steps)).all()
    assert (back == there).all()


@pytest.mark.parametrize("profile", PROFILES)
def test_one_slope_is_manhattan_with_two_speeds(profile):
    """Ground rises 8 % to the east: every way of fewest edges takes the same, up, down and along the contour."""
    there, back = times(roads(*grid()), profile, EVERY, EVERY, lambda x, y: 200 + 0.08 * x + 0 * y)
    level, gains = whole(STEP / profile.flat_m_s), profile.gains_downhill
    up, down = (whole(STEP / (profile.flat_m_s * tobler(s, gains))) for s in (0.08, -0.08))
    for row, (a, b) in enumerate(EVERY):
        for column, (c, d) in enumerate(EVERY):
            east, north = round((c - a) / STEP), round(abs(d - b) / STEP)
            expected = (east * up if east > 0 else -east * down) + north * level
            assert there[row, column] == pytest.approx(expected, abs=2 * SIDE)  # the low-pass keeps planes to 1e-6 m
    assert (back == there.T).all()


def test_stairs_are_taken_when_they_are_quicker_and_not_when_the_street_is():
    """40 m of stairs up 12 m against a street around: 360 m at 3.33 %."""
    around = [(0, 0), (-160, 0), (-160, 40), (0, 40)]
    table = roads(("stairs", "steps", [(0, 0), (0, 40)]), ("street", "residential", around))
    height = lambda x, y: 200 + 0.3 * y + 0 * x  # noqa: E731
    (there,), (back,) = times(table, ELDER, [(0, 0)], [(0, 40)], height)
    assert (there[0], back[0]) == (whole(40 / 0.40), whole(40 / 0.48))
    short = roads(("stairs", "steps", [(0, 0), (0, 40)]), ("b", "footway", [(0, 0), (-5, 20), (0, 40)]))
    (there,), _ = times(short, ELDER, [(0, 0)], [(0, 40)])
    assert there[0] == whole(2 * math.hypot(5, 20) / 0.9)


def test_a_bridge_over_a_valley_is_walked_on_the_level():
    """Banks at 300 m, the ground 80 m below in between: 600 m of bridge take what 600 m of flat street take."""
    table = roads(
        ("west", "footway", [(-200, 0), (0, 0)]), ("bridge", "footway", [(0, 0), (600, 0)], {"bridge": "yes"}),
        ("east", "footway", [(600, 0), (800, 0)]),
    )  # fmt: skip
    valley = lambda x, y: 300 - 80 * np.exp(-(((x - 300) / 60) ** 2)) + 0 * y  # noqa: E731
    (there,), (back,) = times(table, ELDER, [(0, 0)], [(600, 0)], valley)
    assert there[0] == back[0] == pytest.approx(600_000 / 0.9, abs=2)
    low = roads(*(row[:3] for row in (("w", "footway", [(-200, 0), (0, 0)]), ("m", "footway", [(0, 0), (600, 0)]))))
    (ground,), _ = times(low, ELDER, [(0, 0)], [(600, 0)], valley)
    assert ground[0] > 1.3 * there[0]  # without the tag one would go down and up again


def test_an_escalator_one_way_and_the_way_around_back():
    """43 m of escalator at 0.43 m/s; back again 60 + 43 + 60 m of path."""
    table = roads(
        ("e", "escalator", [(0, 0), (43, 0)], {"conveying": "forward"}),
        ("around", "footway", [(43, 0), (43, 60), (0, 60), (0, 0)]),
    )
    (there,), (back,) = times(table, ELDER, [(0, 0)], [(43, 0)])
    assert (there[0], back[0]) == (100_000, whole(163 / 0.9))


def test_a_lift_takes_its_wait_and_its_rise():
    """From the street to the deck 30 m above: 40 s and 1 m/s; the deck is a bridge between banks at 330 m."""
    table = roads(
        ("bank", "footway", [(-300, 0), (-200, 0)]),
        ("deck", "footway", [(-200, 0), (0, 0), (200, 0)], {"bridge": "yes"}),
        ("far", "footway", [(200, 0), (300, 0)]), ("lift", "elevator", [(0, 0), (1, 0)]),
        ("street", "footway", [(1, 0), (1, -60)]),
    )  # fmt: skip
    step = lambda x, y: 300 + 30 / (1 + np.exp((150 - np.abs(x)) / 3)) + 0 * y  # noqa: E731
    home, shop = [(1, -60)], [(-200, 0)]
    (there,), (back,) = times(table, ELDER, home, shop, step)
    surface = make_surface(plane_raster(step), None, ELDER.rules, Run())
    graph = graph_of(table, PROFILES, surface)
    height = dict(zip(graph.node_ids, graph.z_m))
    rise = height["0_0"] - height["1000_0"]
    assert rise > 20
    slope = (height["200000_0"] - height["-200000_0"]) / 400
    assert abs(slope) < 1e-3
    expected = 60 / 0.9 + 40 + rise + 200 / 0.9
    assert there[0] == pytest.approx(1000 * expected, rel=0.005)
    assert back[0] == pytest.approx(there[0], rel=0.01)
