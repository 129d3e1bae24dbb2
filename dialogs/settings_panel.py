# SPDX-License-Identifier: GPL-2.0-or-later
"""Rules, standards and the day in use, and how many of the rules' figures are to be verified."""

from __future__ import annotations

from qgis.gui import QgsDateEdit
from qgis.PyQt.QtCore import QDate, QSignalBlocker, Qt, pyqtSignal
from qgis.PyQt.QtGui import QAction
from qgis.PyQt.QtWidgets import QComboBox, QFormLayout, QWidget

from ..processing.parameters import BUILT
from ..processing.texts import tr
from . import unverified
from .cards import HINT, text_label
from .study import Study

DAY = "yyyy-MM-dd"


class SettingsPanel(QWidget):
    """`chosen(name, value)` is what a person decides; the link below opens the list of figures."""

    chosen = pyqtSignal(str, str)

    def __init__(self) -> None:
        super().__init__()
        self._study: Study | None = None
        self._counted: dict[str, str] | None = None  # the settings whose figures are counted
        form = QFormLayout(self)
        form.setRowWrapPolicy(QFormLayout.RowWrapPolicy.WrapLongRows)
        self.choices: dict[str, QComboBox] = {}
        titles = {"RULES": tr("Rules for tags"), "STANDARD": tr("Standard"), "ZONE_RULES": tr("Rules for zones")}
        for name, title in titles.items():
            combo = QComboBox()
            combo.addItems(BUILT[name])
            combo.setSizeAdjustPolicy(QComboBox.SizeAdjustPolicy.AdjustToMinimumContentsLengthWithIcon)
            combo.textActivated.connect(lambda text, name=name: self.chosen.emit(name, text))
            self.choices[name] = combo
            form.addRow(title, combo)
        self.as_of = QgsDateEdit()
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
        self.figures = text_label(factor=HINT)
        self.figures.linkActivated.connect(lambda _: self.show_figures())
        form.addRow(self.figures)

    def show_study(self, study: Study, can_change: bool) -> None:
        """Show what a study uses; figures are counted again only for other rules."""
        self._study = study
        for name, combo in self.choices.items():
            combo.setCurrentIndex(max(0, combo.findText(study.setting(name, BUILT[name][0]))))
            combo.setEnabled(can_change)
        day = QDate.fromString(str(study.setting("AS_OF", "")), DAY)
        if day != self.as_of.date() or day.isValid() == self.as_of.isNull():
            blocker = QSignalBlocker(self.as_of)  # what is shown is not what a person decides
            if day.isValid():
                self.as_of.setDate(day)
            else:
                self.as_of.clear()
            blocker.unblock()
        self.as_of.setEnabled(can_change)
        wanted = {name: str(value) for name, value in study.settings.items()}
        if wanted != self._counted:
            self._counted = wanted
            text = tr("{n} figures to be verified").format(n=unverified.open_n(unverified.figures_of(study)))
            self.figures.setText(f'<a href="figures">{text}</a>')

    def show_figures(self) -> None:
        """Show the figures of the rules and standards in use."""
        if self._study is not None:
            box = unverified.FiguresDialog(unverified.figures_of(self._study), self)
            box.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
            box.open()
