# SPDX-License-Identifier: GPL-2.0-or-later
"""Quiet colours taken from the palette, readable on light and dark: some themes have none that are."""

from __future__ import annotations

from qgis.PyQt.QtGui import QColor, QPalette

SOFT, FAINT = 0.62, 0.16  # shares of the text's colour over the panel's


def soft(palette: QPalette) -> QColor:
    """Return the colour of words that stand back."""
    return _mixed(palette, SOFT)


def faint(palette: QPalette) -> QColor:
    """Return the colour of what lies under bars: empty bars, grid lines."""
    return _mixed(palette, FAINT)


def _mixed(palette: QPalette, share: float) -> QColor:
    ink, ground = palette.color(QPalette.ColorRole.WindowText), palette.color(QPalette.ColorRole.Window)
    red, green, blue = (round(a * share + b * (1 - share)) for a, b in
                        zip(ink.getRgb()[:3], ground.getRgb()[:3]))  # fmt: skip
    return QColor(red, green, blue)
