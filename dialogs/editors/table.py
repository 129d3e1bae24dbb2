# SPDX-License-Identifier: GPL-2.0-or-later
"""One block of an editor as a table: names, limits to edit, units, weights, sources, states."""

from __future__ import annotations

from typing import Any

from qgis.PyQt.QtCore import QPoint, Qt, pyqtSignal
from qgis.PyQt.QtGui import QFontMetrics
from qgis.PyQt.QtWidgets import (
    QApplication,
    QHBoxLayout,
    QHeaderView,
    QLabel,
    QMenu,
    QTableWidget,
    QTableWidgetItem,
    QWidget,
)

from ...core.jsontext import KeyPath
from ...processing.texts import tr
from ..parts.inks import HALF, panel, readable, soft, tinted
from ..parts.tables import as_text, pick_rows
from .cells import CellEditor, WeightBar
from .draft import Draft
from .rows import WEIGHT, Block, Row
from .words import CHIPS, source_text, status_meaning, status_word

LETTERS = {"op": 4, "unit": 8, "value": 16, "soft": 12, "weight": 16, "title": 18, "fill": 14}  # widths of columns
NAME_LETTERS, STATUS_LETTERS, TITLE_LETTERS, MOST_LETTERS, SOURCE_LETTERS = 17, 11, 20, 34, 20


class BlockTable(QTableWidget):
    """`edited(keys, value)`, `picked(row)` when a row gets the focus, `restore_asked(row)` from its menu.

    `pasted(text, keys, part)`: cells of a spreadsheet for a value, or one number of a pair, and those below it.
    """

    edited = pyqtSignal(object, object)
    pasted = pyqtSignal(str, object, int)
    picked = pyqtSignal(object)
    restore_asked = pyqtSignal(object)

    def __init__(self, block: Block, draft: Draft) -> None:
        self.columns = [key for key, _ in block.columns]
        super().__init__(len(block.rows), len(self.columns) + 4)
        self.block = block
        self._tall, self._title_width, self._whole_title = 0, 0, 0
        self.editors: dict[KeyPath, CellEditor] = {}
        self.bars: dict[KeyPath, WeightBar] = {}
        self._chips: dict[int, str] = {}  # the status that is shown in a row
        self.setHorizontalHeaderLabels(
            [block.heading, tr("Indicator"), *(title for _, title in block.columns), tr("Source"), tr("Status")]
        )
        self.setAccessibleName(block.heading)
        self._dress()
        for place, row in enumerate(block.rows):
            self._fill(place, row)
        self._show_values(draft)
        names = [row.name for row in block.rows if row.name]
        tell = len(set(names)) > 1 or len(block.rows) == len(names) == 1  # "price" in each row tells nothing
        self._has_names = tell and any(row.figure for row in block.rows)
        self._fit()

    def _dress(self) -> None:
        pick_rows(self)
        self.setWordWrap(False)  # else a name is cut after the last whole word that fits
        self.setFocusPolicy(Qt.FocusPolicy.ClickFocus)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAsNeeded)
        self.setVerticalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setContextMenuPolicy(Qt.ContextMenuPolicy.CustomContextMenu)
        self.customContextMenuRequested.connect(self._menu)
        self.currentCellChanged.connect(lambda now, *_: self._pick(now))
        self.horizontalHeader().setDefaultAlignment(Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter)

    def _fill(self, place: int, row: Row) -> None:
        name = QTableWidgetItem("    " * row.indent + row.title)
        name.setToolTip(" · ".join(part for part in (row.title, row.name) if part))
        self.setItem(place, 0, name)
        grey = QTableWidgetItem(row.name)
        grey.setToolTip(row.name)
        grey.setForeground(soft(self.palette()))
        self.setItem(place, 1, grey)
        for column, key in enumerate(self.columns, 2):
            if key in row.cells:
                self.setCellWidget(place, column, self._editor(place, row, key))
            else:
                item = QTableWidgetItem(row.texts.get(key, ""))
                item.setToolTip(item.text())
                self.setItem(place, column, item)
        for column in (self.columnCount() - 2, self.columnCount() - 1):
            self.setItem(place, column, QTableWidgetItem())

    def _editor(self, place: int, row: Row, key: str) -> QWidget:
        cell = row.cells[key]
        editor = CellEditor(cell, row.title)
        editor.edited.connect(lambda value, keys=cell.keys: self.edited.emit(keys, value))
        editor.entered.connect(lambda: self.setCurrentCell(place, 0))
        editor.pasted.connect(lambda text, part, keys=cell.keys: self.pasted.emit(text, keys, part))
        self.editors[cell.keys] = editor
        if key != WEIGHT or cell.keys[-1] != "weight":
            return editor
        both, bar = QWidget(), WeightBar()
        layout = QHBoxLayout(both)
        layout.setContentsMargins(3, 0, 0, 0)
        layout.setSpacing(2)
        layout.addWidget(bar)
        layout.addWidget(editor, 1)
        self.bars[cell.keys] = bar
        return both

    def show_draft(self, draft: Draft) -> None:
        """Show the values as they are now."""
        self._show_values(draft)
        self._widen()

    def _show_values(self, draft: Draft) -> None:
        for keys, editor in self.editors.items():
            editor.show_value(draft.value(keys), draft.factory_value(keys))
        weights = {keys: float(draft.value(keys) or 0) for keys in self.bars}
        whole = sum(weights.values()) or 1.0
        for keys, bar in self.bars.items():
            bar.show_share(weights[keys] / whole)
        last = self.columnCount() - 1
        figures = [draft.value(row.figure) for row in self.block.rows if row.figure and not row.indent]
        self._figures = [figure for figure in figures if isinstance(figure, dict)]
        for place, row in enumerate(self.block.rows):
            figure = draft.value(row.figure) if row.figure else None
            shown = isinstance(figure, dict) and not row.indent
            source = source_text(figure) if shown else ""
            self.item(place, last - 1).setText(source)
            self.item(place, last - 1).setToolTip(source)
            font = self.item(place, 0).font()
            font.setBold(bool(row.figure) and draft.deviates(row.figure) and not row.indent)
            self.item(place, 0).setFont(font)
            status = str(figure["status"]) if shown else ""
            if self._chips.get(place) != status:  # made anew for another status only: a limit is being dragged
                self._chips[place] = status
                self.setCellWidget(place, last, chip(status) if status else QWidget())

    def retire(self) -> None:
        """Fall silent before the table is deleted."""
        for editor in self.editors.values():
            editor.retire()

    def focus_on(self, keys: KeyPath) -> bool:
        """Put the cursor into the editor of a value, or the first one below a path; False when it is not here."""
        found = next((editor for at, editor in self.editors.items() if at[: len(keys)] == keys), None)
        if found is not None:
            found.take_focus()
        return found is not None

    def _pick(self, place: int) -> None:
        if 0 <= place < len(self.block.rows):
            self.picked.emit(self.block.rows[place])

    def _menu(self, at: QPoint) -> None:
        place = self.rowAt(at.y())
        if not 0 <= place < len(self.block.rows):
            return
        menu = QMenu(self)
        row, cells, text = self.block.rows[place], self.block.rows[place].cells, QApplication.clipboard().text()
        restore = menu.addAction(tr("Restore the shipped value"))
        restore.triggered.connect(lambda: self.restore_asked.emit(row))
        menu.addSeparator()
        whole = menu.addAction(tr("Copy the table"))
        whole.triggered.connect(lambda: QApplication.clipboard().setText(as_text(self, range(self.rowCount()))))
        paste = menu.addAction(tr("Paste cells from here down"))
        paste.setEnabled(bool(cells and text.strip()))
        paste.triggered.connect(lambda: self.pasted.emit(text, next(iter(cells.values())).keys, 0))
        menu.popup(self.viewport().mapToGlobal(at))

    def _widen(self) -> None:
        """Give a column the room that a changed number and the old one beside it need; it stays as wide."""
        before = [self.columnWidth(column) for column in range(2, 2 + len(self.columns))]
        for column, width in enumerate(before, 2):
            self.setColumnWidth(column, max(width, *self._hints(column), 0))
        if before != [self.columnWidth(column) for column in range(2, 2 + len(self.columns))]:
            self._share_out()

    def _hints(self, column: int) -> list[int]:
        """Return how wide the editors of a column want to be, with the line beside them."""
        widgets = [self.cellWidget(place, column) for place in range(self.rowCount())]
        return [widget.sizeHint().width() + 1 for widget in widgets if widget is not None]

    def resizeEvent(self, event: Any) -> None:
        """Leave the names of indicators out where there is no room for them; the tooltip of the title has them."""
        super().resizeEvent(event)
        self._share_out()

    def _share_out(self) -> None:
        """Give titles, names and sources what the other columns leave."""
        letter = self.fontMetrics().averageCharWidth()
        others = sum(self.columnWidth(column) for column in range(2, self.columnCount()) if column != self._source)
        room = self.viewport().width() - others - self._title_width
        self.setColumnHidden(1, not self._has_names or room < letter * (NAME_LETTERS + SOURCE_LETTERS))
        heading = self._heading(self._source)
        lacks = heading - room
        least = max(self._heading(0), letter * TITLE_LETTERS)
        free = room - (0 if self.isColumnHidden(1) else self.columnWidth(1)) - letter * SOURCE_LETTERS
        more = max(0, min(self._whole_title - self._title_width, free))  # no title is cut beside half-empty sources
        self.setColumnWidth(0, max(min(least, self._title_width), self._title_width - max(0, lacks)) + more)
        is_narrow = lacks > self._title_width - self.columnWidth(0)  # then the table is scrolled, no heading is cut
        mode = QHeaderView.ResizeMode.Fixed if is_narrow else QHeaderView.ResizeMode.Stretch
        if self.horizontalHeader().sectionResizeMode(self._source) != mode:
            self.horizontalHeader().setSectionResizeMode(self._source, mode)
        if is_narrow:
            self.setColumnWidth(self._source, heading)
        bar = self.horizontalScrollBar()
        extra = bar.sizeHint().height() if bar.maximum() > bar.minimum() else 0  # it must not cover the last row
        if self.height() != self._tall + extra:
            self.setFixedHeight(self._tall + extra)

    def _heading(self, column: int) -> int:
        """Return the width that the heading of a column needs."""
        text = self.horizontalHeaderItem(column).text()
        return int(self.horizontalHeader().fontMetrics().horizontalAdvance(text)) + 14

    @property
    def _source(self) -> int:
        return self.columnCount() - 2

    def _fit(self) -> None:
        letter, last = self.fontMetrics().averageCharWidth(), self.columnCount() - 1
        widths = {0: TITLE_LETTERS, 1: NAME_LETTERS, last: STATUS_LETTERS}
        widths |= {column: LETTERS[key] for column, key in enumerate(self.columns, 2)}
        for column, letters in widths.items():
            self.setColumnWidth(column, letter * letters)
        bold = self.font()  # as a changed one is written
        bold.setBold(True)
        wide = QFontMetrics(bold).horizontalAdvance
        titles = [wide("    " * row.indent + row.title) + 12 for row in self.block.rows]
        wanted = max([*titles, self._heading(0)])
        self.setColumnWidth(0, max(letter * TITLE_LETTERS, min(wanted, letter * MOST_LETTERS)))
        for column, key in enumerate(self.columns, 2):  # a price needs more room than a share
            hints = self._hints(column)
            texts = [self.fontMetrics().horizontalAdvance(row.texts.get(key, "")) + 12 for row in self.block.rows]
            self.setColumnWidth(
                column, max([self.columnWidth(column), *hints] if hints else [min(letter * 18, max(texts))])
            )
        chips = [self.cellWidget(place, last).sizeHint().width() for place in range(self.rowCount())]
        self.setColumnWidth(last, max([letter * STATUS_LETTERS, *chips]))
        for column in range(2, last + 1):
            self.setColumnWidth(column, max(self.columnWidth(column), self._heading(column)))
        self._title_width, self._whole_title = self.columnWidth(0), wanted
        self.setColumnHidden(last, not any(row.figure for row in self.block.rows))
        self.horizontalHeaderItem(last - 1).setText(tr("Source") if any(row.figure for row in self.block.rows) else "")
        self.horizontalHeader().setSectionResizeMode(last - 1, QHeaderView.ResizeMode.Stretch)
        tallest = max((editor.sizeHint().height() for editor in self.editors.values()), default=0)
        self.verticalHeader().setDefaultSectionSize(max(tallest, int(self.fontMetrics().height() * 1.6)))
        height = self.horizontalHeader().sizeHint().height() + 2 * self.frameWidth()
        self._tall = height + self.verticalHeader().defaultSectionSize() * self.rowCount()
        self.setFixedHeight(self._tall)


def chip(status: str) -> QWidget:
    """Return a status as a small coloured word with its meaning in the tooltip."""
    holder, label = QWidget(), QLabel(status_word(status))
    back, ink = CHIPS.get(status, CHIPS["heuristic"])
    palette = QApplication.palette()
    if panel(palette).lightness() < HALF:
        back, ink = tinted(ink, palette).name(), readable(back, palette).name()
    label.setStyleSheet(f"QLabel {{ background: {back}; color: {ink}; border-radius: 7px; padding: 0 6px; }}")
    label.setToolTip(status_meaning(status))
    layout: Any = QHBoxLayout(holder)
    layout.setContentsMargins(4, 2, 4, 2)
    layout.addWidget(label)
    layout.addStretch(1)
    return holder
