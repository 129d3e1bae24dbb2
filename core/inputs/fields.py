# SPDX-License-Identifier: GPL-2.0-or-later
"""Which field of a layer carries a column: by a listed name, its heading, with a unit, cut by a shapefile, unlisted."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping

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
    names = list(fields)
    for words in (names, [(headings or {}).get(name, "") for name in names]):
        by_word: dict[str, str] = {}
        for name, word in zip(names, words):
            if word:
                by_word.setdefault(fold(word), name)
        for alias in column.aliases:
            if fold(alias) in by_word:
                return by_word[fold(alias)]
    bare = {fold(UNIT_AT_END.sub("", name)): name for name in reversed(names) if _unit_fits(name, column, taken)}
    for alias in column.aliases:
        if fold(alias) in bare:
            return bare[fold(alias)]
    names = [name for name in names if name not in taken]
    cut = next((name for name in names if HALF_CHARACTER.sub("", name.casefold()) in column.cut), None)
    return cut or _unlisted(column, names, headings or {})


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


def _unit_fits(name: str, column: RoleColumn, taken: Collection[str]) -> bool:
    unit = UNIT_AT_END.search(name)
    return unit is not None and name not in taken and (column.type != "text" or not AREA.search(unit[0]))
