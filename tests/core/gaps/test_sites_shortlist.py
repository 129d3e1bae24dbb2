# SPDX-License-Identifier: GPL-2.0-or-later
"""A shortlist of hosts: what is left out cannot beat the bound that is told, and the bound is worth something."""

import numpy as np
import pandas as pd
import pytest
import shapely
from urban_renewal.core import envelope
from urban_renewal.core.gaps.sites import model as sites_model
from urban_renewal.core.gaps.sites import shortlist as sites_shortlist
from urban_renewal.core.gaps.sites.propose import SiteOptions, propose_sites, sited_kinds
from urban_renewal.core.gaps.standard import kinds_of
from urban_renewal.core.gaps.town import GapLayers, GapOptions
from urban_renewal.core.run import Run
from urban_renewal.core.walking.profiles import load_profiles

STANDARD = envelope.load("standard", "chongqing")
LENGTH = 4000


def town(seed, hosts):
    """Homes, a few facilities and hosts on one flat street, one second a metre."""
    rng = np.random.default_rng(seed)
    x = rng.integers(0, LENGTH, 30)
    squares = [shapely.box(at - 1, -1, at + 1, 1) for at in x]
    names = [f"p{i:02d}" for i in range(len(x))]
    parcels = pd.DataFrame({"parcel_id": names, "geometry": np.array(squares, dtype=object)})
    pop = rng.integers(1000, 15_000, len(x)).astype(float)
    homes = parcels.assign(building_id=names, pop=pop, households=pop / 2.5, pop_0_2=pop * 0.02, pop_60=pop * 0.2)
    there = [(float(at), kind) for kind in ("nurs", "eday") for at in rng.integers(0, LENGTH, 3)]
    facilities = pd.DataFrame({
        "facility_id": [f"f{i}" for i in range(len(there))], "kind": [kind for _, kind in there],
        "unit": ["place" if kind == "nurs" else "m2" for _, kind in there],
        "capacity": rng.integers(20, 120, len(there)).astype(float) * 3,
        "geometry": np.array([shapely.Point(at, 0) for at, _ in there], dtype=object),
    })  # fmt: skip
    ms = LENGTH * 1000
    network = pd.DataFrame({"edge_id": ["e"], "from_node": ["a"], "to_node": ["b"], "kind": ["street"],
                            "length_m": [float(LENGTH)], "component": [1], "elder_fwd_ms": [ms], "elder_back_ms": [ms],
                            "carer_fwd_ms": [ms], "carer_back_ms": [ms],
                            "geometry": [shapely.LineString([(0, 0), (LENGTH, 0)])]})  # fmt: skip
    at = rng.integers(0, LENGTH, hosts)
    rooms = np.array([shapely.box(a - 1, -1, a + 1, 1) for a in at], dtype=object)
    candidates = pd.DataFrame({"candidate_id": [f"h{i:02d}" for i in range(hosts)], "floors": ["1"] * hosts,
                               "usable_area": rng.integers(200, 1500, hosts).astype(float),
                               "geometry": rooms})  # fmt: skip
    return GapLayers(parcels, homes, facilities, None, None, network, None, None), candidates


def propose(layers, candidates, kinds, max_sites, fixed=()):
    chosen = kinds_of(STANDARD, kinds)
    profiles = {profile.id: profile for profile in load_profiles(sorted({kind.profile for kind in chosen}))}
    run = Run()
    options = SiteOptions(GapOptions(chosen, profiles), max_sites, fixed)
    return propose_sites(layers, candidates, None, options, run), {message.code for message in run.messages}


@pytest.mark.parametrize("kinds", [("nurs",), ("eday", "nurs")])
@pytest.mark.parametrize("seed", range(6))
def test_the_bound_holds_for_hosts_left_out(monkeypatch, seed, kinds):
    layers, candidates = town(seed, 24)
    exact, told = propose(layers, candidates, kinds, 3)
    assert exact.gap == pytest.approx(0, abs=1e-6) and "sites_shortlist" not in told
    monkeypatch.setattr(sites_shortlist, "MOST_PAIRS", 1)
    for least in (3, 6, 12):
        monkeypatch.setattr(sites_shortlist, "LEAST_HOSTS", least)
        few, told = propose(layers, candidates, kinds, 3)
        assert "sites_shortlist" in told
        # any choice, the best one too, lies below the bound; the shortlist's own choice is a real one
        assert few.objective <= exact.objective + 1e-6
        assert few.bound >= exact.objective - 1e-6
        assert few.gap == pytest.approx((few.bound - few.objective) / max(few.bound, 1.0), abs=1e-5)
    assert few.objective >= 0.9 * exact.objective and few.gap <= 0.35  # half of the hosts hold nearly all of it


@pytest.mark.parametrize("kinds", [("nurs",), ("eday", "nurs")])
@pytest.mark.parametrize("seed", range(6))
def test_few_rooms_first_and_the_whole_search_end_alike(monkeypatch, seed, kinds):
    """Rooms that what was found first rules out are in no choice as good: as much is served, proven as well."""
    layers, candidates = town(seed, 24)
    whole, _ = propose(layers, candidates, kinds, 3, fixed=("h05",))  # fewer than PROMISING: all at once
    narrowed = []
    shut = sites_model._Losses.shut
    monkeypatch.setattr(
        sites_model._Losses, "shut",
        lambda *given: narrowed.append(int((given[0].loss > given[0].most - given[3] + 1e-6).sum())) or shut(*given),
    )  # fmt: skip
    for first in (2, 8):
        monkeypatch.setattr(sites_model, "PROMISING", first)
        found, _ = propose(layers, candidates, kinds, 3, fixed=("h05",))
        assert (found.objective, found.bound, found.gap) == (whole.objective, whole.bound, whole.gap)
        assert found.sites["gain"].sum() == pytest.approx(whole.objective) and "h05" in set(found.sites["candidate_id"])
    assert max(narrowed) > 0  # some room was ruled out


def test_fixed_hosts_stay_on_the_list(monkeypatch):
    layers, candidates = town(3, 24)
    monkeypatch.setattr(sites_shortlist, "MOST_PAIRS", 1)
    monkeypatch.setattr(sites_shortlist, "LEAST_HOSTS", 3)
    monkeypatch.setattr(sites_shortlist, "HOSTS_A_SITE", 1)
    chosen, _ = propose(layers, candidates, ("nurs",), 3)
    other = next(name for name in candidates["candidate_id"] if name not in set(chosen.sites["candidate_id"]))
    fixed, _ = propose(layers, candidates, ("nurs",), 3, (other,))
    assert other in set(fixed.sites["candidate_id"]) and fixed.bound >= fixed.objective


def test_order_of_candidates_does_not_matter(monkeypatch):
    layers, candidates = town(5, 24)
    monkeypatch.setattr(sites_shortlist, "MOST_PAIRS", 1)
    monkeypatch.setattr(sites_shortlist, "LEAST_HOSTS", 6)
    first, _ = propose(layers, candidates, ("eday", "nurs"), 3)
    second, _ = propose(layers, candidates.sample(frac=1, random_state=1).reset_index(drop=True), ("eday", "nurs"), 3)
    pd.testing.assert_frame_equal(first.sites.drop(columns="geometry"), second.sites.drop(columns="geometry"))
    assert first.bound == second.bound


def test_owners_take_in_order_until_they_are_full():
    amount, owner = np.array([5.0, 4.0, 3.0, 2.0]), np.array([1, 0, 1, 1], dtype=np.intp)
    order, most = np.array([2.0, 0.0, 1.0, 3.0]), np.array([7.0, 10.0, 7.0, 7.0])
    # owner 1: 3 first, then 4 of 5, nothing of the last; owner 0: all of its 4
    assert sites_shortlist._capped(amount, owner, order, most).tolist() == [4.0, 4.0, 3.0, 0.0]


def test_a_study_looks_for_rooms_for_kinds_that_its_standard_has_and_that_are_wanted():
    document = {"kinds": [{"id": name} for name in ("meal", "park", "eday", "kgar")]}
    assert sited_kinds(document, ()) == ["eday", "kgar", "meal"]  # a park is no room; nurs is not in this standard
    assert sited_kinds(document, ("park", "meal", "nurs")) == ["meal"]
