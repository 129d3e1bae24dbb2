# SPDX-License-Identifier: GPL-2.0-or-later
"""Fields that the wheel of the mouse cannot change: whoever scrolls a page over them goes on scrolling.

Qt's own take the wheel wherever the mouse happens to be: a study would get other rules while its dock is scrolled.
"""

from __future__ import annotations

from qgis.gui import QgsCheckableComboBox, QgsDateEdit
from qgis.PyQt.QtCore import QSize, Qt
from qgis.PyQt.QtGui import QPaintEvent, QWheelEvent
from qgis.PyQt.QtWidgets import QComboBox, QStyle, QStyleOptionComboBox, QStylePainter

MARGIN = 4  # pixels that a text keeps from the arrow


class _Calm:
    """What stands before a field's own class: click and keys only."""

    def __init__(self) -> None:
        super().__init__()
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)  # type: ignore[attr-defined]

    def wheelEvent(self, event: QWheelEvent) -> None:
        """Leave the wheel to the page."""
        event.ignore()


class CalmCombo(_Calm, QComboBox):
    """A choice that is made by click or keys only."""

    def sizeHint(self) -> QSize:
        """Return room for the longest choice, with the margin that drawing keeps free."""
        hint = super().sizeHint()
        return QSize(hint.width() + 2 * MARGIN, hint.height())

    def shown_text(self) -> str:
        """Return what is chosen as it is drawn: a text that is too long ends in dots, where Qt would cut it."""
        option, field = QStyleOptionComboBox(), QStyle.SubControl.SC_ComboBoxEditField
        self.initStyleOption(option)
        room = self.style().subControlRect(QStyle.ComplexControl.CC_ComboBox, option, field, self).width() - MARGIN
        return str(option.fontMetrics.elidedText(option.currentText, Qt.TextElideMode.ElideRight, room))

    def paintEvent(self, event: QPaintEvent) -> None:
        """Draw what is chosen."""
        painter, option = QStylePainter(self), QStyleOptionComboBox()
        self.initStyleOption(option)
        option.currentText = self.shown_text()
        painter.drawComplexControl(QStyle.ComplexControl.CC_ComboBox, option)
        painter.drawControl(QStyle.ControlElement.CE_ComboBoxLabel, option)
        painter.end()


class CalmChecks(_Calm, QgsCheckableComboBox):
    """Several choices in one field, ticked by click or keys only: the wheel would show one as if it were all."""


class CalmDate(_Calm, QgsDateEdit):
    """A day that is chosen by click or keys only."""
