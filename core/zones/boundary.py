# SPDX-License-Identifier: GPL-2.0-or-later
"""Zone boundaries: members and their half of the streets around, along centre lines, parcel, community and plan edges.

Street is what lies between parcels, or between a parcel and a centre line, at most a street's width apart. It is cut
into cells by centre lines and line barriers. A cell that only one zone's
parcels border is that zone's. A cell with parcels of several sides (a lane nobody drew, the end of a block) is cut
again by community and plan edges, and then by who is nearest: the middle of the lane, and the parcels' division line
carried on to the centre line. All zones are drawn from the same cells, so neighbours share one line. Own choice.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from itertools import chain
from typing import Any

import numpy as np
import numpy.typing as npt
import shapely
from scipy.spatial import Voronoi, cKDTree

from ..contiguity import Objects
from ..run import Run
from ..slices import aside
from .outline import GRID_M, SLIVER_M2, TOUCH_M, Ground, cut_faces, fill_empty, less, meeting, strips_between, union
from .streets import street_space

STEP_M = 1.0  # own choice: distance of the points that stand for a frontage
SLIT_M = 1.0  # own choice: a narrower slit in a zone is nobody's
SEAM_M = 1e-4  # overlays leave gaps of their grid between faces along one line
STRAIGHT_M = 1e-5  # points this near to a straight edge stand there by chance of the overlay, which versions differ in
NOISE_M2 = 1e-3  # what widening and narrowing leaves along straight edges is less
SMOOTH_M = 0.2  # own choice: the middle line of two dotted frontages wiggles by less
NOBODY, OUTSIDE = -1, -2


@dataclass(frozen=True, eq=False)
class Lines:
    """What a boundary may follow, in metres: `centre` street lines, `walls` line barriers, `edges` of communities and
    plan; `shut` areas that no boundary enters (barrier polygons, given zones).
    """

    centre: Objects = field(default_factory=lambda: np.empty(0, dtype=object))
    walls: Objects = field(default_factory=lambda: np.empty(0, dtype=object))
    edges: Objects = field(default_factory=lambda: np.empty(0, dtype=object))
    shut: Objects = field(default_factory=lambda: np.empty(0, dtype=object))
    _trees: dict[str, shapely.STRtree] = field(default_factory=dict, repr=False)

    def inside(self, name: str, area: shapely.Geometry) -> list[shapely.Geometry]:
        """Return the lines of a name (centre, walls, edges, shut) that meet an area, in order."""
        shapes: Objects = getattr(self, name)
        if name not in self._trees:
            self._trees[name] = shapely.STRtree(shapes)
        return list(shapes[np.sort(self._trees[name].query(area, predicate="intersects"))])


@dataclass(frozen=True, eq=False)
class Drafter:
    """Draws the outlines of zones: their members and their part of the space within `gap_m` of them.

    No outline takes in a part of a parcel that is no member, nor of another outline or of `lines.shut`. Members that
    streets do not join (across a corner or a wide street) get a strip of 2 × 3 m, which other zones leave free.
    Rings start and turn as shapely.normalize has them, so that corners are counted alike with every version of GEOS.
    Polygons; multipolygons only where members meet in a corner that other parcels fill, or two strips cross.
    What was drawn once is kept by all that it depends on, so that drawing again gives the same as drawing anew: where
    a zone has gained a parcel, only it, those it shares streets with, and of these streets what it changed.
    """

    ground: Ground
    near: list[list[int]]
    gap_m: float
    lines: Lines
    _bodies: dict[frozenset[int], shapely.Geometry] = field(default_factory=dict, repr=False)
    _streets: dict[tuple[frozenset[int], ...], list[shapely.Geometry]] = field(default_factory=dict, repr=False)
    _cells: dict[tuple[Any, ...], list[tuple[int, shapely.Geometry]]] = field(default_factory=dict, repr=False)
    _whole: dict[tuple[Any, ...], shapely.Geometry] = field(default_factory=dict, repr=False)

    def draw(self, zones: list[set[int]], run: Run) -> list[shapely.Geometry]:
        """Return an outline for each zone (positions of its members), in order."""
        if not zones:
            return []
        bodies = [self._body(frozenset(members), run) for members in zones]
        drawn = list(bodies)
        groups = _groups(bodies, 2 * self.gap_m)
        for step, group in enumerate(groups):
            run.progress(step / len(groups))
            for zone, area in zip(group, self._with_streets(zones, group, bodies, run)):
                drawn[zone] = area
        strips = []
        for area, members in zip(drawn, zones):
            run.check()
            strips.append(strips_between(area, self.ground, members, self.near))
        _lay_strips(drawn, strips, bodies)
        for i, members in enumerate(zones):
            run.check()
            others = [drawn[j] for j in range(len(zones)) if j != i and shapely.intersects(drawn[i].envelope, drawn[j])]
            drawn[i] = self._filled(drawn[i], members, others)
        # rings begin at a true corner first: older versions of GEOS keep the point where a ring begins
        return [shapely.normalize(shapely.simplify(shapely.normalize(area), STRAIGHT_M)) for area in drawn]

    def _body(self, members: frozenset[int], run: Run) -> shapely.Geometry:
        """Return the union of the members."""
        if members not in self._bodies:
            self._bodies[members] = union(self.ground.shapes[sorted(members)], run)
        return self._bodies[members]

    def _with_streets(
        self, zones: list[set[int]], group: list[int], bodies: list[shapely.Geometry], run: Run
    ) -> list[shapely.Geometry]:
        """Return the zones of a group with their part of the streets, in order: it goes by their members alone."""
        key = tuple(frozenset(zones[zone]) for zone in group)
        if key not in self._streets:
            faces = self._street_faces(zones, group, bodies, run)
            self._streets[key] = [union([bodies[zone], *faces[zone]], run) for zone in group]
        return self._streets[key]

    def _street_faces(
        self, zones: list[set[int]], group: list[int], bodies: list[shapely.Geometry], run: Run
    ) -> dict[int, list[shapely.Geometry]]:
        """Return the pieces of street space of each zone of a group."""
        ground, lines, gap_m = self.ground, self.lines, self.gap_m
        owner = {p: zone for zone in group for p in zones[zone]}
        around = aside(lambda: union([shapely.buffer(bodies[zone], gap_m, quad_segs=4) for zone in group]), run)
        near = aside(lambda: ground.tree.query(around, predicate="intersects"), run)
        shut = lines.inside("shut", around)
        centre = lines.inside("centre", around)
        own = union(ground.shapes[near], run)
        taken = union([*ground.shapes[near].tolist(), *shut], run) if shut else own
        streets = street_space(ground.shapes[near], own, centre, gap_m, run)
        space = aside(lambda: less(shapely.intersection(streets, around, grid_size=GRID_M), taken), run)
        cells = aside(lambda: _cut(space, [*centre, *lines.inside("walls", around)]), run)
        tree = shapely.STRtree(cells)
        at, parcel = tree.query(ground.shapes[near], predicate="dwithin", distance=TOUCH_M)[::-1]
        touching: dict[int, list[int]] = {}
        for cell, p in zip(at.tolist(), near[parcel].tolist()):
            touching.setdefault(cell, []).append(p)
        faces: dict[int, list[shapely.Geometry]] = {zone: [] for zone in group}
        edges = lines.inside("edges", around)
        for cell, parcels in sorted(touching.items()):
            run.check()
            sides = {owner.get(p, NOBODY) for p in parcels}
            if sides == {NOBODY}:
                continue
            for zone, face in self._faces_of(cells[cell], sorted(parcels), owner, edges):
                faces[zone].append(face)
        return faces

    def _faces_of(
        self, cell: shapely.Geometry, parcels: list[int], owner: dict[int, int], edges: list[shapely.Geometry]
    ) -> list[tuple[int, shapely.Geometry]]:
        """Return (zone, face) of the parts of a cell that are a zone's."""
        key = (_told(cell), tuple(parcels), tuple(owner.get(p, NOBODY) for p in parcels))
        if key not in self._cells:
            self._cells[key] = _share(cell, parcels, owner, self.ground, edges)
        return self._cells[key]

    def _filled(self, area: shapely.Geometry, members: set[int], others: list[shapely.Geometry]) -> shapely.Geometry:
        """Return a zone without slits and empty holes, beside the `others` as they are drawn so far."""
        key = (_told(area), frozenset(members), *map(_told, others))
        if key not in self._whole:
            shut = [*others, *self.lines.shut]
            without = _without_slits(area, self.ground, members, shut)
            self._whole[key] = fill_empty(without, self.ground, members, shut)
        return self._whole[key]


def _without_slits(
    area: shapely.Geometry, ground: Ground, members: set[int], shut: list[shapely.Geometry]
) -> shapely.Geometry:
    """Return the area with slits narrower than a metre closed, such as between the two lines of one street, and the
    seams of faces that met along one line.
    """
    seam = shapely.buffer(shapely.buffer(area, SEAM_M, join_style="mitre"), -SEAM_M, join_style="mitre")
    area = shapely.set_precision(seam, GRID_M)
    wide = shapely.buffer(area, SLIT_M / 2, join_style="mitre")
    slits = less(shapely.buffer(wide, -SLIT_M / 2, join_style="mitre"), area)
    parts = shapely.get_parts(slits)
    parts = parts[(shapely.get_dimensions(parts) == 2) & (shapely.area(parts) > NOISE_M2)]
    if not len(parts):
        return area
    found = union(parts)
    taken = union([*ground.shapes[ground.others_in(found, members)], *meeting(shut, found)])
    return union([area, less(found, taken)])


def _groups(bodies: list[shapely.Geometry], reach_m: float) -> list[list[int]]:
    """Return the zones that may share a street, together; each ascending."""
    left, right = shapely.STRtree(bodies).query(bodies, predicate="dwithin", distance=reach_m)
    head = list(range(len(bodies)))

    def top(i: int) -> int:
        """Return the first of the chain that a part belongs to."""
        while head[i] != i:
            i = head[i]
        return i

    for i, j in zip(left.tolist(), right.tolist()):
        a, b = top(i), top(j)
        head[max(a, b)] = min(a, b)
    found: dict[int, list[int]] = {}
    for i in range(len(bodies)):
        found.setdefault(top(i), []).append(i)
    return list(found.values())


def _told(shape: shapely.Geometry) -> bytes:
    """Return what a shape is known by. Two geometries themselves must never be compared (==, `in`, keys): in QGIS's own
    process the loader gives shapely QGIS's older GEOS, which has no such function, and QGIS dies.
    """
    return bytes(shapely.to_wkb(shape, output_dimension=2))


def _cut(area: shapely.Geometry, cuts: list[shapely.Geometry]) -> Objects:
    """Return the faces into which lines cut an area, in a fixed order."""
    if not cuts:
        parts: Objects = shapely.get_parts(area)
        return _ordered(parts[shapely.get_dimensions(parts) == 2])
    faces = cut_faces(area, cuts)
    faces = faces[shapely.area(faces) > SLIVER_M2]
    keep = shapely.intersects(shapely.point_on_surface(faces), area)
    return _ordered(faces[keep])


def _ordered(faces: Objects) -> Objects:
    bounds = np.round(shapely.bounds(faces), 3)
    return faces[np.lexsort(bounds.T)] if len(faces) else faces


def _share(
    cell: shapely.Geometry, parcels: list[int], owner: dict[int, int], ground: Ground, edges: list[shapely.Geometry]
) -> list[tuple[int, shapely.Geometry]]:
    """Return (zone, face) of the parts of a cell that are a zone's."""
    labels = np.array([owner.get(p, NOBODY) for p in parcels], dtype=np.int64)
    if len(set(labels.tolist())) == 1:
        return [(int(labels[0]), cell)]
    shapes = ground.shapes[parcels]
    inside = meeting(edges, cell)
    found = []
    for piece in _cut(cell, inside) if inside else [cell]:
        meets = shapely.dwithin(shapes, piece, TOUCH_M)
        own = set(labels[meets].tolist())
        if len(own) == 1:
            found.append((own.pop(), piece))
        else:
            found += _by_nearest(piece, cell, shapes, labels)
    return [(zone, face) for zone, face in found if zone != NOBODY]


def _by_nearest(
    piece: shapely.Geometry, cell: shapely.Geometry, shapes: Objects, labels: npt.NDArray[np.int64]
) -> list[tuple[int, shapely.Geometry]]:
    """Return the parts of a piece by whose frontage on the cell is nearest, cut along smooth lines."""
    fronts = shapely.intersection(shapely.boundary(shapes), shapely.buffer(cell, 10 * TOUCH_M, quad_segs=1))
    dots, whose = [], []
    for front, label in zip(shapely.segmentize(fronts, STEP_M), labels.tolist()):
        xy = np.unique(np.round(shapely.get_coordinates(front), 3), axis=0)
        dots.append(xy)
        whose.append(np.full(len(xy), label))
    points, first = np.unique(np.concatenate(dots), axis=0, return_index=True)
    owners = np.concatenate(whose)[first]
    if len(points) < 2:
        return [(int(owners[0]), piece)] if len(points) else []
    faces = _cut(piece, _middle_lines(points, owners))
    inner = shapely.get_coordinates(shapely.point_on_surface(faces))
    nearest = cKDTree(points).query(inner)[1] if len(inner) else np.empty(0, dtype=np.int64)
    return [(int(owners[dot]), face) for dot, face in zip(nearest, faces)]


def _middle_lines(points: npt.NDArray[np.float64], owners: npt.NDArray[np.int64]) -> list[shapely.Geometry]:
    """Return the smoothed lines that are as far from dots of one side as from those of another (Voronoi ridges)."""
    origin = points.min(axis=0)
    local = points - origin
    size = 10 * max(1.0, float(local.max()))
    frame = np.array([[-size, -size], [-size, size], [size, -size], [size, size]]) + local.mean(axis=0)
    ridges = Voronoi(np.concatenate([local, frame]))
    ends = np.fromiter(chain.from_iterable(ridges.ridge_vertices), dtype=np.int64).reshape(-1, 2)
    sides = np.r_[owners, np.full(4, OUTSIDE)][ridges.ridge_points]
    between = (sides[:, 0] != sides[:, 1]) & (sides != OUTSIDE).all(axis=1) & (ends >= 0).all(axis=1)
    pieces = np.round(ridges.vertices[ends[between]] + origin, 6)  # on the grid; ridges never cross
    pieces = pieces[(pieces[:, 0] != pieces[:, 1]).any(axis=1)]
    if not len(pieces):
        return []
    pieces = np.unique(np.sort(pieces.view("f8,f8"), axis=1).view("f8").reshape(-1, 4), axis=0).reshape(-1, 2, 2)
    merged = shapely.line_merge(shapely.multilinestrings(shapely.linestrings(pieces)))
    return [shapely.simplify(line, SMOOTH_M) for line in shapely.get_parts(merged)]


def _lay_strips(drawn: list[shapely.Geometry], strips: list[shapely.Geometry], bodies: list[shapely.Geometry]) -> None:
    """Give each zone its strips; others leave them free, as far as no member is cut."""
    for i, strip in enumerate(strips):
        if shapely.is_empty(strip):
            continue
        free = strip
        for j, other in enumerate(drawn):
            if j == i or not shapely.intersects(other, strip):
                continue
            free = less(free, bodies[j])
            drawn[j] = _with_members(less(other, free), bodies[j])
        drawn[i] = union([drawn[i], free])


def _with_members(area: shapely.Geometry, body: shapely.Geometry) -> shapely.Geometry:
    """Return the parts of an area that hold a member."""
    parts = shapely.get_parts(area)
    return union(parts[shapely.intersects(parts, body)])
