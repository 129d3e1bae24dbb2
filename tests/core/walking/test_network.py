"""The network against figures derived by hand: topology, heights, Tobler, stairs, bridges, escalators, lifts."""

import math

import numpy as np
import pandas as pd
import pytest
import shapely
from scipy.ndimage import gaussian_filter
from urban_renewal.core.errors import RenewalError
from urban_renewal.core.run import Run
from urban_renewal.core.walking.graph import graph_from_edges
from urban_renewal.core.walking.heights import make_surface
from urban_renewal.core.walking.network import NetworkOptions, build_network
from urban_renewal.core.walking.profiles import load_profiles

from .helpers import plane_raster, roads

PROFILES = load_profiles(["adult", "elder", "carer", "stroller", "wheelchair"])
RULES = PROFILES[0].rules


def build(table, height=None, **options):
    run = Run()
    surface = None if height is None else make_surface(plane_raster(height), None, RULES, run)
    return build_network(table, NetworkOptions(**options), PROFILES, surface, run), run


def edge(network, name):
    return network.edges.set_index("edge_id").loc[name]


def ms(network, name, profile="elder"):
    row = edge(network, name)
    return row[f"{profile}_fwd_ms"], row[f"{profile}_back_ms"]


def test_flat_grid_is_length_over_speed():
    rows = [(f"r{i}", "footway", [(0, 100 * i), (100, 100 * i), (200, 100 * i)]) for i in range(3)]
    rows += [(f"c{i}", "footway", [(100 * i, 0), (100 * i, 100), (100 * i, 200)]) for i in range(3)]
    network, run = build(roads(*rows), lambda x, y: 200 + 0 * x + 0 * y)
    assert (len(network.edges), len(network.nodes), network.counts["components_n"]) == (12, 9, 1)
    assert network.edges["length_m"].tolist() == [100.0] * 12
    for profile in PROFILES[:3]:
        assert set(network.edges[f"{profile.id}_fwd_ms"]) == {math.floor(100_000 / profile.flat_m_s + 0.5)}
    assert network.counts["penalty_elder"] == 1.0
    assert run.facts["capped_share"] == 0.0


@pytest.mark.parametrize("raster", [None, plane_raster(lambda x, y: 50 + 0 * x + 0 * y)])
def test_points_too_far_apart_for_a_ground_say_the_heights_of_their_junctions(raster):
    """A hill drawn with one surveyed point a junction, 300 m apart and in line: no triangle, yet no flat walk either.

    Where there is a raster, the junctions keep its heights: one source along a street is better than a mixture.
    """
    shapes = [shapely.Point(0, 0), shapely.Point(299, 3), shapely.Point(600, 6)]
    points = pd.DataFrame({"z": [100.0, 124.0, 300.0], "geometry": np.array(shapes, dtype=object)})
    table = roads(("a", "footway", [(0, 0), (300, 0)]), ("b", "footway", [(300, 0), (600, 0)]))
    networks = []
    for rows in (points, points.iloc[::-1].reset_index(drop=True)):
        surface = make_surface(raster, rows, RULES, Run())
        networks.append(build_network(table, NetworkOptions(), PROFILES, surface, Run()))
    pd.testing.assert_frame_equal(
        networks[0].edges.drop(columns="geometry"), networks[1].edges.drop(columns="geometry")
    )
    row = edge(networks[0], "a#0")
    if raster is not None:
        assert (row["z_from_m"], row["z_to_m"]) == (50, 50)
        return
    assert (row["z_from_m"], row["z_to_m"], row["climb_m"]) == (100, 124, 24)
    up = math.exp(-3.5 * 0.13) / math.exp(-3.5 * 0.05)  # 24 m on 300 m
    assert ms(networks[0], "a#0") == pytest.approx((300_000 / 0.9 / up, 300_000 / 0.9), abs=1)
    assert pd.isna(edge(networks[0], "b#0")["climb_m"])  # nothing within 5 m of its end


@pytest.mark.parametrize("slope", [0.03, 0.08, 0.2])
def test_one_slope_is_tobler(slope):
    network, _ = build(roads(("a", "footway", [(0, 0), (300, 0)])), lambda x, y: 200 + slope * x + 0 * y)
    up = math.exp(-3.5 * abs(slope + 0.05)) / math.exp(-3.5 * 0.05)
    down = math.exp(-3.5 * abs(-slope + 0.05)) / math.exp(-3.5 * 0.05)
    assert ms(network, "a#0", "adult") == pytest.approx((300_000 / 1.2 / up, 300_000 / 1.2 / down), abs=1)
    assert ms(network, "a#0") == pytest.approx((300_000 / 0.9 / up, 300_000 / 0.9 / min(1, down)), abs=1)
    row = edge(network, "a#0")
    assert (row["climb_m"], row["drop_m"]) == pytest.approx((300 * slope, 0), abs=1e-3)
    assert pd.isna(row["wheelchair_fwd_ms"]) == (slope > 0.0833)


def test_streets_are_capped_and_it_is_said():
    network, run = build(roads(("a", "residential", [(0, 0), (300, 0)])), lambda x, y: 200 + 0.2 * x + 0 * y)
    assert edge(network, "a#0")["capped"] == 1
    assert ms(network, "a#0")[0] == pytest.approx(300_000 / 0.9 * math.exp(3.5 * 0.12), abs=1)
    assert network.counts["capped_share"] == 1.0
    assert "heights_doubtful" in [message.code for message in run.messages]


def test_capped_streets_are_told_by_length_where_the_network_is_made_and_where_it_is_used():
    # half of "a" climbs 20 %, "b" lies level, the bridge "c" climbs 20 %, the path "d" is no street: 250 of 500 m
    lines = ("a", "residential", [(0, 0), (300, 0)]), ("b", "residential", [(0, 50), (100, 50)])
    others = ("c", "residential", [(200, 90), (300, 90)], {"bridge": "yes"}), ("d", "path", [(200, 130), (300, 130)])
    network, run = build(roads(*lines, *others), lambda x, y: 200 + 0.2 * np.maximum(x - 150, 0) + 0 * y)
    row = edge(network, "a#0")
    assert (row["capped"], row["capped_m"]) == (1, pytest.approx(150, abs=1))
    assert network.counts["capped_share"] == pytest.approx(0.5, abs=0.003)
    assert [edge(network, f"{name}#0")["capped_m"] for name in "bc"] == [0, 100]
    assert np.isnan(edge(network, "d#0")["capped_m"])
    told = [next(row for row in run.messages if row.code == "heights_doubtful")]
    used = Run()
    graph_from_edges(network.edges, ["elder"], used)
    told += [row for row in used.messages if row.code == "network_heights_doubtful"]
    assert len(told) == 2 and told[0].values["percent"] == told[1].values["percent"] == pytest.approx(50, abs=0.3)


def test_doubtful_heights_are_told_wherever_the_network_is_used():
    """5 % of street length is not yet too much, more is; paths do not count. A network of old tells whole edges."""
    edges = build(
        roads(*[(f"s{i:02d}", "residential", [(0, 9 * i), (95, 9 * i)]) for i in range(20)]),
        lambda x, y: 200 + 0 * x * y,
    )[0].edges
    for steep, expected in ((1, []), (2, ["network_heights_doubtful"])):
        table = edges.drop(columns="capped_m").assign(capped=[1] * steep + [0] * (20 - steep))
        run = Run()
        graph_from_edges(table, ["elder"], run)
        assert [message.code for message in run.messages] == expected
    run = Run()
    graph_from_edges(edges.assign(capped=1, kind="path"), ["elder"], run)
    assert run.messages == []


def test_stairs_have_their_own_speeds():
    hill = lambda x, y: 200 + 0.3 * x + 0 * y  # noqa: E731
    table = roads(
        ("up", "steps", [(0, 0), (40, 0)]), ("low", "steps", [(0, 50), (12, 50)]),
        ("told", "steps", [(0, 90), (12, 90)], {"incline": "down"}),
        ("ramp", "steps", [(0, 130), (40, 130)], {"ramp": "yes"}),
    )  # fmt: skip
    network, _ = build(table, hill)
    assert ms(network, "up#0") == (100_000, math.floor(40_000 / 0.48 + 0.5))
    assert ms(network, "low#0") == (30_000, 30_000)  # 3.6 m is less than the DEM's error
    assert ms(network, "told#0") == (25_000, 30_000)
    assert ms(network, "ramp#0", "stroller") == (math.floor(40_000 / 0.35 + 0.5), 100_000)
    assert ms(network, "up#0", "stroller") == (math.floor(40_000 / 0.12 + 0.5), math.floor(40_000 / 0.15 + 0.5))
    assert edge(network, "up#0")[["wheelchair_fwd_ms", "wheelchair_back_ms"]].isna().all()
    assert network.counts["stairs_unsure_n"] == 1


def test_stairs_cut_at_a_landing_keep_their_direction():
    """9 m in all, 4.5 m to the landing: less than the DEM's error, but not the whole way."""
    cut = ("a", "steps", [(0, 0), (15, 0), (30, 0)])
    table = roads(cut, ("side", "footway", [(15, 0), (15, 30)]))
    network, _ = build(table, lambda x, y: 200 + 0.3 * x + 0 * y)
    assert [ms(network, name) for name in ("a#0", "a#1")] == [(37_500, 31_250)] * 2


def valley(x, y):
    return 300 - 100 * np.exp(-(((x - 500) / 150) ** 2)) + 0 * y


def test_bridge_stays_above_the_valley():
    """A chain of two bridge ways between banks at different heights is one straight line."""
    table = roads(
        ("west", "residential", [(0, 0), (200, 0)]), ("b1", "residential", [(200, 0), (400, 0)], {"bridge": "yes"}),
        ("b2", "residential", [(400, 0), (800, 0)], {"bridge": "viaduct"}),
        ("east", "residential", [(800, 0), (1000, 0)]),
        ("lift", "elevator", [(400, 0), (401, 0)]), ("below", "footway", [(401, 0), (401, -60)]),
    )  # fmt: skip
    network, _ = build(table, lambda x, y: valley(x, y) + 0.02 * x)
    nodes = network.nodes.set_index("node_id")["z_m"]
    west, east = nodes["200000_0"], nodes["800000_0"]
    assert nodes["400000_0"] == pytest.approx(west + (east - west) / 3, abs=1e-3)
    assert nodes["401000_0"] < west - 30
    assert edge(network, "b1#0")["kind"] == "bridge"
    up = edge(network, "b2#0")
    assert up["climb_m"] - up["drop_m"] == pytest.approx(east - nodes["400000_0"], abs=2e-3)
    slope = (east - west) / 600
    assert ms(network, "b2#0")[0] == pytest.approx(400_000 / 0.9 * math.exp(3.5 * slope), abs=10)
    lift = 40 + abs(nodes["400000_0"] - nodes["401000_0"])
    assert ms(network, "lift#0") == pytest.approx((1000 * lift, 1000 * lift), abs=2)


def test_long_edges_feel_the_hill_between_their_ends():
    network, _ = build(
        roads(("a", "footway", [(0, 0), (1000, 0)])), lambda x, y: 200 + 60 * np.exp(-(((x - 500) / 200) ** 2)) + 0 * y
    )
    row = edge(network, "a#0")
    assert row["climb_m"] > 45
    assert row["climb_m"] - row["drop_m"] == pytest.approx(row["z_to_m"] - row["z_from_m"], abs=2e-3)
    assert ms(network, "a#0")[0] > 1.2 * 1_000_000 / 0.9


def test_escalators_and_footways_one_way():
    table = roads(
        ("e", "escalator", [(0, 0), (43, 0)], {"conveying": "backward"}),
        ("s", "steps", [(0, 9), (43, 9)], {"conveying": "forward"}),
        ("w", "footway", [(0, 20), (9, 20)], {"oneway_foot": "yes", "oneway": "no"}),
        ("x", "footway", [(0, 40), (9, 40)], {"oneway": "yes"}),
    )
    network, _ = build(table)
    assert pd.isna(ms(network, "e#0")[0])
    assert ms(network, "e#0")[1] == 100_000
    assert ms(network, "s#0")[0] == 100_000
    assert pd.isna(ms(network, "s#0")[1])
    assert ms(network, "w#0")[0] == 10_000
    assert pd.isna(ms(network, "w#0")[1])
    assert ms(network, "x#0") == (10_000, 10_000)
    assert edge(network, "s#0")["kind"] == "escalator"
    assert edge(network, "e#0")[["stroller_fwd_ms", "stroller_back_ms"]].isna().all()


def test_closed_ways_stay_out_and_are_listed():
    table = roads(
        ("a", "footway", [(0, 0), (9, 0)]), ("m", "motorway", [(0, 1), (9, 1)]),
        ("c", "construction", [(0, 2), (9, 2)]),
        ("t", "trunk", [(0, 3), (9, 3)], {"foot": "no"}), ("n", "trunk", [(0, 40), (9, 40)]),
        ("p", "service", [(0, 50), (9, 50)], {"access": "no"}), ("z", "梯道", [(0, 60), (9, 60)]),
        ("u", "whatever", [(0, 70), (9, 70)]),
    )  # fmt: skip
    network, _ = build(table)
    assert sorted(network.edges["edge_id"]) == ["a#0", "n#0", "u#0", "z#0"]
    assert edge(network, "z#0")["kind"] == "stairs"
    closed = network.findings[network.findings["code"] == "way_closed"]
    assert closed["subject_id"].tolist() == ["c", "m", "p", "t"]
    assert network.findings[network.findings["code"] == "way_class_unknown"]["subject_id"].tolist() == ["u"]
    with pytest.raises(RenewalError) as error:
        build(table.iloc[1:3])
    assert error.value.code == "walk_nothing_open"
    with pytest.raises(RenewalError) as error:
        build_network(table, NetworkOptions(), [], None, Run())
    assert error.value.code == "walk_no_profile"


def test_crossings_without_a_shared_vertex_stay_apart():
    crossing = roads(("a", "footway", [(0, 0), (100, 0)]), ("b", "footway", [(50, -50), (50, 50)]))
    network, _ = build(crossing)
    assert (len(network.edges), network.counts["components_n"], network.counts["near_misses_n"]) == (2, 2, 0)


def drawn_streets(count=5, apart_m=100):
    """A town as it is drawn in CAD: every street one line from rim to rim, vertices at its ends only."""
    far = apart_m * (count - 1)
    rows = [(f"h{i}", "residential", [(0, apart_m * i), (far, apart_m * i)]) for i in range(count)]
    rows += [(f"v{i}", "residential", [(apart_m * i, 0), (apart_m * i, far)]) for i in range(count)]
    return roads(*rows)


def test_streets_drawn_through_are_told_and_made_junctions_when_asked():
    network, run = build(drawn_streets())
    told = network.findings[network.findings["code"] == "crossing_apart"]
    assert sorted(zip(told["x"], told["y"])) == [(100 * i, 100 * j) for i in (1, 2, 3) for j in (1, 2, 3)]
    assert network.counts["crossings_n"] == 9
    assert [m.values["n"] for m in run.messages if m.code == "crossings_summary"] == [9]
    joined, run = build(drawn_streets(), join_near_misses=True)
    assert (len(joined.nodes), len(joined.edges), joined.counts["components_n"]) == (25, 40, 1)
    assert set(joined.edges["length_m"]) == {100.0}
    assert (joined.findings["code"] == "crossing_joined").sum() == 9
    assert all(m.code != "crossings_summary" for m in run.messages)


def test_a_crossing_is_no_junction_across_levels_heights_or_nodes_of_the_source():
    a, b = [(0, 0), (100, 0)], [(50, -50), (50, 50)]
    over = roads(("a", "footway", a), ("b", "footway", b, {"layer": "1"}))
    assert build(over, join_near_misses=True)[0].counts["crossings_n"] == 0
    high = roads(("a", "footway", [(0, 0, 205.0), (100, 0, 205.0)]), ("b", "footway", [(50, -50, 200), (50, 50, 202)]))
    assert build(high, join_near_misses=True)[0].counts["crossings_n"] == 0  # 4 m below: a passage
    near = roads(("a", "footway", [(0, 0, 202.0), (100, 0, 202.0)]), ("b", "footway", [(50, -50, 200), (50, 50, 202)]))
    joined, _ = build(near, join_near_misses=True)
    assert joined.nodes.set_index("node_id")["z_m"]["50000_0"] == 201.5  # the mean of 202 and 201
    lift = roads(("a", "footway", a), ("b", "elevator", b))
    assert build(lift, join_near_misses=True)[0].counts["crossings_n"] == 0


def test_an_end_that_shoots_over_is_told_once():
    network, _ = build(roads(("a", "footway", [(0, 0), (100, 0)]), ("b", "footway", [(50, -1), (50, 50)])))
    assert network.findings["code"].tolist() == ["near_miss", "part_cut_off"]


def test_roads_without_a_class_are_counted():
    table = roads(("a", None, [(0, 0), (100, 0)]), ("b", "footway", [(0, 0), (0, 50)]))
    _, run = build(table)
    assert [m.values["n"] for m in run.messages if m.code == "ways_without_class"] == [1]


def test_ends_within_the_tolerance_meet_but_not_across_levels():
    close = roads(("a", "footway", [(0, 0), (100, 0)]), ("b", "footway", [(100.3, 0.2), (200, 0)]))
    assert build(close)[0].counts["components_n"] == 1
    assert build(close, tolerance_m=0.1)[0].counts["components_n"] == 2
    touching = roads(("a", "footway", [(0, 0), (100, 0)]), ("b", "footway", [(50, 0.2), (50, 80)]))
    network, _ = build(touching)
    assert (len(network.edges), network.counts["components_n"], network.counts["near_misses_n"]) == (3, 1, 0)
    below = roads(("a", "footway", [(0, 0), (100, 0)], {"bridge": "yes"}), ("b", "footway", [(50, 0.2), (50, 80)]))
    assert build(below)[0].counts["components_n"] == 2


def test_own_z_keeps_storeys_apart():
    def line(*points):
        return shapely.LineString(points)

    table = roads(("a", "footway", [(0, 0), (1, 0)]), ("b", "footway", [(0, 0), (1, 0)]))
    over = [line((0, 0, 300), (50, 0, 300), (100, 0, 300)), line((50, -50, 280), (50, 0, 280), (50, 50, 280))]
    table["geometry"] = np.array(over, dtype=object)
    network, _ = build(table)
    assert (len(network.edges), network.counts["components_n"]) == (2, 2)
    table["geometry"] = np.array([over[0], line((50, -50, 290), (50, 0, 300.5), (50, 50, 311))], dtype=object)
    network, _ = build(table)
    assert (len(network.edges), network.counts["components_n"]) == (4, 1)
    assert edge(network, "b#0")["z_to_m"] == pytest.approx(300.25)


@pytest.mark.parametrize("flat", [0.0, 200.0])
def test_one_z_for_a_whole_layer_is_no_height(flat):
    """The ground rises by 10 m in 100: it counts, not the Z that some program has put on every vertex."""
    table = roads(("a", "footway", [(0, 0), (100, 0)]), ("b", "footway", [(100, 0), (200, 0)]))
    table["geometry"] = shapely.force_3d(table["geometry"].to_numpy(), flat)
    bare = roads(("a", "footway", [(0, 0), (100, 0)]), ("b", "footway", [(100, 0), (200, 0)]))
    for lines in (table, bare):
        network, _ = build(lines, height=lambda x, y: 0.1 * x)
        assert edge(network, "b#0")["climb_m"] == pytest.approx(10)


@pytest.mark.parametrize(
    ("height", "code"),
    [(lambda x, y: 0 * x + 0 * y, "heights_all_level"), (lambda x, y: 200 + 0.001 * x + 0 * y, None)],
)
def test_a_raster_of_one_height_is_told(height, code):
    """A clip that missed the ground, a mask for a DEM: all walks were flat, and nothing said so."""
    _, run = build(roads(("a", "footway", [(0, 0), (100, 0)]), ("b", "footway", [(100, 0), (200, 50)])), height)
    assert [item.code for item in run.messages if item.code == "heights_all_level"] == ([code] if code else [])


def test_near_misses_are_listed_and_joined_when_asked():
    table = roads(("a", "footway", [(0, 0), (100, 0)]), ("b", "footway", [(50, 3), (50, 80)]))
    network, _ = build(table)
    row = network.findings[network.findings["code"] == "near_miss"].iloc[0]
    assert (row["subject_id"], row["value"], row["x"], row["y"]) == ("b", 3.0, 50.0, 3.0)
    assert (network.counts["near_misses_n"], network.counts["components_n"]) == (1, 2)
    joined, _ = build(table, join_near_misses=True)
    assert (len(joined.edges), joined.counts["components_n"]) == (3, 1)
    assert edge(joined, "b#0")["length_m"] == 80.0
    both_ends = roads(("a", "footway", [(0, 0), (100, 0)]), ("b", "footway", [(103, 0), (180, 0)]))
    joined, _ = build(both_ends, join_near_misses=True)
    assert (joined.counts["near_misses_n"], joined.counts["components_n"]) == (1, 1)
    assert joined.edges["length_m"].sum() == pytest.approx(180.0)


def test_noise_on_flat_ground_costs_an_elder_at_most_ten_percent():
    """σ 5 m, correlated over 30 m, cells of 10 m; streets and paths with corners every 30 and every 90 m."""
    rng = np.random.default_rng(7)
    noise = gaussian_filter(rng.normal(size=(200, 200)), 30 / math.sqrt(2) / 10, mode="wrap")
    noise *= 5 / noise.std()
    for step in (30, 90):
        corners = np.arange(0, 900, step)
        rows = [(f"r{y}", "footway", [(x, y) for x in corners]) for y in corners]
        rows += [(f"c{x}", "footway", [(x, y) for y in corners]) for x in corners]
        network, _ = build(roads(*rows), lambda x, y: 200 + noise)
        assert 1.0 < network.counts["penalty_elder"] <= 1.10


def test_a_split_way_takes_as_long_as_the_whole():
    whole, _ = build(roads(("a", "footway", [(0, 0), (40, 0), (100, 0)])), lambda x, y: 200 + 0.1 * x + 0 * y)
    parts, _ = build(
        roads(("a", "footway", [(0, 0), (40, 0), (100, 0)]), ("b", "footway", [(40, 0), (40, 30)])),
        lambda x, y: 200 + 0.1 * x + 0 * y,
    )
    for column in ("elder_fwd_ms", "elder_back_ms"):
        total = parts.edges[parts.edges["edge_id"].isin(["a#0", "a#1"])][column].sum()
        assert total == pytest.approx(edge(whole, "a#0")[column], abs=1)


def test_shuffled_rows_give_the_same_tables():
    rng = np.random.default_rng(3)
    rows = []
    for i in range(60):
        x, y = rng.integers(0, 20, 2) * 50.0
        dx, dy = ((50, 0), (0, 50), (50, 50))[i % 3]
        jitter = rng.uniform(-0.2, 0.2, 2)
        kind = ("footway", "residential", "steps")[int(rng.integers(3))]
        rows.append((f"w{i:02d}", kind, [(x, y), (x + dx / 2, y + dy / 2), (x + dx + jitter[0], y + dy + jitter[1])]))
    table = roads(*rows)
    one, _ = build(table, valley, join_near_misses=True)
    mixed = table.sample(frac=1, random_state=1).reset_index(drop=True)
    two, _ = build(mixed, valley, join_near_misses=True)
    for name in ("edges", "nodes", "findings"):
        pd.testing.assert_frame_equal(getattr(one, name), getattr(two, name))
    assert one.counts == two.counts
    graph = graph_from_edges(one.edges, ["elder"], Run())
    assert len(graph.node_ids) == len(one.nodes)


def test_heights_and_times_agree_everywhere():
    """On a random hilly town: one height per node, climbs add up, elders are never quicker, up differs from down."""
    rng = np.random.default_rng(5)
    rows = []
    for i in range(80):
        x, y = rng.integers(0, 10, 2) * 90.0
        dx, dy = ((90, 0), (0, 90))[i % 2]
        kind = str(rng.choice(["footway", "residential", "steps"]))
        tags = {"bridge": "yes"} if rng.random() < 0.1 else {}
        rows.append((f"w{i:02d}", kind, [(x, y), (x + dx * 0.4, y + dy * 0.4 + 5), (x + dx, y + dy)], tags))
    network, _ = build(roads(*rows), lambda x, y: 250 + 40 * np.sin(x / 150) * np.cos(y / 110) + 0.1 * y)
    edges, nodes = network.edges, network.nodes.set_index("node_id")["z_m"]
    assert edges["z_from_m"].to_numpy() == pytest.approx(nodes[edges["from_node"]].to_numpy(), abs=2e-3)
    assert edges["z_to_m"].to_numpy() == pytest.approx(nodes[edges["to_node"]].to_numpy(), abs=2e-3)
    rise = (edges["z_to_m"] - edges["z_from_m"]).to_numpy()
    assert (edges["climb_m"] - edges["drop_m"]).to_numpy() == pytest.approx(rise, abs=3e-3)
    for word in ("fwd", "back"):
        assert (edges[f"elder_{word}_ms"] >= edges[f"adult_{word}_ms"]).all()
        assert (edges[f"carer_{word}_ms"] >= edges[f"elder_{word}_ms"]).all()
    told = edges[(np.abs(rise) > 5) & (edges["drop_m"] < 0.01) & (edges["kind"] != "bridge")]
    assert len(told) > 5
    assert (told["elder_fwd_ms"] > told["elder_back_ms"]).all()


def test_wheelchairs_follow_their_own_tags():
    table = roads(
        ("no", "footway", [(0, 0), (80, 0)], {"wheelchair": "no"}),
        ("yes", "steps", [(0, 50), (35, 50)], {"wheelchair": "yes"}),
        ("flat", "footway", [(0, 90), (80, 90)]), ("steps", "steps", [(0, 130), (35, 130)]),
    )  # fmt: skip
    network, _ = build(table)
    open_to = {row["edge_id"]: not pd.isna(row["wheelchair_fwd_ms"]) for _, row in network.edges.iterrows()}
    assert open_to == {"no#0": False, "yes#0": True, "flat#0": True, "steps#0": False}
    assert ms(network, "yes#0", "wheelchair") == (100_000, 100_000)
    assert ms(network, "no#0") == (math.floor(80_000 / 0.9 + 0.5),) * 2


def test_heights_of_the_lines_themselves():
    """Own Z 0 everywhere means not measured; elsewhere it goes before the raster."""
    table = roads(("a", "footway", [(0, 0), (1, 0)]), ("b", "footway", [(0, 0), (1, 0)]))
    line = shapely.LineString
    table["geometry"] = np.array([line([(0, 0, 400), (200, 0, 420)]), line([(0, 90), (200, 90)])], dtype=object)
    network, _ = build(table, lambda x, y: 300 + 0 * x + 0 * y)
    assert edge(network, "a#0")[["z_from_m", "z_to_m", "climb_m"]].tolist() == pytest.approx([400, 420, 20])
    assert edge(network, "b#0")["z_from_m"] == pytest.approx(300)
    table["geometry"] = np.array([line([(0, 0, 0), (200, 0, 0)]), line([(0, 90, 0), (200, 90, 0)])], dtype=object)
    network, _ = build(table, lambda x, y: 300 + 0 * x + 0 * y)
    assert edge(network, "a#0")["z_from_m"] == pytest.approx(300)
