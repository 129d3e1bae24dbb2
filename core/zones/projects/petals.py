# SPDX-License-Identifier: GPL-2.0-or-later
"""The petals of zones as drafts of projects: sums over their parcels, quantities over their buildings."""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd
import shapely

from ... import frames
from ...inputs.ownership import kinds_only
from ...run import Run
from ..findings.actions import ADD, DEMOLISH, IMPROVE, IMPROVE_TAGS, KEEP
from ..findings.limits import sum_by
from .inputs import ProjectInputs

Reals = npt.NDArray[np.float64]
Rows = npt.NDArray[np.intp]
Objects = npt.NDArray[np.object_]
SUMS = ("households", "pop", "floor_m2", "danger_cd_n", "lift_need_n")
TEXTS = ("name", "land_use", "ownership")
NAMED = "·"  # between a petal and the compound of it that is a project of its own


def draft_petals(inputs: ProjectInputs, run: Run) -> list[dict[str, Any]]:
    """Return a draft per petal, by zone and petal; without `petals` each petal parcel is one.

    Sums are NaN where a parcel is not in `parcels`, or a number of it not known. Without actions all floor area of
    the parcels counts as 改, and the floor area in class C and D is only known where there is none.
    """
    inside = inputs.members[(inputs.members["role"] == "petal").fillna(False).to_numpy(dtype=bool)]
    inside = inside.sort_values(["zone_id", "parcel_id"], kind="stable").drop_duplicates("parcel_id")
    inside = inside.reset_index(drop=True)
    land = np.full(len(inside), -1, dtype=np.intp)
    if inputs.parcels is not None:
        land = pd.Index(inputs.parcels["parcel_id"].astype(str)).get_indexer(inside["parcel_id"].astype(str))
    petal = _petal_of(inside, land, inputs)
    owner = _by_name(petal, inside, land, inputs.parcels)
    zone = inside["zone_id"].astype(str).to_numpy(dtype=object)
    keys, group = _groups(zone, owner)
    parted = {pair for pair, own in zip(zip(zone, petal), owner) if own != pair[1]}
    run.progress(0.2)
    facts = _land_facts(inputs.parcels, land, group, len(keys))
    run.progress(0.4)
    quantities, actions = _quantities(inputs.actions, inside, group, facts, len(keys))
    run.progress(0.6)
    shapes = _shapes(inputs, (inside, land), (keys, group), parted, run.part(0.6, 1))
    return [
        {
            "zone_id": keys[g][0], "subject_id": keys[g][1], "kind": facts["kind"][g], "label": facts["label"][g],
            "action": actions[g], "use_now": facts["land_use"][g], "ownership": facts["ownership"][g],
            "area_m2": facts["area_m2"][g], "exist_m2": quantities["exist_m2"][g],
            "demolish_m2": quantities["demolish_m2"][g], "new_m2": quantities["new_m2"][g],
            "households": facts["households"][g], "people": facts["pop"][g],
            "urgent": bool(quantities["danger_n"][g] > 0), "lift_open_n": int(quantities["lift_open_n"][g]),
            "quantities": {name: float(values[g]) for name, values in quantities.items()},
            frames.GEOMETRY: shapes[g],
        }
        for g in range(len(keys))
    ]  # fmt: skip


def _petal_of(inside: pd.DataFrame, land: Rows, inputs: ProjectInputs) -> Objects:
    """Return the petal of each member, the parcel itself where no petal of its zone holds it."""
    owner: Objects = inside["parcel_id"].astype(str).to_numpy(dtype=object, copy=True)
    petals = inputs.petals
    if petals is None or inputs.parcels is None or not len(petals):
        return owner
    known = np.flatnonzero(land >= 0)
    spots = shapely.point_on_surface(frames.geometries(inputs.parcels)[land[known]])
    spot, petal = shapely.STRtree(frames.geometries(petals)).query(spots, predicate="intersects")
    zone = inside["zone_id"].astype(str).to_numpy(dtype=object)[known[spot]]
    same = zone == petals["zone_id"].astype(str).to_numpy(dtype=object)[petal]
    names = petals["petal_id"].astype(str).to_numpy(dtype=object)
    order = np.argsort(names[petal[same]].astype(str), kind="stable")[::-1]  # the first id wins: it is written last
    owner[known[spot[same][order]]] = names[petal[same][order]]
    return owner


def _by_name(owner: Objects, inside: pd.DataFrame, land: Rows, parcels: pd.DataFrame | None) -> Objects:
    """Return the owners with petals of old compounds of several names parted by name: one project a compound."""
    if parcels is None or "name" not in parcels:
        return owner
    names = parcels["name"].fillna("").astype(str).str.strip().to_numpy(dtype=object)
    tags = frames.optional(parcels, "tag").fillna("").to_numpy(dtype=object)
    own = np.array([names[row] if row >= 0 and tags[row] == "old_compound" else "" for row in land], dtype=object)
    zone = inside["zone_id"].astype(str).to_numpy(dtype=object)
    told: dict[tuple[str, str], set[str]] = {}
    for key, name in zip(zip(zone, owner), own):
        if name:
            told.setdefault(key, set()).add(name)
    keys = zip(zone, owner, own)
    parted = [f"{petal}{NAMED}{name}" if name and len(told[place, petal]) > 1 else petal for place, petal, name in keys]
    return np.array(parted, dtype=object)


def _groups(zone: Objects, owner: Objects) -> tuple[list[tuple[str, str]], Rows]:
    """Return the (zone, petal) pairs, sorted, and the pair of each member."""
    pairs = list(zip(zone.tolist(), owner.tolist()))
    keys = sorted(set(pairs))
    place = {key: row for row, key in enumerate(keys)}
    return keys, np.array([place[pair] for pair in pairs], dtype=np.intp)


def _land_facts(parcels: pd.DataFrame | None, land: Rows, group: Rows, n: int) -> dict[str, Any]:
    """Return sums and words over the parcels of each petal."""
    if parcels is None:
        nothing = np.full(n, np.nan)
        facts: dict[str, Any] = dict.fromkeys((*SUMS, "area_m2", "foot_m2"), nothing)
        return {**facts, **dict.fromkeys(TEXTS, [None] * n), "kind": ["other"] * n, "label": [""] * n}
    area = shapely.area(frames.geometries(parcels))
    numbers = {name: frames.reals(parcels, name) for name in SUMS}
    numbers["area_m2"] = area
    numbers["foot_m2"] = area * frames.reals(parcels, "coverage")
    facts = {name: sum_by(group, _at(values, land), n) for name, values in numbers.items()}
    tags = frames.optional(parcels, "tag").fillna("none").to_numpy(dtype=object)
    by_tag = []
    for tag in sorted(IMPROVE_TAGS, reverse=True):  # of equal areas the last by name, as in the list below
        by_tag.append(sum_by(group, np.nan_to_num(_at(np.where(tags == tag, area, 0.0), land)), n))
    most = np.argmax(np.array(by_tag), axis=0)
    some = np.max(np.array(by_tag), axis=0, initial=0) > 0
    names = sorted(IMPROVE_TAGS, reverse=True)
    facts["kind"] = [names[best] if any_tag else "other" for best, any_tag in zip(most, some)]
    for name in TEXTS:
        words = _words_by(parcels, name, land, group, n)
        facts[name] = ["、".join(own) or None for own in words]
        if name == "name":
            facts["label"] = [own[0] if len(own) == 1 else "" for own in words]
    return facts


def _at(values: Reals, rows: Rows) -> Reals:
    """Return values at rows, NaN at -1."""
    return np.append(values, np.nan)[rows]


def _words_by(parcels: pd.DataFrame, name: str, land: Rows, group: Rows, n: int) -> list[list[str]]:
    """Return the distinct words of each petal, sorted."""
    words = frames.optional(parcels, name)
    words = kinds_only(words) if name == "ownership" else words
    told = words.notna().to_numpy(dtype=bool)
    text = words.fillna("").astype(str).to_numpy(dtype=object)
    pairs = {(int(g), str(text[row])) for g, row in zip(group, land) if row >= 0 and told[row]}
    found: list[list[str]] = [[] for _ in range(n)]
    for g, word in sorted(pairs):
        found[g].append(word)
    return found


def _quantities(
    actions: pd.DataFrame | None, inside: pd.DataFrame, group: Rows, facts: dict[str, Any], n: int
) -> tuple[dict[str, Reals], list[str | None]]:
    """Return the quantities of each petal by name, and its actions in the order 留改拆增."""
    if actions is None:
        danger = facts["danger_cd_n"]
        return {
            "improve_m2": facts["floor_m2"], "exist_m2": facts["floor_m2"], "demolish_m2": np.zeros(n),
            "new_m2": np.zeros(n), "open_m2": np.maximum(0.0, facts["area_m2"] - facts["foot_m2"]),
            "lift_n": facts["lift_need_n"],
            "danger_m2": np.where(danger == 0, 0.0, np.nan), "danger_n": np.nan_to_num(danger),
            "lift_open_n": np.zeros(n),
        }, [None] * n  # fmt: skip
    member = pd.Index(inside["parcel_id"].astype(str)).get_indexer(actions["parcel_id"].astype(str))
    houses = actions[member >= 0]
    own = group[member[member >= 0]]
    action = houses["action"].fillna("").to_numpy(dtype=object)
    floor, foot = frames.reals(houses, "floor_m2"), frames.reals(houses, "foot_m2")
    stays = action != DEMOLISH
    danger_cd = frames.optional(houses, "danger").isin(("C", "D")).fillna(False).to_numpy(dtype=bool) & stays
    told = frames.reals(houses, "lift_need")
    lifts = np.nan_to_num(told)  # those that need one for certain
    is_open = np.isnan(told) & ("lift_need" in houses)  # a table that says nothing of lifts leaves nothing open

    def total(values: Reals, rows: npt.NDArray[np.bool_]) -> Reals:
        """Return sums by petal over the chosen buildings."""
        return sum_by(own[rows], values[rows], n)

    quantities = {
        "improve_m2": total(floor, action == IMPROVE), "exist_m2": total(floor, action != ADD),
        "demolish_m2": total(floor, ~stays), "new_m2": total(floor, action == ADD),
        "open_m2": np.maximum(0.0, facts["area_m2"] - total(foot, stays)), "lift_n": total(lifts, stays),
        "danger_m2": total(floor, danger_cd), "danger_n": total(np.ones(len(own)), danger_cd),
        "lift_open_n": total(np.ones(len(own)), is_open & stays),
    }  # fmt: skip
    seen = {word: np.bincount(own[action == word], minlength=n) > 0 for word in (KEEP, IMPROVE, DEMOLISH, ADD)}
    return quantities, ["、".join(word for word in seen if seen[word][g]) or None for g in range(n)]


def _shapes(
    inputs: ProjectInputs, members: tuple[pd.DataFrame, Rows], petals: tuple[list[tuple[str, str]], Rows],
    parted: set[tuple[str, str]], run: Run,
) -> list[Any]:  # fmt: skip
    """Return the outline of each petal: its own, else its parcels', else its buildings'.

    Where compounds of a petal are projects of their own (`parted`), the rest of it is drawn by its parcels alone.
    """
    (inside, land), (keys, group) = members, petals
    outlines: dict[tuple[str, str], Any] = {}
    if inputs.petals is not None:
        names = (inputs.petals[name].astype(str) for name in ("zone_id", "petal_id"))
        outlines = dict(zip(zip(*names), frames.geometries(inputs.petals)))
    source, rows, owner = inputs.parcels, land, group
    if source is None and inputs.actions is not None:
        source = inputs.actions
        member = pd.Index(inside["parcel_id"].astype(str)).get_indexer(source["parcel_id"].astype(str))
        rows, owner = np.flatnonzero(member >= 0), group[member[member >= 0]]
    parts: list[list[int]] = [[] for _ in keys]
    for g, row in zip(owner.tolist(), rows.tolist()):
        if row >= 0:
            parts[g].append(row)
    drawn = None if source is None else frames.geometries(source)
    found = []
    for g, key in enumerate(keys):
        if g % 500 == 0:
            run.progress(g / len(keys))
        shape = None if key in parted and parts[g] else outlines.get(key)
        if shape is None and drawn is not None and parts[g]:
            shape = shapely.union_all(drawn[sorted(parts[g])])
        found.append(shape)
    return found
