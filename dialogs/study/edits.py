# SPDX-License-Identifier: GPL-2.0-or-later
"""Counts the features edited and saved in QGIS, so that the cards say which layer changed and by how much."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from functools import partial
from typing import Any

from qgis.core import QgsMapLayer, QgsProject, QgsVectorLayer
from qgis.PyQt.QtCore import QObject, QTimer, pyqtSignal

DRAWN_MS = 600  # after the last edit: while somebody draws the window is left alone


class EditWatch(QObject):
    """Listens to every vector layer of the project; `saved(layer id, features)` after each saved change.

    `altered(layer id)`: another coordinate system, filter or name was set in QGIS, edits were dropped, or a moment ago
    something was edited that is not saved yet.
    """

    saved = pyqtSignal(str, int)
    altered = pyqtSignal(str)

    def __init__(self, project: QgsProject, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._project: QgsProject | None = project
        self._bound: dict[str, list[tuple[Any, Callable[..., None]]]] = {}
        self._drawn: set[str] = set()  # layers edited since `altered` told of it last
        self._timer = QTimer(self)
        self._timer.setSingleShot(True)
        self._timer.setInterval(DRAWN_MS)
        self._timer.timeout.connect(self._tell_drawn)
        project.layersAdded.connect(self._bind)
        project.layersWillBeRemoved.connect(self._forget)
        self._bind(project.mapLayers().values())

    def close(self) -> None:
        """Listen no longer; a second call does nothing."""
        if self._project is None:
            return
        self._project.layersAdded.disconnect(self._bind)
        self._project.layersWillBeRemoved.disconnect(self._forget)
        self._project = None
        self._timer.stop()
        for pairs in self._bound.values():
            for signal, slot in pairs:
                signal.disconnect(slot)
        self._bound = {}

    def _bind(self, layers: Iterable[QgsMapLayer]) -> None:
        for layer in layers:
            if not isinstance(layer, QgsVectorLayer) or layer.id() in self._bound:
                continue
            signals = (
                layer.committedFeaturesAdded, layer.committedFeaturesRemoved, layer.committedGeometriesChanges,
                layer.committedAttributeValuesChanges,
            )  # fmt: skip
            self._bound[layer.id()] = [(signal, self._on_saved) for signal in signals]
            told = partial(self.altered.emit, layer.id())
            changes = (layer.crsChanged, layer.subsetStringChanged, layer.nameChanged, layer.afterRollBack,
                       layer.afterCommitChanges)  # fmt: skip
            self._bound[layer.id()] += [(signal, told) for signal in changes]
            self._bound[layer.id()].append((layer.layerModified, partial(self._on_drawn, layer.id())))
            for signal, slot in self._bound[layer.id()]:
                signal.connect(slot)

    def _forget(self, ids: Iterable[str]) -> None:
        for key in ids:
            self._bound.pop(key, None)  # Qt cuts the connections of a layer that goes
            self._drawn.discard(key)

    def _on_drawn(self, layer_id: str) -> None:
        self._drawn.add(layer_id)
        self._timer.start()

    def _tell_drawn(self) -> None:
        drawn, self._drawn = sorted(self._drawn), set()
        for layer_id in drawn:
            self.altered.emit(layer_id)

    def _on_saved(self, layer_id: str, features: Any) -> None:
        if len(features):
            self.saved.emit(layer_id, len(features))
