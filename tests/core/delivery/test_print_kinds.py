"""Needs, supplies, gaps of the kinds as printed: whole numbers that add up."""

import itertools

import numpy as np
import pandas as pd
from urban_renewal.core.delivery.balance import balance_gaps, print_kinds
from urban_renewal.core.delivery.sheets import gap_sheets
from urban_renewal.core.delivery.summary import sum_kinds, told_kind
from urban_renewal.core.run import Run

NAMES = ["kind", "need", "supply", "served", "gap", "surplus"]


def printed(need, supply, served):
    rows = [("eday", need, supply, served, need - served, supply - served)]
    return print_kinds(pd.DataFrame(rows, columns=NAMES)).iloc[0, 1:].tolist()


def test_by_hand():
    # each by itself: 10, 6, 6, 5 (4.8): 6 + 5 is not 10
    assert printed(10.4, 5.6, 5.6) == [10, 6, 6, 4, 0]
    assert printed(10.5, 30.0, 4.5) == [11, 30, 5, 6, 25]  # by themselves 11, 30, 5, 6, 26 (25.5)
    assert printed(7.4, 9.2, 7.4) == [7, 9, 7, 0, 2]  # no gap stays none
    assert printed(0.0, 3.5, 0.0) == [0, 4, 0, 0, 4]


def test_the_gap_that_is_quoted_is_its_own_rounding():
    """Of the sample: 14070.600 needed, 8157.473 served, 5913.127 lacking: 8157 served by themselves would lack 5914."""
    assert printed(14070.6, 18301.0, 8157.473) == [14071, 18301, 8158, 5913, 10143]
    assert printed(768.213, 1839.0, 449.544) == [768, 1839, 449, 319, 1390]
    tenths = [value / 10 for value in range(0, 31, 3)]
    for need, supply, part in itertools.product(tenths, range(4), (0.3, 0.7)):  # supplies are whole numbers
        served = min(need, supply) * part
        assert abs(printed(need, supply, served)[3] - (need - served)) <= 0.5 + 1e-9


def test_every_case_adds_up_and_is_less_than_two_off():
    tenths = [value / 10 for value in range(0, 31, 3)]
    for need, supply in itertools.product(tenths, tenths):
        for part in (0.0, 0.3, 0.7, 1.0):
            served = min(need, supply) * part
            need_n, supply_n, served_n, gap_n, surplus_n = found = printed(need, supply, served)
            assert need_n == served_n + gap_n
            assert supply_n == served_n + surplus_n
            assert min(found) >= 0
            exact = (need, supply, served, need - served, supply - served)
            assert max(abs(one - other) for one, other in zip(found, exact)) <= 1.0 + 1e-9
            assert gap_n == 0 or need > served
            assert surplus_n == 0 or supply > served


def test_who_is_served_elsewhere_has_a_surplus_below_none():
    assert printed(10.0, 2.0, 6.4) == [10, 2, 6, 4, -4]


def test_the_workbook_prints_the_same_totals():
    from urban_renewal.core.delivery.sheets import gap_sheets

    rows = [("S1", "a", "eday", "m2", 5.2, 2.8, 2.8, 2.4, 0.0), ("S2", "b", "eday", "m2", 5.2, 2.8, 2.8, 2.4, 0.0)]
    names = ["community_id", "name", "kind", "unit", "need", "supply", "served", "gap", "surplus"]
    communities, kinds = gap_sheets(pd.DataFrame(rows, columns=names), "zh")
    assert kinds.rows[0][2:7] == [10, 6, 6, 4, 0]
    for place, whole in enumerate(kinds.rows[0][2:7], 4):
        assert sum(row[place] for row in communities.rows) == whole


def balanced(need, supply, served):
    """Return the exact figures of communities, those printed, and the totals, by name."""
    need, supply, served = (np.array(values, dtype=float) for values in (need, supply, served))
    exact = {"need": need, "supply": supply, "served": served, "gap": need - served, "surplus": supply - served}
    [totals] = print_kinds(sum_kinds(pd.DataFrame({"kind": "eday", "unit": "m2", **exact}))).to_dict("records")
    found = balance_gaps(
        {name: values.tolist() for name, values in exact.items()}, {name: totals[name] for name in exact}
    )
    return exact, {name: item.values for name, item in found.items()}, totals


def test_a_community_adds_up_by_hand():
    # 655.4 of 919.7 served, 161.3 of 274.1: by themselves 655 + 264 = 919 is not 920, 162 + 112 is 274
    _, found, totals = balanced([919.7, 274.1], [1202, 570], [655.4, 161.6])
    assert found["need"] == [920, 274] and found["served"] == [655, 162] and found["gap"] == [265, 112]
    assert found["surplus"] == [547, 408] and [totals[name] for name in ("need", "served", "gap")] == [1194, 817, 377]


def test_communities_add_up_both_ways():
    rng = np.random.default_rng(7)
    for _ in range(300):
        n = int(rng.integers(1, 30))
        need = np.round(rng.random(n) * rng.choice([3, 200]), 2) * (rng.random(n) < 0.9)
        served = np.round(need * np.clip(rng.random(n) * 1.6 - 0.2, 0, 1), 2)
        supply = np.where(rng.random(n) < 0.2, served, np.round(rng.random(n) * 200, int(rng.integers(0, 2))))
        exact, found, totals = balanced(need, supply, served)
        printed = {name: np.array(values) for name, values in found.items()}
        assert (printed["need"] == printed["served"] + printed["gap"]).all()
        assert (printed["supply"] == printed["served"] + printed["surplus"]).all()
        assert all(values.sum() == totals[name] for name, values in printed.items())
        assert min(printed[name].min() for name in ("need", "supply", "served", "gap")) >= 0
        assert max(np.abs(printed[name] - exact[name]).max() for name in exact) < 2


def test_a_community_whose_people_nobody_knows():
    columns = {
        "need": [None, 5.4],
        "supply": [3.0, 3.0],
        "served": [None, 3.0],
        "gap": [None, 2.4],
        "surplus": [None, 0.0],
    }
    totals = {"need": 5.0, "supply": 6.0, "served": 3.0, "gap": 2.0, "surplus": 0.0}
    found = balance_gaps(columns, totals)
    assert {name: item.values for name, item in found.items()} == {
        "need": [None, 5], "supply": [3, 3], "served": [None, 3], "gap": [None, 2], "surplus": [None, 0],
    }  # fmt: skip


def test_the_table_given_is_not_changed():
    frame = pd.DataFrame([("eday", 10.4, 5.6, 5.6, 4.8, 0.0)], columns=NAMES)
    print_kinds(frame)
    assert frame.loc[0, "need"] == 10.4


def test_the_report_prints_them_and_says_so():
    import re

    from urban_renewal.core.delivery.report.article import Told, write_report

    rows = [("S1", "eday", "m2", 10.4, 5.6, 5.6, 4.8, 0.0)]
    names = ["community_id", "kind", "unit", "need", "supply", "served", "gap", "surplus"]
    zones = pd.DataFrame({"zone_id": ["Z-1"], "area_m2": [1.0], "floor_m2": [1.0], "petals_n": [1], "elder_gap": [0.5],
                          "child_gap": [0.5], "people": [1.0], "name": ["a"]})  # fmt: skip
    tables = {"zones": zones, "gap_summary": pd.DataFrame(rows, columns=names)}
    page = write_report(Told({"zh": "t", "en": "t"}, "", "", "zh", tables), Run())
    assert page.count("需求 = 已服务 + 缺口") == 1
    found = re.search(r"<td>社区养老服务站[^<]*</td><td>m²</td>((?:<td class=n>[^<]*</td>)+)", page)
    assert re.findall(r">([^<]+)<", found[1]) == ["10", "6", "6", "4", "0", "46 %"]


def communities(*rows):
    """Rows (need, supply, served), None = nobody knows who lives there."""
    names = ["community_id", "name", "kind", "unit", "need", "supply", "served", "gap", "surplus"]
    table = [
        (f"c{n}", f"c{n}", "prim", "place", need, supply, served, *((None, None) if need is None else (need - served,
         supply - served))) for n, (need, supply, served) in enumerate(rows)
    ]  # fmt: skip
    numbers = dict.fromkeys(["need", "supply", "served", "gap", "surplus"], "float64")
    return pd.DataFrame(table, columns=names).astype(numbers)


def test_where_nobody_lives_a_need_of_0_does_not_speak_for_communities_that_do_not_know():
    """Primary schools without ages of 6 to 14: a community without homes needs none, of the others nobody knows."""
    table = communities((None, 1000.0, None), (0.0, 0.0, 0.0), (None, 740.0, None))
    [total] = print_kinds(sum_kinds(table)).to_dict("records")
    assert total["supply"] == 1740 and np.isnan([total[name] for name in ("need", "served", "gap", "surplus")]).all()
    assert set(told_kind(total).values()) == {"–", "1\u2009740"}
    _, kinds = gap_sheets(table, "zh")
    assert kinds.rows[0][2:] == [None, 1740, None, None, None, None] and not kinds.notes


def test_sums_that_leave_communities_out_are_the_least_there_is():
    """120.4 + 60 needed, 30.2 + 60 served where it is known; of 500 more places nobody knows who takes them."""
    table = communities((120.4, 40.0, 30.2), (60.0, 90.0, 60.0), (None, 500.0, None))
    [total] = print_kinds(sum_kinds(table)).to_dict("records")
    assert [total[name] for name in ("need", "supply", "served", "gap", "unknown_n")] == [180, 630, 90, 90, 1]
    assert np.isnan(total["surplus"])
    assert list(told_kind(total).values()) == ["≥ 180", "630", "≥ 90", "≥ 90", "–"]
    whole, kinds = gap_sheets(table, "zh")
    assert [row[4:9] for row in whole.rows] == [
        [120, 40, 30, 90, 10],
        [60, 90, 60, 0, 30],
        [None, 500, None, None, None],
    ]
    assert kinds.rows[0][2:7] == [180, 630, 90, 90, None]
    assert kinds.notes == [
        "有的社区不知道人数，合计里的需求、已服务和缺口不含它们，只是下限，富余不详：小学 1 个社区。"
    ]
