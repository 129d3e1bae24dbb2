# SPDX-License-Identifier: GPL-2.0-or-later
"""Draws the first rows of a table for the pages of the help: headings, and columns as wide as what they hold."""

from __future__ import annotations

from typing import Any

from qgis.core import QgsVectorLayer
from qgis.PyQt.QtCore import QRectF, QSize, Qt
from qgis.PyQt.QtGui import QColor, QFont, QImage, QPainter

ROWS = 9


def draw_table(layer: QgsVectorLayer, columns: tuple[str, ...], size: QSize) -> QImage:
    """Draw the columns of a table's first rows."""
    chosen = [layer.fields().field(name) for name in columns]
    image = QImage(size, QImage.Format.Format_RGB32)
    image.fill(QColor("#FFFFFF"))
    painter, line = QPainter(image), 38
    painter.setFont(QFont("WenQuanYi Micro Hei", 10))
    rows = [[field.alias() or field.name() for field in chosen]]
    rows += [[told(row[field.name()]) for field in chosen] for row in list(layer.getFeatures())[:ROWS]]
    edges = column_edges(rows, painter.fontMetrics(), size.width())
    for place, row in enumerate(rows):
        if place == 0:
            painter.fillRect(QRectF(0, 0, size.width(), line), QColor("#EFECE3"))
        for text, left, right in zip(row, edges, edges[1:]):
            box = QRectF(left + 6, place * line, right - left - 10, line)
            painter.setPen(QColor("#222222"))
            short = painter.fontMetrics().elidedText(text, Qt.TextElideMode.ElideRight, int(right - left - 12))
            painter.drawText(box, Qt.AlignmentFlag.AlignVCenter | Qt.AlignmentFlag.AlignLeft, short)
        painter.setPen(QColor("#D0CCC2"))
        painter.drawLine(0, (place + 1) * line, size.width(), (place + 1) * line)
    painter.end()
    return image


def column_edges(rows: list[list[str]], metrics: Any, room: int) -> list[float]:
    """Return where columns begin and end: as wide as what they hold; the widest gives way where all are too wide."""
    wide = [max(metrics.horizontalAdvance(row[column]) for row in rows) + 14.0 for column in range(len(rows[0]))]
    over = sum(wide) - room
    if over > 0:
        wide[wide.index(max(wide))] -= over
    else:
        wide = [width - over / len(wide) for width in wide]
    return [sum(wide[:place]) for place in range(len(wide) + 1)]


def told(value: Any) -> str:
    """Return a value as it is shown; unknown is a dash."""
    if value is None or (hasattr(value, "isNull") and value.isNull()):
        return "—"
    if isinstance(value, float):
        return f"{value:,.0f}" if abs(value) >= 1000 else f"{value:.4g}"
    return str(value)
