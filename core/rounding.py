# SPDX-License-Identifier: GPL-2.0-or-later
"""How numbers are rounded for people: the one rule of report, maps, windows, sheets and sentences."""

from __future__ import annotations

import math

TIE = 1e-9  # of the last printed digit: what lies so near to a half is one. The last bits of a sum say nothing


def rounded(value: float, digits: int = 0) -> float:
    """Return a number with so many decimals, halves up, as people reckon.

    Python's round() and its formats look at the bits instead, where 43.65 lies below its half and 0.625 goes to the
    even digit: the same sum would be 43.7 in one place and 43.6 in another, by how it was worked out.

    >>> rounded(43.65, 1), rounded(436500 * 1e-4, 1), rounded(0.625, 2), rounded(-2.5)
    (43.7, 43.7, 0.63, -2.0)
    """
    if not math.isfinite(value):
        return value
    units = 10.0**digits
    scaled = value * units
    if abs(scaled) >= 2**53:  # beyond all decimals
        return float(value)
    return math.floor(scaled + 0.5 + max(TIE, 4e-16 * abs(scaled))) / units
