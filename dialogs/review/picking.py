# SPDX-License-Identifier: GPL-2.0-or-later
"""Choosing the parcel under review elsewhere: by a click on the map, or by selecting it in map or attribute table."""

from __future__ import annotations

from contextlib import suppress
from typing import Any

from qgis.core import QgsCsException, QgsFeatureRequest, QgsGeometry, QgsPointXY, QgsProject, QgsVectorLayer
from qgis.PyQt.QtCore import QObject

from ..parts.picking import PickTool
from ..study.crossing import crossing
from .items import table_of


class ParcelPicking(QObject):
    """Switched on while the panel is seen: its map tool lets drags move the map, as the hand of QGIS does."""

    def __init__(self, panel: Any, iface: Any) -> None:
        super().__init__(panel)
        self._panel = panel
        self._canvas = iface.mapCanvas() if iface is not None else None
        self.tool: PickTool | None = None
        self._layers: list[QgsVectorLayer] = []
        self._source = ""

    def follow(self, source: str) -> None:
        """Listen to the layers of the project that show these tagged parcels."""
        self._leave()
        self._source = source
        for layer in QgsProject.instance().mapLayers().values():
            if isinstance(layer, QgsVectorLayer) and _is_same(layer, source):
                layer.selectionChanged.connect(self._on_selected)
                self._layers.append(layer)
        self.switch(self._panel.isVisible())

    def switch(self, on: bool) -> None:
        """Take the map tool up, or put it away; another one that somebody has chosen meanwhile stays."""
        if self._canvas is None or not self._source:
            return
        if on:
            if self.tool is None:
                self.tool = PickTool(self._canvas)
                self.tool.canvasClicked.connect(lambda point, _: self.pick(point))
            self._canvas.setMapTool(self.tool)
        elif self.tool is not None:
            self._canvas.unsetMapTool(self.tool)

    def pick(self, point: QgsPointXY) -> None:
        """Show the parcel under a place of the map."""
        review_map = self._panel.map
        if review_map is None:
            return
        layer, crs = review_map.layer, self._canvas.mapSettings().destinationCrs()
        try:
            there = QgsGeometry.fromPointXY(crossing(crs, layer.crs(), QgsProject.instance()).transform(point))
        except QgsCsException:
            return
        request = QgsFeatureRequest(there.boundingBox().buffered(1e-4)).setSubsetOfAttributes(
            ["parcel_id"], layer.fields()
        )
        for feature in layer.getFeatures(request):
            if feature.geometry().intersects(there):
                self._panel.show_parcel(str(feature["parcel_id"]))
                return

    def let_go(self) -> None:
        """Listen to nothing any longer."""
        self.switch(False)
        self._leave()
        self._source, self.tool = "", None

    def _leave(self) -> None:
        for layer in self._layers:
            with suppress(RuntimeError, TypeError):  # it has gone with the project
                layer.selectionChanged.disconnect(self._on_selected)
        self._layers = []

    def _on_selected(self, *_: Any) -> None:
        layer = self.sender()
        if self._panel.isVisible() and layer.selectedFeatureCount() == 1:
            feature = next(layer.getSelectedFeatures(), None)
            if feature is not None:
                self._panel.show_parcel(str(feature["parcel_id"]))


def _is_same(layer: QgsVectorLayer, source: str) -> bool:
    """Say whether a layer shows the table of a source."""
    if layer.providerType() != "ogr" or "parcel_id" not in layer.fields().names():
        return False
    try:
        path, table = table_of(source)
        here, name = table_of(layer.source())
    except OSError:
        return False
    return (path.resolve(), table) == (here.resolve(), name)
