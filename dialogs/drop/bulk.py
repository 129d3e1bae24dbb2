# SPDX-License-Identifier: GPL-2.0-or-later
"""Lists too large to be read while somebody waits: their first rows, and all of them written into a GeoPackage.

Plain data and GDAL, no objects of QGIS: everything here runs beside the window. A text file is read row by row, a
workbook by GDAL; the rows go into a text file with the types that all of them allow, and GDAL makes the table of it.
"""

from __future__ import annotations

import csv
import io
import math
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from html import escape
from itertools import count, islice
from pathlib import Path
from typing import Any

from ...core.errors import Cancelled
from ...core.sqlfiles import open_to_read
from ...core.sqlnames import quoted
from ...processing.layers.gdalmode import gdal_raises
from . import lists

LARGE = 2_000_000  # bytes of a list, some ten thousand rows: from here on reading it is felt
HEAD = 400  # rows that tell header, coordinates and roles
SLICE = 2_000  # rows between two looks at Cancel
COPIED = 0.4  # share of the work that is over when the text file is written
X, Y, COLUMN = "x", "y", "c{}"  # columns of the text file: GDAL takes a header of numbers for a row
TYPES = ("Integer64", "Real", "String")  # of GDAL's .csvt; a column goes down the list until all its cells fit
TEXT = (".csv", ".txt")
_RUNS, _PLACING = count(1), threading.Lock()  # one list may be written twice at a time: dropped again, or called off


@dataclass(frozen=True)
class Head:
    """The sheets of a list with their first rows, as texts."""

    sheets: dict[str, list[tuple[str, ...]]]


@dataclass(frozen=True)
class Plan:
    """How a list is written: which sheet, `header` of all columns, how many rows stand above the first one (`begin`),
    columns (east, north) in `system` (an authority's code or WKT; "" without places); `target`: the file, another one
    of like name where it is taken by then.
    """

    path: Path
    sheet: str
    encoding: str
    header: tuple[str, ...]
    begin: int
    places: tuple[int, int] | None
    system: str
    target: Path
    name: str


@dataclass
class Written:
    """How many rows were written, how many of them have no place, how many have cells beyond the last column, which
    are left out; `kinds` of the columns, -1 = no cell has anything; the file they are in.
    """

    rows: int = 0
    lost: int = 0
    cut: int = 0
    kinds: list[int] = field(default_factory=list)
    path: Path = Path()


def is_large(path: Path) -> bool:
    """Say whether a list is read beside the window: its rows are more than somebody waits for."""
    return lists.is_list(path) and path.exists() and path.stat().st_size > LARGE


def read_head(path: Path, encoding: str) -> Head:
    """Return the sheets of a list with their first rows; none when it cannot be read. A workbook is parsed as a whole.

    Workbooks take GDAL seconds for each 10 MB, in a call that cannot be interrupted.
    """
    if path.suffix.lower() in TEXT:
        with suppress(csv.Error), _text_rows(path, encoding) as rows:
            return Head({"": list(islice(rows, HEAD))})
        return Head({})
    with _workbook(path) as book:
        names = [book.GetLayer(n).GetName() for n in range(book.GetLayerCount())] if book is not None else []
        return Head({name: list(islice(_book_rows(book.GetLayerByName(name)), HEAD)) for name in names})


def write_list(plan: Plan, progress: Callable[[float], None], is_cancelled: Callable[[], bool]) -> Written:
    """Write all rows of a list into the table `plan.name` of a new GeoPackage. Raises OSError, Cancelled.

    Rows whose coordinates are no numbers keep their cells and have no geometry; empty rows are left out, as by
    lists.read_table.
    """
    text = plan.target.with_name(f".{plan.target.stem}.{next(_RUNS)}.part.csv")
    part = text.with_suffix(".gpkg")
    try:
        part.unlink(missing_ok=True)  # of a QGIS that was killed
        written = _write_text(plan, text, progress, is_cancelled)
        _make_table(plan, text, part, written, progress, is_cancelled)
        _check(part, plan.name, written.rows)
        with _PLACING:
            written.path = lists.free_path(plan.target.parent, plan.target.stem)
            part.replace(written.path)
        return written
    except (RuntimeError, csv.Error) as fault:
        raise OSError(str(fault)) from fault
    finally:
        for path in (text, text.with_suffix(".csvt"), part, part.with_name(part.name + "-journal")):
            with suppress(OSError):
                path.unlink(missing_ok=True)


def _write_text(
    plan: Plan, text: Path, progress: Callable[[float], None], is_cancelled: Callable[[], bool]
) -> Written:  # fmt: skip
    written = Written(kinds=[-1] * len(plan.header))  # the last of TYPES, text, while nothing says otherwise
    heads = [*map(COLUMN.format, range(len(plan.header))), *((X, Y) if plan.places else ())]
    with text.open("w", encoding="utf-8", newline="") as file, _rows_of(plan) as (rows, share):
        out = csv.writer(file)
        out.writerow(heads)
        body = islice(rows, plan.begin, None)
        while some := list(islice(body, SLICE)):
            if is_cancelled():
                raise Cancelled
            progress(COPIED * min(1.0, share()))
            out.writerows(_cells(row, plan, written) for row in some if any(row))
    types = [TYPES[kind] for kind in written.kinds] + ["Real"] * (2 if plan.places else 0)
    text.with_suffix(".csvt").write_text(",".join(types) + "\n", encoding="ascii")
    return written


def _cells(row: tuple[str, ...], plan: Plan, written: Written) -> list[Any]:
    """Return the cells of a row in their columns, its place behind them; note which types the columns may have."""
    width = len(plan.header)
    cells = [*row[:width], *[""] * (width - len(row))]
    written.rows += 1
    written.cut += len(row) > width and any(row[width:])
    for column, cell in enumerate(cells):
        if cell and written.kinds[column] < len(TYPES) - 1:
            written.kinds[column] = max(written.kinds[column], lists.plain_type(cell))
    if plan.places is None:
        return cells
    x, y = (lists.degrees(cells[place]) for place in plan.places)
    if math.isfinite(x) and math.isfinite(y):
        return [*cells, repr(x), repr(y)]
    written.lost += 1
    return [*cells, "", ""]


def _described(plan: Plan, text: Path, written: Written) -> str:
    """Return the text file as GDAL is to read it. Told how many rows there are, it tells how far it is."""
    options = {"EMPTY_STRING_AS_NULL": "YES"}
    if plan.places:
        options |= {"X_POSSIBLE_NAMES": X, "Y_POSSIBLE_NAMES": Y, "KEEP_GEOM_COLUMNS": "NO"}
    told = "".join(f'<OOI key="{key}">{value}</OOI>' for key, value in options.items())
    fields = "".join(
        f'<Field name="{escape(name)}" src="{COLUMN.format(number)}" type="{TYPES[written.kinds[number]]}"/>'
        for number, name in enumerate(plan.header)
    )
    return (
        f'<OGRVRTDataSource><OGRVRTLayer name="rows"><SrcDataSource>{escape(str(text))}</SrcDataSource>'
        f"<OpenOptions>{told}</OpenOptions><SrcLayer>{escape(text.stem)}</SrcLayer>"
        f"{fields}<FeatureCount>{written.rows}</FeatureCount></OGRVRTLayer></OGRVRTDataSource>"
    )


def _make_table(
    plan: Plan, text: Path, part: Path, written: Written, progress: Callable[[float], None],
    is_cancelled: Callable[[], bool],
) -> None:  # fmt: skip
    from osgeo import gdal

    def look(share: float, message: str, data: Any) -> int:
        progress(COPIED + (1 - COPIED) * share)
        return 0 if is_cancelled() else 1

    with gdal_raises():
        source = gdal.OpenEx(_described(plan, text, written), gdal.OF_VECTOR | gdal.OF_READONLY)
        how = gdal.VectorTranslateOptions(
            format="GPKG", layerName=plan.name, dstSRS=plan.system or None, reproject=False, callback=look,
            geometryType=None if plan.places else "NONE",
        )  # fmt: skip
        try:
            made = gdal.VectorTranslate(str(part), source, options=how)
        except RuntimeError:
            if is_cancelled():
                raise Cancelled from None
            raise
        del made
    if is_cancelled():
        raise Cancelled


def _check(part: Path, name: str, rows: int) -> None:
    """Count what was written. Raises OSError."""
    with open_to_read(part) as base:
        found = base.execute(" ".join(["SELECT count(*) FROM", quoted(name)])).fetchone()[0]
    if found != rows:
        raise OSError(f"{name}: {found} / {rows}")


# --- rows -------------------------------------------------------------------------------------------------------------


@contextmanager
def _rows_of(plan: Plan) -> Iterator[tuple[Iterator[tuple[str, ...]], Callable[[], float]]]:
    """Give the rows of a list, and how much of it has been read, 0–1."""
    if plan.path.suffix.lower() in TEXT:
        size = max(1, plan.path.stat().st_size)
        with _text_rows(plan.path, plan.encoding) as rows:
            yield rows, lambda: rows.read_bytes() / size
        return
    with _workbook(plan.path) as book:
        layer = book.GetLayerByName(plan.sheet) if book is not None else None
        if layer is None:
            raise OSError(plan.path.name)
        many, counted = max(1, layer.GetFeatureCount()), [0]

        def counting() -> Iterator[tuple[str, ...]]:
            """Count the rows that are taken."""
            for row in _book_rows(layer):
                counted[0] += 1
                yield row

        yield counting(), lambda: counted[0] / many


class _Rows:
    """The rows of a text file; `read_bytes()` of it so far."""

    def __init__(self, raw: Any, file: Any, mark: str) -> None:
        self._raw = raw
        self._rows = csv.reader(file, delimiter=mark)

    def __iter__(self) -> _Rows:
        return self

    def __next__(self) -> tuple[str, ...]:
        return tuple(cell.strip() for cell in next(self._rows))

    def read_bytes(self) -> int:
        """Return how far the file has been read."""
        return int(self._raw.tell())


@contextmanager
def _text_rows(path: Path, encoding: str) -> Iterator[_Rows]:
    how = {"encoding": "utf-8-sig" if encoding == "UTF-8" else encoding, "errors": "replace", "newline": ""}
    with path.open(**how) as file:
        mark = lists.mark_in("".join(islice(file, lists.MARKED)))
    with path.open("rb") as raw, io.TextIOWrapper(raw, **how) as file:
        yield _Rows(raw, file, mark)


@contextmanager
def _workbook(path: Path) -> Iterator[Any]:
    """Give a workbook as GDAL reads it, all cells as texts; None when it cannot be read."""
    from osgeo import gdal

    book = None
    with suppress(RuntimeError), gdal_raises(), lists.as_rows():
        book = gdal.OpenEx(str(path), gdal.OF_VECTOR | gdal.OF_READONLY, open_options=list(lists.AS_ROWS))
        for number in range(book.GetLayerCount()):
            book.GetLayer(number).GetFeatureCount()  # parsed here, as it was asked for
    yield book


def _book_rows(layer: Any) -> Iterator[tuple[str, ...]]:
    count = layer.GetLayerDefn().GetFieldCount()
    layer.ResetReading()
    for row in layer:
        yield tuple(lists.plain_cell(row.GetFieldAsString(n) if row.IsFieldSetAndNotNull(n) else "").strip()
                    for n in range(count))  # fmt: skip
