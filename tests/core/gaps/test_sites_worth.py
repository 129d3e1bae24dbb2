# SPDX-License-Identifier: GPL-2.0-or-later
"""Rooms that add next to nothing are not proposed: on the street of test_sites, by hand."""

import pytest
from urban_renewal.core import envelope
from urban_renewal.core.errors import RenewalError
from urban_renewal.core.gaps.sites.model import complex_rule
from urban_renewal.core.gaps.sites.worth import least_added

from .helpers import STANDARD, hosts, layers, propose

# 45 places needed at 100 and 0.09 (20 people × 4.5 ‰) at 1000, which only room B reaches; 20 places are the smallest
PEOPLE = [10_000, 20]
ROOMS = hosts(("A", 100, 450), ("B", 1000, 300))


def test_a_room_that_serves_a_tenth_of_a_place_is_not_proposed():
    everything, _ = propose(layers([100, 1000], PEOPLE), ROOMS)
    assert everything.sites["candidate_id"].tolist() == ["A", "B"]
    found, run = propose(layers([100, 1000], PEOPLE), ROOMS, least_added=0.05)
    assert found.sites["candidate_id"].tolist() == ["A"]
    assert [(item.feature_id, item.code) for item in run.left_out] == [("B", "site_adds_little")]
    assert run.left_out[0].values["more"] == "0.1"
    # what is left out is neither served nor hidden: the bound still has it
    assert found.objective == pytest.approx(45) and found.bound == pytest.approx(45.09, abs=0.001)
    assert found.gap == pytest.approx(0.09 / 45.09, abs=1e-5)
    assert found.covered["served_after"].sum() == pytest.approx(45)


@pytest.mark.parametrize(("people", "stays"), [(223, 1), (221, 0)])  # 1.0035 and 0.9945 places: a twentieth of 20 is 1
def test_the_least_is_a_share_of_the_smallest_size(people, stays):
    found, _ = propose(layers([100], [people]), hosts(("A", 100, 450)), least_added=0.05)
    assert len(found.sites) == stays


def test_rooms_that_share_the_same_people_stay():
    # 45.9 places: A takes 45 at most, so that two rooms are the least floor area that serves all (26 and 20 places);
    # each serves what the other, as large as it is proposed, cannot
    town = layers([100, 200], [10_000, 200])
    found, run = propose(town, hosts(("A", 100, 450), ("B", 250, 450)), least_added=0.05)
    assert len(found.sites) == 2 and (found.sites["loss_if_removed"] > 19).all() and not run.left_out


def test_a_host_that_is_wanted_stays():
    found, run = propose(layers([100, 1000], PEOPLE), ROOMS, least_added=0.05, fixed=("B",))
    assert found.sites["candidate_id"].tolist() == ["A", "B"] and not run.left_out


def test_a_complex_stays_one():
    # day care 350 m², canteen 80 m², health 120 m² are 550 of the 600 m² that three kinds need; a nursery of 200 m²
    # for 0.09 places more makes them one, so that it stays where all four are better than any two
    town = layers([100], [10_000], households=[4000.0], pop_60=[1600.0], pop_0_2=[1.0])
    kinds, rule = ("eday", "heal", "meal"), complex_rule(STANDARD)
    whole, _ = propose(town, hosts(("A", 100, 700)), kinds, complex=rule, least_added=0.05)
    assert set(whole.sites["kind"]) == {"eday", "heal", "meal"}
    # a canteen that adds too little goes where two kinds remain, which need be no complex
    few = layers([100], [10_000], households=[4000.0], pop_60=[60.0], pop_0_2=[1.0])
    less, run = propose(few, hosts(("A", 100, 700)), kinds, complex=rule, least_added=0.05)
    assert set(less.sites["kind"]) == {"eday", "heal"} and set(less.sites["form"]) == {"scattered"}
    assert [item.code for item in run.left_out] == ["site_adds_little"]


@pytest.mark.parametrize("name", ["chongqing", "gb50180-2018", "complete-community-2020", "elder-care-national"])
def test_the_shipped_standards_say_it_is_an_own_choice(name):
    standard = envelope.load("standard", name)
    assert least_added(standard) == 0.05 and standard["sites"]["least_added"]["status"] == "heuristic"


def test_a_standard_without_it_leaves_nothing_out_and_nonsense_is_refused():
    assert least_added({"id": "own"}) == 0
    with pytest.raises(RenewalError) as told:
        least_added({"id": "own", "sites": {"least_added": {"value": 5}}})
    assert told.value.code == "sites_added_odd"
