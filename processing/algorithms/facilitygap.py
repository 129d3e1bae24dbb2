# SPDX-License-Identifier: GPL-2.0-or-later
"""facilitygap: need, reach, served and gap per parcel and kind, and what communities lack."""

from __future__ import annotations

from .. import parameters as declare
from ..base import RenewalAlgorithm
from ..parameters import FACILITY_FIELDS, FACILITY_ROLES, WALK_ROLES, RoleUse


class FacilityGap(RenewalAlgorithm):
    """Counts what the elderly and the children lack, by the standard's radius and over real streets."""

    ID, GROUP = "facilitygap", "gap"
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
        yield declare.choice("LOAD_RULE", ["even", "least_walk"], "even")
        yield from communities.definitions()
        yield declare.field_of("SUMMARY_FIELD", "PARCELS")
        yield declare.sink("OUTPUT", "polygon")
        yield declare.sink("DETAIL", "none", optional=True)
        yield declare.sink("FACILITY_LOAD", "point", optional=True)
        yield declare.sink("SUMMARY", "polygon", optional=True)
        yield declare.sink("LEFT_OUT", "none", optional=True)
