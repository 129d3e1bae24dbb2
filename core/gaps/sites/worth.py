# SPDX-License-Identifier: GPL-2.0-or-later
"""Rooms that are not worth their floor: they would let so little more be served that nobody would build them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

import numpy as np
import numpy.typing as npt

from ...envelope import figure_value
from ...errors import RenewalError
from ...run import Run
from ...words import unit_words
from .hosts import Hosts
from .model import SLACK, Choice, ComplexRule, SiteLimits, floor_m2_of
from .rank import Ranked, rank_rooms
from .reach import Reached, names_of

Reals = npt.NDArray[np.float64]


def least_added(standard: Mapping[str, Any]) -> float:
    """Return the least that a room must let be served more, as a share of its kind's smallest size; 0 = anything.

    Raises RenewalError("sites_added_odd") for a share that is none.
    """
    if "sites" not in standard:
        return 0.0
    value = figure_value(standard["sites"]["least_added"])
    if isinstance(value, bool) or not isinstance(value, (int, float)) or not 0 <= value <= 1:
        raise RenewalError("sites_added_odd", standard=standard["id"], value=value)
    return float(value)


def keep_worthy(
    town: tuple[Reached, Hosts], choice: Choice, weights: Sequence[float], limits: SiteLimits, run: Run
) -> tuple[Choice, Ranked]:
    """Return the choice without rooms that add too little, and the others ranked.

    A room adds what is served less without it, all others built as large as they were chosen. Below
    `limits.least_added` × the kind's smallest size it goes, the smallest first, for without it the others may add more;
    each is listed (`site_adds_little`). A host that was fixed keeps its last room, and a complex those without which it
    would be none. The bound stays that of all choices: what is left out here counts in `gap`.
    """
    reached, hosts = town
    smallest = np.array([one.kind.min_size for one in reached.kinds])
    worth = np.array([weight if weight > 0 else np.inf for weight in weights])
    done = 0.5
    ranked = rank_rooms(reached, choice, weights, run.part(0, done))
    while True:
        run.check()
        share = ranked.loss / worth[choice.kind] / smallest[choice.kind]
        small = [room for room in np.argsort(share, kind="stable").tolist() if share[room] < limits.least_added - SLACK]
        room = next((room for room in small if _may_go(choice, room, reached, limits)), None)
        if room is None:
            return choice, ranked
        kind, more = reached.kinds[int(choice.kind[room])].kind, share[room] * smallest[choice.kind[room]]
        run.leave_out(
            "CANDIDATES", [names_of(hosts)[int(choice.host[room])]], "site_adds_little", "info",
            title=kind.title[run.language], more=f"{more:.1f}", unit=unit_words(kind.unit, run.language),
            size=f"{kind.min_size:g}", percent=f"{100 * limits.least_added:g}",
        )  # fmt: skip
        stays = np.arange(len(choice.host)) != room
        choice = replace(choice, host=choice.host[stays], kind=choice.kind[stays], size=choice.size[stays])
        ranked = rank_rooms(reached, choice, weights, run.part(done, (1 + done) / 2))
        done = (1 + done) / 2


def _may_go(choice: Choice, room: int, reached: Reached, limits: SiteLimits) -> bool:
    """Say whether the host of a room keeps what was promised when the room goes."""
    others = (choice.host == choice.host[room]) & (np.arange(len(choice.host)) != room)
    if not others.any():
        return int(choice.host[room]) not in limits.fixed
    return limits.complex is None or _keeps_rule(choice, np.flatnonzero(others), reached, limits.complex)


def _keeps_rule(choice: Choice, rooms: npt.NDArray[np.intp], reached: Reached, rule: ComplexRule) -> bool:
    """Say whether the rooms of one host are few enough to be no complex, or make one."""
    if len(rooms) < rule.min_kinds:
        return True
    kinds = [reached.kinds[column] for column in choice.kind[rooms].tolist()]
    m2 = sum(float(floor_m2_of(one, choice.size[[room]])[0]) for one, room in zip(kinds, rooms.tolist()))
    return m2 >= rule.min_floor_m2 - SLACK and sum(one.kind.id in rule.care for one in kinds) >= rule.min_care
