# SPDX-License-Identifier: GPL-2.0-or-later
"""Letters of the house on maps: fonts, halos, and how a layer is named; for sheets, projects and the canvas."""

from __future__ import annotations

from functools import lru_cache
from typing import Any

from qgis.core import (
    QgsPalLayerSettings,
    QgsProperty,
    QgsTextBufferSettings,
    QgsTextFormat,
    QgsVectorLayerSimpleLabeling,
)
from qgis.PyQt.QtCore import QT_VERSION_STR, Qt
from qgis.PyQt.QtGui import QColor, QFont, QFontDatabase

from ...core.delivery.scales import page

NOT_ON_PAGES = "@zone_id IS NULL"  # pages, which have @zone_id, bring names of their own
STROKE = 0.022  # width of the outline that stands for bold, as a share of the letters' size


def fonts() -> Any:
    """Return what knows the fonts: an object in Qt 5, in Qt 6 the class itself, of which PyQt makes no object."""
    return QFontDatabase() if QT_VERSION_STR.startswith("5.") else QFontDatabase


@lru_cache(maxsize=1)
def letters() -> str:
    """Return the family to write maps with: the first of the house's that is here, "" for the program's own."""
    there = {family.split(" [")[0]: family for family in fonts().families()}
    return next((there[name] for name in page()["fonts"] if name in there), "")


@lru_cache(maxsize=8)
def has_bold(family: str) -> bool:
    """Say whether a family has a bold face of its own."""
    database = fonts()
    return any(database.bold(family, style) for style in database.styles(family))


def text_format(family: str, points: float, color: str, bold: bool = False, halo: bool = False) -> QgsTextFormat:
    """Return how a text is drawn; `halo` = white, 85 %, 0.8 mm."""
    font = QFont(family) if family else QFont()
    font.setBold(bold)
    made = QgsTextFormat()
    made.setFont(font)
    made.setForcedBold(bold)
    made.setSize(points)
    made.setColor(QColor(color))
    if bold and not halo and not has_bold(family):  # pictures would show no difference: an outline makes it bold
        font.setBold(False)
        made.setFont(font)
        made.setForcedBold(False)
        stroke = QgsTextBufferSettings()
        stroke.setEnabled(True)
        stroke.setSize(points * 0.3528 * STROKE)
        stroke.setColor(QColor(color))
        stroke.setJoinStyle(Qt.PenJoinStyle.RoundJoin)
        made.setBuffer(stroke)
    if halo:
        buffer = QgsTextBufferSettings()
        buffer.setEnabled(True)
        buffer.setSize(0.8)
        buffer.setColor(QColor(255, 255, 255))
        buffer.setOpacity(0.85)
        made.setBuffer(buffer)
    return made


def label_layer(layer: Any, expression: str, drawn: QgsTextFormat, shown: str, **look: Any) -> None:
    """Label a layer; `shown` says when (an expression); `look` sets fields of QgsPalLayerSettings by their names.

    Whoever opens the project without the font gets the next of the house's that is there, and no warning.
    """
    drawn = QgsTextFormat(drawn)
    family, known = drawn.font().family(), page()["fonts"]
    drawn.setFamilies(known if family in known else [family, *known])
    settings = QgsPalLayerSettings()
    settings.fieldName = expression
    settings.isExpression = True
    settings.setFormat(drawn)
    for name, value in look.items():
        setattr(settings, name, value)
    properties = settings.dataDefinedProperties()
    properties.setProperty(QgsPalLayerSettings.Property.Show, QgsProperty.fromExpression(shown))
    settings.setDataDefinedProperties(properties)
    layer.setLabeling(QgsVectorLayerSimpleLabeling(settings))
    layer.setLabelsEnabled(True)
