# SPDX-License-Identifier: GPL-2.0-or-later
"""rankzones: transparent weights on fixed scales, and how firm a rank is when the weights move."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd

from .. import envelope, frames, schema
from ..errors import RenewalError
from ..inputs import typed
from ..run import Run
from ..words import say
from .keys import refuse_doubles
from .rules import read_points

Reals = npt.NDArray[np.float64]
SPREAD = 0.2  # each weight moves by up to ± 20 %
TRIALS = 2000
MOST_WEIGHT = 1e6
SLICE = 100  # trials between two looks at Cancel
UNKNOWN_MARK = 0.5  # own choice, as in the zone rules: a criterion that is not known
PRIMES = (2, 3, 5, 7, 11, 13, 17, 19, 23, 29)
MARKS = {  # criterion (a column of the zones) → column of its mark
    "elder_gap": "elder_mark", "child_gap": "child_mark", "people": "people_mark", "floor_m2": "floor_mark",
    "petals_n": "petals_mark", "score": "score_mark", "demolish_share": "demolish_mark",
}  # fmt: skip


@dataclass(frozen=True)
class Criterion:
    """One criterion: a column of the zones, its weight, and the fixed scale that turns its value into 0…1."""

    column: str
    weight: float
    points: tuple[tuple[float, float], ...]


def read_criteria(document: Mapping[str, Any], weights: str = "") -> tuple[Criterion, ...]:
    """Return the criteria of a zone-rules document with the user's weights, such as "people=2, floor_m2=0".

    Commas, semicolons or blanks part the entries; what is not named keeps its weight. Raises RenewalError:
    `rank_weights` for what cannot be read, `rank_weights_zero` when nothing weighs anything, `figure_not_number`,
    `scale_odd`.
    """
    ranking = document.get("ranking") or envelope.load("zone-rules", "chongqing")["ranking"]
    rules = str(document["id"])
    own = {name: _weight_of(ranking[name]["weight"], rules, name) for name in MARKS} | _read_weights(weights)
    criteria = tuple(
        Criterion(
            name,
            own[name],
            read_points(ranking[name]["scale"], rules, f"ranking.{name}.scale"),
        )
        for name in MARKS
    )
    if not sum(item.weight for item in criteria) > 0:
        raise RenewalError("rank_weights_zero")
    return criteria


def _weight_of(figure: Mapping[str, Any], rules: str, name: str) -> float:
    weight = envelope.figure_number(figure, rules, f"ranking.{name}.weight")
    if not 0 <= weight < MOST_WEIGHT:
        raise RenewalError("rank_weights", entry=f"{name}={weight:g}", names=list(MARKS))
    return weight


def _read_weights(text: str) -> dict[str, float]:
    found: dict[str, float] = {}
    for entry in typed.entries(text, blanks=True):
        name, told = typed.pair(entry) or (entry, "")
        try:
            weight = typed.number(told)
        except ValueError:
            weight = -1.0
        if name not in MARKS or name in found or not 0 <= weight < MOST_WEIGHT:
            raise RenewalError("rank_weights", entry=entry, names=list(MARKS))
        found[name] = weight
    return found


def rank_zones(zones: pd.DataFrame, criteria: tuple[Criterion, ...], keep: int, run: Run) -> pd.DataFrame:
    """Return table `ranked_zones`, best first. Raises RenewalError as refuse_doubles.

    `rank_score` = Σ weight × mark ÷ Σ weight, marks on fixed scales (never by the data's maximum), 0.5 where the value
    is not known (counted in `marks_unknown_n`). Equal scores (six decimals): by zone_id. `keep_share`: in how many of
    2000 trials the zone is among the first `keep`, each weight moved by up to ± 20 % (Halton points, so the same every
    time); `rank_best`, `rank_worst`: its ranks over those trials and the weights as given.
    """
    refuse_doubles(zones)
    ordered = zones.sort_values("zone_id", kind="stable").reset_index(drop=True)
    marks, known = _marks(ordered, criteria)
    weight = np.array([item.weight for item in criteria])
    score = np.round(marks @ weight / weight.sum(), 6)
    rank = _ranks(score[None, :])[0]
    inside = np.zeros(len(ordered), dtype=np.int64)
    best, worst = rank.copy(), rank.copy()
    moves = 1 + SPREAD * (2 * halton(TRIALS, len(criteria)) - 1)
    for start in range(0, TRIALS, SLICE):
        run.progress(start / TRIALS)
        moved = weight * moves[start : start + SLICE]
        scores = np.round(moved @ marks.T / moved.sum(axis=1, keepdims=True), 6)
        ranks = _ranks(scores)
        inside += (ranks <= keep).sum(axis=0)
        best, worst = np.minimum(best, ranks.min(axis=0)), np.maximum(worst, ranks.max(axis=0))
    result = ordered.assign(
        rank=rank, rank_score=score, keep_share=inside / TRIALS, rank_best=best, rank_worst=worst,
        marks_unknown_n=(~known).sum(axis=1),
    )  # fmt: skip
    for place, item in enumerate(criteria):
        result[MARKS[item.column]] = marks[:, place]
    result["rank_reason"] = frames.texts(_reasons(marks, known, criteria, run.language))
    run.fact(zones_n=len(ordered), keep=keep, firm_n=int((inside == TRIALS).sum()))
    if int((~known).sum()):
        run.warn("rank_unknown", n=int((~known).sum()))
    run.progress(1)
    result = result.sort_values("rank", kind="stable").reset_index(drop=True)
    return frames.conform(result, schema.table("ranked_zones"))


def _marks(zones: pd.DataFrame, criteria: tuple[Criterion, ...]) -> tuple[Reals, npt.NDArray[np.bool_]]:
    """Return marks (zones, criteria) and whether each is known."""
    columns = [frames.reals(zones, item.column) for item in criteria]
    values = np.column_stack(columns) if columns else np.zeros((len(zones), 0))
    known = ~np.isnan(values)
    marks = np.full(values.shape, UNKNOWN_MARK)
    for place, item in enumerate(criteria):
        x, y = np.array(item.points).T
        rows = known[:, place]
        marks[rows, place] = np.round(np.interp(values[rows, place], x, y), 4)  # as written
    return marks, known


def _ranks(scores: Reals) -> npt.NDArray[np.int64]:
    """Return ranks from 1 for each row of scores (trials, zones); of equals the one further left is before."""
    order = np.argsort(-scores, axis=1, kind="stable")
    ranks = np.empty_like(order)
    np.put_along_axis(ranks, order, np.arange(1, scores.shape[1] + 1)[None, :], axis=1)
    return ranks


def halton(n: int, dimensions: int) -> Reals:
    """Return n points in [0, 1)^d: radical inverses of 1…n in the first primes (Halton 1960), the same on any machine.

    Raises ValueError for more dimensions than there are primes here.
    """
    if dimensions > len(PRIMES):
        raise ValueError(dimensions)
    points = np.zeros((n, dimensions))
    for place, prime in enumerate(PRIMES[:dimensions]):
        number, part = np.arange(1, n + 1), 1.0 / prime
        while number.any():
            points[:, place] += part * (number % prime)
            number, part = number // prime, part / prime
    return points


def _reasons(marks: Reals, known: npt.NDArray[np.bool_], criteria: tuple[Criterion, ...], language: str) -> list[str]:
    """Return for each zone what adds most to its score, as points of 100, and what is not known."""
    table = schema.table("ranked_zones")
    names = {column.name: (column.zh if language == "zh" else column.en) for column in table.columns}
    total = sum(item.weight for item in criteria)
    found = []
    for row, told in zip(marks, known):
        points = [(-round(100 * item.weight * mark / total, 1), place, item)
                  for place, (item, mark) in enumerate(zip(criteria, row))]  # fmt: skip
        best = [f"{names[item.column]} {-value:.1f}" for value, _, item in sorted(points, key=lambda p: p[:2])[:3]]
        missing = [names[item.column] for item, good in zip(criteria, told) if not good]
        text = say("rank_reason", language, points=best)
        found.append(text + (say("rank_reason_unknown", language, names=missing) if missing else ""))
    return found
