# SPDX-License-Identifier: GPL-2.0-or-later
"""What people expect of every table and dialog: copied as it stands, filtered by words, as large as it was left."""

from __future__ import annotations

from typing import Any

from qgis.gui import QgsGui
from qgis.PyQt.QtCore import Qt
from qgis.PyQt.QtGui import QKeySequence
from qgis.PyQt.QtWidgets import (
    QAbstractItemView,
    QApplication,
    QComboBox,
    QDialog,
    QShortcut,
    QTableView,
    QTableWidget,
)


def keep_size(dialog: QDialog, name: str) -> None:
    """Open a dialog as large, and where, it was left; `name` is its own for ever."""
    QgsGui.enableAutoGeometryRestore(dialog, f"UrbanRenewal/{name}")


def make_copyable(table: QTableView) -> QShortcut:
    """Let Ctrl+C put the rows selected, else all that are shown, on the clipboard, for a spreadsheet."""
    key = QShortcut(QKeySequence(QKeySequence.StandardKey.Copy), table)
    key.setContext(Qt.ShortcutContext.WidgetShortcut)
    key.activated.connect(lambda: QApplication.clipboard().setText(as_text(table)))
    return key


def as_text(table: QTableView) -> str:
    """Return headings and rows of a table, tabs between cells: those selected when it is more than one, else all."""
    model, head = table.model(), table.horizontalHeader()
    columns = sorted((n for n in range(model.columnCount()) if not table.isColumnHidden(n)), key=head.visualIndex)
    chosen = sorted({index.row() for index in table.selectionModel().selectedIndexes()})
    rows = chosen if len(chosen) > 1 else range(model.rowCount())
    across = Qt.Orientation.Horizontal
    lines = [[model.headerData(n, across) for n in columns]]
    lines += [[_cell(table, row, n) for n in columns] for row in rows if not table.isRowHidden(row)]
    return "\n".join("\t".join(_plain(cell) for cell in line) for line in lines)


def _cell(table: QTableView, row: int, column: int) -> Any:
    index = table.model().index(row, column)
    widget = table.indexWidget(index)
    if isinstance(widget, QComboBox):
        return widget.currentText()
    return widget.text() if hasattr(widget, "text") else index.data()


def _plain(cell: Any) -> str:
    return "" if cell is None else " ".join(str(cell).split())


def show_only(table: QTableWidget, words: str, shown: Any = None) -> int:
    """Hide the rows that lack any of the words in any of their cells; return how many are shown.

    `shown(row)` = whether a row may be shown at all.
    """
    wanted, n = words.casefold().split(), 0
    for row in range(table.rowCount()):
        items = (table.item(row, column) for column in range(table.columnCount()))
        text = " ".join(item.text() for item in items if item is not None).casefold()
        is_shown = all(word in text for word in wanted) and (shown is None or shown(row))
        table.setRowHidden(row, not is_shown)
        n += is_shown
    return n


def pick_rows(view: QTableView) -> None:
    """Let a table be one of whole rows, one at a time, that Tab leaves and nobody types into."""
    view.setEditTriggers(QAbstractItemView.EditTrigger.NoEditTriggers)
    view.setSelectionBehavior(QAbstractItemView.SelectionBehavior.SelectRows)
    view.setSelectionMode(QAbstractItemView.SelectionMode.SingleSelection)
    view.setTabKeyNavigation(False)
    view.verticalHeader().hide()
