# SPDX-License-Identifier: GPL-2.0-or-later
"""A 3D map view in the delivery's project: buildings as high as their storeys, coloured by what happens to them."""

from __future__ import annotations

import math
from typing import Any

from qgis.core import QgsAbstract3DSymbol, QgsProperty, QgsPropertyCollection, QgsReadWriteContext, QgsVectorLayer
from qgis.PyQt.QtGui import QColor
from qgis.PyQt.QtXml import QDomDocument

from ...core.palette import palette
from ...core.words import say
from .pages.basemap import only

STOREY_M = 3.0  # drawn height of a storey; the picture is a sketch, not a survey
UNKNOWN_M = 1.0  # a building whose storeys nobody knows lies almost flat, so that nobody takes it for measured
GROUND_LAYERS = ("cores", "branches", "zones", "petals", "page_roads", "edges", "barriers", "green", "relief")
PITCH, TURN = 45.0, 30.0  # of the camera, degrees
HEIGHT = f'coalesce("floors", 0) * {STOREY_M} + if("floors" IS NULL, {UNKNOWN_M}, 0)'


def add_view(made: Any) -> bool:
    """Add the view to the project; False where QGIS comes without 3D or no layer has storeys.

    Heights are storeys × 3 m above a flat ground: no height of the terrain goes into the delivery.
    """
    try:
        from qgis import _3d as three  # loaded with the provider: never for the first time in a worker
    except ImportError:
        return False
    layer = next((found for found in (made.layer("actions"), made.layer("buildings")) if _has_floors(found)), None)
    if layer is None:
        return False
    layer.setRenderer3D(_renderer(three, layer, made.study.language))
    settings, extent = _on_flat_ground(three), made.view_extent()
    settings.setCrs(made.project.crs())
    settings.setTransformContext(made.project.transformContext())
    settings.setExtent(extent)
    ground = [made.layer(name) for name in GROUND_LAYERS]
    settings.setLayers([layer, *[item for item in ground if item is not None]])
    settings.setBackgroundColor(QColor(palette()["base"]["land"]["color"]))
    light = three.QgsDirectionalLightSettings()
    light.setIntensity(0.75)
    settings.setLightSources([light])
    document = QDomDocument("qgis")
    whole, views, view = (document.createElement(name) for name in ("qgis", "mapViewDocks3D", "view"))
    document.appendChild(whole)
    whole.appendChild(views)
    views.appendChild(view)
    view.setAttribute("name", say("view_3d", made.study.language))
    view.setAttribute("isOpen", 0)
    view.appendChild(settings.writeXml(document, QgsReadWriteContext()))
    view.appendChild(_camera(document, extent))
    return bool(made.project.viewsManager().readXml(whole, document))  # Python cannot register a view by its name


def _on_flat_ground(three: Any) -> Any:
    """Return settings with a flat ground: Python can set none, and settings without one cannot be written."""
    document, settings = QDomDocument("qgis"), three.Qgs3DMapSettings()
    document.setContent('<qgis3d><terrain terrain-rendering-enabled="1"><generator type="flat"/></terrain></qgis3d>')
    settings.readXml(document.documentElement(), QgsReadWriteContext())
    return settings


def _has_floors(layer: QgsVectorLayer | None) -> bool:
    return layer is not None and layer.isSpatial() and layer.fields().lookupField("floors") >= 0


def _renderer(three: Any, layer: QgsVectorLayer, language: str) -> Any:
    """Return one colour an action; without actions all buildings in one. A clone, for the reason in symbols.rules."""
    entry = palette()["base"]["building"]
    found = [(entry[language], "", entry["color"])]
    if layer.fields().lookupField("action") >= 0:
        actions = palette()["actions"].items()
        found = [(item[language], f"\"action\" = '{name}'", item["color"]) for name, item in actions]
        found.append((palette()["other"][language], "ELSE", entry["color"]))
    root = three.QgsRuleBased3DRenderer.Rule(None)
    for label, condition, color in only(found, "TRUE"):
        root.appendChild(three.QgsRuleBased3DRenderer.Rule(_symbol(three, color), condition, label))
    made = three.QgsRuleBased3DRenderer(root)
    made.setLayer(layer)
    return made.clone()


def _symbol(three: Any, color: str) -> Any:
    symbol, material = three.QgsPolygon3DSymbol(), three.QgsPhongMaterialSettings()
    material.setDiffuse(QColor(color))
    material.setAmbient(QColor(color).darker(260))  # with the light it adds up to the colour itself, not to white
    material.setSpecular(QColor("#000000"))
    symbol.setMaterialSettings(material)
    symbol.setEdgesEnabled(True)
    symbol.setEdgeWidth(1.0)
    symbol.setEdgeColor(QColor("#6B7075"))
    properties = QgsPropertyCollection()
    properties.setProperty(QgsAbstract3DSymbol.Property.ExtrusionHeight, QgsProperty.fromExpression(HEIGHT))
    symbol.setDataDefinedProperties(properties)
    return symbol


def _camera(document: QDomDocument, extent: Any) -> Any:
    """Return where one looks from: over the middle of the view, far enough to see all of it."""
    camera = document.createElement("camera")
    far = math.hypot(extent.width(), extent.height())
    for name, value in (("x", 0), ("y", 0), ("elev", 0), ("dist", far), ("pitch", PITCH), ("yaw", TURN)):
        camera.setAttribute(name, str(value))
    return camera
