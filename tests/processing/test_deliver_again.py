"""A delivery made from a delivery's own data: the sheets, the ledger and the land use are the same."""

from pathlib import Path

import pytest
from qgis.core import QgsProject, QgsVectorLayer

from .conftest import box

FORMATS = ["gpkg", "qgz", "xlsx", "pdf"]


@pytest.fixture
def hill(tmp_path):
    """A slope of 10 % to the north, cells of 10 m."""
    import numpy as np
    from osgeo import gdal, osr

    system = osr.SpatialReference()
    system.ImportFromEPSG(4545)
    made = gdal.GetDriverByName("GTiff").Create(str(tmp_path / "dem.tif"), 600, 400, 1, gdal.GDT_Float32)
    made.SetGeoTransform((-2000.0, 10.0, 0.0, 2000.0, 0.0, -10.0))
    made.SetProjection(system.ExportToWkt())
    heights = 200 + np.arange(400, 0, -1, dtype=np.float32)[:, None] * np.ones((1, 600), np.float32)
    made.GetRasterBand(1).WriteArray(heights)
    made.FlushCache()
    return str(tmp_path / "dem.tif")


@pytest.fixture
def whole(study, make_layer, save_layer, rows_of, hill, tmp_path):
    """The hand-made study with what the parcels' own table says, a plan and the bureau's list."""
    own = {"A": ("0701", "20", "渝北一村"), "B": ("0703", "陈某某", "李家村"), "C": ("0601", "30 村民小组", None)}
    rows = [
        (box(20 * place), {**row, "DLBM": own[row["parcel_id"]][0], "QSXZ": own[row["parcel_id"]][1],
                           "小区名称": own[row["parcel_id"]][2], "户数": 93.496})
        for place, row in enumerate(rows_of(study["PARCELS"]))
    ]  # fmt: skip
    plan = [(box(0), {"land_use": "0701"}), (box(20), {"land_use": "1401"})]
    programme = [(box(0), {"status": "已改造", "year": 2022})]
    kinds = [{**row, "kind": kind} for kind in ("eday", "nurs") for row in rows_of(study["SUMMARY"])]
    summary = [(box(20 * (place % 2)), row) for place, row in enumerate(kinds)]
    detail = [(None, {**row, "kind": kind}) for kind in ("eday", "nurs") for row in rows_of(study["DETAIL"])]
    return {
        **study, "FORMATS": FORMATS, "TITLE": "渝中片区", "AUTHOR": "某院", "SECRECY": "内部", "PAPER": "A4",
        "SUMMARY": save_layer(make_layer(summary), tmp_path / "summaries.gpkg", "gap_summary"),
        "DETAIL": save_layer(make_layer(detail, "None", crs=""), tmp_path / "details.gpkg", "gap_detail"),
        "PARCELS": save_layer(make_layer(rows), tmp_path / "whole.gpkg", "tagged"),
        "PLAN": save_layer(make_layer(plan), tmp_path / "plan.gpkg", "plan"),
        "PROGRAMME": save_layer(make_layer(programme), tmp_path / "programme.gpkg", "programme"), "DEM": hill,
    }  # fmt: skip


def likely(folder):
    """What the Toolbox dialog begins with in the delivery's own project."""
    from qgis.core import QgsApplication
    from urban_renewal.dialogs.study.prefill import likely_values

    project = QgsProject.instance()
    assert project.read(str(folder / "project.qgz"))
    algorithm = QgsApplication.processingRegistry().algorithmById("urbanrenewal:exportzones")
    return {name: value for name, value in likely_values(algorithm, project).items() if value}


def cells_of(book):
    """All cells of a workbook's sheets, as they are shown."""
    from osgeo import ogr

    source = ogr.Open(str(book))
    layers = [source.GetLayer(place) for place in range(source.GetLayerCount())]
    return {layer.GetName(): [[row.GetField(n) for n in range(row.GetFieldCount())] for row in layer]
            for layer in layers}  # fmt: skip


def test_again_from_what_was_delivered(whole, run_algorithm, project, read_json, tmp_path):
    first = Path(run_algorithm("exportzones", whole)[0]["FOLDER"])
    taken = likely(first)
    assert {"ZONES", "MEMBERS", "PARCELS", "BUILDINGS", "FACILITIES", "PLAN", "PROGRAMME", "DETAIL"} <= set(taken)
    assert (first / "relief.tif").is_file() and "DEM" not in taken
    assert project.mapLayer(taken["FACILITIES"]).name() == "设施"  # none of those that sheets are drawn with
    again = {**taken, "FORMATS": FORMATS, "FOLDER": str(tmp_path / "再")}
    second = Path(run_algorithm("exportzones", again)[0]["FOLDER"])
    names = [sorted(path.relative_to(folder).as_posix() for path in folder.rglob("*") if path.is_file())
             for folder in (first, second)]  # fmt: skip
    assert names[0] == names[1]
    assert {"maps/01-02_现状用地图.pdf", "maps/01-03_规划用地图.pdf"} <= set(names[1])
    hashes = [{entry["layer"]: entry["content"] for entry in read_json(folder / "manifest.json")["tables"]}
              for folder in (first, second)]  # fmt: skip
    assert hashes[0] == hashes[1]
    told = [read_json(folder / "manifest.json")["parameters"] for folder in (first, second)]
    words = ("TITLE", "AUTHOR", "SECRECY", "PAPER", "FIELDS")
    assert [told[1][name] for name in words] == [told[0][name] for name in words] == ["渝中片区", "某院", "内部", "A4",
                                                                                     "whitelist"]  # fmt: skip
    for book in (first / "tables").glob("*.xlsx"):
        sheets = [{name: sorted(map(str, rows)) for name, rows in cells_of(folder / "tables" / book.name).items()}
                  for folder in (first, second)]  # fmt: skip
        assert sheets[0] == sheets[1], book.name
    assert (first / "relief.tif").read_bytes() == (second / "relief.tif").read_bytes()
    QgsProject.instance().clear()


def test_both_stages_are_no_plan(whole, run_algorithm, tmp_path):
    """Equal outlines of now and planned would be taken for doubles, and what is built for what is planned."""
    from qgis.core import QgsProcessingException

    data = Path(run_algorithm("exportzones", {**whole, "FORMATS": ["gpkg"]})[0]["FOLDER"]) / "data.gpkg"
    again = {**whole, "FORMATS": ["gpkg"], "FOLDER": str(tmp_path / "再"), "PLAN": f"{data}|layername=land_use_map"}
    with pytest.raises(QgsProcessingException, match="现状和规划都在里面"):
        run_algorithm("exportzones", again)
    again["PLAN"] += "|subset=\"stage\" = 'plan'"
    assert run_algorithm("exportzones", again)[0]["FOLDER"]


def test_parcels_keep_what_the_white_list_has(whole, run_algorithm, rows_of):
    folder = Path(run_algorithm("exportzones", {**whole, "FORMATS": ["gpkg", "xlsx"]})[0]["FOLDER"])
    layer = QgsVectorLayer(f"{folder}/data.gpkg|layername=tagged", "tagged", "ogr")
    rows = {row["parcel_id"]: row for row in rows_of(layer)}
    assert {name: row["land_use"] for name, row in rows.items()} == {"A": "0701", "B": "0703", "C": "0601"}
    assert {name: row["name"] for name, row in rows.items()} == {"A": "渝北一村", "B": "李家村", "C": None}
    assert {name: row["ownership"] for name, row in rows.items()} == {"A": "20", "B": None, "C": "30 村民小组"}
    assert not {"secret", "DLBM", "QSXZ", "小区名称"} & set(rows["A"])
    assert "陈某某".encode() not in (folder / "data.gpkg").read_bytes()  # a name is no kind of ownership
    ledger = str(cells_of(folder / "tables" / "台账.xlsx"))
    assert "渝北一村" in ledger and "陈某某" not in ledger
    folder = Path(run_algorithm("exportzones", {**whole, "FORMATS": ["gpkg"], "FIELDS": "all"})[0]["FOLDER"])
    assert "land_use" not in rows_of(f"{folder}/data.gpkg|layername=tagged")[0]  # the own fields are there themselves


def test_a_changed_land_use_is_noticed(whole, run_algorithm):
    """What a delivery keeps of the parcels counts in the table's content."""
    folder = Path(run_algorithm("exportzones", {**whole, "FORMATS": ["gpkg"]})[0]["FOLDER"])
    layer = QgsVectorLayer(f"{folder}/data.gpkg|layername=tagged", "tagged", "ogr")
    field = layer.fields().lookupField("land_use")
    assert layer.dataProvider().changeAttributeValues({1: {field: "0601"}})
    del layer
    found, _, _ = run_algorithm("verifydelivery", {"FOLDER": str(folder), "STRICT": False, "FINDINGS": "memory:"})
    assert found["OK"] == 0


def test_what_others_put_into_a_delivery_stays(study, run_algorithm, tmp_path):
    """The folder is replaced as a whole: the bureau's remarks in it went without a word, and so did formats."""
    folder = tmp_path / "成果"
    run_algorithm("exportzones", {**study, "FORMATS": ["gpkg", "csv"], "FOLDER": str(folder)})
    remarks = folder / "意见" / "规自局 批注.docx"
    remarks.parent.mkdir()
    remarks.write_bytes(b"remarks")
    remarks.chmod(0o444)
    (folder / "report.html").write_text("somebody's", encoding="utf-8")  # the next delivery has one of its own
    (folder / "data.gpkg-wal").write_bytes(b"")
    (folder / "Thumbs.db").write_bytes(b"x")
    _, _, feedback = run_algorithm("exportzones", {**study, "FORMATS": ["html"], "FOLDER": str(folder)})
    found = {path.relative_to(folder).as_posix() for path in folder.rglob("*") if path.is_file()}
    assert found == {"manifest.json", "report.html", "report_kept.html", "意见/规自局 批注.docx"}
    assert remarks.read_bytes() == b"remarks"
    assert (folder / "report_kept.html").read_text(encoding="utf-8") == "somebody's"
    log = feedback.textLog()
    assert "里有 2 个不属于上一份成果的文件，已原样留在新的成果旁：report.html、意见/规自局 批注.docx。" in log
    assert "上一份成果还有 csv、gpkg，这次没有选" in log
    found, _, _ = run_algorithm("verifydelivery", {"FOLDER": str(folder), "STRICT": True, "FINDINGS": "memory:"})
    assert found["OK"]


def test_a_geodatabase_of_others_stays_whole(study, run_algorithm, tmp_path):
    """It is a folder of files that belong together; what ArcGIS leaves in the delivery's own one goes with that."""
    folder = tmp_path / "成果"
    values = {**study, "FOLDER": str(folder)}
    run_algorithm("exportzones", {**values, "FORMATS": ["gdb"]})
    (folder / "data.gdb" / "_gdb.PC.1.sr.lock").write_bytes(b"")
    theirs = {"底图.gdb/gdb": b"1", "底图.gdb/a00000001.gdbtable": b"2"}
    for name, content in theirs.items():
        (folder / name).parent.mkdir(exist_ok=True)
        (folder / name).write_bytes(content)
    run_algorithm("exportzones", {**values, "FORMATS": ["html"]})
    assert not (folder / "data.gdb").exists()
    assert {name: (folder / name).read_bytes() for name in theirs} == theirs
    (folder / "底图.gdb").rename(folder / "data.gdb")  # the next delivery has one of its own
    run_algorithm("exportzones", {**values, "FORMATS": ["gdb"]})
    kept = {path.name: path.read_bytes() for path in (folder / "data_kept.gdb").iterdir()}
    assert kept == {Path(name).name: content for name, content in theirs.items()}
    found, _, _ = run_algorithm("verifydelivery", {"FOLDER": str(folder), "STRICT": True, "FINDINGS": "memory:"})
    assert found["OK"]


def test_the_first_delivery_and_the_same_again_say_nothing_of_an_earlier_one(study, run_algorithm, tmp_path):
    values = {**study, "FORMATS": ["csv"], "FOLDER": str(tmp_path / "成果")}
    for _ in range(2):
        _, _, feedback = run_algorithm("exportzones", values)
        assert "上一份成果" not in feedback.textLog()


def test_with_a_broken_manifest_nothing_goes(study, run_algorithm, tmp_path):
    """Nobody knows any more whose the files are."""
    folder = tmp_path / "成果"
    values = {**study, "FORMATS": ["csv"], "FOLDER": str(folder)}
    run_algorithm("exportzones", values)
    (folder / "notes.txt").write_text("notes", encoding="utf-8")
    (folder / "manifest.json").write_text("{", encoding="utf-8")
    _, _, feedback = run_algorithm("exportzones", values)
    assert (folder / "notes.txt").read_text(encoding="utf-8") == "notes"
    assert "manifest.json 读不了" in feedback.textLog()
