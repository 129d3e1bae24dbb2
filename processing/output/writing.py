# SPDX-License-Identifier: GPL-2.0-or-later
"""Files appear whole or not at all: written beside the target, re-opened and counted, then moved into place."""

from __future__ import annotations

import contextlib
import os
import shutil
import sqlite3
from collections.abc import Callable
from pathlib import Path
from traceback import clear_frames
from typing import Any

from qgis.core import (
    QgsCoordinateTransformContext,
    QgsFeatureSink,
    QgsField,
    QgsFields,
    QgsProcessingContext,
    QgsProcessingUtils,
    QgsVectorFileWriter,
    QgsVectorLayer,
)

from ...core.errors import RenewalError
from ...core.faults import tell_fault, tell_library
from ...core.inputs.aliases import FIELD_BYTES
from ...core.run import Run
from ..layers.gdalmode import gdal_raises, unsynchronized
from .bulk import announce_rows, can_bulk, write_rows
from .encoding import Encoded
from .targets import SHAPEFILE_SET, UTF8, Target

SLICE = 1000
OF_COUNTING = ["INCLUDE_FID=YES", "USE_MASKED_ARRAYS=NO", "MAX_FEATURES_IN_BATCH=5000"]
BYTES_PER_VALUE = 12  # a rough measure for the free-space check: own choice
BYTES_PER_PLACE = 16  # x and y in WKB


def write_part(
    target: Target, encoded: Encoded, transforms: QgsCoordinateTransformContext,
    dress: Callable[[QgsVectorLayer], None] | None, run: Run,
) -> None:  # fmt: skip
    """Write a file or table result beside its target, dress it (aliases, style, metadata), re-open and count it.

    Without `dress` it only goes to the next step of a study, which counts the rows when it reads them.

    Raises RenewalError: `disk_full`, `write_failed`, `written_incomplete`; Cancelled. The caller removes the part.
    """
    part, name = target.part, _layer_name(target)
    discard(part)
    write_layer(part, name, target, encoded, transforms, run, counted=dress is not None)
    if dress is None:
        return
    if part.suffix == ".gpkg":
        layer = QgsVectorLayer(f"{part}|layername={name}", name, "ogr")
        dress(layer)
        del layer
        _close_journal(part)
    _flush_to_disk(part)


def write_layer(
    place: Path, name: str, target: Target, encoded: Encoded, transforms: QgsCoordinateTransformContext, run: Run,
    counted: bool = True,
) -> None:  # fmt: skip
    """Write a layer into a file, a new one or a further table of a GeoPackage that is being made, and count it.

    Whoever calls brings the finished file to the disk as a whole.

    Raises RenewalError: `disk_full`, `write_failed`, `written_incomplete`; Cancelled.
    """
    _check_space(place.parent, encoded)
    by_rows = can_bulk(place, encoded)
    _make_layer(place, name, target, encoded, transforms, None if by_rows else run)
    if by_rows:
        try:
            write_rows(place, name, target.geometry_column, encoded, run)
        except sqlite3.Error as error:
            raise RenewalError("write_failed", path=str(target.path), reason=tell_fault(error)) from error
    if counted:
        check_written(place, name, encoded.rows, target, run)


def write_empty_part(target: Target, encoded: Encoded, transforms: QgsCoordinateTransformContext) -> None:
    """Write a file beside its place that says how many rows there are, and has none: they are handed over.

    Raises RenewalError(`write_failed`). The caller removes the part.
    """
    part, name = target.part, _layer_name(target)
    discard(part)
    _make_layer(part, name, target, encoded, transforms, None)
    try:
        announce_rows(part, name, encoded)
    except sqlite3.Error as error:
        raise RenewalError("write_failed", path=str(target.path), reason=tell_fault(error)) from error


def _layer_name(target: Target) -> str:
    return target.table or (target.path or target.part).stem


def _make_layer(
    place: Path, name: str, target: Target, encoded: Encoded, transforms: QgsCoordinateTransformContext, run: Run | None
) -> None:
    """Make a layer in a file, with its rows when there is a `run`, else empty."""
    options = QgsVectorFileWriter.SaveVectorOptions()
    options.driverName = QgsVectorFileWriter.driverForExtension(place.suffix)
    options.fileEncoding, options.layerName = target.encoding if place.suffix.lower() == ".shp" else UTF8, name
    if place.exists():
        options.actionOnExistingFile = QgsVectorFileWriter.ActionOnExistingFile.CreateOrOverwriteLayer
    options.layerOptions = _layer_options(place, target)
    with unsynchronized():
        writer = QgsVectorFileWriter.create(
            str(place), fields_in(place, encoded), encoded.wkb_type, encoded.crs, transforms, options,
            QgsFeatureSink.SinkFlags(), None, None,
        )  # fmt: skip
        if writer.hasError() != QgsVectorFileWriter.WriterError.NoError:
            raise _refused(writer, target)
        try:
            if run is not None:
                _add_features(writer, encoded, target, run)
        finally:
            del writer  # closes the file


def fields_in(place: Path, encoded: Encoded) -> QgsFields:
    """Return the fields as the file can name them: in a shapefile by the short names of the dictionary.

    An input's own names are cut between characters to ten bytes; what is taken already gets a number. The writer's own
    cut goes through the middle of a Chinese character, and nobody can read such a name again.
    """
    if place.suffix.lower() != ".shp":
        return encoded.fields
    ours = {column.name: column.short or column.name for column in encoded.table.columns}
    taken = {_cut(name).casefold() for name in ours.values()}
    fields = QgsFields()
    for item in encoded.fields:
        name, number = _cut(ours.get(item.name(), item.name())), 0
        while item.name() not in ours and name.casefold() in taken:
            number += 1
            name = _cut(item.name(), len(str(number))) + str(number)
        taken.add(name.casefold())
        copy = QgsField(item)
        copy.setName(name)
        fields.append(copy)
    return fields


def _cut(name: str, less: int = 0) -> str:
    """Return a name of at most ten bytes, `less` some."""
    return name.encode()[: FIELD_BYTES - less].decode(errors="ignore")


def _add_features(writer: QgsVectorFileWriter, encoded: Encoded, target: Target, run: Run) -> None:
    for number, feature in enumerate(encoded.features()):
        if number % SLICE == 0:
            run.progress(number / max(1, encoded.rows))
        if not writer.addFeature(feature, QgsFeatureSink.Flag.FastInsert):
            raise _refused(writer, target)
    if not writer.flushBuffer():
        raise _refused(writer, target)


def _refused(writer: QgsVectorFileWriter, target: Target) -> RenewalError:
    """Return what went wrong; a target without a path of its own is written beside its place."""
    reason = tell_library(writer.errorMessage(), (target.path or target.part).parent)
    return RenewalError("write_failed", path=str(target.path), reason=reason)


def check_written(part: Path, layer_name: str, rows: int, target: Target, run: Run) -> None:
    """Re-open a written file and count its features one by one: the header may promise more than the file holds.

    Through OGR, not a QgsVectorLayer: QGIS's connection pool would keep the file open for a minute, and on Windows an
    open file cannot be moved.
    """
    counted = 0
    with contextlib.suppress(RuntimeError):
        counted = _count_file(part, layer_name, target.encoding, run)
    if counted != rows:
        raise RenewalError("written_incomplete", path=str(target.path), expected=rows, found=counted)


def _count_file(part: Path, layer_name: str, encoding: str, run: Run) -> int:
    """Return how many features a file holds; it is closed when this returns, or else the part cannot be removed."""
    from osgeo import gdal

    # inside QGIS GDAL does not go by the .cpg
    options = [f"ENCODING={encoding}"] if part.suffix.lower() == ".shp" else []
    with gdal_raises():
        dataset = gdal.OpenEx(str(part), gdal.OF_VECTOR | gdal.OF_READONLY, open_options=options)
        layer = dataset.GetLayerByName(layer_name) or dataset.GetLayer(0)
        definition = layer.GetLayerDefn()
        layer.SetIgnoredFields([definition.GetFieldDefn(i).GetName() for i in range(definition.GetFieldCount())])
        try:
            return count_rows(layer, run)
        finally:
            del dataset  # a Cancel on its way would hold on to the open file


def count_rows(layer: Any, run: Run | None = None) -> int:
    """Return how many features can be read from an OGR layer: each is read, whatever the header says."""
    try:
        from osgeo import gdal_array  # noqa: F401 (fails when GDAL was built for another numpy)
    except ImportError:
        return sum(1 for _ in layer)
    counted = 0
    for batch in layer.GetArrowStreamAsNumPy(options=OF_COUNTING):
        if run is not None:
            run.check()
        counted += len(next(iter(batch.values()), ()))
    return counted


def _layer_options(part: Path, target: Target) -> list[str]:
    if part.suffix == ".gpkg":
        return [f"GEOMETRY_NAME={target.geometry_column}"]
    return [f"ENCODING={target.encoding}"] if part.suffix.lower() == ".shp" else []


def _check_space(folder: Path, encoded: Encoded) -> None:
    from shapely import get_num_coordinates

    geometry = BYTES_PER_PLACE * int(get_num_coordinates(encoded.shapes).sum()) if encoded.shapes is not None else 0
    text = sum(
        len(value.encode()) for values in encoded.columns for value in values[:200] if isinstance(value, str)
    ) * max(1, encoded.rows) // max(1, min(200, encoded.rows))  # fmt: skip
    needed = geometry + text + encoded.rows * len(encoded.columns) * BYTES_PER_VALUE
    free = shutil.disk_usage(folder).free
    if needed > free:
        raise RenewalError("disk_full", folder=str(folder), needed_mb=needed // 2**20 + 1, free_mb=free // 2**20)


def _close_journal(part: Path) -> None:
    """Bring a GeoPackage back from write-ahead logging, in which QGIS leaves it after saving a style."""
    connection = sqlite3.connect(part)
    try:
        connection.execute("PRAGMA journal_mode = DELETE")
    finally:
        connection.close()


def _flush_to_disk(part: Path) -> None:
    for file in files_of(part):
        with file.open("rb+") as handle:
            os.fsync(handle.fileno())


def files_of(path: Path) -> list[Path]:
    """Return the files that make up a layer at this path; a shapefile's .shp comes last."""
    if path.suffix.lower() != ".shp":
        return [path] if path.exists() else []
    side = [path.with_suffix(suffix) for suffix in SHAPEFILE_SET if suffix != ".shp"]
    return [file for file in [*side, path] if file.exists()]


def discard(part: Path) -> None:
    """Remove a part and what SQLite may have left beside it; a part is ours by its name."""
    for file in files_of(part):
        file.unlink(missing_ok=True)
    for suffix in ("-wal", "-shm", "-journal"):
        part.with_name(part.name + suffix).unlink(missing_ok=True)


def move_into_place(target: Target) -> None:
    """Make a finished part the result: replace the file, or copy the table into its GeoPackage in one transaction."""
    if target.kind == "table" and target.path.exists():
        _insert_table(target)
        discard(target.part)
        return
    part = target.part
    try:
        new = {file.suffix for file in files_of(part)}
        for file in files_of(target.path):
            if file.suffix not in new:  # an index or a system of the old rows would hold for the new ones
                file.unlink()
        for file in files_of(part):
            name = target.path.stem + file.suffix if file.suffix != part.suffix else target.path.name
            os.replace(file, target.path.with_name(name))  # noqa: PTH105 (the same on Path, but says what it is)
    except PermissionError as error:  # Windows: the old file is open somewhere
        raise RenewalError("target_locked", path=str(target.path)) from error


def _insert_table(target: Target) -> None:
    """Copy the part's table into an existing GeoPackage: one SQLite transaction, so a kill leaves the old table."""
    try:
        _copy_table(target)
    except RuntimeError as error:
        clear_frames(error.__traceback__)  # both files are open as long as names on its way hold them
        if any(word in str(error) for word in ("locked", "busy", "readonly", "read-only")):
            raise RenewalError("target_locked", path=str(target.path)) from error
        reason = tell_library(str(error), target.path.parent)
        raise RenewalError("write_failed", path=target.uri, reason=reason) from error


def _copy_table(target: Target) -> None:
    from osgeo import gdal

    with gdal_raises():
        whole = gdal.OpenEx(str(target.path), gdal.OF_VECTOR | gdal.OF_UPDATE)
        part = gdal.OpenEx(str(target.part), gdal.OF_VECTOR | gdal.OF_READONLY)
        options = gdal.VectorTranslateOptions(
            options=["-ds_transaction", "-gt", "unlimited"], accessMode="overwrite", layerName=target.table,
            layers=[target.table],
        )  # fmt: skip
        gdal.VectorTranslate(whole, part, options=options)
        del whole, part  # closed here, where what closing finds is raised


def write_memory(encoded: Encoded, name: str, context: QgsProcessingContext, run: Run) -> str:
    """Write a temporary layer and return its id; the context keeps it."""
    sink, layer_id = QgsProcessingUtils.createFeatureSink(
        f"memory:{name}", context, _bare(encoded.fields), encoded.wkb_type, encoded.crs
    )
    for number, feature in enumerate(encoded.features()):
        if number % SLICE == 0:
            run.progress(number / max(1, encoded.rows))
        if not sink.addFeature(feature, QgsFeatureSink.Flag.FastInsert):
            raise RenewalError("write_failed", path=name, reason=sink.lastError())
    sink.flushBuffer()
    return str(layer_id)


def _bare(fields: QgsFields) -> QgsFields:
    """Return fields without headings: the log of QGIS complains about each that a temporary layer cannot be made with.

    The layer gets them when it is dressed.
    """
    bare = QgsFields()
    for field in fields:
        plain = QgsField(field)
        plain.setAlias("")
        plain.setComment("")
        bare.append(plain)
    return bare


def layer_of(result: Any, context: QgsProcessingContext) -> Any:
    """Return the map layer of a memory result."""
    return QgsProcessingUtils.mapLayerFromString(result, context)
