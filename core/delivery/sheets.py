# SPDX-License-Identifier: GPL-2.0-or-later
"""What stands in the workbooks: opportunities, zone indicators, gaps by community, the field dictionary."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

import pandas as pd

from .. import frames, schema
from ..words import say
from .palette import kind_name, level_name, tag_name
from .summary import TAGS, exact_sum, is_open, sum_kinds
from .workbook import Sheet

OPPORTUNITY = (
    "parcel_id", "tag", "tag_level", "tag_score", "tag_known", "area_m2", "floor_m2", "bldg_n", "year_lo", "year_hi",
    "far_gross", "programme", "tag_source", "tag_reason",
)  # fmt: skip
FIELDS = (
    "sheet_table", "sheet_table_title", "sheet_field", "sheet_zh", "sheet_en", "sheet_unit", "sheet_type",
    "sheet_digits", "sheet_short",
)  # fmt: skip
LEVELS = ("confirmed", "suspected")


def opportunity_sheet(tagged: pd.DataFrame, members: pd.DataFrame | None, language: str) -> Sheet:
    """Return the list of opportunities: parcels with a tag that are not renovated, best first.

    Order: tag, level, falling score, parcel_id. `zone_id` is the zone that holds the parcel, if one does.
    """
    rows = tagged[is_open(tagged)].copy()
    rows["_tag"] = rows["tag"].map({tag: number for number, tag in enumerate(TAGS)})
    rows["_level"] = frames.optional(rows, "tag_level").map({level: n for n, level in enumerate(LEVELS)}).fillna(9)
    rows["_score"] = -frames.optional(rows, "tag_score", "real").fillna(-1.0)
    rows = rows.sort_values(["_tag", "_level", "_score", "parcel_id"]).reset_index(drop=True)
    zones: dict[Any, Any] = {}
    if members is not None:
        ordered = members.sort_values(["parcel_id", "zone_id"], ascending=False)
        zones = dict(zip(ordered["parcel_id"], ordered["zone_id"]))
    table = schema.table("tagged")
    columns = [column for column in table.columns if column.name in OPPORTUNITY]
    columns.sort(key=lambda column: OPPORTUNITY.index(column.name))
    values = [_values(rows, column, language) for column in columns]
    number = list(range(1, len(rows) + 1))
    zone = [zones.get(parcel) for parcel in rows["parcel_id"]]
    headings = [say("sheet_number", language), *[column.alias(language) for column in columns], _zone_heading(language)]
    total = [say("head_total", language), *[_total(rows, column) for column in columns], None]
    return Sheet(
        say("sheet_opportunities", language), say("sheet_opportunities", language), headings,
        [0, *[_digits(column) for column in columns], None], list(zip(number, *values, zone)), total,
        [say("sheet_note_opportunities", language)],
    )  # fmt: skip


def zone_sheet(zones: pd.DataFrame, language: str) -> Sheet:
    """Return the indicators of the zones with totals of what can be added up."""
    name = say("sheet_zones", language)
    return _plain(
        zones.sort_values("zone_id"), schema.table("zones"), name, language, ("area_m2", "floor_m2", "people")
    )


def gap_sheets(summary: pd.DataFrame, language: str) -> list[Sheet]:
    """Return gaps by community and kind, and their sums by kind; different units are never added up."""
    name = say("sheet_gaps", language)
    ordered = summary.sort_values(["community_id", "kind"])
    whole = _plain(ordered, schema.table("gap_summary"), name, language, ())
    sums = sum_kinds(summary)
    words = ("head_kind", "sheet_unit", "head_need", "sheet_supply", "sheet_served", "head_gap", "sheet_surplus")
    rows = [
        [kind_name(row["kind"], language), row["unit"], row["need"], row["supply"], row["served"], row["gap"],
         row["surplus"], None if pd.isna(row["gap_share"]) else row["gap_share"] * 100]
        for row in sums.to_dict("records")
    ]  # fmt: skip
    headings = [*[say(code, language) for code in words], say("sheet_gap_share", language)]
    title = say("sheet_kinds", language)
    return [whole, Sheet(title, title, headings, [None, None, 1, 1, 1, 1, 1, 1], rows)]


def dictionary_sheet(tables: Iterable[schema.Table], language: str) -> Sheet:
    """Return the field dictionary of the delivered tables."""
    rows = [
        [table.name, table.zh if language == "zh" else table.en, column.name, column.zh, column.en, column.unit,
         column.type, column.digits if column.type == "real" else None, column.short]
        for table in tables
        for column in table.columns
    ]  # fmt: skip
    headings = [say(code, language) for code in FIELDS]
    name = say("sheet_fields", language)
    return Sheet(name, name, headings, [None] * 7 + [0, None], rows)


def workbooks(delivered: Mapping[str, pd.DataFrame], tables: Iterable[schema.Table], language: str) -> dict[str, Any]:
    """Return {file name without suffix: sheets} of what the delivered frames allow."""
    found: dict[str, list[Sheet]] = {}
    if "tagged" in delivered:
        sheet = opportunity_sheet(delivered["tagged"], delivered.get("members"), language)
        found[sheet.name] = [sheet]
    zones = zone_sheet(delivered["zones"], language)
    found[zones.name] = [zones]
    if "gap_summary" in delivered:
        gaps = gap_sheets(delivered["gap_summary"], language)
        found[gaps[0].name] = gaps
    fields = dictionary_sheet(tables, language)
    found[fields.name] = [fields]
    return found


def _plain(rows: pd.DataFrame, table: schema.Table, name: str, language: str, summed: tuple[str, ...]) -> Sheet:
    values = [_values(rows, column, language) for column in table.columns]
    total: list[Any] = []
    if summed:
        total = [exact_sum(frames.optional(rows, c.name, "real")) if c.name in summed else None for c in table.columns]
        total[0] = say("head_total", language)
    headings = [column.alias(language) for column in table.columns]
    return Sheet(name, name, headings, [_digits(column) for column in table.columns], list(zip(*values)), total)


def _values(rows: pd.DataFrame, column: schema.Column, language: str) -> list[Any]:
    """Return a column as plain values; codes of tags, levels and kinds as words."""
    names = {"tag": tag_name, "tag_level": level_name, "kind": kind_name}
    values = frames.optional(rows, column.name, column.type).astype(object)
    plain = values.where(values.notna(), None).tolist()
    if column.name in names:
        return [None if value is None else names[column.name](str(value), language) for value in plain]
    if column.type == "text":
        return [None if value is None else str(value) for value in plain]
    make = int if column.type == "int" else float
    return [None if value is None else make(value) for value in plain]


def _digits(column: schema.Column) -> int | None:
    if column.name in ("year_lo", "year_hi"):
        return None
    return None if column.type == "text" else 0 if column.type == "int" else column.digits


def _total(rows: pd.DataFrame, column: schema.Column) -> float | None:
    return exact_sum(frames.optional(rows, column.name, "real")) if column.name in ("area_m2", "floor_m2") else None


def _zone_heading(language: str) -> str:
    return schema.table("members").columns[0].alias(language)
