# SPDX-License-Identifier: GPL-2.0-or-later
"""What is let go of a moment later, one thing a turn: a city's streets, marks and lists together are felt."""

from __future__ import annotations

from typing import Any

from qgis.PyQt.QtCore import QTimer

_going: list[Any] = []


def forget_later(*things: Any) -> None:
    """Hold things for some turns of the window; whoever calls lets go of them at once. None is nothing."""
    if not _going:
        QTimer.singleShot(0, _forget_one)
    _going.extend(thing for thing in things if thing is not None)


def _forget_one() -> None:
    del _going[-1:]
    if _going:
        QTimer.singleShot(0, _forget_one)


def forget_now() -> None:
    """Let go of all of it at once: QGIS may be on its way out, and a layer that goes after it takes it down."""
    _going.clear()
