# SPDX-License-Identifier: GPL-2.0-or-later
"""The fair maximum: of all assignments that serve the most need within reach, the lexicographically fairest one.

Source: methods of principal partitions of a bipartite network (Megiddo 1974, lexicographically optimal flows); here by
halving: a block gets its mean share, one max-flow says whether that can be, else the deficient part is cut off.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pandas as pd
from scipy import sparse
from scipy.sparse import csgraph

from ..apportion import Whole, apportion
from ..run import Run

Places = npt.NDArray[np.intp]
Flags = npt.NDArray[np.bool_]

LARGEST = 2**30  # scipy's max-flow counts in int32; half of its range leaves room for sums


@dataclass(frozen=True, eq=False)
class Reach:
    """Who reaches what: pairs (k,) of positions `place` 0…n-1 and `facility` 0…m-1, each pair once, any order."""

    place: Places | npt.NDArray[np.int32]
    facility: Places | npt.NDArray[np.int32]
    places: int
    facilities: int


@dataclass(frozen=True, eq=False)
class Assignment:
    """Whole units: `served` (n,) by place, `load` (m,) by facility, Σ served = Σ load. `block` (n,) int64: places of
    one number share one pool and have the same served share up to whole units; -1 = reaches nothing.
    """

    served: Whole
    load: Whole
    block: npt.NDArray[np.int64]


@dataclass(frozen=True, eq=False)
class Groups:
    """Places that reach the same facilities, as one: need, and the edges group → facility."""

    of_place: Places  # -1 = reaches nothing or needs nothing
    need: Whole
    group: Places
    facility: Places


def fair_maximum(need: Whole, capacity: Whole, reach: Reach, run: Run) -> Assignment:
    """Return who is served how much, and by whom.

    Parameters: `need` (n,), `capacity` (m,) whole units ≥ 0 (totals up to 2^30 are exact; choose a coarser unit above
    that); `reach` the pairs within the limit.
    Served shares (served ÷ need), sorted, are lexicographically largest among all assignments of the greatest total;
    within a pool whole units go by largest remainders, ties to the earlier place. Loads share a pool as evenly as can
    be (the same routine with the roles turned).
    """
    groups = merge_places(need, reach)
    usable = np.minimum(capacity, _reachable(groups.need, groups.group, groups.facility, reach.facilities))
    part, share_up, share_down = _partition(groups.need, usable, groups.group, groups.facility, run.part(0, 0.6))
    wanted = _whole_shares(groups.need, part, share_up, share_down)
    served, _ = _route(wanted, usable, groups.group, groups.facility)
    load = _even_loads(served, capacity, groups, run.part(0.6, 1))
    inside = groups.of_place >= 0
    by_place = np.zeros(len(need), dtype=np.int64)
    by_place[inside] = apportion(served, need[inside], groups.of_place[inside])
    block = np.full(len(need), -1, dtype=np.int64)
    block[inside] = part[groups.of_place[inside]]
    return Assignment(by_place, load, block)


def merge_places(need: Whole, reach: Reach) -> Groups:
    """Merge places that reach the same set of facilities; groups are numbered by their first place."""
    order = np.lexsort((reach.facility, reach.place))
    place, facility = reach.place[order], reach.facility[order]
    keep = need[place] > 0
    place, facility = place[keep], facility[keep]
    of_place = np.full(reach.places, -1, dtype=np.intp)
    if not len(place):
        return Groups(of_place, np.zeros(0, np.int64), np.zeros(0, np.intp), np.zeros(0, np.intp))
    starts = np.flatnonzero(np.r_[True, place[1:] != place[:-1]])
    ends = np.r_[starts[1:], len(place)]
    sets = [facility[a:b].tobytes() for a, b in zip(starts.tolist(), ends.tolist())]
    codes, _ = pd.factorize(np.array(sets, dtype=object))
    of_place[place[starts]] = codes
    total = np.zeros(int(codes.max()) + 1, dtype=np.int64)
    np.add.at(total, codes, need[place[starts]])
    first = np.unique(codes, return_index=True)[1]
    sizes = (ends - starts)[first]
    group = np.repeat(np.arange(len(total)), sizes)
    offset = np.arange(len(group)) - np.repeat(np.cumsum(sizes) - sizes, sizes)
    return Groups(of_place, total, group, facility[starts[first][group] + offset])


def _reachable(need: Whole, group: Places, facility: Places, facilities: int) -> Whole:
    total = np.zeros(facilities, dtype=np.int64)
    np.add.at(total, facility, need[group])
    return total


def _partition(
    need: Whole, capacity: Whole, group: Places, facility: Places, run: Run
) -> tuple[npt.NDArray[np.int64], Whole, Whole]:
    """Split groups into pools of one share; return pool of each group and the share of each pool as two integers.

    One max-flow a round over all open pools. A pool whose mean share λ = min(1, capacity ÷ need) can be given to all is
    done; else the largest deficient set of groups goes off with all facilities it reaches.
    """
    part = np.zeros(len(need), dtype=np.int64)
    owner = np.zeros(len(capacity), dtype=np.int64)  # pool of each facility
    alive = np.ones(len(group), dtype=bool)  # edges that stay within one pool
    pools, done = 1, np.zeros(1, dtype=bool)
    while not done.all():
        run.check()
        needs, caps = _sums(part, need, pools), _sums(owner, capacity, pools)
        up, down = np.minimum(caps, needs), np.maximum(needs, 1)
        open_edges = alive & ~done[part[group]]
        lacking = _deficient(need, capacity, part, (up, down, done), group[open_edges], facility[open_edges])
        lost = np.zeros(len(capacity), dtype=bool)
        lost[facility[open_edges & lacking[group]]] = True
        wanted, held = _sums(part[lacking], need[lacking], pools), _sums(owner[lost], capacity[lost], pools)
        off, there = np.bincount(part[lacking], minlength=pools), np.bincount(part, minlength=pools)
        split = [
            pool for pool in np.flatnonzero(~done & (off > 0) & (off < there)).tolist()
            if int(held[pool]) * int(down[pool]) < int(wanted[pool]) * int(up[pool])  # beyond 64 bits
        ]  # fmt: skip
        fresh = np.full(pools, -1, dtype=np.int64)
        fresh[split] = pools + np.arange(len(split))
        for home, away in ((part, lacking), (owner, lost)):
            moved = away & (fresh[home] >= 0)
            home[moved] = fresh[home[moved]]
        done = np.r_[done | (fresh < 0), np.zeros(len(split), dtype=bool)]
        pools += len(split)
        alive &= part[group] == owner[facility]
        run.report_share(done.mean())
    needs, caps = _sums(part, need, pools), _sums(owner, capacity, pools)
    return part, np.minimum(caps, needs), np.maximum(needs, 1)


def _sums(part: npt.NDArray[np.int64], units: Whole, pools: int) -> Whole:
    total = np.zeros(pools, dtype=np.int64)
    np.add.at(total, part, units)
    return total


def _deficient(
    need: Whole, capacity: Whole, part: npt.NDArray[np.int64], pools: tuple[Whole, Whole, Flags], group: Places,
    facility: Places,
) -> Flags:  # fmt: skip
    """Return the groups of the largest set, in each open pool, that cannot get the pool's share.

    Units are scaled up to use int32 well; demands are rounded down and capacities up, so that a set found is truly
    deficient. It is all groups that cannot reach the sink in the residual network of a maximum flow: no other maximum
    flow gives another set.
    """
    up, down, done = pools
    open_group = ~done[part]
    scale = max(1, LARGEST // max(1, int(need[open_group].sum())))
    demand = np.zeros(len(need), dtype=np.int64)
    ratio = up[part[open_group]] / down[part[open_group]]
    demand[open_group] = np.floor(need[open_group] * scale * ratio * (1 - 2**-50)).astype(np.int64)
    room = np.minimum(capacity * np.int64(scale), LARGEST)
    network = _network(demand, room, group, facility)
    n, m = len(need), len(capacity)
    result = csgraph.maximum_flow(network, 0, n + m + 1)
    residual = (network - result.flow).tocsr()
    residual.data = (residual.data > 0).astype(np.int8)
    residual.eliminate_zeros()
    safe = csgraph.breadth_first_order(residual.T.tocsr(), n + m + 1, return_predecessors=False)
    lacking = open_group.copy()
    lacking[safe[(safe >= 1) & (safe <= n)] - 1] = False
    return lacking


def _network(demand: Whole, room: Whole, group: Places, facility: Places) -> sparse.csr_matrix:
    """Return source 0 → groups 1…n → facilities n+1…n+m → sink n+m+1 as int32 capacities."""
    n, m = len(demand), len(room)
    sink = n + m + 1
    rows = np.concatenate([np.zeros(n, np.intp), group + 1, np.arange(m) + n + 1])
    columns = np.concatenate([np.arange(n) + 1, facility + n + 1, np.full(m, sink)])
    # the middle is never the limit: a full pair would hide that its facility still has room
    units = np.concatenate([demand, np.full(len(group), LARGEST), room]).astype(np.int32)
    network = sparse.csr_matrix((units, (rows, columns)), shape=(sink + 1, sink + 1))
    network.eliminate_zeros()
    return network


def _whole_shares(need: Whole, part: npt.NDArray[np.int64], up: Whole, down: Whole) -> Whole:
    """Return what each group gets of its pool, in whole units."""
    totals = np.minimum(up, down)
    totals[down == 0] = 0
    return apportion(totals, need, part.astype(np.intp))


def _route(wanted: Whole, room: Whole, group: Places, facility: Places) -> tuple[Whole, Whole]:
    """Send what is wanted through the pairs; return what arrives by group and by facility.

    Rounding to whole units may want a unit more than a facility can give; the flow then serves that unit less.
    """
    n, m = len(wanted), len(room)
    if not len(group):
        return np.zeros(n, dtype=np.int64), np.zeros(m, dtype=np.int64)
    flow = csgraph.maximum_flow(_network(wanted, np.minimum(room, LARGEST), group, facility), 0, n + m + 1).flow
    into_groups = np.asarray(flow[0, 1 : n + 1].todense(), dtype=np.int64).ravel()
    into_sink = np.asarray(flow[n + 1 : n + m + 1, n + m + 1].todense(), dtype=np.int64).ravel()
    return into_groups, into_sink


def _even_loads(served: Whole, capacity: Whole, groups: Groups, run: Run) -> Whole:
    """Return loads that use capacity as evenly as can be: facilities ask for their capacity, groups supply."""
    room = np.minimum(capacity, LARGEST)
    part, up, down = _partition(room, served, groups.facility, groups.group, run)
    wanted = np.minimum(_whole_shares(room, part, up, down), room)
    slack = 0
    while True:  # whole units may want a unit that no group can give: then a few units of slack on every facility
        _, given = _route(served, np.minimum(wanted + slack, room), groups.group, groups.facility)
        if given.sum() == served.sum():
            return given
        slack = max(1, 2 * slack)
