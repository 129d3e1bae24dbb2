# SPDX-License-Identifier: GPL-2.0-or-later
"""The walk from a station to a petal as a line over metres walked and metres above the sea."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pandas as pd
import shapely
from scipy.sparse import csr_array
from scipy.sparse.csgraph import connected_components, dijkstra

from .. import frames

Reals = npt.NDArray[np.float64]

NODE_M = 0.05  # ends of stretches closer than this are one place: coordinates are stored to the millimetre
STEP_RISE_M = 0.15  # climb of one stair, as stairs out of doors are built


@dataclass(frozen=True)
class Stretch:
    """One edge or part of it as it is walked from the station: metres, heights, seconds there and back by profile.

    Heights NaN = unknown; seconds NaN = this profile cannot walk it that way.
    """

    kind: str
    length_m: float
    z_from_m: float
    z_to_m: float
    there_s: dict[str, float]
    back_s: dict[str, float]


@dataclass(frozen=True)
class Walk:
    """The longest walk of a petal, stretch by stretch from the station."""

    petal_id: str
    stretches: tuple[Stretch, ...]

    @property
    def length_m(self) -> float:
        """Return the metres walked."""
        return math.fsum(item.length_m for item in self.stretches)

    @property
    def climb_m(self) -> float:
        """Return the metres up on the way from the station, NaN when a height is unknown."""
        return math.fsum(max(0.0, item.z_to_m - item.z_from_m) for item in self.stretches if not _flat(item))

    @property
    def drop_m(self) -> float:
        """Return the metres down on the way from the station."""
        return math.fsum(max(0.0, item.z_from_m - item.z_to_m) for item in self.stretches if not _flat(item))

    @property
    def has_heights(self) -> bool:
        """Say whether every height is known."""
        return not any(math.isnan(item.z_from_m) or math.isnan(item.z_to_m) for item in self.stretches)

    @property
    def steps_n(self) -> int:
        """Return about how many stairs: what stairs climb or drop by 0.15 m a stair."""
        return sum(steps_of(item) for item in self.stretches)

    def seconds(self, profile: str, back: bool = False) -> float:
        """Return the seconds of a profile from the station (or back to it), NaN when it cannot walk there."""
        parts = [(item.back_s if back else item.there_s).get(profile, math.nan) for item in self.stretches]
        return math.fsum(parts) if not any(math.isnan(part) for part in parts) else math.nan


def steps_of(stretch: Stretch) -> int:
    """Return about how many stairs a stretch has; 0 when it is none or a height is unknown."""
    rise = abs(stretch.z_to_m - stretch.z_from_m)
    return round(rise / STEP_RISE_M) if stretch.kind == "stairs" and not math.isnan(rise) else 0


def longest_walk(
    branches: pd.DataFrame,
    edges: pd.DataFrame,
    core: shapely.Point,
    profiles: Sequence[str] = ("elder",),
    most_s: float = math.inf,
) -> Walk | None:
    """Return the walk along one petal's branches that takes the first profile longest, there or back; None without.

    `branches` the rows of one petal, `edges` with edge_id, length_m, z_from_m, z_to_m and {profile}_fwd_ms, _back_ms
    of every profile; both in metres. Branches do not say where they begin: each connected part of them begins at its
    end, or at its corner, nearest to the core; of these walks the longest within `most_s` (the time of the petal, with
    the ways to and from the roads) is taken, the shortest when all are longer. An edge that is missing is left out.
    Own method.
    """
    parts = _parts(branches, edges, profiles)
    if not parts:
        return None
    ends = np.array([[part.start, part.end] for part in parts]).reshape(-1, 2)
    spots, node = np.unique(np.round(ends / NODE_M).astype("int64"), axis=0, return_inverse=True)
    node = node.reshape(-1, 2)
    cost = np.array([max(part.slower(profiles[0]), 1e-6) for part in parts])
    graph = _lightest(len(spots), node, cost)
    away = np.hypot(spots[:, 0] * NODE_M - core.x, spots[:, 1] * NODE_M - core.y)
    petal_id = str(branches["petal_id"].iloc[0])
    walks: list[tuple[float, Walk]] = []
    for root in _roots(graph, node, away):
        far, before = dijkstra(graph, directed=False, indices=root, return_predecessors=True)
        path = _path(root, int(np.argmax(np.where(np.isfinite(far), np.round(far, 6), -1.0))), before, node, cost)
        walk = Walk(petal_id, tuple(parts[row].walked(turned) for row, turned in path))
        if path:
            walks.append((np.fmax(walk.seconds(profiles[0]), walk.seconds(profiles[0], back=True)), walk))
    within = [item for item in walks if not item[0] > most_s + 1]
    if within:
        return max(within, key=lambda item: item[0])[1]
    return min(walks, key=lambda item: item[0])[1] if walks else None


def _roots(graph: csr_array, node: npt.NDArray[np.int64], away: Reals) -> list[int]:
    """Return for each connected part the node nearest to the core, and the nearest one that only one stretch has."""
    count, part = connected_components(graph, directed=False)
    uses = np.bincount(node.ravel(), minlength=len(away))
    roots: list[int] = []
    for number in range(count):
        mine = np.flatnonzero(part == number)
        ends = mine[uses[mine] == 1]
        roots += [int(group[np.argmin(away[group])]) for group in (mine, ends) if len(group)]
    return sorted(set(roots), key=lambda root: (away[root], root))


@dataclass(frozen=True)
class _Part:
    """A stretch of a branch in the direction of its line, with its edge's numbers cut to size."""

    start: tuple[float, float]
    end: tuple[float, float]
    kind: str
    length_m: float
    z_m: tuple[float, float]
    forward_s: dict[str, float]
    backward_s: dict[str, float]

    def seconds(self, profile: str, turned: bool = False) -> float:
        """Return the seconds along the part, or back; NaN where they are not known."""
        return (self.backward_s if turned else self.forward_s).get(profile, math.nan)

    def slower(self, profile: str) -> float:
        """Return the seconds of the slower direction; its metres where no time is known."""
        return float(np.fmax(np.fmax(self.seconds(profile), self.seconds(profile, turned=True)), 0.0)) or self.length_m

    def walked(self, turned: bool) -> Stretch:
        """Return the part as it is walked, from its other end when turned."""
        low, high = self.z_m[::-1] if turned else self.z_m
        there, back = (self.backward_s, self.forward_s) if turned else (self.forward_s, self.backward_s)
        return Stretch(self.kind, self.length_m, low, high, there, back)


def _parts(branches: pd.DataFrame, edges: pd.DataFrame, profiles: Sequence[str]) -> list[_Part]:
    rows = {str(key): row for row, key in enumerate(edges["edge_id"])}
    z_from, z_to = (frames.reals(edges, name) for name in ("z_from_m", "z_to_m"))
    length = frames.reals(edges, "length_m")
    times = {
        (profile, way): frames.reals(edges, f"{profile}_{way}_ms") for profile in profiles for way in ("fwd", "back")
    }
    found: list[_Part] = []
    ordered = branches.sort_values("edge_id", kind="stable")
    walked = frames.reals(ordered, "length_m")
    columns = (ordered[name] for name in ("edge_id", "kind", frames.GEOMETRY))
    for edge_id, kind, line, metres in zip(*columns, walked):
        row = rows.get(str(edge_id))
        whole = edges[frames.GEOMETRY].iloc[row] if row is not None else None
        nothing = metres == 0 or line is None or line.is_empty  # a walk of no length is drawn as its whole edge
        if row is None or nothing or whole is None or whole.is_empty:
            continue
        xy = shapely.get_coordinates(line)
        low, high = (
            float(shapely.line_locate_point(whole, shapely.Point(*xy[end]), normalized=True)) for end in (0, -1)
        )
        share, rise = abs(high - low), z_to[row] - z_from[row]
        forward, backward = ("fwd", "back") if high >= low else ("back", "fwd")
        found.append(
            _Part(
                (float(xy[0, 0]), float(xy[0, 1])), (float(xy[-1, 0]), float(xy[-1, 1])),
                str(kind), length[row] * share,
                (z_from[row] + rise * low, z_from[row] + rise * high),
                {profile: times[profile, forward][row] * share / 1000 for profile in profiles},
                {profile: times[profile, backward][row] * share / 1000 for profile in profiles},
            )
        )  # fmt: skip
    return found


def _lightest(size: int, node: npt.NDArray[np.int64], cost: Reals) -> csr_array:
    """Return the graph of the stretches, the cheapest of parallel ones; a loop leads nowhere."""
    best: dict[tuple[int, int], float] = {}
    for (first, second), price in zip(np.sort(node, axis=1).tolist(), cost.tolist()):
        if first != second:
            best[first, second] = min(price, best.get((first, second), math.inf))
    pairs = np.array(sorted(best), "int64").reshape(-1, 2)
    prices = np.array([best[first, second] for first, second in pairs.tolist()], "float64")
    return csr_array((prices, (pairs[:, 0], pairs[:, 1])), shape=(size, size))


def _path(
    root: int, last: int, before: npt.NDArray[np.int32], node: npt.NDArray[np.int64], cost: Reals
) -> list[tuple[int, bool]]:
    """Return rows of stretches from the root to the last node, and whether each is walked against its line."""
    path: list[tuple[int, bool]] = []
    while last != root:
        first = int(before[last])
        if first < 0:
            return []
        same = (node == [first, last]).all(axis=1) | (node == [last, first]).all(axis=1)
        row = int(np.flatnonzero(same)[np.argmin(cost[same])])
        path.append((row, bool(node[row, 0] != first)))
        last = first
    return path[::-1]


def _flat(stretch: Stretch) -> bool:
    return math.isnan(stretch.z_from_m) or math.isnan(stretch.z_to_m)


def choose_exaggeration(length_m: float, rise_m: float, width_mm: float, height_mm: float) -> float:
    """Return how many times heights are drawn larger than lengths: 1, 1.5, 2, 3 or 4, the largest that fits."""
    if length_m <= 0 or rise_m <= 0:
        return 1.0
    fits = [factor for factor in (4.0, 3.0, 2.0, 1.5, 1.0) if rise_m * factor * width_mm / length_m <= height_mm]
    return fits[0] if fits else 1.0
