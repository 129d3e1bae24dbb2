# SPDX-License-Identifier: GPL-2.0-or-later
"""Objects of Qt that a worker deletes, with Python's lock held, and until the window has heard of it.

Qt tells every sender that a receiver goes, and holds the lock of its signals meanwhile; a sender made in Python asks
for Python's lock to be told. Deleted as a wrapper of QGIS, an object lets go of that lock first: the window may take
it, and where it connects a signal then, it waits for the lock of signals. Both wait for ever, and QGIS stands still.

PyQt lists the objects made by QGIS that Python knows of. One that a worker deletes is taken off the list by the main
thread, a turn later and without Python's lock. A worker that gets to know others meanwhile changes the list at the
same time, and QGIS dies on signal 11.
"""

from __future__ import annotations

import threading
from typing import Any

from qgis.PyQt import sip
from qgis.PyQt.QtCore import QCoreApplication, QObject, QObjectCleanupHandler, Qt, pyqtSignal, pyqtSlot

PATIENCE_S = 0.5  # for a main thread that does something else, or waits for this worker itself


class _Bell(QObject):
    """Rings in the main thread, behind all that was posted to it before."""

    rung = pyqtSignal(object)

    def __init__(self) -> None:
        super().__init__()
        self.moveToThread(QCoreApplication.instance().thread())
        self.rung.connect(self._ring, Qt.ConnectionType.QueuedConnection)

    @pyqtSlot(object)
    def _ring(self, heard: threading.Event) -> None:
        heard.set()


_bells: list[_Bell] = []  # one, made by the first worker that deletes something
_heard: list[threading.Event] = []  # the last ringing


def delete_locked(*things: QObject) -> None:
    """Delete objects of this thread and what belongs to them, one by one; they must not be used any more.

    In a worker it returns when the main thread has heard of it, or has been deaf for PATIENCE_S.
    """
    is_worker = threading.current_thread() is not threading.main_thread()
    if is_worker and not _bells:
        _bells.append(_Bell())
    for thing in things:
        # Qt's own classes, unlike those of QGIS, keep Python's lock while they are called
        handler = QObjectCleanupHandler()
        handler.add(thing)
        handler.clear()
    if is_worker:
        _wait_for_main()


def _wait_for_main() -> None:
    was_deaf = bool(_heard) and not _heard[0].is_set()  # it waits for this worker: it would be waited for each time
    heard = threading.Event()
    _heard[:] = [heard]
    _bells[0].rung.emit(heard)
    if not was_deaf:
        heard.wait(PATIENCE_S)


def delete_project(project: Any) -> None:
    """Delete a project, before it its layers one by one: all files of a city in one call keep the window waiting."""
    layers = list(project.mapLayers().values())  # all are known to Python before the first node of the tree goes
    for layer in layers:
        project.takeMapLayer(layer)
        sip.transferto(layer, None)  # taken, it belongs to its wrapper, which would delete it once more
    delete_locked(*layers, project)
