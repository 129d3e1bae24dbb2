# SPDX-License-Identifier: GPL-2.0-or-later
"""For the report: how each step counts, and which figures of its rules nobody has seen at their source."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from typing import Any

from ...core.words import RESOURCES
from ..texts import help_of

MOST_FIGURES = 300  # rows of the list in the report


def methods_of(runs: Iterable[Mapping[str, Any]], language: str) -> list[tuple[str, str]]:
    """Return title and method of each algorithm that ran, from its help page, in the order of the runs."""
    found: dict[str, tuple[str, str]] = {}
    for record in sorted(runs, key=lambda item: str(item["started"])):
        name = str(record["id"])
        if name not in found and (RESOURCES / "help" / f"{name}.json").is_file():
            page = help_of(name)
            method = page.get("method", page["summary"])
            found[name] = (page["title"][language], method[language])
    return list(found.values())


def pending_figures(
    rules: Iterable[Mapping[str, Any]], documents: Iterable[Mapping[str, Any]]
) -> list[tuple[str, str, str, str]]:
    """Return rules id, figure, value and source of what is 待核 in the rules and standards that were used.

    Figures changed for a project come first, with the reason given for them: they are what a reader must know.
    """
    from ...core import envelope
    from ...core.delivery.rulebook import find_document

    whole, rows = list(documents), []
    for rule in rules:
        document = find_document(rule, whole)
        for path, figure in envelope.list_unverified(document) if document else ():
            value = json.dumps(figure.get("value"), ensure_ascii=False) if "value" in figure else ""
            unit = str(figure.get("unit", ""))
            note = str(figure.get("note", ""))
            source = f"{figure['source']} ({figure['status']})" + (f": {note}" if note else "")
            rows.append((not note, (str(rule["id"]), path, f"{value} {unit}".strip(), source)))
    return [row for _, row in sorted(rows, key=lambda item: item[0])][:MOST_FIGURES]
