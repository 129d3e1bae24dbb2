# SPDX-License-Identifier: GPL-2.0-or-later
"""The provider `urbanrenewal`: lists the algorithms that are built, and the models that ship with them."""

from __future__ import annotations

import importlib
from contextlib import suppress

from qgis.core import Qgis, QgsApplication, QgsMessageLog, QgsProcessingProvider, QgsVectorFileWriter
from qgis.PyQt.QtGui import QIcon

from ..core.resources import RESOURCES
from .output.targets import WRITTEN
from .texts import tr
from .toolbox.models import ShippedModel

# module in processing/algorithms → class. The list is by hand: a misnamed file must not break the others.
ALGORITHMS: tuple[tuple[str, str], ...] = (
    ("createsample", "CreateSample"),
    ("checkinputs", "CheckInputs"),
    ("fixcoordinates", "FixCoordinates"),
    ("mergefacilities", "MergeFacilities"),
    ("allocatepopulation", "AllocatePopulation"),
    ("buildwalknetwork", "BuildWalkNetwork"),
    ("makeunits", "MakeUnits"),
    ("tagparcels", "TagParcels"),
    ("tagaccuracy", "TagAccuracy"),
    ("fieldsample", "FieldSample"),
    ("mergereviews", "MergeReviews"),
    ("facilitygap", "FacilityGap"),
    ("proposesites", "ProposeSites"),
    ("comparescenarios", "CompareScenarios"),
    ("serviceareas", "ServiceAreas"),
    ("missinglinks", "MissingLinks"),
    ("delineatezones", "DelineateZones"),
    ("checkzones", "CheckZones"),
    ("makeprojects", "MakeProjects"),
    ("rankzones", "RankZones"),
    ("exportzones", "ExportZones"),
    ("verifydelivery", "VerifyDelivery"),
    ("fullstudy", "FullStudy"),
)
BINDINGS: tuple[str, ...] = ("qgis._3d",)
MODELS: tuple[str, ...] = ("gaponly", "retag")


def load_bindings() -> None:
    """Import here, on the main thread, what QGIS itself does not bring at its start and a step needs in a worker.

    Importing bindings adds to the tables by which sip finds the Python type of an object of C++, and lets go of the
    interpreter half-way: when the window asks them at that moment, QGIS dies.
    """
    for name in BINDINGS:
        with suppress(ImportError):  # a QGIS without 3D
            importlib.import_module(name)


class RenewalProvider(QgsProcessingProvider):
    """Gives QGIS our algorithms and models."""

    def id(self) -> str:
        return "urbanrenewal"

    def name(self) -> str:
        return tr("Urban Renewal Workbench")

    def icon(self) -> QIcon:
        return QIcon(str(RESOURCES / "icons" / "urban_renewal.svg"))

    def supportsNonFileBasedOutput(self) -> bool:
        return True

    def supportedOutputVectorLayerExtensions(self) -> list[str]:
        """Return the formats that a dialog offers for a result: those that the run would not refuse."""
        return [suffix[1:] for suffix in WRITTEN if QgsVectorFileWriter.driverForExtension(suffix)]

    def loadAlgorithms(self) -> None:
        load_bindings()
        for module, name in ALGORITHMS:
            try:
                algorithm = getattr(importlib.import_module(f"{__package__}.algorithms.{module}"), name)
            except (ImportError, AttributeError, SyntaxError) as fault:  # a damaged file takes only itself away
                told = f"{module}: {type(fault).__name__}: {fault}"
                QgsMessageLog.logMessage(told, "Urban Renewal Workbench", Qgis.MessageLevel.Critical)
                continue
            self.addAlgorithm(algorithm())
        # A model's children are looked up when it is read, so models load only once the algorithms are registered:
        # the plugin calls refreshAlgorithms() after addProvider().
        if QgsApplication.processingRegistry().providerById(self.id()) is not None:
            for model in MODELS:
                self._add_model(model)

    def _add_model(self, name: str) -> None:
        model = ShippedModel(name)
        if model.is_read:
            self.addAlgorithm(model)
