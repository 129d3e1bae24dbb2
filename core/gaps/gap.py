# SPDX-License-Identifier: GPL-2.0-or-later
"""The gap of every kind: who lives where, what is within reach on foot, who is served, what is missing."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace

import numpy as np
import numpy.typing as npt
import pandas as pd

from .. import frames
from ..apportion import Whole
from ..errors import RenewalError
from ..run import Run
from ..walking.graph import Ints, WalkGraph, graph_of
from ..walking.join import Joined, not_joined_reason
from ..walking.lengths import nearest_lengths
from ..walking.profiles import Profile
from ..walking.reach import Pairs, nearest, reach_pairs
from .access import Access, access_ratios, decay_weights
from .demand import Demand, Need, need_of, who_is_unknown
from .fair import Reach, fair_maximum
from .radius import look_straight
from .recount import recount
from .standard import Kind
from .supply import list_supply
from .town import GapLayers, GapOptions, Town, join_town, town_of
from .walkload import least_walk_loads

Reals = npt.NDArray[np.float64]
Objects = npt.NDArray[np.object_]

SAME_SUM = 1e-9  # of the arithmetic
CAP_MS = 60 * 60_000  # own choice: the nearest is looked for up to an hour away


@dataclass(frozen=True, eq=False)
class KindResult:
    """One kind at every demand point (n,) and facility row of its supply (m,).

    `need`, `served` in the kind's unit; `walk_ms` -1 = no facility within an hour, `walk_m` metres; `nearest` row of
    `supply` (-1 none);
    `line_m` NaN = no facility; `status` of the point's joining ("" = joined); `isolated`: no facility of the kind in
    its part of the network; `pairs` who reaches what; `load` NaN where the capacity is unknown.
    """

    kind: Kind
    supply: pd.DataFrame
    need: Reals
    served: Reals
    walk_ms: npt.NDArray[np.int64]
    walk_m: Reals
    nearest: npt.NDArray[np.int64]
    line_m: Reals
    in_radius: npt.NDArray[np.bool_]
    access_ratio: Reals
    status: Objects
    isolated: npt.NDArray[np.bool_]
    pairs: Reach
    load: Reals
    facility_reached: npt.NDArray[np.bool_]


@dataclass(frozen=True, eq=False)
class Counted:
    """The demand and what was found for each kind."""

    demand: Demand
    kinds: tuple[KindResult, ...]


def count_gaps(layers: GapLayers, options: GapOptions, run: Run) -> Counted:
    """Count need, reach, served and gap of each kind at every demand point (method notes §3–5).

    Raises as count_each.
    """
    results = {result.kind.id: result for result in count_each(layers, options, run)}
    return Counted(town_of(layers, run).demand, tuple(results[kind.id] for kind in options.kinds))


def count_each(layers: GapLayers, options: GapOptions, run: Run) -> Iterator[KindResult]:
    """Yield what count_gaps counts, kind by kind in the order in which people walk alike: a city need not hold all.

    Raises RenewalError for input that cannot be used (people, network, standard) and `recount_failed` when the
    independent recount of an assignment does not agree.
    """
    for kind, supply, walking, stretch in _walked(layers, options, run):
        found = _count_kind(kind, supply, layers, town_of(layers, run), walking, options.load_rule, stretch)
        del walking  # its pairs need not be held while others are searched
        yield found
        del found


def count_loads(layers: GapLayers, options: GapOptions, run: Run) -> Iterator[tuple[pd.DataFrame, Reals]]:
    """Yield supply and load of each kind as count_each counts them, and nothing else of it. Raises as count_each."""
    for kind, supply, walking, stretch in _walked(layers, options, run):
        found = _assign(kind, supply, layers, town_of(layers, run), walking[-1], options.load_rule, stretch)
        yield supply, found.load


_Walking = tuple[WalkGraph, Profile, Joined, Joined, Pairs]


def _walked(layers: GapLayers, options: GapOptions, run: Run) -> Iterator[tuple[Kind, pd.DataFrame, _Walking, Run]]:
    """Yield each kind with its supply and the pairs of all kinds that walk like it, and the stretch of the run."""
    town = town_of(layers, run)
    _tell_unknown(options.kinds, town.demand, run)
    supply = list_supply(layers.facilities, layers.capacities, options.kinds, run, options.planned)
    profiles = sorted({kind.profile for kind in options.kinds})
    run.stage("gap_network")
    graph = graph_of(layers.network, profiles, run.part(0, 0.1))
    joined = {name: join_town(layers, town, graph, options.profiles[name], options, run) for name in profiles}
    number = 0
    for kinds in walked_alike(options.kinds):
        rows = {kind.id: supply[supply["kind"] == kind.id].reset_index(drop=True) for kind in kinds}
        walking = graph, options.profiles[kinds[0].profile], *joined[kinds[0].profile]
        pairs = None
        for kind in kinds:
            stretch = run.part(0.2 + 0.8 * number / len(options.kinds), 0.2 + 0.8 * (number + 1) / len(options.kinds))
            stretch.stage("gap_kind", kind=kind.title[run.language])
            if pairs is None:
                pairs = _walk(kind, rows.values(), walking, stretch.part(0, 0.5))
            yield kind, rows[kind.id], (*walking, pairs), stretch
            number += 1


def _tell_unknown(kinds: Sequence[Kind], demand: Demand, run: Run) -> None:
    """Say of which kinds nobody knows the need anywhere: without ages all of them would read as “no gap is missing”."""
    blind = [kind for kind in kinds if len(demand.ids) and not demand.known[kind.need_of].any()]
    if blind and all(message.code != "kinds_need_unknown" for message in run.messages):
        run.warn("kinds_need_unknown", n=len(blind), kinds=[kind.title[run.language] for kind in blind])


def walked_alike(kinds: Sequence[Kind]) -> list[list[Kind]]:
    """Return the kinds in groups of the same walker, limit and direction: one search finds the pairs of all of them."""
    groups: dict[tuple[str, int, str], list[Kind]] = {}
    for kind in kinds:
        groups.setdefault((kind.profile, kind.limit_ms, kind.direction), []).append(kind)
    return list(groups.values())


def _walk(
    kind: Kind, supplies: Iterable[pd.DataFrame], walking: tuple[WalkGraph, Profile, Joined, Joined], run: Run
) -> Pairs:
    """Return who reaches any of the facilities of these supplies, as the kind walks."""
    graph, profile, places, doors = walking
    wanted = np.zeros(doors.owners, dtype=bool)
    for supply in supplies:
        wanted[supply["facility"].to_numpy(dtype=np.intp)] = True
    return reach_pairs(graph, profile, places, doors.take(wanted[doors.owner]), kind.limit_ms, kind.direction, run)


@dataclass(frozen=True, eq=False)
class _Assigned:
    """One kind's fair maximum in whole parts; `row_of` facility → row of its supply; `load` in the kind's unit, NaN
    where the capacity is unknown.
    """

    row_of: Ints
    need: Need
    reach: Reach
    served: Whole
    access: Access
    load: Reals


def _assign(
    kind: Kind, supply: pd.DataFrame, layers: GapLayers, town: Town, pairs: Pairs, load_rule: str, run: Run
) -> _Assigned:
    """Return who is served by whom, recounted, and how much there is for each unit of need."""
    row_of = np.full(len(layers.facilities), -1, dtype=np.int32)
    row_of[supply["facility"].to_numpy(dtype=np.intp)] = np.arange(len(supply))
    pairs = pairs.take(row_of[pairs.facility] >= 0)
    reach = Reach(pairs.place, row_of[pairs.facility], len(town.demand.ids), len(supply))
    need = need_of(kind, town.demand)
    capacity = whole_capacity(supply, need.per_unit)
    found = fair_maximum(need.amount, capacity, reach, run.part(0.5, 0.7))
    run.check()
    recount(kind.id, need.amount, capacity, reach, found)
    run.check()
    if load_rule == "least_walk":
        found = replace(found, load=least_walk_loads(found, capacity, reach, pairs.cost_ms.astype(np.int64), run))
        recount(kind.id, need.amount, capacity, reach, found)
    weights = decay_weights(pairs.cost_ms, kind.limit_ms)
    access = access_ratios(need.amount, capacity, reach, weights)
    _check_access(kind, need.amount, capacity, access)
    _tell_unreached(kind, capacity, access, reach, supply, town.demand, run)
    run.check()
    load = np.where(supply["capacity"].isna().to_numpy(), np.nan, found.load / need.per_unit)
    return _Assigned(row_of, need, reach, found.served, access, load)


def _count_kind(
    kind: Kind, supply: pd.DataFrame, layers: GapLayers, town: Town, walking: _Walking, load_rule: str, run: Run
) -> KindResult:
    graph, profile, places, doors, pairs = walking
    found = _assign(kind, supply, layers, town, pairs, load_rule, run)
    row_of, per_unit = found.row_of, found.need.per_unit
    doors = doors.take(row_of[doors.owner] >= 0)
    doors = replace(doors, owner=row_of[doors.owner], owners=len(supply))  # of equal ones the lower row: its id
    near = nearest(graph, profile, places, doors, CAP_MS, run.part(0.7, 0.8))
    walk_m = nearest_lengths(graph, profile, places, doors, near, CAP_MS, run.part(0.8, 0.85))
    shapes = frames.geometries(layers.facilities)[supply["facility"].to_numpy(dtype=np.intp)]
    line_m, in_radius = look_straight(town.spots, shapes, kind.radius_m, run.part(0.85, 1))
    return KindResult(
        kind=kind, supply=supply, need=found.need.amount / per_unit, served=found.served / per_unit,
        walk_ms=near.ms.astype(np.int64), walk_m=walk_m,
        nearest=near.facility.astype(np.int64),
        line_m=line_m, in_radius=in_radius,
        access_ratio=found.access.ratio, status=not_joined_reason(places), isolated=_isolated(graph, places, doors),
        pairs=found.reach, load=found.load,
        facility_reached=np.isin(np.arange(len(supply)), found.reach.facility),
    )  # fmt: skip


def _check_access(kind: Kind, need: Whole, capacity: Whole, access: Access) -> None:
    """Hold the ratios against their identity, Σ need × ratio = Σ supply that need reaches.

    Raises RenewalError("recount_failed") when it does not hold.
    """
    handed, there = float((need * access.ratio).sum()), float(capacity[access.reached].sum())
    if abs(handed - there) > SAME_SUM * max(there, 1.0):
        raise RenewalError("recount_failed", kind=kind.id, faults=[f"E2SFCA: {handed} ≠ {there}"])


def _tell_unreached(
    kind: Kind, capacity: Whole, access: Access, reach: Reach, supply: pd.DataFrame, demand: Demand, run: Run
) -> None:
    """List facilities whose supply nobody with need walks to; not those that only unknown people reach."""
    unknown, _ = who_is_unknown(demand, kind.need_of, reach.facility, len(supply), reach.place)
    lost = ~access.reached & (capacity > 0) & ~unknown
    ids = supply["facility_id"].to_numpy(dtype=object)[lost]
    run.leave_out("FACILITIES", ids, "supply_unreached", "info", kind=kind.title[run.language])


def whole_capacity(supply: pd.DataFrame, per_unit: float) -> Whole:
    """Return capacity in whole parts of the unit, rounded down; unknown supplies nothing."""
    capacity = supply["capacity"].to_numpy("float64", na_value=0.0)
    whole: Whole = np.floor(capacity * per_unit + 1e-6).astype(np.int64)
    return whole


def _isolated(graph: WalkGraph, places: Joined, doors: Joined) -> npt.NDArray[np.bool_]:
    """Say which places are joined to parts of the network that hold no facility of the kind."""
    with_facility = np.unique(graph.component[doors.edge[doors.edge >= 0]])
    joined = places.edge >= 0
    beside = joined & np.isin(graph.component[np.maximum(places.edge, 0)], with_facility)
    result = np.zeros(places.owners, dtype=bool)
    result[places.owner[joined]] = True
    result[places.owner[beside]] = False
    return result
