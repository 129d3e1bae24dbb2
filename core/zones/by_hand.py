# SPDX-License-Identifier: GPL-2.0-or-later
"""Zones worked on by hand: one parcel in or out at a time, with totals, contiguity checked, undo and redo."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import pandas as pd
import shapely

from .. import frames
from ..contiguity import contiguous_pairs, neighbour_lists
from ..run import Run
from .edits import NEAR, OUT
from .gapmeans import GroupGaps, group_gaps
from .rules import ZoneRules
from .shape import connected_part
from .tables import known_sum

AROUND_M = 300.0  # own choice: parcels this near to a zone can be put in by hand
NAN = float("nan")


@dataclass(frozen=True)
class Totals:
    """A zone as it stands: parcels, m², people, unmet shares, share of floor area 拆; NaN where not known."""

    parcels_n: int
    area_m2: float
    floor_m2: float
    people: float
    elder_gap: float
    child_gap: float
    demolish_share: float


@dataclass(frozen=True)
class Step:
    """One change: `zone_id` takes `parcel_id` in (`is_in`) or lets it go."""

    zone_id: str
    parcel_id: str
    is_in: bool


@dataclass(frozen=True)
class Answer:
    """What came of a click: `code` (resources/messages) with its `values`; `step` None = nothing changed."""

    code: str
    values: dict[str, Any]
    step: Step | None = None


@dataclass
class HandDesk:
    """The zones of one study on the desk. Make it with `open_desk`.

    `members` {zone_id: parcel rows}; `core` rows that stay; `done`, `undone`: the steps made and taken back.
    """

    ids: list[str]
    shapes: Any
    members: dict[str, set[int]]
    core: frozenset[int]
    rules: ZoneRules
    numbers: dict[str, Any]
    gaps: dict[str, GroupGaps]
    barriers: pd.DataFrame | None = None
    done: list[Step] = field(default_factory=list)
    undone: list[Step] = field(default_factory=list)
    first: dict[str, frozenset[int]] = field(default_factory=dict)
    _near: dict[str, tuple[set[int], dict[int, list[int]]]] = field(default_factory=dict)
    _tree: Any = None  # of the shapes, made when first asked

    def row_of(self, parcel_id: str) -> int:
        """Return the row of a parcel, -1 for none."""
        return self._rows.get(parcel_id, -1)

    def __post_init__(self) -> None:
        self._rows = {name: row for row, name in enumerate(self.ids)}
        self.first = {zone: frozenset(rows) for zone, rows in self.members.items()}

    def totals(self, zone_id: str) -> Totals:
        """Return what a zone holds now."""
        return self.totals_of(self.members.get(zone_id, ()))

    def totals_of(self, members: Iterable[int]) -> Totals:
        """Return what these parcel rows hold together."""
        rows = sorted(members)
        floor = known_sum(self.numbers["floor_m2"], rows)
        exist, gone = (known_sum(self.numbers[name], rows) for name in ("exist_m2", "demolish_m2"))
        names = [self.ids[row] for row in rows]
        return Totals(
            len(rows), known_sum(self.numbers["area_m2"], rows), floor, known_sum(self.numbers["pop"], rows),
            self.gaps["elder"].share(names), self.gaps["child"].share(names),
            gone / exist if exist > 0 else (0.0 if rows and not np.isnan(exist) else NAN),
        )  # fmt: skip

    def shortfalls(self, zone_id: str) -> list[tuple[str, dict[str, float]]]:
        """Return the limits of the rules that a zone misses now, as codes of sentences with their values."""
        now, limits = self.totals(zone_id), self.rules.limits
        found = []
        if now.area_m2 < limits.area_min_m2:
            found.append(("hand_area_short", {"found": now.area_m2, "limit": limits.area_min_m2}))
        if now.area_m2 > limits.area_max_m2:
            found.append(("hand_area_over", {"found": now.area_m2, "limit": limits.area_max_m2}))
        if now.floor_m2 < limits.floor_min_m2:
            found.append(("hand_floor_short", {"found": now.floor_m2, "limit": limits.floor_min_m2}))
        return found

    def toggle(self, zone_id: str, parcel_id: str) -> Answer:
        """Take a parcel into a zone, or out when it is in; refused when the zone would fall apart or another has it."""
        row = self._rows.get(parcel_id, -1)
        if row < 0 or zone_id not in self.members:
            return Answer("hand_no_parcel", {})
        is_in = row not in self.members[zone_id]
        reason = self._refusal(zone_id, row, is_in)
        if reason is not None:
            return reason
        step = Step(zone_id, parcel_id, is_in)
        self._do(step)
        self.done.append(step)
        self.undone.clear()
        return Answer("hand_put_in" if is_in else "hand_taken_out", {"parcel": parcel_id, "zone": zone_id}, step)

    def undo(self) -> Step | None:
        """Take the last step back; None when there is none."""
        if not self.done:
            return None
        step = self.done.pop()
        self._do(Step(step.zone_id, step.parcel_id, not step.is_in))
        self.undone.append(step)
        return step

    def redo(self) -> Step | None:
        """Make the step again that was taken back last; None when there is none."""
        if not self.undone:
            return None
        step = self.undone.pop()
        self._do(step)
        self.done.append(step)
        return step

    def changes(self) -> tuple[dict[str, str], list[str]]:
        """Return {parcel put in: zone} and the parcels taken out and in no zone now, both against the beginning."""
        was = {row for rows in self.first.values() for row in rows}
        now = {row: zone for zone, rows in self.members.items() for row in rows}
        put_in = {self.ids[row]: zone for row, zone in sorted(now.items()) if row not in self.first.get(zone, ())}
        return put_in, [self.ids[row] for row in sorted(was - set(now))]

    def _do(self, step: Step) -> None:
        rows = self.members[step.zone_id]
        (rows.add if step.is_in else rows.discard)(self._rows[step.parcel_id])

    def _refusal(self, zone_id: str, row: int, is_in: bool) -> Answer | None:
        values = {"parcel": self.ids[row], "zone": zone_id}
        if is_in:
            holder = next((zone for zone, rows in self.members.items() if row in rows), "")
            if holder:
                return Answer("hand_other_zone", {**values, "other": holder})
            if not set(self._neighbours(zone_id, row)) & self.members[zone_id]:
                return Answer("hand_apart", values)
            return None
        if row in self.core:
            return Answer("hand_core", values)
        if self._parts(zone_id, self.members[zone_id] - {row}) > self._parts(zone_id, self.members[zone_id]):
            return Answer("hand_splits", values)
        return None

    def look_around(self, zone_id: str, run: Run | None = None) -> None:
        """Find out what lies beside a zone: the first change asks for it, and in a city that takes a second.

        Raises Cancelled when the run is called off; nothing is known then that was not known before.
        """
        self._lists(zone_id, self.members.get(zone_id, ()), run)

    def _parts(self, zone_id: str, rows: set[int]) -> int:
        """Return how many contiguous parts a set has; walks across wide streets are not asked here."""
        near, order = self._lists(zone_id, rows), sorted(rows)
        place = {row: n for n, row in enumerate(order)}
        lists = [[place[other] for other in near.get(row, []) if other in place] for row in order]
        left, n = set(range(len(order))), 0
        while left:
            left -= connected_part(lists, left, [min(left)])
            n += 1
        return n

    def _neighbours(self, zone_id: str, row: int) -> list[int]:
        """Return what lies beside a parcel, of those around a zone; none for a parcel that is not around it."""
        return self._lists(zone_id, self.members[zone_id]).get(row, [])

    def _lists(self, zone_id: str, rows: Iterable[int], run: Run | None = None) -> dict[int, list[int]]:
        """Return the contiguous parcels of those around a zone, found once and again when it has grown beyond them."""
        known, lists = self._near.get(zone_id, (set(), {}))
        if set(rows) <= known:
            return lists
        wanted = sorted(set(rows) | self.members[zone_id])
        box = shapely.box(*shapely.total_bounds(self.shapes[wanted]))
        self._tree = self._tree or shapely.STRtree(self.shapes)
        scope = np.sort(self._tree.query(shapely.buffer(box, AROUND_M, join_style="mitre")))
        none = np.empty((0, 2), dtype=np.int64)
        pairs = contiguous_pairs(self.shapes[scope], self.barriers, self.rules.limits.street_gap_m, none, run or Run())
        found = neighbour_lists(len(scope), pairs)
        lists = {int(row): scope[near].tolist() for row, near in zip(scope, found)}
        self._near[zone_id] = (set(scope.tolist()), lists)
        return lists


def open_desk(
    parcels: pd.DataFrame, members: pd.DataFrame, rules: ZoneRules, detail: pd.DataFrame | None = None,
    actions: pd.DataFrame | None = None, barriers: pd.DataFrame | None = None,
) -> HandDesk:  # fmt: skip
    """Return a desk with the zones of a MEMBERS table.

    Parameters: `parcels` with `parcel_id`, `geometry` in metres, `floor_m2`, `pop` as far as there; `detail` the gap
    detail, `actions` the buildings' actions: without them gaps and the share of 拆 are NaN; `barriers` or None.
    """
    land = parcels.sort_values("parcel_id", kind="stable").reset_index(drop=True)
    ids = land["parcel_id"].astype(str).tolist()
    row_of = {name: row for row, name in enumerate(ids)}
    zones: dict[str, set[int]] = {}
    core: set[int] = set()
    for zone, parcel, role in zip(members["zone_id"].astype(str), members["parcel_id"].astype(str),
                                  members["role"].astype(str)):  # fmt: skip
        if role not in (NEAR, OUT) and parcel in row_of:
            zones.setdefault(zone, set()).add(row_of[parcel])
            core |= {row_of[parcel]} if role == "core" else set()
    shapes = frames.geometries(land)
    numbers = {name: frames.reals(land, name) for name in ("floor_m2", "pop")}
    numbers["area_m2"] = shapely.area(shapes)
    numbers |= _houses(actions, row_of)
    gaps = {"elder": group_gaps(detail, rules.elder_kinds), "child": group_gaps(detail, rules.child_kinds)}
    return HandDesk(ids, shapes, dict(sorted(zones.items())), frozenset(core), rules, numbers, gaps, barriers)


def _houses(actions: pd.DataFrame | None, row_of: dict[str, int]) -> dict[str, Any]:
    """Return existing floor area and floor area 拆 by parcel row; NaN without actions."""
    exist, gone = np.full(len(row_of), np.nan), np.full(len(row_of), np.nan)
    if actions is not None and len(actions):
        floor = frames.reals(actions, "floor_m2")
        action = frames.optional(actions, "action").fillna("").to_numpy(dtype=object)
        for name, act, size in zip(actions["parcel_id"].astype(str), action, floor):
            row = row_of.get(name, -1)
            if row >= 0 and act != "增" and not np.isnan(size):
                exist[row] = np.nan_to_num(exist[row]) + size
                gone[row] = np.nan_to_num(gone[row]) + (size if act == "拆" else 0.0)
    return {"exist_m2": exist, "demolish_m2": gone}
