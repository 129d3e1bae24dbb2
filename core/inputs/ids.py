# SPDX-License-Identifier: GPL-2.0-or-later
"""Ids that stay: given ones are kept, missing ones are made from the geometry, never from the row number."""

from __future__ import annotations

import hashlib
from collections.abc import Collection

import numpy as np
import numpy.typing as npt
import pandas as pd

from .. import frames
from ..identity import geometry_hash
from ..run import Run


def give_ids(
    table: pd.DataFrame, column: str, layer: str, digits: int, run: Run, telling: Collection[str] = ()
) -> npt.NDArray[np.bool_]:
    """Fill `column` with ids for every row and say which rows stay; `table` belongs to the caller and is changed.

    A row without an id gets a hash of its geometry in the layer's own CRS (`digits` decimals: 3 for metres, 8 for
    degrees; methods.md §8). Of rows equal in id and geometry one stays, the rest are listed (`duplicate_feature`).
    Rows of one id whose geometries differ all stay; those after the first get `<id>#<hash>` and are listed
    (`duplicate_id`): first = the smallest hash, so that row order does not matter. Where several may stand in one place
    (a nursery and a canteen in one house), `telling` names the columns that must be equal, too, for a double; without
    given ids such rows are no doubles and not listed.
    Returns a Boolean array over the rows, True = stays.
    """
    hashes = pd.Series(geometry_hash(frames.geometries(table), digits, run), index=table.index).fillna("")
    given = frames.optional(table, column).astype(frames.TEXT).str.strip().replace("", pd.NA)
    made = given.isna()
    ids = given.where(~made, hashes).to_numpy(dtype=object)
    if telling:
        hashes = _with_content(hashes, table[sorted(telling)])
    order = np.lexsort((hashes.to_numpy(dtype=str), ids.astype(str)))
    same_id = np.zeros(len(ids), dtype=bool)
    same_id[1:] = ids[order][1:] == ids[order][:-1]
    same_shape = np.zeros(len(ids), dtype=bool)
    same_shape[1:] = same_id[1:] & (hashes.to_numpy()[order][1:] == hashes.to_numpy()[order][:-1])
    keep = np.ones(len(ids), dtype=bool)
    keep[order[same_shape]] = False
    renamed = order[same_id & ~same_shape]
    run.leave_out(layer, sorted(ids[~keep]), "duplicate_feature")
    doubtful = renamed[~(made.to_numpy()[renamed] & bool(telling))]
    run.leave_out(layer, sorted(ids[doubtful]), "duplicate_id", "warning")
    for row in renamed:
        ids[row] = f"{ids[row]}#{hashes.iloc[row][:6]}"
    if made.any():
        run.note("ids_from_geometry", layer=layer, n=int(made.sum()))
    table[column] = frames.texts(ids)
    return keep


def _with_content(hashes: pd.Series, table: pd.DataFrame) -> pd.Series:
    """Return fingerprints of place and content."""
    rows = zip(hashes, *(table[name].astype("string").fillna("") for name in table.columns))
    told = [hashlib.blake2b("\x1f".join(row).encode(), digest_size=8).hexdigest() for row in rows]
    return pd.Series(told, index=hashes.index)
