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
    untold = dict.fromkeys(("households", "land_use", "ownership", "czcsxm", "tbxhdm", "in_boundary"))
    assert rows_of(out) == [
        {"unit_id": "U-p1", "name": "幸福小区", "tag_hint": "none", "bldg_n": 2, "area_m2": 5000.0, **untold},
        {"unit_id": "U-p3", "name": None, "tag_hint": "none", "bldg_n": 1, "area_m2": 2500.0, **untold},
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


def test_tags_of_units_come_back_to_parcels(run_algorithm, make_layer, rows_of, tmp_path):
    """Units tagged as parcels: the compound of two plots is one old compound, both plots get its tag."""
    parcels = make_layer([
        (PLOT.format(x, x + 50), {"ZDDM": key, "DLBM": "0701", "QSXZ": "20", "CZCSXM": "201"})
        for x, key in ((0, "p1"), (50, "p2"), (200, "p3"))
    ])  # fmt: skip
    rows = [
        (HOUSE.format(x, x + 20, 10, 22), {"ZRZH": f"b{x}", "ZCS": "混6", "LM": name, "YT": "住宅", "JGRQ": year})
        for x, name, year in ((10, "幸福小区1栋", "1988"), (70, "幸福小区2栋", "1989"), (210, None, "2020"))
    ]  # fmt: skip
    buildings = make_layer(rows, name="房屋", types={"LM": str})
    units, members, tags = (str(tmp_path / f"{name}.gpkg") for name in ("units", "members", "tags"))
    wanted = {"PARCELS": parcels, "BUILDINGS": buildings, "NAME_FIELD": "LM"}
    run_algorithm("makeunits", {**wanted, "UNITS": units, "UNIT_MEMBERS": members})
    asked = {"PARCELS": units, "PARCEL_ID": "unit_id", "BUILDINGS": buildings, "AS_OF": "2025-12-31",
             "OUTPUT": "memory:"}  # fmt: skip
    results, _, _ = run_algorithm("tagparcels", {**asked, "UNIT_MEMBERS": members, "PARCEL_TAGS": tags})
    tagged = {row["parcel_id"]: row["tag"] for row in rows_of(results["OUTPUT"])}
    assert tagged == {"U-p1": "old_compound", "U-p3": "none"}
    names = ("parcel_id", "unit_id", "tag", "tag_level", "share")
    assert [tuple(row[name] for name in names) for row in rows_of(tags)] == [
        ("p1", "U-p1", "old_compound", "confirmed", 1.0), ("p2", "U-p1", "old_compound", "confirmed", 1.0),
        ("p3", "U-p3", "none", "none", 1.0),
    ]  # fmt: skip
    with pytest.raises(QgsProcessingException, match="UNIT_MEMBERS"):
        run_algorithm("tagparcels", {**asked, "PARCEL_TAGS": "memory:"})
