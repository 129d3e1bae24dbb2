# SPDX-License-Identifier: GPL-2.0-or-later
"""The rows of one kind in the panel of gaps: communities with people, need, served, missing, share, cover, examination.

A model, not items: a city has a thousand communities, and only those that are seen are put into words.
"""

from __future__ import annotations

from typing import Any

from qgis.PyQt.QtCore import QAbstractTableModel, QModelIndex, Qt

from ...processing.texts import tr
from ..explore.text import unit_text
from ..parts.phrases import FIRST_IDEOGRAPH, aside
from ..study import wording
from .values import SHARE, WALK, Community

DISPLAY, ALIGN, TIP = Qt.ItemDataRole.DisplayRole, Qt.ItemDataRole.TextAlignmentRole, Qt.ItemDataRole.ToolTipRole
RIGHT = int(Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter)
COLUMNS = ("name", "people", "need", "served", "gap", "share", "radius", "exam")


class GapList(QAbstractTableModel):
    """Shows communities in their order for one kind."""

    def __init__(self) -> None:
        super().__init__()
        self.rows: list[Community] = []
        self._kind, self._places = "", {}

    def show(self, rows: list[Community], kind: str) -> None:
        """Show these communities for a kind."""
        self.beginResetModel()
        self.rows, self._kind = rows, kind
        self._places = {item.community_id: place for place, item in enumerate(rows)}
        self.endResetModel()

    def key_at(self, row: int) -> str:
        """Return the community of a row; "" for none."""
        return self.rows[row].community_id if 0 <= row < len(self.rows) else ""

    def row_of(self, key: str) -> int:
        """Return the row of a community; -1 = not there."""
        return int(self._places.get(key, -1))

    def rowCount(self, parent: QModelIndex | None = None) -> int:
        """Return the number of communities."""
        return 0 if parent is not None and parent.isValid() else len(self.rows)

    def columnCount(self, parent: QModelIndex | None = None) -> int:
        """Return the number of columns."""
        return len(COLUMNS)

    def headerData(self, section: int, orientation: Qt.Orientation, role: int = DISPLAY) -> Any:
        """Return a heading in two lines; that of the need has the unit of the kind, the others of amounts in their
        tooltips.
        """
        if orientation != Qt.Orientation.Horizontal or role not in (DISPLAY, TIP):
            return None
        units = {unit_text(cell.unit) for row in self.rows[:1] if (cell := row.cell(self._kind))}
        unit = aside(next(iter(units))) if any(units) else ""
        told = role == TIP and COLUMNS[section] in ("served", "gap")
        words = self._heading(section) + (unit if COLUMNS[section] == "need" or told else "")
        return words if role == TIP else "\n".join(in_two(words))

    def _heading(self, section: int) -> str:
        return (
            tr("Community"), tr("People"), tr("Need"), tr("Served"), tr("Missing"), tr("Gap share"),
            tr("Within radius"), tr("Examination"),
        )[section]  # fmt: skip

    def data(self, index: QModelIndex, role: int = DISPLAY) -> Any:
        """Return text and alignment; the name of a community as its tooltip too."""
        column = index.column()
        if role == DISPLAY or (role == TIP and not column):
            return cell_text(self.rows[index.row()], self._kind, COLUMNS[column]) if index.isValid() else None
        return RIGHT if role == ALIGN and column else None


def cell_text(item: Community, kind: str, column: str) -> str:
    """Return a cell of the table in words; — for what is not known."""
    cell = item.cell(kind)
    if column == "name":
        return item.name
    if cell is None:
        return "—"
    if column in ("share", "radius"):
        return wording.percent(cell.share(WALK) if column == "share" else cell.radius_cover, 0)
    if column == "exam":
        return "" if cell.exam_missing is None else tr("met") if not cell.exam_missing else tr("not met")
    # a group has no amounts
    return "—" if cell.unit == SHARE else wording.number(getattr(cell, column), 0 if column == "people" else 1)


def in_two(words: str) -> list[str]:
    """Return a heading as the lines it breaks into: at the blank or bracket next to its middle, else long Chinese
    words in the middle.
    """
    if " " in words:
        at = min((n for n, letter in enumerate(words) if letter == " "), key=lambda n: abs(2 * n - len(words)))
        return [words[:at], words[at + 1 :]]
    if "（" in words:
        at = words.index("（")
    elif len(words) > 3 and ord(words[0]) >= FIRST_IDEOGRAPH:
        at = (len(words) + 1) // 2
    else:
        return [words]
    return [words[:at], words[at:]]
