# SPDX-License-Identifier: GPL-2.0-or-later
"""Which rooms of which host may take in which kind: storeys, lifts, daylight, floor area, ground that is excluded."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np
import numpy.typing as npt
import pandas as pd
import shapely

from ... import frames
from ...errors import RenewalError
from ...inputs import values
from ...inputs.overlay import NOTHING_M2, is_growth_boundary
from ...run import Run
from ...walking.join import Points, points_of
from ..standard import Kind

Reals = npt.NDArray[np.float64]
Flags = npt.NDArray[np.bool_]

ANY = np.inf  # storeys above the entrance without a limit
SHOWN = 5  # examples in a sentence
SPARE = "K-"  # before a kindergarten's id: its spare rooms as a host


@dataclass(frozen=True, eq=False)
class Hosts:
    """Hosts (m,) in the order of their ids, kinds (k,) in the standard's order.

    `table` the layer's rows; `usable_m2` (m,); `room_m2` (m, k) the most floor area that the kind may use there, 0 =
    none; `highest` (m, k) the highest storey it may use, inf = any; `largest` (m, k) the largest size in the kind's
    unit, 0 = the kind does not fit; `is_kindergarten` (m,); `lift`, `storeys` (m,) NaN = unknown.
    """

    table: pd.DataFrame
    usable_m2: Reals
    room_m2: Reals
    highest: Reals
    largest: Reals
    is_kindergarten: Flags
    lift: Reals
    storeys: Reals

    @cached_property
    def points(self) -> Points:
        """Return where people would walk to: one point inside each host."""
        return points_of(self.table, "candidate_id")

    @property
    def fits(self) -> Flags:
        """Say (m, k) which kinds fit into which host at their smallest size."""
        return self.largest > 0


def is_hostable(kind: Kind) -> bool:
    """Say whether a kind can be a room in a building and the standard says how large."""
    return kind.host.fits and (kind.m2_per_unit is not None or kind.site_m2 is not None)


def is_one_per_circle(kind: Kind) -> bool:
    """Say whether a facility of the kind takes one fixed floor area whatever its size."""
    return kind.unit == "people" and kind.site_m2 is not None


def read_hosts(candidates: pd.DataFrame, constraints: pd.DataFrame | None, kinds: Sequence[Kind], run: Run) -> Hosts:
    """Return what every candidate may hold.

    Parameters: `candidates` with `candidate_id`, `geometry` and, where there, `usable_area` (m², else footprint ×
    storeys), `floors`, `entry_floor` (the storey one enters from the street, 1), `floor` (of a single room), `lift`,
    `kind` (kgar = surplus rooms of a kindergarten: for children only); `constraints` polygons no host may touch.
    A lift or storeys that are unknown are taken as none and one; storeys that cannot be are listed and unknown.
    Candidates on excluded ground, of class D (`danger`), without an area, or into which no kind fits are left out and
    listed. Raises RenewalError("sites_no_host") when none is left.
    """
    table = candidates.sort_values("candidate_id", ignore_index=True)
    ids = table["candidate_id"].to_numpy(dtype=object)
    excluded = _on_constraints(frames.geometries(table), constraints)
    run.leave_out("CANDIDATES", ids[excluded], "site_on_constraint", "warning")
    unsafe = ~excluded & (values.dangers(frames.optional(table, "danger")) == "D")
    run.leave_out("CANDIDATES", ids[unsafe], "site_dangerous", "warning")
    storeys, below = _storeys(table)
    _tell_storeys(table, storeys, run)
    usable = _usable_area(table, storeys)
    lacking = np.isnan(usable) | (usable <= 0)
    run.leave_out("CANDIDATES", ids[lacking & ~excluded & ~unsafe], "site_without_area", "warning")
    kept = ~(excluded | unsafe | lacking)
    hosts = _rooms(table, np.where(kept, usable, 0.0), storeys, below, kinds)
    unfit = kept & ~hosts.fits.any(axis=1)
    names = [kind.title[run.language] for kind in kinds]
    run.leave_out("CANDIDATES", ids[unfit], "site_fits_nothing", "info", kinds=names)
    if not hosts.fits.any():
        counts = {"constraint_n": excluded, "danger_n": unsafe, "unfit_n": unfit}
        raise RenewalError("sites_no_host", n=len(ids), **{name: int(rows.sum()) for name, rows in counts.items()})
    return hosts


def _on_constraints(shapes: npt.NDArray[np.object_], constraints: pd.DataFrame | None) -> Flags:
    """Say which hosts share ground with a constraint; touching along an edge is not sharing, and no more is what is
    left of such an edge when both layers come out of systems of their own.

    A development boundary (开发边界) bounds where building is meant to be: its ground excludes nothing.
    """
    excluded = np.zeros(len(shapes), dtype=bool)
    if constraints is None or not len(constraints):
        return excluded
    constraints = constraints[~is_growth_boundary(constraints)]
    if not len(constraints):
        return excluded
    ground = frames.geometries(constraints)
    host, area = shapely.STRtree(ground).query(shapes, predicate="intersects")
    shared = shapely.area(shapely.intersection(shapes[host], ground[area])) > NOTHING_M2
    excluded[host[shared]] = True
    return excluded


def _storeys(table: pd.DataFrame) -> tuple[Reals, Reals]:
    """Return storeys from the entrance upwards (NaN unknown) and storeys above ground but below the entrance."""
    up, _ = values.storeys(frames.optional(table, "floors"))
    entry = np.nan_to_num(values.storeys(frames.optional(table, "entry_floor"))[0], nan=1.0)
    below = np.clip(entry - 1, 0, np.nan_to_num(up - 1, nan=0.0))
    return up - below, below


def _tell_storeys(table: pd.DataFrame, storeys: Reals, run: Run) -> None:
    """List hosts whose storeys are told and cannot be, or cannot be read (`site_storeys_odd`): they are unknown."""
    words = frames.optional(table, "floors").astype(frames.TEXT).str.strip().fillna("")
    odd = np.isnan(storeys) & ~words.str.casefold().isin(values.UNTOLD).to_numpy(dtype=bool)
    if odd.any():
        shown = sorted(set(words[odd]))[:SHOWN]
        run.leave_out("CANDIDATES", table["candidate_id"][odd], "site_storeys_odd", "warning", values=shown)


def _usable_area(table: pd.DataFrame, storeys: Reals) -> Reals:
    given = values.numbers(frames.optional(table, "usable_area", "real"))
    footprint = shapely.area(frames.geometries(table)) * np.nan_to_num(storeys, nan=1.0)
    area: Reals = np.where(np.isnan(given), footprint, given)
    return area


def _rooms(table: pd.DataFrame, usable: Reals, storeys: Reals, below: Reals, kinds: Sequence[Kind]) -> Hosts:
    m = len(table)
    lift = values.yes_no(frames.optional(table, "lift"))
    level = _level(table)
    room, highest, largest = np.zeros((m, len(kinds))), np.full((m, len(kinds)), ANY), np.zeros((m, len(kinds)))
    above = np.nan_to_num(storeys, nan=1.0)
    words = frames.optional(table, "kind").fillna("").to_numpy(dtype=object)
    kindergarten = words == "kgar"
    for column, kind in enumerate(kinds):
        if not is_hostable(kind):
            continue
        rule = kind.host
        limit = np.full(m, ANY if rule.max_floor is None else rule.max_floor)
        if rule.lift_or_ground:
            limit = np.where(lift == 1, limit, np.minimum(limit, 1.0))
        dark = np.zeros(m) if rule.daylight else below
        share = np.minimum(1.0, (np.minimum(limit, above) + dark) / (above + below))
        fits_level = (level <= limit) & ((level >= 1) | (not rule.daylight))
        room[:, column] = np.where(np.isnan(level), usable * share, usable * fits_level)
        if kind.group != "child" or kind.id == "kgar":  # for small children; its own places are there already
            room[kindergarten, column] = 0.0
        highest[:, column] = np.where(np.isnan(level), limit, ANY)
        largest[:, column] = _largest(kind, room[:, column])
    return Hosts(table, usable, room, highest, largest, kindergarten, lift, storeys)


def _level(table: pd.DataFrame) -> Reals:
    """Return the storey of a single room counted from the entrance (1 = its own, below it 0 and less), or NaN.

    "2", "2F", 二层; below ground "-1", "B1", 负一层, 地下1层. "3-5" is more than one storey, which is no single room.
    """
    up, down = values.storeys(frames.optional(table, "floor"))
    entry = np.nan_to_num(values.storeys(frames.optional(table, "entry_floor"))[0], nan=1.0)
    floor = np.where(np.isnan(up), 1 - down, up)  # there is no storey 0: the first below ground is next to the first
    level: Reals = floor - entry + 1
    return level


def _largest(kind: Kind, room_m2: Reals) -> Reals:
    """Return the largest size that the room allows, 0 where the smallest size does not fit."""
    if is_one_per_circle(kind):
        return np.where(room_m2 >= (kind.site_m2 or 0), kind.max_size, 0.0)
    size = np.minimum(kind.max_size, np.floor(room_m2 / (kind.m2_per_unit or np.inf) + 1e-9))
    return np.where(size >= kind.min_size, size, 0.0)
