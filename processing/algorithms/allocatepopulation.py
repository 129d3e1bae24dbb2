# SPDX-License-Identifier: GPL-2.0-or-later
"""allocatepopulation: community totals spread over buildings and parcels by residential floor area."""

from __future__ import annotations

from ...core import schema
from ...core.errors import RenewalError
from ...core.inputs import typed
from ..base import RenewalAlgorithm
from ..results import Output, Results
from ..toolbox import parameters as declare
from ..toolbox.parameters import RoleUse

BANDS = ("pop_0_2", "pop_3_5", "pop_6_14", "pop_60", "pop_65", "pop_80", "households")


class AllocatePopulation(RenewalAlgorithm):
    """People of each zone go to its residential floor area; sums stay exact."""

    ID, GROUP = "allocatepopulation", "prepare"
    ROLES = (
        RoleUse("POPULATION", "POPULATION", fields=("pop",), needs=("pop",)),
        RoleUse("PARCELS", "PARCELS", fields=("parcel_id",), carry=True),
        RoleUse("BUILDINGS", "BUILDINGS", optional=True, fields=("building_id", "floors", "use", "year")),
    )

    def definitions(self):
        population, parcels, buildings = self.ROLES
        yield from population.definitions()
        yield declare.text("AGE_FIELDS")
        yield from parcels.definitions()
        yield from buildings.definitions()
        yield declare.advanced(declare.number("OLD_UPLIFT", 1.0, 0.5, 3.0))
        yield declare.flag("WHOLE")
        yield declare.advanced(declare.choice("STANDARD", declare.BUILT["STANDARD"], "chongqing"))
        yield declare.json_file("STANDARD_FILE")
        yield declare.sink("OUTPUT", "polygon")
        yield declare.sink("BUILDING_PEOPLE", "polygon", optional=True)
        yield declare.sink("CHECK", "none", optional=True)
        yield declare.sink("LEFT_OUT", "none", optional=True)

    def refuse(self, values, plan) -> None:
        snapshot = plan.vectors["POPULATION"]
        fields = [item.name() for item in snapshot.fields]
        for entry in typed.pairs_in(str(values.get("AGE_FIELDS") or "")):
            field, band = typed.pair(entry) or (entry, "")
            if band not in BANDS or field not in fields:
                raise RenewalError("age_fields_odd", entry=entry, known=list(BANDS), fields=fields)
            plan.mappings["POPULATION"][band] = field

    def compute(self, inputs, run) -> Results:
        from ...core.people.allocate import PeopleOptions, allocate
        from ...core.people.estimate import read_demography

        tables = [inputs.table(name) for name in ("POPULATION", "PARCELS", "BUILDINGS")]
        standard = inputs.document("standard", inputs.choice("STANDARD"), "STANDARD_FILE")
        options = PeopleOptions(inputs.number("OLD_UPLIFT"), inputs.flag("WHOLE"), read_demography(standard))
        people = allocate(*tables, options, run)
        like = "BUILDINGS" if inputs.has("BUILDINGS") else "PARCELS"
        return Results(
            {
                "OUTPUT": Output(people.parcels, schema.table("parcel_people"), carry="PARCELS"),
                "BUILDING_PEOPLE": Output(people.buildings, schema.table("building_people"), like=like),
                "CHECK": Output(people.check, schema.table("people_check")),
            },
            documents=[standard],
        )
