"""Metres of the walk to the nearest, against a plain search in metres on flat networks where time and length agree."""

import numpy as np
import pandas as pd
import shapely
from urban_renewal.core.run import Run
from urban_renewal.core.walking.graph import graph_from_edges
from urban_renewal.core.walking.join import JoinOptions, join_points, points_of
from urban_renewal.core.walking.lengths import nearest_lengths
from urban_renewal.core.walking.profiles import load_profiles
from urban_renewal.core.walking.reach import nearest

CAP_MS = 3_600_000


def random_grid(random, side=8):
    """A grid of jittered crossings; every edge takes 1250 ms a metre (0.8 m/s)."""
    x, y = np.meshgrid(np.arange(side) * 90.0, np.arange(side) * 90.0)
    xy = np.column_stack([x.ravel(), y.ravel()]) + random.uniform(-20, 20, (side * side, 2))
    pairs = [(i, i + 1) for i in range(side * side) if (i + 1) % side] + [
        (i, i + side) for i in range(side * (side - 1))
    ]
    rows = []
    for number, (a, b) in enumerate(pairs):
        if random.random() < 0.15:
            continue
        line = shapely.LineString([xy[a], xy[b]])
        ms = max(1, round(line.length * 1250))
        rows.append((f"e{number:04}", f"n{a:04}", f"n{b:04}", "street", ms, ms, line))
    columns = ["edge_id", "from_node", "to_node", "kind", "carer_fwd_ms", "carer_back_ms", "geometry"]
    return pd.DataFrame(rows, columns=columns)


def points(random, name, count):
    frame = pd.DataFrame({name: [f"{name}{number}" for number in range(count)]})
    frame["geometry"] = shapely.points(random.uniform(0, 630, (count, 2)))
    return frame


def test_lengths_are_times_by_speed_where_all_is_flat():
    (carer,) = load_profiles(["carer"])
    for seed in range(8):
        random = np.random.default_rng(seed)
        graph = graph_from_edges(random_grid(random), ["carer"], Run())
        homes, shops = points(random, "home", 60), points(random, "shop", 5)
        options = JoinOptions(snap_limit_m=200)
        a, b = (
            join_points(points_of(table, name), graph, carer, None, None, options, Run())
            for table, name in ((homes, "home"), (shops, "shop"))
        )
        found = nearest(graph, carer, a, b, CAP_MS, Run())
        metres = nearest_lengths(graph, carer, a, b, found, CAP_MS, Run())
        reached = found.facility >= 0
        assert reached.sum() > 40
        assert np.isnan(metres[~reached]).all()
        assert np.allclose(metres[reached] * 1250, found.ms[reached], atol=40)  # every edge is rounded to whole ms


def test_a_network_whose_nodes_squared_pass_int32():
    (carer,) = load_profiles(["carer"])
    n = 50_000
    x = np.arange(n) * 2.0
    table = pd.DataFrame({"edge_id": [f"e{k:06}" for k in range(n - 1)], "kind": "street"})
    table["from_node"], table["to_node"] = [f"n{k:06}" for k in range(n - 1)], [f"n{k:06}" for k in range(1, n)]
    table["carer_fwd_ms"] = table["carer_back_ms"] = 2500
    table["geometry"] = shapely.linestrings(np.stack([np.column_stack([x[:-1], x[1:]]), np.zeros((n - 1, 2))], axis=2))
    graph = graph_from_edges(table, ["carer"], Run())
    homes, shops = (pd.DataFrame({"id": ["a"], "geometry": [shapely.Point(at, 0)]}) for at in (99_990, 98_000))
    a, b = (
        join_points(points_of(item, "id"), graph, carer, None, None, JoinOptions(), Run()) for item in (homes, shops)
    )
    found = nearest(graph, carer, a, b, CAP_MS, Run())
    assert nearest_lengths(graph, carer, a, b, found, CAP_MS, Run()).tolist() == [1990.0]
