# SPDX-License-Identifier: GPL-2.0-or-later
"""用地平衡表 as institutes print it: zone by zone, now and planned, 公顷 and per cent that add up to their total."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pandas as pd

from .. import frames, schema
from ..words import say
from .balance import balance
from .formats.workbook import Sheet
from .institute import HECTARE

HEADS = ("head_zone", "head_id", "land_stage", "land_code", "land_class", "unit_head_hectare", "land_percent")


def land_sheet(rows: pd.DataFrame, names: Mapping[str, str], language: str) -> Sheet:
    """Return a line for each class of a zone and stage, and its total after them; 公顷 and % with two decimals.

    Both are balanced within a zone and stage. Classes by code, what has none (streets, land without a plan) last.
    """
    table = schema.table("land_use")
    name = table.zh if language == "zh" else table.en
    lines: list[list[Any]] = []
    moved = 0
    ordered = rows.assign(order=frames.optional(rows, "code").fillna("~"))
    ordered = ordered.sort_values(["zone_id", "stage", "order", "class_name"], kind="stable")
    for (zone, _), part in ordered.groupby(["zone_id", "stage"], sort=True):
        areas = [None if pd.isna(value) else float(value) for value in frames.optional(part, "area_m2", "real")]
        found = [balance(areas, 2, HECTARE), balance(areas, 2, _to_percent(areas))]
        moved += sum(item.moved_n for item in found)
        stage = _text(part["stage_name"].iloc[0])
        head = [names.get(str(zone), str(zone)), str(zone), stage]
        for place, row in enumerate(part.to_dict("records")):
            lines.append([*head, _text(row["code"]), _text(row["class_name"]), *(item.values[place] for item in found)])
        lines.append([*head, None, say("head_total", language), *(item.total for item in found)])
    headings = [say(code, language) for code in HEADS]
    notes = [say("sheet_land_outline", language), *([say("sheet_balanced", language, n=moved)] if moved else [])]
    return Sheet(name, name, headings, [None] * 5 + [2, 2], lines, (), notes)


def _to_percent(areas: list[float | None]) -> float:
    whole = sum(sorted(value for value in areas if value is not None))
    return 100 / whole if whole > 0 else 0.0


def _text(value: Any) -> str | None:
    return value if isinstance(value, str) else None
