# SPDX-License-Identifier: GPL-2.0-or-later
"""Writing rows into a GeoPackage through SQLite: the table is QGIS's own, only the rows do not go feature by feature.

Only for what needs no conversion (fields of text and numbers, flat geometry of the layer's own type); a test holds that
the file is the same as QGIS writes it.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import closing
from itertools import islice
from pathlib import Path
from typing import Any

from qgis.PyQt.QtCore import QMetaType

from ..core.run import Run
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
    if encoded.wkb is None:
        return True
    wanted = _plain_type(encoded.wkb_type)
    if wanted not in FLAT:
        return False
    found = {item[1:5] for item in encoded.wkb if item is not None}
    single = wanted - SINGLE if wanted > SINGLE else wanted
    return found <= {number.to_bytes(4, "little") for number in (wanted, single)}


def write_rows(part: Path, table: str, geometry_column: str, encoded: Any, run: Run) -> None:
    """Fill the empty table of a GeoPackage that QGIS made, and its spatial index.

    Raises sqlite3.Error; Cancelled. The caller removes the part.
    """
    names = [encoded.fields.at(number).name() for number in range(len(encoded.fields))]
    columns: list[Any] = list(encoded.columns)
    bounds: Any = None
    with closing(sqlite3.connect(part, isolation_level=None)) as database:
        if encoded.wkb is not None:
            system = database.execute(
                "SELECT srs_id FROM gpkg_geometry_columns WHERE table_name = ?", (table,)
            ).fetchone()
            if system is None:  # GDAL was not told that its commit failed
                raise sqlite3.OperationalError("the empty table is not there, as when the disk is full")
            blobs, bounds = _blobs(encoded.wkb, encoded.wkb_type, int(system[0]), run)
            names, columns = [geometry_column, *names], [blobs, *columns]
        database.execute("PRAGMA synchronous = OFF")  # the finished part is flushed as a whole
        database.execute("BEGIN")
        triggers = database.execute(
            "SELECT name, sql FROM sqlite_master WHERE type = 'trigger' AND tbl_name = ?", (table,)
        ).fetchall()
        for name, _ in triggers:  # they count row by row
            database.execute(f"DROP TRIGGER {_quoted(name)}")
        marks = ", ".join("?" * len(names))
        told = ", ".join(map(_quoted, names))
        insert = " ".join(("INSERT INTO", _quoted(table), "(", told, ") VALUES (", marks, ")"))
        rows: Iterator[tuple[Any, ...]] = zip(*columns)
        done = 0
        while piece := list(islice(rows, SLICE)):
            run.progress(done / max(1, encoded.rows))
            database.executemany(insert, piece)
            done += len(piece)
        database.execute("UPDATE gpkg_ogr_contents SET feature_count = ? WHERE table_name = ?", (done, table))
        if bounds is not None:
            _place(database, table, geometry_column, bounds, run)
        for _, text in triggers:
            database.execute(text)
        database.execute("COMMIT")


def _place(database: sqlite3.Connection, table: str, geometry_column: str, bounds: Any, run: Run) -> None:
    """Write the extent and the spatial index of rows 1…n with these bounds (NaN: nowhere)."""
    import numpy as np

    known = np.flatnonzero(~np.isnan(bounds).any(axis=1))
    boxes = bounds[known]
    if not len(known):
        return
    told = ", ".join(f"{name} = CAST(printf('%.18g', ?) AS REAL)" for name in EXTENT)  # as OGR does it
    extent = (*boxes[:, :2].min(axis=0).tolist(), *boxes[:, 2:].max(axis=0).tolist())
    database.execute(" ".join(("UPDATE gpkg_contents SET", told, "WHERE table_name = ?")), (*extent, table))
    fill_tree(database, f"rtree_{table}_{geometry_column}", known + 1, boxes, run.check)


def _blobs(wkb: list[Any], wkb_type: Any, system: int, run: Run) -> tuple[list[Any], Any]:
    """Return GeoPackage geometries (head, envelope but for points, WKB of the type), and their bounds (n, 4)."""
    import numpy as np
    import shapely

    from ..core.slices import sliced

    binary = np.empty(len(wkb), dtype=object)
    binary[:] = wkb
    shapes = sliced(shapely.from_wkb, binary, run=run)
    bounds = shapely.bounds(shapes)
    wanted = _plain_type(wkb_type)
    many = wanted > SINGLE
    single = (wanted - SINGLE if many else wanted).to_bytes(4, "little")
    lift = b"\x01" + wanted.to_bytes(4, "little") + (1).to_bytes(4, "little")
    is_empty = shapely.is_empty(shapes)
    heads = np.zeros((len(wkb), HEADER + ENVELOPE), dtype=np.uint8)
    heads[:, :2] = np.frombuffer(b"GP", dtype=np.uint8)
    heads[:, 3] = 1 + 2
    heads[:, 4:HEADER] = np.frombuffer(system.to_bytes(4, "little", signed=True), dtype=np.uint8)
    order = np.ascontiguousarray(bounds[:, [0, 2, 1, 3]], dtype="<f8")
    heads[:, HEADER:] = order.view(np.uint8).reshape(len(wkb), ENVELOPE)
    bare = is_empty | (wanted == 1)
    heads[bare, 3] = 1
    heads[is_empty, 3] = 1 + 16
    block, size = heads.tobytes(), HEADER + ENVELOPE
    tail = b"\x00\x00\x00\x00\x00\x00\xf8\x7f" * 2 if wanted == 1 else bytes(4)
    nothing = b"GP\x00\x11" + system.to_bytes(4, "little", signed=True) + lift[:5] + tail
    blobs: list[Any] = []
    for row, (item, short) in enumerate(zip(wkb, bare.tolist())):
        if row % SLICE == 0:
            run.check()
        if item is None:
            blobs.append(nothing)  # as QGIS writes a missing geometry: an empty one
            continue
        head = block[row * size : row * size + (HEADER if short else size)]
        blobs.append(head + lift + item if many and item[1:5] == single else head + item)
    return blobs, bounds


def _plain_type(wkb_type: Any) -> int:
    return int(wkb_type.value) if hasattr(wkb_type, "value") else int(wkb_type)


def _quoted(name: str) -> str:
    return '"' + name.replace('"', '""') + '"'
