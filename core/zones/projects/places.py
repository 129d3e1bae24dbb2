# SPDX-License-Identifier: GPL-2.0-or-later
"""Where projects lie: community and subdistrict, and what the plan says of their ground."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
import shapely

from ... import frames
from ...run import Run
from ..findings.overlay import measure_pairs

LEAST_SHARE = 0.1  # own choice: a plan's use that covers less of a project is not its planned use


def tell_places(
    drafts: list[dict[str, Any]], communities: pd.DataFrame | None, plan: pd.DataFrame | None, run: Run
) -> None:
    """Fill `community` and `subdistrict` by the community that holds most of each project (of equals the first by id),
    and `use_plan` by the plan's codes, the largest part first. Projects without a shape stay as they are.
    """
    shapes = np.array([row[frames.GEOMETRY] for row in drafts], dtype=object)
    there = np.flatnonzero(~(shapely.is_missing(shapes) | shapely.is_empty(shapes)))
    if communities is not None and len(communities):
        ordered = (
            communities.sort_values("community_id", kind="stable") if "community_id" in communities else communities
        )
        ordered = ordered.reset_index(drop=True)
        project, area, common = measure_pairs(shapes[there], frames.geometries(ordered), run)
        order = np.lexsort((area, -np.round(common, 3), project))
        first = np.unique(project[order], return_index=True)[1]
        names = {"community": _words(ordered, "name"), "subdistrict": _words(ordered, "subdistrict")}
        for row, place in zip(project[order][first].tolist(), area[order][first].tolist()):
            for column, words in names.items():
                drafts[there[row]][column] = words[place]
    if plan is not None and len(plan):
        codes = frames.optional(plan, "land_use").fillna("").astype(str).to_numpy(dtype=object)
        project, piece, common = measure_pairs(shapes[there], frames.geometries(plan), run)
        parts: dict[int, dict[str, float]] = {}
        for row, at, m2 in zip(project.tolist(), piece.tolist(), common.tolist()):
            if codes[at]:
                own = parts.setdefault(row, {})
                own[codes[at]] = own.get(codes[at], 0.0) + m2
        for row, own in parts.items():
            whole = float(shapely.area(shapes[there[row]]))
            found = sorted((-round(m2, 3), code) for code, m2 in own.items() if m2 >= LEAST_SHARE * whole)
            drafts[there[row]]["use_plan"] = "、".join(code for _, code in found) or None


def _words(table: pd.DataFrame, column: str) -> list[Any]:
    words = frames.optional(table, column)
    return [str(word) if told else None for word, told in zip(words, words.notna())]
