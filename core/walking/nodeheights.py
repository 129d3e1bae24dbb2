# SPDX-License-Identifier: GPL-2.0-or-later
"""One height per node: surveyed, own Z, raster, a lone surveyed point in this order; bridges and tunnels straight from
portal to portal.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import shapely
from scipy.sparse import coo_matrix, diags
from scipy.sparse.csgraph import connected_components
from scipy.sparse.linalg import spsolve

from .graph import Flags, Objects, Reals
from .heights import Surface
from .topology import Topology
from .ways import Longs, Ways

NONE, SURVEY, OWN, RASTER, STRAIGHT = 0, 1, 2, 3, 4  # where a node's height comes from
GROUND = ("street", "path")


@dataclass(frozen=True, eq=False)
class Pieces:
    """Edges in stretches of equal length between two looks at the ground, edge by edge along the line.

    `edge` (p,) the edge of each piece, `length_m` (p,) plan length, `dz_m` (p,) rise along the edge, NaN = not known.
    """

    edge: Longs
    length_m: Reals
    dz_m: Reals


def find_node_heights(ways: Ways, topology: Topology, surface: Surface | None) -> tuple[Reals, Longs]:
    """Return (n,) heights, NaN = unknown, and (n,) their sources.

    Nodes inside a chain of bridges and tunnels get neither survey nor raster (both show the ground below): they stand
    where own Z says or on the straight line, by plan length, between the portals of their chain.
    """
    count = len(topology.node_ids)
    z, source = np.full(count, np.nan), np.full(count, NONE, dtype=np.int64)
    tiers = [(topology.own_z_m, OWN)]
    if surface is not None:
        tiers.insert(0, (surface.sample_survey(topology.x_m, topology.y_m), SURVEY))
        tiers.append((surface.sample_raster(topology.x_m, topology.y_m), RASTER))
        tiers.append((surface.sample_spots(topology.x_m, topology.y_m), SURVEY))
    for heights, name in tiers:
        take = np.isnan(z) & np.isfinite(heights)
        z[take], source[take] = heights[take], name
    structure = ways.structure[topology.way] != ""
    if structure.any():
        inner = _inside_structures(ways, topology, structure)
        own = np.isfinite(topology.own_z_m)
        z[inner], source[inner] = np.where(own, topology.own_z_m, np.nan)[inner], np.where(own, OWN, NONE)[inner]
        _draw_straight(topology, structure, inner & ~own, (z, source))
    return z, source


def _inside_structures(ways: Ways, topology: Topology, structure: Flags) -> Flags:
    """Return the nodes on bridges and in tunnels that are no portals.

    A portal also belongs to a street or path on the ground. Where a chain has fewer than two, stairs, lifts and
    escalators make portals as well (footbridges); where it has none at all, its loose ends do.
    """
    count = len(topology.node_ids)
    ground = ~structure & np.isin(ways.base[topology.way].astype(str), GROUND)
    on_structure = _touched(topology, structure, count)
    portal = on_structure & _touched(topology, ground, count)
    chain = _chains(topology, structure, count)
    ends = np.bincount(np.concatenate([topology.start, topology.end])[np.tile(structure, 2)], minlength=count) == 1
    for least, more in ((2, _touched(topology, ~structure, count)), (1, ends)):
        portals = np.bincount(chain[portal], minlength=count)
        portal |= on_structure & more & (portals[chain] < least)
    return on_structure & ~portal


def _touched(topology: Topology, edges: Flags, count: int) -> Flags:
    flags = np.zeros(count, dtype=bool)
    flags[topology.start[edges]] = True
    flags[topology.end[edges]] = True
    return flags


def _chains(topology: Topology, structure: Flags, count: int) -> Longs:
    ones = np.ones(int(structure.sum()))
    links = coo_matrix((ones, (topology.start[structure], topology.end[structure])), shape=(count, count))
    _, chain = connected_components(links, directed=False)
    return np.asarray(chain, dtype=np.int64)


def _draw_straight(topology: Topology, structure: Flags, free: Flags, told: tuple[Reals, Longs]) -> None:
    """Fill the heights of the free nodes: linear in length between nodes of known height (harmonic where chains fork).

    `told`: heights and sources, changed in place. Nodes that hang on no known height stay unknown.
    """
    z, source = told
    edges = np.flatnonzero(structure & (topology.start != topology.end))
    count = len(z)
    blind = _touched(topology, structure, count) & np.isnan(z)
    free = free | blind
    chain = _chains(topology, structure, count)
    known = _touched(topology, structure, count) & ~free
    free &= np.bincount(chain[known], minlength=count)[chain] > 0
    if not free.any():
        return
    a, b = topology.start[edges], topology.end[edges]
    ease = 1 / np.maximum(topology.length_m[edges], 0.001)
    links = coo_matrix(
        (np.tile(ease, 2), (np.concatenate([a, b]), np.concatenate([b, a]))), shape=(count, count)
    ).tocsr()
    rows = np.flatnonzero(free)
    laplace = (diags(np.asarray(links.sum(axis=1)).ravel()) - links).tocsr()[rows]
    fixed = np.flatnonzero(known)
    middle = z[fixed].mean()
    solved = spsolve(laplace[:, rows].tocsc(), -(laplace[:, fixed] @ (z[fixed] - middle)))
    z[rows], source[rows] = solved + middle, STRAIGHT


def cut_pieces(
    ways: Ways, topology: Topology, nodes: tuple[Reals, Longs], surface: Surface | None, step_m: float
) -> Pieces:
    """Return the pieces of all edges: ground edges are looked at about every `step_m`, never closer; others once.

    In between the heights come from the same source as those of both nodes, so that no step between two sources is
    taken for a slope; where that source has a hole the edge is straight. The rises of an edge sum to z_to − z_from.
    """
    z, source = nodes
    start, end = topology.start, topology.end
    ground = (ways.structure[topology.way] == "") & np.isin(ways.base[topology.way].astype(str), GROUND)
    same = ground & (source[start] == source[end]) & np.isin(source[start], (SURVEY, OWN, RASTER))
    count = np.where(same, np.maximum(1, topology.length_m // step_m), 1).astype(np.int64)
    edge, number = _repeat(count - 1)
    share = (number + 1) / count[edge]
    heights = _between(ways, topology, edge, share, surface, source[start][edge])
    holes = np.unique(edge[np.isnan(heights)])
    keep = ~np.isin(edge, holes)
    heights = heights[keep]
    count[holes] = 1
    edge, number = _repeat(count)
    lower, upper = z[start][edge], z[end][edge]
    lower[number > 0] = heights
    upper[number < count[edge] - 1] = heights
    return Pieces(edge, topology.length_m[edge] / count[edge], upper - lower)


def _repeat(count: Longs) -> tuple[Longs, Longs]:
    """Return each position `count` times, and 0, 1, 2 … within each."""
    item = np.repeat(np.arange(len(count)), count)
    offset = np.cumsum(count) - count
    return item, np.arange(len(item)) - offset[item]


def _between(
    ways: Ways, topology: Topology, edge: Longs, share: Reals, surface: Surface | None, source: Longs
) -> Reals:
    """Return heights at shares of edges from the given sources."""
    heights = np.full(len(edge), np.nan)
    own = source == OWN
    heights[own] = _own_heights(ways, topology, edge[own], share[own])
    if surface is not None and len(edge):
        points: Objects = shapely.line_interpolate_point(topology.lines[edge], share, normalized=True)
        x, y = shapely.get_x(points), shapely.get_y(points)
        for name, sample in ((SURVEY, surface.sample_survey), (RASTER, surface.sample_raster)):
            rows = source == name
            heights[rows] = sample(x[rows], y[rows])
    return heights


def _own_heights(ways: Ways, topology: Topology, edge: Longs, share: Reals) -> Reals:
    """Return own Z between the vertices of the way."""
    if not len(edge):
        return np.empty(0)
    steps = np.hypot(np.diff(ways.x_m, prepend=ways.x_m[:1]), np.diff(ways.y_m, prepend=ways.y_m[:1]))
    total = np.cumsum(steps)  # over all ways one after another
    low, high = total[topology.first[edge]], total[topology.last[edge]]
    return np.interp(low + share * (high - low), total, ways.z_m)
