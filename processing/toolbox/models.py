# SPDX-License-Identifier: GPL-2.0-or-later
"""The models that ship with the provider: the file says what they do, resources/help what they are called."""

from __future__ import annotations

from qgis.core import QgsProcessingModelAlgorithm
from qgis.PyQt.QtGui import QIcon

from ...core.words import RESOURCES
from .. import texts


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
