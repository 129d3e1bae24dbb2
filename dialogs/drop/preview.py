# SPDX-License-Identifier: GPL-2.0-or-later
"""The table of a drop sheet: the first rows of a layer, or the layers of a file."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from qgis.core import QgsFeatureRequest, QgsVectorLayer
from qgis.PyQt.QtWidgets import QTableWidget, QTableWidgetItem, QWidget

from ...processing.intake.reading import plain_value
from ...processing.texts import tr
from ..parts.tables import make_copyable

ROWS = 5


class Preview(QTableWidget):
    """Rows to look at and to copy; the last column takes what room is left."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setEditTriggers(QTableWidget.EditTrigger.NoEditTriggers)
        self.setAccessibleName(tr("First rows"))
        self.verticalHeader().hide()
        self.verticalHeader().setDefaultSectionSize(int(self.fontMetrics().height() * 1.5))
        make_copyable(self)

    def show_layer(self, layer: QgsVectorLayer) -> None:
        """Show the first rows of a layer, in the encoding that it has."""
        rows = list(layer.getFeatures(QgsFeatureRequest().setLimit(ROWS)))
        names = [item.name() for item in layer.fields() if item.name().lower() != "fid"]
        self.show_rows(names, [[_text(row[name]) for name in names] for row in rows])

    def show_rows(self, names: Sequence[str], rows: Sequence[Sequence[str]]) -> None:
        """Show these rows under these headings."""
        self.show()
        self.setColumnCount(len(names))
        self.setRowCount(len(rows))
        self.setHorizontalHeaderLabels(list(names))
        for place, row in enumerate(rows):
            for column, text in enumerate(row):
                self.setItem(place, column, QTableWidgetItem(text))
        head = self.horizontalHeader()
        head.setStretchLastSection(False)
        self.resizeColumnsToContents()
        head.setStretchLastSection(head.length() < self.viewport().width())


def _text(value: Any) -> str:
    told = plain_value(value)
    return "" if told is None else str(told)
