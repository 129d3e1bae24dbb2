# SPDX-License-Identifier: GPL-2.0-or-later
"""What each chosen room adds: the order in which to build, its increment, and what is lost without it."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from ...apportion import Whole
from ...run import Run
from ..fair import LARGEST, Reach
from ..recount import flow_total
from .model import SLACK, Choice
from .reach import KindReach, Reached

Reals = npt.NDArray[np.float64]
Flags = npt.NDArray[np.bool_]
Town = tuple[Whole, Reach, float]  # need by group, who reaches what, parts in a unit


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
    towns = [run.share(_town(one)) for one in kinds]
    built = np.zeros(count, dtype=bool)
    now = [_served(one, choice, column, built) for column, one in enumerate(kinds)]
    before = np.array(now)
    step_units, waiting = np.zeros(count), set(range(count))
    ranks, units, gains = np.zeros(count, dtype=np.int64), np.zeros(count), np.zeros(count)
    stale = set(range(len(kinds)))
    for step, stretch in run.part(0, count / (count + 1)).parts(range(count)):
        rooms = [room for room in sorted(waiting) if int(choice.kind[room]) in stale]
        for room, served in zip(rooms, _tried(kinds, choice, (towns, built), rooms, stretch)):
            step_units[room] = served - now[int(choice.kind[room])]
        worth = [(-weights[int(choice.kind[room])] * step_units[room], room) for room in waiting]
        best = min(worth)[1]
        column = int(choice.kind[best])
        ranks[best], units[best], gains[best] = step + 1, step_units[best], weights[column] * step_units[best]
        built[best] = True
        now[column] += step_units[best]
        waiting.discard(best)
        stale = {column}
    every = list(range(count))
    loss = np.zeros(count)
    for room, served in zip(every, _tried(kinds, choice, (towns, built), every, run.part(count / (count + 1), 1))):
        column = int(choice.kind[room])
        loss[room] = weights[column] * (now[column] - served)
    return Ranked(ranks, units, gains, loss, before, np.array(now))


def _tried(
    kinds: Sequence[KindReach], choice: Choice, state: tuple[Sequence[Town], Flags], rooms: Sequence[int], run: Run
) -> Iterator[float]:
    """Yield for each of the rooms how many units of its kind can be served when it alone is changed: built or not."""
    towns, built = state
    items = []
    for room in rooms:
        column = int(choice.kind[room])
        changed = built.copy()
        changed[room] = not built[room]
        items.append((towns[column], _capacity(kinds[column], choice, column, changed)))
    return run.map(served_units, items)


def _town(one: KindReach) -> Town:
    pairs = Reach(one.groups.group, one.groups.facility, len(one.groups.need), one.reach.facilities)
    return one.groups.need, pairs, one.per_unit


def served_units(item: tuple[Town, Whole]) -> float:
    """Return how many units can be served by these capacities in a town."""
    (need, pairs, per_unit), capacity = item
    return flow_total(need, np.minimum(capacity, LARGEST), pairs) / per_unit


def _served(one: KindReach, choice: Choice, column: int, built: Flags) -> float:
    """Return how many units of one kind can be served with the rooms that are built."""
    return served_units((_town(one), _capacity(one, choice, column, built)))


def _capacity(one: KindReach, choice: Choice, column: int, built: Flags) -> Whole:
    """Return what the facilities and the rooms that are built can take, in whole parts."""
    mine = built & (choice.kind == column)
    capacity = np.zeros(one.reach.facilities, dtype=np.int64)
    capacity[: one.facilities] = one.capacity
    capacity[one.facilities + choice.host[mine]] = np.floor(choice.size[mine] * one.per_unit + SLACK).astype(np.int64)
    return capacity
