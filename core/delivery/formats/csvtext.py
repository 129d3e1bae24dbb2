# SPDX-License-Identifier: GPL-2.0-or-later
"""CSV that a spreadsheet opens in Chinese and never runs: UTF-8 with BOM, guarded formulas, geometry as WKT.

A missing value is an empty cell, an empty text is "" in quotes; readers that know no difference see both as empty.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

import numpy.typing as npt
import shapely

from ...run import Run
from .flat import Flat, Loss, told_shape

BOM = "\ufeff"
END = "\r\n"
GUARD = "'"
STARTS = (
    "=",
    "+",
    "-",
    "@",
    "\t",
    "\r",
    "\n",
    "＝",
    "＋",
    "－",
    "＠",
    "|",
    "%",
)  # what spreadsheets take for a formula
WKT = "WKT"  # the heading by which GDAL and QGIS know geometry
SLICE = 500
_UNWRITABLE = re.compile("[\0\ud800-\udfff]")
_Step = tuple[str, str, str]  # code of a loss, what stood there, what stands there now
CSVT = {"text": "String", "int": "Integer64", "real": "Real"}


def write_csv(flat: Flat, file: str, run: Run) -> tuple[str, list[Loss]]:
    """Return a table as CSV text (RFC 4180, CRLF, BOM) and what it does not hold as the data have it (`csv_pieces`)."""
    losses: list[Loss] = []
    return "".join(csv_pieces(flat, file, losses, run)), losses


def csv_pieces(flat: Flat, file: str, losses: list[Loss], run: Run) -> Iterator[str]:
    """Yield a table as CSV text (RFC 4180, CRLF, BOM) in pieces, and add to `losses` what it does not hold.

    Headings are the columns' names. The column WKT, in full precision, comes last.
    Losses: `loss_guarded` (an apostrophe before a text that a spreadsheet would run), `loss_empty_text`,
    `loss_control` (NUL and lone surrogates), `loss_empty_shape`.
    """
    if flat.shapes is not None:
        _lose_empty(flat, flat.shapes, file, losses)
    heads = [column.name for column in flat.columns] + ([WKT] if flat.shapes is not None else [])
    yield BOM + ",".join(_quoted(guard(name)) for name in heads) + END
    known: list[dict[Any, tuple[str, tuple[_Step, ...]]]] = [{} for _ in flat.columns]
    for start in range(0, len(flat), SLICE):
        run.progress(start / len(flat))
        rows = range(start, min(start + SLICE, len(flat)))
        cells = [_column(flat, number, rows, file, losses, known[number]) for number in range(len(flat.columns))]
        if flat.shapes is not None:
            cells.append([_quoted(text) if text else "" for text in _wkt(flat.shapes[start : start + SLICE])])
        yield "".join([line + END for line in (map(",".join, zip(*cells)) if cells else [""] * len(rows))])


def types_line(flat: Flat) -> str:
    """Return the .csvt beside the CSV: the type of each column, by which GDAL and QGIS read numbers as numbers."""
    types = [CSVT[column.type] for column in flat.columns] + (["WKT"] if flat.shapes is not None else [])
    return ",".join(f'"{name}"' for name in types) + "\r\n"


def guard(text: str) -> str:
    """Return a text that no spreadsheet takes for a formula: an apostrophe before it when it needs one."""
    head = text.lstrip(" \u00a0\u3000\ufeff")
    return GUARD + text if head.startswith(STARTS) or text.startswith(GUARD) else text


def clean(text: str) -> str:
    """Return the text without NUL and lone surrogates, which no text file can hold."""
    return _UNWRITABLE.sub("", text)


def _column(
    flat: Flat, number: int, rows: range, file: str, losses: list[Loss], known: dict[Any, tuple[str, tuple[_Step, ...]]]
) -> list[str]:
    """Return the cells of a column's rows as they are written; equal texts and whole numbers are made once."""
    column, told = flat.columns[number], []
    for row, value in zip(rows, flat.values[number][rows.start : rows.stop]):
        if isinstance(value, float):
            told.append(_number(value, column.digits))
            continue
        key = (value, type(value))
        if key not in known:
            known[key] = _written(value, column.digits)
        text, steps = known[key]
        told.append(text)
        if steps:
            losses += [Loss(file, flat.name, flat.ids[row], column.name, *step) for step in steps]
    return told


def _written(value: Any, digits: int) -> tuple[str, tuple[_Step, ...]]:
    """Return a cell and what it loses."""
    if not isinstance(value, str):
        return _number(value, digits), ()
    plain = clean(value)
    safe = guard(plain)
    codes = {"loss_control": plain != value, "loss_guarded": safe != plain, "loss_empty_text": value == ""}
    return _quoted(safe), tuple((code, value, safe) for code, is_so in codes.items() if is_so)


def _number(value: Any, digits: int) -> str:
    if value is None:
        return ""
    if isinstance(value, int):
        return str(value)
    fixed = f"{value:.{digits}f}"
    return fixed if float(fixed) == value else repr(value)


def _quoted(text: str) -> str:
    return '"' + text.replace('"', '""') + '"'


def _lose_empty(flat: Flat, shapes: npt.NDArray[Any], file: str, losses: list[Loss]) -> None:
    for row in shapely.is_empty(shapes).nonzero()[0]:
        losses.append(Loss(file, flat.name, flat.ids[row], "", "loss_empty_shape", told_shape(shapes[row]), ""))


def _wkt(shapes: npt.NDArray[Any]) -> list[str]:
    texts = shapely.to_wkt(shapes, rounding_precision=-1, trim=True, output_dimension=2)
    return ["" if text is None or gone else str(text) for text, gone in zip(texts, shapely.is_empty(shapes))]
