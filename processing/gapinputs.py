# SPDX-License-Identifier: GPL-2.0-or-later
"""What every algorithm that counts gaps reads: the standard's kinds, the layers, the walkers, how points are joined."""

from __future__ import annotations

from typing import Any

from . import parameters as declare
from .ground import surface_of
from .networks import network_of


def read_kinds(inputs: Any, run: Any, direction: str = "auto") -> tuple[dict[str, Any], Any]:
    """Return the standard chosen and its kinds (core.gaps.standard.Kind) that were asked for.

    Raises RenewalError as core.gaps.standard does.
    """
    from ..core.gaps.standard import kinds_in, kinds_of

    standard = inputs.document("standard", inputs.choice("STANDARD"), "STANDARD_FILE")
    wanted = kinds_in(standard, inputs.choices("KINDS"), declare.BUILT["KINDS"], run)
    return standard, kinds_of(standard, wanted, direction)


def read_gap_layers(
    inputs: Any, kinds: Any, run: Any, load_rule: str = "even", planned: bool = False
) -> tuple[Any, Any]:
    """Return GapLayers and GapOptions (core.gaps.gap) for these kinds, with what a scenario adds to them.

    `planned`: facilities that are being built or planned supply as well.
    """
    from ..core.gaps.gap import GapLayers, GapOptions
    from ..core.gaps.scenario_inputs import with_links, with_sites
    from ..core.walking.graph import graph_of
    from ..core.walking.profiles import load_profiles

    names = sorted({kind.profile for kind in kinds})
    profiles = load_profiles(names, inputs.path("PROFILE_FILE"))
    table = inputs.table
    facilities = table("FACILITIES")
    scenario = [name for name in ("SITES", "LINKS") if inputs.has(name) and len(table(name))]
    if "SITES" in scenario:
        facilities = with_sites(facilities, table("SITES"))
    if "LINKS" in scenario:
        network = graph_of(with_links(table("NETWORK"), table("LINKS"), profiles, run), names, run.part(0, 0.8))
    else:
        network = network_of(inputs, names, run.part(0, 0.8))
    if scenario or planned:
        run.warn("gap_is_scenario", added=[*scenario, *(["PLANNED"] if planned else [])])
    layers = GapLayers(
        table("PARCELS"), table("BUILDING_PEOPLE"), facilities, table("CAPACITIES"), table("ENTRANCES"), network,
        table("BARRIERS"), surface_of(inputs, network.geometry, profiles[0].rules, run.part(0.8, 1)),
    )  # fmt: skip
    walkers = {profile.id: profile for profile in profiles}
    joining = inputs.number("SNAP_LIMIT"), inputs.number("SNAP_MAX_CLIMB")
    return layers, GapOptions(kinds, walkers, *joining, load_rule, planned)
