# SPDX-License-Identifier: GPL-2.0-or-later
"""What is street: the space between facing parcels, and between a parcel and the centre line it faces."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt
import shapely

from ..contiguity import Objects
from ..run import Run
from .outline import SLIVER_M2, TOUCH_M, close_gaps, cut_faces, less, union

THREAD_M = 0.01  # half the width given to a centre line, so that the space beside it closes
FACING = 0.7  # own choice: cosine of the largest angle between a frontage and the line that it faces
LEAST_M = 0.1  # shorter stretches of frontage face nothing
OPEN_M = 0.5  # own choice: a corner with more of its rim in the open is no crossing

Reals = npt.NDArray[np.float64]


def street_space(
    parcels: Objects, own: shapely.Geometry, centre: Sequence[shapely.Geometry], gap_m: float, run: Run
) -> shapely.Geometry:
    """Return the street space beside parcels (`own`: their union), the parcels' own area with it.

    Street is what closing gaps of up to `gap_m` between parcels adds, what lies between a frontage and a centre line
    that it faces at most `gap_m` away, and the corners between such strips that centre lines close off: a street that
    runs on past the last parcel is not taken along. Own choice. Raises Cancelled.
    """
    between = close_gaps(parcels, gap_m, own, run)
    if not len(centre):
        return between
    lines = np.array(list(centre), dtype=object)
    strips = _strips(parcels, lines, gap_m)
    base = union([between, *strips], run)
    threads = shapely.buffer(lines, THREAD_M, cap_style="flat")
    closed = close_gaps(np.concatenate([parcels, threads]), gap_m, None, run)
    web = union([shapely.boundary(base), *lines], run)
    held = shapely.buffer(web, 2 * TOUCH_M + THREAD_M, quad_segs=2)
    corners = [part for part in _pieces(closed, base, lines) if _is_held(part, held)]
    return union([base, *corners], run)


def _pieces(closed: shapely.Geometry, base: shapely.Geometry, lines: Objects) -> list[shapely.Geometry]:
    """Return what only the centre lines close, cut along them."""
    rest = less(closed, base)
    if shapely.is_empty(rest):
        return []
    faces = cut_faces(rest, lines)
    thin = shapely.area(faces) < 4 * THREAD_M * shapely.length(faces)  # the threads themselves
    faces = faces[(shapely.area(faces) > SLIVER_M2) & ~thin]
    shapely.prepare(rest)
    return list(faces[shapely.intersects(rest, shapely.point_on_surface(faces))])


def _is_held(part: shapely.Geometry, held: shapely.Geometry) -> bool:
    rim = shapely.boundary(part)
    return bool(shapely.length(shapely.difference(rim, held)) <= OPEN_M)


def _strips(parcels: Objects, lines: Objects, gap_m: float) -> list[shapely.Geometry]:
    """Return the quadrilaterals between stretches of frontage and their feet on the centre lines that they face."""
    front, line = _segments(shapely.boundary(parcels)), _segments(lines)
    if not len(front) or not len(line):
        return []
    near = shapely.STRtree(shapely.linestrings(line)).query(
        shapely.linestrings(front), predicate="dwithin", distance=gap_m
    )
    a, b = front[near[0]], line[near[1]]
    way, side = b[:, 1] - b[:, 0], a[:, 1] - a[:, 0]
    length, size = np.hypot(*way.T), np.hypot(*side.T)
    unit = way / length[:, None]
    ends = np.einsum("kij,kj->ki", a - b[:, :1], unit) / length[:, None]  # feet of both ends, as shares of the line
    step = ends[:, 1] - ends[:, 0]
    facing = np.abs((side * unit).sum(axis=1)) >= FACING * size
    low, high = np.clip(ends.min(axis=1), 0, 1), np.clip(ends.max(axis=1), 0, 1)
    keep = facing & ((high - low) * length > LEAST_M) & (np.abs(step) > 0)
    a, b, low, high, step, start = a[keep], b[keep], low[keep], high[keep], step[keep], ends[keep, 0]

    def on(points: Reals, shares: Reals) -> Reals:
        """Return the points at shares of the segments."""
        found: Reals = points[:, 0] + (points[:, 1] - points[:, 0]) * shares[:, None]
        return found

    corners = [on(a, (low - start) / step), on(a, (high - start) / step), on(b, high), on(b, low)]
    gaps = np.maximum(np.hypot(*(corners[0] - corners[3]).T), np.hypot(*(corners[1] - corners[2]).T))
    quads = np.stack([*corners, corners[0]], axis=1)[gaps <= gap_m]
    made = shapely.polygons(quads)
    return list(made[shapely.is_valid(made) & (shapely.area(made) > 0)])


def _segments(shapes: Objects) -> Reals:
    """Return the (k, 2, 2) straight pieces of lines."""
    parts = shapely.get_parts(shapes)
    xy, owner = shapely.get_coordinates(parts, return_index=True)
    same = owner[1:] == owner[:-1]
    pieces = np.stack([xy[:-1][same], xy[1:][same]], axis=1)
    found: Reals = pieces[np.hypot(*(pieces[:, 1] - pieces[:, 0]).T) > 0]
    return found
