# SPDX-License-Identifier: GPL-2.0-or-later
"""comparescenarios: what another supply changes, parcel by parcel and kind by kind."""

from __future__ import annotations

from qgis.core import QgsProcessingParameterFileDestination

from ...core import schema
from ...core.errors import RenewalError
from ..base import RenewalAlgorithm
from ..results import Output, Results
from ..toolbox import parameters as declare
from ..toolbox.parameters import RoleUse

NEEDED = ("parcel_id", "kind", "unit", "standard_id", "need", "served", "gap", "share")


class CompareScenarios(RenewalAlgorithm):
    """Compares two detail tables of Facility gap: the same parcels and need, another supply."""

    ID, GROUP, MAIN = "comparescenarios", "gap", ("PARCELS", "BEFORE")
    ROLES = (
        RoleUse("BEFORE", tables=("gap_detail",), needs=NEEDED),
        RoleUse("AFTER", tables=("gap_detail",), needs=NEEDED),
        RoleUse("PARCELS", "PARCELS", optional=True),
    )

    def definitions(self):
        for use in self.ROLES:
            yield from use.definitions()
        yield declare.sink("DIFFERENCE", "none")
        yield declare.sink("SUMMARY", "none")
        yield declare.sink("LAYER", "polygon", optional=True)
        yield QgsProcessingParameterFileDestination(
            "CHART", "CHART", "SVG (*.svg)", None, optional=True, createByDefault=False
        )

    def refuse(self, values, plan) -> None:
        if values.get("LAYER") not in (None, "") and "PARCELS" not in plan.vectors:
            raise RenewalError("scenario_layer_parcels")

    def compute(self, inputs, run) -> Results:
        from ...core.delivery.groups import groups_of
        from ...core.delivery.report.scenarios import draw_scenarios
        from ...core.gaps.scenarios import change_layer, compare_scenarios
        from ...core.zones.gapmeans import tell_detail
        from ..delivery.package import record_beside, record_inside, texts_beside

        found = compare_scenarios(inputs.table("BEFORE"), inputs.table("AFTER"), run)
        tables = {
            "DIFFERENCE": Output(found.difference, schema.table("scenario_difference")),
            "SUMMARY": Output(found.summary, schema.table("scenario_summary")),
        }
        if inputs.has("PARCELS"):
            tell_detail(found.difference, inputs.table("PARCELS"), "AFTER", run)
            after = inputs.plan.vectors["AFTER"]
            record = record_beside(after.file) or record_inside(after)
            groups = groups_of(record, texts_beside(after.file))
            layer = change_layer(inputs.table("PARCELS"), found.difference, groups)
            kinds = tuple(dict.fromkeys(found.difference["kind"]))
            tables["LAYER"] = Output(layer, schema.table("scenario_change", kinds=kinds), like="PARCELS")
        chart = inputs.file_output("CHART")
        files = {} if chart is None else {"CHART": (chart, draw_scenarios(found.summary, run.language))}
        return Results(tables, files=files)
