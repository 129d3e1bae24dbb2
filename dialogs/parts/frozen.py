# SPDX-License-Identifier: GPL-2.0-or-later
"""The first column of a wide table stays while the others are scrolled sideways: whose row it is can be read."""

from __future__ import annotations

from typing import Any

from qgis.PyQt.QtCore import QEvent, QObject, Qt
from qgis.PyQt.QtWidgets import QFrame, QTableView

from .tables import copy_menu

LINE = "QTableView { border: none; border-right: 2px solid palette(mid); }"  # where the others go below it


class FrozenColumn(QTableView):
    """Lies over the first column of a table as soon as that is scrolled out of sight; one model, one selection."""

    def __init__(self, table: QTableView) -> None:
        super().__init__(table)
        self._table = table
        self.setModel(table.model())
        self.setSelectionModel(table.selectionModel())
        self.setFocusPolicy(Qt.FocusPolicy.NoFocus)  # keys are for the table below
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.setStyleSheet(LINE)
        self.setSelectionBehavior(table.selectionBehavior())
        self.setSelectionMode(table.selectionMode())
        self.setEditTriggers(table.editTriggers())
        self.setWordWrap(table.wordWrap())
        for bar in (self.setHorizontalScrollBarPolicy, self.setVerticalScrollBarPolicy):
            bar(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setVerticalScrollMode(table.verticalScrollMode())
        self.verticalHeader().hide()
        self.verticalHeader().setDefaultSectionSize(table.verticalHeader().defaultSectionSize())
        head, own = table.horizontalHeader(), self.horizontalHeader()
        own.setDefaultAlignment(head.defaultAlignment())
        own.setSectionsClickable(True)
        own.setSortIndicatorShown(head.isSortIndicatorShown())
        own.sectionClicked.connect(self._sort)
        head.sortIndicatorChanged.connect(own.setSortIndicator)
        own.setSortIndicator(head.sortIndicatorSection(), head.sortIndicatorOrder())
        self.verticalScrollBar().valueChanged.connect(table.verticalScrollBar().setValue)
        table.verticalScrollBar().valueChanged.connect(self.verticalScrollBar().setValue)
        table.horizontalScrollBar().valueChanged.connect(self._follow)
        table.horizontalScrollBar().rangeChanged.connect(self._follow)
        head.sectionResized.connect(self._follow)
        for change in (self.model().modelReset, self.model().columnsInserted):
            change.connect(self._follow)
        self.clicked.connect(lambda _: table.setFocus())
        self.doubleClicked.connect(table.doubleClicked.emit)
        self.setContextMenuPolicy(Qt.ContextMenuPolicy.CustomContextMenu)
        self.customContextMenuRequested.connect(
            lambda at: copy_menu(table, self.indexAt(at)).popup(self.viewport().mapToGlobal(at))
        )
        table.viewport().installEventFilter(self)
        self._follow()

    def _sort(self, column: int) -> None:
        head = self._table.horizontalHeader()
        is_again = head.sortIndicatorSection() == column and head.sortIndicatorOrder() == Qt.SortOrder.AscendingOrder
        order = Qt.SortOrder.DescendingOrder if is_again else Qt.SortOrder.AscendingOrder
        self._table.sortByColumn(column, order)

    def _follow(self, *_: Any) -> None:
        """Lie where the first column was, where it is scrolled away."""
        table = self._table
        is_away = table.horizontalScrollBar().value() > 0 and not table.isColumnHidden(0)
        self.setVisible(is_away)
        if not is_away:
            return
        for column in range(1, self.model().columnCount()):
            self.setColumnHidden(column, True)
        width, head = table.columnWidth(0), table.horizontalHeader()
        self.setColumnWidth(0, width)
        self.horizontalHeader().setFixedHeight(head.height())
        frame, inside = table.frameWidth(), table.viewport()
        self.setGeometry(frame, frame, width + 2, head.height() + inside.height())
        self.verticalScrollBar().setValue(table.verticalScrollBar().value())
        self.raise_()

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """Stay as high as the table."""
        if event.type() == QEvent.Type.Resize:
            self._follow()
        return super().eventFilter(watched, event)
