"""The tabs of six panels beside the map: with all open each title is read whole in a dock as wide as it opens."""

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
