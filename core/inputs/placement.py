# SPDX-License-Identifier: GPL-2.0-or-later
"""Is a layer where it says it is? Lost zone prefixes, swapped axes, and coordinates shifted for web maps (GCJ-02)."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import numpy.typing as npt
import shapely
from scipy.special import ndtr

from ..run import Run
from ..slices import sliced
from ..trees import Tree

Reals = npt.NDArray[np.float64]

# Gauss-Krüger coordinates in China: eastings 500 km ± 350 km around the central meridian, with or
# without a zone number (13–45) of one million before them; northings from 18°N to 54°N.
EAST_M = (100_000.0, 900_000.0)
ZONES = (13, 45)
NORTH_M = (1_990_000.0, 5_990_000.0)
LOOKED = 200  # points asked for what is nearest between two looks at Cancel
SHIFT_POINTS = 8  # own choice: fewer points prove nothing
FEW = 50  # distances whose chance is counted, not reckoned by the normal curve (as scipy has it)
MOST_LOOKED = 5_000  # points of a layer that are asked first; own choice
TENDENCY_P = 0.5  # below this there is any tendency at all: then every point of the layer is asked
SHIFT_P = 0.001  # chance of seeing such a difference when the points are where they say; own choice


@dataclass(frozen=True)
class Shift:
    """What speaks for GCJ-02: how many of n points come nearer to buildings when corrected, and by how much."""

    suspected: bool
    points_n: int
    nearer_n: int
    offset_m: float
    p_value: float


def _is_east(value: float) -> bool:
    return EAST_M[0] <= value <= EAST_M[1]


def _is_zoned(value: float) -> bool:
    zone, rest = divmod(value, 1_000_000)
    return ZONES[0] <= zone <= ZONES[1] and _is_east(rest)


def _is_north(value: float) -> bool:
    return NORTH_M[0] <= value <= NORTH_M[1]


def guess_mistake(x: float, y: float, is_geographic: bool, has_zone_prefix: bool) -> str:
    """Return the code of the mistake that a layer's middle coordinates betray, or "".

    `x` east, `y` north as they stand in the file; `is_geographic` the declared system is in degrees; `has_zone_prefix`
    it is a Gauss-Krüger system with the zone number in its eastings (false easting ≥ 1,000,000).
    Codes: `axes_swapped`, `zone_prefix_extra` (the numbers have it, the system does not), `zone_prefix_lost`,
    `metres_in_degrees`, `degrees_in_metres`.
    """
    return _mistake_in_degrees(x, y) if is_geographic else _mistake_in_metres(x, y, has_zone_prefix)


def _mistake_in_degrees(x: float, y: float) -> str:
    if abs(x) > 180 or abs(y) > 180:
        return "metres_in_degrees"
    in_china_swapped = 3 < x < 54 and 73 < y <= 136
    return "axes_swapped" if abs(y) > 90 or in_china_swapped else ""


def _mistake_in_metres(x: float, y: float, has_zone_prefix: bool) -> str:
    if abs(x) <= 180 and abs(y) <= 90:
        return "degrees_in_metres"
    if _is_north(x) and (_is_east(y) or _is_zoned(y)):
        return "axes_swapped"
    if _is_zoned(x) and not has_zone_prefix:
        return "zone_prefix_extra"
    return "zone_prefix_lost" if _is_east(x) and has_zone_prefix else ""


class Reference:
    """What places stand in or at: buildings (best), parcels or streets, in metres, indexed once for all layers."""

    def __init__(self, shapes: npt.NDArray[Any]) -> None:
        self._shapes, self._tree = shapes, Tree(shapes)

    def __len__(self) -> int:
        return len(self._shapes)

    def away(self, points: npt.NDArray[Any], run: Run | None = None) -> Reals:
        """Return how far each point (n,) is from the nearest of the shapes, metres."""
        return np.asarray(sliced(self._away, points, run=run, rows=LOOKED), dtype=np.float64)

    def _away(self, points: npt.NDArray[Any]) -> Reals:
        row, shape = self._tree.query_nearest(points)
        away = np.full(len(points), np.nan)
        away[row] = shapely.distance(points[row], self._shapes[shape])
        return away


def suspect_shift(points: npt.NDArray[Any], corrected: npt.NDArray[Any], reference: npt.NDArray[Any]) -> Shift:
    """Say whether points look shifted: do they come nearer to the reference features when GCJ-02 is undone?

    `points` and `corrected` the same facilities as given and after the inverse shift, `reference` buildings (best),
    parcels or streets, all in metres. A facility stands in or at a building; shifted by some 480 m it stands anywhere.
    One-sided Wilcoxon signed-rank test of the distances; own choice of test and limit.
    """
    if len(points) < SHIFT_POINTS or not len(reference):
        return judge_shift(points, corrected, np.empty(0), np.empty(0))
    beside = Reference(reference)
    after = beside.away(corrected)
    shift = judge_shift(points, corrected, beside.away(points), after)
    return confirmed(shift, points, corrected, after, beside)


def judge_shift(points: npt.NDArray[Any], corrected: npt.NDArray[Any], before: Reals, after: Reals) -> Shift:
    """Return the same from how far the points are from the reference as given and after the inverse shift, metres.

    Empty distances: there is no reference.
    """
    if len(points) < SHIFT_POINTS or not len(before):
        return Shift(False, len(points), 0, float("nan"), float("nan"))
    differs = before != after
    offset_m = float(np.median(shapely.distance(points, corrected)))
    if differs.sum() < SHIFT_POINTS:
        return Shift(False, len(points), int((after < before).sum()), offset_m, 1.0)
    p_value = _chance_of_nearer((before - after)[differs])
    return Shift(p_value < SHIFT_P, len(points), int((after < before).sum()), offset_m, p_value)


def confirmed(
    shift: Shift, points: npt.NDArray[Any], corrected: npt.NDArray[Any], after: Reals, beside: Reference,
    run: Run | None = None,
) -> Shift:  # fmt: skip
    """Return a verdict that stands only if corrected points (`after`, m) are nearer than those moved elsewhere.

    What stands in the middle of streets (exits of stations) comes nearer to houses wherever it is moved.
    """
    if not shift.suspected:
        return shift
    others = elsewhere(points, corrected)
    if all(judge_shift(other, corrected, beside.away(other, run), after).suspected for other in others):
        return shift
    return replace(shift, suspected=False)


def elsewhere(points: npt.NDArray[Any], corrected: npt.NDArray[Any]) -> Iterator[npt.NDArray[Any]]:
    """Yield the points moved as far as the corrected ones, in the three other directions."""
    xy = shapely.get_coordinates(points)
    east, north = (shapely.get_coordinates(corrected) - xy).T
    for turned in ((-north, east), (-east, -north), (north, -east)):
        yield shapely.points(xy + np.column_stack(turned))


def _chance_of_nearer(gain: Reals) -> float:
    """Return the one-sided p-value of Wilcoxon's signed-rank test: gains (n,), none 0, are above 0 by chance.

    Up to FEW gains by counting all signs that the ranks could have, equal ones included, beyond by the normal curve
    with the correction for ties. scipy.stats has the same, and takes as long to load as a small city to check.
    """
    _, place, times = np.unique(np.abs(gain), return_inverse=True, return_counts=True)
    twice = (2 * np.cumsum(times) - times + 1)[place]  # ranks, doubled: middle ones of equal gains are whole, too
    n, above = len(gain), int(twice[gain > 0].sum())
    if n <= FEW:
        ways = np.zeros(n * (n + 1) + 1)
        ways[0] = 1.0
        for rank in twice.tolist():
            ways[rank:] += ways[:-rank].copy()
        return float(ways[above:].sum() / 2.0**n)
    ties = times.astype(np.float64)
    variance = (n * (n + 1.0) * (2 * n + 1) - (ties**3 - ties).sum() / 2) / 24
    return float(ndtr((n * (n + 1) / 4 - above / 2) / np.sqrt(variance)))


def spread_rows(points: npt.NDArray[Any]) -> npt.NDArray[np.intp]:
    """Return at most MOST_LOOKED rows of points, evenly from west to east, whatever the order of the rows."""
    order: npt.NDArray[np.intp] = np.lexsort((shapely.get_y(points), shapely.get_x(points)))
    return order[:: -(-len(order) // MOST_LOOKED)] if len(order) else order


def middle_of(shapes: npt.NDArray[Any]) -> tuple[float, float]:
    """Return the median coordinates of a layer: one stray point cannot move it."""
    xy = shapely.get_coordinates(shapes)
    return float(np.median(xy[:, 0])), float(np.median(xy[:, 1]))
