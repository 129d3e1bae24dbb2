# SPDX-License-Identifier: GPL-2.0-or-later
"""Rows into an SQLite table, many a statement: to begin and end a statement costs as much as three cells."""

from __future__ import annotations

import sqlite3
from collections.abc import Sequence
from itertools import chain
from typing import Any

from ...core.sqlnames import quoted

MOST_VALUES = 999  # in a statement: what every SQLite takes


def insert_rows(
    database: sqlite3.Connection, table: str, names: Sequence[str], columns: Sequence[Sequence[Any]]
) -> None:
    """Insert rows, given as columns of Python scalars (None = NULL), in their order. Raises sqlite3.Error."""
    width = len(names)
    told, marks = ", ".join(map(quoted, names)), "(" + ", ".join("?" * width) + ")"
    head = " ".join(("INSERT INTO", quoted(table), "(", told, ") VALUES"))
    flat = list(chain.from_iterable(zip(*columns)))
    size = max(1, MOST_VALUES // width) * width
    whole = len(flat) // size * size
    if whole:
        statement = " ".join((head, ", ".join([marks] * (size // width))))
        database.executemany(statement, [flat[start : start + size] for start in range(0, whole, size)])
    if whole < len(flat):
        rest = (len(flat) - whole) // width
        database.execute(" ".join((head, ", ".join([marks] * rest))), flat[whole:])
