# SPDX-License-Identifier: GPL-2.0-or-later
"""What was stored in one language, said in the other: sentences by their pattern in resources/messages, and names."""

from __future__ import annotations

import re
from collections.abc import Iterable
from functools import lru_cache
from string import Formatter

from .. import envelope
from ..palette import palette
from ..words import LANGUAGES, say, sentences, unit_in

LEAST_LETTERS = 3  # of a pattern without its braces; a shorter one could be anything
LISTED = {"zh": "、", "en": ", "}
INSIDE = ("check_partial",)  # sentences that others take in as {more}


def resay(text: str, language: str, codes: Iterable[str]) -> str:
    """Return a stored sentence in `language`; one that none of `codes` explains stays as it is.

    A code may be several joined by +, for sentences that stand in a row. The text may end with the mark of what is not
    verified. Names of kinds of facilities and their units inside it are translated, all other values (names, ids,
    numbers) stay.
    """
    for other in LANGUAGES:
        mark = say("check_unverified", other)
        body, tail = (text.removesuffix(mark), say("check_unverified", language)) if text.endswith(mark) else (text, "")
        for code in codes:
            found = _pattern(code, other).fullmatch(body) if _is_known(code) else None
            if found is not None and other == language:
                return text
            if found is not None:
                values = {name: _told_in(name, value, other, language) for name, value in found.groupdict().items()}
                return _filled(code, language, values) + tail
    return text


def rename(text: str, language: str) -> str:
    """Return a name from the shipped price lists (a type of project, a work, an item) in `language`; another stays.

    A list of names, as it stands in one cell, is renamed one by one; the names may hold the sign between them.
    """
    names = _names(language)
    for other in LANGUAGES:
        parts = _parts(text, LISTED[other], names) if other != language else []
        if parts:
            return LISTED[language].join(names[part] for part in parts)
    return text


def relist(text: str, language: str) -> str:
    """Return a list of codes, as it stands in one cell, with the commas of `language`."""
    for other in LANGUAGES:
        text = text.replace(LISTED[other], LISTED[language]) if other != language else text
    return text


def _parts(text: str, between: str, names: dict[str, str]) -> list[str]:
    """Return the known names that a text is a list of, the longest first where several fit; [] when it is none."""
    pieces = text.split(between)
    for n in range(len(pieces), 0, -1):
        first = between.join(pieces[:n])
        if first in names:
            rest = between.join(pieces[n:])
            if not rest:
                return [first]
            more = _parts(rest, between, names)
            if more:
                return [first, *more]
    return []


@lru_cache(maxsize=2)
def _names(language: str) -> dict[str, str]:
    """Return {name in any language: name in `language`}; a name that two entries share with different words is none."""
    found: dict[str, set[str]] = {}
    for name in envelope.names("costs"):
        document = envelope.load("costs", name)
        pairs = [pair for entry in document["types"] for pair in (entry["name"], entry["work"])]
        for pair in [*pairs, *(item["name"] for item in document["items"])]:
            for other in LANGUAGES:
                found.setdefault(pair[other], set()).add(pair[language])
    return {text: next(iter(words)) for text, words in found.items() if len(words) == 1}


@lru_cache(maxsize=1)
def _kind_titles() -> tuple[dict[str, str], ...]:
    """Return how the shipped standards call the kinds of facilities."""
    documents = [envelope.load("standard", name) for name in envelope.names("standard")]
    return tuple(kind["title"] for document in documents for kind in document["kinds"])


@lru_cache(maxsize=1024)
def _pattern(code: str, language: str) -> re.Pattern[str]:
    """Return what a sentence of the code looks like: its text, with anything in place of each brace."""
    parts, seen = [], set()
    pieces = list(Formatter().parse(_template(code, language)))
    if sum(len(literal) for literal, *_ in pieces) < LEAST_LETTERS:
        return re.compile(r"(?!)")
    for literal, name, _, _ in pieces:
        parts.append(re.escape(literal))
        if name is not None and "?" in name:
            parts.append("|".join(map(re.escape, _forms(name))).join(("(?:", ")")))
        elif name is not None:
            key = _key(name)
            anything = f"(?:{_titles(language)}|.*?)" if key == "title" else ".*?"
            parts.append(f"(?P={key})" if key in seen else f"(?P<{key}>{anything})")
            seen.add(key)
    return re.compile("".join(parts), re.DOTALL)


def _is_known(code: str) -> bool:
    return all(part in sentences() for part in code.split("+"))


def _template(code: str, language: str) -> str:
    return "".join(sentences()[part][language] for part in code.split("+"))


def _filled(code: str, language: str, values: dict[str, str]) -> str:
    """Return the sentence with its values as they were written: they are formatted already."""
    said = ""
    for literal, name, *_ in Formatter().parse(_template(code, language)):
        value = "" if name is None else values.get(_key(name), "")
        said += literal + (_forms(name)[value != "1"] if name is not None and "?" in name else value)
    return said


def _key(name: str) -> str:
    return name.partition("?")[0].partition(".")[0].partition("[")[0]


def _forms(name: str) -> tuple[str, str]:
    """Return the words for one and for many of a brace that chooses between them (words.fill)."""
    one, _, many = name.partition("?")[2].partition("|")
    return one, many


def _titles(language: str) -> str:
    """Return a pattern of what kinds of facilities are called, the longest first: their words are parted by blanks."""
    titles = {item[language] for item in (*palette()["kinds"].values(), *_kind_titles())}
    return "|".join(map(re.escape, sorted(titles, key=lambda title: (-len(title), title))))


def _told_in(name: str, value: str, old: str, new: str) -> str:
    """Return a value of a sentence in the other language: a unit, one more sentence (`INSIDE`), or names in it."""
    if name == "unit":
        return unit_in(value, new)
    told = resay(value, new, INSIDE) if name == "more" and value else value
    return told if told != value else _value(value, old, new)


def _value(value: str, old: str, new: str) -> str:
    """Return a value with the names of facility kinds, and the commas of a list, of the other language."""
    names = sorted([*palette()["kinds"].values(), *_kind_titles()], key=lambda item: -len(item[old]))
    for item in names:
        value = value.replace(item[old], item[new])
    return value.replace(LISTED[old], LISTED[new])
