# SPDX-License-Identifier: GPL-2.0-or-later
"""On which thread something is done: QGIS's project and window belong to the main one."""

from __future__ import annotations

from qgis.core import QgsApplication
from qgis.PyQt.QtCore import QThread


def is_main_thread() -> bool:
    """Say whether this is the thread of the window, or of qgis_process; False without an application."""
    application = QgsApplication.instance()
    return application is not None and bool(QThread.currentThread() == application.thread())
