# SPDX-License-Identifier: GPL-2.0-or-later
"""The report's table of zones: what each amounts to, the sheets that show it, and the findings about it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from html import escape
from typing import Any

import pandas as pd

from ...words import say
from ..balance import ZONE_FIGURES, print_zones
from ..findings import check_of
from ..institute import floor_notes
from ..summary import percent, told
from .checks import group_findings, name_check
from .htmltable import Markup, html_table
from .links import Links

HEADS = ("head_zone", "head_id", "report_maps", "report_checks", "head_hectare", "head_floor", "head_people",
         "head_petals", "figure_elder_gap", "figure_child_gap")  # fmt: skip
SIGNS = {"fail": "×", "unknown": "?", "advice": "!"}  # what a reader has to look at, in this order


def zones_section(
    zones: pd.DataFrame, findings: pd.DataFrame | None, links: Links, unknown: Mapping[str, int] | None = None
) -> str:
    """Return a row for each zone and their sums. A zone's row is what findings and sheets link to.

    `unknown`: how many parcels of a zone have no known floor area, which is told below.

    What is printed adds up to the printed total: figures are balanced by largest remainders, and it is said how many.
    """
    groups = [] if findings is None else group_findings(findings)
    zones = zones.sort_values("zone_id", ignore_index=True)
    sums = print_zones(zones)
    rows = []
    for place, row in enumerate(zones.to_dict("records")):
        zone = str(row["zone_id"])
        name = Markup(f'<span id="{links.anchor(zone)}">{escape(links.names[zone])}</span>')
        figures = [told(sums[column].values[place], digits) for column, digits, _ in ZONE_FIGURES]
        kept = Markup(f'<span class="w">{escape(zone)}</span>')  # Z-S01 is one word
        rows.append((name, kept, links.sheets_of(zone), _findings_of(zone, groups, links), *figures,
                     percent(row["elder_gap"]), percent(row["child_gap"])))  # fmt: skip
    totals = [told(sums[column].total if len(zones) else 0.0, digits) for column, digits, _ in ZONE_FIGURES]
    total = (say("head_total", links.language), "", "", "", *totals, "", "")
    moved = sum(found.moved_n for found in sums.values())
    notes = floor_notes(zones, unknown or {}, links.language)
    notes += [say("sheet_balanced", links.language, n=moved)] if moved else []
    note = "".join(f"<p>{escape(text)}</p>" for text in notes)
    return html_table([say(code, links.language) for code in HEADS], [*rows, total], 6) + note


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
    return Markup(f"<details><summary class=w>{escape(counted)}</summary><ul>{''.join(lines)}</ul></details>")
