"""Exploring a city: what is felt is looked up beside the window, and a later click calls an earlier one off."""

import threading

import pytest
from qgis.core import QgsPointXY
from qgis.PyQt.QtCore import Qt, QUrl

from .helpers import EAST, NORTH


@pytest.fixture
def city(explore, monkeypatch):
    """The small study taken for a city's; `where` tells in which threads tables were asked and ways were found."""
    from urban_renewal.dialogs.explore import answers, exploring, text, time_maps, walk_ground

    monkeypatch.setattr(answers, "MANY_BYTES", 0)
    for module in (exploring, time_maps):
        monkeypatch.setattr(module, "MANY_EDGES", 0)
    explore.where = {}

    def noting(module, name):
        real = getattr(module, name)

        def noted(*what, **named):
            explore.where.setdefault(name, set()).add(threading.current_thread())
            return real(*what, **named)

        monkeypatch.setattr(module, name, noted)

    for module, names in ((text, ("gap_rows", "served_rows")), (walk_ground, ("way_to", "times_around"))):
        for name in names:
            noting(module, name)
    return explore


def ask(city, qtbot, x, y):
    """Click and wait for the answer."""
    city.tool.canvasClicked.emit(QgsPointXY(x, y), Qt.MouseButton.LeftButton)
    qtbot.waitUntil(lambda: not city._about.is_busy, timeout=5000)
    return city.panel.text.toPlainText()


def test_answers_are_looked_up_beside_the_window(city, qtbot):
    city.tool.canvasClicked.emit(QgsPointXY(EAST + 1, NORTH + 1), Qt.MouseButton.LeftButton)
    assert "Looking it up" in city.panel.text.toPlainText() and city.lookups.map._band is not None  # framed at once
    qtbot.waitUntil(lambda: not city._about.is_busy, timeout=5000)
    text = city.panel.text.toPlainText()
    assert "Parcel P2" in text and "why P2" in text and "Nursery" in text
    city.panel.text.anchorClicked.emit(QUrl("way:nurs:F'1"))
    qtbot.waitUntil(lambda: len(city._drawn.items) == 2, timeout=5000)  # the way and its stairs
    assert "stairs" in city.panel.way.text() and "Parcel P2" in city.panel.text.toPlainText()
    city.panel.reach.click()
    qtbot.waitUntil(lambda: city.time_maps.now is not None, timeout=5000)
    assert set(city.where) == {"gap_rows", "way_to", "times_around"}
    assert threading.main_thread() not in set().union(*city.where.values())


def test_a_facility_frames_whom_it_serves(city, qtbot):
    text = ask(city, qtbot, EAST + 180, NORTH + 60)
    assert "Facility F'1" in text and "1 parcel " in text
    band = city._drawn.items[-1].asGeometry()
    parcel = next(f.geometry() for f in city.lookups.map.layer.getFeatures() if f["parcel_id"] == "P2")
    assert band.area() == pytest.approx(parcel.area()) and band.intersection(parcel).area() == pytest.approx(
        band.area()
    )
    assert threading.main_thread() not in city.where["served_rows"]


def test_the_last_click_counts(city, qtbot, monkeypatch):
    """The first answer comes late: it is that of a place where nobody looks any more."""
    from urban_renewal.dialogs.explore import text

    real, gate = text.gap_rows, threading.Event()
    monkeypatch.setattr(text, "gap_rows", lambda *what: (gate.wait(5), real(*what))[1])
    city.tool.canvasClicked.emit(QgsPointXY(EAST + 1, NORTH + 1), Qt.MouseButton.LeftButton)
    assert city._about.is_busy
    city.tool.canvasClicked.emit(QgsPointXY(EAST + 20, NORTH + 300), Qt.MouseButton.LeftButton)  # a zone, no parcel
    gate.set()
    qtbot.waitUntil(lambda: not city._about.is_busy, timeout=5000)
    assert city.panel.text.toPlainText().startswith("七星岗 Z-S1") and not city._about.is_busy
    assert city.lookups.map._band is None


@pytest.mark.parametrize("is_felt", [False, True])
def test_of_two_questions_the_later_one_is_answered(qgis_app, qtbot, is_felt):
    """Another way is asked for while the first is looked for: its answer, come late, is told to nobody."""
    from qgis.PyQt.QtCore import QObject
    from urban_renewal.dialogs.explore.answers import Beside

    gate, told, parent = threading.Event(), [], QObject()
    question = Beside(told.append, parent)
    question.ask(True, lambda: gate.wait(5) and "first", told.append)
    question.ask(is_felt, lambda: "second", told.append)
    qtbot.waitUntil(lambda: told == ["second"], timeout=5000)
    gate.set()
    qtbot.wait(200)
    assert told == ["second"] and not question.is_busy


def test_a_facility_that_gaps_left_out_is_not_put_off_till_gaps(city, qtbot, dock):
    import sqlite3
    from contextlib import closing

    study = dock.session.study
    with closing(sqlite3.connect(f"{study.folder}/facility_load.gpkg")) as base, base:
        base.execute("DROP TRIGGER IF EXISTS trigger_delete_feature_count_facility_load")
        base.execute("DELETE FROM facility_load")
    with closing(sqlite3.connect(f"{study.folder}/gap_detail.gpkg")) as base, base:
        base.execute("DROP TRIGGER IF EXISTS trigger_delete_feature_count_gap_detail")
        base.execute("DELETE FROM gap_detail")
    assert "Gaps did not count it" in ask(city, qtbot, EAST + 180, NORTH + 60)
    study.steps.pop("gaps")
    assert "is known after Gaps" in ask(city, qtbot, EAST + 180, NORTH + 60)
