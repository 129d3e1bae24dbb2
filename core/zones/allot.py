# SPDX-License-Identifier: GPL-2.0-or-later
"""Parcels to zones: each core searches its own ground first, then what others left, then contested parcels move."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from functools import cached_property

from ..run import Run
from .outline import Ground, enclosed_parcels
from .roots import Core
from .rules import Limits, ZoneRules
from .search import Set, Site, measure, search_zone, shortfalls
from .shape import connected_part, petal_codes_of

CAP_TRIES = 4  # own choice: how often a zone is searched again with a smaller cap to make room for its holes


@dataclass(frozen=True, eq=False)
class Field:
    """The ground of all zones; lists have one entry per parcel, by id. `reach`: per core {parcel: milliseconds}.

    `area`, `floor` in 0.01 m², `weight` in thousandths. `locked_out` parcels are in no zone; `locked_in`: parcel →
    core that must hold it.
    """

    near: list[list[int]]
    weight: list[int]
    area: list[int]
    floor: list[int]
    petal: list[int]
    ground: Ground
    cores: list[Core]
    reach: list[dict[int, int]]
    rules: ZoneRules
    locked_out: set[int] = field(default_factory=set)
    locked_in: dict[int, int] = field(default_factory=dict)

    @cached_property
    def reached(self) -> frozenset[int]:
        """Return the parcels that any core reaches."""
        return frozenset().union(*self.reach)


@dataclass
class Draft:
    """One core's zone while it is made: `zone` the parcels, `failed` {limit: (wanted, best found)} when it has none."""

    core: int
    forced: Set
    roots: Set
    zone: Set = frozenset()
    ground: Set = frozenset()  # where it was searched last
    failed: dict[str, tuple[float, float]] = field(default_factory=dict)
    apart: tuple[int, ...] = ()  # roots and locked parcels that no contiguous ground connects


def allot_parcels(ground: Field, run: Run) -> list[Draft]:
    """Return a draft per core, in order; no parcel in two zones, every zone within the limits and without holes.

    Order of work, all by core id: every core on the ground nearest to it; cores without a zone on whatever no zone
    holds; contests, in which a core may take parcels of its neighbours when all keep their limits and the sum grows.
    """
    own = _nearest(ground)
    drafts = [Draft(c, frozenset(), frozenset()) for c in range(len(ground.cores))]
    steps = run.part(0.0, 0.6)
    for c, draft in enumerate(drafts):
        steps.progress(c / len(drafts))
        _settle_roots(ground, draft, own[c])
        taken = {p for other in drafts for p in other.zone}
        rooted = {p for core in ground.cores if core is not ground.cores[c] for p in core.roots}
        _search(ground, draft, own[c] - taken, taken | (rooted - draft.roots), steps)
    steps = run.part(0.6, 1.0)
    for c, draft in enumerate(drafts):
        steps.progress(c / len(drafts))
        if draft.roots:
            _widen(ground, drafts, c, steps)
    _fill_holes(ground, drafts, run)
    return drafts


def _nearest(ground: Field) -> list[set[int]]:
    """Return for each core the parcels that are nearer to it than to any other; roots are their first core's."""
    best: dict[int, tuple[int, int]] = {}
    for c, reach in enumerate(ground.reach):
        for p, ms in reach.items():
            best[p] = min(best.get(p, (ms, c)), (ms, c))
    owner = {p: c for p, (_, c) in best.items()}
    for c in reversed(range(len(ground.cores))):
        owner.update(dict.fromkeys(ground.cores[c].roots, c))
    owner.update(ground.locked_in)
    own: list[set[int]] = [set() for _ in ground.cores]
    for p, c in owner.items():
        if p not in ground.locked_out:
            own[c].add(p)
    return own


def _settle_roots(ground: Field, draft: Draft, own: set[int]) -> None:
    """Choose the roots and locked parcels that contiguous ground connects; the part with most roots wins."""
    core = ground.cores[draft.core]
    roots = core.roots & own
    if not roots:
        return
    allowed = (set(ground.reach[draft.core]) | own) - ground.locked_out
    left, best = set(roots), set[int]()
    while left:
        part = connected_part(ground.near, allowed, [min(left)])
        best = part if len(part & roots) > len(best & roots) else best
        left -= part
    locked = {p for p, c in ground.locked_in.items() if c == draft.core}
    draft.roots = frozenset(roots & best)
    draft.forced = frozenset((roots | locked) & best)
    draft.apart = tuple(sorted((roots | locked) - best))


def _site(ground: Field, draft: Draft, allowed: set[int], limits: Limits) -> Site:
    petal = petal_codes_of(ground.near, ground.petal, ground.reach[draft.core], draft.roots, limits.petals_min)
    return Site(
        ground.near, ground.weight, ground.area, ground.floor, petal, allowed | draft.forced, draft.forced,
        draft.roots, limits, ground.rules.search,
    )  # fmt: skip


def _search(ground: Field, draft: Draft, allowed: set[int], shut: set[int] | frozenset[int], run: Run) -> None:
    """Fill a draft from this ground, never from `shut`; holes become filler, and the cap makes room for them."""
    if draft.roots:
        draft.ground = frozenset(allowed - ground.locked_out)
        draft.zone, draft.failed = _best_zone(ground, draft, set(draft.ground), set(shut), run)


def _best_zone(
    ground: Field, draft: Draft, allowed: set[int], shut: set[int], run: Run
) -> tuple[Set, dict[str, tuple[float, float]]]:
    limits = ground.rules.limits
    cap, found = limits.area_max_m2, draft.forced
    site = _site(ground, draft, _joined_ground(ground, draft, allowed, shut), limits)
    joined = connected_part(ground.near, site.allowed, draft.forced) & draft.forced
    if joined != draft.forced:
        return frozenset(), {"joined": (float(len(draft.forced)), float(len(joined)))}
    for _ in range(CAP_TRIES):
        found = search_zone(replace(site, limits=replace(limits, area_max_m2=cap)), run)
        if failed := shortfalls(measure(site, found), limits):
            return frozenset(), failed
        run.check()
        zone = _without_holes(ground, found, site.allowed, shut, run)
        failed = shortfalls(measure(site, zone), limits)
        if not failed:
            return zone, {}
        run.check()
        cap = 2 * sum(ground.area[p] for p in found) / 100 - sum(ground.area[p] for p in zone) / 100 - 1
    return found, {}  # its holes cannot be filled within the limits


def _joined_ground(ground: Field, draft: Draft, allowed: set[int], shut: set[int]) -> set[int]:
    """Return the ground with ways between the forced parcels, should it not connect them by itself."""
    wanted = allowed | draft.forced
    if draft.forced <= connected_part(ground.near, wanted, draft.forced):
        return wanted
    return wanted | (set(ground.reach[draft.core]) - ground.locked_out - shut)


def _without_holes(ground: Field, zone: Set, allowed: set[int], shut: set[int], run: Run) -> Set:
    """Add the parcels in the zone's holes that are contiguous with it: its own ground and what no core reaches."""
    inside = enclosed_parcels(ground.ground, set(zone), ground.near, ground.rules.limits.street_gap_m, run)
    inside = {p for p in inside if p in allowed or p not in ground.reached} - ground.locked_out - shut
    return frozenset(connected_part(ground.near, set(zone) | inside, zone))


def _fill_holes(ground: Field, drafts: list[Draft], run: Run) -> None:
    """Last of all, fill holes with what no zone took in the end, as far as the limits allow."""
    for draft in drafts:
        run.check()
        if draft.zone:
            inside = enclosed_parcels(
                ground.ground, set(draft.zone), ground.near, ground.rules.limits.street_gap_m, run
            )
            draft.zone = with_enclosed(ground, draft, inside, drafts)


def with_enclosed(ground: Field, draft: Draft, inside: set[int], drafts: list[Draft]) -> Set:
    """Return a zone with those of the parcels inside its holes that are free and contiguous; as it is where the limits
    do not allow all of them.
    """
    limits = ground.rules.limits
    inside = inside - ground.locked_out - {p for other in drafts for p in other.zone}
    wider = frozenset(connected_part(ground.near, set(draft.zone) | inside, draft.zone))
    short = shortfalls(measure(_site(ground, draft, set(wider), limits), wider), limits)
    return draft.zone if short else wider


def _widen(ground: Field, drafts: list[Draft], c: int, run: Run) -> None:
    """Search again on free ground, then on ground shared with the zones beside it; keep what gains."""
    draft = drafts[c]
    taken = {p for other in drafts if other is not draft for p in other.zone}
    free = set(ground.reach[c]) - taken
    if free - draft.ground - ground.locked_out:
        trial = replace(draft)
        _search(ground, trial, free | draft.zone, taken, run)
        if trial.zone and not trial.zone & taken and _worth(ground, trial) > _worth(ground, draft):
            drafts[c] = draft = trial
    rivals = [other for other in drafts if other is not draft and other.zone & set(ground.reach[c])]
    if rivals and (not draft.zone or any(_is_full(ground, item) for item in (draft, *rivals))):
        _contest(ground, drafts, c, rivals, run)


def _contest(ground: Field, drafts: list[Draft], c: int, rivals: list[Draft], run: Run) -> None:
    """Let core `c` take what its rivals hold, let them search again, and keep it when all stand and the sum grew."""
    draft = drafts[c]
    fixed = {p for other in drafts if other is not draft for p in other.forced}
    others = {p for other in drafts if other is not draft and other not in rivals for p in other.zone}
    trials = [replace(draft)]
    _search(ground, trials[0], set(ground.reach[c]) - fixed - others, fixed | others, run)
    used = others | trials[0].zone
    for rival in rivals:
        trial = replace(rival)
        shut = used | (fixed - rival.forced)
        _search(ground, trial, set(ground.reach[rival.core]) - shut, shut, run)
        used = used | trial.zone
        trials.append(trial)
    held = sum(len(trial.zone) for trial in trials)
    whole = all(trial.zone for trial in trials) and len(frozenset().union(*(trial.zone for trial in trials))) == held
    whole = whole and not any(trial.zone & others for trial in trials)
    before = sum(_worth(ground, item) or 0 for item in (draft, *rivals))
    if whole and sum(_worth(ground, trial) or 0 for trial in trials) > before:
        for trial in trials:
            drafts[trial.core] = trial


def _worth(ground: Field, draft: Draft) -> float:
    return sum(ground.weight[p] for p in draft.zone) if draft.zone else float("-inf")


def _is_full(ground: Field, draft: Draft) -> bool:
    return sum(ground.area[p] for p in draft.zone) > 0.95 * 100 * ground.rules.limits.area_max_m2
