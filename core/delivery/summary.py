# SPDX-License-Identifier: GPL-2.0-or-later
"""The few numbers that sheets, maps and the report all quote, counted once."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd

from .. import frames
from ..gaps.grouping import USUAL, Groups
from ..palette import kind_name
from ..rounding import rounded
from ..tagging.overlays import DONE
from ..words import say

TAGS = ("old_compound", "urban_village", "idle_factory", "idle_building")
SWITCHED_OFF = ("idle_building",)  # no sourced rule yet (method notes §1): an own ruleset or a reviewer may give it
SUMMED = ("need", "supply", "served", "gap", "surplus")
HEIGHT_DOUBTS = ("network_heights_doubtful", "heights_doubtful")  # in the order they are told


def height_doubt(runs: Iterable[Mapping[str, Any]], language: str) -> str:
    """Return the sentence that says 高程待核, to stand beside what rests on walks; empty where heights are good.

    `runs` run records. Source: method notes §2, too much of the streets was steeper than streets are.
    """
    texts = {item["code"]: str(item["text"][language]) for run in runs for item in run.get("messages", ())}
    return next((texts[code] for code in HEIGHT_DOUBTS if code in texts), "")


def is_open(tagged: pd.DataFrame) -> pd.Series:
    """Return which parcels count as targets: tagged, and neither renovated, under way nor expropriated; bool."""
    tag, programme = frames.optional(tagged, "tag"), frames.optional(tagged, "programme")
    return tag.isin(TAGS).fillna(False).astype(bool) & ~programme.isin(DONE).fillna(False).astype(bool)


def unknown_floors(members: pd.DataFrame | None, tagged: pd.DataFrame | None) -> dict[str, int]:
    """Return {zone id: how many of its parcels have no known floor area}, in order of ids; zones without one stay out.

    What a zone's floor area leaves out. Empty where parcels or members were not delivered.
    """
    if members is None or tagged is None or not len(members):
        return {}
    floors = tagged.set_index("parcel_id")["floor_m2"] if "floor_m2" in tagged else pd.Series(dtype="float64")
    inside = members[(members["role"] != "near").fillna(True).astype(bool)]
    gone = inside[inside["parcel_id"].isin(floors.index[floors.isna()])]
    return {str(zone): int(n) for zone, n in gone.groupby("zone_id").size().items()}


def count_tags(tagged: pd.DataFrame) -> pd.DataFrame:
    """Return a row a tag: tag, confirmed_n, suspected_n, renovated_n (all of DONE), area_m2, floor_m2 of the open ones.

    Areas are exact sums (math.fsum), so that the order of rows cannot matter; missing ones count as nothing, and where
    none of several is known the sum is not either (NaN). A class of SWITCHED_OFF that no parcel bears has no row: a 0
    would say that somebody had looked for it.
    """
    done = frames.optional(tagged, "programme").isin(DONE).fillna(False).astype(bool)
    level = frames.optional(tagged, "tag_level")
    rows = []
    for tag in TAGS:
        mine = (frames.optional(tagged, "tag") == tag).fillna(False).astype(bool)
        if tag in SWITCHED_OFF and not mine.any():
            continue
        live = mine & ~done
        rows.append(
            (tag, int((live & (level == "confirmed").fillna(False)).sum()),
             int((live & (level == "suspected").fillna(False)).sum()), int((mine & done).sum()),
             exact_sum(frames.optional(tagged, "area_m2", "real")[live]),
             known_sum(frames.optional(tagged, "floor_m2", "real")[live]))
        )  # fmt: skip
    names = ["tag", "confirmed_n", "suspected_n", "renovated_n", "area_m2", "floor_m2"]
    return pd.DataFrame(rows, columns=names)


def sum_kinds(summary: pd.DataFrame) -> pd.DataFrame:
    """Return a row for each kind of a summary by community: kind, unit, need, supply, served, gap, surplus, gap_share,
    unknown_n (communities whose need nobody knows).

    Sums of what the communities need and lack, never of sizes rounded up to what can be built (method notes §3); NaN
    where no community knows. Where nobody lives need is known to be 0, which tells nothing of the others: with some
    that do not know, a need of 0 in all is not known either, and the surplus of the whole supply never is.
    """
    rows = []
    for kind, part in summary.groupby("kind", sort=True):
        unit = next(iter(sorted(frames.optional(part, "unit").dropna().unique())), "")
        sums = {
            name: exact_sum(column) if (column := frames.optional(part, name, "real")).notna().any() else math.nan
            for name in SUMMED
        }
        unknown_n = int(frames.optional(part, "need", "real").isna().sum())
        if unknown_n:
            sums["surplus"] = math.nan
            if not sums["need"] > 0:
                sums |= dict.fromkeys(("need", "served", "gap"), math.nan)
        share = sums["gap"] / sums["need"] if sums["need"] > 0 else math.nan
        rows.append({"kind": str(kind), "unit": str(unit), **sums, "gap_share": share, "unknown_n": unknown_n})
    return pd.DataFrame(rows, columns=["kind", "unit", *SUMMED, "gap_share", "unknown_n"])


def told_kind(row: Mapping[Any, Any]) -> dict[str, str]:
    """Return need, supply, served, gap and surplus of a row of sum_kinds for people, with ≥ where communities are
    missing in them.
    """
    at_least = row["unknown_n"] > 0
    figures = {name: told(row[name]) for name in SUMMED}
    return {name: f"≥ {text}" if at_least and name in ("need", "served", "gap") and text != told(None) else text
            for name, text in figures.items()}  # fmt: skip


def kinds_partly_known(sums: pd.DataFrame, language: str) -> str:
    """Return the sentence on kinds whose need some communities know and some do not, of sum_kinds; "" without any."""
    partly = sums[(sums["unknown_n"] > 0) & (sums["need"] > 0)]
    told_of = [say("kind_unknown_n", language, kind=kind_name(kind, language), n=int(n))
               for kind, n in zip(partly["kind"], partly["unknown_n"])]  # fmt: skip
    return say("kinds_partly_known", language, kinds=told_of) if told_of else ""


def cover_of_kinds(summary: pd.DataFrame) -> dict[str, tuple[float, float]]:
    """Return {kind: (cover within the standard's radius, cover on foot)}: shares of the people of all communities.

    Means over communities weighted by their people of the kind; a community whose cover is not known counts in
    neither, NaN when none is known.
    """
    found = {}
    for kind, part in summary.groupby("kind", sort=True):
        people = frames.reals(part, "people")
        shares = []
        for name in ("radius_cover_people", "walk_cover_people"):
            cover = frames.reals(part, name)
            known = ~np.isnan(cover) & ~np.isnan(people)
            whole = exact_sum(people[known])
            shares.append(exact_sum(people[known] * cover[known]) / whole if whole > 0 else math.nan)
        found[str(kind)] = (shares[0], shares[1])
    return found


def worst_communities(summary: pd.DataFrame, keep: int = 10, groups: Groups = USUAL) -> pd.DataFrame:
    """Return the communities with the largest unmet share of need, over the kinds they have need of.

    Columns: community_id, name, elder, child (mean of gap ÷ need over the kinds of `groups`, NaN without need).
    Sorted by the larger of the two, ties by community_id.
    """
    need = frames.reals(summary, "need")
    gap = frames.reals(summary, "gap")
    share = np.divide(gap, need, out=np.full(len(summary), math.nan), where=need > 0)
    known = summary.assign(share=share).dropna(subset=["share"]).reset_index(drop=True)
    share, names = known["share"].to_numpy("float64"), frames.optional(known, "name").to_numpy(object)
    mine = [known["kind"].isin(groups[name]).to_numpy(dtype=bool) for name in ("elder", "child")]
    rows = []
    for community, found_at in sorted(known.groupby("community_id").indices.items()):  # a city's are thousands
        name = next(iter(sorted({text for text in names[found_at] if not pd.isna(text)})), community)
        elder, child = (_mean(share[found_at[group[found_at]]]) for group in mine)
        worst = np.nanmax([elder, child]) if not (math.isnan(elder) and math.isnan(child)) else math.nan
        rows.append((str(community), str(name), elder, child, worst))
    found = pd.DataFrame(rows, columns=["community_id", "name", "elder", "child", "worst"]).dropna(subset=["worst"])
    found["order"] = -found["worst"].astype("float64").round(6)
    return (
        found.sort_values(["order", "community_id"]).head(keep).drop(columns=["order", "worst"]).reset_index(drop=True)
    )


def _mean(values: npt.NDArray[np.float64]) -> float:
    return float(values.sum() / len(values)) if len(values) else math.nan


def exact_sum(values: Any) -> float:
    """Return a sum to a millionth that does not depend on the order of the values; missing ones are left out."""
    numbers = pd.to_numeric(pd.Series(values)).to_numpy("float64", na_value=np.nan)
    return math.fsum(numbers[~np.isnan(numbers)].tolist())


def known_sum(values: pd.Series) -> float:
    """Return exact_sum; NaN where there are values and none of them is known."""
    return math.nan if len(values) and bool(values.isna().all()) else exact_sum(values)


def merge_left_out(parts: Sequence[pd.DataFrame]) -> pd.DataFrame:
    """Return the left_out tables of several steps as one, sorted by layer, code and feature_id.

    What a step says several times of one feature (doubles of one id, rows without an id) is one row with their number
    `n`; what an earlier step has told in the same words is not counted again. Another sentence, say about another kind
    of the same facility, is another row.
    """
    same = ["layer", "feature_id", "code", "message"]
    counted = []
    for part in parts:
        n = part["n"].fillna(1).groupby([part[name].fillna("") for name in same], sort=False).transform("sum")
        counted.append(part.assign(n=n).drop_duplicates(same))
    whole = pd.concat(counted, ignore_index=True)
    order = [*same[:1], "code", "feature_id", "message"]
    whole = whole.sort_values([*order, "n"], ascending=[True, True, True, True, False], kind="stable")
    return whole.drop_duplicates(same, ignore_index=True)


def told(value: Any, digits: int = 0) -> str:
    """Return a number for people: thin groups of three, “–” for a missing one."""
    if value is None or value is pd.NA or (isinstance(value, float) and math.isnan(value)):
        return "–"
    return f"{rounded(float(value), digits):,.{digits}f}".replace(",", "\u2009")


def hectares(value: Any) -> str:
    """Return square metres as hectares with one decimal."""
    return told(None if value is None or pd.isna(value) else float(value) / 10_000, 1)


def percent(value: Any, digits: int = 0) -> str:
    """Return a share (0–1) in percent with its sign."""
    missing = value is None or pd.isna(value)
    return "–" if missing else f"{told(float(value) * 100, digits)} %"
