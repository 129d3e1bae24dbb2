# SPDX-License-Identifier: GPL-2.0-or-later
"""All communities × all kinds as one table: a measure at a time, coloured as on the map, sorted by any column."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from qgis.PyQt.QtCore import QAbstractTableModel, QModelIndex, Qt
from qgis.PyQt.QtGui import QColor

from ...processing.texts import tr
from ..explore.text import amount_text, status_text
from ..parts.charts import colours
from ..parts.phrases import aside, paired
from ..study import wording
from .values import RADIUS, WALK, Cell, Community, group_total

NAME, ELDER, CHILD, APART = "name", "elder", "child", "apart"  # columns beside the kinds
SHARES = ("share", "outside", "walk", "radius")  # measures that are shares of something
COLOURED = ("share", "outside")
MEASURES = ("share", "gap", "left", "need", "served", "supply", "walk", "radius", "outside", "exam")
ALL, SHORT, UNCOUNTED = "all", "short", "uncounted"  # which communities
States = Mapping[str, Mapping[str, Mapping[str, int]]]  # community → kind → status → parcels


def measure_title(measure: str) -> str:
    """Return the name of a measure."""
    return {
        "share": tr("Gap share"), "gap": tr("Missing"), "left": tr("people not served"), "need": tr("Need"),
        "served": tr("Served"), "supply": tr("There is"), "walk": tr("Reached on foot"), "radius": tr("Within radius"),
        "outside": tr("Outside the radius"), "exam": tr("City examination"),
    }[measure]  # fmt: skip


def two_lines(title: str) -> str:
    """Return a heading in two lines of about the same length: at a blank, behind a stroke, else in the middle."""
    if len(title) < 6:
        return title
    middle = len(title) / 2
    places = [at for at, letter in enumerate(title) if letter in " /、（("]
    if not places:
        return title if title.isascii() else f"{title[: round(middle)]}\n{title[round(middle) :]}"
    at = min(places, key=lambda place: abs(place - middle))
    keep = at + (title[at] in "/、")
    return f"{title[:keep]}\n{title[keep:].lstrip()}"


def value_of(cell: Cell | None, measure: str) -> float | None:
    """Return the number of a community and kind; None = not known."""
    if cell is None:
        return None
    find: dict[str, Callable[[], float | None]] = {
        "share": lambda: cell.share(WALK), "gap": lambda: cell.gap, "left": lambda: cell.left_out(WALK),
        "need": lambda: cell.need, "served": lambda: cell.served, "supply": lambda: cell.supply,
        "walk": lambda: cell.walk_cover, "radius": lambda: cell.radius_cover, "outside": lambda: cell.share(RADIUS),
        "exam": lambda: cell.exam_missing,
    }  # fmt: skip
    return find[measure]()


def total_of(communities: Sequence[Community], kind: str, measure: str) -> float | None:
    """Return the number of all communities together: sums; shares of the summed need or people; None = not known."""
    cells = [item.cells[kind] for item in communities if kind in item.cells]
    known = [(cell, value) for cell in cells if (value := value_of(cell, measure)) is not None]
    if not known:
        return None
    if measure not in SHARES:
        return sum(value for _, value in known)
    weights = [(cell.need if measure == "share" else cell.people) or 0.0 for cell, _ in known]
    whole = sum(weights)
    return sum(weight * value for weight, (_, value) in zip(weights, known)) / whole if whole else None


@dataclass(frozen=True)
class Look:
    """What the table shows: a measure, which communities, a part of their names."""

    measure: str = "share"
    which: str = ALL
    name: str = ""


class GapMatrix(QAbstractTableModel):
    """A row a community under one of all together; `keys` are the columns: name, groups, kinds, parcels apart."""

    def __init__(self) -> None:
        super().__init__()
        self.communities: list[Community] = []
        self.rows: list[Community] = []
        self.titles: dict[str, str] = {}
        self.states: States = {}
        self.look = Look()
        self.keys: list[str] = []
        self._sorted = (0, Qt.SortOrder.AscendingOrder)
        self._totals: dict[str, float | None] = {}  # of all communities together, of what is shown

    def open(self, communities: Sequence[Community], titles: Mapping[str, str]) -> None:
        """Take the communities of a count of gaps."""
        kinds = [kind for kind in titles if any(kind in item.cells for item in communities)]
        self.beginResetModel()
        self.communities, self.titles, self.states = list(communities), dict(titles), {}
        self.keys = [NAME, ELDER, CHILD, *kinds, APART]
        self._arrange()
        self.endResetModel()

    def show(self, look: Look) -> None:
        """Show another measure or other communities."""
        self.beginResetModel()
        self.look = look
        self._arrange()
        self.endResetModel()

    def take_states(self, states: States) -> None:
        """Take the parcels that were not counted like the others."""
        self.beginResetModel()
        self.states = states
        self._arrange()
        self.endResetModel()

    def _arrange(self) -> None:
        self._totals = {}
        column, order = self._sorted
        wanted = [item for item in self.communities if self._is_wanted(item)]
        falls = order == Qt.SortOrder.DescendingOrder

        def key(item: Community) -> tuple[Any, ...]:
            value = self.number(item, self.keys[column])
            return (value is None, 0.0 if value is None else -value if falls else value, item.community_id)

        if not self.keys or self.keys[column] == NAME:
            self.rows = sorted(wanted, key=lambda item: (item.name, item.community_id), reverse=falls)
        else:
            self.rows = sorted(wanted, key=key)  # what is not known stays last in both directions

    def _is_wanted(self, item: Community) -> bool:
        if self.look.name and self.look.name.lower() not in item.name.lower():
            return False
        if self.look.which == SHORT:
            return any((cell.gap or 0.0) > 1e-9 for cell in item.cells.values())
        return self.look.which != UNCOUNTED or bool(self.states.get(item.community_id))

    def number(self, item: Community | None, key: str) -> float | None:
        """Return what a column holds of a community, None for all of them together."""
        if item is not None:
            return self._number(item, key)
        if key not in self._totals:  # asked for at every drawing of the first row
            self._totals[key] = self._number(None, key)
        return self._totals[key]

    def _number(self, item: Community | None, key: str) -> float | None:
        several = self.communities if item is None else [item]
        if key in (ELDER, CHILD):
            return self._group(item, key)
        if key == APART:
            counts = (self._states_of(one.community_id) for one in several)
            return float(sum(max(kinds.values(), default=0) for kinds in counts)) if self.states else None
        if item is None:
            return total_of(self.communities, key, self.look.measure)
        return value_of(item.cells.get(key), self.look.measure)

    def _group(self, item: Community | None, group: str) -> float | None:
        """Return the plain mean over the kinds of a group that anybody needs (columns elder_gap, child_gap)."""
        yardstick = RADIUS if self.look.measure in ("radius", "outside") else WALK
        if item is not None:
            return item.group_share(group, yardstick)
        return group_total(self.communities, group, yardstick)

    def _states_of(self, community: str) -> dict[str, int]:
        """Return {kind: parcels not counted like the others}."""
        return {kind: sum(found.values()) for kind, found in self.states.get(community, {}).items()}

    # --- what Qt asks -------------------------------------------------------------------------------------------------

    def community_at(self, row: int) -> Community | None:
        """Return the community of a row; None for the first, all together, and outside."""
        return self.rows[row - 1] if 0 < row <= len(self.rows) else None

    def row_of(self, key: str) -> int:
        """Return the row of a community; -1 when it is not shown."""
        return next((row for row, item in enumerate(self.rows, 1) if item.community_id == key), -1)

    def rowCount(self, parent: QModelIndex | None = None) -> int:
        """Return the number of communities and one."""
        return len(self.rows) + 1 if self.keys and not (parent and parent.isValid()) else 0

    def columnCount(self, parent: QModelIndex | None = None) -> int:
        """Return the number of columns."""
        return len(self.keys)

    def sort(self, column: int, order: Qt.SortOrder = Qt.SortOrder.AscendingOrder) -> None:
        """Sort the communities; all together stay above."""
        if not 0 <= column < len(self.keys):
            return
        self.layoutAboutToBeChanged.emit()
        self._sorted = (column, order)
        self._arrange()
        self.layoutChanged.emit()

    def headerData(self, section: int, orientation: Qt.Orientation, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        """Return a heading; its tooltip names the unit."""
        if orientation != Qt.Orientation.Horizontal or not 0 <= section < len(self.keys):
            return None
        key = self.keys[section]
        words = {NAME: tr("Community"), ELDER: tr("Elders: gap"), CHILD: tr("Children: gap"), APART: tr("Not counted")}
        if role == Qt.ItemDataRole.DisplayRole:
            return two_lines(words.get(key) or self.titles.get(key, key))
        if role == Qt.ItemDataRole.ToolTipRole and key in self.titles:
            unit = next((item.cells[key].unit for item in self.communities if key in item.cells), "")
            return paired(self.titles[key], measure_title(self.look.measure)) + (aside(unit) if unit else "")
        return None

    def data(self, index: QModelIndex, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        """Return text, alignment, colours as on the map, or what a tooltip says."""
        if not index.isValid():
            return None
        key, item = self.keys[index.column()], self.community_at(index.row())
        if role == Qt.ItemDataRole.DisplayRole:
            return self.text(item, key)
        if role == Qt.ItemDataRole.TextAlignmentRole and key != NAME:
            return int(Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter)
        if role in (Qt.ItemDataRole.BackgroundRole, Qt.ItemDataRole.ForegroundRole):
            return self._colour(item, key, role)
        if role == Qt.ItemDataRole.ToolTipRole:
            return self._tip(item, key)
        return None

    def text(self, item: Community | None, key: str) -> str:
        """Return a cell in words; — for what is not known."""
        if key == NAME:
            return tr("All together") if item is None else item.name
        value = self.number(item, key)
        if key == APART:
            return "—" if value is None else wording.number(value) if value else ""
        if key in (ELDER, CHILD) or self.look.measure in SHARES:
            return wording.percent(value, 0)
        if self.look.measure == "exam":
            words = wording.number(value) if item is None else tr("not met") if value else tr("met")
            return "—" if value is None else words
        return amount_text(value, "")

    def _colour(self, item: Community | None, key: str, role: int) -> QColor | None:
        is_share = key in (ELDER, CHILD) or (key in self.titles and self.look.measure in COLOURED)
        value = self.number(item, key) if is_share else None
        if value is None:
            return None
        steps = colours()["gap"]
        fill = QColor(next((step["color"] for step in steps if value <= step["upper"] + 1e-9), steps[-1]["color"]))
        if role == Qt.ItemDataRole.BackgroundRole:
            return fill
        return QColor("#1E1E1E") if fill.lightnessF() > 0.55 else QColor("#FFFFFF")

    def _tip(self, item: Community | None, key: str) -> str | None:
        if item is None or key == NAME:
            return None
        if key == APART:
            return self._apart(item)
        cell = item.cells.get(key)
        if cell is None:
            return None
        lines = [f"{item.name} · {self.titles.get(key, key)}"]
        for measure in ("need", "served", "gap", "supply"):
            lines.append(paired(measure_title(measure), amount_text(value_of(cell, measure), cell.unit)))
        lines += [paired(measure_title(name), wording.percent(value_of(cell, name), 0)) for name in ("walk", "radius")]
        return "\n".join(lines)

    def _apart(self, item: Community) -> str | None:
        lines = []
        for kind, found in self.states.get(item.community_id, {}).items():
            words = " · ".join(f"{status_text(status)} {wording.number(n)}" for status, n in sorted(found.items()))
            lines.append(paired(self.titles.get(kind, kind), words))
        return "\n".join(lines) or None

    def as_text(self) -> str:
        """Return the table as people paste it: a row a line, columns apart by tabs."""
        heads = [
            str(self.headerData(column, Qt.Orientation.Horizontal)).replace("\n", " ")
            for column in range(len(self.keys))
        ]
        lines = ["\t".join(heads)]
        for item in (None, *self.rows):
            lines.append("\t".join(self.text(item, key) for key in self.keys))
        return "\n".join(lines) + "\n"
