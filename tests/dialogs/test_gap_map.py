"""The panel of gaps and the map: one selection, groups as kinds, facilities with their load, the walk in words."""

import pytest
from qgis.core import (
    QgsExpression,
    QgsExpressionContext,
    QgsExpressionContextUtils,
    QgsFeature,
    QgsField,
    QgsFields,
    QgsPointXY,
)
from qgis.PyQt.QtCore import QMetaType, Qt

from .helpers import DETAIL, EAST, NORTH, write_edges, write_rows, write_tagged


def test_a_click_on_the_map_chooses_the_community(gaps, qgis_iface, project):
    """C1 and C2 lie on the same ground: the lowest id, as the count has it; ground of none changes nothing."""
    panel, canvas = gaps.panel, qgis_iface.mapCanvas()
    panel.choose("C3")
    gaps.picking.switch(True)
    assert canvas.mapTool() is gaps.picking.tool
    gaps.picking.tool.canvasClicked.emit(QgsPointXY(500050, 3270050), Qt.MouseButton.LeftButton)
    assert panel.current == "C1" and panel.bars.current == "C1"
    gaps.picking.tool.canvasClicked.emit(QgsPointXY(400000, 3270050), Qt.MouseButton.LeftButton)
    assert panel.current == "C1"
    layer = project.mapLayer(gaps._dock.session.study.inputs["COMMUNITIES"].layer_id)
    layer.selectByIds([next(one.id() for one in layer.getFeatures() if one["community_id"] == "C2")])
    assert panel.current == "C2"
    gaps.picking.switch(False)
    assert canvas.mapTool() is not gaps.picking.tool


def test_a_group_is_chosen_like_a_kind(gaps):
    """Only one kind of elders and one of children here: no group is offered. With two, the plain mean of shares."""
    from urban_renewal.dialogs.gap.values import Cell, Community, group_total

    panel = gaps.panel
    assert panel.kind.findData("elder") < 0

    def cell(people, need, gap, cover):
        return Cell("place", people, need, None, need - gap, gap, cover, None, "", None)

    one = Community("C1", "甲", {"nurs": cell(100.0, 10.0, 6.0, 0.9), "kgar": cell(50.0, 20.0, 4.0, 0.5)})
    two = Community("C2", "乙", {"nurs": cell(300.0, 30.0, 3.0, 0.2), "kgar": cell(0.0, 0.0, 0.0, None)})
    panel.open([two, one], {"nurs": "托育", "kgar": "幼儿园"}, {}, {})
    assert panel.kind.currentData() == "nurs"
    panel.kind.setCurrentIndex(-1)
    panel.open([two, one], {"nurs": "托育", "kgar": "幼儿园"}, {}, {})
    assert panel.kind.currentData() == "nurs"  # never the line between kinds and groups
    panel.kind.setCurrentIndex(panel.kind.findData("child"))
    panel.refresh()
    # C1: (0.6 + 0.2) ÷ 2 = 0.4; C2: 0.1, nobody needs a kindergarten there
    assert [(pair.key, pair.own, pair.people) for pair in panel.bars.pairs] == [
        ("C1", pytest.approx(0.4), None), ("C2", pytest.approx(0.1), None)
    ]  # fmt: skip
    # nursery 9 ÷ 40, kindergarten 4 ÷ 20: mean 0.2125; radius: nursery (10 + 240) ÷ 400, kindergarten 0.5
    assert group_total([one, two], "child", "walk") == pytest.approx(0.2125)
    assert group_total([one, two], "child", "radius") == pytest.approx((0.625 + 0.5) / 2)
    assert panel.figures[0][0].text() == "21 %" and panel.figures[2][0].text() == "2"
    panel.choose("C1")
    assert "托育 60 %, 幼儿园 20 %" in panel.sentence.text() and panel.worst_kind("C1") == "nurs"
    assert [panel.list.index(0, column).data() for column in range(6)] == ["甲", "—", "—", "—", "—", "40 %"]
    assert one.cell("child").share("radius") == pytest.approx((0.1 + 0.5) / 2)
    panel.find.setText("乙")
    assert [pair.key for pair in panel.bars.pairs] == ["C2"] and panel.current == "C2"


def test_the_map_of_a_group_is_the_mean_of_its_kinds():
    """By the radius: inside of one kind, outside of the other, nobody needs the third: 0.5; on foot the column."""
    from urban_renewal.dialogs.gap.showing import share_of

    names = [f"{kind}_{part}" for kind in ("nurs", "kgar", "play") for part in ("share", "need", "in_r")]
    fields = QgsFields()
    for name in (*names, "child_gap"):
        fields.append(QgsField(name, QMetaType.Type.Double))
    feature = QgsFeature(fields)
    for kind, need, inside in (("nurs", 5.0, 5.0), ("kgar", 4.0, 0.0), ("play", 0.0, 0.0)):
        feature[f"{kind}_need"], feature[f"{kind}_in_r"] = need, inside
    feature["child_gap"] = 0.3
    for yardstick, wanted in (("radius", 0.5), ("walk", 0.3)):
        share, kinds = share_of("child", ("nurs", "kgar", "play"), yardstick, {*names, "child_gap"})
        context = QgsExpressionContext(QgsExpressionContextUtils.globalProjectLayerScopes(None))
        context.setFeature(feature)
        context.setFields(fields)
        expression = QgsExpression(share)
        assert expression.evaluate(context) == pytest.approx(wanted), expression.evalErrorString()
        assert kinds == ["nurs", "kgar", "play"]
    assert share_of("child", ("nurs", "kgar"), "walk", set(names)) == ("", [])
    assert share_of("eday", ("eday",), "walk", set(names)) == ("", [])


@pytest.fixture
def walked(gaps, dock, project, tmp_path, qtbot):
    """P2 in community C1 lacks 6 nursery places; the nursery, full, stands up the stairs."""
    from urban_renewal.dialogs.study.study import StepRecord

    study = dock.session.study
    write_tagged(tmp_path / "tagged.gpkg")
    write_edges(tmp_path / "edges.gpkg", EAST, NORTH)
    rows = [(None, ["P2", "nurs", "chongqing", 20, 10.0, 4.0, 6.0, 180.0, 620.0, "F1", 0, "BEYOND", "place", 210.0])]
    write_rows(tmp_path / "gap_detail.gpkg", "gap_detail", DETAIL, rows)
    load = "NoGeometry?field=facility_id:string&field=kind:string&field=status:string"
    write_rows(tmp_path / "facility_load.gpkg", "facility_load", load, [(None, ["F1", "nurs", "full"])])
    fields = "Point?crs=EPSG:4545&field=facility_id:string&field=kind:string&field=name:string"
    there = [(f"POINT({EAST + 180} {NORTH + 60})", ["F1", "nurs", "幼"])]
    layer = write_rows(tmp_path / "f.gpkg", "facilities", fields, there)
    project.addMapLayer(layer)
    dock.session.choose("FACILITIES", layer.id())
    study.steps["prepare"] = StepRecord("r", "2026-01-01T10:00:00", 1.0, {"edges": "edges.gpkg"})
    study.steps["tag"] = StepRecord("r", "2026-01-01T10:00:00", 1.0, {"tagged": "tagged.gpkg"})
    files = {**study.steps["gaps"].results, "gap_detail": "gap_detail.gpkg", "facility_load": "facility_load.gpkg"}
    study.steps["gaps"] = StepRecord("r", "2026-01-01T10:00:00", 1.0, files)
    gaps.open()
    panel = gaps.panel
    panel.kind.setCurrentIndex(panel.kind.findData("nurs"))
    panel.refresh()
    panel.choose("C1")
    return gaps


def test_the_walk_is_told_with_stairs_and_climb(walked, qtbot):
    """10.3 minutes of 620 s; from P2's inside 115 m along A, 60 m of stairs 10 m up, 60 m on: 235 m; 210 m straight."""
    panel = walked.panel
    qtbot.waitUntil(lambda: "steps" in panel.sentence.text(), timeout=10000)
    text = panel.sentence.text().replace("\xa0", " ")
    assert "the nearest is 10.3 min on foot (limit 5.0 min)" in text
    assert "The way: 235 m, about 67 steps, 10 m up, 0 m down." in text
    assert "By the standard&#x27;s radius (300 m) it counts as covered." in text
    panel.choose("C2")
    assert "The way" not in panel.sentence.text()


@pytest.mark.parametrize("is_city", [False, True])
def test_the_parcel_where_most_is_missing_is_explored(walked, dock, qtbot, monkeypatch, is_city):
    """P2 of C1 and its way up the stairs, whether its rows are looked for at once or beside the window."""
    import threading

    from urban_renewal.dialogs.explore import answers, exploring
    from urban_renewal.dialogs.gap import showing

    where, real = [], showing.rows_of
    monkeypatch.setattr(showing, "rows_of", lambda *what: (where.append(threading.current_thread()), real(*what))[1])
    if is_city:
        monkeypatch.setattr(answers, "MANY_BYTES", 0)
        monkeypatch.setattr(exploring, "MANY_EDGES", 0)
    walked.panel.way_asked.emit("C1")
    found = dock.exploring
    qtbot.waitUntil(lambda: found.panel is not None and "stairs" in found.panel.way.text(), timeout=10000)
    qtbot.waitUntil(lambda: "Parcel P2" in found.panel.text.toPlainText(), timeout=5000)  # either may come first
    assert len(found._drawn.items) == 2
    assert {thread is threading.main_thread() for thread in where} == {not is_city}


def test_a_way_that_cannot_be_shown_says_why(walked, dock, project, qtbot):
    """Degrees that are metres cannot be put anywhere; a community that the layer has no more; tags that are gone."""
    from qgis.core import QgsCoordinateReferenceSystem

    told = []
    walked.failed.connect(told.append)
    layer = project.mapLayer(dock.session.study.inputs["COMMUNITIES"].layer_id)
    layer.setCrs(QgsCoordinateReferenceSystem("EPSG:4326"))
    walked._shapes = {}
    walked.panel.way_asked.emit("C1")
    assert len(told) == 1 and "do not go together" in told[0] and layer.name() in told[0]
    walked.panel.way_asked.emit("C9")
    assert "any more" in told[1]
    dock.session.study.steps.pop("tag")
    walked.panel.way_asked.emit("C1")
    assert len(told) == 3 and "Tag" in told[2]


def test_facilities_stand_on_the_map_with_their_load(walked, qtbot, qgis_iface):
    """White squares: red where full; none while a group is shown or the panel is behind another."""
    qtbot.waitUntil(lambda: bool(walked.marks.places), timeout=10000)
    places = [(round(mark.x - EAST), round(mark.y - NORTH), mark.is_full) for mark in walked.marks.item.marks]
    assert places == [(180, 60, True)]
    walked.marks.show("kgar")
    assert list(walked.marks.item.marks) == []
    walked._on_visible(False)
    assert walked.marks.item is None
    walked._on_visible(True)
    assert len(walked.marks.item.marks) == 1


def test_of_a_citys_facilities_those_in_view_are_looked_for(qgis_iface):
    """What is passed over lies outside the view: the same as asking every mark, on the edges of the view too."""
    from qgis.core import QgsPointXY, QgsRectangle
    from urban_renewal.dialogs.gap import marks

    canvas = qgis_iface.mapCanvas()
    canvas.resize(400, 400)
    canvas.setExtent(QgsRectangle(100, 100, 200, 200))
    view, item = canvas.extent(), marks.FacilityMarks(canvas)
    west, south, east, north = view.xMinimum(), view.yMinimum(), view.xMaximum(), view.yMaximum()
    ways = [
        (x, y) for x in (west - 1, west, 150.0, east, east + 1) for y in (south - 1, south, 150.0, north, north + 1)
    ]
    item.show_marks(sorted(marks.Mark(x, y, n % 2 == 0) for n, (x, y) in enumerate(ways)))
    there = [mark for mark in item.marks if west <= mark.x <= east and south <= mark.y <= north]
    assert item.seen() == there and len(there) == 9
    across = canvas.getCoordinateTransform().transform()
    for x, y in ways:  # where QGIS itself puts them
        spot, own = across.map(x, y), item.toCanvasCoordinates(QgsPointXY(x, y))
        assert spot == pytest.approx((own.x(), own.y()), abs=1e-6)
    item.show_marks([marks.Mark(150.0, 150.0, False)] * (marks.MOST + 100))
    assert len(item.seen()) == marks.MOST + 1
    canvas.scene().removeItem(item)


def test_limits_say_whether_they_are_verified(gaps):
    panel = gaps.panel
    assert "limit 5 min (to be verified) · radius 300 m (to be verified)" in panel.limit.text().replace("\xa0", " ")
    assert "GB 50180-2018" in panel.limit.toolTip()
    first = next(pair for pair in panel.bars.pairs if pair.key == "C1")
    assert "people not served: 60" in panel.bars.tip_of(first)


def test_a_near_facility_that_lacks_room_is_told_as_such():
    """At the limit it is reached; beyond it, the radius may say otherwise; nothing without a way."""
    from urban_renewal.dialogs.gap.walked import Walk, walk_text

    near = walk_text(Walk("P1", "F1", 300.0, 120.0), 300.0, 5.0)
    assert near == (
        "Where most is missing the nearest is 5.0 min on foot (limit 5.0 min). "
        "That is within the limit: what is missing is room, not a nearer place."
    )
    far = walk_text(Walk("P1", "F1", 301.0, 320.0), 300.0, 5.0)
    assert "room" not in far and "radius" not in far
    assert walk_text(Walk("P1", "F1", None, 10.0), 300.0, 5.0) == "" == walk_text(None, 300.0, 5.0)
