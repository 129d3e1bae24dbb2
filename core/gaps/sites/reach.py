# SPDX-License-Identifier: GPL-2.0-or-later
"""Who walks to which facility and to which host within the limit, kind by kind."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd

from ... import frames
from ...apportion import Whole
from ...run import Run
from ...walking.graph import Ints, WalkGraph, graph_of
from ...walking.join import Joined, JoinOptions, Points, join_points, not_joined_reason
from ...walking.profiles import Profile
from ...walking.reach import Pairs, reach_pairs
from ..demand import Demand, need_of
from ..fair import Groups, Reach, merge_places
from ..gap import walked_alike, whole_capacity
from ..standard import Kind
from ..supply import list_supply
from ..town import GapLayers, GapOptions, Town, join_homes, town_of
from .hosts import SPARE, Hosts


@dataclass(frozen=True, eq=False)
class KindReach:
    """One kind: `need` (n,) by demand point and `capacity` (s,) of its facilities in whole parts, `per_unit` parts make
    one unit; `reach` pairs of points with facilities 0…s-1 and hosts s…s+m-1; `groups` points merged that reach the
    same; `host_ms` (pairs with hosts) the worse direction's milliseconds, for the recount.
    """

    kind: Kind
    supply: pd.DataFrame
    need: Whole
    per_unit: float
    capacity: Whole
    reach: Reach
    groups: Groups
    host_ms: Ints

    @property
    def facilities(self) -> int:
        """Return how many facilities there are before the hosts."""
        return len(self.capacity)


@dataclass(frozen=True, eq=False)
class Reached:
    """Demand points and, per kind in the standard's order, who reaches what."""

    demand: Demand
    kinds: tuple[KindReach, ...]


def reach_hosts(layers: GapLayers, hosts: Hosts, options: GapOptions, run: Run) -> Reached:
    """Return who reaches which facility and which host. Hosts that join no street are listed (`site_not_joined`)."""
    town = town_of(layers, run)
    demand = town.demand
    supply = list_supply(layers.facilities, layers.capacities, options.kinds, run)
    graph = graph_of(layers.network, sorted(options.profiles), run.part(0, 0.05))
    joined: dict[str, tuple[Joined, Joined]] = {}
    results: dict[str, KindReach] = {}
    for kinds in walked_alike(options.kinds):
        number = len(results)
        stretch = run.part(number / len(options.kinds), (number + len(kinds)) / len(options.kinds))
        profile = options.profiles[kinds[0].profile]
        if profile.id not in joined:
            joined[profile.id] = _join(layers, hosts, town, (graph, profile), options, stretch.part(0, 0.3))
        rows = {kind.id: supply[supply["kind"] == kind.id].reset_index(drop=True) for kind in kinds}
        pairs = _walk(kinds[0], rows.values(), len(layers.facilities), (graph, profile, *joined[profile.id]),
                      stretch.part(0.3, 0.9))  # fmt: skip
        for kind in kinds:
            stretch.progress(0.9)
            results[kind.id] = _of_kind(kind, rows[kind.id], (len(layers.facilities), hosts), demand, pairs)
    return Reached(demand, tuple(results[kind.id] for kind in options.kinds))


def _join(
    layers: GapLayers, hosts: Hosts, town: Town, walking: tuple[WalkGraph, Profile], options: GapOptions, run: Run
) -> tuple[Joined, Joined]:
    """Join homes to the network of one profile, and facilities with the hosts behind them."""
    graph, profile = walking
    rooms = _rooms(layers, hosts, town)
    for_homes = JoinOptions(options.snap_limit_m, options.snap_max_climb_m)
    for_doors = JoinOptions(options.snap_limit_m, options.snap_max_climb_m, profile.rules.structure_snap_m)
    surface, barriers = layers.surface, layers.barriers
    places = join_homes(layers, town, walking, for_homes, run.part(0, 0.6))
    facilities = join_points(town.doors, graph, profile, surface, barriers, for_doors, run.part(0.6, 0.8))
    offers = join_points(rooms, graph, profile, surface, barriers, for_homes, run.part(0.8, 1))
    lost = not_joined_reason(offers) != ""
    ids = hosts.table["candidate_id"].to_numpy(dtype=object)
    run.leave_out("CANDIDATES", ids[lost], "site_not_joined", "warning", profile=profile.id)
    return places, facilities.and_then(offers)


def _rooms(layers: GapLayers, hosts: Hosts, town: Town) -> Points:
    """Return the points of the hosts; spare rooms of a kindergarten are entered by its own doors."""
    own, doors = hosts.points, town.doors
    row_of = {name: row for row, name in enumerate(frames.texts(layers.facilities["facility_id"]).fillna("").tolist())}
    told = [name.startswith(SPARE) and is_kgar for name, is_kgar in zip(names_of(hosts), hosts.is_kindergarten)]
    facility = np.array([
        row_of.get(name.removeprefix(SPARE), -1) if is_spare else -1 for name, is_spare in zip(names_of(hosts), told)
    ], dtype=np.intp)  # fmt: skip
    host_of = np.full(doors.owners, -1, dtype=np.int32)
    host_of[facility[facility >= 0]] = np.flatnonzero(facility >= 0)
    theirs = np.flatnonzero(host_of[doors.owner] >= 0)
    if not len(theirs):
        return own
    kept = np.flatnonzero(~np.isin(own.owner, host_of[doors.owner[theirs]]))
    owner = np.concatenate([own.owner[kept], host_of[doors.owner[theirs]]]).astype(np.int32)
    order = np.argsort(owner, kind="stable")
    ids, x_m, y_m = (np.concatenate([mine[kept], other[theirs]])[order]
                     for mine, other in ((own.ids, doors.ids), (own.x_m, doors.x_m), (own.y_m, doors.y_m)))  # fmt: skip
    return Points(ids, x_m, y_m, owner[order], own.owners)


def _walk(
    kind: Kind, supplies: Iterable[pd.DataFrame], facilities: int, walking: tuple[WalkGraph, Profile, Joined, Joined],
    run: Run,
) -> Pairs:  # fmt: skip
    """Return who reaches any facility of these supplies or any host (numbered behind the facilities)."""
    graph, profile, places, doors = walking
    wanted = np.ones(doors.owners, dtype=bool)
    wanted[:facilities] = False
    for supply in supplies:
        wanted[supply["facility"].to_numpy(dtype=np.intp)] = True
    return reach_pairs(graph, profile, places, doors.take(wanted[doors.owner]), kind.limit_ms, kind.direction, run)


def _of_kind(kind: Kind, supply: pd.DataFrame, numbers: tuple[int, Hosts], demand: Demand, pairs: Pairs) -> KindReach:
    """Return what the pairs say of one kind."""
    facilities, hosts = numbers
    s, m = len(supply), len(hosts.table)
    row_of = np.full(facilities + m, -1, dtype=np.int32)  # as the pairs: those of all kinds are held together
    row_of[supply["facility"].to_numpy(dtype=np.intp)] = np.arange(s)
    row_of[facilities:] = s + np.arange(m)
    pairs = pairs.take(row_of[pairs.facility] >= 0)
    reach = Reach(pairs.place, row_of[pairs.facility], len(demand.ids), s + m)
    need = need_of(kind, demand)
    host_ms = np.maximum(pairs.there_ms, pairs.back_ms)[pairs.facility >= facilities]
    return KindReach(
        kind, supply, need.amount, need.per_unit, whole_capacity(supply, need.per_unit), reach,
        merge_places(need.amount, reach), host_ms,
    )  # fmt: skip


def chosen_reach(one: KindReach, hosts: Sequence[int]) -> Reach:
    """Return the raw pairs with the facilities and the given hosts only; host i of the list is facility s + i."""
    number = np.full(one.reach.facilities, -1, dtype=np.intp)
    number[: one.facilities] = np.arange(one.facilities)
    number[one.facilities + np.asarray(hosts, dtype=np.intp)] = one.facilities + np.arange(len(hosts))
    keep = number[one.reach.facility] >= 0
    return Reach(one.reach.place[keep], number[one.reach.facility[keep]], one.reach.places, one.facilities + len(hosts))


def names_of(hosts: Hosts) -> list[str]:
    """Return the hosts' ids in order."""
    return frames.texts(hosts.table["candidate_id"]).astype(str).tolist()
