# SPDX-License-Identifier: GPL-2.0-or-later
"""What tells that the data of a layer have changed: names, counts, times, and contents of files.

Contents of files are read beside the window: a signature that cannot wait for one has UNREAD in its place, and is taken
for the same as long as the size is (readiness.is_same), so that nothing looks out of date only because it was copied.
"""

from __future__ import annotations

import hashlib
import sqlite3
from collections.abc import Callable, Iterable, Mapping
from functools import partial
from pathlib import Path

from qgis.core import QgsMapLayer, QgsProviderRegistry, QgsVectorLayer
from qgis.PyQt.QtCore import QObject

from ...core.sqlfiles import open_to_read
from .readiness import UNREAD
from .turns import Turns, aside

KEPT_FILES = 64
MOST_BYTES = 64 * 2**20  # of a file that is looked into: some 50 ms; a larger one is known by its time
DBASE = (".dbf", ".DBF")  # where the attributes of a shapefile stand
Files = tuple[Path, ...]  # one, and what belongs to it
_CONTENTS: dict[Files, tuple[str, str]] = {}  # files → (their stamp, `.hash` of their content, "" = not looked into)
_TABLES: dict[
    Path, tuple[tuple[str, str], dict[str, str]]
] = {}  # file → (what it and its journal looked like, last changes)


def signature(
    layer: QgsMapLayer, edits: int = 0, mapping: Mapping[str, str] | None = None, former: bool = False,
    unread: list[Files] | None = None,
) -> str:  # fmt: skip
    """Return a text that changes when the layer's data do: `<source>|<filter>|<n>|<stamp>|<edits>`; "" = broken.

    `edits` counts the features changed in this project; `mapping` are fields a person chose, part of the filter, and so
    is a coordinate system that somebody set. The source is the file's name and its table, not its folder: a study may
    be moved or handed over. Edits that are not saved yet count as they are. `former` = as it was told before that, with
    the folder and without the system.
    A GeoPackage is stamped by its own last_change, because its file changes when somebody only looks at it; other
    files by size, time and (up to MOST_BYTES, not on a share) content, so that a copy is the same whatever its time; a
    shapefile with its table; databases and memory layers not at all. Files whose content is not known yet are read
    now, or named in `unread` when that is given.
    """
    if not layer.isValid():
        return ""
    parts = QgsProviderRegistry.instance().decodeUri(layer.providerType(), layer.source())
    path = Path(parts.get("path") or layer.source())
    is_file = layer.providerType() in ("ogr", "gdal") and path.name != ""
    if layer.providerType() in ("ogr", "gdal") and _is_gone(path):
        return ""
    told = layer.source().split("|subset=")[0]
    if is_file and not former:
        told = f"{path.name}|{parts.get('layerName') or ''}"
    source = hashlib.sha256(told.encode()).hexdigest()[:12]
    system = "" if former else _system_set(layer) + _unsaved(layer)
    if not isinstance(layer, QgsVectorLayer):
        return f"{source}|{system}||{_file_stamp(path) if former else _whole_stamp((path,), unread)}|0"
    others = [path.with_suffix(end) for end in DBASE] if path.suffix.lower() == ".shp" and not former else []
    chosen = layer.subsetString() + (str(sorted(mapping.items())) if mapping else "")
    subset = hashlib.sha256(chosen.encode()).hexdigest()[:8] if chosen else ""
    stamp = (
        _table_stamp(path, parts.get("layerName") or "")
        if path.suffix.lower() == ".gpkg"
        else _file_stamp(path)
        if former
        else _whole_stamp((path, *others), unread)
    )
    return f"{source}|{subset}{system}|{layer.featureCount()}|{stamp}|{edits}"


def _system_set(layer: QgsMapLayer) -> str:
    """Return "@" and the system that somebody set in place of the data's own, "" when it is theirs."""
    provider = layer.dataProvider()
    if provider is None or not layer.crs().isValid() or provider.crs() == layer.crs():
        return ""
    told = layer.crs().authid() or hashlib.sha256(layer.crs().toWkt().encode()).hexdigest()[:8]
    return f"@{told}"


def _unsaved(layer: QgsMapLayer) -> str:
    """Return "~" and a number that goes on with each edit while edits are not saved, "" when none is open."""
    if not isinstance(layer, QgsVectorLayer) or not layer.isModified():
        return ""
    return f"~{layer.undoStack().index()}"


def _is_gone(path: Path) -> bool:
    """Say whether a file that a layer was opened from is no longer there; QGIS goes on calling the layer valid."""
    return path.is_absolute() and not str(path).startswith("/vsi") and not path.exists()


def _file_stamp(path: Path, *others: Path) -> str:
    """Return size and time of a file as `size.nanoseconds`, of several: all sizes, the last time; "" without it."""
    try:
        found = [path.stat(), *(other.stat() for other in others if other.exists())]
    except OSError:
        return ""
    return f"{sum(item.st_size for item in found)}.{max(item.st_mtime_ns for item in found)}"


def _whole_stamp(files: Files, unread: list[Files] | None) -> str:
    """Return the stamp of a file and what belongs to it with a hash of their content: `size.nanoseconds.hash`."""
    stamp = _file_stamp(*files)
    if not stamp or int(stamp.partition(".")[0]) > MOST_BYTES:
        return stamp
    if _CONTENTS.get(files, ("", ""))[0] != stamp and unread is not None:
        unread.append(files)
        return f"{stamp}.{UNREAD}"
    if _CONTENTS.get(files, ("", ""))[0] != stamp:
        keep_contents(read_contents([files]))
    known, content = _CONTENTS.get(files, ("", ""))
    return stamp + content if known == stamp else stamp


def read_contents(wanted: Iterable[Files]) -> dict[Files, tuple[str, str]]:
    """Return {files: (their stamp, `.hash`)}; "" for what lies on a share or cannot be read. Any thread may call it.

    Files that somebody writes meanwhile are left out: their next stamp is another one.
    """
    from ...processing.output.shares import is_on_share

    found = {}
    for files in wanted:
        stamp, digest = _file_stamp(*files), hashlib.sha256()
        try:
            is_far = is_on_share(files[0])
            for file in files if not is_far else ():
                digest.update(file.read_bytes() if file.exists() else b"")
            content = "" if is_far else f".{digest.hexdigest()[:12]}"
        except OSError:
            content = ""
        if stamp == _file_stamp(*files):
            found[files] = (stamp, content)
    return found


def keep_contents(found: Mapping[Files, tuple[str, str]]) -> None:
    """Keep what was read for the signatures to come."""
    for files, told in found.items():
        while len(_CONTENTS) >= KEPT_FILES:
            _CONTENTS.pop(next(iter(_CONTENTS)))
        _CONTENTS[files] = told


def _table_stamp(path: Path, table: str) -> str:
    """Return the last change of a table; the file is opened only when it, or what waits beside it, has changed."""
    seen = _file_stamp(path), _file_stamp(path.with_name(f"{path.name}-wal"))
    if _TABLES.get(path, ("", {}))[0] != seen:
        rows = _table_changes(path)
        if rows is None:
            return seen[0]
        while len(_TABLES) >= KEPT_FILES:
            _TABLES.pop(next(iter(_TABLES)))
        _TABLES[path] = (seen, rows)
    rows = _TABLES[path][1]
    return rows.get(table, "") if table else next(iter(rows.values()), "")


def _table_changes(path: Path) -> dict[str, str] | None:
    """Return {table: last change} of a GeoPackage in order; None when it cannot be read."""
    try:
        with open_to_read(path, 0.2) as connection:
            rows = connection.execute("SELECT table_name, last_change FROM gpkg_contents ORDER BY 1").fetchall()
    except (sqlite3.Error, OSError, ValueError):
        return None
    return {str(name): str(change) for name, change in rows}


class ContentReader(QObject):
    """Reads contents of files beside the window; `on_read` is called when signatures tell more than before."""

    def __init__(self, on_read: Callable[[], None], parent: QObject) -> None:
        super().__init__(parent)
        self._on_read = on_read
        self._turns: Turns | None = None

    def begin(self, unread: list[Files]) -> None:
        """Read these; those asked for while others are read come with the next look."""
        if unread and self._turns is None:
            self._turns = Turns(aside(partial(read_contents, unread)), self._on_over, self)

    def close(self) -> None:
        """Read no more."""
        if self._turns is not None:
            self._turns.stop()
            self._turns = None

    def _on_over(self, found: dict[Files, tuple[str, str]] | None, error: Exception | None) -> None:
        self._turns = None
        if found:
            keep_contents(found)
            self._on_read()
        if error is not None:
            raise error
