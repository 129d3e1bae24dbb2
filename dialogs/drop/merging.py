# SPDX-License-Identifier: GPL-2.0-or-later
"""Facilities of several layers play their role together: one layer made of them, made anew when one of them changes."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import asdict
from typing import Any

from qgis.core import (
    QgsApplication,
    QgsMapLayer,
    QgsProcessingAlgRunnerTask,
    QgsProcessingContext,
    QgsProcessingFeedback,
    QgsVectorLayer,
)
from qgis.PyQt.QtCore import QObject

from ...processing.texts import interface_language, tr
from ..parts.phrases import listed
from ..study import project_state, results, wording
from ..study.steps import PROVIDER
from . import lists as drop_list
from .several import MADE_OF, ROLE, Member, SeveralLayers, member, members_of

MERGE = f"{PROVIDER}:mergefacilities"


class Merging(QObject):
    """Puts layers together for a dock: one run at a time, the last wish counts."""

    def __init__(self, dropping: Any, dock: Any) -> None:
        super().__init__(dropping)
        self._dropping, self._dock = dropping, dock
        self._wanted: list[Member] = []  # of the run at work or that comes next; empty = nothing is to come of it
        self._work: tuple[Any, ...] | None = None  # task, context and feedback live as long as the task
        self._is_again = False
        self._failed: list[Member] = []  # not tried again before one of them changes
        dock.session.edits.saved.connect(lambda layer_id, _: self.look(layer_id))
        dock.session.changed.connect(self.look)

    def layer(self) -> QgsMapLayer | None:
        """Return the layer that plays the facilities."""
        choice = self._dock.session.study.inputs.get(ROLE)
        return project_state.layer_of(self._dock.session.project, choice) if choice else None

    def members(self) -> list[Member]:
        """Return the layers that are the facilities now, or will be when the run at work is over."""
        layer = self.layer()
        return self._wanted or members_of(layer) or ([member(layer)] if layer is not None else [])

    def ask(self) -> None:
        """Ask which layers are facilities, and what kind each holds."""
        dialog = SeveralLayers(self._dock.session.project, self.members(), self._dock)
        dialog.accepted.connect(lambda: self.merge(dialog.chosen()))
        dialog.finished.connect(dialog.deleteLater)
        dialog.open()

    def add(self, layer: QgsMapLayer, kind: str, joins: bool) -> None:
        """Take a layer to the facilities there are, or in their place."""
        others = [item for item in self.members() if item.layer_id != layer.id()] if joins else []
        self.merge([*others, member(layer, kind)])

    def look(self, changed: str = "") -> None:
        """Make the layer anew when one of its parts has changed; `changed`: the layer that was edited here."""
        if self._wanted or self._dock.session.is_busy:
            return
        parts, now = members_of(self.layer()), []
        for part in parts:
            layer = self._dock.session.project.mapLayer(part.layer_id)
            now.append(member(layer, part.kind) if layer is not None else part)
        is_edited = changed in [part.layer_id for part in parts]
        is_other = [part.seen for part in now] != [part.seen for part in parts]
        if parts and (is_edited or is_other) and now != self._failed:
            self.merge(now)

    def merge(self, members: Sequence[Member]) -> None:
        """Make one layer of these in the background; it plays the role then. A single one plays it as it is."""
        if not members:
            return
        session = self._dock.session
        if len(members) == 1 and not members[0].kind and session.project.mapLayer(members[0].layer_id) is not None:
            self.close()
            session.choose(ROLE, members[0].layer_id)
            return
        self._wanted = list(members)
        if self._work is not None:
            self._is_again = True
            return
        self._start(self._wanted)

    def _start(self, members: list[Member]) -> None:
        project = self._dock.session.project
        name = tr("Facilities (merged)")
        try:
            target = drop_list.free_path(self._dropping.folder() / "inputs", name)
        except OSError as error:
            self._end(False, wording.fault_text(error))
            return
        given = [item.layer_id if project.mapLayer(item.layer_id) is not None else item.source for item in members]
        kinds = ",".join(f"{place + 1}={item.kind}" for place, item in enumerate(members) if item.kind)
        context, feedback = QgsProcessingContext(), QgsProcessingFeedback()
        context.setProject(project)
        values = {"FACILITIES": given, "KINDS_OF": kinds, "OUTPUT": str(target), "LANGUAGE": interface_language()}
        algorithm = QgsApplication.processingRegistry().createAlgorithmById(MERGE)
        task = QgsProcessingAlgRunnerTask(algorithm, values, context, feedback)
        self._work = (task, context, feedback)
        task.executed.connect(lambda ok, found: self._over(ok, found, members, feedback))
        QgsApplication.taskManager().addTask(task)

    def _over(self, ok: bool, found: dict[str, Any], members: list[Member], feedback: Any) -> None:
        is_cancelled, self._work = self._work[0].isCanceled(), None
        if not self._wanted:
            return
        if self._is_again:
            self._is_again = False
            self._start(self._wanted)
            return
        if is_cancelled:
            self._failed, self._wanted = self._wanted, []
            self._dropping.told.emit(False, tr("Cancelled. The last result is unchanged."))
            return
        layer = QgsVectorLayer(str(found.get("OUTPUT", "")), tr("Facilities (merged)"), "ogr") if ok else None
        if layer is None or not layer.isValid():
            self._end(False, feedback.textLog().strip().splitlines()[-1] if feedback.textLog().strip() else "")
            return
        former = self.layer()
        session = self._dock.session
        results.add_in_order(session.project, layer, ROLE)  # with the style of its file, and its properties
        layer.setCustomProperty(MADE_OF, json.dumps([asdict(item) for item in members], ensure_ascii=False))
        session.choose(ROLE, layer.id())
        for item in members:  # what stands in the one layer is not drawn twice
            node = session.project.layerTreeRoot().findLayer(item.layer_id)
            if node is not None:
                node.setItemVisibilityChecked(False)
        others = [choice.layer_id for study in session.workbook.studies for choice in study.inputs.values()]
        if former is not None and members_of(former) and former.id() not in others:
            # what it was made of stays, and so does its file: the project may be closed without saving
            session.project.removeMapLayer(former.id())
        text = tr("{n} facilities of {layers} are one layer now; the column “source” says where each is from.")
        self._end(
            True, text.format(n=wording.number(layer.featureCount()), layers=listed(item.name for item in members))
        )

    def _end(self, ok: bool, sentence: str) -> None:
        self._failed, self._wanted = [] if ok else self._wanted, []
        if not ok:
            sentence = tr("The facilities could not be put together: {reason}").format(reason=sentence)
        self._dropping.told.emit(ok, sentence)

    def close(self) -> None:
        """Stop what is at work; nothing comes of it."""
        self._is_again, self._wanted, self._failed = False, [], []
        if self._work is not None:
            self._work[2].cancel()
