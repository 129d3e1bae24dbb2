# SPDX-License-Identifier: GPL-2.0-or-later
"""Loads that let people walk least: who is served how much stays, only by whom is chosen anew."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from ..apportion import Whole
from ..errors import RenewalError
from ..run import Run
from .fair import Assignment, Reach
from .solve import Model

NODES = 1  # a linear programme has no tree


def least_walk_loads(
    found: Assignment, capacity: Whole, reach: Reach, cost_ms: npt.NDArray[np.int64], run: Run
) -> Whole:
    """Return (m,) loads for the same served with the least Σ units × milliseconds.

    Parameters: `found` the fair maximum; `capacity` (m,) whole units; `cost_ms` (k,) of the pairs of `reach`.
    A transport problem: its vertices are whole numbers. Places that reach one facility only go there beforehand.
    Source: Hitchcock 1941, solved by HiGHS. Raises RenewalError("recount_failed") when the loads do not add up.
    """
    order = np.lexsort((reach.facility, reach.place))
    place, facility, cost = reach.place[order], reach.facility[order], cost_ms[order]
    wanted = found.served[place] > 0
    place, facility, cost = place[wanted], facility[wanted], cost[wanted]
    choices = np.bincount(place, minlength=reach.places)
    load = np.zeros(reach.facilities, dtype=np.int64)
    alone = choices[place] == 1
    np.add.at(load, facility[alone], found.served[place[alone]])
    place, facility, cost = place[~alone], facility[~alone], cost[~alone]
    if len(place):
        load += _transport(found.served, capacity - load, (place, facility, cost), run)
    if int(load.sum()) != int(found.served.sum()):
        raise RenewalError("recount_failed", kind="least_walk", faults=[f"{load.sum()} ≠ {found.served.sum()}"])
    return load


def _transport(
    served: Whole, room: Whole, pairs: tuple[npt.NDArray[np.intp], npt.NDArray[np.intp], npt.NDArray[np.int64]],
    run: Run,
) -> Whole:  # fmt: skip
    place, facility, cost = pairs
    here, row = np.unique(place, return_inverse=True)
    there, column = np.unique(facility, return_inverse=True)
    model = Model()
    flow = model.variables(len(place), high=served[place].astype(float), gain=-cost / 1000.0)
    model.at_most(served[here], (row, flow, 1))
    model.at_most(-served[here], (row, flow, -1))
    model.at_most(room[there], (column, flow, 1))
    units = np.rint(model.maximise(run, NODES).values).astype(np.int64)
    load = np.zeros(len(room), dtype=np.int64)
    np.add.at(load, facility, units)
    return load
