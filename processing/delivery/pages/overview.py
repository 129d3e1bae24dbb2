# SPDX-License-Identifier: GPL-2.0-or-later
"""The overview of the city: every zone with its name, what was tagged, key figures, tables."""

from __future__ import annotations

import math
from typing import Any

from qgis.core import QgsRectangle

from ....core.delivery.callouts import AIR_MM, SMALL_NAME, fair_widths, fit_words, fitting_size
from ....core.delivery.paper import Form, Place
from ....core.delivery.scales import frame_extent
from ....core.palette import palette
from ....core.words import say
from .citylook import roads_of
from .corners import bar_box, core_boxes, north_box
from .figures import kind_rows, overview_figures, print_hectares, tag_rows, zone_rows
from .leaf import Leaf, begin_sheet, draw_columns, end_sheet, ground_of, layers_of, page_form
from .naming import Named, View, draw_names
from .sheet import GREY, HAIR, Sheet
from .zonepage import zone_name

ROW, LOW_ROW = 4.9, 4.4  # mm of a row, of one in a long table
TAGS, KINDS = (24, 15, 13, 14), (32, 9, 13, 10, 13, 12)  # shares of a table's width
ZONES, CHECKS = (30, 12, 8, 15), 18.0  # mm of name, hectares, petals, people; of the checks; bars take the rest
BAR_LEFT, WORDS = 3.0, 18.5  # mm from the people to the bars, of the figures behind each
HEAD = ("city_cores", "page_stations", "city_zones", "page_names", "city_veil", "city_tagged")
LISTED = ("city_zones", "city_cores", "page_stations", "city_tagged", "city_veil")
AROUND = ("page_barriers", "page_green", "page_contours")  # of the ground, in the legend


def draw_overview(made: Any, study: Any, leaf: Leaf, run: Any) -> Sheet:
    """Draw a page of the overview."""
    language = study.language
    sheet = begin_sheet(made, study, leaf, say("map_overview_title", language), say("map_overview_below", language))
    box = study.bounds
    form, scale = page_form(study, "overview", leaf, box)
    zones = study.metres("ZONES").sort_values("zone_id").reset_index(drop=True)
    for place in form.maps:
        view = View(place, frame_extent(box, place[2:], scale), scale)
        layers = layers_of(made, *HEAD, roads_of(study), *ground_of(study, scale))
        drawn = sheet.map(view.place, QgsRectangle(*view.extent), layers, made.project.crs(), scale)
        _names(sheet, view, study, zones, run)
        bar = bar_box(view, study.hull)
        sheet.scale_bar(drawn, scale, bar)
        sheet.north_of(view.place, language)

    def legend(place: Place) -> float:
        x, y, width, room = place
        end = y + room
        y = sheet.head(say("map_legend", language), x, y, width)
        listed = layers_of(made, *LISTED, roads_of(study), *ground_of(study, scale, AROUND))
        return sheet.legend(sheet.last_map, listed, (x, y - 1, width, end - y + 1), form.legend[language])

    draw_columns(form, {
        "figures": lambda place: _figures(sheet, study, place, form.most["figures"]),
        "tags": lambda place: _tags(sheet, study, place),
        "zones": lambda place: _zones(sheet, study, zones, place, form),
        "kinds": lambda place: _kinds(sheet, study, place),
        "legend": legend,
    })  # fmt: skip
    return end_sheet(sheet, study, leaf)


def _names(sheet: Sheet, view: View, study: Any, zones: Any, run: Any) -> None:
    """Name the zones with a number, hectares and petals, a line leading to the station."""
    from ....core.delivery.summary import told

    areas = print_hectares(zones)
    cores = study.metres("CORES")
    spots = {} if cores is None else {row["zone_id"]: row["geometry"] for row in cores.to_dict("records")}
    kept, names = [bar_box(view, study.hull), north_box(view), *core_boxes(study, view)], []
    for number, zone in enumerate(zones.to_dict("records"), 1):
        shape = spots.get(zone["zone_id"]) or zone["geometry"]
        if shape is None or shape.is_empty:
            continue
        spot = shape.point_on_surface()
        values = {"area": areas[str(zone["zone_id"])], "petals": told(zone.get("petals_n"))}
        second = say("map_zone_line", study.language, **values)
        names.append(Named(spot.x, spot.y, str(number), zone_name(zone), second, palette()["zone"]["color"]))
    lines = [shape.boundary for shape in zones["geometry"] if shape is not None]
    draw_names(sheet, view, names, kept, view.samples(lines), run)


def _figures(sheet: Sheet, study: Any, place: Place, columns: int) -> float:
    """Write the six key figures in a row or two, with hairs between them."""
    x, y, width, _ = place
    height = 12 * 6 / columns
    sheet.figures(overview_figures(study, study.language), (x + 2, y, width - 3.4, height), columns)
    for column in range(1, columns):
        sheet.box((x + (width - 3.4) / columns * column - 1, y + 0.5, 0.15, height - 1), HAIR, "")
    return y + height


def _tags(sheet: Sheet, study: Any, place: Place) -> float:
    """Write what was tagged."""
    return _table(sheet, study, "map_tags", tag_rows(study.frame("tagged"), study.language), place, TAGS)


def _kinds(sheet: Sheet, study: Any, place: Place) -> float:
    """Write the gaps by kind."""
    return _table(sheet, study, "map_kinds", kind_rows(study.frame("gap_summary"), study.language), place, KINDS)


def _table(
    sheet: Sheet, study: Any, title: str, rows: list[list[str]], place: Place, shares: tuple[float, ...]
) -> float:  # fmt: skip
    """Write a table below its heading, lower rows where it is long; return where it ends.

    What there is no room for even so is counted in a line below.
    """
    x, y, width, room = place
    bottom = y + room
    y = sheet.head(say(title, study.language), x, y, width)
    head, *body = rows
    step = min(ROW, max(LOW_ROW, (bottom - y) / (len(body) + 1)))
    most = max(1, int((bottom - y) / step + 1e-6) - 1)
    more = len(body) - most + 1 if len(body) > most else 0
    widths = fair_widths(rows, [share * width / sum(shares) for share in shares], 0)
    body = [[fit_words(row[0], SMALL_NAME, widths[0]), *row[1:]] for row in body]
    end = sheet.rows([head, *body[: len(body) - more]], widths, x, y, step, small=SMALL_NAME)
    if more:
        end = sheet.note(say("map_more_rows", study.language, n=more), x, end, width)
    if not body:
        sheet.text(say("figure_missing", study.language), (x, end, width, ROW), 8, color=GREY)
    return end


def _zones(sheet: Sheet, study: Any, zones: Any, place: Place, form: Form) -> float:
    """Write the zones with their numbers, the first ones where they are many, with a total; return where they end."""
    (x, y, width, _), most = place, form.most["zones"]
    bars = width - sum(ZONES) - CHECKS
    head, *body = zone_rows(zones, study.frame("findings"), study.language)
    more = len(body) - 1 - most if len(body) > most + 1 else 0
    y = sheet.head(say("map_zones", study.language), x, y, width)
    shown = [*body[:most], body[-1]] if more else body
    end = sheet.rows([head, *shown], (*ZONES, bars, CHECKS), x, y, ROW)
    return _covers(sheet, study, zones, (x, y, width, end), most, more)


def _covers(
    sheet: Sheet, study: Any, zones: Any, place: tuple[float, float, float, float], most: int, more: int
) -> float:  # fmt: skip
    """Draw two bars a zone, now and after: people within 15 minutes on foot, and needs that are served.

    `place` = x, y, width and end of the table. What is not known after the works gets no bar of its own, and the line
    below says so, after the zones not listed.
    """
    language, (x, y, width, end) = study.language, place
    cover = (width - sum(ZONES) - CHECKS - BAR_LEFT + 1) / 2
    left = x + sum(ZONES) + BAR_LEFT
    checked, codes = study.frame("checked_zones"), ("map_cover15", "map_served")
    for number, code in enumerate(codes):
        sheet.text(say(code, language), (left + number * cover, y, cover, ROW), 7, color=GREY)
    known = {} if checked is None else {str(row["zone_id"]): row for row in checked.to_dict("records")}
    missing = False
    for place_, zone in enumerate(list(zones["zone_id"])[: most if more else None], 1):
        for number, name in enumerate(("cover15", "served")):
            row = known.get(str(zone), {})
            now, after = row.get(f"{name}_before"), row.get(f"{name}_after")
            missing |= not _is_known(after)
            _cover(sheet, (left + number * cover, y + place_ * ROW), now, after, (cover, cover - WORDS))
    words = say("map_more_zones", language, n=more) if more else ""
    if known:
        words += say("map_cover_note", language) + (say("map_cover_missing", language) if missing else "")
    sheet.paragraph(words, (x, end + 0.6, width, 6.5), 6, 2, color=GREY)
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
    room = cover - bar - 1.2
    sheet.text(words, (x + bar + 1.2, y, room, ROW), fitting_size(words, room - AIR_MM, SMALL_NAME, 7.0))


def _is_known(value: Any) -> bool:
    return isinstance(value, float) and not math.isnan(value)
