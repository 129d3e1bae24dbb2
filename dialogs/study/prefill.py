# SPDX-License-Identifier: GPL-2.0-or-later
"""Which layers of the project an algorithm's dialog starts with: what the study uses, results of ours, likely layers.

QGIS itself puts the active layer into every field that must be filled, whatever the layer is. Here a result goes where
its table is read, an input where its name and fields say so; what nobody can know (zones that were given, the run
before) stays empty, and so does a layer without the columns that must be found.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from qgis.core import QgsMapLayer, QgsProject, QgsRasterLayer, QgsVectorLayer

from . import study as memory
from .again import PLANNED, delivered_values, is_delivery
from .project_state import candidates, facts_of, geometry_of, layer_of, names_in, read_workbook
from .study import Workbook

MARK = "urban-renewal/"  # how the metadata of a result of ours begin; then comes the name of its table
# zones and members drawn by others, runs before, other scenarios: only a person knows which layer that would be
UNGUESSED = frozenset(
    ("GIVEN", "LOCKED", "LOCKED_IN", "LOCKED_OUT", "PREVIOUS", "EDITED", "ALTERNATIVES", "DETAIL_AFTER", "COVERED")
)
# a role without words of its own → the role whose layer is meant most often
LIKE = {"SERVED": "FACILITIES"}
OWN_FIRST = {"PLACES": ("building_people", "parcel_people")}  # a role whose layer is mostly a result of ours


@dataclass(frozen=True)
class Ground:
    """The project's vector layers, the last results first, the tables that results are of, the active layer."""

    layers: tuple[QgsVectorLayer, ...]
    tables: Mapping[str, str]  # layer id → table
    active: str = ""


def likely_values(algorithm: Any, project: QgsProject, active: QgsMapLayer | None = None) -> dict[str, Any]:
    """Return {parameter: layer id, list of ids or folder} with which the dialog of an algorithm of ours starts.

    None = the layer that QGIS would take is surely not the one that is meant: nothing is better.
    """
    ground = _look(project, active)
    study = _study_inputs(project)
    roles = _roles(project, ground, study)
    values: dict[str, Any] = {}
    for use in algorithm.ROLES:
        if use.folded or use.parameter in UNGUESSED:
            continue
        found = _layers_for(use, ground, roles)
        if found:
            values[use.parameter] = found if use.many else found[0]
            values.update(_chosen_fields(use, found[0], study, project))
        elif not use.many and not use.optional and use.parameter != "INPUT" and _is_told(ground.active, ground, roles):
            values[use.parameter] = None
    _take_both_runs(values, ground)
    if algorithm.parameterDefinition("DEM") is not None and "DEM" in roles:
        values["DEM"] = roles["DEM"]
    if algorithm.ID == "fixcoordinates":
        values.update(_shifted(ground))
    if algorithm.ID == "verifydelivery" and is_delivery(project):
        values["FOLDER"] = project.homePath()
    if algorithm.ID == "exportzones" and is_delivery(project):
        values.update(delivered_values(algorithm, project))
    return values


def _is_told(key: str, ground: Ground, roles: Mapping[str, str]) -> bool:
    """Say whether it is known what a layer is: a result of ours, or a layer that plays a role."""
    return bool(ground.tables.get(key)) or key in roles.values()


def table_of(layer: QgsMapLayer) -> str:
    """Return the table of which a layer is a result of ours, "" for any other layer."""
    told = layer.metadata().identifier()
    return told[len(MARK) :].split("/")[0] if told.startswith(MARK) else ""


def made_at(layer: QgsMapLayer) -> str:
    """Return when a result of ours was made, as its run record has it; "" when it does not tell."""
    try:
        return str(json.loads(layer.metadata().history()[-1])["finished"])
    except (IndexError, KeyError, TypeError, ValueError):
        return ""


def _look(project: QgsProject, active: QgsMapLayer | None) -> Ground:
    listed = [node.layer() for node in project.layerTreeRoot().findLayers()]  # tables as well, as layerOrder() has not
    found = [item for item in listed if isinstance(item, QgsVectorLayer) and item.isValid()]
    layers = tuple(sorted(found, key=made_at, reverse=True))  # the last run first: QGIS puts layers where one is active
    return Ground(layers, {item.id(): table_of(item) for item in layers}, active.id() if active else "")


def _chosen_fields(use: Any, key: str, study: Mapping[str, Any], project: QgsProject) -> dict[str, str]:
    """Return {field parameter: field} that a person chose in the study for this layer; a run guesses the others."""
    choice = study.get(use.role)
    layer = layer_of(project, choice) if choice is not None else None
    if layer is None or layer.id() != key:
        return {}
    from ...core.inputs.aliases import roles

    columns, names = roles()[use.role].columns, [item.name() for item in layer.fields()]
    chosen = {name: choice.mapping.get(name, "") for name in use.fields}
    return {columns[name].parameter: field for name, field in chosen.items() if field in names and name in columns}


def _roles(project: QgsProject, ground: Ground, study: Mapping[str, Any]) -> dict[str, str]:
    """Return {role: layer id}: what the study uses, then the active layer in its role, then the likeliest."""
    from ...core.inputs.aliases import roles
    from ...core.inputs.guess import assign_roles, guess_role, guess_terrain

    found = {}
    for role, choice in study.items():
        layer = layer_of(project, choice)
        if layer is not None:
            found[role] = layer.id()
    facts = {item.id(): facts_of(item) for item in ground.layers if not ground.tables[item.id()]}
    if ground.active in facts:
        guesses = guess_role(facts[ground.active])
        if guesses:
            found[guesses[0].role] = ground.active
    taken = set(found.values())
    others = [item for key, item in facts.items() if key not in taken]
    wanted = [role for role in roles() if role not in found]
    found.update({role: key for role, (key, _) in assign_roles(others, wanted).items()})
    if "COMMUNITIES" not in found and "POPULATION" in found:
        _share_communities(found, facts)
    rasters = [item for item in candidates(project, "DEM") if isinstance(item, QgsRasterLayer)]
    terrain = guess_terrain({item.id(): item.name() for item in rasters if item.bandCount() == 1})
    if "DEM" not in found and terrain is not None:
        found["DEM"] = terrain[0]
    return found


def _share_communities(found: dict[str, str], facts: Mapping[str, Any]) -> None:
    """Take the layer of people as that of communities, when it can be both."""
    from ...core.inputs.guess import guess_role

    own = facts.get(found["POPULATION"])
    if own is not None and any(guess.role == "COMMUNITIES" for guess in guess_role(own)):
        found["COMMUNITIES"] = found["POPULATION"]


def _study_inputs(project: QgsProject) -> Mapping[str, Any]:
    try:
        workbook: Workbook = read_workbook(project)
    except memory.NewerStateError:
        return {}
    return workbook.study.inputs if workbook.study else {}


def _layers_for(use: Any, ground: Ground, roles: Mapping[str, str]) -> list[str]:
    """Return the layers for a parameter, the likeliest first: results of ours, then the layer of its role."""
    own = _own_results(use, ground)
    if own:
        return own
    key = roles.get(use.role) or roles.get(LIKE.get(use.role, ""), "") or _delivered(use.role, ground)
    layer = next((item for item in ground.layers if item.id() == key), None)
    if layer is None or not _fits(use, layer) or not _has_needed(use, layer):
        return []
    return [layer.id()]


def _delivered(role: str, ground: Ground) -> str:
    """Return the layer of a delivery that is an input of its study, or says what the plan said; "" without one."""
    if role == "PLAN":
        plans = (item for item in ground.layers if ground.tables[item.id()] == "land_use_map")
        return next((item.id() for item in plans if item.subsetString() == PLANNED), "")
    return next((item.id() for item in ground.layers if role and ground.tables[item.id()] == role.lower()), "")


def _own_results(use: Any, ground: Ground) -> list[str]:
    """Return the results that hold what the parameter reads, the active one first, then the newest."""
    tables = OWN_FIRST.get(use.role, ()) if use.role in OWN_FIRST else use.tables
    if use.role not in ("", "PARCELS", *OWN_FIRST):  # a table's columns are read beside an input of another kind
        return []
    found = [
        item for item in ground.layers
        if ground.tables[item.id()] in tables and _fits(use, item) and _has_needed(use, item)
    ]  # fmt: skip
    # tags come after people in the order of the work: a parcel layer of the later step holds both
    later = {"parcel_people": 1}
    found.sort(key=lambda item: (item.id() != ground.active, later.get(ground.tables[item.id()], 0)))
    return [item.id() for item in found]


def _fits(use: Any, layer: QgsVectorLayer) -> bool:
    return use.wanted_geometry in ("any", "none") or geometry_of(layer) == use.wanted_geometry


def _has_needed(use: Any, layer: QgsVectorLayer) -> bool:
    """Say whether the columns that must be found are there, under any name that is known."""
    from ...core.inputs.aliases import role_for
    from ...core.inputs.fields import guess_field

    names, headings = names_in(layer)
    columns = role_for(use.role, use.tables, names).columns
    return all(guess_field(columns[name], names, headings) for name in use.needs)


def _take_both_runs(values: dict[str, Any], ground: Ground) -> None:
    """Compare the last run with the one before; of a single run it is not known what comes before it."""
    if values.get("BEFORE") is None or values.get("AFTER") is None:
        return
    runs = [item.id() for item in ground.layers if ground.tables[item.id()] == "gap_detail"]
    if len(runs) < 2:
        values["BEFORE"] = None
        return
    values["AFTER"], values["BEFORE"] = runs[0], runs[1]


def _shifted(ground: Ground) -> dict[str, str]:
    """Return the layer whose name says that it is in a shifted system."""
    from ...core.inputs.guess import shifted_system

    found = {item.id(): system for item in ground.layers if (system := shifted_system(item.name()))}
    key = ground.active if ground.active in found else next(iter(found), "")
    return {"INPUT": key, "FROM": found[key]} if key else {}
