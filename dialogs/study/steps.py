# SPDX-License-Identifier: GPL-2.0-or-later
"""The five steps as data: which layers and earlier results each needs, which algorithms it runs, what it leaves.

No QGIS here. Parameter names and ids are those of the contract.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from ...processing.layers.sources import file_of
from .study import Study

PROVIDER = "urbanrenewal"
DELIVERY, SAMPLE, SINGLE = "delivery", "sample", "steps"  # folders in the study's folder
# every role that the dock fills, in the order in which it lists them; DEM is a raster
ROLES = (
    "PARCELS", "BUILDINGS", "ACTIVITY", "FACILITIES", "CAPACITIES", "ENTRANCES", "POPULATION", "COMMUNITIES", "ROADS",
    "DEM", "HEIGHT_POINTS", "BARRIERS", "STATIONS", "STATION_ENTRANCES", "PROTECTED", "PROGRAMME", "PLAN",
    "CONSTRAINTS", "GREEN", "REVIEWS",
)  # fmt: skip
AGES = ("pop_0_2", "pop_3_5", "pop_6_14", "pop_60", "pop_65", "pop_80", "households")  # what AGE_FIELDS takes


@dataclass(frozen=True)
class Call:
    """One algorithm of a step. `outputs` = {parameter: result name}; the file is called after the result."""

    algorithm: str
    parameters: Mapping[str, Any]
    outputs: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class Material:
    """What calls are made from: layers by role, column choices by role, settings, files of earlier steps by name."""

    layers: Mapping[str, str]
    mappings: Mapping[str, Mapping[str, str]]
    study: Study
    results: Mapping[str, str]
    language: str
    folder: Path  # where this step's own files go
    standard: Mapping[str, Any] = field(default_factory=lambda: {"kinds": []})  # the document that gaps are counted by

    def only(self, *roles: str) -> dict[str, Any]:
        """Return {role: layer} of those roles that have a layer."""
        return {role: self.layers[role] for role in roles if role in self.layers}

    def result(self, name: str) -> str | None:
        """Return the file of an earlier result."""
        return self.results.get(name)

    def made(self, *names: str) -> dict[str, str]:
        """Return {PARAMETER: file} of results that an earlier call of the same step leaves."""
        return {name.upper(): result_file(self.folder, name) for name in names}


def result_file(folder: Path, name: str) -> str:
    """Return the file that a step writes a result into; reports are pages, tables GeoPackages."""
    return str(folder / f"{name}.{'html' if name.endswith('_report') else 'gpkg'}")


@dataclass(frozen=True)
class Step:
    """One card. `required` roles must be there, `used` ones make it out of date; `settings` likewise."""

    key: str
    required: tuple[str, ...]
    used: tuple[str, ...]
    upstream: tuple[str, ...]
    settings: tuple[str, ...]
    algorithms: tuple[str, ...]
    calls: Callable[[Material], list[Call]]


def _prepare(material: Material) -> list[Call]:
    look = material.only(*(role for role in ROLES if role not in ("REVIEWS",)))
    calls = [Call("checkinputs", look, {"ISSUES": "issues", "REPORT": "issues_report"})]
    if {"POPULATION", "PARCELS"} <= set(material.layers):
        people = {**material.only("POPULATION", "PARCELS", "BUILDINGS"), **_fields(material, "POPULATION")}
        outputs = {"OUTPUT": "people", "BUILDING_PEOPLE": "building_people", "LEFT_OUT": "left_out_people"}
        if "BUILDINGS" not in material.layers:
            outputs.pop("BUILDING_PEOPLE")
        calls.append(Call("allocatepopulation", people, outputs))
    if "ROADS" in material.layers:
        roads = material.only("ROADS", "DEM", "HEIGHT_POINTS")
        roads |= _given(material, "PROFILE_FILE", "JOIN_NEAR_MISSES")
        calls.append(Call("buildwalknetwork", roads, {"EDGES": "edges", "FINDINGS": "network_findings"}))
    return calls


def _tag(material: Material) -> list[Call]:
    roles = ("BUILDINGS", "ROADS", "ACTIVITY", "PROTECTED", "PROGRAMME", "REVIEWS")
    parameters = {
        "PARCELS": material.result("people") or material.layers["PARCELS"],
        **material.only(*roles),
        **_fields(material, "PARCELS", *roles),
        **_given(material, "RULES", "RULES_FILE", "AS_OF", "LAND_USE_SCHEME"),
    }
    return [Call("tagparcels", parameters, {"OUTPUT": "tagged", "SUMMARY": "tag_summary", "LEFT_OUT": "left_out_tags"})]


def _gaps(material: Material) -> list[Call]:
    parameters = {
        **_counted(material),
        **({"COMMUNITIES": material.layers["COMMUNITIES"]} if "COMMUNITIES" in material.layers else {}),
        **_given(material, "KINDS"),
    }
    outputs = {"OUTPUT": "gap", "DETAIL": "gap_detail", "FACILITY_LOAD": "facility_load", "LEFT_OUT": "left_out_gaps"}
    if "COMMUNITIES" in material.layers:
        outputs["SUMMARY"] = "gap_summary"
    return [Call("facilitygap", parameters, outputs), *sites_of(material)]


def sites_of(material: Material) -> list[Call]:
    """Return the call that looks for rooms for what is missing; none without buildings, or for kinds that are none."""
    kinds = _sited_kinds(material)
    hosts = material.only("BUILDINGS", "CANDIDATES")
    if not kinds or not hosts:
        return []
    parameters = {
        **_counted(material),
        **hosts,
        **material.only("CONSTRAINTS", "COMMUNITIES"),
        **_given(material, "MAX_SITES", "FIXED", "COST_TABLE"),
        "KINDS": kinds,
    }
    return [Call("proposesites", parameters, {"SITES": "sites", "COVERED": "covered", "LEFT_OUT": "left_out_sites"})]


def _sited_kinds(material: Material) -> list[str]:
    """Return the kinds chosen for sites (`SITE_KINDS`), else those of elders and children that were counted."""
    from ...core.gaps.sites.propose import sited_kinds

    return list(material.study.setting("SITE_KINDS") or sited_kinds(material.standard, material.study.setting("KINDS")))


def _gaps_after(material: Material) -> list[Call]:
    """Return the call that counts what is lacking once the proposed sites are there; none without sites."""
    sites, kinds = material.result("sites"), _sited_kinds(material)
    if not (sites and kinds and "FACILITIES" in material.layers and material.result("edges")):
        return []
    outputs = {"OUTPUT": "gap_after", "DETAIL": "gap_detail_after"}
    return [Call("facilitygap", {**_counted(material), "SITES": sites, "KINDS": kinds}, outputs)]


def _counted(material: Material) -> dict[str, Any]:
    """Return what gaps and sites are counted from."""
    people = material.result("building_people")
    roles = ("FACILITIES", "CAPACITIES", "ENTRANCES", "DEM", "HEIGHT_POINTS", "BARRIERS")
    return {
        "PARCELS": material.result("tagged"),
        "NETWORK": material.result("edges"),
        **({"BUILDING_PEOPLE": people} if people else {}),
        **material.only(*roles),
        **_fields(material, "FACILITIES"),
        **_given(material, "STANDARD", "STANDARD_FILE", "PROFILE_FILE"),
    }


def _zones(material: Material) -> list[Call]:
    roles = ("STATIONS", "STATION_ENTRANCES", "DEM", "HEIGHT_POINTS", "BARRIERS", "ROADS", "COMMUNITIES", "PLAN")
    parameters = {
        "PARCELS": material.result("tagged"),
        "DETAIL": material.result("gap_detail"),
        "NETWORK": material.result("edges"),
        **material.only(*roles),
        **_fields(material, "STATIONS"),
        **_given(material, "ZONE_RULES", "ZONE_RULES_FILE", "MAX_ZONES", "PROFILE_FILE", *LOCKS),
    }
    names = ("zones", "members", "cores", "branches", "petals", "corners")
    outputs = {**{name.upper(): name for name in names}, "LEFT_OUT": "left_out_zones"}
    tagged = {"PARCELS": material.result("tagged")}
    ground = {**material.only(*LIMITS), **_fields(material, *LIMITS), **tagged}
    checked = {"OUTPUT": "checked_zones", "ACTIONS": "actions", "FINDINGS": "findings", "LAND_USE_TABLE": "land_use",
               "REPORT": "zones_report"}  # fmt: skip
    measured = {
        "DETAIL": material.result("gap_detail"),
        "COVERED": material.result("covered"),
        **_given(material, "ZONE_RULES", "ZONE_RULES_FILE"),
    }
    again = _gaps_after(material)
    if again:
        measured["DETAIL_AFTER"] = result_file(material.folder, "gap_detail_after")
    places = material.only("COMMUNITIES", "PLAN")
    costs = _given(material, "COST_TABLE")
    listed = {"PROJECTS": "projects", "PROJECT_ITEMS": "project_items"}
    return [
        Call("delineatezones", parameters, outputs),
        *again,
        Call("checkzones", {**material.made("zones", "members"), **ground, **measured}, checked),
        Call(
            "makeprojects",
            {
                **material.made("zones", "members", "petals", "actions", "branches"),
                **tagged,
                "SITES": material.result("sites"),
                **costs,
                **places,
            },
            listed,
        ),
    ]


def _deliver(material: Material) -> list[Call]:
    given = {
        "PARCELS": "tagged", "DETAIL": "gap_detail", "FACILITY_LOAD": "facility_load", "SUMMARY": "gap_summary",
        "NETWORK": "edges", "ZONES": "zones", "MEMBERS": "members", "CORES": "cores", "BRANCHES": "branches",
        "PETALS": "petals", "ACTIONS": "actions", "FINDINGS": "findings", "PROJECTS": "projects", "SITES": "sites",
        "PROJECT_ITEMS": "project_items", "CORNERS": "corners", "LAND_USE_TABLE": "land_use",
        "CHECKED": "checked_zones",
    }  # fmt: skip
    left_out = [path for name, path in sorted(material.results.items()) if name.startswith("left_out_")]
    folder = str(Path(material.study.folder) / DELIVERY)
    parameters = {
        **{parameter: material.result(name) for parameter, name in given.items() if material.result(name)},
        **material.only("BUILDINGS", "FACILITIES", "REVIEWS", *SURROUNDINGS),
        **({"LEFT_OUT": left_out} if left_out else {}),
        "TITLE": material.study.name,
        **_given(
            material,
            "FORMATS",
            "TEMPLATE",
            "TEMPLATE_FILE",
            "TITLE",
            "AUTHOR",
            "SHP_ENCODING",
            "PAPER",
            "FIELDS",
            "SECRECY",
            *LOCKS,
        ),
        "FOLDER": folder,
    }
    verify = Call("verifydelivery", {"FOLDER": folder, "STRICT": False}, {"FINDINGS": "delivery_findings"})
    return [Call("exportzones", parameters), verify]


def _given(material: Material, *names: str) -> dict[str, Any]:
    """Return the settings that were set; the algorithm's defaults hold for the others."""
    return {name: value for name in names if (value := material.study.setting(name)) not in ("", None, [])}


def _fields(material: Material, *roles: str) -> dict[str, str]:
    return field_parameters({role: material.mappings.get(role, {}) for role in roles})


def can_map(role: str, column: str) -> bool:
    """Say whether a person may say which field carries a column of a role: a parameter takes it, ages one for all."""
    from ...core.inputs.aliases import roles as known

    return bool(known()[role].columns[column].parameter) or (role == "POPULATION" and column in AGES)


def field_parameters(mappings: Mapping[str, Mapping[str, str]]) -> dict[str, str]:
    """Return {field parameter: field} for the columns a person mapped, by role; the rest is guessed at the layer."""
    from ...core.inputs.aliases import roles as known

    found = {
        parameter: name
        for role, mapping in mappings.items()
        for column, name in mapping.items()
        if (parameter := known()[role].columns[column].parameter)
    }
    ages = [f"{name}={band}" for band, name in mappings.get("POPULATION", {}).items() if band in AGES]
    return {**found, "AGE_FIELDS": ",".join(ages)} if ages else found


LOCKS = ("GIVEN", "LOCKED_IN", "LOCKED_OUT")  # settings: tables of a delivery that was taken over
STAMP = "_STAMP"  # setting beside an own file's: a mark of its content, so that a changed file makes steps older
GAPS = "gaps"  # the step whose sites can be chosen anew without it
SITE_ROLES = ("CANDIDATES", "CONSTRAINTS")  # what only the choice of sites looks at, and what a person sets for it
SITE_SETTINGS = ("SITE_KINDS", "MAX_SITES", "FIXED")
WALK = ("DEM", "HEIGHT_POINTS", "BARRIERS")
SURROUNDINGS = (  # what the maps show around the zones
    "STATIONS", "STATION_ENTRANCES", "ROADS", "BARRIERS", "GREEN", "PROTECTED", "COMMUNITIES", "PROGRAMME", "PLAN",
    "DEM",
)  # fmt: skip
LIMITS = ("BUILDINGS", "PROTECTED", "PLAN", "CONSTRAINTS", "GREEN")  # what zones are checked against
STEPS = (
    Step(
        # what people and network are made from; that the check looks at the other layers makes no later step older
        "prepare", ("PARCELS",), ("PARCELS", "BUILDINGS", "POPULATION", "ROADS", "DEM", "HEIGHT_POINTS"), (),
        ("PROFILE_FILE", "PROFILE_FILE_STAMP", "JOIN_NEAR_MISSES"),
        ("checkinputs", "allocatepopulation", "buildwalknetwork"), _prepare,
    ),
    Step(
        "tag", ("PARCELS",), ("PARCELS", "BUILDINGS", "ROADS", "ACTIVITY", "PROTECTED", "PROGRAMME", "REVIEWS"),
        ("prepare",), ("RULES", "RULES_FILE", "RULES_FILE_STAMP", "AS_OF", "LAND_USE_SCHEME"), ("tagparcels",), _tag,
    ),
    Step(
        "gaps", ("FACILITIES", "POPULATION", "ROADS"),
        ("FACILITIES", "CAPACITIES", "ENTRANCES", "COMMUNITIES", *WALK, *SITE_ROLES), ("prepare", "tag"),
        ("STANDARD", "STANDARD_FILE", "STANDARD_FILE_STAMP", "KINDS", *SITE_SETTINGS), ("facilitygap", "proposesites"),
        _gaps,
    ),
    Step(
        "zones", ("STATIONS", "ROADS"), ("STATIONS", "STATION_ENTRANCES", "COMMUNITIES", *WALK, *LIMITS),
        ("prepare", "tag", "gaps"),
        ("ZONE_RULES", "ZONE_RULES_FILE", "ZONE_RULES_FILE_STAMP", "MAX_ZONES", "COST_TABLE", "COST_TABLE_STAMP",
         *LOCKS, "LOCKED_IN_STAMP", "LOCKED_OUT_STAMP"),
        ("delineatezones", "checkzones", "makeprojects"), _zones,
    ),
    Step(
        "deliver", (), ("BUILDINGS", "FACILITIES", *SURROUNDINGS), ("tag", "gaps", "zones"),
        ("FORMATS", "TEMPLATE", "TEMPLATE_FILE", "TEMPLATE_FILE_STAMP", "TITLE", "AUTHOR", "SHP_ENCODING", "PAPER",
         "FIELDS", "SECRECY"),
        ("exportzones", "verifydelivery"), _deliver,
    ),
)  # fmt: skip
BY_KEY = {step.key: step for step in STEPS}
WITHOUT = {
    "zones": ("gaps",),
    "deliver": ("gaps",),
}  # earlier steps that are left out where a study has no data for them
MADE = {
    "prepare": ("issues", "issues_report", "people", "building_people", "left_out_people", "edges", "network_findings"),
    "tag": ("tagged", "tag_summary", "left_out_tags", "indicators"),
    "gaps": ("gap", "gap_detail", "facility_load", "gap_summary", "left_out_gaps", "sites", "covered",
             "left_out_sites"),
    "zones": ("zones", "members", "cores", "branches", "petals", "corners", "left_out_zones", "checked_zones",
              "actions", "findings", "land_use", "zones_report", "projects", "project_items", "gap_after",
              "gap_detail_after"),
}  # fmt: skip
OWNERS = {name: key for key, names in MADE.items() for name in names}


def owner_of(result: str) -> str:
    """Return the step that makes a result; "" for what only a delivery holds."""
    return OWNERS.get(result, "")


def results_of(study: Study) -> dict[str, str]:
    """Return {result name: absolute path} of everything the study's steps have left, those still on disk.

    A result is that of the step which makes it: an older delivery that holds a copy of it does not count.
    """
    folder, found = Path(study.folder), {}
    there: dict[Path, bool] = {}  # many results lie in one file, and every click asks for them
    for step in STEPS:
        record = study.steps.get(step.key)
        for name, relative in (record.results if record else {}).items():
            if owner_of(name) not in ("", step.key):
                continue
            path = str(folder / relative)
            file = file_of(path)
            if file not in there:
                there[file] = file.exists()
            if there[file]:
                found[name] = path
    return found
