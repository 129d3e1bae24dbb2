# SPDX-License-Identifier: GPL-2.0-or-later
"""Whether a network was built for the walker that walks it."""

from __future__ import annotations

import numpy as np

from ..run import Run
from .graph import WalkGraph
from .profiles import Profile
from .times import slope_factor

LONG_M = 20.0  # own choice: of shorter edges a rounded millisecond says too little
SLOWER, FASTER = 0.95, 1.03  # own choice: streets that rise and fall between two nodes are walked a little more slowly


def tell_other_speed(graph: WalkGraph, profile: Profile, run: Run) -> None:
    """Warn (`network_other_speed`) when the streets of a network are not walked at the profile's speed.

    A profile file that was not given when the network was built would change the ways to the streets alone.
    """
    share = _speed_share(graph, profile)
    if np.isnan(share) or SLOWER <= share <= FASTER:
        return
    if all(row.code != "network_other_speed" or row.values["profile"] != profile.id for row in run.messages):
        flat = profile.flat_m_s
        run.warn("network_other_speed", profile=profile.id, speed=f"{share * flat:.2f}", flat=f"{flat:.2f}")


def _speed_share(graph: WalkGraph, profile: Profile) -> float:
    """Return the median, over streets and paths, of speed in the network ÷ the profile's on that slope; NaN if none."""
    street = graph.kind == "street"
    rows = np.flatnonzero(
        (street | (graph.kind == "path")) & (graph.length_m >= LONG_M) & (graph.fwd_ms[profile.id] > 0)
    )
    if not len(rows):
        return float("nan")
    rise = np.nan_to_num(graph.z_m[graph.end[rows]] - graph.z_m[graph.start[rows]])
    most = np.where(street[rows], profile.rules.street_slope_share, profile.rules.slope_clamp_share)
    slope = np.clip(rise / graph.length_m[rows], -most, most)
    seconds = graph.length_m[rows] / (profile.flat_m_s * slope_factor(slope, profile))
    return float(np.median(1000 * seconds / graph.fwd_ms[profile.id][rows]))
