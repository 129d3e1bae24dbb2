# SPDX-License-Identifier: GPL-2.0-or-later
"""Top and bottom of the dock: the study and what it uses; the folder, what comes next, help."""

from __future__ import annotations

import re
from dataclasses import replace
from functools import partial
from html import escape
from pathlib import Path
from typing import Any

from qgis.core import QgsApplication
from qgis.gui import QgsFileWidget
from qgis.PyQt.QtCore import Qt, QTimer
from qgis.PyQt.QtWidgets import (
    QDockWidget,
    QHBoxLayout,
    QLineEdit,
    QMainWindow,
    QPushButton,
    QToolButton,
    QVBoxLayout,
    QWidget,
)

from ...processing.texts import interface_language, tr
from ...processing.toolbox.parameters import BUILT
from ..parts.buttons import click_once
from ..parts.widgets import HINT, main_button, text_label, tip
from ..study import wording
from ..study.session import Session
from ..study.study import Study
from ..study.turns import Turns, aside
from . import recovery
from .card_words import unbroken
from .studies import StudyMenu

CHIP = "background-color: #FFF1CF; color: #7A5200; text-decoration: none"  # of 待核


BETWEEN = "&nbsp;&nbsp; "  # of links side by side: a line that begins anew begins with a link, not with a blank
WIDE = 26  # lines of text that the dock is wide when it is first opened: about 390 px


class Body(QWidget):
    """What fills the dock. Shown for the first time it makes the dock as wide as it should be, if it is narrower.

    QGIS gives a dock that comes later than its window the least width there is.
    """

    _is_new = True

    def showEvent(self, event: Any) -> None:
        """Ask for the width once, when the window has laid out its docks."""
        super().showEvent(event)
        if self._is_new:
            self._is_new = False
            QTimer.singleShot(0, self._widen)

    def _widen(self) -> None:
        dock, wide = self.parentWidget(), WIDE * self.fontMetrics().height()
        window = dock.parentWidget() if isinstance(dock, QDockWidget) else None
        if isinstance(window, QMainWindow) and not dock.isFloating() and dock.width() < wide <= window.width() / 3:
            window.resizeDocks([dock], [wide], Qt.Orientation.Horizontal)


class Head(QWidget):
    """Name of the study, other studies, settings; rules and standards in use with the count of 待核; how to begin."""

    def __init__(self, session: Session) -> None:
        super().__init__()
        self.name = QLineEdit()
        self.name.setPlaceholderText(tr("Name of the study"))
        self.name.setAccessibleName(tr("Name of the study"))
        self.studies = StudyMenu(session)
        self.settings = QToolButton()
        self.settings.setIcon(QgsApplication.getThemeIcon("/mActionOptions.svg"))
        self.settings.setAutoRaise(True)
        self.settings.setCheckable(True)
        self.settings.setToolTip(tr("Rules, standards and the day of the study"))
        self.settings.setAccessibleName(tr("Rules, standards and the day of the study"))
        self.rules = text_label(factor=HINT)
        self.rules.setToolTip(tip(tr(
            "A name leads to the choice of other rules or standards. “To be verified” are figures that nobody has "
            "compared with their source yet; the number leads to their list."
        )))  # fmt: skip
        self.welcome, self.kept = text_label(), text_label()
        self._session = session
        self._about = ""  # whose name is in the field
        self._looked: str | None = None  # the folder that was looked into for a study
        self.kept.linkActivated.connect(lambda _: self._take_up())
        session.ended.connect(lambda *_: recovery.keep(session.study))
        self.add = QPushButton(tr("Add data…"))
        self.add.setToolTip(tr("Layers, lists in Excel, a GeoPackage; files can also be dropped on this panel."))
        self.sample = QPushButton(tr("Open sample…"))
        self.sample.setToolTip(tr("Makes a small town of sample data in a folder you choose and opens it."))
        self._counted: tuple[str, ...] | None = None  # what the count of figures was made for
        self._counting: Turns | None = None
        layout, first, start = QVBoxLayout(self), QHBoxLayout(), QHBoxLayout()
        layout.setContentsMargins(0, 0, 0, 0)
        for widget in (self.name, self.studies, self.settings):
            first.addWidget(widget, 1 if widget is self.name else 0)
        for button in (self.add, self.sample):
            start.addWidget(button)
        start.addStretch()
        layout.addLayout(first)
        layout.addWidget(self.rules)
        layout.addWidget(self.welcome)
        layout.addWidget(self.kept)
        layout.addLayout(start)

    def show_study(self, study: Study, has_layers: bool) -> None:
        """Show what the study uses, and how to begin as long as nothing has been done."""
        if not self.name.hasFocus() or study.study_id != self._about:  # a name of another study would become its own
            self.name.setText(study.name)
        self._about = study.study_id
        self.name.setToolTip(tr("Sample data") if study.is_sample else "")
        self.sample.setVisible(not study.steps or not has_layers)  # data are added at any time
        self._show_kept(study)
        used = tuple(f"{name}={value}" for name, value in sorted(study.settings.items()))
        if used != self._counted:
            self._counted = used
            self.rules.setText(rules_line(study, 0))
            if self._counting is not None:
                self._counting.stop()
            work = aside(partial(_count, replace(study, settings=dict(study.settings))))
            self._counting = Turns(work, self._on_counted)

    def _show_kept(self, study: Study) -> None:
        """Offer the study that the chosen folder keeps, as long as nothing has been run for this one."""
        folder = "" if study.steps or self._session.is_busy else study.folder
        if folder == self._looked:
            return
        self._looked = folder
        kept = recovery.kept_in(folder) if folder else None
        if kept is not None:
            last = max(record.finished_at for record in kept.steps.values())
            text = tr("This folder keeps the study “{name}”, last run {when}.")
            told = escape(text.format(name=kept.name or tr("Study"), when=wording.moment(last)))
            self.kept.setText(f'{told} <a href="kept">{tr("Go on with it")}</a>')
        self.kept.setVisible(kept is not None)

    def _take_up(self) -> None:
        kept = recovery.kept_in(self._session.study.folder)
        if kept is not None:
            recovery.take_up(self._session, kept)

    def _on_counted(self, found: tuple[Study, int] | None, error: Exception | None) -> None:
        self._counting = None
        if found is not None:
            self.rules.setText(rules_line(*found))

    def close_down(self) -> None:
        """Count no more."""
        if self._counting is not None:
            self._counting.stop()
            self._counting = None


def _count(study: Study) -> tuple[Study, int]:
    """Return the study and how many of its figures are to be verified; files are read, so not on the main thread."""
    from . import unverified

    return study, unverified.open_n(unverified.figures_of(study))


def rules_line(study: Study, n: int) -> str:
    """Return the line of rules and standard in use, each a link, and that `n` figures are to be verified."""
    parts = []
    for name, kind, word in (("RULES", "ruleset", tr("Rules")), ("STANDARD", "standard", tr("Standard"))):
        own = str(study.setting(f"{name}_FILE", ""))
        title = Path(own).name if own else document_title(kind, study.setting(name, BUILT[name][0]))
        parts.append(f'{escape(word)} <a href="settings:{name}">{escape(title)}</a>')
    chip = tr("{n} to be verified").format(n=n)
    text = BETWEEN.join(parts)
    return f'{text}{BETWEEN}<a style="{CHIP}" href="figures">&nbsp;{unbroken(escape(chip))}&nbsp;</a>' if n else text


def document_title(kind: str, name: str) -> str:
    """Return the title of a shipped document; its id when it cannot be read."""
    from ...core import envelope
    from ...core.errors import RenewalError

    try:
        title = str(envelope.shipped_title(kind, name)[interface_language()])
    except (RenewalError, OSError, KeyError):
        return name
    return re.sub(r"\s*[（(][^（()）]*[）)]\s*$", "", title) or title  # what is in brackets is the count beside it


class Foot(QWidget):
    """Folder for the results, why nothing can run, links to the delivery, help, Explore and the main button."""

    def __init__(self) -> None:
        super().__init__()
        layout, row = QVBoxLayout(self), QHBoxLayout()
        layout.setContentsMargins(9, 4, 9, 6)
        self.folder = QgsFileWidget()
        self.folder.setStorageMode(QgsFileWidget.StorageMode.GetDirectory)
        self.folder.setDialogTitle(tr("Folder for the results"))
        self.folder.lineEdit().setPlaceholderText(tr("Folder for the results"))
        self.folder.lineEdit().setToolTip(tr("Nothing is made there before something runs."))  # QGIS speaks of a file
        for part in (self.folder.lineEdit(), *self.folder.findChildren(QToolButton)):
            part.setAccessibleName(tr("Folder for the results"))
        self.run_all = main_button(tr("Run all"))
        self.run_all.setObjectName("run_all")
        self.why = text_label(factor=HINT)
        self.links = text_label()
        self.explore = QPushButton(tr("Explore"))
        self.explore.setCheckable(True)
        self.explore.setToolTip(explore_tip())
        click_once(self.explore, self.run_all)
        row.addWidget(self.links, 1)
        row.addWidget(self.explore)
        row.addWidget(self.run_all)
        layout.addWidget(self.folder)
        layout.addWidget(self.why)
        layout.addLayout(row)


def explore_tip() -> str:
    """Return what exploring is for."""
    return tr("Click the map: why a tag, the way to a facility, how far one walks.")
