# SPDX-License-Identifier: GPL-2.0-or-later
"""Puts the layers of a study's results into the project as a group, with the styles they carry, and shows them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from functools import partial
from pathlib import Path
from typing import Any

from qgis.core import (
    QgsCsException,
    QgsExpression,
    QgsFeatureRequest,
    QgsMapLayer,
    QgsProject,
    QgsProviderRegistry,
    QgsRectangle,
    QgsVectorLayer,
)
from qgis.PyQt import sip

from ...core.sqlnames import literal
from ...processing.styling.counting import COUNTED, classes_of, count_classes, drop_empty, tell_counts
from ...processing.styling.dressed import see_through, wear
from ...processing.styling.folding import show_columns
from ...processing.styling.loads import count_full, full_rows, join_full
from ...processing.texts import interface_language, tr
from . import tree
from .adding import FAR, ROLE_TABLES, add_in_order, house_layers, loading_sample, table_title, tables_in
from .crossing import crossing
from .project_state import columns_of, layer_of
from .steps import DELIVERY, owner_of, results_of
from .study import Study
from .tree import MARK, result_of
from .tree import show_step as show_results
from .turns import aside

__all__ = ["MARK", "add_in_order", "loading_sample", "result_of", "show_results", "table_title", "tables_in"]
FAR_TOLD = ("parcel_id", "elder_gap", "child_gap")  # beside the need of each kind
NEAR = 0.6  # of the width of all there is: a map that shows less is near
DELIVERED = "urbanrenewal/group"  # custom property of the groups of a delivery's project
DELIVERED_INPUTS = frozenset(  # its tables from which a study could begin anew
    ("tagged", "buildings", "facilities", "stations", "station_entrances", "roads", "barriers", "green", "protected",
     "communities")
)  # fmt: skip
TABLES = {  # what 打开表 opens, the first there is
    "prepare": ("issues", "people"), "tag": ("tagged",), "gaps": ("gap_summary", "gap"), "zones": ("findings", "zones"),
    "sites": ("sites",),
}  # fmt: skip


def loading_delivery(project: QgsProject, gpkg: Path, study_id: str, title: str) -> Any:
    """Load a delivery's tables in drawing order as one group on top, in turns; what the study had loaded before goes.

    Returns the layers.
    """
    wishes = _wishes(project, study_id)
    forget_results(project, study_id)
    there = tables_in(gpkg)
    tables = {name: f"{gpkg}|layername={name}" for name in there if name not in ROLE_TABLES}
    made = yield from loading_tables(project, tables, study_id, title, wishes)
    if {"facilities", "facility_load"} <= set(there):
        places = QgsVectorLayer(f"{gpkg}|layername=facilities", table_title("facilities"), "ogr")
        yield 0
        made += yield from _adding_facilities(project, study_id, title, places, "facility_id", tables["facility_load"])
    return made


def loading_tables(
    project: QgsProject, sources: Mapping[str, str], study_id: str, title: str, wishes: Mapping[str, Any] | None = None
) -> Any:
    """Load result tables {name: source} into the study's group, a layer a turn; one that is there is replaced.

    Everything comes switched off, with its classes counted. Returns the layers.
    """
    wishes = _wishes(project, study_id) if wishes is None else wishes
    tree.ensure_group(project, study_id, title)
    made = []
    for name in sorted(sources):
        yield 0
        if tree.group_of(project, study_id) is None:  # somebody took it away meanwhile
            break
        _drop(project, study_id, name)
        layer = QgsVectorLayer(sources[name], table_title(name), "ogr")
        if layer.isValid():
            _add(project, study_id, layer, name, wishes)
            made.append(layer)
    for layer in made:
        if not sip.isdeleted(layer):
            yield from counting(layer)
    return made


def _drop(project: QgsProject, study_id: str, *tables: str) -> None:
    """Take tables of a study's results out of the project."""
    of = {(study_id, table) for table in tables}
    project.removeMapLayers([key for key, layer in project.mapLayers().items() if result_of(layer) in of])


def _add(project: QgsProject, study_id: str, layer: QgsVectorLayer, name: str, wishes: Mapping[str, Any]) -> None:
    """Put a result layer into the study's group, which is there; houses show through it where the ground is pale."""
    layer.setCustomProperty(tree.MARK, f"{study_id}/{name}")
    see_through(layer, name, bool(house_layers(project)))
    if name == FAR:  # nothing serves who meets no street: minutes, counts and shares say nothing there
        show_columns(layer, [field for field in layer.fields().names() if field in FAR_TOLD or field.endswith("_need")])
    project.addMapLayer(layer, False)
    node = tree.place_layer(tree.group_of(project, study_id), layer, name)
    for key, value in wishes.get(name, {}).items():
        node.setCustomProperty(key, value)


def _wishes(project: QgsProject, study_id: str) -> dict[str, dict[str, Any]]:
    """Return {table: what a person wanted to see of it}."""
    found = {}
    for layer in project.mapLayers().values():
        node = project.layerTreeRoot().findLayer(layer.id()) if result_of(layer)[0] == study_id else None
        if node is not None:
            found[result_of(layer)[1]] = tree.wishes_of(node)
    return found


def _adding_facilities(
    project: QgsProject, study_id: str, title: str, places: QgsVectorLayer, id_field: str, load: str
) -> Any:
    """Put facilities on the map in turns, those that are full in red; `load` = source of their load."""
    if not (places.isValid() and places.isSpatial()):
        return []
    rows = full_rows(load, table_title("facility_load"))
    yield 0
    wishes = _wishes(project, study_id)
    _drop(project, study_id, "facilities", "facility_full")  # in the turn in which others come: none is there twice
    if not rows.isValid():
        return []
    tree.ensure_group(project, study_id, title)
    rows.setCustomProperty(tree.MARK, f"{study_id}/facility_full")
    project.addMapLayer(rows, False)
    join_full(places, rows, id_field)
    names = [field.name() for field in places.fields()]
    columns = {**{name: name for name in names}, "facility_id": id_field}
    wear(places, "facilities", interface_language(), columns)
    _add(project, study_id, places, "facilities", wishes)
    full = yield from aside(partial(count_full, load))
    if sip.isdeleted(places):  # somebody took it away meanwhile
        return []
    whole = places.featureCount()
    if full is not None and whole >= full:
        tell_counts(places, [full, whole - full])
        drop_empty(places)
    return [places]


def counting(layer: QgsVectorLayer) -> Any:
    """Write beside each class of a result how many there are; the file is counted in a thread, in turns."""
    table = result_of(layer)[1]
    classes = classes_of(layer) if table in COUNTED else []
    if not classes:
        return
    numbers = yield from aside(partial(count_classes, layer.source(), [condition for _, condition in classes]))
    if numbers and not sip.isdeleted(layer) and classes_of(layer) == classes:
        tell_counts(layer, numbers)
        drop_empty(layer)


def forget_results(project: QgsProject, study_id: str) -> None:
    """Take a study's loaded results out of the project; files stay."""
    ours = [key for key, layer in project.mapLayers().items() if result_of(layer)[0] == study_id]
    project.removeMapLayers(ours)
    group = tree.group_of(project, study_id)
    if group is not None and not group.findLayers():
        group.parent().removeChildNode(group)


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


def opening_delivery(iface: Any, project: QgsProject, study: Study) -> Any:
    """Load the delivery's layers as a group in turns, show zones and tags, zoom to them; none without a delivery."""
    gpkg = Path(study.folder) / DELIVERY / "data.gpkg"
    if not gpkg.exists():
        return []
    layers = yield from loading_delivery(project, gpkg, study.study_id, _study_title(study))
    yield 0
    shown = show_results(project, study.study_id, "deliver")
    zoom_to(iface, project, shown or [layer for layer in layers if not sip.isdeleted(layer)])
    return [layer for layer in layers if not sip.isdeleted(layer)]


def opening_step(iface: Any, project: QgsProject, study: Study, key: str) -> Any:
    """Load, in turns, the layers of one step that are not on the map yet, or are from an older run; show only them.

    What else of the step is in the project (a delivery's tables, say) is replaced as well: it would tell old figures.
    Who has gone near a place stays there; the map shows all of the step when it is asked for once more.
    """
    files = results_of(study)
    loaded = sources(project, study.study_id)
    names = {*tree.SHOWN.get(key, ()), *(name for name in loaded if owner_of(name) == key)}
    tables = {name: files[name] for name in names if name in files}
    wanted = {name: path for name, path in tables.items() if loaded.get(name) != path}
    if not loaded.get(FAR, "").startswith(f"{files.get('gap')}|subset="):
        _drop(project, study.study_id, FAR)  # it shows rows of the gaps before
    yield from loading_tables(project, wanted, study.study_id, _study_title(study))
    if key == "gaps" and "facility_load" in files and _are_loads_old(project, study, files["facility_load"]):
        yield from _facilities_of(project, study, files["facility_load"])
    yield 0
    is_again = tree.shown_step(project, study.study_id) == key and not wanted
    shown = show_results(project, study.study_id, key)
    if is_again or not is_near(iface, project, shown):
        zoom_to(iface, project, shown)
    return shown


def _are_loads_old(project: QgsProject, study: Study, source: str) -> bool:
    loaded = sources(project, study.study_id)
    there = loaded.get("facility_full", "")
    return "facilities" not in loaded or there.split("|subset=")[0] != source.split("|subset=", maxsplit=1)[0]


def _facilities_of(project: QgsProject, study: Study, load: str) -> Any:
    """Put a study's own facilities on the map with their load, in turns; nothing where they have no places or ids."""
    choice = study.inputs.get("FACILITIES")
    layer = layer_of(project, choice) if choice is not None else None
    if not isinstance(layer, QgsVectorLayer) or not layer.isSpatial():
        return
    columns = columns_of(layer, "FACILITIES", choice.mapping)
    if "facility_id" in columns:
        places = QgsVectorLayer(layer.source(), table_title("facilities"), layer.providerType())
        title = _study_title(study)
        yield from _adding_facilities(project, study.study_id, title, places, columns["facility_id"], load)


def opening_table(iface: Any, project: QgsProject, study: Study, key: str) -> Any:
    """Open the table of a step's main result in turns, loading it when it is not in the project.

    Nothing opens when there is no such result.
    """
    files = results_of(study)
    name = next((table for table in TABLES.get(key, ()) if table in files), "")
    if name:
        yield from _opening_rows(iface, project, study, name, files[name])


def opening_far(iface: Any, project: QgsProject, study: Study, parcels: Sequence[str]) -> Any:
    """Show, in turns, the gaps of these parcels as a layer of their own, and open its table.

    QGIS reads all rows of a layer before its table shows some: those of a city for seconds.
    """
    source = results_of(study).get("gap", "")
    if source and parcels:
        names = ", ".join(map(literal, parcels))
        layer = yield from _opening_rows(iface, project, study, FAR, f'{source}|subset="parcel_id" IN ({names})')
        if layer is not None:
            project.layerTreeRoot().findLayer(layer.id()).setItemVisibilityCheckedParentRecursive(True)


def _opening_rows(iface: Any, project: QgsProject, study: Study, table: str, source: str) -> Any:
    if sources(project, study.study_id).get(table) != source:
        yield from loading_tables(project, {table: source}, study.study_id, _study_title(study))
    layer = next((item for item in project.mapLayers().values() if result_of(item) == (study.study_id, table)), None)
    if iface is not None and layer is not None:
        iface.showAttributeTable(layer)
    return layer


def frame_row(iface: Any, project: QgsProject, study: Study, table: str, row: tuple[str, str]) -> None:
    """Bring one feature of a result, by (column, value), into view and let it flash; nothing when it is not there."""
    layer = next((item for item in project.mapLayers().values() if result_of(item) == (study.study_id, table)), None)
    canvas = iface.mapCanvas() if iface is not None else None
    if layer is None or canvas is None:
        return
    request = QgsFeatureRequest().setFilterExpression(QgsExpression.createFieldEqualityExpression(*row))
    found = next(layer.getFeatures(request), None)
    if found is None or not found.hasGeometry():
        return
    try:
        box = crossing(layer.crs(), project.crs(), project).transformBoundingBox(found.geometry().boundingBox())
    except QgsCsException:
        return
    box.scale(1.2)
    canvas.setExtent(box)
    canvas.refresh()
    canvas.flashFeatureIds(layer, [found.id()])


def _study_title(study: Study) -> str:
    return tr("Results: {name}").format(name=study.name or tr("Study"))


def extent_of(project: QgsProject, layers: Iterable[QgsMapLayer]) -> QgsRectangle:
    """Return the ground that layers cover, in the project's system; those without an extent do not count."""
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
    return whole


def is_near(iface: Any, project: QgsProject, layers: Iterable[QgsMapLayer]) -> bool:
    """Say whether the map shows a part of the layers from nearby."""
    canvas, whole = iface.mapCanvas() if iface is not None else None, extent_of(project, layers)
    if canvas is None or whole.isEmpty():
        return False
    view = canvas.extent()
    return view.intersects(whole) and max(view.width(), view.height()) < NEAR * max(whole.width(), whole.height())


def zoom_to(iface: Any, project: QgsProject, layers: Iterable[QgsMapLayer]) -> None:
    """Set the map to the extent of layers, with a little air around."""
    canvas = iface.mapCanvas() if iface is not None else None
    whole = extent_of(project, layers) if canvas is not None else QgsRectangle()
    if not whole.isEmpty():
        whole.scale(1.05)
        canvas.setExtent(whole)
        canvas.refresh()
