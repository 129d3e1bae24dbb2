# SPDX-License-Identifier: GPL-2.0-or-later
"""Years of completion as they come in real layers: full years, months, decades, ranges, spellings, nothing."""

from __future__ import annotations

import numpy as np

from ..run import Run
from .classes import Kinds, tables
from .grid import Longs, draw
from .layout import Houses

STYLES = {"year": 0.56, "month": 0.12, "decade": 0.13, "range": 0.1, "suffix": 0.06, "date": 0.03}  # own choice
DECADES_UNTIL = 2000  # later houses have papers: no decades, no ranges
AT_ONCE = 50_000
RENOVATED_YEAR_SHARE = 0.03  # the year of a repair stands where the year of completion should


def write_years(
    kinds: Kinds, houses: Houses, year: Longs, generator: np.random.Generator, run: Run
) -> list[str | None]:
    """Return the year text of each building as a survey office would have written it; None = missing, mostly for whole
    parcels. `year` (n,) the true ones.
    """
    rate = np.array([tables()["missing_year"].get(name, 0.0) for name in kinds.names])[kinds.kind]
    nowhere = (generator.random(len(kinds.kind)) < rate)[houses.parcel]
    missing = nowhere | (generator.random(len(year)) < 0.06)
    style = draw(generator, STYLES, len(kinds.kind))[houses.parcel]
    repaired = generator.random(len(year)) < RENOVATED_YEAR_SHARE
    told = np.where(repaired & (year < DECADES_UNTIL), generator.integers(2004, 2016, len(year)), year)
    month = generator.integers(1, 13, len(year))
    texts: list[str | None] = []
    for number, (gap, y, word, m) in enumerate(zip(missing.tolist(), told.tolist(), style, month.tolist())):
        if number % AT_ONCE == 0:
            run.progress(number / len(year))
        texts.append(None if gap else write_year(y, word, m))
    return texts


def write_year(year: int, style: str, month: int) -> str:
    """Return one year in one of STYLES."""
    if style == "decade" and year <= DECADES_UNTIL:
        return f"{min(year, 1999) % 100 // 10 * 10}年代"
    if style == "range" and year <= DECADES_UNTIL:
        low = (year - 1) // 10 * 10 + 1
        return f"{low}–{low + 9}"
    if style == "month":
        return f"{year}年{month}月"
    if style == "date":
        return f"{year}-{month:02d}-01"
    return f"{year}年" if style == "suffix" else str(year)
