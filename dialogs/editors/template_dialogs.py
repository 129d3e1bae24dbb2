# SPDX-License-Identifier: GPL-2.0-or-later
"""Dialogs of a template: one field, one layer. What is wrong is said in them; OK works when nothing is."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from html import escape
from typing import Any

from qgis.PyQt.QtWidgets import (
    QComboBox,
    QDialog,
    QDialogButtonBox,
    QFormLayout,
    QLineEdit,
    QPlainTextEdit,
    QSpinBox,
    QVBoxLayout,
    QWidget,
)

from ...processing.texts import tr
from ..parts.buttons import in_words
from ..parts.help_pages import add_help
from ..parts.inks import readable
from ..parts.widgets import text_label
from . import template_shape as shape
from .template_shape import FILLS, TYPES, Item

RED = "#A8322D"  # of what is wrong
LETTERS, CODE_LINES = 60, 6
WHERE = "tag=old_compound, urban_village"  # an example of what is typed
Judge = Callable[[Item], str]  # what is wrong with an item, "" = nothing


class ItemDialog(QDialog):
    """A form, a sentence about what is wrong, OK and Cancel; `item()` is what was typed."""

    PART = ""  # what the schema calls it
    name: QLineEdit

    def __init__(self, title: str, judge: Judge, parent: QWidget | None) -> None:
        super().__init__(parent)
        self.setWindowTitle(title)
        self._judge = judge
        self.form, self.fault = QFormLayout(), text_label()
        buttons = QDialogButtonBox.StandardButton
        self.buttons = QDialogButtonBox(buttons.Ok | buttons.Cancel)
        in_words(self.buttons)
        add_help(self, "guide#s9")
        self.buttons.accepted.connect(self.accept)
        self.buttons.rejected.connect(self.reject)
        layout = QVBoxLayout(self)
        layout.addLayout(self.form)
        layout.addWidget(self.fault)
        layout.addWidget(self.buttons)
        self.setMinimumWidth(self.fontMetrics().averageCharWidth() * LETTERS)

    def add_rows(self, rows: Sequence[tuple[str, QWidget]]) -> None:
        """Add the fields; Tab goes from the first of them, where the cursor is, down to the buttons."""
        for title, widget in rows:
            self.form.addRow(title, widget)
        self.layout().removeWidget(self.buttons)
        self.buttons.setParent(None)
        self.layout().addWidget(self.buttons)  # anew, so that Tab comes to it last; Qt sorts its buttons by itself
        rows[0][1].setFocus()

    def read(self) -> Item:
        """Return what was typed. Raises ValueError with the part that cannot be read."""
        raise NotImplementedError

    def item(self) -> Item:
        """Return what was typed, once it is right."""
        return self.read()

    def told(self) -> str:
        """Return what is wrong now; "" = nothing."""
        try:
            made = self.read()
            return shape.name_fault(self.PART, str(made["id"])) or self._judge(made)
        except ValueError as error:
            return tr("Cannot be read: {part}").format(part=str(error))

    def show_fault(self) -> None:
        """Say what is wrong; OK waits for it."""
        fault, is_begun = self.told(), bool(self.name.text().strip())
        red = readable(RED, self.palette()).name()
        told = f'<span style="color:{red}">✗ {escape(fault)}</span>' if fault and is_begun else escape(fault)
        self.fault.setText(told)
        self.buttons.button(QDialogButtonBox.StandardButton.Ok).setEnabled(not fault)

    def accept(self) -> None:
        """Close when nothing is wrong."""
        if not self.told():
            super().accept()


class FieldDialog(ItemDialog):
    """One field of a layer: name, title, type, what it is filled with."""

    PART = "field"

    def __init__(self, table: str, field: Mapping[str, Any] | None, judge: Judge, parent: QWidget | None) -> None:
        super().__init__(tr("Field of the layer") if field else tr("New field"), judge, parent)
        self._old = dict(field or {})
        self.name, self.title, self.type, self.size = QLineEdit(), QLineEdit(), QComboBox(), QSpinBox()
        self.fill, self.column, self.text, self.codes = QComboBox(), QComboBox(), QLineEdit(), QPlainTextEdit()
        self.name.setPlaceholderText(tr("at most ten letters and figures"))
        for kind in TYPES:
            self.type.addItem(shape.type_title(kind), kind)
        for fill in FILLS:
            self.fill.addItem(shape.fill_title(fill), fill)
        self.column.setEditable(True)
        for name, title in shape.column_titles(table).items():
            self.column.addItem(f"{name}  {title}", name)
        self.codes.setPlaceholderText(tr("value=code, one per line; without codes values stay as they are"))
        self.codes.setTabChangesFocus(True)
        self.codes.setMaximumHeight(self.fontMetrics().lineSpacing() * CODE_LINES)
        rows = (
            (tr("Name"), self.name), (tr("Title"), self.title), (tr("Type"), self.type), (tr("Length"), self.size),
            (tr("Filled with"), self.fill), (tr("Column"), self.column), (tr("Content"), self.text),
            (tr("Codes"), self.codes),
        )  # fmt: skip
        self.add_rows(rows)
        self._fill()
        for combo in (self.type, self.fill):
            combo.currentIndexChanged.connect(lambda _: self._adapt())
        for signal in (self.name.textChanged, self.title.textChanged, self.column.currentTextChanged,
                       self.text.textChanged, self.codes.textChanged, self.size.valueChanged):  # fmt: skip
            signal.connect(self.show_fault)
        self._adapt()

    def _fill(self) -> None:
        old, fill = self._old, shape.fill_of(self._old)
        self.name.setText(str(old.get("id", "")))
        self.title.setText(str(old.get("title", "")))
        self.type.setCurrentIndex(max(0, self.type.findData(old.get("type", "text"))))
        self.fill.setCurrentIndex(self.fill.findData(fill))
        if fill == "from" and old:
            place = self.column.findData(old.get("from"))
            self.column.setCurrentIndex(place)
            if place < 0:
                self.column.setEditText(str(old.get("from", "")))
        self.text.setText(str(old.get(fill, "")) if fill != "from" else "")
        self.codes.setPlainText(shape.codes_text(old.get("codes", {})))
        self._set_size()

    def _set_size(self) -> None:
        """Let the number stand for bytes of a text or for decimals."""
        kind = self.type.currentData()
        self.size.blockSignals(True)
        self.size.setRange(*((1, 254) if kind == "text" else (0, 12)))
        self.size.setValue(int(self._old.get("length", 60) if kind == "text" else self._old.get("decimals", 2)))
        self.size.blockSignals(False)

    def _adapt(self) -> None:
        kind, fill = self.type.currentData(), self.fill.currentData()
        self._set_size()
        self.form.labelForField(self.size).setText(tr("Decimals") if kind == "real" else tr("Length"))
        for widget, is_needed in (
            (self.size, kind != "int"), (self.column, fill == "from"), (self.text, fill != "from"),
            (self.codes, fill == "from"),
        ):  # fmt: skip
            widget.setVisible(is_needed)
            self.form.labelForField(widget).setVisible(is_needed)
        self.show_fault()

    def read(self) -> Item:
        """Return the field."""
        kind, fill = str(self.type.currentData()), str(self.fill.currentData())
        made: Item = {"id": self.name.text().strip()}
        if self.title.text().strip():
            made["title"] = self.title.text().strip()
        made["type"] = kind
        if kind != "int":
            made["length" if kind == "text" else "decimals"] = self.size.value()
        if fill == "from":
            made["from"] = self._column()
            codes = shape.parse_codes(self.codes.toPlainText())
            if codes:
                made["codes"] = codes
        else:
            words = self.text.text().strip()
            made[fill] = words if fill == "serial" else shape.typed_value(words, kind)
        return made

    def _column(self) -> str:
        words = self.column.currentText().strip()
        place = self.column.findText(words)
        return str(self.column.itemData(place)) if place >= 0 else words


class LayerDialog(ItemDialog):
    """One layer: its name, the layer of the delivery it is made from, which rows."""

    PART = "layer"

    def __init__(self, layer: Mapping[str, Any] | None, judge: Judge, parent: QWidget | None) -> None:
        super().__init__(tr("Layer of the template") if layer else tr("New layer"), judge, parent)
        self._old = dict(layer or {})
        self.name, self.title, self.table, self.where = QLineEdit(), QLineEdit(), QComboBox(), QLineEdit()
        self.table.setEditable(True)
        for name, title in shape.table_titles().items():
            self.table.addItem(f"{name}  {title}", name)
        self.where.setPlaceholderText(tr("for example {text}").format(text=WHERE))
        self.where.setToolTip(self.where.placeholderText())
        self.name.setText(str(self._old.get("id", "")))
        self.title.setText(str(self._old.get("title", "")))
        self.where.setText(shape.where_text(self._old.get("where", {})))
        place = self.table.findData(self._old.get("table", "zones"))
        self.table.setCurrentIndex(place)
        if place < 0:
            self.table.setEditText(str(self._old["table"]))
        rows = (
            (tr("Name of layer and file"), self.name), (tr("Title"), self.title), (tr("Made from"), self.table),
            (tr("Only rows with"), self.where),
        )  # fmt: skip
        self.add_rows(rows)
        for signal in (self.name.textChanged, self.title.textChanged, self.table.currentTextChanged,
                       self.where.textChanged):  # fmt: skip
            signal.connect(self.show_fault)
        self.show_fault()

    def read(self) -> Item:
        """Return the layer; a new one begins with a field of the ids of its rows."""
        words = self.table.currentText().strip()
        place = self.table.findText(words)
        table = str(self.table.itemData(place)) if place >= 0 else words
        made: Item = {"id": self.name.text().strip(), "table": table}
        if self.title.text().strip():
            made["title"] = self.title.text().strip()
        where = shape.parse_where(self.where.text())
        if where:
            made["where"] = where
        first = next(iter(shape.column_titles(table)), "id")
        made["fields"] = self._old.get("fields") or [{"id": "BH", "type": "text", "length": 60, "from": first}]
        return made
