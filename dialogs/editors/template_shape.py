# SPDX-License-Identifier: GPL-2.0-or-later
"""Layers and fields of a template as they are added, changed, moved and taken away. Plain data, no widgets.

Texts that people type: `where` as column=value, value; column=value; codes as value=code, one a line.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from copy import copy, deepcopy
from typing import Any

from ...core import schema
from ...core.differing import put
from ...core.extending import PROVENANCE, content_of
from ...core.inputs import typed
from ...core.inputs.aliases import roles
from ...core.jsoncheck import shared_schema
from ...core.jsontext import KeyPath, canonical_json
from ...processing.algorithms.exportzones import LAYERS
from ...processing.texts import interface_language, tr
from .draft import Draft

FILLS = ("from", "value", "serial")  # how a field is filled
TYPES = ("text", "int", "real")
Item = dict[str, Any]


def fill_title(fill: str) -> str:
    """Return how a field is filled, in words."""
    return {"from": tr("a column"), "value": tr("the same in each row"), "serial": tr("prefix and number")}[fill]


def type_title(kind: str) -> str:
    """Return a type of fields in words."""
    return {"text": tr("text"), "int": tr("whole number"), "real": tr("number")}[kind]


def fill_of(field: Mapping[str, Any]) -> str:
    """Return how a field is filled."""
    return next((name for name in FILLS if name in field), "from")


def table_titles() -> dict[str, str]:
    """Return {layer of a delivery: title} of those that a template can name, in the order in which they are written."""
    language, found = interface_language(), {}
    for role, name, pattern in LAYERS:
        if pattern:
            table = schema.table_pattern(pattern)
            found[name] = table.zh if language == "zh" else table.en
        else:
            found[name] = str(roles()[role].title[language]) if role in roles() else name
    return found


def column_titles(table: str) -> dict[str, str]:
    """Return {column: title} that a layer of a delivery has; none of inputs, whose columns are the user's own."""
    language = interface_language()
    pattern = next((name for _, layer, name in LAYERS if layer == table), "")
    if not pattern:
        return {}
    columns = schema.table_pattern(pattern).columns
    return {column.name: column.alias(language) for column in columns if "{" not in column.name}


# --- what people type -------------------------------------------------------------------------------------------------


def where_text(where: Mapping[str, Sequence[str]]) -> str:
    """Return which rows count, as it is typed."""
    return "; ".join(f"{column}={', '.join(values)}" for column, values in where.items())


def parse_where(text: str) -> dict[str, list[str]]:
    """Return {column: values} of what was typed. Raises ValueError with the part that is none."""
    found: dict[str, list[str]] = {}
    for part in typed.entries(text, between=";；"):
        column, values = typed.pair(part) or ("", part)
        words = typed.entries(values, between=",，")
        if not column or not words:
            raise ValueError(part)
        found[column] = words
    return found


def codes_text(codes: Mapping[str, Any]) -> str:
    """Return codes as they are typed."""
    return "\n".join(f"{value}={code}" for value, code in codes.items())


def parse_codes(text: str) -> dict[str, str]:
    """Return {value: code} of what was typed. Raises ValueError with the line that is none."""
    found: dict[str, str] = {}
    for line in typed.entries(text, between="\n\r"):
        value, code = typed.pair(line) or ("", line)
        if not value:
            raise ValueError(line)
        found[value] = code
    return found


def typed_value(text: str, kind: str) -> str | int | float:
    """Return a fixed value in the type of its field. Raises ValueError where a number is wanted and none was typed."""
    return text if kind == "text" else int(typed.plain(text)) if kind == "int" else typed.number(text)


# --- changing ---------------------------------------------------------------------------------------------------------


def settled(new: Item, old: Mapping[str, Any] | None, own_id: str) -> Item:
    """Return a field with where it comes from: as before while it says the same, else the own file, as own choice."""
    known = {key: value for key, value in (old or {}).items() if key in PROVENANCE}
    if not known:
        return new
    body = content_of(old)
    if canonical_json(body) == canonical_json(new):
        return {**new, **known}
    return {**new, "status": "heuristic", "source": own_id, "confidence": "l"}


def with_item(items: Sequence[Item], place: int | None, item: Item) -> list[Item]:
    """Return a list with an item in the place of another, or behind all (None)."""
    found = deepcopy(list(items))
    if place is None:
        return [*found, item]
    found[place] = item
    return found


def without(items: Sequence[Item], place: int) -> list[Item]:
    """Return a list without an item."""
    return [deepcopy(item) for n, item in enumerate(items) if n != place]


def moved(items: Sequence[Item], place: int, by: int) -> list[Item]:
    """Return a list with an item moved; the same at the ends."""
    found, to = deepcopy(list(items)), place + by
    if 0 <= to < len(found):
        found[place], found[to] = found[to], found[place]
    return found


def name_fault(part: str, name: str) -> str:
    """Return what is wrong with a name of a "layer" or "field", in words; "" = nothing. The schema has its form."""
    pattern = shared_schema("template")["$defs"][part]["properties"]["id"]["pattern"]
    if re.search(pattern, name):
        return ""
    if part == "field":
        return tr("A name begins with a letter A–Z; letters, figures and _ follow, ten in all at most.")
    return tr(
        "A name begins with a letter; letters, figures and _ follow, 60 in all at most. CON, COM1 … are not allowed."
    )


def fault_of(draft: Draft, keys: KeyPath, items: Sequence[Item]) -> str:
    """Return what would be wrong with a list of layers or fields, in words; "" when all is well.

    The grammar is that of the files themselves; names must differ, upper and lower case alike, as in a shapefile.
    """
    names = [str(item["id"]).lower() for item in items]
    twice = next((str(item["id"]) for n, item in enumerate(items) if names[n] in names[:n]), "")
    if twice:
        return tr("“{name}” is there already").format(name=twice)
    trial = copy(draft)
    trial.now = put(draft.now, keys, list(items))
    return trial.fault(interface_language())
