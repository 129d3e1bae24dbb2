"""The network from its table alone: what is refused by name, what is left out, what row order cannot change."""

import numpy as np
import pandas as pd
import pytest
import shapely
from urban_renewal.core.errors import RenewalError
from urban_renewal.core.run import Run
from urban_renewal.core.walking.graph import CLOSED, graph_from_edges


def edges(count=4):
    """A street of 90 m edges for elders."""
    frame = pd.DataFrame({
        "edge_id": [f"e{number}" for number in range(count)], "kind": "street",
        "from_node": [f"n{number}" for number in range(count)], "to_node": [f"n{n + 1}" for n in range(count)],
        "elder_fwd_ms": [100_000] * count, "elder_back_ms": [100_000] * count,
    })  # fmt: skip
    frame["geometry"] = [shapely.LineString([(90 * n, 0), (90 * n + 90, 0)]) for n in range(count)]
    return frame


def refused(table, profiles=("elder",)):
    with pytest.raises(RenewalError) as caught:
        graph_from_edges(table, list(profiles), Run())
    return caught.value


@pytest.mark.parametrize("time", [0, -1, -100_000, 0.5, 2**31])
def test_times_that_cannot_be_are_refused_with_column_and_ids(time):
    table = edges().astype({"elder_back_ms": object})
    table.loc[2, "elder_back_ms"] = time
    error = refused(table)
    assert error.code == "edge_time_not_positive"
    assert error.values == {"column": "elder_back_ms", "n": 1, "ids": ["e2"]}


def test_a_kind_that_nobody_knows_is_told():
    """Nothing joins it: a home at such an edge alone had its need counted as a gap without a word."""
    run, table = Run(), edges()
    graph_from_edges(table.assign(kind=["street", "path", "stairs", "bridge"]), ["elder"], run)
    assert not run.messages
    graph = graph_from_edges(table.assign(kind=["street", "天桥", "Street", "lift"]), ["elder"], run)
    (message,) = run.messages
    assert (message.level, message.code, len(graph.edge_ids)) == ("warning", "edge_kind_unknown", 4)
    assert message.values["ids"] == ["e1", "e2"] and message.values["words"] == ["Street", "天桥"]


def test_no_time_means_closed_that_way():
    table = edges().astype({"elder_fwd_ms": "Int64"})
    table.loc[1, "elder_fwd_ms"] = pd.NA
    graph = graph_from_edges(table, ["elder"], Run())
    assert graph.fwd_ms["elder"].tolist() == [100_000, CLOSED, 100_000, 100_000]
    arcs = graph.arcs("elder", False)
    assert len(arcs.head) == 7  # eight ways along four edges, one of them closed


def test_what_a_network_must_have():
    assert refused(edges().drop(columns=["kind", "to_node"])).values == {"missing": ["to_node", "kind"]}
    error = refused(edges(), ["elder", "adult"])
    assert (error.code, error.values) == ("network_without_profile", {"profile": "adult", "there": ["elder"]})
    twice = edges()
    twice["edge_id"] = ["a", "b", "a", "c"]
    assert (refused(twice).code, refused(twice).values["ids"]) == ("edge_id_twice", ["a"])
    twice["edge_id"] = "e"  # named once, not three times
    assert refused(twice).values == {"n": 1, "ids": ["e"]}
    bare = edges().assign(geometry=None)
    assert refused(bare).code == "network_empty"


def test_edges_that_cannot_be_used_are_listed_and_the_rest_is_used():
    table = edges()
    table.loc[0, "from_node"] = None
    parts = [shapely.LineString([(180, 0), (200, 0)]), shapely.LineString([(210, 0), (270, 0)])]
    table["geometry"] = np.array(
        [*table["geometry"][:2], shapely.MultiLineString(parts), shapely.MultiLineString([table["geometry"][3]])],
        dtype=object,
    )
    run = Run()
    graph = graph_from_edges(table, ["elder"], run)
    assert [(row.feature_id, row.code) for row in run.left_out] == [("e0", "edge_unusable"), ("e2", "edge_unusable")]
    assert graph.edge_ids.tolist() == ["e1", "e3"]
    assert shapely.get_type_id(graph.geometry).tolist() == [1, 1]


def test_row_order_does_not_show():
    table = edges(30)
    one = graph_from_edges(table, ["elder"], Run())
    two = graph_from_edges(table.sample(frac=1, random_state=4).reset_index(drop=True), ["elder"], Run())
    for name in ("node_ids", "edge_ids", "start", "end", "x_m", "y_m", "length_m", "kind"):
        assert getattr(one, name).tolist() == getattr(two, name).tolist()
