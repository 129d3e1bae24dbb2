# SPDX-License-Identifier: GPL-2.0-or-later
"""Indicators of parcels: intervals for the rules, one column each for the reader."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

import numpy as np
import numpy.typing as npt
import pandas as pd
import shapely

from .. import frames
from ..run import Run
from .attributes import documented_area
from .intervals import Flags, Interval, Reals, between, exact, first_known, largest, total, unknown, weighted_mean
from .parts import MOST_FLOORS, Parts, built_by, floors_to_climb, years_of

Objects = npt.NDArray[np.object_]
WEAK = ("mixed", "brick_wood")
SOUND = ("steel", "concrete", "other")
REUSED = ("office", "public", "shop", "school", "medical")
LIVED_IN, WORKED_IN = ("resid", "homestead"), ("indus", "storage")
LIVE_LIMITS = ("old_year", "walkup_floors", "big_foot_m2", "low_floors")  # those that measure_limited looks at
TAKEN = (  # tag, name in Indicators.taken, sentence of a reason, sentence of a run
    ("old_compound", "self_built", "tag_taken_self_built", "self_built_untold"),
    ("old_compound", "quarter", "tag_taken_quarter", "quarter_untold"),
    ("idle_factory", "reused", "tag_taken_reused", "reused_untold"),
)
UNIT_SHARE = 0.5  # own choice: above it a use is the parcel's


@dataclass(frozen=True)
class Indicators:
    """Everything the rules look at.

    `values`: name → Interval (n,). `parts`: buildings on parcels, for bands. `report`: frame of the columns of table
    `tagged` that are measured here. `taken`: name → rows where nothing was told and something is only assumed.
    `land`: land-use class per parcel, None where unknown.
    """

    values: dict[str, Interval]
    parts: Parts
    report: pd.DataFrame
    taken: dict[str, Flags] = field(default_factory=dict)
    land: Objects | None = None

    def of(self, name: str) -> Interval:
        """Return an indicator; one that nobody measured is unknown everywhere."""
        return self.values.get(name) or unknown(self.parts.n)


def measure_floor(
    parcels: pd.DataFrame, parts: Parts, land: Objects, limits: Mapping[str, float], run: Run
) -> dict[str, Interval]:
    """Return what buildings and their floor area say, by indicator name.

    bldg_n; floor_m2, far, coverage; old_share (floor built by `old_year`), year_lo, year_hi; floors_med, foot_med_m2;
    lift_need_n (main, residential, ≥ `walkup_floors` from the entrance, no lift), lift_climb (the highest of them);
    danger_cd_n; weak_share (floor in brick, wood or class C, D); big_low_share (footprint of buildings ≥ `big_foot_m2`
    with ≤ `low_floors`). Without a buildings layer nothing is known.
    """
    run.check()
    area = shapely.area(frames.geometries(parcels))
    if not parts.given:
        return {}
    count = parts.only_main(np.ones(len(parts.parcel)))
    with np.errstate(divide="ignore", invalid="ignore"):
        covered = np.where(area > 0, parts.sum_m2(parts.real("foot_m2")) / area, np.nan)
    floor = _floor(parts)
    far = Interval(_per(floor.lo, area), _per(floor.hi, area))
    run.check()
    weak = weighted_mean(parts.floor, _weak(parts))
    run.check()
    limited = measure_limited(parts, land, limits)
    run.check()
    floors = _medians(parts, exact(parts.real("floors")), 1.0, MOST_FLOORS)
    run.check()
    return {
        "bldg_n": exact(count), "floor_m2": floor, "far": far, "coverage": exact(np.round(covered, 9)),
        "weak_share": weak, "danger_cd_n": _dangerous(parts), "floors_med": floors,
        "foot_med_m2": _medians(parts, exact(parts.real("foot_m2")), 0.0, np.inf), **limited,
    }  # fmt: skip


def measure_limited(parts: Parts, land: Objects, limits: Mapping[str, float]) -> dict[str, Interval]:
    """Return what the limits on buildings decide: old_share, lift_need_n, lift_climb, big_low_share (LIVE_LIMITS).

    old_year is the limit itself, for the sentences.
    """
    old = weighted_mean(parts.floor, built_by(years_of(parts), limits["old_year"]))
    need, climb = _lifts(parts, land, limits)
    return {
        "old_share": old, "lift_need_n": need, "lift_climb": climb, "big_low_share": _big_and_low(parts, limits),
        "old_year": exact(np.full(parts.n, limits["old_year"])),
    }  # fmt: skip


def measure_uses(parts: Parts, land: Objects, facts: Mapping[str, Interval]) -> tuple[dict[str, Interval], Flags]:
    """Return shares of use, and where "not reused" is only taken because nothing was told.

    resid_share, indus_share: of floor area where any building's use is told, else 1 or 0 by the land-use class;
    indus_any: the larger of industrial floor (indus_share) and industrial land; reused: 1 when a fact says so or half
    of the floor is offices, shops or public (already 盘活), 0 when neither.
    """
    land_resid, land_indus = _by_land(land, LIVED_IN), _by_land(land, WORKED_IN)
    resid, indus, new = unknown(parts.n), unknown(parts.n), unknown(parts.n)
    if parts.given:
        use, silent = parts.words("use"), _is_silent(parts)
        resid = _share(parts, parts.real("resid_share")).masked(silent)
        indus = _share(parts, parts.real("indus_share")).masked(silent)
        new = _share(parts, np.where(pd.isna(use), np.nan, np.isin(use, REUSED).astype(float))).masked(silent)
    fact = facts.get("reused") or unknown(parts.n)
    by_use = Interval((new.lo >= UNIT_SHARE).astype(float), (new.hi >= UNIT_SHARE).astype(float))
    reused = first_known(fact, by_use.masked(~new.is_known()))
    indus = first_known(indus, land_indus)
    return {
        "resid_share": first_known(resid, land_resid), "indus_share": indus, "indus_any": largest(indus, land_indus),
        "reused": first_known(reused, exact(np.zeros(parts.n))),
    }, ~reused.is_known()  # fmt: skip


def village_homes(values: Mapping[str, Interval], limits: Mapping[str, float]) -> Interval:
    """Return 1 where people live in houses of a village's size, 0 where not; what is unknown may be either.

    Lived in: half of the floor area; size: median footprint up to `village_foot_m2`, any size when the ruleset has no
    such limit.
    """
    share, foot, largest_m2 = values["resid_share"], values.get("foot_med_m2"), limits.get("village_foot_m2", np.inf)
    lived = between((share.lo >= UNIT_SHARE).astype(float), (share.hi >= UNIT_SHARE).astype(float))
    if foot is None:
        return lived
    return between(lived.lo * (foot.hi <= largest_m2), lived.hi * (foot.lo <= largest_m2))


def in_dense_quarter(values: Mapping[str, Interval], limits: Mapping[str, float]) -> Flags:
    """Say which parcels (n,) surely lie in a dense quarter of small houses: what a village or an old street looks like.

    A patch (village_homes) of `quarter_bldg_n` houses or more, façades at most `quarter_gap_m` apart at the median. On
    state land it may be a compound, an old street or a village 征为国有; no layer tells which. Own choice after the
    marks of a village (small houses, narrow gaps); a ruleset without these limits knows no quarter.
    """
    houses, gap = values.get("patch_bldg_n"), values.get("gap_med_m")
    least_n, widest_m = limits.get("quarter_bldg_n", np.inf), limits.get("quarter_gap_m", -np.inf)
    if houses is None or gap is None:
        return np.zeros(len(values["resid_share"].lo), dtype=bool)
    return np.asarray((houses.lo >= least_n) & (gap.hi <= widest_m) & np.isfinite(gap.hi))


def report_floor(parcels: pd.DataFrame, parts: Parts, values: Mapping[str, Interval]) -> pd.DataFrame:
    """Return the columns of table `tagged` that tell of buildings; known values only, NaN or NA where unknown."""
    n, area = parts.n, shapely.area(frames.geometries(parcels))
    shown = {"area_m2": area, "area_doc_m2": documented_area(parcels)}
    names = ("floor_m2", "coverage", "bldg_n", "floors_med", "foot_med_m2", "gap_med_m", "resid_share", "indus_share")
    for name in names:
        shown[name] = middle(values.get(name) or unknown(n))
    shown["far_gross"] = middle(values.get("far") or unknown(n))
    old = values.get("old_share") or unknown(n)
    shown["old_share_lo"], shown["old_share_hi"] = _finite(old.lo), _finite(old.hi)
    shown["year_lo"], shown["year_hi"] = _years(parts)
    shown["floor_down_m2"] = parts.sum_m2(parts.real("floor_down_m2")) if parts.given else np.full(n, np.nan)
    need = values.get("lift_need_n") or unknown(n)
    danger = values.get("danger_cd_n") or unknown(n)
    shown["lift_need_n"], shown["danger_cd_n"] = told_count(need), told_count(danger)
    return pd.DataFrame(shown)


def middle(value: Interval) -> Reals:
    """Return the value where it is exact, else NaN: a half-known number is no number."""
    return np.where(value.is_exact() & np.isfinite(value.lo), value.lo, np.nan)


def told_count(value: Interval) -> Reals:
    """Return how many are sure, NaN where none is sure and some are open."""
    return np.where((value.lo > 0) | value.is_exact(), _finite(value.lo), np.nan)


def _finite(values: Reals) -> Reals:
    return np.where(np.isfinite(values), values, np.nan)


def _per(values: Reals, area: Reals) -> Reals:
    with np.errstate(divide="ignore", invalid="ignore"):
        return np.where(area > 0, np.round(values / area, 9), np.sign(values) * np.inf)


def _floor(parts: Parts) -> Interval:
    """Return the floor area per parcel; open upwards where a building's is unknown."""
    lo = parts.floor.sums(parts.floor.lo) / 1000
    open_ended = parts.floor.sums((parts.floor.hi > parts.floor.lo).astype(float)) > 0
    return Interval(lo, np.where(open_ended, np.inf, lo))


def _share(parts: Parts, values: Reals) -> Interval:
    return weighted_mean(parts.floor, between(np.nan_to_num(values, nan=0.0), np.nan_to_num(values, nan=1.0)))


def _by_land(land: Objects, classes: tuple[str, ...]) -> Interval:
    return exact(np.where(pd.isna(land), np.nan, np.isin(land, classes).astype(float)))


def _is_silent(parts: Parts) -> Flags:
    """Say which parcels have no building whose use is told."""
    told = ~pd.isna(parts.words("use"))
    return np.asarray(np.bincount(parts.parcel[told], minlength=parts.n) == 0)


def _weak(parts: Parts) -> Interval:
    structure, danger = parts.words("structure"), parts.words("danger")
    bad = np.isin(structure, WEAK) | np.isin(danger, ("C", "D"))
    good = np.isin(structure, SOUND) & np.isin(danger, ("A", "B"))
    return Interval(bad.astype(float), (~good).astype(float))


def _dangerous(parts: Parts) -> Interval:
    danger = parts.words("danger")
    lo = parts.only_main(np.isin(danger, ("C", "D")).astype(float))
    return Interval(lo, parts.only_main((~np.isin(danger, ("A", "B"))).astype(float)))


def _lifts(parts: Parts, land: Objects, limits: Mapping[str, float]) -> tuple[Interval, Interval]:
    climb, lift = floors_to_climb(parts), parts.real("lift")
    by_land = _by_land(land, LIVED_IN).masked(~_is_silent(parts))
    lived = first_known(exact(parts.real("resid_share")), Interval(by_land.lo[parts.parcel], by_land.hi[parts.parcel]))
    sure = (climb.lo >= limits["walkup_floors"]) & (lift == 0) & (lived.lo > 0) & parts.main
    maybe = (climb.hi >= limits["walkup_floors"]) & ~(lift == 1) & (lived.hi > 0) & parts.main
    highest = np.full(parts.n, -np.inf)
    np.maximum.at(highest, parts.parcel[sure], climb.lo[sure])
    need = Interval(parts.only_main(sure.astype(float)), parts.only_main(maybe.astype(float)))
    return need, exact(_finite(highest))


def _big_and_low(parts: Parts, limits: Mapping[str, float]) -> Interval:
    foot, floors = parts.real("foot_m2"), exact(parts.real("floors"))
    weight = np.rint(foot * parts.share * 1000)
    covered = total(parts.parcel, weight, parts.n)
    ends = []
    for low in (floors.hi <= limits["low_floors"], floors.lo <= limits["low_floors"]):
        found = total(parts.parcel, weight * (low & (foot >= limits["big_foot_m2"])), parts.n)
        with np.errstate(invalid="ignore"):
            ends.append(np.where(covered > 0, found / covered, np.nan))
    return between(ends[0], ends[1])


def _medians(parts: Parts, value: Interval, low: float, high: float) -> Interval:
    """Return the median over the buildings a parcel mainly holds, sheds aside; unknown ones at both ends."""
    ends, body = [], parts.houses()
    for end in (np.clip(value.lo, low, high), np.clip(value.hi, low, high)):
        found = pd.Series(end[body]).groupby(parts.parcel[body]).median()
        ends.append(found.reindex(np.arange(parts.n)).to_numpy(np.float64))
    nothing = total(parts.parcel, (value.is_known() & body).astype(float), parts.n) == 0
    return between(ends[0], ends[1]).masked(nothing)


def _years(parts: Parts) -> tuple[Reals, Reals]:
    first, last = np.full(parts.n, np.inf), np.full(parts.n, -np.inf)
    if parts.given:
        years = between(parts.real("year_lo"), parts.real("year_hi"))
        lo, hi = np.where(np.isfinite(years.lo), years.lo, np.inf), np.where(np.isfinite(years.hi), years.hi, -np.inf)
        np.minimum.at(first, parts.parcel, lo)
        np.maximum.at(last, parts.parcel, hi)
    return _finite(first), _finite(last)
