# SPDX-License-Identifier: GPL-2.0-or-later
"""The facilities of the kind that is shown, over the map: white squares rimmed green, dark red and thick where full."""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Mapping, Sequence
from itertools import islice
from math import inf
from typing import Any, NamedTuple

from qgis.core import (
    QgsTask,
    QgsVectorLayer,
)
from qgis.gui import QgsMapCanvas
from qgis.PyQt.QtCore import QObject, QRectF, pyqtSignal
from qgis.PyQt.QtGui import QColor, QPainter, QPen

from ...processing.texts import tr
from ..explore.lookups import place_reader
from ..parts.canvas_item import CanvasItem
from ..parts.charts import colours
from ..parts.later import forget_later
from ..review.items import UnreadableError
from ..study import project_state
from ..study.figures import rows_of
from ..study.tasks import begin

HEIGHT = 40  # under the houses of the review
SIDE_MM, RIM_MM, THICK_MM = 3.0, 0.4, 0.6  # own choice: seen at the scale of a street, and hiding no house
MOST = 1_500  # squares in view; more would hide the map
STATE_SQL = "SELECT kind, facility_id, status FROM {t}"
FULL = "full"


class Mark(NamedTuple):
    """A facility in the map's system."""

    x: float
    y: float
    is_full: bool


def reader_of(session: Any, crs: Any) -> Any:
    """Return a function that reads {facility: (x, y)} in a system, for a worker."""
    choice = session.study.inputs.get("FACILITIES")
    layer = project_state.layer_of(session.project, choice) if choice else None
    names = project_state.columns_of(layer, "FACILITIES", choice.mapping) if isinstance(layer, QgsVectorLayer) else {}
    if "facility_id" not in names or not layer.isSpatial():
        return dict
    return place_reader(layer, names["facility_id"], crs, session.project)


def marks_of(files: Mapping[str, str], places: Mapping[str, tuple[float, float]]) -> dict[str, list[Mark]]:
    """Return {kind: facilities} that the last count of gaps knows, from west to east."""
    found: dict[str, list[Mark]] = {}
    for kind, name, status in rows_of(files, "facility_load", STATE_SQL):
        place = places.get(str(name))
        if place is not None:
            found.setdefault(kind, []).append(Mark(*place, status == FULL))
    return {kind: sorted(marks) for kind, marks in found.items()}


class FacilityMarks(CanvasItem):
    """Paints marks in whatever scale the map has."""

    def __init__(self, canvas: QgsMapCanvas) -> None:
        super().__init__(canvas, HEIGHT)
        self._canvas = canvas
        self.marks: Sequence[Mark] = ()

    def show_marks(self, marks: Sequence[Mark]) -> None:
        """Show other marks, given from west to east: of a city's ten thousand those beside the view are passed over."""
        self.marks = marks
        self.update()

    def paint(self, painter: QPainter, option: Any = None, widget: Any = None) -> None:
        """Draw what is in view; those that are full above the others. Nothing when there are too many to tell apart."""
        seen = self.seen()
        if len(seen) > MOST:
            return
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        mm = self._canvas.logicalDpiX() / 25.4
        side = SIDE_MM * mm
        painter.setBrush(QColor("#FFFFFF"))
        across = self._canvas.getCoordinateTransform().transform()  # by the numbers: a call of QGIS a mark is felt
        xx, yx, dx, xy, yy, dy = across.m11(), across.m21(), across.dx(), across.m12(), across.m22(), across.dy()
        for is_full in (False, True):
            entry = colours()["overloaded" if is_full else "facility"]
            painter.setPen(QPen(QColor(str(entry["color"])), (THICK_MM if is_full else RIM_MM) * mm))
            for mark in seen:
                if mark.is_full == is_full:
                    x, y = xx * mark.x + yx * mark.y + dx, xy * mark.x + yy * mark.y + dy
                    painter.drawRect(QRectF(x - side / 2, y - side / 2, side, side))

    def seen(self) -> list[Mark]:
        """Return the marks in view; of more than MOST one more than that."""
        view = self._canvas.extent()
        south, north = view.yMinimum(), view.yMaximum()
        first = bisect_left(self.marks, (view.xMinimum(),))
        last = bisect_right(self.marks, (view.xMaximum(), inf))
        inside = (mark for mark in self.marks[first:last] if south <= mark.y <= north)
        return list(islice(inside, MOST + 1))


class MarkShowing(QObject):
    """Reads where the facilities are in a task of QGIS, then shows those of one kind; `places` in the map's system.

    `read()` when they are known, `over()` behind it and also when they cannot be read.
    """

    read, over = pyqtSignal(), pyqtSignal()

    def __init__(self, iface: Any, session: Any, parent: QObject) -> None:
        super().__init__(parent)
        self._iface, self._session = iface, session
        self.places: dict[str, tuple[float, float]] = {}
        self._marks: dict[str, list[Mark]] = {}
        self.item: FacilityMarks | None = None
        self._task: QgsTask | None = None
        self._kind = ""

    def start(self, files: Mapping[str, str]) -> None:
        """Read the facilities anew."""
        if self._iface is None:
            return
        read, found = reader_of(self._session, self._iface.mapCanvas().mapSettings().destinationCrs()), {}

        def work(task: QgsTask) -> None:
            found["places"] = read()
            found["marks"] = marks_of(files, found["places"])

        def over(error: Exception | None) -> None:
            if self._task is not reading:  # other results have come meanwhile
                return
            self._task = None
            if error is None:
                self.places, self._marks = found["places"], found["marks"]
                self.show(self._kind)
                self.read.emit()
            self.over.emit()
            if error is not None and not reading.isCanceled() and not isinstance(error, UnreadableError):
                raise error

        self._task = reading = begin(tr("Reading the facilities"), work, over)

    def show(self, kind: str) -> None:
        """Show the facilities of a kind; none of a group, whose kinds would hide one another."""
        self._kind = kind
        if self._iface is None:
            return
        marks = self._marks.get(kind, [])
        if self.item is None and marks:
            self.item = FacilityMarks(self._iface.mapCanvas())
        if self.item is not None:
            self.item.show_marks(marks)

    def clear(self) -> None:
        """Take the marks off the map."""
        if self.item is not None:
            self._iface.mapCanvas().scene().removeItem(self.item)
        self.item = None

    def close(self) -> None:
        """Forget everything."""
        self._task = None
        self.clear()
        forget_later(self.places, *self._marks.values())
        self.places, self._marks = {}, {}
