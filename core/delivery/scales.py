# SPDX-License-Identifier: GPL-2.0-or-later
"""Round scales for printed maps, and the numbers of a scale bar. Data in resources/styles/page.json."""

from __future__ import annotations

from collections.abc import Sequence
from functools import lru_cache
from typing import Any

from ..resources import read_resource

Box = tuple[float, float, float, float]  # x_min, y_min, x_max, y_max in metres


@lru_cache(maxsize=1)
def page() -> dict[str, Any]:
    """Return the numbers of the printed page: scales, margin, resolution, fonts in the order they are looked for."""
    return dict(read_resource("styles", "page.json"))


def choose_scale(box: Box, frame_mm: tuple[float, float], scales: Sequence[int], margin: float) -> int:
    """Return the denominator of the largest scale at which the box and `margin` of its size fit into the frame.

    `box` metres, `frame_mm` width and height of the map on paper, `scales` ascending denominators. The last one when
    none fits. Own choice: the zone plus 8 %.
    """
    x_min, y_min, x_max, y_max = box
    width_m, height_m = (x_max - x_min) * (1 + margin), (y_max - y_min) * (1 + margin)
    for scale in scales:
        if width_m * 1000 <= frame_mm[0] * scale and height_m * 1000 <= frame_mm[1] * scale:
            return scale
    return scales[-1]


def frame_extent(box: Box, frame_mm: tuple[float, float], scale: int) -> Box:
    """Return what a map of that frame and scale shows, centred on the box (metres)."""
    x, y = (box[0] + box[2]) / 2, (box[1] + box[3]) / 2
    half_width, half_height = frame_mm[0] * scale / 2000, frame_mm[1] * scale / 2000
    return x - half_width, y - half_height, x + half_width, y + half_height


def bar_step(scale: int, longest_mm: float = 80.0, steps: int = 4) -> float:
    """Return the metres of one of `steps` segments of a scale bar: 1, 2 or 5 times a power of ten, as long as fits."""
    most = longest_mm * scale / 1000 / steps
    power = 1.0
    while power * 10 <= most:
        power *= 10
    while power > most:
        power /= 10
    return next(power * factor for factor in (5, 2, 1) if power * factor <= most)
