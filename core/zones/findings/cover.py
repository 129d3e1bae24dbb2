# SPDX-License-Identifier: GPL-2.0-or-later
"""15 minutes on foot before and after, and what new sites serve: for the elderly and the children of each zone."""

from __future__ import annotations

from collections.abc import Iterable

import numpy as np
import pandas as pd

from ... import frames
from ...palette import kind_name
from ...run import Run
from .ledger import NAN, Ledger
from .rules import CheckInputs, CheckRules

MOST_KINDS = 12
SERVED_FIGURE = {"source": "SITES", "clause_code": "clause_sites", "status": "heuristic"}  # as the packs' limits


def check_cover(
    members: pd.DataFrame, inputs: CheckInputs, rules: CheckRules, ledger: Ledger, run: Run
) -> dict[str, tuple[float, float]]:
    """Return {zone: (cover before, cover after)}, NaN where not known, and tell them kind by kind.

    Cover: people of the member parcels whose walk to the nearest facility of the kind takes at most the rules' minutes
    (`walk_s` of the gap detail, which is the people-weighted mean of a parcel), ÷ people in need of the kind; all elder
    and child kinds together. `after` from `detail_after`, the same table with the new sites; what it does not count of
    the kinds stays as it is before. There is no limit in the standards that were seen: told as advice.
    """
    figure = rules.figures["cover_minutes"]
    limit_s = rules.number("cover_minutes") * 60
    before = _within(_of_members(inputs.detail, members), rules.kinds, limit_s)
    after = _within(_of_members(inputs.detail_after, members), rules.kinds, limit_s)
    if len(after):
        after = pd.concat([after, before[~before["kind"].isin(after["kind"].unique())]], ignore_index=True)
    own_of = dict(list(members.groupby("zone_id")["parcel_id"]))
    found = {}
    for zone in sorted(inputs.zones["zone_id"].astype(str)):
        run.check()
        own = own_of.get(zone, ())
        shares = [_shares(table, own) for table in (before, after)]
        values = [_whole(table, own) for table in (before, after)]
        found[zone] = (values[0], values[1])
        if np.isnan(values[0]):
            ledger.add("cover15", zone, "unknown", figure, "check_cover_unknown", unit="share")
            continue
        minutes = f"{rules.number('cover_minutes'):g}"
        told = [_told(kind, shares[0][kind], shares[1].get(kind), run.language) for kind in shares[0]][:MOST_KINDS]
        code = "check_cover" if np.isnan(values[1]) else "check_cover_after"
        ledger.add("cover15", zone, "advice", figure, code, value=values[0], unit="share", minutes=minutes,
                   before=f"{100 * values[0]:.1f}", after=f"{100 * values[1]:.1f}", kinds=told)  # fmt: skip
    return found


def check_served(
    members: pd.DataFrame, inputs: CheckInputs, kinds: tuple[str, ...], ledger: Ledger, run: Run
) -> dict[str, tuple[float, float]]:
    """Return {zone: (served before, served after)} the proposed sites: plain means over kinds of Σ served ÷ Σ need."""
    covered = _of_members(inputs.covered, members)
    if covered is None:
        return {}
    table = covered[covered["kind"].isin(list(kinds)).fillna(False).to_numpy(dtype=bool)]
    own_of = dict(list(members.groupby("zone_id")["parcel_id"]))
    found = {}
    for zone in sorted(inputs.zones["zone_id"].astype(str)):
        run.check()
        part = table[table["parcel_id"].isin(own_of.get(zone, ())).to_numpy(dtype=bool)]
        sums = part.groupby("kind", sort=True)[["need", "served_before", "served_after"]].sum()
        sums = sums[sums["need"] > 0]
        if not len(sums):
            continue
        old, new = (sums[name] / sums["need"] for name in ("served_before", "served_after"))
        found[zone] = (float(old.mean()), float(new.mean()))
        told = [_told(str(kind), float(old[kind]), float(new[kind]), run.language) for kind in sums.index][:MOST_KINDS]
        ledger.add("served", zone, "advice", SERVED_FIGURE, "check_served", value=found[zone][1],
                   unit="share", before=f"{100 * found[zone][0]:.1f}", after=f"{100 * found[zone][1]:.1f}",
                   kinds=told)  # fmt: skip
    return found


def _of_members(table: pd.DataFrame | None, members: pd.DataFrame) -> pd.DataFrame | None:
    """Return the rows of the zones' members: a city's rows are looked through once, not for each zone."""
    if table is None:
        return None
    return table[table["parcel_id"].isin(members["parcel_id"].unique()).to_numpy(dtype=bool)]


def _within(detail: pd.DataFrame | None, kinds: tuple[str, ...], limit_s: float) -> pd.DataFrame:
    """Return `parcel_id`, `kind`, `people`, `near` (people within the limit) of rows with people."""
    columns = {"parcel_id": frames.texts([]), "kind": frames.texts([]), "people": [], "near": []}
    if detail is None or not len(detail):
        return pd.DataFrame(columns)
    rows = detail[detail["kind"].isin(list(kinds)).fillna(False).to_numpy(dtype=bool)]
    people = frames.reals(rows, "people")
    walk = frames.reals(rows, "walk_s")
    rows, people, walk = rows[people > 0], people[people > 0], walk[people > 0]
    near = np.where(walk <= limit_s, people, 0.0)
    ids, names = (rows[name].astype(str).to_numpy() for name in ("parcel_id", "kind"))
    return pd.DataFrame({"parcel_id": ids, "kind": names, "people": people, "near": near})


def _shares(table: pd.DataFrame, own: Iterable[str]) -> dict[str, float]:
    sums = table[table["parcel_id"].isin(list(own))].groupby("kind", sort=True)[["people", "near"]].sum()
    return {str(kind): float(row["near"] / row["people"]) for kind, row in sums.iterrows()}


def _whole(table: pd.DataFrame, own: Iterable[str]) -> float:
    part = table[table["parcel_id"].isin(list(own))]
    people = float(np.rint(part["people"].to_numpy(dtype=np.float64) * 1000).sum())
    return float(np.rint(part["near"].to_numpy(dtype=np.float64) * 1000).sum()) / people if people > 0 else NAN


def _told(kind: str, before: float, after: float | None, language: str) -> str:
    text = f"{kind_name(kind, language)} {100 * before:.0f} %"
    return text if after is None else f"{text} → {100 * after:.0f} %"
