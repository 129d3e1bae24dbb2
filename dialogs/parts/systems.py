# SPDX-License-Identifier: GPL-2.0-or-later
"""In which coordinate system a table of a result lies, without opening it as a layer: of a city that is felt."""

from __future__ import annotations

import sqlite3
from pathlib import Path

from qgis.core import QgsCoordinateReferenceSystem, QgsVectorLayer

from ...core.errors import RenewalError
from ...core.sqlfiles import open_to_read
from ...processing.layers.systems import system_named

SQL = (
    "SELECT upper(s.organization) || ':' || s.organization_coordsys_id FROM gpkg_geometry_columns AS g"
    " JOIN gpkg_spatial_ref_sys AS s ON s.srs_id = g.srs_id WHERE g.table_name = ?"
)


def system_of(path: Path, table: str) -> QgsCoordinateReferenceSystem:
    """Return the system of a table of a GeoPackage; an invalid one where it has none, or is not there.

    One of EPSG is named in the file; any other is what QGIS makes of the layer.
    """
    try:
        with open_to_read(path) as base:
            named = [row[0] for row in base.execute(SQL, (table,))]
        if named and str(named[0]).startswith("EPSG:"):
            return system_named(named[0])
    except (sqlite3.Error, RenewalError):
        pass  # the layer tells
    return QgsVectorLayer(f"{path}|layername={table}", table, "ogr").crs()
