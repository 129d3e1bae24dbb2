"""makeunits as the Toolbox runs it: Chinese fields, names with block numbers, a house on two parcels."""

import pytest
from qgis.core import QgsProcessingException

PLOT = "POLYGON(({0} 0, {1} 0, {1} 50, {0} 50, {0} 0))"
HOUSE = "POLYGON(({0} {2}, {1} {2}, {1} {3}, {0} {3}, {0} {2}))"


def layers(make_layer):
    parcels = make_layer([(PLOT.format(x, x + 50), {"ZDDM": key}) for x, key in ((0, "p1"), (50, "p2"), (200, "p3"))])
    rows = [
        (HOUSE.format(10, 30, 10, 22), {"ZRZH": "b1", "ZCS": "混6", "LM": "幸福小区1栋"}),
        (HOUSE.format(30, 36, 10, 22), {"ZRZH": "b2", "ZCS": "砖1", "LM": None}),
        (HOUSE.format(40, 70, 30, 42), {"ZRZH": "b3", "ZCS": "混6", "LM": "幸福小区2栋"}),
        (HOUSE.format(210, 230, 10, 22), {"ZRZH": "b4", "ZCS": "混6", "LM": None}),
    ]
    return parcels, make_layer(rows, name="房屋", types={"LM": str})


def test_units_and_members(run_algorithm, make_layer, rows_of, tmp_path):
    parcels, buildings = layers(make_layer)
    out, members = str(tmp_path / "组团.gpkg"), str(tmp_path / "members.gpkg")
    wanted = {"PARCELS": parcels, "BUILDINGS": buildings, "NAME_FIELD": "LM", "UNITS": out, "UNIT_MEMBERS": members}
    run_algorithm("makeunits", wanted)
    assert rows_of(out) == [
        {"unit_id": "U-p1", "name": "幸福小区", "tag_hint": "none", "bldg_n": 2, "households": None, "area_m2": 5000.0},
        {"unit_id": "U-p3", "name": None, "tag_hint": "none", "bldg_n": 1, "households": None, "area_m2": 2500.0},
    ]
    assert [tuple(row.values()) for row in rows_of(members)] == [
        ("U-p1", "p1", None, 1.0), ("U-p1", "p1", "b1", 1.0), ("U-p1", "p1", "b2", 1.0),
        ("U-p1", "p1", "b3", 0.333333), ("U-p1", "p2", None, 1.0), ("U-p1", "p2", "b3", 0.666667),
        ("U-p3", "p3", None, 1.0), ("U-p3", "p3", "b4", 1.0),
    ]  # fmt: skip


def test_a_name_field_that_is_not_there_is_one_sentence(run_algorithm, make_layer):
    parcels, buildings = layers(make_layer)
    wanted = {"PARCELS": parcels, "BUILDINGS": buildings, "UNITS": "memory:", "UNIT_MEMBERS": "memory:"}
    with pytest.raises(QgsProcessingException, match="楼名"):
        run_algorithm("makeunits", {**wanted, "NAME_FIELD": "楼名"})
