# SPDX-License-Identifier: GPL-2.0-or-later
"""verifydelivery: is a delivery still what was handed over?"""

from __future__ import annotations

from qgis.core import QgsProcessingParameterFile

from ...core import schema
from ...core.errors import RenewalError
from .. import parameters as declare
from ..base import Output, RenewalAlgorithm, Results


class VerifyDelivery(RenewalAlgorithm):
    """Compares the files and tables of a delivery with its manifest."""

    ID, GROUP = "verifydelivery", "deliver"
    OUTPUTS = (("OK", "number"),)

    def definitions(self):
        yield QgsProcessingParameterFile("FOLDER", "FOLDER", QgsProcessingParameterFile.Behavior.Folder)
        yield declare.flag("STRICT", True)
        yield declare.sink("FINDINGS", "none")

    def compute(self, inputs, run) -> Results:
        from ...core.delivery.verify import verify_delivery

        found = verify_delivery(inputs.path("FOLDER"), run)
        refusal = None
        if not found.is_ok and inputs.flag("STRICT"):
            refusal = RenewalError("delivery_changed", n=len(found.changed), names=list(found.changed))
        run.fact(changed_n=len(found.changed))
        tables = {"FINDINGS": Output(found.findings, schema.table("findings"))}
        return Results(tables, {"OK": int(found.is_ok)}, refusal=refusal)
