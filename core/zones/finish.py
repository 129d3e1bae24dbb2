# SPDX-License-Identifier: GPL-2.0-or-later
"""From drafts to zones: roles, what stays near, which stations get none and why."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np
import shapely

from .. import frames
from ..run import Run
from .allot import Draft, with_enclosed
from .boundary import Drafter, Lines
from .bounds import keep_ids
from .field import Prepared
from .inputs import ZoneInputs
from .outline import Ground, parcels_in_holes
from .rules import ZoneRules
from .shape import connected_part, petal_codes_of, petals_of
from .tables import Zone
from .values import Values
from .walks import Walker


def finish_zones(
    inputs: ZoneInputs, ready: Prepared, drafts: list[Draft], values: Values, rules: ZoneRules, run: Run
) -> list[Zone]:
    """Return the zones by id: those drawn here, at most `inputs.max_zones` of the best, and the given ones."""
    zones = [_zone(ready, draft, values) for draft in drafts if draft.zone]
    if inputs.max_zones is not None and len(zones) > inputs.max_zones:
        ranked = sorted(zones, key=lambda zone: (-zone.score, zone.zone_id))
        for zone in ranked[inputs.max_zones :]:
            _leave_out(inputs, ready, zone.core, "zone_beyond_max", run, limit=inputs.max_zones)
        zones = sorted(ranked[: inputs.max_zones], key=lambda zone: zone.core)
    drafter = _drafter(inputs, ready, rules)
    outlines = _outlines(drafter, zones, run.part(0, 0.5))
    fuller = _without_holes(ready, drafts, zones, outlines, values)
    if any(new is not old for new, old in zip(fuller, zones)):
        zones, outlines = fuller, _outlines(drafter, fuller, run.part(0.5, 1))
    names = keep_ids([zone.zone_id for zone in zones], outlines, inputs.previous, rules.search.same_zone_iou)
    zones = [replace(z, zone_id=name, outline=line) for z, name, line in zip(zones, names, outlines)]
    zones += _given_zones(inputs, ready, values, run)
    zones = _with_near(zones, ready, values, rules)
    return sorted(zones, key=lambda zone: zone.zone_id)


def _without_holes(
    ready: Prepared, drafts: list[Draft], zones: list[Zone], outlines: list[Any], values: Values
) -> list[Zone]:
    """Return the zones with the free parcels that stand in the holes of their outlines, as far as the limits allow."""
    kept = [draft for draft in drafts if draft.core in {zone.core for zone in zones}]
    found = list(zones)
    for number, outline in enumerate(outlines):
        draft = next(draft for draft in kept if draft.core == zones[number].core)
        inside = parcels_in_holes(ready.field.ground, outline)
        wider = with_enclosed(ready.field, draft, inside, kept) if inside else draft.zone
        if wider != draft.zone:
            added = set(_rows(ready, wider - draft.zone))
            draft.zone = wider
            whole = _zone(ready, draft, values)
            filler = [row for row in whole.filler if row not in added]
            found[number] = replace(whole, filler=filler, holes=sorted({*whole.holes, *whole.filler} - {*filler}))
    return found


def _drafter(inputs: ZoneInputs, ready: Prepared, rules: ZoneRules) -> Drafter:
    near: list[list[int]] = [[]] * len(inputs.parcels)
    for row, others in zip(ready.scope.tolist(), ready.field.near):
        near[row] = ready.scope[others].tolist()
    ground = Ground(frames.geometries(inputs.parcels))
    return Drafter(ground, near, rules.limits.street_gap_m, boundary_lines(inputs))


def _outlines(drafter: Drafter, zones: list[Zone], run: Run) -> list[Any]:
    return drafter.draw([set(zone.members()) for zone in zones], run)


def boundary_lines(inputs: ZoneInputs) -> Lines:
    """Return what a boundary may follow, from the layers of the inputs; streets are those of the network."""
    graph, walls = inputs.graph, _shapes(inputs.barriers)
    flat = shapely.get_dimensions(walls) == 2
    edges = [shapely.boundary(_shapes(table)) for table in (inputs.communities, inputs.plan)]
    return Lines(
        centre=np.empty(0, dtype=object) if graph is None else graph.geometry[graph.kind.astype(str) == "street"],
        walls=walls[shapely.get_dimensions(walls) == 1],
        edges=np.concatenate(edges),
        shut=np.concatenate([walls[flat], _shapes(inputs.given)]),
    )


def _shapes(table: Any) -> Any:
    if table is None or not len(table):
        return np.empty(0, dtype=object)
    shapes = frames.geometries(table)
    return shapes[~(shapely.is_missing(shapes) | shapely.is_empty(shapes))]


def tell_stations(
    inputs: ZoneInputs, ready: Prepared, drafts: list[Draft], rules: ZoneRules, walker: Walker, run: Run
) -> None:
    """List every station without a zone with the limit that it misses and by how much, and parcels left apart.

    Where floor area is short, so many of the parcels within reach as have none that is known are told (they count 0).
    """
    blind = np.isnan(frames.reals(inputs.parcels, "floor_m2"))
    ids = inputs.parcels["parcel_id"].to_numpy(dtype=object)
    drawn = {p for part in ready.given for p in part}
    for draft in drafts:
        core = ready.cores[draft.core]
        if draft.zone or core.roots & drawn:
            locked = set(ready.field.locked_in) - set(core.roots)
            apart = [(str(ids[ready.scope[p]]), p in locked) for p in draft.apart]
            run.leave_out("PARCELS", [name for name, lock in apart if not lock], "zone_root_apart", "warning")
            run.leave_out("LOCKED_IN", [name for name, lock in apart if lock], "zone_lock_apart", "warning")
            continue
        if set(core.stations) <= walker.lost:
            _leave_out(inputs, ready, draft.core, "zone_station_not_joined", run)
        elif not draft.roots:
            _leave_out(inputs, ready, draft.core, "zone_without_root", run, limit=rules.limits.root_limit_m)
        for name, (wanted, found) in sorted(draft.failed.items()):
            values = {"wanted": wanted, "found": found, "missing": abs(wanted - found)}
            reached = ready.scope[list(ready.field.reach[draft.core])]
            lacking = int(blind[reached].sum()) if name == "floor_min" else 0
            more = {"lacking": lacking, "of": len(reached)} if lacking else {}
            code = "zone_floor_short_unknown" if lacking else SHORT[name]
            _leave_out(inputs, ready, draft.core, code, run, **values, **more)


SHORT = {
    "area_min": "zone_area_short",
    "area_max": "zone_area_over",
    "floor_min": "zone_floor_short",
    "petals_min": "zone_petals_short",
    "joined": "zone_forced_apart",
}


def _leave_out(inputs: ZoneInputs, ready: Prepared, core: int, code: str, run: Run, **values: Any) -> None:
    stations = [str(inputs.stations["station_id"].iloc[i]) for i in ready.cores[core].stations]
    run.leave_out("STATIONS", stations, code, "error", **values)


def _zone(ready: Prepared, draft: Draft, values: Values) -> Zone:
    """Give every parcel of a draft its role."""
    field = ready.field
    zone, reach = set(draft.zone), field.reach[draft.core]
    petal = petal_codes_of(field.near, field.petal, reach, draft.roots, field.rules.limits.petals_min)
    petals = petals_of(field.near, petal, zone - draft.roots)
    rest = zone - draft.roots - {p for part in petals for p in part}
    locked = rest & set(field.locked_in)
    holes = (rest - locked) - field.reached
    made = Zone(
        f"Z-{ready.cores[draft.core].id}", draft.core, _rows(ready, draft.roots), [_rows(ready, p) for p in petals],
        _rows(ready, rest - locked - holes), _rows(ready, holes), _rows(ready, locked), 0.0,
        {int(ready.scope[p]): ms for p, ms in reach.items()}, shapely.Polygon(),
    )  # fmt: skip
    return replace(made, score=_score(made, ready, values))


def _score(zone: Zone, ready: Prepared, values: Values) -> float:
    """Return Σ value − ρ × filler area, from whole thousandths."""
    value = np.rint(values.value[zone.members()] * 1000).astype(np.int64).sum()
    area = np.array(ready.field.area, dtype=np.int64)
    filler = area[np.searchsorted(ready.scope, sorted([*zone.filler, *zone.holes]))].sum()
    return float(value) / 1000 - ready.filler_cost * float(filler) / 100


def _rows(ready: Prepared, parcels: set[int] | frozenset[int] | list[int]) -> list[int]:
    return sorted(int(ready.scope[p]) for p in parcels)


def _with_near(zones: list[Zone], ready: Prepared, values: Values, rules: ZoneRules) -> list[Zone]:
    """Account for every tagged parcel within reach of a zone's core that is in no zone, at its nearest core."""
    inside = {p for zone in zones for p in zone.members()}
    nearest: dict[int, tuple[int, int]] = {}
    for number, zone in enumerate(zones):
        for p, ms in zone.walk_ms.items():
            if p not in inside and values.petal[p] >= 0:
                nearest[p] = min(nearest.get(p, (ms, number)), (ms, number))
    mine: list[set[int]] = [set() for _ in zones]
    for p, (_, owner) in nearest.items():
        mine[owner].add(p)
    place = {row: number for number, row in enumerate(ready.scope.tolist())}
    taken = {place[p] for p in inside if p in place}
    return [replace(zone, near=_causes(zone, part, (place, taken), ready, rules)) for zone, part in zip(zones, mine)]


def _causes(
    zone: Zone, mine: set[int], held: tuple[dict[int, int], set[int]], ready: Prepared, rules: ZoneRules
) -> dict[int, str]:
    """Return for each of `mine` why it is in no zone; `held`: positions by row, and those that some zone holds."""
    if np.isnan(zone.score):  # a given zone was not searched
        return dict.fromkeys(sorted(mine), "zone_near_given")
    field, (place, taken) = ready.field, held
    members = {place[p] for p in zone.members()}
    ground = ((set(field.reach[zone.core]) - taken) | members) - field.locked_out
    joined = connected_part(field.near, ground, members)
    room = rules.limits.area_max_m2 * 100 - sum(field.area[p] for p in members)
    causes = {}
    for p in sorted(mine):
        here = place[p]
        if here in field.locked_out:
            causes[p] = "zone_near_locked"
        elif here not in joined:
            causes[p] = "zone_near_apart"
        else:
            causes[p] = "zone_near_full" if field.area[here] > room else "zone_near_cost"
    return causes


def _given_zones(inputs: ZoneInputs, ready: Prepared, values: Values, run: Run) -> list[Zone]:
    """Return the given zones with members and roles; they are neither searched nor measured against the limits."""
    if inputs.given is None:
        return []
    near: list[list[int]] = ready.field.near
    place = {int(row): number for number, row in enumerate(ready.scope)}
    walks = ready.walks.by_core(len(ready.cores))
    zones = []
    called = frames.optional(inputs.given, "name").fillna("").to_numpy(dtype=object)
    for number, parcels in enumerate(ready.given):
        name = str(inputs.given["zone_id"].iloc[number])
        if not parcels:
            run.leave_out("GIVEN", [name], "zone_given_empty", "error")
            continue
        core = next((c for c, core in enumerate(ready.cores) if core.roots & parcels), -1)
        times = walks[core] if core >= 0 else {}
        roots = parcels & ready.cores[core].roots if core >= 0 else set()
        here = {place[p] for p in parcels - roots if p in place}
        petal = ready.field.petal
        petals = [_rows(ready, part) for part in petals_of(near, petal, here)]
        petals += [[p] for p in sorted(parcels - roots) if p not in place and values.petal[p] >= 0]
        rest = parcels - roots - {p for part in petals for p in part}
        outline = frames.geometries(inputs.given)[number]
        zones.append(Zone(name, core, sorted(roots), petals, sorted(rest), [], [], float("nan"), times, outline,
                          name=called[number] or None))  # fmt: skip
    return zones
