# SPDX-License-Identifier: GPL-2.0-or-later
"""The report's first section: what is not met, what is not known, what passed."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from html import escape
from typing import Any

import pandas as pd

from ...words import join_words, say
from ..findings import (
    check_codes,
    check_of,
    count_verdicts,
    order_findings,
    tell_check,
    tell_clause,
    tell_limit,
    tell_range,
    tell_verdict,
)
from ..resaid import resay
from .links import Links

MOST_NAMES = 3  # subjects that are named; more are counted
LEADS = {  # sentence of the first screen, and that for none
    "fail": ("report_lead_fail", "report_lead_no_fail"),
    "unknown": ("report_lead_unknown", "report_lead_no_unknown"),
}
MOST_CHECKS = 5  # checks that the first screen names
MOST_SENTENCES = 30  # under one row; all of them are in the workbook
HEADS = ("report_verdict", "report_check", "report_subject", "report_value", "report_limit", "report_clause")
CLASSES = (' class="bad"', ' class="ask"', ' class="good"')
MARKS = dict(zip(("fail", "unknown", "pass"), CLASSES))  # a pair with “pass” looks like a password


def checks_section(findings: pd.DataFrame, links: Links) -> str:
    """Return the findings as a table: every one that is not met, the others one row a check and verdict.

    Without any finding there is no zone to check, and a sentence says so.
    """
    if not len(findings):
        return f"<p>{escape(say('report_no_checks', links.language))}</p>"
    rows = "".join(_row(number, *group, links) for number, group in enumerate(group_findings(findings), 1))
    heads = "".join(f"<th>{escape(say(code, links.language))}</th>" for code in HEADS)
    return f"<table><thead><tr>{heads}</tr></thead><tbody>{rows}</tbody></table>"


def group_findings(findings: pd.DataFrame) -> list[tuple[str, list[dict[str, Any]]]]:
    """Return (verdict, findings) of each row of the table, in its order."""
    groups: dict[tuple[str, str], list[dict[str, Any]]] = {}
    for row in order_findings(findings):
        alone = str(row["finding_id"]) if row["verdict"] == "fail" else check_of(row)
        groups.setdefault((str(row["verdict"]), alone), []).append(row)
    return [(verdict, rows) for (verdict, _), rows in groups.items()]


def name_check(rows: Sequence[Mapping[str, Any]], language: str) -> str:
    """Return the name of a row's check; one without a name is told by its sentence where that is the only one."""
    told = dict.fromkeys(tell_check(row, language) for row in rows)
    return next(iter(told)) if len(told) == 1 else check_of(rows[0])


def checks_figure(findings: pd.DataFrame, language: str) -> str:
    """Return the key figure: how many are not met, in red when there are any."""
    counts = count_verdicts(order_findings(findings))
    mark = ' class="bad"' if counts["fail"] else ""
    unit = f"<small> {escape(say('unit_checks', language, n=counts['fail']))}</small>"
    below = say("report_checks_below", language, **{f"{verdict}_n": n for verdict, n in counts.items()})
    return (
        f'<div class="figure"><span>{escape(say("report_not_met", language))}</span>'
        f"<b{mark}>{counts['fail']}{unit}</b><span>{escape(below)}</span></div>"
    )


def checks_lead(findings: pd.DataFrame, language: str) -> tuple[str, str]:
    """Return in words what is not met and what is not known: the checks by their names, each once."""
    groups, told = group_findings(findings), []
    for verdict in LEADS:
        mine = [rows for found, rows in groups if found == verdict]
        names = list(dict.fromkeys(name_check(rows, language) for rows in mine))
        counts = {"n": sum(len(rows) for rows in mine), "more": max(0, len(names) - MOST_CHECKS)}
        listed = join_words(names[:MOST_CHECKS], language)
        more = say("report_lead_more", language, n=counts["more"]) if counts["more"] else ""
        told.append(say(LEADS[verdict][not names], language, n=counts["n"], names=f"{listed}{more}"))
    return told[0], told[1]


def _row(number: int, verdict: str, rows: list[dict[str, Any]], links: Links) -> str:
    language = links.language
    value = tell_range(rows, language)
    cells = (_whole(value), _whole(tell_limit(rows[0], language)), tell_clause(rows[0], language))
    chip = f"<td><span{MARKS.get(verdict, '')}>{escape(tell_verdict(verdict, language))}</span></td>"
    told = f"<td>{escape(name_check(rows, language))}</td><td>{_subjects(rows, links)}</td>"
    return f'<tr id="{links.row(number)}">{chip}{told}{"".join(f"<td>{escape(cell)}</td>" for cell in cells)}</tr>'


def _subjects(rows: list[dict[str, Any]], links: Links) -> str:
    """Return whom a row is about, by name or by number, which opens to a sentence for each with a link to its zone."""
    language = links.language
    subjects = list(dict.fromkeys(str(row["subject_id"]) for row in rows))
    named = [links.names.get(subject, subject) for subject in subjects]
    many = "report_zones_n" if links.names.keys() >= set(subjects) else "report_subjects_n"
    told = join_words(named, language) if len(named) <= MOST_NAMES else say(many, language, n=len(named))
    codes = check_codes()
    lines = "".join(
        f"<li>{links.subject(str(row['subject_id']))}: {escape(resay(str(row['message']), language, codes))}</li>"
        for row in rows[:MOST_SENTENCES]
    )
    more = len(rows) - MOST_SENTENCES
    rest = f"<li>{escape(say('map_more_rows', language, n=more))}</li>" if more > 0 else ""
    return f"<details><summary>{escape(told)}</summary><ul>{lines}{rest}</ul></details>"


def _whole(words: str) -> str:
    """Return a number with its unit as one word: no line ends between them."""
    return words.replace(" ", "\u00a0")
