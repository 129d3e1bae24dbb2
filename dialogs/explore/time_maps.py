# SPDX-License-Identifier: GPL-2.0-or-later
"""Time maps of clicked places: drawn at once, told in people and facilities, kept as layers, compared."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import partial
from html import escape
from pathlib import Path
from typing import Any

from qgis.core import (
    Qgis,
    QgsCsException,
    QgsFeatureRequest,
    QgsPointXY,
    QgsTask,
)
from qgis.PyQt.QtCore import QObject

from ...core.errors import RenewalError
from ...processing.texts import tr
from ..parts.later import forget_later
from ..parts.phrases import ended, flowing, listed
from ..review.items import UnreadableError
from ..study import wording
from ..study.crossing import crossing
from ..study.steps import results_of
from ..study.tasks import begin
from ..study.turns import Turns, aside
from . import time_map
from .answers import MANY_EDGES, Beside
from .lookups import place_reader
from .text import band_titles, people_text, unit_text

MOST_KEPT = 3  # beside the one that is drawn: four columns are what a panel holds
LETTERS = "ABCDEFGHIJKLMNOPQRSTUVWXYZ"


@dataclass(frozen=True)
class Told:
    """One time map in figures; `around` None while people are not known."""

    letter: str
    point: QgsPointXY
    walker: str
    minutes: float
    toward: bool
    length_m: float
    around: Any
    layer_id: str = ""


class TimeMaps(QObject):
    """The time maps of an Exploring; `now` is the one that is drawn, `kept` those set beside it."""

    def __init__(self, exploring: Any) -> None:
        super().__init__(exploring)
        self._exploring = exploring
        self.near: Any = None  # surroundings.Surroundings, read beside the window
        self.now: Told | None = None
        self.kept: list[Told] = []
        self._task: QgsTask | None = None
        self._stamp: Any = None
        self._asked: tuple[str, float, bool] | None = None
        self._drawing: Turns | None = None
        self._opening: Turns | None = None
        self.question = Beside(exploring.on_fault, self)  # the time map that is looked for

    # --- who lives there ----------------------------------------------------------------------------------------------

    def read_near(self) -> None:
        """Read people and facilities beside the window, and join them to the streets, unless they are there already."""
        exploring, ground = self._exploring, self._exploring.ground
        if ground is None:  # streets are read anew: they ask again
            return
        files = results_of(exploring.study)
        stamp = (ground.source, ground.stamp, files.get("gap_detail"), files.get("tagged"))
        if self.is_reading or stamp == self._stamp or "tagged" not in files or "gap_detail" not in files:
            return
        self.near, self._stamp = None, stamp
        self._opening = Turns(self._opened(files["tagged"]), partial(self._on_opened, files, ground), self)

    @property
    def is_reading(self) -> bool:
        """Say whether people and facilities are on their way."""
        return self._task is not None or self._opening is not None

    def _opened(self, tagged: str) -> Any:
        """Open what is read, in turns: each layer is felt. Returns (standard, reader of doors, mover)."""
        yield 0
        move = self.mover(tagged)
        yield 0
        return self._exploring.standard(), self._doors(), move

    def _on_opened(self, files: Mapping[str, str], ground: Any, opened: Any, error: Exception | None) -> None:
        self._opening = None
        if error is not None:
            self._exploring.on_fault(error)
            return
        exploring, found, (standard, read_doors, move) = self._exploring, {}, opened

        def work(task: QgsTask) -> None:
            from ...core.run import Run
            from .surroundings import join_for, read_surroundings

            found["near"] = read_surroundings(files, standard, read_doors(), move)
            for profile in ground.profiles if found["near"] is not None else ():
                join_for(ground, found["near"], profile, Run(is_cancelled=task.isCanceled))

        def over(error: Exception | None) -> None:
            if self._task is not task:  # closed meanwhile, and perhaps opened again
                return
            self._task = None
            if exploring.panel is None:
                return
            if error is None:
                self.near = found.pop("near", None)
                if self._asked is not None and self.now is not None:
                    self.show(*self._asked)  # the figures that were missing
            elif not isinstance(error, UnreadableError) and not task.isCanceled():
                exploring.failed.emit(wording.error_text(error))
            self.read_near()  # of other results, when they have come meanwhile

        self._task = task = begin(tr("Reading who lives where"), work, over)

    def _doors(self) -> Any:
        """Return a function that reads {facility: (x, y)} in the metres of the network, for a worker."""
        exploring = self._exploring
        layer, names = exploring.lookups.role("FACILITIES")
        if layer is None or "facility_id" not in names:
            return dict
        return place_reader(layer, names["facility_id"], exploring.network_crs(), exploring.project)

    def mover(self, tagged: str) -> Any:
        """Return a function that moves coordinates of the tagged parcels into the metres of the network."""
        here = self._exploring.lookups.parcels(tagged).layer.crs()
        there = self._exploring.network_crs()
        if here == there:
            return lambda x, y: (x, y)
        change = crossing(here, there, self._exploring.project)

        def move(x: Any, y: Any) -> tuple[list[float], list[float]]:
            points = [change.transform(float(one), float(other)) for one, other in zip(x, y)]
            return [point.x() for point in points], [point.y() for point in points]

        return move

    # --- one place ----------------------------------------------------------------------------------------------------

    def show(self, walker: str, minutes: float, toward: bool = False) -> None:
        """Draw the time map of the last click, and tell it."""
        exploring, place = self._exploring, self._exploring.place()
        if place is None:
            return
        ground, near = exploring.ground, self.near
        find = partial(find_reach, ground, near, place, walker, minutes, toward)
        over = partial(self._on_found, walker, minutes, toward)
        self.question.ask(len(ground.graph.length_m) > MANY_EDGES, find, over)

    def _on_found(self, walker: str, minutes: float, toward: bool, found: tuple[Any, list[bytes], Any] | None) -> None:
        exploring = self._exploring
        if exploring.panel is None:
            return
        if found is None:
            exploring.panel.show_way(f"<p>{tr('No street within 100 m of this point.')}</p>")
            self.now = None
            return
        reach, lines, near = found
        layer = time_map.add_layer(
            exploring.project, exploring.study, (lines, reach), exploring.network_crs(), minutes
        )  # fmt: skip
        self._asked = None if near is not None else (walker, minutes, toward)
        self.now = Told("", exploring.clicked(), walker, minutes, toward, reach.length_m, near, layer.id())
        exploring.panel.show_way(self.now_html())

    def now_html(self) -> str:
        """Return the time map that is drawn in words, with links to keep and to compare it."""
        told = self.now
        if told is None:
            return ""
        text = tr("Within {minutes} min ({way}): {km} km of streets.")
        km = wording.number(told.length_m / 1000, 1)
        parts = [text.format(minutes=f"{told.minutes:g}", way=way_words(told), km=km)]
        if told.around is None:
            parts.append(tr("People are still being read.") if self.is_reading else tr("People are known after Gaps."))
        else:
            parts.append(ended(people_text(told.around.people)))
            parts += self._facilities(told.around)
        links = [f'<a href="map:keep">{tr("Keep as a layer")}</a>'] if len(self.kept) < MOST_KEPT else []
        links.append(f'<a href="map:areas">{tr("Areas as a layer")}</a>')
        if self.kept:
            links.append(f'<a href="map:compare">{tr("Compare with {names}").format(names=self._letters())}</a>')
        return f"<p>{flowing(parts)}<br>{' · '.join(links)}</p>"

    def _facilities(self, around: Any) -> list[str]:
        titles = self._exploring.titles()
        words = [f"{escape(titles.get(kind, kind))} {n}" for kind, (n, _, _) in self._sorted(around.facilities)]
        return [tr("Facilities: {list}").format(list=" · ".join(words) if words else tr("none there"))]

    def _sorted(self, facilities: Any) -> list[Any]:
        order = list(self._exploring.titles())
        return sorted(facilities.items(), key=lambda item: (order.index(item[0]) if item[0] in order else 99, item[0]))

    def _letters(self) -> str:
        return listed(told.letter for told in self.kept)

    # --- several ------------------------------------------------------------------------------------------------------

    def follow(self, what: str) -> None:
        """Do what a link asks: keep, compare, forget:<letter>, go:<letter>."""
        act, _, letter = what.partition(":")
        told = next((one for one in self.kept if one.letter == letter), None)
        if act == "keep":
            self.keep()
        elif act == "areas":
            self.draw_areas()
        elif act == "compare":
            self._exploring.panel.text.setHtml(self.compare_html())
        elif act == "go" and told is not None:
            canvas = self._exploring.canvas()
            canvas.setCenter(told.point)
            canvas.refresh()
        elif act == "forget" and told is not None:
            self.kept.remove(told)
            if self._exploring.project.mapLayer(told.layer_id) is not None:
                self._exploring.project.removeMapLayer(told.layer_id)
            self._exploring.panel.text.setHtml(self.compare_html())
            self._exploring.panel.tell_way(self.now_html())

    def keep(self) -> None:
        """Keep the time map that is drawn as a layer of its own in a file of the study, to be compared and exported."""
        told, exploring = self.now, self._exploring
        layer = exploring.project.mapLayer(told.layer_id) if told is not None else None
        if layer is None or len(self.kept) >= MOST_KEPT:
            return
        taken = {one.letter for one in self.kept}
        letter = next(name for name in LETTERS if name not in taken)
        title = tr("Time map {letter}: {minutes} min, {way}").format(
            letter=letter, minutes=f"{told.minutes:g}", way=way_words(told)
        )
        try:
            kept = time_map.keep_layer(exploring.project, exploring.study, layer, title, Path(exploring.study.folder))
            kept.setRenderer(time_map.renderer_of(told.minutes, time_map.KEPT_SHADES[letter]))
        except OSError as error:
            exploring.failed.emit(wording.error_text(error))
            return
        self.kept.append(
            Told(letter, told.point, told.walker, told.minutes, told.toward, told.length_m, told.around, kept.id())
        )
        exploring.panel.tell_way(self.now_html())

    def draw_areas(self) -> None:
        """Draw the time map as areas, in a layer that is kept with the study; found beside the window."""
        from .areas import areas_around

        told, exploring = self.now, self._exploring
        if told is None or self._drawing is not None:
            return
        crs = exploring.canvas().mapSettings().destinationCrs()
        place = exploring.to_network(told.point, crs)  # not that of the last click, which may have no map yet
        if place is None:
            return
        try:
            barriers = self._barriers()
        except QgsCsException as error:
            exploring.failed.emit(wording.error_text(error))
            return
        given = (exploring.ground, place, told.walker, told.minutes, told.toward, barriers)
        self._drawing = Turns(aside(partial(areas_around, *given)), partial(self._on_areas, told), self)

    def _on_areas(self, told: Told, rings: Any, error: Exception | None) -> None:
        from .areas import layer_of

        self._drawing, exploring = None, self._exploring
        title = tr("Areas: {minutes} min, {way}").format(minutes=f"{told.minutes:g}", way=way_words(told))
        try:
            if error is not None:
                raise error
            layer = layer_of(rings, exploring.network_crs(), title)
            time_map.keep_layer(exploring.project, exploring.study, layer, title, Path(exploring.study.folder))
        except (OSError, RenewalError) as fault:
            exploring.failed.emit(wording.error_text(fault))

    def _barriers(self) -> Any:
        """Return the barriers of the study in the metres of the network; None without."""
        import pandas as pd
        import shapely

        layer = self._exploring.lookups.role_layer("BARRIERS")
        if layer is None:
            return None
        change = crossing(layer.crs(), self._exploring.network_crs(), self._exploring.project)
        shapes = []
        for feature in layer.getFeatures(QgsFeatureRequest().setNoAttributes()):
            shape = feature.geometry()
            if not shape.isNull() and shape.transform(change) == Qgis.GeometryOperationResult.Success:
                shapes.append(shapely.from_wkb(bytes(shape.asWkb())))
        return pd.DataFrame({"geometry": pd.Series(shapes, dtype=object)})

    def compare_html(self) -> str:
        """Return a table: a column a place, rows for people, streets and the facilities of each kind."""
        columns = [*self.kept, *([self.now] if self.now is not None else [])]
        heads = [
            f'<a href="map:go:{one.letter}">{one.letter}</a> <a href="map:forget:{one.letter}">×</a>' if one.letter
            else tr("this place") for one in columns
        ]  # fmt: skip
        rows = [(tr("Minutes"), [f"{one.minutes:g}" for one in columns])]
        rows.append((tr("Who walks"), [way_words(one) for one in columns]))
        rows.append((tr("Streets (km)"), [wording.number(one.length_m / 1000, 1) for one in columns]))
        known = [one.around for one in columns if one.around is not None]
        bands = {"pop": tr("People"), **band_titles()}
        for band, title in bands.items():
            if any(band in item.people for item in known):
                values = [one.around.people.get(band) if one.around is not None else None for one in columns]
                rows.append((title, [wording.number(value) for value in values]))
        titles = self._exploring.titles()
        kinds = dict.fromkeys(kind for item in known for kind, _ in self._sorted(item.facilities))
        for kind, _ in self._sorted(kinds):
            cells = [_facility_cell(one.around, kind) for one in columns]
            rows.append((titles.get(kind, kind), cells))
        parts = [f"<h3>{tr('Places compared')}</h3><table width='100%' cellpadding='2'><tr><th></th>"]
        parts += [f"<th align='right'>{head}</th>" for head in heads]
        for title, cells in rows:
            parts.append(f"</tr><tr><td>{escape(title)}</td>")
            parts += [f"<td align='right'>{escape(cell)}</td>" for cell in cells]
        return "".join([*parts, "</tr></table>"])

    def close(self) -> None:
        """Forget everything: the project goes."""
        if self._task is not None:
            task, self._task = self._task, None
            task.cancel()
        self.question.stop()
        for turns in (self._drawing, self._opening):
            if turns is not None:
                turns.stop()
        self._drawing = self._opening = None
        forget_later(self.near, self.now, self.kept)
        self.near = self.now = self._stamp = self._asked = None
        self.kept = []


def find_reach(
    ground: Any, near: Any, place: tuple[float, float], walker: str, minutes: float, toward: bool
) -> tuple[Any, list[bytes], Any] | None:
    """Return the reach of a place, its streets as WKB, who lives there and what there is; None without a street near.

    Plain data, for any thread; `near` None = people are not known.
    """
    import shapely

    from ...core.walking.around import reach_of
    from .surroundings import around
    from .walk_ground import times_around

    times = times_around(ground, *place, walker, minutes, toward)
    if not times.is_joined:
        return None
    reach = reach_of(times)
    lines = shapely.to_wkb(reach.lines, output_dimension=2).tolist() if reach.lines else []
    return reach, lines, around(near, times) if near is not None else None


def way_words(told: Told) -> str:
    """Return who walks, and whether from the place or to it."""
    from .walkers import walker_titles

    text = tr("{who}, to here") if told.toward else tr("{who}, from here")
    return text.format(who=walker_titles().get(told.walker, told.walker))


def _facility_cell(around: Any, kind: str) -> str:
    """Return how many facilities of a kind there are, and their capacity together."""
    if around is None:
        return "—"
    n, capacity, unit = around.facilities.get(kind, (0, 0.0, ""))
    return f"{n} · {wording.number(capacity)} {unit_text(unit)}".rstrip() if capacity else str(n)
