# SPDX-License-Identifier: GPL-2.0-or-later
"""The headline gaps of a zone, as everywhere: the plain mean over a group's kinds with need of gap ÷ need."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pandas as pd

from .. import frames
from ..errors import RenewalError
from ..run import Run

MILLI = 1000
CELLS = 20_000  # read at a time: a whole city's words in one call hold Python's lock, and the window stands still


@dataclass(frozen=True, eq=False)
class GroupGaps:
    """Need and gap of a group's kinds: `row_of` parcel id → row; `need`, `gap` (n, kinds) whole thousandths."""

    row_of: dict[str, int]
    need: npt.NDArray[np.int64]
    gap: npt.NDArray[np.int64]

    def share(self, parcel_ids: Iterable[str]) -> float:
        """Return the mean over the kinds that these parcels need of Σ gap ÷ Σ need, 0–1; NaN where none is needed."""
        rows = [self.row_of[name] for name in parcel_ids if name in self.row_of]
        need, gap = self.need[rows].sum(axis=0), self.gap[rows].sum(axis=0)
        wanted = need > 0
        return float((gap[wanted] / need[wanted]).mean()) if wanted.any() else float("nan")


def tell_detail(detail: pd.DataFrame | None, parcels: pd.DataFrame, layer: str, run: Run) -> None:
    """Say how many parcels a gap_detail table does not know (`detail_lacks_parcels`); `layer` its parameter.

    Raises RenewalError("detail_of_others") when it knows none of them: a table of another study changes nothing, and
    every need would count as unknown.
    """
    if detail is None or not len(detail) or not len(parcels):
        return
    known = parcels["parcel_id"].isin(detail["parcel_id"].dropna().unique()).to_numpy(dtype=bool, na_value=False)
    if not known.any():
        raise RenewalError("detail_of_others", layer=layer, parcels=parcels["parcel_id"].tolist(),
                           ids=detail["parcel_id"].dropna().unique().tolist())  # fmt: skip
    if not known.all():
        lost = parcels["parcel_id"][~known].tolist()
        run.warn("detail_lacks_parcels", layer=layer, n=len(lost), of=len(parcels), ids=lost)


def group_gaps(detail: pd.DataFrame | None, kinds: Sequence[str], run: Run | None = None) -> GroupGaps:
    """Return need and gap of these kinds from a gap_detail table; rows whose gap is not known say nothing.

    The same means as the columns `elder_gap` and `child_gap` of table `gap`, which are of single parcels. `run`
    is asked for Cancel. Raises Cancelled.
    """
    row_of: dict[str, int] = {}
    parts = []
    for start in range(0, 0 if detail is None else len(detail), CELLS):
        if run is not None:
            run.check()
        parts.append(_cells(detail.iloc[start : start + CELLS], kinds, row_of))  # type: ignore[union-attr]
    sums = np.zeros((2, len(row_of), len(kinds)), dtype=np.int64)
    for row, place, amounts in parts:
        for total, amount in zip(sums, amounts):
            np.add.at(total, (row, place), amount)
    return GroupGaps(row_of, sums[0], sums[1])


def _cells(
    detail: pd.DataFrame, kinds: Sequence[str], row_of: dict[str, int]
) -> tuple[npt.NDArray[np.int64], npt.NDArray[np.int64], list[npt.NDArray[np.int64]]]:
    """Return row of the parcel, place of the kind, need and gap of the cells that count; new parcels join `row_of`."""
    place = pd.Index(list(kinds)).get_indexer(detail["kind"].to_numpy(dtype=object))
    need, gap = (frames.reals(detail, name) for name in ("need", "gap"))
    good = (place >= 0) & (need > 0) & ~np.isnan(gap) & detail["parcel_id"].notna().to_numpy(dtype=bool)
    code, ids = pd.factorize(detail["parcel_id"].to_numpy(dtype=object)[good])
    row = np.array([row_of.setdefault(name, len(row_of)) for name in ids], dtype=np.int64)
    return row[code], place[good], [np.rint(amount[good] * MILLI).astype(np.int64) for amount in (need, gap)]
