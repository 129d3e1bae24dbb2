# SPDX-License-Identifier: GPL-2.0-or-later
"""Branches: the walks from a station to the parcels of each petal, edge by edge, with the people who walk them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd
import shapely

from .. import frames, schema
from ..run import Run
from ..walking.graph import WalkGraph
from ..walking.profiles import Profile
from ..walking.route import Route, routes_between, stretch_of
from ..words import say
from .walks import Walks, only

ON_ROAD_M = 1.0  # own choice: the network runs on the roads it was made of, moved by its tolerance at most
SLACK_MS = 2  # times of a route and of reach are the same to the millisecond; the limit keeps one for rounding


@dataclass(frozen=True)
class PetalWalks:
    """A petal to walk to: the ids, its core, its parcels (rows) and their people (NaN = unknown)."""

    zone_id: str
    petal_id: str
    core: int
    parcels: list[int]
    people: list[float]


def draw_branches(
    petals: list[PetalWalks], walks: Walks, graph: WalkGraph, profile: Profile, limit_ms: int, run: Run
) -> pd.DataFrame:
    """Return the BRANCHES table: one row per petal and edge, sorted; widths and names are told by `tell_widths`.

    Each parcel's walk is the quickest one of its slower direction. `people` are those of the petal whose walk takes the
    edge, NaN when none is known; length, climb and time are of the stretch drawn, walked as the longest walk goes.
    """
    rows: list[dict[str, Any]] = []
    by_core: dict[int, list[PetalWalks]] = {}
    for petal in petals:
        by_core.setdefault(petal.core, []).append(petal)
    for (core, some), part in run.parts(by_core.items()):
        ways = _walks_of(core, some, walks, graph, profile, limit_ms, part)
        for petal in some:
            rows += _of_petal(petal, ways, graph)
    table = pd.DataFrame(rows, columns=[*schema.table("branches").names(), frames.GEOMETRY])
    table = table.sort_values(["zone_id", "petal_id", "edge_id"], kind="stable").reset_index(drop=True)
    return frames.conform(table, schema.table("branches"))


def _walks_of(
    core: int, petals: list[PetalWalks], walks: Walks, graph: WalkGraph, profile: Profile, limit_ms: int, run: Run
) -> dict[int, Route]:
    """Return the walk of each parcel of the petals of a core that has one: the quickest of its slower direction."""
    if walks.places is None or walks.stations is None:
        return {}
    parcels = sorted({p for petal in petals for p in petal.parcels})
    places, facility = only(walks.places, parcels), only(walks.stations, [core])
    limit = limit_ms + SLACK_MS
    there = routes_between(graph, profile, places, facility, limit, "there", run.part(0, 0.5))
    back = routes_between(graph, profile, places, facility, limit, "back", run.part(0.5, 1))
    found = {}
    for parcel, first, second in zip(parcels, there, back):
        known = [route for route in (first, second) if route is not None]
        if known:
            found[parcel] = max(known, key=lambda item: item.ms)
    return found


def _of_petal(petal: PetalWalks, ways: dict[int, Route], graph: WalkGraph) -> list[dict[str, Any]]:
    edges: dict[int, list[tuple[Route, int, float]]] = {}
    for parcel, people in zip(petal.parcels, petal.people):
        if parcel in ways:
            for step, edge in enumerate(ways[parcel].edge.tolist()):
                edges.setdefault(edge, []).append((ways[parcel], step, people))
    return [_row(petal, edge, uses, graph) for edge, uses in sorted(edges.items())]


def _row(petal: PetalWalks, edge: int, uses: list[tuple[Route, int, float]], graph: WalkGraph) -> dict[str, Any]:
    low = min(min(float(r.share_from[k]), float(r.share_to[k])) for r, k, _ in uses)
    high = max(max(float(r.share_from[k]), float(r.share_to[k])) for r, k, _ in uses)
    route, step, _ = max(uses, key=lambda use: (int(use[0].edge_ms[use[1]]), float(use[0].share_to[use[1]])))
    rise = float(graph.z_m[graph.end[edge]] - graph.z_m[graph.start[edge]])
    part = float(route.share_to[step] - route.share_from[step])
    length = float(graph.length_m[edge])
    times = (high - low) / abs(part) if part else 1.0  # walks that leave an edge at both ends draw more than either
    climb = max(0.0, rise * part * times)
    known = [round(people * 1000) for _, _, people in uses if not np.isnan(people)]
    return {
        "zone_id": petal.zone_id,
        "petal_id": petal.petal_id,
        "edge_id": graph.edge_ids[edge],
        "kind": graph.kind[edge],
        "length_m": length * (high - low),
        "climb_m": climb if not np.isnan(rise) else np.nan,
        "walk_s": int(route.edge_ms[step]) * times / 1000,
        "people": sum(known) / 1000 if known else np.nan,
        "slope_pct": 100 * rise / length * np.sign(part) if length > 0 else np.nan,
        frames.GEOMETRY: stretch_of(graph.geometry[edge], low, high),
    }


def tell_widths(
    branches: pd.DataFrame, roads: pd.DataFrame | None, breaks_m: tuple[float, ...], language: str
) -> pd.DataFrame:
    """Return the branches with `width_m`, `width_class` and `name` of the road that each stretch lies on.

    The road is the nearest one within a metre of the stretch's middle (of equals the one with the smaller width, then
    name). `width_class` is by the limits `breaks_m`, ascending; unknown widths say so.
    """
    n = len(branches)
    width, names = np.full(n, np.nan), np.full(n, None, dtype=object)
    if roads is not None and len(roads) and n:
        shapes = frames.geometries(branches)
        middle = shapely.line_interpolate_point(shapes, 0.5, normalized=True)
        which, road = shapely.STRtree(frames.geometries(roads)).query_nearest(
            middle, max_distance=ON_ROAD_M, all_matches=True
        )
        wide = frames.reals(roads, "width")[road]
        own = frames.optional(roads, "name").fillna("").astype(str).to_numpy(dtype=object)[road]
        for k in np.lexsort((own.astype(str), np.nan_to_num(wide, nan=np.inf), which))[::-1].tolist():
            width[which[k]], names[which[k]] = wide[k], own[k] or None
    classes = [_width_word(value, breaks_m, language) for value in width.tolist()]
    told = branches.assign(width_m=width, width_class=frames.texts(classes), name=frames.texts(names))
    return frames.conform(told, schema.table("branches"))


def _width_word(width_m: float, breaks_m: tuple[float, ...], language: str) -> str:
    if np.isnan(width_m):
        return say("zone_width_unknown", language)
    place = int(np.searchsorted(breaks_m, width_m, side="right"))
    if place == 0:
        return f"<{breaks_m[0]:g} m"
    return f"≥{breaks_m[-1]:g} m" if place == len(breaks_m) else f"{breaks_m[place - 1]:g}–{breaks_m[place]:g} m"
