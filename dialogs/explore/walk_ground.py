# SPDX-License-Identifier: GPL-2.0-or-later
"""The walk network for questions asked by clicking: where a place meets it, the way to a facility.

Read once from the EDGES of a study, or from the file that a step of the study has kept beside the project; kept in
memory while the layer's file stays the same. Heights of the clicked points are not looked
up: the leg from a point to the street is walked flat.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import shapely

from ...core.delivery.profile import STEP_RISE_M
from ...core.run import Run
from ...core.walking import around
from ...core.walking.graph import WalkGraph
from ...core.walking.join import Joined, JoinOptions, Points, join_points
from ...core.walking.profiles import Profile, load_profiles
from ...core.walking.route import Route, routes_between, stretch_of
from ...processing.intake.networks import OpenedNetwork, opened_network
from ..review.reviewing import stamp_of

PROFILES = ("elder", "carer", "adult", "wheelchair")
LONGEST_MIN = 60.0  # a way to a facility longer than this is not drawn


@dataclass(frozen=True)
class Ground:
    """The network, the profiles that it has times for, and what it was read from."""

    graph: WalkGraph
    profiles: dict[str, Profile]
    source: str
    stamp: float


@dataclass(frozen=True)
class Way:
    """The way there: its line, seconds there and back (None = not within the hour), plan and stair length, climb.

    `heights` = (metres walked, metres above the sea or NaN, kind of the stretch that ends here); `minutes` = metres
    walked after 1, 2, 3 … minutes; `steps_n` about how many stairs.
    """

    line: Any
    there_s: float
    back_s: float | None
    length_m: float
    stairs_m: float
    climb_m: float
    drop_m: float
    stairs: list[Any]
    heights: tuple[tuple[float, float, str], ...] = ()
    minutes: tuple[float, ...] = ()
    steps_n: int = 0


def read_ground(
    source: str, is_cancelled: Callable[[], bool] = lambda: False, profile_file: str | None = None,
    home: Path | None = None, opened: OpenedNetwork | None = None,
) -> Ground:  # fmt: skip
    """Read the network of `<file>.gpkg[|layername=edges]`, with the profiles it was built for (own ones: the file).

    `home`: the project's folder, where the network is kept (processing/intake/networks.py); None = nowhere. `opened` is
    what opened_network gives on the main thread, for callers in another one.
    Raises RenewalError.
    """
    stamp = stamp_of(source)  # before it is read: whoever writes it meanwhile makes it old
    graph = (opened or opened_network(source)).read(home, Run(is_cancelled=is_cancelled))
    names = [name for name in PROFILES if name in graph.profiles]
    profiles = {item.id: item for item in load_profiles(names, profile_file) if item.id in graph.profiles}
    return Ground(graph, profiles, source, stamp)


def way_to(ground: Ground, home: tuple[float, float], goals: list[tuple[float, float]], profile: str) -> Way | None:
    """Return the quickest way from a point to the nearest of the points of one facility; None when there is none."""
    graph, person, limit = ground.graph, ground.profiles[profile], round(LONGEST_MIN * 60_000)
    place = join_here(ground, *home, profile)
    x, y = np.array([xy[0] for xy in goals]), np.array([xy[1] for xy in goals])
    ids, owner = np.array([str(n) for n in range(len(goals))], dtype=object), np.zeros(len(goals), dtype=np.int32)
    options = JoinOptions(structures_m=person.rules.structure_snap_m)
    goal = join_points(Points(ids, x, y, owner, 1), graph, person, None, None, options, Run())
    there = routes_between(graph, person, place, goal, limit, "there", Run())[0]
    if there is None:
        return None
    back = routes_between(graph, person, place, goal, limit, "back", Run())[0]
    pieces = [_piece(graph, there, step) for step in range(len(there.edge))]
    line = shapely.LineString(np.vstack([shapely.get_coordinates(piece) for piece in pieces])) if pieces else None
    stairs = [piece for piece, edge in zip(pieces, there.edge) if graph.kind[edge] == "stairs"]
    return Way(
        line, there.ms / 1000, back.ms / 1000 if back else None, there.length_m, there.stairs_m, there.climb_m,
        there.drop_m, stairs, *_profile(graph, there),
    )  # fmt: skip


def _profile(graph: WalkGraph, route: Route) -> tuple[tuple[tuple[float, float, str], ...], tuple[float, ...], int]:
    """Return (heights, minutes, steps) of a Way. The legs to and from the street are not part of it."""
    edge, before, after = route.edge, route.share_from, route.share_to
    rise = graph.z_m[graph.end[edge]] - graph.z_m[graph.start[edge]]
    z_from, z_to = (graph.z_m[graph.start[edge]] + share * rise for share in (before, after))
    metres = np.concatenate([[0.0], np.cumsum(np.abs(after - before) * graph.length_m[edge])])
    kinds = [str(graph.kind[item]) for item in edge]
    heights = [(0.0, float(z_from[0]), kinds[0])] if len(edge) else []
    heights += [(float(m), float(z), kind) for m, z, kind in zip(metres[1:], z_to, kinds)]
    seconds = np.concatenate([[0.0], np.cumsum(route.edge_ms)]) / 1000
    whole = np.arange(60.0, float(seconds[-1]) + 1e-9, 60.0)
    climbed = np.abs(z_to - z_from)[[kind == "stairs" for kind in kinds]] if kinds else np.zeros(0)
    steps = int(np.rint(np.nan_to_num(climbed) / STEP_RISE_M).sum())
    return tuple(heights), tuple(np.interp(whole, seconds, metres).tolist()), steps


def join_here(ground: Ground, x_m: float, y_m: float, profile: str) -> Joined:
    """Return where a clicked place meets the streets that somebody may walk."""
    points = Points(np.array(["here"], dtype=object), np.array([x_m]), np.array([y_m]), np.zeros(1, dtype=np.int32), 1)
    return join_points(points, ground.graph, ground.profiles[profile], None, None, JoinOptions(), Run())


def times_around(
    ground: Ground, x_m: float, y_m: float, profile: str, minutes: float, toward: bool = False
) -> around.Times:
    """Return the times from a clicked place to everywhere, or from everywhere to it."""
    origin = join_here(ground, x_m, y_m, profile)
    return around.times_around(ground.graph, ground.profiles[profile], origin, minutes, toward, Run())


def _piece(graph: WalkGraph, route: Route, step: int) -> Any:
    """Return the stretch of an edge as walked."""
    before, after = float(route.share_from[step]), float(route.share_to[step])
    line = stretch_of(graph.geometry[route.edge[step]], min(before, after), max(before, after))
    return line if after >= before else shapely.reverse(line)
