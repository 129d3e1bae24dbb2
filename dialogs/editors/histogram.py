# SPDX-License-Identifier: GPL-2.0-or-later
"""The histogram of an indicator with the limits on it: dragging a limit is editing its number."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from math import ceil, floor
from typing import Any

from qgis.PyQt.QtCore import QPointF, QRectF, QSize, Qt, pyqtSignal
from qgis.PyQt.QtGui import QColor, QKeyEvent, QMouseEvent, QPainter, QPalette, QPen, QPolygonF
from qgis.PyQt.QtWidgets import QSizePolicy, QWidget

from ...core.jsontext import KeyPath
from ...processing.texts import tr
from ..parts.inks import soft
from ..parts.widgets import draw_focus
from ..study import wording
from .cells import BLUE
from .rows import Cell
from .words import value_text

LINES = 7.5  # height in lines of text
NEAR = 8  # pixels within which the mouse takes a limit
OUTSIDE = "#B9BEC3"


@dataclass(frozen=True)
class Mark:
    """A limit on the histogram: where it stands in the document, its value, the shipped one."""

    cell: Cell
    value: float
    shipped: float | None = None

    @property
    def keys(self) -> KeyPath:
        """Return where it stands in the document."""
        return self.cell.keys


@dataclass(frozen=True)
class Plot:
    """What is drawn: bars, limits, the membership over the values (x, m) now and as shipped, words below."""

    edges: Sequence[float]
    counts: Sequence[int]
    marks: tuple[Mark, ...]
    title: str
    unknown_n: int = 0
    outside_n: int = 0
    curve: tuple[tuple[float, float], ...] = ()
    old_curve: tuple[tuple[float, float], ...] = ()
    colour: str = "#D9812F"
    is_met: Any = None  # value → bool: which bars are in colour


class HistogramView(QWidget):
    """`moved(keys, value, goes_on)`: a limit is dragged or stepped; `goes_on` while the same drag lasts."""

    moved = pyqtSignal(object, object, bool)

    def __init__(self) -> None:
        super().__init__()
        self.plot: Plot | None = None
        self.current: KeyPath | None = None
        self._dragged: KeyPath | None = None
        self._moves = 0
        self.setAccessibleName(tr("Values and limits"))
        self.setMouseTracking(True)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)

    def show_plot(self, plot: Plot | None) -> None:
        """Draw another histogram; None leaves the place empty with a hint."""
        self.plot = plot
        there = [mark.keys for mark in plot.marks] if plot else []
        if self.current not in there:
            self.current = there[0] if there else None
        self.setAccessibleName(plot.title if plot else tr("Values and limits"))
        self.setToolTip(tr("Drag the limit, or ←→ one step, Shift ×10") if there else "")
        self.update()

    def sizeHint(self) -> QSize:
        """Return the height of a few lines."""
        return QSize(260, int(self.fontMetrics().height() * LINES))

    # --- moving -------------------------------------------------------------------------------------------------------

    def mousePressEvent(self, event: QMouseEvent) -> None:
        """Take the nearest limit."""
        mark = self._near(event.pos().x())
        if mark is not None and event.button() == Qt.MouseButton.LeftButton:
            self.current = self._dragged = mark.keys
            self._moves = 0
            self.update()

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        """Move the taken limit; show that one can be taken."""
        if self._dragged is not None:
            self._go(self._value_at(event.pos().x()))
            return
        near = self._near(event.pos().x()) is not None
        self.setCursor(Qt.CursorShape.SizeHorCursor if near else Qt.CursorShape.ArrowCursor)

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        """Let go."""
        self._dragged = None

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Step the current limit with ← and →, tenfold with Shift; ↑ and ↓ take another one."""
        mark = next((item for item in self.plot.marks if item.keys == self.current), None) if self.plot else None
        steps = {Qt.Key.Key_Left: -1, Qt.Key.Key_Right: 1}
        turns = {Qt.Key.Key_Up: -1, Qt.Key.Key_Down: 1}
        if mark is None or event.key() not in (*steps, *turns):
            super().keyPressEvent(event)
        elif event.key() in turns:
            order = [item.keys for item in self.plot.marks]
            self.current = order[(order.index(mark.keys) + turns[event.key()]) % len(order)]
            self.update()
        else:
            far = 10 if event.modifiers() & Qt.KeyboardModifier.ShiftModifier else 1
            self._moves = 0
            self._go(mark.value + steps[event.key()] * far * mark.cell.step)

    def _go(self, value: float) -> None:
        mark = next((item for item in self.plot.marks if item.keys == self.current), None) if self.plot else None
        if mark is None:
            return
        value = min(mark.cell.high, max(mark.cell.low, value))
        digits = 0 if mark.cell.kind == "whole" else max(0, mark.cell.decimals)
        value = round(value, digits) if digits else round(value)
        if value != mark.value:
            moved = tuple(replace(item, value=value) if item is mark else item for item in self.plot.marks)
            self.plot = replace(self.plot, marks=moved)  # the line follows the mouse, whatever the preview takes
            self.update()
            self.moved.emit(mark.keys, value, self._moves > 0)
            self._moves += 1

    def _value_at(self, x: float) -> float:
        low, high, box = self.plot.edges[0], self.plot.edges[-1], self._box()
        value = low + (high - low) * min(1.0, max(0.0, (x - box.left()) / max(1.0, box.width())))
        mark = next((item for item in self.plot.marks if item.keys == self.current), None)
        grain = mark.cell.step / 5 if mark and mark.cell.kind != "whole" else 1.0
        return round(value / grain) * grain

    def _near(self, x: float) -> Mark | None:
        marks = self.plot.marks if self.plot else ()
        found = min(marks, key=lambda mark: abs(self._x(mark.value) - x), default=None)
        return found if found is not None and abs(self._x(found.value) - x) <= NEAR else None

    # --- drawing ------------------------------------------------------------------------------------------------------

    def _box(self) -> QRectF:
        line = self.fontMetrics().height()
        return QRectF(4, line * 0.9, self.width() - 8, self.height() - line * 3.1)

    def _x(self, value: float) -> float:
        low, high, box = self.plot.edges[0], self.plot.edges[-1], self._box()
        return box.left() + box.width() * (value - low) / max(1e-12, high - low)

    def paintEvent(self, event: Any) -> None:
        """Draw bars, membership, limits and words."""
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        if self.plot is None:
            painter.setPen(soft(self.palette()))
            painter.drawText(self.rect(), Qt.AlignmentFlag.AlignCenter, tr("Choose a limit to see its values."))
            painter.end()
            return
        self._draw_bars(painter)
        self._draw_curve(painter, self.plot.old_curve, QColor(OUTSIDE), Qt.PenStyle.DashLine)
        ink = self.palette().color(QPalette.ColorRole.WindowText)
        self._draw_curve(painter, self.plot.curve, ink, Qt.PenStyle.SolidLine)
        for mark in self.plot.marks:
            self._draw_mark(painter, mark)
        self._draw_words(painter)
        draw_focus(self, painter)
        painter.end()

    def _draw_bars(self, painter: QPainter) -> None:
        box, plot = self._box(), self.plot
        tallest = max(plot.counts, default=0) or 1
        for place, count in enumerate(plot.counts):
            left, right = self._x(plot.edges[place]), self._x(plot.edges[place + 1])
            middle = (plot.edges[place] + plot.edges[place + 1]) / 2
            met = plot.is_met is None or plot.is_met(middle)
            height = box.height() * count / tallest
            width = max(1.0, right - left - (1 if right - left > 3 else 0))
            if count:
                height = max(1.0, height)
            painter.fillRect(
                QRectF(left, box.bottom() - height, width, height), QColor(plot.colour if met else OUTSIDE)
            )
        painter.setPen(self.palette().color(QPalette.ColorRole.Mid))
        painter.drawLine(QPointF(box.left(), box.bottom()), QPointF(box.right(), box.bottom()))

    def _draw_curve(self, painter: QPainter, curve: Any, colour: QColor, style: Qt.PenStyle) -> None:
        if len(curve) < 2:
            return
        box, plot = self._box(), self.plot
        points = [(plot.edges[0], curve[0][1]), *curve, (plot.edges[-1], curve[-1][1])]
        inside = [(min(max(x, plot.edges[0]), plot.edges[-1]), m) for x, m in points]
        painter.setPen(QPen(colour, 1.2, style))
        painter.drawPolyline(QPolygonF([QPointF(self._x(x), box.bottom() - box.height() * m) for x, m in inside]))

    def _draw_mark(self, painter: QPainter, mark: Mark) -> None:
        box, x = self._box(), self._x(mark.value)
        if mark.shipped is not None and mark.shipped != mark.value:
            old = self._x(mark.shipped)
            painter.setPen(QPen(QColor("#A8322D"), 1, Qt.PenStyle.DashLine))
            painter.drawLine(QPointF(old, box.top()), QPointF(old, box.bottom()))
        is_current = mark.keys == self.current
        colour = QColor(BLUE)
        painter.setPen(QPen(colour, 2.4 if is_current else 1.2))
        painter.drawLine(QPointF(x, box.top()), QPointF(x, box.bottom()))
        if is_current:
            painter.setBrush(colour)
            side = self.fontMetrics().height() * 0.3
            grip = [QPointF(x - side, box.top() - side), QPointF(x + side, box.top() - side),
                    QPointF(x + side, box.top() + side * 0.5), QPointF(x, box.top() + side * 1.4),
                    QPointF(x - side, box.top() + side * 0.5)]  # fmt: skip
            painter.drawPolygon(QPolygonF(grip))
            painter.setBrush(Qt.BrushStyle.NoBrush)

    def axis_words(self, below: QRectF) -> list[tuple[QRectF, str]]:
        """Return the words under the axis and their places: the limit that moves, and the ends it does not hide."""
        mark = next((item for item in self.plot.marks if item.keys == self.current), None)
        words: list[tuple[QRectF, str]] = []
        if mark is not None:
            wide = self._wide(value_text(mark.value))
            left = min(max(self._x(mark.value) - wide / 2, below.left()), below.right() - wide)
            words.append((QRectF(left, below.top(), wide, below.height()), value_text(mark.value)))
        first, last = _ends(self.plot, mark)
        for text, left in ((first, below.left()), (last, below.right() - self._wide(last))):
            place = QRectF(left, below.top(), self._wide(text), below.height())
            if not any(place.intersects(taken) for taken, _ in words):
                words.append((place, text))
        return words

    def _wide(self, text: str) -> float:
        return self.fontMetrics().horizontalAdvance(text) + 6.0

    def _draw_words(self, painter: QPainter) -> None:
        box, plot, line = self._box(), self.plot, self.fontMetrics().height()
        painter.setPen(self.palette().color(QPalette.ColorRole.WindowText))
        below = QRectF(box.left(), box.bottom() + 1, box.width(), line)
        for place, text in self.axis_words(below):
            painter.drawText(place, Qt.AlignmentFlag.AlignCenter, text)
        words = [plot.title]
        if plot.unknown_n:
            words.append(tr("{n} unknown").format(n=wording.number(plot.unknown_n)))
        if plot.outside_n:
            words.append(tr("{n} farther out").format(n=wording.number(plot.outside_n)))
        text = self.fontMetrics().elidedText(" · ".join(words), Qt.TextElideMode.ElideRight, int(box.width()))
        painter.setPen(soft(self.palette()))
        painter.drawText(QRectF(box.left(), below.bottom(), box.width(), line), Qt.AlignmentFlag.AlignCenter, text)


def _ends(plot: Plot, mark: Mark | None) -> tuple[str, str]:
    """Return the words of the two ends of the axis; bars of whole numbers begin half a number before the first one."""
    low, high = float(plot.edges[0]), float(plot.edges[-1])
    if mark is not None and mark.cell.kind == "whole":
        low, high = ceil(low), floor(high)
    return _short(low), _short(high)


def _short(value: float) -> str:
    return f"{value:.3g}" if abs(value) < 1000 else value_text(round(value))
