"""Sums that must hold exactly, and a small case by hand."""

import numpy as np
import pandas as pd
import pytest
import shapely
from urban_renewal.core import envelope
from urban_renewal.core.apportion import apportion
from urban_renewal.core.errors import RenewalError
from urban_renewal.core.people.allocate import COUNTS, PeopleOptions, allocate
from urban_renewal.core.people.estimate import Demography, read_demography
from urban_renewal.core.run import Run


def frame(shapes, **columns):
    table = pd.DataFrame(columns)
    table["geometry"] = np.array(shapes, dtype=object)
    return table


def city(random, homes=60):
    """Two communities side by side, ten parcels, homes of random size and age; a few of other or unknown use."""
    zones = frame([shapely.box(0, 0, 500, 100), shapely.box(500, 0, 1000, 100)], community_id=["c1", "c2"])
    zones["pop"] = random.integers(200, 3000, 2) + 0.5
    for name, share in {"pop_0_2": 0.02, "pop_3_5": 0.025, "pop_6_14": 0.09, "pop_60": 0.3, "pop_65": 0.2}.items():
        zones[name] = (zones["pop"] * share).round(0)
    zones["pop_80"] = (zones["pop"] * 0.05).round(0)
    zones["households"] = (zones["pop"] / 2.45).round(0)
    parcels = frame(
        [shapely.box(x, 0, x + 100, 100) for x in range(0, 1000, 100)], parcel_id=[f"p{i}" for i in range(10)]
    )
    x, y = random.uniform(0, 980, homes), random.uniform(0, 80, homes)
    buildings = frame(
        [shapely.box(a, b, a + 15, b + 12) for a, b in zip(x, y)], building_id=[f"b{i:03}" for i in range(homes)],
        floors=random.integers(1, 20, homes).astype(str),
        use=random.choice(["住宅", "厂房", None], homes, p=[0.8, 0.1, 0.1]),
        year=random.choice(["1995", "2010"], homes),
    )  # fmt: skip
    return zones, parcels, buildings


def test_apportion_by_hand():
    # Hamilton: 10 seats by 47, 16, 158, 81, 30 votes of 332 → quotas 1.416 0.482 4.759 2.440 0.904
    assert apportion(np.array([10]), [47, 16, 158, 81, 30], np.zeros(5, dtype=int)).tolist() == [1, 1, 5, 2, 1]
    assert apportion(np.array([1]), [1, 1, 1], np.zeros(3, dtype=int)).tolist() == [1, 0, 0]
    assert apportion(np.array([5, 3]), [0, 0, 2, 1], np.array([0, 0, 1, 1])).tolist() == [0, 0, 2, 1]


def test_apportion_keeps_every_sum():
    random = np.random.default_rng(3)
    for _ in range(200):
        group = random.integers(0, 5, 40)
        weights = random.integers(0, 1000, 40) * random.choice([1, 1e-3, 1e6])
        totals = random.integers(0, 10**9, 5)
        found = apportion(totals, weights, group)
        quota = totals[group] * weights / np.maximum(np.bincount(group, weights=weights, minlength=5), 1e-300)[group]
        sums = np.bincount(group, weights=weights, minlength=5)
        assert (np.bincount(group, weights=found, minlength=5) == np.where(sums > 0, totals, 0)).all()
        assert (np.abs(found - np.where(sums[group] > 0, quota, 0)) < 1 + 1e-6).all()


@pytest.mark.parametrize("whole", [False, True])
@pytest.mark.parametrize("uplift", [1.0, 1.3, 3.0])
def test_sums_of_each_zone_stay_and_ages_nest(whole, uplift):
    for seed in range(5):
        zones, parcels, buildings = city(np.random.default_rng(seed))
        if whole:
            zones["pop"] = zones["pop"].round(0)
        found = allocate(zones, parcels, buildings, PeopleOptions(uplift, whole), Run())
        homes = found.buildings
        inside = shapely.get_x(shapely.point_on_surface(homes["geometry"].to_numpy())) >= 500
        for name in COUNTS:
            sums = homes[name].groupby(inside).sum()
            assert np.allclose([sums[False], sums[True]], zones[name], atol=1e-6), name
            assert np.isclose(found.parcels[name].sum(), zones[name].sum(), atol=1e-6)
        assert (homes["pop_80"] <= homes["pop_65"]).all() and (homes["pop_65"] <= homes["pop_60"]).all()
        young = homes["pop_0_2"] + homes["pop_3_5"] + homes["pop_6_14"]
        assert (young + homes["pop_60"] <= homes["pop"] + 1e-9).all()
        if whole:
            assert (homes[list(COUNTS)] % 1 == 0).all().all()


def test_by_hand_and_row_order_does_not_matter():
    zones = frame([shapely.box(0, 0, 100, 100)], community_id=["c"], pop=[100.0], pop_60=[30.0])
    parcels = frame([shapely.box(0, 0, 50, 100), shapely.box(50, 0, 100, 100)], parcel_id=["p1", "p2"])
    buildings = frame(
        [shapely.box(0, 0, 10, 10), shapely.box(60, 0, 70, 10), shapely.box(80, 0, 90, 10)],
        building_id=["a", "b", "c"], floors=["3", "1", "9"], use=["住宅", "住宅", "厂房"],
        year=["1990", "2010", "2010"],
    )  # fmt: skip
    found = allocate(zones, parcels, buildings, PeopleOptions(old_uplift=2.0), Run())
    # floor 300 : 100 → 75 and 25 people; elders by 600 : 100 → 25.714 and 4.286
    assert found.buildings["pop"].tolist() == [75.0, 25.0, 0.0]
    assert found.buildings["pop_60"].tolist() == [25.714, 4.286, 0.0]
    assert found.parcels["pop"].tolist() == [75.0, 25.0]
    assert found.parcels["pop_0_2"].isna().all()  # nobody said how many
    turned = allocate(zones, parcels[::-1], buildings[::-1].reset_index(drop=True), PeopleOptions(2.0), Run())
    pd.testing.assert_frame_equal(turned.buildings, found.buildings)


def test_parcels_add_up_to_zones_where_a_home_lies_beyond_them():
    zones = frame([shapely.box(0, 0, 100, 100)], community_id=["c"], pop=[100.0])
    parcels = frame([shapely.box(0, 0, 120, 50), shapely.box(120, 0, 200, 50)], parcel_id=["p1", "p2"])
    houses = [shapely.box(x, 0, x + 10, 10) for x in (0, 105, 130)]  # two of them in no zone
    buildings = frame(houses, building_id=["a", "b", "c"], floors=["3"] * 3, use=["住宅"] * 3)
    run = Run()
    found = allocate(zones, parcels, buildings, PeopleOptions(), run)
    assert found.parcels["pop"][0] == 100 and np.isnan(found.parcels["pop"][1])
    assert [row.feature_id for row in run.left_out if row.code == "home_in_no_zone"] == ["b", "c"]


def test_land_in_no_zone_is_told_of_the_layer_it_is_from():
    """Without buildings people live on parcels: what lies beyond all zones is a parcel, not a building."""
    zones = frame([shapely.box(0, 0, 100, 100)], community_id=["c"], pop=[90.0])
    parcels = frame([shapely.box(0, 0, 20, 100), shapely.box(200, 0, 210, 100)], parcel_id=["p1", "p2"])
    run = Run()
    allocate(zones, parcels, None, PeopleOptions(), run)
    told = [(row.layer, row.feature_id) for row in run.left_out if row.code == "home_in_no_zone"]
    assert told == [("PARCELS", "p2")]


def test_an_empty_layer_of_buildings_is_none():
    zones = frame([shapely.box(0, 0, 100, 100)], community_id=["c"], pop=[90.0])
    parcels = frame([shapely.box(0, 0, 20, 100), shapely.box(20, 0, 30, 100)], parcel_id=["p1", "p2"])
    run = Run()
    found = allocate(zones, parcels, frame([], building_id=[]), PeopleOptions(), run)
    assert found.parcels["pop"].tolist() == [60, 30]
    assert [item.code for item in run.messages][:2] == ["buildings_layer_empty", "people_by_area"]


def test_ages_in_per_cent_are_told():
    zones = frame([shapely.box(0, 0, 100, 100)], community_id=["c"], pop=[5000.0], pop_60=[18.7], pop_80=[90.0])
    parcels = frame([shapely.box(0, 0, 200, 100)], parcel_id=["p"])
    run = Run()
    allocate(zones, parcels, frame([shapely.box(5, 5, 15, 15)], building_id=["a"], use=["住宅"]), PeopleOptions(), run)
    assert [item.values["column"] for item in run.messages if item.code == "ages_like_shares"] == ["pop_60"]


def test_zones_that_lie_over_others_are_told():
    zones = frame([shapely.box(0, 0, 100, 100), shapely.box(98, 0, 200, 100), shapely.box(0, 0, 200, 100)],
                  community_id=["c1", "c2", "s"], pop=[10.0, 20.0, 30.0])  # fmt: skip
    parcels = frame([shapely.box(0, 0, 200, 100)], parcel_id=["p"])
    run = Run()
    allocate(zones, parcels, frame([shapely.box(5, 5, 15, 15)], building_id=["a"], use=["住宅"]), PeopleOptions(), run)
    told = [(row.feature_id, row.values["other"]) for row in run.left_out if row.code == "zones_overlap"]
    assert told == [("c1", "s"), ("c2", "s")]  # the two metres between c1 and c2 are a badly drawn edge


def test_a_zone_without_homes_is_named():
    zones = frame([shapely.box(0, 0, 10, 10), shapely.box(20, 0, 30, 10)], community_id=["c1", "c2"], pop=[5.0, 7.0])
    parcels = frame([shapely.box(0, 0, 30, 10)], parcel_id=["p"])
    buildings = frame([shapely.box(1, 1, 9, 9)], building_id=["b"], floors=["2"], use=["住宅"])
    run = Run()
    found = allocate(zones, parcels, buildings, PeopleOptions(), run)
    assert found.parcels["pop"].tolist() == [5.0]
    assert [(row.feature_id, row.code) for row in run.left_out] == [("c2", "zone_without_floor")]


def test_ages_above_the_total():
    zones = frame([shapely.box(0, 0, 10, 10)], community_id=["c"], pop=[10.0], pop_60=[8.0], pop_0_2=[5.0])
    parcels = frame([shapely.box(0, 0, 10, 10)], parcel_id=["p"])
    buildings = frame([shapely.box(1, 1, 9, 9)], building_id=["b"], floors=["2"], use=["住宅"])
    run = Run()
    found = allocate(zones, parcels, buildings, PeopleOptions(), run)
    assert found.parcels[["pop", "pop_60", "pop_0_2"]].values.tolist() == [[10.0, 8.0, 5.0]]
    assert [row.code for row in run.left_out] == ["people_ages_exceed"]


def test_a_building_of_unknown_use_is_a_home_on_housing_land_only():
    zones = frame([shapely.box(0, 0, 300, 100)], community_id=["c"], pop=[90.0])
    parcels = frame(
        [shapely.box(x, 0, x + 100, 100) for x in (0, 100, 200)], parcel_id=["p1", "p2", "p3"],
        land_use=["0701", "0601", None], czcsxm=["201", "201A", None],
    )  # fmt: skip
    buildings = frame(
        [shapely.box(x, 0, x + 10, 10) for x in (10, 110, 210)], building_id=["a", "b", "c"], floors=["3", "3", "3"]
    )
    run = Run()
    found = allocate(zones, parcels, buildings, PeopleOptions(), run)
    assert found.buildings["pop"].tolist() == [45.0, 0.0, 45.0]
    told = next(message for message in run.messages if message.code == "use_untold_as_homes")
    assert told.values == {"n": 3, "homes": 2, "blind": 1}


DEMOGRAPHY = Demography(2.5, {"resid": 0.8, "mixed": 0.5, "homestead": 1.0}, 50.0, 100.0, 2000)


def lived_in():
    """Four buildings of 100 m² each storey: an old one of 4, a new one of 5, one with a shop of 5, one half empty."""
    zones = frame([shapely.box(0, 0, 400, 100)], community_id=["c"], pop=[100.0], pop_year=["2020"], name=["甲"])
    parcels = frame([shapely.box(x, 0, x + 100, 100) for x in range(0, 400, 100)], parcel_id=list("wxyz"))
    buildings = frame(
        [shapely.box(x, 0, x + 10, 10) for x in (10, 110, 210, 310)], building_id=list("abcd"),
        floors=["4", "5", "5", "4"], use=["住宅", "住宅", "商住", "住宅"], year=["1990", "2010", "2010", None],
        occupancy=[None, None, None, 40],
    )  # fmt: skip
    return zones, parcels, buildings


def test_empty_dwellings_count_less():
    found = allocate(*lived_in(), PeopleOptions(demography=DEMOGRAPHY), Run())
    # lived in: 400 × 0.8 = 320, 500 × 0.8 = 400, 500 × 0.8 (a shop below) × 0.5 = 200, 400 × 40 % = 160; sum 1080
    assert found.buildings["pop"].tolist() == pytest.approx(
        [100 * part / 1080 for part in (320, 400, 200, 160)], abs=6e-4
    )
    assert found.buildings["pop"].sum() == pytest.approx(100, abs=1e-9)


def test_the_estimate_from_below_by_hand():
    run = Run()
    (row,) = allocate(*lived_in(), PeopleOptions(demography=DEMOGRAPHY), run).check.to_dict("records")
    # dwellings lived in: 320 ÷ 50, 400 ÷ 100, 200 ÷ 100, 160 ÷ 75 (age unknown); 2.5 people each
    estimate = 2.5 * (320 / 50 + 4 + 2 + 160 / 75)
    assert (row["pop_year"], row["pop"], row["pop_allocated"], row["homes_n"]) == ("2020", 100, 100, 4)
    assert row["pop_estimate"] == pytest.approx(estimate, abs=0.05)
    assert row["ratio"] == pytest.approx(100 / estimate, abs=5e-5) and row["status"] == "HIGH"
    assert row["m2_per_person"] == pytest.approx((400 + 500 + 400 + 400) / 100)
    codes = [message.code for message in run.messages]
    assert "people_year" in codes and "people_ratio_odd" in codes and "people_year_untold" not in codes


def test_a_zone_without_year_floor_or_people_is_told():
    zones = frame([shapely.box(0, 0, 10, 10), shapely.box(20, 0, 30, 10), shapely.box(40, 0, 50, 10)],
                  community_id=["c1", "c2", "c3"], pop=[5.0, 7.0, np.nan])  # fmt: skip
    parcels = frame([shapely.box(0, 0, 50, 10)], parcel_id=["p"])
    buildings = frame([shapely.box(1, 1, 9, 9), shapely.box(41, 1, 49, 9)], building_id=["b", "d"],
                      floors=["2", "2"], use=["住宅", "住宅"])  # fmt: skip
    run = Run()
    check = allocate(zones, parcels, buildings, PeopleOptions(), run).check
    assert check["status"].tolist() == ["ok", "NO_FLOOR", "NO_PEOPLE_DATA"]
    assert check["pop_allocated"].tolist()[:2] == [5, 0] and np.isnan(check["pop_allocated"][2])
    assert check["pop_estimate"].isna().tolist() == [True, False, True]  # no standard, no estimate; no home, nobody
    assert [m.values["n"] for m in run.messages if m.code == "people_year_untold"] == [3]
    assert {(row.feature_id, row.code) for row in run.left_out} >= {
        ("c2", "zone_without_floor"), ("c3", "zone_people_unknown")
    }  # fmt: skip


def test_people_of_homes_on_no_parcel_are_told():
    """A parcel layer of half the city: its people are not those of the city, and nobody must take them for it."""
    zones = frame([shapely.box(0, 0, 100, 30)], community_id=["c"], pop=[100.0])
    buildings = frame([shapely.box(x, 1, x + 10, 21) for x in (1, 21, 61, 81)], building_id=list("abde"),
                      floors=["2"] * 4, use=["住宅"] * 4)  # fmt: skip
    for width, off in ((60, 2), (100, 0)):
        run = Run()
        parcels = frame([shapely.box(0, 0, width, 30)], parcel_id=["p"])
        found = allocate(zones, parcels, buildings, PeopleOptions(), run)
        told = [message.values for message in run.messages if message.code == "homes_off_parcels"]
        assert told == ([{"n": off, "people": 50.0}] if off else [])
        assert found.parcels["pop"].sum() == 100 - 25 * off and found.buildings["pop"].sum() == 100


def test_the_shipped_demography_is_read():
    for name in envelope.names("standard"):
        read = read_demography(envelope.load("standard", name))
        assert read.occupancy == {"resid": 0.85, "mixed": 0.85, "homestead": 0.85}
        assert (read.old_dwelling_m2, read.new_dwelling_m2, read.old_until) == (70, 95, 2000)
    assert read_demography(envelope.load("standard", "chongqing")).people_per_household == 2.45
    assert read_demography({"id": "x"}) is None
    bad = envelope.load("standard", "chongqing")
    bad["demography"]["occupancy"][0]["share"]["value"] = 1.2
    with pytest.raises(RenewalError) as told:
        read_demography(bad)
    assert told.value.values["key"] == "demography.occupancy.resid"


def test_without_buildings_people_live_on_housing_land():
    """Land use of the third survey: 0701 flats, 0702 homestead, 0601 works, 08H2 a school; c3 has works only."""
    places = [("p1", 0, "0701"), ("p2", 100, "0601"), ("p3", 200, None), ("p4", 300, "0702"), ("p5", 400, "08H2"),
              ("p6", 500, "0601")]  # fmt: skip
    parcels = frame([shapely.box(x, 0, x + 100, 100) for _, x, _ in places], parcel_id=[name for name, _, _ in places],
                    land_use=[code for _, _, code in places])  # fmt: skip
    zones = frame([shapely.box(0, 0, 500, 100), shapely.box(500, 0, 600, 100)], community_id=["c1", "c3"])
    zones["pop"] = [300.0, 40.0]
    for rows in (parcels, parcels[::-1].reset_index(drop=True)):
        run = Run()
        people = allocate(zones, rows, None, PeopleOptions(), run).parcels.set_index("parcel_id")["pop"]
        assert people.to_dict() == {"p1": 100, "p2": 0, "p3": 100, "p4": 100, "p5": 0, "p6": 40}
        (told,) = [message.values for message in run.messages if message.code == "people_by_area"]
        assert told == {"n": 4, "other": 2}
    bare = allocate(zones, parcels.drop(columns="land_use"), None, PeopleOptions(), Run()).parcels
    assert bare.set_index("parcel_id")["pop"].to_dict() == {f"p{n}": 60 for n in range(1, 6)} | {"p6": 40}


def test_each_zone_keeps_the_ages_it_has():
    # one community knows 60 and 80, one 65 and 80, one only 80; one has more people of 65 than of 60, which is listed
    nan, zones = np.nan, frame([shapely.box(100 * i, 0, 100 * i + 100, 100) for i in range(5)])
    zones["community_id"], zones["pop"] = list("abcde"), [1000.0, 1000, 1000, 1000, nan]
    zones["pop_60"], zones["pop_65"] = [200.0, nan, nan, 140, 200], [nan, 150.0, nan, 150, 150]
    zones["pop_80"] = [30.0, 30, 30, 30, 30]
    buildings = frame(
        [shapely.box(25 * i + 3, 10, 25 * i + 20, 40) for i in range(20)], building_id=[f"b{i:02}" for i in range(20)],
        use="住宅", floors=[str(1 + i % 7) for i in range(20)], year=["1990", "2010"] * 10,
    )  # fmt: skip
    parcels = zones[["geometry"]].assign(parcel_id=list("vwxyz"))
    for whole in (False, True):
        run = Run()
        found = allocate(zones, parcels, buildings, PeopleOptions(1.3, whole), run)
        for name in ("pop", "pop_60", "pop_65", "pop_80"):
            assert np.allclose(found.parcels[name].to_numpy("float64"), zones[name], equal_nan=True), name
        homes = found.buildings.fillna({"pop_60": 1e9, "pop_65": -1.0})
        fits = homes["parcel_id"] != "y"
        assert (homes["pop_80"] <= homes["pop_60"])[fits].all()
        assert (homes["pop_65"] <= homes["pop_60"])[fits].all()
        assert [(row.code, row.feature_id) for row in run.left_out] == [
            ("zone_people_unknown", "e"), ("people_ages_unordered", "d")
        ]  # fmt: skip
