"""Corners of the count: surplus elsewhere, nobody, people nobody knows, the nearest of most and not of few."""

import numpy as np
import shapely
from urban_renewal.core import envelope
from urban_renewal.core.gaps.fair import Reach, merge_places
from urban_renewal.core.gaps.gap import count_gaps
from urban_renewal.core.gaps.standard import kinds_of
from urban_renewal.core.gaps.summary import districts_of_field
from urban_renewal.core.gaps.town import GapLayers, GapOptions
from urban_renewal.core.run import Run
from urban_renewal.core.walking.profiles import load_profiles

from .helpers import detail_table, frame, load_table, solve, summary_table, wide_table


def test_surplus_elsewhere_is_no_reason_to_be_unfair_here():
    # a (26) and b (25) compete for 20 + 5 units: 25/51 of the need each, 12.75 and 12.25, so 13 and 12. c has sixteen
    # facilities of 49 for a need of 49: the town as a whole has eight times what it needs, far past what an int32 holds
    # when somebody forgets that nobody is served more than he needs
    mine = [(0, 0), (1, 0), (1, 1)]
    found = solve([26, 25, 49], [20, 5, *[49] * 16], mine + [(2, 2 + number) for number in range(16)])
    assert found.served.tolist() == [13, 12, 49]
    assert found.load.tolist()[:2] == [20, 5] and found.load.sum() == 74


def test_who_needs_nothing_belongs_to_no_pool():
    need, pairs = np.array([4, 0, 6], dtype=np.int64), [(0, 0), (1, 0), (2, 0), (1, 1)]
    place, facility = np.array(pairs, dtype=np.intp).T
    groups = merge_places(need, Reach(place, facility, 3, 2))
    assert groups.of_place.tolist() == [0, -1, 0] and groups.need.tolist() == [10]
    assert groups.facility.tolist() == [0]  # nobody with a need goes to the second one
    found = solve(need, [5, 9], pairs)
    assert found.block.tolist() == [0, -1, 0] and found.served.tolist() == [2, 0, 3] and found.load.tolist() == [5, 0]


def counted_town(homes, run):
    """Two parcels of 100 m on a street of 600 m, a second a metre; day care at 0 m and at 400 m."""
    parcels = frame([shapely.box(100, -20, 300, 20), shapely.box(300, -20, 400, 20)], parcel_id=["p0", "p1"],
                    resid_share=[1.0, 1.0])  # fmt: skip
    facilities = frame([shapely.Point(0, 0), shapely.Point(400, 0)], facility_id=["f1", "f2"], kind=["eday"] * 2,
                       capacity=[100.0, 100.0], unit=["m2", "m2"])  # fmt: skip
    street = frame([shapely.LineString([(0, 0), (600, 0)])], edge_id=["e"], from_node=["a"], to_node=["b"],
                   kind=["street"], length_m=[600.0], component=[1], elder_fwd_ms=[600000],
                   elder_back_ms=[600000])  # fmt: skip
    profiles = {profile.id: profile for profile in load_profiles(["elder"])}
    options = GapOptions(kinds_of(envelope.load("standard", "chongqing"), ("eday",)), profiles)
    counted = count_gaps(GapLayers(parcels, homes, facilities, None, None, street, None, None), options, run)
    return parcels, facilities, counted


def count(homes):
    """Return the tables gap_detail and gap of that town, by parcel."""
    parcels, _, counted = counted_town(homes, Run())
    detail = detail_table(parcels, counted, Run())
    return detail.set_index("parcel_id"), wide_table(parcels, detail, counted, Run()).set_index("parcel_id")


def homes_at(places, households, elders):
    return frame(
        [shapely.box(x - 1, -1, x + 1, 1) for _, x in places], building_id=[f"b{k}" for k in range(len(places))],
        parcel_id=[parcel for parcel, _ in places], resid_floor_m2=[1000.0] * len(places), households=households,
        pop=[3 * n for n in households], pop_60=elders,
    )  # fmt: skip


def test_the_nearest_of_the_most_people_not_of_the_fewest():
    # of p0's 110 old people 10 live at 110 m and have f1 (110 m) nearer, 100 live at 290 m and have f2 (110 m)
    detail, _ = count(homes_at([("p0", 110), ("p0", 290), ("p1", 350)], [10.0, 100.0, 10.0], [10.0, 100.0, 10.0]))
    assert detail["nearest_id"].tolist() == ["f2", "f2"]
    # the other way round: 100 at 110 m
    detail, _ = count(homes_at([("p0", 110), ("p0", 290), ("p1", 350)], [100.0, 10.0, 10.0], [100.0, 10.0, 10.0]))
    assert detail["nearest_id"].tolist() == ["f1", "f2"]


def test_unknown_people_are_not_nobody():
    detail, wide = count(homes_at([("p0", 200), ("p1", 350)], [50.0, np.nan], [20.0, np.nan]))
    blank = ["people", "need", "access_ratio", "served", "gap", "share"]
    assert detail.loc["p1", blank].isna().all() and detail.loc["p1", "status"] == "NO_PEOPLE_DATA"
    assert detail.loc["p1", "walk_s"] == 50  # the way is known all the same
    assert detail.loc["p0", blank].notna().all() and detail.loc["p0", "need"] == 10  # 50 households × 0.2 m²
    for name in ("eday_need", "eday_gap", "eday_in_r", "elder_gap"):
        assert np.isnan(float(wide.loc["p1", name])) and not np.isnan(float(wide.loc["p0", name])), name


def test_a_parcel_shows_the_homes_it_knows_and_says_that_there_are_more():
    # of p0's three homes one lies in no population zone; what stands on p1 is a works in none: nobody lives there
    homes = homes_at([("p0", 110), ("p0", 200), ("p0", 290), ("p1", 350)], [50.0, np.nan, 25.0, np.nan], [20.0] * 4)
    homes["resid_floor_m2"] = [1000.0, 1000.0, 1000.0, 0.0]
    homes.loc[[1, 3], ["pop", "pop_60"]] = np.nan
    run = Run()
    parcels, facilities, counted = counted_town(homes, run)
    detail = detail_table(parcels, counted, Run())
    assert detail["need"].tolist() == [15, 0] and detail["served"].tolist() == [15, 0]  # (50 + 25) households × 0.2 m²
    assert detail["status"].tolist() == ["PARTIAL", "NO_NEED"]
    assert wide_table(parcels, detail, counted, Run())["eday_need"].tolist() == [15, 0]
    (told,) = [row for row in run.left_out if row.code == "people_partly_known"]
    assert (told.feature_id, told.values) == ("p0", {"missing": 1, "homes": 3})
    everywhere = districts_of_field(None, parcels, facilities, Run())
    assert summary_table(everywhere, parcels, facilities, None, counted, Run())["need"].tolist() == [15]


def test_where_nobody_knows_the_people_nothing_is_needed_is_not_said():
    homes = homes_at([("p0", 200), ("p1", 350)], [np.nan, np.nan], [20.0, 20.0])  # eday goes by households
    run = Run()
    parcels, facilities, counted = counted_town(homes, run)
    everywhere = districts_of_field(None, parcels, facilities, Run())
    summary = summary_table(everywhere, parcels, facilities, None, counted, Run())
    blank = ["need", "served", "gap", "surplus", "feasible_n", "feasible_size"]
    assert summary[blank].isna().all(axis=None) and summary["supply"].tolist() == [200]
    assert summary["people"].tolist() == [40]  # the elders are known all the same
    loads = load_table(parcels, counted)
    assert loads[["served", "free"]].isna().all(axis=None)
    assert loads["status"].tolist() == ["NO_PEOPLE_DATA"] * 2
    assert [row for row in run.left_out if row.code == "supply_unreached"] == []
    some = homes_at([("p0", 200), ("p1", 350)], [50.0, np.nan], [20.0, 20.0])
    parcels, facilities, counted = counted_town(some, Run())
    summary = summary_table(everywhere, parcels, facilities, None, counted, Run())
    assert summary["need"].tolist() == [10] and load_table(parcels, counted)["served"].sum() == 10
