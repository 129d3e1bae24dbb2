# SPDX-License-Identifier: GPL-2.0-or-later
"""Names nobody has listed: 房屋层数, FWCS, fangwucengshu, bldg_floors and what a shapefile leaves of them.

A field's name is read as a known word with what it is said of before it (房屋 + 层数), or as the sounds of such a word,
first letters (FWCS) or whole (cengshu); a Chinese name also by its own first letters (实测建筑面积 is SCJZMJ). Words,
what they are said of, and the sounds of characters are data: resources/aliases.json, resources/naming.json.
"""

from __future__ import annotations

import re
import unicodedata
from bisect import bisect_left, bisect_right
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from ..resources import read_resource
from .aliases import AREA, HALF_CHARACTER, UNIT_AT_END, cut_names, fold, roles

CHINESE = re.compile(r"[\u4e00-\u9fff]")
YEAR_AROUND = re.compile(r"^(?:19|20)\d\d年?[_\- ]?|[_\- ]?(?:19|20)\d\d年?$")
AGES = re.compile(
    r"(?:其中:?)?(?:常住|户籍|居住)?(?:人口|年龄|pop(?:ulation)?|aged?|ages|rk|[rp])?(?P<over>over|ge|gt)?"
    r"(?P<low>\d{1,2})(?:岁|周岁)?(?:(?:[-~至到—–_]|to)(?P<high>\d{1,2}))?(?:岁|周岁|years?|yrs?|y)?"
    r"(?P<more>及?以上|\+|up|plus|over|above|ys|andover)?(?:(?:常住|户籍|老年|高龄)?(?:人口|人)?(?:老人|儿童|幼儿|婴幼儿)?数?量?)"
)
OLD = (60, 65, 80)  # R60 is from 60 on, R40 may be anything
SHORTEST = 3  # own choice: two letters may be the sounds of anything; those that are not are listed
SHORTEST_MIXED = 5  # own choice: jgou is short for too much
CUT = 6  # the most far-fetched reading
LEAST_CUT = 8  # bytes of a name that may have been cut to ten, in the middle of a character
LAST_LETTER = "\U0010ffff"  # behind every text that begins alike
SHORTEST_CODE = 4  # own choice: TWS is 托位数, and 摊位数 too


@lru_cache(maxsize=1)
def _data() -> dict[str, Any]:
    return dict(read_resource("naming.json"))


def word_list(name: str) -> tuple[str, ...]:
    """Return one of the lists of words: qualifiers, terrain, no_terrain."""
    return tuple(_data()[name])


@lru_cache(maxsize=1)
def _readings() -> dict[str, str]:
    rows = (row.split(" ") for row in _data()["readings"])
    return {character: sound for sound, characters in rows for character in characters}


@lru_cache(maxsize=16_384)
def initials(word: str) -> str:
    """Return the first letters of a Chinese word's sounds, others as they are (层数: cs); "" if one is unknown."""
    return _sounded(word, 1)


@lru_cache(maxsize=16_384)
def spelled(word: str) -> str:
    """Return a Chinese word in Latin letters: 层数 → cengshu; "" if a character is unknown."""
    return _sounded(word, None)


def _sounded(word: str, letters: int | None) -> str:
    if not CHINESE.search(word):
        return ""
    sounds = [_readings().get(letter, "") if CHINESE.match(letter) else letter for letter in fold(word)]
    return "".join(sound[:letters] for sound in sounds) if all(sounds) else ""


def learn_words() -> None:
    """Sort the words of all roles now: the first guess of a session would take 0.03 s for it."""
    for role in roles():
        _index(role)


def column_of(role: str, field: str) -> tuple[str, int] | None:
    """Return the column of a role that a field's name speaks of though no alias equals it, and how far-fetched that is.

    The distance goes from 1 (an alias with a year or a word like 现状 before it) to CUT (a name that a shapefile cut).
    None where the name says nothing, or more than one column would do.
    """
    return _column_of(role, field)


def knows(role: str, field: str) -> bool:
    """Say whether a field's name means something in a layer of this role."""
    return fold(field) in _index(role).exact or column_of(role, field) is not None


def age_band(field: str) -> tuple[int, int | None] | None:
    """Return the ages that a field's name tells, both included, None = no end: 60岁以上 → (60, None), R0_2 → (0, 2)."""
    word = re.sub(r"\s+", "", unicodedata.normalize("NFKC", field)).casefold()
    found = AGES.fullmatch(re.sub(r"(?<=[a-z])_|_(?=[a-z])", "", word))
    if found is None:
        return None
    low, high = int(found["low"]), found["high"]
    if high is not None:
        return None if found["over"] or found["more"] or int(high) < low else (low, int(high))
    is_open = found["over"] or found["more"] or (low in OLD and re.match("[a-z]", word))
    return (low, None) if is_open else None


@lru_cache(maxsize=16_384)
def _column_of(role: str, field: str) -> tuple[str, int] | None:
    known, read = _index(role), _read(field)
    if read.folded in known.exact:
        return None
    if read.band is not None:
        low, high = read.band
        name = f"pop_{low}" + ("" if high is None else f"_{high}")
        return (name, 1) if name in roles()[role].columns else None
    if not read.word or read.word.startswith(known.unsaid):
        return None
    for distance, told in enumerate(known.look(read.word), start=1):
        if not told:
            continue
        found = {name for name in told if not read.is_area or roles()[role].columns[name].type != "text"}
        if len(found) > 1:
            return None
        if found:
            return next(iter(found)), distance
    cut = _cut_of(known, field) if read.is_long else ""
    return (cut, CUT) if cut else None


@dataclass(frozen=True)
class _Read:
    """A field's name as it is looked up, the same for all roles: `word` is without year and unit."""

    folded: str
    band: tuple[int, int | None] | None
    word: str
    is_area: bool
    is_long: bool  # as a name is that a shapefile has cut


@lru_cache(maxsize=4096)
def _read(field: str) -> _Read:
    unit = UNIT_AT_END.search(field)
    bare = YEAR_AROUND.sub("", UNIT_AT_END.sub("", field).strip())
    is_area = unit is not None and AREA.search(unit[0]) is not None
    whole = HALF_CHARACTER.sub("", field.casefold())
    is_long = max(len(whole.encode("gbk", "ignore")), len(whole.encode("utf-8", "ignore"))) >= LEAST_CUT
    return _Read(fold(field), age_band(field), fold(bare), is_area, is_long)


class _Index:
    """The words of a role's columns, and their sounds."""

    def __init__(self, role: str) -> None:
        self.unsaid = tuple(fold(word) for word in roles()[role].unsaid)
        self.exact: dict[str, set[str]] = {}
        self.tails: dict[str, set[str]] = {}  # what may follow the thing it is said of
        self.sounds: dict[str, set[str]] = {}  # of whole aliases
        self.sounded_tails: dict[str, set[str]] = {}
        self.ordered_tails: list[str] = []
        # each character whole or by its first letter, by the first of all: jianzhumj
        self.mixed: dict[str, list[tuple[list[str], str]]] = {}
        said_of = {fold(word) for word in roles()[role].said_of}
        latin = {word for word in said_of if word.isascii()} | {sound for word in said_of for sound in _sounds(word)}
        self.subjects = _by_letter(said_of)
        self.sounded_subjects = _by_letter(word for word in latin if len(word) > 1)
        for name, column in roles()[role].columns.items():
            for word in column.aliases:
                self._put(self.exact, fold(word), name)
                if len(word) > 1 and spelled(word):
                    sounds = [spelled(letter) or letter for letter in fold(word)]
                    self.mixed.setdefault(sounds[0][0], []).append((sounds, name))
            for word in (*column.aliases, *column.heads):
                self._put(self.tails, fold(word), name)
                for sound in _sounds(word):
                    self._put(self.sounded_tails, sound, name)
                    if word in column.aliases and len(word) > 1:
                        self._put(self.sounds, sound, name)
                if word.isascii():
                    self._put(self.sounded_tails, fold(word), name)
        self.ordered_tails = sorted(self.tails)

    @staticmethod
    def _put(places: dict[str, set[str]], word: str, name: str) -> None:
        if word:
            places.setdefault(word, set()).add(name)

    def tails_after(self, start: str) -> list[str]:
        """Return the tails that go on after a beginning."""
        first = bisect_right(self.ordered_tails, start)
        last = bisect_left(self.ordered_tails, start + LAST_LETTER, first)
        return self.ordered_tails[first:last]

    def look(self, word: str) -> Iterable[set[str]]:
        """Yield the columns a folded name may mean, the nearest readings first."""
        words = (word, *_unqualified(word))
        yield _named(self.exact, words)
        yield _named(self.tails, [rest for text in words for rest in _rests(text, self.subjects)])
        if CHINESE.search(word):
            letters = initials(word)  # a code whose word is known is not another one's: JZMJ is 建筑面积, not 居住面积
            is_open = len(letters) >= SHORTEST_CODE and letters not in self.sounds
            yield self.exact.get(letters, set()) if is_open else set()
            return
        yield self.sounds.get(word, set()) if len(word) >= SHORTEST else set()
        yield _named(self.sounded_tails, _rests(word, self.sounded_subjects))
        mixed = self.mixed.get(word[0], []) if len(word) >= SHORTEST_MIXED else []
        yield {name for sounds, name in mixed if _is_mixed(word, sounds)}


def _named(places: Mapping[str, set[str]], words: Iterable[str]) -> set[str]:
    """Return the columns that any of the words stands for."""
    return set[str]().union(*(places[word] for word in words if word in places))


@lru_cache(maxsize=64)
def _index(role: str) -> _Index:
    return _Index(role)


def _sounds(word: str) -> list[str]:
    return [sound for sound in (initials(word), spelled(word)) if sound]


def _is_mixed(word: str, sounds: Iterable[str]) -> bool:
    """Say whether a word is these sounds one after the other, each whole or by its first letter: jiegoulx."""
    ends = {0}
    for sound in sounds:
        ends = {at + len(part) for at in ends for part in (sound, sound[0]) if word.startswith(part, at)}
    return len(word) in ends


@lru_cache(maxsize=4096)
def _unqualified(word: str) -> tuple[str, ...]:
    """Return a name without words that leave its meaning: 现状层数 → 层数."""
    marks = (fold(mark) for mark in word_list("qualifiers"))
    return tuple(word[len(mark) :] for mark in marks if word.startswith(mark) and len(word) > len(mark))


def _by_letter(words: Iterable[str]) -> dict[str, list[str]]:
    """Return words by their first letter, the longest first: few of them can begin a name."""
    found: dict[str, list[str]] = {}
    for word in sorted(words, key=lambda word: (-len(word), word)):
        found.setdefault(word[:1], []).append(word)
    return found


def _rests(word: str, subjects: Mapping[str, list[str]]) -> list[str]:
    """Return what follows a thing that the role's fields are said of, the longest such word first."""
    begun = subjects.get(word[:1], ())
    return [word[len(subject) :] for subject in begun if word.startswith(subject) and len(word) > len(subject)]


def _cut_of(known: _Index, field: str) -> str:
    """Return the column of a name that a shapefile may have cut, in UTF-8 or GBK; "" for none or several."""
    word = HALF_CHARACTER.sub("", field.casefold())
    found: set[str] = set()
    whole = fold(word)
    for subject in ("", *known.subjects.get(whole[:1], ())):
        if not whole.startswith(subject):
            continue
        rest = whole[len(subject) :]
        if len(rest) < (1 if subject else 2):
            continue
        for tail in known.tails_after(rest):
            if _is_cut(word, subject, tail):
                found |= known.tails[tail]
    return next(iter(found)) if len(found) == 1 else ""


def _is_cut(word: str, subject: str, tail: str) -> bool:
    joint = "_" if "_" in word else ""
    return bool({word} & {fold(short) if not joint else short for short in cut_names(f"{subject}{joint}{tail}")})
