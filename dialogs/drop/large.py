# SPDX-License-Identifier: GPL-2.0-or-later
"""A large list in the sheet of a dropped file, and on its way into the project: read and written beside the window."""

from __future__ import annotations

import threading
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Any

from qgis.core import QgsTask, QgsVectorLayer
from qgis.PyQt.QtCore import QObject

from ...core import slices
from ...core.errors import Cancelled
from ...core.run import Run
from ...processing.texts import tr
from ..study.tasks import begin
from ..study.turns import Turns, aside
from . import bulk, files, lists


class LargeList(QObject):
    """The first rows of a large list; `over()` is called when they are there. What cannot be read has no sheets."""

    def __init__(self, path: Path, over: Callable[[], None], parent: QObject) -> None:
        super().__init__(parent)
        self.path, self._over = path, over
        self.encoding, self.sheets = "UTF-8", bulk.Head({}).sheets
        self._reading: Turns | None = Turns(aside(self._read), self._on_read, self)

    @property
    def is_reading(self) -> bool:
        """Say whether the first rows are on their way."""
        return self._reading is not None

    def stop(self) -> None:
        """Wait no more."""
        if self._reading is not None:
            self._reading.stop()
        self._reading = None

    def best(self) -> int:
        """Return the place of the sheet that looks most like a list: the one with most headings that are known."""
        rows = list(self.sheets.values())
        return max(range(len(rows)), key=lambda place: lists.headings_in(rows[place]), default=-1)

    def table(self, sheet: str, encoding: str) -> lists.Table:
        """Return the first rows of a sheet with their header; a text file is read again in another encoding."""
        if not sheet and encoding != self.encoding:
            self.encoding, self.sheets = encoding, bulk.read_head(self.path, encoding).sheets
        return lists.table_of(self.sheets.get(sheet, []), is_whole=False)

    def plan(self, layer: QgsVectorLayer, table: lists.Table, sheet: str, folder: Path) -> bulk.Plan:
        """Return how the whole list is written into `folder`, as `layer` of its first rows is. Raises OSError."""
        places = lists.coordinates_of(table) if layer.isSpatial() else None
        system = (layer.crs().authid() or layer.crs().toWkt()) if places else ""
        target = lists.free_path(folder / "inputs", layer.name())
        return bulk.Plan(
            self.path, sheet, self.encoding, table.header, table.above + 1, places, system, target, layer.name()
        )

    def _read(self) -> tuple[str, dict[str, Any]]:
        encoding = files.likely_encoding(self.path) if files.needs_encoding(self.path) else "UTF-8"
        return encoding, bulk.read_head(self.path, encoding).sheets

    def _on_read(self, found: tuple[str, dict[str, Any]] | None, error: Exception | None) -> None:
        self._reading = None
        if found is not None and error is None:
            self.encoding, self.sheets = found
        self._over()


def bring(
    plan: bulk.Plan, taken: Callable[[QgsVectorLayer, bulk.Written], None], failed: Callable[[OSError | None], None]
) -> QgsTask:
    """Write a large list in a task of QGIS, which shows and cancels it; then `taken(layer, written)`, or `failed`.

    A cancelled one leaves nothing: `failed(None)`. Keep the task as long as it may call.
    """
    found: dict[str, Any] = {}

    def work(task: QgsTask) -> None:
        try:
            found["it"] = _written(plan, task)
        except OSError as fault:
            found["fault"] = fault
        except Cancelled:
            return

    def over(error: Exception | None) -> None:
        if error is not None and not task.isCanceled():
            raise error
        if "it" not in found:
            failed(found.get("fault"))
        else:
            path = found["it"].path
            layer = QgsVectorLayer(f"{path}|layername={plan.name}", plan.name, "ogr")
            if layer.isValid():
                taken(layer, found["it"])
            else:
                failed(OSError(str(path)))

    task = begin(tr("Reading {file}").format(file=plan.path.name), work, over)
    return task


def _written(plan: bulk.Plan, task: QgsTask) -> bulk.Written:
    """Write a large list. GDAL makes the index of a city's rows in one call: who cancels does not wait for it, and what
    was begun clears up by itself. Raises OSError, Cancelled.
    """
    stopped = threading.Event()

    def is_cancelled() -> bool:
        if task.isCanceled():
            stopped.set()
        return stopped.is_set()

    def progress(share: float) -> None:
        if not stopped.is_set():
            task.setProgress(100 * share)

    return slices.aside(partial(bulk.write_list, plan, progress, stopped.is_set), Run(is_cancelled=is_cancelled))
