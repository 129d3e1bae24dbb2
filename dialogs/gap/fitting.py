# SPDX-License-Identifier: GPL-2.0-or-later
"""A table that never scrolls sideways: the columns that matter least go where it is narrow.

A panel beside the map is about 350 px wide, eight columns of figures are more. What goes is told elsewhere: the
sentence below has it for the community chosen, the table of all kinds for all. What is copied has every column.
"""

from __future__ import annotations

from collections.abc import Sequence

from qgis.PyQt.QtCore import Qt
from qgis.PyQt.QtGui import QFont, QFontMetrics, QResizeEvent
from qgis.PyQt.QtWidgets import QHeaderView, QTableView

MEASURED = 40  # rows that decide how wide a column is: a city has a thousand communities
NAME_LETTERS, NAME_SHARE = 8, 0.4  # least width of the first column, and the most it may ask for of the whole


class FittingTable(QTableView):
    """Its first column takes what the others leave; `unneeded` names columns by number, the least needed first."""

    def __init__(self) -> None:
        super().__init__()
        self.unneeded: Sequence[int] = ()
        self.squeezed: set[int] = set()  # columns hidden for want of room, no more
        self._widths: list[int] = []
        head = self.horizontalHeader()
        head.setDefaultAlignment(Qt.AlignmentFlag.AlignCenter)
        head.setResizeContentsPrecision(MEASURED)
        head.setMinimumSectionSize(self.fontMetrics().averageCharWidth() * 2)
        head.setFixedHeight(int(self.fontMetrics().height() * 2.4))
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)

    def measure(self) -> None:
        """Find out how wide each column has to be, after other rows or headings have come."""
        font = QFont(self.horizontalHeader().font())
        font.setBold(True)  # headings of columns with something selected
        metrics, across = QFontMetrics(font), Qt.Orientation.Horizontal
        margin = 2 * (self.style().pixelMetric(self.style().PixelMetric.PM_HeaderMargin) + 1)
        self._widths = []
        for n in range(self.model().columnCount()):
            lines = str(self.model().headerData(n, across) or "").split("\n")
            head = max(metrics.horizontalAdvance(line) for line in lines)
            self._widths.append(max(head + margin, self.sizeHintForColumn(n)))
        self.fit()

    def fit(self) -> None:
        """Hide what there is no room for; the rest is as wide as its words."""
        if not self._widths:
            return
        room = self.viewport().width()
        least = self.fontMetrics().averageCharWidth() * NAME_LETTERS
        first = max(least, min(self._widths[0], int(room * NAME_SHARE)))
        needed, gone = first + sum(self._widths[1:]), set()
        for n in self.unneeded:
            if needed <= room:
                break
            gone.add(n)
            needed -= self._widths[n]
        self.squeezed = gone
        head = self.horizontalHeader()
        head.setSectionResizeMode(0, QHeaderView.ResizeMode.Stretch)
        for n, width in enumerate(self._widths):
            self.setColumnHidden(n, n in gone)
            if n and n not in gone:
                head.resizeSection(n, width)

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Give columns back, or take them away."""
        super().resizeEvent(event)
        self.fit()
