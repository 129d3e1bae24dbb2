# SPDX-License-Identifier: GPL-2.0-or-later
"""Joining places and facilities to the network: the nearest point on an edge that can really be walked to."""

from __future__ import annotations

from dataclasses import dataclass, fields, replace
from weakref import WeakKeyDictionary

import numpy as np
import pandas as pd
import shapely

from .. import frames
from ..run import Run
from ..trees import Tree
from .doors import RIM_STEP_M, inside_points, nearest_owner, rim_points, shared_doors, tell_far
from .graph import Flags, Ints, Objects, Reals, WalkGraph
from .heights import Surface
from .profiles import Profile, WalkRules
from .speeds import tell_other_speed
from .times import slope_seconds, whole_ms
from .ways import Longs

GROUND = ("street", "path", "stairs")  # what anything may be joined to
STRUCTURES = ("bridge", "tunnel")
SLICE = 1000  # points joined between two looks at the cancel flag
SQUARE_M = 200.0  # own choice: points are looked at square by square; no result depends on it
NOT_SNAPPED = "NOT_SNAPPED"  # no edge within the limit
SNAP_STEEP = "SNAP_STEEP"  # edges within the limit, each behind a wall, a slope or a barrier


@dataclass(frozen=True, eq=False)
class Points:
    """Points that want to be joined, and who owns them.

    `ids` (n,) names; `x_m`, `y_m` (n,) working metres; `owner` (n,) int32 position of the place or facility the point
    belongs to: a building or facility with several entrances owns several points, its cost is the least over them.
    `owners` counts the owners (an owner may have no point).
    """

    ids: Objects
    x_m: Reals
    y_m: Reals
    owner: Ints
    owners: int


@dataclass(frozen=True)
class JoinOptions:
    """How far and how steep a joining leg may be (parameters SNAP_LIMIT, SNAP_MAX_CLIMB).

    `structures_m`: bridges and tunnels may be joined when they are this near (station entrances and other facilities:
    `rules.structure_snap_m`); None = never (places).
    """

    snap_limit_m: float = 100.0
    snap_max_climb_m: float = 6.0
    structures_m: float | None = None


@dataclass(frozen=True, eq=False)
class Joined:
    """Where each point meets the network, row by row the points given.

    `ids`, `owner`, `owners` as in Points. `edge` (n,) int32 position in the graph, -1 = not joined; `share` (n,)
    float64 0–1 along that edge from its start; `leg_m` plan length of the leg, `leg_climb_m` height of the edge above
    the point (NaN without heights); `leg_to_ms` point → edge and `leg_from_ms` edge → point, int32; all NaN or -1 where
    not joined. `status` (n,) "" | NOT_SNAPPED | SNAP_STEEP.
    """

    ids: Objects
    owner: Ints
    owners: int
    edge: Ints
    share: Reals
    leg_m: Reals
    leg_climb_m: Reals
    leg_to_ms: Ints
    leg_from_ms: Ints
    status: Objects

    def take(self, rows: Ints | Flags) -> Joined:
        """Return the joined points of these rows, owners unchanged (a kind's facilities, a part of the places)."""
        parts = {item.name: getattr(self, item.name)[rows] for item in fields(self) if item.name != "owners"}
        return replace(self, **parts)

    def and_then(self, others: Joined) -> Joined:
        """Return these points and the others, whose owners are numbered on behind these."""
        parts = {item.name: np.concatenate([getattr(self, item.name), getattr(others, item.name)])
                 for item in fields(self) if item.name not in ("owner", "owners")}  # fmt: skip
        owner = np.concatenate([self.owner, others.owner + np.int32(self.owners)])
        return Joined(owner=owner, owners=self.owners + others.owners, **parts)


def points_of(places: pd.DataFrame, id_column: str) -> Points:
    """Return a point per row of a layer: points as they are, the inside point of a polygon, the middle of a line.

    Each row owns its point (`owner` = row position). Rows without geometry own none.
    """
    shapes = frames.geometries(places)
    there = (shapely.get_type_id(shapes) >= 0) & ~shapely.is_empty(shapes)
    rows = np.flatnonzero(there).astype(np.int32)
    points = inside_points(shapes[there])
    ids = frames.texts(places[id_column]).fillna("").to_numpy(dtype=object)[rows]
    return Points(ids, shapely.get_x(points), shapely.get_y(points), rows, len(places))


def entrance_points(
    owners: pd.DataFrame, id_column: str, entrances: pd.DataFrame | None, run: Run,
    near_m: float = 0.0, layer: str = "ENTRANCES",
) -> Points:  # fmt: skip
    """Return the entrances of each row of `owners`, or its own point where it has none; large grounds without entrance
    are entered all along their rim (`doors.rim_points`), and it is said (`entered_by_rim`).

    Parameters: `owners` with `id_column` and `geometry`; `entrances` with `entrance_of` (an id of an owner), `geometry`
    and, if there, `entrance_id`. An entrance that names no owner belongs to the nearest one within `near_m` metres;
    those of an unknown owner are left out and listed under `layer` (`entrance_of_nobody`).
    """
    own = points_of(owners, id_column)
    if entrances is None or not len(entrances):
        return _around(own, frames.geometries(owners), layer, run)
    number = {name: row for row, name in enumerate(frames.texts(owners[id_column]).fillna("").tolist())}
    of = frames.optional(entrances, "entrance_of").astype(frames.TEXT).fillna("").tolist()
    shapes = frames.geometries(entrances)
    there = (shapely.get_type_id(shapes) >= 0) & ~shapely.is_empty(shapes)
    owner = np.array([number.get(name, -1) if name else -1 for name in of], dtype=np.int32)
    silent = there & np.array([not name for name in of], dtype=bool)
    if near_m and silent.any():
        owner[silent] = nearest_owner(frames.geometries(owners), inside_points(shapes[silent]), near_m)
        joined_n = int((owner[silent] >= 0).sum())
        if joined_n:
            run.warn("entrances_by_nearest", layer=layer, n=joined_n, limit=near_m)
    names = frames.optional(entrances, "entrance_id").astype(frames.TEXT).fillna("").to_numpy(dtype=object)
    lost = there & (owner < 0)
    if lost.any():
        run.leave_out(layer, sorted(names[lost]), "entrance_of_nobody", n=1)
    good = there & (owner >= 0)
    points = inside_points(shapes[good])
    tell_far(points, names[good], frames.geometries(owners)[owner[good]], layer, run)
    door, whose = shared_doors(owner[good], owners, id_column)
    x, y = shapely.get_x(points)[door], shapely.get_y(points)[door]
    keep = ~np.isin(own.owner, whose)
    own = Points(own.ids[keep], own.x_m[keep], own.y_m[keep], own.owner[keep], own.owners)
    own = _around(own, frames.geometries(owners), layer, run)
    ids = np.concatenate([own.ids, names[good][door]])
    owner = np.concatenate([own.owner, whose])
    x, y = np.concatenate([own.x_m, x]), np.concatenate([own.y_m, y])
    order = np.lexsort((y, x, owner))
    return Points(ids[order], x[order], y[order], owner[order].astype(np.int32), len(owners))


def _around(own: Points, shapes: Objects, layer: str, run: Run) -> Points:
    """Return the points with those of large grounds replaced by points along their rims. `shapes` (owners,)."""
    rim, row = rim_points(shapes[own.owner], shapely.points(own.x_m, own.y_m))
    if not len(rim):
        return own
    run.note("entered_by_rim", layer=layer, n=len(np.unique(row)), step=round(RIM_STEP_M))
    keep = ~np.isin(np.arange(len(own.ids)), row)
    owner = np.concatenate([own.owner[keep], own.owner[row]])
    ids = np.concatenate([own.ids[keep], own.ids[row]])
    x, y = np.concatenate([own.x_m[keep], shapely.get_x(rim)]), np.concatenate([own.y_m[keep], shapely.get_y(rim)])
    order = np.lexsort((y, x, owner))
    return Points(ids[order], x[order], y[order], owner[order].astype(np.int32), own.owners)


def join_points(
    points: Points, graph: WalkGraph, profile: Profile, surface: Surface | None, barriers: pd.DataFrame | None,
    options: JoinOptions, run: Run,
) -> Joined:  # fmt: skip
    """Join every point to the nearest point on an edge (method notes §2 "Joining").

    The leg is walked at the profile's speed with its climb. A leg that climbs more than `snap_max_climb_m` at more than
    `rules.snap_steep_share`, or crosses a barrier (lines or polygons, column `geometry`), is not taken: the next-best
    edge within `snap_limit_m` is, else the status says SNAP_STEEP; no edge at all within the limit is NOT_SNAPPED.
    Lifts and escalators are never joined, edges closed to the profile neither. Without heights at either end the leg is
    walked flat. Points joined flat, those only behind a wall or a barrier, and those without an edge near are counted
    over all calls of the run: facts `legs_flat_n`, `legs_steep_n`, `legs_none_n`.
    """
    tell_other_speed(graph, profile, run)
    feet = _find_feet(points, _scene(graph, profile, surface, barriers, options), run)
    if not len(points.ids):
        return empty_joined(points.owners)
    edge, share, leg, climb, tried = feet
    joined = edge >= 0
    status = np.where(joined, "", np.where(tried, SNAP_STEEP, NOT_SNAPPED)).astype(object)
    seconds = [slope_seconds(leg, sign * climb, profile) for sign in (1, -1)]
    to_ms, from_ms = (np.where(joined, whole_ms(1000 * np.nan_to_num(item)), -1).astype(np.int32) for item in seconds)
    flat_n, steep_n, far_n = (
        int(rows.sum()) for rows in (joined & np.isnan(climb), status == SNAP_STEEP, status == NOT_SNAPPED)
    )
    for name, count in (("legs_flat_n", flat_n), ("legs_steep_n", steep_n), ("legs_none_n", far_n)):
        run.fact(**{name: run.facts.get(name, 0) + count})  # a run joins places and facilities, for several profiles
    run.progress(1.0)
    return Joined(
        points.ids, points.owner, points.owners, edge.astype(np.int32), share, leg, climb, to_ms, from_ms, status
    )


@dataclass(frozen=True, eq=False)
class _Scene:
    """What decides where points meet the network: the same for all walkers to whom the same edges are open.

    `nets`: (edges, limit) of the ground and, if they may be joined, of bridges and tunnels.
    """

    graph: WalkGraph
    surface: Surface | None
    barriers: pd.DataFrame | None
    rules: WalkRules
    options: JoinOptions
    nets: list[tuple[Longs, float]]

    def is_like(self, other: _Scene) -> bool:
        """Say whether points meet the network in the same places."""
        same = self.graph is other.graph and self.surface is other.surface and self.barriers is other.barriers
        if not same or (self.rules, self.options) != (other.rules, other.options) or len(self.nets) != len(other.nets):
            return False
        return all(a[1] == b[1] and np.array_equal(a[0], b[0]) for a, b in zip(self.nets, other.nets))


_Feet = tuple[Longs, Reals, Reals, Reals, Flags]  # edge, share, leg, climb, whether any edge lay within the limit
_FEET: WeakKeyDictionary[Points, list[tuple[_Scene, _Feet]]] = WeakKeyDictionary()


def _scene(
    graph: WalkGraph, profile: Profile, surface: Surface | None, barriers: pd.DataFrame | None, options: JoinOptions
) -> _Scene:
    kind, free = graph.kind.astype(str), graph.may_join(profile.id)
    wanted: list[tuple[tuple[str, ...], float]] = [(GROUND, options.snap_limit_m)]
    if options.structures_m is not None:
        wanted.append((STRUCTURES, min(options.structures_m, options.snap_limit_m)))
    nets = [(np.flatnonzero(np.isin(kind, kinds) & free), limit) for kinds, limit in wanted]
    return _Scene(graph, surface, barriers, profile.rules, options, [net for net in nets if len(net[0])])


def _find_feet(points: Points, scene: _Scene, run: Run) -> _Feet:
    """Return where the points meet the network; found once for all walkers that are alike in this."""
    known = _FEET.setdefault(points, [])
    for other, feet in known:
        if other.is_like(scene):
            return feet
    nets = [(Tree(scene.graph.geometry[edges]), edges, far) for edges, far in scene.nets]
    barriers = barrier_tree(scene.barriers)
    bits = _straight_bits(np.empty(0, dtype=object) if barriers is None else barriers.geometries)
    search = _FootSearch(scene, nets, barriers, bits)
    n = len(points.ids)
    edge, tried = np.full(n, -1, dtype=np.int64), np.zeros(n, dtype=bool)
    share, leg, climb = np.full(n, np.nan), np.full(n, np.nan), np.full(n, np.nan)
    rows = _by_place(points.x_m, points.y_m)
    for begin in range(0, n, SLICE):
        run.progress(begin / n)
        some = rows[begin : begin + SLICE]
        edge[some], share[some], leg[some], climb[some], tried[some] = _join_slice(
            search, points.x_m[some], points.y_m[some]
        )
    known.append((scene, (edge, share, leg, climb, tried)))
    return known[-1][1]


def _by_place(x_m: Reals, y_m: Reals) -> Longs:
    """Return the order of points by squares: neighbours look at the same edges."""
    if not len(x_m):
        return np.empty(0, dtype=np.int64)
    row, column = ((part - np.nanmin(part)) // SQUARE_M for part in (y_m, x_m))
    order: Longs = np.lexsort((column, row)).astype(np.int64)
    return order


@dataclass(frozen=True, eq=False)
class _FootSearch:
    scene: _Scene
    nets: list[tuple[Tree, Longs, float]]
    barriers: shapely.STRtree | None
    bits: shapely.STRtree  # the straight pieces of the barriers


def _straight_bits(shapes: Objects) -> shapely.STRtree:
    """Return a search tree over the straight pieces of lines and of the rims of polygons."""
    flat = shapely.get_dimensions(shapes) == 2
    parts = shapely.get_parts(np.where(flat, shapely.boundary(shapes), shapes))
    xy, owner = shapely.get_coordinates(parts, return_index=True)
    same = owner[1:] == owner[:-1]
    return shapely.STRtree(shapely.linestrings(np.stack([xy[:-1][same], xy[1:][same]], axis=1)))


def barrier_tree(barriers: pd.DataFrame | None) -> shapely.STRtree | None:
    """Return a search tree over the lines and polygons of a layer, None when it has none."""
    if barriers is None or not len(barriers):
        return None
    shapes = frames.geometries(barriers)
    good = shapes[(shapely.get_dimensions(shapes) >= 1) & ~shapely.is_empty(shapes)]
    return shapely.STRtree(good) if len(good) else None


def _join_slice(search: _FootSearch, x_m: Reals, y_m: Reals) -> _Feet:
    """Return edge, share, leg and climb of some points, and whether any edge lay within the limit.

    The nearest edge is tried first for all; only points whose nearest leg is refused look at the others.
    """
    count = len(x_m)
    edge, tried = np.full(count, -1, dtype=np.int64), np.zeros(count, dtype=bool)
    share, leg, climb = np.full(count, np.nan), np.full(count, np.nan), np.full(count, np.nan)
    points = shapely.points(x_m, y_m)
    open_rows = np.arange(count)
    for nearest_only in (True, False):
        row, candidate = _near_edges(search, points[open_rows], nearest_only)
        row = open_rows[row]
        tried[row] = True
        legs = _legs(search.scene, points[row], candidate)
        good = _is_passable(search, legs)
        row, candidate = row[good], candidate[good]
        first = np.ones(len(row), dtype=bool)
        first[1:] = row[1:] != row[:-1]
        row, candidate = row[first], candidate[first]
        edge[row] = candidate
        share[row], leg[row], climb[row] = legs.share[good][first], legs.leg_m[good][first], legs.climb_m[good][first]
        open_rows = np.flatnonzero((edge < 0) & tried)
        if not len(open_rows):
            break
    return edge, share, leg, climb, tried


def _near_edges(search: _FootSearch, points: Objects, nearest_only: bool) -> tuple[Longs, Longs]:
    """Return (point, edge) candidates, by point, distance to the millimetre, edge."""
    rows, edges = [], []
    for tree, members, limit in search.nets:
        if nearest_only:
            row, place = tree.query_nearest(points, max_distance=max(limit, 1e-9))
        else:
            row, place = tree.query(points, predicate="dwithin", distance=limit)
        rows.append(row)
        edges.append(members[place])
    row = np.concatenate([*rows, np.empty(0, dtype=np.int64)]).astype(np.int64)
    edge = np.concatenate([*edges, np.empty(0, dtype=np.int64)]).astype(np.int64)
    far = np.rint(shapely.distance(points[row], search.scene.graph.geometry[edge]) * 1000)
    order = np.lexsort((edge, far, row))
    row, edge, far = row[order], edge[order], far[order]
    if nearest_only and len(row):  # of the nearest on the ground and the nearest bridge the nearer one
        first = np.ones(len(row), dtype=bool)
        first[1:] = row[1:] != row[:-1]
        least = far[np.flatnonzero(first)][np.cumsum(first) - 1]
        row, edge = row[far == least], edge[far == least]
    return row, edge


@dataclass(frozen=True, eq=False)
class _Legs:
    share: Reals
    leg_m: Reals
    climb_m: Reals
    lines: Objects


def _legs(scene: _Scene, points: Objects, edge: Longs) -> _Legs:
    graph, surface = scene.graph, scene.surface
    lines = graph.geometry[edge]
    share = shapely.line_locate_point(lines, points, normalized=True)
    foot = shapely.line_interpolate_point(lines, share, normalized=True)
    x, y, fx, fy = shapely.get_x(points), shapely.get_y(points), shapely.get_x(foot), shapely.get_y(foot)
    leg = np.hypot(fx - x, fy - y)
    climb = np.full(len(edge), np.nan)
    if surface is not None and len(edge):
        for sample in (surface.sample_survey, surface.sample_raster):  # both ends from one source
            climb = np.where(np.isnan(climb), sample(fx, fy) - sample(x, y), climb)
        raised = np.isin(graph.kind[edge].astype(str), STRUCTURES) | np.isnan(climb)
        deck = graph.z_m[graph.start[edge]] * (1 - share) + graph.z_m[graph.end[edge]] * share
        climb = np.where(raised, deck - surface.sample(x, y), climb)
    ends = np.stack([np.column_stack([x, y]), np.column_stack([fx, fy])], axis=1)
    return _Legs(share, leg, climb, shapely.linestrings(ends) if len(edge) else np.empty(0, dtype=object))


def _is_passable(search: _FootSearch, legs: _Legs) -> Flags:
    """Say which legs go neither through a wall nor across a barrier."""
    rules, options = search.scene.rules, search.scene.options
    climb = np.abs(np.nan_to_num(legs.climb_m))
    steep = climb > rules.snap_steep_share * legs.leg_m
    good: Flags = ~((climb > options.snap_max_climb_m) & steep)
    if search.barriers is not None and len(legs.lines):
        near = np.unique(search.bits.query(legs.lines)[0])  # long barriers are not looked through for every leg
        crossing = near[search.barriers.query(legs.lines[near], predicate="crosses")[0]]
        good[crossing] = False
    return good


def not_joined_reason(joined: Joined) -> Objects:
    """Return (owners,) per owner "" when any of its points is joined, else SNAP_STEEP, else NOT_SNAPPED."""
    reason = np.full(joined.owners, NOT_SNAPPED, dtype=object)
    reason[joined.owner[joined.status == SNAP_STEEP]] = SNAP_STEEP
    reason[joined.owner[joined.edge >= 0]] = ""
    return reason


def empty_joined(owners: int) -> Joined:
    """Return a Joined without points."""
    nothing = np.empty(0, dtype=np.int32)
    real = np.empty(0, dtype=np.float64)
    words = np.empty(0, dtype=object)
    return Joined(words, nothing, owners, nothing, real, real, real, nothing, nothing, words)
