# SPDX-License-Identifier: GPL-2.0-or-later
"""Doors that cannot be those of what they are said to belong to."""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt
import shapely

from ..run import Run

DOOR_FAR_M = 500.0  # own choice: the entrances of a station lie up to 300 m from its point


def tell_far(
    doors: npt.NDArray[Any], names: npt.NDArray[np.object_], of: npt.NDArray[Any], layer: str, run: Run
) -> None:
    """List entrances farther than 500 m from what they belong to (`entrance_far`): a wrong id or a wrong coordinate.

    `doors` (n,) points, `names` their ids, `of` (n,) shapes of what each belongs to. They are used all the same.
    """
    away = shapely.distance(doors, of)
    for row in np.flatnonzero(away > DOOR_FAR_M):
        run.leave_out(layer, [str(names[row])], "entrance_far", "warning", metres=round(float(away[row])))
