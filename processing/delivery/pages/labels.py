# SPDX-License-Identifier: GPL-2.0-or-later
"""Names in the project: zones with hectares and petals, petals with a number, hectares and minutes."""

from __future__ import annotations

import json
from typing import Any

from ....core.delivery.palette import palette
from ...styling.lettering import NOT_ON_PAGES, label_layer, quoted, text_format
from ...styling.names import up_to


def petal_numbers(petals: Any) -> dict[str, int]:
    """Return the number of each petal on its sheet: 1, 2 … within the zone, in the order of petal_id."""
    numbers: dict[str, int] = {}
    counts: dict[str, int] = {}
    for zone, petal in sorted({(str(z), str(p)) for z, p in zip(petals["zone_id"], petals["petal_id"])}):
        counts[zone] = counts.get(zone, 0) + 1
        numbers[f"{zone}/{petal}"] = counts[zone]
    return numbers


def label_layers(made: Any) -> None:
    """Label the zones and petals of a delivery's project."""
    language, family = made.study.language, made.study.font
    petals = made.layer("petals")
    if petals is not None:
        numbers = json.dumps(petal_numbers(made.study.frame("petals")), ensure_ascii=False)
        names = json.dumps({tag: entry[language] for tag, entry in palette()["tags"].items()}, ensure_ascii=False)
        minutes = "分" if language == "zh" else "min"
        head = f'map_get(from_json({quoted(numbers)}), "zone_id" || \'/\' || "petal_id")'
        tag = f'coalesce(map_get(from_json({quoted(names)}), "tag"), "tag")'
        size = "format_number(\"area_m2\" / 10000, 1) || ' ha'"
        walk = f"coalesce(' · ' || format_number(\"walk_s\" / 60, 1) || ' {minutes}', '')"
        label_layer(
            petals,
            f"{head} || ' ' || {tag} || '\\n' || {size} || {walk}",
            text_format(family, 7.5, "#222222", True, True),
            NOT_ON_PAGES,
            **up_to("petals", language),
        )
    zones = made.layer("zones")
    if zones is not None:
        petals_n = "瓣" if language == "zh" else "petals"
        unit = "公顷" if language == "zh" else "ha"
        size = f"format_number(\"area_m2\" / 10000, 1) || ' {unit}'"
        count = f"coalesce(' · ' || \"petals_n\" || ' {petals_n}', '')"
        told = f'coalesce("name", "zone_id") || \'\\n\' || {size} || {count}'
        label_layer(
            zones,
            told,
            text_format(family, 9.5, palette()["zone"]["color"], True, True),
            NOT_ON_PAGES,
            **up_to("zones", language),
        )
