# SPDX-License-Identifier: GPL-2.0-or-later
"""delineatezones: contiguous demonstration zones around stations, with the reason for every parcel."""

from __future__ import annotations

from ...core import schema
from ..base import RenewalAlgorithm
from ..intake.checking import tell_shifts
from ..intake.ground import surface_of
from ..intake.networks import network_of
from ..results import Output, Results
from ..toolbox import parameters as declare
from ..toolbox.parameters import WALK_ROLES, RoleUse


class DelineateZones(RenewalAlgorithm):
    """一蕊、一枝、多瓣: a station, the walks to it, and the old compounds, villages and factories they reach."""

    ID, GROUP = "delineatezones", "zone"
    SPLITS = True
    ROLES = (
        RoleUse("PARCELS", "PARCELS", tables=("tagged", "parcel_people"), needs=("parcel_id", "tag")),
        RoleUse("DETAIL", optional=True, tables=("gap_detail",), needs=("parcel_id", "kind", "need", "gap")),
        RoleUse("STATIONS", "STATIONS", fields=("station_id", "kind", "name")),
        RoleUse("STATION_ENTRANCES", "STATION_ENTRANCES", optional=True, fields=("entrance_of",)),
        *WALK_ROLES,
        RoleUse("ROADS", "ROADS", optional=True),
        RoleUse("COMMUNITIES", "COMMUNITIES", optional=True),
        RoleUse("PLAN", "PLAN", optional=True),
        RoleUse("GIVEN", "GIVEN", optional=True),
        RoleUse("LOCKED_IN", "GREEN", optional=True, tables=("zones",)),
        RoleUse("LOCKED_OUT", "GREEN", optional=True),
        RoleUse("PREVIOUS", "", optional=True, tables=("zones",), needs=("zone_id",), folded=True),
        RoleUse("EDITED", "", optional=True, tables=("members",), needs=("zone_id", "parcel_id", "role"), folded=True),
    )

    def definitions(self):
        for use in self.ROLES:
            yield from use.definitions()
        yield from declare.walk_values()
        yield declare.choice("ZONE_RULES", declare.BUILT["ZONE_RULES"], "chongqing")
        yield declare.json_file("ZONE_RULES_FILE")
        yield declare.number("MAX_ZONES", None, 1, 10_000, whole=True, optional=True)
        yield declare.sink("ZONES", "polygon")
        yield declare.sink("MEMBERS", "none")
        yield declare.sink("CORES", "point")
        yield declare.sink("BRANCHES", "line")
        yield declare.sink("PETALS", "polygon")
        yield declare.sink("CORNERS", "point", optional=True)
        yield declare.sink("LEFT_OUT", "none", optional=True)

    def compute(self, inputs, run) -> Results:
        from ...core import envelope
        from ...core.walking.join import JoinOptions
        from ...core.walking.profiles import load_profiles
        from ...core.zones.delineate import delineate_zones
        from ...core.zones.inputs import ZoneInputs
        from ...core.zones.rules import read_zone_rules

        document = inputs.document("zone-rules", inputs.choice("ZONE_RULES"), "ZONE_RULES_FILE")
        elder = load_profiles(["elder"], inputs.path("PROFILE_FILE"))[0]
        table = inputs.table
        graph = network_of(inputs, ["elder"], run.part(0, 0.05))
        tell_shifts(("STATIONS", "STATION_ENTRANCES"), {"ROADS": graph.geometry}, inputs, run)
        zones = delineate_zones(
            ZoneInputs(
                table("PARCELS"),
                table("STATIONS"),
                graph,
                elder,
                detail=table("DETAIL"),
                entrances=table("STATION_ENTRANCES"),
                barriers=table("BARRIERS"),
                surface=surface_of(inputs, graph.geometry, elder.rules, run.part(0.05, 0.1)),
                join=JoinOptions(inputs.number("SNAP_LIMIT"), inputs.number("SNAP_MAX_CLIMB")),
                locked_in=table("LOCKED_IN"),
                locked_out=table("LOCKED_OUT"),
                given=table("GIVEN"),
                previous=table("PREVIOUS"),
                edited=table("EDITED"),
                roads=table("ROADS"),
                communities=table("COMMUNITIES"),
                plan=table("PLAN"),
                max_zones=inputs.integer("MAX_ZONES") if inputs.given("MAX_ZONES") else None,
            ),
            read_zone_rules(document),
            run.part(0.1, 1),
        )
        unverified = envelope.list_unverified(document)
        if unverified:
            run.warn("zone_rules_heuristic", rules=document["id"], n=len(unverified))
        tables = {
            "ZONES": Output(zones.zones, schema.table("zones")),
            "MEMBERS": Output(zones.members, schema.table("members")),
            "CORES": Output(zones.cores, schema.table("cores")),
            "BRANCHES": Output(zones.branches, schema.table("branches")),
            "PETALS": Output(zones.petals, schema.table("petals")),
            "CORNERS": Output(zones.corners, schema.table("corners")),
        }
        return Results(tables, documents=[document])
