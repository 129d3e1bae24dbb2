# SPDX-License-Identifier: GPL-2.0-or-later
"""Puts input layers on the map: a sample's as a group, a person's files one by one, each where it hides no other."""

from __future__ import annotations

import sqlite3
from pathlib import Path
from typing import Any

from qgis.core import (
    Qgis,
    QgsLayerTree,
    QgsMapLayer,
    QgsProject,
    QgsRasterLayer,
    QgsSingleSymbolRenderer,
    QgsSymbol,
    QgsVectorLayer,
)
from qgis.PyQt.QtGui import QColor

from ...core.palette import palette
from ...core.sqlfiles import open_to_read
from ...processing.styling.dressed import has_look, wear, wear_relief
from ...processing.texts import interface_language, tr
from .map_system import draw_in, metres_for
from .project_state import columns_of, geometry_of
from .wording import role_title

DEPTH = "urban_renewal/depth"  # custom property of inputs we added: where they are drawn
GROUND = 7  # the depth of areas that play no role: below all others, above terrain
NEW = "urban_renewal/loading"  # custom property of a group that is being filled
HOUSE = "urban_renewal/base"  # custom property of inputs that wear the house's base map: as which table
SHIFTED = "facilities_gcj02"  # the sample's facilities where a web map shows them
FAR = "far"  # those rows of `gap` that meet no street, when somebody asks for them
HIDDEN = ("communities", "population", "plan", "constraints", "programme", "truth", SHIFTED, "height_points",
          "entrances")  # fmt: skip
STRANGER, STRANGER_MM = "#D8D4CA", 0.8  # colour and size in mm of what was added and plays no role
ROLE_TABLES = {
    "parcels": "PARCELS", "buildings": "BUILDINGS", "activity": "ACTIVITY", "facilities": "FACILITIES",
    "capacities": "CAPACITIES", "entrances": "ENTRANCES", "population": "POPULATION", "communities": "COMMUNITIES",
    "roads": "ROADS", "height_points": "HEIGHT_POINTS", "barriers": "BARRIERS", "stations": "STATIONS",
    "station_entrances": "STATION_ENTRANCES", "protected": "PROTECTED", "programme": "PROGRAMME", "plan": "PLAN",
    "constraints": "CONSTRAINTS", "green": "GREEN", "reviews": "REVIEWS",
}  # fmt: skip


def tables_in(path: Path) -> dict[str, str]:
    """Return {table: heading} of a GeoPackage in the order of the file; none when it cannot be read.

    A table without a heading of its own has its name there. The table of styles is no layer.
    """
    sql = "SELECT table_name, identifier FROM gpkg_contents WHERE table_name <> 'layer_styles' ORDER BY rowid"
    try:
        with open_to_read(path) as connection:
            return {name: heading or name for name, heading in connection.execute(sql)}
    except (sqlite3.Error, ValueError):
        return {}


def table_title(name: str) -> str:
    """Return the heading of a result table or an input role; a table of neither kind stands for itself."""
    from ...core import schema

    if name == SHIFTED:
        return tr("Facilities (GCJ-02)")
    if name == FAR:
        return tr("Parcels that meet no street")
    if name in ROLE_TABLES:
        return role_title(ROLE_TABLES[name])
    try:
        table = schema.table_pattern(name)
    except KeyError:
        return name
    return table.zh if interface_language() == "zh" else table.en


def loading_sample(project: QgsProject, gpkg: str, dem: str) -> Any:
    """Load a sample's tables and its terrain into a group, a layer a turn; gives the layers, the first on top.

    They wear the house's base map, also where nothing else is drawn: an empty project gets the land's colour.
    """
    layers: list[QgsMapLayer] = []
    language = interface_language()
    for name, heading in tables_in(Path(gpkg)).items():
        yield 0
        title = heading if heading != name and language == "zh" else table_title(name)
        layer = QgsVectorLayer(f"{gpkg}|layername={name}", title, "ogr")
        if layer.isValid():
            for place in range(0 if language == "zh" else layer.fields().count()):
                layer.setFieldAlias(place, "")  # the fields' names are English, the headings in the file Chinese
            if layer.isSpatial():
                wear(layer, "facilities" if name == SHIFTED else name, language)
                if name != SHIFTED:  # no step shows it
                    layer.setCustomProperty(HOUSE, name)
            layers.append(layer)
    if dem and Path(dem).exists():
        raster = QgsRasterLayer(dem, role_title("DEM"), "gdal")
        if raster.isValid():
            wear_relief(raster)
            raster.setCustomProperty(HOUSE, "dem")
            layers.append(raster)
    layers.sort(key=_depth)
    yield 0
    if not project.mapLayers():
        project.setBackgroundColor(QColor(palette()["base"]["land"]["color"]))
    yield from _adding_group(project, tr("Sample data"), [(layer, not _is_heavy(layer)) for layer in layers])
    return layers


def house_layers(project: QgsProject) -> dict[str, QgsMapLayer]:
    """Return {table or "dem": layer} of the inputs that wear the house's base map."""
    found = {str(layer.customProperty(HOUSE, "") or ""): layer for layer in project.mapLayers().values()}
    return {name: layer for name, layer in found.items() if name}


def wearing(project: QgsProject, table: str) -> list[QgsMapLayer]:
    """Return all inputs that wear the house's base map as one table; lists that were put together stand beside it."""
    return [layer for layer in project.mapLayers().values() if layer.customProperty(HOUSE, "") == table]


def add_in_order(project: QgsProject, layer: QgsMapLayer, role: str = "") -> QgsMapLayer:
    """Add an input where it hides no other: points above lines above houses above parcels above ground; return it.

    What brings no style of its own gets that of its role: it wears the house's base map and follows the steps, as a
    sample does. Terrain is shaded and lies at the bottom; areas that cover everything (communities, plan) are switched
    off.
    """
    was_empty = not project.mapLayers()
    table = next((name for name, owner in ROLE_TABLES.items() if owner == role), "")
    if isinstance(layer, QgsRasterLayer):
        if role == "DEM":
            wear_relief(layer)
            layer.setCustomProperty(HOUSE, "dem")
    elif layer.isSpatial() and (role in ROLE_TABLES.values() or not role) and not layer.loadDefaultStyle()[1]:
        if has_look(table):
            wear(layer, table, interface_language(), columns_of(layer, role, {}))
            layer.setCustomProperty(HOUSE, table)
        else:
            _be_quiet(layer, not role)
    is_ground = not role and geometry_of(layer) == "polygon"  # an outline of a district hides no houses
    depth = GROUND if is_ground else _depth_of(layer, table)
    layer.setCustomProperty(DEPTH, depth)
    if was_empty and layer.customProperty(HOUSE, ""):
        project.setBackgroundColor(QColor(palette()["base"]["land"]["color"]))
    project.addMapLayer(layer, False)
    root = project.layerTreeRoot()
    depths = [_depth_there(node) for node in root.children()]
    place = next((n for n, there in enumerate(depths) if there > depth), len(depths))
    node = root.insertLayer(place, layer)
    node.setItemVisibilityChecked(table not in HIDDEN)
    node.setExpanded(False)
    if was_empty and layer.isSpatial() and layer.crs().isValid():
        draw_in(project, metres_for(layer))
    return layer


def add_on_top(project: QgsProject, layer: QgsMapLayer) -> None:
    """Add a layer above all others; QGIS would put it where somebody has clicked, in a group of results, say."""
    project.addMapLayer(layer, False)
    project.layerTreeRoot().insertLayer(0, layer)


def _be_quiet(layer: QgsVectorLayer, is_stranger: bool) -> None:
    """Draw a layer of no role, or of one without a look, so that results stand out."""
    symbol = QgsSymbol.defaultSymbol(layer.geometryType())
    symbol.setColor(QColor(STRANGER))
    if symbol.type() == Qgis.SymbolType.Marker and is_stranger:
        symbol.setSize(STRANGER_MM)
    if is_stranger and hasattr(symbol.symbolLayer(0), "setStrokeColor"):  # black rims of 2,000 dots hide a city
        symbol.symbolLayer(0).setStrokeColor(QColor(STRANGER).darker(125))
    layer.setRenderer(QgsSingleSymbolRenderer(symbol))


def _depth_there(node: Any) -> int:
    """Return the depth of what stands in the layer tree; a group counts as the top."""
    layer = node.layer() if QgsLayerTree.isLayer(node) else None
    if layer is None:
        return -1
    return int(layer.customProperty(DEPTH, _depth_of(layer, layer.source().rpartition("layername=")[2])))


def _adding_group(project: QgsProject, title: str, entries: list[tuple[QgsMapLayer, bool]]) -> Any:
    """Put layers into a new group on top, a layer a turn; tables go into a folded group of their own below them."""
    was_empty = not project.mapLayers()
    group = project.layerTreeRoot().insertGroup(0, title)
    group.setCustomProperty(NEW, True)
    systems = [layer.crs() for layer, _ in entries if layer.isSpatial() and layer.crs().isValid()]
    if was_empty and systems:
        project.setCrs(max(systems, key=systems.count))  # the one most layers are in
    for layer, is_on in entries:
        yield 0
        group = next((item for item in project.layerTreeRoot().findGroups(True) if item.customProperty(NEW)), None)
        if group is None:  # somebody took it away meanwhile
            return
        project.addMapLayer(layer, False)
        if layer.isSpatial():
            node = group.addLayer(layer)
            node.setItemVisibilityChecked(is_on)
        else:
            tables = group.findGroup(tr("Tables")) or group.addGroup(tr("Tables"))
            tables.setExpanded(False)
            node = tables.addLayer(layer)
        node.setExpanded(False)
    group.removeCustomProperty(NEW)


def _depth(layer: QgsMapLayer) -> tuple[int, str]:
    """Return where a layer of the sample is drawn; ties by name."""
    return _depth_of(layer, layer.source().rpartition("layername=")[2]), layer.name()


def _depth_of(layer: QgsMapLayer, table: str) -> int:
    """Return the depth of a layer: points, lines, areas, rasters, tables; water under houses, parcels under both."""
    if isinstance(layer, QgsRasterLayer):
        return 8
    order = {"point": 1, "line": 2, "polygon": 3}.get(geometry_of(layer), 9)
    if table in ("stations", "station_entrances"):
        return 0
    under = {"barriers": 4, "parcels": 5, "communities": 2, "population": 6, "green": 6, "plan": 6}.get(table, 3)
    return under if order == 3 else order


def _is_heavy(layer: QgsMapLayer) -> bool:
    """Say whether a layer would hide the others when everything is switched on."""
    return layer.source().rpartition("layername=")[2] in HIDDEN
