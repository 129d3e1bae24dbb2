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
        place, facility = tree.query(points[start : start + SLICE], predicate="dwithin", distance=radius_m)
        if wall is not None and len(place):
            lines = shapely.shortest_line(points[start + place], facilities[facility])
            open_way = np.ones(len(place), dtype=bool)
            open_way[np.unique(wall.query(lines, predicate="intersects")[0])] = False
            place = place[open_way]
        inside[start + place] = True
    return inside


def straight_distances(points: npt.NDArray[Any], facilities: npt.NDArray[Any]) -> npt.NDArray[np.float64]:
    """Return (n,) metres to the nearest facility in a straight line, NaN without facilities."""
    if not len(facilities) or not len(points):
        return np.full(len(points), np.nan)
    nearest = shapely.STRtree(facilities).nearest(points)
    distances: npt.NDArray[np.float64] = shapely.distance(points, facilities[nearest])
    return distances
