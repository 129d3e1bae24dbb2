# SPDX-License-Identifier: GPL-2.0-or-later
"""facilitygap: need, reach, served and gap per parcel and kind, and what communities lack."""

from __future__ import annotations

from ...core import schema
from .. import parameters as declare
from ..base import Output, RenewalAlgorithm, Results
from ..gapinputs import read_gap_layers, read_kinds
from ..parameters import FACILITY_FIELDS, FACILITY_ROLES, WALK_ROLES, RoleUse


class FacilityGap(RenewalAlgorithm):
    """Counts what the elderly and the children lack, by the standard's radius and over real streets."""

    ID, GROUP = "facilitygap", "gap"
    SPLITS = True
    ROLES = (
        RoleUse("PARCELS", "PARCELS", fields=("parcel_id",), carry=True, tables=("parcel_people", "tagged")),
        RoleUse(
            "BUILDING_PEOPLE", optional=True, tables=("building_people",), needs=("building_id", "parcel_id", "pop")
        ),
        RoleUse("FACILITIES", "FACILITIES", fields=FACILITY_FIELDS, needs=("kind",)),
        *FACILITY_ROLES,
        *WALK_ROLES,
        RoleUse("COMMUNITIES", "COMMUNITIES", optional=True),
    )

    def definitions(self):
        *layers, communities = self.ROLES
        for use in layers:
            yield from use.definitions()
        yield from declare.walk_values()
        yield declare.choice("STANDARD", declare.BUILT["STANDARD"], "chongqing")
        yield declare.json_file("STANDARD_FILE")
        yield declare.choice("KINDS", declare.BUILT["KINDS"], "all", many=True)
        yield declare.choice("YARDSTICK", ["both", "radius", "walk"], "both")
        yield declare.choice("DIRECTION", ["auto", "there", "back", "both"], "auto")
        yield declare.choice("LOAD_RULE", ["even"], "even")
        yield from communities.definitions()
        yield declare.field_of("SUMMARY_FIELD", "PARCELS")
        yield declare.sink("OUTPUT", "polygon")
        yield declare.sink("DETAIL", "none", optional=True)
        yield declare.sink("FACILITY_LOAD", "none", optional=True)
        yield declare.sink("SUMMARY", "none", optional=True)
        yield declare.sink("LEFT_OUT", "none", optional=True)

    def compute(self, inputs, run) -> Results:
        from ...core.gaps.gap import count_gaps
        from ...core.gaps.summary import summary_table
        from ...core.gaps.tables import detail_table, load_table, wide_table

        standard, kinds = read_kinds(inputs, run, inputs.choice("DIRECTION"))
        layers, options = read_gap_layers(inputs, kinds, run.part(0, 0.05))
        counted = count_gaps(layers, options, run.part(0.05, 0.9))
        detail = detail_table(layers.parcels, counted)
        districts = self._districts(inputs, layers, run)
        summary = summary_table(
            districts, layers.parcels, layers.facilities, layers.barriers, counted, run.part(0.9, 1)
        )
        names = tuple(kind.id for kind in kinds)
        hidden = _folded(inputs.choice("YARDSTICK"), names)
        wide = wide_table(layers.parcels, detail, counted)
        loads = load_table(counted, inputs.choice("LOAD_RULE"))
        return Results(
            {
                "OUTPUT": Output(wide, schema.table("gap", kinds=names), carry="PARCELS", hidden=hidden),
                "DETAIL": Output(detail, schema.table("gap_detail"), hidden=hidden),
                "FACILITY_LOAD": Output(loads, schema.table("facility_load")),
                "SUMMARY": Output(summary, schema.table("gap_summary"), hidden=hidden),
            },
            documents=[standard],
        )

    def _districts(self, inputs, layers, run):
        """Communities of the layer; without one, groups by SUMMARY_FIELD; without that, everything together."""
        from ...core.gaps.summary import districts_of_field, districts_of_layer

        communities = inputs.table("COMMUNITIES")
        if communities is not None and len(communities):
            return districts_of_layer(communities, layers.parcels, layers.facilities, run)
        field = inputs.text("SUMMARY_FIELD")
        labels = inputs.reading("PARCELS").carried[field] if field else None
        return districts_of_field(labels, layers.parcels, layers.facilities, run)


def _folded(yardstick: str, kinds: tuple[str, ...]) -> tuple[str, ...]:
    """Return the columns of the other yardstick: computed and written, folded away in the attribute table."""
    covers = ("people", "land", "floor")
    radius = ["line_m", *(f"{kind}_in_r" for kind in kinds), *(f"radius_cover_{name}" for name in covers)]
    walk = ["walk_m", "walk_s", *(f"{kind}_min" for kind in kinds), *(f"walk_cover_{name}" for name in covers)]
    return tuple({"radius": walk, "walk": radius}.get(yardstick, ()))
