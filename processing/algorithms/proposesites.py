# SPDX-License-Identifier: GPL-2.0-or-later
"""proposesites: which idle buildings should hold what, and who is served then."""

from __future__ import annotations

from ...core import schema
from .. import parameters as declare
from ..base import Output, RenewalAlgorithm, Results
from ..ground import surface_of
from ..parameters import FACILITY_FIELDS, FACILITY_ROLES, WALK_ROLES, RoleUse

MOST_SITES = 100


class ProposeSites(RenewalAlgorithm):
    """Chooses hosts among candidates so that the most need is served, with a bound that proves how good that is."""

    ID, GROUP = "proposesites", "gap"
    ROLES = (
        RoleUse("PARCELS", "PARCELS", fields=("parcel_id",), tables=("parcel_people", "tagged")),
        RoleUse(
            "BUILDING_PEOPLE", optional=True, tables=("building_people",), needs=("building_id", "parcel_id", "pop")
        ),
        RoleUse("FACILITIES", "FACILITIES", fields=FACILITY_FIELDS, needs=("kind",), may_be_empty=True),
        *FACILITY_ROLES,
        RoleUse("CANDIDATES", "CANDIDATES", fields=("candidate_id", "usable_area")),
        RoleUse("CONSTRAINTS", "CONSTRAINTS", optional=True),
        *WALK_ROLES,
    )
    OUTPUTS = (("OBJECTIVE", "number"), ("BOUND", "number"), ("GAP", "number"))

    def definitions(self):
        for use in self.ROLES:
            yield from use.definitions()
        yield from declare.walk_values()
        yield declare.choice("STANDARD", declare.BUILT["STANDARD"], "chongqing")
        yield declare.json_file("STANDARD_FILE")
        yield declare.choice("KINDS", declare.BUILT["KINDS"], "all", many=True)
        yield declare.number("MAX_SITES", 5, 1, MOST_SITES, whole=True)
        yield declare.text("FIXED")
        yield declare.sink("SITES", "any")
        yield declare.sink("COVERED", "none", optional=True)

    def compute(self, inputs, run) -> Results:
        from ...core.gaps.gap import GapLayers, GapOptions
        from ...core.gaps.sites import SiteOptions, fixed_ids, hostable_kinds, propose_sites
        from ...core.gaps.sites_model import complex_rule
        from ...core.gaps.standard import kinds_in, kinds_of
        from ...core.walking.profiles import load_profiles

        standard = inputs.document("standard", inputs.choice("STANDARD"), "STANDARD_FILE")
        wanted = kinds_in(standard, inputs.choices("KINDS"), declare.BUILT["KINDS"], run)
        kinds = hostable_kinds(kinds_of(standard, wanted), run)
        profiles = load_profiles(sorted({kind.profile for kind in kinds}), inputs.path("PROFILE_FILE"))
        table = inputs.table
        layers = GapLayers(
            table("PARCELS"), table("BUILDING_PEOPLE"), table("FACILITIES"), table("CAPACITIES"), table("ENTRANCES"),
            table("NETWORK"), table("BARRIERS"), surface_of(inputs, profiles[0].rules, run.part(0, 0.05)),
        )  # fmt: skip
        gap = GapOptions(
            kinds, {profile.id: profile for profile in profiles}, inputs.number("SNAP_LIMIT"),
            inputs.number("SNAP_MAX_CLIMB"),
        )  # fmt: skip
        options = SiteOptions(gap, inputs.integer("MAX_SITES"), fixed_ids(inputs.text("FIXED")), complex_rule(standard))
        found = propose_sites(layers, table("CANDIDATES"), table("CONSTRAINTS"), options, run.part(0.05, 1))
        return Results(
            {
                "SITES": Output(
                    found.sites, schema.table("sites"), wkb_type=inputs.plan.vectors["CANDIDATES"].wkb_type
                ),
                "COVERED": Output(found.covered, schema.table("covered")),
            },
            {"OBJECTIVE": found.objective, "BOUND": found.bound, "GAP": found.gap},
            documents=[standard],
        )
