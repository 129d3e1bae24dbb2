# SPDX-License-Identifier: GPL-2.0-or-later
"""Reach on foot from, or to, one place: the streets, cut where the minutes end, and times at known points.

A search over the whole network answers both: times at its nodes, then at every point that was joined to it before.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from ..run import Run
from .graph import CLOSED, WalkGraph
from .join import Joined
from .profiles import Profile
from .reach import cost_all
from .route import stretch_of
from .search import Search

Longs = npt.NDArray[np.int64]
SHORTEST = 1e-6  # share of an edge below which nothing is drawn


@dataclass(frozen=True, eq=False)
class Times:
    """Milliseconds between a place and every node, `at` (n,), -1 = beyond `limit_ms`; `toward`: people walk to it."""

    graph: WalkGraph
    profile: Profile
    origin: Joined
    toward: bool
    limit_ms: int
    at: Longs

    @property
    def is_joined(self) -> bool:
        """Say whether a street is near enough to the place."""
        return bool(self.origin.edge[0] >= 0)


@dataclass(frozen=True)
class Reach:
    """Stretches of street walked within the limit, with the minute at which their farthest point is reached."""

    lines: list[Any]
    minutes: list[float]
    kinds: list[str]
    length_m: float


def times_around(graph: WalkGraph, profile: Profile, origin: Joined, minutes: float, toward: bool, run: Run) -> Times:
    """Return the times from a joined place to everywhere, or from everywhere to it; nowhere when it is not joined."""
    limit = round(minutes * 60_000)
    if origin.edge[0] < 0:
        return Times(graph, profile, origin, toward, limit, np.full(len(graph.node_ids), -1, dtype=np.int64))
    found = cost_all(graph, profile, origin, limit, "there" if toward else "back", run)
    at = (found.there_ms if toward else found.back_ms).astype(np.int64)
    return Times(graph, profile, origin, toward, limit, at)


def reach_of(times: Times) -> Reach:
    """Return what is reached, an edge of which only a part is within the limit cut there."""
    graph, limit = times.graph, float(times.limit_ms)
    if not times.is_joined:
        return Reach([], [], [], 0.0)
    ahead, behind = _sides(times)
    one, other = times.at[graph.start], times.at[graph.end]
    near = np.flatnonzero((one >= 0) | (other >= 0))
    near = near[near != times.origin.edge[0]]
    from_start = _share(one[near], ahead[near], limit)
    from_end = _share(other[near], behind[near], limit)
    is_whole = from_start + from_end >= 1.0 - SHORTEST
    whole = near[is_whole]
    lines = list(graph.geometry[whole])
    at_ms = _peak(one[whole], other[whole], ahead[whole], behind[whole]).tolist()
    kinds = graph.kind[whole].astype(str).tolist()
    metres = float(graph.length_m[whole].sum())
    pieces = _origin_piece(times, ahead, behind)
    for edge, low, high in zip(near[~is_whole], from_start[~is_whole], from_end[~is_whole]):
        pieces += [(edge, a, b, limit) for a, b in ((0.0, low), (1.0 - high, 1.0)) if b - a > SHORTEST]
    for edge, low, high, ms in pieces:
        lines.append(stretch_of(graph.geometry[edge], low, high))
        at_ms.append(ms)
        kinds.append(str(graph.kind[edge]))
        metres += (high - low) * float(graph.length_m[edge])
    return Reach(lines, [ms / 60_000 for ms in at_ms], kinds, metres)


def times_at(times: Times, joined: Joined) -> Longs:
    """Return the milliseconds between the place and each owner of joined points, (owners,), -1 = beyond the limit."""
    search = Search(times.graph, times.profile, times.toward)
    best = np.full(joined.owners, times.limit_ms + 1, dtype=np.int64)
    if times.is_joined:
        ends = search.ends(joined, True)
        at = times.at[ends.node]
        there = at >= 0
        np.minimum.at(best, joined.owner[ends.row[there]], at[there] + ends.ms[there])
        _, row, ms = search.on_one_edge(times.origin, np.array([0]), joined, ends)
        np.minimum.at(best, joined.owner[row], ms)
    return np.where(best <= times.limit_ms, best, -1)


def _sides(times: Times) -> tuple[Longs, Longs]:
    """Return the ms of each edge walked away from its start, and away from its end, as the times count them."""
    graph = times.graph
    fwd, back = graph.fwd_ms[times.profile.id].astype(np.int64), graph.back_ms[times.profile.id].astype(np.int64)
    return (back, fwd) if times.toward else (fwd, back)


def _share(at: Longs, ms: Longs, limit: float) -> npt.NDArray[np.float64]:
    """Return how much of an edge is walked from one end within the limit, 0–1."""
    can = (at >= 0) & (ms != CLOSED)
    return np.where(can, np.clip((limit - at) / np.maximum(ms, 1), 0.0, 1.0), 0.0)


def _peak(one: Longs, other: Longs, ahead: Longs, behind: Longs) -> npt.NDArray[np.float64]:
    """Return when the last point of a wholly walked edge is reached: where walkers from both ends meet."""
    far = np.int64(2**40)
    start = np.where((one >= 0) & (ahead != CLOSED), one, far)
    end = np.where((other >= 0) & (behind != CLOSED), other, far)
    both = np.maximum(ahead + behind, 1)
    share = np.clip((end + behind - start) / both, 0.0, 1.0)
    return np.minimum(start + share * ahead, np.where(end < far, end + behind, far))


def _origin_piece(times: Times, ahead: Longs, behind: Longs) -> list[tuple[int, float, float, float]]:
    """Return the stretch of the edge at which the place is joined, to both sides of it."""
    edge, foot = int(times.origin.edge[0]), float(times.origin.share[0])
    leg = float((times.origin.leg_from_ms if times.toward else times.origin.leg_to_ms)[0])
    left = times.limit_ms - leg
    if left < 0:
        return []
    on, off = float(ahead[edge]), float(behind[edge])
    high = min(1.0, foot + left / max(on, 1.0)) if ahead[edge] != CLOSED else foot
    low = max(0.0, foot - left / max(off, 1.0)) if behind[edge] != CLOSED else foot
    if high - low <= SHORTEST:
        return []
    return [(edge, low, high, leg + max((high - foot) * on, (foot - low) * off))]  # 0 × a closed direction is 0
