# SPDX-License-Identifier: GPL-2.0-or-later
"""Cells of a spreadsheet put into an editor: a column of prices, low and high side by side. No QGIS here."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from ...core.inputs import typed
from ...core.jsontext import KeyPath
from .rows import Cell, Row
from .words import typed_words

YES = frozenset({"1", "true", "yes", "y", "是", "有", "√", "✓"})
NO = frozenset({"0", "false", "no", "n", "否", "无"})


class CannotPasteError(ValueError):
    """What was pasted does not fit: `word` cannot stand in the row `title`; "" when there are too many cells."""

    def __init__(self, word: str, title: str = "") -> None:
        super().__init__(word)
        self.word, self.title = word, title


@dataclass(frozen=True)
class Slot:
    """One place that takes a cell: a value, or one number of a pair (`part` 0 or 1)."""

    row: Row
    cell: Cell
    part: int | None = None


def is_table(text: str) -> bool:
    """Say whether a text is more than one cell of a spreadsheet."""
    return "\t" in text or "\n" in text.strip("\r\n")


def cells_of(text: str) -> list[list[str]]:
    """Return the lines of a clipboard as cells; the empty line behind the last one is none."""
    lines = text.replace("\r\n", "\n").replace("\r", "\n").split("\n")
    while lines and not lines[-1].strip():
        lines.pop()
    return [[cell.strip() for cell in line.split("\t")] for line in lines]


def placed(text: str, rows: Sequence[Row], keys: KeyPath, part: int, now: Any) -> list[tuple[KeyPath, Any]]:
    """Return the edits (path, value) of what is pasted at a value and below it; `now(path)` reads the document.

    Cells that are empty leave their place as it is. Raises CannotPasteError, and then nothing is to be changed.
    """
    lines = [(place, slots) for place, slots in enumerate(map(_slots, rows)) if slots]
    start = next(n for n, (_, slots) in enumerate(lines) if any(slot.cell.keys == keys for slot in slots))
    left = next(n for n, slot in enumerate(lines[start][1]) if slot.cell.keys == keys and slot.part in (None, part))
    table = cells_of(text)
    if len(table) > len(lines) - start:
        raise CannotPasteError("")
    found: dict[KeyPath, Any] = {}
    for words, (_, slots) in zip(table, lines[start:]):
        if len(words) > len(slots) - left:
            raise CannotPasteError("")
        for word, slot in zip(words, slots[left:]):
            if word:
                before = found.get(slot.cell.keys, now(slot.cell.keys))
                found[slot.cell.keys] = _value(word, slot, before)
    return list(found.items())


def _slots(row: Row) -> list[Slot]:
    found: list[Slot] = []
    for cell in row.cells.values():
        found += [Slot(row, cell, part) for part in (0, 1)] if cell.kind == "pair" else [Slot(row, cell)]
    return found


def _value(word: str, slot: Slot, before: Any) -> Any:
    cell = slot.cell
    if cell.kind == "text":
        return word
    if cell.kind == "words":
        return typed_words(word)
    if cell.kind in ("flag", "yesno"):
        if word.casefold() not in YES | NO:
            raise CannotPasteError(word, slot.row.title)
        on = word.casefold() in YES
        return on if cell.kind == "flag" else int(on)
    if cell.kind == "choice":
        found = next((value for value, title in cell.choices if word in (value, title)), None)
        if found is None:
            raise CannotPasteError(word, slot.row.title)
        return found
    number = _number(word, slot)
    if slot.part is None:
        return number
    return [number if place == slot.part else old for place, old in enumerate(before)]


def _number(word: str, slot: Slot) -> float | int:
    """Return the number of a cell: 3,500, ３５００, 0.6 or 60 % are read."""
    cell, plain = slot.cell, typed.plain(word).replace(",", "").replace(" ", "")
    try:
        number = float(plain.removesuffix("%")) / (100 if plain.endswith("%") else 1)
    except ValueError:
        raise CannotPasteError(word, slot.row.title) from None
    if not cell.low <= number <= cell.high or (cell.kind == "whole" and number != int(number)):
        raise CannotPasteError(word, slot.row.title)
    return int(number) if cell.kind == "whole" or (cell.kind == "pair" and number == int(number)) else round(number, 6)
