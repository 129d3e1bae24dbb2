# SPDX-License-Identifier: GPL-2.0-or-later
"""Sorting millions of rows in short steps between which the user may stop; the order is that of one sort."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt

from ..run import Run

Longs = npt.NDArray[np.int64]
BUCKET_ROWS = 200_000  # own choice: rows sorted between two looks at the cancel flag, some 30 ms
SAMPLE_ROWS = 4096
LONG_BITS = 63
MOST_BUCKETS = 2**15 - 1  # numpy sorts numbers of 16 bits by counting


def lexsort(keys: Sequence[npt.NDArray[np.generic]], run: Run) -> Longs:
    """Return np.lexsort(keys): by the last key first, equal rows in their order. The last key is of whole numbers."""
    first = keys[-1]
    buckets = min(len(first) // BUCKET_ROWS, MOST_BUCKETS)
    if buckets < 2:
        return np.asarray(np.lexsort(tuple(keys)), dtype=np.int64)
    sample = np.sort(first[:: max(1, len(first) // SAMPLE_ROWS)])
    cuts = np.unique(sample[np.linspace(0, len(sample) - 1, buckets + 1).astype(np.int64)[1:-1]])
    bucket = np.empty(len(first), dtype=np.int16)
    for begin in range(0, len(first), BUCKET_ROWS):
        run.check()
        bucket[begin : begin + BUCKET_ROWS] = np.searchsorted(cuts, first[begin : begin + BUCKET_ROWS], "right")
    run.check()
    order = np.argsort(bucket, kind="stable")
    ends = np.cumsum(np.bincount(bucket, minlength=len(cuts) + 1))
    for begin, end in zip([0, *ends[:-1].tolist()], ends.tolist()):
        run.check()
        rows = order[begin:end]
        order[begin:end] = rows[np.lexsort(tuple(key[rows] for key in keys))]
    return order


def ranges(start: Longs, stop: Longs) -> tuple[Longs, Longs]:
    """Return for the stretches start…stop their positions (which stretch) and members, one after another."""
    sizes = stop - start
    item = np.repeat(np.arange(len(sizes)), sizes)
    offset = np.cumsum(sizes) - sizes
    return item, np.arange(len(item)) - offset[item] + start[item]


def argsort_two(first: Longs, second: Longs) -> Longs:
    """Return np.lexsort((second, first)) of whole numbers ≥ 0: by one sort of both in one number where they fit."""
    bits = int(second.max(initial=0)).bit_length()
    if int(first.max(initial=0)).bit_length() + bits > LONG_BITS:
        order: Longs = np.lexsort((second, first))
        return order
    return np.argsort((first.astype(np.int64) << bits) | second, kind="stable")


def least_by_key(key: Longs, value: Longs) -> tuple[Longs, Longs]:
    """Return the keys ascending, each once, with the least value of each; all whole numbers ≥ 0."""
    bits = int(value.max(initial=0)).bit_length()
    if int(key.max(initial=0)).bit_length() + bits <= LONG_BITS:  # one sort of both in one number
        both = (key.astype(np.int64) << bits) | value
        both.sort()
        key, value = both >> bits, both & ((1 << bits) - 1)
    else:
        order = np.lexsort((value, key))
        key, value = key[order], value[order]
    first = np.ones(len(key), dtype=bool)
    first[1:] = key[1:] != key[:-1]
    return key[first], value[first]
