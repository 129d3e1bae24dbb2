# SPDX-License-Identifier: GPL-2.0-or-later
"""A map tool whose clicks mean something, while dragging moves the map as everywhere in QGIS."""

from __future__ import annotations

from qgis.core import QgsPointXY
from qgis.gui import QgsMapCanvas, QgsMapMouseEvent, QgsMapToolPan
from qgis.PyQt.QtCore import QPoint, Qt, pyqtSignal

STILL = 5  # px: a hand that presses a button moves the mouse this much


class PickTool(QgsMapToolPan):
    """`canvasClicked(point, button)`, the point in the map's system; as QgsMapToolEmitPoint has it."""

    canvasClicked = pyqtSignal(QgsPointXY, Qt.MouseButton)  # noqa: N815 (name of QGIS)

    def __init__(self, canvas: QgsMapCanvas, cursor: Qt.CursorShape = Qt.CursorShape.PointingHandCursor) -> None:
        super().__init__(canvas)
        self._shape = cursor
        self._pressed: QPoint | None = None
        self._is_dragged = False
        self.setCursor(cursor)

    def canvasPressEvent(self, event: QgsMapMouseEvent) -> None:
        """Remember where a click begins."""
        self._pressed, self._is_dragged = QPoint(event.pos()), False

    def canvasMoveEvent(self, event: QgsMapMouseEvent) -> None:
        """Move the map once the mouse has left the place where it was pressed."""
        if self._pressed is None:
            return
        if self._is_dragged or (event.pos() - self._pressed).manhattanLength() > STILL:
            self._is_dragged = True
            super().canvasMoveEvent(event)

    def canvasReleaseEvent(self, event: QgsMapMouseEvent) -> None:
        """Tell of a click; end a drag."""
        pressed, self._pressed = self._pressed, None
        if self._is_dragged:
            self._is_dragged = False
            super().canvasReleaseEvent(event)
            self.canvas().setCursor(self._shape)
        elif pressed is not None:
            self.canvasClicked.emit(self.toMapCoordinates(event.pos()), event.button())
