# SPDX-License-Identifier: GPL-2.0-or-later
"""Sites on a street that can be worked by hand (one second a metre, 300 s at most), and against enumeration."""

from itertools import combinations

import numpy as np
import pandas as pd
import pytest
import shapely
from scipy.optimize import linprog
from urban_renewal.core.errors import RenewalError
from urban_renewal.core.gaps.gap import count_gaps
from urban_renewal.core.gaps.scenarios import compare_scenarios
from urban_renewal.core.gaps.sites.hosts import read_hosts
from urban_renewal.core.gaps.sites.model import complex_rule
from urban_renewal.core.gaps.sites.propose import fixed_ids, hostable_kinds, no_proposal
from urban_renewal.core.gaps.standard import kinds_of
from urban_renewal.core.gaps.town import GapLayers, GapOptions
from urban_renewal.core.run import Run
from urban_renewal.core.walking.profiles import load_profiles

from .helpers import STANDARD, detail_table, frame, hosts, layers, propose, square


@pytest.fixture
def town():
    # 45 places needed at each home (10,000 people × 4.5 ‰), 30 places at 100
    return layers([100, 200, 1000], [10_000] * 3, [(100, "nurs", 30)])


CANDIDATES = hosts(("A", 150, 1000), ("B", 1000, 300), ("C", 1100, 150))  # C: 15 places < 20


def test_one_site_by_hand(town):
    found, run = propose(town, CANDIDATES, max_sites=1)
    row = found.sites.iloc[0]
    # A reaches both homes (90 places needed, 30 there): 60 more; B would give 30
    assert (len(found.sites), row["candidate_id"], row["size"], row["m2"], row["served_more"]) == (1, "A", 60, 600, 60)
    assert (found.objective, found.bound, found.gap) == (60, 60, 0)
    assert (row["rank"], row["gain"], row["loss_if_removed"]) == (1, 60, 60)
    assert [(item.feature_id, item.code) for item in run.left_out] == [("C", "site_fits_nothing")]
    covered = found.covered.set_index("parcel_id")
    assert covered["served_before"].tolist() == [15, 15, 0] and covered["served_after"].tolist() == [45, 45, 0]


def test_two_sites_a_fixed_one_and_shuffled_rows(town):
    found, _ = propose(town, CANDIDATES, max_sites=2)
    assert found.sites["candidate_id"].tolist() == ["A", "B"] and found.objective == found.bound == 90
    assert found.sites["gain"].sum() == found.objective
    fixed, _ = propose(town, CANDIDATES, max_sites=1, fixed=("B",))
    assert fixed.sites["candidate_id"].tolist() == ["B"] and fixed.objective == 30
    turned = GapLayers(town.parcels.iloc[::-1].reset_index(drop=True),
                       town.building_people.iloc[::-1].reset_index(drop=True),
                       town.facilities, None, None, town.network, None, None)  # fmt: skip
    again, _ = propose(turned, CANDIDATES.iloc[::-1].reset_index(drop=True), max_sites=2)
    pd.testing.assert_frame_equal(again.sites.drop(columns="geometry"), found.sites.drop(columns="geometry"))
    for options, code in [({"fixed": ("X",)}, "site_fixed_unknown"), ({"fixed": ("C",)}, "site_fixed_unfit"),
                          ({"fixed": ("A", "B"), "max_sites": 1}, "site_fixed_many")]:  # fmt: skip
        with pytest.raises(RenewalError) as told:
            propose(town, CANDIDATES, **options)
        assert told.value.code == code
    assert fixed_ids(" A，B;\nC ") == ("A", "B", "C") and fixed_ids("") == ()


def test_a_district_without_any_facility():
    """Nothing stands yet: all need is gap, and without a candidate the answer is no site, not a fault."""
    town = layers([100, 200], [10_000, 10_000])
    kinds = kinds_of(STANDARD, ["nurs"])
    options = GapOptions(kinds, {profile.id: profile for profile in load_profiles([kinds[0].profile])})
    (found,) = count_gaps(town, options, Run()).kinds
    assert found.served.tolist() == [0, 0] and found.nearest.tolist() == [-1, -1]
    none = no_proposal(town, kinds, options, Run())
    assert none.sites.empty and none.objective == 0 and none.covered["served_after"].tolist() == [0, 0]


def test_excluded_ground(town):
    hazard = frame([shapely.box(140, -50, 160, 50)], kind=["地灾"])
    found, run = propose(town, CANDIDATES, constraints=hazard)
    assert found.sites["candidate_id"].tolist() == ["B"]
    assert ("A", "site_on_constraint") in [(item.feature_id, item.code) for item in run.left_out]
    beside = frame([shapely.box(100, -50, 149, 50)], kind=["地灾"])  # ends where A begins
    assert propose(town, CANDIDATES, constraints=beside)[0].sites["candidate_id"].tolist() == ["A", "B"]
    noise = frame([shapely.box(100, -50, 149 + 1e-6, 50)], kind=["地灾"])  # the same edge out of another system
    assert propose(town, CANDIDATES, constraints=noise)[0].sites["candidate_id"].tolist() == ["A", "B"]
    over = frame([shapely.box(100, -50, 149.1, 50)], kind=["地灾"])  # 0.2 m² of A
    assert propose(town, CANDIDATES, constraints=over)[0].sites["candidate_id"].tolist() == ["B"]


def test_a_listed_building_of_class_d_is_no_host(town):
    unsafe = CANDIDATES.assign(danger=["D级", "C级"] + [None] * (len(CANDIDATES) - 2))
    found, run = propose(town, unsafe)
    assert "A" not in found.sites["candidate_id"].tolist()
    assert ("A", "site_dangerous") in [(item.feature_id, item.code) for item in run.left_out]


def test_a_candidate_without_area_or_without_a_street_is_listed(town):
    """N has a usable area below 0, Z one of 0, F lies 50 km from every street; A is proposed all the same."""
    found, run = propose(town, hosts(("A", 150, 1000), ("N", 160, -5), ("Z", 170, 0), ("F", 50_000, 1000)))
    assert found.sites["candidate_id"].tolist() == ["A"]
    told = [(row.layer, row.feature_id, row.code, row.severity) for row in run.left_out]
    assert told == [
        ("CANDIDATES", "N", "site_without_area", "warning"), ("CANDIDATES", "Z", "site_without_area", "warning"),
        ("CANDIDATES", "F", "site_not_joined", "warning"),
    ]  # fmt: skip


def served_most(need, capacity, near):
    """The most that can be served, by a transport LP of its own."""
    n, m = near.shape
    rows = np.concatenate([np.kron(np.eye(n), np.ones(m)), np.kron(np.ones(n), np.eye(m))])
    limits = np.concatenate([need, capacity])
    found = linprog(-np.ones(n * m), A_ub=rows, b_ub=limits, bounds=[(0, high) for high in near.ravel() * 1e6])
    return -found.fun


@pytest.mark.parametrize("seed", range(8))
def test_as_good_as_trying_everything(seed):
    rng = np.random.default_rng(seed)
    homes, people = rng.integers(0, 1500, 9), rng.integers(2000, 20_000, 9)
    there = [(int(x), "nurs", float(rng.integers(5, 60))) for x in rng.integers(0, 1500, 2)]
    rooms = [(f"h{i}", int(x), float(rng.integers(100, 1200))) for i, x in enumerate(rng.integers(0, 1500, 5))]
    found, _ = propose(layers(homes, people, there), hosts(*rooms), max_sites=2)
    need = people * 0.0045
    near = np.abs(homes[:, None] - np.array([x for x, _, _ in there] + [x for _, x, _ in rooms])) <= 300
    places = [min(150, area // 10) for _, _, area in rooms]
    before = served_most(need, np.array([capacity for _, _, capacity in there]), near[:, :2])
    best = 0.0
    for count in (1, 2):
        for chosen in combinations([i for i in range(5) if places[i] >= 20], count):
            capacity = np.array([capacity for _, _, capacity in there] + [places[i] for i in chosen])
            best = max(best, served_most(need, capacity, near[:, [0, 1, *(2 + i for i in chosen)]]) - before)
    assert found.objective == pytest.approx(best, abs=0.02)  # need in thousandths, rounded by largest remainders
    assert found.objective <= found.bound + 1e-6 and found.gap == pytest.approx(0, abs=1e-3)
    assert (found.covered["served_after"] >= found.covered["served_before"] - 0.001).all()  # nobody loses


def test_two_kinds_in_one_host():
    # at 100: 800 m² day care (4000 households × 0.2) and 45 places needed; a place takes 10 m²
    town = layers([100], [10_000], households=[4000.0], pop_60=[2000.0], pop_0_2=[170.0])
    kinds = ("eday", "nurs")
    # 550 m²: both at their smallest (350 m² + 20 places) give 43.75 + 44.4 points; 45 places alone give 100
    small, _ = propose(town, hosts(("A", 100, 550)), kinds)
    assert small.sites[["kind", "size"]].values.tolist() == [["nurs", 45]]
    assert small.objective == pytest.approx(100)
    # 900 m²: 45 places on 450 m² and 450 m² day care: 100 + 56.25
    large, _ = propose(town, hosts(("A", 100, 900)), kinds)
    assert large.sites[["kind", "size", "m2"]].values.tolist() == [["nurs", 45, 450], ["eday", 450, 450]]
    assert large.objective == pytest.approx(156.25) and large.gap == pytest.approx(0, abs=1e-6)


def test_three_kinds_only_in_a_complex():
    # a canteen 0.05 m² × 3000 elders = 150 m²; health 120 m², day care ≥ 350 m², nursery ≥ 200 m²
    town = layers([100], [10_000], households=[4000.0], pop_60=[3000.0], pop_0_2=[170.0])
    kinds, rule = ("eday", "heal", "meal"), complex_rule(STANDARD)
    # 590 m²: day care 350 + canteen 120 + health 120 would fit (43.75 + 80 + 100) but 590 < 600: two kinds at most,
    # health and canteen 150 m² = 200 points
    alone, _ = propose(town, hosts(("A", 100, 590)), kinds, complex=rule)
    assert set(alone.sites["kind"]) == {"heal", "meal"} and alone.objective == pytest.approx(200)
    # 640 m²: 350 + 150 + 120 = 620 ≥ 600, two of them care (day care, canteen): 46.25 + 100 + 100
    whole, _ = propose(town, hosts(("A", 100, 640)), kinds, complex=rule)
    assert set(whole.sites["form"]) == {"complex"} and whole.objective == pytest.approx(100 * (370 / 800 + 2), abs=0.01)
    assert whole.sites["m2"].sum() == pytest.approx(640, abs=1)


def test_nurseries_go_to_kindergartens_first():
    town = layers([100, 140], [5000, 5000])
    both = hosts(("A", 100, 500), ("K", 140, 500), kind=[None, "kgar"])
    found, _ = propose(town, both, max_sites=1)
    assert found.sites["candidate_id"].tolist() == ["K"]
    assert propose(town, both.drop(columns="kind"), max_sites=1)[0].objective == found.objective


def test_rooms_storeys_lifts_and_daylight():
    chosen = kinds_of(STANDARD, ("eday", "nurs", "heal", "kgar", "serv"))
    table = frame([square(x) for x in range(7)], candidate_id=list("abcdefg"), usable_area=[6000.0] * 7,
                  floors=["6", "6", "6", None, "4", "6", "6"], lift=["有", "无", None, None, None, None, "无"],
                  entry_floor=[None, None, "3", None, None, None, None],
                  floor=[None, None, None, None, None, "2", "-1"])  # fmt: skip
    rooms = read_hosts(table, None, chosen, Run())
    eday, nurs, heal = (rooms.room_m2[:, column] for column in (0, 1, 3))
    # 1000 m² a storey (e: 1500). a: a lift; b: none, the entrance storey only; c: entered on the 3rd storey, lift
    # unknown; d: storeys unknown = one; f: a room on the 2nd storey, lift unknown; g: below the entrance
    assert eday.tolist() == [6000, 1000, 1000, 6000, 1500, 0, 0]
    assert nurs.tolist() == [3000, 3000, 3000, 6000, 4500, 6000, 0]
    assert heal.tolist() == [1000, 1000, 1000, 6000, 1500, 0, 0]
    assert rooms.largest[0].tolist() == [750, 150, 238, 12000, 12000]  # kgar 3000 m² ÷ 12.6
    with pytest.raises(RenewalError) as told:
        read_hosts(table.iloc[:0].reset_index(drop=True), None, chosen, Run())
    assert told.value.code == "sites_no_host"
    low = frame([square(0)], candidate_id=["z"], usable_area=[150.0], floors=["1"])
    with pytest.raises(RenewalError) as told:
        read_hosts(low, None, kinds_of(STANDARD, ("nurs",)), Run())
    assert told.value.code == "sites_no_host"


@pytest.mark.parametrize(
    ("floor", "eday_m2"),
    [("B1", 0), ("-1", 0), ("负一层", 0), ("地下1层", 0), ("-1F", 0), ("1F", 600), ("一楼", 600), ("2层", 0),
     ("1层101室", 600), ("2-3", 100), ("夹层", 100)],
)  # fmt: skip
def test_a_single_room_below_ground_is_no_room_on_the_entrance_storey(floor, eday_m2):
    """600 m² without a lift: day care takes the entrance storey alone; of what tells no storey, one of six."""
    table = frame([square(0), square(50)], candidate_id=["a", "b"], usable_area=[600.0, 6000.0], floors=["6", "6"],
                  lift=["无", "无"], floor=[floor, None])  # fmt: skip
    chosen = kinds_of(STANDARD, ("eday", "serv"))
    assert read_hosts(table, None, chosen, Run()).room_m2[0, 0] == eday_m2


def test_low_storeys_are_shared():
    # two storeys of 400 m², no lift: day care (≥ 350) and health (120) both want the entrance storey: 470 > 400
    town = layers([100], [10_000], households=[4000.0], pop_60=[3000.0])
    table = frame([square(100)], candidate_id=["A"], usable_area=[800.0], floors=["2"], lift=["无"])
    found, _ = propose(town, table, ("eday", "heal"))
    assert found.sites["kind"].tolist() == ["heal"] and found.objective == pytest.approx(100)
    unknown, _ = propose(town, table.drop(columns="lift"), ("eday",))
    assert found.sites["floor_rule"].tolist() == ["平街层"]
    assert unknown.sites["floor_rule"].tolist() == ["平街层；有无电梯未知，按无电梯"]


@pytest.mark.parametrize("seed", range(3))
def test_built_sites_close_the_gap_by_the_objective(seed):
    """Build what is proposed, count the gap again by the other code: the change is the objective."""
    rng = np.random.default_rng(100 + seed)
    homes, people = rng.integers(0, 2500, 25), rng.integers(1000, 9000, 25).astype(float)
    there = [(int(x), "nurs", float(rng.integers(5, 60))) for x in rng.integers(0, 2500, 5)]
    there += [(int(x), "eday", float(rng.integers(50, 600))) for x in rng.integers(0, 2500, 5)]
    town = layers(homes, people, there, households=people / 2.5, pop_60=people / 5, pop_0_2=people / 60)
    rooms = [(f"h{i}", int(x), float(rng.integers(200, 1500))) for i, x in enumerate(rng.integers(0, 2500, 9))]
    found, _ = propose(town, hosts(*rooms), ("eday", "nurs"), max_sites=3)
    sites = found.sites
    new = pd.DataFrame({"facility_id": sites["site_id"], "kind": sites["kind"], "unit": sites["unit"],
                        "capacity": sites["size"], "geometry": sites["geometry"]})  # fmt: skip
    built = pd.concat([town.facilities, new], ignore_index=True)
    kinds = kinds_of(STANDARD, ("eday", "nurs"))
    options = GapOptions(kinds, {profile.id: profile for profile in load_profiles(["carer", "elder"])})
    after = GapLayers(town.parcels, town.building_people, built, None, None, town.network, None, None)
    details = [detail_table(town.parcels, count_gaps(city, options, Run()), Run()) for city in (town, after)]
    summary = compare_scenarios(*details, Run()).summary
    points = 100 * (summary["share_after"] - summary["share_before"])
    assert points.sum() == pytest.approx(found.objective, abs=0.01)
    assert summary["worse_n"].tolist() == [0, 0] and found.gap < 1e-3
    # the table beside it says the same, parcel by parcel
    assert found.covered["served_after"].tolist() == pytest.approx(details[1]["served"].tolist(), abs=0.0011)


def test_open_ground_is_no_room():
    run = Run()
    assert [kind.id for kind in hostable_kinds(kinds_of(STANDARD, ("eday", "park")), run)] == ["eday"]
    assert run.messages[0].code == "sites_kinds_not_hosted"
    with pytest.raises(RenewalError) as told:
        hostable_kinds(kinds_of(STANDARD, ("park", "play")), run)
    assert told.value.code == "sites_no_kind"


WRONG = {  # what a solver that errs might give: rows of the hosts, sizes; how many are allowed, fixed; the word of it
    "too many": ([0, 1], [60, 30], {"max_sites": 1}, "too many hosts"),
    "another than the fixed one": ([0], [60], {"max_sites": 1, "fixed": ("B",)}, "fixed not kept"),
    "a room given twice": ([0, 0], [30, 30], {"max_sites": 2}, "room twice"),
    "smaller than the standard allows": ([0], [10], {"max_sites": 1}, "size of nurs"),
    "larger than the room": ([1], [60], {"max_sites": 1}, "room of nurs"),
    "in a host that fits nothing": ([2], [20], {"max_sites": 1}, "room of nurs"),
}


@pytest.mark.parametrize("fault", WRONG)
def test_a_wrong_choice_of_sites_never_leaves(town, monkeypatch, fault):
    """Whatever the solver gives is recounted from the raw pairs before anybody sees it."""
    from urban_renewal.core.gaps.sites import propose as module
    from urban_renewal.core.gaps.sites.model import Choice

    host, size, options, word = WRONG[fault]
    wrong = Choice(np.array(host, np.intp), np.zeros(len(host), np.intp), np.array(size, float), 90.0, True)
    monkeypatch.setattr(module, "choose_sites", lambda *_: wrong)
    with pytest.raises(RenewalError) as told:
        propose(town, CANDIDATES, **options)
    assert told.value.code == "recount_failed"
    assert any(word in item for item in told.value.values["faults"]), told.value.values


def test_a_bound_below_what_is_reached_never_leaves(town, monkeypatch):
    """A bound that the proposal itself beats is no bound: 10 told, 60 served."""
    from dataclasses import replace

    from urban_renewal.core.gaps.sites import propose as module

    real = module.choose_sites
    monkeypatch.setattr(module, "choose_sites", lambda *given: replace(real(*given), bound=10.0))
    with pytest.raises(RenewalError) as told:
        propose(town, CANDIDATES, max_sites=1)
    assert told.value.code == "recount_failed"
