"""用地平衡表: a zone and stage adds up to its printed total and to 100 per cent; what a total leaves out is told."""

import pandas as pd
import pytest
from urban_renewal.core import frames, schema
from urban_renewal.core.delivery.institute import zone_sheet
from urban_renewal.core.delivery.land_sheet import land_sheet
from urban_renewal.core.delivery.report.article import Told, write_report
from urban_renewal.core.delivery.summary import unknown_floors
from urban_renewal.core.run import Run

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
    assert [note[:12] for note in sheet.notes] == [
        "用地面积按片区范围线以内",
        "表中 2 个数按最大余数",
    ]  # 3.34 and its per cent


def test_a_total_tells_what_it_leaves_out():
    zones = pd.DataFrame({"zone_id": ["a", "b"], "area_m2": [1e4, 1e4], "floor_m2": [5e4, None], "people": [1.0, 2.0]})
    sheet = zone_sheet(frames.conform(zones.assign(geometry=None), schema.table("zones")), "zh")
    assert sheet.notes == ["合计不含没有数的行：建筑面积（万m²） 1 行。"]


def test_a_zone_tells_the_parcels_whose_floor_area_nobody_knows():
    """Sheet and report name zone and number; near parcels, other zones and known ones do not count."""
    members = pd.DataFrame({"zone_id": ["a", "a", "a", "a", "b"], "parcel_id": ["1", "2", "3", "4", "5"],
                            "role": ["core", "petal", "near", "filler", "core"]})  # fmt: skip
    tagged = pd.DataFrame(
        {"parcel_id": ["1", "2", "3", "4", "5"], "floor_m2": [1e4, None, None, None, 5.0], "tag": "none"}
    )
    tagged = frames.conform(tagged.assign(geometry=None), schema.table("tagged"))
    unknown = unknown_floors(members, tagged)
    assert unknown == {"a": 2}
    assert unknown_floors(members, None) == unknown_floors(None, tagged) == {}
    zones = pd.DataFrame({"zone_id": ["b", "a"], "name": ["乙站", "甲站"], "floor_m2": [5.0, 1e4]})
    table = frames.conform(zones.assign(geometry=None), schema.table("zones"))
    told = "建筑面积不含面积资料缺失的宗地：甲站 2 宗；图上带“≥”的数含其中面积已知的各栋建筑。"
    assert zone_sheet(table, "zh", unknown).notes == [told]
    given = {"zones": table.assign(geometry=None), "members": members, "tagged": tagged}
    page = write_report(Told({"zh": "t", "en": "t"}, "", "", "zh", given), Run())
    assert told in page
    assert "leaves out parcels whose floor area is not known: 甲站 (2). A figure with ≥" in page


def test_projects_of_unknown_cost_are_counted_below_their_sums():
    """A cost that nobody knows is one dash, not three; the sums by type say how many they leave out."""
    rows = {"project_id": ["P-1", "P-2"], "name": ["甲", "乙"], "type": ["旧", "旧"], "zone_id": ["a", "a"],
            "exist_m2": [1e4, None], "invest_low_wan": [10.0, None], "invest_high_wan": [20.0, None]}  # fmt: skip
    table = frames.conform(pd.DataFrame(rows).assign(geometry=None), schema.table("projects"))
    zones = frames.conform(pd.DataFrame({"zone_id": ["a"]}).assign(geometry=None), schema.table("zones"))
    page = write_report(Told({"zh": "t", "en": "t"}, "", "", "zh", {"zones": zones, "projects": table}), Run())
    assert "–––" not in page
    assert "10–20" in page
    assert "合计不含没有数的行：现状建筑面积（万m²） 1 行、估算投资（万元，待核） 1 行。" in page
