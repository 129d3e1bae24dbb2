# SPDX-License-Identifier: GPL-2.0-or-later
"""tagaccuracy: the tags against what parcels really are."""

from __future__ import annotations

from ...core import schema
from ...core.errors import RenewalError
from ..base import RenewalAlgorithm
from ..results import Output, Results
from ..toolbox import parameters as declare
from ..toolbox.parameters import RoleUse

NAMED = (("TAGGED_ID", "TAGGED", "parcel_id"), ("TRUTH_ID", "TRUTH", "parcel_id"), ("TRUTH_FIELD", "TRUTH", "truth"))


class TagAccuracy(RenewalAlgorithm):
    """Matrix, overall accuracy, kappa, precision and recall by class, and a map of the errors."""

    ID, GROUP, MAIN = "tagaccuracy", "tag", "TAGGED"
    ROLES = (
        RoleUse("TAGGED", tables=("tagged",), needs=("parcel_id", "tag", "tag_level")),
        RoleUse("TRUTH", "TRUTH", needs=("parcel_id", "truth"), geometry="none"),
    )
    OUTPUTS = (("ACCURACY", "number"), ("KAPPA", "number"))

    def definitions(self):
        tagged, truth = self.ROLES
        yield from tagged.definitions()
        yield declare.field_of("TAGGED_ID", "TAGGED")
        yield from truth.definitions()
        yield declare.field_of("TRUTH_ID", "TRUTH")
        yield declare.field_of("TRUTH_FIELD", "TRUTH")
        yield declare.sink("MATRIX", "none")
        yield declare.sink("ERRORS", "polygon", optional=True)

    def refuse(self, values, plan) -> None:
        named = (
            ("TAGGED_ID", "TAGGED", "parcel_id"),
            ("TRUTH_ID", "TRUTH", "parcel_id"),
            ("TRUTH_FIELD", "TRUTH", "truth"),
        )
        for parameter, layer, column in named:
            field = values.get(parameter)
            fields = [item.name() for item in plan.vectors[layer].fields]
            if field and field not in fields:
                missing = {"layer": plan.vectors[layer].name, "field": field, "parameter": parameter}
                raise RenewalError("field_missing", fields=fields, **missing)
            if field:
                plan.mappings[layer][column] = str(field)

    def compute(self, inputs, run) -> Results:
        from ...core.tagging.accuracy import compare_tags

        found = compare_tags(inputs.table("TAGGED"), inputs.table("TRUTH"), run)
        tables = {
            "MATRIX": Output(found.matrix, schema.table("tag_matrix")),
            "ERRORS": Output(found.errors, schema.table("tag_errors"), like="TAGGED"),
        }
        return Results(tables, {"ACCURACY": found.accuracy, "KAPPA": found.kappa})
