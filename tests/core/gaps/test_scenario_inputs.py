# SPDX-License-Identifier: GPL-2.0-or-later
"""Sites and links of a scenario, planned facilities, least walking, sub-districts: by hand and against other code."""

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest
import shapely
from scipy.optimize import linprog
from urban_renewal.core import envelope
from urban_renewal.core.errors import RenewalError
from urban_renewal.core.gaps.fair import Reach, fair_maximum
from urban_renewal.core.gaps.gap import count_gaps
from urban_renewal.core.gaps.scenario_inputs import with_links, with_sites
from urban_renewal.core.gaps.standard import kinds_of
from urban_renewal.core.gaps.summary import districts_of_layer, districts_of_streets
from urban_renewal.core.gaps.supply import list_supply
from urban_renewal.core.gaps.town import GapLayers, GapOptions
from urban_renewal.core.gaps.walkload import least_walk_loads
from urban_renewal.core.run import Run
from urban_renewal.core.walking.profiles import load_profiles

from .helpers import detail_table, frame, summary_table, town

KINDS = ("eday", "nurs", "kgar", "heal")
PROFILES = load_profiles(["elder", "carer"])
CHOSEN = kinds_of(envelope.load("standard", "chongqing"), KINDS)
OPTIONS = GapOptions(CHOSEN, {profile.id: profile for profile in PROFILES})


def link_between(start, end, name="L", kind="path", length=90.0, climb=0.0):
    """One row of table links."""
    return frame([shapely.LineString([start, end])], link_id=[name], kind=[kind], length_m=[length], climb_m=[climb])


def served(layers, options=OPTIONS):
    return detail_table(layers.parcels, count_gaps(layers, options, Run()), Run()).groupby("kind")["served"].sum()


def layers_of(parcels, homes, facilities, network):
    return GapLayers(parcels, homes, facilities, None, None, network, None, None)


def test_a_site_is_one_more_facility():
    parcels, homes, facilities, network = town()
    sites = frame([shapely.Point(50, 0)], site_id=["S-x-nurs"], kind=["nurs"], unit=["place"], size=[3.0], m2=[30.0])
    both = with_sites(facilities, sites)
    assert both["facility_id"].tolist() == ["f1", "f2", "f3", "f4", "S-x-nurs"]
    assert both["capacity"].tolist()[-1] == 3 and both["floor_area"].tolist()[-1] == 30
    assert len(with_sites(both, sites)) == len(both)  # never twice
    today, then = (served(layers_of(parcels, homes, table, network)) for table in (facilities, both))
    assert then["nurs"] == pytest.approx(today["nurs"] + 3) and then["eday"] == today["eday"]


def test_planned_facilities_supply_only_when_asked_for():
    facilities = pd.DataFrame({
        "facility_id": list("abcd"), "kind": "nurs", "capacity": [1.0, 2, 4, 8], "unit": "place",
        "status": ["现状", "在建", "规划", "停用"],
    })  # fmt: skip
    sums = [list_supply(facilities, None, CHOSEN, Run(), planned)["capacity"].sum() for planned in (False, True)]
    assert sums == [1, 7]


def test_a_link_cuts_edges_and_shares_their_milliseconds():
    _, _, _, network = town()
    before = network[[f"{p}_{way}_ms" for p in ("elder", "carer") for way in ("fwd", "back")]].sum()
    link = frame(
        [shapely.LineString([(600, 0), (2050, 0)])], link_id=["L"], kind=["path"], length_m=[90.0], climb_m=[0.0]
    )
    run = Run()
    lines = [shapely.MultiLineString([[(*spot, 7.0) for spot in line.coords]]) for line in network["geometry"]]
    network["geometry"] = np.array(lines, dtype=object)  # as layers come: multi, with heights
    built = with_links(network, link, PROFILES, run)
    # 600 is the end n600 of an edge; 2050 cuts the island's edge of 100 s into two of 50 s
    (row,) = built[built["edge_id"] == "L"].to_dict("records")
    assert (row["from_node"], row["to_node"], row["elder_fwd_ms"]) == ("n600", "L-b", 100_000)  # 90 m at 0.9 m/s
    halves = built[built["edge_id"].str.startswith("e2-")]
    assert halves["elder_fwd_ms"].tolist() == [50_000, 50_000] and halves["length_m"].tolist() == [50, 50]
    without = built[built["edge_id"] != "L"]
    assert (without[before.index].sum() == before).all() and len(set(built["component"])) == 1
    assert len(set(network["component"])) == 2  # the input is as it was
    far = frame(
        [shapely.LineString([(600, 30), (700, 30)])], link_id=["F"], kind=["path"], length_m=[100.0], climb_m=[0.0]
    )
    assert len(with_links(network, far, PROFILES, run)) == len(network)
    assert [(item.feature_id, item.code) for item in run.left_out] == [("F", "link_off_network")]


def test_a_network_that_lacks_columns_gets_a_sentence_or_its_drawn_lengths():
    _, _, _, network = town()
    link = frame([shapely.LineString([(100, 0), (2000, 0)])], link_id=["L"], kind=["path"], length_m=[40.0],
                 climb_m=[0.0])  # fmt: skip
    with pytest.raises(RenewalError) as told:
        with_links(network.drop(columns="elder_back_ms"), link, PROFILES, Run())
    assert told.value.code == "network_without_profile"
    drawn = with_links(network.drop(columns="length_m"), link, PROFILES, Run())
    whole = with_links(network, link, PROFILES, Run())
    assert drawn.set_index("edge_id")["length_m"].to_dict() == pytest.approx(
        whole.set_index("edge_id")["length_m"].to_dict()
    )


def test_stairs_and_steep_links():
    _, _, _, network = town()
    rows = {"link_id": ["S", "T", "U"], "kind": ["stairs", "path", "path"], "length_m": [40.0] * 3,
            "climb_m": [12.0, -4.0, 30.0]}  # fmt: skip
    lines = [shapely.LineString([(x, 0), (y, 0)]) for x, y in ((100, 2000), (300, 2100), (500, 2050))]
    built = with_links(network, frame(lines, **rows), PROFILES, Run()).set_index("edge_id")
    elder = PROFILES[0]
    assert built["elder_fwd_ms"]["S"] == round(40_000 / elder.stairs_up_m_s)
    assert built["elder_back_ms"]["S"] == round(40_000 / elder.stairs_down_m_s)
    # 10 % down: Tobler's factor 1.0, capped at 1 for elders; back up e^(-3.5·0.1)
    assert built["elder_fwd_ms"]["T"] == pytest.approx(40_000 / 0.9, abs=1)
    assert built["elder_back_ms"]["T"] == pytest.approx(40_000 / 0.9 / np.exp(-0.35), abs=1)
    # 75 % is walked as 50 %, the most that Tobler's formula is asked for: e^(-3.5·0.5)
    assert built["elder_fwd_ms"]["U"] == pytest.approx(40_000 / 0.9 / np.exp(-1.75), abs=1)


def test_a_limit_of_slopes_closes_paths_and_not_stairs():
    """As in a network: a profile of one's own that may use stairs walks 30 % up on them, and no path of 12 %."""
    _, _, _, network = town()
    own = [replace(PROFILES[0], max_slope_share=0.1), PROFILES[1]]
    rows = {"link_id": ["S", "T", "U"], "kind": ["stairs", "path", "path"], "length_m": [40.0] * 3,
            "climb_m": [12.0, 4.8, 4.0]}  # fmt: skip
    lines = [shapely.LineString([(x, 0), (y, 0)]) for x, y in ((100, 2000), (300, 2100), (500, 2050))]
    built = with_links(network, frame(lines, **rows), own, Run()).set_index("edge_id")
    assert built["elder_fwd_ms"]["S"] == 40_000 / 0.40 and built["elder_back_ms"]["S"] == round(40_000 / 0.48)
    assert pd.isna(built["elder_fwd_ms"]["T"]) and pd.isna(built["elder_back_ms"]["T"])
    assert built["elder_back_ms"]["U"] == pytest.approx(40_000 / 0.9, abs=1)  # 10 % is the limit and no more
    assert built["carer_fwd_ms"]["T"] > 0


@pytest.mark.parametrize("climb_m", [0.0, np.nan])
def test_stairs_of_unknown_rise_are_walked_at_the_upward_speed_both_ways(climb_m):
    """As those of a network: nobody knows which way is up, and the slower speed promises nobody too much."""
    _, _, _, network = town()
    link = frame([shapely.LineString([(100, 0), (2000, 0)])], link_id=["S"], kind=["stairs"], length_m=[40.0],
                 climb_m=[climb_m])  # fmt: skip
    built = with_links(network, link, PROFILES, Run()).set_index("edge_id")
    assert PROFILES[0].stairs_up_m_s < PROFILES[0].stairs_down_m_s
    assert built["elder_fwd_ms"]["S"] == built["elder_back_ms"]["S"] == round(40_000 / PROFILES[0].stairs_up_m_s)


def test_a_link_lets_the_island_be_served():
    parcels, homes, facilities, network = town()
    link = frame(
        [shapely.LineString([(350, 0), (2050, 0)])], link_id=["L"], kind=["path"], length_m=[20.0], climb_m=[0.0]
    )
    today = served(layers_of(parcels, homes, facilities, network))
    built = layers_of(parcels, homes, facilities, with_links(network, link, PROFILES, Run()))
    then = served(built)
    assert then["kgar"] >= today["kgar"] and then["heal"] == today["heal"]
    detail = detail_table(parcels, count_gaps(built, OPTIONS, Run()), Run())
    nursery = detail[(detail["kind"] == "nurs") & (detail["parcel_id"] == "p5")]
    assert nursery["nearest_id"].tolist() == ["f3"]


def test_a_new_link_makes_no_walk_longer():
    # b2 stands 30 m off the street and 1 m off a link that leads away: by its door of today 30 m at 0.8 m/s and 100 s
    # along the street to the nursery at 350; by the link it would be 351 m on to 600 and 250 s back
    parcels, homes, facilities, network = town()
    homes["geometry"] = homes["geometry"].where(homes.index != 2, shapely.box(249, 29, 251, 31))
    link = frame([shapely.LineString([(0, 0), (250, 31), (600, 0)])], link_id=["L"], kind=["path"], length_m=[603.0],
                 climb_m=[0.0])  # fmt: skip
    today = detail_table(parcels, count_gaps(layers_of(parcels, homes, facilities, network), OPTIONS, Run()), Run())
    built = with_links(network, link, PROFILES, Run())
    assert built.loc[built["unjoined"], "edge_id"].tolist() == ["L"]
    then = detail_table(parcels, count_gaps(layers_of(parcels, homes, facilities, built), OPTIONS, Run()), Run())
    nursery = then[(then["kind"] == "nurs") & (then["parcel_id"] == "p2")]
    assert nursery["walk_s"].tolist() == [30 / 0.8 + 100]
    assert (then["walk_s"].fillna(1e9) <= today["walk_s"].fillna(1e9)).all() and (then["gap"] <= today["gap"]).all()


@pytest.mark.parametrize("seed", range(25))
def test_least_walking_equals_the_transport_problem_solved_otherwise(seed):
    random = np.random.default_rng(seed)
    n, m = int(random.integers(2, 12)), int(random.integers(2, 6))
    need, capacity = random.integers(0, 60, n) * 1000, random.integers(0, 120, m) * 1000
    place, facility = np.nonzero(random.random((n, m)) < 0.6)
    cost = random.integers(1_000, 900_000, len(place))
    reach = Reach(place, facility, n, m)
    found = fair_maximum(need, capacity, reach, Run())
    load = least_walk_loads(found, capacity, reach, cost, Run())
    assert load.sum() == found.served.sum() and (load <= capacity).all() and (load >= 0).all()
    if not len(place):
        return
    rows = np.zeros((n, len(place)))
    rows[place, np.arange(len(place))] = 1
    columns = np.zeros((m, len(place)))
    columns[facility, np.arange(len(place))] = 1
    best = linprog(cost, columns, capacity, rows, found.served, method="highs-ipm")
    fixed = linprog(cost, None, None, np.vstack([rows, columns]), np.r_[found.served, load], method="highs-ds")
    assert fixed.status == 0 and fixed.fun == pytest.approx(
        best.fun, rel=1e-7
    )  # these loads walk no more than the least
    mixed = random.permutation(len(place))
    turned = Reach(place[mixed], facility[mixed], n, m)
    assert (least_walk_loads(found, capacity, turned, cost[mixed], Run()) == load).all()


def test_least_walking_of_a_whole_count_keeps_who_is_served():
    parcels, homes, facilities, network = town()
    layers = layers_of(parcels, homes, facilities, network)
    even, least = (count_gaps(layers, replace(OPTIONS, load_rule=rule), Run()) for rule in ("even", "least_walk"))
    for one, other in zip(even.kinds, least.kinds):
        assert (one.served == other.served).all()
        assert np.nansum(one.load) == pytest.approx(np.nansum(other.load))


def test_sub_districts_add_up_their_communities():
    parcels, homes, facilities, network = town()
    shapes = [shapely.box(0, -50, 150, 50), shapely.box(150, -50, 350, 50), shapely.box(350, -50, 600, 50)]
    communities = frame(
        shapes, community_id=["c1", "c2", "c3"], name=list("甲乙丙"), subdistrict=["东街", "东街", None]
    )
    counted = count_gaps(layers_of(parcels, homes, facilities, network), OPTIONS, Run())
    small = districts_of_layer(communities, parcels, facilities, Run())
    large = districts_of_streets(communities, small)
    assert large.ids.tolist() == ["-", "东街"]  # c3 and what lies in no community stand together, named as unknown
    tables = [summary_table(item, parcels, facilities, None, counted, Run()) for item in (small, large)]
    for name in ("people", "need", "supply", "served", "gap", "surplus"):
        one = tables[0].assign(street=tables[0]["community_id"].map({"c1": "东街", "c2": "东街"}).fillna("-"))
        sums = one.groupby(["street", "kind"])[name].sum()
        other = tables[1].set_index(["community_id", "kind"])[name]
        assert (sums.reindex(other.index) - other).abs().max() < 1e-9
    coded = communities.drop(columns="subdistrict").assign(
        community_id=["500103001001", "500103001002", "500103002001"]
    )
    small = districts_of_layer(coded, parcels, facilities, Run())
    assert districts_of_streets(coded, small).ids.tolist() == ["-", "500103001", "500103002"]
    plain = communities.drop(columns="subdistrict")
    assert districts_of_streets(plain, districts_of_layer(plain, parcels, facilities, Run())) is None
