# SPDX-License-Identifier: GPL-2.0-or-later
"""serviceareas: from where people walk to a facility within some minutes."""

from __future__ import annotations

from dataclasses import replace

from ...core import schema
from ...core.errors import RenewalError
from ...core.inputs.aliases import RoleColumn
from ..base import RenewalAlgorithm
from ..intake.checking import tell_shifts
from ..intake.ground import surface_of
from ..intake.networks import network_of
from ..results import Output, Results
from ..toolbox import parameters as declare
from ..toolbox.parameters import WALK_ROLES, RoleUse


class ServiceAreas(RenewalAlgorithm):
    """One polygon per facility and limit, around the reached parts of streets."""

    ID, GROUP = "serviceareas", "gap"
    MAIN = "FACILITIES"
    ROLES = (
        RoleUse("FACILITIES", "SERVED", fields=("facility_id",)),
        RoleUse("ENTRANCES", "ENTRANCES", optional=True, fields=("entrance_of",)),
        *WALK_ROLES,
    )

    def definitions(self):
        for use in self.ROLES:
            yield from use.definitions()
        yield from declare.walk_values()
        yield declare.choice("PROFILE", declare.BUILT["PROFILES"], "adult")
        yield declare.text("MINUTES", "5,10,15", optional=False)
        yield declare.advanced(declare.field_of("MINUTES_FIELD", "FACILITIES"))
        yield declare.choice("FORM", ["disc", "ring"], "disc")
        yield declare.flag("DISSOLVE")
        yield declare.sink("OUTPUT", "polygon")

    def refuse(self, values, plan) -> None:
        from ...core.walking.areas import parse_minutes

        parse_minutes(str(values.get("MINUTES", "5,10,15")))
        chosen, snapshot = values.get("MINUTES_FIELD"), plan.vectors["FACILITIES"]
        if not chosen:
            return
        names = [item.name() for item in snapshot.fields]
        if chosen not in names:
            told = {"field": str(chosen), "parameter": "MINUTES_FIELD", "fields": names}
            raise RenewalError("field_missing", layer=snapshot.name, **told)
        role = plan.roles["FACILITIES"]
        column = RoleColumn("minutes", "text", "MINUTES_FIELD", (), {})
        plan.roles["FACILITIES"] = replace(role, columns={**role.columns, "minutes": column})
        plan.mappings["FACILITIES"]["minutes"] = str(chosen)

    def compute(self, inputs, run) -> Results:
        from ...core.walking.areas import AreaOptions, parse_minutes, service_areas
        from ...core.walking.join import JoinOptions
        from ...core.walking.profiles import choose_profile

        profile = choose_profile(inputs.choice("PROFILE"), inputs.path("PROFILE_FILE"))
        graph = network_of(inputs, [profile.id], run.part(0, 0.05))
        surface = surface_of(inputs, graph.geometry, profile.rules, run.part(0.05, 0.1))
        limits = inputs.number("SNAP_LIMIT"), inputs.number("SNAP_MAX_CLIMB")
        options = AreaOptions(
            parse_minutes(inputs.text("MINUTES")), JoinOptions(*limits, profile.rules.structure_snap_m),
            inputs.choice("FORM"), inputs.flag("DISSOLVE"),
        )  # fmt: skip
        ground = surface, inputs.table("BARRIERS")
        facilities, entrances = inputs.table("FACILITIES"), inputs.table("ENTRANCES")
        tell_shifts(("FACILITIES", "ENTRANCES"), {"ROADS": graph.geometry}, inputs, run)
        areas = service_areas(graph, profile, facilities, entrances, ground, options, run.part(0.1, 1))
        walkers = inputs.document("profiles", "standard", "PROFILE_FILE")
        return Results({"OUTPUT": Output(areas, schema.table("service_areas"))}, documents=[walkers])
