# SPDX-License-Identifier: GPL-2.0-or-later
"""Several trees over a city say what one would: shapely's own, asked beside them."""

import numpy as np
import pytest
import shapely
from urban_renewal.core import trees


@pytest.fixture(params=(1, 7, 100, 1_000))
def pieces(request, monkeypatch):
    """Trees of so many shapes each."""
    monkeypatch.setattr(trees, "PIECE", request.param)
    return request.param


def shapes_of(seed, n=250):
    """Boxes on a lattice, so that many touch and lie equally far, with two that are never found."""
    rng = np.random.default_rng(seed)
    xy = rng.integers(0, 40, (n, 2)).astype(float)
    size = rng.integers(1, 4, n)
    boxes = shapely.box(xy[:, 0], xy[:, 1], xy[:, 0] + size, xy[:, 1] + size)
    boxes[3], boxes[n // 2] = None, shapely.Polygon()
    return boxes


def sorted_pairs(rows):
    """Pairs in one order."""
    return rows[:, np.lexsort(rows[::-1])].tolist()


@pytest.mark.parametrize("seed", [3, 4])
def test_the_same_pairs_as_of_one_tree(pieces, seed):
    shapes, asked = shapes_of(seed), shapes_of(seed + 10, 60)
    one, many = shapely.STRtree(shapes), trees.Tree(shapes)
    for predicate, distance in ((None, None), ("intersects", None), ("covers", None), ("dwithin", 2.0)):
        want, got = one.query(asked, predicate, distance), many.query(asked, predicate, distance)
        assert sorted_pairs(want) == sorted_pairs(got) and want.shape[1] > 0
        assert (np.diff(got[0]) >= 0).all()
        some = asked[0]
        assert sorted(one.query(some, predicate, distance)) == sorted(many.query(some, predicate, distance))


@pytest.mark.parametrize("limit", [None, 3.0])
def test_the_same_nearest_with_all_that_are_equally_near(pieces, limit):
    shapes = shapes_of(5, 120)
    points = shapely.points(np.random.default_rng(6).integers(-10, 60, (80, 2)).astype(float))
    want = shapely.STRtree(shapes).query_nearest(points, max_distance=limit)
    got = trees.Tree(shapes).query_nearest(points, max_distance=limit)
    assert sorted_pairs(want) == sorted_pairs(got)
    assert (np.diff(got[0]) >= 0).all()
    assert len(np.unique(got[0])) < got.shape[1], "some are equally near"


def test_nothing_is_found_where_nothing_is(pieces):
    empty = trees.Tree(np.empty(0, dtype=object))
    points = shapely.points([[0.0, 0.0]])
    assert empty.query(points, "intersects").shape == (2, 0)
    assert empty.query_nearest(points).shape == (2, 0)
    assert not len(empty.query(points[0]))
