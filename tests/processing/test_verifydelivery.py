"""verifydelivery on a delivery that exportzones really wrote."""

import json
import sqlite3
from contextlib import closing
from pathlib import Path

import pytest
from qgis.core import QgsProcessingException, QgsVectorLayer

SQUARE = "POLYGON((0 0,0 100,100 100,100 0,0 0))"


@pytest.fixture
def delivery(make_layer, run_algorithm, tmp_path):
    rows = [(SQUARE, {"zone_id": "Z-1", "name": "七星岗", "area_m2": 10000.0})]
    members = [(None, {"zone_id": "Z-1", "parcel_id": "A", "role": "core"})]
    given = {"ZONES": make_layer(rows), "MEMBERS": make_layer(members, "None", crs="")}
    found, _, _ = run_algorithm("exportzones", {**given, "FORMATS": ["gpkg"], "FOLDER": str(tmp_path / "out")})
    return Path(found["FOLDER"])


def check(run_algorithm, rows_of, folder, strict=False):
    target = folder.parent / "findings.gpkg"
    found, _, _ = run_algorithm(
        "verifydelivery", {"FOLDER": str(folder), "STRICT": strict, "FINDINGS": str(target), "LANGUAGE": "en"}
    )
    return found["OK"], {row["subject_id"]: row["clause"] for row in rows_of(found["FINDINGS"])}


def test_as_delivered(delivery, run_algorithm, rows_of):
    assert check(run_algorithm, rows_of, delivery, strict=True) == (1, {"data.gpkg": "file_same"})


def test_opened_for_editing_is_touched(delivery, run_algorithm, rows_of):
    """What QGIS itself does to the bytes when somebody edits and takes it back."""
    layer = QgsVectorLayer(f"{delivery}/data.gpkg|layername=zones", "zones", "ogr")
    before = (delivery / "data.gpkg").read_bytes()
    for name in ("other", "七星岗"):
        assert layer.startEditing()
        layer.changeAttributeValue(1, layer.fields().lookupField("name"), name)
        assert layer.commitChanges()
    del layer
    with closing(sqlite3.connect(delivery / "data.gpkg")) as base, base:
        base.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    assert (delivery / "data.gpkg").read_bytes() != before
    good, found = check(run_algorithm, rows_of, delivery)
    assert good == 1
    assert found["data.gpkg"] == "file_touched"
    assert found["data.gpkg/zones"] == "table_same"


def test_one_value_changed(delivery, run_algorithm, rows_of):
    layer = QgsVectorLayer(f"{delivery}/data.gpkg|layername=zones", "zones", "ogr")
    assert layer.startEditing()
    layer.changeAttributeValue(1, layer.fields().lookupField("area_m2"), 10001.0)
    assert layer.commitChanges()
    del layer
    good, found = check(run_algorithm, rows_of, delivery)
    assert good == 0
    assert found["data.gpkg/zones"] == "table_changed"
    assert found["data.gpkg/members"] == "table_same"
    with pytest.raises(QgsProcessingException, match="zones"):
        check(run_algorithm, rows_of, delivery, strict=True)
    assert (delivery.parent / "findings.gpkg").exists()  # written before the error


def test_a_path_that_leads_out_is_refused(delivery, run_algorithm, rows_of):
    path = delivery / "manifest.json"
    content = json.loads(path.read_text(encoding="utf-8"))
    content["files"][0]["path"] = "../findings.gpkg"
    path.write_text(json.dumps(content), encoding="utf-8")
    with pytest.raises(QgsProcessingException, match=r"manifest\.json"):
        check(run_algorithm, rows_of, delivery)
