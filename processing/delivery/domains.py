# SPDX-License-Identifier: GPL-2.0-or-later
"""Puts the field domains into data.gpkg and data.gdb; QGIS and ArcGIS then show what a code means."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable
from contextlib import closing
from pathlib import Path
from typing import Any

from ..layers.gdalmode import gdal_raises, unsynchronized


def wanted_domains(table: str, columns: Iterable[tuple[str, Iterable[Any]]]) -> dict[str, str]:
    """Return {column: domain} of the columns (name, values) whose values are all codes of their domain."""
    from ...core.delivery.domains import domain_of, fits

    found = {name: (domain_of(table, name), values) for name, values in columns}
    return {name: domain for name, (domain, values) in found.items() if domain and fits(domain, values)}


def add_domains(dataset: Any, names: Iterable[str], language: str) -> None:
    """Add the domains that the data set does not have yet; a driver that knows none is left alone."""
    from osgeo import ogr

    from ...core.delivery.domains import codes_of

    if not dataset.TestCapability(ogr.ODsCAddFieldDomain):
        return
    there = set(dataset.GetFieldDomainNames() or ())
    for name in sorted(set(names) - there):
        made = ogr.CreateCodedFieldDomain(name, name, ogr.OFTString, ogr.OFSTNone, codes_of(name, language))
        dataset.AddFieldDomain(made)


def add_to_geopackage(
    path: Path, layers: Iterable[Any], language: str, check: Any = lambda: None
) -> dict[str, dict[str, str]]:
    """Give the columns of delivered layers their domains; return {layer: {column: domain}}.

    GDAL makes the domains and the table that says which column has which; the rows of that table are written here:
    for each of them GDAL makes the whole layer anew. `check` is called between layers and may raise.
    Raises RuntimeError of GDAL, sqlite3.Error.
    """
    from osgeo import gdal

    given: dict[str, dict[str, str]] = {}
    for layer in layers:
        check()
        columns = [(column.name, layer.frame[column.name]) for column in layer.table.columns]
        given[layer.name] = wanted_domains(layer.table.name, columns)
    with gdal_raises(), unsynchronized():  # whoever calls flushes the file when it is whole
        dataset = gdal.OpenEx(str(path), gdal.OF_VECTOR | gdal.OF_UPDATE)
        dataset.StartTransaction()
        add_domains(dataset, {domain for wanted in given.values() for domain in wanted.values()}, language)
        dataset.CommitTransaction()
        del dataset
    rows = [(domain, layer, name) for layer, wanted in given.items() for name, domain in wanted.items()]
    with closing(sqlite3.connect(path)) as database, database:
        if database.execute("SELECT 1 FROM sqlite_master WHERE name = 'gpkg_data_columns'").fetchone():
            for row in rows:
                _give(database, row)
    return given


def _give(database: sqlite3.Connection, row: tuple[str, str, str]) -> None:
    """Write a domain, layer and column; GDAL 3.7 and later already have a row of a column with a heading."""
    change = "UPDATE gpkg_data_columns SET constraint_name = ? WHERE table_name = ? AND column_name = ?"
    if not database.execute(change, row).rowcount:
        database.execute(
            "INSERT INTO gpkg_data_columns (constraint_name, table_name, column_name) VALUES (?, ?, ?)", row
        )
