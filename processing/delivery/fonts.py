# SPDX-License-Identifier: GPL-2.0-or-later
"""A font that has Chinese, looked for in the order of the house; without one, maps would lack text."""

from __future__ import annotations

from qgis.PyQt.QtGui import QFontDatabase

from ...core.errors import RenewalError
from ..styling.lettering import fonts, letters


def find_font(language: str) -> str:
    """Return the family to print with. Raises RenewalError("font_missing") for Chinese when there is none."""
    found = letters() or next(iter(sorted(fonts().families(QFontDatabase.WritingSystem.SimplifiedChinese))), "")
    if not found and language == "zh":
        raise RenewalError("font_missing")
    return found
