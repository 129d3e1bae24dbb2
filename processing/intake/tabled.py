# SPDX-License-Identifier: GPL-2.0-or-later
"""A file with several tables given as one layer: the table that is meant, by name and fields; else the person is asked.

QGIS takes the first table of the file, whatever it holds: houses would be counted from the parcels.
"""

from __future__ import annotations

import sqlite3
from functools import lru_cache
from pathlib import Path
from typing import Any

from qgis.core import (
    Qgis,
    QgsProcessingContext,
    QgsProcessingFeatureSourceDefinition,
    QgsProperty,
    QgsProviderRegistry,
    QgsVectorLayer,
)

from ...core.errors import RenewalError
from ...core.sqlfiles import open_to_read
from ..layers.apart import apart
from ..layers.snapshot import split_definition

SEVERAL = (".gpkg", ".sqlite", ".gdb", ".xlsx", ".xls", ".ods", ".kml", ".kmz", ".gml")  # formats that hold many
GEOMETRY = {
    Qgis.GeometryType.Point: "point", Qgis.GeometryType.Line: "line", Qgis.GeometryType.Polygon: "polygon",
    Qgis.GeometryType.Null: "none",
}  # fmt: skip
OPENED = 60  # tables that are looked at: own choice
OURS = 2.0  # a table that is called like a result of ours and has what is needed is surer than any guess (0–1)


def name_table(use: Any, value: Any, context: QgsProcessingContext) -> tuple[Any, dict[str, Any] | None]:
    """Return the value with its table named, and what is to be told of that; other values as they are, and None.

    Raises RenewalError(`file_tables`): several tables, and none of them is plainly the one that is meant.
    """
    target, _ = split_definition(value, context)
    path = _plain_file(target, context)
    if path is None:
        return value, None
    names = tables_of(path)
    if len(names) < 2:
        return value, None
    scores = {name: _score(use, path, name) for name in names[:OPENED]}
    best = max(scores.values())
    found = [name for name, score in scores.items() if score == best]
    if best <= 0 or len(found) > 1:
        raise RenewalError("file_tables", path=path.name, n=len(names), names=names[:20], parameter=use.parameter)
    told = {"path": path.name, "n": len(names), "table": found[0], "parameter": use.parameter}
    return _renamed(value, f"{target}|layername={found[0]}"), told


def tables_of(path: Path) -> list[str]:
    """Return the names of the vector tables of a file, in its order; [] when it cannot be read.

    Of a GeoPackage without QGIS: steps of a study ask in a worker, where QGIS may lock up (docs/development.md).
    """
    if path.suffix.lower() == ".gpkg":
        sql = "SELECT table_name FROM gpkg_contents WHERE data_type IN ('features', 'attributes') ORDER BY rowid"
        try:
            with open_to_read(path) as connection:
                own = ("layer_styles", "qgis_projects")
                return [name for (name,) in connection.execute(sql) if name not in own]
        except (sqlite3.Error, ValueError):
            return []
    try:
        told = path.stat()
    except OSError:
        return []
    return list(_tables_inside(path, told.st_mtime_ns, told.st_size))


@lru_cache(maxsize=32)
def _tables_inside(path: Path, _written_ns: int, _size: int) -> tuple[str, ...]:
    """Ask QGIS once for as long as the file is the same: GDAL reads the whole of a workbook for it, each time."""
    details = QgsProviderRegistry.instance().querySublayers(apart(str(path)))
    found = [item.name() for item in details if item.type() == Qgis.LayerType.Vector]
    return tuple(dict.fromkeys(found))


def _plain_file(target: Any, context: QgsProcessingContext) -> Path | None:
    """Return the file that a text names as a whole; None for a layer of the project or one with its table named."""
    if not isinstance(target, str) or "|" in target or Path(target).suffix.lower() not in SEVERAL:
        return None
    path, project = Path(target), context.project()
    if not path.exists() or (project is not None and project.mapLayersByName(target)):
        return None
    return path


def _score(use: Any, path: Path, name: str) -> float:
    """Return how surely a table is what the parameter reads; 0 = not at all."""
    from ...core.inputs.aliases import role_for, roles
    from ...core.inputs.fields import guess_field
    from ...core.inputs.guess import LEAST_OF_BEST, LayerFacts, guess_role

    layer = QgsVectorLayer(apart(f"{path}|layername={name}"), name, "ogr")
    geometry = GEOMETRY.get(layer.geometryType(), "unknown") if layer.isValid() else ""
    if not layer.isValid() or use.wanted_geometry not in ("any", "none", geometry):
        return 0.0
    fields = tuple(item.name() for item in layer.fields())
    headings = {item.name(): item.alias() for item in layer.fields() if item.alias()}
    columns = role_for(use.role, use.tables, fields).columns
    if not all(guess_field(columns[need], fields, headings) for need in use.needs):
        return 0.0
    if name in use.tables:
        return OURS
    if use.role not in roles():
        return 0.0
    guesses = guess_role(LayerFacts(name, name, geometry, fields, headings))
    mine = next((guess.confidence for guess in guesses if guess.role == use.role), 0.0)
    return mine if guesses and mine >= LEAST_OF_BEST * guesses[0].confidence else 0.0


def _renamed(value: Any, source: str) -> Any:
    """Return the value with another source, its selection, filter and limit kept."""
    if not isinstance(value, QgsProcessingFeatureSourceDefinition):
        return source
    copy = QgsProcessingFeatureSourceDefinition(value)
    copy.source = QgsProperty.fromValue(source)
    return copy
