# SPDX-License-Identifier: GPL-2.0-or-later
"""Symbols in millimetres, made from plain values: every size and colour of the printed map passes through here."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from qgis.core import (
    QgsFillSymbol,
    QgsLinePatternFillSymbolLayer,
    QgsLineSymbol,
    QgsMarkerSymbol,
    QgsPointPatternFillSymbolLayer,
    QgsRuleBasedRenderer,
    QgsSimpleFillSymbolLayer,
    QgsSimpleLineSymbolLayer,
    QgsSimpleMarkerSymbolLayer,
)

Rule = tuple[str, str, Any]  # legend label, filter expression ("" = all, "ELSE" = the rest), symbol


def mixed(color: str, share: float) -> str:
    """Return the colour with `share` of itself and the rest white: "#8C1D40", 0.62 → a tint."""
    parts = [int(color[place : place + 2], 16) for place in (1, 3, 5)]
    return "#" + "".join(f"{round(255 - (255 - part) * share):02X}" for part in parts)


def fill(color: str, outline: str = "", width: float = 0.2, opacity: float = 1.0) -> QgsFillSymbol:
    """Return an area of one colour; without `outline` there is none."""
    symbol = QgsFillSymbol.createSimple(
        {"color": color, "outline_color": outline or color, "outline_width": str(width),
         "outline_style": "solid" if outline else "no"}
    )  # fmt: skip
    symbol.setOpacity(opacity)
    return symbol


def hatched(color: str, angle: int = 45, hatch: str = "#FFFFFF", ground: bool = True) -> QgsFillSymbol:
    """Return an area with a hatch of 0.6 mm lines, 1.3 mm apart, and an outline of the hue: it survives a photocopy."""
    symbol = QgsFillSymbol()
    style = "solid" if ground else "no"
    symbol.changeSymbolLayer(
        0, QgsSimpleFillSymbolLayer.create({"color": color, "style": style, "outline_style": "no"})
    )
    width = "0.6" if ground else "0.2"
    symbol.appendSymbolLayer(
        QgsLinePatternFillSymbolLayer.create(
            {"angle": str(angle), "distance": "1.3", "line_width": width, "color": hatch}
        )
    )
    symbol.appendSymbolLayer(
        QgsSimpleFillSymbolLayer.create({"style": "no", "outline_color": color, "outline_width": "0.2"})
    )
    return symbol


def crossed(color: str, outline: str, hatch: str = "#FFFFFF") -> QgsFillSymbol:
    """Return an area with a cross hatch: what is torn down."""
    symbol = fill(color, outline)
    for angle in (45, -45):
        options = {"angle": str(angle), "distance": "0.9", "line_width": "0.15", "color": hatch}
        symbol.appendSymbolLayer(QgsLinePatternFillSymbolLayer.create(options))
    return symbol


def dotted(color: str, outline: str) -> QgsFillSymbol:
    """Return an area with dots: what is added."""
    symbol = fill(color, outline)
    dots = QgsPointPatternFillSymbolLayer.create({"distance_x": "0.9", "distance_y": "0.9"})
    dots.setSubSymbol(marker("circle", outline, 0.3, outline, 0))
    symbol.appendSymbolLayer(dots)
    return symbol


def outlined(color: str, width: float, dashes: tuple[float, ...] = (), casing: float = 0.0) -> QgsFillSymbol:
    """Return an area that shows only its rim, dashed on a white casing when asked for."""
    return _cased(QgsFillSymbol(), _line(color, width, dashes), casing)


def line(color: str, width: float, dashes: tuple[float, ...] = (), casing: float = 0.0) -> QgsLineSymbol:
    """Return a line, dashed on a white casing when asked for."""
    return _cased(QgsLineSymbol(), _line(color, width, dashes), casing)


def _cased(symbol: Any, stroke: dict[str, str], casing: float) -> Any:
    """Give a symbol one stroke, with a white casing of this width below when it is above 0."""
    layers = [_line("#FFFFFF", casing, ())] if casing else []
    for place, look in enumerate([*layers, stroke]):
        made = QgsSimpleLineSymbolLayer.create(look)
        if place:
            symbol.appendSymbolLayer(made)
        else:
            symbol.changeSymbolLayer(0, made)
    return symbol


def marker(shape: str, color: str, size: float, rim: str = "#FFFFFF", rim_width: float = 0.3) -> QgsMarkerSymbol:
    """Return a point symbol: `shape` circle | square | diamond …"""
    return QgsMarkerSymbol.createSimple(
        {"name": shape, "color": color, "size": str(size), "outline_color": rim, "outline_width": str(rim_width)}
    )


def ring(color: str, size: float, width: float) -> QgsMarkerSymbol:
    """Return a white disc with a coloured rim and a dot in the middle: a station."""
    symbol = marker("circle", "#FFFFFF", size, color, width)
    dot = {"name": "circle", "color": color, "size": str(size * 0.4), "outline_style": "no"}
    symbol.appendSymbolLayer(QgsSimpleMarkerSymbolLayer.create(dot))
    return symbol


def rules(found: list[Rule], up_to: Mapping[str, int] | None = None) -> QgsRuleBasedRenderer:
    """Return a renderer with one rule a row, in order; each label is an entry of the legend.

    `up_to` = {label: the scale up to which it is drawn}, those without are drawn at every scale.

    A clone is returned: rules that Python has touched must not outlive their layer, or a later rule at the same address
    is taken for the old one and freed with it.
    """
    root = QgsRuleBasedRenderer.Rule(None)
    for label, condition, symbol in found:
        rule = QgsRuleBasedRenderer.Rule(symbol, 0, 0, "" if condition == "ELSE" else condition, label)
        if condition == "ELSE":
            rule.setIsElse(True)  # only then: the call itself forgets the filter
        if up_to and up_to.get(label):
            rule.setMinimumScale(up_to[label])
        root.appendChild(rule)
    return QgsRuleBasedRenderer(root).clone()


def _line(color: str, width: float, dashes: tuple[float, ...]) -> dict[str, str]:
    options = {"line_color": color, "line_width": str(width), "joinstyle": "round", "capstyle": "round"}
    if dashes:
        options |= {"use_custom_dash": "1", "customdash": ";".join(str(length) for length in dashes)}
        options["capstyle"] = "flat"
    return options
