# SPDX-License-Identifier: GPL-2.0-or-later
"""The study of the open project, and what a person decides about it: layers, fields, folder, rules, name."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from qgis.core import QgsProject
from qgis.PyQt.QtCore import QObject, pyqtSignal

from ...processing.layers.systems import keep_systems
from ...processing.texts import tr
from . import project_state, results
from .kept import is_possible, whole_folder
from .study import KEY, SCOPE, InputChoice, NewerStateError, Study, Workbook

SHOWN = 60  # letters of a folder that is too long


class OpenStudy(QObject):
    """Reads studies from the project and writes every decision into it. `changed` = look again; `refused(sentence)` =
    a decision cannot be taken.

    Whoever is done with it calls `stop_writing()`: the project outlives it.
    """

    changed = pyqtSignal()
    refused = pyqtSignal(str)

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self.project = QgsProject.instance()
        self.workbook, self.is_newer = Workbook(), False
        self.project.writeProject.connect(self._on_write)

    @property
    def study(self) -> Study:
        """Return the study shown; a project without one gets one, which is saved only once a person does something."""
        return self.workbook.study or self.workbook.add(Study())

    def read(self) -> None:
        """Read the study from the project; a state of a newer version is left alone. Nothing is guessed yet."""
        try:
            self.workbook, self.is_newer = project_state.read_workbook(self.project), False
        except NewerStateError:
            self.workbook, self.is_newer = Workbook(), True

    def save(self) -> None:
        """Put the study into the project."""
        if not self.is_newer:
            project_state.write_workbook(self.project, self.workbook)

    def _on_write(self, _: Any) -> None:
        """Tell folders and files from the project's place, which a project has only once it is saved."""
        if self.project.readEntry(SCOPE, KEY)[0]:
            self.save()

    def stop_writing(self) -> None:
        """Leave the project alone."""
        self.project.writeProject.disconnect(self._on_write)

    def guess(self) -> None:
        """Fill roles without a layer from the project's layers."""
        layers = self.project.mapLayers().values()
        keep_systems(layer.crs() for layer in layers)  # before a thread of ours asks for them
        project_state.guess_inputs(self.project, self.study, results.result_ids(self.project))

    def choose(self, role: str, layer_id: str) -> None:
        """Take the layer a person chose for a role; "" = none, and the guess does not bring it back."""
        study, layer = self.study, self.project.mapLayer(layer_id)
        if layer is None:
            gone = study.inputs.pop(role, None)
            study.refused[role] = gone.layer_id if gone else study.refused.get(role, "")
        else:
            study.refused.pop(role, None)
            study.inputs[role] = InputChoice(layer.id(), layer.source(), layer.name(), 1.0, True)
            if role == "POPULATION":
                project_state.share_people(self.project, study)
        self.save()
        self.changed.emit()

    def set_mapping(self, role: str, mapping: dict[str, str]) -> None:
        """Take {column: field} of a role's layer, only what a person chose otherwise than guessed."""
        choice = self.study.inputs.get(role)
        if choice is not None and choice.mapping != mapping:
            choice.mapping = dict(mapping)
            self.save()
            self.changed.emit()

    def set_folder(self, folder: str) -> None:
        """Take the folder for samples and results; what no disk can have is refused."""
        folder = whole_folder(folder, self.project.homePath())
        if not is_possible(folder):
            self.changed.emit()  # the field shows the folder again that there was
            text = tr("“{folder}” cannot be a folder: its name is too long, or no disk takes it.")
            self.refused.emit(text.format(folder=f"{folder[:SHOWN]}…"))
        elif folder != self.study.folder:
            self.study.folder = folder
            self.save()
            self.changed.emit()

    def set_value(self, name: str, value: Any) -> None:
        """Take a setting such as RULES; None, "" or an empty list = the algorithm's default."""
        self.set_values({name: value})

    def set_values(self, values: Mapping[str, Any]) -> None:
        """Take several settings as one change: whoever shows the study looks at everything once."""
        others = {name: value for name, value in values.items() if self.study.setting(name) != (value or "")}
        for name, value in others.items():
            if value in (None, "", []):
                self.study.settings.pop(name, None)
            else:
                self.study.settings[name] = value
        if others:
            self.save()
            self.changed.emit()

    def rename(self, name: str) -> None:
        """Take the study's name."""
        if name != self.study.name:
            self.study.name = name
            self.save()
