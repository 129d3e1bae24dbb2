# SPDX-License-Identifier: GPL-2.0-or-later
"""Who walks: speeds and limits by profile, read from resources/profiles or a user's own file."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, fields
from pathlib import Path
from typing import Any

from .. import envelope
from ..errors import RenewalError

SHIPPED = "standard"
SPEEDS = ("flat_m_s", "stairs_up_m_s", "stairs_down_m_s", "ramp_up_m_s", "ramp_down_m_s")
SIGNED = ("tobler_best_slope",)  # rules that may be negative or zero
MAY_BE_ZERO = ("lift_wait_s",)
MOST = {  # far beyond any walker; exp(−decay · slope) stays a number that can be divided by
    "tobler_decay": 50.0, "tobler_best_slope": 5.0, "slope_clamp_share": 5.0, "street_slope_share": 5.0,
}  # fmt: skip


@dataclass(frozen=True)
class WalkRules:
    """Numbers that hold for all profiles: slopes, heights, topology, lifts, joining (resources/profiles/standard.json).

    Shares are rise over plan length or parts of 1, speeds m/s; `…_m` metres, `…_s` seconds.
    """

    tobler_decay: float
    tobler_best_slope: float
    slope_clamp_share: float
    street_slope_share: float
    capped_warning_share: float
    dem_error_m: float
    low_pass_m: float
    low_pass_cells: float
    survey_span_m: float
    same_height_m: float
    near_miss_m: float
    long_edge_m: float
    small_component_m: float
    escalator_m_s: float
    lift_wait_s: float
    lift_m_s: float
    snap_steep_share: float
    structure_snap_m: float


@dataclass(frozen=True)
class Profile:
    """One group of walkers; speeds m/s along the plan length.

    `gains_downhill`: faster than flat on a gentle way down. `closed`: kinds it cannot use. `max_slope_share`: steeper
    ways are closed, None = no limit. `wheels`: wheelchair = no closes a way, wheelchair = yes opens it.
    `ramp_…`: on stairs with a ramp; the stairs' own speed where the file says nothing.
    """

    id: str
    flat_m_s: float
    gains_downhill: bool
    stairs_up_m_s: float
    stairs_down_m_s: float
    ramp_up_m_s: float
    ramp_down_m_s: float
    max_slope_share: float | None
    closed: frozenset[str]
    wheels: bool
    rules: WalkRules


def load_profiles(names: Sequence[str], path: str | Path | None = None) -> tuple[Profile, ...]:
    """Return the profiles of these names, then those that only the user's file has, in its order.

    `path` is a user's own file (PROFILE_FILE): its profiles and rules replace the shipped ones of the same name.
    Raises RenewalError: `profile_unknown` for a name neither file has, `profile_number_odd` for a speed, limit or rule
    that is zero, negative or no number, `profile_number_large` for a slope rule beyond MOST, and whatever
    envelope.load_file raises.
    Source: method notes §2; each number with its own source in the file.
    """
    own = envelope.load_file("profiles", path) if path else {"profiles": []}
    return read_profiles(own, names)


def read_profiles(own: Mapping[str, Any], names: Sequence[str] | None = None) -> tuple[Profile, ...]:
    """Return the profiles of these names, then those that only `own` has; `names` None = all there are.

    `own` is a loaded document, whose profiles and rules replace the shipped ones. Raises as load_profiles.
    """
    shipped = envelope.load("profiles", SHIPPED)
    entries = {entry["id"]: entry for entry in shipped["profiles"]}
    added = [entry["id"] for entry in own["profiles"] if entry["id"] not in entries]
    entries.update({entry["id"]: entry for entry in own["profiles"]})
    rules = _rules({**shipped["rules"], **own.get("rules", {})})
    wanted = list(dict.fromkeys([*(entries if names is None else names), *added]))
    unknown = [name for name in wanted if name not in entries]
    if unknown:
        raise RenewalError("profile_unknown", names=unknown, known=sorted(entries))
    return tuple(_profile(entries[name], rules) for name in wanted)


def choose_profile(name: str, path: str | Path | None) -> Profile:
    """Return who walks where one profile is asked for: the first one that only the user's file has, else `name`.

    A file that changes shipped profiles or rules only leaves the choice to `name`. Raises as load_profiles.
    """
    shipped = {entry["id"] for entry in envelope.load("profiles", SHIPPED)["profiles"]}
    profiles = load_profiles([name], path)
    return next((profile for profile in profiles if profile.id not in shipped), profiles[0])


def load_rules(path: str | Path | None = None) -> WalkRules:
    """Return the rules alone, the user's own over the shipped ones."""
    return load_profiles(["adult"], path)[0].rules


def _rules(entries: dict[str, Any]) -> WalkRules:
    return WalkRules(**{item.name: _number("rules", item.name, entries[item.name]) for item in fields(WalkRules)})


def _profile(entry: dict[str, Any], rules: WalkRules) -> Profile:
    name = entry["id"]
    speeds = {key: _number(name, key, entry[key]) for key in SPEEDS if key in entry}
    speeds.setdefault("ramp_up_m_s", speeds["stairs_up_m_s"])
    speeds.setdefault("ramp_down_m_s", speeds["stairs_down_m_s"])
    slope = _number(name, "max_slope_share", entry["max_slope_share"]) if "max_slope_share" in entry else None
    return Profile(
        id=name, gains_downhill=entry["gains_downhill"], max_slope_share=slope, closed=frozenset(entry["closed"]),
        wheels=entry["wheels"], rules=rules, **speeds,
    )  # fmt: skip


def _number(name: str, key: str, figure: dict[str, Any]) -> float:
    value = envelope.figure_value(figure)
    plain = isinstance(value, (int, float)) and not isinstance(value, bool)
    fine = plain and (value > 0 or key in SIGNED or (value == 0 and key in MAY_BE_ZERO))
    if not fine:
        raise RenewalError("profile_number_odd", name=name, key=key, value=value)
    if abs(value) > MOST.get(key, math.inf):
        raise RenewalError("profile_number_large", name=name, key=key, value=value, most=MOST[key])
    return float(value)
