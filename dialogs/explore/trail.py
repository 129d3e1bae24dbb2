# SPDX-License-Identifier: GPL-2.0-or-later
"""The places that were asked about, one after the other: back to the last one and forth again, as in a browser."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, NamedTuple

from qgis.core import QgsCoordinateReferenceSystem, QgsCsException, QgsPointXY

from ..study.crossing import crossing

MOST = 100  # places that are remembered


class Place(NamedTuple):
    """A place in the map's system of then; `only_ground` = not what stands on it."""

    point: QgsPointXY
    crs: QgsCoordinateReferenceSystem
    only_ground: bool = False


class Trail:
    """`changed(can go back, can go forth)` is called whenever that is so."""

    def __init__(self, changed: Callable[[bool, bool], None]) -> None:
        self._places: list[Place] = []
        self._at, self._changed = -1, changed

    def add(self, place: Place) -> None:
        """Go on from here to a new place; where one had gone back, what came after is forgotten."""
        self._places = [*self._places[: self._at + 1], place][-MOST:]
        self._at = len(self._places) - 1
        self._tell()

    def step(self, by: int) -> Place | None:
        """Go back (-1) or forth (1); None where there is no further place."""
        if not 0 <= self._at + by < len(self._places):
            return None
        self._at += by
        self._tell()
        return self._places[self._at]

    def forget(self) -> None:
        """Forget all places."""
        self._places, self._at = [], -1
        self._tell()

    def _tell(self) -> None:
        self._changed(self._at > 0, self._at < len(self._places) - 1)


def brought_into_view(place: Place, canvas: Any, project: Any) -> QgsPointXY | None:
    """Return a place in the map's system of now, and let the map show it; None where it cannot be told."""
    try:
        point = QgsPointXY(crossing(place.crs, canvas.mapSettings().destinationCrs(), project).transform(place.point))
    except QgsCsException:
        return None
    if not canvas.extent().contains(point):
        canvas.setCenter(point)
        canvas.refresh()
    return point
