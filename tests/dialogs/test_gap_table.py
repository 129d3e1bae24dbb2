"""The table of all kinds: communities × facilities, sorted, coloured, one selection with panel and map."""

import pytest
from qgis.core import QgsCoordinateReferenceSystem
from qgis.PyQt.QtCore import Qt
from qgis.PyQt.QtGui import QColor
from qgis.PyQt.QtWidgets import QApplication

from .helpers import tab_chain, write_rows

DETAIL = "NoGeometry?field=parcel_id:string&field=kind:string&field=standard_id:string&field=status:string"


@pytest.fixture
def table(gaps, qtbot):
    gaps.panel.whole.click()
    yield gaps.table.panel
    gaps.table.close()


def cells(panel, key):
    """Return a column from top to bottom, all together first."""
    model = panel.model
    column = model.keys.index(key)
    return [model.data(model.index(row, column)) for row in range(model.rowCount())]


def choose(panel, combo, data):
    combo.setCurrentIndex(combo.findData(data))
    combo.activated.emit(combo.currentIndex())


def test_every_kind_of_every_community(table):
    """Together 9 of 40 places and 10 of 20 m² are missing; C3 is not known."""
    assert table.model.keys == ["name", "elder", "child", "eday", "nurs", "apart"]
    assert cells(table, "name") == ["All together", "丙", "乙", "甲"]
    assert cells(table, "nurs") == ["23 %", "—", "10 %", "60 %"]  # 9 / 40, not the mean of 10 and 60
    assert cells(table, "eday") == ["50 %", "—", "—", "50 %"]
    assert cells(table, "child") == ["23 %", "—", "10 %", "60 %"]
    assert cells(table, "elder") == ["50 %", "—", "—", "50 %"]
    assert table.view.isColumnHidden(table.model.keys.index("apart"))


@pytest.mark.parametrize(
    ("measure", "wanted"),
    [
        ("gap", ["9.0", "—", "3.0", "6.0"]), ("left", ["90.0", "—", "30.0", "60.0"]),
        ("need", ["40.0", "—", "30.0", "10.0"]), ("served", ["31.0", "—", "27.0", "4.0"]),
        ("walk", ["78 %", "—", "90 %", "40 %"]),  # (300 · 0.9 + 100 · 0.4) ÷ 400
        ("radius", ["38 %", "—", "20 %", "90 %"]), ("outside", ["63 %", "—", "80 %", "10 %"]),
        ("exam", ["1", "—", "met", "not met"]), ("supply", ["—", "—", "—", "—"]),
    ],
)  # fmt: skip
def test_measures(table, measure, wanted):
    choose(table, table.measure, measure)
    assert cells(table, "nurs") == wanted


def test_sorted_by_any_column_unknown_last(table):
    column = table.model.keys.index("nurs")
    table.view.sortByColumn(column, Qt.SortOrder.DescendingOrder)
    assert cells(table, "name") == ["All together", "甲", "乙", "丙"]
    table.view.sortByColumn(column, Qt.SortOrder.AscendingOrder)
    assert cells(table, "name") == ["All together", "乙", "甲", "丙"]


def test_colours_are_those_of_the_map(table):
    """10 % is the second class of the legend (5–20), 60 % the fourth (40–70): white words on dark."""
    model, column = table.model, table.model.keys.index("nurs")
    fills = [model.data(model.index(row, column), Qt.ItemDataRole.BackgroundRole) for row in (1, 2, 3)]
    assert fills == [None, QColor("#FCCF86"), QColor("#C4455B")]
    inks = [model.data(model.index(row, column), Qt.ItemDataRole.ForegroundRole) for row in (2, 3)]
    assert inks == [QColor("#1E1E1E"), QColor("#FFFFFF")]


def test_one_selection_with_panel_and_map(table, gaps):
    panel, model = gaps.panel, table.model
    index = model.index(model.row_of("C1"), model.keys.index("eday"))
    table.view.setCurrentIndex(index)
    assert (panel.current, panel.kind.currentData(), panel.bars.current) == ("C1", "eday", "C1")
    panel.choose("C2")
    assert table._current() == ("C2", "eday")
    panel.kind.setCurrentIndex(panel.kind.findData("nurs"))
    panel.refresh()
    assert table._current() == ("C2", "nurs")


def test_filters(table):
    choose(table, table.which, "short")
    assert cells(table, "name") == ["All together", "乙", "甲"]
    table.name.setText("甲")
    assert cells(table, "name") == ["All together", "甲"]
    assert (table.told.text(), table.told.toolTip().splitlines()[0]) == ("1 / 3", "1 of 3 communities")
    assert cells(table, "nurs")[0] == "23 %"  # of all communities, whatever is shown


def test_zoom(table, gaps, qgis_iface):
    canvas = qgis_iface.mapCanvas()
    canvas.setDestinationCrs(QgsCoordinateReferenceSystem("EPSG:4545"))
    table.view.setCurrentIndex(table.model.index(table.model.row_of("C1"), 0))
    before = canvas.extent()
    before.scale(50)
    canvas.setExtent(before)
    table.zoom.click()
    assert canvas.extent().width() < before.width() / 5
    assert canvas.extent().contains(canvas.extent().center())


def test_copy(table):
    table.copy.click()
    lines = QApplication.clipboard().text().split("\n")
    assert len(lines) == 6  # heading, all together, three communities, the end
    assert lines[2].split("\t")[0] == "丙"


@pytest.fixture
def parcels(dock, tmp_path):
    """Give what sets the rows of the detail: P1 lies in C1 (both shapes are the same: the lower id), P9 in none."""
    from urban_renewal.dialogs.study.study import StepRecord

    shape = "POLYGON((500010 3270010, 500020 3270010, 500020 3270020, 500010 3270020, 500010 3270010))"
    far = "POLYGON((600010 3270010, 600020 3270010, 600020 3270020, 600010 3270020, 600010 3270010))"
    fields = (
        "Polygon?crs=EPSG:4545&field=parcel_id:string&field=tag:string&field=tag_level:string&field=tag_score:double"
    )
    write_rows(tmp_path / "tagged.gpkg", "tagged", fields, [
        (shape, ["P1", "none", "none", 0.0]), (far, ["P9", "none", "none", 0.0]),
    ])  # fmt: skip
    steps = dock.session.study.steps
    steps["tag"] = StepRecord("r", "2026-01-01T10:00:00", 1.0, {"tagged": "tagged.gpkg"})

    def count(file, *rows):
        write_rows(tmp_path / file, "gap_detail", DETAIL, [
            (None, [parcel, kind, "chongqing", status]) for parcel, kind, status in rows
        ])  # fmt: skip
        results = {**steps["gaps"].results, "gap_detail": file}
        steps["gaps"] = StepRecord("r", "2026-01-01T10:00:00", 1.0, results)

    return count


def test_results_that_come_while_the_last_ones_are_counted_take_their_place(gaps, parcels, qtbot):
    parcels("first.gpkg", ("P1", "nurs", "NOT_SNAPPED"))
    gaps.open_table()
    parcels("second.gpkg", ("P9", "eday", "UNREACHED"))
    gaps.open_table()
    qtbot.waitUntil(lambda: gaps.table._task is None, timeout=10000)
    assert gaps.table.panel.model.states == {"-": {"eday": {"UNREACHED": 1}}}


def test_parcels_apart_by_community(gaps, parcels, qtbot):
    parcels(
        "gap_detail.gpkg", ("P1", "nurs", "NOT_SNAPPED"), ("P1", "eday", "ok"), ("P9", "nurs", "UNREACHED"),
        ("P9", "eday", "UNREACHED"),
    )  # fmt: skip
    gaps.open_table()
    panel = gaps.table.panel
    qtbot.waitUntil(lambda: bool(panel.model.states), timeout=10000)
    assert panel.model.states == {
        "C1": {"nurs": {"NOT_SNAPPED": 1}}, "-": {"nurs": {"UNREACHED": 1}, "eday": {"UNREACHED": 1}},
    }  # fmt: skip
    assert not panel.view.isColumnHidden(panel.model.keys.index("apart"))
    assert cells(panel, "apart") == ["1", "", "", "1"]
    choose(panel, panel.which, "uncounted")
    assert cells(panel, "name") == ["All together", "甲"]
    model = panel.model
    tip = model.data(model.index(1, model.keys.index("apart")), Qt.ItemDataRole.ToolTipRole)
    assert "not joined to the streets 1" in tip


def test_gone_with_the_project(table, gaps, project):
    project.clear()
    assert (gaps.panel, gaps.table.panel) == (None, None)


def test_f1_opens_the_section_of_the_guide(monkeypatch, dock, gaps, qtbot):
    """Each panel and editor has F1, and its page is a local one with that section in both languages."""
    import importlib.util

    from qgis.PyQt.QtGui import QDesktopServices
    from urban_renewal.core.resources import RESOURCES
    from urban_renewal.dialogs.explore.panel import ExplorePanel
    from urban_renewal.dialogs.parts import help_pages
    from urban_renewal.dialogs.review.panel import ReviewPanel

    script = RESOURCES.parent / "scripts" / "little_markdown.py"
    if not script.exists():
        pytest.skip("the plugin stands alone, without its scripts")
    spec = importlib.util.spec_from_file_location("little_markdown", script)
    markdown = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(markdown)
    texts = [
        markdown.to_html((script.parents[1] / "docs" / "guide" / f"guide.{language}.md").read_text(encoding="utf-8"))
        for language in ("zh", "en")
    ]
    opened = []
    monkeypatch.setattr(QDesktopServices, "openUrl", staticmethod(lambda url: opened.append(url) or True))
    monkeypatch.setattr(help_pages, "page", lambda name: RESOURCES.parent / "docs" / "help" / "en" / f"{name}.html")
    dock.session.study.folder = dock.session.study.folder or "."
    editor = dock.editors.open("standard").dialog
    panels = [gaps.panel, ReviewPanel(None), ExplorePanel(None)]
    for key in [*(panel._help for panel in panels), editor._help_key]:
        key.activated.emit()
    assert [url.fragment() for url in opened] == ["s5", "s4", "s8", "s9"]
    assert all(url.isLocalFile() and f'id="{url.fragment()}"' in text for url in opened for text in texts)
    editor.reject()
    for panel in panels[1:]:
        panel.deleteLater()


def test_keyboard_reaches_everything_from_top_to_bottom(table, gaps):
    """What Tab goes through lies in reading order: never above what came before, in a row never left of it."""
    panel = gaps.panel
    panel.setFloating(True)
    panel.resize(420, 900)
    panel.show()
    chain = tab_chain(panel.kind, panel)
    assert {panel.kind, panel.order, panel.bars, panel.table, panel.whole, panel.export} <= set(chain)
    tops = [widget.mapTo(panel, widget.rect().topLeft()).y() for widget in chain]
    assert all(later >= before - 4 for before, later in zip(tops, tops[1:])), list(zip(chain, tops))
    chain = tab_chain(table.measure, table)
    assert chain[:3] == [table.measure, table.which, table.name]
    assert chain[-1] == table.view


def test_below_the_map_it_takes_little_from_the_docks_beside_it(table, qtbot):
    """Its row of boxes asked for 110 letters, so that the list of layers became narrow when it opened."""
    letter = table.fontMetrics().averageCharWidth()
    assert table.minimumSizeHint().width() < 80 * letter
    table.setFloating(True)
    table.resize(130 * letter, 400)
    table.show()
    qtbot.waitUntil(lambda: table.width() == 130 * letter)
    for box in (table.measure, table.which):  # where there is room their words are read whole
        widest = max(table.fontMetrics().horizontalAdvance(box.itemText(n)) for n in range(box.count()))
        assert box.width() > widest + letter, box.accessibleName()
    table.resize(85 * letter, 400)
    qtbot.waitUntil(lambda: table.width() == 85 * letter)
    assert table.export.geometry().right() <= table.width()


def test_what_is_chosen_is_in_the_tooltip_too(table):
    """In a low window the boxes are a few letters wide."""
    assert "All communities" in table.which.toolTip()
    table.which.setCurrentIndex(1)
    assert "Communities with a gap" in table.which.toolTip() and "Communities" in table.which.accessibleName()


def test_the_names_stay_while_the_rest_is_scrolled_sideways(table, gaps, qtbot):
    """13 kinds are wider than a window: who has scrolled to the last reads whose row it is."""
    names, view = table.names, table.view
    table.setFloating(True)
    table.resize(420, 240)
    for column in range(1, len(table.model.keys)):
        view.setColumnWidth(column, 300)
    table.show()
    qtbot.wait(50)
    bar = view.horizontalScrollBar()
    assert bar.maximum() > 0 and not names.isVisible()
    bar.setValue(bar.maximum())
    assert names.isVisible()
    assert [names.isColumnHidden(n) for n in range(len(table.model.keys))] == [False] + [True] * 5
    for row in range(table.model.rowCount()):
        assert names.rowViewportPosition(row) == view.rowViewportPosition(row)
        assert names.rowHeight(row) == view.rowHeight(row)
    below = names.viewport().mapTo(view, names.viewport().rect().topLeft()).y()
    assert below == view.viewport().mapTo(view, view.viewport().rect().topLeft()).y()
    place = names.visualRect(table.model.index(table.model.row_of("C1"), 0)).center()
    qtbot.mouseClick(names.viewport(), Qt.MouseButton.LeftButton, pos=place)
    assert gaps.panel.current == "C1"
    bar.setValue(bar.maximum())
    head = names.horizontalHeader()
    for wanted in (["甲", "乙", "丙"], ["丙", "乙", "甲"]):
        qtbot.mouseClick(head.viewport(), Qt.MouseButton.LeftButton, pos=head.viewport().rect().center())
        assert cells(table, "name") == ["All together", *wanted]
    choose(table, table.measure, "need")  # the model begins anew
    bar.setValue(bar.maximum())
    assert names.isVisible() and names.isColumnHidden(1)
    bar.setValue(0)
    assert not names.isVisible()


def test_no_way_is_offered_where_nothing_is_missing(gaps):
    """乙 lacks 3 of 30 places in nurseries; where the gap is 0 there is no place from where most is missing."""
    from dataclasses import replace

    panel = gaps.panel
    panel.choose("C2")
    assert 'href="way"' in panel.sentence.text()
    item = next(one for one in panel.communities if one.community_id == "C2")
    item.cells["nurs"] = replace(item.cells["nurs"], gap=0.0, served=30.0)
    panel.choose("C1")
    panel.choose("C2")
    assert 'href="way"' not in panel.sentence.text()


def test_long_names_have_room_up_to_a_limit(table):
    from dataclasses import replace

    model, view = table.model, table.view
    short = view.columnWidth(0)
    for letters, wanted in ((12, "whole"), (60, "cut")):
        name = "滨" * letters
        table.open([replace(one, name=name) for one in model.communities], model.titles)
        is_whole = view.fontMetrics().horizontalAdvance(name) < view.columnWidth(0)
        assert (short < view.columnWidth(0), "whole" if is_whole else "cut") == (True, wanted)
    table.open([], model.titles)


def test_beside_the_panel_of_gaps_it_fits_half_of_a_small_screen(language, table, gaps):
    """1366 px at 150 % are 911: the table, the least list of layers (70) and the panel of gaps make no window wider."""
    letter = table.fontMetrics().averageCharWidth()
    at_96_dpi = 7 / letter  # a letter of the desktop's usual font
    wide = sum(part.minimumSizeHint().width() for part in (table, gaps.panel)) * at_96_dpi
    assert wide + 70 + 2 * 6 <= 911
