# SPDX-License-Identifier: GPL-2.0-or-later
"""The sample city as files: sample.gpkg with all layers, dem.tif, truth.csv."""

from __future__ import annotations

import contextlib
import sqlite3
from pathlib import Path
from typing import Any

from qgis.core import (
    QgsCoordinateTransformContext,
    QgsSingleSymbolRenderer,
    QgsSymbol,
    QgsVectorLayer,
)
from qgis.PyQt.QtGui import QColor

from ..core.errors import RenewalError
from ..core.faults import tell_library
from ..core.run import Run
from .layers.crs import move_coordinates
from .layers.gdalmode import gdal_raises
from .layers.systems import system_named, transform_between
from .styling.dressing import save_style

SAMPLE, DEM, TRUTH = "sample.gpkg", "dem.tif", "truth.csv"
CRS, DEGREES = 4545, 4490
INVENTED = "urban-renewal sample: invented data"  # the description of every layer of the sample
SLICE = 2000  # rows between two looks at the cancel flag
ROWS_A_TRANSACTION = 100_000
AS_OF = "2025-12-31"  # the day the sample city is seen from; its study counts ages and months back from it
STAMP = f"{AS_OF}T00:00:00.000Z"  # so that the same seed gives the same file


def write_sample(folder: Path, city: Any, transforms: QgsCoordinateTransformContext, run: Run) -> None:
    """Write the three files of a City into the empty folder. Raises RenewalError(`write_failed`), Cancelled."""
    layers = dict(city.layers)
    layers["facilities_gcj02"] = shift_facilities(layers["facilities"], transforms)
    try:
        with gdal_raises():
            _write_package(folder / SAMPLE, layers, run.part(0, 0.9))
            write_dem(folder / DEM, city.dem)
        dress_package(folder / SAMPLE, list(layers))
    except RuntimeError as error:
        raise RenewalError("write_failed", path=str(folder), reason=tell_library(str(error), folder)) from error
    rows = zip(city.truth["parcel_id"], city.truth["tag"])
    text = "parcel_id,tag\n" + "".join(f"{parcel},{tag}\n" for parcel, tag in rows)
    (folder / TRUTH).write_text(text, encoding="utf-8", newline="\n")
    run.progress(1.0)


def shift_facilities(facilities: Any, transforms: QgsCoordinateTransformContext) -> Any:
    """Return the facilities as a web map gives them: degrees with the GCJ-02 offset, called EPSG:4326."""
    import numpy as np
    import shapely

    from ..core import frames
    from ..core.inputs.gcj02 import wgs84_to_gcj02

    working, degrees = (system_named(f"EPSG:{code}") for code in (CRS, DEGREES))
    to_degrees = transform_between(working, degrees, transforms)
    lonlat = move_coordinates(shapely.get_coordinates(frames.geometries(facilities)), to_degrees, "facilities")
    shifted = np.round(np.column_stack(wgs84_to_gcj02(lonlat[:, 0], lonlat[:, 1])), 7)
    return facilities.assign(**{frames.GEOMETRY: shapely.points(shifted)})


def _write_package(path: Path, layers: dict[str, Any], run: Run) -> None:
    from osgeo import gdal

    gdal.SetConfigOption("OGR_CURRENT_DATE", STAMP)
    try:
        package = gdal.GetDriverByName("GPKG").Create(str(path), 0, 0, 0, gdal.GDT_Unknown)
        total, done = sum(len(frame) for frame in layers.values()), 0
        for name, frame in layers.items():
            run.stage("sample_writing", layer=name)
            _write_layer(package, name, frame, run.part(done / total, (done + len(frame)) / total))
            done += len(frame)
        del package  # closes the file
    finally:
        gdal.SetConfigOption("OGR_CURRENT_DATE", None)


def _write_layer(package: Any, name: str, frame: Any, run: Run) -> None:
    import shapely
    from osgeo import ogr, osr

    from ..core import frames

    told, columns = headings(), [column for column in frame.columns if column != frames.GEOMETRY]
    system = osr.SpatialReference()
    system.ImportFromEPSG(4326 if name == "facilities_gcj02" else CRS)
    has_shape = frames.GEOMETRY in frame
    options = [f"IDENTIFIER={told['layers'][name]}"]
    layer = package.CreateLayer(name, system if has_shape else None, _type_of(frame), options)
    kinds = {"Int64": ogr.OFTInteger64, "float64": ogr.OFTReal}
    for column in columns:
        layer.CreateField(ogr.FieldDefn(column, kinds.get(str(frame[column].dtype), ogr.OFTString)))
    values = [_scalars(frame[column]) for column in columns]
    wkb = shapely.to_wkb(frames.geometries(frame), output_dimension=3) if has_shape else None
    package.StartTransaction()
    definition = layer.GetLayerDefn()
    for row in range(len(frame)):
        if row % SLICE == 0:
            run.progress(row / len(frame))
        if row % ROWS_A_TRANSACTION == ROWS_A_TRANSACTION - 1:
            package.CommitTransaction()
            package.StartTransaction()
        feature = ogr.Feature(definition)
        for number, column_values in enumerate(values):
            if column_values[row] is not None:
                feature.SetField(number, column_values[row])
        if wkb is not None:
            feature.SetGeometryDirectly(ogr.CreateGeometryFromWkb(wkb[row]))
        layer.CreateFeature(feature)
    package.CommitTransaction()


def dress_package(path: Path, names: list[str]) -> None:
    """Keep Chinese headings and a quiet colour as each layer's default style."""
    told = headings()
    for name in names:
        layer = QgsVectorLayer(f"{path}|layername={name}", name, "ogr")
        for number, field in enumerate(layer.fields()):
            layer.setFieldAlias(number, told["columns"].get(field.name(), ""))
        if name in told["colours"] and layer.renderer() is not None:
            symbol = QgsSymbol.defaultSymbol(layer.geometryType())
            if symbol is not None:
                symbol.setColor(QColor(told["colours"][name]))
                layer.setRenderer(QgsSingleSymbolRenderer(symbol))
        save_style(layer, name, told["layers"][name])
        del layer
    mark_invented(path)


def mark_invented(path: Path) -> None:
    """Let every layer of a GeoPackage call itself invented: whatever is made of the sample says so too."""
    with contextlib.closing(sqlite3.connect(path)) as connection:
        connection.execute("UPDATE gpkg_contents SET description = ?", (INVENTED,))
        connection.commit()
        connection.execute("PRAGMA journal_mode = DELETE")  # QGIS leaves write-ahead logging on after saving a style


def is_invented(file: Path | None, layer_name: str) -> bool:
    """Say whether a layer of a GeoPackage calls itself invented (the sample does); False when it cannot be read."""
    from osgeo import gdal, ogr

    if file is None or file.suffix.lower() != ".gpkg":
        return False
    try:
        with gdal_raises():
            opened = gdal.OpenEx(str(file), gdal.OF_VECTOR | gdal.OF_READONLY, ["GPKG"])
            layer = opened.GetLayerByName(layer_name) if layer_name else opened.GetLayer(0)
            return isinstance(layer, ogr.Layer) and layer.GetMetadataItem("DESCRIPTION") == INVENTED
    except RuntimeError:
        return False


def _type_of(frame: Any) -> int:
    """Return the OGR geometry type of a layer; wkbUnknown where lines and areas are mixed."""
    import numpy as np
    import shapely
    from osgeo import ogr

    from ..core import frames

    if frames.GEOMETRY not in frame:
        return int(ogr.wkbNone)
    found = np.unique(shapely.get_type_id(frames.geometries(frame)))
    types = {0: ogr.wkbPoint, 1: ogr.wkbLineString, 3: ogr.wkbPolygon}
    return int(types[int(found[0])] if len(found) == 1 else ogr.wkbUnknown)


def _scalars(column: Any) -> list[Any]:
    """Return Python values, None for missing."""
    import pandas as pd

    return column.astype(object).where(pd.notna(column), None).tolist()


def headings() -> dict[str, dict[str, str]]:
    """Return the Chinese headings of layers and columns."""
    from ..core import jsontext
    from ..core.resources import RESOURCES

    content: dict[str, dict[str, str]] = jsontext.read(RESOURCES / "sample" / "headings.json").value
    return content


def write_dem(path: Path, dem: Any) -> None:
    """Write the heights as a tiled, compressed GeoTIFF."""
    from osgeo import gdal, osr

    rows, columns = dem.heights.shape
    options = ["COMPRESS=DEFLATE", "PREDICTOR=3", "TILED=YES"]
    raster = gdal.GetDriverByName("GTiff").Create(str(path), columns, rows, 1, gdal.GDT_Float32, options)
    system = osr.SpatialReference()
    system.ImportFromEPSG(CRS)
    raster.SetProjection(system.ExportToWkt())
    raster.SetGeoTransform((dem.west_m, dem.cell_m, 0.0, dem.north_m, 0.0, -dem.cell_m))
    band = raster.GetRasterBand(1)
    band.SetNoDataValue(-9999.0)
    band.WriteArray(dem.heights)
    del band, raster  # closes the file
