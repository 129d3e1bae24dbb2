"""Standards read, supply listed, radius cut by a river, sizes that can be built: by hand."""

import itertools

import numpy as np
import pandas as pd
import pytest
import shapely
from urban_renewal.core import envelope
from urban_renewal.core.errors import Cancelled, RenewalError
from urban_renewal.core.gaps import radius
from urban_renewal.core.gaps.demand import demand_points, need_of
from urban_renewal.core.gaps.radius import Spots, cutting_lines, look_straight, tell_uncut
from urban_renewal.core.gaps.standard import kinds_of
from urban_renewal.core.gaps.summary import feasible_sizes
from urban_renewal.core.gaps.supply import list_supply
from urban_renewal.core.run import Run
from urban_renewal.core.words import say

ALL = ("eday", "nurs", "kgar", "heal")


@pytest.fixture
def kinds():
    return {kind.id: kind for kind in kinds_of(envelope.load("standard", "chongqing"), ALL)}


def test_figures_of_the_pack(kinds):
    eday, nurs, kgar, heal = (kinds[name] for name in ALL)
    assert (eday.unit, eday.need_of, eday.need_factor, eday.min_size, eday.max_size) == (
        "m2",
        "households",
        0.2,
        350,
        750,
    )
    assert (nurs.unit, nurs.need_of, nurs.need_factor, nurs.m2_per_unit) == ("place", "pop", 0.0045, 10)
    assert (kgar.unit, kgar.need_of, kgar.need_factor) == ("place", "pop_3_5", 0.9)
    assert (heal.unit, heal.design_capacity) == ("people", 12000)
    assert {(kind.radius_m, kind.limit_ms) for kind in kinds.values()} == {(300, 300_000)}
    unverified = dict(envelope.list_unverified(envelope.load("standard", "chongqing")))
    assert len(unverified) > 20  # everything is 待核 until somebody reads the texts


def test_a_kind_or_number_that_cannot_be():
    standard = envelope.load("standard", "chongqing")
    with pytest.raises(RenewalError) as told:
        kinds_of(standard, ["bank"])
    assert told.value.code == "kind_not_in_standard"
    standard["kinds"][0]["max_size"]["value"] = -5
    with pytest.raises(RenewalError) as told:
        kinds_of(standard, ["eday"])
    assert told.value.code == "standard_number_odd" and told.value.values["key"] == "eday.max_size"
    standard["kinds"][0]["max_size"]["value"] = standard["kinds"][0]["min_size"]["value"] - 1
    with pytest.raises(RenewalError) as told:
        kinds_of(standard, ["eday"])
    assert told.value.code == "standard_sizes"


def test_supply(kinds):
    facilities = pd.DataFrame(
        [
            ("f1", "eday", 400.0, "m2", None, "现状"), ("f2", "eday", None, None, 512.7, None),
            ("f3", "nurs", None, None, 259.0, "现状"), ("f4", "nurs", 30.0, "bed", None, "现状"),
            ("f5", "heal", None, None, None, "现状"), ("f6", "kgar", 100.0, "place", None, "规划"),
            ("f7", "kgar", 90.0, "place", None, "停用"), ("f8", "park", 1.0, None, None, None),
            ("f9", "nurs", -4.0, "place", 200.0, None), ("f10", "kgar", 50.0, None, None, None),
        ],
        columns=["facility_id", "kind", "capacity", "unit", "floor_area", "status"],
    )  # fmt: skip
    capacities = pd.DataFrame(
        [("f10", "kgar", 180.0, "place"), ("f10", "nurs", 40.0, "place"), ("f99", "nurs", 1.0, "place")],
        columns=["facility_id", "kind", "capacity", "unit"],
    )
    facilities = facilities.astype({"kind": "string", "unit": "string", "status": "string"})  # as layers are read
    run = Run()
    found = list_supply(facilities, capacities, list(kinds.values()), run)
    rows = {(row.facility_id, row.kind): (row.capacity, row.capacity_from) for row in found.itertuples()}
    assert rows[("f1", "eday")] == (400, "given") and rows[("f2", "eday")] == (512, "area")
    assert rows[("f3", "nurs")] == (25, "area") and rows[("f9", "nurs")] == (20, "area")
    assert rows[("f5", "heal")] == (12000, "design")
    assert rows[("f10", "kgar")] == (180, "given") and rows[("f10", "nurs")] == (40, "given")
    assert np.isnan(rows[("f4", "nurs")][0])
    assert {"f6", "f7", "f8"}.isdisjoint(found["facility_id"])
    codes = {(row.feature_id, row.code) for row in run.left_out}
    assert codes == {
        ("f4", "capacity_unit_odd"), ("f4", "capacity_unknown"), ("f9", "capacity_negative"),
        ("f99", "capacity_of_nobody"), ("f6", "facility_not_existing"), ("f7", "facility_not_existing"),
    }  # fmt: skip


def test_a_facility_of_capacity_0_is_one_of_unknown_capacity(kinds):
    facilities = pd.DataFrame({"facility_id": ["a", "b", "c"], "kind": "nurs", "capacity": [0.0, 0.0, 30.0],
                               "unit": "place", "floor_area": [200.0, 0.0, None]})  # fmt: skip
    run = Run()
    found = list_supply(facilities, None, [kinds["nurs"]], run)
    assert found["capacity"].fillna(-1).tolist() == [20, -1, 30]  # 200 m² at 10 m² a place
    assert [(row.code, row.feature_id) for row in run.left_out] == [
        ("capacity_zero", "a"), ("capacity_zero", "b"), ("capacity_unknown", "b")
    ]  # fmt: skip
    stated = pd.DataFrame({"facility_id": ["c"], "kind": "nurs", "capacity": [0.0], "unit": "place"})
    run = Run()
    assert list_supply(facilities, stated, [kinds["nurs"]], run)["capacity"].tolist()[2] == 0  # it says: none of these
    assert "c" not in [row.feature_id for row in run.left_out]


def test_a_small_number_without_unit_is_no_number_of_people(kinds):
    facilities = pd.DataFrame({"facility_id": ["a", "b", "c"], "kind": ["heal", "heal", "nurs"],
                               "capacity": [550.0, 9000.0, 30.0]})  # fmt: skip
    run = Run()
    found = list_supply(facilities, None, [kinds["heal"], kinds["nurs"]], run).set_index("facility_id")
    assert found["capacity"].tolist() == [12000, 9000, 30] and found.loc["a", "floor_m2"] == 550
    assert [(row.code, row.feature_id) for row in run.left_out] == [("capacity_as_area", "a")]
    assert [item.values["n"] for item in run.messages if item.code == "capacity_units_untold"] == [3]


def test_a_small_number_without_unit_is_no_area_where_the_floor_area_is_known(kinds):
    """Of 30 and 600 m² only the latter is a size that a day centre (350 m² and more) has; of 30 alone nobody knows."""
    rows = [("a", 30.0, None, 600.0), ("b", 30.0, "m2", 600.0), ("c", 30.0, None, None), ("d", 400.0, None, 600.0),
            ("e", 30.0, None, 200.0), ("f", 20.0, "bed", 600.0)]  # fmt: skip
    facilities = pd.DataFrame(rows, columns=["facility_id", "capacity", "unit", "floor_area"]).assign(kind="eday")
    run = Run()
    found = list_supply(facilities, None, [kinds["eday"]], run).set_index("facility_id")
    assert found["capacity"].to_dict() == {"a": 600, "b": 30, "c": 30, "d": 400, "e": 30, "f": 600}
    assert [(row.code, row.feature_id) for row in run.left_out] == [
        ("capacity_not_area", "a"),
        ("capacity_unit_odd", "f"),
    ]
    assert say("capacity_unit_odd", "zh", **run.left_out[1].values) == "规模的单位不是 m²，未采用。"


def test_area_and_heads_as_sizes_of_places_and_beds():
    # 300 m² ÷ 10 m² a nursery place; 2,000 m² ÷ 35 m² a bed, rounded down; a kindergarten for 270; people are no beds
    sizes = [("a", "nurs", 300.0, "m2"), ("b", "ebed", 2000.0, "m2"), ("c", "kgar", 270.0, "people"),
             ("d", "ebed", 50.0, "people")]  # fmt: skip
    facilities = pd.DataFrame(sizes, columns=["facility_id", "kind", "capacity", "unit"])
    run = Run()
    asked = kinds_of(envelope.load("standard", "chongqing"), ("ebed", "nurs", "kgar"))
    found = list_supply(facilities, None, asked, run)
    rows = found.set_index("facility_id")
    assert rows.loc[["a", "b", "c"], "capacity"].tolist() == [30, 57, 270] and np.isnan(rows.loc["d", "capacity"])
    assert rows.loc[["a", "b"], "floor_m2"].tolist() == [300, 2000]
    assert [(row.code, row.feature_id) for row in run.left_out] == [
        ("capacity_unit_odd", "d"), ("capacity_unknown", "d"), ("capacity_as_places", "c")
    ]  # fmt: skip


def test_need_is_a_whole_number_of_thousandths(kinds):
    parcels = pd.DataFrame({"parcel_id": ["p1", "p2", "p3"], "pop": [1000.0, 333.333, np.nan]})
    parcels["geometry"] = np.array([shapely.box(x, 0, x + 1, 1) for x in range(3)], dtype=object)
    demand = demand_points(parcels, None, Run())
    need = need_of(kinds["nurs"], demand)
    assert need.per_unit == 1000 and need.amount.tolist() == [4500, 1500, 0]  # 4.5 and 1.4999985 places
    with pytest.raises(RenewalError):
        demand_points(parcels[["parcel_id", "geometry"]], None, Run())


def test_people_of_buildings_that_are_not_those_of_the_parcels():
    """One home of two is filtered away: 60 of 100 people. None is left: nobody would lack anything."""
    parcels = pd.DataFrame({"parcel_id": ["p1"], "pop": [100.0], "geometry": [shapely.box(0, 0, 9, 9)]})
    homes = pd.DataFrame({"building_id": ["b1", "b2"], "parcel_id": "p1", "pop": [60.0, 40.0]})
    homes["geometry"] = np.array([shapely.box(x, 0, x + 1, 1) for x in range(2)], dtype=object)

    def told(table, ground=parcels):
        run = Run()
        demand_points(ground, table, run)
        return [(message.code, *message.values.values()) for message in run.messages]

    assert told(homes) == []
    assert told(homes.iloc[:1]) == [("homes_people_differ", 60, 100)]
    assert told(pd.concat([homes, homes])) == [("homes_people_differ", 200, 100)]
    assert told(homes.assign(pop=[60.0, 41.0])) == []  # 1 % itself
    assert told(homes.iloc[:1], parcels.drop(columns="pop")) == []
    assert told(homes.assign(pop=0.0), parcels.assign(pop=0.0)) == []
    for nobody in (homes.iloc[:0], homes.assign(pop=np.nan), homes.assign(parcel_id="other")):
        with pytest.raises(RenewalError) as refused:
            told(nobody)
        assert refused.value.code == "homes_without_people"


def test_impossible_numbers_are_listed_and_unknown(kinds):
    """A slip of the pen must not run over whole numbers: 1e200 people, −3 people, 1e200 places."""
    parcels = pd.DataFrame({"parcel_id": ["p1", "p2", "p3", "p4"], "pop": [1e200, -3.0, 1e8, np.inf]})
    parcels["geometry"] = np.array([shapely.box(x, 0, x + 1, 1) for x in range(4)], dtype=object)
    run = Run()
    demand = demand_points(parcels, None, run)
    assert demand.people["pop"].tolist() == [0, 0, 10**11, 0]
    assert demand.known["pop"].tolist() == [False, False, True, False]
    assert sorted(row.feature_id for row in run.left_out if row.code == "people_impossible") == ["p1", "p2", "p4"]
    homes = pd.DataFrame(
        {"building_id": ["b9", "b2", "b1"], "parcel_id": ["gone", "p1", "p1"], "pop": [1.0, 1e99, 2.0]}
    )
    homes["geometry"] = np.array([shapely.box(x, 0, x + 1, 1) for x in range(3)], dtype=object)
    run = Run()
    assert demand_points(parcels, homes, run).people["pop"].tolist() == [2000, 0]
    told = [(row.feature_id, row.code) for row in run.left_out]
    assert told == [("b9", "home_off_parcels"), ("b2", "people_impossible"), ("p1", "people_partly_known")]
    facilities = pd.DataFrame({"facility_id": ["a", "b"], "kind": "nurs", "capacity": [1e200, 60.0], "unit": "place"})
    facilities["geometry"] = np.array([shapely.Point(0, 0)] * 2, dtype=object)
    stated = pd.DataFrame({"facility_id": ["b"], "kind": "nurs", "capacity": [1e200], "unit": "place"})
    for capacities, lost in ((None, {"a"}), (stated, {"a", "b"})):
        run = Run()
        found = list_supply(facilities, capacities, [kinds["nurs"]], run).set_index("facility_id")
        assert {row.feature_id for row in run.left_out if row.code == "capacity_impossible"} == lost
        assert np.isnan(found.loc["a", "capacity"])


def test_radius_is_cut_by_a_river_and_not_by_a_wall():
    points = shapely.points([[0, 0], [0, 300], [0, 301], [400, 0]])
    station = np.array([shapely.Point(0, 0)], dtype=object)
    nothing = np.empty(0, dtype=object)
    metres, inside = look_straight(Spots(points, nothing), station, 300, Run())
    assert metres.tolist() == [0, 300, 301, 400]
    assert inside.tolist() == [True, True, False, False]
    barriers = pd.DataFrame({"kind": ["挡墙", "河流"]})
    barriers["geometry"] = np.array(
        [shapely.LineString([(-9, 10), (9, 10)]), shapely.box(-9, 200, 9, 220)], dtype=object
    )
    cuts = cutting_lines(barriers)
    assert len(cuts) == 1
    metres, inside = look_straight(Spots(points, cuts), station, 300, Run())
    assert metres.tolist() == [0, 300, 301, 400]
    assert inside.tolist() == [True, False, False, False]


def test_barriers_that_cut_no_radius_for_want_of_a_known_kind_are_told():
    barriers = pd.DataFrame({"kind": ["挡墙", "河流", "阻隔A", "阻隔A", None, "retaining_wall"]})
    barriers["geometry"] = np.array([shapely.LineString([(0, y), (9, y)]) for y in range(6)], dtype=object)
    run = Run()
    tell_uncut(barriers, run)
    assert [(row.code, row.feature_id, row.n) for row in run.left_out] == [
        ("barrier_cuts_nothing", "", 1), ("barrier_cuts_nothing", "阻隔A", 2)
    ]  # fmt: skip
    untold = Run()
    tell_uncut(barriers.assign(kind=None), untold)  # without kinds all of them cut
    assert untold.left_out == [] and len(cutting_lines(barriers.assign(kind=None))) == 6


def test_feasible_sizes(kinds):
    # eday 350–750 m²: 100 → join a neighbour; 200 → one of 350; 750 → one; 751 → two of 375.5; 2000 → three of 666.7
    n, size = feasible_sizes(np.array([0.0, 100, 200, 750, 751, 2000]), kinds["eday"])
    assert n.tolist() == [0, 0, 1, 1, 2, 3]
    assert np.allclose(size, [np.nan, np.nan, 350, 750, 375.5, 666.6667], equal_nan=True)


def test_facilities_without_unit_status_and_area(kinds):
    bare = pd.DataFrame({"facility_id": ["a"], "kind": pd.array(["nurs"], dtype="string"), "capacity": [12.0]})
    found = list_supply(bare, None, list(kinds.values()), Run())
    assert found[["facility_id", "capacity"]].values.tolist() == [["a", 12.0]]


def test_radius_equals_every_pair_by_itself():
    random = np.random.default_rng(6)
    points = shapely.points(random.uniform(0, 3000, (300, 2)))
    spots = shapely.points(random.uniform(0, 3000, (12, 2)))
    mixed = np.array([*spots, shapely.box(500, 500, 700, 650)], dtype=object)
    rivers = np.array([shapely.LineString(random.uniform(0, 3000, (3, 2))) for _ in range(3)], dtype=object)
    for cuts, facilities in itertools.product((rivers, np.empty(0, dtype=object)), (mixed, spots)):
        wanted, nearest = [], []
        for point in points:
            lines = [shapely.shortest_line(point, facility) for facility in facilities]
            nearest.append(min(line.length for line in lines))
            wanted.append(any(
                line.length <= 600 and not any(line.intersects(river) for river in cuts) for line in lines
            ))  # fmt: skip
        metres, inside = look_straight(Spots(points, cuts), facilities, 600, Run())
        assert inside.tolist() == wanted
        assert np.allclose(metres, nearest, rtol=1e-12, atol=0)
        assert 20 < sum(wanted) < 290


def test_of_two_capacities_the_smaller_counts_whatever_the_order(kinds):
    facilities = pd.DataFrame([("f1", "nurs")], columns=["facility_id", "kind"])
    stated = pd.DataFrame([("f1", "nurs", 60.0, "place"), ("f1", "nurs", 30.0, "place")],
                          columns=["facility_id", "kind", "capacity", "unit"])  # fmt: skip
    for rows in (stated, stated[::-1].reset_index(drop=True)):
        run = Run()
        assert list_supply(facilities, rows, [kinds["nurs"]], run)["capacity"].tolist() == [30]
        assert [(row.feature_id, row.code) for row in run.left_out] == [("f1", "capacity_twice")]


@pytest.mark.parametrize("turn", [1, -1])
def test_a_facility_in_several_rows_of_one_id_and_place(kinds, turn):
    """Its kinds count each; a kind told twice counts once, the smaller; what CAPACITIES states is not added again."""
    facilities = pd.DataFrame(
        [
            ("f1", "kgar", 180.0),
            ("f1#00aaff", "nurs", 60.0),
            ("f1#00bbff", "nurs", 30.0),
            ("f2#00aaff", "nurs", 20.0),
            ("f3", "nurs", 50.0),
            ("f3#00aaff", "nurs", 40.0),
            ("f4", "nurs", 20.0),
            ("f4#00aaff", "nurs", 20.0),
        ],
        columns=["facility_id", "kind", "capacity"],
    )
    facilities["geometry"] = [shapely.Point(5, 5)] * len(facilities)
    facilities, wanted = facilities[::turn].reset_index(drop=True), [kinds["kgar"], kinds["nurs"]]
    run = Run()
    found = list_supply(facilities, None, wanted, run)
    told = list(zip(found["facility_id"], found["kind"], found["capacity"]))
    others = [("f2#00aaff", "nurs", 20), ("f3#00aaff", "nurs", 40), ("f4", "nurs", 20)]
    assert told == [("f1", "kgar", 180), ("f1#00bbff", "nurs", 30), *others]
    assert sorted((row.layer, row.feature_id, row.code) for row in run.left_out) == [
        ("FACILITIES", "f1#00aaff", "capacity_twice"), ("FACILITIES", "f3", "capacity_twice"),
        ("FACILITIES", "f4#00aaff", "capacity_twice"),
    ]  # fmt: skip
    stated = pd.DataFrame([("f1", "nurs", 25.0), ("f1", "kgar", 90.0)], columns=["facility_id", "kind", "capacity"])
    found = list_supply(facilities, stated, wanted, Run())
    told = list(zip(found["facility_id"], found["kind"], found["capacity"]))
    assert told == [("f1", "kgar", 90), ("f1", "nurs", 25), *others]


def test_what_was_listed_is_not_listed_again(kinds):
    """proposesites lists the supply for kindergartens in surplus, for hosts and for measures; a feature counts once."""
    facilities = pd.DataFrame([("f1", "kgar", None), ("f2", "nurs", -4.0)], columns=["facility_id", "kind", "capacity"])
    run = Run()
    for chosen in (["kgar"], ["nurs", "kgar"], ["nurs"]):
        list_supply(facilities, None, [kinds[name] for name in chosen], run)
    assert sorted((row.feature_id, row.code) for row in run.left_out) == [
        ("f1", "capacity_unknown"), ("f2", "capacity_negative"), ("f2", "capacity_unknown"),
    ]  # fmt: skip


def test_what_is_not_told_is_said_once_a_run(kinds):
    """Two of four have no status, one a number without a unit, two do not supply; a second call adds nothing."""
    facilities = pd.DataFrame(
        [("f1", None, 20.0, None), ("f2", None, 20.0, "place"), ("f3", "在建", 20.0, "place"),
         ("f4", "停用", None, None)],
        columns=["facility_id", "status", "capacity", "unit"],
    ).assign(kind="nurs")  # fmt: skip
    run = Run()
    for _ in range(2):
        list_supply(facilities, None, [kinds["nurs"]], run)
    told = [(row.code, row.values) for row in run.messages]
    assert told == [("capacity_units_untold", {"n": 1}), ("facility_status_untold", {"n": 2})]
    assert (run.facts["facilities_not_existing_n"], run.facts["facilities_not_counted_n"]) == (2, 2)
    list_supply(facilities, None, [kinds["nurs"]], run, planned=True)
    assert (run.facts["facilities_not_existing_n"], run.facts["facilities_not_counted_n"]) == (2, 1)
    silent = Run()
    list_supply(facilities.iloc[2:3], None, [kinds["nurs"]], silent)
    assert not silent.messages


def test_words_nobody_knows_are_listed(kinds):
    """A status or a kind that cannot be read takes a facility out of the count: never without a word."""
    facilities = pd.DataFrame(
        [("f1", "nurs", "现状"), ("f2", "nurs", "正常运营"), ("f3", "儿童之家", None), ("f4", "park", None),
         ("f5", "nurs", "停用"), ("f6", None, None), ("f7", None, None)],
        columns=["facility_id", "kind", "status"],
    ).assign(capacity=20.0)  # fmt: skip
    stated = pd.DataFrame([("f7", "nurs", 10.0)], columns=["facility_id", "kind", "capacity"])
    run = Run()
    assert list_supply(facilities, stated, [kinds["nurs"]], run)["facility_id"].tolist() == ["f1", "f7"]
    assert sorted((row.feature_id, row.code, row.values.get("word", "")) for row in run.left_out) == [
        ("f2", "facility_status_unknown", "正常运营"), ("f3", "facility_kind_unknown", "儿童之家"),
        ("f5", "facility_not_existing", "停用"), ("f6", "facility_kind_missing", ""),
    ]  # fmt: skip


def test_every_facility_of_a_kind_is_counted_or_listed(kinds):
    """In = counted + listed: what is planned or closed does not vanish, unless it counts or is not looked for."""
    words = ["现状", "在建", "规划", "停用", None]
    facilities = pd.DataFrame({"facility_id": list("abcde"), "kind": "nurs", "capacity": 20.0, "status": words})
    for planned, listed in ((False, ["b", "c", "d"]), (True, ["d"])):
        run = Run()
        counted = list_supply(facilities, None, [kinds["nurs"]], run, planned)["facility_id"].tolist()
        assert sorted(counted + listed) == list("abcde")
        assert sorted(row.feature_id for row in run.left_out) == listed
        assert {row.code for row in run.left_out} == {"facility_not_existing"}
    run = Run()
    assert not len(list_supply(facilities, None, [kinds["kgar"]], run)) and not run.left_out


def test_what_has_a_river_near_is_found_slice_by_slice_and_hears_cancel(monkeypatch):
    monkeypatch.setattr(radius, "SLICE", 3)
    points = shapely.points(np.c_[np.arange(10) * 100.0, np.zeros(10)])
    river = np.array([shapely.LineString([(650, -500), (650, 500)])], dtype=object)
    found = Spots(points, river).beside(160.0, Run())  # 161 m: those at 500, 600, 700 and 800
    assert np.flatnonzero(found).tolist() == [5, 6, 7, 8]
    looks = iter(range(1, 100))
    with pytest.raises(Cancelled):
        Spots(points, river).beside(160.0, Run(is_cancelled=lambda: next(looks) >= 3))
