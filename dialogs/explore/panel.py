# SPDX-License-Identifier: GPL-2.0-or-later
"""The panel of exploring: what was clicked, the way to a facility, the time map from there."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from qgis.PyQt.QtCore import Qt, QUrl, pyqtSignal
from qgis.PyQt.QtGui import QKeySequence
from qgis.PyQt.QtWidgets import (
    QCheckBox,
    QComboBox,
    QDockWidget,
    QHBoxLayout,
    QPushButton,
    QShortcut,
    QSpinBox,
    QTextBrowser,
    QToolButton,
    QVBoxLayout,
)

from ...processing.texts import tr
from ..parts import help_pages
from ..parts.escape import add_escape
from ..parts.low import LowScroll
from ..parts.phrases import unbroken
from ..parts.widgets import Page, link_look, text_label
from .text import named
from .way_profile import WayProfile

DEFAULT_MIN, MOST_MIN = 15, 60
TOLD = re.compile(r"[^<>]+(?=<|$)")  # what is read of a text with tags


class ExplorePanel(QDockWidget):
    """`way_asked(kind, facility)`, `reach_asked(profile, minutes, to the place)`, `zone_asked(zone)`, `map_asked(what)`
    (keep | compare | go:<letter> | forget:<letter>), `review_asked()` of the parcel told of, `step_asked(-1 | 1)` back
    to the place before, and forth: what a person wants.
    """

    way_asked = pyqtSignal(str, str)
    reach_asked = pyqtSignal(str, float, bool)
    map_asked = pyqtSignal(str)
    zone_asked = pyqtSignal(str)
    review_asked = pyqtSignal()
    step_asked = pyqtSignal(int)

    def __init__(self, iface: Any) -> None:
        super().__init__(tr("Explore"), iface.mainWindow() if iface else None)
        self.setObjectName("UrbanRenewalExplore")
        self.hint = text_label(
            tr("Click a parcel, a facility, a zone or any place on the map, or find it by name: Ctrl+K.")
        )
        self.back, self.forth = self._step_button(-1), self._step_button(1)
        self.text = QTextBrowser()
        self.text.setAccessibleName(tr("What is told of the place"))
        self.text.document().setDefaultStyleSheet(f"a {{ {link_look(self.palette())} }}")
        self.text.setOpenLinks(False)
        self.text.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.text.anchorClicked.connect(self._follow)
        self.way = text_label()
        self.chart = WayProfile()
        self.profile = QComboBox()
        self.profile.setAccessibleName(tr("Who walks"))
        self.direction = QComboBox()
        self.direction.setAccessibleName(tr("Which way"))
        self.direction.setToolTip(tr("Uphill takes longer than down: the way there is not the way back."))
        for is_toward, words in ((False, tr("from here")), (True, tr("to here"))):
            self.direction.addItem(words, is_toward)
        self.minutes = QSpinBox()
        self.minutes.setAccessibleName(tr("Minutes"))
        self.minutes.setRange(1, MOST_MIN)
        self.minutes.setValue(DEFAULT_MIN)
        self.minutes.setSuffix(tr(" min"))
        self.reach = QPushButton(tr("Time map from here"))
        self.reach.clicked.connect(self._ask_reach)
        self.at_once = QCheckBox(tr("at each click"))
        self.at_once.setToolTip(tr("Draws the time map from every place that is clicked."))
        for combo in (self.profile, self.direction):
            combo.activated.connect(lambda _: self._again())
        self.way.linkActivated.connect(lambda link: self._follow(QUrl(link)))
        self.minutes.editingFinished.connect(self._again)
        self.show_place(False)
        self._help = help_pages.add_help(self, "guide#s8")
        self._escape = add_escape(self)
        page = Page()
        layout = QVBoxLayout(page)
        top, choices, row = QHBoxLayout(), QHBoxLayout(), QHBoxLayout()
        top.addWidget(self.hint, 1)
        for button in (self.back, self.forth):
            top.addWidget(button, 0, Qt.AlignmentFlag.AlignTop)
        choices.addWidget(self.profile, 1)
        choices.addWidget(self.direction, 1)
        choices.addWidget(self.minutes)
        row.addWidget(self.reach, 1)
        row.addWidget(self.at_once)
        layout.addLayout(top)
        layout.addWidget(self.text)
        layout.addWidget(self.way)
        layout.addWidget(self.chart)
        layout.addLayout(choices)
        layout.addLayout(row)
        self.setWidget(LowScroll(page))

    def _step_button(self, by: int) -> QToolButton:
        """Return the button that goes back to the place before, or forth again; Alt+← and Alt+→ press it."""
        button = QToolButton()
        button.setAutoRaise(True)
        button.setText("←" if by < 0 else "→")
        title = tr("The place before") if by < 0 else tr("The next place")
        key = QShortcut(QKeySequence("Alt+Left" if by < 0 else "Alt+Right"), self)
        key.setContext(Qt.ShortcutContext.WidgetWithChildrenShortcut)
        key.activated.connect(button.click)
        button.setToolTip(f"{title}  {key.key().toString(QKeySequence.SequenceFormat.NativeText)}")
        button.setAccessibleName(title)
        button.clicked.connect(lambda: self.step_asked.emit(by))
        button.setEnabled(False)
        return button

    def show_steps(self, can_go_back: bool, can_go_forth: bool) -> None:
        """Let a person go back and forth where there are places to go to."""
        self.back.setEnabled(can_go_back)
        self.forth.setEnabled(can_go_forth)

    def show_profiles(self, profiles: Mapping[str, Any]) -> None:
        """Offer the profiles that the network has times for."""
        from .walkers import walker_titles

        titles = walker_titles()
        now = self.profile.currentData()
        self.profile.clear()
        for name in profiles:
            self.profile.addItem(titles.get(name, name), name)
        self.profile.setCurrentIndex(max(0, self.profile.findData(now)))
        self.show_place(self._has_place)

    def show_place(self, is_there: bool) -> None:
        """A place has been clicked: a time map may start there as soon as the network is read."""
        self._has_place = is_there
        self.reach.setEnabled(is_there and self.profile.count() > 0)
        first = tr("The walk network is still being read.") if is_there else tr("Click a place on the map first.")
        self.reach.setToolTip("" if self.reach.isEnabled() else first)

    def show_html(self, html: str) -> None:
        """Show what was clicked."""
        self.text.setHtml(html)
        self.way.clear()
        self.way.hide()  # Tab must not come to what says nothing
        self.chart.show_way(None)

    def tell_way(self, html: str) -> None:
        """Say something below, without touching the profile."""
        self.way.setText(TOLD.sub(lambda found: unbroken(found[0]), html))
        self.way.setVisible(bool(html))

    def show_way(self, html: str, way: Any = None) -> None:
        """Show a way with its profile, or what a time map found, below."""
        self.tell_way(html)
        self.chart.show_way(way)

    def _follow(self, url: QUrl) -> None:
        scheme, _, rest = url.toString(QUrl.ComponentFormattingOption.FullyEncoded).partition(":")
        if scheme == "way":
            kind, _, facility = rest.partition(":")
            self.way_asked.emit(named(kind), named(facility))
        elif scheme == "zone":
            self.zone_asked.emit(named(rest))
        elif scheme == "map":
            self.map_asked.emit(rest)
        elif scheme == "review":
            self.review_asked.emit()

    def _again(self) -> None:
        """Draw the time map again for another walker or other minutes, when it is drawn at each click."""
        if self.at_once.isChecked() and self.reach.isEnabled():
            self._ask_reach()

    def _ask_reach(self) -> None:
        walker, toward = self.profile.currentData() or "", bool(self.direction.currentData())
        self.reach_asked.emit(walker, float(self.minutes.value()), toward)
