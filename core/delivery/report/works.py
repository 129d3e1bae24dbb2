# SPDX-License-Identifier: GPL-2.0-or-later
"""Sections of the report on what is proposed: rooms for services, projects, and the sheets of the atlas."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from html import escape
from typing import Any

import pandas as pd

from ... import frames
from ...palette import action_name, kind_name, unit_name
from ...words import say
from ..institute import repeated_notes
from ..resaid import rename, resay
from ..summary import exact_sum, known_sum, told
from .htmltable import html_table
from .links import Links, href

MOST_SITES, MOST_PROJECTS = 60, 40  # rows in the report; all of them are in tables/
SMALL = 9.95  # a site that serves less more is told with a decimal, and so are all others in the column
WHY = ("sites_why", "sites_why+sites_join_neighbour")


def sites_section(sites: pd.DataFrame, language: str) -> str:
    """Return the proposed rooms by kind and order to build; "" text says when there are none."""
    if not len(sites):
        return f"<p>{escape(say('report_no_sites', language))}</p>"
    ordered = sites.sort_values(["kind", "rank", "site_id"])
    rows, digits = [], _digits_of(ordered)
    for row in ordered.head(MOST_SITES).to_dict("records"):
        unit = unit_name(_text(row.get("unit")), language, _text(row["kind"]))
        place = _text(row.get("candidate_id")) or _text(row.get("parcel_id")) or _text(row["site_id"])
        size = f"{told(row.get('size'))} {unit}".strip()
        rows.append((kind_name(_text(row["kind"]), language), told(row.get("rank")), place, size,
                     told(row.get("served_more"), digits), resay(_text(row.get("why")), language, WHY)))  # fmt: skip
    heads = ("head_kind", "report_rank", "report_place", "report_size", "report_served_more", "report_why")
    named = [say(code, language) for code in heads]
    return html_table(named, rows, also=(1, 3, 4)) + _more(len(sites) - len(rows), language)


def _digits_of(sites: pd.DataFrame) -> int:
    """Return the decimals of how much more is served: one where some site adds little, or it would be told as none."""
    return int((frames.optional(sites, "served_more", "real") < SMALL).any())


def projects_section(projects: pd.DataFrame, links: Links) -> str:
    """Return sums by type of project, then the projects themselves, each with a link to its zone."""
    language = links.language
    if not len(projects):
        return f"<p>{escape(say('report_no_projects', language))}</p>"
    sums, gone = [], []
    for kind, part in projects.groupby(frames.optional(projects, "type").fillna("–"), sort=True):
        low, high = (exact_sum(frames.optional(part, f"invest_{end}_wan", "real")) for end in ("low", "high"))
        area, floor = (known_sum(frames.optional(part, name, "real")) for name in ("area_mu", "exist_m2"))
        sums.append(
            (
                rename(str(kind), language),
                told(len(part)),
                told(area, 1),
                told(floor / 10_000, 1),
                _range(low, high),
            )
        )
    heads = ("map_project_type", "report_count", "map_project_area", "unit_head_exist", "map_project_cost")
    for code, column in (("unit_head_exist", "exist_m2"), ("map_project_cost", "invest_low_wan")):
        missing = int(frames.optional(projects, column, "real").isna().sum())
        gone += [say("sheet_missing_n", language, heading=say(code, language), n=missing)] if missing else []
    rows = [
        (_text(row["project_id"]), _text(row["name"]), _zone(row, links),
         action_name(_text(row.get("action")), language), told(row.get("area_mu"), 1),
         _range(row.get("invest_low_wan"), row.get("invest_high_wan")))
        for row in projects.sort_values("project_id").head(MOST_PROJECTS).to_dict("records")
    ]  # fmt: skip
    codes = ("report_id", "map_project_name", "head_zone", "map_action", "map_project_area", "map_project_cost")
    notes = [
        say("map_projects_note", language),
        *repeated_notes(projects, language),
        *([say("sheet_missing", language, columns=gone)] if gone else []),
    ]
    note = "".join(f"<p>{escape(text)}</p>" for text in notes)
    listed = _table(codes, rows, language, 2) + _more(len(projects) - len(rows), language)
    show = f'<details class="behind"><summary>{escape(say("report_show_data", language))}</summary>{listed}</details>'
    return _table(heads, sums, language, 4) + note + show


def _range(low: Any, high: Any) -> str:
    """Return a range of cost; one “–” where it is not known."""
    ends = [told(value) for value in (low, high)]
    return told(None) if told(None) in ends else "–".join(ends)


def maps_section(links: Links) -> str:
    """Return links to the sheets of the atlas beside the report, each with links back to the zones that it shows."""
    items = "".join(
        f'<li><a href="{href(path)}">{escape(links.title_of(path))}</a>'
        f' <span class="here">{links.zones_on(path)}</span></li>'
        for path in links.maps
    )
    return f'<ul class="maps">{items}</ul>'


def _zone(row: Mapping[Any, Any], links: Links) -> str:
    zone = _text(row.get("zone_id"))
    return links.subject(zone) if zone in links.names else _text(row.get("zone_name"))


def _text(value: Any) -> str:
    return value if isinstance(value, str) else ""


def _more(n: int, language: str) -> str:
    return f"<p>{escape(say('map_more_rows', language, n=n))}</p>" if n > 0 else ""


def _table(codes: Sequence[str], rows: Sequence[Sequence[str]], language: str, numbers: int = 0) -> str:
    return html_table([say(code, language) for code in codes], rows, numbers)
