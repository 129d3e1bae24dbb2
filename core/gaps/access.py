# SPDX-License-Identifier: GPL-2.0-or-later
"""E2SFCA: how much supply there is within reach for each unit of need, nearer supply counting more.

Source: Luo & Qi 2009 (two-step floating catchment with decay); Gaussian decay of Dai 2010, 0 at the limit.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from ..apportion import Whole
from .fair import Reach

Reals = npt.NDArray[np.float64]

STEPS = 4096  # the decay is a table: the same weights on every machine
ONE = 2**20  # weights are whole parts of 2^20, so that sums do not depend on their order


@dataclass(frozen=True, eq=False)
class Access:
    """`ratio` (n,) units of supply per unit of need at each place, 0 = nothing within reach; `reached` (m,) bool: need
    lies within reach of the facility. Σ need × ratio = Σ capacity of reached facilities.
    """

    ratio: Reals
    reached: npt.NDArray[np.bool_]


def decay_weights(cost_ms: npt.NDArray[np.int32], limit_ms: int) -> Whole:
    """Return Dai's Gaussian (e^(−½(d/d0)²) − e^(−½)) ÷ (1 − e^(−½)) of each cost as whole parts of 2^20; 0 at d0.

    Straight between the steps of the table: at most one part of 2^20 from the formula.
    """
    grid = np.arange(STEPS + 1) / STEPS
    floor = np.exp(-0.5)
    table = np.rint(ONE * (np.exp(-0.5 * grid**2) - floor) / (1 - floor))
    place = np.minimum(cost_ms, limit_ms) * (1.0 * STEPS) / limit_ms  # plain arithmetic: the same everywhere
    step = np.minimum(place, STEPS - 1).astype(np.int32)
    place -= step
    place *= -np.diff(table)[step]
    weights: Whole = (table[step] - np.rint(place)).astype(np.int64)
    return weights


def access_ratios(need: Whole, capacity: Whole, reach: Reach, weights: Whole) -> Access:
    """Return Σ_j S_j·W_ij ÷ D_j with D_j = Σ_i need_i·W_ij.

    Parameters: `need` (n,), `capacity` (m,) whole units; `weights` (k,) of the pairs of `reach`.
    """
    demand = np.zeros(reach.facilities, dtype=np.int64)
    np.add.at(demand, reach.facility, need[reach.place] * weights)
    reached = demand > 0
    per_unit = np.divide(capacity, demand, out=np.zeros(reach.facilities), where=reached)
    order = np.lexsort((reach.facility, reach.place))  # floats are added in one fixed order
    part = (per_unit[reach.facility] * weights)[order]
    ratio: Reals = np.bincount(reach.place[order], weights=part, minlength=reach.places).astype(np.float64)
    return Access(ratio, reached)
