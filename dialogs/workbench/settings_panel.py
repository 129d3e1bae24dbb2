# SPDX-License-Identifier: GPL-2.0-or-later
"""Which rules, standards, profiles, prices and template a study uses, own or shipped ones; the day it is made for, and
whether streets that are drawn through become junctions.

Beside each an editor; below how many figures are to be verified.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

from qgis.core import QgsApplication
from qgis.PyQt.QtCore import QDate, QSignalBlocker, Qt, pyqtSignal
from qgis.PyQt.QtGui import QAction
from qgis.PyQt.QtWidgets import QCheckBox, QComboBox, QFormLayout, QHBoxLayout, QToolButton, QWidget

from ...core.words import fill
from ...processing.texts import interface_language, parameter_text, tr
from ...processing.toolbox.parameters import BUILT
from ..editors.uses import USES, kind_of
from ..parts.calm import CalmCombo, CalmDate
from ..parts.widgets import HINT, text_label
from ..study.study import Study
from ..study.wording import JOINS, kind_title
from . import unverified
from .inputs_panel import show_whole

DAY = "yyyy-MM-dd"
FROM_FILE = "file:"  # data of the entry that stands for the study's own file


class SettingsPanel(QWidget):
    """`chosen(name, value)` is what a person decides, `edit_asked(kind, place)` an editor, at a figure's path or ""."""

    chosen = pyqtSignal(str, str)
    edit_asked = pyqtSignal(str, str)

    def __init__(self) -> None:
        super().__init__()
        self._study: Study | None = None
        self._counted: dict[str, str] | None = None  # the settings whose figures are counted
        form = QFormLayout(self)
        form.setRowWrapPolicy(QFormLayout.RowWrapPolicy.WrapLongRows)
        self.choices: dict[str, QComboBox] = {}
        self.edits: dict[str, QToolButton] = {}
        for kind, use in USES.items():
            form.addRow(kind_title(kind), self._line(kind, use.choice or use.file))
        self.as_of = CalmDate()
        self.as_of.setAllowNull(True)
        self.as_of.setNullRepresentation(tr("the day of the run"))
        self.as_of.setDisplayFormat(DAY)
        self.as_of.setToolTip(tr("Ages of buildings and months of activity are counted back from this day."))
        self.as_of.clear()
        for action in self.as_of.findChildren(QAction):
            if action.text() == "clear":  # QGIS leaves the word on its small button in English
                action.setText(tr("the day of the run"))
        self.as_of.dateValueChanged.connect(lambda day: self.chosen.emit("AS_OF", day.toString(DAY)))
        form.addRow(tr("As of"), self.as_of)
        self.joins = QCheckBox(parameter_text("buildwalknetwork", JOINS, "label"))
        self.joins.setToolTip(parameter_text("buildwalknetwork", JOINS, "help"))
        self.joins.clicked.connect(lambda on: self.chosen.emit(JOINS, "true" if on else ""))
        form.addRow(self.joins)
        self.figures = text_label(factor=HINT)
        self.figures.linkActivated.connect(lambda _: self.show_figures())
        form.addRow(self.figures)

    def _line(self, kind: str, name: str) -> QWidget:
        """Return a choice with the button of its editor."""
        use, line = USES[kind], QWidget()
        combo, edit = CalmCombo(), QToolButton()
        for shipped in BUILT.get(use.choice, (use.default,)):
            combo.addItem(shipped_title(kind, shipped), shipped)
        combo.setSizeAdjustPolicy(QComboBox.SizeAdjustPolicy.AdjustToMinimumContentsLengthWithIcon)
        combo.setAccessibleName(kind_title(kind))
        combo.activated.connect(lambda _: self._on_choice(kind))
        edit.setIcon(QgsApplication.getThemeIcon("/mActionToggleEditing.svg"))
        edit.setAutoRaise(True)
        edit.setToolTip(tr("Look at the figures, change them, try what that does"))
        edit.setAccessibleName(tr("Edit: {what}").format(what=kind_title(kind)))
        edit.clicked.connect(lambda: self.edit_asked.emit(kind, ""))
        layout = QHBoxLayout(line)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.addWidget(combo, 1)
        layout.addWidget(edit)
        self.choices[name], self.edits[kind] = combo, edit
        return line

    def _on_choice(self, kind: str) -> None:
        """Take a shipped file instead of the study's own one, or stay with the own one."""
        use = USES[kind]
        value = str(self.choices[use.choice or use.file].currentData())
        if value.startswith(FROM_FILE):
            return
        self.chosen.emit(use.file, "")
        if use.choice:
            self.chosen.emit(use.choice, value)

    def show_study(self, study: Study, can_change: bool) -> None:
        """Show what a study uses; figures are counted again only for other rules."""
        self._study = study
        for kind, use in USES.items():
            combo, own = self.choices[use.choice or use.file], str(study.setting(use.file) or "")
            self._show_own(combo, own)
            shipped = study.setting(use.choice, use.default) if use.choice else use.default
            combo.setCurrentIndex(max(0, combo.findData(f"{FROM_FILE}{own}" if own else shipped)))
            combo.setToolTip(f"{combo.currentText()}\n{own}" if own else combo.currentText())  # long titles are cut
            show_whole(combo)
            combo.setEnabled(can_change)
            self.edits[kind].setEnabled(can_change)
        day = QDate.fromString(str(study.setting("AS_OF", "")), DAY)
        if day != self.as_of.date() or day.isValid() == self.as_of.isNull():
            blocker = QSignalBlocker(self.as_of)  # what is shown is not what a person decides
            if day.isValid():
                self.as_of.setDate(day)
            else:
                self.as_of.clear()
            blocker.unblock()
        self.as_of.setEnabled(can_change)
        self.joins.setChecked(bool(study.setting(JOINS)))
        self.joins.setEnabled(can_change)
        if self.isVisible():
            self._count()

    def showEvent(self, event: Any) -> None:
        """Count the figures now that they are seen."""
        super().showEvent(event)
        self._count()

    def _count(self) -> None:
        """Count the figures to be verified, unless they are those counted last: reading all files takes its time."""
        study = self._study
        if study is None:
            return
        wanted = {name: str(value) for name, value in study.settings.items()}
        if wanted != self._counted:
            self._counted = wanted
            text = fill(tr("{n} {n?figure|figures} to be verified"), n=unverified.open_n(unverified.figures_of(study)))
            self.figures.setText(f'<a href="figures">{text}</a>')

    def _show_own(self, combo: QComboBox, path: str) -> None:
        """Keep one entry for the study's own file, called by its title."""
        wanted = f"{FROM_FILE}{path}" if path else ""
        for place in reversed(range(combo.count())):
            data = str(combo.itemData(place))
            if data.startswith(FROM_FILE) and data != wanted:
                combo.removeItem(place)
        if wanted and combo.findData(wanted) < 0:
            combo.addItem(own_title(Path(path)), wanted)

    def show_figures(self) -> None:
        """Show the figures of the rules and standards in use."""
        if self._study is not None:
            box = unverified.FiguresDialog(unverified.figures_of(self._study), self)
            box.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
            box.edit_asked.connect(lambda title, path: self.edit_asked.emit(kind_of(title), path))
            box.open()


def shipped_title(kind: str, name: str) -> str:
    """Return the title of a shipped file; its name when it cannot be read."""
    from ...core import envelope
    from ...core.errors import RenewalError
    from ...core.words import pick

    try:
        return pick(envelope.shipped_title(kind, name), interface_language())
    except (RenewalError, OSError):
        return name


def own_title(path: Path) -> str:
    """Return the title of an own file; the name of one that cannot be read."""
    from ...core import jsontext
    from ...core.errors import RenewalError
    from ...core.words import pick

    try:
        return pick(jsontext.read(path).value["title"], interface_language())
    except (RenewalError, KeyError, TypeError):
        return path.name
