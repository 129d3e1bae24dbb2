# SPDX-License-Identifier: GPL-2.0-or-later
"""The field dictionary: every table that leaves the plugin, column by column. Data in resources/tables, no pandas."""

from __future__ import annotations

import json
from dataclasses import dataclass, replace
from functools import lru_cache
from itertools import groupby
from typing import Any

from .resources import RESOURCES, read_resource
from .words import unit_words

SCHEMA_VERSION = 1
TYPES = ("text", "int", "real")


@dataclass(frozen=True)
class Column:
    """One column: `type` is text | int | real, `digits` the decimals written, `short` its shapefile name (≤ 10)."""

    name: str
    type: str
    zh: str
    en: str
    unit: str = ""
    digits: int = 2
    short: str = ""
    note: dict[str, str] | None = None

    def alias(self, language: str) -> str:
        """Return the column's heading with its unit; what is counted is said once: Parcels, not Parcels (parcels)."""
        name, unit = self.zh if language == "zh" else self.en, unit_words(self.unit, language)
        if not self.unit or unit.casefold() == name.casefold():
            return name
        return f"{self.zh}（{unit}）" if language == "zh" else f"{self.en} ({unit})"


@dataclass(frozen=True)
class Table:
    """One table: `geometry` is polygon | line | point | none; `key` the columns that name a row."""

    name: str
    zh: str
    en: str
    geometry: str
    key: tuple[str, ...]
    columns: tuple[Column, ...]

    def names(self) -> list[str]:
        """Return the column names in order, geometry not among them."""
        return [column.name for column in self.columns]


@lru_cache(maxsize=1)
def _patterns() -> dict[str, Table]:
    tables: dict[str, Table] = {}
    for path in sorted((RESOURCES / "tables").glob("*.json")):
        for name, entry in json.loads(path.read_text(encoding="utf-8")).items():
            columns = tuple(Column(**column) for column in entry["columns"])
            tables[name] = Table(name, entry["zh"], entry["en"], entry["geometry"], tuple(entry["key"]), columns)
    return tables


def table_names() -> list[str]:
    """Return the names of all tables in the dictionary."""
    return sorted(_patterns())


def table(name: str, kinds: tuple[str, ...] = (), profiles: tuple[str, ...] = ()) -> Table:
    """Return a table of the dictionary; `{kind}` and `{profile}` columns are repeated for each kind and profile given.

    Headings call a shipped kind or walker by its name, one of a user's own by its code.
    Raises KeyError for a name that is not in resources/tables.
    """
    pattern = _patterns()[name]
    columns: list[Column] = []
    for word, group in groupby(pattern.columns, _repeated_by):
        block = list(group)
        for value in {"kind": kinds, "profile": profiles}.get(word, ("",)):
            columns += [_filled(column, word, value) if word else column for column in block]
    return replace(pattern, columns=tuple(columns))


def table_pattern(name: str) -> Table:
    """Return a table as it stands in the dictionary, `{kind}` and `{profile}` columns unfilled."""
    return _patterns()[name]


def _repeated_by(column: Column) -> str:
    return next((word for word in ("kind", "profile") if "{" + word + "}" in column.name), "")


def _filled(column: Column, word: str, value: str) -> Column:
    mark = "{" + word + "}"
    short = column.short.replace(mark, value[:5])
    words = {"name": value, "zh": value, "en": value, **_names()[word].get(value, {})}
    texts: dict[str, Any] = {key: getattr(column, key).replace(mark, words[key]) for key in ("name", "zh", "en")}
    return replace(column, short=short, **texts)


@lru_cache(maxsize=1)
def _names() -> dict[str, dict[str, dict[str, str]]]:
    """Return what the shipped kinds and walkers are called, by their codes."""
    kinds, walkers = read_resource("styles", "palette.json")["kinds"], read_resource("profiles", "standard.json")
    return {"kind": kinds, "profile": {item["id"]: item["title"] for item in walkers["profiles"]}}
