# SPDX-License-Identifier: GPL-2.0-or-later
"""Ground where building is forbidden or restricted, and the development boundary, outside of which it is."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pandas as pd
import shapely

from ... import frames
from ...inputs.overlay import is_growth_boundary
from ...run import Run
from ...words import join_words, say
from .actions import ADD, TOUCH_M2
from .ledger import Ledger
from .overlay import measure_pairs
from .rules import CheckInputs, CheckRules

GROUND_FIGURE = {"source": "CONSTRAINTS", "clause_code": "clause_constraints", "status": "found"}
NOTHING_M2 = 0.01
INSIDE = 0.5  # of the area, as for the tags: less of a parcel or a building is outside the boundary
Objects = npt.NDArray[np.object_]


@dataclass(frozen=True, eq=False)
class _Ground:
    """Constraints (c,): `shapes`, `words` what each is and does, `level` 0 banned, 1 restricted, 2 else.

    The development boundary: `meant` where building is meant to be (None = no such constraint), words and level of
    what lies outside.
    """

    shapes: Objects
    words: Objects
    level: npt.NDArray[np.int64]
    meant: Objects | None
    outside: str
    outside_level: int


def check_constraints(
    houses: pd.DataFrame, members: pd.DataFrame, inputs: CheckInputs, rules: CheckRules, ledger: Ledger, run: Run
) -> None:
    """Check new buildings against ground where building is forbidden or restricted, and count the parcels on each.

    A development boundary (开发边界) is the other way round: parcels and new buildings less than half inside are told.
    """
    zones = sorted(inputs.zones["zone_id"].astype(str))
    if inputs.constraints is None:
        for zone in zones:
            ledger.add("constraints", zone, "unknown", GROUND_FIGURE, "check_constraints_unknown")
        return
    ground = _read_ground(inputs.constraints, rules, run.language)
    new = houses[(houses["action"] == ADD).to_numpy(dtype=bool)].reset_index(drop=True)
    names = new["building_id"].astype(str).to_numpy(dtype=object)
    worst: dict[str, tuple[int, str]] = {}
    for place, (level, words) in _touched(frames.geometries(new), ground, NOTHING_M2, run.part(0, 0.5)):
        told = level, words
        worst[names[place]] = min(worst.get(names[place], told), told)
    home = dict(zip(names, new["zone_id"]))
    for name, (level, words) in sorted(worst.items()):
        verdict = "fail" if level == 0 else "advice"
        ledger.add("constraints", name, verdict, GROUND_FIGURE, "check_constraints_new", words=words,
                   zone_id=home[name])  # fmt: skip
    _count_ground(members, inputs, ground, ledger, run.part(0.5, 1))


def _read_ground(constraints: pd.DataFrame, rules: CheckRules, language: str) -> _Ground:
    shapes = frames.geometries(constraints)
    effect, kind = (frames.optional(constraints, name).fillna("").astype(str).to_numpy(dtype=object)
                    for name in ("effect", "kind"))  # fmt: skip
    level = np.array([_level(item, rules) for item in effect], dtype=np.int64)
    words = np.array(["·".join(filter(None, both)) for both in zip(kind, effect)], dtype=object)
    meant = is_growth_boundary(constraints)
    outside = sorted({say("check_outside", language, kind=name) for name in kind[meant].tolist()})
    return _Ground(
        shapes[~meant], words[~meant], level[~meant], shapes[meant] if meant.any() else None,
        join_words(outside, language), int(level[meant].min(initial=2)),
    )  # fmt: skip


def _level(effect: str, rules: CheckRules) -> int:
    if rules.words("ban_words").search(effect):
        return 0
    return 1 if rules.words("restrict_words").search(effect) else 2


def _touched(shapes: Objects, ground: _Ground, least_m2: float, run: Run) -> list[tuple[int, tuple[int, str]]]:
    """Return (row, (level, words)) of the shapes that have more than `least_m2` on a constraint, or lie outside the
    development boundary.
    """
    row, item, area = measure_pairs(shapes, ground.shapes, run.part(0, 0.5))
    keep = area > least_m2
    found = [(int(place), (int(ground.level[at]), str(ground.words[at]))) for place, at in zip(row[keep], item[keep])]
    if ground.meant is not None:
        inside = np.zeros(len(shapes))
        whole = np.array([shapely.union_all(ground.meant)], dtype=object)  # each spot once
        row, _, area = measure_pairs(shapes, whole, run.part(0.5, 1))
        inside[row] = area
        beyond = np.flatnonzero(inside < INSIDE * shapely.area(shapes))
        found += [(int(place), (ground.outside_level, ground.outside)) for place in beyond]
    return found


def _count_ground(members: pd.DataFrame, inputs: CheckInputs, ground: _Ground, ledger: Ledger, run: Run) -> None:
    """Count the member parcels of each zone that lie on constrained ground, and name the constraints."""
    parcels = inputs.parcels[inputs.parcels["parcel_id"].isin(members["parcel_id"]).to_numpy(dtype=bool)]
    zone_of = dict(zip(members["parcel_id"], members["zone_id"]))
    owner = np.array([zone_of[item] for item in parcels["parcel_id"]], dtype=object)
    touched: dict[str, set[int]] = {}
    words: dict[str, set[str]] = {}
    for place, (_, told) in _touched(frames.geometries(parcels), ground, TOUCH_M2, run):
        touched.setdefault(owner[place], set()).add(place)
        words.setdefault(owner[place], set()).add(told)
    for zone in sorted(inputs.zones["zone_id"].astype(str)):
        n = len(touched.get(zone, ()))
        code = "check_constraints" if n else "check_constraints_none"
        ledger.add("constraints", zone, "advice" if n else "pass", GROUND_FIGURE, code, value=n, unit="parcels",
                   words=sorted(words.get(zone, ())))  # fmt: skip
