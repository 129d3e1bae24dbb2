# SPDX-License-Identifier: GPL-2.0-or-later
"""Buttons: our words on standard ones, because Qt's own stay English where its translation is not installed; and no
second click of a double click where another button has come into the place of the first.
"""

from __future__ import annotations

from functools import lru_cache

from qgis.PyQt.QtCore import QEvent, QObject, Qt
from qgis.PyQt.QtWidgets import QAbstractButton, QDialogButtonBox, QMessageBox

from ...processing.texts import tr

PRESSING = (Qt.Key.Key_Return, Qt.Key.Key_Enter, Qt.Key.Key_Space)


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


class _Once(QObject):
    """Lets the first click of a double click through, and of a key that is held down the first press."""

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """Keep what comes after the first from a button."""
        if event.type() == QEvent.Type.MouseButtonDblClick:
            return True
        return event.type() == QEvent.Type.KeyPress and event.key() in PRESSING and bool(event.isAutoRepeat())


@lru_cache(maxsize=1)
def _once() -> _Once:
    return _Once()  # by the thread of the window; a filter of each button's own would go with Python's half of it


def click_once(*buttons: QAbstractButton) -> None:
    """Make a double click one click: Run becomes Cancel under the pointer, and after one file's Add comes the next's.

    Not for buttons that are clicked fast again and again, such as Undo.
    """
    for button in buttons:
        button.installEventFilter(_once())
