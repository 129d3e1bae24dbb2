# SPDX-License-Identifier: GPL-2.0-or-later
"""Joining places and facilities to the network: the nearest point on an edge that can really be walked to."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd

from ..run import Run
from .graph import Flags, Ints, Objects, Reals, WalkGraph
from .heights import Surface
from .profiles import Profile

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
    """How far and how steep a joining leg may be (contract: SNAP_LIMIT, SNAP_MAX_CLIMB).

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
        raise NotImplementedError


def points_of(places: pd.DataFrame, id_column: str) -> Points:
    """Return a point per row of a layer: points as they are, the inside point of a polygon, the middle of a line.

    Each row owns its point (`owner` = row position). Rows without geometry own none.
    """
    raise NotImplementedError


def entrance_points(owners: pd.DataFrame, id_column: str, entrances: pd.DataFrame | None, run: Run) -> Points:
    """Return the entrances of each row of `owners`, or its own point where it has none.

    Parameters: `owners` with `id_column` and `geometry`; `entrances` with `entrance_of` (an id of an owner), `geometry`
    and, if there, `entrance_id`. Entrances of an unknown owner are left out and listed (`entrance_of_nobody`).
    """
    raise NotImplementedError


def join_points(
    points: Points, graph: WalkGraph, profile: Profile, surface: Surface | None, barriers: pd.DataFrame | None,
    options: JoinOptions, run: Run,
) -> Joined:  # fmt: skip
    """Join every point to the nearest point on an edge (methods.md §2 "Joining").

    The leg is walked at the profile's speed with its climb. A leg that climbs more than `snap_max_climb_m` at more than
    `rules.snap_steep_share`, or crosses a barrier (lines or polygons, column `geometry`), is not taken: the next-best
    edge within `snap_limit_m` is, else the status says SNAP_STEEP; no edge at all within the limit is NOT_SNAPPED.
    Lifts and escalators are never joined, edges closed to the profile neither. Without heights at either end the leg is
    walked flat; such legs are counted (`run.fact(legs_flat_n=…)`).
    """
    raise NotImplementedError


def not_joined_reason(joined: Joined) -> Objects:
    """Return (owners,) per owner "" when any of its points is joined, else SNAP_STEEP, else NOT_SNAPPED."""
    raise NotImplementedError


def empty_joined(owners: int) -> Joined:
    """Return a Joined without points."""
    nothing = np.empty(0, dtype=np.int32)
    real = np.empty(0, dtype=np.float64)
    words = np.empty(0, dtype=object)
    return Joined(words, nothing, owners, nothing, real, real, real, nothing, nothing, words)
