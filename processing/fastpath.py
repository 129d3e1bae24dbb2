# SPDX-License-Identifier: GPL-2.0-or-later
"""Reading a plain file in columns through OGR's Arrow stream: ten times faster than feature by feature.

Only for the white list of qgis.md 6; a test holds that both paths give the same table.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from .gdalmode import gdal_raises
from .snapshot import VectorSnapshot

BATCH = 4096  # rows: the stream pads every text to the longest of its batch, so batches stay small
LONGEST_TEXT = 25_000  # characters, at most 100 kB: one such cell costs 400 MB a batch


def read_columns(
    snapshot: VectorSnapshot, names: Sequence[str], with_geometry: bool, check: Callable[[], None]
) -> tuple[dict[str, list[Any]], list[Any]] | None:
    """Return {field: Python values} and WKB bytes of all rows, or None when the source is not on the white list.

    The white list: a plain file (no subset, joins, virtual fields, edits, selection, filter), straight geometry without
    M, fields of plain text or numbers, text known to be UTF-8, GDAL built with numpy. `check` is called per batch and
    may raise.
    """
    if not snapshot.plain or snapshot.file is None or not names:
        return None  # GDAL 3.6 gives empty geometry when every field is ignored
    try:
        from osgeo import gdal, gdal_array, ogr  # noqa: F401 (gdal_array fails when GDAL was built for another numpy)
    except ImportError:
        return None
    with gdal_raises():
        dataset = gdal.OpenEx(str(snapshot.file), gdal.OF_VECTOR | gdal.OF_READONLY)
        layer = dataset.GetLayerByName(snapshot.file_layer) if snapshot.file_layer else dataset.GetLayer(0)
        if layer is None or not _is_listed(dataset, layer, names, snapshot, ogr):
            return None
        return _stream(layer, names, with_geometry, check)


def _stream(
    layer: Any, names: Sequence[str], with_geometry: bool, check: Callable[[], None]
) -> tuple[dict[str, list[Any]], list[Any]]:
    definition = layer.GetLayerDefn()
    unused = [definition.GetFieldDefn(i).GetName() for i in range(definition.GetFieldCount())]
    unused = [name for name in unused if name not in set(names)]
    layer.SetIgnoredFields(unused + ([] if with_geometry else ["OGR_GEOMETRY"]))
    columns: dict[str, list[Any]] = {name: [] for name in names}
    shapes: list[Any] = []
    geometry_name = layer.GetGeometryColumn() or "wkb_geometry"
    options = ["USE_MASKED_ARRAYS=YES", f"MAX_FEATURES_IN_BATCH={BATCH}", "INCLUDE_FID=NO"]
    for batch in layer.GetArrowStreamAsNumPy(options=options):
        check()
        for name in names:
            columns[name].extend(_values(batch[name]))
        if with_geometry:
            shapes.extend(bytes(item) if item is not None else None for item in batch[geometry_name])
    return columns, shapes


def _is_listed(dataset: Any, layer: Any, names: Sequence[str], snapshot: VectorSnapshot, ogr: Any) -> bool:
    driver = dataset.GetDriver().ShortName
    if driver not in ("GPKG", "FlatGeobuf") or layer.GetFeatureCount() != snapshot.count:
        return False
    kind = layer.GetGeomType()
    is_straight = not ogr.GT_IsNonLinear(kind) and not ogr.GT_HasM(kind) and ogr.GT_Flatten(kind) != ogr.wkbUnknown
    if kind != ogr.wkbNone and not is_straight:
        return False
    definition = layer.GetLayerDefn()
    indexes = [definition.GetFieldIndex(name) for name in names]
    return all(index >= 0 and _is_plain(driver, layer, definition.GetFieldDefn(index), ogr) for index in indexes)


def _is_plain(driver: str, layer: Any, item: Any, ogr: Any) -> bool:
    """Say whether a field is a plain number, or a text whose cells are all short enough to be padded."""
    if item.GetType() not in (ogr.OFTString, ogr.OFTInteger, ogr.OFTInteger64, ogr.OFTReal):
        return False
    if item.GetSubType() != ogr.OFSTNone:
        return False
    if item.GetType() != ogr.OFTString or 0 < item.GetWidth() <= LONGEST_TEXT:
        return True
    if driver != "GPKG":
        return False  # only GeoPackage tells without reading every cell
    column = item.GetName().replace('"', '""')
    layer.SetAttributeFilter(f'length("{column}") > {LONGEST_TEXT}')
    wide = layer.GetFeatureCount()
    layer.SetAttributeFilter(None)
    return bool(wide == 0)


def _values(array: Any) -> list[Any]:
    """Return Python scalars, None for missing; texts come as padded UTF-8 bytes."""
    import numpy as np

    missing = np.ma.getmaskarray(array)
    values = np.ma.getdata(array).tolist()
    if values and any(isinstance(value, bytes) for value in values):
        values = [value.decode("utf-8") if isinstance(value, bytes) else value for value in values]
    if missing.any():
        values = [None if gone else value for gone, value in zip(missing.tolist(), values)]
    return values
