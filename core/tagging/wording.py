# SPDX-License-Identifier: GPL-2.0-or-later
"""Tags in words that survive a review meeting: what speaks for a tag, what is missing, what speaks against it."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from typing import Any

import numpy as np
import numpy.typing as npt

from ..rounding import grouped
from ..words import pick, say
from .indicators import TAKEN, Indicators
from .intervals import Interval, Weights, weighted_mean
from .parts import built_by, years_of
from .rules import UNKNOWN, Verdict

Rows = npt.NDArray[np.int64]
FLOOR_SHARES = frozenset(("old_share", "weak_share", "big_low_share", "resid_share", "indus_share"))
SHARES = FLOOR_SHARES | frozenset((
    "coll_share", "patch_coverage", "coverage", "in_boundary", "far_from_road", "indus_any",
))  # fmt: skip
FLAGS = frozenset(("homestead_in_town", "abandoned", "management", "reused", "self_built"))
MARKS = {"zh": ("，", "：", "；", "、"), "en": (", ", ": ", "; ", ", ")}
EDGE = 1e-9
MOST_MISSING = 4  # titles of what is missing, the weightiest first; the evidence names all
YEARS = frozenset(("old_year",))
BRACE = re.compile(r"\{(\w+)(?:\?([^{}|]*)\|([^{}|]*))?\}")  # {name}, or words for one and for many of it (words.fill)
SIGNAL_WORDS = {
    "power": "tag_signal_power", "water": "tag_signal_water", "firm": "tag_signal_firm", "poi": "tag_signal_poi",
    "people": "tag_signal_people",
}  # fmt: skip


def shown(name: str, value: Interval, rows: Rows, language: str) -> list[str]:
    """Return an indicator in words: 91%, 91%（88–93%）, 有, 6, or 资料缺失 where nothing is known."""
    missing, low, high = say("tag_missing", language), value.lo[rows] + 0.0, value.hi[rows] + 0.0
    tell: Callable[[float], str] = _percent if name in SHARES else _number
    if name in FLAGS:
        words = {0.0: say("tag_no", language), 1.0: say("tag_yes", language)}
        return [words.get(lo, missing) if lo == hi else missing for lo, hi in zip(low.tolist(), high.tolist())]
    if name in SHARES:
        low, high = np.maximum(low, 0), np.minimum(high, 1)
        low, high = np.where((low == 0) & (high == 1), -np.inf, low), np.where((low == 0) & (high == 1), np.inf, high)
    if name in FLOOR_SHARES:
        return [_share(lo, hi, missing, language) for lo, hi in zip(low.tolist(), high.tolist())]
    return [_range(lo, hi, tell, missing) for lo, hi in zip(low.tolist(), high.tolist())]


def _share(lo: float, hi: float, missing: str, language: str) -> str:
    """Return a share of the floor: what it is of the floor that is told, and between which ends it lies in all."""
    ends = _range(lo, hi, _percent, missing)
    if not (np.isfinite(lo) and np.isfinite(hi)) or _percent(lo) == _percent(hi):
        return ends
    middle = _percent(lo / (1 - (hi - lo)))
    return f"{middle}（{ends}）" if language == "zh" else f"{middle} ({ends})"


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
    return grouped(value, ".0f") if abs(value) >= 100 else f"{value:.2f}".rstrip("0").rstrip(".")


def sentences(verdict: Verdict, indicators: Indicators, rows: Rows, language: str) -> list[str]:
    """Return why each of these parcels got this class's tag, a sentence each: class, level, score, then each criterion
    with its value, 资料缺失 where nothing is known. `rows`: positions of the parcels.
    """
    title = pick(verdict.rule["title"], language)
    join, colon, stop, comma = MARKS[language]
    levels = ["", say("tag_suspected", language), say("tag_confirmed", language)]
    gaps = ["" if word.endswith("）") else " " for word in levels]
    heads = [
        f"{title}{join}{levels[level]}{gaps[level]}{score:.2f}"
        for level, score in zip(verdict.level[rows].tolist(), verdict.score[rows].tolist())
    ]
    told = [_told(criterion, member, indicators, rows, language)
            for criterion, member in zip(verdict.rule["criteria"], verdict.memberships)]  # fmt: skip
    columns = [column for column, _ in told]
    for place, condition in enumerate(verdict.rule["where"]):
        words = f"{_inside(pick(condition['title'], language))}{colon}{say('tag_missing', language)}"
        columns.append([words if state == UNKNOWN else "" for state in verdict.where[rows, place].tolist()])
    columns += [
        [say(code, language) if row else "" for row in indicators.taken[name][rows].tolist()]
        for tag, name, code, _ in TAKEN
        if verdict.rule["id"] == tag and name in indicators.taken
    ]
    against = [comma.join(filter(None, words)) for words in zip(*(column for _, column in told))]
    columns.append([f"{say('tag_against', language)}{colon}{words}" if words else "" for words in against])
    tails = [stop.join(part for part in parts if part) for parts in zip(*columns)]
    return [f"{head}{colon}{tail}" for head, tail in zip(heads, tails)]


def open_sentences(verdicts: Sequence[Verdict], against: Sequence[list[str]], rows: Rows, language: str) -> list[str]:
    """Return what is said of parcels without a tag: which classes full data could still make of them, what is missing.

    `against` per verdict: the conditions that are false, as JSON lists; "[]" = none.
    """
    comma = MARKS[language][0]
    possible = [_possible(verdict, rows, where, language) for verdict, where in zip(verdicts, against)]
    lists = [comma.join(filter(None, words)) for words in zip(*possible)]
    nothing = say("tag_none", language)
    return [say("tag_open", language, classes=words) if words else nothing for words in lists]


def _possible(verdict: Verdict, rows: Rows, against: list[str], language: str) -> list[str]:
    title, limit = pick(verdict.rule["title"], language), verdict.rule["suspect"]["value"]
    ends = zip(verdict.score[rows].tolist(), verdict.score_max[rows].tolist())
    return [
        say("tag_possible", language, title=title, low=f"{low:.2f}", high=f"{most:.2f}", missing=missing)
        if most >= limit and where == "[]" else ""
        for (low, most), where, missing in zip(ends, against, _missing(verdict, rows, language))
    ]  # fmt: skip


def _missing(verdict: Verdict, rows: Rows, language: str) -> list[str]:
    """Return what is not known of a class: conditions first, then criteria by weight."""
    rule, comma = verdict.rule, MARKS[language][3]
    gaps = [(pick(item["title"], language), verdict.where[rows, place] == UNKNOWN)
            for place, item in enumerate(rule["where"])]  # fmt: skip
    by_weight = sorted(range(len(rule["criteria"])), key=lambda place: (-rule["criteria"][place]["weight"], place))
    for place in by_weight:
        member = verdict.memberships[place]
        gaps.append((pick(rule["criteria"][place]["title"], language), (member.hi - member.lo)[rows] > EDGE))
    states, codes = np.unique(np.column_stack([gap for _, gap in gaps]), axis=0, return_inverse=True)
    texts = []
    for state in states:
        names = [_inside(title) for (title, _), is_open in zip(gaps, state) if is_open]
        more = say("tag_and_more", language) if len(names) > MOST_MISSING else ""
        texts.append(comma.join(names[:MOST_MISSING]) + more)
    return [texts[code] for code in np.asarray(codes).reshape(-1).tolist()]


def _told(
    criterion: Mapping[str, Any], member: Interval, indicators: Indicators, rows: Rows, language: str
) -> tuple[list[str], list[str]]:
    """Return what a criterion says (its sentence, 资料缺失, 资料不全 or nothing), and its title where it is not met."""
    pattern = pick(criterion["say"], language)
    words = []
    for name, one, many in BRACE.findall(pattern):
        found = _word(name, criterion, indicators, rows, language)
        words.append([one if word == "1" else many for word in found] if one or many else found)
    frame = BRACE.sub("%s", pattern.replace("%", "%%"))
    low, high = member.lo[rows].tolist(), member.hi[rows].tolist()
    title = _inside(pick(criterion["title"], language))
    missing, partly = (f"{title}{MARKS[language][1]}{say(code, language)}" for code in ("tag_missing", "tag_partly"))
    found = [
        frame % tuple(column[row] for column in words) if lo > EDGE
        else "" if hi <= EDGE else missing if hi >= 1 - EDGE else partly
        for row, (lo, hi) in enumerate(zip(low, high))
    ]  # fmt: skip
    return found, [title if hi <= EDGE else "" for hi in high]


def _word(name: str, criterion: Mapping[str, Any], indicators: Indicators, rows: Rows, language: str) -> list[str]:
    if name == "streams":
        return _streams(indicators, rows, language)
    if name == "late":
        return _late(criterion, indicators, rows, language)
    if name in YEARS:
        return [f"{year:.0f}" for year in indicators.of(name).lo[rows].tolist()]
    return shown(name, indicators.of(name), rows, language)


def _late(criterion: Mapping[str, Any], indicators: Indicators, rows: Rows, language: str) -> list[str]:
    """Return the share built by the last year that scores, where it differs from the share built by the limit."""
    if criterion["type"] != "bands" or not indicators.parts.given:
        return [""] * len(rows)
    last, parts = float(criterion["bands"][-1][0]), indicators.parts
    place = np.full(parts.n, -1, dtype=np.int64)
    place[rows] = np.arange(len(rows))
    mine = np.flatnonzero(place[parts.parcel] >= 0)
    floor = Weights(place[parts.parcel[mine]], parts.floor.lo[mine], parts.floor.hi[mine], len(rows))
    built = built_by(years_of(parts), last)
    share = weighted_mean(floor, Interval(built.lo[mine], built.hi[mine]))
    by_limit = shown("old_share", indicators.of("old_share"), rows, language)
    by_last = shown("old_share", share, np.arange(len(rows)), language)
    return [say("tag_late", language, year=f"{last:.0f}", share=late) if late != old else ""
            for old, late in zip(by_limit, by_last)]  # fmt: skip


def _streams(indicators: Indicators, rows: Rows, language: str) -> list[str]:
    """Return which signals of life have stopped, which go on, which nobody knows, and the day of the last one."""
    names = [say(word, language) for word in SIGNAL_WORDS.values()]
    known = [indicators.of(f"fail_{name}") for name in SIGNAL_WORDS]
    state = np.column_stack([np.where(~v.is_known(), 2, np.where(v.lo == 1, 0, 1))[rows] for v in known])
    states, codes = np.unique(state, axis=0, return_inverse=True)
    texts = []
    for one in states:
        if (one == 2).all():
            texts.append(say("tag_signals_unknown", language))
            continue
        groups = [MARKS[language][3].join(n for n, s in zip(names, one) if s == kind) for kind in range(3)]
        kinds = zip(("tag_signals_stopped", "tag_signals_alive", "tag_signals_missing"), groups)
        texts.append(MARKS[language][0].join(say(code, language, signals=group) for code, group in kinds if group))
    last = indicators.report.get("active_last")
    days = [None] * len(rows) if last is None else last.astype(object).where(last.notna(), None).iloc[rows].tolist()
    told = [texts[code] for code in np.asarray(codes).reshape(-1).tolist()]
    return [text + (say("tag_last_sign", language, day=day) if day else "") for text, day in zip(told, days)]


def _inside(title: str) -> str:
    """Return a title as it stands inside a sentence: no capital unless it is an abbreviation."""
    return title[:1].lower() + title[1:] if title[1:2].islower() else title
