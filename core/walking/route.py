# SPDX-License-Identifier: GPL-2.0-or-later
"""Routes: the way between two joined points edge by edge, with partial first and last edges."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import shapely

from ..run import Run
from .graph import CLOSED, Flags, Ints, Reals, WalkGraph
from .join import Joined
from .profiles import Profile
from .search import Ends, Search
from .times import whole_ms
from .waves import first_arrivals
from .ways import Longs

Step = tuple[int, float, float]  # edge, share from, share to, in walking order
SLICE = 200  # routes drawn between two looks at the cancel flag


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
    Raises ValueError for a direction other than there and back.
    """
    if direction not in ("there", "back"):
        raise ValueError(direction)
    run.progress(0.0)
    search = Search(graph, profile, direction == "there")
    tree = _grow_tree(search, facility, limit_ms, run.part(0, 0.2))
    homes = search.ends(places, True)
    best = _choose(search, tree, places, facility, homes)
    routes: list[Route | None] = [None] * places.owners
    for number, (owner, choice) in enumerate(sorted(best.items())):
        if number % SLICE == 0:
            run.progress(0.2 + 0.8 * number / len(best))
        if choice[0] <= limit_ms:
            steps = _steps(search, tree, (places, facility, homes), choice[1:])
            routes[owner] = _route(search, steps, choice[0])
    run.progress(1.0)
    return routes


@dataclass(frozen=True, eq=False)
class _Tree:
    """Quickest ways between all nodes and the facility, by node: `ms` (-1 = beyond); the next node on the way to the
    facility (or back from it) and the edge taken; `row` of the facility's point where it is next, else -1, and whether
    that node is the end of the point's edge.
    """

    ms: Longs
    next_node: Longs
    by_edge: Longs
    row: Longs
    at_end: Flags


def _grow_tree(search: Search, facility: Joined, limit_ms: int, run: Run) -> _Tree:
    """Find the times first, then of all arcs that explain a node's time the one with the lowest edge."""
    graph, name = search.graph, search.profile.id
    count = len(graph.node_ids)
    starts = search.ends(facility, False)
    ms = first_arrivals(graph.arcs(name, search.toward), starts.node, starts.ms, limit_ms, 1, run)
    tail = np.concatenate([graph.start, graph.end]).astype(np.int64)
    head = np.concatenate([graph.end, graph.start]).astype(np.int64)
    time = np.concatenate([graph.fwd_ms[name], graph.back_ms[name]]).astype(np.int64)
    edge = np.tile(np.arange(len(graph.edge_ids)), 2)
    here, there = (tail, head) if search.toward else (head, tail)
    fits = np.flatnonzero((time != CLOSED) & (ms[here] >= 0) & (ms[there] >= 0) & (ms[here] == ms[there] + time))
    fits = fits[np.argsort(-edge[fits], kind="stable")]  # the lowest edge is written last
    next_node, by_edge, row = (np.full(count, -1, dtype=np.int64) for _ in range(3))
    next_node[here[fits]], by_edge[here[fits]] = there[fits], edge[fits]
    last = np.flatnonzero(starts.ms == ms[starts.node])[::-1]
    at_end = np.zeros(count, dtype=bool)
    row[starts.node[last]], at_end[starts.node[last]] = starts.row[last], starts.at_end[last]
    return _Tree(ms, next_node, by_edge, row, at_end)


def _choose(
    search: Search, tree: _Tree, places: Joined, facility: Joined, homes: Ends
) -> dict[int, tuple[int, int, int, int]]:
    """Return by place owner (ms, its row, position in `homes`, row of the facility's point): -1 = along one edge."""
    best: dict[int, tuple[int, int, int, int]] = {}
    reached = np.flatnonzero(tree.ms[homes.node] >= 0)
    total = tree.ms[homes.node[reached]] + homes.ms[reached]
    for ms, row, home in zip(total.tolist(), homes.row[reached].tolist(), reached.tolist()):
        owner, choice = int(places.owner[row]), (ms, row, home, -1)
        best[owner] = min(best.get(owner, choice), choice)
    rows = np.flatnonzero(facility.edge >= 0)
    f_at, p_row, direct = search.on_one_edge(facility, rows, places, homes)
    for f, row, ms in zip(rows[f_at].tolist(), p_row.tolist(), direct.tolist()):
        owner, choice = int(places.owner[row]), (ms, row, -1, f)
        best[owner] = min(best.get(owner, choice), choice)
    return best


def _steps(
    search: Search, tree: _Tree, joined: tuple[Joined, Joined, Ends], choice: tuple[int, int, int]
) -> list[Step]:
    """Return the stretches walked, in walking order, followed from the place to the facility."""
    places, facility, homes = joined
    row, home, f_row = choice
    edge, share = int(places.edge[row]), float(places.share[row])
    if home < 0:
        steps: list[Step] = [(edge, share, float(facility.share[f_row]))]
    else:
        steps = [(edge, share, float(homes.at_end[home]))]
        node = int(homes.node[home])
        while tree.row[node] < 0:
            edge = int(tree.by_edge[node])
            from_start = int(search.graph.start[edge]) == node
            steps.append((edge, 0.0, 1.0) if from_start else (edge, 1.0, 0.0))
            node = int(tree.next_node[node])
        f_row = int(tree.row[node])
        steps.append((int(facility.edge[f_row]), float(tree.at_end[node]), float(facility.share[f_row])))
    if not search.toward:
        steps = [(edge, after, before) for edge, before, after in reversed(steps)]
    return [step for step in steps if step[1] != step[2]]


def _route(search: Search, steps: list[Step], ms: int) -> Route:
    graph = search.graph
    edge = np.array([step[0] for step in steps], dtype=np.int32)
    before = np.array([step[1] for step in steps], dtype=np.float64)
    after = np.array([step[2] for step in steps], dtype=np.float64)
    fwd, back = graph.fwd_ms[search.profile.id][edge], graph.back_ms[search.profile.id][edge]
    along = whole_ms(after * fwd) - whole_ms(before * fwd)
    against = whole_ms(before * back) - whole_ms(after * back)
    length = np.abs(after - before) * graph.length_m[edge]
    rise = np.nan_to_num((after - before) * (graph.z_m[graph.end[edge]] - graph.z_m[graph.start[edge]]))
    return Route(
        edge, before, after, np.where(after > before, along, against).astype(np.int32), ms, float(length.sum()),
        float(length[graph.kind[edge] == "stairs"].sum()), float(rise[rise > 0].sum()), float(-rise[rise < 0].sum()),
    )  # fmt: skip


def stretch_of(line: shapely.LineString, low: float, high: float) -> shapely.LineString:
    """Return the stretch between two shares of a line; of one without length the whole line: a branch is a line.

    By hand: shapely.ops.substring mixes two and three coordinates where another GEOS than its own is loaded (in QGIS).
    """
    xy = shapely.get_coordinates(line)
    along = np.r_[0.0, np.cumsum(np.hypot(*np.diff(xy, axis=0).T))]
    start, end = low * along[-1], high * along[-1]
    if not end > start:
        return line
    inner = (along > start) & (along < end)
    marks = np.r_[start, along[inner], end]
    return shapely.LineString(np.column_stack([np.interp(marks, along, xy[:, 0]), np.interp(marks, along, xy[:, 1])]))
