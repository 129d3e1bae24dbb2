# SPDX-License-Identifier: GPL-2.0-or-later
"""proposesites: which idle buildings should hold what, and who is served then."""

from __future__ import annotations

from ...core import schema
from .. import parameters as declare
from ..base import Output, RenewalAlgorithm, Results
from ..gapinputs import read_gap_layers, read_kinds
from ..parameters import FACILITY_FIELDS, FACILITY_ROLES, WALK_ROLES, RoleUse

MOST_SITES = 100


class ProposeSites(RenewalAlgorithm):
    """Chooses hosts among candidates so that the most need is served, with a bound that proves how good that is."""

    ID, GROUP = "proposesites", "gap"
    SPLITS = True
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
        from ...core.gaps.sites import SiteOptions, fixed_ids, hostable_kinds, propose_sites
        from ...core.gaps.sites_model import complex_rule

        standard, every = read_kinds(inputs, run)
        kinds = hostable_kinds(every, run)
        layers, gap = read_gap_layers(inputs, kinds, run.part(0, 0.05))
        table = inputs.table
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
