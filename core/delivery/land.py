# SPDX-License-Identifier: GPL-2.0-or-later
"""Land use for the maps: each polygon's code in the national names and colours, and their areas in all."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
import shapely

from .. import frames, schema
from ..identity import geometry_hash
from ..inputs.landclasses import NOW, PLAN, STAGES, national, read_classes
from ..run import Run
from ..words import pick, say

__all__ = ["NOW", "PLAN", "areas_of", "classes_that_occur", "ids_by_place", "land_use_map", "sum_land"]


def land_use_map(stage: str, ids: Any, codes: pd.Series, shapes: Any, area_m2: Any, scheme: str, run: Run) -> Any:
    """Return table `land_use_map` of one stage (now | plan): a row a polygon, `geometry` as given.

    `ids` (n,), `codes` (n,) as text or missing, `area_m2` (n,). A code that is missing or that the scheme does not
    have keeps its row without a class. None when no code can be read: all are missing, or they fit several schemes,
    which is told (`land_use_scheme`).
    """
    classes = read_classes(codes, scheme, say(STAGES[stage], run.language), run)
    if classes is None:
        return None
    known = national()["classes"]
    kinds = [known.get(str(kind)) for kind in classes]
    table = schema.table("land_use_map")
    run.check()
    found = pd.DataFrame(
        {
            "land_id": frames.texts(str(item) for item in ids),
            "stage": stage,
            "stage_name": say(STAGES[stage], run.language),
            "land_use": codes.to_numpy(dtype=object),
            "code": [kind["code"] if kind else None for kind in kinds],
            "class_name": [pick(kind, run.language) if kind else None for kind in kinds],
            "area_m2": np.asarray(area_m2, dtype=float),
        }
    )
    found[frames.GEOMETRY] = shapes
    run.check()
    return frames.conform(found, table)


def ids_by_place(shapes: Any, codes: pd.Series, run: Run) -> list[str]:
    """Return an id (n,) for each polygon of a plan, which has none: its place, never its row (method notes §8).

    `shapes` (n,) in metres. Of several on one place all but the first in order of their `codes` get a number behind it.
    """
    places = ["" if place is None else str(place) for place in geometry_hash(shapes, run=run)]
    uses = ["" if pd.isna(code) else str(code) for code in codes]
    seen: dict[str, int] = {}
    ids = [""] * len(places)
    for row in sorted(range(len(places)), key=lambda row: (places[row], uses[row])):
        number = seen[places[row]] = seen.get(places[row], 0) + 1
        ids[row] = places[row] if number == 1 else f"{places[row]}#{number}"
    return ids


def classes_that_occur(table: pd.DataFrame, stage: str) -> list[dict[str, Any]]:
    """Return the national classes of a stage in their order: `code`, names, `color`."""
    there = set(table.loc[(table["stage"] == stage).to_numpy(dtype=bool), "code"].dropna())
    return [dict(entry) for entry in national()["classes"].values() if entry["code"] in there]


def named_codes(table: pd.DataFrame | None, stage: str, language: str) -> dict[str, str]:
    """Return {code as given: the code and the national class it falls in} of table `land_use_map`; {} without it.

    What holds its name already (0701 城镇住宅用地, or the name alone) and what has no class is left out.
    """
    if table is None:
        return {}
    mine = table[(table["stage"] == stage).to_numpy(dtype=bool)][["land_use", "code"]].dropna().drop_duplicates()
    names = {entry["code"]: pick(entry, language) for entry in national()["classes"].values()}
    pairs = ((str(given).strip(), str(code)) for given, code in mine.itertuples(index=False))
    return {given: f"{given} {names[code]}" for given, code in pairs if code in names and given.isascii() and given}


def sum_land(table: pd.DataFrame, stage: str) -> list[tuple[str, float]]:
    """Return (code, m²) of the classes of a stage in the national order; "" what has no class, when there is any."""
    mine = table[(table["stage"] == stage).to_numpy(dtype=bool)]
    codes = mine["code"].fillna("").to_numpy(dtype=object)
    area = mine["area_m2"].to_numpy("float64", na_value=0.0)
    order = [entry["code"] for entry in classes_that_occur(table, stage)] + ([""] if (codes == "").any() else [])
    return [(str(code), float(np.rint(area[codes == code] * 1000).sum()) / 1000) for code in order]


def areas_of(shapes: Any) -> Any:
    """Return the areas (n,) of outlines in metres, 0 where there is none."""
    return np.nan_to_num(shapely.area(np.asarray(shapes, dtype=object)))
