"""Indicators by hand and by an independent count."""

import datetime
import itertools

import numpy as np
import pandas as pd
import pytest
import shapely
from urban_renewal.core import frames
from urban_renewal.core.run import Run
from urban_renewal.core.tagging.activity import measure_activity, read_activity
from urban_renewal.core.tagging.attributes import check_documented_area, collective_share, documented_area, land_facts
from urban_renewal.core.tagging.dates import last_days, months_before
from urban_renewal.core.tagging.intervals import Interval, Weights, exact, first_known, unknown, weighted_mean
from urban_renewal.core.tagging.morphology import nearest_on_same_parcel, orientation_spread

AS_OF = datetime.date(2025, 12, 31)
LIMITS = {"activity_months": 12, "activity_share": 0.1, "activity_parcels": 3}


def test_weighted_mean_against_every_corner():
    """The extreme means lie at corners of the box of weights and values: try them all."""
    rng = np.random.default_rng(5)
    for _ in range(60):
        k = int(rng.integers(1, 6))
        lo, v = rng.integers(1, 50, k).astype(float), np.round(rng.random(k), 3)
        hi, u = lo + rng.integers(0, 200, k) * (rng.random(k) < 0.6), np.minimum(1, v + rng.random(k) * 0.5)
        found = weighted_mean(Weights(np.zeros(k, dtype=np.int64), lo, hi, 1), Interval(v, u))
        means = [
            np.dot(w, x) / np.sum(w) for w in itertools.product(*zip(lo, hi)) for x in itertools.product(*zip(v, u))
        ]
        assert found.lo.item() == pytest.approx(min(means), abs=1e-8)
        assert found.hi.item() == pytest.approx(max(means), abs=1e-8)


def test_old_share_with_forty_percent_dated(tag, plots, houses):
    """400 of 1000 m² dated, of these 300 old: [0.3, 0.3 + 0.6]; a band across 2000 is open."""
    parcels = plots(2, land_use=["0701"] * 2, czcsxm=["201"] * 2)
    rows = [(0, 0, 10, 10, {"floors": 3, "year": 1995}), (0, 1, 10, 10, {"floors": 1, "year": 2010}),
            (0, 2, 10, 10, {"floors": 6, "year": None}), (1, 0, 10, 10, {"floors": 1, "year": "1996–2005"}),
            (1, 1, 10, 10, {"floors": 3, "year": "2000年"})]  # fmt: skip
    found, _, _ = tag(parcels, buildings=houses(rows))
    assert found.loc["P0", ["old_share_lo", "old_share_hi"]].tolist() == [0.3, 0.9]
    assert found.loc["P1", ["old_share_lo", "old_share_hi"]].tolist() == [0.75, 1.0]
    assert found.loc["P0", ["year_lo", "year_hi"]].tolist() == [1995, 2010]


def test_floor_area_is_split_and_a_building_counts_once(tag, plots, houses):
    """A house of 30 × 10 m across two plots that touch: a third here, two thirds there, 4 floors."""
    parcels = plots(2, land_use=["0701"] * 2, czcsxm=["201"] * 2)
    parcels["geometry"] = [shapely.box(0, 0, 40, 40), shapely.box(40, 0, 80, 40)]
    buildings = houses([(0, 0, 10, 10, {"floors": 4, "use": "住宅", "lift": "无"})])
    buildings["geometry"] = [shapely.box(30, 5, 60, 15)]
    found, _, _ = tag(parcels, buildings=buildings)
    assert found["floor_m2"].tolist() == [400, 800]
    assert found["bldg_n"].tolist() == [0, 1]
    assert found["lift_need_n"].tolist() == [0, 1]
    assert found["coverage"].tolist() == [0.0625, 0.125]


def test_sheds_do_not_drown_what_is_known(tag, plots, houses):
    """A shed of unknown age is one storey: 25 of 625 m² undated, and no building of the medians."""
    parcels = plots(1, land_use=["0701"], czcsxm=["201"])
    rows = [(0, 0, 10, 10, {"floors": 6, "year": 1995}), (0, 1, 5, 5, {"floors": "棚", "year": None})]
    found, _, _ = tag(parcels, buildings=houses(rows))
    row = found.loc["P0"]
    assert row[["old_share_lo", "old_share_hi"]].tolist() == [0.96, 1.0]
    assert row[["bldg_n", "floors_med", "foot_med_m2"]].tolist() == [2, 6, 100]
    assert pd.isna(row["gap_med_m"])


@pytest.mark.parametrize(
    ("floors", "entry", "lift", "need"),
    [
        (4, None, "无", 1),
        (3, None, "无", 0),
        (6, 3, "无", 1),
        (6, 4, "无", 0),
        (6, None, "有", 0),
        (6, None, None, None),
    ],
)
def test_lift_need_counts_from_the_entrance(tag, plots, houses, floors, entry, lift, need):
    parcels = plots(1, land_use=["0701"], czcsxm=["201"])
    house = {"floors": floors, "entry_floor": entry, "lift": lift, "use": "住宅"}
    found, _, _ = tag(parcels, buildings=houses([(0, 0, 10, 10, house)]))
    value = found.loc["P0", "lift_need_n"]
    assert pd.isna(value) if need is None else value == need


def power(values, stream="power", date="2025-06"):
    rows = [(f"P{i}", stream, value, date) for i, value in enumerate(values)]
    frame = pd.DataFrame(rows, columns=["parcel_id", "stream", "value", "date"])
    return frame.astype({"parcel_id": frames.TEXT, "stream": frames.TEXT, "date": frames.TEXT, "value": float})


def failing(plots, table, n, floor=None, as_of=AS_OF, streams=("power",)):
    parcels = plots(n)
    records = read_activity(table, parcels, as_of, Run())
    floor = exact(np.full(n, 100.0)) if floor is None else floor
    group = np.full(n, "indus", dtype=object)
    return measure_activity(records, floor, group, as_of, LIMITS, streams).values


def test_power_fails_under_a_tenth_of_the_median_per_m2(plots):
    """Per m²: 10, 10, 1 and 0.99: the median is 5.5, so 0.55 is the limit; then 0.55 itself and just below."""
    assert failing(plots, power([1000, 1000, 100, 99]), 4)["fail_power"].lo.tolist() == [0, 0, 0, 0]
    found = failing(plots, power([1000, 1000, 1000, 100, 99.9]), 5)["fail_power"]  # median 10, limit 1
    assert found.lo.tolist() == [0, 0, 0, 0, 1]


def test_a_median_of_two_says_nothing_but_zero_does(plots):
    found = failing(plots, power([1000, 1]), 2)["fail_power"]
    assert not found.is_known().any()
    assert failing(plots, power([1000, 0]), 2)["fail_power"].lo.tolist()[1] == 1


def test_amounts_need_the_floor_area(plots):
    floor = exact([100.0, 100.0, 100.0, np.nan])
    found = failing(plots, power([1000, 1000, 1000, 1]), 4, floor)["fail_power"]
    assert found.is_known().tolist() == [True, True, True, False]


@pytest.mark.parametrize(
    ("date", "failed"), [("2024-12-30", 1), ("2024-12-31", None), ("2025-01-01", 0), ("2024-11", 1), ("2025-12", 0)]
)
def test_a_last_date_over_twelve_months_ago_fails(plots, date, failed):
    found = failing(plots, power([5.0], "poi", date), 1)["fail_poi"]
    assert (found.lo.item() if found.is_known().item() else None) == failed


def test_firm_and_tax_count_once(plots):
    table = pd.concat([power([0], "firm"), power([0], "tax"), power([0], "visit"), power([7], "people")])
    values = failing(plots, table.reset_index(drop=True), 1, streams=())
    assert values["fail_firm"].lo.item() == 1
    assert values["fail_people"].lo.item() == 1
    assert values["stream_fail_n"].lo.item() == 2
    assert values["stream_known_n"].lo.item() == 2


def test_what_cannot_be_used_is_told(plots):
    table = pd.concat([power([1], "gas"), power([1], date="soon"), power([1], date="2026-02-01"),
                       power([1, 1]).tail(1)], ignore_index=True)  # fmt: skip
    run = Run()
    assert not len(read_activity(table, plots(1), AS_OF, run))
    codes = sorted(message.code for message in run.messages)
    assert codes == ["activity_elsewhere", "activity_future", "activity_undated", "stream_unknown"]


@pytest.mark.parametrize(
    ("text", "day"),
    [("2025-06-30", (2025, 6, 30)), ("20250630", (2025, 6, 30)), ("2025年6月", (2025, 6, 30)),
     ("2024-02", (2024, 2, 29)),
     ("2025/12/01 08:00", (2025, 12, 1)), ("2023", (2023, 12, 31)), ("2025", (2025, 7, 15)), ("2025-07", (2025, 7, 15)),
     ("202407", (2024, 7, 31)), ("2024-02-30", None), ("soon", None),
     ("2024Q1", (2024, 3, 31)), ("2024年第三季度", (2024, 9, 30)), ("2025年3季度", (2025, 7, 15)),
     ("2024年上半年", (2024, 6, 30)), ("2024H2", (2024, 12, 31)), ("2024年度", (2024, 12, 31)),
     ("2024-13-01", None), ("202413", None), ("2024Q5", None), ("２０２４年２月", (2024, 2, 29)),
     ("2024年5月6日 9时", (2024, 5, 6)), ("20240506080000", (2024, 5, 6))],
)  # fmt: skip
def test_dates(text, day):
    found = last_days(pd.Series([text]), datetime.date(2025, 7, 15)).item()
    assert np.isnan(found) if day is None else datetime.date.fromordinal(int(found)) == datetime.date(*day)


def test_a_year_before_a_leap_day():
    assert months_before(datetime.date(2024, 2, 29), 12) == datetime.date(2023, 2, 28)
    assert months_before(AS_OF, 12) == datetime.date(2024, 12, 31)


def test_gaps_of_few_and_of_many_agree_with_all_pairs():
    rng = np.random.default_rng(2)
    sizes = [1, 2, 7, 60]
    row = np.repeat(np.arange(len(sizes)), sizes)
    x, y = rng.random(len(row)) * 300, rng.random(len(row)) * 300
    shapes = shapely.box(x, y, x + 5, y + 8)
    found = nearest_on_same_parcel(shapes, row, Run())
    for i in range(len(row)):
        others = [shapes[i].distance(shapes[j]) for j in np.flatnonzero(row == row[i]) if j != i]
        assert found[i] == pytest.approx(min(others)) if others else np.isnan(found[i])


def test_disorder_of_directions():
    """0°, 0°, 0° → 0; turned by a quarter the same; ±10° → that of two directions 10° from their mean."""

    def turned(angles):
        base = shapely.box(0, 0, 20, 8)
        return np.array([shapely.affinity.rotate(base, angle) for angle in angles], dtype=object)

    right = orientation_spread(turned([0, 90, 180]), np.zeros(3, dtype=np.int64), 1, Run())
    assert right == pytest.approx([0], abs=1e-5)
    found = orientation_spread(turned([-10, 10, -10, 10]), np.zeros(4, dtype=np.int64), 1, Run())
    unity = np.cos(np.radians(40))
    assert found == pytest.approx([np.degrees(np.sqrt(-2 * np.log(unity))) / 4])
    assert np.isnan(orientation_spread(turned([0, 30]), np.zeros(2, dtype=np.int64), 1, Run())).all()


def test_facts_take_the_latest(tag, plots, houses):
    parcels = plots(2, land_use=["0701"] * 2, czcsxm=["201"] * 2)
    facts = pd.DataFrame({
        "parcel_id": frames.texts(["P0", "P0", "P0", "P1", "P1"]), "name": frames.texts(["物业"] * 5),
        "value": [1.0, 0.0, 1.0, 0.0, 1.0],
        "date": frames.texts(["2024-01-01", "2025-01-01", "2026-06-01", "2025-01-01", "2025-01-01"]),
    })  # fmt: skip
    house = {"use": "住宅", "year": 1985}
    rows, _, _ = tag(parcels, buildings=houses([(i, 0, 9, 9, house) for i in (0, 1)]), facts=facts)
    assert rows["tag_score"].tolist() == [0.6, 0.5]  # age 0.5, no management 0.1; two values of one day are open
    assert "物业：无" in rows.loc["P0", "tag_reason"]


def test_unknown_intervals_are_open():
    assert not unknown(2).is_known().any()
    assert exact([1, np.nan]).is_known().tolist() == [True, False]


def test_a_value_known_from_one_side_goes_before_the_fallback():
    """At least 3 storeys by one source, exactly 9 by a poorer one: the better source's half-open interval stands."""
    better = Interval(np.array([3.0, -np.inf, -np.inf]), np.array([np.inf, 5.0, np.inf]))
    found = first_known(better, exact([9.0, 9.0, 9.0]))
    assert found.lo.tolist() == [3.0, -np.inf, 9.0]
    assert found.hi.tolist() == [np.inf, 5.0, 9.0]


@pytest.mark.parametrize(
    ("streams", "code"),
    [([None, None], "activity_without_stream"), (["煤", None], "stream_unknown"), (["power", "power"], None)],
)
def test_activity_of_which_nobody_knows_what_it_is(streams, code):
    """A header below a title gives no column that is known: one sentence says that nothing of the table counts."""
    parcels = pd.DataFrame({"parcel_id": ["a"]})
    table = pd.DataFrame({"parcel_id": ["a"] * 2, "stream": streams, "value": 1.0, "date": "2025-06"})
    read_activity(table, parcels, AS_OF, run := Run())
    assert [message.code for message in run.messages] == ([code] if code else [])


def test_documented_areas_in_another_unit_are_told():
    parcels = pd.DataFrame({"parcel_id": list("abc"), "doc_area": [1500.0, 1500.0, 2000.0]})
    parcels["geometry"] = np.array([shapely.box(0, 0, 1000, 1000)] * 3, dtype=object)  # 1500 亩 each
    run = Run()
    check_documented_area(parcels, run)
    assert [(message.code, message.values["unit"]) for message in run.messages] == [("doc_area_unit", "亩")]
    run = Run()
    check_documented_area(parcels.assign(doc_area=1e6), run)
    assert run.messages == [] and run.left_out == []
    check_documented_area(parcels.assign(doc_area=0.0), run)  # MapInfo has no NULL for numbers
    assert run.messages == [] and run.left_out == []
    assert documented_area(parcels.assign(doc_area=[0.0, -1.0, 7.0])).tolist()[2:] == [7]
    assert np.isnan(documented_area(parcels.assign(doc_area=[0.0, -1.0, 7.0]))[:2]).all()


def test_ownership_by_the_survey_the_register_and_words():
    # QSXZ has two figures (20 state, 3x and 40 collective), QLXZ of the register three (1xx state, 2xx collective)
    words = {
        "20": 0, "30": 1, "40": 1, "20.0": 0, "30 村民小组": 1, "101": 0, "102 出让": 0, "201": 1, "203": 1,
        "国家所有权": 0, "集体建设用地使用权": 1, "宅基地使用权": 1, "国有、集体": np.nan, "私有": np.nan,
        "2012": np.nan,
    }  # fmt: skip
    parcels = pd.DataFrame({"parcel_id": list(words), "ownership": pd.Series(list(words), dtype="string")})
    found = collective_share(parcels, Run())
    shown = np.where(found.is_known(), found.lo, np.nan)
    assert np.allclose(shown, list(words.values()), equal_nan=True)


def test_town_codes_and_marks_with_their_names():
    run, n = Run(), 8
    parcels = pd.DataFrame({
        "parcel_id": [str(i) for i in range(n)],
        "czcsxm": pd.Series(["201", "201A 独立工业", "城市", "202.0", "203", "村庄", "乡", None], dtype="string"),
        "tbxhdm": pd.Series(["FQ", "FQ 废弃", "废弃", "HDGY", "FQX", None, "", "fq"], dtype="string"),
    })  # fmt: skip
    facts, _ = land_facts(parcels, np.array(["homestead"] * n, dtype=object), run)
    town, gone = facts["homestead_in_town"], facts["abandoned"]
    assert np.where(town.is_exact(), town.lo, np.nan)[:6].tolist() == [1, 1, 1, 1, 0, 0]
    assert not town.is_exact()[6:].any()
    assert gone.lo.tolist() == [1, 1, 1, 0, 0, 0, 0, 1]
    assert [(message.code, message.values["values"]) for message in run.messages] == [("czcsxm_unknown", ["乡"])]
