# SPDX-License-Identifier: GPL-2.0-or-later
"""The list of parcels to review: id, tag, score, doubt, and what somebody has decided already."""

from __future__ import annotations

from typing import Any

from qgis.PyQt.QtCore import QAbstractTableModel, QModelIndex, Qt
from qgis.PyQt.QtGui import QBrush, QColor, QIcon, QPainter, QPixmap

from ...processing.texts import interface_language, tr
from ..parts.charts import colours
from .desk import ReviewDesk
from .items import Item

ID, TAG, SCORE, DOUBT, REVIEW = range(5)
NO_CLASS = "#8B9197"  # grey that is seen on any panel


class ReviewTable(QAbstractTableModel):
    """Shows the queue of a desk."""

    def __init__(self) -> None:
        super().__init__()
        self.desk: ReviewDesk | None = None
        self._icons: dict[tuple[str, bool], QIcon] = {}

    def show_desk(self, desk: ReviewDesk | None) -> None:
        """Show another desk, or the same one in another order."""
        self.beginResetModel()
        self.desk = desk
        self.endResetModel()

    def refresh(self) -> None:
        """Say that reviews have changed."""
        if self.rowCount():
            self.dataChanged.emit(self.index(0, 0), self.index(self.rowCount() - 1, REVIEW))

    def rowCount(self, parent: QModelIndex | None = None) -> int:
        """Return the number of parcels."""
        return len(self.desk.queue) if self.desk and not (parent and parent.isValid()) else 0

    def columnCount(self, parent: QModelIndex | None = None) -> int:
        """Return the number of columns."""
        return 5

    def headerData(self, section: int, orientation: Qt.Orientation, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        """Return a heading, or what the tooltip of a heading says."""
        if orientation != Qt.Orientation.Horizontal:
            return None
        if role == Qt.ItemDataRole.DisplayRole:
            return (tr("Parcel"), tr("Tag"), tr("Score"), tr("Doubt"), tr("Review"))[section]
        if role == Qt.ItemDataRole.ToolTipRole and section == SCORE:
            return tr("1 = meets every criterion of the tag, 0 = none; from which score it counts, the rules say")
        if role == Qt.ItemDataRole.ToolTipRole and section == DOUBT:
            return tr("1 = at a limit or nothing known, 0 = clear")
        return None

    def data(self, index: QModelIndex, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        """Return text, alignment or the colour of the tag."""
        if self.desk is None or not index.isValid():
            return None
        item, column = self.desk.queue[index.row()], index.column()
        if role == Qt.ItemDataRole.DisplayRole:
            return self._text(item, column)
        if role == Qt.ItemDataRole.TextAlignmentRole and column in (SCORE, DOUBT):
            return int(Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter)
        if role == Qt.ItemDataRole.DecorationRole and column == TAG:
            return self._icon(item.tag, item.level == "suspected")
        is_heard = role == Qt.ItemDataRole.AccessibleTextRole and column == TAG  # a screen reader sees no hatching
        is_tip = role == Qt.ItemDataRole.ToolTipRole and column in (ID, TAG, REVIEW)
        return self._tip(item, column) if is_tip or is_heard else None

    def _tip(self, item: Item, column: int) -> str | None:
        """Return the whole of what a cell may cut."""
        if column == ID:
            return " · ".join(part for part in (item.name, item.parcel_id) if part)
        return level_title(item.tag, item.level) if column == TAG else reviews_text(self.desk, item) or None

    def _text(self, item: Item, column: int) -> str:
        if column == ID:
            return item.name or item.parcel_id
        if column == TAG:  # English has no room for the level: the hatching beside it and the tooltip tell it
            is_told = item.level == "suspected" and interface_language() != "en"
            return level_title(item.tag, item.level) if is_told else tag_title(item.tag)
        if column == SCORE:
            return "—" if item.score is None else f"{item.score:.2f}"
        if column == DOUBT:
            return f"{item.doubt:.2f}"
        return self._review_text(item)

    def _review_text(self, item: Item) -> str:
        """Return who has a parcel open, else what was decided: ✓ as the rules say, ≠ not, ↺ no longer, ⚡ disputed."""
        desk = self.desk
        review, people = desk.review_of(item), desk.people_at(item.parcel_id)
        if people:
            return f"● {', '.join(people)}"
        if review is None:
            return tr("skipped") if item.parcel_id in desk.skipped else ""
        is_changed = item.parcel_id in desk.changed
        sign = "⚡" if desk.conflicts(item) else "↺" if is_changed else "✓" if review.tag == item.suggested else "≠"
        if sign == "✓":
            return f"✓ {tr('agreed')}"  # the tag stands beside it
        return f"{sign} {tr('none') if review.tag == 'none' else tag_title(review.tag)}"

    def _icon(self, tag: str, is_suspected: bool) -> QIcon:
        key = (tag, is_suspected)
        if key not in self._icons:
            self._icons[key] = tag_icon(tag, is_suspected)
        return self._icons[key]


def tag_icon(tag: str, is_suspected: bool) -> QIcon:
    """Return the colour of a tag, hatched as on the map where it is only suspected."""
    pixmap = QPixmap(12, 12)
    pixmap.fill(QColor("white") if is_suspected else QColor(colour_of(tag)))
    painter = QPainter(pixmap)
    painter.setPen(QColor(colour_of(tag)))
    painter.setBrush(QBrush(QColor(colour_of(tag)), Qt.BrushStyle.BDiagPattern))
    painter.drawRect(0, 0, 11, 11)
    painter.end()
    return QIcon(pixmap)


def colour_of(tag: str) -> str:
    """Return the colour of a tag; what is no class is grey."""
    return str(colours()["tags"][tag]["color"]) if tag in colours()["tags"] else NO_CLASS


def tag_title(tag: str) -> str:
    """Return the name of a tag; none reads 都不是, an unknown one stands for itself."""
    entry = colours()["tags"].get(tag)
    return str(entry[interface_language()]) if entry else tr("None of them") if tag == "none" else tag


def level_title(tag: str, level: str) -> str:
    """Return a tag with its level: 老旧小区 · 疑似."""
    return f"{tag_title(tag)} · {tr('suspected')}" if level == "suspected" else tag_title(tag)


def reviews_text(desk: ReviewDesk, item: Item) -> str:
    """Return who looks at a parcel, then its reviews, the last first; those that differ from the rule say so."""
    lines = [tr("{name} has this parcel open now").format(name=name) for name in desk.people_at(item.parcel_id)]
    if item.parcel_id in desk.changed:
        was = desk.review_of(item).rule_tag
        text = tr("The rules have changed their mind: {was} then, {now} now")
        lines.append(text.format(was=tag_title(was), now=tag_title(item.rule_tag)))
    for row in reversed(desk.reviews.get(item.parcel_id, [])):
        when = row.reviewed_at[:16].replace("T", " ")
        text = f"{row.reviewer} {when} → {tag_title(row.tag)}"
        differs = f" ({tr('differs from the rule')})" if row.tag != item.suggested else ""
        lines.append(text + differs + (f": {row.reason}" if row.reason else ""))
    return "\n".join(lines)
