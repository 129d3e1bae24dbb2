# SPDX-License-Identifier: GPL-2.0-or-later
"""From counted points to the tables of the results: detail by parcel and kind, wide parcels, facility loads."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt
import pandas as pd

from .. import frames, schema
from ..run import Run
from .demand import MILLI, Demand, Flags, who_is_unknown
from .gap import Counted, KindResult
from .standard import Kind

Reals = npt.NDArray[np.float64]


def tables_of(parcels: pd.DataFrame, counted: Counted, load_rule: str, run: Run) -> GapTables:
    """Return the tables of all kinds that were counted together, in their order."""
    tables = GapTables(parcels, [result.kind for result in counted.kinds], load_rule)
    for result in counted.kinds:
        run.check()
        tables.add(counted.demand, result)
    return tables


class GapTables:
    """Detail, wide parcels and loads, made kind by kind: what was counted at a city's demand points need not be held.

    `parcels`, `kinds` in the order of the tables; kinds may be added in any order. Each table is given once.
    """

    def __init__(self, parcels: pd.DataFrame, kinds: Sequence[Kind], load_rule: str) -> None:
        self._parcels, self._kinds, self._load_rule = parcels, kinds, load_rule
        self._detail: dict[str, pd.DataFrame] = {}
        self._loads: dict[str, pd.DataFrame] = {}

    def add(self, demand: Demand, result: KindResult) -> None:
        """Take the rows of one kind."""
        name = result.kind.id
        self._detail[name] = frames.conform(_detail_of(self._parcels, demand, result), schema.table("gap_detail"))
        self._loads[name] = _loads_of(demand, result, self._load_rule)

    def detail(self, run: Run) -> pd.DataFrame:
        """Return table gap_detail: one row a parcel and kind, kinds in order, parcels in the layer's order.

        Minutes, lines and access ratios are means over the parcel's points, weighted by those the kind serves (by need
        for the ratio); `nearest_id` is nearest for most people, ties by id; `reach_n` counts what any point reaches.
        It is put together column by column: a city's rows are not held twice.
        """
        parts = [self._detail.pop(kind.id) for kind in self._kinds]
        columns = {}
        for name in schema.table("gap_detail").names():
            run.check()
            pieces: list[pd.Series] = [part.pop(name) for part in parts]
            columns[name] = pd.concat(pieces, ignore_index=True)
        return pd.DataFrame(columns, copy=False)

    def wide(self, detail: pd.DataFrame, run: Run) -> pd.DataFrame:
        """Return table gap: one row a parcel, a group of columns a kind, and the headline gaps of elders and children.

        `detail`: what `detail` returned.
        """
        return _wide(self._parcels, detail, self._kinds, run)

    def loads(self) -> pd.DataFrame:
        """Return table facility_load: each facility and kind with its capacity, load and what is free.

        `status` ok | full | UNREACHED (nobody with need walks there within the limit: its supply is lost) |
        NO_CAPACITY | NO_PEOPLE_DATA (of none of those who walk there anybody knows the need: who is served is unknown
        as well).
        """
        parts = [self._loads[kind.id] for kind in self._kinds]
        return frames.conform(pd.concat(parts, ignore_index=True), schema.table("facility_load"))


def _detail_of(parcels: pd.DataFrame, demand: Demand, result: KindResult) -> pd.DataFrame:
    kind, n, parcel = result.kind, len(parcels), demand.parcel
    people = demand.people[kind.people]
    unknown, partly = who_is_unknown(demand, kind.need_of, parcel, n)
    need, served = _sum(result.need, parcel, n), _sum(result.served, parcel, n)
    routed = result.walk_ms >= 0
    weight = _weights(people, parcel, n)
    frame = pd.DataFrame({
        "parcel_id": parcels["parcel_id"], "kind": kind.id, "unit": kind.unit, "standard_id": kind.standard_id,
        "people": _sum(people / MILLI, parcel, n), "need": need,
        "in_r": _sum(people * result.in_radius, parcel, n) / MILLI,
        "line_m": _mean(result.line_m, weight, parcel, n), "walk_m": _mean(result.walk_m, weight, parcel, n),
        "walk_s": _mean(np.where(routed, result.walk_ms / 1000, np.nan), weight, parcel, n),
        "nearest_id": _nearest_of_most(result, weight, parcel, n), "reach_n": _reached(result, parcel, n),
        "access_ratio": _mean(result.access_ratio, result.need, parcel, n), "served": served, "gap": need - served,
        "share": np.divide(served, need, out=np.full(n, np.nan), where=need > 0),
    })  # fmt: skip
    frame["status"] = _status(result, demand, need, (unknown, partly), n)
    nobody, _ = who_is_unknown(demand, kind.people, parcel, n)  # need may be of others: places of all, for infants
    frame.loc[nobody, ["people", "in_r"]] = np.nan
    blank = ["need", "access_ratio", "served", "gap", "share"]
    frame.loc[unknown, blank] = np.nan
    return frame


def _sum(values: npt.ArrayLike, parcel: npt.NDArray[np.intp], n: int) -> Reals:
    total: Reals = np.bincount(parcel, weights=np.asarray(values, dtype=np.float64), minlength=n).astype(np.float64)
    return total


def _weights(people: npt.NDArray[np.int64], parcel: npt.NDArray[np.intp], n: int) -> Reals:
    """Return people; where a parcel has none of the kind's people, its points count alike."""
    nobody = (_sum(people, parcel, n) == 0)[parcel]
    return np.where(nobody, 1.0, people.astype(np.float64))


def _mean(values: Reals, weight: Reals, parcel: npt.NDArray[np.intp], n: int) -> Reals:
    known = ~np.isnan(values) & (weight > 0)
    total = _sum(np.where(known, weight, 0), parcel, n)
    part = _sum(np.where(known, weight * np.nan_to_num(values), 0), parcel, n)
    return np.divide(part, total, out=np.full(n, np.nan), where=total > 0)


def _nearest_of_most(
    result: KindResult, weight: Reals, parcel: npt.NDArray[np.intp], n: int
) -> npt.NDArray[np.object_]:
    here = result.nearest >= 0
    m = max(1, len(result.supply))
    key, vote = np.unique(parcel[here] * np.int64(m) + result.nearest[here], return_inverse=True)
    votes = np.bincount(vote, weights=weight[here], minlength=len(key))  # whole numbers
    home, facility = key // m, key % m
    order = np.lexsort((facility, -votes, home))  # facility rows are in order of ids
    best = order[np.r_[True, home[order][1:] != home[order][:-1]]] if len(order) else order
    found = np.full(n, None, dtype=object)
    found[home[best]] = result.supply["facility_id"].to_numpy(dtype=object)[facility[best]]
    return found


def _reached(result: KindResult, parcel: npt.NDArray[np.intp], n: int) -> npt.NDArray[np.intp]:
    m = max(1, len(result.supply))
    both = np.unique(parcel[result.pairs.place] * np.int64(m) + result.pairs.facility)
    return np.bincount(both // m, minlength=n)


def _status(
    result: KindResult, demand: Demand, need: Reals, told: tuple[Flags, Flags], n: int
) -> npt.NDArray[np.object_]:
    """Return one status a parcel; the first that holds, in the order of the list below. `told`: who_is_unknown."""
    parcel, (unknown, partly) = demand.parcel, told
    points = np.bincount(parcel, minlength=n)

    def count(mask: npt.NDArray[np.bool_]) -> npt.NDArray[np.intp]:
        """Return how many demand points of each parcel a mask has."""
        return np.bincount(parcel[mask], minlength=n)

    routed, lost = count(result.walk_ms >= 0), count(result.status != "")
    steep, alone = count(result.status == "SNAP_STEEP"), count(result.isolated)
    nothing = np.full(n, not len(result.supply))
    conditions = [
        unknown, (need <= 0) & ~partly, nothing, (lost == points) & (steep > 0), lost == points,
        (routed > 0) & (partly | (routed < points)), (routed == 0) & (alone + lost == points), routed == 0,
    ]  # fmt: skip
    words = [
        "NO_PEOPLE_DATA", "NO_NEED", "NO_SUPPLY", "SNAP_STEEP", "NOT_SNAPPED", "PARTIAL", "UNREACHED", "BEYOND",
    ]  # fmt: skip
    found: npt.NDArray[np.object_] = np.array(["ok", *words], dtype=object)[
        np.select(conditions, range(1, len(words) + 1), default=0)
    ]  # each word held once
    return found


def _wide(parcels: pd.DataFrame, detail: pd.DataFrame, kinds: Sequence[Kind], run: Run) -> pd.DataFrame:
    frame, n = parcels[["parcel_id", frames.GEOMETRY]].copy(), len(parcels)
    groups: dict[str, list[Reals]] = {"elder": [], "child": []}
    for number, kind in enumerate(kinds):
        run.check()
        rows = detail.iloc[number * n : (number + 1) * n]
        for name in ("need", "served", "gap", "share", "in_r"):
            frame[f"{kind.id}_{name}"] = rows[name].to_numpy()
        frame[f"{kind.id}_min"] = rows["walk_s"].to_numpy("float64") / 60
        if kind.group in groups:
            groups[kind.group].append((1 - rows["share"].to_numpy("float64")).astype(np.float64))
    for name, columns in groups.items():
        frame[f"{name}_gap"] = plain_mean(columns, n)
    frame["schema_version"] = schema.SCHEMA_VERSION
    return frames.conform(frame, schema.table("gap", kinds=tuple(kind.id for kind in kinds)))


def plain_mean(columns: Sequence[Reals], n: int) -> Reals:
    """Return the plain mean over the kinds with need (NaN = no need), NaN where none has."""
    if not columns:
        return np.full(n, np.nan)
    table = np.vstack(columns)
    known = ~np.isnan(table)
    return np.divide(np.nansum(table, axis=0), known.sum(axis=0), out=np.full(n, np.nan), where=known.any(axis=0))


def _loads_of(demand: Demand, result: KindResult, load_rule: str) -> pd.DataFrame:
    supply = result.supply
    capacity = supply["capacity"].to_numpy("float64")
    unknown, _ = who_is_unknown(demand, result.kind.need_of, result.pairs.facility, len(supply), result.pairs.place)
    load = np.where(unknown, np.nan, result.load)
    free = capacity - load
    conditions = [np.isnan(capacity), unknown, ~result.facility_reached, free <= 0.0005]
    words = ["NO_CAPACITY", "NO_PEOPLE_DATA", "UNREACHED", "full"]
    return pd.DataFrame({
        "facility_id": supply["facility_id"], "kind": result.kind.id, "unit": result.kind.unit,
        "capacity": capacity, "served": load, "free": free, "load_rule": load_rule,
        "status": np.select(conditions, words, default="ok").astype(object),
    })  # fmt: skip
