"""Time maps of clicked places: who and what lies within, from here and to here, kept beside one another."""

import pytest
from qgis.core import QgsApplication
from qgis.PyQt.QtCore import QEvent, QPoint, QPointF, Qt, QUrl
from qgis.PyQt.QtGui import QMouseEvent

from .helpers import EAST, NORTH, click


@pytest.fixture
def maps(explore, qtbot):
    """People and facilities are read: 20 of 0–2 years live 5 m along the street A, the nursery stands on C."""
    qtbot.waitUntil(lambda: explore.time_maps.near is not None, timeout=10000)
    return explore.time_maps


def ask(explore, minutes, toward=False):
    """Draw the time map of a click in the middle of A, 60 m from its ends."""
    click(explore, EAST + 60, NORTH)
    explore.time_maps.show("elder", minutes, toward)
    return explore.panel.way.text().replace("\xa0", " ")


def test_people_and_facilities_within(maps, explore):
    """55 m back to the homes take 55 s; 60 m, the stairs up in 100 s and 60 m to the nursery 220 s; from it 200 s."""
    assert maps.near.people["pop_0_2"].tolist() == [20.0]
    assert "0\u2060–\u20602 years 20" in ask(explore, 1.0) and maps.now.around.facilities == {}
    ask(explore, 54 / 60)
    assert maps.now.around.people == {"pop_0_2": 0.0}
    ask(explore, 3.5)
    assert maps.now.around.facilities == {}
    assert "Nursery 1" in ask(explore, 3.5, toward=True)
    assert maps.now.around.facilities == {"nurs": (1, 60.0, "place")}
    assert "elder" in explore.panel.way.text().lower() and "to here" in explore.panel.way.text()


def test_kept_maps_are_layers_that_stay_and_are_compared(maps, explore, project, tmp_path):
    from urban_renewal.dialogs.explore import time_map

    ask(explore, 1.0)
    explore.panel.way.linkActivated.emit("map:keep")
    assert [told.letter for told in maps.kept] == ["A"]
    layer = project.mapLayer(maps.kept[0].layer_id)
    name = layer.name()
    assert name.startswith("Time map A") and layer.source().startswith(str(tmp_path / "time_maps.gpkg"))
    lengths = [feature.geometry().length() for feature in layer.getFeatures()]
    assert sum(lengths) == pytest.approx(120.0)  # a minute to both sides is the whole of A
    ask(explore, 4.0)
    assert len(list(project.mapLayer(maps.kept[0].layer_id).getFeatures())) == len(lengths)  # the next click leaves it
    explore.panel.way.linkActivated.emit("map:compare")
    text = explore.panel.text.toPlainText()
    assert "A ×" in text and "this place" in text
    rows = text.split("\n")
    nursery = rows.index("Nursery")
    assert rows[nursery + 1 : nursery + 3] == ["0", "1 · 60 places"]
    for _ in range(3):
        maps.keep()
    assert [told.letter for told in maps.kept] == ["A", "B", "C"]  # more columns than a panel holds are refused
    assert "Keep as a layer" not in maps.now_html()
    explore.panel.text.anchorClicked.emit(QUrl("map:forget:A"))
    assert [told.letter for told in maps.kept] == ["B", "C"] and len(project.mapLayersByName(name)) == 0
    assert time_map.tables_in(tmp_path / "time_maps.gpkg") == {"time_map_1", "time_map_2", "time_map_3"}


def test_a_place_without_streets_says_so(maps, explore):
    click(explore, EAST + 60, NORTH + 5000)
    explore.time_maps.show("elder", 5.0)
    assert "No street within 100 m" in explore.panel.way.text().replace("\xa0", " ") and maps.now is None
    maps.follow("keep")
    assert maps.kept == []


def test_dragging_moves_the_map_and_a_click_asks(explore, qtbot, qgis_iface):
    """The tool of exploring is QGIS's hand as well: only a click without way means something."""
    canvas, asked, left = qgis_iface.mapCanvas(), [], Qt.MouseButton.LeftButton
    explore.tool.canvasClicked.connect(lambda point, button: asked.append((point.x(), point.y())))
    before, view = canvas.extent().center(), canvas.viewport()
    qtbot.mousePress(view, left, pos=QPoint(100, 100))
    for x in (120, 160):
        moved = QMouseEvent(QEvent.Type.MouseMove, QPointF(x, 100), left, left, Qt.KeyboardModifier.NoModifier)
        QgsApplication.sendEvent(view, moved)
    qtbot.mouseRelease(view, left, pos=QPoint(160, 100))
    after = canvas.extent().center()
    assert asked == [] and before.x() - after.x() == pytest.approx(60 * canvas.mapUnitsPerPixel(), rel=0.05)
    qtbot.mousePress(view, left, pos=QPoint(100, 100))
    qtbot.mouseRelease(view, left, pos=QPoint(102, 101))
    assert len(asked) == 1 and canvas.extent().center() == after


def test_the_way_is_told_for_every_walker(explore):
    """The same 180 m with stairs for a second walker whose times are known: as the network has them."""
    import dataclasses

    from urban_renewal.dialogs.explore.walkers import others_of, seconds_of, walkers_html

    ground = explore.ground
    graph = dataclasses.replace(
        ground.graph,
        profiles=(*ground.graph.profiles, "adult"),
        fwd_ms={**ground.graph.fwd_ms, "adult": ground.graph.fwd_ms["elder"] // 2},
        back_ms={**ground.graph.back_ms, "adult": ground.graph.back_ms["elder"] // 2},
    )
    adult = dataclasses.replace(ground.profiles["elder"], id="adult")
    two = dataclasses.replace(ground, graph=graph, profiles={**ground.profiles, "adult": adult})
    home, goals = (EAST + 60, NORTH), [(EAST + 180, NORTH + 60)]
    assert seconds_of(two, home, goals, "elder", 60.0) == (220.0, 200.0)
    assert seconds_of(two, home, goals, "adult", 60.0) == (110.0, 100.0)
    assert seconds_of(two, home, goals, "adult", 1.0) == (None, None)
    others = others_of(two, home, goals, None, "elder")
    assert others == {"adult": (110.0, 100.0)}
    told = walkers_html(others, "elder").replace("\xa0", " ")
    assert "1.8 min there, 1.7 min back" in told
    assert walkers_html(others_of(ground, home, goals, None, "elder"), "elder") == ""


def test_areas_go_by_the_same_minutes(maps, explore, project, qtbot):
    """Up the stairs takes 100 s, down 80 s. 115 m along C: 195 s of walk to the foot of the stairs, 215 s from it;
    across the ground it is farther than the 100 m by which people leave the streets.
    """
    import shapely
    from urban_renewal.dialogs.explore.areas import areas_around, limits_up_to

    assert limits_up_to(12) == (5.0, 10.0, 12.0) and limits_up_to(3) == (3.0,)
    far = shapely.Point(EAST + 235, NORTH + 60)
    for toward in (True, False):
        rings = areas_around(explore.ground, (EAST + 120, NORTH), "elder", 3.4, toward)
        assert [minutes for minutes, _ in rings] == [3.4]
        assert rings[0][1].intersects(far) is toward  # the limit is 204 s
    ask(explore, 6.0)
    explore.panel.way.linkActivated.emit("map:areas")
    qtbot.waitUntil(lambda: bool(project.mapLayersByName("Areas: 6 min, Elder, from here")), timeout=10000)
    layer = project.mapLayersByName("Areas: 6 min, Elder, from here")[0]
    rows = [(feature["minutes"], feature["area_m2"], feature.geometry().area()) for feature in layer.getFeatures()]
    assert [row[0] for row in rows] == [5.0, 6.0]
    assert all(told == pytest.approx(there, rel=1e-4) for _, told, there in rows)
    assert layer.renderer().ranges()[1].label() == "5–6 min"
    explore.close()


def test_areas_are_those_of_the_map_that_is_told(maps, explore, project, qtbot):
    """A later click, whose own map is not drawn yet, does not move them."""
    ask(explore, 1.0)
    explore._point = type(explore._point)(EAST + 230, NORTH + 60)
    explore.panel.way.linkActivated.emit("map:areas")
    qtbot.waitUntil(lambda: bool(project.mapLayersByName("Areas: 1 min, Elder, from here")), timeout=10000)
    layer = project.mapLayersByName("Areas: 1 min, Elder, from here")[0]
    assert layer.extent().contains(maps.now.point)
    explore.close()


def test_barriers_in_a_system_that_is_lost_are_told(maps, explore, project, monkeypatch):
    from qgis.core import QgsCsException, QgsVectorLayer
    from urban_renewal.dialogs.explore import time_maps

    def lost(*_):
        raise QgsCsException("lost")

    told, barriers = [], QgsVectorLayer("LineString?crs=EPSG:4490", "河", "memory")
    ask(explore, 1.0)
    monkeypatch.setattr(explore.lookups, "role_layer", lambda role: barriers)
    monkeypatch.setattr(time_maps, "crossing", lost)
    explore.failed.connect(told.append)
    explore.panel.way.linkActivated.emit("map:areas")
    assert told == ["lost"]


def test_a_time_map_lies_on_top_wherever_somebody_clicked(maps, explore, project, monkeypatch):
    """QGIS puts a layer where the list of layers was clicked last, below the ground, say, unless it is told a place."""
    ask(explore, 1.0)
    explore.panel.way.linkActivated.emit("map:keep")
    top = project.layerTreeRoot().children()[0]
    assert top.layerId() == maps.kept[0].layer_id
