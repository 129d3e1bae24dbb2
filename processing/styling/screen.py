# SPDX-License-Identifier: GPL-2.0-or-later
"""How symbols keep to the map's scale on the screen: widths in metres on the ground, within limits in mm.

A rim of 0.1 mm hides a parcel at 1:30 000; one of 1.2 m fades away by itself, and nothing is computed a feature. On
paper sheets choose symbols for their one scale (`delivery/pages/citylook.py`).
"""

from __future__ import annotations

from typing import Any

from qgis.core import (
    Qgis,
    QgsLinePatternFillSymbolLayer,
    QgsLineSymbol,
    QgsMapUnitScale,
    QgsProperty,
    QgsSimpleFillSymbolLayer,
    QgsSimpleLineSymbolLayer,
    QgsSimpleMarkerSymbolLayer,
    QgsSymbolLayer,
)

from .symbols import line

Property = QgsSymbolLayer.Property
METRES = Qgis.RenderUnit.MetersInMapUnits
GAP_M = 1.2  # of a rim between two areas: own choice, 0.24 mm at 1:5 000 and a tenth of a pixel at 1:40 000
HATCH_M, HATCH_LEAST = 14.0, 1.1  # between two lines of a hatch; mm that they come near each other at most
HATCH_LINE = 0.85  # of the width of its lines, so that they never meet


def between(least_mm: float, most_mm: float) -> QgsMapUnitScale:
    """Return the limits of a size in metres; `least_mm` 0 lets it vanish."""
    limits = QgsMapUnitScale()
    if least_mm > 0:
        limits.minSizeMMEnabled, limits.minSizeMM = True, least_mm
    limits.maxSizeMMEnabled, limits.maxSizeMM = True, most_mm
    return limits


def fading(symbol: Any, metres: float = GAP_M, most_mm: float = 0.0) -> Any:
    """Return an area symbol whose rims grow thin with the scale, and whose hatch grows fine; changes it in place.

    `most_mm` 0 = no rim is wider than it was.
    """
    for place in range(symbol.symbolLayerCount()):
        part = symbol.symbolLayer(place)
        if isinstance(part, QgsSimpleFillSymbolLayer):
            limits = between(0.0, most_mm or part.strokeWidth())
            part.setStrokeWidth(metres)
            part.setStrokeWidthUnit(METRES)
            part.setStrokeWidthMapUnitScale(limits)
        elif isinstance(part, QgsLinePatternFillSymbolLayer):
            most = part.distance()
            part.setLineWidth(part.lineWidth() * HATCH_LINE)  # in mm: QGIS takes metres of a pattern's line for none
            part.setDistance(HATCH_M)
            part.setDistanceUnit(METRES)
            part.setDistanceMapUnitScale(between(HATCH_LEAST, most))
    return symbol


def _scaled(part: Any, metres: float, least_mm: float, most_mm: float) -> None:
    part.setWidth(metres)
    part.setWidthUnit(METRES)
    part.setWidthMapUnitScale(between(least_mm, most_mm))


def ground_line(
    color: str, size: tuple[float, float, float], dashes: tuple[float, ...] = (), rim: tuple[Any, ...] = ()
) -> QgsLineSymbol:
    """Return a line `size` = (metres, least mm, most mm) wide.

    `rim` = (colour, metres, least mm, most mm) of a wider line below it; the line itself is drawn in the next pass, so
    that crossings are open where the renderer uses levels.
    """
    symbol = line(rim[0], 1.0) if rim else line(color, 1.0, dashes)
    _scaled(symbol.symbolLayer(0), *(rim[1:] or size))
    if rim:
        upper = line(color, 1.0, dashes)
        top = upper.symbolLayer(0).clone()
        _scaled(top, *size)
        top.setRenderingPass(1)
        symbol.appendSymbolLayer(top)
    return symbol


def scaled_lines(symbol: Any, share: float, least_mm: float) -> Any:
    """Return a line or rim symbol whose strokes are `share` metres for each mm they had; none is wider than it was."""
    for place in range(symbol.symbolLayerCount()):
        part = symbol.symbolLayer(place)
        if isinstance(part, QgsSimpleLineSymbolLayer):
            width = part.width()
            _scaled(part, width * share, least_mm, width)
    return symbol


def scaled_marker(symbol: Any, metres: float, least_mm: float) -> Any:
    """Return a point symbol that is `metres` large on the ground, at most as it was; rims keep their share.

    By an expression, not by units: the layer tree draws the icon of a marker sized in metres as large as a hand.
    """
    whole = max(symbol.symbolLayer(place).size() for place in range(symbol.symbolLayerCount()))
    for place in range(symbol.symbolLayerCount()):
        part = symbol.symbolLayer(place)
        if not isinstance(part, QgsSimpleMarkerSymbolLayer):
            continue
        for property_, size in ((Property.Size, part.size()), (Property.StrokeWidth, part.strokeWidth())):
            share = size / whole
            told = f"max({least_mm * share:.3f}, min({size:.3f}, {metres * share * 1000:.0f} / @map_scale))"
            part.setDataDefinedProperty(property_, QgsProperty.fromExpression(told))
    return symbol
