"""Fixed colours on light and dark panels: words in them are readable on both, bars as in the drawings (WCAG 2.2)."""

import pytest
from qgis.PyQt.QtGui import QColor, QPalette


def palette_of(window, ink):
    palette = QPalette()
    palette.setColor(QPalette.ColorRole.Window, QColor(window))
    palette.setColor(QPalette.ColorRole.WindowText, QColor(ink))
    return palette


def test_contrast_is_that_of_the_standard():
    """Black on white is 21, #767676 on white 4.54 (the standard's own example of what is just enough)."""
    from urban_renewal.dialogs.parts.inks import contrast

    assert contrast(QColor("#000000"), QColor("#FFFFFF")) == pytest.approx(21)
    assert contrast(QColor("#FFFFFF"), QColor("#767676")) == pytest.approx(4.54, abs=0.005)


def test_state_and_evidence_are_read_on_any_panel(qgis_app):
    from urban_renewal.dialogs.parts import inks
    from urban_renewal.dialogs.parts import widgets as card_parts
    from urban_renewal.dialogs.review import evidence_view

    dark, light = palette_of("#323232", "#B1B1B1"), palette_of("#EFEFEF", "#000000")
    for colour in [*card_parts.COLOURS.values(), *evidence_view.COLOURS.values()]:
        assert inks.readable(colour, light, inks.BARS) == QColor(colour)
        assert inks.contrast(inks.readable(colour, light), QColor("#EFEFEF")) >= 4.5
        assert inks.contrast(inks.readable(colour, dark), QColor("#323232")) >= 4.5
    assert inks.readable("#000000", dark).isValid()  # black cannot become lighter: it ends


@pytest.mark.parametrize(
    ("window", "ink", "grounds"),
    [("#EFEFEF", "#000000", ["#EFEFEF", "#FFFFFF"]), ("#323232", "#AAAAAA", ["#323232", "#202020"]),
     ("#535353", "#AAAAAA", ["#323232", "#202020"])],
)  # fmt: skip
def test_words_that_stand_back_are_read(qgis_app, window, ink, grounds):
    """Night Mapping: panels #323232, tables #202020, while its palette, before a sheet is applied, says #535353."""
    from urban_renewal.dialogs.parts import inks

    colour = inks.soft(palette_of(window, ink))
    assert min(inks.contrast(colour, QColor(ground)) for ground in grounds) >= 4.5


@pytest.mark.parametrize(("ground", "ink"), [("#308CC6", "#FFFFFF"), ("#2A5F8F", "#FFFFFF"), ("#FFD75E", "#202020")])
def test_words_of_the_main_button_are_read(qgis_app, ground, ink):
    """The selection's blue of Qt's own style, white on it, has 3.7, and 2.6 where the style makes it lighter."""
    from urban_renewal.dialogs.parts import inks

    palette = QPalette()
    palette.setColor(QPalette.ColorRole.Highlight, QColor(ground))
    palette.setColor(QPalette.ColorRole.HighlightedText, QColor(ink))
    found, words = inks.filled(palette)
    assert words == QColor(ink)
    assert inks.contrast(found, words) >= 4.5
    assert inks.contrast(inks.shone(found), words) >= 4.5


def test_bars_of_elders_and_children_differ_on_dark_panels(qgis_app):
    from urban_renewal.dialogs.gap.bars import group_colour
    from urban_renewal.dialogs.parts import inks

    dark = palette_of("#323232", "#B1B1B1")
    elder, child = (group_colour(group, dark) for group in ("elder", "child"))
    assert min(inks.contrast(colour, QColor("#323232")) for colour in (elder, child)) >= 3.0
    assert abs(elder.hue() - child.hue()) > 60


def test_on_a_tinted_ground_that_is_seen_through_links_stay_dark(qgis_app):
    """A fifth of red over light panels is light: a link on it is not written in white."""
    from urban_renewal.dialogs.parts import inks

    tinted = palette_of("#EFEFEF", "#000000")
    colour = QColor("#A8322D")
    colour.setAlphaF(0.2)
    tinted.setColor(QPalette.ColorRole.Window, colour)
    ground = inks.panel(tinted)
    assert ground.lightness() > 180
    assert inks.contrast(inks.readable("#1F6FA8", tinted), ground) >= 4.5


def test_links_are_told_by_a_line_where_panels_are_dark(qgis_app):
    from urban_renewal.dialogs.parts.widgets import link_look

    assert "underline" in link_look(palette_of("#323232", "#B1B1B1"))
    assert "none" in link_look(palette_of("#EFEFEF", "#000000"))


def test_bars_of_the_cards_are_seen_on_dark_panels(qgis_app, qtbot):
    """The purple of urban villages has 1.3 on the panels of QGIS's dark theme; bars there want 3."""
    from urban_renewal.core.palette import palette
    from urban_renewal.dialogs.parts import inks
    from urban_renewal.dialogs.parts.charts import Chart

    purple = palette()["tags"]["urban_village"]["color"]
    assert inks.contrast(QColor(purple), QColor("#323232")) < 1.5
    for ground, ink in (("#323232", "#B1B1B1"), ("#EFEFEF", "#000000")):
        chart = Chart()
        qtbot.addWidget(chart)
        chart.setPalette(palette_of(ground, ink))
        chart.show_figures("zones", {"bars": [{"name": "Z", "id": "Z1", "parts": {"urban_village": 90_000.0}}]})
        chart.resize(400, chart.sizeHint().height())
        drawn = chart.grab().toImage()
        middle = QColor(drawn.pixel(int(drawn.width() * 0.5), drawn.height() // 2))
        assert inks.contrast(middle, QColor(ground)) >= 3, middle.name()
    assert middle == QColor(purple)  # on a light panel as in the drawings
