# SPDX-License-Identifier: GPL-2.0-or-later
"""The buildings of the parcel under review on the map, each with its storeys. Nothing is added to the project."""

from __future__ import annotations

from typing import Any, NamedTuple

from qgis.core import (
    QgsCoordinateReferenceSystem,
    QgsCoordinateTransform,
    QgsCsException,
    QgsFeatureRequest,
    QgsFeatureSource,
    QgsGeometry,
    QgsProject,
    QgsVectorLayer,
)
from qgis.gui import QgsMapCanvas
from qgis.PyQt import sip
from qgis.PyQt.QtCore import QPointF, Qt
from qgis.PyQt.QtGui import QColor, QFont, QPainter, QPainterPath, QPen, QPolygonF

from ..parts.canvas_item import CanvasItem
from ..study.crossing import crossing

HEIGHT = 50  # above veil and frame
MOST, MOST_UNSORTED = 300, 20_000  # buildings drawn; buildings read through where a layer has no spatial index
FILL, EDGE, SMALLEST = 120, "#4A4F54", 7  # strength of the tag's colour; px below which a text is left out


class House(NamedTuple):
    """A building in the map's system and its storeys as people write them: 6F; ? where they are not known."""

    shape: QgsGeometry
    storeys: str


class Houses:
    """The study's buildings; `floors` is the name of the field with the storeys, "" when there is none."""

    def __init__(self, layer: QgsVectorLayer, floors: str) -> None:
        self.layer, self.floors = layer, floors

    def inside(self, parcel: QgsGeometry, crs: QgsCoordinateReferenceSystem, to: QgsCoordinateReferenceSystem,
               project: QgsProject) -> list[House]:  # fmt: skip
        """Return the buildings whose inside point lies in a parcel of `crs`, drawn in `to`.

        None of a layer that would have to be read through whole for every parcel, or has left the project meanwhile.
        """
        layer = self.layer
        if sip.isdeleted(layer):
            return []
        unsorted = layer.hasSpatialIndex() == QgsFeatureSource.SpatialIndexPresence.SpatialIndexNotPresent
        if not layer.isValid() or (unsorted and layer.featureCount() > MOST_UNSORTED):
            return []
        try:
            here = QgsGeometry(parcel)
            here.transform(crossing(crs, layer.crs(), project))
            change = crossing(layer.crs(), to, project)
            return self._read(here, change)
        except QgsCsException:
            return []

    def _read(self, here: QgsGeometry, change: QgsCoordinateTransform) -> list[House]:
        engine = QgsGeometry.createGeometryEngine(here.constGet())
        engine.prepareGeometry()
        request = QgsFeatureRequest(here.boundingBox())
        request.setSubsetOfAttributes([self.floors] if self.floors else [], self.layer.fields())
        found = []
        for feature in self.layer.getFeatures(request):
            inside = feature.geometry().pointOnSurface()
            if inside.isNull() or not engine.contains(inside.constGet()):
                continue
            shape = QgsGeometry(feature.geometry())
            shape.transform(change)
            found.append(House(shape, storeys_text(feature[self.floors] if self.floors else None)))
            if len(found) >= MOST:
                break
        return found


def storeys_text(value: Any) -> str:
    """Return storeys as they stand on the map: 6F, 6+1F; ? where nothing is known."""
    words = "" if value is None else str(value).strip()
    if words in ("", "NULL", "nan"):
        return "?"
    try:
        return f"{float(words):g}F"
    except ValueError:
        return words if words.upper().endswith("F") or words.endswith("层") else f"{words}F"


class StoreyItem(CanvasItem):
    """Paints houses and their storeys over the map, in whatever scale and turn it has."""

    def __init__(self, canvas: QgsMapCanvas, houses: list[House], colour: str) -> None:
        super().__init__(canvas, HEIGHT)
        self.houses, self.colour = houses, QColor(colour)

    def paint(self, painter: QPainter, option: Any = None, widget: Any = None) -> None:
        """Draw outlines first, then all texts above them."""
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        fill = QColor(self.colour)
        fill.setAlpha(FILL)
        painter.setBrush(fill)
        painter.setPen(QPen(QColor(EDGE), 1.2))
        texts = []
        for house in self.houses:
            outline = QPainterPath()
            for polygon in house.shape.asGeometryCollection() if house.shape.isMultipart() else [house.shape]:
                for ring in polygon.asPolygon():
                    outline.addPolygon(QPolygonF([self.toCanvasCoordinates(point) for point in ring]))
            painter.drawPath(outline)
            middle = house.shape.pointOnSurface()
            if not middle.isNull():
                texts.append((outline.boundingRect(), self.toCanvasCoordinates(middle.asPoint()), house.storeys))
        font = QFont(self.scene().font() if self.scene() is not None else QFont())
        font.setBold(True)
        for box, middle, words in texts:
            if min(box.width(), box.height()) >= SMALLEST:
                self._write(painter, font, middle, words)

    @staticmethod
    def _write(painter: QPainter, font: QFont, middle: QPointF, words: str) -> None:
        path = QPainterPath()
        path.addText(QPointF(0, 0), font, words)
        box = path.boundingRect()
        path.translate(middle.x() - box.center().x(), middle.y() - box.center().y())
        pen = QPen(QColor(255, 255, 255, 230), 3.0)
        pen.setJoinStyle(Qt.PenJoinStyle.RoundJoin)
        painter.strokePath(path, pen)
        painter.fillPath(path, QColor("#1E1E1E"))
