# SPDX-License-Identifier: GPL-2.0-or-later
"""Where results go: memory, a file, a table in a GeoPackage, PostGIS; and which places are refused."""

from __future__ import annotations

import codecs
import os
import re
from collections import deque
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, ClassVar

from qgis.core import (
    Qgis,
    QgsDataSourceUri,
    QgsProcessing,
    QgsProcessingContext,
    QgsProcessingLayerPostProcessorInterface,
    QgsProcessingOutputLayerDefinition,
    QgsProcessingUtils,
    QgsProject,
    QgsProperty,
    QgsProviderRegistry,
    QgsVectorFileWriter,
    QgsVectorLayer,
)

from ...core.errors import RenewalError
from ..layers.snapshot import VectorSnapshot
from ..layers.sources import file_of

SHAPEFILE_SET = (".shp", ".shx", ".dbf", ".prj", ".cpg", ".qpj", ".qix", ".sbn", ".sbx")
# formats that have been written and read back. MapInfo is not among them: GDAL breaks Chinese names of its fields,
# keeps centimetres of a place only and writes whole numbers as reals; GML and others leave files beside themselves
WRITTEN = (".gpkg", ".shp", ".geojson", ".fgb", ".csv", ".xlsx", ".ods", ".kml", ".sqlite", ".parquet")
WITH_PLACES = (".shp", ".fgb", ".sqlite")  # formats that a table without geometry cannot be written to and read from
UTF8 = "UTF-8"
WITHOUT_COLUMNS = (".dxf", ".gpx")  # formats that take no columns of others


@dataclass(frozen=True)
class Target:
    """One destination. `kind` memory | file | table | postgis; `uri` as it is returned to QGIS."""

    parameter: str
    kind: str
    uri: str
    path: Path | None = None  # file, or the GeoPackage of a table
    table: str = ""
    geometry_column: str = "geom"
    project: Any = None  # QgsProject to load the result into, if asked for
    layer_name: str = ""
    encoding: str = UTF8  # of the texts of a shapefile, as it was asked for; other formats have their own

    @property
    def part(self) -> Path:
        """Return the path beside the target where the result is written first."""
        suffix = f".{_safe(self.table)}.part.gpkg" if self.kind == "table" else f".part{self.path.suffix}"
        return self.path.with_name(self.path.stem + suffix)


def _safe(name: str) -> str:
    """Return a name that every file system takes; two tables of a file never have the same one."""
    return re.sub(r"[^\w-]", lambda sign: f"~{ord(sign[0]):x}~", name)


def with_asked(values: Mapping[str, Any]) -> dict[str, Any]:
    """Return the values of a run, None for a destination that is there and empty, as the table of a batch gives it."""
    return {name: None if _is_empty(value) else value for name, value in values.items()}


def _is_empty(value: Any) -> bool:
    if not isinstance(value, QgsProcessingOutputLayerDefinition):
        return False
    sink = value.sink
    return sink.propertyType() == Qgis.PropertyType.Static and sink.staticValue() in (None, "")


def parse_target(parameter: str, value: Any, context: QgsProcessingContext) -> Target | None:
    """Return the destination a sink parameter's value means, or None when the output is not wanted."""
    project, layer_name, encoding = None, "", UTF8
    if isinstance(value, QgsProcessingOutputLayerDefinition):
        project, layer_name = value.destinationProject, value.destinationName
        encoding = _known_encoding(value.createOptions.get("fileEncoding"))
        value = value.sink
    if isinstance(value, QgsProperty):
        value = value.valueAsString(context.expressionContext(), "")[0]
    if value is None or value == "":
        return None
    text = str(value)
    if text == QgsProcessing.TEMPORARY_OUTPUT or text.startswith("memory:"):
        return Target(parameter, "memory", "memory:", project=project, layer_name=layer_name)
    scheme = re.match(r"^(ogr|postgres|postgis):(?://)?(.*)$", text, re.DOTALL)
    if scheme and scheme[1] == "ogr":
        uri = QgsDataSourceUri(scheme[2])
        path = Path(uri.database()).absolute()
        return Target(
            parameter, "table", f"{path}|layername={uri.table()}", path, uri.table(), uri.geometryColumn() or "geom",
            project, layer_name or uri.table(),
        )  # fmt: skip
    if scheme:
        uri = QgsDataSourceUri(scheme[2])
        column = uri.geometryColumn() or "geom"
        return Target(parameter, "postgis", scheme[2], None, uri.table(), column, project, layer_name or uri.table())
    table = re.match(r"^(.+\.gpkg)\|layername=([^|]+)$", text, re.IGNORECASE | re.DOTALL)  # as layers are named
    if table:
        path = Path(os.path.abspath(table[1]))  # noqa: PTH100
        name = layer_name or table[2]
        return Target(parameter, "table", f"{path}|layername={table[2]}", path, table[2], "geom", project, name)
    other = re.match(r"^(\w+)://", text)
    if other:  # what “Save to Database Table…” gives for another database
        raise RenewalError("target_database_unknown", parameter=parameter, scheme=other[1])
    path = Path(os.path.abspath(text))  # noqa: PTH100 (resolve() would follow a link that must stay a link)
    if path.suffix.lower() == ".shp":
        path = path.with_suffix(".shp")  # GDAL writes a.shp where a.SHP is asked for
    name = layer_name or path.stem
    return Target(parameter, "file", str(path), path, project=project, layer_name=name, encoding=encoding)


def _known_encoding(asked: Any) -> str:
    """Return the encoding that “Change File Encoding…” of an output asks for; what nobody knows is UTF-8."""
    try:
        return UTF8 if codecs.lookup(str(asked or UTF8)).name == "utf-8" else str(asked)
    except LookupError:  # QGIS's “System” among them
        return UTF8


def refuse_targets(targets: Iterable[Target], inputs: Iterable[VectorSnapshot], context: QgsProcessingContext) -> None:
    """Refuse destinations that would destroy something, before anything is computed: QGIS empties a target first."""
    sources = list(inputs)
    seen: list[Target] = []
    for target in targets:
        if target.kind == "memory":
            continue
        if other := next((one for one in seen if _is_one_place(one, target)), None):
            raise RenewalError("target_twice", first=other.parameter, second=target.parameter, path=target.uri)
        seen.append(target)
        if target.kind == "postgis":
            _refuse_database_input(target, sources)
            continue
        refuse_file(target, sources)
        _refuse_edited(target, context.project())


def _is_one_place(one: Target, other: Target) -> bool:
    """Say whether what is moved to its place last would take the other away: a file takes all of its tables along."""
    if one.path is None or other.path is None:
        return one.uri == other.uri
    same_file = os.path.normcase(one.path) == os.path.normcase(other.path)
    return same_file and (not one.table or not other.table or _is_one_table(one.table, other.table))


def _is_one_table(one: str, other: str) -> bool:
    """Say whether two names mean one table: to SQLite capitals make no difference."""
    return one.casefold() == other.casefold()


def refuse_tables(tables: Iterable[str], targets: Mapping[str, Target]) -> None:
    """Refuse a table without geometry where only layers with one can be read again."""
    for target in (targets[name] for name in sorted(tables) if name in targets):
        if target.kind == "file" and target.path.suffix.lower() in WITH_PLACES:
            suffix = target.path.suffix
            raise RenewalError("target_needs_places", parameter=target.parameter, path=str(target.path), suffix=suffix)


def refuse_file(target: Target, sources: Iterable[VectorSnapshot]) -> None:
    """Refuse a file destination: no folder, not writable, unknown format, an input, other people's tables, in use."""
    path = target.path
    if "\0" in str(path):  # no file system can hold such a name
        raise RenewalError("target_not_writable", path=str(path).replace("\0", "�"))
    _refuse_long_name(target)
    if not path.parent.is_dir():
        raise RenewalError("target_folder_missing", path=str(path), folder=str(path.parent))
    if path.is_dir() or not os.access(path if path.exists() else path.parent, os.W_OK):
        raise RenewalError("target_not_writable", path=str(path))
    if path.suffix.lower() in WITHOUT_COLUMNS:
        raise RenewalError("target_without_columns", path=str(path), suffix=path.suffix)
    if path.suffix.lower() not in WRITTEN or not QgsVectorFileWriter.driverForExtension(path.suffix):
        raise RenewalError("target_format_unknown", path=str(path), suffix=path.suffix or "–")
    # before anything opens the file: opening it may make the trace go away
    for suffix in ("-wal", "-journal"):
        side = path.with_name(path.name + suffix)
        if side.exists() and side.stat().st_size > 0:
            raise RenewalError("target_in_use", path=str(path), side=side.name)
    for source in sources:
        same_file = source.file is not None and path.exists() and source.file.samefile(path)
        if same_file and (target.kind == "file" or _is_one_table(_table_of(source), target.table)):
            raise RenewalError("target_is_input", path=target.uri, layer=source.name, parameter=target.parameter)
    if target.kind == "file" and path.suffix.lower() == ".gpkg" and path.exists():
        others = sorted(set(table_names(path)) - {path.stem})
        if others:
            raise RenewalError("target_holds_other_tables", path=str(path), n=len(others), names=others)


def _table_of(source: VectorSnapshot) -> str:
    """Return the table that an input is: named by its file alone, the first one."""
    return source.file_layer or next(iter(table_names(source.file)), "")


def _refuse_long_name(target: Target) -> None:
    """Refuse a name that the disk cannot hold, or only without what is written beside the file on the way."""
    try:
        for beside in (target.part.with_name(target.part.name + "-journal"), Path(f"{target.path}.run.json")):
            beside.exists()  # a name too long is an error, not a file that is missing
    except OSError as error:
        raise RenewalError("target_name_long", path=str(target.path), n=len(target.path.name)) from error


def table_names(path: Path) -> list[str]:
    """Return the layers a file holds; QGIS's own tables (styles, metadata) are not among them."""
    details = QgsProviderRegistry.instance().querySublayers(str(path))
    own = {"layer_styles", "qgis_projects", "qgis_layer_metadata"}
    return [item.name() for item in details if item.name() not in own]


def _refuse_database_input(target: Target, sources: Iterable[VectorSnapshot]) -> None:
    uri = QgsDataSourceUri(target.uri)
    name = "/".join(part for part in (uri.host(), uri.database(), uri.schema() or "public", uri.table()) if part)
    for source in sources:
        if source.provider == "postgres" and source.database == name:
            raise RenewalError("target_is_input", path=name, layer=source.name, parameter=target.parameter)


def _refuse_edited(target: Target, project: QgsProject | None) -> None:
    for layer in project.mapLayers().values() if project else ():
        file = file_of(layer.source())
        if getattr(layer, "isEditable", bool)() and file == target.path:
            raise RenewalError("target_in_edit_mode", path=str(target.path), layer=layer.name())


class Dressing(QgsProcessingLayerPostProcessorInterface):
    """Dresses a file result when QGIS has loaded it: Processing opens files without the style that they carry."""

    KEPT: ClassVar[deque[Dressing]] = deque(maxlen=200)  # QGIS does not hold them

    def __init__(self, dress: Callable[[QgsVectorLayer], None]) -> None:
        super().__init__()
        self._dress = dress
        self.KEPT.append(self)

    def postProcessLayer(self, layer: Any, context: Any, feedback: Any) -> None:
        if isinstance(layer, QgsVectorLayer) and layer.isValid():
            self._dress(layer)


def load_on_completion(
    target: Target, uri: str, context: QgsProcessingContext, title: str, dress: Callable[[QgsVectorLayer], None]
) -> None:
    """Ask QGIS to load a finished result into the project it is meant for, under its name, in its style."""
    if target.project is None:
        return
    details = QgsProcessingContext.LayerDetails(
        target.layer_name or title, target.project, target.parameter, QgsProcessingUtils.LayerHint.Vector
    )
    if target.kind != "memory":  # which is dressed already
        details.setPostProcessor(Dressing(dress))
    context.addLayerToLoadOnCompletion(uri, details)


def wanted(values: Mapping[str, Any], names: Iterable[str], context: QgsProcessingContext) -> dict[str, Target]:
    """Return the destinations that are asked for, by parameter."""
    parsed = {name: parse_target(name, values.get(name), context) for name in names}
    return {name: target for name, target in parsed.items() if target is not None}
