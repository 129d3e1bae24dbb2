# SPDX-License-Identifier: GPL-2.0-or-later
"""A small map of who would change: the tagged parcels below, drawn in the background, a dot for each change."""

from __future__ import annotations

from functools import partial
from typing import Any

import numpy as np
from qgis.core import QgsMapRendererParallelJob, QgsMapSettings, QgsRectangle, QgsVectorLayer
from qgis.PyQt.QtCore import QPointF, QSize, Qt, pyqtSignal
from qgis.PyQt.QtGui import QColor, QImage, QMouseEvent, QPainter, QPalette
from qgis.PyQt.QtWidgets import QSizePolicy, QWidget

from ...processing.texts import tr
from ..parts.inks import soft

LINES = 9.0  # height in lines of text
DOT, CHOSEN = "#2F7FAE", "#C2185B"
PALE = 0.55  # strength of the map below the dots
NEAR = 8  # pixels within which a click means a dot


class MiniMap(QWidget):
    """`picked(place in the list)`: a dot was clicked."""

    picked = pyqtSignal(int)

    def __init__(self) -> None:
        super().__init__()
        self._layer: QgsVectorLayer | None = None
        self._image: QImage | None = None
        self._job: QgsMapRendererParallelJob | None = None
        self._settings: QgsMapSettings | None = None
        self._points = np.zeros((0, 2))
        self._chosen = -1
        self.setMinimumHeight(int(self.fontMetrics().height() * 4))
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Expanding)

    def sizeHint(self) -> QSize:
        """Return the height of a few lines."""
        return QSize(260, int(self.fontMetrics().height() * LINES))

    def show_layer(self, layer: QgsVectorLayer | None) -> None:
        """Show the parcels of a layer below the dots."""
        self._layer = layer if layer is not None and layer.isValid() else None
        self._render()

    def show_points(self, points: Any) -> None:
        """Show a dot at each place (k, 2) in the layer's own system; NaN = nowhere."""
        self._points, self._chosen = points, -1
        self.update()

    def choose(self, place: int) -> None:
        """Set one dot apart."""
        self._chosen = place
        self.update()

    def close_down(self) -> None:
        """Stop drawing and let go of the layer."""
        self._stop()
        self._layer = None

    def _stop(self) -> None:
        """Call off the drawing that goes on; to wait for its end, a quarter of a second for a city, would be felt."""
        job, self._job = self._job, None
        if job is not None:
            job.finished.disconnect(self._on_drawn)
            job.finished.connect(partial(_end, job))  # keeps the job until then
            job.cancelWithoutBlocking()

    def resizeEvent(self, event: Any) -> None:
        """Draw the parcels in the new size."""
        super().resizeEvent(event)
        self._render()

    def _render(self) -> None:
        if self._layer is None or self.width() < 20:
            return
        self._stop()
        settings = QgsMapSettings()
        settings.setLayers([self._layer])
        settings.setDestinationCrs(self._layer.crs())
        settings.setOutputSize(self.size())
        extent = QgsRectangle(self._layer.extent())
        extent.scale(1.04)
        settings.setExtent(extent)
        settings.setBackgroundColor(QColor(0, 0, 0, 0))
        self._settings = settings
        self._job = QgsMapRendererParallelJob(settings)
        self._job.finished.connect(self._on_drawn)
        self._job.start()

    def _on_drawn(self) -> None:
        if self._job is not None:
            self._image = self._job.renderedImage()
            self._job.finished.disconnect(self._on_drawn)
            self._job.deleteLater()  # not now: it is the job that is calling
            self._job = None
            self.update()

    def _pixels(self) -> Any:
        if self._settings is None or not len(self._points):
            return np.zeros((0, 2))
        extent = self._settings.visibleExtent()
        x = (self._points[:, 0] - extent.xMinimum()) / extent.width() * self.width()
        y = (extent.yMaximum() - self._points[:, 1]) / extent.height() * self.height()
        return np.column_stack([x, y])

    def paintEvent(self, event: Any) -> None:
        """Draw map, dots, the chosen one."""
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.fillRect(self.rect(), self.palette().color(QPalette.ColorRole.Base))
        if self._image is not None:
            painter.setOpacity(PALE)
            painter.drawImage(self.rect(), self._image)
            painter.setOpacity(1.0)
        elif self._layer is None:
            painter.setPen(soft(self.palette()))
            painter.drawText(self.rect(), Qt.AlignmentFlag.AlignCenter, tr("No map before Tag has run."))
        pixels = self._pixels()
        there = pixels[np.isfinite(pixels).all(axis=1)] if len(pixels) else pixels
        size = 5.0 if len(there) < 500 else 3.0
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(QColor(DOT))
        for x, y in np.unique(np.rint(there), axis=0):  # a pixel is painted once, however many parcels lie in it
            painter.drawEllipse(QPointF(x, y), size / 2, size / 2)
        if 0 <= self._chosen < len(pixels) and np.isfinite(pixels[self._chosen]).all():
            painter.setBrush(QColor(CHOSEN))
            painter.drawEllipse(QPointF(*pixels[self._chosen]), 5.0, 5.0)
        painter.setPen(self.palette().color(QPalette.ColorRole.Mid))
        painter.setBrush(Qt.BrushStyle.NoBrush)
        painter.drawRect(self.rect().adjusted(0, 0, -1, -1))
        painter.end()

    def mousePressEvent(self, event: QMouseEvent) -> None:
        """Pick the nearest dot."""
        pixels = self._pixels()
        if len(pixels):
            away = np.hypot(pixels[:, 0] - event.pos().x(), pixels[:, 1] - event.pos().y())
            place = int(np.nanargmin(away)) if np.isfinite(away).any() else -1
            if place >= 0 and away[place] <= NEAR:
                self.picked.emit(place)


def _end(job: QgsMapRendererParallelJob) -> None:
    job.deleteLater()  # not now: it is the job that is calling
