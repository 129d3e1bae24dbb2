# SPDX-License-Identifier: GPL-2.0-or-later
"""The evidence of a tag as rows to show: criterion, value in words, membership, weight, limit, source. No QGIS here."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np

from ...core.envelope import VERIFIED
from ...core.words import figure_names, pick, say, source_words
from ..parts.phrases import listed, paired

MET, PART, NOT, UNKNOWN = "met", "part", "not", "unknown"
ROW = np.array([0])
INFINITE = float("inf")


@dataclass(frozen=True)
class EvidenceRow:
    """One bar: `low`–`high` membership 0–1 (the stretch between them is unknown), `weight` share of the score.

    `weight` None = a condition that must hold, or a whole class of a parcel without a tag (`tick` is then its limit).
    """

    title: str
    value: str
    low: float
    high: float
    weight: float | None
    state: str
    limit: str = ""
    source: str = ""
    is_verified: bool = False
    is_condition: bool = False
    tick: float | None = None
    parts: tuple[str, ...] = ()  # name and value of each of several indicators
    limit_short: str = ""  # where the limit is too long for a bar
    ends: tuple[str, str] = ("", "")  # values at which nothing and all of a criterion is met: the ends of its bar


def rows_of(evidence: str, rules: Mapping[str, Any], language: str) -> list[EvidenceRow]:
    """Return the rows of an evidence text (tables.tagged.tag_evidence); none when it is empty or of another form."""
    try:
        facts = json.loads(evidence)
    except ValueError:
        return []
    if not isinstance(facts, dict):
        return []
    classes = {rule["id"]: rule for rule in rules.get("classes", [])}
    if "classes" in facts:
        return [_class_row(key, found, classes[key], language) for key, found in facts["classes"].items()
                if key in classes]  # fmt: skip
    rule = classes.get(facts.get("tag", ""), {})
    conditions = {item["indicator"]: item for item in rule.get("where", [])}
    criteria = {item["indicator"]: item for item in rule.get("criteria", [])}
    rows = [_criterion_row(found, criteria.get(found["criterion"], {}), rules, language)
            for found in facts["criteria"]]  # fmt: skip
    return [
        *rows,
        *(_condition_row(found, conditions.get(found["indicator"], {}), language) for found in facts["where"]),
    ]


def sum_of(rows: list[EvidenceRow]) -> tuple[float, float] | None:
    """Return the score the bars add up to, and the most it could be; None for rows without weights."""
    weighed = [row for row in rows if row.weight]
    whole = sum(row.weight or 0.0 for row in weighed)
    if not whole:
        return None
    low = sum(row.low * (row.weight or 0.0) for row in weighed) / whole
    return low, sum(row.high * (row.weight or 0.0) for row in weighed) / whole


def _criterion_row(
    found: Mapping[str, Any], criterion: Mapping[str, Any], rules: Mapping[str, Any], language: str
) -> EvidenceRow:
    low, high = float(found["m_lo"]), float(found["m_hi"])
    edge = _told().EDGE
    told = {name: _words(name, ends, language) for name, ends in found.get("values", {}).items()}
    words = dict.fromkeys(told.values())
    if told.get("old_share") not in (None, say("tag_missing", language)):  # a share of what: built until that year
        words = {paired(f"≤ {_old_year(rules)}", told["old_share"]): None}
    state = MET if low >= 1 - edge else PART
    if low <= edge:
        state = NOT if high <= edge else UNKNOWN
    return EvidenceRow(
        pick(criterion["title"], language) if criterion else str(found["criterion"]), " · ".join(words), low, high,
        float(found["weight"]), state, limit_text(criterion), _source(found, language),
        found.get("status") in VERIFIED,
        parts=tuple(paired(_name(name, language), word) for name, word in told.items()) if len(told) > 1 else (),
        limit_short="/".join(str(year) for year, _ in criterion["bands"]) if "bands" in criterion else "",
        ends=_ends(criterion), tick=1.0,
    )  # fmt: skip


def _old_year(rules: Mapping[str, Any]) -> str:
    return str(rules.get("limits", {}).get("old_year", {}).get("value", "—"))


def _name(indicator: str, language: str) -> str:
    entry = figure_names()["names"].get(indicator)
    return pick(entry, language) if entry else indicator


def _source(figure: Mapping[str, Any], language: str) -> str:
    return source_words(str(figure.get("source", "")), language)


def _condition_row(found: Mapping[str, Any], condition: Mapping[str, Any], language: str) -> EvidenceRow:
    state = {"true": MET, "false": NOT}.get(str(found["state"]), UNKNOWN)
    low, high = {MET: (1.0, 1.0), NOT: (0.0, 0.0), UNKNOWN: (0.0, 1.0)}[state]
    limit = _bound(condition["indicator"], condition["op"], condition["value"]) if condition else ""
    return EvidenceRow(
        pick(condition["title"], language) if condition else str(found["indicator"]), limit, low, high, None, state,
        "", _source(condition, language), condition.get("status") in VERIFIED, is_condition=True,
    )  # fmt: skip


def _class_row(key: str, found: Mapping[str, Any], rule: Mapping[str, Any], language: str) -> EvidenceRow:
    low, high, limit = float(found["score"]), float(found["score_max"]), float(rule["suspect"]["value"])
    against = [
        pick(item["title"], language) for item in rule["where"] if item["indicator"] in found.get("where_false", [])
    ]
    state = NOT if against or high < limit else UNKNOWN
    text = f"{low:.2f}" if high - low < _told().EDGE else f"{low:.2f}–{high:.2f}"
    if against:
        text += " · ✗ " + listed(against)
    return EvidenceRow(
        pick(rule["title"], language), text, low, high, None, state, f"{limit:g}",
        _source(rule["suspect"], language), rule["suspect"]["status"] in VERIFIED, tick=limit,
    )  # fmt: skip


def limit_text(criterion: Mapping[str, Any]) -> str:
    """Return a criterion's limits: a ramp from nothing to all, years with their share, conditions that must hold."""
    kind = criterion.get("type")
    if kind == "bands":
        return " · ".join(f"≤ {year}: {score:g}" for year, score in criterion["bands"])
    if kind == "points":
        name = criterion["indicator"]
        points = sorted(criterion["points"], key=lambda point: point[1])
        if len(points) == 2:
            return f"{_figure(name, points[0][0])} → {_figure(name, points[1][0])}"
        return " · ".join(f"{_figure(name, at)}: {score:g}" for at, score in criterion["points"])
    if kind == "at_least":
        every = [*criterion["of"], *criterion.get("or", [])]
        return f"≥ {criterion['k']} / {len(every)}"
    return ""


def _ends(criterion: Mapping[str, Any]) -> tuple[str, str]:
    """Return the values at the two ends of a bar; "" where a criterion has no such scale."""
    if criterion.get("type") != "points":
        return "", ""
    points = sorted(criterion["points"], key=lambda point: point[1])
    return _figure(criterion["indicator"], points[0][0]), _figure(criterion["indicator"], points[-1][0])


def sum_text(rows: list[EvidenceRow]) -> str:
    """Return how the bars add up, as people would write it: (0.40 × 0.50 + 1.00 × 0.20) ÷ 1.00 = 0.40."""
    total = sum_of(rows)
    if total is None:
        return ""
    weighed = [row for row in rows if row.weight]
    whole = sum(row.weight or 0.0 for row in weighed)

    def told(values: list[float], result: float) -> str:
        terms = " + ".join(f"{value:.2f} × {row.weight:.2f}" for value, row in zip(values, weighed))
        return f"({terms}) ÷ {whole:.2f} = {result:.2f}"

    low = told([row.low for row in weighed], total[0])
    if total[1] - total[0] < 0.005:
        return low
    return f"{low}\n≤ {told([row.high for row in weighed], total[1])}"


def _words(name: str, ends: list[float | None], language: str) -> str:
    from ...core.tagging.intervals import Interval

    low = -INFINITE if ends[0] is None else float(ends[0])
    high = INFINITE if ends[1] is None else float(ends[1])
    return str(_told().shown(name, Interval(np.array([low]), np.array([high])), ROW, language)[0])


def _bound(name: str, op: str, value: Any) -> str:
    sign = {">=": "≥", "<=": "≤", "!=": "≠"}.get(op, op)
    return f"{sign} {_figure(name, value)}" if name not in _told().FLAGS else ""


def _figure(name: str, value: Any) -> str:
    return f"{100 * value:g} %" if name in _told().SHARES and isinstance(value, (int, float)) else f"{value}"


def _told() -> Any:
    """Return the words of the tagging room; with it comes pandas, which the dock opens without."""
    from ...core.tagging import wording

    return wording
