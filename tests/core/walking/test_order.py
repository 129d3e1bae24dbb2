"""Sorting and looking for neighbours in short steps give what one call gives."""

import numpy as np
import pytest
from scipy.spatial import cKDTree
from urban_renewal.core.errors import Cancelled
from urban_renewal.core.run import Run
from urban_renewal.core.walking import order, topology
from urban_renewal.core.walking.order import lexsort


@pytest.mark.parametrize("values", [1, 3, 40, 10**9])
def test_order_of_one_sort(values, monkeypatch):
    monkeypatch.setattr(order, "BUCKET_ROWS", 50)
    rng = np.random.default_rng(values)
    first = rng.integers(-values, values, 1000)
    second = np.where(rng.random(1000) < 0.2, np.nan, rng.integers(0, 3, 1000))
    third = rng.integers(0, 2, 1000)
    for keys in ((first,), (second, first), (third, second, first)):
        assert np.array_equal(lexsort(keys, Run()), np.lexsort(keys))
    asked = []
    with pytest.raises(Cancelled):
        lexsort((second, first), Run(is_cancelled=lambda: asked.append(1) or len(asked) > 5))


def test_nothing_to_sort():
    assert lexsort((np.empty(0), np.empty(0, dtype=np.int64)), Run()).tolist() == []


@pytest.mark.parametrize("tolerance_m", [0.001, 0.5, 3.0, 9.0])
def test_neighbours_of_ends(tolerance_m, monkeypatch):
    """Against a k-d tree; places on a grid of 0.25 m, so that many lie exactly at the tolerance."""
    monkeypatch.setattr(topology, "BAND_M", 10.0)
    rng = np.random.default_rng(4)
    xy = np.unique(rng.integers(0, 160, (1500, 2)) * 250 + np.array([106_500_000, 3_270_000_123]), axis=0)
    is_end = rng.random(len(xy)) < 0.4
    nothing = np.zeros(len(xy), dtype=np.int64)
    spots = topology.Spots(nothing, xy[:, 0], xy[:, 1], nothing, nothing * np.nan, nothing > 0, 0)
    found = topology._near_ends(spots, is_end, tolerance_m, Run())
    tree = cKDTree(xy - xy.min(axis=0))  # whole millimetres: exact
    wanted = {tuple(pair) for pair in tree.query_pairs(tolerance_m * 1000, output_type="ndarray").tolist()
              if is_end[list(pair)].any()}  # fmt: skip
    listed = [tuple(sorted(pair)) for pair in found.tolist()]
    assert len(listed) == len(set(listed)) and set(listed) == wanted
    assert len(wanted) > 300 or tolerance_m < 3
