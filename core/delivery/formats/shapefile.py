# SPDX-License-Identifier: GPL-2.0-or-later
"""A shapefile written by hand: .shp, .shx, .dbf, .cpg, .prj with the same bytes for the same data.

Source: ESRI Shapefile Technical Description, July 1998.
"""

from __future__ import annotations

import struct
from collections.abc import Iterable, Iterator
from dataclasses import replace
from typing import Any

import numpy as np
import numpy.typing as npt
import shapely

from ... import slices
from ...errors import RenewalError
from ...run import Run
from .dbase import write_dbf
from .flat import Flat, Loss, told_shape

NULL, POINT, LINE, POLYGON, MULTIPOINT = 0, 1, 3, 5, 8
KIND_OF_TYPE = {0: POINT, 1: LINE, 2: LINE, 5: LINE, 3: POLYGON, 6: POLYGON, 4: MULTIPOINT}  # by shapely's type id
KIND_OF_TABLE = {"point": POINT, "line": LINE, "polygon": POLYGON, "any": POINT}
MOST_BYTES = 2**31 - 1  # what readers take: offsets are signed
SLICE = 200


def write_shapefile(flat: Flat, file: str, encoding: str, run: Run) -> tuple[dict[str, list[bytes]], list[Loss]]:
    """Return {suffix: pieces} of a table (without geometry: .dbf and .cpg alone) and what it does not hold.

    The pieces of a file follow one another: a city's joined at once would hold Python's lock for a second.

    `file` names the shapefile in the list of losses; `encoding` UTF-8 | GBK. Rings turn as the format asks, nothing is
    simplified or rounded. Losses: those of `write_dbf`, `loss_empty_shape`, and `loss_shape_kind` (a point among
    areas, say: a shapefile holds one kind). Raises RenewalError: `table_too_wide`, `file_too_large`.
    """
    whole = replace(flat, table=replace(flat.table, columns=tuple(unique_names(flat.columns))))
    dbf, losses = write_dbf(whole, file, encoding, run.part(0, 0.5))
    parts = {".dbf": dbf, ".cpg": [encoding.encode("ascii")]}
    if flat.shapes is None:
        return parts, losses
    kind = _kind_of(flat, flat.shapes)
    records = _records(flat.shapes, kind, run.part(0.5, 1))
    for row in [row for row, content in enumerate(records) if not content]:
        shape = flat.shapes[row]
        if shape is not None:
            code = "loss_empty_shape" if shape.is_empty else "loss_shape_kind"
            losses.append(Loss(file, flat.name, flat.ids[row], "", code, told_shape(shape), ""))
        records[row] = struct.pack("<i", NULL)
    boxes = shapely.bounds(flat.shapes)  # lets go of the interpreter, as reading a city's coordinates does not
    boxes = boxes[~np.isnan(boxes[:, 0])]
    extent = [*boxes.min(axis=0)[:2], *boxes.max(axis=0)[2:]] if len(boxes) else [0.0] * 4
    shp, shx = _files(kind, records, extent)
    if max(sum(map(len, pieces)) for pieces in (shp, dbf)) > MOST_BYTES:
        raise RenewalError("file_too_large", file=file, layer=flat.name)
    parts |= {".shp": shp, ".shx": shx}
    if flat.system:
        parts[".prj"] = [flat.system.encode("utf-8")]
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


def _kind_of(flat: Flat, shapes: npt.NDArray[Any]) -> int:
    """Return the shape type: the one that most rows need, a multi-point as soon as one row needs it."""
    present = shapes[~shapely.is_missing(shapes) & ~shapely.is_empty(shapes)]
    found = [KIND_OF_TYPE[int(number)] for number in shapely.get_type_id(present) if int(number) in KIND_OF_TYPE]
    if not found:
        return KIND_OF_TABLE.get(flat.table.geometry, POINT)
    counts = {kind: found.count(kind) for kind in (POLYGON, LINE, POINT, MULTIPOINT)}
    best = max(counts, key=lambda kind: counts[kind])
    return MULTIPOINT if best == POINT and counts[MULTIPOINT] else best


def _records(shapes: npt.NDArray[Any], kind: int, run: Run) -> list[bytes]:
    """Return the content of each record; nothing for a missing shape and for one that this kind cannot hold."""
    types = shapely.get_type_id(shapes)
    held = [number for number, own in KIND_OF_TYPE.items() if own == kind or (own, kind) == (POINT, MULTIPOINT)]
    fits = np.isin(types, held)
    fits &= ~shapely.is_empty(shapes)
    rows = np.flatnonzero(fits)
    found = [b""] * len(shapes)
    for start in range(0, len(rows), SLICE):
        run.progress(start / len(rows))
        part = rows[start : start + SLICE]
        for row, content in zip(part.tolist(), _slice_records(shapes[part], kind)):
            found[row] = content
    return found


def _slice_records(shapes: npt.NDArray[Any], kind: int) -> Iterator[bytes]:
    """Yield the content of each record of some shapes that fit: type, box, number of parts and points, points."""
    boxes = shapely.bounds(shapes).astype("<f8")
    if kind in (POINT, MULTIPOINT):
        points, owner = shapely.get_coordinates(shapes, return_index=True)
        ends = np.searchsorted(owner, np.arange(len(shapes) + 1))
        for number, (low, high) in enumerate(zip(ends[:-1], ends[1:])):
            own = points[low:high].astype("<f8").tobytes()
            yield struct.pack("<i", kind) + (own if kind == POINT else _box(boxes, number, high - low) + own)
        return
    parts, owner = shapely.get_parts(shapes, return_index=True)
    there = ~shapely.is_empty(parts)  # a part without points is none: the format knows no such
    parts, owner = parts[there], owner[there]
    if kind == POLYGON:
        parts, part_of = shapely.get_rings(parts, return_index=True)
        outer = np.diff(part_of, prepend=-1) > 0
        owner = owner[part_of]
    points, part_of = shapely.get_coordinates(parts, return_index=True)
    starts = np.searchsorted(part_of, np.arange(len(parts) + 1))
    if kind == POLYGON:
        points = _turned(points, part_of, starts, outer)
    first = np.searchsorted(owner, np.arange(len(shapes) + 1))
    for number, (low, high) in enumerate(zip(first[:-1], first[1:])):
        begins = starts[low:high] - starts[low]
        content = points[starts[low] : starts[high]].astype("<f8").tobytes()
        head = _box(boxes, number, high - low) + struct.pack("<i", starts[high] - starts[low])
        yield struct.pack("<i", kind) + head + begins.astype("<i4").tobytes() + content


def _box(boxes: npt.NDArray[np.float64], number: int, count: int) -> bytes:
    return bytes(boxes[number].tobytes()) + struct.pack("<i", count)


def _turned(
    points: npt.NDArray[np.float64], ring_of: npt.NDArray[Any], starts: npt.NDArray[Any], outer: npt.NDArray[np.bool_]
) -> npt.NDArray[np.float64]:
    """Return the points of rings in the order that the format asks for: outlines clockwise, holes the other way."""
    x, y = (points - points[starts[ring_of]]).T
    cross = np.append(x[:-1] * y[1:] - x[1:] * y[:-1], 0.0)
    cross[starts[1:] - 1] = 0.0  # from a ring's end no way leads to the next ring
    turns_left = np.add.reduceat(cross, starts[:-1]) > 0
    flip = (turns_left == outer)[ring_of]
    order = np.arange(len(points))
    order[flip] = (starts[ring_of] + starts[ring_of + 1] - 1 - order)[flip]
    return np.asarray(points[order])


def _files(kind: int, records: list[bytes], box: list[float]) -> tuple[list[bytes], list[bytes]]:
    places, at = [], 50  # in words of 16 bits
    body = []
    for number, content in enumerate(records, 1):
        words = len(content) // 2
        places.append(struct.pack(">2i", at, words))
        body.append(struct.pack(">2i", number, words) + content)
        at += 4 + words
    tail = struct.pack("<2i4d4d", 1000, kind, *box, 0, 0, 0, 0)
    heads = [struct.pack(">7i", 9994, 0, 0, 0, 0, 0, words) + tail for words in (at, 50 + 4 * len(records))]
    return list(slices.in_pieces([heads[0], *body])), list(slices.in_pieces([heads[1], *places]))
