# SPDX-License-Identifier: GPL-2.0-or-later
"""createsample: an invented hilly river city with every layer of the study and the truth about each parcel."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from ...core.errors import RenewalError
from ..base import RenewalAlgorithm
from ..output.folders import refuse_folder, staged_folder
from ..output.targets import table_names
from ..results import Results
from ..sample_files import DEM, SAMPLE, TRUTH, is_invented, write_sample
from ..toolbox import parameters as declare

FILES = {"GPKG": SAMPLE, "DEM": DEM, "TRUTH": TRUTH}


class CreateSample(RenewalAlgorithm):
    """Makes the city of a seed; the folder appears whole or not at all."""

    ID, GROUP = "createsample", "prepare"
    MAIN = ()
    ROLES = ()

    def definitions(self):
        yield declare.number("SEED", 2025, 0, 2**31 - 1, whole=True)
        yield declare.number("PARCEL_COUNT", 1200, 200, 300_000, whole=True)
        yield declare.folder("FOLDER")

    def initAlgorithm(self, configuration: Any = None) -> None:
        from qgis.core import QgsProcessingOutputFile

        from .. import texts

        super().initAlgorithm(configuration)
        for name in FILES:
            self.addOutput(QgsProcessingOutputFile(name, texts.output_text(self.ID, name)))

    def refuse(self, values, plan) -> None:
        if values.get("FOLDER"):
            folder = Path(str(values["FOLDER"])).absolute()
            refuse_folder(folder, SAMPLE)
            _refuse_other_tables(folder / SAMPLE)

    def compute(self, inputs, run) -> Results:
        from ...core.sample.city import make_city
        from ..delivery.earlier import keep_files

        folder = inputs.path("FOLDER")
        city = make_city(inputs.integer("SEED"), inputs.integer("PARCEL_COUNT"), run.part(0, 0.5))
        with staged_folder(folder) as part:
            write_sample(part, city, inputs.context.transformContext(), run.part(0.5, 1))
            if folder.is_dir() and (kept := keep_files(folder, part, list(FILES.values()), run)):
                run.warn("sample_others_kept", folder=folder.name, n=len(kept), names=kept)
        told = {key: run.facts[f"truth_{tag}_n"] for key, tag in (
            ("old", "old_compound"), ("village", "urban_village"), ("idle", "idle_factory"),
        )}  # fmt: skip
        run.note("sample_written", n=len(city.layers["parcels"]), **told)
        return Results(values={"FOLDER": str(folder), **{name: str(folder / file) for name, file in FILES.items()}})


def _refuse_other_tables(package: Path) -> None:
    """Refuse to make a sample anew whose GeoPackage holds tables that somebody has put there."""
    names = table_names(package) if package.is_file() else []
    others = sorted(name for name in names if not is_invented(package, name))
    if others:
        raise RenewalError("target_holds_other_tables", path=str(package), n=len(others), names=others)
