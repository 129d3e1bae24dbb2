# SPDX-License-Identifier: GPL-2.0-or-later
"""The attribute table of a shapefile (dBASE III), written by hand: every cut and every lost character is listed.

Source: dBASE III file layout; the code-page byte as ArcGIS and GDAL read it (0x4D = 936, 0 = see the .cpg).
"""

from __future__ import annotations

import struct
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from ...errors import RenewalError
from ...run import Run
from ...schema import Column
from ...slices import let_go
from .csvtext import clean
from .flat import MISSING_SIGN, Flat, Loss, nearest_sign

MOST_BYTES = 254  # of a text
MOST_DIGITS = 19  # of a number, sign and point included, that ArcGIS keeps
MOST_FIELDS, MOST_ROW_BYTES = 255, 65_500  # of the file layout
SMALLEST = {"text": 1, "int": 9, "real": 12}  # widths that do not change with every run: own choice
CODE_PAGES = {"UTF-8": 0x00, "GBK": 0x4D}
DAY = (80, 1, 1)  # in the header: no clock in the bytes
SLICE = 500
MOST_KNOWN = 50_000  # values whose bytes are kept: more are let go of in too long a moment

Step = tuple[str, str, str]  # code of a loss, what stood there, what stands there now


@dataclass(frozen=True)
class DbfField:
    """One field: `kind` C | N, `width` in bytes, `digits` decimals."""

    name: str
    kind: str
    width: int
    digits: int = 0


def write_dbf(flat: Flat, file: str, encoding: str, run: Run) -> tuple[list[bytes], list[Loss]]:
    """Return the .dbf of a table in pieces, and what it does not hold as the data have it.

    `encoding` UTF-8 | GBK; field names are the columns' `short`. A missing value is blank.
    Losses: `loss_character` (GBK does not have it; its plain form or 〓 stands for it), `loss_cut` (more than 254
    bytes, or than the template's length), `loss_spaces` (readers trim the ends), `loss_empty_text`, `loss_control`,
    `loss_number`.
    Raises RenewalError("table_too_wide") beyond what the layout holds.
    """
    losses: list[Loss] = []
    fields: list[DbfField] = []
    cells: list[list[bytes]] = []
    lengths = flat.lengths or [0] * len(flat.columns)
    for number, (column, values) in enumerate(zip(flat.columns, flat.values)):
        run.progress(0.7 * number / len(flat.columns))
        written = []
        known: dict[Any, tuple[bytes, list[Step]]] = {None: (b"", [])}  # values repeat
        for row, value in enumerate(values):
            if row % SLICE == 0:
                run.check()
            found = known.get(value)
            if found is None:
                text, steps = fit_value(value, column, lengths[number], encoding)
                found = (text.encode(encoding), steps)
                if len(known) < MOST_KNOWN:
                    known[value] = found
            cell, steps = found
            written.append(cell)
            if steps:
                losses += [Loss(file, flat.name, flat.ids[row], column.name, *step) for step in steps]
        fields.append(_field(column, lengths[number], written))
        cells.append(written)
    if len(fields) > MOST_FIELDS or sum(field.width for field in fields) > MOST_ROW_BYTES:
        raise RenewalError("table_too_wide", layer=flat.name, n=len(fields), limit=MOST_FIELDS)
    content = list(_file(fields, cells, len(flat), encoding, run.part(0.7, 1)))
    let_go(cells)
    return content, losses


def fit_value(value: Any, column: Column, length: int, encoding: str) -> tuple[str, list[Step]]:
    """Return what a dBASE field of at most `length` bytes (0 = any) holds of a value, and each loss on the way."""
    if value is None:
        return "", []
    if isinstance(value, str):
        return _fit_text(value, min(length or MOST_BYTES, MOST_BYTES), encoding)
    return _fit_number(value, column, min(length or MOST_DIGITS, MOST_DIGITS))


def _fit_text(value: str, limit: int, encoding: str) -> tuple[str, list[Step]]:
    if not value:
        return "", [("loss_empty_text", "", "")]
    steps: list[Step] = []
    text = value
    for code, change in (
        ("loss_control", clean),
        ("loss_character", lambda whole: replace_missing(whole, encoding)),
        ("loss_spaces", lambda whole: whole.strip(" ")),
        ("loss_cut", lambda whole: cut_bytes(whole, limit, encoding).rstrip(" ")),
    ):
        changed = change(text)
        if changed != text:
            steps.append((code, text, changed))
        text = changed
    return text, steps


def _fit_number(value: float, column: Column, limit: int) -> tuple[str, list[Step]]:
    digits = 0 if column.type == "int" else column.digits
    text = str(int(value)) if column.type == "int" else f"{value:.{digits}f}"
    if len(text) > limit and column.type == "real":
        text = next((short for d in range(13, 0, -1) if len(short := f"{value:.{d}g}") <= limit), "")
    elif len(text) > limit:
        text = ""
    lost = not text or float(text) != float(value)
    return text, [("loss_number", repr(value), text)] if lost else []


def replace_missing(text: str, encoding: str) -> str:
    """Return the text with its nearest sign, else 〓, for each character that the encoding does not have."""
    try:
        text.encode(encoding)
        return text
    except UnicodeEncodeError:
        near = "".join(letter if _has(letter, encoding) else nearest_sign(letter) for letter in text)
        return "".join(letter if _has(letter, encoding) else MISSING_SIGN for letter in near)


def cut_bytes(text: str, limit: int, encoding: str) -> str:
    """Return as many whole characters as fit into `limit` bytes."""
    data = text.encode(encoding)
    return text if len(data) <= limit else data[:limit].decode(encoding, errors="ignore")


@lru_cache(maxsize=65_536)
def _has(letter: str, encoding: str) -> bool:
    try:
        letter.encode(encoding)
    except UnicodeEncodeError:
        return False
    return True


def _field(column: Column, length: int, written: Iterable[bytes]) -> DbfField:
    width = max([length or SMALLEST[column.type], *(len(cell) for cell in written)])
    if column.type == "text":
        return DbfField(column.short, "C", min(width, MOST_BYTES))
    return DbfField(column.short, "N", min(width, MOST_DIGITS), column.digits if column.type == "real" else 0)


def _file(fields: Sequence[DbfField], cells: Sequence[Sequence[bytes]], rows: int, encoding: str, run: Run
          ) -> Iterator[bytes]:  # fmt: skip
    size = 1 + sum(field.width for field in fields)
    yield struct.pack("<B3BIHH17xB2x", 3, *DAY, rows, 33 + 32 * len(fields), size, CODE_PAGES[encoding])
    for field in fields:
        name = field.name.encode("ascii")[:10]
        yield struct.pack("<11sc4xBB14x", name, field.kind.encode("ascii"), field.width, field.digits)
    yield b"\r"
    for start in range(0, rows, SLICE):
        run.progress(start / rows)
        columns = [
            [cell.ljust(field.width) if field.kind == "C" else cell.rjust(field.width) for cell in part]
            for field, part in zip(fields, (values[start : start + SLICE] for values in cells))
        ]
        yield b"".join([b" " + b"".join(parts) for parts in zip(*columns)])  # a city's cells are too many for one join
        if not columns:
            yield b" " * min(SLICE, rows - start)
    yield b"\x1a"
