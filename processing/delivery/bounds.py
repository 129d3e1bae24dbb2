# SPDX-License-Identifier: GPL-2.0-or-later
"""The ground that a study lies on, and how much of it the city's sheets show."""

from __future__ import annotations

from typing import Any

RELIEF = "relief.tif"  # the shade of the ground in a delivery, beside data.gpkg
CITY_FRAME = (405.4, 168.0)  # mm: the map of the overview


def study_bounds(study: Any) -> tuple[float, float, float, float]:
    """Return the box around zones, parcels and gaps (metres); a kilometre at the origin when there is none."""
    import numpy as np
    import shapely

    from ...core import frames as tables

    frames = [study.metres(name) for name in ("ZONES", "PARCELS", "SUMMARY")]
    spatial = [frame for frame in frames if frame is not None and "geometry" in frame]
    boxes = [shapely.bounds(tables.geometries(frame)) for frame in spatial]
    known = np.concatenate([*boxes, np.zeros((0, 4))])
    known = known[~np.isnan(known).any(axis=1)]
    if not len(known):
        return 0.0, 0.0, 1000.0, 1000.0
    west, south, east, north = *known[:, :2].min(axis=0).tolist(), *known[:, 2:].max(axis=0).tolist()
    return west, south, east, north
