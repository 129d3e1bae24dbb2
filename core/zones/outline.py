# SPDX-License-Identifier: GPL-2.0-or-later
"""Outlines: members and the streets between them, never a part of another parcel or zone."""

from __future__ import annotations

import numpy as np
import shapely

from .contiguity import Objects

MITRE = 2.0  # own choice: corners reach at most twice the distance, so that acute ones do not shoot out
BRIDGE_M = 3.0  # own choice: half the width of the strip that joins members across a corner
GRID_M = 1e-3
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


def enclosed_parcels(ground: Ground, members: set[int], gap_m: float) -> set[int]:
    """Return the parcels that lie in the holes of a zone whose streets are closed."""
    closed = close_gaps(ground.shapes[sorted(members)], gap_m)
    holes = _holes(closed)
    if not len(holes):
        return set()
    hole, parcel = ground.tree.query(holes, predicate="intersects")
    inside = shapely.contains_properly(holes[hole], shapely.point_on_surface(ground.shapes[parcel]))
    return set(parcel[inside].tolist()) - members


def draw_outlines(ground: Ground, zones: list[set[int]], near: list[list[int]], gap_m: float) -> list[shapely.Geometry]:
    """Return an outline for each zone, in order: its members, the gaps between them up to `gap_m`, its empty holes.

    No outline takes in a part of a parcel that is no member, nor of another outline. A street between two zones goes
    to the earlier one as far as it is no wider than the gap, so that neighbours share one line. Members joined only
    across a corner get a strip of 2 × 3 m. Polygons or, where even that is not possible, multipolygons.
    """
    drawn: list[shapely.Geometry] = []
    for members in zones:
        area = close_gaps(ground.shapes[sorted(members)], gap_m)
        shut = _union(ground.shapes[ground.others_in(area, members)], drawn)
        outline = _cut(area, shut, ground, members)
        if len(shapely.get_parts(outline)) > 1:
            outline = _cut(shapely.union_all([outline, _strips(ground, members, near)]), shut, ground, members)
        drawn.append(_fill(outline, ground, members, drawn))
    for i, members in enumerate(zones):
        for j in range(i + 1, len(zones)):
            if shapely.dwithin(drawn[i], drawn[j], gap_m):
                drawn[i] = _with_street(i, j, drawn, ground, members, gap_m)
    return drawn


def _with_street(
    i: int, j: int, drawn: list[shapely.Geometry], ground: Ground, members: set[int], gap_m: float
) -> shapely.Geometry:
    """Return outline i with the gap between it and outline j: what closing both together adds and nobody holds."""
    joint = close_gaps(np.array([drawn[i], drawn[j]], dtype=object), gap_m)
    street = shapely.difference(joint, _union(ground.shapes[ground.others_in(joint, members)], drawn), grid_size=GRID_M)
    parts = shapely.get_parts(street)
    parts = parts[(shapely.get_dimensions(parts) == 2) & (shapely.area(parts) > SLIVER_M2)]
    beside = shapely.dwithin(parts, drawn[i], 2 * GRID_M) & shapely.dwithin(parts, drawn[j], 2 * GRID_M)
    return shapely.union_all([drawn[i], *parts[beside]], grid_size=GRID_M)


def _cut(area: shapely.Geometry, shut: shapely.Geometry, ground: Ground, members: set[int]) -> shapely.Geometry:
    """Take `shut` away, but never from the members themselves; keep only parts that hold a member."""
    own = shapely.union_all(ground.shapes[sorted(members)], grid_size=GRID_M)
    left = shapely.union_all([shapely.difference(area, shut, grid_size=GRID_M), own], grid_size=GRID_M)
    parts = shapely.get_parts(left)
    parts = parts[shapely.get_dimensions(parts) == 2]
    held = parts[shapely.intersects(parts, own)]
    return shapely.union_all(held, grid_size=GRID_M)


def _strips(ground: Ground, members: set[int], near: list[list[int]]) -> shapely.Geometry:
    pairs = np.array([(i, j) for i in sorted(members) for j in near[i] if i < j and j in members], dtype=np.int64)
    if not len(pairs):
        return shapely.Polygon()
    lines = shapely.shortest_line(ground.shapes[pairs[:, 0]], ground.shapes[pairs[:, 1]])

    return shapely.union_all(shapely.buffer(lines, BRIDGE_M, cap_style="square"), grid_size=GRID_M)


def _fill(
    outline: shapely.Geometry, ground: Ground, members: set[int], drawn: list[shapely.Geometry]
) -> shapely.Geometry:
    """Fill the holes in which there is nothing of another parcel or zone."""
    holes = _holes(outline)
    empty = []
    for hole in holes:
        shut = _union(ground.shapes[ground.others_in(hole, members)], drawn)
        if shapely.area(shapely.intersection(hole, shut)) < GRID_M:
            empty.append(hole)
    return shapely.union_all([outline, *empty], grid_size=GRID_M) if empty else outline


def _holes(area: shapely.Geometry) -> Objects:
    rings = [ring for part in shapely.get_parts(area) if shapely.get_dimensions(part) == 2 for ring in part.interiors]
    return shapely.polygons(rings) if rings else np.empty(0, dtype=object)


def _union(shapes: Objects, drawn: list[shapely.Geometry]) -> shapely.Geometry:
    return shapely.union_all([*shapes.tolist(), *drawn], grid_size=GRID_M)
