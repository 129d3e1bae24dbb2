# SPDX-License-Identifier: GPL-2.0-or-later
"""The panel of sites: what to look for, how many buildings, which; what they hold, who is served before and after."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from html import escape
from typing import Any

from qgis.core import Qgis, QgsMapLayer, QgsProject
from qgis.gui import QgsMapLayerComboBox
from qgis.PyQt.QtCore import QEvent, QObject, QRect, Qt, pyqtSignal
from qgis.PyQt.QtGui import QFontMetrics
from qgis.PyQt.QtWidgets import (
    QAbstractItemView,
    QDockWidget,
    QGridLayout,
    QHBoxLayout,
    QLabel,
    QPushButton,
    QSpinBox,
    QStyle,
    QTableWidget,
    QTableWidgetItem,
    QVBoxLayout,
)

from ...core.words import fill
from ...processing.texts import tr
from ..explore.text import amount_text, unit_text
from ..parts import help_pages
from ..parts.buttons import click_once
from ..parts.calm import CalmChecks
from ..parts.escape import add_escape
from ..parts.low import LowScroll
from ..parts.phrases import flowing, listed, paired, unbroken
from ..parts.tables import EmptyHint, NumberItem, make_copyable, pick_rows
from ..parts.widgets import HINT, Page, big_figures, figure_row, main_button, text_label, tip
from ..study import wording
from .values import Cover, Room, hosts_n

MOST_SITES, USUAL_SITES = 100, 5  # as the algorithm has them
KIND_LETTERS = 20  # the names of kinds are long; the whole stands in the tooltip
LEAST_LETTERS = 12  # of a kind's name that are seen in a narrow panel
ROW_LINES = 1.5  # height of a row of one line, in lines
KEPT, ORDER, HOST, KIND, MORE, SIZE, AREA, PARCEL, FORM = range(9)  # columns
AS_ROOM_ALLOWS = (SIZE, AREA, PARCEL, FORM)  # the sentence below tells them too, and the whole table has them


class SitesTable(QTableWidget):
    """A table some of whose columns only lack room: they are copied with the others (parts/tables.py)."""

    squeezed: tuple[int, ...] = ()


class SitesPanel(QDockWidget):
    """`asked()`: choose anew; `picked(host)`, `zoom_asked(host)`, `table_asked()`, `export_asked()`."""

    asked = pyqtSignal()
    picked = pyqtSignal(str)
    zoom_asked = pyqtSignal(str)
    table_asked = pyqtSignal()
    export_asked = pyqtSignal()

    def __init__(self, iface: Any) -> None:
        super().__init__(tr("Sites"), iface.mainWindow() if iface else None)
        self.setObjectName("UrbanRenewalSites")
        self.rooms: list[Room] = []
        self.titles: Mapping[str, str] = {}
        QgsProject.instance().layersWillBeRemoved.connect(self._on_leaving)  # before the list of layers hears of it
        self.kinds, self.most, self.candidates = CalmChecks(), QSpinBox(), QgsMapLayerComboBox()
        self.kinds.setDefaultText(tr("None chosen"))
        self.kinds.setSeparator(listed(("", "")))
        self.kinds.checkedItemsChanged.connect(lambda _: self._tell_kinds())
        self.most.setRange(1, MOST_SITES)
        self.most.setToolTip(tr("How many buildings may be used at most; one may hold several kinds."))
        self.candidates.setFilters(Qgis.LayerFilter.PolygonLayer)
        self.candidates.setAllowEmptyLayer(True, tr("Buildings on idle parcels"))
        self.candidates.setToolTip(tip(tr(
            "Without a layer: houses on parcels tagged as idle factories or idle buildings, and spare rooms of "
            "kindergartens. With one: its polygons, one building each."
        )))  # fmt: skip
        self.run = main_button(tr("Choose sites"))
        click_once(self.run)
        self.figures = big_figures(3)
        self.state, self.cover, self.sentence = text_label(factor=HINT), text_label(), text_label()
        self.table = SitesTable(0, FORM + 1)
        self.how = text_label(f'<a href="help">{tr("How is it counted?")}</a>', HINT)
        self.whole, self.export = QPushButton(tr("Open table")), QPushButton(tr("Export table…"))
        self._dress_table()
        self.hint = EmptyHint(self.table)
        self._build()
        self.run.clicked.connect(self.asked.emit)
        self.table.itemSelectionChanged.connect(self._on_row)
        self.table.doubleClicked.connect(lambda index: self.zoom_asked.emit(self._host_at(index.row())))
        self.whole.clicked.connect(self.table_asked.emit)
        self.export.clicked.connect(self.export_asked.emit)
        self.how.linkActivated.connect(lambda _: help_pages.open_page("methods#s3"))
        self._help = help_pages.add_help(self, "guide#s5")
        self._escape = add_escape(self)

    def _build(self) -> None:
        page = Page()
        layout, grid = QVBoxLayout(page), QGridLayout()
        asked = ((tr("Facilities"), self.kinds), (tr("Candidates"), self.candidates), (tr("Most sites"), self.most))
        for place, (title, widget) in enumerate(asked):
            label = QLabel(title)
            label.setBuddy(widget)
            widget.setAccessibleName(title)
            grid.addWidget(label, place, 0)
            grid.addWidget(widget, place, 1, 1, 1 if widget is self.most else 2)
        grid.addWidget(self.run, len(asked) - 1, 2, Qt.AlignmentFlag.AlignRight)
        grid.setColumnStretch(1, 1)
        layout.addLayout(grid)
        layout.addWidget(self.state)
        layout.addLayout(figure_row(self.figures))
        layout.addWidget(self.cover)
        layout.addWidget(self.table, 1)
        layout.addWidget(self.sentence)
        foot = QHBoxLayout()
        foot.addWidget(self.how, 1)
        foot.addWidget(self.whole)
        foot.addWidget(self.export)
        layout.addLayout(foot)
        self.setWidget(LowScroll(page))

    def _dress_table(self) -> None:
        table = self.table
        heads = (tr("Keep"), tr("Build no."), tr("Candidate"), tr("Facility"), tr("Served more"), tr("Size"),
                 tr("Floor area (m²)"), tr("Parcel"), tr("Form"))  # fmt: skip
        table.setHorizontalHeaderLabels([head.replace(" ", "\n", 1) for head in heads])
        tips = {KEPT: tr("Ticked buildings are used in any case when sites are chosen again."),
                ORDER: tr("In which order to build: each time the room that serves the largest share of all that "
                          "its kind needs."),
                FORM: tr("A complex holds at least as many kinds in a building as the standard asks for.")}  # fmt: skip
        for column, told in tips.items():
            table.horizontalHeaderItem(column).setToolTip(told)
        table.horizontalHeader().sortIndicatorChanged.connect(lambda *_: self._fit_columns())
        table.setAccessibleName(tr("Proposed sites"))
        table.verticalHeader().hide()
        table.setEditTriggers(QAbstractItemView.EditTrigger.NoEditTriggers)
        table.setSelectionMode(QAbstractItemView.SelectionMode.SingleSelection)
        pick_rows(table)
        make_copyable(table)
        table.verticalHeader().setDefaultSectionSize(int(self.fontMetrics().height() * ROW_LINES))
        table.viewport().installEventFilter(self)
        table.setMinimumHeight(int(self.fontMetrics().height() * 8))

    # --- what is looked for -------------------------------------------------------------------------------------------

    def offer(
        self, titles: Mapping[str, str], chosen: Collection[str], most: int, candidates: QgsMapLayer | None
    ) -> None:
        """Offer kinds {id: title}; show those that are chosen, how many sites at most, whose buildings."""
        self.titles = titles
        self.kinds.clear()
        for kind, title in titles.items():
            state = Qt.CheckState.Checked if kind in chosen else Qt.CheckState.Unchecked
            self.kinds.addItemWithCheckState(title, state, kind)
        self._tell_kinds()
        self.most.setValue(most)
        if candidates is None:
            self.candidates.setCurrentIndex(0)  # setLayer(None) would choose nothing, not the empty row
        else:
            self.candidates.setLayer(candidates)

    def _tell_kinds(self) -> None:
        """Say in the tooltip which kinds are ticked: the field is too short for several names."""
        self.kinds.setToolTip(listed(self.titles.get(kind, kind) for kind in self.chosen_kinds()))

    def chosen_kinds(self) -> list[str]:
        """Return the kinds that are ticked."""
        return [str(kind) for kind in self.kinds.checkedItemsData()]

    def kept_hosts(self) -> list[str]:
        """Return the buildings that are ticked, each once, in the order of the table."""
        ticked = (row for row in range(self.table.rowCount())
                  if self.table.item(row, KEPT).checkState() == Qt.CheckState.Checked)  # fmt: skip
        return list(dict.fromkeys(self._host_at(row) for row in ticked))

    def _on_leaving(self, layers: list[str]) -> None:
        """Let go of candidates that leave the project: the list would show the next layer, as if it had been chosen."""
        layer = self.candidates.currentLayer()
        if layer is not None and layer.id() in layers:
            self.candidates.setCurrentIndex(0)

    # --- what was found -----------------------------------------------------------------------------------------------

    def show_state(self, text: str, can_run: bool, why_not: str = "") -> None:
        """Say what the sites shown stand on, and whether they can be chosen now."""
        self.state.setText(text)
        self.state.setVisible(bool(text))
        self.run.setEnabled(can_run)
        self.run.setToolTip(why_not)

    def show_sites(
        self, rooms: list[Room] | None, cover: Sequence[Cover], kept: Collection[str], gap: float | None
    ) -> None:
        """Show rooms; None = never chosen. `kept` hosts are ticked; `gap` = share that the best might serve more."""
        self.rooms = rooms or []
        self.hint.say(_why_empty(rooms, self.candidates.currentLayer() is not None))
        more = sum(room.m2 or 0 for room in self.rooms)
        texts = (
            (wording.number(hosts_n(self.rooms)), tr("{n?building|buildings}")),
            (wording.number(len(self.rooms)), tr("{n?room for facilities|rooms for facilities}")),
            (f"{wording.number(more)} m²", tr("floor area to convert")),
        )
        for (big, small), (value, label) in zip(self.figures, texts):
            big.setText(value if rooms is not None else "—")
            small.setText(fill(label, n=value))
        self.cover.setText(self._cover_text(cover, gap))
        self.cover.setVisible(bool(self.cover.text()))
        self._fill_table(kept)
        self.sentence.setVisible(bool(self.rooms))
        for button in (self.whole, self.export):
            button.setEnabled(bool(self.rooms))

    def _cover_text(self, cover: Sequence[Cover], gap: float | None) -> str:
        """Return a line a kind: need, served before → after, and how near to the best it is."""
        lines = []
        for item in cover:
            if item.need is None or item.before is None or item.after is None:
                told = tr("need not known")
            elif item.after <= item.before:
                text = tr("of {need} served {before}, nothing more")
                told = text.format(need=amount_text(item.need, item.unit), before=wording.number(item.before, 1))
            else:
                text = tr("of {need} served {before} → {after} (+{more})")
                told = text.format(
                    need=amount_text(item.need, item.unit), before=wording.number(item.before, 1),
                    after=wording.number(item.after, 1), more=wording.number(item.after - item.before, 1),
                )  # fmt: skip
            lines.append(f"<b>{escape(self.titles.get(item.kind, item.kind))}</b>&nbsp; {escape(unbroken(told))}")
        if gap is not None and self.rooms:
            lines.append(escape(
                tr("No choice of as many buildings serves more.") if gap <= 0 else
                tr("Proved to be within {share} of the best.").format(share=wording.percent(gap, 1))
            ))  # fmt: skip
        return "<br>".join(lines)

    def _fill_table(self, kept: Collection[str]) -> None:
        table = self.table
        now = self.picked_host()
        table.blockSignals(True)
        table.setSortingEnabled(False)
        table.setRowCount(len(self.rooms))
        forms = {"complex": tr("complex"), "scattered": tr("single")}
        for row, room in enumerate(self.rooms):
            unit = unit_text(room.unit)
            cells: dict[int, QTableWidgetItem] = {
                KEPT: QTableWidgetItem(), HOST: QTableWidgetItem(room.host),
                PARCEL: QTableWidgetItem(room.parcel or "—"),
                KIND: QTableWidgetItem(self.titles.get(room.kind, room.kind)),
                SIZE: NumberItem(f"{wording.number(room.size)} {unit}".strip(), room.size),
                AREA: NumberItem(wording.number(room.m2), room.m2),
                MORE: NumberItem(amount_text(room.served_more, room.unit), room.served_more),
                ORDER: NumberItem(wording.number(room.rank), room.rank),
                FORM: QTableWidgetItem(forms.get(room.form, room.form)),
            }  # fmt: skip
            for column, item in cells.items():
                item.setData(Qt.ItemDataRole.UserRole, row)
                if column in (SIZE, AREA, MORE, ORDER):
                    item.setTextAlignment(Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter)
                elif column != KEPT:
                    item.setToolTip(item.text())
                table.setItem(row, column, item)
            state = Qt.CheckState.Checked if room.host in kept else Qt.CheckState.Unchecked
            cells[KEPT].setFlags(cells[KEPT].flags() | Qt.ItemFlag.ItemIsUserCheckable)
            cells[KEPT].setCheckState(state)
        table.setSortingEnabled(True)
        table.sortByColumn(ORDER, Qt.SortOrder.AscendingOrder)
        table.blockSignals(False)
        self._fit_columns()
        self.choose(now)

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """Show more or fewer columns when the table gets another width, also by its own bar for scrolling."""
        if watched is self.table.viewport() and event.type() == QEvent.Type.Resize:
            self._fit_columns()
        return super().eventFilter(watched, event)

    def _fit_columns(self) -> None:
        """Show the columns that there is room for, from the left: nothing to scroll sideways for in a narrow panel.

        Whether the bar for scrolling is needed is worked out, not seen. Where rows need it only as long as it is not
        there (with its room one more column is shown, and names take a second line), it would come and go for ever.
        """
        table, bar = self.table, self.table.verticalScrollBar()
        need = {column: self._width_of(column) for column in range(table.columnCount())}
        room = table.maximumViewportSize().width()
        wide = self._widths(need, room)
        if sum(self._heights(wide[KIND])) > table.viewport().height():
            room = table.viewport().width() if bar.isVisible() else room - bar.sizeHint().width()
            wide = self._widths(need, room)
        for column in need:
            table.setColumnHidden(column, column not in wide)
        table.squeezed = tuple(column for column in need if column not in wide)  # what is copied has them
        for column, pixels in wide.items():
            table.setColumnWidth(column, pixels)
        for row, pixels in enumerate(self._heights(wide[KIND])):
            table.setRowHeight(row, pixels)

    def _widths(self, need: Mapping[int, int], room: int) -> dict[int, int]:
        """Return the width of each column that is shown when there is so much room; `need`: of all, in full."""
        letter, wide = self.fontMetrics().averageCharWidth(), dict(need)
        room -= sum(need[column] for column in (KEPT, ORDER, HOST, MORE))
        if room < int(letter * LEAST_LETTERS):  # rows stand in this order, and the sentence below tells it
            room += wide.pop(ORDER)
        wide[KIND] = min(need[KIND], int(letter * KIND_LETTERS), max(room, int(letter * LEAST_LETTERS)))
        room -= wide[KIND]
        free = room  # beside the columns that are shown
        for column in AS_ROOM_ALLOWS:
            room -= need[column]
            if room < 0:
                del wide[column]
            else:
                free = room
        wide[KIND] = min(need[KIND], wide[KIND] + max(free, 0))
        return wide

    def _heights(self, pixels: int) -> list[int]:
        """Return the height of each row: two lines where the name of a kind, in a column of `pixels`, needs them."""
        table, metrics = self.table, self.table.fontMetrics()
        margin = table.style().pixelMetric(QStyle.PixelMetric.PM_FocusFrameHMargin, None, table) + 1
        room, found = QRect(0, 0, pixels - 2 * margin, 0), []
        for row in range(table.rowCount()):
            item = table.item(row, KIND)
            text = item.text() if item is not None else ""
            lines = metrics.boundingRect(room, int(Qt.TextFlag.TextWordWrap), text).height()
            found.append(int(max(lines, metrics.height()) + metrics.height() * (ROW_LINES - 1)))
        return found

    def _width_of(self, column: int) -> int:
        """Return how wide a column must be for its cells and its heading; the arrow stands in one heading only.

        Qt keeps room for the arrow in all of them: in English more than a narrow panel has.
        """
        head, style = self.table.horizontalHeader(), self.table.style()
        font = head.font()
        font.setBold(True)  # as the heading of the column is written that is selected
        lines = self.table.horizontalHeaderItem(column).text().split("\n")
        text = max(QFontMetrics(font).horizontalAdvance(line) for line in lines)
        margin = style.pixelMetric(QStyle.PixelMetric.PM_HeaderMargin, None, head)
        arrow = style.pixelMetric(QStyle.PixelMetric.PM_HeaderMarkSize, None, head) + margin
        is_sorted = head.isSortIndicatorShown() and head.sortIndicatorSection() == column
        return max(self.table.sizeHintForColumn(column), text + 2 * margin + (arrow if is_sorted else 0))

    def choose(self, host: str) -> None:
        """Select the first room of a building; the first of all when it is not there."""
        rows = [row for row in range(self.table.rowCount()) if self._host_at(row) == host]
        if self.rooms:
            self.table.selectRow(rows[0] if rows else 0)
        self._on_row()

    def picked_host(self) -> str:
        """Return the building that is selected; "" for none."""
        room = self._room()
        return room.host if room is not None else ""

    def _room(self) -> Room | None:
        rows = self.table.selectionModel().selectedRows()
        return self._room_at(rows[0].row()) if rows else None

    def _room_at(self, row: int) -> Room | None:
        item = self.table.item(row, HOST)
        place = item.data(Qt.ItemDataRole.UserRole) if item is not None else None
        return self.rooms[place] if place is not None and place < len(self.rooms) else None

    def _host_at(self, row: int) -> str:
        room = self._room_at(row)
        return room.host if room is not None else ""

    def _on_row(self) -> None:
        room = self._room()
        if room is None:
            self.sentence.setText("")
            return
        self.sentence.setText(flowing((
            f"<b>{escape(room.host)}</b>", escape(unbroken(room.why)),
            escape(paired(tr("Floors"), room.floors)) if room.floors else "",
        )))  # fmt: skip
        self.picked.emit(room.host)


def _why_empty(rooms: list[Room] | None, has_own: bool) -> str:
    """Return what stands in the empty table: nothing was chosen yet, nothing to choose from, or nothing helps."""
    if rooms is None:
        return tr("No sites chosen yet. They need buildings and counted gaps.")
    if has_own:
        return tr(
            "None of the candidates of the layer would serve more need: they lie too far to walk, or nothing is "
            "missing around them. Choose other kinds or another layer."
        )
    return tr(
        "No building can hold what is missing. Confirm idle factories or buildings in the review, or give a layer of "
        "candidates."
    )
