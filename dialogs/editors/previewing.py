# SPDX-License-Identifier: GPL-2.0-or-later
"""Tries a ruleset on kept indicators in the background: the last request counts, the window never waits."""

from __future__ import annotations

import sqlite3
import time
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from qgis.core import QgsTask
from qgis.PyQt.QtCore import QObject, pyqtSignal

from ...core.errors import RenewalError
from ...core.sqlfiles import open_to_read
from ...core.sqlnames import quoted
from ...core.tagging import preview as scoring
from ...core.tagging.preview import Changes, Histogram, Judged, Preview
from ...core.tagging.snapshot import read_snapshot
from ...core.words import say
from ...processing.texts import interface_language, tr
from ..review.items import WAIT_S, table_of
from ..study.tasks import begin


@dataclass(frozen=True)
class Wish:
    """What is asked: a ruleset, and the histogram of an indicator (or `score`, `known` of a class) with its limits."""

    rules: Mapping[str, Any]
    plot: str = ""
    tag: str = ""
    marks: tuple[float, ...] = ()


@dataclass(frozen=True)
class Answer:
    """What came: who changes, the judgement, the histogram; `fault` says why there is none."""

    wish: Wish
    changes: Changes | None = None
    judged: Judged | None = None
    histogram: Histogram | None = None
    seconds: float = 0.0
    unmeasured: tuple[str, ...] = ()
    fault: str = ""


@dataclass(frozen=True)
class Ground:
    """The study's parcels: the preview, how they were judged before, where they lie in the result (key, middle)."""

    preview: Preview
    before: Judged
    fid: Any  # (n,) int64, −1 where the result has no such parcel
    place: Any  # (n, 2) float64, NaN likewise


class Previewing(QObject):
    """`answered(Answer)` after each wish that was still wanted; `opened(Ground)` when the indicators are read."""

    answered = pyqtSignal(object)
    opened = pyqtSignal(object)
    failed = pyqtSignal(str)

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self.ground: Ground | None = None
        self.base: Mapping[str, Any] = {}
        self._task: QgsTask | None = None
        self._next: Any = None
        self._is_closed = False

    def open(self, path: Path, base: Mapping[str, Any], tagged: str) -> None:
        """Read indicators and judge by the rules in use (`base`); `tagged` = source of the result, for places."""
        self.base = base
        self._run(lambda: _open(path, base, tagged), self._on_opened)

    def ask(self, wish: Wish) -> None:
        """Try a ruleset; a wish that waits is replaced by the newer one."""
        if self.ground is not None:
            ground = self.ground
            self._run(lambda: _answer(ground, wish), self._on_answered)

    def ask_once(self, wish: Wish, then: Any) -> None:
        """Try a ruleset beside the one that is edited; `then(Answer)` is called when it is there."""
        if self.ground is not None:
            ground = self.ground
            self._run(lambda: _answer(ground, wish), then)

    def close(self) -> None:
        """Tell nobody anything any more."""
        self._is_closed = True
        self._next = None
        self.blockSignals(True)

    def _run(self, work: Any, then: Any) -> None:
        if self._task is not None:
            self._next = (work, then)
            return
        found: dict[str, Any] = {}

        def act(task: QgsTask) -> None:
            try:
                found["it"] = work()
            except RenewalError as error:
                found["fault"] = say(error.code, interface_language(), **error.values)

        def over(error: Exception | None) -> None:
            self._task = None
            if self._is_closed:
                return
            if error is not None or "fault" in found:
                self.failed.emit(str(found.get("fault", error)))
            else:
                then(found["it"])
            if self._next is not None:
                waiting, self._next = self._next, None
                self._run(*waiting)

        self._task = begin(tr("Preview of rules"), act, over, is_silent=True)

    def _on_opened(self, ground: Ground) -> None:
        self.ground = ground
        self.opened.emit(ground)

    def _on_answered(self, answer: Answer) -> None:
        self.answered.emit(answer)


def _open(path: Path, base: Mapping[str, Any], tagged: str) -> Ground:
    preview = Preview(read_snapshot(path))
    fid, place = _places(tagged, preview.snapshot.parcel_id)
    return Ground(preview, preview.judge(base), fid, place)


def _answer(ground: Ground, wish: Wish) -> Answer:
    began = time.perf_counter()
    preview = ground.preview
    try:
        judged = preview.judge(wish.rules)
    except RenewalError as error:
        return Answer(wish, fault=say(error.code, interface_language(), **error.values))
    changes = scoring.compare(ground.before, judged, preview.snapshot)
    seconds = time.perf_counter() - began
    bars = scoring.histogram(_values(preview, wish), list(wish.marks)) if wish.plot else None
    return Answer(wish, changes, judged, bars, seconds, tuple(preview.unmeasured(wish.rules)))


def _values(preview: Preview, wish: Wish) -> Any:
    if wish.plot in ("score", "known"):
        verdicts = {verdict.rule["id"]: verdict for verdict in preview.verdicts(wish.rules)}
        if wish.tag not in verdicts:
            return np.zeros(0)
        return preview.scores(wish.rules, wish.tag) if wish.plot == "score" else verdicts[wish.tag].known
    return preview.values(wish.plot, scoring.rules.limits_of(wish.rules))


def _places(tagged: str, parcel_id: Any) -> tuple[Any, Any]:
    """Return key and middle of each parcel in the result's own system, read from its spatial index."""
    fid, place = np.full(len(parcel_id), -1, dtype=np.int64), np.full((len(parcel_id), 2), np.nan)
    if not tagged:
        return fid, place
    try:
        path, table = table_of(tagged)
        with open_to_read(path, WAIT_S) as base:
            key = next(row[1] for row in base.execute(f"PRAGMA table_info({quoted(table)})") if row[5])
            sql = "SELECT column_name FROM gpkg_geometry_columns WHERE table_name = ?"
            shape = base.execute(sql, (table,)).fetchone()[0]
            parts = ["SELECT t.parcel_id, r.id, (r.minx + r.maxx) / 2, (r.miny + r.maxy) / 2 FROM", quoted(table),
                     "t JOIN", quoted(f"rtree_{table}_{shape}"), "r ON r.id =", f't."{key}"']  # fmt: skip
            rows = base.execute(" ".join(parts)).fetchall()
    except (sqlite3.Error, OSError, StopIteration, TypeError):
        return fid, place  # the preview works without a map
    row_of = {str(parcel): n for n, parcel in enumerate(parcel_id)}
    for parcel, key, x, y in rows:
        n = row_of.get(str(parcel))
        if n is not None:
            fid[n], place[n] = key, (x, y)
    return fid, place
