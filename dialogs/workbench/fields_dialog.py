# SPDX-License-Identifier: GPL-2.0-or-later
"""Which field of a layer is what: a row per column, the field found, values from the layer, a choice of another one."""

from __future__ import annotations

import re
from functools import lru_cache
from typing import Any

from qgis.core import QgsFeatureRequest, QgsVectorLayer
from qgis.PyQt.QtCore import Qt
from qgis.PyQt.QtGui import QBrush
from qgis.PyQt.QtWidgets import (
    QComboBox,
    QDialog,
    QDialogButtonBox,
    QHeaderView,
    QPushButton,
    QTableWidget,
    QTableWidgetItem,
    QVBoxLayout,
)

from ...core.resources import read_resource
from ...processing.intake.reading import plain_value
from ...processing.texts import interface_language, tr
from ..parts.calm import CalmCombo
from ..parts.help_pages import add_help
from ..parts.inks import readable
from ..parts.phrases import listed
from ..parts.tables import keep_size, make_copyable
from ..parts.widgets import text_label
from ..study import habits, project_state, steps, wording

AMBER = "#A66A00"
ROWS_SEEN = 14  # without scrolling
LOOKED_AT, SHOWN = 200, 3  # features looked at, values shown
COLUMN, FIELD, VALUES, HOW = range(4)


def column_title(name: str, aliases: tuple[str, ...]) -> str:
    """Return a column in words, with its unit: those of resources/columns.json, in Chinese else its first alias."""
    if interface_language() == "zh":
        chinese = next((word for word in aliases if re.search(r"[\u4e00-\u9fff]", word)), name)
        return _column_words()["chinese"].get(name, chinese)
    return _column_words()["english"].get(name, name.replace("_", " "))


@lru_cache(maxsize=1)
def _column_words() -> dict[str, dict[str, str]]:
    return dict(read_resource("columns.json"))


def read_values(layer: QgsVectorLayer) -> dict[str, list[str]]:
    """Return the values of each field that are not empty, as texts, as a run reads them, from the first features."""
    found: dict[str, list[str]] = {item.name(): [] for item in layer.fields()}
    request = QgsFeatureRequest().setFlags(QgsFeatureRequest.Flag.NoGeometry).setLimit(LOOKED_AT)
    for feature in layer.getFeatures(request):
        for name, value in zip(found, feature.attributes()):
            text = "" if (told := plain_value(value)) is None else str(told)
            if text.strip():
                found[name].append(text)
    return found


def unreadable_n(role: str, name: str, kind: str, texts: list[str]) -> int:
    """Return how many values nobody can read as what the column is: a number, a year, storeys, yes or no."""
    import numpy as np
    import pandas as pd

    from ...core.inputs.checks_values import READERS
    from ...core.inputs.values import UNTOLD

    told = pd.Series([text for text in texts if text.strip().casefold() not in UNTOLD], dtype="string")
    if (role, name) in READERS:
        return int(np.isnan(READERS[role, name](told)).sum())
    if kind == "text":
        return 0
    return int(pd.to_numeric(told.str.strip().str.replace(",", ""), errors="coerce").isna().sum())


class FieldsDialog(QDialog):
    """The mapping of one layer. `mapping` holds only what differs from the guess."""

    def __init__(self, role: str, layer: QgsVectorLayer, mapping: dict[str, str], parent: Any = None) -> None:
        super().__init__(parent)
        from ...core.inputs.aliases import roles

        self.role, self.layer = role, layer
        self.columns = roles()[role].columns
        self.guessed = project_state.columns_of(layer, role, {})
        self._values = read_values(layer)
        self.setWindowTitle(
            tr("Fields of “{layer}” ({role})").format(layer=layer.name(), role=wording.role_title(role))
        )
        layout = QVBoxLayout(self)
        layout.addWidget(text_label(tr("What each field means. Change what was guessed wrongly.")))
        self.table = QTableWidget(len(self.columns), 4)
        self.table.setHorizontalHeaderLabels([tr("Meaning"), tr("Field"), tr("Values in the layer"), tr("How found")])
        self.table.setAccessibleName(tr("Fields"))
        self.table.verticalHeader().hide()
        self.table.setEditTriggers(QTableWidget.EditTrigger.NoEditTriggers)
        self.combos: dict[str, QComboBox] = {}
        for row, (name, column) in enumerate(self.columns.items()):
            self._add_row(row, name, column, mapping.get(name, ""))
        tallest = max((combo.sizeHint().height() for combo in self.combos.values()), default=0)
        self.table.verticalHeader().setDefaultSectionSize(tallest + 4)
        head = self.table.horizontalHeader()
        head.setSectionResizeMode(QHeaderView.ResizeMode.ResizeToContents)
        head.setSectionResizeMode(VALUES, QHeaderView.ResizeMode.Stretch)
        layout.addWidget(self.table)
        self.buttons = QDialogButtonBox(
            QDialogButtonBox.StandardButton.Ok
            | QDialogButtonBox.StandardButton.Cancel
            | QDialogButtonBox.StandardButton.RestoreDefaults
        )
        self.buttons.button(QDialogButtonBox.StandardButton.RestoreDefaults).setText(tr("Back to the guesses"))
        self.buttons.button(QDialogButtonBox.StandardButton.RestoreDefaults).clicked.connect(self.restore)
        self.buttons.button(QDialogButtonBox.StandardButton.Ok).setText(tr("Apply"))
        self.buttons.button(QDialogButtonBox.StandardButton.Cancel).setText(tr("Cancel"))
        self._offer_habit()
        self.buttons.accepted.connect(self.accept)
        self.buttons.rejected.connect(self.reject)
        add_help(self, "guide#s2", buttons=self.buttons)
        layout.addWidget(self.buttons)
        letter = self.fontMetrics().averageCharWidth()
        rows = min(len(self.columns), ROWS_SEEN) + 5
        self.resize(letter * 110, max(rows * int(self.fontMetrics().height() * 1.9), self.fontMetrics().height() * 16))
        make_copyable(self.table)
        keep_size(self, "fields")

    def _offer_habit(self) -> None:
        """Offer what was chosen for a layer with the same fields, if it is not what stands there already."""
        last = habits.last_time(self.role, [item.name() for item in self.layer.fields()])
        self._habit = {
            name: field for name, field in last.items()
            if name in self.combos and self.combos[name].isEnabled() and self.combos[name].currentData() != field
        }  # fmt: skip
        self.as_before: QPushButton | None = None
        if self._habit:
            self.as_before = self.buttons.addButton(tr("As last time"), QDialogButtonBox.ButtonRole.ResetRole)
            told = [
                f"{column_title(name, self.columns[name].aliases)} → {field}" for name, field in self._habit.items()
            ]
            self.as_before.setToolTip("\n".join([tr("Chosen for another layer with these fields:"), *told]))
            self.as_before.clicked.connect(self.take_habit)

    def take_habit(self) -> None:
        """Choose what was chosen last time; other rows stay."""
        for name, field in self._habit.items():
            self.combos[name].setCurrentIndex(self.combos[name].findData(field))

    def accept(self) -> None:
        """Keep the choice for the next layer with these fields, too."""
        habits.remember(self.role, self.mapping())
        super().accept()

    def _add_row(self, row: int, name: str, column: Any, chosen: str) -> None:
        title = QTableWidgetItem(column_title(name, column.aliases))
        title.setToolTip(tr("Known names: {names}").format(names=listed(column.aliases)))
        self.table.setItem(row, COLUMN, title)
        combo = CalmCombo()
        guess = self.guessed.get(name, "")
        if not guess:  # a run would find the field by its name all the same
            combo.addItem("—", "")
        for item in self.layer.fields():
            combo.addItem(f"{item.name()} ({item.alias()})" if item.alias() else item.name(), item.name())
        is_there = bool(chosen) and combo.findData(chosen) >= 0
        combo.setCurrentIndex(max(0, combo.findData(chosen if is_there else guess)))
        combo.setEnabled(steps.can_map(self.role, name))
        combo.setAccessibleName(title.text())
        if not steps.can_map(self.role, name):
            combo.setToolTip(tr("Found by its name only: rename the field, or give it one of these names as an alias."))
        elif guess:
            combo.setToolTip(tr(
                "Found by its name. If it means something else, choose the field that means this; if there is none, "
                "rename it in the layer."
            ))  # fmt: skip
        combo.currentIndexChanged.connect(lambda _, name=name, row=row: self._show_row(row, name))
        self.combos[name] = combo
        self.table.setCellWidget(row, FIELD, combo)
        for place in (VALUES, HOW):
            self.table.setItem(row, place, QTableWidgetItem())
        self._show_row(row, name)

    def _show_row(self, row: int, name: str) -> None:
        field = self.combos[name].currentData()
        values = self.table.item(row, VALUES)
        texts = self._values.get(field, []) if field else []
        values.setText(" · ".join(list(dict.fromkeys(texts))[:SHOWN]))
        values.setToolTip(values.text())
        guess = self.guessed.get(name, "")
        how = tr("not there") if not field else tr("guessed") if field == guess else tr("chosen")
        n = unreadable_n(self.role, name, self.columns[name].type, texts)
        if n:
            how = tr("{how} · ✗ {n} of {of} cannot be read").format(how=how, n=n, of=len(texts))
        cell = self.table.item(row, HOW)
        cell.setText(how)
        cell.setToolTip(tr("They would count as missing. Choose another field, or mend the values.") if n else "")
        cell.setForeground(QBrush(readable(AMBER, self.palette())) if n else QBrush())
        cell.setTextAlignment(Qt.AlignmentFlag.AlignCenter)

    def mapping(self) -> dict[str, str]:
        """Return {column: field} of what a person chose otherwise than guessed."""
        chosen = {name: combo.currentData() for name, combo in self.combos.items() if combo.isEnabled()}
        return {name: field for name, field in chosen.items() if field and field != self.guessed.get(name, "")}

    def restore(self) -> None:
        """Go back to what was guessed."""
        for name, combo in self.combos.items():
            combo.setCurrentIndex(max(0, combo.findData(self.guessed.get(name, ""))))
