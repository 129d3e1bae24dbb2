"""The checks of layers before a run; towns drawn by hand, every answer countable."""

import itertools

import numpy as np
import pandas as pd
import pytest
import shapely
from scipy import stats
from urban_renewal.core.inputs import checks, placement
from urban_renewal.core.run import Run


def found(run):
    return [(row.feature_id, row.code, row.values) for row in run.left_out]


def test_overlaps_and_slivers():
    shapes = [
        shapely.box(0, 0, 10, 10),
        shapely.box(10, 0, 20, 10),  # shares an edge only
        shapely.box(18, 0, 28, 10),  # 2 m × 10 m over its neighbour
        shapely.box(27.95, 0, 40, 10),  # 0.5 m²: not worth telling
        shapely.box(100, 0, 400, 1),  # a strip: 4π·300 ÷ 602² = 0.010
        shapely.box(0, 100, 3, 103),  # 9 m²
        shapely.box(0, 200, 2, 205),  # exactly 10 m² stays
    ]
    table = pd.DataFrame({"parcel_id": list("abcdefg"), "geometry": shapes})
    run = Run()
    checks.check_polygons(table, "PARCELS", "parcel_id", run)
    assert found(run) == [
        ("e", "polygon_sliver", {"area_m2": 300.0}),
        ("f", "polygon_sliver", {"area_m2": 9.0}),
        ("b", "polygons_overlap", {"other": "c", "area_m2": 20.0}),
    ]


def test_missing_and_sparse_columns():
    table = pd.DataFrame({"year": ["1990", None, None], "floors": ["6", "6", None]})
    run = Run()
    checks.check_columns(table, "BUILDINGS", {"year": "warning", "floors": "warning", "use": "error"}, run)
    assert [(row.code, row.severity, row.values["column"]) for row in run.left_out] == [
        ("column_sparse", "warning", "year"),
        ("column_missing", "error", "use"),
    ]


def test_unknown_words_are_counted_once_each():
    table = pd.DataFrame({"facility_id": list("abc"), "kind": ["nurs", "网吧", "网吧"]})
    run = Run()
    checks.check_values(table, "FACILITIES", "facility_id", "kind", frozenset({"nurs"}), run)
    assert [(row.feature_id, row.n, row.values["word"]) for row in run.left_out] == [("b", 2, "网吧")]


@pytest.mark.parametrize(("distance", "expected"), [(49.9, 1), (50.0, 1), (50.1, 0)])
def test_doubles_within_fifty_metres(distance, expected):
    points = shapely.points([[0, 0], [distance, 0], [10, 0]])
    table = pd.DataFrame({"facility_id": list("abc"), "kind": ["nurs", "nurs", "kgar"], "geometry": points})
    run = Run()
    checks.check_doubles(table, "FACILITIES", run)
    assert len(run.left_out) == expected


def test_people_that_cannot_be():
    ages = {"pop_0_2": [5, 5], "pop_3_5": [5, 5], "pop_6_14": [5, 5], "pop_60": [90, 85], "pop_65": [10, 10]}
    table = pd.DataFrame({"community_id": ["a", "b"], "pop": [100.0, 100.0], **ages})
    table.loc[1, "pop_65"] = -1
    run = Run()
    checks.check_people(table, "POPULATION", run)
    assert found(run) == [
        ("b", "people_negative", {"column": "pop_65"}),
        ("a", "people_ages_exceed", {"column": "0–14 + 60+"}),  # 15 + 90 > 100; b: 15 + 85 = 100 is possible
    ]
    backwards, run = table[table.columns[::-1]], Run()  # the order of the columns decides nothing
    checks.check_people(backwards, "POPULATION", run)
    assert {row[:2] for row in found(run)} == {("b", "people_negative"), ("a", "people_ages_exceed")}


def test_ages_that_hold_one_another():
    ages = {"pop_80": [30, 30, 30, 30], "pop_65": [20, np.nan, 60, np.nan], "pop_60": [90, 20, 50, np.nan]}
    run = Run()
    checks.check_people(pd.DataFrame({"community_id": list("abcd"), "pop": 100.0, **ages}), "POPULATION", run)
    assert [row[:2] for row in found(run)] == [(name, "people_ages_unordered") for name in "abc"]


@pytest.mark.parametrize("text", ["锟斤拷", "老旧小区".encode().decode("latin-1"), "é\ufffd", "Â³"])
def test_garbled_text_is_seen(text):
    run = Run()
    checks.check_texts({"name": [text, "好"]}, "PARCELS", run)
    assert [(row.code, row.n) for row in run.left_out] == [("text_garbled", 1)]


@pytest.mark.parametrize("text", ["老旧小区 1#", "café", "Ångström", "𠮷㙍", "m²", None, "é à ü"])
def test_good_text_is_left_alone(text):
    run = Run()
    checks.check_texts({"name": [text]}, "PARCELS", run)
    assert run.left_out == []


def test_a_layer_somewhere_else():
    parcels = pd.DataFrame({"geometry": [shapely.box(0, 0, 100, 100)]})
    near = pd.DataFrame({"geometry": [shapely.Point(5100, 50), shapely.Point(90_000, 0)]})
    far = pd.DataFrame({"geometry": [shapely.Point(5100.1, 50)]})
    run = Run()
    checks.check_overlay({"PARCELS": parcels, "ROADS": near, "STATIONS": far}, "PARCELS", run)
    assert [(row.layer, row.values["km"]) for row in run.left_out] == [("STATIONS", 5.0)]


@pytest.mark.parametrize(
    ("x", "y", "geographic", "zoned", "expected"),
    [
        (106.55, 29.56, True, False, ""),
        (29.56, 106.55, True, False, "axes_swapped"),
        (363000, 3272000, True, False, "metres_in_degrees"),
        (363000, 3272000, False, False, ""),
        (3272000, 363000, False, False, "axes_swapped"),
        (3272000, 36363000, False, True, "axes_swapped"),
        (36363000, 3272000, False, True, ""),
        (36363000, 3272000, False, False, "zone_prefix_extra"),
        (363000, 3272000, False, True, "zone_prefix_lost"),
        (106.55, 29.56, False, False, "degrees_in_metres"),
    ],
)
def test_mistakes_in_coordinates(x, y, geographic, zoned, expected):
    assert placement.guess_mistake(x, y, geographic, zoned) == expected


@pytest.fixture
def blocks():
    """Houses of 12 m at random, one in fifteen of the ground; places in the middle of every seventh."""
    xy = np.random.default_rng(1).uniform(0, 4000, (8000, 2))
    houses = shapely.box(xy[:, 0], xy[:, 1], xy[:, 0] + 12, xy[:, 1] + 12)
    return houses, shapely.points(xy[::7] + 6)


@pytest.mark.parametrize("n", [8, 50, 51, 400])
def test_the_chance_of_a_shift_is_that_of_the_signed_rank_test(n):
    """Beside scipy's own; with ties beyond fifty."""
    rng = np.random.default_rng(n)
    for before in (rng.exponential(40, n), np.round(rng.exponential(4, n)) + 1 if n > 50 else rng.exponential(4, n)):
        after = before + rng.choice([-2.0, -1.0, 0.5, 3.0], n) * (1 if n > 50 else rng.uniform(0.9, 1.1, n))
        found = placement.judge_shift(*[shapely.points(rng.uniform(0, 9, (n, 2)))] * 2, before, after)
        assert found.p_value == pytest.approx(stats.wilcoxon(before, after, alternative="greater").pvalue, rel=1e-9)


def test_equal_distances_share_their_rank():
    """Nine gains, some of them equal, in all 512 combinations of signs."""
    gain = np.array([1.0, 1, 1, 2, 2, 3, 4, 4, 5])
    ranks = stats.rankdata(gain)
    sums = np.array([ranks[list(signs)].sum() for signs in itertools.product([False, True], repeat=9)])
    for signs in (
        [1, 1, 1, 1, 1, 1, 1, 1, 1],
        [1, -1, 1, 1, -1, 1, 1, 1, 1],
        [-1] * 9,
        [1, 1, -1, 1, -1, -1, 1, -1, 1],
    ):
        nearer = gain * signs
        found = placement.judge_shift(*[shapely.points(np.zeros((9, 2)))] * 2, 10 + nearer, np.full(9, 10.0))
        assert found.p_value == (sums >= ranks[nearer > 0].sum()).mean()


def test_points_looked_at_first_are_spread_whatever_their_order():
    points = shapely.points(np.random.default_rng(1).uniform(0, 9, (12_001, 2)))
    some = points[placement.spread_rows(points)]
    assert len(some) == 4_001 and len(placement.spread_rows(points[:5_000])) == 5_000
    turned = points[::-1]
    assert shapely.equals(turned[placement.spread_rows(turned)], some).all()
    assert len(placement.spread_rows(points[:0])) == 0


def test_a_shift_is_suspected_only_when_there_is_one(blocks):
    houses, places = blocks
    places = places[500:540]
    shift = np.array([357.0, -320.0])  # metres at 解放碑
    moved = shapely.transform(places, lambda xy: xy + shift)
    back = shapely.transform(places, lambda xy: xy - shift)
    assert placement.suspect_shift(moved, places, houses).suspected
    assert placement.suspect_shift(moved, places, houses).offset_m == pytest.approx(np.hypot(357, 320))
    assert not placement.suspect_shift(places, back, houses).suspected
    assert not placement.suspect_shift(moved[:7], places[:7], houses).suspected, "seven points prove nothing"


def test_a_building_of_parts_far_apart_is_told():
    two = shapely.MultiPolygon([shapely.box(0, 0, 10, 10), shapely.box(100, 0, 110, 10)])
    near = shapely.MultiPolygon([shapely.box(0, 0, 10, 10), shapely.box(14, 0, 24, 10)])
    houses = pd.DataFrame({"building_id": ["a", "b", "c", "d"]})
    houses["geometry"] = np.array([shapely.box(0, 0, 9, 9), near, two, two], dtype=object)
    run = Run()
    checks.check_parts_apart(houses, "BUILDINGS", "building_id", run)
    assert [(row.feature_id, row.code, row.n) for row in run.left_out] == [("c", "parts_apart", 2)]
    checks.check_parts_apart(houses.iloc[:2], "BUILDINGS", "building_id", run)
    assert len(run.left_out) == 1
