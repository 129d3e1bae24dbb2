# SPDX-License-Identifier: GPL-2.0-or-later
"""Numbered circles with white boxes beside them: petals and the core on a zone's page, zones on the overview."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from ....core.delivery.callouts import Box, Callout, Request, place_callouts, text_width_mm
from .sheet import INK, Sheet

LEAST_PART = 60.0  # mm² of a further part of something from which it bears the number too: own choice
FEW = 12  # up to so many boxes have their full sizes; more are smaller
SIZES = ((9.5, 7.5), (7.5, 6.5))  # points of the two lines


@dataclass(frozen=True)
class View:
    """A map on the page: its place in mm, the ground it shows (metres, x_min … y_max), its scale."""

    place: tuple[float, float, float, float]
    extent: Box
    scale: int

    def on_page(self, x: float, y: float) -> tuple[float, float]:
        """Return where a point on the ground lies on the page, mm."""
        left, top = self.place[:2]
        return left + (x - self.extent[0]) * 1000 / self.scale, top + (self.extent[3] - y) * 1000 / self.scale

    def on_ground(self, box: Box) -> Any:
        """Return a box on the page (mm) as an area on the ground (metres)."""
        import shapely

        x, y = self.extent[0], self.extent[3]
        share = self.scale / 1000
        left, top = self.place[:2]
        return shapely.box(
            x + (box[0] - left) * share, y - (box[3] - top) * share, x + (box[2] - left) * share,
            y - (box[1] - top) * share,
        )  # fmt: skip

    @property
    def frame(self) -> Box:
        """Return the map's corners on the page, a millimetre inside."""
        x, y, width, height = self.place
        return x + 1, y + 1, x + width - 1, y + height - 1

    def samples(self, lines: Any, step_mm: float = 1.0) -> Any:
        """Return points along lines (metres), shape (n, 2) in mm on the page, those inside the map."""
        import numpy as np
        import shapely

        found = [np.empty((0, 2))]
        for shape in lines:
            if shape is not None and not shape.is_empty:
                dense = shapely.get_coordinates(
                    shapely.segmentize(shapely.force_2d(shape), step_mm * self.scale / 1000)
                )
                found.append(dense)
        metres = np.vstack(found)
        x, y = self.on_page(metres[:, 0], metres[:, 1])
        inside = (x > self.frame[0]) & (x < self.frame[2]) & (y > self.frame[1]) & (y < self.frame[3])
        return np.column_stack([x, y])[inside]


@dataclass(frozen=True)
class Named:
    """What is named: the place on the ground (metres), what stands in the circle ("" = none), two lines, a colour.

    Without a first line there is no box, the number stands alone.
    `is_filled`: the box in the colour with white words (a core), else white with a coloured rim.
    """

    x: float
    y: float
    mark: str
    first: str
    second: str
    color: str
    is_filled: bool = False


def spots_of(view: View, shape: Any) -> list[Any]:
    """Return where the number of something stands (points, metres): in it, and in each further part that is large."""
    import shapely

    parts = sorted(shapely.get_parts(shape), key=lambda part: (-part.area, -part.length, part.bounds))
    least = LEAST_PART * (view.scale / 1000) ** 2
    return [part.representative_point() for number, part in enumerate(parts) if number == 0 or part.area >= least]


def draw_names(
    sheet: Sheet, view: View, names: list[Named], kept_free: list[Box], avoided: Any, run: Any
) -> list[Callout]:
    """Place and draw the boxes; a place outside the map is not named. Returns where each went."""
    sizes = SIZES[0] if len({name.mark for name in names}) <= FEW else SIZES[1]
    inside = [name for name in names if _is_inside(view, name)]
    requests = [_request(view, name, sizes) for name in inside]
    made = place_callouts(requests, view.frame, kept_free, avoided, run)
    for request, place, name in zip(requests, made, inside):
        if place.has_leader:
            sheet.line([(request.x, request.y), _nearest(place, request)], name.color, 0.3)
            sheet.disc(request.x, request.y, 1.2, name.color)
    for request, place, name in zip(requests, made, inside):
        _draw(sheet, request, place, name, sizes)
    return made


def _is_inside(view: View, name: Named) -> bool:
    x, y = view.on_page(name.x, name.y)
    return view.frame[0] < x < view.frame[2] and view.frame[1] < y < view.frame[3]


def _request(view: View, name: Named, sizes: tuple[float, float]) -> Request:
    x, y = view.on_page(name.x, name.y)
    height = (sizes[0] + sizes[1]) * 0.3528 * 1.28 + 0.8
    circle = height * 0.78 if name.mark else 0.0
    if not name.first:
        return Request(x, y, circle, circle, circle)
    words = max(text_width_mm(name.first, sizes[0]) * 1.04, text_width_mm(name.second, sizes[1]))
    return Request(x, y, circle + words + 3.2, height, circle)


def _nearest(place: Callout, request: Request) -> tuple[float, float]:
    """Return where the leader meets the box: the circle, or the nearest point of a box without one."""
    if request.circle or place.box is None:
        return place.x, place.y
    left, top, right, bottom = place.box
    return min(max(request.x, left), right), min(max(request.y, top), bottom)


def _draw(sheet: Sheet, request: Request, place: Callout, name: Named, sizes: tuple[float, float]) -> None:
    if place.box is not None and name.first:
        left, top, right, bottom = place.box
        is_left = abs(place.x - left) < abs(right - place.x)
        half = request.circle / 2
        start = (left + half if is_left else left) if request.circle else left
        ground = name.color if name.is_filled else "#FFFFFF"
        sheet.keep_clear(sheet.box((start, top, right - left - half, bottom - top), ground, name.color, 0.3))
        x = left + request.circle + 1.2 if is_left and request.circle else left + 1.2
        width = right - left - request.circle - 1.4
        share = (bottom - top) * sizes[0] / (sizes[0] + sizes[1])
        ink = "#FFFFFF" if name.is_filled else INK
        sheet.text(name.first, (x, top + 0.3, width, share), sizes[0], bold=True, color=ink)
        sheet.text(name.second, (x, top + share, width, bottom - top - share - 0.3), sizes[1], color=ink)
    if request.circle:
        sheet.keep_clear(sheet.disc(place.x, place.y, request.circle, name.color, "#FFFFFF", 0.3))
        spot = (place.x - request.circle / 2, place.y - request.circle / 2, request.circle, request.circle)
        sheet.text(name.mark, spot, sizes[0], bold=True, align="center", color="#FFFFFF")
