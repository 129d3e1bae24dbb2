# SPDX-License-Identifier: GPL-2.0-or-later
"""From a study to its panel of sites: what is chosen goes into the study, what was found onto the map."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from qgis.core import QgsGeometry
from qgis.PyQt.QtCore import QObject, pyqtSignal
from qgis.PyQt.QtWidgets import QFileDialog

from ...core.delivery.formats.workbook import Sheet, write_workbook
from ...core.errors import RenewalError
from ...core.inputs import typed
from ...processing.texts import tr
from ..explore.text import kind_titles, unit_text
from ..parts.beside import Frame, put_beside, take_away
from ..parts.later import forget_later
from ..parts.phrases import paired
from ..parts.systems import system_of
from ..study import results, wording
from ..study.handover import lacks_material, standard_of
from ..study.project_state import layer_of
from ..study.readiness import BLOCKING
from ..study.recording import lacks_sites_only
from ..study.session import Session
from ..study.showing import ONE, SITES
from ..study.steps import GAPS, SITE_SETTINGS, results_of
from ..study.study import InputChoice, Study
from .panel import USUAL_SITES, SitesPanel
from .values import Cover, Room, cover_of, hostable, place_of, read_grounds, read_rooms

CANDIDATES = "CANDIDATES"
AIR = 6  # a building is shown with so many times its own extent


@dataclass(frozen=True)
class Before:
    """What a study's sites were chosen by: when a choice is called off or cannot be made, they still are."""

    study: Study
    settings: Mapping[str, Any]
    candidates: InputChoice | None
    refused: str | None

    @classmethod
    def of(cls, study: Study) -> Before:
        """Keep it as it is now."""
        settings = {name: study.setting(name) for name in SITE_SETTINGS}
        return cls(study, settings, study.inputs.get(CANDIDATES), study.refused.get(CANDIDATES))

    def put_back(self, session: Session) -> None:
        """Make it so again, unless the study is another one by now."""
        if session.study is not self.study:
            return
        for there, old in ((self.study.inputs, self.candidates), (self.study.refused, self.refused)):
            there.pop(CANDIDATES, None)
            if old is not None:
                there[CANDIDATES] = old
        session.set_values(self.settings)
        session.save()
        session.changed.emit()


class SitesShowing(QObject):
    """The panel of a dock: made when first opened, gone with the project."""

    failed = pyqtSignal(str)

    def __init__(self, iface: Any, dock: Any) -> None:
        super().__init__(dock)
        self._iface, self._dock = iface, dock
        self.panel: SitesPanel | None = None
        self._frame = Frame(iface)
        self._shapes: dict[str, bytes] | None = None  # grounds by building, once one is asked for
        self._crs: Any = None
        self._is_seen = True  # the panel is in front
        self._before: Before | None = None  # of a run that was started here
        dock.session.changed.connect(self._on_changed)
        dock.session.ended.connect(self._on_ended)

    def open(self) -> None:
        """Show the panel on the sites of the study, those on the map, the gaps beneath."""
        if self.panel is None:
            self._make()
        session = self._dock.session
        self._offer()
        self.refresh()
        self.panel.show()
        self.panel.raise_()
        if results_of(session.study).get("sites"):
            self._dock.opening.add(results.opening_step(self._iface, session.project, session.study, GAPS))

    def _make(self) -> None:
        self.panel = SitesPanel(self._iface)
        self.panel.asked.connect(self.start)
        self.panel.picked.connect(self.show_host)
        self.panel.zoom_asked.connect(lambda host: self.show_host(host, zoom=True))
        self.panel.table_asked.connect(self._on_table)
        self.panel.export_asked.connect(self._on_export)
        self.panel.visibilityChanged.connect(self._on_visible)
        self.panel.candidates.currentIndexChanged.connect(self._on_changed)
        put_beside(self._iface, self._dock, self.panel)

    def _on_visible(self, on: bool) -> None:
        """Frame the building only as long as the panel is in front: behind a tab the map is not ours."""
        self._is_seen = on
        self.show_host(self.panel.picked_host() if on and self.panel is not None else "")

    def _offer(self) -> None:
        from ...core.gaps.sites.propose import sited_kinds

        session = self._dock.session
        study, standard = session.study, standard_of(session.study)
        titles = kind_titles(standard)
        kinds = {kind: titles.get(kind, kind) for kind in hostable(standard)}
        chosen = study.setting("SITE_KINDS") or sited_kinds(standard, study.setting("KINDS"))
        choice = study.inputs.get(CANDIDATES)
        layer = layer_of(session.project, choice) if choice else None
        self.panel.offer(kinds, chosen, int(study.setting("MAX_SITES") or USUAL_SITES), layer)

    def start(self) -> None:
        """Take what is chosen into the study and choose sites by it."""
        from ...core.gaps.sites.propose import sited_kinds

        session, panel = self._dock.session, self.panel
        study, kinds = session.study, panel.chosen_kinds()
        if not kinds:
            self.failed.emit(tr("Choose at least one kind of facility to look for."))
            return
        usual = sited_kinds(standard_of(study), study.setting("KINDS"))
        self._before = Before.of(study)
        session.set_values({
            "SITE_KINDS": [] if kinds == usual else kinds,
            "MAX_SITES": "" if panel.most.value() == USUAL_SITES else panel.most.value(),
            "FIXED": ",".join(panel.kept_hosts()),
        })  # fmt: skip
        layer, choice = panel.candidates.currentLayer(), study.inputs.get(CANDIDATES)
        if (layer.id() if layer is not None else "") != (choice.layer_id if choice else ""):
            session.choose(CANDIDATES, layer.id() if layer is not None else "")
        session.start_sites()

    # --- what is shown ------------------------------------------------------------------------------------------------

    def refresh(self) -> None:
        """Show the sites of the study and what they stand on."""
        session = self._dock.session
        study, files = session.study, results_of(session.study)
        record = study.steps.get(GAPS)
        self._shapes = None
        ours = results.result_ids(session.project)  # never candidates, as they are no inputs
        self.panel.candidates.setExceptedLayerList([session.project.mapLayer(key) for key in ours])
        kept = typed.entries(str(study.setting("FIXED") or ""))
        figures = record.figures if record else {}
        rooms = read_rooms(files) if "sites" in files else None
        self.panel.show_sites(rooms, cover_of(figures) if rooms else [], kept, figures.get("sites_gap"))
        self._show_state()

    def _show_state(self) -> None:
        session = self._dock.session
        state, record = session.states()[GAPS], session.study.steps.get(GAPS)
        mended = CANDIDATES  # by what is chosen in the panel
        lacks = [item for item in state.reasons if item.code in BLOCKING and item.values.get("role") != mended]
        has_hosts = "BUILDINGS" in session.study.inputs or self.panel.candidates.currentLayer() is not None
        if session.is_busy:
            text = tr("Something is running: wait for it, or cancel it.")
        elif lacks:
            text = wording.reason_text(lacks[0])
        elif not has_hosts:
            text = tr("Give a layer of buildings or of candidates.")
        elif lacks_material(session.study):
            text = tr("This study was made in one go: its earlier steps are made again first.")
        elif record is not None and lacks_sites_only(state):
            text = tr("Based on the gaps counted {at}.").format(at=wording.moment(record.finished_at))
        else:
            text = tr("The gaps are counted first.")
        can_run = not session.is_busy and not lacks and has_hosts
        self.panel.show_state(text, can_run, "" if can_run else text)

    def follow(self) -> None:
        """Look again: layers have come or gone."""
        self._on_changed()

    def _on_changed(self, *_: Any) -> None:
        if self.panel is not None and not self.panel.isHidden():
            self._show_state()

    def _on_ended(self, kind: str, ok: bool, _: str) -> None:
        before, self._before = self._before, None
        if before is not None and not ok and kind in (SITES, ONE):
            before.put_back(self._dock.session)  # what is asked for stays in the panel, to be asked again
            self._on_changed()
        elif self.panel is not None and not self.panel.isHidden():
            self.refresh()

    def show_host(self, host: str, zoom: bool = False) -> None:
        """Frame a building on the map; into view when it is not, `zoom` = as large as it can be."""
        shape = self._shape_of(host) if host and self._is_seen and self._iface is not None else None
        if shape is None:
            self._frame.clear()
            return
        self._frame.show(shape, self._crs, self._dock.session.project, zoom, AIR)

    def _shape_of(self, host: str) -> QgsGeometry | None:
        """Return the ground of a building as the sites have it, in their system; None when it cannot be read."""
        source = results_of(self._dock.session.study).get("sites", "")
        if self._shapes is None and source:
            self._shapes = read_grounds(source)
            self._crs = system_of(*place_of(source))
        shape = QgsGeometry()
        shape.fromWkb((self._shapes or {}).get(host, b""))
        return None if shape.isEmpty() else shape

    # --- the rest -----------------------------------------------------------------------------------------------------

    def _on_table(self) -> None:
        session = self._dock.session
        self._dock.opening.add(results.opening_table(self._iface, session.project, session.study, "sites"))

    def _on_export(self) -> None:
        start = Path(self._dock.session.study.folder or ".") / "sites.xlsx"
        path, _ = QFileDialog.getSaveFileName(self.panel, tr("Export table…"), str(start), "Excel (*.xlsx)")
        if path:
            self.write(Path(path))

    def write(self, path: Path) -> None:
        """Write the rooms and who is served before and after; numbers stay numbers."""
        record = self._dock.session.study.steps.get(GAPS)
        cover = cover_of(record.figures if record else {})
        try:
            write_workbook(path, sheets_of(self.panel.rooms, cover, self.panel.titles))
        except (OSError, RenewalError) as error:
            self.failed.emit(wording.unwritten_text(path, error))

    def close(self) -> None:
        """Take the panel away."""
        self._frame.clear()
        forget_later(self._shapes)
        self._shapes = None
        if self.panel is not None:
            take_away(self._iface, self.panel)
            self.panel = None


def sheets_of(rooms: list[Room], cover: list[Cover], titles: Any) -> list[Sheet]:
    """Return the sheets of a workbook: a row a room; a row a kind with need and who is served before and after."""
    heads = [tr("Build no."), tr("Candidate"), tr("Parcel"), tr("Facility"), tr("Size"), tr("Unit"),
             tr("Floor area (m²)"), tr("Served more"), tr("Floors"), tr("Why")]  # fmt: skip
    rows = [
        (room.rank, room.host, room.parcel, titles.get(room.kind, room.kind), room.size, unit_text(room.unit), room.m2,
         room.served_more, room.floors, room.why)
        for room in rooms
    ]  # fmt: skip
    found = [Sheet(tr("Proposed sites"), tr("Proposed sites"), heads,
                   (0, None, None, None, 1, None, 1, 1, None, None), rows)]  # fmt: skip
    if cover:
        heads = [tr("Facility"), tr("Unit"), tr("Need"), tr("Served before"), tr("Served after")]
        rows = [(titles.get(item.kind, item.kind), unit_text(item.unit), item.need, item.before, item.after)
                for item in cover]  # fmt: skip
        title = paired(tr("Proposed sites"), tr("before and after"))
        found.append(Sheet(tr("Before and after"), title, heads, (None, None, 1, 1, 1), rows))
    return found
