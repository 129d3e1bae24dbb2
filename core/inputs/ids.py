# SPDX-License-Identifier: GPL-2.0-or-later
"""Ids that stay: given ones are kept, missing ones are made from the geometry, never from the row number."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Collection
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd
import shapely

from .. import frames
from ..identity import geometry_hash
from ..run import Run
from ..slices import sliced

YEAR, LATEST = "pop_year", 9999
# what give_ids makes of a given id that is somebody else's as well; an id made of the place does not say who is there
MARKED = re.compile(r"^(?![0-9a-f]{16}#)(.+)#[0-9a-f]{6}$")
SAME_M = 0.002  # corners of one place after two transforms


def give_ids(
    table: pd.DataFrame, column: str, layer: str, digits: int, run: Run, telling: Collection[str] = ()
) -> npt.NDArray[np.bool_]:
    """Fill `column` with ids for every row and say which rows stay; `table` belongs to the caller and is changed.

    A row without an id gets a hash of its geometry in the layer's own CRS (`digits` decimals: 3 for metres, 8 for
    degrees; method notes §8). One with the shape of a row that has an id is that row again and is listed
    (`duplicate_unnamed`): its shape is all that says who it is. Of rows equal in id and geometry one stays, the rest
    are listed (`duplicate_feature`, or `duplicate_differs` when they say something else): of people the latest year,
    else the one whose content comes first in an order of its own, so that the order of rows does not matter.
    Rows of one id whose geometries differ all stay; those after the first get `<id>#<hash>` and are listed
    (`duplicate_id`): first = the smallest hash, so that row order does not matter. Where several may stand in one place
    (a nursery and a canteen in one house), `telling` names the columns that must be equal, too, for a double; without
    given ids such rows are no doubles and not listed, with one given id they are listed as what they are
    (`duplicate_id_place`, see owners_of_place).
    Returns a Boolean array over the rows, True = stays.
    """
    given = frames.optional(table, column).astype(frames.TEXT).str.strip().replace("", pd.NA)
    made = given.isna().to_numpy()
    ids = given.to_numpy(dtype=object, copy=True)
    shapes = frames.geometries(table)
    adopted = np.zeros(len(ids), dtype=bool) if telling else _take_ids(shapes, ids, made, digits, run)
    made = made & ~adopted
    rows, hashes = _unsure(shapes, ids, made, digits, run)
    ids[rows[made[rows]]] = hashes[made[rows]]
    keep = np.ones(len(ids), dtype=bool)
    if len(rows):
        told = _with_content(hashes, table[sorted(telling)].iloc[rows]) if telling else hashes
        names = ids[rows].astype(str)
        said = _said(table, rows, names, told, column)
        first = (adopted[rows], said) if YEAR in table else (said, adopted[rows])  # the latest year, then the one named
        order = np.lexsort((*first, told.astype(str), names))
        same_id, same_told, same_said = (values[order][1:] == values[order][:-1] for values in (names, told, said))
        twice, renamed = rows[order[1:][same_id & same_told]], order[1:][same_id & ~same_told]
        keep[twice] = False
        unnamed = adopted[twice]
        run.leave_out(layer, sorted(ids[twice[unnamed]]), "duplicate_unnamed", "warning")
        other = rows[order[1:][same_id & same_told & ~same_said]]
        run.leave_out(layer, sorted(ids[other[~adopted[other]]]), "duplicate_differs", "warning")
        run.leave_out(layer, sorted(ids[twice[~unnamed & ~np.isin(twice, other)]]), "duplicate_feature")
        doubtful = renamed[~(made[rows[renamed]] & bool(telling))]
        begins = np.r_[True, ~same_id]
        first_of = np.empty(len(order), dtype=np.intp)  # of each id the row that keeps it
        first_of[order] = order[np.maximum.accumulate(np.where(begins, np.arange(len(order)), 0))]
        here = hashes[doubtful] == hashes[first_of[doubtful]]
        run.leave_out(layer, sorted(ids[rows[doubtful[~here]]]), "duplicate_id", "warning")
        run.leave_out(layer, sorted(ids[rows[doubtful[here]]]), "duplicate_id_place", "info")
        for place in renamed:
            ids[rows[place]] = f"{names[place]}#{told[place][:6]}"
    if made.any():
        run.note("ids_from_geometry", layer=layer, n=int(made.sum()))
    table[column] = frames.texts(ids)
    return keep


def _take_ids(
    shapes: npt.NDArray[Any], ids: npt.NDArray[Any], made: npt.NDArray[np.bool_], digits: int, run: Run
) -> npt.NDArray[np.bool_]:
    """Give rows without an id (`made`) that of the row with the same shape, of several the first; say which have one.

    Only shapes with the same corners of their bounding box are looked at: where all or none have ids, no shape is.
    """
    adopted = np.zeros(len(ids), dtype=bool)
    if made.all() or not made.any():
        return adopted
    corners = pd.DataFrame(sliced(shapely.bounds, shapes, run=run).reshape(-1, 4)).round(digits)
    alike = (corners.duplicated(keep=False) & corners.notna().all(axis=1)).to_numpy()
    rows = np.flatnonzero(alike)
    found = pd.DataFrame(
        {"shape": geometry_hash(shapes[rows], digits, run), "id": ids[rows], "row": rows}, dtype=object
    )
    found = found.dropna(subset=["shape"])
    named = found[~made[found["row"].astype(int)]].sort_values("id").drop_duplicates("shape").set_index("shape")["id"]
    for row, name in zip(found["row"], found["shape"].map(named)):
        if made[row] and isinstance(name, str):
            ids[row], adopted[row] = name, True
    return adopted


def owners_of_place(table: pd.DataFrame, column: str) -> npt.NDArray[np.intp]:
    """Return (n,) of each row the one whose id it had before give_ids marked it as another one in the same place (one
    facility in several rows), else itself: rows without a given id are several facilities in one house. `column` holds
    the ids; without geometry nobody shares a place.
    """
    owner = np.arange(len(table))
    ids = table[column].astype(frames.TEXT).fillna("").tolist()
    marked = {row: found[1] for row, name in enumerate(ids) if (found := MARKED.match(name))}
    if marked and frames.GEOMETRY in table:
        shapes, row_of = frames.geometries(table), {name: row for row, name in enumerate(ids)}
        for row, other in ((row, row_of[name]) for row, name in marked.items() if name in row_of):
            one, two = shapely.normalize(shapes[[row, other]])
            owner[row] = other if shapely.equals_exact(one, two, tolerance=SAME_M) else row
    return owner


def drop_doubles(table: pd.DataFrame, layer: str, digits: int, run: Run) -> npt.NDArray[np.bool_]:
    """Say which rows stay of a layer whose rows have no ids: of rows equal in shape and in all that was read, one.

    The others are listed by their row (`duplicate_row`). `digits` as in give_ids; only shapes with the same corners of
    their bounding box are looked at.
    """
    rows, hashes = _alike(frames.geometries(table), digits, run)
    keep = np.ones(len(table), dtype=bool)
    if len(rows):
        own = table.drop(columns=[frames.GEOMETRY]).iloc[rows]
        told = pd.Series(_with_content(hashes.fillna("").to_numpy(dtype=object), own[sorted(own.columns)]))
        twice = rows[(told.duplicated() & hashes.notna()).to_numpy(dtype=bool)]
        keep[twice] = False
        run.leave_out(layer, [str(row + 1) for row in twice], "duplicate_row", "warning")
    return keep


def _alike(shapes: npt.NDArray[Any], digits: int, run: Run) -> tuple[npt.NDArray[np.intp], pd.Series]:
    """Return the rows that share the corners of their bounding box with another one, and their fingerprints."""
    corners = pd.DataFrame(sliced(shapely.bounds, shapes, run=run).reshape(-1, 4)).round(digits)
    rows = np.flatnonzero(corners.duplicated(keep=False) & corners.notna().all(axis=1))
    return rows, pd.Series(geometry_hash(shapes[rows], digits, run), dtype=object)


def tell_same_shapes(table: pd.DataFrame, column: str, layer: str, digits: int, run: Run) -> None:
    """List rows that have the shape of another one under another id (`same_shape`): both are counted.

    Each but the first by id, which the sentence names. `digits` as in give_ids; only shapes with the same corners of
    their bounding box are looked at, in a good layer none.
    """
    rows, hashes = _alike(frames.geometries(table), digits, run)
    found = pd.DataFrame({"shape": hashes, "id": table[column].to_numpy(dtype=object)[rows].astype(str)})
    found = found.dropna().sort_values(["shape", "id"], ignore_index=True)
    first = found.groupby("shape")["id"].transform("first")
    for name, other in sorted(zip(found["id"][found["id"] != first], first[found["id"] != first])):
        run.leave_out(layer, [name], "same_shape", "warning", other=other)


def _said(
    table: pd.DataFrame, rows: npt.NDArray[np.intp], names: npt.NDArray[Any], told: npt.NDArray[Any], key: str
) -> npt.NDArray[Any]:
    """Return by row, in an order in which the one that stays comes first, what doubles say; "" for all others."""
    doubles = pd.DataFrame({"name": names, "told": told.astype(str)}).duplicated(keep=False).to_numpy()
    said = np.full(len(rows), "", dtype=object)
    if doubles.any():
        own = table.drop(columns=[frames.GEOMETRY, key], errors="ignore").iloc[rows[doubles]]
        said[doubles] = _with_content(told[doubles], own[sorted(own.columns)])
        if YEAR in own:
            years = pd.to_numeric(own[YEAR], errors="coerce").fillna(0).clip(0, LATEST).astype(int)
            said[doubles] = [f"{LATEST - year:04d} {text}" for year, text in zip(years, said[doubles])]
    return said.astype(str)


def _unsure(
    shapes: npt.NDArray[Any], ids: npt.NDArray[Any], made: npt.NDArray[np.bool_], digits: int, run: Run
) -> tuple[npt.NDArray[np.intp], npt.NDArray[np.object_]]:
    """Return the rows whose id is missing or somebody else's as well, and their fingerprints ("" = no place).

    Only they need one: in a layer with good ids there is none, and no shape is looked at.
    """
    hashes = np.full(len(shapes), "", dtype=object)

    def look(wanted: npt.NDArray[np.bool_]) -> None:
        """Fill in the hashes of some rows."""
        found = geometry_hash(shapes[wanted], digits, run)
        hashes[wanted] = ["" if item is None else item for item in found]

    look(made)
    shared = _met_twice(ids, made, hashes[made])
    look(shared)
    rows = np.flatnonzero(made | shared)
    return rows, hashes[rows]


def _met_twice(
    ids: npt.NDArray[Any], made: npt.NDArray[np.bool_], others: npt.NDArray[np.object_]
) -> npt.NDArray[np.bool_]:
    """Say which given ids (not `made`) somebody else has as well: another row, or one of the `others`.

    In Python's own loops, in which the window may take a turn; pandas' calls hold its lock to their end.
    """
    met: set[Any] = set()
    twice = set(others)
    for name in ids[~made]:
        (twice if name in met else met).add(name)
    return np.fromiter((name in twice for name in ids), dtype=bool, count=len(ids)) & ~made


def _with_content(hashes: npt.NDArray[np.object_], table: pd.DataFrame) -> npt.NDArray[np.object_]:
    """Return fingerprints of place and content."""
    rows = zip(hashes, *(table[name].astype("string").fillna("") for name in table.columns))
    told = np.empty(len(hashes), dtype=object)
    told[:] = [hashlib.blake2b("\x1f".join(row).encode(), digest_size=8).hexdigest() for row in rows]
    return told
