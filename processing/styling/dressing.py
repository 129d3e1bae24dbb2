# SPDX-License-Identifier: GPL-2.0-or-later
"""What makes a result readable: headings with units, style, and where it comes from, written into the layer."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

from qgis.core import QgsLayerMetadata, QgsProviderRegistry, QgsVectorLayer

from ...core import schema
from ...core.gaps.grouping import USUAL, Groups
from ..output.targets import Target
from .dressed import apply_style
from .folding import fold_columns
from .styles import GAPS

FID = "fid"  # the key of a GeoPackage's rows: it says nothing of them and stands first in every table


class Dresser:
    """Dresses the layers of one result: aliases, style, folded columns, metadata with the run record.

    `texts`: rules and standards, whole, where the record only names them.
    """

    def __init__(
        self, output: Any, language: str, record: dict[str, Any], place: str = "",
        texts: Iterable[Mapping[str, Any]] = (),
    ) -> None:  # fmt: skip
        self._table: schema.Table = output.table
        self._place = place  # the table of a GeoPackage that holds others: there two names must differ
        self._hidden, self._language, self._record, self._texts = set(output.hidden), language, record, texts

    @property
    def table(self) -> str:
        """Return the name of the table in the house's list."""
        return str(self._table.name)

    def dress(self, layer: QgsVectorLayer) -> None:
        """Set headings and style on a layer in memory."""
        for column in self._table.columns:
            index = layer.fields().lookupField(column.name)
            if index >= 0:
                layer.setFieldAlias(index, column.alias(self._language))
        apply_style(layer, self._table, self._language, self._groups())
        hidden = self._hidden | {FID} if layer.fields().lookupField(FID) >= 0 else self._hidden
        if hidden:
            fold_columns(layer, hidden)
        layer.setMetadata(self._metadata(layer))

    def _groups(self) -> Groups:
        """Return which kinds are elders' and children's; only looks of gaps ask, and a standard is read for it."""
        from ...core.delivery.groups import groups_of

        return groups_of(self._record, self._texts) if self.table in GAPS else USUAL

    def dress_and_save(self, layer: QgsVectorLayer) -> None:
        """Dress a GeoPackage layer and keep that as its default style and metadata; aliases live only there."""
        self.dress(layer)
        save_style(layer, layer.name(), self._table.en)
        QgsProviderRegistry.instance().saveLayerMetadata("ogr", layer.source(), layer.metadata())

    def dress_file(self, uri: str) -> None:
        """Dress a table that now stands in a GeoPackage."""
        layer = QgsVectorLayer(uri, uri.rsplit("=", 1)[-1], "ogr")
        if layer.isValid():
            self.dress_and_save(layer)

    def write_record(self, target: Target) -> None:
        """Write the run record beside a file result, whole or not at all."""
        if target.kind != "file" or target.path is None:
            return
        place = target.path.with_name(target.path.name + ".run.json")
        write_text_whole(place, json.dumps(self._record, ensure_ascii=False, indent=1, sort_keys=True))

    def _metadata(self, layer: QgsVectorLayer) -> QgsLayerMetadata:
        metadata = QgsLayerMetadata()
        metadata.setIdentifier("/".join(filter(None, ("urban-renewal", self._table.name, self._place))))
        metadata.setTitle(self._table.zh if self._language == "zh" else self._table.en)
        metadata.setType("dataset")
        metadata.setLanguage(self._language)
        metadata.setCrs(layer.crs())
        metadata.addHistoryItem(json.dumps(self._record, ensure_ascii=False, sort_keys=True))
        return metadata


def save_style(layer: QgsVectorLayer, name: str, description: str) -> None:
    """Keep the layer's style in its own file as the one that is loaded with it (QGIS 3.44 has a new name for that)."""
    save = getattr(layer, "saveStyleToDatabaseV2", None) or layer.saveStyleToDatabase
    save(name, description, True, "")


def write_text_whole(path: Path, text: str) -> None:
    """Write a text file beside its place, then move it there."""
    part = path.with_name(path.name + ".part")
    part.write_text(text, encoding="utf-8")
    part.replace(path)
