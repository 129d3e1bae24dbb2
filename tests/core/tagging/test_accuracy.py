"""Accuracy against published and hand-worked numbers, field samples, merged reviews."""

import numpy as np
import pandas as pd
import pytest
import shapely
from urban_renewal.core.errors import Cancelled, RenewalError
from urban_renewal.core.run import Run
from urban_renewal.core.tagging.accuracy import choose_field_sample, compare_tags, sample_size, wilson
from urban_renewal.core.tagging.merging import merge_reviews


def tagged(rows):
    table = pd.DataFrame(rows, columns=["parcel_id", "tag", "tag_level", "tag_score"])
    table["tag_reason"] = "…"
    table["geometry"] = np.array([shapely.box(0, 0, 1, 1)] * len(table), dtype=object)
    return table


def test_kappa_of_a_textbook_table():
    # Cohen's table as on many pages: both yes 20, both no 15, 5 and 10 apart → agreement 0.7, kappa 0.4
    rows, truths = [], []
    for real, tag, count in (
        ("old_compound", "old_compound", 20), ("old_compound", "none", 5), ("none", "old_compound", 10),
        ("none", "none", 15),
    ):  # fmt: skip
        for _ in range(count):
            rows.append((f"p{len(rows):02}", tag, "confirmed" if tag != "none" else "none", 0.9))
            truths.append(real)
    truth = pd.DataFrame({"parcel_id": [row[0] for row in rows], "truth": truths})
    found = compare_tags(tagged(rows), truth, Run())
    assert np.isclose(found.accuracy, 0.7) and np.isclose(found.kappa, 0.4)
    row = found.matrix.set_index("class").loc["old_compound"]
    assert (row["n"], row["as_old_compound"], row["as_none"]) == (25, 20, 5)
    assert (row["precision"], row["recall"], row["f1"]) == (0.6667, 0.8, 0.7273)
    assert len(found.errors) == 15


def test_wilson_interval():
    # 10 of 100: 0.0552–0.1744 (Newcombe 1998, table I: 81 of 263 gives 0.2553–0.3662)
    assert np.allclose(wilson(81, 263), (81 / 263, 0.2553, 0.3662), atol=5e-5)
    assert np.isnan(wilson(0, 0)[0])


def test_suspected_counts_apart():
    rows = [
        ("a", "urban_village", "confirmed", 0.8),
        ("b", "urban_village", "suspected", 0.5),
        ("c", "none", "none", 0.1),
    ]
    truth = pd.DataFrame({"parcel_id": ["a", "b", "c", "x"], "truth": ["urban_village"] * 3 + ["none"]})
    run = Run()
    row = compare_tags(tagged(rows), truth, run).matrix.set_index("class").loc["urban_village"]
    assert np.isclose(row["recall"], 1 / 3, atol=1e-4) and np.isclose(row["recall_any"], 2 / 3, atol=1e-4)
    assert row["precision"] == 1
    assert [(item.feature_id, item.code) for item in run.left_out] == [("x", "truth_without_parcel")]
    with pytest.raises(RenewalError):
        compare_tags(tagged(rows), pd.DataFrame({"parcel_id": ["z"], "truth": ["none"]}), Run())


@pytest.mark.parametrize("turn", [1, -1])
def test_of_truths_that_differ_none_is_used_whatever_the_order(turn):
    """a has one truth twice, b two that differ, c one that is no class beside a class."""
    rows = [(name, "urban_village", "confirmed", 0.9) for name in "abc"]
    told = [("a", "urban_village"), ("a", "urban_village"), ("b", "none"), ("b", "urban_village"), ("c", "none"),
            ("c", "?")]  # fmt: skip
    run = Run()
    found = compare_tags(tagged(rows), pd.DataFrame(told[::turn], columns=["parcel_id", "truth"]), run)
    assert found.matrix.set_index("class")["n"][["urban_village", "none"]].tolist() == [1, 1]
    assert sorted((row.feature_id, row.code) for row in run.left_out) == [
        ("a", "truth_twice"), ("b", "truth_differs"), ("b", "truth_differs"), ("c", "truth_unknown"),
    ]  # fmt: skip
    with pytest.raises(RenewalError) as refused:
        compare_tags(tagged(rows[1:2]), pd.DataFrame(told, columns=["parcel_id", "truth"]), Run())
    assert (refused.value.code, refused.value.values) == ("truth_all_differ", {"n": 1})


def test_a_level_that_is_not_known_confirms_nothing():
    table = tagged([("a", "old_compound", "confirmed", 0.9), ("b", "old_compound", None, 0.9)])
    matrix = compare_tags(table, pd.DataFrame({"parcel_id": ["a", "b"], "truth": ["old_compound"] * 2}), Run()).matrix
    row = matrix.set_index("class").loc["old_compound"]
    assert (row["recall"], row["recall_any"]) == (0.5, 1.0)


def test_sample_sizes_of_cochran():
    assert sample_size(10**9, 0.05) == 385 and sample_size(1000, 0.05) == 278 and sample_size(50, 0.05) == 45
    assert sample_size(0, 0.05) == 0


def test_field_sample_takes_the_doubtful_first_and_is_repeatable():
    random = np.random.default_rng(2)
    rows = [(f"p{n:04}", random.choice(["old_compound", "none"]), "", float(random.random())) for n in range(900)]
    rows = [
        (a, tag, "none" if tag == "none" else random.choice(["confirmed", "suspected"]), score)
        for a, tag, _, score in rows
    ]
    table = tagged(rows)
    found = choose_field_sample(table, 0.05, 3, Run())
    doubtful = sorted(row[0] for row in rows if row[2] == "suspected")
    assert sorted(found["parcel_id"][: len(doubtful)]) == doubtful
    sure = sum(1 for row in rows if row[2] == "confirmed")
    assert (found["stratum"][found["why"] == "random"] == "old_compound").sum() == sample_size(sure, 0.05)
    mixed = table.sample(frac=1, random_state=1).reset_index(drop=True)
    pd.testing.assert_frame_equal(choose_field_sample(mixed, 0.05, 3, Run()), found)
    assert not choose_field_sample(table, 0.05, 4, Run())["parcel_id"].equals(found["parcel_id"])
    unscored = choose_field_sample(table.drop(columns="tag_score"), 0.05, 3, Run())  # a table with the tags alone
    assert set(unscored["parcel_id"]) == set(found["parcel_id"])


def test_tags_that_the_form_speaks_against_are_visited_after_the_suspected():
    rows = [("a", "old_compound", "confirmed", 0.9), ("b", "old_compound", "confirmed", 0.8),
            ("c", "old_compound", "suspected", 0.5), ("d", "old_compound", "confirmed", 0.7)]  # fmt: skip
    told = ['{"tag":"old_compound","taken":["quarter"]}', None, '{"taken":["quarter"]}', '{"taken":["self_built"]}']
    found = choose_field_sample(tagged(rows).assign(tag_evidence=told), 0.05, 3, Run())
    assert found["parcel_id"].tolist()[:2] == ["c", "a"] and sorted(found["parcel_id"][2:]) == ["b", "d"]
    assert found["why"].tolist() == ["suspected", "form", "random", "random"]


def test_nobody_is_sent_where_a_programme_has_begun_or_is_done():
    rows = [(f"p{n}", "old_compound", "suspected" if n < 2 else "confirmed", 0.5) for n in range(8)]
    state = ["renovated", "listed", "under_way", "expropriated", "none", None, "renovated", "none"]
    source = ["rule"] * 6 + ["review", "rule"]
    run = Run()
    found = choose_field_sample(tagged(rows).assign(programme=state, tag_source=source), 0.05, 1, run)
    assert found["parcel_id"].tolist()[0] == "p1" and sorted(found["parcel_id"]) == ["p1", "p4", "p5", "p7"]
    assert [(row.code, row.values) for row in run.messages] == [("sample_without_done", {"n": 3})]
    assert run.facts["of_old_compound_n"] == 3


def review(number, parcel, tag, who, day, shape="h1"):
    return {
        "review_id": number,
        "parcel_id": parcel,
        "geometry_hash": shape,
        "tag": tag,
        "reviewer": who,
        "reviewed_at": day,
    }


def test_merged_reviews_and_their_conflicts():
    first = pd.DataFrame([
        review("1", "a", "old_compound", "甲", "2025-01-01"), review("2", "b", "none", "甲", "2025-01-01"),
        review("3", "c", "none", "甲", "2025-01-01"), review("4", "c", "old_compound", "甲", "2025-02-01"),
    ])  # fmt: skip
    second = pd.DataFrame([
        review("1", "a", "old_compound", "甲", "2025-01-01"), review("5", "b", "urban_village", "乙", "2025-01-02"),
        review("6", "a", "none", "乙", "2025-01-01", shape="h2"),
    ])  # fmt: skip
    merged = merge_reviews([first, second], Run())
    assert sorted(merged.reviews["review_id"]) == ["1", "2", "3", "4", "5", "6"]
    told = merged.conflicts[["parcel_id", "review_id", "kept", "why"]].values.tolist()
    assert told == [["b", "2", 0, "other tag"], ["b", "5", 1, "other tag"]]  # 甲 changed their mind on c: no conflict


@pytest.mark.parametrize("share", [25, 55, 65])
def test_merging_hears_cancel_all_along(share):
    """A city's reviews of years take a second."""
    told = [0.0]
    run = Run(report=told.append, is_cancelled=lambda: told[-1] >= share)
    with pytest.raises(Cancelled):
        merge_reviews([pd.DataFrame([review("1", "a", "none", "甲", "2025-01-01")])], run)
    assert told[-1] <= share + 10


def test_one_id_with_two_contents_is_a_conflict():
    """An edited copy of a review; what is equal to the letter is one review, and ids that are missing are not equal."""
    first = pd.DataFrame([{**review("1", "a", "none", "甲", "2025-01-01"), "reason": "旧"}])
    other = pd.DataFrame([
        {**review("1", "a", "none", "甲", "2025-01-01"), "reason": "旧", "evidence": "照片"},
        review("", "b", "none", "甲", "2025-01-01"), review("", "c", "none", "乙", "2025-01-01"),
    ])  # fmt: skip
    run = Run()
    merged = merge_reviews([first, first, other], run)
    assert merged.conflicts[["review_id", "why"]].values.tolist() == [["1", "same id"]] * 2
    told = merged.reviews[["review_id", "reason", "evidence"]].fillna("").values.tolist()
    assert sorted(told) == [["", "", ""], ["", "", ""], ["1", "旧", ""], ["1", "旧", "照片"]]
    assert (run.facts["reviews_n"], run.facts["conflicts_n"]) == (4, 2)
    again = merge_reviews([merged.reviews, first], Run())
    assert len(again.reviews) == 4


def test_who_came_to_agree_is_no_longer_in_conflict():
    """乙 said otherwise first; 丙 still does, and stands against the last words of the others."""
    table = pd.DataFrame([
        review("1", "a", "none", "乙", "2025-01-01"), review("2", "a", "old_compound", "甲", "2025-01-02"),
        review("3", "a", "old_compound", "乙", "2025-01-03"), review("4", "b", "none", "乙", "2025-01-01"),
        review("5", "b", "old_compound", "甲", "2025-01-02"), review("6", "b", "old_compound", "乙", "2025-01-03"),
        review("7", "b", "urban_village", "丙", "2025-01-01"),
    ])  # fmt: skip
    merged = merge_reviews([table], Run())
    assert merged.conflicts[["review_id", "kept"]].values.tolist() == [["7", 0], ["5", 0], ["6", 1]]
    assert len(merged.reviews) == 7


def test_merging_tells_reviews_of_the_future():
    run, table = (
        Run(),
        pd.DataFrame([review("1", "a", "none", "甲", "2099-01-01"), review("2", "b", "none", "甲", "2025-01-01")]),
    )
    assert len(merge_reviews([table], run, ["甲的表"]).reviews) == 2
    (message,) = (item for item in run.messages if item.level == "warning")
    assert message.code == "reviews_to_come" and message.values == {"layer": "甲的表", "n": 1, "ids": ["a"]}


def test_of_reviews_of_several_zones_the_latest_is_kept():
    """09:30 in Greenwich in Chongqing, 10:00 in Greenwich: the second is the later one."""
    east = pd.DataFrame([review("1", "a", "none", "甲", "2026-03-01T17:30:00+08:00")])
    west = pd.DataFrame([review("2", "a", "old_compound", "乙", "2026-03-01T10:00:00+00:00")])
    for tables in ([east, west], [west, east]):
        told = merge_reviews(tables, Run()).conflicts[["review_id", "kept"]].values.tolist()
        assert told == [["1", 0], ["2", 1]]


def test_a_review_that_cannot_be_applied_is_not_the_one_that_counts():
    """No name, no readable date: every run leaves them out, so the earlier one is kept."""
    table = pd.DataFrame([
        review("1", "a", "none", "甲", "2026/9/1"), review("2", "a", "old_compound", " ", "2026/10/1"),
        review("3", "b", "none", "甲", "2026/9/1"), review("4", "b", "urban_village", "乙", "2026-13-41"),
    ])  # fmt: skip
    told = merge_reviews([table], Run()).conflicts[["review_id", "kept"]].values.tolist()
    assert sorted(told) == [["1", 1], ["2", 0], ["3", 1], ["4", 0]]


def test_a_list_written_by_hand_is_of_the_land_as_it_was_reviewed_last():
    """Without a fingerprint a review met no other one: two people disagreed and nobody was told."""
    study = pd.DataFrame([review("1", "a", "none", "甲", "2026-09-01"), review("2", "b", "none", "甲", "2026-09-01")])
    by_hand = pd.DataFrame([review("7", "a", "old_compound", "乙", "2026/10/1", shape=None)])
    told = merge_reviews([study, by_hand], Run()).conflicts[["review_id", "kept", "why"]].values.tolist()
    assert told == [["1", 0, "other tag"], ["7", 1, "other tag"]]


def test_of_two_outlines_reviewed_at_once_the_order_of_files_does_not_decide():
    """甲 reviewed the parcel in two outlines on one day; a list by hand is of the same one whatever comes first."""
    one = pd.DataFrame([review("1", "a", "none", "甲", "2026-09-01", shape="h1")])
    two = pd.DataFrame([review("2", "a", "none", "甲", "2026-09-01", shape="h2")])
    by_hand = pd.DataFrame([review("7", "a", "old_compound", "乙", "2026-10-01", shape=None)])
    told = [merge_reviews(tables, Run()).conflicts["review_id"].tolist()
            for tables in ([one, two, by_hand], [two, one, by_hand], [by_hand, two, one])]  # fmt: skip
    assert told == [["2", "7"]] * 3


def test_tags_in_chinese_are_the_same_tags():
    study = pd.DataFrame([review("1", "a", "old_compound", "甲", "2026-09-01")])
    by_hand = pd.DataFrame([review("7", "a", "老旧小区 ", "乙", "2026/10/1")])
    merged = merge_reviews([study, by_hand], Run())
    assert merged.reviews["tag"].tolist() == ["old_compound"] * 2 and not len(merged.conflicts)


def test_parcels_that_bear_no_class_are_not_compared():
    """A tag of another layer, or none at all, is listed; where nothing else is left, that is said."""
    rows = [("a", "old_compound", "confirmed", 0.9), ("b", "老旧小区", "confirmed", 0.9), ("c", None, None, None)]
    layer = tagged(rows)
    truth = pd.DataFrame({"parcel_id": ["a", "b", "c"], "truth": ["old_compound"] * 3})
    run = Run()
    found = compare_tags(layer, truth, run)
    assert (found.accuracy, int(found.matrix["n"].sum())) == (1.0, 1)
    assert [(row.feature_id, row.code) for row in run.left_out] == [
        ("b", "tagged_class_unknown"), ("c", "tagged_class_unknown"),
    ]  # fmt: skip
    with pytest.raises(RenewalError) as refused:
        compare_tags(layer.iloc[1:], truth, Run())
    assert (refused.value.code, refused.value.values["n"]) == ("tagged_class_none", 2)


def test_classes_that_nobody_knows_are_no_ids_that_differ():
    truth = pd.DataFrame({"parcel_id": ["a", "b"], "truth": ["foo", None]})
    with pytest.raises(RenewalError) as told:
        compare_tags(tagged([("a", "none", "none", 0.1)]), truth, Run())
    assert (told.value.code, told.value.values) == ("truth_no_class", {"n": 2, "words": ["foo", "—"]})


def test_a_sample_of_parcels_without_tags_says_so():
    run = Run()
    choose_field_sample(
        tagged([("a", None, "none", 0.1), ("b", "村", "none", 0.1), ("c", "none", "none", 0.1)]), 0.05, 1, run
    )
    assert [(row.code, row.values) for row in run.messages] == [("tags_unknown", {"n": 2, "words": ["—", "村"]})]


def _reviews(**columns):
    rows = {"review_id": ["1", "2"], "parcel_id": ["a", "b"], "geometry_hash": "", "tag": "none", "reviewer": "甲",
            "reviewed_at": "2025-03-01"}  # fmt: skip
    return pd.DataFrame({**rows, **columns})


def test_merging_tells_what_no_run_will_apply():
    run = Run()
    tables = [_reviews(), _reviews().iloc[:0], _reviews(tag=["村庄", "none"], review_id=["3", "4"])]
    nowhere = _reviews(parcel_id=["", ""], geometry_hash=["h", ""], review_id=["5", "6"])
    tables.append(pd.concat([nowhere, _reviews(parcel_id="", geometry_hash="h2", review_id=["7", "8"])]))
    merged = merge_reviews(tables, run, ["甲", "空", "乙", "丙"])
    assert len(merged.reviews) == 8  # a later merge finds all of them
    assert [(row.code, row.values) for row in run.messages] == [
        ("layer_adds_nothing", {"layer": "空"}),
        ("reviews_incomplete", {"layer": "乙", "n": 1, "of": 2, "ids": ["a"]}),
        ("reviews_incomplete", {"layer": "丙", "n": 1, "of": 4, "ids": ["—"]}),
    ]


def test_merging_nothing_is_refused():
    with pytest.raises(RenewalError) as told:
        merge_reviews([_reviews().iloc[:0]] * 2, Run(), ["甲", "乙"])
    assert (told.value.code, told.value.values) == ("reviews_none", {"n": 2})
