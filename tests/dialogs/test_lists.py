"""Lists as offices send them: a title above the header, coordinates in columns, GBK; and points in GCJ-02."""

import numpy as np
import pytest
from qgis.core import (
    QgsApplication,
    QgsCoordinateReferenceSystem,
    QgsFeature,
    QgsGeometry,
    QgsRectangle,
    QgsVectorLayer,
)
from qgis.PyQt.QtCore import Qt
from qgis.PyQt.QtWidgets import QDialogButtonBox

from .helpers import LIST_HEAD, LIST_ROWS, drop, press, wait_looked


def test_list_becomes_points_and_facilities(dock, qtbot, workbook, tmp_path, project):
    dock.folder.setFilePath(str(tmp_path / "study"))
    sheet = drop(dock, workbook)
    assert sheet.role.currentData() == "FACILITIES"
    assert "The header is row 2" in sheet.said.text()
    assert "1 row has no coordinates" in sheet.said.text()
    assert sheet.crs.crs().authid() == "EPSG:4490"
    press(qtbot, sheet)
    qtbot.waitUntil(lambda: "FACILITIES" in dock.session.study.inputs)
    layer = project.mapLayer(dock.session.study.inputs["FACILITIES"].layer_id)
    assert layer.source().startswith(str(tmp_path / "study" / "inputs"))  # does not depend on the list any more
    rows = {row["设施编号"]: row for row in layer.getFeatures()}
    assert len(rows) == 3
    point = rows["F2"].geometry().asPoint()
    assert (round(point.x(), 6), round(point.y(), 6)) == (106.5512, 29.5611)
    assert rows["F2"]["规模"] == 180.0
    assert rows["F3"].geometry().isEmpty()


@pytest.mark.parametrize("kind", ["small", "large"])
def test_a_header_in_the_first_row_stays_one(tmp_path, qgis_app, kind):
    """GDAL 3.6 took a first row of words for names of columns, and the first facility became the header."""
    from openpyxl import Workbook
    from urban_renewal.dialogs.drop import bulk, lists

    path, book = tmp_path / "plain.xlsx", Workbook()
    book.active.title = "名单"
    for row in (LIST_HEAD, *LIST_ROWS):
        book.active.append(row)
    book.save(path)
    if kind == "large":
        table = lists.table_of(bulk.read_head(path, "UTF-8").sheets["名单"], is_whole=False)
    else:
        table = lists.read_table(path, "名单")
    assert table.header == tuple(LIST_HEAD) and [row[1] for row in table.rows] == ["F1", "F2", "F3"]
    assert lists.coordinates_of(table) == (6, 7)


def test_csv_in_gbk_with_swapped_headings(tmp_path):
    """In Chinese surveying x is the northing: the figures decide, not the letters."""
    from urban_renewal.dialogs.drop import lists as drop_list
    from urban_renewal.dialogs.drop.files import likely_encoding

    path = tmp_path / "点.csv"
    path.write_bytes("名称,X,Y\n甲,3270000.5,500100\n乙,3270010.5,500110\n".encode("gb18030"))
    assert likely_encoding(path) == "GB18030"
    table = drop_list.read_table(path, "", "GB18030")
    assert table.header == ("名称", "X", "Y")
    assert drop_list.coordinates_of(table) == (2, 1)
    metres = QgsCoordinateReferenceSystem("EPSG:4545")
    assert drop_list.system_of(table, (2, 1), metres) == "EPSG:4545"
    layer, lost = drop_list.make_layer(table, "点", metres)
    point = next(layer.getFeatures()).geometry().asPoint()
    assert (point.x(), point.y(), lost) == (500100.0, 3270000.5, 0)


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("106.55", 106.55),
        ("106°33′36″", 106.56),
        ("29度33分", 29.55),
        ("106.5°E", 106.5),
        ("1,250.5", 1250.5),
        ("E106°33.6′", 106.56),
        ("东经106°33'36''", 106.56),
        ("北纬 29.57°", 29.57),
        ("N: 29° 33′ 36″", 29.56),
        ("29°33’36”北", 29.56),
    ],
)
def test_numbers_as_people_write_them(text, value):
    from urban_renewal.dialogs.drop.lists import degrees

    assert degrees(text) == pytest.approx(value)


@pytest.mark.parametrize("text", ["", "—", "渝中区", "P001", "E001", "N", "106 33 36", "106°75′", "29°33′61″"])
def test_what_is_no_number(text):
    from urban_renewal.dialogs.drop.lists import degrees

    assert np.isnan(degrees(text))


def test_codes_stay_text():
    """0601 is a code, not six hundred and one; an id card number does not lose digits."""
    from urban_renewal.dialogs.drop.lists import Table, make_layer

    rows = (("0601", "510103199001011234", "7"), ("0702", "510103199001011235", "8"))
    layer, _ = make_layer(Table(("代码", "身份", "层数"), rows), "t", None)
    assert next(layer.getFeatures()).attributes() == ["0601", "510103199001011234", 7]


def test_list_without_coordinates_is_a_table(dock, tmp_path):
    path = tmp_path / "能力.csv"
    path.write_text("设施编号,设施类别,规模,单位\nF1,托育园,40,座\n", encoding="utf-8")
    sheet = drop(dock, path)
    assert sheet.role.currentData() == "CAPACITIES"
    assert "joined to the other layers by their ids" in sheet.said.text()
    assert "No columns of coordinates" not in sheet.said.text()  # nothing is lacking
    assert not sheet.layer.isSpatial()
    assert not sheet.crs.isVisible()  # “invalid projection” would stand there
    sheet.role.setCurrentIndex(sheet.role.findData(""))
    assert "No columns of coordinates" in sheet.said.text()
    sheet.reject()


def test_all_layers_of_a_geopackage_at_once(dock, qtbot, load_inputs, tmp_path, project):
    load_inputs(*("parcels", "facilities", "population", "roads", "stations"))
    sheet = drop(dock, tmp_path / "in.gpkg")
    assert sheet.takes_all
    assert {sheet.preview.item(row, 0).text() for row in range(sheet.preview.rowCount())} >= {"parcels", "roads"}
    press(qtbot, sheet)
    qtbot.waitUntil(lambda: len(dock.session.study.inputs) >= 5, timeout=3000)
    assert len(project.mapLayers()) == 5


def test_several_files_come_one_after_the_other(dock, qtbot, workbook, tmp_path):
    from urban_renewal.dialogs.drop.sheet import DropSheet

    other = tmp_path / "能力.csv"
    other.write_text("设施编号,设施类别,规模,单位\nF1,托育园,40,座\n", encoding="utf-8")
    dock.dropping.ask_all([workbook, other])

    def shown():
        return [sheet.path.name for sheet in dock.findChildren(DropSheet) if sheet.isVisible()]

    assert shown() == [workbook.name]
    sheet = next(sheet for sheet in dock.findChildren(DropSheet) if sheet.isVisible())
    qtbot.mouseClick(sheet.buttons.button(QDialogButtonBox.StandardButton.Cancel), Qt.MouseButton.LeftButton)
    qtbot.waitUntil(lambda: shown() == [other.name], timeout=2000)


def houses(project, places):
    """Put houses of 12 × 12 m into the project and give them the role."""
    layer = QgsVectorLayer("Polygon?crs=EPSG:4545&field=building_id:string", "buildings", "memory")
    rows = []
    for n, (x, y) in enumerate(places):
        row = QgsFeature(layer.fields())
        row.setAttributes([f"B{n}"])
        row.setGeometry(QgsGeometry.fromWkt(
            f"POLYGON(({x} {y}, {x + 12} {y}, {x + 12} {y + 12}, {x} {y + 12}, {x} {y}))"))  # fmt: skip
        rows.append(row)
    layer.dataProvider().addFeatures(rows)
    layer.updateExtents()
    project.addMapLayer(layer)
    return layer


CORNER = np.array([500_000.0, 3_270_000.0])


def degrees_of(layer, places):
    """Return longitude and latitude of places (n, 2) in the system of a layer."""
    from qgis.core import QgsCoordinateTransform, QgsProject

    there = QgsCoordinateTransform(layer.crs(), QgsCoordinateReferenceSystem("EPSG:4490"), QgsProject.instance())
    return np.array([tuple(there.transform(x, y)) for x, y in places])


def drop_kindergartens(dock, tmp_path, lonlat):
    lines = [f"F{n},幼儿园,{x:.7f},{y:.7f}" for n, (x, y) in enumerate(lonlat)]
    path = tmp_path / "幼儿园.csv"
    path.write_text("\n".join(["设施编号,设施类别,经度,纬度", *lines]), encoding="utf-8")
    return drop(dock, path)


def wait_compared(qtbot, sheet):
    """Wait until the places of a dropped file have been compared with the houses there are."""
    assert sheet._look is not None
    qtbot.waitUntil(lambda: QgsApplication.taskManager().count() == 0, timeout=8000)


@pytest.mark.parametrize("shifted", [True, False])
def test_gcj02_is_asked_after_by_where_the_places_lie(dock, qtbot, tmp_path, project, shifted):
    """40 houses, a facility in each; given in GCJ-02 they lie some 480 m off, given truly nothing is asked."""
    from urban_renewal.core.inputs.gcj02 import wgs84_to_gcj02

    generator = np.random.default_rng(7)
    places = np.column_stack([generator.uniform(500_000, 502_000, 40), generator.uniform(3_270_000, 3_272_000, 40)])
    layer = houses(project, places.tolist())
    dock.session.choose("BUILDINGS", layer.id())
    lonlat = degrees_of(layer, places + 6)
    if shifted:
        lonlat = np.column_stack(wgs84_to_gcj02(lonlat[:, 0], lonlat[:, 1]))
    sheet = drop_kindergartens(dock, tmp_path, lonlat)
    if shifted:
        qtbot.waitUntil(lambda: "like GCJ-02" in sheet.said.text(), timeout=8000)
        assert not sheet.correct.isChecked()  # a question, never a conversion
    else:
        wait_compared(qtbot, sheet)
        assert "GCJ-02" not in sheet.said.text()
    sheet.reject()


def test_what_stands_in_the_middle_of_squares_is_no_gcj02(dock, qtbot, tmp_path, project):
    """Wherever it were moved it would come nearer to a house."""
    spots = [(x, y) for x in range(700, 1500, 200) for y in range(700, 1500, 200)]
    far = lambda x, y: all(np.hypot(x + 6 - a, y + 6 - b) > 60 for a, b in spots)  # noqa: E731
    grid = [(x, y) for x in range(0, 2200, 50) for y in range(0, 2200, 50) if far(x, y)]
    layer = houses(project, (np.array(grid) + CORNER).tolist())
    dock.session.choose("BUILDINGS", layer.id())
    sheet = drop_kindergartens(dock, tmp_path, degrees_of(layer, np.array(spots) + CORNER))
    wait_compared(qtbot, sheet)
    assert "GCJ-02" not in sheet.said.text()
    sheet.reject()


def test_people_and_communities_in_one_layer(dock, qtbot, project):
    """The layer a person takes for people is found as communities as well; taken away it stays away."""
    fields = "field=社区代码:string&field=社区名称:string&field=常住人口:double&field=60岁以上:double"
    layer = QgsVectorLayer(f"Polygon?crs=EPSG:4545&{fields}", "七普社区", "memory")
    project.addMapLayer(layer)
    dock.session.choose("POPULATION", layer.id())
    assert dock.session.study.inputs["COMMUNITIES"].layer_id == layer.id()  # nothing is left that would be guessed
    dock.session.choose("COMMUNITIES", "")
    dock.session.guess()
    dock.session.choose("POPULATION", layer.id())
    assert "COMMUNITIES" not in dock.session.study.inputs


def test_people_and_communities_in_one_layer_that_is_dropped(dock, qtbot, tmp_path, project):
    """Each file has its role from its sheet: gaps of an office's files were counted for one community, the whole."""
    from qgis.core import QgsVectorFileWriter

    fields = "field=社区代码:string&field=社区名称:string&field=常住人口:double&field=60岁以上:double"
    layer = QgsVectorLayer(f"Polygon?crs=EPSG:4545&{fields}", "七普社区", "memory")
    options = QgsVectorFileWriter.SaveVectorOptions()
    options.driverName, path = "GPKG", tmp_path / "七普社区.gpkg"
    context = project.transformContext()
    assert QgsVectorFileWriter.writeAsVectorFormatV3(layer, str(path), context, options)[0] == 0
    sheet = dock.dropping.ask(path)
    assert sheet.role.currentData() == "POPULATION"
    sheet.accept()
    qtbot.waitUntil(lambda: "COMMUNITIES" in dock.session.study.inputs, timeout=3000)
    inputs = dock.session.study.inputs
    assert inputs["COMMUNITIES"].layer_id == inputs["POPULATION"].layer_id


def test_terrain_that_comes_last_is_found(dock, qtbot, tmp_path, project):
    """Rasters were looked at only together with a vector layer that played no role yet."""
    from osgeo import gdal
    from qgis.core import QgsRasterLayer

    wait_looked(qtbot, dock)
    gdal.GetDriverByName("GTiff").Create(str(tmp_path / "地形.tif"), 4, 4, 1).FlushCache()
    project.addMapLayer(QgsRasterLayer(str(tmp_path / "地形.tif"), "地形"))
    qtbot.waitUntil(lambda: "DEM" in dock.session.study.inputs, timeout=3000)


def test_added_files_hide_nothing(project):
    """Whatever the order in which they come: points, lines, houses, parcels, terrain from top to bottom."""
    from urban_renewal.dialogs.study.results import add_in_order

    kinds = {"PARCELS": "Polygon", "FACILITIES": "Point", "ROADS": "LineString", "BUILDINGS": "Polygon",
             "POPULATION": "Polygon", "STATIONS": "Point"}  # fmt: skip
    for role, kind in kinds.items():
        add_in_order(project, QgsVectorLayer(f"{kind}?crs=EPSG:4545", role, "memory"), role)
    add_in_order(project, QgsVectorLayer("Polygon?crs=EPSG:4545", "district_boundary", "memory"))  # of no role
    rim = project.mapLayersByName("district_boundary")[0].renderer().symbol().symbolLayer(0).strokeColor()
    assert rim.lightness() > 120, rim.name()  # nothing black
    root = project.layerTreeRoot()
    order = [node.name() for node in root.findLayers()]
    assert order == ["STATIONS", "FACILITIES", "ROADS", "BUILDINGS", "PARCELS", "POPULATION", "district_boundary"]
    assert not root.findLayer(project.mapLayersByName("POPULATION")[0].id()).itemVisibilityChecked()
    assert project.crs().authid() == "EPSG:4545"


def test_a_list_with_addresses_only_is_placed_by_names_of_a_layer(dock, qtbot, tmp_path, project):
    """Same name, once in the list and once in the layer; who does not want it gets a table and is told how to go on."""
    from urban_renewal.core.delivery.formats.workbook import Sheet, write_workbook

    layer = QgsVectorLayer("Polygon?crs=EPSG:4545&field=名称:string", "兴趣点", "memory")
    names = ["甲 托育园", "乙幼儿园", "丙养老站", "双名", "双名", "丁食堂"]
    for place, name in enumerate(names):
        feature = QgsFeature(layer.fields())
        feature.setAttributes([name])
        left = 500_000 + 100 * place
        feature.setGeometry(QgsGeometry.fromRect(QgsRectangle(left, 3_270_000, left + 10, 3_270_010)))
        assert layer.dataProvider().addFeature(feature)
    layer.updateExtents()
    project.addMapLayer(layer)
    head = ["设施编号", "设施名称", "设施类别", "规模", "规模单位", "地址"]
    rows = [
        ["F1", "甲托育园", "托育园", 40.0, "座", "中山路1号"],
        ["F2", "乙幼儿园", "幼儿园", 180.0, "座", "中山路2号"],
        ["F3", "双名", "社区养老服务站", 350.0, "平方米", "中山路3号"],
        ["F4", "不在图上", "托育园", 20.0, "座", "中山路4号"],
        ["F5", "丁食堂", "老年食堂", 120.0, "平方米", "中山路5号"],
    ]
    path = tmp_path / "名单.xlsx"
    write_workbook(path, [Sheet("名单", "设施名单", head, [None, None, None, 1, None, None], rows)])
    dock.folder.setFilePath(str(tmp_path / "study"))
    sheet = drop(dock, path)
    assert not sheet.layer.isSpatial()
    assert "add columns of longitude and latitude" in sheet.said.text()
    assert sheet.by_name.text() == "Take places by name from “兴趣点”: 3 of 5 rows"
    assert not sheet.by_name.isChecked(), "a person decides"
    sheet.by_name.click()
    assert sheet.role.currentData() == "FACILITIES"
    assert "2 rows have no coordinates" in sheet.said.text()
    assert sheet.crs.crs().authid() == "EPSG:4545"
    press(qtbot, sheet)
    qtbot.waitUntil(lambda: "FACILITIES" in dock.session.study.inputs)
    made = project.mapLayer(dock.session.study.inputs["FACILITIES"].layer_id)
    found = {row["设施编号"]: row.geometry() for row in made.getFeatures()}
    assert [key for key, shape in sorted(found.items()) if shape.isEmpty()] == ["F3", "F4"]
    assert 500_100 < found["F2"].asPoint().x() < 500_110
    assert 500_500 < found["F5"].asPoint().x() < 500_510


def test_a_list_whose_names_nobody_knows_offers_nothing(dock, tmp_path, project, load_inputs):
    load_inputs()
    path = tmp_path / "名单.csv"
    path.write_text("名称,地址\n甲,一号\n乙,二号\n丙,三号\n", encoding="utf-8")
    sheet = drop(dock, path)
    assert not sheet.by_name.isVisibleTo(sheet)
    assert "add columns of longitude and latitude" in sheet.said.text()
    sheet.reject()


def test_the_sheet_that_is_a_list_comes_first(tmp_path, qtbot, qgis_app):
    """Offices begin a workbook with a page of explanations; the list stands behind it."""
    from urban_renewal.core.delivery.formats.workbook import Sheet, write_workbook
    from urban_renewal.dialogs.drop.sheet import DropSheet

    path = tmp_path / "台账.xlsx"
    notes = Sheet("说明", "某区设施台账", ["填表说明", "备注"], [None, None], [["按月填报", "A"], ["盖章", "B"]])
    heads = ["设施编号", "设施名称", "设施类别", "经度", "纬度"]
    rows = [[f"F{n}", f"第{n}所", "幼儿园", 106.5 + n / 1000, 29.5] for n in range(4)]
    digits = [None, None, None, 6, 6]
    write_workbook(
        path, [notes, Sheet("养老", "名单", heads, digits, rows), Sheet("托育", "名单", heads, digits, rows)]
    )
    sheet = DropSheet(path)
    qtbot.addWidget(sheet)
    assert sheet.which.currentText() == "养老"
    assert sheet.table.header[:2] == ("设施编号", "设施名称")
    sheet.which.setCurrentIndex(0)
    assert sheet.table.header[0] == "填表说明"


def test_a_text_list_of_a_city_is_not_read_whole(tmp_path, qtbot, qgis_app, monkeypatch):
    """500 MB of readings held the window for minutes and took gigabytes: the sheet looks at the first rows."""
    from urban_renewal.dialogs.drop import bulk, lists
    from urban_renewal.dialogs.drop.sheet import DropSheet

    path = tmp_path / "readings.csv"
    path.write_text("parcel_id,stream,value,date\n" + "P1,power,1.5,2025-01-31\n" * 2000, encoding="utf-8")
    monkeypatch.setattr(bulk, "LARGE", 20_000)
    monkeypatch.setattr(lists, "read_table", None)  # whoever reads it all fails
    sheet = DropSheet(path)
    qtbot.addWidget(sheet)
    qtbot.waitUntil(lambda: not sheet.large.is_reading, timeout=5000)
    assert sheet.layer is not None and sheet.layer.featureCount() < bulk.HEAD
    assert [field.name() for field in sheet.layer.fields()] == ["parcel_id", "stream", "value", "date"]
    assert sheet.role.currentData() == "ACTIVITY"
    assert "these are its first rows" in sheet.said.text()
    assert sheet.preview.rowCount() == 5


def test_lists_in_an_archive_are_told_not_lost(tmp_path, qtbot, qgis_app, workbook):
    import zipfile

    from urban_renewal.dialogs.drop.files import lists_in

    path = tmp_path / "all.zip"
    with zipfile.ZipFile(path, "w") as archive:
        archive.write(workbook, "表/名单.xlsx")
        archive.writestr("a.csv", "x,y\n1,2\n")
        archive.writestr("readme.md", "-")
    assert lists_in(path, ["/vsizip/all.zip/a.csv"]) == ["表/名单.xlsx"]
    assert lists_in(workbook, []) == []


def test_a_dwg_is_told_what_to_do(tmp_path, qtbot, qgis_app):
    from qgis.PyQt.QtWidgets import QDialogButtonBox
    from urban_renewal.dialogs.drop.sheet import DropSheet

    path = tmp_path / "plan.dwg"
    path.write_bytes(b"AC1032" + bytes(500))
    sheet = DropSheet(path)
    qtbot.addWidget(sheet)
    assert "DXF" in sheet.said.text()
    assert not sheet.buttons.button(QDialogButtonBox.StandardButton.Ok).isEnabled()


@pytest.mark.parametrize(
    ("below", "place"),
    [
        (("", "", "", "数量", "单位", "经度", "纬度"), 2),  # 数量 is no heading that is known: it hangs below its group
        (("", "", "", "", "", "106.55", "29.56"), 1),  # a row of data whose id nobody typed
        (("F1", "甲园", "", "", "座", "", ""), 1),
        (("", "某园", "", "", "座", "", ""), 1),  # no heading among it
    ],
)
def test_a_second_row_of_a_header_hangs_below_the_first(below, place):
    from urban_renewal.dialogs.drop import lists

    rows = [("某区名单", *[""] * 6), ("设施编号", "设施名称", "类别", "规模", "", "位置", ""), below]
    found, words = lists._merged_header(rows, lists.header_place(rows))
    assert found == place
    if place == 2:
        assert words == ["设施编号", "设施名称", "类别", "数量", "单位", "经度", "纬度"]
