# SPDX-License-Identifier: GPL-2.0-or-later
"""Hosts that nobody listed, layers before and after, and a measure for every gap: by hand."""

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest
import shapely
from urban_renewal.core import envelope, frames, schema
from urban_renewal.core.errors import RenewalError
from urban_renewal.core.gaps.measures import _cost, measures_of, measures_table
from urban_renewal.core.gaps.sites.auto import find_hosts, idle_hosts
from urban_renewal.core.gaps.sites.hosts import read_hosts
from urban_renewal.core.gaps.sites.propose import SiteOptions, no_proposal, propose_sites
from urban_renewal.core.gaps.standard import kinds_of
from urban_renewal.core.gaps.summary import Districts
from urban_renewal.core.gaps.town import GapLayers, GapOptions
from urban_renewal.core.run import Run
from urban_renewal.core.walking.profiles import load_profiles

STANDARD = envelope.load("standard", "chongqing")
COSTS = envelope.load("costs", "chongqing")
PROFILES = {profile.id: profile for profile in load_profiles(["adult", "carer", "elder"])}


def frame(shapes, **columns):
    table = pd.DataFrame({name: pd.Series(values, dtype=object) for name, values in columns.items()})
    table["geometry"] = np.array(shapes, dtype=object)
    return table


def box(x, half=10):
    return shapely.box(x - half, -half, x + half, half)


def town():
    """Homes of 10,000 people at 100 and 900 on a street of 1 km, a second a metre; idle land at 150, flats at 900."""
    parcels = frame(
        [box(100), box(900), box(160, 30)], parcel_id=["p1", "p2", "p3"], tag=["none", "none", "idle_factory"],
        tag_level=["none", "none", "suspected"],
    )  # fmt: skip
    homes = frame([box(100, 2), box(900, 2)], building_id=["b1", "b2"], parcel_id=["p1", "p2"])
    for name, values in {
        "pop": 10_000.0,
        "households": 4000.0,
        "pop_0_2": 200.0,
        "pop_3_5": 200.0,
        "pop_60": 2000.0,
    }.items():
        homes[name] = values
    ms = {f"{profile}_{way}_ms": [1_000_000] for profile in PROFILES for way in ("fwd", "back")}
    street = frame(
        [shapely.LineString([(0, 0), (1000, 0)])], edge_id=["e"], from_node=["a"], to_node=["b"], kind=["street"]
    )
    street["length_m"], street["component"] = 1000.0, 1
    for name, values in ms.items():
        street[name] = pd.array(values, dtype="Int64")
    facilities = frame([shapely.Point(900, 0)], facility_id=["k"], kind=["kgar"], unit=["place"], name=["园"])
    facilities["capacity"] = 230.0  # 180 are needed at p2: 50 are free
    return GapLayers(parcels, homes, facilities, None, None, street, None, None)


def buildings():
    """On the idle land a hall of three storeys, a shed, flats, a class D hall; a hall on other land."""
    return frame(
        [box(150, 8), box(170, 2), box(180, 8), box(140, 4), box(100, 8)], building_id=list("vwxyz"),
        floors=["3", "1", "6", "2", "2"], use=["厂房", "棚", "住宅", "厂房", "厂房"],
        danger=[None, None, None, "D", None], lift=["有", None, None, None, None],
    )  # fmt: skip


def kinds(*names):
    return kinds_of(STANDARD, names)


def options(*names):
    return GapOptions(kinds(*names), PROFILES)


def test_buildings_on_idle_land_are_hosts_but_not_every_one():
    run = Run()
    found = idle_hosts(town().parcels, buildings(), run)
    assert found["candidate_id"].tolist() == ["v"] and found["parcel_id"].tolist() == ["p3"]
    assert found["usable_area"].tolist() == [3 * 256] and found["lift"].tolist() == ["有"]
    assert [(row.feature_id, row.code) for row in run.left_out] == [("y", "site_dangerous")]
    busy = town().parcels.assign(tag="old_compound")
    assert not len(idle_hosts(busy, buildings(), Run()))


def test_surplus_kindergarten_places_are_rooms_for_children_only():
    (kgar,) = kinds("kgar")
    found = find_hosts(town(), buildings(), kgar, options("nurs", "eday"), Run())
    assert found["candidate_id"].tolist() == ["v", "K-k"]
    assert found["usable_area"].tolist()[1] == pytest.approx(50 * 12.6)
    hosts = read_hosts(found, None, kinds("eday", "nurs", "kgar"), Run())
    assert hosts.table["candidate_id"].tolist() == ["K-k", "v"]
    # no day care among children, and free places are no new ones; the hall's 768 m² are too few for 180 places
    assert hosts.fits.tolist() == [[False, True, False], [True, True, False]]
    assert hosts.largest[0, 1] == 63  # 630 m² of 10 m² a place


@pytest.mark.parametrize("kind", ["城镇开发边界", "Urban growth boundary", "development boundary 2035"])
def test_a_development_boundary_excludes_nothing(kind):
    ground = frame([shapely.box(-50, -50, 2000, 50)], kind=[kind])
    (kgar,) = kinds("kgar")
    found = find_hosts(town(), buildings(), kgar, options("nurs"), Run())
    assert read_hosts(found, ground, kinds("nurs"), Run()).fits.all()
    hazard = frame([shapely.box(140, -50, 200, 50)], kind=["地质灾害"])
    assert read_hosts(found, hazard, kinds("nurs"), Run()).fits.ravel().tolist() == [True, False]


def proposal(*names):
    layers, gap = town(), options(*names)
    (kgar,) = kinds("kgar")
    candidates = find_hosts(layers, buildings(), kgar, gap, Run())
    hostable = [kind for kind in gap.kinds if kind.host.fits]
    found = propose_sites(layers, candidates, None, SiteOptions(gap.of(hostable), 1), Run())
    return layers, gap, found


@pytest.mark.parametrize(("door", "served"), [(None, 90), (890, 90), (500, 45)])
def test_spare_rooms_are_entered_by_the_doors_of_the_kindergarten(door, served):
    """At 500 nobody comes to the door in 300 s, whatever lies beside the building; the hall at 150 serves p1 alone."""
    doors = None if door is None else frame([shapely.Point(door, 0)], entrance_of=["k"], entrance_id=["k1"])
    layers, gap = replace(town(), entrances=doors), options("nurs")
    (kgar,) = kinds("kgar")
    candidates = find_hosts(layers, buildings(), kgar, gap, Run())
    assert candidates["candidate_id"].tolist() == ["v", "K-k"]
    assert propose_sites(layers, candidates, None, SiteOptions(gap, 2), Run()).objective == served


def test_layers_before_and_after():
    _, _, found = proposal("nurs")
    # 45 places are needed at each home: the hall at 150 serves p1, the kindergarten p2; one host may be used
    assert found.objective == 45 and found.gap == 0 and len(found.sites) == 1
    before, after = (table.set_index("parcel_id") for table in (found.before, found.after))
    assert before["nurs_gap"].tolist() == [45, 45, 0] and sorted(after["nurs_gap"].tolist()) == [0, 0, 45]
    assert before["child_gap"].tolist()[:2] == [1, 1] and np.isnan(before["child_gap"]["p3"])
    assert before["elder_gap"].isna().all()
    assert (before["nurs_need"] - before["nurs_served"] - before["nurs_gap"]).abs().max() == 0


def test_no_candidates_leave_everything_as_it_is():
    layers, gap = town(), options("nurs")
    nothing = find_hosts(layers, None, None, gap, Run())
    with pytest.raises(RenewalError) as told:
        propose_sites(layers, nothing, None, SiteOptions(gap, 1), Run())
    assert told.value.code == "sites_no_candidates"
    found = no_proposal(layers, gap.kinds, gap, Run())
    assert not len(found.sites) and (found.objective, found.bound, found.gap) == (0, 0, 0)
    assert found.covered["served_after"].equals(found.covered["served_before"])
    pd.testing.assert_frame_equal(found.before, found.after)


def test_a_measure_for_every_gap():
    layers, gap, found = proposal("nurs", "play")
    communities = frame([shapely.box(-50, -50, 500, 50), shapely.box(500, -50, 2000, 50)], community_id=["c1", "c2"],
                        name=["甲", "乙"])  # fmt: skip
    table = measures_of(layers, found, gap, communities, COSTS, Run())
    host = found.sites["candidate_id"][0]
    mine, other = ("c2", "c1") if host == "K-k" else ("c1", "c2")
    nurs = table[table["kind"] == "nurs"].set_index("community_id")
    assert nurs["action"].to_dict() == {mine: "convert", other: "new"}
    assert nurs["gap_before"].to_dict() == {"c1": 45, "c2": 45} and nurs["gap_after"].to_dict() == {mine: 0, other: 45}
    # fitting out at 1500–3000 yuan, building at 3000–4500: 45 places of 10 m²
    assert nurs.loc[other, ["n", "size", "m2", "cost_lo_wan", "cost_hi_wan"]].tolist() == [1, 45, 450, 135, 202.5]
    assert nurs.loc[mine, ["size", "m2", "cost_lo_wan", "cost_hi_wan"]].tolist() == [45, 450, 67.5, 135]
    assert nurs.loc[mine, "candidate_id"] == host and nurs.loc[mine, "served_more"] == 45
    assert set(nurs["lead"]) == {"卫生健康部门"} and nurs["phase"].to_dict() == {mine: "近期", other: "中期"}
    play = table[table["kind"] == "play"]
    # 0.17 m² × 10,000 = 1700 m² each: four grounds of 425 m², 150–400 yuan a m²
    assert play["action"].tolist() == ["ground", "ground"] and play["n"].tolist() == [4, 4]
    assert play["size"].tolist() == [425, 425] and play["cost_lo_wan"].tolist() == [25.5, 25.5]
    assert table["gap_before"].sum() == pytest.approx(2 * 45 + 2 * 1700)  # columns may be added
    assert table["measure_id"].is_unique


def test_small_gaps_and_gaps_closed_from_elsewhere():
    (nurs,) = kinds("nurs")
    served = pd.DataFrame({"parcel_id": list("abc"), "kind": "nurs", "need": [9.0, 45, 0], "served_before": [0.0, 0, 0],
                           "served_after": [0.0, 45, 0]})  # fmt: skip
    boxes = [shapely.box(0, 0, 1, 1), shapely.box(1, 0, 2, 1), shapely.box(2, 0, 3, 1)]
    parts = (np.array(part, dtype=object) for part in (["c1", "c2", "c3"], list("甲乙丙"), boxes))
    districts = Districts(*parts, np.arange(3), np.zeros(0, int))
    sites = propose_empty()
    table = measures_table(sites, served, (nurs,), districts, COSTS, Run())
    assert table["action"].tolist() == ["join_neighbour", "neighbour_site"]  # under half of 20; served by another's
    assert table["cost_lo_wan"].isna().all() and table["community_id"].tolist() == ["c1", "c2"]
    nobody = served.assign(need=0.0, served_after=0.0)
    assert not len(measures_table(sites, nobody, (nurs,), districts, COSTS, Run()))


def test_costs_are_of_the_area_as_written():
    """24.255 places of 10 m² are 242.55 m², written 242.6: × 3000 ÷ 10,000 = 72.78 (of 242.5 it would be 72.75)."""
    cost = _cost({"action": "new", "m2": 24.255 * 10}, {"build": [3000, 4500]})
    assert cost == {"cost_lo_wan": 72.78, "cost_hi_wan": 109.17}


def propose_empty():
    """A table sites without rows."""
    return frames.empty(schema.table("sites"))
