# SPDX-License-Identifier: GPL-2.0-or-later
"""Who reaches what on foot: all pairs within a limit, the nearest facility, times from one point to everywhere."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, fields

import numpy as np
import numpy.typing as npt

from ..run import Run
from .cuts import Cuts, Squares
from .graph import LONGEST_MS, Flags, Ints, WalkGraph
from .join import Joined
from .order import least_by_key
from .profiles import Profile
from .search import Ends, Search, Tile
from .tiles import TileTask, walk_tile
from .waves import NEVER, first_arrivals
from .ways import Longs

CHUNK = 64  # facilities of one tile searched at once; fewer where the tile holds many nodes
CHUNK_NODES = 4_000_000  # nodes × facilities searched at once: about 0.1 s
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
        limit = np.asarray(limit_ms, dtype=np.int64)
        most = limit if limit.ndim == 0 else limit[self.facility]
        return self.take((self.there_ms <= most) & (self.back_ms <= most))

    def take(self, rows: Flags) -> Pairs:
        """Return some of the pairs."""
        return Pairs(*(getattr(self, item.name)[rows] for item in fields(self)))


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
    A partial edge is its linear share of that direction's milliseconds, rounded half up once from the edge's start, the
    rest being the remainder: the two parts of an edge always make the whole.
    Raises ValueError for another direction.
    """
    if direction not in DIRECTIONS:
        raise ValueError(direction)
    limits = np.broadcast_to(np.asarray(limit_ms, dtype=np.int64), (facilities.owners,))
    asked = ("there", "back") if direction == "both" else (direction,)
    found = {}
    for one, part in run.parts(asked):
        found[one] = _search(Search(graph, profile, one == "there"), places, facilities, limits, part)
    keys = [item[0] for item in found.values()]
    key = keys[0] if len(keys) == 1 else np.intersect1d(keys[0], keys[1], assume_unique=True)
    times = {one: item[1][np.searchsorted(item[0], key)] for one, item in found.items()}
    there = times.get("there", np.full(len(key), NOT_ASKED, dtype=np.int64))
    back = times.get("back", np.full(len(key), NOT_ASKED, dtype=np.int64))
    cost = (there + back + 1) // 2 if direction == "both" else times[direction]
    owners = max(places.owners, 1)
    columns = (key % owners, key // owners, there, back, cost)
    return Pairs(*(column.astype(np.int32) for column in columns))


def nearest(graph: WalkGraph, profile: Profile, places: Joined, facilities: Joined, cap_ms: int, run: Run) -> Nearest:
    """Return for each place owner the nearest facility owner on the way there, searched up to `cap_ms`.

    One search from all facilities together: times are multiplied by the number of owners and the owner's position is
    added, so the least sum is the least time and, of equal ones, the lower position.
    """
    search, count = Search(graph, profile, True), max(facilities.owners, 1)
    run.progress(0.0)
    starts, homes = search.ends(facilities, False), search.ends(places, True)
    packed = starts.ms * count + facilities.owner[starts.row]
    arcs = graph.arcs(profile.id, True)
    far = first_arrivals(arcs, starts.node, packed, (cap_ms + 1) * count - 1, count, run.part(0.1, 0.6))
    reached = far[homes.node] != NEVER
    owner = places.owner[homes.row[reached]].astype(np.int64)
    best = far[homes.node[reached]] + homes.ms[reached] * count
    every = np.arange(len(facilities.edge))
    f_row, p_row, ms = search.on_one_edge(facilities, every, places, homes)
    owner = np.concatenate([owner, places.owner[p_row]])
    best = np.concatenate([best, ms * count + facilities.owner[f_row]])
    inside = best // count <= cap_ms
    owner, best = least_by_key(owner[inside], best[inside])
    facility, least_ms = np.full(places.owners, -1, dtype=np.int32), np.full(places.owners, -1, dtype=np.int32)
    facility[owner], least_ms[owner] = best % count, best // count
    run.progress(1.0)
    return Nearest(facility, least_ms)


def cost_all(
    graph: WalkGraph, profile: Profile, origin: Joined, limit_ms: int | None, direction: str, run: Run
) -> NodeTimes:
    """Return the times between one facility owner (all points of `origin` together) and all nodes within the limit."""
    if direction not in DIRECTIONS:
        raise ValueError(direction)
    times = {}
    for one, part in run.parts(("there", "back")):
        part.progress(0)
        if direction not in (one, "both"):
            times[one] = np.full(len(graph.node_ids), NOT_ASKED, dtype=np.int32)
            continue
        search = Search(graph, profile, one == "there")
        starts = search.ends(origin, False)
        limit = LONGEST_MS if limit_ms is None else limit_ms
        arcs = graph.arcs(profile.id, one == "there")
        far = first_arrivals(arcs, starts.node, starts.ms, limit, 1, part)
        times[one] = far.astype(np.int32)
    run.progress(1.0)
    return NodeTimes(times["there"], times["back"])


@dataclass(frozen=True, eq=False)
class _Sources:
    """Joined facility owners in the order searched. `owner` (k,); `first` (k + 1,) into `node`, `ms` (ways from their
    points to nodes, positive) and `first_row` (k + 1,) into `row` (their joined points); `tile` (k,) which of the
    `squares` they lie in.
    """

    owner: Longs
    first: Longs
    node: Longs
    ms: Longs
    first_row: Longs
    row: Longs
    tile: Longs
    squares: Squares


def _search(search: Search, places: Joined, facilities: Joined, limits: Longs, run: Run) -> tuple[Longs, Longs]:
    """Return keys (facility × place owners + place) ascending and the least milliseconds of each, within the limits."""
    run.progress(0.0)
    search.graph.arcs(search.profile.id, search.toward)  # made at the first question
    run.check()
    homes = search.ends(places, True)
    run.check()
    sources = _sources(search, facilities, int(limits.max(initial=0)))
    run.check()
    owners = max(places.owners, 1)
    keys, costs = [np.empty(0, dtype=np.int64)], [np.empty(0, dtype=np.int64)]
    tasks = _tasks(search, (homes, places.owner[homes.row]), sources, limits, run)
    for facility, place, ms in run.map(walk_tile, tasks, len(_chunks(sources.tile))):
        keys.append(facility * owners + place)
        costs.append(ms)
    f_at, p_row, direct = search.on_one_edge(facilities, sources.row, places, homes)
    facility = facilities.owner[sources.row[f_at]].astype(np.int64)
    near = direct <= limits[facility]
    keys.append((facility * owners + places.owner[p_row])[near])
    costs.append(direct[near])
    run.progress(1.0)
    return least_by_key(np.concatenate(keys), np.concatenate(costs))


def _tasks(
    search: Search, at_home: tuple[Ends, Ints], sources: _Sources, limits: Longs, run: Run
) -> Iterator[TileTask]:
    """Yield the searches one by one: each holds all it needs, and nothing of what the others need."""
    cuts = Cuts(search, sources.squares, *at_home, run.memory_bytes)
    for some in _chunks(sources.tile):
        starts = sources.node[sources.first[some.start] : sources.first[some.stop]]
        chosen = sources.owner[some.start : some.stop]
        limit_ms = int(limits[chosen].max())
        tile, lived = cuts.around(int(sources.tile[some.start]), starts, limit_ms)
        positions = np.searchsorted(tile.nodes, starts).astype(np.int32)
        for part in _portions(some, tile, run):
            bounds = sources.first[part.start : part.stop + 1]
            cut = slice(int(bounds[0]), int(bounds[-1]))
            at = slice(cut.start - int(sources.first[some.start]), cut.stop - int(sources.first[some.start]))
            mine = sources.owner[part.start : part.stop]
            yield TileTask(tile, lived, positions[at], sources.ms[cut], np.diff(bounds), mine, limits[mine], limit_ms)


def _chunks(tile: Longs) -> list[range]:
    """Return stretches of sources that lie in one tile, at most CHUNK long."""
    if not len(tile):
        return []
    starts = np.flatnonzero(np.r_[True, tile[1:] != tile[:-1]])
    found = []
    for start, stop in zip(starts.tolist(), [*starts[1:].tolist(), len(tile)]):
        found += [range(begin, min(begin + CHUNK, stop)) for begin in range(start, stop, CHUNK)]
    return found


def _portions(some: range, tile: Tile, run: Run) -> list[range]:
    """Return the parts of a chunk that take about 0.1 s and whose dense times fit into the memory of the run."""
    most = min(CHUNK_NODES // max(1, len(tile.nodes)), int(run.memory_bytes // (24 * (len(tile.nodes) + CHUNK))))
    step = max(1, min(len(some), most))
    return [range(begin, min(begin + step, some.stop)) for begin in range(some.start, some.stop, step)]


def _sources(search: Search, facilities: Joined, limit_ms: int) -> _Sources:
    """Gather the owners that are joined, tile by tile."""
    starts = search.ends(facilities, False)
    count = len(search.graph.node_ids)
    key, ms = least_by_key(facilities.owner[starts.row].astype(np.int64) * count + starts.node, starts.ms + 1)
    owner, node = key // max(count, 1), key % max(count, 1)
    place, first_node = least_by_key(owner, node)
    squares = Squares.over(search, limit_ms)
    tile = squares.of(first_node)
    by_tile = np.lexsort((first_node, tile))
    rank = np.full(facilities.owners, -1, dtype=np.int64)
    rank[place[by_tile]] = np.arange(len(place))
    order = np.lexsort((node, rank[owner]))
    owner, node, ms = owner[order], node[order], ms[order]
    rows = np.flatnonzero((facilities.edge >= 0) & (rank[facilities.owner] >= 0))
    rows = rows[np.argsort(rank[facilities.owner[rows]], kind="stable")]
    numbers = np.arange(len(place) + 1)
    first, first_row = np.searchsorted(rank[owner], numbers), np.searchsorted(rank[facilities.owner[rows]], numbers)
    return _Sources(owner[first[:-1]], first, node, ms, first_row, rows, tile[by_tile], squares)
