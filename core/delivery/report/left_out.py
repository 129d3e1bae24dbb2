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
MOST_SENTENCES = 30  # under one reason; all of them are in data.gpkg


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
    """Return the name of an input's role, or of a table of ours that a later step read; another stands for itself."""
    known, table = roles().get(role), TABLES.get(role, role.casefold())
    if known:
        return known.title[language]
    if table not in schema.table_names():
        return role
    pattern = schema.table_pattern(table)
    return pattern.zh if language == "zh" else pattern.en


def _reasons(part: pd.DataFrame, code: str, language: str) -> str:
    """Return the sentence all rows share; else the first, which opens to all of them."""
    said = part.dropna(subset=["message"])
    sentences = sorted(said["message"].unique())
    stored = said[said["message"].isin(sentences[:MOST_SENTENCES])].groupby("message", sort=True)["feature_id"]
    found = [(resay(str(message), language, [code]), ids.dropna().tolist()) for message, ids in stored]
    if len(found) < 2:
        return found[0][0] if found else code
    lines = [f"<li>{escape(f'{join_words(ids[:3], language)}: ' if ids else '')}{escape(words)}</li>"
             for words, ids in found]  # fmt: skip
    more = len(sentences) - MOST_SENTENCES
    rest = f"<li>{escape(say('map_more_rows', language, n=more))}</li>" if more > 0 else ""
    first = escape(say("report_for_example", language, text=found[0][0]))
    return Markup(f"<details><summary>{first}</summary><ul>{''.join(lines)}{rest}</ul></details>")
