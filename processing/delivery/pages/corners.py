# SPDX-License-Identifier: GPL-2.0-or-later
"""What no name on a map may hide, mm on the page: scale bar, arrow to the north, stations and their entrances."""

from __future__ import annotations

from typing import Any

from ....core.delivery.callouts import Box
from .naming import View
from .scalebar import BAR_HEIGHT, SHORT_BAR, bar_width

CORE, ENTRANCE = 3.6, 1.8  # mm from the middle of a station's ring and of an entrance's square to its rim


def bar_box(view: View, kept_clear: Any = None) -> Box:
    """Return the lower corner of the map for the scale bar, mm: the right one where the left would hide more of it."""
    (left, top, width, height), wide = view.place, bar_width(view.scale, view.place[2]) + 1
    boxes = [(x, top + height - BAR_HEIGHT - 1, x + wide, top + height) for x in (left, left + width - wide)]
    if kept_clear is None:
        return boxes[0]
    return min(boxes, key=lambda box: hidden_area(view, box, kept_clear))


def hidden_area(view: View, box: Box, kept_clear: Any) -> float:
    """Return how much of an area on the ground (m²) a box on the page hides."""
    import numpy as np

    with np.errstate(invalid="ignore"):  # GEOS raises the flag for shapes that are whole
        return float(view.on_ground(box).intersection(kept_clear).area)


def short_bar(view: View) -> Box:
    """Return the lower left corner of a small map for its bar without a number, mm."""
    left, bottom = view.place[0], view.place[1] + view.place[3]
    return left, bottom - SHORT_BAR[1], left + SHORT_BAR[0], bottom


def north_box(view: View) -> Box:
    """Return the corner of the map that the arrow to the north takes, mm."""
    right, top = view.place[0] + view.place[2], view.place[1]
    return right - 14, top, right, top + 20


def core_boxes(study: Any, view: View) -> list[Box]:
    """Return where the stations of cores stand on a map, mm."""
    cores = study.metres("CORES")
    return [] if cores is None else _squares(view, cores["geometry"], CORE)


def entrance_boxes(study: Any, view: View) -> list[Box]:
    """Return where the entrances of stations stand on a map, mm."""
    if "station_entrances" not in study.layers:
        return []
    return _squares(view, study.inputs.table("STATION_ENTRANCES")["geometry"], ENTRANCE)


def _squares(view: View, shapes: Any, half: float) -> list[Box]:
    left, top, width, height = view.place
    spots = [shape.centroid for shape in shapes if shape is not None and not shape.is_empty]
    places = [view.on_page(spot.x, spot.y) for spot in spots]
    inside = [(x, y) for x, y in places if left < x < left + width and top < y < top + height]
    return [(x - half, y - half, x + half, y + half) for x, y in inside]
