# SPDX-License-Identifier: GPL-2.0-or-later
"""What a parcel is worth in a zone: need × opportunity × feasibility × floor area, fixed scales (method notes §7)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pandas as pd

from .. import frames
from ..inputs.ownership import owners_told
from .rules import PETAL_TAGS, Points, ZoneRules

Reals = npt.NDArray[np.float64]
LOWEST = 0.1  # method notes §7: each factor in [0.1, 1]


@dataclass(frozen=True, eq=False)
class Values:
    """Per parcel, row by row: the three factors, whether each rests on an unknown, and `value` = product × floor m².

    `floor_m2` is 0 where unknown (`floor_known` False). `petal` (n,) int: position in PETAL_TAGS, -1 = no petal.
    """

    need: Reals
    opportunity: Reals
    feasibility: Reals
    need_known: npt.NDArray[np.bool_]
    opportunity_known: npt.NDArray[np.bool_]
    feasibility_known: npt.NDArray[np.bool_]
    floor_m2: Reals
    floor_known: npt.NDArray[np.bool_]
    value: Reals
    petal: npt.NDArray[np.int64]


def value_parcels(parcels: pd.DataFrame, detail: pd.DataFrame | None, rules: ZoneRules) -> Values:
    """Return the factors and the value of every parcel.

    Parameters: `parcels` with the columns of the tagged table as far as there (`tag`, `tag_level`, `programme`,
    `floor_m2`, `coll_share` or `ownership`, `protected_share`); `detail` the gap_detail table or None.
    need: people-weighted share of unmet need of the elder and child kinds. opportunity: tag and level, times what the
    programme has left to do. feasibility: mean of ownership and programme, times what protection allows. A part that is
    not known counts `rules.unknown`, and the factor is flagged. Own choice, all scales in the rules.
    """
    need, need_known = _need(parcels, detail, rules)
    opportunity, opportunity_known = _opportunity(parcels, rules)
    feasibility, feasibility_known = _feasibility(parcels, rules)
    floor = frames.reals(parcels, "floor_m2")
    floor_known = ~np.isnan(floor)
    floor = np.where(floor_known, np.maximum(floor, 0.0), 0.0)
    return Values(
        need, opportunity, feasibility, need_known, opportunity_known, feasibility_known, floor, floor_known,
        need * opportunity * feasibility * floor, petal_codes(parcels),
    )  # fmt: skip


def petal_codes(parcels: pd.DataFrame) -> npt.NDArray[np.int64]:
    """Return the position of each parcel's tag in PETAL_TAGS, -1 where it is none of them or its level is none."""
    tag = frames.optional(parcels, "tag").fillna("").to_numpy(dtype=object)
    level = frames.optional(parcels, "tag_level").fillna("suspected").to_numpy(dtype=object)
    codes = np.full(len(parcels), -1, dtype=np.int64)
    for code, name in enumerate(PETAL_TAGS):
        codes[(tag == name) & (level != "none")] = code
    return codes


def gap_shares(detail: pd.DataFrame | None, kinds: tuple[str, ...]) -> pd.DataFrame:
    """Return per parcel_id of a gap_detail table `weighted` = Σ people × gap ÷ need and `people`, over these kinds.

    Kinds have different units, so shares are averaged by the people they are for, never the quantities themselves.
    Rows without need or without a known gap say nothing; where a row has need but no people it weighs as 1.
    """
    if detail is None or not len(detail):
        return pd.DataFrame({"weighted": pd.Series(dtype="float64"), "people": pd.Series(dtype="float64")})
    rows = detail[detail["kind"].isin(list(kinds)).fillna(False).to_numpy(dtype=bool)]
    need, gap, people = frames.reals(rows, "need"), frames.reals(rows, "gap"), frames.reals(rows, "people")
    good = (need > 0) & ~np.isnan(gap)
    weight = np.where(people > 0, people, 1.0)[good]
    share = np.clip(gap[good] / need[good], 0.0, 1.0)
    ids = rows["parcel_id"].to_numpy(dtype=object)[good]
    table = pd.DataFrame({"parcel_id": ids, "weighted": np.rint(share * weight * 1e6), "people": np.rint(weight * 1e6)})
    sums = table.groupby("parcel_id", sort=True)[["weighted", "people"]].sum()
    return sums / 1e6


def scale(points: Points, numbers: Reals) -> Reals:
    """Return the piecewise linear factor of each number, held at the ends; NaN stays."""
    x, y = zip(*points)
    found: Reals = np.interp(numbers, x, y)
    return np.where(np.isnan(numbers), np.nan, found)


def _need(parcels: pd.DataFrame, detail: pd.DataFrame | None, rules: ZoneRules) -> tuple[Reals, npt.NDArray[np.bool_]]:
    sums = gap_shares(detail, rules.elder_kinds + rules.child_kinds)
    of_parcel = sums.reindex(parcels["parcel_id"].to_numpy(dtype=object))
    share = (of_parcel["weighted"] / of_parcel["people"]).to_numpy(dtype=np.float64)
    return _filled(scale(rules.gap_scale, share), rules)


def _opportunity(parcels: pd.DataFrame, rules: ZoneRules) -> tuple[Reals, npt.NDArray[np.bool_]]:
    level = frames.optional(parcels, "tag_level").to_numpy(dtype=object)
    confirmed = _looked_up(parcels, "tag", rules.tag_confirmed)
    suspected = _looked_up(parcels, "tag", rules.tag_suspected)
    by_tag = np.where(level == "confirmed", confirmed, suspected)
    left = _looked_up(parcels, "programme", rules.programme_left)
    known = ~np.isnan(by_tag)
    product = by_tag * np.where(np.isnan(left), 1.0, left)
    factor, _ = _filled(product, rules)
    return factor, known


def _feasibility(parcels: pd.DataFrame, rules: ZoneRules) -> tuple[Reals, npt.NDArray[np.bool_]]:
    owner = _ownership(parcels, rules)
    programme = _looked_up(parcels, "programme", rules.programme_ready)
    protected = scale(rules.protected_scale, frames.reals(parcels, "protected_share"))
    known = ~np.isnan(owner) & ~np.isnan(programme)
    mean = (
        np.where(np.isnan(owner), rules.unknown, owner) + np.where(np.isnan(programme), rules.unknown, programme)
    ) / 2
    factor = mean * np.where(np.isnan(protected), 1.0, protected)
    return np.clip(factor, LOWEST, 1.0), known


def _ownership(parcels: pd.DataFrame, rules: ZoneRules) -> Reals:
    """Score ownership: by the share of collective land where the tags give it, else by the field's code or word."""
    share = frames.reals(parcels, "coll_share")
    by_share = share * rules.ownership["collective"] + (1 - share) * rules.ownership["state"]
    words = frames.optional(parcels, "ownership").astype(frames.TEXT)
    private = words.str.contains("私", na=False).to_numpy(dtype=bool)
    by_word = np.select(  # the first that is told
        [*owners_told(words), private], [rules.ownership[name] for name in ("collective", "state", "private")], np.nan
    )
    return np.where(np.isnan(by_share), by_word, by_share)


def _looked_up(parcels: pd.DataFrame, column: str, table: Mapping[str, float]) -> Reals:
    return frames.optional(parcels, column).astype(object).map(table).to_numpy(dtype=np.float64, na_value=np.nan)


def _filled(numbers: Reals, rules: ZoneRules) -> tuple[Reals, npt.NDArray[np.bool_]]:
    known = ~np.isnan(numbers)
    return np.clip(np.where(known, numbers, rules.unknown), LOWEST, 1.0), known
