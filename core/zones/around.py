# SPDX-License-Identifier: GPL-2.0-or-later
"""What a boundary runs along: 四至 (what lies to the east, south, west and north) and the table of corner points."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd
import shapely

from .. import frames, schema, slices
from ..contiguity import Objects
from ..run import Run
from ..trees import Tree
from ..words import say
from .boundary import Lines

SIDES = {  # in the order in which 四至 are told, each with its sentence
    "east": "zone_bound_east", "south": "zone_bound_south", "west": "zone_bound_west", "north": "zone_bound_north",
}  # fmt: skip
WAYS = ((1.0, 0.0), (0.0, -1.0), (-1.0, 0.0), (0.0, 1.0))  # of SIDES
ALONG = {
    "street": "zone_along_street", "parcel": "zone_along_parcel", "edge": "zone_along_edge",
    "barrier": "zone_along_barrier", "lane": "zone_along_lane",
}  # fmt: skip
LOOK_M = 30.0  # own choice: how far from the boundary a street, river or community names a side
STEP_M = 10.0  # own choice: a boundary is asked every ten metres
BESIDE_M = 1.0  # own choice: a boundary this near to a line runs on it
FACING = 0.7  # own choice: cosine of the largest angle between the boundary's normal and the way to what accompanies it
LEAST_SHARE = 0.2  # own choice: what accompanies less of a side does not name it
MOST_NAMES = 3
ON_LINE_M = 0.05
STRAIGHT_M = 0.02  # own choice: corners that bend a boundary by less are none

Reals = npt.NDArray[np.float64]


@dataclass(frozen=True, eq=False)
class Named:
    """Things that can name a side, the first kinds first: `kind` street | barrier | community | parcel."""

    kind: str
    shapes: Objects
    names: tuple[str, ...]


def named_things(
    roads: pd.DataFrame | None, barriers: pd.DataFrame | None, communities: pd.DataFrame | None, parcels: pd.DataFrame
) -> list[Named]:
    """Return what has a name, in the order in which it names a side: streets, barriers, communities, parcels."""
    found = []
    for kind, table in (("street", roads), ("barrier", barriers), ("community", communities), ("parcel", parcels)):
        if table is None or not len(table):
            continue
        own = frames.optional(table, "name").astype(frames.TEXT)
        if kind == "barrier":
            own = own.fillna(frames.optional(table, "kind").astype(frames.TEXT))
        if kind == "parcel":
            own = own.fillna(frames.optional(table, "parcel_id").astype(frames.TEXT))
        shapes = frames.geometries(table)
        good = own.notna().to_numpy(dtype=bool) & ~(shapely.is_missing(shapes) | shapely.is_empty(shapes))
        if good.any():
            found.append(Named(kind, shapes[good], tuple(own[good].astype(str).str.strip())))
    return found


def tell_bounds(outlines: list[Any], things: list[Named], language: str, run: Run) -> list[dict[str, str | None]]:
    """Return for each outline {bound_east, bound_south, bound_west, bound_north, bounds}; None where nothing is named.

    A stretch of the outer boundary lies on the side its outward normal points to, unless more of the zone lies farther
    out that way. A side is named by what accompanies
    at least a fifth of it: streets and barriers within 30 m; where those leave half of it unnamed, by the communities
    and then by the parcels beyond it; at most three names, the longest stretch first.
    """
    trees = [(thing, Tree(thing.shapes)) for thing in things]
    found = []
    for step, outline in enumerate(outlines):
        run.progress(step / max(1, len(outlines)))
        at, normal = _stations(outline)
        side = _sides(normal)
        words: dict[str, str | None] = {}
        for number, name in enumerate(SIDES):
            run.check()
            mine = _seen(at, side == number, WAYS[number], outline)
            words[f"bound_{name}"] = _names_of(at[mine], normal[mine], outline, trees, language)
        told = [say(code, language, what=words[f"bound_{name}"] or "—") for name, code in SIDES.items()]
        words["bounds"] = ("；" if language == "zh" else "; ").join(told) if any(words.values()) else None
        found.append(words)
    return found


def _stations(outline: Any) -> tuple[Reals, Reals]:
    """Return points every ten metres along the outer rings, in the middle of their stretch, and outward normals."""
    spots, normals = [], []
    for part in shapely.get_parts(outline):
        ring = _turned(shapely.get_coordinates(part.exterior), False)
        if len(ring) < 4:
            continue
        legs = np.diff(ring, axis=0)
        length = np.hypot(*legs.T)
        ends = np.r_[0.0, np.cumsum(length)]
        marks = np.arange(STEP_M / 2, ends[-1], STEP_M)
        leg = np.clip(np.searchsorted(ends, marks, side="right") - 1, 0, len(legs) - 1)
        unit = legs[leg] / np.maximum(length[leg], 1e-9)[:, None]
        spots.append(ring[leg] + unit * (marks - ends[leg])[:, None])
        normals.append(np.column_stack([unit[:, 1], -unit[:, 0]]))  # counter-clockwise: outward is to the right
    if not spots:
        return np.zeros((0, 2)), np.zeros((0, 2))
    return np.concatenate(spots), np.concatenate(normals)


def _sides(normal: Reals) -> npt.NDArray[np.int64]:
    """Return the position in SIDES of each outward normal."""
    east, north = normal[:, 0], normal[:, 1]
    flat = np.abs(east) >= np.abs(north)
    return np.where(flat, np.where(east > 0, 0, 2), np.where(north > 0, 3, 1)).astype(np.int64)


def _seen(at: Reals, mine: npt.NDArray[np.bool_], way: tuple[float, float], outline: Any) -> npt.NDArray[np.bool_]:
    """Return those of `mine` from which nothing of the zone lies farther out that way."""
    rows = np.flatnonzero(mine)
    if not len(rows):
        return mine
    far = float(np.ptp(shapely.bounds(outline)[[0, 2]]) + np.ptp(shapely.bounds(outline)[[1, 3]])) + LOOK_M
    rays = shapely.linestrings(
        np.stack([at[rows] + np.array(way) * STEP_M / 2, at[rows] + np.array(way) * far], axis=1)
    )
    shapely.prepare(outline)
    seen: npt.NDArray[np.bool_] = np.zeros(len(mine), dtype=bool)
    seen[rows] = ~shapely.intersects(outline, rays)
    return seen


def _names_of(at: Reals, normal: Reals, outline: Any, trees: list[tuple[Named, Tree]], language: str) -> str | None:
    if not len(at):
        return None
    counts: dict[str, int] = {}
    left = np.ones(len(at), dtype=bool)
    for thing, tree in trees:
        if thing.kind in ("community", "parcel") and left.sum() * 2 < len(at):
            break
        rows = np.flatnonzero(left)
        if thing.kind in ("street", "barrier"):
            hit = _street_hits(at, normal, rows, thing, tree)
        else:
            hit = _beyond(at, normal, rows, outline, thing, tree)
        for row, name in hit.items():
            word = say("zone_bound_parcel", language, name=name) if thing.kind == "parcel" else name
            counts[word] = counts.get(word, 0) + 1
            left[row] = False
    named = [(-n, word) for word, n in counts.items() if n >= LEAST_SHARE * len(at)]
    if not named and counts:
        named = [min((-n, word) for word, n in counts.items())]
    words = [word for _, word in sorted(named)[:MOST_NAMES]]
    return ("、" if language == "zh" else ", ").join(words) or None


def _street_hits(at: Reals, normal: Reals, rows: npt.NDArray[np.intp], thing: Named, tree: Tree) -> dict[int, str]:
    """Return the nearest thing within LOOK_M that accompanies each station; of equals the first by name.

    What is met only along the boundary (a street that crosses it) does not accompany it.
    """
    spots = shapely.points(at[rows])
    which, item = tree.query(spots, predicate="dwithin", distance=LOOK_M)
    ways = shapely.get_coordinates(shapely.shortest_line(spots[which], thing.shapes[item])).reshape(-1, 2, 2)
    offset = ways[:, 1] - ways[:, 0]
    gap = np.hypot(*offset.T)
    beside = (gap < BESIDE_M) | (np.abs((offset * normal[rows[which]]).sum(axis=1)) >= FACING * gap)
    found: dict[int, tuple[float, str]] = {}
    for i, k, m in zip(rows[which[beside]].tolist(), item[beside].tolist(), np.round(gap[beside], 3).tolist()):
        found[i] = min(found.get(i, (m, thing.names[k])), (m, thing.names[k]))
    return {row: name for row, (_, name) in found.items()}


def _beyond(
    at: Reals, normal: Reals, rows: npt.NDArray[np.intp], outline: Any, thing: Named, tree: Tree
) -> dict[int, str]:
    """Return the area that lies LOOK_M ÷ 2 beyond each station, outside the outline."""
    spots = shapely.points(at[rows] + normal[rows] * LOOK_M / 2)
    which, item = tree.query(spots, predicate="intersects")
    outside = ~shapely.intersects(outline, spots)
    found: dict[int, str] = {}
    for i, k in zip(which.tolist(), item.tolist()):
        if outside[i]:
            row = int(rows[i])
            found[row] = min(found.get(row, thing.names[k]), thing.names[k])
    return found


def corners_table(
    zone_ids: list[str], outlines: list[Any], lines: Lines, parcels: Objects, language: str, run: Run
) -> pd.DataFrame:
    """Return CORNERS: the corner points of every ring, clockwise from the north-westernmost, J1 …

    `north_m`, `east_m` in the working system, to a millimetre; `to_next_m` the distance to the next corner; `along`
    what the boundary follows to there. Inner rings turn the other way and carry on the numbers.
    """
    table = schema.table("corners")
    rows: list[dict[str, Any]] = []
    sides = slices.sliced(shapely.boundary, parcels, run=run)
    trees = {"barrier": lines.walls, "edge": lines.edges, "parcel": sides, "street": lines.centre}
    asked = [(name, Tree(shapes)) for name, shapes in trees.items() if len(shapes)]
    for zone, outline in sorted(zip(zone_ids, outlines), key=lambda item: item[0]):
        run.check()
        number = 0
        for ring_number, xy in enumerate(_rings(outline), 1):
            middle = shapely.points((xy + np.roll(xy, -1, axis=0)) / 2)
            along = _along(middle, asked)
            gap = np.hypot(*(np.roll(xy, -1, axis=0) - xy).T)
            for k, (x, y) in enumerate(xy.tolist()):
                number += 1
                rows.append(
                    {"zone_id": zone, "ring": ring_number, "number": number, "corner": f"J{number}", "north_m": y,
                     "east_m": x, "to_next_m": float(gap[k]), "along": say(ALONG[along[k]], language),
                     frames.GEOMETRY: shapely.Point(x, y)}
                )  # fmt: skip
    return frames.conform(pd.DataFrame(rows, columns=[*table.names(), frames.GEOMETRY]), table)


def _rings(outline: Any) -> list[Reals]:
    """Return the corners of each ring, outer ones clockwise from the north-westernmost; parts by size."""
    found = []
    parts = sorted(shapely.get_parts(outline), key=lambda part: (-part.area, part.bounds))
    for part in parts:
        straight = shapely.simplify(part, STRAIGHT_M)
        for number, ring in enumerate([straight.exterior, *straight.interiors]):
            xy = np.round(_turned(shapely.get_coordinates(ring), number == 0)[:-1], 3)
            first = int(np.lexsort((xy[:, 0], np.round(xy[:, 0] - xy[:, 1], 3)))[0])
            found.append(np.roll(xy, -first, axis=0))
    return found


def _turned(xy: Reals, clockwise: bool) -> Reals:
    """Return a closed ring turned that way. By hand: shapely.orient_polygons needs a GEOS that QGIS may not load."""
    x, y = (xy - xy[0]).T
    doubled = float((x[:-1] * y[1:] - x[1:] * y[:-1]).sum())  # twice the area, positive against the clock
    return xy[::-1] if (doubled < 0) != clockwise else xy


def _along(middle: Objects, trees: list[tuple[str, Tree]]) -> list[str]:
    """Return what lies under the middle of each stretch: the last of the trees that has it, else a lane's middle."""
    words = np.full(len(middle), "lane", dtype=object)
    for name, tree in trees:
        words[tree.query(middle, predicate="dwithin", distance=ON_LINE_M)[0]] = name
    return [str(word) for word in words]
