# SPDX-License-Identifier: GPL-2.0-or-later
"""Where a zone lies in the city: in the right column when there is room, else in a free corner of the map."""

from __future__ import annotations

from typing import Any

from qgis.core import QgsExpressionContextUtils, QgsFillSymbol, QgsRectangle

from ....core.delivery.callouts import Box
from ....core.delivery.scales import choose_scale, frame_extent, page
from ....core.words import say
from .corners import hidden_area
from .leaf import layers_of
from .naming import View
from .sheet import INK, Place, Sheet

HEAD, LEAST, MOST = 8.4, 40.0, 72.0  # mm: of the heading, of the map in the column at least and at most
LEAST_HIGH = 24.0  # mm of heading and map below which there is none, where no corner is free either
INSET, TITLE = 46.0, 5.0  # mm: the longer side of the map in the corner, the line above it
MOST_HIDDEN = 0.15  # of the inset that may lie on the zone; own choice
STREETS_TO = 60_000  # up to this scale single streets can be told apart


def column_room(room: float) -> bool:
    """Say whether the city is shown large enough in what is left of the column (mm, heading included)."""
    return room >= HEAD + LEAST


def inset_box(study: Any, view: View, taken: list[Box], zone: Any) -> Box | None:
    """Return the corner of the map that hides least of the zone, mm; None where each would hide too much of it."""
    west, south, east, north = study.bounds
    long = max(east - west, north - south, 1.0)
    width = max(INSET * (east - west) / long, INSET / 3)
    height = max(INSET * (north - south) / long, INSET / 3) + TITLE
    left, top, across, down = view.place
    corners = [(x, y) for y in (top + down - height, top) for x in (left + across - width, left)]
    boxes = [(x, y, x + width, y + height) for x, y in corners]
    free = [box for box in boxes if not any(_touch(box, other) for other in taken)]
    hidden = [hidden_area(view, box, zone) / view.on_ground(box).area for box in free]
    best = min(range(len(free)), key=lambda place: round(hidden[place], 6), default=None)
    return free[best] if best is not None and hidden[best] <= MOST_HIDDEN else None


def draw_inset(made: Any, sheet: Sheet, study: Any, box: Box, drawn: Any) -> None:
    """Draw the city with a line of title in a corner of the map."""
    x, y, right, bottom = box
    sheet.keep_clear(sheet.box((x, y, right - x, bottom - y), "#FFFFFF", INK, 0.2))
    sheet.text(say("map_location", study.language), (x + 1.5, y, right - x - 2, TITLE), 7, bold=True)
    _draw(made, sheet, study, (x, y + TITLE, right - x, bottom - y - TITLE), drawn)


def draw_in_column(made: Any, sheet: Sheet, study: Any, place: Place, drawn: Any) -> None:
    """Draw the city below a heading; `place` = x, y, width and the room down to the end of the column."""
    x, y, width, room = place
    y = sheet.head(say("map_location", study.language), x, y, width)
    _draw(made, sheet, study, (x, y, width, min(room - HEAD, MOST)), drawn)


def _draw(made: Any, sheet: Sheet, study: Any, place: Place, drawn: Any) -> None:
    box, kept = study.bounds, sheet.last_map
    scale = choose_scale(box, place[2:], range(1000, 2_000_000, 500), page()["margin_share"])  # no scale is printed
    extent = QgsRectangle(*frame_extent(box, place[2:], scale))
    by_roads = scale <= STREETS_TO or made.layer("city_veil") is None  # or nothing at all would tell the place
    layers = layers_of(made, "place", "city_veil", *(["road_hairs"] if by_roads else []), "page_barriers", "page_green")
    shown = sheet.map(place, extent, layers, made.project.crs(), scale, marked=False)
    QgsExpressionContextUtils.setLayoutItemVariable(shown, "is_place", 1)
    shown.overview().setLinkedMap(drawn)
    frame = {"style": "no", "outline_color": INK, "outline_width": "0.35", "joinstyle": "miter"}
    shown.overview().setFrameSymbol(QgsFillSymbol.createSimple(frame))
    sheet.last_map = kept  # what is placed from here on belongs to the page's own map


def _touch(one: Box, other: Box) -> bool:
    return one[0] < other[2] and other[0] < one[2] and one[1] < other[3] and other[1] < one[3]
