# SPDX-License-Identifier: GPL-2.0-or-later
"""Two files of a kind side by side: only what differs; for rules, how many parcels would be tagged otherwise."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from qgis.PyQt import sip
from qgis.PyQt.QtCore import Qt
from qgis.PyQt.QtWidgets import (
    QAbstractItemView,
    QComboBox,
    QDialog,
    QFileDialog,
    QHBoxLayout,
    QHeaderView,
    QLabel,
    QPushButton,
    QTableWidget,
    QTableWidgetItem,
    QVBoxLayout,
)

from ...core import envelope
from ...core.differing import Difference, list_differences
from ...core.errors import RenewalError
from ...core.extending import PROVENANCE, name_of
from ...core.words import fill, pick
from ...processing.texts import interface_language, tr
from ..parts.help_pages import add_help
from ..parts.phrases import aside
from ..parts.tables import keep_columns, keep_size, make_copyable
from ..parts.widgets import scaled, text_label
from ..study import wording
from .previewing import Answer, Wish
from .words import key_title, unit_title, value_text

HIDDEN = (*PROVENANCE, "title", "say")  # words about numbers: the numbers are what is compared


class CompareDialog(QDialog):
    """The draft of an editor against a shipped file or any other one."""

    def __init__(self, editor: Any) -> None:
        super().__init__(editor)
        self._editor = editor
        self.kind = editor.draft.kind
        self.setWindowTitle(tr("Compare"))
        self.other: Mapping[str, Any] = {}
        self.choice = QComboBox()
        self.choice.setAccessibleName(tr("Compare with"))
        for name in envelope.names(self.kind):
            self.choice.addItem(pick(envelope.load(self.kind, name)["title"], interface_language()), name)
        self.open_file, self.take = QPushButton(tr("File…")), QPushButton(tr("Take all of it"))
        self.told, self.moved = text_label(), scaled(QLabel(), 1.0, bold=True)
        self.table = QTableWidget(0, 3)
        self.table.verticalHeader().hide()
        self.table.setWordWrap(False)
        self.table.setAccessibleName(tr("Compare"))
        self.table.horizontalHeader().setDefaultAlignment(Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter)
        self.table.setEditTriggers(QAbstractItemView.EditTrigger.NoEditTriggers)
        self.table.setSelectionBehavior(QAbstractItemView.SelectionBehavior.SelectRows)
        letter = self.fontMetrics().averageCharWidth()
        self.table.setColumnWidth(0, letter * 44)
        for column in (1, 2):
            self.table.horizontalHeader().setSectionResizeMode(column, QHeaderView.ResizeMode.Stretch)
        add_help(self, "guide#s9")
        head = QHBoxLayout()
        head.addWidget(QLabel(tr("With")))
        head.addWidget(self.choice, 1)
        head.addWidget(self.open_file)
        foot = QHBoxLayout()
        foot.addWidget(self.moved, 1)
        foot.addWidget(self.take)
        close = QPushButton(tr("Close"))
        close.clicked.connect(self.reject)
        foot.addWidget(close)
        for button in (self.open_file, self.take, close):
            button.setAutoDefault(False)
        layout = QVBoxLayout(self)
        layout.addLayout(head)
        layout.addWidget(self.told)
        layout.addWidget(self.table, 1)
        layout.addLayout(foot)
        self.resize(letter * 120, self.fontMetrics().height() * 30)
        make_copyable(self.table)
        keep_size(self, "compare")
        keep_columns(self.table, self, "compare")
        self.choice.activated.connect(lambda _: self.compare_with(envelope.load(self.kind, self.choice.currentData())))
        self.open_file.clicked.connect(self._on_file)
        self.take.clicked.connect(self._on_take)
        self.compare_with(editor.draft.factory.content)
        self.choice.setCurrentIndex(max(0, self.choice.findData(editor.draft.factory.name)))

    def compare_with(self, other: Mapping[str, Any]) -> None:
        """Show what another document says otherwise."""
        self.other = other
        rows = [item for item in list_differences(self._editor.draft.now, other) if not set(item.keys) & set(HIDDEN)]
        rows = [part for item in rows for part in _spread(item)]
        language = interface_language()
        titles = [pick(document["title"], language) for document in (self._editor.draft.now, other)]
        self.table.setHorizontalHeaderLabels([tr("Figure"), tr("This file"), titles[1]])
        self.table.horizontalHeaderItem(2).setToolTip(titles[1])
        self.table.setRowCount(len(rows))
        for place, item in enumerate(rows):
            words = path_words(item, self._editor.draft.now, other)
            for column, text in enumerate((words, _told(item.here), _told(item.there))):
                cell = QTableWidgetItem(text)
                cell.setToolTip(text)
                self.table.setItem(place, column, cell)
        text = tr("{n} {n?number differs|numbers differ}.") if rows else tr("No number differs.")
        self.told.setText(fill(text, n=len(rows)))
        self.take.setEnabled(bool(rows))
        self.moved.clear()
        side = self._editor.preview
        if side is not None and side.previewing.ground is not None:
            side.previewing.ask_once(Wish(other), self._show_moved)

    def _show_moved(self, answer: Answer) -> None:
        """Say how many parcels the other rules would tag otherwise than the draft does now."""
        if sip.isdeleted(self):  # closed meanwhile
            return
        mine = self._editor.preview.answer
        if answer.judged is None or mine is None or mine.judged is None or answer.wish.rules is not self.other:
            return
        differs = (answer.judged.tag != mine.judged.tag) | (answer.judged.level != mine.judged.level)
        text = tr("{n} {n?parcel|parcels} would be tagged otherwise with the other one.")
        self.moved.setText(fill(text, n=wording.number(int(differs.sum()))))

    def _on_file(self) -> None:
        path, _ = QFileDialog.getOpenFileName(self, tr("Compare with"), "", "JSON (*.json)")
        if not path:
            return
        try:
            self.compare_with(envelope.load_file(self.kind, Path(path)))
        except (RenewalError, OSError) as error:
            self.told.setText(wording.error_text(error))

    def _on_take(self) -> None:
        self._editor.take_content(self.other)
        self.compare_with(self.other)


def path_words(item: Difference, here: Mapping[str, Any], there: Mapping[str, Any]) -> str:
    """Return where a difference stands in words: Old compound · Age · bands."""
    words, place = [], None
    for document in (here, there):
        words, place = [], document
        for depth, key in enumerate(item.keys):
            try:
                place = place[key]
            except (KeyError, IndexError, TypeError):
                break
            if isinstance(key, int):
                title = place.get("title") or place.get("name") if isinstance(place, Mapping) else None
                words.append(pick(title, interface_language()) if title else str(name_of(place) or key + 1))
            elif key not in ("value", "classes", "criteria", "where", "kinds", "profiles", "items", "layers", "points"):
                words.append(key_title(item.keys, depth))
        else:
            break
    return (" · ".join(words) or item.path) + unit_aside(item, here)


def unit_aside(item: Difference, document: Mapping[str, Any]) -> str:
    """Return the unit of a figure in brackets; "" where the document names none, or one that its name tells."""
    place: Any = document
    for key in item.keys[:-1] if item.keys and item.keys[-1] == "value" else item.keys:
        try:
            place = place[key]
        except (KeyError, IndexError, TypeError):
            return ""
    unit = str(place.get("unit") or "") if isinstance(place, Mapping) else ""
    return aside(unit_title(unit)) if unit_title(unit) and unit not in ("score", "share") else ""


def _spread(item: Difference) -> list[Difference]:
    """Return a whole object that is missing on one side as one line without its words about numbers."""
    plain = [_number_only(value) for value in (item.here, item.there)]
    return [Difference(item.path, item.keys, *plain)] if plain[0] != plain[1] else []


def _told(value: Any) -> str:
    """Return a value in words; of a whole part that only one of the two has, that it is there."""
    return tr("there") if isinstance(value, Mapping) else value_text(value)


def _number_only(value: Any) -> Any:
    if not isinstance(value, Mapping):
        return value
    found = {key: _number_only(part) for key, part in value.items() if key not in HIDDEN}
    return found["value"] if set(found) <= {"value", "unit"} and "value" in found else found
