"""Zones on a real walk network: one street along a row of squares, times and lengths by hand."""

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest
import shapely
from urban_renewal.core.errors import Cancelled
from urban_renewal.core.run import Run
from urban_renewal.core.walking.graph import graph_from_edges
from urban_renewal.core.walking.profiles import load_profiles
from urban_renewal.core.walking.route import Route
from urban_renewal.core.zones.delineate import delineate_zones

from .conftest import loose, members, row_of

STEP = 110  # squares of 100 m and 10 m between them


def street(n, up_ms=122_222, down_ms=122_222, z=(0.0, 0.0)):
    """Edges E0 … of 110 m at y = -5, an elder's 0.9 m/s unless said otherwise."""
    rows = []
    for i in range(n):
        line = shapely.LineString([(i * STEP, -5), ((i + 1) * STEP, -5)])
        rows.append((f"E{i:02d}", f"N{i:02d}", f"N{i + 1:02d}", "street", 110.0, z[0] + i * z[1], z[0] + (i + 1) * z[1],
                     up_ms, down_ms, line))  # fmt: skip
    names = ["edge_id", "from_node", "to_node", "kind", "length_m", "z_from_m", "z_to_m", "elder_fwd_ms",
             "elder_back_ms", "geometry"]  # fmt: skip
    return graph_from_edges(pd.DataFrame(rows, columns=names), ["elder"], Run())


def on_street(graph, columns, tags, stations, **more):
    inputs = row_of([columns], tags, stations, **more)
    return replace(inputs, graph=graph, profile=load_profiles(["elder"])[0])


def test_stations_half_a_kilometre_apart_on_foot_merge(rules):
    tags = {f"A{i}": "old_compound" if i % 2 else "idle_factory" for i in range(12)}
    inputs = on_street(street(12), 12, tags, [(150, -5), (650, -5)])
    zones = delineate_zones(inputs, loose(rules, merge_walk_m=800.0), Run())
    assert zones.cores["zone_id"].tolist() == ["Z-S0", "Z-S0"]
    apart = delineate_zones(inputs, loose(rules, merge_walk_m=499.0), Run())
    assert apart.cores["zone_id"].tolist() == ["Z-S0", "Z-S1"]


def test_an_edge_left_at_both_ends_is_one_stretch():
    """40 % of 110 m one way, the other 60 % the other way: all of it, at the pace and the climb of the longer walk."""
    from urban_renewal.core.zones.branches import PetalWalks, _row

    def walk(start, end, ms):
        return Route(np.array([0]), np.array([start]), np.array([end]), np.array([ms]), ms, 0.0, 0.0, 0.0, 0.0)

    uses = [(walk(0.4, 0.0, 48_000), 0, 3.0), (walk(0.4, 1.0, 75_000), 0, 2.0)]
    row = _row(PetalWalks("Z", "Z-01", 0, [0, 1], [3.0, 2.0]), 0, uses, street(1, z=(0.0, 5.0)))
    assert row["length_m"] == pytest.approx(110) and row["people"] == 5
    assert row["walk_s"] == pytest.approx(75 / 0.6) and row["climb_m"] == pytest.approx(5)


def test_the_slower_direction_counts_and_branches_follow_it(rules):
    """Up the street an edge takes 200 s, down 100 s; A8's inside point is at x = 930, the station at x = 50."""
    graph = street(12, up_ms=200_000, down_ms=100_000, z=(0.0, 5.0))
    inputs = on_street(graph, 12, {"A0": "idle_factory", "A3": "old_compound", "A8": "urban_village"}, [(50, -5)])
    inputs.parcels["pop"] = 10.0
    zones = delineate_zones(inputs, loose(rules, walk_min=15.0), Run())
    # back to A3 (x = 380): 3 edges of 110 m → 330 m at 1.818 s/m = 600 s, and 55 m from the street at 0.9 m/s
    walk = dict(zip(zones.petals["tag"], zones.petals["walk_s"], strict=True))
    assert walk == {"old_compound": pytest.approx(600 + 55 / 0.9, abs=0.1)}  # A0 holds the station: core, no petal
    assert members(zones, "core") == {"A0"}
    assert "A8" not in members(zones)  # 880 m up take 1600 s
    branches = zones.branches
    assert branches["edge_id"].tolist() == ["E00", "E01", "E02", "E03"]
    assert branches["length_m"].tolist() == [60.0, 110.0, 110.0, 50.0]
    assert branches["walk_s"].sum() == pytest.approx(600, abs=0.1)
    assert branches["climb_m"].sum() == pytest.approx(330 / 110 * 5, abs=0.2)  # each edge is written to 0.1 m
    assert set(branches["people"]) == {10.0}
    assert shapely.length(branches["geometry"].to_numpy(dtype=object)).sum() == pytest.approx(330)


def test_large_works_are_entered_at_their_rim(rules):
    """A factory of 100 m × 260 m along the street: its middle is 135 m from it, its gate side 5 m (limit 100 m)."""
    run = Run()
    inputs = on_street(street(4), 4, {"A2": "old_compound", "A3": "idle_factory"}, [(50, -5)])
    works = (inputs.parcels["parcel_id"] == "A3").to_numpy(dtype=bool)
    inputs.parcels["geometry"] = np.where(works, shapely.box(330, 0, 430, 260), inputs.parcels["geometry"])
    zones = delineate_zones(inputs, loose(rules), run)
    walk = dict(zip(zones.petals["tag"], zones.petals["walk_s"], strict=True))
    least, most = (280 + 5) / 0.9, (380 - 50 + 5) / 0.9  # to a rim point of the near half of the side along the street
    assert least <= walk["idle_factory"] <= most
    assert [item.values["n"] for item in run.messages if item.code == "zone_parcels_by_rim"] == [1]
    assert not [item for item in run.left_out if item.code == "zone_parcel_not_joined"]


def test_a_station_off_the_network_is_listed(rules):
    run = Run(language="en")
    inputs = on_street(street(4), 4, {"A3": "old_compound"}, [(50, -500)])
    zones = delineate_zones(inputs, loose(rules), run)
    assert len(zones.zones) == 0
    assert {(row.feature_id, row.code) for row in run.left_out if row.layer == "STATIONS"} == {
        ("S0", "zone_station_not_joined")
    }


def test_a_tagged_parcel_off_the_network_is_listed(rules):
    run = Run(language="en")
    graph = street(4)
    inputs = on_street(graph, 4, {"A3": "old_compound", "B0": "urban_village"}, [(50, -5)])
    far = row_of([4, 1], {"A3": "old_compound", "B0": "urban_village"}, [(50, -5)])
    zones = delineate_zones(replace(inputs, parcels=far.parcels), loose(rules), run)
    assert [(row.feature_id, row.code) for row in run.left_out] == [("B0", "zone_parcel_not_joined")]  # 165 m away
    assert np.isin(["A3"], list(members(zones, "petal"))).all()


def test_cancel_ends_the_work(rules):
    asked = []
    inputs = on_street(street(12), 12, {"A5": "old_compound"}, [(150, -5)])
    with pytest.raises(Cancelled):
        delineate_zones(inputs, loose(rules), Run(is_cancelled=lambda: asked.append(1) or len(asked) > 12))
