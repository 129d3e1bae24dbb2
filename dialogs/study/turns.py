# SPDX-License-Identifier: GPL-2.0-or-later
"""Work that must be done on the main thread, in turns: between two of them the window is served.

Such work is a generator. Each `yield` ends a turn and says how many milliseconds the next may wait.
"""

from __future__ import annotations

import threading
from collections import deque
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import Any, TypeVar

from qgis.PyQt.QtCore import QObject, QTimer

from ...processing.running.promptness import promptly
from .calling_off import heeding

T = TypeVar("T")
Work = Iterator[int]  # a generator whose return value is the result
LOOK_MS = 15  # between two looks at a thread


class Turns(QObject):
    """Goes through `work` turn by turn, then calls `over(result, error)`; nothing is called after `stop()`."""

    def __init__(self, work: Any, over: Callable[[Any, Exception | None], None], parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._work, self._over = work, over
        self._timer = QTimer(self)
        self._timer.setSingleShot(True)
        self._timer.timeout.connect(self._turn)
        self._timer.start(0)

    def stop(self) -> None:
        """Leave the rest undone."""
        self._timer.stop()
        self._over = lambda result, error: None
        if self._work is not None and not self._work.gi_running:
            self._work.close()
        self._work = None

    def _turn(self) -> None:
        if self._work is None:
            return
        try:
            wait_ms = next(self._work)
        except StopIteration as end:
            self._end(end.value, None)
        except Exception as error:
            self._end(None, error)
        else:
            self._timer.start(wait_ms)

    def _end(self, result: Any, error: Exception | None) -> None:
        over, self._work = self._over, None
        self.deleteLater()
        over(result, error)


class Line(QObject):
    """Works one after the other, each in turns; the next begins whatever became of the one before."""

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._waiting: deque[Any] = deque()
        self._now: Turns | None = None

    @property
    def is_idle(self) -> bool:
        """Say whether everything that was added is over."""
        return self._now is None

    def add(self, work: Any) -> None:
        """Put a work at the end of the line; nothing of it is done before the window was served."""
        self._waiting.append(work)
        if self._now is None:
            self._begin_next()

    def stop(self) -> None:
        """Leave what is under way and what waits undone."""
        self._waiting.clear()
        if self._now is not None:
            self._now.stop()
        self._now = None

    def _begin_next(self) -> None:
        self._now = Turns(self._waiting.popleft(), self._on_over, self) if self._waiting else None

    def _on_over(self, _: Any, error: Exception | None) -> None:
        self._begin_next()
        if error is not None:
            raise error


def through(work: Any) -> Any:
    """Do all of the work at once and return its result: for callers that wait anyway, and few layers."""
    while True:
        try:
            next(work)
        except StopIteration as end:
            return end.value


def aside(function: Callable[[], T]) -> Any:
    """Call a function of plain data in a thread of its own, wait for it in turns; a generator that returns its result.

    The function must not touch objects of QGIS. Raises what it raises. When the work is stopped, nobody waits for the
    function any more; it may ask `calling_off.called_off` and end early.
    """
    pool, stopped = ThreadPoolExecutor(1), threading.Event()
    try:
        future = pool.submit(promptly(heeding(function, stopped)))
        while not future.done():
            yield LOOK_MS
        return future.result()
    finally:
        stopped.set()
        pool.shutdown(wait=False)
