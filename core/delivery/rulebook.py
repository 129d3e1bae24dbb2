# SPDX-License-Identifier: GPL-2.0-or-later
"""Rules and standards of a delivery, whole: which the runs used, their text, and whether they still are the same."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from .. import envelope, jsontext
from ..palette import RULE_KINDS, rule_kind
from ..words import LANGUAGES

Rule = dict[str, Any]
WORDS = {"title", "source", "clause", "lead", "to_read", "note", "description"}  # keys that hold no number


def rules_of(runs: Iterable[Mapping[str, Any]]) -> list[Rule]:
    """Return {kind, id, content, figures_n, unverified_n} of what the runs used, each once, sorted by kind and id."""
    found = {key: without_document(rule) for key, rule in _rules(runs).items()}
    return [found[key] for key in sorted(found, key=str)]


def documents_of(runs: Iterable[Mapping[str, Any]]) -> list[dict[str, Any]]:
    """Return the rules and standards of the runs whole, in the order of `rules_of`.

    A shipped one is read from the plugin while it still is the same; another stands in the run record itself. What can
    no longer be had (a shipped file of an older plugin) is left out.
    """
    found = _rules(runs)
    whole = [_document(found[key]) for key in sorted(found, key=str)]
    return [document for document in whole if document is not None]


def without_documents(record: Mapping[str, Any]) -> dict[str, Any]:
    """Return a run record whose rules are named and not told whole: a delivery keeps each text once."""
    return {**record, "rules": [without_document(rule) for rule in record["rules"]]}


def without_document(rule: Mapping[str, Any]) -> Rule:
    """Return the entry of a rule without its text."""
    return {key: value for key, value in rule.items() if key != "document"}


def find_document(rule: Mapping[str, Any], documents: Iterable[Mapping[str, Any]]) -> dict[str, Any] | None:
    """Return the document that has the hash of a rule's entry, None when none has it: an altered text is none."""
    same = (dict(item) for item in documents if jsontext.document_hash(item) == rule["content"])
    return next(same, None)


def with_documents(record: Mapping[str, Any], documents: Iterable[Mapping[str, Any]]) -> dict[str, Any]:
    """Return a run record whose rules have their text, where one of the documents is it and the plugin's own is not."""
    texts = {jsontext.document_hash(item): dict(item) for item in documents}
    rules = [
        {"document": texts[rule["content"]], **rule} if rule["content"] in texts and not is_current(rule) else rule
        for rule in record["rules"]
    ]
    return {**record, "rules": rules}


def altered_documents(
    rules: Iterable[Mapping[str, Any]], documents: Iterable[Mapping[str, Any]]
) -> set[tuple[str, str]]:
    """Return (kind, id) of the documents that are the text of no rule: someone changed them."""
    contents = {rule["content"] for rule in rules}
    strange = (item for item in documents if jsontext.document_hash(item) not in contents)
    return {(str(item.get("schema", "//")).split("/")[1], str(item.get("id"))) for item in strange}


def is_shipped(rule: Mapping[str, Any]) -> bool:
    """Say whether the plugin ships a file of this kind and name, be it the same or another edition."""
    return bool(envelope.shipped_hash(str(rule["kind"]), str(rule["id"])))


def is_current(rule: Mapping[str, Any]) -> bool:
    """Say whether the shipped file of this kind and name is the one that was used."""
    return bool(envelope.shipped_hash(str(rule["kind"]), str(rule["id"])) == rule["content"])


def is_reworded(rule: Mapping[str, Any], documents: Iterable[Mapping[str, Any]]) -> bool:
    """Say whether the shipped file of this kind and name differs from the one that was used in its words alone.

    Words are names, sources, clauses, who is in charge, what is still to be read, and every text in two languages. A
    figure's value, unit, status and confidence are none. False when the text that was used is not among `documents`.
    """
    used = find_document(rule, documents)
    if used is None or is_current(rule) or not is_shipped(rule):
        return False
    return bool(_bare(used) == _bare(envelope.load(str(rule["kind"]), str(rule["id"]))))


def _bare(value: Any) -> Any:
    """Return a document without its words."""
    if isinstance(value, Mapping):
        if value and set(value) <= set(LANGUAGES):
            return None
        return {key: _bare(item) for key, item in value.items() if key not in WORDS}
    return [_bare(item) for item in value] if isinstance(value, list) else value


def title_of(kind: str, name: str, language: str) -> str:
    """Return the title of shipped rules without what stands in brackets behind it; others stand for themselves."""
    if kind not in envelope.FOLDERS or name not in envelope.names(kind):
        return name
    return str(envelope.load(kind, name).get("title", {}).get(language, name)).split("（")[0].split(" (")[0]


def name_rule(kind: str, name: str, language: str) -> str:
    """Return “标准 重庆”: the kind and the title of rules that are shipped, else the id."""
    title, told = title_of(kind, name, language), rule_kind(kind, language)
    if kind not in RULE_KINDS or told in title:  # 片区规则 重庆示范片区规则
        return title
    return told if title in told else f"{told} {title}"


def _rules(runs: Iterable[Mapping[str, Any]]) -> dict[tuple[str, str, str], Rule]:
    return {(rule["kind"], rule["id"], rule["content"]): dict(rule) for record in runs for rule in record["rules"]}


def _document(rule: Rule) -> dict[str, Any] | None:
    if "document" in rule:
        return find_document(rule, [rule["document"]])
    return envelope.load(str(rule["kind"]), str(rule["id"])) if is_current(rule) else None
