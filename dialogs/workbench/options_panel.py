# SPDX-License-Identifier: GPL-2.0-or-later
"""What else a study decides: which land-use scheme its codes follow, what a delivery holds and who stands on it."""

from __future__ import annotations

import json
from pathlib import Path

from qgis.gui import QgsCheckableComboBox
from qgis.PyQt.QtCore import Qt, pyqtSignal
from qgis.PyQt.QtWidgets import QComboBox, QFormLayout, QLineEdit, QWidget

from ...core.resources import RESOURCES
from ...processing.texts import interface_language, tr
from ...processing.toolbox.parameters import BUILT
from ..parts.calm import CalmChecks, CalmCombo
from ..study.study import Study


def schemes() -> dict[str, str]:
    """Return {id: title} of the land-use schemes, `auto` first."""
    path = Path(RESOURCES) / "landuse" / "crosswalk.json"
    known = json.loads(path.read_text(encoding="utf-8"))["schemes"]
    titles = {name: str(entry["title"][interface_language()]) for name, entry in known.items()}
    return {"auto": tr("detected from the codes"), **titles}


class OptionsPanel(QWidget):
    """`chosen(name, value)` is what a person decides; "" or an empty list = the algorithm's default."""

    chosen = pyqtSignal(str, object)

    def __init__(self) -> None:
        super().__init__()
        form = QFormLayout(self)
        form.setRowWrapPolicy(QFormLayout.RowWrapPolicy.WrapLongRows)
        form.setContentsMargins(9, 0, 9, 9)
        self.fields: dict[str, QWidget] = {}
        self._is_showing = False
        self._add_choice(form, "LAND_USE_SCHEME", tr("Land-use scheme"), schemes())
        self._add_text(form, "AUTHOR", tr("Author of the delivery"), tr("empty: a blank line on the drawings"))
        self._add_formats(form)
        papers = {"A3": "A3", "A4": tr("A4, tables on pages of their own")}
        self._add_choice(form, "PAPER", tr("Paper of the map sheets"), papers)
        encodings = {"UTF-8": "UTF-8", "GBK": "GBK"}
        self._add_choice(form, "SHP_ENCODING", tr("Encoding of shapefiles"), encodings)
        columns = {"whitelist": tr("known columns only"), "all": tr("all, also personal data")}
        self._add_choice(form, "FIELDS", tr("Columns"), columns)
        self._add_text(form, "SECRECY", tr("Classification"), tr("empty: nothing is printed"))

    def _add_choice(self, form: QFormLayout, name: str, title: str, items: dict[str, str]) -> None:
        combo = CalmCombo()
        for key, text in items.items():
            combo.addItem(text, key)
        combo.setSizeAdjustPolicy(QComboBox.SizeAdjustPolicy.AdjustToMinimumContentsLengthWithIcon)
        combo.setAccessibleName(title)
        combo.setToolTip(combo.currentText())
        combo.currentTextChanged.connect(combo.setToolTip)
        first = next(iter(items))
        combo.activated.connect(
            lambda _: self.chosen.emit(name, "" if combo.currentData() == first else combo.currentData())
        )
        self.fields[name] = combo
        form.addRow(title, combo)

    def _add_text(self, form: QFormLayout, name: str, title: str, hint: str) -> None:
        line = QLineEdit()
        line.setPlaceholderText(hint)
        line.setToolTip(hint)
        line.setAccessibleName(title)
        line.editingFinished.connect(lambda: self.chosen.emit(name, line.text().strip()))
        self.fields[name] = line
        form.addRow(title, line)

    def _add_formats(self, form: QFormLayout) -> None:
        combo = CalmChecks()
        combo.setAccessibleName(tr("Formats"))
        combo.setDefaultText(tr("all"))
        for name in BUILT["FORMATS"]:
            combo.addItemWithCheckState(name, Qt.CheckState.Unchecked, name)
        combo.model().dataChanged.connect(lambda *_: self._on_formats(combo))
        self.fields["FORMATS"] = combo
        form.addRow(tr("Formats"), combo)

    def _on_formats(self, combo: QgsCheckableComboBox) -> None:
        if not self._is_showing:
            self.chosen.emit("FORMATS", list(combo.checkedItemsData()))

    def show_study(self, study: Study, can_change: bool) -> None:
        """Show what a study has decided."""
        self._is_showing = True  # what is shown is not what a person decides
        for name, widget in self.fields.items():
            value = study.setting(name)
            if isinstance(widget, QgsCheckableComboBox):
                for row in range(widget.count()):
                    on = widget.itemData(row) in (value or [])
                    widget.setItemCheckState(row, Qt.CheckState.Checked if on else Qt.CheckState.Unchecked)
            elif isinstance(widget, QComboBox):
                widget.setCurrentIndex(max(0, widget.findData(value)))
            elif not widget.hasFocus():
                widget.setText(str(value or ""))
            widget.setEnabled(can_change)
        self._is_showing = False
