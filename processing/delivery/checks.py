# SPDX-License-Identifier: GPL-2.0-or-later
"""On a zone's page: its findings, what is not met and what is not known first, and its floor area by action."""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import Any

from ...core.delivery.callouts import fit_words
from ...core.delivery.palette import palette
from ...core.delivery.scales import page
from ...core.words import say
from .sheet import GREY, INK, Sheet

VERDICTS = {"fail": "verdict_fail", "unknown": "verdict_unknown", "advice": "verdict_advice", "pass": "verdict_pass"}
INKS = {"fail": "#A8322D", "unknown": "#7A5200", "advice": GREY, "pass": "#2E6B3B"}
VERIFIED = ("found", "checked")
MOST = 9  # rows
WIDTHS = (13.0, 30.0, 17.0, 17.0, 27.4)  # mm: verdict, what, value, limit, clause
ROW = 4.3


def findings_of(study: Any, zone_id: str) -> list[dict[str, Any]]:
    """Return the findings of the zone itself, in the order they are read: not met, not known, advice, passed."""
    frame = study.frame("findings")
    if frame is None:
        return []
    mine = frame[(frame["subject_id"] == zone_id).fillna(False).astype(bool)]
    order = {verdict: place for place, verdict in enumerate(VERDICTS)}
    rows = mine.to_dict("records")
    return sorted(rows, key=lambda row: (order.get(row["verdict"], len(order)), str(row["finding_id"])))


def draw_findings(sheet: Sheet, study: Any, zone_id: str, place: tuple[float, float, float]) -> float:
    """Write the findings at `place` (x, y, width in mm) and return where they end; nothing without findings."""
    x, y, width = place
    rows, language = findings_of(study, zone_id), study.language
    if not rows:
        return y
    counts = {verdict: sum(row["verdict"] == verdict for row in rows) for verdict in VERDICTS}
    title = say("map_findings", language, **{f"{verdict}_n": n for verdict, n in counts.items()})
    y = sheet.head(title, x, y, width)
    shown = rows[:MOST]
    for row in shown:
        left = x
        for place_, words in enumerate(_cells(row, language)):
            look: dict[str, Any] = {"color": GREY if place_ == 4 else INK}
            if place_ == 0:
                look = {"color": INKS.get(row["verdict"], INK), "bold": row["verdict"] == "fail"}
            if place_ in (2, 3):
                look["align"] = "right"
            room = WIDTHS[place_] - (2 if place_ > 2 else 0.5)
            at = left + (2 if place_ == 4 else 0)
            sheet.text(fit_words(words, 7, room), (at, y, WIDTHS[place_] - (2 if place_ == 4 else 0), ROW), 7, **look)
            left += WIDTHS[place_]
        y += ROW
        sheet.rule(x, y, width)
    if len(rows) > len(shown):
        words = say("map_more_rows", language, n=len(rows) - len(shown))
        sheet.text(words, (x, y + 0.2, width, 4), 7, align="right", color=GREY)
        y += 4
    return y


def _cells(row: Mapping[str, Any], language: str) -> list[str]:
    """Return verdict, what was checked, value, limit with its sign, clause; a figure of our own is marked."""
    check = str(row["finding_id"]).split(":")[0]
    known = page()["checks"].get(check)
    what = known[language] if known else str(row["message"])
    verdict = say(VERDICTS[row["verdict"]], language) if row["verdict"] in VERDICTS else str(row["verdict"])
    limit = _number(row["limit"], str(row["unit"]), language)
    sign = known.get("sign", "") if known else ""
    clause = str(row["clause"]) if row["status"] in VERIFIED else say("map_unverified", language, clause=row["clause"])
    return [
        verdict,
        what,
        _number(row["value"], str(row["unit"]), language),
        f"{sign} {limit}".strip() if limit != "–" else "",
        clause,
    ]


def _number(value: Any, unit: str, language: str) -> str:
    """Return a value with the unit that people read: shares in percent, large areas in hectares."""
    from ...core.delivery.summary import hectares, percent, told

    if value is None or (isinstance(value, float) and math.isnan(value)):
        return "–"
    if unit == "share":
        return percent(value, 1)
    if unit == "m2":
        return f"{hectares(value)} ha" if abs(value) >= 10_000 else f"{told(value)} m²"
    names = {
        "buildings": "unit_buildings",
        "places": "unit_parking",
        "parcels": "unit_parcels",
        "petals": "unit_petals",
    }
    if unit in names:
        return f"{told(value)} {say(names[unit], language)}"
    return told(value, 0 if float(value).is_integer() else 2)


def draw_actions(sheet: Sheet, study: Any, zone_id: str, place: tuple[float, float, float]) -> float:
    """Draw a bar of the floor area by action with its legend; return where it ends; nothing without actions."""
    from ...core.delivery.summary import exact_sum, told

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
    left, step = x, width / len(sums)
    for number, (name, area) in enumerate(sums.items()):
        entry = palette()["actions"][name]
        if area > 0:
            sheet.box((left, y, width * area / total, 4), entry["color"], entry["outline"], 0.1)
        left += width * area / total
        spot = x + number * step
        sheet.box((spot, y + 5.6, 3, 3), entry["color"], entry["outline"], 0.1)
        words = f"{entry[language].split('：')[0]} {told(area / 10_000, 1)}"
        sheet.text(words, (spot + 4, y + 5.1, step - 4, 4), 7.5)
    return y + 10.5
