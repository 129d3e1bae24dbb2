# SPDX-License-Identifier: GPL-2.0-or-later
"""What somebody should look at in a network: ends that miss, parts cut off, long edges, closed and unclear lines."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd
import shapely
from scipy.sparse import coo_matrix
from scipy.sparse.csgraph import connected_components

from .. import frames, schema
from ..run import Run
from ..words import say
from .crossings import Crossings
from .graph import Ints
from .nearmiss import Misses
from .profiles import WalkRules
from .topology import Topology
from .ways import Sorted, Ways

NOWHERE = (float("nan"), float("nan"))


@dataclass(frozen=True, eq=False)
class Findings:
    """What was found on the way: lines sorted out, near misses (`vertex` = way of the end), crossings without a node,
    roads that collapsed; `joined`: misses and crossings were joined as asked.
    """

    sorted: Sorted
    misses: Misses
    crossings: Crossings
    collapsed: list[str]
    joined: bool


@dataclass(frozen=True)
class _Row:
    code: str
    subject_id: str
    value: float
    unit: str
    place: tuple[float, float]
    values: dict[str, Any]


def components_of(topology: Topology) -> Ints:
    """Return (n,) component of each node, whatever is closed to whom: 1 is the longest, ties by the lowest node."""
    count = len(topology.node_ids)
    links = coo_matrix((np.ones(len(topology.start)), (topology.start, topology.end)), shape=(count, count))
    parts, label = connected_components(links, directed=False)
    length = np.zeros(parts)
    np.add.at(length, label[topology.start], np.rint(topology.length_m * 1000))  # whole millimetres: exact sums
    first = np.full(parts, count)
    np.minimum.at(first, label, np.arange(count))
    rank = np.empty(parts, dtype=np.int32)
    rank[np.lexsort((first, -length))] = np.arange(1, parts + 1)
    numbers: Ints = rank[label]
    return numbers


def tell_findings(
    findings: Findings, topology: Topology, component: Ints, network: tuple[Ways, dict[str, Any]],
    rest: tuple[WalkRules, Run],
) -> pd.DataFrame:  # fmt: skip
    """Return the network findings by code, subject and place, tell the run the summary, and add to the counts.

    `network`: ways and counts (counts gets `near_misses_n`, `crossings_n`, `closed_n`, `unknown_class_n`,
    `without_class_n`); `rest`: rules and run.
    """
    (ways, counts), (rules, run) = network, rest
    rows = [
        *_misses(findings, ways),
        *_crossings(findings, ways),
        *_parts(topology, component, rules),
        *_long(topology, ways, rules),
    ]
    rows += [
        _Row("way_class_unknown", road, np.nan, "", NOWHERE, {"word": word}) for road, word in findings.sorted.unknown
    ]
    rows += [_Row("way_closed", road, np.nan, "", NOWHERE, {"why": why}) for road, why in findings.sorted.closed]
    rows += [_Row("way_unusable", road, np.nan, "", NOWHERE, {}) for road in findings.sorted.unusable]
    rows += [_Row("way_nodes_unfit", road, np.nan, "", NOWHERE, {}) for road in findings.sorted.nodes_unfit]
    rows += [_Row("way_collapsed", road, np.nan, "", NOWHERE, {}) for road in findings.collapsed]
    counts.update(
        near_misses_n=len(findings.misses.vertex), crossings_n=len(findings.crossings.way),
        closed_n=len(findings.sorted.closed), unknown_class_n=len(findings.sorted.unknown),
        without_class_n=findings.sorted.without_class_n,
    )  # fmt: skip
    _tell(findings, counts, rules, run)
    rows.sort(key=lambda row: (row.code, row.subject_id, row.place))
    number: Counter[str] = Counter()
    table = []
    for row in rows:
        number[row.code] += 1
        sentence = say(row.code, run.language, **row.values)
        name = f"{row.code}-{number[row.code]}"
        table.append((name, row.code, row.subject_id, row.value, row.unit, *row.place, sentence))
    described = schema.table("network_findings")
    return frames.conform(pd.DataFrame(table, columns=described.names()), described)


def _misses(findings: Findings, ways: Ways) -> list[_Row]:
    misses, rows = findings.misses, []
    for way, target, x, y, gap in zip(
        misses.vertex.tolist(), misses.target.tolist(), misses.x_m.tolist(), misses.y_m.tolist(), misses.gap_m.tolist()
    ):
        values = {"other": str(ways.road[target]), "gap_m": round(gap, 2)}
        code = "near_miss_joined" if findings.joined else "near_miss"
        rows.append(_Row(code, str(ways.road[way]), gap, "m", (x, y), values))
    return rows


def _crossings(findings: Findings, ways: Ways) -> list[_Row]:
    crossings = findings.crossings
    code = "crossing_joined" if findings.joined else "crossing_apart"
    return [
        _Row(code, str(ways.road[way]), np.nan, "", (x, y), {"other": str(ways.road[other])})
        for way, other, x, y in zip(
            crossings.way.tolist(), crossings.other.tolist(), crossings.x_m.tolist(), crossings.y_m.tolist()
        )
    ]


def _parts(topology: Topology, component: Ints, rules: WalkRules) -> list[_Row]:
    """List the parts without connection that are short, and say how long each other part is."""
    of_edge = component[topology.start]
    length = np.bincount(of_edge, weights=topology.length_m)
    first = np.full(len(length), len(component))
    np.minimum.at(first, component, np.arange(len(component)))
    rows = []
    for part in range(2, len(length)):
        code = "part_cut_off" if length[part] < rules.small_component_m else "part_separate"
        node = int(first[part])
        place = (float(topology.x_m[node]), float(topology.y_m[node]))
        values = {"part": part, "length_m": round(float(length[part]))}
        rows.append(_Row(code, str(topology.node_ids[node]), float(length[part]), "m", place, values))
    return rows


def _long(topology: Topology, ways: Ways, rules: WalkRules) -> list[_Row]:
    rows = []
    for edge in np.flatnonzero(topology.length_m > rules.long_edge_m):
        middle = shapely.line_interpolate_point(topology.lines[edge], 0.5, normalized=True)
        name = f"{ways.road[topology.way[edge]]}#{topology.along[edge]}"
        length = float(topology.length_m[edge])
        rows.append(_Row("edge_long", name, length, "m", (middle.x, middle.y), {"length_m": round(length)}))
    return rows


def _tell(findings: Findings, counts: dict[str, Any], rules: WalkRules, run: Run) -> None:
    """Push the summary to the log and the run record."""
    run.fact(**counts)
    names = [key.removeprefix("penalty_") for key in counts if key.startswith("penalty_")]
    penalties = [f"{name} {counts[f'penalty_{name}']:.3f}" for name in names]
    run.note("slope_applied", n=counts["slope_applied_n"], total=counts["edges_n"], penalties=penalties)
    if findings.sorted.unusable:
        run.leave_out("ROADS", findings.sorted.unusable, "way_unusable")
    if findings.sorted.closed:
        words = Counter(why for _, why in findings.sorted.closed)
        told = [f"{word} {n}" for word, n in sorted(words.items(), key=lambda item: (-item[1], item[0]))]
        run.note("ways_closed_summary", n=len(findings.sorted.closed), words=told)
    if findings.sorted.unknown:
        words = Counter(word for _, word in findings.sorted.unknown)
        run.warn("ways_unknown_summary", n=len(findings.sorted.unknown), words=sorted(words))
    if findings.sorted.without_class_n:
        run.warn("ways_without_class", n=findings.sorted.without_class_n)
    _tell_meeting(findings, counts, rules, run)
    _tell_heights(counts, rules, run)


def _tell_meeting(findings: Findings, counts: dict[str, Any], rules: WalkRules, run: Run) -> None:
    """Say where lines meet, or do not."""
    if findings.sorted.nodes_unfit:
        run.warn("nodes_unfit_summary", n=len(findings.sorted.nodes_unfit))
    if counts["levels_apart_n"]:
        run.note("levels_apart", n=counts["levels_apart_n"])
    if counts["components_n"] > 1:
        run.warn("network_in_parts", n=counts["components_n"])
    if len(findings.misses.vertex) and not findings.joined:
        run.warn("near_misses_summary", n=len(findings.misses.vertex), near_m=rules.near_miss_m)
    if len(findings.crossings.way) and not findings.joined:
        run.warn("crossings_summary", n=len(findings.crossings.way))


def _tell_heights(counts: dict[str, Any], rules: WalkRules, run: Run) -> None:
    """Say what is doubtful in the heights."""
    if counts["zero_z_n"]:
        run.warn("zero_z", n=counts["zero_z_n"])
    if counts["edges_flat_n"]:
        run.warn("edges_without_heights", n=counts["edges_flat_n"], total=counts["edges_n"])
    if counts["nodes_raster_n"] and not counts["slope_applied_n"]:
        run.warn("heights_all_level", n=counts["edges_n"])
    if counts["stairs_unsure_n"]:
        run.note("stairs_unsure", n=counts["stairs_unsure_n"], total=counts["stairs_n"], error_m=rules.dem_error_m)
    if counts["capped_share"] > rules.capped_warning_share:
        percent, limit = round(100 * counts["capped_share"], 1), round(100 * rules.street_slope_share)
        run.warn("heights_doubtful", percent=percent, limit=limit)
