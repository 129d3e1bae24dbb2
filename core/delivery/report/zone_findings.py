# SPDX-License-Identifier: GPL-2.0-or-later
"""The check of the zones as one HTML file: counts, 留改拆增 by zone and on a map, each finding with its clause."""

from __future__ import annotations

from html import escape

import numpy as np
import pandas as pd

from ... import frames
from ...palette import action_name, palette
from ...words import say
from ...zones.findings.check import Checked
from ...zones.findings.ledger import VERDICTS
from ..findings import tell_source_clause
from ..summary import percent, told
from .charts import Drawn, Series, bar_chart, small_map
from .checkpage import check_page
from .htmltable import html_table

VERDICT_WORDS = {
    code.partition("_")[2]: code for code in ("verdict_fail", "verdict_unknown", "verdict_advice", "verdict_pass")
}
MOST_ROWS = 500  # a section names the first; the table has all


def write_findings_report(checked: Checked, date: str, language: str) -> str:
    """Return the report as HTML, in metres of the tables; every text in it is escaped.

    `date` as it is printed. A section names the first MOST_ROWS findings and says how many more the table has.
    """
    counts = checked.findings["verdict"].value_counts()
    n = {name: int(counts.get(name, 0)) for name in VERDICTS}
    sections = [(say("findings_actions", language), _actions(checked, language))]
    sections += [
        (f"{row['name']} {row['zone_id']}" if not pd.isna(row["name"]) else str(row["zone_id"]),
         _zone(str(row["zone_id"]), checked, language))
        for row in checked.zones.to_dict("records")
    ]  # fmt: skip
    figures = [(say(VERDICT_WORDS[name], language), n[name], name == "fail" and n[name] > 0) for name in VERDICTS]
    lead = say("findings_lead", language, zones=len(checked.zones), houses=len(checked.actions), **n)
    return check_page(say("findings_title", language), date, figures, lead, sections, language)


def _actions(checked: Checked, language: str) -> str:
    """Return the numbers of buildings by zone and action, and where they are."""
    columns = {"留": "keep_n", "改": "change_n", "拆": "demolish_n", "增": "new_n"}
    zones = checked.zones
    names = zones["name"].fillna(zones["zone_id"]).astype(str).tolist()
    counts = zones[list(columns.values())].astype("float64").to_numpy("float64", na_value=np.nan)
    colors = {name: str(palette()["actions"][name]["color"]) for name in columns}
    words = [action_name(name, language) for name in columns]
    series = [Series(word, colors[name]) for word, name in zip(words, columns)]
    chart = bar_chart(say("findings_actions", language), names, counts.tolist(), series, told) if names else ""
    heads = [say("findings_zone", language), *words, say("findings_share", language), say("findings_net", language)]
    shares = zones[["demolish_share", "demolish_net"]].to_numpy("float64")
    rows = [
        (name, *(told(value) for value in row), *(percent(part, 1) for part in both))
        for name, row, both in zip(names, counts, shares)
    ]
    shapes, action = frames.geometries(checked.actions), checked.actions["action"].to_numpy(dtype=object)
    ground = [Drawn(frames.geometries(zones), "#F3F0EA", "#8C1D40", 1.0)]
    houses = [Drawn(shapes[action == name], color) for name, color in colors.items()]
    return html_table(heads, rows, 6) + chart + small_map(say("findings_actions", language), [*ground, *houses])


def _zone(zone: str, checked: Checked, language: str) -> str:
    """Return the findings of a zone, the worst first; those of its buildings and parcels behind its own."""
    rows = checked.findings[np.array(checked.zone_of, dtype=object) == zone]
    heads = [say(code, language) for code in ("findings_verdict", "findings_clause", "findings_message",
                                              "findings_subject")]  # fmt: skip
    order = {name: place for place, name in enumerate(VERDICTS)}
    told_rows = sorted(
        ((order[row["verdict"]], row["subject_id"] != zone, row["finding_id"], row) for row in rows.to_dict("records")),
        key=lambda item: item[:3],
    )
    cells = [
        (say(VERDICT_WORDS[row["verdict"]], language), tell_source_clause(str(row["clause"]), language), row["message"],
         "" if row["subject_id"] == zone else row["subject_id"])
        for _, _, _, row in told_rows[:MOST_ROWS]
    ]  # fmt: skip
    more = len(told_rows) - len(cells)
    return html_table(heads, cells) + (f"<p>{escape(say('findings_more', language, n=more))}</p>" if more else "")
