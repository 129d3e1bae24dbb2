# SPDX-License-Identifier: GPL-2.0-or-later
"""Facilities for old and young and others, too few of them; what they hold, where one goes in; stations."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd
import shapely

from .. import frames
from .blocks import Parcels
from .classes import Kinds
from .grid import Grid, Longs, draw
from .layout import Houses
from .names import KIND_NAMES, stems
from .people import People
from .terrain import Reals

STATUS = {"现状": 0.87, "在建": 0.04, "规划": 0.05, "停用": 0.04}
NO_CAPACITY = 0.16
BOTH_SHARE = 0.15  # kindergartens that also take the smallest (托幼一体)
ENTRANCE_SHARE = 0.4
STATION_SPACE_M = 900.0


@dataclass(frozen=True)
class Supply:
    """How many residents share one facility of a kind, its size from … to in `unit`, floor area a unit in m²."""

    people: int
    low: float
    high: float
    unit: str
    m2: float


# Own choice, scarce on purpose: gaps exist in all four of the first kinds.
SUPPLY = {
    "eday": Supply(1600, 80, 320, "m2", 1.0),
    "nurs": Supply(1300, 6, 24, "place", 10.0),
    "kgar": Supply(1400, 30, 120, "place", 11.0),
    "heal": Supply(1700, 1500, 6000, "people", 0.04),
    "ectr": Supply(45_000, 1200, 2600, "m2", 1.0),
    "ebed": Supply(22_000, 30, 160, "bed", 32.0),
    "meal": Supply(9_000, 60, 220, "m2", 1.0),
    "play": Supply(7_000, 150, 800, "m2", 1.0),
    "park": Supply(18_000, 2000, 12000, "m2", 1.0),
    "mark": Supply(12_000, 600, 2600, "m2", 1.0),
    "prim": Supply(14_000, 500, 1400, "place", 9.0),
    "serv": Supply(8_000, 200, 900, "m2", 1.0),
    "rest": Supply(30_000, 20, 80, "m2", 1.0),
}


@dataclass(frozen=True, eq=False)
class Places:
    """The layers facilities, capacities, entrances."""

    facilities: pd.DataFrame
    capacities: pd.DataFrame
    entrances: pd.DataFrame


def make_places(kinds: Kinds, parcels: Parcels, houses: Houses, people: People, seed: int) -> Places:
    """Return facilities in buildings of parcels, more where more people live, drawn kind by kind."""
    generator = np.random.Generator(np.random.PCG64([seed, 12]))
    first = np.flatnonzero(houses.order == 0)
    host = houses.parcel[first]
    homes = np.isin(kinds.of("activity")[host], ("home", "shop"))
    first, host = first[homes], host[homes]
    order = _winding(parcels.quads[host].mean(axis=1))
    first, host = first[order], host[order]
    share = np.cumsum(people.of_parcel[host] + 30.0)
    total = float(people.of_parcel.sum())
    rows = []
    for kind, supply in SUPPLY.items():
        n = max(2 if kind in ("eday", "nurs", "kgar", "heal") else 1, round(total / supply.people))
        picked = np.unique(np.searchsorted(share, (np.arange(n) + generator.random(n)) / n * share[-1]))
        size = generator.uniform(supply.low, supply.high, len(picked))
        size = np.round(size / 10) * 10 if supply.high > 100 else np.round(size)
        area = np.round(size * supply.m2 * generator.uniform(0.9, 1.2, len(picked)))
        rows.append(pd.DataFrame({"kind": kind, "at": first[picked], "capacity": size, "floor_area": area}))
    table = pd.concat(rows, ignore_index=True)
    n = len(table)
    frame = pd.DataFrame({"facility_id": frames.texts(f"F{number:06d}" for number in range(1, n + 1))})
    frame["kind"] = frames.texts(table["kind"])
    frame["capacity"] = np.where(generator.random(n) < NO_CAPACITY, np.nan, table["capacity"])
    frame["unit"] = frames.texts(SUPPLY[kind].unit for kind in table["kind"])
    frame["floor_area"] = np.where(generator.random(n) < 0.25, np.nan, table["floor_area"])
    frame["status"] = frames.texts(draw(generator, STATUS, n))
    names = zip(stems(generator, n), table["kind"])
    frame["name"] = frames.texts(stem + KIND_NAMES[kind] for stem, kind in names)
    frame[frames.GEOMETRY] = shapely.centroid(houses.shapes[table["at"].to_numpy("int64")])
    at = houses.parcel[table["at"].to_numpy("int64")]
    return Places(frame, _capacities(frame, generator), _entrances(frame, parcels, at, generator))


def _winding(spots: Reals) -> Longs:
    """Return the order along a Z-curve of 200 m cells: what follows one another lies together."""
    cells = np.floor((spots - spots.min(axis=0)) / 200.0).astype(np.int64)
    code = np.zeros(len(spots), dtype=np.int64)
    for bit in range(10):
        code |= ((cells[:, 0] >> bit) & 1) << (2 * bit) | ((cells[:, 1] >> bit) & 1) << (2 * bit + 1)
    return np.argsort(code, kind="stable").astype(np.int64)


def _capacities(facilities: pd.DataFrame, generator: np.random.Generator) -> pd.DataFrame:
    """Return a row a kind for kindergartens that also hold a nursery."""
    both = (facilities["kind"] == "kgar").to_numpy() & (generator.random(len(facilities)) < BOTH_SHARE)
    chosen = facilities.loc[both & facilities["capacity"].notna().to_numpy()]
    parts = []
    for kind, share in (("kgar", 0.85), ("nurs", 0.15)):
        part = pd.DataFrame({"facility_id": chosen["facility_id"].to_numpy(dtype=object), "kind": kind})
        part["capacity"] = np.maximum(1.0, np.round(chosen["capacity"].to_numpy("float64") * share))
        part["unit"], part["floor_area"] = "place", np.round(part["capacity"] * 10.5)
        parts.append(part)
    table = pd.concat(parts, ignore_index=True).sort_values(["facility_id", "kind"], ignore_index=True)
    return table.astype(dict.fromkeys(("facility_id", "kind", "unit"), frames.TEXT))


def _entrances(facilities: pd.DataFrame, parcels: Parcels, at: Longs, generator: np.random.Generator) -> pd.DataFrame:
    """Return a gate on the parcel's lower edge for a part of the facilities."""
    here = np.flatnonzero(generator.random(len(facilities)) < ENTRANCE_SHARE)
    share = generator.uniform(0.3, 0.7, (len(here), 1))
    quads = parcels.quads[at[here]]
    ids = facilities["facility_id"].to_numpy(dtype=object)[here]
    frame = pd.DataFrame({"entrance_of": frames.texts(ids), "entrance_id": frames.texts(f"{i}-E1" for i in ids)})
    frame["name"] = frames.texts(["大门"] * len(here))
    frame[frames.GEOMETRY] = shapely.points(quads[:, 0] * (1 - share) + quads[:, 1] * share)
    return frame


def make_stations(grid: Grid, parcel_n: int, seed: int) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Return rail stations under street corners, six in a city of common size, and their entrances on the streets."""
    generator = np.random.Generator(np.random.PCG64([seed, 13]))
    columns, rows = grid.shape
    i, j = (part.ravel() for part in np.meshgrid(np.arange(1, columns - 1), np.arange(1, rows - 1), indexing="ij"))
    dry = ~np.isin(i, (grid.river_i, grid.river_i + 1)) & ~np.isin(j, (grid.river_j, grid.river_j + 1))
    i, j = i[dry], j[dry]
    wanted = max(2, min(6, parcel_n // 150)) if parcel_n < 10_000 else min(60, 6 + parcel_n // 10_000)
    far = np.hypot(grid.x_m[i, j] - grid.x_m.mean(), grid.y_m[i, j] - grid.y_m.mean())
    order = np.argsort(far / max(1.0, float(far.max())) + generator.uniform(0, 0.5, len(far)), kind="stable")
    chosen, space = _spaced(grid, i[order], j[order], wanted), 4
    spots = np.array([[grid.x_m[a, b], grid.y_m[a, b]] for a, b in chosen])
    names = stems(generator, len(chosen))
    ids = [f"S{number:02d}" for number in range(1, len(chosen) + 1)]
    stations = pd.DataFrame({"station_id": frames.texts(ids), "name": frames.texts(f"{name}站" for name in names)})
    stations["kind"] = frames.texts(["轨道"] * len(ids))
    stations[frames.GEOMETRY] = shapely.points(spots + generator.uniform(-12, 12, spots.shape))
    gates: list[tuple[str, str, str, Reals]] = []
    for at, (a, b) in enumerate(chosen):
        ends = [(a + 1, b), (a - 1, b), (a, b + 1), (a, b - 1)]
        for number, (c, d) in enumerate(ends[: int(generator.integers(2, space + 1))], start=1):
            share = float(generator.uniform(0.12, 0.3))
            spot = spots[at] * (1 - share) + np.array([grid.x_m[c, d], grid.y_m[c, d]]) * share
            gates.append((ids[at], f"{ids[at]}-{number}", f"{number}号口", spot))
    entrances = pd.DataFrame({name: frames.texts(gate[place] for gate in gates)
                              for place, name in enumerate(("entrance_of", "entrance_id", "name"))})  # fmt: skip
    entrances[frames.GEOMETRY] = shapely.points(np.array([gate[3] for gate in gates]))
    return stations, entrances


def _spaced(grid: Grid, i: Longs, j: Longs, wanted: int) -> list[tuple[int, int]]:
    """Return corners in the given order that keep their distance; the distance shrinks until there are enough."""
    space = STATION_SPACE_M
    while True:
        chosen: list[tuple[int, int]] = []
        for a, b in zip(i.tolist(), j.tolist()):
            if all(np.hypot(grid.x_m[a, b] - grid.x_m[c, d], grid.y_m[a, b] - grid.y_m[c, d]) >= space
                   for c, d in chosen):  # fmt: skip
                chosen.append((a, b))
            if len(chosen) == wanted:
                return chosen
        space *= 0.85
