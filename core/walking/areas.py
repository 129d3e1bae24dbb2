# SPDX-License-Identifier: GPL-2.0-or-later
"""Service areas: from where people walk to a facility within some minutes, as polygons around the streets they use."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, fields

import numpy as np
import pandas as pd
import shapely

from .. import frames, schema
from ..errors import RenewalError
from ..run import Run
from .graph import CLOSED, Flags, Ints, Objects, Reals, WalkGraph
from .heights import Surface
from .join import GROUND, Joined, JoinOptions, barrier_tree, entrance_points, join_points, not_joined_reason
from .profiles import Profile
from .reach import cost_all
from .search import ranges
from .ways import Longs

FORMS = ("disc", "ring")
MOST_MINUTES = 180.0  # own choice: beyond three hours nobody walks, and a typing mistake is likely
CORNERS = 32  # of a disc; an area comes out at most 0.7 % too small
SLICE = 400  # pieces drawn between two looks at the cancel flag
BIT_M = 10.0  # own choice: near barriers, pieces of a street from whose middles one looks around
SEEN = 50  # such pieces between two looks at the cancel flag
GAP_M = 0.05  # a barrier nearer than this to the street hides nothing
FAR = 1e5  # how many times farther than a barrier its shadow goes
ROUND = np.linspace(0, 2 * np.pi, CORNERS, endpoint=False)

Row = tuple[str | None, float, object]  # facility, minutes, shape


@dataclass(frozen=True)
class AreaOptions:
    """`minutes` ascending; `form` disc (all of 0…t) | ring (from the limit before to t); `dissolve`: one area of all
    facilities per limit; `join` how facilities are joined and, by `snap_limit_m`, how far people walk off the streets.
    """

    minutes: tuple[float, ...]
    join: JoinOptions
    form: str = "disc"
    dissolve: bool = False


def parse_minutes(text: str) -> tuple[float, ...]:
    """Return the limits of a list such as "5,10,15" (also with ， 、 ; or blanks), ascending, each once.

    Raises RenewalError `minutes_odd` for anything but numbers above 0 and up to 180.
    """
    words = text.translate(str.maketrans("，、;；", "    ")).replace(",", " ").split()
    try:
        numbers = sorted({float(word) for word in words})
    except ValueError:
        numbers = []
    if not numbers or not all(0 < number <= MOST_MINUTES for number in numbers):
        raise RenewalError("minutes_odd", text=text, most=MOST_MINUTES)
    return tuple(numbers)


def service_areas(
    graph: WalkGraph, profile: Profile, facilities: pd.DataFrame, entrances: pd.DataFrame | None,
    ground: tuple[Surface | None, pd.DataFrame | None], options: AreaOptions, run: Run,
) -> pd.DataFrame:  # fmt: skip
    """Return the table service_areas: one polygon per facility and limit, sorted by facility_id, minutes.

    A point lies inside when somebody can walk from it straight to a point of a street, path or stairs that the profile
    may use, no farther than `snap_limit_m`, at the flat speed, and from there along the network to the facility, all
    within the limit: the reached parts of edges, partial edges included, widened by what the time left allows. Nothing
    is joined to bridges, tunnels, lifts and escalators (methods.md §2), so they are walked over but not widened. The
    straight walk does not cross a barrier; its climb is not looked at. Holes stay.

    Parameters: `facilities` with `facility_id`, `geometry`; `entrances` as in entrance_points or None; `ground` the
    heights and the barriers, each or None. With `dissolve` `facility_id` is missing. A facility that is not joined or
    reaches nothing is left out and listed (`facility_not_joined`).
    Source: own choice (a cone of time over each edge).
    """
    if options.form not in FORMS:
        raise ValueError(options.form)
    surface, barriers = ground
    points = entrance_points(facilities, "facility_id", entrances, run)
    joined = join_points(points, graph, profile, surface, barriers, options.join, run.part(0, 0.05))
    ids = frames.texts(facilities["facility_id"]).fillna("").to_numpy(dtype=object)
    lost = not_joined_reason(joined)
    run.leave_out("FACILITIES", sorted(ids[lost != ""]), "facility_not_joined", profile=profile.id)
    street = _street(graph, profile, options.join.snap_limit_m, barriers)
    order = sorted(np.flatnonzero(lost == ""), key=lambda row: ids[row])
    rows: list[Row] = []
    for number, owner in enumerate(order):
        part = run.part(0.05 + 0.9 * number / len(order), 0.05 + 0.9 * (number + 1) / len(order))
        origin = joined.take(np.flatnonzero(joined.owner == owner))
        shapes = _areas_of(street, origin, options.minutes, part)
        rows += [(ids[owner], minutes, shape) for minutes, shape in zip(options.minutes, shapes)]
    if options.dissolve:
        rows = [
            (None, minutes, _union([row[2] for row in rows if row[1] == minutes], run)) for minutes in options.minutes
        ]
    if options.form == "ring":
        rows = list(_rings(rows))
    return _table(rows, profile, options, run)


@dataclass(frozen=True, eq=False)
class _Street:
    """The straight stretches of all edges that can be left sideways. Stretch k: ends `x`, `y` (s, 2), shares of its
    edge's length `share` (s, 2); those of edge e are `first[e]:first[e + 1]`. `width_m` the farthest walk off it.
    `full` edge → the shape of the whole edge at full width, made when first needed.
    """

    graph: WalkGraph
    profile: Profile
    width_m: float
    barriers: shapely.STRtree | None
    x: Reals
    y: Reals
    share: Reals
    first: Longs
    full: dict[int, object]


def _street(graph: WalkGraph, profile: Profile, width_m: float, barriers: pd.DataFrame | None) -> _Street:
    on_ground = np.isin(graph.kind.astype(str), GROUND)
    lines = graph.geometry.copy()
    lines[~on_ground] = None
    xy, of = shapely.get_coordinates(lines, return_index=True)
    inner = of[1:] == of[:-1]
    edge = of[1:][inner]
    x, y = (np.column_stack([axis[:-1], axis[1:]])[inner] for axis in (xy[:, 0], xy[:, 1]))
    run_m = np.concatenate([[0.0], np.cumsum(np.hypot(x[:, 1] - x[:, 0], y[:, 1] - y[:, 0]))])
    first = np.searchsorted(edge, np.arange(len(graph.edge_ids) + 1))
    begin, total = run_m[first[edge]], np.maximum((run_m[first[1:]] - run_m[first[:-1]])[edge], 1e-9)
    share = (np.column_stack([run_m[:-1], run_m[1:]]) - begin[:, None]) / total[:, None]
    return _Street(graph, profile, width_m, barrier_tree(barriers), x, y, share, first, {})


def _areas_of(street: _Street, origin: Joined, minutes: Sequence[float], run: Run) -> list[object]:
    """Return the discs of one facility, by limit ascending; each grows out of the one before."""
    limits = [round(60_000 * item) for item in minutes]
    times = cost_all(street.graph, street.profile, origin, limits[-1], "there", run.part(0, 0.1)).there_ms
    done = np.zeros(len(street.graph.edge_ids), dtype=bool)
    shapes: list[object] = []
    area: object = shapely.Polygon()
    for number, limit in enumerate(limits):
        part = run.part(0.1 + 0.9 * number / len(limits), 0.1 + 0.9 * (number + 1) / len(limits))
        full, ramps = _ramps_from_nodes(street, times, limit)
        fresh = np.flatnonzero(full & ~done)
        done |= full
        pieces = _stretches(street, ramps.joined_with(_ramps_on_own_edge(street, origin, limit)))
        area = _union([area, *_full_shapes(street, fresh, part), *_draw(street, pieces, part)], part)
        shapes.append(area)
    return shapes


@dataclass(frozen=True, eq=False)
class _Ramps:
    """Parts of edges over which the metres one may still walk change evenly: shares `low` < `high` of the edge's
    length, `radius_low`, `radius_high` metres there.
    """

    edge: Longs
    low: Reals
    high: Reals
    radius_low: Reals
    radius_high: Reals

    def joined_with(self, more: _Ramps) -> _Ramps:
        """Return these ramps and more."""
        return _Ramps(*(np.concatenate([getattr(self, item.name), getattr(more, item.name)]) for item in fields(self)))

    def take(self, rows: Flags) -> _Ramps:
        """Return some of the ramps."""
        return _Ramps(*(getattr(self, item.name)[rows] for item in fields(self)))


def _ramps_from_nodes(street: _Street, times: Ints, limit_ms: int) -> tuple[Flags, _Ramps]:
    """Return which edges (m,) have full width from end to end, and the ramps of the others.

    From a point at share s one goes to the edge's start, or to its end, and on from there. Over an edge the better of
    both is least where they are equal.
    """
    graph, name = street.graph, street.profile.id
    metres = street.profile.flat_m_s / 1000  # per millisecond
    ground = street.first[1:] > street.first[:-1]
    fwd, back = graph.fwd_ms[name].astype(np.float64), graph.back_ms[name].astype(np.float64)
    by_start = np.where(ground & (back != CLOSED) & (times[graph.start] >= 0), limit_ms - times[graph.start], -np.inf)
    by_end = np.where(ground & (fwd != CLOSED) & (times[graph.end] >= 0), limit_ms - times[graph.end], -np.inf)
    has_start, has_end = by_start > 0, by_end > 0
    equal = np.zeros(len(fwd))
    both = has_start & has_end
    equal[both] = np.clip((by_start[both] - by_end[both] + fwd[both]) / (fwd + back)[both], 0, 1)
    equal[has_start & ~has_end] = 1.0
    least = np.full(len(fwd), -np.inf)
    for has, left in ((has_start, by_start - equal * back), (has_end, by_end - (1 - equal) * fwd)):
        least[has] = np.maximum(least, left)[has]
    full = least * metres >= street.width_m
    starts, ends = np.flatnonzero(has_start & ~full), np.flatnonzero(has_end & ~full)
    low, high = np.zeros(len(starts) + len(ends)), np.ones(len(starts) + len(ends))
    radius_low = metres * np.concatenate([by_start[starts], by_end[ends] - fwd[ends]])
    radius_high = metres * np.concatenate([by_start[starts] - back[starts], by_end[ends]])
    ramps = _Ramps(np.concatenate([starts, ends]), low, high, radius_low, radius_high)
    return full, ramps


def _ramps_on_own_edge(street: _Street, origin: Joined, limit_ms: int) -> _Ramps:
    """Return the ramps on the edges that the facility itself is joined to: people come along them from both sides."""
    graph, name = street.graph, street.profile.id
    rows = np.flatnonzero(origin.edge >= 0)
    rows = rows[(street.first[1:] > street.first[:-1])[origin.edge[rows]]]
    edge, share = origin.edge[rows].astype(np.int64), origin.share[rows]
    fwd, back = graph.fwd_ms[name][edge], graph.back_ms[name][edge]
    metres = street.profile.flat_m_s / 1000
    left = (limit_ms - origin.leg_from_ms[rows]).astype(np.float64)
    before, after = (fwd != CLOSED) & (share > 0), (back != CLOSED) & (share < 1)
    return _Ramps(
        np.concatenate([edge[before], edge[after]]),
        np.concatenate([np.zeros(before.sum()), share[after]]),
        np.concatenate([share[before], np.ones(after.sum())]),
        metres * np.concatenate([(left - share * fwd)[before], left[after]]),
        metres * np.concatenate([left[before], (left - (1 - share) * back)[after]]),
    )


def _cut(ramps: _Ramps, low_m: float, high_m: float) -> _Ramps:
    """Return the parts of the ramps whose radius is between two values, radii above `high_m` (if finite) left out."""
    span = ramps.radius_high - ramps.radius_low
    flat = np.abs(span) < 1e-9
    inside = (ramps.radius_low >= low_m) & (ramps.radius_low < high_m)
    step = np.where(flat, 1.0, span)
    with np.errstate(invalid="ignore"):
        at_low, at_high = (np.clip((level - ramps.radius_low) / step, 0, 1) for level in (low_m, high_m))
    begin = np.where(flat, 0.0, np.minimum(at_low, at_high))
    end = np.where(flat, inside * 1.0, np.maximum(at_low, at_high))
    width = ramps.high - ramps.low
    cut = _Ramps(
        ramps.edge, ramps.low + begin * width, ramps.low + end * width, ramps.radius_low + begin * span,
        ramps.radius_low + end * span,
    )  # fmt: skip
    return cut.take(end > begin)


@dataclass(frozen=True, eq=False)
class _Stretches:
    """Straight pieces with the metres one may still walk at both ends: `x`, `y`, `radius` (k, 2)."""

    x: Reals
    y: Reals
    radius: Reals

    def take(self, rows: Longs | slice) -> _Stretches:
        """Return some of the pieces."""
        return _Stretches(self.x[rows], self.y[rows], self.radius[rows])


def _stretches(street: _Street, ramps: _Ramps) -> _Stretches:
    """Cut the ramps where the full width ends and where nothing is left, then at the bends of their edges."""
    cone, wide = _cut(ramps, 0.0, street.width_m), _cut(ramps, street.width_m, np.inf)
    full = np.full(len(wide.edge), street.width_m)
    both = cone.joined_with(_Ramps(wide.edge, wide.low, wide.high, full, full))
    row, at = ranges(street.first[both.edge], street.first[both.edge + 1])
    shares = street.share[at]
    part = np.clip(shares, both.low[row, None], both.high[row, None])
    keep = part[:, 1] > part[:, 0]
    row, at, shares, part = row[keep], at[keep], shares[keep], part[keep]
    along = (part - shares[:, :1]) / (shares[:, 1:] - shares[:, :1])
    slope = (both.radius_high - both.radius_low) / (both.high - both.low)
    radius = both.radius_low[row, None] + (part - both.low[row, None]) * slope[row, None]
    x, y = (axis[at, :1] + along * (axis[at, 1:] - axis[at, :1]) for axis in (street.x, street.y))
    return _Stretches(x, y, np.maximum(radius, 0.0))


def _draw(street: _Street, pieces: _Stretches, run: Run) -> Iterator[object]:
    """Yield the shape of each piece: discs whose radius changes evenly along a line fill the hull of the outer two.

    Where barriers are near, pieces are cut short and what each cannot see from its middle is taken away.
    """
    for begin in range(0, len(pieces.x), SLICE):
        run.check()
        some = pieces.take(slice(begin, begin + SLICE))
        hulls = _hulls(some)
        if street.barriers is None:
            yield from hulls
            continue
        near = np.unique(street.barriers.query(hulls, predicate="intersects")[0])
        yield from np.delete(hulls, near)
        bits = _bits(some.take(near))
        for number, hull in enumerate(_hulls(bits)):
            if number % SEEN == 0:
                run.check()
            yield _seen(street.barriers, hull, np.array([bits.x[number].mean(), bits.y[number].mean()]))


def _hulls(pieces: _Stretches) -> Objects:
    x, y, radius = (axis[:, :, None] for axis in (pieces.x, pieces.y, pieces.radius))
    xy = np.stack([x + radius * np.cos(ROUND), y + radius * np.sin(ROUND)], axis=-1)
    hulls: Objects = shapely.convex_hull(shapely.linestrings(xy.reshape(len(xy), 2 * CORNERS, 2)))
    return hulls


def _bits(pieces: _Stretches) -> _Stretches:
    """Cut pieces into bits of at most BIT_M."""
    count = np.ceil(np.hypot(*(np.diff(axis)[:, 0] for axis in (pieces.x, pieces.y))) / BIT_M).astype(np.int64)
    row, number = ranges(np.zeros_like(count), np.maximum(count, 1))
    at = np.column_stack([number, number + 1]) / np.maximum(count, 1)[row, None]
    return _Stretches(*(
        axis[row, :1] + at * (axis[row, 1:] - axis[row, :1]) for axis in (pieces.x, pieces.y, pieces.radius)
    ))  # fmt: skip


def _seen(barriers: shapely.STRtree, shape: object, eye: Reals) -> object:
    """Return the part of a shape from whose points one walks straight to the eye without meeting a barrier."""
    at = np.sort(barriers.query(shape, predicate="intersects"))
    if not len(at):
        return shape
    walls = shapely.intersection(barriers.geometries[at], shape)
    solid = walls[shapely.get_dimensions(walls) == 2]
    lines = np.where(shapely.get_dimensions(walls) == 2, shapely.boundary(walls), walls)
    xy, of = shapely.get_coordinates(shapely.get_parts(shapely.line_merge(lines)), return_index=True)
    inner = of[1:] == of[:-1]
    first, last = xy[:-1][inner], xy[1:][inner]
    behind = [eye + FAR * (end - eye) for end in (last, first)]
    shadows = shapely.convex_hull(shapely.linestrings(np.stack([first, last, *behind], axis=1)))
    clear = shapely.distance(shapely.linestrings(np.stack([first, last], axis=1)), shapely.points(eye)) > GAP_M
    clear &= shapely.area(shadows) > 0  # a wall seen end on hides nothing
    return shapely.difference(shape, shapely.union_all([*shadows[clear], *solid]))


def _full_shapes(street: _Street, edges: Longs, run: Run) -> list[object]:
    """Return the shapes of whole edges at full width; they are the same for all facilities."""
    fresh = np.array([edge for edge in edges.tolist() if edge not in street.full], dtype=np.int64)
    if len(fresh):
        shapes = shapely.buffer(street.graph.geometry[fresh], street.width_m, quad_segs=CORNERS // 4)
        if street.barriers is not None:
            for near in np.unique(street.barriers.query(shapes, predicate="intersects")[0]).tolist():
                stretch = slice(street.first[fresh[near]], street.first[fresh[near] + 1])
                x, y = street.x[stretch], street.y[stretch]
                shapes[near] = _union(list(_draw(street, _Stretches(x, y, np.full(x.shape, street.width_m)), run)), run)
        street.full.update(zip(fresh.tolist(), shapes))
    return [street.full[edge] for edge in edges.tolist()]


def _union(shapes: Sequence[object], run: Run) -> object:
    """Return the union as one polygon or multipolygon, in slices between which the user may stop."""
    left = np.array([shape for shape in shapes if not shapely.is_empty(shape)], dtype=object)
    while len(left) > SLICE:
        run.check()
        left = np.array([shapely.union_all(left[at : at + SLICE]) for at in range(0, len(left), SLICE)], dtype=object)
    run.progress(1.0)
    return shapely.union_all(left) if len(left) else shapely.Polygon()


def _rings(rows: list[Row]) -> Iterator[Row]:
    """Take from each area the one of the limit before; rows of a facility stand together, limits ascending."""
    for number, (name, minutes, shape) in enumerate(rows):
        inner = number and rows[number - 1][0] == name
        yield name, minutes, shapely.difference(shape, rows[number - 1][2]) if inner else shape


def _table(rows: list[Row], profile: Profile, options: AreaOptions, run: Run) -> pd.DataFrame:
    shapes = np.array([None, *(row[2] for row in rows)], dtype=object)[1:]
    frame = pd.DataFrame({
        "facility_id": frames.texts(row[0] for row in rows), "profile": profile.id,
        "minutes": np.array([row[1] for row in rows], dtype=np.float64), "area_m2": shapely.area(shapes),
        "form": options.form, "schema_version": schema.SCHEMA_VERSION,
    })  # fmt: skip
    frame[frames.GEOMETRY] = shapes
    empty = shapely.is_empty(shapes)
    for name, minutes, _ in (rows[number] for number in np.flatnonzero(empty)):
        run.leave_out("FACILITIES", [name or ""], "area_empty", "warning", minutes=minutes)
    return frames.conform(frame[~empty].reset_index(drop=True), schema.table("service_areas"))
