# SPDX-License-Identifier: GPL-2.0-or-later
"""What the map shows while a zone is worked on by hand: its parcels, those put in and taken out; the click tool."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from qgis.core import (
    QgsCoordinateReferenceSystem,
    QgsCsException,
    QgsGeometry,
    QgsProject,
    QgsRectangle,
    QgsWkbTypes,
)
from qgis.gui import QgsRubberBand
from qgis.PyQt.QtCore import Qt
from qgis.PyQt.QtGui import QColor

from ..parts.picking import PickTool
from ..study.crossing import crossing

LOOKS = {  # the zone as it was drawn, put in, taken out: colour, brush
    "zone": ("#8C1D40", Qt.BrushStyle.NoBrush),
    "in": ("#2E7D32", Qt.BrushStyle.BDiagPattern),
    "out": ("#A8322D", Qt.BrushStyle.DiagCrossPattern),
}

AROUND = 1.2  # the zone with a tenth of its size on each side


class HandMap:
    """Rubber bands and the map tool; without a canvas nothing is drawn."""

    def __init__(self, iface: Any, crs: QgsCoordinateReferenceSystem, shapes: Mapping[str, bytes]) -> None:
        self._canvas = iface.mapCanvas() if iface is not None else None
        self.crs, self._shapes = crs, shapes
        self._bands: dict[str, QgsRubberBand] = {}
        self.tool: PickTool | None = None
        if self._canvas is not None:
            self.tool = PickTool(self._canvas)

    def go_to(self, parcels: Iterable[str]) -> None:
        """Bring parcels into view when not all of them are: a zone that is not seen cannot be clicked."""
        whole = QgsRectangle()
        for name in parcels:
            whole.combineExtentWith(self.geometry(name).boundingBox())
        if self._canvas is None or whole.isEmpty():
            return
        project = QgsProject.instance()
        try:
            change = crossing(self.crs, self._canvas.mapSettings().destinationCrs(), project)
            wanted = change.transformBoundingBox(whole)
        except QgsCsException:
            return
        if not self._canvas.extent().contains(wanted):
            wanted.scale(AROUND)
            self._canvas.setExtent(wanted)
            self._canvas.refresh()

    def take_up(self) -> None:
        """Make clicks go to the tool."""
        if self.tool is not None:
            self._canvas.setMapTool(self.tool)

    def show(self, parcels: Mapping[str, Iterable[str]]) -> None:
        """Draw parcels by look (zone | in | out)."""
        if self._canvas is None:
            return
        for look, names in parcels.items():
            band = self._band(look)
            band.reset(QgsWkbTypes.GeometryType.PolygonGeometry)
            for name in sorted(names):
                band.addGeometry(self.geometry(name), self.crs)

    def geometry(self, parcel_id: str) -> QgsGeometry:
        """Return a parcel's shape in the system of the parcels."""
        shape = QgsGeometry()
        if parcel_id in self._shapes:
            shape.fromWkb(self._shapes[parcel_id])
        return shape

    def clear(self) -> None:
        """Take everything off the map and put the tool away."""
        if self._canvas is None:
            return
        for band in self._bands.values():
            self._canvas.scene().removeItem(band)
        self._bands = {}
        if self.tool is not None:
            self._canvas.unsetMapTool(self.tool)

    def _band(self, look: str) -> QgsRubberBand:
        if look not in self._bands:
            colour, brush = LOOKS[look]
            band = QgsRubberBand(self._canvas, QgsWkbTypes.GeometryType.PolygonGeometry)
            band.setStrokeColor(QColor(colour))
            band.setFillColor(QColor(colour))
            band.setBrushStyle(brush)
            band.setWidth(2 if look == "zone" else 3)
            self._bands[look] = band
        return self._bands[look]
