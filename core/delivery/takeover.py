# SPDX-License-Identifier: GPL-2.0-or-later
"""Taking a delivery over: what a study must be told so that it computes the same rows again.

Everything comes from manifest.json: what its runs were asked (fields, settings), the rules and standards whole, and
the inputs with their fingerprints. Reviews and locks are tables of data.gpkg.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path, PurePosixPath
from typing import Any

from .. import envelope, jsontext
from ..inputs.aliases import roles
from .manifest import read_manifest
from .rulebook import find_document, is_current, is_reworded, is_shipped

RULE_SETTINGS = {  # kind of rules → setting for a shipped one, setting for a file
    "ruleset": ("RULES", "RULES_FILE"),
    "standard": ("STANDARD", "STANDARD_FILE"),
    "zone-rules": ("ZONE_RULES", "ZONE_RULES_FILE"),
    "profiles": ("", "PROFILE_FILE"),
    "costs": ("", "COST_TABLE"),
}
RUN_SETTINGS = {  # algorithm → parameters that are settings of a study
    "tagparcels": ("AS_OF", "LAND_USE_SCHEME"),
    "facilitygap": ("KINDS", "SUMMARY_FIELD"),
    "delineatezones": ("MAX_ZONES",),
}
DELIVERY_SETTINGS = ("FORMATS", "FIELDS", "TEMPLATE", "SHP_ENCODING", "PAPER", "TITLE", "AUTHOR", "SECRECY")
PLANS = ("SITES", "LINKS")  # roles of what is only proposed
LOCKS = ("given", "locked_in", "locked_out")  # tables of data.gpkg → GIVEN, LOCKED_IN, LOCKED_OUT
NO_VALUE: tuple[Any, ...] = (None, "", [])


@dataclass(frozen=True)
class Wanted:
    """An input that the study needs again: `content` its fingerprint when `algorithm` read it as `role`."""

    role: str
    layer: str
    count: int | None
    crs: str | None
    content: str | None
    algorithm: str


@dataclass(frozen=True)
class Handed:
    """What a delivery hands over.

    `settings` by name of the parameter; `documents` {name of the file setting: rules that are not the shipped ones};
    `mappings` {role: {column: field}}; `inputs` one for each role and layer; `tables` {setting: table of data.gpkg} of
    the locks; `has_reviews`; `problems` sentences of what could not be restored, as (code, values).
    """

    title: str
    settings: Mapping[str, Any]
    documents: Mapping[str, Mapping[str, Any]]
    mappings: Mapping[str, Mapping[str, str]]
    inputs: Sequence[Wanted]
    tables: Mapping[str, str]
    has_reviews: bool
    runs: Sequence[Mapping[str, Any]]
    problems: Sequence[tuple[str, Mapping[str, Any]]] = field(default_factory=tuple)


def read_handover(folder: Path, language: str) -> Handed:
    """Return what the delivery in `folder` hands over.

    Raises RenewalError: `delivery_without_manifest`, `manifest_shows_path`, `json_…`, `schema_…`, and what
    envelope.check raises for rules in it that are no rules.
    """
    manifest = read_manifest(folder)
    runs = manifest["runs"]
    settings = _settings(manifest)
    documents, problems = _rules(manifest, settings)
    held = {entry["layer"] for entry in manifest["tables"]}
    tables = {name.upper(): name for name in LOCKS if name in held}
    gone = {entry["layer"]: entry["role"] for record in runs for entry in record["inputs"]
            if entry["role"].lower() in LOCKS and entry["role"] not in tables}  # fmt: skip
    problems += [("takeover_lock_missing", {"layer": layer}) for layer in sorted(gone)]
    return Handed(
        str(manifest["title"][language]), settings, documents, _mappings(runs), _inputs(runs), tables,
        "reviews" in held, runs, tuple(problems),
    )  # fmt: skip


def _settings(manifest: Mapping[str, Any]) -> dict[str, Any]:
    runs = sorted(manifest["runs"], key=_is_of_plans, reverse=True)  # of two the one that counts what there is
    asked = {record["id"]: record["parameters"] for record in runs}
    found = {
        name: asked[algorithm].get(name)
        for algorithm, names in RUN_SETTINGS.items()
        if algorithm in asked
        for name in names
    }
    found |= {name: manifest["parameters"].get(name) for name in DELIVERY_SETTINGS}
    return {
        name: value for name, value in found.items() if value not in NO_VALUE and isinstance(value, (str, int, list))
    }


def _is_of_plans(record: Mapping[str, Any]) -> bool:
    """Say whether a run counts what will be there: with proposed sites or links, for the kinds of those alone."""
    return any(entry["role"] in PLANS for entry in record["inputs"])


def _rules(
    manifest: Mapping[str, Any], settings: dict[str, Any]
) -> tuple[dict[str, dict[str, Any]], list[tuple[str, dict[str, Any]]]]:
    """Put shipped rules into the settings; return the others whole, checked, and what could not be had."""
    documents: dict[str, dict[str, Any]] = {}
    problems: list[tuple[str, dict[str, Any]]] = []
    for rule in manifest["rules"]:
        name, file_name = RULE_SETTINGS.get(rule["kind"], ("", ""))
        if is_current(rule):
            if name:
                settings[name] = rule["id"]
            continue
        document = find_document(rule, manifest.get("documents", ()))
        if document is None or not file_name:
            values = {"kind": rule["kind"], "name": rule["id"]}
            problems.append(("takeover_rules_missing" if document is None else "takeover_rules_other", values))
            continue
        text = jsontext.canonical_json(document)
        envelope.check(rule["kind"], jsontext.parse(text, f"{rule['id']}.json"))
        documents[file_name] = document
        if is_shipped(rule) and not is_reworded(rule, [document]):
            problems.append(("takeover_rules_newer", {"name": rule["id"]}))
    return documents, problems


def _mappings(runs: Sequence[Mapping[str, Any]]) -> dict[str, dict[str, str]]:
    """Return the fields that people chose, by role and column."""
    named = {
        column.parameter: (role, name)
        for role, entry in roles().items()
        for name, column in entry.columns.items()
        if column.parameter
    }
    found: dict[str, dict[str, str]] = {}
    for record in runs:
        for parameter, value in record["parameters"].items():
            if parameter in named and isinstance(value, str) and value:
                role, column = named[parameter]
                found.setdefault(role, {})[column] = value
    return found


def _inputs(runs: Sequence[Mapping[str, Any]]) -> list[Wanted]:
    """Return the inputs that no run of the delivery made, the first time they were read."""
    made = {
        PurePosixPath(str(record["parameters"].get(output["name"]) or "")).name.partition(".")[0]
        for record in runs
        for output in record["outputs"]
    }
    known = roles()
    found: dict[str, Wanted] = {}
    for record in runs:
        for entry in record["inputs"]:
            if entry["layer"] in made or (entry["role"] not in known and entry["role"] != "DEM"):
                continue
            wanted = Wanted(entry["role"], entry["layer"], entry["count"], entry["crs"], entry["content"], record["id"])
            found.setdefault(entry["role"], wanted)
    return [found[role] for role in sorted(found)]
