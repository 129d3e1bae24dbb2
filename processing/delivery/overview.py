# SPDX-License-Identifier: GPL-2.0-or-later
"""The overview of the city: every zone with its name, what was tagged, key figures, tables."""

from __future__ import annotations

import math
from typing import Any

from qgis.core import QgsExpressionContextUtils, QgsRectangle

from ...core.delivery.palette import palette
from ...core.delivery.scales import bar_step, choose_scale, frame_extent, page
from ...core.words import say
from .bounds import CITY_FRAME, study_bounds
from .figures import kind_rows, overview_figures, tag_rows, zone_rows
from .naming import Named, View, draw_names
from .sheet import GREY, HAIR, Sheet
from .surroundings import GROUND
from .titleblock import LEFT, RIGHT, TOP, draw_heading, draw_title_block
from .zonepage import bar_box, north_box, zone_name

ZONE_WIDTHS = (30, 12, 8, 15, 67, 18)  # mm: name, hectares, petals, people, the two bars, checks
COVER, COVER_BAR = 32.5, 15.0  # mm of a bar with its figures, of the bar
SHOWN = ("city_cores", "page_stations", "city_zones", "page_names", "city_tagged", "page_roads", *GROUND)
LISTED = ("city_zones", "city_cores", "page_stations", "city_tagged", "page_roads", "barriers", "green")


def draw_overview(made: Any, study: Any, zones: Any, number: tuple[int, int], run: Any) -> tuple[str, Sheet]:
    """Draw the overview; `number` = of the page, of all pages. Returns its title and sheet."""
    language = study.language
    title = say("map_overview_title", language)
    sheet = Sheet(made.project, f"01-01 {title}", study.font, made.run)
    QgsExpressionContextUtils.setLayoutVariable(sheet.layout, "zone_id", "*")
    draw_heading(sheet, study, title, say("map_overview_below", language), "01-01")
    box = study_bounds(study)
    scale = choose_scale(box, CITY_FRAME, page()["overview_scales"], page()["margin_share"])
    view = View((LEFT, TOP, *CITY_FRAME), frame_extent(box, CITY_FRAME, scale), scale)
    layers = [layer for layer in map(made.layer, SHOWN) if layer is not None]
    drawn = sheet.map(view.place, QgsRectangle(*view.extent), layers, made.project.crs(), scale)
    _names(sheet, view, study, zones, run)
    bar = bar_box(view)
    sheet.scale_bar(drawn, scale, bar_step(scale), bar[0] + 4, bar[1] + 1)
    sheet.north(say("map_north", language), RIGHT - 12, TOP + 4)
    sheet.figures(overview_figures(study, language), (LEFT + 2, 194, 402, 12), 6)
    for place in range(1, 6):
        sheet.box((LEFT + 402 / 6 * place - 1, 194.5, 0.15, 11), HAIR, "")
    _tables(sheet, study, zones)
    x = LEFT + 66 + sum(ZONE_WIDTHS) + 85 + 18
    y = sheet.head(say("map_legend", language), x, 208, RIGHT - x)
    listed = [layer for layer in map(made.layer, LISTED) if layer is not None]
    sheet.legend(drawn, listed, (x, y - 1, RIGHT - x, 64), 2)
    draw_title_block(sheet, study, *number)
    return title, sheet


def _names(sheet: Sheet, view: View, study: Any, zones: Any, run: Any) -> None:
    """Name the zones with a number, hectares and petals, a line leading to the station."""
    from ...core.delivery.summary import hectares, told

    cores = study.metres("CORES")
    spots = {} if cores is None else {row["zone_id"]: row["geometry"] for row in cores.to_dict("records")}
    kept, names = [bar_box(view), north_box(view)], []
    for number, zone in enumerate(zones.to_dict("records"), 1):
        shape = spots.get(zone["zone_id"]) or zone["geometry"]
        if shape is None or shape.is_empty:
            continue
        spot = shape.point_on_surface()
        x, y = view.on_page(spot.x, spot.y)
        kept.append((x - 3.6, y - 3.6, x + 3.6, y + 3.6))
        values = {"area": hectares(zone.get("area_m2")), "petals": told(zone.get("petals_n"))}
        second = say("map_zone_line", study.language, **values)
        names.append(Named(spot.x, spot.y, str(number), zone_name(zone), second, palette()["zone"]["color"]))
    lines = [shape.boundary for shape in zones["geometry"] if shape is not None]
    draw_names(sheet, view, names, kept, view.samples(lines), run)


def _tables(sheet: Sheet, study: Any, zones: Any) -> None:
    language, x = study.language, LEFT
    tables = (
        ("map_tags", tag_rows(study.frame("tagged"), language), (24, 15, 13, 14), 4.9),
        ("map_zones", zone_rows(zones, study.frame("findings"), language), ZONE_WIDTHS, 4.9),
        ("map_kinds", kind_rows(study.frame("gap_summary"), language), (29, 15, 13, 14, 14), 4.9),
    )
    for code, rows, widths, step in tables:
        width = sum(widths)
        y = sheet.head(say(code, language), x, 208, width)
        head, *body = rows
        last = body[-1:] if len(body) > 11 else []
        shown = [head, *(body if not last else [*body[:10], *last])]
        end = sheet.rows(shown, widths, x, y, step)
        if not body:
            sheet.text(say("figure_missing", language), (x, end, width, step), 8, color=GREY)
        if code == "map_zones":
            _covers(sheet, study, zones, (x, y, end), step, 10 if last else len(zones))
        x += width + 6


def _covers(
    sheet: Sheet, study: Any, zones: Any, place: tuple[float, float, float], step: float, shown: int
) -> None:  # fmt: skip
    """Draw two bars a zone, now and after: people within 15 minutes on foot, and needs that are served.

    What is not known after the works gets no bar of its own, and the line below says so.
    """
    language, (x, y, end) = study.language, place
    left = x + sum(ZONE_WIDTHS[:4]) + 3
    checked, codes = study.frame("checked_zones"), ("map_cover15", "map_served")
    for number, code in enumerate(codes):
        sheet.text(say(code, language), (left + number * COVER, y, COVER, step), 7, color=GREY)
    known = {} if checked is None else {str(row["zone_id"]): row for row in checked.to_dict("records")}
    missing = False
    for place_, zone in enumerate(list(zones["zone_id"])[:shown], 1):
        for number, name in enumerate(("cover15", "served")):
            row = known.get(str(zone), {})
            now, after = row.get(f"{name}_before"), row.get(f"{name}_after")
            missing |= not _is_known(after)
            _cover(sheet, (left + number * COVER, y + place_ * step, step), now, after)
    if not known:
        return
    words = say("map_cover_note", language) + (say("map_cover_missing", language) if missing else "")
    sheet.paragraph(words, (x, end + 0.6, sum(ZONE_WIDTHS), 6.5), 6, 2, color=GREY)


def _cover(sheet: Sheet, place: tuple[float, float, float], now: Any, after: Any) -> None:
    """Draw one bar: what is covered now pale, what comes on top strong, the figures behind it."""
    from ...core.delivery.summary import percent

    x, y, step = place
    if not _is_known(now):
        sheet.text("–", (x, y, 6, step), 7, color=GREY)
        return
    strong = palette()["branch"]["color"]
    sheet.box((x, y + step / 2 - 1.1, COVER_BAR, 2.2), "#EFEFEC", "")
    sheet.box((x, y + step / 2 - 1.1, max(COVER_BAR * now, 0.1), 2.2), "#AFC9D6", "")
    words = percent(now)
    if _is_known(after):
        if after > now:
            sheet.box((x + COVER_BAR * now, y + step / 2 - 1.1, COVER_BAR * (after - now), 2.2), strong, "")
        digits = 1 if percent(now) == percent(after) and after != now else 0  # a small gain is not told as none
        words = f"{percent(now, digits).removesuffix(' %')} → {percent(after, digits)}"
    sheet.text(words, (x + COVER_BAR + 1.2, y, COVER - COVER_BAR - 1.2, step), 7)


def _is_known(value: Any) -> bool:
    return isinstance(value, float) and not math.isnan(value)
