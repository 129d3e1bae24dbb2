# SPDX-License-Identifier: GPL-2.0-or-later
"""Reading a window of a raster into an array, with the way from working coordinates to its cells."""

from __future__ import annotations

import numpy as np
from qgis.core import QgsCoordinateTransform, QgsCoordinateTransformContext, QgsRectangle
from qgis.PyQt.QtCore import QThread

from ...core.errors import RenewalError
from ...core.run import Run
from ...core.walking.heights import HIGHEST_M, LOWEST_M, Raster
from ..layers.crs import WorkingCrs, move_coordinates
from ..layers.gdalmode import gdal_raises
from ..layers.snapshot import RasterSnapshot
from ..layers.systems import transform_between

FEET = {"ft": 0.3048, "foot": 0.3048, "feet": 0.3048, "us survey foot": 1200 / 3937, "us-ft": 1200 / 3937,
        "ftus": 1200 / 3937}  # fmt: skip
STRIP_CELLS = 4_000_000  # cells read between two looks at the cancel flag
MARGIN_CELLS = 16  # around the data, so that the low-pass (4 cells) sees real ground at the edge


def read_raster(
    snapshot: RasterSnapshot, bounds: tuple[float, float, float, float], working: WorkingCrs,
    transforms: QgsCoordinateTransformContext, run: Run,
) -> Raster:  # fmt: skip
    """Return the first band over `bounds` (working CRS: x_min, y_min, x_max, y_max) and a margin; NaN = no data.

    Raises RenewalError: `dem_without_crs`, `dem_in_local_grid`, `dem_elsewhere` (it does not touch the data).
    """
    if not snapshot.crs.isValid():
        raise RenewalError("dem_without_crs", layer=snapshot.name)
    if working.crs is None:
        raise RenewalError("dem_in_local_grid", layer=snapshot.name)
    to_raster = transform_between(working.crs, snapshot.crs, transforms)
    cell_x = snapshot.extent.width() / snapshot.columns
    cell_y = snapshot.extent.height() / snapshot.rows
    window = to_raster.transformBoundingBox(QgsRectangle(*bounds))
    left = max(0, int((window.xMinimum() - snapshot.extent.xMinimum()) / cell_x) - MARGIN_CELLS)
    right = min(snapshot.columns, int((window.xMaximum() - snapshot.extent.xMinimum()) / cell_x) + MARGIN_CELLS + 1)
    top = max(0, int((snapshot.extent.yMaximum() - window.yMaximum()) / cell_y) - MARGIN_CELLS)
    bottom = min(snapshot.rows, int((snapshot.extent.yMaximum() - window.yMinimum()) / cell_y) + MARGIN_CELLS + 1)
    if left >= right or top >= bottom:
        raise RenewalError("dem_elsewhere", layer=snapshot.name)
    values = _read_window(snapshot, (left, right, top, bottom), (cell_x, cell_y), run)
    _to_metres(values, snapshot, run)
    x_min = snapshot.extent.xMinimum() + left * cell_x
    y_max = snapshot.extent.yMaximum() - top * cell_y

    def to_cell(x: np.ndarray, y: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        """Return the column and row (cell centres at whole numbers) of working coordinates."""
        xy = move_coordinates(np.column_stack([x, y]).astype(float), to_raster, snapshot.name)
        return (xy[:, 0] - x_min) / cell_x - 0.5, (y_max - xy[:, 1]) / cell_y - 0.5

    return Raster(values, to_cell, _cell_size_m(window, cell_x, cell_y, to_raster))


def _to_metres(values: np.ndarray, snapshot: RasterSnapshot, run: Run) -> None:
    """Turn heights that the file says to be in feet into metres, and heights that no ground has into no data.

    A void that the file does not declare (-32768, -9999) would be smeared over its neighbours. `values` are changed.
    """
    unit = _unit_of(snapshot)
    if unit in FEET:
        values *= FEET[unit]
        run.warn("dem_in_feet", layer=snapshot.name, unit=unit)
    odd = (values < LOWEST_M) | (values > HIGHEST_M)
    if odd.any():
        shown = sorted({f"{value:g}" for value in values[odd][:1000]})[:3]
        values[odd] = np.nan
        run.warn("dem_impossible", layer=snapshot.name, n=int(odd.sum()), values=shown)


def _unit_of(snapshot: RasterSnapshot) -> str:
    """Return the unit of the heights that the source names, "" when it names none or GDAL does not know it."""
    from osgeo import gdal

    if not snapshot.source:
        return ""
    try:
        with gdal_raises():
            dataset = gdal.Open(snapshot.source)  # held: a band dies with it
            return str(dataset.GetRasterBand(1).GetUnitType() or "").strip().casefold()
    except RuntimeError:
        return ""


def _read_window(
    snapshot: RasterSnapshot, window: tuple[int, int, int, int], cell: tuple[float, float], run: Run
) -> np.ndarray:
    """Read the window in strips of rows through the clone's own block(), which knows scale, offset and no-data."""
    left, right, top, bottom = window
    provider = snapshot.provider
    if provider.thread() is None:
        provider.moveToThread(QThread.currentThread())
    columns = right - left
    strip = max(1, STRIP_CELLS // columns)
    values = np.empty((bottom - top, columns), dtype=np.float64)
    for row in range(top, bottom, strip):
        run.check()
        rows = min(strip, bottom - row)
        y_max = snapshot.extent.yMaximum() - row * cell[1]
        x_min = snapshot.extent.xMinimum() + left * cell[0]
        area = QgsRectangle(x_min, y_max - rows * cell[1], x_min + columns * cell[0], y_max)
        block = provider.block(1, area, columns, rows)
        if not block.isValid() or block.isEmpty():
            raise RenewalError("dem_unreadable", layer=snapshot.name)
        data = np.frombuffer(bytes(block.data()), dtype=_numpy_type(block)).reshape(rows, columns).astype(np.float64)
        if block.hasNoDataValue():
            data[data == block.noDataValue()] = np.nan
        values[row - top : row - top + rows] = data
    values[~np.isfinite(values)] = np.nan
    return values


def _numpy_type(block: object) -> np.dtype:
    """Return the dtype of a raster block: whole numbers by size and sign, reals by size (Qgis.DataType names)."""
    name = block.dataType().name if hasattr(block.dataType(), "name") else str(block.dataType())
    known = {
        "Byte": "u1", "Int8": "i1", "UInt16": "u2", "Int16": "i2", "UInt32": "u4", "Int32": "i4", "Float32": "f4",
        "Float64": "f8",
    }  # fmt: skip
    return np.dtype(known[name.rsplit(".", 1)[-1]])


def _cell_size_m(
    window: QgsRectangle, cell_x: float, cell_y: float, to_raster: QgsCoordinateTransform
) -> tuple[float, float]:
    """Return a cell's width and height in working metres at the window's centre."""
    centre = window.center()
    x, y = centre.x(), centre.y()
    corners = np.array([[x, y], [x + cell_x, y], [x, y + cell_y]])
    back = transform_between(to_raster.destinationCrs(), to_raster.sourceCrs(), to_raster.context())
    here, east, north = move_coordinates(corners, back, "DEM")
    return float(np.hypot(*(east - here))), float(np.hypot(*(north - here)))
