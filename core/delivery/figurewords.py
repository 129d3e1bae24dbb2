# SPDX-License-Identifier: GPL-2.0-or-later
"""Figures of rules and standards in words: what a figure is called, its value with its unit, where it comes from."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from typing import Any

from .. import envelope
from ..words import figure_names, join_words, pick, say, source_words, unit_words
from .resaid import relist
from .rulebook import find_document, name_rule

MOST_FIGURES = 300  # rows of the list in the report
GROUPS = ("limits", "checks", "figures")  # say nothing beside the name of the figure
STATES = {
    code.partition("_")[2]: code for code in ("figure_found", "figure_checked", "figure_known", "figure_heuristic")
}
EFFECTS = {"禁拆": "effect_keep", "须批": "effect_ask", "提示": "effect_note"}  # what protection asks for
_PART = re.compile(r"([^\[\]]+)((?:\[\d+\])*)")
Row = tuple[str, str, str, str]


def pending_figures(
    rules: Iterable[Mapping[str, Any]], documents: Iterable[Mapping[str, Any]], language: str
) -> list[Row]:
    """Return rules (kind and title), name, value and source of each figure that is 待核 in what was used.

    Figures changed for a project come first, with the reason given for them: they are what a reader must know.
    """
    whole, rows = list(documents), []
    for rule in rules:
        document = find_document(rule, whole)
        for path, figure in envelope.list_unverified(document) if document else ():
            name = tell_path(document or {}, path, language)
            row = (
                name_rule(str(rule["kind"]), str(rule["id"]), language),
                name,
                tell_value(figure, language),
                tell_source(figure, language),
            )
            rows.append((not figure.get("note"), str(rule["id"]), path, row))
    return [row for *_, row in sorted(rows, key=lambda item: item[:3])][:MOST_FIGURES]


def tell_path(document: Mapping[str, Any], path: str, language: str) -> str:
    """Return where a figure stands in words: the titles on the way to it and its own name, limits.old_year → 老旧年限.

    A part without words is left out, a path without any stands for itself.
    """
    names, words = figure_names()["names"], []
    place: Any = document
    for part in path.split("."):
        found = _PART.fullmatch(part)
        if found is None or not isinstance(place, Mapping):
            return path
        name, numbers = found.group(1), re.findall(r"\d+", found.group(2))
        place = place.get(name)
        if not numbers and name in names and name not in GROUPS:
            words.append(pick(names[name], language))
        for number in numbers:
            place = place[int(number)] if isinstance(place, list) and int(number) < len(place) else {}
            words += _title(place, language)
    return " · ".join(words) or path


def tell_value(figure: Mapping[str, Any], language: str) -> str:
    """Return a figure's value with its unit as people write them; empty without a single value."""
    if "value" not in figure:
        effect = figure.get("effect")
        return say(EFFECTS[effect], language) if effect in EFFECTS else ""
    value = figure["value"]
    if isinstance(value, bool):
        return say("figure_yes" if value else "figure_no", language)
    pair = isinstance(value, list) and len(value) == 2 and all(isinstance(item, (int, float)) for item in value)
    if isinstance(value, list):
        text = "–".join(map(_number, value)) if pair else join_words(map(_number, value), language)
    else:
        text = relist(value, language) if isinstance(value, str) else _number(value)
    unit = str(figure.get("unit", ""))
    if unit == "year" and language == "en":  # 2005, not 2005 year
        return text
    return f"{text} {unit_words(unit, language)}".strip()


def tell_status(status: str, language: str) -> str:
    """Return in words how sure a figure is; another word stands for itself."""
    return say(STATES[status], language) if status in STATES else status


def tell_source(figure: Mapping[str, Any], language: str) -> str:
    """Return source, clause, state and, where somebody gave one, the reason for a change."""
    parts = [source_words(str(figure[key]), language) for key in ("source", "clause") if figure.get(key)]
    told = say("figure_source", language, source=" · ".join(parts), status=tell_status(str(figure["status"]), language))
    return (
        say("figure_note", language, told=told, note=source_words(str(figure["note"]), language))
        if figure.get("note")
        else told
    )


def _title(place: Any, language: str) -> list[str]:
    if not isinstance(place, Mapping):
        return []
    if place.get("effect") in EFFECTS and isinstance(place.get("words"), str):  # a class of what is protected
        kinds = [word for word in place["words"].split("|") if word]
        kept = (kinds[0] if language == "zh" else kinds[-1]) if kinds else say("effect_other", language)
        return [say("effect_protected", language), kept]
    for key in ("title", "name"):
        if isinstance(place.get(key), Mapping):
            return [pick(place[key], language)]
    names = figure_names()["names"]
    known = (place.get(key) for key in ("indicator", "id"))
    return next(([pick(names[word], language)] for word in known if isinstance(word, str) and word in names), [])


def _number(value: Any) -> str:
    return f"{value:.10g}" if isinstance(value, (int, float)) else str(value)
