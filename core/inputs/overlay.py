# SPDX-License-Identifier: GPL-2.0-or-later
"""Buildings on parcels: which parcel holds how much of each footprint."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd
import shapely

from .. import frames
from ..run import Run
from ..trees import Tree

SLICE = 10_000  # parcels between two looks at Cancel
NOTHING_M2 = 0.01  # own choice: neighbours that merely touch do not share
LEAST_SHARE = 0.1  # own choice: with less of it on parcels a building stands beside them, drawn a little askew
BOUNDARY = "开发边界|(?:growth|development) boundary"  # of CONSTRAINTS.kind


def share_buildings(measured: pd.DataFrame, parcels: pd.DataFrame, run: Run) -> pd.DataFrame:
    """Return one row per building and parcel that it stands on.

    Parameters: `measured` with `building_id`, `geometry`; `parcels` with `parcel_id`, `geometry` (same metres).
    Columns: `building`, `parcel` (row positions, int64), `share` float: the part of the footprint that lies there,
    1 in total over the parcels it touches (what lies on no parcel is left to those it stands on), `is_main`: its
    largest part, ties by parcel_id. Sorted by building, parcel_id. Buildings on no parcel are listed
    (`building_outside`), those with less than LEAST_SHARE on parcels too (`building_beside`), and have no row. Where
    parcels overlap, both get a part.
    """
    houses, land = frames.geometries(measured), frames.geometries(parcels)
    starts = range(0, len(land), SLICE)
    found = list(run.map(measure_parts, _slices(houses, land, starts), len(starts)))
    columns = {"building": np.int64, "parcel": np.int64, "part_m2": np.float64}
    parts = pd.concat(found, ignore_index=True) if found else pd.DataFrame(columns=list(columns)).astype(columns)
    outside = np.setdiff1d(np.arange(len(measured)), parts["building"].to_numpy())
    ids = measured["building_id"].to_numpy(dtype=object)
    run.leave_out("BUILDINGS", ids[outside], "building_outside")
    parts = _without_neighbours(parts, shapely.area(houses), ids, run)
    parts["parcel_id"] = parcels["parcel_id"].to_numpy(dtype=object)[parts["parcel"].to_numpy()]
    parts = parts.sort_values(["building", "parcel_id"], ignore_index=True)
    total = parts.groupby("building")["part_m2"].transform("sum")
    parts["share"] = parts["part_m2"] / total
    largest = parts.groupby("building")["part_m2"].idxmax()  # the first of equals: lowest parcel_id
    parts["is_main"] = np.isin(np.arange(len(parts)), largest.to_numpy())
    return parts[["building", "parcel", "share", "is_main"]]


def _without_neighbours(parts: pd.DataFrame, foot_m2: Any, ids: Any, run: Run) -> pd.DataFrame:
    """Return the parts without those of buildings that only reach over the rim of the parcels, which are listed."""
    on_parcels = np.bincount(parts["building"].to_numpy(), weights=parts["part_m2"].to_numpy(), minlength=len(foot_m2))
    share = np.divide(on_parcels, foot_m2, out=np.zeros(len(foot_m2)), where=foot_m2 > 0)
    beside = np.flatnonzero((share > 0) & (share < LEAST_SHARE))
    for row in beside:
        run.leave_out("BUILDINGS", [ids[row]], "building_beside", "warning", percent=f"{100 * share[row]:.1f}")
    return parts[~parts["building"].isin(beside)].reset_index(drop=True) if len(beside) else parts


def is_growth_boundary(constraints: pd.DataFrame) -> npt.NDArray[np.bool_]:
    """Say which rows of CONSTRAINTS bound where building is meant to be (开发边界): such ground excludes nothing."""
    kinds = frames.optional(constraints, "kind").astype(frames.TEXT)
    return kinds.str.contains(BOUNDARY, case=False, na=False).to_numpy(dtype=bool)


def parcels_at(points: npt.NDArray[np.object_], parcels: pd.DataFrame) -> npt.NDArray[np.int64]:
    """Return the row of the parcel each point lies in or on, −1 = none; of several the one with the lowest id."""
    point, parcel = Tree(frames.geometries(parcels)).query(points, predicate="intersects")
    at = np.full(len(points), -1, dtype=np.int64)
    at[point] = parcel
    several = np.flatnonzero(np.bincount(point, minlength=len(points))[point] > 1)
    ids = parcels["parcel_id"].to_numpy(dtype=str)[parcel[several]]
    last = several[np.lexsort((ids, point[several]))[::-1]]
    at[point[last]] = parcel[last]  # the last one written has the lowest id
    return at


def first_at(points: npt.NDArray[np.object_], shapes: npt.NDArray[np.object_]) -> npt.NDArray[np.intp]:
    """Return the row of the first shape that each point lies in or on, −1 = none."""
    point, shape = Tree(shapes).query(points, predicate="intersects")
    found = np.full(len(points), len(shapes), dtype=np.intp)
    np.minimum.at(found, point, shape)
    found[found == len(shapes)] = -1
    return found


def _slices(houses: Any, land: Any, starts: Iterable[int]) -> Iterator[tuple[Any, npt.NDArray[np.int64], Any, int]]:
    """Yield parcels in slices, each with the buildings (and their rows) whose boxes touch a parcel of it."""
    tree = Tree(houses)
    for start in starts:
        some = land[start : start + SLICE]
        near = np.unique(tree.query(some)[1]).astype(np.int64)
        yield houses[near], near, some, start


def measure_parts(task: tuple[Any, npt.NDArray[np.int64], Any, int]) -> pd.DataFrame:
    """Measure the common area of parcels and buildings of a slice; a building wholly inside needs no cutting.

    Parcels are asked for buildings, not the other way round: the one that is asked for is prepared once for many.
    """
    houses, rows, land, start = task
    tree = Tree(houses)
    n = max(1, len(houses))
    whole, any_part = (
        parcel.astype(np.int64) * n + building
        for parcel, building in (tree.query(land, predicate=word) for word in ("covers", "intersects"))
    )
    cut = np.setdiff1d(any_part, whole)
    parcel, building = np.divmod(np.concatenate([whole, cut]), n)
    area = shapely.area(houses[building])
    area[len(whole) :] = shapely.area(shapely.intersection(houses[building[len(whole) :]], land[parcel[len(whole) :]]))
    area = np.round(area, 3)  # the last bits depend on the neighbours' vertices
    keep = area > NOTHING_M2
    return pd.DataFrame({"building": rows[building[keep]], "parcel": parcel[keep] + start, "part_m2": area[keep]})
