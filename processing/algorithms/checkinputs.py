# SPDX-License-Identifier: GPL-2.0-or-later
"""checkinputs: what is wrong, odd or missing in the layers, before anything is computed."""

from __future__ import annotations

from typing import Any

from qgis.core import QgsCoordinateReferenceSystem, QgsCoordinateTransform

from ...core import schema
from ...core.errors import RenewalError
from ...core.inputs.aliases import roles
from .. import parameters as declare
from ..base import Output, RenewalAlgorithm, Results
from ..crs import move_coordinates, transform_to
from ..parameters import RoleUse

# parameters of contract.md: every role by its name; STATION_ENTRANCES and the like play the role of that name
LAYERS = (
    "PARCELS", "BUILDINGS", "ACTIVITY", "FACILITIES", "CAPACITIES", "ENTRANCES", "POPULATION", "ROADS",
    "HEIGHT_POINTS", "STATIONS", "STATION_ENTRANCES", "PROTECTED", "PROGRAMME", "PLAN", "CONSTRAINTS", "GREEN",
    "BARRIERS", "COMMUNITIES",
)  # fmt: skip
WANTED = {
    "PARCELS": {"parcel_id": "warning", "land_use": "warning", "ownership": "warning"},
    "BUILDINGS": {"floors": "warning", "year": "warning", "use": "warning", "structure": "info", "lift": "info"},
    "FACILITIES": {"kind": "error", "capacity": "warning", "status": "info", "facility_id": "warning"},
    "POPULATION": {"pop": "error", "pop_60": "warning", "pop_0_2": "warning", "pop_3_5": "warning"},
    "ROADS": {"highway": "warning"},
    "STATIONS": {"station_id": "warning", "name": "info"},
    "PROGRAMME": {"status": "error"},
    "PROTECTED": {"class": "error"},
}
WORDS = (("FACILITIES", "kind"), ("FACILITIES", "status"), ("PROGRAMME", "status"), ("ACTIVITY", "stream"))


class CheckInputs(RenewalAlgorithm):
    """Reads every layer given and lists what it finds; nothing is changed."""

    ID, GROUP = "checkinputs", "prepare"
    MAIN = ("PARCELS", "BUILDINGS", "ROADS", "FACILITIES", "POPULATION", "COMMUNITIES", "STATIONS")
    LENIENT = True
    ROLES = tuple(RoleUse(name, name, optional=True) for name in LAYERS)
    OUTPUTS = (("ERRORS", "number"), ("WARNINGS", "number"))

    def definitions(self):
        for use in self.ROLES:
            yield from use.definitions()
        yield declare.raster("DEM")
        yield declare.flag("STRICT")
        yield declare.sink("ISSUES", "point")

    def refuse(self, values, plan) -> None:
        if not plan.vectors and not plan.problems:
            raise RenewalError("nothing_to_check")

    def compute(self, inputs, run) -> Results:
        from ...core.inputs import checks

        for parameter, error in inputs.plan.problems:
            run.leave_out(parameter, [""], error.code, "error", **error.values)
        tables: dict[str, Any] = {}
        given = [name for name in LAYERS if inputs.has(name)]
        for step, name in enumerate(given):
            stretch = run.part(step / len(given), (step + 1) / len(given))
            stretch.stage("checking_layer", layer=inputs.plan.vectors[name].name)
            try:
                tables[name] = inputs.table(name)
            except RenewalError as error:
                run.leave_out(name, [""], error.code, "error", **error.values)
                continue
            _check_one(name, tables[name], inputs, stretch)
        checks.check_overlay(tables, "PARCELS", run)
        _check_shift(tables, inputs, run)
        issues = _issues(tables, run)
        errors = int((issues["severity"] == "error").sum())
        warnings = int((issues["severity"] == "warning").sum())
        refusal = RenewalError("inputs_have_errors", n=errors) if errors and inputs.flag("STRICT") else None
        counts = {"ERRORS": errors, "WARNINGS": warnings}
        run.fact(errors_n=errors, warnings_n=warnings)
        return Results({"ISSUES": Output(issues, schema.table("issues"))}, counts, refusal=refusal)


def _check_one(name: str, table: Any, inputs: Any, run: Any) -> None:
    from ...core.inputs import checks, placement

    snapshot = inputs.plan.vectors[name]
    key = next(iter(roles()[name].columns))
    if snapshot.count == 0 or not len(table):
        run.leave_out(name, [""], "layer_has_nothing", "warning")
        return
    checks.check_columns(table, name, WANTED.get(name, {}), run)
    _check_types(name, inputs, run)
    checks.check_texts({column: table[column].tolist() for column in table.select_dtypes("string")}, name, run)
    for layer, column in WORDS:
        if layer == name:
            known = frozenset(roles()[name].columns[column].values.values())
            checks.check_values(table, name, key, column, known, run)
    if name in ("PARCELS", "BUILDINGS"):
        checks.check_polygons(table, name, key, run)
    if name == "FACILITIES":
        checks.check_doubles(table, name, run)
    if name == "POPULATION":
        checks.check_people(table, name, run)
    original = inputs.reading(name).original
    if original is not None and snapshot.crs.isValid():
        x, y = placement.middle_of(original)
        mistake = placement.guess_mistake(x, y, snapshot.crs.isGeographic(), _has_zone_prefix(snapshot.crs))
        if mistake:
            where = {"x": round(x, 3), "y": round(y, 3), "crs": snapshot.crs.authid()}
            run.leave_out(name, [""], mistake, "error", **where)


def _check_types(name: str, inputs: Any, run: Any) -> None:
    """Tell columns that should be numbers and are stored as text."""
    snapshot = inputs.plan.vectors[name]
    for column, field in inputs.plan.mappings[name].items():
        item = snapshot.fields.field(field)
        if roles()[name].columns[column].type != "text" and not item.isNumeric():
            run.leave_out(name, [""], "number_as_text", "warning", column=column, field=field)


def _has_zone_prefix(crs: QgsCoordinateReferenceSystem) -> bool:
    false_easting = next((term[5:] for term in crs.toProj().split() if term.startswith("+x_0=")), "0")
    return float(false_easting) >= 1_000_000


def _check_shift(tables: dict[str, Any], inputs: Any, run: Any) -> None:
    """Ask whether facilities look like GCJ-02: corrected, do they come nearer to buildings, parcels or streets?"""
    import shapely

    from ...core import frames
    from ...core.inputs import gcj02, placement

    reference = next((name for name in ("BUILDINGS", "PARCELS", "ROADS") if len(tables.get(name, ()))), None)
    working = inputs.plan.working
    if "FACILITIES" not in tables or reference is None or working is None or working.crs is None:
        return
    points = shapely.centroid(frames.geometries(tables["FACILITIES"]))
    degrees = QgsCoordinateReferenceSystem("EPSG:4326")
    there = QgsCoordinateTransform(working.crs, degrees, inputs.plan.transforms)
    back = transform_to(degrees, working, inputs.plan.transforms)
    lonlat = move_coordinates(shapely.get_coordinates(points), there, "FACILITIES")
    longitude, latitude = gcj02.gcj02_to_wgs84(lonlat[:, 0], lonlat[:, 1])
    corrected = shapely.points(move_coordinates(_columns(longitude, latitude), back, "FACILITIES"))
    shift = placement.suspect_shift(points, corrected, frames.geometries(tables[reference]))
    if shift.suspected:
        told = {"n": shift.points_n, "nearer": shift.nearer_n, "offset_m": round(shift.offset_m)}
        run.leave_out("FACILITIES", [""], "gcj02_suspected", "error", reference=reference, **told)


def _columns(x: Any, y: Any) -> Any:
    import numpy as np

    return np.column_stack([x, y])


def _issues(tables: dict[str, Any], run: Any) -> Any:
    """Return the ISSUES table: each finding with its sentence and a point inside the feature it is about."""
    import pandas as pd
    import shapely

    from ...core import frames
    from ...core.words import say

    places: dict[tuple[str, str], Any] = {}
    for name, table in tables.items():
        key = next(iter(roles()[name].columns))
        if frames.GEOMETRY in table and key in table:
            inside = shapely.point_on_surface(frames.geometries(table))
            places.update({(name, str(item)): point for item, point in zip(table[key], inside)})
    order = {"error": 0, "warning": 1, "info": 2}
    found = sorted(run.left_out, key=lambda row: (order[row.severity], row.layer, row.code, row.feature_id))
    rows = [
        (row.layer, row.feature_id, row.code, row.severity, say(row.code, run.language, **row.values), row.n,
         places.get((row.layer, row.feature_id)))
        for row in found
    ]  # fmt: skip
    table = schema.table("issues")
    return frames.conform(pd.DataFrame(rows, columns=[*table.names(), frames.GEOMETRY]), table)
