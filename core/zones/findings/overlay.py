# SPDX-License-Identifier: GPL-2.0-or-later
"""What two lists of polygons have in common, pair by pair, in slices between which Cancel works."""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt
import shapely

from ...run import Run

SLICE = 2_000  # pairs between two looks at Cancel
Objects = npt.NDArray[np.object_]
Rows = npt.NDArray[np.intp]


def find_pairs(left: Objects, right: Objects, run: Run) -> tuple[Rows, Rows]:
    """Return the rows of `left` and `right` that intersect, sorted by left, then right."""
    tree = shapely.STRtree(right)
    found: list[npt.NDArray[Any]] = [np.zeros((2, 0), dtype=np.intp)]
    for start in range(0, len(left), SLICE):
        run.check()
        pair = tree.query(left[start : start + SLICE], predicate="intersects")
        pair[0] += start
        found.append(pair)
    a, b = np.concatenate(found, axis=1)
    order = np.lexsort((b, a))
    return a[order], b[order]


def measure_pairs(left: Objects, right: Objects, run: Run) -> tuple[Rows, Rows, npt.NDArray[np.float64]]:
    """Return the pairs that intersect and the area of each common part; a left one inside needs no cutting."""
    a, b = find_pairs(left, right, run)
    area = np.zeros(len(a))
    shapely.prepare(right)
    for start in range(0, len(a), SLICE):
        run.check()
        piece = slice(start, start + SLICE)
        one, other = left[a[piece]], right[b[piece]]
        inside = shapely.covers(other, one)
        part = shapely.area(one)
        part[~inside] = shapely.area(shapely.intersection(one[~inside], other[~inside]))
        area[piece] = part
    return a, b, area
