# SPDX-License-Identifier: GPL-2.0-or-later
"""The figures of the rules and standards in use: how many are to be verified, and a list with unit and source."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from qgis.PyQt.QtCore import Qt, pyqtSignal
from qgis.PyQt.QtWidgets import (
    QCheckBox,
    QDialog,
    QDialogButtonBox,
    QHeaderView,
    QTableWidget,
    QTableWidgetItem,
    QVBoxLayout,
)

from ...core.words import source_words
from ...processing.parameters import BUILT
from ...processing.texts import interface_language, tr
from ..editors.words import kind_title
from ..parts.help_pages import add_help
from ..parts.widgets import text_label
from ..study.study import Study

KINDS = {"RULES": "ruleset", "STANDARD": "standard", "ZONE_RULES": "zone-rules"}
Row = tuple[str, str, Mapping[str, Any]]  # document, path, figure


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
        (f"{kind_title(kind)}: {document['title'][language]}", path, figure)
        for kind, document in documents_of(study)
        for path, figure in envelope.list_figures(document)
    ]


def open_n(rows: list[Row]) -> int:
    """Return how many figures are to be verified."""
    from ...core.envelope import is_verified

    return sum(not is_verified(figure) for _, _, figure in rows)


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
        rows = sorted(rows, key=lambda row: is_verified(row[2]))
        layout = QVBoxLayout(self)
        text = tr("{n} of {of} figures are to be verified before the results are used officially.")
        layout.addWidget(text_label(text.format(n=open_n(rows), of=len(rows))))
        self.only_open = QCheckBox(tr("Only those to be verified"))
        self.only_open.setChecked(True)
        self.only_open.toggled.connect(self.show_rows)
        layout.addWidget(self.only_open)
        heads = [tr("Document"), tr("Figure"), tr("Value"), tr("Unit"), tr("Source"), tr("Status")]
        self.table = QTableWidget(len(rows), len(heads))
        self.table.setHorizontalHeaderLabels(heads)
        self.table.setEditTriggers(QTableWidget.EditTrigger.NoEditTriggers)
        self.table.setSelectionBehavior(QTableWidget.SelectionBehavior.SelectRows)
        self.table.verticalHeader().hide()
        self._is_open = [not is_verified(figure) for _, _, figure in rows]
        for place, (document, path, figure) in enumerate(rows):
            source = source_words(str(figure["source"]), interface_language())
            cells = (document, path, _value(figure), str(figure.get("unit", "")), source,
                     status_title(str(figure["status"])))  # fmt: skip
            for column, cell in enumerate(cells):
                item = QTableWidgetItem(cell)
                item.setToolTip(cell)
                if column == 2:
                    item.setTextAlignment(Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter)
                self.table.setItem(place, column, item)
        head = self.table.horizontalHeader()
        letter = self.fontMetrics().averageCharWidth()
        for column, letters in enumerate((18, 34, 14, 10, 40, 24)):
            self.table.setColumnWidth(column, letter * letters)
        head.setSectionResizeMode(4, QHeaderView.ResizeMode.Stretch)
        layout.addWidget(self.table)
        buttons = QDialogButtonBox(QDialogButtonBox.StandardButton.Close)
        self.edit = buttons.addButton(tr("Open in the editor"), QDialogButtonBox.ButtonRole.ActionRole)
        self.edit.clicked.connect(lambda: self._ask(self.table.currentRow()))
        self.table.cellDoubleClicked.connect(lambda row, _: self._ask(row))
        buttons.button(QDialogButtonBox.StandardButton.Close).setText(tr("Close"))
        buttons.rejected.connect(self.reject)
        add_help(self, "methods", buttons=buttons)
        layout.addWidget(buttons)
        self.resize(letter * 150, self.fontMetrics().height() * 32)
        self.show_rows(True)

    def _ask(self, row: int) -> None:
        if row >= 0:
            document, path = self.table.item(row, 0).text(), self.table.item(row, 1).text()
            self.accept()
            self.edit_asked.emit(document, path)

    def show_rows(self, only_open: bool) -> None:
        """Show all figures, or only those to be verified."""
        for place, is_open in enumerate(self._is_open):
            self.table.setRowHidden(place, only_open and not is_open)


def _value(figure: Mapping[str, Any]) -> str:
    value = figure.get("value", "")
    return ", ".join(map(str, value)) if isinstance(value, list) else str(value)
