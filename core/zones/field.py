# SPDX-License-Identifier: GPL-2.0-or-later
"""The ground of a delineation made ready: contiguity, cores, reach, weights, locks."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
import numpy.typing as npt
import shapely
from scipy.sparse import coo_array
from scipy.sparse.csgraph import connected_components

from .. import frames
from ..contiguity import Objects, Pairs, contiguous_pairs, neighbour_lists
from ..run import Run
from ..trees import Tree
from .allot import Field
from .bounds import parcels_inside
from .edits import read_locks
from .inputs import ZoneInputs
from .outline import Ground
from .roots import Core, find_roots, merge_stations
from .rules import ZoneRules
from .values import Values
from .walks import Walker, Walks


@dataclass(frozen=True, eq=False)
class Prepared:
    """`field` in positions of `scope`, which holds the rows of the parcels near any station, ascending.

    `cores` with roots as rows of the parcel table; `given` parcels (rows) of each given zone; `walked` pairs of rows a
    short walk apart.
    """

    field: Field
    scope: npt.NDArray[np.int64]
    cores: list[Core]
    walks: Walks
    given: list[set[int]]
    walked: Pairs
    filler_cost: float


def prepare_field(inputs: ZoneInputs, values: Values, rules: ZoneRules, walker: Walker, run: Run) -> Prepared:
    """Return the ground: only parcels near a station take part, so a large city costs what its stations cost."""
    shapes = frames.geometries(inputs.parcels)
    roots = find_roots(walker.points, shapes, rules.limits.root_limit_m)
    ids = [str(item) for item in inputs.stations["station_id"]]
    first = walker.reach(np.arange(len(ids)), run.part(0, 0.4))
    scope = _scope(shapes, first, roots)
    place = {int(row): number for number, row in enumerate(scope)}
    walked = walker.neighbours(rules.limits.near_walk_m, run.part(0.4, 0.5))
    walked = walked[np.isin(walked, scope).all(axis=1)]
    pairs = contiguous_pairs(
        shapes[scope], inputs.barriers, rules.limits.street_gap_m, np.searchsorted(scope, walked), run.part(0.5, 0.8)
    )
    part = np.full(len(shapes), -1, dtype=np.int64)
    part[scope] = _parts(len(scope), pairs)
    cores = merge_stations(ids, walker.metres, roots, part)
    core_of = np.zeros(len(ids), dtype=np.int64)
    for number, core in enumerate(cores):
        core_of[list(core.stations)] = number
    walks = first if len(cores) == len(ids) else walker.reach(core_of, run.part(0.8, 1))
    given = parcels_inside(shapes, inputs.given)
    reach = [{place[p]: ms for p, ms in reached.items() if p in place} for reached in walks.by_core(len(cores))]
    cost = _filler_cost(inputs, values, rules)
    field = _field(inputs, values, rules, scope, pairs, cost)
    field = replace(field, reach=reach, cores=[_moved(core, place, given) for core in cores])
    return Prepared(_with_locks(field, inputs, scope, given, run), scope, cores, walks, given, walked, cost)


def _scope(shapes: Objects, walks: Walks, roots: list[set[int]]) -> npt.NDArray[np.int64]:
    """Return the parcels in the box around what each station reaches: what a zone could hold or enclose."""
    tree, found = Tree(shapes), {p for part in roots for p in part}
    for station in range(len(roots)):
        rows = walks.parcel[walks.core == station]
        if len(rows):
            found.update(tree.query(shapely.box(*shapely.total_bounds(shapes[rows])), predicate="intersects").tolist())
    return np.array(sorted(found), dtype=np.int64)


def _parts(n: int, pairs: Pairs) -> npt.NDArray[np.int64]:
    links = coo_array((np.ones(len(pairs), dtype=np.int8), (pairs[:, 0], pairs[:, 1])), shape=(n, n))
    labels: npt.NDArray[np.int64] = connected_components(links, directed=False)[1].astype(np.int64)
    return labels


def _filler_cost(inputs: ZoneInputs, values: Values, rules: ZoneRules) -> float:
    """Return ρ: the rules' share of the median value per m² of the tagged parcels that have a value; 0 without any."""
    area = shapely.area(frames.geometries(inputs.parcels))
    worth = (values.petal >= 0) & (values.value > 0) & (area > 0)
    if not worth.any():
        return 0.0
    return rules.search.filler_rate * float(np.median(values.value[worth] / area[worth]))


def _field(
    inputs: ZoneInputs, values: Values, rules: ZoneRules, scope: npt.NDArray[np.int64], pairs: Pairs, cost: float
) -> Field:
    shapes = frames.geometries(inputs.parcels)[scope]
    area = shapely.area(shapes)
    penalty = np.where(values.petal[scope] >= 0, 0.0, cost * area)
    weight = np.rint((values.value[scope] - penalty) * 1000).astype(np.int64)
    return Field(
        neighbour_lists(len(scope), pairs),
        weight.tolist(),
        np.rint(area * 100).astype(np.int64).tolist(),
        np.rint(values.floor_m2[scope] * 100).astype(np.int64).tolist(),
        values.petal[scope].tolist(),
        Ground(shapes),
        [],
        [],
        rules,
    )


def _moved(core: Core, place: dict[int, int], given: list[set[int]]) -> Core:
    """Return the core with its roots in scope; without any when a given zone holds one: that zone is the core's."""
    drawn = {p for part in given for p in part}
    roots = frozenset() if core.roots & drawn else frozenset(place[p] for p in core.roots)
    return replace(core, roots=roots)


def _with_locks(
    field: Field, inputs: ZoneInputs, scope: npt.NDArray[np.int64], given: list[set[int]], run: Run
) -> Field:
    """Lock parcels out (given zones' as well) and in: into the core of the zone they name, else into the core with a
    root that reaches them soonest; names by which no zone is drawn in this run are told (`zone_lock_unknown`).
    """
    place = {int(row): number for number, row in enumerate(scope)}
    ids = inputs.parcels["parcel_id"].to_numpy(dtype=object)
    locks = read_locks(
        inputs.parcels, inputs.locked_in, inputs.locked_out, inputs.previous, inputs.edited, run
    )  # fmt: skip
    drawn = {p for part in given for p in part}
    named = _cores_by_zone(field.cores, inputs)
    inside: dict[int, int] = {}
    far, unknown = [], []
    for p in sorted(set(locks.inside) - drawn):
        here = place.get(p, -1)
        times = [(reach[here], c) for c, reach in enumerate(field.reach) if here in reach and field.cores[c].roots]
        rooted = [(0, c) for c, core in enumerate(field.cores) if here in core.roots]
        wish = named.get(locks.inside[p], -1)
        if here >= 0 and wish >= 0 and field.cores[wish].roots:
            inside[here] = wish
        elif rooted or times:
            inside[here] = min(rooted or times)[1]
            unknown += [locks.inside[p]] if locks.inside[p] else []
        else:
            far.append(str(ids[p]))
    run.leave_out("LOCKED_IN", far, "zone_lock_far", "warning")
    if unknown:
        run.warn("zone_lock_unknown", n=len(unknown), ids=sorted(set(unknown)))
    return replace(
        field, locked_out={place[p] for p in locks.outside | drawn if p in place}, locked_in=inside
    )  # fmt: skip


def _cores_by_zone(cores: list[Core], inputs: ZoneInputs) -> dict[str, int]:
    """Return the core of each zone id that a lock may name: the ids given here, and those of the last run by anchor."""
    by_anchor = {core.id: number for number, core in enumerate(cores)}
    found = {f"Z-{core.id}": number for number, core in enumerate(cores)}
    if inputs.previous is not None and "anchor" in inputs.previous:
        anchors = frames.optional(inputs.previous, "anchor").fillna("").astype(str)
        for name, anchor in zip(inputs.previous["zone_id"].astype(str), anchors):
            if anchor in by_anchor:
                found[name] = by_anchor[anchor]
    return found
