"""E2SFCA against its identity, its definition pair by pair, and cases by hand."""

import numpy as np
from urban_renewal.core.gaps.access import ONE, access_ratios, decay_weights
from urban_renewal.core.gaps.fair import Reach


def test_gaussian_table_of_dai():
    # W(0), W(250), W(300), W(500), W(750), W(1000) at d0 = 1000: 1, 0.9218, 0.8882, 0.7014, 0.3769, 0
    found = decay_weights(np.array([0, 250, 300, 500, 750, 1000], dtype=np.int32) * 1000, 1_000_000) / ONE
    assert np.allclose(found, [1, 0.9218, 0.8882, 0.7014, 0.3769, 0], atol=3e-4)
    assert found[-1] == 0


def test_decay_is_the_formula_at_every_millisecond():
    for limit in (300_000, 299_999, 7, 1):
        cost = np.arange(limit + 3, dtype=np.int32)
        share = np.minimum(cost / limit, 1)
        formula = (np.exp(-(share**2) / 2) - np.exp(-0.5)) / (1 - np.exp(-0.5))
        found = decay_weights(cost, limit)
        assert (np.abs(found - ONE * formula) < 1.01).all()  # to a millionth, near the limit as well
        assert (np.diff(found) <= 0).all()


def test_one_place_one_facility():
    one = Reach(np.array([0]), np.array([0]), 1, 1)
    found = access_ratios(np.array([50]), np.array([100]), one, np.array([ONE // 3]))
    assert np.isclose(found.ratio[0], 2.0)  # all of the supply for all of the need, whatever the distance
    assert found.reached.tolist() == [True]


def test_identity_and_definition():
    random = np.random.default_rng(4)
    n, m = 80, 12
    need, capacity = random.integers(0, 5000, n), random.integers(0, 90_000, m)
    place, facility = np.nonzero(random.random((n, m)) < 0.2)
    weights = random.integers(0, ONE, len(place))
    found = access_ratios(need, capacity, Reach(place, facility, n, m), weights)
    assert np.isclose((need * found.ratio).sum(), capacity[found.reached].sum())
    w = np.zeros((n, m))
    w[place, facility] = weights / ONE
    demand = need @ w
    wanted = (w * np.where(demand > 0, capacity / np.maximum(demand, 1e-300), 0)).sum(axis=1)
    assert np.allclose(found.ratio, wanted)


def test_supply_doubled_and_a_place_split():
    random = np.random.default_rng(5)
    need, capacity = random.integers(1, 50, 10) * 2, random.integers(1, 900, 4)
    place, facility = np.nonzero(random.random((10, 4)) < 0.5)
    weights = random.integers(1, ONE, len(place))
    base = access_ratios(need, capacity, Reach(place, facility, 10, 4), weights)
    double = access_ratios(need, 2 * capacity, Reach(place, facility, 10, 4), weights)
    assert np.allclose(double.ratio, 2 * base.ratio)
    halves = np.append(need, need[0] // 2)
    halves[0] //= 2
    mine = place == 0
    split = Reach(np.append(place, np.full(mine.sum(), 10)), np.append(facility, facility[mine]), 11, 4)
    again = access_ratios(halves, capacity, split, np.append(weights, weights[mine]))
    assert np.allclose(again.ratio[:10], base.ratio) and np.isclose(again.ratio[10], base.ratio[0])


def test_a_facility_that_nobody_with_need_reaches():
    found = access_ratios(
        np.array([0, 5]), np.array([7, 9]), Reach(np.array([0]), np.array([0]), 2, 2), np.array([ONE])
    )
    assert found.ratio.tolist() == [0, 0] and found.reached.tolist() == [False, False]
