"""A double click where one was enough: the second click meets whatever has come into the place of the first button."""

import pytest
from qgis.PyQt.QtCore import QEvent, QPointF, Qt
from qgis.PyQt.QtGui import QKeyEvent, QMouseEvent
from qgis.PyQt.QtWidgets import QApplication, QDialogButtonBox

from .helpers import ready, rest

LEFT, NO_KEY = Qt.MouseButton.LeftButton, Qt.KeyboardModifier.NoModifier


def send(widget, kind):
    at = QPointF(widget.rect().center())
    held = Qt.MouseButton.NoButton if kind == QEvent.Type.MouseButtonRelease else LEFT
    QApplication.sendEvent(widget, QMouseEvent(kind, at, widget.mapToGlobal(at.toPoint()) * 1.0, LEFT, held, NO_KEY))


def double_click(qtbot, first, second):
    """Click `first`; what `second()` returns is under the pointer when the second click of the double click comes."""
    send(first, QEvent.Type.MouseButtonPress)
    send(first, QEvent.Type.MouseButtonRelease)
    qtbot.wait(50)
    there = second()
    send(there, QEvent.Type.MouseButtonDblClick)
    send(there, QEvent.Type.MouseButtonRelease)


def test_a_double_click_on_run_does_not_cancel_what_it_began(dock, qtbot, tmp_path, load_inputs, patient, stand_ins):
    ready(dock, qtbot, tmp_path, load_inputs)
    stand_ins["fullstudy"].during = staticmethod(patient)
    card = dock.cards["prepare"]
    double_click(qtbot, dock.run_all, lambda: card.cancel)
    qtbot.waitUntil(patient.began.is_set, timeout=5000)
    qtbot.wait(300)
    assert dock.session.is_busy and not dock.session.runner.is_cancelling
    send(card.cancel, QEvent.Type.MouseButtonPress)  # a click of its own does
    send(card.cancel, QEvent.Type.MouseButtonRelease)
    qtbot.waitUntil(lambda: not dock.session.is_busy, timeout=5000)


@pytest.mark.parametrize("kind", [QDialogButtonBox.StandardButton.Ok, QDialogButtonBox.StandardButton.Cancel])
@pytest.mark.parametrize("way", ["mouse", "a key held down"])
def test_a_sheet_is_not_answered_before_it_is_seen(dock, qtbot, tmp_path, kind, way):
    """Several files are dropped: each has its sheet at the same place, and its role may be guessed wrongly."""
    from urban_renewal.dialogs.drop.sheet import DropSheet

    for name in ("one", "two", "three"):
        (tmp_path / f"{name}.csv").write_text("a,b\n1,k\n", encoding="utf-8")
    dock.dropping.ask_all([tmp_path / f"{name}.csv" for name in ("one", "two", "three")])

    def shown():
        return next(sheet for sheet in dock.findChildren(DropSheet) if sheet.isVisible())

    first = shown()
    qtbot.waitUntil(lambda: first.buttons.button(kind).isEnabled())
    if way == "mouse":
        double_click(qtbot, first.buttons.button(kind), lambda: shown().buttons.button(kind))
    else:
        first.buttons.button(kind).setFocus()
        for is_held in (False, True, True):
            key = QKeyEvent(QEvent.Type.KeyPress, Qt.Key.Key_Return, NO_KEY, "\r", is_held)
            QApplication.sendEvent(shown().buttons.button(kind), key)
            qtbot.wait(100)
    rest(qtbot)
    assert shown().path.name == "two.csv"


def test_a_sheet_is_taken_once(dock, qtbot, tmp_path, project):
    """A second press that waited while the window was busy took a layer that was no longer there."""
    (tmp_path / "one.csv").write_text("a,b\n1,k\n", encoding="utf-8")
    sheet = dock.dropping.ask(tmp_path / "one.csv")
    sheet.accept()
    sheet.accept()
    qtbot.waitUntil(lambda: len(project.mapLayersByName("one")) == 1, timeout=3000)
    rest(qtbot)
    assert len(project.mapLayersByName("one")) == 1
