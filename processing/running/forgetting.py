# SPDX-License-Identifier: GPL-2.0-or-later
"""Errors that leave an algorithm take nothing of its run along.

QGIS 3.40 never lets go of an exception that comes out of an algorithm written in Python, so its frame lives as long as
QGIS: with it what the frame names, the frames that called it, and the module that its function was written in. The
tables of each cancelled run would stay in memory, and after a reload of the plugin all of its old code.
"""

from __future__ import annotations

from collections.abc import Callable
from types import FunctionType
from typing import Any

from qgis.core import QgsProcessingException


def forgetful(function: Callable[..., Any]) -> Any:
    """Return the function with names of its own: nothing but Python's and QgsProcessingException.

    What it raises must be raised after it has deleted the names it was given.
    """
    names = {"QgsProcessingException": QgsProcessingException}
    alone = FunctionType(function.__code__, names, function.__name__, function.__defaults__)
    alone.__doc__ = function.__doc__
    return alone
