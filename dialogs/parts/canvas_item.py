# SPDX-License-Identifier: GPL-2.0-or-later
"""What is painted over the whole map canvas, in whatever scale and turn it has; nothing is added to the project."""

from __future__ import annotations

from qgis.gui import QgsMapCanvas, QgsMapCanvasItem
from qgis.PyQt.QtCore import QPointF, QRectF


class CanvasItem(QgsMapCanvasItem):
    """An item as large as the canvas: `paint` of the heir places things by `toCanvasCoordinates`."""

    def __init__(self, canvas: QgsMapCanvas, height: float) -> None:
        super().__init__(canvas)
        self.setZValue(height)

    def updatePosition(self) -> None:
        """Take the whole canvas: the map has moved."""
        self.prepareGeometryChange()
        self.setPos(QPointF(0, 0))

    def boundingRect(self) -> QRectF:
        """Return the canvas."""
        return QRectF(self.scene().sceneRect()) if self.scene() is not None else QRectF()
