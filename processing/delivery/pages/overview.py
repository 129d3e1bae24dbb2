# SPDX-License-Identifier: GPL-2.0-or-later
"""The overview of the city: every zone with its name, what was tagged, key figures, tables."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Any

from qgis.core import QgsExpressionContextUtils, QgsRectangle

from ....core.delivery.palette import palette
from ....core.delivery.scales import frame_extent
from ....core.words import say
from ..bounds import TALL, WIDE, city_view, study_hull
from .citylook import roads_of
from .figures import kind_rows, overview_figures, tag_rows, zone_rows
from .naming import Named, View, draw_names
from .sheet import GREY, HAIR, Sheet
from .surroundings import GROUND
from .titleblock import LEFT, RIGHT, TOP, draw_heading, draw_title_block
from .zonepage import bar_box, north_box, zone_name

BARS, CHECKS = 4, 18.0  # place of the two bars in the table of zones, mm of the checks behind them
ROW, MOST_ZONES, TABLES = 4.9, 10, 208.0  # mm of a row, zones that are listed, mm where the tables of a wide map begin
HEAD = ("city_cores", "page_stations", "city_zones", "page_names", "city_veil")
LISTED = ("city_zones", "city_cores", "page_stations", "city_tagged", "city_veil")


@dataclass(frozen=True)
class Form:
    """Where the tables stand: x, y of tags, zones and kinds (0 = below the others), mm of their columns and bars."""

    tags: tuple[float, float]
    zones: tuple[float, float]
    kinds: tuple[float, float]
    tag_widths: tuple[float, ...]
    zone_widths: tuple[float, ...]  # name, hectares, petals, people, the two bars, checks
    kind_widths: tuple[float, ...]
    cover: tuple[float, float]


BELOW = Form(  # three tables below a wide map
    (LEFT, TABLES), (LEFT + 72, TABLES), (LEFT + 228, TABLES), (24, 15, 13, 14), (30, 12, 8, 15, 67, CHECKS),
    (29, 15, 13, 14, 14), (32.5, 15.0),
)  # fmt: skip
SIDE = LEFT + TALL[0] + 5  # mm where the column right of a tall map begins
BESIDE = Form(  # key figures and tags side by side, zones, gaps and legend below each other
    (SIDE + 74, TOP), (SIDE, 68), (SIDE, 0), (23, 12, 15, 14.4), (30, 12, 8, 15, 55, CHECKS), (62, 22, 18, 18, 18.4),
    (27.0, 10.0),
)  # fmt: skip
BELOW_EACH = 6.0  # mm between two tables of the column


def draw_overview(made: Any, study: Any, zones: Any, number: tuple[int, int], run: Any) -> tuple[str, Sheet]:
    """Draw the overview; `number` = of the page, of all pages. Returns its title and sheet."""
    language = study.language
    title = say("map_overview_title", language)
    sheet = Sheet(made.project, f"01-01 {title}", study.font, made.run)
    QgsExpressionContextUtils.setLayoutVariable(sheet.layout, "zone_id", "*")
    draw_heading(sheet, study, title, say("map_overview_below", language), "01-01")
    box, frame, scale = city_view(study)
    view = View((LEFT, TOP, *frame), frame_extent(box, frame, scale), scale)
    found = [*map(made.layer, HEAD), made.layer("city_tagged"), roads_of(made), *map(made.layer, GROUND)]
    layers = [layer for layer in found if layer is not None]
    drawn = sheet.map(view.place, QgsRectangle(*view.extent), layers, made.project.crs(), scale)
    _names(sheet, view, study, zones, run)
    bar = bar_box(view, study_hull(study))
    sheet.scale_bar(drawn, scale, bar[0] + 4, bar[1] + 1)
    sheet.north(say("map_north", language), LEFT + frame[0] - 12, TOP + 4)
    if frame == WIDE:
        _figures(sheet, study, (LEFT, 194, RIGHT - LEFT), 6)
        _tables(sheet, study, zones, BELOW)
        place = (BELOW.kinds[0] + sum(BELOW.kind_widths) + 6, TABLES)
    else:
        _figures(sheet, study, (SIDE, TOP, 70), 2)
        place = (SIDE, _tables(sheet, study, zones, BESIDE) + BELOW_EACH)
    y = sheet.head(say("map_legend", language), *place, RIGHT - place[0])
    found = [*map(made.layer, LISTED), roads_of(made), made.layer("barriers"), made.layer("green")]
    listed = [layer for layer in found if layer is not None]
    sheet.legend(drawn, listed, (place[0], y - 1, RIGHT - place[0], 64), 2 if frame == WIDE else 3)
    draw_title_block(sheet, study, *number)
    return title, sheet


def _names(sheet: Sheet, view: View, study: Any, zones: Any, run: Any) -> None:
    """Name the zones with a number, hectares and petals, a line leading to the station."""
    from ....core.delivery.summary import hectares, told

    cores = study.metres("CORES")
    spots = {} if cores is None else {row["zone_id"]: row["geometry"] for row in cores.to_dict("records")}
    kept, names = [bar_box(view, study_hull(study)), north_box(view)], []
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


def _figures(sheet: Sheet, study: Any, place: tuple[float, float, float], columns: int) -> None:
    """Write the six key figures in a row or two, with hairs between them; `place` = x, y, width."""
    x, y, width = place
    height = 12 * 6 / columns
    sheet.figures(overview_figures(study, study.language), (x + 2, y, width - 3.4, height), columns)
    for column in range(1, columns):
        sheet.box((x + (width - 3.4) / columns * column - 1, y + 0.5, 0.15, height - 1), HAIR, "")


def _tables(sheet: Sheet, study: Any, zones: Any, form: Form) -> float:
    """Write what was tagged, the zones and the gaps, these below the zones in a column; return where all end."""
    language, found, ends = study.language, study.frame("findings"), [0.0]
    tables = (
        ("map_tags", tag_rows(study.frame("tagged"), language), form.tag_widths, form.tags),
        ("map_zones", zone_rows(zones, found, language), form.zone_widths, form.zones),
        ("map_kinds", kind_rows(study.frame("gap_summary"), language, form.kind_widths[0]), form.kind_widths,
         form.kinds),
    )  # fmt: skip
    for code, (head, *body), widths, (x, top) in tables:
        y = sheet.head(say(code, language), x, top or max(ends) + BELOW_EACH, sum(widths))
        is_long = len(body) > MOST_ZONES + 1
        more = len(body) - 1 - MOST_ZONES if is_long and code == "map_zones" else 0
        end = sheet.rows([head, *(body if not is_long else [*body[:MOST_ZONES], *body[-1:]])], widths, x, y, ROW)
        if not body:
            sheet.text(say("figure_missing", language), (x, end, sum(widths), ROW), 8, color=GREY)
        ends.append(_covers(sheet, study, zones, (x, y, end), form, more) if code == "map_zones" else end)
    return max(ends)


def _covers(
    sheet: Sheet, study: Any, zones: Any, place: tuple[float, float, float], form: Form, more: int
) -> float:  # fmt: skip
    """Draw two bars a zone, now and after: people within 15 minutes on foot, and needs that are served.

    What is not known after the works gets no bar of its own, and the line below says so, after the zones not listed.
    """
    language, (x, y, end), cover = study.language, place, form.cover[0]
    left = x + sum(form.zone_widths[:BARS]) + 3
    checked, codes = study.frame("checked_zones"), ("map_cover15", "map_served")
    for number, code in enumerate(codes):
        sheet.text(say(code, language), (left + number * cover, y, cover, ROW), 7, color=GREY)
    known = {} if checked is None else {str(row["zone_id"]): row for row in checked.to_dict("records")}
    missing = False
    for place_, zone in enumerate(list(zones["zone_id"])[: MOST_ZONES if more else None], 1):
        for number, name in enumerate(("cover15", "served")):
            row = known.get(str(zone), {})
            now, after = row.get(f"{name}_before"), row.get(f"{name}_after")
            missing |= not _is_known(after)
            _cover(sheet, (left + number * cover, y + place_ * ROW), now, after, form.cover)
    words = say("map_more_zones", language, n=more) if more else ""
    if known:
        words += say("map_cover_note", language) + (say("map_cover_missing", language) if missing else "")
    sheet.paragraph(words, (x, end + 0.6, sum(form.zone_widths), 6.5), 6, 2, color=GREY)
    return end + 7.1


def _cover(
    sheet: Sheet, place: tuple[float, float], now: Any, after: Any, widths: tuple[float, float]
) -> None:  # fmt: skip
    """Draw one bar: what is covered now pale, what comes on top strong, the figures behind it."""
    from ....core.delivery.summary import percent

    (x, y), (cover, bar) = place, widths
    if not _is_known(now):
        sheet.text("–", (x, y, 6, ROW), 7, color=GREY)
        return
    strong = palette()["branch"]["color"]
    sheet.box((x, y + ROW / 2 - 1.1, bar, 2.2), "#EFEFEC", "")
    sheet.box((x, y + ROW / 2 - 1.1, max(bar * now, 0.1), 2.2), "#AFC9D6", "")
    words = percent(now)
    if _is_known(after):
        if after > now:
            sheet.box((x + bar * now, y + ROW / 2 - 1.1, bar * (after - now), 2.2), strong, "")
        digits = 1 if percent(now) == percent(after) and after != now else 0  # a small gain is not told as none
        words = f"{percent(now, digits).removesuffix(' %')} → {percent(after, digits)}"
    sheet.text(words, (x + bar + 1.2, y, cover - bar - 1.2, ROW), 7)


def _is_known(value: Any) -> bool:
    return isinstance(value, float) and not math.isnan(value)
