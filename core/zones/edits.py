# SPDX-License-Identifier: GPL-2.0-or-later
"""What a person changed in the last delineation with QGIS's own tools: which parcels are now locked in or out."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np
import pandas as pd
import shapely

from .. import frames
from ..run import Run
from .bounds import parcels_inside

OUT, LOCKED, NEAR = "out", "locked", "near"  # roles in MEMBERS; a person writes the first two
ROLES = {"core", "petal", "filler", LOCKED, NEAR, OUT}
SAME_M2 = 1.0  # tables hold hundredths of a square metre; sums over a zone stay below


@dataclass(frozen=True)
class Locks:
    """`inside`: row of a parcel → the zone_id it must be in, "" = the nearest; `outside`: rows in no zone."""

    inside: dict[int, str]
    outside: frozenset[int]


def read_locks(
    parcels: pd.DataFrame, locked_in: pd.DataFrame | None, locked_out: pd.DataFrame | None,
    previous: pd.DataFrame | None, edited: pd.DataFrame | None, run: Run,
) -> Locks:  # fmt: skip
    """Return the locks of all sources; a parcel locked both ways is out and listed (`zone_lock_both`).

    `locked_in` polygons may say `zone_id`; polygons that lock nothing are listed (`zone_lock_empty`). `edited` is a
    MEMBERS table after a person worked on it: role `locked` is in, `out` is out. With `previous` rows taken out or put
    in count as well, and so does an outline moved with the vertex tool: `area_m2` of the zone, which neither changes,
    says which of rows and outline are as they were written. Where both were changed the rows count (`zone_edit_both`).
    """
    shapes = frames.geometries(parcels)
    inside: dict[int, str] = {}
    if locked_in is not None:
        names = frames.optional(locked_in, "zone_id").fillna("").astype(str).str.strip().tolist()
        for name, rows in zip(names, _told(parcels_inside(shapes, locked_in), "LOCKED_IN", run)):
            inside |= dict.fromkeys(rows, name)
    outside = {p for rows in _told(parcels_inside(shapes, locked_out), "LOCKED_OUT", run) for p in rows}
    if edited is not None:
        put_in, taken_out = _edits(parcels, previous, edited, run)
        inside |= put_in
        outside |= taken_out - set(put_in)
    ids = parcels["parcel_id"].to_numpy(dtype=object)
    run.leave_out("LOCKED_IN", sorted(str(ids[p]) for p in set(inside) & outside), "zone_lock_both", "warning")
    return Locks({p: zone for p, zone in inside.items() if p not in outside}, frozenset(outside))


def _told(locked: list[set[int]], layer: str, run: Run) -> list[set[int]]:
    """Return what each polygon locks, and list those that lock nothing."""
    empty = sum(not rows for rows in locked)
    if empty:
        run.leave_out(layer, [""], "zone_lock_empty", "warning", n=empty)
    return locked


def _edits(
    parcels: pd.DataFrame, previous: pd.DataFrame | None, edited: pd.DataFrame, run: Run
) -> tuple[dict[int, str], set[int]]:
    row_of = {str(name): row for row, name in enumerate(parcels["parcel_id"])}
    role = edited["role"].astype(frames.TEXT).fillna("").str.strip().str.casefold()
    odd = role[~role.isin(ROLES)]
    if len(odd):
        run.warn("zone_edit_words", n=len(odd), words=sorted(odd.replace("", "—").unique().tolist()))
    rows = [(str(zone), row_of.get(str(parcel), -1), str(word))
            for zone, parcel, word in zip(edited["zone_id"], edited["parcel_id"], role)]  # fmt: skip
    lost = [str(parcel) for parcel in edited["parcel_id"] if str(parcel) not in row_of]
    if lost:
        run.warn("zone_edit_lost", n=len(lost), ids=sorted(lost))
    rows = [item for item in rows if item[1] >= 0]
    put_in = {p: zone for zone, p, word in rows if word == LOCKED}
    taken_out = {p for _, p, word in rows if word == OUT}
    if previous is not None and len(previous):
        members: dict[str, set[int]] = {}
        for zone, p, word in rows:
            if word not in (NEAR, OUT):
                members.setdefault(zone, set()).add(p)
        moved_in, moved_out = _moved(parcels, previous, members, run)
        put_in = {**moved_in, **put_in}
        taken_out |= moved_out
    return put_in, taken_out - set(put_in)


def _moved(
    parcels: pd.DataFrame, previous: pd.DataFrame, members: dict[str, set[int]], run: Run
) -> tuple[dict[int, str], set[int]]:
    """Return what differs between the rows of MEMBERS and the outlines of ZONES, by the side that a person changed."""
    area = np.round(shapely.area(frames.geometries(parcels)), 2)
    stated = frames.reals(previous, "area_m2")
    put_in: dict[int, str] = {}
    taken_out: set[int] = set()
    both = []
    within = parcels_inside(frames.geometries(parcels), previous)
    for name, drawn, was_m2 in zip(previous["zone_id"].astype(str), within, stated):
        rows = members.get(name, set())
        if rows == drawn:
            continue
        rows_moved = not _is_same(area, rows, was_m2)
        outline_moved = not _is_same(area, drawn, was_m2)
        if rows_moved and outline_moved:
            both.append(name)
        new, old = (drawn, rows) if outline_moved and not rows_moved else (rows, drawn)
        put_in |= dict.fromkeys(new - old, name)
        taken_out |= old - new
    if both:
        run.warn("zone_edit_both", n=len(both), ids=both)
    return put_in, taken_out - set(put_in)


def _is_same(area: np.ndarray, rows: Iterable[int], was_m2: float) -> bool:
    return bool(abs(area[sorted(rows)].sum() - was_m2) <= SAME_M2)
