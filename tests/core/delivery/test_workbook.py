"""Workbooks read back with another reader; text that looks like a formula stays text."""

import zipfile

import pandas as pd
import pytest
from urban_renewal.core import frames, schema
from urban_renewal.core.delivery import sheets, workbook
from urban_renewal.core.errors import RenewalError

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
    members = pd.DataFrame({"zone_id": ["Z-2", "Z-1"], "parcel_id": ["P1", "P1"]})
    sheet = sheets.opportunity_sheet(tagged(), members, "zh")
    place = sheet.headings.index("宗地编号")
    assert [row[place] for row in sheet.rows] == ["P1", "P2", "P3", "P7"]
    assert [row[0] for row in sheet.rows] == [1, 2, 3, 4]
    assert sheet.rows[0][-1] == "Z-1"
    area = sheet.headings.index("地块面积 (m²)")
    assert sheet.total[area] == pytest.approx(100.3)
    assert sheet.rows[0][sheet.headings.index("标记")] == "老旧小区"


def test_order_of_rows_does_not_matter():
    one = sheets.opportunity_sheet(tagged(), None, "en")
    other = sheets.opportunity_sheet(tagged().iloc[::-1].reset_index(drop=True), None, "en")
    assert one == other


def test_sums_by_kind():
    rows = [("S1", "eday", "m2", 100.0, 80.0), ("S2", "eday", "m2", 40.0, 10.0), ("S1", "kgar", "place", 0.0, 0.0)]
    summary = pd.DataFrame(rows, columns=["community_id", "kind", "unit", "need", "gap"])
    _, sums = sheets.gap_sheets(frames.conform(summary.assign(geometry=None), schema.table("gap_summary")), "zh")
    assert sums.rows[0][:3] == ["社区养老服务站", "m2", 140.0]
    assert sums.rows[0][-1] == pytest.approx(90 / 140 * 100)
    assert sums.rows[1][-1] is None  # no need, no share


def test_dictionary_lists_every_column():
    tables = [schema.table("zones"), schema.table("gap", ("eday",))]
    sheet = sheets.dictionary_sheet(tables, "zh")
    assert len(sheet.rows) == sum(len(table.columns) for table in tables)
