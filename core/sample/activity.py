# SPDX-License-Identifier: GPL-2.0-or-later
"""Power, water, firms, taxes, points of interest, people, visits: what offices could get, for a part of the parcels."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd

from .. import frames
from ..run import Run
from .classes import Kinds
from .grid import Flags, Longs
from .terrain import Reals

AS_OF_YEAR = 2025
WORK = ("works", "low", "idle")
STREAMS = ("power", "water", "firm", "tax", "poi", "people", "visit")
# Own choice: a year's value per m² of floor (kWh, m³, firms, 10,000 yuan, points, people by day), and how often known.
A_M2 = {
    "home": (28.0, 1.1, 0.0002, 0.001, 0.0006, 0.028),
    "shop": (95.0, 1.2, 0.0013, 0.05, 0.0025, 0.05),
    "works": (70.0, 0.9, 0.00035, 0.04, 0.0006, 0.012),
    "low": (45.0, 0.6, 0.0003, 0.015, 0.0005, 0.006),
    "idle": (60.0, 0.8, 0.0003, 0.03, 0.0005, 0.009),
}
KNOWN = {"work": (0.6, 0.52, 0.66, 0.36, 0.66, 0.5, 0.06), "rest": (0.22, 0.2, 0.2, 0.1, 0.4, 0.3, 0.0)}
MONTHLY_SHARE = 0.35  # of the work parcels' power and water
# Idle is "no production for 6–12 months", power "under 10–20 % of the sector's median" (usage of the trade: no law
# defines it). Under 10 % a works is surely idle, over 20 % surely at work, between them either. How many lie there is
# own choice, set on the reference learner.
GUARDED, GUARDED_LEVEL = 0.5, (0.06, 0.2)  # idle ones with a guard or a store that still uses something
STALE = {"idle": 0.28, "low": 0.12, "works": 0.05}  # streams whose records end a year or more ago
SEASONAL, SEASONAL_LEVEL = 0.5, (0.1, 0.6)  # low works that worked for a part of the year
REGISTERED, POI_LEFT = 0.36, 0.36  # idle, but a firm is still registered there, a point still on the map
ELSEWHERE, UNMAPPED = 0.2, 0.35  # at work, but its firm is registered elsewhere, no point is on the map


def make_activity(kinds: Kinds, floor_m2: Reals, ids: pd.Series, seed: int, run: Run) -> pd.DataFrame:
    """Return the activity table: `parcel_id, stream, value, date`; `floor_m2` (p,) floor area of each parcel.

    Values are sums (power, water, tax) or means (firm, poi, people) over the twelve months up to the date, or a month's
    share; visit is 1 when work was seen, else 0.
    """
    generator = np.random.Generator(np.random.PCG64([seed, 10]))
    sort = kinds.of("activity").astype(str)
    level = draw_levels(sort, generator)
    parts = []
    for number, stream in enumerate(STREAMS):
        run.progress(0.8 * number / len(STREAMS))
        work = np.isin(sort, WORK)
        known = generator.random(len(sort)) < np.where(work, KNOWN["work"][number], KNOWN["rest"][number])
        here = np.flatnonzero(known & (floor_m2 > 0) & (sort != "nothing"))
        kept = level[here] if stream in ("power", "water", "tax", "people") else np.ones(len(here))
        value = _values(stream, sort[here], floor_m2[here], kept, generator)
        stale_rate = np.array([STALE.get(word, 0.0) for word in sort[here]])
        ended = (generator.random(len(here)) < stale_rate) & (stream != "visit")
        value = np.where(ended & (sort[here] == "idle"), value / np.maximum(kept, 1e-3) * 0.5, value)
        monthly = work[here] & (generator.random(len(here)) < MONTHLY_SHARE) & (stream in ("power", "water"))
        last = _last_month(ended, generator)
        parts += [_yearly(stream, here[~monthly], value[~monthly], last[~monthly])]
        parts += [_monthly(stream, here[monthly], value[monthly], last[monthly], generator)]
    rows = pd.concat(parts, ignore_index=True).sort_values(["at", "stream", "date"], kind="stable", ignore_index=True)
    told: dict[str, Any] = {
        "parcel_id": ids.to_numpy(dtype=object)[rows["at"]],
        "stream": rows["stream"],
        "date": rows["date"],
    }
    frame = pd.DataFrame({name: frames.texts(column) for name, column in told.items()})
    frame.insert(2, "value", np.round(rows["value"].to_numpy("float64"), 2))
    return frame


def draw_levels(sort: Reals, generator: np.random.Generator) -> Reals:
    """Return how much of the usual each parcel uses: about 1, less where work is seasonal, hardly any when idle.

    An idle works never uses more than 20 %, one at work hardly ever less than 10 %.
    """
    n = len(sort)
    level = np.exp(generator.normal(0, 0.45, n))
    seasonal = (sort == "low") & (generator.random(n) < SEASONAL)
    level = np.where(seasonal, generator.uniform(*SEASONAL_LEVEL, n), level)
    empty = 10 ** generator.uniform(-3.0, -1.1, n)
    idle = np.where(generator.random(n) < GUARDED, generator.uniform(*GUARDED_LEVEL, n), empty)
    return np.asarray(np.where(sort == "idle", idle, level), dtype=np.float64)


def _values(stream: str, sort: Reals, floor_m2: Reals, level: Reals, generator: np.random.Generator) -> Reals:
    n, idle = len(sort), sort == "idle"
    if stream == "visit":
        return np.where(generator.random(n) < np.where(idle, 0.08, 0.95), 1.0, 0.0)
    rate = np.array([A_M2[word][STREAMS.index(stream)] for word in sort]) if n else np.zeros(0)
    usual = rate * floor_m2 * level * np.exp(generator.normal(0, 0.3, n))
    luck, missed = generator.random(n), np.where(np.isin(sort, WORK), [[ELSEWHERE], [UNMAPPED]], 0.0)
    if stream == "firm":
        return np.where(idle, generator.random(n) < REGISTERED, np.ceil(usual) * (luck > missed[0])).astype(np.float64)
    if stream == "poi":
        return np.where(idle, generator.random(n) < POI_LEFT, np.ceil(usual) * (luck > missed[1])).astype(np.float64)
    return np.asarray(usual, dtype=np.float64)


def _last_month(ended: Flags, generator: np.random.Generator) -> Longs:
    """Return the last month with records as year × 12 + month: December of the study's year, or long before."""
    december = AS_OF_YEAR * 12 + 11
    return np.where(ended, december - generator.integers(14, 44, len(ended)), december).astype(np.int64)


def _days(month: Longs) -> list[str]:
    """Return the last day of each month (year × 12 + month from 0) as text."""
    after = (month + 1 - 1970 * 12).astype("datetime64[M]").astype("datetime64[D]") - 1
    return [str(day) for day in after]


def _yearly(stream: str, at: Longs, value: Reals, last: Longs) -> pd.DataFrame:
    return pd.DataFrame({"at": at, "stream": stream, "value": value, "date": _days(last)})


def _monthly(stream: str, at: Longs, value: Reals, last: Longs, generator: np.random.Generator) -> pd.DataFrame:
    share = generator.uniform(0.7, 1.3, (len(at), 12))
    share /= np.maximum(share.sum(axis=1, keepdims=True), 1e-9)
    month = (last[:, None] - np.arange(11, -1, -1)).ravel()
    values = (value[:, None] * share).ravel()
    return pd.DataFrame({"at": np.repeat(at, 12), "stream": stream, "value": values, "date": _days(month)})
