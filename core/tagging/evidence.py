# SPDX-License-Identifier: GPL-2.0-or-later
"""Why a parcel got its tag: one sentence for people, one compact JSON for whoever checks it."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Mapping, Sequence
from typing import Any

import numpy as np
import numpy.typing as npt

from ..run import Run
from ..words import pick, say
from .indicators import Indicators
from .intervals import Interval
from .rules import FALSE, LEVELS, UNKNOWN, Ranking, Verdict

Rows = npt.NDArray[np.int64]
SLICE = 4000  # rows between two looks at Cancel
SHARES = frozenset((
    "old_share", "weak_share", "coll_share", "patch_coverage", "coverage", "big_low_share", "in_boundary",
    "far_from_road", "resid_share", "indus_share", "indus_any",
))  # fmt: skip
FLAGS = frozenset(("homestead_in_town", "abandoned", "management", "reused", "self_built"))
MARKS = {"zh": ("，", "：", "；"), "en": (", ", ": ", "; ")}
STATES = ("false", "unknown", "true")
EDGE = 1e-9


def explain(
    verdicts: Sequence[Verdict], ranking: Ranking, indicators: Indicators, run: Run
) -> tuple[list[str], list[str]]:
    """Return the sentence and the evidence of every parcel, in the language of the run.

    The evidence of a tagged parcel holds score, score_max, each `where` and each criterion of the winning class with
    its values, m_lo, m_hi, weight, source and status; of a parcel without a tag, the scores of all classes and what
    speaks against them. An open or unknown end of a value is null.
    """
    n = indicators.parts.n
    reasons, evidence = [""] * n, [""] * n
    for place, verdict in enumerate(verdicts):
        won = np.flatnonzero(ranking.first == place)
        for start in range(0, len(won), SLICE):
            run.check()
            rows = won[start : start + SLICE]
            told = zip(rows, _sentences(verdict, indicators, rows, run.language), _facts(verdict, indicators, rows))
            for row, sentence, fact in told:
                reasons[row], evidence[row] = sentence, fact
    rest = np.flatnonzero(ranking.first < 0)
    for start in range(0, len(rest), SLICE):
        run.check()
        rows = rest[start : start + SLICE]
        for row, sentence, fact in zip(rows, *_untagged(verdicts, rows, run.language)):
            reasons[row], evidence[row] = sentence, fact
    return reasons, evidence


def shown(name: str, value: Interval, rows: Rows, language: str) -> list[str]:
    """Return an indicator in words: 91%, 88–93%, 有, 6, or 资料缺失 where nothing is known."""
    missing, low, high = say("tag_missing", language), value.lo[rows], value.hi[rows]
    tell: Callable[[float], str] = _percent if name in SHARES else _number
    if name in FLAGS:
        words = {0.0: say("tag_no", language), 1.0: say("tag_yes", language)}
        return [words.get(lo, missing) if lo == hi else missing for lo, hi in zip(low.tolist(), high.tolist())]
    if name in SHARES:
        low, high = np.maximum(low, 0), np.minimum(high, 1)
        low, high = np.where((low == 0) & (high == 1), -np.inf, low), np.where((low == 0) & (high == 1), np.inf, high)
    return [_range(lo, hi, tell, missing) for lo, hi in zip(low.tolist(), high.tolist())]


def _range(lo: float, hi: float, tell: Callable[[float], str], missing: str) -> str:
    if lo == hi:
        return tell(lo)
    if lo == float("-inf") and hi == float("inf"):
        return missing
    if hi == float("inf"):
        return f"≥ {tell(lo)}"
    if lo == float("-inf"):
        return f"≤ {tell(hi)}"
    return tell(lo) if tell(lo) == tell(hi) else f"{tell(lo).rstrip('%')}–{tell(hi)}"


def _percent(value: float) -> str:
    return f"{100 * value:.0f}%"


def _number(value: float) -> str:
    return f"{value:.0f}" if abs(value) >= 100 else f"{value:.2f}".rstrip("0").rstrip(".")


def _sentences(verdict: Verdict, indicators: Indicators, rows: Rows, language: str) -> list[str]:
    title = pick(verdict.rule["title"], language)
    levels = ["", say("tag_suspected", language), say("tag_confirmed", language)]
    join, colon, stop = MARKS[language]
    heads = [
        f"{title}{join}{levels[level]} {score:.2f}"
        for level, score in zip(verdict.level[rows].tolist(), verdict.score[rows].tolist())
    ]
    columns = [
        _told(criterion, member, indicators, rows, language)
        for criterion, member in zip(verdict.rule["criteria"], verdict.memberships)
    ]
    for place, condition in enumerate(verdict.rule["where"]):
        words = f"{pick(condition['title'], language)}{colon}{say('tag_missing', language)}"
        columns.append([words if state == UNKNOWN else "" for state in verdict.where[rows, place].tolist()])
    if verdict.rule["id"] == "old_compound" and "self_built" in indicators.taken:
        taken = indicators.taken["self_built"][rows].tolist()
        columns.append([say("tag_taken_self_built", language) if row else "" for row in taken])
    if verdict.rule["id"] == "idle_factory" and "reused" in indicators.taken:
        taken = indicators.taken["reused"][rows].tolist()
        columns.append([say("tag_taken_reused", language) if row else "" for row in taken])
    tails = [stop.join(part for part in parts if part) for parts in zip(*columns)]
    return [f"{head}{colon}{tail}" for head, tail in zip(heads, tails)]


def _told(
    criterion: Mapping[str, Any], member: Interval, indicators: Indicators, rows: Rows, language: str
) -> list[str]:
    """Return what a criterion says: its sentence, 资料缺失, 资料不全, or nothing when it speaks against the tag."""
    pattern = pick(criterion["say"], language)
    names = re.findall(r"\{(\w+)\}", pattern)
    words = [shown(name, indicators.of(name), rows, language) for name in names]
    frame = re.sub(r"\{\w+\}", "%s", pattern.replace("%", "%%"))
    low, high = member.lo[rows].tolist(), member.hi[rows].tolist()
    colon = MARKS[language][1]
    title = pick(criterion["title"], language)
    missing, partly = (f"{title}{colon}{say(code, language)}" for code in ("tag_missing", "tag_partly"))
    found: list[str] = []
    for row, (lo, hi) in enumerate(zip(low, high)):
        if lo > EDGE:
            found.append(frame % tuple(column[row] for column in words))
        else:
            found.append("" if hi <= EDGE else missing if hi >= 1 - EDGE else partly)
    return found


def _facts(verdict: Verdict, indicators: Indicators, rows: Rows) -> list[str]:
    """Return the evidence of tagged parcels as JSON texts; texts that do not vary are written once."""
    rule = verdict.rule
    patterns = [f'{{"tag":{json.dumps(rule["id"])},"level":"%s","score":%s,"score_max":%s,"known":%s']
    level = [LEVELS[item] for item in verdict.level[rows].tolist()]
    columns: list[list[str]] = [level, *(_json(v[rows]) for v in (verdict.score, verdict.score_max, verdict.known))]
    parts = []
    for place, condition in enumerate(rule["where"]):
        parts.append(f'{{"indicator":{json.dumps(condition["indicator"])},"state":"%s"}}')
        columns.append([STATES[state] for state in verdict.where[rows, place].tolist()])
    patterns.append(',"where":[' + ",".join(parts) + "]")
    parts = []
    for criterion, member in zip(rule["criteria"], verdict.memberships):
        names = indicators_of(criterion)
        values = ",".join(f"{json.dumps(name)}:[%s,%s]" for name in names)
        fixed = json.dumps(
            {"weight": criterion["weight"], "source": criterion["source"], "status": criterion["status"]},
            ensure_ascii=False, separators=(",", ":"),
        ).replace("%", "%%")  # fmt: skip
        parts.append(
            f'{{"criterion":{json.dumps(criterion["indicator"])},"values":{{{values}}},"m_lo":%s,"m_hi":%s,{fixed[1:]}'
        )
        for name in names:
            value = indicators.of(name)
            columns += [_json(value.lo[rows]), _json(value.hi[rows])]
        columns += [_json(member.lo[rows]), _json(member.hi[rows])]
    pattern = "".join([*patterns, ',"criteria":[', ",".join(parts), "]}"])
    return [pattern % row for row in zip(*columns)]


def indicators_of(criterion: Mapping[str, Any]) -> list[str]:
    """Return the names of the indicators a criterion looks at, each once."""
    if criterion["type"] == "bands":
        return ["old_share"]
    if criterion["type"] != "at_least":
        return [criterion["indicator"]]
    conditions = [*criterion["of"], *criterion.get("or", [])]
    return list(dict.fromkeys(condition["indicator"] for condition in conditions))


def _json(values: npt.NDArray[np.float64]) -> list[str]:
    return [f"{value:.6g}" if abs(value) != float("inf") else "null" for value in (values + 0.0).tolist()]


def _untagged(verdicts: Sequence[Verdict], rows: Rows, language: str) -> tuple[list[str], list[str]]:
    """Return what is said of parcels without a tag: which classes full data could still make of them, if any."""
    scores = [verdict.score[rows].tolist() for verdict in verdicts]
    most = [verdict.score_max[rows].tolist() for verdict in verdicts]
    against = [_against(verdict, rows) for verdict in verdicts]
    possible = [
        _possible(verdict, low, high, where, language)
        for verdict, low, high, where in zip(verdicts, scores, most, against)
    ]
    nothing, comma = say("tag_none", language), MARKS[language][0]
    lists = [comma.join(filter(None, words)) for words in zip(*possible)]
    reasons = [say("tag_open", language, classes=words) if words else nothing for words in lists]
    pattern = (
        '{"tag":"none","classes":{'
        + ",".join(
            f'{json.dumps(verdict.rule["id"])}:{{"score":%.6g,"score_max":%.6g,"where_false":%s}}'
            for verdict in verdicts
        )
        + "}}"
    )
    columns = [column for trio in zip(scores, most, against) for column in trio]
    return reasons, [pattern % row for row in zip(*columns)]


def _possible(verdict: Verdict, low: list[float], high: list[float], against: list[str], language: str) -> list[str]:
    title, limit = pick(verdict.rule["title"], language), verdict.rule["suspect"]["value"]
    return [
        f"{title} {score:.2f}–{most:.2f}" if most >= limit and where == "[]" else ""
        for score, most, where in zip(low, high, against)
    ]


def _against(verdict: Verdict, rows: Rows) -> list[str]:
    names = np.array([condition["indicator"] for condition in verdict.rule["where"]], dtype=object)
    if not len(names):
        return ["[]"] * len(rows)
    states, codes = np.unique(verdict.where[rows] == FALSE, axis=0, return_inverse=True)
    texts = [json.dumps(list(names[state]), separators=(",", ":")) for state in states]
    return [texts[code] for code in np.asarray(codes).reshape(-1).tolist()]
