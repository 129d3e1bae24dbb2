# SPDX-License-Identifier: GPL-2.0-or-later
"""The right side of the other editors: a few numbers before and after, from the last results."""

from __future__ import annotations

from typing import Any

from qgis.core import QgsTask
from qgis.PyQt.QtCore import Qt, QTimer
from qgis.PyQt.QtWidgets import (
    QAbstractItemView,
    QHeaderView,
    QLabel,
    QTableWidget,
    QTableWidgetItem,
    QVBoxLayout,
    QWidget,
)

from ...processing.texts import tr
from ..parts.widgets import HINT, scaled, text_label
from ..study import wording
from ..study.tasks import begin
from .draft import Draft
from .side_values import SideValues, Told

MOST_LETTERS = 14  # of a word that is kept whole; Chinese breaks between any two


class SidePreview(QWidget):
    """Shows what a draft means; reading goes on in the background, the last question counts."""

    def __init__(self, kind: str, values: SideValues) -> None:
        super().__init__()
        self.kind, self._values = kind, values
        self.told = Told()
        self._task: QgsTask | None = None
        self._next: tuple[str, Draft] | None = None
        self._is_closed = False
        self.sentence = text_label(factor=HINT)
        self.table = QTableWidget(0, 4)
        self.table.setHorizontalHeaderLabels(["", tr("shipped"), tr("now"), tr("Unit")])
        self.table.setAccessibleName(tr("What it means"))
        self.table.verticalHeader().hide()
        self.table.setEditTriggers(QAbstractItemView.EditTrigger.NoEditTriggers)
        self.table.setSelectionMode(QAbstractItemView.SelectionMode.NoSelection)
        self.table.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self.table.setWordWrap(True)
        self.table.horizontalHeader().setSectionResizeMode(0, QHeaderView.ResizeMode.Stretch)
        for column in (1, 2, 3):  # numbers whole, the words beside them wrap
            self.table.horizontalHeader().setSectionResizeMode(column, QHeaderView.ResizeMode.ResizeToContents)
        self._fit = QTimer(self)  # gone with the preview
        self._fit.setSingleShot(True)
        self._fit.setInterval(0)  # once the table has its width
        self._fit.timeout.connect(self._fit_rows)
        layout = QVBoxLayout(self)
        layout.addWidget(scaled(QLabel(tr("What it means")), 1.0, bold=True))
        layout.addWidget(self.table)
        layout.addWidget(self.sentence)
        layout.addStretch(1)

    def ask(self, section: str, draft: Draft) -> None:
        """Ask what the draft means for a section."""
        if self._task is not None:
            self._next = (section, draft)
            return
        found: dict[str, Any] = {}

        def work(task: QgsTask) -> None:
            found["it"] = self._values.tell(self.kind, section, draft)

        def over(error: Exception | None) -> None:
            self._task = None
            if self._is_closed:  # the widgets have gone with their window
                return
            if self._next is None:
                self.show_told(found.get("it", Told((), str(error or ""))))
            else:
                waiting, self._next = self._next, None
                self.ask(*waiting)

        self._task = begin(tr("Preview"), work, over, is_silent=True)

    def show_told(self, told: Told) -> None:
        """Show numbers."""
        self.told = told
        nothing = "" if told.lines else tr("Nothing is counted in advance here.")
        self.sentence.setText(told.sentence or nothing)
        self.table.setVisible(bool(told.lines))
        self.table.setRowCount(len(told.lines))
        for place, line in enumerate(told.lines):
            texts = (line.title, wording.number(line.before, line.decimals), wording.number(line.after, line.decimals),
                     line.unit)  # fmt: skip
            for column, text in enumerate(texts):
                item = QTableWidgetItem(text)
                item.setToolTip(text)
                if column in (1, 2):
                    item.setTextAlignment(Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter)
                font = item.font()
                font.setBold(column == 2 and line.before != line.after)
                item.setFont(font)
                self.table.setItem(place, column, item)
        self._make_room()
        self._fit.start()

    def _make_room(self) -> None:
        """Keep the longest word of the first column whole: beside wide numbers it would end in dots."""
        metrics, header = self.table.fontMetrics(), self.table.horizontalHeader()
        words = [word for line in self.told.lines for word in line.title.split()]
        longest = max((metrics.horizontalAdvance(word) for word in words), default=0)
        longest = min(longest, metrics.averageCharWidth() * MOST_LETTERS) + 2 * metrics.averageCharWidth()
        others = sum(max(self.table.sizeHintForColumn(n), header.sectionSizeHint(n)) for n in (1, 2, 3))
        self.table.setMinimumWidth(longest + others + 2 * self.table.frameWidth())

    def _fit_rows(self) -> None:
        self.table.resizeRowsToContents()
        height = sum(self.table.rowHeight(row) for row in range(self.table.rowCount()))
        self.table.setFixedHeight(height + self.table.horizontalHeader().sizeHint().height() + 4)

    def close_down(self) -> None:
        """Ask nothing more."""
        self._next, self._is_closed = None, True
        self.blockSignals(True)
