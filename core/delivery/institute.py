# SPDX-License-Identifier: GPL-2.0-or-later
"""Sheets as design institutes make them: 公顷, 亩 and 万m² with two decimals, whole 户, 栋, 床; totals add up."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import partial
from typing import Any

import numpy as np
import pandas as pd
import shapely

from .. import frames, schema
from ..palette import action_name
from ..rounding import rounded
from ..run import Run
from ..words import say, source_words, unit_words
from .balance import balance
from .figurewords import tell_status
from .findings import (
    check_codes,
    order_findings,
    tell_check,
    tell_clause,
    tell_limit,
    tell_number,
    tell_verdict,
    unit_of,
)
from .formats.workbook import Sheet
from .land import NOW, PLAN, named_codes
from .ownerwords import owner_words
from .resaid import relist, rename, resay
from .summary import exact_sum

LEAST_HA = 0.01  # ground counted twice is told from the last printed digit on
HECTARE, MU, WAN = 1e-4, 0.0015, 1e-4  # of a square metre; 1 亩 = 666.67 m² (15 亩 = 1 公顷)
Tell = Callable[[Any, str], Any]


@dataclass(frozen=True)
class Figure:
    """A column of numbers: heading (a message), column of the frame, factor, decimals; `summed` = it has a total."""

    heading: str
    column: str
    factor: float = 1.0
    digits: int = 2
    summed: bool = True


@dataclass(frozen=True)
class Words:
    """A column of text: heading (a message, or the column's own when empty), column of the frame, how it is told."""

    column: str
    heading: str = ""
    tell: Tell | None = None


REMARKS = (  # what zones.projects.make puts a project's remark together of; the longest first: a list may be anything
    "project_remark+project_remark_unknown+project_remark_lifts", "project_remark+project_remark_lifts",
    "project_remark+project_remark_unknown", "project_remark",
)  # fmt: skip


def _remark(text: str, language: str) -> str:
    return resay(text, language, REMARKS)


USES = {NOW: "use_now", PLAN: "use_plan"}
Columns = Sequence[Figure | Words]
PROJECTS: Columns = (
    Words("project_id"), Words("name"), Words("zone_name"), Words("district"), Words("subdistrict"), Words("community"),
    Words("type", tell=rename), Words("action", tell=action_name), Words("use_now", tell=relist),
    Words("use_plan", tell=relist),
    Figure("unit_head_hectare", "area_m2", HECTARE), Figure("unit_head_mu", "area_m2", MU),
    Figure("unit_head_exist", "exist_m2", WAN), Figure("unit_head_demolish", "demolish_m2", WAN),
    Figure("unit_head_new", "new_m2", WAN), Figure("unit_head_households", "households", digits=0),
    Figure("unit_head_people", "people", digits=0), Words("works", tell=rename),
    Figure("unit_head_invest_low", "invest_low_wan"), Figure("unit_head_invest_high", "invest_high_wan"),
    Words("funding"), Words("body"), Words("cooperation"), Figure("unit_head_phase", "phase", digits=0, summed=False),
    Words("progress"), Words("ownership", tell=owner_words), Words("remark", tell=_remark),
)  # fmt: skip
ITEMS: Columns = (
    Words("project_id"), Words("item", tell=rename), Words("unit", tell=unit_words),
    Figure("unit_head_quantity", "quantity", summed=False),
    Figure("unit_head_price_low", "price_low", summed=False),
    Figure("unit_head_price_high", "price_high", summed=False), Figure("unit_head_invest_low", "amount_low_wan"),
    Figure("unit_head_invest_high", "amount_high_wan"), Words("source", tell=source_words),
    Words("status", tell=tell_status),
)  # fmt: skip
ZONES: Columns = (
    Words("zone_id"), Words("name"), Figure("unit_head_hectare", "area_m2", HECTARE),
    Figure("unit_head_mu", "area_m2", MU), Figure("unit_head_floor", "floor_m2", WAN),
    Figure("unit_head_people", "people", digits=0), Figure("unit_head_petals", "petals_n", digits=0),
    Figure("unit_head_elder", "elder_gap", 100.0, 1, summed=False),
    Figure("unit_head_child", "child_gap", 100.0, 1, summed=False),
    Figure("unit_head_torn", "demolish_share", 100.0, 1, summed=False),
)  # fmt: skip


def build_sheet(rows: pd.DataFrame, table: schema.Table, columns: Columns, name: str, language: str,
                notes: Sequence[str] = (), run: Run | None = None) -> Sheet:  # fmt: skip
    """Return the rows (sorted, index 0…n-1) as a sheet with a number in front, totals, and a note on the balancing.

    `run` is asked for Cancel before each column.
    """
    run = run or Run()
    headings, digits = [say("sheet_number", language)], [0]
    values: list[list[Any]] = [list(range(1, len(rows) + 1))]
    total: list[Any] = [say("head_total", language)]
    moved, gone = 0, []
    known = {column.name: column for column in table.columns}
    for column in columns:
        run.check()
        if isinstance(column, Words):
            headings.append(say(column.heading, language) if column.heading else known[column.column].alias(language))
            values.append(_texts(rows, column, language))
            digits.append(-1)
            total.append(None)
            continue
        found = balance(_numbers(rows, column.column), column.digits, column.factor)
        plain = [value if value is None else rounded(value * column.factor, column.digits)
                 for value in _numbers(rows, column.column)]  # fmt: skip
        headings.append(say(column.heading, language))
        values.append(found.values if column.summed else plain)
        digits.append(column.digits)
        total.append(found.total if column.summed else None)
        moved += found.moved_n if column.summed else 0
        missing = sum(value is None for value in plain) if column.summed else 0
        gone += [say("sheet_missing_n", language, heading=headings[-1], n=missing)] if 0 < missing < len(plain) else []
    told = [*notes, *([say("sheet_balanced", language, n=moved)] if moved else [])]
    told += [say("sheet_missing", language, columns=gone)] if gone else []
    whole = total if any(isinstance(item, Figure) and item.summed for item in columns) and len(rows) else []
    kinds = [None if place < 0 else place for place in digits]
    # the number column holds the word 合计 in its last row: text there, numbers above
    return Sheet(name, name, headings, kinds, list(zip(*values)), whole, told)


def project_sheets(
    projects: pd.DataFrame, items: pd.DataFrame | None, language: str, land: pd.DataFrame | None = None
) -> list[Sheet]:
    """Return the list of projects and the quantities it is reckoned from; table land_use_map names its uses."""
    note = [say("map_projects_note", language)]
    named = {USES[stage]: named_codes(land, stage, language) for stage in USES}
    columns = [replace(item, tell=partial(_use, named[item.column])) if isinstance(item, Words) and item.column in named
               else item for item in PROJECTS]  # fmt: skip
    uses = [say("projects_use_note", language)] if any(named.values()) else []
    ordered = projects.sort_values("project_id").reset_index(drop=True)
    name = say("sheet_projects", language)
    found = [build_sheet(ordered, schema.table("projects"), columns, name, language,
                         [*note, *uses, *repeated_notes(ordered, language)])]  # fmt: skip
    if items is not None and len(items):
        listed = items.sort_values(["project_id", "item_id"]).reset_index(drop=True)
        name = say("sheet_items", language)
        found.append(build_sheet(listed, schema.table("project_items"), ITEMS, name, language,
                                 [*note, *_partial_notes(ordered, listed, language)]))  # fmt: skip
    return found


def _use(named: Mapping[str, str], text: str, language: str) -> str:
    """Return a list of land-use codes with the names of their classes."""
    codes = relist(text, "zh").split("、")
    return relist("、".join(named.get(code.strip(), code) for code in codes), language)


def _partial_notes(projects: pd.DataFrame, items: pd.DataFrame, language: str) -> list[str]:
    """Return why the items come to more than the projects: what is known of projects whose cost is not."""
    known = projects["project_id"][projects["invest_low_wan"].notna()]
    rows = items[items["amount_low_wan"].notna() & ~items["project_id"].isin(known)]
    low, high = (f"{rounded(exact_sum(rows[name]), 2):.2f}" for name in ("amount_low_wan", "amount_high_wan"))
    n = int(rows["project_id"].nunique())
    return [say("sheet_items_partial", language, n=n, low=low, high=high)] if n else []


def repeated_notes(projects: pd.DataFrame, language: str) -> list[str]:
    """Return what of the projects' totals counts more than once: ground under several projects, people along lanes."""
    area = frames.reals(projects, "area_m2")
    shapes = frames.geometries(projects)[area > 0]
    known = shapes[~shapely.is_missing(shapes)]
    sizes = shapely.area(known)
    drawn, whole = exact_sum(sizes), exact_sum(area[area > 0])
    once = float(shapely.area(shapely.union_all(shapely.make_valid(known)))) if len(known) else 0.0
    # in whatever unit the layer's system measures: the share of what is drawn twice
    twice = (1 - once / drawn) * whole * HECTARE if drawn > 0 else 0.0
    notes = [say("sheet_projects_twice", language, hectares=f"{rounded(twice, 2):.2f}")] if twice >= LEAST_HA else []
    along = np.isnan(area) & (frames.reals(projects, "people") > 0)
    return [*notes, *([say("sheet_projects_lanes", language)] if along.any() else [])]


def zone_sheet(zones: pd.DataFrame, language: str, unknown: Mapping[str, int] | None = None) -> Sheet:
    """Return the indicators of the zones; 公顷, 亩, 万m² and people add up to the printed totals.

    `unknown`: how many parcels of a zone have no known floor area, which is told below.
    """
    ordered = zones.sort_values("zone_id").reset_index(drop=True)
    notes = floor_notes(ordered, unknown or {}, language)
    return build_sheet(ordered, schema.table("zones"), ZONES, say("sheet_zones", language), language, notes)


def floor_notes(zones: pd.DataFrame, unknown: Mapping[str, int], language: str) -> list[str]:
    """Return the sentence on parcels that the floor areas of the zones leave out, by name of zone; none without any."""
    names = dict(zip(zones["zone_id"].astype(str), frames.optional(zones, "name").fillna(zones["zone_id"])))
    told = [
        say("sheet_floor_unknown_n", language, zone=names[zone], n=n) for zone, n in unknown.items() if zone in names
    ]
    return [say("sheet_floor_unknown", language, zones=told)] if told else []


def findings_sheet(findings: pd.DataFrame, names: Mapping[str, str], language: str) -> Sheet:
    """Return what the checks found: not met first, then not known, advice, passed; values as people read them."""
    name = say("sheet_findings", language)
    codes = ("report_verdict", "report_check", "report_subject", "report_value", "report_limit", "report_clause",
             "sheet_message")  # fmt: skip
    rows = []
    for number, row in enumerate(order_findings(findings), 1):
        subject = str(row["subject_id"])
        rows.append((
            number, tell_verdict(str(row["verdict"]), language), tell_check(row, language), names.get(subject, subject),
            tell_number(row["value"], unit_of(row), language), tell_limit(row, language), tell_clause(row, language),
            None if row["message"] is pd.NA else resay(str(row["message"]), language, check_codes()),
        ))  # fmt: skip
    headings = [say("sheet_number", language), *(say(code, language) for code in codes)]
    return Sheet(name, name, headings, [0, *[None] * len(codes)], rows)


def _numbers(rows: pd.DataFrame, name: str) -> list[float | None]:
    values = pd.to_numeric(frames.optional(rows, name, "real")).astype("float64")
    return [None if pd.isna(value) else float(value) for value in values]


def _texts(rows: pd.DataFrame, column: Words, language: str) -> list[Any]:
    values = frames.optional(rows, column.column).astype(object)
    plain = values.where(values.notna(), None).tolist()
    if column.tell is not None:
        return [None if value is None else column.tell(value, language) for value in plain]
    return [None if value is None else str(value) for value in plain]
