# SPDX-License-Identifier: GPL-2.0-or-later
"""Styles and metadata of all tables of a GeoPackage in one transaction: the rows that QGIS would write one by one.

QGIS opens the whole file anew for each of them, twice; for a delivery of thirty tables that was a third of its writing.
The first table is dressed by QGIS itself: it makes the tables that hold styles and metadata.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Mapping, Sequence
from contextlib import closing
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from qgis.core import (
    Qgis,
    QgsCoordinateReferenceSystem,
    QgsEditorWidgetSetup,
    QgsField,
    QgsFieldConstraints,
    QgsFields,
    QgsSldExportContext,
    QgsVectorLayer,
    QgsWkbTypes,
)
from qgis.PyQt.QtCore import QMetaType
from qgis.PyQt.QtXml import QDomDocument, QDomImplementation

from ..styling.counting import COUNTED, classes_of, count_rows, tell_counts
from ..styling.dressing import Dresser

DTD = "http://mrcc.com/qgis.dtd"
STYLE = (
    "id", "f_table_catalog", "f_table_schema", "f_table_name", "f_geometry_column", "styleName", "styleQML", "styleSLD",
    "useAsDefault", "description", "owner", "ui", "update_time",
)  # fmt: skip
METADATA = ("id", "md_scope", "md_standard_uri", "mime_type", "metadata")
REFERENCE = (
    "reference_scope", "table_name", "column_name", "row_id_value", "timestamp", "md_file_id", "md_parent_id",
)  # fmt: skip


@dataclass(frozen=True)
class Undressed:
    """A table as it was written: what dresses it, its name, the word about it, fields, geometry type and system.

    `codes`: column → {code: what it means} of those that have a domain.
    """

    dresser: Dresser
    name: str
    description: str
    fields: QgsFields
    wkb_type: Any
    crs: QgsCoordinateReferenceSystem
    codes: Mapping[str, Mapping[str, str]] = field(default_factory=dict)
    geometry_column: str = "geom"


def dress_all(place: Path, tables: Sequence[Undressed], check: Any) -> None:
    """Give tables of a GeoPackage their headings, default styles and metadata; none of them has any yet.

    `check` is called between tables and may raise. Raises sqlite3.Error.
    """
    if not tables:
        return
    tables = sorted(tables, key=lambda table: table.wkb_type != QgsWkbTypes.Type.NoGeometry)  # the first: not counted
    tables[0].dresser.dress_file(f"{place}|layername={tables[0].name}")
    with closing(sqlite3.connect(place)) as database:
        is_known = _is_known(database)
        if is_known:
            with database:
                for table in tables[1:]:
                    check()
                    _write(database, table, _bare_layer(table))
    for table in () if is_known else tables[1:]:  # another QGIS may keep them otherwise
        check()
        table.dresser.dress_file(f"{place}|layername={table.name}")


def _is_known(database: sqlite3.Connection) -> bool:
    known = {"layer_styles": STYLE, "gpkg_metadata": METADATA, "gpkg_metadata_reference": REFERENCE}
    return all(
        tuple(row[1] for row in database.execute(f"PRAGMA table_info({table})")) == columns
        for table, columns in known.items()
    )


def _bare_layer(table: Undressed) -> QgsVectorLayer:
    """Return a layer without rows that looks to a style as the table will."""
    is_spatial = table.wkb_type != QgsWkbTypes.Type.NoGeometry
    kind = QgsWkbTypes.displayString(table.wkb_type) if is_spatial else "NoGeometry"
    layer = QgsVectorLayer(kind, table.name, "memory")
    layer.setCrs(table.crs if is_spatial else QgsCoordinateReferenceSystem())
    fields = [QgsField("fid", QMetaType.Type.LongLong)]
    for number in range(len(table.fields)):
        item = QgsField(table.fields.at(number))
        codes = table.codes.get(item.name())
        if codes:  # as QGIS shows a column with a domain
            shown = {"map": [{words: code} for code, words in sorted(codes.items())]}
            item.setEditorWidgetSetup(QgsEditorWidgetSetup("ValueMap", shown))
            item.setSplitPolicy(Qgis.FieldDomainSplitPolicy.DefaultValue)
        fields.append(item)
    # never through layer.dataProvider(): its wrapper in Python can be that of a provider that stood at the same address
    # before, and then reads "has been deleted"
    layer.startEditing()
    for item in fields:
        layer.addAttribute(item)
    layer.commitChanges()
    for rule in (QgsFieldConstraints.Constraint.ConstraintNotNull, QgsFieldConstraints.Constraint.ConstraintUnique):
        layer.setFieldConstraint(0, rule)  # the key of a GeoPackage
    table.dresser.dress(layer)
    return layer


def _write(database: sqlite3.Connection, table: Undressed, layer: QgsVectorLayer) -> None:
    classes = classes_of(layer) if table.dresser.table in COUNTED else []
    if classes:
        tell_counts(layer, count_rows(database, table.name, [condition for _, condition in classes]))
    style = QDomDocument()
    layer.exportNamedStyle(style)
    old_style = _sld(layer)
    column = table.geometry_column if layer.isSpatial() else ""
    database.execute(
        "INSERT INTO layer_styles (f_table_catalog, f_table_schema, f_table_name, f_geometry_column, styleName, "
        "styleQML, styleSLD, useAsDefault, description, owner, update_time) "
        "VALUES ('', '', ?, ?, ?, ?, ?, 1, ?, '', strftime('%Y-%m-%dT%H:%M:%S.000Z', 'now'))",
        (table.name, column, table.name, style.toString(), old_style.toString(), table.description),
    )
    made = database.execute(
        "INSERT INTO gpkg_metadata (md_scope, md_standard_uri, mime_type, metadata) "
        "VALUES ('dataset', ?, 'text/xml', ?)",
        (DTD, _xml(layer)),
    )
    database.execute(
        "INSERT INTO gpkg_metadata_reference (reference_scope, table_name, timestamp, md_file_id) "
        "VALUES ('table', ?, strftime('%Y-%m-%dT%H:%M:%fZ', 'now'), ?)",
        (table.name, made.lastrowid),
    )


def _sld(layer: QgsVectorLayer) -> QDomDocument:
    if hasattr(layer, "exportSldStyleV3"):  # QGIS 3.44 deprecates the one that 3.40 has
        return layer.exportSldStyleV3(QgsSldExportContext())
    document = QDomDocument()
    layer.exportSldStyle(document, "")
    return document


def _xml(layer: QgsVectorLayer) -> str:
    document = QDomDocument(QDomImplementation().createDocumentType("qgis", DTD, "SYSTEM"))
    root = document.createElement("qgis")
    root.setAttribute("version", Qgis.version())
    document.appendChild(root)
    layer.metadata().writeMetadataXml(root, document)
    return str(document.toString(2))
