"""What people hand over by mistake, and files as offices pack them: each ends in one sentence, or is simply read."""

import errno
import sqlite3
import time
import zipfile
from contextlib import closing
from pathlib import Path

import numpy as np
import pytest
from osgeo import gdal, osr
from qgis.core import QgsFeature, QgsGeometry, QgsProject, QgsVectorFileWriter, QgsVectorLayer
from qgis.PyQt.QtWidgets import QDialogButtonBox

from .conftest import SAMPLE, write_tables
from .helpers import drop, press, wait_looked, write_without_system

WORDS = ["F1", "幼儿园"]


@pytest.fixture
def shapefile(tmp_path):
    """Facilities in GBK without .cpg, in a folder of their own."""
    layer = QgsVectorLayer("Point?crs=EPSG:4545&field=编号:string(20)&field=设施类别:string(20)", "f", "memory")
    feature = QgsFeature(layer.fields())
    feature.setAttributes(WORDS)
    feature.setGeometry(QgsGeometry.fromWkt("POINT(500000 3270000)"))
    assert layer.dataProvider().addFeature(feature)
    options = QgsVectorFileWriter.SaveVectorOptions()
    options.driverName, options.fileEncoding = "ESRI Shapefile", "GBK"
    path = tmp_path / "来件" / "设施点.shp"
    path.parent.mkdir()
    context = QgsProject.instance().transformContext()
    assert QgsVectorFileWriter.writeAsVectorFormatV3(layer, str(path), context, options)[0] == 0
    path.with_suffix(".cpg").unlink()
    return path


@pytest.fixture
def terrain(tmp_path):
    """A raster of heights."""
    path = tmp_path / "dem.tif"
    made = gdal.GetDriverByName("GTiff").Create(str(path), 4, 4, 1, gdal.GDT_Float32)
    made.SetGeoTransform((500000, 10, 0, 3270000, 0, -10))
    system = osr.SpatialReference()
    system.ImportFromEPSG(4545)
    made.SetProjection(system.ExportToWkt())
    made.GetRasterBand(1).WriteArray(np.full((4, 4), 250.0))
    made.FlushCache()
    return path


def add_button(sheet):
    return sheet.buttons.button(QDialogButtonBox.StandardButton.Ok)


def texts(sheet, row=0):
    return [sheet.preview.item(row, column).text() for column in range(sheet.preview.columnCount())]


def test_zipped_shapefile_in_gbk_is_read(dock, qtbot, shapefile, tmp_path, project):
    packed = tmp_path / "设施点.zip"
    with zipfile.ZipFile(packed, "w") as archive:
        for part in sorted(shapefile.parent.iterdir()):
            archive.write(part, part.name)
    sheet = drop(dock, packed)
    assert sheet.encoding.isVisibleTo(sheet)
    assert sheet.encoding.currentText() == "GB18030"
    assert texts(sheet) == WORDS
    assert sheet.layer.name() == "设施点"
    press(qtbot, sheet)
    qtbot.waitUntil(lambda: "FACILITIES" in dock.session.study.inputs)
    layer = project.mapLayer(dock.session.study.inputs["FACILITIES"].layer_id)
    assert next(layer.getFeatures()).attributes() == WORDS


def test_parts_of_a_shapefile_and_its_folder_are_one_layer(shapefile):
    from urban_renewal.dialogs.drop.files import data_files

    parts = sorted(shapefile.parent.iterdir())
    assert len(parts) >= 4
    assert data_files(parts) == [shapefile]
    assert data_files([shapefile.parent, *parts]) == [shapefile]
    alone = shapefile.parent.parent / "表.dbf"
    alone.write_bytes(shapefile.with_suffix(".dbf").read_bytes())
    assert data_files([alone]) == [alone]  # a table without places


def test_terrain_is_offered_no_role_but_its_own(dock, qtbot, terrain):
    sheet = drop(dock, terrain)
    assert [sheet.role.itemData(n) for n in range(sheet.role.count())] == ["", "DEM"]
    press(qtbot, sheet)
    qtbot.waitUntil(lambda: "DEM" in dock.session.study.inputs)
    layer_id = dock.session.study.inputs["DEM"].layer_id
    dock.session.choose("PARCELS", layer_id)  # as a project file edited by hand might say
    assert dock.session.rows_n("PARCELS") == 0
    assert not dock.cards["prepare"].run.isEnabled()


MERGED = {
    "groups above": "某区设施台账,,,,,,\n设施编号,基本情况,,,坐标,,规模\n,设施名称,设施类别,状态,经度,纬度,\n",
    "only places are a group": "设施编号,设施名称,设施类别,状态,坐标,,规模\n,,,,经度,纬度,\n",
    "one row": "某区设施台账,,,,,,\n设施编号,设施名称,设施类别,状态,经度,纬度,规模\n",
}


@pytest.mark.parametrize("head", MERGED.values(), ids=MERGED.keys())
def test_merged_headers(tmp_path, head):
    """The cells of two rows merged as in Excel: each word once, at the first place of its cell."""
    from urban_renewal.dialogs.drop.lists import coordinates_of, read_table

    path = tmp_path / "台账.csv"
    rows = "F1,甲园,幼儿园,现状,106.55,29.56,180\nF2,乙园,幼儿园,现状,106.56,29.57,90\n"
    path.write_text(head + rows, encoding="utf-8-sig")
    table = read_table(path)
    assert table.header == ("设施编号", "设施名称", "设施类别", "状态", "经度", "纬度", "规模")
    assert len(table.rows) == 2
    assert table.above == head.count("\n") - 1
    assert coordinates_of(table) == (4, 5)


def test_semicolons_behind_a_mark(tmp_path):
    from urban_renewal.dialogs.drop.lists import read_table

    path = tmp_path / "名单.csv"
    path.write_text("设施编号;设施名称;经度;纬度\nF1;甲园;106.55;29.56\n", encoding="utf-8-sig")
    assert read_table(path).header == ("设施编号", "设施名称", "经度", "纬度")


def test_header_without_rows_adds_nothing(dock, tmp_path):
    path = tmp_path / "只有表头.csv"
    path.write_text("设施名称,经度,纬度\n", encoding="utf-8")
    sheet = drop(dock, path)
    assert "a header but no rows" in sheet.said.text()
    assert not add_button(sheet).isEnabled()
    sheet.reject()


def test_a_geopackage_that_another_program_keeps_to_itself(dock, tmp_path):
    """OGR waits 5 s for each table of it, and the window with it: 97 s for a sample of eighteen."""
    path = tmp_path / "被锁.gpkg"
    write_tables(path, SAMPLE)
    with closing(sqlite3.connect(path)) as other:
        other.execute("BEGIN EXCLUSIVE")
        began = time.monotonic()
        sheet = drop(dock, path)
        assert time.monotonic() - began < 3
        assert "in use by another program" in sheet.said.text()
        assert not add_button(sheet).isEnabled()
        sheet.reject()
    sheet = dock.dropping.ask(path)
    assert add_button(sheet).isEnabled(), sheet.said.text()
    sheet.reject()


@pytest.mark.parametrize(
    ("name", "content", "words"),
    [("empty.gpkg", b"", "empty (0 bytes)"), ("empty.csv", b"", "empty (0 bytes)"), ("folder", None, "holds no data"),
     ("broken.gpkg", b"no database", "cannot be read")],
)  # fmt: skip
def test_what_cannot_be_read_says_why(dock, tmp_path, name, content, words):
    path = tmp_path / name
    path.mkdir() if content is None else path.write_bytes(content)
    sheet = drop(dock, path)
    assert words in sheet.said.text() and name in sheet.said.text()
    assert not add_button(sheet).isEnabled()
    sheet.reject()


@pytest.mark.parametrize(("lacking", "can_be_added"), [((".dbf",), True), ((".dbf", ".shx"), False)])
def test_parts_of_a_shapefile_that_were_left_behind_are_named(dock, shapefile, lacking, can_be_added):
    """QGIS opens a shapefile without .dbf and says nothing: its parcels have no ids then."""
    for part in lacking:
        shapefile.with_suffix(part).unlink()
    sheet = drop(dock, shapefile)
    for part in lacking:
        assert shapefile.with_suffix(part).name in sheet.said.text()
    assert add_button(sheet).isEnabled() == can_be_added
    sheet.reject()


def test_columns_of_coordinates_that_hold_none_are_not_said_to_be_missing(dock, tmp_path):
    path = tmp_path / "坏行.csv"
    path.write_text("编号,类别,经度,纬度\n1,幼儿园,206.5,99.5\n2,幼儿园,,\n3,托育园,,\n", encoding="utf-8")
    sheet = drop(dock, path)
    assert "经度" in sheet.said.text() and "no coordinates that can be used" in sheet.said.text()
    assert "No columns of coordinates" not in sheet.said.text()
    sheet.reject()


def test_a_folder_that_is_no_whole_path_lies_beside_the_project(dock, load_inputs, tmp_path, project):
    """Results went wherever QGIS was started, and were then not found: a ValueError instead of a study."""
    load_inputs()
    project.setPresetHomePath(str(tmp_path))
    dock.folder.setFilePath("子夹")
    assert dock.session.study.folder == str(tmp_path / "子夹") == dock.folder.filePath()
    project.setPresetHomePath("")
    dock.session.set_folder("~/study")
    assert dock.session.study.folder == str(Path.home() / "study")
    dock.session.set_folder("")
    assert dock.session.study.folder == ""


@pytest.mark.parametrize("written", ['"{}"', "  {} ", "“{}”", "file://{}"])
def test_a_folder_is_pasted_as_other_programs_copy_it(dock, tmp_path, written):
    """Windows copies a path in quotes: results went into a folder named with them, below the home folder."""
    dock.folder.setFilePath(written.format(tmp_path / "成果 二"))
    assert dock.session.study.folder == str(tmp_path / "成果 二") == dock.folder.filePath()


def test_a_folder_that_no_disk_can_have_is_refused(dock, load_inputs, tmp_path, qgis_iface):
    """A text pasted into the field: wherever the folder was looked at it was an error, and the panel stood still."""
    load_inputs()
    dock.folder.setFilePath(str(tmp_path / "study"))
    dock.folder.setFilePath(str(tmp_path / ("长" * 300)))
    assert dock.session.study.folder == str(tmp_path / "study") == dock.folder.filePath()
    assert "too long" in qgis_iface.messageBar().items()[-1].text()
    dock.refresh()


def test_layer_without_features_says_so(dock, tmp_path, load_inputs, project):
    load_inputs()
    layer = project.mapLayersByName("parcels")[0]
    options = QgsVectorFileWriter.SaveVectorOptions()
    options.driverName, options.onlySelectedFeatures = "GPKG", True
    path = tmp_path / "空宗地.gpkg"
    assert QgsVectorFileWriter.writeAsVectorFormatV3(layer, str(path), project.transformContext(), options)[0] == 0
    sheet = drop(dock, path)
    assert "has no features" in sheet.said.text()
    sheet.reject()


def test_deleted_file_is_told_when_somebody_runs(dock, load_inputs, tmp_path):
    """QGIS goes on calling the layer valid: the file is looked for."""
    load_inputs()
    dock.session.guess()
    dock.session.set_folder(str(tmp_path / "study"))
    assert dock.cards["prepare"].run.isEnabled()
    (tmp_path / "in.gpkg").unlink()
    told = []
    dock.session.ended.connect(lambda kind, ok, sentence: told.append((kind, ok, sentence)))
    dock.cards["prepare"].run.click()
    assert not dock.session.is_busy
    assert len(told) == 1
    assert told[0][:2] == ("one", False)
    assert "is gone or cannot be read" in told[0][2]
    assert not dock.cards["prepare"].run.isEnabled()
    assert not (tmp_path / "study" / "steps").exists()


@pytest.mark.parametrize("way", ["all", "step"])
def test_a_folder_that_takes_nothing_is_told_before_anything_runs(dock, load_inputs, tmp_path, monkeypatch, way):
    """The study's folder is there, but on a disk that can only be read: a sentence, not an error of Python's."""
    load_inputs()
    dock.session.guess()
    study = tmp_path / "study"
    study.mkdir()
    dock.session.set_folder(str(study))
    told = []
    dock.session.ended.connect(lambda kind, ok, sentence: told.append((kind, ok, sentence)))
    mkdir = Path.mkdir

    def refuse(self, *given, **named):
        if study in self.parents:
            raise OSError(errno.EROFS, "Read-only file system")
        mkdir(self, *given, **named)

    monkeypatch.setattr(Path, "mkdir", refuse)
    if way == "all":
        dock.session.start_all()
    else:
        dock.session.start_step("prepare")
    assert not dock.session.is_busy
    assert len(told) == 1
    assert told[0][1] is False
    assert told[0][2].startswith(f"Nothing can be written into the folder {study}: it can only be read")
    monkeypatch.undo()
    assert list(study.iterdir()) == []


@pytest.mark.parametrize(
    ("code", "words"),
    [(errno.EROFS, "only be read"), (errno.EACCES, "may not write"), (errno.ENOSPC, "the disk is full")],
)
def test_faults_of_the_disk_in_words(code, words):
    from urban_renewal.dialogs.study.wording import fault_text

    assert words in fault_text(OSError(code, "as the system says"))
    assert fault_text(OSError(9999, "as the system says")) == "as the system says"


def test_corrected_copy_ends_the_question():
    from urban_renewal.dialogs.study.study import InputChoice, StepRecord, Study
    from urban_renewal.dialogs.workbench.card_words import shift_question

    study = Study()
    study.inputs["FACILITIES"] = InputChoice("as_it_came", "a.gpkg", "设施", 1.0, True)
    figures = {"shifted": {"FACILITIES": "bd09"}, "shifted_layers": {"FACILITIES": "as_it_came"}}
    study.steps["prepare"] = StepRecord("r", "2026-01-01", 1.0, {}, {}, figures)
    assert "BD-09" in shift_question(study)
    assert 'href="fix:FACILITIES:bd09"' in shift_question(study)
    study.inputs["FACILITIES"] = InputChoice("corrected", "b.gpkg", "设施（已纠正）", 1.0, True)
    assert shift_question(study) == ""


def test_copy_is_corrected_from_the_system_found(dock, load_inputs, monkeypatch):
    """BD-09 corrected as if it were GCJ-02 would stay some 600 m off."""
    load_inputs()
    dock.session.guess()
    asked = []
    monkeypatch.setattr(dock.dropping, "correct", lambda layer, role, system: asked.append((role, system)))
    dock._follow("prepare", "fix:FACILITIES:bd09")
    dock._follow("prepare", "fix:FACILITIES")
    assert asked == [("FACILITIES", "bd09"), ("FACILITIES", "gcj02")]


@pytest.mark.parametrize(
    ("said", "shown"),
    [("图层“空宗地”（参数 PARCELS）没有要素。", "图层“空宗地”（宗地）没有要素。"),
     ("图层“房屋”没有字段“x”（参数 BUILDING_YEAR）。", "图层“房屋”没有字段“x”。"),
     ("Layer “a” (parameter PARCELS) has no features.", "Layer “a” (Parcels) has no features.")],
)  # fmt: skip
def test_no_code_names_in_what_the_dock_says(monkeypatch, said, shown):
    from urban_renewal.dialogs.study import wording

    monkeypatch.setattr(wording, "interface_language", lambda: "en" if said.isascii() or "Layer" in said else "zh")
    assert wording.without_codes(said) == shown


def test_layer_removed_between_two_calls_is_called_by_its_name(dock, load_inputs):
    """QGIS says: could not load source layer for PARCELS: parcels_814ac57b… not found."""
    from urban_renewal.dialogs.study.wording import failure_text

    load_inputs()
    dock.session.guess()
    study = dock.session.study
    said = f"Could not load source layer for PARCELS: {study.inputs['PARCELS'].layer_id} not found"
    assert failure_text(study, said).startswith("The layer “parcels” (Parcels) is gone or cannot be read.")
    assert failure_text(study, "first\nLayer “x” is broken.\n") == "Layer “x” is broken."
    assert failure_text(study, " ") == "It stopped and did not say why."


def test_a_grey_button_says_why(dock, load_inputs, tmp_path):
    assert "No layer for “Parcels”" in dock.cards["prepare"].run.toolTip()
    assert "run it first" in dock.explore.toolTip()
    load_inputs()
    dock.session.guess()
    dock.refresh()
    assert "Choose a folder" in dock.cards["prepare"].run.toolTip()
    assert "Choose a folder" in dock.run_all.toolTip()
    dock.session.set_folder(str(tmp_path / "study"))
    assert dock.cards["prepare"].run.toolTip() == ""
    assert dock.run_all.toolTip() == ""
    assert "“Prepare” comes first" in dock.cards["tag"].run.toolTip()


def test_the_dock_outlines_while_files_are_held_over_it(dock, tmp_path):
    from qgis.PyQt.QtCore import QMimeData, QPoint, Qt, QUrl
    from qgis.PyQt.QtGui import QDragEnterEvent, QDragLeaveEvent
    from qgis.PyQt.QtWidgets import QApplication

    mime = QMimeData()
    mime.setUrls([QUrl.fromLocalFile(str(tmp_path / "x.shp"))])
    buttons, keys = Qt.MouseButton.LeftButton, Qt.KeyboardModifier.NoModifier
    QApplication.sendEvent(dock, QDragEnterEvent(QPoint(20, 20), Qt.DropAction.CopyAction, mime, buttons, keys))
    assert dock.dropping.outline.isVisible()
    assert dock.dropping.outline.geometry() == dock.rect()
    QApplication.sendEvent(dock, QDragLeaveEvent())
    assert not dock.dropping.outline.isVisible()
    sheet = drop(dock, tmp_path / "x.shp")
    assert not dock.dropping.outline.isVisible()
    sheet.reject()


def test_data_are_looked_for_where_they_were_last(dock, tmp_path, monkeypatch):
    from qgis.PyQt.QtWidgets import QFileDialog

    asked = []

    def answer(parent, title, folder):
        asked.append(folder)
        return [str(tmp_path / "来件" / "x.docx")], ""

    monkeypatch.setattr(QFileDialog, "getOpenFileNames", answer)
    monkeypatch.setattr(dock.dropping, "ask_all", lambda paths: None)
    dock.ask_files()
    dock.ask_files()
    assert asked[1] == str(tmp_path / "来件")


@pytest.mark.parametrize(
    ("text", "first"),
    [("图层“宗地”没有要素。请检查筛选条件。", "图层“宗地”没有要素。"),
     ("File “a.gpkg” is gone. Add it again.", "File “a.gpkg” is gone."),
     ("Done in 1.5 s", "Done in 1.5 s")],
)  # fmt: skip
def test_the_bar_above_the_map_has_the_first_sentence(text, first):
    from urban_renewal.dialogs.workbench.links import first_sentence

    assert first_sentence(text) == first


def test_a_layer_without_a_system_has_a_link_to_where_it_is_set(dock, load_inputs, project, monkeypatch):
    from qgis.core import QgsCoordinateReferenceSystem

    load_inputs()
    layer = project.mapLayersByName("parcels")[0]
    layer.setCrs(QgsCoordinateReferenceSystem())
    dock.session.guess()
    dock.refresh()
    body = dock.cards["prepare"].body.text()
    assert "has no coordinate system" in body
    assert 'href="layer:PARCELS"' in body
    shown = []
    monkeypatch.setattr(dock.iface, "showLayerProperties", lambda *values: shown.append(values), raising=False)
    dock._follow("prepare", "layer:PARCELS")
    assert shown == [(layer, "mOptsPage_Source")]
    layer.setCrs(QgsCoordinateReferenceSystem("EPSG:4545"))  # what is set there is seen at once
    assert "has no coordinate system" not in dock.cards["prepare"].body.text()


def test_a_geopackage_that_knows_no_system_is_told_before_anything_runs(dock, qtbot, load_inputs, tmp_path):
    """QGIS writes “Undefined geographic SRS” for none and calls it valid: the card was ready, and the run refused."""
    load_inputs("roads")
    write_without_system(tmp_path / "道路.gpkg", "道路", "LINESTRING(0 0, 100 100)", {"highway": "residential"})
    sheet = drop(dock, tmp_path / "道路.gpkg")
    assert "no coordinate system" in sheet.said.text()
    press(qtbot, sheet)
    qtbot.waitUntil(lambda: {"ROADS", "PARCELS"} <= set(dock.session.study.inputs), timeout=5000)
    dock.folder.setFilePath(str(tmp_path / "study"))
    wait_looked(qtbot, dock)
    assert "“道路” has no coordinate system" in dock.cards["prepare"].body.text() + dock.why.text()
    assert not dock.run_all.isEnabled()
