# SPDX-License-Identifier: GPL-2.0-or-later
"""The ground that a study lies on, and how much of it the city's sheets show."""

from __future__ import annotations

from typing import Any

RELIEF = "relief.tif"  # the shade of the ground in a delivery, beside data.gpkg
CITY_FRAME = (405.4, 168.0)  # mm: the map of the overview


def study_bounds(study: Any) -> tuple[float, float, float, float]:
    """Return the box around zones, parcels and gaps (metres); a kilometre at the origin when there is none."""
    frames = [study.metres(name) for name in ("ZONES", "PARCELS", "SUMMARY")]
    spatial = [frame for frame in frames if frame is not None and "geometry" in frame]
    shapes = [shape for frame in spatial for shape in frame["geometry"]]
    boxes = [shape.bounds for shape in shapes if shape is not None and not shape.is_empty]
    if not boxes:
        return 0.0, 0.0, 1000.0, 1000.0
    return min(b[0] for b in boxes), min(b[1] for b in boxes), max(b[2] for b in boxes), max(b[3] for b in boxes)
