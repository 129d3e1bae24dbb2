"""Charts are copied as pictures, saved as PNG and SVG with real text, and the table behind them is copied."""

import re

import pytest
from qgis.PyQt.QtGui import QImage
from qgis.PyQt.QtWidgets import QApplication


@pytest.fixture
def bars(qtbot):
    from urban_renewal.dialogs.gap.bars import GapBars, Pair

    chart = GapBars()
    qtbot.addWidget(chart)
    chart.resize(380, 90)
    chart.show_pairs([Pair("C1", "上清寺社区", 0.5, None, 1234.0, 0.25), Pair("C2", "乙", 0.0, 1.0, None)], "C1")
    return chart


def act(chart, place):
    chart.actions()[place].trigger()


def test_picture_and_table_go_to_the_clipboard(bars):
    """Twice the pixels of the screen; numbers are bare, what is not known is empty."""
    act(bars, 0)
    image = QApplication.clipboard().image()
    assert (image.width(), image.height()) == (760, 180)
    assert len({image.pixelColor(x, y).name() for x in range(0, 760, 7) for y in range(0, 180, 5)}) > 4
    act(bars, 2)
    lines = QApplication.clipboard().text().splitlines()
    assert [line.split("\t") for line in lines[1:]] == [
        ["上清寺社区", "0.5", "", "0.25", "1234"], ["乙", "0", "1", "", ""]
    ]  # fmt: skip
    assert len(lines[0].split("\t")) == 5


def test_saved_as_png_and_as_svg_with_text(bars, tmp_path, monkeypatch):
    from urban_renewal.dialogs.parts import chart_menu

    for name, kind, wanted in (
        ("a", "SVG (*.svg)", "a.svg"),
        ("b", "Picture (*.png)", "b.png"),
        ("c.svg", "", "c.svg"),
    ):
        monkeypatch.setattr(
            chart_menu.QFileDialog, "getSaveFileName", lambda *_, name=name, kind=kind: (str(tmp_path / name), kind)
        )
        act(bars, 1)
        assert (tmp_path / wanted).is_file()
    assert QImage(str(tmp_path / "b.png")).width() == 760
    text = (tmp_path / "a.svg").read_text(encoding="utf-8")
    assert "上清寺社区" in text and "1,234" in text  # text stays text
    assert re.search(r'viewBox="0 0 380 90"', text)
    with pytest.raises(OSError, match="away"):
        chart_menu.save_picture(bars, tmp_path / "away" / "x.svg")
    with pytest.raises(OSError, match="away"):
        chart_menu.save_picture(bars, tmp_path / "away" / "x.png")


def test_a_picture_that_is_not_written_over_an_older_one_is_said(bars, tmp_path, monkeypatch):
    """The older file is there and not empty: that says nothing of the new one."""
    from qgis.PyQt import QtSvg
    from urban_renewal.dialogs.parts import chart_menu

    path = tmp_path / "旧.svg"
    path.write_text("<svg/>", encoding="utf-8")

    class Elsewhere(QtSvg.QSvgGenerator):
        """Cannot write: where it would there is no folder."""

        def setFileName(self, name):
            super().setFileName(str(tmp_path / "no" / "x.svg"))

    monkeypatch.setattr(QtSvg, "QSvgGenerator", Elsewhere)
    with pytest.raises(OSError, match="旧"):
        chart_menu.save_picture(bars, path)
    assert path.read_text(encoding="utf-8") == "<svg/>"


def test_every_chart_has_its_table(qtbot):
    """The profile, the evidence and the cards' charts: as many rows as there is drawn, under their headings."""
    from types import SimpleNamespace

    from urban_renewal.dialogs.explore.way_profile import WayProfile
    from urban_renewal.dialogs.parts.charts import Chart
    from urban_renewal.dialogs.review.evidence_rows import EvidenceRow
    from urban_renewal.dialogs.review.evidence_view import EvidenceView

    profile, evidence, chart = WayProfile(), EvidenceView(), Chart()
    for widget in (profile, evidence, chart):
        qtbot.addWidget(widget)
    profile.way = SimpleNamespace(heights=((0.0, 210.5, "street"), (60.0, 220.5, "stairs")))
    assert profile.table()[1:] == [[0.0, 210.5, "street"], [60.0, 220.5, "stairs"]]
    profile.way = None
    evidence.show_rows([EvidenceRow("年代", "1996", 0.4, 0.6, 0.5, "part"), EvidenceRow("住宅", "", 1, 1, None, "met")])
    assert [row[3:] for row in evidence.table()[1:]] == [[0.4, 0.6, 0.5], [1, 1, None]]
    chart.show_figures("tag", {
        "tags": {"old_compound": {"confirmed": 3, "suspected": 2}},
        "histogram": {"tag": "old_compound", "confirmed": [0, 3], "suspected": [2, 0]},
    })  # fmt: skip
    assert [row[1:] for row in chart.table()[-2:]] == [[0, 2], [3, 0]]
    assert [row[2] for row in chart.table()[1:2]] == [5.0]
    assert all(len(widget.actions()) == 3 for widget in (profile, evidence, chart))
