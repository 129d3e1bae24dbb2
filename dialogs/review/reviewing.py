# SPDX-License-Identifier: GPL-2.0-or-later
"""From a study to its review: the tagged parcels, the ruleset they were made with, the reviews as an input."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from contextlib import suppress
from functools import partial
from pathlib import Path
from typing import Any

from qgis.core import (
    QgsCoordinateReferenceSystem,
    QgsCoordinateTransform,
    QgsCsException,
    QgsFeatureRequest,
    QgsTask,
    QgsVectorLayer,
    QgsVectorLayerFeatureSource,
)
from qgis.PyQt.QtCore import QObject, pyqtSignal

from ...processing.layers.sources import file_of
from ...processing.texts import tr
from ..parts.beside import put_beside, take_away
from ..parts.ids import id_text
from ..study import project_state, wording
from ..study.adding import add_on_top
from ..study.crossing import crossing
from ..study.session import Session
from ..study.steps import results_of
from ..study.study import Study
from ..study.tasks import begin
from ..study.turns import Turns, through
from . import items as review_items
from .desk import ReviewDesk, make_store, open_desk
from .keeping import unread_text
from .map import ReviewMap
from .panel import ReviewPanel
from .places import Area
from .store import TABLE, StoreError
from .storeys import Houses

MANY = 5_000  # parcels from which reading them is felt


class Reviewing(QObject):
    """The review panel of a dock: made when first opened, gone with the project."""

    failed = pyqtSignal(str)
    waiting = pyqtSignal(int)  # parcels that nobody has settled yet, as often as that changes

    def __init__(self, iface: Any, dock: Any) -> None:
        super().__init__(dock)
        self._iface, self._dock = iface, dock
        self.panel: ReviewPanel | None = None
        self._task: QgsTask | None = None
        self._leaving: Turns | None = None
        self._showing: Turns | None = None
        self._telling: Turns | None = None
        self._shown: tuple[str, float] = ("", 0.0)  # the parcels on the desk: source, when they were written
        self._wanted = ""  # the parcel that is shown once the panel is there; "" = the first of its list
        dock.session.ended.connect(self._on_ended)

    def _on_ended(self, *_: Any) -> None:
        """Show the parcels of a new run when the review is open; what was done in this session stays."""
        panel, source = self.panel, tagged_source(self._dock.session.study)
        is_open = panel is not None and panel.desk is not None and not panel.isHidden()
        if is_open and source and (source, stamp_of(source)) != self._shown:
            self.open(to_front=panel.isVisible() and panel.is_seen)

    def open_at(self, parcel_id: str) -> None:
        """Show the panel with a parcel, also one that its list leaves out; what is on the desk is not read anew."""
        source, panel = tagged_source(self._dock.session.study), self.panel
        if panel is not None and panel.desk is not None and self._shown == (source, stamp_of(source)):
            panel.show()
            panel.raise_()
            panel.show_parcel(parcel_id)
        else:
            self._wanted = parcel_id
            self.open()

    def open(self, to_front: bool = True) -> None:
        """Show the panel on the study's tagged parcels; nothing happens before Tag."""
        from ...core.errors import RenewalError

        study = self._dock.session.study
        source = tagged_source(study)
        is_coming = self._task is not None or self._showing is not None
        if not study.folder or not source or is_coming:
            self._wanted = self._wanted if is_coming else ""
            if "tag" in study.steps and not is_coming:
                self.failed.emit(unread_text(str(study.steps["tag"].results.get("tagged", "tagged.gpkg"))))
            return
        try:
            review_map = ReviewMap(self._iface, source, houses_of(self._dock.session))
            rules = rules_of(study, review_items.first_rules_id(source))
            folder = Path(study.folder)
            with suppress(StoreError):  # a folder that can only be read: the reviews wait on this computer
                make_store(folder)
            read_areas = area_reader(self._dock.session, review_map.layer.crs())
            make = partial(open_desk, source, folder, rules, review_map.hash_of)
            if review_map.layer.featureCount() <= MANY:
                through(self._show(make(read_areas()), review_map, to_front))
                return
        except (OSError, RenewalError) as error:
            self._fail(error, source)
            return
        self._read(lambda: make(read_areas()), review_map, to_front)

    def _fail(self, error: Exception, source: str) -> None:
        self._wanted = ""
        is_ours = isinstance(error, review_items.UnreadableError)
        self.failed.emit(unread_text(source) if is_ours else wording.error_text(error))

    def _read(self, work: Callable[[], ReviewDesk], review_map: ReviewMap, to_front: bool) -> None:
        """Read many parcels in the background, then show the panel, unless the project has gone meanwhile."""
        found: dict[str, ReviewDesk] = {}

        def over(error: Exception | None) -> None:
            if self._task is not task:
                return
            self._task = None
            if task.isCanceled():  # in the list of QGIS
                return
            if error is None:
                self._showing = Turns(self._show(found.pop("desk"), review_map, to_front), self._on_shown, self)
            else:
                self._fail(error, review_map.source)

        def act(task: QgsTask) -> None:
            found["desk"] = work()

        self._task = task = begin(tr("Reading the parcels to review"), act, over)

    def _show(self, desk: ReviewDesk, review_map: ReviewMap, to_front: bool) -> Iterator[int]:
        """Show what was read, in turns: a new panel, its place in the window and a thousand communities are felt."""
        self._shown = (desk.source, stamp_of(desk.source))
        if self.panel is None:
            self.panel = ReviewPanel(self._iface)
            self.panel.reviewed.connect(self._on_reviewed)
            self.panel.waiting.connect(self.waiting.emit)
            yield 0
            put_beside(self._iface, self._dock, self.panel)
        if to_front:
            self.panel.show()
            self.panel.raise_()
        yield 0
        self.panel.offer(desk)
        yield 0
        before = self.panel.desk
        if before is not None:
            desk.go_on(before)
        self.panel.open(desk, review_map)
        wanted, self._wanted = self._wanted, ""
        if wanted:
            self.panel.show_parcel(wanted)
        if before is not None:
            self._let_go(before)

    def _let_go(self, desk: ReviewDesk) -> None:
        if len(desk.parcels) > MANY:
            self._leaving = Turns(let_go(desk), self._on_gone, self)

    def _on_shown(self, _: Any, error: Exception | None) -> None:
        self._showing = None
        if error is not None:
            raise error

    def close(self) -> None:
        """Take the panel away."""
        self._task = None
        for turns in (self._showing, self._telling):
            if turns is not None:
                turns.stop()
        self._showing = self._telling = None
        if self.panel is None:
            return
        desk = self.panel.desk
        self.panel.close_down()
        if desk is not None:
            self._let_go(desk)
        take_away(self._iface, self.panel)
        self.panel = None

    def _on_gone(self, *_: Any) -> None:
        self._leaving = None

    def _on_reviewed(self, path: str) -> None:
        """Tell the project of a judgement once the next parcel is on the screen."""
        if self._telling is None:
            self._telling = Turns(self._tell(path), self._on_told, self)

    def _tell(self, path: str) -> Iterator[int]:
        yield 0
        yield from taking_as_input(self._dock.session, path)
        yield 0
        count_anew(self._dock.session, path)
        self._dock.look_soon()

    def _on_told(self, _: Any, error: Exception | None) -> None:
        self._telling = None
        if error is not None:
            raise error


def stamp_of(source: str) -> float:
    """Return when the file of a source was written; 0 without a file."""
    try:
        return file_of(source).stat().st_mtime
    except OSError:
        return 0.0


def let_go(desk: ReviewDesk) -> Iterator[int]:
    """Forget the parcels of a desk in turns: to take a city's rows out of memory at once is felt."""
    while desk.parcels.forget(MANY):
        yield 0


def tagged_source(study: Study) -> str:
    """Return the source of the study's tagged parcels; "" before Tag."""
    return results_of(study).get("tagged", "")


def rules_of(study: Study, rules_id: str = "") -> Mapping[str, Any]:
    """Return the ruleset of the study: its own file, the chosen one, or the one a tag was made with.

    Raises RenewalError when the file is none.
    """
    from ...core import envelope

    if study.setting("RULES_FILE"):
        return envelope.load_file("ruleset", study.setting("RULES_FILE"))
    shipped = envelope.names("ruleset")
    name = rules_id if rules_id in shipped else study.setting("RULES")
    return envelope.load("ruleset", name if name in shipped else shipped[0])


def standard_of(study: Study, standard_id: str = "") -> Mapping[str, Any]:
    """Return the standard of the study: its own file, the one the gaps were counted with, the chosen one."""
    from ...core import envelope

    if study.setting("STANDARD_FILE"):
        return envelope.load_file("standard", study.setting("STANDARD_FILE"))
    shipped = envelope.names("standard")
    name = standard_id if standard_id in shipped else study.setting("STANDARD")
    return envelope.load("standard", name if name in shipped else shipped[0])


def houses_of(session: Session) -> Houses | None:
    """Return the buildings of the study with their field of storeys; None without such a layer."""
    found = _input_of(session, "BUILDINGS")
    return None if found is None else Houses(found[0], found[1].get("floors", ""))


def area_reader(session: Session, crs: QgsCoordinateReferenceSystem) -> Callable[[], list[Area]]:
    """Return what reads the communities of the study in a system, for any thread: a city's thousand are felt.

    It finds none without such a layer, or in one without ids.
    """
    found = _input_of(session, "COMMUNITIES")
    if found is None or "community_id" not in found[1]:
        return list
    layer, columns = found
    key, name = columns["community_id"], columns.get("name", columns["community_id"])
    try:
        change = crossing(layer.crs(), crs, session.project)
    except QgsCsException:
        return list
    source = QgsVectorLayerFeatureSource(layer)
    request = QgsFeatureRequest().setSubsetOfAttributes([key, name], layer.fields())
    return partial(_read_areas, source, request, change, key, name)


def _read_areas(
    source: QgsVectorLayerFeatureSource, request: QgsFeatureRequest, change: QgsCoordinateTransform, key: str, name: str
) -> list[Area]:
    areas = []
    for row in source.getFeatures(request):
        shape = row.geometry()
        community = id_text(row[key])
        if not community or shape.isNull():
            continue
        try:
            shape.transform(change)
        except QgsCsException:
            return []
        areas.append(Area(community, id_text(row[name]) or community, bytes(shape.asWkb())))
    return areas


def _input_of(session: Session, role: str) -> tuple[QgsVectorLayer, dict[str, str]] | None:
    """Return the polygons of a role and the fields of its columns; None when there are none."""
    choice = session.study.inputs.get(role)
    layer = project_state.layer_of(session.project, choice) if choice else None
    if not isinstance(layer, QgsVectorLayer) or not layer.isValid():
        return None
    return layer, project_state.columns_of(layer, role, choice.mapping)


def count_anew(session: Session, path: str) -> None:
    """Let QGIS count the rows of the table of reviews again: they are written past its provider."""
    for layer in session.project.mapLayers().values():
        if layer.source() == f"{path}|layername={TABLE}" and not layer.isEditable():
            layer.dataProvider().reloadData()


def taking_as_input(session: Session, path: str) -> Iterator[int]:
    """Make the study's own table of reviews the input of the next Tag, unless another table was chosen; in turns."""
    study, source = session.study, f"{path}|layername={TABLE}"
    choice = study.inputs.get("REVIEWS")
    if choice is not None and (choice.chosen or choice.source == source):
        return
    there = [layer for layer in session.project.mapLayers().values() if layer.source() == source]
    layer = there[0] if there else QgsVectorLayer(source, wording.role_title("REVIEWS"), "ogr")
    if layer.isValid():
        if not there:
            add_on_top(session.project, layer)
        key = layer.id()
        yield 0
        session.choose("REVIEWS", key)
