# SPDX-License-Identifier: GPL-2.0-or-later
"""The ledger (台账) that a reviewer checks: by compound, village and works; areas that add up; the bureau's list."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from functools import partial

import numpy as np
import numpy.typing as npt
import pandas as pd
import shapely
from scipy.sparse import coo_matrix
from scipy.sparse.csgraph import connected_components

from .. import frames, schema
from ..run import Run
from ..slices import aside
from ..words import say
from .overlays import DONE, find_programme
from .units.parts import compound_names

Rows = npt.NDArray[np.int64]
Objects = npt.NDArray[np.object_]

TAGS = ("old_compound", "urban_village", "idle_factory", "idle_building")
OTHER = "none"
SLICE = 5_000  # rows between two looks at Cancel
NAME_GAP_M = 30.0  # as in units: land of one name farther apart is another place
VILLAGE_GAP_M = 15.0  # own choice, the ruleset's patch_join_m: plots across a lane are one village
STREET_M = 60.0  # own choice: a street or neighbour farther off does not bound the place
CENTI = 100


@dataclass(frozen=True)
class Ledger:
    """`entries` (table ledger), `totals` (ledger_totals), `differences` (ledger_difference)."""

    entries: pd.DataFrame
    totals: pd.DataFrame
    differences: pd.DataFrame


def build_ledger(
    tagged: pd.DataFrame, facts: pd.DataFrame | None, roads: pd.DataFrame | None, programme: pd.DataFrame | None,
    run: Run, members: pd.DataFrame | None = None,
) -> Ledger:  # fmt: skip
    """Return the ledger of tagged parcels.

    Parameters: `tagged` (table tagged, `geometry` in metres); `facts` what the parcels' own layer says: `parcel_id` and
    any of `name`, `address`, `ownership`, `households`; `roads` with `name` for the bounds; `programme` the bureau's
    list (role PROGRAMME), else the column `programme` of `tagged` speaks for it; `members` of units (unit_members).
    Entries are tagged parcels of one class brought together by unit, else by name within 30 m, villages within 15 m.
    Households and years are missing when unknown; floor area adds up what is known, `floor_unknown_n` tells the rest.
    """
    order = np.argsort(tagged["parcel_id"].astype(str).to_numpy(dtype=str), kind="stable")
    tagged = tagged.take(order).reset_index(drop=True)
    facts = _facts(tagged, facts)
    if programme is not None:
        tagged = tagged.assign(programme=find_programme(tagged, programme, run))
    run.check()
    entries = _entries(tagged, facts, roads, members, run)
    run.check()
    return Ledger(entries, sum_classes(tagged), compare_list(tagged, programme))


def sum_classes(tagged: pd.DataFrame) -> pd.DataFrame:
    """Return areas by class and state; the classes and 其他 add up to the total exactly (whole hundredths of m²).

    Every parcel is in one row: its tag and, when the programme has begun, that state, else its level; parcels without
    a tag are `none`. The last row, tag `total`, is the sum of all. Floor area is missing where no parcel tells it.
    """
    tag, state = _classes(tagged)
    area = _hundredths(tagged, "area_m2")
    floor = _hundredths(tagged, "floor_m2")
    rows = pd.DataFrame({
        "tag": tag, "state": state, "parcels_n": 1, "area": area, "floor": floor,
        "floor_unknown_n": frames.optional(tagged, "floor_m2", "real").isna().to_numpy(dtype=np.int64),
    })  # fmt: skip
    sums = rows.groupby(["tag", "state"])[["parcels_n", "area", "floor", "floor_unknown_n"]].sum().reset_index()
    place = {name: number for number, name in enumerate((*TAGS, OTHER))}
    level = {name: number for number, name in enumerate(("confirmed", "suspected", *DONE, ""))}
    sums = sums.sort_values(["tag", "state"], key=lambda words: words.map({**place, **level}), ignore_index=True)
    total = {"tag": "total", "state": "", **sums[["parcels_n", "area", "floor", "floor_unknown_n"]].sum().to_dict()}
    whole = pd.concat([sums, pd.DataFrame([total])], ignore_index=True)
    untold = whole["floor_unknown_n"] == whole["parcels_n"]
    whole["area_m2"], whole["floor_m2"] = whole["area"] / CENTI, (whole["floor"] / CENTI).mask(untold)
    return frames.conform(whole, schema.table("ledger_totals"))


def compare_list(tagged: pd.DataFrame, programme: pd.DataFrame | None) -> pd.DataFrame:
    """Return the two-way difference between what is tagged and the bureau's list.

    `side`: list_only (in the list, not tagged), ours_only (tagged, not in the list), list_unplaced (an entry of
    `programme` that meets no parcel). Empty when no parcel is in any list and none was given.
    """
    table = schema.table("ledger_difference")
    status = frames.optional(tagged, "programme").fillna("none")
    if programme is None and not bool((status != "none").any()):
        return frames.empty(table)
    is_target = frames.optional(tagged, "tag").isin(TAGS).fillna(False).astype(bool)
    listed = status != "none"
    side = np.where(listed & ~is_target, "list_only", np.where(is_target & ~listed, "ours_only", ""))
    rows = tagged.assign(side=side, programme=status, project_no=None)[side != ""]
    rows = rows[["side", "parcel_id", "project_no", "tag", "tag_level", "programme", "area_m2"]].astype(object)
    if programme is not None:
        rows = pd.concat([rows, _unplaced(tagged, programme)], ignore_index=True)
    order = {name: number for number, name in enumerate(("list_only", "ours_only", "list_unplaced"))}
    rows = rows.assign(order=rows["side"].map(order)).sort_values(["order", "parcel_id", "project_no"])
    return frames.conform(rows.reset_index(drop=True), table)


def _unplaced(tagged: pd.DataFrame, programme: pd.DataFrame) -> pd.DataFrame:
    named = frames.optional(programme, "parcel_id").isin(tagged["parcel_id"])
    known = named.fillna(False).to_numpy(dtype=bool, copy=True)  # pandas 3 hands out read-only views
    if frames.GEOMETRY in programme:
        shapes = frames.geometries(programme)
        known[np.unique(shapely.STRtree(frames.geometries(tagged)).query(shapes, predicate="intersects")[0])] = True
    lost = programme[~known]
    return pd.DataFrame({
        "side": "list_unplaced", "parcel_id": frames.optional(lost, "parcel_id"),
        "project_no": frames.optional(lost, "project_no"), "tag": None, "tag_level": None,
        "programme": frames.optional(lost, "status"), "area_m2": np.nan,
    }).astype(object)  # fmt: skip


def _facts(tagged: pd.DataFrame, facts: pd.DataFrame | None) -> pd.DataFrame:
    """Return the parcels' own facts, a row for each row of `tagged`."""
    found = pd.DataFrame({"parcel_id": tagged["parcel_id"].astype(object)})
    if facts is not None:
        told = facts.assign(parcel_id=facts["parcel_id"].astype(object)).drop_duplicates("parcel_id")
        found = found.merge(told, on="parcel_id", how="left")
    return found


def _classes(tagged: pd.DataFrame) -> tuple[Objects, Objects]:
    tag = frames.optional(tagged, "tag").fillna(OTHER).to_numpy(dtype=object)
    tag = np.where(np.isin(tag, TAGS), tag, OTHER).astype(object)
    level = frames.optional(tagged, "tag_level").fillna("suspected").to_numpy(dtype=object)
    programme = frames.optional(tagged, "programme").fillna("none").to_numpy(dtype=object)
    state = np.where(np.isin(programme, DONE), programme, level).astype(object)
    return tag, np.where(tag == OTHER, "", state).astype(object)


def _hundredths(tagged: pd.DataFrame, name: str) -> Rows:
    values = frames.reals(tagged, name)
    whole: Rows = np.rint(np.nan_to_num(values) * CENTI).astype(np.int64)
    return whole


def _entries(
    tagged: pd.DataFrame, facts: pd.DataFrame, roads: pd.DataFrame | None, members: pd.DataFrame | None, run: Run
) -> pd.DataFrame:
    table = schema.table("ledger")
    tag, state = _classes(tagged)
    mine = np.flatnonzero(tag != OTHER)
    if not len(mine):
        return frames.empty(table)
    land, own = tagged.take(mine).reset_index(drop=True), facts.take(mine).reset_index(drop=True)
    name = compound_names(frames.optional(own, "name"))
    group = _group(land, tag[mine], name, members, run)
    frame = pd.DataFrame({
        "group": group, "tag": tag[mine], "name": name, "parcels_n": 1, "parcel_id": land["parcel_id"].astype(str),
        "address": frames.optional(own, "address"), "ownership": frames.optional(own, "ownership"),
        "bldg_n": frames.optional(land, "bldg_n", "int"),
        "households": pd.to_numeric(frames.optional(own, "households", "real"), errors="coerce"),
        "floor": _hundredths(land, "floor_m2"), "area": _hundredths(land, "area_m2"), "state": state[mine],
        "floor_unknown_n": frames.optional(land, "floor_m2", "real").isna().astype(np.int64),
        "year_lo": frames.optional(land, "year_lo", "real"), "year_hi": frames.optional(land, "year_hi", "real"),
    })  # fmt: skip
    by = frame.groupby("group", sort=True)
    found = by[["parcels_n", "floor", "area", "floor_unknown_n"]].sum()
    for column in ("bldg_n", "households"):
        found[column] = by[column].sum(min_count=1).where(~frame[column].isna().groupby(group).any())
    found["year_lo"], found["year_hi"] = by["year_lo"].min(), by["year_hi"].max()
    for column in ("tag", "name"):
        found[column] = by[column].first()
    for column in ("address", "ownership", "state"):
        found[column] = _words(frame[column], frame["group"], found.index, run)
    run.check()
    found["parcel_ids"] = by["parcel_id"].agg("、".join)
    run.check()
    found["unit_id"] = "L-" + by["parcel_id"].first()
    untold = found["floor_unknown_n"] == found["parcels_n"]
    found["floor_m2"], found["area_m2"] = (found["floor"] / CENTI).mask(untold), found["area"] / CENTI
    near = [_streets(roads), _neighbours(tagged, facts, mine, np.asarray(group))]
    found["bounds"] = _bounds(land, np.asarray(group), near, run)
    place = {item: number for number, item in enumerate(TAGS)}
    found = found.assign(place=found["tag"].map(place)).sort_values(["place", "unit_id"], ignore_index=True)
    for column in ("bldg_n", "households", "year_lo", "year_hi"):
        found[column] = found[column].astype("float64").round(6).round().astype("Int64")
    return frames.conform(found, table)


def _words(values: pd.Series, group: pd.Series, entries: Iterable[int], run: Run) -> list[str | None]:
    """Return what each entry's parcels say, each word once, sorted; None where none says anything."""
    found: dict[int, set[str]] = {}
    known = values.notna()
    for row, (entry, value) in enumerate(zip(group[known], values[known])):
        if row % SLICE == 0:
            run.check()
        found.setdefault(entry, set()).add(str(value))
    return ["、".join(sorted(found[entry])) if entry in found else None for entry in entries]


def _near(shapes: Objects, run: Run) -> tuple[Rows, Rows]:
    """Return the pairs of shapes that lie within NAME_GAP_M of each other."""
    tree, pairs = shapely.STRtree(shapes), []
    for start in range(0, len(shapes), SLICE):
        run.check()
        part = tree.query(shapes[start : start + SLICE], predicate="dwithin", distance=NAME_GAP_M)
        pairs.append(part + np.array([[start], [0]]))
    one, other = np.concatenate(pairs, axis=1)
    return one, other


def _group(land: pd.DataFrame, tag: Objects, name: Objects, members: pd.DataFrame | None, run: Run) -> Rows:
    """Return the entry of each parcel, numbered by its first parcel."""
    shapes, n = frames.geometries(land), len(land)
    one, other = _near(shapes, run)
    keep = (one < other) & (tag[one] == tag[other])
    one, other = one[keep], other[keep]
    named = ~pd.isna(name)
    together = named[one] & named[other] & (name[one] == name[other])
    close = shapely.distance(shapes[one], shapes[other]) <= VILLAGE_GAP_M
    together |= (tag[one] == "urban_village") & ~named[one] & ~named[other] & close
    one, other = one[together], other[together]
    if members is not None:
        rows = members[members["building_id"].isna()].sort_values(["parcel_id", "share", "unit_id"])
        unit = dict(zip(rows["parcel_id"], rows["unit_id"]))
        key = pd.Series([f"{t}|{unit.get(p, p)}" for t, p in zip(tag, land["parcel_id"])])
        first = key.groupby(key).transform(lambda part: part.index[0]).to_numpy(np.int64)
        one, other = np.arange(n), first
    links = coo_matrix((np.ones(len(one)), (one, other)), shape=(n, n))
    _, label = connected_components(links, directed=False)
    first_of = np.full(label.max() + 1, n, dtype=np.int64)
    np.minimum.at(first_of, label, np.arange(n))
    found: Rows = first_of[label]
    return found


@dataclass(frozen=True, eq=False)
class _Edges:
    """What can bound a place: `shapes` (k,), their `names`, `owner` (k,) the entry a parcel is itself part of, −1."""

    shapes: Objects
    names: Objects
    owner: Rows


def _streets(roads: pd.DataFrame | None) -> _Edges | None:
    named = None if roads is None else roads[frames.optional(roads, "name").notna()]
    if named is None or not len(named):
        return None
    names = named["name"].astype(str).to_numpy(dtype=object)
    return _Edges(frames.geometries(named), names, np.full(len(named), -1, dtype=np.int64))


def _neighbours(tagged: pd.DataFrame, facts: pd.DataFrame, mine: Rows, group: Rows) -> _Edges:
    name, owner = compound_names(frames.optional(facts, "name")), np.full(len(tagged), -1, dtype=np.int64)
    owner[mine] = group
    told = ~pd.isna(name)
    return _Edges(frames.geometries(tagged)[told], name[told], owner[told])


def _bounds(land: pd.DataFrame, group: Rows, edges: list[_Edges | None], run: Run) -> list[str]:
    """Return what bounds each entry: per side the nearest of the first kind of `edges` that has one within 60 m, else
    the coordinate in whole metres.
    """
    box = pd.DataFrame(shapely.bounds(frames.geometries(land)), columns=["west", "south", "east", "north"])
    box["group"] = group
    by = box.groupby("group", sort=True)
    ends = {"east": by["east"].max(), "south": by["south"].min(), "west": by["west"].min(), "north": by["north"].max()}
    keys = ends["east"].index.to_numpy(np.int64)
    w, s, e, n = (ends[side].to_numpy(np.float64) for side in ("west", "south", "east", "north"))
    strips = {
        "east": shapely.box(e, s, e + STREET_M, n), "south": shapely.box(w, s - STREET_M, e, s),
        "west": shapely.box(w - STREET_M, s, w, n), "north": shapely.box(w, n, e, n + STREET_M),
    }  # fmt: skip
    core, words = shapely.box(w, s, e, n), {}
    for side, strip in strips.items():
        told: Objects = np.full(len(keys), None, dtype=object)
        for kind in edges:
            if kind is not None:
                told = np.where(pd.isna(told), aside(partial(_nearest, core, strip, keys, kind), run), told)
        words[side] = [f"{value:.0f}" if word is None else str(word) for word, value in zip(told, ends[side])]
    sides = zip(*(words[side] for side in ("east", "south", "west", "north")))
    return [say("ledger_bounds", run.language, east=e, south=s, west=w, north=n) for e, s, w, n in sides]


def _nearest(core: Objects, strip: Objects, keys: Rows, kind: _Edges) -> Objects:
    """Return the name of the nearest edge in each entry's strip, None without one; an entry does not bound itself."""
    found = np.full(len(core), None, dtype=object)
    entry, edge = shapely.STRtree(kind.shapes).query(strip, predicate="intersects")
    other = kind.owner[edge] != keys[entry]
    entry, edge = entry[other], edge[other]
    away = np.round(shapely.distance(core[entry], kind.shapes[edge]), 2)
    order = np.lexsort((kind.names[edge].astype(str), away, entry))[::-1]
    found[entry[order]] = kind.names[edge[order]]  # the last one written is the nearest
    return found
