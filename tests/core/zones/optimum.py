"""The true optimum of small delineations as a mixed-integer program, by other code than the search.

Two cores at once: one binary a core and parcel, one flow unit from the core's root to each of its parcels (single
commodity, so every zone is connected). Petals are counted as petal parcels, which is never fewer than petals: the
program may do what the search may not, so a ratio against it is a lower bound of the true one.
"""

from dataclasses import dataclass, replace

import numpy as np
from scipy.optimize import Bounds, LinearConstraint, milp
from scipy.sparse import coo_array
from urban_renewal.core import envelope
from urban_renewal.core.run import Run
from urban_renewal.core.zones.allot import Draft, _nearest, _settle_roots, allot_parcels
from urban_renewal.core.zones.field import prepare_field
from urban_renewal.core.zones.rules import read_zone_rules
from urban_renewal.core.zones.values import value_parcels

from .conftest import city, walker_for


@dataclass
class Compared:
    """What the search found and what is possible, in thousandths of value; `bound` the solver's proven limit."""

    found: int
    optimum: float
    bound: float

    @property
    def ratio(self):
        """Found ÷ possible; 1 where nothing is possible."""
        return self.found / self.bound if self.bound > 0 else 1.0


def small_case(seed):
    """A city of about fifty parcels with two stations that do not merge; limits by seed so that they bind."""
    dice = np.random.default_rng(1000 + seed)
    shipped = read_zone_rules(envelope.load("zone-rules", "chongqing"))
    limits = replace(
        shipped.limits, area_min_m2=float(dice.choice([0, 20_000, 40_000])),
        area_max_m2=float(dice.choice([60_000, 90_000, 130_000, 200_000])),
        floor_min_m2=float(dice.choice([0, 40_000])), petals_min=int(dice.choice([1, 2, 3])),
        walk_min=float(dice.choice([5, 8, 12])), merge_walk_m=1.0,
    )  # fmt: skip
    inputs = city(seed, columns=8, rows=7, stations=2, river=seed % 4 == 0)
    order = inputs.parcels.sort_values("parcel_id", kind="stable").reset_index(drop=True)
    return replace(inputs, parcels=order), replace(shipped, limits=limits)


def compare(seed, seconds=60.0):
    """Return the search beside the optimum of a small case."""
    inputs, rules = small_case(seed)
    run = Run(language="en")
    ready = prepare_field(
        inputs, value_parcels(inputs.parcels, None, rules), rules, walker_for(inputs, rules), Run(language="en")
    )
    field = ready.field
    found = sum(field.weight[p] for draft in allot_parcels(field, run) for p in draft.zone)
    optimum, bound = best_total(field, seconds)
    return Compared(found, optimum, bound)


def best_total(field, seconds):
    """Return the largest total weight of zones within the limits, and the solver's upper bound."""
    own = _nearest(field)
    drafts = [Draft(c, frozenset(), frozenset()) for c in range(len(field.cores))]
    for draft in drafts:
        _settle_roots(field, draft, own[draft.core])
    program = _Program(field)
    for draft in drafts:
        if draft.roots:
            others = {p for other in drafts if other is not draft for p in other.forced}
            program.add_zone(draft, (set(field.reach[draft.core]) | draft.forced) - field.locked_out - others)
    return program.solve(seconds)


class _Program:
    def __init__(self, field):
        self.field, self.cost, self.binary = field, [], []
        self.rows, self.low, self.high = [], [], []
        self.takers = {}

    def variable(self, cost, binary):
        self.cost.append(cost)
        self.binary.append(binary)
        return len(self.cost) - 1

    def row(self, terms, low, high):
        self.rows.append(terms)
        self.low.append(low)
        self.high.append(high)

    def add_zone(self, draft, ground):
        field, limits = self.field, self.field.rules.limits
        is_on = self.variable(0.0, True)
        takes = {p: self.variable(-field.weight[p] / 1e5, True) for p in sorted(ground)}
        for p, var in takes.items():
            self.takers.setdefault(p, []).append(var)
            self.row([(var, 1), (is_on, -1)], 0 if p in draft.forced else -1, 0)
        inflow = {p: [] for p in ground}
        most = len(ground)
        for p in sorted(ground):
            for q in field.near[p]:
                if q in ground:
                    flow = self.variable(0.0, False)
                    inflow[q].append((flow, 1))
                    inflow[p].append((flow, -1))
                    self.row([(flow, 1), (takes[p], -most)], -np.inf, 0)
                    self.row([(flow, 1), (takes[q], -most)], -np.inf, 0)
        root = min(draft.forced)
        for p in sorted(ground - {root}):
            self.row([*inflow[p], (takes[p], -1)], 0, 0)
        area = [(var, field.area[p] / 1e6) for p, var in takes.items()]
        floor = [(var, field.floor[p] / 1e6) for p, var in takes.items()]
        self.row([*area, (is_on, -limits.area_min_m2 / 1e4)], 0, np.inf)
        self.row([*area, (is_on, -limits.area_max_m2 / 1e4)], -np.inf, 0)
        self.row([*floor, (is_on, -limits.floor_min_m2 / 1e4)], 0, np.inf)
        reach = field.reach[draft.core]
        petals = [(var, 1) for p, var in takes.items()
                  if field.petal[p] >= 0 and p in reach and p not in draft.roots]  # fmt: skip
        self.row([*petals, (is_on, -limits.petals_min)], 0, np.inf)

    def solve(self, seconds):
        for several in self.takers.values():
            if len(several) > 1:
                self.row([(var, 1) for var in several], 0, 1)
        if not self.cost:
            return 0.0, 0.0
        entries = [(i, var, value) for i, terms in enumerate(self.rows) for var, value in terms]
        i, j, values = zip(*entries, strict=True)
        matrix = coo_array((values, (i, j)), shape=(len(self.rows), len(self.cost))).tocsr()
        binary = np.array(self.binary)
        solved = milp(
            np.array(self.cost), integrality=binary.astype(int),
            bounds=Bounds(0, np.where(binary, 1, np.inf)),
            constraints=LinearConstraint(matrix, self.low, self.high), options={"time_limit": seconds},
        )  # fmt: skip
        value = 0.0 if solved.fun is None else -solved.fun * 1e5
        return value, -solved.mip_dual_bound * 1e5
