# SPDX-License-Identifier: GPL-2.0-or-later
"""In which community each tagged parcel lies: by its inside point, as the count of gaps does it. No QGIS here."""

from __future__ import annotations

import sqlite3
from collections.abc import Collection, Iterator, Sequence
from typing import Any, NamedTuple

from .items import opened, table_of

SLICE = 2_000  # parcels at a time: shapely keeps other threads waiting meanwhile
HEADER, ENVELOPES = 8, (0, 32, 48, 48, 64)  # bytes before the WKB of a GeoPackage geometry


class Area(NamedTuple):
    """A community: id, name, geometry as WKB in the parcels' system."""

    community_id: str
    name: str
    wkb: bytes


def places_of(source: str, areas: Sequence[Area]) -> dict[int, str]:
    """Return {key of a parcel: community} of those that lie in one. Raises UnreadableError.

    Where communities overlap the lowest id holds the parcel, as in gap_summary.
    """
    import numpy as np
    import shapely

    areas = sorted(areas, key=lambda area: area.community_id)
    tree = shapely.STRtree(shapely.from_wkb([area.wkb for area in areas], on_invalid="ignore"))
    found: dict[int, str] = {}
    for fids, shapes in _slices(source):
        inside = shapely.point_on_surface(shapely.from_wkb(shapes, on_invalid="ignore"))
        holder = np.full(len(fids), len(areas))
        member, area = tree.query(inside, predicate="intersects")
        np.minimum.at(holder, member, area)
        found.update((fid, areas[at].community_id) for fid, at in zip(fids, holder.tolist()) if at < len(areas))
    return found


def insides_of(source: str, parcels: Collection[str]) -> tuple[list[str], Any, Any]:
    """Return (ids, x, y) of a point inside each of these parcels that has a shape. Raises UnreadableError."""
    import numpy as np
    import shapely

    keys: list[str] = []
    columns = [np.zeros(0), np.zeros(0)]
    for names, shapes in _slices(source, "parcel_id", parcels):
        points = shapely.point_on_surface(shapely.from_wkb(shapes, on_invalid="ignore"))
        x, y = shapely.get_x(points), shapely.get_y(points)  # NaN without a shape
        has_place = ~np.isnan(x)
        keys += [str(name) for name, use in zip(names, has_place.tolist()) if use]
        columns = [np.concatenate([before, more[has_place]]) for before, more in zip(columns, (x, y))]
    return keys, columns[0], columns[1]


def names_of(source: str) -> dict[int, str]:
    """Return {key: parcel_id} of the tagged parcels. Raises UnreadableError."""
    with opened(source) as (base, table, _, key):
        found = base.execute(" ".join(["SELECT", f'"{key}", parcel_id', "FROM", table])).fetchall()
    return {int(fid): str(name) for fid, name in found}


def shapes_of(source: str, parcels: Collection[str]) -> list[bytes]:
    """Return the WKB of these parcels, those that have a shape. Raises UnreadableError."""
    return [wkb for _, shapes in _slices(source, "parcel_id", parcels) for wkb in shapes if wkb is not None]


def _slices(
    source: str, column: str = "", parcels: Collection[str] | None = None
) -> Iterator[tuple[list[Any], list[bytes | None]]]:
    """Yield (values of a column, WKB) of the parcels, all or these, some at a time; the column is else their key."""
    with opened(source) as (base, table, _, key):
        shape = _geometry_of(base, source)
        if not shape:
            return
        parts = ["SELECT", f'"{column or key}", {shape}', "FROM", table]
        if parcels is not None:
            base.execute("CREATE TEMP TABLE wanted (name TEXT PRIMARY KEY)")  # in memory: the file stays as it is
            base.executemany("INSERT OR IGNORE INTO wanted VALUES (?)", [(name,) for name in parcels])
            parts.append("WHERE parcel_id IN (SELECT name FROM wanted)")
        cursor = base.execute(" ".join(parts))
        while rows := cursor.fetchmany(SLICE):
            yield [value for value, _ in rows], [_wkb(blob) for _, blob in rows]


def _geometry_of(base: sqlite3.Connection, source: str) -> str:
    """Return the geometry column of the table in quotes; "" for a table without one."""
    sql = "SELECT column_name FROM gpkg_geometry_columns WHERE table_name = ?"
    row = base.execute(sql, (table_of(source)[1],)).fetchone()
    return f'"{row[0]}"' if row else ""


def _wkb(blob: bytes | None) -> bytes | None:
    """Return the WKB inside a GeoPackage geometry; None for none or a form nobody knows."""
    if not blob or blob[:2] != b"GP" or (blob[3] >> 1 & 7) >= len(ENVELOPES):
        return None
    return bytes(blob[HEADER + ENVELOPES[blob[3] >> 1 & 7] :])
