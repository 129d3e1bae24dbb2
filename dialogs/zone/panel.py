# SPDX-License-Identifier: GPL-2.0-or-later
"""The panel beside the map while zones are worked on by hand: live totals, limits, undo, save."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from html import escape
from math import isnan
from typing import TYPE_CHECKING, Any

from qgis.PyQt.QtCore import Qt, pyqtSignal
from qgis.PyQt.QtGui import QKeySequence
from qgis.PyQt.QtWidgets import (
    QAbstractItemView,
    QComboBox,
    QDockWidget,
    QHBoxLayout,
    QHeaderView,
    QLabel,
    QPushButton,
    QShortcut,
    QTableWidget,
    QTableWidgetItem,
    QVBoxLayout,
    QWidget,
)

from ...processing.texts import tr
from ..parts.escape import add_escape
from ..parts.help_pages import add_help
from ..parts.inks import readable
from ..parts.low import LowScroll
from ..parts.phrases import ended, flowing, parted
from ..parts.tables import make_copyable
from ..parts.widgets import main_button
from ..study import wording

if TYPE_CHECKING:  # the Workbench opens without pandas
    from ...core.zones.by_hand import Totals

UNKNOWN = "—"  # as wording.number writes it
GOOD, BAD = "#4F8A5B", "#A8322D"


NAMES = ("parcels_n", "area_m2", "floor_m2", "people", "elder_gap", "child_gap", "demolish_share")  # rows of the table


def figures(now: Totals) -> list[tuple[str, float, str]]:
    """Return (heading, value, text) of what a zone holds, in the order of the table."""
    return [
        (tr("Parcels"), now.parcels_n, wording.number(now.parcels_n)),
        (tr("Area (ha)"), now.area_m2, wording.number(now.area_m2 / 1e4, 2)),
        (tr("Floor area (10,000 m²)"), now.floor_m2, wording.number(now.floor_m2 / 1e4, 2)),
        (tr("People"), now.people, wording.number(now.people)),
        (tr("Elder gap"), now.elder_gap, wording.percent(now.elder_gap)),
        (tr("Child gap"), now.child_gap, wording.percent(now.child_gap)),
        (tr("Demolished share"), now.demolish_share, wording.percent(now.demolish_share)),
    ]


def unknown_text() -> str:
    """Return why a figure may be unknown, and what to do."""
    return tr(
        "Not known: the layers of this study do not say it. A delivery made in one go keeps no people on parcels; "
        "run the steps one by one to have them."
    )


class ZonePanel(QDockWidget):
    """Shows one zone at a time. Signals for its buttons; `zone_chosen(zone id)` when another is chosen."""

    zone_chosen = pyqtSignal(str)
    undo_asked = pyqtSignal()
    redo_asked = pyqtSignal()
    save_asked = pyqtSignal()

    def __init__(self, iface: Any) -> None:
        super().__init__(tr("Zones"), iface.mainWindow() if iface else None)
        self.setObjectName("UrbanRenewalZones")
        self._help = add_help(self, "guide#s6")
        self._escape = add_escape(self)
        self.zones = QComboBox()
        self.zones.setAccessibleName(tr("Zone"))
        self.zones.setToolTip(tr("The zone that clicks on the map change"))
        self.hint = _label(tr("Click a parcel: one outside comes into the zone, one inside goes out."))
        self.table = QTableWidget(0, 4)
        make_copyable(self.table)
        self.table.setAccessibleName(tr("Figures of the zone"))
        self.table.setHorizontalHeaderLabels(["", tr("Before"), tr("Now"), tr("Limit")])
        self.table.verticalHeader().hide()
        self.table.setEditTriggers(QAbstractItemView.EditTrigger.NoEditTriggers)
        self.table.setSelectionMode(QAbstractItemView.SelectionMode.NoSelection)
        head = self.table.horizontalHeader()
        head.setSectionResizeMode(QHeaderView.ResizeMode.Stretch)
        head.setSectionResizeMode(0, QHeaderView.ResizeMode.ResizeToContents)
        self.table.verticalHeader().setDefaultSectionSize(int(self.fontMetrics().height() * 1.5))
        self.table.setVerticalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.limits, self.answer, self.saved = _label(), _label(), _label()
        self.undo, self.redo = QPushButton(tr("Undo")), QPushButton(tr("Redo"))
        self.save = main_button(tr("Save as locks"))
        self.save.setToolTip(tr("The next delineation keeps what was put in and taken out; results stay as they are."))
        self._lay_out()
        self.zones.activated.connect(lambda _: self.zone_chosen.emit(self.zones.currentData() or ""))
        for button, signal in (
            (self.undo, self.undo_asked),
            (self.redo, self.redo_asked),
            (self.save, self.save_asked),
        ):
            button.clicked.connect(lambda _, signal=signal: signal.emit())
        keys = ((QKeySequence.StandardKey.Undo, self.undo), (QKeySequence.StandardKey.Redo, self.redo))
        for key, button in keys:
            short = QShortcut(QKeySequence(key), self)
            short.setContext(Qt.ShortcutContext.WidgetWithChildrenShortcut)
            short.activated.connect(button.click)

    def _lay_out(self) -> None:
        page, row = QWidget(), QHBoxLayout()
        layout = QVBoxLayout(page)
        for button in (self.undo, self.redo, self.save):
            row.addWidget(button)
        for part in (self.zones, self.hint, self.table, self.limits, self.answer):
            layout.addWidget(part)
        layout.addLayout(row)
        layout.addWidget(self.saved)
        layout.addStretch(1)
        self.setWidget(LowScroll(page))

    def show_zones(self, zones: Sequence[tuple[str, str]], now: str) -> None:
        """Offer zones as (id, title)."""
        self.zones.clear()
        for zone, title in zones:
            self.zones.addItem(title, zone)
        self.zones.setCurrentIndex(max(0, self.zones.findData(now)))

    def show_totals(
        self, before: Totals, now: Totals, short: Sequence[str], limits: Mapping[str, str] | None = None
    ) -> None:
        """Show what the zone held at first and holds now, the limits of some figures, and those it misses."""
        rows = list(zip(figures(before), figures(now)))
        self.table.setRowCount(len(rows))
        for place, ((title, old, was), (_, new, is_now)) in enumerate(rows):
            changed = old != new and not (isnan(old) and isnan(new))
            for column, text in enumerate((title, was, is_now, (limits or {}).get(NAMES[place], ""))):
                item = QTableWidgetItem(text)
                if column:
                    item.setTextAlignment(Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter)
                font = item.font()
                font.setBold(changed and column == 2)
                item.setFont(font)
                if column and text == UNKNOWN:
                    item.setToolTip(unknown_text())
                self.table.setItem(place, column, item)
        height = self.table.horizontalHeader().height() + sum(self.table.rowHeight(row) for row in range(len(rows)))
        self.table.setFixedHeight(height + 2 * self.table.frameWidth())
        if short:
            told = parted(escape(text) for text in short)
            self.limits.setText(f'<span style="color:{self._ink(BAD)}">✗ {told}</span>')
        else:
            self.limits.setText(
                f'<span style="color:{self._ink(GOOD)}">✓ {escape(tr("Within the limits of the zone rules"))}</span>'
            )

    def show_answer(self, text: str, is_done: bool) -> None:
        """Show what came of the last click; a refusal is marked."""
        colour = "" if is_done else f' style="color:{self._ink(BAD)}"'
        self.answer.setText(f"<span{colour}>{'' if is_done else '✗ '}{escape(text)}</span>" if text else "")

    def show_state(self, can_undo: bool, can_redo: bool, put_in: int, taken_out: int, saved: str) -> None:
        """Show which buttons work, and what has been changed and saved."""
        self.undo.setEnabled(can_undo)
        self.redo.setEnabled(can_redo)
        told = tr("{n} put in, {m} taken out").format(n=put_in, m=taken_out)
        self.saved.setText(flowing((ended(told), saved)) if saved else told)

    def _ink(self, colour: str) -> str:
        return readable(colour, self.palette()).name()


def _label(text: str = "") -> QLabel:
    label = QLabel(text)
    label.setWordWrap(True)
    return label
