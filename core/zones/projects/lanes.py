# SPDX-License-Identifier: GPL-2.0-or-later
"""山城后巷: stairs, paths and narrow streets that people walk between petals and station, one project a lane."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
import shapely
from scipy.sparse import coo_array
from scipy.sparse.csgraph import connected_components

from ... import frames
from ...run import Run
from ..findings.actions import IMPROVE

NARROW_M = 4.0  # own choice: narrower than a fire lane (GB 55037-2022) is a backstreet
LEAST_M = 30.0  # own choice: shorter lanes are left to the petals
HALF_WIDTH_M = 1.5
TOUCH_M = 0.5  # the tolerance at which the network joins ways
WALKED = ("stairs", "path")
NAN = float("nan")


def draft_lanes(branches: pd.DataFrame | None, run: Run) -> list[dict[str, Any]]:
    """Return a draft per backstreet, by zone and first edge.

    Parameters: `branches` (BRANCHES, with `width_m`, `name` as far as there) or None. A backstreet is what hangs
    together, within a zone and of one name, of stairs, paths and streets narrower than 4 m, if 30 m or longer. An edge
    walked from several petals counts once, by its longest stretch; `people` is the most that walk any of its edges.
    """
    if branches is None or not len(branches):
        return []
    width = frames.reals(branches, "width_m")
    kind = branches["kind"].fillna("").astype(str)
    narrow = kind.isin(WALKED).to_numpy() | ((kind == "street").to_numpy() & (width < NARROW_M))
    named = {name: frames.optional(branches, name).fillna("").astype(str) for name in ("name", "edge_id")}
    lanes = branches.assign(**named)[narrow]
    lanes = lanes.sort_values(["zone_id", "edge_id", "length_m"], kind="stable")
    people = lanes.groupby(["zone_id", "edge_id"])["people"].sum(min_count=1)
    lanes = lanes.drop_duplicates(["zone_id", "edge_id"], keep="last").reset_index(drop=True)
    lanes["people"] = [people[key] for key in zip(lanes["zone_id"], lanes["edge_id"])]
    drafts = []
    for (zone, name), part in lanes.groupby(["zone_id", "name"], sort=True):
        run.check()
        rows = part.reset_index(drop=True)
        for _, lane in rows.groupby(_joined(frames.geometries(rows)), sort=True):
            if float(lane["length_m"].sum()) >= LEAST_M:
                drafts.append(_draft(str(zone), str(name), lane))
    return sorted(drafts, key=lambda row: (row["zone_id"], row["subject_id"]))


def _joined(shapes: Any) -> Any:
    left, right = shapely.STRtree(shapes).query(shapes, predicate="dwithin", distance=TOUCH_M)
    links = coo_array((np.ones(len(left), dtype=np.int8), (left, right)), shape=(len(shapes), len(shapes)))
    return connected_components(links, directed=False)[1]


def _draft(zone: str, name: str, lane: pd.DataFrame) -> dict[str, Any]:
    length = lane["length_m"].to_numpy(dtype=np.float64)
    stairs = (lane["kind"] == "stairs").to_numpy(dtype=bool)
    line = shapely.line_merge(shapely.union_all(frames.geometries(lane)))
    people = lane["people"].to_numpy("float64", na_value=np.nan)
    unknown = dict.fromkeys(("area_m2", "exist_m2", "demolish_m2", "new_m2", "households"), NAN)
    return {
        "zone_id": zone, "subject_id": str(lane["edge_id"].min()), "kind": "backstreet", "label": name,
        "urgent": True, "action": IMPROVE, **unknown,
        "people": float(np.nanmax(people)) if not np.isnan(people).all() else NAN,
        "quantities": {"lane_m": float(length[~stairs].sum()), "steps_m": float(length[stairs].sum())},
        frames.GEOMETRY: shapely.buffer(line, HALF_WIDTH_M, cap_style="flat"),
    }  # fmt: skip
