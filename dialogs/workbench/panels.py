# SPDX-License-Identifier: GPL-2.0-or-later
"""What opens the panels beside the Workbench: each is made, and its modules imported, when it is first asked for.

None of them is seen when the dock opens, and their imports would take as long as all the rest. `warming.py` imports
them beside the window, so that the first click on one does not wait either.
"""

from __future__ import annotations

from functools import cached_property
from typing import Any

from qgis.PyQt.QtCore import QEvent, QTimer

TOLD_BY = {"reviewing": "review", "exploring": "explore", "gaps": "gaps", "siting": "sites", "hand": "hand"}


class Panels:
    """A part of the dock, which has `iface`, `opening` and tells by `_on_ended(kind, ok, sentence)` what went wrong."""

    @cached_property
    def reviewing(self) -> Any:
        """Return what opens the review."""
        from ..review.reviewing import Reviewing
        from .links import count_down

        found = self._heard("reviewing", Reviewing(self.iface, self))
        found.waiting.connect(lambda n: count_down(self, n))
        return found

    @cached_property
    def exploring(self) -> Any:
        """Return what explores by clicks on the map."""
        from ..explore.exploring import Exploring

        found = self._heard("exploring", Exploring(self.iface, self))
        found.switched.connect(self.explore.setChecked)
        return found

    @cached_property
    def gaps(self) -> Any:
        """Return what opens the panel of gaps."""
        from ..gap.showing import GapShowing

        return self._heard("gaps", GapShowing(self.iface, self))

    @cached_property
    def siting(self) -> Any:
        """Return what opens the panel of sites."""
        from ..sites.showing import SitesShowing

        return self._heard("siting", SitesShowing(self.iface, self))

    @cached_property
    def hand(self) -> Any:
        """Return what changes zones by hand."""
        from ..zone.hand import ZoneHand

        return self._heard("hand", ZoneHand(self.iface, self))

    @cached_property
    def dropping(self) -> Any:
        """Return what takes files that are dropped; it also looks after facilities made of several layers."""
        from ..drop.dropping import Dropping

        found = Dropping(self)
        found.told.connect(lambda ok, sentence: self._on_ended("drop", ok, sentence))
        return found

    @cached_property
    def editors(self) -> Any:
        """Return what opens the editors."""
        from ..editors.opening import Editors

        found = Editors(self.iface, self)
        found.failed.connect(lambda sentence: self._on_ended("edit", False, sentence))
        return found

    def ask_several(self) -> None:
        """Ask which layers are the facilities together."""
        self.dropping.merging.ask()

    def made(self, *names: str) -> list[Any]:
        """Return those of the panels' openers that somebody has asked for."""
        return [self.__dict__[name] for name in names if name in self.__dict__]

    def dragEnterEvent(self, event: QEvent) -> None:
        """Take files in the first moment already, before the next turn makes what takes them."""
        self.dropping.eventFilter(self, event)

    def _heard(self, name: str, opener: Any) -> Any:
        opener.failed.connect(lambda sentence: self._on_ended(TOLD_BY[name], False, sentence))
        return opener

    def _take_files_soon(self) -> None:
        """Make what takes dropped files in a turn of its own."""
        self.setAcceptDrops(True)
        self._soon = QTimer(self)
        self._soon.setSingleShot(True)
        self._soon.timeout.connect(lambda: self.dropping)
        self._soon.start(0)

    def _close_panels(self) -> None:
        """Close what speaks of the study that was shown. Editors and zones by hand, with edits, know whose they are."""
        self.opening.stop()
        for part in self.made("reviewing", "exploring", "gaps", "siting"):
            part.close()
        for part in self.made("dropping"):
            part.forget()

    def _close_all(self) -> None:
        self._close_panels()
        for part in self.made("hand", "editors"):
            part.close()
