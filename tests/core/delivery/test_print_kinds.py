"""Needs, supplies, gaps of the kinds as printed: whole numbers that add up."""

import itertools

import pandas as pd
from urban_renewal.core.delivery.balance import print_kinds

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
    page = write_report(Told({"zh": "t", "en": "t"}, "", "", "zh", tables))
    assert page.count("需求 = 已服务 + 缺口") == 1
    found = re.search(r"<td>社区养老服务站[^<]*</td><td>m²</td>((?:<td class=n>[^<]*</td>)+)", page)
    assert re.findall(r">([^<]+)<", found[1]) == ["10", "6", "6", "4", "0", "46 %"]
