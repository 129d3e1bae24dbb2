# SPDX-License-Identifier: GPL-2.0-or-later
"""Who lives and what there is within some minutes of a place: people by age, facilities by kind with their capacity.

Read once, beside the window, from the last count of gaps: people of each parcel, facilities that supply. Parcels count
by the point inside them, joined to the street as everywhere; the count of gaps goes by houses and is finer.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import numpy.typing as npt

from ...core.run import Run
from ...core.walking.around import Times, times_at
from ...core.walking.join import Joined, JoinOptions, Points, join_points
from ..review.places import insides_of
from ..study.figures import rows_of
from .walk_ground import Ground

Xy = Callable[[npt.NDArray[np.float64], npt.NDArray[np.float64]], tuple[Any, Any]]  # into the metres of the network
BANDS = ("pop", "pop_60", "pop_0_2", "pop_3_5")  # whose numbers are told, where the standard asks for them
PEOPLE_SQL = "SELECT parcel_id, people FROM {t} WHERE kind = ? AND people > 0"
LOAD_SQL = "SELECT facility_id, kind, coalesce(capacity, 0), unit FROM {t} ORDER BY facility_id, kind"


@dataclass(frozen=True, eq=False)
class Surroundings:
    """Points of parcels with `people` {band: (n,)} and of facilities with what they are: (owner, kind, capacity, unit).

    `joined` keeps by profile where they meet the network.
    """

    homes: Points
    people: dict[str, npt.NDArray[np.float64]]
    facilities: Points
    supply: list[tuple[int, str, float, str]]
    joined: dict[str, tuple[Joined, Joined]] = field(default_factory=dict)


@dataclass(frozen=True)
class Around:
    """What is reached: people by band, (number, capacity, unit) of facilities by kind; parcels without people apart."""

    people: dict[str, float]
    facilities: dict[str, tuple[int, float, str]]


def read_surroundings(
    files: Mapping[str, str], standard: Mapping[str, Any], places: Mapping[str, tuple[float, float]], to_network: Xy
) -> Surroundings | None:
    """Read people and facilities of the last count of gaps; `places` {facility: (x, y) in the network's metres}.

    `to_network` moves coordinates of the tagged parcels. None before Gaps. Raises UnreadableError.
    """
    kinds = {str(entry["people"]): str(entry["id"]) for entry in reversed(standard["kinds"]) if entry.get("people")}
    found = {band: dict(rows_of(files, "gap_detail", PEOPLE_SQL, (kinds[band],))) for band in BANDS if band in kinds}
    found = {band: rows for band, rows in found.items() if rows}  # ages nobody knows are not nobody
    if not found or "tagged" not in files:
        return None
    there = set().union(*found.values())
    keys, x, y = insides_of(files["tagged"], there)
    people = {band: np.array([float(rows.get(key, 0.0)) for key in keys]) for band, rows in found.items()}
    supply = [row for row in rows_of(files, "facility_load", LOAD_SQL) if str(row[0]) in places]
    names = sorted({str(row[0]) for row in supply})
    at = {name: place for place, name in enumerate(names)}
    goods = [(at[str(name)], str(kind), float(size), str(unit or "")) for name, kind, size, unit in supply]
    doors = np.array([places[name] for name in names], dtype=float).reshape(-1, 2)
    return Surroundings(_points(keys, *to_network(x, y)), people, _points(names, doors[:, 0], doors[:, 1]), goods)


def _points(names: list[str], x: Any, y: Any) -> Points:
    ids, owner = np.array(names, dtype=object), np.arange(len(names), dtype=np.int32)
    return Points(ids, np.asarray(x, dtype=float), np.asarray(y, dtype=float), owner, len(names))


def join_for(ground: Ground, near: Surroundings, profile: str, run: Run) -> None:
    """Join people and facilities to the streets of a walker, once."""
    if profile in near.joined:
        return
    person = ground.profiles[profile]
    homes = join_points(near.homes, ground.graph, person, None, None, JoinOptions(), run)
    doors = JoinOptions(structures_m=person.rules.structure_snap_m)
    near.joined[profile] = (homes, join_points(near.facilities, ground.graph, person, None, None, doors, run))


def around(near: Surroundings, times: Times) -> Around | None:
    """Return who lives and what there is within the times of a place; None until the walker's points are joined."""
    if times.profile.id not in near.joined:
        return None
    homes, doors = near.joined[times.profile.id]
    inside = times_at(times, homes) >= 0
    people = {band: float(values[inside].sum()) for band, values in near.people.items()}
    is_near = times_at(times, doors) >= 0
    facilities: dict[str, tuple[int, float, str]] = {}
    for owner, kind, capacity, unit in near.supply:
        if is_near[owner]:
            n, whole, _ = facilities.get(kind, (0, 0.0, unit))
            facilities[kind] = (n + 1, whole + capacity, unit)
    return Around(people, facilities)
