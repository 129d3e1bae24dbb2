# SPDX-License-Identifier: GPL-2.0-or-later
"""The zone rules as plain numbers: limits, search, and the fixed scales of the three factors."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, fields
from typing import Any

from .. import envelope
from ..errors import RenewalError

BEYOND = 1e12  # no limit of a zone is larger, whatever its unit; whole numbers stay exact
PETAL_TAGS = ("old_compound", "urban_village", "idle_factory")
Points = tuple[tuple[float, float], ...]


@dataclass(frozen=True)
class Limits:
    """What a zone must keep: minutes on foot, areas in m², petals, metres (method notes §7)."""

    walk_min: float
    area_min_m2: float
    area_max_m2: float
    floor_min_m2: float
    petals_min: int
    merge_walk_m: float
    root_limit_m: float
    street_gap_m: float
    near_walk_m: float


@dataclass(frozen=True)
class Search:
    """How the search works: cost of filler, when it stops, when an id is kept."""

    filler_rate: float
    rounds_without_gain: int
    tries_per_round: int
    same_zone_iou: float


@dataclass(frozen=True)
class ZoneRules:
    """Everything from a zone-rules file; factors are numbers in [0.1, 1] on fixed scales, `unknown` where not known."""

    id: str
    limits: Limits
    search: Search
    elder_kinds: tuple[str, ...]
    child_kinds: tuple[str, ...]
    unknown: float
    gap_scale: Points
    tag_confirmed: Mapping[str, float]
    tag_suspected: Mapping[str, float]
    programme_left: Mapping[str, float]
    ownership: Mapping[str, float]
    programme_ready: Mapping[str, float]
    protected_scale: Points
    width_breaks_m: tuple[float, ...] = (4.0, 12.0, 24.0)


def read_zone_rules(document: Mapping[str, Any]) -> ZoneRules:
    """Return the rules of a loaded zone-rules document (envelope.load("zone-rules", name)).

    Raises RenewalError: `figure_not_number`, `figure_odd` (a limit below 0 or beyond all measure), `zone_area_limits`
    (the least area above the largest), `share_odd` (a factor outside 0 … 1), `scale_odd` (points of a scale out of
    order, or scores outside 0 … 1); the schema has checked that every key is there.
    """
    name = str(document["id"])
    opportunity, feasibility = document["opportunity"], document["feasibility"]
    limits = Limits(**_typed(Limits, document["limits"], name))
    if limits.area_min_m2 > limits.area_max_m2:
        raise RenewalError("zone_area_limits", rules=name, least=limits.area_min_m2, most=limits.area_max_m2)
    return ZoneRules(
        id=document["id"],
        limits=limits,
        search=Search(**_typed(Search, document["search"], name)),
        elder_kinds=tuple(document["elder_kinds"]),
        child_kinds=tuple(document["child_kinds"]),
        unknown=_shares({"unknown": document["unknown"]}, name)["unknown"],
        gap_scale=read_points(document["need"]["gap_share"], name, "need.gap_share"),
        tag_confirmed=_shares(opportunity["confirmed"], name, "opportunity.confirmed."),
        tag_suspected=_shares(opportunity["suspected"], name, "opportunity.suspected."),
        programme_left=_shares(opportunity["programme"], name, "opportunity.programme."),
        ownership=_shares(feasibility["ownership"], name, "feasibility.ownership."),
        programme_ready=_shares(feasibility["programme"], name, "feasibility.programme."),
        protected_scale=read_points(feasibility["protected_share"], name, "feasibility.protected_share"),
        width_breaks_m=_breaks(document, name),
    )


def _breaks(document: Mapping[str, Any], rules: str) -> tuple[float, ...]:
    """Return the limits of the width classes; a document without them has those of the shipped rules."""
    group = document.get("branches") or envelope.load("zone-rules", "chongqing")["branches"]
    breaks = envelope.figure_value(group["width_breaks_m"])
    items = breaks if isinstance(breaks, list) else [breaks]
    return tuple(sorted(envelope.figure_number({"value": item}, rules, "width_breaks_m") for item in items))


def _values(group: Mapping[str, Any], rules: str) -> dict[str, float]:
    return {key: envelope.figure_number(figure, rules, key) for key, figure in group.items()}


def _typed(kind: Any, group: Mapping[str, Any], rules: str) -> dict[str, Any]:
    numbers = _values(group, rules)
    for key, number in numbers.items():
        if not 0 <= number < BEYOND:
            raise RenewalError("figure_odd", rules=rules, key=key, value=number)
    return {item.name: int(numbers[item.name]) if item.type == "int" else numbers[item.name] for item in fields(kind)}


def _shares(group: Mapping[str, Any], rules: str, place: str = "") -> dict[str, float]:
    numbers = _values(group, rules)
    for key, number in numbers.items():
        if not 0 <= number <= 1:
            raise RenewalError("share_odd", rules=rules, key=f"{place}{key}", value=number)
    return numbers


def read_points(scale: Mapping[str, Any], rules: str, key: str) -> Points:
    """Return the points (value, score) of a scale. Raises RenewalError(`scale_odd`): values must not fall from one to
    the next, scores lie in 0 … 1.
    """
    points = tuple((float(x), float(y)) for x, y in scale["points"])
    rising = all(a[0] <= b[0] for a, b in zip(points, points[1:]))
    if not rising or not all(0 <= score <= 1 for _, score in points):
        raise RenewalError("scale_odd", rules=rules, key=key)
    return points
