# SPDX-License-Identifier: GPL-2.0-or-later
"""Parts of the dock that do nothing by themselves: the scrolled page, the bar of the sample, the blue button."""

from __future__ import annotations

from qgis.PyQt.QtCore import QSize
from qgis.PyQt.QtGui import QPalette
from qgis.PyQt.QtWidgets import QPushButton, QWidget

from ..processing.texts import tr
from .cards import StepCard


class Page(QWidget):
    """What is scrolled: as high as its text is at the width there is, not as at the narrowest."""

    def minimumSizeHint(self) -> QSize:
        """Return the least width; the height follows from the width."""
        return QSize(super().minimumSizeHint().width(), 0)


class StepLine(StepCard):
    """The bar of what belongs to no step: making the sample."""

    def __init__(self) -> None:
        super().__init__("prepare", 0)
        self.setObjectName("activity")
        self.title.setText(tr("Sample data"))
        for widget in (self.mark, self.number, self.run, self.links):
            widget.hide()
        for widget in (self.bar, self.left, self.cancel):
            widget.show()


def main_button(text: str) -> QPushButton:
    """Return a button in the colour of what is selected: at most one in a panel."""
    button = QPushButton(text)
    palette = button.palette()
    for role, colour in (
        (QPalette.ColorRole.Button, QPalette.ColorRole.Highlight),
        (QPalette.ColorRole.ButtonText, QPalette.ColorRole.HighlightedText),
    ):
        palette.setColor(QPalette.ColorGroup.Active, role, palette.color(QPalette.ColorGroup.Active, colour))
        palette.setColor(QPalette.ColorGroup.Inactive, role, palette.color(QPalette.ColorGroup.Active, colour))
    button.setPalette(palette)
    return button
