# SPDX-License-Identifier: GPL-2.0-or-later
"""Objects of Qt that a worker deletes, with Python's lock held.

Qt tells every sender that a receiver goes, and holds the lock of its signals meanwhile; a sender made in Python asks
for Python's lock to be told. Deleted as a wrapper of QGIS, an object lets go of that lock first: the window may take
it, and where it connects a signal then, it waits for the lock of signals. Both wait for ever, and QGIS stands still.
"""

from __future__ import annotations

from typing import Any

from qgis.PyQt import sip
from qgis.PyQt.QtCore import QObject, QObjectCleanupHandler


def delete_locked(what: QObject) -> None:
    """Delete an object of this thread and what belongs to it; it must not be used any more."""
    # Qt's own classes, unlike those of QGIS, keep Python's lock while they are called
    handler = QObjectCleanupHandler()
    handler.add(what)
    handler.clear()


def delete_project(project: Any) -> None:
    """Delete a project, before it its layers one by one: all files of a city in one call keep the window waiting."""
    for key in list(project.mapLayers()):
        layer = project.takeMapLayer(project.mapLayer(key))
        sip.transferto(layer, None)  # taken, it belongs to its wrapper, which would delete it once more
        delete_locked(layer)
    delete_locked(project)
