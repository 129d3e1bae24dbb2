# SPDX-License-Identifier: GPL-2.0-or-later
"""The report's first section: what is not met, what is not known, what passed."""

from __future__ import annotations

from collections.abc import Mapping
from html import escape
from typing import Any

import pandas as pd

from ..words import join_words, say
from .findings import (
    check_of,
    count_verdicts,
    order_findings,
    tell_check,
    tell_clause,
    tell_limit,
    tell_range,
    tell_verdict,
)

MOST_NAMES = 3  # zones that are named; more are counted
HEADS = ("report_verdict", "report_check", "report_subject", "report_value", "report_limit", "report_clause")


def checks_section(findings: pd.DataFrame, zone_names: Mapping[str, str], language: str) -> str:
    """Return the findings as a table: every one that is not met, the others one row a check and verdict."""
    groups: dict[tuple[str, str], list[dict[str, Any]]] = {}
    for row in order_findings(findings):
        alone = str(row["finding_id"]) if row["verdict"] == "fail" else check_of(row)
        groups.setdefault((str(row["verdict"]), alone), []).append(row)
    body = "".join(_row(verdict, rows, zone_names, language) for (verdict, _), rows in groups.items())
    heads = "".join(f"<th>{escape(say(code, language))}</th>" for code in HEADS)
    return f"<table><thead><tr>{heads}</tr></thead><tbody>{body}</tbody></table>"


def checks_figure(findings: pd.DataFrame, language: str) -> str:
    """Return the key figure: how many are not met, in red when there are any."""
    counts = count_verdicts(order_findings(findings))
    mark = ' class="bad"' if counts["fail"] else ""
    below = say("report_checks_below", language, **{f"{verdict}_n": n for verdict, n in counts.items()})
    return (
        f'<div class="figure"><span>{escape(say("report_not_met", language))}</span>'
        f"<b{mark}>{counts['fail']}</b><span>{escape(below)}</span></div>"
    )


def _row(verdict: str, rows: list[dict[str, Any]], zone_names: Mapping[str, str], language: str) -> str:
    subjects = list(dict.fromkeys(str(row["subject_id"]) for row in rows))
    named = join_words((zone_names.get(subject, subject) for subject in subjects), language)
    told = named if len(subjects) <= MOST_NAMES else say("report_subjects_n", language, n=len(subjects))
    marks = dict(zip(("fail", "unknown", "pass"), (' class="bad"', ' class="ask"', ' class="good"')))
    mark = marks.get(verdict, "")
    cells = (tell_check(rows[0], language), told, tell_range(rows, language), tell_limit(rows[0], language),
             tell_clause(rows[0], language))  # fmt: skip
    chip = f"<td><span{mark}>{escape(tell_verdict(verdict, language))}</span></td>"
    return f"<tr>{chip}{''.join(f'<td>{escape(cell)}</td>' for cell in cells)}</tr>"
