# SPDX-License-Identifier: GPL-2.0-or-later
"""Sentences for people, in Chinese and English, by code. The only place where codes become words."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable
from functools import lru_cache
from typing import Any

from .resources import RESOURCES, read_resource
from .rounding import grouped, is_many

LANGUAGES = ("zh", "en")
OWN = re.compile(r"[\w.:-]+-own")  # how the editors call the source of a number that a project has set itself
FORMS = re.compile(r"\{(\w+)\?([^{}|]*)\|([^{}|]*)\}")  # {n?parcel lies|parcels lie}: words for one, for other n


@lru_cache(maxsize=1)
def sentences() -> dict[str, dict[str, str]]:
    """Return {code: {"zh": …, "en": …}} from every file in resources/messages; a code may stand in one file only."""
    found: dict[str, dict[str, str]] = {}
    for path in sorted((RESOURCES / "messages").glob("*.json")):
        for code, texts in json.loads(path.read_text(encoding="utf-8")).items():
            if code in found:
                raise KeyError(f"message {code} stands in two files, one is {path.name}")
            found[code] = texts
    return found


def say(code: str, language: str = "zh", **values: Any) -> str:
    """Return the sentence of `code` in `language` with its braces filled.

    A value that is a list shows its first ten items, one in both languages (core/faults.py) the wanted one.
    A missing code gives the code itself and the values, so that an error never hides behind another one.
    """
    texts = sentences().get(code)
    if texts is None:
        return f"{code} {values}" if values else code
    shown = {name: _shown(value, language) for name, value in values.items()}
    try:
        return fill(texts[language], **shown)
    except (KeyError, IndexError):
        return f"{texts[language]} {shown}"


def fill(text: str, /, **values: Any) -> str:  # a message may have a value called text
    """Return a text with its braces filled; `{n?parcel lies|parcels lie}` gives the words for one, or for any other n.

    A number counts as one as it is written, too ("1"). Thousands are parted (rounding.grouped), but for `{x!s}`: scales
    and coordinates. Raises KeyError for a brace without a value.
    """

    def choose(mark: re.Match[str]) -> str:
        """Return the words for the number that the mark names."""
        value = values[mark[1]]
        return mark[2] if value == 1 or str(value) == "1" else mark[3]

    shown = {name: _Many(value) if is_many(value) else value for name, value in values.items()}
    return FORMS.sub(choose, text).format(**shown)


class _Many:
    """A number that is formatted with its thousands parted."""

    def __init__(self, value: Any) -> None:
        self.value = value

    def __format__(self, form: str) -> str:
        return grouped(self.value, form)

    def __str__(self) -> str:
        return str(self.value)


def pick(texts: dict[str, str] | str, language: str) -> str:
    """Return the wanted language of a {"zh": …, "en": …} text from a JSON resource; plain text stays."""
    return texts if isinstance(texts, str) else texts[language]


def source_words(text: str, language: str) -> str:
    """Return where a figure comes from, or what is noted of it, in a language; a text of a user's own stays."""
    found = _sources().get(text)
    if found is None and OWN.fullmatch(text):
        return {"zh": "本项目自定", "en": "set for this project"}[language]
    return found[language] if found else text


def unit_words(unit: str, language: str) -> str:
    """Return a unit as people write it in a language; one without words stands for itself."""
    named = figure_names()["units"].get(unit)
    return named[language] if named else unit


def unit_in(words: str, language: str) -> str:
    """Return the unit of a facility, as it was written in any language, in `language`; another text stays."""
    for unit in ("place", "bed", "m2", "people"):
        if words in figure_names()["units"][unit].values():
            return unit_words(unit, language)
    return words


def value_words(value: str, language: str) -> str:
    """Return a word that is the value of a figure as people say it: power, retain; any other stands for itself."""
    named = figure_names()["values"].get(value)
    return named[language] if named else value


@lru_cache(maxsize=1)
def figure_names() -> dict[str, dict[str, dict[str, str]]]:
    """Return {"names" | "units" | "values": {word of a file: {"zh": …, "en": …}}} of figures."""
    return dict(read_resource("figures.json"))


@lru_cache(maxsize=1)
def _sources() -> dict[str, dict[str, str]]:
    return dict(read_resource("sources.json")["texts"])


def join_words(words: Iterable[Any], language: str = "zh") -> str:
    """Return the words as a list in a sentence: with 、 in Chinese, with commas in English."""
    return ("、" if language == "zh" else ", ").join(str(word) for word in words)


def _shown(value: Any, language: str) -> Any:
    if isinstance(value, dict) and set(value) == set(LANGUAGES):
        return value[language]
    if isinstance(value, (list, tuple)):
        head = join_words(value[:10], language)
        return head + (" …" if len(value) > 10 else "")
    return value
