# SPDX-License-Identifier: GPL-2.0-or-later
"""The driven run without a mouse: from an empty project to a delivery by menu, Tab, Enter and Alt+number."""

from __future__ import annotations

import re
import time
from collections.abc import Callable, Iterator
from pathlib import Path

from qgis.PyQt.QtCore import Qt
from qgis.PyQt.QtWidgets import QApplication, QLabel, QWidget
from qgis.utils import iface

Step = tuple[int, Callable[[], bool]]


class ByKeys:
    """What a drive (scripts/driven_run.py) does without a mouse; it has the hand, the dock and the pictures."""

    def keys(self) -> Iterator[Step]:
        """The sample without a mouse: menu, Tab, Enter, Alt+number, the keys of the review."""
        study = self.out / "study"
        study.mkdir(parents=True, exist_ok=True)
        yield from self.set_window()
        self.began = time.monotonic()
        yield from self.strike(Qt.Key.Key_O, alt=True)  # the menu Vector, 矢量(O)
        ours = self.plugin.action.text()
        while (menu := QApplication.activePopupWidget()).activeAction().text() != ours:
            assert self.hand.keys < len(menu.actions()) + 2, "our entry is not in the menu"
            yield from self.strike(Qt.Key.Key_Up)  # from the top to the last entry
        self.shoot("menu")
        yield from self.strike(Qt.Key.Key_Right)
        yield from self.strike(Qt.Key.Key_Return)
        yield 800, lambda: self.plugin.dock is not None and self.plugin.dock.isVisible()
        self.dock = self.plugin.dock
        self.shoot("empty")
        yield from self.tab_to(self.dock.sample)
        yield from self.strike(Qt.Key.Key_Return)
        yield from self.answer(str(study))
        yield from self.work("sample")
        yield from self.strike(Qt.Key.Key_0, alt=True)
        yield from self.strike(Qt.Key.Key_Return)
        yield from self.work("all")
        yield from self.strike(Qt.Key.Key_2, alt=True)
        yield from self.tab_to(self.dock.cards["tag"].act)
        yield from self.strike(Qt.Key.Key_Return)
        yield 1500, lambda: self.dock.reviewing.panel is not None and self.dock.reviewing.panel.isVisible()
        for key in (Qt.Key.Key_1, Qt.Key.Key_0, Qt.Key.Key_1):
            yield from self.strike(key, wait_ms=700)
        self.shoot("review")
        assert self.dock.reviewing.panel.desk.progress()[0] >= 3
        yield from self.strike(Qt.Key.Key_0, alt=True)
        yield 1000, lambda: self.dock.run_all.isEnabled() and self.dock.session.first_open() == "tag"
        self.shoot("stale")
        yield from self.strike(Qt.Key.Key_Return)
        yield from self.work("again")
        for number, step in ((Qt.Key.Key_3, "gaps"), (Qt.Key.Key_4, "zones")):
            yield from self.strike(number, alt=True)
            yield from self.link_to(self.dock.cards[step].links, "map", back=True)
            yield from self.strike(Qt.Key.Key_Return)
            yield 1500, lambda: not iface.mapCanvas().isDrawing()
            self.shoot(f"{step}_map")
        yield from self.strike(Qt.Key.Key_5, alt=True)
        yield from self.link_to(self.dock.links, "report")
        yield from self.strike(Qt.Key.Key_Return)
        yield 800, lambda: True
        self.shoot("done")
        assert self.hand.clicks == 0
        assert self.opened and Path(self.opened[-1]).name == "report.html", self.opened
        self.tell(time.monotonic() - self.began)

    def strike(self, key: Qt.Key, alt: bool = False, wait_ms: int = 300) -> Iterator[Step]:
        """Press a key; the window has the focus of the desktop, as it has where there is a window manager."""
        if QApplication.activeModalWidget() is None and QApplication.activePopupWidget() is None:
            QApplication.setActiveWindow(iface.mainWindow())
        self.hand.strike(key, alt)
        yield wait_ms, lambda: True

    def tab_to(self, widget: QWidget, back: bool = False) -> Iterator[Step]:
        """Press Tab until a widget has the focus; a person sees where it is."""
        for _ in range(40):
            if QApplication.focusWidget() is widget:
                return
            yield from self.strike(Qt.Key.Key_Backtab if back else Qt.Key.Key_Tab, wait_ms=120)
        raise LookupError(f"Tab does not come to {widget}: {QApplication.focusWidget()}")

    def link_to(self, label: QLabel, action: str, back: bool = False) -> Iterator[Step]:
        """Press Tab until a link has the focus: a label is entered at its first link, backwards at its last."""
        yield from self.tab_to(label, back)
        names = re.findall('href="([^"]*)"', label.text())
        for _ in range((names[::-1] if back else names).index(action)):
            yield from self.strike(Qt.Key.Key_Backtab if back else Qt.Key.Key_Tab, wait_ms=120)
