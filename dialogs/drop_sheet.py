# SPDX-License-Identifier: GPL-2.0-or-later
"""What is asked when a file is dropped on the dock: layer, role, encoding with a preview, coordinate system."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from qgis.core import QgsFeatureRequest, QgsMapLayer, QgsProject, QgsProviderRegistry, QgsRasterLayer, QgsVectorLayer
from qgis.gui import QgsProjectionSelectionWidget
from qgis.PyQt.QtWidgets import (
    QCheckBox,
    QComboBox,
    QDialog,
    QDialogButtonBox,
    QFormLayout,
    QLabel,
    QTableWidget,
    QTableWidgetItem,
    QVBoxLayout,
)

from ..processing.texts import tr
from . import project_state, wording
from .cards import text_label
from .steps import ROLES

ENCODINGS = ("UTF-8", "GB18030", "Big5")
NEEDS_ENCODING = (".shp", ".dbf", ".tab", ".mif")
PREVIEW_ROWS = 5


def layers_in(path: Path) -> list[tuple[str, str, str]]:
    """Return (name, uri, provider) of the layers of a file, vectors and rasters; none when it is no data."""
    found = QgsProviderRegistry.instance().querySublayers(str(path))
    return [(item.name() or path.stem, item.uri(), item.providerKey()) for item in found
            if item.providerKey() in ("ogr", "gdal") and item.name() != "layer_styles"]  # fmt: skip


def open_layer(name: str, uri: str, provider: str) -> QgsMapLayer:
    """Open a layer of a file."""
    return QgsRasterLayer(uri, name, provider) if provider == "gdal" else QgsVectorLayer(uri, name, provider)


def guess_of(layer: QgsMapLayer) -> str:
    """Return the likeliest role of a layer; "" when none is likely."""
    from ..core.inputs.guess import LayerFacts, assign_roles

    if isinstance(layer, QgsRasterLayer):
        return "DEM"
    fields = tuple(item.name() for item in layer.fields())
    facts = LayerFacts("x", layer.name(), project_state.geometry_of(layer), fields)
    found = assign_roles([facts], [role for role in ROLES if role != "DEM"])
    return max(found, key=lambda role: found[role][1]) if found else ""


def is_shifted(layer: QgsMapLayer) -> bool:
    """Say whether a layer's name says that it is in the system of Chinese web maps."""
    from ..core.inputs.guess import SHIFTED

    return any(word in layer.name().lower() for word in SHIFTED)


def likely_encoding(path: Path) -> str:
    """Return the encoding of a shapefile without .cpg, told by its bytes: UTF-8 when they are, else GB18030."""
    try:
        data = path.with_suffix(".dbf").read_bytes()[:200_000]
        data.decode("utf-8")
    except UnicodeDecodeError as error:
        return "UTF-8" if error.start > len(data) - 4 else "GB18030"
    except OSError:
        return "UTF-8"
    return "UTF-8"


class DropSheet(QDialog):
    """One file. After accepting, `layer` is open, `role` says what it plays; `corrects`: by a corrected copy."""

    def __init__(self, path: Path, parent: Any = None) -> None:
        super().__init__(parent)
        self.path, self.layer = path, None
        self.setWindowTitle(tr("Add {file}").format(file=path.name))
        layout, form = QVBoxLayout(self), QFormLayout()
        self.which, self.role, self.encoding = QComboBox(), QComboBox(), QComboBox()
        self.crs = QgsProjectionSelectionWidget()
        self.correct = QCheckBox(tr("In GCJ-02 (web maps): use a corrected copy"))
        self.preview, self.said = QTableWidget(), text_label()
        for entry in layers_in(path):
            self.which.addItem(entry[0], entry)
        self.role.addItem(tr("Only add it to the map"), "")
        for role in ROLES:
            self.role.addItem(wording.role_title(role), role)
        self.encoding.addItems(ENCODINGS)
        self.encoding_title = QLabel(tr("Encoding"))
        form.addRow(tr("Layer"), self.which)
        form.addRow(tr("Role"), self.role)
        form.addRow(self.encoding_title, self.encoding)
        form.addRow(tr("Coordinate system"), self.crs)
        layout.addLayout(form)
        for widget in (self.correct, self.said, self.preview):
            layout.addWidget(widget)
        self.buttons = QDialogButtonBox(QDialogButtonBox.StandardButton.Ok | QDialogButtonBox.StandardButton.Cancel)
        self.buttons.button(QDialogButtonBox.StandardButton.Ok).setText(tr("Add"))
        self.buttons.button(QDialogButtonBox.StandardButton.Cancel).setText(tr("Cancel"))
        self.buttons.accepted.connect(self.accept)
        self.buttons.rejected.connect(self.reject)
        layout.addWidget(self.buttons)
        self.which.currentIndexChanged.connect(lambda _: self.open_chosen())
        self.encoding.currentTextChanged.connect(lambda _: self.show_preview())
        self.crs.crsChanged.connect(lambda _: self._take_crs())
        self.resize(self.fontMetrics().averageCharWidth() * 90, self.fontMetrics().height() * 24)
        self.open_chosen()

    def open_chosen(self) -> None:
        """Open the layer chosen and show what it is taken for."""
        entry = self.which.currentData()
        self.layer = open_layer(*entry) if entry else None
        is_good = self.layer is not None and self.layer.isValid()
        self.buttons.button(QDialogButtonBox.StandardButton.Ok).setEnabled(is_good)
        if not is_good:
            self.said.setText(tr("{file} cannot be read as a layer or table.").format(file=self.path.name))
            return
        needs = self.path.suffix.lower() in NEEDS_ENCODING and not self.path.with_suffix(".cpg").exists()
        for widget in (self.encoding, self.encoding_title):
            widget.setVisible(needs)
        if needs:
            self.encoding.setCurrentText(likely_encoding(self.path))
        self.role.setCurrentIndex(max(0, self.role.findData(guess_of(self.layer))))
        self.crs.setEnabled(self.layer.isSpatial())
        self.crs.setCrs(self.layer.crs())
        self.correct.setChecked(False)
        self.correct.setVisible(project_state.geometry_of(self.layer) in ("point", "line", "polygon"))
        self.show_preview()

    def show_preview(self) -> None:
        """Show the first rows as they read in the encoding chosen, and what speaks against the layer."""
        layer, words = self.layer, []
        if layer.isSpatial() and not layer.crs().isValid():
            words.append(tr("The layer has no coordinate system: choose the one it was drawn in."))
        if is_shifted(layer):
            words.append(tr("Its name says GCJ-02: without correction it lies some 500 m off."))
        self.said.setText(" ".join(words))
        if not isinstance(layer, QgsVectorLayer):
            self.preview.hide()
            return
        if self.encoding.isVisibleTo(self):
            layer.setProviderEncoding(self.encoding.currentText())
        names = [item.name() for item in layer.fields()]
        rows = list(layer.getFeatures(QgsFeatureRequest().setLimit(PREVIEW_ROWS)))
        self.preview.setColumnCount(len(names))
        self.preview.setRowCount(len(rows))
        self.preview.setHorizontalHeaderLabels(names)
        for place, feature in enumerate(rows):
            for column, value in enumerate(feature.attributes()):
                self.preview.setItem(place, column, QTableWidgetItem("" if value is None else str(value)))

    def corrects(self) -> bool:
        """Say whether a corrected copy is to be used."""
        return self.correct.isVisibleTo(self) and self.correct.isChecked()

    def add_to(self, project: QgsProject) -> QgsMapLayer:
        """Add the layer to the project, whose it is from now on; return it."""
        layer, self.layer = self.layer, None
        return project.addMapLayer(layer)

    def reject(self) -> None:
        """Close the sheet and let go of the layer."""
        self.layer = None
        super().reject()

    def _take_crs(self) -> None:
        if self.layer is not None and self.layer.isSpatial() and self.crs.crs().isValid():
            self.layer.setCrs(self.crs.crs())
            self.show_preview()
