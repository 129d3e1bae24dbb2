# SPDX-License-Identifier: GPL-2.0-or-later
"""missinglinks: short connections that save people the longest detours."""

from __future__ import annotations

from ...core import schema
from ..base import RenewalAlgorithm
from ..intake.ground import surface_of
from ..intake.networks import network_of
from ..results import Output, Results
from ..toolbox import parameters as declare
from ..toolbox.parameters import WALK_ROLES, RoleUse


class MissingLinks(RenewalAlgorithm):
    """Where a short path or a stairway would save the most person-minutes."""

    ID, GROUP = "missinglinks", "gap"
    SPLITS = True
    MAIN = "PLACES"
    ROLES = (RoleUse("PLACES", "PLACES", fields=("people",), shown=("people",)), *WALK_ROLES)

    def definitions(self):
        for use in self.ROLES:
            yield from use.definitions()
        yield from declare.walk_values()
        yield declare.choice("PROFILE", declare.BUILT["PROFILES"], "elder")
        yield declare.number("MAX_LINK_M", 150, 5, 500)
        yield declare.number("KEEP", 20, 1, 500, whole=True)
        yield declare.sink("LINKS", "line")

    def compute(self, inputs, run) -> Results:
        from ...core.walking.join import JoinOptions
        from ...core.walking.links import LinkOptions, missing_links
        from ...core.walking.profiles import choose_profile

        profile = choose_profile(inputs.choice("PROFILE"), inputs.path("PROFILE_FILE"))
        graph = network_of(inputs, [profile.id], run.part(0, 0.05))
        surface = surface_of(inputs, graph.geometry, profile.rules, run.part(0.05, 0.1))
        join = JoinOptions(inputs.number("SNAP_LIMIT"), inputs.number("SNAP_MAX_CLIMB"))
        options = LinkOptions(inputs.number("MAX_LINK_M"), inputs.integer("KEEP"), join)
        ground = surface, inputs.table("BARRIERS")
        links = missing_links(graph, profile, inputs.table("PLACES"), ground, options, run.part(0.1, 1))
        walkers = inputs.document("profiles", "standard", "PROFILE_FILE")
        return Results({"LINKS": Output(links, schema.table("links"))}, documents=[walkers])
