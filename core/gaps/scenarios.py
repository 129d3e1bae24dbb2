# SPDX-License-Identifier: GPL-2.0-or-later
"""Two counts of the same need compared: what another supply changes for whom."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pandas as pd

from .. import frames, schema
from ..errors import RenewalError
from ..run import Run
from .grouping import USUAL, Groups
from .tables import plain_mean

Reals = npt.NDArray[np.float64]
Whole = npt.NDArray[np.int64]

KEY = ["kind", "parcel_id"]
SIDES = ("before", "after")
MOVED = ("need", "served", "gap", "share", "walk_s", "status", "people", "unit", "standard_id")
MILLI = 1000  # tables are written to thousandths; sums are of whole thousandths
SAME_S = 0.5  # seconds on foot below which nothing has changed


@dataclass(frozen=True, eq=False)
class Comparison:
    """`difference` a row a parcel and kind, `summary` a row a kind."""

    difference: pd.DataFrame
    summary: pd.DataFrame


def compare_scenarios(before: pd.DataFrame, after: pd.DataFrame, run: Run) -> Comparison:
    """Compare two gap_detail tables of the same parcels and need.

    Need is owed by the standard, whatever is built: where it differs, the two counts are of different people or
    standards and their gaps must not be compared. Kinds that one side lacks are left out (`scenario_kinds_left`).
    Raises RenewalError: `scenario_twice` (a row stands twice), `scenario_no_kind`, `scenario_parcels_differ`,
    `scenario_need_differs`, `scenario_standard_differs`.
    """
    first, second = (_keyed(frame, side) for frame, side in zip((before, after), SIDES))
    kinds = [kind for kind in first["kind"].unique() if kind in set(second["kind"])]
    left = sorted(set(first["kind"]) ^ set(second["kind"]))
    if not kinds:
        raise RenewalError("scenario_no_kind", before=sorted(set(first["kind"])), after=sorted(set(second["kind"])))
    if left:
        run.warn("scenario_kinds_left", kinds=left)
    run.progress(0.2)
    joined = _joined(first[first["kind"].isin(kinds)], second[second["kind"].isin(kinds)])
    _refuse_other_need(joined)
    run.progress(0.5)
    difference = _difference(joined)
    summary = _summary(difference, joined, kinds)
    run.progress(0.9)
    worse = int(summary["worse_n"].sum())
    if worse:
        run.warn("scenario_worse", n=worse)
    conformed = frames.conform(difference, schema.table("scenario_difference"))
    return Comparison(conformed, frames.conform(summary, schema.table("scenario_summary")))


def change_layer(parcels: pd.DataFrame, difference: pd.DataFrame, groups: Groups = USUAL) -> pd.DataFrame:
    """Return table scenario_change: the parcels with the change of each kind's gap, of the groups' and in a word.

    Parameters: `parcels` with `parcel_id`, `geometry`; `difference` table scenario_difference. `elder_…`, `child_…` are
    plain means over the kinds of `groups` with need, as in table gap. `change`: worse when any kind is, else better,
    nearer, farther, same; unknown when nothing else is known. Parcels that were not compared are unknown.
    """
    frame = parcels[["parcel_id", frames.GEOMETRY]].reset_index(drop=True)
    kinds = tuple(dict.fromkeys(difference["kind"]))
    means: dict[str, list[Reals]] = {f"{group}_{side}": [] for group in groups for side in SIDES}
    words = []
    for kind in kinds:
        rows = difference[difference["kind"] == kind].set_index("parcel_id").reindex(frame["parcel_id"])
        need = rows["need"].to_numpy("float64")
        for side in SIDES:
            gap = rows[f"gap_{side}"].to_numpy("float64")
            frame[f"{kind}_{side}"] = gap
            for group, members in groups.items():
                if kind in members:
                    share = np.divide(gap, need, out=np.full(len(need), np.nan), where=need > 0)
                    means[f"{group}_{side}"].append(share)
        frame[f"{kind}_change"] = rows["gap_change"].to_numpy("float64")
        words.append(rows["change"].fillna("unknown").to_numpy(dtype=object).astype(str))
    for name, shares in means.items():
        frame[name] = plain_mean(shares, len(frame))
    for group in groups:
        frame[f"{group}_change"] = frame[f"{group}_after"] - frame[f"{group}_before"]
    told = np.vstack(words) if words else np.full((1, len(frame)), "unknown")
    order = ["worse", "better", "nearer", "farther", "same"]
    frame["change"] = np.select([(told == word).any(axis=0) for word in order], order, default="unknown").astype(object)
    frame["schema_version"] = schema.SCHEMA_VERSION
    return frames.conform(frame, schema.table("scenario_change", kinds=kinds))


def _keyed(frame: pd.DataFrame, side: str) -> pd.DataFrame:
    """Return the columns compared, in the order of kinds as they come and parcels by id."""
    table = pd.DataFrame({name: frames.optional(frame, name).to_numpy(dtype=object) for name in (*KEY, *MOVED)})
    for name in ("need", "served", "gap", "share", "walk_s", "people"):
        table[name] = pd.to_numeric(frames.optional(frame, name, "real")).to_numpy("float64", na_value=np.nan)
    twice = table.duplicated(KEY)
    if twice.any():
        ids = frames.texts(table["parcel_id"]).fillna("").to_numpy(dtype=object)
        raise RenewalError("scenario_twice", layer=side.upper(), n=int(twice.sum()), ids=sorted(set(ids[twice])))
    return table


def _joined(first: pd.DataFrame, second: pd.DataFrame) -> pd.DataFrame:
    both = first.merge(second, on=KEY, how="outer", suffixes=("_before", "_after"), indicator=True)
    alone = both[both["_merge"] != "both"]
    if len(alone):
        ids = sorted(set(frames.texts(alone["parcel_id"]).fillna("")))
        raise RenewalError("scenario_parcels_differ", n=len(ids), ids=ids)
    joined: pd.DataFrame = first[KEY].merge(both.drop(columns="_merge"), on=KEY, how="left")
    return joined


def _refuse_other_need(joined: pd.DataFrame) -> None:
    """Refuse two counts of different need, unit or standard."""
    for name in ("standard_id", "unit"):
        one, other = (joined[f"{name}_{side}"].astype(frames.TEXT).fillna("") for side in SIDES)
        odd = (one != other).to_numpy(dtype=bool)
        if odd.any():
            row = int(np.flatnonzero(odd)[0])
            raise RenewalError("scenario_standard_differs", before=one.iloc[row], after=other.iloc[row])
    before, after = (_milli(joined[f"need_{side}"].to_numpy("float64")) for side in SIDES)
    unknown = [joined[f"need_{side}"].isna().to_numpy(dtype=bool) for side in SIDES]
    changed = (unknown[0] != unknown[1]) | (before != after)
    if changed.any():
        ids = sorted(set(joined["parcel_id"][changed]))
        raise RenewalError("scenario_need_differs", n=len(ids), ids=ids, kinds=sorted(set(joined["kind"][changed])))


def _milli(values: Reals) -> Whole:
    """Return whole thousandths, 0 where unknown."""
    whole: Whole = np.rint(np.nan_to_num(values) * MILLI).astype(np.int64)
    return whole


def _difference(joined: pd.DataFrame) -> pd.DataFrame:
    frame = joined[["parcel_id", "kind"]].copy()
    frame["unit"], frame["need"] = joined["unit_before"], joined["need_before"]
    for name in ("served", "gap", "share", "walk_s", "status"):
        for side in SIDES:
            frame[f"{name}_{side}"] = joined[f"{name}_{side}"]
    after, before = (_milli(frame[f"gap_{side}"].to_numpy("float64")) for side in reversed(SIDES))
    frame["gap_change"] = (after - before) / MILLI
    frame["walk_change_s"] = frame["walk_s_after"] - frame["walk_s_before"]
    unknown = (frame["gap_before"].isna() | frame["gap_after"].isna()).to_numpy(dtype=bool)
    frame.loc[unknown, "gap_change"] = np.nan
    change = frame["gap_change"].to_numpy("float64")
    walk = _walk_change(frame)
    conditions = [unknown, change < 0, change > 0, walk < -SAME_S, walk > SAME_S]
    words = ["unknown", "better", "worse", "nearer", "farther"]
    frame["change"] = np.select(conditions, words, default="same").astype(object)
    return frame


def _walk_change(frame: pd.DataFrame) -> Reals:
    """Return seconds to the nearest gained or lost; nobody within an hour counts as infinitely far."""
    one, other = (frame[f"walk_s_{side}"].fillna(np.inf).to_numpy("float64") for side in SIDES)
    same = one == other
    return np.asarray(np.subtract(other, one, out=np.zeros(len(one)), where=~same), dtype=np.float64)


def _summary(difference: pd.DataFrame, joined: pd.DataFrame, kinds: list[str]) -> pd.DataFrame:
    """Return one row a kind: sums of whole thousandths over parcels whose need is known, shares of sums."""
    rows = []
    for kind in kinds:
        mine = (difference["kind"] == kind).to_numpy(dtype=bool)
        part, people = difference[mine], _milli(joined["people_before"].to_numpy("float64")[mine])
        sums = {name: int(_milli(part[name].to_numpy("float64")).sum()) for name in (
            "need", "served_before", "served_after", "gap_before", "gap_after")}  # fmt: skip
        change = part["change"].to_numpy(dtype=object)
        need = sums["need"] or np.nan
        rows.append({
            "kind": kind, "unit": part["unit"].iloc[0], **{name: value / MILLI for name, value in sums.items()},
            "gap_change": (sums["gap_after"] - sums["gap_before"]) / MILLI,
            "share_before": sums["served_before"] / need, "share_after": sums["served_after"] / need,
            "walk_min_before": _mean_walk(part, people, "before"), "walk_min_after": _mean_walk(part, people, "after"),
            "better_n": int((change == "better").sum()), "worse_n": int((change == "worse").sum()),
            "unknown_n": int((change == "unknown").sum()),
            "people_better": int(people[change == "better"].sum()) / MILLI,
        })  # fmt: skip
    return pd.DataFrame(rows)


def _mean_walk(part: pd.DataFrame, people: Whole, side: str) -> float:
    """Return minutes to the nearest, weighted by people, over parcels that reach one on both sides."""
    seconds = part[f"walk_s_{side}"].to_numpy("float64")
    known = part[["walk_s_before", "walk_s_after"]].notna().all(axis=1).to_numpy() & (people > 0)
    if not known.any():
        return float("nan")
    order = np.argsort(part["parcel_id"].to_numpy(dtype=str)[known], kind="stable")
    weight, minutes = people[known][order], seconds[known][order] / 60
    return float((weight * minutes).sum() / weight.sum())
