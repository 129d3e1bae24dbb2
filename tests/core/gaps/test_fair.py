"""The fair maximum against hand-worked cases and an iterated maximin linear programme."""

import numpy as np
import pytest
from scipy.optimize import linprog
from urban_renewal.core.gaps.fair import Reach, fair_maximum
from urban_renewal.core.run import Run

from .helpers import solve


def test_by_hand():
    # a and b share one facility of 60 for needs 80 and 40: both get half; c has its own
    found = solve([80, 40, 10], [60, 100], [(0, 0), (1, 0), (2, 1)])
    assert found.served.tolist() == [40, 20, 10] and found.load.tolist() == [60, 10]
    # b could also go elsewhere: then a alone has the first, 60 of 80
    found = solve([80, 40, 10], [60, 100], [(0, 0), (1, 0), (1, 1), (2, 1)])
    assert found.served.tolist() == [60, 40, 10]
    # nobody near: nothing served, nothing loaded
    found = solve([5, 0], [10], [])
    assert found.served.tolist() == [0, 0] and found.load.tolist() == [0]


def test_the_worst_off_come_first():
    # three pools by hand: a reaches only 10 of 100; b (reaches 10 and 30) is better off with 30 of 60
    found = solve([100, 60, 20], [10, 30, 20], [(0, 0), (1, 0), (1, 1), (2, 1), (2, 2)])
    assert found.served.tolist() == [10, 30, 20]


def lexicographic_lp(need, capacity, pairs):
    """Maximise the smallest share, fix who cannot do better, repeat: the textbook iteration, one LP a step."""
    n, k = len(need), len(pairs)
    fixed = np.full(n, np.nan)
    while np.isnan(fixed).any():
        free = np.isnan(fixed)
        best = _maximin(need, capacity, pairs, fixed, free)
        for place in np.flatnonzero(free):  # who can get more while the others keep at least this?
            more = _maximin(need, capacity, pairs, fixed, free, best, place)
            if more <= best + 1e-7:
                fixed[place] = best
        assert k >= 0 and (np.isnan(fixed) != free).any()
    return fixed


def _maximin(need, capacity, pairs, fixed, free, floor=None, only=None):
    n, k = len(need), len(pairs)
    cost = np.zeros(k + 1)
    cost[k] = -1
    rows, limits, same, values = [], [], [], []
    for place in range(n):
        row = np.zeros(k + 1)
        row[[i for i, pair in enumerate(pairs) if pair[0] == place]] = 1 / need[place]
        upper = row.copy()
        rows.append(upper)
        limits.append(1.0)
        if not free[place]:
            same.append(row)
            values.append(fixed[place])
        elif only is None or place == only:
            least = -row
            least[k] = 1
            rows.append(least)
            limits.append(0.0)
        if free[place] and floor is not None:
            rows.append(-row)
            limits.append(-floor + 1e-10)
    for facility, room in enumerate(capacity):
        row = np.zeros(k + 1)
        row[[i for i, pair in enumerate(pairs) if pair[1] == facility]] = 1
        rows.append(row)
        limits.append(room)
    result = linprog(cost, np.array(rows), limits, np.array(same) if same else None, values or None, (0, None))
    assert result.status == 0, result.message
    return result.x[k]


def random_city(random):
    n, m = random.integers(2, 9), random.integers(1, 6)
    need = random.integers(1, 200, n) * 1000
    capacity = random.integers(0, 300, m) * 1000
    pairs = [(i, j) for i in range(n) for j in range(m) if random.random() < 0.4]
    return need, capacity, pairs


@pytest.mark.parametrize("seed", range(200))
def test_equals_the_iterated_maximin_lp(seed):
    need, capacity, pairs = random_city(np.random.default_rng(seed))
    found = solve(need, capacity, pairs)
    assert np.abs(found.served - need * lexicographic_lp(need, capacity, pairs)).max() < 2  # whole units
    check(need, capacity, pairs, found)


def check(need, capacity, pairs, found):
    assert (found.served <= need).all() and (found.load <= capacity).all()
    assert found.served.sum() == found.load.sum()
    total = _most(need, capacity, pairs)
    assert abs(found.served.sum() - total) <= len(need)


def _most(need, capacity, pairs):
    if not pairs:
        return 0
    rows = [[1.0 * (pair[0] == place) for pair in pairs] for place in range(len(need))]
    rows += [[1.0 * (pair[1] == facility) for pair in pairs] for facility in range(len(capacity))]
    return -linprog(-np.ones(len(pairs)), rows, [*need, *capacity], bounds=(0, None)).fun


def test_more_capacity_or_a_new_facility_never_raises_a_gap():
    for seed in range(150):
        random = np.random.default_rng(1000 + seed)
        need, capacity, pairs = random_city(random)
        before = solve(need, capacity, pairs).served
        more = capacity.copy()
        more[random.integers(len(more))] += random.integers(1, 100) * 1000
        assert (solve(need, more, pairs).served >= before - 5).all()  # whole units of a thousandth
        new = [*pairs, *[(i, len(capacity)) for i in range(len(need)) if random.random() < 0.5]]
        assert (solve(need, [*capacity, 50_000], new).served >= before - 5).all()


def test_large_random_cities_hold_their_sums_and_order_changes_nothing():
    random = np.random.default_rng(7)
    n, m = 4000, 150
    need, capacity = random.integers(0, 9000, n), random.integers(0, 200_000, m)
    x, y = random.random(n), random.random(m)
    place, facility = np.nonzero(np.abs(x[:, None] - y[None, :]) < 0.01)
    found = fair_maximum(need, capacity, Reach(place, facility, n, m), Run())
    assert found.served.sum() == found.load.sum()
    assert (found.served <= need).all() and (found.load <= capacity).all()
    share = found.served / np.maximum(need, 1)
    full = found.load >= capacity - 20
    unmet = (share < 1 - 1e-3) & (need > 0)
    assert full[facility[unmet[place]]].all()  # who lacks something reaches only full facilities
    mixed = random.permutation(len(place))
    again = fair_maximum(need, capacity, Reach(place[mixed], facility[mixed], n, m), Run())
    assert (again.served == found.served).all() and (again.load == found.load).all()


def test_who_is_listed_first_and_who_is_merged_changes_nothing_bit_for_bit():
    """Places, facilities and pairs in any order, with ids kept: the same units; and places merged beforehand."""
    for seed in range(40):
        random = np.random.default_rng(500 + seed)
        need, capacity, pairs = random_city(random)
        n, m = len(need), len(capacity)
        base = solve(need, capacity, pairs)
        turn, swap = random.permutation(n), random.permutation(m)
        place, facility = np.array(pairs, dtype=np.intp).reshape(-1, 2).T
        there, where = np.argsort(turn), np.argsort(swap)
        again = solve(need[turn], capacity[swap], list(zip(there[place], where[facility])))
        # a pool's rounding goes to the earlier place: positions differ by a unit at most, totals of a pool do not
        assert np.abs(again.served[there] - base.served).max() <= 1 and again.served.sum() == base.served.sum()
        mixed = random.permutation(len(pairs))
        same = solve(need, capacity, [pairs[number] for number in mixed])
        assert (same.served == base.served).all() and (same.load == base.load).all()
        # two places that reach the same facilities as one of their sum
        split = np.append(need, 7000)
        twin = [*pairs, *[(n, j) for i, j in pairs if i == 0]]
        whole = need.copy()
        whole[0] += 7000
        apart, merged = solve(split, capacity, twin), solve(whole, capacity, pairs)
        sets = {i: tuple(sorted(j for k, j in pairs if k == i)) for i in range(n)}
        alike = np.array([list(sets.values()).index(sets[i]) for i in range(n)])  # who reaches the same
        groups = np.bincount(np.append(alike, alike[0]), apart.served)
        assert (groups == np.bincount(alike, merged.served)).all() and (apart.load == merged.load).all()


def test_loads_are_even_within_a_pool():
    # one place of 90 with facilities of 100 and 50: 60 and 30, both at 0.6; a second place ties 20 to the small one
    found = solve([90], [100, 50], [(0, 0), (0, 1)])
    assert found.load.tolist() == [60, 30]
    found = solve([90, 20], [100, 50], [(0, 0), (0, 1), (1, 1)])
    assert found.load.tolist() == [73, 37]  # 110 over 150 = 0.7333
