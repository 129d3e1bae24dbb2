# SPDX-License-Identifier: GPL-2.0-or-later
"""Results of ours that come back as inputs: their rows are told apart by the columns of their key."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt
import pandas as pd

from ..run import Run
from ..slices import sliced

ROWS = 20_000  # texts that are looked at in one go: some 20 ms
NAMES = 11  # a message shows ten of a list, and that there are more


def look_at_keys(table: pd.DataFrame, key: Sequence[str], layer: str, run: Run) -> npt.NDArray[np.bool_]:
    """Say which rows (n,) have all of their key; the others name nothing that another table could speak of.

    Parameters: `key` the columns that together name a row (nothing is looked at where `table` lacks one of them);
    `layer` what messages call it.
    Rows without it are told (`rows_without_key`), rows that share one as well (`rows_same_key`): the former are not
    used, of the latter each algorithm decides.
    """
    there = np.ones(len(table), dtype=bool)
    if not key or not len(table) or not set(key) <= set(table):
        return there
    codes = np.zeros(len(table), dtype=np.uint64)
    for name in key:
        cells = table[name].to_numpy(dtype=object)
        hashed = sliced(_hashed, cells, run=run, rows=ROWS)
        there &= hashed[:, 0] != 0
        codes = codes * np.uint64(0x9E3779B97F4A7C15) + hashed[:, 1]
    if not there.all():
        run.warn("rows_without_key", layer=layer, n=int((~there).sum()), of=len(table), columns=list(key))
    _, first, times = np.unique(codes[there], return_index=True, return_counts=True)
    if (times > 1).any():
        rows = np.flatnonzero(there)[np.sort(first[times > 1])]
        names = [" / ".join(str(table[name].iloc[row]) for name in key) for row in rows[:NAMES].tolist()]
        n = int(times[times > 1].sum())
        run.warn("rows_same_key", layer=layer, n=n, columns=list(key), ids=names)
    return there


def _hashed(cells: npt.NDArray[np.object_]) -> npt.NDArray[np.uint64]:
    """Return for each cell whether it says anything (0 or 1), and its hash."""
    missing = pd.isna(cells)
    words = np.where(missing, "", cells)
    told = (words != "").astype(np.uint64)
    return np.column_stack([told, pd.util.hash_array(words, categorize=False)])
