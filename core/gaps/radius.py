# SPDX-License-Identifier: GPL-2.0-or-later
"""The standard's yardstick: straight lines within a radius, cut by rivers and railways."""

from __future__ import annotations

import re
from functools import cached_property
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd
import shapely
from scipy.spatial import cKDTree

from .. import frames
from ..run import Run

CUTTING = re.compile(
    "河|江|溪|水|湖|铁路|轨道|高速|快速路|river|stream|water|canal|rail|motorway|expressway", re.IGNORECASE
)
LEFT_WHOLE = re.compile(  # barriers that a radius may cross: people walk round them; own choice
    "墙|坎|崖|坡|堡坎|陡|护栏|围栏|栅栏|wall|cliff|fence|embankment|retaining|slope|scarp|hedge", re.IGNORECASE
)
SLICE = 20_000
Flags = npt.NDArray[np.bool_]
Reals = npt.NDArray[np.float64]


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


def tell_uncut(barriers: pd.DataFrame | None, run: Run) -> None:
    """List the kinds of barriers that cut no radius because nobody knows the word, or it is missing among others."""
    if barriers is None or not len(barriers):
        return
    kinds = frames.optional(barriers, "kind").astype(frames.TEXT).str.strip().replace("", pd.NA)
    if kinds.isna().all():
        return
    words = kinds.fillna("")
    odd = words[~(words.str.contains(CUTTING) | words.str.contains(LEFT_WHOLE))]
    for word, n in sorted(odd.value_counts().items()):
        run.leave_out("BARRIERS", [str(word)], "barrier_cuts_nothing", "warning", n=int(n), word=str(word))


class Spots:
    """Points that are looked at for every kind, and which of them have a cutting barrier near; made once."""

    def __init__(self, points: npt.NDArray[Any], cuts: npt.NDArray[Any]) -> None:
        """`points` (n,) shapely points; `cuts` barriers, lines or polygons."""
        self.points = points
        self.xy = np.column_stack([shapely.get_x(points), shapely.get_y(points)])
        self.wall = shapely.STRtree(cuts) if len(cuts) else None
        shapely.prepare(cuts)
        self._beside: dict[float, Flags] = {}

    def beside(self, radius_m: float, run: Run) -> Flags:
        """Return (n,) which points have a barrier within the radius: no other straight line so long meets one.

        A slice of the points at a time: one question of a river to a whole city would hear no Cancel for seconds.
        """
        if radius_m not in self._beside:
            flags = np.zeros(len(self.points), dtype=bool)
            if self.wall is not None:
                reach_m = radius_m + 1.0  # a metre for the last bits
                for start in range(0, len(self.points), SLICE):
                    run.check()
                    tree = shapely.STRtree(self.points[start : start + SLICE])
                    near = tree.query(self.wall.geometries, predicate="dwithin", distance=reach_m)[1]
                    flags[start + near] = True
            self._beside[radius_m] = flags
        return self._beside[radius_m]


class _Nearest:
    """Facilities to ask which is nearest: by a k-d tree where all are points, else by their shapes."""

    def __init__(self, facilities: npt.NDArray[Any]) -> None:
        self.shapes = facilities
        is_points = (shapely.get_type_id(facilities) == 0) & ~shapely.is_empty(facilities)
        xy = shapely.get_coordinates(facilities) if is_points.all() else np.empty((0, 2))
        self._points = cKDTree(xy) if len(xy) and np.isfinite(xy).all() else None

    @cached_property
    def tree(self) -> shapely.STRtree:
        """Return a search tree over the shapes."""
        return shapely.STRtree(self.shapes)

    def of(self, points: npt.NDArray[Any], xy: Reals) -> tuple[npt.NDArray[np.intp], npt.NDArray[np.intp]]:
        """Return rows of the points (n,), coordinates (n, 2), that have a place, and the nearest facility of each."""
        if self._points is None or not np.isfinite(xy).all():
            row, facility = self.tree.query_nearest(points, all_matches=False)
            return row, facility
        return np.arange(len(points)), self._points.query(xy)[1]


def look_straight(
    spots: Spots, facilities: npt.NDArray[Any], radius_m: float, run: Run
) -> tuple[npt.NDArray[np.float64], Flags]:
    """Return (n,) metres to the nearest facility in a straight line (NaN without any), and (n,) whether a facility lies
    within the radius on a straight line that nothing cuts.

    `facilities` (m,) points or polygons. At the radius is inside.
    """
    points = spots.points
    metres, inside = np.full(len(points), np.nan), np.zeros(len(points), dtype=bool)
    if not len(facilities):
        return metres, inside
    nearest, beside = _Nearest(facilities), spots.beside(radius_m, run)
    for start in range(0, len(points), SLICE):
        run.progress(start / len(points))
        piece = points[start : start + SLICE]
        row, facility = nearest.of(piece, spots.xy[start : start + SLICE])
        far = shapely.distance(piece[row], facilities[facility])
        metres[start + row] = far
        near = np.zeros(len(piece), dtype=bool)
        near[row] = far <= radius_m
        doubtful = near[row] & beside[start + row]
        row, facility = row[doubtful], facility[doubtful]
        blocked = row[~_nothing_between(piece[row], facilities[facility], spots.wall)]
        near[blocked] = False
        if len(blocked):  # the nearest lies behind a river: is there another one on this bank?
            row, facility = nearest.tree.query(piece[blocked], predicate="dwithin", distance=radius_m)
            free = _nothing_between(piece[blocked[row]], facilities[facility], spots.wall)
            near[blocked[row[free]]] = True
        inside[start : start + SLICE] = near
    return metres, inside


def _nothing_between(points: npt.NDArray[Any], facilities: npt.NDArray[Any], wall: shapely.STRtree | None) -> Flags:
    """Return (k,) whether nothing cuts the straight line of each pair."""
    free = np.ones(len(points), dtype=bool)
    if wall is not None and len(points):
        lines = shapely.shortest_line(points, facilities)
        at, barrier = wall.query(lines)
        free[at[shapely.intersects(wall.geometries[barrier], lines[at])]] = False  # the barriers are prepared
    return free
