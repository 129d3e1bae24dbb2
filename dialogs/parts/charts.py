# SPDX-License-Identifier: GPL-2.0-or-later
"""Small charts of the cards: stacked bars, the histogram of scores, the communities that lack most. Painted by hand."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from qgis.PyQt.QtCore import QRectF, QSize, Qt, pyqtSignal
from qgis.PyQt.QtGui import QColor, QMouseEvent, QPainter, QPalette, QPen
from qgis.PyQt.QtWidgets import QSizePolicy, QWidget

from ...core.palette import palette as colours
from ...processing.texts import interface_language, tr
from ..study import wording
from .chart_menu import add_chart_menu
from .inks import BARS, readable
from .phrases import paired

HISTOGRAM_LINES = 4.0  # height of the histogram in lines of text, the last for words
ISSUES = {"error": "#A8322D", "warning": "#D9A441", "info": "#8B9197"}  # of the bar of a check
SOFT = 0.45  # strength of the colour of what is only suspected
MOST_ZONES = 6  # bars of a card; of more the last line tells what the others have


@dataclass(frozen=True)
class Bar:
    """One horizontal bar: parts of (value, colour, words), drawn over `whole`; label at the left, text at the right."""

    parts: tuple[tuple[float, str, str], ...]
    whole: float
    label: str = ""
    text: str = ""
    key: str = ""  # of the community or zone it is about, "" = of none


def issue_titles() -> dict[str, str]:
    """Return the names of the severities of a check."""
    return {"error": tr("errors"), "warning": tr("warnings"), "info": tr("remarks")}


def tag_parts(values: Mapping[str, float]) -> tuple[tuple[float, str, str], ...]:
    """Return the parts of a stacked bar from {tag: value}, in the order of the legend."""
    language, tags = interface_language(), colours()["tags"]
    return tuple(
        (float(values[tag]), str(entry["color"]), str(entry[language]))
        for tag, entry in tags.items()
        if tag != "none" and values.get(tag)
    )


def bars_of(step: str, figures: Mapping[str, Any]) -> list[Bar]:
    """Return the bars of a card; none when there is nothing to show."""
    if step == "prepare":
        found, titles = figures.get("bar", {}), issue_titles()
        parts = tuple((float(found[key]), ISSUES[key], titles[key]) for key in ISSUES if found.get(key))
        return [Bar(parts, sum(value for value, _, _ in parts))] if parts else []
    if step == "tag":
        parts = tag_parts({tag: sum(levels.values()) for tag, levels in figures.get("tags", {}).items()})
        return [Bar(parts, sum(value for value, _, _ in parts))] if parts else []
    if step == "gaps":
        colour = colours()["gap"][3]["color"]
        return [
            Bar(
                ((row["share"], colour, ""),),
                1.0,
                row["name"],
                wording.percent(row["share"], 0),
                str(row.get("id", "")),
            )
            for row in figures.get("worst", [])
            if row["share"] > 0
        ]
    return _zone_bars(figures.get("bars", [])) if step == "zones" else []


def _zone_bars(zones: Sequence[Mapping[str, Any]]) -> list[Bar]:
    """Return a bar a zone, what is not met first, then the largest; of many the last line says what the others have."""
    found = [(bar["name"], tag_parts(bar["parts"]), bar.get("fail", 0), str(bar.get("id", ""))) for bar in zones]
    found = sorted((zone for zone in found if zone[1]), key=lambda zone: (-zone[2], -_sum(zone[1])))
    shown, rest = (found, []) if len(found) <= MOST_ZONES else (found[: MOST_ZONES - 1], found[MOST_ZONES - 1 :])
    widest = max((_sum(parts) for _, parts, *_ in shown), default=0.0)
    bars = [Bar(parts, widest, name, _zone_text(parts, fails), key) for name, parts, fails, key in shown]
    if rest:
        others = tuple(part for _, parts, *_ in rest for part in parts)
        text = _zone_text(others, sum(fails for _, _, fails, _ in rest))
        bars.append(Bar((), widest, tr("({n} more)").format(n=len(rest)), text))
    return bars


def _sum(parts: Sequence[tuple[float, str, str]]) -> float:
    return sum(value for value, _, _ in parts)


def _zone_text(parts: tuple[tuple[float, str, str], ...], fails: int) -> str:
    """Return the hectares of a zone's petals and how many findings are not met."""
    area = tr("{n} ha").format(n=wording.number(_sum(parts) / 10_000, 1))
    return f"{area} ✗ {fails}" if fails else area


class Chart(QWidget):
    """The chart of one card. `asked(key)`: the bar of a community or zone was clicked."""

    asked = pyqtSignal(str)

    def __init__(self) -> None:
        super().__init__()
        self.bars: list[Bar] = []
        self.bins: dict[str, list[int]] = {}
        self._limits: Mapping[str, float] = {}  # suspect and confirm, 0–1
        self._colour = "#888888"
        add_chart_menu(self, tr("Chart"), self.table)
        self.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Fixed)
        self.hide()

    def table(self) -> list[list[Any]]:
        """Return what is drawn: the parts of each bar, then the histogram of scores."""
        rows: list[list[Any]] = [[bar.label, words, value] for bar in self.bars for value, _, words in bar.parts]
        if self.bins:
            n = len(self.bins["confirmed"])
            rows.append([tr("score"), tr("meets the criteria"), tr("suspected")])
            counts = zip(self.bins["confirmed"], self.bins["suspected"])
            rows += [[f"{place / n:g}–{(place + 1) / n:g}", *pair] for place, pair in enumerate(counts)]
        return [["", "", tr("Value")], *rows]

    def show_figures(self, step: str, figures: Mapping[str, Any]) -> None:
        """Draw what a step left; hidden when there is nothing to draw."""
        self.bars = bars_of(step, figures)
        found = figures.get("histogram", {}) if step == "tag" else {}
        self.bins = {level: found.get(level, []) for level in ("confirmed", "suspected")}
        self._colour = str(colours()["tags"].get(found.get("tag", ""), {}).get("color", "#888888"))
        self._limits = figures.get("limits", {}) if step == "tag" else {}
        if not any(map(sum, self.bins.values())):
            self.bins = {}
        self.setToolTip("\n".join(_told(bar) for bar in self.bars))
        leads = any(bar.key for bar in self.bars)
        self.setCursor(Qt.CursorShape.PointingHandCursor if leads else Qt.CursorShape.ArrowCursor)
        self.setVisible(bool(self.bars or self.bins))
        self.updateGeometry()
        self.update()

    def sizeHint(self) -> QSize:
        """Return as many lines as there are bars, and the histogram's."""
        line = self.fontMetrics().height()
        lines = HISTOGRAM_LINES if self.bins else 0
        return QSize(line * 10, int(line * lines + sum(map(self._height, self.bars))) + 2)

    def _height(self, bar: Bar) -> float:
        return self.fontMetrics().height() * (1.2 if bar.label else 0.7)

    def bar_at(self, y: float) -> Bar | None:
        """Return the bar at a height, None below the last."""
        for bar in self.bars:
            y -= self._height(bar)
            if y < 0:
                return bar
        return None

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        """Tell whose bar was clicked."""
        bar = self.bar_at(event.pos().y()) if event.button() == Qt.MouseButton.LeftButton else None
        if bar is not None and bar.key:
            self.asked.emit(bar.key)

    def paintEvent(self, event: Any) -> None:
        """Draw bars, then the histogram."""
        painter = QPainter(self)
        if not self.isEnabled():
            painter.setOpacity(0.55)
        top = 0.0
        for bar in self.bars:
            top += self._draw_bar(painter, bar, top)
        if self.bins:
            self._draw_histogram(painter, top)
        painter.end()

    def _shown(self, colour: str) -> QColor:
        """Return a colour as it is seen on the panel: the purple of urban villages is paler on a dark one."""
        return readable(colour, self.palette(), BARS)

    def _draw_bar(self, painter: QPainter, bar: Bar, top: float) -> float:
        line, ink = (
            self.fontMetrics().height(),
            self.palette().color(QPalette.ColorGroup.Active, QPalette.ColorRole.WindowText),
        )
        height = self._height(bar)
        left = self.width() * 0.34 if bar.label else 0.0
        right = self.fontMetrics().horizontalAdvance(tr("{n} ha").format(n="000.0") + " ✗ 00") if bar.text else 0.0
        place, scale = left, max(0.0, self.width() - left - right) / bar.whole if bar.whole > 0 else 0.0
        for value, colour, _ in bar.parts:
            painter.fillRect(QRectF(place, top + height * 0.2, value * scale, height * 0.6), self._shown(colour))
            place += value * scale
        painter.setPen(ink)
        middle = Qt.AlignmentFlag.AlignVCenter
        name = self.fontMetrics().elidedText(bar.label, Qt.TextElideMode.ElideRight, int(left * 0.95))
        painter.drawText(QRectF(0, top, left, height), middle | Qt.AlignmentFlag.AlignLeft, name)
        painter.drawText(QRectF(place + line * 0.3, top, right, height), middle | Qt.AlignmentFlag.AlignLeft, bar.text)
        return height

    def _draw_histogram(self, painter: QPainter, top: float) -> None:
        counts = list(zip(self.bins["confirmed"], self.bins["suspected"]))
        tallest = max(sum(pair) for pair in counts) or 1
        line = self.fontMetrics().height()
        bottom, width = self.height() - 1.0 - line, self.width() / len(counts)  # a line of words below
        room = bottom - top - self.fontMetrics().height() * 0.3
        for place, (confirmed, suspected) in enumerate(counts):
            base = bottom
            for n, strength in ((confirmed, 1.0), (suspected, SOFT)):
                colour = self._shown(self._colour)
                colour.setAlphaF(strength)
                height = room * n / tallest
                painter.fillRect(QRectF(place * width + 1, base - height, max(1.0, width - 1), height), colour)
                base -= height
        painter.setPen(self.palette().color(QPalette.ColorRole.Mid))
        painter.drawLine(0, int(bottom), self.width(), int(bottom))
        self._draw_limits(painter, top, bottom)

    def _draw_limits(self, painter: QPainter, top: float, bottom: float) -> None:
        """Draw the two limits as dotted lines, their words below, and where the scale ends."""
        ink, line = (
            self.palette().color(QPalette.ColorGroup.Active, QPalette.ColorRole.WindowText),
            self.fontMetrics().height(),
        )
        words = {"suspect": tr("suspected {limit}"), "confirm": tr("meets {limit}")}
        taken = 0.0
        for name, limit in sorted(self._limits.items(), key=lambda item: item[1]):
            x = self.width() * limit
            painter.setPen(QPen(ink, 1, Qt.PenStyle.DotLine))
            painter.drawLine(int(x), int(top + 2), int(x), int(bottom))
            text = words[name].format(limit=wording.number(limit, 2))
            wide = self.fontMetrics().horizontalAdvance(text)
            left = min(max(taken, x - wide / 2), self.width() - wide)
            painter.setPen(ink)
            painter.drawText(QRectF(left, bottom + 1, wide + 2, line), Qt.AlignmentFlag.AlignLeft, text)
            taken = left + wide + line * 0.6
        end = tr("score 1.0")
        wide = self.fontMetrics().horizontalAdvance(end)
        if taken <= self.width() - wide:
            painter.setPen(ink)
            painter.drawText(
                QRectF(self.width() - wide - 1, bottom + 1, wide + 2, line), Qt.AlignmentFlag.AlignLeft, end
            )


def _told(bar: Bar) -> str:
    """Return the bar in words."""
    if bar.label and bar.text:
        return paired(bar.label, bar.text)
    return " · ".join(f"{words} {wording.number(value)}" for value, _, words in bar.parts)
