# SPDX-License-Identifier: GPL-2.0-or-later
"""The ground that a study lies on, and how much of it the city's sheets show."""

from __future__ import annotations

from typing import Any

RELIEF = "relief.tif"  # the shade of the ground in a delivery, beside data.gpkg
PLAIN_FROM = 20_000  # from this scale on tags have no outlines, which would hide small parcels
HAIRS_FROM = 40_000  # from this scale on a drawn road is wider than many a block: own choice
TINTS_FROM = 50_000  # from this scale on a hatch is coarser than the parcels: own choice


def city_view(study: Any) -> tuple[Any, Any, int]:
    """Return what the overview shows (x_min … y_max, metres), how it is laid out (paper.Form) and its scale.

    The map is wide, as the sheets around it are; where a city is as tall as it is wide, the form that shows it larger.
    """
    return study.bounds, *study.paper.choose("overview", study.bounds)


def hull_of(study: Any) -> Any:
    """Return the convex hull of what a study is about (metres), from the corners of its zones, parcels and gaps.

    A square of a kilometre at the origin when there is none of them. `Study.hull` works it out once.
    """
    import shapely

    return shapely.convex_hull(shapely.multipoints(_corners(study)))


def _corners(study: Any) -> Any:
    """Return the corners of the boxes around zones, parcels and gaps, shape (n, 2), metres."""
    import numpy as np
    import shapely

    from ...core import frames

    inputs = study.inputs
    given = [inputs.table(name) for name in ("ZONES", "PARCELS", "SUMMARY") if inputs.has(name)]
    boxes = [shapely.bounds(frames.geometries(frame)) for frame in given if frames.GEOMETRY in frame]
    known = np.concatenate([*boxes, np.zeros((0, 4))])
    known = known[~np.isnan(known).any(axis=1)]
    if not len(known):
        return np.array([[0.0, 0.0], [1000.0, 1000.0]])
    return np.concatenate([known[:, [0, 1]], known[:, [2, 3]], known[:, [0, 3]], known[:, [2, 1]]])
