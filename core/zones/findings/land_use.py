# SPDX-License-Identifier: GPL-2.0-or-later
"""现状 and 规划 land use of each zone, in the national names and with colours; both add up to the zone's outline."""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd
import shapely

from ... import frames, schema
from ...inputs.checks import find_overlaps
from ...inputs.landclasses import NOW, PLAN, STAGES, national, read_classes
from ...rounding import rounded
from ...run import Run
from ...words import pick, say
from .overlay import measure_pairs
from .rules import CheckInputs

SMALL_M2 = 0.5  # own choice: a remainder below half a square metre is rounding
DISPUTED = "?"  # ground of several planned uses
Objects = npt.NDArray[np.object_]


def land_use_table(inputs: CheckInputs, members: pd.DataFrame, run: Run) -> pd.DataFrame:
    """Return table `land_use`: a row per zone, stage (now | plan) and class.

    now: areas of the member parcels by their code, and the streets between them (what the outline holds besides);
    plan: the parts of the plan's polygons in the outline, each spot once (where they differ, in a row of its own), and
    what no polygon covers. `share` of the outline's area.
    Codes that cannot be read in one scheme, or are missing, stand in a row of their own.
    """
    zones = inputs.zones.sort_values("zone_id", kind="stable").reset_index(drop=True)
    zone_ids = zones["zone_id"].astype(str).tolist()
    outlines = frames.geometries(zones)
    rows: list[dict[str, Any]] = []
    land = _now(inputs, members, zone_ids, run)
    plan = _planned(inputs, outlines, run)
    for place, zone in enumerate(zone_ids):
        whole = float(shapely.area(outlines[place]))
        rows += _rows(zone, NOW, land[place], whole, "land_use_streets", run.language)
        if inputs.plan is not None:
            rows += _rows(zone, PLAN, plan[place], whole, "land_use_uncovered", run.language)
    table = schema.table("land_use")
    return frames.conform(pd.DataFrame(rows, columns=table.names()), table)


def _now(inputs: CheckInputs, members: pd.DataFrame, zones: list[str], run: Run) -> list[dict[str, float]]:
    """Return {class: m²} of the member parcels of each zone."""
    parcels = inputs.parcels
    kinds = _classes(parcels, inputs.land_use_scheme, "PARCELS", run)
    area = shapely.area(frames.geometries(parcels))
    row_of = {name: row for row, name in enumerate(parcels["parcel_id"].astype(str))}
    found: list[dict[str, float]] = [{} for _ in zones]
    place = {zone: number for number, zone in enumerate(zones)}
    for zone, parcel in zip(members["zone_id"].astype(str), members["parcel_id"].astype(str)):
        row = row_of[parcel]
        own = found[place[zone]]
        own[kinds[row]] = own.get(kinds[row], 0.0) + float(area[row])
    return found


def _planned(inputs: CheckInputs, outlines: npt.NDArray[Any], run: Run) -> list[dict[str, float]]:
    """Return {class: m²} of the plan inside each outline, each spot once; what differs on one spot is DISPUTED."""
    found: list[dict[str, float]] = [{} for _ in outlines]
    if inputs.plan is None:
        return found
    kinds = _classes(inputs.plan, inputs.land_use_scheme, "PLAN", run)
    shapes = frames.geometries(inputs.plan)
    piece, zone, common = measure_pairs(shapes, outlines, run)
    for row, place, m2 in zip(piece.tolist(), zone.tolist(), common.tolist()):
        found[place][kinds[row]] = found[place].get(kinds[row], 0.0) + m2
    near = np.unique(piece)
    pairs = find_overlaps(shapes[near], Run(is_cancelled=run.is_cancelled))
    doubled = np.zeros(len(shapes), dtype=bool)
    doubled[near[[row for pair in pairs for row in pair[:2]]]] = True
    twice = {}
    for place in np.unique(zone[doubled[piece]]).tolist():
        run.check()
        rows = piece[zone == place]
        once = _each_once(shapes[rows], [kinds[row] for row in rows], outlines[place])
        twice[place] = sum(found[place].values()) - sum(once.values())
        found[place] = once
    told = [m2 for m2 in twice.values() if m2 > SMALL_M2]
    if told:
        run.warn("plan_overlaps", n=len(told), area=f"{rounded(sum(told) / 1e4, 2):.2f}")
    return found


def _each_once(shapes: Objects, kinds: list[str], outline: Any) -> dict[str, float]:
    """Return {class: m²} of polygons that lie on each other inside an outline; a use that is known goes before none."""
    parts, told = shapely.intersection(shapes, outline), np.array(kinds, dtype=object)
    covers = {kind: shapely.union_all(parts[told == kind]) for kind in sorted(set(kinds))}
    unknown = covers.pop("", shapely.Polygon())
    whole = shapely.union_all(list(covers.values()))
    found = {}
    for kind, cover in covers.items():
        others = shapely.union_all([other for name, other in covers.items() if name != kind])
        found[kind] = float(shapely.area(shapely.difference(cover, others)))
    disputed = float(shapely.area(whole)) - sum(found.values())
    found[""] = float(shapely.area(shapely.difference(unknown, whole)))
    return found | {DISPUTED: disputed if disputed > SMALL_M2 else 0.0}


def _classes(table: pd.DataFrame, scheme: str, layer: str, run: Run) -> list[str]:
    """Return the class of each row, "" where it is not known; a scheme that cannot be told is said."""
    classes = read_classes(frames.optional(table, "land_use"), scheme, layer, run)
    return [""] * len(table) if classes is None else [str(kind or "") for kind in classes]


def _rows(
    zone: str, stage: str, areas: dict[str, float], whole: float, rest_code: str, language: str
) -> list[dict[str, Any]]:
    known = national()["classes"]
    rows = [(known[kind]["code"], pick(known[kind], language), known[kind]["color"], areas[kind])
            for kind in known if areas.get(kind, 0.0) > 0]  # fmt: skip
    if areas.get("", 0.0) > 0:
        rows.append((None, say("land_use_unknown", language), None, areas[""]))
    if areas.get(DISPUTED, 0.0) > 0:
        rows.append((None, say("land_use_disputed", language), None, areas[DISPUTED]))
    rest = whole - sum(areas.values())
    if rest > SMALL_M2:
        rows.append((None, say(rest_code, language), None, rest))
    status = national()["color_status"]
    return [
        {"zone_id": zone, "stage": stage, "stage_name": say(STAGES[stage], language), "code": code,
         "class_name": name, "area_m2": m2, "share": m2 / whole if whole > 0 else np.nan, "color": color,
         "color_status": status if color else None}
        for code, name, color, m2 in rows
    ]  # fmt: skip
