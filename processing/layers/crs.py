# SPDX-License-Identifier: GPL-2.0-or-later
"""Metres: the coordinate system in which a run computes, and moving coordinates into it and back."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from qgis.core import (
    Qgis,
    QgsCoordinateReferenceSystem,
    QgsCoordinateTransform,
    QgsCoordinateTransformContext,
    QgsCsException,
    QgsDistanceArea,
    QgsGeometry,
    QgsPointXY,
    QgsRectangle,
)

from ...core.errors import RenewalError
from .systems import transform_between

# A projected system whose metres are off by more than this at the data's centre is not metric in our sense (own
# choice: Web Mercator is off by 15 % at 29.5°N, a 3° Gauss-Krüger zone by 0.03 % at worst, UTM by 0.1 %).
SCALE_ERROR = 0.01


@dataclass(frozen=True)
class WorkingCrs:
    """The system of a run. `crs` is None for a local grid without a known system (NO_CRS = local_metric)."""

    crs: QgsCoordinateReferenceSystem | None
    note: str  # "" | "crs_local_tm" | "crs_local_grid"


def choose_working_crs(
    crs: QgsCoordinateReferenceSystem, extent: QgsRectangle, transforms: QgsCoordinateTransformContext
) -> WorkingCrs:
    """Return the layer's own system when its metres are true, else a transverse Mercator on the data's centre.

    The transverse Mercator has k = 1 and the ellipsoid (and datum terms) of the layer's system.
    """
    if not crs.isValid():
        return WorkingCrs(None, "crs_local_grid")
    if _is_metric(crs, extent, transforms):
        return WorkingCrs(crs, "")
    geographic = _degrees_of(crs)
    to_degrees = transform_between(crs, geographic, transforms)
    longitude = 0.0 if extent.isNull() else round(to_degrees.transform(extent.center()).x(), 6)  # null: no data at all
    text = f"+proj=tmerc +lat_0=0 +lon_0={longitude} +k=1 +x_0=500000 +y_0=0 {_shape_of(geographic)} +units=m +no_defs"
    local = QgsCoordinateReferenceSystem.fromProj(text)
    if not local.isValid():
        raise RenewalError("crs_not_there", name=text)
    return WorkingCrs(local, "crs_local_tm")


def _degrees_of(crs: QgsCoordinateReferenceSystem) -> QgsCoordinateReferenceSystem:
    """Return the degrees on which a system rests; QGIS finds none for one of a file that no register knows."""
    geographic = crs if crs.isGeographic() else crs.toGeographicCrs()
    if geographic.isValid():
        return geographic
    made = QgsCoordinateReferenceSystem.fromProj(f"+proj=longlat {_shape_of(crs)} +no_defs")
    if not made.isValid():
        raise RenewalError("crs_not_there", name=crs.authid() or crs.toProj() or crs.description())
    return made


def _shape_of(crs: QgsCoordinateReferenceSystem) -> str:
    """Return the terms of a definition that say which earth it is about."""
    wanted = ("+datum", "+ellps", "+a", "+b", "+rf", "+towgs84")
    return " ".join(term for term in crs.toProj().split() if term.split("=")[0] in wanted)


def _is_metric(
    crs: QgsCoordinateReferenceSystem, extent: QgsRectangle, transforms: QgsCoordinateTransformContext
) -> bool:
    if crs.isGeographic() or crs.mapUnits() != Qgis.DistanceUnit.Meters:
        return False
    measure = QgsDistanceArea()
    measure.setSourceCrs(crs, transforms)
    measure.setEllipsoid(crs.ellipsoidAcronym())
    centre = extent.center()
    try:
        true_m = measure.measureLine(centre, QgsPointXY(centre.x() + 100, centre.y()))
    except QgsCsException:
        return True  # coordinates outside the system's area: checkinputs names them, areas stay as the grid has them
    return not true_m > 0 or abs(100 / true_m - 1) <= SCALE_ERROR


def move_coordinates(xy: Any, transform: QgsCoordinateTransform, layer: str) -> Any:
    """Return the (n, 2) coordinates transformed; raises RenewalError("crs_transform_failed") naming the layer."""
    import numpy as np

    has_systems = transform.sourceCrs().isValid() and transform.destinationCrs().isValid()
    if has_systems and not transform.isValid():  # it would hand the coordinates back as they are
        raise RenewalError("crs_lost", name=f"{transform.sourceCrs().authid()} → {transform.destinationCrs().authid()}")
    if transform.isShortCircuited() or not has_systems or len(xy) == 0:
        return xy
    # One line string of all points: a single call into PROJ instead of n; a line needs two points.
    points = np.vstack([xy, xy[-1:]]).astype("<f8")
    header = np.array([1, 2, 0, 0, 0], dtype=np.uint8).tobytes() + np.array([len(points)], dtype="<u4").tobytes()
    line = QgsGeometry()
    line.fromWkb(header + points.tobytes())
    try:
        failed = line.transform(transform) != Qgis.GeometryOperationResult.Success
    except QgsCsException:
        failed = True
    moved = np.empty_like(points) if failed else np.frombuffer(bytes(line.asWkb()), dtype="<f8", offset=9)
    moved = moved.reshape(-1, 2)[:-1]
    if failed or not np.isfinite(moved).all() or _stayed(xy, moved, transform):
        raise RenewalError("crs_transform_failed", layer=layer, source=transform.sourceCrs().authid(), n=len(xy))
    return moved.copy()


def _stayed(xy: Any, moved: Any, transform: QgsCoordinateTransform) -> bool:
    """Say whether metres came back as “degrees” or the other way round: a transform that does nothing."""
    source, target = transform.sourceCrs(), transform.destinationCrs()
    between = source.isValid() and target.isValid() and source.isGeographic() != target.isGeographic()
    return between and bool((xy == moved).all()) and bool((xy != 0).any())


def transform_to(
    source: QgsCoordinateReferenceSystem, target: WorkingCrs, transforms: QgsCoordinateTransformContext
) -> QgsCoordinateTransform:
    """Return the transform from a layer's system into the working one; nothing happens in a local grid."""
    if target.crs is None:
        return QgsCoordinateTransform()
    return transform_between(source, target.crs, transforms)
