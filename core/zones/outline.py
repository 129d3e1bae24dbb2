# SPDX-License-Identifier: GPL-2.0-or-later
"""What lies between the parcels of a zone: closed gaps, enclosed parcels, strips across corners, empty holes."""

from __future__ import annotations

import numpy as np
import shapely

from ..contiguity import Objects
from ..run import Run
from ..slices import aside
from ..trees import Tree

MITRE = 2.0  # own choice: corners reach at most twice the distance, so that acute ones do not shoot out
BRIDGE_M = 3.0  # own choice: half the width of the strip that joins members across a corner
GRID_M = 1e-6  # overlays snap to it: a millimetre already costs square metres along ten kilometres of boundary
TOUCH_M = 2e-3
SLIVER_M2 = 0.1
MANY = 200  # shapes whose union takes some 50 ms


class Ground:
    """All parcels under a search tree, to ask what lies in or beside a zone."""

    def __init__(self, shapes: Objects) -> None:
        self.shapes = shapes
        self.tree = Tree(shapes)

    def others_in(self, area: shapely.Geometry, members: set[int]) -> list[int]:
        """Return the parcels that meet an area and are no members, ascending."""
        return sorted(set(self.tree.query(area, predicate="intersects").tolist()) - members)


def union(shapes: Objects | list[shapely.Geometry], run: Run | None = None) -> shapely.Geometry:
    """Return the union on the grid; with `run` Cancel is heard while it is made."""

    def work() -> shapely.Geometry:
        """Unite; of many shapes in a thread of its own."""
        whole = shapely.union_all(shapes, grid_size=GRID_M)
        return areas(whole) if np.all(shapely.get_dimensions(shapes) == 2) else whole

    return work() if run is None or len(shapes) < MANY else aside(work, run)


def areas(shape: shapely.Geometry) -> shapely.Geometry:
    """Return what is area in a shape. Where areas only touch, or one thinner than the grid collapses, an overlay leaves
    lines and points beside them, and on a grid GEOS lays nothing over such a mixture.
    """
    if shape.geom_type != "GeometryCollection":
        return shape
    parts = shapely.get_parts(shape)
    return shapely.multipolygons(parts[shapely.get_dimensions(parts) == 2])


def less(area: shapely.Geometry, taken: shapely.Geometry) -> shapely.Geometry:
    """Return an area without what is taken."""
    return areas(shapely.difference(areas(area), areas(taken), grid_size=GRID_M))


def cut_faces(area: shapely.Geometry, cuts: list[shapely.Geometry] | Objects) -> Objects:
    """Return the faces that the boundary of an area and lines in it enclose, on the grid; holes are among them.

    Lines that all miss the area are left out: of an empty shape GEOS before 3.12 reckons with a box of NaN, and numpy
    says so in the terminal.
    """
    inside = shapely.intersection(shapely.union_all(cuts, grid_size=GRID_M), area, grid_size=GRID_M)
    lines = [shapely.boundary(area), *([] if shapely.is_empty(inside) else [inside])]
    web = shapely.union_all(lines, grid_size=GRID_M)
    faces: Objects = shapely.get_parts(shapely.polygonize(shapely.get_parts(web)))
    return faces


def close_gaps(shapes: Objects, gap_m: float, own: shapely.Geometry | None, run: Run) -> shapely.Geometry:
    """Return the union of polygons with gaps of up to `gap_m` between them closed (widened and narrowed, mitred).

    `own`: the union of the polygons, where it is known.
    """
    half = gap_m / 2
    wide = union(shapely.buffer(shapes, half, join_style="mitre", mitre_limit=MITRE), run)
    closed = shapely.buffer(wide, -half, join_style="mitre", mitre_limit=MITRE)
    return union([closed, union(shapes, run) if own is None else own])


def enclosed_parcels(ground: Ground, members: set[int], near: list[list[int]], gap_m: float, run: Run) -> set[int]:
    """Return the parcels (positions) that lie in the holes of a zone once gaps up to `gap_m` metres are closed.

    `near`: for each parcel those contiguous with it. Quick, for the search; a ring that leaks where two streets cross
    is only seen in the drawn outline.
    """
    return parcels_in_holes(ground, _closed(ground, members, near, gap_m, run)) - members


def parcels_in_holes(ground: Ground, area: shapely.Geometry) -> set[int]:
    """Return the parcels (positions) in the holes of an area; a parcel lies where a point inside it does."""
    holes = _holes(area)
    if not len(holes):
        return set()
    hole, parcel = ground.tree.query(holes, predicate="intersects")
    inside = shapely.contains_properly(holes[hole], shapely.point_on_surface(ground.shapes[parcel]))
    return set(parcel[inside].tolist())


def _closed(ground: Ground, members: set[int], near: list[list[int]], gap_m: float, run: Run) -> shapely.Geometry:
    """Return the members with the gaps between them closed, and strips where that joins nothing."""
    own = union(ground.shapes[sorted(members)], run)
    area = close_gaps(ground.shapes[sorted(members)], gap_m, own, run)
    run.check()
    strips = strips_between(_cut(area, ground, members, own), ground, members, near)
    run.check()
    return _cut(union([area, strips]), ground, members, own)


def _cut(area: shapely.Geometry, ground: Ground, members: set[int], own: shapely.Geometry) -> shapely.Geometry:
    """Take other parcels away, but never from the members (together `own`); keep only parts that hold a member."""
    shut = union(ground.shapes[ground.others_in(area, members)])
    left = union([less(area, shut), own])
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
    return less(wide, shapely.union_all(others))


def fill_empty(
    outline: shapely.Geometry, ground: Ground, members: set[int], drawn: list[shapely.Geometry]
) -> shapely.Geometry:
    """Fill the holes in which there is nothing of another parcel or zone; slivers of less than SLIVER_M2 do not count.

    `drawn`: outlines of the zones that are drawn already.
    """
    empty = []
    for hole in _holes(outline):
        inside = ground.shapes[ground.others_in(hole, members)]
        near = meeting(drawn, hole)
        taken = shapely.intersection(np.array([*inside.tolist(), *near], dtype=object), hole)
        sizes = shapely.area(taken)
        if sizes.max(initial=0.0) >= SLIVER_M2:
            continue
        if sizes.sum() < SLIVER_M2 or shapely.area(union(taken)) < SLIVER_M2:  # what lies on what counts once
            empty.append(hole)
    return union([outline, *empty]) if empty else outline


def meeting(shapes: list[shapely.Geometry], area: shapely.Geometry) -> list[shapely.Geometry]:
    """Return those of the shapes that meet an area."""
    shapely.prepare(area)
    return [shape for shape, meets in zip(shapes, shapely.intersects(area, shapes)) if meets]


def _holes(area: shapely.Geometry) -> Objects:
    rings = [ring for part in shapely.get_parts(area) if shapely.get_dimensions(part) == 2 for ring in part.interiors]
    return shapely.polygons(rings) if rings else np.empty(0, dtype=object)
