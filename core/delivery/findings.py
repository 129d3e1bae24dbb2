# SPDX-License-Identifier: GPL-2.0-or-later
"""Findings in the words of a drawing or a report: what was checked, its value, its limit, where that comes from."""

from __future__ import annotations

import math
import re
from collections.abc import Mapping, Sequence
from typing import Any

import pandas as pd

from .. import envelope
from ..words import say, sentences, source_words
from .resaid import resay
from .rulebook import title_of
from .scales import page
from .summary import hectares, percent, told

WORDS = ("verdict_fail", "verdict_unknown", "verdict_advice", "verdict_pass")
VERDICTS = {code.partition("_")[2]: code for code in WORDS}  # in the order they are read
UNITS = {"buildings": "unit_buildings", "places": "unit_parking", "parcels": "unit_parcels", "petals": "unit_petals"}
VERIFIED = ("found", "checked")
_NUMBER = re.compile(r"[-−]?[\d\u2009]+(?:\.\d+)?")
LAYER_CLAUSES = ("clause_protected", "clause_plan", "clause_constraints", "clause_sites", "check_zone_rules")


def order_findings(findings: pd.DataFrame) -> list[dict[str, Any]]:
    """Return the rows in the order they are read: not met, not known, advice, passed; then by finding_id."""
    order = {verdict: place for place, verdict in enumerate(VERDICTS)}
    rows: list[dict[str, Any]] = [dict(zip(findings.columns, row)) for row in findings.itertuples(index=False)]
    return sorted(rows, key=lambda row: (order.get(str(row["verdict"]), len(order)), str(row["finding_id"])))


def count_verdicts(rows: Sequence[Mapping[str, Any]]) -> dict[str, int]:
    """Return how many rows have each verdict, by verdict."""
    return {verdict: sum(row["verdict"] == verdict for row in rows) for verdict in VERDICTS}


def check_of(row: Mapping[str, Any]) -> str:
    """Return what kind of check a finding is: the part of its id before the colon."""
    return str(row["finding_id"]).split(":")[0]


def unit_of(row: Mapping[str, Any]) -> str:
    """Return the unit of a finding's value and limit; floor area, in m² too, is told otherwise than land."""
    return str(page()["checks"].get(check_of(row), {}).get("unit", row["unit"]))


def tell_verdict(verdict: str, language: str) -> str:
    """Return a verdict with its sign: a state is never told by colour alone."""
    return say(VERDICTS[verdict], language) if verdict in VERDICTS else verdict


def tell_check(row: Mapping[str, Any], language: str) -> str:
    """Return the name of the check; one that has none is told by its sentence."""
    known = page()["checks"].get(check_of(row))
    return str(known[language]) if known else str(row["message"])


def tell_limit(row: Mapping[str, Any], language: str) -> str:
    """Return the limit with its sign (≤ or ≥), empty without one."""
    limit = tell_number(row["limit"], unit_of(row), language)
    sign = page()["checks"].get(check_of(row), {}).get("sign", "")
    return "" if limit == "–" else f"{sign} {limit}".strip()


def tell_clause(row: Mapping[str, Any], language: str) -> str:
    """Return where the limit comes from; what nobody saw at its source is marked."""
    clause = tell_source_clause(str(row["clause"]), language)
    return clause if row["status"] in VERIFIED else say("map_unverified", language, clause=clause)


def tell_source_clause(clause: str, language: str) -> str:
    """Return a stored clause in a language, shipped rules by their title; one of a user's own rules stays as it is."""
    told_clause = resay(source_words(clause, language), language, LAYER_CLAUSES)
    for name in envelope.names("zone-rules"):
        named = say("check_zone_rules", language, rules=name)
        if told_clause == named:
            title = title_of("zone-rules", name, language)
            return title + named.partition(name)[2]
    return told_clause


def check_codes() -> list[str]:
    """Return the codes of the sentences that checks say."""
    return [code for code in sentences() if code.startswith("check_")]


def tell_number(value: Any, unit: str, language: str) -> str:
    """Return a value in the unit that people read: shares in percent, large areas in hectares; “–” for unknown."""
    if value is None or value is pd.NA or math.isnan(float(value)):
        return "–"
    if unit == "share":
        return percent(value, 1)
    if unit == "m2":
        return f"{hectares(value)} ha" if abs(value) >= 10_000 else f"{told(value)} m²"
    if unit == "floor_m2":
        return say("unit_floor", language, n=told(value / 10_000, 1))
    if unit in UNITS:
        return f"{told(value)} {say(UNITS[unit], language, n=told(value))}"
    return told(value, 0 if float(value).is_integer() else 2)


def tell_range(rows: Sequence[Mapping[str, Any]], language: str) -> str:
    """Return the values of several findings of one check: the only one, or smallest – largest."""
    known = [float(row["value"]) for row in rows if row["value"] is not None and not math.isnan(float(row["value"]))]
    if not known:
        return "–"
    low, high = (tell_number(value, unit_of(rows[0]), language) for value in (min(known), max(known)))
    if low == high:
        return low
    (first, unit), (last, other) = _split(low), _split(high)
    is_one = unit == other or unit_of(rows[0]) in UNITS  # 1 place, 3 places: the same unit
    return f"{first}–{last}{other}" if is_one else f"{low} – {high}"


def _split(told_number: str) -> tuple[str, str]:
    """Return the digits of a number that was told, and the unit behind them with its blank."""
    found = _NUMBER.match(told_number)
    return (found.group(0), told_number[found.end() :]) if found else (told_number, "")
