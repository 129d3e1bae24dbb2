"""A delivery's project opens quickly: a sheet's tables are few items, its text leaves out what QGIS knows anyway."""

import pytest

BODY = [[f"第{number}片区 gj", f"{number * 13.7:.1f}", str(number)] for number in range(1, 13)]
ROWS = [["名称", "公顷", "n"], *BODY]
WIDTHS = (30, 15, 12)
PLACE = (20, 30)


@pytest.fixture
def sheet(qgis_app):
    """A function that makes an empty sheet; all are let go of at the end."""
    from qgis.core import QgsProject
    from urban_renewal.processing.delivery.pages.sheet import Sheet

    project, made = QgsProject(), []

    def make():
        made.append(Sheet(project, f"{len(made)}", ""))
        return made[-1]

    yield make
    for item in made:
        item.close()


def labels(made):
    from qgis.core import QgsLayoutItemLabel

    return [item for item in made.layout.items() if isinstance(item, QgsLayoutItemLabel)]


def drawn(layout, path):
    """Return the layout as an array of grey (y, x)."""
    import numpy as np
    from qgis.core import QgsLayoutExporter
    from qgis.PyQt.QtGui import QImage

    settings = QgsLayoutExporter.ImageExportSettings()
    settings.dpi, settings.exportMetadata, settings.generateWorldFile = 150, False, False
    assert QgsLayoutExporter(layout).exportToImage(str(path), settings) == QgsLayoutExporter.ExportResult.Success
    picture = QImage(str(path)).convertToFormat(QImage.Format.Format_Grayscale8)
    bits = picture.constBits().asstring(picture.sizeInBytes())
    return np.frombuffer(bits, np.uint8).reshape(picture.height(), -1)[:, : picture.width()].astype(int)


@pytest.mark.parametrize("step", [4.4, 5.2])
def test_a_table_of_few_items_looks_like_one_item_a_cell(sheet, tmp_path, step):
    from urban_renewal.processing.delivery.pages.sheet import GREY

    few, many = sheet(), sheet()
    assert few.rows(ROWS, WIDTHS, *PLACE, step) == pytest.approx(PLACE[1] + step * len(ROWS))
    assert [item.text() for item in reversed(labels(few))] == [words for row in ROWS for words in row]  # as it is read
    few.columns.merge()
    assert len(labels(few)) == 2 * len(WIDTHS)
    for number, row in enumerate(ROWS):
        y = PLACE[1] + step * number
        for column, (words, width) in enumerate(zip(row, WIDTHS)):
            look = {"color": GREY} if number == 0 else {}
            place = (PLACE[0] + sum(WIDTHS[:column]), y, width, step)
            many.text(words, place, 7 if number == 0 else 8, align="right" if column else "left", **look)
        many.rule(PLACE[0], y + step, sum(WIDTHS))
    one, other = drawn(few.layout, tmp_path / "few.png"), drawn(many.layout, tmp_path / "many.png")
    assert one.min() < 100  # something is written
    assert abs(one - other).max() < 40  # edges are smoothed otherwise, nothing else
    assert len(few.layout.items()) < len(many.layout.items()) / 4


def test_a_text_wider_than_its_column_stands_alone_and_moves_no_other(sheet):
    made = sheet()
    long = "一个比这一栏宽得多的片区名称写在这里"
    made.rows([ROWS[0], ["甲", "1", ""], [long, "2", ""], ["乙", "3", ""]], WIDTHS, *PLACE)
    made.columns.merge()
    assert sorted(item.text() for item in labels(made)) == sorted([*ROWS[0], "甲\n\n乙", long, "1\n2\n3", "\n\n"])


def test_marks_of_coordinates_are_two_items_a_map(sheet):
    from qgis.core import QgsCoordinateReferenceSystem, QgsLayoutItemPolyline, QgsRectangle

    made = sheet()
    crs = QgsCoordinateReferenceSystem("EPSG:4545")
    made.map((20, 30, 300, 200), QgsRectangle(0, 0, 1500, 1000), [], crs, 5000)
    marks = [item for item in made.layout.items() if isinstance(item, QgsLayoutItemPolyline)]
    assert len(marks) == 2
    numbers = [int(item.text()) for item in labels(made)]
    assert sorted(set(numbers)) == [200, 400, 600, 800, 1000, 1200, 1400]
    lines = marks[0].nodes(), marks[1].nodes()
    gaps = [abs(line.at(1).x() - line.at(0).x()) + abs(line.at(1).y() - line.at(0).y()) for line in lines]
    step = 200 / 5  # mm from mark to mark
    assert sorted(gap / step for gap in gaps) == pytest.approx(
        [4.5, 7.5]
    )  # four and seven marks, none at its beginning


def test_a_terse_layout_is_the_same_layout(sheet, tmp_path):
    from qgis.core import QgsPrintLayout, QgsProject, QgsReadWriteContext
    from qgis.PyQt.QtXml import QDomDocument
    from urban_renewal.processing.delivery.project import _terse

    made = sheet()
    made.rows(ROWS, WIDTHS, *PLACE)
    made.figures([("面积", "36.9", "公顷"), ("人口", "12,345", "人")], (150, 30, 80, 12), 2)
    made.disc(200, 90, 6, "#8C1D40", "#FFFFFF")
    assert made.layout.saveAsTemplate(str(tmp_path / "a.qpt"), QgsReadWriteContext())
    whole = (tmp_path / "a.qpt").read_bytes()
    short = _terse(whole)
    assert len(short) < len(whole) / 2
    project, pictures = QgsProject(), []
    for content in (whole, short):
        document = QDomDocument()
        assert document.setContent(content)[0]
        again = QgsPrintLayout(project)
        again.loadFromTemplate(document, QgsReadWriteContext())
        pictures.append(drawn(again, tmp_path / "b.png"))
    assert (pictures[0] == pictures[1]).all()
    original = drawn(made.layout, tmp_path / "c.png")
    assert abs(pictures[0] - original).max() < 10


def test_what_was_merged_dies_with_the_worker(qgis_app):
    """Items that are taken out are deleted when their thread ends, after the sheet has gone."""
    from qgis.core import QgsProject
    from qgis.PyQt import sip
    from qgis.PyQt.QtCore import QThread
    from urban_renewal.processing.delivery.pages.sheet import Sheet

    held = []

    class Worker(QThread):
        def run(self):
            project = QgsProject()
            for number in range(3):
                made = Sheet(project, str(number), "")
                made.rows(ROWS, WIDTHS, *PLACE)
                held.extend(labels(made))
                made.columns.merge()
                made.close()
            project.clear()

    worker = Worker()
    worker.start()
    assert worker.wait(30_000)
    assert len(held) == 3 * len(ROWS) * len(WIDTHS)
    assert all(map(sip.isdeleted, held))


@pytest.fixture
def decimal_commas():
    """A machine that writes 0,5."""
    from qgis.PyQt.QtCore import QLocale

    before = QLocale()
    QLocale.setDefault(QLocale(QLocale.Language.German, QLocale.Country.Germany))
    yield
    QLocale.setDefault(before)


def test_sheets_have_the_same_numbers_on_every_machine(sheet, decimal_commas):
    """A scale bar had 0,5 km where the machine writes so, a contour 1.200 m."""
    from qgis.core import QgsLayoutItemScaleBar, QgsNumericFormatContext, QgsRectangle

    made = sheet()
    drawn = made.map((20, 30, 300, 200), QgsRectangle(0, 0, 15_000, 10_000), [], None, 50_000)
    made.scale_bar(drawn, 50_000, (20, 217, 150, 230))
    (bar,) = [item for item in made.layout.items() if isinstance(item, QgsLayoutItemScaleBar)]
    assert bar.numericFormat().formatDouble(0.5, QgsNumericFormatContext()) == "0.5"
