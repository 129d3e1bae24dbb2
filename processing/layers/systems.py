# SPDX-License-Identifier: GPL-2.0-or-later
"""Coordinate systems that outlive the thread that asked for them first.

QGIS (3.40 and 3.44) keeps each system it has looked up, and shares it between threads. One that a worker thread looked
up first dies with that thread: it still says that it is valid and what it is called, but it has no definition any more,
layers are written without a system, and a transform hands its input back. So the systems of a run are made on the main
thread, which never ends, before a worker can ask for them; and what has died all the same is made anew.
"""

from __future__ import annotations

from collections.abc import Iterable
from itertools import chain
from typing import Any

from qgis.core import (
    QgsCoordinateReferenceSystem,
    QgsCoordinateTransform,
    QgsCoordinateTransformContext,
    QgsVectorLayer,
)

from ...core.errors import RenewalError
from ..threads import is_main_thread
from .gdalmode import gdal_raises

OURS = ("EPSG:4326", "EPSG:4490", "EPSG:4545")  # degrees, and the systems of the sample
# name or definition → the system as QGIS keeps it, made on the main thread
_kept: dict[str, list[QgsCoordinateReferenceSystem]] = {}


def is_alive(crs: QgsCoordinateReferenceSystem) -> bool:
    """Say whether a system that calls itself valid still has its definition. Holds on to it in this thread."""
    return not crs.isValid() or bool(crs.toWkt())


def system_named(name: str) -> QgsCoordinateReferenceSystem:
    """Return the system EPSG:… Raises RenewalError("crs_not_there") when QGIS has it not, however often it is asked."""
    found = QgsCoordinateReferenceSystem(name)
    if not found.isValid() or not is_alive(found):
        _forget()
        found = QgsCoordinateReferenceSystem(name)
    if not found.isValid() or not is_alive(found):
        raise RenewalError("crs_not_there", name=name)
    return found


def revived(crs: QgsCoordinateReferenceSystem) -> QgsCoordinateReferenceSystem:
    """Return the system itself while it lives, else one made anew by its name.

    Raises RenewalError("crs_lost") for a dead one without a name.
    """
    if is_alive(crs):
        return crs
    if not crs.authid():
        raise RenewalError("crs_lost", name=crs.description())
    return system_named(crs.authid())


def is_undefined(crs: QgsCoordinateReferenceSystem) -> bool:
    """Say whether a system is one of the two that a GeoPackage writes when it knows none; QGIS calls them valid."""
    return not crs.authid() and crs.description().startswith("Undefined ")


def has_system(layer: Any) -> bool:
    """Say whether it is known where the places of a layer are."""
    return bool(layer.crs().isValid() and not is_undefined(layer.crs()))


def keep_systems(systems: Iterable[QgsCoordinateReferenceSystem]) -> None:
    """Make the systems on the main thread, where they stay; elsewhere do nothing."""
    if not is_main_thread():
        return
    for crs in systems:
        told = crs.authid() or crs.toWkt()  # a dead one still has its name
        if crs.isValid() and told:
            _kept.setdefault(told, [])
    if not _hold():
        _forget()
        _hold()


def _hold() -> bool:
    """Ask QGIS for the systems that are kept, as they are named and as files have them; say whether all are alive."""
    for told, held in _kept.items():
        if not held:
            held += [QgsCoordinateReferenceSystem(told), _of_a_file(told)]
    return all(map(is_alive, chain.from_iterable(_kept.values())))


def transform_between(
    source: QgsCoordinateReferenceSystem,
    target: QgsCoordinateReferenceSystem,
    transforms: QgsCoordinateTransformContext,
) -> QgsCoordinateTransform:
    """Return a transform that works; without a system on either side it leaves coordinates as they are.

    Raises RenewalError: `crs_lost`, `crs_not_there`.
    """
    if not (source.isValid() and target.isValid()):
        return QgsCoordinateTransform()
    made = QgsCoordinateTransform(revived(source), revived(target), transforms)
    if not made.isValid():
        _forget()
        again = (system_named(crs.authid()) if crs.authid() else crs for crs in (source, target))
        made = QgsCoordinateTransform(*again, transforms)
    if not made.isValid():
        raise RenewalError("crs_lost", name=f"{source.authid()} → {target.authid()}")
    return made


def _of_a_file(told: str) -> QgsCoordinateReferenceSystem:
    """Return the system as the layers of a file have it: QGIS keeps those apart, by the definition in the file."""
    from osgeo import gdal, ogr, osr

    is_named = told.startswith("EPSG:") and ogr.GetDriverByName("FlatGeobuf") is not None
    # of a name both files give the same definition, and a GeoPackage takes the window ten times as long
    driver, ending = ("FlatGeobuf", "fgb") if is_named else ("GPKG", "gpkg")
    path = f"/vsimem/urban_renewal_system.{ending}"
    with gdal_raises():
        system = osr.SpatialReference()
        system.SetFromUserInput(told)
        dataset = ogr.GetDriverByName(driver).CreateDataSource(path)
        dataset.CreateLayer("x", system, ogr.wkbPoint)
        del dataset
    try:
        return QgsVectorLayer(path, "x", "ogr").crs()
    finally:
        gdal.Unlink(path)


def _forget() -> None:
    """Let QGIS forget the systems and transforms that it keeps; those in use stay."""
    QgsCoordinateReferenceSystem.invalidateCache()
    QgsCoordinateTransform.invalidateCache()
    for held in _kept.values():
        held.clear()
