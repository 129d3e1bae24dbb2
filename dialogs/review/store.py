# SPDX-License-Identifier: GPL-2.0-or-later
"""The table of reviews in a GeoPackage that several people may have open: rows are added, nobody's row is changed.

Each judgement is one row, saved at once. When the file is in use, or can only be read, the row waits (waiting.py keeps
it on this computer, also when QGIS is closed) and is written with the next. Undo takes only rows of this session away.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import asdict, dataclass, fields
from datetime import datetime, timezone
from pathlib import Path

from qgis.core import QgsCoordinateReferenceSystem, QgsCoordinateTransformContext, QgsFields, QgsVectorFileWriter
from qgis.core import QgsWkbTypes as Wkb

from ...core.sqlfiles import WRITE, file_uri
from ...core.tagging.moments import moment_key
from .waiting import Spool

TABLE, FILE = "reviews", "reviews.gpkg"
WAIT_S = 0.15  # how long a locked file is waited for: longer would be felt
IN_USE, READ_ONLY, FULL = "in use", "read only", "full"  # why a row waits
BROKEN, FOREIGN = "no database", "no reviews in it"


Stamp = tuple[tuple[int, int], ...]


class StoreError(OSError):
    """The file of reviews cannot be made."""


@dataclass(frozen=True)
class Review:
    """One judgement; times are ISO 8601 to the second in local time, with the offset."""

    review_id: str
    parcel_id: str
    geometry_hash: str
    tag: str
    reviewer: str
    reviewed_at: str
    reason: str = ""
    evidence: str = ""
    rule_tag: str = ""  # what the rules said when it was made; "" unknown


NAMES = tuple(item.name for item in fields(Review))


class ReviewStore:
    """The reviews of one study. `waiting` holds rows that could not be written yet, `fault` why: IN_USE, READ_ONLY,
    FULL, BROKEN, FOREIGN, or what the database says; "" when the last row was written. `is_copy`: what waits is kept
    by another store. `stamp` is that of the file when all rows were read, () before.
    """

    def __init__(self, path: Path, is_copy: bool = False) -> None:
        self.path, self.fault, self._is_copy = path, "", is_copy
        self._spool = Spool(path)
        self.waiting = [] if is_copy else [Review(**row) for row in self._spool.read(NAMES)]
        self._known: list[Review] = []
        self.stamp: Stamp = ()
        self._left: Stamp = ()  # the file as our last writing left it

    def make(self) -> None:
        """Make the file with its empty table where there is none. Raises StoreError."""
        if self.path.exists():
            return
        try:
            self.path.parent.mkdir(parents=True, exist_ok=True)
            with self.path.open("xb"):  # OGR would say what SQLite says
                pass
            self.path.unlink()
        except OSError as error:
            raise StoreError(error.errno, error.strerror, str(self.path)) from error
        options = QgsVectorFileWriter.SaveVectorOptions()
        options.driverName, options.layerName = "GPKG", TABLE
        writer = QgsVectorFileWriter.create(
            str(self.path), _fields(), Wkb.Type.NoGeometry, QgsCoordinateReferenceSystem(),
            QgsCoordinateTransformContext(), options,
        )  # fmt: skip
        message = writer.errorMessage()
        failed = writer.hasError() != QgsVectorFileWriter.WriterError.NoError
        del writer  # closes the file
        if failed:
            raise StoreError(message)

    def read(self) -> list[Review]:
        """Return all reviews, the oldest first, with those that wait; while the file is in use, as it was before."""
        now, rows = stamp_of(self.path), self.read_file()
        if rows is not None:
            self._known, self.stamp = rows, now
        return [*self._known, *self.waiting]

    def read_file(self) -> list[Review] | None:
        """Return what stands in the file, the oldest first; None while it cannot be read."""
        try:
            with self._open() as base:
                there = [row[1] for row in base.execute(f"PRAGMA table_info({TABLE})")]
                names = ", ".join(name if name in there else "NULL" for name in NAMES)
                parts = ["SELECT", names, "FROM", TABLE]
                rows = base.execute(" ".join(parts)).fetchall()
        except sqlite3.Error:
            return None
        return sorted((Review(*(str(value or "") for value in row)) for row in rows), key=age_of)

    def is_as_read(self) -> bool:
        """Say whether only we have written since all rows were read.

        Who writes just between our writing and our look at the file is taken for us: others are looked for now and
        then in any case (watch.py), by `stamp`.
        """
        return stamp_of(self.path) in (self.stamp, self._left)

    def add(self, review: Review) -> bool:
        """Save a review at once, and whatever waits; False when the file is in use and it waits now."""
        self.waiting.append(review)
        return self.flush()

    def flush(self) -> bool:
        """Write what waits; False when the file is still in use."""
        if not self.waiting:
            return True
        try:
            with self._writing() as base:
                there = {row[1] for row in base.execute(f"PRAGMA table_info({TABLE})")}
                names = [name for name in NAMES if name in there]  # files of older versions have fewer
                if not names:
                    raise sqlite3.OperationalError("no such table")
                marks = ", ".join("?" * len(names))
                parts = ["INSERT INTO", TABLE, "(", ", ".join(names), ") SELECT", marks, "WHERE NOT EXISTS"]
                parts += ["(SELECT 1 FROM", TABLE, "WHERE review_id = ?)"]  # a second window may have kept it as well
                rows = [[getattr(row, name) for name in names] for row in self.waiting]
                base.executemany(" ".join(parts), [[*row, kept.review_id] for row, kept in zip(rows, self.waiting)])
                _touch(base)
        except sqlite3.Error as error:
            self.fault = fault_of(error)
            if not self._is_copy:
                self._spool.keep([asdict(row) for row in self.waiting])
            return False
        self.waiting, self.fault = [], ""
        if not self._is_copy:
            self._spool.clear()
        return True

    def remove(self, review_id: str) -> bool:
        """Take one row back; False when the file is in use and nothing has changed."""
        if any(row.review_id == review_id for row in self.waiting):
            self.waiting = [row for row in self.waiting if row.review_id != review_id]
            self._spool.keep([asdict(row) for row in self.waiting])
            return True
        try:
            with self._writing() as base:
                base.execute(" ".join(["DELETE FROM", TABLE, "WHERE review_id = ?"]), (review_id,))
                _touch(base)
        except sqlite3.Error as error:
            self.fault = fault_of(error)
            return False
        return True

    @contextmanager
    def _writing(self) -> Iterator[sqlite3.Connection]:
        """Open the file to be written."""
        was_read = self.is_as_read()
        with self._open() as base, base:
            yield base
        if was_read:
            self._left = stamp_of(self.path)

    @contextmanager
    def _open(self) -> Iterator[sqlite3.Connection]:
        base = sqlite3.connect(file_uri(self.path.absolute(), WRITE), uri=True, timeout=WAIT_S)
        try:
            yield base
        finally:
            base.close()


def latest(reviews: Sequence[Review]) -> dict[str, Review]:
    """Return the review that counts for each parcel: the latest, as Tag takes it."""
    return {row.parcel_id: row for row in sorted(reviews, key=age_of)}


def age_of(review: Review) -> tuple[tuple[str, str], str]:
    """Return by what reviews follow one another, as Tag orders them."""
    return moment_key(review.reviewed_at), review.review_id


def fault_of(error: sqlite3.Error) -> str:
    """Return why a row could not be written: IN_USE, READ_ONLY, FULL, BROKEN, FOREIGN, else what the database says."""
    words = str(error).lower()
    marks = {"locked": IN_USE, "readonly": READ_ONLY, "unable to open": READ_ONLY, "disk is full": FULL,
             "not a database": BROKEN, "malformed": BROKEN, "no such table": FOREIGN}  # fmt: skip
    return next((fault for mark, fault in marks.items() if mark in words), str(error))


def stamp_of(path: Path) -> Stamp:
    """Return a mark that changes with a table or its journal."""
    marks = []
    for part in (path, path.with_name(f"{path.name}-wal")):
        with suppress(OSError):
            found = part.stat()
            marks.append((found.st_mtime_ns, found.st_size))
    return tuple(marks)


def _touch(base: sqlite3.Connection) -> None:
    """Tell other programs, and the cards, that the table has changed."""
    now = f"{datetime.now(timezone.utc):%Y-%m-%dT%H:%M:%S.%f}"[:-3] + "Z"
    base.execute("UPDATE gpkg_contents SET last_change = ? WHERE table_name = ?", (now, TABLE))


def _fields() -> QgsFields:
    from qgis.core import QgsField
    from qgis.PyQt.QtCore import QMetaType

    made = QgsFields()
    for name in NAMES:
        made.append(QgsField(name, QMetaType.Type.QString))
    return made
