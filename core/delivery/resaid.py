# SPDX-License-Identifier: GPL-2.0-or-later
"""Sentences that were stored in one language, said in the other: found again by their pattern in resources/messages."""

from __future__ import annotations

import re
from collections.abc import Iterable
from functools import lru_cache
from string import Formatter

from ..words import LANGUAGES, say, sentences
from .palette import palette

LEAST_LETTERS = 3  # of a pattern without its braces; a shorter one could be anything
LISTED = {"zh": "、", "en": ", "}


def resay(text: str, language: str, codes: Iterable[str]) -> str:
    """Return a stored sentence in `language`; one that none of `codes` explains stays as it is.

    A sentence may end with the mark of what is not verified. Names of kinds of facilities inside it are translated,
    all other values (names, ids, numbers) stay.
    """
    for other in LANGUAGES:
        mark = say("check_unverified", other)
        body, tail = (text.removesuffix(mark), say("check_unverified", language)) if text.endswith(mark) else (text, "")
        for code in codes:
            found = _pattern(code, other).fullmatch(body) if code in sentences() else None
            if found is not None and other == language:
                return text
            if found is not None:
                values = {name: _value(value, other, language) for name, value in found.groupdict().items()}
                return _filled(code, language, values) + tail
    return text


@lru_cache(maxsize=1024)
def _pattern(code: str, language: str) -> re.Pattern[str]:
    """Return what a sentence of the code looks like: its text, with anything in place of each brace."""
    parts, seen = [], set()
    pieces = list(Formatter().parse(sentences()[code][language]))
    if sum(len(literal) for literal, *_ in pieces) < LEAST_LETTERS:
        return re.compile(r"(?!)")
    for literal, name, _, _ in pieces:
        parts.append(re.escape(literal))
        if name is not None:
            key = _key(name)
            parts.append(f"(?P={key})" if key in seen else f"(?P<{key}>.*?)")
            seen.add(key)
    return re.compile("".join(parts), re.DOTALL)


def _filled(code: str, language: str, values: dict[str, str]) -> str:
    """Return the sentence with its values as they were written: they are formatted already."""
    pieces = Formatter().parse(sentences()[code][language])
    return "".join(literal + ("" if name is None else values.get(_key(name), "")) for literal, name, *_ in pieces)


def _key(name: str) -> str:
    return name.partition(".")[0].partition("[")[0]


def _value(value: str, old: str, new: str) -> str:
    """Return a value with the names of facility kinds, and the commas of a list, of the other language."""
    names = sorted(palette()["kinds"].values(), key=lambda item: -len(item[old]))
    for item in names:
        value = value.replace(item[old], item[new])
    return value.replace(LISTED[old], LISTED[new])
