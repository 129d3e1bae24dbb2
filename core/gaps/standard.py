# SPDX-License-Identifier: GPL-2.0-or-later
"""What a standard asks for, kind by kind, read from resources/standards or a user's own file."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from ..envelope import figure_value
from ..errors import RenewalError
from ..run import Run
from .grouping import CHILD_KINDS, ELDER_KINDS


@dataclass(frozen=True)
class HostRule:
    """What a room must be like to take a kind in: `max_floor` counted from the entrance storey (None = any)."""

    fits: bool = True
    max_floor: float | None = None
    lift_or_ground: bool = False
    daylight: bool = False


@dataclass(frozen=True)
class Kind:
    """One kind of facility. Sizes in its `unit` (place | bed | m2 | people); `need_factor` units per head of `need_of`;
    `people`: the count of those it serves. `m2_per_unit`, `design_capacity`, `exam_…` None = the standard says nothing.
    `site_m2` floor area of one facility of a kind that is counted one per circle; `host` what its rooms must be like;
    `lead` who is usually responsible, None = the standard does not say.
    """

    id: str
    title: Mapping[str, str]
    group: str
    unit: str
    people: str
    need_of: str
    need_factor: float
    m2_per_unit: float | None
    design_capacity: float | None
    min_size: float
    max_size: float
    radius_m: float
    limit_ms: int
    profile: str
    direction: str
    exam_name: Mapping[str, str] | None
    exam_floor_m2: float | None
    standard_id: str
    site_m2: float | None = None
    host: HostRule = HostRule()
    lead: Mapping[str, str] | None = None


def kinds_in(standard: Mapping[str, Any], wanted: Sequence[str], offered: Sequence[str], run: Run) -> tuple[str, ...]:
    """Return the kinds to work with: all that were `offered` means all that the standard has (noted), else `wanted`.

    A standard of one's own may put a kind into another group than usual: `elder_gap` and `child_gap` of tables,
    sheets and report follow it; zones go by the lists of the zone rules, so that is told (`kinds_regrouped`).
    """
    has = {entry["id"]: entry["group"] for entry in standard["kinds"]}
    usual = {**dict.fromkeys(ELDER_KINDS, "elder"), **dict.fromkeys(CHILD_KINDS, "child")}
    moved = [kind for kind in wanted if kind in has and has[kind] != usual.get(kind, "all")]
    if moved:
        run.warn("kinds_regrouped", n=len(moved), kinds=moved, standard=standard["id"])
    if set(wanted) != set(offered):
        return tuple(wanted)
    lacking = [kind for kind in wanted if kind not in has]
    if lacking:
        run.note("kinds_not_in_standard", kinds=lacking, standard=standard["id"])
    return tuple(kind for kind in wanted if kind in has)


def kinds_of(standard: Mapping[str, Any], wanted: Sequence[str], direction: str = "auto") -> tuple[Kind, ...]:
    """Return the wanted kinds of a standard in the standard's order.

    `direction`: auto = as the standard says, else there | back | both for all kinds.
    Raises RenewalError: `kind_not_in_standard` for a wanted kind that the standard does not have,
    `standard_number_odd` for a number that cannot be (limits and sizes must be above 0, factors not below),
    `standard_sizes` where the least size is above the largest.
    """
    has = [entry["id"] for entry in standard["kinds"]]
    missing = [kind for kind in wanted if kind not in has]
    if missing:
        raise RenewalError("kind_not_in_standard", kinds=missing, standard=standard["id"], has=has)
    kinds = tuple(_kind(entry, standard["id"], direction) for entry in standard["kinds"] if entry["id"] in wanted)
    if not kinds:
        raise RenewalError("kind_not_in_standard", kinds=["—"], standard=standard["id"], has=has)
    return kinds


def _kind(entry: Mapping[str, Any], standard_id: str, direction: str) -> Kind:
    def value(key: str, least: float = 1e-9) -> float:
        """Return the number of a figure of this kind."""
        return _number(standard_id, f"{entry['id']}.{key}", entry[key], least)

    def optional(key: str) -> float | None:
        """Return it, or None where the kind has none."""
        return value(key) if key in entry else None

    least, most = value("min_size"), value("max_size")
    if least > most:
        raise RenewalError("standard_sizes", standard=standard_id, kind=entry["id"], least=least, most=most)
    exam = entry.get("exam")
    return Kind(
        id=entry["id"], title=entry["title"], group=entry["group"], unit=entry["unit"], people=entry["people"],
        need_of=entry["need"]["of"],
        need_factor=_number(standard_id, f"{entry['id']}.need.factor", entry["need"]["factor"], 0),
        m2_per_unit=optional("m2_per_unit"), design_capacity=optional("design_capacity"), min_size=least,
        max_size=most, radius_m=value("radius_m"), limit_ms=round(value("minutes") * 60_000),
        profile=entry["profile"], direction=entry["direction"] if direction == "auto" else direction,
        exam_name=exam["name"] if exam else None,
        exam_floor_m2=_number(standard_id, f"{entry['id']}.exam", exam["min_floor_m2"], 0) if exam else None,
        standard_id=standard_id, site_m2=optional("site_m2"), host=_host(standard_id, entry),
        lead=entry.get("lead"),
    )  # fmt: skip


def _host(standard_id: str, entry: Mapping[str, Any]) -> HostRule:
    rules = entry.get("host", {})

    def flag(key: str, default: bool = False) -> bool:
        """Return a yes or no of the host's rules."""
        return bool(figure_value(rules[key])) if key in rules else default

    floor = None
    if "max_floor" in rules:
        floor = _number(standard_id, f"{entry['id']}.host.max_floor", rules["max_floor"], 1)
    return HostRule(flag("fits", True), floor, flag("lift_or_ground"), flag("daylight"))


def _number(standard_id: str, key: str, figure: Mapping[str, Any], least: float) -> float:
    value = figure_value(figure)
    if isinstance(value, bool) or not isinstance(value, (int, float)) or not value >= least:
        raise RenewalError("standard_number_odd", standard=standard_id, key=key, value=value)
    return float(value)
