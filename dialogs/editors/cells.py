# SPDX-License-Identifier: GPL-2.0-or-later
"""Widgets in the cells of an editor: numbers, yes or no, words; the shipped value stays beside them, struck through."""

from __future__ import annotations

import re
from html import escape
from typing import Any

from qgis.PyQt.QtCore import QEvent, QLocale, QObject, QRectF, QSize, Qt, pyqtSignal
from qgis.PyQt.QtGui import QColor, QKeySequence, QPainter, QPalette, QValidator, QWheelEvent
from qgis.PyQt.QtWidgets import (
    QApplication,
    QCheckBox,
    QComboBox,
    QDoubleSpinBox,
    QHBoxLayout,
    QLabel,
    QLineEdit,
    QSizePolicy,
    QWidget,
)

from ...core.inputs import typed
from ...core.rounding import MANY
from ...processing.texts import tr
from ..parts.calm import CalmCombo
from ..parts.inks import faint, soft
from .pasting import is_table
from .rows import Cell
from .words import listed_words, typed_words, value_text

FRACTION = re.compile(r"\s*(\d+(?:\.\d+)?)\s*(?:/\s*(\d+(?:\.\d*)?)?)?\s*")
BLUE = "#2F7FAE"  # the colour of what can be acted on: main buttons, weights, dragged limits


class Number(QDoubleSpinBox):
    """A spin box without needless zeros that the mouse wheel moves only while it has the focus."""

    def __init__(self, cell: Cell) -> None:
        super().__init__()
        self.setLocale(QLocale.c())  # 0.6 stays 0.6 where a comma parts decimals
        self.setDecimals(cell.decimals)
        self.setRange(cell.low, cell.high)
        self.setSingleStep(cell.step)
        self.setKeyboardTracking(False)  # a number counts when it is typed whole
        self.setToolTip(tr("Ctrl+Enter: where this figure comes from"))
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setAlignment(Qt.AlignmentFlag.AlignRight)

    def textFromValue(self, value: float) -> str:
        """Return 0.6, not 0.6000; 3,500,000, but 1990."""
        return f"{value:,.10g}" if MANY <= abs(value) < 1e10 else f"{value:.10g}" if abs(value) < MANY else str(value)

    def valueFromText(self, text: str) -> float:
        """Return the number of a text with or without commas between thousands; of 1/2 it is 0.5."""
        above, below = _fraction(text)
        if below:
            return round(above / below, self.decimals())
        return float(super().valueFromText(typed.plain(text).replace(",", "")))

    def validate(self, text: str, place: int) -> Any:
        """Take commas between thousands as they are, and what a Chinese input method writes: ３，５００ or 0。6."""
        text, states = typed.plain(text), QValidator.State
        above, below = _fraction(text)
        if below and self.minimum() <= above / below <= self.maximum():
            return states.Acceptable, text, place
        state = super().validate(text.replace(",", ""), place)[0]
        if above is not None and state == states.Invalid:  # the beginning of one: without it 1/2 would become 12
            state = states.Intermediate
        return state, text, place

    def sizeHint(self) -> QSize:
        """Return room for its own digits, five at least, not for the widest number of the range."""
        hint = super().sizeHint()
        digits = max(6, len(self.textFromValue(self.value())) + 1)
        return QSize(self.fontMetrics().horizontalAdvance("0") * digits + hint.height(), hint.height())

    def minimumSizeHint(self) -> QSize:
        """Return the same: a cell is never squeezed."""
        return self.sizeHint()

    def wheelEvent(self, event: QWheelEvent) -> None:
        """Leave the wheel to the page unless the box is being edited."""
        if self.hasFocus():
            super().wheelEvent(event)
        else:
            event.ignore()


class CellEditor(QWidget):
    """The editor of one cell. `edited(value)` is what a person decides; `entered()` when the focus comes.

    `pasted(text, part)`: several cells of a spreadsheet for this field, the `part`th of a pair, and those below.
    """

    edited = pyqtSignal(object)
    entered = pyqtSignal()
    pasted = pyqtSignal(str, int)

    def __init__(self, cell: Cell, title: str) -> None:
        super().__init__()
        self.cell = cell
        self._inputs: list[QWidget] = []
        self._value: Any = None
        layout = QHBoxLayout(self)
        layout.setContentsMargins(3, 1, 3, 1)
        layout.setSpacing(4)
        for n in range(2 if cell.kind == "pair" else 1):
            widget = self._make(cell)
            widget.setAccessibleName(title if cell.kind != "pair" else f"{title} {n + 1}")
            widget.installEventFilter(self)
            layout.addWidget(widget, 1 if cell.kind in ("text", "words") else 0)
            self._inputs.append(widget)
        self.old = QLabel()
        ground, ink = QApplication.palette().color(QPalette.ColorRole.Base), soft(self.palette())
        own = f"background: {ground.name()}; color: {ink.name()}; border-radius: 3px; padding: 0 2px;"
        self.old.setStyleSheet(f"QLabel {{ {own} }}")  # a ground of its own: the row below it may be chosen
        layout.addWidget(self.old)
        if cell.kind not in ("text", "words"):
            layout.addStretch(1)

    def _make(self, cell: Cell) -> QWidget:
        if cell.kind == "flag":
            box = QCheckBox()
            box.clicked.connect(lambda on: self._decide(bool(on)))
            return box
        if cell.kind in ("yesno", "choice"):
            combo = CalmCombo()
            for value, title in cell.choices or ((0, tr("no")), (1, tr("yes"))):
                combo.addItem(title, value)
            combo.activated.connect(lambda _: self._decide(combo.currentData()))
            return combo
        if cell.kind in ("text", "words"):
            line = QLineEdit()
            line.editingFinished.connect(lambda: self._on_typed(line))
            return line
        box = Number(cell)
        box.valueChanged.connect(lambda _: self._decide(self._number()))
        return box

    def _on_typed(self, line: QLineEdit) -> None:
        line.setModified(False)
        self._decide(self._typed(line.text()))

    def _typed(self, text: str) -> Any:
        if self.cell.kind == "text":
            return text.strip()
        return typed_words(text)

    def _number(self) -> Any:
        found = [_plain(box.value(), self.cell) for box in self._inputs]
        return found if self.cell.kind == "pair" else found[0]

    def _decide(self, value: Any) -> None:
        if value not in (self._value, ""):
            self._value = value
            self.edited.emit(value)

    def show_value(self, value: Any, shipped: Any) -> None:
        """Show a value; another shipped one beside it, struck through."""
        self._value = value
        for place, widget in enumerate(self._inputs):
            widget.blockSignals(True)
            if isinstance(widget, QCheckBox):
                widget.setChecked(bool(value))
            elif isinstance(widget, QComboBox):
                widget.setCurrentIndex(max(0, widget.findData(value if self.cell.choices else round(value or 0))))
                widget.setToolTip(widget.currentText())
            elif isinstance(widget, QLineEdit):
                widget.setText(listed_words(value) if isinstance(value, list) else str(value or ""))
                widget.setCursorPosition(0)
                widget.setToolTip(widget.text())
            else:
                widget.setValue(float(value[place] if isinstance(value, list) else value or 0))
            widget.blockSignals(False)
        differs = shipped is not None and shipped != value
        whole = [shipped] if "points" in self.cell.keys and self.cell.kind == "pair" else shipped  # 30,000→1
        was = value_text(whole) if self.cell.kind != "yesno" else value_text(bool(shipped))
        was = dict(self.cell.choices).get(shipped, was) if self.cell.choices else was
        self.old.setText(f"<s>{escape(was)}</s>" if differs else "")
        self.old.setToolTip(tr("Shipped value: {value}").format(value=was) if differs else "")
        self.old.setVisible(differs)

    def cell_text(self) -> str:
        """Return the value as it is shown, for the clipboard."""
        words = (
            box.currentText() if isinstance(box, QComboBox)
            else value_text(box.isChecked()) if isinstance(box, QCheckBox) else box.text()
            for box in self._inputs
        )  # fmt: skip
        return ("→" if "points" in self.cell.keys else "–").join(words)

    def inputs(self) -> list[QWidget]:
        """Return what is typed into, from left to right."""
        return list(self._inputs)

    def retire(self) -> None:
        """Fall silent: a line that loses the focus while it is deleted would still tell what was typed."""
        for widget in self._inputs:
            widget.blockSignals(True)
            widget.removeEventFilter(self)

    def take_focus(self) -> None:
        """Put the cursor into the editor."""
        self._inputs[0].setFocus()

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """Tell when the focus comes; leave Ctrl+Z to the editor, and several cells on the clipboard to the table."""
        if event.type() == QEvent.Type.FocusIn:
            self.entered.emit()
        if event.type() == QEvent.Type.KeyPress and event.matches(QKeySequence.StandardKey.Paste):
            text = QApplication.clipboard().text()
            if is_table(text):
                self.pasted.emit(text, self._inputs.index(watched))
                return True
        return leaves_undo(watched, event) or super().eventFilter(watched, event)


def leaves_undo(field: QObject, event: QEvent) -> bool:
    """Say whether Undo is the editor's: a field would take it back as letters, unless something is being typed."""
    if event.type() != QEvent.Type.ShortcutOverride or not event.matches(QKeySequence.StandardKey.Undo):
        return False
    if isinstance(field, Number):
        return bool(field.text() == field.textFromValue(field.value()))
    return not isinstance(field, QLineEdit) or not field.isModified()


class WeightBar(QWidget):
    """A weight as a bar: its share of the sum of the class."""

    def __init__(self) -> None:
        super().__init__()
        self.share = 0.0
        self.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Preferred)

    def show_share(self, share: float) -> None:
        """Show a share 0–1."""
        self.share = share
        self.setToolTip(tr("{n} % of the score").format(n=f"{share * 100:.0f}"))
        self.update()

    def sizeHint(self) -> QSize:
        """Return a bar as wide as four letters."""
        return QSize(self.fontMetrics().averageCharWidth() * 4, self.fontMetrics().height())

    def paintEvent(self, event: Any) -> None:
        """Draw the bar."""
        painter = QPainter(self)
        height = self.fontMetrics().height() * 0.5
        box = QRectF(0, (self.height() - height) / 2, self.width(), height)
        painter.fillRect(box, faint(self.palette()))
        painter.fillRect(QRectF(box.left(), box.top(), box.width() * min(1.0, self.share), height), QColor(BLUE))
        painter.end()


def _fraction(text: str) -> tuple[float | None, float]:
    """Return (1.0, 2.0) of 1/2, (1.0, 0.0) of its beginning, be it 1 or 1/; (None, 0.0) of anything else."""
    found = FRACTION.fullmatch(typed.plain(text))
    return (float(found[1]), float(found[2] or 0)) if found else (None, 0.0)


def _plain(value: float, cell: Cell) -> float | int:
    return round(value) if cell.kind == "whole" or (cell.kind == "pair" and value == int(value)) else round(value, 6)
