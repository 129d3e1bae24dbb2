# SPDX-License-Identifier: GPL-2.0-or-later
"""The entries of the study menu that begin with a delivery: verify one, take one over."""

from __future__ import annotations

from functools import partial
from pathlib import Path
from typing import Any

from qgis.gui import QgsFileWidget
from qgis.PyQt.QtCore import QDir, Qt
from qgis.PyQt.QtWidgets import (
    QDialog,
    QDialogButtonBox,
    QFileDialog,
    QFormLayout,
    QMenu,
    QProgressBar,
    QVBoxLayout,
    QWidget,
)

from ...core.errors import RenewalError
from ...core.words import say
from ...processing.texts import interface_language, tr
from ..parts.buttons import in_words
from ..parts.help_pages import add_help
from ..parts.inks import readable
from ..parts.widgets import text_label
from ..study import project_state, wording
from ..study.again import is_delivery
from ..study.session import Session
from ..study.steps import DELIVERY
from ..study.turns import Turns
from . import takeover
from .check import DeliveryCheck

MANIFEST, BAD = "manifest.json", "#A8322D"


def add_entries(menu: QMenu, session: Session, parent: QWidget) -> None:
    """Add both entries to the menu."""
    menu.addAction(tr("Take over a delivery…")).triggered.connect(lambda _: ask_takeover(session, parent))
    menu.addAction(tr("Verify a delivery…")).triggered.connect(lambda _: ask_verify(session, parent))


def ask_verify(session: Session, parent: QWidget) -> DeliveryCheck | None:
    """Ask for a folder and check it against its manifest and the study's inputs."""
    own = Path(session.study.folder) / DELIVERY
    start = own if (own / MANIFEST).is_file() else Path(session.study.folder or QDir.homePath())
    folder = QFileDialog.getExistingDirectory(parent, tr("Folder of the delivery"), str(start))
    return verify(session, Path(folder), parent) if folder else None


def verify(session: Session, folder: Path, parent: QWidget | None) -> DeliveryCheck:
    """Open the check of a folder; the layers that play a role in the study are compared with its inputs."""
    project, study = session.project, session.study
    found = {
        role: project_state.layer_of(project, choice) for role, choice in study.inputs.items() if role != "REVIEWS"
    }
    layers = {role: layer for role, layer in found.items() if layer is not None and layer.isValid()}
    ids = [layer.id() for layer in layers.values() if project_state.geometry_of(layer) not in ("raster", "other")]
    return _shown(DeliveryCheck(folder, dict.fromkeys(ids), (), parent))


def ask_takeover(session: Session, parent: QWidget) -> TakeOver:
    """Open the sheet that asks what to take over, and where to work."""
    sheet = TakeOver(session, parent)
    sheet.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
    sheet.open()
    return sheet


class TakeOver(QDialog):
    """Asks for the delivery, the new study's folder and where the inputs lie; then the study stands in the dock."""

    def __init__(self, session: Session, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._session = session
        self._taking: Turns | None = None
        self.check: DeliveryCheck | None = None
        self.setWindowTitle(tr("Take over a delivery"))
        self.setMinimumWidth(520)
        self.delivery = _folder(tr("Folder that holds manifest.json"))
        self.folder = _folder(tr("A new folder for your results"))
        self.inputs = _folder(tr("Folder of the inputs (optional)"))
        if is_delivery(session.project):  # somebody has opened its project
            self.delivery.setFilePath(session.project.homePath())
        form = QFormLayout()
        form.addRow(tr("Delivery"), self.delivery)
        form.addRow(tr("Work in"), self.folder)
        form.addRow(tr("Inputs"), self.inputs)
        told = tr(
            "Fields, rules, standards, reviews and locks are set as they were. The delivery is only read. "
            "Inputs are found by name: in this project, then in the folder of inputs."
        )
        about, self.problem = text_label(), text_label()
        about.setText(told)
        self.problem.setStyleSheet(f"color: {readable(BAD, self.palette()).name()}")
        self.problem.hide()
        self.busy = QProgressBar()
        self.busy.setRange(0, 0)
        self.busy.hide()
        box = QDialogButtonBox(QDialogButtonBox.StandardButton.Ok | QDialogButtonBox.StandardButton.Cancel)
        in_words(box)
        self.ok = box.button(QDialogButtonBox.StandardButton.Ok)
        self.ok.setText(tr("Take over"))
        add_help(self, "guide#s7", buttons=box)
        box.accepted.connect(self.take)
        box.rejected.connect(self.reject)
        layout = QVBoxLayout(self)
        layout.addWidget(about)
        layout.addLayout(form)
        layout.addWidget(self.problem)
        layout.addWidget(self.busy)
        layout.addWidget(box)

    def take(self) -> None:
        """Make the study, show it, and check the delivery and its inputs; what is wrong is said on the sheet.

        Cancel while it is made leaves everything as it was.
        """
        delivery, folder = Path(self.delivery.filePath()), Path(self.folder.filePath())
        if self._taking is not None:
            return
        if not self.delivery.filePath() or not self.folder.filePath():
            self._tell(tr("Choose the delivery and a folder to work in."))
            return
        if folder.resolve() == delivery.resolve() or delivery.resolve() in folder.resolve().parents:
            self._tell(tr("Work in another folder: the delivery stays as it is."))
            return
        inputs = Path(self.inputs.filePath()) if self.inputs.filePath() else None
        self._show_busy(True)
        work = takeover.taking_over(self._session.project, delivery, folder, inputs)
        self._taking = Turns(work, partial(self._on_taken, delivery, folder), self)

    def done(self, result: int) -> None:
        """Close; what is still being taken over is taken back."""
        if self._taking is not None:
            self._taking.stop()
        self._taking = None
        super().done(result)

    def _on_taken(self, delivery: Path, folder: Path, taken: Any, error: Exception | None) -> None:
        self._taking = None
        self._show_busy(False)
        if isinstance(error, RenewalError):
            self._tell(say(error.code, interface_language(), **error.values))
        elif isinstance(error, OSError):
            reason = wording.fault_text(error)
            self._tell(tr("The folder {folder} cannot be used: {reason}.").format(folder=folder.name, reason=reason))
        elif error is not None:
            raise error
        else:
            self._session.workbook.add(taken.study)
            self._session.save()
            self._session.changed.emit()
            self.check = _shown(DeliveryCheck(delivery, takeover.comparable(taken), taken.notes, self.parentWidget()))
            self.accept()

    def _show_busy(self, on: bool) -> None:
        self.busy.setVisible(on)
        self.problem.hide()
        for widget in (self.ok, self.delivery, self.folder, self.inputs):
            widget.setEnabled(not on)

    def _tell(self, sentence: str) -> None:
        self.problem.setText(f"✗ {sentence}")
        self.problem.show()


def _folder(hint: str) -> QgsFileWidget:
    made = QgsFileWidget()
    made.setStorageMode(QgsFileWidget.StorageMode.GetDirectory)
    made.lineEdit().setPlaceholderText(hint)
    made.lineEdit().setToolTip(hint)  # QGIS speaks of a file with its extension
    return made


def _shown(check: DeliveryCheck) -> Any:
    check.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
    check.open()
    return check
