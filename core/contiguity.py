# SPDX-License-Identifier: GPL-2.0-or-later
"""Which parcels belong together: a gap no wider than a street that no barrier and no third parcel lies in."""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd
import shapely

from . import frames
from .run import Run
from .trees import Tree

SLICE = 250  # parcels asked for neighbours between two looks at Cancel
TOUCH_M = 1e-3  # own choice: a segment shorter than a millimetre is a common boundary
CROSSING_M = 0.01  # a stretch inside a barrier or a third parcel shorter than this is only touched
BESIDE_M = 0.5  # own choice: half the width of the narrowest slit between third parcels that still joins two parcels

Objects = npt.NDArray[Any]
Pairs = npt.NDArray[np.int64]


def contiguous_pairs(
    shapes: Objects, barriers: pd.DataFrame | None, street_gap_m: float, walked: Pairs, run: Run
) -> Pairs:
    """Return (k, 2) positions p < q of contiguous parcels, sorted; each pair once (method notes §7).

    Parameters: `shapes` (n,) polygons in metres in order of parcel id, so that the shortest segment of a pair is the
    same whatever the order of the rows; `barriers` lines or polygons (`geometry`) or None; `street_gap_m` the widest
    gap; `walked` (m, 2) p < q that are a short walk apart, contiguous over any gap as long as neither a barrier nor a
    third parcel lies in their shortest segment (a walk could pass third parcels, an
    outline could not). Parcels that touch are apart when a barrier covers all of their common boundary.
    """
    found = [np.empty((0, 2), dtype=np.int64)]
    tree = Tree(shapes)
    walls = _Walls(barriers)
    for first in range(0, len(shapes), SLICE):
        run.progress(first / len(shapes))
        left, right = tree.query(shapes[first : first + SLICE], predicate="dwithin", distance=street_gap_m)
        left = left + first
        keep = left < right
        pairs = np.column_stack([left[keep], right[keep]]).astype(np.int64)
        found.append(pairs[_open(shapes, tree, pairs, walls)])
    if len(walked):
        found.append(walked[_open(shapes, tree, walked, walls)])
    run.progress(1.0)
    every: Pairs = np.unique(np.concatenate(found), axis=0)
    ordered: Pairs = every[np.lexsort((every[:, 1], every[:, 0]))]
    return ordered


def neighbour_lists(n: int, pairs: Pairs) -> list[list[int]]:
    """Return for each of n parcels its neighbours, ascending."""
    both = np.concatenate([pairs, pairs[:, ::-1]])
    both = both[np.lexsort((both[:, 1], both[:, 0]))]
    ends = np.searchsorted(both[:, 0], np.arange(n + 1))
    heads = both[:, 1].tolist()
    return [heads[ends[i] : ends[i + 1]] for i in range(n)]


class _Walls:
    """Barriers under a search tree."""

    def __init__(self, barriers: pd.DataFrame | None) -> None:
        shapes = np.empty(0, dtype=object) if barriers is None else frames.geometries(barriers)
        self.shapes = shapes[~(shapely.is_missing(shapes) | shapely.is_empty(shapes))]
        self.tree = shapely.STRtree(self.shapes)


def _open(shapes: Objects, tree: Tree, pairs: Pairs, walls: _Walls) -> npt.NDArray[np.bool_]:
    """Say which pairs nothing lies between."""
    a, b = shapes[pairs[:, 0]], shapes[pairs[:, 1]]
    segments = shapely.shortest_line(a, b)
    apart = shapely.length(segments) > TOUCH_M
    free = np.ones(len(pairs), dtype=bool)
    gaps = np.flatnonzero(apart)
    free[gaps] = ~_crossed(segments[gaps], shapes, tree, pairs[gaps])
    gaps = gaps[free[gaps]]
    sides = [_crossed(_beside(segments[gaps], way), shapes, tree, pairs[gaps]) for way in (BESIDE_M, -BESIDE_M)]
    free[gaps[sides[0] & sides[1]]] = False  # along the common boundary of two others, or a slit between them
    if len(walls.shapes):
        _close_at_walls(free, segments, a, b, apart, walls)
    return free


def _crossed(segments: Objects, shapes: Objects, tree: Tree, pairs: Pairs) -> npt.NDArray[np.bool_]:
    """Say which segments a parcel crosses that is none of its pair."""
    crossed = np.zeros(len(segments), dtype=bool)
    which, third = tree.query(segments, predicate="intersects")
    others = (third != pairs[which, 0]) & (third != pairs[which, 1])
    which, third = which[others], third[others]
    inside = shapely.length(shapely.intersection(segments[which], shapes[third])) > CROSSING_M
    crossed[which[inside]] = True
    return crossed


def _beside(segments: Objects, way_m: float) -> Objects:
    """Return straight segments moved sideways; to the left where `way_m` is positive."""
    ends = shapely.get_coordinates(segments).reshape(-1, 2, 2)
    along = ends[:, 1] - ends[:, 0]
    across = np.column_stack([-along[:, 1], along[:, 0]]) / np.hypot(*along.T)[:, None]
    moved: Objects = shapely.linestrings(ends + way_m * across[:, None, :])
    return moved


def _close_at_walls(
    free: npt.NDArray[np.bool_], segments: Objects, a: Objects, b: Objects, apart: npt.NDArray[np.bool_], walls: _Walls
) -> None:
    gaps = np.flatnonzero(apart)
    which, wall = walls.tree.query(segments[gaps], predicate="intersects")
    if len(which):
        lines = shapely.get_dimensions(walls.shapes[wall]) < 2
        stretch = shapely.length(shapely.intersection(segments[gaps[which]], walls.shapes[wall]))
        free[gaps[which[lines | (stretch > CROSSING_M)]]] = False
    touching = np.flatnonzero(~apart)
    spots = shapely.get_point(segments[touching], 0)  # a line without length is invalid and finds nothing
    which, wall = walls.tree.query(spots, predicate="dwithin", distance=CROSSING_M)
    near = {int(touching[i]) for i in which}
    for i in sorted(near):
        shared = shapely.intersection(a[i], b[i])
        around = walls.shapes[walls.tree.query(shared, predicate="dwithin", distance=CROSSING_M)]
        rest = shapely.difference(shared, shapely.buffer(shapely.union_all(around), CROSSING_M))
        free[i] = not shapely.is_empty(rest)
