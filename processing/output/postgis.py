# SPDX-License-Identifier: GPL-2.0-or-later
"""PostGIS results: temporary tables of our own, renamed together in one transaction, dropped on any failure."""

from __future__ import annotations

import contextlib
import re
import secrets
from collections.abc import Iterable, Sequence
from typing import Any

from qgis.core import (
    Qgis,
    QgsDataSourceUri,
    QgsFeatureSink,
    QgsProviderRegistry,
    QgsVectorLayer,
    QgsVectorLayerExporter,
)

from ...core.errors import RenewalError
from ...core.run import Run
from ...core.sqlnames import literal, quoted
from .encoding import Encoded
from .targets import Target

SLICE = 1000
PART = "__part"
KEY = "fid"
TAKEN = "urban_renewal: another run has written to this table"
SCHEMAS = "SELECT nspname FROM pg_namespace WHERE nspname !~ '^pg_' AND nspname <> 'information_schema' ORDER BY 1"
PRIMARY_KEY = "(SELECT indexrelid::regclass FROM pg_index WHERE indisprimary AND indrelid ="
LONGEST_NAME = 63  # bytes: PostgreSQL cuts longer identifiers in silence


def refuse_databases(targets: Iterable[Target]) -> None:
    """Refuse tables in a schema that is not there, before anything is computed.

    Raises RenewalError: `database_schema_missing`, `database_unreachable`.
    """
    for target in targets:
        if target.kind != "postgis":
            continue
        uri, _, connection, schema = _places(target)
        found = [str(row[0]) for row in _execute(connection, SCHEMAS)]
        if schema not in found:
            database = uri.database() or uri.service()
            raise RenewalError("database_schema_missing", schema=schema, database=database, schemas=found)


def stage_postgis(target: Target, encoded: Encoded, run: Run) -> str:
    """Write a result to a table beside its own, and count it there; `finish_postgis` makes it the result.

    Returns the mark that the staged table bears: whoever stages the same result in the meantime puts another there.
    Raises RenewalError: `write_failed`, `written_incomplete`, `database_unreachable`; Cancelled.
    """
    uri, part, connection, schema = _places(target, encoded.shapes is not None)
    mark = f"urban_renewal {secrets.token_hex(8)}"
    try:
        _execute(connection, f"DROP TABLE IF EXISTS {quoted(schema, part.table())}")  # of a run that was killed
        exporter = _create(part, encoded)
        _execute(connection, f"COMMENT ON TABLE {quoted(schema, part.table())} IS {literal(mark)}")
        _write_rows(exporter, part, encoded, run)
        del exporter
        layer = QgsVectorLayer(part.uri(False), "check", "postgres")
        if not layer.isValid() or layer.featureCount() != encoded.rows:
            raise RenewalError(
                "written_incomplete", path=uri.table(), expected=encoded.rows, found=max(0, layer.featureCount())
            )
        del layer
    except BaseException:
        drop_stage(target, mark)
        raise
    return mark


def drop_stage(target: Target, mark: str) -> None:
    """Remove what was written beside under that mark; nothing when it has become the result or the server is gone.

    What a server that went away keeps is dropped by the next run into the same table.
    """
    with contextlib.suppress(RenewalError):
        _, part, connection, schema = _places(target)
        table = quoted(schema, part.table())
        _execute(connection, _if_marked(table, mark, f"DROP TABLE {table}", "NULL"))


def finish_postgis(staged: Sequence[tuple[Target, str]]) -> None:
    """Let all staged tables take the names of the old ones: one transaction a database, all of them or none.

    `staged` holds each target with the mark of its staged table. Raises RenewalError: `table_taken` when another run
    has staged the same result since, `database_unreachable` for whatever else the database says (a view that needs the
    old table, rights).
    """
    by_server: dict[str, tuple[Any, list[str]]] = {}
    for target, mark in staged:
        uri, part, connection, schema = _places(target)
        steps = by_server.setdefault(uri.connectionInfo(), (connection, []))[1]
        old, new = quoted(schema, uri.table()), quoted(schema, part.table())
        steps += [
            _if_marked(new, mark, "NULL", f"RAISE EXCEPTION {literal(TAKEN)}"),
            f"DROP TABLE IF EXISTS {old}",
            f"ALTER TABLE {new} RENAME TO {quoted(uri.table())}",
            f"COMMENT ON TABLE {old} IS NULL",
            *_named_after(uri, schema),
        ]
    names = ", ".join(target.layer_name or target.uri for target, _ in staged)
    for connection, steps in by_server.values():
        try:
            _execute(connection, "; ".join(steps))  # one command of several steps is one transaction to PostgreSQL
        except RenewalError as error:
            if TAKEN in str(error.values.get("reason")):
                raise RenewalError("table_taken", table=names) from error
            raise


def dress_postgis(target: Target, encoded: Encoded, dresser: Any) -> str:
    """Give the finished table its style and metadata; return the address of the layer."""
    uri, _, _, schema = _places(target)
    finished = QgsDataSourceUri(target.uri)
    finished.setDataSource(schema, uri.table(), _column(encoded, target), "", KEY)
    layer = QgsVectorLayer(finished.uri(False), uri.table(), "postgres")
    dresser.dress(layer)
    return str(finished.uri(False))


def _places(target: Target, has_shapes: bool = True) -> tuple[QgsDataSourceUri, QgsDataSourceUri, Any, str]:
    """Return where the result goes, where it is written first, a connection, and the schema."""
    uri = QgsDataSourceUri(target.uri)
    provider = QgsProviderRegistry.instance().providerMetadata("postgres")
    return uri, _part_of(uri, has_shapes), provider.createConnection(uri.connectionInfo(), {}), uri.schema() or "public"


def _part_of(uri: QgsDataSourceUri, has_shapes: bool) -> QgsDataSourceUri:
    part = QgsDataSourceUri(uri)
    name = _with_end(uri.table(), PART)
    column = (uri.geometryColumn() or "geom") if has_shapes else ""  # QGIS opens no table by a column it has not
    part.setDataSource(uri.schema() or "public", name, column, "", KEY)
    return part


def _with_end(table: str, end: str) -> str:
    """Return a name that ends so; it is cut before the end: cut behind it, a long one would be the table itself."""
    return table.encode()[: LONGEST_NAME - len(end)].decode(errors="ignore") + end


def _named_after(uri: QgsDataSourceUri, schema: str) -> list[str]:
    """Return commands that name the counter and the key of a finished table after it; PostgreSQL named them after the
    table beside, and leaves them so when that is renamed. What has such a name already keeps it.
    """
    table = literal(quoted(schema, uri.table()))
    ours = {
        f"_{KEY}_seq": f"pg_get_serial_sequence({table}, {literal(KEY)})::regclass",
        "_pkey": PRIMARY_KEY + f" {table}::regclass)",
    }
    commands = []
    for end, which in ours.items():
        name = _with_end(uri.table(), end)
        commands.append(
            f"DO $own$ DECLARE one regclass := {which}; BEGIN IF one IS NOT NULL AND "
            f"to_regclass({literal(quoted(schema, name))}) IS NULL THEN "
            f"EXECUTE 'ALTER TABLE ' || one || ' RENAME TO ' || {literal(quoted(name))}; END IF; END $own$"
        )
    return commands


def _column(encoded: Encoded, target: Target) -> str:
    return target.geometry_column if encoded.shapes is not None else ""


def _create(part: QgsDataSourceUri, encoded: Encoded) -> QgsVectorLayerExporter:
    exporter = QgsVectorLayerExporter(
        part.uri(False), "postgres", encoded.fields, encoded.wkb_type, encoded.crs, True, {"lowercaseFieldNames": True}
    )
    if exporter.errorCode() != Qgis.VectorExportResult.Success:
        raise RenewalError("write_failed", path=part.table(), reason=_told(exporter.errorMessage()))
    return exporter


def _write_rows(exporter: QgsVectorLayerExporter, part: QgsDataSourceUri, encoded: Encoded, run: Run) -> None:
    for number, feature in enumerate(encoded.features()):
        if number % SLICE == 0:
            run.progress(number / max(1, encoded.rows))
        if not exporter.addFeature(feature, QgsFeatureSink.Flag.FastInsert):
            raise RenewalError("write_failed", path=part.table(), reason=_told(exporter.errorMessage()))
    if not exporter.flushBuffer() or exporter.errorCode() != Qgis.VectorExportResult.Success:
        raise RenewalError("write_failed", path=part.table(), reason=_told(exporter.errorMessage()))


def _if_marked(table: str, mark: str, then: str, otherwise: str) -> str:
    """Return a command that does one thing when the table bears the mark, another when not; NULL = nothing."""
    tag = "u" + mark.rsplit(maxsplit=1)[-1]  # no name of a table can hold what was just drawn
    return (
        f"DO ${tag}$ BEGIN IF obj_description(to_regclass({literal(table)}), 'pg_class') = {literal(mark)} "
        f"THEN {then}; ELSE {otherwise}; END IF; END ${tag}$"
    )


def _execute(connection: Any, command: str) -> list[list[Any]]:
    """Run a command and return its rows."""
    from qgis.core import QgsProviderConnectionException

    try:
        return list(connection.executeSql(command))
    except QgsProviderConnectionException as error:
        raise RenewalError("database_unreachable", reason=_told(str(error))) from error


def _told(reason: str) -> str:
    """Return what a server says went wrong in one line: not the command that it was sent."""
    found = re.findall(r"^(?:ERROR|FATAL|DETAIL): +(.+)$", reason, re.MULTILINE)
    return "; ".join(found) or " ".join(reason.split())
