# SPDX-License-Identifier: GPL-2.0-or-later
"""The walk network in memory: arrays made from the EDGES table alone, ordered so that no row order can be seen."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd
import shapely

from .. import frames
from ..errors import RenewalError
from ..run import Run
from ..slices import sliced
from ..trees import Tree
from .order import least_by_key
from .profiles import load_rules

Reals = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int32]
Flags = npt.NDArray[np.bool_]
Objects = npt.NDArray[np.object_]

CLOSED = -1  # milliseconds of an edge that cannot be walked in that direction
CELL_M = 500.0  # own choice: side of the cells in which nodes are numbered; no result depends on it
LONGEST_MS = 2**31 - 1
KINDS = ("street", "path", "stairs", "bridge", "tunnel", "lift", "escalator")  # of table edges


@dataclass(frozen=True)
class Arcs:
    """A directed graph in compressed rows: the arcs of node i are `head[indptr[i]:indptr[i + 1]]`, taking `ms` each."""

    indptr: npt.NDArray[np.int64]
    head: Ints
    ms: Ints


@dataclass(frozen=True)
class NodeGrid:
    """Cells of `side_m` from (x_min, y_min); cell `row * columns + column` has nodes `start[cell]:start[cell + 1]`."""

    x_min: float
    y_min: float
    side_m: float
    columns: int
    rows: int
    start: npt.NDArray[np.int64]

    def ranges(self, bounds: tuple[float, float, float, float]) -> npt.NDArray[np.int64]:
        """Return (k, 2) first and behind-last node positions, ascending, that hold every node within the bounds."""
        x_min, y_min, x_max, y_max = bounds
        low = [(x_min - self.x_min) // self.side_m, (y_min - self.y_min) // self.side_m]
        high = [(x_max - self.x_min) // self.side_m, (y_max - self.y_min) // self.side_m]
        left, right = max(0, int(low[0])), min(self.columns - 1, int(high[0]))
        bottom, top = max(0, int(low[1])), min(self.rows - 1, int(high[1]))
        if left > right or bottom > top:
            return np.empty((0, 2), dtype=np.int64)
        rows = np.arange(bottom, top + 1) * self.columns
        return np.column_stack([self.start[rows + left], self.start[rows + right + 1]])


@dataclass(frozen=True, eq=False)
class WalkGraph:
    """Nodes 0…n-1 and edges 0…m-1 (in order of `edge_ids`), metres, whole milliseconds.

    `node_ids` (n,), `x_m`, `y_m`, `z_m` (n,) float64, z NaN = unknown; `edge_ids`, `kind`, `geometry` (m,) objects
    (street, path, stairs, bridge, tunnel, lift, escalator; LineString from start to end); `start`, `end` int32 node
    positions; `length_m` (m,) plan length; `component` (m,) int32, -1 = not said; `fwd_ms`, `back_ms`: profile →
    (m,) int32, -1 = closed that way. `profiles`: those whose times the table had. `unjoined`: (m,) edges that are only
    walked through, None = none: new links, so that nobody's walk begins elsewhere than today.
    """

    node_ids: Objects
    x_m: Reals
    y_m: Reals
    z_m: Reals
    edge_ids: Objects
    start: Ints
    end: Ints
    length_m: Reals
    kind: Objects
    component: Ints
    fwd_ms: dict[str, Ints]
    back_ms: dict[str, Ints]
    geometry: Objects
    grid: NodeGrid
    profiles: tuple[str, ...]
    unjoined: Flags | None = None
    _made: dict[Any, Any] = field(default_factory=dict, repr=False)

    def may_join(self, profile: str) -> Flags:
        """Say which edges (m,) a point may be joined to: open at least one way, and not only walked through."""
        is_open: Flags = (self.fwd_ms[profile] != CLOSED) | (self.back_ms[profile] != CLOSED)
        return is_open if self.unjoined is None else np.asarray(is_open & ~self.unjoined)

    def arcs(self, profile: str, toward: bool) -> Arcs:
        """Return the directed graph of a profile; with `toward` every arc turned round (for walks *to* a source)."""
        key = ("arcs", profile, toward)
        if key not in self._made:
            self._made[key] = _arcs(self, profile, toward)
        arcs: Arcs = self._made[key]
        return arcs

    def turned(self, profile: str) -> WalkGraph:
        """Return the graph with every edge turned round for one profile: walks *to* a place are then walks from it."""
        key = ("turned", profile)
        if key not in self._made:
            fwd, back = self.fwd_ms[profile], self.back_ms[profile]
            same = {
                known: made for known, made in self._made.items() if known[0] == "tree"
            }  # streets lie where they lay
            self._made[key] = replace(
                self, fwd_ms={**self.fwd_ms, profile: back}, back_ms={**self.back_ms, profile: fwd}, _made=same
            )
        turned: WalkGraph = self._made[key]
        return turned

    def top_speed(self, profile: str) -> float:
        """Return the fastest straight-line metres per millisecond of any open edge; 0 without edges."""
        key = ("speed", profile)
        if key not in self._made:
            gap_m = np.hypot(self.x_m[self.end] - self.x_m[self.start], self.y_m[self.end] - self.y_m[self.start])
            times = np.stack([self.fwd_ms[profile], self.back_ms[profile]])
            speeds = np.where(times > 0, gap_m / np.maximum(times, 1), 0.0)
            self._made[key] = float(speeds.max(initial=0.0))
        speed: float = self._made[key]
        return speed

    def tree(self, kinds: frozenset[str]) -> tuple[Tree, npt.NDArray[np.int64]]:
        """Return a search tree over the edges of these kinds and their positions, ascending."""
        key = ("tree", kinds)
        if key not in self._made:
            chosen = np.flatnonzero(np.isin(self.kind.astype(str), sorted(kinds)))
            self._made[key] = (Tree(self.geometry[chosen]), chosen)
        tree: tuple[Tree, npt.NDArray[np.int64]] = self._made[key]
        return tree


def graph_from_edges(edges: pd.DataFrame, profiles: Sequence[str], run: Run) -> WalkGraph:
    """Return the network of an EDGES table: nothing but this layer is needed.

    Parameters: `edges` with `edge_id, from_node, to_node, kind`, `<profile>_fwd_ms`, `<profile>_back_ms` for each of
    `profiles` (NULL = closed) and `geometry` (LineString, metres of the working CRS); `length_m, z_from_m, z_to_m,
    component, unjoined` are used when there. Nodes lie where their edges end. The order of rows does not matter.
    Edges without ids, nodes or geometry are left out and listed (`edge_unusable`); unknown kinds are told. When too
    much of the length of streets is `capped` (`capped_m`), the run says 高程待核 (`network_heights_doubtful`).
    Raises RenewalError: `network_columns_missing`, `network_without_profile`, `network_empty`, `edge_id_twice`,
    `edge_time_not_positive` (times are whole milliseconds above 0).
    """
    refuse_columns(edges, profiles)
    table = _usable(edges, run)
    run.progress(0.1)
    ids = table["edge_id"].to_numpy(dtype=object)
    order = argsort_texts(ids)
    run.progress(0.2)
    ids, table = ids[order], table.iloc[order]
    run.progress(0.3)
    twice = ids[1:] == ids[:-1]
    if twice.any():
        raise RenewalError("edge_id_twice", n=len(shared := dict.fromkeys(ids[1:][twice])), ids=list(shared))
    geometry = _single_lines(frames.geometries(table))
    fwd = {name: _times(table, f"{name}_fwd_ms") for name in profiles}
    back = {name: _times(table, f"{name}_back_ms") for name in profiles}
    run.progress(0.5)
    nodes = _nodes(table, geometry, run.part(0.5, 0.95))
    length = frames.reals(table, "length_m")
    component = frames.optional(table, "component", "int").fillna(-1).to_numpy(dtype=np.int32)
    length = np.where(np.isnan(length), shapely.length(geometry), length)
    _tell_doubt(table, length, run)
    _tell_kinds(table, run)
    run.progress(1.0)
    return WalkGraph(
        nodes.ids, nodes.x_m, nodes.y_m, nodes.z_m, ids, nodes.start, nodes.end,
        length, table["kind"].to_numpy(dtype=object), component,
        fwd, back, geometry, nodes.grid, tuple(profiles),
        table["unjoined"].to_numpy(dtype=bool) if "unjoined" in table else None,
    )  # fmt: skip


def graph_of(network: pd.DataFrame | WalkGraph, profiles: Sequence[str], run: Run) -> WalkGraph:
    """Return the network of an EDGES table, or the one that somebody has made already, with times for these profiles.

    Raises RenewalError as graph_from_edges, `network_without_profile` also for a graph that lacks one of them.
    """
    if not isinstance(network, WalkGraph):
        return graph_from_edges(network, profiles, run)
    for name in profiles:
        if name not in network.profiles:
            raise RenewalError("network_without_profile", profile=name, there=list(network.profiles))
    return network


def profiles_in(edges: pd.DataFrame) -> tuple[str, ...]:
    """Return the profiles for which an EDGES table has times both ways, in order of their names."""
    names = [str(column).removesuffix("_fwd_ms") for column in edges.columns if str(column).endswith("_fwd_ms")]
    return tuple(sorted(name for name in names if f"{name}_back_ms" in edges))


def _tell_doubt(table: pd.DataFrame, length: Reals, run: Run) -> None:
    """Say beside every result when too much of the streets has capped slopes (method notes §2: 高程待核).

    From the shipped share of street length on (`capped_warning_share`), as where the network was built: which file of
    profiles that was an EDGES table does not tell. Without `capped_m` whole edges count, no less than the truth.
    """
    capped_m = frames.reals(table, "capped_m")
    street = ~np.isnan(capped_m)
    if not street.any():
        capped_m = length * (frames.optional(table, "capped", "int").fillna(0).to_numpy(dtype=np.int64) > 0)
        street = table["kind"].to_numpy(dtype=object) == "street"
    total = float(length[street].sum())
    share = float(capped_m[street].sum()) / total if total else 0.0
    if share > load_rules().capped_warning_share:
        run.warn("network_heights_doubtful", percent=round(100 * share, 1))


def argsort_texts(ids: Objects) -> npt.NDArray[np.int64]:
    """Return the stable order of texts by code point; plain ASCII is sorted as bytes, which is several times faster."""
    listed = ids.tolist()
    narrow = np.array(listed, dtype="S") if all(map(str.isascii, listed)) else np.array(listed, dtype=str)
    return np.argsort(narrow, kind="stable")


def make_grid(x_m: Reals, y_m: Reals) -> tuple[npt.NDArray[np.int64], tuple[float, float, float, int, int]]:
    """Return each node's cell (row by row from the south-west) and (x_min, y_min, side, columns, rows) of the grid."""
    if not len(x_m):
        return np.empty(0, dtype=np.int64), (0.0, 0.0, CELL_M, 1, 1)
    x_min, y_min = float(x_m.min()), float(y_m.min())
    width, height = float(x_m.max()) - x_min, float(y_m.max()) - y_min
    side = max(CELL_M, float(np.sqrt(width * height / (4 * len(x_m) + 1024))), max(width, height) / 2**20)
    columns, rows = int(width // side) + 1, int(height // side) + 1
    cell = ((y_m - y_min) // side).astype(np.int64) * columns + ((x_m - x_min) // side).astype(np.int64)
    return cell, (x_min, y_min, side, columns, rows)


@dataclass(frozen=True)
class _Nodes:
    ids: Objects
    x_m: Reals
    y_m: Reals
    z_m: Reals
    start: Ints
    end: Ints
    grid: NodeGrid


def refuse_columns(edges: pd.DataFrame, profiles: Sequence[str]) -> None:
    """Raise RenewalError where a table is no network for these profiles (`network_columns_missing`,
    `network_without_profile`).
    """
    wanted = ("edge_id", "from_node", "to_node", "kind", frames.GEOMETRY)
    missing = [name for name in wanted if name not in edges]
    if missing:
        raise RenewalError("network_columns_missing", missing=missing)
    for name in profiles:
        if f"{name}_fwd_ms" not in edges or f"{name}_back_ms" not in edges:
            there = [str(column)[: -len("_fwd_ms")] for column in edges.columns if str(column).endswith("_fwd_ms")]
            raise RenewalError("network_without_profile", profile=name, there=there)


def _usable(edges: pd.DataFrame, run: Run) -> pd.DataFrame:
    shapes = frames.geometries(edges)
    lines = np.isin(shapely.get_type_id(shapes), (1, 5)) & ~shapely.is_empty(shapes)
    lines &= shapely.get_num_geometries(shapes) == 1
    named = edges[["edge_id", "from_node", "to_node", "kind"]].notna().all(axis=1).to_numpy()
    good = lines & named
    if not good.all():
        ids = frames.texts(edges["edge_id"]).fillna("").to_numpy(dtype=object)[~good]
        run.leave_out("NETWORK", sorted(ids), "edge_unusable")
    if not good.any():
        raise RenewalError("network_empty")
    return edges if good.all() else edges[good]


def _tell_kinds(table: pd.DataFrame, run: Run) -> None:
    """Say which edges are of a kind that nobody knows (`edge_kind_unknown`): they are walked, and nothing joins them.

    Where homes stand at such an edge alone, all their need would count as a gap in silence.
    """
    odd = ~table["kind"].isin(KINDS).to_numpy(dtype=bool)
    if odd.any():
        rows = table[odd]
        words = sorted(rows["kind"].astype(str).unique().tolist())
        run.warn("edge_kind_unknown", n=len(rows), words=words, ids=rows["edge_id"].tolist(), known=list(KINDS))


def _single_lines(shapes: Objects) -> Objects:
    multi = shapely.get_type_id(shapes) == 5
    if not multi.any():
        return shapes
    lines = shapes.copy()
    lines[multi] = shapely.get_geometry(shapes[multi], 0)
    return lines


def _times(table: pd.DataFrame, column: str) -> Ints:
    numbers = pd.to_numeric(table[column], errors="coerce").to_numpy(dtype=np.float64, na_value=np.nan)
    known = ~np.isnan(numbers)
    odd = known & ((numbers < 1) | (numbers > LONGEST_MS) | (numbers != np.rint(numbers)))
    if odd.any():
        raise RenewalError(
            "edge_time_not_positive", column=column, n=int(odd.sum()), ids=list(table["edge_id"].to_numpy()[odd])
        )
    return np.where(known, numbers, CLOSED).astype(np.int32)


def _nodes(table: pd.DataFrame, geometry: Objects, run: Run) -> _Nodes:
    """Number the nodes cell by cell, within a cell by id."""
    both = pd.concat([table["from_node"], table["to_node"]], ignore_index=True).astype(frames.TEXT)
    run.progress(0.1)
    words = both.to_numpy(dtype=object)
    run.progress(0.2)
    codes, ids = pd.factorize(words)
    run.progress(0.3)
    first = np.zeros(len(ids), dtype=np.int64)
    first[codes[::-1]] = np.arange(len(codes))[::-1]
    ends = np.concatenate([sliced(shapely.get_point, geometry, place, run=run) for place in (0, -1)])[first]
    x, y = shapely.get_x(ends), shapely.get_y(ends)
    run.progress(0.4)
    z = np.concatenate([frames.reals(table, "z_from_m"), frames.reals(table, "z_to_m")])[first]
    cell, (x_min, y_min, side, columns, rows) = make_grid(x, y)
    run.progress(0.5)
    by_id = argsort_texts(ids)
    run.progress(0.9)
    order = by_id[np.argsort(cell[by_id], kind="stable")]
    place = np.empty(len(order), dtype=np.int32)
    place[order] = np.arange(len(order), dtype=np.int32)
    starts = np.searchsorted(cell[order], np.arange(rows * columns + 1))
    grid = NodeGrid(x_min, y_min, side, columns, rows, starts)
    start, end = place[codes].reshape(2, -1)
    return _Nodes(np.asarray(ids, dtype=object)[order], x[order], y[order], z[order], start, end, grid)


def _arcs(graph: WalkGraph, profile: str, toward: bool) -> Arcs:
    """Gather both directions of all open edges; of parallel arcs the quickest stays, loops go."""
    if profile not in graph.profiles:
        raise RenewalError("network_without_profile", profile=profile, there=list(graph.profiles))
    n = len(graph.node_ids)
    tail = np.concatenate([graph.start, graph.end]).astype(np.int64)
    head = np.concatenate([graph.end, graph.start]).astype(np.int64)
    ms = np.concatenate([graph.fwd_ms[profile], graph.back_ms[profile]])
    keep = (ms != CLOSED) & (tail != head)
    tail, head, ms = tail[keep], head[keep], ms[keep]
    key, ms = least_by_key(head * n + tail if toward else tail * n + head, ms)
    indptr = np.searchsorted(key, np.arange(n + 1, dtype=np.int64) * n)
    return Arcs(indptr.astype(np.int64), (key % max(n, 1)).astype(np.int32), ms.astype(np.int32))
