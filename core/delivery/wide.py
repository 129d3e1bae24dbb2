# SPDX-License-Identifier: GPL-2.0-or-later
"""The gaps of each parcel as one row, from the canonical detail (a row a parcel and kind), for maps."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd

from .. import frames, schema
from ..gaps.grouping import USUAL, Groups
from ..run import Run

FROM_DETAIL = {"need": "need", "served": "served", "gap": "gap", "share": "share", "in_r": "in_r"}
SLICE = 50_000  # rows between two looks at Cancel
SOURCES = (*FROM_DETAIL.values(), "walk_s")


def kinds_of(detail: pd.DataFrame) -> tuple[str, ...]:
    """Return the kinds that a detail table holds, sorted."""
    return tuple(sorted(str(kind) for kind in detail["kind"].dropna().unique()))


def widen_gaps(parcels: pd.DataFrame, detail: pd.DataFrame, run: Run, groups: Groups = USUAL) -> pd.DataFrame:
    """Return the table `gap`: a row for each parcel that the detail knows, sorted by parcel_id.

    Parameters: `parcels` parcel_id and geometry; `detail` parcel_id, kind, need, served, gap, share, in_r, walk_s;
    `groups` which kinds are elders' and children's.
    `<kind>_min` is walk_s in minutes. `elder_gap`, `child_gap`:
    plain mean over the group's kinds with need of gap ÷ need (0–1), missing where no kind has need.
    """
    kinds = kinds_of(detail)
    table = schema.table("gap", kinds)
    known: set[str] = set()  # pandas' own isin holds Python's lock over the whole of a city's detail
    for start in range(0, len(detail), SLICE):
        run.check()
        known.update(detail["parcel_id"].iloc[start : start + SLICE].dropna())
    rows = parcels[[parcel_id in known for parcel_id in parcels["parcel_id"]]]
    rows = rows.sort_values("parcel_id").drop_duplicates("parcel_id").reset_index(drop=True)
    ids = pd.Index(rows["parcel_id"])
    blocks: dict[str, Any] = {"parcel_id": rows["parcel_id"], frames.GEOMETRY: rows[frames.GEOMETRY]}
    columns = ["parcel_id", *(name for name in SOURCES if name in detail)]
    codes, words = pd.factorize(detail["kind"])
    for kind in kinds:
        run.check()
        # a city's detail is looked at kind by kind, and only at these columns
        part = detail.loc[codes == list(words).index(kind), columns]
        part = part.drop_duplicates("parcel_id").set_index("parcel_id").reindex(ids).reset_index(drop=True)
        for name, source in FROM_DETAIL.items():
            blocks[f"{kind}_{name}"] = frames.optional(part, source, "real")
        blocks[f"{kind}_min"] = frames.optional(part, "walk_s", "real") / 60
    wide = pd.DataFrame(blocks, index=rows.index, copy=False)
    for name, members in groups.items():
        wide[f"{name}_gap"] = _group_gap(wide, [kind for kind in members if kind in kinds])
    wide["schema_version"] = schema.SCHEMA_VERSION
    return frames.conform(wide, table)


def _group_gap(wide: pd.DataFrame, kinds: list[str]) -> pd.Series:
    total, counted = np.zeros(len(wide)), np.zeros(len(wide))
    for kind in kinds:
        need = wide[f"{kind}_need"].to_numpy("float64", na_value=np.nan)
        gap = wide[f"{kind}_gap"].to_numpy("float64", na_value=np.nan)
        has_need = (need > 0) & ~np.isnan(gap)
        total[has_need] += gap[has_need] / need[has_need]
        counted += has_need
    return pd.Series(np.where(counted > 0, total / np.maximum(counted, 1), np.nan), index=wide.index)
