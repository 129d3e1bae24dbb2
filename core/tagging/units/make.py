# SPDX-License-Identifier: GPL-2.0-or-later
"""Units that people name: compounds (小区), village patches and works across parcels, with all their members."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pandas as pd
import shapely

from ... import frames
from ...contiguity import contiguous_pairs
from ...inputs.buildings import measure_buildings
from ...inputs.overlay import share_buildings
from ...run import Run
from .join import Groups, enclosures, village_patches, wide_roads
from .parts import merge_parts
from .pieces import Houses, cut_pieces, settle_houses
from .tables import Units, build_tables, lived_in

Rows = npt.NDArray[np.int64]

STREET_GAP_M = 30.0  # domain rule: houses of one compound are at most 30 m apart and no city road lies between
STRADDLE_SHARE = 0.1  # own choice: less of a house on the next parcel is a badly drawn edge
SLICE = 5_000


def make_units(
    parcels: pd.DataFrame, buildings: pd.DataFrame, walls: pd.DataFrame | None, roads: pd.DataFrame | None, run: Run
) -> Units:
    """Return the units of a place and their members.

    Parameters: `parcels` (`parcel_id`, `geometry`, `name`*, `households`*), `buildings` (role BUILDINGS), `walls` and
    `roads` (`width`*, `highway`*) or None; metres.
    Parcels (or the parts of a parcel with several compounds) come together when nothing parts them (gap ≤ 30 m, no
    wall, no road wider than a lane, no third parcel) and they bear one name; when a house stands on both; when one wall
    encloses them; when their form is that of one village; and, unnamed and lived-in, when roads are known. Two names
    never come together, save in a village. Land without houses or name is in no unit (`units_land_alone`, a note).
    Members: a row (unit, parcel, no building) with the parcel's share in the unit, a row for each building and parcel
    it stands on with the share of its footprint there; a building belongs to the unit of its largest part.
    `tag_hint` says what a unit looks like, not what it is. The result does not depend on the order of rows.
    """
    parcels = _by_id(parcels, "parcel_id")
    measured = measure_buildings(_by_id(buildings, "building_id"), run)
    block = merge_parts(measured, run.part(0.0, 0.25))
    pairs = share_buildings(measured, parcels, run.part(0.25, 0.45))
    houses = settle_houses(measured, block, pairs)
    run.check()
    pieces, owner = cut_pieces(parcels, houses, run.part(0.45, 0.5))
    run.check()
    land, wide = frames.geometries(parcels), wide_roads(roads)
    no_walks = np.zeros((0, 2), dtype=np.int64)
    links = contiguous_pairs(land, _barriers(walls, wide), STREET_GAP_M, no_walks, run.part(0.5, 0.8))
    run.check()
    patch = village_patches(_form(parcels, pieces, houses), _standing(houses), links, run)
    group = _join(pieces, owner, houses, _Bonds(links, patch, walls, roads is not None), run.part(0.8, 0.9))
    return build_tables(parcels, pieces, owner, houses, (group, patch), run.part(0.9, 1.0))


@dataclass(frozen=True)
class _Bonds:
    """What may join pieces: linked parcels, village patches, walls; whether roads are known."""

    links: Rows
    patch: Rows
    walls: pd.DataFrame | None
    roads_known: bool


def _by_id(frame: pd.DataFrame, key: str) -> pd.DataFrame:
    order = np.argsort(frame[key].astype(str).to_numpy(dtype=str), kind="stable")
    return frame.take(order).reset_index(drop=True)


def _barriers(walls: pd.DataFrame | None, roads: pd.DataFrame | None) -> pd.DataFrame | None:
    shapes = []
    if walls is not None:
        drawn = frames.geometries(walls)
        shapes.append(np.where(shapely.get_dimensions(drawn) == 2, shapely.boundary(drawn), drawn))
    if roads is not None:
        shapes.append(frames.geometries(roads))
    return pd.DataFrame({frames.GEOMETRY: np.concatenate(shapes)}) if shapes else None


def _form(parcels: pd.DataFrame, pieces: pd.DataFrame, houses: Houses) -> pd.DataFrame:
    """Return what the form of each parcel is: area, footprints on it, medians of its houses; divided ones have none."""
    n, measured = len(parcels), houses.measured
    building = houses.pairs["building"].to_numpy(np.int64)
    part = np.rint(
        houses.pairs["share"].to_numpy(np.float64) * measured["foot_m2"].to_numpy(np.float64)[building] * 1e3
    )
    covered = np.bincount(houses.pairs["parcel"].to_numpy(np.int64), weights=part, minlength=n) / 1e3
    rows = houses.is_block()
    medians = measured[rows].groupby(houses.home[rows])[["foot_m2", "floors"]].median().reindex(np.arange(n))
    typical = medians["foot_m2"].to_numpy(np.float64, copy=True)
    typical[np.bincount(pieces["parcel"].to_numpy(np.int64), minlength=n) > 1] = np.nan
    area = shapely.area(frames.geometries(parcels))
    return pd.DataFrame(
        {"area_m2": area, "covered_m2": covered, "foot_med_m2": typical, "floors_med": medians["floors"].to_numpy()}
    )


def _standing(houses: Houses) -> pd.DataFrame:
    rows = houses.is_block()
    return pd.DataFrame({"parcel": houses.home[rows], frames.GEOMETRY: frames.geometries(houses.measured)[rows]})


def _join(pieces: pd.DataFrame, owner: Rows, houses: Houses, bonds: _Bonds, run: Run) -> Rows:
    """Return the group of each piece."""
    names = pieces["name"].to_numpy(dtype=object, copy=True)
    names[pd.isna(names)] = None
    groups, parcel = Groups(names), pieces["parcel"].to_numpy(np.int64)
    village = bonds.patch[parcel]
    for number in np.unique(village[village >= 0]):
        members = np.flatnonzero(village == number)
        for one, other in zip(members, members[1:]):
            groups.join(int(one), int(other), any_name=True)
    near = _linked_pieces(pieces, bonds.links)
    run.check()
    alike = ~pd.isna(names[near[:, 0]]) & (names[near[:, 0]] == names[near[:, 1]])
    same = near[np.asarray(alike, dtype=bool)]
    _join_all(groups, same, run.part(0.0, 0.3))
    _join_all(groups, _straddled(pieces, owner, houses), run.part(0.3, 0.5))
    _join_all(groups, _enclosed(pieces, names, bonds.walls, run), run.part(0.5, 0.7))
    run.check()
    if bonds.roads_known and len(near):
        label = groups.labels()
        named = pd.Series(~pd.isna(names)).groupby(label).any().reindex(label).to_numpy(dtype=bool)
        free = lived_in(pieces, owner, houses) & ~named & (village < 0)
        _join_all(groups, near[free[near].all(axis=1)], run.part(0.7, 1.0))
    return groups.labels()


def _join_all(groups: Groups, pairs: Rows, run: Run) -> None:
    for done, (one, other) in enumerate(pairs.tolist()):
        if done % SLICE == 0:
            run.progress(done / len(pairs))
        groups.join(one, other)


def _linked_pieces(pieces: pd.DataFrame, links: Rows) -> Rows:
    """Return pairs of pieces on linked parcels; of divided parcels only the parts within the gap."""
    index = pd.DataFrame({"parcel": pieces["parcel"], "piece": np.arange(len(pieces))})
    found = pd.DataFrame(links, columns=["p", "q"]).merge(index, left_on="p", right_on="parcel")
    found = found.merge(index, left_on="q", right_on="parcel", suffixes=("", "_q"))
    one, other = found["piece"].to_numpy(np.int64), found["piece_q"].to_numpy(np.int64)
    shapes = frames.geometries(pieces)
    near = shapely.distance(shapes[one], shapes[other]) <= STREET_GAP_M
    pairs = np.column_stack([one[near], other[near]]).astype(np.int64)
    ordered: Rows = pairs[np.lexsort((pairs[:, 1], pairs[:, 0]))]
    return ordered


def _straddled(pieces: pd.DataFrame, owner: Rows, houses: Houses) -> Rows:
    """Return (piece of the house, piece of another parcel it stands on), undivided parcels only."""
    pairs, count = houses.pairs, np.bincount(pieces["parcel"].to_numpy(np.int64))
    first = np.searchsorted(pieces["parcel"].to_numpy(np.int64), np.arange(len(count)))
    building, parcel = pairs["building"].to_numpy(np.int64), pairs["parcel"].to_numpy(np.int64)
    shed = houses.measured["is_shed"].to_numpy(dtype=bool)
    keep = (pairs["share"].to_numpy(np.float64) >= STRADDLE_SHARE) & (count[parcel] == 1) & ~shed[building]
    keep &= parcel != houses.home[building]
    both = np.column_stack([owner[building[keep]], first[parcel[keep]]])
    unique: Rows = np.unique(both, axis=0)
    return unique


def _enclosed(pieces: pd.DataFrame, names: npt.NDArray[np.object_], walls: pd.DataFrame | None, run: Run) -> Rows:
    """Return pairs of pieces one after the other inside one wall; an enclosure with two names joins nothing."""
    ring = enclosures(walls, frames.geometries(pieces), run)
    found: list[tuple[int, int]] = []
    for number in np.unique(ring[ring >= 0]):
        members = np.flatnonzero(ring == number)
        if len({name for name in names[members] if name is not None}) <= 1:
            found += list(zip(members.tolist(), members[1:].tolist()))
    return np.array(found, dtype=np.int64).reshape(-1, 2)
