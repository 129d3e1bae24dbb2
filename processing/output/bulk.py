# SPDX-License-Identifier: GPL-2.0-or-later
"""Writing rows into a GeoPackage through SQLite: the table is QGIS's own, only the rows do not go feature by feature.

Only for what needs no conversion (fields of text and numbers, flat geometry of the layer's own type); a test holds that
the file is the same as QGIS writes it.
"""

from __future__ import annotations

import sqlite3
from contextlib import closing
from pathlib import Path
from typing import Any

from qgis.PyQt.QtCore import QMetaType

from ...core.run import Run
from ...core.sqlnames import quoted
from ..layers.snapshot import plain_type
from .inserting import insert_rows
from .packedtree import fill_tree

SLICE = 2000  # rows between two looks at the cancel flag: some 10 ms
PLAIN_FIELDS = {
    int(kind) for kind in (QMetaType.Type.QString, QMetaType.Type.Int, QMetaType.Type.LongLong, QMetaType.Type.Double)
}
FLAT = {1, 2, 3, 4, 5, 6}  # WKB types that need no conversion, singles become multis by a head of their own
SINGLE = 3  # the highest of the single types
HEADER = 8  # bytes of a GeoPackage geometry before its envelope
ENVELOPE = 32
EXTENT = ("min_x", "min_y", "max_x", "max_y")


def can_bulk(part: Path, encoded: Any) -> bool:
    """Say whether a result can be written by rows: a GeoPackage of plain fields and flat geometry of one type."""
    if part.suffix != ".gpkg" or not len(encoded.fields):
        return False
    if any(int(item.type()) not in PLAIN_FIELDS for item in encoded.fields):
        return False
    if encoded.shapes is None:
        return True
    wanted = plain_type(encoded.wkb_type)
    if wanted not in FLAT:
        return False
    single = wanted - SINGLE if wanted > SINGLE else wanted
    return _types_of(encoded.shapes) <= {wanted, single}


def _types_of(shapes: Any) -> set[int]:
    """Return the WKB types of the shapes that are there, heights aside."""
    import numpy as np
    import shapely

    names = {-1: 0, 0: 1, 1: 2, 2: 2, 3: 3, 4: 4, 5: 5, 6: 6, 7: 7}  # shapely counts rings as a type of their own
    return {names[number] for number in np.unique(shapely.get_type_id(shapes)).tolist()} - {0}


def write_rows(part: Path, table: str, geometry_column: str, encoded: Any, run: Run) -> None:
    """Fill the empty table of a GeoPackage that QGIS made, and its spatial index.

    Raises sqlite3.Error; Cancelled. The caller removes the part.
    """
    names = [encoded.fields.at(number).name() for number in range(len(encoded.fields))]
    with closing(sqlite3.connect(part, isolation_level=None)) as database:
        columns = list(encoded.columns)
        bounds: Any = None
        if encoded.shapes is not None:
            blobs = Blobs(encoded, _system_of(database, table))
            names, columns, bounds = [geometry_column, *names], [blobs, *columns], blobs.bounds
        database.execute("PRAGMA synchronous = OFF")  # the finished part is flushed as a whole
        database.execute("BEGIN")
        triggers = database.execute(
            "SELECT name, sql FROM sqlite_master WHERE type = 'trigger' AND tbl_name = ?", (table,)
        ).fetchall()
        for name, _ in triggers:  # they count row by row
            database.execute(f"DROP TRIGGER {quoted(name)}")
        for start in range(0, encoded.rows, SLICE):
            run.progress(start / encoded.rows)
            pieces = [values[start : start + SLICE] for values in columns]  # lists: a generator costs as much as SQLite
            insert_rows(database, table, names, pieces)
        _tell_contents(database, table, encoded.rows, bounds)
        if bounds is not None:
            _index(database, f"rtree_{table}_{geometry_column}", bounds, run)
        for _, text in triggers:
            database.execute(text)
        database.execute("COMMIT")


def announce_rows(part: Path, table: str, encoded: Any) -> None:
    """Say in an empty table that QGIS made how many rows there are and where, without writing them.

    Who reads the file finds none and refuses it (`read_incomplete`); who has been handed the rows need not read it.
    """
    import shapely

    bounds = None if encoded.shapes is None else shapely.bounds(encoded.shapes)
    with closing(sqlite3.connect(part, isolation_level=None)) as database:
        database.execute("PRAGMA synchronous = OFF")
        database.execute("BEGIN")
        _tell_contents(database, table, encoded.rows, bounds)
        database.execute("COMMIT")


def _system_of(database: sqlite3.Connection, table: str) -> int:
    system = database.execute("SELECT srs_id FROM gpkg_geometry_columns WHERE table_name = ?", (table,)).fetchone()
    if system is None:  # GDAL was not told that its commit failed
        raise sqlite3.OperationalError("the empty table is not there, as when the disk is full")
    return int(system[0])


def _tell_contents(database: sqlite3.Connection, table: str, rows: int, bounds: Any) -> None:
    """Write the number of rows and their extent; bounds are NaN where a row is nowhere."""
    import numpy as np

    database.execute("UPDATE gpkg_ogr_contents SET feature_count = ? WHERE table_name = ?", (rows, table))
    boxes = bounds[~np.isnan(bounds).any(axis=1)] if bounds is not None else ()
    if len(boxes):
        told = ", ".join(f"{name} = CAST(printf('%.18g', ?) AS REAL)" for name in EXTENT)  # as OGR does it
        extent = (*boxes[:, :2].min(axis=0).tolist(), *boxes[:, 2:].max(axis=0).tolist())
        database.execute(" ".join(("UPDATE gpkg_contents SET", told, "WHERE table_name = ?")), (*extent, table))


def _index(database: sqlite3.Connection, tree: str, bounds: Any, run: Run) -> None:
    """Write the spatial index of rows 1…n with these bounds."""
    import numpy as np

    known = np.flatnonzero(~np.isnan(bounds).any(axis=1))
    fill_tree(database, tree, known + 1, bounds[known], run.check)


class Blobs:
    """GeoPackage geometries of some rows at a time: head, envelope but for points, WKB of the layer's type."""

    def __init__(self, encoded: Any, system: int) -> None:
        import shapely

        self.bounds = shapely.bounds(encoded.shapes)
        self._encoded, self._system = encoded, system.to_bytes(4, "little", signed=True)
        self._wanted = plain_type(encoded.wkb_type)

    def __getitem__(self, rows: slice) -> list[bytes]:
        import numpy as np
        import shapely

        binary, bounds = self._encoded.wkb(rows.start, rows.stop), self.bounds[rows]
        is_empty = shapely.is_empty(self._encoded.shapes[rows])
        many = self._wanted > SINGLE
        single = (self._wanted - SINGLE if many else self._wanted).to_bytes(4, "little")
        lift = b"\x01" + self._wanted.to_bytes(4, "little") + (1).to_bytes(4, "little")
        heads = np.zeros((len(binary), HEADER + ENVELOPE), dtype=np.uint8)
        heads[:, :2] = np.frombuffer(b"GP", dtype=np.uint8)
        heads[:, 3] = 1 + 2
        heads[:, 4:HEADER] = np.frombuffer(self._system, dtype=np.uint8)
        order = np.ascontiguousarray(bounds[:, [0, 2, 1, 3]], dtype="<f8")
        heads[:, HEADER:] = order.view(np.uint8).reshape(len(binary), ENVELOPE)
        bare = is_empty | (self._wanted == 1)
        heads[bare, 3] = 1
        heads[is_empty, 3] = 1 + 16
        block, size = heads.tobytes(), HEADER + ENVELOPE
        blobs: list[bytes] = []
        for row, (item, short) in enumerate(zip(binary, bare.tolist())):
            if item is None:
                blobs.append(self._nothing())
                continue
            head = block[row * size : row * size + (HEADER if short else size)]
            blobs.append(head + lift + item if many and item[1:5] == single else head + item)
        return blobs

    def _nothing(self) -> bytes:
        """Return a missing geometry as QGIS writes it: an empty one."""
        tail = b"\x00\x00\x00\x00\x00\x00\xf8\x7f" * 2 if self._wanted == 1 else bytes(4)
        return b"GP\x00\x11" + self._system + b"\x01" + self._wanted.to_bytes(4, "little") + tail
