# SPDX-License-Identifier: GPL-2.0-or-later
"""Missing links: short straight connections that would save people the longest detours (打通未贯通步道)."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
import pandas as pd
import shapely
from scipy.spatial import cKDTree

from .. import frames, schema
from ..identity import geometry_hash
from ..run import Run
from .graph import Objects, Reals, WalkGraph
from .heights import Surface
from .join import Joined, JoinOptions, join_points, not_joined_reason, points_of
from .linkspots import Candidates, find_candidates
from .profiles import Profile
from .reach import Pairs, reach_pairs
from .ways import Longs

LIMIT_MS = 15 * 60_000  # own choice: walks of the 15-minute circle count, longer ones as 15 minutes
SHORTLIST = 10  # own choice: candidates recounted exactly for each link that is kept
GAIN_MS = 60_000  # own choice: who gains at least a minute on some walk is counted
NEAR_SHARE = 0.5  # own choice: of two links whose ends lie nearer than this × MAX_LINK_M only the better one is told
AROUND_M = 300.0  # own choice: people this near to an end of a candidate decide whether it is recounted
TOLD = 5  # places that gain most, by name
MILLI = 1000
MINUTE_MS = 60_000
SLICE = 500  # spots looked at between two looks at the cancel flag
BLOCK = 256  # places walked to at once

_Leg = tuple[Longs, Longs]  # places and milliseconds


@dataclass(frozen=True)
class LinkOptions:
    """`max_link_m`, `keep` as in the contract; `join` how places are joined."""

    max_link_m: float
    keep: int
    join: JoinOptions


def missing_links(
    graph: WalkGraph, profile: Profile, places: pd.DataFrame, ground: tuple[Surface | None, pd.DataFrame | None],
    options: LinkOptions, run: Run,
) -> pd.DataFrame:  # fmt: skip
    """Return the table links, the best first: straight connections between two points of the network.

    Candidates: see find_candidates; the best by (minutes of detour saved) × (people around one end) × (people around
    the other) are recounted exactly. A link's `saved_person_min`: if everybody walked once to every person who lives
    within 15 minutes as the crow flies and the time were shared out evenly over those persons, the minutes that all
    save together; a walk of more than 15 minutes, or none at all, counts as 15. Σ over places i of people_i × Σ_j
    people_j·(t_ij − t'_ij) ÷ Σ_j people_j; t there is the walk i → j with both legs, t' the same once the link is
    open; j runs over the other places. `gainers_n`: people of places of which some walk gets shorter by a minute or
    more; `gain_places` the ids of the five places whose people save most, the first the most. Each link is counted as
    if it were the only one: their savings must not be added up.

    Parameters: `places` with `place_id`, `people` (real, missing = 0; without the column one person
    each, told as `places_without_people`) and `geometry`; with a column `building_id` the places are buildings, which
    no link crosses. `ground` heights and barriers, each or None.
    Source: own choice; exact because a quickest walk uses a link at most once.
    """
    surface, barriers = ground
    homes = _homes(graph, profile, places, (surface, barriers), options, run.part(0, 0.1))
    found = find_candidates(
        graph, profile, _obstacles(places, barriers), options.max_link_m, LIMIT_MS, run.part(0.1, 0.5)
    )
    run.fact(link_candidates_n=len(found.line))
    short = found.take(_shortlist(found, homes, options, run.part(0.5, 0.55)))
    saved, gainers, who = _recount(graph, profile, homes, short, run.part(0.55, 1))
    order = np.lexsort((short.b, short.a, -np.round(saved, 1)))
    order = order[np.round(saved[order], 1) > 0]
    kept = order[_apart(short.take(order), options.max_link_m * NEAR_SHARE, options.keep, run)]
    run.fact(links_recounted_n=len(order))
    if not len(kept):
        lived_in = "people" not in places or bool((places["people"].fillna(0) > 0).any())
        run.warn("links_none" if lived_in else "links_for_nobody", limit=options.max_link_m, n=len(found.line))
    return _table(graph, profile, short.take(kept), (saved[kept], gainers[kept], who[kept]))


def _obstacles(places: pd.DataFrame, barriers: pd.DataFrame | None) -> pd.DataFrame | None:
    """Return barriers and, when the places are buildings, their outlines."""
    if "building_id" not in places:
        return barriers
    tables = [places] if barriers is None else [barriers, places]
    return pd.concat([table[[frames.GEOMETRY]] for table in tables], ignore_index=True)


@dataclass(frozen=True, eq=False)
class _Homes:
    """Places with people, by id: where they are joined, milli-people, place, and people around as the crow flies."""

    joined: Joined
    people: Longs
    x_m: Reals
    y_m: Reals
    around: Longs


def _homes(
    graph: WalkGraph, profile: Profile, places: pd.DataFrame, ground: tuple[Surface | None, pd.DataFrame | None],
    options: LinkOptions, run: Run,
) -> _Homes:  # fmt: skip
    if "people" not in places:
        run.warn("places_without_people", n=len(places))
        places = places.assign(people=1.0)
    table = places.sort_values("place_id", kind="stable")
    table = table[table["people"].fillna(0) > 0].reset_index(drop=True)
    people = np.rint(table["people"].to_numpy(np.float64) * MILLI).astype(np.int64)
    points = points_of(table, "place_id")
    joined = join_points(points, graph, profile, ground[0], ground[1], options.join, run)
    rows = np.flatnonzero(joined.edge >= 0)
    lost = not_joined_reason(joined) != ""
    ids = frames.texts(table["place_id"]).fillna("").to_numpy(dtype=object)
    run.leave_out("PLACES", list(ids[lost]), "place_not_joined", "warning", profile=profile.id)
    amount, at = people[joined.owner[rows]], _at(joined, rows)
    x, y = points.x_m[rows], points.y_m[rows]
    around = _people_within((x, y, amount), x, y, profile.flat_m_s * LIMIT_MS / 1000, run)
    return _Homes(at, amount, x, y, around - amount)


def _people_within(homes: tuple[Reals, Reals, Longs], at_x: Reals, at_y: Reals, radius_m: float, run: Run) -> Longs:
    """Return the sum of people of places (x, y, people) within a radius of each spot."""
    x, y, amount = homes
    sums = np.zeros(len(at_x), dtype=np.int64)
    if not len(x):
        return sums
    tree = cKDTree(np.column_stack([x, y]))
    for begin in range(0, len(at_x), SLICE):
        run.progress(begin / len(at_x))
        some = slice(begin, begin + SLICE)
        near = tree.query_ball_point(np.column_stack([at_x[some], at_y[some]]), radius_m)
        sums[some] = [amount[rows].sum() for rows in near]
    return sums


def _shortlist(found: Candidates, homes: _Homes, options: LinkOptions, run: Run) -> Longs:
    """Return the candidates to be recounted: many minutes of detour between many people, not all at one place."""
    ends = [shapely.get_point(found.line, at) for at in (0, -1)]
    people = [
        _people_within((homes.x_m, homes.y_m, homes.people), shapely.get_x(end), shapely.get_y(end), AROUND_M, run)
        for end in ends
    ]
    score = (found.now_ms - found.there_ms) / MINUTE_MS * (1 + people[0] / MILLI) * (1 + people[1] / MILLI)
    order = np.lexsort((found.b, found.a, -np.round(score, 3)))
    chosen: Longs = order[_apart(found.take(order), options.max_link_m * NEAR_SHARE / 2, SHORTLIST * options.keep, run)]
    return chosen


def _apart(found: Candidates, radius_m: float, most: int, run: Run) -> Longs:
    """Return, of candidates in order of merit, at most `most` of which no two have both ends near each other's."""
    first, last = (shapely.get_coordinates(shapely.get_point(found.line, at)) for at in (0, -1))
    kept: list[int] = []
    for number in range(len(first)):
        if number % SLICE == 0:
            run.check()
        if len(kept) == most:
            break
        a, b = first[kept], last[kept]
        near = [np.hypot(*(one - other[number]).T) <= radius_m for one in (a, b) for other in (first, last)]
        if not ((near[0] & near[3]) | (near[1] & near[2])).any():
            kept.append(number)
    return np.array(kept, dtype=np.int64)


def _recount(
    graph: WalkGraph, profile: Profile, homes: _Homes, short: Candidates, run: Run
) -> tuple[Reals, Reals, Objects]:
    """Return person-minutes saved, people who gain and where most of it falls, per candidate, over all walks."""
    ends = [_at(short.spots, rows) for rows in (short.a, short.b)]
    ways = [
        [reach_pairs(graph, profile, homes.joined, end, LIMIT_MS, way, run.part(0, 0.05)) for way in ("there", "back")]
        for end in ends
    ]
    saved, gainers, who = np.zeros(len(short.a)), np.zeros(len(short.a)), np.full(len(short.a), "", dtype=object)
    for number, part in run.part(0.05, 1.0).parts(range(len(short.a))):
        (a_in, a_out), (b_in, b_out) = ([_of(pairs, number) for pairs in way] for way in ways)
        over = [(a_in, b_out, int(short.there_ms[number])), (b_in, a_out, int(short.back_ms[number]))]
        saved[number], gainers[number], who[number] = _gain(graph, profile, homes, over, part)
    return saved, gainers, who


def _of(pairs: Pairs, facility: int) -> tuple[Longs, Longs]:
    """Return the places and milliseconds of one facility's pairs."""
    some = slice(*np.searchsorted(pairs.facility, [facility, facility + 1]))
    return pairs.place[some].astype(np.int64), pairs.cost_ms[some].astype(np.int64)


def _gain(
    graph: WalkGraph, profile: Profile, homes: _Homes, over: list[tuple[_Leg, _Leg, int]], run: Run
) -> tuple[float, float, str]:
    """Return minutes saved, people who gain, and where most.

    `over`: the link's two directions as (places → one end, other end → places, ms across).
    """
    over = [_useful(*way) for way in over]
    froms = np.unique(np.concatenate([way[0][0] for way in over]))
    tos = np.unique(np.concatenate([way[1][0] for way in over]))
    sums, most = np.zeros(len(froms), dtype=np.int64), np.zeros(len(froms), dtype=np.int64)
    starts = _at(homes.joined, froms)
    for begin in range(0, len(tos), BLOCK):
        part = run.part(begin / len(tos), min(1.0, (begin + BLOCK) / len(tos)))
        block = tos[begin : begin + BLOCK]
        pairs = reach_pairs(graph, profile, starts, _at(homes.joined, block), LIMIT_MS, "there", part)
        now = np.full((len(froms), len(block)), LIMIT_MS, dtype=np.int64)
        now[pairs.place, pairs.facility] = pairs.cost_ms
        now[froms[:, None] == block] = 0
        new = now.copy()
        for (place, to_ms), (other, from_ms), ms in over:
            inside = np.isin(other, block)
            rows, columns = np.searchsorted(froms, place), np.searchsorted(block, other[inside])
            across = to_ms[:, None] + ms + from_ms[inside]
            new[np.ix_(rows, columns)] = np.minimum(new[np.ix_(rows, columns)], across)
        sums += (now - new) @ homes.people[block]
        most = np.maximum(most, (now - new).max(axis=1))
    people = homes.people[froms] / MILLI
    share = sums / np.maximum(homes.around[froms], 1)
    ids, gain = homes.joined.ids[froms], np.round(people * share / MINUTE_MS, 1)
    first = np.lexsort((ids.astype(str), -gain))[:TOLD]
    told = ", ".join(str(item) for item in ids[first[gain[first] > 0]])
    return float((people * share).sum()) / MINUTE_MS, float(people[most >= GAIN_MS].sum()), told


def _useful(to_end: _Leg, from_end: _Leg, ms: int) -> tuple[_Leg, _Leg, int]:
    """Leave out the places that come too late for any walk over the link within the limit."""
    if not len(to_end[0]) or not len(from_end[0]):
        nothing = np.empty(0, dtype=np.int64)
        return (nothing, nothing), (nothing, nothing), ms
    left = LIMIT_MS - ms
    come, go = to_end[1] < left - from_end[1].min(), from_end[1] < left - to_end[1].min()
    return (to_end[0][come], to_end[1][come]), (from_end[0][go], from_end[1][go]), ms


def _at(joined: Joined, rows: Longs) -> Joined:
    """Return some joined points, each its own owner."""
    return replace(joined.take(rows.astype(np.int32)), owner=np.arange(len(rows), dtype=np.int32), owners=len(rows))


def _table(graph: WalkGraph, profile: Profile, links: Candidates, gains: tuple[Reals, Reals, Objects]) -> pd.DataFrame:
    saved, gainers, who = gains
    frame = pd.DataFrame({
        "link_id": [f"L-{name[:12]}" for name in geometry_hash(links.line, 3)],
        "rank": np.arange(1, len(links.a) + 1), "from_node": _near_node(graph, links.spots, links.a),
        "to_node": _near_node(graph, links.spots, links.b), "length_m": links.length_m, "climb_m": links.climb_m,
        "kind": np.where(links.is_stairs, "stairs", "path"), "profile": profile.id, "walk_s": links.there_ms / 1000,
        "now_s": np.where(links.now_ms < LIMIT_MS, links.now_ms / 1000, np.nan), "saved_person_min": saved,
        "gainers_n": gainers, "gain_places": who, "schema_version": schema.SCHEMA_VERSION,
    })  # fmt: skip
    frame[frames.GEOMETRY] = links.line
    return frames.conform(frame, schema.table("links"))


def _near_node(graph: WalkGraph, spots: Joined, rows: Longs) -> Objects:
    edge = spots.edge[rows]
    nodes: Objects = graph.node_ids[np.where(spots.share[rows] <= 0.5, graph.start[edge], graph.end[edge])]
    return nodes
