# SPDX-License-Identifier: GPL-2.0-or-later
"""Closing QGIS while something runs: QGIS asks whether to cancel, cancels, and stays open. Here it is closed at once.

QGIS leaves the second closing to the person. Once the work has stopped (within a second, nothing half-written), this
closes QGIS again as the person asked; somebody who answers No goes on working.
"""

from __future__ import annotations

from typing import Any

from qgis.core import QgsApplication
from qgis.PyQt.QtCore import QCoreApplication, QEvent, QObject, QTimer
from qgis.PyQt.QtGui import QCloseEvent

from .runner import Runner

LOOK_MS = 100
PATIENCE_MS = 10_000  # own choice: after that the person closes QGIS once more


class Leaving(QObject):
    """Watches the window of QGIS and its entry Exit while the dock lives. `close()` lets go of both."""

    def __init__(self, iface: Any, runner: Runner, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._runner, self._window, self._exit = runner, iface.mainWindow(), iface.actionExit()
        self._is_asking = False
        self._left_ms = 0
        self._timer = QTimer(self)
        self._timer.setInterval(LOOK_MS)
        self._timer.timeout.connect(self._look)
        self._window.installEventFilter(self)
        self._exit.triggered.connect(self._on_asked)  # comes after QGIS's own slot: the question has been answered

    def close(self) -> None:
        """Watch no longer; a second call does nothing."""
        self._timer.stop()
        if self._window is not None:
            self._window.removeEventFilter(self)
            self._exit.triggered.disconnect(self._on_asked)
            self._window = self._exit = None

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """Let QGIS answer the closing of its window first, then see what came of it."""
        if event.type() != QEvent.Type.Close or watched is not self._window or self._is_asking:
            return False
        if not self._runner.is_running:
            return False
        self._is_asking = True
        try:
            QCoreApplication.sendEvent(self._window, QCloseEvent())
        finally:
            self._is_asking = False
        event.ignore()
        if self._window is not None:  # None: QGIS has gone, the plugin with it
            self._on_asked()
        return True

    def _on_asked(self, *_: Any) -> None:
        if self._runner.is_running and self._runner.is_stopped_outside:
            self._left_ms = PATIENCE_MS
            self._timer.start()

    def _look(self) -> None:
        """Close QGIS when nothing runs any more."""
        self._left_ms -= LOOK_MS
        is_over = not self._runner.is_running and QgsApplication.taskManager().countActiveTasks(False) == 0
        if is_over or self._left_ms <= 0:
            self._timer.stop()
        if is_over and self._exit is not None:
            self._exit.trigger()
