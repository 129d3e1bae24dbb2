# SPDX-License-Identifier: GPL-2.0-or-later
"""data.gdb: the same layers for ArcGIS 10.x, written by GDAL's OpenFileGDB driver (GDAL 3.6 and newer)."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

from ...core.errors import RenewalError
from ..gdalmode import gdal_raises
from .domains import add_domains, wanted_domains

MOST_INT = 2**31 - 1
RESERVED = ("OBJECTID", "SHAPE", "SHAPE_LENGTH", "SHAPE_AREA")  # columns that a geodatabase makes itself
MOST_EXACT = 2**53  # whole numbers that a double holds
SLICE = 500


def write_geodatabase(path: Path, flats: Sequence[Any], run: Any) -> list[Any]:
    """Write each layer with Chinese headings as aliases; return what the geodatabase does not hold.

    Losses: `loss_control`, `loss_cut` (a template's length), `loss_number` (whole numbers beyond 2^53),
    `loss_empty_shape`, `loss_field_name` (a reserved word got another name).
    Raises RenewalError: `gdb_not_supported`, `write_failed`; Cancelled.
    """
    from osgeo import gdal

    driver = gdal.GetDriverByName("OpenFileGDB")
    if driver is None or driver.GetMetadataItem("DCAP_CREATE") != "YES":
        raise RenewalError("gdb_not_supported", version=gdal.__version__)
    losses: list[Any] = []
    try:
        with gdal_raises():
            database = driver.Create(str(path), 0, 0, 0, gdal.GDT_Unknown)
            for number, flat in enumerate(flats):
                part = run.part(number / len(flats), (number + 1) / len(flats))
                losses += _write_layer(database, flat, part)
            database.FlushCache()
            del database
    except RuntimeError as error:
        raise RenewalError("write_failed", path=path.name, reason=str(error)) from error
    return losses


def _write_layer(database: Any, flat: Any, run: Any) -> list[Any]:
    from osgeo import ogr, osr

    from ...core.delivery.flat import Loss

    system = None
    if flat.system:
        system = osr.SpatialReference()
        system.ImportFromESRI([flat.system])
        system.SetAxisMappingStrategy(osr.OAMS_TRADITIONAL_GIS_ORDER)
    layer = database.CreateLayer(flat.name, system, _geometry_type(flat), [f"LAYER_ALIAS={flat.table.zh}"])
    file, losses = f"data.gdb/{flat.name}", []
    columns = [(column.name, flat.values[number]) for number, column in enumerate(flat.columns)]
    domains = wanted_domains(flat.table.name, columns)
    add_domains(database, domains.values(), "zh")
    for number, column in enumerate(flat.columns):
        # an own OBJECTID would be taken for the row's number from GDAL 3.9 on
        wanted = f"{column.name}_1" if column.name.upper() in RESERVED else column.name
        definition = ogr.FieldDefn(wanted, _field_type(column, flat.values[number]))
        definition.SetAlternativeName(column.alias("zh"))
        if column.name in domains:
            definition.SetDomainName(domains[column.name])
        if flat.lengths and flat.lengths[number]:
            definition.SetWidth(flat.lengths[number])
        layer.CreateField(definition)
        made = layer.GetLayerDefn().GetFieldDefn(number).GetName()
        if made != column.name:
            losses.append(Loss(file, flat.name, "", column.name, "loss_field_name", column.name, made))
    layer.StartTransaction()
    for row in range(len(flat)):
        if row % SLICE == 0:
            run.progress(row / len(flat))
        feature = ogr.Feature(layer.GetLayerDefn())
        losses += [Loss(file, flat.name, flat.ids[row], *told) for told in _fill(feature, flat, row)]
        layer.CreateFeature(feature)
    layer.CommitTransaction()
    return losses


def _fill(feature: Any, flat: Any, row: int) -> Any:
    """Put a row into a feature; yield (field, code, value, written) of what does not fit."""
    from osgeo import ogr
    from shapely import to_wkb

    from ...core.delivery.csvtext import clean
    from ...core.delivery.flat import told_shape

    for number, column in enumerate(flat.columns):
        value = flat.values[number][row]
        if value is None:
            feature.SetFieldNull(number)
        elif isinstance(value, str):
            plain = clean(value)
            length = flat.lengths[number] if flat.lengths else 0
            short = plain[:length] if length else plain
            feature.SetField(number, short)
            if plain != value:
                yield column.name, "loss_control", value, plain
            if short != plain:
                yield column.name, "loss_cut", plain, short
        else:
            feature.SetField(number, value)
            if isinstance(value, int) and abs(value) > MOST_EXACT:
                yield column.name, "loss_number", str(value), str(int(float(value)))
    shape = None if flat.shapes is None else flat.shapes[row]
    if shape is not None and shape.is_empty:
        yield "", "loss_empty_shape", told_shape(shape), ""
    elif shape is not None:
        place = ogr.CreateGeometryFromWkb(bytes(to_wkb(shape, output_dimension=2)))
        many = {ogr.wkbMultiPolygon: ogr.ForceToMultiPolygon, ogr.wkbMultiLineString: ogr.ForceToMultiLineString,
                ogr.wkbMultiPoint: ogr.ForceToMultiPoint}  # fmt: skip
        wanted = feature.GetDefnRef().GetGeomFieldDefn(0).GetType()
        feature.SetGeometryDirectly(many[wanted](place) if wanted in many else place)


def _geometry_type(flat: Any) -> int:
    from osgeo import ogr
    from shapely import get_type_id

    if flat.shapes is None:
        return int(ogr.wkbNone)
    types = {int(number) for number in get_type_id(flat.shapes)} - {-1}
    if flat.table.geometry == "polygon" or types & {3, 6}:
        return int(ogr.wkbMultiPolygon)
    if flat.table.geometry == "line" or types & {1, 2, 5}:
        return int(ogr.wkbMultiLineString)
    return int(ogr.wkbMultiPoint if 4 in types else ogr.wkbPoint)


def _field_type(column: Any, values: Sequence[Any]) -> int:
    from osgeo import ogr

    if column.type == "int":
        fits = all(value is None or abs(value) <= MOST_INT for value in values)
        return int(ogr.OFTInteger if fits else ogr.OFTReal)
    return int(ogr.OFTReal if column.type == "real" else ogr.OFTString)
