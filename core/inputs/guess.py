# SPDX-License-Identifier: GPL-2.0-or-later
"""Which role a layer plays: guessed from its geometry, its name and its fields, with how sure that is.

Aliases come from resources/aliases.json. Own choice of method: a field that few roles know says much, one that many
know (name, kind, id) says little; a layer's name counts as much as all its fields together.
"""

from __future__ import annotations

import math
import re
import unicodedata
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from functools import lru_cache
from typing import NamedTuple

from .aliases import Role, fold, roles
from .fields import guess_field
from .naming import initials, knows, spelled, word_list

NAME_SHARE = 0.5  # own choice, heuristic: how much of the confidence the layer's name can give
TELLING = 4.0  # own choice, heuristic: weight of fields that make a role by themselves; one told by all is 3.1
LEAST = 0.25  # own choice, heuristic: below this a guess is no help
LEAST_OF_BEST = 0.7  # own choice, heuristic: a role that fits a layer that much less well than another is not taken
TWIN = 0.6  # own choice, heuristic: what is left of the confidence where another layer fits as well
TERRAIN_CALLED, TERRAIN_ALONE = 0.9, 0.5  # own choice, heuristic: confidence of a raster called DEM, of the only one
YEAR = re.compile(r"(?<!\d)(?:19|20)\d\d(?!\d{3})")
SHORT_WORD = 4  # letters of a Latin word that says nothing in the middle of another: own choice
NOWHERE = "-"  # in no folded name and no part of one
SHORT_SOUNDS = 3  # first letters of a word that tell it: own choice
SHIFTED = ("gcj02", "bd09", "火星", "百度")  # layers said to be in a shifted system are never taken unasked


@dataclass(frozen=True)
class LayerFacts:
    """What a guess is made from: `geometry` polygon | line | point | none | raster, field names and their headings."""

    key: str
    name: str
    geometry: str
    fields: tuple[str, ...] = ()
    headings: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class RoleGuess:
    """A role a layer may play. `confidence` is 0–1; `columns` maps the role's columns to the fields found."""

    role: str
    confidence: float
    columns: Mapping[str, str]


def guess_role(facts: LayerFacts) -> list[RoleGuess]:
    """Return the roles a layer may play, best first (ties: order of the data file); rasters and strangers give none."""
    found: list[tuple[float, int, RoleGuess]] = []
    for place, role in enumerate(roles().values()):
        if not _fits(role, facts.geometry):
            continue
        columns = _columns(role, facts)
        named = _name_score(role, facts.name)
        score = NAME_SHARE * named + (1 - NAME_SHARE) * _field_score(role, columns, facts, is_alone=named == 0)
        if shifted_system(facts.name) or _is_annotation(role, facts.name):
            score *= 0.5
        confidence = round(score, 3)
        if confidence >= LEAST:
            found.append((-confidence, place, RoleGuess(role.name, confidence, columns)))
    return [guess for _, _, guess in sorted(found, key=lambda item: item[:2])]


def shifted_system(name: str) -> str:
    """Return the system of Chinese web maps that a layer's name tells, gcj02 or bd09; "" for none."""
    told = fold(name)
    if not any(word in told for word in SHIFTED):
        return ""
    return "bd09" if "bd09" in told or "百度" in told else "gcj02"


def assign_roles(layers: Iterable[LayerFacts], wanted: Iterable[str]) -> dict[str, tuple[str, float]]:
    """Return {role: (layer key, confidence)} for the wanted roles, surest pairs first, one layer a role.

    A layer plays one role only, and none that fits it much less well than its best one (a copy of the parcels is
    no plan); POPULATION and COMMUNITIES may share theirs, since offices keep both in one layer. Of layers that fit as
    well the one with the latest year in its name is taken, then the one that tells most of the role's columns, and less
    surely: another one may be meant.
    Further ties are broken by the role's words that the names have (earlier in the data file first: water, then
    railways), the layer's name, then its key: the order in which layers come does not matter.
    """
    names = set(wanted)
    pairs = []
    for facts in layers:
        guesses = guess_role(facts)
        pairs += [
            (
                -guess.confidence,
                -_year_in(facts.name),
                -len(guess.columns),
                _word_place(guess.role, facts.name),
                facts.name,
                facts.key,
                guess.role,
            )
            for guess in guesses
            if guess.role in names
            and (guess.confidence >= LEAST_OF_BEST * guesses[0].confidence or _may_share(guesses[0].role, guess.role))
        ]
    taken: dict[str, tuple[str, float]] = {}
    owner: dict[str, str] = {}
    for minus, *_, key, role in sorted(pairs):
        if role in taken or not _may_share(owner.get(key), role):
            continue
        taken[role] = (key, -minus)
        owner.setdefault(key, role)
    for role, (key, sure) in taken.items():
        twins = [other for minus, *_, other, of in pairs if of == role and other not in owner and -minus >= sure]
        taken[role] = (key, round(sure * TWIN, 3) if twins else sure)
    return {role: taken[role] for role in roles() if role in taken}


def guess_terrain(names: Mapping[str, str]) -> tuple[str, float] | None:
    """Return (key, confidence) of the one raster of {key: name} that is the terrain, None when that is not plain.

    One that is called so is; a single one that is not called anything else (slope, image, people) may be.
    """

    def has(name: str, words: str) -> bool:
        """Say whether a name has one of the words: Latin ones as whole parts."""
        parts = re.findall(r"[a-z]+", name.casefold())
        return any(word in parts if word.isascii() else word in name for word in word_list(words))

    open_ones = {key: name for key, name in names.items() if not has(name, "no_terrain")}
    called = [key for key, name in open_ones.items() if has(name, "terrain")]
    if len(called) == 1:
        return called[0], TERRAIN_CALLED
    return (next(iter(open_ones)), TERRAIN_ALONE) if len(names) == len(open_ones) == 1 else None


def _is_annotation(role: Role, name: str) -> bool:
    """Say whether a layer is only the names of things on the map: 道路注记 are no roads, but 高程注记 tell heights."""
    marks = [mark for mark in word_list("annotations") if mark in name.casefold()]
    return any(not any(mark in word and is_in(word, name) for word in _words(role)) for mark in marks)


def _year_in(name: str) -> int:
    """Return the latest year that a name tells, 0 without one."""
    return max((int(year) for year in YEAR.findall(name)), default=0)


def _may_share(owner: str | None, role: str) -> bool:
    return owner is None or {owner, role} == {"POPULATION", "COMMUNITIES"}


def _fits(role: Role, geometry: str) -> bool:
    if role.geometry == "any":
        return geometry in ("polygon", "line", "point", "none")
    return role.geometry == geometry


def _columns(role: Role, facts: LayerFacts) -> dict[str, str]:
    pairs = ((name, guess_field(column, facts.fields, facts.headings)) for name, column in role.columns.items())
    return {name: found for name, found in pairs if found is not None}


def _name_score(role: Role, name: str) -> float:
    """Return 1 for a name that is the role's word or plainly contains it; a longer word in it says more."""
    if fold(name) in _folded_words(role.name):
        return 1.0
    found = _longest_words(name)
    best = found.get(role.name, 0)
    if best == 0:
        return 0.0
    return 0.9 if best >= max((length for other, length in found.items() if other != role.name), default=0) else 0.45


def _words(role: Role) -> list[str]:
    return [role.name, *role.layers, *role.title.values()]


@lru_cache(maxsize=64)
def _folded_words(role_name: str) -> frozenset[str]:
    return frozenset(fold(word) for word in _words(roles()[role_name]))


@lru_cache(maxsize=64)
def _by_length(role_name: str) -> tuple[_Word, ...]:
    """Return a role's words, the longest first."""
    return tuple(sorted((_told(word) for word in _words(roles()[role_name])), key=lambda word: -word.length))


@lru_cache(maxsize=4096)
def _longest_words(name: str) -> dict[str, int]:
    """Return {role: length of its longest word in a layer's name}, of the roles that have one there."""
    found, heard = {}, _heard(name)
    for role in roles():
        length = next((word.length for word in _by_length(role) if _has(word, heard) or _sounds(word, heard)), 0)
        if length:
            found[role] = length
    return found


def _word_place(role: str, name: str) -> int:
    """Return the place in the data file of the first of a role's words that a name has."""
    words = _words(roles()[role])
    return next(
        (place for place, word in enumerate(words) if is_in(word, name) or is_sounded_in(word, name)), len(words)
    )


def is_in(word: str, name: str) -> bool:
    """Say whether a name contains a word. A short Latin one must begin a part of it: ZD is in ZD_2024, not in GDZD.

    A code of a standard (capitals) may go on, ZDJBXX; an English word may have an s or a number, roads2.
    """
    return _has(_told(word), _heard(name))


def is_sounded_in(word: str, name: str) -> bool:
    """Say whether a name has a Chinese word in Latin letters: a part of it are its first letters (GHYD is 规划用地), or
    begins with all its sounds (jianzhu2023). Two first letters may be anything.
    """
    return _sounds(_told(word), _heard(name))


class _Word(NamedTuple):
    """A word of a role as it is looked for. A text that is not to be looked for is "-", which no name has."""

    length: int
    folded: str
    small: str  # of a short Latin word, which must be a part of its own
    beginning: str  # of a code, which may go on
    initials: str  # of a Chinese word, when they are enough
    spelled: str


class _Name(NamedTuple):
    """A name that words are looked for in: folded, its Latin parts, also without an s, and all their beginnings."""

    folded: str
    parts: frozenset[str]
    singular: frozenset[str]
    beginnings: frozenset[str]


@lru_cache(maxsize=4096)
def _told(word: str) -> _Word:
    is_short, small, whole = len(word) <= SHORT_WORD and word.isascii(), word.casefold(), spelled(word)
    return _Word(
        length=len(fold(word).encode("utf-16-le")),
        folded=NOWHERE if is_short else fold(word),
        small=small if is_short else NOWHERE,
        beginning=small if is_short and word.isupper() else NOWHERE,
        initials=initials(word) if whole and len(initials(word)) >= SHORT_SOUNDS else NOWHERE,
        spelled=whole if whole and len(word) > 1 else NOWHERE,
    )


@lru_cache(maxsize=4096)
def _heard(name: str) -> _Name:
    parts = frozenset(re.findall(r"[a-z]+", unicodedata.normalize("NFKC", name).casefold()))
    beginnings = frozenset(part[:end] for part in parts for end in range(1, len(part) + 1))
    return _Name(fold(name), parts, parts | {part[:-1] for part in parts if part.endswith("s")}, beginnings)


def _has(word: _Word, name: _Name) -> bool:
    return word.folded in name.folded or word.small in name.singular or word.beginning in name.beginnings


def _sounds(word: _Word, name: _Name) -> bool:
    return word.initials in name.parts or word.spelled in name.beginnings


def _field_score(role: Role, columns: Mapping[str, str], facts: LayerFacts, is_alone: bool = False) -> float:
    """Return how much of what is telling about the role its fields carry; the rarest three columns are enough.

    `is_alone`: the layer's name says nothing; then words that many roles know (kind, name) make no role.
    """
    weights = {name: _rarity(role.name, name) for name in role.columns}
    enough = max(sum(sorted(weights.values(), reverse=True)[:3]), TELLING if is_alone else 0.0)
    told = sum(max(weights[name], _telling(field, facts.headings.get(field, ""))) for name, field in columns.items())
    return min(1.0, told / enough) if enough > 0 else 0.0


@lru_cache(maxsize=4096)
def _telling(field: str, heading: str) -> float:
    """Return log(roles ÷ roles that know the very word): 道路名称 tells more than another name."""
    knowing = sum(knows(role, field) or bool(heading and knows(role, heading)) for role in roles())
    return math.log(len(roles()) / knowing) if knowing else 0.0


@lru_cache(maxsize=512)
def _rarity(role_name: str, column_name: str) -> float:
    """Return log(roles ÷ roles that know one of the column's words)."""
    known = _knowing()
    words = roles()[role_name].columns[column_name].aliases
    return math.log(len(roles()) / len(set[str]().union(*(known[fold(word)] for word in words))))


@lru_cache(maxsize=1)
def _knowing() -> dict[str, set[str]]:
    """Return {folded alias: roles that have it}."""
    found: dict[str, set[str]] = {}
    for role in roles().values():
        for column in role.columns.values():
            for word in column.aliases:
                found.setdefault(fold(word), set()).add(role.name)
    return found
