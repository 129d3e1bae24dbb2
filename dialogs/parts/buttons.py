# SPDX-License-Identifier: GPL-2.0-or-later
"""The words of standard buttons in our language: Qt's own stay English where its translation is not installed."""

from __future__ import annotations

from qgis.PyQt.QtWidgets import QDialogButtonBox, QMessageBox

from ...processing.texts import tr


def in_words(box: QDialogButtonBox | QMessageBox) -> None:
    """Put our words on the standard buttons of a row of buttons, or of a message."""
    kind = QMessageBox.StandardButton if isinstance(box, QMessageBox) else QDialogButtonBox.StandardButton
    words = {
        kind.Ok: tr("OK"), kind.Cancel: tr("Cancel"), kind.Close: tr("Close"), kind.Yes: tr("Yes"), kind.No: tr("No"),
    }  # fmt: skip
    for standard, text in words.items():
        button = box.button(standard)
        if button is not None:
            button.setText(text)
