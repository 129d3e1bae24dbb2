# SPDX-License-Identifier: GPL-2.0-or-later
"""The choice of sites as a mixed-integer model: flows of need to facilities and hosts, sizes, rooms, complexes.

Source: capacitated maximal covering with existing facilities (Pirkul & Schilling 1991), sizes and rooms own addition.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from ...envelope import figure_value
from ...errors import RenewalError
from ...run import Run
from ..fair import Assignment
from ..solve import SEARCH_NODES, Model, Solution
from .hosts import Hosts, is_one_per_circle
from .reach import KindReach, Reached

Reals = npt.NDArray[np.float64]
Places = npt.NDArray[np.intp]

PROMISING = 60  # own choice: rooms searched first
TIDY_NODES = 2_000  # own choice: the second look only tidies up
SLACK = 1e-6  # of the solver's arithmetic
KINDERGARTEN_FIRST_M2 = 1e5  # a nursery anywhere else costs this much more than in surplus kindergarten rooms
HOST_M2 = 1.0  # a host that adds nothing is left out even where its kinds take no area


@dataclass(frozen=True)
class ComplexRule:
    """From `min_kinds` kinds on a host is a service complex: floor area and kinds of care it then needs."""

    min_floor_m2: float
    min_kinds: int
    min_care: int
    care: frozenset[str]


@dataclass(frozen=True)
class SiteLimits:
    """How many hosts, which of them (row numbers) in any case, the rule of complexes, nodes of the search tree, and
    the least that a room must add as a share of its kind's smallest size.
    """

    max_sites: int
    fixed: tuple[int, ...] = ()
    complex: ComplexRule | None = None
    nodes: int = SEARCH_NODES
    least_added: float = 0.0


@dataclass(frozen=True, eq=False)
class Choice:
    """Chosen rooms (c,): rows of the hosts, columns of the kinds, whole sizes in the kinds' units, in order of host and
    kind. `bound`: Σ weight × served that nothing can beat; `is_proven`: the search ended.
    """

    host: Places
    kind: Places
    size: Reals
    bound: float
    is_proven: bool


@dataclass(frozen=True, eq=False)
class _Parts:
    """Where the variables of a model stand; pairs (p,) of host and kind that fit."""

    pair_host: Places
    pair_kind: Places
    opens: Places
    size: Places
    used: Places  # by host row
    m2_variable: Places
    m2_each: Reals
    flow: Places
    flow_gain: Reals


def complex_rule(standard: Mapping[str, Any]) -> ComplexRule | None:
    """Read the rule of complexes from a standard, None when it has none."""
    if "complex" not in standard:
        return None
    rule = standard["complex"]
    numbers = {key: float(figure_value(rule[key])) for key in ("min_floor_m2", "min_kinds", "min_care")}
    return ComplexRule(
        numbers["min_floor_m2"], int(numbers["min_kinds"]), int(numbers["min_care"]), frozenset(rule["care"])
    )


def choose_sites(
    reached: Reached, hosts: Hosts, worth: tuple[Sequence[float], Sequence[Assignment]], limits: SiteLimits, run: Run
) -> Choice:
    """Return the rooms whose sizes let the most weighted need be served, with the least floor area among equals.

    `worth`: of one unit of each kind, and the kinds' fair maximum without new rooms. Existing supply is used anew: it
    may serve others than before. Groups of pools that lack nothing stay as they are (see `lacking_groups`).
    """
    weights, before = worth
    lacking = [lacking_groups(one, assignment) for one, assignment in zip(reached.kinds, before)]
    model = Model()
    parts = _rooms(model, reached, hosts, limits)
    run.check()
    parts = _flows(model, reached, parts, weights, lacking)
    first, losses = _search(model, parts, [one.kind for one in reached.kinds], limits, run.part(0, 0.8))
    second = _tidied(model, parts, (first, losses), hosts, reached, run.part(0.8, 1))
    is_open = second.values[parts.opens] > 0.5
    sizes = second.values[parts.size][is_open]
    host, kind = parts.pair_host[is_open], parts.pair_kind[is_open]
    apart = sum(
        weight * float(one.groups.need[~mask].sum()) / one.per_unit
        for weight, one, mask in zip(weights, reached.kinds, lacking)
    )
    bound = first.bound + apart
    return Choice(host, kind, sizes, bound, first.is_proven)


@dataclass(frozen=True, eq=False)
class _Losses:
    """What the relaxed model says: `most` no choice makes more; `loss` (p,) by how much less one makes that opens the
    room of a pair.
    """

    most: float
    loss: Reals

    def shut(self, parts: _Parts, high: Reals, objective: float) -> Reals:
        """Return upper bounds with all rooms shut that no choice of at least this objective opens."""
        narrow = high.copy()
        out = self.loss > self.most - objective + SLACK * max(1.0, abs(self.most))
        narrow[parts.opens[out]] = narrow[parts.size[out]] = 0.0
        return narrow


def _search(
    model: Model, parts: _Parts, kinds: Sequence[Any], limits: SiteLimits, run: Run
) -> tuple[Solution, _Losses | None]:
    """Return the best choice. Few promising rooms are searched first: what those make rules out most of the others.

    The proof is that of the whole model (reduced cost fixing: Dantzig, Fulkerson & Johnson 1954): a room is ruled out
    when the relaxed model, made to open it, falls below what has been found.
    """
    if len(parts.opens) <= PROMISING:
        return model.maximise(run, limits.nodes), None
    relaxed = model.relax(run.part(0, 0.2))
    if relaxed is None:
        return model.maximise(run.part(0.2, 1), limits.nodes), None
    smallest = np.array([kind.min_size for kind in kinds])[parts.pair_kind]
    cost = np.where(model.lows() > 0, 0.0, relaxed.cost)  # a fixed host is used in any case
    # an open room is at least of the smallest size, in a host that is used
    loss = cost[parts.opens] + cost[parts.used][parts.pair_host] + smallest * cost[parts.size]
    losses = _Losses(relaxed.objective, loss)
    promising = np.zeros(len(loss), dtype=bool)
    promising[np.argsort(loss, kind="stable")[:PROMISING]] = True
    promising |= (relaxed.values[parts.opens] > SLACK) | np.isin(parts.pair_host, limits.fixed)
    high = model.highs()
    high[parts.opens[~promising]] = high[parts.size[~promising]] = 0.0
    try:
        early = model.maximise(run.part(0.2, 0.4), TIDY_NODES, high=high)
    except RenewalError:
        return model.maximise(run.part(0.4, 1), limits.nodes), losses
    narrow = losses.shut(parts, model.highs(), early.objective)
    found = model.maximise(run.part(0.4, 1), limits.nodes, high=narrow)
    best = found if found.objective >= early.objective else early
    return Solution(best.values, best.objective, max(found.bound, best.objective), found.is_proven), losses


def lacking_groups(one: KindReach, before: Assignment) -> npt.NDArray[np.bool_]:
    """Say which groups are in pools of the fair maximum that lack something; only they can gain by new rooms.

    A facility serves the lowest shares that reach it, so whoever lacks something reaches only facilities of pools that
    lack something: room made at the others helps nobody, and who is served in full needs no new room.
    """
    short = one.need - before.served
    pools = int(before.block.max(initial=-1)) + 1
    inside = before.block >= 0
    total = np.bincount(before.block[inside], weights=short[inside], minlength=pools)
    is_short = short > 0
    is_short[inside] = total[before.block[inside]] > 0
    flags = np.zeros(len(one.groups.need), dtype=bool)
    member = one.groups.of_place >= 0
    flags[one.groups.of_place[member & is_short]] = True
    return flags


def floor_m2_of(one: KindReach, size: Reals) -> Reals:
    """Return the floor area that sizes of a kind take."""
    if is_one_per_circle(one.kind):
        return np.full(len(size), one.kind.site_m2 or 0.0)
    return np.asarray(size * (one.kind.m2_per_unit or 0.0), dtype=np.float64)


def _rooms(model: Model, reached: Reached, hosts: Hosts, limits: SiteLimits) -> _Parts:
    """Add which kinds open where, their sizes, and what rooms, numbers and complexes allow."""
    pair_host, pair_kind = (part.astype(np.intp) for part in np.nonzero(hosts.fits))
    p, m = len(pair_host), len(hosts.usable_m2)
    kinds = [one.kind for one in reached.kinds]
    smallest = np.array([kind.min_size for kind in kinds])[pair_kind]
    opens = model.variables(p, high=1, whole=True)
    size = model.variables(p, high=hosts.largest[pair_host, pair_kind], whole=True)
    low = np.zeros(m)
    low[list(limits.fixed)] = 1
    used = model.variables(m, high=1, low=low, whole=True)
    every = np.arange(p)
    model.at_most(np.zeros(p), (every, size, 1), (every, opens, -hosts.largest[pair_host, pair_kind]))
    model.at_most(np.zeros(p), (every, opens, smallest), (every, size, -1))
    model.at_most(np.zeros(p), (every, opens, 1), (every, used[pair_host], -1))
    model.at_most(np.zeros(m), (np.arange(m), used, 1), (pair_host, opens, -1))
    model.at_most(limits.max_sites, (0, used, 1))
    circle = np.array([is_one_per_circle(kind) for kind in kinds])[pair_kind]
    each = np.array([(kind.site_m2 if is_one_per_circle(kind) else kind.m2_per_unit) or 0.0 for kind in kinds])
    parts = _Parts(
        pair_host, pair_kind, opens, size, used, np.where(circle, opens, size), each[pair_kind],
        np.zeros(0, np.intp), np.zeros(0),
    )  # fmt: skip
    model.at_most(hosts.usable_m2, (pair_host, parts.m2_variable, parts.m2_each))
    _lower_storeys(model, hosts, parts)
    if limits.complex:
        _complexes(model, hosts, parts, kinds, limits.complex)
    return parts


def _lower_storeys(model: Model, hosts: Hosts, parts: _Parts) -> None:
    """Kinds that must be low share the low storeys: one row a host and storey limit."""
    mine = hosts.highest[parts.pair_host, parts.pair_kind]
    room = hosts.room_m2[parts.pair_host, parts.pair_kind]
    for limit in np.unique(mine[np.isfinite(mine)]):
        low = mine <= limit
        area = np.zeros(len(hosts.usable_m2))
        np.maximum.at(area, parts.pair_host[low], room[low])
        model.at_most(area, (parts.pair_host[low], parts.m2_variable[low], parts.m2_each[low]))


def _complexes(model: Model, hosts: Hosts, parts: _Parts, kinds: Sequence[Any], rule: ComplexRule) -> None:
    """As many kinds as a complex has, only where it is one: large enough and with enough kinds of care."""
    m = len(hosts.usable_m2)
    care = np.array([kind.id in rule.care for kind in kinds])[parts.pair_kind]
    can_be = (hosts.usable_m2 >= rule.min_floor_m2) & (np.bincount(parts.pair_host, minlength=m) >= rule.min_kinds)
    is_complex = model.variables(m, high=can_be.astype(float), whole=True)
    rows = np.arange(m)
    more = len(kinds) - rule.min_kinds + 1
    model.at_most(np.full(m, rule.min_kinds - 1.0), (parts.pair_host, parts.opens, 1), (rows, is_complex, -more))
    model.at_most(
        np.zeros(m), (rows, is_complex, rule.min_floor_m2), (parts.pair_host, parts.m2_variable, -parts.m2_each)
    )
    model.at_most(np.zeros(m), (rows, is_complex, rule.min_care), (parts.pair_host[care], parts.opens[care], -1))
    model.at_most(np.zeros(m), (rows, is_complex, rule.min_kinds), (parts.pair_host, parts.opens, -1))


def _flows(
    model: Model, reached: Reached, parts: _Parts, weights: Sequence[float],
    lacking: Sequence[npt.NDArray[np.bool_]],
) -> _Parts:  # fmt: skip
    """Add how much of each lacking group's need goes to each facility and host it reaches."""
    flows: list[Places] = []
    for column, (one, weight, wanting) in enumerate(zip(reached.kinds, weights, lacking)):
        group, facility, s = one.groups.group, one.groups.facility, one.facilities
        pair_of = np.full(one.reach.facilities - s, -1, dtype=np.intp)
        mine = parts.pair_kind == column
        pair_of[parts.pair_host[mine]] = np.flatnonzero(mine)
        is_host = facility >= s
        pair = np.where(is_host, pair_of[np.maximum(facility - s, 0)] if len(pair_of) else -1, -1)
        keep = (~is_host | (pair >= 0)) & wanting[group]
        group, facility, is_host, pair = group[keep], facility[keep], is_host[keep], pair[keep]
        need, capacity = one.groups.need / one.per_unit, one.capacity / one.per_unit
        flow = model.variables(len(group), high=need[group], gain=weight)
        flows.append(flow)
        if not len(flow):
            continue
        model.at_most(need, (group, flow, 1))
        model.at_most(capacity, (facility[~is_host], flow[~is_host], 1)) if s else None
        to_host, at = flow[is_host], pair[is_host]
        rows = np.arange(len(to_host))
        model.at_most(np.zeros(len(parts.size)), (at, to_host, 1), (np.arange(len(parts.size)), parts.size, -1))
        model.at_most(np.zeros(len(rows)), (rows, to_host, 1), (rows, parts.opens[at], -need[group[is_host]]))
    flow = np.concatenate(flows)
    return _Parts(
        parts.pair_host, parts.pair_kind, parts.opens, parts.size, parts.used, parts.m2_variable, parts.m2_each,
        flow, model.gains()[flow],
    )  # fmt: skip


def _tidied(
    model: Model, parts: _Parts, searched: tuple[Solution, _Losses | None], hosts: Hosts, reached: Reached, run: Run
) -> Solution:
    """Return values as good as the first ones with the least floor area, nurseries in kindergartens before others.

    No room opens that the first ones have not, but for those nurseries: among all rooms the search would take as long
    as the first one, to save floor area.
    """
    first, losses = searched
    model.at_most(-(first.objective - SLACK * max(1.0, first.objective)), (0, parts.flow, -parts.flow_gain))
    gains, high = np.zeros(model.count), model.highs()
    np.add.at(gains, parts.m2_variable, -parts.m2_each)
    gains[parts.size] -= 1e-3 / np.maximum(hosts.largest[parts.pair_host, parts.pair_kind], 1)
    gains[parts.used] -= HOST_M2
    nursery = np.array([one.kind.id == "nurs" for one in reached.kinds])[parts.pair_kind]
    preferred = nursery & hosts.is_kindergarten[parts.pair_host]
    gains[parts.opens[nursery & ~preferred]] -= KINDERGARTEN_FIRST_M2 if preferred.any() else 0.0
    high[parts.opens[~preferred]] = np.round(first.values[parts.opens[~preferred]])
    if losses is not None:
        high = losses.shut(parts, high, first.objective - SLACK * max(1.0, first.objective))
    try:
        return model.maximise(run, TIDY_NODES, gains, high=high)
    except RenewalError:  # no time for it: the first values are as good, only larger
        return first
