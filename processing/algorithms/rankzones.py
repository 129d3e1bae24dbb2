# SPDX-License-Identifier: GPL-2.0-or-later
"""rankzones: the order of the zones by open weights, and how firm it is."""

from __future__ import annotations

from ...core import schema
from ..base import RenewalAlgorithm
from ..results import Output, Results
from ..toolbox import parameters as declare
from ..toolbox.parameters import RoleUse


class RankZones(RenewalAlgorithm):
    """Ranks zones by weighted marks on fixed scales; moves the weights to see which zones stay on top."""

    ID, GROUP, MAIN = "rankzones", "zone", "ZONES"
    ROLES = (
        RoleUse("ZONES", tables=("zones",), needs=("zone_id",)),
        RoleUse("ALTERNATIVES", tables=("zones",), needs=("zone_id",), optional=True, many=True),
    )

    def definitions(self):
        for use in self.ROLES:
            yield from use.definitions()
        yield declare.text("WEIGHTS")
        yield declare.number("KEEP", 15, 1, 10_000, whole=True)
        yield declare.choice("ZONE_RULES", declare.BUILT["ZONE_RULES"], "chongqing")
        yield declare.json_file("ZONE_RULES_FILE")
        yield declare.sink("OUTPUT", "polygon")
        yield declare.sink("COMPARISON", "none", optional=True)

    def refuse(self, values, plan) -> None:
        from ...core import envelope
        from ...core.zones.ranking import read_criteria

        read_criteria(envelope.load("zone-rules", "chongqing"), str(values.get("WEIGHTS") or ""))

    def compute(self, inputs, run) -> Results:
        from ...core.zones.comparing import compare_delineations
        from ...core.zones.ranking import rank_zones, read_criteria

        document = inputs.document("zone-rules", inputs.choice("ZONE_RULES"), "ZONE_RULES_FILE")
        criteria = read_criteria(document, inputs.text("WEIGHTS"))
        ranked = rank_zones(inputs.table("ZONES"), criteria, inputs.integer("KEEP"), run)
        run.note("rank_weights_used", weights=[f"{item.column}={item.weight:g}" for item in criteria])
        several = ["ZONES", *inputs.several("ALTERNATIVES")]
        sides = [(inputs.plan.vectors[name].name, inputs.table(name)) for name in several]
        tables = {
            "OUTPUT": Output(ranked, schema.table("ranked_zones"), like="ZONES"),
            "COMPARISON": Output(compare_delineations(sides, criteria, run), schema.table("comparison")),
        }
        return Results(tables, documents=[document])
