# SPDX-License-Identifier: GPL-2.0-or-later
"""Before and after: how many parcels of each tag and level; and the list of who changes."""

from __future__ import annotations

from typing import Any

import numpy as np
from qgis.PyQt.QtCore import QAbstractTableModel, QModelIndex, QRectF, QSize, Qt
from qgis.PyQt.QtGui import QColor, QPainter, QPalette
from qgis.PyQt.QtWidgets import QSizePolicy, QWidget

from ...core.tagging.preview import Changes, Judged
from ...core.tagging.reviews import TAGS
from ...core.tagging.rules import LEVELS
from ...processing.texts import tr
from ..parts.inks import BARS, readable, soft
from ..parts.phrases import paired
from ..review.table import colour_of, level_title, tag_icon
from ..study import wording
from .previewing import Ground

UP, DOWN = "#2F7FAE", "#A66A00"


class CountsView(QWidget):
    """A painted table: tag and level, now, after, the difference as a number and a bar."""

    def __init__(self) -> None:
        super().__init__()
        self.rows: list[tuple[str, str, str, int, int]] = []  # tag, level, title, before, after
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)

    def show_changes(self, changes: Changes | None) -> None:
        """Show the counts; classes that have nothing before and after are left out."""
        self.rows = []
        for (tag, level), (before, after) in (changes.counts if changes else {}).items():
            if before or after or tag == "none":
                self.rows.append((tag, level, level_title(tag, level), before, after))
        told = [paired(title, f"{before} → {after}") for _, _, title, before, after in self.rows]
        self.setAccessibleDescription("\n".join(told))
        self.updateGeometry()
        self.update()

    def sizeHint(self) -> QSize:
        """Return a line for each row and the heading."""
        return QSize(260, int(self._line() * (len(self.rows) + 1)) + 2)

    def minimumSizeHint(self) -> QSize:
        """Return the same: rows are never squeezed."""
        return self.sizeHint()

    def _line(self) -> float:
        return self.fontMetrics().height() * 1.35

    def paintEvent(self, event: Any) -> None:
        """Draw the table."""
        painter = QPainter(self)
        line, width = self._line(), self.width()
        ink = self.palette().color(QPalette.ColorRole.WindowText)
        quiet = soft(self.palette())
        ends = self._ends(width)
        right = Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter
        painter.setPen(quiet)
        for place, head in enumerate((tr("now"), tr("after"), tr("change")), 1):
            painter.drawText(QRectF(ends[place - 1], 0, ends[place] - ends[place - 1], line), right, head)
        most = max((abs(after - before) for *_, before, after in self.rows), default=0) or 1
        for place, (tag, level, title, before, after) in enumerate(self.rows, 1):
            top, change = place * line, after - before
            colour = readable(colour_of(tag), self.palette(), BARS)
            square = QRectF(1, top + line * 0.28, line * 0.45, line * 0.45)
            style = Qt.BrushStyle.BDiagPattern if level == "suspected" else Qt.BrushStyle.SolidPattern
            painter.setBrush(colour if style == Qt.BrushStyle.SolidPattern else _hatch(colour))
            painter.setPen(colour)
            painter.drawRect(square)
            painter.setPen(ink)
            room = ends[0] - square.right() - 6
            short = _level(level) if level == "suspected" else title  # the class stands above
            fits = self.fontMetrics().horizontalAdvance(title) <= room
            name = self.fontMetrics().elidedText(title if fits else short, Qt.TextElideMode.ElideRight, int(room))
            painter.drawText(QRectF(square.right() + 6, top, room, line), Qt.AlignmentFlag.AlignVCenter, name)
            moved = f"{change:+,d}".replace("-", "−") if change else "±0"
            words = (wording.number(before), wording.number(after), moved)
            for column, text in enumerate(words, 1):
                painter.setPen(quiet if not change and column != 2 else ink)
                painter.drawText(QRectF(ends[column - 1], top, ends[column] - ends[column - 1], line), right, text)
            self._draw_bar(painter, change / most, QRectF(ends[3] + 6, top, width - ends[3] - 8, line))
        painter.end()

    def _ends(self, width: float) -> list[float]:
        """Return where names, numbers now and after, and changes end: numbers of a city do not touch."""
        numbers = (wording.number(count) for _, _, _, *counts in self.rows for count in counts)
        wide = self.fontMetrics().horizontalAdvance
        step = max([width * 0.13, *(wide(number) + wide("m") for number in numbers)])
        return [max(0.0, width * 0.70 - 2 * step), width * 0.70 - step, width * 0.70, width * 0.86]

    def _draw_bar(self, painter: QPainter, share: float, box: QRectF) -> None:
        middle, half = box.center().x(), box.width() / 2
        painter.setPen(self.palette().color(QPalette.ColorRole.Mid))
        painter.drawLine(int(middle), int(box.top() + 3), int(middle), int(box.bottom() - 3))
        bar = QRectF(middle, box.top() + box.height() * 0.3, half * abs(share), box.height() * 0.4)
        if share < 0:
            bar.moveRight(middle)
        if share:
            painter.fillRect(bar, readable(UP if share > 0 else DOWN, self.palette(), BARS))


class ChangeList(QAbstractTableModel):
    """Who changes: parcel, from what to what, its score after."""

    def __init__(self) -> None:
        super().__init__()
        self.rows: Any = np.zeros(0, dtype=np.int64)
        self._ground: Ground | None = None
        self._after: Judged | None = None

    def show_changes(self, ground: Ground | None, changes: Changes | None, after: Judged | None) -> None:
        """Show another list."""
        self.beginResetModel()
        self._ground, self._after = ground, after
        self.rows = changes.rows if changes else np.zeros(0, dtype=np.int64)
        self.endResetModel()

    def parcel(self, place: int) -> tuple[str, int]:
        """Return (parcel id, key in the result) of a line."""
        row = int(self.rows[place])
        return str(self._ground.preview.snapshot.parcel_id[row]), int(self._ground.fid[row])

    def rowCount(self, parent: QModelIndex | None = None) -> int:
        """Return the number of parcels that change."""
        return 0 if parent and parent.isValid() else len(self.rows)

    def columnCount(self, parent: QModelIndex | None = None) -> int:
        """Return the number of columns."""
        return 4

    def headerData(self, section: int, orientation: Qt.Orientation, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        """Return a heading."""
        if orientation == Qt.Orientation.Horizontal and role == Qt.ItemDataRole.DisplayRole:
            return (tr("Parcel"), tr("From"), tr("To"), tr("Score"))[section]
        return None

    def data(self, index: QModelIndex, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        """Return a text."""
        if not index.isValid() or self._ground is None or self._after is None:
            return None
        row, column = int(self.rows[index.row()]), index.column()
        if column in (1, 2):
            return self._tag_data(row, column == 1, role)
        if role in (Qt.ItemDataRole.DisplayRole, Qt.ItemDataRole.ToolTipRole):
            return str(self._ground.preview.snapshot.parcel_id[row]) if column == 0 else f"{self._after.score[row]:.2f}"
        if role == Qt.ItemDataRole.TextAlignmentRole and column == 3:
            return int(Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter)
        return None

    def _tag_data(self, row: int, is_before: bool, role: int) -> Any:
        """Return the tag of a parcel before or after; where only the level changes, its word alone."""
        judged, other = (self._ground.before, self._after) if is_before else (self._after, self._ground.before)
        tag, level = TAGS[judged.tag[row]], LEVELS[judged.level[row]]
        if role == Qt.ItemDataRole.DisplayRole:
            return _level(level) if judged.tag[row] == other.tag[row] and tag != "none" else level_title(tag, level)
        if role == Qt.ItemDataRole.ToolTipRole:
            return f"{level_title(tag, level)} · {_level(level)}" if level == "confirmed" else level_title(tag, level)
        if role == Qt.ItemDataRole.DecorationRole:
            return tag_icon(tag, level == "suspected")
        return None


def _level(level: str) -> str:
    return tr("meets") if level == "confirmed" else tr("suspected")


def _hatch(colour: QColor) -> Any:
    from qgis.PyQt.QtGui import QBrush

    return QBrush(colour, Qt.BrushStyle.BDiagPattern)
