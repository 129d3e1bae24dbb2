# SPDX-License-Identifier: GPL-2.0-or-later
"""Ctrl-C in a terminal: how a run without a window hears of it.

qgis_process takes SIGINT itself and cancels the run, but only when its event loop comes round: it does not while an
algorithm works, which is in the same thread. Left to itself such a run goes on to its end, whatever is pressed.
"""

from __future__ import annotations

import time
from collections.abc import Callable

from qgis.core import QgsApplication
from qgis.PyQt.QtCore import QCoreApplication, QEventLoop

from .threads import is_main_thread

HEADLESS = "qgis_process"  # what QGIS calls its platform there
LISTEN_S = 0.1  # between two turns of the event loop: own choice


def listening(is_cancelled: Callable[[], bool]) -> Callable[[], bool]:
    """Return a function that says whether to stop; in qgis_process it lets the event loop hear of Ctrl-C before."""
    if QgsApplication.platform() != HEADLESS:
        return is_cancelled
    heard = [0.0]

    def look() -> bool:
        now = time.monotonic()
        if now - heard[0] >= LISTEN_S and is_main_thread():
            heard[0] = now
            QCoreApplication.processEvents(QEventLoop.ProcessEventsFlag.ExcludeUserInputEvents)
        return bool(is_cancelled())

    return look
