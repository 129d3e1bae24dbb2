"""Tables are copied as a spreadsheet takes them and filtered by words; dialogs open as large as they were left."""

import pytest
from qgis.PyQt.QtCore import Qt
from qgis.PyQt.QtGui import QKeySequence
from qgis.PyQt.QtWidgets import QComboBox, QDialog, QShortcut, QTableWidget, QTableWidgetItem


def table(qtbot):
    made = QTableWidget(3, 3)
    made.setHorizontalHeaderLabels(["宗地", "标记", "得分"])
    for row, cells in enumerate((("P1", "老旧小区", "0.40"), ("P2", "城中村\n（疑似）", "0.55"), ("P3", "都不是", ""))):
        for column, cell in enumerate(cells):
            made.setItem(row, column, QTableWidgetItem(cell))
    qtbot.addWidget(made)
    return made


def test_what_is_shown_is_copied_with_its_headings(qtbot):
    from urban_renewal.dialogs.parts.tables import as_text

    made = table(qtbot)
    made.setColumnHidden(2, True)
    made.setRowHidden(2, True)
    assert as_text(made) == "宗地\t标记\nP1\t老旧小区\nP2\t城中村 （疑似）"


def test_selected_rows_alone_are_copied(qtbot):
    from urban_renewal.dialogs.parts.tables import as_text

    made = table(qtbot)
    for row in (0, 2):
        for column in range(3):
            made.item(row, column).setSelected(True)
    assert as_text(made) == "宗地\t标记\t得分\nP1\t老旧小区\t0.40\nP3\t都不是\t"


def test_a_choice_in_a_cell_is_copied_as_its_text(qtbot):
    from urban_renewal.dialogs.parts.tables import as_text

    made, combo = table(qtbot), QComboBox()
    combo.addItems(["是", "否"])
    combo.setCurrentIndex(1)
    made.setCellWidget(0, 2, combo)
    assert as_text(made).splitlines()[1] == "P1\t老旧小区\t否"


def test_words_in_any_column(qtbot):
    from urban_renewal.dialogs.parts.tables import show_only

    made = table(qtbot)
    assert show_only(made, "疑似 p2") == 1
    assert [made.isRowHidden(row) for row in range(3)] == [True, False, True]
    assert show_only(made, "", lambda row: row < 2) == 2
    assert show_only(made, "没有的词") == 0


def test_a_dialog_is_as_large_as_it_was_left(qtbot):
    from urban_renewal.dialogs.parts.tables import keep_size

    def opened():
        box = QDialog()
        box.resize(300, 200)
        keep_size(box, "test")
        qtbot.addWidget(box)
        box.show()
        qtbot.waitExposed(box)
        return box

    first = opened()
    first.resize(517, 333)
    first.close()
    assert (opened().width(), opened().height()) == (517, 333)


def test_figures_are_called_by_their_names(dock, qtbot):
    """No path of a file is shown; words find rows; the path still opens the editor at the figure."""
    from urban_renewal.dialogs.workbench.unverified import FiguresDialog

    dock.settings.show_figures()
    box = dock.settings.findChild(FiguresDialog)
    titles = [box.table.item(row, 1).text() for row in range(box.table.rowCount())]
    assert not [title for title in titles if "[" in title or "_" in title]
    assert "Old compound · Meets the criteria from" in titles
    box.words.setText("Walk-up: storeys from")
    shown = [row for row in range(box.table.rowCount()) if not box.table.isRowHidden(row)]
    assert 0 < len(shown) < 5
    row = next(row for row in shown if titles[row].endswith("Walk-up: storeys from"))
    asked = []
    box.edit_asked.connect(lambda document, path: asked.append(path))
    box.table.setCurrentCell(row, 0)
    box.edit.click()
    assert asked == ["limits.walkup_floors"]


@pytest.mark.parametrize("which", ["gaps", "matrix", "figures", "review"])
def test_ctrl_f_goes_to_the_field_that_looks_for_words(which, request, qtbot, dock):
    """Over what stands in it, from anywhere in the panel or table; the field says so."""
    if which in ("gaps", "matrix"):
        gaps = request.getfixturevalue("gaps")
        if which == "matrix":
            gaps.panel.whole.click()
        window = gaps.table.panel if which == "matrix" else gaps.panel
        field = window.name if which == "matrix" else window.find
    elif which == "figures":
        dock.settings.show_figures()
        window = next(box for box in dock.settings.findChildren(QDialog) if box.isVisible())
        field = window.words
    else:
        window = request.getfixturevalue("review")
        field = window.form.find
    (key,) = [one for one in window.findChildren(QShortcut) if one.key() == QKeySequence("Ctrl+F")]
    assert key.context() == Qt.ShortcutContext.WidgetWithChildrenShortcut and key.parent() is window
    field.setText("甲")
    key.activated.emit()
    assert window.focusWidget() is field and field.selectedText() == "甲"
    assert "Ctrl+F" in field.toolTip() + field.placeholderText()
    if which == "figures":
        window.reject()


def test_the_status_of_a_figure_is_read_to_its_end(dock, qtbot):
    """“to be verified (h…” left open how: that is what the column is for."""
    from qgis.core import QgsSettings

    QgsSettings().remove("UrbanRenewal/figures/columns")  # as they were left by somebody
    dock.settings.show_figures()
    window = next(box for box in dock.settings.findChildren(QDialog) if box.isVisible())
    table = window.table
    told = {table.item(row, 5).text() for row in range(table.rowCount())}
    assert "to be verified (heuristic)" in told
    assert max(map(table.fontMetrics().horizontalAdvance, told)) + 6 <= table.columnWidth(5)
    window.reject()
