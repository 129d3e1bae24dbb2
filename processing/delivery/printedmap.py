# SPDX-License-Identifier: GPL-2.0-or-later
"""A map of a sheet whose drawing can be called off: a city takes QGIS ten seconds, in one call that hears no Cancel."""

from __future__ import annotations

from typing import Any

from qgis.core import QgsLayoutExporter, QgsLayoutItemMap, QgsMapRendererCustomPainterJob
from qgis.PyQt.QtCore import QCoreApplication, QEventLoop, QSizeF, QThread, QTimer

LOOK_MS = 100  # between two looks at Cancel
MM_PER_INCH = 25.4


class PrintedMap(QgsLayoutItemMap):
    """A map as QGIS prints it; while `run` is set, the layers are drawn by a job of their own that ends at Cancel.

    QGIS paints ground, overview and frame as ever, part by part as for a sheet in layers (startLayeredExport). What is
    drawn after a Cancel is not whole: whoever printed asks `run` once more. On the main thread, where events would come
    in the middle of the work, and where a map must become a picture, all is left to QGIS.
    """

    run: Any = None
    fault: BaseException | None = None  # met while painting: QGIS's own code must not be left by an exception

    def paint(self, painter: Any, style: Any, widget: Any = None) -> None:
        """Paint the map on a sheet."""
        if not self._is_watched():
            super().paint(painter, style, widget)
            return
        try:
            self.startLayeredExport()
            layers = int(self.hasBackground())  # the number of the part that holds them
            number = 0
            while self.nextExportPart():
                if number == layers:
                    self._paint_layers(painter)
                else:
                    super().paint(painter, style, widget)
                number += 1
        except Exception as fault:
            self.fault = fault
        finally:
            self.stopLayeredExport()

    def _is_watched(self) -> bool:
        if self.run is None or self.layout().renderContext().isPreviewRender() or self.containsAdvancedEffects():
            return False
        return bool(QThread.currentThread() != QCoreApplication.instance().thread())

    def _paint_layers(self, painter: Any) -> None:
        """Draw the layers and their labels at the place and size of the map."""
        extent, dots = self.extent(), painter.device().logicalDpiX()
        to_dots = self.mapUnitsToLayoutUnits() * dots / MM_PER_INCH
        size = QSizeF(extent.width() * to_dots, extent.height() * to_dots)
        settings = self.mapSettings(extent, size, dots, True)
        settings.setLayers(self.overviews().modifyMapLayerList(settings.layers()))
        painter.save()
        painter.setClipRect(self.rect())
        painter.scale(MM_PER_INCH / dots, MM_PER_INCH / dots)
        try:
            self._draw(QgsMapRendererCustomPainterJob(settings, painter))
        finally:
            painter.restore()

    def _draw(self, job: Any) -> None:
        """Draw in another thread; wait for it with an eye on Cancel."""
        if self.run.is_cancelled():
            return

        def look() -> None:
            if self.run.is_cancelled() and job.isActive():
                job.cancelWithoutBlocking()

        timer = QTimer()
        timer.setInterval(LOOK_MS)
        timer.timeout.connect(look)
        timer.start()
        job.start()
        if job.isActive():  # else there is nothing to draw, and nobody would end the waiting
            job.waitForFinishedWithEventLoop(QEventLoop.ProcessEventsFlag.ExcludeUserInputEvents)
        timer.stop()


class Printer:
    """Prints a sheet as QgsLayoutExporter does, with an eye on Cancel while its maps are drawn."""

    def __init__(self, sheet: Any, run: Any) -> None:
        self._exporter, self._sheet, self._run = QgsLayoutExporter(sheet.layout), sheet, run

    def exportToPdf(self, path: str, settings: Any) -> Any:
        """Print a PDF. Raises Cancelled."""
        with self._sheet.watched(self._run):
            return self._exporter.exportToPdf(path, settings)

    def exportToImage(self, path: str, settings: Any) -> Any:
        """Print a picture. Raises Cancelled."""
        with self._sheet.watched(self._run):
            return self._exporter.exportToImage(path, settings)

    def errorMessage(self) -> str:
        """Return what QGIS says of a sheet that it could not print."""
        return str(self._exporter.errorMessage())
