# SPDX-License-Identifier: GPL-2.0-or-later
"""Cleaning geometry as it arrives: empty, wrong type, invalid. Nothing is dropped without a row in LEFT_OUT."""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd
import shapely

from .. import frames
from ..errors import RenewalError
from ..run import Run
from ..slices import sliced

# shapely type ids: point 0, line 1, ring 2, polygon 3, multi-point 4, multi-line 5, multi-polygon 6, collection 7
DIMENSION = {"point": 0, "line": 1, "polygon": 2}


def clean_geometry(
    table: pd.DataFrame, layer: str, wanted: str, ids: pd.Series, invalid: str, run: Run
) -> npt.NDArray[np.bool_]:
    """Repair or refuse the geometries of `table` in place of its own copy and say which rows stay.

    Parameters: `table` a frame the caller owns, its `geometry` column is replaced; `wanted` a kind or any;
    `ids` names of the features for LEFT_OUT; `invalid` repair | skip | stop (parameter INVALID).
    Returns a Boolean array over the rows, True = usable. Empty and missing geometries, parts of a lower dimension and
    coordinates that are not finite are left out and listed (`geometry_empty`, `geometry_type`, `geometry_not_finite`);
    repaired ones are listed as warnings (`geometry_repaired`).
    Raises RenewalError("geometry_invalid_stop") with INVALID = stop.
    """
    shapes = frames.geometries(table).copy()
    names = ids.to_numpy(dtype=object)
    keep = np.ones(len(shapes), dtype=bool)

    def drop(bad: npt.NDArray[np.bool_], code: str) -> None:
        """Leave out what is bad and not out already."""
        bad &= keep
        run.leave_out(layer, names[bad], code)
        keep[bad] = False

    drop(shapely.is_missing(shapes) | shapely.is_empty(shapes), "geometry_empty")
    drop(sliced(_has_bad_numbers, shapes, run=run), "geometry_not_finite")
    broken = keep & ~sliced(shapely.is_valid, shapes, run=run)
    if broken.any() and invalid == "stop":
        raise RenewalError("geometry_invalid_stop", layer=layer, n=int(broken.sum()), ids=list(names[broken]))
    if broken.any() and invalid == "skip":
        drop(broken.copy(), "geometry_invalid_skipped")
    elif broken.any():
        shapes[broken] = [_repair(shape, wanted) for shape in shapes[broken]]
        run.leave_out(layer, names[broken], "geometry_repaired", "warning")
    if wanted != "any":
        drop(~shapely.is_missing(shapes) & (_dimension(shapes) != DIMENSION[wanted]), "geometry_type")
    drop(shapely.is_missing(shapes) | shapely.is_empty(shapes), "geometry_empty")
    table[frames.GEOMETRY] = shapes
    return keep


def _has_bad_numbers(shapes: npt.NDArray[Any]) -> npt.NDArray[np.bool_]:
    coordinates, owner = shapely.get_coordinates(shapes, return_index=True)
    bad = np.zeros(len(shapes), dtype=bool)
    bad[owner[~np.isfinite(coordinates).all(axis=1)]] = True
    return bad


def _dimension(shapes: npt.NDArray[Any]) -> npt.NDArray[np.int64]:
    return np.asarray(shapely.get_dimensions(shapes), dtype=np.int64)


def _repair(shape: Any, wanted: str) -> Any:
    """Return the valid shape of the wanted dimension that covers the same ground, or None when nothing is left."""
    fixed = shapely.make_valid(shape)
    dimension = DIMENSION.get(wanted, shapely.get_dimensions(shape))
    if shapely.get_dimensions(fixed) != dimension:
        return None if shapely.is_empty(fixed) else fixed
    if shapely.get_type_id(fixed) != 7:
        return fixed
    parts = [part for part in shapely.get_parts(fixed) if shapely.get_dimensions(part) == dimension]
    return shapely.union_all(parts) if parts else None
