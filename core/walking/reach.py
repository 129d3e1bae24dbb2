# SPDX-License-Identifier: GPL-2.0-or-later
"""Who reaches what on foot: all pairs within a limit, the nearest facility, times from one point to everywhere."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from ..run import Run
from .graph import Flags, Ints, WalkGraph
from .join import Joined
from .profiles import Profile

DIRECTIONS = ("there", "back", "both")
NOT_ASKED = -1  # milliseconds of a direction that was not searched


@dataclass(frozen=True, eq=False)
class Pairs:
    """All reached (place, facility) pairs, sorted by facility, then place; each pair once.

    `place`, `facility` (k,) int32 owner positions of the two Joined; `there_ms` place → facility, `back_ms` facility →
    place, -1 = not asked; `cost_ms`: there, back, or with `both` their mean, half milliseconds rounded up. All int32.
    """

    place: Ints
    facility: Ints
    there_ms: Ints
    back_ms: Ints
    cost_ms: Ints

    def within(self, limit_ms: int | npt.NDArray[np.int64]) -> Pairs:
        """Return the pairs within a smaller limit (one number, or one per facility): the same as a new search."""
        raise NotImplementedError

    def take(self, rows: Flags) -> Pairs:
        """Return some of the pairs."""
        raise NotImplementedError


@dataclass(frozen=True, eq=False)
class Nearest:
    """Per place owner the nearest facility owner walked *to*: `facility` int32 (-1 = none within the cap), `ms` int32
    (-1). Equal times go to the lower position, that is the earlier facility row.

    """

    facility: Ints
    ms: Ints


@dataclass(frozen=True, eq=False)
class NodeTimes:
    """Times between one owner and every node of the graph, (n,) int32, -1 = beyond the limit or not asked."""

    there_ms: Ints
    back_ms: Ints


def reach_pairs(
    graph: WalkGraph, profile: Profile, places: Joined, facilities: Joined, limit_ms: int | npt.NDArray[np.int64],
    direction: str, run: Run,
) -> Pairs:  # fmt: skip
    """Return all pairs within the limit.

    `limit_ms`: one number or one per facility owner; a pair exactly at the limit is inside. `direction`: there (place →
    facility) | back | both (reached when there ≤ limit and back ≤ limit). Costs are leg + partial edges + edges + leg;
    on one edge the least of along it and around it; an owner of several points has the least over them.
    """
    raise NotImplementedError


def nearest(graph: WalkGraph, profile: Profile, places: Joined, facilities: Joined, cap_ms: int, run: Run) -> Nearest:
    """Return for each place owner the nearest facility owner on the way there, searched up to `cap_ms`."""
    raise NotImplementedError


def cost_all(
    graph: WalkGraph, profile: Profile, origin: Joined, limit_ms: int | None, direction: str, run: Run
) -> NodeTimes:
    """Return the times between one facility owner (all points of `origin` together) and all nodes within the limit."""
    raise NotImplementedError
