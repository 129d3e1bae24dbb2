# SPDX-License-Identifier: GPL-2.0-or-later
"""Looks now and then, beside the window, at what other reviewers do: their judgements and the parcels they have open.

The file may lie on a slow share, therefore in a thread; what was found is taken at the next tick of a timer.
"""

from __future__ import annotations

import time
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import suppress
from typing import Any, NamedTuple

from qgis.PyQt.QtCore import QObject, QTimer, pyqtSignal

from .presence import BEAT_S, Presence, Somebody
from .store import Review, ReviewStore, Stamp, stamp_of

TICK_MS, LOOK_S = 500, 3.0


class Seen(NamedTuple):
    """What was found: `rows` of the table, None when the file has not changed since; who else is here."""

    rows: list[Review] | None
    others: list[Somebody]


class ReviewWatch(QObject):
    """`seen(Seen)` whenever something is new. `here` is what the others are told: (reviewer, parcel)."""

    seen = pyqtSignal(object)

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._timer = QTimer(self)
        self._timer.setInterval(TICK_MS)
        self._timer.timeout.connect(self.tick)
        self._pool: ThreadPoolExecutor | None = None
        self._job: Future[Any] | None = None
        self._store: ReviewStore | None = None
        self._presence: Presence | None = None
        self._here, self._told = ("", ""), ("", "")
        self._looked = self._beat = 0.0
        self._others: list[Somebody] = []

    def start(self, store: ReviewStore, presence: Presence) -> None:
        """Begin to look at a table of reviews."""
        self.stop()
        self._store, self._presence = store, presence
        self._others, self._told = [], ("", "")
        self._looked = self._beat = 0.0
        self._pool = ThreadPoolExecutor(1, "reviews")
        self._timer.start()

    def stop(self) -> None:
        """Look no longer, and take our mark away."""
        self._timer.stop()
        pool, presence, self._pool, self._job = self._pool, self._presence, None, None
        self._store = self._presence = None
        if pool is not None and presence is not None:
            pool.submit(presence.leave)
            pool.shutdown(wait=False)

    def tell(self, reviewer: str, parcel_id: str) -> None:
        """Tell the others what is open here, at the next tick."""
        self._here = (reviewer, parcel_id)

    def tick(self) -> None:
        """Take what was found; look again when it is time."""
        if self._pool is None or self._store is None or self._presence is None:
            return
        if self._job is not None:
            if not self._job.done():
                return
            job, self._job = self._job, None
            with suppress(OSError):  # a share that is away for a moment
                self._take(*job.result())
        now = time.monotonic()
        is_moved = self._here != self._told or now - self._beat > BEAT_S
        if not is_moved and now - self._looked < LOOK_S:
            return
        self._looked = now
        if self._store.waiting:
            self._store.flush()
        if is_moved:
            self._told, self._beat = self._here, now
        store, presence = self._store, self._presence
        self._job = self._pool.submit(look, store, presence, store.stamp, self._here if is_moved else None)

    def _take(self, stamp: Stamp, found: Seen) -> None:
        is_new = found.rows is not None or found.others != self._others
        self._others = found.others
        if found.rows is not None and self._store is not None:
            self._store.stamp = stamp
        if is_new:
            self.seen.emit(found)


def look(store: ReviewStore, presence: Presence, stamp: Stamp, here: tuple[str, str] | None) -> tuple[Stamp, Seen]:
    """Say where we are when that is new (`here`), read what is; the rows only when the file is not that of `stamp`."""
    if here is not None:
        presence.say(*here)
    now = stamp_of(store.path)
    rows = store.read_file() if now != stamp else None
    return (now if rows is not None else stamp), Seen(rows, presence.others())  # in use: read it the next time
