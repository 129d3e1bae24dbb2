# SPDX-License-Identifier: GPL-2.0-or-later
"""Counts a choice of sites again from the raw pairs, by other code than chose them."""

from __future__ import annotations

import numpy as np

from ...errors import RenewalError
from ...run import Run
from ..fair import Assignment
from ..recount import recount
from .hosts import Hosts
from .model import SLACK, Choice, SiteLimits, floor_m2_of
from .reach import Reached, chosen_reach

ROUNDED = 1e-4  # own choice: a hundred times what HiGHS lets pass (1e-6 of a row), as a share of the bound


def recount_sites(
    reached: Reached, hosts: Hosts, choice: Choice, limits: SiteLimits, after: list[Assignment], run: Run
) -> None:
    """Raise RenewalError("recount_failed") unless the choice keeps every promise.

    Number of hosts, fixed ones kept, sizes within the standard, floor area within the rooms, every pair within the
    limit, and by kind: load ≤ capacity, served ≤ need, served can flow through the raw pairs, no more could.
    """
    m2 = np.zeros(len(hosts.usable_m2))
    faults = {
        "too many hosts": max(0, len(set(choice.host.tolist())) - limits.max_sites),
        "fixed not kept": len(set(limits.fixed) - set(choice.host.tolist())),
        "room twice": len(choice.host) - len(set(zip(choice.host.tolist(), choice.kind.tolist()))),
    }
    for column, one in enumerate(reached.kinds):
        run.check()
        mine = choice.kind == column
        size, host = choice.size[mine], choice.host[mine]
        area = floor_m2_of(one, size)
        np.add.at(m2, host, area)
        outside = (size < one.kind.min_size - SLACK) | (size > one.kind.max_size + SLACK)
        faults[f"size of {one.kind.id}"] = int(outside.sum())
        faults[f"room of {one.kind.id}"] = int((area > hosts.room_m2[host, column] + SLACK).sum())
        faults[f"pairs of {one.kind.id}"] = int((one.host_ms > one.kind.limit_ms).sum())
        capacity = np.concatenate([one.capacity, np.round(size * one.per_unit).astype(np.int64)])
        recount(one.kind.id, one.need, capacity, chosen_reach(one, host.tolist()), after[column])
    faults["area above the host's"] = int((m2 > hosts.usable_m2 + SLACK).sum())
    wrong = [f"{name}: {count}" for name, count in faults.items() if count]
    if wrong:
        raise RenewalError("recount_failed", kind="sites", faults=wrong)


def recount_bound(objective: float, bound: float, whole: float) -> None:
    """Raise RenewalError("recount_failed") for a bound that the proposal itself beats by more than the solver rounds.

    `objective` and `bound` of what is gained, `whole` the bound with what was served before.
    """
    if objective > bound + ROUNDED * max(1.0, abs(whole)):
        raise RenewalError("recount_failed", kind="sites", faults=[f"bound {bound:.3f} below {objective:.3f}"])
