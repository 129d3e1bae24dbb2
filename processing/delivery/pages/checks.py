# SPDX-License-Identifier: GPL-2.0-or-later
"""On a zone's page: its findings, what is not met and what is not known first, and its floor area by action."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any

from ....core import frames
from ....core.delivery.callouts import fit_words, wrap_words
from ....core.palette import palette
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
    return order_findings(frames.rows_with(frame, "subject_id", zone_id))


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
    y = draw_rows(sheet, shown, widths, (x, y), language)
    if len(rows) > len(shown):
        words = say("map_more_findings", language, n=len(rows) - len(shown))
        sheet.text(words, (x, y + 0.2, width, 4), 7, align="right", color=GREY)
        y += 4
    return y


def draw_rows(
    sheet: Sheet, rows: Sequence[dict[str, Any]], widths: Sequence[float], spot: tuple[float, float], language: str
) -> float:  # fmt: skip
    """Write a row a check: verdict, what, value, limit, clause in columns of these `widths`; return where they end.

    A row is as high as what it says; a long clause is written smaller first, then in several lines. Rows of one height
    and look become columns.
    """
    (x, y), width = spot, sum(widths)
    looks = [_look(row, widths, language) for row in rows]
    is_even, columns = len({look[2:] for look in looks}) == 1, [[] for _ in widths]
    for row, (cells, lines, points, step) in zip(rows, looks):
        color, left = {0: INKS.get(row["verdict"], INK), 4: GREY}, x
        for at, (words, wide) in enumerate(zip(cells, widths)):
            shift, size = 2 * (at == 4), points if at == 4 else 7
            shown = wrap_words(words, size, wide - shift - 0.5 * (at < 4), lines[at])
            columns[at].append(sheet.text(
                shown, (left + shift, y, wide - shift, step), size, align="right" if at in (2, 3) else "left",
                color=color.get(at, INK), bold=at == 0 and row["verdict"] == "fail",
            ))  # fmt: skip
            left += wide
        y += step
        if not is_even:
            sheet.rule(x, y, width)
    if is_even:
        for items in columns[1:]:
            sheet.columns.add(items, looks[0][3])
        sheet.comb((x, spot[1], width, y - spot[1]), looks[0][3])
    return y


def _look(row: dict[str, Any], widths: Sequence[float], language: str) -> tuple[list[str], list[int], float, float]:
    """Return the words of a row, in how many lines each stands, the points of its clause, its height in mm."""
    cells, room = _cells(row, language), widths[4] - 2
    points = 7 if fit_words(cells[4], 7, room) == cells[4] else SMALL
    lines = [1, 1 + (fit_words(cells[1], 7, widths[1] - 0.5) != cells[1]), 1, 1, _lines(cells[4], points, room)]
    return cells, lines, points, STEPS[max(lines) - 1]


def _lines(words: str, points: float, room: float) -> int:
    """Return in how many lines words can be written, at most three."""
    return next((n for n in (1, 2) if not wrap_words(words, points, room, n).endswith("…")), 3)


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
    from ....core.delivery.balance import balance
    from ....core.delivery.summary import exact_sum, told

    x, y, width = place
    frame, language = study.frame("actions"), study.language
    if frame is None:
        return y
    mine = frames.rows_with(frame, "zone_id", zone_id)
    sums = {
        name: exact_sum(mine.loc[(mine["action"] == name).to_numpy(dtype=bool), "floor_m2"])
        for name in palette()["actions"]
    }
    total = math.fsum(sums.values())
    if total <= 0:
        return y
    unknown = int(mine["floor_m2"].isna().sum())
    y = sheet.head(say("map_actions_unknown" if unknown else "map_actions", language, n=unknown), x, y, width)
    draw_bar(sheet, sums, language, (x, y, width))
    step = width / len(sums)
    printed = balance(list(sums.values()), 1, 1e-4).values  # they add up to the zone's where all areas are known
    for number, (name, area) in enumerate(zip(sums, printed)):
        entry = palette()["actions"][name]
        spot = x + number * step
        sheet.patch((spot, y + 5.6, 3, 3), looks_of_actions(language)[name])
        words = f"{entry[language].split('：')[0]} {told(area, 1)}"
        sheet.text(words, (spot + 4, y + 5.1, step - 4, 4), 7.5)
    return y + 10.5
