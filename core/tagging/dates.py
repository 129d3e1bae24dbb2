# SPDX-License-Identifier: GPL-2.0-or-later
"""Dates as they stand in activity tables: days, months, years."""

from __future__ import annotations

import calendar
import datetime
import re
from typing import Any

import numpy as np
import pandas as pd

from .intervals import Reals

DATE = re.compile(r"^\s*((?:19|20)\d{2})(?:\D{0,2}(1[0-2]|0?[1-9])(?:\D{0,2}(3[01]|[12]\d|0?[1-9]))?)?(?!\d)")


def last_days(values: pd.Series, as_of: datetime.date) -> Reals:
    """Return the day (proleptic ordinal) of each date, NaN where unreadable.

    "2025-06-30", "20250630", "2025年6月" (its last day), "2025" (its last day), with or without a time behind. A month
    or year that `as_of` lies in ends with `as_of`: it is not over yet.
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
    match = DATE.match(str(value).strip())
    if match is None:
        return float("nan")
    year = int(match.group(1))
    month, day = (int(part) if part else None for part in match.groups()[1:])
    if day is not None and month is not None:
        fits = day <= calendar.monthrange(year, month)[1]
        return float(datetime.date(year, month, day).toordinal()) if fits else float("nan")
    last = datetime.date(year, month or 12, calendar.monthrange(year, month or 12)[1])
    running = year == as_of.year and month in (None, as_of.month)
    return float(min(last, as_of).toordinal() if running else last.toordinal())
