# SPDX-License-Identifier: GPL-2.0-or-later
"""Is a delivery still what was handed over? Files by size and SHA-256, tables by content.

A GeoPackage changes its bytes when somebody merely opens it for editing; then its tables decide: touched, or changed.
Whether the rules have a newer edition since, and whether the inputs are still those it was made from, is told as well;
neither makes a delivery another one, so neither fails.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pandas as pd

from .. import frames, schema
from ..errors import RenewalError
from ..run import Run
from ..words import say
from .formats.geopackage import list_layers
from .manifest import describe_file, describe_table, list_files, read_manifest, table_of
from .rulebook import altered_documents, find_document, is_current, is_reworded, is_shipped

VERDICTS = {
    "file_same": "pass",
    "table_same": "pass",
    "file_touched": "advice",
    "file_extra": "advice",
    "table_extra": "advice",
    "rules_same": "pass",
    "rules_own": "pass",
    "rules_reworded": "pass",
    "rules_newer": "advice",
    "input_same": "pass",
    "input_changed": "advice",
    "input_unknown": "advice",
    "input_unreadable": "advice",
}


@dataclass(frozen=True)
class Check:
    """What was found out about one file or table: `code` names its sentence, sizes are bytes or rows."""

    subject: str
    code: str
    unit: str
    found: float | None = None
    expected: float | None = None
    more: Mapping[str, Any] | None = None

    @property
    def verdict(self) -> str:
        """Return pass | advice | fail."""
        return VERDICTS.get(self.code, "fail")


@dataclass(frozen=True)
class InputLook:
    """What a layer is now that looks like an input of the delivery.

    `layer` its name, `count` its features; `contents` the fingerprints (identity.fingerprint) it has when it is read as
    each run read it, by (algorithm, role).
    """

    layer: str
    count: int
    contents: Mapping[tuple[str, str], str]


@dataclass(frozen=True)
class Verification:
    """The findings (a row a check, those that fail first) and whether the data are what was delivered."""

    findings: pd.DataFrame
    is_ok: bool
    changed: tuple[str, ...]


def verify_delivery(folder: Path, run: Run, looks: Iterable[InputLook] = ()) -> Verification:
    """Compare a delivery with its manifest, and the layers in `looks` with the inputs that the manifest names.

    Verdicts: `pass`; `advice` for a GeoPackage that was touched without a change of data, for files and tables that
    came later, for newer rules and other inputs; `fail` for what is missing or changed, for rules whose text is not
    the one that was used, and for links that lead out of the folder. OK: nothing fails.
    Raises RenewalError: `delivery_without_manifest`, `manifest_shows_path`, `json_…`, `schema_…`; Cancelled.
    """
    manifest = read_manifest(folder)
    checks: list[Check] = []
    total = sum(entry["bytes"] for entry in manifest["files"]) or 1
    done = 0
    for entry in manifest["files"]:
        run.progress(done / total)
        checks += _check_file(folder, entry, manifest["tables"], run)
        done += entry["bytes"]
    known = {entry["path"] for entry in manifest["files"]}
    checks += [Check(name, "file_extra", "byte") for name in list_files(folder) if name not in known]
    checks += _check_rules(manifest)
    for look in looks:
        checks += _check_input(manifest["runs"], look)
    order = ("fail", "advice", "pass")
    checks.sort(key=lambda check: (order.index(check.verdict), check.subject, check.code))
    changed = tuple(dict.fromkeys(check.subject for check in checks if check.verdict == "fail"))
    return Verification(_findings(checks, run.language), not changed, changed)


def _check_file(folder: Path, entry: Mapping[str, Any], tables: list[Any], run: Run) -> list[Check]:
    name, path = entry["path"], folder / entry["path"]
    try:
        if not path.resolve().is_relative_to(folder.resolve()):
            return [Check(name, "file_outside", "byte", None, entry["bytes"])]
        is_there = path.is_file()
    except (OSError, ValueError, RuntimeError):  # a name that no file system holds, a link that leads to itself
        is_there = False
    if not is_there:
        return [Check(name, "file_missing", "byte", None, entry["bytes"])]
    found = describe_file(folder, name, run)
    sizes = (found["bytes"], entry["bytes"])
    if found["sha256"] == entry["sha256"]:
        return [Check(name, "file_same", "byte", *sizes)]
    held = [item for item in tables if item["file"] == name]
    if not held:
        return [Check(name, "file_changed", "byte", *sizes)]
    checks = _check_tables(folder, name, held, run)
    same = all(check.verdict != "fail" for check in checks)
    return [Check(name, "file_touched" if same else "file_changed", "byte", *sizes), *checks]


def _check_tables(folder: Path, name: str, held: list[Any], run: Run) -> list[Check]:
    try:
        layers = list_layers(folder / name)
    except RenewalError as error:
        return [Check(name, error.code, "row", more=error.values)]
    checks = []
    for entry in held:
        subject = f"{name}/{entry['layer']}"
        if entry["layer"] not in layers:
            checks.append(Check(subject, "table_missing", "row", None, entry["count"]))
            continue
        try:
            found = describe_table(folder, table_of(entry), run, entry["content"])
        except RenewalError as error:
            checks.append(Check(subject, error.code, "row", more=error.values))
            continue
        code = "table_same" if found["content"] == entry["content"] else "table_changed"
        checks.append(Check(subject, code, "row", found["count"], entry["count"]))
    known = {entry["layer"] for entry in held}
    return checks + [Check(f"{name}/{layer}", "table_extra", "row") for layer in layers if layer not in known]


def _check_rules(manifest: Mapping[str, Any]) -> list[Check]:
    """Compare the rules and standards with their texts in the manifest and with what the plugin ships now."""
    documents, checks = manifest.get("documents"), []
    altered = altered_documents(manifest["rules"], documents or ())
    for rule in manifest["rules"]:
        subject = f"{rule['kind']}/{rule['id']}"
        if documents is not None and not is_current(rule) and find_document(rule, documents) is None:
            is_told = (rule["kind"], rule["id"]) in altered
            checks.append(Check(subject, "rules_changed" if is_told else "rules_newer", "rules"))
        elif is_reworded(rule, documents or ()):
            checks.append(Check(subject, "rules_reworded", "rules"))
        elif is_shipped(rule):
            checks.append(Check(subject, "rules_same" if is_current(rule) else "rules_newer", "rules"))
        else:
            checks.append(Check(subject, "rules_own", "rules"))
    return checks


def _check_input(runs: Iterable[Mapping[str, Any]], look: InputLook) -> list[Check]:
    """Compare a layer with every input that bears its name or has its content."""
    named, known = False, []
    for record in runs:
        for entry in record["inputs"]:
            found = look.contents.get((record["id"], entry["role"]))
            is_named = entry["layer"] == look.layer
            named |= is_named
            if found is not None and entry["content"] is not None and (is_named or found == entry["content"]):
                known.append((entry["count"], found == entry["content"]))
    if not known:
        return [Check(look.layer, "input_unreadable" if named else "input_unknown", "row", look.count)]
    code = "input_same" if all(is_same for _, is_same in known) else "input_changed"
    return [Check(look.layer, code, "row", look.count, known[0][0])]


def _findings(checks: list[Check], language: str) -> pd.DataFrame:
    table = schema.table("findings")
    rows = [
        (f"V{number:04}", check.subject, check.code, check.found, check.unit, check.expected, check.verdict,
         say(check.code, language, **{"subject": check.subject, **_sizes(check), **(check.more or {})}), "checked")
        for number, check in enumerate(checks, 1)
    ]  # fmt: skip
    return frames.conform(pd.DataFrame(rows, columns=table.names()), table)


def _sizes(check: Check) -> dict[str, Any]:
    sizes = {"found": check.found, "expected": check.expected}
    return {name: "–" if size is None else f"{size:,.0f}" for name, size in sizes.items()}
