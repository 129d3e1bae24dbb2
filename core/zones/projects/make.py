# SPDX-License-Identifier: GPL-2.0-or-later
"""makeprojects: zones broken down into numbered projects, one per petal, per facility site, per missing link."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd
import shapely

from ... import frames, schema
from ...palette import kind_name
from ...run import Run
from ...words import join_words, pick, say
from ..findings.actions import ADD, IMPROVE
from ..keys import refuse_doubles
from .inputs import ProjectInputs
from .items import CostTable, price_items
from .lanes import draft_lanes
from .numbering import Numbering
from .petals import draft_petals
from .places import tell_places

NAN = float("nan")
MU_M2 = 2000 / 3  # one 亩
LINK_HALF_WIDTH_M = 1.5  # own choice: a link is drawn 3 m wide
SITE_RADIUS_M = 10.0  # own choice: how a site that is a point is drawn; it has no area
PHASE_FIRST, PHASE_LATER = 1, 2


@dataclass(frozen=True, eq=False)
class Projects:
    """Tables `projects` and `project_items` (估算工程量)."""

    projects: pd.DataFrame
    items: pd.DataFrame


def make_projects(inputs: ProjectInputs, costs: CostTable, numbering: Numbering, run: Run) -> Projects:
    """Return the projects by zone, type and subject, numbered in that order, and their items with prices.

    A petal is one project, one a name where its old compounds bear several; without `petals` each petal parcel is one.
    A backstreet is one (projects_lanes). Sites and links belong to the zone that holds
    them (the largest part of a link); those in no zone are listed (`project_outside`) and make no project. What is not
    known (no actions, no parcels) is NaN, and so are the sums over it; 1 = 近期 for C and D danger, sites, links and
    backstreets, 2 = later. Fields of a project list that nobody has told yet are empty. Years are the user's: with
    `inputs.start_year` each phase takes `inputs.phase_years`, one after the other. Raises RenewalError as
    refuse_doubles.
    """
    refuse_doubles(inputs.zones)
    drafts = draft_petals(inputs, run.part(0, 0.6))
    drafts += _sites(inputs, run)
    drafts += _links(inputs, run)
    drafts += draft_lanes(inputs.branches, run)
    tell_places(drafts, inputs.communities, inputs.plan, run)
    order = list(costs.types)
    drafts.sort(key=lambda row: (row["zone_id"], order.index(row["kind"]), row["subject_id"]))
    names = dict(zip(inputs.zones["zone_id"].astype(str), frames.optional(inputs.zones, "name")))
    codes = [(row["zone_id"], costs.types[row["kind"]]["code"]) for row in drafts]
    items: list[dict[str, Any]] = []
    counts: dict[tuple[str, str], int] = {}
    for step, (number, row, code) in enumerate(zip(numbering.number(codes, inputs.district), drafts, codes)):
        if step % 500 == 0:
            run.progress(0.6 + 0.4 * step / len(drafts))
        counts[code] = counts.get(code, 0) + 1
        row["project_id"], row["district"] = number, inputs.district or numbering.district
        own = price_items(row, costs, run.language)
        items += own
        _describe(row, own, costs, _text(names.get(row["zone_id"])) or row["zone_id"], counts[code], run.language)
        _set_years(row, inputs)
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
    own_name = row["label"] and row["kind"] != "site"  # a compound or a lane has a name of its own
    row["name"] = gap.join([row["label"], work] if own_name else
                           [zone, row["label"] or row["type"], f"{count:02d}", work])  # fmt: skip
    row["works"] = join_words((item["item"] for item in items), language) or None
    for end in ("low", "high"):
        row[f"invest_{end}_wan"] = float(np.sum([item[f"amount_{end}_wan"] for item in items])) if items else NAN
    open_ones = [item["item"] for item in items if np.isnan(item["quantity"])]
    row["remark"] = say("project_remark", language)
    if open_ones:
        row["remark"] += say("project_remark_unknown", language, items=open_ones)
    if row.get("lift_open_n"):
        row["remark"] += say("project_remark_lifts", language, n=row["lift_open_n"])
    row["phase"] = PHASE_FIRST if row["urgent"] else PHASE_LATER
    row["area_mu"] = row["area_m2"] / MU_M2


def _set_years(row: dict[str, Any], inputs: ProjectInputs) -> None:
    if inputs.start_year is not None:
        row["year_from"] = inputs.start_year + (row["phase"] - 1) * inputs.phase_years
        row["year_to"] = row["year_from"] + inputs.phase_years - 1


def _text(value: Any) -> str:
    return "" if value is None or pd.isna(value) else str(value)


def _sites(inputs: ProjectInputs, run: Run) -> list[dict[str, Any]]:
    """Return a draft per site (a candidate that gets several kinds is several)."""
    if inputs.sites is None or not len(inputs.sites):
        return []
    sites = inputs.sites.sort_values("site_id", kind="stable").reset_index(drop=True)
    shapes = frames.geometries(sites)
    zone = _zone_of(shapely.point_on_surface(shapes), inputs.zones)
    size = frames.reals(sites, "m2")
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
    length = frames.reals(links, "length_m")
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
