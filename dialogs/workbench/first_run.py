# SPDX-License-Identifier: GPL-2.0-or-later
"""The first opening: the Workbench when its libraries are there, else the page that says what is missing.

Nothing here imports pandas or shapely: the page must open where they are missing.
"""

from __future__ import annotations

from typing import Any

from qgis.PyQt.QtWidgets import QDockWidget

from ...processing.missing import find_broken, troubles
from ..parts.missing_page import MissingDock


def make_dock(iface: Any) -> QDockWidget:
    """Return the Workbench, or the page of what is missing; both have `close_down()`."""
    window = iface.mainWindow() if iface else None
    found = troubles()
    if found:
        return MissingDock(found, window)
    try:
        from .dock import RenewalDock
    except Exception:  # a library that is there and cannot be loaded raises anything
        if not find_broken():
            raise
        return MissingDock(troubles(), window)
    return RenewalDock(iface)
