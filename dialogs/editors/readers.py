# SPDX-License-Identifier: GPL-2.0-or-later
"""What a run would say of an own file, asked while it is edited or imported: numbers that cannot be, or contradict.

A schema sees each value by itself. The functions that read a file for a run see the rest; the editor asks them, so that
nobody saves what a run refuses. No QGIS here.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from ...core.errors import RenewalError
from ...core.words import figure_names, pick, say

NAMED = ("key", "name", "tag", "kind", "criterion", "item")  # values of a sentence that are names of a file


def check_content(kind: str, content: Mapping[str, Any]) -> None:
    """Raise the RenewalError that a run with these rules, standard, profiles or prices would end with."""
    read = READERS.get(kind)
    if read is not None:
        read(content)


def schema_fault(error: RenewalError, language: str) -> str:
    """Return what the schema of a kind of file forbids in words; names of drawing layers without their grammar."""
    if error.code == "schema_pattern" and str(error.values.get("key", "")).endswith(".layer"):
        return say("cad_layer_odd", language, name=error.values["found"])
    return say(error.code, language, **error.values)


def content_fault(kind: str, content: Mapping[str, Any], language: str) -> str:
    """Return what check_content refuses in words, parts of the file called as the editor calls them; "" = nothing."""
    try:
        check_content(kind, content)
    except RenewalError as error:
        return _told(error, content, language)
    return ""


def _told(error: RenewalError, content: Mapping[str, Any], language: str) -> str:
    values = {
        name: _title(value, content, language) if name in NAMED else value for name, value in error.values.items()
    }
    return say(error.code, language, **values)


def _title(value: Any, content: Mapping[str, Any], language: str) -> Any:
    """Return eday.minutes as 社区养老服务站 · 步行时间; what has no words stands for itself."""
    if not isinstance(value, str):
        return value
    titles = {
        item["id"]: pick(item.get("title") or item.get("name") or item["id"], language)
        for group in content.values() if isinstance(group, list)
        for item in group if isinstance(item, dict) and "id" in item
    }  # fmt: skip
    return " · ".join(titles.get(part) or _name(part, language) for part in value.split("."))


def _name(word: str, language: str) -> str:
    entry = figure_names()["names"].get(word)
    return str(entry[language]) if entry else word


def _read_rules(content: Mapping[str, Any]) -> None:
    from ...core.tagging.rules import check_rules

    check_rules(content)


def _read_standard(content: Mapping[str, Any]) -> None:
    from ...core.gaps.standard import kinds_of
    from ...core.people.estimate import read_demography

    kinds_of(content, [entry["id"] for entry in content["kinds"]])
    read_demography(content)


def _read_profiles(content: Mapping[str, Any]) -> None:
    from ...core.walking.profiles import read_profiles

    read_profiles(content)


def _read_zone_rules(content: Mapping[str, Any]) -> None:
    from ...core.zones.findings.rules import read_check_rules
    from ...core.zones.ranking import read_criteria

    read_check_rules(content)
    read_criteria(content)


def _read_costs(content: Mapping[str, Any]) -> None:
    from ...core.zones.projects.items import read_costs

    read_costs(content)


READERS: dict[str, Callable[[Mapping[str, Any]], None]] = {
    "ruleset": _read_rules, "standard": _read_standard, "profiles": _read_profiles, "zone-rules": _read_zone_rules,
    "costs": _read_costs,
}  # fmt: skip
