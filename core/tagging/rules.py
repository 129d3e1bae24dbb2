# SPDX-License-Identifier: GPL-2.0-or-later
"""Rulesets applied to indicators: memberships as intervals, scores, levels, the winner (method notes §1)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from ..envelope import figure_number
from ..errors import RenewalError
from .indicators import Indicators
from .intervals import Flags, Interval, Reals, weighted_mean
from .parts import years_of

Ints = npt.NDArray[np.int8]
FALSE, UNKNOWN, TRUE = 0, 1, 2  # states of a condition
NONE, SUSPECTED, CONFIRMED = 0, 1, 2
LEVELS = ("none", "suspected", "confirmed")
SCORE_DIGITS = 6
CRITERION_EDGE = 1e-9  # memberships closer than this are equal: sums of weights are no exact numbers


@dataclass(frozen=True)
class Verdict:
    """What one class of a ruleset says of every parcel.

    `score`, `score_max`, `known` (n,) rounded to 1e-6; `level` (n,) 0 none, 1 suspected, 2 confirmed;
    `where` (n, conditions) 0 false, 1 unknown, 2 true; `memberships` one Interval (n,) per criterion.
    """

    rule: Mapping[str, Any]
    score: Reals
    score_max: Reals
    known: Reals
    level: Ints
    where: Ints
    memberships: list[Interval]


@dataclass(frozen=True)
class Ranking:
    """`first` and `second` (n,) positions in the verdicts, −1 = none; `level` (n,) of the first."""

    first: npt.NDArray[np.int64]
    second: npt.NDArray[np.int64]
    level: Ints


def limits_of(ruleset: Mapping[str, Any]) -> dict[str, float]:
    """Return the limits of the indicators by name. Raises RenewalError(`figure_not_number`)."""
    return {
        name: figure_number(figure, str(ruleset["id"]), f"limits.{name}") for name, figure in ruleset["limits"].items()
    }


def check_rules(ruleset: Mapping[str, Any]) -> None:
    """Raise RenewalError: `rule_not_monotone` for points that go up and down, leave 0 … 1 or stand out of order,
    `figure_not_number` for a limit that is none, `figure_odd` for an indicator's limit below 0, `rule_limits` for a
    class that is confirmed at a lower score than it is suspected at, `rules_without_class` when all are switched off.
    """
    for key, number in limits_of(ruleset).items():
        if number < 0:
            raise RenewalError("figure_odd", rules=str(ruleset["id"]), key=f"limits.{key}", value=number)
    if not any(rule["on"] for rule in ruleset["classes"]):
        raise RenewalError("rules_without_class")
    for rule in ruleset["classes"]:
        confirm, suspect, _ = (
            figure_number(rule[name], str(ruleset["id"]), f"{rule['id']}.{name}")
            for name in ("confirm", "suspect", "need_known")
        )
        if confirm < suspect:
            raise RenewalError("rule_limits", tag=rule["id"], confirm=confirm, suspect=suspect)
        for criterion in rule["criteria"]:
            pairs = criterion.get("points") or criterion.get("bands") or []
            x, m = [pair[0] for pair in pairs], [pair[1] for pair in pairs]
            falling = all(a >= b for a, b in zip(m, m[1:]))
            rising = all(a <= b for a, b in zip(m, m[1:])) and criterion["type"] == "points"
            inside = all(0 <= value <= 1 for value in m) and all(a <= b for a, b in zip(x, x[1:]))
            if not (inside and (falling or rising)):
                raise RenewalError("rule_not_monotone", tag=rule["id"], criterion=criterion["indicator"])


def judge(ruleset: Mapping[str, Any], indicators: Indicators) -> list[Verdict]:
    """Return the verdict of every class of the ruleset that is switched on, in its order.

    score = Σ w·m_lo ÷ Σ w, score_max = Σ w·m_hi ÷ Σ w, known = 1 − (score_max − score).
    confirmed: score ≥ C, every `where` true, every `required` criterion known (and at least at its `confirm_at`),
    known ≥ need_known. suspected: score ≥ S and no `where` false.
    """
    return [judge_class(rule, indicators) for rule in ruleset["classes"] if rule["on"]]


def judge_class(rule: Mapping[str, Any], indicators: Indicators) -> Verdict:
    """Return the verdict of one class; see `judge`."""
    n = indicators.parts.n
    states = [state_of(condition, indicators) for condition in rule["where"]]
    where = np.column_stack(states) if states else np.full((n, 0), TRUE, dtype=np.int8)
    members = [membership(criterion, indicators) for criterion in rule["criteria"]]
    weights = [float(criterion["weight"]) for criterion in rule["criteria"]]
    low = sum((w * m.lo for w, m in zip(weights, members)), start=np.zeros(n)) / sum(weights)
    high = sum((w * m.hi for w, m in zip(weights, members)), start=np.zeros(n)) / sum(weights)
    score, score_max = np.round(low, SCORE_DIGITS), np.round(high, SCORE_DIGITS)
    known = np.round(1 - (score_max - score), SCORE_DIGITS)
    sure = (where == TRUE).all(axis=1) & (known >= rule["need_known"]["value"])
    for criterion, member in zip(rule["criteria"], members):
        if criterion.get("required"):
            sure &= member.hi - member.lo <= CRITERION_EDGE
        sure &= member.lo >= criterion.get("confirm_at", 0.0) - CRITERION_EDGE
    level = np.where((score >= rule["suspect"]["value"]) & (where != FALSE).all(axis=1), SUSPECTED, NONE)
    level = np.where((score >= rule["confirm"]["value"]) & sure, CONFIRMED, level).astype(np.int8)
    return Verdict(rule, score, score_max, known, level, where.astype(np.int8), members)


def rank(verdicts: Sequence[Verdict], n: int) -> Ranking:
    """Return the winner and the runner-up: highest level, then score, then order of the ruleset.

    A class with a score of 0 is no runner-up; where no class reaches `suspected`, the first is −1 and the second the
    class that comes nearest.
    """
    level = np.column_stack([verdict.level for verdict in verdicts])
    score = np.column_stack([verdict.score for verdict in verdicts])
    place = np.broadcast_to(np.arange(len(verdicts)), level.shape)
    order = np.lexsort((place, -score, -level), axis=1)
    rows = np.arange(n)
    top = order[:, 0]
    reached = level[rows, top] > NONE
    after = order[:, 1] if len(verdicts) > 1 else np.full(n, -1)
    second = np.where(reached, after, top)
    second = np.where((second >= 0) & (score[rows, second] > 0), second, -1)
    return Ranking(np.where(reached, top, -1), second, level[rows, top].astype(np.int8))


def membership(criterion: Mapping[str, Any], indicators: Indicators) -> Interval:
    """Return [m_lo, m_hi] of a criterion per parcel, within 0 … 1; [0, 1] where nothing is known."""
    kind = criterion["type"]
    if kind == "bands":
        return _bands(criterion["bands"], indicators)
    if kind == "at_least":
        return _at_least(criterion, indicators)
    value = indicators.of(criterion["indicator"])
    points = [[0.0, 0.0], [1.0, 1.0]] if kind == "flag" else criterion["points"]
    return _points(points, value)


def state_of(condition: Mapping[str, Any], indicators: Indicators) -> Ints:
    """Return 0 false, 1 unknown, 2 true per parcel."""
    sure, possible = _ends(condition, indicators)
    return np.where(sure, TRUE, np.where(possible, UNKNOWN, FALSE)).astype(np.int8)


def _ends(condition: Mapping[str, Any], indicators: Indicators) -> tuple[Flags, Flags]:
    """Return where a condition surely holds and where it may hold."""
    value, limit = indicators.of(condition["indicator"]), float(condition["value"])
    lo, hi = value.lo, value.hi
    return {
        ">=": (lo >= limit, hi >= limit),
        ">": (lo > limit, hi > limit),
        "<=": (hi <= limit, lo <= limit),
        "<": (hi < limit, lo < limit),
        "=": ((lo == limit) & (hi == limit), (lo <= limit) & (hi >= limit)),
    }[condition["op"]]


def _points(points: Sequence[Sequence[float]], value: Interval) -> Interval:
    """Return piecewise linear memberships; where x stands twice, the limit itself has the greater membership."""
    x, m = np.array([pair[0] for pair in points], float), np.array([pair[1] for pair in points], float)
    one, other = _along(value.lo, x, m), _along(value.hi, x, m)
    nothing = ~value.is_known()
    return Interval(np.where(nothing, 0.0, np.minimum(one, other)), np.where(nothing, 1.0, np.maximum(one, other)))


def _along(values: Reals, x: Reals, m: Reals) -> Reals:
    found = np.interp(values, x, m)
    for step in np.flatnonzero(np.diff(x) == 0):
        found = np.where(values == x[step], max(m[step], m[step + 1]), found)
    return np.asarray(found, dtype=np.float64)


def _bands(bands: Sequence[Sequence[float]], indicators: Indicators) -> Interval:
    """Return the floor-weighted mean of the band scores of the buildings' years; later than all bands scores 0."""
    parts = indicators.parts
    n = parts.n
    if not parts.given:
        return Interval(np.zeros(n), np.ones(n))
    years = years_of(parts)
    limits = np.array([band[0] for band in bands], float)
    scores = np.append([band[1] for band in bands], 0.0)
    low = scores[np.searchsorted(limits, years.hi, side="left")]
    high = scores[np.searchsorted(limits, years.lo, side="left")]
    mean = weighted_mean(parts.floor, Interval(low, high))
    nothing = ~mean.is_known()
    return Interval(np.where(nothing, 0.0, mean.lo), np.where(nothing, 1.0, mean.hi))


def _at_least(criterion: Mapping[str, Any], indicators: Indicators) -> Interval:
    """Return min(1, found ÷ k): sure ones at the low end, possible ones at the high end; an `or` gives 1 by itself."""
    n, k = indicators.parts.n, criterion["k"]
    sure, possible = np.zeros(n), np.zeros(n)
    for condition in criterion["of"]:
        yes, maybe = _ends(condition, indicators)
        sure, possible = sure + yes, possible + maybe
    lo, hi = np.minimum(1.0, sure / k), np.minimum(1.0, possible / k)
    for condition in criterion.get("or", ()):
        yes, maybe = _ends(condition, indicators)
        lo, hi = np.where(yes, 1.0, lo), np.where(maybe, 1.0, hi)
    return Interval(lo, hi)
