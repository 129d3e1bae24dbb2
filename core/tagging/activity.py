# SPDX-License-Identifier: GPL-2.0-or-later
"""Signals of life on a parcel: power, water, firms and tax, POI, people and site visits (method notes §1)."""

from __future__ import annotations

import datetime
from collections.abc import Collection, Mapping
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pandas as pd
import shapely

from .. import frames
from ..inputs.overlay import parcels_at
from ..run import Run
from ..slices import sliced
from .dates import last_days, months_before
from .intervals import Interval, Reals, exact, largest, total

SIGNALS = {"power": ("power",), "water": ("water",), "firm": ("firm", "tax"), "poi": ("poi",),
           "people": ("people", "visit")}  # fmt: skip
STREAMS = tuple(stream for members in SIGNALS.values() for stream in members)


@dataclass(frozen=True)
class Activity:
    """`values`: fail_power … fail_people, stream_fail_n, stream_known_n; `last` ISO day of the last sign of life."""

    values: dict[str, Interval]
    last: pd.Series


def read_activity(table: pd.DataFrame, parcels: pd.DataFrame, as_of: datetime.date, run: Run) -> pd.DataFrame:
    """Return records as row (parcel), stream, value (NaN = none told), day (ordinal): what can be used, sorted.

    Records with a place go to the parcel that holds their inner point, others by parcel_id. Left out and counted:
    unknown streams, dates unreadable or after `as_of`, parcels not in the layer.
    """
    stream = frames.optional(table, "stream").astype(frames.TEXT).to_numpy(dtype=object)
    records = pd.DataFrame({
        "row": _rows(table, parcels, run), "stream": stream,
        "value": frames.reals(table, "value"),
        "day": last_days(frames.optional(table, "date"), as_of),
    })  # fmt: skip
    known = records["stream"].isin(STREAMS)
    if len(records) and records["stream"].isna().all():
        run.warn("activity_without_stream", n=len(records))
    elif not known.all():
        words = sorted({"—" if pd.isna(word) else str(word) for word in records.loc[~known, "stream"]})
        run.warn("stream_unknown", n=int((~known).sum()), values=words[:5])
    undated = known & records["day"].isna()
    if undated.any():
        texts = frames.optional(table, "date").astype(frames.TEXT).to_numpy(dtype=object)[undated]
        shown = sorted({"—" if pd.isna(text) else str(text) for text in texts})
        run.warn("activity_undated", n=int(undated.sum()), values=shown[:5])
    future = known & (records["day"] > as_of.toordinal())
    if future.any():
        run.warn("activity_future", n=int(future.sum()), as_of=as_of.isoformat())
    elsewhere = known & (records["row"] < 0)
    if elsewhere.any():
        run.warn("activity_elsewhere", n=int(elsewhere.sum()))
    usable = records[known & ~undated & ~future & ~elsewhere]
    return usable.sort_values(["row", "stream", "day", "value"], ignore_index=True)


def measure_activity(
    records: pd.DataFrame, floor_m2: Interval, group: npt.NDArray[np.object_], as_of: datetime.date,
    limits: Mapping[str, float], per_floor: Collection[str],
) -> Activity:  # fmt: skip
    """Return which signals have failed on each parcel.

    Parameters: `records` of read_activity; `floor_m2` (n,) above ground; `group` (n,) the parcel's use, whose median
    counts; `per_floor` streams that are amounts. A stream has failed when its last day lies more than
    `activity_months` before `as_of`, when its values of these months add up to 0, or, for amounts, when they come to
    less than `activity_share` of the group's median per m² of floor (of at least `activity_parcels` parcels). firm and
    tax are one signal, people and visit another: the worse of the two that are known. Values without a number say that
    there was life. An amount whose comparison is not possible (floor or median unknown) is unknown unless it is 0.
    """
    n = len(group)
    floor = np.where(floor_m2.is_exact() & (floor_m2.lo > 0), floor_m2.lo, np.nan)
    start = months_before(as_of, int(limits["activity_months"])).toordinal()
    failed: dict[str, Interval] = {}
    for stream in STREAMS:
        part = records[records["stream"] == stream]
        per_m2 = floor if stream in per_floor else None
        failed[stream] = exact(_failed(part, n, start, per_m2, group, limits))
    values = {f"fail_{name}": _worse([failed[member] for member in members]) for name, members in SIGNALS.items()}
    ends = list(values.values())
    sure = np.sum([(end.lo == 1).astype(float) for end in ends], axis=0)
    open_n = np.sum([(~end.is_known()).astype(float) for end in ends], axis=0)
    values["stream_fail_n"] = Interval(sure, sure + open_n)
    values["stream_known_n"] = exact(len(SIGNALS) - open_n)
    alive = records[~(records["value"] <= 0)]
    last = alive.groupby("row")["day"].max().reindex(np.arange(n))
    return Activity(values, frames.texts(None if np.isnan(day) else datetime.date.fromordinal(int(day)).isoformat()
                                         for day in last))  # fmt: skip


def _worse(members: list[Interval]) -> Interval:
    """Return the larger of those members that are known."""
    known = np.any([member.is_known() for member in members], axis=0)
    quiet = [Interval(np.where(m.is_known(), m.lo, 0.0), np.where(m.is_known(), m.hi, 0.0)) for m in members]
    return largest(*quiet).masked(~known)


def _failed(
    part: pd.DataFrame, n: int, start: int, floor: Reals | None, group: npt.NDArray[np.object_],
    limits: Mapping[str, float],
) -> Reals:  # fmt: skip
    """Return 1 failed, 0 alive, NaN unknown for one stream."""
    failed = np.full(n, np.nan)
    if not len(part):
        return failed
    row = part["row"].to_numpy(np.int64)
    day, value = part["day"].to_numpy(np.float64), part["value"].to_numpy(np.float64)
    last = np.full(n, -np.inf)
    np.maximum.at(last, row, day)
    recent = day > start
    told = recent & np.isfinite(value)
    numbers = np.bincount(row[told], minlength=n) > 0
    amount = np.asarray(np.round(total(row[told], value[told], n), 6))
    alive = np.bincount(row[recent & np.isnan(value)], minlength=n) > 0  # a sign of life without a number
    failed[alive] = 0.0
    if floor is None:
        failed[numbers] = (amount[numbers] <= 0).astype(float)
    else:
        compared = _under_median(amount, numbers, floor, group, limits)
        failed[numbers] = np.where(amount[numbers] <= 0, 1.0, compared[numbers])
    failed[alive & (failed == 1) & (amount > 0)] = 0.0
    failed[np.isfinite(last) & (last < start)] = 1.0
    return failed


def _under_median(
    amount: Reals, numbers: npt.NDArray[np.bool_], floor: Reals, group: npt.NDArray[np.object_],
    limits: Mapping[str, float],
) -> Reals:  # fmt: skip
    """Return 1 where the amount per m² is under the share of its group's median, 0 where not, NaN where unknown."""
    per_m2 = np.where(numbers, amount / floor, np.nan)
    table = pd.DataFrame({"group": group, "per_m2": per_m2})
    groups = table.groupby("group", dropna=False)["per_m2"]
    median = groups.transform("median").to_numpy(np.float64)
    count = groups.transform("count").to_numpy(np.float64)
    median = np.where(count >= limits["activity_parcels"], median, np.nan)
    under = np.round(per_m2, 12) < np.round(limits["activity_share"] * median, 12)
    return np.where(np.isnan(per_m2) | np.isnan(median), np.nan, under.astype(float))


def _rows(table: pd.DataFrame, parcels: pd.DataFrame, run: Run) -> npt.NDArray[np.int64]:
    """Return the parcel row of each record, −1 = none; of several parcels at a place the lowest id."""
    by_id = np.full(len(table), -1, dtype=np.int64)
    if "parcel_id" in table:
        by_id = pd.Index(parcels["parcel_id"]).get_indexer(table["parcel_id"]).astype(np.int64)
    if frames.GEOMETRY not in table:
        return by_id
    placed = parcels_at(sliced(shapely.point_on_surface, frames.geometries(table), run=run), parcels)
    return np.where(by_id >= 0, by_id, placed)
