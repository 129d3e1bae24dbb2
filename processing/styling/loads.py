# SPDX-License-Identifier: GPL-2.0-or-later
"""Facilities that are full, on the map: their layer is joined to the rows of load that say so."""

from __future__ import annotations

import sqlite3

from qgis.core import QgsMapLayer, QgsVectorLayer, QgsVectorLayerJoinInfo

from ...core.sqlfiles import open_to_read
from ...core.sqlnames import quoted
from ..layers.sources import split_source

PREFIX = "full_"  # of the joined column
FULL = f"{PREFIX}kind"  # the column that is there, and not NULL, for a facility that is full in one of its kinds
HAS_LOAD = f'"{FULL}" IS NOT NULL'
FULL_ROWS = '"free" <= 0 AND "served" > 0'  # full, and used; also SQL


def count_full(source: str) -> int | None:
    """Return how many facilities are full by the rows of load; None when the file cannot be read."""
    path, table = split_source(source)
    try:
        with open_to_read(path) as base:
            told = ["SELECT count(DISTINCT facility_id) FROM", quoted(table or "facility_load"), "WHERE", FULL_ROWS]
            return int(base.execute(" ".join(told)).fetchone()[0])
    except sqlite3.Error:
        return None


def full_rows(source: str, title: str) -> QgsVectorLayer:
    """Return the rows of load of full facilities, for `join_full`: a private layer, which the layer tree hides."""
    rows = QgsVectorLayer(f"{source}|subset={FULL_ROWS}", title, "ogr")  # opened once: to set it later opens it again
    if rows.isValid():
        rows.setFlags(rows.flags() | QgsMapLayer.LayerFlag.Private)
    return rows


def join_full(places: QgsVectorLayer, rows: QgsVectorLayer, id_field: str, prefix: str = PREFIX) -> None:
    """Join facilities to `rows`, which must be in the same project, by their id; they have the column FULL then.

    With another `prefix`, that and “kind” is what the column is called.
    """
    join = QgsVectorLayerJoinInfo()
    join.setJoinLayer(rows)
    join.setJoinFieldName("facility_id")
    join.setTargetFieldName(id_field)
    join.setPrefix(prefix)
    join.setJoinFieldNamesSubset(["kind"])
    join.setUsingMemoryCache(True)
    places.addJoin(join)
