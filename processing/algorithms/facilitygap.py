# SPDX-License-Identifier: GPL-2.0-or-later
"""facilitygap: need, reach, served and gap per parcel and kind, and what communities lack."""

from __future__ import annotations

from ...core import schema
from ..base import RenewalAlgorithm
from ..intake.gapinputs import read_gap_layers, read_kinds
from ..results import Output, Results
from ..toolbox import parameters as declare
from ..toolbox.parameters import FACILITY_FIELDS, FACILITY_ROLES, WALK_ROLES, RoleUse


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
        RoleUse(
            "SITES", tables=("sites",), optional=True, needs=("site_id", "kind", "unit", "size", "m2"), folded=True
        ),
        RoleUse("LINKS", tables=("links",), optional=True, needs=("link_id", "length_m", "kind"), folded=True),
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
        yield declare.advanced(declare.choice("YARDSTICK", ["both", "radius", "walk"], "both"))
        yield declare.advanced(declare.choice("DIRECTION", ["auto", "there", "back", "both"], "auto"))
        yield declare.advanced(declare.choice("LOAD_RULE", ["even", "least_walk"], "even"))
        yield declare.advanced(declare.flag("PLANNED"))
        yield from communities.definitions()
        yield declare.field_of("SUMMARY_FIELD", "PARCELS")
        yield declare.sink("OUTPUT", "polygon")
        yield declare.sink("DETAIL", "none", optional=True)
        yield declare.sink("FACILITY_LOAD", "none", optional=True)
        yield declare.sink("SUMMARY", "none", optional=True)
        yield declare.sink("SUMMARY_STREETS", "none", optional=True)
        yield declare.sink("LEFT_OUT", "none", optional=True)

    def compute(self, inputs, run) -> Results:
        from ...core import frames
        from ...core.gaps.gap import count_each
        from ...core.gaps.summary import Summaries
        from ...core.gaps.tables import GapTables
        from ...core.gaps.town import town_of

        standard, kinds = read_kinds(inputs, run, inputs.choice("DIRECTION"))
        load_rule = inputs.choice("LOAD_RULE")
        layers, options = read_gap_layers(inputs, kinds, run.part(0, 0.05), load_rule, inputs.flag("PLANNED"))
        run.check()
        several = self._districts(inputs, layers, run)
        run.check()
        sums = Summaries(several, layers.parcels, layers.facilities, layers.barriers, run)
        tables = GapTables(layers.parcels, kinds, load_rule)
        for result in count_each(layers, options, run.part(0.05, 1)):  # of a city only one kind is held
            demand = town_of(layers, run).demand
            tables.add(demand, result)
            sums.add(demand, result, run)
            del result  # it need not be held while the next one is counted
        detail = tables.detail(run)
        wide = tables.wide(detail, run)
        loads = tables.loads()
        summary, *more = sums.tables(kinds)
        streets = more[0] if more else frames.empty(schema.table("gap_summary"))
        names = tuple(kind.id for kind in kinds)
        hidden = _folded(inputs.choice("YARDSTICK"), names)
        return Results(
            {
                "OUTPUT": Output(wide, schema.table("gap", kinds=names), carry="PARCELS", hidden=hidden),
                "DETAIL": Output(detail, schema.table("gap_detail"), hidden=hidden),
                "FACILITY_LOAD": Output(loads, schema.table("facility_load")),
                "SUMMARY": Output(summary, schema.table("gap_summary"), hidden=hidden),
                "SUMMARY_STREETS": Output(streets, schema.table("gap_summary"), hidden=hidden),
            },
            documents=[standard],
        )

    def _districts(self, inputs, layers, run):
        """Communities (without them the values of SUMMARY_FIELD, without that everything), and their subdistricts."""
        from ...core.gaps.summary import districts_of_field, districts_of_layer, districts_of_streets

        table, streets = inputs.table("COMMUNITIES"), None
        if table is not None and len(table):
            districts = districts_of_layer(table, layers.parcels, layers.facilities, run)
            streets = districts_of_streets(table, districts)
            if streets is None and inputs.given("SUMMARY_STREETS"):
                run.warn("streets_untold")
        else:
            field = inputs.text("SUMMARY_FIELD")
            labels = inputs.reading("PARCELS").column(field) if field else None
            districts = districts_of_field(labels, layers.parcels, layers.facilities, run)
        return [districts] if streets is None else [districts, streets]


def _folded(yardstick: str, kinds: tuple[str, ...]) -> tuple[str, ...]:
    """Return the columns of the other yardstick: computed and written, folded away in the attribute table."""
    covers = ("people", "land", "floor")
    radius = ["line_m", "in_r", *(f"{kind}_in_r" for kind in kinds), *(f"radius_cover_{name}" for name in covers)]
    walk = ["walk_m", "walk_s", *(f"{kind}_min" for kind in kinds), *(f"walk_cover_{name}" for name in covers)]
    return tuple({"radius": walk, "walk": radius}.get(yardstick, ()))
