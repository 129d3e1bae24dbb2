# SPDX-License-Identifier: GPL-2.0-or-later
"""The buttons of a template's editor: layers below the list at the left, fields below their table."""

from __future__ import annotations

from typing import Any

from qgis.PyQt.QtWidgets import QGridLayout, QHBoxLayout, QPushButton, QWidget

from ...core.jsontext import KeyPath
from ...processing.texts import tr
from . import template_shape as shape
from .template_dialogs import FieldDialog, ItemDialog, LayerDialog
from .template_shape import Item

LAYER = "layer:"  # before the id of a layer in the key of its section


class TemplateBar:
    """Adds, changes, moves and takes away layers and fields of the draft of an EditorDialog; each is one edit."""

    def __init__(self, dialog: Any) -> None:
        self.dialog = dialog
        self.layers, self.fields = QWidget(), QWidget()
        self.buttons = {
            "layer_new": QPushButton(tr("Add layer…")), "layer_edit": QPushButton(tr("Change layer…")),
            "layer_gone": QPushButton(tr("Remove layer")), "new": QPushButton(tr("Add field…")),
            "edit": QPushButton(tr("Change field…")), "gone": QPushButton(tr("Remove field")),
            "up": QPushButton("↑"), "down": QPushButton("↓"),
        }  # fmt: skip
        self.buttons["up"].setAccessibleName(tr("Move the field up"))
        self.buttons["down"].setAccessibleName(tr("Move the field down"))
        for name in ("up", "down"):
            self.buttons[name].setMaximumWidth(dialog.fontMetrics().averageCharWidth() * 6)
        grid, row = QGridLayout(self.layers), QHBoxLayout(self.fields)
        for layout in (grid, row):
            layout.setContentsMargins(0, 0, 0, 0)
        grid.addWidget(self.buttons["layer_new"], 0, 0, 1, 2)
        grid.addWidget(self.buttons["layer_edit"], 1, 0)
        grid.addWidget(self.buttons["layer_gone"], 1, 1)
        for name in ("new", "edit", "gone", "up", "down"):
            row.addWidget(self.buttons[name])
        row.addStretch(1)
        for name, button in self.buttons.items():
            button.setAutoDefault(False)
            button.clicked.connect(lambda _, name=name: self.act(name))

    # --- where we are -------------------------------------------------------------------------------------------------

    def layer_place(self) -> int:
        """Return the place of the layer that is shown; -1 = another section is."""
        key, layers = self.dialog.key, self.dialog.draft.now["layers"]
        name = key[len(LAYER) :] if key.startswith(LAYER) else ""
        return next((place for place, layer in enumerate(layers) if layer["id"] == name), -1)

    def field_place(self) -> int:
        """Return the place of the field whose row is shown; -1 = none."""
        row = self.dialog.row
        keys = next((cell.keys for cell in row.cells.values()), ()) if row is not None else ()
        return int(keys[3]) if len(keys) > 3 and keys[2] == "fields" and keys[1] == self.layer_place() else -1

    def refresh(self) -> None:
        """Offer what can be done where we are."""
        layer, field = self.layer_place(), self.field_place()
        fields = self.dialog.draft.now["layers"][layer]["fields"] if layer >= 0 else []
        self.fields.setVisible(layer >= 0)
        no_layer = "" if layer >= 0 else tr("Choose a layer in the list at the left first.")
        no_field = no_layer or ("" if field >= 0 else tr("Choose a field in the table first."))
        grey = {
            "layer_new": "", "layer_edit": no_layer, "layer_gone": no_layer, "new": no_layer, "edit": no_field,
            "gone": no_field or ("" if len(fields) > 1 else tr("A layer has one field at least.")),
            "up": no_field or ("" if field > 0 else tr("It is the first field.")),
            "down": no_field or ("" if field < len(fields) - 1 else tr("It is the last field.")),
        }  # fmt: skip
        for name, why in grey.items():
            self.buttons[name].setEnabled(not why)
            self.buttons[name].setToolTip(why or self.buttons[name].accessibleName())

    # --- acting -------------------------------------------------------------------------------------------------------

    def act(self, name: str) -> None:
        """Do what a button says."""
        layer, field = self.layer_place(), self.field_place()
        layers = self.dialog.draft.now["layers"]
        if name == "layer_gone":
            self._put(("layers",), shape.without(layers, layer))
        elif name.startswith("layer_"):
            self._open_layer(None if name == "layer_new" else layer)
        elif name in ("new", "edit"):
            self._open_field(layer, None if name == "new" else field)
        elif name == "gone":
            self._put(("layers", layer, "fields"), shape.without(layers[layer]["fields"], field), max(0, field - 1))
        else:
            by = -1 if name == "up" else 1
            self._put(("layers", layer, "fields"), shape.moved(layers[layer]["fields"], field, by), field + by)

    def _open_layer(self, place: int | None) -> None:
        layers, draft = self.dialog.draft.now["layers"], self.dialog.draft
        old = None if place is None else layers[place]

        def judge(item: Item) -> str:
            return shape.fault_of(draft, ("layers",), shape.with_item(layers, place, item))

        def over(box: ItemDialog) -> None:
            item = box.item()
            self.dialog.key = f"{LAYER}{item['id']}"
            self._put(("layers",), shape.with_item(layers, place, item))

        self._open(LayerDialog(old, judge, self.dialog), over)

    def _open_field(self, layer: int, place: int | None) -> None:
        draft, keys = self.dialog.draft, ("layers", layer, "fields")
        entry = draft.now["layers"][layer]
        old = None if place is None else entry["fields"][place]

        def made(item: Item) -> list[Item]:
            return shape.with_item(entry["fields"], place, shape.settled(item, old, draft.own_id))

        def over(box: ItemDialog) -> None:
            self._put(keys, made(box.item()), len(entry["fields"]) if place is None else place)

        judge = lambda item: shape.fault_of(draft, keys, made(item))  # noqa: E731
        self._open(FieldDialog(entry["table"], old, judge, self.dialog), over)

    def _open(self, box: ItemDialog, over: Any) -> None:
        self.box = box
        box.accepted.connect(lambda: over(box))
        box.finished.connect(box.deleteLater)
        box.open()

    def _put(self, keys: KeyPath, items: list[Item], show: int | None = None) -> None:
        """Make the edit; afterwards the row of the field `show` is looked at."""
        self.dialog.set_list(keys, items)
        if show is not None:
            row = self.dialog.form.row_at((*keys, show, "title"))
            if row is not None:
                self.dialog.show_row(row)
        self.refresh()
