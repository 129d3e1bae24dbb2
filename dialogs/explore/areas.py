# SPDX-License-Identifier: GPL-2.0-or-later
"""The time map of a clicked place as areas: rings of five minutes around the streets, as the service areas of Gaps."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
import shapely
from qgis.core import (
    QgsCoordinateReferenceSystem,
    QgsFeature,
    QgsFillSymbol,
    QgsGeometry,
    QgsGraduatedSymbolRenderer,
    QgsRendererRange,
    QgsVectorLayer,
)

from ...core.run import Run
from ...core.walking.areas import AreaOptions, service_areas
from ...core.walking.join import JoinOptions
from ...processing.texts import tr
from .time_map import SHADES, STEP_MIN
from .walk_ground import Ground

STRENGTH = "150"  # of 255: the map is seen through


def limits_up_to(minutes: float) -> tuple[float, ...]:
    """Return every five minutes and the last: 5, 10, 12 for 12."""
    return (*np.arange(STEP_MIN, minutes, STEP_MIN).tolist(), float(minutes))


def areas_around(
    ground: Ground, place: tuple[float, float], profile: str, minutes: float, toward: bool, barriers: Any = None
) -> list[tuple[float, Any]]:
    """Return (minutes, ring) of a place in the metres of the network, the farthest last; none off the streets.

    `toward`: from where people walk to the place; else where they come from it, which is the same with every street
    turned round. `barriers` (table with `geometry`) are not walked across beside the streets.
    """
    graph = ground.graph if toward else ground.graph.turned(profile)
    here = pd.DataFrame({"facility_id": ["here"], "geometry": pd.Series([shapely.Point(place)], dtype=object)})
    options = AreaOptions(limits_up_to(minutes), JoinOptions(), "ring")
    found = service_areas(graph, ground.profiles[profile], here, None, (None, barriers), options, Run())
    return list(zip(found["minutes"].tolist(), found["geometry"]))


def layer_of(rings: list[tuple[float, Any]], crs: QgsCoordinateReferenceSystem, title: str) -> QgsVectorLayer:
    """Return rings as a layer in memory, near ones darker; `area_m2` of each ring alone."""
    layer = QgsVectorLayer("MultiPolygon?field=minutes:double&field=area_m2:double", title, "memory")
    layer.setCrs(crs)
    made, low, ranges = [], 0.0, []
    for place, (minutes, ring) in enumerate(rings):
        feature, shape = QgsFeature(layer.fields()), QgsGeometry()
        shape.fromWkb(shapely.to_wkb(ring, output_dimension=2))
        shape.convertToMultiType()
        feature.setGeometry(shape)
        feature.setAttributes([minutes, round(float(ring.area), 1)])
        made.append(feature)
        shade = SHADES[place * (len(SHADES) - 1) // max(1, len(rings) - 1)] if len(rings) > 1 else SHADES[1]
        red, green, blue = (int(shade[at : at + 2], 16) for at in (1, 3, 5))
        symbol = QgsFillSymbol.createSimple({"color": f"{red},{green},{blue},{STRENGTH}", "outline_style": "no"})
        label = tr("{low}–{high} min").format(low=f"{low:g}", high=f"{minutes:g}")
        ranges.append(QgsRendererRange(low, minutes, symbol, label))
        low = minutes
    layer.dataProvider().addFeatures(made)
    layer.updateExtents()
    layer.setRenderer(QgsGraduatedSymbolRenderer("minutes", ranges))
    return layer
