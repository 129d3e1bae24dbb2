# SPDX-License-Identifier: GPL-2.0-or-later
"""Between parcels and units of work: what the cadastre says of a unit, tags of units back on parcels by share."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
import pandas as pd
import shapely

from .. import frames, schema
from ..errors import RenewalError
from ..run import Run

Rows = npt.NDArray[np.int64]
MICRO = 1e6  # shares are added as whole millionths
HALF = 0.5
CADASTRE = ("land_use", "ownership", "czcsxm", "tbxhdm")  # what most of a unit's land says, is said of the unit


def cadastre_of(parcels: pd.DataFrame, pieces: pd.DataFrame, group: Rows, lead: Rows) -> pd.DataFrame:
    """Return what the cadastre says of each unit, a row for each of `lead`, with the columns of PARCELS.

    Parameters: `pieces` with `parcel` (row of `parcels`) and `geometry`; `group` the unit of each piece.
    land_use, ownership, czcsxm, tbxhdm: the value on at least half of the unit's land, else missing; in_boundary: the
    mean over its land, missing where any of it is.
    """
    row = pieces["parcel"].to_numpy(np.int64)
    land = np.rint(shapely.area(frames.geometries(pieces)) * 1e3)
    whole = np.bincount(group, weights=land, minlength=len(pieces))
    found: dict[str, object] = {}
    for name in CADASTRE:
        words = frames.optional(parcels, name).astype(frames.TEXT).str.strip().to_numpy(dtype=object)[row]
        told = pd.DataFrame({"group": group, "word": words, "land": land}).dropna()
        sums = told.groupby(["group", "word"])["land"].sum().reset_index()
        sums = sums.sort_values(["group", "land", "word"], ascending=[True, False, True]).drop_duplicates("group")
        most = sums[sums["land"].to_numpy(np.float64) >= HALF * whole[sums["group"].to_numpy(np.int64)]]
        column = np.full(len(pieces), None, dtype=object)
        column[most["group"].to_numpy(np.int64)] = most["word"].to_numpy(dtype=object)
        found[name] = frames.texts(column[lead])
    inside = frames.reals(parcels, "in_boundary")[row]
    total = np.bincount(group, weights=land * inside, minlength=len(pieces))  # NaN where a piece does not tell
    with np.errstate(invalid="ignore", divide="ignore"):
        found["in_boundary"] = np.round(total[lead] / whole[lead], 6)
    return pd.DataFrame(found)


def carry_back(unit_tags: pd.DataFrame, members: pd.DataFrame) -> pd.DataFrame:
    """Return what tags on units mean for parcels: `parcel_id`, `tag`, `unit_id`, `share`, sorted by parcel_id.

    Parameters: `unit_tags` `unit_id`, `tag` (one row a unit; a unit without a row has no say); `members` as made by
    make_units. Of a parcel in several units the tag with the largest share of its land wins, ties by tag;
    `share` is that share, `unit_id` the unit with the most of it, ties by id.
    """
    land = members[members["building_id"].isna()].merge(unit_tags[["unit_id", "tag"]], on="unit_id")
    land = land[land["tag"].notna()]
    land = land.assign(micro=np.rint(land["share"].to_numpy(np.float64) * MICRO).astype(np.int64))
    total = land.groupby(["parcel_id", "tag"])["micro"].sum().reset_index()
    total = total.sort_values(["parcel_id", "micro", "tag"], ascending=[True, False, True]).drop_duplicates("parcel_id")
    most = land.sort_values(["parcel_id", "tag", "micro", "unit_id"], ascending=[True, True, False, True])
    most = most.drop_duplicates(["parcel_id", "tag"])[["parcel_id", "tag", "unit_id"]]
    found = total.merge(most, on=["parcel_id", "tag"]).sort_values("parcel_id", ignore_index=True)
    found["share"] = found["micro"] / MICRO
    back: pd.DataFrame = found[["parcel_id", "tag", "unit_id", "share"]]
    return back


def carry_tags(tagged: pd.DataFrame, members: pd.DataFrame, run: Run) -> pd.DataFrame:
    """Return table parcel_tags: the tags of units on their parcels, a row a parcel of `members`.

    Parameters: `tagged` (table tagged) whose parcel_id are unit ids; `members` (unit_members). Level and reason are
    those of the unit that gives the tag. Parcels none of whose units are tagged are left out and listed
    (`member_untagged`). Raises RenewalError("members_match_nothing") when no unit id is common.
    """
    units = tagged.rename(columns={"parcel_id": "unit_id"})
    members = members[members["unit_id"].notna() & members["parcel_id"].notna()]
    if len(members) and not members["unit_id"].isin(units["unit_id"]).any():
        raise RenewalError("members_match_nothing", n=members["unit_id"].nunique(), m=len(units))
    found = carry_back(units, members)
    lost = sorted(set(members["parcel_id"].astype(str)) - set(found["parcel_id"].astype(str)))
    run.leave_out("UNIT_MEMBERS", lost, "member_untagged", "warning")
    told = units.drop_duplicates("unit_id")[["unit_id", "tag_level", "tag_reason"]]
    found = found.merge(told, on="unit_id", how="left").assign(schema_version=schema.SCHEMA_VERSION)
    run.fact(parcels_carried_n=len(found))
    return frames.conform(found, schema.table("parcel_tags"))
