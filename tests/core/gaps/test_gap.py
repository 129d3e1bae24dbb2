"""The whole count on a street that can be worked by hand: 600 m, an elder walks 1 m/s, a carer too."""

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest
import shapely
from urban_renewal.core import envelope
from urban_renewal.core.gaps.gap import count_gaps, count_loads
from urban_renewal.core.gaps.standard import kinds_of
from urban_renewal.core.gaps.summary import Summaries, districts_of_field, districts_of_layer
from urban_renewal.core.gaps.tables import GapTables
from urban_renewal.core.gaps.town import GapLayers, GapOptions
from urban_renewal.core.run import Run
from urban_renewal.core.walking.profiles import load_profiles

from .helpers import detail_table, frame, load_table, street, summary_table, town, wide_table

KINDS = ("eday", "nurs", "kgar", "heal")


@pytest.fixture
def counted():
    parcels, homes, facilities, network = town()
    run = Run()
    kinds = kinds_of(envelope.load("standard", "chongqing"), KINDS)
    profiles = {profile.id: profile for profile in load_profiles(["elder", "carer"])}
    layers = GapLayers(parcels, homes, facilities, None, None, network, None, None)
    return layers, count_gaps(layers, GapOptions(kinds, profiles), run), run


def rows_of(layers, counted, kind):
    detail = detail_table(layers.parcels, counted, Run())
    return detail[detail["kind"] == kind].set_index("parcel_id")


def test_day_care_by_hand(counted):
    # need 400 households × 0.2 = 80 m² a parcel; 300 s reach: f1 (x 50) by homes at 50, 150, 250, 350; f2 (x 550) by
    # homes at 250, 350, 450. f1 gives 120 to b0, b1; f2 gives 60 to b2, b3: shares 0.75 and 0.375; moving any of f1 to
    # b2 or b3 lifts the lower pair: in all 180 for 320 need within one pool → 0.5625 each
    layers, found, _ = counted
    rows = rows_of(layers, found, "eday")
    assert rows["need"].tolist() == [80, 80, 80, 80, 0, 8]
    assert np.allclose(rows["share"].to_numpy(), [0.5625, 0.5625, 0.5625, 0.5625, np.nan, 0], equal_nan=True)
    assert rows["served"].tolist() == [45, 45, 45, 45, 0, 0] and rows["gap"].tolist() == [35, 35, 35, 35, 0, 8]
    assert rows["walk_s"].tolist()[:4] == rows["walk_m"].tolist()[:4] == [0, 100, 200, 200]
    assert rows["nearest_id"].tolist()[:4] == [
        "f1",
        "f1",
        "f1",
        "f2",
    ]
    assert rows["line_m"].tolist()[:4] == [0, 100, 200, 200]
    assert rows["reach_n"].tolist() == [1, 1, 2, 2, 1, 0]
    assert rows["status"].tolist() == ["ok", "ok", "ok", "ok", "NO_NEED", "UNREACHED"]
    need, ratio = rows["need"].to_numpy(), rows["access_ratio"].fillna(0).to_numpy()
    assert np.isclose((need * ratio).sum(), 180, atol=1e-3)  # the identity of E2SFCA: all supply is reached


def test_other_kinds_and_their_statuses(counted):
    layers, found, run = counted
    nurs = rows_of(layers, found, "nurs")  # 4.5 places a parcel, 7 places at x 350 reached by all four within 300 s
    assert nurs["need"].tolist() == [4.5, 4.5, 4.5, 4.5, 0, 0.45]
    assert np.allclose(nurs["served"].to_numpy()[:4].astype(float), 1.75)
    kgar = rows_of(layers, found, "kgar")  # a kindergarten without capacity: reached, but no supply
    assert kgar["served"].tolist() == [0] * 6 and kgar["reach_n"].tolist()[:4] == [1, 1, 1, 1]
    assert rows_of(layers, found, "heal")["status"].tolist() == ["NO_SUPPLY"] * 4 + ["NO_NEED", "NO_SUPPLY"]
    loads = load_table(layers.parcels, found).set_index(["facility_id", "kind"])
    assert loads.loc[("f1", "eday"), "served"] + loads.loc[("f2", "eday"), "served"] == 180
    assert loads.loc[("f4", "kgar"), "status"] == "NO_CAPACITY" and loads.loc[("f3", "nurs"), "status"] == "full"
    assert [row.code for row in run.left_out] == ["capacity_unknown"]


def test_sheds_beside_homes_are_no_homes():
    # p0: its home (x 50) is 500 s from the nursery, of 300 s at most; the shop on the same parcel (x 340) is 210 s from
    # it, and a shed is out of reach of any street: who lives in p0 sets out from neither
    parcels, homes, facilities, network = town()
    parcels.loc[0, "geometry"] = shapely.box(0, -400, 400, 20)
    beside = frame(
        [shapely.box(339, -1, 341, 1), shapely.box(49, -391, 51, -389)], building_id=["shop", "shed"],
        parcel_id=["p0", "p0"], resid_floor_m2=[0.0, 0.0], **{name: [0.0, 0.0] for name in ("pop", "pop_0_2", "pop_3_5",
        "pop_60", "households")},
    )  # fmt: skip
    facilities.loc[2, "geometry"] = shapely.Point(
        550, 0
    )  # 500 s from the home, 210 s from the shop; 300 s is the limit
    kinds = kinds_of(envelope.load("standard", "chongqing"), ("nurs",))
    profiles = {profile.id: profile for profile in load_profiles(["carer"])}
    told = []
    for people in (homes, pd.concat([homes, beside], ignore_index=True)):
        layers = GapLayers(parcels, people, facilities, None, None, network, None, None)
        told.append(rows_of(layers, count_gaps(layers, GapOptions(kinds, profiles), Run()), "nurs"))
    alone, with_others = told
    assert with_others.loc["p0", ["reach_n", "walk_s", "status"]].tolist() == [0, 500, "ok"]
    pd.testing.assert_frame_equal(alone, with_others)


def test_large_parcels_without_buildings_are_left_at_their_rim():
    """A block of 100 m × 260 m with its short side on the street: its middle is 130 m away, 100 m are the limit."""
    parcels, _, facilities, network = town()
    parcels = parcels.iloc[:2].assign(pop=[1000.0, 1000.0], pop_0_2=20.0, pop_60=200.0, households=400.0)
    parcels["geometry"] = np.array([shapely.box(0, -20, 100, 20), shapely.box(100, 0, 200, 260)], dtype=object)
    kinds = kinds_of(envelope.load("standard", "chongqing"), ("eday",))
    profiles = {profile.id: profile for profile in load_profiles(["elder"])}
    run = Run()
    layers = GapLayers(parcels, None, facilities, None, None, network, None, None)
    rows = rows_of(layers, count_gaps(layers, GapOptions(kinds, profiles), run), "eday")
    assert rows["status"].tolist() == ["ok", "ok"]
    assert rows["walk_s"].tolist() == [0, 50]  # from the corner at x 100 on the street to the facility at x 50
    assert [row.values["n"] for row in run.messages if row.code == "parcels_by_rim"] == [1]
    far = parcels.assign(
        geometry=np.array([shapely.box(0, -20, 100, 20), shapely.box(100, 500, 110, 510)], dtype=object)
    )
    run = Run()
    layers = GapLayers(far, None, facilities, None, None, network, None, None)
    rows = rows_of(layers, count_gaps(layers, GapOptions(kinds, profiles), run), "eday")
    assert rows["status"].tolist() == ["ok", "NOT_SNAPPED"]
    assert [row.values for row in run.messages if row.code == "homes_not_joined"] == [{"n": 1, "people": 1000}]


def test_people_and_need_are_known_each_for_itself():
    # nobody says how many infants there are in p0, nor how many people in p1: places are owed by people, for infants
    parcels, homes, facilities, network = town()
    homes.loc[0, "pop_0_2"], homes.loc[1, "pop"] = np.nan, np.nan
    kinds = kinds_of(envelope.load("standard", "chongqing"), ("nurs",))
    profiles = {profile.id: profile for profile in load_profiles(["carer"])}
    layers = GapLayers(parcels, homes, facilities, None, None, network, None, None)
    found = count_gaps(layers, GapOptions(kinds, profiles), Run())
    rows = rows_of(layers, found, "nurs")
    assert np.allclose(rows["people"], [np.nan, 20, 20, 20, 0, 2], equal_nan=True)
    assert np.allclose(rows["need"], [4.5, np.nan, 4.5, 4.5, 0, 0.45], equal_nan=True)
    assert rows["status"].tolist()[:2] == ["ok", "NO_PEOPLE_DATA"]
    wide = wide_table(layers.parcels, detail_table(layers.parcels, found, Run()), found, Run())
    assert np.allclose(wide["nurs_in_r"], [np.nan, 20, 20, 20, 0, 0], equal_nan=True)
    districts = districts_of_field(None, parcels, facilities, Run())
    summary = summary_table(districts, parcels, facilities, None, found, Run())
    assert summary["people"].tolist() == [rows["people"].sum()] == [62.0]


def test_wide_table_and_summary(counted):
    layers, found, run = counted
    detail = detail_table(layers.parcels, found, Run())
    wide = wide_table(layers.parcels, detail, found, Run()).set_index("parcel_id")
    assert wide["eday_min"].tolist()[:4] == [0, 1.67, 3.33, 3.33]
    assert wide["eday_in_r"].tolist() == [200, 200, 200, 200, 0, 0]  # 300 m in a straight line
    assert np.allclose(wide["elder_gap"].to_numpy()[:4], 0.4375)
    assert np.allclose(wide["child_gap"].to_numpy()[:4], (1 - 1.75 / 4.5 + 1) / 2, atol=1e-5)
    districts = districts_of_field(None, layers.parcels, layers.facilities, run)
    summary = summary_table(districts, layers.parcels, layers.facilities, None, found, run).set_index("kind")
    row = summary.loc["eday"]
    assert (row["need"], row["supply"], row["served"], row["gap"], row["surplus"]) == (328, 180, 180, 148, 0)
    assert row["need"] - row["supply"] == row["gap"] - row["surplus"]
    assert row["feasible_n"] == 0  # 148 m² is under half of 350: join a neighbour
    assert np.isclose(row["radius_cover_people"], 800 / 820) and np.isclose(row["radius_cover_floor"], 4000 / 4500)
    assert np.isclose(row["radius_cover_land"], 5 / 6, atol=1e-6)
    assert row["exam_missing"] == 1  # 120 and 60 m²: what a kind in m² offers is its floor area, 350 m² are asked for


def test_communities_and_what_lies_in_none(counted):
    layers, found, run = counted
    communities = frame([shapely.box(0, -20, 200, 20), shapely.box(200, -20, 600, 20)], community_id=["c2", "c1"],
                        name=["甲", "乙"])  # fmt: skip
    districts = districts_of_layer(communities, layers.parcels, layers.facilities, run)
    summary = summary_table(districts, layers.parcels, layers.facilities, None, found, run)
    rows = summary[summary["kind"] == "eday"].set_index("community_id")
    assert rows.index.tolist() == ["c1", "c2", "-"]
    assert rows["need"].tolist() == [160, 160, 8] and rows["supply"].tolist() == [60, 120, 0]
    assert np.allclose(rows["need"] - rows["supply"], rows["gap"] - rows["surplus"])


def test_a_facility_across_the_boundary_is_not_lost_from_the_supply(counted):
    """All parcels lie in communities; f2 at x = 550 with its 60 m² stands beyond them and serves people inside."""
    layers, found, run = counted
    communities = frame([shapely.box(0, -20, 510, 20), shapely.box(1990, -20, 2110, 20)], community_id=["c1", "c2"])
    districts = districts_of_layer(communities, layers.parcels, layers.facilities, run)
    summary = summary_table(districts, layers.parcels, layers.facilities, None, found, run)
    rows = summary[summary["kind"] == "eday"].set_index("community_id")
    assert rows.index.tolist() == ["c1", "c2", "-"]
    assert rows["supply"].tolist() == [120, 0, 60] and rows["need"].tolist() == [320, 8, 0]
    assert np.allclose(rows["need"] - rows["supply"], rows["gap"] - rows["surplus"])
    assert rows[["need", "supply", "gap"]].sum().tolist() == [328, 180, 148]  # as without communities


def test_row_order_changes_nothing(counted):
    layers, found, _ = counted
    wanted = detail_table(layers.parcels, found, Run()).sort_values(["kind", "parcel_id"], ignore_index=True)
    turned = [table.iloc[::-1].reset_index(drop=True) for table in
              (layers.parcels, layers.building_people, layers.facilities, layers.network)]  # fmt: skip
    again = GapLayers(turned[0], turned[1], turned[2], None, None, turned[3], None, None)
    kinds = kinds_of(envelope.load("standard", "chongqing"), KINDS)
    profiles = {profile.id: profile for profile in load_profiles(["elder", "carer"])}
    other = detail_table(again.parcels, count_gaps(again, GapOptions(kinds, profiles), Run()), Run())
    pd.testing.assert_frame_equal(other.sort_values(["kind", "parcel_id"], ignore_index=True), wanted)


def test_metres_walked_are_not_metres_in_a_straight_line():
    """Home and facility stand 100 m apart across a block; the street goes 300 m round it."""
    corners = [(0, 0), (0, 100), (100, 100), (100, 0)]
    rows = []
    for number, (a, b) in enumerate(zip(corners, corners[1:])):
        rows.append((f"e{number}", f"n{a}", f"n{b}", "street", 100.0, 1, 100_000, 100_000, shapely.LineString([a, b])))
    names = ["edge_id", "from_node", "to_node", "kind", "length_m", "component", "elder_fwd_ms", "elder_back_ms"]
    network = pd.DataFrame(rows, columns=[*names, "geometry"])
    parcels = frame([shapely.box(-10, -10, 10, 10)], parcel_id=["p"], pop_60=[10.0], households=[5.0])
    facilities = frame([shapely.Point(100, 0)], facility_id=["f"], kind=["eday"], capacity=[9.0])
    kinds = kinds_of(envelope.load("standard", "chongqing"), ["eday"])
    profiles = {"elder": load_profiles(["elder"])[0]}
    layers = GapLayers(parcels, None, facilities, None, None, network, None, None)
    row = detail_table(parcels, count_gaps(layers, GapOptions(kinds, profiles), Run()), Run()).iloc[0]
    assert (row["line_m"], row["walk_m"], row["walk_s"]) == (100, 300, 300)


def test_supply_that_no_need_reaches_is_listed():
    parcels, homes, facilities, network = town()
    far = frame([shapely.Point(2099, 0)], facility_id=["f9"], kind=["kgar"], capacity=[50.0], unit=["place"])
    alone = homes[homes["building_id"] != "b5"].reset_index(drop=True)  # nobody lives on the island
    both = pd.concat([facilities, far], ignore_index=True)
    options = GapOptions(kinds_of(envelope.load("standard", "chongqing"), ["kgar"]),
                         {profile.id: profile for profile in load_profiles(["carer"])})  # fmt: skip
    run = Run()
    found = count_gaps(GapLayers(parcels, alone, both, None, None, network, None, None), options, run)
    assert ("f9", "supply_unreached") in {(row.feature_id, row.code) for row in run.left_out}
    (kind,) = found.kinds
    reached = kind.supply["capacity"].fillna(0).to_numpy() * (kind.supply["facility_id"] != "f9")
    assert (kind.need * kind.access_ratio).sum() == pytest.approx(reached.sum(), abs=1e-9)


def test_what_is_lost_is_told_once_and_homes_are_made_once():
    """Two walkers, two counts of the same layers: the entrance of nobody and the home off the parcels stay one each."""
    parcels, homes, facilities, network = town()
    homes.loc[0, "parcel_id"] = "elsewhere"
    entrances = frame([shapely.Point(60, 0)], entrance_id=["e1"], entrance_of=["nobody"])
    layers = GapLayers(parcels, homes, facilities, None, entrances, network, None, None)
    profiles = {profile.id: profile for profile in load_profiles(["elder", "carer"])}
    kinds = kinds_of(envelope.load("standard", "chongqing"), ["eday", "nurs", "kgar"])
    run = Run()
    whole = count_gaps(layers, GapOptions(kinds, profiles), run)
    again = count_gaps(layers, GapOptions(kinds[1:2], profiles), run)
    codes = [row.code for row in run.left_out]
    assert codes.count("entrance_of_nobody") == codes.count("home_off_parcels") == 1
    another = Run()  # a later step of a study that counts from the same layers
    (loads,) = count_loads(layers, GapOptions(kinds[2:], profiles), another)
    codes = [row.code for row in another.left_out]
    assert codes.count("entrance_of_nobody") == codes.count("home_off_parcels") == 1
    assert np.array_equal(loads[1], whole.kinds[2].load, equal_nan=True)
    assert [result.kind.id for result in whole.kinds] == ["eday", "nurs", "kgar"]  # as asked, though walked by groups
    alone = count_gaps(replace(layers), GapOptions(kinds[1:2], profiles), Run())
    for found in (whole.kinds[1], again.kinds[0]):
        for name in ("need", "served", "walk_ms", "line_m", "in_radius", "access_ratio"):
            np.testing.assert_array_equal(getattr(found, name), getattr(alone.kinds[0], name))


@pytest.mark.parametrize("load_rule", ["even", "least_walk"])
def test_the_order_of_rows_changes_no_bit(load_rule):
    """A street of 60 homes and 14 facilities, all layers turned: every row of every table stays as it was."""
    random = np.random.default_rng(31)
    x = np.sort(random.choice(np.arange(5, 2995), 60, replace=False))
    parcels = frame([shapely.box(a - 2, -9, a + 2, 9) for a in x], parcel_id=[f"p{n:02}" for n in range(60)])
    homes = frame([shapely.box(a - 1, -1, a + 1, 1) for a in x], building_id=[f"b{n:02}" for n in range(60)],
                  parcel_id=parcels["parcel_id"], resid_floor_m2=random.uniform(100, 900, 60))  # fmt: skip
    pop = random.integers(50, 900, 60).astype(float) + 0.125
    for name, share in {"pop": 1, "pop_0_2": 0.02, "pop_3_5": 0.03, "pop_60": 0.2, "households": 0.4}.items():
        homes[name] = np.round(pop * share, 3)
    spots = random.choice(np.arange(3000), 14, replace=False)
    facilities = frame(list(shapely.points(spots, np.zeros(14))), facility_id=[f"f{n:02}" for n in range(14)],
                       kind=list(random.choice(KINDS, 14)))  # fmt: skip
    facilities["capacity"] = random.integers(3, 60, 14).astype(float)
    network = street(*[(a, a + 150, 1) for a in range(0, 3000, 150)])
    walkers = {profile.id: profile for profile in load_profiles(["carer", "elder"])}
    options = GapOptions(kinds_of(envelope.load("standard", "chongqing"), KINDS), walkers, load_rule=load_rule)

    def tables(turn):
        def mixed(table):
            return table.iloc[random.permutation(len(table))].reset_index(drop=True) if turn else table

        ground, offered = mixed(parcels), mixed(facilities)
        layers = GapLayers(ground, mixed(homes), offered, None, None, mixed(network), None, None)
        counted = count_gaps(layers, options, Run())
        districts = districts_of_field(None, ground, offered, Run())
        detail = detail_table(ground, counted, Run())
        found = [
            detail,
            load_table(ground, counted, load_rule),
            summary_table(districts, ground, offered, None, counted, Run()),
        ]
        keys = (["kind", "parcel_id"], ["kind", "facility_id"], ["kind", "community_id"])
        return [table.sort_values(key, ignore_index=True) for table, key in zip(found, keys)]

    base = tables(False)
    assert 0 < base[0]["gap"].sum() < base[0]["need"].sum()
    for _ in range(3):
        for one, other in zip(base, tables(True)):
            pd.testing.assert_frame_equal(one, other, check_exact=True)


def test_tables_made_kind_by_kind_are_those_of_all_kinds_together(counted):
    layers, found, run = counted
    districts = districts_of_field(None, layers.parcels, layers.facilities, run)
    kinds = [result.kind for result in found.kinds]
    tables = GapTables(layers.parcels, kinds, "even")
    sums = Summaries([districts], layers.parcels, layers.facilities, None, run)
    for result in reversed(found.kinds):  # in any order
        tables.add(found.demand, result)
        sums.add(found.demand, result, run)
    detail = tables.detail(run)
    assert list(dict.fromkeys(detail["kind"])) == [kind.id for kind in kinds]
    wanted = detail_table(layers.parcels, found, Run())
    pd.testing.assert_frame_equal(detail, wanted)
    pd.testing.assert_frame_equal(tables.wide(detail, run), wide_table(layers.parcels, wanted, found, Run()))
    pd.testing.assert_frame_equal(tables.loads(), load_table(layers.parcels, found))
    pd.testing.assert_frame_equal(
        sums.tables(kinds)[0], summary_table(districts, layers.parcels, layers.facilities, None, found, run)
    )


def test_a_facility_that_joins_a_tunnel_is_told_once():
    parcels, homes, facilities, edges = town()
    edges.loc[1, "kind"] = "tunnel"  # 300 … 600 m: f2 at 550 m and f3 at 350 m stand on it, homes may not join it
    profiles = {profile.id: profile for profile in load_profiles(["elder", "carer"])}
    options = GapOptions(kinds_of(envelope.load("standard", "chongqing"), KINDS), profiles)
    run = Run()
    count_gaps(GapLayers(parcels, homes, facilities, None, None, edges, None, None), options, run)
    told = [row.feature_id for row in run.left_out if row.code == "facility_on_structure"]
    assert told == ["f2", "f3"]  # once, though elders and carers walk there


def test_kinds_that_nobody_knows_the_need_of_are_named():
    """Without ages all gaps of kindergartens are unknown, and no word of it was in the log; nurseries go by all."""
    parcels, homes, facilities, network = town()
    homes = homes.drop(columns=["pop_3_5"])
    kinds = kinds_of(envelope.load("standard", "chongqing"), KINDS)
    profiles = {profile.id: profile for profile in load_profiles(["elder", "carer"])}
    layers, run = GapLayers(parcels, homes, facilities, None, None, network, None, None), Run()
    for _ in range(2):  # once, however often a step counts
        count_gaps(layers, GapOptions(kinds, profiles), run)
    told = [row.values for row in run.messages if row.code == "kinds_need_unknown"]
    assert told == [{"n": 1, "kinds": ["幼儿园"]}]
