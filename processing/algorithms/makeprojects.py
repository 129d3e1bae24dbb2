# SPDX-License-Identifier: GPL-2.0-or-later
"""makeprojects: a numbered list of projects with 估算工程量, from zones, petals, actions, sites and links."""

from __future__ import annotations

from ...core import schema
from ..base import RenewalAlgorithm
from ..results import Output, Results
from ..toolbox import parameters as declare
from ..toolbox.parameters import RoleUse


class MakeProjects(RenewalAlgorithm):
    """One project per petal, site and missing link, with the fields of a project list."""

    ID, GROUP, MAIN = "makeprojects", "zone", "ZONES"
    ROLES = (
        RoleUse("ZONES", tables=("zones",), needs=("zone_id",), may_be_empty=True),
        RoleUse("MEMBERS", tables=("members",), needs=("zone_id", "parcel_id", "role"), may_be_empty=True),
        RoleUse("PARCELS", "PARCELS", tables=("tagged", "parcel_people"), optional=True),
        RoleUse("PETALS", tables=("petals",), optional=True, needs=("zone_id", "petal_id")),
        RoleUse("SITES", tables=("sites",), optional=True, needs=("site_id",)),
        RoleUse("LINKS", tables=("links",), optional=True, needs=("link_id",)),
        RoleUse("ACTIONS", tables=("actions",), optional=True, needs=("building_id", "parcel_id", "action")),
        RoleUse(
            "BRANCHES", tables=("branches",), optional=True, needs=("zone_id", "edge_id", "kind", "length_m", "people")
        ),
        RoleUse("COMMUNITIES", "COMMUNITIES", optional=True),
        RoleUse("PLAN", "PLAN", optional=True),
    )

    def definitions(self):
        for use in self.ROLES:
            yield from use.definitions()
        yield declare.json_file("COST_TABLE")
        yield declare.advanced(declare.text("NUMBERING"))
        yield declare.text("DISTRICT")
        yield declare.number("START_YEAR", None, 1990, 2100, whole=True, optional=True)
        yield declare.advanced(declare.number("PHASE_YEARS", 2, 1, 20, whole=True))
        yield declare.sink("PROJECTS", "polygon")
        yield declare.sink("PROJECT_ITEMS", "none")

    def refuse(self, values, plan) -> None:
        from ...core.zones.projects.numbering import read_numbering

        read_numbering(str(values.get("NUMBERING") or "")).number([], str(values.get("DISTRICT") or "").strip())

    def compute(self, inputs, run) -> Results:
        from ...core import envelope
        from ...core.zones.projects.inputs import ProjectInputs
        from ...core.zones.projects.items import read_costs
        from ...core.zones.projects.make import make_projects
        from ...core.zones.projects.numbering import read_numbering

        document = inputs.document("costs", "chongqing", "COST_TABLE")
        table = inputs.table
        made = make_projects(
            ProjectInputs(
                table("ZONES"), table("MEMBERS"), table("PARCELS"), table("PETALS"), table("ACTIONS"), table("SITES"),
                table("LINKS"), table("BRANCHES"), table("COMMUNITIES"), table("PLAN"), inputs.text("DISTRICT").strip(),
                inputs.integer("START_YEAR") if inputs.given("START_YEAR") else None, inputs.integer("PHASE_YEARS"),
            ),
            read_costs(document),
            read_numbering(inputs.text("NUMBERING")),
            run,
        )  # fmt: skip
        unverified = envelope.list_unverified(document)
        if unverified:
            run.warn("costs_heuristic", table=document["id"], n=len(unverified))
        tables = {
            "PROJECTS": Output(made.projects, schema.table("projects")),
            "PROJECT_ITEMS": Output(made.items, schema.table("project_items")),
        }
        return Results(tables, documents=[document])
