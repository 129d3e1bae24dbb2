# SPDX-License-Identifier: GPL-2.0-or-later
"""Field domains: which codes a column may hold and what they mean, so that a table says 老旧小区 and keeps the code."""

from __future__ import annotations

from collections.abc import Iterable
from functools import lru_cache
from typing import Any

from ..palette import palette
from ..resources import read_resource


def domain_of(table: str, column: str) -> str:
    """Return the name of the domain of a column, "" when it has none."""
    return str(_data()["columns"].get(table, {}).get(column, ""))


def codes_of(domain: str, language: str) -> dict[str, str]:
    """Return {code: what it means} of a domain. Raises KeyError for a domain that does not exist."""
    colours = {"tag": {**palette()["tags"], "none": palette()["other"]}, "tag_level": palette()["levels"],
               "kind": palette()["kinds"], "way_kind": palette()["edges"]}  # fmt: skip
    entries = colours[domain] if domain in colours else _data()["domains"][domain]
    return {code: str(entry[language]) for code, entry in entries.items()}


def fits(domain: str, values: Iterable[Any]) -> bool:
    """Say whether every known value is a code of the domain: a column with a word of its own gets no domain."""
    known = codes_of(domain, "zh")
    values = values.unique() if hasattr(values, "unique") else values
    return all(not isinstance(value, str) or value in known for value in values)


@lru_cache(maxsize=1)
def _data() -> dict[str, Any]:
    return dict(read_resource("styles", "domains.json"))
