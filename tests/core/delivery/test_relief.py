"""Relief: the shade of planes by hand, smoothing that keeps planes and gaps, contours that suit the relief."""

import numpy as np
import pytest
from urban_renewal.core.delivery.relief import Grid, cell_centres, contour_step, lay_grid, shade, smooth


def plane(east, north, cell=10.0, size=20):
    x = (np.arange(size) + 0.5) * cell
    return Grid(0.0, size * cell, cell, 100.0 + east * x[None, :] + north * x[::-1, None])


def test_grid_covers_the_box_with_round_cells():
    grid = lay_grid((3.0, 2.0, 101.0, 52.0))
    assert (grid.cell_m, grid.x_min, grid.y_max) == (5.0, 0.0, 55.0)
    assert grid.values.shape == (11, 21)
    assert grid.box == (0.0, 0.0, 105.0, 55.0)
    x, y = cell_centres(grid, 1)
    assert (x[0], x[-1], set(y)) == (2.5, 102.5, {47.5})
    assert lay_grid((0.0, 0.0, 24_000.0, 100.0)).cell_m == 10.0  # 2400 cells at most


@pytest.mark.parametrize(
    ("east", "north", "dark"),
    [(0.0, 0.0, 0), (0.4, 0.0, 0), (-0.4, 0.0, 203), (0.0, 0.4, 203), (0.0, -0.4, 0), (-4.0, 4.0, 255)],
)
def test_shade_of_planes(east, north, dark):
    """Light from the north-west: (0.7071 - 0.5 · 1.5 · 0.4) ÷ √(1 + 0.6²) = 0.3491; (0.7071 - 0.3491) ÷ 0.45 of 255.

    What falls to the east, or to the south (rises to the north), lies in the shade; flat ground and lit slopes stay.
    """
    assert set(np.unique(shade(plane(east, north)))) == {dark}


def test_shade_of_nothing_is_nothing():
    grid = plane(-0.4, 0.0)
    grid.values[5, 5] = np.nan
    drawn = shade(grid)
    assert drawn[5, 5] == 0
    assert drawn[0, 0] == 203


def test_smoothing_keeps_planes_and_gaps():
    grid = plane(0.1, 0.0, cell=10.0, size=60)
    grid.values[30, 30] = np.nan
    made = smooth(grid, 20.0)  # 2 cells
    assert np.isnan(made.values[30, 30])
    assert np.isfinite(made.values).sum() == 60 * 60 - 1
    inner = made.values[10:20, 10:50] - grid.values[10:20, 10:50]
    assert np.abs(inner).max() < 1e-6
    spike = Grid(0.0, 600.0, 10.0, np.zeros((60, 60)))
    spike.values[30, 30] = 100.0
    peak = smooth(spike, 1.0).values.max()  # at least 15 m: 1.5 cells
    assert peak == pytest.approx(100 / (2 * np.pi * 1.5**2), rel=0.05)


@pytest.mark.parametrize(
    ("relief", "step"), [(0.0, 10.0), (400.0, 10.0), (401.0, 20.0), (1000.0, 20.0), (1001.0, 50.0)]
)
def test_contours_suit_the_relief(relief, step):
    assert contour_step(Grid(0, 0, 10.0, np.array([[0.0, relief], [np.nan, 1.0 if relief else 0.0]]))) == step
    assert contour_step(Grid(0, 0, 10.0, np.full((2, 2), np.nan))) == 10.0
