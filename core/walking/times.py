# SPDX-License-Identifier: GPL-2.0-or-later
"""Whole milliseconds of every edge, both ways, for a profile; climb, drop and capped slopes."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from .graph import CLOSED, LONGEST_MS, Flags, Ints, Objects, Reals
from .nodeheights import OWN, SURVEY, Pieces
from .profiles import Profile, WalkRules
from .ways import Longs


@dataclass(frozen=True, eq=False)
class EdgeFacts:
    """What times depend on, by edge: `base` and `structure` as in Ways, `length_m`, `dz_m` (NaN = unknown), `way_dz_m`
    of the whole way, `rise` of stairs as told (+1, 0, -1), `fwd`, `back` open, `ramp`, `wheel_yes`, `wheel_no`; `sure`:
    no raster said the heights.
    """

    base: Objects
    structure: Objects
    length_m: Reals
    dz_m: Reals
    way_dz_m: Reals
    rise: Longs
    fwd: Flags
    back: Flags
    ramp: Flags
    wheel_yes: Flags
    wheel_no: Flags
    sure: Flags


@dataclass(frozen=True, eq=False)
class Slopes:
    """Slopes of pieces as walked. `share` (p,) rise over plan length after cap and clamp, NaN = unknown; `capped` (p,)
    streets for vehicles held at their steepest; `clamped` (p,) other ways held at the clamp.
    """

    share: Reals
    capped: Flags
    clamped: Flags


def is_sure(source: Longs) -> Flags:
    """Say which node heights carry no raster's error."""
    return np.isin(source, (SURVEY, OWN))


def find_slopes(pieces: Pieces, facts: EdgeFacts, rules: WalkRules) -> Slopes:
    """Return the slopes of all pieces. Source: method notes §2."""
    raw = pieces.dz_m / np.maximum(pieces.length_m, 0.001)
    street = facts.base[pieces.edge] == "street"
    limit = np.where(street, rules.street_slope_share, rules.slope_clamp_share)
    walked = np.isin(facts.base[pieces.edge].astype(str), ("street", "path"))
    over = (np.abs(raw) > limit + 1e-12) & walked
    return Slopes(np.clip(raw, -limit, limit), over & street, over & ~street)


def slope_factor(share: Reals, profile: Profile) -> Reals:
    """Return speed on a slope ÷ speed on the flat: T(s) ÷ T(0), T = exp(-decay·|s - best|); unknown slopes are flat.

    Profiles that gain nothing downhill are never faster than on the flat. Source: Tobler 1993; method notes §2.
    """
    rules = profile.rules
    slope = np.nan_to_num(share)
    factor: Reals = np.exp(
        -rules.tobler_decay * (np.abs(slope - rules.tobler_best_slope) - abs(rules.tobler_best_slope))
    )
    return factor if profile.gains_downhill else np.minimum(factor, 1.0)


def slope_seconds(length_m: Reals, climb_m: Reals, profile: Profile) -> Reals:
    """Return (k,) seconds over straight ways with this rise from end to end; one that is not known counts as none."""
    most = profile.rules.slope_clamp_share
    share = np.clip(climb_m / np.maximum(length_m, 0.001), -most, most)
    seconds: Reals = length_m / (profile.flat_m_s * slope_factor(share, profile))
    return seconds


def stairs_speed(rise: Longs | Reals, profile: Profile, has_ramp: Flags | bool = False) -> Reals:
    """Return (k,) m/s on stairs that go up (`rise` > 0) or down (< 0); where nobody knows (0) as on those that go up.

    The slower speed promises nobody too much. `has_ramp`: on their ramp.
    """
    up = np.where(has_ramp, profile.ramp_up_m_s, profile.stairs_up_m_s)
    down = np.where(has_ramp, profile.ramp_down_m_s, profile.stairs_down_m_s)
    speed: Reals = np.where(rise < 0, down, up)
    return speed


def link_times(length_m: Reals, climb_m: Reals, is_stairs: Flags, profile: Profile) -> tuple[Longs, Longs]:
    """Return (k,) milliseconds over straight links and back, at least 1, CLOSED where the profile cannot go.

    A link is a path or stairs, of one slope, as nobody has built it: `climb_m` NaN is walked flat, stairs upward.
    """
    climb = np.nan_to_num(climb_m)
    shut = np.where(is_stairs, "stairs" in profile.closed, "path" in profile.closed)
    if profile.max_slope_share is not None:
        shut |= ~is_stairs & _is_too_steep(climb / np.maximum(length_m, 0.001), profile.max_slope_share)
    ways = []
    for sign in (1, -1):
        stairs_s = length_m / stairs_speed(sign * climb, profile)
        seconds = np.where(is_stairs, stairs_s, slope_seconds(length_m, sign * climb, profile))
        ways.append(np.where(shut, CLOSED, whole_ms(np.asarray(1000 * seconds, dtype=np.float64), 1)))
    return ways[0], ways[1]


def _is_too_steep(share: Reals, limit: float) -> Flags:
    return np.asarray(np.abs(share) > limit + 1e-9)


def stairs_rise(facts: EdgeFacts, rules: WalkRules) -> tuple[Longs, Flags]:
    """Return which way stairs go up (+1 along the line, -1 against it, 0 unsure: up speed both ways) and who is unsure.

    As `incline` says, else by the rise; where a raster says the heights, by the rise of the whole way if that is no
    less than the raster's error (a stairway cut at every landing rises little from one to the next).
    """
    whole = np.where(np.abs(facts.way_dz_m) >= rules.dem_error_m, np.sign(facts.way_dz_m), 0.0)
    by_height = np.nan_to_num(np.where(facts.sure, np.sign(facts.dz_m), whole))
    rise = np.where(facts.rise != 0, facts.rise, by_height).astype(np.int64)
    return rise, (facts.base == "stairs") & (rise == 0)


def edge_times(pieces: Pieces, slopes: Slopes, facts: EdgeFacts, profile: Profile) -> tuple[Ints, Ints]:
    """Return (m,) milliseconds along and against each edge, whole, at least 1, CLOSED where the profile cannot go."""
    rules, count = profile.rules, len(facts.base)
    ways = []
    rise, _ = stairs_rise(facts, rules)
    for sign in (1, -1):
        walk_s = pieces.length_m / (profile.flat_m_s * slope_factor(sign * slopes.share, profile))
        seconds = np.bincount(pieces.edge, weights=walk_s, minlength=count)
        stairs_s = facts.length_m / stairs_speed(sign * rise, profile, facts.ramp)
        lift_s = rules.lift_wait_s + np.abs(np.nan_to_num(facts.dz_m)) / rules.lift_m_s
        for base, special in (
            ("stairs", stairs_s), ("lift", lift_s), ("escalator", facts.length_m / rules.escalator_m_s)
        ):  # fmt: skip
            seconds = np.where(facts.base == base, special, seconds)
        ways.append(whole_ms(np.asarray(1000 * seconds, dtype=np.float64), 1))
    shut = _shut(pieces, slopes, facts, profile)
    fwd = np.where(shut | ~facts.fwd, CLOSED, ways[0])
    back = np.where(shut | ~facts.back, CLOSED, ways[1])
    return fwd.astype(np.int32), back.astype(np.int32)


def whole_ms(milliseconds: Reals, least: int = 0) -> Longs:
    """Return whole milliseconds, halves up, at least `least`."""
    whole: Longs = np.clip(np.floor(milliseconds + 0.5), least, LONGEST_MS).astype(np.int64)
    return whole


def _shut(pieces: Pieces, slopes: Slopes, facts: EdgeFacts, profile: Profile) -> Flags:
    """Return the edges the profile cannot use: closed kinds, too steep, wheelchair = no; wheelchair = yes opens."""
    closed = sorted(profile.closed)
    shut = np.isin(facts.base.astype(str), closed) | np.isin(
        facts.structure.astype(str), [item for item in closed if item]
    )
    if profile.max_slope_share is not None:
        steep = _is_too_steep(slopes.share, profile.max_slope_share)
        walked = np.isin(facts.base[pieces.edge].astype(str), ("street", "path"))
        shut |= np.bincount(pieces.edge[steep & walked], minlength=len(shut)) > 0
    if profile.wheels:
        shut = (shut & ~facts.wheel_yes) | facts.wheel_no
    return shut
