# SPDX-License-Identifier: GPL-2.0-or-later
"""What the maps stand on: relief and contours from the DEM, land use from the parcels and the plan.

The DEM itself never leaves: what goes into the delivery is an 8-bit picture of its shade and smoothed contours.
"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

from ...core import frames, schema
from ...core.errors import RenewalError
from ..layers.gdalmode import gdal_raises
from .bounds import RELIEF
from .ownfields import own_column
from .package import Layer

if TYPE_CHECKING:
    from .study import Study

MARGIN_M = 300.0  # of the ground around what the overview shows
MOST_SAMPLES = 4  # cells of the DEM that are read for each of the grid's
SHORTEST_M, OFF_M = 60.0, 0.5  # contours shorter than this are noise of the grid; how far a line may be simplified
SKIPPED = ("dem_elsewhere", "dem_in_local_grid", "dem_without_crs", "dem_unreadable")


def add_ground(study: Study, run: Any) -> None:
    """Give the study its relief (`study.relief`), the layers `contours` and `land_use_map`, as far as inputs say.

    Without a DEM the relief is that of the delivery whose contours were given (`study.shade`).
    """
    _add_land(study, run)
    run.check()
    if not study.inputs.has("DEM"):
        study.shade = _shade_beside(study)
        return
    try:
        study.relief = _heights(study, run)
    except RenewalError as error:
        if error.code not in SKIPPED:
            raise
        run.warn("relief_left_out", reason=str(error))
        return
    if study.relief is not None:
        _add_contours(study, run)


def write_relief(path: Path, grid: Any, crs: Any) -> None:
    """Write the shade as a GeoTIFF of one byte a cell, 0 = nothing to draw. Raises RuntimeError of GDAL."""
    from osgeo import gdal

    from ...core.delivery.relief import shade

    dark = shade(grid)
    with gdal_raises():
        options = ["COMPRESS=DEFLATE", "PREDICTOR=2", "TILED=YES"]
        made = gdal.GetDriverByName("GTiff").Create(str(path), dark.shape[1], dark.shape[0], 1, gdal.GDT_Byte, options)
        made.SetGeoTransform((grid.x_min, grid.cell_m, 0.0, grid.y_max, 0.0, -grid.cell_m))
        if crs is not None and crs.isValid():
            made.SetProjection(crs.toWkt())
        band = made.GetRasterBand(1)
        band.WriteArray(dark)  # with its figures inside, or whoever opens it leaves a file beside it
        band.SetStatistics(float(dark.min()), float(dark.max()), float(dark.mean()), float(dark.std()))
        made.FlushCache()
        del band, made


def _shade_beside(study: Study) -> Path | None:
    """Return the shade of the delivery that the contours were taken from; None when they lie in none."""
    given = study.inputs.plan.vectors.get("CONTOURS")
    folder = given.file.parent if given is not None and given.file is not None else None
    if folder is None or not (folder / "manifest.json").is_file() or not (folder / RELIEF).is_file():
        return None
    return folder / RELIEF


def _heights(study: Study, run: Any) -> Any:
    """Return the smoothed ground over what the sheets show; None where the DEM knows none of it."""
    import numpy as np

    from ...core.delivery.relief import cell_centres, lay_grid, smooth
    from ...core.walking.heights import Surface
    from ..intake.raster import read_raster

    box = _box(study)
    grid = lay_grid(box)
    plan = study.inputs.plan
    raster = read_raster(_coarser(plan, box, grid.values.size), box, plan.working, plan.transforms, run)
    surface = Surface(raster, None)
    for row in range(len(grid.values)):
        if row % 100 == 0:
            run.check()
        grid.values[row] = surface.sample_raster(*cell_centres(grid, row))
    if not np.isfinite(grid.values).any():
        return None
    return smooth(grid, float(max(raster.cell_m)))


def _coarser(plan: Any, box: Any, cells: int) -> Any:
    """Return the DEM with fewer cells where it has far more over the box than the grid: 1 m cells of a whole city."""
    from dataclasses import replace

    from qgis.core import QgsRectangle

    from ..layers.systems import transform_between

    snapshot, working = plan.rasters["DEM"], plan.working.crs
    if working is None or not snapshot.crs.isValid():
        return snapshot  # read_raster says what is wrong with it
    window = transform_between(working, snapshot.crs, plan.transforms).transformBoundingBox(QgsRectangle(*box))
    window = window.intersect(snapshot.extent)
    if window.isEmpty():
        return snapshot
    share = window.width() * window.height() / (snapshot.extent.width() * snapshot.extent.height())
    each = int((share * snapshot.columns * snapshot.rows / (MOST_SAMPLES * cells)) ** 0.5)
    if each < 2:
        return snapshot
    return replace(snapshot, columns=max(1, snapshot.columns // each), rows=max(1, snapshot.rows // each))


def _box(study: Study) -> tuple[float, float, float, float]:
    """Return the ground that the city's sheets show, each at its scale, with a margin."""
    from ...core.delivery.scales import choose_scale, frame_extent, page

    box = study.bounds
    shown = [box]
    for frame in study.paper.city_frames():
        scale = choose_scale(box, frame, page()["overview_scales"], page()["margin_share"])
        shown.append(frame_extent(box, frame, scale))
    return (min(item[0] for item in shown) - MARGIN_M, min(item[1] for item in shown) - MARGIN_M,
            max(item[2] for item in shown) + MARGIN_M, max(item[3] for item in shown) + MARGIN_M)  # fmt: skip


def _add_contours(study: Study, run: Any) -> None:
    import pandas as pd

    from ...core.delivery.relief import INDEX_EVERY, contour_step

    grid, rows = study.relief, []
    step = contour_step(grid)
    for height, line in _lines(grid, step):
        run.check()
        if line.length >= SHORTEST_M:
            kind = int(round(height / step) % INDEX_EVERY == 0)
            rows.append({"height_m": height, "is_index": kind, frames.GEOMETRY: line.simplify(OFF_M)})
    rows.sort(key=lambda row: (row["height_m"], row[frames.GEOMETRY].bounds, row[frames.GEOMETRY].length))
    if not rows:
        return
    table = schema.table("contours")
    frame = pd.DataFrame([{"contour_id": number, **row} for number, row in enumerate(rows, 1)])
    frame[frames.GEOMETRY] = _home(study, frames.geometries(frame))
    study.layers["contours"] = Layer("contours", table, frames.conform(frame, table), study.inputs.plan.result_crs)


def _lines(grid: Any, step: float) -> list[tuple[float, Any]]:
    """Return height and line of every contour. Raises RuntimeError of GDAL."""
    import numpy as np
    import shapely
    from osgeo import gdal, ogr

    no_data = -9999.0
    with gdal_raises():
        rows, columns = grid.values.shape
        raster = gdal.GetDriverByName("MEM").Create("", columns, rows, 1, gdal.GDT_Float32)
        raster.SetGeoTransform((grid.x_min, grid.cell_m, 0.0, grid.y_max, 0.0, -grid.cell_m))
        band = raster.GetRasterBand(1)
        band.SetNoDataValue(no_data)
        band.WriteArray(np.where(np.isfinite(grid.values), grid.values, no_data).astype(np.float32))
        holder = ogr.GetDriverByName("Memory").CreateDataSource("contours")
        layer = holder.CreateLayer("contours", None, ogr.wkbLineString)
        layer.CreateField(ogr.FieldDefn("height", ogr.OFTReal))
        gdal.ContourGenerate(band, step, 0.0, [], 1, no_data, layer, -1, 0)
        found = [(item.GetField(0), shapely.from_wkb(bytes(item.GetGeometryRef().ExportToWkb()))) for item in layer]
        del layer, holder, band, raster
    return [(height, shapely.force_2d(line)) for height, line in found]


def _add_land(study: Study, run: Any) -> None:
    """Add what the codes of the parcels (now) and of the plan say, both in the parcels' own system."""
    import pandas as pd

    from ...core.delivery.land import NOW, PLAN, areas_of, ids_by_place, land_use_map

    scheme = _scheme(study)
    parts = []
    if "tagged" in study.layers:
        reading, snapshot = study.inputs.reading("PARCELS"), study.inputs.plan.vectors["PARCELS"]
        codes = own_column(reading, snapshot, "PARCELS", "land_use", run)
        run.check()
        if codes is not None:
            frame = study.layers["tagged"].frame
            shapes = frames.geometries(study.inputs.table("PARCELS"))
            parts.append(land_use_map(NOW, frame["parcel_id"], codes, _home(study, shapes), areas_of(shapes), scheme,
                                      run))  # fmt: skip
    if study.inputs.has("PLAN"):
        table = _plan_of(study)
        _tell_overlaps(frames.geometries(table), run)
        shapes, codes = frames.geometries(table), frames.optional(table, "land_use")
        parts.append(land_use_map(PLAN, ids_by_place(shapes, codes, run), codes, _home(study, shapes),
                                  areas_of(shapes), scheme, run))  # fmt: skip
    parts = [part for part in parts if part is not None]
    if parts:
        run.check()
        table = schema.table("land_use_map")
        whole = frames.conform(pd.concat(parts, ignore_index=True), table)
        study.layers["land_use_map"] = Layer("land_use_map", table, whole, study.inputs.plan.result_crs)


def _tell_overlaps(shapes: Any, run: Any) -> None:
    """Say that polygons of the plan lie on each other: the table of areas on the map sums them."""
    from ...core.inputs.checks import find_overlaps
    from ...core.rounding import rounded
    from ...core.run import Run

    pairs = find_overlaps(shapes, Run(is_cancelled=run.is_cancelled))
    if pairs:
        area = sum(sorted(m2 for _, _, m2 in pairs))
        run.warn("plan_overlaps_map", n=len(pairs), area=f"{rounded(area / 1e4, 2):.2f}")


def _plan_of(study: Study) -> Any:
    """Return the polygons of the plan. Raises RenewalError for a delivery's land use, as it is and as planned."""
    from ...core.delivery.land import PLAN

    table, reading = study.inputs.table("PLAN"), study.inputs.reading("PLAN")
    is_ours = {column.name for column in schema.table("land_use_map").columns} <= set(reading.own)
    if is_ours and not (reading.column("stage") == PLAN).all():
        raise RenewalError("plan_of_both_stages", layer=study.inputs.plan.vectors["PLAN"].name)
    return table


def _home(study: Study, shapes: Any) -> Any:
    """Return shapes in metres (n,) in the system of the zones, in which results are delivered."""
    import shapely

    from ...core.slices import sliced
    from ..layers.crs import move_coordinates
    from ..layers.systems import transform_between

    plan = study.inputs.plan
    working = plan.working.crs if plan.working is not None else None
    if working is None or working == plan.result_crs:
        return shapes
    back = transform_between(working, plan.result_crs, plan.transforms)
    return sliced(shapely.transform, shapes, lambda xy: move_coordinates(xy, back, ""), run=study.inputs.run)


def _scheme(study: Study) -> str:
    """Return the scheme of land-use codes that the parcels were tagged with; "auto" when the run does not say."""
    layer = study.layers.get("tagged")
    record = layer.record if layer is not None else None
    return str((record or {}).get("parameters", {}).get("LAND_USE_SCHEME") or "auto")
