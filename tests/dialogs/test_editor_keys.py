"""Editors by the keyboard alone, and in words: no code names, no patterns, no way that only the mouse has."""

import json

import pytest
from qgis.PyQt.QtCore import Qt
from qgis.PyQt.QtWidgets import QApplication, QMessageBox
from urban_renewal.core import envelope

from .helpers import number, type_number

RADIUS = ("kinds", 0, "radius_m", "value")
CONTROL, ALT = Qt.KeyboardModifier.ControlModifier, Qt.KeyboardModifier.AltModifier


def opened(dock, qtbot, kind, look_at=()):
    """Return the editor of a kind, in front, at a figure."""
    dialog = dock.editors.open(kind).dialog
    dialog.activateWindow()
    qtbot.waitUntil(dialog.isActiveWindow, timeout=2000)
    if look_at:
        dialog.look_at(look_at)
    return dialog


def tab_to(qtbot, wanted, most=60):
    """Press Tab until a widget has the focus."""
    for _ in range(most + 1):
        if QApplication.focusWidget() is wanted:
            return
        qtbot.keyClick(QApplication.focusWidget(), Qt.Key.Key_Tab)
    raise AssertionError(f"Tab never came to {wanted.objectName() or wanted}")


def test_undo_by_keys_where_a_number_was_typed(dock, study, qtbot):
    """A field keeps its own Ctrl+Z only while something is being typed."""
    dialog = opened(dock, qtbot, "standard", RADIUS[:-1])
    before, editor = dialog.draft.value(RADIUS), dock.editors.open_ones["standard"]
    box = number(editor, RADIUS)
    type_number(qtbot, box, "250")
    type_number(qtbot, box, "260")
    assert QApplication.focusWidget() is box
    for wanted in (250, before):
        qtbot.keyClick(box, Qt.Key.Key_Z, CONTROL)
        assert (dialog.draft.value(RADIUS), box.value()) == (wanted, wanted)
    qtbot.keyClicks(box, "9")
    qtbot.keyClick(box, Qt.Key.Key_Z, CONTROL)
    assert dialog.draft.value(RADIUS) == before
    dialog.reject()
    assert dock.editors.open_ones == {}


def test_limit_reason_and_saving_by_keys(dock, study, qtbot):
    """Tab to the number, type, Ctrl+Enter to its reason (Tab goes on to the next figures), type, Tab, Space."""
    dialog = opened(dock, qtbot, "standard")
    form, editor = dialog.form, dock.editors.open_ones["standard"]
    form.base.setFocus()
    tab_to(qtbot, form.sections)
    tab_to(qtbot, number(editor, RADIUS))
    type_number(qtbot, number(editor, RADIUS), "250")
    assert form.detail.warning.isVisibleTo(dialog)
    qtbot.keyClick(QApplication.focusWidget(), Qt.Key.Key_Return, CONTROL)
    assert QApplication.focusWidget() is form.detail.note
    qtbot.keyClicks(form.detail.note, "trial of this institute")
    tab_to(qtbot, form.keep)
    qtbot.keyClick(form.keep, Qt.Key.Key_Space)
    assert dock.editors.open_ones == {}
    figure = envelope.load_file("standard", study.setting("STANDARD_FILE"))["kinds"][0]["radius_m"]
    assert (figure["value"], figure["note"]) == (250, "trial of this institute")


def test_shipped_value_comes_back_by_a_button(dock, study, qtbot):
    dialog = opened(dock, qtbot, "standard", RADIUS[:-1])
    before = dialog.draft.value(RADIUS[:-1])
    type_number(qtbot, number(dock.editors.open_ones["standard"], RADIUS), "250")
    assert dialog.form.detail.lines["source"].text() == "set for this project"  # chongqing-own is no word
    qtbot.keyClick(QApplication.focusWidget(), Qt.Key.Key_Return, CONTROL)
    tab_to(qtbot, dialog.form.detail.back, 1)
    qtbot.keyClick(dialog.form.detail.back, Qt.Key.Key_Space)
    assert dialog.draft.value(RADIUS[:-1]) == before
    dialog.reject()


def test_class_moves_by_keys(dock, study, qtbot):
    dialog = opened(dock, qtbot, "ruleset")
    names = [rule["id"] for rule in dialog.draft.now["classes"]]
    sections = dialog.form.sections
    sections.setFocus()
    sections.setCurrentRow(0)
    qtbot.keyClick(sections, Qt.Key.Key_Down, ALT)
    assert [rule["id"] for rule in dialog.draft.now["classes"]] == [names[1], names[0], *names[2:]]
    assert sections.currentRow() == 1
    qtbot.keyClick(sections, Qt.Key.Key_Up, ALT)
    qtbot.keyClick(sections, Qt.Key.Key_Up, ALT)  # the first stays the first
    assert [rule["id"] for rule in dialog.draft.now["classes"]] == names
    sections.setCurrentRow(len(names) - 1)
    qtbot.keyClick(sections, Qt.Key.Key_Down, ALT)  # below the classes are the limits
    assert [rule["id"] for rule in dialog.draft.now["classes"]] == names
    assert sections.order()[len(names) :] == ["limits"]
    dialog.draft.opened = dialog.draft.now
    dialog.reject()


def test_file_of_another_kind_is_told_in_words(dock, study, qtbot, tmp_path):
    dialog = opened(dock, qtbot, "ruleset")
    path = tmp_path / "prices.json"
    path.write_text(json.dumps(envelope.load("costs", "chongqing"), ensure_ascii=False), encoding="utf-8")
    assert not dialog.load_file(path)
    said = next(box for box in dialog.findChildren(QMessageBox) if box.isVisible()).text()
    assert "Unit prices" in said and "Rules for tags" in said and "costs" not in said
    assert not dialog.draft.is_dirty
    dialog.reject()


@pytest.mark.parametrize("name", ["", "1st", "CON", "a b"])
def test_what_is_wrong_with_a_name_is_said_in_words(dock, study, qtbot, name):
    """Not as the pattern of the schema; nothing typed yet is no fault in red."""
    dialog = opened(dock, qtbot, "template")
    dialog.shaping.act("layer_new")
    box = dialog.shaping.box
    box.name.setText(name)
    assert not box.buttons.button(box.buttons.StandardButton.Ok).isEnabled()
    assert "begins with a letter" in box.fault.text() and "[" not in box.fault.text()
    assert ("✗" in box.fault.text()) == bool(name)
    assert box.focusWidget() is box.name
    box.reject()
    dialog.reject()


def test_large_numbers_show_thousands_and_years_do_not(dock, study, qtbot):
    dialog = opened(dock, qtbot, "zone-rules", ("limits", "area_max_m2"))
    box = number(dock.editors.open_ones["zone-rules"], ("limits", "area_max_m2", "value"))
    assert box.text() == "3,500,000"
    type_number(qtbot, box, "2,750,000")
    assert dialog.draft.value(("limits", "area_max_m2", "value")) == 2_750_000
    assert box.textFromValue(1990) == "1990"
    dialog.draft.opened = dialog.draft.now
    dialog.reject()
