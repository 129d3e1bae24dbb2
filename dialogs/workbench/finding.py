# SPDX-License-Identifier: GPL-2.0-or-later
"""What QGIS's own search field (Ctrl+K) finds of a study: parcels, communities, facilities, stations and zones by name.

What is chosen comes into view and flashes; while Explore is on it is told as if it had been clicked.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

from qgis.core import (
    QgsCoordinateReferenceSystem,
    QgsCsException,
    QgsExpression,
    QgsFeatureRequest,
    QgsGeometry,
    QgsLocatorFilter,
    QgsLocatorResult,
    QgsPointXY,
    QgsVectorLayer,
    QgsVectorLayerFeatureSource,
)
from qgis.PyQt.QtCore import QObject

from ...core.sqlnames import quoted
from ...processing.running.promptness import promptly
from ...processing.texts import tr
from ..parts.ids import id_text
from ..study.crossing import crossing
from ..study.figures import rows_of
from ..study.steps import results_of

PREFIX, DELAY_MS = "urb", 200  # before a search, to look only here; how long a hand that types is waited for
MOST, LEAST = 8, 2  # found of a kind; letters that are looked for, but for one that is a word, as in Chinese
AROUND, NEAREST = 1.8, 2_000  # what is shown beside an area; the largest scale, which leaves its neighbours in view
ROLES = {"COMMUNITIES": "community_id", "FACILITIES": "facility_id", "STATIONS": "station_id"}  # by their layers
RESULTS = {"tagged": "parcel_id", "zones": "zone_id"}  # by their tables


@dataclass(frozen=True)
class Found:
    """`where` the role of a layer or the table of a result, and the row in it."""

    where: str
    row: int
    key: str
    name: str

    @property
    def title(self) -> str:
        """Return what it is called: its name, where it has one."""
        return self.name or self.key

    def nearness(self, words: str) -> float:
        """Return how near it comes to the words, 0–1, by which QGIS orders what all kinds have: the name itself, its
        beginning, a part of it.
        """
        plain, told = words.casefold(), (self.name.casefold(), self.key.casefold())
        return 1.0 if plain in told else 0.8 if any(text.startswith(plain) for text in told) else 0.5


@dataclass(frozen=True)
class Ground:
    """What is searched, frozen for any thread: {role: (layer, field of ids, of names)}, {table: source}."""

    layers: dict[str, tuple[QgsVectorLayerFeatureSource, str, str]]
    tables: dict[str, str]


class PlaceFilter(QgsLocatorFilter):
    """Searches what `ground()` gives on the main thread; `go(found)` shows what was chosen."""

    def __init__(self, ground: Callable[[], Ground], go: Callable[[Found], None]) -> None:
        super().__init__()
        self._ground, self._go, self._frozen = ground, go, Ground({}, {})
        self.setFetchResultsDelay(DELAY_MS)

    def clone(self) -> PlaceFilter:
        """Return another for a thread of the search."""
        return PlaceFilter(self._ground, self._go)

    def name(self) -> str:
        """Return the name that QGIS keeps its choices under."""
        return "urban_renewal"

    def displayName(self) -> str:
        """Return the heading above what is found."""
        return tr("Urban Renewal Workbench")

    def prefix(self) -> str:
        """Return what is typed to look only here."""
        return PREFIX

    def prepare(self, string: str, context: Any) -> list[str]:
        """Freeze what is searched, on the main thread; nothing is completed."""
        self._frozen = self._ground() if is_enough(string) else Ground({}, {})
        return []

    @promptly
    def fetchResults(self, string: str, context: Any, feedback: Any) -> None:
        """Tell what is found, in a thread."""
        if not is_enough(string):
            return
        for found in search(self._frozen, string.strip(), feedback.isCanceled):
            result = QgsLocatorResult(self, found.title, [found.where, found.row, found.key, found.name])
            title = titles()[found.where]
            result.description = f"{title} {found.key}" if found.key != found.title else title
            result.score = found.nearness(string.strip())
            self.resultFetched.emit(result)

    def triggerResult(self, result: QgsLocatorResult) -> None:
        """Show what was chosen."""
        where, row, key, name = result.userData
        self._go(Found(where, int(row), key, name))


class Finding(QObject):
    """Puts the search into QGIS's field and takes it away again; shows what is chosen on the map."""

    def __init__(self, iface: Any, dock: Any) -> None:
        super().__init__(dock)
        self._iface, self._dock = iface, dock
        self._filter: PlaceFilter | None = None
        if hasattr(iface, "registerLocatorFilter"):  # there is a window
            self._filter = PlaceFilter(self.ground, self.show)
            iface.registerLocatorFilter(self._filter)

    def close(self) -> None:
        """Take the search away."""
        if self._filter is not None:
            self._iface.deregisterLocatorFilter(self._filter)  # which deletes it
            self._filter = None

    def ground(self) -> Ground:
        """Return what there is to be found in the study, as it is now."""
        layers = {}
        for role, key in ROLES.items():
            layer, names = self._role(role)
            if layer is not None and key in names:
                layers[role] = (QgsVectorLayerFeatureSource(layer), names[key], names.get("name", ""))
        files = results_of(self._dock.session.study)
        return Ground(layers, {table: files[table] for table in RESULTS if table in files})

    def _role(self, role: str) -> tuple[QgsVectorLayer | None, dict[str, str]]:
        from ..explore.lookups import Lookups

        return Lookups(self._iface, self._dock.session, lambda point, crs: None).role(role)

    def show(self, found: Found) -> None:
        """Bring what was chosen into view and let it flash; tell about it while Explore is on."""
        there = self._shape_of(found)
        if there is None:
            return
        shape, crs = there
        canvas = self._iface.mapCanvas()
        try:
            change = crossing(crs, canvas.mapSettings().destinationCrs(), self._dock.session.project)
            whole, point = change.transformBoundingBox(shape.boundingBox()), shape.pointOnSurface().asPoint()
            point = QgsPointXY(change.transform(point))
        except QgsCsException:
            return
        if whole.width() or whole.height():
            whole.scale(AROUND)
            canvas.setExtent(whole)
        else:
            canvas.setCenter(point)
        if canvas.scale() < NEAREST or whole.isEmpty():
            canvas.zoomScale(NEAREST)
        canvas.refresh()
        canvas.flashGeometries([shape], crs)
        self._tell(found, point)

    def _tell(self, found: Found, point: QgsPointXY) -> None:
        for exploring in self._dock.made("exploring"):
            if exploring.tool is None or not exploring.tool.isActive():
                continue
            if found.where == "zones":
                exploring.show_zone(found.key)
            else:
                exploring.ask(point, only_ground=found.where != "FACILITIES")

    def _shape_of(self, found: Found) -> tuple[QgsGeometry, QgsCoordinateReferenceSystem] | None:
        if found.where in ROLES:
            layer, _ = self._role(found.where)
        else:
            source = results_of(self._dock.session.study).get(found.where, "")
            layer = opened_table(source, found.where) if source else None
        if layer is None or not layer.isValid():
            return None
        request = QgsFeatureRequest(found.row).setNoAttributes()
        shape = next((feature.geometry() for feature in layer.getFeatures(request)), QgsGeometry())
        return (QgsGeometry(shape), layer.crs()) if not shape.isEmpty() else None


def opened_table(source: str, table: str) -> QgsVectorLayer:
    """Return a result's table as a layer of its own."""
    path = source.partition("|")[0]
    return QgsVectorLayer(f"{path}|layername={table}", table, "ogr")


def titles() -> dict[str, str]:
    """Return what each kind of thing is called."""
    return {
        "COMMUNITIES": tr("Community"), "FACILITIES": tr("Facility"), "STATIONS": tr("Station"),
        "tagged": tr("Parcel"), "zones": tr("Zone"),
    }  # fmt: skip


def is_enough(words: str) -> bool:
    """Say whether something can be looked for: one letter of an alphabet would find everything."""
    told = words.strip()
    return len(told) >= LEAST or bool(told and not told.isascii())


def search(ground: Ground, words: str, is_cancelled: Callable[[], bool]) -> Iterator[Found]:
    """Yield what has the words in its name or id: few of each kind, those that begin with them first."""
    for role, (source, key, name) in ground.layers.items():
        yield from _first(_in_layer(source, key, name, words, role, is_cancelled), words)
    for table, file in ground.tables.items():
        if is_cancelled():
            return
        yield from _in_table(table, file, words)


def _in_layer(
    source: QgsVectorLayerFeatureSource, key: str, name: str, words: str, role: str, is_cancelled: Callable[[], bool]
) -> Iterator[Found]:
    columns = [column for column in (key, name) if column]
    told = QgsExpression.quotedString(words.casefold())
    there = [f"strpos(lower(to_string({QgsExpression.quotedColumnRef(column)})), {told}) > 0" for column in columns]
    request = QgsFeatureRequest().setFilterExpression(" OR ".join(there))
    request.setSubsetOfAttributes(columns, source.fields()).setFlags(QgsFeatureRequest.Flag.NoGeometry)
    for feature in source.getFeatures(request):
        if is_cancelled():
            return
        title = id_text(feature[name]) if name else ""
        yield Found(role, feature.id(), id_text(feature[key]), title)


def _first(found: Iterator[Found], words: str) -> list[Found]:
    return sorted(found, key=lambda one: (not one.title.casefold().startswith(words.casefold()), one.title))[:MOST]


def _in_table(table: str, file: str, words: str) -> list[Found]:
    files, key = {table: file}, RESULTS[table]
    there = [str(name) for _, name, *_ in rows_of(files, table, "PRAGMA table_info({t})")]
    found = _name_column(there) if table == "tagged" else "name" if "name" in there else None
    name = quoted(found) if found else "NULL"
    like = "".join(f"\\{letter}" if letter in "%_\\" else letter for letter in words)
    has, begins, title = "LIKE ?1 ESCAPE '\\'", "LIKE ?2 ESCAPE '\\'", f"coalesce({name}, {key})"
    parts = ["SELECT fid,", key, ",", name, "FROM {t} WHERE", key, has, "OR", name, has]
    parts += ["ORDER BY NOT", title, begins, ",", title, ",", key, "LIMIT", str(MOST)]
    rows = rows_of(files, table, " ".join(parts), (f"%{like}%", f"{like}%"))
    return [Found(table, int(fid), id_text(told), str(named or "")) for fid, told, named in rows]


def _name_column(columns: list[str]) -> str | None:
    """Return the column that came along from the parcels and holds their names."""
    from ...core.inputs.aliases import roles
    from ...core.inputs.fields import guess_field

    return guess_field(roles()["PARCELS"].columns["name"], columns)
