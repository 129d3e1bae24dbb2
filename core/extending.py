# SPDX-License-Identifier: GPL-2.0-or-later
"""How a data file changes the one that it `extends`.

Objects are merged key by key. Two lists are merged item by item when all items of both are objects named by the same
key (`id`, `kind` or `indicator`) and no name stands twice: named alike = merged in its old place, new ones behind. Any
other list replaces the old one. Nothing can be removed.

A figure whose content changes without a word about its status becomes `heuristic`, with the extending file as its
source unless it names another: nobody's number ever borrows a clause.
"""

from __future__ import annotations

from collections.abc import Mapping
from copy import deepcopy
from typing import Any

NAMING_KEYS = ("id", "kind", "indicator")
STATUSES = ("found", "known", "heuristic", "checked")
PROVENANCE = ("source", "clause", "edition", "status", "confidence", "checked_by", "checked_at", "note")


def merge(base: Any, own: Any, source: str) -> Any:
    """Return a new value: `base` changed by `own`; `source` is the id of the extending file."""
    if isinstance(base, dict) and isinstance(own, dict):
        both = {key: merge(base[key], own[key], source) if key in own else deepcopy(base[key]) for key in base}
        both.update({key: deepcopy(value) for key, value in own.items() if key not in base})
        changed = content_of(both) != content_of(base)
        borrowed = changed and base.get("status") in STATUSES and "status" not in own
        return _unsourced(both, own, source) if borrowed else both
    if isinstance(base, list) and isinstance(own, list):
        key = naming_key(base, own)
        if key:
            changes = {item[key]: item for item in own}
            old = [merge(item, changes.pop(item[key], {}), source) for item in base]
            return old + deepcopy(list(changes.values()))
    return deepcopy(own)


def content_of(item: Mapping[str, Any]) -> dict[str, Any]:
    """Return what an item says, without source, status and whatever else tells where that comes from."""
    return {key: value for key, value in item.items() if key not in PROVENANCE}


def _unsourced(both: dict[str, Any], own: dict[str, Any], source: str) -> dict[str, Any]:
    """Return a changed figure without the provenance of the number it replaces."""
    plain = {"source": source, "status": "heuristic", "confidence": "l"}
    said = {key: own[key] for key in PROVENANCE if key in own}
    return {**content_of(both), **{key: value for key, value in plain.items() if key in both}, **said}


def name_of(item: Any) -> str | None:
    """Return the name of an item of a list: its id, kind or indicator, whichever it has first; else None."""
    named = (item.get(key) for key in NAMING_KEYS) if isinstance(item, dict) else ()
    return next((name for name in named if isinstance(name, str)), None)


def naming_key(*lists: list[Any]) -> str | None:
    """Return the key that names every item of all lists, each name once in its list; None when there is none."""
    for key in NAMING_KEYS:
        found = [[item.get(key) if isinstance(item, dict) else None for item in items] for items in lists]
        texts = all(isinstance(name, str) for names in found for name in names)
        if texts and all(len(set(names)) == len(names) for names in found):
            return key
    return None
