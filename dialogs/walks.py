# SPDX-License-Identifier: GPL-2.0-or-later
"""When Python's collector walks through all objects: in a turn of its own, never on top of what a click does."""

from __future__ import annotations

from qgis.PyQt.QtCore import QObject, Qt, QTimer
from qgis.PyQt.QtWidgets import QApplication

from ..processing.running.promptness import hand_back_walks, keep_walks, walk_if_owed

EVERY_MS = 2_000  # own choice: what a panel has loaded is walked through soon after it, when its drawing is over


class Walks:
    """Takes the walks over while a dock is there; `close()` before it goes."""

    def __init__(self, dock: QObject) -> None:
        keep_walks()
        self._timer = QTimer(dock)
        self._timer.setInterval(EVERY_MS)
        self._timer.timeout.connect(self.walk)
        self._timer.start()

    def walk(self) -> None:
        """Walk if it is time and nobody holds a button of the mouse: a drag is felt."""
        if QApplication.mouseButtons() == Qt.MouseButton.NoButton:
            walk_if_owed()

    def close(self) -> None:
        """Leave the walks to Python again."""
        self._timer.stop()
        hand_back_walks()
