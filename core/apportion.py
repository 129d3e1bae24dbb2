# SPDX-License-Identifier: GPL-2.0-or-later
"""Whole units divided by weight so that nothing is lost: largest remainders, group by group."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

Whole = npt.NDArray[np.int64]

TIE = 1e-9  # remainders closer than this are equal; the earlier row then comes first


def apportion(totals: Whole, weights: npt.ArrayLike, group: npt.NDArray[np.intp]) -> Whole:
    """Divide each group's total among its rows in proportion to their weights, by largest remainders (Hamilton).

    Parameters: `totals` (k,) whole units of each group, ≥ 0; `weights` (n,) ≥ 0; `group` (n,) 0…k-1. Rows must be in an
    order that does not depend on the input's (by id): equal remainders go to the earlier row.
    Returns (n,) int64; the rows of a group sum to its total exactly. A group whose weights are all 0 gives its rows 0.
    """
    weight = np.asarray(weights, dtype=np.float64)
    k = len(totals)
    whole = np.zeros(len(weight), dtype=np.int64)
    sums = np.bincount(group, weights=weight, minlength=k)  # bincount adds in row order: the same on any machine
    used = sums[group] > 0
    if not used.any():
        return whole
    quota = totals[group[used]] * (weight[used] / sums[group[used]])
    floor = np.floor(quota + TIE)
    rest = np.round((quota - floor) / TIE).astype(np.int64)
    part = group[used]
    left = np.asarray(totals, dtype=np.int64) - np.bincount(part, weights=floor, minlength=k).astype(np.int64)
    left[sums <= 0] = 0
    order = np.lexsort((np.arange(len(part)), -rest, part))
    sizes = np.bincount(part, minlength=k)
    rank = np.empty(len(part), dtype=np.int64)
    rank[order] = np.arange(len(part)) - np.repeat(np.cumsum(sizes) - sizes, sizes)
    share = floor.astype(np.int64) + (rank < left[part])
    behind = sizes[part] - 1 - rank  # rounding up may have given one too many: the smallest remainders give it back
    share -= (behind < -left[part]) & (share > 0)
    whole[used] = share
    return whole
