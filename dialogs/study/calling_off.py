# SPDX-License-Identifier: GPL-2.0-or-later
"""Whether anybody still waits for what a thread of `turns.aside` does. No QGIS here."""

from __future__ import annotations

import threading
from collections.abc import Callable
from typing import TypeVar

T = TypeVar("T")
_HERE = threading.local()  # of such a thread: the event that calls it off


def heeding(function: Callable[[], T], stopped: threading.Event) -> Callable[[], T]:
    """Return the function as a thread runs it that may be called off by the event."""

    def work() -> T:
        _HERE.stopped = stopped
        return function()

    return work


def called_off() -> bool:
    """Say, in a function that runs aside, whether nobody waits for it any more; False anywhere else."""
    stopped = getattr(_HERE, "stopped", None)
    return stopped is not None and bool(stopped.is_set())
