"""checkzones on real layers: fields named by the user, results written, STRICT."""

import pytest
from qgis.core import QgsProcessingException


def square(x, y, side):
    return f"POLYGON(({x} {y},{x + side} {y},{x + side} {y + side},{x} {y + side},{x} {y}))"


@pytest.fixture
def layers(make_layer):
    """One zone of two parcels of 1 ha, five houses of 100 m² and 4 storeys; one is to go, one of class D stays."""
    parcels = [(square(100 * i, 0, 100), {"parcel_id": f"P{i}", "tag": "old_compound", "resid_share": 1.0})
               for i in range(2)]  # fmt: skip
    houses = [(square(40 * i, 10, 10), {"building_id": f"B{i}", "floors": 4, "GXFS": "拆" if i == 0 else None,
                                        "LY": "道路拓宽" if i == 0 else None, "danger": "D" if i == 1 else "A"})
              for i in range(5)]  # fmt: skip
    members = [(None, {"zone_id": "Z1", "parcel_id": f"P{i}", "role": "petal"}) for i in range(2)]
    zone = ("POLYGON((0 0,200 0,200 100,0 100,0 0))", {"zone_id": "Z1", "name": "观音桥", "area_m2": 20_000.0})
    return {
        "ZONES": make_layer([zone], name="zones"),
        "MEMBERS": make_layer(members, "None", crs="", name="members"),
        "PARCELS": make_layer(parcels, name="tagged"),
        "BUILDINGS": make_layer(houses, name="buildings"),
        "ACTION_FIELD": "GXFS",
        "ACTION_REASON": "LY",
    }


def sinks(folder):
    return {name: str(folder / f"{name.lower()}.gpkg") for name in ("OUTPUT", "ACTIONS", "FINDINGS")}


def test_the_users_fields_decide(layers, run_algorithm, rows_of, tmp_path):
    results, _, _ = run_algorithm("checkzones", {**layers, **sinks(tmp_path)})
    zone = rows_of(results["OUTPUT"])[0]
    assert (zone["demolish_share"], zone["exist_m2"], zone["demolish_n"], zone["danger_cd_n"]) == (0.2, 2000, 1, 1)
    actions = {row["building_id"]: row for row in rows_of(results["ACTIONS"])}
    assert (actions["B0"]["action"], actions["B0"]["reason"], actions["B0"]["source"]) == ("拆", "道路拓宽", "user")
    assert {row["action"] for name, row in actions.items() if name != "B0"} == {"改"}
    assert "建议鉴定/加固" in actions["B1"]["advice"]
    findings = {row["finding_id"]: row for row in rows_of(results["FINDINGS"])}
    assert findings["demolish_all:Z1"]["verdict"] == "pass"
    assert findings["plan:Z1"]["verdict"] == "unknown"


def test_strict_tells_and_still_writes(layers, run_algorithm, rows_of, tmp_path):
    layers["ACTION_REASON"] = None
    with pytest.raises(QgsProcessingException, match="demolish_reason:Z1"):
        run_algorithm("checkzones", {**layers, **sinks(tmp_path), "STRICT": True})
    findings = {row["finding_id"]: row["verdict"] for row in rows_of(tmp_path / "findings.gpkg")}
    assert findings["demolish_reason:Z1"] == "fail"


def test_a_field_that_is_not_there(layers, run_algorithm, tmp_path):
    with pytest.raises(QgsProcessingException, match="NIX"):
        run_algorithm("checkzones", {**layers, **sinks(tmp_path), "ACTION_FIELD": "NIX"})


def test_without_buildings(layers, run_algorithm, rows_of, tmp_path):
    only = {name: layers[name] for name in ("ZONES", "PARCELS")}
    results, _, _ = run_algorithm("checkzones", {**only, **sinks(tmp_path)})
    assert rows_of(results["OUTPUT"])[0]["demolish_share"] is None
    assert rows_of(results["ACTIONS"]) == []


def test_a_plan_drawn_twice_is_counted_once(layers, make_layer, run_algorithm, rows_of, tmp_path):
    """One row of the plan comes twice, of two sheets put together; one with another use lies on half of it."""
    row = (square(0, 0, 100), {"land_use": "0701", "far": 2.0})
    layers["PLAN"] = make_layer([row, row, (square(50, 0, 100), {"land_use": "1401", "far": None})], name="plan")
    out = str(tmp_path / "land.gpkg")
    _, _, feedback = run_algorithm("checkzones", {**layers, **sinks(tmp_path), "LAND_USE_TABLE": out})
    planned = {
        row["code"] or row["class_name"]: round(row["area_m2"]) for row in rows_of(out) if row["stage"] == "plan"
    }
    assert planned == {"0701": 5000, "14": 5000, "控规重叠、用途不一": 5000, "控规未覆盖": 5000}
    assert "0.50 公顷" in feedback.htmlLog() and "只保留一个" in feedback.htmlLog()


def test_report(layers, run_algorithm, tmp_path):
    """One file, every text escaped: a reason cannot become markup."""
    path = tmp_path / "report.html"
    layers["ZONES"].startEditing()
    layers["ZONES"].changeAttributeValue(1, layers["ZONES"].fields().indexOf("name"), "<b>站</b>")
    layers["ZONES"].commitChanges()
    results, _, _ = run_algorithm("checkzones", {**layers, **sinks(tmp_path), "REPORT": str(path)})
    assert results["REPORT"] == str(path)
    text = path.read_text(encoding="utf-8")
    assert "&lt;b&gt;站" in text
    assert "<b>站" not in text
    assert "就地就近安置率没有资料" in text
    assert text.count("<svg") == 2
    with pytest.raises(QgsProcessingException, match="nowhere"):
        run_algorithm("checkzones", {**layers, **sinks(tmp_path), "REPORT": str(tmp_path / "nowhere" / "r.html")})


def test_no_zone_in_degrees_is_a_result(make_layer, run_algorithm, rows_of, tmp_path):
    """No station met the rules, the parcels are in degrees: an empty layer has no middle, the parcels' decides."""
    house = "POLYGON((106.55 29.55,106.551 29.55,106.551 29.551,106.55 29.551,106.55 29.55))"
    parcels = make_layer([(house, {"parcel_id": "P1", "tag": "none", "resid_share": 1.0})], crs="EPSG:4326", name="t")
    fields = {"zone_id": "", "name": "", "area_m2": 0.0, "role": "", "reason": "", "parcel_id": ""}
    zones = make_layer([(house, fields)], crs="EPSG:4326", name="zones")
    members = make_layer([(None, fields)], "None", crs="", name="members")
    for layer in (zones, members):
        assert layer.dataProvider().truncate()
        layer.updateExtents()
    given = {"ZONES": zones, "MEMBERS": members, "PARCELS": parcels}
    results, _, _ = run_algorithm("checkzones", {**given, **sinks(tmp_path)})
    assert rows_of(results["OUTPUT"]) == []
    named = {name: str(tmp_path / f"{name.lower()}.gpkg") for name in ("PROJECTS", "PROJECT_ITEMS")}
    results, _, _ = run_algorithm("makeprojects", {"ZONES": zones, "MEMBERS": members, "PARCELS": parcels, **named})
    assert rows_of(results["PROJECTS"]) == []
