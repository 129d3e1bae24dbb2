# SPDX-License-Identifier: GPL-2.0-or-later
"""Writes .xlsx by hand: merged title, bold headings, widths, number formats, totals. Text stays text, never a formula.

Office Open XML (ECMA-376) in its smallest form; the same content gives the same bytes.
"""

from __future__ import annotations

import math
import re
import sys
import unicodedata
import zipfile
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from html import escape
from itertools import islice
from numbers import Integral, Real
from pathlib import Path
from typing import Any

from ...errors import RenewalError
from ...run import Run

MOST_ROWS = 1_048_000  # a sheet holds 1,048,576
MOST_LETTERS = 32_000  # a cell holds 32,767
MOMENT = (1980, 1, 1, 0, 0, 0)  # in the archive: no clock in the bytes
MOST_DIGITS = 6
SLICE = 200  # rows between two looks at Cancel
MOST_LINES = 27  # a row is at most 409 points high
TITLE, HEAD, NOTE, TEXT, BOLD, LONG = 1, 2, 3, 4, 5, 6  # styles of texts
FIRST = 7  # style of numbers: FIRST + digits, bold FIRST + KINDS + digits, without separators FIRST + 2 KINDS + digits
KINDS = MOST_DIGITS + 1
WIDEST, WIDEST_HEAD = 48, 12  # letters of a column, and of a heading in one line; longer texts take several
LINE_PT = 15.0  # height of a line of 11 points
A4, A3 = 9, 8  # codes of paper
A4_LETTERS, A3_LETTERS = 150, 290  # letters that the paper takes across at a readable size: own choice
KEPT_COLUMNS, KEPT_LETTERS = 3, 60  # columns that stay in view in a table wider than the screen
_FORBIDDEN = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ud800-\udfff\ufffe\uffff]")
_MAIN = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
_LINKS = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
_PACKAGE = "http://schemas.openxmlformats.org/package/2006"


@dataclass(frozen=True)
class Sheet:
    """One sheet: `title` over all columns, a row of headings, rows of plain values (None = empty), totals in bold.

    `digits` decimals of each column that holds numbers, None for text; `notes` lines under the table. `is_parted`: are
    thousands parted? Not in coordinates.
    """

    name: str
    title: str
    headings: Sequence[str]
    digits: Sequence[int | None]
    rows: Sequence[Sequence[Any]]
    total: Sequence[Any] = ()
    notes: Sequence[str] = ()
    is_parted: bool = True


def write_workbook(path: Path, sheets: Sequence[Sheet], run: Run | None = None) -> None:
    """Write a workbook; `run` is asked for Cancel every 200 rows.

    Raises RenewalError("sheet_too_long") beyond 1,048,000 rows; Cancelled.
    """
    run = run or Run()
    for sheet in sheets:
        if len(sheet.rows) > MOST_ROWS:
            raise RenewalError("sheet_too_long", sheet=sheet.name, n=len(sheet.rows), limit=MOST_ROWS)
    names = _sheet_names(sheets)
    numbers = range(1, len(sheets) + 1)
    parts = {
        "[Content_Types].xml": _content_types(numbers),
        "_rels/.rels": _relations([("rId1", "officeDocument", "xl/workbook.xml")]),
        "xl/workbook.xml": _workbook(names, [_kept(_widths(sheet)) for sheet in sheets]),
        "xl/_rels/workbook.xml.rels": _relations(
            [(f"rId{n}", "worksheet", f"worksheets/sheet{n}.xml") for n in numbers] + [("rId0", "styles", "styles.xml")]
        ),
        "xl/styles.xml": _styles(),
    }
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in parts.items():
            archive.writestr(zipfile.ZipInfo(name, MOMENT), content, zipfile.ZIP_DEFLATED)
        for number, sheet in zip(numbers, sheets):
            place = zipfile.ZipInfo(f"xl/worksheets/sheet{number}.xml", MOMENT)
            place.compress_type = zipfile.ZIP_DEFLATED
            pieces = iter(_worksheet(sheet))
            with archive.open(place, "w") as file:
                while part := "".join(islice(pieces, SLICE)):
                    run.check()
                    file.write(part.encode())


def column_letters(number: int) -> str:
    """Return the letters of a column: 1 → A, 27 → AA."""
    letters = ""
    while number > 0:
        number, rest = divmod(number - 1, 26)
        letters = chr(65 + rest) + letters
    return letters


def _worksheet(sheet: Sheet) -> Iterable[str]:
    width, widths = max(1, len(sheet.headings)), _widths(sheet)
    last = column_letters(width)
    yield f'<?xml version="1.0" encoding="UTF-8" standalone="yes"?><worksheet xmlns="{_MAIN}">'
    yield '<sheetPr><pageSetUpPr fitToPage="1"/></sheetPr><sheetViews><sheetView workbookViewId="0">'
    yield f'{_pane(widths)}</sheetView></sheetViews><sheetFormatPr defaultRowHeight="15"/><cols>'
    for number, column in enumerate(widths, 1):
        yield f'<col min="{number}" max="{number}" width="{column}" customWidth="1"/>'
    yield f'</cols><sheetData><row r="1" ht="28" customHeight="1">{_cell("A1", sheet.title, TITLE)}</row>'
    yield _row(2, sheet.headings, [HEAD] * width, widths)
    plain = FIRST if sheet.is_parted else FIRST + 2 * KINDS
    styles = [TEXT if digits is None else plain + min(digits, MOST_DIGITS) for digits in sheet.digits]
    number = 3
    for values in sheet.rows:
        yield _row(number, values, styles, widths)
        number += 1
    if sheet.total:
        bold = [BOLD if digits is None else FIRST + KINDS + min(digits, MOST_DIGITS) for digits in sheet.digits]
        yield _row(number, sheet.total, bold, widths)
        number += 1
    for note in sheet.notes:
        number += 1
        yield f'<row r="{number}">{_cell(f"A{number}", note, NOTE)}</row>'
    yield "</sheetData>"
    if sheet.rows:
        yield f'<autoFilter ref="A2:{last}{len(sheet.rows) + 2}"/>'
    merged = [f"A1:{last}1"] if width > 1 else []
    if merged:
        yield f'<mergeCells count="1"><mergeCell ref="{merged[0]}"/></mergeCells>'
    yield '<pageMargins left="0.5" right="0.5" top="0.6" bottom="0.6" header="0.3" footer="0.3"/>'
    paper = A3 if sum(widths) > A4_LETTERS else A4
    yield f'<pageSetup paperSize="{paper}" orientation="landscape" fitToWidth="{_pages(widths)}" fitToHeight="0"/>'
    foot = f"&amp;L{_footer(sheet.title)}&amp;R&amp;P / &amp;N"
    yield f"<headerFooter><oddFooter>{foot}</oddFooter></headerFooter></worksheet>"


def _pane(widths: Sequence[float]) -> str:
    """Return the lines that stay in view: title and headings; in a wide table its first columns as well."""
    kept = _kept(widths)
    corner, pane = f"{column_letters(kept + 1)}3", "bottomRight" if kept else "bottomLeft"
    across = f'xSplit="{kept}" ' if kept else ""
    return f'<pane {across}ySplit="2" topLeftCell="{corner}" activePane="{pane}" state="frozen"/>'


def _kept(widths: Sequence[float]) -> int:
    """Return how many first columns a table that is wider than the screen keeps in view."""
    if sum(widths) <= A4_LETTERS:
        return 0
    return next((n for n in range(KEPT_COLUMNS, 0, -1) if sum(widths[:n]) <= KEPT_LETTERS), 0)


def _pages(widths: Sequence[float]) -> int:
    """Return over how many pages a table is printed across: 28 columns on one have letters that nobody reads."""
    kept = sum(widths[: _kept(widths)])  # repeated on each
    return max(1, math.ceil((sum(widths) - kept) / (A3_LETTERS - kept)))


def _footer(title: str) -> str:
    """Return a text for the foot of a page, where & begins a code."""
    return _clean(title.replace("&", "&&")[:100])


def _row(number: int, values: Sequence[Any], styles: Sequence[int], widths: Sequence[float]) -> str:
    """Return a row; it tells its height where a text takes several lines: not every program finds that by itself."""
    cells, lines = [], 1
    for column, (value, style, width) in enumerate(zip(values, styles, widths), 1):
        is_long = style in (HEAD, TEXT) and isinstance(value, str) and _is_longer(value, width - 1)
        lines = max(lines, _lines(str(value), width)) if is_long else lines
        cells.append(_cell(f"{column_letters(column)}{number}", value, LONG if is_long and style == TEXT else style))
    height = f' ht="{lines * LINE_PT:g}"' if lines > 1 else ""
    return f'<row r="{number}"{height}>{"".join(cells)}</row>'


def _is_longer(text: str, room: float) -> bool:
    return (2 * len(text) > room and _letters(text) > room) or "\n" in text


def _lines(text: str, width: float) -> int:
    """Return how many lines a text takes; a column has room for a letter less than it is wide, a line ends at words."""
    room = width - 1
    lines = 0
    for part in text[:MOST_LETTERS].split("\n"):
        left = 0.0
        lines += 1
        for word in re.findall(r"[\u2e80-\uffef]|[^\s\u2e80-\uffef]+\s?|\s", part):
            long = _letters(word, len(word))
            if left and left + long > room:
                lines, left = lines + 1, 0.0
            more = math.ceil(long / room) - 1  # a word that no line holds takes several
            lines, left = lines + more, left + long - more * room
    return min(lines, MOST_LINES)


def _cell(place: str, value: Any, style: int) -> str:
    is_number = isinstance(value, Real) and not isinstance(value, bool)  # also numpy's, whose repr a sheet cannot read
    if value is None or _is_na(value) or (is_number and not math.isfinite(value)):
        return f'<c r="{place}" s="{style}"/>'
    if is_number:
        plain = int(value) if isinstance(value, Integral) else float(value)
        return f'<c r="{place}" s="{style}"><v>{plain!r}</v></c>'
    return f'<c r="{place}" s="{style}" t="inlineStr"><is><t xml:space="preserve">{_clean(str(value))}</t></is></c>'


def _clean(text: str) -> str:
    short = text if len(text) <= MOST_LETTERS else text[:MOST_LETTERS] + "…"
    return escape(_FORBIDDEN.sub("", short), quote=True)


def _widths(sheet: Sheet) -> list[float]:
    """Return the columns' widths in letters: of the heading, which takes two lines where it is long, and the first 200
    rows, between 8 and 48.
    """
    widths = []
    for column, heading in enumerate(sheet.headings):
        shown = [str(row[column]) for row in sheet.rows[:200] if column < len(row) and row[column] is not None]
        head = _letters(str(heading))
        head = head if head <= WIDEST_HEAD else max(WIDEST_HEAD, math.ceil(head / 2) + 1)
        longest = max([head, *map(_letters, shown)])
        widths.append(float(min(WIDEST, max(8, longest + 2))))
    return widths


def _letters(text: str, most: int = 60) -> int:
    return sum(2 if unicodedata.east_asian_width(letter) in "WF" else 1 for letter in text[:most])


def _sheet_names(sheets: Sequence[Sheet]) -> list[str]:
    """Return names that Excel takes: at most 31 letters, no brackets, slashes or such, no name twice."""
    names: list[str] = []
    for sheet in sheets:
        name = re.sub(r"[\[\]:*?/\\']", "_", sheet.name)[:28] or "Sheet"
        while name.lower() in {known.lower() for known in names}:
            name = name[:26] + f"_{len(names)}"
        names.append(name)
    return names


def _workbook(names: Sequence[str], kept: Sequence[int]) -> str:
    sheets = "".join(
        f'<sheet name="{_clean(name)}" sheetId="{number}" r:id="rId{number}"/>' for number, name in enumerate(names, 1)
    )
    return (
        f'<?xml version="1.0" encoding="UTF-8" standalone="yes"?><workbook xmlns="{_MAIN}" xmlns:r="{_LINKS}">'
        f"<sheets>{sheets}</sheets><definedNames>{_print_titles(names, kept)}</definedNames></workbook>"
    )


def _print_titles(names: Sequence[str], kept: Sequence[int]) -> str:
    """Return the names by which a program repeats title, headings and the first `kept` columns on each printed page."""
    areas = []
    for name, n in zip(names, kept):
        sheet = "'" + name.replace("'", "''") + "'"
        columns = f"{sheet}!$A:${column_letters(n)}," if n else ""
        areas.append(_clean(f"{columns}{sheet}!$1:$2"))
    return "".join(
        f'<definedName name="_xlnm.Print_Titles" localSheetId="{number}">{area}</definedName>'
        for number, area in enumerate(areas)
    )


def _relations(links: Sequence[tuple[str, str, str]]) -> str:
    told = "".join(f'<Relationship Id="{key}" Type="{_LINKS}/{kind}" Target="{to}"/>' for key, kind, to in links)
    head = '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>'
    return f'{head}<Relationships xmlns="{_PACKAGE}/relationships">{told}</Relationships>'


def _content_types(numbers: Iterable[int]) -> str:
    kind = "application/vnd.openxmlformats-officedocument.spreadsheetml"
    parts = [("/xl/workbook.xml", "sheet.main"), ("/xl/styles.xml", "styles")]
    parts += [(f"/xl/worksheets/sheet{number}.xml", "worksheet") for number in numbers]
    told = "".join(f'<Override PartName="{part}" ContentType="{kind}.{name}+xml"/>' for part, name in parts)
    return (
        f'<?xml version="1.0" encoding="UTF-8" standalone="yes"?><Types xmlns="{_PACKAGE}/content-types">'
        '<Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/>'
        f'<Default Extension="xml" ContentType="application/xml"/>{told}</Types>'
    )


def _styles() -> str:
    ends = ["." + "0" * digits if digits else "" for digits in range(KINDS)]
    codes = [*("#,##0" + end for end in ends), *("0" + end for end in ends)]
    formats = "".join(f'<numFmt numFmtId="{164 + n}" formatCode="{code}"/>' for n, code in enumerate(codes))
    face = '<name val="Microsoft YaHei"/><family val="2"/><charset val="134"/></font>'
    fonts = (
        f'<font><sz val="11"/>{face}<font><b/><sz val="16"/>{face}<font><b/><sz val="11"/>{face}'
        f'<font><i/><sz val="10"/><color rgb="FF6B7075"/>{face}'
    )
    fills = (
        '<fill><patternFill patternType="none"/></fill><fill><patternFill patternType="gray125"/></fill>'
        '<fill><patternFill patternType="solid"><fgColor rgb="FFF1EEE6"/></patternFill></fill>'
    )
    centre = '<alignment horizontal="center" vertical="center" wrapText="1"/>'
    middle = 'applyAlignment="1"><alignment vertical="center"/></xf>'
    long = 'applyAlignment="1"><alignment vertical="center" wrapText="1"/></xf>'
    body = 'fillId="0" borderId="1" xfId="0" applyNumberFormat="1"'
    cells = [
        '<xf numFmtId="0" fontId="0" fillId="0" borderId="0" xfId="0"/>',
        f'<xf numFmtId="0" fontId="1" fillId="0" borderId="0" xfId="0" applyFont="1" applyAlignment="1">{centre}</xf>',
        f'<xf numFmtId="0" fontId="2" fillId="2" borderId="1" xfId="0" applyFont="1" applyAlignment="1">{centre}</xf>',
        '<xf numFmtId="0" fontId="3" fillId="0" borderId="0" xfId="0" applyFont="1"/>',
        f'<xf numFmtId="49" fontId="0" {body} {middle}',
        f'<xf numFmtId="49" fontId="2" {body} applyFont="1" {middle}',
        f'<xf numFmtId="49" fontId="0" {body} {long}',
    ]
    for font, first in ((0, 164), (2, 164), (0, 164 + KINDS)):
        cells += [f'<xf numFmtId="{first + digits}" fontId="{font}" {body} {middle}' for digits in range(KINDS)]
    sides = "".join(f'<{s} style="thin"><color rgb="FFB9BEC2"/></{s}>' for s in ("left", "right", "top", "bottom"))
    return (
        f'<?xml version="1.0" encoding="UTF-8" standalone="yes"?><styleSheet xmlns="{_MAIN}">'
        f'<numFmts count="{len(codes)}">{formats}</numFmts><fonts count="4">{fonts}</fonts>'
        f'<fills count="3">{fills}</fills><borders count="2"><border/><border>{sides}</border></borders>'
        '<cellStyleXfs count="1"><xf numFmtId="0" fontId="0" fillId="0" borderId="0"/></cellStyleXfs>'
        f'<cellXfs count="{len(cells)}">{"".join(cells)}</cellXfs>'
        '<cellStyles count="1"><cellStyle name="Normal" xfId="0" builtinId="0"/></cellStyles></styleSheet>'
    )


def _is_na(value: Any) -> bool:
    """Say whether a value is pandas' NA, which nobody can hold without pandas: the dock opens without it."""
    pandas = sys.modules.get("pandas")
    return pandas is not None and value is pandas.NA
