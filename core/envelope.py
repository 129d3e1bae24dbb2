# SPDX-License-Identifier: GPL-2.0-or-later
"""Rulesets, standards, profiles, zone rules, costs, templates, mappings: data files in one envelope.

    {"schema": "urban-renewal/<kind>/<version>", "id": …, "title": {"zh": …, "en": …}, "extends": …, …}

Shipped ones stand in resources/<folder>/<name>.json, their schemas in resources/schemas/<kind>.json.

`extends` names a shipped file of the same kind, or a .json file in the same folder; the extending file says only what
is different (extending.py), and the result is checked as a whole.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any

from . import jsontext
from .errors import RenewalError
from .extending import STATUSES, merge, name_of
from .jsoncheck import Schema, find_faults, shared_schema
from .jsontext import Document, KeyPath, dotted
from .resources import RESOURCES

FOLDERS = {
    "ruleset": "rulesets",
    "standard": "standards",
    "profiles": "profiles",
    "zone-rules": "zonerules",
    "costs": "costs",
    "template": "templates",
    "mapping": "mappings",
}
VERSIONS = dict.fromkeys([*FOLDERS, "run", "manifest"], 1)  # the newest version of each kind that this plugin reads
UPGRADES: dict[tuple[str, int], Callable[[dict[str, Any]], dict[str, Any]]] = {}  # (kind, old version) → one step up

OURS = "urban-renewal"  # how the schema of each own file begins
VERIFIED = ("found", "checked")
READING = ("tiers", "reference")  # parts of a standard that no method uses
ENVELOPE: Schema = {
    "schema": {"type": "string", "pattern": "^urban-renewal/[a-z-]+/[1-9][0-9]*$"},
    "id": {"type": "string", "pattern": r"^[\w.:-]{1,64}$"},
    "title": {
        "type": "object",
        "required": ["zh", "en"],
        "properties": {"zh": {"type": "string", "minLength": 1}, "en": {"type": "string", "minLength": 1}},
        "additionalProperties": False,
    },
    "extends": {"type": "string", "minLength": 1},
}


@dataclass(frozen=True)
class _Origin:
    """Where a document came from: its text for line numbers, its folder for `extends`, the files that led here."""

    document: Document
    folder: Path
    visited: tuple[Path, ...]


def load(kind: str, name: str) -> dict[str, Any]:
    """Return the shipped file resources/<folder>/<name>.json, checked, `extends` resolved; a new dict every time.

    Raises RenewalError(`envelope_unknown`) for a name that is not shipped, KeyError for a kind that does not exist.
    """
    folder = RESOURCES / FOLDERS[kind]
    state = tuple(sorted((path.name, path.stat().st_mtime_ns) for path in folder.glob("*.json")))
    content: dict[str, Any] = json.loads(_shipped_text(kind, name, folder, state))
    return content


@lru_cache(maxsize=64)  # a study asks for its standard some twenty times
def _shipped_text(kind: str, name: str, folder: Path, state: tuple[tuple[str, int], ...]) -> str:
    """Return a shipped file as JSON, checked and resolved, as long as none of the files in its folder changes."""
    return json.dumps(_load_shipped(kind, name, ()))


def load_file(kind: str, path: str | Path) -> dict[str, Any]:
    """Return a user's own file of that kind, checked, `extends` resolved.

    Raises RenewalError naming file, line and key: `json_…` (see jsontext.parse), `envelope_…` for a wrong or newer
    schema, an unknown or circular `extends`, two items of one id, `schema_…` for what the schema of the kind forbids.
    """
    return _load_path(kind, Path(path), ())


def names(kind: str) -> list[str]:
    """Return the names of the shipped files of a kind, sorted."""
    return sorted(path.stem for path in (RESOURCES / FOLDERS[kind]).glob("*.json"))


def shipped_title(kind: str, name: str) -> dict[str, str]:
    """Return the title of a shipped file in its languages, the rest unread: for lists of them.

    Raises RenewalError(`envelope_unknown`) for a name that is not shipped, KeyError for a kind that does not exist.
    """
    path = RESOURCES / FOLDERS[kind] / f"{name}.json"
    if not path.is_file():
        raise RenewalError("envelope_unknown", kind=kind, name=name, names=names(kind))
    title: dict[str, str] = json.loads(path.read_text(encoding="utf-8"))["title"]
    return title


def shipped_hash(kind: str, name: str) -> str:
    """Return the hash of the shipped file of that name; "" when there is none."""
    if kind not in FOLDERS or name not in names(kind):
        return ""
    return jsontext.document_hash(load(kind, name))


def check(kind: str, document: Document) -> dict[str, Any]:
    """Return the content of a document without `extends` (a run record, a manifest), upgraded and checked."""
    content = _upgraded(kind, document)
    _refuse_faults(kind, content, document)
    return content


def figure_value(figure: Mapping[str, Any]) -> Any:
    """Return the value of a figure ({"value", "unit", "source", "status", …})."""
    return figure["value"]


def figure_number(figure: Mapping[str, Any], rules: str, key: str) -> float:
    """Return the value of a figure that must be a number. Raises RenewalError(`figure_not_number`)."""
    value = figure["value"]
    if isinstance(value, bool) or not isinstance(value, (int, float)):
        raise RenewalError("figure_not_number", rules=rules, key=key, value=str(value)[:40])
    return float(value)


def is_verified(figure: Mapping[str, Any]) -> bool:
    """Say whether the figure was seen at its source or checked by somebody; everything else is shown as 待核."""
    return figure["status"] in VERIFIED


def list_figures(document: Any) -> list[tuple[str, dict[str, Any]]]:
    """Return (path, object) of everything in the document that states a status and a source, in document order.

    What stands there for reading only (READING), and no method uses, is not among them.
    """
    used = {key: value for key, value in document.items() if key not in READING} if isinstance(document, dict) else {}
    return list(_figures(used or document, ()))


def list_unverified(document: Any) -> list[tuple[str, dict[str, Any]]]:
    """Return (path, object) of what is 待核: stated with a status other than `found` and `checked`."""
    return [(path, figure) for path, figure in list_figures(document) if not is_verified(figure)]


def _figures(value: Any, path: KeyPath) -> Iterator[tuple[str, dict[str, Any]]]:
    if isinstance(value, dict):
        if value.get("status") in STATUSES and "source" in value:
            yield dotted(path), value
        for key, item in value.items():
            yield from _figures(item, (*path, key))
    elif isinstance(value, list):
        for index, item in enumerate(value):
            yield from _figures(item, (*path, index))


def _load_shipped(kind: str, name: str, visited: tuple[Path, ...]) -> dict[str, Any]:
    shipped = names(kind)
    if name not in shipped:
        raise RenewalError("envelope_unknown", kind=kind, name=name, names=shipped)
    return _load_path(kind, RESOURCES / FOLDERS[kind] / f"{name}.json", visited)


def _load_path(kind: str, path: Path, visited: tuple[Path, ...]) -> dict[str, Any]:
    document = jsontext.read(path)
    content = _upgraded(kind, document)
    if "extends" in content:
        here = path.resolve()
        if here in visited:
            raise RenewalError("envelope_cycle", file=path.name, line=document.line(("extends",)))
        content = _extended(kind, content, _Origin(document, here.parent, (*visited, here)))
    _refuse_faults(kind, content, document)
    return content


def _upgraded(kind: str, document: Document) -> dict[str, Any]:
    """Return the document in the newest version of its kind. Raises RenewalError when schema, id or title are wrong."""
    content = document.value
    _refuse_others(kind, document)
    header = {"type": "object", "required": ["schema", "id", "title"], "properties": ENVELOPE}
    _raise_first(content, header, document)
    version = int(content["schema"].split("/")[2])
    if version > VERSIONS[kind]:
        line = document.line(("schema",))  # all of the text is read for it
        raise RenewalError("envelope_newer", file=document.name, line=line, found=version, known=VERSIONS[kind])
    for step in range(version, VERSIONS[kind]):
        content = {**UPGRADES[kind, step](content), "schema": f"urban-renewal/{kind}/{step + 1}"}
    return content


def _refuse_others(kind: str, document: Document) -> None:
    """Refuse what is no file of ours, and ours of another kind, before anything is said of what it lacks."""
    schema = document.value.get("schema", "")
    ours, _, rest = ("" if schema is None else str(schema)).partition("/")
    if ours != OURS and schema is not None:
        raise RenewalError("envelope_none", file=document.name)
    found = rest.partition("/")[0]
    if found and found != kind and find_faults(schema, ENVELOPE["schema"]) == []:
        raise RenewalError("envelope_kind", file=document.name, wanted=kind, found=found)


def _extended(kind: str, content: dict[str, Any], origin: _Origin) -> dict[str, Any]:
    base_name = content["extends"]
    if base_name.endswith(".json"):
        if Path(base_name).name != base_name or "\\" in base_name:
            line = origin.document.line(("extends",))
            raise RenewalError("envelope_folder", file=origin.document.name, line=line, name=base_name)
        base = _load_path(kind, origin.folder / base_name, origin.visited)
    else:
        base = _load_shipped(kind, base_name, origin.visited)
    merged: dict[str, Any] = merge(base, content, content["id"])
    return merged


def _refuse_faults(kind: str, content: dict[str, Any], document: Document) -> None:
    schema = shared_schema(kind)
    with_envelope = {**schema, "properties": {**ENVELOPE, **schema.get("properties", {})}}
    _raise_first(content, with_envelope, document)
    if kind not in FOLDERS:
        return  # a run may have used two rules of one id: a standard for gaps and for sites
    for path, name in _named_twice(content, ()):
        line = document.line(_place(content, document.value, path))
        raise RenewalError("envelope_twice", file=document.name, line=line, key=_told(content, path[:-1]), name=name)


def _named_twice(value: Any, path: KeyPath) -> Iterator[tuple[KeyPath, str]]:
    """Yield (path, id) of every item of a list with the id of one before it: which counts, nobody can say."""
    known: set[str] = set()
    for key, item in value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ():
        name = item.get("id") if isinstance(item, dict) and isinstance(value, list) else None
        if isinstance(name, str):
            if name in known:
                yield (*path, key), name
            known.add(name)
        yield from _named_twice(item, (*path, key))


def _raise_first(content: dict[str, Any], schema: Schema, document: Document) -> None:
    faults = find_faults(content, schema)
    if faults:
        first = faults[0]
        line = document.line(_place(content, document.value, first.path))
        key = _told(content, first.path)
        raise RenewalError(f"schema_{first.keyword}", file=document.name, line=line, key=key, **first.values)


def _told(content: Any, path: KeyPath) -> str:
    """Return the path in words: items of lists by their name, else by their index."""
    told = ""
    for step in path:
        name = name_of(content[step]) if isinstance(step, int) else None
        told += f"[{name or step}]" if isinstance(step, int) else f".{step}"
        content = content[step]
    return told.lstrip(".") or "."


def _place(content: Any, own: Any, path: KeyPath) -> KeyPath:
    """Return where the file itself (`own`) has what the merged document (`content`) has at `path`, as far as it has it.

    A merged list holds the items of the base first, so an item of the file may stand elsewhere in it.
    """
    where: list[str | int] = []
    for step in path:
        name = name_of(content[step]) if isinstance(step, int) else None
        place = step
        if name and own is not content:
            items = own if isinstance(own, list) else []
            place = next((index for index, item in enumerate(items) if name_of(item) == name), -1)
        content = content[step]
        if not (place in own if isinstance(own, dict) else isinstance(own, list) and -1 < int(place) < len(own)):
            break
        own = own[place]
        where.append(place)
    return tuple(where)
