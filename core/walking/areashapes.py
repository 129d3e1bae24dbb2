# SPDX-License-Identifier: GPL-2.0-or-later
"""Shapes around parts of edges: as wide as the time left allows, cut where a barrier is in the way."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, fields
from typing import Any, cast

import numpy as np
import pandas as pd
import shapely

from ..run import Run
from .graph import Flags, Objects, Reals, WalkGraph
from .join import GROUND, barrier_tree
from .order import ranges
from .profiles import Profile
from .ways import Longs

CORNERS = 32  # of a disc; an area comes out at most 0.7 % too small
SLICE = 400  # shapes drawn or united between two looks at the cancel flag
BIT_M = 10.0  # own choice: near barriers one looks around from the middle of each such bit of a street
SEEN = 100  # such bits between two looks at the cancel flag
GAP_M = 0.05  # a barrier nearer than this to the eye hides nothing
FAR = 1e5  # how many times farther than a barrier its shadow goes
ROUND = np.linspace(0, 2 * np.pi, CORNERS, endpoint=False)


@dataclass(frozen=True, eq=False)
class Street:
    """The straight stretches of all edges that can be left sideways. Stretch k: ends `x`, `y` (s, 2), shares of its
    edge's length `share` (s, 2); those of edge e are `first[e]:first[e + 1]`, its bits `bit_first[k]:bit_first[k + 1]`.
    `width_m` the farthest walk off a street. `full` edge → its shape at full width, `seen` bit → what is seen from its
    middle; both made when first needed.
    """

    graph: WalkGraph
    profile: Profile
    width_m: float
    barriers: shapely.STRtree | None
    x: Reals
    y: Reals
    share: Reals
    first: Longs
    bit_first: Longs
    full: dict[int, object]
    seen: dict[int, object]


def make_street(graph: WalkGraph, profile: Profile, width_m: float, barriers: pd.DataFrame | None) -> Street:
    """Return the stretches of the streets, paths and stairs of a network; bridges, tunnels and lifts have none.

    `width_m`: how far beside a street an area reaches; `barriers`: what it does not cross, None = nothing.
    """
    lines = graph.geometry.copy()
    lines[~np.isin(graph.kind.astype(str), GROUND)] = None
    xy, of = shapely.get_coordinates(lines, return_index=True)
    inner = of[1:] == of[:-1]
    edge = of[1:][inner]
    x, y = (np.column_stack([axis[:-1], axis[1:]])[inner] for axis in (xy[:, 0], xy[:, 1]))
    length = np.hypot(x[:, 1] - x[:, 0], y[:, 1] - y[:, 0])
    run_m = np.concatenate([[0.0], np.cumsum(length)])
    first = np.searchsorted(edge, np.arange(len(graph.edge_ids) + 1))
    begin, total = run_m[first[edge]], np.maximum((run_m[first[1:]] - run_m[first[:-1]])[edge], 1e-9)
    share = (np.column_stack([run_m[:-1], run_m[1:]]) - begin[:, None]) / total[:, None]
    bits = np.concatenate([[0], np.cumsum(np.maximum(np.ceil(length / BIT_M), 1))]).astype(np.int64)
    return Street(graph, profile, width_m, barrier_tree(barriers), x, y, share, first, bits, {}, {})


@dataclass(frozen=True, eq=False)
class Ramps:
    """Parts of edges over which the metres one may still walk change evenly: shares `low` < `high` of the edge's
    length, `radius_low`, `radius_high` metres there.
    """

    edge: Longs
    low: Reals
    high: Reals
    radius_low: Reals
    radius_high: Reals

    def joined_with(self, more: Ramps) -> Ramps:
        """Return these ramps and more."""
        return Ramps(*(np.concatenate([getattr(self, item.name), getattr(more, item.name)]) for item in fields(self)))

    def take(self, rows: Flags) -> Ramps:
        """Return some of the ramps."""
        return Ramps(*(getattr(self, item.name)[rows] for item in fields(self)))


def _cut(ramps: Ramps, low_m: float, high_m: float) -> Ramps:
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
    cut = Ramps(
        ramps.edge, ramps.low + begin * width, ramps.low + end * width, ramps.radius_low + begin * span,
        ramps.radius_low + end * span,
    )  # fmt: skip
    return cut.take(end > begin)


@dataclass(frozen=True, eq=False)
class Pieces:
    """Straight pieces of a `stretch` (k,) from `along` (k, 2) of it, 0–1, with the metres one may still walk at both
    ends, `radius` (k, 2).
    """

    stretch: Longs
    along: Reals
    radius: Reals

    def take(self, rows: Longs | slice) -> Pieces:
        """Return some of the pieces."""
        return Pieces(self.stretch[rows], self.along[rows], self.radius[rows])


def pieces_of(street: Street, ramps: Ramps) -> Pieces:
    """Cut the ramps where the full width ends and where nothing is left, then at the bends of their edges."""
    cone, wide = _cut(ramps, 0.0, street.width_m), _cut(ramps, street.width_m, np.inf)
    full = np.full(len(wide.edge), street.width_m)
    both = cone.joined_with(Ramps(wide.edge, wide.low, wide.high, full, full))
    row, at = ranges(street.first[both.edge], street.first[both.edge + 1])
    shares = street.share[at]
    part = np.clip(shares, both.low[row, None], both.high[row, None])
    keep = part[:, 1] > part[:, 0]
    row, at, shares, part = row[keep], at[keep], shares[keep], part[keep]
    along = (part - shares[:, :1]) / (shares[:, 1:] - shares[:, :1])
    slope = (both.radius_high - both.radius_low) / (both.high - both.low)
    radius = both.radius_low[row, None] + (part - both.low[row, None]) * slope[row, None]
    return Pieces(at, along, np.maximum(radius, 0.0))


def draw_pieces(street: Street, pieces: Pieces, run: Run) -> Iterator[object]:
    """Yield the shapes of pieces: discs whose radius changes evenly along a line fill the hull of the outer two.

    Near barriers pieces are cut into bits, and of each only what is seen from its middle is kept.
    """
    for begin in range(0, len(pieces.stretch), SLICE):
        run.check()
        some = pieces.take(slice(begin, begin + SLICE))
        hulls = _hulls(street, some)
        if street.barriers is None:
            yield from hulls
            continue
        near = np.unique(street.barriers.query(hulls, predicate="intersects")[0])
        yield from np.delete(hulls, near)
        bits, numbers = _bits(street, some.take(near))
        views = _views(street, numbers, run)
        yield from shapely.intersection(_hulls(street, bits), views)


def draw_edges(street: Street, edges: Longs, run: Run) -> list[object]:
    """Return the shapes of whole edges at full width; they are the same for all facilities."""
    fresh = np.array([edge for edge in edges.tolist() if edge not in street.full], dtype=np.int64)
    if len(fresh):
        shapes = shapely.buffer(street.graph.geometry[fresh], street.width_m, quad_segs=CORNERS // 4)
        if street.barriers is not None:
            for near in np.unique(street.barriers.query(shapes, predicate="intersects")[0]).tolist():
                at = np.arange(street.first[fresh[near]], street.first[fresh[near] + 1])
                whole = Pieces(at, np.tile([0.0, 1.0], (len(at), 1)), np.full((len(at), 2), street.width_m))
                shapes[near] = unite(list(draw_pieces(street, whole, run)), run)
        street.full.update(zip(fresh.tolist(), shapes))
    return [street.full[edge] for edge in edges.tolist()]


def _hulls(street: Street, pieces: Pieces) -> Objects:
    x, y = (_on(axis[pieces.stretch], pieces.along)[:, :, None] for axis in (street.x, street.y))
    radius = pieces.radius[:, :, None]
    xy = np.stack([x + radius * np.cos(ROUND), y + radius * np.sin(ROUND)], axis=-1)
    hulls: Objects = shapely.convex_hull(shapely.linestrings(xy.reshape(len(xy), 2 * CORNERS, 2)))
    return hulls


def _on(ends: Reals, along: Reals) -> Reals:
    """Return values at shares of the way between two ends."""
    values: Reals = ends[:, :1] + along * (ends[:, 1:] - ends[:, :1])
    return values


def _bits(street: Street, pieces: Pieces) -> tuple[Pieces, Longs]:
    """Cut pieces at the bits of their stretches; return them and the number of the bit each lies in."""
    count = (street.bit_first[1:] - street.bit_first[:-1])[pieces.stretch]
    low, high = np.floor(pieces.along[:, 0] * count), np.ceil(pieces.along[:, 1] * count)
    row, number = ranges(low.astype(np.int64), np.minimum(high, count).astype(np.int64))
    bounds = np.column_stack([number, number + 1]) / count[row, None]
    whole = pieces.along[row]
    part = np.clip(bounds, whole[:, :1], whole[:, 1:])
    radius = _on(pieces.radius[row], (part - whole[:, :1]) / (whole[:, 1:] - whole[:, :1]))
    keep = part[:, 1] > part[:, 0]
    at = pieces.stretch[row]
    return Pieces(at[keep], part[keep], radius[keep]), (street.bit_first[at] + number)[keep]


def _views(street: Street, numbers: Longs, run: Run) -> Objects:
    """Return for each bit what is seen from its middle, within the full width."""
    fresh = np.array([bit for bit in np.unique(numbers).tolist() if bit not in street.seen], dtype=np.int64)
    at = np.searchsorted(street.bit_first, fresh, side="right") - 1
    count = (street.bit_first[1:] - street.bit_first[:-1])[at]
    along = (fresh - street.bit_first[at])[:, None] + np.array([[0.0, 1.0]])
    whole = Pieces(at, along / np.maximum(count, 1)[:, None], np.full((len(at), 2), street.width_m))
    middle = whole.along.mean(axis=1, keepdims=True)
    x, y = (_on(axis[at], middle)[:, 0] for axis in (street.x, street.y))
    for number, (bit, hull) in enumerate(zip(fresh.tolist(), _hulls(street, whole))):
        if number % SEEN == 0:
            run.check()
        street.seen[bit] = _seen(cast(Any, street.barriers), hull, np.array([x[number], y[number]]))
    return np.array([*(street.seen[bit] for bit in numbers.tolist()), None], dtype=object)[:-1]


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
    with np.errstate(divide="ignore", invalid="ignore"):  # GEOS leaves the processor's flags set
        return shapely.difference(shape, shapely.union_all([*shadows[clear], *solid]))


def unite(shapes: Sequence[object], run: Run) -> object:
    """Return the union as one polygon or multipolygon, in slices between which the user may stop."""
    left = np.array([shape for shape in shapes if not shapely.is_empty(shape)], dtype=object)
    while len(left) > SLICE:
        run.check()
        left = np.array([shapely.union_all(left[at : at + SLICE]) for at in range(0, len(left), SLICE)], dtype=object)
    run.progress(1.0)
    return shapely.union_all(left) if len(left) else shapely.Polygon()
