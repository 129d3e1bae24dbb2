# SPDX-License-Identifier: GPL-2.0-or-later
"""The profile of a zone's longest walk: metres walked across, metres above the sea up, stairs as steps."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any

from ....core import frames
from ....core.delivery.profile import Walk, choose_exaggeration, longest_walk, steps_of
from ....core.palette import palette
from ....core.words import say
from .sheet import GREY, INK, Sheet

GROUND = "#E9DFCB"
FIRST = ("elder", "adult", "carer", "wheelchair")  # who decides which walk is the longest, in this order
ROWS = ("adult", "elder", "carer", "wheelchair")
HEIGHT, BESIDE = 24.0, 96.0  # mm: height of the drawing, what is left and right of it
MOST_TICKS, MOST_LINES, TREAD_MM = 9, 5, 1.4
STEPS = (1, 2, 5, 10, 20, 50, 100, 200, 500)


def longest_of_zone(study: Any, zone_id: str) -> Walk | None:
    """Return the walk to the petal that takes elders longest, None without branches, network or core."""
    import pandas as pd

    branches, cores = study.metres("BRANCHES"), study.metres("CORES")
    edges = study.inputs.table("NETWORK")
    if branches is None or cores is None or edges is None or "geometry" not in edges:
        return None
    mine = frames.rows_with(branches, "zone_id", zone_id)
    core = next((row for row in cores.to_dict("records") if row["zone_id"] == zone_id and row["geometry"]), None)
    profiles = profiles_of(edges)
    if core is None or not len(mine) or not profiles:
        return None
    used = edges[edges["edge_id"].isin(pd.unique(mine["edge_id"]))].reset_index(drop=True)
    petals = study.frame("petals")
    most = {} if petals is None else dict(zip(zip(petals["zone_id"], petals["petal_id"]), petals["walk_s"]))
    centre, walks = core["geometry"].centroid, []
    for petal_id, part in mine.groupby("petal_id", sort=True):
        limit = most.get((zone_id, petal_id), math.nan)
        walks.append(longest_walk(part, used, centre, profiles, math.inf if math.isnan(limit) else limit))
    known = [walk for walk in walks if walk is not None and walk.length_m > 0]
    return max(known, key=lambda walk: _worse(walk, profiles[0]), default=None)


def profiles_of(edges: Any) -> list[str]:
    """Return the walking profiles whose times a network has, the one that decides first."""
    names = sorted(name.removesuffix("_fwd_ms") for name in edges if str(name).endswith("_fwd_ms"))
    return sorted(names, key=lambda name: FIRST.index(name) if name in FIRST else len(FIRST))


def draw_section(
    sheet: Sheet, walk: Walk, titles: tuple[str, str, str], place: tuple[float, float, float], profiles: list[str],
    language: str,
) -> None:  # fmt: skip
    """Draw the profile; `titles` = heading, the petal's number and colour, `place` = x, y, width in mm."""
    x, y, width = place
    top = sheet.head(titles[0], x, y, width)
    rise = _span(walk)
    wide = width - BESIDE
    factor = choose_exaggeration(walk.length_m, rise, wide, HEIGHT)
    scale = min(wide / walk.length_m, HEIGHT / (rise * factor) if rise > 0 else math.inf)
    told = {"length": f"{walk.length_m:.0f}", "up": f"{walk.climb_m:.0f}", "down": f"{walk.drop_m:.0f}"}
    words = say("section_told", language, **told, factor=f"{factor:g}")
    sheet.text(words, (x + width - 150, y, 150, 6), 7, align="right", color=GREY)
    base = top + 3.5 + HEIGHT
    low = min(min(item.z_from_m, item.z_to_m) for item in walk.stretches)
    drawing = _Drawing(sheet, walk, x + 13, base, scale, factor, low)
    drawing.grid(rise)
    drawing.ground()
    drawing.minutes(profiles[0], language)
    drawing.stairs(language)
    drawing.ends(titles[1], titles[2])
    _times(sheet, walk, profiles, (x + 13 + wide + 12, top - 0.6, BESIDE - 25), language)


class _Drawing:
    """The curve itself: `left`, `base` mm of its lower left corner, `scale` mm a metre along."""

    def __init__(
        self, sheet: Sheet, walk: Walk, left: float, base: float, scale: float, factor: float, low: float
    ) -> None:
        self.sheet, self.walk, self.left, self.base = sheet, walk, left, base
        self.scale, self.factor, self.low = scale, factor, low

    def at(self, along: float, height: float) -> tuple[float, float]:
        return self.left + along * self.scale, self.base - 1.5 - (height - self.low) * self.scale * self.factor

    def curve(self) -> list[tuple[float, float]]:
        """Return the points of the walk on the page; stairs go up in steps."""
        along, points = 0.0, [self.at(0.0, self.walk.stretches[0].z_from_m)]
        for item in self.walk.stretches:
            treads = min(steps_of(item), max(1, int(item.length_m * self.scale / TREAD_MM)))
            for tread in range(treads):
                height = item.z_from_m + (item.z_to_m - item.z_from_m) * (tread + 1) / treads
                points.append(self.at(along + item.length_m * tread / treads, height))
                points.append(self.at(along + item.length_m * (tread + 1) / treads, height))
            along += item.length_m
            points.append(self.at(along, item.z_to_m))
        return points

    def grid(self, rise: float) -> None:
        step = next((step for step in STEPS if rise / step <= MOST_LINES), STEPS[-1])
        end = self.left + self.walk.length_m * self.scale
        height = math.ceil(self.low / step) * step
        while height <= self.low + rise:
            y = self.at(0, height)[1]
            self.sheet.line([(self.left, y), (end, y)], "#D9D5CB", 0.12)
            self.sheet.text(f"{height:.0f}", (self.left - 12.5, y - 2, 9.5, 4), 6, align="right", color=GREY)
            height += step

    def ground(self) -> None:
        points = self.curve()
        self.sheet.area([*points, (points[-1][0], self.base), (points[0][0], self.base)], GROUND)
        self.sheet.line(points, palette()["branch"]["color"], 0.6)
        self.sheet.line([(points[0][0], self.base), (points[-1][0], self.base)], INK, 0.2)

    def stairs(self, language: str) -> None:
        """Draw stairs in brown and say how many there are."""
        along, color = 0.0, palette()["edges"]["stairs"]["color"]
        whole, points, free = self.curve(), [], -math.inf
        for item in self.walk.stretches:
            start, end = self.at(along, 0)[0], self.at(along + item.length_m, 0)[0]
            along += item.length_m
            if not steps_of(item):
                continue
            points = [point for point in whole if start - 1e-6 <= point[0] <= end + 1e-6]
            self.sheet.line(points, color, 0.6)
            middle, top = (start + end) / 2, min(point[1] for point in points)
            if middle - 9 >= free:
                told = say("section_stairs", language, n=steps_of(item))
                self.sheet.text(told, (middle - 9, top - 4.6, 18, 4), 6.5, bold=True, align="center", color=color)
                free = middle + 9

    def minutes(self, profile: str, language: str) -> None:
        """Write the minutes since the start below, as this profile walks."""
        total = self.walk.seconds(profile)
        if math.isnan(total):
            return
        step = next((step for step in STEPS if total / 60 / step <= MOST_TICKS), STEPS[-1])
        marks = [60.0 * minute for minute in range(0, int(total // 60) + 1, step)]
        along = clock = 0.0
        for item in self.walk.stretches:
            seconds = item.there_s[profile]
            while marks and marks[0] <= clock + seconds + 1e-9:
                share = (marks[0] - clock) / seconds if seconds > 0 else 0.0
                x = self.at(along + share * item.length_m, 0)[0]
                self.sheet.line([(x, self.base), (x, self.base + 1)], INK, 0.2)
                told = say("section_minute", language, n=round(marks[0] / 60))
                self.sheet.text(told, (x - 8, self.base + 1, 16, 3.6), 6, align="center")
                marks.pop(0)
            along, clock = along + item.length_m, clock + seconds

    def ends(self, mark: str, color: str) -> None:
        """Draw the station's ring at the start and the petal's number at the end."""
        points, core = self.curve(), palette()["core"]["color"]
        self.sheet.disc(*points[0], 3.0, "#FFFFFF", core, 0.8)
        x, y = points[-1]
        self.sheet.disc(x, y, 4.2, color, "#FFFFFF", 0.3)
        self.sheet.text(mark, (x - 2.1, y - 2.1, 4.2, 4.2), 7, bold=True, align="center", color="#FFFFFF")


def _times(
    sheet: Sheet, walk: Walk, profiles: Sequence[str], place: tuple[float, float, float], language: str
) -> None:  # fmt: skip
    """Write the minutes there and back by profile."""
    x, y, width = place
    rows = [[say("section_times", language), say("section_there", language), say("section_back", language)]]
    for name in sorted(profiles, key=lambda item: ROWS.index(item) if item in ROWS else len(ROWS)):
        rows.append([_profile_name(name, language), *(_minutes(walk, name, back, language) for back in (False, True))])
    end = sheet.rows(rows[:6], (width - 34, 17, 17), x, y, 4.6)
    if walk.steps_n:
        told = say("section_steps", language, n=walk.steps_n)
        sheet.text(told, (x, end + 0.4, width, 4), 6.5, color=GREY)


def _minutes(walk: Walk, name: str, back: bool, language: str) -> str:
    from ....core.delivery.summary import told

    seconds = walk.seconds(name, back)
    return say("section_closed", language) if math.isnan(seconds) else told(seconds / 60, 1)


def _profile_name(name: str, language: str) -> str:
    """Return the title of a shipped walking profile; another stands for itself."""
    from ....core import envelope

    shipped = envelope.load("profiles", "standard")["profiles"]
    return next((str(item["title"][language]) for item in shipped if item["id"] == name), name)


def _span(walk: Walk) -> float:
    heights = [height for item in walk.stretches for height in (item.z_from_m, item.z_to_m)]
    return max(heights) - min(heights)


def _worse(walk: Walk, profile: str) -> float:
    """Return the slower direction's seconds; a walk whose time is not known counts as none."""
    both = [walk.seconds(profile), walk.seconds(profile, back=True)]
    return max((seconds for seconds in both if not math.isnan(seconds)), default=-1.0)
