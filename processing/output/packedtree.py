# SPDX-License-Identifier: GPL-2.0-or-later
"""The spatial index of a GeoPackage made in one go: SQLite's R-tree filled node by node instead of row by row.

Layout of the nodes: the head of rtree.c in SQLite's source ("Database Format of R-Tree Tables"), in use since 2008.
Order: sort-tile-recursive (Leutenegger, Lopez and Edgington 1997).
"""

from __future__ import annotations

import sqlite3
from collections.abc import Callable
from typing import Any

import numpy as np

from ...core.sqlnames import quoted
from .inserting import insert_rows

CELL = np.dtype([("id", ">i8"), ("box", ">f4", 4)])  # xmin, xmax, ymin, ymax
HEAD = 4  # bytes before the cells: depth (of the root), number of cells
ROOT = 1
SLICE = 20_000  # rows between two looks at the cancel flag: some 20 ms
STEP = 1.0 / 8388608.0  # what SQLite moves a coordinate by where 32 bits round it into the box


def fill_tree(
    database: sqlite3.Connection, tree: str, rows: Any, bounds: Any, check: Callable[[], None] = lambda: None
) -> None:
    """Fill the empty R-tree table `tree`: `rows` (n,) int64 ids, `bounds` (n, 4) xmin, ymin, xmax, ymax, all finite.

    `check` is called between slices and may raise.
    """
    if not len(rows):
        return
    node = quoted(f"{tree}_node")
    asked = " ".join(("SELECT length(data) FROM", node, "WHERE nodeno = ?"))
    root = database.execute(asked, (ROOT,)).fetchone()
    if root is None:
        raise sqlite3.OperationalError("the spatial index has no root, as when the disk is full")
    size = root[0]
    most = (size - HEAD) // CELL.itemsize
    cells = np.empty(len(rows), dtype=CELL)
    cells["id"] = rows
    cells["box"] = np.column_stack([_down(bounds[:, 0]), _up(bounds[:, 2]), _down(bounds[:, 1]), _up(bounds[:, 3])])
    cells = cells[_tiled(bounds, most)]
    levels: list[Any] = [cells]  # cells of each level, leaves first
    numbers: list[Any] = []  # of their nodes
    last = ROOT
    while True:
        nodes = -(-len(levels[-1]) // most)
        numbers.append(np.arange(last + 1, last + 1 + nodes) if nodes > 1 else np.array([ROOT]))
        if nodes == 1:
            break
        last += nodes
        levels.append(_parents(levels[-1], numbers[-1], most))
    depth = len(levels) - 1
    blobs = [pair for level, own in zip(levels, numbers) for pair in _nodes(level, own, most, size, depth)]
    database.executemany(" ".join(("REPLACE INTO", node, "(nodeno, data) VALUES (?, ?)")), blobs)
    for level, (held, own) in enumerate(zip(levels, numbers)):
        place, names = ("rowid", ("rowid", "nodeno")) if level == 0 else ("parent", ("nodeno", "parentnode"))
        nodes_of = np.repeat(own, most)[: len(held)]
        order = np.argsort(held["id"])  # SQLite appends what comes in order
        ids, nodes_of = held["id"][order], nodes_of[order]
        for start in range(0, len(held), SLICE):
            check()
            pieces = [values[start : start + SLICE].tolist() for values in (ids, nodes_of)]
            insert_rows(database, f"{tree}_{place}", names, pieces)


def _tiled(bounds: Any, most: int) -> Any:
    """Return the order in which neighbours share nodes: strips by x, in each by y."""
    middle_x, middle_y = bounds[:, 0] + bounds[:, 2], bounds[:, 1] + bounds[:, 3]
    strips = int(np.ceil(np.sqrt(-(-len(bounds) // most))))
    rank = np.empty(len(bounds), dtype=np.int64)
    rank[np.argsort(middle_x, kind="stable")] = np.arange(len(bounds))
    in_strip = -(-len(bounds) // (strips * most)) * most
    return np.lexsort((middle_y, rank // in_strip))


def _parents(cells: Any, numbers: Any, most: int) -> Any:
    """Return one cell a node: its number and the box around its cells."""
    starts = np.arange(0, len(cells), most)
    found = np.empty(len(starts), dtype=CELL)
    found["id"] = numbers
    boxes = cells["box"].astype(np.float32)
    for column in range(4):
        least_or_most = np.minimum if column % 2 == 0 else np.maximum
        found["box"][:, column] = least_or_most.reduceat(boxes[:, column], starts)
    return found


def _nodes(cells: Any, numbers: Any, most: int, size: int, depth: int) -> list[tuple[int, bytes]]:
    data, found = cells.tobytes(), []
    for place, number in enumerate(numbers.tolist()):
        part = data[place * most * CELL.itemsize : (place + 1) * most * CELL.itemsize]
        head = (depth if number == ROOT else 0).to_bytes(2, "big") + (len(part) // CELL.itemsize).to_bytes(2, "big")
        found.append((number, (head + part).ljust(size, b"\0")))
    return found


def _down(values: Any) -> Any:
    """Return 32-bit numbers that are not above, as SQLite rounds them."""
    found = values.astype(np.float32)
    moved = (values * np.where(values < 0, 1.0 + STEP, 1.0 - STEP)).astype(np.float32)
    return np.where(found.astype(np.float64) > values, moved, found)


def _up(values: Any) -> Any:
    found = values.astype(np.float32)
    moved = (values * np.where(values < 0, 1.0 - STEP, 1.0 + STEP)).astype(np.float32)
    return np.where(found.astype(np.float64) < values, moved, found)
