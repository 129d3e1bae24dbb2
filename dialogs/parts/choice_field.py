# SPDX-License-Identifier: GPL-2.0-or-later
"""The field of a choice in a Processing dialog: shows what each word means, gives the word of the contract.

QGIS shows the words themselves (`least_walk`, `ebed`) where an algorithm refuses all others (static strings).
"""

from __future__ import annotations

from typing import Any

from processing.gui.wrappers import WidgetWrapper  # QGIS's own: a field of C++ that Python makes loses its type there
from qgis.core import QgsProcessingParameterDefinition, QgsProcessingParameterEnum
from qgis.gui import QgsCheckableComboBox, QgsGui
from qgis.PyQt.QtCore import Qt
from qgis.PyQt.QtWidgets import QComboBox, QLabel

from ...processing.texts import interface_language, tr
from ...processing.toolbox.choices import choice_title
from .calm import CalmChecks, CalmCombo

SHOWN = 24  # letters by which a narrow cell of the batch table still tells its choice


class ChoiceField:
    """What QGIS asks for a field: Processing knows it by name, from the metadata of the parameter."""

    def __new__(cls, definition: QgsProcessingParameterEnum, dialog: Any, row: int = 0, column: int = 0) -> Any:
        """Return the field for a dialog; a step of a model has QGIS's own, which takes the model's inputs as well."""
        if type(dialog).__name__ != "ModelerParametersDialog":
            return ChoiceWrapper(definition, dialog, row, column)
        registry = QgsGui.processingGuiRegistry()
        field = registry.createModelerParameterWidget(dialog.model, dialog.childId, definition, dialog.context)
        field.setDialog(dialog)
        return field


class ChoiceWrapper(WidgetWrapper):
    """One of several words, or several of them."""

    def __init__(self, definition: QgsProcessingParameterEnum, dialog: Any, row: int, column: int) -> None:
        super().__init__(definition, dialog, row, column)
        self.setValue(definition.defaultValueForGui())

    def createWidget(self) -> QComboBox:
        """Make the list of choices."""
        definition, language = self.parameterDefinition(), interface_language()
        many = definition.allowMultiple()
        box = CalmChecks() if many else CalmCombo()
        box.setSizeAdjustPolicy(QComboBox.SizeAdjustPolicy.AdjustToMinimumContentsLengthWithIcon)
        box.setMinimumContentsLength(SHOWN)
        box.setToolTip(definition.toolTip())
        box.setAccessibleName(definition.description())
        if not many and definition.flags() & QgsProcessingParameterDefinition.Flag.FlagOptional:
            box.addItem(tr("[none]"), None)
        for word in definition.options():
            box.addItem(choice_title(definition.name(), word, language), word)
            box.setItemData(box.count() - 1, word, Qt.ItemDataRole.ToolTipRole)
        if many:
            box.setSeparator("、" if language == "zh" else ", ")
            box.setDefaultText(tr("[none]"))
            box.checkedItemsChanged.connect(self._on_change)
        else:
            box.currentIndexChanged.connect(self._on_change)
        return box

    def createLabel(self) -> QLabel | None:
        """Make the label, with the help of the parameter."""
        label = super().createLabel()
        if label is not None:
            label.setToolTip(self.parameterDefinition().toolTip())
        return label

    def setValue(self, value: Any) -> None:
        """Show a value, as QGIS reads it: a word, a list of words, or text with commas."""
        box, definition = self.widget, self.parameterDefinition()
        if isinstance(box, QgsCheckableComboBox):
            words = value.split(",") if isinstance(value, str) else [str(word) for word in value or ()]
            for place in range(box.count()):
                chosen = box.itemData(place) in words
                box.setItemCheckState(place, Qt.CheckState.Checked if chosen else Qt.CheckState.Unchecked)
            return
        word = value[0] if isinstance(value, (list, tuple)) and value else value
        place = box.findData(word if word is None else str(word))
        box.setCurrentIndex(max(0, place if place >= 0 else box.findData(definition.defaultValue())))

    def value(self) -> Any:
        """Return the word, or the list of words."""
        if isinstance(self.widget, QgsCheckableComboBox):
            return list(self.widget.checkedItemsData())
        return self.widget.currentData()

    def _on_change(self, *_: Any) -> None:
        self.widgetValueHasChanged.emit(self)
