# SPDX-License-Identifier: GPL-2.0-or-later
"""The tables of a delineation: zones, members with their reasons, cores, petals."""

from __future__ import annotations

from dataclasses import dataclass, field
from itertools import chain
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd
import shapely

from .. import frames, schema
from ..run import Run
from .gapmeans import group_gaps
from .inputs import ZoneInputs
from .roots import Core
from .rules import PETAL_TAGS, ZoneRules
from .values import Values
from .words import Words


@dataclass(frozen=True, eq=False)
class Zone:
    """A finished zone: rows of the parcel table by role; `petals` lists of rows; `near` rows with a reason code.

    `score` as the search maximised it; `walk_ms` row → an elder's milliseconds, the slower direction. `name` as a
    bureau gave it; None = that of its stations.
    """

    zone_id: str
    core: int
    roots: list[int]
    petals: list[list[int]]
    filler: list[int]
    holes: list[int]
    locked: list[int]
    score: float
    walk_ms: dict[int, int]
    outline: shapely.Geometry
    near: dict[int, str] = field(default_factory=dict)
    name: str | None = None

    def members(self) -> list[int]:
        """Return all rows of the zone, ascending."""
        return sorted([*self.roots, *chain.from_iterable(self.petals), *self.filler, *self.holes, *self.locked])


def petal_id(zone: Zone, number: int) -> str:
    """Return the id of a zone's petal: numbered from 1 by its first parcel."""
    return f"{zone.zone_id}-{number + 1:02d}"


def known_sum(numbers: npt.NDArray[np.float64], rows: list[int]) -> float:
    """Return the sum of the known numbers at these rows in exact thousandths, NaN when none is known."""
    part = numbers[rows]
    part = part[~np.isnan(part)]
    return float(np.rint(part * 1000).astype(np.int64).sum()) / 1000 if len(part) else float("nan")


def told_sum(numbers: npt.NDArray[np.float64], rows: list[int]) -> float:
    """Return known_sum, NaN where only the empty parcels are known: nobody's households are no households."""
    total = known_sum(numbers, rows)
    return float("nan") if total == 0 and np.isnan(numbers[rows]).any() else total


def zones_table(
    zones: list[Zone],
    cores: list[Core],
    inputs: ZoneInputs,
    rules: ZoneRules,
    bounds: list[dict[str, str | None]],
    run: Run,
) -> pd.DataFrame:
    """Return ZONES: areas and floor areas are sums over parcels; nothing is proposed for demolition, so its share is 0.

    `bounds`: 四至 of each zone (tell_bounds); `outline_m2` the area within the boundary, its streets included.
    `elder_gap`, `child_gap`: mean over the rules' kinds with need of gap ÷ need (gapmeans); NaN without a gap table.
    `people`, `households`, `pop_60`, `pop_0_5`: sums of what is known of the parcels, NaN when nothing but empty
    parcels is.
    """
    parcels = inputs.parcels
    area = shapely.area(frames.geometries(parcels))
    floor = frames.reals(parcels, "floor_m2")
    ages = {name: frames.reals(parcels, name) for name in ("pop", "households", "pop_60", "pop_0_2", "pop_3_5")}
    gaps = {"elder_gap": group_gaps(inputs.detail, rules.elder_kinds, run)}
    gaps["child_gap"] = group_gaps(inputs.detail, rules.child_kinds, run)
    ids = parcels["parcel_id"].to_numpy(dtype=object)
    rows: list[dict[str, Any]] = []
    for zone, sides in zip(zones, bounds):
        members = zone.members()
        row: dict[str, Any] = {
            "zone_id": zone.zone_id,
            "name": zone.name or (_name(cores[zone.core], inputs.stations) if zone.core >= 0 else None),
            "anchor": cores[zone.core].id if zone.core >= 0 else None,
            "area_m2": known_sum(area, members),
            "floor_m2": known_sum(floor, members),
            "people": told_sum(ages["pop"], members),
            "households": told_sum(ages["households"], members),
            "pop_60": told_sum(ages["pop_60"], members),
            "pop_0_5": told_sum(ages["pop_0_2"] + ages["pop_3_5"], members),
            "petals_n": len(zone.petals),
            "score": zone.score,
            "demolish_share": 0.0,
            "outline_m2": float(shapely.area(zone.outline)),
            **sides,
            frames.GEOMETRY: zone.outline,
        }
        for name, group in gaps.items():
            row[name] = group.share(ids[members])
        rows.append(row)
    return frames.conform(_frame(rows, "zones"), schema.table("zones"))


def members_table(zones: list[Zone], inputs: ZoneInputs, values: Values, words: Words) -> pd.DataFrame:
    """Return MEMBERS: every parcel of every zone with role and reason, and tagged parcels within reach left out."""
    ids = inputs.parcels["parcel_id"].to_numpy(dtype=object)
    rows: list[dict[str, Any]] = []
    for zone in zones:
        found: dict[int, tuple[str, str]] = {}
        found |= {p: ("core", words.core()) for p in zone.roots}
        found |= {p: ("petal", words.petal(p, zone.walk_ms.get(p), values)) for part in zone.petals for p in part}
        found |= {p: ("filler", words.filler()) for p in zone.filler}
        found |= {p: ("filler", words.hole()) for p in zone.holes}
        found |= {p: ("locked", words.locked()) for p in zone.locked}
        found |= {p: ("near", words.near(code, p, zone.walk_ms.get(p), values)) for p, code in zone.near.items()}
        rows += [
            {"zone_id": zone.zone_id, "parcel_id": ids[p], "role": role, "reason": reason}
            for p, (role, reason) in sorted(found.items())
        ]
    return frames.conform(_frame(rows, "members"), schema.table("members"))


def cores_table(zones: list[Zone], cores: list[Core], inputs: ZoneInputs) -> pd.DataFrame:
    """Return CORES: the stations of each zone as points, areas by their centroid; zones without a core have none."""
    stations = inputs.stations
    names = frames.optional(stations, "name").to_numpy(dtype=object)
    points = shapely.centroid(frames.geometries(stations))
    rows = [
        {
            "zone_id": zone.zone_id,
            "station_id": stations["station_id"].iloc[i],
            "name": names[i],
            frames.GEOMETRY: points[i],
        }
        for zone in zones
        if zone.core >= 0
        for i in cores[zone.core].stations
    ]
    return frames.conform(_frame(rows, "cores"), schema.table("cores"))


def petals_table(zones: list[Zone], inputs: ZoneInputs, values: Values) -> pd.DataFrame:
    """Return PETALS: merged contiguous members of one tag; `walk_s` of the parcel that takes longest."""
    shapes = frames.geometries(inputs.parcels)
    area, floor = shapely.area(shapes), frames.reals(inputs.parcels, "floor_m2")
    rows: list[dict[str, Any]] = []
    for zone in zones:
        for number, part in enumerate(zone.petals):
            times = [zone.walk_ms[p] for p in part if p in zone.walk_ms]
            rows.append(
                {
                    "zone_id": zone.zone_id,
                    "petal_id": petal_id(zone, number),
                    "tag": PETAL_TAGS[int(values.petal[part[0]])],
                    "area_m2": known_sum(area, part),
                    "floor_m2": known_sum(floor, part),
                    "walk_s": max(times) / 1000 if times else np.nan,
                    frames.GEOMETRY: shapely.union_all(shapes[part], grid_size=1e-3),
                }
            )
    return frames.conform(_frame(rows, "petals"), schema.table("petals"))


def _frame(rows: list[dict[str, Any]], name: str) -> pd.DataFrame:
    table = schema.table(name)
    columns = table.names() + ([frames.GEOMETRY] if table.geometry != "none" else [])
    return pd.DataFrame(rows, columns=columns)


def _name(core: Core, stations: pd.DataFrame) -> str | None:
    names = [str(name) for name in frames.optional(stations, "name").iloc[np.array(core.stations)].dropna()]
    return "·".join(dict.fromkeys(names)) or None
