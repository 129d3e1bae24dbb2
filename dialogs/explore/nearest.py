# SPDX-License-Identifier: GPL-2.0-or-later
"""Ways from any place that is clicked to the nearest station and the nearest facility, also before Gaps has run."""

from __future__ import annotations

from typing import Any

from qgis.core import QgsCsException, QgsFeatureRequest, QgsRectangle, QgsVectorLayer

from ...processing.texts import tr
from ..parts.phrases import paired
from ..study.crossing import crossing

ROLES = {
    "station": ("STATION_ENTRANCES", "STATIONS"),
    "facility": ("FACILITIES",),
}  # layers, the first there is
WITHIN_M = (1_000.0, 4_000.0)  # looked for in the nearer square first; an hour's walk of an adult is 4.3 km
MOST = 12  # places in a straight line among which the nearest on foot is looked for


def title_of(target: str) -> str:
    """Return what a target is called."""
    return {"station": tr("Nearest station"), "facility": tr("Nearest facility")}[target]


def links(exploring: Any) -> str:
    """Return links to the ways there are layers for; "" when there is none."""
    there = [target for target, roles in ROLES.items() if any(exploring.role_layer(role) for role in roles)]
    found = [f'<a href="way:@{target}:">{title_of(target)}</a>' for target in there]
    return f"<p>{paired(tr('Ways on foot'), ' · '.join(found))}</p>" if found else ""


def places_near(exploring: Any, target: str, home: tuple[float, float]) -> list[tuple[float, float]]:
    """Return the nearest places of a target in a straight line, at most MOST, in the metres of the network."""
    layer = next((found for role in ROLES[target] if (found := exploring.role_layer(role))), None)
    if layer is None:
        return []
    for within in WITHIN_M:
        found = _inside(exploring, layer, QgsRectangle.fromCenterAndSize(_point(home), 2 * within, 2 * within))
        if found:
            return sorted(found, key=lambda xy: (xy[0] - home[0]) ** 2 + (xy[1] - home[1]) ** 2)[:MOST]
    return []


def _inside(exploring: Any, layer: QgsVectorLayer, square: QgsRectangle) -> list[tuple[float, float]]:
    project = exploring.project
    try:
        around = crossing(exploring.network_crs(), layer.crs(), project).transformBoundingBox(square)
        change = crossing(layer.crs(), exploring.network_crs(), project)
        request = QgsFeatureRequest(around).setNoAttributes()
        points = [
            change.transform(feature.geometry().pointOnSurface().asPoint())
            for feature in layer.getFeatures(request) if feature.hasGeometry()
        ]  # fmt: skip
    except QgsCsException:
        return []
    return [(point.x(), point.y()) for point in points]


def _point(xy: tuple[float, float]) -> Any:
    from qgis.core import QgsPointXY

    return QgsPointXY(*xy)
