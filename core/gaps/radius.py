# SPDX-License-Identifier: GPL-2.0-or-later
"""The standard's yardstick: straight lines within a radius, cut by rivers and railways."""

from __future__ import annotations

import re
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd
import shapely

from .. import frames
from ..run import Run

CUTTING = re.compile(
    "河|江|溪|水|湖|铁路|轨道|高速|快速路|river|stream|water|canal|rail|motorway|expressway", re.IGNORECASE
)
SLICE = 50_000


def cutting_lines(barriers: pd.DataFrame | None) -> npt.NDArray[np.object_]:
    """Return the barriers that cut a service radius: rivers, railways, expressways; all of them without kinds."""
    if barriers is None or not len(barriers):
        return np.empty(0, dtype=object)
    shapes = frames.geometries(barriers)
    kinds = frames.optional(barriers, "kind")
    if kinds.isna().all():
        return shapes
    cuts = kinds.fillna("").str.contains(CUTTING).to_numpy(dtype=bool)
    chosen: npt.NDArray[np.object_] = shapes[cuts]
    return chosen


def within_radius(
    points: npt.NDArray[Any], facilities: npt.NDArray[Any], radius_m: float, cuts: npt.NDArray[Any], run: Run
) -> npt.NDArray[np.bool_]:
    """Return (n,) whether each point has a facility within the radius on a straight line that nothing cuts.

    `points` (n,) shapely points, `facilities` (m,) points or polygons, `cuts` barriers. At the radius is inside.
    """
    inside = np.zeros(len(points), dtype=bool)
    if not len(facilities):
        return inside
    tree = shapely.STRtree(facilities)
    wall = shapely.STRtree(cuts) if len(cuts) else None
    for start in range(0, len(points), SLICE):
        run.progress(start / len(points))
        piece = points[start : start + SLICE]
        place, facility = tree.query_nearest(piece, max_distance=radius_m, all_matches=False)
        free = _nothing_between(piece[place], facilities[facility], wall)
        inside[start + place[free]] = True
        blocked = place[~free]  # the nearest lies behind a river: is there another one on this bank?
        if len(blocked):
            row, facility = tree.query(piece[blocked], predicate="dwithin", distance=radius_m)
            free = _nothing_between(piece[blocked[row]], facilities[facility], wall)
            inside[start + blocked[row[free]]] = True
    return inside


def _nothing_between(
    points: npt.NDArray[Any], facilities: npt.NDArray[Any], wall: shapely.STRtree | None
) -> npt.NDArray[np.bool_]:
    """Return (k,) whether nothing cuts the straight line of each pair."""
    free = np.ones(len(points), dtype=bool)
    if wall is not None and len(points):
        lines = shapely.shortest_line(points, facilities)
        free[np.unique(wall.query(lines, predicate="intersects")[0])] = False
    return free


def straight_distances(points: npt.NDArray[Any], facilities: npt.NDArray[Any]) -> npt.NDArray[np.float64]:
    """Return (n,) metres to the nearest facility in a straight line, NaN without facilities."""
    if not len(facilities) or not len(points):
        return np.full(len(points), np.nan)
    nearest = shapely.STRtree(facilities).nearest(points)
    distances: npt.NDArray[np.float64] = shapely.distance(points, facilities[nearest])
    return distances
