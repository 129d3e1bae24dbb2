# SPDX-License-Identifier: GPL-2.0-or-later
"""The study's state in the project file, and the project's layers as the state sees them."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import replace
from pathlib import Path, PurePosixPath, PureWindowsPath
from typing import Any

from qgis.core import (
    Qgis,
    QgsApplication,
    QgsMapLayer,
    QgsProject,
    QgsRasterLayer,
    QgsVectorLayer,
)

from ...processing.layers.systems import has_system
from ...processing.missing import missing_packages
from . import study as memory
from .readiness import UNREAD, LayerLook, World, is_same
from .signatures import Files, signature
from .steps import LOCKS, PROVIDER, ROLES
from .study import InputChoice, Study, Workbook

GEOMETRY = {
    Qgis.GeometryType.Point: "point", Qgis.GeometryType.Line: "line", Qgis.GeometryType.Polygon: "polygon",
    Qgis.GeometryType.Null: "none",
}  # fmt: skip


def read_workbook(project: QgsProject) -> Workbook:
    """Return the studies of the project with absolute folders. Raises NewerStateError."""
    text, _ = project.readEntry(memory.SCOPE, memory.KEY, "")
    workbook = memory.load(text)
    return Workbook([_moved(study, project.readPath) for study in workbook.studies], workbook.current)


def write_workbook(project: QgsProject, workbook: Workbook) -> None:
    """Put the studies into the project, paths as the project keeps its own (relative when it says so)."""
    text = memory.dump(Workbook([_moved(study, project.writePath) for study in workbook.studies], workbook.current))
    if text != project.readEntry(memory.SCOPE, memory.KEY, "")[0]:
        project.writeEntry(memory.SCOPE, memory.KEY, text)  # marks the project as changed


# settings that name a file, or a table of one as `<file>|layername=<table>`
FILES = ("RULES_FILE", "STANDARD_FILE", "ZONE_RULES_FILE", "PROFILE_FILE", "COST_TABLE", "TEMPLATE_FILE", *LOCKS)


def _moved(study: Study, change: Callable[[str], str]) -> Study:
    """Return a study with its folder and files as `change` tells them; what is not a path is shared with the first.

    What steps were run with moves along, or it would look like another setting.
    """

    def files(settings: Mapping[str, Any]) -> dict[str, Any]:
        return {name: _changed(value, change) if name in FILES and isinstance(value, str) else value
                for name, value in settings.items()}  # fmt: skip

    return replace(
        study,
        folder=change(study.folder) if study.folder else "",
        settings=files(study.settings),
        inputs={role: replace(item, source=_changed(item.source, change)) for role, item in study.inputs.items()},
        steps={step: replace(record, settings=files(record.settings)) for step, record in study.steps.items()},
    )


def _changed(source: str, change: Callable[[str], str]) -> str:
    """Return a source with its file as `change` writes it; what is no file (a layer's id, a database) stays."""
    file, mark, rest = source.partition("|")
    is_file = file.startswith(("./", "../")) or PurePosixPath(file).is_absolute() or PureWindowsPath(file).is_absolute()
    return f"{change(file)}{mark}{rest}" if is_file else source


def geometry_of(layer: QgsMapLayer) -> str:
    """Return polygon | line | point | none | raster | other."""
    if isinstance(layer, QgsRasterLayer):
        return "raster"
    if isinstance(layer, QgsVectorLayer):
        return GEOMETRY.get(layer.geometryType(), "other")
    return "other"


def layer_of(project: QgsProject, choice: InputChoice) -> QgsMapLayer | None:
    """Return the layer of an input: by its id, or, when it was removed and added again, by its source."""
    layer = project.mapLayer(choice.layer_id)
    if layer is not None:
        return layer
    same = [item for item in project.mapLayers().values() if choice.source and item.source() == choice.source]
    return min(same, key=lambda item: item.id()) if same else None


def look_at_world(
    project: QgsProject, study: Study | None, running: str, unread: list[Files] | None = None
) -> World:  # fmt: skip
    """Return everything the state of the steps depends on, as it is now.

    Contents of files that are not known yet are read now, or left for later and named in `unread` when that is given.
    """
    provider = QgsApplication.processingRegistry().providerById(PROVIDER)
    built = frozenset(item.name() for item in provider.algorithms()) if provider else frozenset()
    layers = {}
    for role, choice in (study.inputs if study else {}).items():
        layer = layer_of(project, choice)
        if layer is None:
            continue
        if layer.id() != choice.layer_id:
            choice.layer_id = layer.id()
        choice.name = layer.name()  # renamed in QGIS: what is said of it when it is gone bears the last name
        has_crs = geometry_of(layer) == "none" or has_system(layer)
        edits = study.changes[layer.id()].n if study and layer.id() in study.changes else 0
        told = signature(layer, edits, choice.mapping, unread=unread)
        others = [record for record in study.steps.values() if record.seen.get(role, "") not in ("", told)]
        former = signature(layer, edits, choice.mapping, former=True) if others else ""
        layers[role] = LayerLook(layer.name(), told, has_crs, former)
        for record in others if UNREAD not in told else ():
            if is_same(layers[role], record.seen[role]):
                record.seen[role] = told  # kept as it is told today, so that it survives a move
    gone = frozenset(key for key, record in (study.steps.items() if study else ()) if _has_lost(study, record.results))
    return World(built, layers, gone, tuple(missing_packages()), running)


def _has_lost(study: Study, found: Mapping[str, str]) -> bool:
    """Say whether a file of a step's results is not there any more; many results lie in one file."""
    files = {path.split("|", maxsplit=1)[0] for path in found.values()}
    return any(not (Path(study.folder) / file).exists() for file in files)


def by_geometry(layers: Iterable[QgsMapLayer]) -> dict[str, list[QgsMapLayer]]:
    """Return layers by what `geometry_of` tells of them: looked at once for all roles."""
    found: dict[str, list[QgsMapLayer]] = {}
    for layer in layers:
        found.setdefault(geometry_of(layer), []).append(layer)
    return found


def fitting(layers: Mapping[str, Sequence[QgsMapLayer]], role: str) -> list[QgsMapLayer]:
    """Return those of the layers (`by_geometry`) that can play a role by their geometry, by name."""
    from ...core.inputs.aliases import roles

    wanted = "raster" if role == "DEM" else roles()[role].geometry
    kinds = GEOMETRY.values() if wanted == "any" else (wanted,)
    fits = [layer for kind in kinds for layer in layers.get(kind, ())]
    return sorted(fits, key=lambda layer: (layer.name(), layer.id()))


def candidates(project: QgsProject, role: str) -> list[QgsMapLayer]:
    """Return the layers of the project that can play a role by their geometry, by name."""
    return fitting(by_geometry(project.mapLayers().values()), role)


def can_play(layer: QgsMapLayer, role: str) -> bool:
    """Say whether a layer can play a role by its geometry."""
    return bool(fitting(by_geometry([layer]), role))


def columns_of(layer: QgsVectorLayer, role: str, mapping: dict[str, str]) -> dict[str, str]:
    """Return {column: field} of a layer in a role: what a person chose, else what the names say."""
    from ...core.inputs.aliases import roles
    from ...core.inputs.fields import guess_field

    names, headings = names_in(layer)
    found = {}
    for name, column in roles()[role].columns.items():
        field = mapping.get(name, "") if mapping.get(name, "") in names else guess_field(column, names, headings)
        if field:
            found[name] = field
    return found


def names_in(layer: QgsVectorLayer) -> tuple[tuple[str, ...], dict[str, str]]:
    """Return the names of a layer's fields, and the headings of those that have one."""
    fields = list(layer.fields())
    return tuple(item.name() for item in fields), {item.name(): item.alias() for item in fields if item.alias()}


def facts_of(layer: QgsVectorLayer) -> Any:
    """Return what a layer's role is guessed from, a core.inputs.guess.LayerFacts."""
    from ...core.inputs.guess import LayerFacts

    return LayerFacts(layer.id(), layer.name(), geometry_of(layer), *names_in(layer))


def unplayed(project: QgsProject, study: Study, ignore: frozenset[str] = frozenset()) -> list[Any]:
    """Return the facts of the vector layers that play no role yet, those to `ignore` left out."""
    kept = {choice.layer_id for choice in study.inputs.values()} | ignore
    layers = (layer for layer in project.mapLayers().values() if layer.id() not in kept and layer.isValid())
    return [facts_of(layer) for layer in layers if isinstance(layer, QgsVectorLayer)]


def guess_inputs(project: QgsProject, study: Study, ignore: frozenset[str] = frozenset()) -> bool:
    """Give roles without a layer the likeliest one; what a person chose or took away stays. True when any changed."""
    from ...core.inputs.guess import assign_roles

    facts = unplayed(project, study, ignore)
    open_roles = [role for role in ROLES if role not in study.inputs and role != "DEM"]
    found = {
        role: (key, sure)
        for role, (key, sure) in assign_roles(facts, open_roles).items()
        if study.refused.get(role) != key
    }
    terrain = _terrain(project, study, ignore)
    if terrain is not None:
        found["DEM"] = terrain
    if "COMMUNITIES" not in found:
        found.update(_shared_by_people(project, study))
    return _take(project, study, found)


def has_terrain(project: QgsProject, study: Study, ignore: frozenset[str] = frozenset()) -> bool:
    """Say whether a raster waits to be taken for the terrain."""
    return _terrain(project, study, ignore) is not None


def share_people(project: QgsProject, study: Study) -> bool:
    """Let the layer of people be that of communities, too, when it can be both and there is none. True when it is."""
    return _take(project, study, _shared_by_people(project, study))


def _take(project: QgsProject, study: Study, found: Mapping[str, tuple[str, float]]) -> bool:
    for role, (key, sure) in found.items():
        layer = project.mapLayer(key)
        study.inputs[role] = InputChoice(key, layer.source(), layer.name(), sure)
    return bool(found)


def _terrain(project: QgsProject, study: Study, ignore: frozenset[str]) -> tuple[str, float] | None:
    from ...core.inputs.guess import guess_terrain

    if "DEM" in study.inputs:
        return None
    rasters = {item.id(): item.name() for item in candidates(project, "DEM") if item.bandCount() == 1}
    terrain = guess_terrain({key: name for key, name in rasters.items() if key not in ignore})
    return terrain if terrain is not None and study.refused.get("DEM") != terrain[0] else None


def _shared_by_people(project: QgsProject, study: Study) -> dict[str, tuple[str, float]]:
    """Return the layer of people as that of communities, when it can be both: offices keep them in one."""
    from ...core.inputs.guess import guess_role

    choice = study.inputs.get("POPULATION") if "COMMUNITIES" not in study.inputs else None
    layer = layer_of(project, choice) if choice else None
    if not isinstance(layer, QgsVectorLayer) or study.refused.get("COMMUNITIES") == layer.id():
        return {}
    sure = next((guess.confidence for guess in guess_role(facts_of(layer)) if guess.role == "COMMUNITIES"), 0.0)
    return {"COMMUNITIES": (layer.id(), sure)} if sure > 0 else {}
