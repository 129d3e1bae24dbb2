"""Where things stand in a sheet, how wide and high they are, and what is cut: limits, just below and just above."""

import zipfile

import pytest
from urban_renewal.core.delivery.formats import workbook

openpyxl = pytest.importorskip("openpyxl")


@pytest.fixture
def written(tmp_path):
    """Write sheets; return them as openpyxl reads them."""

    def write(*sheets):
        workbook.write_workbook(tmp_path / "a.xlsx", sheets)
        return openpyxl.load_workbook(tmp_path / "a.xlsx").worksheets

    return write


def sheet(headings, digits, rows, total=(), notes=(), title="t"):
    return workbook.Sheet("s", title, headings, digits, rows, total, notes)


def test_totals_stand_below_the_rows_in_bold_and_notes_a_line_below(written):
    (page,) = written(sheet(["名", "数"], [None, 2], [["甲", 1.5], ["乙", 2]], ["合计", 3.5], ["一", "二"]))
    assert [cell.value for cell in page["A"]] == ["t", "名", "甲", "乙", "合计", None, "一", "二"]
    assert [cell.value for cell in page["B"]] == [None, "数", 1.5, 2, 3.5, None, None, None]
    assert [(page[place].font.b, page[place].number_format) for place in ("B3", "B5")] == [
        (False, "#,##0.00"), (True, "#,##0.00"),
    ]  # fmt: skip
    assert page["A5"].font.b and not page["A4"].font.b
    assert page.auto_filter.ref == "A2:B4"  # neither total nor notes are filtered away


def test_a_sheet_without_rows_or_with_one_column(written):
    (empty,) = written(sheet(["名", "数"], [None, 0], []))
    assert (empty.max_row, empty.auto_filter.ref) == (2, None)
    (one,) = written(sheet(["名"], [None], [["甲"]], notes=["注"]))
    assert not one.merged_cells.ranges and [one[place].value for place in ("A1", "A3", "A5")] == ["t", "甲", "注"]
    (two,) = written(sheet(["名", "数"], [None, 0], [["甲"], ["乙", 1]]))  # a row that ends early
    assert [str(area) for area in two.merged_cells.ranges] == ["A1:B1"]
    assert (two["B3"].value, two["B4"].value) == (None, 1)


@pytest.mark.parametrize(("last", "paper", "freeze"), [(6, 9, "A3"), (7, 8, "B3")])
def test_150_letters_fit_on_a4_and_all_of_it_on_the_screen(written, last, paper, freeze):
    """Columns of 48, 48, 46 and 8 letters, 9 in the other case."""
    (page,) = written(sheet(list("abcd"), [None] * 4, [["x" * 60, "x" * 60, "x" * 44, "x" * last]]))
    assert (page.page_setup.paperSize, page.freeze_panes) == (paper, freeze)


@pytest.mark.parametrize(("second", "freeze"), [(10, "C3"), (11, "B3")])
def test_columns_up_to_60_letters_stay_in_view(written, second, freeze):
    """48 and 12 letters; with 48 and 13 the first alone."""
    (page,) = written(sheet(list("abcde"), [None] * 5, [["x" * 60, "x" * second, *["x" * 60] * 3]]))
    assert page.freeze_panes == freeze


def test_widths_are_those_of_the_first_200_rows(written):
    rows = [["x", "x" * 9, "字" * 9]] * 200 + [["x" * 30, "x", "x"]]
    (page,) = written(sheet(["a", "一二三四五六", "一二三四五六七"], [None] * 3, rows))
    assert [page.column_dimensions[letter].width for letter in "ABC"] == [8, 14, 20]


@pytest.mark.parametrize(("text", "lines"), [
    ("x" * 47, 1), ("x" * 48, 2), ("x" * 94, 2), ("x" * 95, 3), ("字" * 23, 1), ("字" * 24, 2),
    ("a" * 23 + " " + "b" * 23, 1), ("a" * 23 + " " + "b" * 24, 2), ("a" * 40 + " " + "b" * 94 + " c", 4),
    ("a" * 20 + "\n" + "b" * 20, 2),
])  # fmt: skip
def test_a_column_of_48_has_room_for_47_letters(written, text, lines):
    (page,) = written(sheet(["h"], [None], [["x" * 60], [text]]))
    assert page.row_dimensions[4].height == (None if lines == 1 else 15 * lines)
    assert bool(page["A4"].alignment.wrap_text) == (lines > 1)


def test_what_a_cell_cannot_hold_is_cut_and_marked(written):
    (page,) = written(sheet(["h"], [None], [["x" * 32_000], ["x" * 32_001]]))
    assert page["A3"].value == "x" * 32_000
    assert page["A4"].value == "x" * 32_000 + "…"


def test_marks_of_xml_and_of_footers_are_letters_in_names_and_titles(tmp_path):
    workbook.write_workbook(tmp_path / "a.xlsx", [workbook.Sheet('a"b<c', "甲 & 乙", ["h"], [None], [["x"]])])
    assert openpyxl.load_workbook(tmp_path / "a.xlsx").sheetnames == ['a"b<c']
    with zipfile.ZipFile(tmp_path / "a.xlsx") as archive:
        text = archive.read("xl/worksheets/sheet1.xml").decode()
    assert "<oddFooter>&amp;L甲 &amp;&amp; 乙&amp;R&amp;P / &amp;N</oddFooter>" in text
