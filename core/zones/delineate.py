# SPDX-License-Identifier: GPL-2.0-or-later
"""Demonstration zones around stations: one core, its branches, many petals (method notes §7)."""

from __future__ import annotations

from .. import frames
from ..errors import RenewalError
from ..run import Run
from ..tagging.reviews import tell_tags
from .allot import allot_parcels
from .around import corners_table, named_things, tell_bounds
from .branches import PetalWalks, draw_branches, tell_widths
from .field import Prepared, prepare_field
from .finish import boundary_lines, finish_zones, tell_stations
from .gapmeans import tell_detail
from .inputs import ZoneInputs, Zones, in_order
from .rules import ZoneRules
from .tables import Zone, cores_table, members_table, petal_id, petals_table, zones_table
from .values import Values, value_parcels
from .verify import verify_zones
from .walks import NetworkWalker, Walker
from .words import Words


def delineate_zones(inputs: ZoneInputs, rules: ZoneRules, run: Run, walker: Walker | None = None) -> Zones:
    """Return contiguous zones around stations, with the reason for every parcel.

    Maximises Σ value − ρ × filler area over connected sets of parcels that hold the core, within the limits of the
    rules; a parcel is in one zone at most. `walker` stands in for the network (None: the network of the inputs).
    A station whose limits cannot be met has no zone and is listed with what is missing. The result is looked at by
    independent code before it is returned; what that finds is a fault of the program (RuntimeError).
    Raises RenewalError: `zone_no_stations`, as tell_detail, and what joining and walking raise.
    """
    inputs = in_order(inputs)
    if not len(inputs.stations):
        raise RenewalError("zone_no_stations")
    tell_detail(inputs.detail, inputs.parcels, "DETAIL", run)
    tell_tags(inputs.parcels, run)
    run.stage("zone_stage_walk")
    if walker is None:
        walker = NetworkWalker(inputs, rules.limits, run.part(0, 0.2))
    values = value_parcels(inputs.parcels, inputs.detail, rules)
    ready = prepare_field(inputs, values, rules, walker, run.part(0.2, 0.4))
    run.stage("zone_stage_search")
    drafts = allot_parcels(ready.field, run.part(0.4, 0.8))
    run.stage("zone_stage_draw")
    tell_stations(inputs, ready, drafts, rules, walker, run.part(0.8, 0.82))
    zones = finish_zones(inputs, ready, drafts, values, rules, run.part(0.82, 0.85))
    _tell_unknown(zones, values, run)
    result = _tables(zones, inputs, ready, values, rules, run.part(0.85, 0.95))
    ids = inputs.parcels["parcel_id"].to_numpy(dtype=object)
    reached = sorted({str(ids[p]) for zone in zones for p in zone.walk_ms})
    walked = {(str(ids[p]), str(ids[q])) for p, q in ready.walked.tolist()}
    faults = verify_zones(result, inputs, rules, run.part(0.95, 1), reached, walked)
    if faults:
        raise RuntimeError("; ".join(faults[:10]))
    run.progress(1.0)
    return result


def _tables(
    zones: list[Zone], inputs: ZoneInputs, ready: Prepared, values: Values, rules: ZoneRules, run: Run
) -> Zones:
    pop = frames.reals(inputs.parcels, "pop")
    petals = [
        PetalWalks(zone.zone_id, petal_id(zone, number), zone.core, part, pop[part].tolist())
        for zone in zones
        if zone.core >= 0
        for number, part in enumerate(zone.petals)
    ]
    limit_ms = round(rules.limits.walk_min * 60_000)
    branches = draw_branches(petals, ready.walks, inputs.graph, inputs.profile, limit_ms, run)
    branches = tell_widths(branches, inputs.roads, rules.width_breaks_m, run.language)
    things = named_things(inputs.roads, inputs.barriers, inputs.communities, inputs.parcels)
    bounds = tell_bounds([zone.outline for zone in zones], things, run.language, run.part(1, 1))
    shown = zones_table(zones, ready.cores, inputs, rules, bounds, run)
    run.check()
    members = members_table(zones, inputs, values, Words(inputs.parcels, run.language))
    run.check()
    cores, petal_rows = cores_table(zones, ready.cores, inputs), petals_table(zones, inputs, values)
    corners = corners_table(
        [zone.zone_id for zone in zones], [zone.outline for zone in zones], boundary_lines(inputs),
        frames.geometries(inputs.parcels), run.language, run,
    )  # fmt: skip
    return Zones(shown, members, cores, branches, petal_rows, corners)


def _tell_unknown(zones: list[Zone], values: Values, run: Run) -> None:
    members = [p for zone in zones for p in zone.members()]
    petals = [p for zone in zones for part in zone.petals for p in part]
    floors = int((~values.floor_known[members]).sum()) if members else 0
    known = values.need_known & values.opportunity_known & values.feasibility_known
    factors = int((~known[petals]).sum()) if petals else 0
    if floors:
        run.warn("zone_floor_unknown", n=floors)
    if factors:
        run.warn("zone_factors_unknown", n=factors)
    if not zones:
        run.warn("zone_none_found")
        blind = int((~values.floor_known).sum())
        if blind:
            run.warn("zone_none_floor_unknown", n=blind, of=len(values.floor_known))
    run.fact(zones_n=len(zones), zone_petals_n=sum(len(zone.petals) for zone in zones))
