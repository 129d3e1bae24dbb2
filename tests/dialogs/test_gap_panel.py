"""The panel of gaps: chart, table and map share one selection; walking and radius, unknown is never nothing."""

import copy
import json
import zipfile
from datetime import datetime, timezone

import pytest
from qgis.PyQt.QtCore import QPoint, Qt
from urban_renewal.core import envelope
from urban_renewal.core.run import Run
from urban_renewal.core.runrecord import Work, build, to_text

from .helpers import rest, write_rows


def told(panel):
    return [(pair.key, pair.elder, pair.child, pair.people) for pair in panel.bars.pairs]


def test_walking_and_radius_switch_at_once(gaps):
    """Gap ÷ need = 0.6 of 100 people and 0.1 of 300; outside the radius 0.1 of 100 and 0.8 of 300."""
    panel = gaps.panel
    assert told(panel)[:2] == [("C1", 0.5, pytest.approx(0.6), pytest.approx(60)),
                               ("C2", None, pytest.approx(0.1), pytest.approx(30))]  # fmt: skip
    panel.radius.setChecked(True)
    assert told(panel)[:2] == [("C2", None, pytest.approx(0.8), pytest.approx(240)),
                               ("C1", 0.0, pytest.approx(0.1), pytest.approx(10))]  # fmt: skip
    assert panel.figures[0][0].text() == "250"


def test_kinds_are_grouped_as_the_standard_groups_them(gaps, dock, tmp_path):
    """Day care is children's by a standard of one's own, nurseries nobody's: C1 lacks 10 of 20 places of day care."""
    own = copy.deepcopy(envelope.load("standard", "chongqing"))
    for entry in own["kinds"]:
        entry["group"] = {"eday": "child", "nurs": "all"}.get(entry["id"], entry["group"])
    path = tmp_path / "own.json"
    path.write_text(json.dumps(own, ensure_ascii=False), encoding="utf-8")
    dock.session.study.settings["STANDARD_FILE"] = str(path)
    gaps.open()
    assert told(gaps.panel)[0][:3] == ("C1", None, 0.5)
    gaps.open_table()
    model = gaps.table.panel.model
    assert [model.number(model.communities[0], key) for key in ("elder", "child")] == [None, 0.5]


def test_the_groups_are_those_that_the_gaps_were_counted_by(gaps, dock, tmp_path):
    """The file of the standard was changed since, or another was chosen: the map's columns are of the old one."""
    own = {**copy.deepcopy(envelope.load("standard", "chongqing")), "id": "own"}
    own["kinds"] = [{**entry, "group": "elder"} for entry in own["kinds"]]
    noon = datetime(2026, 1, 1, 12, tzinfo=timezone.utc)
    work = Work("facilitygap", {"zh": "缺口", "en": "Gaps"}, "0.1.0", {}, noon, noon, documents=(own,))
    place = tmp_path / "gap_summary.gpkg.run.json"
    place.write_text(to_text(build(work, Run())), encoding="utf-8")
    gaps.open()
    assert told(gaps.panel)[0][:3] == ("C1", pytest.approx((0.5 + 0.6) / 2), None)
    gaps.panel.kind.setCurrentIndex(gaps.panel.kind.findData("elder"))
    gaps.panel.refresh()
    assert gaps.panel.figures[2][0].text() == "2" and gaps.panel.worst_kind("C1") == "nurs"


def test_unknown_is_last_and_never_nothing(gaps):
    panel = gaps.panel
    assert told(panel)[2] == ("C3", None, None, None)
    row = panel.list.rowCount() - 1
    assert [panel.list.index(row, column).data() for column in (1, 2, 5)] == ["—", "—", "—"]
    panel.order.setCurrentIndex(panel.order.findData("people"))
    panel.refresh()
    assert [pair.key for pair in panel.bars.pairs] == ["C1", "C2", "C3"]


def test_the_order_is_seen_in_the_chart(gaps):
    """Bars are of groups, the order is of the kind: its own share stands as a mark in each row, largest first."""
    panel = gaps.panel
    assert [pair.own for pair in panel.bars.pairs] == [pytest.approx(0.6), pytest.approx(0.1), None]
    panel.resize(400, 700)
    image = panel.bars.grab().toImage()  # it is drawn: the mark of 60 % is darker than the bar it crosses
    row, left = panel.bars._row(), panel.bars._left(image.width())
    x = int(left + (image.width() * 0.83 - left) * 0.6)
    y = int(panel.bars.fontMetrics().height() * 1.3 + row / 2)
    assert min(image.pixelColor(x + step, y).lightness() for step in (-1, 0, 1)) < 60


def test_one_selection(gaps, qtbot):
    panel = gaps.panel
    panel.table.selectRow(1)
    assert (panel.bars.current, panel.current) == ("C2", "C2")
    assert gaps._frame.band is not None
    assert "<b>乙</b>: 300 people" in panel.sentence.text().replace("\xa0", " ")
    assert "Within 5 min on foot 90 %, within the radius of 300 m 20 %" in panel.sentence.text().replace("\xa0", " ")
    qtbot.keyClick(panel.bars, Qt.Key.Key_Up)
    assert panel.list.key_at(panel.table.currentIndex().row()) == "C1"
    assert panel.figures[1][0].text() == "2 / 3"
    assert panel.exam.text() == "City examination: 托位 1"


def test_communities_whose_layer_has_left_the_project(gaps, dock, project):
    """What was framed before is framed again, what was not is only told; nothing breaks."""
    panel = gaps.panel
    panel.table.selectRow(1)
    project.removeMapLayer(dock.session.study.inputs["COMMUNITIES"].layer_id)
    panel.table.selectRow(0)
    assert panel.current == "C1" and "甲" in panel.sentence.text()
    panel.table.selectRow(1)
    assert panel.current == "C2" and gaps._frame.band is not None
    panel.table.selectRow(2)
    assert panel.current == "C3" and gaps._frame.band is None


@pytest.mark.parametrize("way", ["bar", "row", "Enter in the chart", "Enter in the table"])
def test_a_double_click_zooms_to_the_community(gaps, qgis_iface, qtbot, way):
    panel, canvas = gaps.panel, qgis_iface.mapCanvas()
    panel.choose("C1")
    before = canvas.extent()
    before.scale(50)
    canvas.setExtent(before)
    left = Qt.MouseButton.LeftButton
    if way == "bar":
        at = QPoint(5, panel.bars.place_of("C1") + 3)
        qtbot.mouseDClick(panel.bars, left, pos=at)
    elif way == "row":
        qtbot.mouseClick(panel.table.viewport(), left, pos=panel.table.visualRect(panel.list.index(0, 0)).center())
        qtbot.mouseDClick(panel.table.viewport(), left, pos=panel.table.visualRect(panel.list.index(0, 0)).center())
    else:
        qtbot.keyClick(panel.bars if "chart" in way else panel.table, Qt.Key.Key_Return)
    assert panel.current == "C1" and canvas.extent().width() < before.width() / 5


def test_a_name_that_no_community_has(gaps):
    """An empty chart, an empty table and the sentence of a community that is not shown told nothing."""
    panel = gaps.panel
    panel.find.setText("nobody is called so")
    assert panel.list.rowCount() == 0 and panel.sentence.text() == ""
    assert not panel.hint.isHidden() and "nobody is called so" in panel.hint.text()
    panel.find.setText("")
    assert panel.hint.isHidden() and panel.sentence.text()


def test_the_way_in_a_layer_that_has_left_says_so(gaps, dock, project):
    told = []
    dock.gaps.failed.connect(told.append)
    project.removeMapLayer(dock.session.study.inputs["COMMUNITIES"].layer_id)
    gaps.panel.way_asked.emit(gaps.panel.current)
    assert "is gone" in told[-1]


def test_of_a_citys_communities_those_in_view_are_drawn(gaps, monkeypatch):
    """A thousand rows were drawn at each look at fifteen; what is drawn of a part is what the whole has there."""
    from qgis.PyQt.QtCore import QPoint, QRect
    from qgis.PyQt.QtGui import QImage, QRegion
    from urban_renewal.dialogs.gap import bars

    chart = bars.GapBars()
    chart.show_pairs(
        [bars.Pair(f"C{n}", f"社区{n}", n / 400, 1 - n / 400, n / 800, float(n)) for n in range(400)], "C203"
    )
    chart.resize(400, chart.sizeHint().height())
    drawn, real = [], chart._draw_bar
    monkeypatch.setattr(chart, "_draw_bar", lambda *what: (drawn.append(1), real(*what))[1])

    def picture(part):
        image = QImage(400, part.height(), QImage.Format.Format_RGB32)
        image.fill(0xFFFFFF)
        chart.render(image, QPoint(0, 0), QRegion(part))
        return image

    part = QRect(0, chart.place_of("C200"), 400, 10 * int(chart._row()))
    seen, few = picture(part), len(drawn)
    whole = picture(chart.rect())
    assert seen == whole.copy(part)
    assert 20 <= few <= 2 * 12 and len(drawn) - few == 800


def test_map_shows_the_kind(gaps, project):
    layer = next(item for item in project.mapLayers().values() if item.fields().names()[-1] == "nurs_in_r")
    rules = layer.renderer().rootRule().children()
    assert '1 - "nurs_share"' in rules[0].filterExpression()
    gaps.panel.radius.setChecked(True)
    assert '"nurs_in_r" > 0' in layer.renderer().rootRule().children()[0].filterExpression()


def test_excel_has_numbers(gaps, tmp_path):
    gaps.write(tmp_path / "out.xlsx")
    with zipfile.ZipFile(tmp_path / "out.xlsx") as archive:
        sheet = archive.read("xl/worksheets/sheet1.xml").decode()
    assert "<v>0.6" in sheet  # the gap share of C1's nursery, a number
    assert "乙" in sheet


def test_nothing_before_gaps(dock):
    said = []
    dock.gaps.failed.connect(said.append)
    dock.gaps.open()
    assert (dock.gaps.panel, len(said)) == (None, 1)


def test_a_bar_of_the_card_opens_the_panel_at_its_community(gaps, dock):
    from urban_renewal.dialogs.workbench.links import follow

    for community in ("C1", "C2"):
        follow(dock, "gaps", f"gaps:{community}")
        assert gaps.panel.current == community and gaps.panel.sentence.text()


def test_gone_with_the_project(gaps, dock, project):
    project.clear()
    assert dock.gaps.panel is None


def test_a_citys_rows_are_counted_beside_the_window(gaps, dock, qtbot, tmp_path, monkeypatch):
    from urban_renewal.dialogs.gap import showing as gap_showing

    fields = "None?field=parcel_id:string&field=kind:string&field=status:string&field=standard_id:string"
    rows = [(None, ["P1", "nurs", "NOT_SNAPPED", "chongqing"]), (None, ["P2", "nurs", "OK", "chongqing"])]
    write_rows(tmp_path / "gap_detail.gpkg", "gap_detail", fields, rows)
    dock.session.study.steps["gaps"].results["gap_detail"] = "gap_detail.gpkg"
    monkeypatch.setattr(gap_showing, "MANY_BYTES", 0)
    gaps.open("C2")
    qtbot.waitUntil(lambda: gaps.panel.current == "C2", timeout=3000)
    gaps.close()
    gaps.open()
    assert gaps.panel is None, "it waits for the count"
    qtbot.waitUntil(lambda: gaps.panel is not None and bool(gaps.panel.bars.pairs), timeout=3000)
    gaps.close()
    gaps.open()
    qtbot.waitUntil(lambda: gaps.panel is not None, timeout=3000)
    gaps.close()  # the project is closed while the panel is being made
    gaps.open()
    gaps.close()
    qtbot.wait(200)
    assert gaps.panel is None


def test_what_is_told_of_communities_to_those_who_do_not_see(gaps, qtbot):
    """Of another kind the words are those of before; another yardstick has shares of its own."""
    bars, panel = gaps.panel.bars, gaps.panel
    qtbot.waitUntil(lambda: bool(bars.accessibleDescription()))
    assert bars.accessibleDescription().splitlines() == ["甲: 50 % / 60 %", "乙: — / 10 %", "丙: — / —"]
    panel.kind.setCurrentIndex(panel.kind.findData("eday"))
    panel.refresh()
    bars.describe()
    assert sorted(bars.accessibleDescription().splitlines()) == sorted(["甲: 50 % / 60 %", "乙: — / 10 %", "丙: — / —"])
    panel.radius.setChecked(True)
    bars.describe()
    assert sorted(bars.accessibleDescription().splitlines()) == sorted(["甲: 0 % / 10 %", "乙: — / 80 %", "丙: — / —"])


def test_headings_stay_whole_where_words_take_the_room(gaps, qtbot):
    """A window of 768 px beside the table of all kinds: the chart gives way, it lies over no headings of the list."""
    panel = gaps.panel
    panel.setFloating(True)
    panel.limit.setText("Elder · limit 5 min (to be verified) · radius 300 m (to be verified)")
    panel.sentence.setText("Where most is missing the nearest is 10.4 min on foot, the limit 5.0 min. " * 4)
    panel.unknown.setText("Not counted in full: some homes not counted (1)")
    line = panel.fontMetrics().height()
    panel.resize(line * 22, line * 36)
    panel.show()
    rest(qtbot)
    assert panel.height() <= line * 37
    split = panel.table.parentWidget()
    assert panel.scroll.geometry().bottom() < panel.table.geometry().top()
    assert panel.table.geometry().bottom() <= split.height()
    assert split.geometry().bottom() < panel.sentence.geometry().top()
