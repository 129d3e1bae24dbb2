# SPDX-License-Identifier: GPL-2.0-or-later
"""Python's collector of cycles while large tables are held.

A full collection walks through every object there is with the interpreter locked: 0.2–0.6 s for the geometries of
100,000 parcels and their buildings, several times a run, and the window stands still so long. What has been made up to
a look at Cancel is therefore set aside (`gc.freeze`, a matter of microseconds) until the run is over; what comes and
goes between two looks is collected as ever, and whatever nobody refers to any more is freed at once as always.
"""

from __future__ import annotations

import ctypes
import gc
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

GEOMETRY = "geometry"


@contextmanager
def spared(is_cancelled: Callable[[], bool]) -> Iterator[Callable[[], bool]]:
    """Give a look at Cancel that also sets aside what has been made so far; in the end all is as it was.

    Runs may lie in one another: the outer one sets aside again at its next look.
    """

    def look() -> bool:
        gc.freeze()
        return is_cancelled()

    try:
        yield look
    finally:
        gc.unfreeze()


def free_readings(readings: list[Any]) -> None:
    """Let go of readings one by one, their geometries in pieces, as far as nobody else holds them.

    All at once a city's geometries hold Python's lock for half a second: each is given back to GEOS.
    """
    from ...core.slices import let_go

    while readings:
        reading = readings.pop()
        shapes = [reading.table[GEOMETRY].to_numpy()] if GEOMETRY in reading.table else []
        shapes += [reading.original] if reading.original is not None else []
        kept = [list(some) for some in shapes]
        del reading, shapes
        let_go(kept)


def give_back_memory() -> None:
    """Give memory that has been freed back to the system, where the C library keeps it for later (glibc).

    Between two steps of a study that are gigabytes in pieces, which the next step's large tables do not fit in.
    """
    trim = getattr(ctypes.CDLL(None), "malloc_trim", None) if sys.platform.startswith("linux") else None
    if trim is not None:
        trim(ctypes.c_size_t(0))
