# SPDX-License-Identifier: GPL-2.0-or-later
"""Pieces of land: a parcel as a whole, or its parts where several compounds stand on one parcel."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd
import shapely

from ... import frames
from ...run import Run
from .parts import compound_names

Rows = npt.NDArray[np.int64]
Objects = npt.NDArray[np.object_]

LEAST_BLOCKS = 2  # own choice: one house with another name makes no second compound
RESID = 0.5  # own choice: above it a building is lived in
STEP_M = 2.0  # own choice: spacing of the points along façades by which land goes to the nearest house
MILLI = 1000
MOST_NAMELESS = 4  # own choice: one house names its parcel when at most so many stand there


@dataclass(frozen=True)
class Houses:
    """Measured buildings with what units need of them.

    `measured` (buildings.measure_buildings, by id), `block` the row of each building's 栋, `pairs` buildings on parcels
    (overlay.share_buildings), `home` the parcel row of each building's 栋 (-1: on no parcel), `names` the compound of
    each 栋 by the names of its parts, None unknown.
    """

    measured: pd.DataFrame
    block: Rows
    pairs: pd.DataFrame
    home: Rows
    names: Objects

    def is_block(self) -> npt.NDArray[np.bool_]:
        """Say which rows stand for a 栋 on a parcel, sheds aside."""
        own = self.block == np.arange(len(self.block))
        return np.asarray(own & ~self.measured["is_shed"].to_numpy(dtype=bool) & (self.home >= 0))


def settle_houses(measured: pd.DataFrame, block: Rows, pairs: pd.DataFrame) -> Houses:
    """Return the buildings with their home parcels: a 栋 is at home where most of its footprint lies, ties by id."""
    building = pairs["building"].to_numpy(np.int64)
    part = np.rint(pairs["share"].to_numpy(np.float64) * measured["foot_m2"].to_numpy(np.float64)[building] * MILLI)
    lying = pd.DataFrame({"block": block[building], "parcel": pairs["parcel"].to_numpy(np.int64), "part": part})
    lying = lying.groupby(["block", "parcel"])["part"].sum().reset_index()
    lying = lying.sort_values(["block", "part", "parcel"], ascending=[True, False, True]).drop_duplicates("block")
    home = np.full(len(measured), -1, dtype=np.int64)
    home[lying["block"].to_numpy(np.int64)] = lying["parcel"].to_numpy(np.int64)
    own = compound_names(measured["name"])
    told = pd.DataFrame({"block": block, "name": own, "n": 1}).dropna(subset=["name"])
    told = told.groupby(["block", "name"])["n"].sum().reset_index()
    told = told.sort_values(["block", "n", "name"], ascending=[True, False, True]).drop_duplicates("block")
    names = np.full(len(measured), None, dtype=object)
    names[told["block"].to_numpy(np.int64)] = told["name"].to_numpy(dtype=object)
    lead = own[block]
    named = ~pd.isna(lead)
    names[block[named]] = lead[named]
    return Houses(measured, block, pairs, home[block], names)


def cut_pieces(parcels: pd.DataFrame, houses: Houses, run: Run) -> tuple[pd.DataFrame, Rows]:
    """Return the pieces and, for each building, the piece its 栋 stands on (-1: none).

    Pieces: `parcel` (row), `name` (None unknown), `share` of the parcel's area, `geometry`; sorted by parcel, name.
    A parcel without a name of its own bears the name of at least half of its named buildings, when two bear it or it
    stands for a quarter of all: one named house among many is a sight, no compound. One on which at least
    two compounds have two or more houses each is divided: land goes to the compound whose house is nearest, unnamed
    houses to the nearest named one.
    """
    n = len(parcels)
    own = compound_names(frames.optional(parcels, "name"))
    rows = np.flatnonzero(houses.is_block())
    named = rows[~pd.isna(houses.names[rows])]
    counted = pd.DataFrame({"parcel": houses.home[named], "name": houses.names[named], "n": 1})
    lived = ~(houses.measured["resid_share"].to_numpy(np.float64)[named] < RESID)
    common = counted.groupby(["parcel", "name"])["n"].sum().reset_index()
    common = common.sort_values(["parcel", "n", "name"], ascending=[True, False, True])
    several = counted[lived].groupby(["parcel", "name"])["n"].sum().reset_index()
    several = several[(several["n"] >= LEAST_BLOCKS) & pd.isna(own)[several["parcel"].to_numpy(np.int64)]]
    sizes = several.groupby("parcel")["name"].count()
    divided = sizes.index[sizes.to_numpy() > 1].to_numpy(np.int64)
    first = common.drop_duplicates("parcel")
    all_named = np.bincount(counted["parcel"].to_numpy(np.int64), minlength=n)
    every = np.bincount(houses.home[rows], minlength=n)
    place, bearing = first["parcel"].to_numpy(np.int64), first["n"].to_numpy(np.int64)
    is_common = (bearing >= LEAST_BLOCKS) | (MOST_NAMELESS * bearing >= every[place])
    first = first.loc[(2 * bearing >= all_named[place]) & is_common]
    name = own.copy()
    empty = pd.isna(name[first["parcel"].to_numpy(np.int64)])
    name[first["parcel"].to_numpy(np.int64)[empty]] = first["name"].to_numpy(dtype=object)[empty]
    whole = np.setdiff1d(np.arange(n), divided)
    land = frames.geometries(parcels)
    pieces = [pd.DataFrame({"parcel": whole, "name": name[whole], "share": 1.0, "geometry": land[whole]})]
    owner = np.full(len(houses.block), -1, dtype=np.int64)
    parts: dict[int, Rows] = {}
    for done, parcel in enumerate(divided):
        run.progress(done / len(divided))
        words = sorted(several["name"][several["parcel"] == parcel])
        here = rows[houses.home[rows] == parcel]
        label = _labels(houses, here, words)
        pieces.append(_divide(int(parcel), land[parcel], frames.geometries(houses.measured)[here], label, words))
        parts[int(parcel)] = np.column_stack([here, label])
    found = pd.concat(pieces, ignore_index=True)
    order = np.lexsort((found["name"].fillna("").to_numpy(dtype=str), found["parcel"].to_numpy()))
    found = found.take(order).reset_index(drop=True)
    start = np.searchsorted(found["parcel"].to_numpy(), np.arange(n))
    on_land = houses.home >= 0
    owner[on_land] = start[houses.home[on_land]]
    for parcel, labels in parts.items():
        owner[labels[:, 0]] = start[parcel] + labels[:, 1]
    main = houses.block
    owner = np.where(np.isin(houses.home, divided), owner[main], owner)
    return found, owner


def _labels(houses: Houses, here: Rows, words: list[str]) -> Rows:
    """Return for each of a parcel's houses the number of its compound; others go to the nearest named house."""
    shapes = frames.geometries(houses.measured)[here]
    number = {word: i for i, word in enumerate(words)}
    label = np.array([number.get(name, -1) if name else -1 for name in houses.names[here]], dtype=np.int64)
    named, other = np.flatnonzero(label >= 0), np.flatnonzero(label < 0)
    for row in other:
        gap = np.round(shapely.distance(shapes[row], shapes[named]), 3)
        label[row] = label[named[int(np.argmin(gap))]]
    return label


def _divide(parcel: int, land: Any, shapes: Objects, label: Rows, words: list[str]) -> pd.DataFrame:
    """Return a parcel's parts, one a compound: what lies nearest to its houses."""
    xy, house = shapely.get_coordinates(shapely.segmentize(shapes, STEP_M), return_index=True)
    _, first = np.unique(np.round(xy, 3), axis=0, return_index=True)
    first = np.sort(first)
    points = shapely.points(xy[first])
    cells = shapely.get_parts(shapely.voronoi_polygons(shapely.multipoints(points), extend_to=land))
    cell, point = shapely.STRtree(points).query(cells, predicate="intersects")[::1]
    owner = np.full(len(cells), -1, dtype=np.int64)
    owner[cell] = label[house[first[point]]]
    parts = [shapely.intersection(shapely.union_all(cells[owner == i]), land) for i in range(len(words))]
    area = shapely.area(np.array(parts, dtype=object))
    share = np.round(area / area.sum(), 6)
    share[-1] = 1.0 - share[:-1].sum()
    return pd.DataFrame({"parcel": parcel, "name": np.array(words, dtype=object), "share": share, "geometry": parts})
