# SPDX-License-Identifier: GPL-2.0-or-later
"""What a delineation works from and gives back."""

from __future__ import annotations

from dataclasses import dataclass, field, replace

import numpy as np
import pandas as pd
import shapely

from .. import frames
from ..walking.graph import WalkGraph
from ..walking.heights import Surface
from ..walking.join import JoinOptions
from ..walking.profiles import Profile


@dataclass(frozen=True, eq=False)
class ZoneInputs:
    """Tables in metres of the working CRS; optional ones None.

    `parcels`: `parcel_id`, `geometry`, the tagged columns and people as far as there. `detail`: gap_detail.
    `stations`: `station_id`, `geometry`, `name`; `entrances`: `entrance_of`, `geometry`. `barriers`, `locked_in`,
    `locked_out`: `geometry`; `locked_in` may say `zone_id`. `given`, `previous`: zones tables; `edited`: the members
    table of `previous` with a person's changes. `roads` (`name`, `width`), `communities`, `plan`: what a boundary may
    follow and be named by. `profile`: the elder. `max_zones`: None = no limit.
    """

    parcels: pd.DataFrame
    stations: pd.DataFrame
    graph: WalkGraph
    profile: Profile
    detail: pd.DataFrame | None = None
    entrances: pd.DataFrame | None = None
    barriers: pd.DataFrame | None = None
    surface: Surface | None = None
    join: JoinOptions = field(default_factory=JoinOptions)
    locked_in: pd.DataFrame | None = None
    locked_out: pd.DataFrame | None = None
    given: pd.DataFrame | None = None
    previous: pd.DataFrame | None = None
    max_zones: int | None = None
    edited: pd.DataFrame | None = None
    roads: pd.DataFrame | None = None
    communities: pd.DataFrame | None = None
    plan: pd.DataFrame | None = None


@dataclass(frozen=True, eq=False)
class Zones:
    """The six tables of resources/tables/zones.json."""

    zones: pd.DataFrame
    members: pd.DataFrame
    cores: pd.DataFrame
    branches: pd.DataFrame
    petals: pd.DataFrame
    corners: pd.DataFrame


def in_order(inputs: ZoneInputs) -> ZoneInputs:
    """Return the inputs with parcels, stations and entrances sorted by id, rows without geometry dropped."""
    entrances = inputs.entrances
    if entrances is not None:
        shapes = _drawn(entrances)
        points = frames.geometries(shapes)
        owner = frames.optional(shapes, "entrance_of").astype(frames.TEXT).fillna("")
        keys = pd.DataFrame({"of": owner, "x": shapely.get_x(shapely.centroid(points)),
                             "y": shapely.get_y(shapely.centroid(points))})  # fmt: skip
        entrances = shapes.iloc[keys.sort_values(["of", "x", "y"], kind="stable").index].reset_index(drop=True)
    return replace(
        inputs,
        parcels=_drawn(inputs.parcels).sort_values("parcel_id", kind="stable").reset_index(drop=True),
        stations=_drawn(inputs.stations).sort_values("station_id", kind="stable").reset_index(drop=True),
        entrances=entrances,
    )


def _drawn(table: pd.DataFrame) -> pd.DataFrame:
    shapes = frames.geometries(table)
    good = ~(shapely.is_missing(shapes) | shapely.is_empty(shapes))
    return table[np.asarray(good)].reset_index(drop=True)
