# SPDX-License-Identifier: GPL-2.0-or-later
"""Checks a JSON document against a schema written in a small part of JSON Schema 2020-12.

Keywords: type, required, properties, additionalProperties, items, enum, const, minimum, maximum, exclusiveMinimum,
pattern, minItems, maxItems, minLength, oneOf, $ref. `$ref` is "#/$defs/<name>" or the name of a file in
resources/schemas, such as "figure". Each means what JSON Schema says; any other keyword is refused, never overlooked.
QGIS brings no JSON Schema library, hence this one; the tests hold it against the `jsonschema` package.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterator
from functools import lru_cache
from typing import Any, NamedTuple

from .jsontext import KeyPath
from .resources import RESOURCES

Schema = dict[str, Any]
SCHEMAS = RESOURCES / "schemas"
REMARKS = ("$schema", "$id", "$comment", "$defs", "title", "description", "examples")


class Fault(NamedTuple):
    """One thing that is wrong: where, which keyword says so, and what fills the sentence."""

    path: KeyPath
    keyword: str
    values: dict[str, Any]


@lru_cache(maxsize=32)
def shared_schema(name: str) -> Schema:
    """Return resources/schemas/<name>.json. Raises FileNotFoundError."""
    schema: Schema = json.loads((SCHEMAS / f"{name}.json").read_text(encoding="utf-8"))
    return schema


def find_faults(value: Any, schema: Schema) -> list[Fault]:
    """Return everything in `value` that the schema forbids, outermost first; empty when it fits.

    Raises KeyError when the schema uses a keyword or a reference that is not known here: a mistake of ours.
    """
    return sorted(_faults(value, schema, schema, ()), key=lambda fault: len(fault.path))


def _faults(value: Any, schema: Schema, root: Schema, path: KeyPath) -> Iterator[Fault]:
    for keyword, rule in schema.items():
        if keyword in REMARKS:
            continue
        if keyword in _SIMPLE:
            if not _SIMPLE[keyword](value, rule):
                yield Fault(path, keyword, {"wanted": _told(rule), "found": _told(value)})
        else:
            yield from _NESTED[keyword](value, schema, root, path)


def _told(value: Any) -> str:
    text = value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)
    return text if len(text) <= 80 else text[:77] + "…"


def _is_number(value: Any) -> bool:
    return isinstance(value, (int, float)) and not isinstance(value, bool)


_TYPES: dict[str, Callable[[Any], bool]] = {
    "object": lambda value: isinstance(value, dict),
    "array": lambda value: isinstance(value, list),
    "string": lambda value: isinstance(value, str),
    "number": _is_number,
    "integer": lambda value: _is_number(value) and float(value).is_integer(),
    "boolean": lambda value: isinstance(value, bool),
    "null": lambda value: value is None,
}


def _has_type(value: Any, types: str | list[str]) -> bool:
    return any(_TYPES[name](value) for name in ([types] if isinstance(types, str) else types))


def _equal(one: Any, other: Any) -> bool:
    """Say whether two JSON values are equal: 1 and 1.0 are, 1 and true are not."""
    if isinstance(one, bool) or isinstance(other, bool):
        return one is other
    if isinstance(one, list) and isinstance(other, list):
        return len(one) == len(other) and all(map(_equal, one, other))
    if isinstance(one, dict) and isinstance(other, dict):
        return one.keys() == other.keys() and all(_equal(one[key], other[key]) for key in one)
    return bool(one == other)


_SIMPLE: dict[str, Callable[[Any, Any], bool]] = {
    "type": _has_type,
    "enum": lambda value, rule: any(_equal(value, allowed) for allowed in rule),
    "const": _equal,
    "minimum": lambda value, rule: not _is_number(value) or value >= rule,
    "maximum": lambda value, rule: not _is_number(value) or value <= rule,
    "exclusiveMinimum": lambda value, rule: not _is_number(value) or value > rule,
    "pattern": lambda value, rule: not isinstance(value, str) or re.search(rule, value) is not None,
    "minLength": lambda value, rule: not isinstance(value, str) or len(value) >= rule,
    "minItems": lambda value, rule: not isinstance(value, list) or len(value) >= rule,
    "maxItems": lambda value, rule: not isinstance(value, list) or len(value) <= rule,
}


def _required(value: Any, schema: Schema, root: Schema, path: KeyPath) -> Iterator[Fault]:
    if isinstance(value, dict):
        for name in schema["required"]:
            if name not in value:
                yield Fault(path, "required", {"wanted": name, "found": _told(list(value))})


def _properties(value: Any, schema: Schema, root: Schema, path: KeyPath) -> Iterator[Fault]:
    if isinstance(value, dict):
        for name, rule in schema["properties"].items():
            if name in value:
                yield from _faults(value[name], rule, root, (*path, name))


def _additional(value: Any, schema: Schema, root: Schema, path: KeyPath) -> Iterator[Fault]:
    if not isinstance(value, dict):
        return
    rule = schema["additionalProperties"]
    known = schema.get("properties", {})
    for name in (name for name in value if name not in known):
        if rule is False:
            yield Fault((*path, name), "additionalProperties", {"wanted": _told(list(known)), "found": name})
        elif rule is not True:
            yield from _faults(value[name], rule, root, (*path, name))


def _items(value: Any, schema: Schema, root: Schema, path: KeyPath) -> Iterator[Fault]:
    if isinstance(value, list):
        for index, item in enumerate(value):
            yield from _faults(item, schema["items"], root, (*path, index))


def _ref(value: Any, schema: Schema, root: Schema, path: KeyPath) -> Iterator[Fault]:
    name = schema["$ref"]
    if name.startswith("#/$defs/"):
        yield from _faults(value, root["$defs"][name[len("#/$defs/") :]], root, path)
    else:
        shared = shared_schema(name)
        yield from _faults(value, shared, shared, path)


def _one_of(value: Any, schema: Schema, root: Schema, path: KeyPath) -> Iterator[Fault]:
    tries = [list(_faults(value, rule, root, path)) for rule in schema["oneOf"]]
    fitting = sum(not faults for faults in tries)
    if fitting == 1:
        return
    meant = [] if fitting else _meant(tries, len(path) + 1)
    yield from meant or [Fault(path, "oneOf", {"wanted": len(tries), "found": fitting})]


def _meant(tries: list[list[Fault]], depth: int) -> list[Fault]:
    """Return what is wrong with the one form whose fixed words ("type": "points") are right; empty if there is none."""
    for fixed in (("const", "enum"), ("const",)):
        right = [faults for faults in tries if not any(f.keyword in fixed and len(f.path) <= depth for f in faults)]
        if len(right) == 1:
            return right[0]
    return []


_NESTED: dict[str, Callable[[Any, Schema, Schema, KeyPath], Iterator[Fault]]] = {
    "required": _required,
    "properties": _properties,
    "additionalProperties": _additional,
    "items": _items,
    "$ref": _ref,
    "oneOf": _one_of,
}
KEYWORDS = (*_SIMPLE, *_NESTED)
