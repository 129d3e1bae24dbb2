# SPDX-License-Identifier: GPL-2.0-or-later
"""Panels beside the map: put where the Workbench is, as tabs of it; what one of them speaks of framed on the map."""

from __future__ import annotations

from typing import Any

from qgis.core import QgsCoordinateReferenceSystem, QgsCsException, QgsGeometry, QgsProject, QgsWkbTypes
from qgis.gui import QgsRubberBand
from qgis.PyQt.QtCore import QEvent, QObject, Qt
from qgis.PyQt.QtGui import QColor
from qgis.PyQt.QtWidgets import QDockWidget, QTabBar

from ..study.crossing import crossing

OUTLINE, OUTLINE_PX = "#222222", 3


def put_beside(iface: Any, dock: QDockWidget, panel: QDockWidget) -> None:
    """Show a panel at the right of the map, as a tab of the Workbench unless that floats; nothing without a window."""
    if iface is None:
        return
    window, nowhere = iface.mainWindow(), Qt.DockWidgetArea.NoDockWidgetArea
    if hasattr(window, "tabifyDockWidget") and not dock.isFloating() and window.dockWidgetArea(dock) != nowhere:
        window.tabifyDockWidget(dock, panel)  # put below it first, both would be higher than a small screen: it grows
        panel.show()
        _read_tabs(window, dock)
    else:
        iface.addDockWidget(Qt.DockWidgetArea.RightDockWidgetArea, panel)


def _read_tabs(window: Any, dock: QDockWidget) -> None:
    """Let the tabs of the Workbench be read whole as long as there is room."""
    known = [room.bar for room in dock.findChildren(TabRoom)]
    for bar in window.findChildren(QTabBar):
        if bar not in known and dock.windowTitle() in [bar.tabText(n) for n in range(bar.count())]:
            TabRoom(bar, dock)


class TabRoom(QObject):
    """Cuts no title of a tab while all have room: in QGIS's dark theme the last one lacks a pixel for itself."""

    def __init__(self, bar: QTabBar, dock: QDockWidget) -> None:
        super().__init__(dock)  # not of the bar, which Python forgets between two turns, and its children with it
        self.bar = bar
        bar.installEventFilter(self)
        self._look(bar)

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """Look again whenever tabs come or go, or there is another width."""
        if event.type() in (QEvent.Type.Resize, QEvent.Type.LayoutRequest, QEvent.Type.Show):
            self._look(watched)
        return super().eventFilter(watched, event)

    @staticmethod
    def _look(bar: Any) -> None:
        is_room = bar.sizeHint().width() <= bar.width()
        wanted = Qt.TextElideMode.ElideNone if is_room else Qt.TextElideMode.ElideRight
        if bar.elideMode() != wanted:
            bar.setElideMode(wanted)


def take_away(iface: Any, panel: QDockWidget) -> None:
    """Take a panel out of the window for good."""
    if iface is not None:
        iface.removeDockWidget(panel)
    panel.deleteLater()


class Frame:
    """An outline on the map around what a panel speaks of; one at a time."""

    def __init__(self, iface: Any) -> None:
        self._iface = iface
        self.band: QgsRubberBand | None = None

    def show(
        self, shape: QgsGeometry, crs: QgsCoordinateReferenceSystem, project: QgsProject, zoom: bool = False,
        air: float = 1.4,
    ) -> None:  # fmt: skip
        """Frame an area of a coordinate system; bring it into view, `zoom` = `air` times its extent fill the map.

        What cannot be put into the map's system is not framed.
        """
        self.clear()
        if self._iface is None:
            return
        canvas = self._iface.mapCanvas()
        try:
            change = crossing(crs, canvas.mapSettings().destinationCrs(), project)
            box = change.transformBoundingBox(shape.boundingBox())
            there = QgsGeometry(shape)
            there.transform(change)
        except QgsCsException:
            return
        self.band = QgsRubberBand(canvas, QgsWkbTypes.GeometryType.PolygonGeometry)
        self.band.setStrokeColor(QColor(OUTLINE))
        self.band.setFillColor(QColor(0, 0, 0, 0))
        self.band.setWidth(OUTLINE_PX)
        self.band.setToGeometry(there, None)
        if zoom or not canvas.extent().contains(box):
            box.scale(air)
            canvas.setExtent(box)
            canvas.refresh()  # an outline alone needs no new map

    def clear(self) -> None:
        """Take the outline off the map."""
        if self.band is not None:
            self._iface.mapCanvas().scene().removeItem(self.band)
        self.band = None
