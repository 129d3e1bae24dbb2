# SPDX-License-Identifier: GPL-2.0-or-later
"""buildwalknetwork: lines and heights become a network with whole milliseconds per direction and profile."""

from __future__ import annotations

from .. import parameters as declare
from ..base import RenewalAlgorithm
from ..parameters import RoleUse


class BuildWalkNetwork(RenewalAlgorithm):
    """Streets to a walk network: topology, one height per node, seconds up and down."""

    ID, GROUP = "buildwalknetwork", "prepare"
    MAIN = "ROADS"
    ROLES = (
        RoleUse("ROADS", "ROADS", fields=("highway",)),
        RoleUse("HEIGHT_POINTS", "HEIGHT_POINTS", optional=True, fields=("z",)),
    )
    OUTPUTS = (("COMPONENTS", "number"), ("NEAR_MISSES", "number"))

    def definitions(self):
        roads, heights = self.ROLES
        yield from roads.definitions()
        yield declare.json_file("MAPPING_FILE")
        yield declare.raster("DEM")
        yield from heights.definitions()
        yield declare.choice("PROFILES", declare.BUILT["PROFILES"], ["adult", "elder", "carer"], many=True)
        yield declare.json_file("PROFILE_FILE")
        yield declare.number("TOLERANCE", 0.5, 0.0, 10.0)
        yield declare.flag("JOIN_NEAR_MISSES")
        yield declare.sink("EDGES", "line")
        yield declare.sink("NODES", "point", optional=True)
        yield declare.sink("FINDINGS", "none", optional=True)
