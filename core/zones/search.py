# SPDX-License-Identifier: GPL-2.0-or-later
"""The search for one zone: a connected set of parcels around its roots that is worth most within the limits.

Weights are whole numbers, so sums are exact; ties go to the lower position (parcels stand in order of id).
"""

from __future__ import annotations

import heapq
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cached_property

from ..run import Run
from .rules import Limits, Search
from .shape import connected_part, drop_losses, petal_count

Set = frozenset[int]
SHIFT = 44  # bits: more than all the area (0.01 m²) or loss (thousandths) along any way
PLACE = 24  # bits: more than there are parcels


@dataclass(frozen=True, eq=False)
class Site:
    """What the search for one zone sees; every list has one entry per parcel of the study, positions by parcel id.

    `near`: contiguous parcels. `weight`: value less the cost of filler, in thousandths. `area`, `floor`: 0.01 m².
    `petal`: class of petal or -1. `allowed`: parcels the zone may take. `forced`: those it must have, all in one part
    of `allowed`; `roots`: those of them that are the core, which is no petal.
    """

    near: list[list[int]]
    weight: list[int]
    area: list[int]
    floor: list[int]
    petal: list[int]
    allowed: set[int]
    forced: Set
    roots: Set
    limits: Limits
    search: Search

    @cached_property
    def ways(self) -> dict[int, list[int]]:
        """Return for each parcel that the zone may take the contiguous ones that it may take."""
        return {i: [j for j in self.near[i] if j in self.allowed] for i in self.allowed}

    @cached_property
    def steps(self) -> tuple[dict[int, int], dict[int, int]]:
        """Return what a way pays for each parcel as one whole number: loss, then area; and area, then loss."""
        pairs = [(i, max(0, -self.weight[i]), self.area[i]) for i in self.allowed]
        return {i: (a << SHIFT) + b for i, a, b in pairs}, {i: (b << SHIFT) + a for i, a, b in pairs}

    @cached_property
    def gains(self) -> Set:
        """Return the parcels worth more than nothing."""
        return frozenset(i for i in self.allowed if self.weight[i] > 0)

    @cached_property
    def petal_ground(self) -> Set:
        """Return the parcels that can be a petal or a part of one."""
        return frozenset(i for i in self.allowed if self.petal[i] >= 0)


@dataclass(frozen=True)
class Measure:
    """A set measured: whole sums, and the number of petals (connected parcels of one class)."""

    weight: int
    area: int
    floor: int
    petals: int


def measure(site: Site, zone: Iterable[int]) -> Measure:
    """Return the sums of a set."""
    members = zone if isinstance(zone, (set, frozenset)) else set(zone)
    return Measure(
        sum(map(site.weight.__getitem__, members)),
        sum(map(site.area.__getitem__, members)),
        sum(map(site.floor.__getitem__, members)),
        petal_count(site.near, site.petal, members - site.roots),
    )


def shortfalls(found: Measure, limits: Limits) -> dict[str, tuple[float, float]]:
    """Return {limit: (wanted, found)} for each limit that is not kept, m² and petals."""
    kept = {
        "area_min": (limits.area_min_m2, found.area / 100, found.area >= limits.area_min_m2 * 100),
        "area_max": (limits.area_max_m2, found.area / 100, found.area <= limits.area_max_m2 * 100),
        "floor_min": (limits.floor_min_m2, found.floor / 100, found.floor >= limits.floor_min_m2 * 100),
        "petals_min": (float(limits.petals_min), float(found.petals), found.petals >= limits.petals_min),
    }
    return {name: (wanted, have) for name, (wanted, have, good) in kept.items() if not good}


def search_zone(site: Site, run: Run) -> Set:
    """Return the best set found; it may miss a limit when none was found that keeps all (ask shortfalls).

    Starts from the forced parcels, grows by whole paths, then tries what a single step cannot: for each parcel in turn
    force it in by its cheapest path, or take it out with what hangs on it, and repair. Stops after
    `search.rounds_without_gain` rounds, each of at most `search.tries_per_round` tries; after one without gain that
    tried everything, since the next would try the same again.
    """
    best = _repaired(site, _joined_up(site), set())
    idle = 0
    while idle < site.search.rounds_without_gain:
        before = _rank(site, best)
        tries = _tries(site, best, idle)
        best = _round(site, best, tries, run)
        if _rank(site, best) > before:
            idle = 0
        elif len(tries) <= site.search.tries_per_round:
            break
        else:
            idle += 1
    return frozenset(best)


def _joined_up(site: Site) -> set[int]:
    """Return the forced parcels and the cheapest ways between them."""
    zone = {min(site.forced)}
    for item in sorted(site.forced):
        if item not in zone:
            zone |= set(_paths(site, zone, {item}).get(item, []))
    return zone


def _round(site: Site, best: set[int], tries: list[tuple[str, int]], run: Run) -> set[int]:
    rank = _rank(site, best)
    for kind, item in tries[: site.search.tries_per_round]:
        run.check()
        if (item in best) == (kind == "add"):
            continue
        trial = _trial(site, best, kind, item)
        found = rank if trial is None else _rank(site, trial)
        if trial is not None and found > rank:
            best, rank = trial, found
    return best


def _trial(site: Site, best: set[int], kind: str, item: int) -> set[int] | None:
    if kind == "add":
        path = _paths(site, best, {item}).get(item)
        return None if path is None else _repaired(site, best | set(path), set(), keep=set(path))
    rest = connected_part(site.near, best - {item}, site.forced)
    return None if not site.forced <= rest else _repaired(site, rest, {item})


def _tries(site: Site, best: set[int], turn: int) -> list[tuple[str, int]]:
    """Return the tries of a round: the most promising first; a second round without gain begins where it stopped."""
    border = {j for i in best for j in site.near[i] if j in site.allowed and j not in best}
    petals = site.petal_ground - best
    adds = sorted(border | petals, key=lambda i: (-site.weight[i], i))
    drops = sorted(best - site.forced, key=lambda i: (site.weight[i], i))
    mixed: list[tuple[str, int]] = []
    for place in range(max(len(adds), len(drops))):
        mixed += [("add", adds[place])] if place < len(adds) else []
        mixed += [("drop", drops[place])] if place < len(drops) else []
    start = (turn * site.search.tries_per_round) % max(1, len(mixed))
    return mixed[start:] + mixed[:start]


def _rank(site: Site, zone: set[int]) -> tuple[float, int]:
    """Order sets: those that keep the limits first by weight, the others by how little they miss."""
    found = measure(site, zone)
    missed = sum(abs(wanted - have) / max(wanted, 1.0) for wanted, have in shortfalls(found, site.limits).values())
    return (-missed, found.weight)


def _repaired(site: Site, zone: set[int], banned: set[int], keep: Iterable[int] = ()) -> set[int]:
    """Return the set grown, trimmed and brought within the limits where possible, `banned` left out."""
    kept = set(keep)
    zone = _grown(site, _within_cap(site, zone, kept), banned)
    trimmed = _trimmed(site, zone)
    if len(trimmed) < len(zone):  # trimming made room
        trimmed = _trimmed(site, _grown(site, trimmed, banned))
    zone = _filled_up(site, _with_petals(site, trimmed, banned), banned)
    return zone if zone == trimmed else _trimmed(site, zone)


def _grown(site: Site, zone: set[int], banned: set[int]) -> set[int]:
    """Add whole paths to parcels of value as long as one gains: the cheapest ones, then those that need least area."""
    cap = round(site.limits.area_max_m2 * 100)
    thrifty = False
    while True:
        room = cap - sum(map(site.area.__getitem__, zone))
        taken, blocked = _growth(site, zone, banned, room, thrifty)
        if not taken and (thrifty or not blocked):
            return zone
        thrifty = not taken
        zone = zone | taken


def _growth(site: Site, zone: set[int], banned: set[int], room: int, thrifty: bool) -> tuple[set[int], bool]:
    """Return the parcels of gaining paths that fit in the room together, and whether some path did not fit."""
    goals = set(site.gains - zone - banned)
    paths = _paths(site, zone, goals, banned, thrifty)
    options, blocked = [], False
    for goal, path in paths.items():
        gain, area = sum(site.weight[i] for i in path), sum(site.area[i] for i in path)
        blocked = blocked or area > room
        if gain > 0 and area <= room:
            options.append((-gain / max(area, 1), goal, area))
    taken: set[int] = set()
    for _, goal, area in sorted(options):
        if area <= room and not taken & set(paths[goal]):
            taken |= set(paths[goal])
            room -= area
    return taken, blocked


def _paths(
    site: Site, zone: set[int], goals: set[int], banned: set[int] | None = None, thrifty: bool = False
) -> dict[int, list[int]]:
    """Return for each goal the parcels of the cheapest way to it from the set: what filler loses, then area.

    With `thrifty` the way of least area, then of least loss.
    """
    step, ways = site.steps[thrifty], site.ways
    best: dict[int, int] = dict.fromkeys(zone, 0)
    back: dict[int, int] = {}
    heap = sorted(zone)
    done = set(banned or ())
    left = set(goals)
    while heap and left:
        entry = heapq.heappop(heap)
        i = entry & ((1 << PLACE) - 1)
        if i in done:
            continue
        done.add(i)
        left.discard(i)
        here = entry >> PLACE
        for j in ways[i]:
            if j not in done:
                new, known = here + step[j], best.get(j)
                if known is None or new < known:
                    best[j], back[j] = new, i
                    heapq.heappush(heap, (new << PLACE) | j)
    return {goal: _walk_back(goal, back) for goal in sorted(goals) if goal in best and goal not in zone}


def _walk_back(goal: int, back: dict[int, int]) -> list[int]:
    path = [goal]
    while back.get(path[-1]) in back:
        path.append(back[path[-1]])
    return path


def _trimmed(site: Site, zone: set[int]) -> set[int]:
    """Take out what costs more than it and all that hangs on it are worth, while the limits stay kept."""
    low = round(site.limits.area_min_m2 * 100)
    while True:
        now = measure(site, zone)
        losses = drop_losses(site.near, site.weight, zone, site.forced)
        for _, i in sorted((loss, i) for i, loss in losses.items() if loss < 0 and now.area - site.area[i] >= low):
            rest = connected_part(site.near, zone - {i}, site.forced)
            if not _breaks(now, measure(site, rest), site.limits):
                zone = rest
                break
        else:
            return zone


def _breaks(before: Measure, after: Measure, limits: Limits) -> bool:
    """Say whether a limit is missed more than before."""
    old = shortfalls(before, limits)
    return any(
        name not in old or abs(wanted - have) > abs(old[name][0] - old[name][1])
        for name, (wanted, have) in shortfalls(after, limits).items()
    )


def _within_cap(site: Site, zone: set[int], kept: set[int]) -> set[int]:
    """Take out the least valuable ends until the area limit is kept; `kept` only when nothing else is left."""
    cap = round(site.limits.area_max_m2 * 100)
    while sum(map(site.area.__getitem__, zone)) > cap:
        losses = drop_losses(site.near, site.weight, zone, site.forced)
        if not losses:
            return zone
        areas = drop_losses(site.near, site.area, zone, site.forced)  # with all that falls off with it
        worst = min(losses, key=lambda i: (i in kept, losses[i] / max(areas[i], 1), i))
        zone = connected_part(site.near, zone - {worst}, site.forced)
    return zone


def _with_petals(site: Site, zone: set[int], banned: set[int]) -> set[int]:
    """Add the cheapest ways to further petals until there are enough, or none helps."""
    cap = round(site.limits.area_max_m2 * 100)
    have = measure(site, zone).petals
    while have < site.limits.petals_min:
        goals = set(site.petal_ground - zone - banned - site.roots)
        for path in sorted(_paths(site, zone, goals, banned).values(), key=lambda p: (_cost(site, p), p)):
            wider = zone | set(path)
            found = measure(site, wider)
            if found.petals > have and found.area <= cap:
                zone, have = wider, found.petals
                break
        else:
            return zone
    return zone


def _filled_up(site: Site, zone: set[int], banned: set[int]) -> set[int]:
    """Add bordering parcels, the cheapest for what is missing first, until area and floor area suffice."""
    zone = set(zone)
    now = measure(site, zone)
    area, floor, petals = now.area, now.floor, now.petals
    low, need, cap = (
        round(m2 * 100) for m2 in (site.limits.area_min_m2, site.limits.floor_min_m2, site.limits.area_max_m2)
    )
    useless: set[int] = set()
    while area < low or floor < need:
        border = {j for i in zone for j in site.near[i] if j in site.allowed} - zone - banned - useless
        by = site.area if area >= low or floor >= need else site.floor
        by = site.floor if floor < need else by
        if not border:
            return zone
        pick = min(border, key=lambda j: (-site.weight[j] / max(by[j], 1), -by[j], j))
        merges = site.petal[pick] >= 0 and measure(site, zone | {pick}).petals < min(petals, site.limits.petals_min)
        if area + site.area[pick] > cap or merges:
            useless.add(pick)
            continue
        zone.add(pick)
        area, floor = area + site.area[pick], floor + site.floor[pick]
        petals = measure(site, zone).petals if site.petal[pick] >= 0 else petals
    return zone


def _cost(site: Site, path: Iterable[int]) -> int:
    return -sum(site.weight[i] for i in path)
