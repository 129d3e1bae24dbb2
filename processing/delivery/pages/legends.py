# SPDX-License-Identifier: GPL-2.0-or-later
"""Which entries of a layer's legend occur among its features: a legend lists nothing that nobody can find."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from qgis.core import (
    QgsExpressionContextScope,
    QgsFeatureRequest,
    QgsLegendRenderer,
    QgsLegendStyle,
    QgsRenderContext,
)

from ....core.palette import palette
from ....core.run import Run
from ...layers.systems import transform_between
from ...styling.symbols import line

AS_LINE = "urbanrenewal/legend"  # property of a layer: whose line stands in the legend
LINES = {"zone": (0.9, (4.8, 1.1, 0.8, 1.1)), "core_ring": (0.4, (1.9, 1.1))}  # width and dashes in mm
SLICE = 500
GAPS = (1.3, 0.5)  # mm above an entry; the smaller one where the list would be too high
MOST_COLUMNS = 12  # of a legend
MOST_FEATURES = 100_000  # of a layer that are looked at: own choice, a second or two; then all that is left counts


def entries_that_occur(layer: Any, zones: Sequence[str] = (), shown: Any = None, run: Any = None) -> list[int]:
    """Return the places in the legend of the rules that draw at least one feature.

    `zones` are the values of @zone_id for which rules are asked; without any it is not set. `shown` is the map (a
    layout item) that the features must touch, all of them without one. A layer with more than MOST_FEATURES features
    there keeps what was not found among the first ones. `run` is asked for Cancel every 500 features.
    """
    entries = [item.ruleKey() for item in layer.renderer().legendSymbolItems()]
    found: set[str] = set()
    for zone in zones or [""]:
        context = QgsRenderContext()
        scopes = layer.createExpressionContext()
        if zone:
            own = QgsExpressionContextScope()
            own.setVariable("zone_id", zone)
            scopes.appendScope(own)
        context.setExpressionContext(scopes)
        found |= _keys(layer, context, set(entries) - found, _request(layer, shown), run or Run())
    return [place for place, key in enumerate(entries) if key in found]


def choose_columns(item: Any, wanted: int, room: tuple[float, float]) -> float:
    """Set the columns of a legend so that it fits into width and height (mm, 0 = any); return its height.

    Where no number of columns does, it is as low as can be.
    """
    found = []
    for gap in GAPS:
        item.setStyleMargin(QgsLegendStyle.Style.Symbol, QgsLegendStyle.Side.Top, gap)
        for columns in range(1, MOST_COLUMNS + 1):
            item.setColumnCount(columns)
            size = QgsLegendRenderer(item.model(), item.legendSettings()).minimumSize()
            over = max(0.0, round(size.height() - room[1], 3)) if room[1] else 0.0
            found.append((size.width() > room[0], over, abs(columns - wanted), -gap, columns, size.height()))
        if not min(found)[1]:
            break
    *_, narrow, columns, height = min(found)
    item.setStyleMargin(QgsLegendStyle.Style.Symbol, QgsLegendStyle.Side.Top, -narrow)
    item.setColumnCount(columns)
    return float(height)


def line_of(layer: Any) -> Any:
    """Return the line that stands for an area in the legend; None where its own symbol does."""
    name = str(layer.customProperty(AS_LINE) or "")
    return line(palette()[name]["color"], *LINES[name]) if name in LINES else None


def _request(layer: Any, shown: Any) -> QgsFeatureRequest:
    """Return what asks for the features on a map; without one for all, whose outlines do not matter."""
    request = QgsFeatureRequest()
    if shown is None:
        request.setFlags(QgsFeatureRequest.Flag.NoGeometry)
        return request
    across = transform_between(shown.crs(), layer.crs(), shown.layout().project().transformContext())
    request.setFilterRect(across.transformBoundingBox(shown.extent()))
    return request


def _keys(layer: Any, context: Any, wanted: set[str], request: QgsFeatureRequest, run: Run) -> set[str]:
    """Return which of the rules draw a feature in this context."""
    renderer, found = layer.renderer().clone(), set()
    renderer.startRender(context, layer.fields())
    try:
        for number, feature in enumerate(layer.getFeatures(request)):
            if number % SLICE == 0:
                run.check()
            if number == MOST_FEATURES:
                found = set(wanted)
                break
            context.expressionContext().setFeature(feature)
            found |= set(renderer.legendKeysForFeature(feature, context)) & wanted
            if found == wanted:
                break
    finally:
        renderer.stopRender(context)
    return found
