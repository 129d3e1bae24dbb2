"""台账.xlsx of a delivery: what the parcels' own layer says of name, address, owner and homes stands in it."""

from pathlib import Path

import pytest
from qgis.core import QgsVectorLayer

openpyxl = pytest.importorskip("openpyxl")
PLOT = "POLYGON(({0} 3272000, {1} 3272000, {1} 3272050, {0} 3272050, {0} 3272000))"


def test_the_ledger_of_a_delivery(run_algorithm, make_layer, tmp_path):
    told = {"tag": "old_compound", "tag_level": "confirmed", "area_m2": 2500.0, "floor_m2": 6000.5, "bldg_n": 2}
    own = {"XMMC": "=幸福小区1栋", "ZL": "建设路1号", "QSXZ": "20", "户数": 40}
    rows = [
        (PLOT.format(363000, 363050), {"parcel_id": "p1", **told, "programme": "none", **own}),
        (PLOT.format(363060, 363110), {"parcel_id": "p2", **told, "programme": "none", **own}),
        (PLOT.format(364000, 364050), {"parcel_id": "p3", "tag": "none", "area_m2": 2500.25, "programme": "listed"}),
    ]
    parcels = make_layer(rows, name="tagged")
    zones = make_layer([], types={"zone_id": str}, name="zones")
    members = make_layer([], "None", types={"zone_id": str, "parcel_id": str}, name="members")
    road = make_layer([("LINESTRING(363130 3271900,363130 3272200)", {"name": "东街"})], "LineString", name="roads")
    listed = make_layer([(None, {"parcel_id": "p9", "status": "已改造", "project_no": "X9"})], "None", name="名单")
    wanted = {"ZONES": zones, "MEMBERS": members, "PARCELS": parcels, "FORMATS": ["xlsx"], "ROADS": road,
              "PROGRAMME": listed}  # fmt: skip
    found, _, _ = run_algorithm("exportzones", {**wanted, "FOLDER": str(tmp_path / "交付")})
    book = openpyxl.load_workbook(Path(found["FOLDER"]) / "tables" / "台账.xlsx")
    assert book.sheetnames == ["分类面积", "老旧小区", "名单差异"]
    totals = [row[:5] for row in book["分类面积"].iter_rows(min_row=3, max_row=5, values_only=True)]
    assert totals == [
        ("老旧小区", "符合条件（待认定）", 2, 5000, 12001),
        ("其他", "", 1, 2500.25, None),
        ("合计", None, 3, 7500.25, 12001),
    ]  # fmt: skip
    heads = [cell.value for cell in book["老旧小区"][2]]
    entry = dict(zip(heads, next(book["老旧小区"].iter_rows(min_row=3, max_row=3, values_only=True))))
    assert (entry["名称"], entry["地址"], entry["权属"]) == ("=幸福小区", "建设路1号", "国有 20")
    assert (entry["栋数（栋）"], entry["户数（户）"], entry["宗地编号"]) == (4, 80, "p1、p2")
    assert entry["四至"] == "东至东街，南至3272000，西至363000，北至3272050"
    sides = [row[:2] for row in book["名单差异"].iter_rows(min_row=3, max_row=5, values_only=True)]
    assert sides == [("识别有、名单无", "p1"), ("识别有、名单无", "p2"), ("名单条目找不到宗地", "p9")]


def test_own_fields_are_read_as_tagging_reads_them(run_algorithm, make_layer, tmp_path):
    """Codes of Excel are reals (701.0), numbers of households have commas and units (1,200户)."""
    told = {"tag": "old_compound", "tag_level": "confirmed", "area_m2": 2500.0, "bldg_n": 2, "programme": "none"}
    rows = [
        (
            PLOT.format(363000, 363050),
            {"parcel_id": "p1", **told, "XMMC": "幸福小区", "户数": "1,200户", "DLBM": 701.0},
        ),
        (PLOT.format(364000, 364050), {"parcel_id": "p2", **told, "XMMC": "光明小区", "户数": "40", "DLBM": 801.0}),
    ]
    values = {
        "ZONES": make_layer([], types={"zone_id": str}, name="zones"),
        "MEMBERS": make_layer([], "None", types={"zone_id": str, "parcel_id": str}, name="members"),
        "PARCELS": make_layer(rows, name="tagged"), "FORMATS": ["xlsx", "gpkg"], "FOLDER": str(tmp_path / "交付"),
    }  # fmt: skip
    found, _, _ = run_algorithm("exportzones", values)
    book = openpyxl.load_workbook(Path(found["FOLDER"]) / "tables" / "台账.xlsx")
    heads = [cell.value for cell in book["老旧小区"][2]]
    told = [dict(zip(heads, row)) for row in book["老旧小区"].iter_rows(min_row=3, max_row=4, values_only=True)]
    assert {row["名称"]: row["户数（户）"] for row in told} == {"幸福小区": 1200, "光明小区": 40}
    land = QgsVectorLayer(f"{found['FOLDER']}/data.gpkg|layername=land_use_map", "land", "ogr")
    assert sorted(row["land_use"] for row in land.getFeatures()) == ["701", "801"]
    kept = QgsVectorLayer(f"{found['FOLDER']}/data.gpkg|layername=tagged", "tagged", "ogr")
    assert sorted((row["land_use"], row["households"]) for row in kept.getFeatures()) == [("701", 1200), ("801", 40)]
