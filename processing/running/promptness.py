# SPDX-License-Identifier: GPL-2.0-or-later
"""How soon a thread at work hands Python's lock to the window that asks for it, and how often it makes it ask.

Python lets a thread that computes keep its lock for 5 ms before it gives way. The window asks for it again at each call
of Python that it makes: a turn of a timer has 40 such calls, a painting of the whole dock 400, since each of its parts
may have been taught by Python. While one of our threads works it is asked to give way fifty times as often. Measured
with 40 calls: 10 instead of 190 ms; with 400: 108 ms instead of 2.1 s (218 ms at ten times). Work that nobody
interrupts takes no longer, and 3 % longer while the window looks in fifty times a second.

Nor does Python's collector of cycles walk through all there is meanwhile: one such walk holds the lock for 0.2–0.6 s
where a run has made the geometries of a city, and reading 100,000 parcels and their gaps set off seven (8.2 s, without
them 5.3 s). Young cycles are collected as ever. What Python, QGIS and the libraries consist of, some 230,000 objects
that stay as long as QGIS does, is set aside once (`gc.freeze`): the walks of the rest of the session, ours or not, go
through what came later only, a few milliseconds instead of 50–110. With the panels of a city open that are 70–130 ms
again, and they came on top of what a click does itself. So the dock takes the walks over (`keep_walks`): each is a turn
of its own, while nobody presses a button (`walk_if_owed`).
"""

from __future__ import annotations

import gc
import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import wraps
from typing import Any, TypeVar

T = TypeVar("T")
TOLD_S = 0.05  # between two figures of progress: nobody reads more of them
PROMPT_S = 0.001 if sys.platform == "win32" else 0.0001  # Windows counts in whole milliseconds; 0 of them would spin
WAIT_S = 0.01
NEAR_S = 1e-6  # Python keeps whole microseconds
NEVER = 1_000_000_000  # collections of young cycles before all are looked at
OWED = 10  # Python's own figure

_guard = threading.Lock()
_asked: list[float] = []  # what was set before the first of the blocks that are open now, and again for each block
_collected: list[int] = []  # the same of the collector
_aside: list[bool] = []  # True once the libraries have been set aside
_kept: list[int] = []  # what was set of the collector before somebody took the walks over


@contextmanager
def prompt() -> Iterator[None]:
    """Let threads give way sooner inside the block, and the collector leave old objects alone.

    Blocks may lie in one another, and beside, in any thread.

    The last one to end sets again what was set before the first, unless somebody else has set another figure meanwhile.
    """
    with _guard:
        if not _asked:
            _set_aside()
        _asked.append(_asked[0] if _asked else sys.getswitchinterval())
        if sys.getswitchinterval() > PROMPT_S:
            sys.setswitchinterval(PROMPT_S)
        young, middle, old = gc.get_threshold()
        _collected.append(_collected[0] if _collected else old)
        gc.set_threshold(young, middle, NEVER)
    try:
        yield
    finally:
        with _guard:
            before, walks = _asked.pop(), _collected.pop()
            if not _asked and abs(sys.getswitchinterval() - PROMPT_S) < NEAR_S:
                sys.setswitchinterval(before)
            young, middle, old = gc.get_threshold()
            if not _collected and old == NEVER:
                gc.set_threshold(young, middle, walks)
                if not _aside:  # else the window would walk through the libraries next, for what was owed meanwhile
                    gc.freeze()  # sets all counts to nothing
                    gc.unfreeze()


def _set_aside() -> None:
    """Set aside what there is, once: before the first block that finds the libraries loaded by an earlier one.

    At that moment nothing of a run is held, so little that is set aside can ever become a cycle nobody collects.
    """
    if not _aside and "pandas" in sys.modules:
        _aside.append(True)
        gc.collect(1)  # rubbish of the earlier block is not to stay for good; a look at all would stop the window once
        gc.freeze()


def keep_walks() -> None:
    """From now on walks through all objects begin by `walk_if_owed` only, until `hand_back_walks`."""
    with _guard:
        if not _kept:
            young, middle, old = gc.get_threshold()
            _kept.append(_collected[0] if _collected else old)
            _collected[:] = [NEVER] * len(_collected)
            gc.set_threshold(young, middle, NEVER)


def walk_if_owed() -> bool:
    """Walk where Python would have done so by now and no block is open; say whether."""
    is_owed = bool(_kept) and not _asked and gc.get_count()[2] > OWED
    if is_owed:
        gc.collect()
    return is_owed


def hand_back_walks() -> None:
    """Leave the walks to Python again."""
    with _guard:
        if _kept:
            young, middle, old = gc.get_threshold()
            before = _kept.pop()
            _collected[:] = [before] * len(_collected)
            if old == NEVER and not _collected:
                gc.set_threshold(young, middle, before)


def resume_collecting() -> None:
    """Leave all objects to the collector again: the modules of a plugin that is unloaded are cycles."""
    _aside.clear()
    gc.unfreeze()


def wait_for_threads(patience_s: float) -> bool:
    """Wait until no block is open in any thread; False when one still is after `patience_s`. Not inside a block."""
    until = time.monotonic() + patience_s
    while _asked and time.monotonic() < until:
        time.sleep(WAIT_S)  # gives them the interpreter
    return not _asked


def promptly(function: Callable[..., T]) -> Callable[..., T]:
    """Return the function, during which threads give way sooner: for what a task does beside the window."""

    @wraps(function)
    def prompted(*values: Any, **named: Any) -> T:
        """Call it inside a block."""
        with prompt():
            return function(*values, **named)

    return prompted


def seldom(report: Callable[[float], None]) -> Callable[[float], None]:
    """Return what passes on a percentage when the last one is TOLD_S old, and 100 at once.

    The window takes Python's lock for each that it gets: thousands in a second, as a long table in small slices gives
    them, are a second in which it does nothing else.
    """
    told = [-TOLD_S]

    def report_now_and_then(percent: float) -> None:
        """Pass it on, or keep still."""
        now = time.monotonic()
        if percent >= 100 or now - told[0] >= TOLD_S:
            told[0] = now
            report(percent)

    return report_now_and_then
