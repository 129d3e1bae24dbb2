# SPDX-License-Identifier: GPL-2.0-or-later
"""Lists from offices (Excel, CSV): where their header is, which columns are coordinates, and the layer made from them.

Offices put a title, often a merged one, above the header, and coordinates into two columns. What is read is written
into a GeoPackage beside the study, so that the project does not depend on the list staying as it is.
"""

from __future__ import annotations

import csv
import io
import math
import re
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from statistics import median
from typing import Any

from qgis.core import (
    QgsCoordinateReferenceSystem,
    QgsCoordinateTransformContext,
    QgsFeature,
    QgsFeatureRequest,
    QgsField,
    QgsGeometry,
    QgsPointXY,
    QgsVectorFileWriter,
    QgsVectorLayer,
)
from qgis.PyQt.QtCore import QDate, QDateTime, QMetaType

LISTS = (".xlsx", ".xls", ".ods", ".csv", ".txt")
MARKED = 20  # lines of a text among which the sign between its cells is looked for
AS_ROWS = ("HEADERS=DISABLE", "FIELD_TYPES=STRING")  # how GDAL opens a workbook: rows of texts, none of them a header
LONGEST = 15  # digits of a number: more are a code
LOOKED_AT = 12  # rows among which the header is looked for
# headings of coordinates, folded; in Chinese surveying x is the northing, so figures decide which is which
WORDS = ("经度", "纬度", "lng", "lon", "long", "longitude", "lat", "latitude", "x", "y", "x坐标", "y坐标", "东坐标",
         "北坐标", "横坐标", "纵坐标", "坐标x", "坐标y", "point_x", "point_y", "wgs84_x", "wgs84_y")  # fmt: skip
LONGITUDES, LATITUDES = (73.0, 136.0), (3.0, 54.0)  # China
SIDES = re.compile(r"^(?:东经|北纬|[EN])\s*[:：]?\s*(?=\d{1,3}[.°度])|\s*(?:东经|北纬|[EN东北])$")  # before or behind
SEXAGESIMAL = re.compile(  # minutes may have decimals
    r"(\d{1,3})\s*[°度]\s*(?:(\d{1,2}(?:\.\d+)?)\s*[′’'分]\s*)?(?:(\d{1,2}(?:\.\d+)?)\s*[″”\"秒])?"
)
NORTHINGS = (1_990_000.0, 5_990_000.0)  # as core/inputs/placement.py
DEGREES = "EPSG:4490"


@dataclass(frozen=True)
class Table:
    """A list as it stands: `above` rows over the header (a title), rows as texts, "" = empty."""

    header: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]
    above: int = 0


def is_list(path: Path) -> bool:
    """Say whether a file is a list rather than a layer."""
    return path.suffix.lower() in LISTS


def likely_sheet(path: Path, sheets: Sequence[str]) -> str:
    """Return the sheet that looks most like a list: most headings that are known, then the first."""
    return max(sheets, key=lambda sheet: headings_in(_sheet_rows(path, sheet, LOOKED_AT)))


def headings_in(raw: Sequence[Sequence[str]]) -> int:
    """Return how many known headings the first rows of a list have."""
    known, rows = _known_words(), [tuple(cell.strip() for cell in row) for row in raw[:LOOKED_AT]]
    place = header_place(rows)
    return 0 if place is None else sum(_folded(word) in known for word in _merged_header(rows, place)[1])


def sheets_of(path: Path) -> list[str]:
    """Return the names of the sheets of a workbook; one empty name for a text file."""
    if path.suffix.lower() in (".csv", ".txt"):
        return [""]
    from qgis.core import QgsProviderRegistry

    return [item.name() for item in QgsProviderRegistry.instance().querySublayers(str(path))]


def read_table(path: Path, sheet: str = "", encoding: str = "UTF-8") -> Table:
    """Return a list with its header found; an unreadable or empty one has no header."""
    return table_of(_text_rows(path, encoding) if not sheet else _sheet_rows(path, sheet))


def table_of(raw: Sequence[Sequence[str]], is_whole: bool = True) -> Table:
    """Return the rows of a list with their header found; of the first rows alone (not `is_whole`) all columns."""
    rows = [tuple(cell.strip() for cell in row) for row in raw]
    place = header_place(rows)
    if place is None:
        return Table((), ())
    width = max(len(row) for row in rows)
    rows = [(*row, *[""] * (width - len(row))) for row in rows]
    place, words = _merged_header(rows, place)
    header = _names(words, width)
    body = tuple(row for row in rows[place + 1 :] if any(row))
    used = [n for n in range(width) if not is_whole or words[n] or any(row[n] for row in body)]
    return Table(tuple(header[n] for n in used), tuple(tuple(row[n] for n in used) for row in body), place)


def header_place(rows: Sequence[Sequence[str]]) -> int | None:
    """Return which row is the header: of the first, the one with most known headings, then most different words."""
    known = _known_words()
    best, found = (0, 0), None
    for place, row in enumerate(rows[:LOOKED_AT]):
        words = {cell for cell in row if cell and not _is_number(cell)}
        score = (sum(_folded(word) in known for word in words), len(words))
        if score > best:
            best, found = score, place
    return found


def _merged_header(rows: Sequence[Sequence[str]], place: int) -> tuple[int, list[str]]:
    """Return the last row of the header and its words: offices merge cells over two rows, groups above their columns.

    A merged cell holds its word once, at its first place. What stands below counts; where nothing does, what stands
    above. A title, one word in a row of its own, is no part of a header.
    """
    known = _known_words()
    below = rows[place + 1] if place + 1 < len(rows) else []
    told = [cell for cell in below if cell]
    first = next((n for n, cell in enumerate(rows[place]) if cell), 0)  # an id's column: merged down, no cell below it
    hangs = first < len(below) and not below[first]
    are_known = [_folded(cell) in known for cell in told]
    if 0 < len(told) < len(below) and (
        all(are_known) or (any(are_known) and hangs and not any(_is_number(cell) for cell in told))
    ):  # headings only: the second row
        place += 1
    above = rows[place - 1] if place else []
    if sum(bool(cell) for cell in above) < 2:
        return place, list(rows[place])
    return place, [cell or over for cell, over in zip(rows[place], above)]


def coordinate_columns(table: Table) -> list[str]:
    """Return the headings that stand for coordinates, whatever is below them."""
    words = {_folded(word) for word in WORDS}
    return [name for name in table.header if _folded(name) in words]


def coordinates_of(table: Table) -> tuple[int, int] | None:
    """Return the places of the columns (east, north), or None when the list has no coordinates."""
    words = {_folded(word) for word in WORDS}
    named = [n for n, name in enumerate(table.header) if _folded(name) in words]
    middles = {
        n: median(values) for n in named if (values := [v for row in table.rows if _is_known(v := degrees(row[n]))])
    }
    lat = [n for n, middle in middles.items() if LATITUDES[0] < middle < LATITUDES[1]]
    lon = [n for n, middle in middles.items() if LONGITUDES[0] < middle <= LONGITUDES[1]]
    if lat and lon:
        return lon[0], lat[0]
    north = [n for n, middle in middles.items() if NORTHINGS[0] <= middle <= NORTHINGS[1]]
    east = [n for n, middle in middles.items() if n not in north and abs(middle) >= 1_000]
    return (east[0], north[0]) if north and east else None


def system_of(table: Table, places: tuple[int, int], project: QgsCoordinateReferenceSystem) -> str:
    """Return the likely system: CGCS2000 for degrees; for metres the project's, when that is in metres."""
    values = [v for row in table.rows if _is_known(v := degrees(row[places[0]]))]
    if values and abs(median(values)) <= 180:
        return DEGREES
    return project.authid() if project.isValid() and not project.isGeographic() else ""


def degrees(text: str) -> float:
    """Return the number of a cell, also from 106°33′12″, E106°33.2′ and 东经106.55°; NaN when it is none."""
    cell = SIDES.sub("", re.sub("[，,]", "", text).strip()).replace("''", "″").replace("′′", "″")
    found = SEXAGESIMAL.fullmatch(cell)
    if found:
        minutes, seconds = float(found[2] or 0), float(found[3] or 0)
        return float(found[1]) + minutes / 60 + seconds / 3600 if max(minutes, seconds) < 60 else math.nan
    try:
        return float(cell.rstrip("°度"))
    except ValueError:
        return math.nan


def make_layer(
    table: Table,
    name: str,
    system: QgsCoordinateReferenceSystem | None,
    given: Mapping[int, QgsPointXY] | None = None,
) -> tuple[QgsVectorLayer, int]:
    """Return a memory layer of a list and how many rows have no place; they stay in it without a geometry.

    `given`: {row: its place in `system`}, for a list without coordinates (drop_places.py).
    """
    places = coordinates_of(table) if system is not None and given is None else None
    layer = QgsVectorLayer("Point" if places or given is not None else "None", name, "memory")
    if layer.isSpatial() and system is not None:
        layer.setCrs(system)
    kinds = [_kind(table, n) for n in range(len(table.header))]
    provider = layer.dataProvider()
    provider.addAttributes([QgsField(head, kind) for head, kind in zip(table.header, kinds)])
    layer.updateFields()
    features, lost = [], 0
    for number, row in enumerate(table.rows):
        feature = QgsFeature(layer.fields())
        feature.setAttributes([_value(cell, kind) for cell, kind in zip(row, kinds)])
        if given is not None:
            if number in given:
                feature.setGeometry(QgsGeometry.fromPointXY(given[number]))
            else:
                lost += 1
        elif places:
            x, y = (degrees(row[place]) for place in places)
            if math.isfinite(x) and math.isfinite(y):
                feature.setGeometry(QgsGeometry.fromPointXY(QgsPointXY(x, y)))
            else:
                lost += 1
        features.append(feature)
    good, _ = provider.addFeatures(features)
    if not good:
        raise OSError(name)
    layer.updateExtents()
    return layer, lost


def keep_layer(layer: QgsVectorLayer, folder: Path) -> QgsVectorLayer:
    """Write a layer into `<folder>/inputs` and return it from there. Raises OSError."""
    target = free_path(folder / "inputs", layer.name())
    options = QgsVectorFileWriter.SaveVectorOptions()
    options.driverName, options.layerName = "GPKG", layer.name()
    error = QgsVectorFileWriter.writeAsVectorFormatV3(layer, str(target), QgsCoordinateTransformContext(), options)
    kept = QgsVectorLayer(f"{target}|layername={layer.name()}", layer.name(), "ogr")
    if error[0] != QgsVectorFileWriter.WriterError.NoError or kept.featureCount() != layer.featureCount():
        target.unlink(missing_ok=True)
        raise OSError(error[1] or str(target))
    return kept


def free_path(folder: Path, name: str) -> Path:
    """Return a GeoPackage's path in a folder, which is made, that no file has yet."""
    folder.mkdir(parents=True, exist_ok=True)
    stem = re.sub(r'[\\/:*?"<>|\s]+', "_", name) or "list"
    paths = (folder / f"{stem}{f'_{n}' if n > 1 else ''}.gpkg" for n in range(1, 10_000))
    return next(path for path in paths if not path.exists())


def _text_rows(path: Path, encoding: str) -> list[list[str]]:
    try:
        text = path.read_bytes().decode("utf-8-sig" if encoding == "UTF-8" else encoding, errors="replace")
    except (OSError, LookupError):
        return []
    try:
        return list(csv.reader(io.StringIO(text, newline=""), delimiter=mark_in(text)))
    except csv.Error:  # a quote that nobody closes makes one cell of what follows
        return []


def mark_in(text: str) -> str:
    """Return what stands between the cells of a text: comma, tab, semicolon or the Chinese comma."""
    lines = text.split("\n", MARKED)[:MARKED]
    marks = {mark: sum(line.count(mark) for line in lines) for mark in (",", "\t", ";", "，")}
    return max(marks, key=lambda mark: marks[mark])


def _sheet_rows(path: Path, sheet: str, limit: int = -1) -> list[list[str]]:
    options = "".join(f"|option:{option}" for option in AS_ROWS)
    with as_rows():
        layer = QgsVectorLayer(f"{path}|layername={sheet}{options}", sheet, "ogr")
        if not layer.isValid():
            return []
        request = QgsFeatureRequest().setLimit(limit)
        return [[_cell(value) for value in feature.attributes()] for feature in layer.getFeatures(request)]


@contextmanager
def as_rows() -> Iterator[None]:
    """Let GDAL give all rows of workbooks that are opened inside the block, in this thread: the first is no header.

    Older ones (3.6) know AS_ROWS as settings only, and take a first row of words for the names of columns.
    """
    from osgeo import gdal

    names = [f"OGR_{driver}_{option}" for driver in ("XLSX", "XLS", "ODS") for option in AS_ROWS]
    before = {name: gdal.GetThreadLocalConfigOption(name.partition("=")[0]) for name in names}
    for name in names:
        gdal.SetThreadLocalConfigOption(*name.split("="))
    try:
        yield
    finally:
        for name, value in before.items():
            gdal.SetThreadLocalConfigOption(name.partition("=")[0], value)


def _cell(value: Any) -> str:
    """Return a cell as a person reads it: no NULL, no .0 behind a whole number, dates in ISO form."""
    if isinstance(value, (QDate, QDateTime)):
        return str(value.toString("yyyy-MM-dd"))
    return plain_cell("" if value is None or (hasattr(value, "isNull") and value.isNull()) else str(value))


def plain_cell(text: str) -> str:
    """Return a text without the .0 behind a whole number; "" for NULL."""
    return "" if text == "NULL" else re.sub(r"^(-?\d+)\.0+$", r"\1", text) if ".0" in text else text


def _names(row: Sequence[str], width: int) -> list[str]:
    """Return headings that differ and are not empty."""
    found: list[str] = []
    for place in range(width):
        name = re.sub(r"\s+", "", row[place] if place < len(row) else "") or f"column_{place + 1}"
        taken = {item.lower() for item in found}
        number = 2
        plain = name
        while name.lower() in taken or name.lower() == "fid":
            name, number = f"{plain}_{number}", number + 1
        found.append(name)
    return found


def _known_words() -> set[str]:
    from ...core.inputs.aliases import fold, roles

    columns = [column for role in roles().values() for column in role.columns.values()]
    return {fold(word) for column in columns for word in column.aliases} | {fold(word) for word in WORDS}


def _folded(word: str) -> str:
    from ...core.inputs.aliases import fold

    return fold(re.sub(r"[（(\[].*?[)）\]]", "", word))


def _is_number(text: str) -> bool:
    return _is_known(degrees(text))


def _is_known(value: float) -> bool:
    return math.isfinite(value)


def _kind(table: Table, place: int) -> QMetaType.Type:
    """Return whether a column holds numbers; codes with leading zeros and long ones stay text."""
    cells = [row[place] for row in table.rows if row[place]]
    kinds = (QMetaType.Type.LongLong, QMetaType.Type.Double, QMetaType.Type.QString)
    return kinds[max(map(plain_type, cells), default=2)]


def plain_type(cell: str) -> int:
    """Return what a cell can be: 0 a whole number, 1 a number, 2 text; codes with leading zeros and long ones are."""
    if len(cell) > LONGEST or re.fullmatch(r"-?0\d+", cell):
        return 2
    if re.fullmatch(r"-?\d+", cell):
        return 0
    return 1 if re.fullmatch(r"-?\d+(\.\d+)?(e-?\d+)?", cell) else 2


def _value(cell: str, kind: QMetaType.Type) -> Any:
    if not cell:
        return None
    return cell if kind == QMetaType.Type.QString else int(cell) if kind == QMetaType.Type.LongLong else float(cell)
