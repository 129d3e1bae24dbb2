# SPDX-License-Identifier: GPL-2.0-or-later
"""Why a dropped file is no data, and what to do: what people hand over by mistake is called by what it is."""

from __future__ import annotations

from glob import escape as glob_escaped
from pathlib import Path

from ...core.words import join_words
from ...processing.texts import interface_language, tr
from ..parts.phrases import flowing
from .files import BESIDE, MARKS
from .opened import is_in_use

OLE = bytes.fromhex("d0cf11e0a1b11ae1")  # how old .xls and workbooks with a password begin
PACKED = (".rar", ".7z", ".tar", ".gz", ".tgz", ".bz2", ".xz")
LOOKS = (".qml", ".qlr", ".sld", ".lyr", ".lyrx", ".mxd", ".mapx", ".aprx")
WRITTEN = (".pdf", ".doc", ".docx", ".wps", ".ofd", ".ppt", ".pptx", ".jpg", ".jpeg", ".png", ".bmp", ".heic")
HEAD = 4_000  # bytes that tell what a file is


def unread_words(path: Path, is_empty: bool) -> str:
    """Return why a file cannot be added, and what to do where something can be done."""
    if is_empty:
        text = tr("{file} has a header but no rows: there is nothing to add.")
    elif path.is_dir() and path.suffix.lower() != ".gdb":
        text = tr("The folder {file} holds no data that can be read. Drop the files themselves.")
    elif not path.exists():
        text = tr("{file} is no longer there: it was moved, renamed or deleted.")
    elif path.is_file() and path.stat().st_size == 0:
        text = tr("{file} is empty (0 bytes). Copy it again from where it comes from.")
    elif is_in_use(path):
        text = tr("“{file}” is in use by another program. Close it there, then add it again.")
    elif lacking_words(path):
        return flowing(lacking_words(path))
    else:
        text = _by_content(path) or _by_name(path) or tr(
            "{file} cannot be read as a layer or table. It may be incomplete, or of a kind that QGIS does not know: "
            "copy it again, or save it as GeoPackage, shapefile, Excel or CSV in the program it comes from."
        )  # fmt: skip
    return text.format(file=path.name)


def lacking_words(path: Path) -> list[str]:
    """Return which parts of a shapefile are not beside it: without them there are no fields, or no layer at all."""
    ending = path.suffix.lower()
    is_part = ending in BESIDE and ending not in (".dbf", ".xml", ".lock")  # a .dbf may be a table of its own
    if not path.exists() or not (ending == ".shp" or is_part):
        return []
    there = {item.suffix.lower() for item in path.parent.glob(f"{glob_escaped(path.stem)}.*")}
    needed = (".shp",) if is_part else (".dbf", ".shx")
    lacking = [path.with_suffix(part).name for part in needed if part not in there]
    if not lacking:
        return []
    text = tr("{file} lacks {parts}: without them it has no fields or cannot be opened. Copy all files of this name.")
    if is_part:
        text = tr("{file} is a part of a shapefile, and {parts} is not beside it. Copy all files of this name.")
    return [text.format(file=path.name, parts=join_words(lacking, interface_language()))]


def _by_content(path: Path) -> str:
    """Return what a file is by how it begins; "" for what its name tells better."""
    ending = path.suffix.lower()
    head = _head_of(path)
    if path.name.startswith(MARKS):
        return tr("{file} is a mark that another program leaves beside a file: drop the file itself.")
    if ending in (".xls", ".xlsx") and head.lstrip(b"\xef\xbb\xbf \r\n\t")[:1] == b"<":
        return tr("{file} is a web page with a table, as some systems export it, not a workbook. Open it in Excel or "
                  "WPS, save it as .xlsx and drop that.")  # fmt: skip
    if ending == ".xlsx" and head.startswith(OLE):
        return tr("{file} has a password, or is an old .xls under a new name. Open it in Excel or WPS, save it as "
                  ".xlsx without a password and drop that.")  # fmt: skip
    if ending == ".json" and b'"urban-renewal/' in head:
        return tr("{file} is a file of rules, standards or other figures, not data: choose it under “Rules and "
                  "standards”.")  # fmt: skip
    return ""


def _head_of(path: Path) -> bytes:
    try:
        with path.open("rb") as file:
            return file.read(HEAD)
    except OSError:  # a folder, or a file that nobody may read
        return b""


def _by_name(path: Path) -> str:
    """Return what a file is by the ending of its name; "" for any other."""
    known = (
        ((".dwg",), tr("{file}: QGIS does not read DWG. Save it as DXF in the CAD program and drop that.")),
        ((".qgz", ".qgs"), tr("{file} is a QGIS project, not data: open it with Project → Open.")),
        (PACKED, tr("{file} is packed in a way that QGIS does not open: unpack it and drop what is in it.")),
        ((".mdb", ".accdb"), tr("{file} is an Access database, such as a personal geodatabase, which QGIS does not "
                                "read. Export it as a file geodatabase or shapefile and drop that.")),
        ((".et", ".ett"), tr("{file} is a WPS workbook: save it as .xlsx in WPS and drop that.")),
        (LOOKS, tr("{file} tells how maps look and holds no data: drop the data themselves.")),
        (WRITTEN, tr("{file} is a document or a picture: no layer and no table can be read from it. Drop the data "
                     "that it was made from.")),
        ((".lnk", ".url"), tr("{file} is a shortcut: drop the file that it leads to.")),
    )  # fmt: skip
    return next((text for endings, text in known if path.suffix.lower() in endings), "")
