# SPDX-License-Identifier: GPL-2.0-or-later
"""project.qgz: the delivery as a QGIS project with relative paths, groups, themes and layouts; never the user's own."""

from __future__ import annotations

import html
import re
import zipfile
from pathlib import Path
from typing import Any

from qgis.core import (
    Qgis,
    QgsExpressionContextUtils,
    QgsMapThemeCollection,
    QgsProject,
    QgsReferencedRectangle,
    QgsVectorLayer,
)

from ...core.delivery.palette import kind_name
from ...core.errors import RenewalError
from .labels import label_layers
from .package import DATA

PROJECT = "project.qgz"
GROUPS = (  # group, its title, tables in drawing order from above
    (
        "zones",
        {"zh": "片区", "en": "Zones"},
        (
            "cores",
            "branches",
            "links",
            "sites",
            "zones",
            "actions",
            "petals",
            "projects",
            "members",
            "findings",
            "project_items",
        ),
    ),
    ("gaps", {"zh": "缺口", "en": "Gaps"}, ("facility_load", "gap", "gap_summary", "gap_detail")),
    ("tags", {"zh": "识别", "en": "Tags"}, ("tagged", "reviews")),
    ("base", {"zh": "基础", "en": "Base"}, ("facilities", "edges", "buildings", "left_out")),
)
THEMES = (
    ("tags", {"zh": "识别", "en": "Tags"}, ("zones", "tagged", "edges", "buildings")),
    ("gaps", {"zh": "缺口", "en": "Gaps"}, ("facility_load", "gap", "edges", "buildings")),
    ("zones", {"zh": "片区", "en": "Zones"}, ("cores", "branches", "zones", "petals", "edges", "buildings")),
    (
        "actions",
        {"zh": "留改拆增", "en": "Actions"},
        ("cores", "branches", "zones", "actions", "petals", "edges", "buildings"),
    ),
)
SHOWN_FIRST = "zones"  # the theme in which the project opens


class DeliveryProject:
    """A project over data.gpkg; `layers` by table name, several for a table that is split by kind."""

    def __init__(self, folder: Path, study: Any) -> None:
        self.folder, self.study = folder, study
        self.project = QgsProject()
        self.layers: dict[str, list[QgsVectorLayer]] = {}
        self.project.setFilePathStorage(Qgis.FilePathType.Relative)
        self.project.setTitle(study.title)
        working = study.inputs.plan.working
        if working is not None and working.crs is not None:
            self.project.setCrs(working.crs)
        self._add_groups()
        label_layers(self)
        self._add_themes()
        self._add_variables()

    def layer(self, name: str) -> QgsVectorLayer | None:
        """Return the (first) layer of a table, None when the delivery has none."""
        return next(iter(self.layers.get(name, ())), None)

    def of_theme(self, theme: str) -> list[QgsVectorLayer]:
        """Return the layers of a theme from above."""
        names = next(names for key, _, names in THEMES if key == theme)
        return [layer for layer in map(self.layer, names) if layer is not None]

    def write(self) -> Path:
        """Write the project, open it again and refuse it unless every layer is valid and no path is absolute."""
        path = self.folder / PROJECT
        if not self.project.write(str(path)):
            raise RenewalError("write_failed", path=PROJECT, reason=self.project.error())
        _make_neutral(path)
        self._check(path)
        return path

    def close(self) -> None:
        """Let go of the layers, so that the files can be moved."""
        self.layers.clear()
        self.project.clear()

    def _add_groups(self) -> None:
        language = self.study.language
        root = self.project.layerTreeRoot()
        for key, title, names in GROUPS:
            group = root.addGroup(title[language])
            group.setCustomProperty("urbanrenewal/group", key)
            for name in names:
                for layer in self._open(name):
                    self.project.addMapLayer(layer, False)
                    group.addLayer(layer)
                    self.layers.setdefault(name, []).append(layer)
            if not group.children():
                root.removeChildNode(group)

    def _open(self, name: str) -> list[QgsVectorLayer]:
        """Open a table; the summary by community once a kind, because its polygons lie on each other."""
        if name not in self.study.layers:
            return []
        delivered, language = self.study.layers[name], self.study.language
        title = delivered.table.zh if language == "zh" else delivered.table.en
        kinds = sorted(delivered.frame["kind"].dropna().unique()) if name == "gap_summary" else [""]
        found = []
        for kind in kinds:
            told = f"{title} · {kind_name(kind, language)}" if kind else title
            layer = QgsVectorLayer(f"{self.folder / DATA}|layername={name}", told, "ogr")
            if kind:
                layer.setSubsetString(f"\"kind\" = '{kind}'")
            if not layer.isValid():
                raise RenewalError("project_layer_broken", layer=name)
            layer.setReadOnly(name != "reviews")
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
        """Say in the project which rules and standards its numbers come from."""
        by_kind: dict[str, list[str]] = {}
        for rule in self.study.rules():
            by_kind.setdefault(rule["kind"].replace("-", "_"), []).append(rule["id"])
        for kind, ids in by_kind.items():
            QgsExpressionContextUtils.setProjectVariable(self.project, f"urbanrenewal_{kind}", ", ".join(ids))

    def _check(self, path: Path) -> None:
        with zipfile.ZipFile(path) as archive:
            for name in archive.namelist():
                text = archive.read(name).decode("utf-8", "replace")
                if name.endswith(".qgs") and (str(self.folder) in text or "<dataSource>/" in text or "file://" in text):
                    raise RenewalError("project_shows_path", file=PROJECT)
        again = QgsProject()
        try:
            good = again.read(str(path), Qgis.ProjectReadFlag.DontResolveLayers) and again.read(str(path))
            broken = [layer.name() for layer in again.mapLayers().values() if not layer.isValid()]
            if not good or broken or len(again.mapLayers()) != len(self.project.mapLayers()):
                raise RenewalError("project_layer_broken", layer=broken or PROJECT)
        finally:
            again.clear()


def _make_neutral(path: Path) -> None:
    """Take out of a project what belongs to this machine: the account's name, and folders that layouts write down.

    Maps in layouts keep each layer's full source beside its id, whatever the project's setting for paths is.
    """
    folder = html.escape(path.parent.as_posix()).encode()
    with zipfile.ZipFile(path) as archive:
        parts = {name: archive.read(name) for name in archive.namelist()}
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in parts.items():
            if name.endswith(".qgs"):
                neutral = re.sub(rb' saveUser(Full)?="[^"]*"', b"", content)
                archive.writestr(name, neutral.replace(b'source="' + folder + b"/", b'source="./'))
            else:
                archive.writestr(name, content)
