# SPDX-License-Identifier: GPL-2.0-or-later
"""Draws the evidence of a tag: a bar per criterion, what is unknown hatched, weight and state at the right."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from qgis.PyQt.QtCore import QEvent, QRectF, QSize, Qt
from qgis.PyQt.QtGui import QBrush, QColor, QFont, QFontMetrics, QPainter, QPalette
from qgis.PyQt.QtWidgets import QSizePolicy, QToolTip, QWidget

from ...processing.texts import tr
from ..parts.chart_menu import add_chart_menu
from ..parts.inks import faint, readable
from ..parts.phrases import paired
from .evidence_rows import MET, NOT, PART, UNKNOWN, EvidenceRow, sum_of, sum_text

COLOURS = {MET: "#2E7D4F", PART: "#B07A00", NOT: "#8B9197", UNKNOWN: "#8B9197"}
LEFT, RIGHT = 0.38, 0.29  # shares of the width for words and for state and weight, where neither needs more
LEAST_BAR = 8  # letters
LINES = 2.5  # height of a row in lines of text


class EvidenceView(QWidget):
    """One painted list; `rows` are what it shows. Tooltips give limit, source and whether the figure is verified."""

    def __init__(self) -> None:
        super().__init__()
        self.rows: list[EvidenceRow] = []
        add_chart_menu(self, tr("Evidence"), self.table)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)

    def table(self) -> list[list[Any]]:
        """Return the rows behind the bars: memberships 0–1 and the weight, None for a condition."""
        heads = [tr("Criterion"), tr("Value"), tr("State"), tr("Met, at least"), tr("Met, at most"), tr("Weight")]
        told = ([row.title, row.value, state_word(row), row.low, row.high, row.weight] for row in self.rows)
        return [heads, *told]

    def show_rows(self, rows: Sequence[EvidenceRow]) -> None:
        """Show the rows; none leaves the place empty."""
        self.rows = list(rows)
        self.setAccessibleDescription("\n".join(self.text_of(row) for row in self.rows))
        self.updateGeometry()
        self.update()

    def sizeHint(self) -> QSize:
        """Return the height of all rows and of the sum below them."""
        sum_lines = 1.3 if sum_of(self.rows) else 0.0
        return QSize(260, int(self._line() * (LINES * len(self.rows) + sum_lines)))

    def minimumSizeHint(self) -> QSize:
        """Return the same: rows are never squeezed."""
        return self.sizeHint()

    def text_of(self, row: EvidenceRow) -> str:
        """Return a row in words, for screen readers and tooltips."""
        parts = [paired(row.title, row.value) if row.value else row.title, state_word(row)]
        if row.weight is not None:
            parts.append(_product(row))
        return " · ".join(part for part in parts if part)

    def tip_of(self, row: EvidenceRow) -> str:
        """Return what the tooltip says: the row, its limit, its source."""
        lines = [self.text_of(row), *row.parts]
        if row.limit:
            lines.append(tr("Limit: {limit}").format(limit=row.limit))
        if row.source:
            status = tr("verified") if row.is_verified else tr("to be verified")
            lines.append(tr("Source: {source} ({status})").format(source=row.source, status=status))
        return "\n".join(lines)

    def event(self, event: QEvent) -> bool:
        """Show the tooltip of the row under the mouse."""
        if event.type() == QEvent.Type.ToolTip:
            place = int(event.pos().y() / (self._line() * LINES))
            tip = self.tip_of(self.rows[place]) if 0 <= place < len(self.rows) else sum_text(self.rows)
            if tip and place >= 0:
                QToolTip.showText(event.globalPos(), tip, self)
            else:
                QToolTip.hideText()
            return True
        return super().event(event)

    def paintEvent(self, event: QEvent) -> None:
        """Draw the rows and their sum."""
        painter = QPainter(self)
        height = self._line() * LINES
        for place, row in enumerate(self.rows):
            self._draw(painter, row, QRectF(0, place * height, self.width(), height))
        total = sum_of(self.rows)
        if total:
            low, high = total
            text = f"{low:.2f}" if high - low < 0.005 else f"{low:.2f}–{high:.2f}"
            box = QRectF(0, len(self.rows) * height, self.width(), self._line() * 1.3)
            painter.setFont(self._font(bold=True))
            painter.setPen(self.palette().color(QPalette.ColorRole.WindowText))
            words = tr("Score: {score}").format(score=text)
            painter.drawText(box, Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter, words)
        painter.end()

    def columns(self, width: float) -> tuple[float, float]:
        """Return where bars and states begin: words that are long take what scales and states leave."""
        gap, plain = self.fontMetrics().averageCharWidth(), self.fontMetrics()
        bold, small = QFontMetrics(self._font(bold=True)), QFontMetrics(self._font(small=True))
        words = [*(plain.horizontalAdvance(row.title) for row in self.rows),
                 *(bold.horizontalAdvance(row.value) for row in self.rows)]  # fmt: skip
        states = [*(plain.horizontalAdvance(state_word(row)) for row in self.rows),
                  *(small.horizontalAdvance(_below(row)) for row in self.rows)]  # fmt: skip
        scales = [small.horizontalAdvance("  ".join(filter(None, _scale(row)))) for row in self.rows]
        left, right = width * LEFT, width * (1 - RIGHT)
        wanted = max(words, default=0) + gap + 2 - left
        if wanted > 0:
            state, scale = max(states, default=0) + 2, max(scales, default=0) + 2  # boxes are cut to whole pixels
            free = right - left - gap - scale, width - right - state
            room = right - left - gap * LEAST_BAR
            from_bar = min(wanted, max(0.0, free[0]), max(0.0, room))
            from_state = min(wanted - from_bar, max(0.0, free[1]))
            left, right = left + from_bar + from_state, right + from_state
        return left, right

    def _draw(self, painter: QPainter, row: EvidenceRow, box: QRectF) -> None:
        ink, soft = self.palette().color(QPalette.ColorRole.WindowText), readable(COLOURS[NOT], self.palette())
        line, gap = self._line(), self.fontMetrics().averageCharWidth()
        left, right = self.columns(box.width())
        self._say(painter, row.title, QRectF(0, box.top(), left - gap, line), ink, bold=False)
        self._say(painter, row.value, QRectF(0, box.top() + line, left - gap, line), ink, bold=True)
        bar = QRectF(left, box.top() + line * 0.3, right - left - gap, line * 0.55)
        self._draw_bar(painter, row, bar)
        at_right = Qt.AlignmentFlag.AlignRight
        scale = QRectF(left, box.top() + line, right - left - gap, line)
        for text, at in zip(_scale(row), (Qt.AlignmentFlag.AlignLeft, at_right)):
            self._say(painter, text, scale, soft, small=True, at=at)
        colour = readable(COLOURS[row.state], self.palette())
        self._say(painter, state_word(row), QRectF(right, box.top(), box.width() - right, line), colour, at=at_right)
        place = QRectF(right, box.top() + line, box.width() - right, line)
        self._say(painter, _below(row), place, soft, small=True, at=at_right)
        painter.setPen(self.palette().color(QPalette.ColorRole.Mid))
        painter.drawLine(0, int(box.bottom() - line * 0.25), int(box.width()), int(box.bottom() - line * 0.25))

    def _draw_bar(self, painter: QPainter, row: EvidenceRow, bar: QRectF) -> None:
        painter.setPen(Qt.PenStyle.NoPen)
        painter.fillRect(bar, faint(self.palette()))
        known = QRectF(bar.left(), bar.top(), bar.width() * min(1.0, row.low), bar.height())
        painter.fillRect(known, QColor(COLOURS[row.state if row.state != UNKNOWN else NOT]))
        if row.high > row.low:
            unknown = QRectF(known.right(), bar.top(), bar.width() * (min(1.0, row.high) - row.low), bar.height())
            painter.fillRect(unknown, QBrush(QColor(COLOURS[UNKNOWN]), Qt.BrushStyle.BDiagPattern))
        if row.tick is not None:
            x = bar.left() + bar.width() * row.tick
            painter.fillRect(
                QRectF(x - 1, bar.top() - 2, 2, bar.height() + 4), self.palette().color(QPalette.ColorRole.WindowText)
            )

    def _say(
        self, painter: QPainter, text: str, box: QRectF, colour: QColor, bold: bool = False, small: bool = False,
        at: Qt.AlignmentFlag = Qt.AlignmentFlag.AlignLeft,
    ) -> None:  # fmt: skip
        painter.setFont(self._font(bold, small))
        painter.setPen(colour)
        shown = painter.fontMetrics().elidedText(text, Qt.TextElideMode.ElideRight, int(box.width()))
        painter.drawText(box, at | Qt.AlignmentFlag.AlignVCenter, shown)

    def _font(self, bold: bool = False, small: bool = False) -> QFont:
        font = QFont(self.font())
        font.setBold(bold)
        if small and font.pointSizeF() > 0:
            font.setPointSizeF(max(8.0, font.pointSizeF() * 0.9))
        return font

    def _line(self) -> float:
        return self.fontMetrics().height() * 1.05


def state_word(row: EvidenceRow) -> str:
    """Return the sign and the word of a row's state."""
    return {
        MET: tr("✓ met"), PART: tr("≈ part"), NOT: tr("✗ not met"), UNKNOWN: tr("? unknown"),
    }[row.state]  # fmt: skip


def _scale(row: EvidenceRow) -> tuple[str, str]:
    """Return what stands below the bar at its left and at its right end."""
    return (row.ends[0], tr("limit {n}").format(n=row.ends[1])) if row.ends[1] else (row.limit_short or row.limit, "")


def _below(row: EvidenceRow) -> str:
    """Return what stands below the state."""
    return _product(row) if row.weight is not None else tr("must hold") if row.is_condition else ""


def _product(row: EvidenceRow) -> str:
    member = f"{row.low:.2f}" if row.high - row.low < 0.005 else f"{row.low:.2f}–{row.high:.2f}"
    return f"{member} × {row.weight:.2f}"
