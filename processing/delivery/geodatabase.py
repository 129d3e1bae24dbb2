# SPDX-License-Identifier: GPL-2.0-or-later
"""data.gdb: the same layers for ArcGIS 10.x, written by GDAL's OpenFileGDB driver (GDAL 3.6 and newer)."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import repeat
from pathlib import Path
from typing import Any

from ...core.errors import RenewalError
from ...core.faults import tell_library
from ..layers.gdalmode import gdal_raises
from .domains import add_domains, wanted_domains

MOST_INT = 2**31 - 1
RESERVED = ("OBJECTID", "SHAPE", "SHAPE_LENGTH", "SHAPE_AREA")  # columns that a geodatabase makes itself
MOST_EXACT = 2**53  # whole numbers that a double holds
MULTI = 3  # from a type of OGC geometry to its multi type
SLICE = 500
POINT, LINE, POLYGON, MULTIPOINT = 1, 5, 6, 4  # types of OGC geometry; all of a layer are multi
NO_GEOMETRY = 100  # ogr.wkbNone
KINDS = {0: POINT, 1: LINE, 2: LINE, 5: LINE, 3: POLYGON, 6: POLYGON, 4: MULTIPOINT}  # by shapely's type id


def write_geodatabase(path: Path, flats: Sequence[Any], run: Any) -> list[Any]:
    """Write each layer with headings in the language of `run` as aliases; return what the geodatabase does not hold.

    Losses: `loss_control`, `loss_cut` (a template's length), `loss_number` (whole numbers beyond 2^53),
    `loss_empty_shape`, `loss_shape_kind` (a point among areas, say: a layer holds one kind), `loss_field_name` (a
    reserved word got another name).
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
            for flat, part in run.parts(flats):
                losses += _write_layer(database, flat, part)
            database.FlushCache()
            del database
    except RuntimeError as error:
        raise RenewalError("write_failed", path=path.name, reason=tell_library(str(error), path.parent)) from error
    return losses


def _write_layer(database: Any, flat: Any, run: Any) -> list[Any]:
    from osgeo import ogr, osr

    from ...core.delivery.formats.flat import Loss

    system = None
    if flat.system:
        system = osr.SpatialReference()
        system.ImportFromESRI([flat.system])
        system.SetAxisMappingStrategy(osr.OAMS_TRADITIONAL_GIS_ORDER)
    title = flat.table.zh if run.language == "zh" else flat.table.en
    layer = database.CreateLayer(flat.name, system, _geometry_type(flat), [f"LAYER_ALIAS={title}"])
    file, losses = f"data.gdb/{flat.name}", []
    columns = [(column.name, flat.values[number]) for number, column in enumerate(flat.columns)]
    domains = wanted_domains(flat.table.name, columns)
    add_domains(database, domains.values(), run.language)
    for number, column in enumerate(flat.columns):
        # an own OBJECTID would be taken for the row's number from GDAL 3.9 on
        wanted = f"{column.name}_1" if column.name.upper() in RESERVED else column.name
        definition = ogr.FieldDefn(wanted, _field_type(column, flat.values[number]))
        definition.SetAlternativeName(column.alias(run.language))
        if column.name in domains:
            definition.SetDomainName(domains[column.name])
        if flat.lengths and flat.lengths[number]:
            definition.SetWidth(flat.lengths[number])
        layer.CreateField(definition)
        made = layer.GetLayerDefn().GetFieldDefn(number).GetName()
        if made != column.name:
            losses.append(Loss(file, flat.name, "", column.name, "loss_field_name", column.name, made))
    losses += _add_features(layer, flat, run)
    run.check()
    layer.SyncToDisk()  # its indexes: all layers' at the end would be one call of seconds that hears no Cancel
    return losses


def _add_features(layer: Any, flat: Any, run: Any) -> list[Any]:
    """Write the rows; return what they lose."""
    from osgeo import ogr

    losses: list[Any] = []
    columns = [_told_column(flat, number, losses, run) for number in range(len(flat.columns))]
    definition = layer.GetLayerDefn()
    binary = _told_shapes(flat, int(layer.GetGeomType()), losses, run)
    set_text, set_whole = ogr.Feature.SetFieldString, ogr.Feature.SetFieldInteger64
    set_other, set_null = ogr.Feature.SetField, ogr.Feature.SetFieldNull
    setters = {str: set_text, int: set_whole, type(None): lambda feature, number, _: set_null(feature, number)}
    layer.StartTransaction()
    for row, cells in enumerate(zip(*columns) if columns else repeat((), len(flat))):
        if row % SLICE == 0:
            run.progress(row / len(flat))
        feature = ogr.Feature(definition)
        for number, value in enumerate(cells):
            setters.get(type(value), set_other)(feature, number, value)
        if binary is not None and binary[row] is not None:
            feature.SetGeometryDirectly(ogr.CreateGeometryFromWkb(binary[row]))
        layer.CreateFeature(feature)
    layer.CommitTransaction()
    return losses


def _told_column(flat: Any, number: int, losses: list[Any], run: Any) -> Sequence[Any]:
    """Return a column's values as they are written, texts looked at once each; add what they lose."""
    from ...core.delivery.formats.csvtext import clean
    from ...core.delivery.formats.flat import Loss

    run.check()
    values, column = flat.values[number], flat.columns[number]
    file, length = f"data.gdb/{flat.name}", flat.lengths[number] if flat.lengths else 0

    def lose(row: int, code: str, found: str, written: str) -> None:
        losses.append(Loss(file, flat.name, flat.ids[row], column.name, code, found, written))

    if column.type == "int":
        for row, value in enumerate(values):
            if isinstance(value, int) and abs(value) > MOST_EXACT:
                lose(row, "loss_number", str(value), str(int(float(value))))
    if column.type != "text":
        return values
    known: dict[str, tuple[str, str]] = {}
    written: list[Any] = []
    for row, value in enumerate(values):
        if value is None:
            written.append(None)
            continue
        if value not in known:
            plain = clean(value)
            known[value] = plain, plain[:length] if length else plain
        plain, short = known[value]
        if plain != value:
            lose(row, "loss_control", value, plain)
        if short != plain:
            lose(row, "loss_cut", plain, short)
        written.append(short)
    return written


def _told_shapes(flat: Any, wanted: int, losses: list[Any], run: Any) -> list[Any] | None:
    """Return the geometries as WKB of the layer's type, None for a missing or empty one; add what is lost."""
    import numpy as np
    import shapely

    from ...core.delivery.formats.flat import Loss, told_shape

    if flat.shapes is None:
        return None
    shapes = flat.shapes.copy()
    held = [number for number, kind in KINDS.items() if kind == wanted or (kind, wanted) == (POINT, MULTIPOINT)]
    is_empty, there = shapely.is_empty(shapes), ~shapely.is_missing(shapes)
    for row in (there & (is_empty | ~np.isin(shapely.get_type_id(shapes), held))).nonzero()[0].tolist():
        code, told = "loss_empty_shape" if is_empty[row] else "loss_shape_kind", told_shape(shapes[row])
        losses.append(Loss(f"data.gdb/{flat.name}", flat.name, flat.ids[row], "", code, told, ""))
        shapes[row] = None
    binary: list[Any] = []
    for start in range(0, len(shapes), SLICE):
        run.check()
        binary += shapely.to_wkb(shapes[start : start + SLICE], output_dimension=2, byte_order=1).tolist()
    lift = b"\x01" + wanted.to_bytes(4, "little") + (1).to_bytes(4, "little")
    single = max(wanted - MULTI, 0).to_bytes(4, "little")
    return [lift + item if item is not None and item[1:5] == single else item for item in binary]


def _geometry_type(flat: Any) -> int:
    """Return the type of geometry that most rows need, as in a shapefile; multi-points as soon as one row needs it."""
    import shapely

    if flat.shapes is None:
        return NO_GEOMETRY
    types = shapely.get_type_id(flat.shapes[~shapely.is_missing(flat.shapes) & ~shapely.is_empty(flat.shapes)])
    kinds = [KINDS[number] for number in types.tolist() if number in KINDS]
    if not kinds:
        return {"polygon": POLYGON, "line": LINE}.get(flat.table.geometry, POINT)
    points = POINT if MULTIPOINT not in kinds else MULTIPOINT
    areas_n, lines_n = kinds.count(POLYGON), kinds.count(LINE)
    told = {POLYGON: areas_n, LINE: lines_n, points: len(kinds) - areas_n - lines_n}
    return max(told, key=lambda kind: told[kind])  # of equals the first


def _field_type(column: Any, values: Sequence[Any]) -> int:
    from osgeo import ogr

    if column.type == "int":
        fits = all(value is None or abs(value) <= MOST_INT for value in values)
        return int(ogr.OFTInteger if fits else ogr.OFTReal)
    return int(ogr.OFTReal if column.type == "real" else ogr.OFTString)
