# SPDX-License-Identifier: GPL-2.0-or-later
"""Puts the field domains into data.gpkg and data.gdb; QGIS and ArcGIS then show what a code means."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path
from typing import Any

from ..gdalmode import gdal_raises


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


def add_to_geopackage(path: Path, layers: Iterable[Any], language: str) -> dict[str, dict[str, str]]:
    """Give the columns of delivered layers their domains; return {layer: {column: domain}}.

    Raises RuntimeError of GDAL.
    """
    from osgeo import gdal, ogr

    given: dict[str, dict[str, str]] = {}
    with gdal_raises():
        dataset = gdal.OpenEx(str(path), gdal.OF_VECTOR | gdal.OF_UPDATE)
        for layer in layers:
            columns = [(column.name, layer.frame[column.name]) for column in layer.table.columns]
            wanted = given[layer.name] = wanted_domains(layer.table.name, columns)
            add_domains(dataset, wanted.values(), language)
            opened = dataset.GetLayerByName(layer.name)
            definition = opened.GetLayerDefn()
            for name, domain in wanted.items():
                index = definition.GetFieldIndex(name)
                if index < 0:
                    continue
                field = definition.GetFieldDefn(index)
                changed = ogr.FieldDefn(name, field.GetType())
                changed.SetDomainName(domain)
                opened.AlterFieldDefn(index, changed, ogr.ALTER_DOMAIN_FLAG)
        dataset.FlushCache()
        del opened, dataset
    return given
