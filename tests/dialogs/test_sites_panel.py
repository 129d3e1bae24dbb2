"""The panel of sites by itself: what it says of rooms, of who is served, and of how good the choice is."""

import pytest

from .helpers import rest


@pytest.fixture
def panel(qgis_app, qtbot):
    from urban_renewal.dialogs.sites.panel import SitesPanel

    made = SitesPanel(None)
    qtbot.addWidget(made)
    made.titles = {"nurs": "Nursery", "eday": "Day care"}
    return made


def rooms():
    from urban_renewal.dialogs.sites.values import Room

    first = Room("s1", "H1", "P1", "nurs", "place", 60.0, 600.0, 1, 45.0, "rooms", "1", "why <1>")
    return [first, first._replace(site_id="s2", kind="eday", unit="m2", size=350.0, m2=350.0, served_more=200.0)]


@pytest.mark.parametrize(
    ("gap", "told"),
    [(0.0, "No choice of as many buildings serves more."), (0.034, "within 3.4 % of the best"), (None, "")],
)
def test_who_is_served_before_and_after_and_how_near_to_the_best(panel, gap, told):
    from urban_renewal.dialogs.sites.values import Cover

    cover = [Cover("nurs", "place", 100.0, 20.0, 65.0), Cover("eday", "m2", 900.0, 300.0, 300.0),
             Cover("meal", "m2", None, None, None)]  # fmt: skip
    panel.show_sites(rooms(), cover, ["H1"], gap)
    text = panel.cover.text().replace("\xa0", " ").replace("&nbsp;", " ")
    lines = text.split("<br>")
    assert "Nursery" in lines[0] and "served 20.0 → 65.0 (+45.0)" in lines[0]
    assert "Day care" in lines[1] and "served 300.0, nothing more" in lines[1]
    assert "meal" in lines[2] and "need not known" in lines[2]
    assert (told in lines[-1]) and len(lines) == 3 + bool(told)


def test_one_building_with_two_rooms(panel):
    panel.show_sites(rooms(), [], ["H1"], None)
    assert [big.text() for big, _ in panel.figures] == ["1", "2", "950 m²"]
    assert panel.kept_hosts() == ["H1"]
    assert panel.export.isEnabled() and panel.whole.isEnabled() and panel.sentence.isVisibleTo(panel)
    panel.show_sites([], [], [], None)
    assert [big.text() for big, _ in panel.figures] == ["0", "0", "0 m²"]
    assert not panel.export.isEnabled() and panel.kept_hosts() == []


def test_a_narrow_panel_needs_no_scrolling_sideways(panel, qtbot):
    """Who keeps, order, house, kind and what it serves are seen; the rest when there is room."""
    from urban_renewal.dialogs.sites import panel as module

    panel.titles = {"nurs": "Nursery of the neighbourhood", "eday": "Station for elders and day care"}
    panel.show()
    for letters, is_wide in ((54, False), (250, True)):
        panel.resize(panel.fontMetrics().averageCharWidth() * letters, 700)
        panel.show_sites(rooms(), [], [], None)
        rest(qtbot)
        table = panel.table
        wide = sum(table.columnWidth(column) for column in range(table.columnCount()))  # hidden ones have none
        assert wide <= table.viewport().width()
        head = table.horizontalHeader()
        for column in range(module.MORE + 1):  # their headings are read in full
            lines = table.horizontalHeaderItem(column).text().split("\n")
            assert max(map(head.fontMetrics().horizontalAdvance, lines)) <= head.sectionSize(column)
        assert {table.isColumnHidden(column) for column in module.AS_ROOM_ALLOWS} == {not is_wide}


def test_a_very_narrow_panel_goes_without_the_order_and_copies_everything(panel, qtbot):
    """Half of a small screen at 150 %: rows stand in the order of building anyway, and the sentence tells it."""
    from urban_renewal.dialogs.parts.tables import as_text
    from urban_renewal.dialogs.sites import panel as module

    panel.titles = {"nurs": "Nursery", "eday": "Day care"}
    panel.show()
    letter, table = panel.fontMetrics().averageCharWidth(), panel.table
    for letters in range(60, 30, -1):
        panel.resize(letter * letters, 500)
        panel.show_sites(rooms(), [], [], None)
        rest(qtbot)
        if table.isColumnHidden(module.ORDER):
            break
    assert table.isColumnHidden(module.ORDER)
    assert sum(table.columnWidth(column) for column in range(table.columnCount())) <= table.viewport().width()
    heads, first, second = (line.split("\t") for line in as_text(table).split("\n"))
    assert len(heads) == module.FORM + 1 and {"1", "H1", "60 places", "600", "45.0 places"} <= set(first)
    assert first[heads.index("Facility")] == "Nursery" and second[heads.index("Facility")] == "Day care"


def test_names_of_two_words_are_read_whole_in_a_narrow_panel(panel, qtbot):
    """They take a second line; the width the bar for scrolling takes and gives back is seen, too."""
    from urban_renewal.dialogs.sites import panel as module

    panel.titles = {"nurs": "Community canteen", "eday": "Nursery"}
    panel.resize(panel.fontMetrics().averageCharWidth() * 54, 900)
    panel.show()
    panel.show_sites(rooms() * 40, [], [], None)
    rest(qtbot)
    panel.show_sites(rooms(), [], [], None)
    rest(qtbot)
    table = panel.table
    metrics, width = table.fontMetrics(), table.columnWidth(module.KIND)
    assert metrics.horizontalAdvance("Community canteen") > width > metrics.horizontalAdvance("Community")
    assert table.rowHeight(0) >= 2 * metrics.height() > table.rowHeight(1) >= metrics.height()
    assert table.horizontalScrollBar().maximum() == 0
    shown = [column for column in range(table.columnCount()) if not table.isColumnHidden(column)]
    assert sum(map(table.columnWidth, shown)) == table.viewport().width()


def test_the_table_comes_to_rest_at_any_size(panel, qtbot, monkeypatch):
    """At some sizes the bar for scrolling came and went for ever: columns and rows were fitted without an end."""
    from qgis.PyQt.QtWidgets import QApplication

    panel.titles = {"nurs": "Community canteen of the whole street", "eday": "Nursery and day care"}
    fitted, real = [], panel._fit_columns

    def fit():
        fitted.append(panel.table.viewport().width())
        if len(fitted) < 40:
            real()

    monkeypatch.setattr(panel, "_fit_columns", fit)
    panel.show()
    panel.show_sites(rooms() * 3, [], [], None)
    for letters in range(70, 90):
        for high in range(500, 650, 15):
            panel.resize(panel.fontMetrics().averageCharWidth() * letters, high)
            fitted.clear()
            for _ in range(6):
                QApplication.processEvents()
            assert len(fitted) < 6, (letters, high, fitted[-4:])


def test_no_name_is_cut_beside_free_room(panel, qtbot):
    """A kind's name takes what the columns that are shown leave; it was cut with room beside it."""
    from urban_renewal.dialogs.sites import panel as module

    panel.titles = {"nurs": "Nursery", "eday": "Station for elders and day care"}
    panel.show()
    for letters in range(60, 200, 10):
        panel.resize(panel.fontMetrics().averageCharWidth() * letters, 700)
        panel.show_sites(rooms(), [], [], None)
        rest(qtbot)
        table = panel.table
        free = table.viewport().width() - sum(table.columnWidth(column) for column in range(table.columnCount()))
        assert free <= 0 or table.columnWidth(module.KIND) >= table.sizeHintForColumn(module.KIND), letters


def test_a_column_is_called_the_same_in_the_panel_and_in_the_exported_table(panel):
    """The order to build, above all: “order” alone is how a list is sorted, and in Chinese another word."""
    from urban_renewal.dialogs.sites.showing import sheets_of

    panel.show_sites(rooms(), [], [], None)
    shown = {
        panel.table.horizontalHeaderItem(column).text().replace("\n", " ")
        for column in range(panel.table.columnCount())
    }
    headings = sheets_of(panel.rooms, [], panel.titles)[0].headings
    assert headings[0] == "Build no." and set(headings) - shown == {"Unit", "Floors", "Why"}
