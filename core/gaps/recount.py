# SPDX-License-Identifier: GPL-2.0-or-later
"""An independent count of an assignment, from the raw pairs, before anything is written."""

from __future__ import annotations

import numpy as np
from scipy import sparse
from scipy.sparse import csgraph

from ..apportion import Whole
from ..errors import RenewalError
from .fair import Assignment, Reach

ROUNDING = 4.0  # whole units by which a pool's total may differ from its exact share
SAME_SHARE = 1e-9  # of the arithmetic


def recount(kind: str, need: Whole, capacity: Whole, reach: Reach, found: Assignment) -> None:
    """Raise RenewalError("recount_failed") unless the assignment holds.

    load ≤ capacity; served ≤ need; Σ load = Σ served; what is served can flow to those loads through the pairs; no
    assignment serves more; who lacks something (by more than rounding) reaches only full facilities; and that flow
    needs only pairs in which the facility serves the worst-off who reach it.
    """
    slack = _rounding(found)
    share = found.served / np.maximum(need, 1)
    lacking = (need - found.served > slack) & (need > 0)
    full = capacity - found.load <= slack
    reached = lacking[reach.place]
    faults = {
        "load above capacity": int((found.load > capacity).sum()),
        "served above need": int((found.served > need).sum()),
        "served not loaded": abs(int(found.served.sum()) - int(found.load.sum())),
        "share outside 0…1": int(((share < 0) | (share > 1)).sum()),
        "lacking beside free places": int((~full[reach.facility[reached]]).sum()),
    }
    fair = flow_total(found.served, found.load, _worst_off(need, reach, found))
    if int(found.served.sum()) - fair > slack:
        short = int(found.served.sum()) - flow_total(found.served, found.load, reach)
        faults["cannot flow"] = short
        faults["served before the worst-off"] = int(found.served.sum()) - fair - short
    more = flow_total(need, np.minimum(capacity, np.int64(2**30)), reach) - int(found.served.sum())
    if more > slack * (1 + len(np.unique(found.block))):
        faults["more could be served"] = more
    wrong = [f"{name}: {count}" for name, count in faults.items() if count]
    if wrong:
        raise RenewalError("recount_failed", kind=kind, faults=wrong)


def _worst_off(need: Whole, reach: Reach, found: Assignment) -> Reach:
    """Return the pairs in which nobody who reaches the facility has a lower share than the place (but for rounding)."""
    inside = found.block >= 0
    pools = int(found.block.max(initial=-1)) + 1
    wanted = np.bincount(found.block[inside], weights=need[inside], minlength=pools)
    given = np.bincount(found.block[inside], weights=found.served[inside], minlength=pools)
    of_pool = np.divide(given, wanted, out=np.ones(pools), where=wanted > 0)
    share, rounding = np.ones(reach.places), np.zeros(reach.places)
    share[inside] = of_pool[found.block[inside]]
    rounding[inside] = ROUNDING / np.maximum(wanted[found.block[inside]], 1)
    asks = need[reach.place] > 0
    lowest = np.ones(reach.facilities)
    np.minimum.at(lowest, reach.facility[asks], share[reach.place[asks]])
    keep = asks & (share[reach.place] <= lowest[reach.facility] + rounding[reach.place] + SAME_SHARE)
    return Reach(reach.place[keep], reach.facility[keep], reach.places, reach.facilities)


def _rounding(found: Assignment) -> int:
    """Return how many whole units rounding may cost: at most one a pool, and a few for the last one."""
    return 2 + int(np.unique(found.block).size)


def flow_total(supply: Whole, room: Whole, reach: Reach) -> int:
    """Return how much of `supply` at places can flow into `room` at facilities through the pairs."""
    n, m = reach.places, reach.facilities
    if not len(reach.place):
        return 0
    sink = n + m + 1
    rows = np.concatenate([np.zeros(n, np.intp), reach.place + 1, np.arange(m) + n + 1])
    columns = np.concatenate([np.arange(n) + 1, reach.facility + n + 1, np.full(m, sink)])
    units = np.concatenate([supply, supply[reach.place], room]).astype(np.int32)
    network = sparse.csr_matrix((units, (rows, columns)), shape=(sink + 1, sink + 1))
    return int(csgraph.maximum_flow(network, 0, sink).flow_value)
