# SPDX-License-Identifier: GPL-2.0-or-later
"""The study's state in the project file, and the project's layers as the state sees them."""

from __future__ import annotations

import hashlib
import sqlite3
from collections.abc import Mapping
from contextlib import closing
from pathlib import Path, PurePosixPath, PureWindowsPath
from typing import Any

from qgis.core import (
    Qgis,
    QgsApplication,
    QgsMapLayer,
    QgsProject,
    QgsProviderRegistry,
    QgsRasterLayer,
    QgsVectorLayer,
)

from ...processing.missing import missing_packages
from . import study as memory
from .readiness import LayerLook, World, is_same
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
    for study in workbook.studies:
        study.folder = project.readPath(study.folder) if study.folder else ""
        _make_paths(study, project.readPath)
    return workbook


def write_workbook(project: QgsProject, workbook: Workbook) -> None:
    """Put the studies into the project, paths as the project keeps its own (relative when it says so)."""
    copy = memory.load(memory.dump(workbook))
    for study in copy.studies:
        study.folder = project.writePath(study.folder) if study.folder else ""
        _make_paths(study, project.writePath)
    text = memory.dump(copy)
    if text != project.readEntry(memory.SCOPE, memory.KEY, "")[0]:
        project.writeEntry(memory.SCOPE, memory.KEY, text)  # marks the project as changed


# settings that name a file, or a table of one as `<file>|layername=<table>`
FILES = ("RULES_FILE", "STANDARD_FILE", "ZONE_RULES_FILE", "PROFILE_FILE", "COST_TABLE", "TEMPLATE_FILE", *LOCKS)


def _make_paths(study: Study, change: Any) -> None:
    for name in FILES:
        if isinstance(study.settings.get(name), str):
            study.settings[name] = _changed(study.settings[name], change)
    for record in study.steps.values():  # what they were run with moves along, or it would look like another setting
        record.settings.update({name: _changed(value, change) for name, value in record.settings.items()
                                if name in FILES and isinstance(value, str)})  # fmt: skip
    for choice in study.inputs.values():
        choice.source = _changed(choice.source, change)


def _changed(source: str, change: Any) -> str:
    """Return a source with its file as `change` writes it; what is no file (a layer's id, a database) stays."""
    file, mark, rest = source.partition("|")
    is_file = file.startswith(("./", "../")) or PurePosixPath(file).is_absolute() or PureWindowsPath(file).is_absolute()
    return f"{change(file)}{mark}{rest}" if is_file else source


KEPT_FILES = 64
MOST_BYTES = 64 * 2**20  # of a file that is looked into: some 50 ms; a larger one is known by its time
DBASE = (".dbf", ".DBF")  # where the attributes of a shapefile stand
_CONTENTS: dict[tuple[Path, ...], tuple[str, str]] = {}  # files → (their stamp, what it is with their content)
_TABLES: dict[Path, tuple[Any, dict[str, str]]] = {}  # file → (what it and its journal looked like, last changes)


def geometry_of(layer: QgsMapLayer) -> str:
    """Return polygon | line | point | none | raster | other."""
    if isinstance(layer, QgsRasterLayer):
        return "raster"
    if isinstance(layer, QgsVectorLayer):
        return GEOMETRY.get(layer.geometryType(), "other")
    return "other"


def signature(
    layer: QgsMapLayer, edits: int = 0, mapping: Mapping[str, str] | None = None, former: bool = False
) -> str:  # fmt: skip
    """Return a text that changes when the layer's data do: `<source>|<filter>|<n>|<stamp>|<edits>`; "" = broken.

    `edits` counts the features changed in this project; `mapping` are fields a person chose, part of the filter, and so
    is a coordinate system that somebody set. The source is the file's name and its table, not its folder: a study may
    be moved or handed over. Edits that are not saved yet count as they are. `former` = as it was told before that, with
    the folder and without the system.
    A GeoPackage is stamped by its own last_change, because its file changes when somebody only looks at it; other
    files by size, time and (up to MOST_BYTES, not on a share) content, so that a copy is the same whatever its time; a
    shapefile with its table; databases and memory layers not at all.
    """
    if not layer.isValid():
        return ""
    parts = QgsProviderRegistry.instance().decodeUri(layer.providerType(), layer.source())
    path = Path(parts.get("path") or layer.source())
    is_file = layer.providerType() in ("ogr", "gdal") and path.name != ""
    if layer.providerType() in ("ogr", "gdal") and _is_gone(path):
        return ""
    told = layer.source().split("|subset=")[0]
    if is_file and not former:
        told = f"{path.name}|{parts.get('layerName') or ''}"
    source = hashlib.sha256(told.encode()).hexdigest()[:12]
    system = "" if former else _system_set(layer) + _unsaved(layer)
    if not isinstance(layer, QgsVectorLayer):
        return f"{source}|{system}||{_file_stamp(path) if former else _whole_stamp(path)}|0"
    others = [path.with_suffix(end) for end in DBASE] if path.suffix.lower() == ".shp" and not former else []
    chosen = layer.subsetString() + (str(sorted(mapping.items())) if mapping else "")
    subset = hashlib.sha256(chosen.encode()).hexdigest()[:8] if chosen else ""
    stamp = (
        _table_stamp(path, parts.get("layerName") or "")
        if path.suffix.lower() == ".gpkg"
        else _file_stamp(path)
        if former
        else _whole_stamp(path, *others)
    )
    return f"{source}|{subset}{system}|{layer.featureCount()}|{stamp}|{edits}"


def _system_set(layer: QgsMapLayer) -> str:
    """Return "@" and the system that somebody set in place of the data's own, "" when it is theirs."""
    provider = layer.dataProvider()
    if provider is None or not layer.crs().isValid() or provider.crs() == layer.crs():
        return ""
    told = layer.crs().authid() or hashlib.sha256(layer.crs().toWkt().encode()).hexdigest()[:8]
    return f"@{told}"


def _unsaved(layer: QgsMapLayer) -> str:
    """Return "~" and a number that goes on with each edit while edits are not saved, "" when none is open."""
    if not isinstance(layer, QgsVectorLayer) or not layer.isModified():
        return ""
    return f"~{layer.undoStack().index()}"


def _is_gone(path: Path) -> bool:
    """Say whether a file that a layer was opened from is no longer there; QGIS goes on calling the layer valid."""
    return path.is_absolute() and not str(path).startswith("/vsi") and not path.exists()


def _file_stamp(path: Path, *others: Path) -> str:
    """Return size and time of a file as `size.nanoseconds`, of several: all sizes, the last time; "" without it."""
    try:
        found = [path.stat(), *(other.stat() for other in others if other.exists())]
    except OSError:
        return ""
    return f"{sum(item.st_size for item in found)}.{max(item.st_mtime_ns for item in found)}"


def _whole_stamp(path: Path, *others: Path) -> str:
    """Return the stamp of a file and what belongs to it with a hash of their content: `size.nanoseconds.hash`."""
    from ...processing.output.shares import is_on_share

    stamp = _file_stamp(path, *others)
    if not stamp or int(stamp.partition(".")[0]) > MOST_BYTES:
        return stamp
    key = (path, *others)
    if _CONTENTS.get(key, ("", ""))[0] != stamp:
        digest = hashlib.sha256()
        try:
            for file in key if not is_on_share(path) else ():
                digest.update(file.read_bytes() if file.exists() else b"")
        except OSError:
            return stamp
        while len(_CONTENTS) >= KEPT_FILES:
            _CONTENTS.pop(next(iter(_CONTENTS)))
        _CONTENTS[key] = (stamp, "" if is_on_share(path) else f".{digest.hexdigest()[:12]}")
    return stamp + _CONTENTS[key][1]


def _table_stamp(path: Path, table: str) -> str:
    """Return the last change of a table; the file is opened only when it, or what waits beside it, has changed."""
    seen = _file_stamp(path), _file_stamp(path.with_name(f"{path.name}-wal"))
    if _TABLES.get(path, ("", {}))[0] != seen:
        rows = _table_changes(path)
        if rows is None:
            return seen[0]
        while len(_TABLES) >= KEPT_FILES:
            _TABLES.pop(next(iter(_TABLES)))
        _TABLES[path] = (seen, rows)
    rows = _TABLES[path][1]
    return rows.get(table, "") if table else next(iter(rows.values()), "")


def _table_changes(path: Path) -> dict[str, str] | None:
    """Return {table: last change} of a GeoPackage in order; None when it cannot be read."""
    try:
        with closing(sqlite3.connect(f"{path.as_uri()}?mode=ro", uri=True, timeout=0.2)) as connection:
            rows = connection.execute("SELECT table_name, last_change FROM gpkg_contents ORDER BY 1").fetchall()
    except (sqlite3.Error, OSError, ValueError):
        return None
    return {str(name): str(change) for name, change in rows}


def layer_of(project: QgsProject, choice: InputChoice) -> QgsMapLayer | None:
    """Return the layer of an input: by its id, or, when it was removed and added again, by its source."""
    layer = project.mapLayer(choice.layer_id)
    if layer is not None:
        return layer
    same = [item for item in project.mapLayers().values() if choice.source and item.source() == choice.source]
    return min(same, key=lambda item: item.id()) if same else None


def look_at_world(project: QgsProject, study: Study | None, running: str) -> World:
    """Return everything the state of the steps depends on, as it is now."""
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
        has_crs = geometry_of(layer) == "none" or layer.crs().isValid()
        edits = study.changes[layer.id()].n if study and layer.id() in study.changes else 0
        told = [signature(layer, edits, choice.mapping, former) for former in (False, True)]
        layers[role] = LayerLook(layer.name(), told[0], has_crs, told[1])
        for record in study.steps.values() if study else ():
            if record.seen.get(role) and record.seen[role] != told[0] and is_same(layers[role], record.seen[role]):
                record.seen[role] = told[0]  # kept as it is told today, so that it survives a move
    gone = frozenset(key for key, record in (study.steps.items() if study else ()) if _has_lost(study, record.results))
    return World(built, layers, gone, tuple(missing_packages()), running)


def _has_lost(study: Study, found: Mapping[str, str]) -> bool:
    """Say whether a file of a step's results is not there any more; many results lie in one file."""
    files = {path.split("|", maxsplit=1)[0] for path in found.values()}
    return any(not (Path(study.folder) / file).exists() for file in files)


def can_play(layer: QgsMapLayer, role: str) -> bool:
    """Say whether a layer can play a role by its geometry."""
    from ...core.inputs.aliases import roles

    wanted = "raster" if role == "DEM" else roles()[role].geometry
    return geometry_of(layer) == wanted or (wanted == "any" and geometry_of(layer) in GEOMETRY.values())


def candidates(project: QgsProject, role: str) -> list[QgsMapLayer]:
    """Return the layers of the project that can play a role by their geometry, by name."""
    fits = [layer for layer in project.mapLayers().values() if can_play(layer, role)]
    return sorted(fits, key=lambda layer: (layer.name(), layer.id()))


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


def guess_inputs(project: QgsProject, study: Study, ignore: frozenset[str] = frozenset()) -> bool:
    """Give roles without a layer the likeliest one; what a person chose or took away stays. True when any changed."""
    from ...core.inputs.guess import assign_roles, guess_terrain

    kept = {choice.layer_id for choice in study.inputs.values()} | ignore
    layers = (layer for layer in project.mapLayers().values() if layer.id() not in kept and layer.isValid())
    facts = [facts_of(layer) for layer in layers if isinstance(layer, QgsVectorLayer)]
    open_roles = [role for role in ROLES if role not in study.inputs and role != "DEM"]
    found = {
        role: (key, sure)
        for role, (key, sure) in assign_roles(facts, open_roles).items()
        if study.refused.get(role) != key
    }
    rasters = {item.id(): item.name() for item in candidates(project, "DEM") if item.bandCount() == 1}
    terrain = guess_terrain({key: name for key, name in rasters.items() if key not in ignore})
    if "DEM" not in study.inputs and terrain is not None and study.refused.get("DEM") != terrain[0]:
        found["DEM"] = terrain
    if "COMMUNITIES" not in study.inputs and "COMMUNITIES" not in found:
        found.update(_shared_by_people(project, study))
    for role, (key, sure) in found.items():
        layer = project.mapLayer(key)
        study.inputs[role] = InputChoice(key, layer.source(), layer.name(), sure)
    return bool(found)


def _shared_by_people(project: QgsProject, study: Study) -> dict[str, tuple[str, float]]:
    """Return the layer of people as that of communities, when it can be both: offices keep them in one."""
    from ...core.inputs.guess import guess_role

    choice = study.inputs.get("POPULATION")
    layer = layer_of(project, choice) if choice else None
    if not isinstance(layer, QgsVectorLayer) or study.refused.get("COMMUNITIES") == layer.id():
        return {}
    sure = next((guess.confidence for guess in guess_role(facts_of(layer)) if guess.role == "COMMUNITIES"), 0.0)
    return {"COMMUNITIES": (layer.id(), sure)} if sure > 0 else {}
