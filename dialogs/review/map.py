# SPDX-License-Identifier: GPL-2.0-or-later
"""The parcel under review on the map, framed, at the person's own scale when it fits; its fingerprint."""

from __future__ import annotations

from typing import Any

from qgis.core import (
    QgsCsException,
    QgsFeatureRequest,
    QgsGeometry,
    QgsProject,
    QgsRectangle,
    QgsVectorLayer,
    QgsWkbTypes,
)
from qgis.gui import QgsRubberBand
from qgis.PyQt.QtGui import QColor

from ..study.crossing import crossing
from .items import Item, table_of
from .storeys import Houses, StoreyItem
from .table import colour_of

AROUND = 1.8  # the parcel's frame with 40 % of its size on each side
OUTLINE = "#C2185B"
VEIL = 150  # of 255: the others stay at about two fifths of their strength


class ReviewMap:
    """Geometry of the tagged parcels and the frame on the canvas; without a canvas only the geometry."""

    def __init__(self, iface: Any, source: str, houses: Houses | None = None) -> None:
        self.source, self.houses = source, houses
        path, table = table_of(source)
        self.layer = QgsVectorLayer(f"{path}|layername={table}", "tagged", "ogr")
        self._canvas = iface.mapCanvas() if iface is not None else None
        self._band: QgsRubberBand | None = None
        self._veil: QgsRubberBand | None = None
        self._storeys: StoreyItem | None = None

    def geometry_of(self, item: Item) -> QgsGeometry:
        """Return a parcel's geometry in the layer's own system; an empty one when there is none."""
        request = QgsFeatureRequest(item.fid).setNoAttributes()
        return next((feature.geometry() for feature in self.layer.getFeatures(request)), QgsGeometry())

    def hash_of(self, item: Item) -> str:
        """Return the fingerprint that Tag compares with the parcel's geometry of then."""
        import shapely

        from ...core.identity import DEGREE_DIGITS, METRE_DIGITS, geometry_hash

        shape = self.geometry_of(item)
        if shape.isNull() or shape.isEmpty():
            return ""
        digits = DEGREE_DIGITS if self.layer.crs().isGeographic() else METRE_DIGITS
        return geometry_hash([shapely.from_wkb(bytes(shape.asWkb()))], digits)[0] or ""

    def show(self, item: Item, zoom: bool = False, keep: bool = False) -> None:
        """Frame a parcel; the scale changes only when it does not fit, or when asked to. `keep` = the map stays."""
        self.clear()
        shape = self.geometry_of(item)
        if self._canvas is None or shape.isNull():
            return
        self._band = QgsRubberBand(self._canvas, QgsWkbTypes.GeometryType.PolygonGeometry)
        self._band.setStrokeColor(QColor(OUTLINE))
        self._band.setFillColor(QColor(0, 0, 0, 0))  # the colours of the tags stay as they are
        self._band.setWidth(3)
        self._band.setToGeometry(shape, self.layer)
        if keep:
            return
        self._set_apart(item, shape)
        try:
            project = QgsProject.instance()
            change = crossing(self.layer.crs(), self._canvas.mapSettings().destinationCrs(), project)
            wanted = change.transformBoundingBox(shape.boundingBox())
        except QgsCsException:
            return
        wanted.scale(AROUND)
        self._go(wanted, zoom)

    def show_again(self, item: Item) -> None:
        """Frame a parcel as before and leave the map where it is: the panel comes to the front again."""
        self.show(item, keep=True)
        shape = self.geometry_of(item)
        if self._canvas is not None and not shape.isNull():
            self._set_apart(item, shape)

    def _set_apart(self, item: Item, shape: QgsGeometry) -> None:
        self._veil = self._veil_around(shape)
        self._show_houses(item, shape)

    def clear(self) -> None:
        """Take the frame away."""
        for item in (self._band, self._veil, self._storeys):
            if item is not None and self._canvas is not None:
                self._canvas.scene().removeItem(item)
        self._band = self._veil = self._storeys = None

    def _show_houses(self, item: Item, shape: QgsGeometry) -> None:
        if self.houses is None:
            return
        crs = self._canvas.mapSettings().destinationCrs()
        houses = self.houses.inside(shape, self.layer.crs(), crs, QgsProject.instance())
        if houses:
            self._storeys = StoreyItem(self._canvas, houses, colour_of(item.tag))

    def _veil_around(self, shape: QgsGeometry) -> QgsRubberBand:
        """Pale everything but the parcel, so that it is seen at once what is judged."""
        whole = self.layer.extent()
        whole.scale(2.0)
        veil = QgsRubberBand(self._canvas, QgsWkbTypes.GeometryType.PolygonGeometry)
        veil.setFillColor(QColor(255, 255, 255, VEIL))
        veil.setStrokeColor(QColor(0, 0, 0, 0))
        veil.setToGeometry(QgsGeometry.fromRect(whole).difference(shape), self.layer)
        return veil

    def _go(self, wanted: QgsRectangle, zoom: bool) -> None:
        now = self._canvas.extent()
        fits = now.width() >= wanted.width() and now.height() >= wanted.height()
        is_speck = max(wanted.width() / max(now.width(), 1e-9), wanted.height() / max(now.height(), 1e-9)) < 0.1
        if zoom or not fits or is_speck:
            self._canvas.setExtent(wanted)
        else:
            self._canvas.setCenter(wanted.center())
        self._canvas.refresh()
