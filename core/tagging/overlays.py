# SPDX-License-Identifier: GPL-2.0-or-later
"""Other layers laid on parcels: protected areas, renewal programmes."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
import pandas as pd
import shapely

from .. import frames
from ..run import Run
from ..trees import Tree

Reals = npt.NDArray[np.float64]
NOTHING_M2 = 0.01
TOUCH_M2 = 1.0  # own choice: less of a protected area on a parcel is drawing inaccuracy, as with buildings
HALF = 0.5  # own choice: a programme drawn over less than half of a parcel is its neighbour's
STATUSES = ("none", "listed", "under_way", "renovated", "expropriated")  # later ones win
DONE = ("under_way", "renovated", "expropriated")  # nothing is to be decided there any more: counted apart everywhere


def protect(parcels: pd.DataFrame, protected: pd.DataFrame | None, run: Run) -> tuple[Reals, pd.Series]:
    """Return the protected share of each parcel's area (n,) and the class that covers most of it.

    NaN and missing without a layer; 0 and missing where nothing is protected. Overlapping areas count once in the
    share; of classes that cover the same the first in alphabetical order is named. An area of which at most TOUCH_M2,
    and not half of itself (a stele), lies on a parcel is its neighbour's, drawn a little askew.
    """
    n = len(parcels)
    if protected is None:
        return np.full(n, np.nan), frames.texts([None] * n)
    land = frames.geometries(parcels)
    words = frames.optional(protected, "class").astype(frames.TEXT).fillna("").to_numpy(dtype=str)
    share, name, most = np.zeros(n), np.full(n, None, dtype=object), np.full(n, NOTHING_M2)
    everything: list[npt.NDArray[np.int64]] = []
    for word in np.unique(words):
        run.check()
        shapes = frames.geometries(protected)[words == word]
        rows, area = _covered(land, shapes, run)
        more = area > most[rows]
        name[rows[more]], most[rows[more]] = (word or None), area[more]
        everything.append(rows)
    rows = np.unique(np.concatenate(everything)) if everything else np.zeros(0, dtype=np.int64)
    touched, area = _covered(land[rows], frames.geometries(protected), run)
    share[rows[touched]] = np.minimum(1.0, np.round(area / shapely.area(land[rows[touched]]), 9))
    return share, frames.texts(name)


def find_programme(parcels: pd.DataFrame, programme: pd.DataFrame | None, run: Run) -> pd.Series:
    """Return the renewal programme of each parcel: none, listed, under_way, renovated or expropriated.

    An entry belongs to a parcel by its parcel_id, by an area that covers at least half of the parcel, or by a point in
    it. Of several the one furthest on counts. Entries with another status are counted; where there is no other, the
    parcel's state is unknown, as it is everywhere without a programme (None). Entries that belong to no parcel are
    listed by their project number, else their row (`programme_unplaced`).
    """
    if programme is None:
        return frames.texts([None] * len(parcels))
    rank, strange = np.zeros(len(parcels), dtype=np.int64), np.zeros(len(parcels), dtype=bool)
    status = frames.optional(programme, "status").astype(frames.TEXT)
    known = status.isin(STATUSES).to_numpy(dtype=bool, na_value=False)
    if not known.all():
        words = sorted({"—" if pd.isna(word) else str(word) for word in status[~known]})
        run.warn("programme_unknown", n=int((~known).sum()), values=words[:5])
    level = np.array([STATUSES.index(word) if good else 0 for word, good in zip(status, known)], dtype=np.int64)
    placed = np.zeros(len(programme), dtype=bool)
    if "parcel_id" in programme:
        row = pd.Index(parcels["parcel_id"]).get_indexer(programme["parcel_id"])
        placed |= row >= 0
        np.maximum.at(rank, row[row >= 0], level[row >= 0])
        strange[row[(row >= 0) & ~known]] = True
    if frames.GEOMETRY in programme:
        entry, row = _entries_on(frames.geometries(programme), frames.geometries(parcels))
        placed[entry] = True
        np.maximum.at(rank, row, level[entry])
        strange[row[~known[entry]]] = True
    number = frames.optional(programme, "project_no").astype(frames.TEXT)
    names = [str(i + 1) if pd.isna(word) else str(word) for i, word in enumerate(number)]
    run.leave_out(
        "PROGRAMME", [name for name, there in zip(names, placed) if not there], "programme_unplaced", "warning"
    )
    found = np.array(STATUSES, dtype=object)[rank]
    found[strange & (rank == 0)] = None
    return frames.texts(found)


def _covered(
    land: npt.NDArray[np.object_], shapes: npt.NDArray[np.object_], run: Run
) -> tuple[npt.NDArray[np.int64], Reals]:
    """Return the rows of `land` that shapes cover and the area covered, each spot once."""
    shape, row = Tree(land).query(shapes, predicate="intersects")
    order = np.lexsort((shape, row))
    shape, row = shape[order], row[order]
    common = shapely.area(shapely.intersection(land[row], shapes[shape]))
    meant = common > np.minimum(TOUCH_M2, shapely.area(shapes[shape]) / 2)
    shape, row, common = shape[meant], row[meant], common[meant]
    area = np.zeros(len(land))
    area[row] = common
    rows, starts = np.unique(row, return_index=True)
    for several, start, end in zip(rows, starts, np.r_[starts[1:], len(row)]):
        if end - start > 1:
            run.check()
            both = shapely.union_all(shapes[shape[start:end]])
            area[several] = shapely.area(shapely.intersection(land[several], both))
    return rows.astype(np.int64), area[rows]


def _entries_on(shapes: npt.NDArray[np.object_], land: npt.NDArray[np.object_]) -> tuple[npt.NDArray, npt.NDArray]:
    entry, row = Tree(land).query(shapes, predicate="intersects")
    flat = shapely.get_dimensions(shapes[entry]) == 2
    area = shapely.area(shapely.intersection(shapes[entry], land[row]))
    keep = ~flat | (area >= HALF * shapely.area(land[row]) - NOTHING_M2)
    return entry[keep], row[keep]
