# SPDX-License-Identifier: GPL-2.0-or-later
"""Puts the house's look on a layer: colours, sizes that follow the scale, names; for results, and inputs when asked."""

from __future__ import annotations

from collections.abc import Mapping

from qgis.core import Qgis, QgsRasterLayer, QgsVectorLayer
from qgis.PyQt.QtGui import QPainter

from ...core import schema
from ...core.gaps.grouping import USUAL, Groups
from .canvas import UP_TO, is_levelled, look_of, renamed, scales_of
from .names import name_layer
from .styles import STYLES, rules_of
from .symbols import Rule, rules

SUN_AZIMUTH, SUN_ZENITH = 315.0, 17.0  # degrees; a sun so high leaves flat ground nearly white, filters would take time
STEEPER, RELIEF = 1.2, 0.52  # how much steeper slopes are drawn, how much of their shade is seen: own choice
MULTIPLIED = ("tagged", "gap", "gap_served", "gap_summary", "parcel_people")  # areas through which houses are seen


def wear(
    layer: QgsVectorLayer, name: str, language: str, columns: Mapping[str, str] | None = None, groups: Groups = USUAL
) -> list[Rule]:
    """Give a layer the look of a table or role; return its classes, none when there is no such look.

    `columns` = {canonical name: field}; without it the fields are named as in the contract. `groups` which kinds are
    elders' and children's.
    """
    named = dict(columns) if columns is not None else {field.name(): field.name() for field in layer.fields()}
    found = look_of(name, rules_of(layer, name, set(named), language, groups), set(named), language)
    if not found:
        return []
    found = [(label, renamed(condition, named), symbol) for label, condition, symbol in found]
    made = rules(found, scales_of(name, language))
    made.setUsingSymbolLevels(is_levelled(name, layer.geometryType()))
    layer.setRenderer(made)
    up_to = UP_TO.get(name, 0)
    layer.setScaleBasedVisibility(bool(up_to))
    layer.setMinimumScale(up_to)
    layer.setMaximumScale(0)
    name_layer(layer, name, named, language)
    return found


def apply_style(layer: QgsVectorLayer, table: schema.Table, language: str, groups: Groups = USUAL) -> None:
    """Give the layer the look of its table; a table without geometry or without a look of its own stays as it is."""
    if layer.isSpatial():
        wear(layer, table.name, language, groups=groups)


def has_look(name: str) -> bool:
    """Say whether a table or role has a look of the house."""
    return name in STYLES or bool(look_of(name, [], set(), "en"))


def see_through(layer: QgsVectorLayer, name: str, on: bool = True) -> None:
    """Let houses and ground show through a coloured area, or no longer: only where what lies below is pale."""
    if name in MULTIPLIED:
        mode = (
            QPainter.CompositionMode.CompositionMode_Multiply
            if on
            else QPainter.CompositionMode.CompositionMode_SourceOver
        )
        layer.setBlendMode(mode)


def wear_relief(raster: QgsRasterLayer) -> None:
    """Draw heights as a soft shade over the land, without the steps of their cells when looked at closely."""
    from qgis.core import QgsHillshadeRenderer

    heights = raster.dataProvider()
    if heights.enableProviderResampling(True):
        heights.setZoomedInResamplingMethod(heights.ResamplingMethod.Cubic)
        raster.setResamplingStage(Qgis.RasterResamplingStage.Provider)
    shade = QgsHillshadeRenderer(heights, 1, SUN_AZIMUTH, SUN_ZENITH)
    shade.setZFactor(STEEPER)
    raster.setRenderer(shade)
    raster.setOpacity(RELIEF)
    raster.setBlendMode(QPainter.CompositionMode.CompositionMode_Multiply)
