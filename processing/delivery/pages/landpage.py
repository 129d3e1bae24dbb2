# SPDX-License-Identifier: GPL-2.0-or-later
"""The sheets of land use: as it is (from the parcels) and as planned, with the zones and a table of areas."""

from __future__ import annotations

from typing import Any

from qgis.core import QgsRectangle

from ....core.delivery.callouts import SMALL_NAME, fair_widths, fit_words
from ....core.delivery.paper import Form, Place
from ....core.delivery.scales import frame_extent
from ....core.palette import palette
from ....core.words import say
from .citylook import roads_of
from .corners import bar_box, core_boxes, north_box
from .figures import print_hectares
from .leaf import Leaf, begin_sheet, draw_columns, end_sheet, ground_of, layers_of, page_form
from .naming import Named, View, draw_names
from .sheet import GREY, Sheet
from .zonepage import zone_name

STAGES = ("now", "plan")
TITLES = {"now": ("map_land_now", "map_land_now_below"), "plan": ("map_land_plan", "map_land_plan_below")}
NARROW, ZONE, LEGEND = 100.0, 4.6, 52.0  # mm: a narrow column, a row of the zones, what legend and note take
SHOWN = ("city_cores", "page_stations", "city_outlines", "page_names")  # above the land, below them the roads
LISTED, AROUND = ("city_outlines", "city_cores", "page_stations"), ("page_barriers", "page_contours")  # in the legend


def stages_of(study: Any) -> list[str]:
    """Return the stages (now, plan) whose land use is known."""
    frame = study.frame("land_use_map")
    return [] if frame is None else [stage for stage in STAGES if (frame["stage"] == stage).fillna(False).any()]


def draw_land(made: Any, study: Any, leaf: Leaf, stage: str, run: Any) -> Sheet:
    """Draw a page of one stage."""
    language = study.language
    sheet = begin_sheet(made, study, leaf, *(say(code, language) for code in TITLES[stage]))
    box = study.bounds
    form, scale = page_form(study, "land", leaf, box)
    for place in form.maps:
        view = View(place, frame_extent(box, place[2:], scale), scale)
        layers = layers_of(made, *SHOWN, roads_of(study), f"page_land_{stage}", *ground_of(study, scale))
        drawn = sheet.map(view.place, QgsRectangle(*view.extent), layers, made.project.crs(), scale)
        run.check()
        bar = bar_box(view, study.hull)
        run.check()
        _zone_numbers(sheet, view, study, [bar, north_box(view)], run)
        sheet.scale_bar(drawn, scale, bar)
        sheet.north_of(view.place, language)
    draw_columns(form, {
        "areas": lambda place: _areas(sheet, study, stage, place),
        "zones": lambda place: _zones(sheet, study, place, form),
        "legend": lambda place: _legend(made, sheet, study, place, (form.legend[language], scale)),
        "note": lambda place: _note(sheet, language, place),
    })  # fmt: skip
    return end_sheet(sheet, study, leaf)


def _zone_numbers(sheet: Sheet, view: View, study: Any, kept: list[Any], run: Any) -> None:
    """Put the zones' numbers of the overview into them, beside their stations."""
    names = []
    zones = study.metres("ZONES").sort_values("zone_id")
    for number, zone in enumerate(zones.to_dict("records"), 1):
        if zone["geometry"] is not None and not zone["geometry"].is_empty:
            spot = zone["geometry"].representative_point()
            names.append(Named(spot.x, spot.y, str(number), "", "", palette()["zone"]["color"]))
    draw_names(sheet, view, names, [*kept, *core_boxes(study, view)], view.samples([]), run)


def _zones(sheet: Sheet, study: Any, place: Place, form: Form) -> float:
    """List the zones with their numbers, as many as there is room for beside the legend."""
    language, (x, y, width, room) = study.language, place
    bottom = y + room - (LEGEND if "legend" in form.sections else 0.0)
    y = sheet.head(say("map_zones", language), x, y, width)
    rows = [["", say("head_zone", language), say("head_hectare", language)]]
    zones = study.metres("ZONES").sort_values("zone_id").to_dict("records")
    areas = print_hectares(study.frame("zones"))
    most = max(3, min(form.most["zones"], int((bottom - y) / ZONE) - 2))
    for number, zone in enumerate(zones[:most], 1):
        rows.append([str(number), zone_name(zone), areas[str(zone["zone_id"])]])
    y = sheet.rows(rows, (8, width - 34, 26), x, y, ZONE, texts=2)
    if len(zones) > most:
        y = sheet.note(say("map_more_rows", language, n=len(zones) - most), x, y, width)
    return y


def _legend(made: Any, sheet: Sheet, study: Any, place: Place, look: tuple[int, int]) -> float:
    """List what else is drawn; `look` = columns, scale of the map."""
    x, y, width, _ = place
    y = sheet.head(say("map_legend", study.language), x, y, width)
    layers = layers_of(made, *LISTED, roads_of(study), *ground_of(study, look[1], AROUND))
    return sheet.legend(sheet.last_map, layers, (x, y - 1, width, 0), look[0])


def _note(sheet: Sheet, language: str, place: Place) -> float:
    """Say where names and colours come from."""
    x, y, width, _ = place
    sheet.paragraph(say("map_land_colors", language), (x, y - 1, width, 8), 7, 3, color=GREY)
    return y + 7


def _areas(sheet: Sheet, study: Any, stage: str, place: Place) -> float:
    """Write code, class, hectares and share of each class; the shares add up to the whole that is drawn."""
    from ....core.delivery.land import sum_land
    from ....core.delivery.summary import hectares, percent
    from ....core.inputs.landclasses import national

    language, (x, y, width, _) = study.language, place
    y = sheet.head(say("map_land_areas", language), x, y, width)
    sums = sum_land(study.frame("land_use_map"), stage)
    whole = sum(area for _, area in sums)
    known = {entry["code"]: entry for entry in national()["classes"].values()}
    empty = palette()["base"]["land_unknown"]
    heads = ("", "head_code", "head_class", "head_hectare", "head_part")
    rows = [[say(code, language) if code else "" for code in heads]]
    widths = (9.0, 12.0, width - 57, 20.0, 16.0) if width > NARROW else (8.0, 10.0, width - 51, 18.0, 15.0)
    for code, area in sums:
        name = known[code][language] if code else empty[language]
        rows.append(["", code, name, hectares(area), percent(area / whole, 1) if whole > 0 else "–"])
    rows.append(["", "", say("head_total", language), hectares(whole), percent(1.0, 1) if whole > 0 else "–"])
    widths = fair_widths(rows, widths, 2)
    rows = [[*row[:2], fit_words(row[2], SMALL_NAME, widths[2]), *row[3:]] for row in rows]
    for number, (code, _) in enumerate(sums, 1):
        top = y + 5.2 * number + 1
        if code:
            sheet.box((x, top, 6.5, 3.3), known[code]["color"], "#8F958C", 0.1)
        else:
            sheet.box((x, top, 6.5, 3.3), "", empty["color"], 0.1)
    return sheet.rows(rows, widths, x, y, 5.2, texts=3, small=SMALL_NAME)
