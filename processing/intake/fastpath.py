# SPDX-License-Identifier: GPL-2.0-or-later
"""Reading a plain file in columns through OGR's Arrow stream: 4 to 16 times as fast as feature by feature.

The fewer texts the faster (docs/scaling.md). Only for the sources that `read_columns` lists: a test holds that both
paths give the same table.
"""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Sequence
from typing import Any

from ...core.sqlnames import quoted
from ..layers.gdalmode import gdal_raises
from ..layers.snapshot import VectorSnapshot

BATCH = 4096  # rows: the stream pads every text to the longest of its batch, so batches stay small
LONGEST_TEXT = 25_000  # characters, at most 100 kB: one such cell costs 400 MB a batch


class _Words(dict[bytes, str]):
    """Texts by their UTF-8 bytes: equal cells of a column are one text in memory."""

    def __missing__(self, key: bytes) -> str:
        word = self[key] = key.decode("utf-8")
        return word


def read_columns(
    snapshot: VectorSnapshot, names: Sequence[str], with_geometry: bool, check: Callable[[], None]
) -> tuple[dict[str, Any], list[Any]] | None:
    """Return {field: cells} and WKB bytes of all rows, or None when the source is not on the white list.

    Cells: a masked array of int64 or float64 for numbers, an object array of str (None = missing) for texts; `tolist()`
    of either gives Python values. The white list: a plain file (no subset, joins, virtual fields, edits, selection,
    filter), straight geometry without M, fields of plain text or numbers, text known to be UTF-8, GDAL built with
    numpy. `check` is called per batch and may raise.
    """
    if not snapshot.plain or snapshot.file is None or not names:
        return None  # GDAL 3.6 gives empty geometry when every field is ignored
    try:
        from osgeo import gdal, gdal_array, ogr  # noqa: F401 (gdal_array fails when GDAL was built for another numpy)
    except ImportError:
        return None
    with gdal_raises(), contextlib.suppress(RuntimeError):  # locked, or damaged: QGIS reads it, and rows are counted
        dataset = gdal.OpenEx(str(snapshot.file), gdal.OF_VECTOR | gdal.OF_READONLY)
        layer = dataset.GetLayerByName(snapshot.file_layer) if snapshot.file_layer else dataset.GetLayer(0)
        if layer is None or not _is_listed(dataset, layer, names, snapshot, ogr):
            return None
        cells, shapes = _stream(layer, names, with_geometry, check)
        if len(cells[names[0]]) == snapshot.count:
            return cells, shapes
    return None


def _stream(
    layer: Any, names: Sequence[str], with_geometry: bool, check: Callable[[], None]
) -> tuple[dict[str, Any], list[Any]]:
    definition = layer.GetLayerDefn()
    listed = [definition.GetFieldDefn(i).GetName() for i in range(definition.GetFieldCount())]
    unused = [name for name in listed if name not in set(names)]
    if len(unused) == len(listed):  # only the fid is asked for: see above
        unused = unused[1:]
    layer.SetIgnoredFields(unused + ([] if with_geometry else ["OGR_GEOMETRY"]))
    pieces: dict[str, list[Any]] = {name: [] for name in names}
    words: dict[str, _Words | None] = {name: _Words() for name in names}
    shapes: list[Any] = []
    geometry_name = layer.GetGeometryColumn() or "wkb_geometry"
    fid = layer.GetFIDColumn()
    options = ["USE_MASKED_ARRAYS=YES", f"MAX_FEATURES_IN_BATCH={BATCH}"]
    options.append("INCLUDE_FID=" + ("YES" if fid and fid in pieces else "NO"))
    for batch in layer.GetArrowStreamAsNumPy(options=options):
        check()
        for name in names:
            known = words[name]
            pieces[name].append(_cells(batch[name], known))
            if known is not None and 2 * len(known) > BATCH * len(pieces[name]):  # ids and the like
                words[name] = None
        if with_geometry:
            shapes.extend(_binary(batch[geometry_name]))
    return {name: _joined(pieces.pop(name)) for name in names}, shapes


def _is_listed(dataset: Any, layer: Any, names: Sequence[str], snapshot: VectorSnapshot, ogr: Any) -> bool:
    driver = dataset.GetDriver().ShortName
    if driver not in ("GPKG", "FlatGeobuf") or layer.GetFeatureCount() != snapshot.count:
        return False
    kind = layer.GetGeomType()
    is_straight = not ogr.GT_IsNonLinear(kind) and not ogr.GT_HasM(kind) and ogr.GT_Flatten(kind) != ogr.wkbUnknown
    if kind != ogr.wkbNone and not is_straight:
        return False
    definition = layer.GetLayerDefn()
    if not definition.GetFieldCount():
        return False
    indexes = [definition.GetFieldIndex(name) for name in names if name != layer.GetFIDColumn()]
    items = [definition.GetFieldDefn(index) for index in indexes if index >= 0]
    if len(items) < len(indexes) or not all(_is_plain(item, ogr) for item in items):
        return False
    endless = [item for item in items if item.GetType() == ogr.OFTString and not 0 < item.GetWidth() <= LONGEST_TEXT]
    if not endless:
        return True
    return bool(driver == "GPKG" and not _holds_wide_text(layer, endless))  # others would have to read every cell


def _is_plain(item: Any, ogr: Any) -> bool:
    """Say whether a field is a plain number or text."""
    return (
        item.GetType() in (ogr.OFTString, ogr.OFTInteger, ogr.OFTInteger64, ogr.OFTReal)
        and item.GetSubType() == ogr.OFSTNone
    )


def _holds_wide_text(layer: Any, items: Sequence[Any]) -> bool:
    """Say whether a cell is too long to be padded to; a GeoPackage tells in one pass."""
    layer.SetAttributeFilter(" OR ".join(f"length({quoted(item.GetName())}) > {LONGEST_TEXT}" for item in items))
    wide = layer.GetFeatureCount()
    layer.SetAttributeFilter(None)
    return bool(wide)


def _cells(array: Any, known: _Words | None) -> Any:
    """Return a column of a batch: numbers masked, texts (they come as padded UTF-8 bytes) as str or None.

    `known`: the texts met so far, None where nearly every cell has one of its own.
    """
    import numpy as np

    missing = np.ma.getmaskarray(array)
    values = np.ma.getdata(array)
    if values.dtype.kind in "if":
        wide = values.astype(np.int64 if values.dtype.kind == "i" else np.float64)
        return np.ma.masked_array(wide, missing.copy())
    words = np.empty(len(values), dtype=object)
    if values.dtype.kind == "S":
        texts = values.tolist()
        words[:] = list(map(known.__getitem__, texts)) if known is not None else _decoded(texts)
    else:
        words[:] = [item.decode("utf-8") if isinstance(item, bytes) else item for item in values.tolist()]
    if missing.any():
        words[missing] = None
    return words


def _decoded(texts: list[bytes]) -> list[str]:
    """Return UTF-8 bytes as texts, all decoded in one go: none holds a NUL, which ends a text for GDAL."""
    found = b"\0".join(texts).decode("utf-8").split("\0")
    return found if len(found) == len(texts) else [text.decode("utf-8") for text in texts]


def _binary(array: Any) -> list[Any]:
    """Return geometries as WKB bytes; a batch of equally long ones comes as one block."""
    import numpy as np

    values = np.ma.getdata(array).tolist()
    missing = np.ma.getmaskarray(array)
    if array.dtype.kind == "V" and not missing.any():
        return list(values)
    return [None if gone or item is None else bytes(item) for item, gone in zip(values, missing.tolist())]


def _joined(pieces: list[Any]) -> Any:
    import numpy as np

    if not pieces:
        return np.empty(0, dtype=object)
    return (np.ma.concatenate if np.ma.isMaskedArray(pieces[0]) else np.concatenate)(pieces)
