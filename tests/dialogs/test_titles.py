"""Titles that are read whole on the tabs of six panels; grey buttons that say why they are."""

from qgis.PyQt.QtWidgets import QTabBar


def test_titles_of_all_panels_fit_their_tabs(dock, qtbot):
    from urban_renewal.dialogs.explore.panel import ExplorePanel
    from urban_renewal.dialogs.gap.panel import GapPanel
    from urban_renewal.dialogs.review.panel import ReviewPanel
    from urban_renewal.dialogs.sites.panel import SitesPanel
    from urban_renewal.dialogs.workbench.head import WIDE
    from urban_renewal.dialogs.zone.panel import ZonePanel

    panels = [dock, *(kind(None) for kind in (ReviewPanel, ExplorePanel, GapPanel, SitesPanel, ZonePanel))]
    bar = QTabBar()
    qtbot.addWidget(bar)
    for panel in panels:
        bar.addTab(panel.windowTitle())
    assert bar.count() == 6
    assert bar.sizeHint().width() <= WIDE * bar.fontMetrics().height()
    for panel in panels[1:]:
        panel.deleteLater()


def test_buttons_that_are_grey_say_why(dock, qtbot):
    from urban_renewal.dialogs.explore.panel import ExplorePanel

    panel = ExplorePanel(None)
    qtbot.addWidget(panel)
    assert not panel.reach.isEnabled() and panel.reach.toolTip() == "Click a place on the map first."
    panel.show_place(True)
    assert not panel.reach.isEnabled() and panel.reach.toolTip() == "The walk network is still being read."
    panel.show_profiles({"elder": None})
    assert panel.reach.isEnabled() and not panel.reach.toolTip()
    dialog = dock.editors.open("standard").dialog
    buttons = [dialog.form.undo, dialog.form.keep, dialog.form.apply]
    assert {button.toolTip() for button in buttons} == {"Nothing has been changed."}
    dialog.set_value(("kinds", 0, "radius_m", "value"), 350)
    assert all(button.isEnabled() and not button.toolTip() for button in buttons)
    dialog.draft.opened = dialog.draft.now
    dialog.reject()


def test_headings_of_order_and_score_say_what_they_mean(dock, qgis_iface):
    """“The first serves most” stood over a list that began with 28 m² and had 135 m² in line six: of another kind."""
    from qgis.PyQt.QtCore import Qt
    from urban_renewal.dialogs.review.table import SCORE, ReviewTable
    from urban_renewal.dialogs.sites.panel import ORDER

    dock.siting.open()
    table = dock.siting.panel
    assert "share of all that its kind needs" in table.table.horizontalHeaderItem(ORDER).toolTip()
    told = ReviewTable().headerData(SCORE, Qt.Orientation.Horizontal, Qt.ItemDataRole.ToolTipRole)
    assert told.startswith("1 = meets every criterion")
