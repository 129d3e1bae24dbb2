# SPDX-License-Identifier: GPL-2.0-or-later
"""The coordinate system in the words of a title block: 2000 国家大地坐标系, 3° 带, its meridian, the heights."""

from __future__ import annotations

import re

from ..words import say

GAUSS = re.compile(r"^CGCS2000 / 3-degree Gauss-Kruger (?:CM (?P<meridian>\d+)E|zone (?P<zone>\d+))$")
SIX = re.compile(r"^CGCS2000 / Gauss-Kruger (?:CM (?P<meridian>\d+)E|zone (?P<zone>\d+))$")
MERIDIAN, ELLIPSOID = re.compile(r"\+lon_0=(-?[\d.]+)"), re.compile(r"\+(?:ellps|datum)=(\w+)")
WIDTHS = ((GAUSS, 3, 0), (SIX, 6, -3))  # pattern, width of a zone, what is added to zone × width


def tell_system(description: str, name: str, language: str, proj: str = "") -> str:
    """Return the system for the title block; one that is not CGCS2000 bears its own name.

    `description` and `name` (EPSG:4545) as QGIS tells them; one without a name, such as the transverse Mercator in
    which data in degrees are computed, is told by its definition `proj`. The heights are said to be of the 1985 datum
    only as something to be verified: no height layer names its datum.
    """
    code = f"（{name}）" if name and language == "zh" else f" ({name})" if name else ""
    heights = say("map_heights", language)
    for pattern, width, shift in WIDTHS:
        found = pattern.match(description)
        if found:
            meridian = found["meridian"] or str(int(found["zone"]) * width + shift)
            return say("map_cgcs2000", language, width=width, meridian=meridian) + code + heights
    centre, ellipsoid = MERIDIAN.search(proj), ELLIPSOID.search(proj)
    if not description and "+proj=tmerc" in proj and centre and ellipsoid:
        degrees = f"{float(centre[1]):.4f}".rstrip("0").rstrip(".")
        return say("map_tmerc", language, meridian=degrees, ellipsoid=ellipsoid[1]) + code + heights
    return description + code + heights
