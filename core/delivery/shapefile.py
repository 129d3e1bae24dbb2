# SPDX-License-Identifier: GPL-2.0-or-later
"""A shapefile written by hand: .shp, .shx, .dbf, .cpg, .prj with the same bytes for the same data.

Source: ESRI Shapefile Technical Description, July 1998.
"""

from __future__ import annotations

import struct
from collections.abc import Iterable
from dataclasses import replace
from typing import Any

import numpy as np
import numpy.typing as npt
import shapely

from ..errors import RenewalError
from ..run import Run
from .dbase import write_dbf
from .flat import Flat, Loss, told_shape

NULL, POINT, LINE, POLYGON, MULTIPOINT = 0, 1, 3, 5, 8
KIND_OF_TYPE = {0: POINT, 1: LINE, 2: LINE, 5: LINE, 3: POLYGON, 6: POLYGON, 4: MULTIPOINT}  # by shapely's type id
KIND_OF_TABLE = {"point": POINT, "line": LINE, "polygon": POLYGON, "any": POINT}
MOST_BYTES = 2**31 - 1  # what readers take: offsets are signed
SLICE = 200


def write_shapefile(flat: Flat, file: str, encoding: str, run: Run) -> tuple[dict[str, bytes], list[Loss]]:
    """Return {suffix: bytes} of a table (without geometry: .dbf and .cpg alone) and what it does not hold.

    `file` names the shapefile in the list of losses; `encoding` UTF-8 | GBK. Rings turn as the format asks, nothing is
    simplified or rounded. Losses: those of `write_dbf`, `loss_empty_shape`, and `loss_shape_kind` (a point among
    areas, say: a shapefile holds one kind). Raises RenewalError: `table_too_wide`, `file_too_large`.
    """
    whole = replace(flat, table=replace(flat.table, columns=tuple(unique_names(flat.columns))))
    dbf, losses = write_dbf(whole, file, encoding, run.part(0, 0.5))
    parts = {".dbf": dbf, ".cpg": encoding.encode("ascii")}
    if flat.shapes is None:
        return parts, losses
    kind = _kind_of(flat)
    records = []
    for row, shape in enumerate(flat.shapes):
        if row % SLICE == 0:
            run.progress(0.5 + 0.5 * row / len(flat))
        content = _record(shape, kind)
        if content is None:
            empty = bool(shapely.is_empty(shape))
            code = "loss_empty_shape" if empty else "loss_shape_kind"
            losses.append(Loss(file, flat.name, flat.ids[row], "", code, told_shape(shape), ""))
        records.append(content or struct.pack("<i", NULL))
    places = shapely.get_coordinates(flat.shapes)
    shp, shx = _files(kind, records, [*places.min(axis=0), *places.max(axis=0)] if len(places) else [0.0] * 4)
    if len(shp) > MOST_BYTES or len(dbf) > MOST_BYTES:
        raise RenewalError("file_too_large", file=file, layer=flat.name)
    parts |= {".shp": shp, ".shx": shx}
    if flat.system:
        parts[".prj"] = flat.system.encode("utf-8")
    return parts, losses


def unique_names(columns: Iterable[Any]) -> list[Any]:
    """Return the columns with short names that are ASCII, at most 10 letters, and different whatever the case."""
    taken: set[str] = set()
    named = []
    for column in columns:
        plain = "".join(c for c in column.short or column.name if c.isascii() and (c.isalnum() or c == "_"))[:10]
        name = plain if plain and not plain[0].isdigit() else f"f_{plain}"[:10].rstrip("_") or "f"
        number = 1
        base = name
        while name.upper() in taken:
            number += 1
            name = f"{base[: 9 - len(str(number))]}_{number}"
        taken.add(name.upper())
        named.append(replace(column, short=name))
    return named


def _kind_of(flat: Flat) -> int:
    """Return the shape type: the one that most rows need, a multi-point as soon as one row needs it."""
    assert flat.shapes is not None
    present = flat.shapes[~shapely.is_missing(flat.shapes) & ~shapely.is_empty(flat.shapes)]
    found = [KIND_OF_TYPE[int(number)] for number in shapely.get_type_id(present) if int(number) in KIND_OF_TYPE]
    if not found:
        return KIND_OF_TABLE.get(flat.table.geometry, POINT)
    counts = {kind: found.count(kind) for kind in (POLYGON, LINE, POINT, MULTIPOINT)}
    best = max(counts, key=lambda kind: counts[kind])
    return MULTIPOINT if best == POINT and counts[MULTIPOINT] else best


def _record(shape: Any, kind: int) -> bytes | None:
    """Return a record's content; a null shape for a missing one, None for what this kind cannot hold."""
    if shape is None:
        return struct.pack("<i", NULL)
    own = KIND_OF_TYPE.get(int(shapely.get_type_id(shape)))
    if shapely.is_empty(shape) or own is None or (own != kind and (own, kind) != (POINT, MULTIPOINT)):
        return None
    if kind == POINT:
        return struct.pack("<i2d", POINT, *shapely.get_coordinates(shape)[0])
    box = struct.pack("<i4d", kind, *shape.bounds)
    if kind == MULTIPOINT:
        points = shapely.get_coordinates(shape)
        return box + struct.pack("<i", len(points)) + bytes(points.astype("<f8").tobytes())
    parts = _rings(shape) if kind == POLYGON else [shapely.get_coordinates(part) for part in shapely.get_parts(shape)]
    starts = np.cumsum([0, *(len(part) for part in parts)])
    head = struct.pack("<2i", len(parts), int(starts[-1])) + bytes(starts[:-1].astype("<i4").tobytes())
    return box + head + bytes(np.concatenate(parts).astype("<f8").tobytes())


def _rings(shape: Any) -> list[npt.NDArray[np.float64]]:
    """Return the rings of an area: outlines clockwise, holes the other way round."""
    found = []
    for part in shapely.get_parts(shape):
        rings = [part.exterior, *part.interiors]
        for number, ring in enumerate(rings):
            points = shapely.get_coordinates(ring)
            x, y = (points - points[0]).T
            turns_left = float(np.dot(x[:-1], y[1:]) - np.dot(x[1:], y[:-1])) > 0
            found.append(points[::-1] if turns_left == (number == 0) else points)
    return found


def _files(kind: int, records: list[bytes], box: list[float]) -> tuple[bytes, bytes]:
    places, at = [], 50  # in words of 16 bits
    body = []
    for number, content in enumerate(records, 1):
        words = len(content) // 2
        places.append(struct.pack(">2i", at, words))
        body.append(struct.pack(">2i", number, words) + content)
        at += 4 + words
    tail = struct.pack("<2i4d4d", 1000, kind, *box, 0, 0, 0, 0)
    heads = [struct.pack(">7i", 9994, 0, 0, 0, 0, 0, words) + tail for words in (at, 50 + 4 * len(records))]
    return heads[0] + b"".join(body), heads[1] + b"".join(places)
