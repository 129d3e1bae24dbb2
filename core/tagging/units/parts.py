# SPDX-License-Identifier: GPL-2.0-or-later
"""From drawn parts to buildings (栋): a house of six storeys with its one-storey annex and its shed is one."""

from __future__ import annotations

import re

import numpy as np
import numpy.typing as npt
import pandas as pd
import shapely

from ... import frames
from ...run import Run
from ...trees import Tree

Rows = npt.NDArray[np.int64]
Objects = npt.NDArray[np.object_]

TOUCH_M = 0.1  # own choice: façades drawn this close are one wall
CONTACT_M = 1.0  # own choice: a shorter common wall is a corner
ANNEX_SHARE = 0.5  # own choice: a part with at most half of its neighbour's storeys is its annex or podium
SLICE = 400  # buildings between two looks at Cancel
NUMBER = "[0-9０-９A-Za-z一二三四五六七八九十甲乙丙丁]"
BLOCK = re.compile(rf"[\s\-—_、,，(（]*第?{NUMBER}+[\-—、~]?{NUMBER}*\s*(?:号楼|#楼|楼栋|栋|幢|座|单元|#)[)）]?$")
NAMELESS = frozenset(["", "无", "无名", "未知", "不详", "/", "null", "none", "住宅", "住宅楼", "房屋", "居民楼"])


def merge_parts(measured: pd.DataFrame, run: Run) -> Rows:
    """Return for each measured building the row of the 栋 it belongs to (its own row when it is one itself).

    Parameters: `measured` (buildings.measure_buildings): `building_id`, `geometry`, `floors`, `foot_m2`, `is_shed`.
    A shed (or anything under 30 m²), and a part with at most half of the storeys of what it stands against, belongs to
    the neighbour with which it shares the longest wall (at least 1 m; ties: more storeys, then id). Houses of like
    height in a row stay apart: they are terraces. Sheds are listed: `shed_merged` with their house, `shed_alone`.
    """
    ids = measured["building_id"].astype(str).to_numpy(dtype=str)
    shed = measured["is_shed"].to_numpy(dtype=bool)
    floors = np.where(shed, 0.0, measured["floors"].to_numpy(np.float64))
    foot = np.round(measured["foot_m2"].to_numpy(np.float64), 3)
    part, other, contact = _walls(frames.geometries(measured), run)
    hangs = np.where(
        shed[part],
        ~shed[other] | (foot[part] < foot[other]) | ((foot[part] == foot[other]) & (ids[part] > ids[other])),
        ~shed[other] & (floors[part] <= ANNEX_SHARE * floors[other]),  # NaN: storeys unknown, never an annex
    )
    part, other, contact = part[hangs], other[hangs], contact[hangs]
    rank = np.nan_to_num(floors[other], nan=0.5)  # a house of unknown height still comes before a shed
    order = np.lexsort((ids[other], -rank, -contact, shed[other], part))
    first = np.flatnonzero(np.r_[True, part[order][1:] != part[order][:-1]]) if len(order) else order
    parent = np.arange(len(measured), dtype=np.int64)
    parent[part[order[first]]] = other[order[first]]
    while not np.array_equal(parent, parent[parent]):
        parent = parent[parent]
    alone = shed & shed[parent]
    run.leave_out("BUILDINGS", ids[shed & ~alone], "shed_merged", "info")
    run.leave_out("BUILDINGS", ids[alone], "shed_alone", "info")
    return parent


def _walls(shapes: Objects, run: Run) -> tuple[Rows, Rows, npt.NDArray[np.float64]]:
    """Return pairs of buildings, each in both directions, that stand wall to wall, and the wall's length to 1 cm."""
    tree = Tree(shapes)
    found = [np.zeros((2, 0), dtype=np.int64)]
    lengths = [np.zeros(0)]
    for start in range(0, len(shapes), SLICE):
        run.progress(start / len(shapes))
        here, there = tree.query(shapes[start : start + SLICE], predicate="dwithin", distance=TOUCH_M)
        here = here + start
        one, other = here[here < there], there[here < there]
        grown = shapely.buffer(shapes[one], TOUCH_M, cap_style="square", join_style="mitre")
        contact = np.round(shapely.area(shapely.intersection(grown, shapes[other])) / TOUCH_M, 2)
        keep = contact >= CONTACT_M
        found.append(np.vstack([one[keep], other[keep]]).astype(np.int64))
        lengths.append(contact[keep])
    pairs, contact = np.concatenate(found, axis=1), np.concatenate(lengths)
    return np.r_[pairs[0], pairs[1]], np.r_[pairs[1], pairs[0]], np.r_[contact, contact]


def compound_names(names: pd.Series) -> Objects:
    """Return the compound's part of names, None where nothing is left: 幸福小区3栋 → 幸福小区, 3号楼 → None.

    A house number of a street (建设路12号) stays: it is an address, not a block of a compound.
    """
    codes, distinct = pd.factorize(names.to_numpy(dtype=object), use_na_sentinel=True)
    table = np.full(len(distinct) + 1, None, dtype=object)
    for row, value in enumerate(distinct):
        table[row] = _compound(str(value))
    found: Objects = table[codes]
    return found


def _compound(name: str) -> str | None:
    text = re.sub(r"\s+", "", name)
    while True:
        shorter = BLOCK.sub("", text)
        if shorter == text:
            break
        text = shorter
    text = text.strip("-—_、,，()（）")
    return None if text.casefold() in NAMELESS or re.fullmatch(rf"{NUMBER}+", text) else text
