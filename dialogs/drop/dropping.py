# SPDX-License-Identifier: GPL-2.0-or-later
"""Files dropped on the dock: one sheet each, then the layer is in the project and plays its role."""

from __future__ import annotations

from functools import partial
from pathlib import Path
from typing import Any

from qgis.core import (
    QgsApplication,
    QgsProcessingAlgRunnerTask,
    QgsProcessingContext,
    QgsProcessingFeedback,
    QgsVectorLayer,
)
from qgis.PyQt import sip
from qgis.PyQt.QtCore import QEvent, QObject, Qt, QTimer, pyqtSignal
from qgis.PyQt.QtWidgets import QDialogButtonBox, QFrame

from ...core.words import fill
from ...processing.texts import tr
from ..study import results, wording
from ..study.project_state import layer_of
from ..study.steps import PROVIDER
from . import lists as drop_list
from .at_once import AtOnce
from .files import data_files
from .large import bring
from .merging import Merging
from .opened import guess_of, shifted_by_name
from .several import ROLE, kind_told, member
from .sheet import DropSheet
from .words import brought_words

OUTLINE = "#2F7FAE"  # what is being done now
FIX = f"{PROVIDER}:fixcoordinates"


class Dropping(QObject):
    """Watches a dock for files. `told(ok, sentence)` what became of one: no layer, not corrected, put together."""

    told = pyqtSignal(bool, str)

    def __init__(self, dock: Any) -> None:
        super().__init__(dock)
        self._dock = dock
        self.merging = Merging(self, dock)
        self.at_once = AtOnce(dock.session, self)
        self._queue: list[Path] = []
        self._asked, self._of = 0, 0
        self.outline: QFrame | None = None
        self._brought: list[Any] = []  # tasks that write large lists
        self._work: list[Any] = []  # context and feedback of tasks live as long as they do
        dock.setAcceptDrops(True)
        dock.installEventFilter(self)

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """Take files, and nothing but files."""
        if event.type() in (QEvent.Type.DragEnter, QEvent.Type.DragMove) and paths_of(event.mimeData()):
            event.acceptProposedAction()
            self.show_outline(True)
            return True
        if event.type() in (QEvent.Type.DragLeave, QEvent.Type.Drop):
            self.show_outline(False)
        if event.type() == QEvent.Type.Drop:
            paths = paths_of(event.mimeData())
            event.acceptProposedAction()
            self.ask_all(paths)
            return bool(paths)
        return super().eventFilter(watched, event)

    def show_outline(self, is_over: bool) -> None:
        """Outline the dock while files are held over it: here they may be let go."""
        if self.outline is None:
            self.outline = QFrame(self._dock)
            self.outline.setAttribute(Qt.WidgetAttribute.WA_TransparentForMouseEvents)
            self.outline.setStyleSheet(f"QFrame {{ border: 3px solid {OUTLINE}; background: transparent }}")
        self.outline.setGeometry(self._dock.rect())
        self.outline.setVisible(is_over)
        self.outline.raise_()

    def close(self) -> None:
        """Watch no longer; open sheets are closed."""
        self._dock.removeEventFilter(self)
        self._queue.clear()
        self.at_once.stop()
        for sheet in self._dock.findChildren(DropSheet):
            sheet.reject()
        self.forget()

    def forget(self) -> None:
        """Call off what is at work: nothing of it comes into another project or study."""
        self.merging.close()
        for task in self._brought:
            if not sip.isdeleted(task):
                task.cancel()
        for _, _, feedback in self._work:
            feedback.cancel()  # the list stays: a task may still be at work

    def ask_all(self, paths: list[Path]) -> None:
        """Show the sheets of several files, one after the other."""
        self._queue += data_files(paths)
        self._asked, self._of = 0, len(self._queue)
        self._next()

    def _next(self, *_: Any) -> None:
        if self.at_once.is_settling or any(sheet.isVisible() for sheet in self._dock.findChildren(DropSheet)):
            return
        if self._queue:
            self._asked += 1
            self.ask(self._queue.pop(0), f" ({self._asked}/{self._of})" if self._of > 1 else "")
        elif self.at_once.is_wanted:
            n = self.at_once.added_n
            self.at_once.stop()
            if n:
                self.told.emit(True, fill(tr("{n} more {n?file was|files were} added as proposed."), n=n))

    def ask(self, path: Path, place: str = "") -> DropSheet:
        """Show the sheet of a file; `place` = which of how many."""
        sheet = DropSheet(path, self._dock, place, self.merging, len(self._queue))
        # not while the sheet is still closing: adding a layer lets Qt delete what is closed
        sheet.accepted.connect(lambda: QTimer.singleShot(0, lambda: self.take(sheet)))
        sheet.rejected.connect(sheet.deleteLater)
        sheet.finished.connect(lambda _: QTimer.singleShot(0, self._next))
        if self.at_once.is_wanted:
            self.at_once.settle(sheet, partial(self._show, sheet))
        else:
            self._show(sheet)
        return sheet

    @staticmethod
    def _show(sheet: DropSheet) -> None:
        sheet.show()
        sheet.buttons.button(QDialogButtonBox.StandardButton.Ok).setFocus()

    def take(self, sheet: DropSheet) -> None:
        """Put the layer into the project and its role."""
        session, role, corrects = self._dock.session, sheet.role.currentData(), sheet.corrects()
        sheet_system, (kind, joins) = sheet.system, sheet.facilities.asked()
        self.at_once.is_wanted = self.at_once.is_wanted or sheet.takes_rest
        if sheet.takes_all:
            layers = sheet.add_all(session.project)
            self._inherit(layers)
            self._take_all(layers)
            sheet.deleteLater()
            return
        try:
            if sheet.large is not None:
                self._bring(sheet)
                return
            layer = sheet.add_to(session.project, self.folder())
        except OSError as error:
            self._tell_unkept(sheet.path.name, self.folder(), error)
            return
        finally:
            sheet.deleteLater()
        self._take_layer(layer, (role, kind, joins), sheet_system if corrects else "")

    def _take_layer(self, layer: Any, asked: tuple[str, str, bool], system: str) -> None:
        """Give a layer its role, or a copy of it that is corrected from a `system`."""
        role, kind, joins = asked
        if system and QgsApplication.processingRegistry().algorithmById(FIX) is not None:
            self.correct(layer, role, system, kind, joins)
        else:
            self._play(layer, role, kind, joins)

    def _bring(self, sheet: DropSheet) -> None:
        """Let a large list be written beside the window; what was asked of it is done when it is there."""
        session, role = self._dock.session, sheet.role.currentData()
        plan = sheet.large.plan(sheet.layer, sheet.table, sheet.which.currentData()[1], self.folder())
        asked, system = (role, *sheet.facilities.asked()), sheet.system if sheet.corrects() else ""
        study_id = session.study.study_id

        def taken(layer: Any, written: Any) -> None:
            self._brought.remove(task)
            if session.study.study_id != study_id:  # another project or study by now: the file stays
                return
            results.add_in_order(session.project, layer, role)
            self.told.emit(True, brought_words(plan.name, written))
            self._take_layer(layer, asked, system)

        def failed(error: OSError | None) -> None:
            self._brought.remove(task)
            if error is None:
                self.told.emit(False, tr("{file} was not added: reading it was cancelled.").format(file=plan.path.name))
                return
            self._tell_unkept(plan.name, plan.target.parent, error)

        task = bring(plan, taken, failed)
        self._brought.append(task)
        self.told.emit(True, tr("Reading {file}…").format(file=plan.path.name))

    def _tell_unkept(self, name: str, folder: Path, error: OSError) -> None:
        text = tr("“{layer}” could not be kept in {folder}: {reason}. Choose another folder for the results.")
        self.told.emit(False, text.format(layer=name, folder=folder, reason=wording.fault_text(error)))

    def _play(self, layer: Any, role: str, kind: str = "", joins: bool = False) -> None:
        """Give a layer its role; facilities may join others, or need to be told their kind."""
        if role == ROLE and (kind or joins):
            self.merging.add(layer, kind, joins)
        elif role:
            self._dock.session.choose(role, layer.id())

    def _inherit(self, layers: list[Any]) -> None:
        """Let layers take the roles of those that have left the project: whoever adds a whole file means it."""
        session = self._dock.session
        gone = [role for role, choice in session.study.inputs.items() if layer_of(session.project, choice) is None]
        for role in gone:
            heir = next((layer for layer in layers if guess_of(layer) == role), None)
            if heir is not None:
                session.choose(role, heir.id())

    def _take_all(self, layers: list[Any]) -> None:
        """Let the facilities of a file that has several layers play their role together, with those there are."""
        found = {layer.id(): layer for layer in layers if guess_of(layer) == ROLE and not shifted_by_name(layer)}
        others = [item for item in self.merging.members() if item.layer_id not in found]
        if found and len(found) + len(others) > 1:
            self.merging.merge([*others, *(member(layer, kind_told(layer)) for layer in found.values())])

    def folder(self) -> Path:
        """Return where lists and corrected copies are kept: beside the study, else beside the project."""
        session = self._dock.session
        return Path(session.study.folder or session.project.homePath() or Path.home())

    def correct(self, layer: Any, role: str, system: str, kind: str = "", joins: bool = False) -> None:
        """Correct a copy of a layer in `system` (gcj02, bd09) in the background; the copy plays the role."""
        session, before = self._dock.session, layer.name()
        study_id = session.study.study_id
        name = tr("{layer} (corrected)").format(layer=before)
        try:
            target = drop_list.free_path(self.folder() / "inputs", f"{before}_wgs84")
        except OSError as error:
            self._tell_unkept(before, self.folder(), error)
            return
        context, feedback = QgsProcessingContext(), QgsProcessingFeedback()
        context.setProject(session.project)
        algorithm = QgsApplication.processingRegistry().createAlgorithmById(FIX)
        task = QgsProcessingAlgRunnerTask(
            algorithm, {"INPUT": layer.id(), "FROM": system, "OUTPUT": str(target)}, context, feedback
        )
        work = (task, context, feedback)
        self._work.append(work)

        def over(ok: bool, values: dict[str, Any]) -> None:
            self._work.remove(work)
            if session.study.study_id != study_id:  # another project or study by now: the file stays
                return
            copy = QgsVectorLayer(str(values.get("OUTPUT", "")), name, "ogr") if ok else None
            if copy is None or not copy.isValid():
                self.told.emit(False, tr("“{layer}” could not be corrected.").format(layer=before))
                return
            session.project.addMapLayer(copy)
            self._play(copy, role, kind, joins)

        task.executed.connect(over)
        QgsApplication.taskManager().addTask(task)


def paths_of(mime: Any) -> list[Path]:
    """Return the files that are dragged."""
    return [Path(url.toLocalFile()) for url in mime.urls() if url.isLocalFile()] if mime.hasUrls() else []
