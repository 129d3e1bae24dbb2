# SPDX-License-Identifier: GPL-2.0-or-later
"""A map's scale bar: how long it is, the ground that bar and number stand on (mm), and the bar itself."""

from __future__ import annotations

from typing import Any

from qgis.core import Qgis, QgsBasicNumericFormat, QgsLayoutItemScaleBar

from ....core.delivery.callouts import text_width_mm
from ....core.delivery.scales import bar_step

BAR_HEIGHT = 13.0  # mm of the ground that scale bar and number stand on
BAR_MARGIN, BAR_END = 3.0, 13.0  # mm left of the bar, and right of it for half of its last number and the unit
LONGEST, BAR_SHARE = 80.0, 0.32  # mm of a scale bar at most, share of the width of a small map
KILOMETRES_FROM = 2000.0  # metres of a whole bar from which it is marked in kilometres
THIN_SPACE = "\u2009"
SHORT_BAR, SHORT = (48.0, 9.0), 30.0  # mm of the ground of a small map's bar, of the bar at most


def longest_bar(width: float) -> float:
    """Return how long a scale bar may be on a map of this width, mm."""
    return min(LONGEST, BAR_SHARE * width)


def bar_length(scale: int, width: float) -> float:
    """Return how long the scale bar is on a map `width` mm wide, mm."""
    return bar_step(scale, longest_bar(width)) * 4000 / scale


def bar_width(scale: int, width: float) -> float:
    """Return how wide the ground of bar and number is on a map `width` mm wide, mm."""
    return BAR_MARGIN + bar_length(scale, width) + BAR_END + number_width(f"1:{scale}")


def number_width(words: str) -> float:
    """Return the room of a scale in bold, mm, with a little space behind it."""
    return text_width_mm(words, 10) * 1.05 + 2


def make_bar(layout: Any, shown: Any, steps: tuple[float, int], height: float, look: Any) -> QgsLayoutItemScaleBar:
    """Return a bar for a map, not yet on the page; `steps` = metres of each and how many, `height` in mm."""
    item = QgsLayoutItemScaleBar(layout)
    item.setLinkedMap(shown)
    item.setStyle("Single Box")
    step, count = steps
    far = step * count >= KILOMETRES_FROM
    item.setUnits(Qgis.DistanceUnit.Kilometers if far else Qgis.DistanceUnit.Meters)
    item.setUnitLabel("km" if far else "m")
    item.setUnitsPerSegment(step / 1000 if far else step)
    item.setNumberOfSegments(count)
    item.setNumberOfSegmentsLeft(0)
    item.setHeight(height)
    item.setTextFormat(look)
    numbers = QgsBasicNumericFormat()
    numbers.setThousandsSeparator(THIN_SPACE)
    numbers.setDecimalSeparator(".")  # else that of the machine: sheets are the same on all
    item.setNumericFormat(numbers)
    return item
