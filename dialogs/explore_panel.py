# SPDX-License-Identifier: GPL-2.0-or-later
"""The panel of exploring: what was clicked, the way to a facility, the time map from there."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from qgis.PyQt.QtCore import QUrl, pyqtSignal
from qgis.PyQt.QtWidgets import QComboBox, QDockWidget, QHBoxLayout, QPushButton, QSpinBox, QTextBrowser, QVBoxLayout
from qgis.PyQt.QtWidgets import QWidget as Widget

from ..core.words import pick
from ..processing.texts import interface_language, tr
from .cards import text_label

DEFAULT_MIN, MOST_MIN = 15, 60


class ExplorePanel(QDockWidget):
    """`way_asked(kind, facility)` and `reach_asked(profile, minutes)` are what a person wants to see."""

    way_asked = pyqtSignal(str, str)
    reach_asked = pyqtSignal(str, float)

    def __init__(self, iface: Any) -> None:
        super().__init__(tr("Explore"), iface.mainWindow() if iface else None)
        self.setObjectName("UrbanRenewalExplore")
        self.hint = text_label(tr("Click a parcel, a facility or any place on the map."))
        self.text = QTextBrowser()
        self.text.setOpenLinks(False)
        self.text.anchorClicked.connect(self._follow)
        self.way = text_label()
        self.profile = QComboBox()
        self.profile.setAccessibleName(tr("Who walks"))
        self.minutes = QSpinBox()
        self.minutes.setRange(1, MOST_MIN)
        self.minutes.setValue(DEFAULT_MIN)
        self.minutes.setSuffix(tr(" min"))
        self.reach = QPushButton(tr("Time map from here"))
        self.reach.setEnabled(False)
        self.reach.clicked.connect(self._ask_reach)
        self._has_place = False
        page = Widget()
        layout = QVBoxLayout(page)
        row = QHBoxLayout()
        row.addWidget(self.profile, 1)
        row.addWidget(self.minutes)
        row.addWidget(self.reach)
        for part in (self.hint, self.text):
            layout.addWidget(part)
        layout.addWidget(self.way)
        layout.addLayout(row)
        self.setWidget(page)

    def show_profiles(self, profiles: Mapping[str, Any]) -> None:
        """Offer the profiles that the network has times for."""
        from ..core import envelope

        titles = {entry["id"]: pick(entry["title"], interface_language())
                  for entry in envelope.load("profiles", "standard")["profiles"]}  # fmt: skip
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

    def show_html(self, html: str) -> None:
        """Show what was clicked."""
        self.text.setHtml(html)
        self.way.clear()

    def show_way(self, html: str) -> None:
        """Show a way or what a time map found, below."""
        self.way.setText(html)

    def _follow(self, url: QUrl) -> None:
        scheme, _, rest = url.toString().partition(":")
        if scheme == "way":
            kind, _, facility = rest.partition(":")
            self.way_asked.emit(kind, facility)

    def _ask_reach(self) -> None:
        self.reach_asked.emit(self.profile.currentData() or "", float(self.minutes.value()))
