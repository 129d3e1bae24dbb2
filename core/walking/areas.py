# SPDX-License-Identifier: GPL-2.0-or-later
"""Service areas: from where people walk to a facility within some minutes, as polygons around the streets they use."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd
import shapely

from .. import frames, schema
from ..errors import RenewalError
from ..inputs import typed
from ..run import Run
from .areashapes import Ramps, Street, draw_edges, draw_pieces, make_street, pieces_of, unite
from .graph import CLOSED, Flags, Ints, WalkGraph
from .heights import Surface
from .join import Joined, JoinOptions, entrance_points, join_points, not_joined_reason
from .profiles import Profile
from .reach import cost_all

FORMS = ("disc", "ring")
MOST_MINUTES = 180.0  # own choice: beyond three hours nobody walks, and a typing mistake is likely

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
    """Return the limits of a list such as "5,10,15" (commas, semicolons or blanks), ascending, each once.

    Raises RenewalError `minutes_odd` for anything but numbers above 0 and up to 180.
    """
    try:
        numbers = sorted({typed.number(word) for word in typed.entries(text, blanks=True)})
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
    is joined to bridges, tunnels, lifts and escalators (method notes §2), so they are walked over but not widened. The
    straight walk does not cross a barrier; its climb is not looked at. Holes stay.

    Parameters: `facilities` with `facility_id`, `geometry` and, where facilities have limits of their own, `minutes`
    (text as in parse_minutes, missing = those of `options`); `entrances` as in entrance_points or None; `ground` the
    heights and the barriers, each or None. With `dissolve` `facility_id` is missing, and the area of a limit is all
    that lies within limits of facilities up to it. A facility that is not joined or reaches nothing is left out and
    listed (`facility_not_joined`), as is one whose own limits cannot be read (`facility_minutes_odd`).
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
    limits = _limits_of(facilities, ids, options, run)
    street = make_street(graph, profile, options.join.snap_limit_m, barriers)
    order = sorted((row for row in np.flatnonzero(lost == "") if limits[row]), key=lambda row: ids[row])
    rows: list[Row] = []
    for owner, part in run.part(0.05, 0.95).parts(order):
        origin = joined.take(np.flatnonzero(joined.owner == owner))
        shapes = _areas_of(street, origin, limits[owner], part)
        rows += [(ids[owner], minutes, shape) for minutes, shape in zip(limits[owner], shapes)]
    if options.dissolve:
        rows = _dissolved(rows, run)
    if options.form == "ring":
        rows = list(_rings(rows))
    return _table(rows, profile, options, run)


def _limits_of(facilities: pd.DataFrame, ids: object, options: AreaOptions, run: Run) -> list[tuple[float, ...]]:
    """Return the limits of each facility, its own before those of all; none where its own cannot be read."""
    limits = []
    told = frames.optional(facilities, "minutes").astype(frames.TEXT).fillna("").tolist()
    for name, text in zip(ids, told):  # type: ignore[call-overload]
        try:
            limits.append(parse_minutes(text) if text.strip() else options.minutes)
        except RenewalError as error:
            limits.append(())
            run.leave_out("FACILITIES", [name], "facility_minutes_odd", "error", **error.values)
    return limits


def _dissolved(rows: list[Row], run: Run) -> list[Row]:
    """Return one area per limit that any facility has: its own disc of that limit, or its largest below it."""
    found: list[Row] = []
    for limit in sorted({row[1] for row in rows}):
        largest = {name: shape for name, minutes, shape in rows if minutes <= limit}  # limits of a facility ascend
        found.append((None, limit, unite(list(largest.values()), run)))
    return found


def _areas_of(street: Street, origin: Joined, minutes: Sequence[float], run: Run) -> list[object]:
    """Return the discs of one facility, by limit ascending; each grows out of the one before."""
    limits = [round(60_000 * item) for item in minutes]
    times = cost_all(street.graph, street.profile, origin, limits[-1], "there", run.part(0, 0.1)).there_ms
    done = np.zeros(len(street.graph.edge_ids), dtype=bool)
    shapes: list[object] = []
    area: object = shapely.Polygon()
    for limit, part in run.part(0.1, 1.0).parts(limits):
        full, ramps = _ramps_from_nodes(street, times, limit)
        fresh = np.flatnonzero(full & ~done)
        done |= full
        pieces = pieces_of(street, ramps.joined_with(_ramps_on_own_edge(street, origin, limit)))
        area = unite([area, *draw_edges(street, fresh, part), *draw_pieces(street, pieces, part)], part)
        shapes.append(area)
    return shapes


def _ramps_from_nodes(street: Street, times: Ints, limit_ms: int) -> tuple[Flags, Ramps]:
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
    ramps = Ramps(np.concatenate([starts, ends]), low, high, radius_low, radius_high)
    return full, ramps


def _ramps_on_own_edge(street: Street, origin: Joined, limit_ms: int) -> Ramps:
    """Return the ramps on the edges that the facility itself is joined to: people come along them from both sides."""
    graph, name = street.graph, street.profile.id
    rows = np.flatnonzero(origin.edge >= 0)
    rows = rows[(street.first[1:] > street.first[:-1])[origin.edge[rows]]]
    edge, share = origin.edge[rows].astype(np.int64), origin.share[rows]
    fwd, back = graph.fwd_ms[name][edge], graph.back_ms[name][edge]
    metres = street.profile.flat_m_s / 1000
    left = (limit_ms - origin.leg_from_ms[rows]).astype(np.float64)
    before, after = (fwd != CLOSED) & (share > 0), (back != CLOSED) & (share < 1)
    return Ramps(
        np.concatenate([edge[before], edge[after]]),
        np.concatenate([np.zeros(before.sum()), share[after]]),
        np.concatenate([share[before], np.ones(after.sum())]),
        metres * np.concatenate([(left - share * fwd)[before], left[after]]),
        metres * np.concatenate([left[before], (left - (1 - share) * back)[after]]),
    )


def _rings(rows: list[Row]) -> Iterator[Row]:
    """Take from each area the one of the limit before; rows of a facility stand together, limits ascending."""
    for number, (name, minutes, shape) in enumerate(rows):
        inner = number and rows[number - 1][0] == name
        with np.errstate(divide="ignore", invalid="ignore"):  # GEOS leaves the processor's flags set
            ring = shapely.difference(shape, rows[number - 1][2]) if inner else shape
        yield name, minutes, ring


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
