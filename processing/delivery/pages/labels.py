# SPDX-License-Identifier: GPL-2.0-or-later
"""Names in the project: zones with hectares and petals, petals with a number, hectares and minutes."""

from __future__ import annotations

import json
from functools import lru_cache
from typing import Any

from qgis.core import (
    QgsPalLayerSettings,
    QgsProperty,
    QgsTextBufferSettings,
    QgsTextFormat,
    QgsVectorLayerSimpleLabeling,
)
from qgis.PyQt.QtCore import Qt
from qgis.PyQt.QtGui import QColor, QFont, QFontDatabase

from ....core.delivery.palette import palette

NOT_ON_PAGES = "@zone_id IS NULL"  # pages, which have @zone_id, bring names of their own
STROKE = 0.022  # width of the outline that stands for bold, as a share of the letters' size


def petal_numbers(petals: Any) -> dict[str, int]:
    """Return the number of each petal on its sheet: 1, 2 … within the zone, in the order of petal_id."""
    numbers: dict[str, int] = {}
    counts: dict[str, int] = {}
    for zone, petal in sorted({(str(z), str(p)) for z, p in zip(petals["zone_id"], petals["petal_id"])}):
        counts[zone] = counts.get(zone, 0) + 1
        numbers[f"{zone}/{petal}"] = counts[zone]
    return numbers


@lru_cache(maxsize=8)
def has_bold(family: str) -> bool:
    """Say whether a family has a bold face of its own."""
    database = QFontDatabase()
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


def label_layers(made: Any) -> None:
    """Label the zones and petals of a delivery's project."""
    language, family = made.study.language, made.study.font
    petals = made.layer("petals")
    if petals is not None:
        numbers = json.dumps(petal_numbers(made.study.frame("petals")), ensure_ascii=False)
        names = json.dumps({tag: entry[language] for tag, entry in palette()["tags"].items()}, ensure_ascii=False)
        minutes = "分" if language == "zh" else "min"
        head = f'map_get(from_json({_quoted(numbers)}), "zone_id" || \'/\' || "petal_id")'
        tag = f'coalesce(map_get(from_json({_quoted(names)}), "tag"), "tag")'
        size = "format_number(\"area_m2\" / 10000, 1) || ' ha'"
        walk = f"coalesce(' · ' || format_number(\"walk_s\" / 60, 1) || ' {minutes}', '')"
        label_layer(
            petals,
            f"{head} || ' ' || {tag} || '\\n' || {size} || {walk}",
            text_format(family, 7.5, "#222222", True, True),
            NOT_ON_PAGES,
        )
    zones = made.layer("zones")
    if zones is not None:
        petals_n = "瓣" if language == "zh" else "petals"
        unit = "公顷" if language == "zh" else "ha"
        size = f"format_number(\"area_m2\" / 10000, 1) || ' {unit}'"
        count = f"coalesce(' · ' || \"petals_n\" || ' {petals_n}', '')"
        told = f'coalesce("name", "zone_id") || \'\\n\' || {size} || {count}'
        label_layer(
            zones,
            told,
            text_format(family, 9.5, palette()["zone"]["color"], True, True),
            NOT_ON_PAGES,
        )


def label_layer(layer: Any, expression: str, drawn: QgsTextFormat, shown: str, **look: Any) -> None:
    """Label a layer; `shown` says when (an expression); `look` sets fields of QgsPalLayerSettings by their names."""
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


def _quoted(text: str) -> str:
    """Return a text as a literal of an expression."""
    return "'" + text.replace("\\", "\\\\").replace("'", "''") + "'"
