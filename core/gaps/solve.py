# SPDX-License-Identifier: GPL-2.0-or-later
"""Mixed-integer models built block by block and solved by HiGHS, with the bound that proves how good the answer is."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

import numpy as np
import numpy.typing as npt
from scipy import sparse
from scipy.optimize import Bounds, LinearConstraint, linprog, milp

from ..errors import RenewalError
from ..run import Run
from ..slices import aside

Reals = npt.NDArray[np.float64]
Places = npt.NDArray[np.intp]

SEARCH_NODES = 20_000  # own choice: the same search on every machine; a few minutes on a hard city
OPTIMAL, LIMIT = 0, 1  # status words of scipy.optimize.milp


@dataclass(frozen=True, eq=False)
class Solution:
    """`values` (n,) of the variables, whole where asked; `objective` what they make; `bound` what nothing can beat;
    `is_proven`: the search ended, nothing better is left.
    """

    values: Reals
    objective: float
    bound: float
    is_proven: bool


@dataclass(frozen=True, eq=False)
class Relaxed:
    """`values` (n,) of the variables, `objective` what they make: nothing whole can make more; `cost` (n,) ≥ 0 by how
    much that falls for each unit a variable is raised from its lower bound (reduced costs).
    """

    values: Reals
    objective: float
    cost: Reals


@dataclass(eq=False)
class Model:
    """A model to maximise: variables in blocks, rows Σ coefficient × variable ≤ limit."""

    count: int = 0
    _gain: list[Reals] = field(default_factory=list)
    _low: list[Reals] = field(default_factory=list)
    _high: list[Reals] = field(default_factory=list)
    _whole: list[Reals] = field(default_factory=list)
    _rows: list[tuple[Places, Places, Reals]] = field(default_factory=list)
    _limits: list[Reals] = field(default_factory=list)
    _row_count: int = 0

    def variables(
        self, n: int, high: npt.ArrayLike = np.inf, low: npt.ArrayLike = 0.0, gain: npt.ArrayLike = 0.0,
        whole: bool = False,
    ) -> Places:  # fmt: skip
        """Add n variables between `low` and `high`, each worth `gain`; return their positions."""
        for store, value in ((self._gain, gain), (self._low, low), (self._high, high), (self._whole, float(whole))):
            store.append(np.broadcast_to(np.asarray(value, dtype=np.float64), (n,)).copy())
        self.count += n
        return np.arange(self.count - n, self.count)

    def at_most(self, limits: npt.ArrayLike, *terms: tuple[npt.ArrayLike, npt.ArrayLike, npt.ArrayLike]) -> Places:
        """Add a row for every limit: Σ over the terms (row, variable, coefficient) ≤ limit; return the rows."""
        limit = np.atleast_1d(np.asarray(limits, dtype=np.float64))
        for row, variable, coefficient in terms:
            parts = np.broadcast_arrays(row, variable, coefficient)
            rows, columns, numbers = (part.ravel() for part in parts)
            self._rows.append((
                rows.astype(np.intp) + self._row_count, columns.astype(np.intp), numbers.astype(np.float64)
            ))  # fmt: skip
        self._limits.append(limit)
        self._row_count += len(limit)
        return np.arange(self._row_count - len(limit), self._row_count)

    def gains(self) -> Reals:
        """Return what each variable is worth."""
        return np.concatenate(self._gain) if self._gain else np.zeros(0)

    def highs(self) -> Reals:
        """Return the upper bound of each variable."""
        return np.concatenate(self._high) if self._high else np.zeros(0)

    def lows(self) -> Reals:
        """Return the lower bound of each variable."""
        return np.concatenate(self._low) if self._low else np.zeros(0)

    def _matrix(self) -> tuple[sparse.csr_matrix, Reals]:
        """Return the rows that say something, and their limits: a city's places that lack nothing have none."""
        rows, columns, numbers = (np.concatenate(part) for part in zip(*self._rows))
        matrix = sparse.csr_matrix((numbers, (rows, columns)), shape=(self._row_count, self.count))
        limits = np.concatenate(self._limits)
        telling = (np.diff(matrix.indptr) > 0) | (limits < 0)
        return matrix[telling], limits[telling]

    def relax(self, run: Run) -> Relaxed | None:
        """Return the best values without whole numbers, None when there are none (or the solver found none).

        Raises Cancelled.
        """
        bounds = np.column_stack([self.lows(), self.highs()])
        matrix, limits = self._matrix()

        def work() -> Any:
            """Solve the relaxed programme; runs in a thread of its own."""
            return linprog(-self.gains(), A_ub=matrix, b_ub=limits, bounds=bounds, method="highs")

        found = aside(work, run)
        if found.status != OPTIMAL:
            return None
        return Relaxed(np.asarray(found.x), -float(found.fun), np.maximum(0.0, found.lower.marginals))

    def maximise(self, run: Run, nodes: int, gains: Reals | None = None, **within: Reals) -> Solution:
        """Return the best values found within `nodes` of the search tree: never a time, which would differ by machine.

        `gains` replaces the worth of the variables, `low` and `high` their bounds, for a second look at one model.
        Raises RenewalError: `sites_impossible` when no values keep all rows, `sites_no_time` when none were found
        that far; Cancelled.
        """
        gain = self.gains() if gains is None else gains
        bounds = Bounds(within.get("low", self.lows()), within.get("high", self.highs()))
        matrix, most = self._matrix()
        limits = LinearConstraint(matrix, -np.inf, most)
        whole = np.concatenate(self._whole)
        options = {"node_limit": int(nodes), "mip_rel_gap": 0.0}

        def work() -> Any:
            """Solve the programme; runs in a thread of its own."""
            return milp(-gain, integrality=whole, bounds=bounds, constraints=limits, options=options)

        found = aside(work, run)
        if found.x is None:
            raise RenewalError("sites_no_time" if found.status == LIMIT else "sites_impossible")
        values = np.where(whole > 0, np.round(found.x), found.x)
        objective = float(gain @ values)
        dual = getattr(found, "mip_dual_bound", None)
        bound = objective if dual is None or not np.isfinite(dual) else max(objective, -float(dual))
        return Solution(values, objective, bound, found.status == OPTIMAL)
