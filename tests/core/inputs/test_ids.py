"""Ids: a place with several facilities keeps them all, doubles are told from neighbours, row order does not matter."""

import pandas as pd
import pytest
import shapely
from urban_renewal.core.inputs.ids import give_ids
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
    ids = dict(zip(kept["kind"], kept["facility_id"]))
    first = facilities([None] * 4)
    rows = give_ids(first, "facility_id", "FACILITIES", 3, Run(), ["kind", "capacity"])
    assert ids == dict(zip(first[rows]["kind"], first[rows]["facility_id"]))


def test_one_given_id_twice_in_one_place_is_told():
    run, table = Run(), facilities(["F1", "F1", "F1", "F2"])
    keep = give_ids(table, "facility_id", "FACILITIES", 3, run, ["kind", "capacity"])
    assert sorted(table[keep]["kind"]) == ["heal", "meal", "nurs"]
    assert sorted(entry.code for entry in run.left_out) == ["duplicate_feature", "duplicate_id"]


def test_an_outline_drawn_twice_is_one_parcel_whatever_it_says():
    table = pd.DataFrame({"parcel_id": [None, None], "name": ["a", "b"], "geometry": [OTHER.buffer(5)] * 2})
    assert give_ids(table, "parcel_id", "PARCELS", 3, Run()).sum() == 1
