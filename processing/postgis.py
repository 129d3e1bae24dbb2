# SPDX-License-Identifier: GPL-2.0-or-later
"""PostGIS results: a temporary table of our own, renamed in one transaction, dropped on any failure."""

from __future__ import annotations

from typing import Any

from qgis.core import (
    Qgis,
    QgsDataSourceUri,
    QgsFeatureSink,
    QgsProviderRegistry,
    QgsVectorLayer,
    QgsVectorLayerExporter,
)

from ..core.errors import RenewalError
from ..core.run import Run
from .encoding import Encoded
from .targets import Target

SLICE = 1000
PART = "__part"
LONGEST_NAME = 63  # bytes: PostgreSQL cuts longer identifiers in silence


def stage_postgis(target: Target, encoded: Encoded, run: Run) -> None:
    """Write a result to a table beside its own, and count it there; `finish_postgis` makes it the result.

    Raises RenewalError: `write_failed`, `written_incomplete`, `database_unreachable`; Cancelled.
    """
    uri, part, connection, schema = _places(target)
    try:
        _drop(connection, schema, part.table())
        _write_rows(part, encoded, run)
        layer = QgsVectorLayer(part.uri(False), "check", "postgres")
        if not layer.isValid() or layer.featureCount() != encoded.rows:
            raise RenewalError(
                "written_incomplete", path=uri.table(), expected=encoded.rows, found=max(0, layer.featureCount())
            )
        del layer
    except BaseException:
        _drop(connection, schema, part.table())
        raise


def drop_stage(target: Target) -> None:
    """Remove what was written beside; nothing when it has become the result."""
    _, part, connection, schema = _places(target)
    _drop(connection, schema, part.table())


def finish_postgis(target: Target, encoded: Encoded, dresser: Any) -> str:
    """Let the staged table take the name of the old one, in one transaction; return the address of the layer."""
    uri, part, connection, schema = _places(target)
    _rename(connection, schema, part.table(), uri.table())
    finished = QgsDataSourceUri(target.uri)
    finished.setDataSource(schema, uri.table(), _column(encoded, target), "", "fid")
    layer = QgsVectorLayer(finished.uri(False), uri.table(), "postgres")
    dresser.dress(layer)
    return str(finished.uri(False))


def _places(target: Target) -> tuple[QgsDataSourceUri, QgsDataSourceUri, Any, str]:
    """Return where the result goes, where it is written first, a connection, and the schema."""
    uri = QgsDataSourceUri(target.uri)
    provider = QgsProviderRegistry.instance().providerMetadata("postgres")
    return uri, _part_of(uri), provider.createConnection(uri.connectionInfo(), {}), uri.schema() or "public"


def _part_of(uri: QgsDataSourceUri) -> QgsDataSourceUri:
    part = QgsDataSourceUri(uri)
    # the name is cut before the mark: cut behind it, a long one would be the table itself
    name = uri.table().encode()[: LONGEST_NAME - len(PART)].decode(errors="ignore") + PART
    part.setDataSource(uri.schema() or "public", name, uri.geometryColumn() or "geom", "", "fid")
    return part


def _column(encoded: Encoded, target: Target) -> str:
    return target.geometry_column if encoded.wkb is not None else ""


def _write_rows(part: QgsDataSourceUri, encoded: Encoded, run: Run) -> None:
    exporter = QgsVectorLayerExporter(
        part.uri(False), "postgres", encoded.fields, encoded.wkb_type, encoded.crs, True, {"lowercaseFieldNames": True}
    )
    if exporter.errorCode() != Qgis.VectorExportResult.Success:
        raise RenewalError("write_failed", path=part.table(), reason=exporter.errorMessage())
    for number, feature in enumerate(encoded.features()):
        if number % SLICE == 0:
            run.progress(number / max(1, encoded.rows))
        if not exporter.addFeature(feature, QgsFeatureSink.Flag.FastInsert):
            raise RenewalError("write_failed", path=part.table(), reason=exporter.errorMessage())
    if not exporter.flushBuffer() or exporter.errorCode() != Qgis.VectorExportResult.Success:
        raise RenewalError("write_failed", path=part.table(), reason=exporter.errorMessage())


def _quoted(*names: str) -> str:
    return ".".join('"' + name.replace('"', '""') + '"' for name in names)


def _drop(connection: Any, schema: str, table: str) -> None:
    _execute(connection, f"DROP TABLE IF EXISTS {_quoted(schema, table)}")


def _rename(connection: Any, schema: str, part: str, table: str) -> None:
    steps = [
        f"DROP TABLE IF EXISTS {_quoted(schema, table)}",
        f"ALTER TABLE {_quoted(schema, part)} RENAME TO {_quoted(table)}",
    ]
    _execute(connection, "BEGIN; " + "; ".join(steps) + "; COMMIT")


def _execute(connection: Any, command: str) -> None:
    from qgis.core import QgsProviderConnectionException

    try:
        connection.executeSql(command)
    except QgsProviderConnectionException as error:
        raise RenewalError("database_unreachable", reason=str(error)) from error
