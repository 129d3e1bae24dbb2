# SPDX-License-Identifier: GPL-2.0-or-later
"""Buildings on parcels: floor area goes with the part of the footprint, a building counts once, on its main parcel."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
import numpy.typing as npt
import pandas as pd

from .intervals import Interval, Reals, Rows, Weights, between, exact, total

MILLI = 1000.0  # weights are whole thousandths of a square metre: their sums do not depend on the order
JUDGED = (  # what limits on buildings are tried with once everything is measured (indicators.measure_limited)
    "year_lo", "year_hi", "floors", "entry_floor", "lift", "foot_m2", "resid_share", "use", "is_shed",
)  # fmt: skip
MOST_FLOORS = 100.0  # own choice: no unknown building is taken to be higher


@dataclass(frozen=True)
class Parts:
    """Parts of buildings on parcels, sorted by parcel row and building_id.

    `parcel` (k,) parcel rows; `house` the measured buildings of the parts (k rows); `share` (k,); `main` (k,) bool:
    the building's main part; `floor` weights of floor area in thousandths of m², footprint × 1 … × 100 storeys
    (a shed: × 1) where the floor area is unknown; `n` parcels; `given` whether there was a buildings layer at all.
    """

    parcel: Rows
    house: pd.DataFrame
    share: Reals
    main: npt.NDArray[np.bool_]
    floor: Weights
    n: int
    given: bool

    def judged(self) -> Parts:
        """Return the parts with the columns that rules and sentences look at; the others are let go."""
        return replace(self, house=self.house[list(JUDGED)].copy()) if self.given else self

    def real(self, name: str) -> Reals:
        """Return a real column of the parts' buildings."""
        return self.house[name].to_numpy(dtype=np.float64)

    def words(self, name: str) -> npt.NDArray[np.object_]:
        """Return a text column of the parts' buildings, None where missing."""
        values: npt.NDArray[np.object_] = self.house[name].to_numpy(dtype=object, copy=True)
        values[pd.isna(values)] = None
        return values

    def only_main(self, values: Reals) -> Reals:
        """Return, per parcel, the sum of a whole number over the buildings it holds mainly."""
        return total(self.parcel[self.main], values[self.main], self.n)

    def houses(self) -> npt.NDArray[np.bool_]:
        """Say which parts are a building's main part and no shed: what medians, gaps and patches are about."""
        return np.asarray(self.main & ~self.house["is_shed"].to_numpy(dtype=bool)) if self.given else self.main

    def sum_m2(self, values_m2: Reals) -> Reals:
        """Return, per parcel, the sum of an area of the buildings by share, to a thousandth of a square metre."""
        whole = np.rint(values_m2 * self.share * MILLI)
        return total(self.parcel, whole, self.n) / MILLI


def join_parts(measured: pd.DataFrame | None, pairs: pd.DataFrame | None, n: int) -> Parts:
    """Return the parts of `measured` buildings (buildings.measure_buildings) by `pairs` (overlay.share_buildings).

    None for both = no buildings layer: no parts, and nothing is known of any building.
    """
    if measured is None or pairs is None:
        nothing = np.zeros(0)
        rows = np.zeros(0, dtype=np.int64)
        weights = Weights(rows, nothing, nothing, n)
        return Parts(rows, pd.DataFrame(), nothing, np.zeros(0, dtype=bool), weights, n, given=False)
    ids = measured["building_id"].astype(str).to_numpy(dtype=object)[pairs["building"].to_numpy()]
    order = np.lexsort((ids.astype(str), pairs["parcel"].to_numpy()))
    pairs = pairs.take(order)
    house = measured.take(pairs["building"].to_numpy(dtype=np.int64)).reset_index(drop=True)
    parcel = pairs["parcel"].to_numpy(dtype=np.int64)
    share = pairs["share"].to_numpy(dtype=np.float64)
    foot, floor = house["foot_m2"].to_numpy(np.float64), house["floor_m2"].to_numpy(np.float64)
    known = np.isfinite(floor)
    lo = np.rint(np.where(known, floor, foot) * share * MILLI)
    shed = house["is_shed"].to_numpy(dtype=bool)
    hi = np.rint(np.where(known, floor, foot * np.where(shed, 1.0, MOST_FLOORS)) * share * MILLI)
    main = pairs["is_main"].to_numpy(dtype=bool)
    return Parts(parcel, house, share, main, Weights(parcel, lo, hi, n), n, given=True)


def years_of(parts: Parts) -> Interval:
    """Return the years each part's building can be from; an unknown end is open."""
    return between(parts.real("year_lo"), parts.real("year_hi"))


def built_by(years: Interval, limit: float) -> Interval:
    """Return 1 where built by the end of the year `limit`, 0 where later, 0 … 1 where the years do not say."""
    return Interval((years.hi <= limit).astype(np.float64), (years.lo <= limit).astype(np.float64))


def floors_to_climb(parts: Parts) -> Interval:
    """Return the storeys counted from the entrance floor (1 = ground); unknown storeys are open.

    On a slope the street door may lie on the third storey: what counts is the climb from there.
    """
    entry = np.nan_to_num(parts.real("entry_floor"), nan=1.0)
    climb = parts.real("floors") - np.maximum(entry - 1, 0)
    return exact(climb)
