# SPDX-License-Identifier: GPL-2.0-or-later
"""buildwalknetwork: lines and heights become a network with whole milliseconds per direction and profile."""

from __future__ import annotations

from qgis.core import QgsProcessingContext

from ...core import schema
from ...core.errors import RenewalError
from ..base import RenewalAlgorithm
from ..results import Output, Results
from ..toolbox import parameters as declare
from ..toolbox.parameters import RoleUse

AROUND_M = 200.0  # heights this far around the roads are read, so that the low-pass sees real ground at their edge


class BuildWalkNetwork(RenewalAlgorithm):
    """Streets to a walk network: topology, one height per node, seconds up and down."""

    ID, GROUP = "buildwalknetwork", "prepare"
    SPLITS = True
    MAIN = "ROADS"
    ROLES = (
        RoleUse("ROADS", "ROADS", fields=("highway",), shown=("highway",)),
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
        yield declare.advanced(declare.number("TOLERANCE", 0.5, 0.0, 10.0))
        yield declare.flag("JOIN_NEAR_MISSES")
        yield declare.sink("EDGES", "line")
        yield declare.sink("NODES", "point", optional=True)
        yield declare.sink("FINDINGS", "none", optional=True)

    def refuse(self, values, plan) -> None:
        """Take the layer's fields from the mapping file where it names them; CLASS_FIELD goes before it."""
        path = self.parameterAsString(dict(values), "MAPPING_FILE", QgsProcessingContext())
        if path and "ROADS" in plan.vectors:
            from ..intake.mapped import take_named_fields

            take_named_fields("ROADS", path, [name for name in ("highway",) if values.get("CLASS_FIELD")], plan)

    def compute(self, inputs, run) -> Results:
        import shapely

        from ...core import frames
        from ...core.walking.heights import make_surface
        from ...core.walking.network import NetworkOptions, build_network
        from ...core.walking.profiles import load_profiles

        roads = inputs.table("ROADS")
        if not len(roads):
            raise RenewalError("walk_nothing_open", n=0)
        profiles = load_profiles(inputs.choices("PROFILES"), inputs.path("PROFILE_FILE"))
        mapping = inputs.document("mapping", "standard", "MAPPING_FILE")
        x_min, y_min, x_max, y_max = shapely.total_bounds(frames.geometries(roads)).tolist()
        around = (x_min - AROUND_M, y_min - AROUND_M, x_max + AROUND_M, y_max + AROUND_M)
        raster = inputs.raster("DEM", around)
        surface = make_surface(raster, inputs.table("HEIGHT_POINTS"), profiles[0].rules, run.part(0, 0.3))
        options = NetworkOptions(mapping, inputs.number("TOLERANCE"), inputs.flag("JOIN_NEAR_MISSES"))
        network = build_network(roads, options, profiles, surface, run.part(0.3, 1))
        names = tuple(profile.id for profile in profiles)
        return Results(
            {
                "EDGES": Output(network.edges, schema.table("edges", profiles=names)),
                "NODES": Output(network.nodes, schema.table("nodes")),
                "FINDINGS": Output(network.findings, schema.table("network_findings")),
            },
            {"COMPONENTS": network.counts["components_n"], "NEAR_MISSES": network.counts["near_misses_n"]},
            [mapping, inputs.document("profiles", "standard", "PROFILE_FILE")],
        )
