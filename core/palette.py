# SPDX-License-Identifier: GPL-2.0-or-later
"""Colours and the words of the legend, for maps, sheets and the report: resources/styles/palette.json."""

from __future__ import annotations

from functools import lru_cache
from typing import Any

from .resources import read_resource
from .words import join_words, say

RULE_KINDS = {
    "ruleset": "rules_ruleset",
    "standard": "rules_standard",
    "zone-rules": "rules_zones",
    "profiles": "rules_profiles",
    "mapping": "rules_mapping",
    "costs": "rules_costs",
}
UNITS = {"bed": "unit_bed", "place": "unit_place", "people": "unit_people"}
PLACES = {"nurs": "unit_place_nursery", "kgar": "unit_place_school", "prim": "unit_place_school"}  # 托位; 学位


@lru_cache(maxsize=1)
def palette() -> dict[str, Any]:
    """Return the colours and legend texts."""
    return dict(read_resource("styles", "palette.json"))


def kind_name(kind: str, language: str) -> str:
    """Return the name of a facility kind; an unknown code stands for itself."""
    return str(palette()["kinds"].get(kind, {}).get(language, kind))


def stage_name(stage: str, language: str) -> str:
    """Return what a stage of land use (now | plan) is called."""
    return say(f"land_use_{stage}", language)


def rule_kind(kind: str, language: str) -> str:
    """Return what a kind of rules is called; another one stands for itself."""
    return say(RULE_KINDS[kind], language) if kind in RULE_KINDS else kind


def unit_name(unit: str, language: str, kind: str = "") -> str:
    """Return the name of a unit, places as a kind of facility calls them; one without a name stands for itself."""
    if unit == "place" and kind in PLACES:
        return say(PLACES[kind], language)
    return say(UNITS[unit], language) if unit in UNITS else unit.replace("m2", "m²")


def tag_name(tag: str, language: str) -> str:
    """Return the name of a tag; an unknown one stands for itself."""
    entry = palette()["other"] if tag == "none" else palette()["tags"].get(tag, {})
    return str(entry.get(language, tag))


def action_name(actions: str, language: str) -> str:
    """Return 留, 改, 拆, 增, alone or several, as words; another text stands for itself."""
    known, letters = palette()["actions"], actions.replace("、", "")
    if language == "zh" or not letters or not all(letter in known for letter in letters):
        return actions
    return join_words((str(known[letter][language]) for letter in letters), language)


def level_name(level: str, language: str) -> str:
    """Return the name of a tag's level; an unknown one stands for itself."""
    return str(palette()["levels"].get(level, {}).get(language, level))
