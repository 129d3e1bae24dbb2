# SPDX-License-Identifier: GPL-2.0-or-later
"""Rules and standards in use: which ones, and how many of their figures are to be verified."""

from __future__ import annotations

from qgis.PyQt.QtCore import Qt, pyqtSignal
from qgis.PyQt.QtWidgets import QComboBox, QFormLayout, QWidget

from ..processing.parameters import BUILT
from ..processing.texts import tr
from . import unverified
from .cards import HINT, text_label
from .study import Study


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
        self.figures = text_label(factor=HINT)
        self.figures.linkActivated.connect(lambda _: self.show_figures())
        form.addRow(self.figures)

    def show_study(self, study: Study, can_change: bool) -> None:
        """Show what a study uses; figures are counted again only for other rules."""
        self._study = study
        for name, combo in self.choices.items():
            combo.setCurrentIndex(max(0, combo.findText(study.setting(name, BUILT[name][0]))))
            combo.setEnabled(can_change)
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
