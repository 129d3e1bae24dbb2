# SPDX-License-Identifier: GPL-2.0-or-later
"""The widgets of an editor, without what they do: bar above, sections left, tables in the middle, preview right."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from qgis.PyQt.QtCore import QEvent, QObject, QSize, Qt, QTimer, pyqtSignal
from qgis.PyQt.QtGui import QColor, QIcon, QPalette, QPixmap
from qgis.PyQt.QtWidgets import (
    QAbstractItemView,
    QBoxLayout,
    QComboBox,
    QFrame,
    QGridLayout,
    QHBoxLayout,
    QLabel,
    QListWidget,
    QListWidgetItem,
    QPushButton,
    QScrollArea,
    QSplitter,
    QVBoxLayout,
    QWidget,
)

from ...core.jsontext import KeyPath
from ...processing.texts import tr
from ..parts.inks import soft
from ..parts.low import LowScroll
from ..parts.widgets import HINT, TITLE, main_button, scaled, text_label
from .detail import FigureDetail
from .draft import Draft
from .rows import Row, Section
from .table import BlockTable, chip
from .trying import TryOne
from .words import legend

LEFT_LETTERS, PLAIN_LETTERS, RIGHT_LETTERS = 38, 32, 49  # widths in average letters
MOVED = QAbstractItemView.DragDropMode.InternalMove


class Sections(QListWidget):
    """The list at the left. `moved()` after a class was dragged to another place."""

    moved = pyqtSignal()

    def __init__(self, can_move: bool) -> None:
        super().__init__()
        self.setAccessibleName(tr("Sections of the file"))
        self._can_move = can_move
        self.setTextElideMode(Qt.TextElideMode.ElideRight)
        self.setSpacing(2)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setIconSize(QSize(12, 12))
        if can_move:
            self.setDragDropMode(MOVED)
            self.model().rowsMoved.connect(lambda *_: self.moved.emit())

    def show_sections(self, sections: Sequence[Section], current: str, switches: dict[str, bool]) -> None:
        """Show the sections; those in `switches` can be switched on and off, and moved."""
        self.blockSignals(True)
        self.clear()
        order: list[str] = []
        for section in sections:
            title = f"{len(order) + 1}. {section.title}" if section.key in switches else section.title
            order += [section.key] if section.key in switches else []
            text = f"{title}\n{section.hint}" if section.hint and section.hint != section.key else title
            item = QListWidgetItem(text)
            item.setData(Qt.ItemDataRole.UserRole, section.key)
            item.setToolTip(section.hint)
            flags = Qt.ItemFlag.ItemIsEnabled | Qt.ItemFlag.ItemIsSelectable
            if section.colour:
                pixmap = QPixmap(12, 12)
                pixmap.fill(QColor(section.colour))
                item.setIcon(QIcon(pixmap))
            if section.key in switches:
                flags |= Qt.ItemFlag.ItemIsUserCheckable | Qt.ItemFlag.ItemIsDragEnabled
                item.setCheckState(Qt.CheckState.Checked if switches[section.key] else Qt.CheckState.Unchecked)
            item.setFlags(flags)
            self.addItem(item)
            if section.key == current:
                self.setCurrentItem(item)
        self.blockSignals(False)

    def keyPressEvent(self, event: Any) -> None:
        """Move a class up or down with Alt and an arrow, as dragging does."""
        by = {Qt.Key.Key_Up: -1, Qt.Key.Key_Down: 1}.get(event.key(), 0)
        if self._can_move and by and event.modifiers() & Qt.KeyboardModifier.AltModifier:
            self._move(by)
        else:
            super().keyPressEvent(event)

    def _move(self, by: int) -> None:
        place = self.currentRow()
        to = place + by
        both = [self.item(row) for row in (place, to) if 0 <= row < self.count()]
        if len(both) == 2 and all(item.flags() & Qt.ItemFlag.ItemIsDragEnabled for item in both):  # limits stay below
            self.blockSignals(True)
            self.insertItem(to, self.takeItem(place))
            self.setCurrentRow(to)
            self.blockSignals(False)
            self.moved.emit()

    def order(self) -> list[str]:
        """Return the sections in the order shown."""
        return [str(self.item(row).data(Qt.ItemDataRole.UserRole)) for row in range(self.count())]


class EditorForm(QWidget):
    """Everything but the preview, which is given: it stands at the right."""

    def __init__(self, side: QWidget, is_rules: bool, left_letters: int = LEFT_LETTERS) -> None:
        super().__init__()
        self.tables: list[BlockTable] = []
        self.side = side
        self._bars: list[QWidget] = []
        self.base = QComboBox()
        self.base.setAccessibleName(tr("Based on"))
        self.base.setMinimumContentsLength(16)
        self.base.currentTextChanged.connect(self.base.setToolTip)
        self.save_as, self.load = QPushButton(tr("Save as…")), QPushButton(tr("Import…"))
        self.export, self.compare = QPushButton(tr("Export…")), QPushButton(tr("Compare…"))
        self.edits = scaled(QLabel(), HINT)
        self.undo, self.restore = QPushButton(tr("Undo  Ctrl+Z")), QPushButton(tr("Restore shipped values"))
        self.sections = Sections(is_rules)
        self.page, self.box = QWidget(), QWidget()
        self.pages = QVBoxLayout(self.page)
        self.sum = text_label()
        self.detail, self.one = FigureDetail(), TryOne()
        self.help, self.later = QPushButton(tr("Help")), text_label(factor=HINT)
        self.cancel, self.keep = (
            QPushButton(tr("Cancel")),
            QPushButton(tr("Save rules only") if is_rules else tr("Save only")),
        )
        self.apply = main_button(tr("Apply and run again"))
        for button in (self.help, self.cancel, self.keep, self.apply, self.save_as, self.load, self.export,
                       self.compare, self.undo, self.restore):  # fmt: skip
            button.setAutoDefault(False)  # Enter in a cell must not press a button
        self._arrange(side, left_letters)
        self.one.setVisible(is_rules)

    def _arrange(self, side: QWidget, left_letters: int) -> None:
        letter = self.fontMetrics().averageCharWidth()
        top = QHBoxLayout()
        for widget in (self.base, self.save_as, self.load, self.export, self.compare):
            top.addWidget(widget)
        top.addStretch(1)
        for widget in (self.edits, self.undo, self.restore):
            top.addWidget(widget)
        left = QWidget()
        inner = QVBoxLayout(left)
        inner.setContentsMargins(0, 0, 0, 0)
        inner.addWidget(self.sections, 1)
        self.left = inner
        if self.sections.dragDropMode() == MOVED:
            inner.addWidget(text_label(tr("Judged from top to bottom; of equal scores the upper class wins. Drag, or "
                                          "Alt+↑ ↓."), HINT))  # fmt: skip
        inner.addWidget(self._legend())
        scroll = QScrollArea()
        scroll.setWidgetResizable(True)
        scroll.setFrameShape(QFrame.Shape.NoFrame)
        scroll.setFocusPolicy(Qt.FocusPolicy.NoFocus)  # Tab goes from figure to figure, and the page follows
        scroll.setWidget(self.page)
        self.scroll = scroll
        self.below = QHBoxLayout()
        self.below.addWidget(self.detail, 3)
        self.below.addWidget(self.one, 2)
        scroll.viewport().installEventFilter(self)
        self.pages.addWidget(self.box)
        self.pages.addLayout(self.below)
        self.pages.addStretch(1)
        split = QSplitter(Qt.Orientation.Horizontal)
        for widget in (left, scroll, LowScroll(side)):
            split.addWidget(widget)
        split.setSizes([letter * left_letters, letter * 118, letter * RIGHT_LETTERS])
        for place, stretch in enumerate((0, 1, 0)):
            split.setStretchFactor(place, stretch)
            split.setCollapsible(place, False)
        foot = QHBoxLayout()
        foot.addWidget(self.help)
        foot.addWidget(self.later, 1)
        for widget in (self.cancel, self.keep, self.apply):
            foot.addWidget(widget)
        layout = QVBoxLayout(self)
        layout.addLayout(top)
        layout.addWidget(split, 1)
        layout.addLayout(foot)

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """Put what is tried below the source where both do not stand side by side: nothing to scroll sideways for."""
        if watched is self.scroll.viewport() and event.type() == QEvent.Type.Resize:
            margins = self.pages.contentsMargins()
            needed = self.detail.minimumSizeHint().width() + self.one.minimumSizeHint().width() + self.below.spacing()
            is_wide = needed + margins.left() + margins.right() <= self.scroll.viewport().width()
            across, down = QBoxLayout.Direction.LeftToRight, QBoxLayout.Direction.TopToBottom
            self.below.setDirection(across if is_wide else down)
        return super().eventFilter(watched, event)

    def _legend(self) -> QWidget:
        box = QWidget()
        layout = QVBoxLayout(box)
        layout.setContentsMargins(4, 0, 4, 0)
        layout.setSpacing(2)
        layout.addWidget(text_label(tr("Source and status"), HINT))
        grid = QGridLayout()
        grid.setContentsMargins(0, 0, 0, 0)
        grid.setVerticalSpacing(2)
        for place, (state, meaning) in enumerate(legend()):
            grid.addWidget(chip(state), place, 0, Qt.AlignmentFlag.AlignTop)
            grid.addWidget(text_label(meaning, HINT), place, 1)
        grid.setColumnStretch(1, 1)
        layout.addLayout(grid)
        return box

    def add_bars(self, left: QWidget, below: QWidget) -> None:
        """Put buttons below the list of sections and below the tables."""
        self.left.insertWidget(1, left)
        self.pages.insertWidget(1, below)
        self._bars = [left, below]

    def build(self, section: Section, draft: Draft) -> list[BlockTable]:
        """Make the tables of a section in place of those of the last one."""
        box = QWidget()
        layout = QVBoxLayout(box)
        layout.setContentsMargins(0, 0, 0, 0)
        head = QHBoxLayout()
        head.addWidget(scaled(QLabel(section.title), TITLE, bold=True))
        name = QLabel(section.code)
        quiet = name.palette()
        quiet.setColor(QPalette.ColorRole.WindowText, soft(self.palette()))
        name.setPalette(quiet)
        head.addWidget(name, 1)
        layout.addLayout(head)
        if section.note:
            layout.addWidget(text_label(section.note, HINT))
        self.sum = text_label()
        gone = self.tables
        self.tables = [BlockTable(block, draft) for block in section.blocks if block.rows]
        for place, table in enumerate(self.tables):
            layout.addWidget(table)
            if place == min(1, len(self.tables) - 1):
                layout.addWidget(self.sum)
        old = self.pages.replaceWidget(self.box, box)
        for table in gone:
            table.retire()
        self.box.deleteLater()
        self.box = box
        del old
        self.order_focus()
        QTimer.singleShot(0, self.page.updateGeometry)  # tables take their height once they have their width
        return self.tables

    def order_focus(self) -> None:
        """Let Tab go as one reads: bar, sections, tables, where a figure comes from, preview, buttons."""
        detail, bars = self.detail, [*self._bars, None, None]
        chain: list[QWidget] = [self.base, self.save_as, self.load, self.export, self.compare, self.undo, self.restore]
        chain += [self.sections, *_taking_focus(bars[0])]
        chain += [box for table in self.tables for editor in table.editors.values() for box in editor.inputs()]
        chain += [*_taking_focus(bars[1]), detail.note, detail.back, detail.lines["source"], detail.lines["clause"]]
        chain += [detail.lines["edition"], detail.status, detail.lines["checked_by"], detail.lines["checked_at"]]
        chain += [self.one.parcel, *_taking_focus(self.side), self.help, self.cancel, self.keep, self.apply]
        for one, two in zip(chain, chain[1:]):
            self.setTabOrder(one, two)

    def show_draft(self, draft: Draft) -> None:
        """Show the values as they are now."""
        for table in self.tables:
            table.show_draft(draft)

    def focus_on(self, keys: KeyPath) -> None:
        """Put the cursor on a value."""
        for table in self.tables:
            if table.focus_on(keys):
                self.scroll.ensureWidgetVisible(table)
                return

    def row_at(self, keys: KeyPath) -> Row | None:
        """Return the row that holds a value, or the first of a figure."""
        rows = [row for table in self.tables for row in table.block.rows]
        held = [row for row in rows if any(cell.keys == keys for cell in row.cells.values())]
        return next(iter(held or [row for row in rows if row.figure == keys]), None)


def _taking_focus(part: QWidget | None) -> list[QWidget]:
    """Return what takes the focus by Tab in a part of the window, in the order in which it was made."""
    found = part.findChildren(QWidget) if part is not None else []
    return [item for item in found if item.focusPolicy() & Qt.FocusPolicy.TabFocus]
