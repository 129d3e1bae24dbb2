"""Whole runs by hand: scores, levels and words of single parcels."""

import datetime
import json

import numpy as np
import pandas as pd
import pytest
import shapely
from shapely.affinity import translate
from urban_renewal.core import frames
from urban_renewal.core.errors import Cancelled
from urban_renewal.core.identity import geometry_hash
from urban_renewal.core.run import Run
from urban_renewal.core.tagging.indicators import in_dense_quarter, village_homes
from urban_renewal.core.tagging.intervals import between, exact
from urban_renewal.core.tagging.tags import Sources, land_classes, tag_parcels

AS_OF = datetime.date(2025, 12, 31)

FLAT = {"use": "住宅", "floors": 6, "year": 1995, "structure": "混合", "lift": "无", "danger": "B"}


@pytest.mark.parametrize(("year", "is_told"), [(2030, False), (2031, True), ("2060年", True), ("1995", False)])
def test_a_year_that_has_not_been_is_told_and_unknown(tag, plots, houses, year, is_told):
    """As of 2025: what is being built is ready by 2030."""
    parcels, flats = plots(1, land_use=["0701"]), [(0, i, 10, 15, FLAT) for i in range(3)]
    rows, run, _ = tag(parcels, buildings=houses([*flats, (0, 3, 10, 15, {**FLAT, "year": year})]))
    without, _, _ = tag(parcels, buildings=houses([*flats, (0, 3, 10, 15, {**FLAT, "year": None})]))
    told = [item.values for item in run.messages if item.code == "years_to_come"]
    assert bool(told) == is_told
    if is_told:
        assert told[0]["n"] == len(told[0]["ids"]) == 1 and told[0]["year"] == 2030
        assert rows.loc["P0", ["year_hi", "tag_score", "tag_known"]].equals(
            without.loc["P0", ["year_hi", "tag_score", "tag_known"]])  # fmt: skip


def test_old_compound_by_hand(tag, plots, houses):
    """Age 0.8·0.5, walk-up 0.2, brick 0.2, upkeep unknown: 0.8, at most 0.9."""
    parcels = plots(1, land_use=["0701"], ownership=["20"], czcsxm=["201"])
    rows, _, _ = tag(parcels, buildings=houses([(0, i, 10, 15, FLAT) for i in range(4)]))
    row = rows.loc["P0"]
    assert (row["tag"], row["tag_level"], row["tag_source"]) == ("old_compound", "confirmed", "rule")
    assert row["tag_score"] == pytest.approx(0.8)
    assert row["tag_known"] == pytest.approx(0.9)
    evidence = json.loads(row["tag_evidence"])
    assert evidence["score_max"] == pytest.approx(0.9)
    age = evidence["criteria"][0]
    assert (age["m_lo"], age["m_hi"], age["weight"], age["values"]) == (0.8, 0.8, 0.5, {"old_share": [1, 1]})
    assert row["tag_reason"] == (
        "老旧小区，符合条件（待认定）0.80：2000年底前建成建筑面积占 100%；6 层无电梯 4 栋；"
        "砖混、砖木或C、D级占 100%；物业或停车：资料缺失"
    )
    assert (row["bldg_n"], row["lift_need_n"], row["floor_m2"]) == (4, 4, 3600)
    assert row["far_gross"] == pytest.approx(3600 / 6400, abs=1e-4)
    assert row["coverage"] == pytest.approx(600 / 6400, abs=1e-4)


def test_english_words(tag, plots, houses):
    parcels = plots(1, land_use=["0701"], ownership=["20"], czcsxm=["201"])
    rows, _, _ = tag(parcels, language="en", buildings=houses([(0, 0, 10, 10, FLAT)]))
    assert rows.loc["P0", "tag_reason"].startswith("Old compound, meets the conditions (to be recognised) 0.80: 100%")


def test_missing_reads_missing_never_no(tag, plots, houses):
    """Only the years are told: 0.4 suffices for suspected, everything else is 资料缺失."""
    parcels = plots(1, land_use=["0701"], czcsxm=["201"])
    rows, _, _ = tag(parcels, buildings=houses([(0, 0, 10, 10, {"use": "住宅", "year": "90年代"})]))
    row = rows.loc["P0"]
    assert (row["tag"], row["tag_level"], row["tag_score"]) == ("old_compound", "suspected", 0.4)
    assert row["tag_reason"].count("资料缺失") == 3
    assert pd.isna(row["lift_need_n"])
    assert pd.isna(row["floor_m2"])


def test_nothing_told_is_no_no(tag, plots, houses):
    """A plot of which nothing is known may be anything; one that is known to be none of it reads 均不符合."""
    rows, _, _ = tag(plots(1))
    assert rows.loc["P0", "tag_reason"] == (
        "未达疑似；资料缺失，补齐后可能为：老旧小区 0.00–1.00（缺：住宅占比、建成年代、无电梯多层住宅、结构或危房等），"
        "城中村 0.00–1.00（缺：有建筑、集体土地或城镇内宅基地、城镇开发边界内、连片栋数等），"
        "闲置厂房 0.00–1.00（缺：工业建筑面积或工业用地占比、有建筑、闲置迹象、活动信号等）"
    )
    parcels = plots(1, land_use=["05H1"], ownership=["20"], czcsxm=["201"], in_boundary=[0])
    house = {"use": "商业", "floors": 20, "year": 2015, "structure": "框架", "lift": "有", "danger": "A"}
    rows, _, _ = tag(parcels, buildings=houses([(0, 0, 40, 40, house)]))
    assert rows.loc["P0", ["tag", "tag_level", "tag_reason"]].tolist() == ["none", "none", "均不符合"]


def test_self_built_is_no_old_compound(tag, plots, houses):
    parcels = plots(2, land_use=["0701", "0702"], ownership=["30", "20"], czcsxm=["201", "201"])
    rows, _, _ = tag(parcels, buildings=houses([(i, 0, 10, 10, FLAT) for i in (0, 1)]))
    assert list(rows["tag"] == "old_compound") == [False, False]


def village(i):
    return [(i, k, 12, 12, {"use": "住宅", "floors": 4, "year": 1998, "structure": "砖混"}) for k in range(16)]


def test_village_needs_more_than_ownership_and_boundary(tag, plots, houses):
    """Collective land inside the boundary without known shape: 0.45 + 0.15 = 0.60 < 0.70."""
    parcels = plots(1, land_use=["0702"], ownership=["30"], czcsxm=["201"], in_boundary=[1])
    rows, _, _ = tag(parcels, buildings=houses([(0, 0, 70, 70, {"use": "工业", "floors": 1})]))
    assert rows.loc["P0", "tag_level"] == "suspected"
    assert rows.loc["P0", "tag"] == "urban_village"


def test_village_by_hand(tag, plots, houses):
    """Land 0.45, boundary 0.15, 16 of 10–20 buildings 0.6·0.1, 0.64 ha 0.05, coverage 0.36: 0.4·0.1, form 0.03: 0.78.

    The gap of 8 m scores 0, one direction 0. Confirmed: 0.78 is 0.7 or more, and ownership is known.
    """
    parcels = plots(1, land_use=["0702"], ownership=["30"], czcsxm=["201"], in_boundary=[0.5])
    rows, _, _ = tag(parcels, buildings=houses(village(0)))
    row = rows.loc["P0"]
    assert row["tag_score"] == pytest.approx(0.78, abs=1e-6)
    assert row["tag_level"] == "confirmed"
    assert (row["gap_med_m"], row["foot_med_m2"], row["floors_med"]) == (8, 144, 4)


def test_plots_across_a_lane_are_one_village(tag, plots, houses):
    """Two plots of 16 buildings 10 m apart are a patch of 32; the third is one of 16."""
    parcels = plots(3, land_use=["0702"] * 3, ownership=["30"] * 3, czcsxm=["201"] * 3, in_boundary=[1] * 3)
    buildings = houses(village(0) + village(1) + village(2))
    for table in (parcels, buildings):
        near = [shapely.get_coordinates(shape)[0, 0] for shape in table["geometry"]]
        moved = [translate(shape, -110) if 200 <= x < 300 else shape for shape, x in zip(table["geometry"], near)]
        table["geometry"] = moved
    rows, _, _ = tag(parcels, buildings=buildings)
    assert list(rows["tag_level"]) == ["confirmed"] * 3
    assert list(rows["tag_score"]) == pytest.approx([0.82, 0.82, 0.78])


def test_a_village_turned_state_owned_is_one_patch_with_its_neighbour(tag, plots, houses):
    """Ownership is weighted, never a `where` (method notes §1): 16 houses on collective, 16 on state land 10 m off.

    Both stand in a patch of 32. State land, code 0701, inside the boundary, houses of 2010: 0.15 + 0.10 + 0.05 + 0.04
    (coverage 0.36) + 0.03 (form) = 0.37, no tag by itself; the neighbour 0.82.
    """
    parcels = plots(2, land_use=["0702", "0701"], ownership=["30", "20"], czcsxm=["201"] * 2, in_boundary=[1, 1])
    parcels.loc[1, "geometry"] = translate(parcels.loc[1, "geometry"], -110)
    buildings = houses(village(0) + village(0)).assign(year="2010", lift="有")
    shapes = enumerate(buildings["geometry"])
    buildings["geometry"] = [translate(shape, 90) if i >= 16 else shape for i, shape in shapes]
    rows, _, _ = tag(parcels, buildings=buildings)
    assert rows.loc["P0", ["tag", "tag_level"]].tolist() == ["urban_village", "confirmed"]
    assert rows.loc["P0", "tag_score"] == pytest.approx(0.82)
    state = json.loads(rows.loc["P1", "tag_evidence"])
    assert state["classes"]["urban_village"]["score"] == pytest.approx(0.37)


def test_a_hall_beside_a_village_is_no_part_of_it(tag, plots, houses):
    """The same two plots, halls on the second: neither makes the other a patch of 20 buildings, halls are no patch."""
    parcels = plots(2, land_use=["0702", "0601"], ownership=["30"] * 2, czcsxm=["201"] * 2, in_boundary=[1, 1])
    parcels.loc[1, "geometry"] = translate(parcels.loc[1, "geometry"], -110)
    halls = [(0, k, 12, 12, {"use": "厂房", "floors": 1}) for k in range(16)]
    buildings = houses(village(0) + halls)
    buildings["geometry"] = [
        translate(shape, 90) if i >= 16 else shape for i, shape in enumerate(buildings["geometry"])
    ]
    rows, _, _ = tag(parcels, buildings=buildings)
    assert list(rows["tag"]) == ["urban_village", "urban_village"]
    assert list(rows["tag_level"]) == ["confirmed", "suspected"]
    assert list(rows["tag_score"]) == pytest.approx(
        [0.78, 0.6225]
    )  # halls: land 0.45, boundary 0.15, 3 of 4 of form 0.03
    told = [json.loads(text)["criteria"][1]["values"] for text in rows["tag_evidence"]]
    assert told == [{"patch_bldg_n": [16, 16]}, {"patch_bldg_n": [0, 0]}]


@pytest.mark.parametrize(("side", "joined"), [(14, True), (15, False)])
def test_resettlement_slabs_beside_a_village_are_no_part_of_it(tag, plots, houses, side, joined):
    """Houses of 14 × 14 = 196 m² make a patch of 32 with the village 10 m off; those of 15 × 15 = 225 m² make none."""
    parcels = plots(2, land_use=["0702", "0701"], ownership=["30"] * 2, czcsxm=["201"] * 2, in_boundary=[1, 1])
    parcels.loc[1, "geometry"] = translate(parcels.loc[1, "geometry"], -110)
    slabs = [(0, k, side, side, {"use": "住宅", "floors": 7}) for k in range(16)]
    buildings = houses(village(0) + slabs)
    buildings["geometry"] = [
        translate(shape, 90) if i >= 16 else shape for i, shape in enumerate(buildings["geometry"])
    ]
    rows, _, _ = tag(parcels, buildings=buildings)
    told = [json.loads(text)["criteria"][1]["values"] for text in rows["tag_evidence"]]
    assert told == (
        [{"patch_bldg_n": [32, 32]}] * 2 if joined else [{"patch_bldg_n": [16, 16]}, {"patch_bldg_n": [0, 0]}]
    )
    assert rows.loc["P1", "tag_level"] == ("confirmed" if joined else "suspected")


def test_a_ruleset_without_the_limit_takes_houses_of_any_size():
    """Rulesets handed on before the limit existed judge as they did."""
    values = {"resid_share": exact(np.array([1.0])), "foot_med_m2": exact(np.array([400.0]))}
    assert list(village_homes(values, {}).lo) == [1]
    assert list(village_homes(values, {"village_foot_m2": 200}).hi) == [0]


def test_a_patch_of_unknown_use_is_an_interval(tag, plots, houses):
    """Nobody says what 16 houses are used for, nor what the land is: perhaps no patch, at most one of 16."""
    parcels = plots(1, ownership=["30"], in_boundary=[1])
    rows = [(0, k, 12, 12, {"floors": 4}) for k in range(16)]
    found, _, _ = tag(parcels, buildings=houses(rows))
    criteria = {item["criterion"]: item for item in json.loads(found.loc["P0", "tag_evidence"])["criteria"]}
    assert criteria["patch_bldg_n"]["values"] == {"patch_bldg_n": [0, 16]}
    assert found.loc["P0", "tag_level"] != "confirmed"


def test_without_buildings_nothing_is_confirmed(tag, plots):
    parcels = plots(
        3, land_use=["0702", "0601", "0701"], ownership=["30", "20", "20"], czcsxm=["201"] * 3, in_boundary=[1, 1, 1],
        tbxhdm=["", "FQ", ""],
    )  # fmt: skip
    rows, _, _ = tag(parcels)
    assert "confirmed" not in set(rows["tag_level"])
    assert rows.loc["P1", ["tag", "tag_level"]].tolist() == ["idle_factory", "suspected"]
    assert "有建筑：资料缺失" in rows.loc["P1", "tag_reason"]


def factory(i):
    return [(i, 0, 40, 30, {"use": "厂房", "floors": 1})]


def records(rows):
    frame = pd.DataFrame(rows, columns=["parcel_id", "stream", "value", "date"])
    return frame.astype({"parcel_id": frames.TEXT, "stream": frames.TEXT, "date": frames.TEXT, "value": float})


def test_two_failed_streams_confirm_and_one_does_not(tag, plots, houses):
    parcels = plots(3, land_use=["0601"] * 3, czcsxm=["201"] * 3, tbxhdm=["FQ", "", ""])
    table = records([
        ("P1", "power", 0.0, "2025-06"), ("P1", "poi", 3.0, "2023-05-01"),
        ("P2", "power", 0.0, "2025-06"), ("P2", "firm", 1.0, "2025-12-01"),
    ])  # fmt: skip
    rows, _, _ = tag(parcels, buildings=houses(factory(0) + factory(1) + factory(2)), activity=table)
    assert list(rows["tag"]) == ["idle_factory"] * 3
    assert list(rows["tag_level"]) == ["confirmed", "confirmed", "suspected"]
    assert list(rows["tag_score"]) == pytest.approx([1.0, 1.0, 0.275 + 0.45])
    assert rows.loc["P1", ["stream_fail_n", "stream_known_n", "active_last"]].tolist() == [2, 2, "2023-05-01"]
    assert rows.loc["P2", ["stream_fail_n", "stream_known_n", "active_last"]].tolist() == [1, 2, "2025-12-01"]


def test_a_factory_with_every_signal_alive_is_no_suspect(tag, plots, houses):
    parcels = plots(2, land_use=["0601"] * 2, czcsxm=["201"] * 2, tbxhdm=["", "FQ"])
    alive = [(f"P{i}", stream, None, "2025-10-01") for i in (0, 1)
             for stream in ("power", "water", "firm", "poi", "visit")]  # fmt: skip
    rows, _, _ = tag(parcels, buildings=houses(factory(0) + factory(1)), activity=records(alive))
    assert list(rows["tag"]) == ["none", "idle_factory"]


def test_a_factory_is_no_suspect_by_its_form_when_signals_are_told_and_none_failed(tag, plots, houses):
    """ "One failed, or none known, is suspected at most" (method notes §1); never idle by form alone.

    Form 0.45 on all four: a firm alive and all else unknown; nothing known; a firm alive, no POI left; FQ with a firm.
    """
    parcels = plots(4, land_use=["0601"] * 4, czcsxm=["201"] * 4, tbxhdm=["", "", "", "FQ"])
    told = [("P0", "firm", None, "2025-10-01"), ("P2", "firm", None, "2025-10-01"), ("P2", "poi", 0.0, "2025-10-01"),
            ("P3", "firm", None, "2025-10-01")]  # fmt: skip
    rows, _, _ = tag(parcels, buildings=houses([row for i in range(4) for row in factory(i)]), activity=records(told))
    assert list(rows["tag_level"]) == ["none", "suspected", "suspected", "confirmed"]
    against = json.loads(rows.loc["P0", "tag_evidence"])["classes"]["idle_factory"]
    assert against == {"score": 0.45, "score_max": 1.0, "where_false": ["idle_signs_n"]}


def test_where_no_use_is_told_the_land_says_whether_it_is_works(tag, plots, houses):
    """Large low roofs, no use told: no factory on housing land, a suspect on works' land and where no code is told."""
    parcels = plots(3, land_use=["0701", "0601", None], czcsxm=["201"] * 3)
    halls = [(i, 0, 40, 30, {"floors": 1}) for i in range(3)]
    rows, _, _ = tag(parcels, buildings=houses(halls))
    assert list(rows["tag"]) == ["none", "idle_factory", "idle_factory"]
    assert "confirmed" not in set(rows["tag_level"])
    assert list(rows["indus_share"].isna()) == [False, False, True]


def test_cleared_land_and_reused_halls_are_no_idle_factories(tag, plots, houses):
    parcels = plots(3, land_use=["0601"] * 3, czcsxm=["201"] * 3, tbxhdm=["FQ"] * 3)
    facts = pd.DataFrame({"parcel_id": frames.texts(["P1"]), "name": frames.texts(["已盘活"]), "value": [1.0]})
    office = [(2, 0, 40, 30, {"use": "办公", "floors": 1})]
    rows, _, _ = tag(parcels, buildings=houses(factory(1) + office), facts=facts)
    assert list(rows["tag"]) == ["none"] * 3


def test_reviews_stand_while_the_shape_stands(tag, plots, houses):
    parcels = plots(3, land_use=["0701"] * 3, ownership=["20"] * 3, czcsxm=["201"] * 3)
    hashes = list(geometry_hash(frames.geometries(parcels)))
    reviews = pd.DataFrame({
        "review_id": frames.texts(["r1", "r2", "r3", "r4", "r5"]),
        "parcel_id": frames.texts(["P0", "P0", "P1", "P2", "P9"]),
        "geometry_hash": frames.texts([hashes[0], hashes[0], "0000", hashes[2], None]),
        "tag": frames.texts(["none", "urban_village", "none", "none", "none"]),
        "reviewer": frames.texts(["甲", "乙", "甲", None, "甲"]),
        "reviewed_at": frames.texts(["2025-01-01", "2025-02-01", "2025-01-01", "2025-01-01", "2025-01-01"]),
        "reason": frames.texts(["", "现场确认", "", "", ""]),
    })  # fmt: skip
    buildings = houses([(i, 0, 10, 10, FLAT) for i in range(3)])
    rows, run, _ = tag(parcels, buildings=buildings, reviews=reviews, original=frames.geometries(parcels))
    row = rows.loc["P0"]
    assert row[["tag", "tag_level", "tag_source", "tag_second"]].tolist() == [
        "urban_village", "confirmed", "review", "old_compound",
    ]  # fmt: skip
    assert row["tag_reason"].startswith("城中村，已认定（乙，2025-02-01）：现场确认。规则判断：老旧小区，符合条件")
    assert list(rows.loc[["P1", "P2"], "tag_source"]) == ["rule", "rule"]
    found = {(item.feature_id, item.code) for item in run.left_out if item.layer == "REVIEWS"}
    assert found == {("r3", "review_geometry_changed"), ("r4", "review_incomplete"), ("r5", "review_parcel_missing")}
    assert ("P0", "review_differs") in {(item.feature_id, item.code) for item in run.left_out}
    assert "已认定" not in rows.loc["P1", "tag_reason"]


def test_summary_adds_up_exactly(tag, plots, houses):
    parcels = plots(5, land_use=["0701", "0601", "0701", "0702", "0701"], czcsxm=["201"] * 5)
    _, _, found = tag(parcels, buildings=houses([(i, 0, 9.37, 10.01, FLAT) for i in range(5)]))
    assert found.summary["parcels_n"].sum() == 5
    for name in ("area_m2", "floor_m2"):
        cents = np.rint(found.parcels[name] * 100).sum()
        assert np.rint(found.summary[name] * 100).sum() == cents


def test_order_of_rows_changes_nothing(tag, plots, houses):
    rng = np.random.default_rng(7)
    parcels = plots(6, land_use=["0701", "0702", "0601"] * 2, ownership=["20", "30", None] * 2, czcsxm=["201"] * 6)
    rows = [(i, k, 8 + k / 3, 11.7, {"use": ["住宅", "厂房"][k % 2], "floors": k % 7 + 1, "year": 1985 + 2 * k,
             "structure": "混合"}) for i in range(6) for k in range(12)]  # fmt: skip
    buildings = houses(rows)
    first, _, _ = tag(parcels, buildings=buildings)
    shuffled = (table.iloc[rng.permutation(len(table))].reset_index(drop=True) for table in (parcels, buildings))
    moved, mixed = shuffled
    second, _, _ = tag(moved, buildings=mixed)
    pd.testing.assert_frame_equal(first.drop(columns="geometry"), second.loc[first.index].drop(columns="geometry"))


def test_no_parcels_no_rows(tag, plots, houses):
    _, _, found = tag(plots(1).iloc[:0], buildings=houses([(0, 0, 10, 10, FLAT)]))
    assert (len(found.parcels), len(found.summary)) == (0, 0)


def test_cancel_is_heard(plots, houses, ruleset):
    run = Run(is_cancelled=lambda: True)
    with pytest.raises(Cancelled):
        tag_parcels(Sources(plots(2), AS_OF, buildings=houses([(0, 0, 10, 10, FLAT)])), ruleset, run)


@pytest.mark.parametrize("column", ["year", "floors", "structure", "danger", "lift"])
def test_masking_a_building_value_never_confirms(tag, plots, houses, column):
    """From the layer on: some buildings lose a value, and no parcel becomes confirmed.

    Storeys are weights: without them the residential share, a `where`, may become unknown, and none → suspected.
    """
    rng, n = np.random.default_rng(11), 60
    parcels = plots(
        n, land_use=rng.choice(["0701", "0601", "0702"], n), ownership=rng.choice(["20", "30"], n), czcsxm=["201"] * n,
        tbxhdm=rng.choice(["FQ", "HD"], n), in_boundary=rng.random(n),
    )  # fmt: skip
    rows = [(i, k, 9 + k % 4, 11, {
        "use": rng.choice(["住宅", "厂房"]), "floors": rng.integers(1, 9), "year": rng.integers(1982, 2012),
        "structure": rng.choice(["砖混", "框架"]), "danger": rng.choice(["A", "C"]), "lift": rng.choice(["有", "无"]),
    }) for i in range(n) for k in range(rng.integers(1, 8))]  # fmt: skip
    buildings = houses(rows)
    before, _, _ = tag(parcels, buildings=buildings)
    masked = buildings.copy()
    masked[column] = masked[column].mask(rng.random(len(masked)) < 0.5)
    after, _, _ = tag(parcels, buildings=masked)
    order = {"none": 0, "suspected": 1, "confirmed": 2}
    was, now = before["tag_level"].map(order).to_numpy(), after["tag_level"].map(order).to_numpy()
    assert (was == 2).sum() >= 10
    assert not ((now == 2) & (was < 2)).any()
    assert column == "floors" or (now <= was).all()


@pytest.mark.parametrize(("width", "gap_m", "told"), [(15.6, 4.4, True), (15.5, 4.5, False)])
def test_a_compound_in_a_dense_quarter_of_small_houses_says_so(tag, plots, houses, width, gap_m, told):
    """32 flats of 15.6 × 12 m on state land, 4.4 m apart: by the rules a compound, by their form perhaps none.

    Age 0.8·0.5, walk-up 0.2, brick 0.2: 0.8, confirmed either way (no condition of form is asked).
    """
    parcels = plots(2, land_use=["0701"] * 2, ownership=["20"] * 2, czcsxm=["201"] * 2)
    parcels.loc[1, "geometry"] = translate(parcels.loc[1, "geometry"], -110)
    buildings = houses([(0, k, width, 12, FLAT) for k in range(16)] * 2)
    shapes = enumerate(buildings["geometry"])
    buildings["geometry"] = [translate(shape, 90) if i >= 16 else shape for i, shape in shapes]
    rows, run, _ = tag(parcels, buildings=buildings)
    assert rows["gap_med_m"].tolist() == pytest.approx([gap_m] * 2)
    assert rows[["tag", "tag_level"]].to_numpy().tolist() == [["old_compound", "confirmed"]] * 2
    assert [("可能为老街" in text) for text in rows["tag_reason"]] == [told] * 2
    taken = [json.loads(text).get("taken", []) for text in rows["tag_evidence"]]
    assert taken == [["quarter"] if told else []] * 2
    assert [note.values for note in run.messages if note.code == "quarter_untold"] == ([{"n": 2}] if told else [])


def test_sixteen_houses_are_no_quarter(tag, plots, houses):
    """16 houses 4.4 m apart, of 20 that a quarter has; a ruleset without the limits knows none."""
    parcels = plots(1, land_use=["0701"], ownership=["20"], czcsxm=["201"])
    rows, _, _ = tag(parcels, buildings=houses([(0, k, 15.6, 12, FLAT) for k in range(16)]))
    assert "taken" not in json.loads(rows.loc["P0", "tag_evidence"])
    values = {"resid_share": exact(np.ones(1)), "patch_bldg_n": exact(np.full(1, 99.0)), "gap_med_m": exact(np.ones(1))}
    assert in_dense_quarter(values, {"quarter_bldg_n": 20, "quarter_gap_m": 4.4}).tolist() == [True]
    assert in_dense_quarter(values, {}).tolist() == [False]
    unknown_gap = {**values, "gap_med_m": between(np.full(1, -np.inf), np.full(1, np.inf))}
    assert in_dense_quarter(unknown_gap, {"quarter_bldg_n": 20, "quarter_gap_m": 4.4}).tolist() == [False]


def test_land_use_told_by_names_alone_asks_for_no_scheme():
    """The names mean the same in every scheme: none is told as found, none as to be verified."""
    run = Run()
    words = pd.Series(["城镇住宅用地", "工业用地", None], dtype="string")
    assert list(land_classes(pd.DataFrame({"land_use": words}), "auto", run)) == ["resid", "indus", None]
    assert [message.code for message in run.messages] == ["land_use_by_name"]
