# SPDX-License-Identifier: GPL-2.0-or-later
"""Doors: of large grounds that have none, all around; of others, those that cannot be theirs."""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd
import shapely

from ..inputs.ids import owners_of_place
from ..run import Run

DOOR_FAR_M = 500.0  # own choice: the entrances of a station lie up to 300 m from its point
WIDE_M = 60.0  # own choice: of a building all corners are nearer to its inside point
RIM_STEP_M = 50.0  # own choice


def rim_points(shapes: npt.NDArray[Any], inside: npt.NDArray[Any]) -> tuple[npt.NDArray[Any], npt.NDArray[np.intp]]:
    """Return points along the outer rims, at most 50 m apart, of polygons with a corner more than 60 m from their
    inside point (parks, campuses), and the row of each; the same whatever vertex a ring begins with.

    `shapes` (n,) and `inside` (n,) the inside point of each.
    """
    flat = np.flatnonzero(np.isin(shapely.get_type_id(shapes), (3, 6)))
    wide = flat[shapely.hausdorff_distance(shapes[flat], inside[flat]) > WIDE_M]
    parts, row = shapely.get_parts(shapely.normalize(shapes[wide]), return_index=True)
    rings = shapely.get_exterior_ring(parts)
    length = shapely.length(rings)
    count = np.maximum(1, np.ceil(length / RIM_STEP_M)).astype(np.intp)
    ring = np.repeat(np.arange(len(rings)), count)
    number = np.arange(len(ring)) - np.repeat(np.cumsum(count) - count, count)
    points = shapely.line_interpolate_point(rings[ring], number * (length / count)[ring])
    return points, wide[row[ring]]


def inside_points(shapes: npt.NDArray[Any]) -> npt.NDArray[Any]:
    """Return the point of points, the middle of lines, a point inside polygons."""
    kind = shapely.get_dimensions(shapes)
    points: npt.NDArray[Any] = shapely.point_on_surface(shapes)
    line = (kind == 1) & (shapely.get_num_geometries(shapes) == 1)
    one = np.where(line, shapely.get_geometry(shapes, 0), shapes)[line]
    points[line] = shapely.line_interpolate_point(one, 0.5, normalized=True)
    return points


def nearest_owner(owners: npt.NDArray[Any], points: npt.NDArray[Any], limit_m: float) -> npt.NDArray[np.int32]:
    """Return the row of the nearest owner of each point, the lower row of two, -1 beyond the limit."""
    found = np.full(len(points), -1, dtype=np.int32)
    at, owner = shapely.STRtree(owners).query_nearest(points, max_distance=limit_m, all_matches=True)
    for row, other in sorted(zip(at.tolist(), owner.tolist()), reverse=True):
        found[row] = other
    return found


def shared_doors(
    owner: npt.NDArray[np.int32], owners: pd.DataFrame, id_column: str
) -> tuple[npt.NDArray[np.intp], npt.NDArray[np.int32]]:
    """Return doors (rows of `owner`, whose each is) and the owner of each: a facility that stands in the layer
    `owners` in several rows of one id and place (a nursery and a canteen) has one set of doors.
    """
    place = owners_of_place(owners, id_column)
    doors, whose = [np.arange(len(owner))], [owner]
    for row in np.flatnonzero(place != np.arange(len(place))):
        mine = np.flatnonzero(owner == place[row])
        doors.append(mine)
        whose.append(np.full(len(mine), row, dtype=np.int32))
    return np.concatenate(doors), np.concatenate(whose)


def tell_far(
    doors: npt.NDArray[Any], names: npt.NDArray[np.object_], of: npt.NDArray[Any], layer: str, run: Run
) -> None:
    """List entrances farther than 500 m from what they belong to (`entrance_far`): a wrong id or a wrong coordinate.

    `doors` (n,) points, `names` their ids, `of` (n,) shapes of what each belongs to. They are used all the same.
    """
    away = shapely.distance(doors, of)
    for row in np.flatnonzero(away > DOOR_FAR_M):
        run.leave_out(layer, [str(names[row])], "entrance_far", "warning", metres=round(float(away[row])))
