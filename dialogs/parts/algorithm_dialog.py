# SPDX-License-Identifier: GPL-2.0-or-later
"""The dialog of an algorithm in the Toolbox: QGIS's own, which starts with the layers that are meant."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from qgis.core import Qgis, QgsApplication, QgsMessageLog, QgsProject
from qgis.PyQt.QtWidgets import QComboBox, QWidget
from qgis.utils import iface

from ...processing.texts import model_step
from ...processing.toolbox.models import ShippedModel
from ..study.prefill import likely_values


def make_dialog(algorithm: Any, parent: QWidget | None) -> QWidget:
    """Return QGIS's dialog of an algorithm, its layers filled in as far as they can be told."""
    from processing.gui.AlgorithmDialog import AlgorithmDialog

    dialog = AlgorithmDialog(algorithm, parent=parent)
    try:
        fill(dialog, _values_for(algorithm))
    except Exception as fault:  # a guess must never be in the way of a dialog
        told = f"{type(fault).__name__}: {fault}"
        QgsMessageLog.logMessage(told, "Urban Renewal Workbench", Qgis.MessageLevel.Warning)
    return dialog


def _values_for(algorithm: Any) -> dict[str, Any]:
    """Return the values an algorithm's dialog starts with; a shipped model's are those of the step it runs."""
    project, active = QgsProject.instance(), iface.activeLayer()
    if not isinstance(algorithm, ShippedModel):
        return likely_values(algorithm, project, active)
    step = QgsApplication.processingRegistry().createAlgorithmById(f"urbanrenewal:{model_step(algorithm.model)}")
    known = {item.name().upper(): item.name() for item in algorithm.parameterDefinitions()}
    found = likely_values(step, project, active)
    return {known[name]: value for name, value in found.items() if name in known}


def fill(dialog: Any, values: Mapping[str, Any]) -> None:
    """Put values into the fields of a dialog; None leaves a field empty."""
    dialog.setParameters({name: value for name, value in values.items() if value is not None})
    for name in (name for name, value in values.items() if value is None):
        _leave_empty(dialog.mainWidget().wrappers[name].wrappedWidget())


def _leave_empty(field: QWidget) -> None:
    """Show no layer in a field that must be filled, where QGIS shows the active one."""
    box = field.findChild(QComboBox)  # a QgsMapLayerComboBox, which Python sees as the plain one
    if box is not None:
        box.setCurrentIndex(-1)
