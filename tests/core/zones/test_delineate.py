"""Whole delineations of small made cities, looked at by the independent verifier and by hand-made cases."""

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest
import shapely
from shapely.affinity import rotate
from urban_renewal.core.errors import RenewalError
from urban_renewal.core.run import Run
from urban_renewal.core.zones.delineate import delineate_zones
from urban_renewal.core.zones.verify import verify_zones

from .conftest import city, draw, loose, members, row_of, walker_for


@pytest.mark.parametrize("seed", range(60))
def test_random_cities_keep_every_promise(seed, rules):
    inputs = city(seed, stations=1 + seed % 4, river=seed % 3 == 0)
    run = Run(language="en")
    zones = draw(inputs, rules, run)
    assert verify_zones(zones, inputs, rules, Run()) == []
    told = {row.feature_id for row in run.left_out if row.layer == "STATIONS"}
    assert set(zones.cores["station_id"]) | told == set(inputs.stations["station_id"])
    assert not set(zones.cores["station_id"]) & told


@pytest.mark.parametrize("seed", range(8))
def test_turned_overlapping_parcels_keep_the_promises(seed, rules):
    """Real parcel layers overlap a little: every parcel turned by up to 20°, stations apart, two to four zones."""
    inputs = city(seed, stations=2 + seed % 3)
    angles = np.random.default_rng(seed).uniform(-20, 20, len(inputs.parcels))
    turned = [rotate(shape, angle) for shape, angle in zip(inputs.parcels["geometry"], angles, strict=True)]
    apart = replace(rules, limits=replace(rules.limits, merge_walk_m=100.0))
    draw(replace(inputs, parcels=inputs.parcels.assign(geometry=turned)), apart)  # raises when the verifier objects


def test_random_cities_do_get_zones(rules):
    found = [len(draw(city(seed, stations=3), rules).zones) for seed in range(8)]
    assert sum(found) >= 12


@pytest.mark.parametrize("seed", [1, 2, 6])
def test_shuffled_rows_same_answer(seed, rules):
    inputs = city(seed, stations=1 + seed % 4, river=seed % 3 == 0)
    shuffled = replace(
        inputs,
        parcels=inputs.parcels.sample(frac=1, random_state=5).reset_index(drop=True),
        stations=inputs.stations.sample(frac=1, random_state=5).reset_index(drop=True),
    )
    first, second = draw(inputs, rules), draw(shuffled, rules)
    for name in ("zones", "members", "cores", "petals"):
        pd.testing.assert_frame_equal(getattr(first, name), getattr(second, name))


def test_a_quarter_that_is_all_old_gets_its_zone(rules):
    """Compounds in a row hang together: as one petal they would be no zone, with a house between them one."""
    all_old = {f"A{i}": "old_compound" for i in range(5)}
    whole = draw(row_of([5], all_old, [(50, 50)]), loose(rules, petals_min=2))
    assert members(whole, "petal") == set(all_old) - {"A0"} and members(whole, "core") == {"A0"}
    assert len(whole.petals) == whole.zones["petals_n"].iloc[0] == 4 and set(whole.petals["tag"]) == {"old_compound"}
    parted = draw(row_of([5], {**all_old, "A2": "none"}, [(50, 50)]), loose(rules, petals_min=2))
    assert sorted(parted.petals["area_m2"]) == [10_000, 20_000]  # A1, and A3 with A4: they hang together
    alone = draw(row_of([2], {"A1": "old_compound"}, [(50, 50)]), loose(rules, petals_min=2))
    assert not len(alone.zones)


def test_a_river_is_never_crossed(rules):
    """Two banks 20 m apart with a river between: all members lie on the station's bank."""
    tags = {"A0": "old_compound", "A1": "idle_factory", "A3": "old_compound", "A4": "urban_village"}
    river = pd.DataFrame({"geometry": [shapely.box(211, -500, 219, 500)]})
    with_river = draw(row_of([5], tags, [(150, 50)], gap=10, barriers=river), loose(rules))
    # parcels 0-1 end at x = 210; 2 begins at 220
    assert members(with_river) - members(with_river, "near") <= {"A0", "A1"}
    assert members(with_river, "near") == {"A3", "A4"}
    assert with_river.members["reason"][with_river.members["role"] == "near"].str.contains("river").all()
    without = draw(row_of([5], tags, [(150, 50)], gap=10), loose(rules))
    assert {"A3", "A4"} <= members(without, "petal")


def test_a_short_walk_joins_across_a_wide_street(rules):
    """Squares 60 m apart are contiguous only where a walk says so, and never across a river."""
    inputs = row_of([3], {"A0": "old_compound", "A2": "idle_factory"}, [(210, 50)], gap=60)
    walker = walker_for(inputs, rules)
    assert members(draw(inputs, loose(rules, petals_min=0)), "petal") == set()
    walker.walked = ((0, 1), (0, 2))  # 0 and 2 have parcel 1 between them
    zones = delineate_zones(inputs, loose(rules), Run(), walker)
    assert members(zones, "petal") == {"A0"}
    assert zones.zones["geometry"].iloc[0].geom_type == "Polygon"
    river = pd.DataFrame({"geometry": [shapely.box(110, -500, 120, 500)]})
    assert len(delineate_zones(replace(inputs, barriers=river), loose(rules), Run(), walker).zones) == 0


def test_a_railway_between_touching_parcels_parts_them(rules):
    rail = pd.DataFrame({"geometry": [shapely.LineString([(200, -10), (200, 110)])]})
    tags = {"A0": "old_compound", "A2": "idle_factory"}
    zones = draw(row_of([3], tags, [(150, 50)], gap=0, barriers=rail), loose(rules))
    assert members(zones, "petal") == {"A0"}
    assert members(zones, "near") == {"A2"}


def test_holes_become_filler(rules):
    """Eight tagged parcels around one that nothing speaks for: it is in, and the outline has no hole."""
    ring = dict.fromkeys(("A0", "A2", "B0", "B2", "C0", "C1", "C2"), "old_compound")
    dear = replace(loose(rules), search=replace(rules.search, filler_rate=50.0))
    zones = draw(row_of([3, 3, 3], ring, [(150, 50)]), dear)
    assert "B1" in members(zones, "filler")
    assert zones.members.set_index("parcel_id")["reason"]["A1"].startswith("Holds")
    outline = zones.zones["geometry"].iloc[0]
    assert outline.geom_type == "Polygon"
    assert len(outline.interiors) == 0
    assert outline.area == pytest.approx(320 * 320, rel=1e-6)  # nine squares of 100 m and streets of 10 m


def test_a_ring_that_leaks_at_a_crossing_has_no_hole_either(rules):
    """Streets of 20 m; A2 is no member, so the ring around B1 closes only in the crossing between A1 and B2, which
    stands 8 m nearer: the drawn outline shuts B1 in, and B1 says why it is in.
    """
    ring = dict.fromkeys(("A0", "A1", "B0", "B2", "C0", "C1", "C2"), "old_compound")
    town = row_of([3, 3, 3], ring, [(50, 50)], gap=20)
    nearer = town.parcels["parcel_id"] == "B2"
    town.parcels.loc[nearer, "geometry"] = shapely.box(232, 120, 340, 220)
    dear = replace(loose(rules), search=replace(rules.search, filler_rate=50.0))
    zones = draw(town, dear)
    assert members(zones) == {*ring, "B1"}
    assert zones.members.set_index("parcel_id")["reason"]["B1"] == "Enclosed by the zone."
    assert zones.members.set_index("parcel_id")["role"]["B1"] == "filler"
    outline = zones.zones["geometry"].iloc[0]
    assert outline.geom_type == "Polygon" and len(outline.interiors) == 0
    assert zones.zones["area_m2"].iloc[0] == pytest.approx(7 * 10_000 + 108 * 100)


def test_no_way_leads_along_the_common_boundary_of_two_others(rules):
    """A0 and A1 stand 20 m apart; two others fill all between and meet on the line between them, or leave 1.2 m."""
    tags = dict.fromkeys(("A0", "A1"), "old_compound")
    for slit, together in ((0.0, False), (0.4, False), (1.2, True)):
        town = row_of([2], tags, [(50, 50)], gap=20)
        town.parcels["geometry"] = [
            shapely.Polygon([(0, 0), (100, 50), (0, 100)]), shapely.Polygon([(120, 50), (220, 0), (220, 100)]),
        ]  # fmt: skip
        fill = [shapely.box(100, 50 + slit / 2, 120, 90), shapely.box(100, 10, 120, 50 - slit / 2)]
        more = town.parcels.iloc[[0, 0]].assign(parcel_id=["X0", "X1"], tag="none", tag_level="none", geometry=fill)
        town = replace(town, parcels=pd.concat([town.parcels, more], ignore_index=True))
        dear = replace(loose(rules, petals_min=0), search=replace(rules.search, filler_rate=50.0))
        zones = draw(town, dear)
        assert (members(zones) - members(zones, "near") == {"A0", "A1"}) is together, slit


def test_stations_half_a_kilometre_apart_are_one_core(rules):
    tags = {f"A{i}": "old_compound" if i % 3 else "idle_factory" for i in range(12)}
    inputs = row_of([12], tags, [(200, 50), (700, 50), (1250, 50)])
    zones = draw(inputs, loose(rules, merge_walk_m=800.0))
    # S0–S1 500 m, S1–S2 550 m, S0–S2 1050 m: the nearest pair merges, the third would not be near all of them
    assert zones.cores.groupby("zone_id")["station_id"].apply(list).to_dict() == {"Z-S0": ["S0", "S1"], "Z-S2": ["S2"]}
    apart = draw(inputs, loose(rules, merge_walk_m=400.0))
    assert set(apart.zones["zone_id"]) == {"Z-S0", "Z-S1", "Z-S2"}


def test_neighbouring_zones_share_one_line(rules):
    """Two zones on both sides of a street of 10 m: the street belongs to the first, and nothing lies between them."""
    tags = dict.fromkeys(("A0", "A1", "A3", "A4", "B0", "B1", "B3", "B4"), "old_compound")
    tags |= {"A2": "idle_factory", "B2": "idle_factory"}
    zones = draw(row_of([5, 5], tags, [(50, 105), (490, 105)]), loose(rules)).zones
    first, second = zones["geometry"]
    assert first.intersection(second).area == pytest.approx(0, abs=1e-3)
    assert first.intersection(second).length >= 210 - 0.01  # two parcels of 100 m and the street between them
    assert first.area + second.area == pytest.approx(540 * 210, rel=1e-6)


def test_value_score_and_petals_by_hand(rules):
    """need 0.5 unknown; confirmed factory 1.0 × nothing done 1.0; state land 0.9 and no programme 0.6: mean 0.75."""
    inputs = row_of([4], {"A0": "idle_factory", "A3": "old_compound"}, [(150, 50)])
    zones = draw(inputs, loose(rules, petals_min=2))
    factory = 0.5 * 1.0 * 0.75 * 20_000
    compound = 0.5 * 0.8 * 0.75 * 20_000
    plain = 0.5 * 0.1 * 0.75 * 20_000
    rho = 0.2 * (factory + compound) / 2 / 10_000
    assert zones.zones["score"].iloc[0] == pytest.approx(factory + compound + 2 * plain - rho * 10_000, abs=0.01)
    row = zones.zones.iloc[0]
    assert (row["area_m2"], row["floor_m2"], row["petals_n"], row["demolish_share"]) == (40_000, 80_000, 2, 0)
    assert np.isnan(row["elder_gap"])
    assert np.isnan(row["people"])
    walk = dict(zip(zones.petals["tag"], zones.petals["walk_s"], strict=True))
    assert walk["idle_factory"] == pytest.approx(100 / 0.7, abs=0.1)
    assert "Not known: need" in zones.members["reason"][zones.members["role"] == "petal"].iloc[0]


def test_households_and_ages_of_a_zone(rules):
    """Known sums: 40 + 60 households, 9 + 11 elders; children 2 + 3, none where one of two ages is missing."""
    inputs = row_of([3], {"A0": "idle_factory", "A2": "old_compound"}, [(160, 50)])
    inputs.parcels["households"] = [40.0, np.nan, 60.0]
    inputs.parcels["pop_60"] = [9.0, 11.0, np.nan]
    inputs.parcels["pop_0_2"] = [2.0, 5.0, np.nan]
    inputs.parcels["pop_3_5"] = [3.0, np.nan, 1.0]
    row = draw(inputs, loose(rules, petals_min=2)).zones.iloc[0]
    assert (row["households"], row["pop_60"], row["pop_0_5"]) == (100.0, 20.0, 5.0)
    assert np.isnan(row["people"])
    inputs.parcels["households"] = [0.0, np.nan, np.nan]  # an empty parcel beside two that nobody has counted
    inputs.parcels["pop_60"] = [0.0, 0.0, 0.0]
    row = draw(inputs, loose(rules, petals_min=2)).zones.iloc[0]
    assert np.isnan(row["households"]) and row["pop_60"] == 0.0


def test_no_zone_for_want_of_floor_areas_says_so(rules):
    inputs = row_of([4], {"A1": "idle_factory", "A3": "old_compound"}, [(50, 50)])
    inputs.parcels["floor_m2"] = [100.0, np.nan, np.nan, np.nan]
    run = Run()
    found = draw(inputs, loose(rules, floor_min_m2=1000.0), run)
    assert len(found.zones) == 0
    (told,) = [message.values for message in run.messages if message.code == "zone_none_floor_unknown"]
    assert told == {"n": 3, "of": 4}
    (short,) = [row.values for row in run.left_out if row.code == "zone_floor_short_unknown"]
    assert short == {"wanted": 1000.0, "found": 100.0, "missing": 900.0, "lacking": 3, "of": 4}


def test_gap_shares_of_zone(rules):
    """Kinds count alike: eday lacks 30 of 60 + 20, meal 1 of 1 → (⅜ + 1) ÷ 2; health is no elder kind,
    a playground is one of the children's: (0 + 1) ÷ 2. How many people a kind is for does not matter.
    """
    detail = pd.DataFrame(
        [
            ("A0", "eday", 60.0, 30.0, 100.0),
            ("A0", "meal", 1.0, 1.0, 300.0),
            ("A3", "nurs", 4.0, 0.0, 10.0),
            ("A3", "eday", 20.0, 0.0, 10.0),
            ("A3", "heal", 900.0, 900.0, 900.0),
            ("A0", "play", 2.0, 2.0, 1.0),
            ("A0", "kgar", 0.0, 0.0, 0.0),
            ("A3", "ebed", np.nan, np.nan, np.nan),
        ],
        columns=["parcel_id", "kind", "need", "gap", "people"],
    )
    inputs = row_of([4], {"A0": "idle_factory", "A3": "old_compound"}, [(150, 50)], detail=detail)
    zones = draw(inputs, loose(rules)).zones
    assert zones["elder_gap"].iloc[0] == pytest.approx((3 / 8 + 1) / 2)
    assert zones["child_gap"].iloc[0] == 0.5
    own = replace(loose(rules), elder_kinds=("eday", "heal"), child_kinds=("nurs",))  # as own zone rules may say
    zones = draw(inputs, own).zones
    assert zones["elder_gap"].iloc[0] == pytest.approx((3 / 8 + 1) / 2)  # health: 900 of 900
    assert zones["child_gap"].iloc[0] == 0.0


def test_a_station_without_a_zone_says_what_is_missing(rules):
    run = Run(language="en")
    inputs = row_of([4], {"A0": "idle_factory", "A3": "old_compound"}, [(150, 50)])
    zones = draw(inputs, loose(rules, area_min_m2=50_000.0, floor_min_m2=100_000.0, petals_min=3), run)
    assert len(zones.zones) == 0
    found = {row.code: row.values for row in run.left_out}
    assert found["zone_area_short"]["missing"] == pytest.approx(10_000)
    assert found["zone_floor_short"]["missing"] == pytest.approx(20_000)
    assert found["zone_petals_short"]["missing"] == 1
    assert {row.feature_id for row in run.left_out} == {"S0"}


def test_locks_are_kept(rules):
    tags = {"A0": "idle_factory", "A3": "old_compound"}
    square = lambda name: pd.DataFrame({"geometry": [shapely.box(*name)]})  # noqa: E731
    inputs = row_of([4, 4], tags, [(150, 50)], locked_in=square((325, 105, 435, 215)))
    zones = draw(inputs, loose(rules))
    assert members(zones, "locked") == {"B3"}
    inputs = row_of([4, 4], tags, [(150, 50)], locked_out=square((-5, -5, 105, 105)))
    zones = draw(inputs, loose(rules))
    assert members(zones, "near") == {"A0"}
    assert members(zones, "petal") == {"A3"}


def test_a_zone_keeps_the_id_it_had(rules):
    inputs = row_of([4], {"A0": "idle_factory", "A3": "old_compound"}, [(150, 50)])
    first = draw(inputs, loose(rules)).zones
    assert list(first["zone_id"]) == ["Z-S0"]
    before = pd.DataFrame({"zone_id": ["Z-old"], "geometry": first["geometry"]})
    assert list(draw(replace(inputs, previous=before), loose(rules)).zones["zone_id"]) == ["Z-old"]
    elsewhere = pd.DataFrame({"zone_id": ["Z-S0"], "geometry": [shapely.box(5000, 0, 5100, 100)]})
    assert list(draw(replace(inputs, previous=elsewhere), loose(rules)).zones["zone_id"]) == ["Z-S0-2"]


def test_a_given_zone_gets_members_and_roles_only(rules):
    given = pd.DataFrame({"zone_id": ["G1"], "geometry": [shapely.box(-5, -5, 325, 105)]})
    tags = {"A0": "idle_factory", "A3": "old_compound", "A6": "old_compound", "A8": "urban_village"}
    inputs = row_of([10], tags, [(150, 50), (800, 50)], given=given)
    zones = draw(inputs, loose(rules))
    assert list(zones.zones["zone_id"]) == ["G1", "Z-S1"]
    mine = zones.members[(zones.members["zone_id"] == "G1") & (zones.members["role"] != "near")]
    assert dict(zip(mine["parcel_id"], mine["role"], strict=True)) == {"A0": "petal", "A1": "core", "A2": "filler"}
    assert zones.zones["geometry"].iloc[0].equals(given["geometry"].iloc[0])


def test_a_given_zone_keeps_its_name(rules):
    given = pd.DataFrame({"zone_id": ["G1", "G2"], "name": ["局里划的", None],
                          "geometry": [shapely.box(-5, -5, 325, 105), shapely.box(695, -5, 905, 105)]})  # fmt: skip
    inputs = row_of([10], {"A0": "idle_factory"}, [(150, 50), (800, 50)], given=given)
    inputs = replace(inputs, stations=inputs.stations.assign(name=["江边", "山上"]))
    found = draw(inputs, loose(rules)).zones.set_index("zone_id")["name"]
    assert found["G1"] == "局里划的"
    assert found["G2"] == "山上"  # of the station that it holds


@pytest.mark.parametrize("lock", ["locked_in", "locked_out"])
def test_a_lock_that_holds_no_parcel_is_listed(rules, lock):
    run = Run(language="en")
    corner = pd.DataFrame({"geometry": [shapely.box(0, 0, 20, 20)]})  # less than half of any parcel
    inputs = replace(row_of([10], {"A0": "idle_factory"}, [(150, 50)]), **{lock: corner})
    draw(inputs, loose(rules), run)
    assert (lock.upper(), "zone_lock_empty") in [(row.layer, row.code) for row in run.left_out]


def test_the_best_zones_when_there_are_too_many(rules):
    tags = {"A0": "idle_factory", "A1": "idle_factory", "A9": "old_compound"}
    run = Run(language="en")
    inputs = row_of([12], tags, [(250, 50), (1150, 50)], max_zones=1)
    zones = draw(inputs, loose(rules), run)
    assert list(zones.zones["zone_id"]) == ["Z-S0"]
    assert [(row.feature_id, row.code) for row in run.left_out] == [("S1", "zone_beyond_max")]


def test_no_stations_is_refused(rules):
    inputs = row_of([2], {}, [(50, 50)])
    with pytest.raises(RenewalError) as error:
        delineate_zones(replace(inputs, stations=inputs.stations.iloc[:0]), rules, Run())
    assert error.value.code == "zone_no_stations"


def test_the_verifier_sees_what_is_wrong(rules):
    inputs = city(2, stations=3)
    good = draw(inputs, rules)
    assert verify_zones(good, inputs, rules, Run()) == []
    inside = good.members[good.members["role"] != "near"]
    zone_id, other_id = good.zones["zone_id"].iloc[0], good.zones["zone_id"].iloc[1]

    twice = pd.concat([good.members, inside[inside["zone_id"] == zone_id].head(1).assign(zone_id=other_id)])
    text = " ".join(verify_zones(replace(good, members=twice), inputs, rules, Run()))
    assert "is in 2 zones" in text
    assert f"{other_id}: area" in text

    wide = good.zones.copy()
    wide["geometry"] = [shape.buffer(60) for shape in wide["geometry"]]
    assert "holds" in " ".join(verify_zones(replace(good, zones=wide), inputs, rules, Run()))

    of_zone = inputs.parcels[inputs.parcels["parcel_id"].isin(inside["parcel_id"][inside["zone_id"] == zone_id])]
    ends = shapely.bounds(of_zone["geometry"].to_numpy(dtype=object))
    between = next(x + 1 for x in sorted(ends[:, 2])[:-1] if not ((ends[:, 0] < x + 1) & (ends[:, 2] > x + 1)).any())
    fence = pd.DataFrame({"geometry": [shapely.LineString([(between, -1e4), (between, 1e4)])]})
    assert "not connected" in " ".join(verify_zones(good, replace(inputs, barriers=fence), rules, Run()))

    strict = replace(rules, limits=replace(rules.limits, area_max_m2=70_000.0, walk_min=1.0))
    text = " ".join(verify_zones(good, inputs, strict, Run()))
    assert "area above" in text
    assert "beyond the minutes" in text
    assert "not accounted" in " ".join(verify_zones(good, inputs, rules, Run(), inputs.parcels["parcel_id"]))
