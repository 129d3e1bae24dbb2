# SPDX-License-Identifier: GPL-2.0-or-later
"""From a study to its panel of gaps: communities on the map, the layer in the kind's colours, the way of the worst."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping, Sequence
from functools import partial
from pathlib import Path
from typing import Any

from qgis.core import (
    QgsCoordinateReferenceSystem,
    QgsCsException,
    QgsExpression,
    QgsFeatureRequest,
    QgsGeometry,
    QgsPointXY,
    QgsVectorLayer,
)
from qgis.PyQt.QtCore import QObject, Qt, pyqtSignal
from qgis.PyQt.QtWidgets import QFileDialog

from ...core.delivery.formats.workbook import Sheet, write_workbook
from ...core.delivery.groups import groups_of
from ...core.errors import RenewalError
from ...core.gaps.grouping import groups_in
from ...processing.delivery.package import record_beside
from ...processing.layers.sources import file_of
from ...processing.texts import interface_language, tr
from ..explore import text as explore_text
from ..explore.answers import Beside, is_big
from ..parts.beside import Frame, put_beside, take_away
from ..parts.later import forget_later
from ..parts.systems import system_of
from ..review import reviewing
from ..review.items import table_of
from ..review.places import Area
from ..study import results, tree, wording
from ..study.crossing import crossing
from ..study.figures import rows_of
from ..study.readiness import Reason
from ..study.steps import results_of
from ..study.study import Study
from ..study.turns import Turns, aside, through
from .marks import MarkShowing
from .panel import GapPanel
from .picking import CommunityPicking, communities_of
from .table import GapTable
from .values import GROUPS, WALK, Community, read_communities, unknown_counts
from .walked import WORST_SQL, Walk, WalkTelling

MANY_BYTES = 20_000_000  # of the detail: from here on counting its rows is felt


class GapShowing(QObject):
    """The panel of a dock: made when first opened, gone with the project."""

    failed = pyqtSignal(str)

    def __init__(self, iface: Any, dock: Any) -> None:
        super().__init__(dock)
        self._iface, self._dock = iface, dock
        self.panel: GapPanel | None = None
        self._frame = Frame(iface)
        self._shapes: dict[str, tuple[QgsGeometry, QgsCoordinateReferenceSystem]] = {}
        self.table = GapTable(iface, self)
        self.picking = CommunityPicking(iface, dock.session, self)
        self.marks = MarkShowing(iface, dock.session, self)
        self.walks = WalkTelling(self)
        self.walks.told.connect(lambda key, words: self.panel.show_walk(key, words) if self.panel is not None else None)
        self.picking.picked.connect(lambda key: self.panel.pick(key, "") if self.panel is not None else None)
        self.marks.read.connect(lambda: self.walks.ask(*self._now()) if self.panel is not None else None)
        self.marks.read.connect(self._set_places_aside)
        self.marks.over.connect(dock.exploring.read_ground, Qt.ConnectionType.QueuedConnection)  # a turn of its own
        self._reading: Turns | None = None
        self._worst = Beside(dock.exploring.on_fault, self)  # where most is missing
        self._shown: tuple[str, float] = ("", 0.0)  # the count that is shown: source, when it was written
        dock.session.ended.connect(self._on_ended)

    def _count(self) -> tuple[str, float]:
        source = results_of(self._dock.session.study).get("gap_summary", "")
        return source, reviewing.stamp_of(source)

    def _on_ended(self, *_: Any) -> None:
        """Show a new count when the panel is in front."""
        if self.panel is not None and self.panel.isVisible() and self._count()[0] and self._count() != self._shown:
            self.open()

    def open(self, community: str = "") -> None:
        """Show the panel on the study's last count of gaps, a community set apart; says so when there is none."""
        study = self._dock.session.study
        files = results_of(study)
        detail = table_of(files["gap_detail"])[0] if "gap_detail" in files else None
        if detail is None or not detail.exists() or detail.stat().st_size < MANY_BYTES:
            try:
                through(self._showing(*read_gaps(study, files)))
                self._choose(community)
            except (RenewalError, OSError) as error:
                self._on_shown(None, error)
        elif self._reading is None:  # a city's rows are read and counted beside the window
            self._reading = Turns(self._coming(study, files, community), self._on_shown, self)

    def _coming(self, study: Study, files: Mapping[str, str], community: str) -> Any:
        found = yield from aside(partial(read_gaps, study, files))
        yield from self._showing(*found)
        self._choose(community)

    def _choose(self, community: str) -> None:
        if community and self.panel is not None:
            self.panel.choose(community)

    def _on_shown(self, _: Any, error: Exception | None) -> None:
        self._reading = None
        if error is not None:
            self.failed.emit(wording.error_text(error))

    def _showing(self, communities: list[Community], standard: Any, counts: dict[str, dict[str, int]]) -> Any:
        """Show what was read, in turns: all at once it holds the window for a third of a second in a city."""
        if not communities:
            needs = tr("Gaps by community need a layer of communities and a run of Gaps.")
            self.failed.emit(wording.gone_text(self._dock.session.study, "gap_summary", "gap_detail") or needs)
            return
        study = self._dock.session.study
        limits = {kind["id"]: (kind["radius_m"]["value"], kind["minutes"]["value"]) for kind in standard["kinds"]}
        if self.panel is None:
            self._make()
        yield 0
        self._shapes, self._shown = {}, self._count()
        files = results_of(study)
        self.walks.start()
        self.marks.start(files)  # the network after it: two that read at once take the window's turns
        yield 0
        results.show_results(self._dock.session.project, study.study_id, "gaps")  # its colours are what is told of
        self.panel.rules = {str(entry["id"]): entry for entry in standard["kinds"]}
        self.panel.show()
        self.panel.raise_()
        yield 0
        self.panel.open(communities, explore_text.kind_titles(standard), counts, limits)
        if self.table.panel is not None and not self.table.panel.isHidden():
            self.open_table()

    def open_table(self) -> None:
        """Show the table of all kinds below the map."""
        self.table.open(results_of(self._dock.session.study))

    def _make(self) -> None:
        self.panel = GapPanel(self._iface)
        self.panel.chosen.connect(self.show_community)
        self.panel.chosen.connect(lambda _: self.walks.ask(*self._now()))
        self._dock.exploring.ground_read.connect(self._on_ground)
        self.panel.shown.connect(self.show_kind)
        self.panel.zoom_asked.connect(lambda key: self.show_community(key, zoom=True))
        self.panel.way_asked.connect(self.show_worst)
        self.panel.table_asked.connect(self.open_table)
        self.panel.chosen.connect(lambda key: self.table.follow(key, str(self.panel.kind.currentData() or "")))
        self.panel.export_asked.connect(self._on_export)
        self.panel.sites_asked.connect(self._dock.siting.open)
        self.panel.visibilityChanged.connect(self._on_visible)
        put_beside(self._iface, self._dock, self.panel)

    def _on_ground(self) -> None:
        if self.panel is not None:
            self.walks.ask(*self._now())

    def _now(self) -> tuple[str, str]:
        """Return (kind, community) that are chosen."""
        return str(self.panel.kind.currentData() or ""), self.panel.current

    def _on_visible(self, on: bool) -> None:
        """Draw on the map, and listen to it, only while the panel is in front."""
        self.picking.switch(on)
        if on:
            self.marks.show(self._now()[0])
        else:
            self._frame.clear()
            self.marks.clear()
        self._set_places_aside()

    def _set_places_aside(self) -> None:
        """Hide the facilities of all kinds while those of one are marked."""
        session = self._dock.session
        is_marked = self.marks.item is not None and bool(self.marks.item.marks)
        tree.set_aside(session.project, session.study.study_id, "facilities", is_marked)

    @property
    def study(self) -> Study:
        """Return the study whose gaps are shown."""
        return self._dock.session.study

    def area_reader(self, tagged: str) -> Callable[[], list[Area]]:
        """Return what reads the communities in the parcels' system, for any thread; none without their layer."""
        return reviewing.area_reader(self._dock.session, system_of(*table_of(tagged)))

    def ends_of(self, walk: Walk) -> Any:
        """Return (network, walker, function that moves parcels' coordinates, door, tagged source) of a walk; None
        while the network or the facilities are not read.
        """
        exploring, files = self._dock.exploring, results_of(self._dock.session.study)
        place = self.marks.places.get(walk.facility)
        if exploring.ground is None or place is None or self._iface is None:
            return None
        crs = self._iface.mapCanvas().mapSettings().destinationCrs()
        door = exploring.to_network(QgsPointXY(*place), crs)
        profile = exploring.profile_of(self._now()[0])
        move = exploring.time_maps.mover(files["tagged"])
        return (exploring.ground, profile, move, door, files["tagged"]) if door else None

    # --- the map ------------------------------------------------------------------------------------------------------

    def show_kind(self, kind: str, yardstick: str) -> None:
        """Give the study's gap layer the colours of a kind, by walking or by the radius; nothing without the layer."""
        from ...processing.styling.canvas import gap_classes
        from ...processing.styling.symbols import rules

        study = self._dock.session.study
        self.marks.show(kind)
        self._set_places_aside()
        for layer in self._dock.session.project.mapLayers().values():
            if results.result_of(layer) != (study.study_id, "gap") or not kind:
                continue
            share, kinds = share_of(kind, self.panel.grouped(kind), yardstick, {item.name() for item in layer.fields()})
            if not share:
                continue
            layer.setRenderer(rules(gap_classes(share, kinds, interface_language())))
            layer.triggerRepaint()
            layer.emitStyleChanged()
            Turns(results.counting(layer), lambda found, error: None, self)

    def show_community(self, key: str, zoom: bool = False) -> None:
        """Frame a community on the map and bring it into view; `zoom` = as large as it can be."""
        found = self._shape_of(key)
        if found is None:
            self._frame.clear()
            return
        shape, crs = found
        self._frame.show(shape, crs, self._dock.session.project, zoom)

    def _shape_of(self, key: str) -> tuple[QgsGeometry, QgsCoordinateReferenceSystem] | None:
        if key not in self._shapes:
            there = communities_of(self._dock.session)
            if there is None:
                return None
            layer, name = there
            request = QgsFeatureRequest().setFilterExpression(QgsExpression.createFieldEqualityExpression(name, key))
            shape = next((feature.geometry() for feature in layer.getFeatures(request)), None)
            if shape is None:
                return None
            self._shapes[key] = (QgsGeometry(shape), layer.crs())
        return self._shapes[key]

    def show_worst(self, key: str) -> None:
        """Explore the parcel of a community where most is missing: why, and the way that is walked from there."""
        files, kind = results_of(self._dock.session.study), self.panel.worst_kind(key)
        choice = self._dock.session.study.inputs.get("COMMUNITIES")
        if communities_of(self._dock.session) is None and choice is not None:
            self.failed.emit(wording.reason_text(Reason("layer_gone", {"layer": choice.name, "role": "COMMUNITIES"})))
        elif "tagged" not in files:
            first = wording.reason_text(Reason("step_first", {"step": "tag"}))
            self.failed.emit(wording.gone_text(self._dock.session.study, "tagged") or first)
        elif self._shape_of(key) is None:
            text = tr("“{layer}” does not have this community any more: run Gaps again.")
            self.failed.emit(text.format(layer=self._communities_name()))
        elif self._iface is not None:
            rows = partial(rows_of, files, "gap_detail", WORST_SQL, (kind,))  # of a million: beside the window
            self._worst.ask(is_big(files), rows, partial(self._explore_worst, key, kind, files["tagged"]))

    def _communities_name(self) -> str:
        choice = self._dock.session.study.inputs.get("COMMUNITIES")
        return choice.name if choice is not None else tr("Communities")

    def _explore_worst(self, key: str, kind: str, tagged: str, rows: list[tuple[Any, ...]]) -> None:
        found, exploring, project = self._shape_of(key), self._dock.exploring, self._dock.session.project
        if found is None:
            return
        parcels = exploring.lookups.parcels(tagged).layer
        try:
            shape = QgsGeometry(found[0])
            shape.transform(crossing(found[1], parcels.crs(), project))
            if not shape.boundingBox().isFinite():  # metres taken for degrees come out as inf, without an error
                raise QgsCsException(found[1].authid())
            inside = _points_in(parcels, shape)
            for parcel, nearest, *_ in rows:
                if parcel in inside:
                    crs = self._iface.mapCanvas().mapSettings().destinationCrs()
                    place = crossing(parcels.crs(), crs, project).transform(inside[parcel])
                    exploring.start()
                    exploring.ask(place, only_ground=True)
                    exploring.show_way_soon(kind, str(nearest))
                    return
        except QgsCsException:
            text = tr(
                "Coordinates of communities, parcels and map do not go together: look at the systems of “{layer}”."
            )
            self.failed.emit(text.format(layer=self._communities_name()))
            return
        self.failed.emit(tr("Nobody in this community lacks it, or no way leads there."))

    # --- the rest -----------------------------------------------------------------------------------------------------

    def _on_export(self) -> None:
        start = Path(self._dock.session.study.folder or ".") / "gaps.xlsx"
        path, _ = QFileDialog.getSaveFileName(self.panel, tr("Export table…"), str(start), "Excel (*.xlsx)")
        if path:
            self.write(Path(path))

    def write(self, path: Path) -> None:
        """Write the table of all kinds; numbers stay numbers."""
        try:
            write_workbook(path, [sheet_of(self.panel.communities, self.panel.titles)])
        except (OSError, RenewalError) as error:
            self.failed.emit(wording.unwritten_text(path, error))

    def close(self) -> None:
        """Take the panel away."""
        if self._reading is not None:
            self._reading.stop()
            self._reading = None
        self._worst.stop()
        self._frame.clear()
        if self.panel is not None:
            self._dock.exploring.ground_read.disconnect(self._on_ground)
        self.picking.switch(False)
        self.marks.close()
        self.walks.close()
        self.table.close()
        forget_later(self._shapes)
        self._shapes = {}
        if self.panel is not None:
            take_away(self._iface, self.panel)
            self.panel = None


def share_of(kind: str, wanted: Sequence[str], yardstick: str, names: Collection[str]) -> tuple[str, list[str]]:
    """Return (expression of the share unmet, the kinds in it) for a kind or a group; "" without the columns for it.

    `wanted` are the kinds of a group, the kind itself of a kind.
    """
    kinds = [item for item in wanted if {f"{item}_share", f"{item}_need", f"{item}_in_r"} <= {*names}]
    if not kinds:
        return "", []
    if yardstick == WALK and kind not in GROUPS:
        return f'1 - "{kind}_share"', kinds
    if yardstick == WALK:
        return (f'"{kind}_gap"', kinds) if f"{kind}_gap" in names else ("", [])
    inside = [f'CASE WHEN "{item}_need" > 0 THEN CASE WHEN "{item}_in_r" > 0 THEN 0 ELSE 1 END END' for item in kinds]
    if len(inside) == 1:
        return inside[0], kinds
    return f"array_mean(array_filter(array({', '.join(inside)}), @element IS NOT NULL))", kinds


def sheet_of(communities: list[Community], titles: dict[str, str]) -> Sheet:
    """Return the communities × kinds as a sheet: need, served, missing, shares by both yardsticks."""
    heads = [tr("Community"), tr("Facility"), tr("Unit"), tr("People"), tr("Need"), tr("Served"), tr("Missing"),
             tr("Gap share"), tr("Within radius"), tr("On foot")]  # fmt: skip
    rows = [
        [item.name, titles[kind], explore_text.unit_text(cell.unit), cell.people, cell.need, cell.served, cell.gap,
         cell.share(WALK), cell.radius_cover, cell.walk_cover]
        for item in communities for kind in titles if (cell := item.cells.get(kind)) is not None
    ]  # fmt: skip
    return Sheet(tr("Gaps"), tr("Gaps by community"), heads, (None, None, None, 0, 1, 1, 1, 3, 3, 3), rows)


def _points_in(parcels: QgsVectorLayer, shape: QgsGeometry) -> dict[str, QgsPointXY]:
    """Return a point inside each parcel that lies in a community."""
    engine = QgsGeometry.createGeometryEngine(shape.constGet())
    engine.prepareGeometry()
    request = QgsFeatureRequest(shape.boundingBox()).setSubsetOfAttributes(["parcel_id"], parcels.fields())
    found = {}
    for feature in parcels.getFeatures(request):
        inside = feature.geometry().pointOnSurface()
        if not inside.isNull() and engine.contains(inside.constGet()):
            found[str(feature["parcel_id"])] = inside.asPoint()
    return found


def read_gaps(study: Study, files: Mapping[str, str]) -> tuple[list[Community], Any, dict[str, dict[str, int]]]:
    """Return the communities, the standard they were counted with, and the parcels left apart: plain data.

    Raises RenewalError, OSError when the standard cannot be read.
    """
    if not rows_of(files, "gap_summary", "SELECT 1 FROM {t} LIMIT 1"):
        return [], None, {}
    rows = rows_of(files, "gap_detail", "SELECT standard_id FROM {t} LIMIT 1")
    standard = reviewing.standard_of(study, str(rows[0][0] or "") if rows else "")
    record = record_beside(file_of(files["gap_summary"]))  # the file of a standard may have been changed since
    communities = read_communities(files, groups_in(standard) if record is None else groups_of(record))
    return communities, standard, unknown_counts(files)
