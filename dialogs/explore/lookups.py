# SPDX-License-Identifier: GPL-2.0-or-later
"""What lies at a clicked place: parcel, zone, facility; where a facility's doors are in the metres of the network."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import suppress
from typing import Any

from qgis.core import (
    QgsCoordinateReferenceSystem,
    QgsCsException,
    QgsExpression,
    QgsFeatureRequest,
    QgsGeometry,
    QgsPointXY,
    QgsRectangle,
    QgsVectorLayer,
    QgsVectorLayerFeatureSource,
)

from ..parts.ids import id_text
from ..review import items as review_items
from ..review import reviewing
from ..review.items import Item
from ..review.map import ReviewMap
from ..study import project_state
from ..study.crossing import crossing
from ..study.steps import results_of
from ..study.study import Study

PIXELS = 8  # a click this near to a facility means the facility
ToNetwork = Callable[[QgsPointXY, QgsCoordinateReferenceSystem], "tuple[float, float] | None"]


class Lookups:
    """Looks into the layers of a study; `to_network` gives a point in the metres of the network, None = cannot be."""

    def __init__(self, iface: Any, session: Any, to_network: ToNetwork) -> None:
        self._iface, self._session, self.to_network = iface, session, to_network
        self.map: ReviewMap | None = None  # the parcels and the frame of one of them
        self.zones: tuple[Any, QgsVectorLayer] | None = None  # with what they were opened from

    @property
    def _canvas(self) -> Any:
        return self._iface.mapCanvas()

    @property
    def study(self) -> Study:
        """Return the study looked into."""
        return self._session.study

    @property
    def project(self) -> Any:
        """Return its project."""
        return self._session.project

    def parcels(self, source: str) -> ReviewMap:
        """Return the tagged parcels of a source, opened once."""
        if self.map is None or self.map.source != source:
            self.map = ReviewMap(self._iface, source)
        return self.map

    def clear(self) -> None:
        """Take the frame of a parcel off the map."""
        if self.map is not None:
            self.map.clear()

    def item_at(self, point: QgsPointXY) -> Item | None:
        """Return the parcel under a click; None where there is none, or before Tag."""
        source = reviewing.tagged_source(self.study)
        if not source:
            return None
        layer = self.parcels(source).layer
        crs = self._canvas.mapSettings().destinationCrs()
        try:
            there = crossing(crs, layer.crs(), self.project).transform(point)
        except QgsCsException:
            return None
        spot = QgsGeometry.fromPointXY(there)
        request = QgsFeatureRequest(spot.boundingBox().buffered(1e-4))
        for feature in layer.getFeatures(request):
            if feature.geometry().intersects(spot):
                return review_items.item_of(source, feature.id())
        return None

    def zone_at(self, point: QgsPointXY) -> str:
        """Return the zone under a click; "" where there is none, or before Zones."""
        source = results_of(self.study).get("zones", "")
        if not source:
            return ""
        layer = self._zones_of(source)
        crs = self._canvas.mapSettings().destinationCrs()
        try:
            there = crossing(crs, layer.crs(), self.project).transform(point)
        except QgsCsException:
            return ""
        spot = QgsGeometry.fromPointXY(there)
        request = QgsFeatureRequest(spot.boundingBox().buffered(1e-4))
        found = (feature for feature in layer.getFeatures(request) if feature.geometry().intersects(spot))
        return next((str(feature["zone_id"]) for feature in found), "")

    def _zones_of(self, source: str) -> QgsVectorLayer:
        """Return the zones of a source, opened once: in a file of many tables that is felt at each click."""
        key = (source, reviewing.stamp_of(source))
        if self.zones is None or self.zones[0] != key:
            path, table = review_items.table_of(source)
            self.zones = (key, QgsVectorLayer(f"{path}|layername={table}", "zones", "ogr"))
        return self.zones[1]

    def facility_at(self, point: QgsPointXY) -> tuple[str, str] | None:
        """Return (id, name) of the facility within a few pixels of a click."""
        layer, names = self.role("FACILITIES")
        if layer is None or "facility_id" not in names:
            return None
        canvas, project = self._canvas, self.project
        away = canvas.mapUnitsPerPixel() * PIXELS
        around = QgsRectangle(point.x() - away, point.y() - away, point.x() + away, point.y() + away)
        try:
            change = crossing(canvas.mapSettings().destinationCrs(), layer.crs(), project)
            around = change.transformBoundingBox(around)
        except QgsCsException:
            return None
        spot = QgsGeometry.fromPointXY(around.center())
        found = list(layer.getFeatures(QgsFeatureRequest(around)))
        if not found:
            return None
        feature = min(found, key=lambda one: (one.geometry().distance(spot), id_text(one[names["facility_id"]])))
        name = feature[names["name"]] if "name" in names else ""
        return id_text(feature[names["facility_id"]]), str(name or "")

    def doors_of(self, facility: str) -> list[tuple[float, float] | None]:
        """Return the entrances of a facility, or its own place, in the metres of the network."""
        for role, column in (("ENTRANCES", "entrance_of"), ("FACILITIES", "facility_id")):
            layer, names = self.role(role)
            if layer is None or column not in names:
                continue
            wanted = QgsExpression.createFieldEqualityExpression(names[column], facility)
            request = QgsFeatureRequest().setFilterExpression(wanted)
            found = [
                self.to_network(feature.geometry().pointOnSurface().asPoint(), layer.crs())
                for feature in layer.getFeatures(request)
                if feature.hasGeometry()
            ]
            if found:
                return found
        return []

    def role(self, role: str) -> tuple[QgsVectorLayer | None, dict[str, str]]:
        """Return the layer that plays a role and its fields by column: chosen ones first, then guessed ones."""
        choice = self.study.inputs.get(role)
        layer = project_state.layer_of(self.project, choice) if choice else None
        if not isinstance(layer, QgsVectorLayer) or not layer.isValid():
            return None, {}
        return layer, project_state.columns_of(layer, role, choice.mapping)

    def role_layer(self, role: str) -> QgsVectorLayer | None:
        """Return the layer with places that plays a role."""
        layer, _ = self.role(role)
        return layer if layer is not None and layer.isSpatial() else None


def place_reader(
    layer: QgsVectorLayer, key: str, crs: QgsCoordinateReferenceSystem, project: Any
) -> Callable[[], dict[str, tuple[float, float]]]:
    """Return a function that reads {value of a field: (x, y) in a system}, for any thread: the layer is frozen here."""
    source, change = QgsVectorLayerFeatureSource(layer), crossing(layer.crs(), crs, project)
    request = QgsFeatureRequest().setSubsetOfAttributes([key], layer.fields())

    def read() -> dict[str, tuple[float, float]]:
        found = {}
        for feature in source.getFeatures(request):
            if feature.hasGeometry():
                with suppress(QgsCsException):
                    place = change.transform(feature.geometry().pointOnSurface().asPoint())
                    found[id_text(feature[key])] = (place.x(), place.y())
        return found

    return read
