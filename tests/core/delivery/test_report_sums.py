"""What the report prints adds up: rows of the table of zones and its total, digit by digit."""

import re

import pandas as pd
import pytest
import shapely
from urban_renewal.core.delivery.report.article import Told, write_report
from urban_renewal.core.run import Run

# six zones whose hectares round to 30.1 + 41.1 + 45.7 + 52.2 + 42.8 + 36.8 = 248.7, their sum to 248.6
AREAS_M2 = (300592.25, 410803.39, 456534.64, 522401.89, 427571.43, 368437.74)


@pytest.fixture
def page():
    zones = pd.DataFrame({
        "zone_id": [f"Z-{n}" for n in range(6)], "name": [f"站{n}" for n in range(6)], "area_m2": AREAS_M2,
        "floor_m2": [1000.4] * 6, "people": [10.5] * 6, "petals_n": [2] * 6,
        "elder_gap": [0.5] * 6, "child_gap": [0.5] * 6,
        "geometry": [shapely.box(n * 1000, 0, n * 1000 + 500, 700) for n in range(6)],
    })  # fmt: skip
    return write_report(Told({"zh": "t", "en": "t"}, "", "", "zh", {"zones": zones}), Run())


def table_of_zones(page):
    """Return the rows of the Chinese table of zones as texts."""
    [article] = re.findall(r'<article class="zh".*?</article>', page, re.DOTALL)
    [table] = [
        table for table in re.findall(r"<table.*?</table>", article, re.DOTALL) if "合计" in table and "Z-5" in table
    ]
    rows = re.findall(r"<tr.*?</tr>", table, re.DOTALL)
    return [
        [re.sub(r"<[^>]+>|\u202f", "", cell) for cell in re.findall(r"<t[dh].*?</t[dh]>", row, re.DOTALL)]
        for row in rows
    ]


def test_printed_rows_add_up_to_the_printed_total(page):
    heads, *rows, total = table_of_zones(page)
    assert total[0] == "合计"
    for column, expected in (("公顷", 248.6), ("建筑面积 m²", 6002), ("人口", 63), ("瓣", 12)):
        place = heads.index(column)
        assert float(total[place]) == expected  # the sum of the exact figures, rounded
        assert sum(float(row[place]) for row in rows) == pytest.approx(expected)
    place = heads.index("公顷")
    for row, area in zip(rows, AREAS_M2):  # no figure is further from its own than one unit of the last digit
        assert abs(float(row[place]) - area / 10_000) < 0.1


def test_balancing_is_told(page):
    """One of six hectares, two of six floor areas and three of six halves of a person are moved."""
    assert "表中 6 个数按最大余数法平差" in page
