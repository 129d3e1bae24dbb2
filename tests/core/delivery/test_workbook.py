"""Workbooks read back with another reader; text that looks like a formula stays text."""

import math
import re
import zipfile

import numpy as np
import pandas as pd
import pytest
import shapely
import shapely.affinity
from hypothesis import given
from hypothesis import strategies as st
from urban_renewal.core import frames, schema
from urban_renewal.core.delivery import balance, sheets
from urban_renewal.core.delivery.formats import workbook
from urban_renewal.core.errors import Cancelled, RenewalError
from urban_renewal.core.run import Run

openpyxl = pytest.importorskip("openpyxl")
NASTY = ["=1+1", "+cmd|' /C calc'!A0", "@SUM(A1)", "-2", "<b>&\"'", "a\x00b\x0bc", "重庆 \n 第二行", " x "]


def test_read_back(tmp_path):
    rows = [[text, number, number / 3] for number, text in enumerate(NASTY)]
    rows.append([None, None, float("nan")])
    sheet = workbook.Sheet(
        "机会[1]", "机会清单", ["文字", "数", "比"], [None, 0, 3], rows, ["合计", 28, None], ["说明"]
    )
    workbook.write_workbook(tmp_path / "a.xlsx", [sheet, sheet])
    book = openpyxl.load_workbook(tmp_path / "a.xlsx")
    assert len(set(book.sheetnames)) == 2
    page = book[book.sheetnames[0]]
    assert [str(area) for area in page.merged_cells.ranges] == ["A1:C1"]
    assert page["A1"].value == "机会清单"
    assert [cell.value for cell in page[2]] == ["文字", "数", "比"]
    assert page["A2"].font.b
    found = [page.cell(3 + number, 1) for number in range(len(NASTY))]
    assert [cell.data_type for cell in found] == ["s"] * len(NASTY)
    assert [cell.value for cell in found] == [text.replace("\x00", "").replace("\x0b", "") for text in NASTY]
    assert page["B5"].value == 2
    assert page["C5"].value == pytest.approx(2 / 3)
    assert page["C5"].number_format == "#,##0.000"
    assert page.cell(3 + len(NASTY), 3).value is None
    assert [cell.value for cell in page[4 + len(NASTY)]] == ["合计", 28, None]
    assert page.freeze_panes == "A3"


def test_numbers_of_numpy_are_numbers_of_the_sheet(tmp_path):
    """Their repr depends on the version: numpy 2 says np.float64(0.5), which no reader of a sheet takes."""
    row = [np.int64(7), np.float64(0.5), np.float32(0.25), np.float32("nan"), 2**53 + 1]
    sheet = workbook.Sheet("s", "t", list("abcde"), [0, 1, 2, 2, 0], [row])
    workbook.write_workbook(tmp_path / "a.xlsx", [sheet])
    with zipfile.ZipFile(tmp_path / "a.xlsx") as archive:
        text = archive.read("xl/worksheets/sheet1.xml").decode()
    assert re.findall("<v>(.*?)</v>", text) == ["7", "0.5", "0.25", "9007199254740993"]


def test_same_content_same_bytes(tmp_path):
    for name in ("a", "b"):
        workbook.write_workbook(tmp_path / name, [workbook.Sheet("s", "t", ["h"], [None], [["x"]])])
    assert (tmp_path / "a").read_bytes() == (tmp_path / "b").read_bytes()
    with zipfile.ZipFile(tmp_path / "a") as archive:
        assert archive.testzip() is None


def test_too_long(tmp_path, monkeypatch):
    monkeypatch.setattr(workbook, "MOST_ROWS", 2)
    with pytest.raises(RenewalError):
        workbook.write_workbook(tmp_path / "a", [workbook.Sheet("s", "t", ["h"], [None], [["x"]] * 3)])


@pytest.mark.parametrize(("number", "letters"), [(1, "A"), (26, "Z"), (27, "AA"), (702, "ZZ"), (703, "AAA")])
def test_column_letters(number, letters):
    assert workbook.column_letters(number) == letters


def tagged():
    rows = [
        ("P3", "old_compound", "suspected", 0.5, "none", 100.0),
        ("P2", "old_compound", "confirmed", 0.7, "none", 0.1),
        ("P1", "old_compound", "confirmed", 0.7, "listed", 0.2),
        ("P9", "old_compound", "confirmed", 0.9, "renovated", 5.0),
        ("P8", "none", "none", 0.0, "none", 7.0),
        ("P7", "urban_village", "confirmed", 0.8, None, None),
    ]
    names = ["parcel_id", "tag", "tag_level", "tag_score", "programme", "area_m2"]
    return frames.conform(pd.DataFrame(rows, columns=names).assign(geometry=None), schema.table("tagged"))


def test_opportunities():
    """100 + 0.1 + 0.2 m² and an unknown one: 0.01 公顷 in all; 0.15 亩; the total is what the rows add up to."""
    members = pd.DataFrame({"zone_id": ["Z-2", "Z-1"], "parcel_id": ["P1", "P1"]})
    sheet = sheets.opportunity_sheet(tagged(), members, "zh", Run())
    place = sheet.headings.index("宗地编号")
    assert [row[place] for row in sheet.rows] == ["P1", "P2", "P3", "P7"]
    assert [row[0] for row in sheet.rows] == [1, 2, 3, 4]
    assert sheet.rows[0][-1] == "Z-1"
    for heading, total, shown in (("用地面积（公顷）", 0.01, [0, 0, 0.01]), ("用地面积（亩）", 0.15, [0, 0, 0.15])):
        area = sheet.headings.index(heading)
        assert sheet.total[area] == total
        assert [row[area] for row in sheet.rows] == [*shown, None]
    assert sheet.rows[0][sheet.headings.index("标记")] == "老旧小区"
    assert sheet.total[0] == "合计"


@given(
    st.lists(st.one_of(st.none(), st.floats(-1e7, 1e7, allow_nan=False)), min_size=1, max_size=40),
    st.sampled_from([0, 2]), st.sampled_from([1.0, 1e-4, 0.0015]),
)  # fmt: skip
def test_what_is_printed_adds_up(values, digits, factor):
    found = balance.balance(values, digits, factor)
    known = [value for value in values if value is not None]
    assert [value is None for value in found.values] == [value is None for value in values]
    if not known:
        assert found.total is None
        return
    unit = 10.0**-digits
    printed = [value for value in found.values if value is not None]
    assert math.fsum(printed) == pytest.approx(found.total, abs=unit / 1000)
    assert found.total == pytest.approx(math.fsum(value * factor for value in known), abs=unit * 0.51)
    assert all(abs(p - v * factor) < unit + 1e-6 for p, v in zip(printed, known))


def test_a_surplus_and_a_lack_of_the_same_size_are_both_printed():
    """What stands here serves people there: +652 and −652 add up to nothing, and neither is nothing."""
    assert balance.balance([652.3, -651.8, -0.5], 0) == balance.Balanced([652.0, -652.0, 0.0], 0.0, 0)
    assert balance.balance([-5.5, -4.7], 0).values == [-5.0, -5.0]


def test_three_thirds_are_balanced_and_told():
    """Three zones of 3333.33 m² are 0.33 公顷 each and 1.00 in all: one of them prints 0.34, and a note says so."""
    rows = pd.DataFrame({"zone_id": ["Z-1", "Z-2", "Z-3"], "area_m2": [3333.33] * 3, "people": [10.4, 10.4, 10.4]})
    sheet = sheets.zone_sheet(frames.conform(rows.assign(geometry=None), schema.table("zones")), "zh")
    area, people = (sheet.headings.index(name) for name in ("用地面积（公顷）", "人口（人）"))
    assert [row[area] for row in sheet.rows] == [0.34, 0.33, 0.33]
    assert sheet.total[area] == 1.0
    assert [row[people] for row in sheet.rows] == [11, 10, 10]  # 31.2 people are 31
    assert sheet.total[people] == 31
    assert "平差" in sheet.notes[-1]
    assert sheet.headings.index("用地面积（亩）") and sheet.total[sheet.headings.index("用地面积（亩）")] == 15.0


def test_projects_as_institutes_list_them():
    rows = [("P-2", "乙", "Z-1", 20000.0, 12345.6, 30.0), ("P-1", "甲", "Z-1", 666.67, None, None)]
    names = ["project_id", "name", "zone_id", "area_m2", "exist_m2", "households"]
    frame = frames.conform(pd.DataFrame(rows, columns=names).assign(geometry=None), schema.table("projects"))
    items = pd.DataFrame({"project_id": ["P-1"], "item_id": ["parts"], "quantity": [1.5], "amount_low_wan": [2.345]})
    whole, listed = sheets.project_sheets(frame, frames.conform(items, schema.table("project_items")), "zh")
    assert [row[1] for row in whole.rows] == ["P-1", "P-2"]
    mu = whole.headings.index("用地面积（亩）")
    assert [row[mu] for row in whole.rows] == [1.0, 30.0]
    assert whole.total[whole.headings.index("现状建筑面积（万m²）")] == 1.23
    assert listed.rows[0][listed.headings.index("估算工程量")] == 1.5


def test_uses_of_projects_are_named():
    """Codes of an older scheme by the national class; a code that the map does not know, or a name, stays as it is."""
    rows = [("P-1", "05H1、0601", "0701"), ("P-2", "城镇住宅用地", None), ("P-3", "9999", "0701 城镇住宅用地")]
    projects = pd.DataFrame(rows, columns=["project_id", "use_now", "use_plan"]).assign(geometry=None)
    land = pd.DataFrame(
        [("1", "now", "05H1", "09"), ("2", "now", "0601", "10"), ("3", "plan", "0701", "0701"),
         ("4", "now", "9999", None), ("5", "now", "城镇住宅用地", "0701"), ("6", "plan", "0701 城镇住宅用地", "0701")],
        columns=["land_id", "stage", "land_use", "code"],
    )  # fmt: skip
    frame = frames.conform(projects, schema.table("projects"))
    whole = sheets.project_sheets(frame, None, "zh", land)[0]
    now, plan = (whole.headings.index(name) for name in ("现状用途", "规划用途"))
    assert [(row[now], row[plan]) for row in whole.rows] == [
        ("05H1 商业服务业用地、0601 工矿用地", "0701 城镇住宅用地"), ("城镇住宅用地", None),
        ("9999", "0701 城镇住宅用地"),
    ]  # fmt: skip
    assert "用途为原代码" in whole.notes[1]
    english = sheets.project_sheets(frame, None, "en", land)[0]
    assert english.rows[0][now] == "05H1 Commerce and services, 0601 Industry and mining"
    plain = sheets.project_sheets(frame, None, "zh")[0]
    assert plain.rows[0][now] == "05H1、0601" and len(plain.notes) == 1


def test_ownership_of_projects_is_told_in_words():
    """Nobody outside the survey reads 20 and 30; words of an office stay as they are."""
    rows = [("P-1", "20、30"), ("P-2", "国有土地使用权"), ("P-3", None), ("P-4", "99")]
    projects = pd.DataFrame(rows, columns=["project_id", "ownership"]).assign(geometry=None)
    frame = frames.conform(projects, schema.table("projects"))
    whole = sheets.project_sheets(frame, None, "zh")[0]
    place = whole.headings.index("权属")
    assert [row[place] for row in whole.rows] == ["国有 20、集体 30", "国有土地使用权", None, "99"]
    assert sheets.project_sheets(frame, None, "en")[0].rows[0][place] == "State 20, Collective 30"


def test_totals_of_quantities_and_of_projects_that_differ_say_why():
    """P-2 has one quantity without a price: its cost is not known, its other quantity is in the sum of quantities."""
    names = ["project_id", "invest_low_wan", "invest_high_wan"]
    costs = pd.DataFrame([("P-1", 10.0, 20.0), ("P-2", None, None)], columns=names)
    projects = frames.conform(costs.assign(geometry=None), schema.table("projects"))
    rows = [("P-1", "a", 10.0, 20.0), ("P-2", "a", 3.0, 4.5), ("P-2", "b", None, None)]
    items = pd.DataFrame(rows, columns=["project_id", "item_id", "amount_low_wan", "amount_high_wan"])
    items = frames.conform(items, schema.table("project_items"))
    whole, listed = sheets.project_sheets(projects, items, "zh")
    low = "估算投资低值（万元）"
    assert whole.total[whole.headings.index(low)] == 10.0
    assert listed.total[listed.headings.index(low)] == 13.0
    told = [note for note in listed.notes if "3.00–4.50 万元" in note]
    assert len(told) == 1
    assert "1 个投资不全的项目" in told[0]
    alone = items[items["project_id"] == "P-1"].reset_index(drop=True)
    assert not any("投资不全" in note for note in sheets.project_sheets(projects, alone, "zh")[1].notes)


def test_projects_on_one_ground_are_told():
    """A works of 2 ha; two rooms in its house of 0.5 ha list the house each; a lane of 40 people has no area."""
    works, house = shapely.box(0, 0, 200, 100), shapely.box(0, 0, 100, 50)
    rows = [("P-1", 20000.0, 100.0, works), ("P-2", 5000.0, None, house), ("P-3", 5000.0, None, house),
            ("P-4", None, 40.0, shapely.LineString([(0, 0), (300, 0)]))]  # fmt: skip
    frame = pd.DataFrame(rows, columns=["project_id", "area_m2", "people", "geometry"])
    table = schema.table("projects")
    whole, *_ = sheets.project_sheets(frames.conform(frame, table), None, "zh")
    twice, lanes = whole.notes[1:3]
    assert twice.startswith("用地面积合计中约 1.00 公顷是重复的")
    assert lanes.startswith("没有用地面积的线状项目")
    in_degrees = frame.assign(geometry=[shapely.affinity.scale(shape, 1e-5, 1e-5, origin=(0, 0)) for *_, shape in rows])
    assert sheets.project_sheets(frames.conform(in_degrees, table), None, "zh")[0].notes[1] == twice
    apart = frames.conform(frame.iloc[:1].reset_index(drop=True), table)
    assert len(sheets.project_sheets(apart, None, "zh")[0].notes) == 1


def test_findings_are_listed_as_they_are_read():
    rows = [("a:Z-1", "Z-1", "某文", 0.25, "share", 0.2, "fail", "=说明", "found"),
            ("b:Z-1", "Z-1", "某文", None, "share", 0.2, "unknown", "x", "heuristic")]  # fmt: skip
    table = schema.table("findings")
    frame = frames.conform(pd.DataFrame(rows[::-1], columns=table.names()), table)
    sheet = sheets.findings_sheet(frame, {"Z-1": "七星岗"}, "zh")
    assert [row[3] for row in sheet.rows] == ["七星岗"] * 2
    assert sheet.rows[0][4] == "25.0 %"
    assert sheet.rows[0][-1] == "=说明"
    assert sheet.rows[1][6].startswith("待核")


def test_order_of_rows_does_not_matter():
    one = sheets.opportunity_sheet(tagged(), None, "en", Run())
    other = sheets.opportunity_sheet(tagged().iloc[::-1].reset_index(drop=True), None, "en", Run())
    assert one == other


def test_sums_by_kind():
    rows = [("S1", "eday", "m2", 100.4, 80.0), ("S2", "eday", "m2", 40.4, 10.0), ("S1", "kgar", "place", 0.0, 0.0)]
    summary = pd.DataFrame(rows, columns=["community_id", "kind", "unit", "need", "gap"])
    whole, sums = sheets.gap_sheets(frames.conform(summary.assign(geometry=None), schema.table("gap_summary")), "zh")
    assert sums.rows[0][:3] == ["社区养老服务站", "m²", 141.0]  # 140.8
    assert sums.rows[0][-1] == round(90 / 140.8 * 100, 1)
    assert sums.rows[1][-1] is None  # no need, no share
    need = whole.headings.index("需求")
    assert [row[need] for row in whole.rows] == [101.0, 0.0, 40.0]  # S1, S1, S2: 101 + 40 = 141
    assert "平差" in whole.notes[0]
    rows = pd.DataFrame({"community_id": ["S1", "S2"], "kind": "ebed", "unit": "bed", "need": [68.0, 5.0],
                         "supply": [0.0, 30.0], "served": [15.0, 5.0], "gap": [53.0, 0.0],
                         "surplus": [-15.0, 25.0]})  # fmt: skip
    whole, _ = sheets.gap_sheets(frames.conform(rows.assign(geometry=None), schema.table("gap_summary")), "zh")
    assert [row[whole.headings.index("富余")] for row in whole.rows] == [-15.0, 25.0]
    assert whole.notes == ["富余 = 供给 − 已服务；负数表示居民使用了其他社区的设施。"]


def test_dictionary_lists_every_column():
    tables = [schema.table("zones"), schema.table("gap", ("eday",))]
    sheet = sheets.dictionary_sheet(tables, "zh")
    assert len(sheet.rows) == sum(len(table.columns) for table in tables)


def test_cancel_is_heard_within_a_long_sheet(tmp_path):
    """A list of a whole city takes seconds to write: Cancel ends it among the first rows, not after the sheet."""
    looks = []

    def cancelled():
        looks.append(1)
        return len(looks) > 3

    long = workbook.Sheet("s", "t", ["h"], [None], [["x"]] * 10_000)
    with pytest.raises(Cancelled):
        workbook.write_workbook(tmp_path / "a.xlsx", [long], Run(is_cancelled=cancelled))
    assert len(looks) == 4


def test_a_long_table_prints_with_its_headings_and_a_wide_one_keeps_its_names(tmp_path):
    wide = workbook.Sheet("清单 & '项目'", "项目 & 清单", ["序号", "编号", *"abcdefghijklmnopqr"], [0, None, *[2] * 18],
                 [[1, "长" * 30, *[1.5] * 18]])  # fmt: skip
    workbook.write_workbook(tmp_path / "a.xlsx", [wide, workbook.Sheet("窄", "窄", ["名"], [None], [["甲"]])])
    first, second = openpyxl.load_workbook(tmp_path / "a.xlsx")
    for sheet in (first, second):
        assert sheet.print_title_rows == "$1:$2"
        assert sheet.sheet_properties.pageSetUpPr.fitToPage
        assert (sheet.page_setup.fitToWidth, sheet.page_setup.fitToHeight) == (1, 0)
        assert sheet.oddFooter.right.text == "&P / &N"
    assert (first.freeze_panes, first.page_setup.paperSize) == ("C3", 8)  # number and id stay in view; A3
    assert (second.freeze_panes, second.page_setup.paperSize) == ("A3", 9)
    assert first["B3"].alignment.wrap_text
    assert not second["A3"].alignment.wrap_text


def test_rows_are_as_high_as_their_texts(tmp_path):
    """LibreOffice does not find the height by itself: lines lay on each other."""
    # 48 letters a column, one kept free: 60 characters of two letters in 23 a line = 3 lines; words are not broken:
    # six of nine letters and a blank, four a line = 2 lines; 30 letters of a heading stand in two lines; at most 409 pt
    rows = [["字" * 60, 1], ["abcdefghi " * 6, 2], ["短", 3], ["一\n二\n三\n四", 4], ["x" * 2000, 5]]
    sheet = workbook.Sheet("s", "t", ["文", "现状建筑面积现状建筑面积现状建"], [None, 0], rows, ["合计", 15])
    workbook.write_workbook(tmp_path / "a.xlsx", [sheet])
    page = openpyxl.load_workbook(tmp_path / "a.xlsx").active
    assert page.column_dimensions["B"].width == 18
    heights = [page.row_dimensions[row].height for row in range(2, 9)]
    assert heights == [30, 45, 30, None, 60, 405, None]
    assert [page.cell(row, 1).alignment.wrap_text for row in (3, 4)] == [True, True]


def test_a_table_of_many_columns_is_printed_on_several_pages_and_names_its_rows_on_each(tmp_path):
    """28 columns on one page had letters of a millimetre."""
    many = workbook.Sheet(
        "多", "多", ["序号", *[f"c{n}" for n in range(30)]], [0, *[None] * 30], [[1, *["x" * 16] * 30]]
    )
    workbook.write_workbook(tmp_path / "a.xlsx", [many])
    page = openpyxl.load_workbook(tmp_path / "a.xlsx").active
    # 8 + 30 × 18 letters; three columns (44) are repeated, so 504 stand in 246 each
    assert (page.page_setup.fitToWidth, page.print_title_cols, page.print_title_rows) == (3, "$A:$C", "$1:$2")


def test_coordinates_have_no_separators(tmp_path):
    rows = pd.DataFrame({"zone_id": ["Z"], "ring": [1], "number": [1], "corner": ["J1"], "north_m": [3272269.185],
                         "east_m": [359980.478], "to_next_m": [1234.5], "along": ["界线"]})  # fmt: skip
    workbook.write_workbook(tmp_path / "a.xlsx", [sheets.plain_sheet(rows, schema.table("corners"), "zh")])
    page = openpyxl.load_workbook(tmp_path / "a.xlsx").active
    assert [page[f"{letter}3"].number_format for letter in "BEG"] == ["0", "0.000", "0.00"]
    assert (page["E3"].value, page["B3"].value) == (3272269.185, 1)


def test_what_is_counted_is_said_once_in_a_heading():
    """A column of households in households is headed Households; another unit stands beside the name."""
    from urban_renewal.core import schema

    columns = [column for name in schema.table_names() for column in schema.table(name).columns]
    heads = {column.alias(language) for column in columns for language in ("zh", "en")}
    twice = [head for head in heads if (parts := head.rstrip(")）").replace("（", "(").split(" (")) and len(parts) == 2
             and parts[0].casefold() == parts[1].casefold()]  # fmt: skip
    assert twice == [] and "Households" in heads
    assert schema.Column("m", "real", "面积", "Area", "m2").alias("en") == "Area (m²)"
