# SPDX-License-Identifier: GPL-2.0-or-later
"""The ground that walking algorithms share: DEM and surveyed points over the data, read once a run."""

from __future__ import annotations

from typing import Any

AROUND_M = 500.0  # own choice: more than the low-pass needs beyond the last street


def surface_of(inputs: Any, shapes: Any, rules: Any, run: Any) -> Any:
    """Return the Surface over these geometries from the algorithm's DEM and HEIGHT_POINTS, None when it has neither."""
    import shapely

    from ...core.walking.heights import make_surface
    from .sharing import made_once

    x_min, y_min, x_max, y_max = shapely.total_bounds(shapes)
    around = (x_min - AROUND_M, y_min - AROUND_M, x_max + AROUND_M, y_max + AROUND_M)
    points = inputs.table("HEIGHT_POINTS")
    plan = inputs.plan
    crs = plan.working.crs.toWkt() if plan.working is not None and plan.working.crs is not None else ""
    sources = [snapshots.get(name) for snapshots, name in ((plan.rasters, "DEM"), (plan.vectors, "HEIGHT_POINTS"))]
    fields = tuple(sorted(plan.mappings.get("HEIGHT_POINTS", {}).items()))
    key = ("surface", around, crs, rules, fields, inputs.choice("INVALID"))
    return made_once(key, sources, lambda: make_surface(inputs.raster("DEM", around), points, rules, run), run)
