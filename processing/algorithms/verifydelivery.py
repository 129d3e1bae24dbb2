# SPDX-License-Identifier: GPL-2.0-or-later
"""verifydelivery: is a delivery still what was handed over?"""

from __future__ import annotations

from qgis.core import QgsProcessingParameterFile

from ...core import schema
from ...core.errors import RenewalError
from ..base import RenewalAlgorithm
from ..results import Output, Results
from ..toolbox import parameters as declare
from ..toolbox.parameters import RoleUse


class VerifyDelivery(RenewalAlgorithm):
    """Compares the files and tables of a delivery with its manifest, and layers of today with its inputs."""

    ID, GROUP = "verifydelivery", "deliver"
    LENIENT = True  # a layer that cannot be read is told, it does not end the check
    ROLES = (RoleUse("INPUTS", optional=True, many=True, geometry="any"),)
    OUTPUTS = (("OK", "number"),)

    def definitions(self):
        yield QgsProcessingParameterFile("FOLDER", "FOLDER", QgsProcessingParameterFile.Behavior.Folder)
        yield declare.flag("STRICT", True)
        for use in self.ROLES:
            yield from use.definitions()
        yield declare.sink("FINDINGS", "none")

    def compute(self, inputs, run) -> Results:
        from ...core.delivery.manifest import read_manifest
        from ...core.delivery.verify import verify_delivery
        from ..delivery.lookback import look_at

        folder, plan = inputs.path("FOLDER"), inputs.plan
        runs = read_manifest(folder)["runs"]
        for _, problem in plan.problems:
            run.warn(problem.code, **problem.values)
        looks = look_at(plan.vectors.values(), runs, plan.transforms, run.part(0, 0.3))
        found = verify_delivery(folder, run.part(0.3, 1), looks)
        refusal = None
        if not found.is_ok and inputs.flag("STRICT"):
            refusal = RenewalError("delivery_changed", n=len(found.changed), names=list(found.changed))
        run.fact(changed_n=len(found.changed))
        tables = {"FINDINGS": Output(found.findings, schema.table("findings"))}
        return Results(tables, {"OK": int(found.is_ok)}, refusal=refusal)
