"""Exploring by clicks: a parcel's reasons and its ways, a facility's people, reach from any place."""

import pytest
from qgis.core import (
    QgsCoordinateReferenceSystem,
    QgsFeature,
    QgsGeometry,
    QgsPointXY,
    QgsRectangle,
    QgsVectorFileWriter,
    QgsVectorLayer,
)
from qgis.PyQt.QtCore import Qt, QUrl

from .helpers import EAST, NORTH, click


def test_parcel_tells_why_and_what_is_missing(explore):
    text = click(explore, EAST + 1, NORTH + 1)
    assert "Parcel P2" in text
    assert "why P2" in text
    assert "Nursery\nfarther than the limit" in text
    assert "3.8 min" in text  # 230 s
    assert "6.0 places" in text


def test_a_parcel_is_reviewed_from_where_it_is_told_of(explore, dock):
    """Who sees a wrong tag on the map says so there; looking for the parcel in the list was left to him."""

    def current(panel):
        return panel.desk.queue[panel.form.list.currentIndex().row()].parcel_id

    def follow():
        explore.panel.text.anchorClicked.emit(QUrl("review:"))
        return dock.reviewing.panel

    click(explore, EAST + 1, NORTH + 1)
    assert 'href="review:"' in explore.panel.text.toHtml()
    panel = follow()
    assert not panel.isHidden()
    assert current(panel) == "P2"
    others = [item.parcel_id for item in panel.desk.queue if item.parcel_id != "P2"]
    assert panel.show_parcel(others[0]) and current(panel) != "P2"
    desk = panel.desk
    panel.hide()
    assert current(follow()) == "P2" and not panel.isHidden()
    assert panel.desk is desk  # nothing was read again
    dock.reviewing.close()
    click(explore, EAST - 90, NORTH - 90)  # no parcel there: nothing to be judged
    explore.panel.text.anchorClicked.emit(QUrl("review:"))
    assert dock.reviewing.panel is None


def test_way_with_stairs(explore):
    """The network has times for elders only, so an elder walks where a carer would."""
    click(explore, EAST + 1, NORTH + 1)
    explore.panel.text.anchorClicked.emit(QUrl("way:nurs:F'1"))
    text = explore.panel.way.text().replace("\xa0", " ")
    assert "60 m stairs" in text
    assert "10.0 m up, 0.0 m down" in text
    assert len(explore._drawn.items) == 2  # the way and its stairs
    explore.stop()
    assert explore._drawn.items == []


@pytest.mark.parametrize("facility", ["F'1", "养老院 #1", "50%", "F%20", "a\\b", 'x"y', "<b>", "a:b?c&d"])
def test_a_link_asks_for_the_facility_that_it_names(qgis_app, qtbot, facility):
    """The address as the browser of the panel takes it from its text when the link is clicked."""
    from urban_renewal.dialogs.explore.panel import ExplorePanel
    from urban_renewal.dialogs.explore.text import address

    panel = ExplorePanel(None)
    qtbot.addWidget(panel)
    panel.show_html(f'<a href="{address("way", "nurs", facility)}">x</a>')
    cursor = panel.text.textCursor()
    cursor.setPosition(1)
    with qtbot.waitSignal(panel.way_asked) as asked:
        panel.text.anchorClicked.emit(QUrl(cursor.charFormat().anchorHref()))
    assert asked.args == ["nurs", facility]


def test_sentence_of_what_lacks_most(explore):
    text = click(explore, EAST + 1, NORTH + 1)
    assert "Largest gap: Nursery, 60 % of the need. The nearest is 3.8 min on foot, the limit 5.0 min." in text
    assert "0.04 ha · 3 buildings · 0\u2060–\u20602 years 20" in text  # no line ends inside 0–2
    assert "By the standard's radius (300 m) it counts as covered." in text  # 210 m in a straight line


def test_zone_tells_findings_worst_first(explore):
    """A click where no parcel is; the same behind the link of a parcel."""
    text = click(explore, EAST + 20, NORTH + 300)
    assert text.startswith("七星岗 Z-S1")
    assert "20.2 ha · 90,000 m² floor area · 1,200 people · 3 petals · gap of elders 25 %" in text.replace(
        "20.3", "20.2"
    )
    assert text.index("5 places short") < text.index("ok <b>")
    assert "✗ not met 1 · ✓ passed 1" in text
    assert "City health check" in text and "城市体检" not in text  # clauses are stored in Chinese
    click(explore, EAST + 1, NORTH + 1)
    explore.panel.text.anchorClicked.emit(QUrl("zone:Z-S1"))
    assert "5 places short" in explore.panel.text.toPlainText()


def test_profile_is_drawn_with_the_way(explore):
    click(explore, EAST + 1, NORTH + 1)
    assert not explore.panel.chart.isVisibleTo(explore.panel)
    explore.panel.text.anchorClicked.emit(QUrl("way:nurs:F'1"))
    chart = explore.panel.chart
    assert chart.isVisibleTo(explore.panel)
    assert 1.0 <= chart.times() <= 4.0
    explore.panel.setFloating(True)
    explore.panel.resize(420, 700)
    image = chart.grab().toImage()
    brown = {image.pixelColor(x, y).name() for x in range(0, image.width(), 3) for y in range(0, image.height(), 3)}
    assert len(brown) > 3  # something is drawn
    click(explore, EAST + 20, NORTH + 300)
    assert not chart.isVisibleTo(explore.panel)


def test_time_map_at_each_click(explore, project):
    explore.panel.at_once.setChecked(True)
    click(explore, EAST + 60, NORTH + 20)
    assert len(project.mapLayersByName("Time map, 15 minutes")) == 1


def test_facility_tells_whom_it_serves(explore):
    text = click(explore, EAST + 181, NORTH + 60)
    assert "Facility F'1" in text
    assert "45.0 of 60.0 places used" in text
    assert "Nursery: the nearest for 1 parcel with 20 people who need it, the farthest 3.8 min away" in text
    bands = [item for item in explore._drawn.items if hasattr(item, "asGeometry")]
    assert [round(band.asGeometry().area()) for band in bands] == [100]  # P2, ten by ten metres, is framed
    assert explore.lookups.map._band is None
    click(explore, EAST + 20, NORTH + 300)
    assert not [item for item in explore._drawn.items if hasattr(item, "asGeometry")]


def test_time_map_from_any_place(explore, qtbot, project):
    assert "No parcel here" in click(explore, EAST + 60, NORTH + 20)
    explore.panel.minutes.setValue(6)
    for _ in range(2):  # the second replaces the first
        qtbot.mouseClick(explore.panel.reach, Qt.MouseButton.LeftButton)
    layers = project.mapLayersByName("Time map, 6 minutes")
    assert len(layers) == 1
    found = {feature["kind"]: feature["minutes"] for feature in layers[0].getFeatures()}
    # the leg of 20 m takes an elder 20 / 0.9 s = 22.2 s, then 60 s to the stairs, 100 s up, 120 s on
    assert found["stairs"] == pytest.approx((22.222 + 60 + 100) / 60, abs=0.01)
    assert sorted(found) == ["stairs", "street"]


def test_nothing_is_guessed_from_the_time_map(explore, qtbot, project, dock):
    click(explore, EAST + 60, NORTH + 20)
    qtbot.mouseClick(explore.panel.reach, Qt.MouseButton.LeftButton)
    dock.session.guess()
    assert "ROADS" not in dock.session.study.inputs


def test_button_follows_the_tool(explore, dock, qtbot, qgis_iface):
    assert dock.explore.isChecked()
    qtbot.mouseClick(dock.explore, Qt.MouseButton.LeftButton)
    assert not dock.explore.isChecked()
    assert qgis_iface.mapCanvas().mapTool() is not explore.tool


def test_project_closed_while_exploring(explore, project, dock):
    click(explore, EAST + 1, NORTH + 1)
    project.clear()
    assert (explore.ground, explore.panel) == (None, None)


def test_a_network_in_degrees_is_walked_in_metres(explore, project, dock, tmp_path, qtbot):
    """The usual system of China's data (EPSG:4490): the same streets, the same minutes, drawn at the same place."""
    from qgis.core import QgsCoordinateTransform

    options = QgsVectorFileWriter.SaveVectorOptions()
    options.driverName, options.layerName = "GPKG", "edges"
    degrees = QgsCoordinateReferenceSystem("EPSG:4490")
    layer = QgsVectorLayer(f"{tmp_path}/edges.gpkg|layername=edges", "edges", "ogr")
    options.ct = QgsCoordinateTransform(layer.crs(), degrees, project)
    path = tmp_path / "degrees.gpkg"
    assert QgsVectorFileWriter.writeAsVectorFormatV3(layer, str(path), project.transformContext(), options)[0] == 0
    dock.session.study.steps["prepare"].results["edges"] = "degrees.gpkg"
    explore.ground = None
    explore.read_ground()
    qtbot.waitUntil(lambda: explore.ground is not None, timeout=10000)
    assert not explore.network_crs().isGeographic()
    click(explore, EAST + 60, NORTH + 20)
    explore.panel.minutes.setValue(6)
    qtbot.mouseClick(explore.panel.reach, Qt.MouseButton.LeftButton)
    drawn = project.mapLayersByName("Time map, 6 minutes")[0]
    found = {feature["kind"]: feature["minutes"] for feature in drawn.getFeatures()}
    assert found["stairs"] == pytest.approx((22.222 + 60 + 100) / 60, abs=0.01)
    back = QgsCoordinateTransform(drawn.crs(), QgsCoordinateReferenceSystem("EPSG:4545"), project)
    box = back.transformBoundingBox(drawn.extent())
    assert (box.xMinimum(), box.yMinimum()) == (pytest.approx(EAST, abs=0.05), pytest.approx(NORTH, abs=0.05))


def test_way_from_any_place_to_the_nearest_facility(explore):
    """No gap detail is needed, and no parcel: the way begins where somebody clicked."""
    from urban_renewal.dialogs.explore.text import minutes_text
    from urban_renewal.dialogs.explore.walk_ground import way_to

    dock = explore._dock
    dock.session.study.steps.pop("gaps")
    place = (EAST + 60, NORTH - 30)
    text = click(explore, *place)
    assert "No parcel here" in text
    assert "Nearest facility" in text
    assert "Nearest station" not in text  # the study has no layer of stations
    explore.panel.text.anchorClicked.emit(QUrl("way:@facility:"))
    way = way_to(explore.ground, place, [(EAST + 180, NORTH + 60)], "elder")
    told = explore.panel.way.text().replace("\xa0", " ")
    assert f"{minutes_text(way.there_s)} there, {minutes_text(way.back_s)} back" in told
    assert "From the place that was clicked." in told
    dock.session.study.inputs.pop("FACILITIES")
    explore.panel.text.anchorClicked.emit(QUrl("way:@facility:"))
    assert "none within 4 km" in explore.panel.way.text().replace("\xa0", " ")


def test_the_network_is_opened_by_the_window_itself(explore, monkeypatch, qtbot):
    """QGIS locks up when a worker and the window open tables of one GeoPackage at once: only reading is aside."""
    import threading

    from urban_renewal.processing.intake import networks

    found, take = [], networks.take_vector
    monkeypatch.setattr(
        networks, "take_vector", lambda *what: (found.append(threading.current_thread()), take(*what))[1]
    )
    explore.ground = None
    explore.read_ground()
    qtbot.waitUntil(lambda: explore.ground is not None, timeout=10000)
    assert found and set(found) == {threading.main_thread()}


def test_a_closed_panel_leaves_nothing_on_the_map(explore, dock, qgis_iface):
    click(explore, EAST + 1, NORTH + 1)
    explore.panel.show()
    explore.panel.close()
    assert explore._drawn.items == [] and explore.lookups.map._band is None
    assert qgis_iface.mapCanvas().mapTool() is not explore.tool


def test_a_parcel_where_nobody_lives_says_so_once(explore):
    """No table of thirteen kinds that nobody needs; of two kinds, one of them needed, both are told."""
    from urban_renewal.core import envelope
    from urban_renewal.dialogs.explore.text import parcel_html, people_text
    from urban_renewal.dialogs.review.parcels import Parcels

    item = Parcels(f"{explore._dock.session.study.folder}/tagged.gpkg|layername=tagged", {})[0]
    nobody = ("nurs", 0.0, 0.0, 0.0, None, None, None, 0, "NO_NEED", "place", None, 0.0)
    standard = envelope.load("standard", "chongqing")
    html = parcel_html(item, "why", [nobody, nobody], standard)
    assert "<table" not in html and "Nobody here needs" in html
    needed = ("kgar", 4.0, 1.0, 3.0, 60.0, 90.0, "F1", 1, "ok", "place", 50.0, 5.0)
    assert parcel_html(item, "why", [nobody, needed], standard).count("<tr>") == 3
    blind = [(kind, None, *nobody[2:8], "NO_PEOPLE_DATA", *nobody[9:]) for kind in ("eday", "kgar", "serv")]
    html = parcel_html(item, "why", blind, standard)  # each tells what its need is counted by
    said = [html.index(words) for words in ("households not known", "people of this age not known", "no people data")]
    assert said == sorted(said)
    assert people_text({"pop": 0.0, "pop_60": 0.0}) == "nobody lives here"
    assert people_text({"pop": 12.0, "pop_60": 3.0}) == "12 people (60 and over 3)"


@pytest.mark.parametrize(
    ("value", "unit", "told"),
    [
        (89.9, "people", "90 people"),
        (0.4, "people", "0.4 people"),
        (0.0, "people", "0 people"),
        (89.9, "m2", "89.9 m²"),
        (None, "people", "—"),
    ],
)
def test_many_people_are_told_whole(qgis_app, value, unit, told):
    from urban_renewal.dialogs.explore.text import amount_text

    assert amount_text(value, unit).replace("\xa0", " ") == told


def test_a_facility_is_found_whatever_its_id_and_its_field_are_called(explore, dock, project, tmp_path):
    """A backslash says something in an expression of QGIS, and a field may have quotes in its name."""
    from urban_renewal.dialogs.study.study import InputChoice

    layer = QgsVectorLayer("Point?crs=EPSG:4545&field=id:string&field=kind:string", "設施", "memory")
    layer.startEditing()
    layer.renameAttribute(0, 'id "new"')
    feature = QgsFeature(layer.fields())
    feature.setAttributes(["F'\\1", "nurs"])
    feature.setGeometry(QgsGeometry.fromPointXY(QgsPointXY(EAST, NORTH)))
    assert layer.addFeature(feature) and layer.commitChanges()
    project.addMapLayer(layer)
    mapping = {"facility_id": 'id "new"', "kind": "kind"}
    dock.session.study.inputs["FACILITIES"] = InputChoice(layer.id(), layer.source(), layer.name(), 1.0, True, mapping)
    assert len(explore.lookups.doors_of("F'\\1")) == 1


def test_back_to_the_place_before_and_forth_again(explore, qgis_iface, qtbot):
    """As in a browser: a click after going back forgets what came after; a place out of view comes into it."""
    panel, canvas = explore.panel, qgis_iface.mapCanvas()

    def told():
        return panel.text.toPlainText().split("\n")[0]

    assert not panel.back.isEnabled() and not panel.forth.isEnabled()
    for place in range(3):  # P1 to P3, every 20 m
        click(explore, EAST - 18 + 20 * place, NORTH + 1)
    assert (told(), panel.back.isEnabled(), panel.forth.isEnabled()) == ("Parcel P3", True, False)
    panel.back.click()
    canvas.setExtent(QgsRectangle(EAST + 1000, NORTH, EAST + 1100, NORTH + 100))
    panel.back.click()
    assert (told(), panel.back.isEnabled(), panel.forth.isEnabled()) == ("Parcel P1", False, True)
    assert canvas.extent().contains(QgsPointXY(EAST - 18, NORTH + 1))
    panel.forth.click()
    assert told() == "Parcel P2"
    canvas.setDestinationCrs(QgsCoordinateReferenceSystem("EPSG:4490"))  # places are known in the system of then
    panel.forth.click()
    assert told() == "Parcel P3"
    canvas.setDestinationCrs(QgsCoordinateReferenceSystem("EPSG:4545"))
    panel.back.click()
    click(explore, EAST + 42, NORTH + 1)
    assert (told(), panel.back.isEnabled(), panel.forth.isEnabled()) == ("Parcel P4", True, False)
    explore.close()
    explore.start()
    assert not explore.panel.back.isEnabled()


def test_a_number_stays_with_its_unit_below_the_map(explore):
    """“0.3” ended a line and “km” began the next; tags keep their blanks."""
    explore.panel.tell_way('<p>0.3 km of streets<br><a href="map:keep">5 min</a></p>')
    assert explore.panel.way.text().count("\xa0") == 2
    assert "0.3\xa0km of streets<br><a " in explore.panel.way.text() and "5\xa0min" in explore.panel.way.text()
