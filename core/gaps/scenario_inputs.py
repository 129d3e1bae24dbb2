# SPDX-License-Identifier: GPL-2.0-or-later
"""What a scenario adds before the gap is counted: proposed sites as facilities, missing links in the network."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
import pandas as pd
import shapely
from scipy.sparse import coo_matrix
from scipy.sparse.csgraph import connected_components
from shapely.ops import substring

from .. import frames
from ..run import Run
from ..walking.graph import CLOSED, refuse_columns
from ..walking.profiles import Profile
from ..walking.times import link_times
from .supply import EXISTING

ON_EDGE_M = 1.0  # own choice: a link's end lies on the network when it is this near
SAME_M = 0.01  # nearer to an end of an edge than this is that end
SIDES = ("fwd", "back")


def with_sites(facilities: pd.DataFrame, sites: pd.DataFrame) -> pd.DataFrame:
    """Return the facilities with each proposed room (table sites) as one more that exists.

    A site whose id a facility already has is not taken twice.
    """
    new = sites[~sites["site_id"].isin(facilities["facility_id"])]
    rows = pd.DataFrame({
        "facility_id": new["site_id"], "kind": new["kind"], "capacity": new["size"].astype("float64"),
        "unit": new["unit"], "floor_area": new["m2"].astype("float64"), "status": EXISTING,
        frames.GEOMETRY: frames.geometries(new),
    })  # fmt: skip
    both = pd.DataFrame()
    for name in dict.fromkeys([*facilities.columns, *rows.columns]):
        if name == frames.GEOMETRY:
            continue
        kind = "real" if name in ("capacity", "floor_area") else "text"
        pair = [frames.optional(table, name, kind) for table in (facilities, rows)]
        both[name] = pd.concat([pd.Series(part) for part in pair], ignore_index=True)
    shapes = np.empty(len(both), dtype=object)
    shapes[:] = [*frames.geometries(facilities), *frames.geometries(rows)]
    both[frames.GEOMETRY] = shapes
    return both


def with_links(network: pd.DataFrame, links: pd.DataFrame, profiles: Sequence[Profile], run: Run) -> pd.DataFrame:
    """Return the network (table edges) with each missing link (table links) built.

    An end of a link cuts the edge it lies on; the parts share that edge's milliseconds. A link is walked at the
    profile's speed on its mean slope, stairs at their own speeds. Homes and facilities are not joined to it (column
    `unjoined`): they go out by the door they use today, so that a new link makes no walk longer. Links with an end off
    the network are left out and listed (`link_off_network`). Raises RenewalError as graph_from_edges for columns that
    are not there.
    """
    refuse_columns(network, [profile.id for profile in profiles])
    table = network.reset_index(drop=True)
    if "length_m" not in table:
        table["length_m"] = shapely.length(frames.geometries(table))
    ordered = links.sort_values("link_id", ignore_index=True)
    ends, lost = _ends(table, ordered)
    run.leave_out("LINKS", ordered["link_id"][lost], "link_off_network", "warning")
    kept = ordered[~lost].reset_index(drop=True)
    cuts: dict[int, list[tuple[float, str]]] = {}
    joints: list[list[str]] = []
    for number, name in enumerate(kept["link_id"]):
        nodes = []
        for side, word in enumerate("ab"):
            edge, along = ends[int(np.flatnonzero(~lost)[number])][side]
            nodes.append(_node(table, (edge, along), f"{name}-{word}", cuts))
        joints.append(nodes)
    whole = table.drop(index=list(cuts))
    parts = [_parts(table.iloc[edge], stops, profiles) for edge, stops in sorted(cuts.items())]
    new = [_link_row(table, row, nodes, profiles) for row, nodes in zip(kept.to_dict("records"), joints)]
    rows = [*[part for group in parts for part in group], *new]
    if not rows:
        return table
    dtypes = {name: kind for name, kind in table.dtypes.items() if name != frames.GEOMETRY}
    dtypes |= {f"{profile.id}_{side}_ms": "Int64" for profile in profiles for side in SIDES}  # a link may be closed
    added = pd.DataFrame(rows, columns=table.columns).astype(dtypes)
    run.note("links_built", n=len(new))
    built = pd.concat([whole, added], ignore_index=True)
    return _one_component(built.assign(unjoined=np.arange(len(built)) >= len(built) - len(new)))


def _ends(table: pd.DataFrame, links: pd.DataFrame) -> tuple[list[list[tuple[int, float]]], Any]:
    """Return for both ends of each link the edge (row) and the metres along it; who has an end off the network."""
    shapes = frames.geometries(table)
    ground = np.flatnonzero(~table["kind"].isin(["bridge", "tunnel"]).to_numpy(dtype=bool))
    tree = shapely.STRtree(shapes[ground])
    found, lost = [], np.zeros(len(links), dtype=bool)
    for row, shape in enumerate(frames.geometries(links)):
        line = _single(shape)
        ends = [shapely.get_point(line, 0), shapely.get_point(line, -1)]
        at = []
        for end in ends:
            near = tree.query_nearest(end, max_distance=ON_EDGE_M) if end is not None else np.empty(0, dtype=np.intp)
            if not len(near):
                lost[row] = True
                break
            edge = int(ground[near].min())
            at.append((edge, float(shapely.line_locate_point(_single(shapes[edge]), end))))
        found.append(at)
    return found, lost


def _single(line: Any) -> Any:
    """Return a plane line: heights stand in columns, and cutting interpolates in the plane."""
    return shapely.force_2d(shapely.get_geometry(line, 0) if shapely.get_type_id(line) == 5 else line)


def _node(table: pd.DataFrame, at: tuple[int, float], name: str, cuts: dict[int, list[tuple[float, str]]]) -> str:
    """Return the node at that place: the edge's own end, a cut that is there already, or a new one."""
    edge, along = at
    length = shapely.length(table[frames.GEOMETRY][edge])
    if along <= SAME_M:
        return str(table["from_node"][edge])
    if along >= length - SAME_M:
        return str(table["to_node"][edge])
    for other, known in cuts.get(edge, []):
        if abs(other * length - along) <= SAME_M:
            return known
    cuts.setdefault(edge, []).append((along / length, name))
    return name


def _parts(edge: pd.Series, stops: list[tuple[float, str]], profiles: Sequence[Profile]) -> list[dict[str, Any]]:
    """Return the pieces of an edge that is cut: lengths, heights and milliseconds shared out, nothing lost."""
    line = _single(edge[frames.GEOMETRY])
    marks = [(0.0, edge["from_node"]), *sorted(stops), (1.0, edge["to_node"])]
    rows = []
    for number, ((start, one), (end, other)) in enumerate(zip(marks, marks[1:])):
        row = edge.to_dict() | {"edge_id": f"{edge['edge_id']}-{number}", "from_node": one, "to_node": other}
        row["length_m"] = float(edge["length_m"]) * (end - start)
        if "z_from_m" in row and "z_to_m" in row:
            z, rise = edge["z_from_m"], edge["z_to_m"] - edge["z_from_m"]
            row |= {"z_from_m": z + start * rise, "z_to_m": z + end * rise}
        for name in ("climb_m", "drop_m", "capped_m"):
            if name in row and not pd.isna(row[name]):
                row[name] = float(edge[name]) * (end - start)
        for name in (f"{profile.id}_{side}_ms" for profile in profiles for side in SIDES):
            if not pd.isna(edge[name]):
                row[name] = int(np.floor(end * edge[name] + 0.5)) - int(np.floor(start * edge[name] + 0.5))
        length = shapely.length(line)
        row[frames.GEOMETRY] = substring(line, start * length, end * length)
        rows.append(row)
    return rows


def _link_row(
    table: pd.DataFrame, link: dict[str, Any], nodes: list[str], profiles: Sequence[Profile]
) -> dict[str, Any]:
    """Return a link as an edge."""
    length, climb = float(link["length_m"]), float(np.nan_to_num(link.get("climb_m") or 0.0))
    stairs = link.get("kind") == "stairs"
    row = dict.fromkeys(table.columns, None) | {
        "edge_id": link["link_id"], "from_node": nodes[0], "to_node": nodes[1], "length_m": length,
        "kind": "stairs" if stairs else "path", "component": _component_of(table),
        frames.GEOMETRY: link[frames.GEOMETRY],
    }  # fmt: skip
    if "capped" in row:
        row["capped"] = 0
    if "schema_version" in row:
        row["schema_version"] = table["schema_version"].iloc[0]
    if "climb_m" in row:
        row |= {"climb_m": max(climb, 0.0), "drop_m": max(-climb, 0.0)}
    for profile in profiles:
        ways = link_times(np.array([length]), np.array([climb]), np.array([stairs]), profile)
        for side, ms in zip(SIDES, ways):
            row[f"{profile.id}_{side}_ms"] = None if ms[0] == CLOSED else int(ms[0])
    return row


def _component_of(table: pd.DataFrame) -> Any:
    """Return a component for the link; _one_component settles what it connects."""
    return table["component"].iloc[0] if "component" in table and len(table) else 0


def _one_component(edges: pd.DataFrame) -> pd.DataFrame:
    """Number the parts of the network anew: a link may have joined two. The largest is 0, as in the table edges."""
    if "component" not in edges:
        return edges
    codes, names = pd.factorize(pd.concat([edges["from_node"], edges["to_node"]], ignore_index=True))
    m = len(edges)
    graph = coo_matrix((np.ones(m), (codes[:m], codes[m:])), shape=(len(names), len(names)))
    _, label = connected_components(graph, directed=False)
    own = pd.Series(label[codes[:m]])
    order = {part: number for number, part in enumerate(own.value_counts(sort=True).index)}
    return edges.assign(component=own.map(order).astype(edges["component"].dtype).to_numpy())
