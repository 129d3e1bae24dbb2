# SPDX-License-Identifier: GPL-2.0-or-later
"""Heights of the ground: surveyed points first, then a low-passed raster. One surface for nodes and joining legs."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd
import shapely
from scipy.ndimage import gaussian_filter
from scipy.spatial import Delaunay, QhullError, cKDTree

from .. import frames
from ..run import Run
from .graph import Objects, Reals
from .profiles import WalkRules

ToCell = Callable[[Reals, Reals], "tuple[Reals, Reals]"]
REACH_SIGMAS = 3.0  # own choice: the filter is cut off here, where its weight is 1 % of the middle's
LOWEST_M, HIGHEST_M = -500.0, 9000.0  # own choice: the shore of the Dead Sea lies at -430 m
FAR_FROM_0_M = 30.0  # own choice
SPOT_M = 5.0  # own choice: a point of the survey stands in the middle of a junction, not on its very vertex
STRIP_CELLS = 250_000  # cells filtered between two looks at the cancel flag: some 50 ms


MOST_SIGMA = 2000.0  # cells: a profile file may ask for any length, and the work grows with it (own choice)


@dataclass(frozen=True)
class Raster:
    """A height raster, or the window of one that is needed.

    `values` (rows, columns) float64, row 0 in the north, NaN = no data. `to_cell(x, y)` gives column and row (whole
    numbers at cell centres) of working coordinates; the raster may be in another CRS. `cell_m`: width and height of a
    cell in working metres.
    """

    values: npt.NDArray[np.float64]
    to_cell: ToCell
    cell_m: tuple[float, float]


@dataclass(frozen=True, eq=False)
class Surface:
    """The ground: a net of triangles through surveyed points where they stand close, a low-passed raster elsewhere.

    `spots`: the surveyed points by themselves, for places at a point where there is nothing else.
    """

    raster: Raster | None
    survey: _Survey | None = None
    spots: _Spots | None = None

    def sample(self, x_m: Reals, y_m: Reals) -> Reals:
        """Return the height in metres at (n,) working coordinates: surveyed, else raster, else NaN."""
        surveyed = self.sample_survey(x_m, y_m)
        return np.where(np.isnan(surveyed), self.sample_raster(x_m, y_m), surveyed)

    def sample_survey(self, x_m: Reals, y_m: Reals) -> Reals:
        """Return the surveyed height, NaN outside the net of surveyed points."""
        if self.survey is None or not len(x_m):
            return np.full(len(x_m), np.nan)
        return self.survey.sample(np.asarray(x_m, dtype=float), np.asarray(y_m, dtype=float))

    def sample_spots(self, x_m: Reals, y_m: Reals) -> Reals:
        """Return the height of the nearest surveyed point within SPOT_M, NaN where there is none."""
        if self.spots is None or not len(x_m):
            return np.full(len(x_m), np.nan)
        return self.spots.sample(np.asarray(x_m, dtype=float), np.asarray(y_m, dtype=float))

    def sample_raster(self, x_m: Reals, y_m: Reals) -> Reals:
        """Return the low-passed raster's height (bilinear), NaN outside it or where it has no data."""
        if self.raster is None or not len(x_m):
            return np.full(len(x_m), np.nan)
        column, row = self.raster.to_cell(np.asarray(x_m, dtype=float), np.asarray(y_m, dtype=float))
        return _bilinear(self.raster.values, column, row)


@dataclass(frozen=True, eq=False)
class _Survey:
    """A net of triangles; `good` (triangles,) those whose sides are short enough. Coordinates from `origin` on."""

    net: Delaunay
    good: npt.NDArray[np.bool_]
    z_m: Reals
    origin: Reals

    def sample(self, x_m: Reals, y_m: Reals) -> Reals:
        """Return heights in metres at points; NaN outside the surveyed points' hull."""
        heights = np.full(len(x_m), np.nan)
        xy = np.column_stack([x_m, y_m]) - self.origin
        known = np.isfinite(xy).all(axis=1)
        found = np.full(len(x_m), -1)
        found[known] = self.net.find_simplex(xy[known])
        inside = found >= 0
        inside[inside] = self.good[found[inside]]
        corners = found[inside]
        moves = self.net.transform[corners]
        two = np.einsum("ijk,ik->ij", moves[:, :2], xy[inside] - moves[:, 2])
        parts = np.column_stack([two, 1 - two.sum(axis=1)])
        heights[inside] = (parts * self.z_m[self.net.simplices[corners]]).sum(axis=1)
        return heights


@dataclass(frozen=True, eq=False)
class _Spots:
    """Surveyed points, sorted by place: `xy` (n, 2) from `origin` on and `z_m` (n,)."""

    xy: npt.NDArray[np.float64]
    z_m: Reals
    origin: Reals

    def sample(self, x_m: Reals, y_m: Reals) -> Reals:
        """Return the height of the nearest point within SPOT_M, of the first of equally near ones; else NaN."""
        heights = np.full(len(x_m), np.nan)
        places = np.column_stack([x_m, y_m]) - self.origin
        known = np.flatnonzero(np.isfinite(places).all(axis=1))
        away, near = cKDTree(self.xy).query(places[known], k=[1, 2], distance_upper_bound=SPOT_M)
        first = np.where(away[:, 1] == away[:, 0], near.min(axis=1), near[:, 0])
        found = np.isfinite(away[:, 0])
        heights[known[found]] = self.z_m[first[found]]
        return heights


def make_surface(
    raster: Raster | None, height_points: pd.DataFrame | None, rules: WalkRules, run: Run
) -> Surface | None:
    """Return the ground from a raster and surveyed points (columns `z`, `geometry`), None when there is neither.

    The raster is low-passed with a Gaussian whose standard deviation is max(`low_pass_m`, `low_pass_cells` cells);
    cells without data neither count nor are filled. Surveyed points say the height inside triangles whose sides are at
    most `survey_span_m`; where two stand at the same place their mean counts. Elsewhere each still says it for the
    junction where it stands, if nothing else does. Points without height (or with one that stands for it: -9999, 0
    among others far above) are left out and counted (`survey_without_height`); that no three stand close enough for a
    triangle is said (`survey_too_sparse`), and how many are in none (`survey_alone`). A lone height does not take the
    place of own Z or raster: between two junctions the step from one source to the other would be walked as a slope.
    Source: method notes §2; noise σ 5 m correlated over 30 m on flat ground then costs an elder less than 10 %.
    """
    survey, spots = (None, None) if height_points is None else _make_survey(height_points, rules.survey_span_m, run)
    smooth = None if raster is None else _low_pass(raster, rules, run)
    run.progress(1.0)
    if smooth is None and spots is None:
        return None
    return Surface(smooth, survey, spots)


def low_pass_sigma_m(raster: Raster, rules: WalkRules) -> float:
    """Return the standard deviation in metres of the low-pass that this raster gets."""
    return max(rules.low_pass_m, rules.low_pass_cells * max(raster.cell_m))


def _low_pass(raster: Raster, rules: WalkRules, run: Run) -> Raster:
    """Return the raster after a normalised convolution, strip by strip."""
    sigma_m = low_pass_sigma_m(raster, rules)
    sigma: Any = tuple(min(sigma_m / cell, MOST_SIGMA) for cell in raster.cell_m[::-1])  # rows run north to south
    rows, columns = raster.values.shape
    halo = int(REACH_SIGMAS * sigma[0] + 0.5)
    strip = max(halo, STRIP_CELLS // max(columns, 1), 1)
    known = np.isfinite(raster.values)
    middle = float(raster.values[known].mean()) if known.any() else 0.0  # keeps the sums small
    smooth = np.full(raster.values.shape, np.nan)
    starts = range(0, rows, strip)
    strips = (
        _Strip(raster.values[max(0, first - halo) : min(rows, first + strip + halo)], middle, sigma,
               slice(first - max(0, first - halo), min(first + strip, rows) - max(0, first - halo)))
        for first in starts
    )  # fmt: skip
    for first, part in zip(starts, run.map(smooth_strip, strips, len(starts))):
        smooth[first : first + strip] = part
    return Raster(smooth, raster.to_cell, raster.cell_m)


@dataclass(frozen=True, eq=False)
class _Strip:
    """Rows of a raster with a halo, `inner` those that are asked for; `middle` a height that keeps the sums small."""

    values: npt.NDArray[np.float64]
    middle: float
    sigma: tuple[float, float]
    inner: slice


def smooth_strip(strip: _Strip) -> npt.NDArray[np.float64]:
    """Return the inner rows after a normalised convolution, NaN where there is no data."""
    known = np.isfinite(strip.values)
    values = np.where(known, strip.values - strip.middle, 0.0)
    options: dict[str, Any] = {"sigma": strip.sigma, "mode": "constant", "truncate": REACH_SIGMAS}
    weights, sums = gaussian_filter(known.astype(float), **options), gaussian_filter(values, **options)
    smooth = np.full(known[strip.inner].shape, np.nan)
    part = known[strip.inner]
    smooth[part] = sums[strip.inner][part] / weights[strip.inner][part] + strip.middle
    return smooth


def _bilinear(values: npt.NDArray[np.float64], column: Reals, row: Reals) -> Reals:
    """Return the mean of the four cells around, weighted by nearness, over those that have data."""
    rows, columns = values.shape
    inside = (column >= -0.5) & (column <= columns - 0.5) & (row >= -0.5) & (row <= rows - 0.5)
    c = np.clip(np.where(inside, column, 0), 0, columns - 1)
    r = np.clip(np.where(inside, row, 0), 0, rows - 1)
    left, top = np.floor(c).astype(int), np.floor(r).astype(int)
    right, bottom = np.minimum(left + 1, columns - 1), np.minimum(top + 1, rows - 1)
    east, south = c - left, r - top
    total, weights = np.zeros(len(c)), np.zeros(len(c))
    for at_row, at_column, weight in (
        (top, left, (1 - south) * (1 - east)), (top, right, (1 - south) * east),
        (bottom, left, south * (1 - east)), (bottom, right, south * east),
    ):  # fmt: skip
        value = values[at_row, at_column]
        used = np.where(np.isnan(value), 0.0, weight)
        total += np.where(used > 0, value * used, 0.0)
        weights += used
    good = inside & (weights > 0)
    return np.where(good, total / np.where(weights > 0, weights, 1.0), np.nan)


def _make_survey(points: pd.DataFrame, span_m: float, run: Run) -> tuple[_Survey | None, _Spots | None]:
    """Return the net of the points that have a height, None (and it is said) where none stand close enough, and the
    points by themselves, None when there are none.
    """
    shapes = frames.geometries(points)
    z = frames.reals(points, "z")
    good = np.isfinite(z) & (shapely.get_type_id(shapes) >= 0) & ~shapely.is_empty(shapes)
    good &= ~_stands_for_unknown(z)
    if not good.all():
        run.warn("survey_without_height", n=int((~good).sum()), total=len(points))
    if not good.any():
        return None, None
    spots = _make_spots(shapes[good], z[good])
    net = _make_net(spots, span_m)
    if net is None:
        run.warn("survey_too_sparse", n=int(good.sum()), span_m=round(span_m))
    elif alone := len(spots.xy) - len(np.unique(net.net.simplices[net.good])):
        run.warn("survey_alone", n=alone, total=len(spots.xy), span_m=round(span_m))
    return net, spots


def _stands_for_unknown(z: Reals) -> npt.NDArray[np.bool_]:
    """Say which heights are none: those no ground has (-9999), and 0 in a layer whose other points lie high above it,
    where drawings have it for a point without a height.
    """
    with np.errstate(invalid="ignore"):
        odd = (z < LOWEST_M) | (z > HIGHEST_M)
    others = z[np.isfinite(z) & ~odd & (z != 0)]
    if len(others) and np.abs(others).min() > FAR_FROM_0_M:
        odd |= z == 0
    return np.asarray(odd)


def _make_spots(shapes: Objects, z: Reals) -> _Spots:
    """Return the points sorted by place, one a place with the mean of its heights."""
    centres = shapely.centroid(shapes)
    listed = np.column_stack([shapely.get_x(centres), shapely.get_y(centres), z])
    listed = listed[np.lexsort(listed.T[::-1])]  # by x, y, z: the order of rows must not show
    xy, place = np.unique(np.round(listed[:, :2], 3), axis=0, return_inverse=True)
    counts = np.bincount(place.ravel(), minlength=len(xy))
    heights = np.bincount(place.ravel(), weights=listed[:, 2], minlength=len(xy)) / np.maximum(counts, 1)
    return _Spots(xy - xy[0], heights, xy[0].copy())


def _make_net(spots: _Spots, span_m: float) -> _Survey | None:
    if len(spots.xy) < 3:
        return None
    try:
        net = Delaunay(spots.xy)
    except QhullError:  # all on one line
        return None
    corners = net.points[net.simplices]
    sides = np.linalg.norm(corners - np.roll(corners, 1, axis=1), axis=2)
    short = (sides <= span_m).all(axis=1)
    if short.any():  # what is needed for heights inside triangles costs more than the triangles
        short &= np.isfinite(net.transform).all(axis=(1, 2))
    return _Survey(net, short, spots.z_m, spots.origin) if short.any() else None
