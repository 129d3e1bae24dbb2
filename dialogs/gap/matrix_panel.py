# SPDX-License-Identifier: GPL-2.0-or-later
"""The window of the table of all kinds: measure, which communities, part of a name; copy, Excel, zoom."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from qgis.PyQt.QtCore import QModelIndex, Qt, pyqtSignal
from qgis.PyQt.QtGui import QFontMetrics
from qgis.PyQt.QtWidgets import (
    QAbstractItemView,
    QApplication,
    QComboBox,
    QDockWidget,
    QHBoxLayout,
    QLabel,
    QLineEdit,
    QPushButton,
    QTableView,
    QVBoxLayout,
    QWidget,
)

from ...core.words import fill
from ...processing.texts import tr
from ..parts import help_pages
from ..parts.escape import add_escape
from ..parts.frozen import FrozenColumn
from ..parts.phrases import paired
from ..parts.tables import add_find, make_copyable
from ..parts.widgets import HINT, scaled
from .matrix import ALL, APART, CHILD, ELDER, MEASURES, NAME, SHORT, UNCOUNTED, GapMatrix, Look, States, measure_title
from .values import Community

KIND_LETTERS, NAME_LETTERS, LEAST_LETTERS = 9, 14, 4  # least widths; of the boxes above the table
MOST_LETTERS, FIELD_LETTERS = 34, 8  # of a name: 16 Chinese ones or so; least width of the field that looks for one


class GapMatrixPanel(QDockWidget):
    """`picked(community or "", kind or "")`, `zoom_asked(community)`, `export_asked()`."""

    picked = pyqtSignal(str, str)
    zoom_asked = pyqtSignal(str)
    export_asked = pyqtSignal()

    def __init__(self, iface: Any) -> None:
        super().__init__(tr("Gaps: communities and facilities"), iface.mainWindow() if iface else None)
        self.setObjectName("UrbanRenewalGapTable")
        self.model, self.view = GapMatrix(), QTableView()
        self.view.setAccessibleName(tr("Communities and facilities"))
        make_copyable(self.view)
        self.measure, self.which, self.name = QComboBox(), QComboBox(), QLineEdit()
        for measure in MEASURES:
            self.measure.addItem(measure_title(measure), measure)
        titles = (tr("All communities"), tr("Communities with a gap"), tr("With parcels not counted in full"))
        for key, text in zip((ALL, SHORT, UNCOUNTED), titles):
            self.which.addItem(text, key)
        self.name.setPlaceholderText(tr("Part of a name"))
        self.name.setClearButtonEnabled(True)
        self.told = scaled(QLabel(), HINT)
        self.zoom, self.copy = QPushButton(tr("Zoom to")), QPushButton(tr("Copy"))
        self.export = QPushButton(tr("Export table…"))
        self._build()
        self.measure.activated.connect(lambda _: self.refresh())
        self.which.activated.connect(lambda _: self.refresh())
        self.name.textChanged.connect(lambda _: self.refresh())
        self.view.selectionModel().currentChanged.connect(lambda now, _: self._on_current(now))
        self.view.doubleClicked.connect(lambda index: self._zoom(index.row()))
        self.view.activated.connect(lambda index: self._zoom(index.row()))  # Enter
        self.zoom.clicked.connect(lambda: self._zoom(self.view.currentIndex().row()))
        self.copy.clicked.connect(lambda: QApplication.clipboard().setText(self.model.as_text()))
        self.export.clicked.connect(self.export_asked.emit)
        add_find(self, self.name)
        self._help = help_pages.add_help(self, "guide#s5")
        self._escape = add_escape(self)

    def _build(self) -> None:
        bar = QHBoxLayout()
        for widget, title in ((self.measure, tr("Measure")), (self.which, tr("Communities")), (self.name, tr("Name"))):
            widget.setAccessibleName(title)
            widget.setToolTip(title)
            bar.addWidget(widget, 1)
        for box in (self.measure, self.which):  # below the map: what it needs is taken from the docks beside it
            _tell_choice(box)
            box.currentIndexChanged.connect(lambda _, box=box: _tell_choice(box))
            box.setMaximumWidth(box.sizeHint().width())
            box.setSizeAdjustPolicy(QComboBox.SizeAdjustPolicy.AdjustToMinimumContentsLengthWithIcon)
            box.setMinimumContentsLength(LEAST_LETTERS)
            box.view().setMinimumWidth(box.view().sizeHintForColumn(0) + self.fontMetrics().height())
        self.name.setMinimumWidth(self.fontMetrics().averageCharWidth() * FIELD_LETTERS)
        bar.addWidget(self.told)
        bar.addStretch()
        for button in (self.zoom, self.copy, self.export):
            bar.addWidget(button)
        view = self.view
        view.setModel(self.model)
        view.setSortingEnabled(True)
        view.horizontalHeader().setSortIndicator(0, Qt.SortOrder.AscendingOrder)
        view.setSelectionBehavior(QAbstractItemView.SelectionBehavior.SelectItems)
        view.setSelectionMode(QAbstractItemView.SelectionMode.SingleSelection)
        view.setEditTriggers(QAbstractItemView.EditTrigger.NoEditTriggers)
        view.setTabKeyNavigation(False)
        view.setWordWrap(True)
        view.verticalHeader().hide()
        line = self.fontMetrics().height()
        view.verticalHeader().setDefaultSectionSize(int(line * 1.5))
        head = view.horizontalHeader()
        head.setDefaultAlignment(Qt.AlignmentFlag.AlignCenter)
        head.setFixedHeight(int(line * 2.6))
        view.setMinimumHeight(line * 8)
        self.names = FrozenColumn(view)
        page = QWidget()
        layout = QVBoxLayout(page)
        layout.setContentsMargins(6, 4, 6, 4)
        layout.addLayout(bar)
        layout.addWidget(view, 1)
        self.setWidget(page)
        chain = (self.measure, self.which, self.name, self.zoom, self.copy, self.export, view)
        for before, after in zip(chain, chain[1:]):
            QWidget.setTabOrder(before, after)

    def open(self, communities: Sequence[Community], titles: dict[str, str]) -> None:
        """Show the communities of a count of gaps."""
        self.model.open(communities, titles)
        font = self.view.horizontalHeader().font()
        font.setBold(True)
        metrics = QFontMetrics(font)
        letter = metrics.averageCharWidth()
        for column, key in enumerate(self.model.keys):
            head = str(self.model.headerData(column, Qt.Orientation.Horizontal)).split("\n")
            least = letter * (NAME_LETTERS if key == NAME else KIND_LETTERS)
            if key == NAME:  # long names, in a city that has them, are read as far as the figures leave room
                names = (metrics.horizontalAdvance(f"{item.name}mm") for item in communities)
                least = min(max(least, *names, 0), letter * MOST_LETTERS)
            self.view.setColumnWidth(column, max(least, *(metrics.horizontalAdvance(f"{line}mm") for line in head)))
        self.view.setColumnHidden(self.model.keys.index(APART), True)
        self.refresh()

    def take_states(self, states: States) -> None:
        """Show how many parcels were not counted like the others, by community."""
        community, kind = self._current()
        self.model.take_states(states)
        self.choose(community, kind)
        self.view.setColumnHidden(self.model.keys.index(APART), not states)
        self._tell()

    def refresh(self) -> None:
        """Show what is chosen; the community and the kind stay chosen."""
        community, kind = self._current()
        look = Look(str(self.measure.currentData()), str(self.which.currentData()), self.name.text().strip())
        self.model.show(look)
        self.choose(community, kind)
        self._tell()

    def _tell(self) -> None:
        n, of = len(self.model.rows), len(self.model.communities)
        self.told.setText(f"{n} / {of}")
        click = tr("A click shows the community and the kind on the map, a double click zooms there.")
        self.told.setToolTip(fill(tr("{n} of {of} {of?community|communities}"), n=n, of=of) + "\n" + click)

    def _current(self) -> tuple[str, str]:
        index = self.view.currentIndex()
        item = self.model.community_at(index.row())
        key = self.model.keys[index.column()] if 0 <= index.column() < len(self.model.keys) else ""
        can = key in self.model.titles or key in (ELDER, CHILD)
        return (item.community_id if item else "", key if can else "")

    def choose(self, community: str, kind: str) -> None:
        """Set a community and a kind apart, as they are chosen elsewhere; nothing is told."""
        row, keys = self.model.row_of(community), self.model.keys
        column = keys.index(kind) if kind in keys else max(0, self.view.currentIndex().column())
        chosen = self.view.selectionModel()
        chosen.blockSignals(True)
        if row >= 0 and keys:
            index = self.model.index(row, min(column, len(keys) - 1))
            chosen.setCurrentIndex(index, chosen.SelectionFlag.ClearAndSelect)
            self.view.scrollTo(index)
        else:
            chosen.clear()
        chosen.blockSignals(False)
        self.view.viewport().update()

    def _on_current(self, index: QModelIndex) -> None:
        if index.isValid():
            self.picked.emit(*self._current())

    def _zoom(self, row: int) -> None:
        item = self.model.community_at(row)
        if item is not None:
            self.zoom_asked.emit(item.community_id)


def _tell_choice(box: QComboBox) -> None:
    """Say what is chosen in the tooltip too: in a narrow window the box has no room for it."""
    box.setToolTip(paired(box.accessibleName(), box.currentText()))
