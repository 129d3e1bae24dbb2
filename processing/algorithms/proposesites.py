# SPDX-License-Identifier: GPL-2.0-or-later
"""proposesites: which idle buildings should hold what, and who is served then."""

from __future__ import annotations

from qgis.core import Qgis

from ...core import schema
from ...core.errors import RenewalError
from ..base import RenewalAlgorithm
from ..intake.gapinputs import read_gap_layers, read_kinds
from ..results import Output, Results
from ..toolbox import parameters as declare
from ..toolbox.parameters import FACILITY_FIELDS, FACILITY_ROLES, WALK_ROLES, RoleUse

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
        RoleUse(
            "CANDIDATES", "CANDIDATES", optional=True, fields=("candidate_id", "usable_area"), shown=("usable_area",)
        ),
        RoleUse("BUILDINGS", "BUILDINGS", optional=True),
        RoleUse("CONSTRAINTS", "CONSTRAINTS", optional=True),
        RoleUse("COMMUNITIES", "COMMUNITIES", optional=True),
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
        yield declare.json_file("COST_TABLE")
        yield declare.sink("SITES", "any")
        yield declare.sink("COVERED", "none", optional=True)
        yield declare.sink("BEFORE", "polygon", optional=True)
        yield declare.sink("AFTER", "polygon", optional=True)
        yield declare.sink("MEASURES", "none", optional=True)
        yield declare.sink("LEFT_OUT", "none", optional=True)

    def refuse(self, values, plan) -> None:
        if not {"CANDIDATES", "BUILDINGS"} & set(plan.vectors):
            raise RenewalError("sites_need_candidates")

    def compute(self, inputs, run) -> Results:
        from ...core.gaps.measures import measures_of
        from ...core.gaps.sites.model import complex_rule
        from ...core.gaps.sites.propose import SiteOptions, fixed_ids, hostable_kinds, no_proposal, propose_sites
        from ...core.gaps.sites.worth import least_added

        standard, every = read_kinds(inputs, run)
        kinds = hostable_kinds(every, run)
        layers, gap = read_gap_layers(inputs, every, run.part(0, 0.05))
        candidates = self._candidates(inputs, (layers, gap), standard, run.part(0.05, 0.1))
        fixed = fixed_ids(inputs.text("FIXED"))
        most = inputs.integer("MAX_SITES")
        options = SiteOptions(gap.of(kinds), most, fixed, complex_rule(standard), least_added=least_added(standard))
        try:
            found = propose_sites(layers, candidates, inputs.table("CONSTRAINTS"), options, run.part(0.1, 0.9))
        except RenewalError as nobody:  # who listed no candidates learns that there are none; the study goes on
            if inputs.has("CANDIDATES") or nobody.code not in ("sites_no_candidates", "sites_no_host"):
                raise
            run.warn(nobody.code, **nobody.values)
            found = no_proposal(layers, kinds, gap, run.part(0.1, 0.9))
        costs = inputs.document("costs", "chongqing", "COST_TABLE")
        measures = measures_of(layers, found, gap, inputs.table("COMMUNITIES"), costs, run.part(0.9, 1))
        sites = schema.table("sites")
        wkb = inputs.plan.vectors["CANDIDATES"].wkb_type if inputs.has("CANDIDATES") else Qgis.WkbType.MultiPolygon
        served = schema.table("gap_served", kinds=tuple(kind.id for kind in kinds))
        return Results(
            {
                "SITES": Output(found.sites, sites, wkb_type=wkb),
                "COVERED": Output(found.covered, schema.table("covered")),
                "BEFORE": Output(found.before, served, like="PARCELS"),
                "AFTER": Output(found.after, served, like="PARCELS"),
                "MEASURES": Output(measures, schema.table("measures")),
            },
            {"OBJECTIVE": found.objective, "BOUND": found.bound, "GAP": found.gap},
            documents=[standard, costs],
        )

    def _candidates(self, inputs, town, standard, run):
        """The candidates given, else buildings on idle parcels and surplus rooms of kindergartens."""
        from ...core.gaps.sites.auto import find_hosts
        from ...core.gaps.standard import kinds_of
        from ...core.walking.profiles import load_profiles

        if inputs.has("CANDIDATES"):
            own = inputs.table("CANDIDATES")
            if not len(own):
                raise RenewalError("sites_layer_empty", layer=inputs.plan.vectors["CANDIDATES"].name)
            return own
        layers, options = town
        has = {entry["id"] for entry in standard["kinds"]}
        kgar = None
        if "kgar" in has and any(kind.id == "nurs" for kind in options.kinds):
            (kgar,) = kinds_of(standard, ("kgar",))
            (profile,) = load_profiles([kgar.profile], inputs.path("PROFILE_FILE"))[:1]
            options = options.of((kgar,), {kgar.profile: profile})
        return find_hosts(layers, inputs.table("BUILDINGS"), kgar, options, run)
