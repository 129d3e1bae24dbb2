# SPDX-License-Identifier: GPL-2.0-or-later
"""Further sheets by zone: the structure of the zones side by side, what happens to the buildings, the projects."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any

from qgis.core import QgsExpressionContextUtils, QgsRectangle

from ....core import frames
from ....core.delivery.balance import balance
from ....core.delivery.callouts import fit_words
from ....core.delivery.findings import check_of
from ....core.delivery.paper import Place, scale_of
from ....core.delivery.scales import frame_extent
from ....core.delivery.summary import exact_sum, hectares, percent, told
from ....core.palette import palette, tag_name
from ....core.words import say
from .checks import draw_bar, draw_rows, findings_of
from .corners import bar_box, core_boxes, north_box, short_bar
from .labels import petal_numbers
from .leaf import Leaf, begin_sheet, draw_columns, end_sheet, ground_of, layers_of, page_form
from .naming import Named, View, draw_names, spots_of
from .sheet import GREY, Sheet
from .zonepage import zone_name

STRUCTURE = ("own_cores", "own_zones", "own_branches", "ring", "own_petals", "page_roads")  # from above
ACTIONS = ("own_cores", "own_zones", "page_names", "veil", "own_actions", "page_buildings", "page_roads")
PROJECTS = ("own_cores", "own_zones", "page_names", "veil", "own_projects", "page_buildings", "page_roads")
AROUND = ("page_roads", "page_barriers", "page_green", "page_contours")  # of the ground, in legends
TITLE, WORDS = 7.0, 8.0  # mm above a panel and below it
PROJECT_ROW, FEW_PROJECTS = 4.4, 10  # mm of a row; up to so many stand in one block
LEAST_LEGEND = 38.0  # mm: below a long list there is no room for the legend
LIMITS = ("demolish_all", "demolish_net", "demolish_reason", "rebuild_ratio", "resettle", "rent")  # checks of 建科63号


def draw_structure(made: Any, study: Any, leaf: Leaf, run: Any) -> Sheet:
    """Draw zones side by side: core, branches, petals."""
    language = study.language
    title, below = say("map_structure_title", language), say("map_structure_below", language)
    sheet = begin_sheet(made, study, leaf, title, below)
    form = study.paper.forms["structure"][0]
    bottom = 0.0
    for (x, y, width, height), zone in zip(form.maps, leaf.zones):
        view = _map(sheet, made, study, ("structure", zone), (x, y + TITLE, width, height - TITLE - WORDS), STRUCTURE)
        bar = short_bar(view)
        _petal_marks(sheet, study, zone, view, [bar, north_box(view), *core_boxes(study, view)], run)
        sheet.short_bar(view.scale, bar)
        sheet.north_of(view.place, language)
        _panel_words(sheet, study, zone, (x, y, width, height), view.scale)
        bottom = max(bottom, y + height)
    x, y, width, room = form.places["legend"]
    names = ("own_zones", "own_cores", "ring", "own_branches", "own_petals")
    place = (x, min(y, bottom + 3), width, room)
    _legend(made, sheet, study, leaf, names, place, form.legend[language])
    return end_sheet(sheet, study, leaf)


def draw_actions_sheet(made: Any, study: Any, leaf: Leaf, run: Any) -> Sheet:
    """Draw zones with what happens to each building, a bar and a table with each."""
    language = study.language
    sheet = begin_sheet(made, study, leaf, say("map_actions_title", language), say("map_actions_below", language))
    form = study.paper.forms["actions"][0]
    for place, table, zone in zip(form.maps, form.tables, leaf.zones):
        view = _map(sheet, made, study, ("actions", zone), place, ACTIONS)
        words = say("map_panel", language, name=zone_name(zone), scale=view.scale)
        sheet.text(words, (place[0], place[1] - TITLE, place[2], 6), 10.5, bold=True)
        _bar(sheet, view, zone)
        sheet.north_of(view.place, language)
        _action_table(sheet, study, str(zone["zone_id"]), table[:3])
    names = ("own_actions", "own_zones", "own_cores")
    _legend(made, sheet, study, leaf, names, form.places["legend"], form.legend[language])
    return end_sheet(sheet, study, leaf)


def draw_projects(made: Any, study: Any, leaf: Leaf, run: Any) -> Sheet:
    """Draw the projects of a zone with their numbers, and list them beside the map or on the next page."""
    language, zone = study.language, leaf.zones[0]
    zone_id = str(zone["zone_id"])
    title = say("map_projects_title", language, name=zone_name(zone))
    sheet = begin_sheet(made, study, leaf, title, say("map_projects_below", language, zone=zone_id))
    form, _ = page_form(study, "projects", leaf, zone["geometry"].bounds)
    rows = projects_of(study, zone_id)
    for place in form.maps:
        view = _map(sheet, made, study, ("projects", zone), place, PROJECTS)
        names, more = [], []  # further parts of projects after all projects: these choose their places first
        for number, row in enumerate(rows, 1):
            shape = row["geometry"]
            if shape is None or shape.is_empty:
                continue
            color = palette()["project"]["color"]
            for part, spot in enumerate(spots_of(view, shape)):
                (more if part else names).append(Named(spot.x, spot.y, str(number), "", "", color))
        kept = [bar_box(view, zone["geometry"]), north_box(view), *core_boxes(study, view)]
        draw_names(sheet, view, [*names, *more], kept, _nothing(), run)
        _bar(sheet, view, zone)
        sheet.north_of(view.place, language)

    def legend(place: Place) -> float:
        x, y, width, room = place
        if room < LEAST_LEGEND:
            return y
        y = sheet.head(say("map_legend", language), x, y, width) - 1
        names = ("own_projects", "own_zones", "own_cores")
        return _legend(made, sheet, study, leaf, names, (x, y, width, 0.0), form.legend[language])

    draw_columns(form, {
        "projects": lambda place: _project_table(sheet, rows, place, form.most["blocks"], language), "legend": legend,
    })  # fmt: skip
    return end_sheet(sheet, study, leaf)


def _legend(
    made: Any, sheet: Sheet, study: Any, leaf: Leaf, names: Sequence[str], place: Place, columns: int
) -> float:  # fmt: skip
    """List what the sheet is about, then the ground as far as its last map shows it; return where the list ends."""
    zones = [str(zone["zone_id"]) for zone in leaf.zones]
    around = layers_of(made, *ground_of(study, names=AROUND))
    return sheet.legend(None, layers_of(made, *names), place, columns, zones, around=(around, sheet.last_map))


def projects_of(study: Any, zone_id: str) -> list[dict[str, Any]]:
    """Return the projects of a zone in the order of their numbers, outlines in the working system."""
    frame = study.metres("PROJECTS")
    if frame is None:
        return []
    mine = frames.rows_with(frame, "zone_id", zone_id).sort_values("project_id")
    return [{str(key): value for key, value in row.items()} for row in mine.to_dict("records")]


def _map(
    sheet: Sheet, made: Any, study: Any, what: tuple[str, dict[str, Any]], place: Place, names: Sequence[str]
) -> View:
    """Place a map of one zone at a round scale; what is drawn for “the page's zone” follows the map's own variable.

    `what` = kind of the sheet and the zone.
    """
    kind, zone = what
    box = zone["geometry"].bounds
    scale = scale_of(kind, place, box)
    view = View(place, frame_extent(box, place[2:], scale), scale)
    layers = layers_of(made, *names, *ground_of(study))
    item = sheet.map(place, QgsRectangle(*view.extent), layers, made.project.crs(), scale)
    QgsExpressionContextUtils.setLayoutItemVariable(item, "zone_id", str(zone["zone_id"]))
    return view


def _petal_marks(
    sheet: Sheet, study: Any, zone: dict[str, Any], view: View, kept: list[Any], run: Any
) -> None:  # fmt: skip
    petals, branches = study.metres("PETALS"), study.metres("BRANCHES")
    if petals is None:
        return
    numbers, zone_id = petal_numbers(study.frame("petals")), str(zone["zone_id"])
    names, more = [], []
    for petal in frames.rows_with(petals, "zone_id", zone_id).to_dict("records"):
        shape = petal["geometry"]
        if shape is None or shape.is_empty:
            continue
        color = palette()["tags"].get(petal["tag"], palette()["no_data"])["color"]
        number = str(numbers[f"{zone_id}/{petal['petal_id']}"])
        for part, spot in enumerate(spots_of(view, shape)):
            (more if part else names).append(Named(spot.x, spot.y, number, "", "", color))
    mine = frames.rows_with(branches, "zone_id", zone_id) if branches is not None else None
    lines = view.samples(list(mine["geometry"])) if mine is not None else _nothing()
    draw_names(sheet, view, [*names, *more], kept, lines, run)


def _panel_words(sheet: Sheet, study: Any, zone: dict[str, Any], place: Place, scale: int) -> None:
    """Write name and scale above a panel, core, branches and petals below it."""
    language, (x, y, width, height), zone_id = study.language, place, str(zone["zone_id"])
    sheet.text(say("map_panel", language, name=zone_name(zone), scale=scale), (x, y, width, 6), 10.5, bold=True)
    branches, petals = _rows(study.frame("branches"), zone_id), _rows(study.frame("petals"), zone_id)
    stairs = exact_sum(branches.loc[(branches["kind"] == "stairs").to_numpy(dtype=bool), "length_m"]) if len(
        branches) else 0.0  # fmt: skip
    whole = exact_sum(branches.drop_duplicates("edge_id")["length_m"]) if len(branches) else 0.0
    words = say(
        "map_structure_line", language, core=_core_name(study, zone),
        branches=branches["petal_id"].nunique() if len(branches) else 0, length=told(whole / 1000, 1),
        stairs=told(stairs), petals=len(petals),
        area=hectares(exact_sum(petals["area_m2"])) if len(petals) else "–",
    )  # fmt: skip
    sheet.text(fit_words(words, 7.5, width), (x, y + height - 7.5, width, 4), 7.5)
    counts = petals.groupby("tag").size() if len(petals) else {}
    kinds = "　".join(f"{tag_name(tag, language)} {counts[tag]}" for tag in palette()["tags"] if tag in counts)
    sheet.text(kinds, (x, y + height - 3.6, width, 4), 7, color=GREY)


def _core_name(study: Any, zone: dict[str, Any]) -> str:
    cores = _rows(study.frame("cores"), str(zone["zone_id"]))
    names = [name for name in cores.get("name", ()) if isinstance(name, str)]
    return names[0] if names else zone_name(zone)


def _action_table(sheet: Sheet, study: Any, zone_id: str, place: tuple[float, float, float]) -> None:
    """Write buildings and floor area by action; the shares add up to the whole."""
    x, y, width = place
    language, mine = study.language, _rows(study.frame("actions"), zone_id)
    sums = {name: exact_sum(mine.loc[(mine["action"] == name).to_numpy(dtype=bool), "floor_m2"])
            for name in palette()["actions"]}  # fmt: skip
    total = math.fsum(sums.values())
    draw_bar(sheet, sums, language, place)
    codes = ("map_action", "map_action_buildings", "map_action_foot", "map_action_floor", "map_action_share")
    rows = [[say(code, language) for code in codes]]
    parts = {name: mine[(mine["action"] == name).to_numpy(dtype=bool)] for name in sums}
    feet = balance([exact_sum(part["foot_m2"]) for part in parts.values()], 2, 1e-4).values
    floors = balance(list(sums.values()), 2, 1e-4).values
    shares = balance([area / total for area in sums.values()] if total > 0 else [], 1, 100.0).values or [None] * len(
        sums
    )
    for (name, part), *figures, share in zip(parts.items(), feet, floors, shares):
        printed = "–" if share is None else f"{told(share, 1)} %"
        rows.append(
            [palette()["actions"][name][language], told(len(part)), *(told(item, 2) for item in figures), printed]
        )
    foot = told(exact_sum(mine["foot_m2"]) / 10_000, 2) if len(mine) else "–"
    rows.append([say("head_total", language), told(len(mine)), foot, told(total / 10_000, 2),
                 percent(1.0, 1) if total > 0 else "–"])  # fmt: skip
    widths = [share * width / 200.2 for share in (72.2, 24, 36, 40, 28)]
    end = sheet.rows(rows, widths, x, y + 6, 4.4)
    _limits(sheet, study, zone_id, (x, end + 2.5, width))


def _limits(sheet: Sheet, study: Any, zone_id: str, place: tuple[float, float, float]) -> None:
    """Write what the clauses say of demolishing and building anew: verdict, check, value, limit, clause."""
    (x, y, width), language = place, study.language
    shown = [row for row in findings_of(study, zone_id) if check_of(row) in LIMITS]
    widths = [share * width / 200.2 for share in (20.0, 46.0, 22.0, 22.0, 90.2)]
    draw_rows(sheet, shown, widths, (x, y), language)


def _project_table(
    sheet: Sheet, rows: Sequence[dict[str, Any]], place: Place, blocks: int, language: str
) -> float:  # fmt: skip
    """List the projects: number, name, type, mu, yuan, in up to `blocks` blocks; return where that ends."""
    x, y, width, room = place
    bottom = y + room
    y = sheet.head(say("map_projects_list", language, n=len(rows)), x, y, width)
    codes = ("map_project_number", "map_project_name", "map_project_type", "map_project_area", "map_project_cost")
    most = int((bottom - y - 10) / PROJECT_ROW) - 1
    blocks = blocks if len(rows) > FEW_PROJECTS else 1
    most = min(most, -(-len(rows) // blocks)) if blocks > 1 else most
    shown = list(rows) if len(rows) <= most * blocks else list(rows)[: most * blocks - 1]
    wide = (width - 5 * (blocks - 1)) / blocks
    widths = (8, wide - 85, 25, 16, 36)
    table = []
    for number, row in enumerate(shown, 1):
        cost = [row.get("invest_low_wan"), row.get("invest_high_wan")]
        known = [value for value in cost if isinstance(value, (int, float)) and not math.isnan(value)]
        name = str(row["name"]) if isinstance(row["name"], str) else str(row["project_id"])
        kind = str(row["type"]) if isinstance(row["type"], str) else "–"
        table.append([str(number), fit_words(name, 8, widths[1] - 2), fit_words(kind, 8, widths[2] - 1),
                      told(row["area_mu"], 2), "–".join(told(value) for value in known) or "–"])  # fmt: skip
    heads, end = [say(code, language) for code in codes], y
    for block in range(blocks):
        part = [heads, *table[block * most : (block + 1) * most]]
        end = max(end, sheet.rows(part, widths, x + block * (wide + 5), y, PROJECT_ROW, texts=3))
    note = say("map_projects_note", language)
    if len(rows) > len(shown):
        note = say("map_more_rows", language, n=len(rows) - len(shown)) + "　" + note
    sheet.paragraph(note, (x, end + 1, width, 8), 7, color=GREY)
    return end + 9


def _bar(sheet: Sheet, view: View, zone: dict[str, Any]) -> None:
    """Draw a scale bar on the map that was placed last, in the lower corner where it hides less of the zone."""
    sheet.scale_bar(sheet.last_map, view.scale, bar_box(view, zone["geometry"]))


def _rows(frame: Any, zone_id: str) -> Any:
    import pandas as pd

    if frame is None:
        return pd.DataFrame({name: [] for name in ("action", "floor_m2", "foot_m2", "kind", "length_m", "tag")})
    return frames.rows_with(frame, "zone_id", zone_id)


def _nothing() -> Any:
    import numpy as np

    return np.empty((0, 2))
