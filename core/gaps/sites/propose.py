# SPDX-License-Identifier: GPL-2.0-or-later
"""Proposed sites: which hosts should hold what, and what that changes for whom."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd

from ... import frames, schema
from ...errors import RenewalError
from ...inputs import typed
from ...run import Run
from ..fair import Assignment, fair_maximum
from ..gap import count_gaps
from ..solve import SEARCH_NODES
from ..standard import Kind
from ..tables import tables_of
from ..town import GapLayers, GapOptions
from .hosts import Hosts, is_hostable, read_hosts
from .model import Choice, ComplexRule, SiteLimits, choose_sites
from .rank import Ranked
from .reach import Reached, chosen_reach, names_of, reach_hosts
from .recount import recount_bound, recount_sites
from .shortlist import shortlist
from .tables import covered_table, served_layer, sites_table
from .worth import keep_worthy

Reals = npt.NDArray[np.float64]
SITED = ("eday", "nurs", "kgar", "meal")  # kinds of elders and children that a study looks for rooms for: own choice


@dataclass(frozen=True)
class SiteOptions:
    """Kinds and walking as for the gap; `max_sites` hosts at most; `fixed` candidate ids that are used in any case;
    `complex` the standard's rule; `nodes` of the search tree at most; `least_added` see worth.keep_worthy.
    """

    gap: GapOptions
    max_sites: int = 5
    fixed: tuple[str, ...] = ()
    complex: ComplexRule | None = None
    nodes: int = SEARCH_NODES
    least_added: float = 0.0


@dataclass(frozen=True, eq=False)
class Proposal:
    """Tables `sites` (a row a room) and `covered` (a row a parcel and kind); layers `before` and `after` (gap_served);
    `objective` = Σ weight × units served more, `bound` what no choice can beat, `gap` = (bound − objective) ÷
    max(bound, 1).
    """

    sites: pd.DataFrame
    covered: pd.DataFrame
    before: pd.DataFrame
    after: pd.DataFrame
    objective: float
    bound: float
    gap: float


def sited_kinds(standard: Mapping[str, Any], wanted: Collection[str]) -> list[str]:
    """Return the kinds that a study looks for rooms in idle buildings for: of SITED, those a standard has (`kinds` of
    its document) and that are `wanted`; no wanted ones = all.
    """
    has = {entry["id"] for entry in standard["kinds"]}
    return [kind for kind in SITED if kind in has and (not wanted or kind in wanted)]


def hostable_kinds(kinds: Sequence[Kind], run: Run) -> tuple[Kind, ...]:
    """Return the kinds that can be rooms in a building; others are noted. Raises RenewalError("sites_no_kind")."""
    good = tuple(kind for kind in kinds if is_hostable(kind))
    others = [kind.id for kind in kinds if not is_hostable(kind)]
    if not good:
        raise RenewalError("sites_no_kind", kinds=others)
    if others:
        run.note("sites_kinds_not_hosted", kinds=others)
    return good


def propose_sites(
    layers: GapLayers, candidates: pd.DataFrame, constraints: pd.DataFrame | None, options: SiteOptions, run: Run
) -> Proposal:
    """Return the rooms that let the most need be served, how good that is, and who is served before and after.

    Parameters: `layers` as for the gap; `candidates` and `constraints` see sites_hosts.read_hosts; the kinds of
    `options` must be hostable. With one kind the objective is in its unit; with several each kind counts by
    percentage points of its whole need (own choice: kinds weigh alike, as in the headline gaps).
    Raises RenewalError: `sites_no_candidates`, `sites_no_host`, `site_fixed_unknown`, `site_fixed_unfit`,
    `site_fixed_many`, `sites_no_time`, `recount_failed`.
    """
    kinds = tuple(options.gap.kinds)
    run.stage("sites_stage_reach")
    if not len(candidates):
        raise RenewalError("sites_no_candidates")
    hosts = read_hosts(candidates, constraints, kinds, run)
    fixed = _fixed_rows(hosts, options)
    limits = SiteLimits(options.max_sites, fixed, options.complex, options.nodes, options.least_added)
    reached = reach_hosts(layers, hosts, options.gap, run.part(0, 0.4))
    weights = kind_weights(reached)
    run.stage("sites_stage_choose", n=int(hosts.fits.any(axis=1).sum()))
    nothing = Choice(np.zeros(0, np.intp), np.zeros(0, np.intp), np.zeros(0), 0.0, True)
    before = _assignments(reached, nothing, run.part(0.4, 0.45))
    few = shortlist(reached, hosts, (weights, before), limits, run.part(0.45, 0.6))
    choice = choose_sites(few.reached, few.hosts, (weights, before), limits, run.part(0.6, 0.8))
    choice, ranked = keep_worthy((few.reached, few.hosts), choice, weights, limits, run.part(0.8, 0.95))
    after = _assignments(reached, choice, run.part(0.95, 1))
    recount_sites(reached, hosts, choice, limits, after, run)
    run.check()
    choice = replace(choice, bound=max(choice.bound, few.beyond + float(np.asarray(weights) @ ranked.before)))
    found = _proposal(layers, (reached, hosts), choice, (ranked, weights), (before, after), options, run)
    if np.isfinite(few.beyond):
        run.note("sites_shortlist", n=few.kept, of=int(hosts.fits.any(axis=1).sum()), gap=round(100 * found.gap, 1))
    return found


def no_proposal(layers: GapLayers, kinds: Sequence[Kind], options: GapOptions, run: Run) -> Proposal:
    """Return a proposal of no sites: who is served stays as it is.

    `kinds`: those that were asked for; their need and what is served before and after stand in `covered` all the same.
    """
    counted = count_gaps(layers, options.of(kinds), run)
    detail = tables_of(layers.parcels, counted, "even", run).detail(run)
    sides = {f"served_{side}": detail["served"] for side in ("before", "after")}
    covered = frames.conform(detail[["parcel_id", "kind", "unit", "need"]].assign(**sides), schema.table("covered"))
    first, second = _sides(layers, covered, kinds, run)
    return Proposal(frames.empty(schema.table("sites")), covered, first, second, 0.0, 0.0, 0.0)


def kind_weights(reached: Reached) -> tuple[float, ...]:
    """Return what one unit of each kind is worth: 1 for a single kind, else 100 ÷ the kind's whole need."""
    if len(reached.kinds) == 1:
        return (1.0,)
    needs = [float(one.need.sum()) / one.per_unit for one in reached.kinds]
    return tuple(100.0 / need if need > 0 else 0.0 for need in needs)


def _fixed_rows(hosts: Hosts, options: SiteOptions) -> tuple[int, ...]:
    row_of = {name: row for row, name in enumerate(names_of(hosts))}
    unknown = [name for name in options.fixed if name not in row_of]
    if unknown:
        raise RenewalError("site_fixed_unknown", ids=unknown)
    rows = tuple(sorted({row_of[name] for name in options.fixed}))
    unfit = [names_of(hosts)[row] for row in rows if not hosts.fits[row].any()]
    if unfit:
        raise RenewalError("site_fixed_unfit", ids=unfit)
    if len(rows) > options.max_sites:
        raise RenewalError("site_fixed_many", n=len(rows), limit=options.max_sites)
    return rows


def _assignments(reached: Reached, choice: Choice, run: Run) -> list[Assignment]:
    """Return the fair maximum of each kind with the chosen rooms."""
    found = []
    for column, (one, stretch) in enumerate(run.parts(reached.kinds)):
        mine = choice.kind == column
        new = np.floor(choice.size[mine] * one.per_unit + 1e-6).astype(np.int64)
        with_rooms = chosen_reach(one, choice.host[mine].tolist())
        found.append(fair_maximum(one.need, np.concatenate([one.capacity, new]), with_rooms, stretch))
    return found


def _proposal(
    layers: GapLayers, town: tuple[Reached, Hosts], choice: Choice, worth: tuple[Ranked, tuple[float, ...]],
    served: tuple[list[Assignment], list[Assignment]], options: SiteOptions, run: Run,
) -> Proposal:  # fmt: skip
    reached, hosts = town
    ranked, weights = worth
    objective = float(ranked.gain.sum())
    bound = choice.bound - float(np.asarray(weights) @ ranked.before)
    recount_bound(objective, bound, choice.bound)
    bound = max(objective, bound)
    share = (bound - objective) / max(bound, 1.0)
    if not choice.is_proven:
        run.warn("sites_not_proven", nodes=options.nodes, gap=round(100 * share, 1))
    run.note("sites_found", hosts=len(set(choice.host.tolist())), rooms=len(choice.host))
    if not len(choice.host):
        run.warn("sites_nothing_helps")
    run.fact(sites_weights={one.kind.id: round(w, 6) for one, w in zip(reached.kinds, weights)})
    sites = sites_table(hosts, reached, choice, ranked, options.complex, run.language)
    run.check()
    covered = covered_table(layers.parcels, reached, *served)
    run.check()
    kinds = options.gap.kinds
    first, second = _sides(layers, covered, kinds, run)
    return Proposal(sites, covered, first, second, round(objective, 6), round(bound, 6), round(share, 6))


def _sides(
    layers: GapLayers, covered: pd.DataFrame, kinds: Sequence[Kind], run: Run
) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Return the layers of who is served before and after."""
    before = served_layer(layers.parcels, covered, kinds, "before")
    run.check()
    after = served_layer(layers.parcels, covered, kinds, "after")
    run.check()
    return before, after


def fixed_ids(text: str) -> tuple[str, ...]:
    """Return the ids of a list as people type it: commas (also 、，;) or line breaks between them."""
    return tuple(typed.entries(text))
