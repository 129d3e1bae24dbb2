# SPDX-License-Identifier: GPL-2.0-or-later
"""The card of one step: mark, title, state in words, what is missing or the key figures, bar and Cancel."""

from __future__ import annotations

from html import escape
from typing import Any

from qgis.PyQt.QtCore import QPoint, Qt, QTimer, pyqtSignal
from qgis.PyQt.QtGui import QPalette
from qgis.PyQt.QtWidgets import QBoxLayout, QFrame, QHBoxLayout, QLabel, QProgressBar, QPushButton, QVBoxLayout, QWidget

from ...processing.texts import tr
from ..parts.buttons import click_once
from ..parts.charts import Chart
from ..parts.inks import readable, soft
from ..parts.phrases import unbroken
from ..parts.widgets import BIG, COLOURS, HINT, SIGNS, TITLE, Figures, Mark, restyle, scaled, text_label
from ..study import readiness, wording
from ..study.readiness import StepState, is_runnable
from ..study.study import StepRecord, Study
from . import card_words
from .figure_menu import explain

__all__ = ["BIG", "COLOURS", "HINT", "SIGNS", "TITLE", "Figures", "Mark", "StepCard", "scaled", "text_label"]
NOTE = "background: rgba({colour}, 40); border: 1px solid rgba({colour}, 110); border-radius: 3px; padding: 4px"
BAR_LEADS = {"gaps": "gaps", "zones": "zone"}  # step → action of a click on a bar of its chart
AMBER, RED = "166, 106, 0", "168, 50, 45"


class StepCard(QFrame):
    """One step. `run_asked`, `cancel_asked` and `link_asked(action)` say what a person wants."""

    run_asked = pyqtSignal(str)
    cancel_asked = pyqtSignal()
    link_asked = pyqtSignal(str, str)
    to_show = pyqtSignal(QWidget)  # it was opened, or runs and has its bar and Cancel: worth bringing into view, once

    def __init__(self, key: str, number: int, ends: str = "alone") -> None:
        super().__init__()
        self.key = key
        self.setObjectName(f"card_{key}")
        self.mark = Mark(number, ends)
        self.title = scaled(QLabel(wording.step_title(key)), TITLE, bold=True)
        self.state = text_label(factor=HINT)
        self.state.setAlignment(Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter)
        self.body = text_label()
        self.body.setTextFormat(Qt.TextFormat.RichText)
        self.body.linkActivated.connect(lambda action: self.link_asked.emit(self.key, action))
        self.figures = Figures()
        self.figures.asked.connect(lambda label, cell: explain(self, label, cell))
        self.caption = text_label(factor=HINT)
        self.chart = Chart()  # a bar leads to its community, in the panel of gaps, or to its zone
        self.chart.asked.connect(lambda about: self.link_asked.emit(self.key, f"{BAR_LEADS[self.key]}:{about}"))
        self.bar = QProgressBar()
        self.bar.setRange(0, 1000)
        self.bar.setFormat("%p %")
        self.left = text_label(factor=HINT)
        self.number = scaled(QLabel(str(number)), HINT)
        quiet = self.number.palette()
        quiet.setColor(QPalette.ColorRole.WindowText, soft(quiet))
        self.number.setPalette(quiet)
        self.caption.setPalette(quiet)
        self._state, self._can_fold, self._looks = "", False, 0
        self._is_low, self._is_opened = False, False  # little height: a card that is done is one line
        self.cancel = QPushButton(tr("Cancel"))
        self.cancel.clicked.connect(self._ask_cancel)
        self.run = QPushButton(tr("Run"))
        self.run.clicked.connect(lambda: self.run_asked.emit(self.key))
        self.act = QPushButton()
        self.act.clicked.connect(lambda: self.link_asked.emit(self.key, "review"))
        click_once(self.run, self.cancel, self.act)
        self.links = text_label()
        self.links.linkActivated.connect(lambda action: self.link_asked.emit(self.key, action))
        self._build()

    def _ask_cancel(self) -> None:
        self.cancel_asked.emit()

    def _build(self) -> None:
        head = QHBoxLayout()
        head.addWidget(self.title)
        head.addWidget(self.number)
        head.addWidget(self.state, 1)
        self.foot, buttons = QBoxLayout(QBoxLayout.Direction.LeftToRight), QHBoxLayout()
        self.foot.addWidget(self.links, 1)
        buttons.addWidget(self.left, 1)
        buttons.addStretch()
        for button in (self.run, self.act, self.cancel):
            buttons.addWidget(button)
        self.foot.addLayout(buttons)
        self.panel = QFrame()
        self.panel.setFrameShape(QFrame.Shape.StyledPanel)
        self.panel.setAutoFillBackground(True)
        self.panel.setBackgroundRole(QPalette.ColorRole.Base)
        inner = QVBoxLayout(self.panel)
        inner.setContentsMargins(8, 6, 8, 6)
        inner.addLayout(head)
        self.rest = QWidget()
        rest = QVBoxLayout(self.rest)
        rest.setContentsMargins(0, 0, 0, 0)
        rest.setSpacing(5)
        for widget in (self.body, self.figures, self.caption, self.chart, self.bar):
            rest.addWidget(widget)
        rest.addLayout(self.foot)
        inner.addWidget(self.rest)
        outer = QHBoxLayout(self)
        outer.setContentsMargins(0, 0, 0, 0)
        outer.setSpacing(4)
        outer.addWidget(self.mark)
        column = QVBoxLayout()  # the air between two cards is inside, so that the rail is one line
        column.setContentsMargins(0, 0, 0, 6)
        column.addWidget(self.panel)
        outer.addLayout(column, 1)
        for widget in (self.figures, self.bar, self.left, self.cancel, self.act):
            widget.hide()

    def show_state(
        self, state: StepState, study: Study | None, busy: bool, told: card_words.Told | None = None
    ) -> None:
        """Show the state of the step; `busy` = something runs; `told` = what the dock knows besides."""
        told = told or card_words.Told()
        running = state.kind == readiness.RUNNING
        record = study.steps.get(self.key) if study else None
        self.mark.show_state(state.kind)
        self._state = wording.state_word(state, study, told.estimate_s)
        self._can_fold = state.kind == readiness.DONE and not state.reasons
        colour = readable(COLOURS[state.kind], self.palette()).name()
        restyle(self.state, f"color: {colour}" if state.kind != readiness.BLOCKED else "")
        if not running:
            self._show_body(state, study, told)
        self.body.setVisible(bool(self.body.text()))
        is_over = state.kind == readiness.STALE or (state.kind == readiness.DONE and not state.reasons)
        shows = record is not None and is_over
        figures = wording.key_figures(self.key, record.figures) if shows else []
        self.figures.show_figures(figures, card_words.tag_colours() if self.key == "tag" else {})
        self.chart.show_figures(self.key, record.figures if record and shows else {})
        self.caption.setText(card_words.caption(self.key, record.figures) if record and shows else "")
        self.caption.setVisible(bool(self.caption.text()) and not self.chart.isHidden())
        is_old = state.kind == readiness.STALE
        if is_old != (self.figures.graphicsEffect() is not None):
            self.figures.setGraphicsEffect(card_words.faded(self.figures) if is_old else None)
        self.chart.setEnabled(not is_old)
        self.links.setText(
            card_words.links(self.key, is_old, told.reports, self._suspected(record) > 0) if shows else ""
        )
        self.links.setVisible(shows)
        for widget in (self.bar, self.left, self.cancel):
            widget.setVisible(running)
        self._looks = self._looks if running else 0
        self.run.setVisible(not running)
        self.run.setEnabled(not busy and is_runnable(state))
        self.run.setText(card_words.run_title(self.key, state, record is not None))
        self.run.setToolTip(card_words.why_grey(state, busy))
        n = self._suspected(record)
        self.act.setText(tr("Review {n}…").format(n=wording.number(n)) if n else "")
        self.act.setVisible(bool(n))
        down, across = QBoxLayout.Direction.TopToBottom, QBoxLayout.Direction.LeftToRight
        self.foot.setDirection(down if n else across)  # two buttons leave no room beside them
        self._show_folded()

    def _suspected(self, record: StepRecord | None) -> int:
        """Return how many parcels wait for a review, when the step is done: then a button offers it."""
        return card_words.to_review(record.figures) if record and self.key == "tag" and self._can_fold else 0

    def _show_body(self, state: StepState, study: Study | None, told: card_words.Told) -> None:
        self.body.setText(card_words.body(self.key, state, study, told))
        self.body.setToolTip(card_words.all_reasons(state))
        note = {readiness.STALE: AMBER, readiness.FAILED: RED}.get(state.kind, AMBER if told.question else "")
        restyle(self.body, NOTE.format(colour=note) if note and self.body.text() else "")

    def fold(self, is_low: bool) -> None:
        """Say whether there is little height: then a card that is done shows its title, state and first figure only."""
        if is_low != self._is_low:
            self._is_low, self._is_opened = is_low, False
            self._show_folded()

    def unfold(self) -> None:
        """Show everything of this card although there is little height, and bring it into view."""
        self._is_opened = True
        self._show_folded()
        QTimer.singleShot(0, self._bring)  # once the layout knows how tall it is

    def _bring(self) -> None:
        self.to_show.emit(self)

    def mousePressEvent(self, event: Any) -> None:
        """A click opens a folded card; folded in again it is by its heading alone: links and charts get clicks too."""
        if self._is_low and (self.rest.isHidden() or event.pos().y() < self.rest.mapTo(self, QPoint()).y()):
            if self._is_opened:
                self._is_opened = False
                self._show_folded()
            else:
                self.unfold()
        super().mousePressEvent(event)

    def _show_folded(self) -> None:
        is_folded = self._is_low and self._can_fold and not self._is_opened
        folds = self._is_low and self._can_fold
        hand, arrow = Qt.CursorShape.PointingHandCursor, Qt.CursorShape.ArrowCursor
        told = tr("Click, or Alt+{n}: show everything of this step").format(n=self.number.text())
        self.panel.setCursor(hand if is_folded else arrow)
        self.panel.setToolTip(told if is_folded else "")
        for label in (self.title, self.number, self.state):
            label.setCursor(hand if folds else arrow)
            label.setToolTip(tr("Click: fold to one line") if folds and not is_folded else "")
        self.rest.setVisible(not is_folded)
        first = map(unbroken, self.figures.texts()[:1])
        self.state.setText(" · ".join([self._state, *first]) if is_folded else self._state)

    def show_progress(self, share: float, said: str, times: str, cancelling: bool) -> None:
        """Show how far the running step is: share 0–1, what is being done, times in words."""
        self._looks += 1
        if self._looks == 2:  # by now it is as tall as it will be
            self.to_show.emit(self)
        self.bar.setValue(round(share * 1000))
        restyle(self.body, "")
        self.body.setText(escape(said))
        self.body.setVisible(bool(said))
        self.left.setText(times)
        self.cancel.setEnabled(not cancelling)
        self.cancel.setText(tr("Cancelling…") if cancelling else tr("Cancel"))


class StepLine(StepCard):
    """The bar of what belongs to no step: making the sample."""

    def __init__(self) -> None:
        super().__init__("prepare", 0)
        self.setObjectName("activity")
        self.title.setText(tr("Sample data"))
        for widget in (self.mark, self.number, self.run, self.links):
            widget.hide()
        for widget in (self.bar, self.left, self.cancel):
            widget.show()
