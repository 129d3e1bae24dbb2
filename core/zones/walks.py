# SPDX-License-Identifier: GPL-2.0-or-later
"""An elder's walks between parcels and stations, the slower of both directions; stations near each other on foot."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Protocol

import numpy as np
import numpy.typing as npt
import pandas as pd
import shapely

from .. import frames
from ..run import Run
from ..trees import Tree
from ..walking.graph import Ints, Reals
from ..walking.join import Joined, Points, entrance_points, join_points, points_of
from ..walking.reach import reach_pairs
from ..walking.rims import enter_by_rim
from ..walking.route import routes_between
from .inputs import ZoneInputs
from .rules import Limits

ENTRANCE_M = 500.0  # own choice: an entrance that names no station is of the nearest one so far off
SLOWEST_M_S = 0.2  # own choice: no walk of an elder is slower over its whole length; bounds the search between stations


@dataclass(frozen=True, eq=False)
class StationWalks:
    """Stations on the network: their entrance points (`owner` = station row), joined; metres on foot by pair a < b."""

    points: Points
    joined: Joined
    metres: dict[tuple[int, int], float]


@dataclass(frozen=True, eq=False)
class Walks:
    """Reached parcels: `parcel`, `core`, `ms` (k,) with both directions within the limit, `ms` the slower one.

    `places` (owner = parcel row) and `stations` (owner = core) are joined points for routes; None without a network.
    """

    parcel: Ints
    core: Ints
    ms: Ints
    places: Joined | None = None
    stations: Joined | None = None

    def by_core(self, n: int) -> list[dict[int, int]]:
        """Return for each of n cores {parcel: milliseconds}."""
        found: list[dict[int, int]] = [{} for _ in range(n)]
        for p, c, ms in zip(self.parcel.tolist(), self.core.tolist(), self.ms.tolist()):
            found[c][p] = ms
        return found


class Walker(Protocol):
    """Where walking times come from: the network, or a stand-in.

    `points`: entrance points (`owner` = station row). `metres`: walks between stations a < b within the merging limit.
    `lost`: stations that are not on the network. `reach` gives the walks to cores, `core_of` (stations,) each one's.
    """

    points: Points
    metres: dict[tuple[int, int], float]
    lost: set[int]

    def reach(self, core_of: npt.NDArray[np.int64], run: Run) -> Walks:
        """Return the parcels that are within reach of each core, both ways."""

    def neighbours(self, limit_m: float, run: Run) -> npt.NDArray[np.int64]:
        """Return (k, 2) rows p < q of parcels a walk of at most `limit_m` apart, both ways."""


class NetworkWalker:
    """Walks on the network of the inputs."""

    def __init__(self, inputs: ZoneInputs, limits: Limits, run: Run) -> None:
        self._inputs, self._limits = inputs, limits
        self._stations = walk_between_stations(inputs, limits.merge_walk_m, run.part(0, 0.4))
        self._places = join_parcels(inputs, self._stations, limits, run.part(0.4, 1))
        joined = self._stations.joined
        self.points, self.metres = self._stations.points, self._stations.metres
        self.lost = set(range(joined.owners)) - set(joined.owner[joined.edge >= 0].tolist())

    def reach(self, core_of: npt.NDArray[np.int64], run: Run) -> Walks:
        """Return the parcels that are within reach of each core, both ways."""
        return walk_to_cores(self._inputs, self._places, self._stations, core_of, self._limits, run)

    def neighbours(self, limit_m: float, run: Run) -> npt.NDArray[np.int64]:
        """Return (k, 2) rows p < q of parcels whose access points an elder walks between, both ways, in the time that
        `limit_m` take on flat ground.
        """
        elder = self._inputs.profile
        limit_ms = round(limit_m / elder.flat_m_s * 1000)
        pairs = reach_pairs(self._inputs.graph, elder, self._places, self._places, limit_ms, "both", run)
        both = np.column_stack([pairs.place, pairs.facility]).astype(np.int64)
        return both[both[:, 0] < both[:, 1]]


def walk_between_stations(inputs: ZoneInputs, limit_m: float, run: Run) -> StationWalks:
    """Return the stations' entrances joined to the network, and the walks between stations up to `limit_m`.

    A walk's length is that of the slower direction's network part, without the legs; only stations whose entrances lie
    within `limit_m` in a straight line are asked.
    """
    points = entrance_points(
        inputs.stations, "station_id", inputs.entrances, run, near_m=ENTRANCE_M, layer="STATION_ENTRANCES"
    )
    options = replace(inputs.join, structures_m=inputs.profile.rules.structure_snap_m)
    joined = join_points(points, inputs.graph, inputs.profile, inputs.surface, inputs.barriers, options, run)
    metres: dict[tuple[int, int], float] = {}
    limit_ms = round(limit_m / SLOWEST_M_S * 1000)
    for b, others in sorted(_close_stations(points, limit_m).items()):
        run.check()
        facility = only(joined, [b])
        lengths: dict[int, float] = {}
        for direction in ("there", "back"):
            routes = routes_between(
                inputs.graph, inputs.profile, only(joined, others), facility, limit_ms, direction, run.part(0, 0)
            )
            for a, route in zip(others, routes):
                length = np.inf if route is None else route.length_m
                lengths[a] = max(lengths.get(a, 0.0), length)
        metres |= {(a, b): length for a, length in lengths.items() if length <= limit_m}
    return StationWalks(points, joined, metres)


def only(joined: Joined, owners: list[int]) -> Joined:
    """Return the points of these owners, renumbered 0…k-1 in the order given."""
    place = {owner: number for number, owner in enumerate(owners)}
    rows = np.flatnonzero(np.isin(joined.owner, owners)).astype(np.int32)
    part = joined.take(rows)
    renumbered = np.array([place[int(owner)] for owner in part.owner], dtype=np.int32)
    return replace(part, owner=renumbered, owners=len(owners))


def join_parcels(inputs: ZoneInputs, stations: StationWalks, limits: Limits, run: Run) -> Joined:
    """Return the access points (a point inside each parcel, owner = row) of the parcels that may be within reach.

    A large plot whose inside point meets no street is entered at its rim, and it is said (`zone_parcels_by_rim`): works
    of several hectares lie between their streets. Tagged parcels that cannot be joined to the network are listed.
    """
    limit_ms = round(limits.walk_min * 60_000)
    reach_m = inputs.graph.top_speed(inputs.profile.id) * limit_ms + 2 * inputs.join.snap_limit_m
    near = _near(frames.geometries(inputs.parcels), stations.points.x_m, stations.points.y_m, reach_m)
    points = _rows(points_of(inputs.parcels, "parcel_id"), near)
    places = join_points(points, inputs.graph, inputs.profile, inputs.surface, inputs.barriers, inputs.join, run)
    places, by_rim_n = enter_by_rim(
        places, points, frames.geometries(inputs.parcels),
        lambda around: join_points(
            around, inputs.graph, inputs.profile, inputs.surface, inputs.barriers, inputs.join, run
        ),
    )  # fmt: skip
    if by_rim_n:
        run.note("zone_parcels_by_rim", n=by_rim_n)
    _tell_unjoined(places, inputs.parcels, run)
    return places


def walk_to_cores(
    inputs: ZoneInputs, places: Joined, stations: StationWalks, core_of: npt.NDArray[np.int64], limits: Limits,
    run: Run,
) -> Walks:  # fmt: skip
    """Return which parcels an elder reaches from which core, and back; `core_of` (stations,) is each station's core."""
    joined = stations.joined
    cores = replace(joined, owner=core_of[joined.owner].astype(np.int32), owners=int(core_of.max(initial=-1)) + 1)
    limit_ms = round(limits.walk_min * 60_000)
    pairs = reach_pairs(inputs.graph, inputs.profile, places, cores, limit_ms, "both", run)
    return Walks(pairs.place, pairs.facility, np.maximum(pairs.there_ms, pairs.back_ms), places, cores)


def _close_stations(points: Points, limit_m: float) -> dict[int, list[int]]:
    shapes = shapely.points(points.x_m, points.y_m)
    left, right = shapely.STRtree(shapes).query(shapes, predicate="dwithin", distance=limit_m)
    pairs = {(int(points.owner[i]), int(points.owner[j])) for i, j in zip(left, right)}
    close: dict[int, list[int]] = {}
    for a, b in sorted(pairs):
        if a < b:
            close.setdefault(b, []).append(a)
    return close


def _near(shapes: npt.NDArray[np.object_], x_m: Reals, y_m: Reals, reach_m: float) -> npt.NDArray[np.bool_]:
    near = np.zeros(len(shapes), dtype=bool)
    if len(x_m):
        found = Tree(shapes).query(shapely.points(x_m, y_m), predicate="dwithin", distance=reach_m)
        near[found[1]] = True
    return near


def _rows(points: Points, wanted_owner: npt.NDArray[np.bool_]) -> Points:
    keep = wanted_owner[points.owner]
    return Points(points.ids[keep], points.x_m[keep], points.y_m[keep], points.owner[keep], points.owners)


def _tell_unjoined(places: Joined, parcels: pd.DataFrame, run: Run) -> None:
    lost = places.owner[places.edge < 0]
    tagged = frames.optional(parcels, "tag").fillna("none").to_numpy(dtype=object) != "none"
    ids = parcels["parcel_id"].to_numpy(dtype=object)[lost[tagged[lost]]]
    run.leave_out("PARCELS", sorted(map(str, ids)), "zone_parcel_not_joined", "warning")
