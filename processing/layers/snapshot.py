# SPDX-License-Identifier: GPL-2.0-or-later
"""Inputs as they are when the run starts: taken on the main thread, read in a worker even if the layer is gone."""

from __future__ import annotations

import sqlite3
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from functools import lru_cache
from pathlib import Path
from typing import Any

from qgis.core import (
    Qgis,
    QgsCoordinateReferenceSystem,
    QgsDataSourceUri,
    QgsExpression,
    QgsFeatureRequest,
    QgsFields,
    QgsLayerMetadata,
    QgsProcessingContext,
    QgsProcessingFeatureSourceDefinition,
    QgsProcessingOutputLayerDefinition,
    QgsProcessingUtils,
    QgsProperty,
    QgsProviderRegistry,
    QgsRasterLayer,
    QgsRectangle,
    QgsVectorLayer,
    QgsVectorLayerFeatureSource,
    QgsVectorLayerSelectedFeatureSource,
    QgsWkbTypes,
)

from ...core.errors import RenewalError
from ...core.sqlfiles import open_to_read
from ...core.sqlnames import quoted
from .apart import apart
from .given import dress_vector, given_as, made_of
from .sources import file_of, file_there
from .systems import is_undefined, revived
from .written import called as encoding_name
from .written import read_again, read_as_written

WIDEST_DEGREES, WIDEST_UNITS = 6.0, 600_000.0  # own choice: Chongqing is 5° wide
DIMENSION = {0: "point", 1: "line", 2: "polygon", 3: "unknown", 4: "none"}  # Qgis.GeometryType


@dataclass
class VectorSnapshot:
    """A vector layer frozen for reading: fields, system, count, and a feature source that survives the layer."""

    parameter: str
    name: str
    layer_id: str
    source: Any  # QgsVectorLayerFeatureSource: edit buffer, joins, subset and virtual fields as of now
    fields: QgsFields
    headings: dict[str, str]
    crs: QgsCoordinateReferenceSystem
    extent: QgsRectangle
    count: int
    wkb_type: Any
    geometry: str  # point | line | polygon | none | unknown
    provider: str
    file: Path | None
    file_layer: str
    database: str  # "host/database/schema.table" for a database source, without user or password
    filter_expression: str = ""
    feature_limit: int = -1
    selected_only: bool = False
    expression_context: Any = None
    plain: bool = False  # nothing lies between the file and the features: the fast path may read the file
    is_estimated: bool = False  # `count` is the highest fid of a GeoPackage that does not keep count: at most so many
    metadata: Any = None  # QgsLayerMetadata
    recorded: str = ""  # what run records call it
    written_in: str = ""  # the encoding of its file, where the project's layer is garbled
    is_read_again: bool = False  # it is read in that encoding; `renamed` {field as the project has it: as it is read}
    renamed: Mapping[str, str] = field(default_factory=dict)
    encoding: str = ""  # its provider reads it in

    def reads_as(self, other: VectorSnapshot) -> bool:
        """Say whether both are one file read in one way: what the project says of each is the same."""
        told = [(item.plain, item.file, item.file_layer, item.name, item.encoding, item.headings, item.is_read_again)
                for item in (self, other)]  # fmt: skip
        return self.plain and told[0] == told[1] and self.crs == other.crs

    def request(self) -> QgsFeatureRequest:
        """Return the request that keeps to the definition's filter and limit."""
        request = QgsFeatureRequest()
        if self.filter_expression:
            request.setFilterExpression(self.filter_expression)
            request.setExpressionContext(self.expression_context)
        if self.feature_limit > 0:
            request.setLimit(self.feature_limit)
        return request


@dataclass
class RasterSnapshot:
    """A raster layer frozen for reading: a clone of its provider that belongs to the worker."""

    parameter: str
    name: str
    provider: Any
    crs: QgsCoordinateReferenceSystem
    extent: QgsRectangle
    columns: int
    rows: int
    file: Path | None
    layer_id: str = ""  # of the layer it was taken from, which may stand in the project
    source: str = ""  # what another thread opens it by


def split_definition(value: Any, context: QgsProcessingContext) -> tuple[Any, dict[str, Any]]:
    """Return what a source parameter's value points to (layer, id or path) and its selection, filter and limit."""
    options: dict[str, Any] = {}
    if isinstance(value, QgsProcessingFeatureSourceDefinition):
        options = {
            "selected_only": value.selectedFeaturesOnly,
            "feature_limit": value.featureLimit,
            "filter_expression": value.filterExpression,
        }
        value = value.source
    if isinstance(value, QgsProcessingOutputLayerDefinition):
        value = value.sink
    if isinstance(value, QgsProperty):
        is_static = value.propertyType() == Qgis.PropertyType.Static
        value = value.staticValue() if is_static else value.valueAsString(context.expressionContext(), "")[0]
    return value, options


def rows_of(layer: QgsVectorLayer) -> int:
    """Return how many features a layer has, -1 when it cannot be read.

    QGIS counts -1 for a broken subset and an unreachable table, which both say that they are valid, and for
    a good subset that it has not counted yet, such as that of a layer of a project just opened. Those give features.
    """
    counted = int(layer.featureCount())
    if counted >= 0:
        return counted
    request = QgsFeatureRequest().setFlags(QgsFeatureRequest.Flag.NoGeometry).setNoAttributes()
    return sum(1 for _ in layer.getFeatures(request)) or -1


def keeps_count(file: Path | None, table: str) -> bool:
    """Say whether the number of features is known; False for a table of a GeoPackage without GDAL's own count.

    Of such a table, written by other programs, QGIS takes the highest fid for the number once it has 100,000 rows.
    """
    if file is None or file.suffix.lower() != ".gpkg":
        return True
    try:
        stamps = tuple((part.stat().st_size, part.stat().st_mtime_ns) if part.exists() else None
                       for part in (file, file.with_name(f"{file.name}-wal")))  # fmt: skip
        return table in _tables_counted(file, stamps)
    except (OSError, sqlite3.Error):
        return False


@lru_cache(maxsize=64)  # a run has many tables of few files, and each opening is felt by the window
def _tables_counted(file: Path, stamps: tuple[Any, ...]) -> frozenset[str]:
    """Return the tables of a GeoPackage whose features GDAL counts; `stamps` tell the file as it is now."""
    sql = "SELECT table_name FROM gpkg_ogr_contents WHERE feature_count IS NOT NULL"
    with open_to_read(file) as base:
        return frozenset(str(name) for (name,) in base.execute(sql))


def settle_count(snapshot: VectorSnapshot) -> None:
    """Count what was only estimated; in the worker, as it may read the whole file. A damaged one is left for others."""
    if not (snapshot.is_estimated and snapshot.plain and snapshot.file is not None):
        return
    with suppress(sqlite3.Error), open_to_read(snapshot.file) as base:
        counted = " ".join(["SELECT count(*) FROM", quoted(snapshot.file_layer)])
        snapshot.count = int(base.execute(counted).fetchone()[0])
        snapshot.is_estimated = False


def find_layer(value: Any, context: QgsProcessingContext, hint: Any) -> Any:
    """Return the map layer a value stands for, loading it when it is a path; None when there is none."""
    if isinstance(value, (QgsVectorLayer, QgsRasterLayer)):
        return value
    if not value:
        return None
    there = QgsProcessingUtils.mapLayerFromString(str(value), context, False, hint)
    if there is not None:
        return there
    return QgsProcessingUtils.mapLayerFromString(apart(str(value)), context, True, hint)


def _layer_of(parameter: str, target: Any, context: QgsProcessingContext, kind: type) -> Any:
    """Return the layer of the wanted kind, a QGIS class, that a value stands for.

    Raises RenewalError: `source_is_raster`, `source_is_vector` for one of the other kind; `source_unreadable` where
    there is no such layer, or one that its provider says is broken.
    """
    hints = [QgsProcessingUtils.LayerHint.Vector, QgsProcessingUtils.LayerHint.Raster]
    for hint in hints if kind is QgsVectorLayer else reversed(hints):  # the wanted kind first
        layer = find_layer(target, context, hint)
        if layer is None or not layer.isValid():
            continue
        if isinstance(layer, kind):
            return layer
        code = "source_is_raster" if isinstance(layer, QgsRasterLayer) else "source_is_vector"
        raise RenewalError(code, parameter=parameter, source=_shown_source(target))
    raise RenewalError("source_unreadable", parameter=parameter, source=_shown_source(target))


def known_crs(layer: Any) -> QgsCoordinateReferenceSystem:
    """Return the layer's system, invalid for the two that a GeoPackage writes when it knows none."""
    crs = layer.crs()
    return QgsCoordinateReferenceSystem() if is_undefined(crs) else revived(crs)


def take_vector(parameter: str, value: Any, context: QgsProcessingContext) -> VectorSnapshot:
    """Freeze the vector layer a parameter's value stands for.

    Raises RenewalError as _layer_of; `source_unreadable` for a layer whose provider cannot count.
    """
    target, options = split_definition(value, context)
    layer = _layer_of(parameter, target, context, QgsVectorLayer)
    file, file_layer = _file_of(layer)
    frozen = given_as(target)
    if context.temporaryLayerStore().mapLayer(layer.id()) is not layer:
        frozen = None  # what is in the project stays as its owner reads it
    elif frozen is not None:
        dress_vector(layer, frozen)
    elif file is not None:
        read_as_written(layer, file)
    given, names = layer, layer.fields().names()
    again, written_in = read_again(layer, file, str(options.get("filter_expression") or ""))
    layer = again or layer
    selected = bool(options.get("selected_only"))
    source = QgsVectorLayerSelectedFeatureSource(layer) if selected else QgsVectorLayerFeatureSource(layer)
    count = layer.selectedFeatureCount() if selected else rows_of(layer)
    if count < 0:
        raise RenewalError("source_unreadable", parameter=parameter, source=layer.name())
    if options.get("filter_expression"):
        count = _count_filtered(source, layer, options["filter_expression"], context)
    if options.get("feature_limit", -1) > 0:
        count = min(count, options["feature_limit"])
    untouched = not (selected or layer.subsetString() or layer.vectorJoins() or layer.isEditable())
    is_estimated = not (selected or layer.subsetString()) and not keeps_count(file, file_layer)
    no_extra_fields = layer.fields().count() == layer.dataProvider().fields().count()
    unfiltered = not options.get("filter_expression") and options.get("feature_limit", -1) <= 0
    named_by_file = file is not None and layer.name() == file.stem  # a path was given: the table's name says more
    name = file_layer if named_by_file and file_layer else layer.name()
    recorded = frozen.name if frozen is not None else name
    renamed = dict(zip(names, layer.fields().names())) if again else {}
    headings = {renamed.get(item.name(), item.name()): item.alias() for item in given.fields() if item.alias()}
    found = VectorSnapshot(
        parameter, made_of(target) or recorded, given.id(), source, QgsFields(layer.fields()), headings,
        known_crs(layer), layer.extent(),
        int(count), layer.wkbType(), DIMENSION.get(plain_type(QgsWkbTypes.geometryType(layer.wkbType())), "unknown"),
        layer.providerType(), file, file_layer, _database_of(layer), expression_context=context.expressionContext(),
        plain=untouched and no_extra_fields and unfiltered and file is not None, is_estimated=is_estimated,
        metadata=QgsLayerMetadata(layer.metadata()), recorded=recorded,
        written_in=encoding_name(written_in), is_read_again=again is not None, renamed=renamed,
        encoding=layer.dataProvider().encoding(), **options,
    )  # fmt: skip
    if frozen is not None and frozen.written_in:
        told = frozen.written_in, frozen.is_read_again, frozen.renamed
        found.written_in, found.is_read_again, found.renamed = told
    return found


def _count_filtered(source: Any, layer: QgsVectorLayer, text: str, context: QgsProcessingContext) -> int:
    """Return how many features a filter leaves.

    Raises RenewalError: `filter_wrong` (it cannot be read, or has fields that the layer has not): QGIS would find no
    feature that fits, and say nothing.
    """
    expression = QgsExpression(text)
    if expression.hasParserError():
        reason = expression.parserErrorString().strip()
        raise RenewalError("filter_wrong", layer=layer.name(), text=text[:100], reason=reason)
    known = {item.name().casefold() for item in layer.fields()}
    unknown = sorted(name for name in expression.referencedColumns() if name.casefold() not in known | {"", "*"})
    if unknown and QgsFeatureRequest.ALL_ATTRIBUTES not in expression.referencedColumns():
        fields = [item.name() for item in layer.fields()]
        raise RenewalError("filter_fields", layer=layer.name(), text=text[:100], names=unknown, fields=fields)
    request = QgsFeatureRequest(expression).setFlags(QgsFeatureRequest.Flag.NoGeometry)
    request.setExpressionContext(context.expressionContext())
    request.setSubsetOfAttributes([name for name in expression.referencedColumns() if name], layer.fields())
    return sum(1 for _ in source.getFeatures(request))


def usual_extent(snapshot: VectorSnapshot) -> QgsRectangle:
    """Return the layer's extent; of one wider than any municipality a spot in the middle of its features.

    One stray feature at 0°, 0° would otherwise put the middle of a city 50 degrees away, where areas come out twice as
    large. The median of all features, an actual one: the same in any order, and on one side of the date line.
    """
    widest = WIDEST_DEGREES if snapshot.crs.isGeographic() else WIDEST_UNITS
    extent = snapshot.extent
    if extent.isNull() or max(extent.width(), extent.height()) <= widest:
        return extent
    request = snapshot.request()
    if not snapshot.filter_expression:
        request.setSubsetOfAttributes([])
    boxes = (item.geometry().boundingBox() for item in snapshot.source.getFeatures(request) if item.hasGeometry())
    places = [box.center() for box in boxes if box.isFinite()]
    if not places:
        return extent
    x, y = (sorted(values)[len(places) // 2] for values in zip(*((place.x(), place.y()) for place in places)))
    return QgsRectangle(x, y, x, y)


def take_raster(parameter: str, value: Any, context: QgsProcessingContext) -> RasterSnapshot:
    """Freeze a raster layer; the provider's clone belongs to the thread that reads it."""
    target, _ = split_definition(value, context)
    layer = _layer_of(parameter, target, context, QgsRasterLayer)
    frozen = given_as(target)
    provider = layer.dataProvider().clone()
    provider.moveToThread(None)
    name, crs = (layer.name(), known_crs(layer)) if frozen is None else (frozen.name, frozen.crs)
    return RasterSnapshot(
        parameter, name, provider, crs, layer.extent(), provider.xSize(), provider.ySize(),
        file_there(file_of(layer.source())), layer.id(), layer.source(),
    )  # fmt: skip


def plain_type(value: Any) -> int:
    """Return a type of geometry of QGIS, an enum or a number by the version, as the number that stands in WKB."""
    return int(value.value) if hasattr(value, "value") else int(value)


def _shown_source(target: Any) -> str:
    """Return how a source is named to people: never with a password."""
    if hasattr(target, "name"):
        return str(target.name())
    return QgsDataSourceUri.removePassword(str(target))


def _file_of(layer: QgsVectorLayer) -> tuple[Path | None, str]:
    if layer.providerType() != "ogr":
        return None, ""
    parts = QgsProviderRegistry.instance().decodeUri("ogr", layer.source())
    return file_there(Path(parts.get("path", ""))), parts.get("layerName") or ""


def _database_of(layer: QgsVectorLayer) -> str:
    if layer.providerType() not in ("postgres", "spatialite", "mssql", "oracle", "hana"):
        return ""
    uri = QgsDataSourceUri(layer.source())
    return "/".join(part for part in (uri.host(), uri.database(), uri.schema(), uri.table()) if part)
