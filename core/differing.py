# SPDX-License-Identifier: GPL-2.0-or-later
"""What a changed data file says otherwise than the one it extends: the inverse of extending.merge, and lists of figures
that differ between two files.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from copy import deepcopy
from typing import Any, NamedTuple

from .extending import PROVENANCE, STATUSES, content_of, name_of, naming_key
from .jsontext import KeyPath, dotted

HEADER = ("schema", "id", "title", "extends")


class Difference(NamedTuple):
    """One place where two documents differ: path in words, keys, the value here and there (None = not there)."""

    path: str
    keys: KeyPath
    here: Any
    there: Any


class CannotExtendError(ValueError):
    """The change takes something away or moves it: only a whole file can say it."""


def difference(base: Mapping[str, Any], changed: Mapping[str, Any]) -> dict[str, Any]:
    """Return the smallest document d with merge(base, d, id) saying what `changed` says; header keys are left out.

    `changed["id"]` is the id of the changed file: what it names as the source of a heuristic figure need not be said,
    because merge() says it of every figure whose number was changed.

    Raises CannotExtendError when an item or a key of `base` is missing in `changed`, or named items stand in another
    order: files that extend can neither remove nor move.
    """
    return _object_difference(without_header(base), without_header(changed), str(changed.get("id", "")))


def list_differences(here: Mapping[str, Any], there: Mapping[str, Any]) -> list[Difference]:
    """Return every leaf where two documents of one kind differ, in document order; header keys do not count."""
    return list(_leaves(without_header(here), without_header(there), ()))


def at(document: Any, keys: KeyPath) -> Any:
    """Return what stands at a path. Raises KeyError, IndexError when nothing does."""
    for key in keys:
        document = document[key]
    return document


def put(document: Any, keys: KeyPath, value: Any) -> Any:
    """Return a copy of a document with another value at a path; None takes a key of an object away."""
    if not keys:
        return deepcopy(value)
    copy: Any = dict(document) if isinstance(document, Mapping) else list(document)
    first, rest = keys[0], keys[1:]
    if not rest and value is None and isinstance(copy, dict):
        copy.pop(first, None)
        return copy
    there = copy[first] if not isinstance(copy, dict) or first in copy else {}
    copy[first] = put(there, rest, value)
    return copy


def without_header(document: Mapping[str, Any]) -> dict[str, Any]:
    """Return what a data file says, without its schema, id, title and the file that it extends."""
    return {key: value for key, value in document.items() if key not in HEADER}


def _object_difference(base: Mapping[str, Any], changed: Mapping[str, Any], source: str) -> dict[str, Any]:
    if (
        base.get("status") in STATUSES
        and changed.get("status") == "heuristic"
        and content_of(base) != content_of(changed)
    ):
        own = {key: changed[key] for key in PROVENANCE if key in changed and key != "status"}
        told = {key: value for key, value in own.items() if value != {"source": source, "confidence": "l"}.get(key)}
        return {**_object_difference(content_of(base), content_of(changed), source), **told}
    gone = [key for key in base if key not in changed]
    if gone:
        raise CannotExtendError(gone[0])
    return {
        key: _value_difference(base[key], value, source) if key in base else deepcopy(value)
        for key, value in changed.items()
        if key not in base or not _same(base[key], value)
    }


def _value_difference(base: Any, changed: Any, source: str) -> Any:
    if isinstance(base, dict) and isinstance(changed, dict):
        return _object_difference(base, changed, source)
    if isinstance(base, list) and isinstance(changed, list):
        key = naming_key(base, changed)
        if key:
            return _items_difference(base, changed, key, source)
    return deepcopy(changed)


def _items_difference(base: list[Any], changed: list[Any], key: str, source: str) -> list[Any]:
    order = [item[key] for item in base]
    if [item[key] for item in changed][: len(order)] != order:
        raise CannotExtendError(key)
    found = [
        {key: new[key], **_object_difference(old, new, source)}
        for old, new in zip(base, changed)
        if not _same(old, new)
    ]
    return found + deepcopy(changed[len(order) :])


def _same(one: Any, other: Any) -> bool:
    """Say whether two JSON values are the same; 1 and 1.0 are, 1 and true are not."""
    if isinstance(one, bool) or isinstance(other, bool):
        return one is other
    if isinstance(one, dict) and isinstance(other, dict):
        return one.keys() == other.keys() and all(_same(one[key], other[key]) for key in one)
    if isinstance(one, list) and isinstance(other, list):
        return len(one) == len(other) and all(_same(a, b) for a, b in zip(one, other))
    return bool(one == other)


def _leaves(here: Any, there: Any, keys: KeyPath) -> Iterator[Difference]:
    if _same(here, there):
        return
    if isinstance(here, dict) and isinstance(there, dict):
        for key in [*here, *(key for key in there if key not in here)]:
            yield from _leaves(here.get(key), there.get(key), (*keys, key))
    elif isinstance(here, list) and isinstance(there, list) and naming_key(here, there):
        other = {name_of(item): item for item in there}
        names = [name_of(item) for item in here]
        for index, item in enumerate(here):
            yield from _leaves(item, other.get(names[index]), (*keys, index))
        for name, item in other.items():
            if name not in names:
                yield Difference(f"{dotted(keys)}[{name}]", (*keys, len(here)), None, item)
    else:
        yield Difference(dotted(keys), keys, here, there)
