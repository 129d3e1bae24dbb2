# SPDX-License-Identifier: GPL-2.0-or-later
"""Which field of a user's layer carries what: names and aliases of roles and columns, from resources/aliases.json."""

from __future__ import annotations

import json
import re
import unicodedata
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, replace
from functools import lru_cache
from typing import cast

from .. import schema
from ..words import RESOURCES

FIELD_BYTES = 10  # of a field's name in a dBASE table
UNIT_AT_END = re.compile(  # of a field's name; `quantities.unit_in_name` reads it
    r"(?:[(（\[【](?:单位[:：]?)?万?(?:㎡|m2|m²|平方米|平米|亩|公顷|ha|m|米|ft|英尺|人|户|套|层|年|个|床|张)?[)）\]】]"
    r"|_(?:㎡|m2|平方米|亩|公顷|ha|米|ft|万人|人))$",
    re.IGNORECASE,
)
AREA = re.compile("㎡|m2|m²|平方米|平米|亩|公顷|ha", re.IGNORECASE)
HALF_CHARACTER = re.compile("[\ufffd\udc80-\udcff]+$")  # as QGIS and GDAL show a character cut in the middle


@dataclass(frozen=True)
class RoleColumn:
    """One canonical column of a role: `type` text | int | real, the field `parameter` that names it, known aliases.

    `cut`: what a shapefile leaves of the longer aliases.
    """

    name: str
    type: str
    parameter: str
    aliases: tuple[str, ...]
    values: Mapping[str, str]  # the user's word, folded → canonical value
    cut: frozenset[str] = frozenset()


@dataclass(frozen=True)
class Role:
    """What a layer plays: `geometry` polygon | line | point | any | none, titles, and its canonical columns."""

    name: str
    title: Mapping[str, str]
    geometry: str
    layers: tuple[str, ...]
    columns: Mapping[str, RoleColumn]
    shares_place: bool = False  # several may stand in one place: equal outlines alone make no double
    placed: bool = False  # a table without places will not do
    is_ours: bool = False  # a result of ours: rows are as we wrote them, keys are not made or mended


@lru_cache(maxsize=1)
def roles() -> dict[str, Role]:
    """Return all roles by name."""
    data = json.loads((RESOURCES / "aliases.json").read_text(encoding="utf-8"))
    return {
        name: Role(
            name, entry["title"], entry["geometry"], tuple(entry["layers"]),
            {column: _column(column, spec) for column, spec in entry["columns"].items()},
            entry.get("shares_place", False), entry.get("placed", False),
        )
        for name, entry in data.items()
    }  # fmt: skip


def _column(name: str, spec: Mapping[str, object]) -> RoleColumn:
    words = cast("dict[str, list[str]]", spec.get("values", {}))
    values = {fold(word): value for value, known in words.items() for word in [value, *known]}
    aliases = cast("list[str]", spec["aliases"])
    cut = frozenset(short for alias in (name, *aliases) for short in cut_names(alias))
    return RoleColumn(name, str(spec["type"]), str(spec.get("parameter", "")), tuple(aliases), values, cut)


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
            base = Role(table_name, {"zh": table.zh, "en": table.en}, table.geometry, (), {}, is_ours=True)
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


def guess_field(
    column: RoleColumn,
    fields: Iterable[str],
    headings: Mapping[str, str] | None = None,
    taken: Collection[str] = (),
) -> str | None:
    """Return the field that most likely carries the column, or None.

    The first alias (in the order of the data file, the canonical name first) that equals a field's name wins; after
    all names, the fields' headings (layer aliases) are tried the same way; then names without the unit at their end:
    人口(万人), 面积_亩; last, names that a shapefile has cut. Fields that were `taken` for other columns are such only
    by their whole name, and a text is no field with a unit of area: floor_m2 is not the storey of a room.
    """
    names = list(fields)
    for words in (names, [(headings or {}).get(name, "") for name in names]):
        by_word: dict[str, str] = {}
        for name, word in zip(names, words):
            if word:
                by_word.setdefault(fold(word), name)
        for alias in column.aliases:
            if fold(alias) in by_word:
                return by_word[fold(alias)]
    bare = {fold(UNIT_AT_END.sub("", name)): name for name in reversed(names) if _unit_fits(name, column, taken)}
    for alias in column.aliases:
        if fold(alias) in bare:
            return bare[fold(alias)]
    names = [name for name in names if name not in taken]
    return next((name for name in names if HALF_CHARACTER.sub("", name.casefold()) in column.cut), None)


def _unit_fits(name: str, column: RoleColumn, taken: Collection[str]) -> bool:
    unit = UNIT_AT_END.search(name)
    return unit is not None and name not in taken and (column.type != "text" or not AREA.search(unit[0]))
