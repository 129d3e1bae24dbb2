# SPDX-License-Identifier: GPL-2.0-or-later
"""Tags of parcels: sources → indicators → verdicts → one table with reasons and evidence, and its summary."""

from __future__ import annotations

import datetime
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd

from .. import frames, schema
from ..envelope import VERIFIED
from ..identity import METRE_DIGITS, geometry_hash
from ..inputs.buildings import drawn_in_parts, measure_buildings, without_future_years
from ..inputs.landuse import Detected, classify, clean_codes, recognise_scheme, schemes
from ..inputs.overlay import share_buildings
from ..run import Run
from ..words import join_words, pick, say
from . import activity, attributes, evidence, indicators, morphology, overlays, reviews, rules
from .indicators import Indicators, Objects, middle
from .intervals import Flags, Interval, unknown
from .parts import Parts, join_parts
from .snapshot import Snapshot, take_snapshot

PARTS_SHARE = 0.1  # own choice: fewer annexes are houses of their own as often as parts


@dataclass(frozen=True)
class Sources:
    """What there is to tag from: tables with the columns of their roles, None = not given.

    `scheme` of the land-use codes or auto; `original` the parcels' geometry in their layer's own system (for reviews),
    `digits` the decimals of 1 mm there.
    """

    parcels: pd.DataFrame
    as_of: datetime.date
    scheme: str = "auto"
    buildings: pd.DataFrame | None = None
    roads: pd.DataFrame | None = None
    activity: pd.DataFrame | None = None
    facts: pd.DataFrame | None = None
    protected: pd.DataFrame | None = None
    programme: pd.DataFrame | None = None
    reviews: pd.DataFrame | None = None
    original: npt.NDArray[Any] | None = None
    digits: int = METRE_DIGITS


@dataclass(frozen=True)
class Tagged:
    """`parcels`: table `tagged`, row by row the parcels given; `summary`: table `tag_summary`.

    `snapshot`: what they were tagged by, for trying other limits (preview.py); None when it was not to be kept.
    """

    parcels: pd.DataFrame
    summary: pd.DataFrame
    snapshot: Snapshot | None


def tag_parcels(sources: Sources, ruleset: Mapping[str, Any], run: Run, keep: bool = True) -> Tagged:
    """Tag every parcel by a ruleset (envelope kind `ruleset`), apply the reviews, and say why.

    Source: method notes §1. Missing data are intervals: they never confirm a tag. Without `keep` what was measured is
    let go before the table is made: half a gigabyte at 300,000 parcels. Raises RenewalError `scheme_unclear`,
    `rule_not_monotone`.
    """
    rules.check_rules(ruleset)
    measured = measure_indicators(sources, ruleset, run.part(0, 0.7))
    run.progress(0.7)
    table, taken = _judge(sources, measured, ruleset, run.part(0.7, 0.97)), measured.taken
    kept = measured if keep else None
    del measured
    table = reviews.apply_reviews(table, sources.reviews, _hashes(sources), tag_titles(ruleset, run.language), run)
    _tell_taken(table, taken, run)
    run.progress(0.98)
    tagged = frames.conform(table, schema.table("tagged"))
    run.fact(**{f"{tag}_n": int((tagged["tag"] == tag).sum()) for tag in reviews.TAGS})
    snapshot = None if kept is None else take_snapshot(tagged, kept, rules.limits_of(ruleset))
    return Tagged(tagged, summarise(tagged), snapshot)


def _judge(sources: Sources, measured: Indicators, ruleset: Mapping[str, Any], run: Run) -> pd.DataFrame:
    """Return the columns of table `tagged` as the rules see them."""
    n = len(sources.parcels)
    verdicts = rules.judge(ruleset, measured)
    run.check()
    ranking = rules.rank(verdicts, n)
    run.check()
    reasons, facts = evidence.explain(verdicts, ranking, measured, run.part(0, 0.9))
    run.progress(0.9)
    table = measured.report.copy(deep=False)
    names = np.array([*(verdict.rule["id"] for verdict in verdicts), None], dtype=object)
    leading = np.where(ranking.first >= 0, ranking.first, np.maximum(ranking.second, 0))
    rows = np.arange(n)
    table["parcel_id"] = sources.parcels["parcel_id"].to_numpy(dtype=object)
    table["tag"] = frames.texts(np.where(ranking.first >= 0, names[ranking.first], "none"))
    table["tag_level"] = frames.texts(np.array(rules.LEVELS, dtype=object)[ranking.level])
    table["tag_score"] = np.column_stack([verdict.score for verdict in verdicts])[rows, leading]
    table["tag_known"] = np.column_stack([verdict.known for verdict in verdicts])[rows, leading]
    table["tag_second"] = frames.texts(names[ranking.second])
    table["tag_source"], table["tag_reason"], table["tag_evidence"] = "rule", frames.texts(reasons), frames.texts(facts)
    table["rules_id"], table["schema_version"] = str(ruleset["id"]), schema.SCHEMA_VERSION
    table[frames.GEOMETRY] = frames.geometries(sources.parcels)
    return table


def tag_titles(ruleset: Mapping[str, Any], language: str) -> dict[str, str]:
    """Return the names of the tags in a language."""
    titles = {rule["id"]: pick(rule["title"], language) for rule in ruleset["classes"]}
    return {**dict.fromkeys(reviews.TAGS, ""), **titles, "none": say("tag_none_short", language)}


def measure_indicators(sources: Sources, ruleset: Mapping[str, Any], run: Run) -> Indicators:
    """Return everything the rules look at, measured from the sources."""
    parcels, limits = sources.parcels, rules.limits_of(ruleset)
    land = land_classes(parcels, sources.scheme, run)
    run.progress(0.02)
    attributes.check_documented_area(parcels, run)
    parts = _parts(sources, run.part(0.05, 0.5))
    run.progress(0.5)
    facts = attributes.read_facts(sources.facts, parcels, ruleset["facts"], sources.as_of)
    run.check()
    own, not_told = attributes.land_facts(parcels, land, run)
    run.check()
    uses, not_reused = indicators.measure_uses(parts, land, facts)
    values = {**facts, **own, **uses, **indicators.measure_floor(parcels, parts, land, limits, run)}
    homes = indicators.village_homes(values, limits)
    # a patch is told by its houses, never by its owner: many villages are 征为国有 already; only plots
    # surely lived in join one: a hall beside a village is none of its houses
    lived = homes.lo == 1, homes
    values |= morphology.measure_morphology(parcels, parts, sources.roads, lived, limits, run.part(0.5, 0.8))
    run.progress(0.8)
    signs, last = _activity(sources, ruleset, values, land, run)
    values |= signs
    run.progress(0.9)
    report = indicators.report_floor(parcels, parts, values)
    report["coll_share"] = middle(values["coll_share"])
    has_activity = sources.activity is not None
    known = values.get("stream_known_n", unknown(parts.n))
    report["stream_known_n"] = middle(known)
    failed = values.get("stream_fail_n", unknown(parts.n)).lo
    report["stream_fail_n"] = np.where(has_activity & (known.lo > 0), failed, np.nan)
    report["active_last"] = last
    report["protected_share"], report["protected_class"] = overlays.protect(parcels, sources.protected, run)
    report["programme"] = overlays.find_programme(parcels, sources.programme, run)
    quarter = indicators.in_dense_quarter(values, limits)
    taken = {"self_built": not_told, "quarter": quarter, "reused": not_reused}
    return Indicators(values, parts.judged(), report, taken, land)


def land_classes(parcels: pd.DataFrame, scheme: str, run: Run) -> Objects:
    """Return the land-use class of each parcel, None where unknown; the scheme found is told."""
    codes = frames.optional(parcels, "land_use")
    if not codes.notna().any():
        return np.full(len(parcels), None, dtype=object)
    if scheme == "auto":
        found = recognise_scheme(codes, bool(frames.optional(parcels, "czcsxm").notna().any()))
        scheme = found.scheme
        title = pick(schemes()[scheme].title, run.language)
        if not clean_codes(codes).notna().any():  # names alone mean the same in every scheme
            return classify(codes, scheme, run)
        run.note("scheme_found", scheme=scheme, title=title, evidence=_told_by(found, run))
    if schemes()[scheme].status not in VERIFIED:
        run.note("scheme_to_verify", title=pick(schemes()[scheme].title, run.language))
    return classify(codes, scheme, run)


def _told_by(found: Detected, run: Run) -> str:
    """Return in words what a scheme was told by."""
    if found.telling:
        return join_words(found.telling[:5], run.language)
    titles = [pick(schemes()[name].title, run.language) for name in (found.scheme, *found.alike)]
    if found.alike:
        return say("scheme_same", run.language, schemes=join_words(titles, run.language))
    return say("scheme_only", run.language)


def summarise(tagged: pd.DataFrame) -> pd.DataFrame:
    """Return parcels, area and floor area by tag, level and programme; areas add up exactly to the total.

    Areas are added as whole hundredths of a square metre, as they are written; a parcel without floor area adds none.
    """
    keys = ["tag", "tag_level", "programme"]
    table = tagged[keys].copy()
    table["area"] = np.rint(tagged["area_m2"] * 100)
    table["floor"] = np.rint(tagged["floor_m2"] * 100)
    groups = table.groupby(keys, sort=True, dropna=False)
    found = groups.size().rename("parcels_n").reset_index()
    found["area_m2"] = groups["area"].sum().to_numpy(np.float64) / 100
    found["floor_m2"] = groups["floor"].sum(min_count=1).to_numpy(np.float64) / 100
    return frames.conform(found, schema.table("tag_summary"))


def _parts(sources: Sources, run: Run) -> Parts:
    if sources.buildings is None or not len(sources.buildings):  # an empty layer is none: it does not say cleared land
        if sources.buildings is not None:
            run.warn("buildings_layer_empty")
        return join_parts(None, None, len(sources.parcels))
    measured = measure_buildings(sources.buildings, run.part(0, 0.2))
    measured = without_future_years(measured, sources.as_of.year, run)
    looked, hanging = drawn_in_parts(measured, run)
    if hanging >= PARTS_SHARE * looked > 0:
        run.warn("buildings_drawn_in_parts", n=hanging, of=looked, sheds=int(measured["is_shed"].sum()))
    pairs = share_buildings(measured, sources.parcels, run.part(0.2, 1))
    return join_parts(measured, pairs, len(sources.parcels))


def _activity(
    sources: Sources, ruleset: Mapping[str, Any], values: Mapping[str, Interval], land: Objects, run: Run
) -> tuple[dict[str, Interval], pd.Series]:
    """Return the activity indicators with idle_signs_n: told signals that failed; an abandoned patch counts as two.

    Unknown where no signal is told; 0 where all that are told are alive: "one failed, or none known, is suspected"
    (method notes §1), and a factory is never called idle from its form alone.
    """
    n, abandoned = len(sources.parcels), values["abandoned"]
    marked = Interval(np.where(abandoned.lo == 1, 2.0, 0.0), np.where(abandoned.lo == 1, 2.0, 0.0))
    if sources.activity is None:
        signs = Interval(marked.lo, np.full(n, np.inf))
        return {"idle_signs_n": signs}, frames.texts([None] * n)
    records = activity.read_activity(sources.activity, sources.parcels, sources.as_of, run)
    run.check()
    group = np.where(values["indus_any"].lo >= indicators.UNIT_SHARE, "indus", np.where(pd.isna(land), "", land))
    found = activity.measure_activity(
        records, values.get("floor_m2", unknown(n)), group, sources.as_of, rules.limits_of(ruleset),
        ruleset["floor_streams"]["value"],
    )  # fmt: skip
    failed, told = found.values["stream_fail_n"], found.values["stream_known_n"].lo > 0
    signs = Interval(failed.lo + marked.lo, np.where(told, failed.lo, failed.hi) + marked.hi)
    return {**found.values, "idle_signs_n": signs}, found.last


def _hashes(sources: Sources) -> npt.NDArray[np.object_] | None:
    if sources.reviews is None or sources.original is None:
        return None
    return geometry_hash(sources.original, sources.digits)


def _tell_taken(table: pd.DataFrame, taken: Mapping[str, Flags], run: Run) -> None:
    """Say how many tags rest on something that is only assumed, because nothing was told."""
    by_rule = (table["tag_source"] == "rule").to_numpy(dtype=bool)
    for tag, name, _, code in indicators.TAKEN:
        rows = by_rule & (table["tag"] == tag).to_numpy(dtype=bool) & taken[name]
        if rows.any():
            run.warn(code, n=int(rows.sum()))
