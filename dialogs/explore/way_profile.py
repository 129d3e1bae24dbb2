# SPDX-License-Identifier: GPL-2.0-or-later
"""The profile of a walked way: metres along, metres above the sea, stairs set apart, a tick for every minute."""

from __future__ import annotations

import math
from typing import Any

from qgis.PyQt.QtCore import QPointF, QRectF, QSize, Qt
from qgis.PyQt.QtGui import QColor, QPainter, QPalette, QPen, QPolygonF
from qgis.PyQt.QtWidgets import QSizePolicy, QWidget

from ...processing.texts import tr
from ..parts.chart_menu import add_chart_menu
from ..study import wording

LINES = 7.0  # height in lines of text
WALK, STAIRS, GROUND = "#00798C", "#7A4A1E", "#CDB994"  # as on the atlas page
MOST_TIMES = 4.0  # heights are never drawn more than four times too high, nor lower than they are


class WayProfile(QWidget):
    """Hidden until there is a way with heights."""

    def __init__(self) -> None:
        super().__init__()
        self.way: Any = None
        add_chart_menu(self, tr("Profile of the way"), self.table)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self.hide()

    def show_way(self, way: Any) -> None:
        """Draw a way (walk_ground.Way); None, or one without heights, hides the profile."""
        has_heights = way is not None and len(way.heights) > 1 and not any(math.isnan(z) for _, z, _ in way.heights)
        self.way = way if has_heights else None
        self.setVisible(has_heights)
        self.setToolTip(
            tr("Heights are drawn {n} times too high.").format(n=f"{self.times():.1f}") if has_heights else ""
        )
        self.update()

    def table(self) -> list[list[Any]]:
        """Return the points of the profile: metres walked, metres above the sea, what leads there."""
        rows = [] if self.way is None else [[metres, z, kind] for metres, z, kind in self.way.heights]
        return [[tr("Metres walked"), tr("Height (m)"), tr("Kind")], *rows]

    def sizeHint(self) -> QSize:
        """Return the height of a few lines."""
        return QSize(260, int(self.fontMetrics().height() * LINES))

    def times(self) -> float:
        """Return how many times too high heights are drawn: as much as fits, between 1 and 4."""
        if self.way is None:
            return 1.0
        box, (low, high), length = self._box(), self._range(), self.way.heights[-1][0]
        fits = (box.height() / max(high - low, 0.1)) / (box.width() / max(length, 1.0))
        return min(MOST_TIMES, max(1.0, fits))

    def _box(self) -> QRectF:
        line = self.fontMetrics().height()
        left = self.fontMetrics().horizontalAdvance("0000 m ")
        return QRectF(left, line * 0.4, max(10.0, self.width() - left - 6), self.height() - line * 2.4)

    def _range(self) -> tuple[float, float]:
        heights = [z for _, z, _ in self.way.heights]
        return min(heights), max(heights)

    def paintEvent(self, event: Any) -> None:
        """Draw ground, way, stairs, minutes."""
        if self.way is None:
            return
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        box, (low, high), line = self._box(), self._range(), self.fontMetrics().height()
        length = max(self.way.heights[-1][0], 1.0)
        across = box.width() / length
        up = min(across * self.times(), box.height() / max(high - low, 0.1))

        def at(metres: float, z: float) -> QPointF:
            return QPointF(box.left() + metres * across, box.bottom() - (z - low) * up)

        points = [at(metres, z) for metres, z, _ in self.way.heights]
        ground = QColor(GROUND)
        ground.setAlphaF(0.5)
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(ground)
        painter.drawPolygon(
            QPolygonF([QPointF(points[0].x(), box.bottom()), *points, QPointF(points[-1].x(), box.bottom())])
        )
        for (_, _, kind), one, other in zip(self.way.heights[1:], points, points[1:]):
            stairs = kind == "stairs"
            style = Qt.PenStyle.DotLine if stairs else Qt.PenStyle.SolidLine
            painter.setPen(QPen(QColor(STAIRS if stairs else WALK), 3.0 if stairs else 2.0, style))
            painter.drawLine(one, other)
        ink, soft = (self.palette().color(role) for role in (QPalette.ColorRole.WindowText, QPalette.ColorRole.Mid))
        painter.setPen(soft)
        painter.drawLine(box.bottomLeft(), box.bottomRight())
        painter.setPen(ink)
        self._draw_minutes(painter, box, across, line)
        for z in {low, high}:
            place = QRectF(0, at(0, z).y() - line / 2, box.left() - 4, line)
            words = tr("{n} m").format(n=wording.number(z))
            painter.drawText(place, Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter, words)
        below = QRectF(box.left(), box.bottom() + line * 1.05, box.width(), line)
        parts = (tr("{n} m").format(n=wording.number(length)), tr("heights × {n}").format(n=f"{up / across:.1f}"))
        painter.drawText(below, Qt.AlignmentFlag.AlignRight, " · ".join(parts))
        painter.drawText(below, Qt.AlignmentFlag.AlignLeft, tr("minutes"))
        painter.end()

    def _draw_minutes(self, painter: QPainter, box: QRectF, across: float, line: float) -> None:
        step = next((n for n in (1, 2, 5, 10) if len(self.way.minutes) / n <= 12), 20)
        for minute, metres in enumerate(self.way.minutes, 1):
            x = box.left() + metres * across
            painter.drawLine(QPointF(x, box.bottom()), QPointF(x, box.bottom() + 3))
            if minute % step == 0:
                painter.drawText(QRectF(x - 20, box.bottom() + 2, 40, line), Qt.AlignmentFlag.AlignHCenter, str(minute))
