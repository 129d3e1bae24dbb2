"""Ids: a place with several facilities keeps them all, doubles are told from neighbours, row order does not matter."""

import pandas as pd
import pytest
import shapely
from urban_renewal.core.inputs.ids import drop_doubles, give_ids, owners_of_place, tell_same_shapes
from urban_renewal.core.run import Run

HOUSE, OTHER = shapely.Point(10, 20), shapely.Point(30, 40)


def facilities(ids, order=(0, 1, 2, 3)):
    """A canteen and a nursery in one house, the nursery once more word by word, a clinic elsewhere."""
    frame = pd.DataFrame({
        "facility_id": ids, "kind": ["meal", "nurs", "nurs", "heal"], "capacity": [80.0, 60.0, 60.0, None],
        "geometry": [HOUSE, HOUSE, HOUSE, OTHER],
    })  # fmt: skip
    return frame.iloc[list(order)].reset_index(drop=True)


@pytest.mark.parametrize("order", [(0, 1, 2, 3), (3, 2, 1, 0), (2, 0, 3, 1)])
def test_two_facilities_in_one_house_are_two(order):
    """Without ids: the second nursery is the first one again; the canteen is none of that, nor listed."""
    run, table = Run(), facilities([None] * 4, order)
    keep = give_ids(table, "facility_id", "FACILITIES", 3, run, ["kind", "capacity"])
    kept = table[keep]
    assert sorted(kept["kind"]) == ["heal", "meal", "nurs"]
    assert kept["facility_id"].is_unique
    assert [entry.code for entry in run.left_out] == ["duplicate_feature"]
    assert owners_of_place(kept.reset_index(drop=True), "facility_id").tolist() == [0, 1, 2]  # nobody says they are one
    ids = dict(zip(kept["kind"], kept["facility_id"]))
    first = facilities([None] * 4)
    rows = give_ids(first, "facility_id", "FACILITIES", 3, Run(), ["kind", "capacity"])
    assert ids == dict(zip(first[rows]["kind"], first[rows]["facility_id"]))


def test_one_given_id_twice_in_one_place_is_told():
    run, table = Run(), facilities(["F1", "F1", "F1", "F2"])
    keep = give_ids(table, "facility_id", "FACILITIES", 3, run, ["kind", "capacity"])
    assert sorted(table[keep]["kind"]) == ["heal", "meal", "nurs"]
    told = [(entry.code, entry.severity) for entry in run.left_out]
    assert sorted(told) == [("duplicate_feature", "error"), ("duplicate_id_place", "info")]
    kept = table[keep].reset_index(drop=True)
    place = owners_of_place(kept, "facility_id")
    of = dict(zip(kept["facility_id"], kept["facility_id"].to_numpy()[place]))
    assert len(of) == 3 and set(of.values()) == {"F1", "F2"}  # the marked one stands where F1 stands


def test_one_given_id_in_two_places_is_two_facilities():
    run, table = Run(), facilities(["F1", "F9", "F9", "F1"])
    keep = give_ids(table, "facility_id", "FACILITIES", 3, run, ["kind", "capacity"])
    assert [entry.code for entry in run.left_out if entry.code.startswith("duplicate_id")] == ["duplicate_id"]
    kept = table[keep]
    assert owners_of_place(kept, "facility_id").tolist() == list(range(len(kept)))


def test_an_outline_drawn_twice_is_one_parcel_whatever_it_says():
    table = pd.DataFrame({"parcel_id": [None, None], "name": ["a", "b"], "geometry": [OTHER.buffer(5)] * 2})
    assert give_ids(table, "parcel_id", "PARCELS", 3, Run()).sum() == 1


@pytest.mark.parametrize("order", [(0, 1, 2, 3), (3, 2, 1, 0), (1, 3, 0, 2)])
def test_a_parcel_without_an_id_in_the_shape_of_another_is_that_parcel(order):
    """Drawn once more from another corner and without its number: counted once, with what the row with the number says.
    A neighbour without an id keeps its own; a row without a place is no double of anything.
    """
    yard = shapely.Polygon([(0, 0), (10, 0), (10, 5), (0, 5)])
    table = pd.DataFrame({
        "parcel_id": ["P1", None, "", None], "name": ["乙", "甲", None, "丙"],
        "geometry": [yard, shapely.reverse(yard), shapely.box(10, 0, 20, 5), None],
    }).iloc[list(order)].reset_index(drop=True)  # fmt: skip
    run = Run()
    kept = table[give_ids(table, "parcel_id", "PARCELS", 3, run)]
    assert kept[kept["parcel_id"] == "P1"]["name"].tolist() == ["乙"]
    assert len(kept) == 3 and kept["parcel_id"].is_unique
    assert [(row.feature_id, row.code) for row in run.left_out] == [("P1", "duplicate_unnamed")]
    assert [(note.code, note.values["n"]) for note in run.messages] == [("ids_from_geometry", 2)]


def test_a_facility_without_an_id_beside_another_stays():
    """Several may stand in one place."""
    run, table = Run(), facilities(["F1", None, "F2", None])
    keep = give_ids(table, "facility_id", "FACILITIES", 3, run, ["kind", "capacity"])
    assert keep.all()


@pytest.mark.parametrize("order", [(0, 1, 2), (2, 1, 0), (1, 2, 0)])
def test_of_people_of_several_years_the_latest_stay(order):
    zones = pd.DataFrame({
        "community_id": ["C1", "C1", "C2"], "pop_year": ["2020", "2023", "2020"], "pop": [100.0, 120.0, 50.0],
        "geometry": [OTHER.buffer(5), OTHER.buffer(5), HOUSE.buffer(5)],
    }).iloc[list(order)].reset_index(drop=True)  # fmt: skip
    run = Run()
    kept = zones[give_ids(zones, "community_id", "POPULATION", 3, run)].sort_values("community_id")
    assert kept["pop"].tolist() == [120, 50]
    assert [(entry.code, entry.severity) for entry in run.left_out] == [("duplicate_differs", "warning")]


@pytest.mark.parametrize("order", [(0, 1), (1, 0)])
def test_which_double_stays_does_not_hang_on_the_order_of_rows(order):
    houses = pd.DataFrame({"building_id": ["b", "b"], "floors": ["6", "3"], "geometry": [OTHER.buffer(5)] * 2})
    houses = houses.iloc[list(order)].reset_index(drop=True)
    first = houses[give_ids(houses, "building_id", "BUILDINGS", 3, Run())]["floors"].tolist()
    again = houses[::-1].reset_index(drop=True)
    assert again[give_ids(again, "building_id", "BUILDINGS", 3, Run())]["floors"].tolist() == first


@pytest.mark.parametrize("order", [(0, 1, 2, 3, 4), (4, 3, 2, 1, 0)])
def test_one_shape_under_two_ids_is_told_once(order):
    """The same yard begun at another corner and turned the other way; its neighbour of the same size is none."""
    yard = shapely.Polygon([(0, 0), (10, 0), (10, 5), (0, 5)])
    again = shapely.Polygon([(10, 5), (10, 0), (0, 0), (0, 5)])
    bent = shapely.Polygon([(0, 0), (10, 0), (10, 5), (5, 4), (0, 5)])  # the same corners of the box, another shape
    beside = shapely.Polygon([(10, 0), (20, 0), (20, 5), (10, 5)])
    shapes = [yard, again, bent, beside, None]
    table = pd.DataFrame({"parcel_id": list("badce"), "geometry": shapes}).iloc[list(order)].reset_index(drop=True)
    run = Run()
    tell_same_shapes(table, "parcel_id", "PARCELS", 3, run)
    assert [(row.feature_id, row.code, row.severity, row.values) for row in run.left_out] == [
        ("b", "same_shape", "warning", {"other": "a"})
    ]


def test_rows_without_ids_that_say_the_same_of_one_shape_are_one():
    """The corner where the second begins, a number with as much behind it: what differs in anything is another row."""
    first, again = shapely.box(0, 0, 10, 10), shapely.Polygon([(10, 10), (0, 10), (0, 0), (10, 0)])
    plan = pd.DataFrame({"land_use": ["0701", "0701", "0901", "0701", None], "far": [2.0, 2.0, 2.0, None, None],
                         "geometry": [first, again, first, first, shapely.box(0, 0, 10, 11)]})  # fmt: skip
    run = Run()
    assert drop_doubles(plan, "PLAN", 3, run).tolist() == [True, False, True, True, True]
    assert [(row.layer, row.feature_id, row.code) for row in run.left_out] == [("PLAN", "2", "duplicate_row")]
