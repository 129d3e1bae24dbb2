# SPDX-License-Identifier: GPL-2.0-or-later
"""People of zones (communities, grid cells) spread over residential floor area; the sums of each zone stay exact."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial

import numpy as np
import numpy.typing as npt
import pandas as pd
import shapely

from .. import frames, schema
from ..apportion import Whole, apportion
from ..errors import RenewalError
from ..inputs.buildings import measure_buildings
from ..inputs.landuse import classify, detect_scheme
from ..inputs.overlay import first_at, share_buildings
from ..run import Run
from ..slices import sliced
from .estimate import Demography, check_table, estimate_people, occupancies

Reals = npt.NDArray[np.float64]
Places = npt.NDArray[np.intp]

YOUNG = ("pop_0_2", "pop_3_5", "pop_6_14")
ELDERS = ("pop_60", "pop_65", "pop_80")  # each holds the next
BANDS = (*YOUNG, *ELDERS)
COUNTS = ("pop", *BANDS, "households")
HOMESTEAD = "homestead"
HOUSING = ("resid", HOMESTEAD)  # classes of resources/landuse/crosswalk.json
OLD_UNTIL = 2000  # 2000年底前: 国办发〔2020〕23号
MILLI = 1000
MANY_PEOPLE = 500.0  # own choice
ZONES_OVERLAP = 0.05  # own choice: of the smaller zone; less is a badly drawn edge


@dataclass(frozen=True)
class PeopleOptions:
    """`old_uplift`: how many times likelier an elder lives in a building of 2000 or older (1.3 is a heuristic);
    `whole`: whole people instead of thousandths; `demography`: a standard's figures for empty dwellings and for the
    estimate from below, None = all dwellings are lived in alike and nothing is estimated.
    """

    old_uplift: float = 1.0
    whole: bool = False
    demography: Demography | None = None


@dataclass(frozen=True, eq=False)
class People:
    """Tables parcel_people, building_people and, a row a zone, people_check (resources/tables/people.json).

    NULL = the zone has no such figure.
    """

    parcels: pd.DataFrame
    buildings: pd.DataFrame
    check: pd.DataFrame


@dataclass(frozen=True, eq=False)
class _Homes:
    """Where people can live, ordered by id: weight in dm² of occupied residential floor, its zone and parcel (row, -1
    none); `estimate` people from below, NaN without a standard.
    """

    table: pd.DataFrame
    weight: Whole
    zone: Places
    parcel: Places
    old: npt.NDArray[np.bool_]
    estimate: Reals


def allocate(
    population: pd.DataFrame, parcels: pd.DataFrame, buildings: pd.DataFrame | None, options: PeopleOptions, run: Run
) -> People:
    """Spread each zone's people over its residential floor area: people_b = people_z × floor_b·k_b ÷ Σ floor·k.

    Parameters: `population` with `community_id`, `pop`, `geometry` and, where there, name, pop_year, pop_0_2 … pop_80,
    households; `parcels` with `parcel_id`, `geometry`; `buildings` as role BUILDINGS, None or empty = people go to
    parcels by area, where land use is known to those of housing only. k_b is the share of dwellings lived in: the
    building's own `occupancy`, else the standard's by type.
    A building lives in the zone that holds its inside point and on the parcel that holds most of it. Whole thousandths
    (or people) by largest remainders, ties by id; disjoint ages are spread and added, so that everywhere
    pop_80 ≤ pop_65 ≤ pop_60 ≤ pop. Listed: zones without residential floor (`zone_without_floor`), ages above the total
    (`people_ages_exceed`), an age above the one that holds it (`people_ages_unordered`), negative counts
    (`people_negative`, taken as unknown), zones without a number of people (`zone_people_unknown`), residential
    buildings in no zone; told: people whose homes are on no parcel (`homes_off_parcels`).
    Source: domain practice, dasymetric by floor area (Cracow: error 22 % against 311 % by area).
    """
    if buildings is not None and not len(buildings):  # a filter, a wrong layer: it says nothing of where people live
        run.warn("buildings_layer_empty")
        buildings = None
    zones = _clean_zones(population, run)
    homes = _homes(zones, parcels, buildings, options.demography, run)
    unit = 1 if options.whole else MILLI
    run.progress(0.6)
    counts = _spread(zones, homes, options.old_uplift, unit, run)
    people = {name: _as_real(counts[name], homes.zone, zones[name], unit) for name in COUNTS}
    _tell_lost(zones, homes, people["pop"], run)
    run.progress(0.9)
    here = homes.zone >= 0
    given = np.bincount(homes.zone[here], weights=counts["pop"][here], minlength=len(zones)) / unit
    floor = homes.table["resid_floor_m2"].to_numpy("float64")
    check = check_table(zones, given, (homes.zone, floor, homes.estimate), run)
    return People(_by_parcel(parcels, homes, people), _by_building(parcels, homes, people), check)


def _clean_zones(population: pd.DataFrame, run: Run) -> pd.DataFrame:
    table = population.sort_values("community_id", ignore_index=True)
    zones = table[["community_id", frames.GEOMETRY]].copy()
    ids = zones["community_id"].to_numpy(dtype=object)
    for name in COUNTS:
        numbers = frames.reals(table, name).copy()
        run.leave_out("POPULATION", ids[numbers < 0], "people_negative", "warning", column=name)
        if name == "pop":
            run.leave_out("POPULATION", ids[np.isnan(numbers)], "zone_people_unknown", "warning")
        numbers[numbers < 0] = np.nan
        zones[name] = numbers
    for name in ("name", "pop_year"):
        zones[name] = frames.optional(table, name)
    _tell_overlaps(zones, run)
    _tell_shares(zones, run)
    return zones


def _tell_shares(zones: pd.DataFrame, run: Run) -> None:
    """Say of an age band that its numbers look like per cent or shares: at most 100, not whole, in zones of many."""
    pop = zones["pop"].to_numpy("float64")
    for name in BANDS:
        there = ~np.isnan(zones[name].to_numpy("float64")) & (pop >= MANY_PEOPLE)
        numbers = zones[name].to_numpy("float64")[there]
        if len(numbers) and numbers.max() <= 100 and bool((numbers != np.rint(numbers)).any()):
            run.warn("ages_like_shares", column=name, most=f"{numbers.max():g}", n=len(numbers))


def _tell_overlaps(zones: pd.DataFrame, run: Run) -> None:
    """List zones that lie over another one by more than a badly drawn edge: their people may be counted twice.

    A layer of streets and communities together does that; the home goes to the zone with the lowest id.
    """
    shapes, ids = frames.geometries(zones), zones["community_id"].to_numpy(dtype=object)
    first, second = shapely.STRtree(shapes).query(shapes, predicate="intersects")
    first, second = first[first < second], second[first < second]
    run.check()
    area = shapely.area(shapes)
    inside = ~shapely.touches(shapes[first], shapes[second])
    first, second = first[inside], second[inside]
    shared = shapely.area(shapely.intersection(shapes[first], shapes[second]))
    share = shared / np.maximum(np.minimum(area[first], area[second]), 1e-9)
    for row in np.flatnonzero(share > ZONES_OVERLAP):
        other, percent = str(ids[second[row]]), round(100 * float(share[row]))
        run.leave_out("POPULATION", [str(ids[first[row]])], "zones_overlap", "warning", other=other, percent=percent)


def _homes(
    zones: pd.DataFrame, parcels: pd.DataFrame, buildings: pd.DataFrame | None, demography: Demography | None, run: Run
) -> _Homes:
    if buildings is None:
        table = parcels.rename(columns={"parcel_id": "building_id"})[["building_id", frames.GEOMETRY]]
        table = table.assign(resid_floor_m2=shapely.area(frames.geometries(table)), year_hi=np.nan)
        parcel: Places = np.arange(len(parcels))
        lived_in, estimate = np.ones(len(table)), np.full(len(table), np.nan)  # land says nothing about dwellings
    else:
        table = measure_buildings(buildings, run)
        shares = share_buildings(table, parcels, run.part(0, 0.5))
        main = shares[shares["is_main"]]
        parcel = np.full(len(table), -1, dtype=np.intp)
        parcel[main["building"].to_numpy()] = main["parcel"].to_numpy()
        run.check()
        land = _land_class(parcels, run)[parcel]
        housing = np.where(pd.isna(land), np.nan, np.isin(land.astype(str), HOUSING))
        table["resid_floor_m2"] = _residential_floor(table, housing, run)
        run.check()
        lived_in = occupancies(table, frames.optional(buildings, "occupancy"), land == HOMESTEAD, demography)
        estimate = _estimate(table, lived_in, demography)
    run.check()
    order = np.argsort(table["building_id"].astype(str).to_numpy(), kind="stable")
    table, parcel = table.iloc[order].reset_index(drop=True), parcel[order]
    inside = sliced(shapely.point_on_surface, frames.geometries(table), run=run)
    run.check()
    zone = first_at(inside, frames.geometries(zones))  # the lowest community_id where zones overlap
    if buildings is None:
        table["resid_floor_m2"] = _lived_on(table, zone, _land_class(parcels, run)[:-1][order], run)
    weight = np.rint(table["resid_floor_m2"].to_numpy("float64") * lived_in[order] * 100).astype(np.int64)
    lost = (zone < 0) & (weight > 0)
    layer = "PARCELS" if buildings is None else "BUILDINGS"
    run.leave_out(layer, table["building_id"].to_numpy(dtype=object)[lost], "home_in_no_zone", "warning")
    old = table["year_hi"].to_numpy("float64") <= OLD_UNTIL
    return _Homes(table, weight, zone, parcel, old, estimate[order])


def _lived_on(table: pd.DataFrame, zone: Places, land: npt.NDArray[np.object_], run: Run) -> Reals:
    """Return the m² of each parcel that count as lived on: none where the land use tells of something else than housing
    (class `land`, None unknown), unless a zone has no other land.
    """
    area = table["resid_floor_m2"].to_numpy("float64")
    lived = np.where(~pd.isna(land) & ~np.isin(land.astype(str), HOUSING), 0.0, area)
    here = np.flatnonzero(zone >= 0)
    left = np.bincount(zone[here], weights=lived[here], minlength=1)
    alone = here[left[zone[here]] <= 0]
    lived[alone] = area[alone]
    run.warn("people_by_area", n=int((lived > 0).sum()), other=int((lived <= 0).sum()))
    return lived


def _estimate(measured: pd.DataFrame, lived_in: Reals, demography: Demography | None) -> Reals:
    if demography is None:
        return np.full(len(measured), np.nan)
    years = measured["year_lo"].to_numpy("float64"), measured["year_hi"].to_numpy("float64")
    return estimate_people(measured["resid_floor_m2"].to_numpy("float64"), lived_in, years, demography)


def _land_class(parcels: pd.DataFrame, run: Run) -> npt.NDArray[np.object_]:
    """Return (parcels + 1,) the class of land from land-use codes, None unknown; the last one for no parcel."""
    found = np.full(len(parcels) + 1, None, dtype=object)
    codes = frames.optional(parcels, "land_use")
    if codes.notna().any():
        try:
            scheme = detect_scheme(codes, bool(frames.optional(parcels, "czcsxm").notna().any()))
        except RenewalError as unclear:  # tagging asks which scheme it is; here the codes are merely not used
            run.warn(unclear.code, **unclear.values)
            return found
        classes = classify(codes, scheme, run)
        known = ~pd.isna(classes)
        found[:-1][known] = classes[known].astype(str)
    return found


def _residential_floor(measured: pd.DataFrame, housing_land: Reals, run: Run) -> Reals:
    """Return the residential floor area of each building; what is unknown is taken from its like, and counted.

    A building whose use nobody tells is a home on housing land (`housing_land` 1 | 0 | NaN by building), none on other
    land, and a home where the land use is unknown as well.
    """
    share = measured["resid_share"].to_numpy("float64")
    untold = np.isnan(share) & ~measured["is_shed"].to_numpy()
    share = np.where(untold, np.nan_to_num(housing_land, nan=1.0), np.nan_to_num(share))
    share[measured["is_shed"].to_numpy(dtype=bool)] = 0.0
    floor = measured["floor_m2"].to_numpy("float64").copy()
    unknown = np.isnan(floor) & (share > 0)
    storeys = measured["floors"].to_numpy("float64")[(share > 0) & ~np.isnan(measured["floors"])]
    typical = float(np.median(storeys)) if len(storeys) else 1.0
    floor[unknown] = measured["foot_m2"].to_numpy("float64")[unknown] * typical
    if untold.any():
        blind, counted = untold & np.isnan(housing_land), untold & (share > 0)
        run.warn("use_untold_as_homes", n=int(untold.sum()), homes=int(counted.sum()), blind=int(blind.sum()))
    if unknown.any():
        run.warn("storeys_assumed", n=int(unknown.sum()), storeys=typical)
    run.fact(use_untold_n=int(untold.sum()), storeys_assumed_n=int(unknown.sum()))
    homes: Reals = np.nan_to_num(floor) * share
    return homes


def _spread(zones: pd.DataFrame, homes: _Homes, uplift: float, unit: int, run: Run) -> dict[str, Whole]:
    """Return whole units of each count per home (0 where unknown; unknown is put back afterwards)."""
    here = homes.zone >= 0
    zone, weight = homes.zone[here], homes.weight[here].astype(np.float64)
    elder_weight = np.where(homes.old[here], weight * uplift, weight)
    totals = {name: np.rint(np.nan_to_num(zones[name].to_numpy("float64")) * unit).astype(np.int64) for name in COUNTS}
    found: dict[str, Whole] = {name: np.zeros(len(homes.zone), dtype=np.int64) for name in COUNTS}

    def share(total: Whole, by: Reals) -> Whole:
        """Return the homes' shares of each zone's total."""
        run.check()
        return apportion(total, by, zone)

    young = {name: share(totals[name], weight) for name in YOUNG}
    old_ages, taken_by_old, odd = _spread_elders(zones, totals, zone, partial(share, by=elder_weight))
    for name, whole in old_ages.items():
        found[name][here] = whole
    elders = old_ages[ELDERS[0]]
    rest_total = totals["pop"] - sum(totals[name] for name in YOUNG) - taken_by_old
    many = (rest_total < 0) & zones["pop"].notna().to_numpy(dtype=bool)
    aimed = totals["pop"][zone] * weight / np.maximum(np.bincount(zone, weights=weight, minlength=len(zones)), 1)[zone]
    taken = sum(young.values()) + elders
    rest = share(np.maximum(rest_total, 0), np.maximum(aimed - taken, 1e-9 * weight))
    alone = share(totals["pop"], weight)  # where ages exceed the total, each figure stands on its own
    found["pop"][here] = np.where((odd | many)[zone], alone, taken + rest)
    for name in YOUNG:
        found[name][here] = young[name]
    found["households"][here] = share(totals["households"], weight)
    ids = zones["community_id"].to_numpy(dtype=object)
    run.leave_out("POPULATION", ids[odd], "people_ages_unordered", "warning")
    run.leave_out("POPULATION", ids[many & ~odd], "people_ages_exceed", "warning", column="0–14 + 60+")
    return found


def _spread_elders(
    zones: pd.DataFrame, totals: dict[str, Whole], zone: Places, share: Callable[[Whole], Whole]
) -> tuple[dict[str, Whole], Whole, npt.NDArray[np.bool_]]:
    """Return whole units of each age of elders per home, of all elders per zone, and where the ages do not fit.

    Ages that hold one another are spread ring by ring (60–64, 65–79, 80 and over), each zone by the ages it has: one
    that knows 60 and 80 has the ring 60–79. Where an age is above the one that holds it, each is spread on its own.
    """
    n = len(zones)
    elders: Whole = np.zeros(len(zone), dtype=np.int64)
    inner, odd = np.zeros(n, dtype=np.int64), np.zeros(n, dtype=bool)
    found = {}
    for name in reversed(ELDERS):
        known = zones[name].notna().to_numpy(dtype=bool)
        ring = np.where(known, totals[name] - inner, 0)
        odd |= ring < 0
        elders = elders + share(np.maximum(ring, 0))
        found[name] = elders
        inner = np.where(known, totals[name], inner)
    alone = {name: share(totals[name]) for name in ELDERS} if odd.any() else found
    return {name: np.where(odd[zone], alone[name], found[name]) for name in ELDERS}, inner, odd


def _tell_lost(zones: pd.DataFrame, homes: _Homes, people: Reals, run: Run) -> None:
    """Name the zones whose people found no residential floor, and say whose home is on no parcel. `people` by home."""
    here = homes.zone >= 0
    floor = np.bincount(homes.zone[here], weights=homes.weight[here], minlength=len(zones))
    pop = zones["pop"].to_numpy("float64")
    for row in np.flatnonzero((floor <= 0) & (pop > 0)):
        lost = round(float(pop[row]), 1)
        run.leave_out("POPULATION", [zones["community_id"][row]], "zone_without_floor", "error", people=lost)
    off = here & (homes.parcel < 0) & (homes.weight > 0)
    if off.any():
        run.warn("homes_off_parcels", n=int(off.sum()), people=round(float(np.nansum(people[off])), 1))
    run.fact(
        people_in=float(np.nansum(pop)), people_without_floor=float(np.nansum(pop[floor <= 0])),
        homes_off_parcels_n=int(off.sum()),
    )  # fmt: skip


def _as_real(whole: Whole, zone: Places, totals: pd.Series, unit: int) -> Reals:
    """Return people; NaN where the home's zone has no such figure or the home lies in no zone."""
    known = np.append(totals.notna().to_numpy(), False)[zone]
    return np.where(known, whole / unit, np.nan)


def _by_building(parcels: pd.DataFrame, homes: _Homes, people: dict[str, Reals]) -> pd.DataFrame:
    ids = np.array([*parcels["parcel_id"], None], dtype=object)  # the last one for -1: on no parcel
    frame = pd.DataFrame({
        "building_id": homes.table["building_id"], "parcel_id": frames.texts(ids[homes.parcel]),
        "resid_floor_m2": homes.table["resid_floor_m2"], **people, frames.GEOMETRY: frames.geometries(homes.table),
    })  # fmt: skip
    return frames.conform(frame, schema.table("building_people"))


def _by_parcel(parcels: pd.DataFrame, homes: _Homes, people: dict[str, Reals]) -> pd.DataFrame:
    """Sum buildings by parcel: 0 where nobody lives, NaN where no home with floor has a figure.

    Where some have one, they are the parcel's: parcels add up to their zones (facilitygap lists the others).
    """
    frame = parcels[["parcel_id", frames.GEOMETRY]].copy()
    on = homes.parcel >= 0
    for name, values in people.items():
        known = on & ~np.isnan(values)
        total = np.bincount(homes.parcel[known], weights=values[known], minlength=len(parcels))
        unknown = on & np.isnan(values) & (homes.weight > 0)
        told = np.bincount(homes.parcel[known & (homes.weight > 0)], minlength=len(parcels)) > 0
        blank = (np.bincount(homes.parcel[unknown], minlength=len(parcels)) > 0) & ~told
        frame[name] = np.where(blank, np.nan, total)
    return frames.conform(frame, schema.table("parcel_people"))
