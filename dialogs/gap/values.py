# SPDX-License-Identifier: GPL-2.0-or-later
"""The gaps of communities as the panel shows them, by walking or by the standard's radius. No QGIS here."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from ...core.gaps.grouping import USUAL, Groups
from ..study.figures import rows_of

WALK, RADIUS = "walk", "radius"
ORDERS = ("gap", "people", "name")
SHARE = "share"  # the unit of a whole group: its kinds have units of their own, only shares can be put together
GROUPS = tuple(USUAL)  # elder, child: chosen like a kind
SQL = (
    "SELECT community_id, name, kind, unit, people, need, supply, served, gap, radius_cover_people, walk_cover_people,"
    " exam_name, exam_missing FROM {t} ORDER BY community_id, kind"
)
APART = "WHERE status IN ('NOT_SNAPPED', 'SNAP_STEEP', 'UNREACHED', 'BEYOND', 'NO_PEOPLE_DATA', 'PARTIAL')"
STATES_SQL = " ".join(["SELECT kind, status, count(*) FROM {t}", APART, "GROUP BY kind, status"])
APART_SQL = " ".join(["SELECT parcel_id, kind, status FROM {t}", APART])


@dataclass(frozen=True)
class Cell:
    """One community and kind; None = not known."""

    unit: str
    people: float | None
    need: float | None
    supply: float | None
    served: float | None
    gap: float | None
    radius_cover: float | None
    walk_cover: float | None
    exam_name: str
    exam_missing: float | None

    def share(self, yardstick: str) -> float | None:
        """Return the share of the need unmet (walking), or of the people outside the radius; None = not known."""
        if yardstick == RADIUS:
            return None if self.radius_cover is None else 1.0 - self.radius_cover
        return None if self.gap is None or not self.need else self.gap / self.need

    def left_out(self, yardstick: str) -> float | None:
        """Return the people not served (walking: in proportion to the need), or outside the radius."""
        share = self.share(yardstick)
        return None if share is None or self.people is None else self.people * share


@dataclass(frozen=True)
class Community:
    """One community with its cells by kind."""

    community_id: str
    name: str
    cells: Mapping[str, Cell] = field(default_factory=dict)
    grouped: Groups = field(default_factory=lambda: USUAL)  # by the standard that the gaps were counted by
    groups: Mapping[str, Cell] = field(init=False)  # a cell for each group as for a kind; none of no need

    def __post_init__(self) -> None:
        """Work out the groups: where the communities are read, beside the window."""
        object.__setattr__(self, "groups", _groups_of(self.cells, self.grouped))

    def cell(self, kind: str) -> Cell | None:
        """Return the cell of a kind or a group; None without."""
        return self.cells.get(kind) or self.groups.get(kind)

    def group_share(self, group: str, yardstick: str) -> float | None:
        """Return the plain mean over the kinds of a group that anybody needs; None = not known."""
        cell = self.groups.get(group)
        return None if cell is None else cell.share(yardstick)


def _groups_of(cells: Mapping[str, Cell], grouped: Groups) -> dict[str, Cell]:
    """Return the mean shares of groups, no amounts: over the kinds that anybody needs (elder_gap, child_gap)."""
    found = {}
    for group, kinds in grouped.items():
        needed = [cell for kind in kinds if (cell := cells.get(kind)) is not None and cell.need]
        walk, line = (_mean([cell.share(yardstick) for cell in needed]) for yardstick in (WALK, RADIUS))
        if walk is not None or line is not None:
            served, cover = (None if share is None else 1.0 - share for share in (walk, line))
            found[group] = Cell(SHARE, None, 1.0, None, served, walk, cover, None, "", None)
    return found


def _mean(shares: list[float | None]) -> float | None:
    known = [share for share in shares if share is not None]
    return sum(known) / len(known) if known else None


def read_communities(files: Mapping[str, str], grouped: Groups = USUAL) -> list[Community]:
    """Return the communities of the last count of gaps; none before, or without a layer of communities."""
    found: dict[str, tuple[str, dict[str, Cell]]] = {}
    for community, name, kind, *values in rows_of(files, "gap_summary", SQL):
        cells = found.setdefault(str(community), (str(name or community), {}))[1]
        unit, people, need, supply, served, gap, radius, walk, exam, missing = values
        cells[kind] = Cell(str(unit or ""), people, need, supply, served, gap, radius, walk, str(exam or ""), missing)
    return [Community(key, name, cells, grouped) for key, (name, cells) in found.items()]


def kinds_in(communities: Sequence[Community], group: str) -> tuple[str, ...]:
    """Return the kinds of a group: all communities of a count were counted by one standard."""
    return communities[0].grouped[group] if communities else ()


def group_total(communities: list[Community], group: str, yardstick: str) -> float | None:
    """Return the share of a group for all communities together: the plain mean over kinds of each kind's total."""
    shares = []
    for kind in kinds_in(communities, group):
        cells = [item.cells[kind] for item in communities if kind in item.cells]
        weighed = [((cell.need if yardstick == WALK else cell.people) or 0.0, cell.share(yardstick)) for cell in cells]
        known = [(weight, share) for weight, share in weighed if share is not None]
        if sum(cell.need or 0.0 for cell in cells) and (whole := sum(weight for weight, _ in known)):
            shares.append(sum(weight * share for weight, share in known) / whole)
    return sum(shares) / len(shares) if shares else None


def arranged(communities: list[Community], kind: str, yardstick: str, order: str) -> list[Community]:
    """Return the communities in an order; those that nothing is known of come last, ties by id."""

    def key(item: Community) -> tuple[Any, ...]:
        cell = item.cell(kind)
        value = None if cell is None else cell.share(yardstick) if order == "gap" else cell.left_out(yardstick)
        if order == "name":
            return (0, 0.0, item.name, item.community_id)
        return (value is None, -(value or 0.0), "", item.community_id)

    return sorted(communities, key=key)


@dataclass(frozen=True)
class Sums:
    """Key figures of a kind: people left out, communities short, of how many, the gap with its unit, exam missing."""

    people: float | None
    short_n: int
    communities_n: int
    gap: float | None
    unit: str
    exam_name: str
    exam_n: int | None


def sums(communities: list[Community], kind: str, yardstick: str) -> Sums:
    """Return the key figures of a kind; what is not known anywhere is None."""
    cells = [cell for item in communities if (cell := item.cell(kind)) is not None]
    people = [value for cell in cells if (value := cell.left_out(yardstick)) is not None]
    gaps = [cell.gap for cell in cells if cell.gap is not None]
    exams = [cell.exam_missing for cell in cells if cell.exam_missing is not None]
    short = sum((cell.share(yardstick) or 0.0) > 1e-9 for cell in cells)
    first = cells[0] if cells else None
    return Sums(
        sum(people) if people else None, short, len(communities), sum(gaps) if gaps else None,
        first.unit if first else "", first.exam_name if first else "", round(sum(exams)) if exams else None,
    )  # fmt: skip


def unknown_counts(files: Mapping[str, str]) -> dict[str, dict[str, int]]:
    """Return {kind: {status: parcels}} of parcels that were not counted like the others, and why."""
    found: dict[str, dict[str, int]] = {}
    for kind, status, n in rows_of(files, "gap_detail", STATES_SQL):
        found.setdefault(kind, {})[status] = n
    return found


def states_by_community(
    files: Mapping[str, str], place_of: Mapping[str, str], outside: str
) -> dict[str, dict[str, dict[str, int]]]:
    """Return {community: {kind: {status: parcels}}} of parcels that were not counted like the others.

    `place_of` {parcel: community}; those in none count for `outside`.
    """
    found: dict[str, dict[str, dict[str, int]]] = {}
    for parcel, kind, status in rows_of(files, "gap_detail", APART_SQL):
        counts = found.setdefault(place_of.get(str(parcel), outside), {}).setdefault(kind, {})
        counts[status] = counts.get(status, 0) + 1
    return found
