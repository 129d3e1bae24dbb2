"""Ranks: marks and scores by hand, firmness against ten times the trials with another generator."""

import numpy as np
import pandas as pd
import pytest
import shapely
from urban_renewal.core import envelope, frames
from urban_renewal.core.errors import RenewalError
from urban_renewal.core.run import Run
from urban_renewal.core.zones.comparing import compare_delineations
from urban_renewal.core.zones.ranking import MARKS, halton, rank_zones, read_criteria

RULES = envelope.load("zone-rules", "chongqing")
FULL = {"elder_gap": 1.0, "child_gap": 1.0, "people": 30_000.0, "floor_m2": 790_000.0, "petals_n": 10,
        "score": 100_000.0, "demolish_share": 0.0}  # fmt: skip


def zones_of(rows):
    frame = pd.DataFrame([{"zone_id": name, "name": name, **values} for name, values in rows.items()])
    frame["zone_id"] = frame["zone_id"].astype(frames.TEXT)
    frame[frames.GEOMETRY] = [shapely.box(i, 0, i + 1, 1) for i in range(len(frame))]
    return frame


def test_scores_by_hand():
    """Weights 2 and six times 1. A: all full = 1. B: half of everything, demolition 0.1 of 0.2 = 0.5. C: nothing,
    demolition beyond the limit = 0."""
    half = {name: value / 2 for name, value in FULL.items()} | {"petals_n": 5, "demolish_share": 0.1}
    none = dict.fromkeys(FULL, 0.0) | {"demolish_share": 0.3}
    ranked = rank_zones(zones_of({"C": none, "A": FULL, "B": half}), read_criteria(RULES), 2, Run())
    assert ranked["zone_id"].tolist() == ["A", "B", "C"]
    assert ranked["rank"].tolist() == [1, 2, 3]
    assert ranked["rank_score"].tolist() == [1.0, 0.5, 0.0]
    assert ranked["keep_share"].tolist() == [1.0, 1.0, 0.0]
    assert ranked[["rank_best", "rank_worst"]].to_numpy().tolist() == [[1, 1], [2, 2], [3, 3]]
    assert ranked[list(MARKS.values())].iloc[1].tolist() == [0.5] * 7


def test_weights_of_the_user():
    """Only people and floor count, 3 to 1: 0.75 × 0.2 + 0.25 × 1."""
    text = "people=3，floor_m2=1 elder_gap=0;child_gap=0,petals_n=0、score=0,demolish_share=0"
    ranked = rank_zones(zones_of({"A": {**FULL, "people": 6000.0}}), read_criteria(RULES, text), 1, Run())
    assert ranked["rank_score"].tolist() == [0.4]


@pytest.mark.parametrize("text", ["people", "people=x", "people=-1", "nix=1", "people=1,people=2", "people=nan"])
def test_weights_that_cannot_be_read(text):
    with pytest.raises(RenewalError, match="cannot be used"):
        read_criteria(RULES, text)


def test_nothing_weighs_anything():
    with pytest.raises(RenewalError, match="weights are 0"):
        read_criteria(RULES, ",".join(f"{name}=0" for name in MARKS))


def test_unknown_counts_half_and_is_told():
    run = Run()
    ranked = rank_zones(zones_of({"A": {**FULL, "elder_gap": np.nan}}), read_criteria(RULES), 1, run)
    assert ranked["marks_unknown_n"].tolist() == [1]
    assert ranked["rank_score"].tolist() == [round((2 * 0.5 + 6) / 8, 6)]
    assert "老人缺口占比" in ranked["rank_reason"].iloc[0]
    assert [message.code for message in run.messages] == ["rank_unknown"]


def test_firmness_of_two_that_trade():
    """A leads on elders (weight 2), B on people and floor (1 + 1) and by one petal of ten: how often A is first
    equals a dense random sample."""
    base = dict.fromkeys(FULL, 0.0) | {"demolish_share": 0.2}
    zones = zones_of({"A": {**base, "elder_gap": 1.0}, "B": {**base, "people": 30_000.0, "floor_m2": 790_000.0,
                                                             "petals_n": 1}})  # fmt: skip
    ranked = rank_zones(zones, read_criteria(RULES), 1, Run()).set_index("zone_id")
    random = np.random.default_rng(7).uniform(0.8, 1.2, size=(200_000, 4)) * [2, 1, 1, 1]
    expected = float((random[:, 0] > random[:, 1] + random[:, 2] + 0.1 * random[:, 3]).mean())
    assert 0.2 < expected < 0.45
    assert ranked.loc["A", "keep_share"] == pytest.approx(expected, abs=0.015)
    assert ranked["keep_share"].sum() == pytest.approx(1)
    assert ranked[["rank_best", "rank_worst"]].to_numpy().tolist() == [[1, 2], [1, 2]]


@pytest.mark.parametrize(
    "text",
    [
        "people=2,floor_m2=0.5",
        "people＝２，floor_m2＝０．５",
        "people：2；floor_m2：0。5",
        "people = 2、 floor_m2 = 0.5",
        "people=2 floor_m2＝0.5",
        "people: 2\nfloor_m2: 0.5",
    ],
)
def test_weights_are_read_as_a_chinese_keyboard_writes_them(text):
    found = {item.column: item.weight for item in read_criteria(RULES, text)}
    usual = {item.column: item.weight for item in read_criteria(RULES)}
    assert found == usual | {"people": 2.0, "floor_m2": 0.5}


def test_the_points_are_halton_points():
    points = halton(6, 2)
    assert points[:, 0].tolist() == [1 / 2, 1 / 4, 3 / 4, 1 / 8, 5 / 8, 3 / 8]
    assert points[:, 1] == pytest.approx([1 / 3, 2 / 3, 1 / 9, 4 / 9, 7 / 9, 2 / 9])
    assert halton(2000, 7).mean(axis=0) == pytest.approx([0.5] * 7, abs=0.01)


def test_order_and_neighbours_do_not_matter():
    """Equal scores go by id; a further zone changes no score."""
    rng = np.random.default_rng(1)
    rows = {f"Z{i:02d}": {name: rng.random() * value for name, value in FULL.items()} for i in range(30)}
    rows["Z30"] = dict(rows["Z05"])
    zones = zones_of(rows).assign(petals_n=[i % 11 for i in range(30)] + [5])
    first = rank_zones(zones, read_criteria(RULES), 15, Run())
    second = rank_zones(zones.iloc[::-1].reset_index(drop=True), read_criteria(RULES), 15, Run())
    pd.testing.assert_frame_equal(first, second)
    rank = first.set_index("zone_id")["rank"]
    assert rank["Z30"] == rank["Z05"] + 1
    assert first["keep_share"].sum() == pytest.approx(15, abs=0.01)
    fewer = rank_zones(zones.iloc[:20], read_criteria(RULES), 15, Run()).set_index("zone_id")["rank_score"]
    assert fewer.to_dict() == first.set_index("zone_id")["rank_score"][fewer.index].to_dict()


def test_delineations_side_by_side(run):
    """Two zones of 1 and 3 people-weighted gaps, and the same ground cut in half."""
    first = pd.DataFrame(
        {"zone_id": ["A", "B"], "area_m2": [100.0, 300.0], "floor_m2": [50.0, np.nan], "people": [10.0, 30.0],
         "petals_n": [2, 3], "score": [1.0, 2.0], "elder_gap": [0.2, 0.6], "child_gap": [np.nan, np.nan],
         "demolish_share": [0.0, 0.1], "geometry": [shapely.box(0, 0, 10, 10), shapely.box(10, 0, 40, 10)]}
    )  # fmt: skip
    half = first.iloc[:1].assign(geometry=[shapely.box(0, 0, 20, 10)]).reset_index(drop=True)
    criteria = read_criteria(envelope.load("zone-rules", "chongqing"))
    table = compare_delineations([("甲", first), ("乙", half)], criteria, run)
    assert table["delineation"].tolist() == ["甲", "乙"]
    assert table["zones_n"].tolist() == [2, 1]
    assert table["area_m2"].tolist() == [400.0, 100.0]
    assert table["floor_m2"].tolist() == [50.0, 50.0]
    assert table["elder_gap"].tolist() == [pytest.approx((0.2 * 10 + 0.6 * 30) / 40), 0.2]
    assert table["child_gap"].isna().all()
    assert table["demolish_share"].tolist() == [0.0, 0.0]  # B's floor area is not known
    assert table["same_share"].tolist() == [1.0, 0.5]
    assert table["unknown_n"].tolist() == [2, 1]
    ranked = rank_zones(first, criteria, 1, run)
    assert table["rank_mean"][0] == pytest.approx(ranked["rank_score"].mean(), abs=1e-6)  # as written


def test_zones_that_share_an_id_are_not_ranked():
    """Two districts put together had two ranks of one name."""
    twice = zones_of({"A": FULL, "B": FULL}).assign(zone_id=["A", "A"])
    for zones in (rank_zones, lambda *told: compare_delineations([("旧", twice)], told[1], told[3])):
        with pytest.raises(RenewalError) as told:
            zones(twice, read_criteria(RULES), 1, Run())
        assert (told.value.code, told.value.values["ids"]) == ("zones_same_id", ["A"])
