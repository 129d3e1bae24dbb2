# SPDX-License-Identifier: GPL-2.0-or-later
"""Demand points: each residential building (or, without buildings, each parcel) with its people and its need."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd
import shapely

from .. import frames
from ..apportion import Whole, apportion
from ..errors import RenewalError
from ..people.allocate import COUNTS
from ..run import Run
from ..slices import sliced
from ..walking.graph import argsort_texts
from .fair import LARGEST
from .standard import Kind

Reals = npt.NDArray[np.float64]
Places = npt.NDArray[np.intp]
Flags = npt.NDArray[np.bool_]
MOST_PEOPLE = 1e8  # own choice: at one place more people than any city has; sums of whole thousandths stay exact
MILLI = 1000
OTHER_SHARE = 0.01  # own choice: sums of people that differ by more are not of the same places


@dataclass(frozen=True, eq=False)
class Demand:
    """Points (n,) in the order of their ids: `x_m`, `y_m`; `parcel` row of the parcels; `people` name → thousandths of
    a person (0 where unknown), `known` name → bool: a building without residential floor has nobody, and that is known;
    `floor_m2` residential floor area (NaN unknown).
    """

    ids: npt.NDArray[np.object_]
    x_m: Reals
    y_m: Reals
    parcel: Places
    people: Mapping[str, Whole]
    known: Mapping[str, npt.NDArray[np.bool_]]
    floor_m2: Reals


@dataclass(frozen=True, eq=False)
class Need:
    """Need of one kind by point, (n,) whole numbers: `amount ÷ per_unit` is in the kind's unit."""

    amount: Whole
    per_unit: float


def demand_points(parcels: pd.DataFrame, building_people: pd.DataFrame | None, run: Run) -> Demand:
    """Return the points at which people live.

    Parameters: `parcels` with `parcel_id`, `geometry` and, without `building_people`, people columns of their own;
    `building_people` the table of that name. Buildings without a parcel of the layer are left out and listed
    (`home_off_parcels`); negative and impossible counts too (`people_impossible`): they are unknown. On a parcel where
    people live only their homes count: who lives there does not set out from the shop or the shed beside.
    Raises RenewalError("people_missing") when neither table says how many people there are, ("homes_without_people")
    when nobody lives in the buildings and people on the parcels.
    """
    if building_people is None:
        table = parcels
        row = kept = np.arange(len(parcels))
        ids = parcels["parcel_id"]
        floor = frames.reals(parcels, "floor_m2") * frames.shares(parcels, "resid_share")
    else:
        of_parcel = dict(zip(parcels["parcel_id"].tolist(), range(len(parcels))))
        row = np.array([of_parcel.get(item, -1) for item in building_people["parcel_id"].tolist()], dtype=np.intp)
        lost = (row < 0) & (frames.optional(building_people, "pop", "real").fillna(0).to_numpy("float64") > 0)
        run.leave_out("BUILDING_PEOPLE", building_people["building_id"][lost], "home_off_parcels", "warning")
        kept = np.flatnonzero(_lived_in(building_people, row, len(parcels)))
        table, row = building_people, row[kept]
        ids = table["building_id"].iloc[kept]
        floor = frames.reals(table, "resid_floor_m2")[kept]
    if not any(name in table for name in COUNTS):
        raise RenewalError("people_missing")
    run.check()
    order = argsort_texts(ids.astype(str).to_numpy(dtype=object))
    names = ids.to_numpy(dtype=object)[order]
    place, row, floor = kept[order], row[order], floor[order]
    run.check()
    points = sliced(shapely.point_on_surface, frames.geometries(table)[place], run=run)
    layer = "PARCELS" if building_people is None else "BUILDING_PEOPLE"
    milli, known = {}, {}
    for name in COUNTS:
        run.check()
        values = frames.reals(table, name)[place]
        odd = (values < 0) | (values > MOST_PEOPLE)
        run.leave_out(layer, names[odd], "people_impossible", "warning", column=name, most=MOST_PEOPLE)
        values = np.where(odd, np.nan, values)
        milli[name] = np.rint(np.nan_to_num(values) * MILLI).astype(np.int64)
        nobody = (floor == 0) & ~odd & (building_people is not None and name in table)
        known[name] = ~np.isnan(values) | nobody
    if building_people is not None:
        _compare_people(parcels, milli, run)
    _tell_partly_known(parcels, row, known, floor, run)
    return Demand(names, shapely.get_x(points), shapely.get_y(points), row, milli, known, floor)


def _compare_people(parcels: pd.DataFrame, milli: Mapping[str, Whole], run: Run) -> None:
    """Tell where the people of the buildings are not those whom the parcels have: buildings filtered away, or doubled.

    Raises RenewalError("homes_without_people").
    """
    own = frames.reals(parcels, "pop")
    people = float(np.rint(own[(own >= 0) & (own <= MOST_PEOPLE)] * MILLI).sum()) / MILLI
    if people <= 0:
        return
    if not any(values.any() for values in milli.values()):
        raise RenewalError("homes_without_people", people=round(people))
    homes = int(milli["pop"].sum()) / MILLI
    if homes > 0 and abs(homes - people) > max(OTHER_SHARE * people, 1.0):
        run.warn("homes_people_differ", homes=round(homes), people=round(people))


def _lived_in(building_people: pd.DataFrame, row: Places, n: int) -> Flags:
    """Say which buildings are demand points: homes (residential floor, or unknown floor, or people), and on parcels
    without a home all of them. `row` of the parcel of each, -1 = none.
    """
    home = frames.reals(building_people, "resid_floor_m2") != 0
    for name in COUNTS:
        home |= frames.optional(building_people, name, "real").fillna(0).to_numpy("float64") > 0
    here: Flags = row >= 0
    lived: Flags = np.bincount(row[here & home], minlength=n) > 0
    found: Flags = here & (home | ~lived[row])
    return found


def _tell_partly_known(
    parcels: pd.DataFrame, row: Places, known: Mapping[str, npt.NDArray[np.bool_]], floor: Reals, run: Run
) -> None:
    """List parcels some of whose homes have people and some have none that anybody knows (`people_partly_known`)."""
    home, n = floor != 0, len(parcels)
    homes, missing = np.bincount(row[home], minlength=n), np.zeros(n, dtype=np.intp)
    for told in known.values():
        lacking = np.bincount(row[home & ~told], minlength=n)
        missing = np.where(lacking < homes, np.maximum(missing, lacking), missing)
    for place in np.flatnonzero(missing):
        told_n = {"missing": int(missing[place]), "homes": int(homes[place])}
        run.leave_out("PARCELS", [parcels["parcel_id"].iloc[place]], "people_partly_known", "warning", **told_n)


def who_is_unknown(
    demand: Demand, name: str, group: Places, n: int, points: npt.NDArray[Any] | None = None
) -> tuple[Flags, Flags]:
    """Say which groups (n,) have homes of none of which this count is known, and which have some of both.

    `group` of each demand point, or of each of `points` (rows). The latter groups show what is known of them, so that
    parcels, communities and loads add up to the same.
    """
    known = demand.known[name]
    home = (demand.floor_m2 != 0) | (demand.people[name] > 0)  # unknown floor: a home as well
    if points is not None:
        known, home = known[points], home[points]
    missing = np.bincount(group[~known], minlength=n) > 0
    there = np.bincount(group[known & home], minlength=n) > 0
    return missing & ~there, missing & there


def need_of(kind: Kind, demand: Demand) -> Need:
    """Return the need of a kind at every point, 0 where the people are unknown.

    Need = people × factor in thousandths of the kind's unit (coarser by powers of ten where a city's total passes 2^30
    of them); the total is rounded once and divided by largest remainders.
    """
    people = demand.people[kind.need_of]
    total = float(people.sum()) * kind.need_factor
    coarser = 1
    while total / coarser > LARGEST / 4:  # a quarter leaves room for capacities above the need
        coarser *= 10
    whole = np.array([round(total / coarser)], dtype=np.int64)
    amount = apportion(whole, people, np.zeros(len(people), dtype=np.intp))
    return Need(amount, MILLI / coarser)
