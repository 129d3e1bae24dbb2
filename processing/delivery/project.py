# SPDX-License-Identifier: GPL-2.0-or-later
"""project.qgz: the delivery as a QGIS project with relative paths, groups, themes and layouts; never the user's own."""

from __future__ import annotations

import html
import re
import zipfile
import zlib
from pathlib import Path
from typing import Any

from qgis.core import (
    Qgis,
    QgsBookmark,
    QgsExpressionContextUtils,
    QgsMapThemeCollection,
    QgsProject,
    QgsReadWriteContext,
    QgsRectangle,
    QgsReferencedRectangle,
    QgsVectorLayer,
)
from qgis.PyQt.QtGui import QColor

from ...core.delivery.scales import page
from ...core.errors import RenewalError
from ...core.palette import kind_name, palette, stage_name
from ...core.sqlnames import literal
from ..running.deleting import delete_project
from ..styling.counting import drop_empty
from ..styling.dressed import see_through, wear
from ..styling.loads import full_rows, join_full
from .bounds import RELIEF
from .package import DATA
from .pages.labels import label_layers
from .pages.surroundings import GROUND, label_surroundings, open_relief
from .reopen import PROJECT
from .view3d import add_view

GROUPS = (  # group, its title, tables in drawing order from above
    (
        "zones",
        {"zh": "示范片区", "en": "Demonstration zones"},
        (
            "cores",
            "branches",
            "links",
            "sites",
            "corners",
            "zones",
            "checked_zones",
            "actions",
            "petals",
            "projects",
            "members",
            "findings",
            "project_items",
            "land_use",
        ),
    ),
    (
        "gaps",
        {"zh": "步行与缺口", "en": "Walking and gaps"},
        ("facilities", "facility_load", "gap", "gap_summary", "gap_detail", "edges"),
    ),
    ("tags", {"zh": "识别结果", "en": "Tags"}, ("tagged", "reviews")),
    (
        "base",
        {"zh": "输入与底图", "en": "Inputs and base map"},
        (
            "stations",
            "station_entrances",
            "given",
            "locked_in",
            "locked_out",
            "roads",
            "buildings",
            "protected",
            "programme",
            "communities",
            "barriers",
            "contours",
            "green",
            "land_use_map",
            "left_out",
        ),
    ),
)
BASE = ("roads", "edges", "protected", "buildings", *GROUND)  # below what a theme is about; ways where no roads are
THEMES = (
    ("tags", {"zh": "识别", "en": "Tags"}, ("cores", "zones", "tagged", *BASE)),
    ("gaps", {"zh": "缺口", "en": "Gaps"}, ("gap", "stations", "facilities", "communities", *BASE)),
    ("zones", {"zh": "片区", "en": "Zones"}, ("cores", "branches", "zones", "petals", "station_entrances", *BASE)),
    (
        "actions",
        {"zh": "留改拆增", "en": "Actions"},
        ("cores", "branches", "zones", "actions", "petals", *BASE),
    ),
)
SPLIT: dict[str, tuple[str, Any]] = {  # table: the column that splits it, what a value of it is called
    "gap_summary": ("kind", kind_name),
    "land_use_map": ("stage", stage_name),
}
TABLES = {"zh": "表格", "en": "Tables"}
PRINT = {"zh": "出图", "en": "Print"}
LAYOUT = "layout.qpt"  # of one sheet, on its way into the project
NO_LAYOUTS = b"<Layouts/>"  # as QGIS writes a project without any
OWN_SOURCE = re.compile(
    rb"(<datasource>)(?:[^<|]*/)?(" + b"|".join(re.escape(name.encode()) for name in (DATA, RELIEF)) + rb")(?=[|<])"
)
UNUSED = re.compile(  # looks that are switched off, and empty lists of rules: half of a layout's text
    rb"""\s*(?:<background\ [^>]*shapeDraw="0".*?</background>
    |<shadow\ [^>]*shadowDraw="0"[^>]*/>
    |<text-mask\ [^>]*maskEnabled="0"[^>]*/>
    |<(dd_properties|data_defined_properties|dataDefinedProperties)>\s*<Option\ type="Map">\s*
     (?:<Option\ (?:name="(?:name|type)"\ ?|value="(?:collection)?"\ ?|type="QString"\ ?)+/>\s*
     |<Option\ name="properties"/>\s*){3}</Option>\s*</\1>)""",
    re.DOTALL | re.VERBOSE,
)
SHOWN_FIRST = "zones"  # the theme in which the project opens


class DeliveryProject:
    """A project over data.gpkg; `layers` by table name, several for a table that is split by kind."""

    def __init__(self, folder: Path, study: Any, run: Any) -> None:
        self.folder, self.study, self.run = folder, study, run
        self.project = QgsProject()
        self.project.setFileName(str(folder / PROJECT))  # what layouts write down of their layers is relative to it
        self._layouts: list[bytes] = []  # as they will stand in the file, packed
        self.layers: dict[str, list[QgsVectorLayer]] = {}
        self.sheet: Any = None  # the one that is being drawn and printed
        try:
            self._fill()
        except BaseException:  # Cancel: nobody else could close it
            self.close()
            raise

    def _fill(self) -> None:
        self.project.setFilePathStorage(Qgis.FilePathType.Relative)
        self.project.setTitle(self.study.title)
        working = self.study.inputs.plan.working
        if working is not None and working.crs is not None:
            self.project.setCrs(working.crs)
        self.project.setBackgroundColor(QColor(palette()["base"]["land"]["color"]))
        self._add_groups()
        self._join_loads()
        label_layers(self)
        label_surroundings(self)
        self._add_themes()
        self._add_variables()
        self._add_bookmarks()

    def layer(self, name: str) -> QgsVectorLayer | None:
        """Return the (first) layer of a table, None when the delivery has none."""
        return next(iter(self.layers.get(name, ())), None)

    def of_theme(self, theme: str) -> list[QgsVectorLayer]:
        """Return the layers of a theme from above."""
        names = next(names for key, _, names in THEMES if key == theme)
        found = {name: layer for name in names if (layer := self.layer(name)) is not None}
        if "roads" in found:
            found.pop("edges", None)  # they lie on each other
        return list(found.values())

    def write(self) -> Path:
        """Write the project. Once it is closed, `reopen_elsewhere` says whether it may leave the house."""
        path = self.folder / PROJECT
        self._add_print_theme()
        add_view(self)
        self.run.check()
        if not self.project.write(str(path)):
            raise RenewalError("write_failed", path=PROJECT, reason=self.project.error())
        self.run.check()
        _finish(path, self._layouts, self.run)
        return path

    def keep(self, layout: Any) -> None:
        """Put a sheet's layout into the project: as text, which QGIS would make of a city's sheets in one call of many
        seconds. Without a project among the formats there is nothing to keep.
        """
        self.run.check()
        if "qgz" not in self.study.formats:
            return
        context, place = QgsReadWriteContext(), self.folder / LAYOUT
        context.setPathResolver(self.project.pathResolver())
        context.setTransformContext(self.project.transformContext())
        if not layout.saveAsTemplate(str(place), context):  # the text of a document made here would hold Python's lock
            raise RenewalError("write_failed", path=PROJECT, reason=layout.name())
        self._layouts.append(zlib.compress(_terse(_neutral(place.read_bytes(), self.folder)), 1))
        place.unlink()

    def view_extent(self) -> QgsRectangle:
        """Return the ground that the zones lie on, in the project's system; a kilometre when there is none."""
        shapes = [shape for shape in self.study.metres("ZONES")["geometry"] if shape is not None and not shape.is_empty]
        box = QgsRectangle() if shapes else QgsRectangle(0, 0, 1000, 1000)
        for shape in shapes:
            box.combineExtentWith(QgsRectangle(*shape.bounds))
        return box

    def close_sheet(self) -> None:
        """Let go of the sheet at hand, drawn as far as it may be."""
        sheet, self.sheet = self.sheet, None
        if sheet is not None:
            sheet.close()

    def close(self) -> None:
        """Let go of the layers, so that the files can be moved."""
        self.close_sheet()
        self.layers.clear()
        delete_project(self.project)

    def _add_groups(self) -> None:
        """Add each theme's layers as a group, its tables without places folded below what can be drawn.

        No group is made and taken away again: PyQt would take the next one, at the same address, for the one deleted.
        """
        for key, title, names in GROUPS:
            found = [(name, layer) for name in names for layer in self._open(name)]
            relief = open_relief(self) if key == "base" else None
            found += [("relief", relief)] if relief is not None else []
            if found:
                self._add_group(key, title[self.study.language], found)

    def _add_group(self, key: str, title: str, found: list[tuple[str, Any]]) -> None:
        group = self.project.layerTreeRoot().addGroup(title)
        group.setCustomProperty("urbanrenewal/group", key)
        places = [(name, layer) for name, layer in found if layer.isSpatial()]
        tables = [(name, layer) for name, layer in found if not layer.isSpatial()]
        for name, layer in places:
            self._add(group, name, layer)
        if tables:
            below = group.addGroup(TABLES[self.study.language])
            below.setExpanded(False)
            for name, layer in tables:
                self._add(below, name, layer)

    def _add(self, group: Any, name: str, layer: Any) -> None:
        self.run.check()
        self.project.addMapLayer(layer, False)
        group.addLayer(layer)
        self.layers.setdefault(name, []).append(layer)

    def _join_loads(self) -> None:
        """Let facilities that are full stand out, as in the Workbench; without their load nothing changes."""
        places, load, language = self.layer("facilities"), self.layer("facility_load"), self.study.language
        if places is None or load is None or not places.isSpatial():
            return
        rows = full_rows(load.source(), load.name())
        self.project.addMapLayer(rows, False)  # in no group: it tells nothing by itself
        join_full(places, rows, "facility_id")
        wear(places, "facilities", language)

    def _open(self, name: str) -> list[QgsVectorLayer]:
        """Open a table; summary by community and land use once a kind or stage: their polygons lie on each other."""
        if name not in self.study.layers:
            return []
        delivered, language = self.study.layers[name], self.study.language
        title = delivered.table.zh if language == "zh" else delivered.table.en
        split, tell = SPLIT.get(name, ("", None))
        found = []
        for kind in sorted(delivered.frame[split].dropna().unique()) if split else [""]:
            self.run.check()
            told = f"{title} · {tell(kind, language)}" if tell else title
            part = f'|subset="{split}" = {literal(kind)}' if kind else ""  # set later, the layer may lose its fields
            layer = QgsVectorLayer(f"{self.folder / DATA}|layername={name}{part}", told, "ogr")
            if not layer.isValid():
                raise RenewalError("project_layer_broken", layer=name)
            layer.setReadOnly(name != "reviews")
            see_through(layer, name)
            drop_empty(layer)
            found.append(layer)
        return found

    def _add_themes(self) -> None:
        language, themes = self.study.language, self.project.mapThemeCollection()
        for key, title, _ in THEMES:
            if key == "actions" and self.layer(key) is None:
                continue  # it would show the same as the zones
            record = QgsMapThemeCollection.MapThemeRecord()
            shown = self.of_theme(key)
            for layer in shown:
                record.addLayerRecord(QgsMapThemeCollection.MapThemeLayerRecord(layer))
            if shown:
                themes.insert(title[language], record)
        shown_ids = {layer.id() for layer in self.of_theme(SHOWN_FIRST)}
        for node in self.project.layerTreeRoot().findLayers():
            node.setItemVisibilityChecked(node.layerId() in shown_ids)
            node.setExpanded(node.layerId() in shown_ids)
        zones = self.layer("zones")
        if zones is not None:
            view = QgsReferencedRectangle(zones.extent(), zones.crs())
            self.project.viewSettings().setDefaultViewExtent(view)

    def _add_variables(self) -> None:
        """Keep in the project the rules and standards its numbers come from: names, hashes, and the texts whole."""
        from ...core.delivery.rulebook import find_document
        from ...core.jsontext import canonical_json

        documents = self.study.documents
        by_kind: dict[str, list[dict[str, Any]]] = {}
        for rule in self.study.rules:
            by_kind.setdefault(rule["kind"].replace("-", "_"), []).append(rule)
        for kind, rules in by_kind.items():
            name, whole = f"urbanrenewal_{kind}", [find_document(rule, documents) for rule in rules]
            told = {name: ", ".join(rule["id"] for rule in rules)}
            told[f"{name}_sha256"] = ", ".join(rule["content"] for rule in rules)
            told[f"{name}_json"] = canonical_json(whole if len(whole) > 1 else whole[0])
            for key, text in told.items():
                QgsExpressionContextUtils.setProjectVariable(self.project, key, text)

    def _add_bookmarks(self) -> None:
        """Add a bookmark a zone, 8 % around it."""
        zones, manager = self.study.metres("ZONES"), self.project.bookmarkManager()
        for zone in zones.sort_values("zone_id").to_dict("records"):
            shape = zone["geometry"]
            if shape is None or shape.is_empty:
                continue
            box = QgsRectangle(*shape.bounds)
            box.scale(1 + 2 * page()["margin_share"])
            mark = QgsBookmark()
            mark.setId(str(zone["zone_id"]))
            mark.setName(zone["name"] if isinstance(zone["name"], str) else str(zone["zone_id"]))
            mark.setGroup(next(title for key, title, _ in GROUPS if key == "zones")[self.study.language])
            mark.setExtent(QgsReferencedRectangle(box, self.project.crs()))
            manager.addBookmark(mark)

    def _add_print_theme(self) -> None:
        """Add the theme of the printed overview: plain zones, petals, actions and roads with their rims."""
        names = ("cores", "station_entrances", "page_stations", "branches", "city_zones", "actions", "petals")
        names += ("page_names", "page_roads", "edges", "buildings", *GROUND)
        shown = [layer for layer in map(self.layer, names) if layer is not None]
        if "page_roads" in self.layers and self.layer("edges") in shown:
            shown.remove(self.layer("edges"))
        record = QgsMapThemeCollection.MapThemeRecord()
        for layer in shown:
            record.addLayerRecord(QgsMapThemeCollection.MapThemeLayerRecord(layer))
        if shown:
            self.project.mapThemeCollection().insert(PRINT[self.study.language], record)


def _finish(path: Path, layouts: list[bytes], run: Any) -> None:
    """Put the layouts into a project and take out what belongs to this machine. Raises RenewalError, Cancelled."""
    with zipfile.ZipFile(path) as archive:
        parts = {name: archive.read(name) for name in archive.namelist()}
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in parts.items():
            if not name.endswith(".qgs"):
                archive.writestr(name, content)
                continue
            before, mark, behind = _neutral(content, path.parent).partition(NO_LAYOUTS)
            if layouts and not mark:
                raise RenewalError("write_failed", path=PROJECT, reason="Layouts")
            with archive.open(name, "w") as file:
                file.write(before)
                file.write(b"<Layouts>" if layouts else mark)
                for packed in layouts:
                    run.check()
                    file.write(zlib.decompress(packed))
                file.write(b"</Layouts>" if layouts else b"")
                file.write(behind)


def _terse(layout: bytes) -> bytes:
    """Return a layout's text without what QGIS takes for granted where it is absent: a project of a city's sheets is
    read in three quarters of the time.
    """
    return UNUSED.sub(b"", layout)


def _neutral(content: bytes, folder: Path) -> bytes:
    """Return a project's text without the account's name and the folders that layouts write down.

    Maps in layouts keep each layer's full source beside its id, whatever the project's setting for paths is. And QGIS
    makes a layer's source relative twice: where the folder the program works in has a file of the same name, as it has
    once a delivery was opened by a double click, it then leads there.
    """
    shown = html.escape(folder.as_posix()).encode()
    nameless = re.sub(rb' saveUser(Full)?="[^"]*"', b"", content)
    own = OWN_SOURCE.sub(rb"\1./\2", nameless)
    return own.replace(b'source="' + shown + b"/", b'source="./')
