# SPDX-License-Identifier: GPL-2.0-or-later
"""Choosing a community on the map: by a click, or by selecting it in its layer and attribute table."""

from __future__ import annotations

from contextlib import suppress
from typing import Any

from qgis.core import QgsCsException, QgsFeatureRequest, QgsGeometry, QgsPointXY, QgsVectorLayer
from qgis.PyQt.QtCore import QObject, pyqtSignal

from ..parts.ids import id_text
from ..parts.picking import PickTool
from ..study import project_state
from ..study.crossing import crossing


def communities_of(session: Any) -> tuple[QgsVectorLayer, str] | None:
    """Return the layer of communities of a study and its field of ids; None without."""
    choice = session.study.inputs.get("COMMUNITIES")
    layer = project_state.layer_of(session.project, choice) if choice else None
    if not isinstance(layer, QgsVectorLayer) or not layer.isValid():
        return None
    name = project_state.columns_of(layer, "COMMUNITIES", choice.mapping).get("community_id")
    return (layer, name) if name else None


class CommunityPicking(QObject):
    """`picked(community)`. Switched on while the panel is seen; a drag moves the map, as the hand of QGIS does."""

    picked = pyqtSignal(str)

    def __init__(self, iface: Any, session: Any, parent: QObject) -> None:
        super().__init__(parent)
        self._iface, self._session = iface, session
        self.tool: PickTool | None = None
        self._layer: QgsVectorLayer | None = None

    def switch(self, on: bool) -> None:
        """Take the tool up and listen to the layer, or put both away; another tool chosen meanwhile stays."""
        self._leave()
        if self._iface is None:
            return
        canvas = self._iface.mapCanvas()
        if not on:
            if self.tool is not None:
                canvas.unsetMapTool(self.tool)
            return
        if self.tool is None:
            self.tool = PickTool(canvas)
            self.tool.canvasClicked.connect(lambda point, _: self.pick(point))
        canvas.setMapTool(self.tool)
        found = communities_of(self._session)
        if found is not None:
            self._layer = found[0]
            self._layer.selectionChanged.connect(self._on_selected)

    def pick(self, point: QgsPointXY) -> None:
        """Tell which community lies under a place of the map; of several the one of the lowest id, as counted."""
        found = communities_of(self._session)
        if found is None:
            return
        layer, name = found
        crs = self._iface.mapCanvas().mapSettings().destinationCrs()
        try:
            spot = QgsGeometry.fromPointXY(crossing(crs, layer.crs(), self._session.project).transform(point))
        except QgsCsException:
            return
        request = QgsFeatureRequest(spot.boundingBox().buffered(1e-6))
        keys = {id_text(one[name]) for one in layer.getFeatures(request) if one.geometry().intersects(spot)} - {""}
        if keys:
            self.picked.emit(min(keys))

    def _leave(self) -> None:
        if self._layer is not None:
            with suppress(RuntimeError, TypeError):  # it has gone with the project
                self._layer.selectionChanged.disconnect(self._on_selected)
        self._layer = None

    def _on_selected(self, *_: Any) -> None:
        found = communities_of(self._session)
        if found is None or found[0].selectedFeatureCount() != 1:
            return
        feature = next(found[0].getSelectedFeatures(), None)
        if feature is not None:
            self.picked.emit(id_text(feature[found[1]]))
