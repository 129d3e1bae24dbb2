# SPDX-License-Identifier: GPL-2.0-or-later
"""tagparcels: which parcels are old compounds, urban villages, idle factories, and why."""

from __future__ import annotations

from ...core import schema
from ...core.errors import RenewalError
from ..base import RenewalAlgorithm
from ..results import Output, Results
from ..toolbox import parameters as declare
from ..toolbox.parameters import RoleUse

SCHEMES = ("auto", "landsea2020", "landsea2023", "survey3", "gbt21010_2007", "gbt21010", "gb50137", "gbj137_90")


class TagParcels(RenewalAlgorithm):
    """Indicators of each parcel, scored by a ruleset as intervals, with the evidence."""

    ID, GROUP = "tagparcels", "tag"
    SPLITS = True
    ROLES = (
        RoleUse(
            "PARCELS", "PARCELS", carry=True,
            fields=("parcel_id", "land_use", "ownership", "czcsxm", "tbxhdm", "in_boundary", "doc_area"),
            shown=("land_use", "ownership"),
        ),
        RoleUse(
            "BUILDINGS", "BUILDINGS", optional=True,
            fields=("building_id", "year", "floors", "floors_down", "entry_floor", "height", "floor_area", "use",
                    "structure", "danger", "lift", "name"),
        ),
        RoleUse("ROADS", "ROADS", optional=True, fields=("width",)),
        RoleUse("ACTIVITY", "ACTIVITY", optional=True, fields=("parcel_id", "stream", "value", "date")),
        RoleUse("FACTS", "FACTS", optional=True, needs=("parcel_id", "name", "value"), folded=True),
        RoleUse("PROTECTED", "PROTECTED", optional=True, fields=("class",)),
        RoleUse("PROGRAMME", "PROGRAMME", optional=True, fields=("status",)),
        RoleUse("REVIEWS", "REVIEWS", optional=True, needs=("tag",)),
        RoleUse("UNIT_MEMBERS", tables=("unit_members",), optional=True, geometry="none", folded=True),
    )  # fmt: skip

    def definitions(self):
        parcels, *rest = self.ROLES
        first, *fields = parcels.definitions()
        yield first
        for definition in fields:
            yield definition
            if definition.name() == "LAND_USE":
                yield declare.choice("LAND_USE_SCHEME", SCHEMES, "auto")
        for use in rest:
            yield from use.definitions()
        yield declare.date("AS_OF")
        yield declare.choice("RULES", declare.BUILT["RULES"], "chongqing")
        yield declare.json_file("RULES_FILE")
        yield declare.sink("OUTPUT", "polygon")
        yield declare.sink("SUMMARY", "none", optional=True)
        yield declare.sink("LEFT_OUT", "none", optional=True)
        yield declare.sink("PARCEL_TAGS", "none", optional=True)
        yield declare.advanced(declare.npz_file("INDICATORS"))

    def refuse(self, values, plan) -> None:
        if values.get("PARCEL_TAGS") and "UNIT_MEMBERS" not in plan.vectors:
            raise RenewalError("parcel_tags_need_members")

    def compute(self, inputs, run) -> Results:
        from ...core.inputs.checks_values import check_ranges, check_readable
        from ...core.tagging.carrying import carry_tags
        from ...core.tagging.snapshot import write_snapshot
        from ...core.tagging.tags import Sources, tag_parcels
        from ..intake.reading import digits_of

        ruleset = inputs.document("ruleset", inputs.choice("RULES"), "RULES_FILE")
        optional = ("BUILDINGS", "ROADS", "ACTIVITY", "FACTS", "PROTECTED", "PROGRAMME", "REVIEWS")
        reading = inputs.reading("PARCELS")
        sources = Sources(
            reading.table, inputs.day("AS_OF"), inputs.choice("LAND_USE_SCHEME"),
            **{name.lower(): inputs.table(name) for name in optional},
            original=reading.original, digits=digits_of(inputs.plan.vectors["PARCELS"]),
        )  # fmt: skip
        for name, key in (("BUILDINGS", "building_id"), ("PROGRAMME", "parcel_id")):
            if inputs.has(name):
                check_readable(inputs.table(name), name, key, run)
                check_ranges(inputs.table(name), name, key, run)
        kept = inputs.file_output("INDICATORS")
        found = tag_parcels(sources, ruleset, run, keep=kept is not None)
        files = {}
        if kept is not None:
            files["INDICATORS"] = (kept, lambda part: write_snapshot(part, found.snapshot))
        tables = {
            "OUTPUT": Output(found.parcels, schema.table("tagged"), carry="PARCELS"),
            "SUMMARY": Output(found.summary, schema.table("tag_summary")),
        }
        if inputs.has("UNIT_MEMBERS"):
            carried = carry_tags(found.parcels, inputs.table("UNIT_MEMBERS"), run)
            tables["PARCEL_TAGS"] = Output(carried, schema.table("parcel_tags"))
        return Results(
            tables,
            documents=[ruleset],
            files=files,
        )
