# SPDX-License-Identifier: GPL-2.0-or-later
"""The same way for the other walkers of the network: minutes there and back of each, or that there is no way."""

from __future__ import annotations

from collections.abc import Mapping
from html import escape
from typing import TYPE_CHECKING, Any

from ...core import envelope
from ...core.words import pick
from ...processing.texts import interface_language, tr
from ..parts.phrases import paired
from .text import minutes_text

if TYPE_CHECKING:  # the Workbench opens without shapely and pandas
    from ...core.walking.join import Joined
    from .walk_ground import Ground

TIMES = 4.0  # another walker is looked for this many times as long as the one whose way is drawn


def walker_titles() -> dict[str, str]:
    """Return {profile: name} of the walkers that are shipped."""
    entries = envelope.load("profiles", "standard")["profiles"]
    return {entry["id"]: pick(entry["title"], interface_language()) for entry in entries}


def seconds_of(
    ground: Ground, home: tuple[float, float], goals: list[tuple[float, float]], profile: str, minutes: float
) -> tuple[float | None, float | None]:
    """Return (there, back) in seconds between a place and the nearest of some goals, None = not within the minutes."""
    from ...core.walking.around import times_at
    from .walk_ground import times_around

    goal = _joined(ground, goals, profile)
    found = []
    for toward in (False, True):
        ms = int(times_at(times_around(ground, *home, profile, minutes, toward), goal)[0])
        found.append(ms / 1000 if ms >= 0 else None)
    return found[0], found[1]


def others_of(
    ground: Ground, home: tuple[float, float], goals: list[tuple[float, float]], way: Any, profile: str
) -> dict[str, tuple[float | None, float | None]]:
    """Return {walker: seconds_of} of every walker but the one whose way was found; plain data, for any thread."""
    from .walk_ground import LONGEST_MIN

    minutes = LONGEST_MIN
    if way is not None:
        minutes = min(LONGEST_MIN, max(5.0, TIMES * max(way.there_s, way.back_s or 0.0) / 60))
    return {name: seconds_of(ground, home, goals, name, minutes) for name in ground.profiles if name != profile}


def walkers_html(others: Mapping[str, tuple[float | None, float | None]], profile: str) -> str:
    """Return a line for every walker but `profile`, whose way is drawn; "" when there is no other."""
    titles, lines = walker_titles(), []
    for name, (there, back) in others.items():
        words = tr("{there} there, {back} back").format(there=minutes_text(there), back=minutes_text(back))
        lines.append(paired(escape(titles.get(name, name)), tr("no way there") if there is None else words))
    told = titles.get(profile, profile)
    head = [paired(escape(told), tr("the way that is drawn"))] if lines else []
    return f"<p><small>{' · '.join([*head, *lines])}</small></p>" if lines else ""


def _joined(ground: Ground, goals: list[tuple[float, float]], profile: str) -> Joined:
    import numpy as np

    from ...core.run import Run
    from ...core.walking.join import JoinOptions, Points, join_points

    person, n = ground.profiles[profile], len(goals)
    xy = np.array(goals, dtype=float).reshape(-1, 2)
    ids = np.array([str(place) for place in range(n)], dtype=object)
    points = Points(ids, xy[:, 0], xy[:, 1], np.zeros(n, dtype=np.int32), 1)
    options = JoinOptions(structures_m=person.rules.structure_snap_m)
    return join_points(points, ground.graph, person, None, None, options, Run())
