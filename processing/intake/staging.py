# SPDX-License-Identifier: GPL-2.0-or-later
"""Frozen inputs as files, for algorithms that run others: children prepare in the worker, where layers may be gone."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from qgis.core import (
    QgsCoordinateTransformContext,
    QgsFeature,
    QgsFeatureSink,
    QgsFields,
    QgsGeometry,
    QgsVectorFileWriter,
    QgsWkbTypes,
)

from ...core.errors import RenewalError
from ...core.faults import tell_library
from ...core.run import Run
from ..layers.snapshot import VectorSnapshot
from .reading import read_raw

SLICE = 1000


def staged_source(snapshot: VectorSnapshot, folder: Path, transforms: QgsCoordinateTransformContext, run: Run) -> str:
    """Return a path that a child algorithm can read: the file itself when nothing lies before it, else a copy."""
    if snapshot.plain and snapshot.file is not None:
        return f"{snapshot.file}|layername={snapshot.file_layer}" if snapshot.file_layer else str(snapshot.file)
    return copied_source(snapshot, folder, transforms, run)


def copied_source(snapshot: VectorSnapshot, folder: Path, transforms: QgsCoordinateTransformContext, run: Run) -> str:
    """Return the path of a copy that a child algorithm can read.

    It holds every feature as it was when the run started: edits, selection, filter, joins and virtual fields.
    """
    names = [item.name() for item in snapshot.fields if item.name().lower() != "fid"]
    columns, shapes = read_raw(snapshot, names, run)
    fields = QgsFields()
    for item in snapshot.fields:
        if item.name() in names:
            fields.append(item)
    path = folder / f"{snapshot.parameter.lower()}.gpkg"
    _write(path, snapshot, fields, _rows(fields, columns, shapes), transforms, run)
    return str(path)


def _rows(fields: QgsFields, columns: dict[str, list[Any]], shapes: list[Any]) -> Any:
    lists = [columns[item.name()] for item in fields]
    for row in range(len(lists[0]) if lists else len(shapes)):
        feature = QgsFeature(fields)
        feature.setAttributes([values[row] for values in lists])
        if shapes and shapes[row] is not None:
            geometry = QgsGeometry()
            geometry.fromWkb(shapes[row])
            feature.setGeometry(geometry)
        yield feature


def _write(
    path: Path, snapshot: VectorSnapshot, fields: QgsFields, rows: Any, transforms: QgsCoordinateTransformContext,
    run: Run,
) -> None:  # fmt: skip
    options = QgsVectorFileWriter.SaveVectorOptions()
    options.driverName, options.fileEncoding, options.layerName = "GPKG", "UTF-8", path.stem
    has_geometry = snapshot.geometry != "none"
    wkb_type = QgsWkbTypes.Type.Unknown if has_geometry else QgsWkbTypes.Type.NoGeometry  # as it comes: mixed, with Z
    writer = QgsVectorFileWriter.create(
        str(path), fields, wkb_type, snapshot.crs, transforms, options, QgsFeatureSink.SinkFlags(), None, None
    )
    if writer.hasError() != QgsVectorFileWriter.WriterError.NoError:
        raise RenewalError("write_failed", path=path.name, reason=tell_library(writer.errorMessage(), path.parent))
    for number, feature in enumerate(rows):
        if number % SLICE == 0:
            run.check()
        if not writer.addFeature(feature, QgsFeatureSink.Flag.FastInsert):
            raise RenewalError("write_failed", path=path.name, reason=tell_library(writer.errorMessage(), path.parent))
    del writer
