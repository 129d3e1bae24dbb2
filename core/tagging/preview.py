# SPDX-License-Identifier: GPL-2.0-or-later
"""What other rules would make of parcels that are measured already: the scoring of Tag itself on kept indicators."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from ..jsontext import canonical_json
from ..run import Run
from . import evidence, rules
from .indicators import LIVE_LIMITS, Indicators, measure_limited
from .intervals import Interval, Weights
from .parts import Parts, years_of
from .reviews import TAGS
from .rules import Verdict
from .snapshot import NOT_REVIEWED, Snapshot

NO_TAG = TAGS.index("none")
BINS = 60  # of a histogram: a bar stays a few pixels wide
KEPT_VERDICTS = 12  # of the classes' last settings: a dragged limit passes many


@dataclass(frozen=True)
class Judged:
    """n parcels: `tag` place in reviews.TAGS, `level` 0 none … 2 confirmed, `score` of the winner or nearest class."""

    tag: npt.NDArray[np.int8]
    level: npt.NDArray[np.int8]
    score: npt.NDArray[np.float64]


@dataclass(frozen=True)
class Changes:
    """`rows` (k,) parcels whose tag or level differ; `counts` {(tag, level): (before, after)}.

    Neither has parcels that are renovated, under way or expropriated, as map, cards and report; `done_n` are these.
    """

    rows: npt.NDArray[np.int64]
    counts: dict[tuple[str, str], tuple[int, int]]
    reviewed_n: int
    done_n: int = 0


@dataclass(frozen=True)
class Histogram:
    """`edges` (b + 1,) and `counts` (b,) of known values; `unknown_n` without one, `outside_n` beyond the edges."""

    edges: npt.NDArray[np.float64]
    counts: npt.NDArray[np.int64]
    unknown_n: int
    outside_n: int = 0


class Preview:
    """Judges one snapshot by any ruleset; classes whose rules have not changed are not judged again."""

    def __init__(self, snapshot: Snapshot) -> None:
        self.snapshot = snapshot
        self._measured: dict[str, Indicators] = {}
        self._verdicts: dict[str, Verdict] = {}

    @property
    def n(self) -> int:
        """Return the number of parcels."""
        return self.snapshot.indicators.parts.n

    def judge(self, ruleset: Mapping[str, Any]) -> Judged:
        """Return tag, level and score of every parcel; reviewed ones keep what was decided.

        Raises RenewalError `rule_not_monotone`, `rules_without_class`.
        """
        rules.check_rules(ruleset)
        verdicts = self.verdicts(ruleset)
        ranking = rules.rank(verdicts, self.n)
        names = np.array([TAGS.index(verdict.rule["id"]) for verdict in verdicts] + [NO_TAG], dtype=np.int8)
        leading = np.where(ranking.first >= 0, ranking.first, np.maximum(ranking.second, 0))
        score = np.column_stack([verdict.score for verdict in verdicts])[np.arange(self.n), leading]
        tag, decided = names[ranking.first], self.snapshot.reviewed
        fixed = decided != NOT_REVIEWED
        level = np.where(fixed, np.where(decided == NO_TAG, rules.NONE, rules.CONFIRMED), ranking.level)
        return Judged(np.where(fixed, decided, tag).astype(np.int8), level.astype(np.int8), score)

    def verdicts(self, ruleset: Mapping[str, Any]) -> list[Verdict]:
        """Return what each class that is switched on says of every parcel, in the order of the ruleset."""
        limits = rules.limits_of(ruleset)
        live = canonical_json([limits[name] for name in LIVE_LIMITS])
        found = []
        for rule in ruleset["classes"]:
            if not rule["on"]:
                continue
            key = canonical_json([live, rule])
            if key not in self._verdicts:
                self._verdicts[key] = rules.judge_class(rule, self.indicators(limits))
            self._verdicts[key] = self._verdicts.pop(key)  # the last used is the last thrown away
            found.append(self._verdicts[key])
        for old in list(self._verdicts)[:-KEPT_VERDICTS]:
            del self._verdicts[old]
        return found

    def indicators(self, limits: Mapping[str, float]) -> Indicators:
        """Return the indicators as the limits on buildings make them; the other limits need a new measurement."""
        kept, was = self.snapshot.indicators, self.snapshot.limits
        if kept.land is None or not kept.parts.given or all(limits[name] == was[name] for name in LIVE_LIMITS):
            return kept
        key = canonical_json([limits[name] for name in LIVE_LIMITS])
        if key not in self._measured:
            again = measure_limited(kept.parts, kept.land, limits)
            self._measured = {key: Indicators({**kept.values, **again}, kept.parts, kept.report, kept.taken, kept.land)}
        return self._measured[key]

    def unmeasured(self, ruleset: Mapping[str, Any]) -> list[str]:
        """Return the limits that differ from those measured with and cannot be tried without measuring again."""
        was = self.snapshot.limits
        return [name for name, value in rules.limits_of(ruleset).items()
                if name not in LIVE_LIMITS and value != was.get(name)]  # fmt: skip

    def values(self, name: str, limits: Mapping[str, float]) -> npt.NDArray[np.float64]:
        """Return an indicator's middle per parcel, NaN where it is not known at both ends; `age` per building part."""
        found = self.indicators(limits)
        value = years_of(found.parts) if name == "age" and found.parts.given else found.of(name)
        return _middles(value)

    def scores(self, ruleset: Mapping[str, Any], tag: str) -> npt.NDArray[np.float64]:
        """Return the scores of one class for the parcels it could be about: score above 0 and no condition false."""
        verdict = next((verdict for verdict in self.verdicts(ruleset) if verdict.rule["id"] == tag), None)
        if verdict is None:
            return np.zeros(0)
        able = (verdict.where != rules.FALSE).all(axis=1) & (verdict.score > 0)
        found: npt.NDArray[np.float64] = verdict.score[able]
        return found


def explain_one(preview: Preview, ruleset: Mapping[str, Any], row: int, run: Run) -> tuple[str, str]:
    """Return (sentence, evidence JSON) that a ruleset gives one parcel, in the language of the run.

    Raises RenewalError as `Preview.judge`.
    """
    rules.check_rules(ruleset)
    whole = preview.indicators(rules.limits_of(ruleset))
    parts, only = whole.parts, np.flatnonzero(whole.parts.parcel == row)
    nobody = np.zeros(len(only), dtype=np.int64)
    house = parts.house.take(only).reset_index(drop=True) if parts.given else parts.house
    floor = Weights(nobody, parts.floor.lo[only], parts.floor.hi[only], 1)
    one = Parts(nobody, house, parts.share[only], parts.main[only], floor, 1, parts.given)
    values = {name: Interval(value.lo[[row]], value.hi[[row]]) for name, value in whole.values.items()}
    alone = Indicators(
        values, one, whole.report.iloc[[row]], {name: flags[[row]] for name, flags in whole.taken.items()}
    )
    verdicts = rules.judge(ruleset, alone)
    sentences, facts = evidence.explain(verdicts, rules.rank(verdicts, 1), alone, run)
    return sentences[0], facts[0]


def compare(before: Judged, after: Judged, snapshot: Snapshot) -> Changes:
    """Return who changes from one judgement to another, the surest change first, and the counts of both."""
    is_open = ~snapshot.done
    differs = np.flatnonzero(((before.tag != after.tag) | (before.level != after.level)) & is_open)
    order = np.lexsort((snapshot.parcel_id[differs].astype(str), -after.score[differs], -after.level[differs]))
    counts = {}
    for place, tag in enumerate(TAGS):
        for level, name in ((rules.CONFIRMED, "confirmed"), (rules.SUSPECTED, "suspected")):
            if tag != "none":
                counts[tag, name] = (_count(before, place, level, is_open), _count(after, place, level, is_open))
    counts["none", "none"] = (
        int(((before.tag == NO_TAG) & is_open).sum()),
        int(((after.tag == NO_TAG) & is_open).sum()),
    )
    reviewed_n = int(((snapshot.reviewed != NOT_REVIEWED) & is_open).sum())
    return Changes(differs[order], counts, reviewed_n, int(snapshot.done.sum()))


def histogram(values: npt.NDArray[np.float64], marks: list[float]) -> Histogram:
    """Return the histogram of known values; `marks` (limits) are inside, and so are 98 of 100 values."""
    known = values[np.isfinite(values)]
    unknown_n = len(values) - len(known)
    if not len(known):
        edges = np.linspace(min([0.0, *marks]), max([1.0, *marks]), BINS + 1)
        return Histogram(edges, np.zeros(BINS, dtype=np.int64), unknown_n)
    low, high = np.quantile(known, (0.01, 0.99))
    low, high = min(low, *marks) if marks else low, max(high, *marks) if marks else high
    whole = bool((known == np.rint(known)).all()) and high - low <= 2 * BINS
    if whole:
        edges = np.arange(np.floor(low) - 0.5, np.ceil(high) + 1.5)
    else:
        edges = np.linspace(low, high if high > low else low + 1, BINS + 1)
    counts, _ = np.histogram(known, edges)
    return Histogram(edges, counts.astype(np.int64), unknown_n, int(len(known) - counts.sum()))


def _middles(value: Interval) -> npt.NDArray[np.float64]:
    with np.errstate(invalid="ignore"):
        middle = (value.lo + value.hi) / 2
    return np.where(np.isfinite(value.lo) & np.isfinite(value.hi), middle, np.nan)


def _count(judged: Judged, tag: int, level: int, among: npt.NDArray[np.bool_]) -> int:
    return int(((judged.tag == tag) & (judged.level == level) & among).sum())
