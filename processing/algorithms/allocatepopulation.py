# SPDX-License-Identifier: GPL-2.0-or-later
"""allocatepopulation: community totals spread over buildings and parcels by residential floor area."""

from __future__ import annotations

from .. import parameters as declare
from ..base import RenewalAlgorithm
from ..parameters import RoleUse


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
        yield declare.number("OLD_UPLIFT", 1.0, 0.5, 3.0)
        yield declare.flag("WHOLE")
        yield declare.sink("OUTPUT", "polygon")
        yield declare.sink("BUILDING_PEOPLE", "polygon", optional=True)
        yield declare.sink("LEFT_OUT", "none", optional=True)
