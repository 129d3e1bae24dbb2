"""Buildings measured and laid on parcels; areas by hand."""

import numpy as np
import pandas as pd
import shapely
from urban_renewal.core.inputs.buildings import measure_buildings
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
