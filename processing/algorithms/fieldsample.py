# SPDX-License-Identifier: GPL-2.0-or-later
"""fieldsample: how many parcels and which to visit."""

from __future__ import annotations

from ...core import schema
from ..base import RenewalAlgorithm
from ..results import Output, Results
from ..toolbox import parameters as declare
from ..toolbox.parameters import RoleUse


class FieldSample(RenewalAlgorithm):
    """All doubtful parcels, then a random sample of each class for the margin wanted."""

    ID, GROUP, MAIN = "fieldsample", "tag", "TAGGED"
    ROLES = (RoleUse("TAGGED", tables=("tagged",), needs=("parcel_id", "tag", "tag_level")),)

    def definitions(self):
        yield from self.ROLES[0].definitions()
        yield declare.number("MARGIN", 0.05, 0.005, 0.5)
        yield declare.advanced(declare.number("SEED", 1, 0, 2**31 - 1, whole=True))
        yield declare.sink("SAMPLE", "polygon")

    def compute(self, inputs, run) -> Results:
        from ...core.tagging.accuracy import choose_field_sample

        chosen = choose_field_sample(inputs.table("TAGGED"), inputs.number("MARGIN"), inputs.integer("SEED"), run)
        return Results({"SAMPLE": Output(chosen, schema.table("field_sample"), like="TAGGED")})
