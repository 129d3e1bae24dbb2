# SPDX-License-Identifier: GPL-2.0-or-later
"""Work in a task of QGIS, which shows and cancels it: begun in one place, so that no fault of ours goes unheard."""

from __future__ import annotations

import sys
from collections.abc import Callable

from qgis.core import QgsApplication, QgsTask

from ...processing.running.promptness import promptly


def begin(
    title: str, work: Callable[[QgsTask], None], over: Callable[[Exception | None], None], is_silent: bool = False
) -> QgsTask:
    """Do `work(task)` in a thread, then `over(error)` on the main thread. Keep the task as long as it may call.

    QGIS keeps to itself what is raised at the end of a task: it is handed to where it shows faults of Python.
    """

    def heard(error: Exception | None, result: object = None) -> None:
        try:
            over(error)
        except Exception:
            sys.excepthook(*sys.exc_info())

    flags = QgsTask.Flag.Silent if is_silent else QgsTask.Flag.CanCancel
    task: QgsTask = QgsTask.fromFunction(title, promptly(work), on_finished=heard, flags=flags)
    QgsApplication.taskManager().addTask(task)
    return task
