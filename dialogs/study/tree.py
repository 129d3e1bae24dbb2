# SPDX-License-Identifier: GPL-2.0-or-later
"""The study's results in the layer tree: a group a theme, from above as they are drawn; what is on for which step.

What a person switches on or off while a step is shown stays so whenever that step is shown again, and when its results
come anew. It is kept in the tree itself, so the project file has it.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from qgis.core import QgsLayerTreeGroup, QgsMapLayer, QgsProject

from ...processing.texts import tr
from .adding import FAR, wearing

MARK = "urban_renewal/result"  # custom property of layers we loaded and of a study's group: never guessed as an input
PART = "urban_renewal/part"  # custom property of a group within a study's: which
STEP = "urban_renewal/step"  # custom property of a study's group: the step that was shown last
SET, WISH = "urban_renewal/set", "urban_renewal/wish/"  # of a node: how we left it; what a person wanted for a step
FIRST = "urban_renewal/first"  # of a node: how a person had it before a step switched it
NAMED = "urban_renewal/named"  # of a group: what we called it; a person may have called it otherwise since
ASIDE = "urban_renewal/aside"  # of a node that is hidden for a while
PARTS = (  # groups of a study from above, and the tables of each, from above
    ("prepare", ("issues",)),
    ("zones", ("cores", "links", "branches", "zones", "checked_zones", "actions", "petals", "projects", "corners")),
    ("gaps", ("sites", "facilities", FAR, "gap_summary", "gap", "edges")),
    ("tag", ("tagged",)),
    ("ground", ("contours", "land_use_map")),
    ("tables", ()),
)
SHOWN = {  # what 在图上看 switches on
    "prepare": ("issues", "edges"), "tag": ("tagged",), "gaps": ("gap", "facilities", "sites"),
    "zones": ("zones", "cores", "branches", "petals"), "deliver": ("zones", "cores", "tagged"),
}  # fmt: skip
BASE_SHOWN = {  # inputs in the house's base map that a step shows or hides; the others stay as they are
    "prepare": {"facilities": True, "communities": False, "stations": True},
    "tag": {"facilities": False, "communities": False, "stations": True},
    "gaps": {"facilities": False, "communities": True, "stations": True},
    "zones": {"facilities": False, "communities": False, "stations": False},
    "deliver": {"facilities": False, "communities": False, "stations": False},
}


def result_of(layer: QgsMapLayer) -> tuple[str, str]:
    """Return (study, table) of a result layer we loaded; two empty texts for any other layer."""
    study_id, _, table = str(layer.customProperty(MARK, "") or "").partition("/")
    return study_id, table


def group_of(project: QgsProject, study_id: str) -> QgsLayerTreeGroup | None:
    """Return the group of a study's results, None when there is none."""
    groups = project.layerTreeRoot().findGroups(True)
    return next((group for group in groups if group.customProperty(MARK, "") == study_id), None)


def ensure_group(project: QgsProject, study_id: str, title: str) -> QgsLayerTreeGroup:
    """Return the group of a study's results, which is made on top when there is none."""
    found = group_of(project, study_id)
    if found is None:
        found = project.layerTreeRoot().insertGroup(0, title)
        found.setCustomProperty(MARK, study_id)
        found.setCustomProperty(NAMED, title)
    _name(found, title)
    return found


def _name(group: QgsLayerTreeGroup, title: str) -> None:
    """Call a group as it is called now (QGIS may speak another language), unless a person named it."""
    if group.customProperty(NAMED, "") == group.name():
        group.setName(title)
        group.setCustomProperty(NAMED, title)


def part_of(layer: QgsMapLayer, table: str) -> str:
    """Return the part of a study that a result belongs to."""
    if not layer.isSpatial():
        return "tables"
    return next((part for part, tables in PARTS if table in tables), "ground")


def place_layer(group: QgsLayerTreeGroup, layer: QgsMapLayer, table: str) -> Any:
    """Put a result where it belongs in its study's group; return its node, switched off and folded."""
    key = part_of(layer, table)
    part = _part(group, key)
    order = dict(PARTS)[key]
    mine = order.index(table) if table in order else len(order)
    place = 0
    for number, node in enumerate(part.children(), 1):
        other = result_of(node.layer())[1] if hasattr(node, "layer") and node.layer() is not None else ""
        if (order.index(other) if other in order else len(order)) <= mine:
            place = number
    node = part.insertLayer(place, layer)
    node.setItemVisibilityChecked(False)
    node.setExpanded(False)
    return node


def _part(group: QgsLayerTreeGroup, key: str) -> QgsLayerTreeGroup:
    keys = [name for name, _ in PARTS]
    groups = [node for node in group.children() if node.customProperty(PART, "")]
    there = {node.customProperty(PART): node for node in groups}
    if key in there:
        _name(there[key], part_title(key))
        return there[key]
    children = group.children()
    later = [children.index(node) for name, node in there.items() if name in keys[keys.index(key) :]]
    made = group.insertGroup(min(later, default=len(children)), part_title(key))
    made.setCustomProperty(PART, key)
    made.setCustomProperty(NAMED, made.name())
    made.setExpanded(False)
    return made


def part_title(key: str) -> str:
    """Return what a part of a study's results is called in the layer tree."""
    return {
        "prepare": tr("Input check"), "zones": tr("Demonstration zones"), "gaps": tr("Walking and gaps"),
        "tag": tr("Tags"), "ground": tr("Ground"), "tables": tr("Tables"),
    }[key]  # fmt: skip


def wishes_of(node: Any) -> dict[str, Any]:
    """Return what a person wanted of a node, to be given to the one that takes its place."""
    return {key: node.customProperty(key) for key in node.customProperties() if key.startswith(WISH)}


def show_step(project: QgsProject, study_id: str, step: str) -> list[QgsMapLayer]:
    """Switch a step's result layers on and the study's other results off; return those that are on.

    Inputs in the house's base map follow, a person's own layers do not.
    """
    group = group_of(project, study_id)
    if group is None:
        return []
    last = str(group.customProperty(STEP, "") or "")
    shown = []
    for layer in _results(project, study_id):
        node = project.layerTreeRoot().findLayer(layer.id())
        if node is not None and _turn(node, result_of(layer)[1] in SHOWN.get(step, ()), last, step):
            node.setItemVisibilityCheckedParentRecursive(True)
            shown.append(layer)
        if node is not None:
            node.setExpanded(node.itemVisibilityChecked())
    on = {layer.id() for layer in shown}
    for part in group.children():
        if part.customProperty(PART, ""):
            part.setExpanded(any(node.layerId() in on for node in part.findLayers()))
    has_cores = any(result_of(layer)[1] == "cores" and layer.featureCount() for layer in shown)
    for table, is_on in BASE_SHOWN.get(step, {}).items():
        nodes = [project.layerTreeRoot().findLayer(layer.id()) for layer in wearing(project, table)]
        wanted = is_on or (table == "stations" and not has_cores)  # else nothing would tell where the stations are
        for node in nodes:
            if node is not None:  # of several, lists that were put together say, those come back that were there
                _turn(node, wanted and (len(nodes) == 1 or _was_on(node)), last, step)
    group.setCustomProperty(STEP, step)
    return shown


def set_aside(project: QgsProject, study_id: str, table: str, is_aside: bool) -> None:
    """Hide a result while something else draws the same, then show it again: no wish of a person's."""
    layer = next((item for item in _results(project, study_id) if result_of(item)[1] == table), None)
    node = project.layerTreeRoot().findLayer(layer.id()) if layer is not None else None
    if (
        node is None
        or (is_aside and not node.itemVisibilityChecked())
        or (not is_aside and node.customProperty(ASIDE) is None)
    ):
        return
    node.setItemVisibilityChecked(not is_aside)
    node.setCustomProperty(SET, "0" if is_aside else "1")
    if is_aside:
        node.setCustomProperty(ASIDE, "1")
    else:
        node.removeCustomProperty(ASIDE)


def give_back(project: QgsProject, layer: QgsMapLayer) -> None:
    """Show or hide an input as before steps did, and forget what was kept about it."""
    node = project.layerTreeRoot().findLayer(layer.id())
    if node is None or node.customProperty(FIRST) is None:
        return
    node.setItemVisibilityChecked(str(node.customProperty(FIRST)) == "1")
    for key in (FIRST, SET, *wishes_of(node)):
        node.removeCustomProperty(key)


def shown_step(project: QgsProject, study_id: str) -> str:
    """Return the step whose results were shown last, "" when none was."""
    group = group_of(project, study_id)
    return str(group.customProperty(STEP, "") or "") if group is not None else ""


def _results(project: QgsProject, study_id: str) -> Iterable[QgsMapLayer]:
    return [layer for layer in project.mapLayers().values() if result_of(layer)[0] == study_id]


def _was_on(node: Any) -> bool:
    """Say whether a node was switched on before steps did anything to it."""
    first = node.customProperty(FIRST)
    return node.itemVisibilityChecked() if first is None else str(first) == "1"


def _turn(node: Any, is_on: bool, last: str, step: str) -> bool:
    """Switch a node for a step, as a person wanted it there, or as the step has it; return what it is then."""
    left, now = node.customProperty(SET), node.itemVisibilityChecked()
    if left is None:
        node.setCustomProperty(FIRST, "1" if now else "0")
    if last and left is not None and (str(left) == "1") != now:
        node.setCustomProperty(WISH + last, "1" if now else "0")
    wish = node.customProperty(WISH + step)
    is_on = is_on if wish is None else str(wish) == "1"
    node.setItemVisibilityChecked(is_on)
    node.setCustomProperty(SET, "1" if is_on else "0")
    node.removeCustomProperty(ASIDE)
    return is_on
