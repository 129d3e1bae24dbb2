# SPDX-License-Identifier: GPL-2.0-or-later
"""rankzones: the order of the zones by open weights, and how firm it is."""

from __future__ import annotations

from ...core import schema
from .. import parameters as declare
from ..base import Output, RenewalAlgorithm, Results
from ..parameters import RoleUse


class RankZones(RenewalAlgorithm):
    """Ranks zones by weighted marks on fixed scales; moves the weights to see which zones stay on top."""

    ID, GROUP, MAIN = "rankzones", "zone", "ZONES"
    ROLES = (RoleUse("ZONES", tables=("zones",), needs=("zone_id",)),)

    def definitions(self):
        for use in self.ROLES:
            yield from use.definitions()
        yield declare.text("WEIGHTS")
        yield declare.number("KEEP", 15, 1, 10_000, whole=True)
        yield declare.sink("OUTPUT", "polygon")

    def refuse(self, values, plan) -> None:
        from ...core import envelope
        from ...core.zones.ranking import read_criteria

        read_criteria(envelope.load("zone-rules", "chongqing"), str(values.get("WEIGHTS") or ""))

    def compute(self, inputs, run) -> Results:
        from ...core import envelope
        from ...core.zones.ranking import rank_zones, read_criteria

        document = envelope.load("zone-rules", "chongqing")
        criteria = read_criteria(document, inputs.text("WEIGHTS"))
        ranked = rank_zones(inputs.table("ZONES"), criteria, inputs.integer("KEEP"), run)
        run.note("rank_weights_used", weights=[f"{item.column}={item.weight:g}" for item in criteria])
        output = Output(ranked, schema.table("ranked_zones"), like="ZONES")
        return Results({"OUTPUT": output}, documents=[document])
