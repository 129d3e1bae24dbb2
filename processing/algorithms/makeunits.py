# SPDX-License-Identifier: GPL-2.0-or-later
"""makeunits: buildings from their parts, compounds and villages across parcels, with every member."""

from __future__ import annotations

from ...core import schema
from ...core.errors import RenewalError
from ..base import RenewalAlgorithm
from ..results import Output, Results
from ..toolbox import parameters as declare
from ..toolbox.parameters import RoleUse


class MakeUnits(RenewalAlgorithm):
    """Brings parcels together into the units that people name."""

    ID, GROUP = "makeunits", "tag"
    SPLITS = True
    ROLES = (
        RoleUse("PARCELS", "PARCELS", fields=("parcel_id",)),
        RoleUse("BUILDINGS", "BUILDINGS", fields=("building_id",)),
        RoleUse("WALLS", "BARRIERS", optional=True),
        RoleUse("ROADS", "ROADS", optional=True),
    )

    def definitions(self):
        for use in self.ROLES:
            yield from use.definitions()
            if use.parameter == "BUILDINGS":
                yield declare.field_of("NAME_FIELD", "BUILDINGS")
        yield declare.sink("UNITS", "polygon")
        yield declare.sink("UNIT_MEMBERS", "none")

    def refuse(self, values, plan) -> None:
        chosen = values.get("NAME_FIELD")
        if not chosen:
            return
        snapshot = plan.vectors["BUILDINGS"]
        names = [item.name() for item in snapshot.fields]
        if chosen not in names:
            told = {"field": chosen, "parameter": "NAME_FIELD", "fields": names}
            raise RenewalError("field_missing", layer=snapshot.name, **told)
        plan.mappings["BUILDINGS"]["name"] = str(chosen)
        plan.guessed["BUILDINGS"].pop("name", None)

    def compute(self, inputs, run) -> Results:
        from ...core.tagging.units.make import make_units

        found = make_units(*(inputs.table(name) for name in ("PARCELS", "BUILDINGS", "WALLS", "ROADS")), run)
        return Results(
            {
                "UNITS": Output(found.units, schema.table("units")),
                "UNIT_MEMBERS": Output(found.members, schema.table("unit_members")),
            }
        )
