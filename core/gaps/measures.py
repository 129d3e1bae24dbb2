# SPDX-License-Identifier: GPL-2.0-or-later
"""For each gap a measure: which building or what new, which floor, how large, who, when, for how much."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd
import shapely

from .. import frames, schema
from ..envelope import figure_value
from ..rounding import grouped
from ..run import Run
from ..words import say
from .gap import count_gaps
from .sites.hosts import is_hostable, is_one_per_circle
from .sites.propose import Proposal
from .standard import Kind
from .summary import Districts, districts_of_field, districts_of_layer, feasible_sizes
from .tables import tables_of
from .town import GapLayers, GapOptions

Reals = npt.NDArray[np.float64]
SMALL = 0.0005  # of a unit: below half a thousandth there is no gap
YUAN_A_WAN = 10_000
PRICES = {"convert": "fit_out", "new": "build", "ground": "yard"}  # items of a cost table by what is done
PHASES = {
    "convert": "measure_phase_near", "neighbour_site": "measure_phase_near", "new": "measure_phase_middle",
    "ground": "measure_phase_middle", "join_neighbour": "measure_phase_with",
}  # fmt: skip


def measures_table(
    sites: pd.DataFrame, served: pd.DataFrame, kinds: Sequence[Kind], districts: Districts,
    costs: Mapping[str, Any], run: Run,
) -> pd.DataFrame:  # fmt: skip
    """Return table measures: at least one row for each community and kind that lacks something.

    Parameters: `sites` table sites; `served` a row a parcel (in the parcels' order) and kind with `need`,
    `served_before`, `served_after`; `districts` of the parcels; `costs` a cost table (envelope kind costs).
    `action`: convert (a proposed room in a host that stands in the community) | new | ground (what is still lacking, in
    sizes that can be built; ground where the kind is no room) | join_neighbour (less than half the smallest size) |
    neighbour_site (rooms proposed elsewhere close the gap). `gap_before`, `gap_after` stand in the first row of a
    community and kind only, so that columns can be added. Costs in 万元: floor area × the table's range of unit prices.
    """
    prices = {item["id"]: figure_value(item["price"]) for item in costs["items"]}
    of_site = _districts_of(sites, districts)
    rows: list[dict[str, Any]] = []
    for step, kind in enumerate(kinds):
        run.progress(step / len(kinds))
        part = served[served["kind"] == kind.id]
        before, after = _gaps(part, districts)
        n, size = feasible_sizes(after, kind)
        here = (sites["kind"] == kind.id).to_numpy(dtype=bool, na_value=False)
        rooms: dict[int, list[dict[Any, Any]]] = {}
        for row, site in zip(of_site[here].tolist(), sites[here].to_dict("records")):
            rooms.setdefault(row, []).append(site)
        for row in np.flatnonzero((before > SMALL) | np.isin(np.arange(len(before)), of_site[here])).tolist():
            mine = sorted(rooms.get(row, ()), key=lambda site: site["rank"])
            found = [_converted(site) for site in mine]
            if after[row] > SMALL:
                found.append(_lacking(kind, after[row], n[row], size[row], run.language))
            elif not found:
                found.append({"action": "neighbour_site", "note": say("measure_neighbour_site", run.language)})
            place = {"community_id": districts.ids[row], "name": districts.names[row]}
            for number, entry in enumerate(found):
                gaps = {"gap_before": before[row], "gap_after": after[row]} if number == 0 else {}
                rows.append({**place, **gaps, **_common(kind, run.language), **entry, **_cost(entry, prices)})
    run.note("measures_found", n=len(rows))
    described = schema.table("measures")
    if not rows:
        return frames.empty(described)
    frame = pd.DataFrame(rows)
    frame.insert(0, "measure_id", [f"M{number:04d}" for number in range(1, len(rows) + 1)])
    frame["phase"] = [say(PHASES[action], run.language) for action in frame["action"]]
    frame["cost_id"] = costs["id"]
    return frames.conform(frame, described)


def measures_of(
    layers: GapLayers, proposal: Proposal, options: GapOptions, communities: pd.DataFrame | None,
    costs: Mapping[str, Any], run: Run,
) -> pd.DataFrame:  # fmt: skip
    """Return table measures of a proposal: by community, or of everything together without a layer of them.

    `options` with all kinds asked for: those that are no rooms in a building are counted here, sites do not help them.
    """
    kinds = tuple(options.kinds)
    hosted = set(proposal.covered["kind"])
    parts = [proposal.covered]
    others = [kind for kind in kinds if kind.id not in hosted]
    if others:
        counted = count_gaps(layers, options.of(others), run)
        detail = tables_of(layers.parcels, counted, "even", run).detail(run)
        sides = {f"served_{side}": detail["served"] for side in ("before", "after")}
        parts.append(detail[["parcel_id", "kind", "unit", "need"]].assign(**sides))
    run.check()
    served = pd.concat(parts, ignore_index=True)
    run.check()
    if communities is not None and len(communities):
        districts = districts_of_layer(communities, layers.parcels, layers.facilities, run)
    else:
        districts = districts_of_field(None, layers.parcels, layers.facilities, run)
    return measures_table(proposal.sites, served, kinds, districts, costs, run)


def _districts_of(sites: pd.DataFrame, districts: Districts) -> npt.NDArray[np.intp]:
    """Return the district that holds each host (the nearest one where none does)."""
    if not len(sites):
        return np.empty(0, dtype=np.intp)
    there = [row for row, shape in enumerate(districts.shapes) if shape is not None]
    tree = shapely.STRtree(districts.shapes[there])
    nearest = tree.nearest(shapely.point_on_surface(frames.geometries(sites)))
    found: npt.NDArray[np.intp] = np.asarray(there, dtype=np.intp)[nearest]
    return found


def _gaps(part: pd.DataFrame, districts: Districts) -> tuple[Reals, Reals]:
    """Return what each district lacks before and after, in thousandths that add up."""
    k, found = len(districts.ids), []
    for side in ("before", "after"):
        lacking = (part["need"] - part[f"served_{side}"]).fillna(0).to_numpy("float64")
        milli = np.rint(1000 * lacking).astype(np.int64)
        total = np.zeros(k, dtype=np.int64)
        np.add.at(total, districts.of_parcel, milli)
        found.append(total / 1000)
    return found[0], found[1]


def _common(kind: Kind, language: str) -> dict[str, Any]:
    lead = kind.lead[language] if kind.lead else None
    return {"kind": kind.id, "unit": kind.unit, "lead": lead, "standard_id": kind.standard_id}


def _converted(site: Mapping[str, Any]) -> dict[str, Any]:
    names = ("site_id", "candidate_id", "parcel_id", "floor_rule", "size", "m2", "served_more")
    return {"action": "convert", "n": 1, "note": site["why"], **{name: site[name] for name in names}}


def _lacking(kind: Kind, gap: float, n: float, size: float, language: str) -> dict[str, Any]:
    """Return what closes what is left: facilities of a feasible size, or a neighbour's."""
    if n < 1:
        return {"action": "join_neighbour", "note": say("measure_join", language, least=f"{kind.min_size:g}")}
    each = (kind.site_m2 if is_one_per_circle(kind) else size * (kind.m2_per_unit or np.nan)) or np.nan
    m2 = n * each
    action = "new" if is_hostable(kind) or kind.unit == "place" else "ground"
    note = say("measure_new", language, n=int(n), size=grouped(size, ".1f"), gap=grouped(gap, ".1f"))
    return {"action": action, "n": int(n), "size": size, "m2": m2, "note": note}


def _cost(entry: Mapping[str, Any], prices: Mapping[str, Sequence[float]]) -> dict[str, float]:
    price, m2 = prices.get(PRICES.get(str(entry["action"]), "")), entry.get("m2", np.nan)
    if price is None or np.isnan(m2):
        return {}
    written = np.round(m2, 1)  # as the table rounds
    low, high = (float(np.round(end * written / YUAN_A_WAN, 2)) for end in price)
    return {"cost_lo_wan": low, "cost_hi_wan": high}
