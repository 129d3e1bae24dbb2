"""Decisions on every re-run: the same land under another id, changed land, rules that have changed their mind."""

import pandas as pd
import pytest
from shapely.affinity import translate
from urban_renewal.core import frames
from urban_renewal.core.identity import geometry_hash

FLAT = {"use": "住宅", "floors": 6, "year": 1995, "structure": "混合", "lift": "无", "danger": "B"}


@pytest.fixture
def place(plots, houses):
    """Three plots with an old house each, and the fingerprints of their outlines."""
    parcels = plots(3, land_use=["0701"] * 3, ownership=["20"] * 3, czcsxm=["201"] * 3)
    return parcels, houses([(i, 0, 10, 10, FLAT) for i in range(3)]), geometry_hash(frames.geometries(parcels))


def review(parcel_id, geometry_hash, tag="none", day="2025-03-01", who="甲", rule_tag=None):
    return {"review_id": f"r-{parcel_id}-{day}", "parcel_id": parcel_id, "geometry_hash": geometry_hash, "tag": tag,
            "reviewer": who, "reviewed_at": day, "reason": "现场", "rule_tag": rule_tag}  # fmt: skip


def reviews(*rows):
    frame = pd.DataFrame(rows)
    return pd.DataFrame({name: frames.texts(frame[name]) for name in frame})


def codes(run):
    return {(item.layer, item.feature_id, item.code) for item in run.left_out if item.code.startswith("review")}


def apply(tag, place, table):
    parcels, buildings, _ = place
    return tag(parcels, buildings=buildings, reviews=table, original=frames.geometries(parcels))


def test_the_same_land_under_another_id_keeps_its_decision(tag, place):
    rows, run, _ = apply(tag, place, reviews(review("旧编号", place[2][1])))
    assert rows["tag_source"].tolist() == ["rule", "review", "rule"]
    assert ("REVIEWS", "r-旧编号-2025-03-01", "review_id_changed") in codes(run)


def test_ids_that_were_exchanged_do_not_exchange_decisions(tag, place):
    """P0 and P1 have swapped their names since: the decision stays with the land it was made of."""
    rows, run, _ = apply(tag, place, reviews(review("P0", place[2][1]), review("P1", place[2][0], "urban_village")))
    assert rows["tag"].tolist() == ["urban_village", "none", "old_compound"]
    assert {code for *_, code in codes(run)} == {"review_id_changed", "review_differs"}


def test_changed_land_is_flagged_and_what_was_decided_is_said(tag, place):
    rows, run, _ = apply(tag, place, reviews(review("P2", "0123456789abcdef", "urban_village", who="乙")))
    assert rows.loc["P2", ["tag", "tag_source"]].tolist() == ["old_compound", "rule"]
    assert rows.loc["P2", "tag_reason"].startswith(
        "曾由乙（2025-03-01）定为城中村，此后宗地图形已变，须重新复核。规则判断：老旧小区，符合条件"
    )
    assert codes(run) == {("REVIEWS", "r-P2-2025-03-01", "review_geometry_changed")}


@pytest.mark.parametrize("day", ["昨天", "2026-13-41", "2026-02-30", "", " "])
def test_without_a_date_that_can_be_read_nothing_is_recognised(tag, place, day):
    rows, run, _ = apply(tag, place, reviews(review("P2", place[2][2], day=day)))
    assert rows.loc["P2", "tag_source"] == "rule"
    assert {code for *_, code in codes(run)} == {"review_incomplete"}


def test_a_date_in_the_future_is_told(tag, place):
    """Mistyped it stands above every review to come."""
    rows, run, _ = apply(tag, place, reviews(review("P2", place[2][2], day="2099-03-01")))
    assert rows.loc["P2", "tag_source"] == "review"
    assert {code for *_, code in codes(run)} >= {"review_to_come"}
    _, run, _ = apply(tag, place, reviews(review("P2", place[2][2])))
    assert "review_to_come" not in {code for *_, code in codes(run)}


def test_a_newer_decision_of_the_changed_land_counts(tag, place):
    table = reviews(review("P2", "0123456789abcdef", day="2025-01-01"), review("P2", place[2][2], day="2025-06-01"))
    rows, _, _ = apply(tag, place, table)
    assert rows.loc["P2", "tag_source"] == "review"
    assert not rows.loc["P2", "tag_reason"].startswith("曾由")


def test_of_two_equal_outlines_none_is_the_moved_one(tag, place):
    parcels, buildings, prints = place
    twice = parcels.assign(geometry=[parcels["geometry"].iloc[0], translate(parcels["geometry"].iloc[0], 0, 0),
                                     parcels["geometry"].iloc[2]])  # fmt: skip
    rows, run, _ = apply(tag, (twice, buildings, prints), reviews(review("旧编号", prints[0])))
    assert set(rows["tag_source"]) == {"rule"}
    assert {code for *_, code in codes(run)} == {"review_parcel_missing"}


@pytest.mark.parametrize(
    ("tag_then", "decided", "code"),
    [
        ("old_compound", "old_compound", None), ("old_compound", "none", "review_differs"),
        ("none", "none", "review_rule_changed"), ("none", "old_compound", "review_rule_changed"),
        (None, "none", "review_differs"), (None, "old_compound", None),
    ],
)  # fmt: skip
def test_rules_that_have_changed_their_mind_are_shown(tag, place, tag_then, decided, code):
    """The rules say old_compound now."""
    rows, run, _ = apply(tag, place, reviews(review("P0", place[2][0], decided, rule_tag=tag_then)))
    assert rows.loc["P0", ["tag", "tag_source"]].tolist() == [decided, "review"]
    assert codes(run) == ({("PARCELS", "P0", code)} if code else set())
    if code == "review_rule_changed":
        told = next(item for item in run.left_out if item.code == code)
        assert told.values["was"] == "都不是"
        assert told.values["now"] == "老旧小区"


def test_order_of_reviews_changes_nothing(tag, place):
    table = reviews(
        review("P0", place[2][0], "none", "2025-01-01"), review("P0", place[2][0], "urban_village", "2025-05-01"),
        review("旧编号", place[2][1]), review("P2", "ffff"),
    )  # fmt: skip
    one, _, _ = apply(tag, place, table)
    other, _, _ = apply(tag, place, table.iloc[::-1].reset_index(drop=True))
    pd.testing.assert_frame_equal(one.drop(columns="geometry"), other.drop(columns="geometry"))


@pytest.mark.parametrize(
    ("first", "last"),
    [("2026-03-01T17:30:00+08:00", "2026-03-01T10:00:00+00:00"), ("2026/9/1", "2026/10/1")],
)
def test_the_latest_review_counts_whatever_its_zone_or_form(tag, place, first, last):
    """09:30 and 10:00 in Greenwich; September and October: as texts both would stand the other way round."""
    rows = [review("P0", place[2][0], "urban_village", last), review("P0", place[2][0], "none", first)]
    for table in (rows, rows[::-1]):
        tagged, _, _ = apply(tag, place, reviews(*table))
        assert tagged["tag"]["P0"] == "urban_village"
