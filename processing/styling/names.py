# SPDX-License-Identifier: GPL-2.0-or-later
"""Names on the map canvas: which layer is named by what, from which scale on, and which name gives way."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Any

from qgis.core import Qgis, QgsVectorLayer

from ...core.palette import palette
from .canvas import renamed
from .expressions import quoted
from .lettering import NOT_ON_PAGES, label_layer, letters, text_format
from .styles import WATER, barrier_is

Placement = Qgis.LabelPlacement
NAME = '"name"'
# one decimal, as core/rounding.py rounds: format_number() alone looks at the bits of a half
HECTARES, MINUTES = (f"format_number(round({value} + 1e-10, 1), 1)" for value in ('"area_m2" / 10000', '"walk_s" / 60'))


@dataclass(frozen=True)
class Naming:
    """What a layer's labels say (an expression), how large they are (points), which colour; up to which scale.

    `first`: 0–10, names with more win the place. `needs`: columns without which there are no labels.
    """

    told: str
    points: float
    color: str
    up_to: int
    first: int = 5
    needs: tuple[str, ...] = ("name",)
    bold: bool = False
    spaced_mm: float = 0.0
    when: str = "TRUE"
    look: Mapping[str, Any] = field(default_factory=dict)


def name_layer(layer: QgsVectorLayer, name: str, columns: Mapping[str, str], language: str) -> None:
    """Label a layer of a table or role; `columns` = {canonical name: field}. One that has no names stays without."""
    naming = namings(language).get(name)
    if naming is None or not set(naming.needs) <= set(columns):
        return
    drawn = text_format(letters(), naming.points, naming.color, naming.bold, True)
    buffer = drawn.buffer()
    buffer.setSize(0.7)
    drawn.setBuffer(buffer)
    if naming.spaced_mm:
        font = drawn.font()
        font.setLetterSpacing(font.SpacingType.AbsoluteSpacing, naming.spaced_mm)
        drawn.setFont(font)
    when = NOT_ON_PAGES if naming.when == "TRUE" else f"{NOT_ON_PAGES} AND ({renamed(naming.when, columns)})"
    look = {"placement": Placement.Horizontal, **naming.look}
    if look["placement"] == Placement.Free and layer.geometryType() == Qgis.GeometryType.Line:
        look |= {"placement": Placement.Curved, "mergeLines": True, "repeatDistance": 200}
    label_layer(layer, renamed(naming.told, columns), drawn, when, **up_to(name, language), **look)


def up_to(name: str, language: str) -> dict[str, Any]:
    """Return the settings that say from which scale on a table or role has its names, and which give way."""
    naming = namings(language)[name]
    return {"scaleVisibility": True, "minimumScale": naming.up_to, "maximumScale": 0, "priority": naming.first}


@lru_cache(maxsize=2)
def namings(language: str) -> dict[str, Naming]:
    """Return how each table or role is named."""
    base, core, zone = palette()["base"], palette()["core"]["color"], palette()["zone"]["color"]
    grey, green = base["road_name"]["color"], base["green_name"]["color"]
    point = {"placement": Placement.AroundPoint, "dist": 2.0}
    along = {"placement": Placement.Curved, "mergeLines": True, "repeatDistance": 120}
    inside = {"fitInPolygonOnly": True}
    return {
        "cores": Naming("''", 8.0, core, 60_000, 10, (), look={"drawLabels": False}),  # in the way of other names
        "stations": Naming(NAME, 9.5, core, 60_000, 9, bold=True, look=point),
        "zones": Naming(_zone(language), 9.5, zone, 60_000, 10, ("zone_id", "area_m2"), bold=True),
        "petals": Naming(petal_words(language), 7.5, "#222222", 7_000, 7, ("tag", "area_m2")),
        "communities": Naming(NAME, 9.0, "#33373A", 30_000, 6),
        "barriers": Naming(NAME, 11.0, base["water_name"]["color"], 60_000, 8, ("name", "kind"), spaced_mm=1.2,
                           when=barrier_is(WATER), look={"placement": Placement.Free}),
        "roads": Naming(NAME, 7.5, grey, 8_000, 3, spaced_mm=0.3, look=along),
        "tagged": Naming(NAME, 8.0, "#222222", 5_000, 4, ("name", "tag"), when="\"tag\" <> 'none'", look=inside),
        "buildings": Naming("\"floors\" || 'F'", 7.0, "#55504A", 2_200, 1, ("floors",), look=inside),
        "green": Naming(NAME, 7.5, green, 7_000, 2, look=inside),
        "protected": Naming(NAME, 7.5, base["protected"]["color"], 8_000, 3, look=inside),
        "facilities": Naming(NAME, 7.5, palette()["facility"]["color"], 3_000, 4, look=point),
    }  # fmt: skip


def _zone(language: str) -> str:
    petals, unit = ("瓣", "公顷") if language == "zh" else ("petals", "ha")
    size = f"{HECTARES} || ' {unit}'"
    return f"coalesce(\"name\", \"zone_id\") || '\\n' || {size} || coalesce(' · ' || \"petals_n\" || ' {petals}', '')"


def petal_words(language: str) -> str:
    """Return what a petal is called, an expression: its tag, hectares, minutes on foot."""
    names = json.dumps({tag: entry[language] for tag, entry in palette()["tags"].items()}, ensure_ascii=False)
    minutes = "分" if language == "zh" else "min"
    size = f"{HECTARES} || ' ha'"
    walk = f"coalesce(' · ' || {MINUTES} || ' {minutes}', '')"
    return f'coalesce(map_get(from_json({quoted(names)}), "tag"), "tag") || \'\\n\' || {size} || {walk}'
