# SPDX-License-Identifier: GPL-2.0-or-later
"""Where the houses of each parcel stand: cells of the parcel, a turned rectangle in each, always inside."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import shapely

from ..run import Run
from .blocks import Parcels
from .classes import Kinds
from .grid import Longs, place_in
from .terrain import Reals

MARGIN_M = 1.5  # from the parcel's edge
SIDE_MIN_M = 4.0
AT_ONCE = 20_000  # buildings between two looks at the cancel flag


@dataclass(frozen=True, eq=False)
class Houses:
    """Buildings 0…b-1 in the order of their parcels: `parcel` index, number within the parcel, outline."""

    parcel: Longs
    order: Longs
    shapes: npt.NDArray[np.object_]


def place_houses(kinds: Kinds, parcels: Parcels, seed: int, run: Run) -> Houses:
    """Return the buildings of all parcels that have any."""
    generator = np.random.Generator(np.random.PCG64([seed, 7]))
    layouts = kinds.of("layout")
    built = np.flatnonzero([layout is not None for layout in layouts])
    values = np.array([[*lay["module"], *lay["fill"], lay["skip"], lay["turn"]] for lay in layouts[built]])
    width, depth = parcels.width_m[built] - 2 * MARGIN_M, parcels.depth_m[built] - 2 * MARGIN_M
    scale = generator.uniform(0.85, 1.2, (len(built), 2))
    columns = np.maximum(1, width // (values[:, 0] * scale[:, 0])).astype(np.int64)
    rows = np.maximum(1, depth // (values[:, 1] * scale[:, 1])).astype(np.int64)
    at = np.repeat(np.arange(len(built)), columns * rows)
    order = np.arange(len(at)) - np.repeat(np.cumsum(columns * rows) - columns * rows, columns * rows)
    keep = (order == 0) | (generator.random(len(at)) >= values[at, 4])
    at, order = at[keep], order[keep]
    cell = np.stack([width[at] / columns[at], depth[at] / rows[at]], axis=1)
    centre = np.stack([(order % columns[at] + 0.5), (order // columns[at] + 0.5)], axis=1) * cell + MARGIN_M
    loose = generator.uniform(0.88, 1.12, (len(built), 2))[at] * generator.uniform(0.9, 1.1, (len(at), 2))
    run.check()
    half = np.maximum(cell * np.minimum(values[at, 2:4] * loose, 0.93), np.minimum(SIDE_MIN_M, 0.9 * cell)) / 2
    corners = _turn(half, cell / 2, np.radians(values[at, 5] * generator.normal(0, 1, len(at))))
    run.check()
    spare = np.maximum(0.0, cell / 2 - np.abs(corners).max(axis=1))
    shift = generator.uniform(-0.6, 0.6, spare.shape) * spare
    place = (centre + shift)[:, None, :] + corners
    index = built[at]
    run.check()
    s, t = place[..., 0] / parcels.width_m[index][:, None], place[..., 1] / parcels.depth_m[index][:, None]
    shapes = np.empty(len(index), dtype=object)
    for low in range(0, len(index), AT_ONCE):
        run.progress(low / len(index))
        part = slice(low, low + AT_ONCE)
        shapes[part] = shapely.polygons(place_in(parcels.quads[index[part]], s[part], t[part]))
    _, number = np.unique(index, return_index=True)
    within = np.arange(len(index)) - np.repeat(number, np.diff([*number, len(index)]))
    return Houses(index.astype(np.int64), within.astype(np.int64), shapes)


def _turn(half: Reals, room: Reals, angle: Reals) -> Reals:
    """Return the corners (n, 4, 2) around (0, 0) of turned rectangles, shrunk where they would leave their cell."""
    signs = np.array([[-1, -1], [1, -1], [1, 1], [-1, 1]], dtype=np.float64)
    flat = half[:, None, :] * signs
    cos, sin = np.cos(angle)[:, None], np.sin(angle)[:, None]
    turned = np.stack([flat[..., 0] * cos - flat[..., 1] * sin, flat[..., 0] * sin + flat[..., 1] * cos], axis=-1)
    shrink = np.minimum(1.0, (0.97 * room / np.abs(turned).max(axis=1)).min(axis=1))
    return np.asarray(turned * shrink[:, None, None], dtype=np.float64)
