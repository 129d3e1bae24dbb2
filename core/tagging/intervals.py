# SPDX-License-Identifier: GPL-2.0-or-later
"""Values that are partly known: from `lo` to `hi`, −inf … inf when nothing is known (method notes §1)."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

Reals = npt.NDArray[np.float64]
Rows = npt.NDArray[np.int64]
Flags = npt.NDArray[np.bool_]

STEPS = 60  # each step fixes the sign of at least one building; real parcels need three or four


@dataclass(frozen=True)
class Interval:
    """What a value can be: `lo` and `hi`, (n,) float64 each, lo ≤ hi; −inf and inf where nothing is known."""

    lo: Reals
    hi: Reals

    def is_known(self) -> Flags:
        """Say where anything at all is known."""
        return np.asarray(np.isfinite(self.lo) | np.isfinite(self.hi))

    def is_exact(self) -> Flags:
        """Say where the value is known exactly."""
        return np.asarray(self.lo == self.hi)

    def masked(self, rows: Flags) -> Interval:
        """Return the interval with nothing known in these rows."""
        return Interval(np.where(rows, -np.inf, self.lo), np.where(rows, np.inf, self.hi))


def exact(values: npt.ArrayLike) -> Interval:
    """Return an interval of known values; NaN is unknown."""
    numbers = np.asarray(values, dtype=np.float64)
    gone = np.isnan(numbers)
    return Interval(np.where(gone, -np.inf, numbers), np.where(gone, np.inf, numbers))


def between(lo: npt.ArrayLike, hi: npt.ArrayLike) -> Interval:
    """Return an interval of two ends; NaN is an unknown end."""
    low, high = np.asarray(lo, dtype=np.float64), np.asarray(hi, dtype=np.float64)
    return Interval(np.where(np.isnan(low), -np.inf, low), np.where(np.isnan(high), np.inf, high))


def unknown(n: int) -> Interval:
    """Return n unknown values."""
    return Interval(np.full(n, -np.inf), np.full(n, np.inf))


def first_known(*choices: Interval) -> Interval:
    """Return, row by row, the first choice of which anything is known."""
    found = choices[-1]
    for choice in reversed(choices[:-1]):
        use = choice.is_known()
        found = Interval(np.where(use, choice.lo, found.lo), np.where(use, choice.hi, found.hi))
    return found


def largest(*parts: Interval, low: float = 0.0, high: float = 1.0) -> Interval:
    """Return the larger of several values that lie between `low` and `high`; unknown only where all are unknown."""
    lo = np.max([np.clip(part.lo, low, high) for part in parts], axis=0)
    hi = np.max([np.clip(part.hi, low, high) for part in parts], axis=0)
    nothing = (lo <= low) & (hi >= high) & ~np.any([part.is_known() for part in parts], axis=0)
    return Interval(lo, hi).masked(nothing)


def total(row: Rows, values: Reals, n: int) -> Reals:
    """Return the sum of a value per row number 0 … n − 1, (n,) float64."""
    return np.bincount(row, weights=values, minlength=n).astype(np.float64)


@dataclass(frozen=True)
class Weights:
    """Parts of parcels: `row` = the parcel of each part (k,), `lo` and `hi` its weight in whole units, `n` parcels."""

    row: Rows
    lo: Reals
    hi: Reals
    n: int

    def sums(self, values: Reals) -> Reals:
        """Return the sum of a value over the parts of each parcel, (n,)."""
        return total(self.row, values, self.n)


def weighted_mean(weights: Weights, value: Interval) -> Interval:
    """Return the least and the greatest weighted mean per parcel when weights and values are intervals.

    Parameters: `weights` of k parts, `value` of the k parts, finite. A parcel without weight is unknown.
    The least mean takes every value at its low end, the weight high where the value lies under the mean and low where
    it lies above; repeated until nothing moves (Karnik & Mendel 2001, "Centroid of a type-2 fuzzy set"; Dinkelbach).
    With exact weights and values this is Σ w·v ÷ Σ w.
    """
    low = _least_mean(weights, value.lo)
    high = -_least_mean(weights, -value.hi)
    return between(low, np.where(np.isnan(high), np.nan, np.maximum(low, high)))


def _least_mean(weights: Weights, values: Reals) -> Reals:
    """Return the least weighted mean per parcel, NaN where the weights are all zero."""
    weight = weights.sums(weights.hi)
    with np.errstate(invalid="ignore", divide="ignore"):
        mean = np.where(weight > 0, weights.sums(weights.hi * values) / weight, np.nan)
        for _step in range(STEPS):
            chosen = np.where(values <= mean[weights.row], weights.hi, weights.lo)
            weight = weights.sums(chosen)
            lower = np.where(weight > 0, weights.sums(chosen * values) / weight, mean)
            if np.array_equal(np.minimum(lower, mean), mean, equal_nan=True):
                break
            mean = np.fmin(lower, mean)
    return np.asarray(np.round(mean, 9))
