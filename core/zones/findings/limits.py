# SPDX-License-Identifier: GPL-2.0-or-later
"""The limits of 建科〔2021〕63号, a zone's own size, and what its buildings ask for."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd

from ...rounding import grouped, rounded
from ...words import say
from .actions import ADD, DEMOLISH, IMPROVE, KEEP
from .ledger import NAN, Ledger
from .rules import CheckInputs, CheckRules

PUBLIC_USES = ("school", "medical", "public")  # new ones do not count against 拆建比
LAYER_FIGURE = {"source": "PROTECTED", "clause_code": "clause_protected", "status": "found"}  # the user's own layer


@dataclass(frozen=True)
class ZoneFacts:
    """Floor areas (m²) and counts of a zone. NaN or None: not known (no layer, no floor area).

    `share`, `net_share`: all 拆, and 拆 without 违建 and class D beyond repair, ÷ existing floor area. Existing floor
    areas that are not known make the true share smaller: `partial` says how many buildings that is.
    `asked_share` counts the refused 拆 as well. `counted_new_m2`: what is new without public services, as in `ratio`.
    """

    given: bool
    exist_m2: float = NAN
    demolish_m2: float = NAN
    new_m2: float = NAN
    counted_new_m2: float = NAN
    share: float = NAN
    net_share: float = NAN
    asked_share: float = NAN
    ratio: float = NAN
    partial: int = 0
    refused_n: int = 0
    resid_out_m2: float = NAN
    counts: Mapping[str, int] | None = None
    danger_cd_n: int | None = None
    lift_need_n: int | None = None


def measure_zone(houses: pd.DataFrame, given: bool) -> ZoneFacts:
    """Return the sums of a zone's buildings (settle_actions' rows of one zone)."""
    if not given:
        return ZoneFacts(False)
    action = houses["action"].to_numpy(dtype=object)
    floor = houses["floor_m2"].to_numpy("float64")
    out, add = action == DEMOLISH, action == ADD
    beyond, refused = (houses[name].to_numpy(dtype=bool) for name in ("beyond", "refused"))
    public = houses["use"].isin(PUBLIC_USES).to_numpy(dtype=bool)
    resid = houses["resid_share"].to_numpy("float64")
    exist = exact_m2(floor[~add & ~np.isnan(floor)])
    demolish, net = exact_m2(floor[out]), exact_m2(floor[out & ~beyond])
    new = exact_m2(floor[add & ~public])
    grades = houses["danger"]
    lifts = houses["lift_need"]
    return ZoneFacts(
        given=True,
        exist_m2=exist,
        demolish_m2=demolish,
        new_m2=exact_m2(floor[add]),
        counted_new_m2=new,
        share=_share(demolish, exist),
        net_share=_share(net, exist),
        asked_share=_share(exact_m2(floor[out | refused]), exist),
        ratio=new / demolish if demolish > 0 else NAN,
        partial=int((np.isnan(floor) & ~add).sum()),
        refused_n=int(refused.sum()),
        resid_out_m2=exact_m2((floor * resid)[out]),
        counts={name: int((action == name).sum()) for name in (KEEP, IMPROVE, DEMOLISH, ADD)},
        danger_cd_n=_sure(int(grades.isin(("C", "D")).sum()), bool(grades.isna().any())),
        lift_need_n=_sure(int(lifts.fillna(0).sum()), bool(lifts.isna().any())),
    )


def _sure(n: int, some_open: bool) -> int | None:
    """Return how many are sure, None where none is and some are open: as the parcels' own columns."""
    return n if n or not some_open else None


def exact_m2(values: npt.NDArray[np.float64]) -> float:
    """Return the sum in whole thousandths of a m²; NaN when a part is not known."""
    if np.isnan(values).any():
        return NAN
    return float(np.rint(values * 1000).astype(np.int64).sum()) / 1000


def sum_by(rows: npt.NDArray[Any], values: npt.NDArray[np.float64], n: int) -> npt.NDArray[np.float64]:
    """Return the sums by row 0…n-1 in whole thousandths, NaN where a part is not known, 0 without parts."""
    known = ~np.isnan(values)
    whole, missing = np.zeros(n, dtype=np.int64), np.zeros(n, dtype=bool)
    np.add.at(whole, rows[known], np.rint(values[known] * 1000).astype(np.int64))
    missing[rows[~known]] = True
    return np.where(missing, np.nan, whole / 1000)


def _share(part: float, whole: float) -> float:
    if part == 0:
        return 0.0
    return part / whole if whole > 0 else NAN


def check_policy(zone: str, facts: ZoneFacts, rules: CheckRules, ledger: Ledger) -> None:
    """Check the four limits of 建科〔2021〕63号; what there are no data for is unknown, never passed."""
    figure = rules.figures["demolish_share_max"]
    limit = rules.number("demolish_share_max")
    most = f"{100 * limit:g}"
    for check, share in (("demolish_net", facts.net_share), ("demolish_all", facts.share)):
        verdict = _at_most(share, limit)
        if verdict == "fail" and facts.partial:
            verdict = "unknown"  # the floor areas that are missing could only lower the share
        if check == "demolish_all" and verdict == "fail" and _at_most(facts.net_share, limit) != "fail":
            verdict = "advice"  # the limit holds after what the notice leaves out
        if not facts.given:
            ledger.add(check, zone, verdict, figure, "check_no_buildings", unit="share", limit=limit)
            continue
        code = {"demolish_net": "check_demolish_net", "demolish_all": "check_demolish_all"}[check]
        more = say("check_partial", ledger.language, partial=facts.partial) if facts.partial else ""
        ledger.add(check, zone, verdict, figure, code, value=share, unit="share", limit=limit, more=more, most=most,
                   n=facts.counts[DEMOLISH] if facts.counts else 0,
                   percent=_told(100 * share, 1))  # fmt: skip
    if facts.refused_n:
        asked: dict[str, Any] = {"n": facts.refused_n, "share": _told(100 * facts.asked_share, 1)}
        ledger.add("demolish_reason", zone, "fail", figure, "check_demolish_reason", value=facts.refused_n,
                   unit="buildings", limit=0.0, **asked)  # fmt: skip
    _check_ratio(zone, facts, rules, ledger)
    figure, least = rules.figures["resettle_share_min"], rules.number("resettle_share_min")
    ledger.add("resettle", zone, "unknown", figure, "check_resettle", unit="share", limit=least,
               least=f"{100 * least:g}",
               resid=_told(facts.resid_out_m2))  # fmt: skip
    rise = rules.number("rent_rise_max")
    ledger.add("rent", zone, "unknown", rules.figures["rent_rise_max"], "check_rent", unit="share", limit=rise,
               most=f"{100 * rise:g}")  # fmt: skip


def _check_ratio(zone: str, facts: ZoneFacts, rules: CheckRules, ledger: Ledger) -> None:
    figure, limit = rules.figures["rebuild_ratio_max"], rules.number("rebuild_ratio_max")
    told: dict[str, Any] = {"new": _told(facts.counted_new_m2), "old": _told(facts.demolish_m2)}
    if not facts.given:
        ledger.add("rebuild_ratio", zone, "unknown", figure, "check_no_buildings", unit="ratio", limit=limit)
    elif facts.demolish_m2 == 0:
        none_new = facts.counts is not None and facts.counts[ADD] == 0
        code = "check_ratio_none" if none_new else "check_ratio_only_new"
        told["new"] = _told(facts.new_m2)
        verdict = "pass" if none_new else "advice"
        ledger.add("rebuild_ratio", zone, verdict, figure, code, unit="ratio", limit=limit, **told)
    else:
        ledger.add("rebuild_ratio", zone, _at_most(facts.ratio, limit), figure, "check_ratio", value=facts.ratio,
                   unit="ratio", limit=limit, **told)  # fmt: skip


def _told(value: float, digits: int = 0) -> str:
    """Return a number for a sentence, a dash where it is not known."""
    return "—" if np.isnan(value) else grouped(rounded(value, digits), f".{digits}f")


def _at_most(value: float, limit: float) -> str:
    """Compare at the precision written (six decimals)."""
    if np.isnan(value):
        return "unknown"
    return "pass" if round(value, 6) <= limit else "fail"


def check_size(zone: str, row: Mapping[Any, Any], rules: CheckRules, ledger: Ledger) -> None:
    """Check area, floor area and petals against the limits of the zone rules."""
    limits, figures = rules.limits, rules.limit_figures
    sizes = (
        ("area_min", "area_m2", limits.area_min_m2, "area_min_m2", "check_area_min", 1),
        ("area_max", "area_m2", limits.area_max_m2, "area_max_m2", "check_area_max", -1),
        ("floor_min", "floor_m2", limits.floor_min_m2, "floor_min_m2", "check_floor_min", 1),
        ("petals_min", "petals_n", float(limits.petals_min), "petals_min", "check_petals_min", 1),
    )
    for check, column, limit, name, code, sign in sizes:
        unit = str(figures[name]["unit"])
        value = row.get(column)
        number = NAN if value is None or pd.isna(value) else float(value)
        verdict = "unknown" if np.isnan(number) else "pass" if sign * (number - limit) >= -0.01 else "fail"
        figure = {**figures[name], "clause": say("check_zone_rules", ledger.language, rules=rules.id)}
        ledger.add(check, zone, verdict, figure, code, value=number, unit=unit, limit=limit)


def check_buildings(zone: str, houses: pd.DataFrame, inputs: CheckInputs, rules: CheckRules, ledger: Ledger) -> None:
    """Check protection building by building, and count danger classes and lifts, into the ledger.

    `houses`: the zone's buildings with `danger` (A–D, missing = nobody looked), `protection`, `lift_need`, `lift_maybe`
    (storeys or lift not known). Nothing is said without a layer of buildings.
    """
    if inputs.buildings is None:
        return
    _check_protection(zone, houses, inputs, rules, ledger)
    grades = houses["danger"]
    figure = rules.figures["danger"]
    if grades.notna().any():
        d, c = int((grades == "D").sum()), int((grades == "C").sum())
        silent = int(grades.isna().sum())
        ledger.add("danger", zone, "advice" if d + c else "unknown" if silent else "pass", figure, "check_danger",
                   value=d + c, unit="buildings", d=d, c=c, silent=silent)  # fmt: skip
    else:
        ledger.add("danger", zone, "unknown", figure, "check_danger_unknown", unit="buildings")
    need, maybe = int(houses["lift_need"].fillna(0).sum()), int(houses["lift_maybe"].sum())
    verdict = "advice" if need else "unknown" if maybe else "pass"
    ledger.add("lifts", zone, verdict, rules.figures["lift_floors"], "check_lifts", value=need, unit="buildings",
               maybe=maybe, floors=int(rules.number("lift_floors")))  # fmt: skip


def _check_protection(zone: str, houses: pd.DataFrame, inputs: CheckInputs, rules: CheckRules, ledger: Ledger) -> None:
    if inputs.protected is None:
        ledger.add("protected", zone, "unknown", LAYER_FIGURE, "check_protected_unknown")
        return
    inside = houses[houses["protection"].notna().to_numpy(dtype=bool)]
    for row in inside.to_dict("records"):
        figure = rules.protection_of(None if pd.isna(row["protected_class"]) else str(row["protected_class"]))
        values: dict[str, Any] = {"kind": row["protected_class"], "action": row["action"], "zone_id": zone}
        if row["protection"] == "禁拆" and row["action"] == DEMOLISH:
            ledger.add("protected", row["building_id"], "fail", figure, "check_protected_forbidden", **values)
        elif row["protection"] == "须批" and row["action"] in (DEMOLISH, ADD):
            ledger.add("protected", row["building_id"], "advice", figure, "check_protected_approval", **values)
        elif row["action"] in (DEMOLISH, ADD):
            ledger.add("protected", row["building_id"], "advice", figure, "check_protected_look", **values)
    counts = {name: int((inside["protection"] == name).sum()) for name in ("禁拆", "须批", "提示")}
    ledger.add("protected", zone, "advice" if len(inside) else "pass", LAYER_FIGURE, "check_protected_count",
               value=len(inside), unit="buildings", forbidden=counts["禁拆"], approval=counts["须批"],
               look=counts["提示"])  # fmt: skip
