# SPDX-License-Identifier: GPL-2.0-or-later
"""The sheets of land use: as it is (from the parcels) and as planned, with the zones and a table of areas."""

from __future__ import annotations

from typing import Any

from qgis.core import QgsExpressionContextUtils, QgsRectangle

from ....core.delivery.palette import palette
from ....core.delivery.scales import choose_scale, frame_extent, page
from ....core.words import say
from ..bounds import study_bounds, study_hull
from .citylook import roads_of
from .naming import Named, View, draw_names
from .sheet import GREY, Sheet
from .surroundings import GROUND
from .titleblock import LEFT, TOP, draw_heading, draw_title_block
from .zonepage import bar_box

FRAME = (296.0, 252.0)  # mm
COLUMN = (308.3, 104.4)  # x and width of the right column
STAGES = ("now", "plan")
TITLES = {"now": ("map_land_now", "map_land_now_below"), "plan": ("map_land_plan", "map_land_plan_below")}
SHOWN = ("city_cores", "page_stations", "city_outlines", "page_names")  # above the land, below them the roads


def stages_of(study: Any) -> list[str]:
    """Return the stages (now, plan) whose land use is known."""
    frame = study.frame("land_use_map")
    return [] if frame is None else [stage for stage in STAGES if (frame["stage"] == stage).fillna(False).any()]


def draw_land(made: Any, study: Any, stage: str, number: tuple[int, int], run: Any) -> tuple[str, Sheet]:
    """Draw one stage; `number` = of the page, of all pages. Returns the sheet's number and sheet."""
    language = study.language
    stem, title = f"01-{2 + STAGES.index(stage):02}", say(TITLES[stage][0], language)
    sheet = Sheet(made.project, f"{stem} {title}", study.font, made.run)
    QgsExpressionContextUtils.setLayoutVariable(sheet.layout, "zone_id", "*")
    draw_heading(sheet, study, title, say(TITLES[stage][1], language), stem)
    box = study_bounds(study)
    scale = choose_scale(box, FRAME, page()["overview_scales"], page()["margin_share"])
    view = View((LEFT, TOP, *FRAME), frame_extent(box, FRAME, scale), scale)
    land = made.layers["land_use_map"][stages_of(study).index(stage)]
    shown = [*map(made.layer, SHOWN), roads_of(made), land, *map(made.layer, GROUND)]
    drawn = sheet.map(view.place, QgsRectangle(*view.extent), [layer for layer in shown if layer is not None],
                      made.project.crs(), scale)  # fmt: skip
    _zone_numbers(sheet, view, study, run)
    bar = bar_box(view, study_hull(study))
    sheet.scale_bar(drawn, scale, bar[0] + 4, bar[1] + 1)
    sheet.north(say("map_north", language), LEFT + FRAME[0] - 12, TOP + 4)
    _column(made, sheet, study, stage, land)
    draw_title_block(sheet, study, *number)
    return stem, sheet


def _zone_numbers(sheet: Sheet, view: View, study: Any, run: Any) -> None:
    """Put the zones' numbers of the overview into them."""
    names = []
    zones = study.metres("ZONES").sort_values("zone_id")
    for number, zone in enumerate(zones.to_dict("records"), 1):
        if zone["geometry"] is not None and not zone["geometry"].is_empty:
            spot = zone["geometry"].representative_point()
            names.append(Named(spot.x, spot.y, str(number), "", "", palette()["zone"]["color"]))
    draw_names(sheet, view, names, [], view.samples([]), run)


def _column(made: Any, sheet: Sheet, study: Any, stage: str, land: Any) -> None:
    """Write the areas by class with their colours, the zones, the legend of what else is drawn, and the note."""
    from ....core.delivery.summary import hectares

    language, (x, width) = study.language, COLUMN
    y = _areas(sheet, study, stage, (x, width))
    y = sheet.head(say("map_zones", language), x, y + 5, width)
    rows = [["", say("head_zone", language), say("head_hectare", language)]]
    zones = study.metres("ZONES").sort_values("zone_id").to_dict("records")
    for number, zone in enumerate(zones[:18], 1):
        name = zone["name"] if isinstance(zone.get("name"), str) else str(zone["zone_id"])
        rows.append([str(number), name, hectares(zone.get("area_m2"))])
    y = sheet.rows(rows, (8, width - 34, 26), x, y, 4.6, texts=2)
    if len(zones) > 18:
        y = sheet.note(say("map_more_rows", language, n=len(zones) - 18), x, y, width)
    y = sheet.head(say("map_legend", language), x, y + 5, width)
    listed = [made.layer(name) for name in ("city_outlines", "city_cores", "page_stations")]
    listed += [roads_of(made), made.layer("barriers")]
    y = sheet.legend(sheet.last_map, [layer for layer in listed if layer is not None], (x, y - 1, width, 0), 2)
    sheet.paragraph(say("map_land_colors", language), (x, y + 3, width, 8), 7, 3, color=GREY)


def _areas(sheet: Sheet, study: Any, stage: str, place: tuple[float, float]) -> float:
    """Write code, class, hectares and share of each class; the shares add up to the whole that is drawn."""
    from ....core.delivery.land import sum_land
    from ....core.delivery.palette import land_classes
    from ....core.delivery.summary import hectares, percent

    language, (x, width) = study.language, place
    y = sheet.head(say("map_land_areas", language), x, TOP, width)
    sums = sum_land(study.frame("land_use_map"), stage)
    whole = sum(area for _, area in sums)
    known = {entry["code"]: entry for entry in land_classes()}
    empty = palette()["base"]["land_unknown"]
    heads = ("", "head_code", "head_class", "head_hectare", "head_part")
    rows = [[say(code, language) if code else "" for code in heads]]
    for code, area in sums:
        name = known[code][language] if code else empty[language]
        rows.append(["", code, name, hectares(area), percent(area / whole, 1) if whole > 0 else "–"])
    rows.append(["", "", say("head_total", language), hectares(whole), percent(1.0, 1) if whole > 0 else "–"])
    widths = (9.0, 13.0, width - 60, 20.0, 18.0)
    for number, (code, _) in enumerate(sums, 1):
        top = y + 5.2 * number + 1
        if code:
            sheet.box((x, top, 6.5, 3.3), known[code]["color"], "#8F958C", 0.1)
        else:
            sheet.box((x, top, 6.5, 3.3), "", empty["color"], 0.1)
    return sheet.rows(rows, widths, x, y, 5.2, texts=3)
