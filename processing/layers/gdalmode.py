# SPDX-License-Identifier: GPL-2.0-or-later
"""GDAL raising exceptions while we use it, and as before afterwards: the mode is shared with every other plugin."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager


@contextmanager
def gdal_raises() -> Iterator[None]:
    """Make GDAL and OGR raise RuntimeError inside the block."""
    from osgeo import gdal, ogr

    before = [(module, module.GetUseExceptions()) for module in (gdal, ogr)]
    for module, _ in before:
        module.UseExceptions()
    try:
        yield
    finally:
        for module, raised in reversed(before):  # GDAL insists on the order of a stack
            if not raised:
                module.DontUseExceptions()


@contextmanager
def unsynchronized() -> Iterator[None]:
    """Let SQLite not wait for the disk, in this thread: for files that are flushed when they are whole."""
    from osgeo import gdal

    name = "OGR_SQLITE_SYNCHRONOUS"
    before = gdal.GetThreadLocalConfigOption(name)
    gdal.SetThreadLocalConfigOption(name, "OFF")
    try:
        yield
    finally:
        gdal.SetThreadLocalConfigOption(name, before)
