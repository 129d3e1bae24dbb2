"""From lines to ways: tags in one column, node ids of the source, levels without node ids, lines that are no roads."""

import numpy as np
import pandas as pd
import pytest
import shapely
from urban_renewal.core import envelope
from urban_renewal.core.run import Run
from urban_renewal.core.walking.network import NetworkOptions, build_network
from urban_renewal.core.walking.profiles import load_profiles
from urban_renewal.core.walking.tags import parse_tags, spread_tags
from urban_renewal.core.walking.ways import sort_ways

from .helpers import roads

PROFILES = load_profiles(["elder", "wheelchair"])


def build(table, mapping=None, **options):
    run = Run()
    return build_network(table, NetworkOptions(mapping, **options), PROFILES, None, run), run


def edge(network, name):
    return network.edges.set_index("edge_id").loc[name]


def test_tags_of_gdal_and_of_overpass_are_the_same():
    gdal = '"foot"=>"no","source"=>"a \\"foot\\" b","layer"=>"-1","oneway:foot"=>"yes"'
    overpass = '{"foot": "no", "source": "a", "layer": "-1", "oneway:foot": "yes"}'
    assert parse_tags(gdal) == parse_tags(overpass) == {"foot": "no", "layer": "-1", "oneway_foot": "yes"}
    assert parse_tags('"name"=>"\\"foot\\"=>\\"no\\""') == {"name": '"foot"=>"no"'}
    assert parse_tags("") == parse_tags("{}") == {}


def test_own_columns_go_before_tags():
    table = roads(("a", "footway", [(0, 0), (9, 0)], {"foot": "yes"}), ("b", "footway", [(0, 9), (9, 9)]))
    table["other_tags"] = pd.array(['"foot"=>"no","bridge"=>"yes"', '"foot"=>"no"'], dtype="string")
    spread = spread_tags(table)
    assert spread["foot"].tolist() == ["yes", "no"]
    assert spread["bridge"].isna().tolist() == [False, True]
    assert "other_tags" in table  # the input stays as it was
    network, _ = build(table)
    assert network.edges[["edge_id", "kind"]].to_numpy().tolist() == [["a#0", "bridge"]]


def test_rivers_walls_and_railways_in_the_same_layer_are_no_roads():
    table = roads(
        ("r", None, [(0, 0), (90, 0)], {"waterway": "river"}), ("w", None, [(0, 9), (90, 9)], {"barrier": "wall"}),
        ("p", None, [(0, 19), (90, 19)], {"railway": "platform"}),
        ("t", None, [(0, 29), (90, 29)], {"railway": "rail"}),
        ("u", None, [(0, 39), (90, 39)]), ("g", "footway", [(0, 49), (90, 49)], {"barrier": "turnstile"}),
    )  # fmt: skip
    table["other_tags"] = pd.array([None, None, None, None, '"name"=>"x"', None], dtype="string")
    network, run = build(table)
    kinds = dict(zip(network.edges["edge_id"], network.edges["kind"]))
    assert kinds == {"p#0": "path", "u#0": "street", "g#0": "path"}
    closed = network.findings[network.findings["code"] == "way_closed"]
    assert closed["subject_id"].tolist() == ["r", "t", "w"]
    assert pd.isna(edge(network, "g#0")["wheelchair_fwd_ms"])
    assert not pd.isna(edge(network, "g#0")["elder_fwd_ms"])
    assert "ways_closed_summary" in [message.code for message in run.messages]


def crossing(nodes):
    """Two ways with a vertex each at (50, 0): by their node ids one node or two."""
    table = roads(
        ("a", "footway", [(0, 0), (50, 0), (100, 0)]), ("b", "footway", [(50, -50), (50, 0), (50, 50)], {"layer": "1"})
    )
    if nodes:
        table["nodes"] = pd.array(nodes, dtype="string")
    return table


def test_shared_node_ids_join_and_other_ids_do_not():
    joined, _ = build(crossing(["1;2;3", "4;2;5"]))
    assert (len(joined.edges), joined.counts["components_n"], joined.counts["levels_apart_n"]) == (4, 1, 0)
    apart, _ = build(crossing(["[1, 2, 3]", "[4, 7, 5]"]))
    assert (len(apart.edges), apart.counts["components_n"]) == (2, 2)
    table = crossing(["1;2;3", "4;7;5"]).drop(columns="layer")  # on the same level, ids still say two nodes
    assert build(table)[0].counts["components_n"] == 2


def test_without_node_ids_levels_keep_inner_vertices_apart():
    network, run = build(crossing(None))
    assert (len(network.edges), network.counts["components_n"], network.counts["levels_apart_n"]) == (2, 2, 1)
    assert "levels_apart" in [message.code for message in run.messages]
    assert build(crossing(None).drop(columns="layer"))[0].counts["components_n"] == 1
    landing = pd.concat([crossing(None), roads(("s", "steps", [(50, 0), (60, 20)]))], ignore_index=True)
    assert build(landing)[0].counts["components_n"] == 1  # stairs end here: one goes up


def test_node_ids_that_do_not_fit_are_told_and_places_count_instead():
    network, run = build(crossing(["1;3", "4;7;5"]).drop(columns="layer"))
    assert network.counts["components_n"] == 1  # a vertex without id belongs to the node there
    assert network.findings[network.findings["code"] == "way_nodes_unfit"]["subject_id"].tolist() == ["a"]
    assert "nodes_unfit_summary" in [message.code for message in run.messages]


def test_ends_with_ids_on_other_levels_are_not_merged_by_tolerance():
    stacked = roads(
        ("a", "footway", [(0, 0), (100, 0)]), ("b", "footway", [(100, 0), (200, 0)], {"layer": "-1", "tunnel": "yes"})
    )
    assert build(stacked)[0].counts["components_n"] == 1  # a portal, as far as places can tell
    stacked["nodes"] = pd.array(["1;2", "3;4"], dtype="string")
    assert build(stacked)[0].counts["components_n"] == 2
    level = stacked.drop(columns=["layer", "tunnel"])
    assert build(level)[0].counts["components_n"] == 1  # drawn twice: the tolerance mends it


@pytest.mark.parametrize("seed", [0, 1])
def test_node_ids_give_what_places_give_where_both_agree(seed):
    rng = np.random.default_rng(seed)
    rows, ids = [], []
    for i in range(50):
        x, y = (int(v) for v in rng.integers(0, 6, 2))
        dx, dy = ((1, 0), (0, 1))[i % 2]
        cells = [(x, y), (x + dx, y + dy), (x + 2 * dx, y + 2 * dy)]
        rows.append((f"w{i:02d}", "footway", [(50.0 * a, 50.0 * b) for a, b in cells]))
        ids.append(";".join(str(1000 * a + b + 1) for a, b in cells))
    table = roads(*rows)
    with_ids = table.assign(nodes=pd.array(ids, dtype="string"))
    one, two = build(table)[0], build(with_ids)[0]
    for name in ("edges", "nodes"):
        pd.testing.assert_frame_equal(getattr(one, name), getattr(two, name))
    mixed = with_ids.sample(frac=1, random_state=seed).reset_index(drop=True)
    pd.testing.assert_frame_equal(build(mixed)[0].edges, one.edges)


def test_lines_with_only_zeros_among_measured_ones_have_no_height():
    table = roads(("a", "footway", [(0, 0), (1, 0)]), ("b", "footway", [(0, 0), (1, 0)]))
    line = shapely.LineString
    table["geometry"] = np.array([line([(0, 0, 240), (90, 0, 249)]), line([(0, 50, 0), (90, 50, 0)])], dtype=object)
    network, run = build(table)
    assert edge(network, "a#0")["climb_m"] == pytest.approx(9)
    assert pd.isna(edge(network, "b#0")["z_from_m"])
    assert network.counts["zero_z_n"] == 1
    assert (network.counts["nodes_own_n"], network.counts["nodes_none_n"]) == (2, 2)
    assert "zero_z" in [message.code for message in run.messages]


def test_escalators_run_as_own_words_say():
    mapping = envelope.load("mapping", "standard")
    table = roads(
        ("e", "自动扶梯", [(0, 0), (43, 0)], {"conveying": "反向"}),
        ("f", "自动扶梯", [(0, 9), (43, 9)], {"conveying": "正向"}),
    )
    network, _ = build(table, mapping)
    assert pd.isna(edge(network, "e#0")["elder_fwd_ms"])
    assert edge(network, "e#0")["elder_back_ms"] == 100_000
    assert edge(network, "f#0")["elder_fwd_ms"] == 100_000
    assert pd.isna(edge(network, "f#0")["elder_back_ms"])


def test_counts_say_where_slopes_apply_and_how_much():
    from urban_renewal.core.walking.heights import make_surface

    from .helpers import plane_raster

    table = roads(("a", "footway", [(0, 0), (100, 0)]), ("b", "footway", [(0, 0), (0, 100)]))
    surface = make_surface(plane_raster(lambda x, y: 200 + 0.1 * x + 0 * y), None, PROFILES[0].rules, Run())
    run = Run()
    counts = build_network(table, NetworkOptions(), PROFILES[:1], surface, run).counts
    assert (counts["slope_applied_n"], counts["edges_n"], counts["nodes_raster_n"]) == (1, 2, 3)
    up, down = np.exp(3.5 * 0.1), 1.0  # an elder gains nothing downhill
    assert counts["penalty_elder"] == pytest.approx((100 * up + 100 * down + 200) / 400, abs=2e-4)
    (told,) = (message for message in run.messages if message.code == "slope_applied")
    assert told.values["n"] == 1
    assert run.facts["slope_applied_n"] == 1


def test_roads_for_motor_vehicles_only_are_closed_unless_somebody_may_walk():
    """An urban expressway (快速路) is highway=trunk with motorroad=yes: nobody walks there."""
    lines = [[(0, y), (50, y)] for y in (0, 10, 20, 30)]
    table = roads(
        ("express", "trunk", lines[0], {"motorroad": "yes"}), ("tagged", "trunk", lines[1], {}),
        ("walkway", "trunk", lines[2], {"motorroad": "yes", "foot": "designated"}),
        ("plain", "trunk", lines[3], {"motorroad": "no"}),
    )  # fmt: skip
    table["other_tags"] = [None, '"motorroad"=>"yes"', None, None]
    found = sort_ways(table, envelope.load("mapping", "standard"), Run())
    assert found.closed == [("express", "motorroad = yes"), ("tagged", "motorroad = yes")]
    assert sorted(found.ways.road) == ["plain", "walkway"]


def test_chinese_words_close_ways_and_turn_stairs():
    table = roads(
        ("no", "residential", [(0, 0), (50, 0)], {"foot": "禁止"}), ("shut", "路", [(0, 9), (50, 9)], {"access": "否"}),
        ("flat", "residential", [(0, 20), (50, 20)], {"bridge": "0.0"}),
        ("plain", "residential", [(0, 30), (50, 30)], {"tunnel": "无隧道"}),
        ("up", "梯道", [(0, 40), (40, 40)], {"incline": "上坡"}),
        ("down", "梯道", [(0, 50), (40, 50)], {"incline": "向下"}),
    )  # fmt: skip
    network, _ = build(table, envelope.load("mapping", "standard"))
    assert network.edges["kind"].tolist() == ["stairs", "street", "street", "stairs"]  # down, flat, plain, up
    elder = PROFILES[0]
    quick, slow = round(40_000 / elder.stairs_down_m_s), round(40_000 / elder.stairs_up_m_s)
    assert edge(network, "up#0")[["elder_fwd_ms", "elder_back_ms"]].tolist() == [slow, quick]
    assert edge(network, "down#0")[["elder_fwd_ms", "elder_back_ms"]].tolist() == [quick, slow]


def test_a_column_of_steepness_does_not_turn_stairs():
    # 坡度 of a layer of streets: 30 and 45 % are how steep, not which way; with one negative they are signed
    rows = [
        ("a", "人行梯道", [(0, 0), (40, 0)], {"incline": "30"}),
        ("b", "石阶", [(0, 9), (40, 9)], {"incline": "45"}),
    ]
    elder = PROFILES[0]
    quick, slow = round(40_000 / elder.stairs_down_m_s), round(40_000 / elder.stairs_up_m_s)
    network, _ = build(roads(*rows), envelope.load("mapping", "standard"))
    assert network.edges["kind"].tolist() == ["stairs", "stairs"]
    for name in ("a#0", "b#0"):
        assert edge(network, name)[["elder_fwd_ms", "elder_back_ms"]].tolist() == [slow, slow]
    # OpenStreetMap's "30%" is signed along the line, also where no way of the file goes down
    network, _ = build(
        roads(("a", "steps", [(0, 0), (40, 0)], {"incline": "30%"})), envelope.load("mapping", "standard")
    )
    assert edge(network, "a#0")[["elder_fwd_ms", "elder_back_ms"]].tolist() == [slow, quick]
    signed = [*rows, ("c", "步行梯道", [(0, 18), (40, 18)], {"incline": "-45"})]
    network, _ = build(roads(*signed), envelope.load("mapping", "standard"))
    assert edge(network, "a#0")[["elder_fwd_ms", "elder_back_ms"]].tolist() == [slow, quick]
    assert edge(network, "c#0")[["elder_fwd_ms", "elder_back_ms"]].tolist() == [quick, slow]
