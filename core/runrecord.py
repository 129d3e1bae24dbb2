# SPDX-License-Identifier: GPL-2.0-or-later
"""The run record: what one run of an algorithm was made of, without paths, addresses or secrets.

Schema: resources/schemas/run.json. It stands beside every result and in the layer's metadata; a delivery keeps all of
them. Needs no library, so that a record can be read where nothing can be computed.
"""

from __future__ import annotations

import importlib
import json
import math
import platform
import re
from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass, field
from datetime import datetime
from pathlib import Path, PurePosixPath, PureWindowsPath
from typing import Any

from . import envelope, jsontext
from .run import Run
from .schema import SCHEMA_VERSION
from .words import LANGUAGES, say

LIBRARIES = ("numpy", "scipy", "pandas", "shapely")
# a path inside a source: /a/b.gpkg|layername=c, ogr:dbname='C:\a.gpkg' table="c", file:///a/b.csv?type=csv, \\server\a
_PATH = re.compile(r"(?:file:/+|(?<![\w.:/\\])/+(?=[^\s/'\"])|\b[A-Za-z]:[\\/]|\\\\(?=\w))[^'\"|?*<>\n]*")
_SECRET = re.compile(r"\b(?:password|user|username|authcfg|host|hostaddr|port|service)\s*=\s*(?:'[^']*'|\S+)\s*", re.I)
_ADDRESS = re.compile(r"\b(?!file\b)[a-z][a-z0-9+.-]*://[^\s'\"|]*", re.I)


@dataclass(frozen=True)
class Input:
    """One layer that was read: `source` is its kind (ogr:GPKG, memory, postgres …), `content` identity.fingerprint."""

    role: str
    layer: str
    source: str
    count: int | None
    crs: str | None
    content: str | None


@dataclass(frozen=True)
class Output:
    """One result: `table` in the field dictionary (None for a file or folder), `content` identity.content_hash."""

    name: str
    table: str | None
    count: int | None
    content: str | None


@dataclass(frozen=True)
class Work:
    """What a run record says of the work, beside what `Run` has gathered.

    `title` {"zh", "en"}; `parameters` as given, any plain values; `documents` the rules and standards as loaded;
    `libraries` names and versions that core cannot know (QGIS, GDAL); `folder` the one that paths are told relative to,
    None = only file names; `started` and `finished` with a time zone.
    """

    algorithm: str
    title: Mapping[str, str]
    plugin_version: str
    parameters: Mapping[str, Any]
    started: datetime
    finished: datetime
    inputs: tuple[Input, ...] = ()
    outputs: tuple[Output, ...] = ()
    documents: tuple[Mapping[str, Any], ...] = ()
    libraries: Mapping[str, str] = field(default_factory=dict)
    folder: Path | None = None


def build(work: Work, run: Run) -> dict[str, Any]:
    """Return the run record as a JSON object, checked against its schema.

    Raises RenewalError(`schema_…`) when a part does not fit, for example an input's source that shows a path.
    """
    record = {
        "schema": "urban-renewal/run/1",
        "id": work.algorithm,
        "title": dict(work.title),
        "plugin_version": work.plugin_version,
        "schema_version": SCHEMA_VERSION,
        "libraries": {**library_versions(), **work.libraries},
        "parameters": tell(dict(work.parameters), work.folder),
        "inputs": [{**asdict(item), "layer": tell(item.layer, None)} for item in work.inputs],
        "outputs": [asdict(item) for item in work.outputs],
        "rules": [_rules(document) for document in work.documents],
        "facts": tell(run.facts, work.folder),
        "messages": [_message(item.level, item.code, item.values) for item in run.messages],
        "left_out": dict(sorted(_counts(run).items())),
        "started": _moment(work.started),
        "finished": _moment(work.finished),
    }
    return parse(to_text(record))


def parse(text: str, name: str = "run.json") -> dict[str, Any]:
    """Return the run record in `text`. Raises RenewalError (`json_…`, `envelope_…`, `schema_…`) naming line and key."""
    return envelope.check("run", jsontext.parse(text, name))


def to_text(record: Mapping[str, Any]) -> str:
    """Return the record as JSON text for a file or for layer metadata."""
    return json.dumps(record, ensure_ascii=False, indent=1, allow_nan=False)


def library_versions() -> dict[str, str]:
    """Return the versions of Python, GEOS and the libraries that core computes with; missing ones are left out."""
    found = {"python": platform.python_version()}
    for name in LIBRARIES:
        try:
            library = importlib.import_module(name)
        except ImportError:
            continue
        found[name] = str(library.__version__)
        if name == "shapely":
            found["geos"] = str(library.geos_version_string)
    return found


def tell(value: Any, folder: Path | None) -> Any:
    """Return a value as it may stand in a record: plain JSON, paths relative to `folder`, no addresses, no secrets.

    A path inside `folder` is told from there with slashes, any other by its last name. NaN and infinity become null.
    """
    if isinstance(value, Mapping):
        return {str(key): tell(item, folder) for key, item in value.items()}
    if isinstance(value, (list, tuple, set, frozenset)):
        items: Iterable[Any] = sorted(value, key=str) if isinstance(value, (set, frozenset)) else value
        return [tell(item, folder) for item in items]
    if value is None or isinstance(value, (bool, int)):
        return value
    if isinstance(value, float):
        return value if math.isfinite(value) else None
    if hasattr(value, "item") and getattr(value, "ndim", None) == 0:  # a number of numpy
        return tell(value.item(), folder)
    return _clean(str(value), folder)


def _clean(text: str, folder: Path | None) -> str:
    text = _ADDRESS.sub("…", _SECRET.sub("", text))
    return _PATH.sub(lambda match: _relative(match.group(), folder), text)


def _relative(path: str, folder: Path | None) -> str:
    plain = re.sub(r"^file:/+(?=[A-Za-z]:)|^file:/*(?=/)", "", path)
    windows = "\\" in plain or plain[1:2] == ":"
    pure = PureWindowsPath(plain) if windows else PurePosixPath(plain)
    if folder is not None and pure.is_relative_to(str(folder)):
        return pure.relative_to(str(folder)).as_posix()
    return pure.name


def _rules(document: Mapping[str, Any]) -> dict[str, Any]:
    """Return what a record says of rules or a standard; those that are not shipped stand in it whole."""
    kind, content = document["schema"].split("/")[1], jsontext.document_hash(document)
    told = {
        "kind": kind,
        "id": document["id"],
        "content": content,
        "figures_n": len(envelope.list_figures(document)),
        "unverified_n": len(envelope.list_unverified(document)),
    }
    return told if envelope.shipped_hash(kind, document["id"]) == content else {**told, "document": dict(document)}


def _message(level: str, code: str, values: Mapping[str, Any]) -> dict[str, Any]:
    told = tell(values, None)
    return {"level": level, "code": code, "text": {language: say(code, language, **told) for language in LANGUAGES}}


def _counts(run: Run) -> Counter[str]:
    counts: Counter[str] = Counter()
    for item in run.left_out:
        counts[item.code] += item.n
    return counts


def _moment(moment: datetime) -> str:
    return moment.astimezone().isoformat(timespec="seconds")
