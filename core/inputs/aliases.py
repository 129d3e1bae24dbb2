# SPDX-License-Identifier: GPL-2.0-or-later
"""Which field of a user's layer carries what: names and aliases of roles and columns, from resources/aliases.json."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from functools import lru_cache
from typing import cast

from .. import schema
from ..resources import read_resource

FIELD_BYTES = 10  # of a field's name in a dBASE table
UNIT_AT_END = re.compile(  # of a field's name; `quantities.unit_in_name` reads it
    r"(?:[(（\[【](?:单位[:：]?)?万?(?:㎡|m2|m²|平方米|平米|亩|公顷|ha|m|米|ft|英尺|人|户|套|层|年"
    r"|个|床|张|度|kwh|千瓦时|吨|t|m3|m³|立方米|元|个床位)?[)）\]】]"
    r"|_(?:㎡|m2|平方米|亩|公顷|ha|米|ft|万人|人))$",
    re.IGNORECASE,
)
AREA = re.compile("㎡|m2|m²|平方米|平米|亩|公顷|ha", re.IGNORECASE)
HALF_CHARACTER = re.compile("[\ufffd\udc80-\udcff]+$")  # as QGIS and GDAL show a character cut in the middle


@dataclass(frozen=True)
class RoleColumn:
    """One canonical column of a role: `type` text | int | real, the field `parameter` that names it, known aliases.

    `cut`: what a shapefile leaves of the longer aliases. `role`: whose column it is; "" for our own tables.
    """

    name: str
    type: str
    parameter: str
    aliases: tuple[str, ...]
    values: Mapping[str, str]  # the user's word, folded → canonical value
    cut: frozenset[str] = frozenset()
    heads: tuple[str, ...] = ()  # words that mean the column after what the role's fields are said of: 房屋 + 编号
    role: str = ""


NAMED = frozenset({  # results whose rows other tables speak of by their key: without it, or twice, they are ambiguous
    "zones", "checked_zones", "ranked_zones", "members", "petals", "gap_detail", "actions", "projects", "project_items",
    "sites", "links", "tagged", "building_people",
})  # fmt: skip


@dataclass(frozen=True)
class Role:
    """What a layer plays: `geometry` polygon | line | point | any | none, titles, and its canonical columns."""

    name: str
    title: Mapping[str, str]
    geometry: str
    layers: tuple[str, ...]
    columns: Mapping[str, RoleColumn]
    said_of: tuple[str, ...] = ()  # what the fields of such layers speak of
    unsaid: tuple[str, ...] = ()  # words before a name that make it another role's: 现状用地性质 is not what is planned
    shares_place: bool = False  # several may stand in one place: equal outlines alone make no double
    placed: bool = False  # a table without places will not do
    is_ours: bool = False  # a result of ours: rows are as we wrote them, keys are not made or mended
    key: tuple[str, ...] = ()  # of a result of ours: the columns that together name a row


@lru_cache(maxsize=1)
def roles() -> dict[str, Role]:
    """Return all roles by name."""
    data = read_resource("aliases.json")
    for entry in data.values():
        entry.setdefault("said_of", data[entry["like"]]["said_of"] if "like" in entry else [])
        for spec in entry["columns"].values():
            _take_words(spec, data)
    return {
        name: Role(
            name, entry["title"], entry["geometry"], tuple(entry["layers"]),
            {column: _column(name, column, spec) for column, spec in entry["columns"].items()},
            tuple(entry["said_of"]), tuple(entry.get("unsaid", ())), entry.get("shares_place", False),
            entry.get("placed", False),
        )
        for name, entry in data.items()
    }  # fmt: skip


def _take_words(spec: dict[str, list[str]], data: Mapping[str, Mapping[str, dict[str, dict[str, list[str]]]]]) -> None:
    """Add to a column of the data file the words of the columns that it is `like`: ROLE.column, behind its own."""
    for like in spec.get("like", []):
        role, _, column = like.partition(".")
        for part in ("aliases", "heads"):
            words = [*spec.get(part, []), *data[role]["columns"][column].get(part, [])]
            spec[part] = list(dict.fromkeys(words))


def _column(role: str, name: str, spec: Mapping[str, object]) -> RoleColumn:
    words = cast("dict[str, list[str]]", spec.get("values", {}))
    values = {fold(word): value for value, known in words.items() for word in [value, *known]}
    aliases = cast("list[str]", spec["aliases"])
    cut = frozenset(short for alias in (name, *aliases) for short in cut_names(alias))
    heads = tuple(cast("list[str]", spec.get("heads", [])))
    return RoleColumn(name, str(spec["type"]), str(spec.get("parameter", "")), tuple(aliases), values, cut, heads, role)


def cut_names(name: str) -> set[str]:
    """Return what is left of a name in a shapefile, whose fields have at most ten bytes, in UTF-8 and in GBK.

    Empty for a name that fits. A character of which only a part would fit is left out.
    """
    told = [name.casefold().encode(code, "ignore") for code in ("utf-8", "gbk")]
    return {
        text[:FIELD_BYTES].decode(code, "ignore")
        for code, text in zip(("utf-8", "gbk"), told)
        if len(text) > FIELD_BYTES
    }


def role_for(name: str, tables: Iterable[str], fields: Iterable[str]) -> Role:
    """Return the role `name` with the columns of our own result tables added; an empty name = the table alone.

    Without name and tables: any layer, of which no column is known.

    `{kind}` and `{profile}` columns are those that the layer's `fields` have. A table's columns are found by their full
    name or their shapefile name, never by any other alias.
    """
    names = list(fields)
    base = roles()[name] if name else None
    columns = dict(base.columns) if base else {}
    for table_name in tables:
        table = schema.table(table_name, _repeated("kind", table_name, names), _repeated("profile", table_name, names))
        for column in table.columns:
            known = (column.name, column.short) if column.short else (column.name,)
            columns.setdefault(column.name, RoleColumn(column.name, column.type, "", known, {}))
        if base is None:
            titles, key = {"zh": table.zh, "en": table.en}, table.key if table_name in NAMED else ()
            base = Role(table_name, titles, table.geometry, (), {}, is_ours=True, key=key)
    base = base or Role("LAYER", {"zh": "图层", "en": "layer"}, "any", (), {})
    return replace(base, columns=columns)


def _repeated(word: str, table_name: str, fields: list[str]) -> tuple[str, ...]:
    """Return the kinds or profiles whose columns a layer has: those that all patterns of the table agree on."""
    marks = [column for column in schema.table_pattern(table_name).columns if "{" + word + "}" in column.name]
    found: dict[str, None] = {}
    for column in marks:
        for pattern in (column.name, column.short):
            head, _, tail = pattern.partition("{" + word + "}")
            for field in fields:
                if len(field) > len(head) + len(tail) and field.startswith(head) and field.endswith(tail):
                    found.setdefault(field[len(head) : len(field) - len(tail)])
    return tuple(value for value in found if re.fullmatch(r"[a-z][a-z0-9]*", value))


@lru_cache(maxsize=16_384)  # the same names are compared with the same aliases over and over
def fold(word: str) -> str:
    """Return a word as it is compared: full-width forms, case, blanks and joining marks do not matter."""
    return re.sub(r"[\s_\-:：·.]+", "", unicodedata.normalize("NFKC", word)).casefold()
