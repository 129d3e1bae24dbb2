# SPDX-License-Identifier: GPL-2.0-or-later
"""A map of a sheet whose drawing can be called off: a city takes QGIS ten seconds, in one call that hears no Cancel.

A PDF of a city's buildings, shape by shape, is 20 MB of lines nobody can tell apart on paper: Qt compresses the page of
80 MB in one call of three seconds, and whoever opens it waits for each of them. There a layer of so many shapes is
printed as a picture in the dots of the page; names, zones and whatever has few shapes stay lines and text.
White rims around names are opaque there: through a translucent pen Qt writes the outline of every stroke, 15 kB a name,
and nine tenths of a page were rims.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import Any

from qgis.core import (
    Qgis,
    QgsFeatureRequest,
    QgsLayoutExporter,
    QgsLayoutItemMap,
    QgsMapRendererCustomPainterJob,
    QgsPalLayerSettings,
    QgsTextBufferSettings,
    QgsTextFormat,
    QgsVectorLayer,
    QgsVectorLayerSimpleLabeling,
)
from qgis.PyQt.QtCore import QEventLoop, QSize, QSizeF, QTimer

from ...threads import is_main_thread

LOOK_MS = 100  # between two looks at Cancel
MM_PER_INCH = 25.4
MANY = 20_000  # own choice: shapes of a layer on a map from which a PDF shows it as a picture; 3 MB of lines


class PrintedMap(QgsLayoutItemMap):
    """A map as QGIS prints it; while `run` is set, the layers are drawn by a job of their own that ends at Cancel.

    QGIS paints ground, overview and frame as ever, part by part as for a sheet in layers (startLayeredExport). What is
    drawn after a Cancel is not whole: whoever printed asks `run` once more. On the main thread, where events would come
    in the middle of the work, and where a map must become a picture, all is left to QGIS.
    """

    run: Any = None
    is_page: bool = False  # printed into a PDF
    fault: BaseException | None = None  # met while painting: QGIS's own code must not be left by an exception

    def paint(self, painter: Any, style: Any, widget: Any = None) -> None:
        """Paint the map on a sheet."""
        with as_pictures(crowded(self) if self.is_page else ()), opaque_rims(self.layers() if self.is_page else ()):
            if self._is_watched():
                self._paint_parts(painter, style, widget)
            else:
                super().paint(painter, style, widget)

    def _paint_parts(self, painter: Any, style: Any, widget: Any) -> None:
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
        return not is_main_thread()

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


def crowded(shown: QgsLayoutItemMap) -> list[Any]:
    """Return the layers of which a map shows more than MANY shapes, as far as their number and extent tell.

    Few shapes of many vertices stay lines: a city's contours are 1 MB as lines and 10 MB as a picture.
    """
    extent, found = shown.extent(), []
    settings = shown.mapSettings(extent, QSizeF(extent.width(), extent.height()), MM_PER_INCH, False)
    for layer in shown.layers():
        if not isinstance(layer, QgsVectorLayer) or layer.renderer() is None:
            continue
        count = _count(layer)
        if count <= MANY:
            continue
        ground = settings.layerExtentToOutputExtent(layer, layer.extent())
        is_known = ground.isFinite() and ground.area() > 0
        share = ground.intersect(extent).area() / ground.area() if is_known else 1.0
        found += [layer] if count * share > MANY else []
    return found


def _count(layer: Any) -> int:
    """Return how many shapes a layer has, or that they are more than MANY: of a part of a table QGIS does not know."""
    count = int(layer.featureCount())
    if count >= 0:
        return count
    request = QgsFeatureRequest().setNoAttributes().setFlags(Qgis.FeatureRequestFlag.NoGeometry).setLimit(MANY + 1)
    return sum(1 for _ in layer.getFeatures(request))


@contextmanager
def as_pictures(layers: Sequence[Any]) -> Iterator[None]:
    """Let a drawing that begins inside the block show layers as pictures; their names stay text."""
    changed = [layer for layer in layers if not layer.renderer().forceRasterRender()]
    for layer in changed:
        layer.renderer().setForceRasterRender(True)
    try:
        yield
    finally:
        for layer in changed:
            layer.renderer().setForceRasterRender(False)


@contextmanager
def opaque_rims(layers: Sequence[Any]) -> Iterator[None]:
    """Let a drawing that begins inside the block show the translucent rims around names as opaque ones."""
    changed = []
    for layer in layers:
        labels = layer.labeling() if isinstance(layer, QgsVectorLayer) and layer.labelsEnabled() else None
        if isinstance(labels, QgsVectorLayerSimpleLabeling):
            before = QgsPalLayerSettings(labels.settings())
            opaque = _with_opaque_rim(before)
            if opaque is not None:
                changed.append((layer, before))
                layer.setLabeling(QgsVectorLayerSimpleLabeling(opaque))
    try:
        yield
    finally:
        for layer, before in changed:
            layer.setLabeling(QgsVectorLayerSimpleLabeling(before))


def _with_opaque_rim(before: Any) -> Any:
    """Return settings of labels with an opaque rim; None where there is nothing to change."""
    settings = QgsPalLayerSettings(before)
    letters = QgsTextFormat(settings.format())
    rim = QgsTextBufferSettings(letters.buffer())
    if not rim.enabled() or rim.opacity() >= 1:
        return None
    rim.setOpacity(1.0)
    letters.setBuffer(rim)
    settings.setFormat(letters)
    return settings


class Printer:
    """Prints a sheet as QgsLayoutExporter does, with an eye on Cancel while its maps are drawn."""

    def __init__(self, sheet: Any, run: Any) -> None:
        self._exporter, self._sheet, self._run = QgsLayoutExporter(sheet.layout), sheet, run

    @property
    def report_box(self) -> Any:
        """Return where the sheet names the report: left, top, width, height in mm."""
        return self._sheet.paper.report_box

    def exportToPdf(self, path: str, settings: Any) -> Any:
        """Print a PDF, by whose title readers call their tabs: the sheet's, for the project's is that of all sheets.

        Raises Cancelled.
        """
        project = self._sheet.layout.project()
        whole = project.title()
        project.setTitle("　".join(filter(None, (self._sheet.layout.name(), whole))))
        for item in self._sheet.maps:
            item.is_page = True
        try:
            with self._sheet.watched(self._run):
                return self._exporter.exportToPdf(path, settings)
        finally:
            project.setTitle(whole)
            for item in self._sheet.maps:
                item.is_page = False

    def exportToImage(self, path: str, settings: Any) -> Any:
        """Print a picture, as QGIS would: drawing and writing it are a second each, Cancel is heard between."""
        results, context = QgsLayoutExporter.ExportResult, self._sheet.layout.renderContext()
        before = context.dpi()
        context.setDpi(settings.dpi)
        try:
            with self._sheet.watched(self._run):
                image = self._exporter.renderPageToImage(0, QSize(), settings.dpi)
        finally:
            context.setDpi(before)
        if image.isNull():
            return results.MemoryError
        return results.Success if image.save(path) else results.FileError

    def errorMessage(self) -> str:
        """Return what QGIS says of a sheet that it could not print."""
        return str(self._exporter.errorMessage())
