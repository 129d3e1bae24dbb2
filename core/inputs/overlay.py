# SPDX-License-Identifier: GPL-2.0-or-later
"""Buildings on parcels: which parcel holds how much of each footprint."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
import shapely

from .. import frames
from ..run import Run

SLICE = 20_000  # buildings between two looks at Cancel
NOTHING_M2 = 0.01  # own choice: neighbours that merely touch do not share


def share_buildings(measured: pd.DataFrame, parcels: pd.DataFrame, run: Run) -> pd.DataFrame:
    """Return one row per building and parcel that it stands on.

    Parameters: `measured` with `building_id`, `geometry`; `parcels` with `parcel_id`, `geometry` (same metres).
    Columns: `building`, `parcel` (row positions, int64), `share` float: the part of the footprint that lies there,
    1 in total over the parcels it touches (what lies on no parcel is left to those it stands on), `is_main`: its
    largest part, ties by parcel_id. Sorted by building, parcel_id. Buildings on no parcel are listed
    (`building_outside`) and have no row. Where parcels overlap, both get a part.
    """
    houses, land = frames.geometries(measured), frames.geometries(parcels)
    tree = shapely.STRtree(land)
    found: list[pd.DataFrame] = []
    for start in range(0, len(houses), SLICE):
        run.progress(start / len(houses))
        piece = houses[start : start + SLICE]
        building, parcel = tree.query(piece, predicate="intersects")
        found.append(_parts(piece, land, building, parcel, start))
    columns = {"building": np.int64, "parcel": np.int64, "part_m2": np.float64}
    parts = pd.concat(found, ignore_index=True) if found else pd.DataFrame(columns=list(columns)).astype(columns)
    outside = np.setdiff1d(np.arange(len(measured)), parts["building"].to_numpy())
    run.leave_out("BUILDINGS", measured["building_id"].to_numpy(dtype=object)[outside], "building_outside")
    parts["parcel_id"] = parcels["parcel_id"].to_numpy(dtype=object)[parts["parcel"].to_numpy()]
    parts = parts.sort_values(["building", "parcel_id"], ignore_index=True)
    total = parts.groupby("building")["part_m2"].transform("sum")
    parts["share"] = parts["part_m2"] / total
    largest = parts.groupby("building")["part_m2"].idxmax()  # the first of equals: lowest parcel_id
    parts["is_main"] = np.isin(np.arange(len(parts)), largest.to_numpy())
    return parts[["building", "parcel", "share", "is_main"]]


def _parts(houses: Any, land: Any, building: Any, parcel: Any, start: int) -> pd.DataFrame:
    """Measure the common area of each pair; a building wholly inside needs no cutting."""
    house, ground = houses[building], land[parcel]
    inside = shapely.covers(ground, house)
    area = shapely.area(house)
    area[~inside] = shapely.area(shapely.intersection(house[~inside], ground[~inside]))
    area = np.round(area, 3)  # the last bits depend on the neighbours' vertices
    keep = area > NOTHING_M2
    return pd.DataFrame({"building": building[keep] + start, "parcel": parcel[keep], "part_m2": area[keep]})
