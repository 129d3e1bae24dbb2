# SPDX-License-Identifier: GPL-2.0-or-later
"""Standards, profiles, zone rules, costs and templates as sections: one per kind, profile, group, layer."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import Any

from ...core import envelope
from ...core.jsontext import KeyPath
from ...core.words import figure_names, fill, pick, value_words
from ...processing.texts import interface_language, tr
from . import ruleset_rows
from .draft import keys_of
from .rows import TITLE, VALUE, WEIGHT, Block, Cell, Row, Section, cell_for, step_of
from .template_shape import fill_of, fill_title, table_titles, type_title
from .words import figure_title, key_title, unit_title

POINTS = {"people": "people", "floor_m2": "m2", "petals_n": "petals"}  # units of the axes of scores; others: shares
DRAWN = {("cad", "scale"): (50, 1e6), ("cad", "text_mm"): (0.5, 50)}  # as the schema of templates has them
QUIET = ("need", "figures", "price", "share")  # keys that say nothing beside the names around them


def sections_of(kind: str, document: Mapping[str, Any]) -> list[Section]:
    """Return the sections of a document of any kind of own file."""
    if kind == "ruleset":
        return ruleset_rows.sections_of(document)
    if kind == "template":
        return _template(document)
    found: dict[str, list[Row]] = {}
    titles: dict[str, tuple[str, str]] = {}
    for path, figure in envelope.list_figures(document):
        keys = keys_of(path)
        key, title, hint = _PLACES[kind](document, keys)
        titles.setdefault(key, (title, hint))
        found.setdefault(key, []).extend(_rows(document, keys, figure))
    heading = tr("Low and high value") if kind == "costs" else tr("Value")
    columns = ((VALUE, heading), ("unit", tr("Unit")))
    sections = [
        Section(key, *titles[key], (Block(titles[key][0], columns, tuple(rows)),),
                code=titles[key][1] if kind == "standard" else "")
        for key, rows in found.items()
    ]  # fmt: skip
    return sorted(sections, key=lambda section: not section.hint)  # what the file is about before its general numbers


def _standard_place(document: Mapping[str, Any], keys: KeyPath) -> tuple[str, str, str]:
    if keys[0] != "kinds":
        return str(keys[0]), figure_title(str(keys[0])), ""
    kind = document["kinds"][keys[1]]
    return kind["id"], pick(kind["title"], interface_language()), kind["id"]


def _profile_place(document: Mapping[str, Any], keys: KeyPath) -> tuple[str, str, str]:
    if keys[0] != "profiles":
        return "rules", figure_title("rules"), ""
    entry = document["profiles"][keys[1]]
    return entry["id"], pick(entry["title"], interface_language()), entry["id"]


def _zone_place(document: Mapping[str, Any], keys: KeyPath) -> tuple[str, str, str]:
    key = str(keys[0]) if keys[0] != "unknown" else "need"
    return key, figure_title(key), ""


def _cost_place(document: Mapping[str, Any], keys: KeyPath) -> tuple[str, str, str]:
    language = interface_language()
    item = document["items"][keys[1]]
    first = item["types"][0]
    title = next((pick(entry["name"], language) for entry in document["types"] if entry["id"] == first), first)
    return first, title, first


_PLACES: dict[str, Callable[[Mapping[str, Any], KeyPath], tuple[str, str, str]]] = {
    "standard": _standard_place, "profiles": _profile_place, "zone-rules": _zone_place, "costs": _cost_place,
}  # fmt: skip


def _rows(document: Mapping[str, Any], keys: KeyPath, figure: Mapping[str, Any]) -> list[Row]:
    title, name = _title(document, keys), str(keys[-1])
    if "value" in figure:
        unit = str(figure.get("unit", ""))
        cell = cell_for((*keys, "value"), figure["value"], unit)
        if tuple(keys) in DRAWN:
            cell = replace(cell, low=DRAWN[tuple(keys)][0], high=DRAWN[tuple(keys)][1])
        return [Row(title, name, {"unit": unit_title(unit)}, {VALUE: cell}, keys)]
    if "points" in figure:
        rows = [Row(title, name, {}, {}, keys)]
        unit = unit_title(POINTS.get(str(keys[-2]), ""))
        for place, (at, _) in enumerate(figure["points"]):
            step = 0.1 if at <= 1 and not unit else step_of(max(x for x, _ in figure["points"]))
            cells = {VALUE: Cell((*keys, "points", place), "pair", 0, 1e9, step, 2)}
            rows.append(Row(tr("value → score"), "", {"unit": unit}, cells, keys, "", 1))
        return rows
    if "words" in figure:  # what a protected object is told by
        words = Cell((*keys, "words"), "text")
        return [Row(title, str(figure["id"]), {"unit": str(figure.get("effect", ""))}, {VALUE: words}, keys)]
    return [Row(title, name, {}, {}, keys)]


def _title(document: Mapping[str, Any], keys: KeyPath) -> str:
    """Return what a figure is called inside its section: the items it lies in by their titles, then its name."""
    words, place = [], document
    for depth, key in enumerate(keys):
        place = place[key]
        if depth == 0 or key in QUIET or (depth == 1 and keys[0] in ("kinds", "profiles")):
            continue
        if isinstance(key, int):
            title = place.get("title") or place.get("name") or place.get("id") or str(key + 1)
            words.append(pick(title, interface_language()))
        else:
            words.append(key_title(keys, depth))
    return " · ".join(words) or figure_title(str(keys[-1]))


def _template(document: Mapping[str, Any]) -> list[Section]:
    sections = []
    columns = ((TITLE, tr("Title")), ("fill", tr("Filled with")), (VALUE, tr("Content")), (WEIGHT, tr("Length")),
               ("unit", tr("Type")))  # fmt: skip
    for place, layer in enumerate(document["layers"]):
        rows = tuple(_field(item, ("layers", place, "fields", n)) for n, item in enumerate(layer["fields"]))
        block = Block(tr("Fields of {layer}").format(layer=layer["id"]), columns, rows)
        told = " · ".join(part for part in (str(layer.get("title", "")), layer["table"]) if part)
        sections.append(Section(f"layer:{layer['id']}", layer["id"], told, (block,)))
    figures = [(keys_of(path), figure) for path, figure in envelope.list_figures(document)]
    rows = tuple(row for keys, figure in figures if keys[0] == "cad" for row in _rows(document, keys, figure))
    titles = table_titles()
    names = tuple(
        Row(_drawn_title(item, titles), item["id"], {}, {VALUE: Cell(("cad", "classes", n, "layer"), "text"),
            WEIGHT: Cell(("cad", "classes", n, "aci"), "whole", 1, 255, 1, 0)})
        for n, item in enumerate(document["cad"]["classes"])
    )  # fmt: skip
    layers = Block(tr("Layers of the drawing"), ((VALUE, tr("Layer")), (WEIGHT, tr("Colour (ACI)"))), names)
    drawn = Section(
        "cad", tr("Drawing (dxf)"), fill(tr("{n} {n?layer|layers}"), n=len(names)), (_drawing(rows), layers)
    )
    return [*sections, _others(), drawn]


def _drawn_title(item: Mapping[str, Any], titles: Mapping[str, str]) -> str:
    """Return what a layer of the drawing shows: the layer of the delivery, and which of its rows."""
    table, name = str(titles.get(item["table"], item["table"])), str(item["id"])
    value = value_words(name, interface_language())
    if "where" not in item:
        return table
    is_known = name in figure_names()["values"]
    return value[:1].upper() + value[1:] if is_known else tr("{what}: {value}").format(what=table, value=name)


def _others() -> Section:
    """Return what becomes of layers that the template does not name."""
    choices = (("keep", tr("written as they are")), ("drop", tr("not written")))
    cell = Cell(("others",), "choice", choices=choices)
    row = Row(tr("Layers that the template does not name"), "", {}, {VALUE: cell})
    return Section("others", tr("Other layers"), "", (Block(tr("Rule"), ((VALUE, tr("Value")),), (row,)),))


def _drawing(figures: tuple[Row, ...]) -> Block:
    """Return version and decimals of the drawing with its figures."""
    versions = (("AC1018", tr("R2004, code page 936 (AutoCAD, CASS, QGIS)")), ("AC1021", tr("R2007, UTF-8")))
    own = (
        Row(tr("Version"), "", {}, {VALUE: Cell(("cad", "version"), "choice", choices=versions)}),
        Row(tr("Decimals of coordinates"), "", {}, {VALUE: Cell(("cad", "decimals"), "whole", 0, 6, 1, 0)}),
    )
    return Block(tr("Drawing (dxf)"), ((VALUE, tr("Value")), ("unit", tr("Unit"))), (*own, *figures))


def _field(item: Mapping[str, Any], keys: KeyPath) -> Row:
    by = fill_of(item)
    kind = "number" if isinstance(item.get(by), (int, float)) else "text"
    cells = {TITLE: Cell((*keys, "title"), "text"), VALUE: Cell((*keys, by), kind)}
    if "length" in item:
        cells[WEIGHT] = Cell((*keys, "length"), "whole", 1, 254, 1, 0)
    elif "decimals" in item:
        cells[WEIGHT] = Cell((*keys, "decimals"), "whole", 0, 12, 1, 0)
    figure = keys if "status" in item else None
    codes = [fill(tr("{n} {n?code|codes}"), n=len(item["codes"]))] if item.get("codes") else []
    texts = {"fill": " · ".join([fill_title(by), *codes]), "unit": type_title(str(item["type"]))}
    return Row(item["id"], "", texts, cells, figure)
