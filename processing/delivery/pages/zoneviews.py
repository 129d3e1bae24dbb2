# SPDX-License-Identifier: GPL-2.0-or-later
"""Further sheets by zone: the structure of the zones side by side, what happens to the buildings, the projects."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any

from qgis.core import QgsExpressionContextUtils, QgsRectangle

from ....core.delivery.callouts import fit_words
from ....core.delivery.findings import check_of, tell_check, tell_clause, tell_limit, tell_number, tell_verdict, unit_of
from ....core.delivery.palette import palette, tag_name
from ....core.delivery.scales import choose_scale, frame_extent, page
from ....core.delivery.summary import exact_sum, hectares, percent, told
from ....core.words import say
from .checks import INKS, findings_of
from .labels import petal_numbers
from .naming import Named, View, draw_names
from .sheet import GREY, INK, Sheet
from .surroundings import GROUND
from .titleblock import LEFT, RIGHT, TOP, draw_heading, draw_title_block
from .zonepage import bar_box, north_box

STRUCTURE = ("own_cores", "own_zones", "own_branches", "ring", "own_petals", "page_roads", *GROUND)  # from above
ACTIONS = ("own_cores", "own_zones", "page_names", "veil", "own_actions", "buildings", "page_roads", *GROUND)
PROJECTS = ("own_cores", "own_zones", "page_names", "veil", "own_projects", "buildings", "page_roads", *GROUND)
COLUMNS, ROWS = 3, 2  # zones of a structure sheet
PANEL = (133.0, 117.0)  # mm of one of them, with its words
PER_SHEET = 2  # zones of a sheet of actions
PROJECT_ROWS = 50
LIMITS = ("demolish_all", "demolish_net", "demolish_reason", "rebuild_ratio", "resettle", "rent")  # checks of 建科63号
MOST_LIMITS = 5
LIMIT = 4.2  # mm of a row of them
Zones = Sequence[dict[str, Any]]


def draw_structure(made: Any, study: Any, zones: Zones, numbers: tuple[int, int, int], run: Any) -> tuple[str, Sheet]:
    """Draw up to six zones side by side: core, branches, petals; `numbers` = of the sheet, of the page, of all."""
    language = study.language
    sheet, stem = _sheet(made, study, "04", numbers[0], say("map_structure_title", language))
    draw_heading(sheet, study, say("map_structure_title", language), say("map_structure_below", language), stem)
    layers = [layer for layer in map(made.layer, STRUCTURE) if layer is not None]
    for place, zone in enumerate(zones):
        x = LEFT + (place % COLUMNS) * (PANEL[0] + 3.2)
        y = TOP + (place // COLUMNS) * (PANEL[1] + 3.4)
        size = (PANEL[0], PANEL[1] - 15)
        view = _map(sheet, made, zone, (x, y + 7, *size), layers)
        _petal_marks(sheet, study, zone, view, run)
        _panel_words(sheet, study, zone, (x, y), view.scale)
    y = TOP + -(-len(zones) // COLUMNS) * (PANEL[1] + 3.4) if len(zones) <= COLUMNS else 265.0
    listed = [layer for layer in map(made.layer, ("own_zones", "own_cores", "ring", "own_branches", "own_petals"))
              if layer is not None]  # fmt: skip
    sheet.legend(None, listed, (LEFT, y, RIGHT - LEFT, 14), 9, [str(zone["zone_id"]) for zone in zones])
    draw_title_block(sheet, study, *numbers[1:])
    return stem, sheet


def draw_actions_sheet(
    made: Any, study: Any, zones: Zones, numbers: tuple[int, int, int], run: Any
) -> tuple[str, Sheet]:
    """Draw two zones with what happens to each building, a bar and a table below each."""
    language = study.language
    sheet, stem = _sheet(made, study, "05", numbers[0], say("map_actions_title", language))
    draw_heading(sheet, study, say("map_actions_title", language), say("map_actions_below", language), stem)
    layers = [layer for layer in map(made.layer, ACTIONS) if layer is not None]
    width = (RIGHT - LEFT - 5) / 2
    for place, zone in enumerate(zones):
        x = LEFT + place * (width + 5)
        view = _map(sheet, made, zone, (x, TOP + 7, width, 172), layers)
        words = say("map_panel", language, name=_name(zone), scale=view.scale)
        sheet.text(words, (x, TOP, width, 6), 10.5, bold=True)
        _bar(sheet, view, zone)
        _action_table(sheet, study, str(zone["zone_id"]), (x, TOP + 183, width))
    listed = [layer for layer in map(made.layer, ("own_actions", "own_zones")) if layer is not None]
    sheet.legend(None, listed, (LEFT, 269, RIGHT - LEFT, 10), 6, [str(zone["zone_id"]) for zone in zones])
    draw_title_block(sheet, study, *numbers[1:])
    return stem, sheet


def draw_projects(
    made: Any, study: Any, zone: dict[str, Any], numbers: tuple[int, int, int], run: Any
) -> tuple[str, Sheet]:
    """Draw the projects of a zone with their numbers, and list them beside the map."""
    language, zone_id = study.language, str(zone["zone_id"])
    title = say("map_projects_title", language, name=_name(zone))
    sheet, stem = _sheet(made, study, "06", numbers[0], title)
    draw_heading(sheet, study, title, say("map_projects_below", language, zone=zone_id), stem)
    layers = [layer for layer in map(made.layer, PROJECTS) if layer is not None]
    view = _map(sheet, made, zone, (LEFT, TOP, 246.0, 250.0), layers)
    rows = projects_of(study, zone_id)
    names = []
    for number, row in enumerate(rows, 1):
        shape = row["geometry"]
        if shape is None or shape.is_empty:
            continue
        spot, color = shape.representative_point(), palette()["project"]["color"]
        names.append(Named(spot.x, spot.y, str(number), "", "", color))
    kept = [bar_box(view, zone["geometry"]), north_box(view)]
    draw_names(sheet, view, names, kept, _nothing(), run)
    _bar(sheet, view, zone)
    sheet.north(say("map_north", language), LEFT + 246 - 12, TOP + 4)
    end = _project_table(sheet, rows, language)
    if end < 240:  # below a long list there is no room for the legend
        x, width = LEFT + 250.5, RIGHT - LEFT - 250.5
        end = sheet.head(say("map_legend", language), x, end + 3, width)
        own = [layer for layer in map(made.layer, ("own_projects", "own_zones", "own_cores")) if layer]
        end = sheet.legend(None, own, (x, end - 1, width, 0), 3, [zone_id])
        around = [made.layer(name) for name in ("page_roads", "barriers", "green", "contours")]
        sheet.legend(sheet.last_map, [layer for layer in around if layer], (x, end + 1, width, 0), 4, [zone_id])
    draw_title_block(sheet, study, *numbers[1:])
    return stem, sheet


def projects_of(study: Any, zone_id: str) -> list[dict[str, Any]]:
    """Return the projects of a zone in the order of their numbers, outlines in the working system."""
    frame = study.metres("PROJECTS")
    if frame is None:
        return []
    mine = frame[(frame["zone_id"] == zone_id).fillna(False).astype(bool)].sort_values("project_id")
    return [{str(key): value for key, value in row.items()} for row in mine.to_dict("records")]


def _sheet(made: Any, study: Any, chapter: str, number: int, title: str) -> tuple[Sheet, str]:
    stem = f"{chapter}-{number:02}"
    return Sheet(made.project, f"{stem} {title}", study.font, made.run), stem


def _map(sheet: Sheet, made: Any, zone: dict[str, Any], place: tuple[float, float, float, float], layers: Any) -> View:
    """Place a map of one zone at a round scale; what is drawn for “the page's zone” follows the map's own variable."""
    box, size = zone["geometry"].bounds, (place[2], place[3])
    scale = choose_scale(box, size, page()["zone_scales"], page()["margin_share"])
    view = View(place, frame_extent(box, size, scale), scale)
    item = sheet.map(place, QgsRectangle(*view.extent), layers, made.project.crs(), scale)
    QgsExpressionContextUtils.setLayoutItemVariable(item, "zone_id", str(zone["zone_id"]))
    return view


def _petal_marks(sheet: Sheet, study: Any, zone: dict[str, Any], view: View, run: Any) -> None:
    petals, branches = study.metres("PETALS"), study.metres("BRANCHES")
    if petals is None:
        return
    numbers, zone_id = petal_numbers(study.frame("petals")), str(zone["zone_id"])
    names = []
    for petal in petals[(petals["zone_id"] == zone_id).fillna(False).astype(bool)].to_dict("records"):
        shape = petal["geometry"]
        if shape is None or shape.is_empty:
            continue
        spot = shape.representative_point()
        color = palette()["tags"].get(petal["tag"], palette()["no_data"])["color"]
        names.append(Named(spot.x, spot.y, str(numbers[f"{zone_id}/{petal['petal_id']}"]), "", "", color))
    mine = branches[(branches["zone_id"] == zone_id).fillna(False).astype(bool)] if branches is not None else None
    lines = view.samples(list(mine["geometry"])) if mine is not None else _nothing()
    draw_names(sheet, view, names, [], lines, run)


def _panel_words(sheet: Sheet, study: Any, zone: dict[str, Any], place: tuple[float, float], scale: int) -> None:
    """Write name and scale above a panel, core, branches and petals below it."""
    language, (x, y), zone_id = study.language, place, str(zone["zone_id"])
    sheet.text(say("map_panel", language, name=_name(zone), scale=scale), (x, y, PANEL[0], 6), 10.5, bold=True)
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
    sheet.text(fit_words(words, 7.5, PANEL[0]), (x, y + PANEL[1] - 7.5, PANEL[0], 4), 7.5)
    counts = petals.groupby("tag").size() if len(petals) else {}
    kinds = "　".join(f"{tag_name(tag, language)} {counts[tag]}" for tag in palette()["tags"] if tag in counts)
    sheet.text(kinds, (x, y + PANEL[1] - 3.6, PANEL[0], 4), 7, color=GREY)


def _core_name(study: Any, zone: dict[str, Any]) -> str:
    cores = _rows(study.frame("cores"), str(zone["zone_id"]))
    names = [name for name in cores.get("name", ()) if isinstance(name, str)]
    return names[0] if names else _name(zone)


def _action_table(sheet: Sheet, study: Any, zone_id: str, place: tuple[float, float, float]) -> None:
    """Write buildings and floor area by action; the shares add up to the whole."""
    x, y, width = place
    language, mine = study.language, _rows(study.frame("actions"), zone_id)
    sums = {name: exact_sum(mine.loc[(mine["action"] == name).to_numpy(dtype=bool), "floor_m2"])
            for name in palette()["actions"]}  # fmt: skip
    total = math.fsum(sums.values())
    left = x
    for name, area in sums.items():
        entry = palette()["actions"][name]
        if area > 0:
            sheet.box((left, y, width * area / total, 4), entry["color"], entry["outline"], 0.1)
        left += width * area / total if total > 0 else 0
    codes = ("map_action", "map_action_buildings", "map_action_foot", "map_action_floor", "map_action_share")
    rows = [[say(code, language) for code in codes]]
    for name, area in sums.items():
        part = mine[(mine["action"] == name).to_numpy(dtype=bool)]
        share = percent(area / total, 1) if total > 0 else "–"
        foot = told(exact_sum(part["foot_m2"]) / 10_000, 2)
        rows.append([palette()["actions"][name][language], told(len(part)), foot, told(area / 10_000, 2), share])
    foot = told(exact_sum(mine["foot_m2"]) / 10_000, 2) if len(mine) else "–"
    rows.append([say("head_total", language), told(len(mine)), foot, told(total / 10_000, 2),
                 percent(1.0, 1) if total > 0 else "–"])  # fmt: skip
    end = sheet.rows(rows, (width - 128, 24, 36, 40, 28), x, y + 6, 4.4)
    _limits(sheet, study, zone_id, (x, end + 2.5, width))


def _limits(sheet: Sheet, study: Any, zone_id: str, place: tuple[float, float, float]) -> None:
    """Write what the clauses say of demolishing and building anew: verdict, check, value, limit, clause."""
    x, y, width = place
    language = study.language
    shown = [row for row in findings_of(study, zone_id) if check_of(row) in LIMITS][:MOST_LIMITS]
    widths = (16.0, 46.0, 24.0, 24.0, width - 110)
    columns: list[list[Any]] = [[] for _ in widths]
    for number, row in enumerate(shown):
        words = [tell_verdict(str(row["verdict"]), language), tell_check(row, language),
                 tell_number(row["value"], unit_of(row), language), tell_limit(row, language),
                 tell_clause(row, language)]  # fmt: skip
        left = x
        for place_, (text, room) in enumerate(zip(words, widths)):
            look: dict[str, Any] = {"color": INKS.get(row["verdict"], GREY)} if place_ == 0 else {}
            look |= (
                {"align": "right"} if place_ in (2, 3) else {"color": look.get("color", GREY if place_ == 4 else INK)}
            )
            shift = 4 if place_ == 4 else 0
            spot = (left + shift, y + LIMIT * number, room - shift, LIMIT)
            columns[place_].append(sheet.text(fit_words(text, 7, room - shift), spot, 7, **look))
            left += room
    for items in columns[1:]:
        sheet.columns.add(items, LIMIT)
    if shown:
        sheet.comb((x, y, width, LIMIT * len(shown)), LIMIT)


def _project_table(sheet: Sheet, rows: Sequence[dict[str, Any]], language: str) -> float:
    """List the projects right of the map: number, name, type, mu, yuan; return where that ends."""
    x, width = LEFT + 250.5, RIGHT - LEFT - 250.5
    y = sheet.head(say("map_projects_list", language, n=len(rows)), x, TOP, width)
    codes = ("map_project_number", "map_project_name", "map_project_type", "map_project_area", "map_project_cost")
    shown = list(rows) if len(rows) <= PROJECT_ROWS else list(rows)[: PROJECT_ROWS - 1]
    widths = (8, width - 94, 26, 22, 38)
    table = [[say(code, language) for code in codes]]
    for number, row in enumerate(shown, 1):
        cost = [row.get("invest_low_wan"), row.get("invest_high_wan")]
        known = [value for value in cost if isinstance(value, (int, float)) and not math.isnan(value)]
        name = str(row["name"]) if isinstance(row["name"], str) else str(row["project_id"])
        kind = str(row["type"]) if isinstance(row["type"], str) else "–"
        table.append([str(number), fit_words(name, 8, widths[1] - 2), fit_words(kind, 8, widths[2] - 1),
                      told(row["area_mu"], 2), "–".join(told(value) for value in known) or "–"])  # fmt: skip
    end = sheet.rows(table, widths, x, y, 4.4, texts=3)
    note = say("map_projects_note", language)
    if len(rows) > len(shown):
        note = say("map_more_rows", language, n=len(rows) - len(shown)) + "　" + note
    sheet.paragraph(note, (x, end + 1, width, 8), 7, color=GREY)
    return end + 10


def _bar(sheet: Sheet, view: View, zone: dict[str, Any]) -> None:
    """Draw a scale bar on the map that was placed last, in the lower corner where it hides less of the zone."""
    box = bar_box(view, zone["geometry"])
    sheet.scale_bar(sheet.last_map, view.scale, box[0] + 4, box[1] + 1)


def _rows(frame: Any, zone_id: str) -> Any:
    import pandas as pd

    if frame is None:
        return pd.DataFrame({name: [] for name in ("action", "floor_m2", "foot_m2", "kind", "length_m", "tag")})
    return frame[(frame["zone_id"] == zone_id).fillna(False).astype(bool)]


def _name(zone: dict[str, Any]) -> str:
    return str(zone["name"]) if isinstance(zone.get("name"), str) else str(zone["zone_id"])


def _nothing() -> Any:
    import numpy as np

    return np.empty((0, 2))
