# SPDX-License-Identifier: GPL-2.0-or-later
"""Supply: which facility offers how much of which kind. Only what exists and runs supplies."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import numpy as np
import numpy.typing as npt
import pandas as pd

from .. import frames
from ..inputs import values
from ..inputs.aliases import roles
from ..inputs.ids import owners_of_place
from ..run import LeftOut, Run
from ..words import LANGUAGES, unit_words
from .standard import Kind

Objects = npt.NDArray[np.object_]

EXISTING = "现状"
PLANNED = ("在建", "规划")  # supply of a scenario only
CLOSED = "停用"
NO_CAPACITY = "NO_CAPACITY"  # counts for reach, not for supply
MOST_CAPACITY = 1e9  # own choice: in m² the largest city of the country; more is a slip of the pen


def list_supply(
    facilities: pd.DataFrame, capacities: pd.DataFrame | None, kinds: Sequence[Kind], run: Run, planned: bool = False
) -> pd.DataFrame:
    """Return one row per facility and kind it offers, sorted by kind (as given), facility_id: existing facilities only,
    with `planned` also those that are being built or planned.

    Parameters: `facilities` with `facility_id`, `kind` and, where there, `capacity`, `unit`, `floor_area`, `status`;
    `capacities` (facility_id, kind, capacity, unit, floor_area) where one facility holds several kinds: its rows then
    stand for that facility.
    Columns: `facility` (row of `facilities`), `facility_id`, `kind`, `capacity` (NaN = unknown, listed
    `capacity_unknown`), `floor_m2` (NaN unknown), `capacity_from` given | area | design | "".
    Capacity = given in the kind's unit, else floor(area ÷ m2_per_unit), else the standard's design capacity, else
    unknown. A number in another unit is not used (`capacity_unit_odd`), but m² of a kind counted one per circle are
    its floor area. Status missing = 现状. Of two capacities of one facility and kind the smaller counts, whatever the
    order of rows (`capacity_twice`). What an earlier call of the run has listed is not listed again.
    """
    own = replace(run, left_out=[])
    supply = _list_supply(facilities, capacities, kinds, own, planned)
    told = {_said(row) for row in run.left_out}  # a step counts several times, for kinds, hosts and measures
    run.left_out.extend(row for row in own.left_out if _said(row) not in told)
    return supply


def _said(row: LeftOut) -> tuple[object, ...]:
    """Return what a row of LEFT_OUT says, to be compared."""
    return row.layer, row.feature_id, row.code, row.severity, row.n, repr(sorted(row.values.items()))


def _list_supply(
    facilities: pd.DataFrame, capacities: pd.DataFrame | None, kinds: Sequence[Kind], run: Run, planned: bool
) -> pd.DataFrame:
    rows = _offers(facilities, capacities, (EXISTING, *PLANNED) if planned else (EXISTING,), kinds, run)
    by_id = {kind.id: kind for kind in kinds}
    rows = rows[rows["kind"].isin(by_id)]
    order = {kind.id: number for number, kind in enumerate(kinds)}
    rows = rows.assign(_order=rows["kind"].map(order)).sort_values(["_order", "facility_id"], ignore_index=True)
    found = []
    for kind in kinds:
        run.check()
        found.append(_capacity(kind, rows[rows["kind"] == kind.id], run))
    supply: pd.DataFrame = pd.concat(found, ignore_index=True).drop(columns=["_order", "unit"])
    return supply


def _drop_impossible(table: pd.DataFrame, layer: str, run: Run) -> None:
    """List capacities below 0 and above MOST_CAPACITY and take them as missing; `table` is the caller's own.

    A facility's own 0 is missing, too: what runs has some. In the table of capacities it may say that it has none.
    """
    size = table["capacity"].to_numpy("float64")
    if layer == "FACILITIES":
        run.leave_out(layer, table["facility_id"][size == 0], "capacity_zero", "warning")
        size = np.where(size == 0, np.nan, size)
        table["capacity"] = size
    run.leave_out(layer, table["facility_id"][size < 0], "capacity_negative", "warning")
    run.leave_out(
        layer, table["facility_id"][size > MOST_CAPACITY], "capacity_impossible", "warning", most=MOST_CAPACITY
    )
    table.loc[(size < 0) | (size > MOST_CAPACITY), "capacity"] = np.nan


def _offers(
    facilities: pd.DataFrame,
    capacities: pd.DataFrame | None,
    statuses: tuple[str, ...],
    kinds: Sequence[Kind],
    run: Run,
) -> pd.DataFrame:
    """Return facility × kind as it is stated: from the capacities table, else from the facility itself."""
    own = pd.DataFrame({
        "facility": np.arange(len(facilities)), "facility_id": facilities["facility_id"].to_numpy(dtype=object),
        "kind": frames.optional(facilities, "kind").to_numpy(dtype=object),
        "capacity": values.numbers(frames.optional(facilities, "capacity", "real")),
        "unit": frames.optional(facilities, "unit").to_numpy(dtype=object),
        "floor_m2": values.numbers(frames.optional(facilities, "floor_area", "real")),
    })  # fmt: skip
    told = frames.optional(facilities, "status")
    status = told.fillna(EXISTING).to_numpy(dtype=object)
    counts = np.isin(status.astype(str), statuses)
    run.fact(facilities_not_existing_n=int((status != EXISTING).sum()), facilities_not_counted_n=int((~counts).sum()))
    sized = own["capacity"].notna() & own["unit"].isna()
    if sized.any() and all(message.code != "capacity_units_untold" for message in run.messages):
        run.note("capacity_units_untold", n=int(sized.sum()))
    if told.isna().any() and all(message.code != "facility_status_untold" for message in run.messages):
        run.note("facility_status_untold", n=int(told.isna().sum()))
    _drop_impossible(own, "FACILITIES", run)
    places = owners_of_place(facilities, "facility_id")
    if capacities is not None and len(capacities):
        row_of = dict(zip(own["facility_id"], own["facility"]))
        stated = pd.DataFrame({
            "facility": [row_of.get(item, -1) for item in capacities["facility_id"]],
            "facility_id": capacities["facility_id"].to_numpy(dtype=object),
            "kind": frames.optional(capacities, "kind").to_numpy(dtype=object),
            "capacity": values.numbers(frames.optional(capacities, "capacity", "real")),
            "unit": frames.optional(capacities, "unit").to_numpy(dtype=object),
            "floor_m2": values.numbers(frames.optional(capacities, "floor_area", "real")),
        })  # fmt: skip
        _drop_impossible(stated, "CAPACITIES", run)
        nobody = stated["facility"] < 0
        run.leave_out("CAPACITIES", stated["facility_id"][nobody], "capacity_of_nobody", "warning")
        stated = stated[~nobody].sort_values(["facility_id", "kind", "capacity", "floor_m2", "unit"], kind="stable")
        said = set(zip(stated["facility"], stated["kind"]))  # also for another row of the facility, with a marked id
        again = own["facility"].isin(stated["facility"]).to_numpy()
        again |= np.array([told in said for told in zip(places, own["kind"])], dtype=bool)
        own = pd.concat([own[~again], stated], ignore_index=True)
    _tell_words(own, status, kinds, run)
    _tell_not_existing(own, np.where(counts, "", status), kinds, run)
    own = own[counts[own["facility"].to_numpy(dtype=np.intp)]]
    own = own.assign(_place=places[own["facility"].to_numpy(dtype=np.intp)])
    own = own.sort_values(["_place", "kind", "capacity", "floor_m2", "unit", "facility_id"], kind="stable")
    twice = own.duplicated(["_place", "kind"], keep="first") & own["kind"].notna()
    by_table = own.duplicated(["facility", "kind"], keep="first")
    for layer, rows in (("CAPACITIES", twice & by_table), ("FACILITIES", twice & ~by_table)):
        run.leave_out(layer, own["facility_id"][rows], "capacity_twice", "warning")
    once: pd.DataFrame = own[~twice].drop(columns="_place")
    return once


def _tell_words(offers: pd.DataFrame, status: Objects, kinds: Sequence[Kind], run: Run) -> None:
    """List what is not counted because nobody knows the word: the status of a facility, the kind of an offer.

    A kind of another standard is known: it may not be looked for, which is no fault of the layer.
    """
    columns = roles()["FACILITIES"].columns
    known = {name: set(columns[name].values.values()) for name in ("kind", "status")}
    known["kind"] |= {kind.id for kind in kinds}  # an own standard may have kinds of its own
    state = status[offers["facility"].to_numpy(dtype=np.intp)]
    kind = offers["kind"].to_numpy(dtype=object)
    for name, words, code in (("status", state, "facility_status_unknown"), ("kind", kind, "facility_kind_unknown")):
        told = pd.Series(words, dtype=object)
        odd = ~told.isin(known[name]).to_numpy()
        for word, rows in sorted(told[odd].fillna("").groupby(told[odd].fillna("")).groups.items()):
            ids = offers["facility_id"].iloc[rows].drop_duplicates()
            if name == "kind" and not str(word).strip():
                run.leave_out("FACILITIES", sorted(ids), "facility_kind_missing")
            else:
                run.leave_out("FACILITIES", sorted(ids), code, word=str(word))


def _tell_not_existing(offers: pd.DataFrame, status: Objects, kinds: Sequence[Kind], run: Run) -> None:
    """List offers of the kinds that do not count, because by their `status` ("" where they count) they do not run."""
    state = pd.Series(status[offers["facility"].to_numpy(dtype=np.intp)], index=offers.index)
    wanted = offers["kind"].isin({kind.id for kind in kinds}) & state.isin({*PLANNED, CLOSED})
    for word, rows in offers[wanted].groupby(state[wanted]):
        ids = rows["facility_id"].drop_duplicates()
        run.leave_out("FACILITIES", sorted(ids), "facility_not_existing", "info", word=str(word))


def _capacity(kind: Kind, rows: pd.DataFrame, run: Run) -> pd.DataFrame:
    given, unit = rows["capacity"].to_numpy("float64"), rows["unit"].fillna("").to_numpy(dtype=object)
    area = rows["floor_m2"].to_numpy("float64")
    area = np.where(area > 0, area, np.nan)
    small = (unit == "") & (given < kind.min_size)  # 550 "people" of a station for thousands are its square metres
    as_area = ((unit == "m2") & (kind.unit != "m2")) | (small & (kind.unit == "people"))  # its size is its floor area
    as_area &= ~np.isnan(given)
    # a day centre of "30" and 600 m² has thirty of something else: only its area is a size that such a place has
    in_doubt = (unit == "") & (kind.unit == "m2") & (given < kind.min_size) & (area >= kind.min_size)
    run.leave_out("FACILITIES", rows["facility_id"][in_doubt], "capacity_not_area", "warning", least=kind.min_size)
    given = np.where(in_doubt, np.nan, given)
    heads = (unit == "people") & (kind.unit == "place") & ~np.isnan(given)  # a place is one child's or pupil's
    run.leave_out("FACILITIES", rows["facility_id"][heads], "capacity_as_places", "info")
    unit = np.where(heads, kind.unit, unit)
    run.leave_out("FACILITIES", rows["facility_id"][as_area & (unit == "")], "capacity_as_area", "warning")
    area, given = np.where(as_area & np.isnan(area), given, area), np.where(as_area, np.nan, given)
    other_unit = (unit != "") & (unit != kind.unit) & ~np.isnan(given)
    said = {language: unit_words(kind.unit, language) for language in LANGUAGES}
    run.leave_out("FACILITIES", rows["facility_id"][other_unit], "capacity_unit_odd", "warning", unit=said)
    given = np.where(other_unit, np.nan, given)
    nothing = np.full(len(rows), np.nan)
    from_area = np.floor(area / kind.m2_per_unit + 1e-9) if kind.m2_per_unit else nothing
    if kind.unit == "m2":  # the capacity of such a kind is its floor area
        area = np.where(np.isnan(area), given, area)
    design = np.full(len(rows), kind.design_capacity if kind.design_capacity else np.nan)
    capacity = np.where(~np.isnan(given), given, np.where(~np.isnan(from_area), from_area, design))
    source = np.where(~np.isnan(given), "given", np.where(~np.isnan(from_area), "area", "design")).astype(object)
    source[np.isnan(capacity)] = ""
    run.leave_out(
        "FACILITIES",
        rows["facility_id"][np.isnan(capacity)],
        "capacity_unknown",
        "warning",
        kind=kind.title[run.language],
    )
    counted: pd.DataFrame = rows.assign(capacity=capacity, capacity_from=source, floor_m2=area)
    return counted
