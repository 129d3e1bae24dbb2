# SPDX-License-Identifier: GPL-2.0-or-later
"""Which field of a layer carries a column: by a listed name, its heading, with a unit, cut by a shapefile, unlisted."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from functools import lru_cache

from .aliases import AREA, HALF_CHARACTER, UNIT_AT_END, RoleColumn, fold
from .naming import column_of


def guess_field(
    column: RoleColumn,
    fields: Iterable[str],
    headings: Mapping[str, str] | None = None,
    taken: Collection[str] = (),
) -> str | None:
    """Return the field that most likely carries the column, or None.

    The first alias (in the order of the data file, the canonical name first) that equals a field's name wins; after
    all names, the fields' headings (layer aliases) are tried the same way; then names without the unit at their end:
    人口(万人), 面积_亩; then names that a shapefile has cut; last, names that speak of the column without being listed
    (`naming.column_of`). Fields that were `taken` for other columns are such only
    by their whole name, and a text is no field with a unit of area: floor_m2 is not the storey of a room.
    """
    names, titles = tuple(fields), headings or {}
    for words in (names, tuple(titles.get(name, "") for name in names) if titles else ()):
        by_word = _by_word(names, words)
        found = next((by_word[word] for alias in column.aliases if (word := fold(alias)) in by_word), None)
        if found is not None:
            return found
    united = _with_units(names)
    if united:
        told = [(word, name) for word, name, is_area in united
                if name not in taken and not (is_area and column.type == "text")]  # fmt: skip
        bare = dict(reversed(told))
        found = next((bare[word] for alias in column.aliases if (word := fold(alias)) in bare), None)
        if found is not None:
            return found
    left = tuple(name for name in names if name not in taken) if taken else names
    cut = next((name for name in left if HALF_CHARACTER.sub("", name.casefold()) in column.cut), None)
    return cut or _unlisted(column, left, titles)


@lru_cache(maxsize=256)  # a layer's fields are asked for column by column
def _by_word(names: tuple[str, ...], words: tuple[str, ...]) -> dict[str, str]:
    """Return {folded word: the first name that has it}."""
    found: dict[str, str] = {}
    for name, word in zip(names, words):
        if word:
            found.setdefault(fold(word), name)
    return found


@lru_cache(maxsize=256)
def _with_units(names: tuple[str, ...]) -> tuple[tuple[str, str, bool], ...]:
    """Return (folded name without its unit, name, whether it is a unit of area) of those that end in one."""
    units = ((name, UNIT_AT_END.search(name)) for name in names)
    return tuple(
        (fold(UNIT_AT_END.sub("", name)), name, AREA.search(unit[0]) is not None) for name, unit in units if unit
    )


def _unlisted(column: RoleColumn, names: Iterable[str], headings: Mapping[str, str]) -> str | None:
    """Return the field whose name or heading speaks of the column most plainly, none that is another column's."""
    found: list[tuple[int, int, str]] = []
    for place, name in enumerate(names if column.role else ()):
        told = column_of(column.role, name)
        if told is None and headings.get(name):
            told = column_of(column.role, headings[name])
        if told is not None and told[0] == column.name:
            found.append((told[1], place, name))
    return min(found)[2] if found else None
