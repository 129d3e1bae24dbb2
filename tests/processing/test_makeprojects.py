"""makeprojects on real layers: written, numbered, refused early."""

import json

import pytest
from qgis.core import QgsProcessingException

BOX = "POLYGON((0 0,100 0,100 100,0 100,0 0))"


@pytest.fixture
def layers(make_layer):
    """One zone with one factory parcel of 1 ha and 2000 m² of floor, and stairs of 80 m."""
    parcel = {"parcel_id": "P1", "tag": "idle_factory", "floor_m2": 2000.0, "coverage": 0.1, "lift_need_n": 0}
    link = {"link_id": "L1", "kind": "stairs", "length_m": 80.0}
    return {
        "ZONES": make_layer([(BOX, {"zone_id": "Z1", "name": "观音桥"})], name="zones"),
        "MEMBERS": make_layer([(None, {"zone_id": "Z1", "parcel_id": "P1", "role": "petal"})], "None", crs=""),
        "PARCELS": make_layer([(BOX, {**parcel, "danger_cd_n": 0})], name="tagged"),
        "LINKS": make_layer([("LINESTRING(10 10,90 10)", link)], "LineString", name="links"),
    }


def sinks(folder):
    return {name: str(folder / f"{name.lower()}.gpkg") for name in ("PROJECTS", "PROJECT_ITEMS")}


def test_projects_and_items(layers, run_algorithm, rows_of, tmp_path):
    """9000 m² of open ground × 150 元, 2000 m² × 1200 元: 375 万元; 80 m × 4000…9000 元: 32…72 万元."""
    results, _, _ = run_algorithm("makeprojects", {**layers, **sinks(tmp_path), "NUMBERING": "渝中-{类型}-{序号}"})
    rows = rows_of(results["PROJECTS"])
    assert [(row["project_id"], row["district"], row["invest_low_wan"]) for row in rows] == [
        ("渝中-LJCQ-001", "渝中", 375), ("渝中-JT-001", "渝中", 32)
    ]  # fmt: skip
    items = rows_of(results["PROJECT_ITEMS"])
    assert [(row["item_id"], row["quantity"]) for row in items] == [("convert", 2000), ("yard", 9000), ("stairs", 80)]


def test_own_prices(layers, run_algorithm, rows_of, tmp_path):
    own = {
        "schema": "urban-renewal/costs/1", "id": "own", "title": {"zh": "自定", "en": "Own"}, "extends": "chongqing",
        "items": [{"id": "stairs", "price": {"value": [1000, 2000]}}],
    }  # fmt: skip
    path = tmp_path / "own.json"
    path.write_text(json.dumps(own), encoding="utf-8")
    results, _, _ = run_algorithm("makeprojects", {**layers, **sinks(tmp_path), "COST_TABLE": str(path)})
    item = rows_of(results["PROJECT_ITEMS"])[-1]
    assert (item["amount_low_wan"], item["amount_high_wan"], item["source"]) == (8, 16, "own")


def test_a_template_without_number_is_refused(layers, run_algorithm, tmp_path):
    with pytest.raises(QgsProcessingException, match="序号"):
        run_algorithm("makeprojects", {**layers, **sinks(tmp_path), "NUMBERING": "{片区}"})
