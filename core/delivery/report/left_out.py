# SPDX-License-Identifier: GPL-2.0-or-later
"""The report's section on what was left out or taken with reserve, and why."""

from __future__ import annotations

from html import escape

import pandas as pd

from ... import schema
from ...inputs.aliases import roles
from ...words import join_words, say
from ..resaid import resay
from ..summary import told
from .htmltable import Markup, html_table

SEVERITIES = {"info": "severity_info", "warning": "severity_warning", "error": "severity_error"}
TABLES = {"NETWORK": "edges"}  # inputs that are called otherwise than the table they take
MOST_SENTENCES = 30  # under one reason; all of them are in the table left_out
MOST_IDS, FEW_IDS = 30, 3  # of a reason told in one sentence, of each of several sentences


def left_out_section(frame: pd.DataFrame | None, language: str) -> str:
    """Return a row for each layer and reason; where the sentences differ, each stands under the first with its ids."""
    if frame is None or not len(frame):
        return f"<p>{escape(say('report_nothing_left_out', language))}</p>"
    rows = []
    for (layer, code), part in frame.groupby(["layer", "code"], sort=True):
        n = int(part["n"].fillna(1).sum())
        levels = (
            say(SEVERITIES[level], language) if level in SEVERITIES else level
            for level in sorted(part["severity"].dropna().unique())
        )  # fmt: skip
        why = _reasons(part, str(code), language)
        rows.append((role_name(str(layer), language), join_words(levels, language), why, told(n)))
    codes = ("report_layer", "report_severity", "report_reason", "report_count")
    return html_table([say(code, language) for code in codes], rows, 1)


def role_name(role: str, language: str) -> str:
    """Return the name of an input's role, or of a table of ours that a later step read; another stands for itself.

    Of one of several layers in a role its own name follows: `FACILITIES: 公园`.
    """
    role, mark, name = role.partition(": ")
    if mark:
        return f"{role_name(role, language)}{mark}{name}"
    known, table = roles().get(role), TABLES.get(role, role.casefold())
    if known:
        return known.title[language]
    if table not in schema.table_names():
        return role
    pattern = schema.table_pattern(table)
    return pattern.zh if language == "zh" else pattern.en


def _reasons(part: pd.DataFrame, code: str, language: str) -> str:
    """Return the sentence all rows share, which opens to their ids; else the first, which opens to all of them."""
    said = part.dropna(subset=["message"])
    sentences = sorted(said["message"].unique())
    stored = said[said["message"].isin(sentences[:MOST_SENTENCES])].groupby("message", sort=True)["feature_id"]
    found = [(resay(str(message), language, [code]), _ids(ids)) for message, ids in stored]
    if not found:
        return code
    if len(found) == 1:
        words, ids = found[0]
        return _opening(words, [_named(ids, MOST_IDS, language)]) if ids else words
    lines = [f"{_named(ids, FEW_IDS, language)}: {words}" if ids else words for words, ids in found]
    more = len(sentences) - MOST_SENTENCES
    rest = [say("report_left_out_more", language, n=more)] if more > 0 else []
    return _opening(say("report_for_example", language, text=found[0][0]), [*lines, *rest])


def _ids(ids: pd.Series) -> list[str]:
    return [item for item in ids.dropna().tolist() if item]


def _named(ids: list[str], most: int, language: str) -> str:
    """Return the first ids, and how many there are in all where those are not all of them."""
    first = join_words(ids[:most], language)
    return first if len(ids) <= most else say("report_left_out_ids", language, ids=first, n=len(ids))


def _opening(words: str, lines: list[str]) -> Markup:
    listed = "".join(f"<li>{escape(line)}</li>" for line in lines)
    return Markup(f"<details><summary>{escape(words)}</summary><ul>{listed}</ul></details>")
