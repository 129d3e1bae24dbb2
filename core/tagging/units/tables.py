# SPDX-License-Identifier: GPL-2.0-or-later
"""Groups of pieces as tables: units with their outlines, names and hints, and every member."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pandas as pd
import shapely

from ... import frames, schema
from ...run import Run
from ..carrying import cadastre_of
from .pieces import Houses

Rows = npt.NDArray[np.int64]
Reals = npt.NDArray[np.float64]

HALF = 0.5
OLD_YEAR = 2000  # 国办发〔2020〕23号


@dataclass(frozen=True)
class Units:
    """`units` (table units, polygons) and `members` (table unit_members)."""

    units: pd.DataFrame
    members: pd.DataFrame


def lived_in(pieces: pd.DataFrame, owner: Rows, houses: Houses) -> npt.NDArray[np.bool_]:
    """Say which pieces are lived in by at least half of their floor area; untold uses are not."""
    floor = _floor_m2(houses.measured)
    resid = houses.measured["resid_share"].to_numpy(np.float64)
    on = owner >= 0
    whole = np.bincount(owner[on], weights=np.rint(floor[on] * 1e3), minlength=len(pieces))
    lived = np.bincount(owner[on], weights=np.rint(np.nan_to_num(floor * resid)[on] * 1e3), minlength=len(pieces))
    return np.asarray((whole > 0) & (lived >= HALF * whole))


def _floor_m2(measured: pd.DataFrame) -> Reals:
    """Return the floor area, one storey's where it is unknown."""
    floor = measured["floor_m2"].to_numpy(np.float64)
    return np.where(np.isnan(floor), measured["foot_m2"].to_numpy(np.float64), floor)


def build_tables(
    parcels: pd.DataFrame, pieces: pd.DataFrame, owner: Rows, houses: Houses, joined: tuple[Rows, Rows], run: Run
) -> Units:
    """Return the two tables; groups are numbered by their first piece, that is by parcel_id.

    `pieces`: parts of parcels, each whole or cut; `owner` (b,) the piece of each building; `joined`: the group of each
    piece and the village patch of each parcel (-1 none). A group without dwellings or name is no unit.
    """
    group, patch = joined
    count = len(pieces)
    blocks = np.bincount(group[owner[houses.is_block()]], minlength=count)
    named = np.bincount(group, weights=(~pd.isna(pieces["name"].to_numpy(dtype=object))).astype(float), minlength=count)
    lead = np.flatnonzero((blocks + named > 0) & (np.bincount(group, minlength=count) > 0))
    ids = parcels["parcel_id"].astype(str).to_numpy(dtype=object)
    first = pd.Series(ids[pieces["parcel"].to_numpy(np.int64)[lead]], dtype=object)
    again = first.groupby(first).cumcount().to_numpy()
    unit_id = np.full(count, None, dtype=object)
    unit_id[lead] = [f"U-{key}" if not n else f"U-{key}-{n + 1}" for key, n in zip(first, again)]
    village = np.zeros(count, dtype=bool)
    village[group[patch[pieces["parcel"].to_numpy(np.int64)] >= 0]] = True
    shapes, area = _shapes(pieces, group, lead, run)
    run.check()
    units = pd.DataFrame(
        {
            "unit_id": frames.texts(unit_id[lead]), "name": frames.texts(_names(pieces, group)[lead]),
            "tag_hint": frames.texts(_hints(owner, houses, group, village)[lead]),
            "bldg_n": blocks[lead], "households": _households(parcels, pieces, owner, houses, group).take(lead).array,
            "area_m2": area, "geometry": shapes,
        }
    )  # fmt: skip
    units = pd.concat([units, cadastre_of(parcels, pieces, group, lead)], axis=1)
    run.check()
    members = _members(ids, pieces, owner, houses, unit_id[group])
    empty = int(pd.isna(unit_id[group]).sum())
    if empty:
        run.note("units_land_alone", n=empty)
    run.fact(units_n=len(units), buildings_merged_n=int((houses.block != np.arange(len(houses.block))).sum()))
    return Units(frames.conform(units, schema.table("units")), frames.conform(members, schema.table("unit_members")))


def _shapes(pieces: pd.DataFrame, group: Rows, lead: Rows, run: Run) -> tuple[npt.NDArray[np.object_], Reals]:
    """Return each unit's outline and the sum of its pieces' areas, whole thousandths first."""
    drawn = frames.geometries(pieces)
    area = np.bincount(group, weights=np.rint(shapely.area(drawn) * 1e3), minlength=len(pieces)) / 1e3
    order = np.argsort(group, kind="stable")
    starts = np.searchsorted(group[order], lead)
    ends = np.searchsorted(group[order], lead, side="right")
    shapes = np.empty(len(lead), dtype=object)
    for i, (start, end) in enumerate(zip(starts, ends)):
        if i % 200 == 0:
            run.progress(i / len(lead))
        mine = drawn[order[start:end]]
        shapes[i] = mine[0] if len(mine) == 1 else shapely.union_all(mine)
    return shapes, area[lead]


def _names(pieces: pd.DataFrame, group: Rows) -> npt.NDArray[np.object_]:
    """Return the name that most of each group's land bears, ties in alphabetical order."""
    land = np.rint(shapely.area(frames.geometries(pieces)) * 1e3)
    told = pd.DataFrame({"group": group, "name": pieces["name"].to_numpy(dtype=object), "land": land}).dropna()
    told = told.groupby(["group", "name"])["land"].sum().reset_index()
    told = told.sort_values(["group", "land", "name"], ascending=[True, False, True]).drop_duplicates("group")
    names = np.full(len(pieces), None, dtype=object)
    names[told["group"].to_numpy(np.int64)] = told["name"].to_numpy(dtype=object)
    return names


def _hints(owner: Rows, houses: Houses, group: Rows, village: npt.NDArray[np.bool_]) -> npt.NDArray[np.object_]:
    """Return what each group looks like: a village by form, works by use, an old compound by use and years."""
    measured, on = houses.measured, owner >= 0
    floor, into = _floor_m2(measured)[on], group[owner[on]]
    shares = {
        "all": np.ones(on.sum()),
        "resid": np.nan_to_num(measured["resid_share"].to_numpy(np.float64)[on]),
        "indus": np.nan_to_num(measured["indus_share"].to_numpy(np.float64)[on]),
        "old": (measured["year_hi"].to_numpy(np.float64)[on] <= OLD_YEAR).astype(float),
    }
    sums = {key: np.bincount(into, np.rint(floor * part * 1e3), minlength=len(group)) for key, part in shares.items()}
    half = HALF * sums["all"]
    some = sums["all"] > 0
    hints = np.full(len(group), "none", dtype=object)
    hints[some & (sums["resid"] >= half) & (sums["old"] >= half)] = "old_compound"
    hints[some & (sums["indus"] >= half)] = "idle_factory"
    hints[village] = "urban_village"
    return hints


def _households(parcels: pd.DataFrame, pieces: pd.DataFrame, owner: Rows, houses: Houses, group: Rows) -> pd.Series:
    """Return the households of each group, missing when any lived-in parcel of it does not tell."""
    row = pieces["parcel"].to_numpy(np.int64)
    told = frames.reals(parcels, "households")[row]
    missing = np.isnan(told) & lived_in(pieces, owner, houses)
    some = np.bincount(group, weights=~np.isnan(told), minlength=len(pieces)) > 0
    whole = np.bincount(group, np.nan_to_num(told) * pieces["share"].to_numpy(np.float64), minlength=len(pieces))
    gap = np.bincount(group, weights=missing, minlength=len(pieces)) > 0
    return pd.Series(np.where(some & ~gap, np.rint(np.round(whole, 6)), np.nan)).astype("Int64")


def _members(
    ids: npt.NDArray[np.object_], pieces: pd.DataFrame, owner: Rows, houses: Houses, unit: npt.NDArray[np.object_]
) -> pd.DataFrame:
    building, parcel = houses.pairs["building"].to_numpy(np.int64), houses.pairs["parcel"].to_numpy(np.int64)
    land = pd.DataFrame({"unit_id": unit, "parcel_id": ids[pieces["parcel"].to_numpy(np.int64)], "building_id": None,
                         "share": pieces["share"].to_numpy(np.float64)})  # fmt: skip
    keys = houses.measured["building_id"].astype(str).to_numpy(dtype=object)
    built = pd.DataFrame({"unit_id": unit[owner[building]], "parcel_id": ids[parcel], "building_id": keys[building],
                          "share": houses.pairs["share"].to_numpy(np.float64)})  # fmt: skip
    found = pd.concat([land.dropna(subset=["unit_id"]).astype(object), built.dropna(subset=["unit_id"]).astype(object)])
    found = found.sort_values(["unit_id", "parcel_id", "building_id"], na_position="first", ignore_index=True)
    return found.astype({"share": "float64"})
