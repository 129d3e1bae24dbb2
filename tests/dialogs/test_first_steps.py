"""The first minute: a folder proposed for the results, a map in metres, a sheet no larger than its words."""

from pathlib import Path

import pytest
from qgis.core import QgsCoordinateReferenceSystem, QgsFeature, QgsGeometry, QgsProject, QgsVectorLayer

# a place, the zone it lies in: meridians by hand, 108 = 36 × 3 at Chongqing, 117 at Beijing; zone 48 = 102–108° E
PLACES = [
    (106.57, 29.55, "EPSG:4545", 108.0), (116.4, 39.9, "EPSG:4548", 117.0), (75.0, 39.5, "EPSG:4534", 75.0),
    (87.6, 43.8, "EPSG:4538", 87.0), (13.4, 52.5, "EPSG:32633", 15.0), (-58.4, -34.6, "EPSG:32721", -57.0),
    (179.99, 10.0, "EPSG:32660", 177.0),
]  # fmt: skip


@pytest.mark.parametrize(("x", "y", "name", "meridian"), PLACES)
def test_a_place_in_degrees_lies_in_a_zone_of_metres(qgis_app, x, y, name, meridian):
    from urban_renewal.dialogs.study.map_system import zone_at

    assert zone_at(x, y) == name
    system = QgsCoordinateReferenceSystem(name)
    assert system.isValid() and not system.isGeographic()
    terms = dict(part.lstrip("+").partition("=")[::2] for part in system.toProj().split())
    zone = terms.get("zone")
    assert (float(zone) * 6 - 183 if zone else float(terms["lon_0"])) == meridian


@pytest.mark.parametrize(("x", "y"), [(0.0, 89.0), (500000.0, 3270000.0)])
def test_no_zone_at_the_pole_or_off_the_globe(qgis_app, x, y):
    from urban_renewal.dialogs.study.map_system import zone_at

    assert zone_at(x, y) == ""


def in_degrees(folder, name="osm"):
    """Return the file of parcels in degrees, as a raw OSM file has them."""
    path = Path(folder) / f"{name}.geojson"
    path.write_text(
        '{"type":"FeatureCollection","features":[{"type":"Feature","properties":{"parcel_id":"P1","land_use":"0701"},'
        '"geometry":{"type":"Polygon","coordinates":[[[106.57,29.55],[106.571,29.55],[106.571,29.551],[106.57,29.55]]]}}]}',
        encoding="utf-8",
    )
    return path


def test_the_first_file_in_degrees_gives_a_map_in_metres(dock, qtbot, tmp_path, project):
    from .helpers import drop, press

    sheet = drop(dock, in_degrees(tmp_path))
    assert "EPSG:4545" in sheet.said.text()
    sheet.role.setCurrentIndex(sheet.role.findData("PARCELS"))
    press(qtbot, sheet)
    qtbot.waitUntil(lambda: bool(project.mapLayers()))
    assert project.crs().authid() == "EPSG:4545"
    assert next(iter(project.mapLayers().values())).crs().authid() == "EPSG:4326"
    second = dock.dropping.ask(in_degrees(tmp_path, "more"))
    assert "EPSG:4545" not in second.said.text()


def test_a_map_in_degrees_goes_over_to_metres_by_a_link(dock, qtbot, tmp_path, project):
    project.addMapLayer(QgsVectorLayer(str(in_degrees(tmp_path)), "宗地", "ogr"))
    project.setCrs(QgsCoordinateReferenceSystem("EPSG:4326"))
    qtbot.waitUntil(lambda: "PARCELS" in dock.session.study.inputs)
    qtbot.waitUntil(lambda: 'href="metres"' in dock.why.text())
    dock.why.linkActivated.emit("metres")
    assert project.crs().authid() == "EPSG:4545"
    assert 'href="metres"' not in dock.why.text()
    project.setCrs(QgsCoordinateReferenceSystem("EPSG:4326"))  # by hand, in the corner of the window
    qtbot.waitUntil(lambda: 'href="metres"' in dock.why.text())


def test_a_folder_beside_the_data_is_proposed_and_taken_by_a_link(dock, qtbot, tmp_path, load_inputs):
    load_inputs()
    qtbot.waitUntil(lambda: 'href="propose"' in dock.why.text())
    assert not dock.run_all.isEnabled()
    wanted = tmp_path / "urban renewal results"
    assert f"{tmp_path.name}/{wanted.name}" in dock.why.text()
    assert not wanted.exists()  # nothing is made before a run
    dock.why.linkActivated.emit("propose")
    assert dock.session.study.folder == str(wanted) and dock.folder.filePath() == str(wanted)
    assert dock.run_all.isEnabled() and 'href="propose"' not in dock.why.text()


def test_a_study_with_a_long_name_gets_a_folder_with_a_short_one(dock, qtbot, tmp_path, load_inputs):
    """A paragraph pasted as the name: no disk takes a folder of that name, and the panel was not shown any more."""
    from urban_renewal.dialogs.workbench.recovery import kept_in

    load_inputs()
    dock.session.rename("七星岗片区更新研究：" * 40)
    dock.refresh()
    qtbot.waitUntil(lambda: 'href="propose"' in dock.why.text())
    dock.why.linkActivated.emit("propose")
    folder = Path(dock.session.study.folder)
    assert folder.parent == tmp_path and len(folder.name) == 40 and folder.name.startswith("七星岗片区更新研究")
    assert kept_in(str(tmp_path / ("长" * 300))) is None


def test_a_folder_in_use_is_not_proposed(dock, qtbot, tmp_path, load_inputs):
    from urban_renewal.dialogs.workbench.proposed import proposed_folder
    from urban_renewal.dialogs.workbench.studies import begin

    load_inputs()
    qtbot.waitUntil(lambda: "PARCELS" in dock.session.study.inputs)
    dock.session.rename("渝中/示范: 一期")
    assert proposed_folder(dock.session) == str(tmp_path / "渝中示范 一期")
    dock.session.rename("渝中")
    (tmp_path / "渝中").mkdir()
    (tmp_path / "渝中" / "x.txt").write_text("x", encoding="utf-8")  # somebody's own
    assert proposed_folder(dock.session) == str(tmp_path / "渝中 2")
    dock.session.set_folder(str(tmp_path / "渝中 2"))
    begin(dock.session)
    dock.session.rename("渝中")
    assert proposed_folder(dock.session) == str(tmp_path / "渝中 3")


def test_no_folder_is_proposed_on_a_share_or_where_nothing_can_be_written(
    dock, qtbot, tmp_path, load_inputs, monkeypatch
):
    from urban_renewal.dialogs.workbench import proposed

    load_inputs()
    qtbot.waitUntil(lambda: "PARCELS" in dock.session.study.inputs)
    monkeypatch.setattr(proposed, "is_on_share", lambda place: Path(place) == tmp_path)
    assert not proposed.proposed_folder(dock.session).startswith(str(tmp_path))
    monkeypatch.setattr(proposed.os, "access", lambda place, mode: False)
    assert proposed.proposed_folder(dock.session) == ""


def test_choosing_a_folder_asks_for_it(dock, qtbot, tmp_path, load_inputs, monkeypatch):
    load_inputs()
    qtbot.waitUntil(lambda: "PARCELS" in dock.session.study.inputs)
    monkeypatch.setattr(dock, "ask_folder", lambda title: str(tmp_path / "mine"))
    dock.cards["prepare"].link_asked.emit("prepare", "folder")
    assert dock.session.study.folder == str(tmp_path / "mine")


def test_a_step_that_cannot_run_is_not_offered(dock, qtbot, tmp_path, load_inputs):
    """Beside “Prepare comes first” stands a link only when Prepare can run."""
    assert 'href="run:prepare"' not in dock.cards["gaps"].body.text()
    load_inputs("facilities")
    dock.session.set_folder(str(tmp_path / "study"))
    qtbot.waitUntil(lambda: 'href="run:prepare"' in dock.cards["gaps"].body.text())


def test_a_sheet_without_rows_is_as_high_as_its_words(dock, tmp_path):
    broken = tmp_path / "broken.gpkg"
    broken.write_bytes(b"no database")
    sheet = dock.dropping.ask(broken)
    line = sheet.fontMetrics().height()
    assert sheet.height() < 12 * line
    assert sheet.said.height() >= sheet.said.heightForWidth(sheet.said.width())
    sheet.reject()
    layer = QgsVectorLayer("Point?crs=EPSG:4545&field=a:string", "a", "memory")
    feature = QgsFeature(layer.fields())
    feature.setGeometry(QgsGeometry.fromWkt("POINT(0 0)"))
    layer.dataProvider().addFeature(feature)
    from qgis.core import QgsVectorFileWriter

    options = QgsVectorFileWriter.SaveVectorOptions()
    QgsVectorFileWriter.writeAsVectorFormatV3(
        layer, str(tmp_path / "a.gpkg"), QgsProject.instance().transformContext(), options
    )
    sheet = dock.dropping.ask(tmp_path / "a.gpkg")
    assert sheet.height() >= 20 * line  # room for a preview
    sheet.reject()
