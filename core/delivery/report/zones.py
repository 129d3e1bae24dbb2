# SPDX-License-Identifier: GPL-2.0-or-later
"""The report's table of zones: what each amounts to, the sheets that show it, and the findings about it."""

from __future__ import annotations

from collections.abc import Sequence
from html import escape
from typing import Any

import pandas as pd

from ... import frames
from ...words import say
from ..findings import check_of
from ..summary import exact_sum, hectares, percent, told
from .checks import group_findings, name_check
from .htmltable import Markup, html_table
from .links import Links

HEADS = ("head_zone", "head_id", "report_maps", "report_checks", "head_hectare", "head_floor", "head_people",
         "head_petals", "figure_elder_gap", "figure_child_gap")  # fmt: skip
SIGNS = {"fail": "×", "unknown": "?", "advice": "!"}  # what a reader has to look at, in this order


def zones_section(zones: pd.DataFrame, findings: pd.DataFrame | None, links: Links) -> str:
    """Return a row for each zone and their sums. A zone's row is what findings and sheets link to."""
    groups = [] if findings is None else group_findings(findings)
    rows = []
    for row in zones.sort_values("zone_id").to_dict("records"):
        zone = str(row["zone_id"])
        name = Markup(f'<span id="{links.anchor(zone)}">{escape(links.names[zone])}</span>')
        rows.append((name, zone, links.sheets_of(zone), _findings_of(zone, groups, links), hectares(row["area_m2"]),
                     told(row["floor_m2"]), told(row["people"]), told(row["petals_n"]), percent(row["elder_gap"]),
                     percent(row["child_gap"])))  # fmt: skip
    sums = [exact_sum(frames.optional(zones, name, "real")) for name in ("area_m2", "floor_m2", "people", "petals_n")]
    total = (say("head_total", links.language), "", "", "", hectares(sums[0]), *map(told, sums[1:]), "", "")
    return html_table([say(code, links.language) for code in HEADS], [*rows, total], 6)


def _findings_of(zone: str, groups: Sequence[tuple[str, Sequence[dict[str, Any]]]], links: Links) -> Markup:
    """Return how many findings of each verdict a zone and its buildings have, which opens to links to them."""
    lines, counts = [], dict.fromkeys(SIGNS, 0)
    for number, (verdict, rows) in enumerate(groups, 1):
        own = [row for row in rows if zone in (str(row["subject_id"]), links.zone_of.get(str(row["subject_id"])))]
        if own and verdict in SIGNS:
            counts[verdict] += len(own)
            name = name_check(rows, links.language) or check_of(rows[0])
            lines.append(f'<li>{SIGNS[verdict]} <a href="#{links.row(number)}">{escape(name)}</a></li>')
    counted = " ".join(f"{SIGNS[verdict]} {n}" for verdict, n in counts.items() if n)
    if not lines:
        return Markup("")
    return Markup(f"<details><summary>{escape(counted)}</summary><ul>{''.join(lines)}</ul></details>")
