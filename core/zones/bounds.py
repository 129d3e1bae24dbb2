# SPDX-License-Identifier: GPL-2.0-or-later
"""Drawn areas: which parcels they hold, and which earlier zone a new one is."""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd
import shapely

from .. import frames

HALF = 0.5  # own choice: a parcel lies in an area when more than half of it does


def parcels_inside(shapes: npt.NDArray[Any], areas: pd.DataFrame | None) -> list[set[int]]:
    """Return for each row of `areas` the parcels that lie in it by more than half of their area."""
    if areas is None or not len(areas):
        return []
    drawn = frames.geometries(areas)
    which, parcel = shapely.STRtree(shapes).query(drawn, predicate="intersects")
    inside = shapely.area(shapely.intersection(drawn[which], shapes[parcel])) > HALF * shapely.area(shapes[parcel])
    found: list[set[int]] = [set() for _ in range(len(areas))]
    for i, p in zip(which[inside].tolist(), parcel[inside].tolist()):
        found[i].add(p)
    return found


def keep_ids(ids: list[str], outlines: list[Any], previous: pd.DataFrame | None, least_iou: float) -> list[str]:
    """Return the zones' ids: a zone that covers a previous one with IoU ≥ `least_iou` gets its id, best match first.

    An id that a previous zone had is not given to another zone: that one gets -2, -3 … behind its own.
    """
    if previous is None or not len(previous):
        return list(ids)
    old_ids = [str(item) for item in previous["zone_id"]]
    old = frames.geometries(previous)
    matches = []
    for i, outline in enumerate(outlines):
        common = shapely.area(shapely.intersection(outline, old))
        iou = common / (shapely.area(outline) + shapely.area(old) - common)
        matches += [(-float(iou[j]), old_ids[j], ids[i], i) for j in np.flatnonzero(iou >= least_iou).tolist()]
    kept: dict[int, str] = {}
    for _, old_id, _, i in sorted(matches):
        if i not in kept and old_id not in kept.values():
            kept[i] = old_id
    used = {*old_ids, *kept.values()}
    return [kept[i] if i in kept else _unused(name, used) for i, name in enumerate(ids)]


def _unused(name: str, used: set[str]) -> str:
    number, found = 1, name
    while found in used:
        number += 1
        found = f"{name}-{number}"
    used.add(found)
    return found
