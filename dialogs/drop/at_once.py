# SPDX-License-Identifier: GPL-2.0-or-later
"""Files behind the first one are added as proposed, without a sheet each, where nobody has to decide anything."""

from __future__ import annotations

import time
from collections.abc import Callable
from functools import partial
from typing import Any

from qgis.core import QgsVectorLayer
from qgis.PyQt import sip
from qgis.PyQt.QtCore import QObject, QTimer
from qgis.PyQt.QtWidgets import QDialogButtonBox

from ...processing.layers.systems import has_system
from ..study import project_state
from .opened import has_no_rows, shifted_by_name
from .several import ROLE
from .unread import lacking_words

LOOK_MS, PATIENCE_S = 50, 20.0  # how often a file that is being read is looked at, how long before its sheet comes up


class AtOnce(QObject):
    """`is_wanted` since somebody asked for all files of a drop; `is_settling` while one is looked at."""

    def __init__(self, session: Any, parent: QObject) -> None:
        super().__init__(parent)
        self._session = session
        self.is_wanted = self.is_settling = False
        self.added_n = 0  # files without a sheet

    def stop(self) -> None:
        """Begin no more: the drop is over."""
        self.is_wanted, self.added_n = False, 0

    def settle(self, sheet: Any, show: Callable[[], None]) -> None:
        """Take a file as its sheet proposes it, once all of it is known; `show` the sheet when something is asked."""
        self.is_settling = True
        self._look(sheet, show, time.monotonic() + PATIENCE_S)

    def _look(self, sheet: Any, show: Callable[[], None], until: float) -> None:
        if sip.isdeleted(sheet) or not self.is_wanted:
            self.is_settling = False
            return
        if sheet.is_at_work and time.monotonic() < until:
            QTimer.singleShot(LOOK_MS, partial(self._look, sheet, show, until))
            return
        self.is_settling = False
        if sheet.is_at_work or has_question(sheet, self._session):
            show()
        else:
            self.added_n += 1
            sheet.accept()


def has_question(sheet: Any, session: Any) -> bool:
    """Say whether a person has to look at a file: it cannot be read, nobody knows what it is for, its role is taken,
    rows have no place, its system or the kind of its facilities is not known, or its places look shifted.
    """
    if not sheet.buttons.button(QDialogButtonBox.StandardButton.Ok).isEnabled():
        return True
    if sheet.takes_all:
        return not sheet.said.isHidden()
    is_good = not (sheet.is_doubtful or lacking_words(sheet.path)) and _is_whole(sheet.layer)
    return not (is_good and _is_free(sheet, session))


def _is_whole(layer: Any) -> bool:
    """Say whether a layer has rows, and a system that is not known to be shifted."""
    is_placed = not layer.isSpatial() or (has_system(layer) and not shifted_by_name(layer))
    return bool(is_placed and not (isinstance(layer, QgsVectorLayer) and has_no_rows(layer)))


def _is_free(sheet: Any, session: Any) -> bool:
    """Say whether it is known what a layer is for, and no other is that already."""
    role, (kind, joins) = sheet.role.currentData(), sheet.facilities.asked()
    if role == ROLE and not kind and not project_state.columns_of(sheet.layer, ROLE, {}).get("kind"):
        return False
    choice = session.study.inputs.get(role)
    return bool(role) and (choice is None or joins or project_state.layer_of(session.project, choice) is None)
