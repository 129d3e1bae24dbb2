# SPDX-License-Identifier: GPL-2.0-or-later
"""What the land says: parks within reach, parking, the detailed plan."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
import pandas as pd
import shapely

from ... import frames
from ...rounding import grouped, rounded
from ...run import Run
from .actions import ADD, DEMOLISH
from .ledger import NAN, Ledger
from .limits import exact_m2, sum_by
from .overlay import measure_pairs
from .rules import CheckInputs, CheckRules

PLAN_FIGURE = {"source": "PLAN", "clause_code": "clause_plan", "status": "found"}  # the user's own layer
MOST_KINDS = 5  # told by name
HALF = 0.5  # own choice: the plan's parcel that covers at least half of a parcel is its plan
Objects = npt.NDArray[np.object_]


def check_parks(
    members: pd.DataFrame, inputs: CheckInputs, rules: CheckRules, ledger: Ledger, run: Run
) -> dict[str, float]:
    """Return for each zone the share of residential land within the radius of a park (straight line, from its edge).

    Residential land = parcel area × resid_share (0 where not known). Parks anywhere in GREEN count, by area: two
    classes with a radius each. Without GREEN or residential land: no entry, verdict unknown. The national indicator
    has no limit here: the value is told as advice.
    """
    figure = rules.figures["park_small_m2"]
    zones = inputs.zones["zone_id"].astype(str).tolist()
    known = "resid_share" in inputs.parcels
    rings = _rings_of_parks(inputs.green, rules, run) if inputs.green is not None else None
    parcels = inputs.parcels[inputs.parcels["parcel_id"].isin(members["parcel_id"]).to_numpy(dtype=bool)]
    shapes = frames.geometries(parcels)
    homes = shapely.area(shapes) * np.nan_to_num(frames.shares(parcels, "resid_share"))
    covered = homes * _covered_share(shapes, rings, run) if rings is not None and known else np.zeros(len(parcels))
    zone_of = dict(zip(members["parcel_id"], members["zone_id"]))
    owner = np.array([zone_of[item] for item in parcels["parcel_id"]], dtype=object)
    found: dict[str, float] = {}
    for zone in sorted(zones):
        run.check()
        own = owner == zone
        if rings is None or not known:
            ledger.add("parks", zone, "unknown", figure, "check_parks_unknown", unit="share")
            continue
        total, within = exact_m2(homes[own]), exact_m2(covered[own])
        if total == 0:
            ledger.add("parks", zone, "unknown", figure, "check_parks_no_homes", unit="share")
            continue
        found[zone] = min(1.0, within / total)
        ledger.add("parks", zone, "advice", figure, "check_parks", value=found[zone], unit="share",
                   percent=f"{rounded(100 * found[zone], 1):.1f}",
                   far=f"{rounded((total - within) / 1e4, 2):.2f}")  # fmt: skip
    return found


def _rings_of_parks(green: pd.DataFrame, rules: CheckRules, run: Run) -> Objects:
    """Return the areas within the radius of the green spaces that count, one each; kinds that are no park are told."""
    kinds = frames.optional(green, "kind").fillna("").to_numpy(dtype=object)
    told = frames.optional(green, "kind").notna().any()
    pattern = rules.words("park_words")
    fits = np.array([bool(pattern.search(str(item))) for item in kinds], dtype=bool) | (not told)
    if not fits.all():
        others = sorted({str(item) or "—" for item in kinds[~fits]})
        run.note("green_not_parks", n=int((~fits).sum()), values=others[:MOST_KINDS])
    shapes = frames.geometries(green)
    area = np.nan_to_num(shapely.area(shapes))
    big = fits & (area >= rules.number("park_large_m2"))
    small = fits & (area >= rules.number("park_small_m2")) & ~big
    rings = [
        shapely.buffer(shapes[big], rules.number("park_large_radius_m"), quad_segs=32),
        shapely.buffer(shapes[small], rules.number("park_small_radius_m"), quad_segs=32),
    ]
    return np.concatenate(rings)


def _covered_share(land: Objects, rings: Objects, run: Run) -> npt.NDArray[np.float64]:
    """Return the share of each parcel's area within the rings, each spot once, to six decimals."""
    share = np.zeros(len(land))
    parcel, ring, common = measure_pairs(land, rings, run)
    share[parcel[common >= shapely.area(land[parcel])]] = 1.0  # inside one ring
    part = share[parcel] == 0
    parcel, ring = parcel[part], ring[part]
    starts = np.flatnonzero(np.diff(parcel, prepend=-1))
    for step, (start, stop) in enumerate(zip(starts, np.append(starts, len(parcel))[1:])):
        if step % 100 == 0:
            run.progress(step / len(starts))
        own = shapely.intersection(land[parcel[start]], shapely.union_all(rings[ring[start:stop]]))
        share[parcel[start]] = shapely.area(own) / shapely.area(land[parcel[start]])
    return np.round(share, 6)


def check_parking(members: pd.DataFrame, inputs: CheckInputs, rules: CheckRules, ledger: Ledger, run: Run) -> None:
    """Tell the parking places that the households of a zone would need; what there is now is not known."""
    households = frames.reals(inputs.parcels, "households")
    by_id = dict(zip(inputs.parcels["parcel_id"], households))
    factor, figure = rules.number("parking_per_household"), rules.figures["parking_per_household"]
    own_of = dict(list(members.groupby("zone_id")["parcel_id"]))
    for zone in sorted(inputs.zones["zone_id"].astype(str)):
        run.check()
        told = np.array([by_id[item] for item in own_of.get(zone, ())], dtype=np.float64)
        known = told[~np.isnan(told)]
        blind = not known.any() and len(known) < len(told)  # empty parcels, and others that nobody has counted
        need = exact_m2(known * factor) if len(known) and not blind else NAN
        ledger.add("parking", zone, "unknown", figure, "check_parking", value=need, unit="places",
                   need="—" if np.isnan(need) else grouped(need, ".0f"), factor=f"{factor:g}")  # fmt: skip


def check_plan(houses: pd.DataFrame, members: pd.DataFrame, inputs: CheckInputs, ledger: Ledger, run: Run) -> None:
    """Compare the floor area ratio of each parcel with new buildings, and their heights, with the plan.

    Ratio = (existing − 拆 + 增 floor area) ÷ parcel area; parcels that exceed the plan today are counted for the zone,
    those too whose known floor areas alone exceed it. The plan of a parcel is the plan's parcel that covers at least
    half of it.
    """
    zones = sorted(inputs.zones["zone_id"].astype(str))
    if inputs.plan is None:
        for zone in zones:
            ledger.add("plan", zone, "unknown", PLAN_FIGURE, "check_plan_unknown")
        return
    land = inputs.parcels[inputs.parcels["parcel_id"].isin(members["parcel_id"]).to_numpy(dtype=bool)]
    land = land.sort_values("parcel_id", kind="stable").reset_index(drop=True)
    plan = _plan_of(frames.geometries(land), inputs.plan, run)
    run.progress(0.5)
    limit_far, limit_height = (_at(inputs.plan, name, plan) for name in ("far", "height"))
    area = shapely.area(frames.geometries(land))
    action = houses["action"].to_numpy(dtype=object)
    floor = houses["floor_m2"].to_numpy("float64")
    parcel = pd.Index(land["parcel_id"]).get_indexer(houses["parcel_id"])
    is_new, stays = action == ADD, action != DEMOLISH
    changed = np.unique(parcel[is_new])
    after = sum_by(parcel[stays], floor[stays], len(land)) / area
    today = sum_by(parcel[~is_new], floor[~is_new], len(land)) / area
    at_least = sum_by(parcel[~is_new], np.nan_to_num(floor[~is_new]), len(land)) / area
    zone_of = dict(zip(members["parcel_id"], members["zone_id"]))
    owner = np.array([zone_of[item] for item in land["parcel_id"]], dtype=object)
    ids = land["parcel_id"].astype(str).tolist()
    for step, p in enumerate(changed.tolist()):
        if step % 500 == 0:
            run.check()
        verdict = "unknown" if np.isnan([after[p], limit_far[p]]).any() else _least(after[p], limit_far[p])
        ledger.add("plan_far", ids[p], verdict, PLAN_FIGURE, "check_plan_far", value=after[p], unit="ratio",
                   limit=limit_far[p], zone_id=owner[p])  # fmt: skip
    home = houses["zone_id"].to_numpy(dtype=object)
    names, height = houses["building_id"].astype(str).tolist(), houses["height"].to_numpy("float64")
    for step, row in enumerate(np.flatnonzero(is_new).tolist()):
        if step % 500 == 0:
            run.check()
        most = limit_height[parcel[row]]
        verdict = "unknown" if np.isnan([height[row], most]).any() else _least(height[row], most)
        ledger.add("plan_height", names[row], verdict, PLAN_FIGURE, "check_plan_height", value=height[row], unit="m",
                   limit=most, zone_id=home[row])  # fmt: skip
    for zone in zones:
        run.check()
        own = owner == zone
        over = own & (np.round(at_least, 4) > limit_far)
        known = own & ~np.isnan(limit_far)
        blind, open_yet = inputs.buildings is None, np.isnan((today + limit_far)[own])
        verdict = "advice" if over.any() else "unknown" if blind or open_yet.any() else "pass"
        compared = over.any() or not (blind or open_yet.all())
        n_over = int(over.sum()) if compared else NAN  # nothing to compare is not none over
        ledger.add("plan", zone, verdict, PLAN_FIGURE, "check_plan", value=n_over, unit="parcels",
                   known=int(known.sum()), n=int(own.sum()))  # fmt: skip


def _least(value: float, limit: float) -> str:
    return "pass" if round(value, 4) <= limit else "fail"


def _plan_of(land: Objects, plan: pd.DataFrame, run: Run) -> npt.NDArray[np.int64]:
    """Return the plan's row for each parcel, -1 for none; of equal parts the one with the smaller limit comes first."""
    shapes = frames.geometries(plan)
    parcel, row, common = measure_pairs(land, shapes, run)
    part = np.round(common / shapely.area(land[parcel]), 6)
    far = np.nan_to_num(frames.reals(plan, "far"), nan=np.inf)[row]
    order = np.lexsort((far, -part, parcel))
    parcel, row, part = parcel[order], row[order], part[order]
    first = np.unique(parcel, return_index=True)[1]
    found = np.full(len(land), -1, dtype=np.int64)
    good = part[first] >= HALF
    found[parcel[first][good]] = row[first][good]
    return found


def _at(plan: pd.DataFrame, name: str, rows: npt.NDArray[np.int64]) -> npt.NDArray[np.float64]:
    values = frames.reals(plan, name)
    values = np.where(values > 0, values, np.nan)  # 0 stands for "not said" in plans
    return np.where(rows >= 0, np.append(values, np.nan)[rows], np.nan)
