# SPDX-License-Identifier: GPL-2.0-or-later
"""Files dropped on the dock: one sheet each, then the layer is in the project and plays its role."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from qgis.core import (
    QgsApplication,
    QgsProcessingAlgRunnerTask,
    QgsProcessingContext,
    QgsProcessingFeedback,
    QgsVectorLayer,
)
from qgis.PyQt.QtCore import QEvent, QObject, QTimer, pyqtSignal

from ..processing.texts import tr
from .drop_sheet import DropSheet
from .steps import PROVIDER

FIX = f"{PROVIDER}:fixcoordinates"


class Dropping(QObject):
    """Watches a dock for files. `failed(sentence)` when a file is no layer or cannot be corrected."""

    failed = pyqtSignal(str)

    def __init__(self, dock: Any) -> None:
        super().__init__(dock)
        self._dock = dock
        self._work: list[Any] = []  # context and feedback of tasks live as long as they do
        dock.setAcceptDrops(True)
        dock.installEventFilter(self)

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """Take files, and nothing but files."""
        if event.type() in (QEvent.Type.DragEnter, QEvent.Type.DragMove) and paths_of(event.mimeData()):
            event.acceptProposedAction()
            return True
        if event.type() == QEvent.Type.Drop:
            paths = paths_of(event.mimeData())
            event.acceptProposedAction()
            for path in paths:
                self.ask(path)
            return bool(paths)
        return super().eventFilter(watched, event)

    def close(self) -> None:
        """Watch no longer; open sheets are closed."""
        self._dock.removeEventFilter(self)
        for sheet in self._dock.findChildren(DropSheet):
            sheet.reject()
        for _, _, feedback in self._work:
            feedback.cancel()  # the lists stay: a task may still be at work

    def ask(self, path: Path) -> DropSheet:
        """Show the sheet of a file."""
        sheet = DropSheet(path, self._dock)
        # not while the sheet is still closing: adding a layer lets Qt delete what is closed
        sheet.accepted.connect(lambda: QTimer.singleShot(0, lambda: self.take(sheet)))
        sheet.rejected.connect(sheet.deleteLater)
        sheet.show()
        return sheet

    def take(self, sheet: DropSheet) -> None:
        """Put the layer into the project and its role."""
        session, role, corrects = self._dock.session, sheet.role.currentData(), sheet.corrects()
        layer = sheet.add_to(session.project)
        sheet.deleteLater()
        if corrects and QgsApplication.processingRegistry().algorithmById(FIX) is not None:
            self._correct(layer, role)
        elif role:
            session.choose(role, layer.id())

    def _correct(self, layer: Any, role: str) -> None:
        """Correct a copy in the background; the copy plays the role."""
        session = self._dock.session
        folder = Path(session.study.folder or session.project.homePath() or Path.home()) / "inputs"
        folder.mkdir(parents=True, exist_ok=True)
        name = tr("{layer} (corrected)").format(layer=layer.name())
        target = folder / f"{layer.name()}_wgs84.gpkg"
        context, feedback = QgsProcessingContext(), QgsProcessingFeedback()
        context.setProject(session.project)
        algorithm = QgsApplication.processingRegistry().createAlgorithmById(FIX)
        task = QgsProcessingAlgRunnerTask(
            algorithm, {"INPUT": layer.id(), "FROM": "gcj02", "OUTPUT": str(target)}, context, feedback
        )
        self._work.append((task, context, feedback))

        def over(ok: bool, values: dict[str, Any]) -> None:
            copy = QgsVectorLayer(str(values.get("OUTPUT", "")), name, "ogr") if ok else None
            if copy is None or not copy.isValid():
                self.failed.emit(tr("“{layer}” could not be corrected.").format(layer=layer.name()))
                return
            session.project.addMapLayer(copy)
            if role:
                session.choose(role, copy.id())

        task.executed.connect(over)
        QgsApplication.taskManager().addTask(task)


def paths_of(mime: Any) -> list[Path]:
    """Return the files that are dragged."""
    return [Path(url.toLocalFile()) for url in mime.urls() if url.isLocalFile()] if mime.hasUrls() else []
