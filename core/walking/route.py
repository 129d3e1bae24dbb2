# SPDX-License-Identifier: GPL-2.0-or-later
"""Routes: the way between two joined points edge by edge, with partial first and last edges."""

from __future__ import annotations

from dataclasses import dataclass

from ..run import Run
from .graph import Ints, Reals, WalkGraph
from .join import Joined
from .profiles import Profile


@dataclass(frozen=True, eq=False)
class Route:
    """One walk. `edge` (k,) int32 in walking order, `share_from`, `share_to` (k,) float64: the stretch of each edge
    walked (from > to: against its direction), `edge_ms` (k,) int32. `ms` all of it with both legs; `length_m`,
    `stairs_m` plan lengths without the legs, `climb_m`, `drop_m` metres up and down (flat where heights are unknown).
    """

    edge: Ints
    share_from: Reals
    share_to: Reals
    edge_ms: Ints
    ms: int
    length_m: float
    stairs_m: float
    climb_m: float
    drop_m: float


def routes_between(
    graph: WalkGraph, profile: Profile, places: Joined, facility: Joined, limit_ms: int, direction: str, run: Run
) -> list[Route | None]:
    """Return per place owner the quickest walk to (`there`) or from (`back`) one facility owner, None beyond the limit.

    `facility` holds the points (entrances) of a single owner. Of equally quick walks always the same one is taken.
    The `ms` of a route equals what reach_pairs says, to the millisecond. `both` is refused: two ways, two calls.
    """
    raise NotImplementedError
