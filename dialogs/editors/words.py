# SPDX-License-Identifier: GPL-2.0-or-later
"""Words of the editors: names of kinds of files, figures, units and states."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from ...core.inputs import typed
from ...core.jsontext import KeyPath
from ...core.rounding import MANY
from ...core.words import figure_names, join_words, source_words, unit_words, value_words
from ...processing.texts import interface_language, tr

STATES = ("found", "checked", "known", "heuristic")
CHIPS = {  # background, text: readable on any panel
    "found": ("#DCEBDD", "#2E5E38"), "checked": ("#DCEBDD", "#2E5E38"), "known": ("#FFF1CF", "#7A5200"),
    "heuristic": ("#E6E6E6", "#4A4F54"),
}  # fmt: skip


def status_word(status: str) -> str:
    """Return a status as the short word of its chip."""
    return {
        "found": tr("verified"), "checked": tr("verified"), "known": tr("to be verified"), "heuristic": tr("heuristic"),
    }.get(status, status)  # fmt: skip


def status_meaning(status: str) -> str:
    """Return what a status means."""
    return {
        "found": tr("seen at its source"), "checked": tr("checked by a person"),
        "known": tr("named, not read again"), "heuristic": tr("chosen by experience"),
    }[status]  # fmt: skip


def legend() -> list[tuple[str, str]]:
    """Return (status, meaning) of each chip: what was seen and what a person has checked bear the same."""
    return [("found", tr("seen, or checked by a person")), ("known", tr("named, not read again")),
            ("heuristic", tr("chosen by experience"))]  # fmt: skip


def figure_title(name: str) -> str:
    """Return the name of a figure or an indicator; a name without words stands for itself."""
    entry = figure_names()["names"].get(name)
    return str(entry[interface_language()]) if entry else name


def key_title(keys: KeyPath, depth: int) -> str:
    """Return the name of one part of a figure's path: the scale of a drawing is not that of a score."""
    return figure_title("drawing_scale" if tuple(keys[: depth + 1]) == ("cad", "scale") else str(keys[depth]))


def unit_title(unit: str, name: str = "") -> str:
    """Return a unit as people write it; what is counted when the name of the figure says it: buildings."""
    return unit_words("buildings" if unit == "count" and name.endswith("bldg_n") else unit, interface_language())


def listed_words(values: Iterable[Any]) -> str:
    """Return a list of words as it is typed: 用电、用水."""
    return join_words((value_words(str(value), interface_language()) for value in values), interface_language())


def typed_words(text: str) -> list[str]:
    """Return the words of a file that were typed, one after the other; those that have names by their names."""
    language, names = interface_language(), figure_names()["values"]
    known = {texts[language].casefold(): word for word, texts in names.items()}
    return [known.get(word.casefold(), word) for word in typed.entries(text)]


def value_text(value: Any) -> str:
    """Return a value as it is shown: numbers without needless zeros, lists with commas, yes and no."""
    if value is None:
        return "—"
    if isinstance(value, bool):
        return tr("yes") if value else tr("no")
    if isinstance(value, (int, float)):
        return f"{value:.6g}" if abs(value) < MANY else f"{value:,.10g}" if abs(value) < 1e10 else f"{value:.6g}"
    if isinstance(value, list):
        return _list_text(value)
    if isinstance(value, Mapping):
        return join_words((f"{key} {value_text(item)}" for key, item in value.items()), interface_language())
    return value_words(str(value), interface_language())


def _list_text(value: list[Any]) -> str:
    """Return a list: 1990→1, 2000→0.8 for a curve or limits with scores, 5–10 for a pair, words with commas."""
    language = interface_language()
    if value and all(_is_point(item) for item in value):
        return join_words((f"{value_text(at)}→{value_text(score)}" for at, score in value), language)
    words = [value_text(item) for item in value]
    return "–".join(words) if _is_point(value) else join_words(words, language)


def _is_point(item: Any) -> bool:
    return isinstance(item, list) and len(item) == 2 and all(isinstance(part, (int, float)) for part in item)


def source_text(figure: Mapping[str, Any]) -> str:
    """Return source and clause of a figure in one line."""
    parts = (source_words(str(figure.get(key, "")), interface_language()) for key in ("source", "clause"))
    return " · ".join(part for part in parts if part)
