# SPDX-License-Identifier: GPL-2.0-or-later
"""How numbers are rounded and grouped for people: the one rule of report, maps, windows, sheets and sentences."""

from __future__ import annotations

import math
from numbers import Real
from typing import Any

MANY = 10_000  # sentences part thousands from here on: years stay whole, and four digits need not be (GB/T 15835)
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


def is_many(value: Any) -> bool:
    """Say whether a value is a number whose thousands are parted in a sentence."""
    size: Any = value if isinstance(value, Real) and not isinstance(value, bool) else 0
    return bool(abs(size) >= MANY)


def grouped(value: Any, form: str = "") -> str:
    """Return a number for a sentence or a cell of text, formatted, with commas between thousands from MANY on.

    Sheets and the report part them by thin spaces (`summary.told`), which GBK does not have; windows by the locale
    (`wording.number`): both write quantities only and begin at a thousand.

    >>> grouped(1990), grouped(12345), grouped(2500000.0, "g"), grouped(123456.75, ".1f")
    ('1990', '12,345', '2,500,000', '123,456.8')
    """
    if not is_many(value) or form not in ("", "g", *(f".{digits}f" for digits in range(7))):
        return format(value, form)
    return format(value, ",.10g" if form == "g" else f",{form}")
