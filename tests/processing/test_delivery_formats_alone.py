"""A delivery in one format holds that format and what proves it, and is not made by way of the others."""

from pathlib import Path

import pytest

SQUARE = "POLYGON((0 0,0 100,100 100,100 0,0 0))"
FILES = {
    "gpkg": {"data.gpkg"},
    "qgz": {"data.gpkg", "project.qgz"},  # the project shows data.gpkg
    "csv": {"csv", "tables"},  # tables/ holds the list of losses
    "shp": {"shp", "tables"},
    "gdb": {"data.gdb", "tables"},
    "dxf": {"cad", "tables"},
    "xlsx": {"tables"},
    "html": {"report.html"},
    "pdf": {"maps"},
}


@pytest.fixture
def study(make_layer, tmp_path):
    zones = make_layer([(SQUARE, {"zone_id": "Z-1", "name": "七星岗", "area_m2": 10000.0})])
    members = make_layer([(None, {"zone_id": "Z-1", "parcel_id": "A", "role": "core"})], "None", crs="")
    return {"ZONES": zones, "MEMBERS": members, "FOLDER": str(tmp_path / "交付")}


@pytest.mark.parametrize("name", FILES)
def test_one_format_alone(study, run_algorithm, monkeypatch, name):
    from urban_renewal.processing.delivery import writer

    if name in {"csv", "shp", "gdb", "dxf", "xlsx"}:
        monkeypatch.setattr(writer, "write_package", None)  # none of these is made from data.gpkg
    found, _, _ = run_algorithm("exportzones", {**study, "FORMATS": [name]})
    folder = Path(found["FOLDER"])
    assert {path.name for path in folder.iterdir()} == FILES[name] | {"manifest.json"}
    checked, _, _ = run_algorithm("verifydelivery", {"FOLDER": str(folder), "FINDINGS": "memory:"})
    assert checked["OK"] == 1


@pytest.mark.parametrize("formats", [["csv"], ["csv", "gpkg"], ["csv", "qgz"]])
def test_what_a_format_does_not_hold_is_told_to_be_in_data_gpkg_only_where_there_is_one(
    study, make_layer, run_algorithm, formats
):
    zones = make_layer([(SQUARE, {"zone_id": "Z-1", "name": "=1", "area_m2": 10000.0})])
    given = {**study, "ZONES": zones, "FORMATS": formats, "LANGUAGE": "en"}
    found, _, feedback = run_algorithm("exportzones", given)
    assert "does not fit the formats chosen" in feedback.textLog()
    assert ("data.gpkg holds it whole" in feedback.textLog()) == (Path(found["FOLDER"]) / "data.gpkg").is_file()


@pytest.mark.parametrize(
    ("name", "lacking"), [("七星岗", False), ("七\U000f0000岗", True)]
)  # a private character: no font's
def test_characters_that_the_maps_cannot_show_are_told(study, make_layer, run_algorithm, name, lacking):
    zones = make_layer([(SQUARE, {"zone_id": "Z-1", "name": name, "area_m2": 10000.0})])
    _, _, feedback = run_algorithm("exportzones", {**study, "ZONES": zones, "FORMATS": ["png"], "LANGUAGE": "en"})
    assert ("1 character of the names (\U000f0000)" in feedback.textLog()) == lacking
