"""Splitting edges, shuffling rows, other ids of nodes: nothing changes (method notes §8)."""

import numpy as np
import pandas as pd
import pytest
import shapely
from shapely.ops import substring
from urban_renewal.core.run import Run
from urban_renewal.core.walking.graph import graph_from_edges
from urban_renewal.core.walking.heights import make_surface
from urban_renewal.core.walking.network import NetworkOptions, build_network
from urban_renewal.core.walking.reach import nearest, reach_pairs

from .helpers import ELDER, PROFILES, as_dict, join, plane_raster, random_ways, roads


def town_edges(seed):
    """The EDGES of a hilly grid with gaps, stairs and one-way escalators."""
    rng = np.random.default_rng(seed)
    surface = make_surface(plane_raster(lambda x, y: 200 + 0.1 * x + 20 * np.sin(y / 90)), None, ELDER.rules, Run())
    return build_network(roads(*random_ways(rng)), NetworkOptions(), PROFILES, surface, Run()).edges


def split(edges, seed):
    """Every edge cut at a random share, its milliseconds shared out: the first part rounded, the rest the remainder."""
    rng, parts = np.random.default_rng(seed), []
    for row in edges.to_dict("records"):
        share, line = rng.uniform(0.1, 0.9), row["geometry"]
        middle = f"mid-{row['edge_id']}"
        one = {**row, "edge_id": row["edge_id"] + "a", "to_node": middle, "length_m": share * row["length_m"]}
        two = {**row, "edge_id": row["edge_id"] + "b", "from_node": middle, "length_m": (1 - share) * row["length_m"]}
        for way in ("elder_fwd_ms", "elder_back_ms"):
            if not pd.isna(row[way]):
                one[way] = int(np.floor(share * row[way] + 0.5))
                two[way] = row[way] - one[way]
        one["geometry"] = substring(line, 0, share, normalized=True)
        two["geometry"] = substring(line, share, 1, normalized=True)
        parts += [one, two]
    return pd.DataFrame(parts, columns=edges.columns)


def answers(edges, homes, shops, limit=10**6):
    graph = graph_from_edges(edges, ["elder"], Run())
    places, facilities = join(graph, homes), join(graph, shops)
    pairs = reach_pairs(graph, ELDER, places, facilities, limit, "both", Run())
    return as_dict(pairs, pairs.cost_ms), nearest(graph, ELDER, places, facilities, limit, Run())


@pytest.mark.parametrize("seed", range(3))
def test_splitting_every_edge_changes_nothing(seed):
    edges = town_edges(seed)
    graph = graph_from_edges(edges, ["elder"], Run())
    rng = np.random.default_rng(seed)
    at = np.column_stack([graph.x_m, graph.y_m])
    ground = np.unique(np.concatenate([graph.start, graph.end])[np.tile(np.isin(graph.kind, ["street", "path"]), 2)])
    homes, shops = at[rng.choice(ground, 12)], at[rng.choice(ground, 6)]  # crossings: no edge is walked in part
    whole, cut = answers(edges, homes, shops), answers(split(edges, seed), homes, shops)
    assert len(whole[0]) > 15
    assert whole[0] == cut[0]
    assert whole[1].ms.tolist() == cut[1].ms.tolist()
    assert whole[1].facility.tolist() == cut[1].facility.tolist()
    homes, shops = rng.uniform(0, 420, (30, 2)), rng.uniform(0, 420, (8, 2))  # partial edges are rounded once more
    whole, cut = answers(edges, homes, shops), answers(split(edges, seed), homes, shops)
    assert set(whole[0]) == set(cut[0])
    assert max(abs(whole[0][pair] - cut[0][pair]) for pair in whole[0]) <= 2


def test_shuffled_edges_and_places_give_the_same_pairs():
    edges, rng = town_edges(1), np.random.default_rng(1)
    homes, shops = rng.uniform(0, 420, (30, 2)), rng.uniform(0, 420, (8, 2))
    pairs, near = answers(edges, homes, shops)
    mixed, turn = edges.sample(frac=1, random_state=2).reset_index(drop=True), rng.permutation(30)
    again, other = answers(mixed, homes[turn], shops)
    assert {(f, int(turn[p])): ms for (f, p), ms in again.items()} == pairs
    assert other.ms.tolist() == near.ms[turn].tolist()
    assert other.facility.tolist() == near.facility[turn].tolist()


def test_other_names_of_nodes_and_lines_drawn_the_other_way_change_nothing():
    edges, rng = town_edges(2), np.random.default_rng(2)
    homes, shops = rng.uniform(0, 420, (30, 2)), rng.uniform(0, 420, (8, 2))
    pairs, _ = answers(edges, homes, shops)
    names = pd.unique(pd.concat([edges["from_node"], edges["to_node"]]))
    new = dict(zip(names, (f"k{number:04d}" for number in rng.permutation(len(names)))))
    turned = edges.assign(from_node=edges["from_node"].map(new), to_node=edges["to_node"].map(new))
    assert answers(turned, homes, shops)[0] == pairs
    flip = edges.assign(
        from_node=edges["to_node"], to_node=edges["from_node"], elder_fwd_ms=edges["elder_back_ms"],
        elder_back_ms=edges["elder_fwd_ms"], geometry=shapely.reverse(edges["geometry"].to_numpy(dtype=object)),
    )  # fmt: skip
    other = answers(flip, homes, shops)[0]
    assert len(pairs) > 50
    assert set(pairs) == set(other)
    assert max(abs(pairs[pair] - other[pair]) for pair in pairs) <= 2  # halves are rounded from the other end
