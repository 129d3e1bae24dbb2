# SPDX-License-Identifier: GPL-2.0-or-later
"""How the results beside the study look: service areas, wrong tags, field sample, units, ranks, merged facilities."""

from __future__ import annotations

from collections.abc import Callable

from ...core.palette import palette
from .symbols import Rule, fill, marker, mixed

SEEN_THROUGH = 0.45  # of areas that lie over one another: own choice


def _service_areas(names: set[str], language: str) -> list[Rule]:
    """Areas by their minutes, seen through where they lie over one another."""
    found: list[Rule] = []
    lower = None
    for entry in palette()["reach"]:
        condition = f'"minutes" <= {entry["upper"]}' + ("" if lower is None else f' AND "minutes" > {lower}')
        found.append((entry[language], condition, fill(entry["color"], entry["color"], 0.25, SEEN_THROUGH)))
        lower = entry["upper"]
    return found


def _tag_errors(names: set[str], language: str) -> list[Rule]:
    looks = palette()["tag_errors"]
    nothing = "coalesce(\"{0}\", 'none') = 'none'"
    conditions = {"missed": nothing.format("tag"), "false": nothing.format("truth"), "confused": "ELSE"}
    return [
        (looks[word][language], when, fill(looks[word]["color"], "#FFFFFF", 0.1)) for word, when in conditions.items()
    ]


def _units(names: set[str], language: str) -> list[Rule]:
    """Units with a hint in the hue of their tag, the others grey."""
    own = palette()["unit"]
    found = [
        (f"{own[language]}: {entry[language]}" if language == "en" else f"{own[language]}：{entry[language]}",
         f"\"tag_hint\" = '{tag}'", fill(mixed(entry["color"], 0.6), entry["color"], 0.4, 0.8))
        for tag, entry in palette()["tags"].items()
    ]  # fmt: skip
    return [*found, (own[language], "ELSE", fill(mixed(own["color"], 0.25), own["color"], 0.3, 0.8))]


def _ranked_zones(names: set[str], language: str) -> list[Rule]:
    found: list[Rule] = []
    lower = 0
    for entry in palette()["ranked"]:
        symbol = fill(entry["color"], palette()["zone"]["color"], 0.5, 0.75)
        found.append((entry[language], f'"rank" > {lower} AND "rank" <= {entry["upper"]}', symbol))
        lower = entry["upper"]
    return found


def _visits(names: set[str], language: str) -> list[Rule]:
    look = palette()["visit"]
    return [(look[language], "", fill(look["color"], "#7A5200", 0.4, 0.85))]


def _merged(names: set[str], language: str) -> list[Rule]:
    look = palette()["facility"]
    return [(look[language], "", marker("square", "#FFFFFF", 2.4, look["color"], 0.35))]


SIDE_STYLES: dict[str, Callable[[set[str], str], list[Rule]]] = {
    "service_areas": _service_areas, "tag_errors": _tag_errors, "units": _units, "ranked_zones": _ranked_zones,
    "field_sample": _visits, "merged_facilities": _merged,
}  # fmt: skip
