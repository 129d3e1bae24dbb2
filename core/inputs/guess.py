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
    if fold(name) in (fold(word) for word in _words(role)):
        return 1.0
    found = _longest_words(name)
    best = found.get(role.name, 0)
    if best == 0:
        return 0.0
    return 0.9 if best >= max((length for other, length in found.items() if other != role.name), default=0) else 0.45


def _words(role: Role) -> list[str]:
    return [role.name, *role.layers, *role.title.values()]


@lru_cache(maxsize=4096)
def _longest_words(name: str) -> dict[str, int]:
    """Return {role: length of its longest word in a layer's name}, of the roles that have one there."""
    found = {}
    for role in roles().values():
        length = max(
            (_length(word) for word in _words(role) if is_in(word, name) or is_sounded_in(word, name)), default=0
        )
        if length:
            found[role.name] = length
    return found


def _word_place(role: str, name: str) -> int:
    """Return the place in the data file of the first of a role's words that a name has."""
    words = _words(roles()[role])
    return next(
        (place for place, word in enumerate(words) if is_in(word, name) or is_sounded_in(word, name)), len(words)
    )


def _length(word: str) -> int:
    return len(fold(word).encode("utf-16-le"))


def is_in(word: str, name: str) -> bool:
    """Say whether a name contains a word. A short Latin one must begin a part of it: ZD is in ZD_2024, not in GDZD.

    A code of a standard (capitals) may go on, ZDJBXX; an English word may have an s or a number, roads2.
    """
    if len(word) > SHORT_WORD or not word.isascii():
        return fold(word) in fold(name)
    small = word.casefold()
    return any(part in (small, f"{small}s") or (word.isupper() and part.startswith(small)) for part in _parts(name))


def is_sounded_in(word: str, name: str) -> bool:
    """Say whether a name has a Chinese word in Latin letters: a part of it are its first letters (GHYD is 规划用地), or
    begins with all its sounds (jianzhu2023). Two first letters may be anything.
    """
    short, whole = initials(word), spelled(word)
    if not whole:
        return False
    long_enough = len(short) >= SHORT_SOUNDS
    return any((long_enough and part == short) or (len(word) > 1 and part.startswith(whole)) for part in _parts(name))


@lru_cache(maxsize=4096)
def _parts(name: str) -> tuple[str, ...]:
    return tuple(re.findall(r"[a-z]+", unicodedata.normalize("NFKC", name).casefold()))


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
    words = {fold(word) for word in roles()[role_name].columns[column_name].aliases}
    knowing = sum(
        any(words & {fold(word) for word in column.aliases} for column in role.columns.values())
        for role in roles().values()
    )
    return math.log(len(roles()) / knowing)
