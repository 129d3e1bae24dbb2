# SPDX-License-Identifier: GPL-2.0-or-later
"""The keys of the review: they judge while the focus is in the panel or the map, and type while a text field has it.

What an input method is composing (pinyin, say) is never a key of the review: Enter then ends the composition, no more.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from qgis.core import QgsApplication
from qgis.PyQt.QtCore import QEvent, QObject, Qt
from qgis.PyQt.QtGui import QInputMethodEvent, QKeyEvent
from qgis.PyQt.QtWidgets import QComboBox, QLineEdit, QPushButton, QWidget

KEYS = {
    Qt.Key.Key_1: "1", Qt.Key.Key_2: "2", Qt.Key.Key_3: "3", Qt.Key.Key_4: "4", Qt.Key.Key_0: "0",
    Qt.Key.Key_S: "skip", Qt.Key.Key_Z: "undo", Qt.Key.Key_Up: "up", Qt.Key.Key_Down: "down", Qt.Key.Key_F: "zoom",
    Qt.Key.Key_Return: "reason", Qt.Key.Key_Enter: "reason", Qt.Key.Key_G: "photo",
}  # fmt: skip
TAG_KEYS = {"1": "old_compound", "2": "urban_village", "3": "idle_factory", "4": "idle_building", "0": "none"}


class ReviewKeys(QObject):
    """Listens to the widgets of a panel; `act(what)` is called for each key that means something."""

    def __init__(self, panel: Any, act: Callable[[str], None]) -> None:
        super().__init__(panel)
        self._panel, self._act = panel, act
        self._watched: list[QWidget] = []
        self._composing: QObject | None = None  # the field in which an input method is at work

    def watch(self, widgets: Sequence[QWidget]) -> None:
        """Listen to widgets, before the main window's own shortcuts (S, F …) do."""
        self._watched += widgets
        for widget in widgets:
            widget.installEventFilter(self)

    def let_go(self) -> None:
        """Listen no longer."""
        for widget in self._watched:
            widget.removeEventFilter(self)
        self._watched = []

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """Take keys; note when an input method begins and ends to compose in a text field."""
        if isinstance(watched, QLineEdit):
            if isinstance(event, QInputMethodEvent):
                self._composing = watched if event.preeditString() else None
            return False
        return self.take(event) or super().eventFilter(watched, event)

    def take(self, event: QEvent) -> bool:
        """Do what a key means; say whether it meant something."""
        if event.type() not in (QEvent.Type.KeyPress, QEvent.Type.ShortcutOverride) or not self._panel.isVisible():
            return False
        if self._panel.desk is None or not isinstance(event, QKeyEvent):
            return False
        what = self._meaning(event)
        if not what:
            return False
        event.accept()
        if event.type() == QEvent.Type.KeyPress:
            self._act(what)
        return True

    def _meaning(self, event: QKeyEvent) -> str:
        plain = event.modifiers() & ~Qt.KeyboardModifier.KeypadModifier
        what, focus = KEYS.get(event.key(), ""), QgsApplication.focusWidget()
        form, item = self._panel.form, self._panel.item()
        if self._composing is not None and self._composing is focus:
            return ""
        is_pressed = event.type() == QEvent.Type.KeyPress  # before it, Qt only asks whose key it is: nothing moves yet
        if what == "reason" and plain == Qt.KeyboardModifier.ControlModifier and item is not None:
            if is_pressed:
                form.list.setFocus()
            return next((key for key, tag in TAG_KEYS.items() if tag == item.suggested), "")
        if plain != Qt.KeyboardModifier.NoModifier or not what:
            return ""
        if focus is form.find:
            return ""
        if isinstance(focus, (QLineEdit, QComboBox)):
            if what == "reason" and isinstance(focus, QLineEdit) and is_pressed:
                form.list.setFocus()  # Enter leaves the field; the next key judges
            return ""
        return "" if what == "reason" and isinstance(focus, QPushButton) else what
