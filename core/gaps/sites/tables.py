# SPDX-License-Identifier: GPL-2.0-or-later
"""Tables of proposed sites: a row a room, and who is served before and after."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt
import pandas as pd

from ... import frames, schema
from ...rounding import grouped
from ...words import say, unit_words
from ..demand import who_is_unknown
from ..fair import Assignment
from ..standard import Kind
from ..tables import plain_mean
from .hosts import Hosts
from .model import Choice, ComplexRule, floor_m2_of
from .rank import Ranked
from .reach import Reached, names_of


def sites_table(
    hosts: Hosts, reached: Reached, choice: Choice, ranked: Ranked, rule: ComplexRule | None, language: str
) -> pd.DataFrame:
    """Return table sites: one row a room in order of rank, with its host's geometry.

    `form` complex (as many kinds under one roof as the rule asks) | scattered; `floor_rule` where in the host the kind
    may go; `why` one sentence.
    """
    table, names = hosts.table, names_of(hosts)
    rows = []
    kinds_at = np.bincount(choice.host, minlength=len(names))
    parcel = frames.optional(table, "parcel_id")
    shapes = frames.geometries(table)
    for room in np.argsort(ranked.rank, kind="stable"):
        host, column, size = int(choice.host[room]), int(choice.kind[room]), choice.size[room]
        one = reached.kinds[column]
        m2 = float(floor_m2_of(one, choice.size[room : room + 1])[0])
        is_complex = rule is not None and kinds_at[host] >= rule.min_kinds
        why = _why(one.kind, (size, m2), int(ranked.rank[room]), float(ranked.units[room]), language)
        rows.append({
            "site_id": f"S-{names[host]}-{one.kind.id}", "candidate_id": names[host], "parcel_id": parcel.iloc[host],
            "kind": one.kind.id, "unit": one.kind.unit, "size": size, "m2": m2, "rank": int(ranked.rank[room]),
            "gain": ranked.gain[room], "served_more": ranked.units[room], "loss_if_removed": ranked.loss[room],
            "form": "complex" if is_complex else "scattered",
            "floor_rule": _floor_rule(hosts, (host, column), one.kind, language),
            "why": why, "standard_id": one.kind.standard_id, frames.GEOMETRY: shapes[host],
        })  # fmt: skip
    described = schema.table("sites")
    if not rows:
        return frames.empty(described)
    frame = pd.DataFrame({name: pd.Series([row[name] for row in rows], dtype=object) for name in rows[0]})
    return frames.conform(frame, described)


def _why(kind: Kind, sizes: tuple[float, float], rank: int, more: float, language: str) -> str:
    """Say what the room is and adds; a gain under half the smallest size asks whether a neighbour could take it."""
    size, m2 = sizes
    told = say(
        "sites_why", language, title=kind.title[language], size=grouped(size, "g"),
        unit=unit_words(kind.unit, language), m2=grouped(m2, ".0f"), more=f"{more:.1f}", rank=rank,
    )  # fmt: skip
    few = more < kind.min_size / 2
    return told + say("sites_join_neighbour", language) if few else told


def _floor_rule(hosts: Hosts, at: tuple[int, int], kind: Kind, language: str) -> str:
    """Say where in the host the kind may go, and what had to be assumed for that."""
    highest, lift, storeys = hosts.highest[at], hosts.lift[at[0]], hosts.storeys[at[0]]
    parts = []
    if not np.isfinite(highest):
        parts.append(say("sites_any_floor", language))
    elif highest <= 1:
        parts.append(say("sites_ground_floor", language))
    else:
        parts.append(say("sites_low_floors", language, n=int(highest)))
    if np.isnan(lift) and kind.host.lift_or_ground and highest <= 1:
        parts.append(say("sites_lift_unknown", language))
    if np.isnan(storeys):
        parts.append(say("sites_storeys_unknown", language))
    return ("；" if language == "zh" else "; ").join(parts)


def covered_table(
    parcels: pd.DataFrame, reached: Reached, before: list[Assignment], after: list[Assignment]
) -> pd.DataFrame:
    """Return table covered: a row a parcel and kind with need, both served by the fair maximum, kinds in order.

    NULL where the people of no home of a parcel are known.
    """
    n, parcel = len(parcels), reached.demand.parcel
    rows = []

    def add(parts: npt.NDArray[np.int64], per_unit: float) -> npt.NDArray[np.float64]:
        """Return sums by parcel of milli-units, in the kind's unit."""
        whole = np.zeros(n, dtype=np.int64)
        np.add.at(whole, parcel, parts)
        return whole / per_unit

    for one, first, second in zip(reached.kinds, before, after):
        frame = pd.DataFrame({
            "parcel_id": parcels["parcel_id"], "kind": one.kind.id, "unit": one.kind.unit,
            "need": add(one.need, one.per_unit), "served_before": add(first.served, one.per_unit),
            "served_after": add(second.served, one.per_unit),
        })  # fmt: skip
        unknown, _ = who_is_unknown(reached.demand, one.kind.need_of, parcel, n)
        frame.loc[unknown, ["need", "served_before", "served_after"]] = np.nan
        rows.append(frame)
    return frames.conform(pd.concat(rows, ignore_index=True), schema.table("covered"))


def served_layer(parcels: pd.DataFrame, covered: pd.DataFrame, kinds: Sequence[Kind], side: str) -> pd.DataFrame:
    """Return table gap_served: the parcels with what is served and lacking by kind; `side` before | after."""
    frame = parcels[["parcel_id", frames.GEOMETRY]].copy()
    groups: dict[str, list[npt.NDArray[np.float64]]] = {"elder": [], "child": []}
    for kind in kinds:
        rows = covered[covered["kind"] == kind.id]
        need, served = (rows[name].to_numpy("float64") for name in ("need", f"served_{side}"))
        share = np.divide(served, need, out=np.full(len(need), np.nan), where=need > 0)
        for name, values in (("need", need), ("served", served), ("gap", need - served), ("share", share)):
            frame[f"{kind.id}_{name}"] = values
        if kind.group in groups:
            groups[kind.group].append((1 - share).astype(np.float64))
    for name, columns in groups.items():
        frame[f"{name}_gap"] = plain_mean(columns, len(parcels))
    frame["schema_version"] = schema.SCHEMA_VERSION
    return frames.conform(frame, schema.table("gap_served", kinds=tuple(kind.id for kind in kinds)))
