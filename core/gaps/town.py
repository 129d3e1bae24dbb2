# SPDX-License-Identifier: GPL-2.0-or-later
"""What the gap is counted from: layers and options, and where the homes and doors of a town meet the network."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from weakref import WeakKeyDictionary

import numpy as np
import numpy.typing as npt
import pandas as pd
import shapely

from .. import frames
from ..run import LeftOut, Run
from ..walking.graph import WalkGraph
from ..walking.heights import Surface
from ..walking.join import STRUCTURES, Joined, JoinOptions, Points, entrance_points, join_points, not_joined_reason
from ..walking.profiles import Profile
from ..walking.rims import enter_by_rim
from .demand import MILLI, Demand, demand_points
from .radius import Spots, cutting_lines, tell_uncut
from .standard import Kind

Objects = npt.NDArray[np.object_]


@dataclass(frozen=True, eq=False)
class GapLayers:
    """What the gap is counted from; frames with canonical columns, None = not given. `surface` None = no heights.

    `network`: the EDGES table, or the graph that was made of it.
    """

    parcels: pd.DataFrame
    building_people: pd.DataFrame | None
    facilities: pd.DataFrame
    capacities: pd.DataFrame | None
    entrances: pd.DataFrame | None
    network: pd.DataFrame | WalkGraph
    barriers: pd.DataFrame | None
    surface: Surface | None


@dataclass(frozen=True)
class GapOptions:
    """`kinds` of the standard; `profiles` by name, all that the kinds walk with; how points join the network.

    `load_rule` even | least_walk: by whom people are served where there is a choice. `planned`: what is being built or
    planned supplies as well (a scenario).
    """

    kinds: Sequence[Kind]
    profiles: Mapping[str, Profile]
    snap_limit_m: float = 100.0
    snap_max_climb_m: float = 6.0
    load_rule: str = "even"
    planned: bool = False

    def of(self, kinds: Sequence[Kind], profiles: Mapping[str, Profile] | None = None) -> GapOptions:
        """Return the options for other kinds, with the profiles they walk with."""
        every = {**self.profiles, **(profiles or {})}
        walkers = {name: every[name] for name in sorted({kind.profile for kind in kinds})}
        return replace(self, kinds=tuple(kinds), profiles=walkers)


@dataclass(frozen=True, eq=False)
class Town:
    """Who wants to walk, as points: homes (a demand point owns one) and the doors of facilities; `spots` the homes
    again, for straight lines.
    """

    demand: Demand
    homes: Points
    doors: Points
    spots: Spots


@dataclass(frozen=True, eq=False)
class _Known:
    """A town, and what was left out while it was made; `told` the lists of the runs that know of it."""

    town: Town
    left_out: list[LeftOut]
    told: list[list[LeftOut]]


_TOWNS: WeakKeyDictionary[GapLayers, _Known] = WeakKeyDictionary()


def town_of(layers: GapLayers, run: Run) -> Town:
    """Return homes and doors of the layers, made once: a step counts several times, for kinds, hosts and measures.

    Another run that uses the same layers is told what was left out. Raises RenewalError as demand_points.
    """
    if layers not in _TOWNS:
        left = len(run.left_out)
        demand = demand_points(layers.parcels, layers.building_people, run)
        n = len(demand.ids)
        homes = Points(demand.ids, demand.x_m, demand.y_m, np.arange(n, dtype=np.int32), n)
        run.check()
        doors = entrance_points(layers.facilities, "facility_id", layers.entrances, run)
        run.check()
        if layers.barriers is None:
            run.note("no_barriers_given")
        tell_uncut(layers.barriers, run)
        spots = Spots(shapely.points(demand.x_m, demand.y_m), cutting_lines(layers.barriers))
        _TOWNS[layers] = _Known(Town(demand, homes, doors, spots), run.left_out[left:], [run.left_out])
    known = _TOWNS[layers]
    if all(run.left_out is not other for other in known.told):
        run.left_out.extend(known.left_out)
        known.told.append(run.left_out)
    return known.town


def join_town(
    layers: GapLayers, town: Town, graph: WalkGraph, profile: Profile, options: GapOptions, run: Run
) -> tuple[Joined, Joined]:
    """Join homes and facilities to the network of one profile."""
    for_homes = JoinOptions(options.snap_limit_m, options.snap_max_climb_m)
    for_doors = JoinOptions(options.snap_limit_m, options.snap_max_climb_m, profile.rules.structure_snap_m)
    surface, barriers = layers.surface, layers.barriers
    places = join_homes(layers, town, (graph, profile), for_homes, run.part(0.1, 0.17))
    _tell_homes(places, town.demand, profile, run)
    facilities = join_points(town.doors, graph, profile, surface, barriers, for_doors, run.part(0.17, 0.2))
    lost = not_joined_reason(facilities)
    ids = layers.facilities["facility_id"].to_numpy(dtype=object)
    run.leave_out("FACILITIES", ids[lost != ""], "facility_not_joined", "warning", profile=profile.id)
    _tell_structures(facilities, graph, ids, run)
    return places, facilities


def join_homes(
    layers: GapLayers, town: Town, walking: tuple[WalkGraph, Profile], options: JoinOptions, run: Run
) -> Joined:
    """Return the homes joined to the network; parcels that stand for their homes are entered at their rim where no
    street is near enough to the inside (`parcels_by_rim`).
    """
    graph, profile = walking

    def join(points: Points) -> Joined:
        """Join points as all homes are joined."""
        return join_points(points, graph, profile, layers.surface, layers.barriers, options, run)

    places = join(town.homes)
    if layers.building_people is None:
        shapes = frames.geometries(layers.parcels)[town.demand.parcel]
        places, by_rim_n = enter_by_rim(places, town.homes, shapes, join)
        if by_rim_n and all(message.code != "parcels_by_rim" for message in run.messages):
            run.note("parcels_by_rim", n=by_rim_n)
    return places


def _tell_homes(places: Joined, demand: Demand, profile: Profile, run: Run) -> None:
    """Say how many homes with people are on no network, and how many people live there: all their need is gap."""
    lost = not_joined_reason(places) != ""
    people = demand.people["pop"]
    run.fact(**{f"homes_not_joined_{profile.id}_n": int(lost.sum())})
    lived = lost & (people > 0)
    told = {"n": int(lived.sum()), "people": round(float(people[lived].sum()) / MILLI)}
    if told["n"] and all(row.code != "homes_not_joined" or row.values != told for row in run.messages):
        run.warn("homes_not_joined", **told)


def _tell_structures(doors: Joined, graph: WalkGraph, ids: Objects, run: Run) -> None:
    """List facilities whose door is on a bridge or in a tunnel: true of a station, hardly of the school above it."""
    on = doors.owner[(doors.edge >= 0) & np.isin(graph.kind[np.maximum(doors.edge, 0)].astype(str), STRUCTURES)]
    told = {row.feature_id for row in run.left_out if row.code == "facility_on_structure"}
    found = [item for item in ids[np.unique(on)] if str(item) not in told]
    run.leave_out("FACILITIES", found, "facility_on_structure", "warning")
