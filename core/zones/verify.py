# SPDX-License-Identifier: GPL-2.0-or-later
"""An independent look at a delineation: from the tables and the inputs alone, by other code than the search."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterable
from typing import Any

import numpy as np
import pandas as pd
import shapely

from .. import frames
from ..run import Run
from ..trees import Tree
from .bounds import parcels_inside
from .inputs import ZoneInputs, Zones
from .rules import PETAL_TAGS, Limits, ZoneRules

ROUNDING_M2 = 1.0  # tables hold hundredths of a square metre; sums of a thousand of them stay below
OVERLAP_M2 = 1.0


def verify_zones(
    zones: Zones, inputs: ZoneInputs, rules: ZoneRules, run: Run, reached: Iterable[str] = (),
    walked: Collection[tuple[str, str]] = (),
) -> list[str]:  # fmt: skip
    """Return what is wrong, as short English sentences; an empty list when all holds.

    Checked: a parcel in one zone at most; every zone connected by gaps no wider than a street, or `walked` (ids of
    parcels a short walk apart), across which no barrier and no other parcel lies; sums and limits re-counted; petals
    within the minutes; locks; outlines hold their members, no part of another parcel and of no other outline; every
    tagged parcel of `reached` (ids within reach of a zone's core) is a member or listed as near. Given zones are only
    checked for sums and accounts.
    """
    table = inputs.parcels.set_index(inputs.parcels["parcel_id"].astype(str))
    inside = zones.members[zones.members["role"] != "near"]
    counts = Counter(inside["parcel_id"])
    ground = Tree(frames.geometries(inputs.parcels))
    ids = inputs.parcels["parcel_id"].astype(str).to_numpy(dtype=object)
    faults = [f"parcel {name} is in {n} zones" for name, n in sorted(counts.items()) if n > 1]
    given = set() if inputs.given is None else set(inputs.given["zone_id"].astype(str))
    for row in zones.zones.to_dict("records"):
        run.check()
        rows = inside[inside["zone_id"] == row["zone_id"]]
        members = table.loc[rows["parcel_id"].tolist()]
        faults += _sums(row, rows, members, zones.petals)
        if row["zone_id"] not in given:
            faults += _limits(row, zones.petals, rules.limits)
            apart = _connected(members, ground, inputs.barriers, rules.limits, walked)
            faults += [f"{row['zone_id']}: {text}" for text in apart]
            faults += _outline(row, members, ground, ids)
    faults += _apart(zones.zones, given, inside, table) + _locks(inside, inputs)
    listed = set(zones.members["parcel_id"])
    tags = table["tag"] if "tag" in table else pd.Series("none", index=table.index)
    missing = [name for name in reached if name not in listed and tags.get(name) in PETAL_TAGS]
    return faults + [f"parcel {name} is within reach and not accounted for" for name in missing]


def _sums(row: dict[Any, Any], rows: pd.DataFrame, members: pd.DataFrame, petals: pd.DataFrame) -> list[str]:
    name = row["zone_id"]
    area = float(shapely.area(frames.geometries(members)).sum())
    faults = [f"{name}: area {row['area_m2']} but parcels {area}"] if abs(area - row["area_m2"]) > ROUNDING_M2 else []
    floor = float(np.nansum(frames.reals(members, "floor_m2")))
    stated = 0.0 if np.isnan(row["floor_m2"]) else row["floor_m2"]
    faults += [f"{name}: floor {stated} but parcels {floor}"] if abs(floor - stated) > ROUNDING_M2 else []
    own = petals[petals["zone_id"] == name]
    faults += [f"{name}: {row['petals_n']} petals but {len(own)} rows"] if len(own) != row["petals_n"] else []
    in_petals = members[(rows["role"] == "petal").to_numpy(dtype=bool)]
    total = float(shapely.area(frames.geometries(in_petals)).sum())
    if abs(total - own["area_m2"].sum()) > ROUNDING_M2:
        faults.append(f"{name}: petals cover {own['area_m2'].sum()} m² but their parcels {total}")
    return faults


def _limits(row: dict[Any, Any], petals: pd.DataFrame, limits: Limits) -> list[str]:
    name, slack = row["zone_id"], 0.01
    wrong = {
        "area below": row["area_m2"] < limits.area_min_m2 - slack,
        "area above": row["area_m2"] > limits.area_max_m2 + slack,
        "floor area below": not row["floor_m2"] >= limits.floor_min_m2 - slack and limits.floor_min_m2 > 0,
        "petals below": row["petals_n"] < limits.petals_min,
    }
    faults = [f"{name}: {text} the limit" for text, is_wrong in wrong.items() if is_wrong]
    own = petals[petals["zone_id"] == name]
    late = own[~(own["walk_s"] <= limits.walk_min * 60 + 0.05)]
    return faults + [f"{name}: petal {item} is beyond the minutes" for item in late["petal_id"]]


def _connected(
    members: pd.DataFrame, tree: Tree, barriers: pd.DataFrame | None, limits: Limits,
    walked: Collection[tuple[str, str]],
) -> list[str]:  # fmt: skip
    """Walk from the first member over gaps, one pair at a time."""
    shapes, ids = list(frames.geometries(members)), members["parcel_id"].astype(str).tolist()
    inner = shapely.STRtree(shapes)
    walls = [] if barriers is None else [wall for wall in barriers[frames.GEOMETRY] if wall is not None]
    fence = shapely.STRtree(walls)
    widest = max(limits.street_gap_m, limits.near_walk_m)
    seen, todo = {0}, [0]
    while todo:
        i = todo.pop()
        for j in inner.query(shapes[i], predicate="dwithin", distance=widest).tolist():
            if j in seen:
                continue
            pair = (min(ids[i], ids[j]), max(ids[i], ids[j]))
            near = shapes[i].distance(shapes[j]) <= limits.street_gap_m or pair in walked
            if near and _nothing_between(shapes[min(i, j)], shapes[max(i, j)], tree, fence):
                seen.add(j)
                todo.append(j)
    lost = len(shapes) - len(seen)
    return [f"{lost} of {len(shapes)} members are not connected"] if lost else []


def _nothing_between(a: Any, b: Any, tree: Tree, fence: shapely.STRtree) -> bool:
    line = shapely.shortest_line(a, b)
    if line.length <= 1e-3:
        shared = shapely.intersection(a, b)
        if shared.is_empty:  # less than a millimetre apart
            return not len(fence.query(shapely.get_point(line, 0), predicate="dwithin", distance=0.01))
        for k in fence.query(shared, predicate="dwithin", distance=0.01):
            shared = shapely.difference(shared, shapely.buffer(fence.geometries[k], 0.01))
        return not shared.is_empty
    beside = [tree.geometries[k] for k in tree.query(line, predicate="dwithin", distance=1e-3)]
    beside = [third for third in beside if not third.equals(a) and not third.equals(b)]
    if any(third.intersection(line).length > 0.01 for third in beside):
        return False
    if beside and line.difference(shapely.union_all(beside).buffer(1e-3)).length < 0.01:  # along their common boundary
        on_sides = [line.offset_curve(way) for way in (0.1, -0.1)]
        if all(any(third.intersection(side).length > 0.01 for third in beside) for side in on_sides):
            return False
    for k in fence.query(line, predicate="intersects"):
        wall = fence.geometries[k]
        if shapely.get_dimensions(wall) < 2 or wall.intersection(line).length > 0.01:
            return False
    return True


def _outline(row: dict[Any, Any], members: pd.DataFrame, ground: Tree, ids: Any) -> list[str]:
    outline, name = row[frames.GEOMETRY], row["zone_id"]
    shapes = frames.geometries(members)
    cut = float(shapely.area(shapely.difference(shapes, outline)).sum())
    faults = [f"{name}: the outline cuts {cut:.1f} m² of its members"] if cut > OVERLAP_M2 else []
    own, inside = shapely.union_all(shapes), set(members["parcel_id"].astype(str))
    met = [k for k in ground.query(outline, predicate="intersects").tolist() if ids[k] not in inside]
    others = shapely.intersection(ground.geometries[met], outline)
    strange = float(shapely.area(shapely.difference(others, own)).sum())
    return [*faults, *([f"{name}: the outline holds {strange:.1f} m² of others"] if strange > OVERLAP_M2 else [])]


def _apart(zones: pd.DataFrame, given: set[str], inside: pd.DataFrame, table: pd.DataFrame) -> list[str]:
    """Compare the outlines; what parcels of both zones overlap by themselves is no fault of theirs."""
    drawn = zones[~zones["zone_id"].isin(given).to_numpy(dtype=bool)]
    shapes, names = frames.geometries(drawn), drawn["zone_id"].tolist()
    faults = []
    for i, j in zip(*shapely.STRtree(shapes).query(shapes, predicate="intersects")):
        common = shapely.intersection(shapes[i], shapes[j])
        if i < j and common.area > OVERLAP_M2:
            one, other = (inside["parcel_id"][inside["zone_id"] == names[k]].tolist() for k in (i, j))
            own = [shapely.union_all(frames.geometries(table.loc[ids])) for ids in (one, other)]
            rest = shapely.difference(common, shapely.intersection(*own)).area
            if rest > OVERLAP_M2:
                faults.append(f"{names[i]} and {names[j]} overlap by {rest:.1f} m²")
    return faults


def _locks(inside: pd.DataFrame, inputs: ZoneInputs) -> list[str]:
    given = set() if inputs.given is None else set(inputs.given["zone_id"].astype(str))
    free = set(inside["parcel_id"][~inside["zone_id"].isin(given).to_numpy(dtype=bool)])
    ids = inputs.parcels["parcel_id"].astype(str).tolist()
    shut = {ids[p] for part in parcels_inside(frames.geometries(inputs.parcels), inputs.locked_out) for p in part}
    if inputs.edited is not None:
        role = inputs.edited["role"].astype(str)
        put_in = set(inputs.edited["parcel_id"][role == "locked"].astype(str))
        shut |= set(inputs.edited["parcel_id"][role == "out"].astype(str)) - put_in
    return [f"parcel {name} is locked out and in a zone" for name in sorted(shut & free)]
