# SPDX-License-Identifier: GPL-2.0-or-later
"""Hosts nobody had to list: buildings on land tagged idle, and rooms that kindergartens do not need."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
import pandas as pd
import shapely

from ... import frames
from ...inputs.buildings import measure_buildings
from ...inputs.overlay import share_buildings
from ...run import Run
from ..gap import count_loads
from ..standard import Kind
from ..town import GapLayers, GapOptions
from .hosts import SPARE

IDLE = ("idle_factory", "idle_building")
LEVELS = ("confirmed", "suspected")
HOMES = 0.5  # own choice: a building that is mostly flats is no host
POINT_M = 5.0  # a facility drawn as a point gets a spot of this radius
COLUMNS = ("candidate_id", "parcel_id", "usable_area", "floors", "entry_floor", "lift", "kind", "name")


def idle_hosts(parcels: pd.DataFrame, buildings: pd.DataFrame, run: Run) -> pd.DataFrame:
    """Return candidates (a row a building) on parcels tagged idle_factory or idle_building.

    Parameters: `parcels` table tagged (`tag`, `tag_level`); `buildings` role BUILDINGS. Sheds and buildings mostly of
    flats are no hosts; class D buildings are left out and listed (`site_dangerous`).
    """
    tag = frames.optional(parcels, "tag").fillna("").to_numpy(dtype=object)
    level = frames.optional(parcels, "tag_level").fillna("").to_numpy(dtype=object)
    idle = np.isin(tag.astype(str), IDLE) & np.isin(level.astype(str), LEVELS)
    measured = measure_buildings(buildings, run)
    shares = share_buildings(measured, parcels, run)
    main = shares[shares["is_main"]]
    parcel = np.full(len(measured), -1, dtype=np.intp)
    parcel[main["building"].to_numpy()] = main["parcel"].to_numpy()
    on_idle = (parcel >= 0) & idle[parcel]
    on_idle &= ~measured["is_shed"].to_numpy(dtype=bool) & ~(measured["resid_share"].to_numpy("float64") >= HOMES)
    unsafe = on_idle & (measured["danger"].to_numpy(dtype=object) == "D")
    run.leave_out("CANDIDATES", measured["building_id"].to_numpy(dtype=object)[unsafe], "site_dangerous", "warning")
    chosen = np.flatnonzero(on_idle & ~unsafe)
    part = measured.iloc[chosen]
    told = {name: frames.optional(buildings, name).iloc[chosen] for name in ("floors", "entry_floor", "lift")}
    found = pd.DataFrame({
        "candidate_id": part["building_id"], "parcel_id": parcels["parcel_id"].to_numpy(dtype=object)[parcel[chosen]],
        "usable_area": part["floor_m2"].to_numpy("float64"), **told, "kind": None, "name": part["name"],
        frames.GEOMETRY: frames.geometries(measured)[chosen],
    })  # fmt: skip
    run.fact(idle_hosts_n=len(found), idle_parcels_n=int(idle.sum()))
    return _texts(found)


def surplus_rooms(layers: GapLayers, kgar: Kind, options: GapOptions, run: Run) -> pd.DataFrame:
    """Return candidates of kind kgar: the floor of the places that a kindergarten has free in the fair maximum.

    Source: 托幼一体 — nurseries in surplus kindergarten rooms; floor = free places × the standard's m² a place.
    """
    ((supply, load),) = count_loads(layers, options.of((kgar,)), run)
    free = supply["capacity"].to_numpy("float64") - load
    chosen = np.flatnonzero(np.floor(np.nan_to_num(free) + 1e-6) > 0)
    rows = supply["facility"].to_numpy(dtype=np.intp)[chosen]
    shapes = frames.geometries(layers.facilities)[rows]
    spots = np.where(shapely.get_dimensions(shapes) == 2, shapes, shapely.buffer(shapely.centroid(shapes), POINT_M))
    found = pd.DataFrame({
        "candidate_id": [f"{SPARE}{name}" for name in supply["facility_id"].to_numpy(dtype=object)[chosen]],
        "parcel_id": None, "usable_area": np.floor(free[chosen] + 1e-6) * (kgar.m2_per_unit or 0.0), "floors": None,
        "entry_floor": None, "lift": None, "kind": "kgar",
        "name": frames.optional(layers.facilities, "name").to_numpy(dtype=object)[rows], frames.GEOMETRY: spots,
    })  # fmt: skip
    run.fact(kindergartens_with_surplus_n=len(found))
    return _texts(found)


def _texts(found: pd.DataFrame) -> pd.DataFrame:
    """Return the columns of role CANDIDATES in their types."""
    table = pd.DataFrame({name: frames.texts(found[name].to_numpy(dtype=object)) for name in COLUMNS})
    table["usable_area"] = found["usable_area"].to_numpy("float64")
    table[frames.GEOMETRY] = found[frames.GEOMETRY].to_numpy(dtype=object)
    return table


def find_hosts(
    layers: GapLayers, buildings: pd.DataFrame | None, kgar: Kind | None, options: GapOptions, run: Run
) -> pd.DataFrame:
    """Return all candidates nobody had to list; `kgar` the standard's kindergarten, None = no nursery is looked for."""
    parts = []
    if buildings is not None:
        parts.append(idle_hosts(layers.parcels, buildings, run.part(0, 0.5)))
    if kgar is not None:
        parts.append(surplus_rooms(layers, kgar, options, run.part(0.5, 1)))
    found = [part for part in parts if len(part)]
    table = pd.concat(found, ignore_index=True) if found else _texts(_empty())
    run.note("sites_hosts_found", n=len(table), kgar=int((table["kind"] == "kgar").sum()))
    return table


def _empty() -> pd.DataFrame:
    columns: Mapping[str, list[object]] = {name: [] for name in (*COLUMNS, frames.GEOMETRY)}
    return pd.DataFrame(columns)
