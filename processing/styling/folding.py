# SPDX-License-Identifier: GPL-2.0-or-later
"""Columns that stand in a layer but are folded away where it is read: in its attribute table, in its form."""

from __future__ import annotations

from collections.abc import Collection

from qgis.core import QgsAttributeEditorField, QgsEditFormConfig, QgsVectorLayer
from qgis.PyQt.QtGui import QFontMetrics
from qgis.PyQt.QtWidgets import QApplication

USUAL_PX = 100  # width of a column of QGIS's attribute table


def fold_columns(layer: QgsVectorLayer, hidden: Collection[str]) -> None:
    """Fold columns away in the attribute table, beside those that are folded already."""
    config = layer.attributeTableConfig()
    config.update(layer.fields())
    columns = config.columns()
    for column in columns:
        column.hidden = column.hidden or column.name in hidden
    config.setColumns(columns)
    layer.setAttributeTableConfig(config)


def show_columns(layer: QgsVectorLayer, shown: Collection[str]) -> None:
    """Show only these columns, in the attribute table, wide enough for their headings, and in the form.

    They stay in the order of the layer. QGIS makes a field of the form for each column before a table opens: for 84 of
    them a quarter of a second.
    """
    fields = layer.fields()
    fold_columns(layer, [name for name in fields.names() if name not in shown])
    _widen(layer)
    form = layer.editFormConfig()
    form.setLayout(QgsEditFormConfig.EditorLayout.TabLayout)
    form.clearTabs()
    for number, name in enumerate(fields.names()):
        if name in shown:
            form.addTab(QgsAttributeEditorField(name, number, form.invisibleRootContainer()))
    layer.setEditFormConfig(form)


def _widen(layer: QgsVectorLayer) -> None:
    """Give columns whose headings need more than QGIS has for them the width of their headings."""
    metrics, config = QFontMetrics(QApplication.font()), layer.attributeTableConfig()
    columns = config.columns()
    for column in columns:
        heading = layer.attributeDisplayName(layer.fields().lookupField(column.name))
        wide = metrics.horizontalAdvance(f"{heading}mmm")  # a margin on both sides, the arrow of the order
        column.width = wide if wide > USUAL_PX else column.width
    config.setColumns(columns)
    layer.setAttributeTableConfig(config)
