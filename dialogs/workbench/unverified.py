# SPDX-License-Identifier: GPL-2.0-or-later
"""The figures of the rules and standards in use: how many are to be verified, and a list with unit and source."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any, NamedTuple

from qgis.gui import QgsFilterLineEdit
from qgis.PyQt.QtCore import Qt, pyqtSignal
from qgis.PyQt.QtWidgets import (
    QCheckBox,
    QDialog,
    QDialogButtonBox,
    QHBoxLayout,
    QHeaderView,
    QLabel,
    QTableWidget,
    QTableWidgetItem,
    QVBoxLayout,
)

from ...core.words import fill, pick, source_words
from ...processing.texts import interface_language, tr
from ...processing.toolbox.parameters import BUILT
from ..editors.words import figure_title, unit_title, value_text
from ..parts.help_pages import add_help
from ..parts.phrases import paired
from ..parts.tables import NumberItem, add_find, keep_columns, keep_size, make_copyable, show_only
from ..parts.widgets import text_label
from ..study.study import Study
from ..study.wording import kind_title

KINDS = {"RULES": "ruleset", "STANDARD": "standard", "ZONE_RULES": "zone-rules"}


class Row(NamedTuple):
    """A figure: its document's title, its path there, the figure, its path in words."""

    document: str
    path: str
    figure: Mapping[str, Any]
    title: str


def documents_of(study: Study) -> list[tuple[str, Mapping[str, Any]]]:
    """Return (kind, document) of what is in use; one that cannot be read is left out: its step says why."""
    from ...core import envelope
    from ...core.errors import RenewalError

    found = []
    for name, kind in KINDS.items():
        try:
            if study.setting(f"{name}_FILE"):
                found.append((kind, envelope.load_file(kind, study.setting(f"{name}_FILE"))))
            else:
                found.append((kind, envelope.load(kind, study.setting(name, BUILT[name][0]))))
        except (RenewalError, OSError):
            continue
    return found


def figures_of(study: Study) -> list[Row]:
    """Return every figure in use with its document's title and its path."""
    from ...core import envelope

    language = interface_language()
    return [
        Row(paired(kind_title(kind), document["title"][language]), path, figure, place_title(document, path))
        for kind, document in documents_of(study)
        for path, figure in envelope.list_figures(document)
    ]


def place_title(document: Mapping[str, Any], path: str) -> str:
    """Return a figure's path in words: the items it lies in by their titles, then its own name."""
    words: list[str] = []
    place: Any = document
    for name, number in re.findall(r"([^.\[\]]+)|\[([^\]]+)\]", path):
        if number:
            place = place[int(number)] if number.isdigit() else next(item for item in place if item.get("id") == number)
            known = (place.get(key) for key in ("title", "name", "indicator", "id")) if isinstance(place, dict) else ()
            title = next((word for word in known if word), number)
            words.append(figure_title(title) if isinstance(title, str) else pick(title, interface_language()))
        else:
            place = place[name]
            if figure_title(name) != name:
                words.append(figure_title(name))
    return " · ".join(words) or path


def open_n(rows: list[Row]) -> int:
    """Return how many figures are to be verified."""
    from ...core.envelope import is_verified

    return sum(not is_verified(row.figure) for row in rows)


def status_title(status: str) -> str:
    """Return a status in words."""
    return {
        "found": tr("verified (seen at its source)"), "checked": tr("verified (checked)"),
        "known": tr("to be verified"), "heuristic": tr("to be verified (heuristic)"),
    }.get(status, status)  # fmt: skip


class FiguresDialog(QDialog):
    """All figures in a table, those to be verified first; nothing is changed here.

    `edit_asked(document, path)`: a row was double-clicked, or its button pressed.
    """

    edit_asked = pyqtSignal(str, str)

    def __init__(self, rows: list[Row], parent: Any = None) -> None:
        super().__init__(parent)
        from ...core.envelope import is_verified

        self.setWindowTitle(tr("Figures of the rules and standards"))
        rows = sorted(rows, key=lambda row: is_verified(row.figure))
        layout = QVBoxLayout(self)
        text = tr("{n} of {of} {of?figure|figures} {n?is|are} to be verified before the results are used officially.")
        layout.addWidget(text_label(fill(text, n=open_n(rows), of=len(rows))))
        self.only_open = QCheckBox(tr("Only those to be verified"))
        self.only_open.setChecked(True)
        self.only_open.toggled.connect(self.show_rows)
        self.words = QgsFilterLineEdit()
        self.words.setShowSearchIcon(True)
        self.words.setPlaceholderText(tr("Words in any column"))
        self.words.setAccessibleName(tr("Words in any column"))
        self.words.textChanged.connect(lambda _: self.show_rows())
        add_find(self, self.words)
        self.n = QLabel()
        line = QHBoxLayout()
        line.addWidget(self.only_open)
        line.addStretch(1)
        line.addWidget(self.n)
        line.addWidget(self.words, 1)
        layout.addLayout(line)
        self._fill(rows)
        layout.addWidget(self.table)
        buttons = QDialogButtonBox(QDialogButtonBox.StandardButton.Close)
        self.edit = buttons.addButton(tr("Open in the editor"), QDialogButtonBox.ButtonRole.ActionRole)
        self.edit.clicked.connect(lambda: self._ask(self.table.currentRow()))
        self.table.cellDoubleClicked.connect(lambda row, _: self._ask(row))
        buttons.button(QDialogButtonBox.StandardButton.Close).setText(tr("Close"))
        buttons.rejected.connect(self.reject)
        add_help(self, "guide#s9", buttons=buttons)
        layout.addWidget(buttons)
        self.resize(self.fontMetrics().averageCharWidth() * 150, self.fontMetrics().height() * 32)
        self.show_rows()
        keep_size(self, "figures")
        keep_columns(self.table, self, "figures")

    def _fill(self, rows: list[Row]) -> None:
        from ...core.envelope import is_verified

        heads = [tr("Document"), tr("Figure"), tr("Value"), tr("Unit"), tr("Source"), tr("Status")]
        self.table = QTableWidget(len(rows), len(heads))
        self.table.setHorizontalHeaderLabels(heads)
        self.table.setEditTriggers(QTableWidget.EditTrigger.NoEditTriggers)
        self.table.setSelectionBehavior(QTableWidget.SelectionBehavior.SelectRows)
        self.table.setAccessibleName(tr("Figures of the rules and standards"))
        self.table.verticalHeader().hide()
        self._is_open = [not is_verified(row.figure) for row in rows]
        self._rows = rows
        self.table.setWordWrap(False)  # else a text is cut after the last whole word that fits
        make_copyable(self.table)
        for place, (document, path, figure, title) in enumerate(rows):
            source = source_words(str(figure["source"]), interface_language())
            name = path.rpartition(".")[2]
            value, unit = value_text(figure.get("value", "")), unit_title(str(figure.get("unit", "")), name)
            cells = (document, title, value, unit, source, status_title(str(figure["status"])))
            for column, cell in enumerate(cells):
                item = NumberItem(cell, _number(figure)) if column == 2 else QTableWidgetItem(cell)
                item.setToolTip(cell)
                if column == 0:
                    item.setData(Qt.ItemDataRole.UserRole, place)
                if column == 2:
                    item.setTextAlignment(Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter)
                self.table.setItem(place, column, item)
        head = self.table.horizontalHeader()
        letter = self.fontMetrics().averageCharWidth()
        for column, letters in enumerate((26, 38, 16, 10, 38, 20)):
            self.table.setColumnWidth(column, letter * letters)
        words = (self.table.item(row, 5).text() for row in range(len(rows)))  # read to their end, that is all they tell
        told = max(map(self.table.fontMetrics().horizontalAdvance, set(words)), default=0)
        self.table.setColumnWidth(5, max(letter * 20, told + 2 * letter))
        head.setSectionResizeMode(4, QHeaderView.ResizeMode.Stretch)
        head.setSortIndicator(-1, Qt.SortOrder.AscendingOrder)  # as given: those to be verified first
        self.table.setSortingEnabled(True)
        head.sortIndicatorChanged.connect(self.show_rows)  # what is hidden are places, not rows

    def _ask(self, row: int) -> None:
        if row >= 0:
            chosen = self._rows[self._place(row)]
            self.accept()
            self.edit_asked.emit(chosen.document, chosen.path)

    def _place(self, row: int) -> int:
        """Return which figure stands in a row of the table, however it is sorted."""
        return int(self.table.item(row, 0).data(Qt.ItemDataRole.UserRole))

    def show_rows(self, *_: Any) -> None:
        """Show all figures, or only those to be verified, and of these the ones with the words looked for."""
        only_open = self.only_open.isChecked()
        n = show_only(self.table, self.words.text(), lambda row: self._is_open[self._place(row)] or not only_open)
        self.n.setText(fill(tr("{n} {n?row|rows}."), n=n) if self.words.text() else "")


def _number(figure: Mapping[str, Any]) -> float | None:
    """Return the number that a figure is sorted by; None for words and lists."""
    value = figure.get("value")
    return float(value) if isinstance(value, (int, float)) and not isinstance(value, bool) else None
