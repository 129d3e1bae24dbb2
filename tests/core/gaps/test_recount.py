"""The recount finds every way in which an assignment can be wrong: each fault is made by hand from a right one."""

from dataclasses import replace

import numpy as np
import pytest
from urban_renewal.core.errors import RenewalError
from urban_renewal.core.gaps.fair import Reach, fair_maximum
from urban_renewal.core.gaps.recount import recount
from urban_renewal.core.run import Run

NEED = np.array([80_000, 40_000, 10_000])
CAPACITY = np.array([60_000, 100_000])
REACH = Reach(np.array([0, 1, 2]), np.array([0, 0, 1]), 3, 2)


def right():
    return fair_maximum(NEED, CAPACITY, REACH, Run())


def test_a_right_assignment_passes():
    found = right()
    assert found.served.tolist() == [40_000, 20_000, 10_000]
    assert found.load.tolist() == [60_000, 10_000]
    recount("eday", NEED, CAPACITY, REACH, found)


@pytest.mark.parametrize(
    "served, load, word",
    [
        ([50_000, 25_000, 10_000], [75_000, 10_000], "load above capacity"),
        ([40_000, 20_000, 15_000], [60_000, 15_000], "served above need"),
        ([40_000, 20_000, 9_000], [60_000, 10_000], "served not loaded"),
        ([40_000, 20_000, 10_000], [50_000, 20_000], "cannot flow"),  # nobody of the first pool reaches the second
        ([30_000, 15_000, 10_000], [45_000, 10_000], "lacking beside free places"),
        ([40_000, 20_000, 0], [60_000, 0], "more could be served"),
        ([-1_000, 61_000, 10_000], [60_000, 10_000], "share outside"),
    ],
)
def test_a_wrong_one_is_named(served, load, word):
    wrong = replace(right(), served=np.array(served), load=np.array(load))
    with pytest.raises(RenewalError) as told:
        recount("eday", NEED, CAPACITY, REACH, wrong)
    assert told.value.code == "recount_failed"
    assert any(word in fault for fault in told.value.values["faults"])


def test_better_off_people_are_not_served_before_the_worst_off():
    # a reaches 10 only, b 10 and 30: a 10 of 100, b 30 of 60. With 40 for b and none for a as much is served
    need, capacity = np.array([100_000, 60_000]), np.array([10_000, 30_000])
    reach = Reach(np.array([0, 1, 1]), np.array([0, 0, 1]), 2, 2)
    found = fair_maximum(need, capacity, reach, Run())
    assert found.served.tolist() == [10_000, 30_000]
    recount("eday", need, capacity, reach, found)
    wrong = replace(found, served=np.array([0, 40_000]))
    with pytest.raises(RenewalError) as told:
        recount("eday", need, capacity, reach, wrong)
    assert told.value.values["faults"] == ["served before the worst-off: 10000"]


def test_no_false_alarm_on_random_cities():
    for seed in range(150):
        random = np.random.default_rng(9000 + seed)
        n, m = int(random.integers(1, 40)), int(random.integers(1, 12))
        need, capacity = random.integers(0, 300, n) * 7, random.integers(0, 900, m) * 5
        place, facility = np.nonzero(random.random((n, m)) < random.choice([0.05, 0.2, 0.5]))
        reach = Reach(place, facility, n, m)
        recount("eday", need, capacity, reach, fair_maximum(need, capacity, reach, Run()))
