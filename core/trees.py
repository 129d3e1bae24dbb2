# SPDX-License-Identifier: GPL-2.0-or-later
"""A search tree over the many shapes of a city, made in pieces.

shapely makes a tree in one call under Python's lock: of 320,000 buildings a tenth of a second, on a slow machine two,
in which the window stands still and Cancel is not heard.
"""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt
import shapely

PIECE = 50_000  # shapes of one tree: 10 to 30 ms

Objects = npt.NDArray[Any]
Rows = npt.NDArray[np.intp]


class Tree:
    """Search trees over pieces of one array of shapes, asked as if they were one (`shapely.STRtree`)."""

    def __init__(self, shapes: Objects) -> None:
        """`shapes` (n,) geometries; what is None or empty is never found."""
        self.geometries = shapes
        starts = range(0, max(1, len(shapes)), PIECE)
        self._trees = [(start, shapely.STRtree(shapes[start : start + PIECE])) for start in starts]

    def query(self, asked: Any, predicate: str | None = None, distance: Any = None) -> Rows:
        """Return rows of the shapes that `predicate` holds for, without one those whose boxes meet.

        `asked` one geometry: (k,) rows; an array (m,): (2, k), rows of `asked`, ascending, and of the shapes, those of
        one that is asked in no order. `distance` in the unit of the shapes, for the predicate dwithin.
        """
        found = [self._of(start, tree.query(asked, predicate, distance)) for start, tree in self._trees]
        return _in_order(np.concatenate(found, axis=-1)) if len(found) > 1 else found[0]

    def query_nearest(self, asked: Objects, max_distance: float | None = None) -> Rows:
        """Return (2, k) rows of `asked` (m,), ascending, and of the shapes nearest to each; all that are equally near.

        Nothing for what has no shape within `max_distance`.
        """
        found, away = [], []
        for start, tree in self._trees:
            pairs, gap = tree.query_nearest(asked, max_distance=max_distance, return_distance=True)
            found.append(self._of(start, pairs))
            away.append(gap)
        if len(found) == 1:
            return found[0]
        every, gaps = np.concatenate(found, axis=1), np.concatenate(away)
        least = np.full(len(asked), np.inf)
        np.minimum.at(least, every[0], gaps)
        return _in_order(every[:, gaps == least[every[0]]])

    @staticmethod
    def _of(start: int, rows: Rows) -> Rows:
        shifted: Rows = rows + (np.array([[0], [start]]) if rows.ndim == 2 else start)
        return shifted


def _in_order(rows: Rows) -> Rows:
    return rows[:, np.argsort(rows[0], kind="stable")] if rows.ndim == 2 else rows
