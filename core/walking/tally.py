# SPDX-License-Identifier: GPL-2.0-or-later
"""What a network is made of, in numbers: kinds, where heights come from, slopes applied and capped, mean penalties."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from ..run import Run
from .graph import CLOSED, Ints, Reals
from .nodeheights import NONE, OWN, RASTER, STRAIGHT, SURVEY, Pieces
from .profiles import Profile
from .times import EdgeFacts, Slopes, slope_factor, stairs_rise
from .topology import Topology
from .ways import Longs, Ways

FELT = 1e-6  # slopes below are the rounding of heights
SOURCES = {"survey": SURVEY, "own": OWN, "raster": RASTER, "straight": STRAIGHT, "none": NONE}


@dataclass(frozen=True, eq=False)
class Model:
    """Everything known about the network before it becomes tables; `z_m`, `source`, `component` by node."""

    ways: Ways
    topology: Topology
    z_m: Reals
    source: Longs
    pieces: Pieces
    slopes: Slopes
    facts: EdgeFacts
    component: Ints


def count_network(
    model: Model, profiles: Sequence[Profile], times: Mapping[str, tuple[Ints, Ints]], run: Run
) -> dict[str, Any]:
    """Return the numbers for the run record, by name.

    `street_m` and `capped_share` are about streets with known heights; `nodes_<source>_n` says where heights come from
    (survey, own Z, raster, straight between portals, none); `slope_applied_n` edges of streets, paths, bridges and
    tunnels that are not level; `penalty_<profile>` seconds over them both ways ÷ the same on the flat, by length.
    """
    pieces, slopes, facts = model.pieces, model.slopes, model.facts
    run.check()
    street = (facts.base[pieces.edge] == "street") & ~np.isnan(slopes.share)
    street_m, capped_m = float(pieces.length_m[street].sum()), float(pieces.length_m[slopes.capped].sum())
    _, unsure = stairs_rise(facts, profiles[0].rules)
    stairs = facts.base == "stairs"
    walked = np.isin(facts.base.astype(str), ("street", "path"))
    felt = walked[pieces.edge] & (np.abs(np.nan_to_num(slopes.share)) > FELT)
    counts: dict[str, Any] = {
        "edges_n": len(facts.base), "nodes_n": len(model.z_m), "components_n": int(model.component.max(initial=0)),
        "length_m": round(float(facts.length_m.sum()), 1), "street_m": round(street_m, 1),
        "capped_m": round(capped_m, 1), "capped_share": round(capped_m / street_m, 6) if street_m else 0.0,
        "capped_n": int(np.unique(pieces.edge[slopes.capped]).size),
        "clamped_n": int(np.unique(pieces.edge[slopes.clamped]).size), "stairs_n": int(stairs.sum()),
        "stairs_m": round(float(facts.length_m[stairs].sum()), 1), "stairs_ramp_n": int((stairs & facts.ramp).sum()),
        "stairs_unsure_n": int(unsure.sum()), "lifts_n": int((facts.base == "lift").sum()),
        "escalators_n": int((facts.base == "escalator").sum()),
        "bridges_n": int((facts.structure == "bridge").sum()), "tunnels_n": int((facts.structure == "tunnel").sum()),
        "edges_flat_n": int((np.isnan(facts.dz_m) & walked).sum()),
        "slope_applied_n": int(np.unique(pieces.edge[felt]).size),
    }  # fmt: skip
    counts |= {f"nodes_{name}_n": int((model.source == number).sum()) for name, number in SOURCES.items()}
    for profile in profiles:
        run.check()
        fwd, back = times[profile.id]
        both = walked & (fwd != CLOSED) & (back != CLOSED)
        rows = both[pieces.edge]
        flat = pieces.length_m[rows].sum() * 2
        slow = sum((pieces.length_m[rows] / slope_factor(sign * slopes.share[rows], profile)).sum() for sign in (1, -1))
        counts[f"penalty_{profile.id}"] = round(float(slow / flat), 4) if flat else 1.0
    return counts
