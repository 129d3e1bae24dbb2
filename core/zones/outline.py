# SPDX-License-Identifier: GPL-2.0-or-later
"""What lies between the parcels of a zone: closed gaps, enclosed parcels, strips across corners, empty holes."""

from __future__ import annotations

import numpy as np
import shapely

from .contiguity import Objects

MITRE = 2.0  # own choice: corners reach at most twice the distance, so that acute ones do not shoot out
BRIDGE_M = 3.0  # own choice: half the width of the strip that joins members across a corner
GRID_M = 1e-6  # overlays snap to it: a millimetre already costs square metres along ten kilometres of boundary
TOUCH_M = 2e-3
SLIVER_M2 = 0.1


class Ground:
    """All parcels under a search tree, to ask what lies in or beside a zone."""

    def __init__(self, shapes: Objects) -> None:
        self.shapes = shapes
        self.tree = shapely.STRtree(shapes)

    def others_in(self, area: shapely.Geometry, members: set[int]) -> list[int]:
        """Return the parcels that meet an area and are no members, ascending."""
        return sorted(set(self.tree.query(area, predicate="intersects").tolist()) - members)


def close_gaps(shapes: Objects, gap_m: float) -> shapely.Geometry:
    """Return the union of polygons with gaps of up to `gap_m` between them closed (widened and narrowed, mitred)."""
    half = gap_m / 2
    wide = shapely.union_all(shapely.buffer(shapes, half, join_style="mitre", mitre_limit=MITRE), grid_size=GRID_M)
    closed = shapely.buffer(wide, -half, join_style="mitre", mitre_limit=MITRE)
    return shapely.union_all([closed, shapely.union_all(shapes, grid_size=GRID_M)], grid_size=GRID_M)


def enclosed_parcels(ground: Ground, members: set[int], near: list[list[int]], gap_m: float) -> set[int]:
    """Return the parcels that lie in the holes of a zone whose streets are closed."""
    holes = _holes(_closed(ground, members, near, gap_m))
    if not len(holes):
        return set()
    hole, parcel = ground.tree.query(holes, predicate="intersects")
    inside = shapely.contains_properly(holes[hole], shapely.point_on_surface(ground.shapes[parcel]))
    return set(parcel[inside].tolist()) - members


def _closed(ground: Ground, members: set[int], near: list[list[int]], gap_m: float) -> shapely.Geometry:
    """Return the members with the gaps between them closed, and strips where that joins nothing."""
    area = close_gaps(ground.shapes[sorted(members)], gap_m)
    strips = strips_between(_cut(area, ground, members), ground, members, near)
    return _cut(shapely.union_all([area, strips], grid_size=GRID_M), ground, members)


def _cut(area: shapely.Geometry, ground: Ground, members: set[int]) -> shapely.Geometry:
    """Take other parcels away, but never from the members; keep only parts that hold a member."""
    shut = _union(ground.shapes[ground.others_in(area, members)], [])
    own = shapely.union_all(ground.shapes[sorted(members)], grid_size=GRID_M)
    left = shapely.union_all([shapely.difference(area, shut, grid_size=GRID_M), own], grid_size=GRID_M)
    parts = shapely.get_parts(left)
    parts = parts[shapely.get_dimensions(parts) == 2]
    held = parts[shapely.intersects(parts, own)]
    return shapely.union_all(held, grid_size=GRID_M)


def strips_between(
    area: shapely.Geometry, ground: Ground, members: set[int], near: list[list[int]]
) -> shapely.Geometry:
    """Return strips of 2 × 3 m between contiguous members in different parts of an area; empty for one part."""
    rows = sorted(members)
    parts = shapely.get_parts(area)
    if len(parts) < 2:
        return shapely.Polygon()
    inner = shapely.point_on_surface(ground.shapes[rows])
    which, part = shapely.STRtree(parts).query(inner, predicate="intersects")
    home = dict(zip((rows[k] for k in which.tolist()), part.tolist()))
    pairs = [(i, j) for i in rows for j in near[i] if i < j and j in members and home.get(i) != home.get(j)]
    if not pairs:
        return shapely.Polygon()
    ends = np.array(pairs, dtype=np.int64)
    lines = shapely.shortest_line(ground.shapes[ends[:, 0]], ground.shapes[ends[:, 1]])
    touching = shapely.length(lines) < TOUCH_M  # a line without length is invalid
    lines[touching] = shapely.get_point(lines[touching], 0)
    wide = shapely.union_all(shapely.buffer(lines, BRIDGE_M, cap_style="square"), grid_size=GRID_M)
    others = ground.shapes[ground.others_in(wide, members)]
    return shapely.difference(wide, shapely.union_all(others), grid_size=GRID_M)


def fill_empty(
    outline: shapely.Geometry, ground: Ground, members: set[int], drawn: list[shapely.Geometry]
) -> shapely.Geometry:
    """Fill the holes in which there is nothing of another parcel or zone."""
    holes = _holes(outline)
    empty = []
    for hole in holes:
        shut = _union(ground.shapes[ground.others_in(hole, members)], drawn)
        if shapely.area(shapely.intersection(hole, shut)) < SLIVER_M2:
            empty.append(hole)
    return shapely.union_all([outline, *empty], grid_size=GRID_M) if empty else outline


def _holes(area: shapely.Geometry) -> Objects:
    rings = [ring for part in shapely.get_parts(area) if shapely.get_dimensions(part) == 2 for ring in part.interiors]
    return shapely.polygons(rings) if rings else np.empty(0, dtype=object)


def _union(shapes: Objects, drawn: list[shapely.Geometry]) -> shapely.Geometry:
    return shapely.union_all([*shapes.tolist(), *drawn], grid_size=GRID_M)
