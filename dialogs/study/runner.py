# SPDX-License-Identifier: GPL-2.0-or-later
"""Runs algorithms by id, one after the other, in QGIS's task manager; the window stays alive and Cancel works."""

from __future__ import annotations

import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from qgis.core import (
    QgsApplication,
    QgsProcessingAlgRunnerTask,
    QgsProcessingContext,
    QgsProcessingFeedback,
    QgsProject,
    QgsTask,
)
from qgis.PyQt.QtCore import QCoreApplication, QEventLoop, QObject, QTimer, pyqtSignal

from ...processing.texts import interface_language
from . import wording
from .stages import is_stage
from .steps import PROVIDER

ABANDONED: list[Any] = []  # runs that outlived their window


@dataclass(frozen=True)
class Job:
    """One algorithm to run: `share` is its part of the bar (any positive number)."""

    algorithm: str
    parameters: Mapping[str, Any]
    share: float = 1.0


@dataclass
class Outcome:
    """How a run ended: `results` by algorithm; `message` says what went wrong; `log` is everything that was said."""

    ok: bool
    cancelled: bool = False
    message: str = ""
    results: dict[str, dict[str, Any]] = field(default_factory=dict)
    log: list[str] = field(default_factory=list)
    seconds: float = 0.0


class Listener(QgsProcessingFeedback):
    """Keeps what an algorithm says. It is called from the worker thread: plain assignments and appends only.

    `warned`: what earlier jobs of the run have warned of; those that read the same layers say the same.
    """

    def __init__(self, warned: set[str]) -> None:
        super().__init__(False)
        self._warned = warned
        self.said = ""
        self.stage = ""
        self.error = ""
        self.log: list[str] = []
        self._language = interface_language()

    def setProgressText(self, text: str) -> None:
        """Keep what is being done now."""
        self.said = text
        if is_stage(text, self._language):
            self.stage = text
        self.log.append(text)

    def pushInfo(self, info: str) -> None:
        """Keep a message."""
        self.log.append(info)

    def pushWarning(self, warning: str) -> None:
        """Keep a warning, each once in a run."""
        if warning not in self._warned:
            self._warned.add(warning)
            self.log.append(warning)

    def pushDebugInfo(self, info: str) -> None:
        """Keep a detail for the log."""
        self.log.append(info)

    def reportError(self, error: str, fatalError: bool = False) -> None:  # noqa: N803
        """Keep what went wrong; the last error is the one shown."""
        self.error = error
        self.log.append(error)


class Runner(QObject):
    """One run at a time: a list of jobs. `finished` comes once, with the Outcome, on the main thread."""

    finished = pyqtSignal(object)

    def __init__(self, parent: QObject | None = None, is_aside: bool = False) -> None:
        """Make one; `is_aside`: what it does is asked for by nobody, so QGIS asks nothing about it when closed."""
        super().__init__(parent)
        self._flags = QgsTask.Flag.CanCancel | QgsTask.Flag.Silent  # the dock tells the end itself, in words
        if is_aside:
            self._flags |= QgsTask.Flag.Hidden
        self._jobs: list[Job] = []
        self._task: QgsProcessingAlgRunnerTask | None = None
        self._is_asked = False  # it is checked, then its task is made, in the turns that follow
        self._is_prepared = False  # a task whose inputs were refused comes cancelled
        self._warned: set[str] = set()
        self._listener = Listener(self._warned)
        self._context: QgsProcessingContext | None = None
        self._outcome = Outcome(False)
        self._began = 0.0
        self._total = 1.0
        self._done_share = self._told_share = 0.0
        self._cancelling = False

    def start(self, jobs: Sequence[Job]) -> None:
        """Begin; a run that is going on must have ended."""
        if self.is_running:
            raise RuntimeError("a run is going on")
        self._jobs = list(jobs)
        self._outcome, self._cancelling, self._warned = Outcome(True), False, set()
        self._began = time.monotonic()
        self._total = sum(job.share for job in self._jobs) or 1.0
        self._done_share = self._told_share = 0.0
        self._next()

    @property
    def is_running(self) -> bool:
        """Say whether a run is going on."""
        return self._task is not None or self._is_asked

    @property
    def is_cancelling(self) -> bool:
        """Say whether Cancel was pressed and the work has not stopped yet."""
        return self._cancelling

    @property
    def is_stopped_outside(self) -> bool:
        """Say whether QGIS cancelled the work: in its list of tasks, or because somebody closes it."""
        return self._task is not None and self._is_prepared and self._task.isCanceled() and not self._cancelling

    @property
    def said(self) -> str:
        """Return what is being done now."""
        return self._listener.said

    @property
    def stage(self) -> str:
        """Return the last announcement of a step of a whole study."""
        return self._listener.stage

    @property
    def algorithm(self) -> str:
        """Return the algorithm that runs now."""
        return self._jobs[0].algorithm if self._jobs else ""

    def share(self) -> float:
        """Return how much of all jobs is done, 0–1; a bar does not go back, whatever an algorithm tells."""
        now = self._jobs[0].share * self._listener.progress() / 100 if self._jobs else 0.0
        self._told_share = max(self._told_share, min(1.0, (self._done_share + now) / self._total))
        return self._told_share

    def seconds(self) -> float:
        """Return the seconds since the start."""
        return time.monotonic() - self._began

    def cancel(self) -> None:
        """Ask the work to stop; `finished` follows within a second."""
        self._cancelling = True
        self._jobs = self._jobs[:1]
        if self._task is not None:
            self._task.cancel()

    def abandon(self, wait_s: float = 5.0) -> None:
        """Cancel without telling anybody and wait for the end: the window or the plugin goes away.

        What still runs after `wait_s` keeps its context alive in ABANDONED, because the task refers to it.
        """
        self.blockSignals(True)
        self.cancel()
        self._is_asked = False
        until = time.monotonic() + wait_s
        while self._task is not None and time.monotonic() < until:
            QCoreApplication.processEvents(QEventLoop.ProcessEventsFlag.ExcludeUserInputEvents)
            time.sleep(0.01)  # gives the worker the interpreter
        if self._task is not None:
            ABANDONED.append((self, self._task, self._context, self._listener))
            self.setParent(None)

    def _next(self) -> None:
        job = self._jobs[0]
        algorithm = QgsApplication.processingRegistry().createAlgorithmById(f"{PROVIDER}:{job.algorithm}")
        self._listener = Listener(self._warned)
        if algorithm is None:
            self._end(False, job.algorithm)
            return
        self._context = QgsProcessingContext()
        self._context.setProject(QgsProject.instance())
        self._is_asked = True
        QTimer.singleShot(0, lambda: self._check(algorithm, job))  # check and preparation: each a turn of its own

    def _check(self, algorithm: Any, job: Job) -> None:
        if self._is_called_off():
            return
        able, message = algorithm.checkParameterValues(dict(job.parameters), self._context)
        if able:
            QTimer.singleShot(0, lambda: self._make_task(algorithm, job))
            return
        self._is_asked = False
        self._end(False, message)

    def _is_called_off(self) -> bool:
        """Say whether nobody wants any more what was asked for; the end of what was cancelled is told here."""
        if self._is_asked and self._cancelling:
            self._is_asked = False
            self._end(False, "")
        return not self._is_asked

    def _make_task(self, algorithm: Any, job: Job) -> None:
        if self._is_called_off():
            return
        self._is_asked = False
        # exportzones too, which the Toolbox keeps on the main thread: it draws in a project of its own, as in fullstudy
        task = QgsProcessingAlgRunnerTask(algorithm, dict(job.parameters), self._context, self._listener, self._flags)
        task.executed.connect(self._on_executed)
        self._task, self._is_prepared = task, not task.isCanceled()
        QgsApplication.taskManager().addTask(task)

    def _on_executed(self, ok: bool, results: dict[str, Any]) -> None:
        job = self._jobs[0]
        self._cancelling = self._cancelling or (self.is_stopped_outside and not ok)
        self._task = None
        self._outcome.log += [f"— {wording.algorithm_title(job.algorithm)}", *self._listener.log]
        if self._cancelling or not ok:
            self._end(False, self._listener.error)
            return
        self._outcome.results[job.algorithm] = dict(results)
        self._done_share += job.share
        self._jobs.pop(0)
        if self._jobs:
            self._next()
        else:
            self._end(True, "")

    def _end(self, ok: bool, message: str) -> None:
        outcome = self._outcome
        outcome.ok, outcome.cancelled, outcome.message = ok, self._cancelling and not ok, message
        outcome.seconds = self.seconds()
        self._task, self._context, self._jobs, self._cancelling = None, None, [], False
        self.finished.emit(outcome)
