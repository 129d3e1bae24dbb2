# SPDX-License-Identifier: GPL-2.0-or-later
"""Several studies in one project: a menu beside the name to change, begin, copy and forget them."""

from __future__ import annotations

import copy
from functools import lru_cache
from html import escape

from qgis.core import QgsMapLayer
from qgis.PyQt.QtWidgets import QMenu, QMessageBox, QToolButton

from ...processing.output.shares import is_on_share
from ...processing.texts import tr
from ..parts.buttons import in_words
from ..parts.phrases import kept_together as unbroken
from ..study.map_system import drawn_in_degrees
from ..study.project_state import layer_of
from ..study.session import Session
from ..study.study import Study


def title_of(study: Study) -> str:
    """Return a study's name, or what stands for it."""
    return study.name or tr("Unnamed study")


def begin(session: Session) -> None:
    """Begin an empty study; its inputs are guessed anew, its folder is still to be chosen."""
    session.workbook.add(Study())
    session.guess()
    _show(session)


def copy_current(session: Session) -> None:
    """Begin a study with the inputs and settings of this one, without its results; it needs a folder of its own."""
    old = session.study
    new = Study(name=tr("{name} (copy)").format(name=title_of(old)))
    new.inputs, new.refused = copy.deepcopy(old.inputs), dict(old.refused)
    new.settings = copy.deepcopy(old.settings)
    session.workbook.add(new)
    _show(session)


def show(session: Session, study_id: str) -> None:
    """Show another study of the project."""
    if any(study.study_id == study_id for study in session.workbook.studies):
        session.workbook.current = study_id
        session.guess()
        _show(session)


def forget(session: Session) -> None:
    """Take the study shown out of the project; its files stay."""
    session.workbook.remove(session.study.study_id)
    _show(session)


def shares_folder(session: Session) -> str:
    """Return the name of another study that writes into the same folder; "" when there is none."""
    ours = session.study
    others = [study for study in session.workbook.studies if study is not ours and study.folder == ours.folder]
    return title_of(others[0]) if ours.folder and others else ""


def lies_on_share(session: Session) -> bool:
    """Say whether the project's file or the study's folder lies on a network share, where GeoPackages are at risk."""
    return any(_on_share(place) for place in (session.project.fileName(), session.study.folder) if place)


def notes(session: Session) -> list[str]:
    """Return what is to be known of the place where everything is kept, a sentence each, as rich text."""
    found = []
    if shared := shares_folder(session):
        text = tr("“{name}” writes into this folder as well: its results would be replaced.")
        found.append(text.format(name=shared))
    if lies_on_share(session):
        found.append(tr("The project or the folder lies on a network share: work on a local disk and copy it later."))
    if session.keeper.is_changed_elsewhere():
        found.append(
            tr("Another QGIS has saved this project meanwhile. Open it again first, or one side's changes are lost.")
        )
    lines = [escape(text) for text in found]
    if not session.study.steps and layer_in_degrees(session) is not None:
        told = tr("The map is drawn in degrees and looks squashed; figures are in metres all the same.")
        lines.append(f'{escape(told)} <a href="metres">{unbroken(tr("Draw it in metres"))}</a>')
    return lines


def layer_in_degrees(session: Session) -> QgsMapLayer | None:
    """Return a layer of the study by which a map drawn in degrees can go over to metres; None when it need not."""
    inputs = session.study.inputs if drawn_in_degrees(session.project) else {}
    for role in sorted(inputs, key=lambda role: role != "PARCELS"):
        layer = layer_of(session.project, inputs[role])
        if layer is not None and layer.isSpatial() and layer.crs().isValid():
            return layer
    return None


@lru_cache(maxsize=64)  # asked at every look at the panel, and a share may take its time to answer
def _on_share(place: str) -> bool:
    return is_on_share(place)


def _show(session: Session) -> None:
    session.save()
    session.changed.emit()


class StudyMenu(QToolButton):
    """The button beside the name. While something runs it is off."""

    def __init__(self, session: Session) -> None:
        super().__init__()
        self._session = session
        self.setText(tr("Studies"))
        self.setAutoRaise(True)
        self.setToolTip(tr("Studies of this project"))
        self.setAccessibleName(tr("Studies of this project"))
        self.setPopupMode(QToolButton.ToolButtonPopupMode.InstantPopup)
        self.list = QMenu(self)
        self.list.aboutToShow.connect(self.fill)
        self.setMenu(self.list)

    def fill(self) -> None:
        """Fill the menu with the studies there are."""
        from ..delivery.menu import add_entries

        session = self._session
        self.list.clear()
        for study in session.workbook.studies:
            act = self.list.addAction(title_of(study))
            act.setCheckable(True)
            act.setChecked(study is session.study)
            act.triggered.connect(lambda _, key=study.study_id: show(session, key))
        self.list.addSeparator()
        self.list.addAction(tr("New study")).triggered.connect(lambda _: begin(session))
        self.list.addAction(tr("Copy this study")).triggered.connect(lambda _: copy_current(session))
        add_entries(self.list, session, self)
        gone = self.list.addAction(tr("Forget this study…"))
        gone.setEnabled(len(session.workbook.studies) > 1)
        gone.triggered.connect(lambda _: self._ask())

    def _ask(self) -> None:
        box = QMessageBox(self)
        box.setText(tr("Forget the study “{name}”? Its files stay.").format(name=title_of(self._session.study)))
        box.setIcon(QMessageBox.Icon.Question)
        gone = box.addButton(tr("Forget"), QMessageBox.ButtonRole.AcceptRole)
        stay = box.addButton(QMessageBox.StandardButton.Cancel)
        box.setDefaultButton(stay)
        in_words(box)
        gone.clicked.connect(lambda: forget(self._session))
        box.open()
