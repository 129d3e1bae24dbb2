# SPDX-License-Identifier: GPL-2.0-or-later
"""On a zone's page: its findings, what is not met and what is not known first, and its floor area by action."""

from __future__ import annotations

import math
from typing import Any

from ....core.delivery.callouts import fit_words, wrap_words
from ....core.delivery.palette import palette
from ....core.words import say
from ...styling.styles import STYLES
from .sheet import GREY, INK, Sheet

INKS = dict(zip(("fail", "unknown", "advice", "pass"), ("#A8322D", "#7A5200", GREY, "#2E6B3B")))
MOST = 7  # rows
WIDTHS = {  # of a column of 104.4 mm: verdict, what, value, limit, clause
    "zh": (11.5, 28.0, 16.5, 19.0, 29.4),
    "en": (12.0, 28.5, 17.0, 16.5, 30.4),
}
STEPS = (4.3, 6.0, 7.8)  # mm of a row whose clause takes one, two or three lines
SMALL = 6  # points of a clause in several lines


def findings_of(study: Any, zone_id: str) -> list[dict[str, Any]]:
    """Return the findings of the zone itself, in the order they are read: not met, not known, advice, passed."""
    from ....core.delivery.findings import order_findings

    frame = study.frame("findings")
    if frame is None:
        return []
    return order_findings(frame[(frame["subject_id"] == zone_id).fillna(False).astype(bool)])


def draw_findings(sheet: Sheet, study: Any, zone_id: str, place: tuple[float, float, float]) -> float:
    """Write the findings at `place` (x, y, width in mm) and return where they end; nothing without findings."""
    from ....core.delivery.findings import count_verdicts

    x, y, width = place
    rows, language = findings_of(study, zone_id), study.language
    if not rows:
        return y
    counts = count_verdicts(rows)
    title = say("map_findings", language, **{f"{verdict}_n": n for verdict, n in counts.items()})
    y = sheet.head(title, x, y, width)
    shown, whole = rows[:MOST], sum(WIDTHS[language])
    widths = [part * width / whole for part in WIDTHS[language]]
    for row in shown:
        verdict, name, *numbers, clause = _cells(row, language)
        room = widths[4] - 2
        is_short = fit_words(clause, 7, room) == clause
        lines = 1 if is_short else 2 if not wrap_words(clause, SMALL, room, 2).endswith("…") else 3
        is_long = fit_words(name, 7, widths[1] - 0.5) != name
        step = STEPS[max(lines, 1 + is_long) - 1]
        look = {"color": INKS.get(row["verdict"], INK), "bold": row["verdict"] == "fail"}
        sheet.text(fit_words(verdict, 7, widths[0] - 0.5), (x, y, widths[0], step), 7, **look)
        sheet.paragraph(name, (x + widths[0], y, widths[1] - 0.5, step), 7, 1 + is_long)
        left = x + widths[0] + widths[1]
        for words, wide in zip(numbers, widths[2:4]):
            sheet.text(fit_words(words, 7, wide - 0.5), (left, y, wide, step), 7, align="right")
            left += wide
        sheet.paragraph(clause, (left + 2, y, room, step), 7 if is_short else SMALL, lines, color=GREY)
        y += step
        sheet.rule(x, y, width)
    if len(rows) > len(shown):
        words = say("map_more_findings", language, n=len(rows) - len(shown))
        sheet.text(words, (x, y + 0.2, width, 4), 7, align="right", color=GREY)
        y += 4
    return y


def _cells(row: dict[str, Any], language: str) -> list[str]:
    """Return verdict, what was checked, value, limit with its sign, clause."""
    from ....core.delivery.findings import tell_check, tell_clause, tell_limit, tell_number, tell_verdict, unit_of

    value = tell_number(row["value"], unit_of(row), language)
    told = (tell_check(row, language), value, tell_limit(row, language), tell_clause(row, language))
    return [tell_verdict(str(row["verdict"]), language), *told]


def looks_of_actions(language: str) -> dict[str, Any]:
    """Return the symbol of each action as on the maps: hatches tell them apart on a photocopy."""
    symbols = {label: symbol for label, _, symbol in STYLES["actions"](set(), language)}
    return {name: symbols[entry[language]] for name, entry in palette()["actions"].items()}


def draw_bar(sheet: Sheet, sums: dict[str, float], language: str, place: tuple[float, float, float]) -> None:
    """Draw floor areas by action beside one another in a bar; `place` = x, y, width."""
    (left, y, width), total, looks = place, math.fsum(sums.values()), looks_of_actions(language)
    for name, area in sums.items():
        if area > 0:
            sheet.patch((left, y, width * area / total, 4), looks[name])
            left += width * area / total


def draw_actions(sheet: Sheet, study: Any, zone_id: str, place: tuple[float, float, float]) -> float:
    """Draw a bar of the floor area by action with its legend; return where it ends; nothing without actions."""
    from ....core.delivery.summary import exact_sum, told

    x, y, width = place
    frame, language = study.frame("actions"), study.language
    if frame is None:
        return y
    mine = frame[(frame["zone_id"] == zone_id).fillna(False).astype(bool)]
    sums = {
        name: exact_sum(mine.loc[(mine["action"] == name).to_numpy(dtype=bool), "floor_m2"])
        for name in palette()["actions"]
    }
    total = math.fsum(sums.values())
    if total <= 0:
        return y
    y = sheet.head(say("map_actions", language), x, y, width)
    draw_bar(sheet, sums, language, (x, y, width))
    step = width / len(sums)
    for number, (name, area) in enumerate(sums.items()):
        entry = palette()["actions"][name]
        spot = x + number * step
        sheet.patch((spot, y + 5.6, 3, 3), looks_of_actions(language)[name])
        words = f"{entry[language].split('：')[0]} {told(area / 10_000, 1)}"
        sheet.text(words, (spot + 4, y + 5.1, step - 4, 4), 7.5)
    return y + 10.5
