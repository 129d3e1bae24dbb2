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


@dataclass(frozen=True, eq=False)
class GroupGaps:
    """Need and gap of a group's kinds by parcel: `ids` (n,) parcel ids; `need`, `gap` (n, kinds) whole thousandths."""

    ids: pd.Index
    need: npt.NDArray[np.int64]
    gap: npt.NDArray[np.int64]

    def share(self, parcel_ids: Iterable[str]) -> float:
        """Return the mean over the kinds that these parcels need of Σ gap ÷ Σ need, 0–1; NaN where none is needed."""
        rows = self.ids.get_indexer(list(parcel_ids))
        rows = rows[rows >= 0]
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


def group_gaps(detail: pd.DataFrame | None, kinds: Sequence[str]) -> GroupGaps:
    """Return need and gap of these kinds from a gap_detail table; rows whose gap is not known say nothing.

    The same means as the columns `elder_gap` and `child_gap` of table `gap`, which are of single parcels.
    """
    empty = np.zeros((0, len(kinds)), dtype=np.int64)
    if detail is None or not len(detail):
        return GroupGaps(pd.Index([], dtype=object), empty, empty)
    place = pd.Index(list(kinds)).get_indexer(detail["kind"].astype(frames.TEXT).fillna("").to_numpy(dtype=object))
    need, gap = (frames.reals(detail, name) for name in ("need", "gap"))
    good = (place >= 0) & (need > 0) & ~np.isnan(gap) & detail["parcel_id"].notna().to_numpy(dtype=bool)
    row, ids = pd.factorize(detail["parcel_id"].to_numpy(dtype=object)[good], sort=True)
    sums = []
    for amount in (need, gap):
        total = np.zeros((len(ids), len(kinds)), dtype=np.int64)
        np.add.at(total, (row, place[good]), np.rint(amount[good] * MILLI).astype(np.int64))
        sums.append(total)
    return GroupGaps(pd.Index(ids), sums[0], sums[1])
