"""What QGIS's own search field (Ctrl+K) finds of a study, looked for in threads as QGIS does, and shown on the map."""

import pytest
from qgis.core import QgsGeometry, QgsLocator, QgsLocatorContext, QgsLocatorResult

from .helpers import write_rows

NAMED = "Polygon?crs=EPSG:4545&field=community_id:integer&field=name:string"


@pytest.fixture
def look(explore, dock, project, tmp_path, qtbot):
    """Look for words as QGIS does; return {what is shown: its result}. Three communities, one with odd letters."""
    from urban_renewal.dialogs.workbench.finding import PlaceFilter

    square = "POLYGON(({0} 3270000, {1} 3270000, {1} 3270300, {0} 3270300, {0} 3270000))"
    rows = [(square.format(500000 + 300 * n, 500300 + 300 * n), [n + 1, name])
            for n, name in enumerate(("七星岗社区", "上七星岗社区", "50%_\\A'社区"))]  # fmt: skip
    layer = write_rows(tmp_path / "c.gpkg", "communities", NAMED, rows)
    project.addMapLayer(layer)
    dock.session.choose("COMMUNITIES", layer.id())
    locator, found = QgsLocator(), []
    place = PlaceFilter(dock.finding.ground, dock.finding.show)
    locator.registerFilter(place)
    locator.foundResult.connect(lambda result: found.append(QgsLocatorResult(result)))  # what is told of goes at once

    def act(words):
        found.clear()
        with qtbot.waitSignal(locator.finished, timeout=5000):
            locator.fetchResults(words, QgsLocatorContext())
        return {result.displayString: result for result in found}

    act.place = place
    yield act
    locator.deregisterFilter(place)


def test_what_is_found(look):
    """In all that has names; what begins with the words first; ids count; a letter is too little, a character not."""
    assert list(look("七星岗")) == ["七星岗社区", "上七星岗社区", "七星岗"]  # two communities, a zone
    assert {name: result.description for name, result in look("幼").items()} == {"幼幼": "Facility F'1"}
    found = look("p2")
    assert [(name, result.description) for name, result in found.items()] == [("P2", "Parcel")]
    assert list(look("urb f'1")) == ["幼幼"]
    assert look("p") == {} and look("   ") == {} and look("nowhere") == {}
    for odd in ("%_", "\\A", "A'社"):
        assert list(look(odd)) == ["50%_\\A'社区"]


def test_what_is_called_so_stands_above_what_has_the_words_somewhere(look):
    """QGIS orders what is found by its score: by name alone 上七星岗社区 stood above the zone of that name."""
    scores = {name: result.score for name, result in look("七星岗").items()}
    assert sorted(scores, key=scores.get, reverse=True) == ["七星岗", "七星岗社区", "上七星岗社区"]
    assert look("Z-S1")["七星岗"].score == 1.0  # an id is a name


def test_a_parcel_comes_into_view_and_is_told_of_while_explore_is_on(look, explore, qgis_iface):
    canvas = qgis_iface.mapCanvas()
    look.place.triggerResult(look("P4")["P4"])
    assert "Parcel P4" in explore.panel.text.toPlainText()
    middle = canvas.extent().center()
    assert (middle.x(), middle.y()) == pytest.approx((500065, 3270005))  # P4: 500,060–500,070 m east
    assert 1990 < canvas.scale() < 3000  # 10 m wide: its neighbours stay in view
    look.place.triggerResult(look("幼幼")["幼幼"])
    assert "幼幼" in explore.panel.text.toPlainText()
    assert 1990 < canvas.scale() < 3000  # a point: no extent of its own
    look.place.triggerResult(look("Z-S1")["七星岗"])
    assert "5 places short" in explore.panel.text.toPlainText()


def test_without_explore_only_the_map_moves(look, explore, qgis_iface):
    explore.stop()
    before = explore.panel.text.toPlainText()
    look.place.triggerResult(look("七星岗社区")["七星岗社区"])
    extent = QgsGeometry.fromRect(qgis_iface.mapCanvas().extent())
    assert all(extent.contains(QgsGeometry.fromWkt(f"POINT({x} 3270150)")) for x in (500001, 500299))
    assert explore.panel.text.toPlainText() == before


def test_what_has_gone_meanwhile_does_nothing(look, explore, project, dock, qgis_iface):
    result = look("幼幼")["幼幼"]
    project.removeMapLayer(dock.session.study.inputs["FACILITIES"].layer_id)
    before = qgis_iface.mapCanvas().extent()
    look.place.triggerResult(result)
    assert qgis_iface.mapCanvas().extent() == before


def test_the_field_of_qgis_has_it_as_long_as_the_dock_is_there(qgis_iface, project, stand_ins, qtbot, monkeypatch):
    from urban_renewal.dialogs.workbench.dock import RenewalDock

    there = []
    monkeypatch.setattr(qgis_iface, "registerLocatorFilter", there.append, raising=False)
    monkeypatch.setattr(qgis_iface, "deregisterLocatorFilter", there.remove, raising=False)
    dock = RenewalDock(qgis_iface)
    qtbot.addWidget(dock)
    assert [place.prefix() for place in there] == ["urb"]
    dock.close_down()
    assert there == []
