# SPDX-License-Identifier: GPL-2.0-or-later
"""The right side of the rules editor: histogram with the limit, before and after, where, who."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from qgis.core import QgsVectorLayer
from qgis.PyQt.QtCore import QEvent, QObject, pyqtSignal
from qgis.PyQt.QtWidgets import (
    QHBoxLayout,
    QLabel,
    QPushButton,
    QTableView,
    QVBoxLayout,
    QWidget,
)

from ...core.words import fill
from ...processing.texts import tr
from ..parts.phrases import flowing
from ..parts.tables import EmptyHint, make_copyable, pick_rows
from ..parts.widgets import BIG, HINT, scaled, text_label
from ..review.items import table_of
from ..study import wording
from .counts import ChangeList, CountsView
from .draft import Draft
from .histogram import HistogramView, Mark, Plot
from .minimap import MiniMap
from .previewing import Answer, Ground, Previewing, Wish
from .rows import SOFT, VALUE, Row, Section


class RulesetPreview(QWidget):
    """`measure_asked()`: the indicators are wanted, or wanted anew; `cancel_asked()`; `parcel_asked(id, key, row)`."""

    measure_asked = pyqtSignal()
    cancel_asked = pyqtSignal()
    parcel_asked = pyqtSignal(str, int, int)

    def __init__(self) -> None:
        super().__init__()
        self.previewing: Previewing | None = None
        self.ground: Ground | None = None
        self.answer: Answer | None = None
        self.title = scaled(QLabel(tr("Live preview")), 1.0, bold=True)
        self.size = scaled(QLabel(), HINT)
        self.changing = scaled(QLabel(), BIG, bold=True)
        self.histogram, self.counts, self.map = HistogramView(), CountsView(), MiniMap()
        self.told = text_label(factor=HINT)
        self.measure = QPushButton(tr("Measure indicators"))
        self.cancel = QPushButton(tr("Cancel"))
        self.state = text_label()
        self.model, self.list = ChangeList(), QTableView()
        self.list.setAccessibleName(tr("Parcels that would change"))
        self.measure.clicked.connect(self.measure_asked.emit)
        self.cancel.clicked.connect(self.cancel_asked.emit)
        self.map.picked.connect(self._on_dot)
        self._arrange()

    def _arrange(self) -> None:
        view = self.list
        view.setModel(self.model)
        make_copyable(view)
        self.empty = EmptyHint(view)
        pick_rows(view)
        view.setWordWrap(False)
        view.verticalHeader().setDefaultSectionSize(int(self.fontMetrics().height() * 1.5))
        view.setMinimumHeight(int(self.fontMetrics().height() * 4))
        view.horizontalHeader().setResizeContentsPrecision(0)  # what is seen is enough: there may be 100,000
        view.viewport().installEventFilter(self)
        view.selectionModel().currentRowChanged.connect(lambda now, _: self._on_line(now.row()))
        head, acts = QHBoxLayout(), QHBoxLayout()
        head.addWidget(self.title)
        head.addWidget(self.size, 1)
        head.addWidget(self.changing)
        acts.addWidget(self.state, 1)
        acts.addWidget(self.measure)
        acts.addWidget(self.cancel)
        self.cancel.hide()
        layout = QVBoxLayout(self)
        layout.addLayout(head)
        layout.addLayout(acts)
        layout.addWidget(self.histogram)
        layout.addWidget(self.counts)
        layout.addWidget(self.map, 1)
        layout.addWidget(self.told)
        layout.addWidget(view, 1)

    # --- showing ------------------------------------------------------------------------------------------------------

    def show_waiting(self, sentence: str, running: bool, can_measure: bool) -> None:
        """Say that indicators are missing, being measured, or why they cannot be."""
        self.state.setText(sentence)
        self.state.setVisible(bool(sentence))
        self.cancel.setVisible(running)
        self.measure.setVisible(can_measure and not running)

    def show_ground(self, ground: Ground, tagged: str) -> None:
        """Take the parcels that the preview is about."""
        self.ground = ground
        self.show_waiting("", False, False)
        if tagged:
            path, table = table_of(tagged)
            self.map.show_layer(QgsVectorLayer(f"{path}|layername={table}", "tagged", "ogr"))

    def show_answer(self, answer: Answer, draft: Draft, section: Section, row: Row | None) -> None:
        """Show what a ruleset would change."""
        self.answer = answer
        if answer.fault:
            self.show_waiting(answer.fault, False, False)
            return
        changes, ground = answer.changes, self.ground
        n = ground.preview.n
        size = fill(tr("{n} {n?parcel|parcels} · {s} s"), n=wording.number(n), s=f"{answer.seconds:.2f}")
        self.size.setText(size)
        self.changing.setText(fill(tr("{n} {n?changes|change}"), n=wording.number(len(changes.rows))))
        names = tr("These limits change what is measured; measure again to see what they do.")
        self.show_waiting(names if answer.unmeasured else "", False, bool(answer.unmeasured))
        self.counts.show_changes(changes)
        self.model.show_changes(ground, changes, answer.judged)
        self._fit_list()
        self.map.show_points(ground.place[changes.rows])
        self.empty.say(tr("No parcel would change. Drag the limit above, or type another number."))
        kept = tr("The preview writes nothing and changes no review ({n} reviewed {n?parcel stays|parcels stay}).")
        text = "● " + tr("parcels that would change. {kept}").format(kept=fill(kept, n=changes.reviewed_n))
        over = tr(
            "{n} {n?parcel that is|parcels that are} renovated, under way or expropriated {n?is|are} not counted."
        )
        self.told.setText(flowing((text, fill(over, n=changes.done_n) if changes.done_n else "")))
        self.show_histogram(answer, draft, section, row)

    def show_histogram(self, answer: Answer, draft: Draft, section: Section, row: Row | None) -> None:
        """Draw the values of the row that is being edited."""
        if answer.histogram is None or row is None:
            self.histogram.show_plot(None)
            return
        found, marks = answer.histogram, marks_of(row, section, draft)
        curve, old = curve_of(row, draft.value), curve_of(row, draft.factory_value)
        plot = Plot(
            found.edges.tolist(), found.counts.tolist(), marks, _plot_title(row, section), found.unknown_n,
            found.outside_n, curve, old if old != curve else (), section.colour or "#2F7FAE", met_of(row, draft, curve),
        )  # fmt: skip
        self.histogram.show_plot(plot)

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """Share the width of the list anew when it changes."""
        if watched is self.list.viewport() and event.type() == QEvent.Type.Resize:
            self._fit_list()
        return super().eventFilter(watched, event)

    def _fit_list(self) -> None:
        """Give each column what it needs; what was and what would be share what is over, or what is lacking."""
        view, head, letter = self.list, self.list.horizontalHeader(), self.fontMetrics().averageCharWidth()
        need = [max(view.sizeHintForColumn(n), head.sectionSizeHint(n), letter * 6) for n in range(4)]
        room = max(view.viewport().width() - need[0] - need[3], letter * 12)
        spare = room - need[1] - need[2]
        need[1] += spare // 2 if spare >= 0 else spare * need[1] // (need[1] + need[2])
        need[2] = room - need[1]
        for column, width in enumerate(need):
            view.setColumnWidth(column, width)

    # --- who ----------------------------------------------------------------------------------------------------------

    def _on_line(self, place: int) -> None:
        if 0 <= place < self.model.rowCount():
            self.map.choose(place)
            parcel, key = self.model.parcel(place)
            self.parcel_asked.emit(parcel, key, int(self.model.rows[place]))

    def _on_dot(self, place: int) -> None:
        index = self.model.index(place, 0)
        self.list.setCurrentIndex(index)
        self.list.scrollTo(index)

    def close_down(self) -> None:
        """Let go of the layer."""
        self.map.close_down()


def wish_of(draft: Draft, section: Section, row: Row | None) -> Wish:
    """Return what to ask: the ruleset as it is now, and the histogram of the row."""
    if row is None or not row.plot:
        return Wish(draft.now)
    return Wish(draft.now, row.plot, section.key, tuple(mark.value for mark in marks_of(row, section, draft)))


def marks_of(row: Row, section: Section, draft: Draft) -> tuple[Mark, ...]:
    """Return the limits that stand on the histogram of a row: its own, and those of the rows that share it."""
    if row.plot in ("score", "known"):
        shared = [item for item in section.rows() if item.plot == row.plot]
    elif row.figure is not None:
        shared = [item for item in section.rows() if item.figure == row.figure and item.plot == row.plot]
    else:
        shared = [row]
    shared = sorted(shared, key=lambda item: item is not row)  # the row's own limit first: it is the one that moves
    marks = []
    for item in shared:
        for column in (VALUE, SOFT):
            cell = item.cells.get(column)
            if cell is None or (column == SOFT and cell.keys[-1] != 0):  # a band's score is no place on the axis
                continue
            value, before = draft.value(cell.keys), draft.factory_value(cell.keys)
            if isinstance(value, (int, float)) and not isinstance(value, bool):
                marks.append(Mark(cell, float(value), None if before is None else float(before)))
    return tuple(marks)


def curve_of(row: Row, value: Any) -> tuple[tuple[float, float], ...]:
    """Return the membership (x, m) of a criterion; `value(keys)` reads the document. Nothing for conditions."""
    item: Mapping[str, Any] | None = value(row.figure) if row.figure else None
    if not isinstance(item, Mapping):
        return ()
    if item.get("type") == "points":
        return tuple((float(x), float(m)) for x, m in item["points"])
    if item.get("type") == "bands":
        steps: list[tuple[float, float]] = []
        for (year, score), after in zip(item["bands"], [*(m for _, m in item["bands"][1:]), 0.0]):
            steps += [(year + 0.5, float(score)), (year + 0.5, float(after))]
        return tuple(steps)
    return ()


def met_of(row: Row, draft: Draft, curve: tuple[tuple[float, float], ...]) -> Any:
    """Return what says of a value whether its bar is in colour: a condition holds, a membership is not nothing."""
    if curve:
        import numpy as np

        x, m = [point[0] for point in curve], [point[1] for point in curve]
        return lambda value: float(np.interp(value, x, m)) > 0
    cell, op = row.cells.get(VALUE), row.texts.get("op", "")
    limit = draft.value(cell.keys) if cell else None
    if not isinstance(limit, (int, float)):
        return None
    return {"≥": lambda v: v >= limit, ">": lambda v: v > limit, "≤": lambda v: v <= limit, "<": lambda v: v < limit,
            "=": lambda v: v == limit}.get(op)  # fmt: skip


def _plot_title(row: Row, section: Section) -> str:
    if row.plot == "score":
        return tr("Score of {tag}, parcels it can be about").format(tag=section.title)
    return tr("Buildings by year") if row.plot == "age" else row.title
