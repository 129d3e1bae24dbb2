# SPDX-License-Identifier: GPL-2.0-or-later
"""Ids of a layer's features as the results hold them, to find one by the other."""

from __future__ import annotations

from typing import Any

from qgis.core import NULL

from ...processing.intake.cells import cell_text


def id_text(value: Any) -> str:
    """Return an id as a run reads it: 500103001.0 of a column of reals is "500103001"; "" where there is none."""
    return "" if value in (None, NULL) else cell_text(value)
