# SPDX-License-Identifier: GPL-2.0-or-later
"""Large plots whose inside point meets no street are entered at their rim: works and blocks lie between streets."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import fields

import numpy as np
import shapely

from .doors import rim_points
from .graph import Objects
from .join import Joined, Points


def enter_by_rim(
    places: Joined, points: Points, shapes: Objects, join: Callable[[Points], Joined]
) -> tuple[Joined, int]:
    """Return the places, those not joined at their point joined along their rim where that can be, and how many.

    `places` are the `points` joined, one a place; `shapes` (owners,) their polygons, others are left as they are;
    `join` joins more points the same way.
    """
    lost = np.flatnonzero(places.edge < 0)
    rim, row = rim_points(shapes[places.owner[lost]], shapely.points(points.x_m[lost], points.y_m[lost]))
    at = lost[row]
    around = Points(points.ids[at], shapely.get_x(rim), shapely.get_y(rim), points.owner[at], points.owners)
    if not len(at):
        return places, 0
    joined = join(around)
    joined = joined.take(joined.edge >= 0)
    kept = places.take(~np.isin(places.owner, joined.owner))
    parts = {item.name: np.concatenate([getattr(kept, item.name), getattr(joined, item.name)])
             for item in fields(Joined) if item.name != "owners"}  # fmt: skip
    whole = Joined(owners=places.owners, **parts)
    order = np.argsort(whole.owner, kind="stable").astype(np.int32)
    return whole.take(order), len(np.unique(joined.owner))
