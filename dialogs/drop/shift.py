# SPDX-License-Identifier: GPL-2.0-or-later
"""Do the points of a new layer look like GCJ-02? Looked at in the background, beside what the project has already."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from qgis.core import (
    QgsApplication,
    QgsCsException,
    QgsFeatureRequest,
    QgsGeometry,
    QgsPointXY,
    QgsProject,
    QgsRectangle,
    QgsTask,
    QgsVectorLayer,
    QgsVectorLayerFeatureSource,
)

from ...core.errors import RenewalError
from ...processing.layers.systems import system_named, transform_between

POINTS = 60  # places looked at: enough for the test of core/inputs/placement.py, few enough for a second
MOST, LOOK = 20_000, 500  # rows among which they are, rows between two looks at Cancel
FAR_M = 150.0  # how far around a place is looked for something to stand at
BESIDE = ("BUILDINGS", "ROADS", "PARCELS")  # best first
DEGREES = "EPSG:4326"


def reference_of(project: QgsProject, inputs: Any, besides: str = "") -> QgsVectorLayer | None:
    """Return the layer of the project that places stand in or at; `besides` is a role that does not count."""
    for role in BESIDE:
        choice = inputs.get(role)
        layer = project.mapLayer(choice.layer_id) if choice and role != besides else None
        if isinstance(layer, QgsVectorLayer) and layer.isValid() and layer.crs().isValid():
            return layer
    return None


class ShiftCheck(QgsTask):
    """Calls `told(offset_m, n)` on the main thread when the points look shifted; else nothing is said."""

    def __init__(self, layer: QgsVectorLayer, reference: QgsVectorLayer, told: Callable[[float, int], None]) -> None:
        super().__init__("GCJ-02", QgsTask.Flag.CanCancel | QgsTask.Flag.CancelWithoutPrompt | QgsTask.Flag.Hidden)
        # snapshots: the work is done in another thread
        self._layer, self._source = QgsVectorLayerFeatureSource(layer), QgsVectorLayerFeatureSource(reference)
        degrees, context = system_named(DEGREES), QgsProject.instance().transformContext()
        self._to_degrees = transform_between(layer.crs(), degrees, context)
        self._from_degrees = transform_between(degrees, reference.crs(), context)
        self._step = FAR_M / 111_000 if reference.crs().isGeographic() else FAR_M
        self._told, self.shift = told, None

    def run(self) -> bool:
        """Compare how near the places lie to the reference as they are, and corrected."""
        import numpy as np
        import shapely

        from ...core.inputs import gcj02, placement

        points = self._points()
        if self.isCanceled():
            return False
        try:
            lonlat = np.array([tuple(self._to_degrees.transform(point)) for point in points], float).reshape(-1, 2)
            right = np.column_stack(gcj02.gcj02_to_wgs84(lonlat[:, 0], lonlat[:, 1]))
            given, moved = (
                [self._from_degrees.transform(QgsPointXY(*pair)) for pair in pairs.tolist()]
                for pairs in (lonlat, right)
            )
        except QgsCsException:
            return False
        pairs = [shapely.points([[point.x(), point.y()] for point in points]) for points in (given, moved)]
        beside = self._beside([*pairs, *placement.elsewhere(*pairs)])
        if beside is None:
            return False
        self.shift = placement.suspect_shift(*pairs, beside)
        return True

    def _beside(self, places: Sequence[Any]) -> Any:
        """Return what stands around the places, arrays of points, each feature once; None when called off."""
        import numpy as np
        import shapely

        found: dict[int, Any] = {}
        for x, y in shapely.get_coordinates(np.concatenate(places)).tolist():
            if self.isCanceled():
                return None
            box = QgsRectangle(x - self._step, y - self._step, x + self._step, y + self._step)
            for feature in self._source.getFeatures(QgsFeatureRequest(box).setNoAttributes()):
                if feature.id() not in found:
                    found[feature.id()] = shapely.from_wkb(bytes(_clean(feature.geometry())), on_invalid="ignore")
        return np.array([*(shape for shape in found.values() if shape is not None), None], object)[:-1]

    def _points(self) -> list[QgsPointXY]:
        """Return some of the layer's places, spread over its rows."""
        geometries = []
        for number, item in enumerate(self._layer.getFeatures(QgsFeatureRequest().setNoAttributes().setLimit(MOST))):
            if number % LOOK == 0 and self.isCanceled():
                break
            if not item.geometry().isEmpty():
                geometries.append(item.geometry())
        every = max(1, len(geometries) // POINTS)
        return [geometry.centroid().asPoint() for geometry in geometries[::every]][:POINTS]

    def finished(self, result: bool) -> None:
        """Tell."""
        if result and self.shift is not None and self.shift.suspected:
            offset_m = self.shift.offset_m * (111_000 if self._step < 1 else 1)
            self._told(offset_m, self.shift.points_n)


def _clean(geometry: QgsGeometry) -> Any:
    return geometry.asWkb().data()


def look(layer: Any, project: QgsProject, inputs: Any, role: str, told: Callable[[float, int], None]) -> QgsTask | None:
    """Begin to look; None when there is nothing to compare with. Keep the task as long as `told` may be called."""
    reference = reference_of(project, inputs, role)
    is_place = isinstance(layer, QgsVectorLayer) and layer.isValid() and layer.isSpatial() and layer.crs().isValid()
    if reference is None or not is_place:
        return None
    try:
        task = ShiftCheck(layer, reference, told)
    except RenewalError:  # no way between the systems: nothing can be compared
        return None
    QgsApplication.taskManager().addTask(task)
    return task
