"""Zones by hand: clicks on the map, live totals, undo, locks that the next delineation is given."""

import pytest
from qgis.core import (
    NULL,
    QgsCoordinateReferenceSystem,
    QgsCoordinateTransform,
    QgsGeometry,
    QgsPointXY,
    QgsProject,
    QgsVectorLayer,
)

from .helpers import write_rows

STEP, SIDE, EAST, NORTH = 110, 100, 500000, 3270000


def square(i):
    x, y = EAST + i * STEP, NORTH
    return f"MULTIPOLYGON((({x} {y},{x + SIDE} {y},{x + SIDE} {y + SIDE},{x} {y + SIDE},{x} {y})))"


def middle(i):
    return QgsPointXY(EAST + i * STEP + SIDE / 2, NORTH + SIDE / 2)


@pytest.fixture
def hand(dock, tmp_path, qgis_iface):
    """P0 (core), P1, P2 are zone Z-S1 of a row of five parcels of 1 ha with 20,000 m² and 10 people each."""
    from urban_renewal.dialogs.study.study import StepRecord

    study = dock.session.study
    study.folder = str(tmp_path)
    fields = "?crs=EPSG:4545&field=parcel_id:string&field=tag:string&field=floor_m2:double&field=pop:double"
    rows = [(square(i), [f"P{i}", "none", 20000.0, 10.0]) for i in range(5)]
    write_rows(tmp_path / "tagged.gpkg", "tagged", f"MultiPolygon{fields}", rows)
    roles = [("P0", "core"), ("P1", "petal"), ("P2", "filler"), ("P3", "near")]
    write_rows(tmp_path / "members.gpkg", "members", "NoGeometry?field=zone_id:string&field=parcel_id:string"
               "&field=role:string&field=reason:string",
               [(None, ["Z-S1", name, role, "r"]) for name, role in roles])  # fmt: skip
    write_rows(tmp_path / "zones.gpkg", "zones", "MultiPolygon?crs=EPSG:4545&field=zone_id:string&field=name:string",
               [(square(0), ["Z-S1", "七星岗"])])  # fmt: skip
    study.steps["tag"] = StepRecord("r", "2026-11-27T10:00:00", 1.0, {"tagged": "tagged.gpkg"})
    files = {"members": "members.gpkg", "zones": "zones.gpkg"}
    study.steps["zones"] = StepRecord("r", "2026-11-27T10:00:00", 1.0, files)
    qgis_iface.mapCanvas().setDestinationCrs(QgsCoordinateReferenceSystem("EPSG:4545"))
    dock.hand.open()
    yield dock.hand
    dock.hand.close()


def cells(panel):
    table = panel.table
    return [[table.item(row, column).text() for column in range(3)] for row in range(table.rowCount())]


def test_clicks_change_the_totals_at_once(hand):
    panel = hand.panel
    assert panel.zones.currentText() == "Z-S1 七星岗"
    first = cells(panel)
    assert [row[1] for row in first[:4]] == ["3", "3.00", "6.00", "30"]
    assert first[4][1] == "—"  # no gap table: not known, never 0
    assert "Not known" in panel.table.item(4, 1).toolTip()
    assert panel.table.item(0, 1).toolTip() == ""
    hand.click(middle(3))
    assert [row[2] for row in cells(panel)[:4]] == ["4", "4.00", "8.00", "40"]
    hand.click(middle(4))
    hand.click(middle(4))
    assert cells(panel)[0][2] == "4"
    assert panel.undo.isEnabled()


def test_a_zone_that_would_fall_apart_is_refused_in_words(hand):
    hand.click(middle(1))
    assert "✗" in hand.panel.answer.text()
    assert "P1" in hand.panel.answer.text()
    hand.click(middle(0))  # the core stays
    hand.click(middle(4))  # not beside the zone
    hand.click(QgsPointXY(EAST - 500, NORTH))  # nothing there
    assert cells(hand.panel)[0][2] == "3"
    assert not hand.panel.undo.isEnabled()


def test_the_zone_comes_into_view_and_a_map_that_shows_it_stays(hand, qgis_iface):
    from qgis.core import QgsRectangle

    canvas = qgis_iface.mapCanvas()
    zone = QgsRectangle(EAST, NORTH, EAST + 2 * STEP + SIDE, NORTH + SIDE)
    canvas.setExtent(QgsRectangle(EAST + 5000, NORTH + 5000, EAST + 5100, NORTH + 5100))
    hand.choose("Z-S1")
    assert canvas.extent().contains(zone)
    canvas.setExtent(QgsRectangle(EAST - 2000, NORTH - 2000, EAST + 2000, NORTH + 2000))
    before = canvas.extent()
    hand.choose("Z-S1")
    assert canvas.extent() == before


def test_undo_and_redo_by_their_buttons(hand, click):
    hand.click(middle(3))
    click(hand.panel.undo)
    assert cells(hand.panel)[0][2] == "3"
    click(hand.panel.redo)
    assert cells(hand.panel)[0][2] == "4"


def test_saved_changes_are_locks_of_the_next_delineation(hand, click, dock, tmp_path):
    hand.click(middle(3))
    hand.click(middle(4))
    click(hand.panel.undo)
    told = []
    dock.session.changed.connect(lambda: told.append(1))
    click(hand.panel.save)
    assert told == [1]  # locks and their stamps are one change: the dock looks at everything once
    study = dock.session.study
    source = study.settings["LOCKED_IN"]
    layer = QgsVectorLayer(source, "in", "ogr")
    assert [(row["parcel_id"], row["zone_id"]) for row in layer.getFeatures()] == [("P3", "Z-S1")]
    assert layer.crs().authid() == "EPSG:4545"
    assert "LOCKED_OUT" not in study.settings
    from urban_renewal.dialogs.study.steps import BY_KEY, Material

    material = Material({}, {}, study, {"tagged": "t", "gap_detail": "g", "edges": "e"}, "zh", tmp_path)
    assert BY_KEY["zones"].calls(material)[0].parameters["LOCKED_IN"] == source
    hand.open()  # the results are as they were; what was saved is kept and can be turned round
    hand.click(middle(2))
    click(hand.panel.save)
    out = QgsVectorLayer(study.settings["LOCKED_OUT"], "out", "ogr")
    assert [row["parcel_id"] for row in out.getFeatures()] == ["P2"]
    assert [row["parcel_id"] for row in QgsVectorLayer(source, "in", "ogr").getFeatures()] == ["P3"]


@pytest.mark.parametrize("again", [False, True])
def test_what_is_undone_after_saving_is_saved_once_more(hand, click, dock, again):
    """The locks are then those there were before; also when the panel was left and opened again meanwhile."""
    hand.click(middle(3))
    click(hand.panel.save)
    study = dock.session.study
    assert "LOCKED_IN" in study.settings and not hand.panel.save.isEnabled()
    click(hand.panel.undo)
    if again:
        hand.open()
    click(hand.panel.save)
    assert "LOCKED_IN" not in study.settings and "LOCKED_OUT" not in study.settings
    click(hand.panel.redo)
    click(hand.panel.save)
    layer = QgsVectorLayer(study.settings["LOCKED_IN"], "in", "ogr")
    assert [row["parcel_id"] for row in layer.getFeatures()] == ["P3"]


@pytest.mark.parametrize("role", ["LOCKED_IN", "LOCKED_OUT"])
def test_locks_of_others_stay_where_they_lie_however_often_ours_are_saved(hand, click, dock, tmp_path, role):
    """Theirs in degrees, as a delivery of another system has them; ours are metres."""
    here, there = QgsCoordinateReferenceSystem("EPSG:4545"), QgsCoordinateReferenceSystem("EPSG:4490")
    shape = QgsGeometry.fromWkt(square(7))
    moved = QgsGeometry(shape)
    moved.transform(QgsCoordinateTransform(here, there, QgsProject.instance()))
    fields = "MultiPolygon?crs=EPSG:4490&field=zone_id:string&field=name:string"
    write_rows(tmp_path / "theirs.gpkg", "locked", fields, [(moved.asWkt(12), ["Z-S1", "甲方"])])
    study = dock.session.study
    study.settings[role] = f"{tmp_path / 'theirs.gpkg'}|layername=locked"
    for parcel in (3, 2):  # one is put in, the other taken out
        hand.open()
        hand.click(middle(parcel))
        click(hand.panel.save)
        layer = QgsVectorLayer(study.settings[role], "locks", "ogr")
        assert "zone_hand.gpkg" in layer.source() and layer.crs() == here
        kept = [row for row in layer.getFeatures() if row["name"] == "甲方"]
        assert [row["zone_id"] for row in kept] == ["Z-S1"]
        assert kept[0].geometry().hausdorffDistance(shape) < 0.001  # m
    for ours, parcel in (("LOCKED_IN", "P3"), ("LOCKED_OUT", "P2")):
        rows = QgsVectorLayer(study.settings[ours], "locks", "ogr").getFeatures()
        assert [row["parcel_id"] for row in rows if row["parcel_id"] != NULL] == [parcel]


def test_locks_of_others_that_cannot_be_read_are_not_replaced(hand, dock, tmp_path):
    told, study = [], dock.session.study
    hand.failed.connect(told.append)
    (tmp_path / "theirs.gpkg").write_bytes(b"no database")
    study.settings["LOCKED_IN"] = source = f"{tmp_path / 'theirs.gpkg'}|layername=locked"
    hand.open()
    assert len(told) == 1 and "theirs.gpkg" in told[0]
    assert study.settings["LOCKED_IN"] == source


def test_a_file_that_cannot_be_written_is_said(hand, monkeypatch):
    from urban_renewal.dialogs.zone import hand as zone_hand

    told = []
    hand.failed.connect(told.append)

    def fail(*_):
        raise zone_hand.HandStoreError("disk full")

    monkeypatch.setattr(zone_hand, "write_locks", fail)
    hand.click(middle(3))
    hand.save()
    assert len(told) == 1
    assert "disk full" in told[0]
    assert hand.panel.undo.isEnabled()


def test_a_city_is_read_in_a_task_that_can_be_cancelled(hand, dock, qtbot, monkeypatch):
    """Reading a million rows of gaps took the window 45 s; what is read beside it is the same."""
    import threading

    from urban_renewal.dialogs.zone import hand as zone_hand

    first, threads, load = cells(hand.panel), [], zone_hand.load

    def watched(*given):
        threads.append(threading.current_thread())
        return load(*given)

    monkeypatch.setattr(zone_hand, "load", watched)
    monkeypatch.setattr(zone_hand, "MANY_BYTES", 0)
    hand.close()
    hand.open()
    assert hand.panel is None  # the window goes on
    qtbot.waitUntil(lambda: hand.panel is not None and bool(cells(hand.panel)), timeout=5000)  # comes in turns
    assert cells(hand.panel) == first
    assert threading.main_thread() not in threads
    hand.close()
    hand.open()
    hand.close()  # another project: what is read is wanted no more
    qtbot.wait(300)
    assert hand.panel is None


def test_a_click_before_the_neighbours_are_known_is_done_when_they_are(hand, qtbot, monkeypatch):
    """In a city they take a second: found out beside the window, and the click is not lost."""
    import threading

    from urban_renewal.dialogs.zone import hand as zone_hand

    desk, threads = hand.loaded.desk, []
    monkeypatch.setattr(zone_hand, "MANY", 0)
    look = desk.look_around
    desk._near.clear()
    desk.look_around = lambda zone, run: threads.append(threading.current_thread()) or look(zone, run)
    hand.choose("Z-S1")
    hand.click(middle(3))
    assert cells(hand.panel)[0][2] == "3"
    qtbot.waitUntil(lambda: cells(hand.panel)[0][2] == "4", timeout=3000)
    assert threads and threading.main_thread() not in threads
    hand.click(middle(4))  # known now: at once
    assert cells(hand.panel)[0][2] == "5"


def test_only_the_columns_that_the_desk_looks_at_are_read(hand, tmp_path):
    from urban_renewal.core.delivery.formats.geopackage import read_layer
    from urban_renewal.core.run import Run

    whole = read_layer(tmp_path / "tagged.gpkg", "tagged", Run())
    part = read_layer(tmp_path / "tagged.gpkg", "tagged", Run(), ("pop", "geometry", "parcel_id", "not there"))
    assert list(part) == ["parcel_id", "pop", "geometry"]
    assert part.equals(whole[list(part)])
    assert list(read_layer(tmp_path / "tagged.gpkg", "tagged", Run(), ("tag",))) == ["tag"]


def test_nothing_opens_before_there_are_zones(dock, tmp_path):
    dock.session.study.folder = str(tmp_path)
    dock.hand.open()
    assert dock.hand.panel is None


def test_people_are_those_of_the_count_of_gaps_where_parcels_have_none(dock, hand, tmp_path):
    """A delivery keeps no people on parcels; of the health station's 7, 8 and 9 the zone has P0 and P1, P2 is unknown.

    The 60 and over of the day care are not everybody.
    """
    from urban_renewal.dialogs.study.study import StepRecord

    fields = "?crs=EPSG:4545&field=parcel_id:string&field=tag:string&field=floor_m2:double"
    rows = [(square(i), [f"P{i}", "none", 20000.0]) for i in range(5)]
    write_rows(tmp_path / "tagged.gpkg", "tagged", f"MultiPolygon{fields}", rows)
    detail = [(None, [key, kind, "chongqing", people, 1.0, 0.5]) for key, kind, people in
              (("P0", "eday", 1.0), ("P0", "heal", 7.0), ("P1", "heal", 8.0), ("P3", "heal", 9.0))]  # fmt: skip
    write_rows(tmp_path / "gap_detail.gpkg", "gap_detail", "NoGeometry?field=parcel_id:string&field=kind:string"
               "&field=standard_id:string&field=people:double&field=need:double&field=gap:double", detail)  # fmt: skip
    files = {"gap_detail": "gap_detail.gpkg"}
    dock.session.study.steps["gaps"] = StepRecord("r", "2026-11-27T10:00:00", 1.0, files)
    dock.hand.open()
    assert cells(hand.panel)[3][1] == "15"
    hand.click(middle(3))
    assert cells(hand.panel)[3][2] == "24"


def test_the_limits_stand_beside_the_figures(hand):
    """0.3–3.5 km² and 100,000 m² of floor of the shipped rules."""
    texts = [hand.panel.table.item(row, 3).text() for row in range(4)]
    assert texts == ["", "30–350", "≥ 10", ""]


def test_locks_go_into_no_other_study(hand, dock, tmp_path):
    """Another study is shown meanwhile: what was changed waits, and is saved when its own study is shown again."""
    from urban_renewal.dialogs.workbench import studies

    first, told = dock.session.study, []
    hand.failed.connect(told.append)
    hand.click(middle(3))
    studies.begin(dock.session)
    dock.session.set_folder(str(tmp_path / "other"))
    hand.panel.save.click()
    assert told == ["These zones belong to another study of the project: show that one, then save."]
    assert dock.session.study.settings == {} and not (tmp_path / "other").exists()
    studies.show(dock.session, first.study_id)
    hand.panel.save.click()
    assert len(told) == 1 and "LOCKED_IN" in first.settings


@pytest.mark.parametrize("way", ["the link once more", "Esc", "another study"])
def test_what_is_not_saved_yet_is_there_when_the_panel_is_opened_again(hand, dock, way):
    from urban_renewal.dialogs.parts.escape import escape
    from urban_renewal.dialogs.workbench import studies

    first = dock.session.study
    hand.click(middle(3))
    if way == "Esc":
        escape(hand.panel)
        assert hand.panel.isHidden()
    elif way == "another study":
        studies.copy_current(dock.session)
        dock.session.study.folder, dock.session.study.steps = first.folder, dict(first.steps)
        hand.open()
        assert cells(hand.panel)[0][2] == "3"  # the other study's own
        studies.show(dock.session, first.study_id)
    hand.open()
    assert not hand.panel.isHidden()
    assert cells(hand.panel)[0][2] == "4"
    assert hand.panel.save.isEnabled()
    hand.panel.undo.click()
    assert cells(hand.panel)[0][2] == "3"
    hand.open()  # nothing is left that could be lost: the zones as they are
    assert not hand.panel.undo.isEnabled() and not hand.panel.redo.isEnabled()


def test_changes_of_zones_that_were_drawn_anew_meanwhile_are_not_put_on_the_new_ones(hand, dock):
    hand.click(middle(3))
    dock.session.study.steps["zones"].finished_at = "2026-11-28T10:00:00"
    hand.open()
    assert cells(hand.panel)[0][2] == "3"
