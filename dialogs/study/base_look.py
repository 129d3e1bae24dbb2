# SPDX-License-Identifier: GPL-2.0-or-later
"""The house's base map on a person's own inputs, when asked: as a second style of each layer, so the first comes back.

Both styles stand in the menu “Styles” of the layer and in the project file. Results let houses show through where the
base map is on (`dressed.see_through`).
"""

from __future__ import annotations

from collections.abc import Iterator

from qgis.core import QgsMapLayer, QgsProject, QgsRasterLayer, QgsVectorLayer
from qgis.PyQt.QtGui import QColor

from ...core.palette import palette
from ...processing.styling.dressed import has_look, see_through, wear, wear_relief
from ...processing.texts import interface_language, tr
from .adding import HOUSE, ROLE_TABLES, house_layers
from .project_state import columns_of, layer_of
from .study import Study
from .tree import give_back, result_of

BEFORE = "urban_renewal/before"  # custom property of our style: the name of the one it took the place of
SCOPE, LAND = "urban_renewal", "background"  # entry of the project: its colour before
DEM = "dem"


def style_name() -> str:
    """Return what our style is called in the layer's menu."""
    return tr("Workbench base map")


def wearers(project: QgsProject, study: Study) -> Iterator[tuple[QgsMapLayer, str]]:
    """Yield the input layers that have a look of the house, and the table that they look like."""
    tables = {role: table for table, role in ROLE_TABLES.items()}
    seen = set()
    for role, choice in study.inputs.items():
        layer, table = layer_of(project, choice), DEM if role == "DEM" else tables.get(role, "")
        if layer is None or layer.id() in seen or (role == "POPULATION" and _is_shared(study, choice)):
            continue
        is_ground = isinstance(layer, QgsRasterLayer) and table == DEM
        if is_ground or (isinstance(layer, QgsVectorLayer) and layer.isSpatial() and has_look(table)):
            seen.add(layer.id())
            yield layer, table


def _is_shared(study: Study, choice: object) -> bool:
    """Say whether the layer of people is that of the communities too, which has the better look."""
    other = study.inputs.get("COMMUNITIES")
    return other is not None and other.layer_id == getattr(choice, "layer_id", "")


def state_of(project: QgsProject, study: Study) -> str:
    """Return "off" when some input could wear the base map, "on" when it can be taken off again, else ""."""
    layers = [layer for layer, _ in wearers(project, study)]
    if any(not layer.customProperty(HOUSE, "") for layer in layers):
        return "off"
    return "on" if any(layer.customProperty(BEFORE, "") for layer in layers) else ""


def put_on(project: QgsProject, study: Study) -> int:
    """Give all inputs the base map; return how many changed."""
    changed = 0
    for layer, table in list(wearers(project, study)):
        if layer.customProperty(HOUSE, ""):
            continue
        styles = layer.styleManager()
        before = styles.currentStyle()
        if style_name() in styles.styles():
            styles.removeStyle(style_name())
        styles.addStyleFromLayer(style_name())
        styles.setCurrentStyle(style_name())
        if isinstance(layer, QgsRasterLayer):
            wear_relief(layer)
        else:
            role = ROLE_TABLES[table]
            wear(layer, table, interface_language(), columns_of(layer, role, study.inputs[role].mapping))
        layer.setCustomProperty(HOUSE, table)
        layer.setCustomProperty(BEFORE, before)
        _redraw(layer)
        changed += 1
    if changed and not project.readEntry(SCOPE, LAND, "")[0]:
        project.writeEntry(SCOPE, LAND, project.backgroundColor().name())
        project.setBackgroundColor(QColor(palette()["base"]["land"]["color"]))
    _let_through(project)
    return changed


def take_off(project: QgsProject, study: Study) -> int:
    """Give inputs the style back that they had; return how many changed."""
    changed = 0
    for layer, _ in list(wearers(project, study)):
        before = str(layer.customProperty(BEFORE, "") or "")
        styles = layer.styleManager()
        if before not in styles.styles() or not before:
            continue
        ours = styles.currentStyle()  # whatever it is called: QGIS may have another language by now
        styles.setCurrentStyle(before)
        styles.removeStyle(ours)
        give_back(project, layer)
        _redraw(layer)
        changed += 1
    land = project.readEntry(SCOPE, LAND, "")[0]
    if changed and land:
        project.setBackgroundColor(QColor(land))
        project.removeEntry(SCOPE, LAND)
    _let_through(project)
    return changed


def _let_through(project: QgsProject) -> None:
    is_on = bool(house_layers(project))
    for layer in project.mapLayers().values():
        study_id, table = result_of(layer)
        if study_id and isinstance(layer, QgsVectorLayer):
            see_through(layer, table, is_on)
            layer.triggerRepaint()


def _redraw(layer: QgsMapLayer) -> None:
    layer.triggerRepaint()
    layer.emitStyleChanged()
