# SPDX-License-Identifier: GPL-2.0-or-later
"""What each chosen room adds: the order in which to build, its increment, and what is lost without it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from ..run import Run
from .fair import LARGEST, Reach
from .recount import flow_total
from .sites_model import SLACK, Choice
from .sites_reach import KindReach, Reached

Reals = npt.NDArray[np.float64]
Flags = npt.NDArray[np.bool_]


@dataclass(frozen=True, eq=False)
class Ranked:
    """By chosen room (c,): `rank` 1…c; `units` served more in the kind's unit at its turn, `gain` the same weighted;
    `loss` weighted, when it alone is taken away. `before`, `after` (k,) units served in all without and with all rooms.
    """

    rank: npt.NDArray[np.int64]
    units: Reals
    gain: Reals
    loss: Reals
    before: Reals
    after: Reals


def rank_rooms(reached: Reached, choice: Choice, weights: Sequence[float], run: Run) -> Ranked:
    """Return the greedy order: at each step the room that adds most now, ties to the earlier one.

    Increments telescope: Σ gain = Σ weight × (after − before).
    """
    count = len(choice.host)
    kinds = reached.kinds
    built = np.zeros(count, dtype=bool)
    now = [_served(one, choice, column, built) for column, one in enumerate(kinds)]
    before = np.array(now)
    step_units, waiting = np.zeros(count), set(range(count))
    ranks, units, gains = np.zeros(count, dtype=np.int64), np.zeros(count), np.zeros(count)
    stale = set(range(len(kinds)))
    for step in range(count):
        run.progress(step / (count + 1))
        for room in sorted(waiting):
            column = int(choice.kind[room])
            if column in stale:
                step_units[room] = _with(kinds[column], choice, column, built, room, True) - now[column]
        worth = [(-weights[int(choice.kind[room])] * step_units[room], room) for room in waiting]
        best = min(worth)[1]
        column = int(choice.kind[best])
        ranks[best], units[best], gains[best] = step + 1, step_units[best], weights[column] * step_units[best]
        built[best] = True
        now[column] += step_units[best]
        waiting.discard(best)
        stale = {column}
    loss = np.zeros(count)
    for room in range(count):
        column = int(choice.kind[room])
        without = _with(kinds[column], choice, column, built, room, False)
        loss[room] = weights[column] * (now[column] - without)
    return Ranked(ranks, units, gains, loss, before, np.array(now))


def _with(one: KindReach, choice: Choice, column: int, built: Flags, room: int, there: bool) -> float:
    changed = built.copy()
    changed[room] = there
    return _served(one, choice, column, changed)


def _served(one: KindReach, choice: Choice, column: int, built: Flags) -> float:
    """Return how many units of one kind can be served with the rooms that are built."""
    mine = built & (choice.kind == column)
    capacity = np.zeros(one.reach.facilities, dtype=np.int64)
    capacity[: one.facilities] = one.capacity
    capacity[one.facilities + choice.host[mine]] = np.floor(choice.size[mine] * one.per_unit + SLACK).astype(np.int64)
    pairs = Reach(one.groups.group, one.groups.facility, len(one.groups.need), one.reach.facilities)
    return flow_total(one.groups.need, np.minimum(capacity, LARGEST), pairs) / one.per_unit
