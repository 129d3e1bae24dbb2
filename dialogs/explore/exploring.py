# SPDX-License-Identifier: GPL-2.0-or-later
"""Exploring a study by clicks on the map: why a parcel has its tag, the way to a facility, reach from any point."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import partial
from html import escape
from typing import Any

from qgis.core import (
    QgsCoordinateReferenceSystem,
    QgsCsException,
    QgsPointXY,
    QgsTask,
    QgsVectorLayer,
)
from qgis.PyQt.QtCore import QObject, Qt, pyqtSignal

from ...core.errors import RenewalError
from ...processing.texts import tr
from ..parts.beside import put_beside, take_away
from ..parts.later import forget_later
from ..parts.picking import PickTool
from ..review import reviewing
from ..review.items import Item
from ..review.reviewing import stamp_of
from ..study import wording
from ..study.crossing import crossing
from ..study.figures import rows_of
from ..study.steps import results_of
from ..study.study import Study
from ..study.tasks import begin
from . import nearest, time_map
from . import text as explore_text
from .answers import MANY_EDGES, Beside, Facility, Parcel, is_big, read_facility, read_parcel
from .lookups import Lookups
from .panel import ExplorePanel
from .time_maps import TimeMaps
from .trail import Place, Trail, brought_into_view
from .walkers import walkers_html


class Exploring(QObject):
    """The map tool and its panel. `switched(on)` follows the tool; `failed(sentence)` when something cannot be read."""

    switched = pyqtSignal(bool)
    failed = pyqtSignal(str)
    ground_read = pyqtSignal()

    def __init__(self, iface: Any, dock: Any) -> None:
        super().__init__(dock)
        self._iface, self._dock = iface, dock
        self.panel: ExplorePanel | None = None
        self.tool: PickTool | None = None
        self.ground: Any = None  # walk_ground.Ground, read in the background when first needed
        self._task: QgsTask | None = None
        self._drawn = time_map.Drawn(iface)
        self.lookups = Lookups(iface, dock.session, self.to_network)
        self.time_maps = TimeMaps(self)
        self._crs = QgsCoordinateReferenceSystem()  # of the network that was read
        self._counted_with: tuple[Any, str] | None = None  # the standard of the gaps, with what it was read from
        self._item: Item | None = None
        self._asked: tuple[str, str] | None = None  # (kind, facility) of a way that waits for the network
        self._about, self._way = Beside(self.on_fault, self), Beside(self.on_fault, self)  # what is looked up
        self._point: QgsPointXY | None = None  # the last click, in the project's system
        self.trail = Trail(self._show_steps)

    @property
    def study(self) -> Study:
        """Return the study explored."""
        return self._dock.session.study

    # --- on and off ---------------------------------------------------------------------------------------------------

    def start(self) -> None:
        """Take the map tool up and show the panel."""
        if self._iface is None:
            return
        gone = wording.gone_text(self.study, "tagged", "edges")
        if gone:  # else every place would be one without a parcel
            self.failed.emit(gone)
        canvas = self._iface.mapCanvas()
        if self.panel is None:
            self.panel = ExplorePanel(self._iface)
            self.panel.way_asked.connect(self.show_way)
            self.panel.reach_asked.connect(self.time_maps.show)
            self.panel.map_asked.connect(self.time_maps.follow)
            self.panel.zone_asked.connect(self.show_zone)
            self.panel.review_asked.connect(self._review)
            self.panel.step_asked.connect(self.step)
            self.panel.visibilityChanged.connect(self._on_visible)
            put_beside(self._iface, self._dock, self.panel)
        if self.tool is None:
            self.tool = PickTool(canvas, Qt.CursorShape.WhatsThisCursor)
            self.tool.canvasClicked.connect(self._on_click)
            self.tool.deactivated.connect(lambda: self.switched.emit(False))
        canvas.setMapTool(self.tool)
        self.panel.show()
        self.panel.raise_()
        self.read_ground()
        if self.ground is not None:
            self._offer()
        self.switched.emit(True)

    def _offer(self) -> None:
        """Offer the walkers of the network, and find out who lives along it."""
        self.panel.show_profiles(self.ground.profiles)
        self.time_maps.read_near()

    def stop(self) -> None:
        """Put the map tool away and take its drawings off the map."""
        if self.tool is not None:
            self._iface.mapCanvas().unsetMapTool(self.tool)
        self._stop_looking()
        self._drawn.clear()
        self.lookups.clear()

    def _on_visible(self, is_there: bool) -> None:
        if not is_there and self.panel is not None and self.panel.isHidden():  # closed, not behind another
            self.stop()

    def close(self) -> None:
        """Let go of everything that belongs to the project."""
        self.stop()
        if self._task is not None:
            self._task.cancel()
        forget_later(self.ground, self.lookups.map, self.lookups.zones)
        self._task = self.ground = self._item = self._point = self.lookups.map = self.lookups.zones = None
        self.time_maps.close()
        self.trail.forget()
        if self.panel is not None:
            take_away(self._iface, self.panel)
            self.panel = None

    # --- the network --------------------------------------------------------------------------------------------------

    def read_ground(self) -> None:
        """Read the walk network in the background unless it is there already."""
        from ...processing.intake.networks import home_of, opened_network

        source, own = results_of(self.study).get("edges", ""), str(self.study.setting("PROFILE_FILE") or "") or None
        if not source or self._task is not None:
            return
        if self.ground is not None and (self.ground.source, self.ground.stamp) == (source, stamp_of(source)):
            return
        found: dict[str, Any] = {}
        home = home_of(self._dock.session.project)
        try:
            opened = opened_network(source)
        except (RenewalError, OSError) as error:
            self.failed.emit(wording.error_text(error))
            return

        def work(task: QgsTask) -> None:
            from .walk_ground import read_ground  # what walks comes with it: felt when it is first loaded

            found["ground"] = read_ground(source, task.isCanceled, own, home, opened)

        def over(error: Exception | None) -> None:
            if self._task is not task:  # closed meanwhile, and perhaps opened again
                return
            self._task = None
            if error is None and "ground" in found:
                self.ground, self._crs = found.pop("ground"), opened.crs
                self.ground_read.emit()
                if self.panel is None:
                    return
                self._offer()
                if self._asked and self._item is not None:
                    self.show_way_soon(*self._asked)
            elif error is not None and self.panel is not None and not task.isCanceled():
                self.failed.emit(wording.error_text(error))

        self._task = task = begin(tr("Reading the walk network"), work, over)

    def network_crs(self) -> QgsCoordinateReferenceSystem:
        """Return the metres in which the network was read: its own system, or one made for it when it is in degrees."""
        return self._crs

    def to_network(self, point: QgsPointXY, crs: QgsCoordinateReferenceSystem) -> tuple[float, float] | None:
        """Return a point in the metres of the network; None when it cannot be."""
        try:
            moved = crossing(crs, self.network_crs(), self._dock.session.project).transform(point)
        except QgsCsException:
            return None
        return moved.x(), moved.y()

    # --- clicks -------------------------------------------------------------------------------------------------------

    def _on_click(self, point: QgsPointXY, button: Any) -> None:
        self.ask(point)
        if self.panel.at_once.isChecked() and self.panel.reach.isEnabled():
            self.panel.reach.click()

    def ask(self, point: QgsPointXY, only_ground: bool = False) -> None:
        """Answer a click, and remember it: a facility near it (not with `only_ground`), the parcel or the zone under
        it, else the place for a time map.
        """
        self.trail.add(Place(QgsPointXY(point), self._iface.mapCanvas().mapSettings().destinationCrs(), only_ground))
        self._answer(point, only_ground)

    def step(self, by: int) -> None:
        """Ask about the place before, or the next one again, and bring it into view."""
        place = self.trail.step(by)
        point = brought_into_view(place, self._iface.mapCanvas(), self.project) if place is not None else None
        if place is not None and point is not None:
            self._answer(point, place.only_ground)

    def _show_steps(self, can_go_back: bool, can_go_forth: bool) -> None:
        if self.panel is not None:
            self.panel.show_steps(can_go_back, can_go_forth)

    def _answer(self, point: QgsPointXY, only_ground: bool) -> None:
        self._point, self._item, self._asked = QgsPointXY(point), None, None
        self._stop_looking()
        self._drawn.clear()
        self.panel.show_place(True)
        self.panel.show_way("")
        files = results_of(self.study)
        facility = None if only_ground else self.lookups.facility_at(point)
        if facility:
            self.lookups.clear()
            self._drawn.mark(point)
            self._look_up(partial(read_facility, files, facility[0]), partial(self._tell_facility, files, *facility))
            return
        item = self.lookups.item_at(point)
        if item is None:
            self._drawn.mark(point)
            self.lookups.clear()
            zone = self.lookups.zone_at(point)
            nothing = f"<p>{tr('No parcel here. A time map can start from this point.')}</p>"
            told = explore_text.zone_html(files, zone) if zone else nothing
            self.panel.show_html(told + nearest.links(self))
            return
        self._item = item
        self.lookups.map.show(item, keep=True)
        self._look_up(partial(read_parcel, files, item), partial(self._tell_parcel, item))

    def _look_up(self, function: Callable[[], Any], over: Callable[[Any], None]) -> None:
        """Answer a click from the results: at once, or from a thread where they are those of a city."""
        is_felt = is_big(results_of(self.study))
        if is_felt:
            self.panel.text.setHtml(f"<p>{tr('Looking it up…')}</p>")
        self._about.ask(is_felt, function, over)

    def _review(self) -> None:
        """Show the parcel that is told of in the panel in which it is judged."""
        if self._item is not None:
            self._dock.reviewing.open_at(self._item.parcel_id)

    def _stop_looking(self) -> None:
        for question in (self._about, self._way, self.time_maps.question):
            question.stop()

    def on_fault(self, error: Exception) -> None:
        """Say what could not be read; raise what is a fault of ours."""
        if not isinstance(error, (OSError, RenewalError)):
            raise error
        self.failed.emit(wording.error_text(error))

    def _tell_facility(self, files: Mapping[str, str], facility: str, name: str, found: Facility) -> None:
        """Frame the parcels for which a facility is the nearest, and tell whom it serves."""
        if found.shapes:
            self._drawn.areas(found.shapes, self.lookups.parcels(files["tagged"]).layer.crs())
        told = explore_text.facility_html(facility, name, self.titles(), found)
        self.panel.text.setHtml(told + nearest.links(self))

    def _tell_parcel(self, item: Item, found: Parcel) -> None:
        """Tell why a parcel has its tag and what it lacks."""
        standard, gaps = self.standard(), found.gaps
        facts = explore_text.facts_text(item, gaps, standard)
        parts = [explore_text.parcel_html(item, found.reason, gaps, standard, facts)]
        parts.append(explore_text.sentence(gaps, standard))
        zone = self.lookups.zone_at(self._point)
        if zone:
            words = escape(tr("Zone {id}: figures and findings").format(id=zone))
            parts.append(f'<p><a href="{explore_text.address("zone", zone)}">{words}</a></p>')
        self.panel.text.setHtml("".join([*parts, nearest.links(self)]))

    def show_way(self, kind: str, facility: str, zoom: bool = False) -> None:
        """Draw the way from the parcel asked about to a facility, and tell it; `zoom` = bring it into view."""
        if self.ground is None:
            self.panel.show_way(f"<p>{tr('The walk network is still being read.')}</p>")
            return
        home = self._home()
        if kind.startswith("@"):
            self._show_nearest(kind[1:], home)
            return
        goals = [xy for xy in self.lookups.doors_of(facility) if xy]
        if home is None or not goals:
            self.panel.show_way(f"<p>{tr('The facility {id} is not in the layer.').format(id=escape(facility))}</p>")
            return
        title = self.titles().get(kind, kind)
        words = partial(explore_text.way_html, title=title, facility=facility)
        self._walk(home, goals, self.profile_of(kind), words, zoom)

    def _walk(
        self, home: tuple[float, float], goals: list[tuple[float, float]], walker: str, words: Callable[[Any], str],
        zoom: bool = False,
    ) -> None:  # fmt: skip
        """Find, draw and tell the way to the nearest of some goals; `words` of the way itself."""
        from .walk_ground import way_to
        from .walkers import others_of

        ground, is_felt = self.ground, len(self.ground.graph.length_m) > MANY_EDGES

        def find() -> tuple[Any, Any]:
            way = way_to(ground, home, goals, walker)
            return way, others_of(ground, home, goals, way, walker)

        def over(found: tuple[Any, Any]) -> None:
            way, others = found
            self._drawn.way(way, self.network_crs())
            self.panel.show_way(words(way) + walkers_html(others, walker), way)
            if zoom and self._drawn.items:
                self._drawn.zoom()

        if is_felt:
            self.panel.show_way(f"<p>{tr('Looking for the way…')}</p>")
        self._way.ask(is_felt, find, over)

    def _home(self) -> tuple[float, float] | None:
        """Return where a way begins in the metres of the network: inside the parcel asked about, else at the click."""
        if self._item is not None and self.lookups.map is not None:
            parcels = self.lookups.map
            return self.to_network(parcels.geometry_of(self._item).pointOnSurface().asPoint(), parcels.layer.crs())
        crs = self._iface.mapCanvas().mapSettings().destinationCrs()
        return self.to_network(self._point, crs) if self._point is not None else None

    def _show_nearest(self, target: str, home: tuple[float, float] | None) -> None:
        """Draw the way to the nearest station or facility for whom the panel has chosen, and tell it."""
        goals = nearest.places_near(self, target, home) if home is not None else []
        title = nearest.title_of(target)
        if not goals:
            self.panel.show_way(f"<p>{title}: {tr('none within 4 km')}</p>")
            return
        walker = str(self.panel.profile.currentData() or next(iter(self.ground.profiles)))
        who, is_parcel = f"({self.panel.profile.currentText()})", self._item is not None
        self._walk(home, goals, walker, lambda way: explore_text.way_html(way, title, who, is_parcel))

    def show_zone(self, zone: str) -> None:
        """Tell a zone's figures and what its check found."""
        self.panel.show_html(explore_text.zone_html(results_of(self.study), zone))

    def show_way_soon(self, kind: str, facility: str) -> None:
        """Show a way now, or as soon as the network is read, and bring it into view."""
        self._asked = (kind, facility)
        if self.ground is not None:
            self._asked = None
            self.show_way(kind, facility, zoom=True)

    def place(self) -> tuple[float, float] | None:
        """Return the last click in the metres of the network; None before one, or where it cannot be told."""
        crs = self._iface.mapCanvas().mapSettings().destinationCrs()
        return self.to_network(self._point, crs) if self._point is not None and self.ground is not None else None

    # --- the study ---------------------------------------------------------------------------------------------------

    @property
    def project(self) -> Any:
        """Return the project explored."""
        return self._dock.session.project

    def role_layer(self, role: str) -> QgsVectorLayer | None:
        """Return the layer with places that plays a role."""
        return self.lookups.role_layer(role)

    def standard(self) -> Any:
        """Return the standard that the gaps were counted with."""
        return reviewing.standard_of(self.study, self._standard_id())

    def canvas(self) -> Any:
        """Return the map."""
        return self._iface.mapCanvas()

    def clicked(self) -> QgsPointXY:
        """Return the last click in the project's system."""
        return QgsPointXY(self._point)

    def titles(self) -> dict[str, str]:
        """Return the names of the kinds of facilities."""
        return explore_text.kind_titles(self.standard())

    def _standard_id(self) -> str:
        files = results_of(self.study)
        source = files.get("gap_detail", "")
        key = (source, stamp_of(source))
        if self._counted_with is None or self._counted_with[0] != key:
            rows = rows_of(files, "gap_detail", "SELECT standard_id FROM {t} LIMIT 1")
            self._counted_with = (key, str(rows[0][0] or "") if rows else "")
        return self._counted_with[1]

    def profile_of(self, kind: str) -> str:
        """Return who walks to a kind of facility by the standard; the first walker where that one is missing."""
        wanted = next((entry.get("profile", "") for entry in self.standard()["kinds"] if entry["id"] == kind), "")
        return wanted if wanted in self.ground.profiles else next(iter(self.ground.profiles))
