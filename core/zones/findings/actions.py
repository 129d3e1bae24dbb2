# SPDX-License-Identifier: GPL-2.0-or-later
"""留改拆增: what happens to each building of a zone. We propose 留 or 改; only the user says 拆, with a reason."""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd
import shapely

from ... import frames
from ...inputs.buildings import measure_buildings
from ...inputs.overlay import share_buildings
from ...run import Run
from ...trees import Tree
from ...words import say
from ..bounds import parcels_inside
from ..edits import NEAR, OUT
from .overlay import measure_pairs
from .rules import EFFECTS, CheckInputs, CheckRules

Objects = npt.NDArray[np.object_]
Flags = npt.NDArray[np.bool_]
KEEP, IMPROVE, DEMOLISH, ADD = "留", "改", "拆", "增"
ACTION_WORDS = {  # own choice of words; whole words only. 拆整结合 is both, and stays open
    KEEP: "留|保留|保护|保留现状|现状保留|维持现状|keep|retain",
    IMPROVE: "改|改造|整治|加固|改建|修缮|综合整治|整治提升|改造提升|微改造|修缮加固|保护修缮|修缮改造|活化利用"
    "|convert|improve|retrofit|renovate",
    DEMOLISH: "拆|拆除|拆除重建|拆除新建|拆旧建新|拆建|原拆原建|拆迁|征拆|demolish|demolition",
    ADD: "增|新建|增建|新增|add|new",
}
IMPROVE_TAGS = ("old_compound", "urban_village", "idle_factory", "idle_building")
TOUCH_M2 = 1.0  # own choice: less of a footprint in a protected area is drawing inaccuracy


def find_members(inputs: CheckInputs, run: Run) -> pd.DataFrame:
    """Return `zone_id`, `parcel_id` of the parcels in zones, sorted; roles `near` and `out` (by hand) are no members.

    Without a members table: parcels of which more than half lies in a zone. A parcel of several zones counts in the
    first by id, and the user is told.
    """
    if inputs.members is not None:
        inside = inputs.members[~inputs.members["role"].isin((NEAR, OUT)).fillna(False).to_numpy(dtype=bool)]
        found = inside[["zone_id", "parcel_id"]].astype(frames.TEXT)
    else:
        zones = inputs.zones.sort_values("zone_id", kind="stable").reset_index(drop=True)
        ids = inputs.parcels["parcel_id"].to_numpy(dtype=object)
        sets = parcels_inside(frames.geometries(inputs.parcels), zones)
        rows = [(zone, ids[p]) for zone, part in zip(zones["zone_id"], sets) for p in part]
        found = pd.DataFrame(rows, columns=["zone_id", "parcel_id"]).astype(frames.TEXT)
    found = found.sort_values(["zone_id", "parcel_id"], kind="stable").drop_duplicates()
    once = found.drop_duplicates("parcel_id").reset_index(drop=True)
    if len(once) < len(found):
        run.warn("check_member_twice", n=len(found) - len(once))
    return once


def settle_actions(inputs: CheckInputs, members: pd.DataFrame, rules: CheckRules, run: Run) -> pd.DataFrame:
    """Return one row per building that stands mainly on a member parcel, sorted by building_id; empty without layer.

    Columns: those of the table `actions` without its texts' language (`reason`, `advice` follow run.language), and
    `refused` (拆 asked without a reason, read as 改), `beyond` (拆 for a reason that does not count: 违建, or class D
    beyond repair), `lift_maybe` (storeys, lift or use not told), `resid_share`, `height` (m, NaN unknown).
    `action` 留 | 改 | 拆 | 增; `source` user | rule; unknown numbers are NaN. Raises nothing.
    """
    houses = _houses(inputs, members, run.part(0, 0.6))
    asked, reason = _asked(houses, run)
    effect, kind = _protect(houses, inputs.protected, rules, run.part(0.6, 0.8))
    houses["protection"], houses["protected_class"] = frames.texts(effect), frames.texts(kind)
    climb = houses["floors"] - np.maximum(houses["entry_floor"].fillna(1.0) - 1, 0)
    lived, perhaps = _lived_in(houses)
    lift = houses["lift"].to_numpy("float64", na_value=np.nan)
    high = (climb >= rules.number("lift_floors")).to_numpy()
    standing = (asked != ADD) & ~((asked == DEMOLISH) & (reason != ""))  # what comes down gets no lift
    need = lived & high & (lift == 0) & standing
    houses["lift_maybe"] = perhaps & standing & ~need & (lift != 1) & (high | climb.isna().to_numpy())
    houses["lift_need"] = pd.Series(need.astype(np.int64)).astype("Int64").mask(houses["lift_maybe"])
    refused = (asked == DEMOLISH) & (reason == "")
    houses["refused"] = refused
    told: Objects = asked.copy()
    told[refused] = None
    proposal, code = _propose(houses, need)
    by_user = ~pd.isna(told)
    houses["action"] = frames.texts(np.where(by_user, told, np.where(refused, IMPROVE, proposal)))
    houses["source"] = frames.texts(np.where(by_user, "user", "rule"))
    houses["asked"] = frames.texts(asked)
    code[refused] = "action_why_refused"
    code[by_user] = "action_why_user"
    words = {item: say(item, run.language) for item in np.unique(code).tolist()}
    own = by_user & (reason != "")
    houses["reason"] = frames.texts(np.where(own, reason, np.array([words[item] for item in code], dtype=object)))
    houses["beyond"] = _beyond(houses, asked, reason, rules)
    houses["advice"] = frames.texts(_advice(houses, need, run.language))
    run.progress(1)
    return houses


def _houses(inputs: CheckInputs, members: pd.DataFrame, run: Run) -> pd.DataFrame:
    """Return the measured buildings of the zones with zone, parcel, tag and programme, sorted by id."""
    buildings = inputs.buildings
    if buildings is None:
        buildings = pd.DataFrame({"building_id": frames.texts([]), frames.GEOMETRY: pd.Series(dtype=object)})
    buildings = buildings.sort_values("building_id", kind="stable").reset_index(drop=True)
    parcels = inputs.parcels.sort_values("parcel_id", kind="stable").reset_index(drop=True)
    own = frames.geometries(parcels)[parcels["parcel_id"].isin(members["parcel_id"]).to_numpy(dtype=bool)]
    near = np.unique(Tree(frames.geometries(buildings)).query(own, predicate="intersects")[1])
    buildings = buildings.iloc[near.tolist()].reset_index(drop=True)
    measured = measure_buildings(buildings, run.part(0, 0.3))
    for name in ("action", "reason", "source"):
        measured[f"user_{name}"] = frames.optional(buildings, name).astype(frames.TEXT)
    measured["height"] = frames.optional(buildings, "height", "real").astype("float64")
    parts = share_buildings(measured, parcels, run.part(0.3, 1))
    main = parts[parts["is_main"].to_numpy(dtype=bool)]
    houses = measured.iloc[main["building"].tolist()].reset_index(drop=True)
    land = parcels.iloc[main["parcel"].tolist()].reset_index(drop=True)
    houses["parcel_id"] = land["parcel_id"].astype(frames.TEXT)
    houses["tag"] = frames.optional(land, "tag").fillna("none")
    houses["programme"] = frames.optional(land, "programme").fillna("none")
    houses["land_resid"] = frames.shares(land, "resid_share")
    zone_of = members.set_index("parcel_id")["zone_id"]
    houses["zone_id"] = houses["parcel_id"].map(zone_of).astype(frames.TEXT)
    return houses[houses["zone_id"].notna().to_numpy(dtype=bool)].reset_index(drop=True)


def _lived_in(houses: pd.DataFrame) -> tuple[Flags, Flags]:
    """Say where people live for certain, and where they may: an untold use is that of its parcel, where it is one."""
    told, land = houses["resid_share"].to_numpy("float64"), houses["land_resid"].to_numpy("float64")
    share = np.where(np.isnan(told) & np.isin(land, (0.0, 1.0)), land, told)
    return share > 0, (share > 0) | np.isnan(share)


def _asked(houses: pd.DataFrame, run: Run) -> tuple[Objects, Objects]:
    """Return the user's action (None = nothing said) and reason ("" = none); what we proposed earlier is not asked."""
    known = {word.casefold(): action for action, words in ACTION_WORDS.items() for word in words.split("|")}
    ours = (houses["user_source"] == "rule").fillna(False).to_numpy(dtype=bool)
    words = houses["user_action"].str.strip().str.casefold()
    asked = np.array([None if pd.isna(word) else known.get(word) for word in words], dtype=object)
    said = words.notna() & (words != "")
    strange = (said & pd.isna(asked)).to_numpy(dtype=bool) & ~ours
    if strange.any():
        found = sorted(set(houses["user_action"][strange].tolist()))
        run.warn("action_word_unknown", n=int(strange.sum()), values=found)
    asked[ours] = None
    reason = houses["user_reason"].str.strip().fillna("").to_numpy(dtype=object)
    return asked, np.where(pd.isna(asked), "", reason)


def _protect(
    houses: pd.DataFrame, protected: pd.DataFrame | None, rules: CheckRules, run: Run
) -> tuple[Objects, Objects]:
    """Return the strictest effect of the protected areas that a footprint lies in, and that class; None without."""
    effect, kind = np.full(len(houses), None, dtype=object), np.full(len(houses), None, dtype=object)
    if protected is None or not len(protected) or not len(houses):
        return effect, kind
    classes = frames.optional(protected, "class").fillna("").to_numpy(dtype=object)
    level = np.array([EFFECTS.index(rules.protection_of(str(item))["effect"]) for item in classes])
    shapes, areas = frames.geometries(houses), frames.geometries(protected)
    house, area, common = measure_pairs(shapes, areas, run)
    keep = common > np.minimum(TOUCH_M2, shapely.area(shapes[house]) / 2)
    house, area = house[keep], area[keep]
    order = np.lexsort((classes[area].astype(str), -level[area], house))
    first = np.unique(house[order], return_index=True)[1]
    rows, best = house[order][first], area[order][first]
    effect[rows] = [EFFECTS[item] for item in level[best]]
    kind[rows] = [item or None for item in classes[best]]
    run.progress(1)
    return effect, kind


def _propose(houses: pd.DataFrame, need: Flags) -> tuple[Objects, Objects]:
    """Return 留 or 改 by the first cause that holds, and the code of its sentence. Own choice of causes and order."""
    tag, programme = houses["tag"].to_numpy(dtype=object), houses["programme"].to_numpy(dtype=object)
    danger, shed = houses["danger"].to_numpy(dtype=object), houses["is_shed"].to_numpy(dtype=bool)
    causes: list[tuple[Any, str, str]] = [
        (danger == "D", IMPROVE, "action_why_danger_d"),
        (danger == "C", IMPROVE, "action_why_danger_c"),
        (houses["protection"].eq("禁拆").fillna(False).to_numpy(dtype=bool), KEEP, "action_why_protected"),
        (programme == "renovated", KEEP, "action_why_renovated"),
        (programme == "expropriated", KEEP, "action_why_expropriated"),
        (np.isin(tag, IMPROVE_TAGS) & shed, IMPROVE, "action_why_shed"),
        (tag == "old_compound", IMPROVE, "action_why_compound"),
        (tag == "urban_village", IMPROVE, "action_why_village"),
        (np.isin(tag, ("idle_factory", "idle_building")), IMPROVE, "action_why_idle"),
        (need, IMPROVE, "action_why_lift"),
    ]
    holds = [np.asarray(cause, dtype=bool) for cause, _, _ in causes]
    action = np.select(holds, [item for _, item, _ in causes], KEEP).astype(object)
    return action, np.select(holds, [code for _, _, code in causes], "action_why_keep").astype(object)


def _beyond(houses: pd.DataFrame, asked: Objects, reason: Objects, rules: CheckRules) -> Flags:
    """Say which 拆 do not count towards the share: 违建, or class D with a reason that says beyond repair."""
    illegal, beyond = rules.words("illegal_words"), rules.words("beyond_repair_words")
    rows = zip(asked, reason, houses["danger"])
    found = [
        act == DEMOLISH and bool(illegal.search(why) or (grade == "D" and beyond.search(why)))
        for act, why, grade in rows
    ]
    return np.array(found, dtype=bool)


def _advice(houses: pd.DataFrame, need: Flags, language: str) -> Objects:
    """Return what else to do for each building, joined; None for nothing. Of C and D it stands beside 拆 as well."""
    danger = houses["danger"].to_numpy(dtype=object)
    effect = houses["protection"].fillna("").to_numpy(dtype=object)
    change = (houses["action"] != KEEP).to_numpy(dtype=bool)
    tips: list[tuple[Any, str]] = [
        (danger == "D", "action_tip_danger_d"),
        (danger == "C", "action_tip_danger_c"),
        (effect == "禁拆", "action_tip_forbidden"),
        ((effect == "须批") & change, "action_tip_approval"),
        (effect == "提示", "action_tip_look"),
        (need, "action_tip_lift"),
        (houses["refused"].to_numpy(dtype=bool), "action_tip_refused"),
    ]
    text: Objects = np.full(len(houses), "", dtype=object)
    mark = "；" if language == "zh" else "; "
    for holds, code in tips:
        rows = np.flatnonzero(np.asarray(holds, dtype=bool))
        text[rows] = [item + (mark if item else "") + say(code, language) for item in text[rows]]
    text[text == ""] = None
    return text
