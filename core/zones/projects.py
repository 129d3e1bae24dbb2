# SPDX-License-Identifier: GPL-2.0-or-later
"""makeprojects: zones broken down into numbered projects, one per petal, per facility site, per missing link."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd
import shapely

from .. import frames, schema
from ..delivery.palette import kind_name
from ..run import Run
from ..words import pick, say
from .actions import ADD, DEMOLISH, IMPROVE, IMPROVE_TAGS, KEEP
from .findings_limits import exact_m2
from .projects_items import CostTable, price_items
from .projects_numbering import Numbering

NAN = float("nan")
MU_M2 = 2000 / 3  # one 亩
LINK_HALF_WIDTH_M = 1.5  # own choice: a link is drawn 3 m wide
SITE_RADIUS_M = 10.0  # own choice: how a site that is a point is drawn; it has no area
PHASE_FIRST, PHASE_LATER = 1, 2


@dataclass(frozen=True, eq=False)
class ProjectInputs:
    """Tables in metres of the working CRS, optional ones None.

    `zones`, `members`, `petals`, `actions`, `sites`, `links`: our own tables of these names; `parcels`: tagged columns,
    people, `name`, `land_use`, `ownership` as far as there.
    """

    zones: pd.DataFrame
    members: pd.DataFrame
    parcels: pd.DataFrame | None = None
    petals: pd.DataFrame | None = None
    actions: pd.DataFrame | None = None
    sites: pd.DataFrame | None = None
    links: pd.DataFrame | None = None


@dataclass(frozen=True, eq=False)
class Projects:
    """Tables `projects` and `project_items` (估算工程量)."""

    projects: pd.DataFrame
    items: pd.DataFrame


def make_projects(inputs: ProjectInputs, costs: CostTable, numbering: Numbering, run: Run) -> Projects:
    """Return the projects by zone, type and subject, numbered in that order, and their items with prices.

    A petal is one project; without `petals` each petal parcel is one. Sites and links belong to the zone that holds
    them (the largest part of a link); those in no zone are listed (`project_outside`) and make no project. What is not
    known (no actions, no parcels) is NaN, and so are the sums over it; 1 = 近期 for C and D danger, sites and links,
    2 = later. Fields of a project list that nobody has told yet are empty. Years are the user's.
    """
    drafts = _petals(inputs, run.part(0, 0.6))
    drafts += _sites(inputs, run)
    drafts += _links(inputs, run)
    order = list(costs.types)
    drafts.sort(key=lambda row: (row["zone_id"], order.index(row["kind"]), row["subject_id"]))
    names = dict(zip(inputs.zones["zone_id"].astype(str), frames.optional(inputs.zones, "name"), strict=True))
    codes = [(row["zone_id"], costs.types[row["kind"]]["code"]) for row in drafts]
    items: list[dict[str, Any]] = []
    counts: dict[tuple[str, str], int] = {}
    for number, row, code in zip(numbering.number(codes), drafts, codes, strict=True):
        counts[code] = counts.get(code, 0) + 1
        row["project_id"], row["district"] = number, numbering.district
        own = price_items(row, costs, run.language)
        items += own
        _describe(row, own, costs, _text(names.get(row["zone_id"])) or row["zone_id"], counts[code], run.language)
    run.fact(projects_n=len(drafts), project_items_n=len(items))
    run.progress(1)
    shape, table = schema.table("projects"), schema.table("project_items")
    columns = [*shape.names(), frames.GEOMETRY]
    return Projects(
        frames.conform(pd.DataFrame(drafts, columns=columns), shape),
        frames.conform(pd.DataFrame(items, columns=table.names()), table),
    )


def _describe(
    row: dict[str, Any], items: list[dict[str, Any]], costs: CostTable, zone: str, count: int, language: str
) -> None:
    """Fill the texts and totals of a project from its type and items."""
    kind = costs.types[row["kind"]]
    row["type"], row["zone_name"] = pick(kind["name"], language), zone
    work = pick(kind["work"], language)
    gap = "" if language == "zh" else " "
    own_name = row["label"] and row["kind"] != "site"  # a compound has a name of its own
    row["name"] = gap.join([row["label"], work] if own_name else
                           [zone, row["label"] or row["type"], f"{count:02d}", work])  # fmt: skip
    row["works"] = ("、" if language == "zh" else ", ").join(item["item"] for item in items) or None
    for end in ("low", "high"):
        row[f"invest_{end}_wan"] = float(np.sum([item[f"amount_{end}_wan"] for item in items])) if items else NAN
    open_ones = [item["item"] for item in items if np.isnan(item["quantity"])]
    row["remark"] = say("project_remark", language)
    if open_ones:
        row["remark"] += say("project_remark_unknown", language, items=open_ones)
    row["phase"] = PHASE_FIRST if row["urgent"] else PHASE_LATER
    row["area_mu"] = row["area_m2"] / MU_M2


def _petals(inputs: ProjectInputs, run: Run) -> list[dict[str, Any]]:
    """Return a draft per petal: its parcels' sums, its buildings' quantities."""
    inside = inputs.members[(inputs.members["role"] == "petal").fillna(False).to_numpy(dtype=bool)]
    inside = inside.sort_values(["zone_id", "parcel_id"], kind="stable").reset_index(drop=True)
    parcels = inputs.parcels
    land = None if parcels is None else parcels.set_index(parcels["parcel_id"].astype(str))
    owner = _petal_of(inside, land, inputs.petals)
    drafts = []
    groups = list(inside.groupby(["zone_id", owner], sort=True)["parcel_id"])
    houses = {} if inputs.actions is None else dict(list(inputs.actions.groupby("parcel_id")))
    outlines = {} if inputs.petals is None else dict(
        zip(inputs.petals["petal_id"].astype(str), frames.geometries(inputs.petals), strict=True))  # fmt: skip
    for step, ((zone, petal), ids) in enumerate(groups):
        if step % 50 == 0:
            run.progress(step / len(groups))
        known = [item for item in ids if land is not None and item in land.index]
        rows = None if land is None or not known else land.loc[known]
        own = [houses[item] for item in ids if item in houses]
        buildings = None if inputs.actions is None else pd.concat(own) if own else inputs.actions.iloc[:0]
        outline = outlines.get(str(petal))
        drafts.append(_petal(str(zone), str(petal), rows, buildings, outline))
    return drafts


def _petal_of(inside: pd.DataFrame, land: pd.DataFrame | None, petals: pd.DataFrame | None) -> pd.Series:
    """Return the petal of each member, the parcel itself where no petal of its zone holds it."""
    owner = inside["parcel_id"].astype(str)
    if petals is None or land is None or not len(petals):
        return owner
    known = np.flatnonzero(owner.isin(land.index).to_numpy(dtype=bool))
    spots = shapely.point_on_surface(frames.geometries(land.loc[owner.iloc[known.tolist()].tolist()]))
    outlines = frames.geometries(petals)
    spot, petal = shapely.STRtree(outlines).query(spots, predicate="intersects")
    zone = inside["zone_id"].astype(str).to_numpy(dtype=object)[known[spot]]
    same = zone == petals["zone_id"].astype(str).to_numpy(dtype=object)[petal]
    names = petals["petal_id"].astype(str).to_numpy(dtype=object)
    found = owner.to_numpy(dtype=object, copy=True)
    order = np.argsort(names[petal[same]], kind="stable")[::-1]  # the first id wins: it is written last
    found[known[spot[same][order]]] = names[petal[same][order]]
    return pd.Series(found, index=inside.index)


def _petal(
    zone: str, petal: str, land: pd.DataFrame | None, houses: pd.DataFrame | None, outline: Any
) -> dict[str, Any]:
    """Return the draft of one petal."""
    tags = [] if land is None else sorted(set(frames.optional(land, "tag").dropna()) & set(IMPROVE_TAGS))
    kind = max(tags, key=lambda tag: (_area(land, tag), tag)) if tags else "other"
    shape = outline
    if shape is None and land is not None:
        shape = shapely.union_all(frames.geometries(land))
    elif shape is None and houses is not None and len(houses):
        shape = shapely.union_all(frames.geometries(houses))
    area = NAN if land is None else exact_m2(shapely.area(frames.geometries(land)))
    quantities = _quantities(land, houses, area)
    names = [] if land is None else _words(land, "name")
    return {
        "zone_id": zone, "subject_id": petal, "kind": kind, "label": names[0] if len(names) == 1 else "",
        "action": _actions(houses), "use_now": _joined(land, "land_use"), "ownership": _joined(land, "ownership"),
        "area_m2": area, "exist_m2": quantities.pop("exist_m2"), "demolish_m2": quantities["demolish_m2"],
        "new_m2": quantities["new_m2"], "households": _sum(land, "households"), "people": _sum(land, "pop"),
        "urgent": quantities.pop("danger_n") > 0, "quantities": quantities, frames.GEOMETRY: shape,
    }  # fmt: skip


def _area(land: pd.DataFrame | None, tag: str) -> float:
    assert land is not None
    return exact_m2(shapely.area(frames.geometries(land[(land["tag"] == tag).fillna(False).to_numpy(dtype=bool)])))


def _quantities(land: pd.DataFrame | None, houses: pd.DataFrame | None, area: float) -> dict[str, float]:
    """Return the quantities of a petal. Without actions: parcels' sums, all of it 改, danger by number only."""
    if houses is None:
        danger = _sum(land, "danger_cd_n")
        floor = _sum(land, "floor_m2")
        foot = NAN
        if land is not None and "coverage" in land:
            foot = exact_m2(shapely.area(frames.geometries(land)) * land["coverage"].to_numpy("float64"))
        return {"improve_m2": floor, "exist_m2": floor, "demolish_m2": 0.0, "new_m2": 0.0, "open_m2": area - foot,
                "lift_n": _sum(land, "lift_need_n"), "danger_m2": 0.0 if danger == 0 else NAN,
                "danger_n": 0.0 if np.isnan(danger) else danger}  # fmt: skip
    action = houses["action"].to_numpy(dtype=object)
    floor_m2, foot_m2 = (houses[name].to_numpy("float64") for name in ("floor_m2", "foot_m2"))
    danger_cd = houses["danger"].isin(("C", "D")).fillna(False).to_numpy(dtype=bool) & (action != DEMOLISH)
    lifts = houses["lift_need"].astype("float64").to_numpy("float64", na_value=np.nan)
    stays = action != DEMOLISH
    return {
        "improve_m2": exact_m2(floor_m2[action == IMPROVE]), "exist_m2": exact_m2(floor_m2[action != ADD]),
        "demolish_m2": exact_m2(floor_m2[action == DEMOLISH]), "new_m2": exact_m2(floor_m2[action == ADD]),
        "open_m2": max(0.0, area - exact_m2(foot_m2[stays])) if not np.isnan(area) else NAN,
        "lift_n": float(np.nansum(lifts[stays])), "danger_m2": exact_m2(floor_m2[danger_cd]),
        "danger_n": float(danger_cd.sum()),
    }  # fmt: skip


def _actions(houses: pd.DataFrame | None) -> str | None:
    """Return the actions of a project in the order 留改拆增."""
    if houses is None or not len(houses):
        return None
    seen = set(houses["action"].dropna())
    return "、".join(item for item in (KEEP, IMPROVE, DEMOLISH, ADD) if item in seen) or None


def _sum(land: pd.DataFrame | None, name: str) -> float:
    if land is None or name not in land:
        return NAN
    return exact_m2(land[name].astype("float64").to_numpy("float64", na_value=np.nan))


def _words(land: pd.DataFrame, name: str) -> list[str]:
    return sorted({str(item) for item in frames.optional(land, name).dropna()})


def _joined(land: pd.DataFrame | None, name: str) -> str | None:
    return None if land is None else "、".join(_words(land, name)) or None


def _text(value: Any) -> str:
    return "" if value is None or pd.isna(value) else str(value)


def _sites(inputs: ProjectInputs, run: Run) -> list[dict[str, Any]]:
    """Return a draft per site (a candidate that gets several kinds is several)."""
    if inputs.sites is None or not len(inputs.sites):
        return []
    sites = inputs.sites.sort_values("site_id", kind="stable").reset_index(drop=True)
    shapes = frames.geometries(sites)
    zone = _zone_of(shapely.point_on_surface(shapes), inputs.zones)
    size = frames.optional(sites, "m2", "real").to_numpy("float64", na_value=np.nan)
    run.leave_out("SITES", sites["site_id"][pd.isna(zone)], "project_outside", "warning")
    flat = shapely.get_dimensions(shapes) == 2
    drafts = []
    for i, row in enumerate(sites.to_dict("records")):
        if zone[i] is None:
            continue
        label = " ".join(filter(None, [_text(row.get("name")), _kind_word(_text(row.get("kind")), run.language)]))
        drafts.append(
            {**_plain(zone[i], str(row["site_id"]), "site"), "label": label, "action": IMPROVE,
             "area_m2": float(shapely.area(shapes[i])) if flat[i] else NAN, "quantities": {"site_m2": float(size[i])},
             frames.GEOMETRY: shapes[i] if flat[i] else shapely.buffer(shapes[i], SITE_RADIUS_M)}
        )  # fmt: skip
    return drafts


def _kind_word(kind: str, language: str) -> str:
    return kind_name(kind, language) if kind else ""


def _links(inputs: ProjectInputs, run: Run) -> list[dict[str, Any]]:
    """Return a draft per missing link; stairs have another price."""
    if inputs.links is None or not len(inputs.links):
        return []
    links = inputs.links.sort_values("link_id", kind="stable").reset_index(drop=True)
    shapes = frames.geometries(links)
    zone = _zone_of(shapes, inputs.zones)
    run.leave_out("LINKS", links["link_id"][pd.isna(zone)], "project_outside", "warning")
    length = frames.optional(links, "length_m", "real").to_numpy("float64", na_value=np.nan)
    length = np.where(np.isnan(length), shapely.length(shapes), length)
    drafts = []
    for i, row in enumerate(links.to_dict("records")):
        if zone[i] is None:
            continue
        stairs = _text(row.get("kind")) == "stairs"
        quantity = {"path_m": 0.0 if stairs else float(length[i]), "stairs_m": float(length[i]) if stairs else 0.0}
        drafts.append(
            {**_plain(zone[i], str(row["link_id"]), "link"), "action": ADD, "quantities": quantity,
             frames.GEOMETRY: shapely.buffer(shapes[i], LINK_HALF_WIDTH_M, cap_style="flat")}
        )  # fmt: skip
    return drafts


def _plain(zone: Any, subject: str, kind: str) -> dict[str, Any]:
    unknown = dict.fromkeys(("area_m2", "exist_m2", "demolish_m2", "new_m2", "households", "people"), NAN)
    return {"zone_id": str(zone), "subject_id": subject, "kind": kind, "label": "", "urgent": True, **unknown}


def _zone_of(shapes: npt.NDArray[Any], zones: pd.DataFrame) -> npt.NDArray[np.object_]:
    """Return the zone that holds most of each shape (points: any), the first by id of equals; None for none."""
    ordered = zones.sort_values("zone_id", kind="stable").reset_index(drop=True)
    outlines = frames.geometries(ordered)
    shape, zone = shapely.STRtree(outlines).query(shapes, predicate="intersects")
    part = np.round(shapely.length(shapely.intersection(shapes[shape], outlines[zone])), 3)
    order = np.lexsort((zone, -part, shape))
    first = np.unique(shape[order], return_index=True)[1]
    found: npt.NDArray[np.object_] = np.full(len(shapes), None, dtype=object)
    found[shape[order][first]] = ordered["zone_id"].astype(str).to_numpy(dtype=object)[zone[order][first]]
    return found
