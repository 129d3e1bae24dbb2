# SPDX-License-Identifier: GPL-2.0-or-later
"""What an editor says and asks in boxes over its window."""

from __future__ import annotations

from qgis.PyQt.QtCore import Qt
from qgis.PyQt.QtWidgets import QMessageBox, QWidget

from ...processing.texts import tr
from ..parts.buttons import in_words


def tell_in_box(parent: QWidget, sentence: str) -> None:
    """Say what went wrong, in a box that does not stop the window."""
    box = QMessageBox(QMessageBox.Icon.Warning, parent.windowTitle(), sentence, parent=parent)
    box.setStandardButtons(QMessageBox.StandardButton.Ok)
    in_words(box)
    box.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
    box.open()


def asks(parent: QWidget, question: str, act: str) -> bool:
    """Ask before edits are lost: `act` loses them, Enter and Esc keep them."""
    box = QMessageBox(QMessageBox.Icon.Question, parent.windowTitle(), question, parent=parent)
    lose = box.addButton(act, QMessageBox.ButtonRole.DestructiveRole)
    stay = box.addButton(tr("Go on editing"), QMessageBox.ButtonRole.RejectRole)
    box.setDefaultButton(stay)
    box.setEscapeButton(stay)
    box.exec()
    return bool(box.clickedButton() is lose)
