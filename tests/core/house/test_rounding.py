"""One rule of rounding: whatever way a half was worked out, and wherever it is printed, it reads the same."""

import doctest
from decimal import ROUND_HALF_DOWN, ROUND_HALF_UP, Decimal

import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st
from urban_renewal.core import rounding
from urban_renewal.core.delivery.balance import balance, print_zones
from urban_renewal.core.delivery.institute import ZONES, build_sheet
from urban_renewal.core.delivery.summary import hectares, percent, told
from urban_renewal.core.rounding import rounded
from urban_renewal.core.schema import table


@given(st.integers(0, 10**9), st.integers(0, 3))
def test_halves_go_up_as_in_decimal_arithmetic(cents, digits):
    """Against decimal arithmetic, which knows no bits; `cents` of a unit one digit below the last printed one."""
    exact = Decimal(cents).scaleb(-digits - 1)
    expected = float(exact.quantize(Decimal(1).scaleb(-digits), ROUND_HALF_UP))
    below = float((-exact).quantize(Decimal(1).scaleb(-digits), ROUND_HALF_DOWN))  # away from the half: also up
    assert rounded(float(exact), digits) == expected
    assert rounded(-float(exact), digits) == below
    assert float(told(float(exact), digits).replace("\u2009", "")) == expected


@given(st.lists(st.integers(1, 99_999), min_size=1, max_size=6))
def test_total_of_a_table_is_the_figure_told_elsewhere(areas):
    """Areas of whole hundreds of square metres: the tenth of a hectare is often met exactly in the middle."""
    m2 = [50.0 * area for area in areas]
    assert told(balance(m2, 1, 1e-4).total, 1) == hectares(sum(m2))


def test_sum_of_the_zones_reads_the_same_in_report_sheets_and_workbook():
    """436,500 m² are 43.65 ha, which the report's table had as 43.6 and its headline as 43.7, or the other way."""
    zones = pd.DataFrame({"zone_id": ["Z-2", "Z-1"], "name": ["乙", "甲"], "area_m2": [200_250.0, 236_250.0]})
    printed = print_zones(zones)["area_m2"]
    assert hectares(436_500.0) == told(printed.total, 1) == "43.7"
    assert printed.values == pytest.approx([20.0, 23.7])  # 20.025 and 23.625 leave as much: the lower id has the tenth
    sheet = build_sheet(zones, table("zones"), ZONES, "片区", "zh")
    assert sheet.total[3] == 43.65


def test_shares_read_the_same_in_sheets_and_sentences():
    """0.4375 and 0.06125: Python's own rounding takes the even digit of the first, the bits of the second."""
    assert [percent(share, 1) for share in (0.4375, 0.06125, 0.0625)] == ["43.8 %", "6.1 %", "6.3 %"]
    assert [rounded(100 * share, 1) for share in (0.4375, 0.06125, 0.0625)] == [43.8, 6.1, 6.3]


def test_examples_of_the_rule():
    assert doctest.testmod(rounding).failed == 0
