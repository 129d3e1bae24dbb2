# SPDX-License-Identifier: GPL-2.0-or-later
"""What only the boundary can check: systems and places of layers, web-map offsets, encodings of files, the DEM."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from qgis.core import QgsCoordinateReferenceSystem

from ...core.errors import RenewalError
from ...core.inputs.aliases import roles
from ...core.inputs.encodings import garbled_name
from ..layers.crs import move_coordinates, transform_to
from ..layers.systems import system_named, transform_between
from ..layers.written import is_encoding_told
from .sharing import in_study

OFFSETS = (("gcj02_suspected", "gcj02_to_wgs84"), ("bd09_suspected", "bd09_to_wgs84"))
BESIDE = ("BUILDINGS", "ROADS", "PARCELS")  # what places stand in or at, best first
COARSE_M = 30.0  # own choice: cells wider than an ordinary block's depth
HEIGHTS_M = (-200.0, 9_000.0)
GAP_SHARE = 0.01  # own choice: of the places without height, so many are told
DEM_PLACES = 5_000
EARTH_M = 6_371_000.0
SCALE_ERROR = 0.0005  # own choice: twice what a zone of three degrees has at its edge; an area is off by a thousandth


def check_place(parameter: str, inputs: Any, run: Any) -> None:
    """Tell a layer whose coordinates and system cannot both be right."""
    from ...core.inputs import placement

    snapshot, original = inputs.plan.vectors[parameter], inputs.reading(parameter).original
    if original is None or not len(original) or not snapshot.crs.isValid():
        return
    x, y = placement.middle_of(original)
    mistake = placement.guess_mistake(x, y, snapshot.crs.isGeographic(), _has_zone_prefix(snapshot.crs))
    if mistake:
        where = {"x": round(x, 3), "y": round(y, 3), "crs": snapshot.crs.authid()}
        run.leave_out(parameter, [""], mistake, "error", **where)
    elif parameter == "PARCELS":  # lengths and areas are taken in their system
        _check_meridian(x, snapshot.crs, run)


def _check_meridian(x: float, crs: QgsCoordinateReferenceSystem, run: Any) -> None:
    """Tell parcels in a Gauss-Krüger or UTM system of another zone: lengths and areas come out too large there."""
    terms = dict(term[1:].partition("=")[::2] for term in crs.toProj().split() if term.startswith("+"))
    if crs.isGeographic() or terms.get("proj") not in ("tmerc", "utm") or terms.get("units", "m") != "m":
        return
    utm = terms["proj"] == "utm"
    away_m = x - (500_000.0 if utm else float(terms.get("x_0", 0)))
    scale = (0.9996 if utm else float(terms.get("k", terms.get("k_0", 1)))) * (1 + away_m**2 / (2 * EARTH_M**2))
    if abs(scale - 1) > SCALE_ERROR:
        values = {
            "km": round(abs(away_m) / 1000),
            "length": f"{100 * (scale - 1):+.2f}",
            "area": f"{100 * (scale**2 - 1):+.2f}",
        }
        run.leave_out("PARCELS", [""], "crs_far_from_meridian", "warning", crs=crs.authid(), **values)


def _has_zone_prefix(crs: QgsCoordinateReferenceSystem) -> bool:
    false_easting = next((term[5:] for term in crs.toProj().split() if term.startswith("+x_0=")), "0")
    return float(false_easting) >= 1_000_000


def check_types(parameter: str, inputs: Any, run: Any) -> None:
    """Tell columns that should be numbers and are stored as text, and files that do not tell their encoding, or not
    the one they are in.
    """
    snapshot, role = inputs.plan.vectors[parameter], inputs.plan.roles[parameter]
    garbled = garbled_name(item.name() for item in snapshot.fields)
    if garbled:
        run.leave_out(parameter, [""], "names_garbled", "error", sample=garbled)
    if snapshot.written_in:
        code = "layer_read_again" if snapshot.is_read_again else "layer_misread"
        run.leave_out(parameter, [""], code, "warning", layer=snapshot.name, encoding=snapshot.written_in)
    for column, field in inputs.plan.mappings[parameter].items():
        item = snapshot.fields.field(field)
        if role.columns[column].type != "text" and not item.isNumeric():
            run.leave_out(parameter, [""], "number_as_text", "warning", column=column, field=field)
    file = snapshot.file
    if file is not None and file.suffix.lower() == ".shp" and not is_encoding_told(file):
        run.leave_out(parameter, [""], "encoding_not_told", "info")


def check_shifts(
    parameters: Iterable[str], tables: Mapping[str, Any], inputs: Any, run: Any, severity: str = "error"
) -> None:
    """Ask whether places look like GCJ-02 or BD-09: corrected, do they come nearer to buildings, streets or parcels?

    Of the two the one is told after whose correction the places lie nearer (median); never is anything moved.
    """
    from ...core import frames
    from ...core.inputs import placement

    name = next((name for name in BESIDE if len(tables.get(name, ()))), None)
    working = inputs.plan.working
    given = [parameter for parameter in parameters if len(tables.get(parameter, ())) >= placement.SHIFT_POINTS]
    if not given or name is None or working is None or working.crs is None:
        return
    reference = placement.Reference(frames.geometries(tables[name]))
    title = roles()[name].title[run.language]
    for parameter in given:
        found = _suspected(parameter, tables[parameter], reference, inputs, run)
        if found is not None:
            code, told = found
            run.leave_out(parameter, [""], code, severity, **told, reference=title)


def tell_shifts(parameters: Iterable[str], beside: Mapping[str, Any], inputs: Any, run: Any) -> None:
    """Warn of places that look shifted where a step runs alone: a study has had its inputs looked over before.

    `beside`: what they stand in or at, geometries in metres by role (BESIDE); None = not given.
    """
    import pandas as pd

    from ...core import frames

    if in_study():
        return
    tables = {parameter: inputs.table(parameter) for parameter in parameters if inputs.has(parameter)}
    ground = {name: pd.DataFrame({frames.GEOMETRY: shapes}) for name, shapes in beside.items() if shapes is not None}
    check_shifts(list(tables), {**ground, **tables}, inputs, run, "warning")


def _suspected(
    parameter: str, table: Any, reference: Any, inputs: Any, run: Any
) -> tuple[str, dict[str, Any]] | None:  # fmt: skip
    """Return the code of the offset that places seem to have and what its sentence tells; None where there is none."""
    import shapely

    from ...core import frames
    from ...core.inputs import placement
    from ...core.slices import sliced

    points = sliced(shapely.centroid, frames.geometries(table), run=run)
    some = points[placement.spread_rows(points)]
    found = _shifts(parameter, some, reference, inputs, run)
    if len(some) < len(points) and any(shift.p_value < placement.TENDENCY_P for _, _, shift in found):
        found = _shifts(parameter, points, reference, inputs, run)
    suspected = [item for item in found if item[2].suspected]
    if not suspected:
        return None
    _, code, shift = min(suspected, key=lambda item: item[0])
    return code, {"n": shift.points_n, "nearer": shift.nearer_n, "offset_m": round(shift.offset_m)}


def _shifts(parameter: str, points: Any, reference: Any, inputs: Any, run: Any) -> list[tuple[float, str, Any]]:
    """Return for each offset how far the points are from the reference without it (median, m), its code and verdict."""
    import numpy as np
    import shapely

    from ...core.inputs import gcj02, placement

    working = inputs.plan.working
    degrees = system_named("EPSG:4326")
    there = transform_between(working.crs, degrees, inputs.plan.transforms)
    back = transform_to(degrees, working, inputs.plan.transforms)
    lonlat = move_coordinates(shapely.get_coordinates(points), there, parameter)
    before, found = reference.away(points, run), []
    for code, name in OFFSETS:
        run.check()
        xy = np.column_stack(getattr(gcj02, name)(lonlat[:, 0], lonlat[:, 1]))
        corrected = shapely.points(move_coordinates(xy, back, parameter))
        after = reference.away(corrected, run)
        shift = placement.judge_shift(points, corrected, before, after)
        shift = placement.confirmed(shift, points, corrected, after, reference, run)
        found.append((round(float(np.median(after)), 3), code, shift))
    return found


def check_dem(tables: dict[str, Any], inputs: Any, run: Any) -> None:
    """Tell a DEM that is elsewhere, has gaps where the layers are, coarse cells, or heights that are no metres."""
    import numpy as np
    import shapely

    from ...core import frames

    ground = next((tables[name] for name in ("ROADS", "PARCELS", "BUILDINGS") if len(tables.get(name, ()))), None)
    if ground is None or not inputs.has("DEM"):
        return
    shapes = frames.geometries(ground)
    try:
        raster = inputs.raster("DEM", tuple(shapely.total_bounds(shapes).tolist()))
    except RenewalError as error:
        run.leave_out("DEM", [""], error.code, "error", **error.values)
        return
    places = shapely.get_coordinates(shapely.centroid(shapes[:: max(1, len(shapes) // DEM_PLACES)]))
    column, row = (np.rint(part).astype(np.int64) for part in raster.to_cell(places[:, 0], places[:, 1]))
    inside = (row >= 0) & (row < raster.values.shape[0]) & (column >= 0) & (column < raster.values.shape[1])
    heights = np.full(len(places), np.nan)
    heights[inside] = raster.values[row[inside], column[inside]]
    gaps = int(np.isnan(heights).sum())
    if gaps > GAP_SHARE * len(heights):
        run.leave_out("DEM", [""], "dem_gaps", "warning", missing=gaps, of=len(heights))
    known = heights[~np.isnan(heights)]
    if len(known) and (known.min() < HEIGHTS_M[0] or known.max() > HEIGHTS_M[1]):
        run.leave_out("DEM", [""], "dem_odd", "error", low=round(float(known.min())), high=round(float(known.max())))
    if max(raster.cell_m) > COARSE_M:
        run.leave_out("DEM", [""], "dem_coarse", "info", cell_m=round(max(raster.cell_m)))
