# SPDX-License-Identifier: GPL-2.0-or-later
"""What an editor shows of a document: sections, blocks of a table, rows with cells that can be edited. No QGIS here."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from ...core.jsontext import KeyPath

VALUE, SOFT, WEIGHT, TITLE = "value", "soft", "weight", "title"  # columns whose cells can be edited
SIGNS = {">=": "≥", "<=": "≤", "=": "=", ">": ">", "<": "<"}
SHARE_STEP = 0.05


@dataclass(frozen=True)
class Cell:
    """One value of the document that can be edited: where it stands, of what kind, between which limits.

    `kind`: number | whole | flag | yesno (1 or 0) | text | words (a list of texts) | pair (two numbers) | choice (of
    `choices`: value, title).
    """

    keys: KeyPath
    kind: str = "number"
    low: float = -1e9
    high: float = 1e9
    step: float = 1.0
    decimals: int = 2
    choices: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True)
class Row:
    """One line: words by column, cells by column, the figure it belongs to, what its histogram is of.

    `plot`: an indicator's name, `score` for the scores of the section's class, "" for nothing to show.
    """

    title: str
    name: str
    texts: Mapping[str, str] = field(default_factory=dict)
    cells: Mapping[str, Cell] = field(default_factory=dict)
    figure: KeyPath | None = None
    plot: str = ""
    indent: int = 0


@dataclass(frozen=True)
class Block:
    """A table of rows; `columns` = (key, heading) between the title and the source."""

    heading: str
    columns: tuple[tuple[str, str], ...]
    rows: tuple[Row, ...]


@dataclass(frozen=True)
class Section:
    """One entry of the list at the left: a class of rules, a kind of facility, a profile …

    `code` is what it is called in the columns of results, for classes and kinds.
    """

    key: str
    title: str
    hint: str
    blocks: tuple[Block, ...]
    colour: str = ""
    note: str = ""
    code: str = ""

    def rows(self) -> list[Row]:
        """Return the rows of all blocks."""
        return [row for block in self.blocks for row in block.rows]


def cell_for(keys: KeyPath, value: Any, unit: str = "") -> Cell:
    """Return the cell that fits a value: shares in steps of 0.05, whole numbers in ones, others by their size.

    Nothing that is measured here is below 0, unless it is so already: the slope on which people walk fastest.
    """
    if isinstance(value, bool):
        return Cell(keys, "flag")
    if isinstance(value, str):
        return Cell(keys, "text")
    if isinstance(value, list):
        return Cell(keys, "words" if any(isinstance(item, str) for item in value) else "pair", 0, step=10, decimals=2)
    is_below = value < 0
    if unit in ("share", "score"):
        return Cell(keys, "number", -1 if is_below else 0, 1, SHARE_STEP, 4)
    if isinstance(value, int) and unit not in ("m", "m/s", "s", "min"):
        return Cell(keys, "whole", 0, 1e9, step_of(value), 0)
    return Cell(keys, "number", -1e9 if is_below else 0, 1e9, step_of(value), 4)


def step_of(value: float) -> float:
    """Return a step of about a twentieth of a value: 1, 2, 5 times a power of ten."""
    size, step = abs(float(value)) / 20, 0.01
    while step * 10 <= size:
        step *= 10
    return next((step * factor for factor in (5, 2) if step * factor <= size), step)
