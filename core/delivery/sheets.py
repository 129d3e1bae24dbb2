# SPDX-License-Identifier: GPL-2.0-or-later
"""What stands in the workbooks: opportunities, zone indicators, gaps by community, the field dictionary."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import replace
from typing import Any

import pandas as pd

from .. import frames, schema
from ..palette import kind_name, level_name, tag_name, unit_name
from ..rounding import rounded
from ..run import Run
from ..words import say, unit_words
from .balance import balance_gaps, print_kinds
from .domains import codes_of
from .formats.workbook import Sheet
from .institute import (
    HECTARE,
    MU,
    WAN,
    Columns,
    Figure,
    Words,
    build_sheet,
    findings_sheet,
    project_sheets,
    zone_sheet,
)
from .land_sheet import land_sheet
from .summary import SUMMED, TAGS, exact_sum, is_open, kinds_partly_known, sum_kinds, unknown_floors


def _named(domain: str) -> Callable[[str, str], str]:
    """Return what tells a code of a domain in words; a word of somebody's own stands for itself."""
    return lambda code, language: codes_of(domain, language).get(code, code)


OPPORTUNITY: Columns = (
    Words("parcel_id"), Words("tag", tell=tag_name), Words("tag_level", tell=level_name),
    Figure("unit_head_score", "tag_score", summed=False), Figure("unit_head_hectare", "area_m2", HECTARE),
    Figure("unit_head_mu", "area_m2", MU), Figure("unit_head_floor", "floor_m2", WAN),
    Figure("unit_head_buildings", "bldg_n", digits=0), Figure("unit_head_far", "far_gross", summed=False),
    Words("programme", tell=_named("programme")), Words("tag_source", tell=_named("tag_source")), Words("tag_reason"),
    Words("zone_id"),
)  # fmt: skip
FIELDS = (
    "sheet_table", "sheet_table_title", "sheet_field", "sheet_zh", "sheet_en", "sheet_unit", "sheet_type",
    "sheet_digits", "sheet_short",
)  # fmt: skip
LEVELS = ("confirmed", "suspected")
PLAIN = ("corners",)  # delivered as workbooks of their own


def opportunity_sheet(tagged: pd.DataFrame, members: pd.DataFrame | None, language: str, run: Run) -> Sheet:
    """Return the list of opportunities: tagged parcels that are not renovated, under way or expropriated, best first.

    Order: tag, level, falling score, parcel_id. `zone_id` is the zone that holds the parcel, if one does.
    Areas in 公顷, 亩 and 万m², which add up to the printed totals.
    """
    rows = tagged[is_open(tagged)].copy()
    rows["_tag"] = rows["tag"].map({tag: number for number, tag in enumerate(TAGS)})
    rows["_level"] = frames.optional(rows, "tag_level").map({level: n for n, level in enumerate(LEVELS)}).fillna(9)
    rows["_score"] = -frames.optional(rows, "tag_score", "real").fillna(-1.0)
    rows = rows.sort_values(["_tag", "_level", "_score", "parcel_id"]).reset_index(drop=True)
    zones: dict[Any, Any] = {}
    if members is not None:  # parcels listed as near, or taken out by hand, are in no zone
        inside = members[~frames.optional(members, "role").isin(("near", "out")).to_numpy(dtype=bool)]
        ordered = inside.sort_values(["parcel_id", "zone_id"], ascending=False)
        zones = dict(zip(ordered["parcel_id"], ordered["zone_id"]))
    rows["zone_id"] = frames.texts(zones.get(parcel) for parcel in rows["parcel_id"])
    name = say("sheet_opportunities", language)
    zone = schema.table("members").columns[0]
    table = schema.table("tagged")
    both = replace(table, columns=(*table.columns, zone))
    return build_sheet(rows, both, OPPORTUNITY, name, language, [say("sheet_note_opportunities", language)], run)


def gap_sheets(summary: pd.DataFrame, language: str, run: Run | None = None) -> list[Sheet]:
    """Return gaps by community and kind, and their sums by kind; different units are never added up.

    `run` is asked for Cancel before each kind. Raises Cancelled.

    Beds, places and people are whole. Each kind's figures are balanced, so that the communities add up to its sum, and
    in each row need = served + gap, supply = served + surplus.
    """
    name, ordered = say("sheet_gaps", language), summary.sort_values(["kind", "community_id"]).reset_index(drop=True)
    lines: list[list[Any]] = []
    sums: list[list[Any]] = []
    partly: list[pd.DataFrame] = []
    moved = 0
    for kind, part in ordered.groupby("kind", sort=True):
        if run is not None:
            run.check()
        unit = next(iter(sorted(frames.optional(part, "unit").dropna().unique())), "")
        columns = {column: _numbers(part, column) for column in SUMMED}
        partly.append(sum_kinds(part))
        [printed] = print_kinds(partly[-1]).to_dict("records")  # what the report and the drawings print
        balanced = balance_gaps(columns, {column: printed[column] for column in SUMMED})
        moved += sum(item.moved_n for item in balanced.values())
        called = [kind_name(str(kind), language), unit_name(str(unit), language, str(kind))]
        texts = [_words_of(part, column) for column in ("community_id", "name")]
        for row, words in enumerate(zip(*texts)):
            figures = [balanced[column].values[row] for column in SUMMED]
            lines.append([*words, *called, *figures, _share(columns["gap"][row], columns["need"][row])])
        gap, need = (exact_sum(columns[column]) for column in ("gap", "need"))
        sums.append([*called, *(balanced[column].total for column in SUMMED), _share(gap, need)])
    lines.sort(key=lambda line: str(line[0]))  # stable: within a community the kinds stay in their order
    heads = ("head_need", "sheet_supply", "sheet_served", "head_gap", "sheet_surplus", "sheet_gap_share")
    named = [say(code, language) for code in ("head_kind", "sheet_unit", *heads)]
    table = {column.name: column.alias(language) for column in schema.table("gap_summary").columns}
    below = any(value is not None and value < 0 for line in lines for value in line[-2:-1])
    notes = [say("sheet_surplus_below", language)] if below else []
    notes += [say("sheet_balanced", language, n=moved)] if moved else []
    digits = [None, None, 0, 0, 0, 0, 0, 1]
    whole = Sheet(name, name, [table["community_id"], table["name"], *named], [None, None, *digits], lines, (), notes)
    title = say("sheet_kinds", language)
    missing = kinds_partly_known(pd.concat(partly), language) if partly else ""
    return [whole, Sheet(title, title, named, digits, sums, (), [missing] if missing else [])]


def _words_of(rows: pd.DataFrame, name: str) -> list[str | None]:
    """Return a column's texts, None where there is none."""
    return [None if pd.isna(value) else str(value) for value in frames.optional(rows, name).astype(object)]


def _share(gap: float | None, need: float | None) -> float | None:
    return rounded(gap / need * 100, 1) if gap is not None and need else None


def plain_sheet(rows: pd.DataFrame, table: schema.Table, language: str) -> Sheet:
    """Return a table as it is, all columns, in the order of its key; numbers are neither scaled nor balanced."""
    ordered = rows.sort_values(list(table.key), kind="stable")
    columns = [column for column in table.columns if column.name in ordered]
    digits = [None if column.type == "text" else column.digits if column.type == "real" else 0 for column in columns]
    cells = [[None if pd.isna(value) else value for value in ordered[column.name]] for column in columns]
    name = table.zh if language == "zh" else table.en
    headings, lines = [column.alias(language) for column in columns], [list(row) for row in zip(*cells)]
    return Sheet(name, name, headings, digits, lines, is_parted=False)  # nobody parts the thousands of coordinates


def dictionary_sheet(tables: Iterable[schema.Table], language: str) -> Sheet:
    """Return the field dictionary of the delivered tables."""
    rows = [
        [table.name, table.zh if language == "zh" else table.en, column.name, column.zh, column.en,
         unit_words(column.unit, language), column.type, column.digits if column.type == "real" else None, column.short]
        for table in tables
        for column in table.columns
    ]  # fmt: skip
    headings = [say(code, language) for code in FIELDS]
    name = say("sheet_fields", language)
    return Sheet(name, name, headings, [None] * 7 + [0, None], rows)


def workbooks(
    delivered: Mapping[str, pd.DataFrame], tables: Iterable[schema.Table], language: str, run: Run
) -> dict[str, Any]:
    """Return {file name without suffix: sheets} of what the delivered frames allow. Raises Cancelled."""
    found: dict[str, list[Sheet]] = {}
    if "tagged" in delivered:
        sheet = opportunity_sheet(delivered["tagged"], delivered.get("members"), language, run)
        found[sheet.name] = [sheet]
    unknown = unknown_floors(delivered.get("members"), delivered.get("tagged"))
    zones = zone_sheet(delivered["zones"], language, unknown)
    found[zones.name] = [zones]
    names = {str(row["zone_id"]): str(row["name"]) for row in delivered["zones"].to_dict("records")
             if isinstance(row.get("name"), str)}  # fmt: skip
    if "land_use" in delivered:
        land = land_sheet(delivered["land_use"], names, language)
        found[land.name] = [land]
    if "findings" in delivered:
        checks = findings_sheet(delivered["findings"], names, language)
        found[checks.name] = [checks]
    if "projects" in delivered:
        projects = project_sheets(
            delivered["projects"], delivered.get("project_items"), language, delivered.get("land_use_map")
        )
        found[projects[0].name] = projects
    run.check()
    if "gap_summary" in delivered:
        gaps = gap_sheets(delivered["gap_summary"], language, run)
        found[gaps[0].name] = gaps
    for name in PLAIN:
        run.check()
        if name in delivered:
            sheet = plain_sheet(delivered[name], schema.table(name), language)
            found[sheet.name] = [sheet]
    fields = dictionary_sheet(tables, language)
    found[fields.name] = [fields]
    return found


def _numbers(rows: pd.DataFrame, name: str) -> list[float | None]:
    values = frames.optional(rows, name, "real").astype("float64")
    return [None if pd.isna(value) else float(value) for value in values]
