# SPDX-License-Identifier: GPL-2.0-or-later
"""How layers look on the map canvas at every scale: what `styles.py` says in mm, in metres on the ground.

Tables of results and roles of inputs share their looks: `roads` is what the role ROADS wears as well. A name that
appears in no dictionary here is drawn as `styles.py` has it.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping
from functools import lru_cache
from typing import Any

from qgis.core import Qgis, QgsCentroidFillSymbolLayer, QgsProperty, QgsSymbolLayer

from ...core.palette import palette
from ...core.resources import read_resource
from .loads import FULL, HAS_LOAD
from .screen import fading, ground_line, scaled_lines, scaled_marker
from .styles import STYLES, group_rules
from .symbols import Rule, dotted, fill, hatched, marker, outlined, ring

Looks = Callable[[set[str], str], list[Rule]]
RIM_LEAST = 0.16  # mm that a road's casing stands out at least, both sides together
MAIN = ("motorway", "trunk", "primary", "motorway_link", "trunk_link", "primary_link", "快速路", "主干路", "主干道")
MIDDLE = ("secondary", "secondary_link", "tertiary", "tertiary_link", "次干路", "次干道", "支路", "城市支路")
ROADS = {  # metres, least and most mm of the road; up to which scale it is drawn, 0 = every one. Own choice
    "stairs": ((2.4, 0.25, 0.9), 12_000), "path": ((1.4, 0.15, 0.4), 12_000), "street": ((7.0, 0.16, 1.8), 80_000),
    "middle": ((11.0, 0.28, 2.6), 250_000), "main": ((17.0, 0.45, 3.4), 0),
}  # fmt: skip
DASHES = {"stairs": (0.35, 0.35), "path": (1.2, 0.6), "tunnel": (1.5, 1.0)}
BRANCH, BRANCH_RIM, BRANCH_STEEP = (5.0, 0.3, 1.2), (9.0, 0.0, 2.1), (8.0, 0.4, 2.0)
OTHER = 0.45  # of the colour of parcels without a tag: the ground is seen
SOLID_FROM = 9_000  # from this scale on a zone's line has no dashes: they are longer than the sides of its outline
UP_TO = {  # layers of small things: the scale up to which they are drawn
    "buildings": 60_000, "station_entrances": 15_000, "entrances": 6_000, "height_points": 6_000, "contours": 60_000,
    "facilities": 60_000, "corners": 8_000, "protected": 150_000, "branches": 150_000, "edges": 150_000,
    "building_people": 60_000, "nodes": 8_000,
}  # fmt: skip


def look_of(name: str, found: list[Rule], names: set[str], language: str) -> list[Rule]:
    """Return the rules of a table or role for the canvas; `found` are those of `styles.py`, none for an input alone."""
    if name in OWN:
        return OWN[name](names, language)
    change = CHANGES.get(name)
    return [(label, condition, change(symbol)) for label, condition, symbol in found] if change else found


def gap_classes(share: str, kinds: Iterable[str], language: str) -> list[Rule]:
    """Return the classes of a gap in the facilities of some kinds (`styles.group_rules`) for the canvas."""
    return [(label, when, CHANGES["gap"](symbol)) for label, when, symbol in group_rules(share, kinds, language)]


def scales_of(name: str, language: str) -> dict[str, int]:
    """Return {label: scale up to which a class is drawn} of roads and ways; small ones need room."""
    entries = palette()[name] if name in ("roads", "edges") else {}
    found = {entry[language]: ROADS[key][1] for key, entry in entries.items() if key in ROADS}
    return {label: scale for label, scale in found.items() if scale}


def class_words() -> dict[str, list[str]]:
    """Return {path | stairs: values of a road's class that say so} of the usual mapping."""
    found: dict[str, list[str]] = {"path": [], "stairs": []}
    for word, kind in _mapping().items():
        if kind in found:
            found[kind].append(word)
    return found


@lru_cache(maxsize=1)
def _mapping() -> Mapping[str, str]:
    return dict(read_resource("mappings", "standard.json")["classes"])


def renamed(condition: str, columns: Mapping[str, str]) -> str:
    """Return an expression over a user's own fields: `columns` = {canonical name: field}."""
    return re.sub(r'"(\w+)"', lambda found: f'"{columns.get(found[1], found[1])}"', condition)


def _road(key: str, entry: Mapping[str, str]) -> Any:
    size, _ = ROADS[key]
    if key in DASHES:
        symbol = ground_line(entry["color"], size, DASHES[key])
        symbol.symbolLayer(0).setRenderingPass(1)
        return symbol
    metres, least, most = size
    casing = palette()["base"]["casing"]["color"]
    symbol = ground_line(entry["color"], size, rim=(casing, metres + 2.0, least + RIM_LEAST, most + 0.5))
    symbol.symbolLayer(1).setRenderingPass({"street": 1, "middle": 2, "main": 3}[key])
    return symbol


def _roads(names: set[str], language: str) -> list[Rule]:
    """Roads by class: white on a pale casing, steps and paths only where there is room."""
    entries = palette()["roads"]
    if "highway" not in names:
        return [(palette()["base"]["road"][language], "", _road("street", entries["street"]))]
    words = {**class_words(), "main": MAIN, "middle": MIDDLE}
    found = []
    for key in ("main", "middle", "street", "path", "stairs"):
        listed = ", ".join(f"'{word}'" for word in words.get(key, ()))
        condition = f'lower("highway") IN ({listed})' if listed else "ELSE"
        found.append((entries[key][language], condition, _road(key, entries[key])))
    return found


def _edges(names: set[str], language: str) -> list[Rule]:
    """Ways of the walk network, as roads are drawn; what is no street stands out."""
    roads, found = palette()["roads"], []
    for kind, entry in palette()["edges"].items():
        if kind in ("street", "path", "stairs"):
            symbol = _road(kind, {"color": roads[kind]["color"]})
        elif kind == "bridge":
            symbol = ground_line("#FFFFFF", (7.0, 0.16, 1.8), rim=(entry["color"], 9.5, 0.4, 2.4))
        else:
            symbol = ground_line(entry["color"], (3.0, 0.25, 0.9), DASHES.get(kind, ()))
            symbol.symbolLayer(0).setRenderingPass(1)
        found.append((entry[language], f"\"kind\" = '{kind}'", symbol))
    return [*found, (palette()["other"][language], "ELSE", _road("street", roads["street"]))]


def _branches(names: set[str], language: str) -> list[Rule]:
    (plain, rest, _), (stairs, steep, _) = STYLES["branches"](names, language)
    color = palette()["branch"]["color"]
    return [
        (plain, rest, ground_line(color, BRANCH, rim=("#FFFFFF", *BRANCH_RIM))),
        (stairs, steep, ground_line(palette()["branch_stairs"]["color"], BRANCH_STEEP, (0.5, 0.5))),
    ]


def _zones(names: set[str], language: str) -> list[Rule]:
    """The zone's line: thin and without dashes where its outline is small."""
    entry = palette()["zone"]
    symbol = scaled_lines(outlined(entry["color"], 0.9, (4.8, 1.1, 0.8, 1.1), 1.7), 8.0, 0.45)
    top = symbol.symbolLayer(symbol.symbolLayerCount() - 1)
    told = QgsProperty.fromExpression(f"if(@map_scale > {SOLID_FROM}, '200;0.01', '4.8;1.1;0.8;1.1')")
    top.setDataDefinedProperty(QgsSymbolLayer.Property.CustomDash, told)
    return [(entry[language], "", symbol)]


def _cores(names: set[str], language: str) -> list[Rule]:
    entry = palette()["core"]
    return [(entry[language], "", scaled_marker(ring(entry["color"], 5.6, 0.9), 60.0, 2.4))]


def _stations(names: set[str], language: str) -> list[Rule]:
    entry, core = palette()["base"]["station"], palette()["core"]["color"]
    return [(entry[language], "", scaled_marker(ring(core, 4.2, 0.7), 50.0, 2.0))]


def _facilities(names: set[str], language: str) -> list[Rule]:
    """White squares rimmed green; dark red and thick where the last count of gaps says full (`loads.py`)."""
    plain, full = palette()["facility"], palette()["overloaded"]
    green = scaled_marker(marker("square", "#FFFFFF", 3.0, plain["color"], 0.4), 22.0, 1.0)
    if FULL not in names:
        return [(plain[language], "", green)]
    red = scaled_marker(marker("square", "#FFFFFF", 3.0, full["color"], 0.6), 22.0, 1.2)
    return [(full[language], HAS_LOAD, red), (plain[language], "ELSE", green)]


def _sites(names: set[str], language: str) -> list[Rule]:
    """Proposed sites: the building, and a mark on it where it is too small to be seen."""
    entry = palette()["site"]
    symbol, mark = fading(fill(entry["color"], "#7A5200", 0.8), 3.0), QgsCentroidFillSymbolLayer()
    mark.setSubSymbol(scaled_marker(marker("diamond", entry["color"], 4.4, "#7A5200", 0.45), 40.0, 2.6))
    symbol.appendSymbolLayer(mark)
    return [(entry[language], "", symbol)]


def _checked(names: set[str], language: str) -> list[Rule]:
    entry = palette()["zone"]
    return [(entry[language], "", scaled_lines(outlined(entry["color"], 0.4, (1.9, 1.1)), 6.0, 0.2))]


def _parcels(names: set[str], language: str) -> list[Rule]:
    """Outlines alone: green, water and relief are seen through them."""
    entry = palette()["base"]["parcel"]
    return [(entry[language], "", fading(fill("#00000000", entry["color"], 0.15), 1.0))]


def _tagged(names: set[str], language: str) -> list[Rule]:
    """Tags as on paper; what is nothing of the kind leaves the ground in sight."""
    *found, (other, rest, symbol) = STYLES["tagged"](names, language)
    symbol.setOpacity(OTHER)
    return [(label, when, fading(look, 1.6, 0.3)) for label, when, look in (*found, (other, rest, symbol))]


def _buildings(names: set[str], language: str) -> list[Rule]:
    entry = palette()["base"]["building"]
    return [(entry[language], "", fading(fill(entry["color"], "#A89F8E", 0.1), 0.6))]


def _plain(entry: str, symbol: Callable[[str], Any]) -> Looks:
    def make(names: set[str], language: str) -> list[Rule]:
        look = palette()["base"][entry]
        return [(look[language], "", symbol(look["color"]))]

    return make


def _dot(metres: float, least: float, most: float) -> Callable[[str], Any]:
    return lambda color: scaled_marker(marker("circle", color, most, "#FFFFFF", 0.2), metres, least)


OWN: dict[str, Looks] = {
    "tagged": _tagged,
    "roads": _roads,
    "edges": _edges,
    "branches": _branches,
    "zones": _zones,
    "checked_zones": _checked,
    "sites": _sites,
    "cores": _cores,
    "stations": _stations,
    "facilities": _facilities,
    "parcels": _parcels,
    "buildings": _buildings,
    "communities": _plain("community", lambda color: scaled_lines(
        outlined(color, 0.3, (2.4, 0.8, 0.6, 0.8), 0.7), 12.0, 0.18)),
    "population": _plain("community", lambda color: outlined(color, 0.2, (1.2, 0.8))),
    "plan": _plain("plan", lambda color: outlined(color, 0.2, (1.2, 0.6))),
    "constraints": _plain("constraint", lambda color: hatched(color, 45, color, ground=False)),
    "programme": _plain("programme", lambda color: dotted("#00000000", color)),
    "entrances": _plain("door", _dot(6.0, 0.5, 1.4)),
    "height_points": _plain("height", _dot(3.0, 0.4, 1.0)),
}  # fmt: skip
CHANGES: dict[str, Callable[[Any], Any]] = {
    **dict.fromkeys(("gap", "gap_served", "gap_summary", "scenario_change"), lambda s: fading(s, 1.6, 0.3)),
    **dict.fromkeys(("parcel_people", "building_people", "actions", "land_use_map"), lambda s: fading(s, 1.0)),
    "petals": lambda symbol: fading(symbol, 4.0),
    "projects": lambda symbol: scaled_lines(symbol, 8.0, 0.12),
    "protected": lambda symbol: scaled_lines(symbol, 9.0, 0.25),
    "station_entrances": lambda symbol: scaled_marker(symbol, 24.0, 0.9),
    "issues": lambda symbol: scaled_marker(symbol, 40.0, 1.6),
}
LEVELS = frozenset(("roads", "edges", "branches"))  # casings of all lines below all lines


def is_levelled(name: str, geometry: Any) -> bool:
    """Say whether the lines of a layer are drawn in levels, so that crossings are open."""
    return name in LEVELS and geometry == Qgis.GeometryType.Line
