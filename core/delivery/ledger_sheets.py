# SPDX-License-Identifier: GPL-2.0-or-later
"""The ledger as a workbook: a sheet a class, areas by class, differences to the bureau's list."""

from __future__ import annotations

from typing import Any

import pandas as pd

from .. import frames, schema
from ..palette import level_name, tag_name
from ..run import Run
from ..tagging.ledger import TAGS, Ledger
from ..words import join_words, say
from .formats.workbook import Sheet
from .ownerwords import owner_words
from .summary import exact_sum

STATES = {
    "listed": "ledger_listed", "under_way": "ledger_under_way", "renovated": "ledger_renovated",
    "expropriated": "ledger_expropriated",
}  # fmt: skip
SIDES = {
    "list_only": "ledger_list_only", "ours_only": "ledger_ours_only", "list_unplaced": "ledger_list_unplaced",
}  # fmt: skip
SUMMED = ("parcels_n", "bldg_n", "floor_m2", "floor_unknown_n", "area_m2")
YEARS = ("year_lo", "year_hi")


def ledger_sheets(ledger: Ledger, language: str, run: Run) -> list[Sheet]:
    """Return areas by class, a sheet for each class that has entries, and the differences when there is a list.

    Raises Cancelled.
    """
    sheets = [_totals(ledger.totals, language, run)]
    for tag in TAGS:
        rows = ledger.entries[ledger.entries["tag"] == tag]
        if len(rows):
            sheets.append(_entries(rows.reset_index(drop=True), tag_name(tag, language), language, run))
    if len(ledger.differences):
        table = schema.table("ledger_difference")
        name = table.zh if language == "zh" else table.en
        sheets.append(_sheet(ledger.differences, table, name, language, ((), "ledger_note_list"), run))
    return sheets


def _entries(rows: pd.DataFrame, name: str, language: str, run: Run) -> Sheet:
    return _sheet(rows, schema.table("ledger"), name, language, (SUMMED, "ledger_note"), run)


def _totals(totals: pd.DataFrame, language: str, run: Run) -> Sheet:
    table = schema.table("ledger_totals")
    name = table.zh if language == "zh" else table.en
    whole = _sheet(totals, table, name, language, ((), "ledger_note_totals"), run)
    last = [say("head_total", language), None, *whole.rows[-1][2:]]
    return Sheet(whole.name, whole.title, whole.headings, whole.digits, whole.rows[:-1], last, whole.notes)


def _sheet(
    rows: pd.DataFrame, table: schema.Table, name: str, language: str, below: tuple[tuple[str, ...], str], run: Run
) -> Sheet:
    """Return a table as a sheet; `below`: the columns that are summed, the code of the note."""
    summed, note = below
    columns = []
    for column in table.columns:
        run.check()
        columns.append([_told(value, column.name, language) for value in _plain(rows, column)])
    total: list[Any] = []
    if summed:
        total = [exact_sum(frames.optional(rows, c.name, "real")) if c.name in summed else None for c in table.columns]
        total[0] = say("head_total", language)
    digits = [
        None if column.type == "text" or column.name in YEARS else 0 if column.type == "int" else column.digits
        for column in table.columns
    ]
    headings = [column.alias(language) for column in table.columns]
    return Sheet(name, name, headings, digits, list(zip(*columns)), total, [say(note, language)])


def _plain(rows: pd.DataFrame, column: schema.Column) -> list[Any]:
    values = frames.optional(rows, column.name, column.type).astype(object)
    return list(values.where(values.notna(), None))


def _told(value: Any, column: str, language: str) -> Any:
    """Return a code as words, several codes in one cell one by one."""
    if value is None or column not in ("tag", "tag_level", "side", "ownership", "state", "programme"):
        return value
    if column == "ownership":
        return owner_words(str(value), language)
    return join_words((_word(word, column, language) for word in str(value).split("、") if word), language)


def _word(word: str, column: str, language: str) -> str:
    if column == "side":
        return say(SIDES[word], language)
    if column == "tag":
        return say("ledger_other", language) if word == "none" else tag_name(word, language)
    return say(STATES[word], language) if word in STATES else level_name(word, language)
