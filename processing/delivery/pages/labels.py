# SPDX-License-Identifier: GPL-2.0-or-later
"""Numbers of the petals: on pages, in tables, and in their names in the project."""

from __future__ import annotations

import json
from typing import Any

from ...styling.expressions import quoted
from ...styling.lettering import NOT_ON_PAGES, label_layer, text_format
from ...styling.names import petal_words, up_to


def petal_numbers(petals: Any) -> dict[str, int]:
    """Return the number of each petal on its sheet: 1, 2 … within the zone, in the order of petal_id."""
    numbers: dict[str, int] = {}
    counts: dict[str, int] = {}
    for zone, petal in sorted({(str(z), str(p)) for z, p in zip(petals["zone_id"], petals["petal_id"])}):
        counts[zone] = counts.get(zone, 0) + 1
        numbers[f"{zone}/{petal}"] = counts[zone]
    return numbers


def label_layers(made: Any) -> None:
    """Number the petals of a delivery's project beside their names; zones are named by their own style."""
    language, petals = made.study.language, made.layer("petals")
    if petals is None:
        return
    numbers = json.dumps(petal_numbers(made.study.frame("petals")), ensure_ascii=False)
    head = f'map_get(from_json({quoted(numbers)}), "zone_id" || \'/\' || "petal_id")'
    drawn = text_format(made.study.font, 7.5, "#222222", True, True)
    label_layer(petals, f"{head} || ' ' || {petal_words(language)}", drawn, NOT_ON_PAGES, **up_to("petals", language))
