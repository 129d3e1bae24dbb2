# SPDX-License-Identifier: GPL-2.0-or-later
"""Why a parcel got its tag: one sentence for people, one compact JSON for whoever checks it."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import numpy.typing as npt

from ..run import Run
from .indicators import TAKEN, Indicators
from .rules import FALSE, LEVELS, Ranking, Verdict
from .wording import EDGE, FLAGS, SHARES, open_sentences, sentences, shown

__all__ = ["EDGE", "FLAGS", "SHARES", "explain", "indicators_of", "shown"]

Rows = npt.NDArray[np.int64]
SLICE = 4000  # rows between two looks at Cancel
STATES = ("false", "unknown", "true")


def explain(
    verdicts: Sequence[Verdict], ranking: Ranking, indicators: Indicators, run: Run
) -> tuple[list[str], list[str]]:
    """Return the sentence and the evidence of every parcel, in the language of the run.

    The evidence of a tagged parcel holds score, score_max, each `where` and each criterion of the winning class with
    its values, m_lo, m_hi, weight, source and status, and what was only assumed (`taken`); of a parcel without a tag,
    the scores of all classes and what speaks against them. An open or unknown end of a value is null.
    """
    n = indicators.parts.n
    reasons, evidence = [""] * n, [""] * n
    for place, verdict in enumerate(verdicts):
        won = np.flatnonzero(ranking.first == place)
        for start in range(0, len(won), SLICE):
            run.check()
            rows = won[start : start + SLICE]
            told = zip(rows, sentences(verdict, indicators, rows, run.language), _facts(verdict, indicators, rows))
            for row, sentence, fact in told:
                reasons[row], evidence[row] = sentence, fact
    rest = np.flatnonzero(ranking.first < 0)
    for start in range(0, len(rest), SLICE):
        run.check()
        rows = rest[start : start + SLICE]
        for row, sentence, fact in zip(rows, *_untagged(verdicts, rows, run.language)):
            reasons[row], evidence[row] = sentence, fact
    return reasons, evidence


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
    columns.append(_taken(rule["id"], indicators, rows))
    pattern = "".join([*patterns, ',"criteria":[', ",".join(parts), "]%s}"])
    return [pattern % row for row in zip(*columns)]


def indicators_of(criterion: Mapping[str, Any]) -> list[str]:
    """Return the names of the indicators a criterion looks at, each once."""
    if criterion["type"] == "bands":
        return ["old_share"]
    if criterion["type"] != "at_least":
        return [criterion["indicator"]]
    conditions = [*criterion["of"], *criterion.get("or", [])]
    return list(dict.fromkeys(condition["indicator"] for condition in conditions))


def _taken(tag: str, indicators: Indicators, rows: Rows) -> list[str]:
    """Return what was only assumed for a tag, as the last member of its evidence; "" where nothing was."""
    found = [""] * len(rows)
    for name in [name for mine, name, *_ in TAKEN if mine == tag and name in indicators.taken]:
        flags = indicators.taken[name][rows].tolist()
        found = [f'{text},"{name}"' if flag else text for text, flag in zip(found, flags)]
    return [f',"taken":[{text[1:]}]' if text else "" for text in found]


def _json(values: npt.NDArray[np.float64]) -> list[str]:
    return [f"{value:.6g}" if abs(value) != float("inf") else "null" for value in (values + 0.0).tolist()]


def _untagged(verdicts: Sequence[Verdict], rows: Rows, language: str) -> tuple[list[str], list[str]]:
    """Return what is said of parcels without a tag and the scores of all classes."""
    scores = [verdict.score[rows].tolist() for verdict in verdicts]
    most = [verdict.score_max[rows].tolist() for verdict in verdicts]
    against = [_against(verdict, rows) for verdict in verdicts]
    reasons = open_sentences(verdicts, against, rows, language)
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


def _against(verdict: Verdict, rows: Rows) -> list[str]:
    names = np.array([condition["indicator"] for condition in verdict.rule["where"]], dtype=object)
    if not len(names):
        return ["[]"] * len(rows)
    states, codes = np.unique(verdict.where[rows] == FALSE, axis=0, return_inverse=True)
    texts = [json.dumps(list(names[state]), separators=(",", ":")) for state in states]
    return [texts[code] for code in np.asarray(codes).reshape(-1).tolist()]
