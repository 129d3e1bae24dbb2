# SPDX-License-Identifier: GPL-2.0-or-later
"""fixcoordinates: a copy of a layer in GCJ-02 or BD-09 coordinates, moved to where things are."""

from __future__ import annotations

from typing import Any

from ...core import schema
from ...core.errors import RenewalError
from ..base import RenewalAlgorithm
from ..intake.reading import read_raw
from ..layers.crs import move_coordinates
from ..layers.systems import system_named, transform_between
from ..output.encoding import Carried
from ..results import Output, Results
from ..toolbox import parameters as declare
from ..toolbox.parameters import RoleUse

TRUE_DEGREES = "EPSG:4490"  # CGCS2000; WGS84 is the same to a few centimetres
SLICE = 20_000  # features between two looks at Cancel


class FixCoordinates(RenewalAlgorithm):
    """Undoes the offset of Chinese web maps; fields, order and kind of geometry stay."""

    ID, GROUP = "fixcoordinates", "prepare"
    MAIN = "INPUT"
    ROLES = (RoleUse("INPUT"),)

    def definitions(self):
        for use in self.ROLES:
            yield from use.definitions()
        yield declare.choice("FROM", ("gcj02", "bd09"), "gcj02")
        yield declare.crs("TARGET_CRS", TRUE_DEGREES)
        yield declare.sink("OUTPUT", "any")

    def refuse(self, values, plan) -> None:
        snapshot = plan.vectors["INPUT"]
        if snapshot.geometry == "none":
            raise RenewalError("fix_without_geometry", layer=snapshot.name)
        if not snapshot.crs.isValid():
            raise RenewalError("layer_without_crs", layer=snapshot.name)

    def compute(self, inputs, run) -> Results:
        import pandas as pd
        import shapely

        from ...core import frames

        snapshot, plan = inputs.plan.vectors["INPUT"], inputs.plan
        names = [item.name() for item in snapshot.fields]
        raw, wkb = read_raw(snapshot, names, run)
        shapes = shapely.from_wkb(wkb, on_invalid="ignore")
        plan.working, plan.result_crs = None, inputs.crs("TARGET_CRS")  # the rows are written where they then stand
        moved = shapes.copy()
        for start in range(0, len(shapes), SLICE):
            run.progress(start / len(shapes))
            moved[start : start + SLICE] = _corrected(shapes[start : start + SLICE], inputs, run)
        lost = int((shapely.is_missing(moved) & ~shapely.is_missing(shapes)).sum())
        if lost:
            run.warn("fix_not_finite", layer=snapshot.name, n=lost)
        run.fact(corrected_n=int((~shapely.is_missing(moved)).sum()))
        carried = Carried(snapshot.fields, pd.DataFrame(raw, columns=names, dtype=object), [])
        frame = pd.DataFrame({frames.GEOMETRY: moved}, dtype=object)
        output = Output(frame, schema.table("corrected"), carried=carried, wkb_type=_straight(snapshot.wkb_type))
        return Results({"OUTPUT": output})


def _straight(wkb_type: Any) -> Any:
    """Return the type that the shapes are read as: curves as line segments, without M."""
    from qgis.core import QgsWkbTypes

    return QgsWkbTypes.dropM(QgsWkbTypes.linearType(wkb_type))


def _corrected(shapes: Any, inputs: Any, run: Any) -> Any:
    """Return the geometries at their true place in the result's system; heights stay, None stays."""
    import numpy as np
    import shapely

    finite = np.isfinite(shapely.bounds(shapes)).all(axis=1)
    usable = ~shapely.is_missing(shapes) & (finite | shapely.is_empty(shapes))
    found = np.full(len(shapes), None, dtype=object)
    for solid in (False, True):
        rows = np.flatnonzero(usable & (shapely.has_z(shapes) == solid))
        if len(rows):
            found[rows] = shapely.transform(shapes[rows], lambda xyz: _move(xyz, inputs, run), include_z=solid)
    return found


def _move(xyz: Any, inputs: Any, run: Any) -> Any:
    import numpy as np

    from ...core.inputs import gcj02

    plan, source = inputs.plan, inputs.plan.vectors["INPUT"]
    degrees = system_named(TRUE_DEGREES)
    xy = np.asarray(xyz[:, :2], dtype=np.float64)
    if not source.crs.isGeographic():
        xy = move_coordinates(xy, transform_between(source.crs, degrees, plan.transforms), source.name)
    undo = gcj02.bd09_to_wgs84 if inputs.choice("FROM") == "bd09" else gcj02.gcj02_to_wgs84
    longitude, latitude = undo(xy[:, 0], xy[:, 1])
    outside = int(gcj02.is_outside(xy[:, 0], xy[:, 1]).sum())
    if outside:
        run.warn("fix_outside_china", layer=source.name, n=outside)
    true = np.column_stack([longitude, latitude])
    if not plan.result_crs.isGeographic():
        true = move_coordinates(true, transform_between(degrees, plan.result_crs, plan.transforms), source.name)
    return np.column_stack([true, xyz[:, 2:]])
