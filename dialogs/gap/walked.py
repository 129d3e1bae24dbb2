# SPDX-License-Identifier: GPL-2.0-or-later
"""What people of a community walk to the nearest facility of a kind, in words: minutes, stairs, climb, and the limit.

Of a community that parcel is told of from which most is missing, the one whose way the panel draws.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import partial
from typing import Any, NamedTuple

from qgis.PyQt.QtCore import QObject, QTimer, pyqtSignal

from ...core.words import fill
from ...processing.texts import tr
from ..explore.text import minutes_text
from ..parts.later import forget_later
from ..parts.phrases import flowing
from ..review.places import Area, insides_of, names_of, places_of
from ..study import wording
from ..study.figures import rows_of
from ..study.steps import results_of
from ..study.turns import Turns, aside
from .values import GROUPS

LATER_MS = 40
WORST_SQL = (
    "SELECT parcel_id, nearest_id, walk_s, line_m FROM {t} WHERE kind = ? AND gap > 0 AND nearest_id IS NOT NULL"
    " ORDER BY gap DESC, parcel_id"
)


class Walk(NamedTuple):
    """The parcel of a community where most is missing of a kind, and its walk to the nearest of it."""

    parcel: str
    facility: str
    seconds: float | None
    line_m: float | None


def worst_walks(files: Mapping[str, str], kind: str, community_of: Mapping[str, str]) -> dict[str, Walk]:
    """Return {community: Walk} of a kind; `community_of` {parcel: community}."""
    found: dict[str, Walk] = {}
    for parcel, nearest, seconds, line in rows_of(files, "gap_detail", WORST_SQL, (kind,)):
        place = community_of.get(str(parcel))
        if place is not None and place not in found:
            found[place] = Walk(str(parcel), str(nearest), seconds, line)
    return found


def find_walks(
    files: Mapping[str, str], read_areas: Callable[[], list[Area]], kind: str, places: dict[str, str] | None
) -> tuple[str, dict[str, Walk], dict[str, str]]:
    """Return (kind, its walks, {parcel: community}), for a thread; `places` where they are known already."""
    if places is None:
        areas = read_areas()
        held, names = (places_of(files["tagged"], areas), names_of(files["tagged"])) if areas else ({}, {})
        places = {names[fid]: community for fid, community in held.items() if fid in names}
    return kind, worst_walks(files, kind, places), places


def walk_text(walk: Walk | None, radius_m: float, minutes: float, way: Any = None) -> str:
    """Return the walk in words; `way` (walk_ground.Way) adds stairs and climb where it is known."""
    if walk is None or walk.seconds is None:
        return ""
    text = tr("Where most is missing the nearest is {minutes} on foot (limit {limit}).")
    parts = [text.format(minutes=minutes_text(walk.seconds), limit=minutes_text(60 * minutes))]
    if way is not None:
        steps = fill(tr("about {n} {n?step|steps}"), n=wording.number(way.steps_n)) if way.steps_n else tr("no stairs")
        text = tr("The way: {m} m, {steps}, {up} m up, {down} m down.")
        metres = (wording.number(value) for value in (way.length_m, way.climb_m, way.drop_m))
        parts.append(text.format(**dict(zip(("m", "up", "down"), metres)), steps=steps))
    if walk.seconds <= 60 * minutes:
        parts.append(tr("That is within the limit: what is missing is room, not a nearer place."))
    if walk.line_m is not None and walk.seconds > 60 * minutes and walk.line_m <= radius_m:
        text = tr("By the standard's radius ({m} m) it counts as covered.")
        parts.append(text.format(m=f"{radius_m:g}"))
    return flowing(parts)


class WalkTelling(QObject):
    """Finds the worst walks of a kind and the way of one of them beside the window; `told(community, words)`."""

    told = pyqtSignal(str, str)

    def __init__(self, showing: Any) -> None:
        super().__init__(showing)
        self._showing = showing
        self._walks: dict[str, dict[str, Walk]] = {}
        self._places: dict[str, str] | None = None  # parcel: community
        self._finding: Turns | None = None
        self._walking: Turns | None = None
        self._wanted = ("", "")  # kind, community
        self._soon = QTimer(self)
        self._soon.setSingleShot(True)
        self._soon.setInterval(LATER_MS)
        self._soon.timeout.connect(self._begin)

    def start(self) -> None:
        """Forget what was found in other results."""
        self.close()

    def ask(self, kind: str, community: str) -> None:
        """Tell the walk of a community, now or as soon as it is found."""
        self._wanted = (kind, community)
        if kind in self._walks:
            self._tell()
        elif kind not in GROUPS:
            self._soon.start()  # what is chosen is shown first

    def _begin(self) -> None:
        kind = self._wanted[0]
        if self._finding is None and kind not in self._walks and self._showing.panel is not None:
            files = results_of(self._showing.study)
            if "tagged" in files:
                find = partial(find_walks, files, self._showing.area_reader(files["tagged"]), kind, self._places)
                self._finding = Turns(aside(find), self._on_found, self)

    def _on_found(self, found: Any, error: Exception | None) -> None:
        self._finding = None
        if error is None:
            kind, walks, self._places = found
            self._walks[kind] = walks
            self.ask(*self._wanted)

    def _tell(self, way: Any = None) -> None:
        kind, community = self._wanted
        walk = self._walks[kind].get(community)
        radius, minutes = self._showing.panel.limits.get(kind, (0.0, 0.0))
        self.told.emit(community, walk_text(walk, radius, minutes, way))
        if way is None and walk is not None:
            self._go(walk)

    def _go(self, walk: Walk) -> None:
        """Find the way of a walk, in a turn of its own; told again with its stairs and climb."""
        if self._walking is not None:
            self._walking.stop()
        wanted = self._wanted

        def over(way: Any, error: Exception | None) -> None:
            self._walking = None
            if error is None and way is not None and wanted == self._wanted:
                self._tell(way)

        self._walking = Turns(self._going(walk), over, self)

    def _going(self, walk: Walk) -> Any:
        ends = self._showing.ends_of(walk)
        if ends is None:
            return None
        ground, profile, move, door, tagged = ends

        def find() -> Any:
            from ..explore.walk_ground import way_to

            _, x, y = insides_of(tagged, {walk.parcel})
            home = move(x, y)
            return way_to(ground, (float(home[0][0]), float(home[1][0])), [door], profile) if len(x) else None

        return (yield from aside(find))

    def close(self) -> None:
        """Stop looking, forget everything."""
        self._soon.stop()
        for work in (self._finding, self._walking):
            if work is not None:
                work.stop()
        forget_later(self._places, self._walks)
        self._finding = self._walking = self._places = None
        self._walks = {}
