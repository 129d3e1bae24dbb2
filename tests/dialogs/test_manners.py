"""What people expect of every field and table without a word: wheel, clipboard, sorting, empty tables, digits."""

import pytest
from qgis.PyQt.QtCore import QEvent, Qt
from qgis.PyQt.QtGui import QInputMethodEvent, QKeyEvent
from qgis.PyQt.QtWidgets import (
    QApplication,
    QComboBox,
    QDateTimeEdit,
    QDoubleSpinBox,
    QLineEdit,
    QMessageBox,
    QSpinBox,
    QTableWidget,
)
from urban_renewal.core import envelope

from .helpers import number, turn_wheel

CONTROL = Qt.KeyboardModifier.ControlModifier
PRICE = ("items", 0, "price", "value")


def fields_of(window):
    """Return what the wheel could change."""
    kinds = (QSpinBox, QDoubleSpinBox, QDateTimeEdit)
    choices = [item for item in window.findChildren(QComboBox) if item.isEnabled() and item.count() > 1]
    return choices + [item for kind in kinds for item in window.findChildren(kind)]


def commit(box, text):
    """Put a text into a box as an input method does, then press Enter."""
    event = QInputMethodEvent()
    event.setCommitString(text)
    box.setFocus()
    box.selectAll()
    QApplication.sendEvent(box.findChild(QLineEdit), event)
    QApplication.sendEvent(box, QKeyEvent(QEvent.Type.KeyPress, Qt.Key.Key_Return, Qt.KeyboardModifier.NoModifier))


def told(item):
    return item.currentIndex() if isinstance(item, QComboBox) else item.text()


def test_the_wheel_scrolls_the_dock_and_changes_nothing(dock):
    dock.head.settings.setChecked(True)  # made when they are first seen
    dock.inputs.more.setChecked(True)
    found = fields_of(dock.scroll.widget())
    assert len(found) > 5
    assert any(isinstance(item, QDateTimeEdit) for item in found)
    for item in found:
        item.clearFocus()
        before = told(item)
        assert not turn_wheel(item), item.accessibleName()
        assert told(item) == before


def test_the_wheel_leaves_lists_of_several_alone(dock, qtbot):
    """It would show one of them as if it were all: in the panel of sites, in the dialogs of the Toolbox."""
    from qgis.core import QgsProcessingParameterEnum
    from urban_renewal.dialogs.parts.choice_field import ChoiceField

    dock.siting.open()
    words = ["eday", "nurs", "kgar"]
    definition = QgsProcessingParameterEnum("KINDS", "", words, True, words[:2], usesStaticStrings=True)
    field = ChoiceField(definition, None)
    qtbot.addWidget(field.widget)
    before = dock.siting.panel.chosen_kinds()
    assert before and not turn_wheel(dock.siting.panel.kinds) and dock.siting.panel.chosen_kinds() == before
    assert not turn_wheel(field.widget) and field.parameterValue() == words[:2]


@pytest.mark.parametrize("kind", ["ruleset", "standard", "template"])
def test_the_wheel_scrolls_an_editor_and_changes_nothing(dock, study, kind):
    dialog = dock.editors.open(kind).dialog
    for place in range(len(dialog.sections)):
        dialog.form.sections.setCurrentRow(place)
        for item in fields_of(dialog.form.page):
            item.clearFocus()
            turn_wheel(item)
    assert not dialog.draft.is_dirty
    dialog.reject()


def test_of_two_limits_of_one_name_each_has_its_own_shipped_value():
    """At least 60 m² and at most 200 m² of one indicator: nothing is changed, so nothing is struck through."""
    from urban_renewal.dialogs.editors.draft import open_draft
    from urban_renewal.dialogs.editors.figure_rows import sections_of

    for name in envelope.names("ruleset"):
        draft = open_draft("ruleset", name)
        cells = [cell for section in sections_of("ruleset", draft.now) for row in section.rows()
                 for cell in row.cells.values()]  # fmt: skip
        assert cells
        assert [cell.keys for cell in cells if draft.value(cell.keys) != draft.factory_value(cell.keys)] == []


# --- digits -----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("typed", "wanted"), [("250", 250), ("２５０", 250), ("2，500", 2500), ("2,500", 2500)])
def test_numbers_are_read_as_an_input_method_writes_them(dock, study, qtbot, typed, wanted):
    dialog, keys = dock.editors.open("standard").dialog, ("kinds", 0, "radius_m", "value")
    dialog.look_at(keys[:-1])
    commit(number(dock.editors.open_ones["standard"], keys), typed)
    assert dialog.draft.value(keys) == wanted
    dialog.draft.restore_all()
    dialog.reject()


def test_a_share_is_read_where_a_comma_parts_decimals(dock, study, qtbot):
    from qgis.PyQt.QtCore import QLocale

    old = QLocale()
    QLocale.setDefault(QLocale("de_DE"))
    try:
        editor, keys = dock.editors.open("ruleset"), ("classes", 0, "confirm", "value")
        commit(number(editor, keys), "0。7")
        assert editor.dialog.draft.value(keys) == 0.7
        assert number(editor, keys).text() == "0.7"
    finally:
        QLocale.setDefault(old)
    editor.dialog.draft.restore_all()
    editor.dialog.draft.opened = editor.dialog.draft.now
    editor.dialog.reject()


def test_words_of_a_file_are_typed_as_people_say_them(monkeypatch):
    from urban_renewal.dialogs.editors import words

    for language, shown in (("zh", "用电、用水、税收"), ("en", "power, water, tax")):
        monkeypatch.setattr(words, "interface_language", lambda language=language: language)
        assert words.listed_words(["power", "water", "tax"]) == shown
        assert words.typed_words(shown) == ["power", "water", "tax"]
        assert words.typed_words("违建；power,") == ["违建", "power"]


# --- clipboard --------------------------------------------------------------------------------------------------------


def test_a_column_of_prices_is_pasted_as_one_edit(dock, study, qtbot):
    """Two columns, low and high, three rows down; one undo takes all back."""
    editor = dock.editors.open("costs")
    dialog = editor.dialog
    keys = [row.cells["value"].keys for row in dialog.form.tables[0].block.rows[:4]]
    before = [dialog.draft.value(key) for key in keys]
    QApplication.clipboard().setText("160\t１，２００\r\n\t210.5\r\n170\t\r\n")
    box = number(editor, PRICE)
    box.setFocus()
    qtbot.keyClick(box, Qt.Key.Key_V, CONTROL)
    now = [dialog.draft.value(key) for key in keys]
    assert now == [[160, 1200], [before[1][0], 210.5], [170, before[2][1]], before[3]]
    assert dialog.draft.value(PRICE[:2])["price"]["status"] == "heuristic"
    assert (box.value(), dialog.draft.edits_n) == (160, 1)
    dialog.undo()
    assert [dialog.draft.value(key) for key in keys] == before
    dialog.reject()


@pytest.mark.parametrize("text", ["160\nabout 200", "1\t2\t3", "\n".join("9" * 400), "160\n-5"])
def test_what_does_not_fit_is_told_and_nothing_is_pasted(dock, study, qtbot, text):
    editor = dock.editors.open("costs")
    QApplication.clipboard().setText(text)
    box = number(editor, PRICE)
    qtbot.keyClick(box, Qt.Key.Key_V, CONTROL)
    boxes = [item for item in editor.dialog.findChildren(QMessageBox) if item.isVisible()]
    assert len(boxes) == 1
    assert "Nothing was changed" in boxes[0].text()
    assert not editor.dialog.draft.is_dirty
    boxes[0].reject()
    editor.dialog.reject()


def test_one_number_is_pasted_as_everywhere(dock, study, qtbot):
    editor = dock.editors.open("costs")
    QApplication.clipboard().setText("165")
    box = number(editor, PRICE)
    box.setFocus()
    box.selectAll()
    qtbot.keyClick(box, Qt.Key.Key_V, CONTROL)
    qtbot.keyClick(box, Qt.Key.Key_Return)
    assert editor.dialog.draft.value(PRICE)[0] == 165
    editor.dialog.draft.opened = editor.dialog.draft.now
    editor.dialog.reject()


def test_tables_of_an_editor_are_copied_with_their_values(dock, study):
    from urban_renewal.dialogs.parts.tables import as_text

    editor = dock.editors.open("costs")
    table = editor.dialog.form.tables[0]
    low, high = editor.dialog.draft.value(PRICE)
    assert f"{low}–{high}" in as_text(table, [0]).splitlines()[1]
    editor.dialog.reject()


def test_a_table_has_a_menu_that_copies(qtbot):
    from qgis.PyQt.QtWidgets import QTableWidgetItem
    from urban_renewal.dialogs.parts.tables import copy_menu, make_copyable

    table = QTableWidget(2, 2)
    qtbot.addWidget(table)
    table.setHorizontalHeaderLabels(["a", "b"])
    for row in range(2):
        for column in range(2):
            table.setItem(row, column, QTableWidgetItem(f"{row}{column}"))
    make_copyable(table)
    assert table.contextMenuPolicy() == Qt.ContextMenuPolicy.CustomContextMenu
    copied = []
    for act in copy_menu(table, table.model().index(1, 0)).actions():
        act.trigger()
        copied.append(QApplication.clipboard().text())
    assert copied == ["10", "a\tb\n10\t11", "a\tb\n00\t01\n10\t11"]


# --- sorting, empty tables --------------------------------------------------------------------------------------------


def test_figures_are_sorted_by_number_and_stay_themselves(dock, qtbot):
    from urban_renewal.dialogs.workbench.unverified import FiguresDialog, figures_of

    box = FiguresDialog(figures_of(dock.session.study))
    qtbot.addWidget(box)
    box.only_open.setChecked(False)
    box.table.sortItems(2)
    texts = [box.table.item(row, 2).text() for row in range(box.table.rowCount()) if not box.table.isRowHidden(row)]
    numbers = [float(text.replace(",", "")) for text in texts if text.replace(",", "").replace(".", "").isdigit()]
    assert len(numbers) > 100
    assert numbers == sorted(numbers)
    asked = []
    box.edit_asked.connect(lambda document, path: asked.append((document, path)))
    title = box.table.item(7, 1).text()
    wanted = next(row for row in box._rows if row.title == title and row.document == box.table.item(7, 0).text())
    box._ask(7)
    assert asked == [(wanted.document, wanted.path)]


def test_rows_to_be_verified_stay_hidden_or_shown_when_sorted(dock, qtbot):
    from urban_renewal.core.envelope import is_verified
    from urban_renewal.dialogs.workbench.unverified import FiguresDialog, figures_of

    rows = figures_of(dock.session.study)
    box = FiguresDialog(rows)
    qtbot.addWidget(box)
    for column in (0, 1, 2):
        box.table.sortByColumn(column, Qt.SortOrder.DescendingOrder)
        shown = [row for row in range(box.table.rowCount()) if not box.table.isRowHidden(row)]
        assert len(shown) == sum(not is_verified(row.figure) for row in rows)
        assert all("to be verified" in box.table.item(row, 5).text() for row in shown)


def test_an_empty_table_says_why(qtbot):
    from urban_renewal.dialogs.parts.tables import EmptyHint

    table = QTableWidget(0, 2)
    qtbot.addWidget(table)
    hint = EmptyHint(table)
    table.show()
    assert not hint.isVisible()
    hint.say("Nothing here.")
    assert hint.isVisible()
    table.setRowCount(1)
    assert not hint.isVisible()
    table.setRowCount(0)
    assert hint.isVisible()


# --- words under the axis ---------------------------------------------------------------------------------------------


@pytest.mark.parametrize("value", [0, 1, 3, 16, 31])
def test_words_under_an_axis_never_lie_on_one_another(qtbot, value):
    from urban_renewal.dialogs.editors.histogram import HistogramView, Mark, Plot
    from urban_renewal.dialogs.editors.rows import Cell

    view = HistogramView()
    qtbot.addWidget(view)
    view.resize(260, 120)
    cell = Cell(("x",), "whole", 0, 100, 1, 0)
    view.show_plot(Plot([n - 0.5 for n in range(33)], [1] * 32, (Mark(cell, value),), "Buildings"))
    words = view.axis_words(view._box())
    assert not any(one[0].intersects(two[0]) for place, one in enumerate(words) for two in words[place + 1 :])
    assert words[0][1] == str(value)
    assert {text for _, text in words} <= {str(value), "0", "31"}
    assert all(view._box().left() <= place.left() and place.right() <= view._box().right() + 1 for place, _ in words)


def test_sentences_and_pairs_in_both_languages(monkeypatch):
    from urban_renewal.dialogs.parts import phrases

    monkeypatch.setattr(phrases, "interface_language", lambda: "zh")
    assert phrases.flowing(["共 120 行。", "", "位置取自“经度”列。", "完"]) == "共 120 行。位置取自“经度”列。完"
    assert (phrases.paired("规则", "重庆"), phrases.aside("栋"), phrases.ended("走不到")) == (
        "规则：重庆", "（栋）", "走不到。")  # fmt: skip
    monkeypatch.setattr(phrases, "interface_language", lambda: "en")
    assert phrases.flowing(["120 rows.", "Places from “x”."]) == "120 rows. Places from “x”."
    assert phrases.paired("Rules", "Chongqing") + phrases.aside("ha") == "Rules: Chongqing (ha)"
    assert (
        phrases.unbroken("1.7 min there, 44 m up, 90 %, 4 宗, 0–2 岁 – 7")
        == "1.7\u00a0min there, 44\u00a0m up, 90\u00a0%, 4\u00a0宗, 0\u2060–\u20602\u00a0岁 – 7"
    )


def test_columns_are_as_wide_as_they_were_left(dock, qtbot):
    from qgis.core import QgsSettings
    from urban_renewal.dialogs.workbench.unverified import FiguresDialog, figures_of

    rows = figures_of(dock.session.study)[:5]
    for width in (333, 222):
        box = FiguresDialog(rows)
        qtbot.addWidget(box)
        box.table.setColumnWidth(1, width)
        box.reject()
        again = FiguresDialog(rows)
        qtbot.addWidget(again)
        assert again.table.columnWidth(1) == width
    QgsSettings().remove("UrbanRenewal/figures/columns")


def test_where_the_keys_are_is_seen_on_charts(qtbot):
    from urban_renewal.dialogs.editors.histogram import HistogramView, Mark, Plot
    from urban_renewal.dialogs.editors.rows import Cell

    view = HistogramView()
    qtbot.addWidget(view)
    view.resize(200, 120)
    view.show_plot(Plot([0, 1, 2], [3, 4], (Mark(Cell(("x",)), 1.0),), "Share"))
    view.show()
    view.clearFocus()
    before = view.grab().toImage()
    view.activateWindow()
    view.setFocus(Qt.FocusReason.TabFocusReason)
    view.setAttribute(Qt.WidgetAttribute.WA_KeyboardFocusChange)  # as Tab leaves the window: a click shows no frame
    qtbot.waitUntil(view.hasFocus, timeout=2000)
    assert view.grab().toImage() != before
