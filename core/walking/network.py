# SPDX-License-Identifier: GPL-2.0-or-later
"""From street lines and heights to the walk network: tables EDGES, NODES and network findings."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import pandas as pd
import shapely

from .. import envelope, frames, schema
from ..errors import RenewalError
from ..run import Run
from .crossings import Crossings, find_crossings, join_crossings, without_misses
from .findings import Findings, components_of, tell_findings
from .graph import CLOSED, Ints, Objects, Reals
from .heights import Surface, low_pass_sigma_m
from .nearmiss import Misses, find_misses, join_misses
from .nodeheights import cut_pieces, find_node_heights
from .profiles import Profile, WalkRules
from .tally import Model, count_network
from .times import EdgeFacts, edge_times, find_slopes, is_sure
from .topology import Topology, find_spots, merge_spots, split_ways
from .ways import Longs, Sorted, Ways, sort_ways


@dataclass(frozen=True)
class NetworkOptions:
    """How lines become a network (parameters TOLERANCE, JOIN_NEAR_MISSES, MAPPING_FILE).

    `mapping`: envelope.load("mapping", …), None = the shipped one; `tolerance_m`: line ends this close are one node;
    `join_near_misses`: ends that miss by up to `rules.near_miss_m`, and lines of one level that cross without a vertex
    in common, are joined, not only listed.
    """

    mapping: dict[str, Any] | None = None
    tolerance_m: float = 0.5
    join_near_misses: bool = False


@dataclass(frozen=True, eq=False)
class Network:
    """Tables edges, nodes, network_findings of resources/tables/walking.json; counts by name for the run record."""

    edges: pd.DataFrame
    nodes: pd.DataFrame
    findings: pd.DataFrame
    counts: dict[str, Any]


def build_network(
    roads: pd.DataFrame, options: NetworkOptions, profiles: Sequence[Profile], surface: Surface | None, run: Run
) -> Network:
    """Return the walk network of street lines with canonical columns (resources/aliases.json, ROADS).

    Ways meet where they share a vertex (by node id where the source has it, else by place), where ends lie within the
    tolerance, and where an end touches a line of its own level within it. Lines that only cross stay apart; those of
    one level are listed, and joined when asked. Ways of other levels with a vertex at the same place but no end stay
    apart, too. `edge_id` is road_id # number along the road,
    `node_id` the node's coordinates in millimetres, so neither knows the order of rows. `length_m` is plan length;
    climb − drop = z_to − z_from; milliseconds are whole, at least 1, NULL = closed. `capped` = 1 where a street for
    vehicles was steeper than `street_slope_share` anywhere, `capped_m` along how much of it (NULL: no such
    street, or of unknown height). Component 1 is the longest.
    Raises RenewalError: `walk_no_profile` without profiles, `walk_nothing_open` when no line can be walked.
    Source: method notes §2.
    """
    if not profiles:
        raise RenewalError("walk_no_profile")
    rules = profiles[0].rules
    mapping = options.mapping or envelope.load("mapping", "standard")
    run.stage("walk_stage_topology")
    found = sort_ways(roads, mapping, run.part(0, 0.15))
    if not len(found.ways.road):
        raise RenewalError("walk_nothing_open", n=len(roads))
    ways, topology, (misses, crossings), collapsed, apart_n = _connect(found, options, rules, run.part(0.15, 0.5))
    run.stage("walk_stage_times")
    model = _model(ways, topology, rules, surface, run.part(0.5, 0.7))
    times = {}
    for number, profile in enumerate(profiles):
        times[profile.id] = edge_times(model.pieces, model.slopes, model.facts, profile)
        run.progress(0.7 + 0.2 * (number + 1) / len(profiles))
    counts = count_network(model, profiles, times, run)
    counts.update(levels_apart_n=apart_n, zero_z_n=found.level_zero_n, node_ids_unfit_n=len(found.nodes_unfit))
    run.progress(0.92)
    gone = [str(ways.road[way]) for way in collapsed]
    findings = Findings(found, misses, crossings, gone, options.join_near_misses)
    table = tell_findings(findings, topology, model.component, (ways, counts), (rules, run))
    run.progress(0.94)
    edges = _edges(model, times, tuple(profile.id for profile in profiles), run)
    run.progress(0.98)
    return Network(edges, _nodes(model), table, counts)


def _connect(
    found: Sorted, options: NetworkOptions, rules: WalkRules, run: Run
) -> tuple[Ways, Topology, tuple[Misses, Crossings], Longs, int]:
    """Return the ways with touched and asked-for joins, their topology, near misses and crossings without a node, ways
    that collapsed, and how many places hold ways that only their levels keep apart.
    """
    ways, tolerance = found.ways, options.tolerance_m
    spots = find_spots(ways, rules.same_height_m, run)
    run.progress(0.1)
    leader = merge_spots(ways, spots, tolerance, rules.same_height_m, run)
    run.progress(0.2)
    reach = max(rules.near_miss_m, tolerance)
    misses = find_misses(ways, spots, leader, (reach, rules.same_height_m), run.part(0.2, 0.6))
    join = misses.gap_m <= tolerance
    near = misses.take(~join)
    if options.join_near_misses:
        join[:] = True
    joined = join_misses(ways, misses.take(join), tolerance)
    if join.any():
        spots = find_spots(joined, rules.same_height_m, run)
        run.progress(0.65)
        leader = merge_spots(joined, spots, tolerance, rules.same_height_m, run)
    run.progress(0.7)
    topology, collapsed = split_ways(joined, spots, leader, tolerance, run)
    crossings = find_crossings(joined, topology, rules.same_height_m, run.part(0.8, 0.95))
    if options.join_near_misses and len(crossings.way):
        joined = join_crossings(joined, crossings)
        spots = find_spots(joined, rules.same_height_m, run)
        leader = merge_spots(joined, spots, tolerance, rules.same_height_m, run)
        topology, collapsed = split_ways(joined, spots, leader, tolerance, run)
    run.progress(1.0)
    if not len(topology.way):
        raise RenewalError("walk_nothing_open", n=len(found.ways.road))
    at = near.vertex  # vertices were renumbered by the joins: told by way, and by where the end lies
    ends = replace(near, vertex=ways.way[at], x_m=ways.x_m[at], y_m=ways.y_m[at])
    crossings = without_misses(crossings, ends, rules.near_miss_m)
    return joined, topology, (ends, crossings), collapsed, spots.apart_n


def _model(ways: Ways, topology: Topology, rules: WalkRules, surface: Surface | None, run: Run) -> Model:
    run.progress(0.0)
    z, source = find_node_heights(ways, topology, surface)
    run.progress(0.4)
    step = rules.low_pass_m
    if surface is not None and surface.raster is not None:
        step = max(step, low_pass_sigma_m(surface.raster, rules))
    pieces = cut_pieces(ways, topology, (z, source), surface, step)
    run.progress(0.8)
    way = topology.way
    facts = EdgeFacts(
        ways.base[way], ways.structure[way], topology.length_m, z[topology.end] - z[topology.start],
        _way_rises(topology, z), ways.rise[way],
        ways.fwd[way], ways.back[way], ways.ramp[way], ways.wheel_yes[way], ways.wheel_no[way],
        is_sure(source[topology.start]) & is_sure(source[topology.end]),
    )  # fmt: skip
    return Model(ways, topology, z, source, pieces, find_slopes(pieces, facts, rules), facts, components_of(topology))


def _way_rises(topology: Topology, z: Reals) -> Reals:
    """Return for each edge the rise of its whole way, NaN = unknown; edges of a way stand together, in order."""
    fresh = np.ones(len(topology.way), dtype=bool)
    fresh[1:] = topology.way[1:] != topology.way[:-1]
    first = np.flatnonzero(fresh)
    last = np.append(first[1:], len(fresh)) - 1
    rises: Reals = (z[topology.end[last]] - z[topology.start[first]])[np.cumsum(fresh) - 1]
    return rises


def _kinds(facts: EdgeFacts) -> Objects:
    plain = np.isin(facts.base.astype(str), ("street", "path")) & (facts.structure != "")
    kinds: Objects = np.where(plain, facts.structure, facts.base).astype(object)
    return kinds


def _edges(model: Model, times: dict[str, tuple[Ints, Ints]], names: tuple[str, ...], run: Run) -> pd.DataFrame:
    topology, pieces, count = model.topology, model.pieces, len(model.topology.way)
    known = np.isfinite(model.facts.dz_m)
    up = np.bincount(pieces.edge, weights=np.nan_to_num(np.maximum(pieces.dz_m, 0)), minlength=count)
    down = np.bincount(pieces.edge, weights=np.nan_to_num(np.maximum(-pieces.dz_m, 0)), minlength=count)
    held = model.slopes.capped
    capped_m = np.bincount(pieces.edge[held], weights=pieces.length_m[held], minlength=count)
    is_street = known & (model.facts.base == "street")
    run.check()
    roads = model.ways.road[topology.way].tolist()
    columns: dict[str, Any] = {
        "edge_id": [f"{road}#{number}" for road, number in zip(roads, topology.along.tolist())],
        "from_node": topology.node_ids[topology.start],
        "to_node": topology.node_ids[topology.end],
        "length_m": topology.length_m,
        "z_from_m": model.z_m[topology.start],
        "z_to_m": model.z_m[topology.end],
        "climb_m": np.where(known, up, np.nan),
        "drop_m": np.where(known, down, np.nan),
        "kind": _kinds(model.facts),
        "component": model.component[topology.start],
        "capped": (capped_m > 0).astype(np.int64),
        "capped_m": np.where(is_street, capped_m, np.nan),
        "schema_version": np.full(count, schema.SCHEMA_VERSION),
    }
    for name in names:
        for word, milliseconds in zip(("fwd", "back"), times[name]):
            shut = milliseconds == CLOSED
            columns[f"{name}_{word}_ms"] = pd.arrays.IntegerArray(milliseconds.astype(np.int64), shut)
    run.check()
    frame = pd.DataFrame(columns)
    frame[frames.GEOMETRY] = topology.lines
    run.check()
    return frames.conform(frame, schema.table("edges", profiles=names))


def _nodes(model: Model) -> pd.DataFrame:
    topology = model.topology
    frame = pd.DataFrame({"node_id": topology.node_ids, "z_m": model.z_m, "component": model.component})
    frame[frames.GEOMETRY] = shapely.points(topology.x_m, topology.y_m)
    return frames.conform(frame, schema.table("nodes"))
