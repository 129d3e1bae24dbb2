# SPDX-License-Identifier: GPL-2.0-or-later
"""People counted from below: dwellings by floor area, households by occupancy; beside the zones' own totals."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd

from .. import frames, schema
from ..envelope import figure_value
from ..errors import RenewalError
from ..inputs import values
from ..run import Run

Reals = npt.NDArray[np.float64]
Places = npt.NDArray[np.intp]

TYPES = ("resid", "mixed", "homestead")
ODD_RATIO = 2.0  # own choice: total and estimate more than twofold apart ask for a look


@dataclass(frozen=True)
class Demography:
    """A standard's figures: `occupancy` share of dwellings lived in by type of home, `people_per_household`, m² of a
    dwelling in buildings until `old_until` and in later ones.
    """

    people_per_household: float
    occupancy: Mapping[str, float]
    old_dwelling_m2: float
    new_dwelling_m2: float
    old_until: int


def read_demography(standard: Mapping[str, Any]) -> Demography | None:
    """Return the demography of a standard, None when it has none. Raises RenewalError("standard_number_odd")."""
    block = standard.get("demography")
    if block is None:
        return None

    def number(key: str, figure: Mapping[str, Any], most: float = np.inf) -> float:
        """Return the number of a figure, above 0 and at most `most`."""
        value = figure_value(figure)
        if isinstance(value, bool) or not isinstance(value, (int, float)) or not 0 < value <= most:
            raise RenewalError("standard_number_odd", standard=standard["id"], key=f"demography.{key}", value=value)
        return float(value)

    occupancy = {entry["id"]: number(f"occupancy.{entry['id']}", entry["share"], 1.0) for entry in block["occupancy"]}
    return Demography(
        number("people_per_household", block["people_per_household"]), occupancy,
        number("old_dwelling_m2", block["old_dwelling_m2"]), number("new_dwelling_m2", block["new_dwelling_m2"]),
        int(number("old_until", block["old_until"])),
    )  # fmt: skip


def occupancies(
    measured: pd.DataFrame, stated: pd.Series, is_homestead: npt.NDArray[np.bool_], demography: Demography | None
) -> Reals:
    """Return the share of each building's dwellings that is lived in.

    `stated` (n,) the layer's own column, a share or per cent, is taken where it is there (`values.shares`); else the
    standard's share of the type: mixed, homestead (on 宅基地), resid; 1 without a standard.
    """
    own = values.shares(stated)
    use = measured["use"].to_numpy(dtype=object)
    kinds = np.where(is_homestead, "homestead", np.where(use == "mixed", "mixed", "resid"))
    share = np.array([demography.occupancy.get(kind, 1.0) if demography else 1.0 for kind in kinds], dtype=np.float64)
    return np.where((own >= 0) & (own <= 1), own, share)


def estimate_people(floor_m2: Reals, occupancy: Reals, years: tuple[Reals, Reals], demography: Demography) -> Reals:
    """Return people of each building: floor ÷ m² of a dwelling × occupancy × people of a household.

    `years` (first, last) of building; between the two ages or unknown the mean size of a dwelling is taken.
    """
    first, last = years
    between = (demography.old_dwelling_m2 + demography.new_dwelling_m2) / 2
    size = np.where(last <= demography.old_until, demography.old_dwelling_m2,
                    np.where(first > demography.old_until, demography.new_dwelling_m2, between))  # fmt: skip
    people: Reals = floor_m2 / size * occupancy * demography.people_per_household
    return people


def check_table(zones: pd.DataFrame, allocated: Reals, homes: tuple[Places, Reals, Reals], run: Run) -> pd.DataFrame:
    """Return table people_check: a row a zone, its total beside what was allocated and the estimate from below.

    `allocated` (z,) people given to buildings; `homes` zone, residential floor and estimated people (NaN = no standard)
    of each building. `ratio` = total ÷ estimate. `status` ok | NO_FLOOR | NO_PEOPLE_DATA | HIGH | LOW (the total is
    more than twice, less than half the estimate).
    """
    zone, floor, estimated = homes
    inside, n = zone >= 0, len(zones)
    zone = zone[inside]
    floor_m2 = np.bincount(zone, weights=floor[inside], minlength=n)
    homes_n = np.bincount(zone[floor[inside] > 0], minlength=n)
    estimate = np.bincount(zone, weights=estimated[inside], minlength=n)
    pop = zones["pop"].to_numpy("float64")
    nothing = np.full(n, np.nan)
    ratio = np.divide(pop, estimate, out=nothing.copy(), where=estimate > 0)
    conditions = [np.isnan(pop), (floor_m2 <= 0) & (pop > 0), ratio > ODD_RATIO, ratio < 1 / ODD_RATIO]
    frame = pd.DataFrame({
        "community_id": zones["community_id"], "name": zones["name"], "pop_year": zones["pop_year"], "pop": pop,
        "pop_allocated": np.where(np.isnan(pop), np.nan, allocated), "homes_n": homes_n, "resid_floor_m2": floor_m2,
        "m2_per_person": np.divide(floor_m2, pop, out=nothing.copy(), where=pop > 0), "pop_estimate": estimate,
        "ratio": ratio,
        "status": np.select(conditions, ["NO_PEOPLE_DATA", "NO_FLOOR", "HIGH", "LOW"], default="ok").astype(object),
    })  # fmt: skip
    _tell(frame, run)
    return frames.conform(frame, schema.table("people_check"))


def _tell(frame: pd.DataFrame, run: Run) -> None:
    """Say of which year the people are and how well they agree with the floor area."""
    years = sorted(set(frame["pop_year"].dropna().astype(str)))
    if years:
        run.note("people_year", years=years)
    if frame["pop_year"].isna().any():
        run.warn("people_year_untold", n=int(frame["pop_year"].isna().sum()))
    total, estimate = (float(np.nansum(frame[name].to_numpy("float64"))) for name in ("pop", "pop_estimate"))
    whole = total / estimate if estimate > 0 else float("nan")
    if np.isfinite(whole):
        run.note("people_estimate", people=round(total), estimate=round(estimate), ratio=f"{whole:.2f}")
        run.fact(people_estimate=round(estimate, 1), people_ratio=round(whole, 4))
    run.fact(people_years=years)
    odd = frame["status"].isin(["HIGH", "LOW"]).to_numpy()
    if odd.any():
        ids = frame["community_id"][odd].astype(str).tolist()
        run.warn("people_ratio_odd", n=len(ids), ids=ids[:10])
