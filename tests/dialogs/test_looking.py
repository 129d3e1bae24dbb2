"""Layers that come are guessed beside the window; what is not asked for yet is not made."""

import threading

import pytest
from qgis.core import QgsProject
from qgis.PyQt.QtWidgets import QComboBox
from urban_renewal.core.inputs import guess
from urban_renewal.dialogs.study.runner import Job, Runner

from .helpers import wait_looked


@pytest.fixture
def places(monkeypatch):
    """Return, as it grows, whether each layer whose name was looked into was looked into on the main thread."""
    guess._longest_words.cache_clear()
    found, look = [], guess.guess_role

    def noted(facts):
        found.append(threading.current_thread() is threading.main_thread())
        return look(facts)

    monkeypatch.setattr(guess, "guess_role", noted)
    return found


def test_what_new_layers_are_is_found_out_in_a_thread(dock, load_inputs, qtbot, places):
    wait_looked(qtbot, dock)
    load_inputs()
    qtbot.waitUntil(lambda: "STATIONS" in dock.session.study.inputs, timeout=5000)
    assert places[:5] == [False] * 5  # then once more, from what is remembered
    chosen = {role: choice.name for role, choice in dock.session.study.inputs.items()}
    assert chosen["PARCELS"] == "parcels" and chosen["ROADS"] == "roads" and len(chosen) >= 5
    assert dock.inputs.combos["STATIONS"].currentText() == "stations"


def test_a_project_that_is_closed_while_layers_are_guessed_gets_none_of_them(dock, load_inputs, qtbot, monkeypatch):
    began, go = threading.Event(), threading.Event()

    def slow(facts):
        began.set()
        go.wait(10)
        return []

    wait_looked(qtbot, dock)
    load_inputs()
    with monkeypatch.context() as patch:
        patch.setattr(guess, "guess_role", slow)
        qtbot.waitUntil(began.is_set, timeout=5000)
        QgsProject.instance().clear()
        go.set()
    wait_looked(qtbot, dock)
    assert dock.session.study.inputs == {}


def test_nothing_to_guess_is_shown_at_once(dock, load_inputs, qtbot, places, monkeypatch):
    load_inputs()
    dock.session.guess()
    places.clear()
    shown = []
    monkeypatch.setattr(dock._look, "_show", lambda: shown.append(True))
    dock._look.now()
    assert shown == [True] and places == []


def test_the_dock_makes_only_what_is_seen(dock, qtbot, load_inputs):
    panels = ("reviewing", "exploring", "gaps", "siting", "hand", "editors", "settings", "options")
    assert dock.made(*panels) == []
    assert len(dock.inputs.findChildren(QComboBox)) == 5
    qtbot.waitUntil(lambda: dock.made("dropping") != [], timeout=2000)  # in a turn of its own
    load_inputs()
    dock.session.guess()
    dock.refresh()
    dock.inputs.more.setChecked(True)
    assert len(dock.inputs.findChildren(QComboBox)) == 20
    filled = dock.inputs.combos["COMMUNITIES"]
    assert filled.currentText() == "population"  # as the study has it, though the row is new
    dock.head.settings.click()
    assert dock.made("settings", "options") == [dock.settings, dock.options]
    assert dock.settings.isVisible() and dock.options.isVisible()


def test_tab_comes_to_rows_and_settings_made_late_where_they_stand(dock, qtbot):
    def stops():
        found, widget = [], dock.nextInFocusChain()
        while widget is not dock:
            found.append(widget)
            widget = widget.nextInFocusChain()
        return {widget: place for place, widget in enumerate(found)}

    dock.inputs.more.setChecked(True)
    dock.head.settings.click()
    place = stops()
    late = [dock.inputs.combos[role] for role in list(dock.inputs.combos)[5:]]
    first = place[dock.inputs.combos["PARCELS"]]
    assert [place[combo] for combo in late] == sorted(place[combo] for combo in late)
    assert first < place[late[0]] and place[late[-1]] < place[dock.inputs.more]
    gear, rules = place[dock.head.settings], [place[combo] for combo in dock.settings.choices.values()]
    other = [place[field] for field in dock.options.fields.values()]
    assert gear < min(rules) and max(rules) < min(other) and max(other) < first


def test_files_may_be_dropped_in_the_first_moment(qgis_iface, qtbot, project, stand_ins, tmp_path):
    from qgis.PyQt.QtCore import QMimeData, QPoint, Qt, QUrl
    from qgis.PyQt.QtGui import QDragEnterEvent
    from qgis.PyQt.QtWidgets import QApplication
    from urban_renewal.dialogs.workbench.dock import RenewalDock

    dock = RenewalDock(qgis_iface)
    qtbot.addWidget(dock)
    assert dock.made("dropping") == []
    mime = QMimeData()
    mime.setUrls([QUrl.fromLocalFile(str(tmp_path / "x.shp"))])
    event = QDragEnterEvent(QPoint(20, 20), Qt.DropAction.CopyAction, mime, Qt.MouseButton.LeftButton,
                            Qt.KeyboardModifier.NoModifier)  # fmt: skip
    QApplication.sendEvent(dock, event)
    assert event.isAccepted() and dock.dropping.outline is not None
    dock.close_down()


def test_a_run_is_checked_in_a_turn_of_its_own(qtbot, project, stand_ins, monkeypatch):
    checked, kind = [], stand_ins["fullstudy"]
    monkeypatch.setattr(
        kind, "checkParameterValues", lambda item, values, context: (checked.append(values), (False, "not so"))[1],
        raising=False,
    )  # fmt: skip
    runner, told = Runner(), []
    runner.finished.connect(told.append)
    runner.start([Job("fullstudy", {"PARCELS": "x"})])
    assert runner.is_running and checked == []
    qtbot.waitUntil(lambda: bool(told), timeout=2000)
    assert (told[0].ok, told[0].cancelled, told[0].message, runner.is_running) == (False, False, "not so", False)
    runner.start([Job("fullstudy", {"PARCELS": "x"})])
    runner.cancel()  # before it was checked
    qtbot.waitUntil(lambda: len(told) == 2, timeout=2000)
    assert told[1].cancelled and len(checked) == 1
