# SPDX-License-Identifier: GPL-2.0-or-later
"""Zones by hand in the Workbench: clicks on the map put parcels into a zone or take them out, saved as locks."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import Any

from qgis.core import QgsCoordinateReferenceSystem, QgsCsException, QgsPointXY, QgsTask
from qgis.PyQt.QtCore import QObject, pyqtSignal

from ...core.errors import Cancelled, RenewalError
from ...core.run import Run
from ...processing.texts import interface_language, tr
from ..parts.beside import put_beside, take_away
from ..review.items import table_of
from ..review.reviewing import standard_of
from ..study import wording
from ..study.calling_off import called_off
from ..study.crossing import crossing
from ..study.steps import results_of
from ..study.study import Study
from ..study.tasks import begin
from ..study.turns import Turns, aside, through
from .loading import Loaded, barrier_reader, crs_of, load, made_at, standard_id_of
from .map import HandMap
from .panel import ZonePanel
from .store import HandStoreError, Locks, read_locks, write_locks

MANY = 5_000  # parcels from which finding a zone's neighbours is felt
MANY_BYTES = 20_000_000  # of the tagged parcels: from here on reading them is felt


class ZoneHand(QObject):
    """The map tool and its panel, made when first opened. `failed(sentence)` when something cannot be read or saved."""

    failed = pyqtSignal(str)

    def __init__(self, iface: Any, dock: Any) -> None:
        super().__init__(dock)
        self._iface, self._dock = iface, dock
        self.panel: ZonePanel | None = None
        self.map: HandMap | None = None
        self.loaded: Loaded | None = None
        self.zone = ""
        self._locks = Locks()  # of the study, as read last
        self._unsaved: dict[str, Loaded] = {}  # by study: what is opened again as it was left
        self._task: QgsTask | None = None
        self._taking: Turns | None = None  # what was read is being shown
        self._looking: Turns | None = None  # what lies beside the zone is being found out
        self._early: QgsPointXY | None = None  # the last click meanwhile

    # --- on and off ---------------------------------------------------------------------------------------------------

    def open(self) -> None:
        """Put the study's zones on the desk and take the tool up; nothing happens before Zones."""
        study = self._dock.session.study
        files = results_of(study)
        is_busy = self._task is not None or self._taking is not None
        if not {"tagged", "members"} <= set(files) or is_busy:
            gone = wording.gone_text(study, "tagged", "members")
            if gone and not is_busy:
                self.failed.emit(gone)
            return
        try:
            crs = crs_of(files)
            self._locks = read_locks(study.settings, Path(study.folder), crs, self._dock.session.project)
            if (left := self._left(study)) is not None:
                through(self._take(left))
                return
            standard = standard_of(study, standard_id_of(files))
            read_barriers = barrier_reader(study, crs)
            path = table_of(files["tagged"])[0]
            if path.exists() and path.stat().st_size > MANY_BYTES:  # a city's parcels are read beside the window
                self._read(study, files, crs, read_barriers, standard)
            else:
                through(self._take(load(study, files, crs, read_barriers(), standard, Run())))
        except (OSError, RenewalError, KeyError, QgsCsException) as error:
            self.failed.emit(wording.error_text(error))

    def _left(self, study: Study) -> Loaded | None:
        """Return the zones of a study as they were left with changes that are not saved; None when it has others now.

        Esc, a second click on the link or a look at another study must lose nothing.
        """
        if self.loaded is not None:
            self._unsaved[self.loaded.study_id] = self.loaded
        self._unsaved = {key: item for key, item in self._unsaved.items() if item.is_unsaved()}
        left = self._unsaved.get(study.study_id)
        return left if left is not None and left.made_at == made_at(study) else None

    def _read(
        self, study: Study, files: dict[str, str], crs: QgsCoordinateReferenceSystem,
        read_barriers: Callable[[], Any], standard: Any,
    ) -> None:  # fmt: skip
        """Read many parcels in a task of QGIS, which shows and cancels it; the tool comes when they are there."""
        found: dict[str, Any] = {}
        kept = replace(study, settings=dict(study.settings))

        def work(task: QgsTask) -> None:
            try:
                run = Run(is_cancelled=task.isCanceled)
                found["it"] = load(kept, files, crs, read_barriers(), standard, run)
            except (OSError, RenewalError, KeyError, QgsCsException) as error:
                found["fault"] = error
            except Cancelled:
                return

        def over(error: Exception | None) -> None:
            task, self._task = self._task, None
            if task is None:  # the project has gone meanwhile
                return
            error = found.get("fault", error)
            if "it" in found:
                self._taking = Turns(self._take(found["it"]), self._on_taken, self)
            elif error is not None and not task.isCanceled():
                self.failed.emit(wording.error_text(error))

        self._task = begin(tr("Reading the zones and their parcels"), work, over)
        if self._iface is not None:
            self._iface.messageBar().pushInfo(tr("Urban Renewal Workbench"), tr("Reading the zones and their parcels…"))

    def _take(self, loaded: Loaded) -> Iterator[int]:
        """Show what was read, in turns."""
        self.loaded = loaded
        if loaded.sources != (sources := self._sources()):  # else what is saved by now is not yet in its locks
            loaded.locks, loaded.sources = self._locks, sources
        if not self.loaded.desk.members:
            self.failed.emit(tr("There are no zones to work on."))
            return
        if self.map is not None:
            self.map.clear()
        self.map = HandMap(self._iface, self.loaded.crs, self.loaded.shapes)
        if self.map.tool is not None:
            self.map.tool.canvasClicked.connect(lambda point, _: self.click(point))
        yield 0
        self._show_panel()
        yield 0
        self.panel.show_zones(self.loaded.titles, self.zone)
        self.choose(self.zone if self.zone in self.loaded.desk.members else self.loaded.titles[0][0])
        yield 0
        self.map.take_up()

    def _on_taken(self, _: Any, error: Exception | None) -> None:
        self._taking = None
        if error is not None:
            raise error

    def close(self) -> None:
        """Take panel, tool and drawings away; what is being read is wanted no more."""
        if self._task is not None:
            task, self._task = self._task, None
            task.cancel()
        if self._taking is not None:
            self._taking.stop()
            self._taking = None
        self._stop_looking()
        if self.map is not None:
            self.map.clear()
        self.map = self.loaded = None
        self._unsaved = {}
        if self.panel is not None:
            take_away(self._iface, self.panel)
            self.panel = None

    def _show_panel(self) -> None:
        if self.panel is None:
            self.panel = ZonePanel(self._iface)
            self.panel.zone_chosen.connect(self.choose)
            self.panel.undo_asked.connect(lambda: self._back(self.loaded.desk.undo()))
            self.panel.redo_asked.connect(lambda: self._back(self.loaded.desk.redo()))
            self.panel.save_asked.connect(self.save)
            self.panel.visibilityChanged.connect(self._on_visible)
            put_beside(self._iface, self._dock, self.panel)
        self.panel.show()
        self.panel.raise_()

    def _on_visible(self, is_there: bool) -> None:
        if not is_there and self.panel is not None and self.panel.isHidden() and self.map is not None:
            self.map.clear()

    # --- working ------------------------------------------------------------------------------------------------------

    def choose(self, zone: str) -> None:
        """Work on this zone."""
        self.zone = zone
        self.panel.show_answer("", True)
        self._show()
        desk = self.loaded.desk
        self.map.go_to(desk.ids[row] for row in desk.members.get(zone, ()))
        if len(desk.ids) > MANY:
            self._stop_looking()
            self._looking = Turns(
                aside(partial(desk.look_around, zone, Run(is_cancelled=called_off))), self._on_looked, self
            )

    def _on_looked(self, _: Any, error: Exception | None) -> None:
        """Go on with the click that came too early."""
        self._looking, point = None, self._early
        self._early = None
        if error is not None:
            self.failed.emit(wording.error_text(error))
        elif point is not None:
            self.click(point)

    def _stop_looking(self) -> None:
        if self._looking is not None:
            self._looking.stop()
        self._looking = self._early = None

    def click(self, point: QgsPointXY) -> None:
        """Put the clicked parcel in or take it out; `point` in the map's system."""
        import shapely

        from ...core.words import say

        if self._looking is not None:  # what lies beside the zone is not known yet
            self._early = point
            return
        canvas = self._iface.mapCanvas().mapSettings().destinationCrs()
        try:
            there = crossing(canvas, self.loaded.crs, self._dock.session.project).transform(point)
        except QgsCsException:
            return
        desk = self.loaded.desk
        rows = sorted(self.loaded.tree.query(shapely.Point(there.x(), there.y()), predicate="intersects").tolist())
        own = [row for row in rows if row in desk.members[self.zone]]  # of parcels that overlap, the zone's own first
        answer = desk.toggle(self.zone, desk.ids[(own or rows or [-1])[0]] if rows else "")
        self.panel.show_answer(say(answer.code, interface_language(), **answer.values), answer.step is not None)
        self._show()

    def save(self) -> None:
        """Save what was changed as locks of the study; the results stay as they are until the next delineation."""
        from ..explore.walk_ground import stamp_of

        study, desk = self._dock.session.study, self.loaded.desk
        if study.study_id != self.loaded.study_id:
            self.failed.emit(tr("These zones belong to another study of the project: show that one, then save."))
            return
        locks = self.loaded.locks.with_changes(*desk.changes())
        try:
            written = write_locks(Path(study.folder), locks, self.loaded.shapes, self.loaded.crs)
        except HandStoreError as error:
            self.failed.emit(tr("The locks could not be saved: {reason}.").format(reason=error))
            return
        stamps = {f"{name}_STAMP": str(stamp_of(source)) if source else "" for name, source in written.items()}
        self._dock.session.set_values({**written, **stamps})
        self.loaded.saved, self.loaded.sources = desk.changes(), self._sources()
        self._dock.look_soon()
        self._show(tr("Saved; it holds from the next delineation."))

    def _sources(self) -> tuple[str, ...]:
        """Return where the study that is shown has its locks."""
        settings = self._dock.session.study.settings
        return tuple(str(settings.get(name, "") or "") for name in ("LOCKED_IN", "LOCKED_OUT"))

    def _back(self, step: Any) -> None:
        if step is not None:
            self.zone = step.zone_id
            self.panel.zones.setCurrentIndex(self.panel.zones.findData(step.zone_id))
            self.panel.show_answer("", True)
        self._show()

    def _show(self, saved: str = "") -> None:
        from ...core.words import say

        desk, zone = self.loaded.desk, self.zone
        first, now = desk.first[zone], frozenset(desk.members[zone])
        short = [say(code, interface_language(), **values) for code, values in desk.shortfalls(zone)]
        self.panel.show_totals(desk.totals_of(first), desk.totals(zone), short, limits_of(desk.rules.limits))
        put_in, taken_out = desk.changes()
        self.panel.save.setEnabled(self.loaded.is_unsaved())
        self.panel.show_state(bool(desk.done), bool(desk.undone), len(put_in), len(taken_out), saved)
        names = {"zone": first & now, "in": now - first, "out": first - now}
        self.map.show({look: [desk.ids[row] for row in rows] for look, rows in names.items()})


def limits_of(limits: Any) -> dict[str, str]:
    """Return the limits of the zone rules as the table shows them, by figure."""
    area = f"{wording.number(limits.area_min_m2 / 1e4)}–{wording.number(limits.area_max_m2 / 1e4)}"
    return {"area_m2": area, "floor_m2": f"≥ {wording.number(limits.floor_min_m2 / 1e4)}"}
