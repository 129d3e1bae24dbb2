"""Buildings measured and laid on parcels; areas by hand."""

import numpy as np
import pandas as pd
import pytest
import shapely
from urban_renewal.core.inputs.buildings import counts_basements, drawn_in_parts, less_basements, measure_buildings
from urban_renewal.core.inputs.overlay import share_buildings
from urban_renewal.core.run import Run


def buildings(*rows):
    frame = pd.DataFrame([row for _, row in rows])
    frame["building_id"] = [f"b{number}" for number in range(len(rows))]
    frame["geometry"] = np.array([shape for shape, _ in rows], dtype=object)
    return frame


def words(column):
    """None for what is missing, however this edition of pandas writes it."""
    return [None if pd.isna(word) else word for word in column]


def test_floor_area_from_storeys_text_height_and_document():
    ten = shapely.box(0, 0, 10, 10)
    frame = buildings(
        (ten, {"floors": "混6", "height": 99, "use": "住宅"}),
        (ten, {"floors": None, "height": 18, "use": "住宅"}),
        (ten, {"floors": None, "height": 12.5, "use": "厂房"}),
        (ten, {"floors": "砼6/-2", "floor_area": 555.0, "use": "商住"}),
        (ten, {"floors": None, "use": None}),
        (shapely.box(0, 0, 5, 5), {"floors": "1", "use": "住宅"}),
    )
    found = measure_buildings(frame, Run())
    assert np.allclose(found["floor_m2"], [600, 600, 200, 555, np.nan, 25], equal_nan=True)
    assert found["floor_down_m2"].tolist() == [0, 0, 0, 200, 0, 0]
    assert words(found["floors_source"]) == ["floors", "height", "height", "floors", None, "floors"]
    assert np.allclose(found["resid_share"], [1, 1, 0, 0.8, np.nan, 1], equal_nan=True)
    assert words(found["structure"]) == ["mixed", None, None, "concrete", None, None]
    assert found["is_shed"].tolist() == [False] * 5 + [True]


def test_a_building_over_two_parcels_is_shared_by_area():
    parcels = pd.DataFrame({"parcel_id": ["p2", "p1"]})
    parcels["geometry"] = np.array([shapely.box(0, 0, 100, 100), shapely.box(100, 0, 200, 100)], dtype=object)
    frame = buildings(
        (shapely.box(90, 0, 130, 10), {}), (shapely.box(90, 20, 110, 30), {}), (shapely.box(0, 0, 10, 10), {}),
        (shapely.box(300, 0, 310, 10), {}), (shapely.box(-10, 0, 10, 10), {}),
    )  # fmt: skip
    run = Run()
    found = share_buildings(measure_buildings(frame, run), parcels, run)
    rows = found[["building", "parcel", "share", "is_main"]].values.tolist()
    assert rows == [
        [0, 1, 0.75, True], [0, 0, 0.25, False],
        [1, 1, 0.5, True], [1, 0, 0.5, False],  # a tie goes to the lower parcel_id
        [2, 0, 1.0, True],
        [4, 0, 1.0, True],  # what hangs over no parcel stays with the one it stands on
    ]  # fmt: skip
    assert [(row.feature_id, row.code) for row in run.left_out] == [("b3", "building_outside")]


def test_storeys_below_and_entrance_storeys_are_read_as_words_too():
    ten = shapely.box(0, 0, 10, 10)
    rows = [("2层", "3层"), ("-1", "3"), ("地下2层", "1"), ("0", None), (None, "平街"), ("2", "3F")]
    found = measure_buildings(
        buildings(*((ten, {"floors": "6", "floors_down": down, "entry_floor": entry}) for down, entry in rows)), Run()
    )
    assert found["floor_down_m2"].tolist() == [200, 100, 200, 0, 0, 200]
    assert np.allclose(found["entry_floor"], [3, 3, 1, np.nan, np.nan, 3], equal_nan=True)


def test_annexes_of_a_building_drawn_in_parts_are_seen():
    row = [(shapely.box(20 * k, 0, 20 * k + 10, 10), {"floors": "6"}) for k in range(3)]  # three towers apart
    annex = (shapely.box(10, 0, 15, 10), {"floors": "2"})  # stands against the first
    terrace = (shapely.box(30, 0, 38, 10), {"floors": "4"})  # against the second: more than half as high
    shed = (shapely.box(50, 0, 52, 10), {"floors": "棚1"})
    far = (shapely.box(500, 0, 520, 10), {"floors": None})
    assert drawn_in_parts(measure_buildings(buildings(*row), Run()), Run()) == (3, 0)
    assert drawn_in_parts(measure_buildings(buildings(*row, annex, terrace, shed, far), Run()), Run()) == (5, 1)


def test_basements_that_no_building_tells_of_are_unknown():
    ten = shapely.box(0, 0, 10, 10)
    silent = measure_buildings(buildings((ten, {"floors": "6"}), (ten, {"floors": "6"})), Run())
    assert silent["floor_down_m2"].isna().all()
    told = measure_buildings(buildings((ten, {"floors": "6/-1"}), (ten, {"floors": "6"})), Run())
    assert told["floor_down_m2"].tolist() == [100, 0]


def test_heights_and_areas_that_no_building_has_are_unknown():
    ten = shapely.box(0, 0, 10, 10)
    found = measure_buildings(
        buildings((ten, {"height": 9999.0}), (ten, {"height": 30.0, "floor_area": 1e9, "use": "住宅"})), Run()
    )
    assert np.allclose(found["floor_m2"], [np.nan, 1000], equal_nan=True)


@pytest.mark.parametrize(
    ("field", "whole"),
    [("总层数", True), ("ZCS", True), ("房屋总层数", True), ("总楼层", True), ("total_floors", True), ("层数", False),
     ("DSCS", False), ("地上层数", False), ("floors", False), ("ZCSM", False)],
)  # fmt: skip
def test_names_of_fields_that_count_basements(field, whole):
    assert counts_basements(field) is whole


def test_storeys_below_ground_are_taken_off_all_storeys():
    all_storeys = pd.Series(["8", "砼33", "18/-2", "3", "六层", None, "7", "2"], dtype="string")
    below = pd.Series(["2", "地下3层", "2", None, "1", "1", "0", "2"], dtype="string")
    texts, n = less_basements(all_storeys, below)
    assert words(texts) == ["6", "砼30", "18/-2", "3", "5", None, "7", "2"] and n == 3


def test_a_building_that_reaches_over_the_rim_of_the_land_stands_beside_it():
    """A tower of 30 storeys over a kerb by 0.2 m of its 20 brought the parcel all of its 12,000 m²."""
    parcels = pd.DataFrame({"parcel_id": ["p1", "p2"]})
    parcels["geometry"] = np.array([shapely.box(0, 0, 100, 100), shapely.box(100, 0, 200, 100)], dtype=object)
    frame = buildings(
        (shapely.box(20, -19.8, 40, 0.2), {"floors": 30}), (shapely.box(90, -19, 110, 1), {}),  # 1 %, twice 2.5 %
        (shapely.box(50, -18, 70, 2), {}),  # 10 %
        (shapely.box(60, 50, 100.1, 60), {}),  # all of it, 0.25 % on the neighbour's
    )  # fmt: skip
    run = Run()
    found = share_buildings(measure_buildings(frame, run), parcels, run)
    assert found[["building", "parcel"]].values.tolist() == [[2, 0], [3, 0], [3, 1]]
    assert found["share"].tolist()[0] == 1 and found["share"].iloc[1:].sum() == pytest.approx(1)
    assert [(row.feature_id, row.code, row.values["percent"]) for row in run.left_out] == [
        ("b0", "building_beside", "1.0"), ("b1", "building_beside", "5.0")
    ]  # fmt: skip
