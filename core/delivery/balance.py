# SPDX-License-Identifier: GPL-2.0-or-later
"""Columns of figures as institutes print them: rounded so that what is printed adds up to the printed total."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np
import numpy.typing as npt
import pandas as pd

from .. import frames
from ..apportion import TIE
from ..rounding import rounded
from .summary import exact_sum

Whole = npt.NDArray[np.int64]
Reals = npt.NDArray[np.float64]
# of the table of zones: column, decimals, factor
ZONE_FIGURES = (("area_m2", 1, 1e-4), ("floor_m2", 0, 1.0), ("people", 0, 1.0), ("petals_n", 0, 1.0))


@dataclass(frozen=True)
class Balanced:
    """`values` as printed (None = not known), their `total`, and how many of them are not their own rounding."""

    values: list[float | None]
    total: float | None
    moved_n: int


def balance(
    values: Sequence[float | None], digits: int, factor: float = 1.0, whole: float | None = None
) -> Balanced:  # fmt: skip
    """Return the values times `factor` with `digits` decimals that add up to the rounded sum of the exact ones.

    By largest remainders: each printed value is its own value rounded up or down, whatever its sign (a surplus may be
    below 0). `values` in an order that does not depend on the input's: equal remainders go to the earlier one; missing
    ones stay missing. Without any known value there is no total. `whole`: the total that is printed elsewhere, at most
    a unit off that sum; the values then add up to it.
    """
    known = [place for place, value in enumerate(values) if value is not None and np.isfinite(value)]
    if not known:
        return Balanced([None] * len(values), None, 0)
    units = 10.0**digits
    exact = np.array([float(values[place] or 0.0) * factor for place in known]) * units
    given = None if whole is None or not np.isfinite(whole) else whole * units
    total = int(rounded(exact_sum(exact) if given is None else given))
    parts = np.floor(exact + TIE).astype(np.int64)
    rest = np.round((exact - parts) / TIE)
    more = total - int(parts.sum())
    parts[np.argsort(-rest, kind="stable")[: max(0, more)]] += 1
    parts[np.argsort(rest, kind="stable")[: max(0, -more)]] -= 1  # a total given may lie below all of them
    own = _whole(exact).astype(np.int64)
    printed: list[float | None] = [None] * len(values)
    for place, part in zip(known, parts.tolist()):
        printed[place] = round(part / units, digits)
    return Balanced(printed, round(total / units, digits), int((parts != own).sum()))


def balance_gaps(columns: Mapping[str, Sequence[float | None]], totals: Mapping[str, float]) -> dict[str, Balanced]:
    """Return need, supply, served, gap and surplus of communities as whole numbers that add up both ways.

    Down to the totals (those of print_kinds), and in each row need = served + gap and supply = served + surplus.
    Need and supply are balanced by themselves; of what is served each row gets its own value rounded up or down, where
    that lets its gap and its surplus be theirs rounded up or down. Where one of the five is missing in a row the others
    stand for themselves. A total that is missing is none, whatever is known of single rows.
    """
    found = {name: balance(values, 0, whole=totals[name]) for name, values in columns.items()}
    found = {name: item if np.isfinite(totals[name]) else replace(item, total=None) for name, item in found.items()}
    exact = {name: np.array(values, dtype=np.float64) for name, values in columns.items()}
    whole = np.array([~np.isnan(values) for values in exact.values()]).all(axis=0)
    if not whole.any() or not np.isfinite([total for name, total in totals.items() if name != "surplus"]).all():
        return found
    printed = {name: np.array(item.values, dtype=np.float64) for name, item in found.items()}
    rest = int(rounded(totals["served"] - np.nansum(printed["served"][~whole])))
    need, supply = (printed[name][whole].astype(np.int64) for name in ("need", "supply"))
    served = _between({name: values[whole] for name, values in exact.items()}, need, supply, rest)
    printed["served"][whole] = served
    printed["gap"][whole], printed["surplus"][whole] = need - served, supply - served
    for name, values in printed.items():
        moved_n = int((values != _whole(exact[name]))[~np.isnan(exact[name])].sum())
        told = [None if np.isnan(value) else float(value) for value in values]
        found[name] = Balanced(told, found[name].total, moved_n)
    return found


def _between(exact: Mapping[str, Reals], need: Whole, supply: Whole, total: int) -> Whole:
    """Return whole numbers served that add up to the total, each within as many of its limits as leave room.

    Limits: nobody is served more than needed; then what makes the gap, itself, and the surplus its own rounded up or
    down.
    """
    low, high = np.zeros_like(need), np.maximum(need, 0)
    tiers = [(low, high)]
    for whole, part in ((need, exact["gap"]), (0 * need, -exact["served"]), (supply, exact["surplus"])):
        least, most = (whole - np.ceil(part - TIE)).astype(np.int64), (whole - np.floor(part + TIE)).astype(np.int64)
        fits = np.maximum(low, least) <= np.minimum(high, most)
        low, high = np.where(fits, np.maximum(low, least), low), np.where(fits, np.minimum(high, most), high)
        tiers.append((low, high))
    served = low.copy()
    order = np.argsort(-np.round((exact["served"] - low) / TIE), kind="stable")
    for least, most in reversed(tiers):
        more = total - int(served.sum())
        served[order[(served < most)[order]][: max(0, more)]] += 1
        served[order[::-1][(served > least)[order[::-1]]][: max(0, -more)]] -= 1
    return served


def print_kinds(sums: pd.DataFrame) -> pd.DataFrame:
    """Return a copy of sum_kinds' table with need, supply, served, gap and surplus as whole numbers that add up.

    Need, supply and the gap are rounded by themselves: the gap is the figure that is quoted, and what is served then is
    its own value rounded up or down. Served is rounded by itself instead where a surplus would be more than one off.
    What is exactly 0 stays 0; no figure is more than one off its own value.
    """
    found = sums.copy()
    need, supply, served = (_whole(sums[name].to_numpy("float64")) for name in ("need", "supply", "served"))
    gap, surplus = (sums[name].to_numpy("float64") for name in ("gap", "surplus"))
    by_gap = need - _whole(gap)
    fits = np.isnan(surplus) | (np.abs(supply - by_gap - surplus) <= 1 + TIE)
    served = np.where(fits, by_gap, served)
    most = np.where(surplus < -TIE, need, np.minimum(need, supply))  # who is served by others has no surplus
    most = np.where(np.isnan(surplus), need, most)
    served = np.where((np.abs(surplus) <= TIE) | (gap <= TIE), most, np.minimum(served, most))
    found["need"], found["supply"], found["served"] = need, supply, served
    found["gap"] = need - served
    found["surplus"] = np.where(np.isnan(surplus), np.nan, supply - served)  # some communities may not know theirs
    return found


def print_zones(zones: pd.DataFrame) -> dict[str, Balanced]:
    """Return hectares, floor area, people and petals of the zones, in the order of `zones`, as they are printed.

    For the report and for the sheets, which name the same zones: what is printed adds up, and is the same in both.
    """
    order = np.argsort(zones["zone_id"].astype(str).to_numpy(object), kind="stable")
    found = {}
    for name, digits, factor in ZONE_FIGURES:
        told = balance(frames.reals(zones, name)[order].tolist(), digits, factor)
        values: list[float | None] = [None] * len(order)
        for place, value in zip(order.tolist(), told.values):
            values[place] = value
        found[name] = Balanced(values, told.total, told.moved_n)
    return found


def _whole(values: Reals) -> Reals:
    return np.array([rounded(value) for value in values.tolist()], dtype=np.float64)
