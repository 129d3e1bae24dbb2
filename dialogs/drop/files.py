# SPDX-License-Identifier: GPL-2.0-or-later
"""Which files of what was dropped are asked about, and in which encoding their texts are, also inside an archive."""

from __future__ import annotations

import codecs
import zipfile
from collections.abc import Sequence
from pathlib import Path, PurePosixPath

from ...core.inputs.encodings import encoding_of, words_of_dbf
from .lists import LISTS, is_list

NEEDS_ENCODING = (".shp", ".dbf", ".tab", ".mif", ".csv", ".txt")
# what belongs to a shapefile and is no data of its own
BESIDE = (".dbf", ".shx", ".prj", ".cpg", ".qpj", ".qmd", ".qix", ".sbn", ".sbx", ".cst", ".xml", ".lock")
DATA = (".shp", ".dbf", ".gpkg", ".geojson", ".json", ".kml", ".kmz", ".gml", ".fgb", ".tab", ".mif", ".dxf", ".dwg",
        ".gdb", ".sqlite", ".zip", ".tif", ".tiff", ".img", ".asc", *LISTS)  # fmt: skip
WIDE = "UTF-16"  # “Unicode text” of Excel
MARKS = ("~$", "._")  # in front of names: Office's mark of an open file, what macOS puts beside a file on a share
LOOKED_AT = 200_000  # bytes that tell an encoding


def data_files(paths: Sequence[Path]) -> list[Path]:
    """Return what to ask about: of a folder the data in it, of a shapefile's parts the .shp, each once, in order.

    A folder without data and a file of an unknown kind stay as they are: the sheet says that they cannot be read.
    """
    found: list[Path] = []
    for path in paths:
        if path.is_dir() and path.suffix.lower() != ".gdb":
            inside = sorted(
                item for item in path.iterdir() if item.suffix.lower() in DATA and not item.name.startswith(MARKS)
            )
            found += [_whole(item) for item in inside] or [path]
        else:
            found.append(_whole(path))
    return list(dict.fromkeys(found))


def _whole(path: Path) -> Path:
    """Return the .shp that a file belongs to; a file that belongs to none is its own."""
    if path.suffix.lower() not in BESIDE:
        return path
    stem = path.name[: -len(path.suffix)]
    stem = stem[:-4] if stem.lower().endswith(".shp") else stem
    shapes = (path.with_name(stem + ending) for ending in (".shp", ".SHP"))
    return next((shape for shape in shapes if shape.exists()), path)


def needs_encoding(path: Path, uri: str = "") -> bool:
    """Say whether nobody has told the encoding of a file: no .cpg, also inside an archive (`uri` tells what)."""
    if path.suffix.lower() == ".zip":
        names = _names_of(path, uri)
        return bool(names) and not any(name.lower().endswith(".cpg") for name in names)
    return path.suffix.lower() in NEEDS_ENCODING and not beside(path, ".cpg").exists()


def beside(path: Path, ending: str) -> Path:
    """Return the part of a file that has another ending, in capitals where it is called so: .DBF."""
    small, capital = path.with_suffix(ending), path.with_suffix(ending.upper())
    return capital if capital.exists() and not small.exists() else small


def likely_encoding(path: Path, uri: str = "") -> str:
    """Return the encoding of a text file or a shapefile without .cpg, told by its bytes: UTF-8 or else GB18030.

    A list that begins with the mark of UTF-16 is in that.
    """
    try:
        data = _bytes_of(path, uri)
    except (OSError, zipfile.BadZipFile, KeyError):
        return "UTF-8"
    if is_text_list(path) and data.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        return WIDE
    return encoding_of(data if is_list(path) else words_of_dbf(data)) or "UTF-8"


def is_text_list(path: Path) -> bool:
    """Say whether a file is a list whose encoding nobody tells."""
    return path.suffix.lower() in (".csv", ".txt")


def _bytes_of(path: Path, uri: str) -> bytes:
    if path.suffix.lower() == ".zip":
        tables = [name for name in _names_of(path, uri) if name.lower().endswith(".dbf")]
        with zipfile.ZipFile(path) as archive, archive.open(tables[0] if tables else "") as file:
            return file.read(LOOKED_AT)
    with (path if is_list(path) else beside(path, ".dbf")).open("rb") as file:
        return file.read(LOOKED_AT)


def lists_in(path: Path, uris: Sequence[str]) -> list[str]:
    """Return the lists (Excel, ODS) in an archive that none of the layers `uris` comes from."""
    if path.suffix.lower() != ".zip":
        return []
    return [name for name in _archived(path) if name.lower().endswith(LISTS) and not any(name in uri for uri in uris)]


def _names_of(path: Path, uri: str) -> list[str]:
    """Return the names in an archive of the parts of the shapefile that `uri` names; none when it is no shapefile."""
    inside = PurePosixPath(uri.partition("|")[0])
    if inside.suffix.lower() != ".shp":
        return []
    return [name for name in _archived(path) if PurePosixPath(name).stem == inside.stem]


def _archived(path: Path) -> list[str]:
    """Return the names in an archive; none when it cannot be read."""
    try:
        with zipfile.ZipFile(path) as archive:
            return archive.namelist()
    except (OSError, zipfile.BadZipFile):
        return []
