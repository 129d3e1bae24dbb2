# SPDX-License-Identifier: GPL-2.0-or-later
"""Imports and reads what the panels will need while nobody waits: pandas alone takes the main thread half a second."""

from __future__ import annotations

import time
from importlib import import_module
from importlib.util import find_spec
from typing import Any

from qgis.PyQt.QtCore import QTimer

from ..core.inputs.naming import learn_words
from ..processing.missing import PACKAGES, missing_packages, note_broken
from .study.calling_off import called_off
from .study.turns import Turns, aside
from .walks import Walks

PACKAGE = __name__.rpartition(".dialogs.")[0]
PANELS = ("review.reviewing", "explore.exploring", "gap.showing", "sites.showing", "zone.hand", "editors.opening")
WORKBENCH = ("settings_panel", "options_panel", "fields_dialog", "log_dialog", "unverified")
MODULES = (
    *(f"{PACKAGE}.dialogs.{name}" for name in PANELS),
    *(f"{PACKAGE}.dialogs.workbench.{name}" for name in WORKBENCH),
    *PACKAGES, f"{PACKAGE}.core.tagging.preview", f"{PACKAGE}.core.tagging.wording",
    f"{PACKAGE}.core.zones.by_hand", f"{PACKAGE}.core.gaps.sites.propose",
)  # fmt: skip
PAUSE_S = 0.02  # between two of them, so that the window gets its turn
AFTER_MS = 1500  # the dock is shown, when its first drawing is over


def warm_up() -> int:
    """Read the words of layers, then import the modules one by one, beside the window; return how many there are.

    One that is missing or broken is left out; a broken library is remembered, and the steps say so. A dock that goes
    meanwhile ends it with the module at hand.
    """
    found = 0
    learn_words()
    for name in MODULES:
        if called_off():
            break
        try:
            import_module(name)
            found += 1
        except Exception as fault:  # a library built against another raises anything
            if name in PACKAGES and find_spec(name) is not None:
                note_broken(name, fault)
        time.sleep(PAUSE_S)
    return found


class Warming:
    """Waits until a dock is seen for the first time, then imports; `close()` before the dock goes."""

    def __init__(self, dock: Any) -> None:
        self.turns: Turns | None = None
        self.walks = Walks(dock)
        self._dock, self._timer = dock, QTimer(dock)
        self._timer.setSingleShot(True)
        self._timer.setInterval(AFTER_MS)
        self._timer.timeout.connect(self.begin)
        dock.visibilityChanged.connect(self._on_visible)

    def _on_visible(self, is_seen: bool) -> None:
        if is_seen:
            self._dock.visibilityChanged.disconnect(self._on_visible)
            self._timer.start()

    def begin(self) -> None:
        """Import, beside the window."""
        self.turns = Turns(aside(warm_up), self._on_over, self._dock)

    def _on_over(self, *_: Any) -> None:
        self.turns = None
        if missing_packages():  # one turned out to be broken: the cards say so, with a link to what to do
            self._dock.refresh()

    def close(self) -> None:
        """Begin nothing any more, wait for nothing."""
        self._timer.stop()
        self.walks.close()
        if self.turns is not None:
            self.turns.stop()
            self.turns = None
