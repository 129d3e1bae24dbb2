# SPDX-License-Identifier: GPL-2.0-or-later
"""Which layers are facilities, and what kind each holds: asked for one file that is dropped, or for a whole project."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from qgis.core import NULL, QgsFeatureRequest, QgsMapLayer, QgsProject, QgsVectorLayer
from qgis.PyQt.QtCore import Qt
from qgis.PyQt.QtWidgets import (
    QCheckBox,
    QDialog,
    QDialogButtonBox,
    QFormLayout,
    QHeaderView,
    QLabel,
    QTableWidget,
    QTableWidgetItem,
    QVBoxLayout,
    QWidget,
)

from ...processing.texts import interface_language, tr
from ...processing.toolbox.choices import choice_title
from ...processing.toolbox.parameters import BUILT
from ..parts.calm import CalmCombo
from ..parts.help_pages import add_help
from ..parts.phrases import listed
from ..parts.tables import keep_size
from ..parts.widgets import text_label
from ..study import project_state, results, wording
from ..study.signatures import signature
from .opened import guess_of

ROLE = "FACILITIES"
MADE_OF = "urban_renewal/made_of"  # property of the layer that is made: its parts, as JSON
LOOKED_AT = 200  # rows that tell whether a field of the layer says the kind
LAYER, ROWS, KIND = range(3)


@dataclass(frozen=True)
class Member:
    """A layer that takes part: where it is, its name then, the kind said for all its rows ("" = as they say)."""

    layer_id: str
    source: str
    name: str
    kind: str = ""
    seen: str = ""  # its signature when it was read


def members_of(layer: QgsMapLayer | None) -> list[Member]:
    """Return what a layer was made of; none for any other layer."""
    try:
        return [Member(**item) for item in json.loads(layer.customProperty(MADE_OF) or "[]")] if layer else []
    except (TypeError, ValueError):
        return []


def member(layer: QgsMapLayer, kind: str = "") -> Member:
    """Return a layer as it takes part now."""
    return Member(layer.id(), layer.source(), layer.name(), kind, signature(layer))


def kind_told(layer: QgsVectorLayer) -> str:
    """Return the kind that a layer's name tells where none of its fields does; "" when its rows say it, or nothing."""
    from ...core.gaps.merging import kind_in
    from ...core.inputs.aliases import fold, roles

    field = project_state.columns_of(layer, ROLE, {}).get("kind")
    if field:
        known = roles()[ROLE].columns["kind"].values
        request = QgsFeatureRequest().setFlags(QgsFeatureRequest.Flag.NoGeometry).setLimit(LOOKED_AT)
        request.setSubsetOfAttributes([layer.fields().indexOf(field)])
        words = {str(row[field]) for row in layer.getFeatures(request) if row[field] not in (None, NULL)}
        if any(fold(word) in known or kind_in(word) for word in words):
            return ""
    return kind_in(layer.name())


class KindCombo(CalmCombo):
    """The kind of a layer's facilities: as its rows say, or one for all."""

    def __init__(self) -> None:
        super().__init__()
        self.addItem(tr("as its rows say"), "")
        for kind in BUILT["KINDS"]:
            self.addItem(choice_title("KINDS", kind, interface_language()), kind)
        self.setAccessibleName(tr("Kind of facility"))

    def show_kind(self, kind: str) -> None:
        """Choose a kind."""
        self.setCurrentIndex(max(0, self.findData(kind)))


class FacilityChoice(QWidget):
    """Beside a dropped file that holds facilities: their kind, and whether they join those there are."""

    def __init__(self, merging: Any) -> None:
        super().__init__()
        self._merging = merging
        self.kind, self.joins = KindCombo(), QCheckBox()
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        form = QFormLayout()
        self.title = QLabel(tr("Kind of facility"))
        self.title.setBuddy(self.kind)
        form.addRow(self.title, self.kind)
        layout.addLayout(form)
        layout.addWidget(self.joins)
        self.look(None, "")

    def look(self, layer: QgsMapLayer | None, role: str) -> None:
        """Show what is asked of a layer in a role; nothing of any other than facilities on the map."""
        is_asked = role == ROLE and isinstance(layer, QgsVectorLayer) and layer.isSpatial()
        others = [item.name for item in self._merging.members()] if is_asked and self._merging is not None else []
        self.kind.show_kind(kind_told(layer) if is_asked else "")
        self.joins.setText(tr("Add to the facilities there are: {layers}").format(layers=listed(others)))
        self.joins.setChecked(bool(others))
        self.joins.setVisible(bool(others))
        self.setVisible(is_asked)

    def asked(self) -> tuple[str, bool]:
        """Return the kind of all rows ("" = as they say) and whether they join the facilities there are."""
        return self.kind.currentData() or "", self.joins.isChecked()


class SeveralLayers(QDialog):
    """The layers of a project that can be facilities: those ticked become one."""

    def __init__(self, project: QgsProject, members: Sequence[Member], parent: Any = None) -> None:
        super().__init__(parent)
        self.setWindowTitle(tr("Facilities from several layers"))
        layout = QVBoxLayout(self)
        layout.addWidget(text_label(
            tr("Tick the layers that hold facilities. They become one layer, in which each row says where it is from. "
               "It is made anew when one of them changes; the layers themselves stay as they are.")))  # fmt: skip
        ours = results.result_ids(project)
        known = {item.layer_id: item for item in members}
        found = [layer for layer in project_state.candidates(project, ROLE)
                 if layer.id() not in ours and layer.isSpatial() and not members_of(layer)]  # fmt: skip
        told = {layer.id() for layer in found if guess_of(layer) == ROLE}
        # those that take part come first, then what may be facilities, then any other layer
        self.layers = sorted(found, key=lambda item: (item.id() not in known, item.id() not in told))
        self.table = QTableWidget(len(self.layers), 3)
        self.table.setHorizontalHeaderLabels([tr("Layer"), tr("Rows"), tr("Kind of facility")])
        self.table.setAccessibleName(tr("Layers"))
        self.table.verticalHeader().hide()
        self.table.setEditTriggers(QTableWidget.EditTrigger.NoEditTriggers)
        self._away = [item for item in members if project.mapLayer(item.layer_id) is None]  # read from their files
        self.kinds: list[KindCombo] = []
        for row, layer in enumerate(self.layers):
            self._add_row(row, layer, known.get(layer.id()), not members and layer.id() in told)
        head = self.table.horizontalHeader()
        head.setSectionResizeMode(QHeaderView.ResizeMode.ResizeToContents)
        head.setSectionResizeMode(LAYER, QHeaderView.ResizeMode.Stretch)
        self.table.verticalHeader().setDefaultSectionSize(
            max([24, *(box.sizeHint().height() + 4 for box in self.kinds)])
        )
        layout.addWidget(self.table)
        self.buttons = QDialogButtonBox(QDialogButtonBox.StandardButton.Ok | QDialogButtonBox.StandardButton.Cancel)
        self.buttons.button(QDialogButtonBox.StandardButton.Ok).setText(tr("Put together"))
        self.buttons.button(QDialogButtonBox.StandardButton.Cancel).setText(tr("Cancel"))
        self.buttons.accepted.connect(self.accept)
        self.buttons.rejected.connect(self.reject)
        add_help(self, "guide#s2", buttons=self.buttons)
        layout.addWidget(self.buttons)
        self.table.itemChanged.connect(lambda _: self._look())
        self.resize(self.fontMetrics().averageCharWidth() * 90, self.fontMetrics().height() * 22)
        keep_size(self, "several_layers")
        self._look()

    def _add_row(self, row: int, layer: QgsVectorLayer, known: Member | None, is_guessed: bool) -> None:
        name = QTableWidgetItem(layer.name())
        name.setFlags(Qt.ItemFlag.ItemIsEnabled | Qt.ItemFlag.ItemIsSelectable | Qt.ItemFlag.ItemIsUserCheckable)
        is_in = known is not None or is_guessed
        name.setCheckState(Qt.CheckState.Checked if is_in else Qt.CheckState.Unchecked)
        name.setToolTip(layer.source())
        count = QTableWidgetItem(wording.number(layer.featureCount()))
        count.setTextAlignment(Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter)
        kind = KindCombo()
        kind.show_kind(known.kind if known is not None and known.kind else kind_told(layer))
        self.kinds.append(kind)
        self.table.setItem(row, LAYER, name)
        self.table.setItem(row, ROWS, count)
        self.table.setCellWidget(row, KIND, kind)

    def chosen(self) -> list[Member]:
        """Return the layers that are ticked."""
        here = [member(layer, self.kinds[row].currentData()) for row, layer in enumerate(self.layers)
                if self.table.item(row, LAYER).checkState() == Qt.CheckState.Checked]  # fmt: skip
        return [*here, *self._away]

    def _look(self) -> None:
        self.buttons.button(QDialogButtonBox.StandardButton.Ok).setEnabled(bool(self.chosen()))
