# SPDX-License-Identifier: GPL-2.0-or-later
"""Which hosts are worth an exact search when there are too many, and what none of the others can beat.

Source: Lagrangian relaxation of capacitated covering with subgradient steps (Held, Wolfe & Crowder 1974; Fisher 1981),
each host then being a purse that is filled by worth per m²; own addition: pools of the fair maximum as limits.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import numpy.typing as npt

from ...run import Run
from ..fair import Assignment, Reach, merge_places
from .hosts import Hosts, is_one_per_circle
from .model import SiteLimits, lacking_groups
from .reach import KindReach, Reached

Reals = npt.NDArray[np.float64]
Places = npt.NDArray[np.intp]

MOST_PAIRS = 12_000  # own choice: pairs of groups and hosts that an exact search takes in seconds
LEAST_HOSTS = 40  # own choice: kept however many pairs they have,
HOSTS_A_SITE = 2  # and so many for each that may be chosen
STEPS = 60  # of the relaxation; more than these moved the bound by less than 1 % on towns of 4,000 hosts
PATIENCE = 6  # steps without a better bound before they are halved


@dataclass(frozen=True, eq=False)
class Shortlist:
    """`reached` and `hosts` with the kept hosts only (rows as before), `beyond`: no choice with any other host gains
    more than this (weighted; −inf when every host is kept).
    """

    reached: Reached
    hosts: Hosts
    kept: int
    beyond: float


@dataclass(frozen=True, eq=False)
class _Town:
    """Pairs (e,) of lacking groups with hosts: `group`, `host`, `kind`; `need` by group, `pool` of each group and what
    the pool lacks (`short`), in the kind's units; `worth` of a unit and floor area a unit takes by kind.
    """

    group: Places
    host: Places
    kind: Places
    need: Reals
    unserved: Reals
    pool: Places
    short: Reals
    worth: Reals
    m2: Reals


@dataclass(frozen=True, eq=False)
class _Filled:
    """Pairs taken (those worth something) with how much of each, and the worth of every host."""

    pair: Places
    amount: Reals
    value: Reals


def shortlist(
    reached: Reached, hosts: Hosts, worth: tuple[Sequence[float], Sequence[Assignment]], limits: SiteLimits, run: Run
) -> Shortlist:
    """Return the hosts among which the search is to be exact: all, when their pairs are few enough.

    Else those worth most once the need that several hosts reach is priced; the fixed ones in any case. `beyond` is
    proven: the relaxation's bound with the last chosen host replaced by the best one that was left.
    """
    town = _town_of(reached, hosts, worth)
    every = Shortlist(reached, hosts, int(hosts.fits.any(axis=1).sum()), -np.inf)
    least = max(LEAST_HOSTS, limits.max_sites * HOSTS_A_SITE)
    if len(town.host) <= MOST_PAIRS or every.kept <= least:
        return every
    bound, value = _relax(town, hosts, limits, run)
    order = np.argsort(-value, kind="stable")
    order = np.concatenate([np.asarray(limits.fixed, dtype=np.intp), order[~np.isin(order, limits.fixed)]])
    pairs = np.cumsum(np.bincount(town.host, minlength=len(value))[order])
    kept = order[: max(least, int((pairs <= MOST_PAIRS).sum()))]
    left = np.setdiff1d(order, kept)
    chosen = _best(value, limits)
    free = chosen[~np.isin(chosen, limits.fixed)]
    last = float(value[free].min(initial=np.inf)) if len(chosen) == limits.max_sites else 0.0
    beyond = bound - (last if np.isfinite(last) else 0.0) + float(value[left].max(initial=0.0))
    only = np.zeros(len(value), dtype=bool)
    only[kept] = True
    kinds = tuple(_only(one, only) for one in reached.kinds)
    few = replace(hosts, largest=np.where(only[:, None], hosts.largest, 0.0))
    return Shortlist(replace(reached, kinds=kinds), few, len(kept), beyond)


def _only(one: KindReach, kept: npt.NDArray[np.bool_]) -> KindReach:
    """Return a kind's reach with the facilities and the kept hosts; groups that reach the same are one again."""
    is_there = np.concatenate([np.ones(one.facilities, dtype=bool), kept])[one.reach.facility]
    reach = Reach(one.reach.place[is_there], one.reach.facility[is_there], one.reach.places, one.reach.facilities)
    return replace(one, reach=reach, groups=merge_places(one.need, reach))


def _town_of(reached: Reached, hosts: Hosts, worth: tuple[Sequence[float], Sequence[Assignment]]) -> _Town:
    weights, before = worth
    parts: list[tuple[npt.NDArray[Any], ...]] = []
    groups = pools = 0
    for column, (one, assignment) in enumerate(zip(reached.kinds, before)):
        short = (one.need - assignment.served) / one.per_unit
        pool, lacks, unserved = _pools(one, assignment, short)
        host = one.groups.facility - one.facilities
        keep = (host >= 0) & lacking_groups(one, assignment)[one.groups.group]
        keep[keep] = hosts.fits[host[keep], column]
        group = one.groups.group[keep]
        need = one.groups.need / one.per_unit
        parts.append((group + groups, host[keep], np.full(len(group), column), need, unserved, pool + pools, lacks))
        groups, pools = groups + len(pool), pools + len(lacks)
    group, host, kind_of, need, unserved, pool, lacks = (np.concatenate(column) for column in zip(*parts))
    kinds = [one.kind for one in reached.kinds]
    # one-per-circle kinds take their floor area whatever their size: a share of it at least
    m2 = [(kind.site_m2 or 0.0) / kind.max_size if is_one_per_circle(kind) else kind.m2_per_unit or 0.0
          for kind in kinds]  # fmt: skip
    return _Town(group, host, kind_of, need, unserved, pool, lacks, np.asarray(weights), np.asarray(m2))


def _pools(one: KindReach, assignment: Assignment, short: Reals) -> tuple[Places, Reals, Reals]:
    """Return the pool of each group (those that reach no facility are pools of their own), what each pool lacks and
    what each group lacks.
    """
    member = one.groups.of_place >= 0
    of_place, block = one.groups.of_place[member], assignment.block[member]
    n, blocks = len(one.groups.need), int(assignment.block.max(initial=-1)) + 1
    unserved: Reals = np.bincount(of_place, weights=short[member], minlength=n).astype(np.float64)
    pool = np.full(n, -1, dtype=np.intp)
    pool[of_place] = block
    alone = pool < 0
    pool[alone] = blocks + np.arange(int(alone.sum()))
    lacks: Reals = np.bincount(pool, weights=unserved, minlength=blocks + int(alone.sum())).astype(np.float64)
    return pool, lacks, unserved


def _relax(town: _Town, hosts: Hosts, limits: SiteLimits, run: Run) -> tuple[float, Reals]:
    """Return the lowest bound found and what each host is worth at its prices."""
    price, toll = np.zeros(len(town.need)), np.zeros(len(town.short))
    target = _greedy(town, hosts, limits)
    best, best_value, best_prices = np.inf, np.zeros(len(hosts.usable_m2)), (price, toll)
    length, waited = 1.0, 0
    for step in range(STEPS):
        run.progress(step / STEPS)
        filled = _fill(town, hosts, price, toll, town.need)
        chosen = _best(filled.value, limits)
        bound = float(price @ town.need + toll @ town.short + filled.value[chosen].sum())
        waited += 1
        if bound < best:
            best, best_value, best_prices, waited = bound, filled.value, (price, toll), 0
        if waited >= PATIENCE:
            length, waited = length / 2, 0
            price, toll = best_prices
            continue
        inside = np.isin(town.host[filled.pair], chosen)
        group = town.group[filled.pair[inside]]
        taken = np.bincount(group, weights=filled.amount[inside], minlength=len(price))
        slack = town.need - taken
        room = town.short - np.bincount(town.pool, weights=taken, minlength=len(toll))
        slack[(price <= 0) & (slack > 0)] = 0
        room[(toll <= 0) & (room > 0)] = 0
        norm = float(slack @ slack + room @ room)
        if norm <= 0:
            break
        pace = length * max(bound - target, 1e-9) / norm
        price, toll = np.maximum(0, price - pace * slack), np.maximum(0, toll - pace * room)
    return best, best_value


def _best(value: Reals, limits: SiteLimits) -> Places:
    """Return the hosts worth most, the fixed ones among them, ties to the earlier."""
    ranked = value.copy()
    ranked[list(limits.fixed)] = np.inf
    return np.argsort(-ranked, kind="stable")[: limits.max_sites]


def _greedy(town: _Town, hosts: Hosts, limits: SiteLimits) -> float:
    """Return what hosts taken one after the other would serve of the unserved need: the aim of the steps."""
    rest, total = town.unserved.copy(), 0.0
    no_price, no_toll = np.zeros(len(town.need)), np.zeros(len(town.short))
    used: list[int] = []
    for _ in range(limits.max_sites):
        filled = _fill(town, hosts, no_price, no_toll, rest)
        filled.value[used] = 0.0
        host = int(filled.value.argmax())
        if filled.value[host] <= 0:
            break
        used.append(host)
        total += float(filled.value[host])
        mine = town.host[filled.pair] == host
        np.subtract.at(rest, town.group[filled.pair[mine]], filled.amount[mine])
        rest = np.maximum(rest, 0.0)
    return total


def _fill(town: _Town, hosts: Hosts, price: Reals, toll: Reals, most: Reals) -> _Filled:
    """Fill every host by itself with the need that is worth most per m², within its rooms and its floor area."""
    worth = town.worth[town.kind] - price[town.group] - toll[town.pool[town.group]]
    pair = np.flatnonzero(worth > 0)
    host, kind, worth = town.host[pair], town.kind[pair], worth[pair]
    room = host * len(town.m2) + kind
    amount = _capped(most[town.group[pair]], room, -worth, hosts.largest[host, kind])
    area = amount * town.m2[kind]
    within = _capped(area, host, -worth / np.maximum(town.m2[kind], 1e-9), hosts.usable_m2[host])
    amount = np.where(area > 0, amount * within / np.where(area > 0, area, 1.0), amount)
    value = np.bincount(host, weights=worth * amount, minlength=len(hosts.usable_m2)).astype(np.float64)
    return _Filled(pair, amount, value)


def _capped(amount: Reals, owner: Places, order: Reals, most: Reals) -> Reals:
    """Return how much of each amount its owner can take, in the order given, until `most` (the same for all of one)."""
    got = amount.copy()
    over = np.flatnonzero(np.bincount(owner, weights=amount)[owner] > most) if len(amount) else np.zeros(0, np.intp)
    if not len(over):
        return got
    row = over[np.lexsort((order[over], owner[over]))]
    some, of = amount[row], owner[row]
    total = np.cumsum(some)
    first = np.flatnonzero(np.r_[True, of[1:] != of[:-1]])
    passed = np.repeat((total - some)[first], np.diff(np.r_[first, len(of)]))
    taken = np.minimum(total - passed, most[row]) - np.minimum(total - passed - some, most[row])
    got[row] = np.maximum(taken, 0.0)
    return got
