# SPDX-License-Identifier: GPL-2.0-or-later
"""checkzones: zones, actions and findings. What is not verified is never shown as passed."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import pandas as pd

from ... import frames, schema
from ...errors import RenewalError
from ...run import Run
from ..gapmeans import tell_detail
from ..keys import refuse_doubles
from . import cover as findings_cover
from . import ground as findings_ground
from . import land as findings_land
from . import limits as findings_limits
from .actions import find_members, settle_actions
from .land_use import land_use_table
from .ledger import NAN, VERDICTS, Ledger
from .rules import CheckInputs, CheckRules


@dataclass(frozen=True, eq=False)
class Checked:
    """Tables `checked_zones`, `actions`, `findings`, `land_use` of resources/tables; `zone_of` each finding's zone."""

    zones: pd.DataFrame
    actions: pd.DataFrame
    findings: pd.DataFrame
    zone_of: tuple[str, ...]
    land_use: pd.DataFrame = field(default_factory=lambda: frames.empty(schema.table("land_use")))


def check_zones(inputs: CheckInputs, rules: CheckRules, run: Run) -> Checked:
    """Return zones with their shares, every building's action, and the findings.

    Parameters: `inputs` tables in metres; `rules` figures. Findings are sorted by zone, verdict (fail first) and check;
    of one check and subject there is one. Unknown values are NaN with verdict `unknown`. Raises
    RenewalError(`check_no_members`) when no parcel lies in any of the zones, and as refuse_doubles; without zones the
    tables are empty.
    """
    if not len(inputs.zones):
        zones, actions, findings = (
            frames.empty(schema.table(name)) for name in ("checked_zones", "actions", "findings")
        )
        return Checked(zones, actions, findings, ())
    refuse_doubles(inputs.zones)
    for layer, detail in (("DETAIL", inputs.detail), ("DETAIL_AFTER", inputs.detail_after)):
        tell_detail(detail, inputs.parcels, layer, run)
    members = find_members(inputs, run)
    there = members["parcel_id"].isin(inputs.parcels["parcel_id"]).to_numpy(dtype=bool)
    if there.any() and not there.all():
        lost = members["parcel_id"][~there].tolist()
        run.warn("check_members_lost", n=len(lost), ids=lost)
    zoned = members["zone_id"].astype(str).isin(inputs.zones["zone_id"].astype(str)).to_numpy(dtype=bool)
    if not zoned.all():
        stray = sorted(set(members["zone_id"].astype(str)[~zoned]))
        run.warn("check_members_no_zone", n=int((~zoned).sum()), zones=stray)
    members = members[there & zoned].reset_index(drop=True)
    if not len(members):
        raise RenewalError("check_no_members", n=len(inputs.zones))
    houses = settle_actions(inputs, members, rules, run.part(0, 0.4))
    ledger = Ledger(run.language)
    zones = inputs.zones.sort_values("zone_id", kind="stable").reset_index(drop=True)
    facts: dict[str, findings_limits.ZoneFacts] = {}
    by_zone = dict(list(houses.groupby("zone_id")))
    for step, row in enumerate(zones.to_dict("records")):
        run.progress(0.4 + 0.1 * step / len(zones))
        zone = str(row["zone_id"])
        own = by_zone.get(zone, houses.iloc[:0])
        facts[zone] = findings_limits.measure_zone(own, inputs.buildings is not None)
        findings_limits.check_policy(zone, facts[zone], rules, ledger)
        findings_limits.check_size(zone, row, rules, ledger)
        findings_limits.check_buildings(zone, own, inputs, rules, ledger)
    cover = findings_land.check_parks(members, inputs, rules, ledger, run.part(0.5, 0.7))
    findings_land.check_parking(members, inputs, rules, ledger, run)
    findings_land.check_plan(houses, members, inputs, ledger, run.part(0.7, 0.85))
    findings_ground.check_constraints(houses, members, inputs, rules, ledger, run.part(0.85, 1))
    shares = {
        "cover15": findings_cover.check_cover(members, inputs, rules, ledger, run),
        "served": findings_cover.check_served(members, inputs, rules.kinds, ledger, run),
    }
    findings = _findings(ledger)
    run.fact(findings_fail_n=int((findings["verdict"] == "fail").sum()), actions_n=len(houses))
    return Checked(
        _zones(zones, facts, cover, findings, shares),
        frames.conform(houses, schema.table("actions")),
        frames.conform(findings, schema.table("findings")),
        tuple(findings["zone_id"].tolist()),
        land_use_table(inputs, members, run),
    )


def _findings(ledger: Ledger) -> pd.DataFrame:
    """Return the findings with their zone, sorted."""
    table = pd.DataFrame(ledger.rows)
    table["order"] = [VERDICTS.index(item) for item in table["verdict"]]
    return table.sort_values(["zone_id", "order", "finding_id"], kind="stable").reset_index(drop=True)


def _zones(
    zones: pd.DataFrame, facts: Mapping[str, Any], cover: Mapping[str, float], findings: pd.DataFrame,
    shares: Mapping[str, Mapping[str, tuple[float, float]]],
) -> pd.DataFrame:  # fmt: skip
    ids = zones["zone_id"].astype(str).tolist()
    result = zones.copy()
    rows = [facts[zone] for zone in ids]
    result["demolish_share"] = [item.share for item in rows]
    result["demolish_net"] = [item.net_share for item in rows]
    result["exist_m2"] = [item.exist_m2 for item in rows]
    result["demolish_m2"] = [item.demolish_m2 for item in rows]
    result["new_m2"] = [item.new_m2 for item in rows]
    result["rebuild_ratio"] = [item.ratio for item in rows]
    for column, name in (("keep_n", "留"), ("change_n", "改"), ("demolish_n", "拆"), ("new_n", "增")):
        result[column] = pd.array([item.counts[name] if item.counts else None for item in rows], dtype="Int64")
    for column in ("danger_cd_n", "lift_need_n"):
        result[column] = pd.array([getattr(item, column) for item in rows], dtype="Int64")
    result["park_cover"] = [cover.get(zone, NAN) for zone in ids]
    for name, table in shares.items():
        for place, end in enumerate(("before", "after")):
            result[f"{name}_{end}"] = [table.get(zone, (NAN, NAN))[place] for zone in ids]
    counts = findings.groupby(["zone_id", "verdict"]).size()
    for verdict in VERDICTS:
        result[f"{verdict}_n"] = pd.array([int(counts.get((zone, verdict), 0)) for zone in ids], dtype="Int64")
    return frames.conform(result, schema.table("checked_zones"))
