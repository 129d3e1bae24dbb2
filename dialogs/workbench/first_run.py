# SPDX-License-Identifier: GPL-2.0-or-later
"""The first opening: the Workbench when its libraries are there, else the page that says what is missing.

Nothing here imports pandas or shapely: the page must open where they are missing.
"""

from __future__ import annotations

from typing import Any

from qgis.PyQt.QtWidgets import QDockWidget

from ...processing.missing import missing_packages
from ..parts.missing_page import MissingDock


def make_dock(iface: Any) -> QDockWidget:
    """Return the Workbench, or the page of what is missing; both have `close_down()`."""
    names = missing_packages()
    if names:
        return MissingDock(names, iface.mainWindow() if iface else None)
    from .dock import RenewalDock

    return RenewalDock(iface)
