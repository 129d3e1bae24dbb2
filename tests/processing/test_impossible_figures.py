"""Figures that cannot be, in layers that come in: one sentence with layer, ids and count, and they count as missing."""

import pytest

SQUARE = "POLYGON(({0} 0,{1} 0,{1} 10,{0} 10,{0} 0))"
TYPES = {"elder_gap": float, "child_gap": float, "people": float, "floor_m2": float, "petals_n": int, "score": float,
         "demolish_share": float}  # fmt: skip


def zones(make_layer, **odd):
    """Three zones with good figures, the second with those that are given."""
    good = {"elder_gap": 0.5, "child_gap": 0.4, "people": 9000.0, "floor_m2": 2e5, "petals_n": 3, "score": 0.5,
            "demolish_share": 0.1}  # fmt: skip
    rows = [{"zone_id": f"Z-{n}", **good, **(odd if n == 1 else {})} for n in range(3)]
    shapes = [SQUARE.format(20 * n, 20 * n + 10) for n in range(3)]
    return make_layer(list(zip(shapes, rows)), name="片区", types=TYPES)


def ranked(run_algorithm, layer, **more):
    results, _, feedback = run_algorithm("rankzones", {"ZONES": layer, "OUTPUT": "memory:", **more})
    found = {row["zone_id"]: row.attributeMap() for row in results["OUTPUT"].getFeatures()}
    return found, feedback.textLog()


@pytest.mark.parametrize(
    ("column", "value"),
    [("people", -5.0), ("elder_gap", 1.5), ("child_gap", -0.1), ("floor_m2", -1.0), ("petals_n", -1),
     ("demolish_share", 2.0)],
)  # fmt: skip
def test_an_impossible_figure_of_a_zone_is_told_and_unknown(run_algorithm, make_layer, column, value):
    missing, _ = ranked(run_algorithm, zones(make_layer, **{column: None}))
    found, log = ranked(run_algorithm, zones(make_layer, **{column: value}))
    assert found["Z-1"]["rank_score"] == missing["Z-1"]["rank_score"]
    assert found["Z-1"]["marks_unknown_n"] == 1 and not found["Z-1"][column]
    (told,) = [line for line in log.splitlines() if "不可能" in line]
    assert "片区" in told and "Z-1" in told and "有 1 个" in told and f"{value:g}" in told


def test_figures_at_their_limits_are_good(run_algorithm, make_layer):
    edge = {"elder_gap": 1.0, "child_gap": 0.0, "people": 0.0, "petals_n": 0, "demolish_share": 1 + 1e-9}
    found, log = ranked(run_algorithm, zones(make_layer, **edge))
    assert "不可能" not in log and found["Z-1"]["marks_unknown_n"] == 0


def test_an_impossible_figure_of_a_listed_layer_names_that_layer(run_algorithm, make_layer):
    other = zones(make_layer, people=-5.0)
    other.setName("另一稿")
    log = ranked(run_algorithm, zones(make_layer), ALTERNATIVES=[other], COMPARISON="memory:")[1]
    (told,) = [line for line in log.splitlines() if "不可能" in line]
    assert "另一稿" in told and "Z-1" in told
