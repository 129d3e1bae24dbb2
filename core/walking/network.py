# SPDX-License-Identifier: GPL-2.0-or-later
"""From street lines and heights to the walk network: tables EDGES, NODES and network findings."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import pandas as pd

from ..run import Run
from .heights import Surface
from .profiles import Profile


@dataclass(frozen=True)
class NetworkOptions:
    """How lines become a network (contract: TOLERANCE, JOIN_NEAR_MISSES, MAPPING_FILE).

    `mapping`: envelope.load("mapping", …), None = the shipped one; `tolerance_m`: line ends this close are one node;
    `join_near_misses`: ends that miss by up to `rules.near_miss_m` are joined, not only listed.
    """

    mapping: dict[str, Any] | None = None
    tolerance_m: float = 0.5
    join_near_misses: bool = False


@dataclass(frozen=True, eq=False)
class Network:
    """Tables edges, nodes, network_findings of resources/tables/walking.json; counts by name for the run record."""

    edges: pd.DataFrame
    nodes: pd.DataFrame
    findings: pd.DataFrame
    counts: dict[str, Any]


def build_network(
    roads: pd.DataFrame, options: NetworkOptions, profiles: Sequence[Profile], surface: Surface | None, run: Run
) -> Network:
    """Return the walk network of street lines with canonical columns (resources/aliases.json, ROADS)."""
    raise NotImplementedError
