# SPDX-License-Identifier: GPL-2.0-or-later
"""delineatezones: contiguous demonstration zones around stations, with the reason for every parcel."""

from __future__ import annotations

from .. import parameters as declare
from ..base import RenewalAlgorithm
from ..parameters import WALK_ROLES, RoleUse


class DelineateZones(RenewalAlgorithm):
    """一蕊、一枝、多瓣: a station, the walks to it, and the old compounds, villages and factories they reach."""

    ID, GROUP = "delineatezones", "zone"
    ROLES = (
        RoleUse("PARCELS", "PARCELS", tables=("tagged", "parcel_people"), needs=("parcel_id", "tag")),
        RoleUse("DETAIL", optional=True, tables=("gap_detail",), needs=("parcel_id", "kind", "need", "gap")),
        RoleUse("STATIONS", "STATIONS", fields=("station_id", "kind", "name")),
        RoleUse("STATION_ENTRANCES", "STATION_ENTRANCES", optional=True, fields=("entrance_of",)),
        *WALK_ROLES,
        RoleUse("COMMUNITIES", "COMMUNITIES", optional=True),
        RoleUse("GIVEN", "", optional=True, tables=("zones",)),
        RoleUse("LOCKED_IN", "GREEN", optional=True),
        RoleUse("LOCKED_OUT", "GREEN", optional=True),
        RoleUse("PREVIOUS", "", optional=True, tables=("zones",)),
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
        yield declare.sink("LEFT_OUT", "none", optional=True)
