# SPDX-License-Identifier: GPL-2.0-or-later
"""The overview of the city: every zone with its name, what was tagged, key figures, tables."""

from __future__ import annotations

from typing import Any

from qgis.core import QgsExpressionContextUtils, QgsRectangle

from ...core.delivery.palette import palette
from ...core.delivery.scales import bar_step, choose_scale, frame_extent, page
from ...core.words import say
from .figures import kind_rows, overview_figures, tag_rows, zone_rows
from .naming import Named, View, draw_names
from .sheet import HAIR, Sheet
from .titleblock import LEFT, RIGHT, TOP, draw_heading, draw_title_block
from .zonepage import bar_box, north_box, study_bounds, zone_name

FRAME = (405.4, 168.0)  # mm
SHOWN = ("city_cores", "city_zones", "tagged", "roads")
LISTED = ("city_zones", "city_cores", "tagged", "roads")


def draw_overview(made: Any, study: Any, zones: Any, number: tuple[int, int], run: Any) -> tuple[str, Sheet]:
    """Draw the overview; `number` = of the page, of all pages. Returns its title and sheet."""
    language = study.language
    title = say("map_overview_title", language)
    sheet = Sheet(made.project, f"01-01 {title}", study.font)
    QgsExpressionContextUtils.setLayoutVariable(sheet.layout, "zone_id", "*")
    draw_heading(sheet, study, title, say("map_overview_below", language), "01-01")
    box = study_bounds(study)
    scale = choose_scale(box, FRAME, page()["overview_scales"], page()["margin_share"])
    view = View((LEFT, TOP, *FRAME), frame_extent(box, FRAME, scale), scale)
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
    y = sheet.head(say("map_legend", language), 316, 208, RIGHT - 316)
    listed = [layer for layer in map(made.layer, LISTED) if layer is not None]
    sheet.legend(drawn, listed, (316, y - 1, RIGHT - 316, 64), 2)
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
        ("map_tags", tag_rows(study.frame("tagged"), language), (30, 18, 18, 18)),
        ("map_zones", zone_rows(zones, study.frame("findings"), language), (36, 16, 12, 20, 22)),
        ("map_kinds", kind_rows(study.frame("gap_summary"), language), (40, 20, 20, 18)),
    )
    for code, rows, widths in tables:
        width = sum(widths)
        y = sheet.head(say(code, language), x, 208, width)
        head, *body = rows
        last = body[-1:] if len(body) > 11 else []
        sheet.rows([head, *(body if not last else [*body[:10], *last])], widths, x, y, 4.9)
        x += width + 7
