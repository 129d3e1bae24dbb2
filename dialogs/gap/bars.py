# SPDX-License-Identifier: GPL-2.0-or-later
"""Two bars a community, elders above children, as in the report; a click chooses, ↑ and ↓ move, Enter opens."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from qgis.PyQt.QtCore import QEvent, QRectF, QSize, Qt, QTimer, pyqtSignal
from qgis.PyQt.QtGui import QBrush, QColor, QFontMetrics, QKeyEvent, QMouseEvent, QPainter, QPalette
from qgis.PyQt.QtWidgets import QSizePolicy, QToolTip, QWidget

from ...processing.texts import tr
from ..parts.chart_menu import add_chart_menu
from ..parts.charts import colours
from ..parts.inks import BARS, faint, readable, soft
from ..parts.phrases import paired
from ..parts.widgets import draw_focus
from ..study import wording

ROW_LINES = 1.7
LATER_MS = 100
MOST_LEFT, RIGHT = 0.4, 0.17  # shares of the width for names at most, and for numbers


def group_colour(group: str, palette: QPalette) -> QColor:
    """Return the colour of a group's bars on a panel: the palette's own, lighter where panels are dark."""
    return readable(str(colours()["groups"][group]["color"]), palette, BARS)


@dataclass(frozen=True)
class Pair:
    """One community: shares of elders' and children's gaps 0–1 (None = not known), the number at the right.

    `own` is the share of the kind that is chosen: a mark across both bars, by which the communities are ordered.
    """

    key: str
    name: str
    elder: float | None
    child: float | None
    people: float | None
    own: float | None = None


def shares_text(pair: Pair) -> str:
    """Return a community with its two shares."""
    return paired(pair.name, f"{wording.percent(pair.elder, 0)} / {wording.percent(pair.child, 0)}")


class GapBars(QWidget):
    """`chosen(key)` and `opened(key)` (double click or Enter)."""

    chosen = pyqtSignal(str)
    opened = pyqtSignal(str)

    def __init__(self) -> None:
        super().__init__()
        self.pairs: list[Pair] = []
        self.current = ""
        self._widths: dict[str, int] = {}  # of names in a font, pixels
        self._measured = ""  # that font
        self._words: dict[tuple[Any, ...], str] = {}  # what is told of each community to those who do not see
        self._soon = QTimer(self)  # that is told when the chart is drawn: it is long
        self._soon.setSingleShot(True)
        self._soon.setInterval(LATER_MS)
        self._soon.timeout.connect(self.describe)
        add_chart_menu(self, tr("Gaps by community"), self.table)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)

    def table(self) -> list[list[Any]]:
        """Return the rows behind the bars; shares 0–1, None = not known."""
        heads = [tr("Community"), tr("gap of elders' facilities"), tr("gap of children's facilities"),
                 tr("gap of the facility chosen"), tr("people not served")]  # fmt: skip
        return [heads, *([pair.name, pair.elder, pair.child, pair.own, pair.people] for pair in self.pairs)]

    def show_pairs(self, pairs: Sequence[Pair], current: str) -> None:
        """Show the communities in their order."""
        self.pairs, self.current = list(pairs), current
        self._soon.start()
        self.updateGeometry()
        self.update()

    def describe(self) -> None:
        """Tell the shares of all communities to those who do not see; of another kind they are what they were."""
        known, self._words = self._words, {}
        for pair in self.pairs:
            key = (pair.key, pair.elder, pair.child)
            self._words[key] = known.get(key) or shares_text(pair)
        self.setAccessibleDescription("\n".join(self._words.values()))

    def choose(self, key: str) -> None:
        """Set one apart."""
        self.current = key
        self.update()

    def _row(self) -> float:
        return self.fontMetrics().height() * ROW_LINES

    def sizeHint(self) -> QSize:
        """Return a row for each community, and the scale."""
        return QSize(300, int(self._row() * len(self.pairs) + self.fontMetrics().height() * 1.3))

    def minimumSizeHint(self) -> QSize:
        """Return the same height: rows are never squeezed."""
        return QSize(200, self.sizeHint().height())

    def _left(self, width: float) -> float:
        """Return where the bars begin: behind the longest name."""
        font = self.font()
        font.setBold(True)
        if self._measured != font.toString():
            self._widths, self._measured = {}, font.toString()
        metrics, widths = QFontMetrics(font), self._widths
        for pair in self.pairs:
            if pair.name not in widths:  # measured once: a city has a thousand names
                widths[pair.name] = metrics.horizontalAdvance(pair.name)
        longest = max((widths[pair.name] for pair in self.pairs), default=0)
        return min(width * MOST_LEFT, longest + 12.0)

    def place_of(self, key: str) -> int:
        """Return where the row of a community begins, in pixels."""
        place = next((n for n, pair in enumerate(self.pairs) if pair.key == key), 0)
        return int(self.fontMetrics().height() * 1.3 + place * self._row())

    def _at(self, y: float) -> str:
        place = int((y - self.fontMetrics().height() * 1.3) / self._row())
        return self.pairs[place].key if 0 <= place < len(self.pairs) else ""

    def event(self, event: QEvent) -> bool:
        """Show what the row under the mouse stands for."""
        if event.type() == QEvent.Type.ToolTip:
            pair = next((one for one in self.pairs if one.key == self._at(event.pos().y())), None)
            if pair is not None:
                QToolTip.showText(event.globalPos(), self.tip_of(pair), self)
            else:
                QToolTip.hideText()
            return True
        return super().event(event)

    def tip_of(self, pair: Pair) -> str:
        """Return a row in words."""
        shares = ((tr("gap of elders' facilities"), pair.elder), (tr("gap of children's facilities"), pair.child),
                  (tr("gap of the facility chosen"), pair.own))  # fmt: skip
        lines = [pair.name, *(paired(title, wording.percent(share, 0)) for title, share in shares)]
        lines.append(paired(tr("people not served"), wording.number(pair.people)))
        return "\n".join(lines)

    def mousePressEvent(self, event: QMouseEvent) -> None:
        """Choose the community under the mouse."""
        key = self._at(event.pos().y())
        if key:
            self.chosen.emit(key)

    def mouseDoubleClickEvent(self, event: QMouseEvent) -> None:
        """Open the community under the mouse."""
        key = self._at(event.pos().y())
        if key:
            self.opened.emit(key)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Move with ↑ and ↓; Enter opens the one that is chosen."""
        if event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter) and self.current:
            self.opened.emit(self.current)
            return
        turns = {Qt.Key.Key_Up: -1, Qt.Key.Key_Down: 1}
        keys = [pair.key for pair in self.pairs]
        if event.key() not in turns or not keys:
            super().keyPressEvent(event)
            return
        now = keys.index(self.current) if self.current in keys else -1
        self.chosen.emit(keys[min(len(keys) - 1, max(0, now + turns[event.key()]))])

    def paintEvent(self, event: Any) -> None:
        """Draw scale, names, bars, numbers: of the rows that are seen, of a city's thousand a few."""
        painter = QPainter(self)
        inks = {group: group_colour(group, self.palette()) for group in ("elder", "child")}
        line, row, width = self.fontMetrics().height(), self._row(), float(self.width())
        left = self._left(width)
        room = width * (1 - RIGHT) - left
        quiet, ink = soft(self.palette()), self.palette().color(QPalette.ColorRole.WindowText)
        wide = self.fontMetrics().horizontalAdvance("100 %") + 6
        told = (0, 25, 50, 75, 100) if room >= 4 * wide else (0, 50, 100) if room >= 2 * wide else (0, 100)
        for share in (0, 25, 50, 75, 100):
            x = left + room * share / 100
            painter.setPen(faint(self.palette()))
            painter.drawLine(int(x), int(line * 1.2), int(x), self.height())
            painter.setPen(quiet)
            if share in told:
                painter.drawText(QRectF(x - wide / 2, 0, wide, line), Qt.AlignmentFlag.AlignHCenter, f"{share} %")
        first, last = (max(0, int((y - line * 1.3) // row)) for y in (event.rect().top(), event.rect().bottom()))
        for place, pair in enumerate(self.pairs[first : last + 1], first):
            top = line * 1.3 + place * row
            if pair.key == self.current:
                colour = self.palette().color(QPalette.ColorRole.Highlight)
                colour.setAlphaF(0.18)
                painter.fillRect(QRectF(0, top, width, row), colour)
                draw_focus(self, painter, QRectF(0, top, width, row).toAlignedRect())
            painter.setPen(ink)
            font = self.font()
            font.setBold(pair.key == self.current)
            painter.setFont(font)
            name = painter.fontMetrics().elidedText(pair.name, Qt.TextElideMode.ElideMiddle, int(left - 8))
            middle = Qt.AlignmentFlag.AlignVCenter
            painter.drawText(QRectF(2, top, left - 8, row), middle | Qt.AlignmentFlag.AlignRight, name)
            painter.setFont(self.font())
            for step, (group, share) in enumerate((("elder", pair.elder), ("child", pair.child))):
                bar = QRectF(left, top + row * (0.14 + 0.38 * step), room, row * 0.34)
                self._draw_bar(painter, bar, share, inks[group])
            if pair.own is not None:
                x = left + room * min(1.0, pair.own)
                painter.fillRect(QRectF(x - 1, top + row * 0.06, 2.5, row * 0.88), ink)
            number = wording.number(pair.people)
            place_at = QRectF(left + room, top, width - left - room - 2, row)
            painter.setPen(ink)
            painter.drawText(place_at, middle | Qt.AlignmentFlag.AlignRight, number)
        painter.end()

    def _draw_bar(self, painter: QPainter, box: QRectF, share: float | None, colour: QColor) -> None:
        if share is None:  # not known is hatched, never nothing
            short = QRectF(box.left(), box.top(), box.width() * 0.12, box.height())
            painter.fillRect(short, QBrush(QColor("#8B9197"), Qt.BrushStyle.BDiagPattern))
        else:
            painter.fillRect(QRectF(box.left(), box.top(), box.width() * min(1.0, share), box.height()), colour)
