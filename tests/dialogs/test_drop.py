"""Files dropped on the dock: role guessed, encoding told by the bytes, layers of a GeoPackage, other files refused."""

import shutil

import pytest
from qgis.core import QgsFeature, QgsGeometry, QgsProject, QgsVectorFileWriter, QgsVectorLayer
from qgis.PyQt.QtWidgets import QDialogButtonBox

from .helpers import drop, press


@pytest.fixture
def gbk_file(tmp_path):
    """A shapefile of facilities in GBK, its .cpg taken away."""
    layer = QgsVectorLayer("Point?crs=EPSG:4545&field=编号:string(20)&field=设施类别:string(20)", "f", "memory")
    feature = QgsFeature(layer.fields())
    feature.setAttributes(["F1", "幼儿园"])
    feature.setGeometry(QgsGeometry.fromWkt("POINT(500000 3270000)"))
    assert layer.dataProvider().addFeature(feature)
    options = QgsVectorFileWriter.SaveVectorOptions()
    options.driverName, options.fileEncoding = "ESRI Shapefile", "GBK"
    path = tmp_path / "设施点.shp"
    context = QgsProject.instance().transformContext()
    assert QgsVectorFileWriter.writeAsVectorFormatV3(layer, str(path), context, options)[0] == 0
    path.with_suffix(".cpg").unlink()
    return path


def test_gbk_shapefile_becomes_the_facilities(dock, qtbot, gbk_file, project):
    sheet = drop(dock, gbk_file)
    assert sheet.encoding.currentText() == "GB18030"
    texts = [sheet.preview.item(0, column).text() for column in range(2)]
    assert texts == ["F1", "幼儿园"]
    assert [sheet.preview.horizontalHeaderItem(n).text() for n in range(2)] == ["编号", "设施类别"]
    sheet.encoding.setCurrentText("Big5")
    assert sheet.preview.item(0, 1).text() != "幼儿园"
    sheet.encoding.setCurrentText("GB18030")
    assert sheet.role.currentData() == "FACILITIES"
    press(qtbot, sheet)
    qtbot.waitUntil(lambda: "FACILITIES" in dock.session.study.inputs)
    layer = project.mapLayer(dock.session.study.inputs["FACILITIES"].layer_id)
    assert next(layer.getFeatures())["设施类别"] == "幼儿园"


@pytest.mark.parametrize("told", ["", "GBK"])
def test_endings_in_capitals_are_parts_of_a_shapefile_too(dock, gbk_file, project, told):
    """As on a stick of DOS: without .CPG the bytes of the .DBF tell the encoding; with one nobody is asked."""
    for path in sorted(gbk_file.parent.glob("设施点.*")):
        path.rename(path.with_suffix(path.suffix.upper()))
    if told:
        gbk_file.with_suffix(".CPG").write_text(told, encoding="ascii")
    sheet = drop(dock, gbk_file.with_suffix(".SHP"))
    assert sheet.encoding.isVisibleTo(sheet) is not bool(told)
    assert told or sheet.encoding.currentText() == "GB18030"
    assert sheet.preview.item(0, 1).text() == "幼儿园"
    sheet.reject()


def test_layers_of_a_geopackage(dock, qtbot, load_inputs, tmp_path, project):
    load_inputs(*("parcels", "facilities", "population", "roads", "stations"))
    sheet = drop(dock, tmp_path / "in.gpkg")
    assert {sheet.which.itemText(n) for n in range(sheet.which.count())} >= {"parcels", "roads"}
    sheet.which.setCurrentText("roads")
    assert sheet.role.currentData() == "ROADS"
    assert not sheet.encoding.isVisibleTo(sheet)
    press(qtbot, sheet)
    qtbot.waitUntil(lambda: "ROADS" in dock.session.study.inputs)
    assert dock.session.study.inputs["ROADS"].chosen


def test_layers_of_a_whole_file_take_the_roles_of_those_that_are_gone(dock, qtbot, load_inputs, tmp_path, project):
    """Each role had to be chosen by hand again, because a layer that is gone keeps its role until it comes back."""
    load_inputs()
    dock.session.guess()
    project.removeAllMapLayers()
    dock._look.now()
    assert "layer_gone" in {reason.code for reason in dock.session.states()["prepare"].reasons}
    other = shutil.copyfile(tmp_path / "in.gpkg", tmp_path / "新来件.gpkg")
    sheet = drop(dock, other)
    assert sheet.takes_all
    press(qtbot, sheet)
    qtbot.waitUntil(lambda: len(project.mapLayers()) == 5)
    for role in ("PARCELS", "ROADS", "FACILITIES", "STATIONS"):
        assert project.mapLayer(dock.session.study.inputs[role].layer_id) is not None, role


def test_no_layer_in_it(dock, tmp_path):
    (tmp_path / "x.bin").write_text("nothing")
    sheet = drop(dock, tmp_path / "x.bin")
    assert "cannot be read" in sheet.said.text()
    assert not sheet.buttons.button(QDialogButtonBox.StandardButton.Ok).isEnabled()
    sheet.reject()


def test_shifted_name_is_a_question(dock, gbk_file):
    sheet = drop(dock, gbk_file)
    sheet.layer.setName("设施_gcj02")
    sheet.show_preview()
    assert "GCJ-02" in sheet.said.text()
    assert not sheet.correct.isChecked()  # a question, not a conversion


def test_headings_in_a_file_tell_its_role(dock, tmp_path, project):
    """Codes as names of fields, Chinese words as the headings of the style it brings: as for a layer of the project."""
    from urban_renewal.processing.styling.dressing import save_style

    path, options = tmp_path / "t1.gpkg", QgsVectorFileWriter.SaveVectorOptions()
    layer = QgsVectorLayer("Point?crs=EPSG:4545&field=zd1:string&field=zd2:string&field=zd3:double", "x", "memory")
    feature = QgsFeature(layer.fields())
    feature.setAttributes(["1", "养老院", 60.0])
    feature.setGeometry(QgsGeometry.fromWkt("POINT(500000 3270000)"))
    assert layer.dataProvider().addFeature(feature)
    options.driverName, options.layerName = "GPKG", "t1"
    QgsVectorFileWriter.writeAsVectorFormatV3(layer, str(path), project.transformContext(), options)
    there = QgsVectorLayer(f"{path}|layername=t1", "t1", "ogr")
    for place, words in enumerate(("设施编号", "设施类别", "床位数"), 1):
        there.setFieldAlias(place, words)
    save_style(there, "t1", "")
    sheet = drop(dock, path)
    assert [item.alias() for item in sheet.layer.fields()][1:] == ["设施编号", "设施类别", "床位数"]
    assert sheet.role.currentData() == "FACILITIES"
    sheet.reject()
