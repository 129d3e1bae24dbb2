# SPDX-License-Identifier: GPL-2.0-or-later
"""Memory of large tables is let go of in pieces, and given back to the system."""

from __future__ import annotations

import ctypes
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from traceback import clear_frames
from typing import Any

GEOMETRY = "geometry"


def free_readings(readings: list[Any]) -> None:
    """Let go of readings one by one, column by column, their geometries in pieces, as far as nobody else holds them.

    All at once a city's geometries hold Python's lock for half a second: each is given back to GEOS; its texts a tenth.
    """
    from ...core.slices import let_go

    while readings:
        reading = readings.pop()
        shapes = [reading.table[GEOMETRY].to_numpy()] if GEOMETRY in reading.table else []
        shapes += [reading.original] if reading.original is not None else []
        kept = [list(some) for some in shapes]
        kept += [reading.table[name].array for name in reading.table if name != GEOMETRY]
        del reading, shapes
        let_go(kept)


@contextmanager
def emptied_frames() -> Iterator[None]:
    """Let an error that leaves the block take nothing along that its functions named, only where they were.

    What was read is let go of in pieces then by who keeps it, where it would go with the last frame, all at once.
    """
    try:
        yield
    except BaseException as fault:
        clear_frames(fault.__traceback__)
        raise


def give_back_memory() -> None:
    """Give memory that has been freed back to the system, where the C library keeps it for later (glibc).

    Between two steps of a study that are gigabytes in pieces, which the next step's large tables do not fit in.
    Whoever asks for memory meanwhile waits, the window too: some 60 ms a gigabyte. So often, and little at a time.
    """
    trim = getattr(ctypes.CDLL(None), "malloc_trim", None) if sys.platform.startswith("linux") else None
    if trim is not None:
        trim(ctypes.c_size_t(0))
