"""用地平衡表: a zone and stage adds up to its printed total and to 100 per cent; what a total leaves out is told."""

import pandas as pd
import pytest
from urban_renewal.core import frames, schema
from urban_renewal.core.delivery.institute import zone_sheet
from urban_renewal.core.delivery.land_sheet import land_sheet

ROWS = [
    ("Z-1", "now", "现状", "08", "公共管理", 33333.4), ("Z-1", "now", "现状", None, "界内街巷", 33333.3),
    ("Z-1", "now", "现状", "0701", "城镇住宅用地", 33333.3), ("Z-1", "plan", "规划", None, "控规未覆盖", 100000.0),
    ("Z-2", "now", "现状", "0701", "城镇住宅用地", 60.0),
]  # fmt: skip


def test_it_adds_up():
    names = ["zone_id", "stage", "stage_name", "code", "class_name", "area_m2"]
    table = frames.conform(pd.DataFrame(ROWS[::-1], columns=names), schema.table("land_use"))
    sheet = land_sheet(table, {"Z-1": "甲站"}, "zh")
    lines = [tuple(line) for line in sheet.rows]
    assert [line[4] for line in lines] == [
        "城镇住宅用地",
        "公共管理",
        "界内街巷",
        "合计",
        "控规未覆盖",
        "合计",
        "城镇住宅用地",
        "合计",
    ]
    assert [line[0] for line in lines] == ["甲站"] * 6 + ["Z-2"] * 2
    areas, shares = [line[5] for line in lines], [line[6] for line in lines]
    assert areas[3] == 10.0
    assert sum(areas[:3]) == pytest.approx(10.0, abs=1e-9)  # 3.33 + 3.34 + 3.33
    assert sorted(areas[:3]) == [3.33, 3.33, 3.34]
    assert shares[3] == shares[5] == shares[7] == 100.0
    assert sum(shares[:3]) == pytest.approx(100.0, abs=1e-9)
    assert areas[6:] == [0.01, 0.01]
    assert sheet.notes  # the balancing is told


def test_a_total_tells_what_it_leaves_out():
    zones = pd.DataFrame({"zone_id": ["a", "b"], "area_m2": [1e4, 1e4], "floor_m2": [5e4, None], "people": [1.0, 2.0]})
    sheet = zone_sheet(frames.conform(zones.assign(geometry=None), schema.table("zones")), "zh")
    assert sheet.notes == ["合计不含没有数的行：建筑面积（万m²） 1 行。"]
