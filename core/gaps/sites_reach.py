# SPDX-License-Identifier: GPL-2.0-or-later
"""Who walks to which facility and to which host within the limit, kind by kind."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd

from .. import frames
from ..apportion import Whole
from ..run import Run
from ..walking.graph import WalkGraph, graph_of
from ..walking.join import Joined, JoinOptions, Points, entrance_points, join_points, not_joined_reason, points_of
from ..walking.profiles import Profile
from ..walking.reach import Pairs, reach_pairs
from .demand import Demand, demand_points, need_of
from .fair import Groups, Reach, merge_places
from .gap import GapLayers, GapOptions, whole_capacity
from .sites_hosts import Hosts
from .standard import Kind
from .supply import list_supply


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
    host_ms: Whole

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
    demand = demand_points(layers.parcels, layers.building_people, run)
    supply = list_supply(layers.facilities, layers.capacities, options.kinds, run)
    graph = graph_of(layers.network, sorted(options.profiles), run.part(0, 0.05))
    joined: dict[str, tuple[Joined, Joined, Joined]] = {}
    results: list[KindReach] = []
    for number, kind in enumerate(options.kinds):
        stretch = run.part(number / len(options.kinds), (number + 1) / len(options.kinds))
        profile = options.profiles[kind.profile]
        if kind.profile not in joined:
            joined[kind.profile] = _join(layers, hosts, demand, (graph, profile), options, stretch.part(0, 0.3))
        rows = supply[supply["kind"] == kind.id].reset_index(drop=True)
        results.append(_reach_kind(kind, rows, demand, (graph, profile, *joined[kind.profile]), stretch.part(0.3, 1)))
    return Reached(demand, tuple(results))


def _join(
    layers: GapLayers, hosts: Hosts, demand: Demand, walking: tuple[WalkGraph, Profile], options: GapOptions, run: Run
) -> tuple[Joined, Joined, Joined]:
    """Join homes, facilities and hosts to the network of one profile."""
    graph, profile = walking
    n = len(demand.ids)
    homes = Points(demand.ids, demand.x_m, demand.y_m, np.arange(n, dtype=np.int32), n)
    doors = entrance_points(layers.facilities, "facility_id", layers.entrances, run)
    rooms = points_of(hosts.table, "candidate_id")
    for_homes = JoinOptions(options.snap_limit_m, options.snap_max_climb_m)
    for_doors = JoinOptions(options.snap_limit_m, options.snap_max_climb_m, profile.rules.structure_snap_m)
    surface, barriers = layers.surface, layers.barriers
    places = join_points(homes, graph, profile, surface, barriers, for_homes, run.part(0, 0.6))
    facilities = join_points(doors, graph, profile, surface, barriers, for_doors, run.part(0.6, 0.8))
    offers = join_points(rooms, graph, profile, surface, barriers, for_homes, run.part(0.8, 1))
    lost = not_joined_reason(offers) != ""
    ids = hosts.table["candidate_id"].to_numpy(dtype=object)
    run.leave_out("CANDIDATES", ids[lost], "site_not_joined", "warning", profile=profile.id)
    return places, facilities, offers


def _reach_kind(
    kind: Kind, supply: pd.DataFrame, demand: Demand, walking: tuple[WalkGraph, Profile, Joined, Joined, Joined],
    run: Run,
) -> KindReach:  # fmt: skip
    graph, profile, places, doors, rooms = walking
    row_of = np.full(doors.owners, -1, dtype=np.int64)
    row_of[supply["facility"].to_numpy(dtype=np.intp)] = np.arange(len(supply))
    doors = doors.take(row_of[doors.owner] >= 0)
    now = reach_pairs(graph, profile, places, doors, kind.limit_ms, kind.direction, run.part(0, 0.7))
    new = reach_pairs(graph, profile, places, rooms, kind.limit_ms, kind.direction, run.part(0.7, 1))
    s = len(supply)
    place = np.concatenate([now.place, new.place]).astype(np.intp)
    facility = np.concatenate([row_of[now.facility], s + new.facility.astype(np.int64)]).astype(np.intp)
    need = need_of(kind, demand)
    reach = Reach(place, facility, len(demand.ids), s + rooms.owners)
    capacity = whole_capacity(supply, need.per_unit)
    return KindReach(
        kind, supply, need.amount, need.per_unit, capacity, reach, merge_places(need.amount, reach), _worse(new)
    )


def _worse(pairs: Pairs) -> Whole:
    return np.maximum(pairs.there_ms, pairs.back_ms).astype(np.int64)


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
