# SPDX-License-Identifier: GPL-2.0-or-later
"""The widgets of the review panel, without what they do."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from qgis.gui import QgsFileWidget, QgsFilterLineEdit
from qgis.PyQt.QtCore import Qt, QTimer
from qgis.PyQt.QtGui import QResizeEvent, QShowEvent
from qgis.PyQt.QtWidgets import (
    QApplication,
    QComboBox,
    QFormLayout,
    QGridLayout,
    QHBoxLayout,
    QHeaderView,
    QLabel,
    QLineEdit,
    QProgressBar,
    QPushButton,
    QScrollArea,
    QTableView,
    QVBoxLayout,
    QWidget,
)

from ...core.words import fill
from ...processing.texts import interface_language, tr
from ..parts.inks import BARS, readable
from ..parts.tables import make_copyable, order_by_heading, pick_rows
from ..parts.widgets import HINT, TITLE, scaled, text_label
from ..study import wording
from .evidence_view import EvidenceView
from .items import CHANGED, EVERY, OPEN, OUTSIDE, TAGGED
from .table import DOUBT, ID, REVIEW, SCORE, TAG, ReviewTable, tag_title

LIST_LINES, FEW_LINES, LOW = 6.5, 4.5, 48  # rows of the list; rows in a panel of fewer lines of text than LOW

WIDTHS = {
    "zh": ((TAG, 19), (REVIEW, 13)),
    "en": ((TAG, 19), (REVIEW, 18)),
}  # in letters: as wide as their longest words (≠ Urban village); names take what is left


class ReviewForm(QWidget):
    """Progress, choices, list, detail, judgement from top to bottom."""

    def __init__(self) -> None:
        super().__init__()
        self.drafts: dict[str, tuple[str, str]] = {}  # parcel: reason and photo that are not saved yet
        self._parcel = ""
        layout = QVBoxLayout(self)
        layout.addLayout(self._head())
        layout.addLayout(self._choices())
        self.empty = text_label()
        self.empty.hide()
        layout.addWidget(self.empty)
        layout.addWidget(self._list())
        self.detail = self._detail()
        layout.addWidget(self.detail, 1000)
        layout.addStretch(1)  # holds the rest together when there is no parcel to show

    def _head(self) -> QHBoxLayout:
        row = QHBoxLayout()
        self.done = scaled(QLabel(), 1.0, bold=True)
        self.bar = QProgressBar()
        self.bar.setTextVisible(False)
        self.bar.setMaximumHeight(self.fontMetrics().height())
        self.left = scaled(QLabel(), HINT)
        row.addWidget(self.done)
        row.addWidget(self.bar, 1)
        row.addWidget(self.left)
        return row

    def _choices(self) -> QGridLayout:
        self.which, self.tag, self.community, self.order = (QComboBox() for _ in range(4))
        parcels = (
            (OPEN, tr("Suspected")), (CHANGED, tr("Rule changed its mind")), (TAGGED, tr("All tagged")),
            (EVERY, tr("All parcels")),
        )  # fmt: skip
        for key, text in parcels:
            self.which.addItem(text, key)
        orders = (
            ("doubt", tr("Most doubtful first")), ("area", tr("Largest first")), ("tag", tr("By class")),
            ("community", tr("By community")), ("changed", tr("Rule changed its mind first")),
            ("id", tr("By parcel id")),
        )  # fmt: skip
        for key, text in orders:
            self.order.addItem(text, key)
        self.tag.addItem(tr("All classes"), "")
        self.reviewer = QLineEdit()
        self.reviewer.setPlaceholderText(tr("Reviewer's name"))
        titles = (tr("Parcels to show"), tr("Class"), tr("Order"), tr("Community"), tr("Reviewer"))
        grid = QGridLayout()
        self.here = text_label(factor=HINT)
        for place, widget in enumerate((self.which, self.tag, self.order, self.community, self.reviewer)):
            widget.setAccessibleName(titles[place])
            widget.setToolTip(titles[place])
            if isinstance(widget, QComboBox):
                widget.setSizeAdjustPolicy(QComboBox.SizeAdjustPolicy.AdjustToMinimumContentsLengthWithIcon)
                widget.setMinimumContentsLength(8)
            grid.setColumnStretch(place % 2, 1)
            grid.addWidget(widget, place // 2, place % 2)
        self.find = QgsFilterLineEdit()
        self.find.setShowSearchIcon(True)
        self.find.setPlaceholderText(tr("Find a parcel  Ctrl+F"))
        self.find.setAccessibleName(tr("Find a parcel"))
        self.find.setToolTip(tr("Part of a name or id, Enter; Enter again goes to the next one."))
        grid.addWidget(self.find, 2, 1)
        grid.addWidget(self.here, 3, 0, 1, 2)
        return grid

    def _list(self) -> QTableView:
        self.table, self.list = ReviewTable(), QTableView()
        self.list.setAccessibleName(tr("Parcels to review"))
        make_copyable(self.list)
        view = self.list
        view.setModel(self.table)
        pick_rows(view)
        order_by_heading(view, self.order, {ID: "id", TAG: "tag", DOUBT: "doubt"})
        view.setWordWrap(False)
        view.verticalHeader().setDefaultSectionSize(int(self.fontMetrics().height() * 1.5))
        head = view.horizontalHeader()
        head.setSectionResizeMode(ID, QHeaderView.ResizeMode.Stretch)
        letter = self.fontMetrics().averageCharWidth()
        for column, letters in ((SCORE, 7), (DOUBT, 7), *WIDTHS[interface_language()]):
            view.setColumnWidth(column, max(letter * letters, head.sectionSizeHint(column)))  # headings are bold
        return view

    def _detail(self) -> QWidget:
        page = QWidget()
        layout = QVBoxLayout(page)
        layout.setContentsMargins(0, 0, 0, 0)
        self.title = scaled(text_label(), TITLE, bold=True)
        self.rule = text_label()
        self.rule.setTextFormat(Qt.TextFormat.RichText)
        self.reason_of_rule = text_label()
        self.reason_of_rule.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
        self.evidence = EvidenceView()
        self.others = text_label(factor=HINT)
        body = QWidget()
        inner = QVBoxLayout(body)
        inner.setContentsMargins(0, 0, 0, 0)
        for widget in (self.others, self.reason_of_rule, self.evidence):  # what others say is seen without scrolling
            inner.addWidget(widget)
        inner.addStretch(1)
        self.scroll = QScrollArea()
        self.scroll.setAccessibleName(tr("Evidence by criterion"))
        self.scroll.setWidgetResizable(True)
        self.scroll.setFrameShape(QScrollArea.Shape.NoFrame)
        self.scroll.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.scroll.setWidget(body)
        for widget in (self.title, self.rule):
            layout.addWidget(widget)
        layout.addWidget(self.scroll, 1)
        layout.addLayout(self._judgement(page))
        return page

    def _judgement(self, page: QWidget) -> QVBoxLayout:
        keys = (("1", "old_compound"), ("2", "urban_village"), ("3", "idle_factory"), ("4", "idle_building"))
        self.judge = {key: QPushButton(f"{key}  {tag_title(tag)}", page) for key, tag in (*keys, ("0", "none"))}
        for button in self.judge.values():
            button.hide()  # until it is known which classes there are
        self.keys = QGridLayout()
        self.reason = QLineEdit()
        self.reason.setPlaceholderText(tr("Optional; Enter in/out, Ctrl+Enter agrees"))
        self.reason.setToolTip(self.reason.placeholderText())
        self.photo = QgsFileWidget()
        self.photo.lineEdit().setAccessibleName(tr("Evidence"))  # the label is the whole field's
        self.photo.lineEdit().setPlaceholderText(tr("Photo or document (G)"))
        self.skip, self.undo = QPushButton(tr("Skip  S")), QPushButton(tr("Undo  Z"))
        form = QFormLayout()
        form.addRow(tr("Reason"), self.reason)
        form.addRow(tr("Evidence"), self.photo)
        acts = QHBoxLayout()
        self.last = text_label(factor=HINT)
        acts.addWidget(self.last, 1)
        acts.addWidget(self.skip)
        acts.addWidget(self.undo)
        layout = QVBoxLayout()
        for part in (self.keys, form, acts):
            layout.addLayout(part)
        return layout

    def take_draft(self, parcel: str) -> None:
        """Show what was typed for a parcel and not yet saved: what belongs to another one stays with that."""
        if parcel == self._parcel:
            typed = self.drafts.pop(parcel, None)  # what an undo gives back
        else:
            now = (self.reason.text(), self.photo.filePath())
            if any(now):
                self.drafts[self._parcel] = now
            typed = self.drafts.pop(parcel, ("", ""))
        self._parcel = parcel
        if typed is not None:
            self.reason.setText(typed[0])
            self.photo.setFilePath(typed[1])

    def drop_draft(self) -> None:
        """Forget what was typed: it is saved."""
        self.reason.clear()
        self.photo.setFilePath("")

    def fill_tags(self, tags: Iterable[tuple[str, str]]) -> None:
        """Fill the choice of classes."""
        now = self.tag.currentData()
        self.tag.clear()
        self.tag.addItem(tr("All classes"), "")
        for key, title in tags:
            self.tag.addItem(title, key)
        self.tag.setCurrentIndex(max(0, self.tag.findData(now)))

    def fill_communities(self, titles: Mapping[str, str], has_outside: bool) -> None:
        """Fill the choice of communities, by name; without any there is none to choose."""
        now = self.community.currentData()
        self.community.clear()
        self.community.addItem(
            tr("All communities ({n})").format(n=wording.number(len(titles))) if titles else tr("No communities"), ""
        )
        for key, title in sorted(titles.items(), key=lambda pair: (pair[1], pair[0])):
            self.community.addItem(title, key)
        if has_outside and titles:
            self.community.addItem(tr("In no community"), OUTSIDE)
        self.community.setCurrentIndex(max(0, self.community.findData(now)))
        self.community.setEnabled(bool(titles))
        view = self.order.model().item(self.order.findData("community"))
        view.setEnabled(bool(titles))

    def show_keys(self, keys: Iterable[str]) -> None:
        """Show the keys of the classes there are."""
        shown = set(keys)
        for key, button in self.judge.items():
            button.setVisible(key in shown)
        self._arrange_keys()
        self.order_keys()

    def order_keys(self) -> None:
        """Let Tab come to the keys between the evidence and the reason; a panel that floats or docks mixes them."""
        chain = [self.scroll, *self.judge.values(), self.reason]
        for before, after in zip(chain, chain[1:]):
            QWidget.setTabOrder(before, after)

    def showEvent(self, event: QShowEvent) -> None:
        """Put the keys in order again: what was made for the panel meanwhile may stand between."""
        super().showEvent(event)
        self.order_soon()

    def order_soon(self, *_: object) -> None:
        """Put the keys in order when the panel has come to its new place."""
        QTimer.singleShot(0, self.order_keys)

    def _arrange_keys(self) -> None:
        """Put the keys into one row where they fit, else two in a row."""
        shown = [button for button in self.judge.values() if not button.isHidden()]
        needed = max((button.sizeHint().width() for button in shown), default=0) + self.keys.horizontalSpacing()
        columns = len(shown) if needed * len(shown) <= self.detail.width() else 2
        for button in self.judge.values():
            self.keys.removeWidget(button)
        for column in range(len(self.judge)):  # one that was in use before would keep its share of the width
            self.keys.setColumnStretch(column, int(column < columns))
        for place, button in enumerate(shown):
            self.keys.addWidget(button, place // columns, place % columns)

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Arrange the keys for the width there is, the list for the height."""
        super().resizeEvent(event)
        self._arrange_keys()
        line = self.fontMetrics().height()
        self.list.setFixedHeight(int(line * 1.5 * (LIST_LINES if self.height() >= LOW * line else FEW_LINES)))

    def show_empty(self, is_done: bool, parcels: int) -> None:
        """Say that nothing is left to review among all `parcels`; 0 = among those that were chosen."""
        text = (
            tr("Nothing left to review among {n} {n?parcel|parcels}.")
            if parcels
            else tr("Nothing left to review in this choice.")
        )
        words = fill(text, n=wording.number(parcels))
        self.empty.setText(f'{words} <a href="all">{tr("Show all")}</a>' if is_done else "")
        self.empty.setVisible(is_done)

    @staticmethod
    def tint(button: QPushButton, colour: str, is_suggested: bool) -> None:
        """Frame a key in the colour of its class; what the rule suggests is bold and filled lightly.

        The frame of the key that has the focus is in dashes: a style sheet leaves no other sign of it.
        """
        fill = f"background-color: #33{colour[1:]}; font-weight: bold;" if is_suggested else ""
        frame = readable(colour, QApplication.palette(), BARS).name()
        button.setStyleSheet(
            f"QPushButton {{ border: 2px solid {frame}; border-radius: 3px; padding: 4px 2px; {fill} }}"
            "QPushButton:focus { border-style: dashed; }"
        )
