# SPDX-License-Identifier: GPL-2.0-or-later
"""The models that ship with the provider: the file says what they do, resources/help what they are called."""

from __future__ import annotations

from typing import Any

from qgis.core import QgsProcessingContext, QgsProcessingFeedback, QgsProcessingModelAlgorithm
from qgis.PyQt.QtGui import QIcon

from ...core.resources import RESOURCES
from .. import texts
from .parameters import dialog_of


class ShippedModel(QgsProcessingModelAlgorithm):
    """A model with title, group and labels in the language of QGIS; ids and names are those of its file."""

    def __init__(self, model: str) -> None:
        super().__init__()
        self.model = model
        self.is_read = self.fromFile(str(RESOURCES / "models" / f"{model}.model3"))
        for definition in self.parameterDefinitions():
            label, told = texts.model_parameter(model, definition.name())
            definition.setDescription(label)
            definition.setHelp(told)

    def createInstance(self) -> ShippedModel:
        return ShippedModel(self.model)

    def createCustomParametersWidget(self, parent: Any = None) -> Any:
        return dialog_of(self, parent)

    def processAlgorithm(
        self, values: dict[str, Any], context: QgsProcessingContext, feedback: QgsProcessingFeedback
    ) -> dict[str, Any]:
        """Run the model; its results are loaded under their titles, not under the names of the file's outputs."""
        found = super().processAlgorithm(values, context, feedback)
        titles = {item.name().rsplit(":", 1)[-1]: item.description() for item in self.parameterDefinitions()}
        loads = context.layersToLoadOnCompletion()
        for details in loads.values():
            details.name = titles.get(details.name, details.name)
        context.setLayersToLoadOnCompletion(loads)
        return found

    def group(self) -> str:
        return texts.group_title(self.groupId())

    def displayName(self) -> str:
        return texts.model_text(self.model, "title")

    def shortDescription(self) -> str:
        return texts.model_text(self.model, "short")

    def shortHelpString(self) -> str:
        return texts.model_help(self.model)

    def tags(self) -> list[str]:
        return [self.model, *texts.search_words(texts.model_step(self.model))]

    def helpUrl(self) -> str:
        return texts.help_page(texts.model_step(self.model))

    def icon(self) -> QIcon:
        return QIcon(str(RESOURCES / "icons" / f"{texts.model_step(self.model)}.svg"))
