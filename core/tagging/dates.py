# SPDX-License-Identifier: GPL-2.0-or-later
"""Dates as they stand in activity tables: days, months, years."""

from __future__ import annotations

import calendar
import datetime
import re
import unicodedata
from typing import Any

import numpy as np
import pandas as pd

from ..inputs.numerals import in_figures
from .intervals import Reals

YEAR = r"((?:19|20)\d{2})"
TIGHT = re.compile(rf"{YEAR}(0[1-9]|1[0-2])(?:(0[1-9]|[12]\d|3[01])(?:\d{{4}}|\d{{6}})?)?(?!\d)")  # a time behind
LOOSE = re.compile(
    rf"{YEAR}\s*[年/.-]?\s*(?:(?<=\D)(1[0-2]|0?[1-9])(?!\d)\s*[月/.-]?\s*(?:(?<=\D)(3[01]|[12]\d|0?[1-9])(?!\d).*)?)?"
)
PART = re.compile(rf"{YEAR}\s*[年/.-]?\s*(?:第?([1-4])季度?|q([1-4])(?!\d)|(上|下)半年|h([12])(?!\d))", re.IGNORECASE)
END = re.compile(r"\D*")  # what may stand behind a month or a year: no more figures


def last_days(values: pd.Series, as_of: datetime.date) -> Reals:
    """Return the day (proleptic ordinal) of each date, NaN where unreadable.

    "2025-06-30", "20250630", "2025年6月" (its last day), "2025" (its last day), with or without a time behind; quarters
    and halves ("2025Q3", "2025年上半年") end with their last month. A month, quarter or year that `as_of` lies in ends
    with `as_of`: it is not over yet.
    """
    codes, distinct = pd.factorize(values.to_numpy(dtype=object), use_na_sentinel=True)
    days = np.array([*[_last_day(value, as_of) for value in distinct], np.nan], dtype=np.float64)
    found: Reals = days[codes]
    return found


def months_before(day: datetime.date, months: int) -> datetime.date:
    """Return the same day so many months earlier, or that month's last day."""
    index = day.year * 12 + day.month - 1 - months
    year, month = index // 12, index % 12 + 1
    return datetime.date(year, month, min(day.day, calendar.monthrange(year, month)[1]))


def _last_day(value: Any, as_of: datetime.date) -> float:
    told = _parts(in_figures(unicodedata.normalize("NFKC", str(value)).strip()))
    if told is None:
        return float("nan")
    year, first, last, day = told
    month_days = calendar.monthrange(year, last)[1]
    if day is not None:
        return float(datetime.date(year, last, day).toordinal()) if day <= month_days else float("nan")
    end = datetime.date(year, last, month_days)
    running = datetime.date(year, first, 1) <= as_of
    return float(min(end, as_of).toordinal() if running else end.toordinal())


def _parts(text: str) -> tuple[int, int, int, int | None] | None:
    """Return year, first and last month, and the day if one is told; None for what cannot be read in one way."""
    part = PART.match(text)
    if part is not None:
        year, quarter, q, half, h = part.groups()
        months = 3 if quarter or q else 6
        last = months * int(quarter or q or h or {"上": 1, "下": 2}[half])
        return int(year), last - months + 1, last, None
    tight = TIGHT.match(text)
    if tight is not None:
        year, month, day = tight.groups()
        return int(year), int(month), int(month), int(day) if day else None
    loose = LOOSE.match(text)
    if loose is None or not END.fullmatch(text[loose.end() :]):
        return None
    year, month, day = loose.groups()
    return int(year), int(month or 1), int(month or 12), int(day) if day else None
