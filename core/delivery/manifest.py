# SPDX-License-Identifier: GPL-2.0-or-later
"""The manifest of a delivery: written last, it says what the folder holds and what it was made of.

Schema: resources/schemas/manifest.json. Every path in it is relative; content hashes are those of core/identity.py, so
that a file that was merely touched can be told from data that were changed.
"""

from __future__ import annotations

import hashlib
import json
import uuid
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from pathlib import Path
from typing import Any

from .. import envelope, frames, jsontext, schema
from ..errors import RenewalError
from ..identity import METRE_DIGITS, content_hash, same_content
from ..run import Run
from ..runrecord import tell
from ..words import say
from .formats.geopackage import read_layer
from .rulebook import documents_of, rules_of, without_documents

NAME = "manifest.json"
# what may show no path of anybody's machine
WORDED = ("parameters", "facts", "inputs", "rules", "runs", "title", "author", "secrecy")
MOST_DIGITS = 12  # more than a double holds of any coordinate
SLICE_BYTES = 2**22  # hashing 4 MB takes about 10 ms


@dataclass(frozen=True)
class DeliveredTable:
    """One table of the delivery: its name in the field dictionary and where it lies.

    `kinds` and `profiles` fill the {kind} and {profile} columns; `carried` are columns of an input that count as well;
    `digits` decimals of the coordinates that count (3 for metres, 8 for degrees).
    """

    table: str
    file: str
    layer: str
    crs: str | None = None
    digits: int = METRE_DIGITS
    kinds: tuple[str, ...] = ()
    profiles: tuple[str, ...] = ()
    carried: tuple[str, ...] = ()


@dataclass(frozen=True)
class Delivery:
    """What a manifest says beside what can be read from the folder itself."""

    title: Mapping[str, str]
    plugin_version: str
    created: datetime
    parameters: Mapping[str, Any]
    tables: tuple[DeliveredTable, ...]
    inputs: tuple[Mapping[str, Any], ...] = ()
    runs: tuple[Mapping[str, Any], ...] = ()
    left_out: Mapping[str, int] = field(default_factory=dict)
    facts: Mapping[str, Any] = field(default_factory=dict)
    libraries: Mapping[str, str] = field(default_factory=dict)
    author: str = ""
    secrecy: str = ""


@dataclass(frozen=True, eq=False)
class Held:
    """The rows of a table as they were written; `rows` what they were hashed to (identity.Rows), `content` their hash,
    where that is known.
    """

    frame: Any
    rows: Any = None
    content: str | None = None


def build_manifest(
    folder: Path, delivery: Delivery, run: Run, held: Mapping[str, Held] | None = None
) -> dict[str, Any]:
    """Return the manifest of a finished folder, checked against its schema.

    Every file in the folder is hashed. The content of a table is that of its rows in `held` (by layer), as they were
    meant to be; of others it is read back from the file and hashed as it stands there.
    Raises RenewalError(`schema_…`, `geopackage_…`), Cancelled.
    """
    tables = sorted(delivery.tables, key=lambda item: (item.file, item.layer))
    runs = sorted(delivery.runs, key=lambda record: (str(record["started"]), str(record["id"])))
    files = list_files(folder)
    content: dict[str, Any] = {
        "schema": "urban-renewal/manifest/1",
        "id": str(uuid.uuid4()),
        "title": dict(delivery.title),
        "plugin_version": delivery.plugin_version,
        "schema_version": schema.SCHEMA_VERSION,
        "libraries": dict(delivery.libraries),
        "created": delivery.created.astimezone().isoformat(timespec="seconds"),
        "parameters": dict(delivery.parameters),
        "facts": dict(delivery.facts),
        "files": [describe_file(folder, name, run) for name in files],
        "tables": [_described(folder, item, (held or {}).get(item.layer), run) for item in tables],
        "inputs": [dict(item) for item in delivery.inputs],
        "rules": rules_of(runs),
        "documents": documents_of(runs),
        "runs": [without_documents(item) for item in runs],
        "left_out": dict(sorted(delivery.left_out.items())),
    }
    if delivery.author:
        content["author"] = delivery.author
    if delivery.secrecy:
        content["secrecy"] = delivery.secrecy
    content |= {part: tell(content[part], folder) for part in WORDED if part in content}
    return parse_manifest(jsontext.parse(to_text(content), NAME))


def to_text(content: Mapping[str, Any]) -> str:
    """Return the manifest as JSON text."""
    return json.dumps(content, ensure_ascii=False, indent=1, allow_nan=False)


def read_manifest(folder: Path) -> dict[str, Any]:
    """Return the manifest of a delivery.

    Raises RenewalError: `delivery_without_manifest`, `manifest_shows_path`, `json_…`, `envelope_…`, `schema_…`.
    """
    path = folder / NAME
    try:
        there = path.is_file()
    except OSError:  # a name that no folder can have
        there = False
    if not there:
        raise RenewalError("delivery_without_manifest", folder=folder.name[:80])
    return parse_manifest(jsontext.read(path))


def parse_manifest(document: jsontext.Document) -> dict[str, Any]:
    """Return a manifest, checked: its schema, and that no word in it shows a path of somebody's machine.

    Raises RenewalError: as envelope.check, and `manifest_shows_path` with the place of the word.
    """
    content = envelope.check("manifest", document)
    for part in WORDED:
        for key, text in _texts(content.get(part), (part,)):
            if tell(text, None) != text:
                raise RenewalError("manifest_shows_path", file=document.name, key=key, text=text[:80])
    return content


def list_files(folder: Path) -> list[str]:
    """Return the files of a delivery, relative with slashes, sorted; the manifest is not among them."""
    found = (path.relative_to(folder).as_posix() for path in folder.rglob("*") if path.is_file() or path.is_symlink())
    return sorted(name for name in found if name != NAME)


def describe_file(folder: Path, name: str, run: Run) -> dict[str, Any]:
    """Return {path, bytes, sha256} of a file."""
    digest, size = hashlib.sha256(), 0
    with (folder / name).open("rb") as stream:
        while part := stream.read(SLICE_BYTES):
            run.check()
            digest.update(part)
            size += len(part)
    return {"path": name, "bytes": size, "sha256": digest.hexdigest()}


def describe_table(folder: Path, item: DeliveredTable, run: Run, recorded: str = "") -> dict[str, Any]:
    """Return the manifest's entry of a table, with the hash of what its file holds.

    `recorded`: the hash it was delivered with. Where that is the hash without the columns that the file does not have,
    it is taken: the dictionary has gained them since, and nobody has changed the file.
    """
    frame = read_layer(folder / item.file, item.layer, run)
    table = dictionary_table(item, frames.GEOMETRY in frame)
    if table.geometry != "none" and frames.GEOMETRY not in frame:  # a file somebody rebuilt
        frame[frames.GEOMETRY] = None
    carried = _present(frame, item.carried)
    content = content_hash(frame, table, carried, item.digits, run)
    then = replace(table, columns=tuple(column for column in table.columns if column.name in frame))
    if recorded not in ("", content) and len(then.columns) < len(table.columns):
        content = recorded if content_hash(frame, then, carried, item.digits, run) == recorded else content
    return _entry(item, len(frame), content)


def _described(folder: Path, item: DeliveredTable, held: Held | None, run: Run) -> dict[str, Any]:
    """Return the manifest's entry of a table from the rows that were written, read back where they are not at hand."""
    if held is None:
        return describe_table(folder, item, run)
    table = dictionary_table(item, frames.GEOMETRY in held.frame)
    content = held.content or (None if item.carried else same_content(held.frame, table, held.rows, item.digits))
    return _entry(item, len(held.frame), content or content_hash(
        held.frame, table, _present(held.frame, item.carried), item.digits, run
    ))  # fmt: skip


def _entry(item: DeliveredTable, count: int, content: str) -> dict[str, Any]:
    lists = {name: list(getattr(item, name)) for name in ("kinds", "profiles", "carried")}
    return {
        "table": item.table, "file": item.file, "layer": item.layer, "count": count, "crs": item.crs,
        "digits": item.digits, **lists, "content": content,
    }  # fmt: skip


def dictionary_table(item: DeliveredTable, is_spatial: bool) -> schema.Table:
    """Return the table's description; one that is not in the dictionary (an input) has only carried columns."""
    if item.table not in schema.table_names():
        return schema.Table(item.table, item.table, item.table, "any" if is_spatial else "none", (), ())
    return schema.table(item.table, item.kinds, item.profiles)


def table_of(entry: Mapping[str, Any]) -> DeliveredTable:
    """Return a manifest's entry as a DeliveredTable."""
    lists = {name: tuple(entry.get(name, ())) for name in ("kinds", "profiles", "carried")}
    digits = min(entry.get("digits", METRE_DIGITS), MOST_DIGITS)
    return DeliveredTable(entry["table"], entry["file"], entry["layer"], entry.get("crs"), digits, **lists)


def _present(frame: Any, carried: Iterable[str]) -> list[str]:
    return [name for name in carried if name in frame]


def _texts(value: Any, path: jsontext.KeyPath) -> Iterable[tuple[str, str]]:
    if isinstance(value, str):
        yield jsontext.dotted(path), value
    elif isinstance(value, dict):
        for key, item in value.items():
            yield from _texts(item, (*path, key))
    elif isinstance(value, list):
        for number, item in enumerate(value):
            yield from _texts(item, (*path, number))


def default_title() -> dict[str, str]:
    """Return the title of a delivery that was given none."""
    return {language: say("delivery_title", language) for language in ("zh", "en")}
