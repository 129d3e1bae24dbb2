# SPDX-License-Identifier: GPL-2.0-or-later
"""Puts the layers of a sample or a delivery into the project as a group, with the styles they carry, and shows them."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable, Mapping
from contextlib import closing
from pathlib import Path
from typing import Any

from qgis.core import (
    Qgis,
    QgsCsException,
    QgsHillshadeRenderer,
    QgsLayerTree,
    QgsLayerTreeGroup,
    QgsMapLayer,
    QgsProject,
    QgsProviderRegistry,
    QgsRasterLayer,
    QgsRectangle,
    QgsSingleSymbolRenderer,
    QgsSymbol,
    QgsVectorLayer,
)
from qgis.PyQt import sip
from qgis.PyQt.QtGui import QColor

from ...processing.texts import interface_language, tr
from .crossing import crossing
from .project_state import geometry_of
from .steps import DELIVERY, results_of
from .study import Study
from .turns import through
from .wording import role_title

SUN_AZIMUTH, SUN_HEIGHT = 315.0, 45.0  # degrees: the shading maps are drawn with
DEPTH = "urban_renewal/depth"  # custom property of inputs we added: where they are drawn
NEW = "urban_renewal/loading"  # custom property of a group that is being filled
MARK = "urban_renewal/result"  # custom property of layers we loaded: never guessed as an input
DELIVERED = "urbanrenewal/group"  # custom property of the groups of a delivery's project
DELIVERED_INPUTS = frozenset(  # its tables from which a study could begin anew
    ("tagged", "buildings", "facilities", "stations", "station_entrances", "roads", "barriers", "green", "protected",
     "communities")
)  # fmt: skip
# tables of a delivery from top to bottom, and the step each belongs to; those with True are switched on at first
DRAWN = (
    ("issues", "prepare", False),
    ("cores", "zones", True), ("facility_load", "gaps", False), ("sites", "gaps", False), ("branches", "zones", True), ("zones", "zones", True),
    ("petals", "zones", True), ("edges", "prepare", False), ("gap", "gaps", False), ("gap_summary", "gaps", False),
    ("tagged", "tag", True),
)  # fmt: skip
HIDDEN = ("communities", "population", "plan", "constraints", "truth", "facilities_gcj02", "height_points", "entrances")
SHOWN = {  # what 在图上看 switches on
    "prepare": ("issues", "edges"), "tag": ("tagged",), "gaps": ("gap", "facility_load", "sites"),
    "zones": ("zones", "cores", "branches", "petals"),
    "deliver": ("zones", "cores", "branches", "petals", "tagged"),
}  # fmt: skip
COLOURS = {  # of inputs that bring no style of their own: quiet, results stand out (picture spec §10)
    "PARCELS": "#F6F3EB", "BUILDINGS": "#C9C2B4", "ROADS": "#A9A395", "BARRIERS": "#A9CBDF", "GREEN": "#CFE0BE",
    "PROTECTED": "#C8A06A", "PROGRAMME": "#C5C3E0", "COMMUNITIES": "#E4E1D8", "POPULATION": "#E4E1D8",
    "FACILITIES": "#0B5C3B", "STATIONS": "#C2185B", "STATION_ENTRANCES": "#E08FB0", "PLAN": "#E9E2C8",
    "CONSTRAINTS": "#E8B0A8", "ENTRANCES": "#7FB59B", "HEIGHT_POINTS": "#8B9197",
}  # fmt: skip
STRANGER, STRANGER_MM = "#D8D4CA", 0.8  # colour and size in mm of what was added and plays no role
TABLES = {  # what 打开表 opens, the first there is
    "prepare": ("issues", "people"), "tag": ("tagged",), "gaps": ("gap_summary", "gap"), "zones": ("findings", "zones"),
}  # fmt: skip
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
        with closing(sqlite3.connect(f"{path.as_uri()}?mode=ro", uri=True)) as connection:
            return {name: heading or name for name, heading in connection.execute(sql)}
    except (sqlite3.Error, ValueError):
        return {}


def smooth_relief(raster: QgsRasterLayer) -> None:
    """Draw heights as a shaded relief, without the steps of their cells when somebody looks closely."""
    heights = raster.dataProvider()
    if heights.enableProviderResampling(True):
        heights.setZoomedInResamplingMethod(heights.ResamplingMethod.Cubic)
        raster.setResamplingStage(Qgis.RasterResamplingStage.Provider)
    raster.setRenderer(QgsHillshadeRenderer(heights, 1, SUN_AZIMUTH, SUN_HEIGHT))


def table_title(name: str) -> str:
    """Return the heading of a result table or an input role; a table of neither kind stands for itself."""
    from ...core import schema

    if name in ROLE_TABLES:
        return role_title(ROLE_TABLES[name])
    try:
        table = schema.table_pattern(name)
    except KeyError:
        return name
    return table.zh if interface_language() == "zh" else table.en


def loading_sample(project: QgsProject, gpkg: str, dem: str) -> Any:
    """Load a sample's tables and its terrain into a group, a layer a turn; gives the layers, the first on top."""
    layers: list[QgsMapLayer] = []
    for name, heading in tables_in(Path(gpkg)).items():
        yield 0
        title = heading if heading != name and interface_language() == "zh" else table_title(name)
        layer = QgsVectorLayer(f"{gpkg}|layername={name}", title, "ogr")
        if layer.isValid():
            for place in range(0 if interface_language() == "zh" else layer.fields().count()):
                layer.setFieldAlias(place, "")  # the fields' names are English, the headings in the file Chinese
            layers.append(layer)
    if dem and Path(dem).exists():
        raster = QgsRasterLayer(dem, role_title("DEM"), "gdal")
        if raster.isValid():
            smooth_relief(raster)
            raster.setOpacity(0.4)
            layers.append(raster)
    layers.sort(key=_depth)
    yield 0
    yield from _adding_group(project, tr("Sample data"), [(layer, not _is_heavy(layer)) for layer in layers])
    return layers


def add_in_order(project: QgsProject, layer: QgsMapLayer, role: str = "") -> QgsMapLayer:
    """Add an input where it hides no other: points above lines above houses above parcels above ground; return it.

    Terrain is shaded and lies at the bottom; areas that cover everything (communities, plan) are switched off.
    """
    if isinstance(layer, QgsRasterLayer) and role == "DEM":
        smooth_relief(layer)
        layer.setOpacity(0.4)
    table = next((name for name, owner in ROLE_TABLES.items() if owner == role), "")
    is_drawn = isinstance(layer, QgsVectorLayer) and layer.isSpatial() and (role in COLOURS or not role)
    if is_drawn and not layer.loadDefaultStyle()[1]:
        symbol = QgsSymbol.defaultSymbol(layer.geometryType())
        symbol.setColor(QColor(COLOURS.get(role, STRANGER)))
        if symbol.type() == Qgis.SymbolType.Marker:
            symbol.setSize(symbol.size() if role else STRANGER_MM)
        layer.setRenderer(QgsSingleSymbolRenderer(symbol))
    layer.setCustomProperty(DEPTH, _depth_of(layer, table))
    was_empty = not project.mapLayers()
    project.addMapLayer(layer, False)
    root = project.layerTreeRoot()
    depths = [_depth_there(node) for node in root.children()]
    place = next((n for n, depth in enumerate(depths) if depth > _depth_of(layer, table)), len(depths))
    root.insertLayer(place, layer).setItemVisibilityChecked(table not in HIDDEN)
    if was_empty and layer.isSpatial() and layer.crs().isValid():
        project.setCrs(layer.crs())
    return layer


def _depth_there(node: Any) -> int:
    """Return the depth of what stands in the layer tree; a group counts as the top."""
    layer = node.layer() if QgsLayerTree.isLayer(node) else None
    if layer is None:
        return -1
    return int(layer.customProperty(DEPTH, _depth_of(layer, layer.source().rpartition("layername=")[2])))


def load_delivery(project: QgsProject, gpkg: Path, study_id: str, title: str) -> list[QgsMapLayer]:
    """Load a delivery's tables in drawing order as one group on top; what the study had loaded before goes."""
    return list(through(loading_delivery(project, gpkg, study_id, title)))


def loading_delivery(project: QgsProject, gpkg: Path, study_id: str, title: str) -> Any:
    """Do what `load_delivery` does in turns."""
    forget_results(project, study_id)
    tables = {name: f"{gpkg}|layername={name}" for name in tables_in(gpkg) if name not in ROLE_TABLES}
    return (yield from loading_tables(project, tables, study_id, title))


def load_tables(project: QgsProject, sources: Mapping[str, str], study_id: str, title: str) -> list[QgsMapLayer]:
    """Load result tables {name: source} into the study's group; a table that is there already is replaced."""
    return list(through(loading_tables(project, sources, study_id, title)))


def loading_tables(project: QgsProject, sources: Mapping[str, str], study_id: str, title: str) -> Any:
    """Do what `load_tables` does, a layer a turn."""
    drawn = [name for name, _, _ in DRAWN]
    places = {name: place for place, name in enumerate([*drawn, *sorted(set(sources) - set(drawn))])}
    old = [key for key, layer in project.mapLayers().items()
           if result_of(layer)[0] == study_id and result_of(layer)[1] in sources]  # fmt: skip
    project.removeMapLayers(old)
    if _group_of(project, study_id) is None:
        project.layerTreeRoot().insertGroup(0, title).setCustomProperty(MARK, study_id)
    made = []
    for name in sorted(sources, key=places.__getitem__):
        yield 0
        group = _group_of(project, study_id)
        if group is None:  # somebody took it away meanwhile
            break
        layer = QgsVectorLayer(sources[name], table_title(name), "ogr")
        if not layer.isValid():
            continue
        layer.setCustomProperty(MARK, f"{study_id}/{name}")
        project.addMapLayer(layer, False)
        above = [place for place, node in enumerate(group.findLayers())
                 if places.get(result_of(node.layer())[1], len(places)) < places[name]]  # fmt: skip
        node = group.insertLayer(max(above, default=-1) + 1, layer)
        is_on = name in [table for table, _, on in DRAWN if on]
        node.setItemVisibilityChecked(is_on)
        node.setExpanded(is_on)
        made.append(layer)
    return made


def _group_of(project: QgsProject, study_id: str) -> QgsLayerTreeGroup | None:
    groups = project.layerTreeRoot().findGroups(True)
    return next((group for group in groups if group.customProperty(MARK, "") == study_id), None)


def forget_results(project: QgsProject, study_id: str) -> None:
    """Take a study's loaded results out of the project; files stay."""
    ours = [key for key, layer in project.mapLayers().items() if result_of(layer)[0] == study_id]
    project.removeMapLayers(ours)
    for group in project.layerTreeRoot().findGroups(True):
        if group.customProperty(MARK, "") == study_id and not group.findLayers():
            group.parent().removeChildNode(group)


def result_of(layer: QgsMapLayer) -> tuple[str, str]:
    """Return (study, table) of a result layer we loaded; two empty texts for any other layer."""
    study_id, _, table = str(layer.customProperty(MARK, "") or "").partition("/")
    return study_id, table


def result_ids(project: QgsProject) -> frozenset[str]:
    """Return the ids of the result layers in the project, also of those in the project of a delivery."""
    ours = {key for key, layer in project.mapLayers().items() if result_of(layer)[0]}
    return frozenset(ours | _delivered_ids(project))


def _delivered_ids(project: QgsProject) -> set[str]:
    """Return the ids of the layers of a delivery that are no inputs: what was drawn for its pages, what was found."""
    found = set()
    for group in project.layerTreeRoot().findGroups(True):
        kind = group.customProperty(DELIVERED, "")
        for node in group.findLayers() if kind else ():
            layer = node.layer()
            if layer is not None and (kind == "layouts" or _table_of(layer) not in DELIVERED_INPUTS):
                found.add(layer.id())
    return found


def _table_of(layer: QgsMapLayer) -> str:
    parts = QgsProviderRegistry.instance().decodeUri(layer.providerType(), layer.source())
    return str(parts.get("layerName") or "")


def sources(project: QgsProject, study_id: str) -> dict[str, str]:
    """Return {table: source} of the results of a study that are in the project."""
    ours = [(result_of(layer), layer.source()) for layer in project.mapLayers().values()]
    return {table: source for (owner, table), source in ours if owner == study_id}


def show_results(project: QgsProject, study_id: str, step: str) -> list[QgsMapLayer]:
    """Switch a step's result layers on and the study's other results off; return those that are on."""
    shown = []
    for layer in project.mapLayers().values():
        owner, table = result_of(layer)
        node = project.layerTreeRoot().findLayer(layer.id()) if owner == study_id else None
        if node is None:
            continue
        is_on = table in SHOWN.get(step, ())
        node.setItemVisibilityChecked(is_on)
        node.setExpanded(is_on)
        if is_on:
            node.setItemVisibilityCheckedParentRecursive(True)
            shown.append(layer)
    return shown


def open_delivery(iface: Any, project: QgsProject, study: Study) -> list[QgsMapLayer]:
    """Load the delivery's layers as a group, show zones and tags, zoom to them; none without a delivery."""
    return list(through(opening_delivery(iface, project, study)))


def opening_delivery(iface: Any, project: QgsProject, study: Study) -> Any:
    """Do what `open_delivery` does in turns."""
    gpkg = Path(study.folder) / DELIVERY / "data.gpkg"
    if not gpkg.exists():
        return []
    layers = yield from loading_delivery(project, gpkg, study.study_id, _study_title(study))
    layers = [layer for layer in layers if not sip.isdeleted(layer)]
    shown = [layer for layer in layers if result_of(layer)[1] in ("zones", "tagged", "petals")]
    zoom_to(iface, project, shown or layers)
    return layers


def open_step(iface: Any, project: QgsProject, study: Study, key: str) -> list[QgsMapLayer]:
    """Load the layers of one step that are not on the map yet, or are there from an older run; show only them."""
    return list(through(opening_step(iface, project, study, key)))


def opening_step(iface: Any, project: QgsProject, study: Study, key: str) -> Any:
    """Do what `open_step` does in turns."""
    files = results_of(study)
    tables = {name: files[name] for name in SHOWN.get(key, ()) if name in files}
    loaded = sources(project, study.study_id)
    wanted = {name: path for name, path in tables.items() if loaded.get(name) != path}
    yield from loading_tables(project, wanted, study.study_id, _study_title(study))
    yield 0
    shown = show_results(project, study.study_id, key)
    zoom_to(iface, project, shown)
    return shown


def open_table(iface: Any, project: QgsProject, study: Study, key: str) -> QgsVectorLayer | None:
    """Open the table of a step's main result, loading it when it is not in the project; None when there is none."""
    files, loaded = results_of(study), sources(project, study.study_id)
    name = next((table for table in TABLES.get(key, ()) if table in files), "")
    if not name:
        return None
    if loaded.get(name) != files[name]:
        load_tables(project, {name: files[name]}, study.study_id, _study_title(study))
    layer = next((item for item in project.mapLayers().values() if result_of(item) == (study.study_id, name)), None)
    if iface is not None and layer is not None:
        iface.showAttributeTable(layer)
    return layer


def _study_title(study: Study) -> str:
    return tr("Results: {name}").format(name=study.name or tr("Study"))


def zoom_to(iface: Any, project: QgsProject, layers: Iterable[QgsMapLayer]) -> None:
    """Set the map to the extent of layers, with a little air around; layers without one do not count."""
    canvas = iface.mapCanvas() if iface is not None else None
    if canvas is None:
        return
    whole = QgsRectangle()
    for layer in layers:
        extent = layer.extent()
        if not layer.isSpatial() or extent.isEmpty():
            continue
        try:
            place = crossing(layer.crs(), project.crs(), project).transformBoundingBox(extent)
        except QgsCsException:
            continue
        whole.combineExtentWith(place)
    if not whole.isEmpty():
        whole.scale(1.05)
        canvas.setExtent(whole)
        canvas.refresh()


def _adding_group(project: QgsProject, title: str, entries: list[tuple[QgsMapLayer, bool]]) -> Any:
    """Put layers into a new group on top, a layer a turn."""
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
        node = group.addLayer(layer)
        node.setItemVisibilityChecked(is_on)
        node.setExpanded(is_on and layer.isSpatial() and bool(result_of(layer)[0]))
    group.removeCustomProperty(NEW)


def _depth(layer: QgsMapLayer) -> tuple[int, str]:
    """Return where a layer of the sample is drawn; ties by name."""
    return _depth_of(layer, layer.source().rpartition("layername=")[2]), layer.name()


def _depth_of(layer: QgsMapLayer, table: str) -> int:
    """Return the depth of a layer: points, lines, polygons, rasters, tables; parcels under houses."""
    if isinstance(layer, QgsRasterLayer):
        return 8
    order = {"point": 1, "line": 2, "polygon": 3}.get(geometry_of(layer), 9)
    if table in ("stations", "station_entrances"):
        return 0
    under = {"parcels": 5, "communities": 6, "population": 6, "green": 6, "plan": 6}.get(table, 0)
    return max(order, under) if order == 3 else order


def _is_heavy(layer: QgsMapLayer) -> bool:
    """Say whether a layer would hide the others when everything is switched on."""
    return layer.source().rpartition("layername=")[2] in HIDDEN
