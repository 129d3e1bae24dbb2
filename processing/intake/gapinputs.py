# SPDX-License-Identifier: GPL-2.0-or-later
"""What every algorithm that counts gaps reads: the standard's kinds, the layers, the walkers, how points are joined."""

from __future__ import annotations

from typing import Any

from ..texts import help_of
from ..toolbox import parameters as declare
from .checking import tell_shifts
from .ground import surface_of
from .networks import network_of
from .sharing import made_once

TABLES = ("PARCELS", "BUILDING_PEOPLE", "FACILITIES", "CAPACITIES", "ENTRANCES", "BARRIERS")  # as in GapLayers
SOURCES = (*TABLES, "NETWORK", "HEIGHT_POINTS")


def read_kinds(inputs: Any, run: Any, direction: str = "auto") -> tuple[dict[str, Any], Any]:
    """Return the standard chosen and its kinds (core.gaps.standard.Kind) that were asked for.

    Raises RenewalError as core.gaps.standard does.
    """
    from ...core.gaps.standard import kinds_in, kinds_of

    standard = inputs.document("standard", inputs.choice("STANDARD"), "STANDARD_FILE")
    wanted = kinds_in(standard, inputs.choices("KINDS"), declare.BUILT["KINDS"], run)
    return standard, kinds_of(standard, wanted, direction)


def read_gap_layers(
    inputs: Any, kinds: Any, run: Any, load_rule: str = "even", planned: bool = False
) -> tuple[Any, Any]:
    """Return GapLayers and GapOptions (core.gaps.town) for these kinds, with what a scenario adds to them.

    `planned`: facilities that are being built or planned supply as well.
    """
    from ...core import frames
    from ...core.gaps.town import GapOptions
    from ...core.walking.profiles import load_profiles

    names = sorted({kind.profile for kind in kinds})
    profiles = load_profiles(names, inputs.path("PROFILE_FILE"))
    tables = {name: inputs.table(name) for name in (*TABLES, "HEIGHT_POINTS")}  # the record of the run tells them
    scenario = [name for name in ("SITES", "LINKS") if inputs.has(name) and len(inputs.table(name))]
    if scenario:
        layers = _scenario_layers(inputs, tables, scenario, profiles, run)
    else:
        layers = _shared_layers(inputs, tables, profiles, run)
    run.check()
    homes = tables["BUILDING_PEOPLE"]
    beside = {"BUILDINGS": None if homes is None else frames.geometries(homes), "ROADS": layers.network.geometry}
    tell_shifts(("FACILITIES", "ENTRANCES"), beside, inputs, run)
    if scenario or planned:
        run.warn("gap_is_scenario", added=_labels([*scenario, *(["PLANNED"] if planned else [])]))
    walkers = {profile.id: profile for profile in profiles}
    joining = inputs.number("SNAP_LIMIT"), inputs.number("SNAP_MAX_CLIMB")
    return layers, GapOptions(kinds, walkers, *joining, load_rule, planned)


def _labels(parameters: list[str]) -> dict[str, str]:
    """Return what the dialog calls these parameters, in both languages."""
    from ...core.words import LANGUAGES, join_words

    known = help_of("facilitygap")["parameters"]
    return {name: join_words([known[item]["label"][name] for item in parameters], name) for name in LANGUAGES}


def _scenario_layers(inputs: Any, tables: Any, scenario: list[str], profiles: Any, run: Any) -> Any:
    from ...core.gaps.scenario_inputs import with_links, with_sites
    from ...core.walking.graph import graph_of

    facilities, names = tables["FACILITIES"], [profile.id for profile in profiles]
    if "SITES" in scenario:
        facilities = with_sites(facilities, inputs.table("SITES"))
    if "LINKS" in scenario:
        edges = with_links(inputs.table("NETWORK"), inputs.table("LINKS"), profiles, run)
        network = graph_of(edges, names, run.part(0, 0.8))
    else:
        network = network_of(inputs, names, run.part(0, 0.8))
    return _layers(inputs, {**tables, "FACILITIES": facilities}, network, profiles, run)


def _shared_layers(inputs: Any, tables: Any, profiles: Any, run: Any) -> Any:
    """Return the layers as they are; steps of one study that count from the same files share what is made of them."""
    names, plan = [profile.id for profile in profiles], inputs.plan
    crs = plan.working.crs.toWkt() if plan.working is not None and plan.working.crs is not None else ""
    fields = tuple((name, *sorted(plan.mappings.get(name, {}).items())) for name in SOURCES)
    key = ("gap layers", profiles[0].rules, crs, fields, inputs.choice("INVALID"))

    def make() -> tuple[Any, str | None]:
        network = network_of(inputs, names, run.part(0, 0.8))
        return _layers(inputs, tables, network, profiles, run), inputs.content("NETWORK")

    sources = [plan.rasters.get("DEM"), *(plan.vectors.get(name) for name in SOURCES)]
    run.fact(network_from_cache=1, network_into_cache=0)  # unless it is made now
    layers, content = made_once(key, sources, make, run)
    if not set(names) <= set(layers.network.profiles):
        layers, content = make()
    if content is not None:
        inputs.told_content("NETWORK", content)
    return layers


def _layers(inputs: Any, tables: Any, network: Any, profiles: Any, run: Any) -> Any:
    from ...core.gaps.town import GapLayers

    run.check()
    surface = surface_of(inputs, network.geometry, profiles[0].rules, run.part(0.8, 1))
    parts = (tables[name] for name in TABLES[:-1])
    return GapLayers(*parts, network, tables["BARRIERS"], surface)
