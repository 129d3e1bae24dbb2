# SPDX-License-Identifier: GPL-2.0-or-later
"""What people expect of every table and dialog: copied as it stands, filtered by words, as large as it was left."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from typing import Any

from qgis.core import QgsSettings
from qgis.gui import QgsGui
from qgis.PyQt.QtCore import QEvent, QModelIndex, QObject, Qt
from qgis.PyQt.QtGui import QKeySequence, QPalette
from qgis.PyQt.QtWidgets import (
    QAbstractItemView,
    QApplication,
    QComboBox,
    QDialog,
    QHeaderView,
    QLabel,
    QLineEdit,
    QMenu,
    QShortcut,
    QTableView,
    QTableWidget,
    QTableWidgetItem,
    QWidget,
)

from ...processing.texts import tr
from .inks import soft

CHINESE_BREAK = re.compile(r"(?<=[\u2e80-\uffef])\n")  # a heading goes on in its next line without a blank


def keep_size(dialog: QDialog, name: str) -> None:
    """Open a dialog as large, and where, it was left; `name` is its own for ever."""
    QgsGui.enableAutoGeometryRestore(dialog, f"UrbanRenewal/{name}")


def keep_columns(table: QTableView, dialog: QDialog, name: str) -> None:
    """Open a table with its columns as wide as a person left them; those that fill what is left are not kept."""
    key, head = f"UrbanRenewal/{name}/columns", table.horizontalHeader()
    free = QHeaderView.ResizeMode.Interactive

    def keep(*_: Any) -> None:
        sizes = [head.sectionSize(n) if head.sectionResizeMode(n) == free else 0 for n in range(head.count())]
        QgsSettings().setValue(key, ",".join(map(str, sizes)))

    told = str(QgsSettings().value(key, "") or "").split(",")
    if len(told) == head.count() and all(size.isdigit() for size in told):
        for n, size in enumerate(map(int, told)):
            if size and head.sectionResizeMode(n) == free:
                head.resizeSection(n, size)
    dialog.finished.connect(keep)


class NumberItem(QTableWidgetItem):
    """A cell that is sorted by a number, not by its letters: 9 before 10. Words stand behind all numbers."""

    def __init__(self, text: str, number: float | None) -> None:
        super().__init__(text)
        self._key = (number is None, number or 0.0, text)

    def __lt__(self, other: QTableWidgetItem) -> bool:
        """Say whether this cell comes first."""
        return self._key < other._key if isinstance(other, NumberItem) else super().__lt__(other)


class EmptyHint(QLabel):
    """What a table says while it has no rows, instead of standing empty."""

    def __init__(self, view: QTableView) -> None:
        super().__init__(view.viewport())
        self._view = view
        self.setAlignment(Qt.AlignmentFlag.AlignCenter)
        self.setWordWrap(True)
        self.setAttribute(Qt.WidgetAttribute.WA_TransparentForMouseEvents)
        quiet = self.palette()
        quiet.setColor(QPalette.ColorRole.WindowText, soft(view.palette()))
        self.setPalette(quiet)
        view.viewport().installEventFilter(self)
        for change in (view.model().modelReset, view.model().rowsInserted, view.model().rowsRemoved):
            change.connect(self.refresh)
        self.refresh()

    def say(self, text: str) -> None:
        """Say something else."""
        self.setText(text)
        self.refresh()

    def refresh(self, *_: Any) -> None:
        """Show the words only where there is nothing else."""
        self.setGeometry(self._view.viewport().rect().adjusted(8, 4, -8, -4))
        self.setVisible(bool(self.text()) and self._view.model().rowCount() == 0)

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """Stay as large as the table."""
        if event.type() == QEvent.Type.Resize:
            self.refresh()
        return super().eventFilter(watched, event)


def make_copyable(table: QTableView) -> QShortcut:
    """Let Ctrl+C put the rows selected, else all that are shown, on the clipboard, for a spreadsheet.

    A table without a menu of its own gets one: copy the cell under the mouse, its row, all rows.
    """
    if table.contextMenuPolicy() == Qt.ContextMenuPolicy.DefaultContextMenu:
        table.setContextMenuPolicy(Qt.ContextMenuPolicy.CustomContextMenu)
        table.customContextMenuRequested.connect(lambda at: copy_menu(table, table.indexAt(at)).popup(
            table.viewport().mapToGlobal(at)))  # fmt: skip
    key = QShortcut(QKeySequence(QKeySequence.StandardKey.Copy), table)
    key.setContext(Qt.ShortcutContext.WidgetShortcut)
    key.activated.connect(lambda: QApplication.clipboard().setText(as_text(table)))
    return key


def copy_menu(table: QTableView, index: QModelIndex) -> QMenu:
    """Return the menu of a table at a cell: what can be put on the clipboard."""
    menu, board = QMenu(table), QApplication.clipboard()
    menu.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
    row, text = index.row(), _plain(_cell(table, index.row(), index.column())) if index.isValid() else ""
    cell = menu.addAction(tr("Copy the cell"), lambda: board.setText(text))
    cell.setEnabled(bool(text))
    line = menu.addAction(tr("Copy the row"), lambda: board.setText(as_text(table, [row])))
    line.setEnabled(index.isValid())
    menu.addAction(tr("Copy the table"), lambda: board.setText(as_text(table, range(table.model().rowCount()))))
    return menu


def as_text(table: QTableView, wanted: Iterable[int] | None = None) -> str:
    """Return headings and rows of a table, tabs between cells: the rows wanted, else those selected when it is more
    than one, else all. Rows and columns that are hidden stay out; columns that only lack room (`squeezed`) do not.
    """
    model, head, squeezed = table.model(), table.horizontalHeader(), getattr(table, "squeezed", ())
    there = (n for n in range(model.columnCount()) if n in squeezed or not table.isColumnHidden(n))
    columns = sorted(there, key=head.visualIndex)
    chosen = sorted({index.row() for index in table.selectionModel().selectedIndexes()})
    rows = wanted if wanted is not None else chosen if len(chosen) > 1 else range(model.rowCount())
    across = Qt.Orientation.Horizontal
    lines = [[CHINESE_BREAK.sub("", str(model.headerData(n, across) or "")) for n in columns]]
    lines += [[_cell(table, row, n) for n in columns] for row in rows if not table.isRowHidden(row)]
    return "\n".join("\t".join(_plain(cell) for cell in line) for line in lines)


def _cell(table: QTableView, row: int, column: int) -> Any:
    index = table.model().index(row, column)
    widget = table.indexWidget(index)
    if isinstance(widget, QComboBox):
        return widget.currentText()
    if widget is None:
        return index.data()
    parts = (widget, *widget.children())
    inside = (getattr(part, name) for name in ("cell_text", "text") for part in parts if hasattr(part, name))
    return next((tell() for tell in inside), index.data())


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


def add_find(window: QWidget, field: QLineEdit) -> QShortcut:
    """Let Ctrl+F in a window put the cursor into its field for words, over what stands there; its tooltip says so."""
    key = QShortcut(QKeySequence(QKeySequence.StandardKey.Find), window)
    key.setContext(Qt.ShortcutContext.WidgetWithChildrenShortcut)
    key.activated.connect(field.setFocus)
    key.activated.connect(field.selectAll)
    told = key.key().toString(QKeySequence.SequenceFormat.NativeText)
    if told not in field.placeholderText():
        field.setToolTip(f"{field.toolTip() or field.placeholderText()}  {told}")
    return key


def pick_rows(view: QTableView) -> None:
    """Let a table be one of whole rows, one at a time, that Tab leaves and nobody types into."""
    view.setEditTriggers(QAbstractItemView.EditTrigger.NoEditTriggers)
    view.setSelectionBehavior(QAbstractItemView.SelectionBehavior.SelectRows)
    view.setSelectionMode(QAbstractItemView.SelectionMode.SingleSelection)
    view.setTabKeyNavigation(False)
    view.verticalHeader().hide()


def order_by_heading(view: QTableView, order: QComboBox, orders: Mapping[int, str]) -> None:
    """Let a click on a heading choose the order that goes by its column, where there is one: {column: its key}."""

    def choose(column: int) -> None:
        place = order.findData(orders.get(column, ""))
        if place >= 0:
            order.setCurrentIndex(place)
            order.activated.emit(place)

    view.horizontalHeader().sectionClicked.connect(choose)
