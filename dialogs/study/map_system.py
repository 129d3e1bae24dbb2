# SPDX-License-Identifier: GPL-2.0-or-later
"""In which system the map is drawn when its first layer is in degrees: drawn in degrees a city looks squashed."""

from __future__ import annotations

from qgis.core import (
    QgsCoordinateReferenceSystem,
    QgsCsException,
    QgsFeatureRequest,
    QgsMapLayer,
    QgsPointXY,
    QgsProject,
    QgsRasterLayer,
    QgsVectorLayer,
)
from qgis.PyQt.QtCore import QTimer

from .crossing import crossing

CHINA = (73.5, 3.0, 136.5, 54.0)  # west, south, east, north: where offices hand over in zones of 3° of CGCS2000
FIRST_ZONE, FIRST_MERIDIAN = 4534, 75  # EPSG:4534 is CGCS2000 / 3-degree Gauss-Kruger CM 75E; one number a zone
FARTHEST_NORTH = 84.0  # of UTM


def drawn_in_degrees(project: QgsProject) -> bool:
    """Say whether the map is drawn in degrees."""
    return bool(project.crs().isValid() and project.crs().isGeographic())


def draw_in(project: QgsProject, system: QgsCoordinateReferenceSystem) -> None:
    """Draw the map in a system, also after QGIS has given it that of the first layer, which it does a turn later."""

    def again() -> None:
        if project.mapLayers() and project.crs() != system and drawn_in_degrees(project):
            project.setCrs(system)

    project.setCrs(system)
    if not system.isGeographic():
        QTimer.singleShot(0, again)


def metres_for(layer: QgsMapLayer) -> QgsCoordinateReferenceSystem:
    """Return a system in metres for a map of this layer: its own, or one for where it lies when it is in degrees.

    What has no place, or lies too far north, keeps its own.
    """
    crs = layer.crs()
    place = _place_of(layer) if crs.isValid() and crs.isGeographic() else None
    name = "" if place is None else zone_at(place.x(), place.y())
    found = QgsCoordinateReferenceSystem(name) if name else crs
    return found if found.isValid() else crs


def zone_at(longitude: float, latitude: float) -> str:
    """Return the zone at a place: CGCS2000 in zones of 3° in China, UTM elsewhere; "" where there is none."""
    west, south, east, north = CHINA
    if west <= longitude < east and south <= latitude <= north:
        return f"EPSG:{FIRST_ZONE + int((longitude + 1.5) // 3) - FIRST_MERIDIAN // 3}"
    if not (-180 <= longitude <= 180 and abs(latitude) <= FARTHEST_NORTH):
        return ""
    return f"EPSG:{(32600 if latitude >= 0 else 32700) + min(int((longitude + 180) // 6) + 1, 60)}"


def _place_of(layer: QgsMapLayer) -> QgsPointXY | None:
    """Return where a layer lies, in degrees: by its first row, as the extent of a raw file may take minutes."""
    if isinstance(layer, QgsRasterLayer):
        centre = layer.extent().center()
    elif isinstance(layer, QgsVectorLayer):
        row = next(iter(layer.getFeatures(QgsFeatureRequest().setNoAttributes().setLimit(1))), None)
        if row is None or row.geometry().isEmpty():
            return None
        centre = row.geometry().boundingBox().center()
    else:
        return None
    degrees = QgsCoordinateReferenceSystem("EPSG:4326")
    try:
        return crossing(layer.crs(), degrees, QgsProject.instance()).transform(centre)
    except QgsCsException:
        return None
