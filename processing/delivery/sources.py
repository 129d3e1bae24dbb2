# SPDX-License-Identifier: GPL-2.0-or-later
"""For the report: how each step counts."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from ...core.resources import RESOURCES
from ..texts import help_of


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
