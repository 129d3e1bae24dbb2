# SPDX-License-Identifier: GPL-2.0-or-later
"""A font that has Chinese, looked for in the order of the house; without one, maps would lack text."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any
from unicodedata import category

from qgis.PyQt.QtGui import QFont, QFontDatabase, QFontMetrics

from ...core.errors import RenewalError
from ..styling.lettering import fonts, letters

UNSEEN = ("Cc", "Cf")  # categories of characters that are not drawn: controls, joiners
SHOWN = 20  # characters named in a sentence


def find_font(language: str) -> str:
    """Return the family to print with. Raises RenewalError("font_missing") for Chinese when there is none."""
    found = letters() or next(iter(sorted(fonts().families(QFontDatabase.WritingSystem.SimplifiedChinese))), "")
    if not found and language == "zh":
        raise RenewalError("font_missing")
    return found


def tell_missing_letters(family: str, texts: Iterable[str], run: Any) -> None:
    """Warn of characters that neither the family nor the fonts it falls back to have: boxes are printed."""
    letters_used: set[str] = set()
    for text in texts:
        letters_used.update(text)
    metrics = QFontMetrics(QFont(family) if family else QFont())
    seen = (letter for letter in letters_used if not letter.isspace() and category(letter) not in UNSEEN)
    lacking = sorted(letter for letter in seen if not metrics.inFontUcs4(ord(letter)))
    if lacking:
        run.warn("font_lacks_characters", font=family, n=len(lacking), names=lacking[:SHOWN])
