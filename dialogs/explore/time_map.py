# SPDX-License-Identifier: GPL-2.0-or-later
"""What exploring draws: a way, a mark, and the time map as a layer of its own."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

from qgis.core import (
    QgsCoordinateReferenceSystem,
    QgsFeature,
    QgsGeometry,
    QgsGraduatedSymbolRenderer,
    QgsLineSymbol,
    QgsPointXY,
    QgsProject,
    QgsRectangle,
    QgsRendererRange,
    QgsVectorFileWriter,
    QgsVectorLayer,
    QgsWkbTypes,
)
from qgis.gui import QgsRubberBand, QgsVertexMarker
from qgis.PyQt.QtGui import QColor

from ...core.words import fill
from ...processing.texts import tr
from ..study.adding import add_on_top
from ..study.results import MARK, result_of
from ..study.study import Study

WAY, STAIRS, HERE = "#C2185B", "#7A4A1E", "#C2185B"  # a way differs from the shades of the time map
STEP_MIN = 5.0
FILE, KEPT = "time_maps.gpkg", "time_map_kept"
SHADES = ("#00525F", "#00798C", "#3FA3B3", "#86C5CB", "#C4E3E6")  # near … far
KEPT_SHADES = {  # of maps kept beside it: other hues, as light and dark
    "A": ("#7A3B00", "#B35A00", "#DC8A3C", "#F0B883", "#F8DCC0"),
    "B": ("#42195C", "#63307E", "#9463AE", "#BE9BD0", "#E0CDE9"),
    "C": ("#1E4D17", "#33702A", "#649C5B", "#9CC495", "#CFE3CB"),
}


class Drawn:
    """Bands and marks on the canvas, taken off again by clear()."""

    def __init__(self, iface: Any) -> None:
        self._canvas = iface.mapCanvas() if iface is not None else None
        self.items: list[Any] = []

    def way(self, way: Any, crs: QgsCoordinateReferenceSystem) -> None:
        """Draw a way, its stairs in their own colour; nothing when there is none."""
        self.clear()
        if way is None or way.line is None or self._canvas is None:
            return
        self._band([way.line], crs, WAY, 5)
        if way.stairs:
            self._band(way.stairs, crs, STAIRS, 7)

    def mark(self, point: QgsPointXY) -> None:
        """Mark a clicked place."""
        if self._canvas is None:
            return
        marker = QgsVertexMarker(self._canvas)
        marker.setCenter(point)
        marker.setColor(QColor(HERE))
        marker.setIconType(QgsVertexMarker.IconType.ICON_CIRCLE)
        marker.setIconSize(14)
        marker.setPenWidth(3)
        self.items.append(marker)

    def areas(self, shapes: list[bytes], crs: QgsCoordinateReferenceSystem) -> None:
        """Frame and tint areas, WKB in a system."""
        if self._canvas is None or not shapes:
            return
        band = QgsRubberBand(self._canvas, QgsWkbTypes.GeometryType.PolygonGeometry)
        band.setStrokeColor(QColor(HERE))
        tint = QColor(HERE)
        tint.setAlpha(40)
        band.setFillColor(tint)
        band.setWidth(2)
        band.setToGeometry(QgsGeometry.collectGeometry([shape_of(wkb) for wkb in shapes]), crs)
        self.items.append(band)

    def zoom(self) -> None:
        """Bring the ways that are drawn into view."""
        whole = QgsRectangle()
        for band in self.items:
            if isinstance(band, QgsRubberBand):
                whole.combineExtentWith(band.asGeometry().boundingBox())
        if not whole.isEmpty():
            whole.scale(1.6)
            self._canvas.setExtent(whole)
            self._canvas.refresh()

    def clear(self) -> None:
        """Take everything off the map."""
        for item in self.items:
            self._canvas.scene().removeItem(item)
        self.items = []

    def _band(self, lines: list[Any], crs: QgsCoordinateReferenceSystem, colour: str, width: int) -> None:
        band = QgsRubberBand(self._canvas, QgsWkbTypes.GeometryType.LineGeometry)
        band.setColor(QColor(colour))
        band.setWidth(width)
        for line in lines:
            band.addGeometry(geometry_of(line), crs)
        self.items.append(band)


def shape_of(wkb: bytes) -> QgsGeometry:
    """Return a shape of its WKB."""
    shape = QgsGeometry()
    shape.fromWkb(wkb)
    return shape


def geometry_of(line: Any) -> QgsGeometry:
    """Return a line of shapely as QGIS knows it."""
    points = [QgsPointXY(x, y) for x, y, *_ in line.coords]
    return QgsGeometry.fromPolylineXY(points)


def add_layer(
    project: QgsProject, study: Study, found: tuple[list[bytes], Any], crs: QgsCoordinateReferenceSystem, minutes: float
) -> QgsVectorLayer:
    """Show the time map as a layer on top, in the one there is already. Saved with nothing: a click makes it again.

    `found`: WKB of the streets and the reach itself (core/walking/around.py).
    """
    lines, reach = found
    title = fill(tr("Time map, {n} {n?minute|minutes}"), n=f"{minutes:g}")
    found = (layer for layer in project.mapLayers().values() if result_of(layer) == (study.study_id, "time_map"))
    layer = next((layer for layer in found if layer.crs() == crs), None)
    if layer is not None:  # no layer comes or goes: nothing else in the project has to look again
        layer.dataProvider().truncate()
        layer.setName(title)
        is_new = False
    else:
        layer, is_new = QgsVectorLayer("LineString?field=minutes:double&field=kind:string", title, "memory"), True
        layer.setCrs(crs)
        layer.setCustomProperty(MARK, f"{study.study_id}/time_map")
        layer.setCustomProperty("skipMemoryLayersCheck", 1)  # QGIS need not ask about it on closing
    features = []
    for line, at, kind in zip(lines, reach.minutes, reach.kinds):
        feature = QgsFeature(layer.fields())
        feature.setGeometry(shape_of(line))
        feature.setAttributes([round(at, 2), kind])
        features.append(feature)
    layer.dataProvider().addFeatures(features)
    layer.updateExtents()
    layer.setRenderer(renderer_of(minutes))
    if is_new:
        add_on_top(project, layer)
    else:
        layer.triggerRepaint()
    return layer


def keep_layer(project: QgsProject, study: Study, drawn: QgsVectorLayer, title: str, folder: Path) -> QgsVectorLayer:
    """Write a time map that is drawn into a table of its own beside the study; return its layer, on top of the others.

    Raises OSError when it cannot be written.
    """
    path = folder / FILE
    names = tables_in(path)
    name = next(f"time_map_{n}" for n in range(1, 10_000) if f"time_map_{n}" not in names)
    options = QgsVectorFileWriter.SaveVectorOptions()
    options.driverName, options.layerName = "GPKG", name
    if path.exists():
        options.actionOnExistingFile = QgsVectorFileWriter.ActionOnExistingFile.CreateOrOverwriteLayer
    code, message, *_ = QgsVectorFileWriter.writeAsVectorFormatV3(drawn, str(path), project.transformContext(), options)
    layer = QgsVectorLayer(f"{path}|layername={name}", title, "ogr")
    if code != QgsVectorFileWriter.WriterError.NoError or layer.featureCount() != drawn.featureCount():
        raise OSError(message or str(path))
    layer.setRenderer(drawn.renderer().clone())
    layer.setCustomProperty(MARK, f"{study.study_id}/{KEPT}")
    add_on_top(project, layer)
    return layer


def tables_in(path: Path) -> set[str]:
    """Return the tables of a GeoPackage; none where there is no file."""
    whole = QgsVectorLayer(str(path), "", "ogr") if path.exists() else None  # held: its provider goes with it
    return {line.split("!!::!!")[1] for line in whole.dataProvider().subLayers()} if whole is not None else set()


def renderer_of(minutes: float, shades: Sequence[str] = SHADES) -> QgsGraduatedSymbolRenderer:
    """Return the shades of a time map, a step every five minutes, near ones darker."""
    count = max(1, min(len(shades), round(minutes / STEP_MIN)))
    ranges = []
    for place in range(count):
        low, high = minutes * place / count, minutes * (place + 1) / count
        shade = shades[place * (len(shades) - 1) // max(1, count - 1)] if count > 1 else shades[1]
        symbol = QgsLineSymbol.createSimple({"color": shade, "width": "1.1", "capstyle": "round"})
        label = tr("{low}–{high} min").format(low=f"{low:g}", high=f"{high:g}")
        ranges.append(QgsRendererRange(low, high, symbol, label))
    return QgsGraduatedSymbolRenderer("minutes", ranges)
